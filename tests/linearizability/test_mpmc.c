/* Histories of models/mpmc under real threads, each checked for linearizability.
 *
 * One ring serves all histories, so that its counters wrap around its few cells again and again. In
 * each history two senders send a few values, singly or in batches, and two receivers receive until
 * nothing is left. A receive that said "busy" promised nothing and is no part of the history; one
 * that said "empty" is. usage: test_mpmc [HISTORIES] */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/mpmc.h"
#include "sim/base.h"

#include "tests/linearizability/fifo_history.h"

#define CAPACITY        4
#define SENDER_COUNT    2
#define THREAD_COUNT    4
#define SEND_COUNT      6 /* by each sender */
#define OPERATION_MAX   64
#define HISTORY_DEFAULT 5000

struct stage;

struct worker {
    struct stage *stage;
    uint32_t number; /* the first SENDER_COUNT send */
    uint32_t busy_count;
    uint32_t count;
    struct fifo_operation operations[OPERATION_MAX];
};

struct stage {
    struct model_mpmc ring;
    struct worker workers[THREAD_COUNT];
    atomic_uint begun;    /* histories */
    atomic_uint done;     /* workers that are done with the history */
    atomic_uint received; /* values of the history */
    atomic_llong clock;
    uint32_t history_count;
};

/* A machine's clock would not do: a store waits in the processor's buffer after the send has
 * returned, and a clock does not wait for it. Who has counted on this counter has shown its stores
 * to whoever counts later. */
static int64_t count_on(struct stage *stage)
{
    return atomic_fetch_add(&stage->clock, 1);
}

static void add(struct worker *worker, struct fifo_operation operation)
{
    SIM_ASSERT(worker->count < OPERATION_MAX);
    worker->operations[worker->count++] = operation;
}

static void add_received(
    struct worker *worker, const uint32_t *values, uint32_t count, int64_t begin, int64_t end)
{
    SIM_ASSERT(count > 0 && begin < end);
    for (uint32_t i = 0; i < count; i++) {
        add(worker, (struct fifo_operation){FIFO_RECEIVE, values[i], begin, end});
    }
}

/* A batch is as many operations, all of which begin and end together. */
static void send_values(struct worker *worker, uint32_t history)
{
    const struct model_mpmc *ring = &worker->stage->ring;
    uint32_t sent = 0;

    while (sent < SEND_COUNT) {
        uint32_t first = worker->number * SEND_COUNT + sent;
        const uint32_t values[2] = {first, first + 1};
        uint32_t wanted = SEND_COUNT - sent == 1 ? 1 : 1 + (history + sent) % 2;
        uint32_t moved = 1;
        int64_t begin = count_on(worker->stage);
        enum model_mpmc_result result = wanted == 1
                                            ? model_mpmc_send(ring, values)
                                            : model_mpmc_send_batch(ring, values, wanted, &moved);
        int64_t end = count_on(worker->stage);
        if (result != MODEL_MPMC_DONE) {
            (void)sched_yield();
            continue;
        }
        for (uint32_t i = 0; i < moved; i++) {
            add(worker, (struct fifo_operation){FIFO_SEND, first + i, begin, end});
        }
        sent += moved;
    }
}

/* Those that found nothing are kept while there is room: the other operations need theirs. */
static void receive_values(struct worker *worker, uint32_t history)
{
    const uint32_t all = SENDER_COUNT * SEND_COUNT;
    struct stage *stage = worker->stage;

    while (atomic_load(&stage->received) < all) {
        uint32_t values[2];
        uint32_t moved = 1;
        int64_t begin = count_on(stage);
        enum model_mpmc_result result =
            (history + worker->count) % 2 == 0
                ? model_mpmc_receive(&stage->ring, values)
                : model_mpmc_receive_batch(&stage->ring, values, 2, &moved);
        int64_t end = count_on(stage);
        if (result == MODEL_MPMC_DONE) {
            add_received(worker, values, moved, begin, end);
            atomic_fetch_add(&stage->received, moved);
            continue;
        }
        worker->busy_count += result == MODEL_MPMC_BUSY;
        if (result == MODEL_MPMC_EMPTY && worker->count < OPERATION_MAX - all) {
            add(worker, (struct fifo_operation){FIFO_EMPTY, 0, begin, end});
        }
        (void)sched_yield();
    }
}

static void *run_worker(void *context)
{
    struct worker *worker = context;
    struct stage *stage = worker->stage;

    for (uint32_t history = 1; history <= stage->history_count; history++) {
        while (atomic_load(&stage->begun) < history) {
            (void)sched_yield();
        }
        if (worker->number < SENDER_COUNT) {
            send_values(worker, history);
        } else {
            receive_values(worker, history);
        }
        atomic_fetch_add(&stage->done, 1);
    }
    return NULL;
}

static enum fifo_fault check_history(const struct stage *stage)
{
    struct fifo_operation all[THREAD_COUNT * OPERATION_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < THREAD_COUNT; i++) {
        for (uint32_t k = 0; k < stage->workers[i].count; k++) {
            all[count++] = stage->workers[i].operations[k];
        }
    }
    return fifo_history_check(all, count);
}

/* Returns how many histories were bad. */
static uint32_t run_histories(struct stage *stage)
{
    uint32_t bad_count = 0;

    for (uint32_t history = 1; history <= stage->history_count; history++) {
        for (uint32_t i = 0; i < THREAD_COUNT; i++) {
            stage->workers[i].count = 0;
        }
        atomic_store(&stage->received, 0);
        atomic_store(&stage->done, 0);
        atomic_store(&stage->begun, history);
        while (atomic_load(&stage->done) < THREAD_COUNT) {
            (void)sched_yield();
        }
        bad_count += check_history(stage) != FIFO_LINEARIZABLE;
    }
    return bad_count;
}

static bool start_workers(struct stage *stage, pthread_t *threads)
{
    for (uint32_t i = 0; i < THREAD_COUNT; i++) {
        stage->workers[i].stage = stage;
        stage->workers[i].number = i;
        if (pthread_create(&threads[i], NULL, run_worker, &stage->workers[i]) != 0) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct stage stage = {.history_count = HISTORY_DEFAULT};
    size_t size = model_mpmc_size(CAPACITY, sizeof(uint32_t));
    void *memory = sim_allocate(1, size);
    pthread_t threads[THREAD_COUNT];
    uint32_t busy_count = 0;

    if (argc > 1) {
        stage.history_count = (uint32_t)strtoul(argv[1], NULL, 10);
    }
    if (model_mpmc_init(&stage.ring, memory, size, CAPACITY, sizeof(uint32_t)) != MODEL_MPMC_OK ||
        !start_workers(&stage, threads)) {
        return EXIT_FAILURE;
    }
    uint32_t bad_count = run_histories(&stage);
    for (uint32_t i = 0; i < THREAD_COUNT; i++) {
        (void)pthread_join(threads[i], NULL);
        busy_count += stage.workers[i].busy_count;
    }
    free(memory);
    (void)printf(
        "%u histories, %u not linearizable; %u receives said busy\n",
        stage.history_count,
        bad_count,
        busy_count);
    return bad_count == 0 && stage.history_count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

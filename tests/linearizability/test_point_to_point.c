/* Histories of models/point_to_point under two real threads, each checked for linearizability.
 *
 * One ring serves all histories, so that its counters wrap around its few slots again and again. In
 * each history the sender tries to send a few values, singly or in batches, and the receiver tries
 * to receive until nothing is left. usage: test_point_to_point [HISTORIES] */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/point_to_point.h"
#include "sim/base.h"

#include "tests/linearizability/fifo_history.h"

#define CAPACITY        3
#define SEND_COUNT      8
#define OPERATION_MAX   64
#define HISTORY_DEFAULT 5000

struct record {
    struct fifo_operation operations[OPERATION_MAX];
    uint32_t count;
};

struct stage {
    struct model_p2p ring;
    struct record sender;
    struct record receiver;
    atomic_uint histories_begun; /* by the receiver's thread */
    atomic_uint histories_sent;  /* by the sender's */
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

static void add(struct record *record, struct fifo_operation operation)
{
    SIM_ASSERT(record->count < OPERATION_MAX);
    record->operations[record->count++] = operation;
}

/* A batch is as many operations, all of which begin and end together. */
static void send_values(struct stage *stage, uint32_t history)
{
    uint32_t sent = 0;

    while (sent < SEND_COUNT) {
        uint32_t values[3] = {sent, sent + 1, sent + 2};
        uint32_t wanted = 1 + (history + sent) % 3;
        wanted = wanted > SEND_COUNT - sent ? SEND_COUNT - sent : wanted;
        int64_t begin = count_on(stage);
        uint32_t count = wanted == 1 ? model_p2p_send(&stage->ring, values)
                                     : model_p2p_send_batch(&stage->ring, values, wanted);
        int64_t end = count_on(stage);
        for (uint32_t i = 0; i < count; i++) {
            add(&stage->sender, (struct fifo_operation){FIFO_SEND, sent + i, begin, end});
        }
        sent += count;
    }
}

static void *run_sender(void *context)
{
    struct stage *stage = context;

    for (uint32_t history = 1; history <= stage->history_count; history++) {
        while (atomic_load(&stage->histories_begun) < history) {
            (void)sched_yield();
        }
        stage->sender.count = 0;
        send_values(stage, history);
        atomic_store(&stage->histories_sent, history);
    }
    return NULL;
}

/* Those that found nothing are kept while there is room: the other operations need theirs. */
static void receive_values(struct stage *stage, uint32_t history)
{
    uint32_t received = 0;

    while (received < SEND_COUNT) {
        uint32_t values[2];
        int64_t begin = count_on(stage);
        uint32_t count = (history + received) % 2 == 0
                             ? model_p2p_receive(&stage->ring, values)
                             : model_p2p_receive_batch(&stage->ring, values, 2);
        int64_t end = count_on(stage);
        for (uint32_t i = 0; i < count; i++) {
            add(&stage->receiver, (struct fifo_operation){FIFO_RECEIVE, values[i], begin, end});
        }
        if (count == 0 && stage->receiver.count < OPERATION_MAX - SEND_COUNT) {
            add(&stage->receiver, (struct fifo_operation){FIFO_EMPTY, 0, begin, end});
        }
        received += count;
    }
}

static enum fifo_fault check_history(const struct stage *stage)
{
    struct fifo_operation all[2 * OPERATION_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < stage->sender.count; i++) {
        all[count++] = stage->sender.operations[i];
    }
    for (uint32_t i = 0; i < stage->receiver.count; i++) {
        all[count++] = stage->receiver.operations[i];
    }
    return fifo_history_check(all, count);
}

static uint32_t run_receiver(struct stage *stage)
{
    uint32_t bad_count = 0;

    for (uint32_t history = 1; history <= stage->history_count; history++) {
        stage->receiver.count = 0;
        atomic_store(&stage->histories_begun, history);
        receive_values(stage, history);
        while (atomic_load(&stage->histories_sent) < history) {
            (void)sched_yield();
        }
        bad_count += check_history(stage) != FIFO_LINEARIZABLE;
    }
    return bad_count;
}

int main(int argc, char **argv)
{
    struct stage stage = {.history_count = HISTORY_DEFAULT};
    size_t size = model_p2p_size(CAPACITY, sizeof(uint32_t));
    void *memory = sim_allocate(1, size);
    pthread_t sender;

    if (argc > 1) {
        stage.history_count = (uint32_t)strtoul(argv[1], NULL, 10);
    }
    if (model_p2p_init(&stage.ring, memory, size, CAPACITY, sizeof(uint32_t)) != MODEL_P2P_OK ||
        pthread_create(&sender, NULL, run_sender, &stage) != 0) {
        return EXIT_FAILURE;
    }
    uint32_t bad_count = run_receiver(&stage);
    (void)pthread_join(sender, NULL);
    free(memory);
    (void)printf("%u histories, %u not linearizable\n", stage.history_count, bad_count);
    return bad_count == 0 && stage.history_count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

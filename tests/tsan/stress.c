/* The rings under real threads, for ThreadSanitizer to watch: models/mpmc between two senders and
 * two receivers, and models/point_to_point between two threads, singly and in batches, in rings so
 * small that they are full and empty all the time. An element is 64 bytes that all follow from its
 * number.
 *
 * usage: stress [OPERATIONS]: sends and receives, of both rings together. Exit status 0: every
 * element arrived once and whole. What the sanitizer finds ends the program with another. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/mpmc.h"
#include "models/point_to_point.h"
#include "sim/base.h"

#define CAPACITY        8
#define BATCH           3
#define WORD_COUNT      8
#define SENDERS_MAX     2
#define OPERATIONS      400000
#define OPERATIONS_MIN  100
#define OPERATIONS_EACH 2 /* a send and a receive */

struct element {
    uint64_t words[WORD_COUNT];
};

/* One of the two kinds of ring. Each moves up to `count` elements and returns how many. */
struct kind {
    const char *name;
    uint32_t (*send)(void *ring, const struct element *elements, uint32_t count);
    uint32_t (*receive)(void *ring, struct element *elements, uint32_t count);
    uint32_t senders; /* and as many receivers */
};

struct stage {
    const struct kind *kind;
    void *ring;
    uint64_t each; /* elements of one sender */
    _Atomic uint64_t left;
    _Atomic uint64_t sum; /* of the numbers received */
    atomic_bool is_bad;
};

struct worker {
    struct stage *stage;
    uint64_t number;
};

/* ---- the kinds ---- */

static uint32_t mpmc_send(void *ring, const struct element *elements, uint32_t count)
{
    uint32_t moved = 1;
    enum model_mpmc_result result = count == 1
                                        ? model_mpmc_send(ring, elements)
                                        : model_mpmc_send_batch(ring, elements, count, &moved);

    return result == MODEL_MPMC_DONE ? moved : 0;
}

static uint32_t mpmc_receive(void *ring, struct element *elements, uint32_t count)
{
    uint32_t moved = 1;
    enum model_mpmc_result result = count == 1
                                        ? model_mpmc_receive(ring, elements)
                                        : model_mpmc_receive_batch(ring, elements, count, &moved);

    return result == MODEL_MPMC_DONE ? moved : 0;
}

static uint32_t p2p_send(void *ring, const struct element *elements, uint32_t count)
{
    return count == 1 ? model_p2p_send(ring, elements)
                      : model_p2p_send_batch(ring, elements, count);
}

static uint32_t p2p_receive(void *ring, struct element *elements, uint32_t count)
{
    return count == 1 ? model_p2p_receive(ring, elements)
                      : model_p2p_receive_batch(ring, elements, count);
}

/* ---- threads ---- */

static void *run_sender(void *context)
{
    const struct worker *worker = context;
    struct stage *stage = worker->stage;

    for (uint64_t sent = 0; sent < stage->each;) {
        struct element elements[BATCH];
        uint64_t left = stage->each - sent;
        uint32_t count = left < BATCH ? 1 : 1 + (uint32_t)(sent % BATCH);
        for (uint32_t i = 0; i < count * WORD_COUNT; i++) {
            elements[i / WORD_COUNT].words[i % WORD_COUNT] =
                worker->number * stage->each + sent + i / WORD_COUNT;
        }
        uint32_t moved = stage->kind->send(stage->ring, elements, count);
        if (moved == 0) {
            (void)sched_yield();
        }
        sent += moved;
    }
    return NULL;
}

static bool is_whole(const struct element *element)
{
    for (uint32_t i = 1; i < WORD_COUNT; i++) {
        if (element->words[i] != element->words[0]) {
            return false;
        }
    }
    return true;
}

static void *run_receiver(void *context)
{
    const struct worker *worker = context;
    struct stage *stage = worker->stage;
    uint64_t sum = 0;
    bool is_good = true;

    for (uint32_t turn = 0; atomic_load(&stage->left) > 0; turn++) {
        struct element elements[BATCH];
        uint32_t moved = stage->kind->receive(stage->ring, elements, 1 + turn % BATCH);
        for (uint32_t i = 0; i < moved; i++) {
            sum += elements[i].words[0];
            is_good = is_good && is_whole(&elements[i]);
        }
        if (moved == 0) {
            (void)sched_yield();
        } else {
            atomic_fetch_sub(&stage->left, moved);
        }
    }
    atomic_fetch_add(&stage->sum, sum);
    if (!is_good) {
        atomic_store(&stage->is_bad, true);
    }
    return NULL;
}

/* Moves `each` elements of each sender; whether all arrived, and whole. */
static bool run_kind(const struct kind *kind, void *ring, uint64_t each)
{
    struct stage stage = {.kind = kind, .ring = ring, .each = each};
    struct worker workers[2 * SENDERS_MAX];
    pthread_t threads[2 * SENDERS_MAX];
    uint64_t count = each * kind->senders;

    SIM_ASSERT(kind->senders <= SENDERS_MAX);
    atomic_store(&stage.left, count);
    for (uint32_t i = 0; i < 2 * kind->senders; i++) {
        workers[i] = (struct worker){&stage, i};
        void *(*run)(void *) = i < kind->senders ? run_sender : run_receiver;
        if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0) {
            return false;
        }
    }
    for (uint32_t i = 0; i < 2 * kind->senders; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    bool is_good =
        !atomic_load(&stage.is_bad) && atomic_load(&stage.sum) == count * (count - 1) / 2;
    (void)printf(
        "%s: %llu operations, %s\n",
        kind->name,
        (unsigned long long)count * OPERATIONS_EACH,
        is_good ? "all whole" : "WRONG");
    return is_good;
}

int main(int argc, char **argv)
{
    const struct kind mpmc = {"mpmc", mpmc_send, mpmc_receive, 2};
    const struct kind p2p = {"point_to_point", p2p_send, p2p_receive, 1};
    uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 10) : OPERATIONS;
    size_t mpmc_size = model_mpmc_size(CAPACITY, sizeof(struct element));
    size_t p2p_size = model_p2p_size(CAPACITY, sizeof(struct element));
    void *mpmc_memory = sim_allocate(1, mpmc_size);
    void *p2p_memory = sim_allocate(1, p2p_size);
    struct model_mpmc mpmc_ring;
    struct model_p2p p2p_ring;

    if (operations < OPERATIONS_MIN ||
        model_mpmc_init(&mpmc_ring, mpmc_memory, mpmc_size, CAPACITY, sizeof(struct element)) !=
            MODEL_MPMC_OK ||
        model_p2p_init(&p2p_ring, p2p_memory, p2p_size, CAPACITY, sizeof(struct element)) !=
            MODEL_P2P_OK) {
        return EXIT_FAILURE;
    }
    uint64_t half = operations / 2 / OPERATIONS_EACH;
    bool is_good = run_kind(&mpmc, &mpmc_ring, half / 2);
    is_good = run_kind(&p2p, &p2p_ring, half) && is_good;
    free(mpmc_memory);
    free(p2p_memory);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* models/mvc under real threads: one writer, two readers that take snapshots, one view that drains.
 *
 * Post number v is of key (v - 1) mod KEYS and has the value v in all its words. So what the state
 * was at a version follows from the version, and with one writer, whose posts are in an order of
 * their own, a history is linearizable exactly if every snapshot is the state at the version that
 * it names, that version was current at some moment of the call, and no reader goes back; of a
 * view, the same at the end of each round. Every operation is checked so, as it ends.
 *
 * usage: test_mvc_history [SNAPSHOTS]: of both readers together. The same source is built with
 * ThreadSanitizer as test_tsan_mvc. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/mvc.h"
#include "models/mvc_view.h"

#define KEYS              5
#define WORDS             9 /* of a value: more than a line of the cache */
#define READERS           2
#define SNAPSHOTS_DEFAULT 200000
#define PAUSE_POSTS       64 /* now and then the writer lets the others catch up */

struct value {
    uint64_t words[WORDS];
};

struct stage {
    struct model_mvc mvc;
    uint32_t keys[KEYS];
    uint64_t snapshots_each;
    _Atomic uint32_t readers_left;
    _Atomic uint64_t bad;
    _Atomic uint64_t busy;   /* snapshots that the writer outran */
    _Atomic uint64_t rounds; /* of the view, that came to their end */
    void *view_memory;
    size_t view_size;
};

/* The number of the newest post of the key at this version; 0: it has none. */
static uint64_t newest_of(uint32_t key, uint64_t version)
{
    return version <= key ? 0 : version - (version - 1 - key) % KEYS;
}

static bool is_whole(const struct value *value, uint64_t number)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        if (value->words[i] != number) {
            return false;
        }
    }
    return true;
}

static bool is_state_at(const struct value *values, uint64_t version)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        if (!is_whole(&values[key], newest_of(key, version))) {
            return false;
        }
    }
    return true;
}

/* ---- the threads ---- */

static void *run_writer(void *context)
{
    struct stage *stage = context;
    struct value value;

    for (uint64_t number = 1; atomic_load(&stage->readers_left) > 0; number++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            value.words[i] = number;
        }
        model_mvc_post(&stage->mvc, stage->keys[(number - 1) % KEYS], &value);
        if (number % PAUSE_POSTS == 0) {
            (void)sched_yield();
        }
    }
    return NULL;
}

static void *run_reader(void *context)
{
    struct stage *stage = context;
    struct value values[KEYS];
    uint64_t last = 0;

    /* As many posts as snapshots at least: a reader that is done before the writer began has seen
     * nothing. */
    for (uint64_t done = 0; done < stage->snapshots_each || last < stage->snapshots_each;) {
        uint64_t before = model_mvc_version(&stage->mvc);
        uint64_t version = 0;
        if (model_mvc_snapshot(&stage->mvc, stage->keys, KEYS, values, &version) != MODEL_MVC_OK) {
            atomic_fetch_add(&stage->busy, 1);
            continue;
        }
        uint64_t after = model_mvc_version(&stage->mvc);
        bool is_good = before <= version && version <= after && last <= version &&
                       is_state_at(values, version);
        atomic_fetch_add(&stage->bad, is_good ? 0 : 1);
        last = version;
        done++;
    }
    atomic_fetch_sub(&stage->readers_left, 1);
    return NULL;
}

/* Drains one round into `values`; whether it came to its end. */
static bool drain_round(struct stage *stage, struct model_mvc_view *view, struct value *values)
{
    struct model_mvc_change change;
    struct value value;
    enum model_mvc_status status;

    while ((status = model_mvc_view_drain(view, &change, &value)) == MODEL_MVC_OK) {
        bool is_good = change.version == newest_of(change.index, change.version) &&
                       is_whole(&value, change.version) &&
                       value.words[0] > values[change.index].words[0];
        atomic_fetch_add(&stage->bad, is_good ? 0 : 1);
        values[change.index] = value;
    }
    return status == MODEL_MVC_NOTHING;
}

static void *run_view(void *context)
{
    struct stage *stage = context;
    struct model_mvc_view view;
    struct value values[KEYS] = {{{0}}};

    if (model_mvc_view_init(&view, &stage->mvc, stage->view_memory, stage->view_size) !=
        MODEL_MVC_OK) {
        atomic_fetch_add(&stage->bad, 1);
        return NULL;
    }
    while (atomic_load(&stage->readers_left) > 0) {
        if (drain_round(stage, &view, values)) {
            bool is_good = is_state_at(values, model_mvc_view_version(&view));
            atomic_fetch_add(&stage->bad, is_good ? 0 : 1);
            atomic_fetch_add(&stage->rounds, 1);
        }
        (void)sched_yield();
    }
    return NULL;
}

/* ---- all of them ---- */

static bool set_up(struct stage *stage, void *memory, size_t size)
{
    if (model_mvc_init(&stage->mvc, memory, size, KEYS, sizeof(struct value)) != MODEL_MVC_OK) {
        return false;
    }
    for (uint32_t key = 0; key < KEYS; key++) {
        const char name[] = {(char)('a' + key), '\0'};
        if (model_mvc_register(&stage->mvc, name, &stage->keys[key]) != MODEL_MVC_OK ||
            stage->keys[key] != key) {
            return false;
        }
    }
    stage->view_size = model_mvc_view_size(&stage->mvc);
    stage->view_memory = sim_allocate(1, stage->view_size);
    return true;
}

static bool run_all(struct stage *stage)
{
    void *(*const runs[])(void *) = {run_writer, run_view, run_reader, run_reader};
    pthread_t threads[2 + READERS];

    for (uint32_t i = 0; i < 2 + READERS; i++) {
        if (pthread_create(&threads[i], NULL, runs[i], stage) != 0) {
            return false;
        }
    }
    for (uint32_t i = 0; i < 2 + READERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return atomic_load(&stage->bad) == 0;
}

int main(int argc, char **argv)
{
    uint64_t snapshots = argc > 1 ? strtoull(argv[1], NULL, 10) : SNAPSHOTS_DEFAULT;
    size_t size = model_mvc_size(KEYS, sizeof(struct value));
    void *memory = sim_allocate(1, size);
    struct stage stage = {.snapshots_each = snapshots / READERS};

    atomic_store(&stage.readers_left, READERS);
    if (stage.snapshots_each == 0 || !set_up(&stage, memory, size)) {
        return EXIT_FAILURE;
    }
    bool is_good = run_all(&stage);
    (void)printf(
        "%llu snapshots (%llu outrun) and %llu rounds of a view, beside %llu posts: %s\n",
        (unsigned long long)stage.snapshots_each * READERS,
        (unsigned long long)atomic_load(&stage.busy),
        (unsigned long long)atomic_load(&stage.rounds),
        (unsigned long long)model_mvc_version(&stage.mvc),
        is_good ? "all linearizable" : "NOT LINEARIZABLE");
    free(stage.view_memory);
    free(memory);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

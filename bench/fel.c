/* Future event lists under the hold model: pop the first event, insert one an increment later.
 *
 * Every list holds the same events and is timed in turns, so that a neighbour's load falls on all
 * alike; the figures are medians of the turns, in ns of processor time an operation, the drawing of
 * the increment included. Before any timing, all lists must pop the same events. Where events are
 * moved, a list that cannot cancel leaves the old key behind and asks at every pop whether the key
 * is stale. Usage: bench_fel [LARGEST SIZE [WORKLOAD]] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/random.h"

#include "bench/measure.h"
#include "bench/sim/lists.h"

#define TURNS_MAX 9
#define MOVE_EACH 10 /* operations */

static const struct bench_list *const lists[] = {
    &bench_binary_heap, &bench_quad_heap, &bench_ladder, &bench_radix, &bench_kernel};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static const uint64_t sizes[] = {2, 10, 1000, 100000, 1000000, 10000000};

#define SIZE_COUNT (sizeof(sizes) / sizeof(sizes[0]))

typedef sim_time increment_fn(struct sim_stream *stream);

struct workload {
    const char *name;
    increment_fn *increment;
    bool moves; /* one event in ten operations, too */
};

/* ---- workloads ---- */

static sim_time exponential(struct sim_stream *stream)
{
    return (sim_time)(1e9 * sim_stream_exponential(stream));
}

static sim_time bimodal(struct sim_stream *stream)
{
    double mean = sim_stream_unit(stream) < 0.9 ? 1e6 : 1e10;

    return (sim_time)(mean * sim_stream_exponential(stream));
}

static sim_time all_equal(struct sim_stream *stream)
{
    (void)stream;
    return SIM_SECOND;
}

static sim_time far_future(struct sim_stream *stream)
{
    double span = sim_stream_unit(stream) < 0.01 ? 1e14 : 1e6;

    return (sim_time)(span * sim_stream_unit(stream));
}

static const struct workload workloads[] = {
    {"exponential", exponential, false},
    {"bimodal", bimodal, false},
    {"all equal", all_equal, false},
    {"far future", far_future, false},
    {"10% cancels", exponential, true},
};

#define WORKLOAD_COUNT (sizeof(workloads) / sizeof(workloads[0]))

/* ---- the hold model ---- */

struct subject {
    const struct bench_list *list;
    void *state;
    struct sim_stream stream;
    uint64_t size;
    uint64_t order;
    uint64_t *live; /* the rank of each slot's event, if the list cannot cancel but must */
    double turns[TURNS_MAX];
};

static sim_uint128 key_after(struct subject *subject, sim_time delay, sim_time now, uint64_t slot)
{
    sim_uint128 key = bench_key(now + delay, subject->order++, slot);

    if (subject->live != NULL) {
        subject->live[slot] = bench_key_rank(key);
    }
    return key;
}

static sim_uint128 pop_live(struct subject *subject)
{
    sim_uint128 key = subject->list->pop(subject->state);

    while (subject->live != NULL && subject->live[bench_key_slot(key)] != bench_key_rank(key)) {
        key = subject->list->pop(subject->state);
    }
    return key;
}

static void move_one(struct subject *subject, increment_fn *increment, sim_time now)
{
    uint64_t slot = sim_stream_below(&subject->stream, subject->size);
    sim_uint128 key = key_after(subject, increment(&subject->stream), now, slot);

    if (subject->list->move != NULL) {
        subject->list->move(subject->state, key);
    } else {
        subject->list->insert(subject->state, key);
    }
}

static uint64_t hold(struct subject *subject, const struct workload *workload, uint64_t operations)
{
    uint64_t digest = 0;

    for (uint64_t i = 0; i < operations; i++) {
        sim_uint128 first = pop_live(subject);
        sim_time now = bench_key_time(first);
        uint64_t slot = bench_key_slot(first);
        digest = (digest * 31 + (uint64_t)now) * 31 + slot;
        sim_time delay = workload->increment(&subject->stream);
        subject->list->insert(subject->state, key_after(subject, delay, now, slot));
        if (workload->moves && i % MOVE_EACH == 0) {
            move_one(subject, workload->increment, now);
        }
    }
    return digest;
}

/* Fills the list, and holds until the times in it are those of a list in use. */
static uint64_t start(struct subject *subject, const struct workload *workload, uint64_t size)
{
    bool must_know = workload->moves && subject->list->move == NULL;
    uint64_t rounds = size > 1000000 ? 1 : 3;

    subject->size = size;
    subject->stream = sim_stream_named(1, "increments");
    subject->state = subject->list->create(size, workload->moves);
    subject->live = must_know ? sim_allocate(size, sizeof(*subject->live)) : NULL;
    for (uint64_t slot = 0; slot < size; slot++) {
        sim_time delay = workload->increment(&subject->stream);
        subject->list->insert(subject->state, key_after(subject, delay, 0, slot));
    }
    return hold(subject, workload, size < 10000 ? 30000 : rounds * size);
}

static void start_all(struct subject *subjects, const struct workload *workload, uint64_t size)
{
    uint64_t digest = 0;

    for (size_t i = 0; i < LIST_COUNT; i++) {
        subjects[i] = (struct subject){.list = lists[i]};
        uint64_t found = start(&subjects[i], workload, size);
        SIM_ASSERT(i == 0 || found == digest);
        digest = found;
    }
}

static void finish_all(struct subject *subjects)
{
    for (size_t i = 0; i < LIST_COUNT; i++) {
        subjects[i].list->destroy(subjects[i].state);
        free(subjects[i].live);
    }
}

/* One row of the table. Every turn is long enough for each event to fire once or more. Returns the
 * kernel's figure. */
static struct bench_figure compare_lists(const struct workload *workload, uint64_t size)
{
    struct subject subjects[LIST_COUNT];
    size_t turn_count = size > 1000000 ? 3 : TURNS_MAX;
    uint64_t operations = size < 200000 ? 200000 : size;
    double ratios[TURNS_MAX];

    start_all(subjects, workload, size);
    for (size_t turn = 0; turn < turn_count; turn++) {
        for (size_t i = 0; i < LIST_COUNT; i++) {
            double before = bench_now_ns();
            (void)hold(&subjects[i], workload, operations);
            subjects[i].turns[turn] = (bench_now_ns() - before) / (double)operations;
        }
        ratios[turn] = subjects[LIST_COUNT - 1].turns[turn] / subjects[0].turns[turn];
    }
    struct bench_figure kernel = {.unit = "ns", .yardstick = lists[0]->name};
    printf("| %-11s | %8llu |", workload->name, (unsigned long long)size);
    for (size_t i = 0; i < LIST_COUNT; i++) {
        kernel.value = bench_median(subjects[i].turns, turn_count);
        printf(" %12.1f |", kernel.value);
    }
    kernel.ratio = bench_median(ratios, turn_count);
    printf(" %12.2f |\n", kernel.ratio);
    (void)fflush(stdout);
    finish_all(subjects);
    return kernel;
}

/* ---- memory ---- */

/* What each of ten million events takes, one tenth of which have been moved. */
static double bytes_an_event(void)
{
    struct subject subject = {.list = &bench_kernel};
    const struct workload workload = {"memory", exponential, true};
    const uint64_t size = 10000000;

    (void)start(&subject, &workload, size);
    double bytes = (double)bench_kernel_size(subject.state) / (double)size;
    subject.list->destroy(subject.state);
    return bytes;
}

/* ---- all of it ---- */

struct bar {
    uint64_t size;
    const char *name;
    double ns;
};

static const struct bar bars[] = {
    {10, "hold, 10 pending", 30},
    {1000, "hold, 1,000 pending", 40},
    {100000, "hold, 100,000 pending", 75},
    {1000000, "hold, 1,000,000 pending", 95},
};

#define BAR_COUNT (sizeof(bars) / sizeof(bars[0]))

static void set_bar(struct bench_figure *figures, const struct bench_figure *found, uint64_t size)
{
    for (size_t i = 0; i < BAR_COUNT; i++) {
        if (bars[i].size == size) {
            figures[i] = *found;
            figures[i].name = bars[i].name;
            figures[i].bar_kind = BENCH_BAR_VALUE;
            figures[i].bar = bars[i].ns;
        }
    }
}

static void print_head(void)
{
    printf("| increments  |  pending |");
    for (size_t i = 0; i < LIST_COUNT; i++) {
        printf(" %12s |", lists[i]->name);
    }
    printf(" sim : binary |\n| :---------- | -------: |");
    for (size_t i = 0; i <= LIST_COUNT; i++) {
        printf(" -----------: |");
    }
    printf("\n");
}

static void compare_sizes(
    const struct workload *workload, uint64_t largest, struct bench_figure *figures)
{
    for (size_t i = 0; i < SIZE_COUNT && sizes[i] <= largest; i++) {
        struct bench_figure found = compare_lists(workload, sizes[i]);
        if (workload == &workloads[0]) {
            set_bar(figures, &found, sizes[i]);
        }
    }
}

static void print_bars(struct bench_figure *figures)
{
    figures[BAR_COUNT] = (struct bench_figure){
        .name = "10,000,000 pending, each",
        .value = bytes_an_event(),
        .unit = "B",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = 64,
    };
    printf("\n");
    bench_print_figures(figures, BAR_COUNT + 1);
}

int main(int argc, char **argv)
{
    uint64_t largest = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    struct bench_figure figures[BAR_COUNT + 1] = {0};

    print_head();
    for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
        if (argc < 3 || strcmp(argv[2], workloads[i].name) == 0) {
            compare_sizes(&workloads[i], largest, figures);
        }
    }
    if (argc < 3 && largest >= bars[BAR_COUNT - 1].size) {
        print_bars(figures);
    }
    return 0;
}

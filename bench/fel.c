/* Future event lists under the hold model: pop the first event, insert one an increment later.
 *
 * Every list holds the same events and is timed in turns, so that a neighbour's load falls on all
 * alike; the figures are medians of the turns, in ns of processor time an operation. Before any
 * timing, all lists must pop the same times. Usage: bench_fel [LARGEST SIZE] */
/* SPDX-License-Identifier: MIT */
#include "sim/fel.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/random.h"

#include "bench/sim/lists.h"

#define TURNS 9

static const struct bench_list *const lists[] = {
    &bench_binary_heap, &bench_quad_heap, &bench_ladder, &bench_radix, &bench_kernel};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

typedef sim_time increment_fn(struct sim_stream *stream);

struct workload {
    const char *name;
    increment_fn *increment;
};

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
    double span = sim_stream_unit(stream) < 0.01 ? 1e15 : 1e6;

    return (sim_time)(span * sim_stream_unit(stream));
}

static const struct workload workloads[] = {
    {"exponential", exponential},
    {"bimodal", bimodal},
    {"all equal", all_equal},
    {"far future", far_future},
};

#define WORKLOAD_COUNT (sizeof(workloads) / sizeof(workloads[0]))

/* ---- time ---- */

static double now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

/* ---- the hold model ---- */

struct subject {
    const struct bench_list *list;
    void *state;
    struct sim_stream stream;
    double turns[TURNS];
};

static uint64_t hold(struct subject *subject, increment_fn *increment, uint64_t operations)
{
    uint64_t digest = 0;

    for (uint64_t i = 0; i < operations; i++) {
        sim_time now = subject->list->pop(subject->state);
        digest = digest * 31 + (uint64_t)now;
        subject->list->insert(subject->state, now + increment(&subject->stream));
    }
    return digest;
}

static uint64_t start(struct subject *subject, increment_fn *increment, uint64_t size)
{
    subject->stream = sim_stream_named(1, "increments");
    subject->state = subject->list->create(size);
    for (uint64_t i = 0; i < size; i++) {
        subject->list->insert(subject->state, increment(&subject->stream));
    }
    return hold(subject, increment, 3 * size < 10000 ? 10000 : 3 * size);
}

/* One row of the table. */
static void compare_lists(const struct workload *workload, uint64_t size)
{
    struct subject subjects[LIST_COUNT];
    uint64_t operations = size < 1000000 ? 200000 : 1000000;
    uint64_t digest = 0;

    printf("| %-11s | %9llu |", workload->name, (unsigned long long)size);
    for (size_t i = 0; i < LIST_COUNT; i++) {
        subjects[i] = (struct subject){.list = lists[i]};
        uint64_t found = start(&subjects[i], workload->increment, size);
        SIM_ASSERT(i == 0 || found == digest);
        digest = found;
    }
    for (size_t turn = 0; turn < TURNS; turn++) {
        for (size_t i = 0; i < LIST_COUNT; i++) {
            double before = now_ns();
            (void)hold(&subjects[i], workload->increment, operations);
            subjects[i].turns[turn] = (now_ns() - before) / (double)operations;
        }
    }
    double plain = median(subjects[0].turns, TURNS);
    double last = 0;
    for (size_t i = 0; i < LIST_COUNT; i++) {
        last = median(subjects[i].turns, TURNS);
        printf(" %7.1f |", last);
        subjects[i].list->destroy(subjects[i].state);
    }
    printf(" %5.2f |\n", last / plain);
    (void)fflush(stdout);
}

/* ---- cancelling, and memory: the kernel's list alone ---- */

static void fire_nothing(void *context, uint64_t payload)
{
    (void)context;
    (void)payload;
}

/* Holds, and at every tenth operation moves a random event, as cancel and insert. */
static void measure_cancels(uint64_t size)
{
    sim_fel *fel = sim_fel_create();
    struct sim_stream stream = sim_stream_named(1, "increments");
    struct sim_event_id *ids = sim_allocate(size, sizeof(*ids));
    struct sim_event event = {.fire = fire_nothing, .class = SIM_CLASS_WORLD};
    const uint64_t operations = size < 1000000 ? 1000000 : 3000000;

    for (uint64_t i = 0; i < size; i++) {
        event.time = exponential(&stream);
        event.payload = i;
        ids[i] = sim_fel_insert(fel, &event);
    }
    uint64_t filled = sim_fel_size(fel);
    double before = now_ns();
    for (uint64_t i = 0; i < operations; i++) {
        bool popped = sim_fel_pop(fel, &event);
        SIM_ASSERT(popped);
        sim_time now = event.time;
        event.time = now + exponential(&stream);
        ids[event.payload] = sim_fel_insert(fel, &event);
        if (i % 10 == 0) {
            uint64_t victim = sim_stream_below(&stream, size);
            bool moved = sim_fel_reschedule(fel, &ids[victim], now + exponential(&stream));
            SIM_ASSERT(moved);
        }
    }
    double cost = (now_ns() - before) / (double)operations;
    printf(
        "| %9llu | %7.1f | %8.1f | %8.1f |\n",
        (unsigned long long)size,
        cost,
        (double)filled / (double)size,
        (double)sim_fel_size(fel) / (double)size);
    free(ids);
    sim_fel_destroy(fel);
}

int main(int argc, char **argv)
{
    const uint64_t sizes[] = {2, 10, 1000, 100000, 1000000, 10000000};
    uint64_t largest = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;

    printf("| increments  |   pending |");
    for (size_t i = 0; i < LIST_COUNT; i++) {
        printf(" %s |", lists[i]->name);
    }
    printf(" sim/fel : binary heap |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
        for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]) && sizes[j] <= largest; j++) {
            compare_lists(&workloads[i], sizes[j]);
        }
    }
    printf("\nsim/fel, exponential, every tenth operation moves an event:\n\n");
    printf("| pending | ns | bytes an event | and after |\n|---:|---:|---:|---:|\n");
    for (size_t j = 2; j < sizeof(sizes) / sizeof(sizes[0]) && sizes[j] <= largest; j++) {
        measure_cancels(sizes[j]);
    }
    return 0;
}

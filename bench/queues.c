/* Queues between threads, and on one: models/point_to_point and models/mpmc beside the rings that
 * people would pick; then every model through its public functions, on one thread.
 *
 * All take turns, so that a change in the machine's speed hits all alike; figures are medians in ns
 * a message. What is not installed is left out, and named. A table of all figures comes first, the
 * bars after it. Usage: bench_queues [MESSAGES [WORDS]]: only what has WORDS in its name. */
/* SPDX-License-Identifier: MIT */
#include "bench/queues/queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/measure.h"
#include "bench/queues/models.h"

#define TURN_COUNT     7
#define CONTENDERS_MAX 8
#define MESSAGES       1000000

struct contender {
    const char *name;           /* NULL: it is not installed, and `package` is missing */
    bench_queues_fn *measure_8; /* messages of 8 bytes */
    bench_queues_fn *measure_64;
    const char *package;
    bool is_unbounded; /* it may grow for ever, and so is no match for a bounded one */
};

#define CONTENDER(name, label)                                                                     \
    {                                                                                              \
        label, bench_queues_##name##_8, bench_queues_##name##_64, NULL, false                      \
    }

#ifdef HAS_CK
#define CK        CONTENDER(ck, "ck_ring")
#define CK_SHARED CONTENDER(ck_shared, "ck_ring")
#else
#define CK                                                                                         \
    {                                                                                              \
        NULL, NULL, NULL, "libck-dev", false                                                       \
    }
#define CK_SHARED CK
#endif
#ifdef HAS_DPDK
#define DPDK        CONTENDER(dpdk, "rte_ring")
#define DPDK_SHARED CONTENDER(dpdk_shared, "rte_ring")
#else
#define DPDK                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL, "libdpdk-dev", false                                                     \
    }
#define DPDK_SHARED DPDK
#endif
#ifdef HAS_MOODYCAMEL
#define MOODYCAMEL CONTENDER(moodycamel, "ReaderWriterQueue")
#else
#define MOODYCAMEL                                                                                 \
    {                                                                                              \
        NULL, NULL, NULL, "libreaderwriterqueue-dev", false                                        \
    }
#endif
#ifdef HAS_MOODYCAMEL_SHARED
#define MOODYCAMEL_SHARED                                                                          \
    {                                                                                              \
        "ConcurrentQueue", bench_queues_moodycamel_shared_8, bench_queues_moodycamel_shared_64,    \
            NULL, true                                                                             \
    }
#else
#define MOODYCAMEL_SHARED                                                                          \
    {                                                                                              \
        NULL, NULL, NULL, "libconcurrentqueue-dev", false                                          \
    }
#endif
#ifdef HAS_BOOST
#define BOOST        CONTENDER(boost, "boost spsc_queue")
#define BOOST_SHARED CONTENDER(boost_shared, "boost queue")
#else
#define BOOST                                                                                      \
    {                                                                                              \
        NULL, NULL, NULL, "libboost-dev", false                                                    \
    }
#define BOOST_SHARED BOOST
#endif
#ifdef HAS_URCU
#define URCU CONTENDER(urcu, "wfcqueue")
#else
#define URCU                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL, "liburcu-dev", false                                                     \
    }
#endif
#ifdef HAS_GLIB
#define GLIB CONTENDER(glib, "GAsyncQueue")
#else
#define GLIB                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL, "libglib2.0-dev", false                                                  \
    }
#endif

/* Ours comes first in each. */
static const struct contender alone[CONTENDERS_MAX] = {
    CONTENDER(point_to_point, "point_to_point"),
    CONTENDER(plain, "plain ring"),
    CONTENDER(mpmc, "mpmc"),
};
static const struct contender one_each[CONTENDERS_MAX] = {
    CONTENDER(point_to_point, "point_to_point"), CK, DPDK, MOODYCAMEL, BOOST, URCU, GLIB};
static const struct contender two_each[CONTENDERS_MAX] = {
    CONTENDER(mpmc, "mpmc"), CK_SHARED, DPDK_SHARED, MOODYCAMEL_SHARED, BOOST_SHARED, URCU, GLIB};

struct form {
    const char *name;
    const struct contender *contenders;
    uint32_t threads;
    uint32_t size; /* of a message, in bytes */
    uint32_t batch;
    double bar; /* the most that ours may take, as a multiple of the best of the others; 0: none */
};

static const struct form forms[] = {
    {"1 thread, 8 B", alone, 1, 8, 1, 0},
    {"1 thread, 64 B", alone, 1, 64, 1, 1.4},
    {"1 thread, 64 B, batches of 32", alone, 1, 64, 32, 0},
    {"1 to 1, 8 B", one_each, 2, 8, 1, 1},
    {"1 to 1, 64 B", one_each, 2, 64, 1, 1},
    {"1 to 1, 8 B, batches of 32", one_each, 2, 8, 32, 1},
    {"1 to 1, 64 B, batches of 32", one_each, 2, 64, 32, 1},
    {"2 to 2, 8 B", two_each, 4, 8, 1, 1},
    {"2 to 2, 8 B, batches of 32", two_each, 4, 8, 32, 0},
};

#define FORM_COUNT (sizeof(forms) / sizeof(*forms))

/* ---- one form ---- */

static double measure_once(
    const struct contender *contender, const struct form *form, uint64_t count)
{
    bench_queues_fn *measure = form->size == 8 ? contender->measure_8 : contender->measure_64;

    return measure(form->threads, form->batch, count);
}

static double median_of(const double *turns)
{
    double values[TURN_COUNT];

    memcpy(values, turns, sizeof(values));
    return bench_median(values, TURN_COUNT);
}

static double median_ratio(const double *ours, const double *others)
{
    double ratios[TURN_COUNT];

    for (uint32_t turn = 0; turn < TURN_COUNT; turn++) {
        ratios[turn] = ours[turn] / others[turn];
    }
    return bench_median(ratios, TURN_COUNT);
}

/* Prints a line for each contender, and returns which of the others, if they are bounded, was best;
 * 0: there was none. */
static uint32_t print_form(const struct form *form, double spent[CONTENDERS_MAX][TURN_COUNT])
{
    uint32_t best = 0;

    (void)printf("%s\n", form->name);
    for (uint32_t i = 0; i < CONTENDERS_MAX; i++) {
        const struct contender *contender = &form->contenders[i];
        if (contender->name == NULL) {
            continue;
        }
        double median = median_of(spent[i]);
        (void)printf(
            "  %-24s %8.2f%s\n",
            contender->name,
            median,
            contender->is_unbounded ? "  unbounded" : "");
        if (i > 0 && !contender->is_unbounded && (best == 0 || median < median_of(spent[best]))) {
            best = i;
        }
    }
    (void)fflush(stdout);
    return best;
}

static struct bench_figure measure_form(const struct form *form, uint64_t count)
{
    /* Whoever comes after a slow one would have less of the processors' favour. */
    const struct timespec rest = {.tv_nsec = 10000000};
    double spent[CONTENDERS_MAX][TURN_COUNT] = {{0}};

    for (uint32_t i = 0; i < TURN_COUNT * CONTENDERS_MAX; i++) {
        const struct contender *contender = &form->contenders[i % CONTENDERS_MAX];
        if (contender->name != NULL) {
            (void)nanosleep(&rest, NULL);
            spent[i % CONTENDERS_MAX][i / CONTENDERS_MAX] = measure_once(contender, form, count);
        }
    }
    uint32_t best = print_form(form, spent);
    return (struct bench_figure){
        .name = form->name,
        .value = median_of(spent[0]),
        .unit = "ns",
        .ratio = best > 0 ? median_ratio(spent[0], spent[best]) : 0,
        .yardstick = best > 0 ? form->contenders[best].name : NULL,
        .bar_kind = best > 0 && form->bar > 0 ? BENCH_BAR_RATIO : BENCH_BAR_NONE,
        .bar = form->bar,
    };
}

/* ---- the models, through their public functions ---- */

struct model {
    const char *name;
    double (*measure)(uint64_t count);
    double bar; /* ns */
};

static const struct model models[] = {
    {"producer_consumer, send + receive + ack", bench_queues_producer_consumer, 60},
    {"publish_subscribe, publish + poll", bench_queues_publish_subscribe, 40},
    {"mvc, post", bench_queues_mvc_post, 0},
    {"mvc, post + drain", bench_queues_mvc_drain, 40},
};

#define MODEL_COUNT (sizeof(models) / sizeof(*models))

/* Beside each turn of a model one of a plain ring copy of 64 bytes. */
static struct bench_figure measure_model(const struct model *model, uint64_t count)
{
    double spent[TURN_COUNT];
    double ratios[TURN_COUNT];

    for (uint32_t turn = 0; turn < TURN_COUNT; turn++) {
        double plain = bench_queues_plain_64(1, 1, count);
        spent[turn] = model->measure(count);
        ratios[turn] = spent[turn] / plain;
    }
    return (struct bench_figure){
        .name = model->name,
        .value = bench_median(spent, TURN_COUNT),
        .unit = "ns",
        .ratio = bench_median(ratios, TURN_COUNT),
        .yardstick = "plain ring copy",
        .bar_kind = model->bar > 0 ? BENCH_BAR_VALUE : BENCH_BAR_NONE,
        .bar = model->bar,
    };
}

static void say_who_is_absent(void)
{
    const struct contender *lists[] = {one_each, two_each};

    for (uint32_t i = 0; i < 2 * CONTENDERS_MAX; i++) {
        const struct contender *contender = &lists[i / CONTENDERS_MAX][i % CONTENDERS_MAX];
        if (contender->package != NULL) {
            (void)printf("left out: apt-get install %s\n", contender->package);
        }
    }
}

static bool is_wanted(const char *name, const char *words)
{
    return words == NULL || strstr(name, words) != NULL;
}

static struct bench_figure measure_waiting(const char *name)
{
    return (struct bench_figure){
        .name = name,
        .value = bench_queues_waiting_mib(10000000),
        .unit = "MiB",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = 1024,
    };
}

int main(int argc, char **argv)
{
    static const char waiting[] = "producer_consumer, 10 million waiting";
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : MESSAGES;
    const char *words = argc > 2 ? argv[2] : NULL;
    struct bench_figure figures[FORM_COUNT + MODEL_COUNT + 1];
    size_t figure_count = 0;

    say_who_is_absent();
    for (size_t i = 0; i < FORM_COUNT; i++) {
        if (is_wanted(forms[i].name, words)) {
            figures[figure_count++] = measure_form(&forms[i], count);
        }
    }
    for (size_t i = 0; i < MODEL_COUNT; i++) {
        if (is_wanted(models[i].name, words)) {
            figures[figure_count++] = measure_model(&models[i], count);
        }
    }
    if (is_wanted(waiting, words)) {
        figures[figure_count++] = measure_waiting(waiting);
    }
    (void)printf("\n");
    bench_print_figures(figures, figure_count);
    return EXIT_SUCCESS;
}

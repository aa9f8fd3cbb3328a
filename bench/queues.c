/* Queues between two threads, and on one: models/point_to_point beside a plain array and the rings
 * that people would pick; then models/mvc.
 *
 * All take turns, so that a change in the machine's speed hits all alike; figures are medians in ns
 * a message. What is not installed is left out. Usage: bench_queues [MESSAGES] */
/* SPDX-License-Identifier: MIT */
#include "bench/queues/queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "models/mvc_view.h"

#define TURN_COUNT 7
#define KEY_COUNT  1000
#define VALUE_SIZE 64

struct contender {
    const char *name;
    bench_queues_fn *measure[2]; /* of 8 and of 64 bytes */
    bool is_for_threads;
};

static const struct contender contenders[] = {
    {"plain array, no atomics", {bench_queues_plain_8, bench_queues_plain_64}, false},
    {"point_to_point", {bench_queues_point_to_point_8, bench_queues_point_to_point_64}, true},
#ifdef HAS_CK
    {"ck_ring", {bench_queues_ck_8, bench_queues_ck_64}, true},
#endif
#ifdef HAS_MOODYCAMEL
    {"moodycamel ReaderWriterQueue", {bench_queues_moodycamel_8, bench_queues_moodycamel_64}, true},
#endif
};

#define CONTENDER_COUNT (sizeof(contenders) / sizeof(*contenders))

struct form {
    uint32_t threads;
    uint32_t size; /* 0: 8 bytes, 1: 64 */
    uint32_t batch;
};

static int compare_doubles(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return values[count / 2];
}

static bool takes_part(const struct contender *contender, const struct form *form)
{
    return form->threads == 1 || contender->is_for_threads;
}

static void measure_form(const struct form *form, uint64_t count)
{
    double spent[CONTENDER_COUNT][TURN_COUNT] = {0};

    for (size_t turn = 0; turn < TURN_COUNT * CONTENDER_COUNT; turn++) {
        const struct contender *contender = &contenders[turn % CONTENDER_COUNT];
        if (takes_part(contender, form)) {
            spent[turn % CONTENDER_COUNT][turn / CONTENDER_COUNT] =
                contender->measure[form->size](form->threads, form->batch, count);
        }
    }
    (void)printf(
        "%u thread(s), %u bytes, batches of %u\n",
        form->threads,
        form->size == 0 ? 8 : 64,
        form->batch);
    for (size_t i = 0; i < CONTENDER_COUNT; i++) {
        if (takes_part(&contenders[i], form)) {
            (void)printf("  %-32s %8.2f\n", contenders[i].name, median(spent[i], TURN_COUNT));
        }
    }
}

/* ---- mvc ---- */

static double processor_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint32_t next_key(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)*state * KEY_COUNT) >> 32);
}

/* Posts `count` values to keys at random, and drains each at once if there is a view. */
static double measure_mvc(struct model_mvc *mvc, struct model_mvc_view *view, uint64_t count)
{
    unsigned char value[VALUE_SIZE] = {1};
    struct model_mvc_change change;
    uint32_t state = 1;
    double begin = processor_ns();

    for (uint64_t i = 0; i < count; i++) {
        model_mvc_post(mvc, next_key(&state), value);
        while (view != NULL && model_mvc_view_drain(view, &change, value) == MODEL_MVC_OK) {
        }
    }
    return (processor_ns() - begin) / (double)count;
}

static void measure_mvc_forms(uint64_t count)
{
    size_t size = model_mvc_size(KEY_COUNT, VALUE_SIZE);
    struct model_mvc mvc;
    struct model_mvc_view view;
    void *memory = malloc(size);
    double posts[TURN_COUNT];
    double drains[TURN_COUNT];
    bool is_good = model_mvc_init(&mvc, memory, size, KEY_COUNT, VALUE_SIZE) == MODEL_MVC_OK;

    for (uint32_t i = 0; i < KEY_COUNT && is_good; i++) {
        char name[MODEL_MVC_NAME_SIZE];
        uint32_t index;
        (void)snprintf(name, sizeof(name), "key %u", i);
        is_good = model_mvc_register(&mvc, name, &index) == MODEL_MVC_OK;
    }
    size_t view_size = model_mvc_view_size(&mvc);
    void *view_memory = malloc(view_size);
    is_good = is_good && model_mvc_view_init(&view, &mvc, view_memory, view_size) == MODEL_MVC_OK;
    for (uint32_t turn = 0; turn < TURN_COUNT && is_good; turn++) {
        posts[turn] = measure_mvc(&mvc, NULL, count);
        drains[turn] = measure_mvc(&mvc, &view, count);
    }
    if (is_good) {
        (void)printf("mvc, 1 thread, %u keys of 64 bytes\n", KEY_COUNT);
        (void)printf("  %-32s %8.2f\n", "post", median(posts, TURN_COUNT));
        (void)printf("  %-32s %8.2f\n", "post and drain", median(drains, TURN_COUNT));
    }
    free(view_memory);
    free(memory);
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 4000000;
    const struct form forms[] = {
        {1, 0, 1},
        {1, 1, 1},
        {1, 0, 32},
        {1, 1, 32},
        {2, 0, 1},
        {2, 1, 1},
        {2, 0, 32},
        {2, 1, 32},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        measure_form(&forms[i], count);
    }
    measure_mvc_forms(count);
    return EXIT_SUCCESS;
}

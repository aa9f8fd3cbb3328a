/* Tests of sim/sort: every number of keys up to some hundred, against the library's sort. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/sort.h"

#define COUNT_MAX 150U

static int compare(const void *a, const void *b)
{
    sim_key first = *(const sim_key *)a;
    sim_key second = *(const sim_key *)b;

    return (first > second) - (first < second);
}

/* Few times, so that some keys differ in the lower half alone. */
static void fill(sim_key *keys, uint64_t count, uint64_t times, struct sim_stream *stream)
{
    for (uint64_t i = 0; i < count; i++) {
        sim_time time = (sim_time)sim_stream_below(stream, times);
        keys[i] = sim_key_make(time, SIM_CLASS_WORLD, i + 1, (uint32_t)i);
    }
    for (uint64_t i = count; i > 1; i--) {
        uint64_t other = sim_stream_below(stream, i);
        sim_key swapped = keys[i - 1];
        keys[i - 1] = keys[other];
        keys[other] = swapped;
    }
}

static void assert_sorts(sim_key *keys, uint64_t count)
{
    sim_key expected[COUNT_MAX];
    sim_key scratch[COUNT_MAX];

    memcpy(expected, keys, count * sizeof(*keys));
    qsort(expected, count, sizeof(*expected), compare);
    sim_sort_keys(keys, scratch, count);
    if (count > 0) {
        assert_memory_equal(keys, expected, count * sizeof(*keys));
    }
}

static void sorts_any_number_of_keys(void **state)
{
    const uint64_t times[] = {1, 3, 1000, UINT64_C(1) << 62};
    struct sim_stream stream = sim_stream_named(1, "keys");
    sim_key keys[COUNT_MAX];

    (void)state;
    for (uint64_t count = 0; count <= COUNT_MAX; count++) {
        for (uint64_t round = 0; round < 40; round++) {
            fill(keys, count, times[round % 4], &stream);
            assert_sorts(keys, count);
        }
    }
}

static void leaves_sorted_keys_as_they_are_and_turns_descending_ones(void **state)
{
    sim_key keys[COUNT_MAX];

    (void)state;
    for (uint32_t i = 0; i < COUNT_MAX; i++) {
        keys[i] = sim_key_make((sim_time)i, SIM_CLASS_WORLD, i + 1, i);
    }
    assert_sorts(keys, COUNT_MAX);
    for (uint32_t i = 0; i < COUNT_MAX; i++) {
        keys[i] = sim_key_make((sim_time)(COUNT_MAX - i), SIM_CLASS_WORLD, i + 1, i);
    }
    assert_sorts(keys, COUNT_MAX);
}

static void touches_nothing_behind_the_last_key(void **state)
{
    sim_key keys[COUNT_MAX];
    sim_key scratch[COUNT_MAX];
    struct sim_stream stream = sim_stream_named(2, "keys");

    (void)state;
    for (uint64_t count = 1; count < COUNT_MAX; count++) {
        fill(keys, count, 1000, &stream);
        keys[count] = SIM_KEY_LAST;
        scratch[count] = SIM_KEY_LAST;
        sim_sort_keys(keys, scratch, count);
        assert_true(keys[count] == SIM_KEY_LAST);
        assert_true(scratch[count] == SIM_KEY_LAST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_any_number_of_keys),
        cmocka_unit_test(leaves_sorted_keys_as_they_are_and_turns_descending_ones),
        cmocka_unit_test(touches_nothing_behind_the_last_key),
    };

    return cmocka_run_group_tests_name("sim/sort", tests, NULL, NULL);
}

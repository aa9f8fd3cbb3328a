/* Tests of models/index: finds what is there, and only that. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/index.h"
#include "sim/random.h"

#define KEYS 500

static void finds_what_was_inserted(void **state)
{
    struct model_index index;
    uint32_t value = 0;

    (void)state;
    model_index_init(&index);
    for (uint64_t key = 0; key < 10000; key++) {
        model_index_insert(&index, key << 20, (uint32_t)key + 1);
    }
    for (uint64_t key = 0; key < 10000; key++) {
        assert_true(model_index_find(&index, key << 20, &value));
        assert_int_equal(value, key + 1);
        assert_false(model_index_find(&index, (key << 20) + 1, &value));
    }
    model_index_finish(&index);
}

static void leaves_the_value_untouched_when_there_is_none(void **state)
{
    struct model_index index;
    uint32_t value = 77;

    (void)state;
    model_index_init(&index);
    assert_false(model_index_find(&index, 0, &value));
    assert_int_equal(value, 77);
    model_index_finish(&index);
}

/* Few keys in a small table, so removals move many entries. */
static void agrees_with_a_naive_table(void **state)
{
    struct sim_stream stream = sim_stream_named(3, "index");
    struct model_index index;
    uint32_t naive[KEYS] = {0}; /* 0: not there */
    uint32_t value = 0;

    (void)state;
    model_index_init(&index);
    for (uint32_t step = 1; step < 100000; step++) {
        uint64_t key = sim_stream_below(&stream, KEYS);
        assert_int_equal(model_index_find(&index, key, &value), naive[key] != 0);
        if (naive[key] != 0) {
            assert_int_equal(value, naive[key]);
            model_index_remove(&index, key);
            naive[key] = 0;
        } else {
            model_index_insert(&index, key, step);
            naive[key] = step;
        }
        uint64_t other = sim_stream_below(&stream, KEYS);
        assert_int_equal(model_index_find(&index, other, &value), naive[other] != 0);
        assert_true(naive[other] == 0 || value == naive[other]);
    }
    model_index_finish(&index);
}

static void an_emptied_one_holds_nothing_and_goes_on(void **state)
{
    struct model_index index;
    uint32_t value = 0;

    (void)state;
    model_index_init(&index);
    for (uint64_t key = 0; key < 1000; key++) {
        model_index_insert(&index, key, (uint32_t)key);
    }
    model_index_clear(&index);
    assert_int_equal(index.count, 0);
    for (uint64_t key = 0; key < 1000; key++) {
        assert_false(model_index_find(&index, key, &value));
        model_index_insert(&index, key, (uint32_t)key + 7);
    }
    assert_true(model_index_find(&index, 500, &value));
    assert_int_equal(value, 507);
    model_index_finish(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_inserted),
        cmocka_unit_test(leaves_the_value_untouched_when_there_is_none),
        cmocka_unit_test(agrees_with_a_naive_table),
        cmocka_unit_test(an_emptied_one_holds_nothing_and_goes_on),
    };

    return cmocka_run_group_tests_name("models/index", tests, NULL, NULL);
}

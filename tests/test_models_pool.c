/* Tests of models/pool: an index names one thing, and is used again. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "models/pool.h"

#define COUNT 20000

static void gives_each_index_once(void **state)
{
    struct model_pool pool;

    (void)state;
    model_pool_init(&pool, 24);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(model_pool_take(&pool), i);
    }
    model_pool_check(&pool);
    assert_int_equal(pool.count, COUNT);
    model_pool_finish(&pool);
}

static void keeps_things_apart_and_where_they_are(void **state)
{
    struct model_pool pool;
    uint8_t expected[24];

    (void)state;
    model_pool_init(&pool, sizeof(expected));
    const void *first = NULL;
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t index = model_pool_take(&pool);
        memset(model_pool_at(&pool, index), (int)(index % 251), sizeof(expected));
        first = i == 0 ? model_pool_at(&pool, 0) : first;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        memset(expected, (int)(i % 251), sizeof(expected));
        assert_memory_equal(model_pool_at(&pool, i), expected, sizeof(expected));
    }
    assert_ptr_equal(model_pool_at(&pool, 0), first);
    model_pool_finish(&pool);
}

static void takes_again_what_was_given_back_last(void **state)
{
    struct model_pool pool;

    (void)state;
    model_pool_init(&pool, 4);
    for (uint32_t i = 0; i < 10; i++) {
        (void)model_pool_take(&pool);
    }
    model_pool_give(&pool, 3);
    model_pool_give(&pool, 7);
    model_pool_check(&pool);
    assert_int_equal(pool.count, 8);
    assert_int_equal(model_pool_take(&pool), 7);
    assert_int_equal(model_pool_take(&pool), 3);
    assert_int_equal(model_pool_take(&pool), 10);
    model_pool_check(&pool);
    model_pool_finish(&pool);
}

static void takes_little_more_than_its_things(void **state)
{
    struct model_pool pool;

    (void)state;
    model_pool_init(&pool, 96);
    for (uint32_t i = 0; i < 100000; i++) {
        (void)model_pool_take(&pool);
    }
    size_t bytes = (size_t)pool.chunk_count * ((size_t)96 << MODEL_POOL_CHUNK_BITS) +
                   pool.chunk_capacity * sizeof(void *);
    assert_true(bytes < (size_t)100000 * 96 + ((size_t)96 << MODEL_POOL_CHUNK_BITS) + 1024);
    model_pool_finish(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_index_once),
        cmocka_unit_test(keeps_things_apart_and_where_they_are),
        cmocka_unit_test(takes_again_what_was_given_back_last),
        cmocka_unit_test(takes_little_more_than_its_things),
    };

    return cmocka_run_group_tests_name("models/pool", tests, NULL, NULL);
}

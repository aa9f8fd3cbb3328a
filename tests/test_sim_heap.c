/* Tests of sim/heap: that keys come out in order, with and without the hole being refilled. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/heap.h"
#include "sim/random.h"

static sim_key key_at(sim_time time, uint64_t order)
{
    return sim_key_make(time, SIM_CLASS_WORLD, order, 0);
}

static void an_empty_heap_has_the_last_of_keys(void **state)
{
    struct sim_heap *heap = *state;

    assert_true(sim_heap_first(heap) == SIM_KEY_LAST);
    sim_heap_insert(heap, key_at(5, 1));
    sim_heap_take_first(heap);
    assert_int_equal(sim_heap_count(heap), 0);
    assert_true(sim_heap_first(heap) == SIM_KEY_LAST);
    sim_heap_check(heap);
}

static void keys_come_out_in_order(void **state)
{
    struct sim_heap *heap = *state;
    struct sim_stream stream = sim_stream_named(1, "keys");

    for (uint32_t i = 0; i < 1000; i++) {
        sim_heap_insert(heap, key_at((sim_time)sim_stream_below(&stream, 500), i));
        sim_heap_check(heap);
    }
    sim_key last = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        sim_key first = sim_heap_first(heap);
        assert_true(first >= last);
        last = first;
        sim_heap_take_first(heap);
        sim_heap_check(heap);
    }
    assert_int_equal(sim_heap_count(heap), 0);
}

static void the_next_insert_fills_the_hole(void **state)
{
    struct sim_heap *heap = *state;
    struct sim_stream stream = sim_stream_named(1, "keys");
    sim_time now = 0;

    for (uint32_t i = 0; i < 50; i++) {
        sim_heap_insert(heap, key_at((sim_time)sim_stream_below(&stream, 100), i));
    }
    uint64_t count = heap->count;
    for (uint32_t i = 0; i < 5000; i++) {
        sim_time time = sim_key_time(sim_heap_first(heap));
        assert_true(time >= now);
        now = time;
        sim_heap_take_first(heap);
        sim_heap_insert(heap, key_at(now + (sim_time)sim_stream_below(&stream, 100), 50 + i));
        assert_int_equal(heap->count, count);
        sim_heap_check(heap);
    }
}

static int create(void **state)
{
    static struct sim_heap heap;

    sim_heap_init(&heap);
    *state = &heap;
    return 0;
}

static int destroy(void **state)
{
    sim_heap_finish(*state);
    return 0;
}

#define HEAP_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HEAP_TEST(an_empty_heap_has_the_last_of_keys),
        HEAP_TEST(keys_come_out_in_order),
        HEAP_TEST(the_next_insert_fills_the_hole),
    };

    return cmocka_run_group_tests_name("sim/heap", tests, NULL, NULL);
}

/* Tests of sim/wheel: that what is taken comes before what is left, whatever the base does. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/random.h"
#include "sim/wheel.h"

static void insert(struct sim_wheel *wheel, sim_time time, uint64_t order)
{
    sim_wheel_insert(wheel, sim_key_make(time, SIM_CLASS_WORLD, order, 0));
    sim_wheel_check(wheel);
}

struct taken {
    uint64_t count;
    sim_time earliest;
    sim_time latest;
};

static struct taken take(struct sim_wheel *wheel, uint64_t count_max)
{
    struct sim_wheel_list list = sim_wheel_take(wheel, count_max);
    struct taken taken = {.earliest = SIM_NEVER};

    assert_true(list.count <= count_max || list.spread == 0);
    while (list.head != NULL) {
        struct sim_wheel_chunk *chunk = sim_wheel_take_chunk(&list);
        for (uint64_t i = 0; i < chunk->count; i++) {
            sim_time time = sim_key_time(chunk->keys[i]);
            taken.earliest = time < taken.earliest ? time : taken.earliest;
            taken.latest = time > taken.latest ? time : taken.latest;
            taken.count++;
        }
        sim_wheel_free_chunk(wheel, chunk);
    }
    assert_true(taken.latest <= wheel->base);
    sim_wheel_check(wheel);
    return taken;
}

static void takes_earlier_keys_first(void **state)
{
    struct sim_wheel *wheel = *state;
    struct sim_stream stream = sim_stream_named(1, "times");
    uint64_t left = 3000;
    sim_time latest = 0;

    sim_wheel_set_base(wheel, 0);
    for (uint64_t i = 0; i < left; i++) {
        uint64_t bits = sim_stream_below(&stream, 62);
        insert(wheel, 1 + (sim_time)sim_stream_below(&stream, UINT64_C(1) << bits), i + 1);
    }
    while (left > 0) {
        struct taken taken = take(wheel, 16);
        assert_true(taken.earliest > latest);
        latest = taken.latest;
        left -= taken.count;
        assert_int_equal(wheel->count, left);
    }
}

static void takes_one_instant_at_once_and_in_order(void **state)
{
    struct sim_wheel *wheel = *state;

    sim_wheel_set_base(wheel, 5);
    for (uint64_t i = 0; i < 200; i++) {
        insert(wheel, 1000000, i + 1);
    }
    insert(wheel, 1000001, 201);
    struct sim_wheel_list list = sim_wheel_take(wheel, 16);
    assert_int_equal(list.count, 200);
    uint64_t order = 0;
    while (list.head != NULL) {
        struct sim_wheel_chunk *chunk = sim_wheel_take_chunk(&list);
        for (uint64_t i = 0; i < chunk->count; i++) {
            order++;
            assert_int_equal(sim_key_order(chunk->keys[i]), order);
        }
        sim_wheel_free_chunk(wheel, chunk);
    }
    assert_int_equal(wheel->base, 1000000);
    assert_int_equal(take(wheel, 16).earliest, 1000001);
}

static void holds_keys_at_the_end_of_time(void **state)
{
    struct sim_wheel *wheel = *state;

    sim_wheel_set_base(wheel, 0);
    insert(wheel, SIM_NEVER, 1);
    insert(wheel, 1, 2);
    assert_int_equal(take(wheel, 1).earliest, 1);
    assert_int_equal(take(wheel, 1).earliest, SIM_NEVER);
    assert_int_equal(wheel->count, 0);
}

/* Lists that are joined have chunks that are not full. */
static void sorts_a_list_of_several_chunks(void **state)
{
    struct sim_wheel *wheel = *state;
    struct sim_wheel_list list = {0};
    struct sim_stream stream = sim_stream_named(1, "times");
    sim_key last = 0;
    uint64_t count = 0;

    for (uint32_t part = 0; part < 4; part++) {
        struct sim_wheel_list more = {0};
        for (uint32_t i = 0; i < SIM_WHEEL_SORT_MAX / 4; i++) {
            sim_time time = (sim_time)sim_stream_below(&stream, 20);
            sim_wheel_append(wheel, &more, sim_key_make(time, SIM_CLASS_WORLD, ++count, 0));
        }
        sim_wheel_close(&more);
        sim_wheel_join(&list, more);
    }
    assert_false(sim_wheel_is_in_order(&list));
    sim_wheel_sort(&list);
    assert_true(sim_wheel_is_in_order(&list));
    assert_int_equal(list.count, count);
    assert_int_equal(list.first, sim_key_time(list.head->keys[0]));
    for (struct sim_wheel_chunk *chunk = list.head; chunk != NULL; chunk = chunk->next) {
        for (uint64_t i = 0; i < chunk->count; i++, count--) {
            assert_true(chunk->keys[i] > last);
            last = chunk->keys[i];
        }
    }
    assert_int_equal(count, 0);
}

/* The base goes back at random; what comes out must still be in order from there. */
static void keeps_its_order_when_the_base_goes_back(void **state)
{
    struct sim_wheel *wheel = *state;
    struct sim_stream stream = sim_stream_named(1, "times");
    uint64_t order = 0;

    sim_wheel_set_base(wheel, 0);
    for (uint32_t round = 0; round < 300; round++) {
        for (uint32_t i = 0; i < 20; i++) {
            uint64_t bits = sim_stream_below(&stream, 40);
            sim_time ahead = 1 + (sim_time)sim_stream_below(&stream, UINT64_C(1) << bits);
            insert(wheel, wheel->base + ahead, ++order);
        }
        struct taken first = take(wheel, 8);
        struct taken second = take(wheel, 8);
        assert_true(second.earliest > first.latest);
        for (uint32_t i = 0; i < 5; i++) { /* keys on low levels, which going back must lift */
            insert(wheel, wheel->base + 1 + (sim_time)sim_stream_below(&stream, 200), ++order);
        }
        sim_time back = (sim_time)sim_stream_below(&stream, (uint64_t)wheel->base + 1);
        sim_wheel_set_base(wheel, back);
        sim_wheel_check(wheel);
    }
    sim_time latest = 0;
    while (wheel->count > 0) {
        struct taken taken = take(wheel, 8);
        assert_true(taken.earliest > latest);
        latest = taken.latest;
    }
}

static int create(void **state)
{
    static struct sim_wheel wheel;

    sim_wheel_init(&wheel);
    *state = &wheel;
    return 0;
}

static int destroy(void **state)
{
    sim_wheel_finish(*state);
    return 0;
}

#define WHEEL_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHEEL_TEST(takes_earlier_keys_first),
        WHEEL_TEST(takes_one_instant_at_once_and_in_order),
        WHEEL_TEST(holds_keys_at_the_end_of_time),
        WHEEL_TEST(sorts_a_list_of_several_chunks),
        WHEEL_TEST(keeps_its_order_when_the_base_goes_back),
    };

    return cmocka_run_group_tests_name("sim/wheel", tests, NULL, NULL);
}

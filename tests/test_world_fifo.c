/* Tests of world/fifo: against an array that is obviously right. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/fifo.h"

#include "tests/world_fixture.h"

#define PUSHES 50000

static void an_empty_one_gives_nothing(void **state)
{
    struct world_fifo fifo = {.count = 0};
    struct world_waiting waiting = {.position = 5, .slot = 6};

    (void)state;
    assert_false(world_fifo_first(&fifo, &waiting));
    assert_false(world_fifo_pop(&fifo, &waiting));
    assert_int_equal(waiting.position, 5);
    assert_int_equal(waiting.slot, 6);
    world_fifo_finish(&fifo);
}

static void looking_takes_nothing(void **state)
{
    struct world_fifo fifo = {.count = 0};
    struct world_waiting waiting;

    (void)state;
    world_fifo_push(&fifo, (struct world_waiting){.position = 1, .slot = 2});
    assert_true(world_fifo_first(&fifo, &waiting));
    assert_true(world_fifo_first(&fifo, &waiting));
    assert_int_equal(waiting.position, 1);
    assert_int_equal(waiting.slot, 2);
    assert_int_equal(fifo.count, 1);
    world_fifo_finish(&fifo);
}

static void the_last_can_be_taken_as_well_as_the_first(void **state)
{
    static const bool is_last[] = {true, false, true, true, false};
    static const uint32_t expected[] = {39, 0, 38, 37, 1};
    struct world_fifo fifo = {.count = 0};
    struct world_waiting waiting = {.slot = 7};

    (void)state;
    assert_false(world_fifo_take(&fifo, true, &waiting));
    assert_int_equal(waiting.slot, 7);
    for (uint32_t i = 0; i < 40; i++) {
        world_fifo_push(&fifo, (struct world_waiting){.slot = i});
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_true(world_fifo_take(&fifo, is_last[i], &waiting));
        assert_int_equal(waiting.slot, expected[i]);
    }
    assert_int_equal(fifo.count, 35);
    world_fifo_check(&fifo);
    world_fifo_finish(&fifo);
}

/* The naive twin is every push ever made, and where the next pop is. Pushes and pops come in runs,
 * so that the ring wraps, empties and grows in every position of its head. */
static void agrees_with_an_array(void **state)
{
    struct world_fifo fifo = {.count = 0};
    struct world_waiting waiting;
    uint64_t seed = 1;
    uint32_t pushed = 0;
    uint32_t popped = 0;

    (void)state;
    while (pushed < PUSHES) {
        for (uint64_t run = fixture_random(&seed, 40); run > 0; run--) {
            world_fifo_push(
                &fifo, (struct world_waiting){.position = 3 * (uint64_t)pushed, .slot = pushed});
            pushed++;
        }
        for (uint64_t run = fixture_random(&seed, 41); run > 0 && popped < pushed; run--) {
            assert_true(world_fifo_first(&fifo, &waiting));
            assert_int_equal(waiting.slot, popped);
            assert_true(world_fifo_pop(&fifo, &waiting));
            assert_int_equal(waiting.slot, popped);
            assert_int_equal(waiting.position, 3 * (uint64_t)popped);
            popped++;
        }
        assert_int_equal(fifo.count, pushed - popped);
    }
    world_fifo_finish(&fifo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_gives_nothing),
        cmocka_unit_test(looking_takes_nothing),
        cmocka_unit_test(the_last_can_be_taken_as_well_as_the_first),
        cmocka_unit_test(agrees_with_an_array),
    };

    return cmocka_run_group_tests_name("world/fifo", tests, NULL, NULL);
}

/* Tests of world/positions: against a list of what is open. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/random.h"
#include "world/positions.h"

static void all_below_the_first_open_one_are_closed(void **state)
{
    struct world_positions positions = {0};

    (void)state;
    for (uint64_t i = 5; i < 9; i++) {
        world_positions_open(&positions, i);
    }
    assert_int_equal(world_positions_close(&positions, 6), 4);
    assert_int_equal(world_positions_close(&positions, 5), 6);
    assert_int_equal(world_positions_close(&positions, 8), 6);
    assert_int_equal(world_positions_close(&positions, 7), 8);
    world_positions_open(&positions, 20); /* after a gap, since none is open */
    assert_int_equal(world_positions_close(&positions, 20), 20);
    world_positions_finish(&positions);
}

#define STEPS 20000

/* What is open, by position; all below `first` is closed, all from `next` on was not opened yet. */
struct twin {
    bool is_open[STEPS + 1];
    uint64_t first;
    uint64_t next;
};

/* Closes this one, or the next that is open; what is closed then without a gap. */
static uint64_t close_one(struct twin *twin, uint64_t chosen, struct world_positions *positions)
{
    while (!twin->is_open[chosen]) {
        chosen = chosen + 1 < twin->next ? chosen + 1 : twin->first;
    }
    twin->is_open[chosen] = false;
    while (twin->first < twin->next && !twin->is_open[twin->first]) {
        twin->first++;
    }
    return world_positions_close(positions, chosen);
}

/* 20,000 steps, with up to 3,000 open: so the ring doubles, and wraps. */
static void agrees_with_a_list_of_what_is_open(void **state)
{
    static struct twin twin = {.first = 1, .next = 1};
    struct sim_stream stream = sim_stream_named(7, "positions");
    struct world_positions positions = {0};

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        uint64_t open = twin.next - twin.first;
        if (open == 0 || (open < 3000 && sim_stream_below(&stream, 5) < 3)) {
            twin.is_open[twin.next] = true;
            world_positions_open(&positions, twin.next);
            twin.next++;
        } else {
            uint64_t chosen = twin.first + sim_stream_below(&stream, open);
            uint64_t closed = close_one(&twin, chosen, &positions);
            assert_int_equal(closed, twin.first - 1);
        }
        world_positions_check(&positions);
    }
    assert_true(positions.capacity > 1024);
    world_positions_finish(&positions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_below_the_first_open_one_are_closed),
        cmocka_unit_test(agrees_with_a_list_of_what_is_open),
    };

    return cmocka_run_group_tests_name("world/positions", tests, NULL, NULL);
}

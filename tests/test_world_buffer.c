/* Tests of world/buffer: what waits, what is under way, what is overdue; and at random, against
 * lists that are searched from end to end. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/buffer.h"

#include "tests/world_fixture.h"

#define LIMIT 40

static uint32_t take(struct world_buffer *buffer, uint64_t id)
{
    uint32_t index = world_buffer_take(buffer);

    buffer->held[index].message.id = id;
    return index;
}

static void allocates_nothing_until_something_is_held(void **state)
{
    struct world_buffer *buffer = *state;

    assert_null(buffer->held);
    assert_int_equal(buffer->capacity, 0);
    assert_int_equal(world_buffer_next_waiting(buffer), WORLD_BUFFER_NONE);
    assert_int_equal(world_buffer_next_deadline(buffer), SIM_NEVER);
    assert_int_equal(world_buffer_next_overdue(buffer, SIM_SECOND), WORLD_BUFFER_NONE);
    world_buffer_check(buffer);
}

static void holds_as_many_as_its_limit_and_keeps_their_messages_as_it_grows(void **state)
{
    struct world_buffer *buffer = *state;

    for (uint64_t id = 0; id < LIMIT; id++) {
        world_buffer_wait(buffer, take(buffer, id));
        world_buffer_check(buffer);
    }
    assert_int_equal(buffer->count, LIMIT);
    assert_int_equal(buffer->capacity, LIMIT);
    for (uint64_t id = 0; id < LIMIT; id++) {
        uint32_t index = world_buffer_next_waiting(buffer);
        assert_int_equal(buffer->held[index].message.id, id);
    }
}

static void finds_the_overdue_in_the_order_of_their_deadlines(void **state)
{
    struct world_buffer *buffer = *state;

    for (uint32_t i = 0; i < 3; i++) {
        world_buffer_sent(buffer, take(buffer, i), (sim_time)i * 10);
    }
    assert_int_equal(world_buffer_next_deadline(buffer), 0);
    assert_int_equal(buffer->held[world_buffer_next_overdue(buffer, 10)].message.id, 0);
    assert_int_equal(buffer->held[world_buffer_next_overdue(buffer, 10)].message.id, 1);
    assert_int_equal(world_buffer_next_overdue(buffer, 19), WORLD_BUFFER_NONE);
    assert_int_equal(world_buffer_next_deadline(buffer), 20);
    world_buffer_check(buffer);
}

static void what_is_answered_leaves_its_line_wherever_it_stands(void **state)
{
    struct world_buffer *buffer = *state;
    uint32_t index[3];

    for (uint32_t i = 0; i < 3; i++) {
        index[i] = take(buffer, i);
        world_buffer_sent(buffer, index[i], SIM_SECOND);
    }
    world_buffer_answered(buffer, index[1]);
    world_buffer_release(buffer, index[1]);
    world_buffer_check(buffer);
    assert_int_equal(buffer->count, 2);
    assert_int_equal(world_buffer_next_overdue(buffer, SIM_SECOND), index[0]);
    assert_int_equal(world_buffer_next_overdue(buffer, SIM_SECOND), index[2]);
}

static void is_empty_once_it_is_cleared_and_can_be_filled_again(void **state)
{
    struct world_buffer *buffer = *state;

    world_buffer_wait(buffer, take(buffer, 1));
    world_buffer_sent(buffer, take(buffer, 2), SIM_SECOND);
    (void)take(buffer, 3);
    world_buffer_clear(buffer);
    world_buffer_check(buffer);
    assert_int_equal(buffer->count, 0);
    assert_int_equal(world_buffer_next_deadline(buffer), SIM_NEVER);
    holds_as_many_as_its_limit_and_keeps_their_messages_as_it_grows(state);
}

/* ---- at random, against a naive twin ---- */

struct twin {
    uint64_t waiting[LIMIT]; /* ids, in order */
    uint64_t under_way[LIMIT];
    sim_time deadlines[LIMIT];
    uint32_t waiting_count;
    uint32_t under_way_count;
};

static void remove_at(struct twin *twin, uint32_t at)
{
    twin->under_way_count--;
    for (uint32_t i = at; i < twin->under_way_count; i++) {
        twin->under_way[i] = twin->under_way[i + 1];
        twin->deadlines[i] = twin->deadlines[i + 1];
    }
}

/* The first that waits is sent; the sequence of ids says that both agree on which. */
static void send_first(struct world_buffer *buffer, struct twin *twin, sim_time deadline)
{
    uint32_t index = world_buffer_next_waiting(buffer);

    assert_int_equal(buffer->held[index].message.id, twin->waiting[0]);
    world_buffer_sent(buffer, index, deadline);
    twin->under_way[twin->under_way_count] = twin->waiting[0];
    twin->deadlines[twin->under_way_count++] = deadline;
    twin->waiting_count--;
    for (uint32_t i = 0; i < twin->waiting_count; i++) {
        twin->waiting[i] = twin->waiting[i + 1];
    }
}

static uint32_t find(const struct world_buffer *buffer, uint64_t id)
{
    for (uint32_t i = 0; i < buffer->capacity; i++) {
        if (buffer->held[i].state != WORLD_HELD_FREE && buffer->held[i].message.id == id) {
            return i;
        }
    }
    return WORLD_BUFFER_NONE;
}

static void end_one(struct world_buffer *buffer, struct twin *twin, uint64_t *seed, sim_time now)
{
    uint32_t at = 0;
    uint32_t index;

    if (fixture_random(seed, 2) == 0) {
        index = world_buffer_next_overdue(buffer, now);
        assert_int_equal(index == WORLD_BUFFER_NONE, twin->deadlines[0] > now);
    } else {
        at = (uint32_t)fixture_random(seed, twin->under_way_count);
        index = find(buffer, twin->under_way[at]);
        world_buffer_answered(buffer, index);
    }
    if (index != WORLD_BUFFER_NONE) {
        assert_int_equal(buffer->held[index].message.id, twin->under_way[at]);
        world_buffer_release(buffer, index);
        remove_at(twin, at);
    }
}

static void agrees_with_lists_through_ten_thousand_random_steps(void **state)
{
    struct world_buffer *buffer = *state;
    struct twin twin = {0};
    uint64_t seed = 7;

    for (uint64_t step = 0; step < 10000; step++) {
        uint64_t choice = fixture_random(&seed, 3);
        if (choice == 0 && buffer->count < LIMIT) {
            world_buffer_wait(buffer, take(buffer, step));
            twin.waiting[twin.waiting_count++] = step;
        } else if (choice == 1 && twin.waiting_count > 0) {
            send_first(buffer, &twin, (sim_time)step + 30);
        } else if (choice == 2 && twin.under_way_count > 0) {
            end_one(buffer, &twin, &seed, (sim_time)step);
        }
        world_buffer_check(buffer);
        assert_int_equal(buffer->waiting_count, twin.waiting_count);
        assert_int_equal(buffer->count, twin.waiting_count + twin.under_way_count);
    }
}

static int set_up(void **state)
{
    struct world_buffer *buffer = g_new0(struct world_buffer, 1);

    world_buffer_init(buffer, LIMIT);
    *state = buffer;
    return 0;
}

static int tear_down(void **state)
{
    world_buffer_finish(*state);
    g_free(*state);
    return 0;
}

#define BUFFER_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUFFER_TEST(allocates_nothing_until_something_is_held),
        BUFFER_TEST(holds_as_many_as_its_limit_and_keeps_their_messages_as_it_grows),
        BUFFER_TEST(finds_the_overdue_in_the_order_of_their_deadlines),
        BUFFER_TEST(what_is_answered_leaves_its_line_wherever_it_stands),
        BUFFER_TEST(is_empty_once_it_is_cleared_and_can_be_filled_again),
        BUFFER_TEST(agrees_with_lists_through_ten_thousand_random_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

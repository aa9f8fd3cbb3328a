/* Tests of world/window: random operations against a naive twin, and of world/marks. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/message.h"
#include "world/marks.h"
#include "world/window.h"

#include "tests/world_fixture.h"

#define MESSAGES 40
#define COUNT    12
#define ROOM     3
#define SPAN     50
#define LEASE    20

/* What is known of every message, by its number. */
struct known {
    enum world_window_state state;
    sim_time time;
    uint64_t order; /* of its last step */
};

struct twin {
    struct known messages[MESSAGES];
    uint64_t steps;
};

static void set(struct twin *twin, uint64_t message, enum world_window_state state, sim_time time)
{
    twin->messages[message] = (struct known){.state = state, .time = time, .order = ++twin->steps};
}

static uint32_t count_of(const struct twin *twin, enum world_window_state state)
{
    uint32_t count = 0;

    for (int i = 0; i < MESSAGES; i++) {
        count += twin->messages[i].state == state;
    }
    return count;
}

/* The one that came into the state first; -1: none. */
static int first_of(const struct twin *twin, enum world_window_state state)
{
    int first = -1;

    for (int i = 0; i < MESSAGES; i++) {
        const struct known *known = &twin->messages[i];
        if (known->state == state && (first < 0 || known->order < twin->messages[first].order)) {
            first = i;
        }
    }
    return first;
}

static void forget_old(struct twin *twin, sim_time now)
{
    for (int i = 0; i < MESSAGES; i++) {
        if (twin->messages[i].state == WORLD_WINDOW_DONE && twin->messages[i].time <= now) {
            twin->messages[i].state = WORLD_WINDOW_FREE;
        }
    }
}

static void see(struct world_window *window, struct twin *twin, uint64_t message)
{
    const uint32_t room = window->config.count_max;
    uint32_t taken = MESSAGES - count_of(twin, WORLD_WINDOW_FREE);
    int oldest = first_of(twin, WORLD_WINDOW_DONE);
    uint32_t entry = world_window_see(window, message);

    if (taken == room && oldest < 0) {
        assert_int_equal(entry, WORLD_WINDOW_NONE);
        return;
    }
    if (taken == room) {
        twin->messages[oldest].state = WORLD_WINDOW_FREE;
    }
    assert_int_not_equal(entry, WORLD_WINDOW_NONE);
    set(twin, message, WORLD_WINDOW_SEEN, 0);
}

static void step(
    struct world_window *window, struct twin *twin, uint64_t message, sim_time now, uint64_t choice)
{
    uint32_t entry = world_window_find(window, message, now);
    enum world_window_state state = twin->messages[message].state;

    assert_int_equal(entry == WORLD_WINDOW_NONE, state == WORLD_WINDOW_FREE);
    if (entry == WORLD_WINDOW_NONE) {
        see(window, twin, message);
        return;
    }
    assert_int_equal(window->entries[entry].state, state);
    if (choice == 0) {
        world_window_forget(window, entry);
        set(twin, message, WORLD_WINDOW_FREE, 0);
    } else if (state == WORLD_WINDOW_SEEN && world_window_has_room(window)) {
        world_window_process(window, entry, now);
        set(twin, message, WORLD_WINDOW_PROCESSING, now + LEASE);
    } else if (state == WORLD_WINDOW_PROCESSING) {
        world_window_done(window, entry, now);
        set(twin, message, WORLD_WINDOW_DONE, now + SPAN);
    }
}

static void compare(const struct world_window *window, const struct twin *twin, sim_time now)
{
    int processing = first_of(twin, WORLD_WINDOW_PROCESSING);
    int seen = first_of(twin, WORLD_WINDOW_SEEN);
    uint32_t overdue = world_window_next_overdue(window, now);

    assert_int_equal(world_window_has_room(window), count_of(twin, WORLD_WINDOW_PROCESSING) < ROOM);
    assert_int_equal(
        world_window_next_deadline(window),
        processing < 0 ? SIM_NEVER : twin->messages[processing].time);
    if (processing >= 0 && twin->messages[processing].time <= now) {
        assert_int_equal(window->entries[overdue].message, processing);
    } else {
        assert_int_equal(overdue, WORLD_WINDOW_NONE);
    }
    if (seen >= 0) {
        assert_int_equal(window->entries[world_window_next_seen(window)].message, seen);
    }
}

/* Returns how many had to go early. */
static uint64_t run_beside_twin(uint32_t room)
{
    const struct world_window_config config = {
        .count_max = room, .processing_max = ROOM, .span = SPAN, .lease = LEASE};
    struct world_window window;
    struct twin twin = {0};
    uint64_t seed = 5;
    sim_time now = 0;

    world_window_init(&window, &config);
    for (int i = 0; i < 30000; i++) {
        now += (sim_time)fixture_random(&seed, 4);
        forget_old(&twin, now);
        step(&window, &twin, fixture_random(&seed, MESSAGES), now, fixture_random(&seed, 8));
        world_window_check(&window);
        compare(&window, &twin, now);
    }
    uint64_t evicted = window.evicted;
    world_window_clear(&window);
    world_window_check(&window);
    world_window_finish(&window);
    return evicted;
}

static void remembers_what_a_naive_twin_remembers(void **state)
{
    (void)state;
    assert_true(run_beside_twin(COUNT) > 100);
    assert_int_equal(run_beside_twin(MESSAGES), 0);
}

static void a_mark_is_one_messages_own(void **state)
{
    struct world_marks marks = {0};

    (void)state;
    assert_false(world_marks_has(&marks, model_message_id(3, 100000)));
    world_marks_set(&marks, model_message_id(3, 100000));
    world_marks_set(&marks, model_message_id(1, 0));
    for (uint64_t sequence = 99900; sequence < 100100; sequence++) {
        assert_int_equal(
            world_marks_has(&marks, model_message_id(3, sequence)), sequence == 100000);
        assert_false(world_marks_has(&marks, model_message_id(2, sequence)));
    }
    assert_true(world_marks_has(&marks, model_message_id(1, 0)));
    assert_false(world_marks_has(&marks, model_message_id(1, 1)));
    assert_false(world_marks_has(&marks, model_message_id(0, 0)));
    world_marks_finish(&marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_what_a_naive_twin_remembers),
        cmocka_unit_test(a_mark_is_one_messages_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

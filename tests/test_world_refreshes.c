/* Tests of world/refreshes: by hand, and at random against what is promised of it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/refreshes.h"

#define INTERVAL    ((sim_time)1000)
#define CHANGES_MAX 16
#define KEYS        6
#define STEPS       200000

static void open(struct world_refreshes *refreshes, sim_time interval)
{
    world_refreshes_init(refreshes, interval, CHANGES_MAX);
    world_refreshes_check(refreshes);
}

/* Begins the first in line, which is for so many changes, takes them all, and ends it. */
static void refresh(struct world_refreshes *refreshes, uint32_t changes, sim_time now)
{
    uint32_t begun = world_refreshes_begin(refreshes, now);
    struct world_refresh_change change;
    uint32_t count = 0;

    assert_int_not_equal(begun, WORLD_REFRESHES_NONE);
    while (world_refreshes_take(refreshes, begun, &change)) {
        count++;
    }
    assert_int_equal(count, changes);
    world_refreshes_end(refreshes, begun, 0, now);
    world_refreshes_check(refreshes);
}

static void a_key_is_in_line_once_an_interval(void **state)
{
    struct world_refreshes refreshes;

    (void)state;
    open(&refreshes, INTERVAL);
    assert_false(world_refreshes_add(&refreshes, 7, 0, 0));
    assert_true(world_refreshes_add(&refreshes, 7, 1, 0));
    assert_int_equal(refreshes.ready_count, 1);
    refresh(&refreshes, 2, 0);
    assert_false(world_refreshes_add(&refreshes, 7, 2, 10));
    assert_true(world_refreshes_add(&refreshes, 7, 3, 20));
    assert_int_equal(refreshes.ready_count, 0);
    assert_int_equal(world_refreshes_next(&refreshes), INTERVAL);
    world_refreshes_wake(&refreshes, INTERVAL - 1);
    assert_int_equal(refreshes.ready_count, 0);
    world_refreshes_wake(&refreshes, INTERVAL);
    refresh(&refreshes, 2, INTERVAL);
    world_refreshes_wake(&refreshes, 2 * INTERVAL);
    assert_int_equal(refreshes.refreshes.count, 0); /* nothing changed: it is forgotten */
    world_refreshes_finish(&refreshes);
}

static void what_comes_during_a_refresh_waits_for_the_next(void **state)
{
    struct world_refreshes refreshes;
    struct world_refresh_change change;

    (void)state;
    open(&refreshes, INTERVAL);
    (void)world_refreshes_add(&refreshes, 7, 0, 0);
    uint32_t begun = world_refreshes_begin(&refreshes, 0);
    assert_false(world_refreshes_add(&refreshes, 7, 1, 1));
    assert_true(world_refreshes_take(&refreshes, begun, &change));
    assert_int_equal(change.slot, 0);
    assert_false(world_refreshes_take(&refreshes, begun, &change));
    world_refreshes_end(&refreshes, begun, 0, 2 * INTERVAL);
    assert_int_equal(refreshes.ready_count, 1);
    refresh(&refreshes, 1, 2 * INTERVAL);
    world_refreshes_finish(&refreshes);
}

static void what_was_not_taken_waits_again(void **state)
{
    struct world_refreshes refreshes;

    (void)state;
    open(&refreshes, INTERVAL);
    (void)world_refreshes_add(&refreshes, 7, 0, 0);
    uint32_t begun = world_refreshes_begin(&refreshes, 0);
    (void)world_refreshes_add(&refreshes, 7, 1, 1);
    world_refreshes_end(&refreshes, begun, 3 * INTERVAL, 2);
    world_refreshes_check(&refreshes);
    assert_int_equal(world_refreshes_next(&refreshes), 3 * INTERVAL + 2);
    world_refreshes_wake(&refreshes, 3 * INTERVAL + 2);
    refresh(&refreshes, 2, 3 * INTERVAL + 2);
    world_refreshes_finish(&refreshes);
}

static void without_an_interval_each_change_is_by_itself(void **state)
{
    struct world_refreshes refreshes;

    (void)state;
    open(&refreshes, 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_false(world_refreshes_add(&refreshes, 7, i, 0));
    }
    for (uint32_t i = 0; i < 3; i++) {
        refresh(&refreshes, 1, 0);
    }
    assert_int_equal(refreshes.refreshes.count, 0);
    world_refreshes_finish(&refreshes);
}

/* Of each key: how many changes came, how many are taken, and when it last began. */
struct twin {
    struct world_refreshes refreshes;
    uint32_t came[KEYS];
    uint32_t taken[KEYS];
    sim_time began[KEYS];
    uint32_t under_way[KEYS];
    uint32_t promised[KEYS]; /* of the one under way: changes that came before it began */
};

static void begin_any(struct twin *twin, sim_time now)
{
    uint32_t begun = world_refreshes_begin(&twin->refreshes, now);

    if (begun != WORLD_REFRESHES_NONE) {
        uint64_t key = world_refreshes_key(&twin->refreshes, begun);
        assert_true(now - twin->began[key] >= INTERVAL);
        assert_int_equal(twin->under_way[key], WORLD_REFRESHES_NONE);
        twin->began[key] = now;
        twin->under_way[key] = begun;
        twin->promised[key] = twin->came[key] - twin->taken[key];
    }
}

static void end_one(struct twin *twin, uint64_t key, bool is_done, sim_time now)
{
    struct world_refresh_change change;
    uint32_t count = 0;

    if (twin->under_way[key] == WORLD_REFRESHES_NONE) {
        return;
    }
    while (is_done && world_refreshes_take(&twin->refreshes, twin->under_way[key], &change)) {
        assert_int_equal(change.key, key);
        count++;
    }
    assert_int_equal(count, is_done ? twin->promised[key] : 0);
    twin->taken[key] += count;
    world_refreshes_end(&twin->refreshes, twin->under_way[key], is_done ? 0 : 300, now);
    twin->under_way[key] = WORLD_REFRESHES_NONE;
}

/* Small steps of a generator of its own: x = 6364136223846793005 x + 1442695040888963407. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static void no_change_is_lost_and_no_key_comes_too_often(void **state)
{
    struct twin twin = {0};
    uint64_t seed = 5;
    sim_time now = INTERVAL;

    (void)state;
    open(&twin.refreshes, INTERVAL);
    for (int i = 0; i < KEYS; i++) {
        twin.under_way[i] = WORLD_REFRESHES_NONE;
    }
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t key = draw(&seed, KEYS);
        bool ends = step > STEPS - 5000; /* at last nothing changes any more */
        now += draw(&seed, 60);
        world_refreshes_wake(&twin.refreshes, now);
        if (draw(&seed, 2) == 0 && !ends && !world_refreshes_are_full(&twin.refreshes)) {
            (void)world_refreshes_add(&twin.refreshes, key, step, now);
            twin.came[key]++;
        }
        begin_any(&twin, now);
        end_one(&twin, draw(&seed, KEYS), draw(&seed, 5) > 0, now);
        if (step % 64 == 0) {
            world_refreshes_check(&twin.refreshes);
        }
    }
    for (int i = 0; i < KEYS; i++) {
        assert_true(twin.came[i] > 1000);
        assert_int_equal(twin.came[i], twin.taken[i]);
    }
    assert_null(world_refreshes_oldest(&twin.refreshes));
    world_refreshes_finish(&twin.refreshes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_in_line_once_an_interval),
        cmocka_unit_test(what_comes_during_a_refresh_waits_for_the_next),
        cmocka_unit_test(what_was_not_taken_waits_again),
        cmocka_unit_test(without_an_interval_each_change_is_by_itself),
        cmocka_unit_test(no_change_is_lost_and_no_key_comes_too_often),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

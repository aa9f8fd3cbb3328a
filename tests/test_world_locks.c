/* Tests of world/locks: the order of those that wait, and circles of waiting, against a naive twin.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/locks.h"

#include "tests/world_fixture.h"

#define TRANSACTIONS 8
#define ROWS         6
#define NONE         WORLD_LOCKS_NONE

/* The asks of every transaction in their order; who holds a row is who asked first of those that
 * are still there. */
struct ask {
    uint32_t transaction;
    uint64_t row;
};

struct twin {
    struct ask asks[TRANSACTIONS * ROWS];
    uint32_t count;
    uint64_t age[TRANSACTIONS]; /* 0: not begun */
};

static uint32_t holder_of(const struct twin *twin, uint64_t row)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->asks[i].row == row) {
            return twin->asks[i].transaction;
        }
    }
    return NONE;
}

/* Whom it waits for: the holder of a row that it has asked for and another holds. */
static uint32_t waits_for(const struct twin *twin, uint32_t transaction)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        uint32_t holder = holder_of(twin, twin->asks[i].row);
        if (twin->asks[i].transaction == transaction && holder != transaction) {
            return holder;
        }
    }
    return NONE;
}

static uint32_t youngest_in_circle(const struct twin *twin, uint32_t transaction)
{
    uint32_t youngest = transaction;
    uint32_t other = waits_for(twin, transaction);

    for (int i = 0; i < TRANSACTIONS && other != NONE && other != transaction; i++) {
        youngest = twin->age[other] > twin->age[youngest] ? other : youngest;
        other = waits_for(twin, other);
    }
    return other == transaction ? youngest : NONE;
}

static void end(struct world_locks *locks, struct twin *twin, uint32_t transaction)
{
    uint32_t granted[WORLD_LOCKS_ROWS_MAX];
    bool waited[TRANSACTIONS];
    uint32_t kept = 0;

    for (uint32_t i = 0; i < TRANSACTIONS; i++) {
        waited[i] = twin->age[i] > 0 && waits_for(twin, i) != NONE;
    }
    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->asks[i].transaction != transaction) {
            twin->asks[kept++] = twin->asks[i];
        }
    }
    twin->count = kept;
    twin->age[transaction] = 0;
    uint32_t count = world_locks_end(locks, transaction, granted);
    for (uint32_t i = 0; i < TRANSACTIONS; i++) {
        uint32_t found = 0;
        for (uint32_t k = 0; k < count; k++) {
            found += granted[k] == i;
        }
        bool is_granted = twin->age[i] > 0 && waited[i] && waits_for(twin, i) == NONE;
        assert_int_equal(found, is_granted);
    }
}

static bool has_asked(const struct twin *twin, uint32_t transaction, uint64_t row)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->asks[i].transaction == transaction && twin->asks[i].row == row) {
            return true;
        }
    }
    return false;
}

/* Returns whether a circle was found. */
static bool ask(struct world_locks *locks, struct twin *twin, uint32_t transaction, uint64_t row)
{
    uint32_t victim = NONE;
    enum world_lock_result result = world_locks_acquire(locks, transaction, row, &victim);

    if (!has_asked(twin, transaction, row)) {
        twin->asks[twin->count++] = (struct ask){transaction, row};
    }
    uint32_t expected = youngest_in_circle(twin, transaction);
    if (waits_for(twin, transaction) == NONE) {
        assert_int_equal(result, WORLD_LOCK_GRANTED);
    } else {
        assert_int_equal(result, expected == NONE ? WORLD_LOCK_WAITING : WORLD_LOCK_DEADLOCK);
    }
    assert_int_equal(victim, expected);
    if (victim != NONE) {
        end(locks, twin, victim);
    }
    return victim != NONE;
}

static void compare(const struct world_locks *locks, const struct twin *twin)
{
    world_locks_check(locks);
    for (uint32_t i = 0; i < TRANSACTIONS; i++) {
        if (twin->age[i] > 0) {
            assert_int_equal(world_locks_waits_for(locks, i), waits_for(twin, i));
        }
    }
}

static void locks_and_circles_are_those_of_a_naive_twin(void **state)
{
    struct world_locks locks;
    struct twin twin = {0};
    uint64_t seed = 9;
    uint64_t age = 0;
    uint32_t circles = 0;

    (void)state;
    world_locks_init(&locks, TRANSACTIONS);
    for (int i = 0; i < 30000; i++) {
        uint32_t transaction = (uint32_t)fixture_random(&seed, TRANSACTIONS);
        if (twin.age[transaction] == 0) {
            world_locks_begin(&locks, transaction);
            twin.age[transaction] = ++age;
        } else if (fixture_random(&seed, 6) == 0) {
            end(&locks, &twin, transaction);
        } else if (waits_for(&twin, transaction) == NONE) {
            circles += ask(&locks, &twin, transaction, fixture_random(&seed, ROWS));
        }
        compare(&locks, &twin);
    }
    assert_true(circles > 500);
    world_locks_clear(&locks);
    world_locks_check(&locks);
    assert_int_equal(locks.rows.count, 0);
    world_locks_finish(&locks);
}

/* 0 holds 10, 1 holds 11, 2 holds 12; each asks for the next one's. */
static void of_a_circle_of_three_the_youngest_is_the_victim(void **state)
{
    struct world_locks locks;
    uint32_t granted[WORLD_LOCKS_ROWS_MAX];
    uint32_t victim = NONE;

    (void)state;
    world_locks_init(&locks, 3);
    static const uint32_t order[] = {1, 2, 0}; /* 0 is the youngest */
    for (int i = 0; i < 3; i++) {
        world_locks_begin(&locks, order[i]);
        assert_int_equal(
            world_locks_acquire(&locks, order[i], 10 + order[i], &victim), WORLD_LOCK_GRANTED);
    }
    assert_int_equal(world_locks_acquire(&locks, 0, 11, &victim), WORLD_LOCK_WAITING);
    assert_int_equal(world_locks_acquire(&locks, 1, 12, &victim), WORLD_LOCK_WAITING);
    assert_int_equal(world_locks_acquire(&locks, 2, 10, &victim), WORLD_LOCK_DEADLOCK);
    assert_int_equal(victim, 0);
    assert_int_equal(world_locks_end(&locks, 0, granted), 1);
    assert_int_equal(granted[0], 2);
    world_locks_check(&locks);
    world_locks_finish(&locks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_and_circles_are_those_of_a_naive_twin),
        cmocka_unit_test(of_a_circle_of_three_the_youngest_is_the_victim),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

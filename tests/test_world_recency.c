/* Tests of world/recency: against a sorted array. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/recency.h"

#include "tests/world_fixture.h"

#define CAPACITY 17

/* When each place was used last; 0: it is free. */
struct twin {
    uint64_t used[CAPACITY];
    uint64_t clock;
};

static uint32_t oldest_of(const struct twin *twin)
{
    uint32_t oldest = WORLD_RECENCY_NONE;

    for (uint32_t i = 0; i < CAPACITY; i++) {
        if (twin->used[i] > 0 &&
            (oldest == WORLD_RECENCY_NONE || twin->used[i] < twin->used[oldest])) {
            oldest = i;
        }
    }
    return oldest;
}

static void keeps_the_order_that_an_array_of_times_keeps(void **state)
{
    struct world_recency recency;
    struct twin twin = {0};
    uint64_t seed = 3;

    (void)state;
    world_recency_init(&recency, CAPACITY);
    for (int i = 0; i < 20000; i++) {
        uint32_t place = (uint32_t)fixture_random(&seed, CAPACITY);
        if (twin.used[place] == 0 && recency.count < CAPACITY) {
            place = world_recency_add(&recency);
            assert_int_equal(twin.used[place], 0);
            twin.used[place] = ++twin.clock;
        } else if (fixture_random(&seed, 3) > 0) {
            world_recency_touch(&recency, place);
            twin.used[place] = ++twin.clock;
        } else {
            world_recency_remove(&recency, place);
            twin.used[place] = 0;
        }
        world_recency_check(&recency);
        assert_int_equal(world_recency_last(&recency), oldest_of(&twin));
    }
    world_recency_clear(&recency);
    world_recency_check(&recency);
    assert_int_equal(world_recency_last(&recency), WORLD_RECENCY_NONE);
    assert_int_equal(world_recency_add(&recency), 0);
    world_recency_finish(&recency);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_that_an_array_of_times_keeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/sliding: against counting everything anew. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/sliding.h"

#include "tests/world_fixture.h"

#define MESSAGES 5000

static const sim_time spans[] = {100, 37, 1};

/* How many of the messages up to `last` of the same entity came within the span of the last one. */
static uint64_t count_anew(
    const struct world_sliding_entry *entries, uint64_t last, uint32_t rule, uint64_t first)
{
    uint64_t count = 0;

    for (uint64_t i = first; i <= last; i++) {
        count += entries[i].entities[rule] == entries[last].entities[rule] &&
                 entries[i].time > entries[last].time - spans[rule];
    }
    return count;
}

/* Walks back over the messages that the rule counts, and returns how many there are. */
static uint64_t walk(const struct world_sliding *sliding, uint64_t number, uint32_t rule)
{
    uint64_t count = 0;

    for (uint64_t n = number; n != WORLD_SLIDING_NONE;
         n = world_sliding_earlier(sliding, n, rule)) {
        assert_int_equal(world_sliding_at(sliding, n)->message, n + 1000);
        count++;
    }
    return count;
}

static void run(uint64_t capacity, sim_time step)
{
    static struct world_sliding_entry entries[MESSAGES];
    struct world_sliding sliding;
    uint64_t seed = 6;
    sim_time now = 0;

    world_sliding_init(&sliding, spans, 3, capacity);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        now += (sim_time)fixture_random(&seed, (uint64_t)step);
        entries[i] = (struct world_sliding_entry){.message = i + 1000, .time = now};
        for (uint32_t rule = 0; rule < 3; rule++) {
            entries[i].entities[rule] = fixture_random(&seed, 3 + 5 * rule);
        }
        assert_int_equal(world_sliding_add(&sliding, &entries[i]), i);
        for (uint32_t rule = 0; rule < 3; rule++) {
            uint64_t first = i + 1 > capacity ? i + 1 - capacity : 0;
            uint64_t expected = count_anew(entries, i, rule, first);
            assert_int_equal(world_sliding_count(&sliding, rule), expected);
            assert_int_equal(walk(&sliding, i, rule), expected);
        }
        if (i % 16 == 0) {
            world_sliding_check(&sliding);
        }
    }
    assert_null(world_sliding_at(&sliding, MESSAGES));
    assert_null(world_sliding_at(&sliding, MESSAGES - 1 - capacity));
    assert_int_equal(sliding.overrun > 0, capacity < 100);
    world_sliding_clear(&sliding);
    world_sliding_check(&sliding);
    world_sliding_finish(&sliding);
}

static void counts_what_came_within_the_span(void **state)
{
    (void)state;
    run(500, 4);
}

static void a_full_ring_forgets_the_oldest_and_says_so(void **state)
{
    (void)state;
    run(20, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_came_within_the_span),
        cmocka_unit_test(a_full_ring_forgets_the_oldest_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

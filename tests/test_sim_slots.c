/* Tests of sim/slots: that numbers are used again, and that nothing moves. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/slots.h"

#define COUNT 10000

static uint32_t take(struct sim_slots *slots, uint64_t rank)
{
    uint32_t slot = sim_slots_take(slots);

    sim_slots_at(slots, slot)->rank = rank;
    return slot;
}

static void gives_every_slot_a_number_of_its_own(void **state)
{
    struct sim_slots *slots = *state;

    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t slot = take(slots, i + 1);
        assert_int_equal(sim_slots_at(slots, slot)->rank, i + 1);
    }
    sim_slots_check(slots);
    assert_int_equal(slots->used_count, COUNT);
    assert_true(sim_slots_size(slots) < COUNT * UINT64_C(48));
}

static void uses_the_slot_released_last_again(void **state)
{
    struct sim_slots *slots = *state;
    uint32_t first = take(slots, 1);
    uint32_t second = take(slots, 2);

    sim_slots_release(slots, first);
    sim_slots_release(slots, second);
    sim_slots_check(slots);
    assert_int_equal(take(slots, 3), second);
    assert_int_equal(take(slots, 4), first);
    assert_true(take(slots, 5) != first);
    sim_slots_check(slots);
}

static void moves_nothing_when_it_grows(void **state)
{
    struct sim_slots *slots = *state;
    uint32_t first = take(slots, 1);
    struct sim_slot *place = sim_slots_at(slots, first);

    for (uint32_t i = 0; i < COUNT; i++) {
        (void)take(slots, 2);
    }
    assert_ptr_equal(sim_slots_at(slots, first), place);
    assert_int_equal(place->rank, 1);
}

/* A slot in two lines of the cache would cost two misses. */
static void no_slot_lies_across_two_lines(void **state)
{
    struct sim_slots *slots = *state;

    for (uint32_t i = 0; i < COUNT; i++) {
        uintptr_t place = (uintptr_t)sim_slots_at(slots, take(slots, i + 1));
        assert_int_equal(place / 64, (place + sizeof(struct sim_slot) - 1) / 64);
    }
}

static int create(void **state)
{
    static struct sim_slots slots;

    sim_slots_init(&slots);
    *state = &slots;
    return 0;
}

static int destroy(void **state)
{
    sim_slots_finish(*state);
    return 0;
}

#define SLOTS_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SLOTS_TEST(gives_every_slot_a_number_of_its_own),
        SLOTS_TEST(uses_the_slot_released_last_again),
        SLOTS_TEST(moves_nothing_when_it_grows),
        SLOTS_TEST(no_slot_lies_across_two_lines),
    };

    return cmocka_run_group_tests_name("sim/slots", tests, NULL, NULL);
}

/* Tests of world/packet: slots are given out once, and come back. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/packet.h"

#include "tests/world_fixture.h"

#define SLOTS 3000

static void a_slot_that_is_taken_again_is_zeroed(void **state)
{
    struct world_packets packets;

    (void)state;
    world_packets_init(&packets);
    uint32_t slot = world_packets_take(&packets, WORLD_PACKET_SEND);
    packets.slots[slot].message.id = 77;
    packets.slots[slot].token = 78;
    packets.slots[slot].sendings = 79;
    world_packets_free(&packets, slot);
    world_packets_check(&packets);

    uint32_t again = world_packets_take(&packets, WORLD_PACKET_ACK);
    const struct world_packet expected = {.kind = WORLD_PACKET_ACK};
    assert_int_equal(again, slot);
    assert_memory_equal(&packets.slots[again], &expected, sizeof(expected));
    world_packets_finish(&packets);
}

static void keeps_what_is_in_other_slots_when_it_grows(void **state)
{
    struct world_packets packets;

    (void)state;
    world_packets_init(&packets);
    for (uint64_t i = 0; i < SLOTS; i++) {
        uint32_t slot = world_packets_take(&packets, WORLD_PACKET_SEND);
        assert_int_equal(slot, i); /* in order, as long as none comes back */
        packets.slots[slot].message.id = i;
    }
    for (uint64_t i = 0; i < SLOTS; i++) {
        assert_int_equal(packets.slots[i].message.id, i);
    }
    assert_int_equal(packets.count, SLOTS);
    world_packets_check(&packets);
    world_packets_finish(&packets);
}

/* The naive twin is a list of the slots in use, each with the id that was written into it. */
struct naive {
    uint32_t slots[SLOTS];
    uint64_t ids[SLOTS];
    uint32_t count;
};

static void take(struct world_packets *packets, struct naive *naive, uint64_t id)
{
    uint32_t slot = world_packets_take(packets, WORLD_PACKET_CHARGE);

    for (uint32_t i = 0; i < naive->count; i++) {
        assert_int_not_equal(naive->slots[i], slot);
    }
    packets->slots[slot].message.id = id;
    naive->slots[naive->count] = slot;
    naive->ids[naive->count] = id;
    naive->count++;
}

static void give(struct world_packets *packets, struct naive *naive, uint32_t victim)
{
    assert_int_equal(packets->slots[naive->slots[victim]].message.id, naive->ids[victim]);
    world_packets_free(packets, naive->slots[victim]);
    naive->count--;
    naive->slots[victim] = naive->slots[naive->count];
    naive->ids[victim] = naive->ids[naive->count];
}

static void agrees_with_a_list_of_slots_in_use(void **state)
{
    struct world_packets packets;
    struct naive naive = {.count = 0};
    uint64_t seed = 3;

    (void)state;
    world_packets_init(&packets);
    for (uint64_t step = 0; step < 20000; step++) {
        uint64_t takes_of_100 = step / 4000 % 2 == 0 ? 60 : 40; /* it swells and shrinks */
        bool is_take = fixture_random(&seed, 100) < takes_of_100;
        if (is_take && naive.count < SLOTS) {
            take(&packets, &naive, step);
        } else if (naive.count > 0) {
            give(&packets, &naive, (uint32_t)fixture_random(&seed, naive.count));
        }
        assert_int_equal(packets.count, naive.count);
        world_packets_check(&packets);
    }
    assert_true(packets.capacity > 256);
    world_packets_finish(&packets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_that_is_taken_again_is_zeroed),
        cmocka_unit_test(keeps_what_is_in_other_slots_when_it_grows),
        cmocka_unit_test(agrees_with_a_list_of_slots_in_use),
    };

    return cmocka_run_group_tests_name("world/packet", tests, NULL, NULL);
}

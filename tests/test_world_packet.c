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
static void agrees_with_a_list_of_slots_in_use(void **state)
{
    struct world_packets packets;
    uint32_t used[SLOTS];
    uint64_t ids[SLOTS];
    uint32_t count = 0;
    uint64_t seed = 3;

    (void)state;
    world_packets_init(&packets);
    for (uint64_t step = 0; step < 20000; step++) {
        bool is_take = fixture_random(&seed, 100) < (step / 4000 % 2 == 0 ? 60 : 40);
        if (is_take && count < SLOTS) {
            used[count] = world_packets_take(&packets, WORLD_PACKET_CHARGE);
            for (uint32_t i = 0; i < count; i++) {
                assert_int_not_equal(used[i], used[count]);
            }
            ids[count] = step;
            packets.slots[used[count]].message.id = step;
            count++;
        } else if (count > 0) {
            uint32_t victim = (uint32_t)fixture_random(&seed, count);
            assert_int_equal(packets.slots[used[victim]].message.id, ids[victim]);
            world_packets_free(&packets, used[victim]);
            count--;
            used[victim] = used[count];
            ids[victim] = ids[count];
        }
        assert_int_equal(packets.count, count);
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

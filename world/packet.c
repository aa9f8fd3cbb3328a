/* An array of slots that doubles when it is full; free slots are linked through `token`. */
/* SPDX-License-Identifier: MIT */
#include "world/packet.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 256

/* Links the slots from `first` on, in order, before those that are free already. */
static void link_free(struct world_packets *packets, uint32_t first)
{
    SIM_ASSERT(first < packets->capacity);
    for (uint32_t slot = first; slot < packets->capacity; slot++) {
        packets->slots[slot].token = slot + 1;
    }
    packets->free_head = first;
}

void world_packets_init(struct world_packets *packets)
{
    packets->slots = sim_allocate(CAPACITY_FIRST, sizeof(*packets->slots));
    packets->capacity = CAPACITY_FIRST;
    packets->count = 0;
    link_free(packets, 0);
    SIM_ASSERT(packets->free_head == 0);
}

void world_packets_finish(struct world_packets *packets)
{
    free(packets->slots);
    memset(packets, 0, sizeof(*packets));
}

void world_packets_grow(struct world_packets *packets)
{
    uint32_t old = packets->capacity;

    SIM_ASSERT(packets->count == old);
    SIM_ASSERT(old <= UINT32_MAX / 2);
    packets->slots = sim_grow(packets->slots, old, 2 * (size_t)old, sizeof(*packets->slots));
    packets->capacity = 2 * old;
    link_free(packets, old);
}

void world_packets_check(const struct world_packets *packets)
{
    uint32_t free_count = 0;

    for (uint32_t slot = packets->free_head; free_count < packets->capacity - packets->count;
         slot = packets->slots[slot].token) {
        SIM_ASSERT(slot < packets->capacity);
        SIM_ASSERT(packets->slots[slot].kind == WORLD_PACKET_FREE);
        free_count++;
    }

    uint32_t used_count = 0;
    for (uint32_t slot = 0; slot < packets->capacity; slot++) {
        used_count += packets->slots[slot].kind != WORLD_PACKET_FREE;
    }
    SIM_ASSERT(used_count == packets->count);
}

/* Free slots are linked, the one released last first, because it is still in the cache. */
/* SPDX-License-Identifier: MIT */
#include "sim/slots.h"

#include <stdlib.h>

void sim_slots_init(struct sim_slots *slots)
{
    *slots = (struct sim_slots){.free_head = SIM_SLOTS_NONE};
}

void sim_slots_finish(struct sim_slots *slots)
{
    SIM_ASSERT(slots->segment_count <= SIM_SLOTS_SEGMENTS_MAX);

    for (uint32_t i = 0; i < slots->segment_count; i++) {
        free(slots->segments[i]);
        slots->segments[i] = NULL;
    }
    slots->segment_count = 0;
}

void sim_slots_grow(struct sim_slots *slots)
{
    SIM_ASSERT(slots->free_head == SIM_SLOTS_NONE);
    SIM_ASSERT(slots->segment_count < SIM_SLOTS_SEGMENTS_MAX);

    struct sim_slots_segment *segment = sim_allocate_aligned(1, sizeof(*segment));
    uint32_t first = slots->segment_count << SIM_SLOTS_SEGMENT_BITS;
    for (uint32_t i = 0; i < SIM_SLOTS_SEGMENT; i++) {
        segment->slots[i].payload = first + i + 1;
    }
    segment->slots[SIM_SLOTS_SEGMENT - 1].payload = SIM_SLOTS_NONE;
    slots->free_head = first;
    slots->segments[slots->segment_count++] = segment;
}

uint64_t sim_slots_size(const struct sim_slots *slots)
{
    SIM_ASSERT(slots->segment_count <= SIM_SLOTS_SEGMENTS_MAX);

    return slots->segment_count * sizeof(struct sim_slots_segment);
}

static uint64_t count_used(const struct sim_slots *slots)
{
    SIM_ASSERT(slots->segment_count <= SIM_SLOTS_SEGMENTS_MAX);

    uint64_t count = 0;

    for (uint32_t segment = 0; segment < slots->segment_count; segment++) {
        for (uint32_t i = 0; i < SIM_SLOTS_SEGMENT; i++) {
            count += slots->segments[segment]->slots[i].rank != SIM_SLOTS_FREE;
        }
    }
    return count;
}

void sim_slots_check(const struct sim_slots *slots)
{
    uint64_t all = (uint64_t)slots->segment_count << SIM_SLOTS_SEGMENT_BITS;
    uint64_t free_count = 0;

    for (uint32_t slot = slots->free_head; slot != SIM_SLOTS_NONE;) {
        SIM_ASSERT(free_count < all);
        SIM_ASSERT(sim_slots_at(slots, slot)->rank == SIM_SLOTS_FREE);
        free_count++;
        slot = (uint32_t)sim_slots_at(slots, slot)->payload;
    }
    SIM_ASSERT(count_used(slots) == slots->used_count);
    SIM_ASSERT(free_count + slots->used_count == all);
}

/* sim/slots.h - where pending events wait: a pool that grows by segments and moves nothing.
 *
 * A slot is known by its number. It has the rank of its event, by which a key (sim/key.h) finds out
 * whether the slot is still its own. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_SLOTS_H
#define SIM_SLOTS_H

#include <stdint.h>

#include "sim/base.h"
#include "sim/fel.h"
#include "sim/key.h"

#define SIM_SLOTS_SEGMENT_BITS 12
#define SIM_SLOTS_SEGMENT      (1U << SIM_SLOTS_SEGMENT_BITS)
#define SIM_SLOTS_SEGMENTS_MAX (1U << (SIM_KEY_SLOT_BITS - SIM_SLOTS_SEGMENT_BITS))
#define SIM_SLOTS_NONE         UINT32_MAX
#define SIM_SLOTS_FREE         0 /* the rank of a free slot */

struct sim_slot {
    sim_fire_fn *fire;
    void *context;
    uint64_t payload; /* of a free slot: the next free slot */
    uint64_t rank;    /* the lower half of the event's key */
};

struct sim_slots_segment {
    struct sim_slot slots[SIM_SLOTS_SEGMENT];
    uint8_t classes[SIM_SLOTS_SEGMENT]; /* of the events; apart, because they are rarely read */
};

struct sim_slots {
    uint64_t used_count;
    uint32_t free_head; /* SIM_SLOTS_NONE when no slot is free */
    uint32_t segment_count;
    struct sim_slots_segment *segments[SIM_SLOTS_SEGMENTS_MAX];
};

void sim_slots_init(struct sim_slots *slots);
void sim_slots_finish(struct sim_slots *slots);

/* Makes more slots, when none is free. */
void sim_slots_grow(struct sim_slots *slots);

/* Bytes of memory held, beside the struct. */
uint64_t sim_slots_size(const struct sim_slots *slots);

/* Asserts every invariant in O(n). */
void sim_slots_check(const struct sim_slots *slots);

static inline struct sim_slot *sim_slots_at(const struct sim_slots *slots, uint32_t slot)
{
    return &slots->segments[slot >> SIM_SLOTS_SEGMENT_BITS]->slots[slot % SIM_SLOTS_SEGMENT];
}

static inline uint8_t *sim_slots_class_at(const struct sim_slots *slots, uint32_t slot)
{
    return &slots->segments[slot >> SIM_SLOTS_SEGMENT_BITS]->classes[slot % SIM_SLOTS_SEGMENT];
}

/* The number of a free slot; its owner sets the rank. */
static inline uint32_t sim_slots_take(struct sim_slots *slots)
{
    if (__builtin_expect(slots->free_head == SIM_SLOTS_NONE, 0)) {
        sim_slots_grow(slots);
    }
    uint32_t slot = slots->free_head;
    const struct sim_slot *taken = sim_slots_at(slots, slot);
    SIM_ASSERT(taken->rank == SIM_SLOTS_FREE);
    slots->free_head = (uint32_t)taken->payload;
    slots->used_count++;
    return slot;
}

static inline void sim_slots_release(struct sim_slots *slots, uint32_t slot)
{
    struct sim_slot *released = sim_slots_at(slots, slot);

    SIM_ASSERT(released->rank != SIM_SLOTS_FREE);
    released->rank = SIM_SLOTS_FREE;
    released->payload = slots->free_head;
    slots->free_head = slot;
    slots->used_count--;
}

#endif

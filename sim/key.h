/* sim/key.h - what of an event decides when it fires, as one number. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_KEY_H
#define SIM_KEY_H

#include "sim/base.h"
#include "sim/fel.h"

#define SIM_KEY_SLOT_BITS  24
#define SIM_KEY_ORDER_BITS 40
#define SIM_KEY_LAST       (~(sim_key)0) /* after every event */

/* From the top bit down: time, class, order, slot. */
typedef sim_uint128 sim_key;

/* The order of events stands here and nowhere else. */
static inline sim_key sim_key_make(
    sim_time time, enum sim_event_class class, uint64_t order, uint32_t slot)
{
    uint64_t when = (uint64_t)time << 1 | (uint64_t) class;

    return (sim_key)when << 64 | order << SIM_KEY_SLOT_BITS | slot;
}

static inline sim_time sim_key_time(sim_key key)
{
    return (sim_time)((uint64_t)(key >> 64) >> 1);
}

static inline enum sim_event_class sim_key_class(sim_key key)
{
    return (enum sim_event_class)((uint64_t)(key >> 64) & 1);
}

static inline uint64_t sim_key_order(sim_key key)
{
    return (uint64_t)key >> SIM_KEY_SLOT_BITS;
}

static inline uint32_t sim_key_slot(sim_key key)
{
    return (uint32_t)key & ((1U << SIM_KEY_SLOT_BITS) - 1);
}

#endif

/* sim/fel_state.h - the future event list from within: for sim/fel.c and, so that the loop need not
 * call for every event, sim/run.c. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FEL_STATE_H
#define SIM_FEL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/fel.h"
#include "sim/heap.h"
#include "sim/key.h"
#include "sim/slots.h"
#include "sim/wheel.h"

struct sim_fel {
    struct sim_heap heap;
    uint64_t heap_max; /* a heap that grows beyond is to be cut */
    uint64_t order_next;
    uint64_t stale_count;
    sim_time time_popped;
    uint64_t run_position;     /* in the first chunk of the run; 0 when there is none */
    struct sim_wheel_list run; /* in order */
    struct sim_slots slots;
    struct sim_wheel wheel;
};

/* Drops what is stale at the front, and takes from the wheel when nothing is near, until the first
 * key is that of a live event. SIM_KEY_LAST when there is none. */
sim_key sim_fel_search_first(sim_fel *fel, sim_key first);

/* Moves the later keys of a heap that is too large to the wheel. */
void sim_fel_shrink_heap(sim_fel *fel);

static inline bool sim_fel_is_stale(const sim_fel *fel, sim_key key)
{
    return sim_slots_at(&fel->slots, sim_key_slot(key))->rank != (uint64_t)key;
}

static inline sim_key sim_fel_run_first(const sim_fel *fel)
{
    if (fel->run.head == NULL) {
        return SIM_KEY_LAST;
    }
    SIM_ASSERT(fel->run_position < fel->run.head->count);
    return fel->run.head->keys[fel->run_position];
}

static inline void sim_fel_run_take_first(sim_fel *fel)
{
    SIM_ASSERT(fel->run.head != NULL);

    fel->run_position++;
    if (fel->run_position == fel->run.head->count) {
        sim_wheel_free_chunk(&fel->wheel, sim_wheel_take_chunk(&fel->run));
        fel->run_position = 0;
    }
}

/* Of the heap and the run; stale keys count. */
static inline sim_key sim_fel_near_first(sim_fel *fel)
{
    sim_key first = sim_heap_first(&fel->heap);
    sim_key other = sim_fel_run_first(fel);

    return other < first ? other : first;
}

static inline void sim_fel_take_near(sim_fel *fel, sim_key first)
{
    SIM_ASSERT(first != SIM_KEY_LAST);

    if (first == sim_fel_run_first(fel)) {
        sim_fel_run_take_first(fel);
    } else {
        sim_heap_take_first(&fel->heap);
    }
}

static inline sim_key sim_fel_live_first(sim_fel *fel)
{
    sim_key first = sim_fel_near_first(fel);

    if (__builtin_expect(first == SIM_KEY_LAST || sim_fel_is_stale(fel, first), 0)) {
        return sim_fel_search_first(fel, first);
    }
    return first;
}

/* sim_fel_pop_until() */
static inline bool sim_fel_take(sim_fel *fel, sim_time horizon, struct sim_event *out_event)
{
    sim_key first = sim_fel_live_first(fel);
    sim_time time = sim_key_time(first);

    if (first == SIM_KEY_LAST || time > horizon) {
        return false;
    }
    SIM_ASSERT(time >= fel->time_popped);
    const struct sim_slot *slot = sim_slots_at(&fel->slots, sim_key_slot(first));
    out_event->time = time;
    out_event->fire = slot->fire;
    out_event->context = slot->context;
    out_event->payload = slot->payload;
    out_event->class = sim_key_class(first);
    fel->time_popped = time;
    sim_slots_release(&fel->slots, sim_key_slot(first));
    sim_fel_take_near(fel, first);
    return true;
}

/* sim_fel_insert() */
static inline struct sim_event_id sim_fel_add(sim_fel *fel, const struct sim_event *event)
{
    SIM_ASSERT(event->fire != NULL);
    SIM_ASSERT(event->time >= fel->time_popped);
    SIM_ASSERT(fel->order_next < (UINT64_C(1) << SIM_KEY_ORDER_BITS) - 1);

    uint64_t order = fel->order_next++;
    uint32_t number = sim_slots_take(&fel->slots);
    sim_key key = sim_key_make(event->time, event->class, order, number);
    struct sim_slot *slot = sim_slots_at(&fel->slots, number);
    slot->fire = event->fire;
    slot->context = event->context;
    slot->payload = event->payload;
    slot->rank = (uint64_t)key;
    *sim_slots_class_at(&fel->slots, number) = (uint8_t)event->class;
    if (__builtin_expect(event->time > fel->wheel.base, 0)) {
        sim_wheel_insert(&fel->wheel, key);
    } else {
        sim_heap_insert(&fel->heap, key);
        if (__builtin_expect(fel->heap.count > fel->heap_max, 0)) {
            sim_fel_shrink_heap(fel);
        }
    }
    return (struct sim_event_id){.order = order, .slot = number};
}

#endif

/* sim/fel.h - the future event list: what will happen next.
 *
 * Events leave the list in order of (time, class, order), where order is the number of the
 * insertion. That triple never repeats, so a scenario pops the same sequence on every machine and
 * in every build: the determinism of the simulator rests on this file. The class puts scripted and
 * injected actions before the world's own events of the same instant.
 *
 * Memory grows by chunks with the number of pending events; nothing is allocated per event. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FEL_H
#define SIM_FEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

typedef void sim_fire_fn(void *context, uint64_t payload);

enum sim_event_class {
    SIM_CLASS_SCRIPT, /* what a scenario or a person does to the world */
    SIM_CLASS_WORLD,  /* what the world does by itself */
};

struct sim_event {
    sim_time time;
    sim_fire_fn *fire;
    void *context; /* borrowed: must live until the event has fired or is cancelled */
    uint64_t payload;
    enum sim_event_class class;
};

/* Names one insertion. Stale once the event has fired or been cancelled; {0} is always stale. */
struct sim_event_id {
    uint64_t order;
    uint32_t slot;
};

typedef struct sim_fel sim_fel;

sim_fel *sim_fel_create(void);
void sim_fel_destroy(sim_fel *fel);

/* The time must be at least 0, and not before the time of the event popped last. A list counts up
 * to 2^40 insertions, and holds up to 2^24 events at once. */
struct sim_event_id sim_fel_insert(sim_fel *fel, const struct sim_event *event);

/* Returns false when the id is stale. */
bool sim_fel_cancel(sim_fel *fel, struct sim_event_id id);

/* Moves a pending event to another time, as if it were cancelled and inserted anew: *id changes.
 * Returns false, and changes nothing, when the id is stale. */
SIM_MUST_USE bool sim_fel_reschedule(sim_fel *fel, struct sim_event_id *id, sim_time time);

/* Returns false, and leaves *out_event alone, when the list is empty. */
SIM_MUST_USE bool sim_fel_pop(sim_fel *fel, struct sim_event *out_event);

/* Pops unless the first event lies beyond `horizon`: then, or when the list is empty, returns false
 * and leaves *out_event alone. */
SIM_MUST_USE bool sim_fel_pop_until(sim_fel *fel, sim_time horizon, struct sim_event *out_event);

/* Returns false, and leaves *out_time alone, when the list is empty. */
SIM_MUST_USE bool sim_fel_next_time(sim_fel *fel, sim_time *out_time);

uint64_t sim_fel_count(const sim_fel *fel);

/* Bytes of memory held: at most 64 for each event of the largest number there ever was, and a
 * quarter of a megabyte. */
uint64_t sim_fel_size(const sim_fel *fel);

/* Asserts every invariant of the list in O(n). For tests, and for debugging a model. */
void sim_fel_check(const sim_fel *fel);

#endif

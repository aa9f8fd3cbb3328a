/* world/window.h - what a deduplicator remembers of each message: how far it has come.
 *
 * new -> seen -> processing -> done. A message that was not seen within the window is new. Seen, it
 * waits for its turn; processing, somebody is at it until its lease ends, and then it is new again,
 * for whoever comes with it next: so a crash in the middle neither repeats nor forgets it. Done, it
 * is remembered for `span` ns, unless its place is needed for a newer one before.
 *
 * A pure state: it is told the time, and it calls nobody. Every operation is O(1), but for what
 * falls out of the window in it, which is O(1) for each message ever. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_WINDOW_H
#define WORLD_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "sim/base.h"

#define WORLD_WINDOW_NONE UINT32_MAX

struct world_window_config {
    uint32_t count_max;      /* messages remembered, in all states: some 100 bytes each */
    uint32_t processing_max; /* of these, at once in processing */
    sim_time span;           /* how long a message that is done is remembered; > 0 */
    sim_time lease;          /* how long processing may take; > 0 */
};

enum world_window_state {
    WORLD_WINDOW_FREE, /* no entry */
    WORLD_WINDOW_SEEN,
    WORLD_WINDOW_PROCESSING,
    WORLD_WINDOW_DONE,
    WORLD_WINDOW_STATE_COUNT,
};

struct world_window_entry {
    uint64_t message;
    sim_time time;   /* processing: when the lease ends; done: when it is forgotten */
    uint32_t packet; /* the caller's: a slot that waits here, or WORLD_WINDOW_NONE */
    uint32_t next;   /* of those in its state, in the order in which they came into it */
    uint32_t previous;
    uint8_t state;
};

struct world_window_list {
    uint32_t head;
    uint32_t tail;
    uint32_t count;
};

struct world_window {
    struct world_window_config config;
    struct world_window_entry *entries;
    struct model_index index;                                 /* from a message to its entry */
    struct world_window_list lists[WORLD_WINDOW_STATE_COUNT]; /* by state */
    uint64_t evicted; /* done, and forgotten before their time for want of room */
};

void world_window_init(struct world_window *window, const struct world_window_config *config);
void world_window_finish(struct world_window *window);

/* The entry of the message; WORLD_WINDOW_NONE when it is new. Forgets first what is done for longer
 * than the span. */
uint32_t world_window_find(struct world_window *window, uint64_t message, sim_time now);

/* A new message is seen: its entry. Makes room by forgetting the one that is done for longest;
 * WORLD_WINDOW_NONE when none is done and every place is taken. */
uint32_t world_window_see(struct world_window *window, uint64_t message);

/* May one more be in processing? */
bool world_window_has_room(const struct world_window *window);

/* The one seen first; WORLD_WINDOW_NONE when there is none. */
uint32_t world_window_next_seen(const struct world_window *window);

/* Seen -> processing, or once more processing, under a new lease. */
void world_window_process(struct world_window *window, uint32_t entry, sim_time now);

/* Processing, or seen -> done. */
void world_window_done(struct world_window *window, uint32_t entry, sim_time now);

/* It is new again. */
void world_window_forget(struct world_window *window, uint32_t entry);

/* When the next lease ends; SIM_NEVER when nothing is in processing. */
sim_time world_window_next_deadline(const struct world_window *window);

/* The one in processing whose lease ended first, by now; or WORLD_WINDOW_NONE. */
uint32_t world_window_next_overdue(const struct world_window *window, sim_time now);

/* All are new. */
void world_window_clear(struct world_window *window);

void world_window_check(const struct world_window *window);

#endif

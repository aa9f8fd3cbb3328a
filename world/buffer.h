/* world/buffer.h - the messages that a producer holds until they are promised.
 *
 * A message waits in line, is under way until its deadline, or backs off until it is sent again.
 * Volatile, and bounded: whoever takes has looked whether there is room. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_BUFFER_H
#define WORLD_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/fel.h"

#define WORLD_BUFFER_NONE UINT32_MAX

enum world_held_state {
    WORLD_HELD_FREE,
    WORLD_HELD_WAITING,   /* in line */
    WORLD_HELD_UNDER_WAY, /* sent, unanswered; in line for the deadline */
    WORLD_HELD_APART,     /* in no line: to be sent now, or when its timer goes off */
};

struct world_held {
    struct model_message message;
    struct sim_event_id timer; /* of WORLD_HELD_APART, while it backs off */
    sim_time deadline;         /* of WORLD_HELD_UNDER_WAY */
    uint32_t next;
    uint32_t previous;
    uint16_t sendings;
    uint8_t state;
};

struct world_held_line {
    uint32_t head;
    uint32_t tail;
};

struct world_buffer {
    struct world_held *held;
    uint32_t limit;
    uint32_t capacity;
    uint32_t count;
    uint32_t waiting_count; /* of these, the ones in line */
    uint32_t free_head;
    struct world_held_line waiting;
    struct world_held_line under_way; /* by deadline */
};

/* Nothing is allocated until something is held. */
void world_buffer_init(struct world_buffer *buffer, uint32_t limit);
void world_buffer_finish(struct world_buffer *buffer);

/* An index for a message, which the caller fills in; it is in no line. Pointers into `held` are
 * good until the next take. */
uint32_t world_buffer_take(struct world_buffer *buffer);

void world_buffer_wait(struct world_buffer *buffer, uint32_t index);

/* Takes the first of those that wait out of their line; WORLD_BUFFER_NONE when there is none. */
uint32_t world_buffer_next_waiting(struct world_buffer *buffer);

/* Of one that is in no line: it is under way until `deadline`, which is no earlier than those
 * before it. */
void world_buffer_sent(struct world_buffer *buffer, uint32_t index, sim_time deadline);

/* Takes the one whose deadline is first out of its line, if that is not after `now`; or
 * WORLD_BUFFER_NONE. */
uint32_t world_buffer_next_overdue(struct world_buffer *buffer, sim_time now);

/* SIM_NEVER when nothing is under way. */
sim_time world_buffer_next_deadline(const struct world_buffer *buffer);

/* Takes it out of the line for the deadline. */
void world_buffer_answered(struct world_buffer *buffer, uint32_t index);

/* Of one that is in no line. */
void world_buffer_release(struct world_buffer *buffer, uint32_t index);

/* Empties it. */
void world_buffer_clear(struct world_buffer *buffer);

void world_buffer_check(const struct world_buffer *buffer);

#endif

/* world/audit_state.h - the audit's books. For audit.c and audit_judge.c only. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_AUDIT_STATE_H
#define WORLD_AUDIT_STATE_H

#include "world/audit.h"
#include "world/node.h"
#include "world/world.h"

enum world_audit_flag {
    WORLD_FLAG_ACCEPTED = 1,
    WORLD_FLAG_SETTLED = 2,
    WORLD_FLAG_BUFFER_LOST = 4,
    WORLD_FLAG_DROPPED = 8,
    WORLD_FLAG_DEAD = 16,
    WORLD_FLAG_FOUND = 32,     /* while a search is under way: it is somewhere */
    WORLD_FLAG_CONVICTED = 64, /* while a search is under way: counted as lost */
    WORLD_FLAG_REFUSED = 128,  /* by the queue, for good */
};

#define WORLD_FLAG_GONE (WORLD_FLAG_SETTLED | WORLD_FLAG_DROPPED | WORLD_FLAG_DEAD)
#define WORLD_FLAG_UNPROMISED                                                                      \
    (WORLD_FLAG_BUFFER_LOST | WORLD_FLAG_REFUSED) /* ended so, unless it is accepted yet */

struct world_audit_book {
    uint8_t *flags;
    uint64_t *awaited; /* the groups that are still to have their effect; NULL: there are none */
    uint64_t *settled; /* those that had it; like awaited */
    uint64_t capacity;
};

/* A message that may never have its effect: it was in a queue when that crashed, or was in nothing
 * but a packet that was lost, or was dropped, or is dead. In order of time. */
struct world_audit_suspect {
    uint64_t message;
    sim_time time;
    uint32_t node;
    enum world_audit_event event; /* what befell it */
};

struct world_audit {
    struct world *world;
    struct world_audit_book *books; /* by producer */
    uint32_t book_count;
    GArray *suspects;                 /* of struct world_audit_suspect */
    GArray *found;                    /* of uint64_t: the messages flagged WORLD_FLAG_FOUND */
    struct world_audit_totals totals; /* but for unaccepted, lost and inside */
    uint64_t taken_in;
    uint64_t refused_by_queue;
    struct world_check *exactly_once;
    struct world_check *conservation;
};

/* Makes a place for the message. For world_audit_book_of(). */
void world_audit_make_place(world_audit *audit, uint64_t message);

/* The book that the message is in, which has a place for it from then on. Good until the next
 * message that is new. */
static inline struct world_audit_book *world_audit_book_of(world_audit *audit, uint64_t message)
{
    uint32_t producer = model_message_producer(message);

    if (__builtin_expect(
            producer >= audit->book_count ||
                model_message_sequence(message) >= audit->books[producer].capacity,
            0)) {
        world_audit_make_place(audit, message);
    }
    SIM_ASSERT(audit->books[producer].flags != NULL);
    return &audit->books[producer];
}

/* The flags of a message. Good until the next message that is new. */
static inline uint8_t *world_audit_flags_of(world_audit *audit, uint64_t message)
{
    return &world_audit_book_of(audit, message)->flags[model_message_sequence(message)];
}

static inline void world_audit_set(uint8_t *flags, enum world_audit_flag flag)
{
    *flags = (uint8_t)(*flags | flag);
}

static inline void world_audit_clear(uint8_t *flags, enum world_audit_flag flag)
{
    *flags = (uint8_t)(*flags & ~flag);
}

/* ---- audit_judge.c, for audit.c ---- */

void world_audit_end_exactly_once(struct world_check *check, struct world *world);
void world_audit_sweep_conservation(struct world_check *check, struct world *world);

#endif

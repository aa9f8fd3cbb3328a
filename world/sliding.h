/* world/sliding.h - how many messages of each kind came within the last `span`, exactly.
 *
 * Rules share one ring of the latest messages, in the order of time. Of each rule a message belongs
 * to an entity (a user, an address, a pair); the rule counts the messages of each entity that came
 * within its span, by moving its own end of the ring along. A message costs O(1) for each rule, on
 * average; the memory is that of the ring, whatever the thresholds.
 *
 * A pure state. When more messages come within the longest span than the ring has room for, the
 * oldest fall out early, and are counted. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_SLIDING_H
#define WORLD_SLIDING_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "models/pool.h"
#include "sim/base.h"

#define WORLD_SLIDING_RULES_MAX 4
#define WORLD_SLIDING_NONE      UINT64_MAX

/* A message in the ring. */
struct world_sliding_entry {
    uint64_t message;
    uint64_t key;
    int64_t value;
    sim_time time;
    uint64_t entities[WORLD_SLIDING_RULES_MAX];
    uint64_t earlier[WORLD_SLIDING_RULES_MAX]; /* the number of the one before of the same entity */
    uint32_t places[WORLD_SLIDING_RULES_MAX];  /* of the entity's count, while it is counted */
    uint8_t flagged; /* the caller's: a bit for each rule that has flagged it */
};

struct world_sliding_rule {
    sim_time span;
    struct model_index entities; /* from an entity to its place */
    struct model_pool counts;    /* of struct world_sliding_count */
    uint64_t first;              /* the number of the oldest message that it counts */
};

struct world_sliding {
    struct world_sliding_entry *ring;
    uint64_t capacity;
    uint64_t mask; /* of the ring's size, a power of two that is no less */
    uint64_t next; /* the number of the next message; numbers below are counted from 0 */
    struct world_sliding_rule rules[WORLD_SLIDING_RULES_MAX];
    uint32_t rule_count;
    uint64_t overrun; /* messages that a rule should still have counted */
};

void world_sliding_init(
    struct world_sliding *sliding, const sim_time *spans, uint32_t rule_count, uint64_t capacity);
void world_sliding_finish(struct world_sliding *sliding);

/* Enters a message, with an entity for each rule; time never falls. Returns its number. */
uint64_t world_sliding_add(struct world_sliding *sliding, const struct world_sliding_entry *entry);

/* How many messages of the entity of the message that was added last the rule counts now, that one
 * included. */
uint64_t world_sliding_count(const struct world_sliding *sliding, uint32_t rule);

/* The message of this number, while the ring has it; else NULL. */
struct world_sliding_entry *world_sliding_at(const struct world_sliding *sliding, uint64_t number);

/* The number of the message before of the same entity of the rule, while the rule counts it; else
 * WORLD_SLIDING_NONE. */
uint64_t world_sliding_earlier(const struct world_sliding *sliding, uint64_t number, uint32_t rule);

/* Forgets all. O(capacity of the indices). */
void world_sliding_clear(struct world_sliding *sliding);

/* Asserts every invariant: O(messages in the ring). */
void world_sliding_check(const struct world_sliding *sliding);

#endif

/* models/ps_state.h - what the parts of publish_subscribe share; no one else includes it.
 *
 * A partition is a log, and a group's place in it is a cursor: what lies before `committed` is
 * done, what lies before `position` was delivered. A cursor that has nothing ahead is in its
 * partition's list of those that have caught up, so that the next message finds it; one that has is
 * in the ready list of the member that owns it. Both lists are first in, first out. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PS_STATE_H
#define MODELS_PS_STATE_H

#include "models/deadlines.h"
#include "models/horizon.h"
#include "models/index.h"
#include "models/ps_assign.h"
#include "models/ps_log.h"
#include "models/ps_promises.h"
#include "models/ps_record.h"
#include "models/publish_subscribe.h"

/* Joinings and assignments in one life of a queue. */
#define MODEL_PS_GENERATIONS (UINT64_C(1) << 40)

enum model_ps_list_kind {
    MODEL_PS_NOWHERE, /* something is ahead, but nobody owns the partition */
    MODEL_PS_CAUGHT_UP,
    MODEL_PS_READY,
};

struct model_ps_cursor {
    struct model_ps_cursor *next; /* in its list */
    struct model_ps_cursor *previous;
    uint64_t committed; /* places */
    uint64_t position;
    uint64_t delivered_end; /* what lies below this offset was delivered before */
    uint64_t generation;    /* of the assignment; of a seek, if that was later */
    struct model_ps_partition *partition;
    uint32_t owner; /* a member's slot, or MODEL_PS_NOBODY */
    uint32_t group;
    uint8_t list;    /* enum model_ps_list_kind */
    bool has_offset; /* the store knows, or was told, where the group is */

    /* Messages. */
    uint64_t done; /* committed */
    uint64_t passed;
    uint64_t passed_unread;
    uint64_t delivered;
    uint64_t redelivered;

    uint64_t record;          /* position of the newest committed record of the offset; 0: none */
    uint64_t offset;          /* what it says, while recovering */
    uint32_t records_pending; /* newer ones that are not committed */
};

struct model_ps_cursors {
    struct model_ps_cursor *first;
    struct model_ps_cursor *last;
};

struct model_ps_partition {
    struct model_ps_log log;
    uint64_t visible;   /* place: what lies before it is committed by the store */
    uint64_t published; /* messages that ever became visible */
    uint64_t retired;   /* of these, those that are gone */
    uint64_t compacted; /* of these, those that a newer one of their key took the place of */
    uint64_t clean;     /* place: what lies before it the last compaction has seen */
    uint64_t bytes;
    uint64_t tail; /* position of the record that tells the end; 0: none */
    uint32_t topic;
    uint32_t number;  /* through all topics */
    bool is_awaited;  /* a publisher was told that it is full */
    bool is_unsorted; /* while recovering */
    struct model_ps_cursors caught_up;
};

struct model_ps_topic {
    struct model_ps_topic_config config;
    uint32_t partition_first;
    bool has_retention;
    uint32_t group_first; /* a list in the order of adding; MODEL_PS_NOBODY: none */
    uint32_t group_last;
    uint64_t offered;
    uint64_t refused;
    uint64_t dropped;
    struct model_index keys; /* scratch of a compaction: empty outside of it */
};

struct model_ps_group {
    struct model_ps_group_config config;
    struct model_ps_cursor *cursors; /* one for each partition of the topic */
    uint32_t topic;
    uint32_t next;    /* in the topic's list, or in that of unused broadcast groups */
    uint16_t ordinal; /* in the store: how many were added before it, broadcast ones not counted */
    bool is_used;
    bool is_broadcast;
    uint64_t generation;
    uint64_t rebalances;
    uint32_t *members; /* slots, in the order of joining */
    uint32_t member_count;
    uint32_t member_capacity;
    uint32_t *owners; /* scratch of a rebalancing: one for each partition */
    uint32_t *room;   /* scratch: one for each member */
};

struct model_ps_member_state {
    struct model_ps_cursors ready;
    uint64_t generation; /* 0: the slot is free */
    sim_time heard;
    uint32_t group;
    uint32_t turn; /* its index in the group's members; of a free slot, the next free one */
};

struct model_ps {
    const struct model_store *store;
    sim_time now; /* the latest that it was told: its time never goes back */
    bool is_closed;

    struct model_ps_shelf shelf;
    struct model_ps_topic *topics;
    uint32_t topic_count;
    uint32_t topic_capacity;
    struct model_ps_partition **partitions; /* of all topics */
    uint32_t partition_count;
    uint32_t partition_capacity;
    struct model_ps_group *groups;
    uint32_t group_count;
    uint32_t group_capacity;
    uint32_t *durables; /* groups by their ordinals: all but the broadcast ones */
    uint32_t durable_count;
    uint32_t durable_capacity;
    uint32_t group_free; /* a broadcast group that is not used; MODEL_PS_NOBODY: none */
    struct model_ps_member_state *members;
    uint32_t member_count; /* slots that were ever used */
    uint32_t member_capacity;
    uint32_t member_free; /* MODEL_PS_NOBODY: none */

    struct model_deadlines sessions; /* of members; not before the time that is in there */
    struct model_deadlines ages;     /* of partitions; the same */
    uint64_t generation;             /* the latest */

    /* What follows is idle without a store. */
    struct model_ps_promises promises; /* records that are not committed, and mean something then */
    struct model_horizon needed;       /* positions of the store */
    uint64_t appended;
    uint64_t committed;
    uint64_t released;
    uint64_t rewritten; /* what was written anew, was so up to here */
    bool has_appended;  /* something that is to be written soon */

    /* As in producer_consumer: see ps_recover.c. */
    uint64_t generation_limit;
    uint64_t limit_position;     /* where the store says so, 0: nowhere */
    uint64_t limit_position_new; /* where it will, once committed, 0: nowhere */
    uint64_t gate;               /* nobody joins until this is committed */
    uint64_t replayed_last;
    bool is_recovering;
    bool is_recovered;
};

/* By the number through all topics. */
static inline struct model_ps_partition *model_ps_partition_at(
    const struct model_ps *queue, uint32_t number)
{
    SIM_ASSERT(number < queue->partition_count);
    return queue->partitions[number];
}

static inline struct model_ps_topic *model_ps_topic_at(const struct model_ps *queue, uint32_t topic)
{
    SIM_ASSERT(topic < queue->topic_count);
    return &queue->topics[topic];
}

static inline struct model_ps_group *model_ps_group_at(const struct model_ps *queue, uint32_t group)
{
    SIM_ASSERT(group < queue->group_count);
    return &queue->groups[group];
}

static inline struct model_ps_cursor *model_ps_cursor_at(
    const struct model_ps *queue, uint32_t group, uint32_t partition)
{
    const struct model_ps_group *found = model_ps_group_at(queue, group);

    SIM_ASSERT(partition < queue->topics[found->topic].config.partitions);
    return &found->cursors[partition];
}

static inline bool model_ps_is_gate_open(const struct model_ps *queue)
{
    return queue->committed >= queue->gate;
}

/* The time by which an operation goes: a clock that is set back does not set the queue back. */
static inline sim_time model_ps_advance(struct model_ps *queue, sim_time now)
{
    SIM_ASSERT(!queue->is_recovering && (queue->store == NULL || queue->is_recovered));
    queue->now = now > queue->now ? now : queue->now;
    return queue->now;
}

static inline sim_time model_ps_later(sim_time now, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    return now > SIM_NEVER - delay ? SIM_NEVER : now + delay;
}

/* ---- ps_cursor.c ---- */

/* Puts the cursor into the list where it belongs now. `outbox` is told when that makes its owner
 * ready; NULL: nobody is. */
void model_ps_settle(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_outbox *outbox);

/* The first of the list has nothing ahead any more. */
void model_ps_catch_up(struct model_ps_cursors *ready);

/* Takes it out of its list. */
void model_ps_unlist(struct model_ps *queue, struct model_ps_cursor *cursor);

/* Settles all that had caught up with the partition: something new has become visible. */
void model_ps_wake(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox);

/* Makes the group go on with a place: what that jumps over is done, what it goes back to is not. */
void model_ps_move(struct model_ps *queue, struct model_ps_cursor *cursor, uint64_t place);

/* Gives back what a member holds of the partition. */
void model_ps_rewind(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_outbox *outbox);

/* ---- ps_group.c ---- */

/* Whether there may be one more group. */
bool model_ps_has_group_room(const struct model_ps *queue);

/* A group without members, at the start that its configuration says. */
uint32_t model_ps_new_group(
    struct model_ps *queue, uint32_t topic, const struct model_ps_group_config *config);

/* Frees what it holds. */
void model_ps_free_group(struct model_ps_group *group);

/* The member's state; NULL when it is gone. */
struct model_ps_member_state *model_ps_find_member(
    const struct model_ps *queue, const struct model_ps_member *member);

/* Ends the sessions that are due. */
void model_ps_expire_sessions(struct model_ps *queue, struct model_outbox *outbox);

/* ---- ps_retain.c ---- */

/* Makes room for one more message in a full partition, as far as the policy allows; else returns
 * what the publisher is told. */
enum model_ps_status model_ps_make_room(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t id,
    struct model_outbox *outbox);

/* Tells that an awaited partition has room, if it has. */
void model_ps_tell_room(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox);

/* Takes the oldest messages, all of them visible, up to the place `first`. `outbox` is told of
 * those that a group misses. O(messages + groups). */
void model_ps_retire(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t first,
    struct model_outbox *outbox);

/* The first place that a group has not committed; UINT64_MAX when there is no group. O(groups). */
uint64_t model_ps_first_wanted(
    const struct model_ps *queue, const struct model_ps_partition *partition);

/* Counts one message out, and lets go of its record. */
void model_ps_forget_entry(
    struct model_ps *queue, struct model_ps_partition *partition, uint64_t place);

/* Does what retention says of a partition after its visible part has grown. */
void model_ps_retain(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox);

/* Takes what is too old. */
void model_ps_expire_ages(struct model_ps *queue, struct model_outbox *outbox);

/* ---- ps_compact.c ---- */

/* Keeps of the visible messages the newest of each key, if it is time to. */
void model_ps_compact(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox);

/* ---- ps_store.c: only with a store ---- */

/* Appends the newest message of the partition, or the offset that a group goes on with; `id` is
 * confirmed when that is committed, 0: nothing is. */
void model_ps_append_message(struct model_ps *queue, struct model_ps_partition *partition);
void model_ps_append_offset(struct model_ps *queue, struct model_ps_cursor *cursor, uint64_t id);

/* The record at `position` is not needed any more. */
void model_ps_forget_record(struct model_ps *queue, uint64_t position);

/* Tells the store what it need not keep any more. Where a few old records keep it from that, they
 * are written anew. */
void model_ps_release(struct model_ps *queue);

/* Tells the caller that the store was given something, if it was. */
void model_ps_tell_store(struct model_ps *queue, struct model_outbox *outbox);

void model_ps_append_limit(struct model_ps *queue);

/* ---- publish_subscribe.c ---- */

/* The message at the place `visible` has become so. */
void model_ps_show(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox);

#endif

/* models/publish_subscribe.h - producers publish to topics; every group of subscribers sees each
 * message.
 *
 * A topic has partitions, each of them a log; the key of a message chooses its partition, so order
 * holds per key. A group has a committed offset in each partition of its topic. Its members share
 * the partitions among them, and share them anew, under a new generation, when one of them joins,
 * leaves or is not heard from for a session. A partition keeps its messages after they were read,
 * until retention takes them: by number, by size, by age, or all but the newest of a key.
 *
 * At every instant, for a topic and for each of its groups:
 *
 *   offered   = refused + dropped + uncommitted + published
 *   published = ahead + held + committed + passed
 *
 * A published message is ahead of the group until it is delivered to a member, then held until its
 * offset is committed; passed is what retention took before the group had committed it. What a seek
 * jumps over counts as committed; what it goes back to, as ahead. model_ps_check() asserts both,
 * the second against the places in the logs. After a recovery the counts begin anew with what was
 * recovered. Delivery is at least once; `ps` in names stands for this model.
 *
 * The outbox: MODEL_SEND_CONFIRMED, MODEL_ACK_CONFIRMED (the store has the commit that ended at
 * message `id`), MODEL_DROPPED (`id` left before every group had committed it, or never entered),
 * MODEL_REDELIVERED (`id` was taken from a member), MODEL_STORE; and, with the number of the group
 * or the topic as id, MODEL_READY (a member that had nothing to poll has something; after a
 * recovery, once: members can join) and MODEL_ROOM (a partition that was too full for a publisher
 * has room). */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PUBLISH_SUBSCRIBE_H
#define MODELS_PUBLISH_SUBSCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/full.h"
#include "models/message.h"
#include "models/outbox.h"
#include "models/store.h"
#include "sim/base.h"

#define MODEL_PS_PARTITIONS_MAX 65536               /* of all topics together */
#define MODEL_PS_GROUPS_MAX     65536               /* of all topics together */
#define MODEL_PS_CAPACITY_MAX   (UINT64_C(1) << 40) /* messages of a partition */

enum model_ps_status {
    MODEL_PS_OK,
    MODEL_PS_EMPTY,          /* no message is ahead in the partitions of this member */
    MODEL_PS_FULL,           /* block: nothing changed, try again after MODEL_ROOM */
    MODEL_PS_REFUSED,        /* reject: nothing changed but the count of refused */
    MODEL_PS_DROPPED,        /* it was dropped, and counted; the sender need not know */
    MODEL_PS_STALE,          /* the partition was assigned anew, or the member is gone */
    MODEL_PS_REPEATED,       /* the group is that far, by a commit or because retention passed it */
    MODEL_PS_NOT_DELIVERED,  /* a commit of what the group has not been given */
    MODEL_PS_NO_PARTITION,   /* there is none of this number, or no such topic */
    MODEL_PS_TOO_LARGE,      /* the payload is larger than the topic allows */
    MODEL_PS_NOT_YET,        /* the store has not committed what a recovery wrote */
    MODEL_PS_CLOSED,         /* the queue is closed */
    MODEL_PS_BAD_CAPACITY,   /* of a topic: 0, or above the maximum */
    MODEL_PS_BAD_PARTITIONS, /* of a topic: 0, or too many in all */
    MODEL_PS_BAD_RETENTION,  /* of a topic: an age below 0, or an unknown policy */
    MODEL_PS_BAD_SESSION,    /* of a group: below 0 */
    MODEL_PS_BAD_ASSIGNMENT, /* of a group: an unknown strategy or start */
    MODEL_PS_TOO_MANY,       /* there are as many groups, or topics, as there may be */
};

/* What keeps a partition bounded. A partition is full when it holds `capacity` messages and the
 * oldest of them is still wanted by a group; what all groups have committed makes room, a
 * sixty-fourth of the capacity at a time. A broadcast subscriber holds nothing back. */
struct model_ps_topic_config {
    uint32_t partitions;
    uint64_t capacity; /* messages of a partition; at least 1 */
    enum model_when_full when_full;
    uint32_t payload_max; /* bytes of a message's payload; 0: no limit */

    /* Retention: it takes messages whether they were read or not. All zero: it takes none. */
    uint64_t retain_bytes; /* of a partition: 64 and the payload for each message; 0: no limit */
    sim_time retain_age;   /* since it was published; 0: no limit */
    bool compacts; /* keeps the newest of each key, at the latest when the messages that came
                      since it last did outnumber those that were left by it */
};

enum model_ps_start {
    MODEL_PS_EARLIEST, /* with the oldest message that is there */
    MODEL_PS_LATEST,   /* with the next one that is published */
};

/* How the partitions of a topic are shared among n members, in the order in which they joined. */
enum model_ps_assignment {
    MODEL_PS_RANGE,       /* neighbouring partitions to each, the first ones one more */
    MODEL_PS_ROUND_ROBIN, /* partition p to member p modulo n */
    MODEL_PS_STICKY,      /* as evenly, and as few as possible change their member */
};

struct model_ps_group_config {
    enum model_ps_assignment assignment;
    enum model_ps_start start; /* where the store knows no committed offset */
    sim_time session;          /* a member not heard from for so long is gone; 0: never */
};

struct model_ps_topic_partition {
    uint32_t topic;
    uint32_t partition; /* of the topic: 0, 1, ... */
};

/* Names a member. */
struct model_ps_member {
    uint64_t generation; /* of its joining: no two in a queue's life are equal */
    uint32_t group;
    uint32_t slot;
};

/* Names a place in a partition as a group knows it under one assignment. */
struct model_ps_where {
    uint64_t generation; /* of the assignment */
    uint64_t offset;
    uint32_t partition; /* of the topic */
    uint32_t group;
};

/* Its attempt is 1, or 2 when the group was given this message before: a log counts no more. */
struct model_ps_delivery {
    struct model_message message;
    struct model_ps_where where;
};

struct model_ps_batch {
    struct model_ps_delivery *deliveries; /* the caller's, with room for `capacity` */
    uint32_t capacity;
    uint32_t count;
};

struct model_ps_topic_counts {
    uint64_t offered;
    uint64_t refused;
    uint64_t dropped; /* that never entered */
    uint64_t uncommitted;
    uint64_t published;
    uint64_t retained;  /* of the published ones, those that are there */
    uint64_t compacted; /* those that a newer one of their key took the place of */
};

struct model_ps_group_counts {
    uint64_t ahead;
    uint64_t held;
    uint64_t committed;
    uint64_t passed;
    uint64_t passed_unread; /* of these, those that no member had been given */
    uint64_t delivered;     /* deliveries, of which one message may have several */
    uint64_t redelivered;   /* of these, those of a message delivered before */
    uint64_t rebalances;
};

typedef struct model_ps model_ps;

/* `store` is borrowed for the queue's life; NULL keeps everything in memory only. */
model_ps *model_ps_create(const struct model_store *store);
void model_ps_destroy(model_ps *queue);

/* ---- set-up: topics, then groups, each time in the same order; then the recovery ---- */

/* The topic's number, 0, 1, ..., in *out_topic; unless it returns MODEL_PS_OK, nothing changed. */
SIM_MUST_USE enum model_ps_status model_ps_add_topic(
    model_ps *queue, const struct model_ps_topic_config *config, uint32_t *out_topic);

/* The group's number in *out_group. Groups may also be added later, but in the same order in every
 * life. With a store a late one is kept there with what the next operation writes. */
SIM_MUST_USE enum model_ps_status model_ps_add_group(
    model_ps *queue,
    uint32_t topic,
    const struct model_ps_group_config *config,
    uint32_t *out_group);

/* Applies one record that the store kept, in the order of their positions. Returns false, and
 * changes nothing, when the record makes no sense here: the store's content is not this queue's. */
SIM_MUST_USE bool model_ps_replay(
    model_ps *queue, uint64_t position, const void *record, uint32_t size);

/* Ends the recovery; with a store to be called also when there was nothing to replay. Every group
 * goes on after what it had committed, and has no members. */
void model_ps_recovered(model_ps *queue, sim_time now, struct model_outbox *outbox);

/* ---- publishers ---- */

/* The partition that a key leads to. */
uint32_t model_ps_partition_of(const model_ps *queue, uint32_t topic, uint64_t key);

/* Appends the message to the partition that its key leads to. O(1), and for a full partition
 * O(groups). */
SIM_MUST_USE enum model_ps_status model_ps_publish(
    model_ps *queue,
    uint32_t topic,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox);

/* The same, to a partition that the caller chooses. */
SIM_MUST_USE enum model_ps_status model_ps_publish_to(
    model_ps *queue,
    const struct model_ps_topic_partition *to,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox);

/* The store has committed every position up to and including this one. */
void model_ps_committed(
    model_ps *queue, uint64_t position, sim_time now, struct model_outbox *outbox);

/* ---- subscribers ---- */

/* Adds a member to the group, and shares the partitions anew. Returns MODEL_PS_OK,
 * MODEL_PS_NOT_YET or MODEL_PS_CLOSED. O(partitions + members). */
SIM_MUST_USE enum model_ps_status model_ps_join(
    model_ps *queue,
    uint32_t group,
    sim_time now,
    struct model_ps_member *out_member,
    struct model_outbox *outbox);

/* MODEL_PS_STALE: it was gone already, and nothing changed. */
enum model_ps_status model_ps_leave(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_outbox *outbox);

/* A broadcast subscriber: a group of its own for as long as it stays. It gets every message of the
 * topic from `start` on; what it was given counts as committed at once, and nothing of it is kept
 * in the store. It may poll at once; it ends with model_ps_leave(). Returns what a join returns, or
 * MODEL_PS_TOO_MANY. */
SIM_MUST_USE enum model_ps_status model_ps_subscribe(
    model_ps *queue,
    uint32_t topic,
    enum model_ps_start start,
    sim_time now,
    struct model_ps_member *out_member);

/* The member is alive. A poll and a commit say so too. */
SIM_MUST_USE enum model_ps_status model_ps_heartbeat(
    model_ps *queue, const struct model_ps_member *member, sim_time now);

/* The next message of one of the member's partitions, which take turns. Returns MODEL_PS_OK,
 * MODEL_PS_EMPTY, MODEL_PS_STALE or MODEL_PS_CLOSED; *out_delivery is good only with the first.
 * O(1). */
SIM_MUST_USE enum model_ps_status model_ps_poll(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_ps_delivery *out_delivery);

/* As many as there is room for in the batch; all that is ahead in one partition before the next. */
SIM_MUST_USE enum model_ps_status model_ps_poll_batch(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_ps_batch *batch);

/* The member is done with this message and with all before it in its partition. Returns
 * MODEL_PS_OK, MODEL_PS_STALE, MODEL_PS_REPEATED, MODEL_PS_NOT_DELIVERED, MODEL_PS_NO_PARTITION or
 * MODEL_PS_CLOSED; unless it is MODEL_PS_OK, nothing changed. O(log n) in a partition with gaps,
 * else O(1); and O(groups) when a publisher waits for room. */
SIM_MUST_USE enum model_ps_status model_ps_commit(
    model_ps *queue, const struct model_ps_where *where, sim_time now, struct model_outbox *outbox);

/* The offset of the first message that was published at `time` or later, for a seek; the one after
 * the last if there is none. O(log n). */
uint64_t model_ps_offset_at(
    const model_ps *queue, uint32_t topic, uint32_t partition, sim_time time);

/* Makes the group go on with where->offset, or the nearest one after it that is there: replay, or
 * a jump. where->generation means nothing; what its members hold of the partition becomes stale. */
SIM_MUST_USE enum model_ps_status model_ps_seek(
    model_ps *queue, const struct model_ps_where *where, sim_time now, struct model_outbox *outbox);

/* ---- time, and the end ---- */

/* When model_ps_expire() may next have something to do; SIM_NEVER: not by time alone. */
sim_time model_ps_next_deadline(const model_ps *queue);

/* Ends the sessions that are due, and takes the messages that are too old. */
void model_ps_expire(model_ps *queue, sim_time now, struct model_outbox *outbox);

/* From now on everything but looking, model_ps_committed() and model_ps_destroy() changes nothing
 * and says MODEL_PS_CLOSED. */
void model_ps_close(model_ps *queue);

/* ---- looking ---- */

struct model_ps_topic_counts model_ps_topic_counts_of(const model_ps *queue, uint32_t topic);
struct model_ps_group_counts model_ps_group_counts_of(const model_ps *queue, uint32_t group);

/* Published messages of the partition that the group has not committed: ahead and held. O(1). */
uint64_t model_ps_lag(const model_ps *queue, uint32_t group, uint32_t partition);

/* The offset that the group would go on with after a crash: the first it has not committed. */
uint64_t model_ps_committed_offset(const model_ps *queue, uint32_t group, uint32_t partition);

/* Who has the partition. Returns false when the group has no members. */
SIM_MUST_USE bool model_ps_owner_of(
    const model_ps *queue, uint32_t group, uint32_t partition, struct model_ps_member *out_member);

/* It grows each time the group's partitions are shared anew, also across recoveries. */
uint64_t model_ps_generation_of(const model_ps *queue, uint32_t group);

typedef void model_ps_visit_fn(void *context, const struct model_message *message);

/* Every message that is in the topic, uncommitted ones too: partition by partition, by offset. */
void model_ps_visit(const model_ps *queue, uint32_t topic, model_ps_visit_fn *visit, void *context);

/* Asserts the laws above and every other invariant, in O(messages inside). */
void model_ps_check(const model_ps *queue);

#endif

/* tests/ps_twin.h - a publish_subscribe queue so simple that it is obviously right: an array of
 * messages, each with what it is to each group, searched from end to end for whatever is asked. It
 * says which notices an operation causes, and recovers by reading the records of a store one by
 * one.
 *
 * Who owns what it is told (twin_own); which of a member's partitions is polled first it does not
 * care about. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PS_TWIN_H
#define TESTS_PS_TWIN_H

#include <stdbool.h>
#include <string.h>

#include "models/ps_record.h"
#include "models/publish_subscribe.h"

#include "tests/fake_store.h"

#define TWIN_MESSAGES   4096
#define TWIN_PARTITIONS 5
#define TWIN_GROUPS     4
#define TWIN_NOBODY     UINT64_MAX

enum twin_state { TWIN_AHEAD, TWIN_HELD, TWIN_DONE };

struct twin_message {
    struct model_message message;
    uint32_t partition;
    uint64_t offset;
    uint64_t position; /* 0: in memory */
    sim_time time;
    bool is_visible;
    bool is_clean; /* the last compaction has seen it */
    enum twin_state states[TWIN_GROUPS];
};

struct twin_group {
    bool is_used;
    bool is_broadcast;
    enum model_ps_start start;
    struct model_ps_group_counts counts; /* but for ahead and held */
    uint64_t owners[TWIN_PARTITIONS];    /* generation of a member, or TWIN_NOBODY */
    uint64_t epochs[TWIN_PARTITIONS];    /* it changes when what was delivered becomes stale */
    uint64_t delivered_end[TWIN_PARTITIONS];
    uint64_t replayed[TWIN_PARTITIONS]; /* offset, in a recovery */
    bool has_replayed[TWIN_PARTITIONS];
};

struct twin_ack {
    uint64_t position;
    uint64_t id;
};

struct twin {
    struct model_ps_topic_config config;
    uint32_t partition_first; /* in the store's numbers */
    uint32_t group_first;
    bool has_store;
    struct twin_message
        messages[TWIN_MESSAGES]; /* those that are there, in the order of publishing */
    uint32_t count;
    struct twin_group groups[TWIN_GROUPS];
    uint64_t offset_end[TWIN_PARTITIONS];
    bool is_awaited[TWIN_PARTITIONS];
    struct model_ps_topic_counts counts; /* but for uncommitted and retained */
    uint64_t epoch;
    sim_time now;
    struct twin_ack acks[TWIN_MESSAGES];
    uint32_t ack_count;
    struct model_outbox outbox; /* but for MODEL_STORE and MODEL_READY */
};

static inline void twin_tell(struct twin *twin, enum model_notice_kind kind, uint64_t id)
{
    model_outbox_add(&twin->outbox, kind, id);
}

/* ---- looking ---- */

static inline uint64_t twin_in_partition(const struct twin *twin, uint32_t partition)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        count += twin->messages[i].partition == partition ? 1 : 0;
    }
    return count;
}

static inline struct twin_message *twin_oldest(struct twin *twin, uint32_t partition)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->messages[i].partition == partition) {
            return &twin->messages[i];
        }
    }
    return NULL;
}

/* Whether a group that counts has not committed it. */
static inline bool twin_is_wanted(const struct twin *twin, const struct twin_message *message)
{
    for (uint32_t g = 0; g < TWIN_GROUPS; g++) {
        const struct twin_group *group = &twin->groups[g];
        if (group->is_used && !group->is_broadcast && message->states[g] != TWIN_DONE) {
            return true;
        }
    }
    return false;
}

static inline uint64_t twin_in_state(const struct twin *twin, uint32_t group, enum twin_state state)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        count += message->is_visible && message->states[group] == state ? 1 : 0;
    }
    return count;
}

/* The first that the group has not been given; NULL: none. */
static inline struct twin_message *twin_next(struct twin *twin, uint32_t group, uint32_t partition)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->partition == partition && message->is_visible &&
            message->states[group] == TWIN_AHEAD) {
            return message;
        }
    }
    return NULL;
}

static inline bool twin_has_next(struct twin *twin, uint32_t group, uint64_t member)
{
    for (uint32_t partition = 0; partition < twin->config.partitions; partition++) {
        if (twin->groups[group].owners[partition] == member &&
            twin_next(twin, group, partition) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- leaving ---- */

/* It leaves without being counted anywhere. */
static inline void twin_erase(struct twin *twin, struct twin_message *message)
{
    size_t index = (size_t)(message - twin->messages);

    twin->count--;
    memmove(message, message + 1, (twin->count - index) * sizeof(*message));
}

static inline void twin_retire(struct twin *twin, struct twin_message *message)
{
    SIM_ASSERT(message != NULL);
    if (twin_is_wanted(twin, message)) {
        twin_tell(twin, MODEL_DROPPED, message->message.id);
    }
    for (uint32_t g = 0; g < TWIN_GROUPS; g++) {
        twin->groups[g].counts.passed += message->states[g] != TWIN_DONE ? 1 : 0;
        twin->groups[g].counts.passed_unread += message->states[g] == TWIN_AHEAD ? 1 : 0;
    }
    twin_erase(twin, message);
}

static inline void twin_retain_bytes(struct twin *twin, uint32_t partition)
{
    uint64_t bytes = 0;
    uint32_t visible = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        if (message->partition == partition) {
            bytes += 64 + message->message.size;
            visible += message->is_visible ? 1 : 0;
        }
    }
    while (twin->config.retain_bytes > 0 && bytes > twin->config.retain_bytes && visible > 1) {
        struct twin_message *oldest = twin_oldest(twin, partition);
        SIM_ASSERT(oldest != NULL);
        bytes -= 64 + oldest->message.size;
        visible--;
        twin_retire(twin, oldest);
    }
}

static inline bool twin_has_newer(const struct twin *twin, uint32_t index)
{
    const struct twin_message *message = &twin->messages[index];

    for (uint32_t i = index + 1; i < twin->count; i++) {
        const struct twin_message *other = &twin->messages[i];
        if (other->partition == message->partition && other->is_visible &&
            other->message.key == message->message.key) {
            return true;
        }
    }
    return false;
}

static inline bool twin_is_dirty(const struct twin *twin, uint32_t partition)
{
    uint32_t clean = 0;
    uint32_t fresh = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        bool counts = message->partition == partition && message->is_visible;
        clean += counts && message->is_clean ? 1 : 0;
        fresh += counts && !message->is_clean ? 1 : 0;
    }
    return fresh >= 64 && fresh >= clean;
}

static inline void twin_compact(struct twin *twin, uint32_t partition)
{
    if (!twin->config.compacts || !twin_is_dirty(twin, partition)) {
        return;
    }
    for (uint32_t i = 0; i < twin->count;) {
        struct twin_message *message = &twin->messages[i];
        bool counts = message->partition == partition && message->is_visible;
        message->is_clean = message->is_clean || counts;
        if (counts && twin_has_newer(twin, i)) {
            twin->counts.compacted++;
            twin_retire(twin, message);
        } else {
            i++;
        }
    }
}

static inline bool twin_has_room(struct twin *twin, uint32_t partition)
{
    const struct twin_message *oldest = twin_oldest(twin, partition);

    return twin_in_partition(twin, partition) < twin->config.capacity || oldest == NULL ||
           (oldest->is_visible && !twin_is_wanted(twin, oldest));
}

/* At the end of each operation. */
static inline void twin_tell_room(struct twin *twin)
{
    for (uint32_t partition = 0; partition < twin->config.partitions; partition++) {
        if (twin->is_awaited[partition] && twin_has_room(twin, partition)) {
            twin->is_awaited[partition] = false;
            twin_tell(twin, MODEL_ROOM, 1);
        }
    }
}

/* ---- publishing ---- */

static inline void twin_show(struct twin *twin, struct twin_message *message)
{
    uint32_t partition = message->partition;

    message->is_visible = true;
    twin->counts.published++;
    twin_tell(twin, MODEL_SEND_CONFIRMED, message->message.id);
    twin_retain_bytes(twin, partition);
    twin_compact(twin, partition);
}

static inline enum model_ps_status twin_overflow(struct twin *twin, uint32_t partition, uint64_t id)
{
    switch (twin->config.when_full) {
    case MODEL_BLOCK:
        twin->is_awaited[partition] = true;
        return MODEL_PS_FULL;
    case MODEL_REJECT:
        twin->counts.offered++;
        twin->counts.refused++;
        return MODEL_PS_REFUSED;
    case MODEL_DROP_OLDEST:
    case MODEL_DROP_NEWEST:
        break;
    }
    twin->counts.offered++;
    twin->counts.dropped++;
    twin_tell(twin, MODEL_DROPPED, id);
    return MODEL_PS_DROPPED;
}

/* What nobody wants leaves, a part of the capacity at a time; else the oldest, if it may. */
static inline bool twin_make_room(struct twin *twin, uint32_t partition)
{
    uint64_t count_max = twin->config.capacity / 64 + 1;
    uint64_t count = 0;
    struct twin_message *oldest = twin_oldest(twin, partition);

    while (count < count_max && oldest != NULL && oldest->is_visible &&
           !twin_is_wanted(twin, oldest)) {
        twin_retire(twin, oldest);
        oldest = twin_oldest(twin, partition);
        count++;
    }
    if (count == 0 && oldest != NULL && oldest->is_visible &&
        twin->config.when_full == MODEL_DROP_OLDEST) {
        twin_retire(twin, oldest);
        count++;
    }
    return count > 0;
}

/* `position` of its record; 0: in memory. */
static inline enum model_ps_status twin_publish(
    struct twin *twin, uint32_t partition, const struct model_message *message, uint64_t position)
{
    if (twin->config.payload_max > 0 && message->size > twin->config.payload_max) {
        return MODEL_PS_TOO_LARGE;
    }
    if (twin_in_partition(twin, partition) == twin->config.capacity &&
        !twin_make_room(twin, partition)) {
        return twin_overflow(twin, partition, message->id);
    }
    SIM_ASSERT(twin->count < TWIN_MESSAGES);
    struct twin_message *added = &twin->messages[twin->count++];
    *added = (struct twin_message){
        .message = *message,
        .partition = partition,
        .offset = twin->offset_end[partition]++,
        .position = position,
        .time = twin->now,
    };
    twin->counts.offered++;
    if (!twin->has_store) {
        twin_show(twin, added);
    }
    return MODEL_PS_OK;
}

static inline struct twin_message *twin_first_committed(struct twin *twin, uint64_t position)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        if (!twin->messages[i].is_visible && twin->messages[i].position <= position) {
            return &twin->messages[i];
        }
    }
    return NULL;
}

static inline void twin_commit_store(struct twin *twin, uint64_t position)
{
    struct twin_message *message;
    uint32_t kept = 0;

    while ((message = twin_first_committed(twin, position)) != NULL) {
        twin_show(twin, message);
    }
    for (uint32_t i = 0; i < twin->ack_count; i++) {
        if (twin->acks[i].position <= position) {
            twin_tell(twin, MODEL_ACK_CONFIRMED, twin->acks[i].id);
        } else {
            twin->acks[kept++] = twin->acks[i];
        }
    }
    twin->ack_count = kept;
}

/* ---- subscribing ---- */

/* A member was given this; it must be the group's next of its partition. */
static inline uint16_t twin_deliver(
    struct twin *twin, uint32_t number, struct twin_message *message)
{
    struct twin_group *group = &twin->groups[number];
    uint64_t *end = &group->delivered_end[message->partition];
    bool is_again = message->offset < *end;

    message->states[number] = group->is_broadcast ? TWIN_DONE : TWIN_HELD;
    group->counts.delivered++;
    group->counts.redelivered += is_again ? 1 : 0;
    group->counts.committed += group->is_broadcast ? 1 : 0;
    *end = is_again ? *end : message->offset + 1;
    return is_again ? 2 : 1;
}

/* What lies at or before the offset is done, if the group has been given all of it. */
static inline enum model_ps_status twin_commit(
    struct twin *twin, const struct model_ps_where *where, uint32_t number, uint64_t position)
{
    struct twin_group *group = &twin->groups[number];
    uint64_t id = 0;
    uint64_t changed = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        bool is_given = message->is_visible && message->states[number] != TWIN_AHEAD;
        if (message->partition == where->partition && message->offset <= where->offset &&
            !is_given) {
            return MODEL_PS_NOT_DELIVERED;
        }
    }
    if (where->offset >= twin->offset_end[where->partition]) {
        return MODEL_PS_NOT_DELIVERED;
    }
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->partition == where->partition && message->offset <= where->offset &&
            message->states[number] == TWIN_HELD) {
            message->states[number] = TWIN_DONE;
            id = message->message.id;
            changed++;
        }
    }
    if (changed == 0) {
        return MODEL_PS_REPEATED;
    }
    group->counts.committed += changed;
    if (twin->has_store) {
        twin->acks[twin->ack_count++] = (struct twin_ack){.position = position, .id = id};
    } else {
        twin_tell(twin, MODEL_ACK_CONFIRMED, id);
    }
    return MODEL_PS_OK;
}

/* What the group's members hold of the partition is given back. */
static inline void twin_rewind(struct twin *twin, uint32_t number, uint32_t partition)
{
    twin->groups[number].epochs[partition] = ++twin->epoch;
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->partition == partition && message->states[number] == TWIN_HELD) {
            message->states[number] = TWIN_AHEAD;
            twin_tell(twin, MODEL_REDELIVERED, message->message.id);
        }
    }
}

static inline void twin_seek(
    struct twin *twin, uint32_t number, uint32_t partition, uint64_t offset)
{
    twin_rewind(twin, number, partition);
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->partition == partition && message->is_visible) {
            bool was_done = message->states[number] == TWIN_DONE;
            bool is_done = message->offset < offset;
            message->states[number] = is_done ? TWIN_DONE : TWIN_AHEAD;
            twin->groups[number].counts.committed += is_done ? 1 : 0;
            twin->groups[number].counts.committed -= was_done ? 1 : 0;
        }
    }
}

/* The partition has an owner, perhaps another one than before. */
static inline void twin_own(struct twin *twin, uint32_t number, uint32_t partition, uint64_t owner)
{
    if (twin->groups[number].owners[partition] != owner) {
        twin->groups[number].owners[partition] = owner;
        twin_rewind(twin, number, partition);
    }
}

static inline void twin_begin_group(
    struct twin *twin, uint32_t number, bool is_broadcast, enum model_ps_start start)
{
    struct twin_group *group = &twin->groups[number];

    *group = (struct twin_group){.is_used = true, .is_broadcast = is_broadcast, .start = start};
    group->counts.passed = twin->counts.published;
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        bool is_done = start == MODEL_PS_LATEST && message->is_visible;
        group->counts.passed -= message->is_visible ? 1 : 0;
        group->counts.committed += is_done ? 1 : 0;
        message->states[number] = is_done ? TWIN_DONE : TWIN_AHEAD;
    }
    group->counts.passed_unread = group->counts.passed;
    for (uint32_t partition = 0; partition < TWIN_PARTITIONS; partition++) {
        group->owners[partition] = TWIN_NOBODY;
        group->epochs[partition] = ++twin->epoch;
    }
}

/* ---- time ---- */

static inline void twin_expire(struct twin *twin)
{
    for (uint32_t i = 0; i < twin->count && twin->config.retain_age > 0;) {
        struct twin_message *message = &twin->messages[i];
        if (message->is_visible && message->time + twin->config.retain_age <= twin->now) {
            twin_retire(twin, message);
        } else {
            i++;
        }
    }
}

#endif

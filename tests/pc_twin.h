/* tests/pc_twin.h - a producer_consumer queue so simple that it is obviously right: an array of
 * messages, each with its state, searched from end to end for whatever is asked. It says which
 * notices an operation causes, and recovers by reading the records of a store one by one. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PC_TWIN_H
#define TESTS_PC_TWIN_H

#include <stdbool.h>
#include <string.h>

#include "models/pc_record.h"
#include "models/producer_consumer.h"

#include "tests/fake_store.h"

#define TWIN_MESSAGES  256
#define TWIN_CONSUMERS 4
#define TWIN_NOBODY    UINT32_MAX

enum twin_state { TWIN_GONE, TWIN_UNCOMMITTED, TWIN_DELAYED, TWIN_WAITING, TWIN_LEASED, TWIN_DEAD };

struct twin_message {
    enum twin_state state;
    uint64_t id;
    uint64_t position;
    uint16_t attempt;
    uint8_t priority;
    bool was_given_back;
    uint64_t stamp; /* of the moment when it entered its state */
    sim_time due;
    uint64_t due_stamp;
    sim_time expires;
    uint32_t consumer;
    sim_time deadline;
    uint64_t generation;
};

struct twin_memory {
    uint64_t id;
    uint64_t position;
    sim_time sent;
};

struct twin {
    struct model_pc_config config;
    bool has_store;
    struct twin_message messages[TWIN_MESSAGES];
    uint32_t count; /* of messages, gone ones included */
    uint64_t stamp;
    sim_time now;
    uint64_t committed;
    uint64_t gate;
    struct model_pc_counts counts;
    bool is_joined[TWIN_CONSUMERS];
    uint64_t turns[TWIN_CONSUMERS];
    uint32_t active;
    struct twin_memory memories[TWIN_MESSAGES];
    uint32_t memory_count;
    uint64_t repeats[TWIN_MESSAGES]; /* position after which each is confirmed ... */
    uint64_t repeat_ids[TWIN_MESSAGES];
    uint32_t repeat_count;
    uint64_t acks[TWIN_MESSAGES];
    uint64_t ack_ids[TWIN_MESSAGES];
    uint32_t ack_count;
    uint64_t acked[MODEL_PC_ACKS_KNOWN]; /* generations, each where its remainder says */
    struct model_outbox outbox;          /* but for MODEL_STORE */
};

static inline void twin_tell(struct twin *twin, enum model_notice_kind kind, uint64_t id)
{
    model_outbox_add(&twin->outbox, kind, id);
}

static inline uint64_t twin_in(const struct twin *twin, enum twin_state state)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        count += twin->messages[i].state == state ? 1 : 0;
    }
    return count;
}

static inline uint64_t twin_inside(const struct twin *twin)
{
    return twin->count - twin_in(twin, TWIN_GONE);
}

static inline struct model_pc_counts twin_counts(const struct twin *twin)
{
    struct model_pc_counts counts = twin->counts;

    counts.uncommitted = twin_in(twin, TWIN_UNCOMMITTED);
    counts.delayed = twin_in(twin, TWIN_DELAYED);
    counts.waiting = twin_in(twin, TWIN_WAITING);
    counts.leased = twin_in(twin, TWIN_LEASED);
    counts.dead_kept = twin_in(twin, TWIN_DEAD);
    return counts;
}

/* The message of this state that entered it first, or NULL. */
static inline struct twin_message *twin_first(struct twin *twin, enum twin_state state)
{
    struct twin_message *first = NULL;

    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->state == state && (first == NULL || message->stamp < first->stamp)) {
            first = message;
        }
    }
    return first;
}

static inline void twin_enter(
    struct twin *twin, struct twin_message *message, enum twin_state state)
{
    bool was_empty = twin_in(twin, TWIN_WAITING) == 0;

    message->state = state;
    message->stamp = twin->stamp++;
    if (state == TWIN_WAITING && was_empty && twin->committed >= twin->gate) {
        twin_tell(twin, MODEL_READY, 0);
    }
}

static inline void twin_go(struct twin *twin, struct twin_message *message, bool makes_room)
{
    bool was_full = twin_inside(twin) == twin->config.capacity;

    message->state = TWIN_GONE;
    if (was_full && makes_room) {
        twin_tell(twin, MODEL_ROOM, 0);
    }
}

/* ---- send ---- */

static inline void twin_forget(struct twin *twin)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < twin->memory_count; i++) {
        sim_time window = twin->config.dedup_window;
        if (window == 0 || twin->memories[i].sent + window > twin->now) {
            twin->memories[kept++] = twin->memories[i];
        }
    }
    twin->memory_count = kept;
}

static inline bool twin_remembers(const struct twin *twin, uint64_t id)
{
    for (uint32_t i = 0; i < twin->memory_count; i++) {
        if (twin->memories[i].id == id) {
            return true;
        }
    }
    return false;
}

static inline void twin_remember(struct twin *twin, uint64_t id, uint64_t position, sim_time sent)
{
    if (twin->config.dedup_count == 0 || twin_remembers(twin, id)) {
        return;
    }
    if (twin->memory_count == twin->config.dedup_count) {
        memmove(twin->memories, twin->memories + 1, --twin->memory_count * sizeof(*twin->memories));
    }
    twin->memories[twin->memory_count++] =
        (struct twin_memory){.id = id, .position = position, .sent = sent};
}

static inline enum model_send_result twin_drop_offered(struct twin *twin, uint64_t id)
{
    twin->counts.offered++;
    twin->counts.dropped++;
    twin_tell(twin, MODEL_DROPPED, id);
    return MODEL_SEND_DROPPED;
}

/* The waiting one that makes room: of the lowest priority, those given back first, the oldest; the
 * one to receive likewise of the highest. */
static inline struct twin_message *twin_pick(struct twin *twin, bool is_highest)
{
    struct twin_message *best = NULL;

    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->state != TWIN_WAITING) {
            continue;
        }
        bool is_better = best == NULL;
        if (!is_better && message->priority != best->priority) {
            is_better = (message->priority > best->priority) == is_highest;
        } else if (!is_better && message->was_given_back != best->was_given_back) {
            is_better = message->was_given_back;
        } else if (!is_better) {
            is_better = message->stamp < best->stamp;
        }
        best = is_better ? message : best;
    }
    return best;
}

static inline enum model_send_result twin_make_room(struct twin *twin, uint64_t id)
{
    if (twin_inside(twin) < twin->config.capacity) {
        return MODEL_SENT;
    }
    switch (twin->config.when_full) {
    case MODEL_BLOCK:
        return MODEL_SEND_FULL;
    case MODEL_REJECT:
        twin->counts.offered++;
        twin->counts.refused++;
        return MODEL_SEND_REFUSED;
    case MODEL_DROP_NEWEST:
        return twin_drop_offered(twin, id);
    case MODEL_DROP_OLDEST:
        break;
    }
    struct twin_message *oldest = twin_pick(twin, false);
    if (oldest == NULL) {
        return twin_drop_offered(twin, id);
    }
    twin_tell(twin, MODEL_DROPPED, oldest->id);
    twin->counts.dropped++;
    twin_go(twin, oldest, false);
    return MODEL_SENT;
}

static inline void twin_repeat(struct twin *twin, uint64_t id, uint64_t appended)
{
    twin->counts.offered++;
    twin->counts.deduplicated++;
    if (twin_in(twin, TWIN_UNCOMMITTED) == 0) {
        twin_tell(twin, MODEL_SEND_CONFIRMED, id);
        return;
    }
    twin->repeats[twin->repeat_count] = appended;
    twin->repeat_ids[twin->repeat_count++] = id;
}

static inline struct twin_message *twin_new(struct twin *twin)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->messages[i].state != TWIN_GONE) {
            twin->messages[kept++] = twin->messages[i];
        }
    }
    twin->count = kept + 1;
    SIM_ASSERT(twin->count <= TWIN_MESSAGES);
    twin->messages[kept] = (struct twin_message){.expires = SIM_NEVER};
    return &twin->messages[kept];
}

/* `appended` is the store's last position before the send. */
static inline enum model_send_result twin_send(
    struct twin *twin, uint64_t id, const struct model_send_options *options, uint64_t appended)
{
    twin_forget(twin);
    if (twin_remembers(twin, id)) {
        twin_repeat(twin, id, appended);
        return MODEL_SENT;
    }
    uint64_t dropped = twin->counts.dropped;
    enum model_send_result result = twin_make_room(twin, id);
    if (result != MODEL_SENT) {
        return result;
    }
    struct twin_message *message = twin_new(twin);
    sim_time life = options->time_to_live > 0 ? options->time_to_live : twin->config.time_to_live;
    message->id = id;
    message->priority = options->priority;
    message->expires = life > 0 ? twin->now + life : SIM_NEVER;
    message->due = twin->now + options->delay;
    message->due_stamp = twin->stamp++;
    twin->counts.offered++;
    if (twin->has_store) { /* a dropped one was written before it */
        message->position = appended + 1 + (twin->counts.dropped - dropped);
        twin_enter(twin, message, TWIN_UNCOMMITTED);
    } else {
        twin_tell(twin, MODEL_SEND_CONFIRMED, id);
        twin_enter(twin, message, message->due > twin->now ? TWIN_DELAYED : TWIN_WAITING);
    }
    twin_remember(twin, id, message->position, twin->now);
    return MODEL_SENT;
}

/* ---- consumers ---- */

static inline void twin_activate(struct twin *twin, bool tells)
{
    twin->active = TWIN_NOBODY;
    for (uint32_t i = 0; i < TWIN_CONSUMERS; i++) {
        if (twin->is_joined[i] &&
            (twin->active == TWIN_NOBODY || twin->turns[i] < twin->turns[twin->active])) {
            twin->active = i;
        }
    }
    bool can_receive = twin_in(twin, TWIN_WAITING) > 0 && twin->committed >= twin->gate;
    if (tells && twin->active != TWIN_NOBODY && can_receive) {
        twin_tell(twin, MODEL_READY, 0);
    }
}

static inline void twin_join(struct twin *twin, uint32_t consumer)
{
    twin->is_joined[consumer] = true;
    twin->turns[consumer] = twin->stamp++;
    if (twin->config.has_single_active && twin->active == TWIN_NOBODY) {
        twin_activate(twin, false);
    }
}

static inline uint32_t twin_held(const struct twin *twin, uint32_t consumer)
{
    uint32_t held = 0;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        held += message->state == TWIN_LEASED && message->consumer == consumer ? 1 : 0;
    }
    return held;
}

/* Returns the message, or NULL. */
static inline struct twin_message *twin_receive(struct twin *twin, uint32_t consumer)
{
    struct twin_message *message = twin_pick(twin, true);
    bool has_all = twin->config.prefetch > 0 && twin_held(twin, consumer) >= twin->config.prefetch;
    bool is_passive = twin->config.has_single_active && twin->active != consumer;

    if (message == NULL || twin->committed < twin->gate || has_all || is_passive) {
        return NULL;
    }
    twin_enter(twin, message, TWIN_LEASED);
    message->attempt++;
    message->consumer = consumer;
    message->deadline = twin->now + twin->config.lease;
    twin->counts.delivered++;
    twin->counts.redelivered += message->attempt > 1 ? 1 : 0;
    return message;
}

static inline struct twin_message *twin_leased(struct twin *twin, const struct model_lease *lease)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->state == TWIN_LEASED && message->generation == lease->generation &&
            message->consumer == lease->consumer) {
            return message;
        }
    }
    return NULL;
}

static inline enum model_ack_result twin_refuse_ack(
    const struct twin *twin, const struct model_lease *lease)
{
    bool was_acked = twin->acked[lease->generation % MODEL_PC_ACKS_KNOWN] == lease->generation;

    return was_acked && lease->generation > 0 ? MODEL_ACK_REPEATED : MODEL_ACK_STALE;
}

/* `position` is that of the ack's record. */
static inline enum model_ack_result twin_ack(
    struct twin *twin, const struct model_lease *lease, uint64_t position)
{
    struct twin_message *message = twin_leased(twin, lease);

    if (message == NULL) {
        return twin_refuse_ack(twin, lease);
    }
    twin->acked[lease->generation % MODEL_PC_ACKS_KNOWN] = lease->generation;
    twin->counts.acked++;
    if (twin->has_store) {
        twin->acks[twin->ack_count] = position;
        twin->ack_ids[twin->ack_count++] = message->id;
    } else {
        twin_tell(twin, MODEL_ACK_CONFIRMED, message->id);
    }
    twin_go(twin, message, true);
    return MODEL_ACKED;
}

static inline void twin_give_back(struct twin *twin, struct twin_message *message, sim_time delay)
{
    if (twin->config.attempts_max > 0 && message->attempt >= twin->config.attempts_max) {
        twin->counts.dead++;
        twin_tell(twin, MODEL_DEAD, message->id);
        if (twin->config.keeps_dead) {
            twin_enter(twin, message, TWIN_DEAD);
        } else {
            twin_go(twin, message, true);
        }
        return;
    }
    message->was_given_back = true;
    twin_tell(twin, MODEL_REDELIVERED, message->id);
    message->due = twin->now + delay;
    message->due_stamp = twin->stamp++;
    twin_enter(twin, message, delay > 0 ? TWIN_DELAYED : TWIN_WAITING);
}

static inline sim_time twin_backoff(const struct twin *twin, uint16_t attempt)
{
    double delay = (double)twin->config.backoff_first;

    for (uint16_t i = 1; i < attempt; i++) {
        delay *= 2;
    }
    double most = (double)twin->config.backoff_max;
    return (sim_time)(delay < most ? delay : most);
}

static inline enum model_ack_result twin_nack(
    struct twin *twin, const struct model_lease *lease, const sim_time *delay)
{
    struct twin_message *message = twin_leased(twin, lease);

    if (message == NULL) {
        return twin_refuse_ack(twin, lease);
    }
    twin_give_back(twin, message, delay == NULL ? twin_backoff(twin, message->attempt) : *delay);
    return MODEL_ACKED;
}

/* The one that the consumer has held for longest, or NULL. */
static inline struct twin_message *twin_first_held(struct twin *twin, uint32_t consumer)
{
    struct twin_message *first = NULL;

    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        bool is_held = message->state == TWIN_LEASED && message->consumer == consumer;
        if (is_held && (first == NULL || message->stamp < first->stamp)) {
            first = message;
        }
    }
    return first;
}

static inline void twin_give_back_all(struct twin *twin, uint32_t consumer)
{
    for (struct twin_message *first = twin_first_held(twin, consumer); first != NULL;
         first = twin_first_held(twin, consumer)) {
        twin_give_back(twin, first, 0);
    }
}

static inline void twin_leave(struct twin *twin, uint32_t consumer)
{
    twin_give_back_all(twin, consumer);
    twin->is_joined[consumer] = false;
    if (twin->config.has_single_active && twin->active == consumer) {
        twin_activate(twin, true);
    }
}

/* ---- time ---- */

static inline sim_time twin_next_deadline(const struct twin *twin)
{
    sim_time next = SIM_NEVER;

    for (uint32_t i = 0; i < twin->count; i++) {
        const struct twin_message *message = &twin->messages[i];
        bool is_delayed = message->state == TWIN_DELAYED;
        bool is_not_due = message->state == TWIN_UNCOMMITTED && message->due > twin->now;
        bool is_waiting = is_delayed || message->state == TWIN_WAITING;
        if (message->state == TWIN_LEASED && message->deadline < next) {
            next = message->deadline;
        }
        if ((is_delayed || is_not_due) && message->due < next) {
            next = message->due;
        }
        if (is_waiting && message->expires < next) {
            next = message->expires;
        }
    }
    return next;
}

static inline void twin_expire_leases(struct twin *twin)
{
    for (struct twin_message *first = twin_first(twin, TWIN_LEASED);
         first != NULL && first->deadline <= twin->now;
         first = twin_first(twin, TWIN_LEASED)) {
        uint32_t joined = 0;
        for (uint32_t i = 0; i < TWIN_CONSUMERS; i++) {
            joined += twin->is_joined[i] ? 1 : 0;
        }
        if (twin->config.has_single_active && joined > 1) {
            twin_give_back_all(twin, twin->active);
            twin->turns[twin->active] = twin->stamp++;
            twin_activate(twin, true);
        } else {
            twin_give_back(twin, first, 0);
        }
    }
}

static inline void twin_expire_lives(struct twin *twin)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        bool is_waiting = message->state == TWIN_WAITING || message->state == TWIN_DELAYED;
        if (is_waiting && message->expires <= twin->now) {
            twin->counts.expired++;
            twin_tell(twin, MODEL_DROPPED, message->id);
            twin_go(twin, message, true);
        }
    }
}

/* The delayed one that is due first, by now, or NULL. */
static inline struct twin_message *twin_first_due(struct twin *twin)
{
    struct twin_message *first = NULL;

    for (uint32_t i = 0; i < twin->count; i++) {
        struct twin_message *message = &twin->messages[i];
        bool is_due = message->state == TWIN_DELAYED && message->due <= twin->now;
        if (is_due && (first == NULL || message->due < first->due ||
                       (message->due == first->due && message->due_stamp < first->due_stamp))) {
            first = message;
        }
    }
    return first;
}

static inline void twin_expire_delays(struct twin *twin)
{
    for (struct twin_message *first = twin_first_due(twin); first != NULL;
         first = twin_first_due(twin)) {
        twin_enter(twin, first, TWIN_WAITING);
    }
}

static inline void twin_expire(struct twin *twin)
{
    twin_expire_leases(twin);
    twin_expire_lives(twin);
    twin_expire_delays(twin);
    twin_forget(twin);
}

/* ---- the store ---- */

static inline void twin_confirm_repeats(struct twin *twin, uint64_t before)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < twin->repeat_count; i++) {
        if (twin->repeats[i] < before) {
            twin_tell(twin, MODEL_SEND_CONFIRMED, twin->repeat_ids[i]);
        } else {
            twin->repeats[kept] = twin->repeats[i];
            twin->repeat_ids[kept++] = twin->repeat_ids[i];
        }
    }
    twin->repeat_count = kept;
}

static inline void twin_commit(struct twin *twin, uint64_t position)
{
    bool was_open = twin->committed >= twin->gate;

    if (position <= twin->committed) {
        return;
    }
    twin->committed = position;
    if (!was_open && twin->committed >= twin->gate && twin_in(twin, TWIN_WAITING) > 0) {
        twin_tell(twin, MODEL_READY, 0);
    }
    struct twin_message *first = twin_first(twin, TWIN_UNCOMMITTED);
    for (; first != NULL; first = twin_first(twin, TWIN_UNCOMMITTED)) {
        twin_confirm_repeats(twin, first->position);
        if (first->position > position) {
            break;
        }
        twin_tell(twin, MODEL_SEND_CONFIRMED, first->id);
        twin_enter(twin, first, first->due > twin->now ? TWIN_DELAYED : TWIN_WAITING);
    }
    if (first == NULL) {
        twin_confirm_repeats(twin, UINT64_MAX);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < twin->ack_count; i++) {
        if (twin->acks[i] <= position) {
            twin_tell(twin, MODEL_ACK_CONFIRMED, twin->ack_ids[i]);
        } else {
            twin->acks[kept] = twin->acks[i];
            twin->ack_ids[kept++] = twin->ack_ids[i];
        }
    }
    twin->ack_count = kept;
}

/* ---- recovery ---- */

static inline struct twin_message *twin_at(struct twin *twin, uint64_t position)
{
    for (uint32_t i = 0; i < twin->count; i++) {
        if (twin->messages[i].state != TWIN_GONE && twin->messages[i].position == position) {
            return &twin->messages[i];
        }
    }
    return NULL;
}

static inline void twin_replay_send(
    struct twin *twin, uint64_t position, const struct model_pc_record *record)
{
    struct twin_message *message = twin_new(twin);

    message->id = record->message.id;
    message->position = position;
    message->priority = record->priority;
    message->expires = record->expires;
    message->due = record->has_times ? record->due : INT64_MIN;
    message->due_stamp = twin->stamp++;
    twin_enter(twin, message, record->has_times ? TWIN_DELAYED : TWIN_WAITING);
    if (record->has_times) {
        twin_remember(twin, message->id, position, record->sent);
    }
}

static inline void twin_replay(
    struct twin *twin, uint64_t position, const struct model_pc_record *record)
{
    if (record->kind == MODEL_PC_RECORD_SEND) {
        twin_replay_send(twin, position, record);
        return;
    }
    struct twin_message *message = twin_at(twin, record->number);
    if (record->kind == MODEL_PC_RECORD_LIMIT || message == NULL) {
        return;
    }
    if (record->kind == MODEL_PC_RECORD_LEASE) {
        message->attempt = record->attempt;
    } else if (record->kind == MODEL_PC_RECORD_DEAD && twin->config.keeps_dead) {
        twin_enter(twin, message, TWIN_DEAD);
    } else {
        message->state = TWIN_GONE;
    }
}

/* The first in the order of waiting whose last attempt the crash cut short, or NULL. */
static inline struct twin_message *twin_first_spent(struct twin *twin)
{
    struct twin_message *first = NULL;

    for (uint32_t i = 0; i < twin->count && twin->config.attempts_max > 0; i++) {
        struct twin_message *message = &twin->messages[i];
        if (message->state != TWIN_WAITING || message->attempt < twin->config.attempts_max) {
            continue;
        }
        if (first == NULL || message->priority > first->priority ||
            (message->priority == first->priority && message->stamp < first->stamp)) {
            first = message;
        }
    }
    return first;
}

/* After a crash of which the records up to `kept` are left; those up to `released` are not. */
static inline void twin_recover(struct twin *twin, const struct fake_store *store, uint64_t kept)
{
    struct model_pc_record record = {.attempt = 0};
    struct model_outbox outbox = twin->outbox;
    struct twin fresh = {
        .config = twin->config,
        .has_store = true,
        .now = twin->now,
        .active = TWIN_NOBODY,
        .stamp = twin->stamp,
        .outbox = outbox,
    };

    *twin = fresh;
    twin->gate = kept + 1; /* which also says that nothing is ready yet */
    for (uint64_t i = store->released < kept ? store->released : kept; i < kept; i++) {
        bool is_good =
            model_pc_record_decode(store->records[i].bytes, store->records[i].size, &record);
        SIM_ASSERT(is_good);
        twin_replay(twin, i + 1, &record);
    }
    twin->committed = kept;
    twin_expire_delays(twin);
    twin_forget(twin);
    twin->counts.offered = twin_inside(twin);
    twin->counts.dead = twin_in(twin, TWIN_DEAD);
    for (struct twin_message *spent = twin_first_spent(twin); spent != NULL;
         spent = twin_first_spent(twin)) {
        twin_give_back(twin, spent, 0);
    }
}

#endif

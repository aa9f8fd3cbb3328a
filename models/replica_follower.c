/* A follower makes its log the leader's. An append says which entry comes before those that it
 * carries: where the follower has that one, of the same epoch, the logs agree up to there (the log
 * matching property; Ongaro and Ousterhout, section 5.3), and behind it the leader is right.
 *
 * What a follower has stored it confirms when its store says so; to everything else it answers at
 * once, since the answer also renews the leader's lease.
 *
 * What all agree on and nobody needs has been released, and so may be missing. When the leader has
 * released what a follower would need next, the follower begins anew where the leader's log begins.
 * When the logs differ in what the follower has released, which takes a loss, it begins from
 * nothing. */
/* SPDX-License-Identifier: MIT */
#include "models/bytes.h"
#include "models/replica_state.h"

enum meeting {
    MEETS,  /* the log has the entry before those of the message */
    MISSES, /* it does not */
    PARTS,  /* not even what it has released is the leader's */
};

/* ---- reading what arrived ---- */

struct reader {
    const uint8_t *bytes;
    uint32_t left;
    uint64_t index; /* of the entry before the next one */
    uint64_t epoch;
};

/* Returns false at the end, or when what comes next is no entry: then something is left. */
static bool read_entry(struct reader *reader, struct model_replica_record *out_record)
{
    struct model_replica_record record;

    if (reader->left < MODEL_REPLICA_LOG_PREFIX) {
        return false;
    }
    uint32_t size = model_get_u32(reader->bytes);
    if (size > reader->left - MODEL_REPLICA_LOG_PREFIX ||
        !model_replica_record_decode(reader->bytes + MODEL_REPLICA_LOG_PREFIX, size, &record)) {
        return false;
    }
    if (record.kind != MODEL_REPLICA_ENTRY || record.index != reader->index + 1 ||
        record.epoch < reader->epoch) {
        return false;
    }
    SIM_ASSERT(size == MODEL_REPLICA_RECORD_SIZE + record.size);
    reader->bytes += MODEL_REPLICA_LOG_PREFIX + size;
    reader->left -= MODEL_REPLICA_LOG_PREFIX + size;
    reader->index = record.index;
    reader->epoch = record.epoch;
    *out_record = record;
    return true;
}

static struct reader read_from(const struct model_replica_message *message, const uint8_t *entries)
{
    SIM_ASSERT(message->kind == MODEL_REPLICA_APPEND);
    return (struct reader){
        .bytes = entries,
        .left = message->size,
        .index = message->index,
        .epoch = message->index_epoch,
    };
}

/* Also whether each entry is of a replica and an epoch that can be. */
static bool is_sound(
    const struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries)
{
    struct reader reader = read_from(message, entries);
    struct model_replica_record record;
    bool is_good = (message->index > 0) == (message->index_epoch > 0) && message->sent >= 0;

    SIM_ASSERT(message->from != replica->config.replica);
    while (is_good && read_entry(&reader, &record)) {
        is_good = record.replica < replica->config.replicas;
    }
    return is_good && reader.left == 0 && reader.epoch <= message->epoch &&
           message->last >= reader.index;
}

/* ---- where the logs meet ---- */

/* The message begins before what is left of this log. An entry of the leader's own epoch can only
 * be the leader's. One of an earlier epoch, where the leader's log ended earlier, cannot be: what
 * the leader has added there since is of its own epoch. Messages may be old, but a leader's log
 * only grows, so both stay true. */
static enum meeting meet_before(
    const struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries)
{
    struct reader reader = read_from(message, entries);
    struct model_replica_record record;

    SIM_ASSERT(message->index < replica->log.base);
    if (replica->log.base_epoch == message->epoch || replica->matched >= replica->log.base) {
        return MEETS;
    }
    while (read_entry(&reader, &record)) {
        if (record.index == replica->log.base) {
            return record.epoch == replica->log.base_epoch ? MEETS : PARTS;
        }
    }
    return message->last < replica->log.base ? PARTS : MISSES;
}

static enum meeting meet(
    const struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries)
{
    if (message->index < replica->log.base) {
        return meet_before(replica, message, entries);
    }
    if (message->index > model_replica_last_of(replica)) {
        return MISSES;
    }
    if (model_replica_log_epoch(&replica->log, message->index) == message->index_epoch) {
        return MEETS;
    }
    SIM_ASSERT(message->index > 0);
    return message->index == replica->log.base ? PARTS : MISSES;
}

/* The last entry that may be the leader's. One that is not, at `index`, is passed over with all
 * before it whose epoch is above that of the leader's entry there. */
static uint64_t guess(const struct model_replica *replica, uint64_t index, uint64_t index_epoch)
{
    const struct model_replica_log *log = &replica->log;
    uint64_t last = model_replica_last_of(replica);

    if (index <= log->base || index > last) {
        return index <= log->base ? log->base : last;
    }
    index--;
    while (index > log->base && model_replica_log_epoch(log, index) > index_epoch) {
        index--;
    }
    SIM_ASSERT(index >= log->base);
    return index;
}

/* ---- answering ---- */

static void reply(
    struct model_replica *replica,
    const struct model_replica_message *message,
    bool is_granted,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(message->kind == MODEL_REPLICA_APPEND);

    uint64_t index =
        is_granted ? message->index : guess(replica, message->index, message->index_epoch);
    const struct model_replica_message answer = {
        .kind = MODEL_REPLICA_APPEND_REPLY,
        .from = (uint8_t)replica->config.replica,
        .to = message->from,
        .is_granted = is_granted,
        .epoch = replica->epoch,
        .index = index,
        .index_epoch = is_granted ? 0 : model_replica_log_epoch(&replica->log, index),
        .sent = message->sent,
    };
    model_replica_outbox_send(outbox, &answer, NULL);
}

void model_replica_settle_reply(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    uint64_t index = replica->matched < replica->stored ? replica->matched : replica->stored;

    if (!replica->owes_reply || !model_replica_is_state_stored(replica)) {
        return;
    }
    SIM_ASSERT(replica->role == MODEL_REPLICA_FOLLOWER);
    SIM_ASSERT(replica->leader != MODEL_REPLICA_NONE);
    replica->owes_reply = index < replica->matched;
    reply(
        replica,
        &(struct model_replica_message){
            .kind = MODEL_REPLICA_APPEND,
            .from = (uint8_t)replica->leader,
            .index = index,
            .sent = replica->echo,
        },
        true,
        outbox);
}

/* ---- taking what arrived ---- */

static bool take(
    struct model_replica *replica,
    const struct model_replica_record *record,
    struct model_replica_outbox *outbox)
{
    uint64_t last = model_replica_last_of(replica);

    if (record->index <= replica->log.base) {
        return false;
    }
    if (record->index <= last) {
        if (model_replica_log_epoch(&replica->log, record->index) == record->epoch) {
            return false;
        }
        model_replica_cut(replica, record->index - 1, outbox);
    }
    SIM_ASSERT(record->index == model_replica_last_of(replica) + 1);
    replica->counts.restored +=
        record->replica == replica->config.replica && !record->is_marker ? 1 : 0;
    model_replica_write_entry(replica, record);
    return true;
}

/* Returns whether something new was among them. */
static bool take_all(
    struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    struct model_replica_outbox *outbox)
{
    struct reader reader = read_from(message, entries);
    struct model_replica_record record;
    bool has_new = false;

    while (read_entry(&reader, &record)) {
        has_new = take(replica, &record, outbox) || has_new;
    }
    SIM_ASSERT(reader.left == 0);
    replica->matched = reader.index > replica->matched ? reader.index : replica->matched;
    return has_new;
}

static void learn_commit(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    uint64_t committed =
        message->committed < replica->matched ? message->committed : replica->matched;

    SIM_ASSERT(replica->matched <= model_replica_last_of(replica));
    if (committed > replica->committed) {
        replica->committed = committed;
        model_replica_outbox_note(outbox, MODEL_REPLICA_COMMITTED, committed);
    }
    replica->released =
        message->released > replica->released ? message->released : replica->released;
}

/* Returns false when the leader must look further back. */
static bool make_meet(
    struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    struct model_replica_outbox *outbox)
{
    enum meeting meeting = meet(replica, message, entries);

    if (meeting != MEETS && message->is_base && message->index > 0 &&
        message->index >= replica->log.base) {
        model_replica_reset(replica, message->index, message->index_epoch, outbox);
        return true;
    }
    if (meeting == PARTS) {
        model_replica_reset(replica, 0, 0, outbox);
        return message->index == 0;
    }
    SIM_ASSERT(meeting == MEETS || message->index > 0);
    return meeting == MEETS;
}

static void hear(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(message->epoch >= replica->epoch);
    if (message->epoch > replica->epoch || replica->role != MODEL_REPLICA_FOLLOWER) {
        model_replica_follow(replica, message->epoch, message->from, outbox);
    }
    replica->leader = message->from;
    replica->heard_at = replica->now;
    replica->echo = message->sent > replica->echo ? message->sent : replica->echo;
    model_replica_wait(replica);
}

void model_replica_on_append(
    struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    struct model_replica_outbox *outbox)
{
    bool is_leader = replica->role == MODEL_REPLICA_LEADER && message->epoch == replica->epoch;

    if (message->epoch < replica->epoch) {
        replica->counts.fenced++;
        reply(replica, message, false, outbox);
        return;
    }
    if (is_leader || !is_sound(replica, message, entries)) {
        replica->counts.malformed++;
        return;
    }
    hear(replica, message, outbox);
    if (!make_meet(replica, message, entries, outbox)) {
        reply(replica, message, false, outbox);
        return;
    }
    bool has_new = take_all(replica, message, entries, outbox);
    learn_commit(replica, message, outbox);
    replica->owes_reply = true;
    if (!has_new) {
        model_replica_settle_reply(replica, outbox);
    }
    SIM_ASSERT(replica->matched >= message->index);
}

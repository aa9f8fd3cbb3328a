/* The leader sends each follower what it has not been sent, without waiting for answers, as far as
 * the window goes. Where it does not know how far their logs agree (after its election, a refusal,
 * or a heartbeat's time without an answer) it sends one message at a time, from behind the last
 * entry known to match.
 *
 * It commits what enough stores have, its own always among them, but by counting only entries of
 * its own epoch: those before them are committed with them (Ongaro and Ousterhout, section 5.4.2).
 * So it opens its epoch with a marker, and serves when that is committed.
 *
 * Every message carries the leader's time, and every answer repeats it: whoever answers will hear
 * of no other candidate for an election timeout from then on. Once a quorum has answered messages
 * sent at s or later, there is no other leader until s + timeout, if clocks run alike; with clocks
 * whose rates err by up to e, until s + timeout x (1 - e) / (1 + e) on the leader's clock. */
/* SPDX-License-Identifier: MIT */
#include "models/replica_state.h"

#define MILLION 1000000

static sim_time lease_length(const struct model_replica *replica)
{
    sim_time error = replica->config.skew_ppm;
    sim_time timeout = replica->config.election_timeout;

    SIM_ASSERT(error < MILLION / 2);
    /* Whole parts first, so that no timeout is too long to be multiplied. */
    sim_time whole = timeout / (MILLION + error) * (MILLION - error);
    return whole + timeout % (MILLION + error) * (MILLION - error) / (MILLION + error);
}

static bool is_peer(const struct model_replica *replica, uint32_t i)
{
    return i != replica->config.replica && i < replica->config.replicas;
}

/* ---- sending ---- */

static void send_append(
    struct model_replica *replica, uint32_t to, bool is_empty, struct model_replica_outbox *outbox)
{
    const struct model_replica_log *log = &replica->log;
    struct model_replica_peer *peer = &replica->peers[to];

    peer->next = peer->next > log->base ? peer->next : log->base + 1;
    uint64_t before = peer->next - 1;
    struct model_replica_log_slice slice = {.last = before};
    if (!is_empty) {
        slice = model_replica_log_slice_from(log, peer->next, replica->config.batch_size);
    }
    SIM_ASSERT(slice.size <= UINT32_MAX);
    const struct model_replica_message message = {
        .kind = MODEL_REPLICA_APPEND,
        .from = (uint8_t)replica->config.replica,
        .to = (uint8_t)to,
        .is_base = before == log->base,
        .epoch = replica->epoch,
        .index = before,
        .index_epoch = model_replica_log_epoch(log, before),
        .committed = replica->committed,
        .released = replica->released,
        .last = model_replica_log_last(log),
        .sent = replica->now,
        .size = (uint32_t)slice.size,
    };
    model_replica_outbox_send(outbox, &message, slice.bytes);
    if (!peer->is_probing) {
        peer->next = slice.last + 1;
    }
}

static void send_to(struct model_replica *replica, uint32_t to, struct model_replica_outbox *outbox)
{
    struct model_replica_peer *peer = &replica->peers[to];
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(replica->role == MODEL_REPLICA_LEADER);
    while (!peer->is_probing && peer->next <= last &&
           peer->next <= peer->match + replica->config.window) {
        send_append(replica, to, false, outbox);
    }
}

void model_replica_send_entries(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role == MODEL_REPLICA_LEADER);
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        if (is_peer(replica, i)) {
            send_to(replica, i, outbox);
        }
    }
}

void model_replica_beat(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role == MODEL_REPLICA_LEADER);
    replica->heartbeat_at = replica->now + replica->config.heartbeat;
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        struct model_replica_peer *peer = &replica->peers[i];
        if (!is_peer(replica, i)) {
            continue;
        }
        if (!peer->has_answered && !peer->is_probing) {
            peer->is_probing = true;
            peer->next = peer->match + 1;
        }
        bool is_empty =
            !peer->is_probing || !peer->has_answered; /* it may be down: save the bytes */
        peer->has_answered = false;
        send_append(replica, i, is_empty, outbox);
    }
}

/* ---- taking office ---- */

void model_replica_lead(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    uint64_t last = model_replica_last_of(replica);
    bool is_alone = replica->is_unclean || replica->config.replicas == 1;

    SIM_ASSERT(replica->role == MODEL_REPLICA_CANDIDATE);
    SIM_ASSERT(replica->vote == replica->config.replica);
    replica->role = MODEL_REPLICA_LEADER;
    replica->leader = replica->config.replica;
    replica->counts.elections++;
    replica->counts.unclean += replica->is_unclean ? 1 : 0;
    replica->opened_at = last + 1;
    replica->lease_until = replica->config.replicas == 1 ? SIM_NEVER : replica->now;
    replica->step_down_at = is_alone ? SIM_NEVER : replica->now + replica->config.election_timeout;
    replica->reign = (struct model_replica_reign){.epoch = replica->epoch};
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        replica->peers[i] = (struct model_replica_peer){
            .next = last + 1,
            .echoed = MODEL_REPLICA_NEVER_SENT,
            .is_probing = true,
            .has_answered = true};
    }
    model_replica_write_entry(
        replica,
        &(struct model_replica_record){
            .kind = MODEL_REPLICA_ENTRY,
            .is_marker = true,
            .replica = (uint8_t)replica->config.replica,
            .epoch = replica->epoch,
            .index = last + 1,
            .committed = replica->committed,
        });
    replica->counts.appended++;
    model_replica_beat(replica, outbox);
}

/* ---- committing ---- */

/* Up to where at least `count` replicas have stored the log, this one among them. */
static uint64_t stored_by(const struct model_replica *replica, uint32_t count)
{
    uint64_t highest = 0;

    SIM_ASSERT(count >= 1 && count <= replica->config.replicas);
    if (count == 1) {
        return replica->stored;
    }
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        uint32_t others = 0;
        for (uint32_t j = 0; j < replica->config.replicas; j++) {
            others += is_peer(replica, j) && replica->peers[j].match >= replica->peers[i].match;
        }
        if (is_peer(replica, i) && others + 1 >= count && replica->peers[i].match > highest) {
            highest = replica->peers[i].match;
        }
    }
    return highest < replica->stored ? highest : replica->stored;
}

/* A leader without a quorum can promise only what it has stored itself. */
static uint32_t stores_needed(const struct model_replica *replica)
{
    bool is_alone = replica->is_unclean && replica->step_down_at == SIM_NEVER;

    SIM_ASSERT(!replica->is_unclean || replica->config.unclean_after > 0);
    if (replica->config.acks == MODEL_ACKS_LEADER || is_alone) {
        return 1;
    }
    return replica->config.acks == MODEL_ACKS_QUORUM ? model_replica_quorum(replica)
                                                     : replica->config.replicas;
}

void model_replica_advance_commit(
    struct model_replica *replica, struct model_replica_outbox *outbox)
{
    uint64_t index = stored_by(replica, stores_needed(replica));

    SIM_ASSERT(replica->role == MODEL_REPLICA_LEADER);
    if (index <= replica->committed ||
        model_replica_log_epoch(&replica->log, index) != replica->epoch) {
        return;
    }
    SIM_ASSERT(index >= replica->opened_at);
    replica->committed = index;
    replica->reign.promised = index;
    replica->reign.doubted = index;
    model_replica_outbox_note(outbox, MODEL_REPLICA_COMMITTED, index);
    if (!replica->is_serving) {
        replica->is_serving = true;
        model_replica_outbox_note(outbox, MODEL_REPLICA_SERVING, index);
    }
}

/* ---- answers ---- */

/* When the message was sent that a quorum, this replica included, has answered, or a later one. */
static sim_time quorum_echo(const struct model_replica *replica)
{
    sim_time latest = MODEL_REPLICA_NEVER_SENT;

    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        uint32_t others = 0;
        for (uint32_t j = 0; j < replica->config.replicas; j++) {
            others += is_peer(replica, j) && replica->peers[j].echoed >= replica->peers[i].echoed;
        }
        if (is_peer(replica, i) && others + 1 >= model_replica_quorum(replica) &&
            replica->peers[i].echoed > latest) {
            latest = replica->peers[i].echoed;
        }
    }
    SIM_ASSERT(latest <= replica->now);
    return latest;
}

static void renew_lease(struct model_replica *replica)
{
    sim_time echo = quorum_echo(replica);

    if (echo == MODEL_REPLICA_NEVER_SENT || echo + lease_length(replica) <= replica->lease_until) {
        return;
    }
    replica->lease_until = echo + lease_length(replica);
    if (replica->step_down_at == SIM_NEVER || replica->lease_until > replica->step_down_at) {
        replica->step_down_at = replica->lease_until;
    }
    SIM_ASSERT(replica->step_down_at >= replica->lease_until);
}

/* The follower has it up to message->index. */
static void note_match(struct model_replica_peer *peer, uint64_t index)
{
    peer->match = index > peer->match ? index : peer->match;
    peer->next = peer->next > peer->match ? peer->next : peer->match + 1;
    peer->is_probing = false;
    SIM_ASSERT(peer->next > peer->match);
}

/* Its log is another one from behind message->index on, or ends there; no entry that the leader
 * has of a later epoch than the follower's there can match. Answers older than what is known to
 * match say nothing new. */
static void note_refusal(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    struct model_replica_peer *peer = &replica->peers[message->from];
    uint64_t index = message->index;

    while (index > replica->log.base &&
           model_replica_log_epoch(&replica->log, index) > message->index_epoch) {
        index--;
    }
    index = index > peer->match ? index : peer->match;
    SIM_ASSERT(index <= model_replica_last_of(replica));
    if (!peer->is_probing || index + 1 != peer->next) {
        peer->next = index + 1;
        peer->is_probing = true;
        send_append(replica, message->from, false, outbox);
    }
}

void model_replica_on_append_reply(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    struct model_replica_peer *peer = &replica->peers[message->from];

    if (message->epoch > replica->epoch) {
        model_replica_follow(replica, message->epoch, MODEL_REPLICA_NONE, outbox);
        return;
    }
    if (message->epoch < replica->epoch || replica->role != MODEL_REPLICA_LEADER) {
        replica->counts.fenced += message->epoch < replica->epoch ? 1 : 0;
        return;
    }
    if (message->index > model_replica_last_of(replica) || message->sent > replica->now) {
        replica->counts.malformed++;
        return;
    }
    SIM_ASSERT(is_peer(replica, message->from));
    peer->has_answered = true;
    peer->echoed = message->sent > peer->echoed ? message->sent : peer->echoed;
    renew_lease(replica);
    if (message->is_granted) {
        note_match(peer, message->index);
        model_replica_advance_commit(replica, outbox);
        send_to(replica, message->from, outbox);
    } else {
        note_refusal(replica, message, outbox);
    }
}

/* Three steps to office. A replica that has not heard a leader for an election timeout first asks
 * whether it would be elected (pre-vote), which changes nothing anywhere; only with a quorum's yes
 * does it take a new epoch, vote for itself, and, once its store has both, ask for votes. A replica
 * that has heard the leader lately refuses both, and so do those that have a longer log. Hence a
 * replica that comes back from a partition deposes nobody.
 *
 * Epochs grow in steps of EPOCH_STEP. Those between two steps belong each to one replica, and are
 * for taking office without a quorum: so there is one leader to an epoch even then. */
/* SPDX-License-Identifier: MIT */
#include "models/replica_state.h"

#define EPOCH_STEP 8 /* more than MODEL_REPLICAS_MAX */

_Static_assert(EPOCH_STEP > MODEL_REPLICAS_MAX, "each replica has an epoch of its own in a step");

static uint64_t next_epoch(const struct model_replica *replica)
{
    SIM_ASSERT(replica->epoch <= UINT64_MAX - (uint64_t)2 * EPOCH_STEP);
    return (replica->epoch / EPOCH_STEP + 1) * EPOCH_STEP;
}

void model_replica_wait(struct model_replica *replica)
{
    sim_time timeout = replica->config.election_timeout;

    SIM_ASSERT(replica->now < SIM_NEVER - 2 * timeout);
    replica->election_at =
        replica->now + timeout + (sim_time)sim_stream_below(&replica->stream, (uint64_t)timeout);
}

void model_replica_follow(
    struct model_replica *replica,
    uint64_t epoch,
    uint32_t leader,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(epoch >= replica->epoch);

    if (replica->role == MODEL_REPLICA_LEADER) {
        replica->counts.deposed++;
        replica->is_serving = false;
        model_replica_outbox_note(outbox, MODEL_REPLICA_DEPOSED, 0);
    }
    if (replica->leader != MODEL_REPLICA_NONE && leader == MODEL_REPLICA_NONE) {
        replica->alone_since = replica->now;
    }
    replica->role = MODEL_REPLICA_FOLLOWER;
    replica->is_unclean = false;
    replica->leader = leader;
    replica->owes_call = false;
    replica->owes_reply = false;
    if (epoch > replica->epoch) {
        replica->epoch = epoch;
        replica->vote = MODEL_REPLICA_NONE;
        replica->owes_vote = false;
        replica->matched = 0;
        replica->echo = MODEL_REPLICA_NEVER_SENT;
        model_replica_write_state(replica);
    }
    model_replica_wait(replica);
}

/* ---- asking ---- */

static void call(
    struct model_replica *replica,
    enum model_replica_message_kind kind,
    uint64_t epoch,
    struct model_replica_outbox *outbox)
{
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(epoch >= replica->epoch);
    replica->heartbeat_at = replica->now + replica->config.heartbeat;
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        if (i == replica->config.replica || replica->peers[i].has_granted) {
            continue;
        }
        const struct model_replica_message message = {
            .kind = kind,
            .from = (uint8_t)replica->config.replica,
            .to = (uint8_t)i,
            .epoch = epoch,
            .index = last,
            .index_epoch = model_replica_log_epoch(&replica->log, last),
        };
        model_replica_outbox_send(outbox, &message, NULL);
    }
}

void model_replica_call_again(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    bool is_vote = replica->role == MODEL_REPLICA_CANDIDATE;

    SIM_ASSERT(is_vote || replica->role == MODEL_REPLICA_PRE_CANDIDATE);
    call(
        replica,
        is_vote ? MODEL_REPLICA_VOTE : MODEL_REPLICA_PRE_VOTE,
        is_vote ? replica->epoch : next_epoch(replica),
        outbox);
}

/* The replica itself among them. */
static uint32_t grants(const struct model_replica *replica)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        count += i != replica->config.replica && replica->peers[i].has_granted ? 1 : 0;
    }
    SIM_ASSERT(count <= replica->config.replicas);
    return count;
}

static void forget_grants(struct model_replica *replica)
{
    SIM_ASSERT(replica->role != MODEL_REPLICA_LEADER);
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        replica->peers[i].has_granted = false;
    }
}

/* A candidate's vote for itself counts, and the others are asked, when the store has it: after a
 * crash it must not ask in the same epoch again, perhaps with a shorter log. */
static void stand(struct model_replica *replica, uint64_t epoch, bool is_unclean)
{
    SIM_ASSERT(epoch > replica->epoch);

    replica->role = MODEL_REPLICA_CANDIDATE;
    replica->epoch = epoch;
    replica->vote = replica->config.replica;
    replica->is_unclean = is_unclean;
    replica->owes_vote = false;
    replica->owes_reply = false;
    replica->owes_call = true;
    replica->heartbeat_at = SIM_NEVER;
    replica->matched = 0;
    replica->echo = MODEL_REPLICA_NEVER_SENT;
    forget_grants(replica);
    model_replica_write_state(replica);
    model_replica_wait(replica);
}

/* Nobody whom it can reach objected, and it has waited long enough for the rest. */
static bool may_stand_unclean(const struct model_replica *replica)
{
    SIM_ASSERT(replica->now >= replica->alone_since);
    return replica->config.unclean_after > 0 && !replica->is_refused &&
           replica->role == MODEL_REPLICA_PRE_CANDIDATE &&
           replica->now - replica->alone_since >= replica->config.unclean_after;
}

void model_replica_campaign(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role != MODEL_REPLICA_LEADER);

    if (may_stand_unclean(replica)) {
        stand(replica, next_epoch(replica) + 1 + replica->config.replica, true);
        return;
    }
    model_replica_follow(replica, replica->epoch, MODEL_REPLICA_NONE, outbox);
    replica->role = MODEL_REPLICA_PRE_CANDIDATE;
    replica->is_refused = false;
    forget_grants(replica);
    if (model_replica_quorum(replica) == 1) {
        stand(replica, next_epoch(replica), false);
        return;
    }
    call(replica, MODEL_REPLICA_PRE_VOTE, next_epoch(replica), outbox);
}

/* ---- answering ---- */

static bool is_log_good(
    const struct model_replica *replica, const struct model_replica_message *message)
{
    uint64_t last = model_replica_last_of(replica);
    uint64_t epoch = model_replica_log_epoch(&replica->log, last);

    SIM_ASSERT(epoch <= replica->epoch);
    return message->index_epoch > epoch ||
           (message->index_epoch == epoch && message->index >= last);
}

/* Whether the leader may count on this replica, because it was heard within an election timeout; or
 * it is the leader, and will step down by itself if nobody hears it. */
static bool is_loyal(const struct model_replica *replica)
{
    if (replica->role == MODEL_REPLICA_LEADER) {
        return replica->step_down_at != SIM_NEVER;
    }
    SIM_ASSERT(replica->now >= replica->heard_at);
    return replica->config.replicas > 1 &&
           replica->now - replica->heard_at < replica->config.election_timeout;
}

static void answer(
    struct model_replica *replica,
    const struct model_replica_message *message,
    bool is_granted,
    struct model_replica_outbox *outbox)
{
    bool is_vote = message->kind == MODEL_REPLICA_VOTE;
    const struct model_replica_message reply = {
        .kind = is_vote ? MODEL_REPLICA_VOTE_REPLY : MODEL_REPLICA_PRE_VOTE_REPLY,
        .from = (uint8_t)replica->config.replica,
        .to = message->from,
        .is_granted = is_granted,
        .epoch = is_vote ? replica->epoch : message->epoch,
        .own_epoch = replica->epoch,
    };

    SIM_ASSERT(is_vote || message->kind == MODEL_REPLICA_PRE_VOTE);
    model_replica_outbox_send(outbox, &reply, NULL);
}

/* The vote leaves when the store has it. */
static void give_vote(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role == MODEL_REPLICA_FOLLOWER);

    if (replica->vote == MODEL_REPLICA_NONE) {
        replica->vote = message->from;
        model_replica_write_state(replica);
        model_replica_wait(replica);
    }
    replica->owes_vote = true;
    if (model_replica_is_state_stored(replica)) {
        model_replica_state_stored(replica, outbox);
    }
}

void model_replica_on_vote(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    bool is_good = is_log_good(replica, message) && !is_loyal(replica);

    if (message->kind == MODEL_REPLICA_PRE_VOTE) {
        answer(replica, message, is_good && message->epoch > replica->epoch, outbox);
        return;
    }
    if (message->epoch < replica->epoch || is_loyal(replica)) {
        replica->counts.fenced += message->epoch < replica->epoch ? 1 : 0;
        answer(replica, message, false, outbox);
        return;
    }
    if (message->epoch > replica->epoch) {
        model_replica_follow(replica, message->epoch, MODEL_REPLICA_NONE, outbox);
    }
    SIM_ASSERT(message->epoch == replica->epoch);
    bool is_free = replica->vote == MODEL_REPLICA_NONE || replica->vote == message->from;
    if (is_good && is_free && replica->role == MODEL_REPLICA_FOLLOWER) {
        give_vote(replica, message, outbox);
    } else {
        answer(replica, message, false, outbox);
    }
}

/* ---- counting ---- */

void model_replica_on_vote_reply(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox)
{
    bool is_vote = message->kind == MODEL_REPLICA_VOTE_REPLY;
    uint64_t own_epoch = is_vote ? message->epoch : message->own_epoch;
    enum model_replica_role role = is_vote ? MODEL_REPLICA_CANDIDATE : MODEL_REPLICA_PRE_CANDIDATE;

    if (own_epoch > replica->epoch) {
        model_replica_follow(replica, own_epoch, MODEL_REPLICA_NONE, outbox);
        return;
    }
    uint64_t asked = is_vote ? replica->epoch : next_epoch(replica);
    if (replica->role != role || message->epoch != asked || replica->owes_call) {
        return;
    }
    replica->is_refused = replica->is_refused || !message->is_granted;
    replica->peers[message->from].has_granted |= message->is_granted;
    SIM_ASSERT(!replica->peers[replica->config.replica].has_granted);
    if (grants(replica) < model_replica_quorum(replica)) {
        return;
    }
    if (is_vote) {
        model_replica_lead(replica, outbox);
    } else {
        stand(replica, next_epoch(replica), false);
    }
}

void model_replica_state_stored(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(model_replica_is_state_stored(replica));

    if (replica->owes_vote) {
        const struct model_replica_message reply = {
            .kind = MODEL_REPLICA_VOTE_REPLY,
            .from = (uint8_t)replica->config.replica,
            .to = (uint8_t)replica->vote,
            .is_granted = true,
            .epoch = replica->epoch,
        };
        replica->owes_vote = false;
        model_replica_outbox_send(outbox, &reply, NULL);
    }
    if (!replica->owes_call) {
        return;
    }
    SIM_ASSERT(replica->role == MODEL_REPLICA_CANDIDATE);
    replica->owes_call = false;
    if (replica->is_unclean || model_replica_quorum(replica) == 1) {
        model_replica_lead(replica, outbox);
    } else {
        call(replica, MODEL_REPLICA_VOTE, replica->epoch, outbox);
    }
}

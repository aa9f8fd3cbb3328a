/* The frame: every operation first takes the time, and steps down if the lease ended; then does its
 * part, which stands in replica_election.c, replica_leader.c or replica_follower.c; then says what
 * it gave to the store.
 *
 * A leader's lease ends by its own clock, also when nobody called expire in time: so a replica that
 * was paused does nothing as a leader when it goes on. */
/* SPDX-License-Identifier: MIT */
#include "models/replica.h"

#include <stdlib.h>

#include "models/replica_state.h"

/* ---- the store for the queue above ---- */

static uint64_t append(void *context, const void *record, uint32_t size)
{
    struct model_replica *replica = context;
    uint64_t index = model_replica_last_of(replica) + 1;

    SIM_ASSERT(replica->is_serving);
    SIM_ASSERT(size > 0 && size <= MODEL_REPLICA_PAYLOAD_MAX);
    model_replica_write_entry(
        replica,
        &(struct model_replica_record){
            .kind = MODEL_REPLICA_ENTRY,
            .replica = (uint8_t)replica->config.replica,
            .epoch = replica->epoch,
            .index = index,
            .committed = replica->committed,
            .payload = record,
            .size = size,
        });
    replica->counts.appended++;
    return index;
}

static void release(void *context, uint64_t position)
{
    struct model_replica *replica = context;

    SIM_ASSERT(replica->is_serving);
    SIM_ASSERT(position <= model_replica_last_of(replica));
    replica->released = position > replica->released ? position : replica->released;
}

const struct model_store *model_replica_store(const model_replica *replica)
{
    return &replica->store;
}

/* ---- life ---- */

model_replica *model_replica_create(
    const struct model_replica_config *config,
    const struct model_store *store,
    const struct sim_stream *stream)
{
    SIM_ASSERT(config->replicas >= 1 && config->replicas <= MODEL_REPLICAS_MAX);
    SIM_ASSERT(config->replica < config->replicas);
    SIM_ASSERT(config->heartbeat > 0 && config->election_timeout / 3 >= config->heartbeat);
    SIM_ASSERT(config->skew_ppm < 500000 && config->unclean_after >= 0);
    SIM_ASSERT(config->batch_size > 0 && config->window > 0);

    struct model_replica *replica = sim_allocate(1, sizeof(*replica));
    replica->config = *config;
    replica->below = store;
    replica->store = (struct model_store){.append = append, .release = release, .context = replica};
    replica->stream = *stream;
    replica->vote = MODEL_REPLICA_NONE;
    replica->leader = MODEL_REPLICA_NONE;
    replica->echo = MODEL_REPLICA_NEVER_SENT;
    model_replica_log_init(&replica->log);
    return replica;
}

void model_replica_destroy(model_replica *replica)
{
    if (replica == NULL) {
        return;
    }
    model_replica_log_finish(&replica->log);
    free(replica);
}

/* ---- every operation ---- */

static void begin(model_replica *replica, sim_time now, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->is_open);
    SIM_ASSERT(now >= replica->now);

    replica->now = now;
    if (replica->role == MODEL_REPLICA_LEADER && now >= replica->step_down_at) {
        model_replica_follow(replica, replica->epoch, MODEL_REPLICA_NONE, outbox);
    }
}

static void end(model_replica *replica, struct model_replica_outbox *outbox)
{
    model_replica_release(replica);
    model_replica_tell_store(replica, outbox);
    SIM_ASSERT(!replica->has_written);
}

void model_replica_pump(model_replica *replica, sim_time now, struct model_replica_outbox *outbox)
{
    begin(replica, now, outbox);
    if (replica->role == MODEL_REPLICA_LEADER) {
        model_replica_send_entries(replica, outbox);
    }
    end(replica, outbox);
}

static void advance_stored(model_replica *replica, uint64_t position)
{
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(position <= replica->written_position);
    replica->stored_position = position;
    while (replica->stored < last &&
           model_replica_log_at(&replica->log, replica->stored + 1)->position <= position) {
        replica->stored++;
    }
    if (replica->cut_position <= position) {
        replica->counts.unsettled = 0;
    }
}

void model_replica_stored(
    model_replica *replica, uint64_t position, sim_time now, struct model_replica_outbox *outbox)
{
    bool was_state_stored = model_replica_is_state_stored(replica);

    begin(replica, now, outbox);
    if (position > replica->stored_position) {
        advance_stored(replica, position);
    }
    if (!was_state_stored && model_replica_is_state_stored(replica)) {
        model_replica_state_stored(replica, outbox);
    }
    if (replica->role == MODEL_REPLICA_LEADER) {
        model_replica_advance_commit(replica, outbox);
    } else {
        model_replica_settle_reply(replica, outbox);
    }
    end(replica, outbox);
}

static void receive(
    model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(message->from != replica->config.replica);

    switch (message->kind) {
    case MODEL_REPLICA_PRE_VOTE:
    case MODEL_REPLICA_VOTE:
        model_replica_on_vote(replica, message, outbox);
        return;
    case MODEL_REPLICA_PRE_VOTE_REPLY:
    case MODEL_REPLICA_VOTE_REPLY:
        model_replica_on_vote_reply(replica, message, outbox);
        return;
    case MODEL_REPLICA_APPEND:
        model_replica_on_append(replica, message, entries, outbox);
        return;
    case MODEL_REPLICA_APPEND_REPLY:
        model_replica_on_append_reply(replica, message, outbox);
        return;
    }
    replica->counts.malformed++;
}

void model_replica_receive(
    model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    sim_time now,
    struct model_replica_outbox *outbox)
{
    bool is_for_us = message->to == replica->config.replica &&
                     message->from < replica->config.replicas && message->from != message->to;

    begin(replica, now, outbox);
    if (is_for_us) {
        receive(replica, message, entries, outbox);
    } else {
        replica->counts.malformed++;
    }
    end(replica, outbox);
}

static sim_time earlier(sim_time a, sim_time b)
{
    return a < b ? a : b;
}

sim_time model_replica_next_deadline(const model_replica *replica)
{
    SIM_ASSERT(replica->is_open);
    if (replica->role == MODEL_REPLICA_FOLLOWER) {
        return replica->election_at;
    }
    return earlier(
        replica->role == MODEL_REPLICA_LEADER ? replica->step_down_at : replica->election_at,
        replica->heartbeat_at);
}

void model_replica_expire(model_replica *replica, sim_time now, struct model_replica_outbox *outbox)
{
    begin(replica, now, outbox);
    if (replica->role == MODEL_REPLICA_LEADER) {
        if (now >= replica->heartbeat_at) {
            model_replica_beat(replica, outbox);
        }
    } else if (now >= replica->election_at) {
        model_replica_campaign(replica, outbox);
    } else if (replica->role != MODEL_REPLICA_FOLLOWER && now >= replica->heartbeat_at) {
        model_replica_call_again(replica, outbox);
    }
    end(replica, outbox);
    SIM_ASSERT(model_replica_next_deadline(replica) > now);
}

/* ---- looking ---- */

enum model_replica_role model_replica_role_of(const model_replica *replica)
{
    return replica->role;
}

uint64_t model_replica_epoch(const model_replica *replica)
{
    return replica->epoch;
}

uint32_t model_replica_leader(const model_replica *replica)
{
    return replica->leader;
}

bool model_replica_is_serving(const model_replica *replica)
{
    SIM_ASSERT(!replica->is_serving || replica->role == MODEL_REPLICA_LEADER);
    return replica->is_serving;
}

bool model_replica_has_lease(const model_replica *replica, sim_time now)
{
    SIM_ASSERT(now >= replica->now);
    return replica->is_serving && now < replica->lease_until;
}

uint64_t model_replica_first(const model_replica *replica)
{
    /* cppcheck-suppress ctunullpointer ; who asks has one */
    return replica->log.base + 1;
}

uint64_t model_replica_last(const model_replica *replica)
{
    return model_replica_last_of(replica);
}

uint64_t model_replica_committed(const model_replica *replica)
{
    SIM_ASSERT(replica->committed <= model_replica_last_of(replica));
    return replica->committed;
}

struct model_replica_record model_replica_read(const model_replica *replica, uint64_t index)
{
    SIM_ASSERT(index <= replica->committed);
    return model_replica_log_read(&replica->log, index);
}

struct model_replica_record model_replica_peek(const model_replica *replica, uint64_t index)
{
    SIM_ASSERT(index > replica->log.base && index <= model_replica_last_of(replica));
    return model_replica_log_read(&replica->log, index);
}

struct model_replica_counts model_replica_counts_of(const model_replica *replica)
{
    return replica->counts;
}

static void check_leader(const model_replica *replica)
{
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(replica->vote == replica->config.replica);
    SIM_ASSERT(replica->leader == replica->config.replica);
    SIM_ASSERT(replica->is_serving == (replica->committed >= replica->opened_at));
    SIM_ASSERT(replica->step_down_at >= replica->lease_until);
    SIM_ASSERT(!replica->owes_reply && !replica->owes_call && !replica->owes_vote);
    for (uint32_t i = 0; i < replica->config.replicas; i++) {
        SIM_ASSERT(replica->peers[i].match < replica->peers[i].next);
        SIM_ASSERT(replica->peers[i].match <= last && replica->peers[i].next <= last + 1);
    }
}

static void check_other(const model_replica *replica)
{
    bool is_candidate = replica->role == MODEL_REPLICA_CANDIDATE;
    bool is_follower = replica->role == MODEL_REPLICA_FOLLOWER;

    SIM_ASSERT(!replica->is_serving);
    SIM_ASSERT(replica->leader != replica->config.replica);
    SIM_ASSERT(!is_candidate || replica->vote == replica->config.replica);
    SIM_ASSERT(is_follower || !replica->owes_reply);
    SIM_ASSERT(is_candidate || !replica->owes_call);
}

void model_replica_check(const model_replica *replica)
{
    uint64_t last = model_replica_last_of(replica);

    model_replica_log_check(&replica->log);
    SIM_ASSERT(replica->log.base <= replica->stored && replica->stored <= last);
    SIM_ASSERT(replica->log.base <= replica->committed && replica->committed <= last);
    SIM_ASSERT(replica->matched <= last);
    SIM_ASSERT(model_replica_log_epoch(&replica->log, last) <= replica->epoch);
    SIM_ASSERT(replica->stored_position <= replica->written_position);
    SIM_ASSERT(replica->state_position <= replica->written_position);
    SIM_ASSERT(replica->released_position <= replica->stored_position);
    SIM_ASSERT(replica->counts.lost + replica->counts.in_doubt <= replica->counts.cut);
    if (replica->role == MODEL_REPLICA_LEADER) {
        check_leader(replica);
    } else {
        check_other(replica);
    }
}

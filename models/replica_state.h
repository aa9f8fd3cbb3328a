/* models/replica_state.h - what the parts of a replica share; no one else includes it.
 *
 * Indexes:  base <= stored <= last,  base <= committed <= last. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_REPLICA_STATE_H
#define MODELS_REPLICA_STATE_H

#include "models/replica.h"
#include "models/replica_log.h"

#define MODEL_REPLICA_NEVER_SENT (-1) /* before every time */

/* What a leader knows of another replica, and a candidate of its voters. */
struct model_replica_peer {
    uint64_t match;    /* it has stored the leader's log up to here */
    uint64_t next;     /* the first entry that it has not been sent */
    sim_time echoed;   /* when the latest message that it answered had been sent */
    bool is_probing;   /* where the logs part is not known: one message at a time */
    bool has_answered; /* since the last heartbeat */
    bool has_granted;
};

/* The last time that this replica led, also in an earlier life: which of its entries it promised.
 */
struct model_replica_reign {
    uint64_t epoch;
    uint64_t promised; /* its entries of this epoch up to here were promised, */
    uint64_t doubted;  /* and those up to here may have been */
};

struct model_replica {
    struct model_replica_config config;
    const struct model_store *below;
    struct model_store store; /* for the queue above */
    struct sim_stream stream;
    struct model_replica_log log;
    bool is_open;         /* recovered */
    bool has_entry;       /* one was replayed */
    uint64_t stated_base; /* as the last state that was replayed says */
    uint64_t stated_base_epoch;
    sim_time now;

    /* What must not be forgotten: in the record at `state_position`. */
    uint64_t epoch;
    uint32_t vote; /* in this epoch */
    uint64_t state_position;

    enum model_replica_role role;
    uint32_t leader;
    sim_time election_at; /* of all but a leader: when to call an election */
    sim_time heard_at;    /* the leader, last: for an election timeout, nobody gets a vote */
    sim_time alone_since; /* without a leader */
    bool is_refused;      /* in this round of pre-votes, somebody objected */
    bool is_unclean;      /* it is, or wants to be, leader without a quorum */

    /* Of the store below, and of what waits for it. */
    uint64_t written_position;
    uint64_t stored_position;
    uint64_t released_position;
    uint64_t cut_position; /* once the store has this, what was cut cannot come back */
    uint64_t stored;       /* entries up to here */
    bool has_written;
    bool owes_vote; /* for `vote` */
    bool owes_reply;
    bool owes_call; /* for votes */

    uint64_t committed;
    uint64_t released;  /* nobody needs entries up to here */
    uint64_t matched;   /* of a follower: its log is the leader's up to here */
    sim_time echo;      /* of a follower: when its leader's latest message had been sent */
    uint64_t opened_at; /* of a leader: the index of its marker */
    bool is_serving;
    sim_time heartbeat_at; /* of a leader; of a candidate: when it asks again */
    sim_time lease_until;
    sim_time step_down_at;
    struct model_replica_reign reign;
    struct model_replica_peer peers[MODEL_REPLICAS_MAX];
    struct model_replica_counts counts;
};

static inline uint32_t model_replica_quorum(const struct model_replica *replica)
{
    return replica->config.replicas / 2 + 1;
}

static inline uint64_t model_replica_last_of(const struct model_replica *replica)
{
    return model_replica_log_last(&replica->log);
}

/* Whether the store has the epoch and the vote: before that, they must not be relied on. */
static inline bool model_replica_is_state_stored(const struct model_replica *replica)
{
    return replica->state_position <= replica->stored_position;
}

/* ---- replica_store.c: what goes to the store below, and comes back from there ---- */

void model_replica_write_state(struct model_replica *replica);

/* Adds an entry behind the last one, to the log and the store. */
void model_replica_write_entry(
    struct model_replica *replica, const struct model_replica_record *record);

void model_replica_tell_store(struct model_replica *replica, struct model_replica_outbox *outbox);

/* Drops the entries behind `last`, and counts what that breaks. */
void model_replica_cut(
    struct model_replica *replica, uint64_t last, struct model_replica_outbox *outbox);

/* Drops all entries. */
void model_replica_reset(
    struct model_replica *replica,
    uint64_t base,
    uint64_t base_epoch,
    struct model_replica_outbox *outbox);

/* Forgets what nobody needs, once there is enough of it. */
void model_replica_release(struct model_replica *replica);

/* ---- replica_election.c ---- */

/* Gives the next leader another election timeout to be heard. */
void model_replica_wait(struct model_replica *replica);

/* Becomes a follower, of a later epoch or the present one. */
void model_replica_follow(
    struct model_replica *replica,
    uint64_t epoch,
    uint32_t leader,
    struct model_replica_outbox *outbox);

/* The time for an election has come. */
void model_replica_campaign(struct model_replica *replica, struct model_replica_outbox *outbox);

/* Asks those again who have not granted what it asks for. */
void model_replica_call_again(struct model_replica *replica, struct model_replica_outbox *outbox);

/* The store has the epoch and the vote. */
void model_replica_state_stored(struct model_replica *replica, struct model_replica_outbox *outbox);

void model_replica_on_vote(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox);
void model_replica_on_vote_reply(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox);

/* ---- replica_leader.c ---- */

void model_replica_lead(struct model_replica *replica, struct model_replica_outbox *outbox);
void model_replica_send_entries(struct model_replica *replica, struct model_replica_outbox *outbox);
void model_replica_beat(struct model_replica *replica, struct model_replica_outbox *outbox);

/* Commits what can be committed. */
void model_replica_advance_commit(
    struct model_replica *replica, struct model_replica_outbox *outbox);
void model_replica_on_append_reply(
    struct model_replica *replica,
    const struct model_replica_message *message,
    struct model_replica_outbox *outbox);

/* ---- replica_follower.c ---- */

void model_replica_on_append(
    struct model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    struct model_replica_outbox *outbox);

/* Says how far its log is stored, if an answer is owed. */
void model_replica_settle_reply(struct model_replica *replica, struct model_replica_outbox *outbox);

#endif

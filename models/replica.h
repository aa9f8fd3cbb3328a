/* models/replica.h - one replica of a log that several replicas keep.
 *
 * The replicas elect a leader, which alone appends; the others copy its log. An entry is committed
 * when as many replicas have stored it as `acks` asks for, and nobody reads beyond that. Every
 * leader has an epoch of its own, and whoever has seen a later epoch refuses the messages of an
 * earlier one. This is Raft (Ongaro and Ousterhout, "In search of an understandable consensus
 * algorithm", USENIX ATC 2014) with pre-vote and leases (Ongaro, "Consensus: bridging theory and
 * practice", 2014, sections 6.4 and 9.6); docs/replication.md has what is promised, why it holds,
 * and what is different here.
 *
 * A replica stands between a queue and a store of its own. Above, it is itself a store: the
 * leader's queue appends to it, and is told what is committed. Below, it gives its store, such as a
 * journal, the entries, its epoch and its vote, is told how far those are kept, and replays them
 * after a crash. Between replicas it sends messages, through its outbox.
 *
 * Clocks: each replica is told the time by its own clock, which never goes backwards. Clocks need
 * not agree. Leases hold if no clock runs faster or slower than true time by more than
 * `skew_ppm`. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_REPLICA_H
#define MODELS_REPLICA_H

#include <stdbool.h>
#include <stdint.h>

#include "models/replica_message.h"
#include "models/replica_record.h"
#include "models/store.h"
#include "sim/base.h"
#include "sim/random.h"

#define MODEL_REPLICAS_MAX 7

enum model_acks {
    MODEL_ACKS_LEADER, /* stored by the leader: a failover may lose it */
    MODEL_ACKS_QUORUM, /* stored by more than half of all replicas */
    MODEL_ACKS_ALL,    /* stored by every replica: one that is down stops every promise */
};

enum model_replica_role {
    MODEL_REPLICA_FOLLOWER,
    MODEL_REPLICA_PRE_CANDIDATE, /* asks whether it would be elected */
    MODEL_REPLICA_CANDIDATE,
    MODEL_REPLICA_LEADER,
};

#define MODEL_REPLICA_NONE UINT32_MAX

struct model_replica_config {
    uint32_t replica;  /* this one: 0 .. replicas - 1 */
    uint32_t replicas; /* 1 .. MODEL_REPLICAS_MAX; it never changes */
    enum model_acks acks;
    sim_time election_timeout; /* without a word of the leader: this, and up to as much again */
    sim_time heartbeat;        /* at most a third of it, and more than a message's round trip */
    uint32_t skew_ppm;         /* bound on the error of any clock's rate; below 500,000 */
    uint32_t batch_size;       /* bytes of entries in a message: more only if one entry is larger */
    uint32_t window;           /* entries that may be on their way to a follower; at least 1 */

    /* Without a leader for so long, a replica takes office although it has no quorum, if no replica
     * that it can reach objects. What was promised may be lost then. 0: never. */
    sim_time unclean_after;
};

/* Since the replica was created. */
struct model_replica_counts {
    uint64_t elections; /* that it won */
    uint64_t unclean;   /* of these, those without a quorum */
    uint64_t deposed;
    uint64_t appended;  /* as leader, markers included */
    uint64_t cut;       /* entries that it had to drop, because the leader had others */
    uint64_t lost;      /* of these, those that it had promised as their leader: broken promises */
    uint64_t in_doubt;  /* of these, those that it may have promised before it crashed */
    uint64_t unsettled; /* of those lost or in doubt: a crash now may bring them back */
    uint64_t restored;  /* entries of its own that it got back from another leader */
    uint64_t fenced;    /* messages of an earlier epoch that it refused */
    uint64_t malformed; /* messages that made no sense, and changed nothing */
};

typedef struct model_replica model_replica;

/* `store` is borrowed for the replica's life. Votes and entries count only once the store has
 * committed them, so the promises are as good as the store's: a journal that always syncs. The
 * `stream` draws the election timeouts; each replica has one of its own. */
model_replica *model_replica_create(
    const struct model_replica_config *config,
    const struct model_store *store,
    const struct sim_stream *stream);
void model_replica_destroy(model_replica *replica);

/* ---- recovery: after create, before anything else ---- */

/* Applies one record that the store kept, in the order of their positions. Returns false, and
 * changes nothing, when it makes no sense here. */
SIM_MUST_USE bool model_replica_replay(
    model_replica *replica, uint64_t position, const void *record, uint32_t size);

/* Ends the recovery, also one that had nothing to replay. Returns false when what was replayed is
 * not all there: the replica must not be used. */
SIM_MUST_USE bool model_replica_recovered(
    model_replica *replica, sim_time now, struct model_replica_outbox *outbox);

/* ---- operation ---- */

/* For the queue of a replica that is serving: append gives indexes as positions, growing but with
 * gaps, and release says what need not be kept. */
const struct model_store *model_replica_store(const model_replica *replica);

/* Sends what was appended since. */
void model_replica_pump(model_replica *replica, sim_time now, struct model_replica_outbox *outbox);

/* The replica's own store has committed every position up to this one. */
void model_replica_stored(
    model_replica *replica, uint64_t position, sim_time now, struct model_replica_outbox *outbox);

/* A message has arrived; its entries are message->size bytes. */
void model_replica_receive(
    model_replica *replica,
    const struct model_replica_message *message,
    const uint8_t *entries,
    sim_time now,
    struct model_replica_outbox *outbox);

/* When model_replica_expire() next has something to do. */
sim_time model_replica_next_deadline(const model_replica *replica);

/* Calls elections, sends heartbeats, and steps down when the lease is over. */
void model_replica_expire(
    model_replica *replica, sim_time now, struct model_replica_outbox *outbox);

/* ---- looking ---- */

enum model_replica_role model_replica_role_of(const model_replica *replica);
uint64_t model_replica_epoch(const model_replica *replica);

/* Whom it follows, or itself; MODEL_REPLICA_NONE: it knows none. */
uint32_t model_replica_leader(const model_replica *replica);

/* Whether a queue may use its store: it leads, and has a commit in its epoch. */
bool model_replica_is_serving(const model_replica *replica);

/* Whether, by its own clock, no other replica can be serving now: so what it reads is the newest
 * there is. Never of a leader without a quorum. Holds within the bound on clocks, and not with
 * unclean elections. */
bool model_replica_has_lease(const model_replica *replica, sim_time now);

uint64_t model_replica_first(const model_replica *replica); /* index that is still in the log */
uint64_t model_replica_last(const model_replica *replica);
uint64_t model_replica_committed(const model_replica *replica);

/* The entry at `index`, which is in the log and committed; its payload is borrowed until the next
 * call. What a marker says concerns only the replicas. */
struct model_replica_record model_replica_read(const model_replica *replica, uint64_t index);

/* The same of any entry in the log, which may still be cut off: for who looks on from outside. Also
 * before the recovery has ended. */
struct model_replica_record model_replica_peek(const model_replica *replica, uint64_t index);

struct model_replica_counts model_replica_counts_of(const model_replica *replica);

/* Asserts every invariant in O(length of the log). */
void model_replica_check(const model_replica *replica);

#endif

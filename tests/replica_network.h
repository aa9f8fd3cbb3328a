/* tests/replica_network.h - replicas on a network, with disks and clocks, that one can break.
 *
 * All in virtual time and drawn from one seed. A message may be lost, repeated and delayed, so that
 * it is overtaken; links fail in one direction; nodes crash, lose what their disk had not synced,
 * and come back; clocks start apart and run at rates of their own; nodes pause. Messages also reach
 * the next life of whom they were for, which is worse than a TCP connection.
 *
 * After every step of a replica, tests/replica_checks.c looks at it. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REPLICA_NETWORK_H
#define TESTS_REPLICA_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "models/replica.h"
#include "sim/fel.h"
#include "sim/random.h"

#define NODES_MAX        MODEL_REPLICAS_MAX
#define FAULTS_MAX       16
#define ELECTION_TIMEOUT (100 * SIM_MILLISECOND)

/* What the test does to the model that no disk or network would: each breaks a rule that safety
 * rests on. */
struct replica_lies {
    bool forgets_vote;        /* a restarted replica is not told whom it voted for */
    bool ignores_epochs;      /* a message of an earlier epoch is said to be of this one */
    bool commits_by_counting; /* entries of earlier epochs are taken for committed when a quorum
                                 has them */
    bool stores_early;        /* the store says that it has what it has not synced */
};

struct replica_plan {
    uint64_t seed;
    uint32_t replicas;
    enum model_acks acks;
    sim_time unclean_after;
    bool releases; /* the queue lets the log forget */
    uint32_t batch_size;
    uint32_t window;
    double strikes;          /* the chance that a new leader, or a voter, is struck at once */
    sim_time chaos;          /* how long things break */
    sim_time fault_interval; /* on average */
    sim_time append_interval;
    struct replica_lies lies;
};

/* How often each fault hit something. */
struct replica_hits {
    uint64_t crashes;        /* of a replica that was up */
    uint64_t leader_crashes; /* of these, of one that led */
    uint64_t lost_tails;     /* crashes that took records which the disk had not synced */
    uint64_t cut_links;      /* messages that found their link cut */
    uint64_t one_way;        /* of these, while the other direction worked */
    uint64_t lost;           /* messages lost */
    uint64_t repeated;
    uint64_t overtaken; /* messages that arrived behind one sent later over the same link */
    uint64_t paused;    /* steps that had to wait for a pause to end */
    uint64_t skewed;    /* steps by a clock whose rate is more than 1 % off */
};

struct replica_result {
    char violation[160];                /* of the first rule that was broken; empty: none */
    struct model_replica_counts counts; /* of all replicas, all lives */
    struct replica_hits hits;
    uint64_t steps;
    uint64_t acknowledged;
    uint64_t lost;            /* acknowledged, and not in the log at the end */
    bool is_counted_exactly;  /* no crash left a doubt, so what the replicas counted is the truth */
    sim_time recovered_after; /* from the last heal to the first acknowledgement */
};

struct replica_kept {
    uint8_t *bytes;
    uint32_t size;
};

struct replica_disk {
    struct model_store store;
    struct replica_kept *records; /* of position 1, 2, ... */
    uint64_t count;
    uint64_t capacity;
    uint64_t synced;
    uint64_t syncing; /* the sync under way reaches up to here; 0: there is none */
    uint64_t released;
    bool never_forgets;
    sim_time slow_until;
};

struct replica_clock {
    sim_time true_start;
    sim_time local_start;
    int64_t rate_ppm; /* faster than true time by this */
};

struct replica_node {
    struct replica_network *network;
    uint32_t number;
    model_replica *replica; /* NULL while it is down */
    uint32_t life;
    struct replica_disk disk;
    struct replica_clock clock;
    sim_time paused_until;
    struct sim_event_id deadline;

    /* The checks' own. */
    uint64_t seen_capacity;
    uint64_t *seen; /* the epochs of its log, as last seen, by index */
    uint64_t seen_last;
    uint64_t seen_committed;
    uint64_t acknowledged; /* index; in its reign of this epoch: */
    uint64_t reign;
    uint64_t claimed[NODES_MAX]; /* what the others say that they have stored, in this epoch */
    uint64_t claimed_epoch;
};

struct replica_parcel {
    struct model_replica_message message;
    uint8_t *entries;
    uint64_t number; /* on its link */
    uint32_t next_free;
};

/* An entry that somebody was promised. */
struct replica_promise {
    uint64_t index;
    uint64_t epoch;
};

struct replica_network {
    struct replica_plan plan;
    struct replica_result *result;
    sim_fel *fel;
    sim_time now;
    sim_time end_of_chaos;
    struct sim_stream stream;
    struct model_replica_outbox outbox;
    struct replica_node nodes[NODES_MAX];
    uint64_t payload_next;

    bool is_cut[NODES_MAX][NODES_MAX];
    uint64_t sent[NODES_MAX][NODES_MAX];
    uint64_t arrived[NODES_MAX][NODES_MAX];
    double loss;
    double repetition;
    double lateness; /* the chance that a message takes `late_factor` times as long */
    uint64_t late_factor;
    uint32_t weights[FAULTS_MAX]; /* how likely each fault is in this run */
    struct replica_parcel *parcels;
    uint32_t parcel_count;
    uint32_t parcel_capacity;
    uint32_t parcel_free;

    struct replica_checks *checks;
    uint64_t restored;  /* of lives that have ended: see struct model_replica_counts */
    uint64_t unsettled; /* when lives ended */
};

/* Runs the plan and says what became of it. */
void replica_network_run(const struct replica_plan *plan, struct replica_result *out_result);

/* ---- between its parts ---- */

sim_time replica_local_time(const struct replica_node *node, sim_time time);
uint64_t replica_draw(struct replica_network *network, uint64_t bound);
bool replica_chance(struct replica_network *network, double probability);
void replica_crash(struct replica_node *node);
void replica_restart(struct replica_node *node);

/* After any operation on the node's replica: sends, syncs, looks. */
void replica_settle(struct replica_node *node);

/* tests/replica_faults.c: the node has just been elected, or has just voted. What it does now is
 * the most delicate, so it may be struck at once. */
void replica_strike(struct replica_node *node);

/* What is planned for the node does nothing when its life is over by then. */
uint64_t replica_pack(const struct replica_node *node);
struct replica_node *replica_unpack(struct replica_network *network, uint64_t payload);
void replica_plan(
    struct replica_network *network, sim_fire_fn *fire, uint64_t payload, sim_time time);
sim_time replica_around(struct replica_network *network, sim_time mean);

/* Has the node restart, or all links mended, some time later. */
void replica_restart_later(struct replica_node *node);
void replica_mend_later(struct replica_network *network);

/* tests/replica_faults.c: chooses what may break in this run; breaks something; mends everything.
 */
void replica_choose_faults(struct replica_network *network);
void replica_break(struct replica_network *network);
void replica_heal(struct replica_network *network);

/* tests/replica_checks.c */
struct replica_checks *replica_checks_create(void);
void replica_checks_destroy(struct replica_checks *checks);
void replica_violate(struct replica_network *network, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void replica_check_step(struct replica_node *node);
void replica_check_claim(struct replica_node *node, uint64_t committed);
void replica_check_end(struct replica_network *network);

#endif

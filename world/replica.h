/* world/replica.h - a broker's replica: what stands between its queue and its journal.
 *
 * It is told the time by the broker's clock, but never an earlier time than before: where that is
 * set back it stands still until it has caught up. What the replicas tell each other takes no turn
 * at the broker's server. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_REPLICA_H
#define WORLD_REPLICA_H

#include "world/alarm.h"
#include "world/replicas.h"

struct world_replica_measures {
    struct sim_gauge *role; /* an enum model_replica_role */
    struct sim_gauge *epoch;
    struct sim_gauge *committed; /* index */
    struct sim_gauge *lag;       /* of its commits behind those of the latest leader */
    struct sim_counter *elections;
    struct sim_counter *unclean;
    struct sim_counter *deposed;
    struct sim_counter *cut;
    struct sim_counter *lost;
    struct sim_counter *in_doubt;
    struct sim_counter *restored;
    struct sim_counter *fenced;
    struct sim_counter *redirected;
};

struct world_replica {
    world_broker *broker;
    struct world_replicas *group;
    uint32_t number;
    model_replica *model;  /* NULL while it is down */
    model_replica *stored; /* what its journal holds while it is down; NULL: not looked */
    bool is_open;          /* recovered */
    bool is_following;     /* the outbox is being worked off */
    uint32_t message_next; /* of the outbox, to be sent */
    uint32_t notice_next;
    struct model_replica_outbox outbox; /* empty between events */
    sim_time told;                      /* the time that it was told last */
    struct world_alarm alarm;           /* for the model's next deadline */
    struct sim_stream elections;
    uint64_t sent;
    uint64_t compared;                  /* entries up to here agree with the other replicas' */
    struct model_replica_counts former; /* of the lives before */
    struct world_replica_measures measures;
};

/* For the broker's life. */
struct world_replica *world_replica_create(world_broker *broker, struct world_replicas *group);
void world_replica_destroy(struct world_replica *replica);

/* Reads the journal back; the node is up when that is done. */
void world_replica_restart(struct world_replica *replica);
void world_replica_crash(struct world_replica *replica);

/* Takes a packet that is not for the queue, or that comes when there is none; false: it is for the
 * queue, and still the caller's. */
SIM_MUST_USE bool world_replica_takes(struct world_replica *replica, uint32_t slot);

/* The queue has gone since the packet came. Takes the slot. */
void world_replica_turn_away(struct world_replica *replica, uint32_t slot);

/* The queue has appended. */
void world_replica_pump(struct world_replica *replica);

/* The journal has. */
void world_replica_stored(struct world_node *node, uint64_t position);

void world_replica_clock_changed(struct world_replica *replica);

/* Every message in the log, if no replica serves and this one's log is the one that a leader would
 * have; else none. */
void world_replica_visit(struct world_replica *replica, world_message_fn *visit, void *context);

void world_replica_verify(const struct world_replica *replica);

/* What its models are made with. */
struct model_replica_config world_replica_config(const struct world_replica *replica);

#endif

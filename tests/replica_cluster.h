/* tests/replica_cluster.h - a few replicas that do only what a test says: their clocks, their
 * stores and every message are in the test's hands. Every word ends with model_replica_check(). */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REPLICA_CLUSTER_H
#define TESTS_REPLICA_CLUSTER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/replica.h"

#include "tests/fake_store.h"

#define CLUSTER_MAX      5
#define CLUSTER_MESSAGES 4096

struct cluster_message {
    struct model_replica_message header;
    uint8_t *entries;
};

struct cluster {
    struct model_replica_config config;
    struct fake_store *stores[CLUSTER_MAX];
    model_replica *replicas[CLUSTER_MAX]; /* NULL: it is down */
    bool is_away[CLUSTER_MAX];            /* messages to and from it are lost */
    bool is_stuck[CLUSTER_MAX];           /* its store does not sync */
    struct model_replica_outbox outbox;
    struct cluster_message messages[CLUSTER_MESSAGES]; /* in flight */
    uint32_t message_count;
    uint32_t notices[CLUSTER_MAX][MODEL_REPLICA_CUT + 1];
    sim_time now;
};

static inline void cluster_take_outbox(struct cluster *cluster, uint32_t i)
{
    struct model_replica_outbox *outbox = &cluster->outbox;

    for (uint32_t m = 0; m < outbox->message_count; m++) {
        const struct model_replica_message *header = &outbox->messages[m];
        if (cluster->is_away[header->from] || cluster->is_away[header->to]) {
            continue;
        }
        SIM_ASSERT(cluster->message_count < CLUSTER_MESSAGES);
        struct cluster_message *message = &cluster->messages[cluster->message_count++];
        message->header = *header;
        message->entries = sim_allocate(header->size + UINT64_C(1), 1);
        memcpy(message->entries, outbox->bytes + header->offset, header->size);
    }
    for (uint32_t n = 0; n < outbox->notice_count; n++) {
        cluster->notices[i][outbox->notices[n].kind]++;
    }
    model_replica_outbox_clear(outbox);
    model_replica_check(cluster->replicas[i]);
}

static inline void cluster_start(struct cluster *cluster, uint32_t i)
{
    struct model_replica_config config = cluster->config;
    struct sim_stream stream = sim_stream_named(i, "cluster");
    struct fake_store *store = cluster->stores[i];

    config.replica = i;
    cluster->replicas[i] = model_replica_create(&config, &store->store, &stream);
    for (uint64_t at = store->released; at < store->count; at++) {
        const struct fake_record *record = &store->records[at];
        bool is_good =
            model_replica_replay(cluster->replicas[i], at + 1, record->bytes, record->size);
        SIM_ASSERT(is_good);
    }
    bool is_good = model_replica_recovered(cluster->replicas[i], cluster->now, &cluster->outbox);
    SIM_ASSERT(is_good);
    cluster_take_outbox(cluster, i);
}

/* Only the first `kept` records of its store survive. */
static inline void cluster_crash(struct cluster *cluster, uint32_t i, uint64_t kept)
{
    model_replica_destroy(cluster->replicas[i]);
    cluster->replicas[i] = NULL;
    fake_store_lose(cluster->stores[i], kept);
}

static inline struct cluster *cluster_create(uint32_t replicas, enum model_acks acks)
{
    struct cluster *cluster = sim_allocate(1, sizeof(*cluster));

    cluster->config = (struct model_replica_config){
        .replicas = replicas,
        .acks = acks,
        .election_timeout = 1000,
        .heartbeat = 200,
        .skew_ppm = 100000,
        .batch_size = 1000,
        .window = 100,
    };
    model_replica_outbox_init(&cluster->outbox);
    for (uint32_t i = 0; i < replicas; i++) {
        cluster->stores[i] = fake_store_create();
        cluster_start(cluster, i);
    }
    return cluster;
}

static inline void cluster_drop_messages(struct cluster *cluster)
{
    for (uint32_t m = 0; m < cluster->message_count; m++) {
        free(cluster->messages[m].entries);
    }
    cluster->message_count = 0;
}

static inline void cluster_destroy(struct cluster *cluster)
{
    cluster_drop_messages(cluster);
    for (uint32_t i = 0; i < cluster->config.replicas; i++) {
        model_replica_destroy(cluster->replicas[i]);
        fake_store_destroy(cluster->stores[i]);
    }
    model_replica_outbox_finish(&cluster->outbox);
    free(cluster);
}

static inline void cluster_sync(struct cluster *cluster, uint32_t i)
{
    if (cluster->replicas[i] != NULL && !cluster->is_stuck[i]) {
        model_replica_stored(
            cluster->replicas[i], cluster->stores[i]->count, cluster->now, &cluster->outbox);
        cluster_take_outbox(cluster, i);
    }
}

static inline void cluster_sync_all(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->config.replicas; i++) {
        cluster_sync(cluster, i);
    }
}

static inline void cluster_deliver(struct cluster *cluster, struct cluster_message message)
{
    uint32_t to = message.header.to;

    if (cluster->replicas[to] != NULL && !cluster->is_away[to]) {
        model_replica_receive(
            cluster->replicas[to],
            &message.header,
            message.entries,
            cluster->now,
            &cluster->outbox);
        cluster_take_outbox(cluster, to);
    }
}

/* Delivers what is in flight, and what follows from it, until there is nothing left. */
static inline void cluster_settle(struct cluster *cluster)
{
    cluster_sync_all(cluster);
    for (uint32_t m = 0; m < cluster->message_count; m++) {
        cluster_deliver(cluster, cluster->messages[m]);
        cluster_sync_all(cluster);
    }
    cluster_drop_messages(cluster);
}

static inline void cluster_expire(struct cluster *cluster, uint32_t i)
{
    model_replica_expire(cluster->replicas[i], cluster->now, &cluster->outbox);
    cluster_take_outbox(cluster, i);
}

/* Whose deadline is the next. */
static inline uint32_t cluster_next(const struct cluster *cluster, sim_time *out_due)
{
    uint32_t first = 0;

    *out_due = SIM_NEVER;
    for (uint32_t i = 0; i < cluster->config.replicas; i++) {
        const model_replica *replica = cluster->replicas[i];
        sim_time due = replica == NULL ? SIM_NEVER : model_replica_next_deadline(replica);
        if (due < *out_due) {
            first = i;
            *out_due = due;
        }
    }
    return first;
}

/* Everybody expires whatever is due until then, in order of time; messages take none. */
static inline void cluster_run_until(struct cluster *cluster, sim_time until)
{
    sim_time due;

    for (uint32_t i = cluster_next(cluster, &due); due <= until; i = cluster_next(cluster, &due)) {
        cluster->now = due > cluster->now ? due : cluster->now;
        cluster_expire(cluster, i);
        cluster_settle(cluster);
    }
    cluster->now = until;
}

/* The replica that serves, in the latest epoch; MODEL_REPLICA_NONE: none does. */
static inline uint32_t cluster_leader(const struct cluster *cluster)
{
    uint32_t leader = MODEL_REPLICA_NONE;

    for (uint32_t i = 0; i < cluster->config.replicas; i++) {
        const model_replica *replica = cluster->replicas[i];
        if (replica != NULL && model_replica_is_serving(replica) &&
            (leader == MODEL_REPLICA_NONE ||
             model_replica_epoch(replica) > model_replica_epoch(cluster->replicas[leader]))) {
            leader = i;
        }
    }
    return leader;
}

/* Runs until there is a leader. */
static inline uint32_t cluster_elect(struct cluster *cluster)
{
    for (uint32_t round = 0; round < 100 && cluster_leader(cluster) == MODEL_REPLICA_NONE;
         round++) {
        cluster_run_until(cluster, cluster->now + 100);
    }
    return cluster_leader(cluster);
}

/* Gives the replica, which serves, records of 8 bytes; returns the index of the last. */
static inline uint64_t cluster_append(struct cluster *cluster, uint32_t i, uint32_t count)
{
    const struct model_store *store = model_replica_store(cluster->replicas[i]);
    uint64_t index = 0;

    for (uint32_t k = 0; k < count; k++) {
        uint64_t payload = model_replica_last(cluster->replicas[i]) * 7 + i;
        index = store->append(store->context, &payload, sizeof(payload));
    }
    model_replica_pump(cluster->replicas[i], cluster->now, &cluster->outbox);
    cluster_take_outbox(cluster, i);
    return index;
}

static inline struct model_replica_counts cluster_counts(const struct cluster *cluster, uint32_t i)
{
    return model_replica_counts_of(cluster->replicas[i]);
}

#endif

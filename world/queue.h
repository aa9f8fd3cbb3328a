/* world/queue.h - the queue that a broker hosts: any of the models, behind one table of functions.
 *
 * Each function is the model's own operation of that name (models/producer_consumer.h); a model
 * that has no such thing does nothing, and says so at its table. A consumer belongs to a group: of
 * publish_subscribe, each group gets every message; of mvc, each is one view, which gets the newest
 * of every key; the other models have one group, number 0. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_QUEUE_H
#define WORLD_QUEUE_H

#include "models/producer_consumer.h"
#include "models/publish_subscribe.h"

enum world_queue_model {
    WORLD_QUEUE_PRODUCER_CONSUMER,
    WORLD_QUEUE_POINT_TO_POINT,
    WORLD_QUEUE_PUBLISH_SUBSCRIBE,
    WORLD_QUEUE_MVC,
};

#define WORLD_GROUPS_MAX   64 /* of one queue */
#define WORLD_QUEUE_NOBODY UINT32_MAX

/* Where a message says how it is to be sent (struct model_send_options): attributes of it, counted
 * from 1; 0: nowhere. The times are in milliseconds. */
enum world_send_field {
    WORLD_SEND_PRIORITY,
    WORLD_SEND_DELAY,
    WORLD_SEND_TIME_TO_LIVE,
};

#define WORLD_SEND_FIELD_COUNT 3

struct world_send_fields {
    uint8_t places[WORLD_SEND_FIELD_COUNT];
};

struct world_queue_config {
    enum world_queue_model model;
    /* The capacity, the policy when full and the prefetch limit are every model's; of a topic, each
     * partition's. The rest is for producer_consumer. */
    struct model_pc_config queue;
    struct model_ps_topic_config topic; /* but for the capacity and the policy when full */
    struct model_ps_group_config groups[WORLD_GROUPS_MAX];
    uint32_t group_count; /* of publish_subscribe and mvc, whose groups are its views; else 0 */
    const struct world_send_fields *send_fields; /* of producer_consumer; borrowed; NULL: none */
};

/* Names one delivery; which of the two, the model knows. */
struct world_lease {
    union {
        struct model_lease queue;
        struct model_ps_where topic;
    };
    uint32_t consumer; /* its number in the queue */
};

struct world_delivery {
    struct model_message message;
    struct world_lease lease;
    uint32_t group;
    bool is_last; /* nobody can receive another, unless more happens than sends; or: unknown */
};

struct world_queue {
    const struct world_queue_type *type;
};

struct world_queue_type {
    /* After a send, a message can be received that could not be before only if MODEL_READY says
     * so: who found nothing to receive need not look again. */
    bool tells_ready;
    enum model_send_result (*send)(
        struct world_queue *queue,
        const struct model_message *message,
        sim_time now,
        struct model_outbox *outbox);
    bool (*receive)(
        struct world_queue *queue,
        uint32_t consumer,
        sim_time now,
        struct world_delivery *out_delivery,
        struct model_outbox *outbox);
    enum model_ack_result (*ack)(
        struct world_queue *queue,
        const struct world_lease *lease,
        sim_time now,
        struct model_outbox *outbox);
    enum model_ack_result (*nack)(
        struct world_queue *queue,
        const struct world_lease *lease,
        sim_time now,
        struct model_outbox *outbox);
    /* The consumer's number; WORLD_QUEUE_NOBODY: not now, it must ask again. */
    uint32_t (*join)(
        struct world_queue *queue, uint32_t group, sim_time now, struct model_outbox *outbox);
    /* The consumer is alive. False: the queue has given it up, and it must join again. */
    bool (*touch)(struct world_queue *queue, uint32_t consumer, sim_time now);
    void (*leave)(
        struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox);
    void (*committed)(
        struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox);
    void (*expire)(struct world_queue *queue, sim_time now, struct model_outbox *outbox);
    sim_time (*next_deadline)(const struct world_queue *queue);
    bool (*replay)(struct world_queue *queue, uint64_t position, const void *record, uint32_t size);
    void (*recovered)(struct world_queue *queue, sim_time now, struct model_outbox *outbox);
    uint64_t (*depth)(const struct world_queue *queue);
    uint64_t (*uncommitted)(const struct world_queue *queue);
    void (*visit)(const struct world_queue *queue, model_pc_visit_fn *visit, void *context);
    void (*check)(const struct world_queue *queue);
    void (*destroy)(struct world_queue *queue);
};

/* `store` is borrowed for the queue's life; NULL keeps messages in memory: point_to_point knows
 * nothing else. Which policies a model knows, models/capabilities.h says. */
struct world_queue *world_queue_create(
    const struct world_queue_config *config, const struct model_store *store);

static inline void world_queue_destroy(struct world_queue *queue)
{
    if (queue != NULL) {
        queue->type->destroy(queue);
    }
}

/* The model of a producer_consumer. */
const model_pc *world_queue_pc_model(const struct world_queue *queue);

/* Published messages that the group of a publish_subscribe has not committed. */
uint64_t world_queue_lag(const struct world_queue *queue, uint32_t group, uint32_t partition);

/* Makes the group of a publish_subscribe go on, in every partition, with the first message that was
 * published at `since` or later; what its consumers have in hand becomes stale. */
void world_queue_replay(
    struct world_queue *queue,
    uint32_t group,
    sim_time since,
    sim_time now,
    struct model_outbox *outbox);

/* For models that live in memory only, and where nothing happens by time alone. */
void world_queue_memory_committed(
    struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox);
void world_queue_memory_expire(
    struct world_queue *queue, sim_time now, struct model_outbox *outbox);
sim_time world_queue_memory_next_deadline(const struct world_queue *queue);
bool world_queue_memory_replay(
    struct world_queue *queue, uint64_t position, const void *record, uint32_t size);
void world_queue_memory_recovered(
    struct world_queue *queue, sim_time now, struct model_outbox *outbox);
uint64_t world_queue_memory_uncommitted(const struct world_queue *queue);

/* For world_queue_create(). */
struct world_queue *world_queue_ps_create(
    const struct world_queue_config *config, const struct model_store *store);
struct world_queue *world_queue_pc_create(
    const struct world_queue_config *config, const struct model_store *store);
struct world_queue *world_queue_mvc_create(const struct world_queue_config *config);
struct world_queue *world_queue_p2p_create(const struct model_pc_config *config);

#endif

/* world/queue.h - the queue that a broker hosts: any of the models, behind one table of functions.
 *
 * Each function is the model's own operation of that name (models/producer_consumer.h); a model
 * that has no such thing does nothing, and says so at its table. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_QUEUE_H
#define WORLD_QUEUE_H

#include "models/producer_consumer.h"

enum world_queue_model {
    WORLD_QUEUE_PRODUCER_CONSUMER,
    WORLD_QUEUE_POINT_TO_POINT,
};

struct world_queue {
    const struct world_queue_type *type;
};

struct world_queue_type {
    enum model_send_result (*send)(
        struct world_queue *queue,
        const struct model_message *message,
        sim_time now,
        struct model_outbox *outbox);
    bool (*receive)(
        struct world_queue *queue,
        uint32_t consumer,
        sim_time now,
        struct model_delivery *out_delivery,
        struct model_outbox *outbox);
    enum model_ack_result (*ack)(
        struct world_queue *queue,
        const struct model_lease *lease,
        sim_time now,
        struct model_outbox *outbox);
    enum model_ack_result (*nack)(
        struct world_queue *queue,
        const struct model_lease *lease,
        sim_time now,
        struct model_outbox *outbox);
    uint32_t (*join)(struct world_queue *queue);
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

/* The capacity, the policy when full and the prefetch limit are every model's. `store` is borrowed
 * for the queue's life; NULL keeps messages in memory: point_to_point knows nothing else, and of
 * the policies only block and reject. */
struct world_queue *world_queue_create(
    enum world_queue_model model,
    const struct model_pc_config *config,
    const struct model_store *store);

static inline void world_queue_destroy(struct world_queue *queue)
{
    if (queue != NULL) {
        queue->type->destroy(queue);
    }
}

/* The model of a producer_consumer. */
const model_pc *world_queue_pc_model(const struct world_queue *queue);

/* For the above. */
struct world_queue *world_queue_pc_create(
    const struct model_pc_config *config, const struct model_store *store);
struct world_queue *world_queue_p2p_create(const struct model_pc_config *config);

#endif

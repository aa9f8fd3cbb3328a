/* point_to_point as a hosted queue: the ring, and how many messages its consumer has in hand. There
 * are no leases, only the message's id in their place: what was delivered has left the queue, an
 * ack only says that the consumer is ready for another, and what is given back has nowhere to go:
 * it is dropped. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "models/point_to_point.h"
#include "world/queue.h"

struct hosted {
    struct world_queue base;
    struct model_p2p ring;
    void *memory;
    uint64_t prefetch; /* UINT64_MAX: no limit */
    uint64_t in_hand;
    enum model_when_full when_full;
    bool has_consumer;
};

static struct hosted *from_queue(struct world_queue *queue)
{
    return (struct hosted *)queue; /* the base is its first member */
}

static enum model_send_result send(
    struct world_queue *queue,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(now >= message->born);
    if (!model_p2p_send(&hosted->ring, message)) {
        return hosted->when_full == MODEL_BLOCK ? MODEL_SEND_FULL : MODEL_SEND_REFUSED;
    }
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, message->id);
    return MODEL_SENT;
}

static bool receive(
    struct world_queue *queue,
    uint32_t consumer,
    sim_time now,
    struct model_delivery *out_delivery,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(consumer == 0 && hosted->has_consumer);
    SIM_ASSERT(now >= 0 && outbox != NULL);
    if (hosted->in_hand >= hosted->prefetch ||
        !model_p2p_receive(&hosted->ring, &out_delivery->message)) {
        return false;
    }
    hosted->in_hand++;
    out_delivery->message.attempt = 1;
    out_delivery->lease = (struct model_lease){.generation = out_delivery->message.id};
    return true;
}

static enum model_ack_result ack(
    struct world_queue *queue,
    const struct model_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(lease->slot == 0 && now >= 0 && outbox != NULL);
    if (hosted->in_hand == 0) {
        return MODEL_ACK_STALE; /* of a consumer that has left since */
    }
    hosted->in_hand--;
    return MODEL_ACKED;
}

static enum model_ack_result nack(
    struct world_queue *queue,
    const struct model_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    enum model_ack_result result = ack(queue, lease, now, outbox);

    SIM_ASSERT(result == MODEL_ACKED || from_queue(queue)->in_hand == 0);
    model_outbox_add(outbox, MODEL_DROPPED, lease->generation);
    return result;
}

static uint32_t join(struct world_queue *queue)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(!hosted->has_consumer && hosted->in_hand == 0);
    hosted->has_consumer = true;
    return 0;
}

static void leave(
    struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(consumer == 0 && hosted->has_consumer && now >= 0 && outbox != NULL);
    hosted->has_consumer = false;
    hosted->in_hand = 0;
}

/* ---- what it does not have: a store, deadlines ---- */

static void committed(
    struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
    SIM_ASSERT(position == 0);
}

static void expire(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
}

static sim_time next_deadline(const struct world_queue *queue)
{
    SIM_ASSERT(queue != NULL);
    return SIM_NEVER;
}

static bool replay(struct world_queue *queue, uint64_t position, const void *record, uint32_t size)
{
    SIM_ASSERT(queue != NULL && position > 0 && record != NULL && size > 0);
    return false;
}

static void recovered(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue != NULL && now >= 0 && outbox != NULL);
}

static uint64_t uncommitted(const struct world_queue *queue)
{
    SIM_ASSERT(queue != NULL);
    return 0;
}

/* ---- looking ---- */

static uint64_t depth(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;

    SIM_ASSERT(hosted->memory != NULL);
    return model_p2p_waiting(&hosted->ring);
}

static void visit_messages(const struct world_queue *queue, model_pc_visit_fn *visit, void *context)
{
    const struct hosted *hosted = (const struct hosted *)queue;
    struct model_message message;

    for (uint64_t i = 0; model_p2p_look(&hosted->ring, i, &message); i++) {
        visit(context, &message);
    }
    SIM_ASSERT(hosted->memory != NULL);
}

static void check(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;

    model_p2p_check(&hosted->ring);
    SIM_ASSERT(hosted->in_hand <= hosted->prefetch);
    SIM_ASSERT(hosted->has_consumer || hosted->in_hand == 0);
}

static void destroy(struct world_queue *queue)
{
    struct hosted *hosted = from_queue(queue);

    free(hosted->memory);
    free(hosted);
}

static const struct world_queue_type type = {
    .send = send,
    .receive = receive,
    .ack = ack,
    .nack = nack,
    .join = join,
    .leave = leave,
    .committed = committed,
    .expire = expire,
    .next_deadline = next_deadline,
    .replay = replay,
    .recovered = recovered,
    .depth = depth,
    .uncommitted = uncommitted,
    .visit = visit_messages,
    .check = check,
    .destroy = destroy,
};

struct world_queue *world_queue_p2p_create(const struct model_pc_config *config)
{
    struct hosted *hosted = sim_allocate(1, sizeof(*hosted));
    size_t size = model_p2p_size(config->capacity, sizeof(struct model_message));

    SIM_ASSERT(config->when_full == MODEL_BLOCK || config->when_full == MODEL_REJECT);
    hosted->base.type = &type;
    hosted->memory = sim_allocate(1, size);
    hosted->prefetch = config->prefetch == 0 ? UINT64_MAX : config->prefetch;
    hosted->when_full = config->when_full;
    enum model_p2p_status status = model_p2p_init(
        &hosted->ring, hosted->memory, size, config->capacity, sizeof(struct model_message));
    SIM_ASSERT(status == MODEL_P2P_OK);
    return &hosted->base;
}

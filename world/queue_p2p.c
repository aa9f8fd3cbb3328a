/* point_to_point as a hosted queue: the ring, and what its consumer has in hand. What was delivered
 * has left the queue, so a lease gives no right to anything: an ack says that the consumer is ready
 * for another, and what is given back has nowhere to go: it is dropped.
 *
 * Where the prefetch is limited, a lease is one of as many tickets, which carries its message's id
 * until the next one: so a second ack of one delivery is known, and does not make room twice. An
 * ack that is lost on the way leaves its ticket taken until the consumer joins anew. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "models/point_to_point.h"
#include "world/queue.h"

struct ticket {
    uint64_t message; /* while it is out; afterwards the one that was acked last */
    uint32_t next;    /* while it is not */
    bool is_out;
};

struct hosted {
    struct world_queue base;
    struct model_p2p ring;
    void *memory;
    struct ticket *tickets;
    uint32_t prefetch; /* as many tickets; 0: no limit, and no tickets */
    uint32_t in_hand;  /* of the tickets, those that are out */
    uint32_t free_head;
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

    SIM_ASSERT(now >= 0);
    if (!model_p2p_send(&hosted->ring, message)) {
        return hosted->when_full == MODEL_BLOCK ? MODEL_SEND_FULL : MODEL_SEND_REFUSED;
    }
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, message->id);
    if (model_p2p_waiting(&hosted->ring) == 1) {
        model_outbox_add(outbox, MODEL_READY, 0);
    }
    return MODEL_SENT;
}

static void collect_all(struct hosted *hosted)
{
    SIM_ASSERT(hosted->tickets != NULL || hosted->prefetch == 0);
    for (uint32_t i = 0; i < hosted->prefetch; i++) {
        hosted->tickets[i] = (struct ticket){.next = i + 1};
    }
    hosted->free_head = 0;
    hosted->in_hand = 0;
}

static uint32_t hand_out(struct hosted *hosted, uint64_t message)
{
    uint32_t number = hosted->free_head;
    struct ticket *ticket = &hosted->tickets[number];

    SIM_ASSERT(number < hosted->prefetch && !ticket->is_out);
    hosted->free_head = ticket->next;
    hosted->in_hand++;
    *ticket = (struct ticket){.message = message, .is_out = true};
    return number;
}

static bool receive(
    struct world_queue *queue,
    uint32_t consumer,
    sim_time now,
    struct world_delivery *out_delivery,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(consumer == 0 && hosted->has_consumer);
    SIM_ASSERT(now >= 0 && outbox != NULL);
    bool is_limited = hosted->prefetch > 0;
    if ((is_limited && hosted->in_hand == hosted->prefetch) ||
        !model_p2p_receive(&hosted->ring, &out_delivery->message)) {
        return false;
    }
    out_delivery->message.attempt = 1;
    out_delivery->lease = (struct world_lease){.queue = {.generation = out_delivery->message.id}};
    out_delivery->group = 0;
    if (is_limited) {
        out_delivery->lease.queue.slot = hand_out(hosted, out_delivery->message.id);
    }
    out_delivery->is_last = is_limited && hosted->in_hand == hosted->prefetch;
    return true;
}

static enum model_ack_result ack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(lease->consumer == 0 && now >= 0 && outbox != NULL);
    if (hosted->prefetch == 0) {
        return MODEL_ACKED;
    }
    SIM_ASSERT(lease->queue.slot < hosted->prefetch);
    struct ticket *ticket = &hosted->tickets[lease->queue.slot];
    if (ticket->message != lease->queue.generation) {
        return MODEL_ACK_STALE; /* of a consumer that has left, or of long ago */
    }
    if (!ticket->is_out) {
        return MODEL_ACK_REPEATED;
    }
    ticket->is_out = false;
    ticket->next = hosted->free_head;
    hosted->free_head = lease->queue.slot;
    hosted->in_hand--;
    return MODEL_ACKED;
}

static enum model_ack_result nack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    enum model_ack_result result = ack(queue, lease, now, outbox);

    SIM_ASSERT(result <= MODEL_ACK_STALE);
    model_outbox_add(outbox, MODEL_DROPPED, lease->queue.generation);
    return result;
}

static uint32_t join(
    struct world_queue *queue, uint32_t group, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(group == 0 && now >= 0 && outbox != NULL);
    SIM_ASSERT(!hosted->has_consumer && hosted->in_hand == 0);
    hosted->has_consumer = true;
    return 0;
}

static bool touch(struct world_queue *queue, uint32_t consumer, sim_time now)
{
    SIM_ASSERT(consumer == 0 && now >= 0);
    return from_queue(queue)->has_consumer;
}

static void leave(
    struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(consumer == 0 && hosted->has_consumer && now >= 0 && outbox != NULL);
    hosted->has_consumer = false;
    collect_all(hosted);
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
    uint32_t out = 0;
    for (uint32_t i = 0; i < hosted->prefetch; i++) {
        out += hosted->tickets[i].is_out;
    }
    SIM_ASSERT(out == hosted->in_hand);
    SIM_ASSERT(hosted->has_consumer || hosted->in_hand == 0);
}

static void destroy(struct world_queue *queue)
{
    struct hosted *hosted = from_queue(queue);

    free(hosted->memory);
    free(hosted->tickets);
    free(hosted);
}

static const struct world_queue_type type = {
    .tells_ready = true,
    .send = send,
    .receive = receive,
    .ack = ack,
    .nack = nack,
    .join = join,
    .touch = touch,
    .leave = leave,
    .committed = world_queue_memory_committed,
    .expire = world_queue_memory_expire,
    .next_deadline = world_queue_memory_next_deadline,
    .replay = world_queue_memory_replay,
    .recovered = world_queue_memory_recovered,
    .depth = depth,
    .uncommitted = world_queue_memory_uncommitted,
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
    hosted->prefetch = config->prefetch;
    hosted->tickets =
        hosted->prefetch > 0 ? sim_allocate(hosted->prefetch, sizeof(*hosted->tickets)) : NULL;
    collect_all(hosted);
    hosted->when_full = config->when_full;
    enum model_p2p_status status = model_p2p_init(
        &hosted->ring, hosted->memory, size, config->capacity, sizeof(struct model_message));
    SIM_ASSERT(status == MODEL_P2P_OK);
    return &hosted->base;
}

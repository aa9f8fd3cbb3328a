/* producer_consumer as a hosted queue: each function hands on to the model. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "world/queue.h"

struct hosted {
    struct world_queue base;
    model_pc *model;
    const struct world_send_fields *send_fields; /* NULL: none */
};

static model_pc *model_of(const struct world_queue *queue)
{
    return ((const struct hosted *)queue)->model; /* the base is its first member */
}

/* What the message has in its field, or 0 when messages have no such field. */
static uint32_t read_field(
    const struct world_send_fields *fields,
    enum world_send_field which,
    const struct model_message *message)
{
    uint8_t place = fields->places[which];

    SIM_ASSERT(place <= MODEL_ATTRIBUTE_COUNT);
    return place == 0 ? 0 : message->attributes[place - 1];
}

static struct model_send_options read_options(
    const struct world_send_fields *fields, const struct model_message *message)
{
    uint32_t priority = read_field(fields, WORLD_SEND_PRIORITY, message);

    SIM_ASSERT(message != NULL);
    return (struct model_send_options){
        .priority = (uint8_t)(priority < MODEL_PC_PRIORITIES ? priority : MODEL_PC_PRIORITIES - 1),
        .delay = SIM_MILLISECOND * read_field(fields, WORLD_SEND_DELAY, message),
        .time_to_live = SIM_MILLISECOND * read_field(fields, WORLD_SEND_TIME_TO_LIVE, message),
    };
}

static enum model_send_result send(
    struct world_queue *queue,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    const struct world_send_fields *fields = ((const struct hosted *)queue)->send_fields;

    if (fields == NULL) {
        return model_pc_send(model_of(queue), message, now, outbox);
    }
    const struct model_send_options options = read_options(fields, message);
    return model_pc_send_with(model_of(queue), message, &options, now, outbox);
}

static bool receive(
    struct world_queue *queue,
    uint32_t consumer,
    sim_time now,
    struct world_delivery *out_delivery,
    struct model_outbox *outbox)
{
    struct model_delivery delivery;

    if (model_pc_receive(model_of(queue), consumer, now, &delivery, outbox) != MODEL_RECEIVED) {
        return false;
    }
    SIM_ASSERT(delivery.lease.consumer == consumer);
    out_delivery->message = delivery.message;
    out_delivery->lease = (struct world_lease){.queue = delivery.lease, .consumer = consumer};
    out_delivery->group = 0;
    return true;
}

static enum model_ack_result ack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    return model_pc_ack(model_of(queue), &lease->queue, now, outbox);
}

static enum model_ack_result nack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    return model_pc_nack(model_of(queue), &lease->queue, now, outbox);
}

static uint32_t join(
    struct world_queue *queue, uint32_t group, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(group == 0 && now >= 0 && outbox != NULL);
    return model_pc_join(model_of(queue));
}

/* Whoever holds a lease is trusted until it ends. */
static bool touch(struct world_queue *queue, uint32_t consumer, sim_time now)
{
    SIM_ASSERT(queue != NULL && consumer < UINT32_MAX && now >= 0);
    return true;
}

static void leave(
    struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    (void)model_pc_leave(model_of(queue), consumer, now, outbox);
}

static void committed(
    struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    model_pc_committed(model_of(queue), position, now, outbox);
}

static void expire(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    model_pc_expire(model_of(queue), now, outbox);
}

static sim_time next_deadline(const struct world_queue *queue)
{
    return model_pc_next_deadline(model_of(queue));
}

static bool replay(struct world_queue *queue, uint64_t position, const void *record, uint32_t size)
{
    return model_pc_replay(model_of(queue), position, record, size);
}

static void recovered(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    model_pc_recovered(model_of(queue), now, outbox);
}

static uint64_t depth(const struct world_queue *queue)
{
    return model_pc_depth(model_of(queue));
}

static uint64_t uncommitted(const struct world_queue *queue)
{
    return model_pc_counts_of(model_of(queue)).uncommitted;
}

static void visit_messages(const struct world_queue *queue, model_pc_visit_fn *visit, void *context)
{
    model_pc_visit(model_of(queue), visit, context);
}

static void check(const struct world_queue *queue)
{
    model_pc_check(model_of(queue));
}

static void destroy(struct world_queue *queue)
{
    model_pc_destroy(model_of(queue));
    free(queue);
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

struct world_queue *world_queue_pc_create(
    const struct world_queue_config *config, const struct model_store *store)
{
    struct hosted *hosted = sim_allocate(1, sizeof(*hosted));

    hosted->base.type = &type;
    hosted->model = model_pc_create(&config->queue, store);
    hosted->send_fields = config->send_fields;
    SIM_ASSERT(hosted->model != NULL);
    return &hosted->base;
}

const model_pc *world_queue_pc_model(const struct world_queue *queue)
{
    SIM_ASSERT(queue->type == &type);
    return model_of(queue);
}

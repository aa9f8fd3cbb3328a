/* Every operation on the model is followed by working off its outbox: first what it sends, then
 * what it says. That may cause further operations, whose outbox is the same: they are worked off by
 * the loop under way. A crash meanwhile empties the outbox, and ends the loop. */
/* SPDX-License-Identifier: MIT */
#include "world/replica.h"

#include "world/broker_state.h"
#include "world/datacenter.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/replica_look.h"

#define HEARTBEATS 5 /* in an election timeout */
#define BATCH_SIZE 65536
#define WINDOW     1024

static struct world *world_of(const struct world_replica *replica)
{
    return replica->broker->node.world;
}

/* The model's time never goes back. */
static sim_time tell_time(struct world_replica *replica)
{
    replica->told = MAX(replica->told, world_broker_clock(replica->broker));
    SIM_ASSERT(replica->told >= 0);
    return replica->told;
}

/* ---- what the model sends ---- */

static void send(struct world_replica *replica, const struct model_replica_message *message)
{
    struct world *world = world_of(replica);
    const struct world_node *to = &replica->group->brokers[message->to]->node;
    uint32_t parcel = world_parcels_put(
        &replica->group->parcels,
        &world->packets,
        message,
        replica->outbox.bytes + message->offset);
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_REPLICATE);
    struct world_packet *packet = world_broker_packet(replica->broker, slot);

    SIM_ASSERT(message->from == replica->number);
    packet->message.id = model_message_id(replica->broker->node.index, ++replica->sent);
    packet->message.size = MODEL_REPLICA_HEADER_SIZE + message->size;
    packet->message.born = world->run.now;
    packet->lease.consumer = replica->group->parcels.owner;
    packet->token = parcel;
    packet->from = world_node_end_point(&replica->broker->node);
    packet->to = world_node_end_point(to);
    world_link_send(world, slot, world_link_pipe(&replica->broker->node, to), 0);
}

/* ---- what the model says ---- */

/* It leads, and has the log: here is the queue. */
static void open_queue(struct world_replica *replica, uint64_t last)
{
    world_broker *broker = replica->broker;
    struct world_queue *queue =
        world_queue_create(&broker->config.hosted, model_replica_store(replica->model));

    SIM_ASSERT(broker->queue == NULL);
    if (!model_replica_is_serving(replica->model)) {
        world_queue_destroy(queue);
        return; /* it has been deposed since it said so */
    }
    world_replica_replay(replica->model, last, queue);
    replica->group->served++;
    world_incident_note(world_of(replica), "%s leads its queue", broker->node.path);
    world_broker_take_up(broker, queue);
}

static void answer_elsewhere(struct world_replica *replica, uint32_t slot)
{
    uint32_t leader =
        replica->model == NULL ? MODEL_REPLICA_NONE : model_replica_leader(replica->model);
    struct world_packet *packet = world_broker_packet(replica->broker, slot);

    SIM_ASSERT(packet->kind == WORLD_PACKET_SEND);
    replica->measures.redirected->value++;
    packet->lease.consumer = leader == MODEL_REPLICA_NONE || leader == replica->number
                                 ? WORLD_QUEUE_NOBODY
                                 : replica->group->brokers[leader]->node.index;
    world_link_answer(world_of(replica), slot, WORLD_PACKET_REDIRECT, 0);
}

/* What was sent and not confirmed may be in the log of the next leader, or not: the producer sends
 * it again. */
static void close_queue(struct world_replica *replica)
{
    world_broker *broker = replica->broker;
    struct world_fifo waiting = broker->unconfirmed;
    struct world_waiting next;

    SIM_ASSERT(replica->model != NULL);
    if (broker->queue == NULL) {
        return; /* it was deposed before it could serve */
    }
    broker->unconfirmed = (struct world_fifo){.ring = NULL};
    world_broker_lay_down(broker, WORLD_AUDIT_QUEUE_DEPOSED);
    while (world_fifo_pop(&waiting, &next)) {
        answer_elsewhere(replica, next.slot);
    }
    world_fifo_finish(&waiting);
}

static void commit(struct world_replica *replica, uint64_t index)
{
    world_broker *broker = replica->broker;

    world_replica_compare(replica, index);
    if (!world_broker_serves(broker)) {
        return;
    }
    SIM_ASSERT(index <= model_replica_committed(replica->model));
    broker->is_stuck = false;
    broker->queue->type->committed(
        broker->queue, index, world_broker_clock(broker), &broker->outbox);
    world_broker_settle(broker);
}

static void act_on(struct world_replica *replica, const struct model_replica_notice *notice)
{
    switch (notice->kind) {
    case MODEL_REPLICA_STORE:
        world_durable_pump(&replica->broker->durable);
        break;
    case MODEL_REPLICA_COMMITTED:
        commit(replica, notice->index);
        break;
    case MODEL_REPLICA_SERVING:
        open_queue(replica, notice->index);
        break;
    case MODEL_REPLICA_DEPOSED:
        close_queue(replica);
        break;
    case MODEL_REPLICA_CUT: /* counted by the model */
        replica->compared = MIN(replica->compared, notice->index);
        break;
    }
    SIM_ASSERT(notice->kind <= MODEL_REPLICA_CUT);
}

/* Does the next thing that is in the outbox; false: there is none. */
static bool work_off_one(struct world_replica *replica)
{
    const struct model_replica_outbox *outbox = &replica->outbox;

    SIM_ASSERT(replica->message_next <= outbox->message_count);
    if (replica->message_next < outbox->message_count) {
        struct model_replica_message message = outbox->messages[replica->message_next++];
        send(replica, &message);
        return true;
    }
    if (replica->notice_next < outbox->notice_count) {
        struct model_replica_notice notice = outbox->notices[replica->notice_next++];
        act_on(replica, &notice);
        return true;
    }
    return false;
}

static void clear_outbox(struct world_replica *replica)
{
    model_replica_outbox_clear(&replica->outbox);
    replica->message_next = 0;
    replica->notice_next = 0;
    SIM_ASSERT(replica->outbox.message_count == 0);
}

static void set_alarm(struct world_replica *replica)
{
    struct world_node *node = &replica->broker->node;
    sim_time deadline = model_replica_next_deadline(replica->model);

    SIM_ASSERT(replica->is_open);
    sim_time when = world_node_when(node, deadline); /* passed, when it was paused */
    world_alarm_set(&replica->alarm, MAX(when, node->world->run.now));
}

/* After every operation on the model. */
static void follow(struct world_replica *replica)
{
    if (replica->is_following) {
        return;
    }
    replica->is_following = true;
    while (work_off_one(replica)) {
    }
    replica->is_following = false;
    clear_outbox(replica);
    if (replica->model != NULL && replica->is_open) {
        world_replica_note(replica);
        set_alarm(replica);
    }
    SIM_ASSERT(replica->outbox.notice_count == 0);
}

/* ---- operations ---- */

void world_replica_pump(struct world_replica *replica)
{
    SIM_ASSERT(replica->model != NULL && replica->is_open);
    model_replica_pump(replica->model, tell_time(replica), &replica->outbox);
    follow(replica);
}

void world_replica_stored(struct world_node *node, uint64_t position)
{
    struct world_replica *replica = world_broker_of(node)->replica;

    SIM_ASSERT(replica->model != NULL);
    if (replica->is_open) {
        /* The queue also appends what nobody waits for, and says nothing of it. */
        model_replica_pump(replica->model, tell_time(replica), &replica->outbox);
        model_replica_stored(replica->model, position, tell_time(replica), &replica->outbox);
        follow(replica);
    }
}

static void receive(struct world_replica *replica, uint32_t slot)
{
    const struct world_packet *packet = world_broker_packet(replica->broker, slot);
    const struct world_parcel *parcel = world_parcels_at(&replica->group->parcels, packet->token);

    SIM_ASSERT(packet->lease.consumer == replica->group->parcels.owner);
    model_replica_receive(
        replica->model,
        &parcel->message,
        world_parcels_entries(&replica->group->parcels, parcel),
        tell_time(replica),
        &replica->outbox);
    world_packets_free(&world_of(replica)->packets, slot);
    follow(replica);
}

static void turn_away(struct world_replica *replica, uint32_t slot)
{
    struct world *world = world_of(replica);
    bool is_send = world_broker_packet(replica->broker, slot)->kind == WORLD_PACKET_SEND;

    SIM_ASSERT(!world_broker_serves(replica->broker));
    if (is_send && replica->model != NULL) {
        answer_elsewhere(replica, slot);
    } else {
        world_packets_free(&world->packets, slot);
    }
}

/* A leader whose lease is over learns so before it does anything as one. */
bool world_replica_takes(struct world_replica *replica, uint32_t slot)
{
    SIM_ASSERT(replica->model != NULL && replica->is_open);
    if (world_broker_packet(replica->broker, slot)->kind == WORLD_PACKET_REPLICATE) {
        receive(replica, slot);
        return true;
    }
    world_replica_pump(replica);
    if (!world_broker_serves(replica->broker)) {
        turn_away(replica, slot);
        return true;
    }
    return false;
}

/* ---- time ---- */

/* The payload is the life that the deadline belongs to. */
static void expire(void *context, uint64_t payload)
{
    struct world_replica *replica = context;
    struct world_node *node = &replica->broker->node;

    SIM_ASSERT(payload <= node->incarnation);
    if (payload == node->incarnation && replica->is_open &&
        !world_node_postpones(node, expire, replica, payload)) {
        model_replica_expire(replica->model, tell_time(replica), &replica->outbox);
        follow(replica);
    }
}

static void deadline(void *context)
{
    struct world_replica *replica = context;

    SIM_ASSERT(replica->is_open);
    expire(replica, replica->broker->node.incarnation);
}

/* An operation whose turn has come finds no queue. */
void world_replica_turn_away(struct world_replica *replica, uint32_t slot)
{
    SIM_ASSERT(replica->broker->node.up);
    turn_away(replica, slot);
}

void world_replica_clock_changed(struct world_replica *replica)
{
    SIM_ASSERT(!replica->is_following);
    if (replica->is_open) {
        set_alarm(replica);
    }
}

/* ---- life ---- */

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    SIM_ASSERT(position > 0);
    return model_replica_replay(context, position, record, size);
}

struct model_replica_config world_replica_config(const struct world_replica *replica)
{
    const struct world_replicas_config *config = &replica->group->config;

    SIM_ASSERT(replica->number < config->count);
    return (struct model_replica_config){
        .replica = replica->number,
        .replicas = config->count,
        .acks = config->acks,
        .election_timeout = config->election_timeout,
        .heartbeat = config->election_timeout / HEARTBEATS,
        .skew_ppm = WORLD_REPLICAS_SKEW_PPM,
        .batch_size = BATCH_SIZE,
        .window = WINDOW,
        .unclean_after = config->unclean_after,
    };
}

/* The payload is the life that has read its journal back. */
static void come_up(void *context, uint64_t incarnation)
{
    struct world_replica *replica = context;
    struct world_node *node = &replica->broker->node;

    if (node->incarnation != incarnation) {
        return;
    }
    SIM_ASSERT(node->up && !replica->is_open);
    if (!model_replica_recovered(replica->model, tell_time(replica), &replica->outbox)) {
        world_incident_note(node->world, "%s cannot use its log: a part is missing", node->path);
        world_node_crash(node);
        return;
    }
    replica->is_open = true;
    replica->compared = model_replica_committed(replica->model);
    follow(replica);
}

void world_replica_restart(struct world_replica *replica)
{
    world_broker *broker = replica->broker;
    struct model_replica_config config = world_replica_config(replica);
    struct sim_stream stream = sim_stream_of(&replica->elections, broker->node.incarnation);
    sim_time duration;

    SIM_ASSERT(replica->model == NULL && !replica->is_open);
    model_replica_destroy(replica->stored);
    replica->stored = NULL;
    world_durable_open(&broker->durable);
    replica->model = model_replica_create(&config, world_durable_store(&broker->durable), &stream);
    if (!world_durable_recover(&broker->durable, replay, replica->model, &duration)) {
        model_replica_destroy(replica->model);
        replica->model = NULL;
        return;
    }
    world_node_up_after(&broker->node, duration);
    (void)sim_run_after(
        &world_of(replica)->run, duration, come_up, replica, broker->node.incarnation);
}

void world_replica_crash(struct world_replica *replica)
{
    if (replica->model == NULL) {
        return;
    }
    world_replica_settle_counts(replica);
    model_replica_destroy(replica->model);
    replica->model = NULL;
    replica->is_open = false;
    replica->told = 0;
    clear_outbox(replica);
    world_alarm_cancel(&replica->alarm);
    sim_gauge_set(replica->measures.role, MODEL_REPLICA_FOLLOWER, world_of(replica)->run.now);
    SIM_ASSERT(replica->alarm.time == SIM_NEVER);
}

struct world_replica *world_replica_create(world_broker *broker, struct world_replicas *group)
{
    struct world_replica *replica = g_new0(struct world_replica, 1);

    SIM_ASSERT(group->count < group->config.count);
    replica->broker = broker;
    replica->group = group;
    replica->number = group->count++;
    group->brokers[replica->number] = broker;
    group->members[replica->number] = replica;
    model_replica_outbox_init(&replica->outbox);
    world_alarm_init(&replica->alarm, &broker->node.world->run, deadline, replica);
    replica->elections = world_node_stream(&broker->node, "elections");
    world_replica_open_measures(replica);
    return replica;
}

void world_replica_destroy(struct world_replica *replica)
{
    struct world_replicas *group = replica->group;

    model_replica_destroy(replica->model);
    model_replica_destroy(replica->stored);
    model_replica_outbox_finish(&replica->outbox);
    group->members[replica->number] = NULL;
    g_free(replica);
    SIM_ASSERT(group->count > 0);
    for (uint32_t i = 0; i < group->count; i++) {
        if (group->members[i] != NULL) {
            return;
        }
    }
    if (group->parcels.bytes != NULL) {
        world_parcels_finish(&group->parcels);
    }
    g_free(group);
}

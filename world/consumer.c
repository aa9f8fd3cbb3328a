/* A delivery is one packet from beginning to end: it waits in a FIFO for a worker, is in its hands
 * while an event with its slot is pending, goes to the ledger and comes back, and goes home as the
 * ack. What a worker had in its hands when the consumer crashed is dropped when its event fires. */
/* SPDX-License-Identifier: MIT */
#include "world/consumer.h"

#include "world/charges.h"
#include "world/draw.h"
#include "world/fifo.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/replicas.h"

struct counters {
    struct sim_counter *delivered;
    struct sim_counter *finished;
    struct sim_counter *given_back;
    struct sim_gauge *busy;
    struct sim_gauge *waiting;
    struct sim_tally *latency;
};

struct poison {
    world_handler_fn *handler;
    void *context;
};

struct world_consumer {
    struct world_node node;
    struct world_consumer_config config;
    struct world_node *broker;
    struct world_pipe *to_broker;
    uint32_t group;
    bool has_left;
    struct world_node *ledger; /* or NULL */
    struct world_pipe *to_ledger;
    struct sim_stream service;
    struct counters counters;
    struct world_fifo waiting;
    GArray *poisons;              /* of struct poison; NULL until the first */
    uint32_t busy;                /* workers */
    struct world_charges charges; /* with a charge_timeout */
};

static world_consumer *from_node(struct world_node *node)
{
    return (world_consumer *)node; /* the node is its first member */
}

static struct world_packet *packet_at(const world_consumer *consumer, uint32_t slot)
{
    SIM_ASSERT(slot < consumer->node.world->packets.capacity);
    return &consumer->node.world->packets.slots[slot];
}

/* Tells the gauges, once whatever happens at this instant has happened. */
static void note(world_consumer *consumer)
{
    const struct counters *counters = &consumer->counters;
    sim_time now = consumer->node.world->run.now;

    SIM_ASSERT(consumer->busy <= consumer->config.workers);
    if (counters->busy->value == consumer->busy &&
        counters->waiting->value == consumer->waiting.count) {
        return;
    }
    sim_gauge_set(counters->busy, consumer->busy, now);
    sim_gauge_set(counters->waiting, consumer->waiting.count, now);
}

/* ---- work ---- */

/* The way to its queue; of a replicated one, to that broker of it. */
static struct world_pipe *pipe_to(const world_consumer *consumer, uint32_t broker)
{
    SIM_ASSERT(consumer->broker != NULL);
    if (__builtin_expect(broker == consumer->broker->index, 1)) {
        return consumer->to_broker;
    }
    return world_link_pipe(&consumer->node, world_node_at(consumer->node.world, broker));
}

static void send_to(
    world_consumer *consumer, uint32_t slot, enum world_packet_kind kind, struct world_end_point to)
{
    struct world_packet *packet = packet_at(consumer, slot);

    SIM_ASSERT(consumer->node.up);
    packet->kind = (uint8_t)kind;
    packet->from = world_node_end_point(&consumer->node);
    packet->to = to;
    if (kind == WORLD_PACKET_CHARGE && consumer->config.charge_timeout > 0) {
        world_charges_add(&consumer->charges, slot, consumer->to_ledger);
    }
    world_link_send(
        consumer->node.world,
        slot,
        kind == WORLD_PACKET_CHARGE ? consumer->to_ledger : pipe_to(consumer, to.node),
        0);
}

static enum world_verdict judge_poison(
    const world_consumer *consumer, const struct model_message *message)
{
    enum world_verdict verdict = WORLD_ACK;

    for (uint32_t i = 0; consumer->poisons != NULL && i < consumer->poisons->len; i++) {
        const struct poison *poison = &g_array_index(consumer->poisons, struct poison, i);
        verdict = poison->handler(poison->context, message);
        if (verdict != WORLD_ACK) {
            break;
        }
    }
    SIM_ASSERT(verdict <= WORLD_CRASH);
    return verdict;
}

static enum world_verdict judge(const world_consumer *consumer, uint32_t slot)
{
    const struct world_consumer_config *config = &consumer->config;

    SIM_ASSERT(packet_at(consumer, slot)->kind == WORLD_PACKET_DELIVER);
    struct model_message shown = packet_at(consumer, slot)->message;
    enum world_verdict verdict = judge_poison(consumer, &shown);
    if (verdict != WORLD_ACK || config->handler == NULL) {
        return verdict;
    }
    return config->handler(config->handler_context, &shown);
}

/* Ends the delivery with an ack or a nack: as a call, where nothing lies between. */
static void give_back(world_consumer *consumer, uint32_t slot, bool is_ack)
{
    struct world_node *broker = consumer->broker;
    struct world_packet *packet = packet_at(consumer, slot);

    SIM_ASSERT(consumer->node.up && packet->kind != WORLD_PACKET_FREE);
    bool is_call =
        world_link_is_call(consumer->to_broker, broker) && packet->broker.node == broker->index &&
        packet->broker.incarnation == broker->incarnation && broker->type->take_back != NULL;
    if (is_call && broker->type->take_back(broker, &packet->lease, is_ack)) {
        world_link_count_call(consumer->to_broker->link, 1);
        world_packets_free(&consumer->node.world->packets, slot);
        return;
    }
    send_to(consumer, slot, is_ack ? WORLD_PACKET_ACK : WORLD_PACKET_NACK, packet->broker);
}

static void hand_on(world_consumer *consumer, uint32_t slot, enum world_verdict verdict)
{
    const struct world_packet *packet = packet_at(consumer, slot);

    SIM_ASSERT(packet->to.node == consumer->node.index);
    if (verdict == WORLD_NACK) {
        consumer->counters.given_back->value++;
        give_back(consumer, slot, false);
    } else if (consumer->ledger != NULL) {
        send_to(consumer, slot, WORLD_PACKET_CHARGE, world_node_end_point(consumer->ledger));
    } else {
        consumer->counters.finished->value++;
        world_settled(
            consumer->node.world, consumer->node.index, packet, consumer->counters.latency);
        give_back(consumer, slot, true);
    }
}

static void begin(world_consumer *consumer, uint32_t slot);

static bool is_of_this_life(const world_consumer *consumer, uint32_t slot)
{
    const struct world_packet *packet = packet_at(consumer, slot);

    SIM_ASSERT(packet->to.node == consumer->node.index);
    return packet->to.incarnation == consumer->node.incarnation;
}

static void let_go(const world_consumer *consumer, uint32_t slot)
{
    struct world_end_point self = world_node_end_point(&consumer->node);

    SIM_ASSERT(packet_at(consumer, slot)->to.node == self.node);
    world_invariant_let_go(consumer->node.world, self, packet_at(consumer, slot)->message.id);
}

/* What comes of the message, which the consumer may not outlive: then it is WORLD_CRASH, as for one
 * from an earlier life, and the packet is freed. */
static enum world_verdict verdict_on(world_consumer *consumer, uint32_t slot)
{
    enum world_verdict verdict = WORLD_ACK;
    bool is_judged = consumer->config.handler != NULL || consumer->poisons != NULL;

    SIM_ASSERT(consumer->node.incarnation > 0);
    if (is_judged && is_of_this_life(consumer, slot)) {
        verdict = judge(consumer, slot);
    }
    if (verdict == WORLD_CRASH) {
        world_node_crash(&consumer->node);
    }
    if (!is_of_this_life(consumer, slot)) { /* the handler, too, may have it crash */
        world_packets_free(&consumer->node.world->packets, slot);
        return WORLD_CRASH;
    }
    return verdict;
}

static void finish(void *context, uint64_t payload)
{
    world_consumer *consumer = context;
    uint32_t slot = (uint32_t)payload;
    struct world_waiting next;

    if (world_node_postpones(&consumer->node, finish, consumer, payload)) {
        return;
    }
    enum world_verdict verdict = verdict_on(consumer, slot);
    if (verdict == WORLD_CRASH) {
        return;
    }
    SIM_ASSERT(consumer->busy > 0);
    consumer->busy--;
    if (consumer->node.world->invariants != NULL) {
        let_go(consumer, slot);
    }
    if (world_fifo_pop(&consumer->waiting, &next)) {
        begin(consumer, next.slot);
    }
    hand_on(consumer, slot, verdict);
    note(consumer);
}

/* Until the interval is over that it is now. */
static sim_time wait_for_batch(const world_consumer *consumer)
{
    sim_time batch = consumer->config.batch;

    SIM_ASSERT(batch >= 0);
    return batch == 0 ? 0 : batch - consumer->node.world->run.now % batch;
}

static void begin(world_consumer *consumer, uint32_t slot)
{
    const struct world_packet *packet = packet_at(consumer, slot);
    sim_time service = sim_dist_draw_time_of(
        &consumer->config.service,
        &consumer->service,
        world_draw_packet(consumer->node.world, packet));
    service = world_node_work(&consumer->node, service) + wait_for_batch(consumer);

    SIM_ASSERT(packet->to.incarnation == consumer->node.incarnation);
    consumer->busy++;
    if (consumer->node.world->invariants != NULL) {
        world_invariant_hold(consumer->node.world, packet->to, packet->message.id, packet->group);
    }
    (void)sim_run_after(&consumer->node.world->run, service, finish, consumer, slot);
}

static void accept_delivery(world_consumer *consumer, uint32_t slot)
{
    consumer->counters.delivered->value++;
    if (consumer->busy < consumer->config.workers) {
        begin(consumer, slot);
        return;
    }
    SIM_ASSERT(consumer->busy == consumer->config.workers);
    world_fifo_push(&consumer->waiting, (struct world_waiting){.slot = slot});
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_consumer *consumer = from_node(node);
    const struct world_packet *packet = packet_at(consumer, slot);

    if (packet->kind == WORLD_PACKET_DELIVER) {
        accept_delivery(consumer, slot);
        note(consumer);
        return;
    }
    SIM_ASSERT(packet->kind == WORLD_PACKET_CHARGED && consumer->ledger != NULL);
    if (consumer->config.charge_timeout > 0 && !world_charges_answered(&consumer->charges, slot)) {
        world_packets_free(&node->world->packets, slot); /* the second answer */
        return;
    }
    consumer->counters.finished->value++;
    give_back(consumer, slot, true);
}

/* ---- a node's life ---- */

/* To its queue; of a replicated one to every broker, for any may lead. */
static void tell_queue(world_consumer *consumer, enum world_packet_kind kind)
{
    struct world *world = consumer->node.world;
    struct world_node *broker;

    SIM_ASSERT(kind == WORLD_PACKET_SUBSCRIBE || kind == WORLD_PACKET_LEAVE);
    for (uint32_t i = 0; (broker = world_replicas_node(consumer->broker, i)) != NULL; i++) {
        uint32_t slot = world_packets_take(&world->packets, kind);
        packet_at(consumer, slot)->group = (uint8_t)consumer->group;
        send_to(consumer, slot, kind, world_node_end_point(broker));
    }
}

/* Said again and again, since neither side is told when the other crashes. */
static void subscribe(void *context, uint64_t payload)
{
    world_consumer *consumer = context;
    struct world *world = consumer->node.world;

    SIM_ASSERT(payload == 0);
    if (world_node_postpones(&consumer->node, subscribe, consumer, payload)) {
        return;
    }
    if (consumer->node.up && !consumer->has_left) {
        tell_queue(consumer, WORLD_PACKET_SUBSCRIBE);
    }
    sim_time interval = world_node_wait(&consumer->node, consumer->config.subscribe_every);
    (void)sim_run_after(&world->run, interval, subscribe, consumer, 0);
}

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_consumer *consumer = (const world_consumer *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (consumer->broker == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "consumer %s takes from no queue: connect it with tb.connect(queue, consumer)",
            node->path);
    }
    return consumer->broker != NULL;
}

static void start(struct world_node *node)
{
    world_node_up(node);
    subscribe(from_node(node), 0);
}

static void crash(struct world_node *node)
{
    world_consumer *consumer = from_node(node);
    struct world_waiting waiting;

    while (world_fifo_pop(&consumer->waiting, &waiting)) {
        world_packets_free(&node->world->packets, waiting.slot);
    }
    SIM_ASSERT(consumer->waiting.count == 0);
    if (consumer->config.charge_timeout > 0) {
        world_charges_clear(&consumer->charges);
    }
    consumer->busy = 0;
    note(consumer);
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const world_consumer *consumer = from_node(node);

    SIM_ASSERT(visit != NULL);
    if (consumer->config.charge_timeout > 0) {
        world_charges_visit(&consumer->charges, visit, context);
    }
}

static void verify(const struct world_node *node)
{
    const world_consumer *consumer = (const world_consumer *)node;
    const struct counters *counters = &consumer->counters;

    world_fifo_check(&consumer->waiting);
    if (consumer->config.charge_timeout > 0) {
        world_charges_check(&consumer->charges);
    }
    SIM_ASSERT(consumer->busy <= consumer->config.workers);
    SIM_ASSERT(consumer->waiting.count == 0 || consumer->busy == consumer->config.workers);
    SIM_ASSERT(node->up || consumer->busy == 0);
    SIM_ASSERT(counters->busy->value == consumer->busy);
    SIM_ASSERT(counters->waiting->value == consumer->waiting.count);
    SIM_ASSERT(
        counters->finished->value + counters->given_back->value <= counters->delivered->value);
}

static void destroy(struct world_node *node)
{
    world_consumer *consumer = from_node(node);

    world_fifo_finish(&consumer->waiting);
    if (consumer->config.charge_timeout > 0) {
        world_charges_finish(&consumer->charges);
    }
    if (consumer->poisons != NULL) {
        g_array_unref(consumer->poisons);
    }
    world_node_finish(node);
    g_free(consumer);
}

static const struct world_node_type consumer_type = {
    .name = "consumer",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW | WORLD_FEELS_SKEW,
    .is_complete = is_complete,
    .start = start,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .visit = visit_messages,
    .verify = verify,
    .destroy = destroy,
};

world_consumer *world_consumer_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_consumer_config *config,
    GError **error)
{
    world_consumer *consumer = g_new0(world_consumer, 1);

    SIM_ASSERT(config->workers > 0 && config->subscribe_every > 0);
    consumer->config = *config;
    if (!world_node_init(&consumer->node, &consumer_type, datacenter, name, error)) {
        g_free(consumer);
        return NULL;
    }
    consumer->service = world_node_stream(&consumer->node, "service");
    if (config->charge_timeout > 0) {
        world_charges_init(&consumer->charges, &consumer->node, config->charge_timeout);
    }
    consumer->counters = (struct counters){
        .delivered = world_node_counter(&consumer->node, "delivered", "messages"),
        .finished = world_node_counter(&consumer->node, "finished", "messages"),
        .given_back = world_node_counter(&consumer->node, "given_back", "messages"),
        .busy = world_node_gauge(&consumer->node, "busy", "workers"),
        .waiting = world_node_gauge(&consumer->node, "waiting", "messages"),
        .latency = world_node_tally(&consumer->node, "latency", "ns"),
    };
    return consumer;
}

bool world_consumer_connect(world_consumer *consumer, struct world_node *broker, GError **error)
{
    if (!world_link_connect(&consumer->node, WORLD_TAKES_FROM, broker, &consumer->broker, error)) {
        return false;
    }
    consumer->to_broker = world_link_pipe(&consumer->node, broker);
    return true;
}

bool world_consumer_connect_group(
    world_consumer *consumer, struct world_node *broker, uint32_t group, GError **error)
{
    SIM_ASSERT(group < WORLD_GROUPS_MAX);
    consumer->group = group;
    return world_consumer_connect(consumer, broker, error);
}

void world_consumer_leave(world_consumer *consumer)
{
    SIM_ASSERT(consumer->broker != NULL || !consumer->node.up);
    if (consumer->has_left) {
        return;
    }
    consumer->has_left = true;
    if (consumer->node.up) {
        tell_queue(consumer, WORLD_PACKET_LEAVE);
    }
}

void world_consumer_join(world_consumer *consumer)
{
    SIM_ASSERT(consumer->broker != NULL || !consumer->node.up);
    consumer->has_left = false; /* it says so when it subscribes next */
}

bool world_consumer_charge_to(world_consumer *consumer, struct world_node *ledger, GError **error)
{
    if (!world_link_connect(&consumer->node, WORLD_CHARGES_TO, ledger, &consumer->ledger, error)) {
        return false;
    }
    consumer->to_ledger = world_link_pipe(&consumer->node, ledger);
    return true;
}

void world_consumer_poison(world_consumer *consumer, world_handler_fn *handler, void *context)
{
    struct poison added = {.handler = handler, .context = context};

    SIM_ASSERT(handler != NULL);
    if (consumer->poisons == NULL) {
        consumer->poisons = g_array_new(FALSE, FALSE, sizeof(struct poison));
    }
    g_array_append_val(consumer->poisons, added);
}

struct world_node *world_consumer_node(world_consumer *consumer)
{
    return &consumer->node;
}

uint32_t world_consumer_workers(const world_consumer *consumer)
{
    return consumer->config.workers;
}

struct sim_tally *world_consumer_latency(world_consumer *consumer)
{
    return consumer->counters.latency;
}

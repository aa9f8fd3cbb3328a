/* An entry of the buffer waits in line for the window, is under way until its deadline, or backs
 * off until its timer has it sent again. All deadlines are equally far, so the line of those under
 * way needs one alarm. The packet carries the entry's index as its token, and the message's id
 * tells whether the answer is for what the entry holds now. */
/* SPDX-License-Identifier: MIT */
#include "world/producer.h"

#include "world/alarm.h"
#include "world/buffer.h"
#include "world/invariant.h"
#include "world/link.h"

struct counters {
    struct sim_counter *arrived;
    struct sim_counter *turned_away;
    struct sim_counter *refused;
    struct sim_counter *sent;
    struct sim_counter *resent;
    struct sim_counter *confirmed;
    struct sim_counter *buffer_lost;
    struct sim_gauge *held;
};

struct world_producer {
    struct world_node node;
    struct world_producer_config config;
    struct world_node *broker;
    struct world_pipe *pipe; /* to the broker */
    GPtrArray *followers;    /* of world_producer: they send to the same; NULL: none */
    struct world_recipe recipe;
    struct world_source source;
    struct sim_stream backoff;
    struct counters counters;
    struct world_buffer buffer;
    struct world_alarm linger;   /* while it is set, nothing that waits is sent */
    struct world_alarm deadline; /* of the first that is under way */
    sim_time deadline_last;      /* of the last that was sent: a clock that is off orders nothing */
    struct world_rewrites rewrites;
    bool is_sending;
};

static world_producer *from_node(struct world_node *node)
{
    return (world_producer *)node; /* the node is its first member */
}

static sim_time now_of(const world_producer *producer)
{
    return producer->node.world->run.now;
}

static struct world_held *held_at(const world_producer *producer, uint32_t index)
{
    SIM_ASSERT(index < producer->buffer.capacity);
    return &producer->buffer.held[index];
}

static void note_held(world_producer *producer)
{
    SIM_ASSERT(producer->buffer.count <= producer->config.buffer);
    sim_gauge_set(producer->counters.held, producer->buffer.count, now_of(producer));
}

/* ---- sending ---- */

static void transmit(world_producer *producer, uint32_t index)
{
    struct world *world = producer->node.world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_SEND);
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(producer->node.up);
    packet->message = held->message;
    packet->from = world_node_end_point(&producer->node);
    packet->to = world_node_end_point(producer->broker);
    packet->token = index;
    packet->sendings = held->sendings;

    held->sendings = (uint16_t)MIN(held->sendings + 1, UINT16_MAX);
    producer->counters.sent->value++;
    sim_time timeout = world_node_wait(&producer->node, producer->config.timeout);
    producer->deadline_last =
        MAX(producer->deadline_last, world_time_after(world->run.now, timeout));
    world_buffer_sent(&producer->buffer, index, producer->deadline_last);
    world_alarm_set(&producer->deadline, held->deadline);
    world_link_send(world, slot, producer->pipe, 0);
}

/* Doubles with each sending up to its maximum; between half of that and all of it, at random, so
 * that a crowd does not come back as one. */
static sim_time backoff(const world_producer *producer, const struct world_held *held)
{
    sim_time delay = producer->config.backoff_first;

    for (uint32_t i = 1; i < held->sendings && delay < producer->config.backoff_max; i++) {
        delay = delay > producer->config.backoff_max / 2 ? producer->config.backoff_max : 2 * delay;
    }

    struct sim_stream stream =
        sim_stream_of(&producer->backoff, model_message_sequence(held->message.id));
    stream.counter += held->sendings;
    sim_time jitter = (sim_time)sim_stream_below(&stream, (uint64_t)delay / 2 + 1);
    SIM_ASSERT(jitter <= delay);
    return delay - jitter;
}

static void send_again(void *context, uint64_t payload)
{
    world_producer *producer = context;

    SIM_ASSERT(held_at(producer, (uint32_t)payload)->state == WORLD_HELD_APART);
    producer->counters.resent->value++;
    transmit(producer, (uint32_t)payload);
}

static void back_off(world_producer *producer, uint32_t index)
{
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(held->state == WORLD_HELD_APART);
    sim_time delay = world_node_wait(&producer->node, backoff(producer, held));
    held->timer = sim_run_after(&producer->node.world->run, delay, send_again, producer, index);
}

static void time_out(void *context)
{
    world_producer *producer = context;
    uint32_t index = world_buffer_next_overdue(&producer->buffer, now_of(producer));

    while (index != WORLD_BUFFER_NONE) {
        back_off(producer, index);
        index = world_buffer_next_overdue(&producer->buffer, now_of(producer));
    }
    world_alarm_set(&producer->deadline, world_buffer_next_deadline(&producer->buffer));
}

static bool may_send(const world_producer *producer)
{
    const struct world_buffer *buffer = &producer->buffer;

    SIM_ASSERT(buffer->waiting_count <= buffer->count);
    return buffer->waiting_count > 0 && producer->linger.time == SIM_NEVER &&
           buffer->count - buffer->waiting_count < producer->config.window;
}

/* An answer that comes at once asks for more to be sent: it will be, by the loop under way. */
static void send_waiting(world_producer *producer)
{
    if (producer->is_sending) {
        return;
    }
    producer->is_sending = true;
    while (may_send(producer)) {
        transmit(producer, world_buffer_next_waiting(&producer->buffer));
    }
    producer->is_sending = false;
    SIM_ASSERT(producer->buffer.count - producer->buffer.waiting_count <= producer->config.window);
}

/* A message has come to wait: have it sent when its time to linger is over, or at once. */
static void linger(world_producer *producer)
{
    SIM_ASSERT(producer->buffer.waiting_count > 0);
    if (producer->config.linger > 0) {
        sim_time linger_for = world_node_wait(&producer->node, producer->config.linger);
        world_alarm_set(&producer->linger, world_time_after(now_of(producer), linger_for));
    }
    send_waiting(producer);
}

static void stop_lingering(void *context)
{
    world_producer *producer = context;

    SIM_ASSERT(producer->config.linger > 0);
    send_waiting(producer);
}

/* ---- arrivals ---- */

/* Nothing lies between the producer and its queue: the message is sent and answered in one call,
 * without ever being in the buffer; or WORLD_OFFER_LATER. */
static enum world_offer offer(world_producer *producer, const struct model_message *message)
{
    const struct world_buffer *buffer = &producer->buffer;
    struct world_node *broker = producer->broker;

    SIM_ASSERT(buffer->count < producer->config.buffer);
    if (broker->type->offer == NULL || producer->config.linger > 0 || buffer->waiting_count > 0 ||
        buffer->count >= producer->config.window || !world_link_is_call(producer->pipe, broker)) {
        return WORLD_OFFER_LATER;
    }
    enum world_offer answer = broker->type->offer(broker, message);
    if (answer != WORLD_OFFER_LATER) {
        world_link_count_call(producer->pipe->link, 2);
        sim_gauge_touch(producer->counters.held, buffer->count + 1);
        producer->counters.sent->value++;
    }
    return answer;
}

/* The buffer takes the message, to send it, or to send it again. */
static void keep(world_producer *producer, const struct model_message *message, bool was_offered)
{
    uint32_t index = world_buffer_take(&producer->buffer);
    struct world_held *held = held_at(producer, index);

    SIM_ASSERT(held->state == WORLD_HELD_APART);
    held->message = *message;
    held->sendings = was_offered;
    note_held(producer);
    if (was_offered) {
        back_off(producer, index);
    } else {
        world_buffer_wait(&producer->buffer, index);
        linger(producer);
    }
}

static void send(world_producer *producer, const struct model_message *message)
{
    enum world_offer answer = offer(producer, message);

    SIM_ASSERT(answer <= WORLD_OFFER_REFUSED);
    if (answer == WORLD_OFFER_CONFIRMED) {
        producer->counters.confirmed->value++;
    } else if (answer == WORLD_OFFER_REFUSED) {
        producer->counters.refused->value++;
    } else {
        keep(producer, message, answer == WORLD_OFFER_FULL);
    }
}

static void take_in(
    world_producer *producer, uint64_t id, const struct sim_recording_entry *recorded)
{
    struct world *world = producer->node.world;

    world_audit_taken_in(world->audit, id, producer->node.index);
    struct model_message message = world_recipe_compose(&producer->recipe, id, world->run.now);
    if (recorded != NULL) {
        message.key = recorded->key;
        message.value = recorded->value;
    }
    world_rewrites_apply(&producer->rewrites, &message);
    SIM_ASSERT(message.id == id);
    world_trace_content(world, producer->node.index, &message);
    if (world->invariants != NULL) {
        world_invariant_born(world, &message);
    }
    send(producer, &message);
}

static void arrive(void *context, const struct sim_recording_entry *recorded)
{
    world_producer *producer = context;
    world_audit *audit = producer->node.world->audit;
    uint64_t id = model_message_id(producer->node.index, producer->counters.arrived->value++);

    if (!producer->node.up) {
        producer->counters.turned_away->value++;
        world_audit_report(audit, WORLD_AUDIT_TURNED_AWAY, id, producer->node.index);
    } else if (producer->buffer.count == producer->config.buffer) {
        producer->counters.refused->value++;
        world_audit_report(audit, WORLD_AUDIT_REFUSED, id, producer->node.index);
    } else {
        take_in(producer, id, recorded);
    }
    SIM_ASSERT(producer->is_sending == false);
}

/* ---- answers ---- */

/* Takes the message that the answer is for out of its line, or cancels its timer; returns false
 * when it has been answered before. */
static bool take_answered(world_producer *producer, const struct world_packet *packet)
{
    const struct world_held *held = held_at(producer, packet->token);

    if (held->message.id != packet->message.id) {
        return false;
    }
    if (held->state == WORLD_HELD_UNDER_WAY) {
        world_buffer_answered(&producer->buffer, packet->token);
        return true;
    }
    if (held->state == WORLD_HELD_APART) {
        bool was_pending = sim_fel_cancel(producer->node.world->run.fel, held->timer);
        SIM_ASSERT(was_pending);
        return true;
    }
    return false;
}

static void answered(world_producer *producer, const struct world_packet *packet)
{
    if (!take_answered(producer, packet)) {
        return;
    }
    if (packet->kind == WORLD_PACKET_FULL) {
        back_off(producer, packet->token);
        return;
    }
    SIM_ASSERT(packet->kind == WORLD_PACKET_CONFIRM || packet->kind == WORLD_PACKET_REFUSE);
    struct sim_counter *outcome = packet->kind == WORLD_PACKET_CONFIRM
                                      ? producer->counters.confirmed
                                      : producer->counters.refused;
    outcome->value++;
    world_buffer_release(&producer->buffer, packet->token);
    note_held(producer);
    send_waiting(producer);
}

static void receive(struct world_node *node, uint32_t slot)
{
    const struct world_packet *answer = &node->world->packets.slots[slot];

    SIM_ASSERT(answer->kind != WORLD_PACKET_FREE);
    answered(from_node(node), answer);
    world_packets_free(&node->world->packets, slot);
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_producer *producer = (const world_producer *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (producer->broker == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "producer %s sends to no queue: connect it with tb.connect(producer, queue)",
            node->path);
    }
    return producer->broker != NULL;
}

static void start(struct world_node *node)
{
    world_node_up(node);
    world_source_start(&from_node(node)->source);
}

static void crash(struct world_node *node)
{
    world_producer *producer = from_node(node);
    struct world_buffer *buffer = &producer->buffer;

    SIM_ASSERT(!producer->is_sending);
    for (uint32_t i = 0; i < buffer->capacity; i++) {
        const struct world_held *held = &buffer->held[i];
        if (held->state == WORLD_HELD_FREE) {
            continue;
        }
        if (held->state == WORLD_HELD_APART) {
            bool was_pending = sim_fel_cancel(node->world->run.fel, held->timer);
            SIM_ASSERT(was_pending);
        }
        producer->counters.buffer_lost->value++;
        world_audit_report(
            node->world->audit, WORLD_AUDIT_BUFFER_LOST, held->message.id, node->index);
    }
    world_buffer_clear(buffer);
    world_alarm_cancel(&producer->linger);
    world_alarm_cancel(&producer->deadline);
    note_held(producer);
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const struct world_buffer *buffer = &from_node(node)->buffer;
    uint32_t visited = 0;

    for (uint32_t i = 0; i < buffer->capacity; i++) {
        if (buffer->held[i].state != WORLD_HELD_FREE) {
            visit(context, &buffer->held[i].message);
            visited++;
        }
    }
    SIM_ASSERT(visited == buffer->count);
}

static bool level(const struct world_node *node, struct world_node_level *out_level)
{
    const world_producer *producer = (const world_producer *)node;

    SIM_ASSERT(producer->config.buffer > 0);
    out_level->most = producer->counters.held->max;
    out_level->capacity = producer->config.buffer;
    return true;
}

static void verify(const struct world_node *node)
{
    const world_producer *producer = (const world_producer *)node;
    const struct world_buffer *buffer = &producer->buffer;

    world_buffer_check(buffer);
    world_alarm_check(&producer->linger);
    world_alarm_check(&producer->deadline);
    SIM_ASSERT(producer->deadline.time <= world_buffer_next_deadline(buffer));
    SIM_ASSERT(buffer->count - buffer->waiting_count <= producer->config.window);
    SIM_ASSERT(buffer->count == producer->counters.held->value);
    SIM_ASSERT(node->up || buffer->count == 0);
    SIM_ASSERT(!producer->is_sending);
}

static void destroy(struct world_node *node)
{
    world_producer *producer = from_node(node);

    world_node_finish(node);
    world_source_finish(&producer->source);
    world_buffer_finish(&producer->buffer);
    world_rewrites_finish(&producer->rewrites);
    if (producer->followers != NULL) {
        g_ptr_array_unref(producer->followers);
    }
    g_free(producer);
}

static const struct world_node_type producer_type = {
    .name = "producer",
    .feels = WORLD_FEELS_SKEW,
    .is_complete = is_complete,
    .start = start,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .visit = visit_messages,
    .level = level,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_producer *producer)
{
    const struct world_node *node = &producer->node;

    producer->counters = (struct counters){
        .arrived = world_node_counter(node, "arrived", "messages"),
        .turned_away = world_node_counter(node, "turned_away", "messages"),
        .refused = world_node_counter(node, "refused", "messages"),
        .sent = world_node_counter(node, "sent", "packets"),
        .resent = world_node_counter(node, "resent", "packets"),
        .confirmed = world_node_counter(node, "confirmed", "messages"),
        .buffer_lost = world_node_counter(node, "buffer_lost", "messages"),
        .held = world_node_gauge(node, "held", "messages"),
    };
    SIM_ASSERT(producer->counters.arrived->value == 0);
}

world_producer *world_producer_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_producer_config *config,
    GError **error)
{
    world_producer *producer = g_new0(world_producer, 1);

    SIM_ASSERT(config->buffer > 0 && config->window > 0 && config->timeout > 0);
    SIM_ASSERT(config->linger >= 0);
    SIM_ASSERT(config->backoff_first > 0 && config->backoff_max >= config->backoff_first);
    producer->config = *config;
    if (!world_node_init(&producer->node, &producer_type, datacenter, name, error)) {
        g_free(producer);
        return NULL;
    }
    struct sim_run *run = &producer->node.world->run;
    world_recipe_open(&producer->recipe, &config->recipe, &producer->node);
    world_source_init(&producer->source, &config->source, &producer->node, arrive);
    world_buffer_init(&producer->buffer, config->buffer);
    world_alarm_init(&producer->linger, run, stop_lingering, producer);
    world_alarm_init(&producer->deadline, run, time_out, producer);
    producer->backoff = world_node_stream(&producer->node, "backoff");
    open_counters(producer);
    return producer;
}

bool world_producer_connect(world_producer *producer, struct world_node *broker, GError **error)
{
    if (!world_link_connect(&producer->node, WORLD_SENDS_TO, broker, &producer->broker, error)) {
        return false;
    }
    producer->pipe = world_link_pipe(&producer->node, broker);
    for (uint32_t i = 0; producer->followers != NULL && i < producer->followers->len; i++) {
        if (!world_producer_connect(g_ptr_array_index(producer->followers, i), broker, error)) {
            return false;
        }
    }
    return true;
}

struct world_node *world_producer_node(world_producer *producer)
{
    return &producer->node;
}

void world_producer_send(world_producer *producer, const struct world_producer_order *order)
{
    struct sim_recording_entry entry = {.time = now_of(producer)};

    SIM_ASSERT(producer->node.world->started && !producer->is_sending);
    if (order == NULL) {
        arrive(producer, NULL);
        return;
    }
    entry.key = order->key;
    entry.value = order->value;
    arrive(producer, &entry);
}

uint32_t world_producer_held(const world_producer *producer)
{
    return producer->buffer.count;
}

struct world_source *world_producer_source(world_producer *producer)
{
    return &producer->source;
}

const struct world_recipe_config *world_producer_recipe(const world_producer *producer)
{
    return &producer->config.recipe;
}

world_producer *world_producer_add_like(
    world_producer *like,
    const char *name,
    const struct world_source_config *source,
    const struct world_recipe_config *recipe,
    GError **error)
{
    struct world_producer_config config = like->config;

    config.source = *source;
    config.recipe = *recipe;
    world_producer *made = world_producer_add(like->node.datacenter, name, &config, error);
    if (made == NULL) {
        return NULL;
    }
    SIM_ASSERT(made->broker == NULL);
    if (like->broker != NULL) {
        return world_producer_connect(made, like->broker, error) ? made : NULL;
    }
    if (like->followers == NULL) {
        like->followers = g_ptr_array_new();
    }
    g_ptr_array_add(like->followers, made);
    return made;
}

struct world_rewrites *world_producer_rewrites(world_producer *producer)
{
    return &producer->rewrites;
}

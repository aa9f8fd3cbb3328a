/* How a producer is made, crashes and restarts. How it sends: producer_send.c. */
/* SPDX-License-Identifier: MIT */
#include "world/link.h"
#include "world/producer_state.h"

static struct world_producer_counters open_counters(const struct world_node *node)
{
    SIM_ASSERT(node->path != NULL);
    return (struct world_producer_counters){
        .arrived = world_node_counter(node, "arrived", "messages"),
        .turned_away = world_node_counter(node, "turned_away", "messages"),
        .refused = world_node_counter(node, "refused", "messages"),
        .sent = world_node_counter(node, "sent", "packets"),
        .resent = world_node_counter(node, "resent", "packets"),
        .confirmed = world_node_counter(node, "confirmed", "messages"),
        .buffer_lost = world_node_counter(node, "buffer_lost", "messages"),
        .held = world_node_gauge(node, "held", "messages"),
    };
}

void world_producer_open(world_producer *producer)
{
    struct sim_run *run = &producer->node.world->run;
    struct world_outgoing *out = g_new0(struct world_outgoing, 1);

    SIM_ASSERT(producer->out == NULL);
    producer->out = out;
    world_recipe_open(&out->recipe, &producer->config->recipe, &producer->node);
    out->backoff = world_node_stream(&producer->node, "backoff");
    out->counters = open_counters(&producer->node);
    world_buffer_init(&out->buffer, producer->config->buffer);
    world_alarm_init(&out->linger, run, world_producer_stop_lingering, producer);
    world_alarm_init(&out->deadline, run, world_producer_time_out, producer);
}

static void open_measures(struct world_node *node)
{
    world_producer *producer = world_producer_of(node);

    if (producer->out == NULL) {
        world_producer_open(producer);
    }
    SIM_ASSERT(producer->out->counters.held != NULL);
}

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_producer *producer = (const world_producer *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_route_is_complete(&producer->route, node, error);
}

static void start(struct world_node *node)
{
    world_node_up(node);
    world_source_start(&world_producer_of(node)->source);
}

static void crash(struct world_node *node)
{
    world_producer *producer = world_producer_of(node);

    SIM_ASSERT(!producer->is_sending);
    if (producer->out == NULL) {
        return;
    }
    struct world_buffer *buffer = &producer->out->buffer;
    for (uint32_t i = 0; i < buffer->capacity; i++) {
        const struct world_held *held = &buffer->held[i];
        if (held->state == WORLD_HELD_FREE) {
            continue;
        }
        if (held->state == WORLD_HELD_APART) {
            bool was_pending = sim_fel_cancel(node->world->run.fel, held->timer);
            SIM_ASSERT(was_pending);
        }
        producer->out->counters.buffer_lost->value++;
        world_audit_report(
            node->world->audit, WORLD_AUDIT_BUFFER_LOST, held->message.id, node->index);
    }
    world_buffer_clear(buffer);
    world_alarm_cancel(&producer->out->linger);
    world_alarm_cancel(&producer->out->deadline);
    world_producer_note_held(producer);
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const struct world_outgoing *out = world_producer_of(node)->out;
    uint32_t visited = 0;

    if (out == NULL) {
        return;
    }
    const struct world_buffer *buffer = &out->buffer;
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

    SIM_ASSERT(producer->config->buffer > 0);
    out_level->most = producer->out == NULL ? 0 : producer->out->counters.held->max;
    out_level->capacity = producer->config->buffer;
    return true;
}

static void verify(const struct world_node *node)
{
    const world_producer *producer = (const world_producer *)node;
    const struct world_outgoing *out = producer->out;

    SIM_ASSERT(!producer->is_sending);
    if (out == NULL) {
        return;
    }
    const struct world_buffer *buffer = &out->buffer;
    world_buffer_check(buffer);
    world_alarm_check(&out->linger);
    world_alarm_check(&out->deadline);
    SIM_ASSERT(out->deadline.time <= world_buffer_next_deadline(buffer));
    SIM_ASSERT(buffer->count - buffer->waiting_count <= producer->config->window);
    SIM_ASSERT(buffer->count == out->counters.held->value);
    SIM_ASSERT(node->up || buffer->count == 0);
}

static void destroy(struct world_node *node)
{
    world_producer *producer = world_producer_of(node);

    world_node_finish(node);
    world_source_finish(&producer->source);
    if (producer->out != NULL) {
        world_recipe_close(&producer->out->recipe);
        world_buffer_finish(&producer->out->buffer);
        g_free(producer->out);
    }
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
    .receive = world_producer_receive,
    .crash = crash,
    .restart = world_node_up,
    .visit = visit_messages,
    .level = level,
    .open_measures = open_measures,
    .verify = verify,
    .destroy = destroy,
};

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
    if (!world_node_init(&producer->node, &producer_type, datacenter, name, error)) {
        g_free(producer);
        return NULL;
    }
    struct world_producer_config shared = *config;
    shared.source = (struct world_source_config){.process = NULL};
    producer->config = world_share(producer->node.world, &shared, sizeof(shared));
    world_source_init(&producer->source, &config->source, &producer->node, world_producer_arrive);
    if (producer->node.index < WORLD_NODES_FEW) {
        world_producer_open(producer);
    }
    return producer;
}

bool world_producer_connect(world_producer *producer, struct world_node *broker, GError **error)
{
    if (!world_route_connect(&producer->route, &producer->node, broker, error)) {
        return false;
    }
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
    struct sim_recording_entry entry = {.time = world_producer_now(producer)};

    SIM_ASSERT(producer->node.world->started && !producer->is_sending);
    if (order == NULL) {
        world_producer_arrive(producer, NULL);
        return;
    }
    entry.key = order->key;
    entry.value = order->value;
    world_producer_arrive(producer, &entry);
}

uint32_t world_producer_held(const world_producer *producer)
{
    return producer->out == NULL ? 0 : producer->out->buffer.count;
}

struct world_source *world_producer_source(world_producer *producer)
{
    return &producer->source;
}

const struct world_recipe_config *world_producer_recipe(const world_producer *producer)
{
    return &producer->config->recipe;
}

world_producer *world_producer_add_like(
    world_producer *like,
    const char *name,
    const struct world_source_config *source,
    const struct world_recipe_config *recipe,
    GError **error)
{
    struct world_producer_config config = *like->config;

    config.source = *source;
    config.recipe = *recipe;
    world_producer *made = world_producer_add(like->node.datacenter, name, &config, error);
    if (made == NULL) {
        return NULL;
    }
    SIM_ASSERT(made->route.broker == NULL);
    if (like->route.broker != NULL) {
        return world_producer_connect(made, like->route.broker, error) ? made : NULL;
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

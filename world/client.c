/* A request is held in a buffer of the kind that producers have: under way until its deadline, or
 * apart until its backoff is over. The packet carries its index as its token. */
/* SPDX-License-Identifier: MIT */
#include "world/client.h"

#include "world/alarm.h"
#include "world/buffer.h"
#include "world/datacenter.h"
#include "world/link.h"

#define WHOLE_TRY 1000 /* the budget counts in thousandths */

struct counters {
    struct sim_counter *reads;
    struct sim_counter *writes;
    struct sim_counter *answered;
    struct sim_counter *tried_again;
    struct sim_counter *aborted;
    struct sim_counter *refused;
    struct sim_counter *timed_out;
    struct sim_counter *unaffordable; /* of those failed: no try was left in the budget */
    struct sim_counter *failed;
    struct sim_gauge *waiting;
    struct sim_tally *read_latency;
    struct sim_tally *write_latency;
};

struct world_client {
    struct world_node node;
    struct world_client_config config;
    struct world_node *target;
    struct world_pipe *pipe; /* to the target */
    struct world_recipe recipe;
    struct world_source source;
    struct sim_stream write;
    struct sim_stream backoff;
    struct counters counters;
    struct world_buffer buffer;
    struct world_alarm alarm; /* for the first deadline */
    uint64_t born;
    uint32_t saved; /* thousandths of a try again */
};

static world_client *from_node(struct world_node *node)
{
    return (world_client *)node; /* the node is its first member */
}

static sim_time now_of(const world_client *client)
{
    return client->node.world->run.now;
}

static struct world_held *held_at(const world_client *client, uint32_t index)
{
    SIM_ASSERT(index < client->buffer.capacity);
    return &client->buffer.held[index];
}

static bool is_write(const world_client *client, const struct model_message *message)
{
    struct sim_stream stream = sim_stream_of(&client->write, model_message_sequence(message->id));

    SIM_ASSERT(client->config.write_share >= 0 && client->config.write_share <= 1);
    return (client->config.writes_until == 0 || message->born <= client->config.writes_until) &&
           sim_stream_unit(&stream) < client->config.write_share;
}

/* The row that is as popular now as `key` is at first. */
static uint64_t drifted(const world_client *client, uint64_t key, sim_time now)
{
    const struct world_client_config *config = &client->config;

    if (config->keys == 0) {
        return key;
    }
    key %= config->keys;
    if (config->drift_every > 0) {
        uint64_t drifts = (uint64_t)(now / config->drift_every);
        key = (key + drifts % config->keys * (config->drift_by % config->keys)) % config->keys;
    }
    SIM_ASSERT(key < config->keys);
    return key;
}

static void note(world_client *client)
{
    SIM_ASSERT(client->buffer.count <= client->config.waiting_max);
    sim_gauge_set(client->counters.waiting, client->buffer.count, now_of(client));
}

/* ---- asking ---- */

static void transmit(world_client *client, uint32_t index)
{
    struct world *world = client->node.world;
    struct world_held *held = held_at(client, index);
    bool writes = is_write(client, &held->message);
    uint32_t slot =
        world_packets_take(&world->packets, writes ? WORLD_PACKET_PUT : WORLD_PACKET_GET);
    struct world_packet *packet = &world->packets.slots[slot];

    SIM_ASSERT(client->node.up);
    packet->message = held->message;
    packet->message.kind = writes ? (uint8_t)(client->config.write_rows - 1) : 0;
    packet->from = world_node_end_point(&client->node);
    packet->to = world_node_end_point(client->target);
    packet->token = index;
    packet->sendings = held->sendings++;
    world_buffer_sent(
        &client->buffer, index, world_time_after(now_of(client), client->config.timeout));
    world_alarm_set(&client->alarm, held->deadline);
    world_link_send(world, slot, client->pipe, 0);
}

/* The payload is the life of the node and the entry's index. */
static void try_again(void *context, uint64_t payload)
{
    world_client *client = context;
    uint32_t index = (uint32_t)payload;

    if ((uint32_t)(payload >> 32) != client->node.incarnation ||
        world_node_postpones(&client->node, try_again, client, payload)) {
        return;
    }
    SIM_ASSERT(held_at(client, index)->state == WORLD_HELD_APART);
    client->counters.tried_again->value++;
    transmit(client, index);
}

static void save(world_client *client)
{
    uint32_t saved = client->saved + client->config.retry_permille;

    SIM_ASSERT(client->saved <= WORLD_CLIENT_SAVED_MAX * WHOLE_TRY);
    client->saved = MIN(saved, WORLD_CLIENT_SAVED_MAX * WHOLE_TRY);
}

/* Takes a try out of the budget, if there is one. */
static bool can_afford(world_client *client)
{
    if (client->config.retry_permille == 0) {
        return true;
    }
    if (client->saved < WHOLE_TRY) {
        client->counters.unaffordable->value++;
        return false;
    }
    client->saved -= WHOLE_TRY;
    return true;
}

/* A try has come to nothing. Of a request that is in no line. */
static void come_to_nothing(world_client *client, uint32_t index)
{
    const struct world_held *held = held_at(client, index);

    if (held->sendings >= client->config.tries || !can_afford(client)) {
        client->counters.failed->value++;
        world_buffer_release(&client->buffer, index);
        note(client);
        return;
    }
    struct sim_stream stream =
        sim_stream_of(&client->backoff, model_message_sequence(held->message.id));
    stream.counter += held->sendings;
    uint64_t jitter = sim_stream_below(&stream, (uint64_t)client->config.backoff / 2 + 1);
    SIM_ASSERT(held->state == WORLD_HELD_APART);
    (void)sim_run_after(
        &client->node.world->run,
        client->config.backoff - (sim_time)jitter,
        try_again,
        client,
        (uint64_t)client->node.incarnation << 32 | index);
}

static void time_out(world_client *client)
{
    uint32_t index = world_buffer_next_overdue(&client->buffer, now_of(client));

    while (index != WORLD_BUFFER_NONE) {
        client->counters.timed_out->value++;
        come_to_nothing(client, index);
        index = world_buffer_next_overdue(&client->buffer, now_of(client));
    }
    world_alarm_set(&client->alarm, world_buffer_next_deadline(&client->buffer));
    SIM_ASSERT(world_alarm_is_in_time(&client->alarm, world_buffer_next_deadline(&client->buffer)));
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_client *client = context;

    SIM_ASSERT(payload <= client->node.incarnation);
    if (payload == client->node.incarnation &&
        !world_node_postpones(&client->node, wake_late, client, payload)) {
        time_out(client);
    }
}

static void wake(void *context)
{
    const world_client *client = context;

    SIM_ASSERT(client->node.up);
    wake_late(context, client->node.incarnation);
}

static void arrive(void *context, const struct sim_recording_entry *recorded)
{
    world_client *client = context;
    uint64_t number = client->born++;
    uint64_t id = model_message_id(client->node.index, number);
    struct model_message message = world_recipe_compose(&client->recipe, id, now_of(client));

    message.key = drifted(client, recorded != NULL ? recorded->key : message.key, message.born);
    (is_write(client, &message) ? client->counters.writes : client->counters.reads)->value++;
    if (!client->node.up || client->buffer.count == client->config.waiting_max) {
        client->counters.failed->value++;
        return;
    }
    save(client);
    uint32_t index = world_buffer_take(&client->buffer);
    struct world_held *held = held_at(client, index);
    held->message = message;
    held->sendings = 0;
    note(client);
    SIM_ASSERT(held->message.born == now_of(client));
    transmit(client, index);
}

/* ---- answers ---- */

static void finish(world_client *client, const struct world_packet *answer)
{
    struct sim_tally *latency = answer->kind == WORLD_PACKET_STORED ? client->counters.write_latency
                                                                    : client->counters.read_latency;

    SIM_ASSERT(answer->kind == WORLD_PACKET_STORED || answer->kind == WORLD_PACKET_VALUE);
    client->counters.answered->value++;
    sim_tally_record(latency, now_of(client) - held_at(client, answer->token)->message.born);
    world_buffer_release(&client->buffer, answer->token);
    note(client);
}

/* An answer to an earlier try is as good as one to this; one to a request that is no more is none.
 */
/* So that two runs that differ in what a client is told have different digests. */
static void trace_answer(const world_client *client, const struct world_packet *answer)
{
    uint64_t hash = sim_trace_fold(
        answer->message.id ^ SIM_TRACE_MESSAGE,
        (uint64_t)answer->message.value ^ (uint64_t)answer->kind << 56 ^ SIM_TRACE_PLACE);

    SIM_ASSERT(answer->kind != WORLD_PACKET_FREE);
    world_trace(client->node.world, WORLD_TRACE_ANSWER, client->node.index, hash);
}

static void answered(world_client *client, const struct world_packet *answer)
{
    const struct world_held *held = held_at(client, answer->token);

    if (held->message.id != answer->message.id || held->state != WORLD_HELD_UNDER_WAY) {
        return;
    }
    trace_answer(client, answer);
    world_buffer_answered(&client->buffer, answer->token);
    if (answer->kind == WORLD_PACKET_ABORTED || answer->kind == WORLD_PACKET_REFUSE) {
        bool is_abort = answer->kind == WORLD_PACKET_ABORTED;
        (is_abort ? client->counters.aborted : client->counters.refused)->value++;
        come_to_nothing(client, answer->token);
        return;
    }
    finish(client, answer);
    SIM_ASSERT(client->buffer.count < client->config.waiting_max);
}

static void receive(struct world_node *node, uint32_t slot)
{
    const struct world_packet *answer = &node->world->packets.slots[slot];

    SIM_ASSERT(node->up);
    answered(from_node(node), answer);
    world_packets_free(&node->world->packets, slot);
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_client *client = (const world_client *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (client->target == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "client %s asks nobody: connect it with tb.connect(client, cache)",
            node->path);
    }
    return client->target != NULL;
}

static void start(struct world_node *node)
{
    world_node_up(node);
    world_source_start(&from_node(node)->source);
}

static void crash(struct world_node *node)
{
    world_client *client = from_node(node);
    struct world_buffer *buffer = &client->buffer;

    client->counters.failed->value += buffer->count;
    world_buffer_clear(buffer);
    client->saved = 0;
    world_alarm_cancel(&client->alarm);
    note(client);
    SIM_ASSERT(client->alarm.time == SIM_NEVER);
}

static void verify(const struct world_node *node)
{
    const world_client *client = (const world_client *)node;
    const struct counters *counters = &client->counters;

    world_buffer_check(&client->buffer);
    world_alarm_check(&client->alarm);
    SIM_ASSERT(
        node->is_paused ||
        world_alarm_is_in_time(&client->alarm, world_buffer_next_deadline(&client->buffer)));
    SIM_ASSERT(node->up || client->buffer.count == 0);
    SIM_ASSERT(client->saved <= WORLD_CLIENT_SAVED_MAX * WHOLE_TRY);
    SIM_ASSERT(counters->unaffordable->value <= counters->failed->value);
    SIM_ASSERT(counters->reads->value + counters->writes->value == client->born);
    SIM_ASSERT(
        client->born == counters->answered->value + counters->failed->value + client->buffer.count);
}

static void destroy(struct world_node *node)
{
    world_client *client = from_node(node);

    world_node_finish(node);
    world_source_finish(&client->source);
    if (client->config.like == NULL) { /* else it is the other's */
        world_recipe_close(&client->recipe);
    }
    world_buffer_finish(&client->buffer);
    g_free(client);
}

static const struct world_node_type client_type = {
    .name = "client",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = start,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_client *client)
{
    const struct world_node *node = &client->node;

    client->counters = (struct counters){
        .reads = world_node_counter(node, "reads", "requests"),
        .writes = world_node_counter(node, "writes", "requests"),
        .answered = world_node_counter(node, "answered", "requests"),
        .tried_again = world_node_counter(node, "tried_again", "requests"),
        .aborted = world_node_counter(node, "aborted", "requests"),
        .refused = world_node_counter(node, "refused", "requests"),
        .timed_out = world_node_counter(node, "timed_out", "requests"),
        .unaffordable = world_node_counter(node, "unaffordable", "requests"),
        .failed = world_node_counter(node, "failed", "requests"),
        .waiting = world_node_gauge(node, "waiting", "requests"),
        .read_latency = world_node_tally(node, "read_latency", "ns"),
        .write_latency = world_node_tally(node, "write_latency", "ns"),
    };
    SIM_ASSERT(client->counters.reads->value == 0);
}

/* Its own draws, or those of another. */
static void open_draws(world_client *client)
{
    const world_client *like = client->config.like;

    client->backoff = world_node_stream(&client->node, "backoff");
    if (like != NULL) {
        client->recipe = like->recipe;
        client->write = like->write;
    } else {
        world_recipe_open(&client->recipe, &client->config.recipe, &client->node);
        client->write = world_node_stream(&client->node, "write");
    }
    if (like != NULL && like->source.arrivals != NULL) {
        world_source_init_like(&client->source, &like->source, &client->node, arrive);
    } else {
        world_source_init(&client->source, &client->config.source, &client->node, arrive);
    }
    SIM_ASSERT(client->born == 0);
}

world_client *world_client_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_client_config *config,
    GError **error)
{
    world_client *client = g_new0(world_client, 1);

    SIM_ASSERT(config->tries > 0 && config->timeout > 0 && config->backoff > 0);
    SIM_ASSERT(config->write_rows >= 1 && config->write_rows <= 1 + MODEL_ATTRIBUTE_COUNT);
    SIM_ASSERT(config->waiting_max > 0 && (config->drift_every == 0 || config->keys > 0));
    client->config = *config;
    if (!world_node_init(&client->node, &client_type, datacenter, name, error)) {
        g_free(client);
        return NULL;
    }
    open_draws(client);
    world_buffer_init(&client->buffer, config->waiting_max);
    world_alarm_init(&client->alarm, &datacenter->world->run, wake, client);
    open_counters(client);
    return client;
}

bool world_client_connect(world_client *client, struct world_node *target, GError **error)
{
    if (!world_link_connect(&client->node, "asks", target, &client->target, error)) {
        return false;
    }
    client->pipe = world_link_pipe(&client->node, target);
    return true;
}

struct world_node *world_client_node(world_client *client)
{
    return &client->node;
}

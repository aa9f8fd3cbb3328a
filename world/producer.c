/* The buffer is a pool of entries that doubles up to its limit; free entries and waiting ones are
 * linked through `next`. An entry is waiting, or under way with a timer: first the timeout of its
 * confirmation, then the backoff before it is sent again. The packet carries the entry's index as
 * its token, and the message's id tells whether the answer is for what the entry holds now. */
/* SPDX-License-Identifier: MIT */
#include "world/producer.h"

#include <stdlib.h>
#include <string.h>

#include "world/alarm.h"
#include "world/link.h"

#define NONE           UINT32_MAX
#define CAPACITY_FIRST 64

enum entry_state {
    ENTRY_FREE,
    ENTRY_WAITING,   /* in line for the window */
    ENTRY_UNDER_WAY, /* sent; the timer is its timeout */
    ENTRY_BACKOFF,   /* the timer will send it again */
};

struct entry {
    struct model_message message;
    struct sim_event_id timer;
    uint32_t next;
    uint16_t sendings;
    uint8_t state;
};

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
    struct world_recipe recipe;
    struct sim_stream interval;
    struct sim_stream backoff;
    struct counters counters;
    struct entry *entries;
    uint32_t capacity;
    uint32_t free_head;
    uint32_t waiting_head;
    uint32_t waiting_tail;
    uint32_t held;      /* entries that are not free */
    uint32_t under_way; /* of these, the ones that are not waiting */
    uint64_t sequence_next;
    struct world_alarm linger; /* while it is set, nothing that waits is sent */
};

static world_producer *from_node(struct world_node *node)
{
    return (world_producer *)node; /* the node is its first member */
}

/* ---- the buffer ---- */

static void set_held(world_producer *producer, uint32_t held)
{
    SIM_ASSERT(held <= producer->config.buffer);
    producer->held = held;
    sim_gauge_set(producer->counters.held, held, producer->node.world->run.now);
}

static void link_free(world_producer *producer, uint32_t first)
{
    SIM_ASSERT(first < producer->capacity);
    for (uint32_t i = first; i < producer->capacity; i++) {
        producer->entries[i].next = i + 1 < producer->capacity ? i + 1 : NONE;
    }
    producer->free_head = first;
}

static void grow(world_producer *producer)
{
    uint32_t old = producer->capacity;
    uint32_t wanted = old == 0 ? CAPACITY_FIRST : 2 * old;

    SIM_ASSERT(producer->held == old && producer->free_head == NONE);
    producer->capacity = MIN(wanted, producer->config.buffer);
    SIM_ASSERT(producer->capacity > old);
    producer->entries =
        sim_grow(producer->entries, old, producer->capacity, sizeof(*producer->entries));
    link_free(producer, old);
}

static uint32_t take_entry(world_producer *producer)
{
    if (producer->free_head == NONE) {
        grow(producer);
    }

    uint32_t index = producer->free_head;
    SIM_ASSERT(producer->entries[index].state == ENTRY_FREE);
    producer->free_head = producer->entries[index].next;
    set_held(producer, producer->held + 1);
    return index;
}

static void release_entry(world_producer *producer, uint32_t index)
{
    struct entry *entry = &producer->entries[index];

    SIM_ASSERT(entry->state == ENTRY_UNDER_WAY || entry->state == ENTRY_BACKOFF);
    entry->state = ENTRY_FREE;
    entry->next = producer->free_head;
    producer->free_head = index;
    producer->under_way--;
    set_held(producer, producer->held - 1);
}

static void push_waiting(world_producer *producer, uint32_t index)
{
    SIM_ASSERT(producer->entries[index].state == ENTRY_FREE);
    producer->entries[index].state = ENTRY_WAITING;
    producer->entries[index].next = NONE;
    if (producer->waiting_head == NONE) {
        producer->waiting_head = index;
    } else {
        producer->entries[producer->waiting_tail].next = index;
    }
    producer->waiting_tail = index;
}

static uint32_t pop_waiting(world_producer *producer)
{
    uint32_t index = producer->waiting_head;

    SIM_ASSERT(producer->entries[index].state == ENTRY_WAITING);
    producer->waiting_head = producer->entries[index].next;
    return index;
}

/* ---- sending ---- */

static void time_out(void *context, uint64_t payload);

static void arm(world_producer *producer, uint32_t index, enum entry_state state, sim_time delay)
{
    struct entry *entry = &producer->entries[index];

    SIM_ASSERT(state == ENTRY_UNDER_WAY || state == ENTRY_BACKOFF);
    entry->state = (uint8_t)state;
    entry->timer = sim_run_after(&producer->node.world->run, delay, time_out, producer, index);
}

static void transmit(world_producer *producer, uint32_t index)
{
    struct world *world = producer->node.world;
    struct entry *entry = &producer->entries[index];
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_SEND);
    struct world_packet *packet = &world->packets.slots[slot];

    SIM_ASSERT(producer->node.up);
    packet->message = entry->message;
    packet->from = world_node_end_point(&producer->node);
    packet->to = world_node_end_point(producer->broker);
    packet->token = index;
    packet->sendings = entry->sendings;

    entry->sendings = (uint16_t)MIN(entry->sendings + 1, UINT16_MAX);
    producer->counters.sent->value++;
    arm(producer, index, ENTRY_UNDER_WAY, producer->config.timeout);
    world_link_send(world, slot, 0);
}

/* Doubles with each sending up to its maximum; between half of that and all of it, at random, so
 * that a crowd does not come back as one. */
static sim_time backoff(const world_producer *producer, const struct entry *entry)
{
    sim_time delay = producer->config.backoff_first;

    for (uint32_t i = 1; i < entry->sendings && delay < producer->config.backoff_max; i++) {
        delay = delay > producer->config.backoff_max / 2 ? producer->config.backoff_max : 2 * delay;
    }

    struct sim_stream stream = sim_stream_of(&producer->backoff, entry->message.id);
    stream.counter += entry->sendings;
    sim_time jitter = (sim_time)sim_stream_below(&stream, (uint64_t)delay / 2 + 1);
    SIM_ASSERT(jitter <= delay);
    return delay - jitter;
}

static void time_out(void *context, uint64_t payload)
{
    world_producer *producer = context;
    uint32_t index = (uint32_t)payload;
    struct entry *entry = &producer->entries[index];

    if (entry->state == ENTRY_UNDER_WAY) {
        arm(producer, index, ENTRY_BACKOFF, backoff(producer, entry));
        return;
    }
    SIM_ASSERT(entry->state == ENTRY_BACKOFF);
    producer->counters.resent->value++;
    transmit(producer, index);
}

static void send_waiting(world_producer *producer)
{
    while (producer->linger.time == SIM_NEVER && producer->under_way < producer->config.window &&
           producer->waiting_head != NONE) {
        producer->under_way++;
        transmit(producer, pop_waiting(producer));
    }
    SIM_ASSERT(producer->under_way <= producer->held);
}

/* A message has come to wait: have it sent when its time to linger is over, or at once. */
static void linger(world_producer *producer)
{
    sim_time now = producer->node.world->run.now;

    SIM_ASSERT(producer->waiting_head != NONE);
    if (producer->config.linger > 0) {
        world_alarm_set(&producer->linger, world_time_after(now, producer->config.linger));
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

static void take_in(world_producer *producer, uint64_t id)
{
    struct world *world = producer->node.world;

    world_audit_report(world->audit, WORLD_AUDIT_TAKEN_IN, id, producer->node.index);
    uint32_t index = take_entry(producer);
    producer->entries[index].message = world_recipe_compose(&producer->recipe, id, world->run.now);
    SIM_ASSERT(producer->entries[index].message.id == id);
    producer->entries[index].sendings = 0;
    push_waiting(producer, index);
    linger(producer);
}

static void schedule_arrival(world_producer *producer);

static void arrive(void *context, uint64_t payload)
{
    world_producer *producer = context;
    world_audit *audit = producer->node.world->audit;
    uint64_t id = model_message_id(producer->node.index, producer->sequence_next++);

    SIM_ASSERT(payload == 0);
    producer->counters.arrived->value++;
    if (!producer->node.up) {
        producer->counters.turned_away->value++;
        world_audit_report(audit, WORLD_AUDIT_TURNED_AWAY, id, producer->node.index);
    } else if (producer->held == producer->config.buffer) {
        producer->counters.refused->value++;
        world_audit_report(audit, WORLD_AUDIT_REFUSED, id, producer->node.index);
    } else {
        take_in(producer, id);
    }
    schedule_arrival(producer);
}

static void schedule_arrival(world_producer *producer)
{
    sim_time interval = sim_dist_draw_time(&producer->config.interval, &producer->interval);

    SIM_ASSERT(interval >= 0);
    (void)sim_run_after(&producer->node.world->run, interval, arrive, producer, 0);
}

/* ---- answers ---- */

/* The entry that the answer is for; NULL when it has been answered before. */
static struct entry *entry_of(world_producer *producer, const struct world_packet *packet)
{
    SIM_ASSERT(packet->token < producer->capacity);

    struct entry *entry = &producer->entries[packet->token];
    bool is_sent = entry->state == ENTRY_UNDER_WAY || entry->state == ENTRY_BACKOFF;
    return is_sent && entry->message.id == packet->message.id ? entry : NULL;
}

static void cancel_timer(world_producer *producer, const struct entry *entry)
{
    bool was_pending = sim_fel_cancel(producer->node.world->run.fel, entry->timer);

    SIM_ASSERT(was_pending);
}

static void answered(world_producer *producer, const struct world_packet *packet)
{
    struct entry *entry = entry_of(producer, packet);

    if (entry == NULL) {
        return;
    }
    cancel_timer(producer, entry);
    if (packet->kind == WORLD_PACKET_FULL) {
        arm(producer, packet->token, ENTRY_BACKOFF, backoff(producer, entry));
        return;
    }
    SIM_ASSERT(packet->kind == WORLD_PACKET_CONFIRM || packet->kind == WORLD_PACKET_REFUSE);
    struct sim_counter *outcome = packet->kind == WORLD_PACKET_CONFIRM
                                      ? producer->counters.confirmed
                                      : producer->counters.refused;
    outcome->value++;
    release_entry(producer, packet->token);
    send_waiting(producer);
}

static void receive(struct world_node *node, uint32_t slot)
{
    struct world_packets *packets = &node->world->packets;
    struct world_packet answer = packets->slots[slot];

    SIM_ASSERT(answer.kind != WORLD_PACKET_FREE);
    world_packets_free(packets, slot);
    answered(from_node(node), &answer);
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
    schedule_arrival(from_node(node));
}

static void crash(struct world_node *node)
{
    world_producer *producer = from_node(node);

    for (uint32_t i = 0; i < producer->capacity; i++) {
        struct entry *entry = &producer->entries[i];
        if (entry->state == ENTRY_FREE) {
            continue;
        }
        if (entry->state != ENTRY_WAITING) {
            cancel_timer(producer, entry);
        }
        entry->state = ENTRY_FREE;
        producer->counters.buffer_lost->value++;
        world_audit_report(
            node->world->audit, WORLD_AUDIT_BUFFER_LOST, entry->message.id, node->index);
    }
    if (producer->capacity > 0) {
        link_free(producer, 0);
    }
    world_alarm_cancel(&producer->linger);
    producer->waiting_head = NONE;
    producer->under_way = 0;
    set_held(producer, 0);
}

static void visit_messages(struct world_node *node, world_message_fn *visit, void *context)
{
    const world_producer *producer = from_node(node);
    uint32_t visited = 0;

    for (uint32_t i = 0; i < producer->capacity; i++) {
        if (producer->entries[i].state != ENTRY_FREE) {
            visit(context, &producer->entries[i].message);
            visited++;
        }
    }
    SIM_ASSERT(visited == producer->held);
}

static void verify(const struct world_node *node)
{
    const world_producer *producer = (const world_producer *)node;
    uint32_t counts[ENTRY_BACKOFF + 1] = {0};
    uint32_t waiting = 0;

    world_alarm_check(&producer->linger);
    for (uint32_t i = 0; i < producer->capacity; i++) {
        SIM_ASSERT(producer->entries[i].state <= ENTRY_BACKOFF);
        counts[producer->entries[i].state]++;
    }
    for (uint32_t i = producer->waiting_head; i != NONE; i = producer->entries[i].next) {
        SIM_ASSERT(producer->entries[i].state == ENTRY_WAITING);
        waiting++;
    }
    SIM_ASSERT(waiting == counts[ENTRY_WAITING]);
    SIM_ASSERT(producer->under_way == counts[ENTRY_UNDER_WAY] + counts[ENTRY_BACKOFF]);
    SIM_ASSERT(producer->held == producer->under_way + waiting);
    SIM_ASSERT(producer->held == producer->counters.held->value);
    SIM_ASSERT(producer->under_way <= producer->config.window);
    SIM_ASSERT(node->up || producer->held == 0);
    SIM_ASSERT(producer->sequence_next == producer->counters.arrived->value);
}

static void destroy(struct world_node *node)
{
    world_producer *producer = from_node(node);

    world_node_finish(node);
    free(producer->entries);
    g_free(producer);
}

static const struct world_node_type producer_type = {
    .name = "producer",
    .is_complete = is_complete,
    .start = start,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .visit = visit_messages,
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
    producer->free_head = NONE;
    producer->waiting_head = NONE;
    if (!world_node_init(&producer->node, &producer_type, datacenter, name, error)) {
        g_free(producer);
        return NULL;
    }
    world_recipe_open(&producer->recipe, &config->recipe, &producer->node);
    producer->interval = world_node_stream(&producer->node, "interval");
    producer->backoff = world_node_stream(&producer->node, "backoff");
    world_alarm_init(&producer->linger, &producer->node.world->run, stop_lingering, producer);
    open_counters(producer);
    return producer;
}

bool world_producer_connect(world_producer *producer, struct world_node *broker, GError **error)
{
    return world_link_connect(&producer->node, "sends to", broker, &producer->broker, error);
}

struct world_node *world_producer_node(world_producer *producer)
{
    return &producer->node;
}

uint32_t world_producer_held(const world_producer *producer)
{
    return producer->held;
}

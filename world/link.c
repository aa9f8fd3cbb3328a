/* A packet's arrival is one event, whose payload is the packet's slot; where it takes no time and
 * overtakes nothing, it is a call. A pipe remembers when it is idle again (bandwidth) and when its
 * last packet arrives (order). */
/* SPDX-License-Identifier: MIT */
#include "world/link.h"

#include "world/datacenter.h"
#include "world/node.h"

#define HEADER_BYTES  64
#define BITS_PER_BYTE 8

static struct world_link **route(const struct world_datacenter *a, const struct world_datacenter *b)
{
    if (a->routes->len <= b->index) {
        g_ptr_array_set_size(a->routes, (int)b->index + 1);
    }
    return (struct world_link **)&g_ptr_array_index(a->routes, b->index);
}

static struct sim_counter *link_counter(
    const struct world_link *link, const char *measure, const char *unit)
{
    const struct world_datacenter *a = link->ends[0];
    const struct world_datacenter *b = link->ends[1];
    g_autofree char *path = a == b ? g_strdup_printf("%s/link/%s", a->name, measure)
                                   : g_strdup_printf("%s/link/%s/%s", a->name, b->name, measure);
    struct sim_counter *counter = sim_registry_counter(link->world->registry, path, unit);

    SIM_ASSERT(counter != NULL);
    return counter;
}

static void init_pipe(struct world_link *link, uint32_t direction)
{
    const struct world_datacenter *from = link->ends[direction];
    const struct world_datacenter *to = link->ends[1 - direction];
    struct world_pipe *pipe = &link->pipes[direction];
    g_autofree char *path = g_strdup_printf("%s/link/%s/latency", from->name, to->name);
    bool is_new = sim_registry_stream(link->world->registry, path, &pipe->latency);

    SIM_ASSERT(is_new);
    pipe->link = link;
    pipe->back = from == to ? pipe : &link->pipes[1 - direction];
}

static void configure(struct world_link *link, const struct world_link_config *config)
{
    SIM_ASSERT(config->bandwidth >= 0);
    link->config = *config;
    link->is_instant = config->bandwidth <= 0 && world_dist_is_zero(&config->latency);
}

static struct world_link *create(
    struct world_datacenter *a, struct world_datacenter *b, const struct world_link_config *config)
{
    struct world_link *link = g_new0(struct world_link, 1);

    SIM_ASSERT(!a->world->started && world_link_between(a, b) == NULL);
    link->world = a->world;
    link->ends[0] = a;
    link->ends[1] = b;
    configure(link, config);
    link->carried = link_counter(link, "carried", "packets");
    link->lost = link_counter(link, "lost", "packets");
    init_pipe(link, 0);
    if (a != b) {
        init_pipe(link, 1);
    }
    g_ptr_array_add(a->world->links, link);
    *route(a, b) = link;
    *route(b, a) = link;
    return link;
}

struct world_link *world_link_add(
    struct world_datacenter *a,
    struct world_datacenter *b,
    const struct world_link_config *config,
    GError **error)
{
    struct world_link *link = world_link_between(a, b);

    SIM_ASSERT(a->world == b->world);
    if (link == NULL) {
        return create(a, b, config);
    }
    if (a == b) {
        configure(link, config);
        return link;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_NAME,
        "'%s' and '%s' are joined by a link already",
        a->name,
        b->name);
    return NULL;
}

struct world_link *world_link_between(
    const struct world_datacenter *a, const struct world_datacenter *b)
{
    return b->index < a->routes->len ? g_ptr_array_index(a->routes, b->index) : NULL;
}

bool world_link_require(const struct world_node *a, const struct world_node *b, GError **error)
{
    SIM_ASSERT(a->world == b->world);
    if (world_link_between(a->datacenter, b->datacenter) != NULL) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_ROUTE,
        "no link joins '%s' and '%s': %s cannot reach %s (write tb.link(\"%s\", \"%s\", {...}))",
        a->datacenter->name,
        b->datacenter->name,
        a->path,
        b->path,
        a->datacenter->name,
        b->datacenter->name);
    return false;
}

bool world_link_connect(
    const struct world_node *node,
    const char *does,
    struct world_node *other,
    struct world_node **end,
    GError **error)
{
    SIM_ASSERT(!node->world->started);
    if (*end != NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "%s %s %s already: a %s has one %s",
            node->path,
            does,
            (*end)->path,
            node->type->name,
            (*end)->type->name);
        return false;
    }
    if (!world_link_require(node, other, error)) {
        return false;
    }
    *end = other;
    return true;
}

struct world_pipe *world_link_pipe(const struct world_node *from, const struct world_node *to)
{
    struct world_link *link = world_link_between(from->datacenter, to->datacenter);

    SIM_ASSERT(link != NULL);
    return &link->pipes[from->datacenter != link->ends[0]];
}

/* It has come through. */
static void arrive(struct world *world, uint32_t slot)
{
    const struct world_packet *packet = &world->packets.slots[slot];
    struct world_node *node = world_node_alive(world, packet->to);

    SIM_ASSERT(packet->arrives == world->run.now);
    if (node != NULL) {
        node->type->receive(node, slot);
        return;
    }
    packet->pipe->link->lost->value++;
    world_trace(world, WORLD_TRACE_LOST_PACKET, packet->to.node, packet->message.id);
    world_packets_free(&world->packets, slot);
}

static void land(void *context, uint64_t payload)
{
    struct world *world = context;
    uint32_t slot = (uint32_t)payload;
    struct world_pipe *pipe = world->packets.slots[slot].pipe;

    SIM_ASSERT(pipe->under_way > 0);
    pipe->under_way--;
    arrive(world, slot);
}

static sim_time transmission(const struct world_link *link, const struct world_packet *packet)
{
    SIM_ASSERT(link->config.bandwidth >= 0);
    if (link->config.bandwidth <= 0) {
        return 0;
    }
    double bytes = HEADER_BYTES + (double)packet->message.size;
    return world_time_for(bytes * BITS_PER_BYTE, link->config.bandwidth);
}

/* The latency is drawn by the message, the kind of packet and how often it was sent before. */
static sim_time latency(const struct world_pipe *pipe, const struct world_packet *packet)
{
    SIM_ASSERT(packet->kind != WORLD_PACKET_FREE);
    struct sim_stream stream = sim_stream_of(&pipe->latency, packet->message.id);
    stream.counter += (uint64_t)packet->kind << 48 | (uint64_t)packet->sendings << 32;
    return sim_dist_draw_time(&pipe->link->config.latency, &stream);
}

static void depart(struct world *world, uint32_t slot)
{
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_pipe *pipe = packet->pipe;
    sim_time now = world->run.now;

    SIM_ASSERT(pipe->arrived_last >= 0);
    pipe->idle_at = world_time_after(MAX(pipe->idle_at, now), transmission(pipe->link, packet));
    packet->departed = now;
    packet->arrives = world_time_after(pipe->idle_at, latency(pipe, packet));
    packet->arrives = MAX(packet->arrives, pipe->arrived_last);
    SIM_ASSERT(packet->arrives >= now);
    pipe->arrived_last = packet->arrives;
    pipe->link->carried->value++;
    pipe->under_way++;
    (void)sim_run_after(&world->run, packet->arrives - now, land, world, slot);
}

/* Nothing is on the pipe, and it takes no time. */
static void pass(struct world *world, uint32_t slot)
{
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_pipe *pipe = packet->pipe;

    SIM_ASSERT(pipe->idle_at <= world->run.now && pipe->arrived_last <= world->run.now);
    packet->departed = world->run.now;
    packet->arrives = world->run.now;
    pipe->link->carried->value++;
    arrive(world, slot);
}

void world_link_verify(const struct world_link *link)
{
    const struct world_datacenter *a = link->ends[0];
    const struct world_datacenter *b = link->ends[1];

    SIM_ASSERT(a->world == link->world && b->world == link->world);
    SIM_ASSERT(world_link_between(a, b) == link && world_link_between(b, a) == link);
    SIM_ASSERT(link->lost->value <= link->carried->value);
    for (uint32_t i = 0; i < G_N_ELEMENTS(link->pipes); i++) {
        const struct world_pipe *pipe = &link->pipes[i];
        SIM_ASSERT(pipe->idle_at >= 0 && pipe->idle_at <= pipe->arrived_last);
    }
}

/* It has not left yet when its sender crashes before. */
static void depart_late(void *context, uint64_t payload)
{
    struct world *world = context;
    uint32_t slot = (uint32_t)payload;

    SIM_ASSERT(slot < world->packets.capacity);
    if (world_node_alive(world, world->packets.slots[slot].from) != NULL) {
        depart(world, slot);
    } else {
        world_packets_free(&world->packets, slot);
    }
}

void world_link_send(struct world *world, uint32_t slot, struct world_pipe *pipe, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    world->packets.slots[slot].pipe = pipe;
    if (delay == 0 && pipe->link->is_instant && pipe->under_way == 0) {
        pass(world, slot);
    } else if (delay == 0) {
        depart(world, slot);
    } else {
        (void)sim_run_after(&world->run, delay, depart_late, world, slot);
    }
}

void world_link_answer(
    struct world *world, uint32_t slot, enum world_packet_kind kind, sim_time delay)
{
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_end_point asked = packet->to;

    SIM_ASSERT(kind != WORLD_PACKET_FREE);
    packet->to = packet->from;
    packet->from = asked;
    packet->kind = (uint8_t)kind;
    world_link_send(world, slot, packet->pipe->back, delay);
}

/* A packet's arrival is one event, whose payload is the packet's slot; where it takes no time and
 * overtakes nothing, it is a call. A pipe remembers when it is idle again (bandwidth) and when its
 * last packet arrives (order). A slot whose packet has lost its `order` since it departed was taken
 * off the pipe by a fault: all that is left to do is to free it. */
/* SPDX-License-Identifier: MIT */
#include "world/link.h"

#include "world/datacenter.h"
#include "world/draw.h"
#include "world/fault_link.h"
#include "world/fault_node.h"
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

struct sim_counter *world_link_counter(
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
    g_autofree char *drawn = g_strdup_printf("%s/link/%s/latency", from->draws_as, to->draws_as);
    bool is_new = sim_registry_stream_as(link->world->registry, path, drawn, &pipe->latency);

    SIM_ASSERT(is_new);
    pipe->back = from == to ? pipe : &link->pipes[1 - direction];
}

void world_link_refresh(struct world_pipe *pipe)
{
    const struct world_link_config *config = &pipe->link->config;

    SIM_ASSERT(config->bandwidth >= 0);
    pipe->is_disturbed = pipe->faults != NULL && world_fault_link_is_active(pipe);
    pipe->is_instant =
        config->bandwidth <= 0 && world_dist_is_zero(&config->latency) && !pipe->is_disturbed;
}

static void configure(struct world_link *link, const struct world_link_config *config)
{
    SIM_ASSERT(config->bandwidth >= 0 && config->retransmit_after >= 0);
    link->config = *config;
    if (config->retransmit_after == 0) {
        link->config.retransmit_after = WORLD_LINK_RETRANSMIT_AFTER;
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(link->pipes); i++) {
        world_link_refresh(&link->pipes[i]);
    }
}

static struct world_link *create(
    struct world_datacenter *a, struct world_datacenter *b, const struct world_link_config *config)
{
    struct world_link *link = g_new0(struct world_link, 1);

    SIM_ASSERT(!a->world->started && world_link_between(a, b) == NULL);
    link->world = a->world;
    link->ends[0] = a;
    link->ends[1] = b;
    link->pipes[0].link = link;
    link->pipes[1].link = link;
    configure(link, config);
    link->carried = world_link_counter(link, "carried", "packets");
    link->lost = world_link_counter(link, "lost", "packets");
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
    if (other->type->attach != NULL && !other->type->attach(other, node, does, error)) {
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

void world_link_lose(struct world *world, uint32_t slot)
{
    struct world_packet *packet = &world->packets.slots[slot];

    SIM_ASSERT(packet->kind != WORLD_PACKET_FREE);
    world_trace(world, WORLD_TRACE_LOST_PACKET, packet->to.node, packet->message.id);
    world_audit_lose(world->audit, packet, WORLD_AUDIT_PACKET_LOST, packet->to.node);
    world_packets_free(&world->packets, slot);
}

/* It has come through. */
static void arrive(struct world *world, uint32_t slot)
{
    const struct world_packet *packet = &world->packets.slots[slot];
    struct world_node *node = world_node_alive(world, packet->to);
    struct world_link *link = packet->pipe->link;

    SIM_ASSERT(packet->arrives == world->run.now);
    if (node == NULL) {
        link->lost->value++;
        world_link_lose(world, slot);
        return;
    }
    link->delivered++;
    if (node->is_paused) {
        world_fault_node_hold(node, slot);
        return;
    }
    node->type->receive(node, slot);
}

static void land(void *context, uint64_t payload)
{
    struct world *world = context;
    uint32_t slot = (uint32_t)payload;
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_pipe *pipe = packet->pipe;

    if (packet->order == 0) {
        world_packets_free(&world->packets, slot);
        return;
    }
    SIM_ASSERT(pipe->under_way > 0);
    pipe->under_way--;
    packet->order = 0;
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
sim_time world_link_latency(
    const struct world_pipe *pipe, const struct world_packet *packet, uint32_t copy)
{
    SIM_ASSERT(packet->kind != WORLD_PACKET_FREE);
    struct sim_stream stream =
        sim_stream_of(&pipe->latency, world_draw_packet(pipe->link->world, packet));
    stream.counter +=
        (uint64_t)copy << 56 | (uint64_t)packet->kind << 48 | (uint64_t)packet->sendings << 32;
    return sim_dist_draw_time(&pipe->link->config.latency, &stream);
}

void world_link_put(struct world *world, uint32_t slot, const struct world_journey *journey)
{
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_pipe *pipe = packet->pipe;
    sim_time now = world->run.now;

    SIM_ASSERT(pipe->arrived_last >= 0 && packet->order == 0);
    pipe->idle_at = world_time_after(MAX(pipe->idle_at, now), journey->transmission);
    packet->departed = now;
    packet->arrives = world_time_after(pipe->idle_at, journey->latency);
    if (!pipe->link->config.is_datagram) {
        packet->arrives = MAX(packet->arrives, pipe->arrived_last);
    }
    SIM_ASSERT(packet->arrives >= now);
    pipe->arrived_last = MAX(pipe->arrived_last, packet->arrives);
    pipe->order = MAX(pipe->order + 1, 1);
    packet->order = pipe->order;
    pipe->under_way++;
    (void)sim_run_after(&world->run, packet->arrives - now, land, world, slot);
}

void world_link_depart_again(struct world *world, uint32_t slot)
{
    const struct world_packet *packet = &world->packets.slots[slot];
    struct world_pipe *pipe = packet->pipe;
    struct world_journey journey = {
        .transmission = transmission(pipe->link, packet),
        .latency = world_link_latency(pipe, packet, 0),
    };

    SIM_ASSERT(journey.latency >= 0 && journey.transmission >= 0);
    if (!pipe->is_disturbed || world_fault_link_lets_pass(pipe, slot, &journey)) {
        world_link_put(world, slot, &journey);
    }
}

static void depart(struct world *world, uint32_t slot)
{
    struct world_link *link = world->packets.slots[slot].pipe->link;

    SIM_ASSERT(world->packets.slots[slot].order == 0);
    link->carried->value++;
    world_link_depart_again(world, slot);
}

/* Nothing is on the pipe, and it takes no time. */
static void pass(struct world *world, uint32_t slot)
{
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_link *link = packet->pipe->link;
    struct world_node *node = world_node_alive(world, packet->to);

    SIM_ASSERT(packet->pipe->arrived_last <= world->run.now);
    packet->departed = world->run.now;
    packet->arrives = world->run.now;
    link->carried->value++;
    if (node == NULL || node->is_paused) {
        arrive(world, slot);
        return;
    }
    link->delivered++;
    node->type->receive(node, slot);
}

bool world_link_is_conserved(const struct world_link *link)
{
    uint64_t count = link->delivered + link->lost->value;

    SIM_ASSERT(link->pipes[0].link == link);
    count += link->dropped == NULL ? 0 : link->dropped->value;
    for (uint32_t i = 0; i < G_N_ELEMENTS(link->pipes); i++) {
        const struct world_pipe *pipe = &link->pipes[i];
        count += pipe->under_way + (pipe->faults == NULL ? 0 : world_fault_link_held(pipe));
    }
    return count == link->carried->value;
}

void world_link_free(struct world_link *link)
{
    for (uint32_t i = 0; i < G_N_ELEMENTS(link->pipes); i++) {
        world_fault_link_finish(&link->pipes[i]);
    }
    SIM_ASSERT(link->carried != NULL);
    g_free(link);
}

void world_link_verify(const struct world_link *link)
{
    const struct world_datacenter *a = link->ends[0];
    const struct world_datacenter *b = link->ends[1];

    SIM_ASSERT(a->world == link->world && b->world == link->world);
    SIM_ASSERT(world_link_between(a, b) == link && world_link_between(b, a) == link);
    SIM_ASSERT(world_link_is_conserved(link));
    for (uint32_t i = 0; i < G_N_ELEMENTS(link->pipes); i++) {
        const struct world_pipe *pipe = &link->pipes[i];
        SIM_ASSERT(pipe->idle_at >= 0 && pipe->idle_at <= pipe->arrived_last);
        SIM_ASSERT(
            pipe->is_disturbed == (pipe->faults != NULL && world_fault_link_is_active(pipe)));
        SIM_ASSERT(!pipe->is_instant || !pipe->is_disturbed);
    }
}

/* It has not left yet when its sender crashes before. */
static void depart_late(void *context, uint64_t payload)
{
    struct world *world = context;
    uint32_t slot = (uint32_t)payload;

    SIM_ASSERT(slot < world->packets.capacity);
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_node *sender = world_node_alive(world, packet->from);
    if (sender == NULL) {
        world_audit_lose(world->audit, packet, WORLD_AUDIT_HAND_LOST, packet->from.node);
        world_packets_free(&world->packets, slot);
    } else if (!world_node_postpones(sender, depart_late, world, slot)) {
        depart(world, slot);
    }
}

void world_link_send(struct world *world, uint32_t slot, struct world_pipe *pipe, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    world->packets.slots[slot].pipe = pipe;
    if (delay == 0 && pipe->is_instant && pipe->under_way == 0) {
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

/* ---- taking packets off a pipe ---- */

/* Moves the packet to a slot of its own; the old one waits for its arrival, to be freed. */
static uint32_t take_off(struct world_pipe *pipe, uint32_t slot)
{
    struct world_packets *packets = &pipe->link->world->packets;
    uint32_t moved = world_packets_take(packets, WORLD_PACKET_SEND);

    SIM_ASSERT(packets->slots[slot].order != 0 && pipe->under_way > 0);
    packets->slots[moved] = packets->slots[slot];
    packets->slots[moved].order = 0;
    packets->slots[slot].order = 0;
    packets->slots[slot].is_sole = false;
    packets->slots[slot].to.incarnation = 0;
    pipe->under_way--;
    return moved;
}

struct on_wire {
    uint32_t order; /* counted from the last one put on the pipe */
    uint32_t slot;
};

static int compare(const void *a, const void *b)
{
    uint32_t first = ((const struct on_wire *)a)->order;
    uint32_t second = ((const struct on_wire *)b)->order;

    return (first > second) - (first < second);
}

/* What is on the pipe, in the order in which it was put there. The caller frees it. */
static GArray *look_at_wire(const struct world_pipe *pipe)
{
    const struct world_packets *packets = &pipe->link->world->packets;
    GArray *found = g_array_new(FALSE, FALSE, sizeof(struct on_wire));

    for (uint32_t slot = 0; slot < packets->capacity; slot++) {
        const struct world_packet *packet = &packets->slots[slot];
        if (packet->kind != WORLD_PACKET_FREE && packet->order != 0 && packet->pipe == pipe) {
            struct on_wire one = {.order = packet->order - pipe->order - 1, .slot = slot};
            g_array_append_val(found, one);
        }
    }
    SIM_ASSERT(found->len == pipe->under_way);
    g_array_sort(found, compare);
    return found;
}

GArray *world_link_recall(struct world_pipe *pipe)
{
    g_autoptr(GArray) found = look_at_wire(pipe);
    GArray *slots = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (uint32_t i = 0; i < found->len; i++) {
        uint32_t slot = take_off(pipe, g_array_index(found, struct on_wire, i).slot);
        g_array_append_val(slots, slot);
    }
    SIM_ASSERT(pipe->under_way == 0);
    return slots;
}

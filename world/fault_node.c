/* A node keeps a list of the faults of each kind that strike it, and flags that say which lists are
 * not empty, so that a node that nothing strikes looks at a flag only.
 *
 * While a node is paused, what should have happened to it gathers in a line, as events that have
 * yet to fire; when it goes on they fire at once, in the order in which they came due. */
/* SPDX-License-Identifier: MIT */
#include "world/fault_node.h"

#include "world/fault_node_state.h"
#include "world/link.h"

struct postponed {
    sim_fire_fn *fire;
    void *context;
    uint64_t payload;
};

struct node_fault {
    struct world_fault base;
    struct world_node *node;             /* or */
    struct world_datacenter *datacenter; /* this one */
    double factor;                       /* of slow */
};

static struct node_fault *from_fault(struct world_fault *fault)
{
    return (struct node_fault *)fault; /* the base is its first member */
}

static struct node_fault *fault_at(const GPtrArray *list, uint32_t index)
{
    SIM_ASSERT(index < list->len);
    return from_fault(g_ptr_array_index(list, index));
}

struct world_fault_node *world_fault_node_state(struct world_node *node)
{
    if (node->faults == NULL) {
        node->faults = g_new0(struct world_fault_node, 1);
        node->faults->postponed = g_array_new(FALSE, FALSE, sizeof(struct postponed));
        node->faults->pauses = g_ptr_array_new();
        node->faults->slow = g_ptr_array_new();
        node->faults->skews = g_ptr_array_new();
    }
    SIM_ASSERT(node->faults->postponed != NULL);
    return node->faults;
}

void world_fault_node_finish(struct world_node *node)
{
    struct world_fault_node *faults = node->faults;

    if (faults == NULL) {
        return;
    }
    SIM_ASSERT(faults->resumed == 0);
    g_ptr_array_unref(faults->pauses);
    g_ptr_array_unref(faults->slow);
    g_ptr_array_unref(faults->skews);
    g_array_unref(faults->postponed);
    g_free(faults);
    node->faults = NULL;
}

/* ---- pause ---- */

void world_fault_node_count_hit(const GPtrArray *list)
{
    SIM_ASSERT(list->len > 0);
    for (uint32_t i = 0; i < list->len; i++) {
        ((struct world_fault *)g_ptr_array_index(list, i))->hit++;
    }
}

void world_fault_node_postpone(
    struct world_node *node, sim_fire_fn *fire, void *context, uint64_t payload)
{
    struct postponed postponed = {.fire = fire, .context = context, .payload = payload};

    SIM_ASSERT(node->is_paused);
    world_fault_node_count_hit(node->faults->pauses);
    g_array_append_val(node->faults->postponed, postponed);
}

/* A packet that waited; its node may have crashed meanwhile. */
static void receive_late(void *context, uint64_t payload)
{
    struct world_node *node = context;
    uint32_t slot = (uint32_t)payload;
    struct world_packet *packet = &node->world->packets.slots[slot];

    SIM_ASSERT(packet->to.node == node->index);
    if (world_node_alive(node->world, packet->to) == NULL) {
        packet->pipe->link->lost->value++;
        packet->pipe->link->delivered--;
        world_link_lose(node->world, slot);
    } else if (!world_node_postpones(node, receive_late, node, slot)) {
        node->type->receive(node, slot);
    }
}

void world_fault_node_hold(struct world_node *node, uint32_t slot)
{
    SIM_ASSERT(node->is_paused && node->up);
    world_fault_node_postpone(node, receive_late, node, slot);
}

/* Fires what has been postponed, until the node is paused again. */
static void resume(struct world_node *node)
{
    struct world_fault_node *faults = node->faults;

    SIM_ASSERT(!node->is_paused && faults->resumed == 0);
    while (faults->resumed < faults->postponed->len && !node->is_paused) {
        struct postponed next = g_array_index(faults->postponed, struct postponed, faults->resumed);
        faults->resumed++;
        next.fire(next.context, next.payload);
    }
    g_array_remove_range(faults->postponed, 0, faults->resumed);
    faults->resumed = 0;
}

void world_fault_node_crashed(struct world_node *node)
{
    struct world_fault_node *faults = node->faults;

    SIM_ASSERT(node->crashed);
    g_ptr_array_set_size(faults->pauses, 0);
    node->is_paused = false;
    if (faults->resumed == 0) {
        resume(node);
    }
}

static void begin_pause(struct world_fault *base)
{
    struct node_fault *fault = from_fault(base);
    struct world_node *node = fault->node;

    SIM_ASSERT(base->starts == 1);
    if (!node->up) {
        return; /* there is nobody to pause */
    }
    g_ptr_array_add(world_fault_node_state(node)->pauses, fault);
    node->is_paused = true;
}

static void end_pause(struct world_fault *base)
{
    struct node_fault *fault = from_fault(base);
    struct world_node *node = fault->node;

    SIM_ASSERT(base->starts == 0);
    if (!node->is_paused || !g_ptr_array_remove(node->faults->pauses, fault)) {
        return; /* it crashed meanwhile */
    }
    node->is_paused = node->faults->pauses->len > 0;
    if (!node->is_paused && node->faults->resumed == 0) {
        resume(node);
    }
}

/* ---- slow ---- */

sim_time world_fault_node_work(struct world_node *node, sim_time duration)
{
    double work = (double)duration;

    SIM_ASSERT(duration >= 0);
    if (duration == 0) {
        return 0;
    }
    world_fault_node_count_hit(node->faults->slow);
    for (uint32_t i = 0; i < node->faults->slow->len; i++) {
        work *= fault_at(node->faults->slow, i)->factor;
    }
    return work < (double)(SIM_NEVER / 2) ? (sim_time)work : SIM_NEVER;
}

static void begin_slow(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    SIM_ASSERT(base->starts == 1);
    g_ptr_array_add(world_fault_node_state(node)->slow, base);
    node->is_slow = true;
}

static void end_slow(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    world_fault_list_remove(node->faults->slow, base);
    SIM_ASSERT(node->is_slow);
    node->is_slow = node->faults->slow->len > 0;
}

/* ---- outages ---- */

struct count {
    uint64_t messages;
};

static void count_message(void *context, const struct model_message *message)
{
    struct count *count = context;

    SIM_ASSERT(message != NULL);
    count->messages++;
}

/* Packets that are in its hands or on their way to it, and messages that it holds besides. */
static uint64_t count_at(struct world_node *node)
{
    const struct world_packets *packets = &node->world->packets;
    struct count count = {0};

    SIM_ASSERT(packets->count <= packets->capacity);
    for (uint32_t slot = 0; slot < packets->capacity; slot++) {
        const struct world_packet *packet = &packets->slots[slot];
        count.messages += packet->kind != WORLD_PACKET_FREE && packet->to.node == node->index &&
                          packet->to.incarnation == node->incarnation;
    }
    if (node->type->visit != NULL) {
        node->type->visit(node, count_message, &count);
    }
    return count.messages;
}

static void begin_outage(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    base->hit += node->up ? count_at(node) : 0;
    SIM_ASSERT(node->outages < UINT32_MAX);
    node->outages++;
    world_node_crash(node);
}

static void end_outage(struct world_fault *base)
{
    struct world_node *node = from_fault(base)->node;

    SIM_ASSERT(node->outages > 0);
    node->outages--;
    world_node_restart(node);
}

static void begin_failure(struct world_fault *base)
{
    struct world_datacenter *datacenter = from_fault(base)->datacenter;

    for (uint32_t i = 0; i < datacenter->nodes->len; i++) {
        struct world_node *node = g_ptr_array_index(datacenter->nodes, i);
        base->hit += node->up ? count_at(node) : 0;
    }
    SIM_ASSERT(datacenter->outages < UINT32_MAX);
    datacenter->outages++;
    world_datacenter_fail(datacenter);
}

static void end_failure(struct world_fault *base)
{
    struct world_datacenter *datacenter = from_fault(base)->datacenter;

    SIM_ASSERT(datacenter->outages > 0);
    datacenter->outages--;
    world_datacenter_recover(datacenter);
}

/* ---- making them ---- */

static const struct world_fault_type outage_type = {
    "outage", begin_outage, end_outage, world_fault_free};
static const struct world_fault_type failure_type = {
    "failure", begin_failure, end_failure, world_fault_free};
static const struct world_fault_type pause_type = {
    "pause", begin_pause, end_pause, world_fault_free};
static const struct world_fault_type slow_type = {"slow", begin_slow, end_slow, world_fault_free};

static struct node_fault *make(const struct world_fault_type *type, struct world_node *node)
{
    struct node_fault *fault = g_new0(struct node_fault, 1);

    SIM_ASSERT(node != NULL);
    fault->node = node;
    g_autofree char *drawn = world_node_draw_path(node);
    world_fault_init(&fault->base, type, node->world, node->path, drawn);
    return fault;
}

/* Sets *error and returns false when the kind of node does not feel what `does` ("be paused"). */
bool world_fault_node_feels(
    const struct world_node *node, enum world_node_feels kind, const char *does, GError **error)
{
    SIM_ASSERT(kind != 0);
    if ((node->type->feels & kind) != 0) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_VALUE,
        "a %s cannot %s: %s would not notice; let it strike what the %s works with",
        node->type->name,
        does,
        node->path,
        node->type->name);
    return false;
}

struct world_fault *world_fault_outage_create(struct world_node *node)
{
    SIM_ASSERT(node != NULL);
    return &make(&outage_type, node)->base;
}

struct world_fault *world_fault_datacenter_create(struct world_datacenter *datacenter)
{
    struct node_fault *fault = g_new0(struct node_fault, 1);

    SIM_ASSERT(datacenter != NULL);
    fault->datacenter = datacenter;
    world_fault_init(
        &fault->base, &failure_type, datacenter->world, datacenter->name, datacenter->draws_as);
    return &fault->base;
}

struct world_fault *world_fault_pause_create(struct world_node *node, GError **error)
{
    SIM_ASSERT(node != NULL);
    return world_fault_node_feels(node, WORLD_FEELS_PAUSE, "be paused", error)
               ? &make(&pause_type, node)->base
               : NULL;
}

struct world_fault *world_fault_slow_create(struct world_node *node, double factor, GError **error)
{
    if (!world_fault_node_feels(node, WORLD_FEELS_SLOW, "be slowed", error)) {
        return NULL;
    }
    if (!(factor >= 1 && factor <= 1e9)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "slow: the factor is %g: expected 1 to 1e9",
            factor);
        return NULL;
    }
    struct node_fault *fault = make(&slow_type, node);
    SIM_ASSERT(factor >= 1);
    fault->factor = factor;
    return &fault->base;
}

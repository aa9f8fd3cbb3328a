/* A request that is being worked on is a packet whose slot is the payload of one event. */
/* SPDX-License-Identifier: MIT */
#include "world/singleton.h"

#include "world/draw.h"
#include "world/link.h"
#include "world/relay.h"

struct counters {
    struct sim_counter *passed;
    struct sim_counter *turned_away;
    struct sim_counter *given_up; /* the lease had ended when the work was done */
    struct sim_counter *fenced;
    struct sim_counter *terms;
    struct sim_gauge *active;
};

struct world_singleton {
    struct world_node node;
    struct world_singleton_config config;
    struct counters counters;
    struct world_relay relay; /* its target is the resource */
    struct world_node *coordinator;
    struct world_pipe *to_coordinator;
    struct sim_stream work;
    uint64_t token;      /* of the lease that it had last; 0: none in this life */
    sim_time believes;   /* until then, by its own clock, that it holds it */
    sim_time asked;      /* when it asked last, by its own clock */
    uint64_t asks;       /* since the beginning of the world */
    world_consumer *led; /* works while it believes; NULL: none */
    bool is_leading;
};

static world_singleton *from_node(struct world_node *node)
{
    return (world_singleton *)node; /* the node is its first member */
}

static struct world_packet *packet_at(const world_singleton *singleton, uint32_t slot)
{
    SIM_ASSERT(slot < singleton->node.world->packets.capacity);
    return &singleton->node.world->packets.slots[slot];
}

bool world_singleton_is_active(const world_singleton *singleton)
{
    return singleton->node.up && singleton->token > 0 &&
           world_node_clock(&singleton->node) < singleton->believes;
}

static void lead(world_singleton *singleton, bool is_active)
{
    SIM_ASSERT(singleton->led != NULL);
    if (is_active && !singleton->is_leading) {
        world_consumer_join(singleton->led);
    } else if (!is_active && singleton->is_leading) {
        world_consumer_leave(singleton->led);
    }
    singleton->is_leading = is_active;
}

static void note(world_singleton *singleton)
{
    bool is_active = world_singleton_is_active(singleton);

    SIM_ASSERT(!is_active || singleton->node.up);
    sim_gauge_set(singleton->counters.active, is_active, singleton->node.world->run.now);
    if (singleton->led != NULL) {
        lead(singleton, is_active);
    }
}

/* ---- the lease ---- */

static void ask(void *context, uint64_t payload)
{
    world_singleton *singleton = context;
    struct world_node *node = &singleton->node;
    struct world *world = node->world;

    if (world_node_postpones(node, ask, singleton, payload)) {
        return;
    }
    (void)sim_run_after(
        &world->run, world_node_wait(node, singleton->config.renew_every), ask, singleton, 0);
    note(singleton);
    SIM_ASSERT(singleton->coordinator != NULL);
    if (!node->up) {
        return;
    }
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_ELECT);
    struct world_packet *packet = packet_at(singleton, slot);
    packet->message.id = model_message_id(node->index, ++singleton->asks);
    packet->from = world_node_end_point(node);
    packet->to = world_node_end_point(singleton->coordinator);
    singleton->asked = world_node_clock(node);
    world_link_send(world, slot, singleton->to_coordinator, 0);
}

/* An answer to an earlier question is too old to say until when. */
static void learn(world_singleton *singleton, const struct world_packet *answer)
{
    sim_time lease = answer->message.value - singleton->config.margin;

    if (answer->message.id != model_message_id(singleton->node.index, singleton->asks)) {
        return;
    }
    if (answer->message.key == 0) {
        singleton->believes = 0;
        note(singleton);
        return;
    }
    SIM_ASSERT(answer->message.key >= singleton->token);
    singleton->counters.terms->value += answer->message.key != singleton->token;
    singleton->token = answer->message.key;
    singleton->believes = lease > 0 ? world_time_after(singleton->asked, lease) : 0;
    note(singleton);
}

static void step_down(world_singleton *singleton)
{
    singleton->believes = 0;
    singleton->counters.fenced->value++;
    note(singleton);
    SIM_ASSERT(!world_singleton_is_active(singleton));
}

/* ---- work ---- */

static void turn_away(world_singleton *singleton, uint32_t slot)
{
    struct world *world = singleton->node.world;
    enum world_packet_kind kind = packet_at(singleton, slot)->kind;

    SIM_ASSERT(world_relay_is_request(kind));
    if (kind == WORLD_PACKET_SEND) {
        world_link_answer(world, slot, WORLD_PACKET_FULL, 0);
    } else if (kind == WORLD_PACKET_CHARGE) {
        world_relay_discard(&singleton->relay, slot);
    } else {
        world_link_answer(world, slot, WORLD_PACKET_REFUSE, 0);
    }
}

static void act(void *context, uint64_t payload)
{
    world_singleton *singleton = context;
    uint32_t slot = (uint32_t)payload;

    if (world_node_postpones(&singleton->node, act, singleton, payload)) {
        return;
    }
    if (packet_at(singleton, slot)->to.incarnation != singleton->node.incarnation) {
        world_packets_free(&singleton->node.world->packets, slot); /* it crashed meanwhile */
        return;
    }
    if (singleton->config.is_rechecking && !world_singleton_is_active(singleton)) {
        singleton->counters.given_up->value++;
        turn_away(singleton, slot);
        return;
    }
    SIM_ASSERT(singleton->token > 0);
    singleton->counters.passed->value++;
    world_relay_pass_under(&singleton->relay, slot, 0, singleton->token);
}

static void take_on(world_singleton *singleton, uint32_t slot)
{
    if (!world_singleton_is_active(singleton)) {
        singleton->counters.turned_away->value++;
        turn_away(singleton, slot);
        return;
    }
    SIM_ASSERT(singleton->node.up);
    (void)sim_run_after(
        &singleton->node.world->run,
        sim_dist_draw_time_of(
            &singleton->config.work,
            &singleton->work,
            world_draw_packet(singleton->node.world, packet_at(singleton, slot))),
        act,
        singleton,
        slot);
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_singleton *singleton = from_node(node);
    const struct world_packet *packet = packet_at(singleton, slot);

    SIM_ASSERT(node->up);
    if (world_relay_is_request(packet->kind)) {
        take_on(singleton, slot);
    } else if (packet->kind == WORLD_PACKET_ELECTED) {
        learn(singleton, packet);
        world_packets_free(&node->world->packets, slot);
    } else if (packet->kind == WORLD_PACKET_FENCED) {
        step_down(singleton);
        world_relay_forget(&singleton->relay, slot);
    } else {
        world_relay_return(&singleton->relay, slot);
    }
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_singleton *singleton = (const world_singleton *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (!world_relay_is_complete(&singleton->relay, error)) {
        return false;
    }
    if (singleton->coordinator == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "singleton %s has no coordinator: nobody can give it the lease",
            node->path);
    }
    return singleton->coordinator != NULL;
}

static void start(struct world_node *node)
{
    world_singleton *singleton = from_node(node);

    SIM_ASSERT(singleton->asks == 0);
    world_node_up(node);
    if (singleton->config.asks_after == 0) {
        ask(singleton, 0);
    } else {
        (void)sim_run_after(&node->world->run, singleton->config.asks_after, ask, singleton, 0);
    }
}

static void crash(struct world_node *node)
{
    world_singleton *singleton = from_node(node);

    world_relay_crash(&singleton->relay);
    singleton->token = 0;
    singleton->believes = 0;
    note(singleton);
    SIM_ASSERT(!world_singleton_is_active(singleton));
}

static void verify(const struct world_node *node)
{
    const world_singleton *singleton = (const world_singleton *)node;

    world_relay_check(&singleton->relay);
    SIM_ASSERT(node->up || singleton->token == 0);
    SIM_ASSERT(singleton->token > 0 || singleton->believes == 0);
}

static void destroy(struct world_node *node)
{
    world_singleton *singleton = from_node(node);

    world_relay_finish(&singleton->relay);
    world_node_finish(node);
    g_free(singleton);
}

static const struct world_node_type singleton_type = {
    .name = "singleton",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SKEW,
    .is_complete = is_complete,
    .start = start,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

world_singleton *world_singleton_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_singleton_config *config,
    GError **error)
{
    world_singleton *singleton = g_new0(world_singleton, 1);

    SIM_ASSERT(config->renew_every > 0 && config->margin >= 0 && config->window > 0);
    singleton->config = *config;
    if (!world_node_init(&singleton->node, &singleton_type, datacenter, name, error)) {
        g_free(singleton);
        return NULL;
    }
    world_relay_init(&singleton->relay, &singleton->node, config->window);
    singleton->work = world_node_stream(&singleton->node, "work");
    singleton->counters = (struct counters){
        .passed = world_node_counter(&singleton->node, "passed", "messages"),
        .turned_away = world_node_counter(&singleton->node, "turned_away", "messages"),
        .given_up = world_node_counter(&singleton->node, "given_up", "messages"),
        .fenced = world_node_counter(&singleton->node, "fenced", "messages"),
        .terms = world_node_counter(&singleton->node, "terms", "leases"),
        .active = world_node_gauge(&singleton->node, "active", "holders"),
    };
    return singleton;
}

bool world_singleton_connect(
    world_singleton *singleton, struct world_node *resource, GError **error)
{
    SIM_ASSERT(!singleton->node.world->started);
    return world_relay_set_target(&singleton->relay, resource, error);
}

bool world_singleton_contend(
    world_singleton *singleton, struct world_node *coordinator, GError **error)
{
    if (!world_link_connect(
            &singleton->node, "contends at", coordinator, &singleton->coordinator, error)) {
        return false;
    }
    singleton->to_coordinator = world_link_pipe(&singleton->node, coordinator);
    return true;
}

bool world_singleton_lead(world_singleton *singleton, world_consumer *consumer, GError **error)
{
    const struct world_node *led = world_consumer_node(consumer);

    SIM_ASSERT(!singleton->node.world->started);
    if (singleton->led != NULL || led->datacenter != singleton->node.datacenter) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "%s cannot lead %s: a singleton leads one consumer, of its own data centre",
            singleton->node.path,
            led->path);
        return false;
    }
    singleton->led = consumer;
    world_consumer_leave(consumer);
    return true;
}

struct world_node *world_singleton_node(world_singleton *singleton)
{
    return &singleton->node;
}

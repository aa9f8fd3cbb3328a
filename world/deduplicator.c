/* A packet that waits in the window waits in its message's entry: the message's own until its turn
 * comes; then one that repeats it, the newest, since older ones have most likely been given up. It
 * is answered with the first, or processed in its place when the lease has ended. */
/* SPDX-License-Identifier: MIT */
#include "world/deduplicator.h"

#include "world/alarm.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/marks.h"
#include "world/relay.h"

#define NONE WORLD_WINDOW_NONE

struct counters {
    struct sim_counter *passed;
    struct sim_counter *done;
    struct sim_counter *suppressed; /* repeated, and answered without passing */
    struct sim_counter *replaced;   /* repeated while another repetition waited: not answered */
    struct sim_counter *expired;    /* leases that ended without an answer */
    struct sim_counter *slipped;    /* passed, though done before */
    struct sim_counter *full;       /* turned away: every place is taken by one under way */
    struct sim_counter *evicted;
    struct sim_gauge *remembered;
};

struct world_deduplicator {
    struct world_node node;
    struct counters counters;
    struct world_relay relay;
    struct world_window window;
    struct world_alarm alarm;      /* for the next lease that ends */
    struct world_marks truly_done; /* the world's: only counters go by it */
    bool is_passing;
};

static world_deduplicator *from_node(struct world_node *node)
{
    return (world_deduplicator *)node; /* the node is its first member */
}

static sim_time now_of(const world_deduplicator *self)
{
    return self->node.world->run.now;
}

static struct world_packet *packet_at(const world_deduplicator *self, uint32_t slot)
{
    SIM_ASSERT(slot < self->node.world->packets.capacity);
    return &self->node.world->packets.slots[slot];
}

static void note(world_deduplicator *self)
{
    struct world_window *window = &self->window;

    sim_gauge_set(self->counters.remembered, (int64_t)window->index.count, now_of(self));
    self->counters.evicted->value = window->evicted;
    world_alarm_set(&self->alarm, world_window_next_deadline(window));
    SIM_ASSERT(world_alarm_is_in_time(&self->alarm, world_window_next_deadline(window)));
}

/* ---- passing ---- */

static uint32_t take_packet(world_deduplicator *self, uint32_t entry)
{
    uint32_t slot = self->window.entries[entry].packet;

    self->window.entries[entry].packet = NONE;
    SIM_ASSERT(slot == NONE || packet_at(self, slot)->kind != WORLD_PACKET_FREE);
    return slot;
}

static void pass(world_deduplicator *self, uint32_t entry)
{
    uint32_t slot = take_packet(self, entry);
    uint64_t message = packet_at(self, slot)->message.id;

    SIM_ASSERT(message == self->window.entries[entry].message);
    world_window_process(&self->window, entry, now_of(self));
    self->counters.passed->value++;
    self->counters.slipped->value += world_marks_has(&self->truly_done, message);
    world_relay_pass(&self->relay, slot, 0);
}

/* Those whose turn it is. An answer that comes at once asks for more: the loop under way goes on.
 */
static void pass_seen(world_deduplicator *self)
{
    if (self->is_passing) {
        return;
    }
    self->is_passing = true;
    while (world_window_has_room(&self->window) && world_window_next_seen(&self->window) != NONE) {
        pass(self, world_window_next_seen(&self->window));
    }
    self->is_passing = false;
    note(self);
}

static void end_leases(world_deduplicator *self)
{
    uint32_t entry = world_window_next_overdue(&self->window, now_of(self));

    while (entry != NONE) {
        self->counters.expired->value++;
        if (self->window.entries[entry].packet == NONE) {
            world_window_forget(&self->window, entry);
        } else {
            pass(self, entry);
        }
        entry = world_window_next_overdue(&self->window, now_of(self));
    }
    pass_seen(self);
    SIM_ASSERT(world_window_next_deadline(&self->window) > now_of(self));
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_deduplicator *self = context;

    SIM_ASSERT(payload <= self->node.incarnation);
    if (payload == self->node.incarnation &&
        !world_node_postpones(&self->node, wake_late, self, payload)) {
        end_leases(self);
    }
}

static void wake(void *context)
{
    const world_deduplicator *self = context;

    SIM_ASSERT(self->node.up);
    wake_late(context, self->node.incarnation);
}

/* ---- requests ---- */

static void suppress(world_deduplicator *self, uint32_t slot)
{
    struct world *world = self->node.world;
    const struct world_packet *packet = packet_at(self, slot);
    bool is_send = packet->kind == WORLD_PACKET_SEND;

    SIM_ASSERT(is_send || packet->kind == WORLD_PACKET_CHARGE);
    self->counters.suppressed->value++;
    world_audit_report(world->audit, WORLD_AUDIT_SUPPRESSED, packet->message.id, self->node.index);
    world_link_answer(world, slot, is_send ? WORLD_PACKET_CONFIRM : WORLD_PACKET_CHARGED, 0);
}

/* Whoever sent it tries again by itself; what was to be charged comes again under a new lease. */
static void turn_away(world_deduplicator *self, uint32_t slot)
{
    struct world *world = self->node.world;

    self->counters.full->value++;
    SIM_ASSERT(self->window.lists[WORLD_WINDOW_DONE].count == 0);
    if (packet_at(self, slot)->kind == WORLD_PACKET_SEND) {
        world_link_answer(world, slot, WORLD_PACKET_FULL, 0);
    } else {
        world_relay_discard(&self->relay, slot);
    }
}

static void see(world_deduplicator *self, uint32_t slot)
{
    uint32_t entry = world_window_see(&self->window, packet_at(self, slot)->message.id);

    if (entry == NONE) {
        turn_away(self, slot);
        return;
    }
    SIM_ASSERT(self->window.entries[entry].packet == NONE);
    self->window.entries[entry].packet = slot;
    pass_seen(self);
}

/* It is under way: this one waits, in the place of any that did. */
static void wait(world_deduplicator *self, uint32_t entry, uint32_t slot)
{
    uint32_t earlier = take_packet(self, entry);

    SIM_ASSERT(self->window.entries[entry].state != WORLD_WINDOW_DONE);
    if (earlier != NONE) {
        self->counters.replaced->value++;
        world_relay_discard(&self->relay, earlier);
    }
    self->window.entries[entry].packet = slot;
}

static void take_in(world_deduplicator *self, uint32_t slot)
{
    uint64_t message = packet_at(self, slot)->message.id;
    uint32_t entry = world_window_find(&self->window, message, now_of(self));

    SIM_ASSERT(self->node.up);
    if (entry == NONE) {
        see(self, slot);
    } else if (self->window.entries[entry].state == WORLD_WINDOW_DONE) {
        suppress(self, slot);
    } else {
        wait(self, entry, slot);
    }
}

/* ---- answers ---- */

/* The entry of the message, whose answer has come late: it may have been forgotten since. */
static uint32_t entry_of(world_deduplicator *self, uint64_t message)
{
    uint32_t entry = world_window_find(&self->window, message, now_of(self));

    if (entry == NONE) {
        entry = world_window_see(&self->window, message);
    }
    SIM_ASSERT(entry == NONE || self->window.entries[entry].message == message);
    return entry;
}

static void finish(world_deduplicator *self, uint64_t message)
{
    uint32_t entry = entry_of(self, message);

    self->counters.done->value += !world_marks_has(&self->truly_done, message);
    world_marks_set(&self->truly_done, message);
    if (entry == NONE || self->window.entries[entry].state == WORLD_WINDOW_DONE) {
        return;
    }
    uint32_t waiting = take_packet(self, entry);
    world_window_done(&self->window, entry, now_of(self));
    SIM_ASSERT(self->window.entries[entry].state == WORLD_WINDOW_DONE);
    if (waiting != NONE) {
        suppress(self, waiting);
    }
}

/* No: whoever comes again may try again, and so may the one that waited for this. */
static void give_up(world_deduplicator *self, uint64_t message)
{
    uint32_t entry = world_window_find(&self->window, message, now_of(self));

    if (entry == NONE || self->window.entries[entry].state != WORLD_WINDOW_PROCESSING) {
        return;
    }
    uint32_t waiting = take_packet(self, entry);
    world_window_forget(&self->window, entry);
    SIM_ASSERT(self->window.entries[entry].state == WORLD_WINDOW_FREE);
    if (waiting != NONE) {
        see(self, waiting);
    }
}

static void take_answer(world_deduplicator *self, uint32_t slot)
{
    const struct world_packet *packet = packet_at(self, slot);
    uint64_t message = packet->message.id;
    bool is_done = packet->kind == WORLD_PACKET_CONFIRM || packet->kind == WORLD_PACKET_CHARGED;
    bool is_no = packet->kind == WORLD_PACKET_FULL || packet->kind == WORLD_PACKET_REFUSE;

    SIM_ASSERT(self->node.up);
    if (is_done) {
        finish(self, message);
    } else if (is_no) {
        give_up(self, message);
    }
    pass_seen(self);
    world_relay_return(&self->relay, slot);
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_deduplicator *self = from_node(node);
    enum world_packet_kind kind = packet_at(self, slot)->kind;

    SIM_ASSERT(node->up);
    if (kind == WORLD_PACKET_SEND || kind == WORLD_PACKET_CHARGE) {
        take_in(self, slot);
        note(self);
    } else if (world_relay_is_request(kind)) {
        world_relay_pass(&self->relay, slot, 0);
    } else {
        take_answer(self, slot);
    }
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_deduplicator *)node)->relay, error);
}

static void crash(struct world_node *node)
{
    world_deduplicator *self = from_node(node);

    for (uint32_t i = 0; i < self->window.config.count_max; i++) {
        uint32_t slot = take_packet(self, i);
        if (slot != NONE) {
            world_packets_free(&node->world->packets, slot);
        }
    }
    world_window_clear(&self->window);
    world_relay_crash(&self->relay);
    world_alarm_cancel(&self->alarm);
    self->is_passing = false;
    note(self);
    SIM_ASSERT(self->alarm.time == SIM_NEVER);
}

static void verify(const struct world_node *node)
{
    const world_deduplicator *self = (const world_deduplicator *)node;
    const struct counters *counters = &self->counters;

    world_relay_check(&self->relay);
    world_window_check(&self->window);
    world_alarm_check(&self->alarm);
    SIM_ASSERT(!self->is_passing);
    SIM_ASSERT(
        node->is_paused ||
        world_alarm_is_in_time(&self->alarm, world_window_next_deadline(&self->window)));
    SIM_ASSERT(counters->remembered->value <= (int64_t)self->window.config.count_max);
    SIM_ASSERT(counters->slipped->value <= counters->passed->value);
    for (uint32_t i = 0; i < self->window.config.count_max; i++) {
        const struct world_window_entry *entry = &self->window.entries[i];
        SIM_ASSERT(entry->state != WORLD_WINDOW_SEEN || entry->packet != NONE);
    }
}

static void destroy(struct world_node *node)
{
    world_deduplicator *self = from_node(node);

    world_relay_finish(&self->relay);
    world_window_finish(&self->window);
    world_marks_finish(&self->truly_done);
    world_node_finish(node);
    g_free(self);
}

static const struct world_node_type deduplicator_type = {
    .name = "deduplicator",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_deduplicator *self)
{
    const struct world_node *node = &self->node;

    self->counters = (struct counters){
        .passed = world_node_counter(node, "passed", "messages"),
        .done = world_node_counter(node, "done", "messages"),
        .suppressed = world_node_counter(node, "suppressed", "messages"),
        .replaced = world_node_counter(node, "replaced", "messages"),
        .expired = world_node_counter(node, "expired", "leases"),
        .slipped = world_node_counter(node, "slipped", "messages"),
        .full = world_node_counter(node, "full", "messages"),
        .evicted = world_node_counter(node, "evicted", "messages"),
        .remembered = world_node_gauge(node, "remembered", "messages"),
    };
    SIM_ASSERT(self->counters.passed->value == 0);
}

world_deduplicator *world_deduplicator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_window_config *config,
    GError **error)
{
    world_deduplicator *self = g_new0(world_deduplicator, 1);

    if (!world_node_init(&self->node, &deduplicator_type, datacenter, name, error)) {
        g_free(self);
        return NULL;
    }
    world_relay_init(&self->relay, &self->node, config->count_max);
    world_window_init(&self->window, config);
    world_alarm_init(&self->alarm, &datacenter->world->run, wake, self);
    open_counters(self);
    SIM_ASSERT(self->relay.count == 0);
    return self;
}

bool world_deduplicator_connect(
    world_deduplicator *deduplicator, struct world_node *target, GError **error)
{
    SIM_ASSERT(!deduplicator->node.world->started);
    return world_relay_set_target(&deduplicator->relay, target, error);
}

struct world_node *world_deduplicator_node(world_deduplicator *deduplicator)
{
    return &deduplicator->node;
}

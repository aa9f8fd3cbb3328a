/* Judging what became of messages, by looking everywhere: into every packet and every node. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"
#include "world/audit_state.h"
#include "world/replicas.h"

/* ---- looking everywhere ---- */

static void find(void *context, const struct model_message *message)
{
    world_audit *audit = context;
    uint8_t *flags = world_audit_flags_of(audit, message->id);

    if ((*flags & WORLD_FLAG_FOUND) == 0) {
        world_audit_set(flags, WORLD_FLAG_FOUND);
        g_array_append_val(audit->found, message->id);
    }
    SIM_ASSERT((*flags & WORLD_FLAG_FOUND) != 0);
}

/* The kinds of packet that will put their message into a queue, or bring its effect about; or have
 * it dropped, when its queue has let go of it. */
static bool carries_message(const struct world_packet *packet)
{
    SIM_ASSERT(packet->kind < WORLD_PACKET_KIND_COUNT);
    return packet->kind == WORLD_PACKET_SEND || packet->kind == WORLD_PACKET_DELIVER ||
           packet->kind == WORLD_PACKET_CHARGE ||
           (packet->kind == WORLD_PACKET_NACK && packet->is_sole);
}

void world_audit_lose(
    world_audit *audit, struct world_packet *packet, enum world_audit_event event, uint32_t node)
{
    SIM_ASSERT(event == WORLD_AUDIT_PACKET_LOST || event == WORLD_AUDIT_HAND_LOST);
    if (packet->is_sole && carries_message(packet)) {
        world_audit_report(audit, event, packet->message.id, node);
    }
    packet->is_sole = false;
}

void world_audit_lose_held(world_audit *audit, const struct world_node *node)
{
    struct world_packets *packets = &audit->world->packets;

    SIM_ASSERT(!node->crashed);
    for (uint32_t slot = 0; audit->world->lets_go && slot < packets->capacity; slot++) {
        struct world_packet *packet = &packets->slots[slot];
        if (packet->kind != WORLD_PACKET_FREE && packet->is_sole &&
            packet->to.node == node->index && packet->to.incarnation == node->incarnation) {
            world_audit_lose(audit, packet, WORLD_AUDIT_HAND_LOST, node->index);
        }
    }
}

static void search(world_audit *audit)
{
    const struct world *world = audit->world;

    SIM_ASSERT(audit->found->len == 0);
    for (uint32_t slot = 0; slot < world->packets.capacity; slot++) {
        const struct world_packet *packet = &world->packets.slots[slot];
        if (carries_message(packet) &&
            (packet->is_sole || world_node_alive(world, packet->to) != NULL)) {
            find(audit, &packet->message);
        }
    }
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        struct world_node *node = world_node_at(world, i);
        if (node->type->visit != NULL) {
            node->type->visit(node, find, audit);
        }
    }
}

static void forget(world_audit *audit)
{
    for (uint32_t i = 0; i < audit->found->len; i++) {
        world_audit_clear(
            world_audit_flags_of(audit, g_array_index(audit->found, uint64_t, i)),
            WORLD_FLAG_FOUND);
    }
    for (uint32_t i = 0; i < audit->suspects->len; i++) {
        world_audit_clear(
            world_audit_flags_of(
                audit, g_array_index(audit->suspects, struct world_audit_suspect, i).message),
            WORLD_FLAG_CONVICTED);
    }
    g_array_set_size(audit->found, 0);
    SIM_ASSERT(audit->found->len == 0);
}

typedef void convict_fn(
    struct world_check *check,
    const struct world *world,
    const struct world_audit_suspect *suspect);

static bool is_loss(enum world_audit_event event)
{
    return event == WORLD_AUDIT_QUEUE_CRASHED || event == WORLD_AUDIT_PACKET_LOST ||
           event == WORLD_AUDIT_HAND_LOST || event == WORLD_AUDIT_QUEUE_DEPOSED;
}

static bool is_guilty(const struct world_audit_suspect *suspect, uint8_t flags)
{
    if ((flags & WORLD_FLAG_CONVICTED) != 0) {
        return false;
    }
    if (suspect->event == WORLD_AUDIT_DROPPED || suspect->event == WORLD_AUDIT_DEAD) {
        return (flags &
                (suspect->event == WORLD_AUDIT_DEAD ? WORLD_FLAG_DEAD : WORLD_FLAG_DROPPED)) != 0;
    }
    SIM_ASSERT(is_loss(suspect->event));
    return (flags & WORLD_FLAG_ACCEPTED) != 0 &&
           (flags & (WORLD_FLAG_GONE | WORLD_FLAG_FOUND)) == 0;
}

/* Calls `convict`, if any, for each suspect that will never have its effect, once, in the order of
 * time, and returns how many of them are lost. Between search() and forget(). */
static uint64_t judge(world_audit *audit, convict_fn *convict, struct world_check *check)
{
    uint64_t lost = 0;

    for (uint32_t i = 0; i < audit->suspects->len; i++) {
        const struct world_audit_suspect *suspect =
            &g_array_index(audit->suspects, struct world_audit_suspect, i);
        uint8_t *flags = world_audit_flags_of(audit, suspect->message);
        if (!is_guilty(suspect, *flags)) {
            continue;
        }
        world_audit_set(flags, WORLD_FLAG_CONVICTED);
        lost += is_loss(suspect->event);
        if (convict != NULL) {
            convict(check, audit->world, suspect);
        }
    }
    SIM_ASSERT(lost <= audit->totals.accepted);
    return lost;
}

/* Counts what was found by what it is. Between search() and forget(). */
static void count_found(world_audit *audit, struct world_audit_totals *totals)
{
    totals->inside = 0;
    totals->unaccepted = 0;
    for (uint32_t i = 0; i < audit->found->len; i++) {
        uint8_t flags = *world_audit_flags_of(audit, g_array_index(audit->found, uint64_t, i));
        if ((flags & WORLD_FLAG_ACCEPTED) != 0) {
            totals->inside += (flags & WORLD_FLAG_GONE) == 0;
        } else {
            totals->unaccepted += (flags & WORLD_FLAG_UNPROMISED) == 0;
        }
        SIM_ASSERT((flags & WORLD_FLAG_FOUND) != 0);
    }
}

struct world_audit_totals world_audit_totals_of(world_audit *audit)
{
    struct world_audit_totals totals = audit->totals;

    search(audit);
    totals.lost = judge(audit, NULL, NULL);
    count_found(audit, &totals);
    forget(audit);
    SIM_ASSERT(audit->found->len == 0);
    return totals;
}

/* ---- checks ---- */

/* What the message of a violation says of the end of a message. */
static const char *end_of(enum world_audit_event event)
{
    switch ((int)event) {
    case WORLD_AUDIT_DROPPED:
        return "and dropped, at";
    case WORLD_AUDIT_DEAD:
        return "and is dead, at";
    case WORLD_AUDIT_PACKET_LOST:
        return "and is lost: its queue had let go of it, and it never arrived at";
    case WORLD_AUDIT_HAND_LOST:
        return "and is lost: its queue had let go of it, and who had it crashed, at";
    case WORLD_AUDIT_QUEUE_DEPOSED:
        return "and is lost: the next leader of its queue does not have it; it was at";
    default:
        SIM_ASSERT(event == WORLD_AUDIT_QUEUE_CRASHED);
        return "and is lost: it was in a queue that crashed, at";
    }
}

static void convict(
    struct world_check *check, const struct world *world, const struct world_audit_suspect *suspect)
{
    uint32_t producer = model_message_producer(suspect->message);

    SIM_ASSERT(suspect->time <= world->run.now);
    world_check_fail(
        check,
        suspect->time,
        "message %" G_GUINT64_FORMAT " of %s was accepted, %s %s",
        model_message_sequence(suspect->message),
        world_node_at(world, producer)->path,
        end_of(suspect->event),
        world_node_at(world, suspect->node)->path);
}

static void convict_lost(
    struct world_check *check, const struct world *world, const struct world_audit_suspect *suspect)
{
    SIM_ASSERT(check != NULL);
    if (is_loss(suspect->event)) {
        convict(check, world, suspect);
    }
}

bool world_audit_is_accounted(world_audit *audit, struct world_check *check)
{
    const struct world *world = audit->world;
    struct world_audit_totals t = world_audit_totals_of(audit);
    uint64_t before = t.turned_away + t.refused + t.lost_unaccepted + t.unaccepted + t.accepted;
    uint64_t after = t.settled + t.dropped + t.dead + t.lost + t.inside;

    if (t.arrived == before && t.accepted == after) {
        return true;
    }
    SIM_ASSERT(check != NULL);
    world_check_fail(
        check,
        world->run.now,
        "of %" G_GUINT64_FORMAT " messages that arrived %" G_GUINT64_FORMAT
        " are accounted for, of %" G_GUINT64_FORMAT " accepted %" G_GUINT64_FORMAT,
        t.arrived,
        before,
        t.accepted,
        after);
    return false;
}

void world_audit_end_exactly_once(struct world_check *check, struct world *world)
{
    world_audit *audit = world->audit;

    SIM_ASSERT(check == audit->exactly_once);
    search(audit);
    (void)judge(audit, convict, check);
    forget(audit);
    (void)world_audit_is_accounted(audit, check);
}

void world_audit_sweep_conservation(struct world_check *check, struct world *world)
{
    SIM_ASSERT(check == world->audit->conservation);
    if (world_audit_is_accounted(world->audit, check)) {
        world_check_pass(check);
    }
}

void world_audit_fail_lost(world_audit *audit, struct world_check *check)
{
    search(audit);
    uint64_t lost = judge(audit, convict_lost, check);
    forget(audit);
    SIM_ASSERT(lost <= audit->totals.accepted);
}

/* ---- what is still to have its effect ---- */

static bool is_pending(uint8_t flags)
{
    return (flags & WORLD_FLAG_ACCEPTED) != 0 && (flags & WORLD_FLAG_GONE) == 0;
}

bool world_audit_is_pending(world_audit *audit, uint64_t message)
{
    SIM_ASSERT(model_message_producer(message) < audit->book_count);
    return is_pending(*world_audit_flags_of(audit, message));
}

static void list_pending_of(
    const struct world_audit_book *book, uint32_t producer, GArray *out_messages)
{
    SIM_ASSERT(book->capacity == 0 || book->flags != NULL);
    for (uint64_t sequence = 0; sequence < book->capacity; sequence++) {
        uint64_t message = model_message_id(producer, sequence);
        if (is_pending(book->flags[sequence])) {
            g_array_append_val(out_messages, message);
        }
    }
}

void world_audit_list_pending(const world_audit *audit, GArray *out_messages)
{
    SIM_ASSERT(out_messages->len == 0);
    for (uint32_t i = 0; i < audit->book_count; i++) {
        list_pending_of(&audit->books[i], i, out_messages);
    }
}

/* ---- a queue that was read back ---- */

void world_audit_check_recovered(
    world_audit *audit, struct world_node *node, struct world_check *check)
{
    SIM_ASSERT(node->type->visit != NULL && audit->found->len == 0);
    node->type->visit(node, find, audit);
    for (uint32_t i = 0; i < audit->suspects->len; i++) {
        const struct world_audit_suspect *suspect =
            &g_array_index(audit->suspects, struct world_audit_suspect, i);
        uint8_t flags = *world_audit_flags_of(audit, suspect->message);
        bool was_in_queue = suspect->event == WORLD_AUDIT_QUEUE_CRASHED ||
                            suspect->event == WORLD_AUDIT_QUEUE_DEPOSED;
        if (!was_in_queue || !is_pending(flags) ||
            !world_replicas_are_same(world_node_at(audit->world, suspect->node), node)) {
            continue;
        }
        if ((flags & WORLD_FLAG_FOUND) != 0) {
            world_check_pass(check);
        } else {
            convict(check, audit->world, suspect);
        }
    }
    forget(audit);
}

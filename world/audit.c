/* One byte of flags for every message, in an array per producer indexed by sequence number; totals
 * are kept as flags change. Whether a message that was in a crashed queue is lost cannot be known
 * at that moment: a copy may be on the wire, in a consumer's hands or in a producer's buffer. So it
 * becomes a suspect, and is judged when somebody asks, by looking everywhere. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"

#include <stdlib.h>

#include "world/audit_state.h"
#include "world/invariant.h"

#define CAPACITY_FIRST 64

world_audit *world_audit_create(struct world *world)
{
    world_audit *audit = sim_allocate(1, sizeof(*audit));

    audit->world = world;
    audit->suspects = g_array_new(FALSE, FALSE, sizeof(struct world_audit_suspect));
    audit->found = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    audit->exactly_once = world_check_create(world);
    audit->exactly_once->at_end = world_audit_end_exactly_once;
    audit->conservation = world_check_create(world);
    audit->conservation->at_sample = world_audit_sweep_conservation;
    audit->conservation->at_end = world_audit_sweep_conservation;
    return audit;
}

void world_audit_destroy(world_audit *audit)
{
    if (audit == NULL) {
        return;
    }
    for (uint32_t i = 0; i < audit->book_count; i++) {
        free(audit->books[i].flags);
        free(audit->books[i].awaited);
        free(audit->books[i].settled);
    }
    free(audit->books);
    g_array_unref(audit->suspects);
    g_array_unref(audit->found);
    free(audit);
}

/* ---- flags ---- */

static void grow_groups(struct world_audit_book *book, uint64_t capacity)
{
    uint64_t old = book->awaited == NULL ? 0 : book->capacity;

    SIM_ASSERT(capacity >= old);
    book->awaited = sim_grow(book->awaited, old, capacity, sizeof(*book->awaited));
    book->settled = sim_grow(book->settled, old, capacity, sizeof(*book->settled));
}

/* Books are as many as there are nodes, so that a world of many producers copies them once. */
static void make_book(world_audit *audit, uint32_t producer)
{
    uint32_t count = MAX(producer + 1, audit->world->nodes->len);

    SIM_ASSERT(producer >= audit->book_count);
    audit->books = sim_grow(audit->books, audit->book_count, count, sizeof(*audit->books));
    audit->book_count = count;
}

void world_audit_make_place(world_audit *audit, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= audit->book_count) {
        make_book(audit, producer);
    }
    struct world_audit_book *book = &audit->books[producer];
    if (sequence >= book->capacity) {
        uint64_t capacity = MAX(2 * book->capacity, CAPACITY_FIRST);
        capacity = MAX(capacity, sequence + 1);
        book->flags = sim_grow(book->flags, book->capacity, capacity, 1);
        if (book->awaited != NULL) {
            grow_groups(book, capacity);
        }
        book->capacity = capacity;
    }
    SIM_ASSERT(sequence < book->capacity);
}

bool world_audit_is_settled(const world_audit *audit, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= audit->book_count || sequence >= audit->books[producer].capacity) {
        return false;
    }
    return (audit->books[producer].flags[sequence] & WORLD_FLAG_SETTLED) != 0;
}

/* ---- reports ---- */

/* Of a message that several ends befall before it is accepted, the first counts. */
static void note_buffer_lost(world_audit *audit, uint8_t *flags)
{
    if ((*flags & (WORLD_FLAG_ACCEPTED | WORLD_FLAG_UNPROMISED)) == 0) {
        audit->totals.lost_unaccepted++;
        world_audit_set(flags, WORLD_FLAG_BUFFER_LOST);
    }
    SIM_ASSERT((*flags & WORLD_FLAG_UNPROMISED) != WORLD_FLAG_UNPROMISED);
}

static void note_refused(world_audit *audit, uint8_t *flags)
{
    if ((*flags & (WORLD_FLAG_ACCEPTED | WORLD_FLAG_UNPROMISED)) == 0) {
        audit->totals.refused++;
        audit->refused_by_queue++;
        world_audit_set(flags, WORLD_FLAG_REFUSED);
    }
    SIM_ASSERT((*flags & WORLD_FLAG_UNPROMISED) != WORLD_FLAG_UNPROMISED);
}

static void note_accepted(world_audit *audit, uint8_t *flags)
{
    if (*flags == 0) { /* as with nearly every message */
        *flags = WORLD_FLAG_ACCEPTED;
        audit->totals.accepted++;
        return;
    }
    if ((*flags & WORLD_FLAG_ACCEPTED) != 0) {
        return;
    }
    audit->totals.lost_unaccepted -= (*flags & WORLD_FLAG_BUFFER_LOST) != 0;
    audit->totals.refused -= (*flags & WORLD_FLAG_REFUSED) != 0;
    audit->refused_by_queue -= (*flags & WORLD_FLAG_REFUSED) != 0;
    audit->totals.accepted++;
    SIM_ASSERT(audit->totals.accepted <= audit->taken_in);
    world_audit_clear(flags, WORLD_FLAG_BUFFER_LOST);
    world_audit_clear(flags, WORLD_FLAG_REFUSED);
    world_audit_set(flags, WORLD_FLAG_ACCEPTED);
}

static void note_suspect(
    world_audit *audit, uint64_t message, uint32_t node, enum world_audit_event event)
{
    struct world_audit_suspect suspect = {
        .message = message,
        .time = audit->world->run.now,
        .node = node,
        .event = event,
    };

    SIM_ASSERT(node < audit->world->nodes->len);
    g_array_append_val(audit->suspects, suspect);
}

/* A message counts as dropped or dead only while it has had no effect. */
static void note_gone(
    world_audit *audit, uint64_t message, uint32_t node, enum world_audit_flag flag)
{
    uint8_t *flags = world_audit_flags_of(audit, message);

    SIM_ASSERT(flag == WORLD_FLAG_DROPPED || flag == WORLD_FLAG_DEAD);
    note_accepted(audit, flags);
    if ((*flags & WORLD_FLAG_GONE) == 0) {
        world_audit_set(flags, flag);
        audit->totals.dropped += flag == WORLD_FLAG_DROPPED;
        audit->totals.dead += flag == WORLD_FLAG_DEAD;
        note_suspect(
            audit, message, node, flag == WORLD_FLAG_DEAD ? WORLD_AUDIT_DEAD : WORLD_AUDIT_DROPPED);
    }
}

static void note_repeated(world_audit *audit, uint64_t message, uint32_t node)
{
    const struct world *world = audit->world;

    audit->totals.repeated++;
    world_invariant_repeated(audit->world, node, message);
    world_check_fail(
        audit->exactly_once,
        world->run.now,
        "message %" G_GUINT64_FORMAT " of %s had its effect twice, at %s",
        model_message_sequence(message),
        world_node_at(world, model_message_producer(message))->path,
        world_node_at(world, node)->path);
}

/* What had its effect was accepted: a queue may recover a message from its journal, and keep a
 * promise that the crash kept it from making. */
static void note_settled(world_audit *audit, uint64_t message, uint32_t node, uint8_t *flags)
{
    if ((*flags & WORLD_FLAG_SETTLED) != 0) {
        note_repeated(audit, message, node);
        return;
    }
    if (*flags != WORLD_FLAG_ACCEPTED) { /* as it is with nearly every message */
        note_accepted(audit, flags);
        audit->totals.dropped -= (*flags & WORLD_FLAG_DROPPED) != 0;
        audit->totals.dead -= (*flags & WORLD_FLAG_DEAD) != 0;
        world_audit_clear(flags, WORLD_FLAG_DROPPED);
        world_audit_clear(flags, WORLD_FLAG_DEAD);
    }
    world_audit_set(flags, WORLD_FLAG_SETTLED);
    audit->totals.settled++;
    SIM_ASSERT(audit->totals.settled <= audit->totals.accepted);
    world_check_pass(audit->exactly_once);
}

/* ---- groups ---- */

void world_audit_address(world_audit *audit, uint64_t message, uint32_t group_count)
{
    uint64_t sequence = model_message_sequence(message);

    SIM_ASSERT(group_count > 1 && group_count <= 64);
    struct world_audit_book *book = world_audit_book_of(audit, message);
    if (book->awaited == NULL) {
        grow_groups(book, book->capacity);
    }
    uint64_t all = UINT64_MAX >> (64 - group_count);
    book->awaited[sequence] = all & ~book->settled[sequence];
}

void world_audit_settle(world_audit *audit, uint64_t message, uint32_t group, uint32_t node)
{
    uint64_t sequence = model_message_sequence(message);
    const struct world_audit_book *book = world_audit_book_of(audit, message);

    if (book->awaited == NULL || (book->awaited[sequence] | book->settled[sequence]) == 0) {
        world_trace(audit->world, WORLD_TRACE_AUDIT + WORLD_AUDIT_SETTLED, node, message);
        note_settled(audit, message, node, &book->flags[sequence]);
        return;
    }
    uint64_t bit = UINT64_C(1) << group;
    SIM_ASSERT(group < 64);
    if ((book->settled[sequence] & bit) != 0) {
        note_repeated(audit, message, node);
        return;
    }
    book->settled[sequence] |= bit;
    book->awaited[sequence] &= ~bit;
    if (book->awaited[sequence] == 0) {
        world_audit_report(audit, WORLD_AUDIT_SETTLED, message, node);
    }
}

void world_audit_pass_over(world_audit *audit, uint64_t message, uint32_t group, uint32_t node)
{
    uint64_t sequence = model_message_sequence(message);
    const struct world_audit_book *book = world_audit_book_of(audit, message);

    if (book->awaited == NULL) {
        world_audit_report(audit, WORLD_AUDIT_DROPPED, message, node);
        return;
    }
    SIM_ASSERT(group < 64);
    bool was_last = book->awaited[sequence] == UINT64_C(1) << group;
    book->awaited[sequence] &= ~(UINT64_C(1) << group);
    if (was_last) {
        world_audit_report(
            audit,
            book->settled[sequence] != 0 ? WORLD_AUDIT_SETTLED : WORLD_AUDIT_DROPPED,
            message,
            node);
    }
}

/* What happens before a message is in a queue. */
static void report_arrival(
    world_audit *audit, enum world_audit_event event, uint64_t message, uint32_t node)
{
    bool is_at_producer = node == model_message_producer(message);

    switch ((int)event) {
    case WORLD_AUDIT_TURNED_AWAY:
        audit->totals.arrived++;
        audit->totals.turned_away++;
        break;
    case WORLD_AUDIT_REFUSED:
        if (is_at_producer) {
            audit->totals.arrived++;
            audit->totals.refused++;
        } else {
            note_refused(audit, world_audit_flags_of(audit, message));
        }
        break;
    default:
        SIM_ASSERT(event == WORLD_AUDIT_BUFFER_LOST);
        note_buffer_lost(audit, world_audit_flags_of(audit, message));
    }
}

void world_audit_taken_in(world_audit *audit, uint64_t message, uint32_t node)
{
    SIM_ASSERT(node == model_message_producer(message));
    world_trace(audit->world, WORLD_TRACE_AUDIT + WORLD_AUDIT_TAKEN_IN, node, message);
    audit->totals.arrived++;
    audit->taken_in++;
}

void world_audit_accepted(world_audit *audit, uint64_t message, uint32_t node)
{
    SIM_ASSERT(node < audit->world->nodes->len);
    world_trace(audit->world, WORLD_TRACE_AUDIT + WORLD_AUDIT_ACCEPTED, node, message);
    note_accepted(audit, world_audit_flags_of(audit, message));
}

void world_audit_report(
    world_audit *audit, enum world_audit_event event, uint64_t message, uint32_t node)
{
    if (event == WORLD_AUDIT_TAKEN_IN) {
        world_audit_taken_in(audit, message, node);
        return;
    }
    if (event == WORLD_AUDIT_ACCEPTED) {
        world_audit_accepted(audit, message, node);
        return;
    }
    world_trace(audit->world, WORLD_TRACE_AUDIT + (uint32_t)event, node, message);
    switch (event) {
    case WORLD_AUDIT_TURNED_AWAY:
    case WORLD_AUDIT_REFUSED:
    case WORLD_AUDIT_BUFFER_LOST:
        report_arrival(audit, event, message, node);
        break;
    case WORLD_AUDIT_TAKEN_IN: /* above */
    case WORLD_AUDIT_ACCEPTED:
        break;
    case WORLD_AUDIT_QUEUE_CRASHED:
    case WORLD_AUDIT_PACKET_LOST:
    case WORLD_AUDIT_HAND_LOST:
        note_suspect(audit, message, node, event);
        break;
    case WORLD_AUDIT_SETTLED:
    case WORLD_AUDIT_RECOVERED:
        note_settled(audit, message, node, world_audit_flags_of(audit, message));
        break;
    case WORLD_AUDIT_SUPPRESSED:
        audit->totals.suppressed++;
        break;
    case WORLD_AUDIT_DROPPED:
        note_gone(audit, message, node, WORLD_FLAG_DROPPED);
        break;
    case WORLD_AUDIT_DEAD:
        note_gone(audit, message, node, WORLD_FLAG_DEAD);
        break;
    }
    SIM_ASSERT(event <= WORLD_AUDIT_LAST);
}

/* ---- checks ---- */

struct world_check *world_audit_check_exactly_once(world_audit *audit)
{
    return audit->exactly_once;
}

struct world_check *world_audit_check_conservation(world_audit *audit)
{
    return audit->conservation;
}

void world_audit_check(const world_audit *audit)
{
    const struct world_audit_totals *t = &audit->totals;

    SIM_ASSERT(
        t->arrived + audit->refused_by_queue == t->turned_away + t->refused + audit->taken_in);
    SIM_ASSERT(t->accepted + t->lost_unaccepted <= audit->taken_in);
    SIM_ASSERT(t->settled + t->dropped + t->dead <= t->accepted);
    SIM_ASSERT(audit->found->len == 0);
}

/* One byte of flags for every message, in an array per producer indexed by sequence number; totals
 * are kept as flags change. Whether a message that was in a crashed queue is lost cannot be known
 * at that moment: a copy may be on the wire, in a consumer's hands or in a producer's buffer. So it
 * becomes a suspect, and is judged when somebody asks, by looking everywhere. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"

#include <stdlib.h>

#include "world/node.h"
#include "world/world.h"

enum flag {
    ACCEPTED = 1,
    SETTLED = 2,
    BUFFER_LOST = 4,
    DROPPED = 8,
    DEAD = 16,
    FOUND = 32,     /* while a search is under way: it is somewhere */
    CONVICTED = 64, /* while a search is under way: counted as lost */
    REFUSED = 128,  /* by the queue, for good */
};

#define GONE           (SETTLED | DROPPED | DEAD)
#define UNPROMISED     (BUFFER_LOST | REFUSED) /* ended so, unless it is accepted yet */

#define CAPACITY_FIRST 1024

struct book {
    uint8_t *flags;
    uint64_t capacity;
};

/* A message that may never have its effect: it was in a queue when that crashed, or was dropped, or
 * is dead. In order of time. */
struct suspect {
    uint64_t message;
    sim_time time;
    uint32_t node;
    enum flag flag; /* DROPPED or DEAD; 0: its queue crashed */
};

struct world_audit {
    struct world *world;
    struct book *books; /* by producer */
    uint32_t book_count;
    GArray *suspects;                 /* of struct suspect */
    GArray *found;                    /* of uint64_t: the messages flagged FOUND */
    struct world_audit_totals totals; /* but for unaccepted, lost and inside */
    uint64_t taken_in;
    uint64_t refused_by_queue;
    struct world_check *exactly_once;
    struct world_check *conservation;
};

static void end_exactly_once(struct world_check *check, struct world *world);
static void sweep_conservation(struct world_check *check, struct world *world);

world_audit *world_audit_create(struct world *world)
{
    world_audit *audit = sim_allocate(1, sizeof(*audit));

    audit->world = world;
    audit->suspects = g_array_new(FALSE, FALSE, sizeof(struct suspect));
    audit->found = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    audit->exactly_once = world_check_create(world);
    audit->exactly_once->at_end = end_exactly_once;
    audit->conservation = world_check_create(world);
    audit->conservation->at_sample = sweep_conservation;
    audit->conservation->at_end = sweep_conservation;
    return audit;
}

void world_audit_destroy(world_audit *audit)
{
    if (audit == NULL) {
        return;
    }
    for (uint32_t i = 0; i < audit->book_count; i++) {
        free(audit->books[i].flags);
    }
    free(audit->books);
    g_array_unref(audit->suspects);
    g_array_unref(audit->found);
    free(audit);
}

/* ---- flags ---- */

static uint8_t *flags_of(world_audit *audit, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= audit->book_count) {
        audit->books =
            sim_grow(audit->books, audit->book_count, producer + 1, sizeof(*audit->books));
        audit->book_count = producer + 1;
    }
    struct book *book = &audit->books[producer];
    if (sequence >= book->capacity) {
        uint64_t capacity = MAX(2 * book->capacity, CAPACITY_FIRST);
        capacity = MAX(capacity, sequence + 1);
        book->flags = sim_grow(book->flags, book->capacity, capacity, 1);
        book->capacity = capacity;
    }
    SIM_ASSERT(sequence < book->capacity);
    return &book->flags[sequence];
}

static void set(uint8_t *flags, enum flag flag)
{
    *flags = (uint8_t)(*flags | flag);
}

static void clear(uint8_t *flags, enum flag flag)
{
    *flags = (uint8_t)(*flags & ~flag);
}

bool world_audit_is_settled(const world_audit *audit, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= audit->book_count || sequence >= audit->books[producer].capacity) {
        return false;
    }
    return (audit->books[producer].flags[sequence] & SETTLED) != 0;
}

/* ---- reports ---- */

/* Of a message that several ends befall before it is accepted, the first counts. */
static void note_buffer_lost(world_audit *audit, uint8_t *flags)
{
    if ((*flags & (ACCEPTED | UNPROMISED)) == 0) {
        audit->totals.lost_unaccepted++;
        set(flags, BUFFER_LOST);
    }
    SIM_ASSERT((*flags & UNPROMISED) != UNPROMISED);
}

static void note_refused(world_audit *audit, uint8_t *flags)
{
    if ((*flags & (ACCEPTED | UNPROMISED)) == 0) {
        audit->totals.refused++;
        audit->refused_by_queue++;
        set(flags, REFUSED);
    }
    SIM_ASSERT((*flags & UNPROMISED) != UNPROMISED);
}

static void note_accepted(world_audit *audit, uint8_t *flags)
{
    if ((*flags & ACCEPTED) != 0) {
        return;
    }
    audit->totals.lost_unaccepted -= (*flags & BUFFER_LOST) != 0;
    audit->totals.refused -= (*flags & REFUSED) != 0;
    audit->refused_by_queue -= (*flags & REFUSED) != 0;
    audit->totals.accepted++;
    SIM_ASSERT(audit->totals.accepted <= audit->taken_in);
    clear(flags, BUFFER_LOST);
    clear(flags, REFUSED);
    set(flags, ACCEPTED);
}

static void note_suspect(world_audit *audit, uint64_t message, uint32_t node, enum flag flag)
{
    struct suspect suspect = {
        .message = message,
        .time = audit->world->run.now,
        .node = node,
        .flag = flag,
    };

    SIM_ASSERT(node < audit->world->nodes->len);
    g_array_append_val(audit->suspects, suspect);
}

/* A message counts as dropped or dead only while it has had no effect. */
static void note_gone(world_audit *audit, uint64_t message, uint32_t node, enum flag flag)
{
    uint8_t *flags = flags_of(audit, message);

    SIM_ASSERT(flag == DROPPED || flag == DEAD);
    note_accepted(audit, flags);
    if ((*flags & GONE) == 0) {
        set(flags, flag);
        audit->totals.dropped += flag == DROPPED;
        audit->totals.dead += flag == DEAD;
        note_suspect(audit, message, node, flag);
    }
}

/* What had its effect was accepted: a queue may recover a message from its journal, and keep a
 * promise that the crash kept it from making. */
static void note_settled(world_audit *audit, uint64_t message, uint32_t node, uint8_t *flags)
{
    struct world *world = audit->world;

    if ((*flags & SETTLED) != 0) {
        audit->totals.repeated++;
        world_check_fail(
            audit->exactly_once,
            world->run.now,
            "message %" G_GUINT64_FORMAT " of %s had its effect twice, at %s",
            model_message_sequence(message),
            world_node_at(world, model_message_producer(message))->path,
            world_node_at(world, node)->path);
        return;
    }
    note_accepted(audit, flags);
    audit->totals.dropped -= (*flags & DROPPED) != 0;
    audit->totals.dead -= (*flags & DEAD) != 0;
    clear(flags, DROPPED);
    clear(flags, DEAD);
    set(flags, SETTLED);
    audit->totals.settled++;
    SIM_ASSERT(audit->totals.settled <= audit->totals.accepted);
    world_check_pass(audit->exactly_once);
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
            note_refused(audit, flags_of(audit, message));
        }
        break;
    case WORLD_AUDIT_TAKEN_IN:
        audit->totals.arrived++;
        audit->taken_in++;
        break;
    default:
        SIM_ASSERT(event == WORLD_AUDIT_BUFFER_LOST);
        note_buffer_lost(audit, flags_of(audit, message));
    }
}

void world_audit_report(
    world_audit *audit, enum world_audit_event event, uint64_t message, uint32_t node)
{
    world_trace(audit->world, WORLD_TRACE_AUDIT + (uint32_t)event, node, message);
    switch (event) {
    case WORLD_AUDIT_TURNED_AWAY:
    case WORLD_AUDIT_REFUSED:
    case WORLD_AUDIT_TAKEN_IN:
    case WORLD_AUDIT_BUFFER_LOST:
        report_arrival(audit, event, message, node);
        break;
    case WORLD_AUDIT_ACCEPTED:
        note_accepted(audit, flags_of(audit, message));
        break;
    case WORLD_AUDIT_QUEUE_CRASHED:
        note_suspect(audit, message, node, 0);
        break;
    case WORLD_AUDIT_SETTLED:
    case WORLD_AUDIT_RECOVERED:
        note_settled(audit, message, node, flags_of(audit, message));
        break;
    case WORLD_AUDIT_SUPPRESSED:
        audit->totals.suppressed++;
        break;
    case WORLD_AUDIT_DROPPED:
        note_gone(audit, message, node, DROPPED);
        break;
    case WORLD_AUDIT_DEAD:
        note_gone(audit, message, node, DEAD);
        break;
    }
    SIM_ASSERT(event <= WORLD_AUDIT_DEAD);
}

/* ---- looking everywhere ---- */

static void find(void *context, const struct model_message *message)
{
    world_audit *audit = context;
    uint8_t *flags = flags_of(audit, message->id);

    if ((*flags & FOUND) == 0) {
        set(flags, FOUND);
        g_array_append_val(audit->found, message->id);
    }
    SIM_ASSERT((*flags & FOUND) != 0);
}

/* The kinds of packet that will put their message into a queue, or bring its effect about. */
static bool carries_message(const struct world_packet *packet)
{
    SIM_ASSERT(packet->kind <= WORLD_PACKET_NACK);
    return packet->kind == WORLD_PACKET_SEND || packet->kind == WORLD_PACKET_DELIVER ||
           packet->kind == WORLD_PACKET_CHARGE;
}

static void search(world_audit *audit)
{
    const struct world *world = audit->world;

    SIM_ASSERT(audit->found->len == 0);
    for (uint32_t slot = 0; slot < world->packets.capacity; slot++) {
        const struct world_packet *packet = &world->packets.slots[slot];
        if (carries_message(packet) && world_node_alive(world, packet->to) != NULL) {
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
        clear(flags_of(audit, g_array_index(audit->found, uint64_t, i)), FOUND);
    }
    for (uint32_t i = 0; i < audit->suspects->len; i++) {
        clear(
            flags_of(audit, g_array_index(audit->suspects, struct suspect, i).message), CONVICTED);
    }
    g_array_set_size(audit->found, 0);
    SIM_ASSERT(audit->found->len == 0);
}

typedef void convict_fn(world_audit *audit, const struct suspect *suspect);

static bool is_guilty(const struct suspect *suspect, uint8_t flags)
{
    SIM_ASSERT(suspect->flag == 0 || suspect->flag == DROPPED || suspect->flag == DEAD);
    if ((flags & CONVICTED) != 0) {
        return false;
    }
    if (suspect->flag != 0) {
        return (flags & suspect->flag) != 0;
    }
    return (flags & ACCEPTED) != 0 && (flags & (GONE | FOUND)) == 0;
}

/* Calls `convict`, if any, for each suspect that will never have its effect, once, in the order of
 * time, and returns how many of them are lost. Between search() and forget(). */
static uint64_t judge(world_audit *audit, convict_fn *convict)
{
    uint64_t lost = 0;

    for (uint32_t i = 0; i < audit->suspects->len; i++) {
        const struct suspect *suspect = &g_array_index(audit->suspects, struct suspect, i);
        uint8_t *flags = flags_of(audit, suspect->message);
        if (!is_guilty(suspect, *flags)) {
            continue;
        }
        set(flags, CONVICTED);
        lost += suspect->flag == 0;
        if (convict != NULL) {
            convict(audit, suspect);
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
        uint8_t flags = *flags_of(audit, g_array_index(audit->found, uint64_t, i));
        if ((flags & ACCEPTED) != 0) {
            totals->inside += (flags & GONE) == 0;
        } else {
            totals->unaccepted += (flags & UNPROMISED) == 0;
        }
        SIM_ASSERT((flags & FOUND) != 0);
    }
}

struct world_audit_totals world_audit_totals_of(world_audit *audit)
{
    struct world_audit_totals totals = audit->totals;

    search(audit);
    totals.lost = judge(audit, NULL);
    count_found(audit, &totals);
    forget(audit);
    SIM_ASSERT(audit->found->len == 0);
    return totals;
}

/* ---- checks ---- */

static void convict(world_audit *audit, const struct suspect *suspect)
{
    const struct world *world = audit->world;
    uint32_t producer = model_message_producer(suspect->message);
    const char *end = ", and is lost: it was in a queue that crashed";

    SIM_ASSERT(suspect->time <= world->run.now);
    if (suspect->flag == DROPPED) {
        end = ", and dropped";
    } else if (suspect->flag == DEAD) {
        end = ", and is dead";
    }
    world_check_fail(
        audit->exactly_once,
        suspect->time,
        "message %" G_GUINT64_FORMAT " of %s was accepted%s, at %s",
        model_message_sequence(suspect->message),
        world_node_at(world, producer)->path,
        end,
        world_node_at(world, suspect->node)->path);
}

/* Returns whether every message is in exactly one state; if not, the check fails. */
static bool is_accounted(struct world_check *check, const struct world *world)
{
    struct world_audit_totals t = world_audit_totals_of(world->audit);
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

static void end_exactly_once(struct world_check *check, struct world *world)
{
    world_audit *audit = world->audit;

    SIM_ASSERT(check == audit->exactly_once);
    search(audit);
    (void)judge(audit, convict);
    forget(audit);
    (void)is_accounted(check, world);
}

static void sweep_conservation(struct world_check *check, struct world *world)
{
    SIM_ASSERT(check == world->audit->conservation);
    if (is_accounted(check, world)) {
        world_check_pass(check);
    }
}

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

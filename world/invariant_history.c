/* What last befell a message, from the ring of the world's last events: looked through once for
 * each invariant, at its first violation. */
/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "world/invariant_state.h"
#include "world/node.h"

#define EVENTS_MAX 8 /* that a violation tells */

static const char *word_for(uint32_t kind)
{
    static const char *const audited[] = {
        [WORLD_AUDIT_TURNED_AWAY] = "turned away",
        [WORLD_AUDIT_REFUSED] = "refused",
        [WORLD_AUDIT_TAKEN_IN] = "taken in",
        [WORLD_AUDIT_BUFFER_LOST] = "gone with the producer's buffer",
        [WORLD_AUDIT_ACCEPTED] = "accepted",
        [WORLD_AUDIT_QUEUE_CRASHED] = "in a queue that crashed",
        [WORLD_AUDIT_SETTLED] = "settled",
        [WORLD_AUDIT_RECOVERED] = "its effect read back",
        [WORLD_AUDIT_SUPPRESSED] = "recognised",
        [WORLD_AUDIT_DROPPED] = "dropped",
        [WORLD_AUDIT_DEAD] = "dead",
        [WORLD_AUDIT_PACKET_LOST] = "lost on the way",
        [WORLD_AUDIT_HAND_LOST] = "lost with who had it",
        [WORLD_AUDIT_QUEUE_DEPOSED] = "in a queue that was deposed",
    };

    SIM_ASSERT(kind <= WORLD_TRACE_AUDIT + WORLD_AUDIT_LAST);
    if (kind >= WORLD_TRACE_AUDIT) {
        return audited[kind - WORLD_TRACE_AUDIT];
    }
    return kind == WORLD_TRACE_DELIVERY      ? "delivered to"
           : kind == WORLD_TRACE_LOST_PACKET ? "lost in a packet to"
                                             : NULL;
}

static void append_event(
    const struct world *world, GString *history, const struct sim_trace_record *record)
{
    const char *word = word_for(record->kind);

    SIM_ASSERT(word != NULL && record->node < world->nodes->len);
    g_string_append_printf(
        history,
        "%s%.6f s  %s%s %s",
        history->len > 0 ? "\n" : "",
        (double)record->time / (double)SIM_SECOND,
        word,
        record->kind == WORLD_TRACE_DELIVERY || record->kind == WORLD_TRACE_LOST_PACKET ? ""
                                                                                        : " at",
        world_node_at(world, record->node)->path);
}

/* The caller frees it; NULL: the ring knows nothing of the message. */
static char *history_of(const struct world *world, uint64_t message)
{
    const struct sim_trace_record *found[EVENTS_MAX];
    uint64_t oldest = world->recent_count > WORLD_RECENT ? world->recent_count - WORLD_RECENT : 0;
    uint32_t count = 0;

    SIM_ASSERT(world->recent != NULL);
    for (uint64_t i = world->recent_count; i > oldest && count < EVENTS_MAX; i--) {
        const struct sim_trace_record *record = &world->recent[(i - 1) % WORLD_RECENT];
        if (record->message == message && word_for(record->kind) != NULL) {
            found[count++] = record;
        }
    }
    if (count == 0) {
        return NULL;
    }
    GString *history = g_string_new(NULL);
    while (count > 0) {
        append_event(world, history, found[--count]);
    }
    return g_string_free(history, FALSE);
}

void world_invariant_fail(
    struct world *world, enum world_invariant invariant, uint64_t message, const char *format, ...)
{
    struct world_check *check = world_invariant_check(world, invariant);
    va_list arguments;

    if (check->failed > 0) {
        check->evaluated++;
        check->failed++;
        return;
    }
    g_autofree char *name = world_invariant_name_of(world, message);
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    world_check_fail(check, world->run.now, "%s %s", name, what);
    check->first.message = message;
    check->first.history = history_of(world, message);
    SIM_ASSERT(check->failed == 1);
}

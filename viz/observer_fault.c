/* Which nodes and links suffer from what. A fault's name says what it strikes: "fault/slow/" and
 * the path of a node, "fault/cut/" and two data centres; from the second on with a number behind.
 */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "viz/observer_state.h"

struct kind {
    const char *name; /* of a struct world_fault_type */
    const char *word;
    bool is_of_link;
};

static const struct kind kinds[] = {
    {"pause", "PAUSED", false},
    {"slow", "SLOW", false},
    {"clock_skew", "CLOCK", false},
    {"spike", "LOAD", false},
    {"hot_key", "HOT KEY", false},
    {"poison", "POISON", false},
    {"cut", "cut", true},
    {"slow_link", "slow", true},
    {"loss", "loss", true},
    {"duplication", "doubles", true},
    {"reordering", "disorder", true},
};

static const struct kind *kind_of(const struct world_fault *fault)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, fault->type->name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Whether the target is this one, with or without a number. */
static bool is_target(const char *target, const char *path)
{
    size_t length = strlen(path);

    return strncmp(target, path, length) == 0 &&
           (target[length] == '\0' ||
            (target[length] == '/' && g_ascii_isdigit(target[length + 1])));
}

static bool strikes_link(
    const struct viz_topology *topology, const char *target, const struct viz_edge *edge)
{
    const char *from = topology->places[topology->nodes[edge->from].place];
    const char *to = topology->places[topology->nodes[edge->to].place];
    g_autofree char *there = g_strdup_printf("%s/%s", from, to);
    g_autofree char *back = g_strdup_printf("%s/%s", to, from);

    return is_target(target, there) || is_target(target, back);
}

static void mark(
    const viz_observer *observer,
    struct viz_frame *frame,
    const struct kind *kind,
    const char *target)
{
    const struct viz_topology *topology = &observer->topology;

    for (uint32_t i = 0; kind->is_of_link && i < topology->edge_count; i++) {
        if (strikes_link(topology, target, &topology->edges[i])) {
            (void)g_strlcpy(frame->edges[i].fault, kind->word, VIZ_FAULT_SIZE);
        }
    }
    for (uint32_t i = 0; !kind->is_of_link && i < topology->node_count; i++) {
        if (is_target(target, world_watch_node_at(observer->world, i).path)) {
            (void)g_strlcpy(frame->nodes[i].fault, kind->word, VIZ_FAULT_SIZE);
        }
    }
}

void viz_observer_mark_faults(const viz_observer *observer, struct viz_frame *frame)
{
    const struct world_faults *faults = &observer->world->faults;

    for (uint32_t i = 0; faults->active > 0 && i < faults->list->len; i++) {
        const struct world_fault *fault = g_ptr_array_index(faults->list, i);
        const struct kind *kind = kind_of(fault);
        if (kind == NULL || !world_fault_is_active(fault)) {
            continue;
        }
        SIM_ASSERT(g_str_has_prefix(fault->name, "fault/"));
        mark(observer, frame, kind, fault->name + strlen("fault/") + strlen(kind->name) + 1);
    }
}

/* Packets are looked at twice: to count those on each edge, and to pick the ones that get a dot. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "viz/observer_state.h"

#define DOTS_PER_EDGE 40 /* more are not to be told apart */
#define POSITIONS     65535

/* ---- frames ---- */

static uint32_t level_max_of(const struct sim_measure *measure)
{
    return measure != NULL && measure->kind == SIM_MEASURE_GAUGE
               ? viz_observer_whole((double)measure->gauge.max)
               : 0;
}

static void fill_nodes(const viz_observer *observer, struct viz_frame *frame)
{
    for (uint32_t i = 0; i < observer->topology.node_count; i++) {
        const struct viz_observer_node *node = &observer->nodes[i];
        bool has_workers = node->workers != NULL;
        frame->nodes[i] = (struct viz_node_state){
            .is_up = world_watch_node_at(observer->world, i).is_up,
            .level = viz_observer_whole((double)viz_observer_gauge_of(node->level)),
            .level_max = level_max_of(node->level),
            .busy = has_workers ? viz_observer_whole((double)viz_observer_gauge_of(node->workers))
                                : node->server_percent,
            .busy_max = has_workers ? level_max_of(node->workers) : 100,
            .rate = node->rate,
        };
    }
}

static void fill_checks(const viz_observer *observer, struct viz_frame *frame)
{
    const GPtrArray *expected = observer->world->checks.expected;

    for (uint32_t i = 0; i < observer->topology.check_count; i++) {
        const struct world_check *check = g_ptr_array_index(expected, i);
        frame->checks[i] = (struct viz_check_state){
            .evaluated = check->evaluated,
            .failed = check->failed,
            .first_failure = check->failed > 0 ? check->first.time : 0,
        };
    }
}

/* The newest ones, when there are too many. */
static void fill_incidents(const viz_observer *observer, struct viz_frame *frame)
{
    const GArray *list = observer->world->incidents.list;
    uint32_t skipped = list->len > VIZ_INCIDENTS_MAX ? list->len - VIZ_INCIDENTS_MAX : 0;

    frame->incident_count = list->len - skipped;
    for (uint32_t i = 0; i < frame->incident_count; i++) {
        const struct world_incident *incident =
            &g_array_index(list, struct world_incident, i + skipped);
        frame->incidents[i].time = incident->time;
        (void)g_strlcpy(
            frame->incidents[i].label, incident->label, sizeof(frame->incidents[i].label));
    }
}

/* The edge of a packet that is on the wire; VIZ_OBSERVER_NO_EDGE for one that carries nothing of a
 * message. */
static uint16_t edge_of(const viz_observer *observer, const struct world_watch_packet *packet)
{
    bool is_back = packet->is_answer;
    uint32_t from = is_back ? packet->to : packet->from;
    uint32_t to = is_back ? packet->from : packet->to;

    if (!packet->is_on_wire || packet->kind == WORLD_PACKET_SUBSCRIBE ||
        from >= observer->topology.node_count || to >= observer->topology.node_count) {
        return VIZ_OBSERVER_NO_EDGE;
    }
    return observer->edges[from][to];
}

static void count_packet(void *context, const struct world_watch_packet *packet)
{
    viz_observer *observer = context;
    uint16_t edge = edge_of(observer, packet);

    if (edge != VIZ_OBSERVER_NO_EDGE) {
        observer->frame->edges[edge].in_flight++;
        observer->frame->in_flight++;
    }
}

static enum viz_mark mark_of(const struct world_watch_packet *packet)
{
    if (packet->is_answer) {
        return VIZ_MARK_ANSWER;
    }
    if (packet->is_settled) {
        return VIZ_MARK_DUPLICATE;
    }
    return packet->is_again ? VIZ_MARK_RETRY : VIZ_MARK_MESSAGE;
}

/* Which messages get a dot depends on their numbers alone, so that one that has got it keeps it. */
static void draw_packet(void *context, const struct world_watch_packet *packet)
{
    viz_observer *observer = context;
    struct viz_frame *frame = observer->frame;
    uint16_t edge = edge_of(observer, packet);

    if (edge == VIZ_OBSERVER_NO_EDGE || frame->dot_count == VIZ_DOTS_MAX ||
        model_message_sequence(packet->message) % frame->edges[edge].stands_for != 0) {
        return;
    }
    double way = (double)(observer->world->run.now - packet->departed) /
                 (double)(packet->arrives - packet->departed);
    bool is_back = packet->is_answer;
    uint64_t scatter = packet->message * UINT64_C(0x9e3779b97f4a7c15);

    SIM_ASSERT(way >= 0 && way <= 1);
    frame->dots[frame->dot_count] = (struct viz_packet){
        .edge = edge,
        .position = (uint16_t)((is_back ? 1 - way : way) * POSITIONS),
        .scatter = (uint16_t)(scatter >> 48),
        .mark = (uint8_t)mark_of(packet),
        .is_back = is_back,
    };
    frame->dot_count++;
}

static void fill_dots(viz_observer *observer, struct viz_frame *frame)
{
    observer->frame = frame;
    world_watch_packets(observer->world, count_packet, observer);
    for (uint32_t i = 0; i < observer->topology.edge_count; i++) {
        struct viz_edge_state *edge = &frame->edges[i];
        edge->stands_for = (edge->in_flight + DOTS_PER_EDGE - 1) / DOTS_PER_EDGE;
    }
    world_watch_packets(observer->world, draw_packet, observer);
    observer->frame = NULL;
}

void viz_observer_frame(viz_observer *observer, struct viz_frame *out_frame)
{
    SIM_ASSERT(observer->frame == NULL);
    *out_frame = (struct viz_frame){
        .now = observer->world->run.now,
        .event_count = observer->world->run.fired_count,
        .digest = observer->world->trace.digest,
        .outage_count = observer->outage_count,
    };
    memcpy(out_frame->outages, observer->outages, sizeof(observer->outages));
    fill_nodes(observer, out_frame);
    fill_checks(observer, out_frame);
    fill_incidents(observer, out_frame);
    fill_dots(observer, out_frame);
    viz_observer_mark_faults(observer, out_frame);
}

/* ---- one node ---- */

static struct viz_figure figure_of(const struct sim_measure *measure, const char *name)
{
    struct viz_figure figure = {.measure = measure->kind};
    const sim_histogram *histogram;

    (void)g_strlcpy(figure.name, name, sizeof(figure.name));
    (void)g_strlcpy(figure.unit, measure->unit, sizeof(figure.unit));
    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        figure.value = (double)measure->counter.value;
        break;
    case SIM_MEASURE_GAUGE:
        figure.value = (double)measure->gauge.value;
        figure.second = (double)measure->gauge.max;
        break;
    case SIM_MEASURE_TALLY:
        histogram = measure->tally.histogram;
        figure.value = histogram != NULL ? sim_histogram_mean(histogram) : 0;
        figure.second = histogram != NULL ? (double)sim_histogram_percentile(histogram, 99) : 0;
        break;
    }
    return figure;
}

void viz_observer_inspect(
    const viz_observer *observer, uint32_t node, struct viz_inspection *out_inspection)
{
    const sim_registry *registry = observer->world->registry;

    SIM_ASSERT(node < observer->topology.node_count);
    const char *path = world_watch_node_at(observer->world, node).path;
    size_t length = strlen(path);
    *out_inspection = (struct viz_inspection){.node_plus_one = node + 1};
    for (uint32_t i = 0; i < sim_registry_count(registry); i++) {
        const struct sim_measure *measure = sim_registry_at(registry, i);
        if (strncmp(measure->name, path, length) == 0 && measure->name[length] == '/' &&
            out_inspection->figure_count < VIZ_FIGURES_MAX) {
            out_inspection->figures[out_inspection->figure_count] =
                figure_of(measure, measure->name + length + 1);
            out_inspection->figure_count++;
        }
    }
}

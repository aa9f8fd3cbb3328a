/* Measures are found by their names when the observer is made, and read from then on; one that a
 * node does not have is NULL, and reads as 0.
 *
 * L, the mean number of messages in the system, is the mean of what the probes find: born, not
 * turned away, not lost with a producer, and without effect yet. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "viz/heat.h"
#include "viz/observer_state.h"

#define INSIDE_QUICK  10000
#define DOUBTFUL_ROWS 8 /* after a crash: what it destroyed is known by then */

/* ---- topology ---- */

static uint32_t kind_of(const char *type)
{
    static const char *const names[] = {"producer", "queue", "consumer", "ledger"};

    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], type) == 0) {
            return i;
        }
    }
    return VIZ_OTHER;
}

static const struct sim_measure *measure_of(
    const viz_observer *observer, const char *path, const char *name)
{
    g_autofree char *whole = g_strdup_printf("%s/%s", path, name);

    return sim_registry_find(observer->world->registry, whole);
}

/* The first that the node has, of names that end with NULL. */
static const struct sim_measure *first_of(
    const viz_observer *observer, const char *path, const char *const *names)
{
    const struct sim_measure *measure = NULL;

    for (; *names != NULL && measure == NULL; names++) {
        measure = measure_of(observer, path, *names);
    }
    return measure;
}

static void find_measures(
    const viz_observer *observer, struct viz_observer_node *node, const char *path, uint32_t kind)
{
    static const char *const levels[] = {"held", "depth", "waiting", "keys", NULL};
    static const char *const throughs[] = {
        "arrived", "accepted", "finished", "charged", "passed", "routed", "sent", NULL};
    static const char *const gone[] = {"turned_away", "refused", "buffer_lost"};
    const struct sim_measure *busy = measure_of(observer, path, "busy");

    node->level = first_of(observer, path, levels);
    node->through = first_of(observer, path, throughs);
    if (busy != NULL) {
        *(busy->kind == SIM_MEASURE_GAUGE ? &node->workers : &node->server) = busy;
    }
    if (kind == VIZ_PRODUCER) {
        node->born = measure_of(observer, path, "arrived");
        for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
            node->gone[i] = measure_of(observer, path, gone[i]);
        }
    }
    node->was_up = true;
}

static uint32_t faults_of(const struct world_watch_node *seen)
{
    return 1U << VIZ_FAULT_CRASH | (uint32_t)seen->can_pause << VIZ_FAULT_PAUSE |
           (uint32_t)seen->can_slow << VIZ_FAULT_SLOW |
           (uint32_t)seen->can_spike << VIZ_FAULT_SPIKE;
}

static void describe_nodes(viz_observer *observer)
{
    struct viz_topology *topology = &observer->topology;

    topology->node_count = MIN(world_watch_node_count(observer->world), VIZ_NODES_MAX);
    for (uint32_t i = 0; i < topology->node_count; i++) {
        struct world_watch_node seen = world_watch_node_at(observer->world, i);
        struct viz_node *node = &topology->nodes[i];
        if (seen.datacenter >= topology->place_count) {
            topology->node_count = i;
            break;
        }
        (void)g_strlcpy(node->name, seen.name, sizeof(node->name));
        node->place = seen.datacenter;
        node->kind = kind_of(seen.type);
        node->faults = faults_of(&seen);
        find_measures(observer, &observer->nodes[i], seen.path, node->kind);
    }
}

static void describe(viz_observer *observer)
{
    const struct script_scenario *scenario = script_runtime_scenario(observer->runtime);
    const GPtrArray *expected = observer->world->checks.expected;
    struct viz_topology *topology = &observer->topology;

    (void)g_strlcpy(topology->title, scenario->title, sizeof(topology->title));
    (void)g_strlcpy(topology->question, scenario->question, sizeof(topology->question));
    topology->duration = scenario->duration;
    topology->interval = observer->world->sample_interval;
    topology->seed = scenario->seed;
    topology->place_count = MIN(world_watch_datacenter_count(observer->world), VIZ_PLACES_MAX);
    for (uint32_t i = 0; i < topology->place_count; i++) {
        const char *name = world_watch_datacenter_name(observer->world, i);
        (void)g_strlcpy(topology->places[i], name, sizeof(topology->places[i]));
        for (uint32_t k = 0; k < topology->place_count; k++) {
            topology->links[i] |= (uint32_t)world_watch_has_link(observer->world, i, k) << k;
        }
    }
    describe_nodes(observer);
    topology->check_count = MIN(expected->len, VIZ_CHECKS_MAX);
    for (uint32_t i = 0; i < topology->check_count; i++) {
        const struct world_check *check = g_ptr_array_index(expected, i);
        (void)g_strlcpy(topology->checks[i], check->name, sizeof(topology->checks[i]));
    }
}

viz_observer *viz_observer_create(const script_runtime *runtime)
{
    viz_observer *observer = g_new0(viz_observer, 1);

    observer->runtime = runtime;
    observer->world = script_runtime_world(runtime);
    observer->latency = script_runtime_latency(runtime);
    SIM_ASSERT(observer->latency != NULL && observer->latency->kind == SIM_MEASURE_TALLY);
    memset(observer->edges, 0xff, sizeof(observer->edges));
    describe(observer);
    viz_observer_describe_lesson(observer);
    return observer;
}

void viz_observer_destroy(viz_observer *observer)
{
    g_free(observer);
}

const struct viz_topology *viz_observer_topology(const viz_observer *observer)
{
    return &observer->topology;
}

/* ---- edges ---- */

static bool add_edge(viz_observer *observer, uint32_t from, uint32_t to)
{
    struct viz_topology *topology = &observer->topology;

    if (from >= topology->node_count || to >= topology->node_count || from == to ||
        observer->edges[from][to] != VIZ_OBSERVER_NO_EDGE ||
        topology->edge_count == VIZ_EDGES_MAX) {
        return false;
    }
    topology->edges[topology->edge_count] = (struct viz_edge){(uint16_t)from, (uint16_t)to};
    observer->edges[from][to] = (uint16_t)topology->edge_count;
    topology->edge_count++;
    return true;
}

struct search {
    viz_observer *observer;
    bool has_found;
};

static void find_edge(void *context, const struct world_watch_packet *packet)
{
    struct search *search = context;
    bool is_back = packet->is_answer;
    uint32_t from = is_back ? packet->to : packet->from;
    uint32_t to = is_back ? packet->from : packet->to;

    search->has_found |= add_edge(search->observer, from, to);
}

bool viz_observer_find_edges(viz_observer *observer)
{
    struct search search = {.observer = observer};

    world_watch_packets(observer->world, find_edge, &search);
    return search.has_found;
}

void viz_observer_take_edges(viz_observer *observer, const struct viz_topology *topology)
{
    SIM_ASSERT(topology->node_count == observer->topology.node_count);
    for (uint32_t i = 0; i < topology->edge_count; i++) {
        (void)add_edge(observer, topology->edges[i].from, topology->edges[i].to);
    }
}

/* ---- probes and rows ---- */

static uint64_t counter_of(const struct sim_measure *measure)
{
    return measure != NULL && measure->kind == SIM_MEASURE_COUNTER ? measure->counter.value : 0;
}

static void note_outage(viz_observer *observer, uint32_t node, bool is_up)
{
    sim_time now = observer->world->run.now;

    if (!is_up && observer->outage_count < VIZ_OUTAGES_MAX) {
        observer->outages[observer->outage_count] =
            (struct viz_outage){.from = now, .until = SIM_NEVER, .node = node};
        observer->outage_count++;
    }
    for (uint32_t i = 0; is_up && i < observer->outage_count; i++) {
        struct viz_outage *outage = &observer->outages[i];
        if (outage->node == node && outage->until == SIM_NEVER) {
            outage->until = now;
        }
    }
}

static uint64_t effect_count(const viz_observer *observer)
{
    const sim_histogram *done = observer->world->latency->histogram;

    return done != NULL ? sim_histogram_count(done) : 0;
}

static double inside_of(const viz_observer *observer)
{
    double inside = -(double)effect_count(observer);

    for (uint32_t i = 0; i < observer->topology.node_count; i++) {
        const struct viz_observer_node *node = &observer->nodes[i];
        inside += (double)counter_of(node->born);
        for (size_t k = 0; k < G_N_ELEMENTS(node->gone); k++) {
            inside -= (double)counter_of(node->gone[k]);
        }
    }
    return inside;
}

/* The nodes' counters do not know what is lost, or skipped, or only seemed lost: the world's own
 * books say it exactly, but take the longer to ask the more is inside. A message that has several
 * effects enters the system once and leaves it often: then L and lambda x W are of different
 * things. */
static void settle_inside(viz_observer *observer)
{
    if (observer->doubtful == 0 && observer->inside_last > INSIDE_QUICK) {
        return;
    }
    struct world_audit_totals totals = world_audit_totals_of(observer->world->audit);
    observer->inside_last = totals.unaccepted + totals.inside;
    observer->inside_error = inside_of(observer) - (double)observer->inside_last;
    observer->has_little = effect_count(observer) <= totals.settled + totals.settled / 100;
    observer->doubtful -= observer->doubtful > 0;
}

void viz_observer_probe(viz_observer *observer)
{
    observer->inside_sum += MAX(inside_of(observer) - observer->inside_error, 0);
    for (uint32_t i = 0; i < observer->topology.node_count; i++) {
        bool is_up = world_watch_node_at(observer->world, i).is_up;
        if (is_up != observer->nodes[i].was_up) {
            observer->doubtful = DOUBTFUL_ROWS;
            note_outage(observer, i, is_up);
            observer->nodes[i].was_up = is_up;
        }
    }
    bool has_fault = observer->world->faults.active > 0;
    if (has_fault != observer->has_fault) {
        note_outage(observer, VIZ_OUTAGE_FAULT, !has_fault);
        observer->has_fault = has_fault;
    }
    SIM_ASSERT(observer->inside_sum >= 0);
}

/* What each node did in the interval. Returns how many messages were born in it. */
static uint64_t sum_up(viz_observer *observer, struct viz_row *row)
{
    double interval_s = (double)observer->topology.interval / (double)SIM_SECOND;
    uint64_t born = 0;

    for (uint32_t i = 0; i < observer->topology.node_count; i++) {
        struct viz_observer_node *node = &observer->nodes[i];
        uint64_t through = counter_of(node->through);
        uint64_t server = counter_of(node->server);
        double busy = (double)(server - node->server_before) / (double)observer->topology.interval;
        double level = (double)viz_observer_gauge_of(node->level);

        node->rate =
            viz_observer_whole(round((double)(through - node->through_before) / interval_s));
        node->server_percent = viz_observer_whole(round(busy * 100));
        node->through_before = through;
        node->server_before = server;
        born += counter_of(node->born);
        row->queue_busy = MAX(row->queue_busy, busy * 100);
        row->queued += observer->topology.nodes[i].kind == VIZ_BROKER ? level : 0;
        row->held += observer->topology.nodes[i].kind == VIZ_PRODUCER ? level : 0;
    }
    return born;
}

static void read_latency(const viz_observer *observer, struct viz_row *row)
{
    const sim_histogram *interval = observer->latency->tally.interval;

    if (interval == NULL || sim_histogram_count(interval) == 0) {
        return;
    }
    row->count = sim_histogram_count(interval);
    row->p50 = sim_histogram_percentile(interval, 50);
    row->p90 = sim_histogram_percentile(interval, 90);
    row->p99 = sim_histogram_percentile(interval, 99);
    viz_heat_count(interval, row->heat);
    row->rate_x_wait =
        (double)row->count * sim_histogram_mean(interval) / (double)observer->topology.interval;
}

void viz_observer_row(viz_observer *observer, struct viz_row *out_row)
{
    double interval_s = (double)observer->topology.interval / (double)SIM_SECOND;

    observer->row_count++;
    *out_row = (struct viz_row){.number = observer->row_count};
    uint64_t born = sum_up(observer, out_row);
    read_latency(observer, out_row);
    viz_observer_read_own(observer, out_row);
    out_row->offered = (double)(born - observer->born_before) / interval_s;
    out_row->served = (double)out_row->count / interval_s;
    out_row->inside = observer->inside_sum / VIZ_PROBES;
    observer->born_before = born;
    observer->inside_sum = 0;
    settle_inside(observer);
    out_row->has_little = observer->has_little;
}

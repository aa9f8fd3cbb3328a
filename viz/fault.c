/* A fault is an event of the script's class, as one that a scenario writes: so it comes before the
 * world's own events of that instant, and the run is the same either way. The world's fault is made
 * when it begins for the first time, as the Lua line does. */
/* SPDX-License-Identifier: MIT */
#include "viz/fault.h"

#include "world/datacenter.h"
#include "world/fault_link.h"
#include "world/fault_load.h"
#include "world/fault_node.h"
#include "world/watch.h"

#define SLOWER 10
#define SPIKE  3
#define LOSS   0.1

static const struct viz_fault_words words[VIZ_FAULT_KINDS] = {
    [VIZ_FAULT_CRASH] = {VIZ_TARGET_NODE, "crash it", "restart it", "crashes", "restarts"},
    [VIZ_FAULT_DARK] =
        {VIZ_TARGET_PLACE,
         "its data centre fails",
         "its data centre is back",
         "goes dark",
         "is back"},
    [VIZ_FAULT_PAUSE] = {VIZ_TARGET_NODE, "pause it", "have it go on", "is paused", "goes on"},
    [VIZ_FAULT_SLOW] =
        {VIZ_TARGET_NODE,
         "slow it down, 10 times",
         "as fast as before",
         "is 10 times slower",
         "is as fast as before"},
    [VIZ_FAULT_SPIKE] =
        {VIZ_TARGET_NODE,
         "3 times the load",
         "the load of before",
         "has 3 times the load",
         "has the load of before"},
    [VIZ_FAULT_CUT] = {VIZ_TARGET_LINK, "cut it", "join it again", "is cut", "is joined again"},
    [VIZ_FAULT_SLOW_LINK] =
        {VIZ_TARGET_LINK,
         "slow it down, 10 times",
         "as fast as before",
         "is 10 times slower",
         "is as fast as before"},
    [VIZ_FAULT_LOSS] =
        {VIZ_TARGET_LINK,
         "lose a tenth of what it carries",
         "lose nothing more",
         "loses a tenth",
         "loses nothing more"},
};

const struct viz_fault_words *viz_fault_words_of(enum viz_fault_kind kind)
{
    SIM_ASSERT(kind < VIZ_FAULT_KINDS);
    return &words[kind];
}

static enum viz_fault_kind kind_of(const struct viz_fault_entry *entry)
{
    return (enum viz_fault_kind)(entry->fault / 2);
}

static bool is_over(const struct viz_fault_entry *entry)
{
    return entry->fault % 2 != 0;
}

bool viz_fault_is_possible(
    const struct viz_topology *topology, enum viz_fault_kind kind, uint32_t target)
{
    if (kind >= VIZ_FAULT_KINDS) {
        return false;
    }
    if (words[kind].target == VIZ_TARGET_NODE) {
        return target < topology->node_count && (topology->nodes[target].faults >> kind & 1) != 0;
    }
    if (words[kind].target == VIZ_TARGET_PLACE) {
        return target < topology->place_count;
    }
    uint32_t from = target / VIZ_PLACES_MAX;
    uint32_t to = target % VIZ_PLACES_MAX;
    return from < to && to < topology->place_count && (topology->links[from] >> to & 1) != 0;
}

bool viz_fault_is_on(const struct viz_fault_log *log, enum viz_fault_kind kind, uint32_t target)
{
    bool is_on = false;

    SIM_ASSERT(log->count <= VIZ_FAULTS_MAX);
    for (uint32_t i = 0; i < log->count; i++) {
        const struct viz_fault_entry *entry = &log->entries[i];
        if (kind_of(entry) == kind && entry->target == target) {
            is_on = !is_over(entry);
        }
    }
    return is_on;
}

bool viz_fault_add(
    struct viz_fault_log *log,
    const struct viz_fault_entry *entry,
    const struct viz_topology *topology)
{
    if (log->count >= VIZ_FAULTS_MAX ||
        !viz_fault_is_possible(topology, kind_of(entry), entry->target)) {
        return false;
    }
    log->entries[log->count] = *entry;
    log->count++;
    return true;
}

/* ---- words ---- */

/* What is struck, as people call it. To be g_free()d. */
static char *describe_target(
    const struct viz_topology *topology, enum viz_fault_kind kind, uint32_t target)
{
    SIM_ASSERT(viz_fault_is_possible(topology, kind, target));
    if (words[kind].target == VIZ_TARGET_PLACE) {
        return g_strdup(topology->places[target]);
    }
    if (words[kind].target == VIZ_TARGET_LINK) {
        return g_strdup_printf(
            "%s-%s",
            topology->places[target / VIZ_PLACES_MAX],
            topology->places[target % VIZ_PLACES_MAX]);
    }
    const struct viz_node *node = &topology->nodes[target];
    return g_strdup_printf("%s/%s", topology->places[node->place], node->name);
}

char *viz_fault_describe(const struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    enum viz_fault_kind kind = kind_of(entry);
    g_autofree char *target = describe_target(topology, kind, entry->target);

    return g_strdup_printf("%s %s", target, is_over(entry) ? words[kind].over : words[kind].done);
}

/* The expression that makes the fault. To be g_free()d; NULL: it is a method of its target. */
static char *maker_of(
    const struct viz_topology *topology, enum viz_fault_kind kind, uint32_t target)
{
    g_autofree char *name = describe_target(topology, kind, target);
    const char *from = topology->places[target / VIZ_PLACES_MAX % VIZ_PLACES_MAX];
    const char *to = topology->places[target % VIZ_PLACES_MAX];

    switch (kind) {
    case VIZ_FAULT_PAUSE:
        return g_strdup_printf("tb.fault.pause(tb.node \"%s\")", name);
    case VIZ_FAULT_SLOW:
        return g_strdup_printf("tb.fault.slow(tb.node \"%s\", %d)", name, SLOWER);
    case VIZ_FAULT_SPIKE:
        return g_strdup_printf("tb.fault.spike(tb.node \"%s\", %d)", name, SPIKE);
    case VIZ_FAULT_CUT:
        return g_strdup_printf("tb.fault.cut(\"%s\", \"%s\")", from, to);
    case VIZ_FAULT_SLOW_LINK:
        return g_strdup_printf("tb.fault.slow_link(\"%s\", \"%s\", %d)", from, to, SLOWER);
    case VIZ_FAULT_LOSS:
        return g_strdup_printf("tb.fault.loss(\"%s\", \"%s\", %.9g)", from, to, LOSS);
    case VIZ_FAULT_CRASH:
    case VIZ_FAULT_DARK:
    case VIZ_FAULT_KINDS:
    default:
        return NULL;
    }
}

/* What is called. To be g_free()d. */
static char *call_of(const struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    enum viz_fault_kind kind = kind_of(entry);
    bool over = is_over(entry);
    g_autofree char *name = describe_target(topology, kind, entry->target);
    g_autofree char *maker = maker_of(topology, kind, entry->target);

    if (kind == VIZ_FAULT_CRASH) {
        return g_strdup_printf("tb.node(\"%s\"):%s()", name, over ? "restart" : "crash");
    }
    if (kind == VIZ_FAULT_DARK) {
        return g_strdup_printf("tb.datacenter(\"%s\"):%s()", name, over ? "recover" : "fail");
    }
    SIM_ASSERT(maker != NULL);
    g_autofree char *key = g_strdup_printf("made.f%d_%u", (int)kind, entry->target);
    return over ? g_strdup_printf("if %s then %s:stop() end", key, key)
                : g_strdup_printf("%s = %s or %s; %s:start()", key, key, maker, key);
}

char *viz_fault_lua(const struct viz_fault_entry *entry, const struct viz_topology *topology)
{
    g_autofree char *label = viz_fault_describe(entry, topology);
    g_autofree char *call = call_of(entry, topology);

    return g_strdup_printf(
        "tb.at(\"%" G_GINT64_FORMAT "ns\", \"%s\", function() %s end)", entry->time, label, call);
}

/* ---- doing ---- */

static struct world_fault *make_link_fault(
    const struct viz_hand *hand, enum viz_fault_kind kind, uint32_t target, GError **error)
{
    const GPtrArray *places = hand->world->datacenters;
    const struct world_datacenter *from = g_ptr_array_index(places, target / VIZ_PLACES_MAX);
    const struct world_datacenter *to = g_ptr_array_index(places, target % VIZ_PLACES_MAX);
    struct world_fault_link_config config = {
        .kind = WORLD_FAULT_CUT, .link = world_link_between(from, to)};

    if (kind == VIZ_FAULT_SLOW_LINK) {
        config.kind = WORLD_FAULT_SLOW_LINK;
        config.factor = SLOWER;
    } else if (kind == VIZ_FAULT_LOSS) {
        config.kind = WORLD_FAULT_LOSS;
        config.probability = LOSS;
    }
    SIM_ASSERT(config.link != NULL);
    return world_fault_link_create(&config, error);
}

static struct world_fault *make(
    const struct viz_hand *hand, enum viz_fault_kind kind, uint32_t target, GError **error)
{
    if (words[kind].target == VIZ_TARGET_LINK) {
        return make_link_fault(hand, kind, target, error);
    }
    struct world_node *node = world_node_at(hand->world, target);
    if (kind == VIZ_FAULT_PAUSE) {
        return world_fault_pause_create(node, error);
    }
    if (kind == VIZ_FAULT_SLOW) {
        return world_fault_slow_create(node, SLOWER, error);
    }
    SIM_ASSERT(kind == VIZ_FAULT_SPIKE);
    return world_fault_spike_create(world_watch_producer_at(hand->world, target), SPIKE, error);
}

/* NULL when it was never made. */
static struct world_fault *find_made(
    const struct viz_hand *hand, enum viz_fault_kind kind, uint32_t target)
{
    for (uint32_t i = 0; i < hand->made_count; i++) {
        if (hand->made[i].kind == kind && hand->made[i].target == target) {
            return hand->made[i].fault;
        }
    }
    return NULL;
}

static void begin_fault(struct viz_hand *hand, enum viz_fault_kind kind, uint32_t target)
{
    struct world_fault *fault = find_made(hand, kind, target);
    g_autoptr(GError) error = NULL;

    if (fault == NULL) {
        SIM_ASSERT(hand->made_count < VIZ_FAULTS_MAX);
        fault = make(hand, kind, target, &error);
        if (fault == NULL) {
            world_incident_note(hand->world, "not possible: %s", error->message);
            return;
        }
        hand->made[hand->made_count] = (struct viz_hand_made){kind, target, fault};
        hand->made_count++;
    }
    world_fault_start(fault);
}

struct action {
    struct viz_hand *hand;
    const struct viz_fault_entry *entry;
};

/* What a method of its target does. */
static void act_directly(struct world *world, const struct viz_fault_entry *entry)
{
    bool over = is_over(entry);

    if (kind_of(entry) == VIZ_FAULT_CRASH) {
        struct world_node *node = world_node_at(world, entry->target);
        (over ? world_node_restart : world_node_crash)(node);
    } else {
        SIM_ASSERT(kind_of(entry) == VIZ_FAULT_DARK);
        struct world_datacenter *place = g_ptr_array_index(world->datacenters, entry->target);
        (over ? world_datacenter_recover : world_datacenter_fail)(place);
    }
}

static void act(void *context)
{
    struct action *action = context;
    const struct viz_fault_entry *entry = action->entry;
    enum viz_fault_kind kind = kind_of(entry);

    if (kind == VIZ_FAULT_CRASH || kind == VIZ_FAULT_DARK) {
        act_directly(action->hand->world, entry);
    } else if (!is_over(entry)) {
        begin_fault(action->hand, kind, entry->target);
    } else if (find_made(action->hand, kind, entry->target) != NULL) {
        world_fault_stop(find_made(action->hand, kind, entry->target));
    }
    g_free(action);
}

void viz_fault_plan(struct viz_hand *hand, const struct viz_fault_entry *entry)
{
    struct action *action = g_new(struct action, 1);
    g_autofree char *label = viz_fault_describe(entry, hand->topology);

    SIM_ASSERT(entry->time >= hand->world->run.now);
    *action = (struct action){.hand = hand, .entry = entry};
    world_incident_plan(hand->world, entry->time, label, act, action);
}

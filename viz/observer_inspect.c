/* One node: its measures, how it was made, and what it holds: the oldest messages first. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "viz/axis.h"
#include "viz/observer_state.h"

#define LISTED_MAX     8
#define LOOKED_AT_MAX  200000 /* more are not gone through for every frame */
#define PARTITIONS_MAX 8      /* whose lag is said */

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

/* ---- facts ---- */

static void say(struct viz_inspection *to, const char *name, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void say(struct viz_inspection *to, const char *name, const char *format, ...)
{
    va_list arguments;

    if (to->fact_count == VIZ_FACTS_MAX) {
        return;
    }
    struct viz_fact *fact = &to->facts[to->fact_count];
    (void)g_strlcpy(fact->name, name, sizeof(fact->name));
    va_start(arguments, format);
    (void)g_vsnprintf(fact->text, sizeof(fact->text), format, arguments);
    va_end(arguments);
    to->fact_count++;
}

static void say_time(struct viz_inspection *to, const char *name, sim_time time)
{
    g_autofree char *text = viz_axis_latency((double)time);

    say(to, name, "%s", text);
}

static void say_groups(
    const struct world_queue *queue,
    const struct world_queue_config *config,
    struct viz_inspection *to)
{
    uint32_t partitions = MIN(config->topic.partitions, PARTITIONS_MAX);

    for (uint32_t group = 0; group < config->group_count; group++) {
        GString *lags = g_string_new(NULL);
        char name[32];
        for (uint32_t i = 0; i < partitions; i++) {
            g_string_append_printf(lags, " %" G_GUINT64_FORMAT, world_queue_lag(queue, group, i));
        }
        (void)g_snprintf(name, sizeof(name), "group %u is behind by", group + 1);
        say(to, name, "%s", lags->str + (lags->len > 0));
        (void)g_string_free(lags, TRUE);
    }
}

static void say_states(const struct world_queue *queue, struct viz_inspection *to)
{
    struct model_pc_counts counts = model_pc_counts_of(world_queue_pc_model(queue));

    say(to,
        "now",
        "%" G_GUINT64_FORMAT " waiting, %" G_GUINT64_FORMAT " leased, %" G_GUINT64_FORMAT
        " delayed",
        counts.waiting,
        counts.leased,
        counts.delayed);
    say(to,
        "and",
        "%" G_GUINT64_FORMAT " not durable yet, %" G_GUINT64_FORMAT " dead",
        counts.uncommitted,
        counts.dead_kept);
}

static void say_queue(const world_broker *broker, struct viz_inspection *to)
{
    static const char *const models[] = {
        "producer_consumer", "point_to_point", "publish_subscribe", "mvc"};
    static const char *const policies[] = {"block", "reject", "drop_oldest", "drop_newest"};
    const struct world_broker_config *config = world_watch_broker_config(broker);
    const struct world_queue_config *hosted = &config->hosted;
    const struct world_queue *queue = world_broker_queue(broker);

    SIM_ASSERT(hosted->model < G_N_ELEMENTS(models));
    say(to, "model", "%s", models[hosted->model]);
    say(to, "store", "%s", config->durable ? "journal" : "memory");
    say(to, "capacity", "%" G_GUINT64_FORMAT, (guint64)hosted->queue.capacity);
    say(to, "when full", "%s", policies[hosted->queue.when_full % G_N_ELEMENTS(policies)]);
    if (hosted->model == WORLD_QUEUE_PRODUCER_CONSUMER) {
        say_time(to, "lease", hosted->queue.lease);
    }
    if (queue != NULL && hosted->model == WORLD_QUEUE_PRODUCER_CONSUMER) {
        say_states(queue, to);
    } else if (queue != NULL && hosted->model == WORLD_QUEUE_PUBLISH_SUBSCRIBE) {
        say(to, "partitions", "%u", hosted->topic.partitions);
        say_groups(queue, hosted, to);
    }
}

/* ---- messages ---- */

struct oldest {
    struct model_message messages[LISTED_MAX];
    uint32_t count;
};

static void take_older(void *context, const struct model_message *message)
{
    struct oldest *oldest = context;
    uint32_t place = oldest->count;

    while (place > 0 && oldest->messages[place - 1].born > message->born) {
        place--;
    }
    if (place == LISTED_MAX) {
        return;
    }
    uint32_t kept = MIN(oldest->count, LISTED_MAX - 1);
    memmove(
        &oldest->messages[place + 1],
        &oldest->messages[place],
        (kept - place) * sizeof(oldest->messages[0]));
    oldest->messages[place] = *message;
    oldest->count = kept + 1;
}

static void say_messages(const viz_observer *observer, uint32_t node, struct viz_inspection *to)
{
    int64_t level = viz_observer_gauge_of(observer->nodes[node].level);
    struct oldest oldest = {.count = 0};

    if (level > LOOKED_AT_MAX) {
        say(to, "messages", "too many to list");
        return;
    }
    world_watch_messages(observer->world, node, take_older, &oldest);
    for (uint32_t i = 0; i < oldest.count; i++) {
        const struct model_message *message = &oldest.messages[i];
        g_autofree char *age = viz_axis_latency((double)(observer->world->run.now - message->born));
        char name[32];
        (void)g_snprintf(
            name, sizeof(name), "holds %" G_GUINT64_FORMAT, model_message_sequence(message->id));
        say(to,
            name,
            "key %" G_GUINT64_FORMAT ", %s old, %u deliveries",
            message->key,
            age,
            message->attempt);
    }
}

static void put_facts(const viz_observer *observer, uint32_t node, struct viz_inspection *to)
{
    const world_broker *broker = world_watch_broker_at(observer->world, node);
    const world_consumer *consumer = world_watch_consumer_at(observer->world, node);

    if (broker != NULL) {
        say_queue(broker, to);
    }
    if (consumer != NULL) {
        say(to, "workers", "%u", world_consumer_workers(consumer));
    }
    say_messages(observer, node, to);
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
    put_facts(observer, node, out_inspection);
}

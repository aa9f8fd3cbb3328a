/* One GVariant holds it all; the strings that are read point into it. */
/* SPDX-License-Identifier: MIT */
#include "cli/description.h"

#include <errno.h>
#include <unistd.h>

#include "cli/launch.h"
#include "cli/subcommand.h"
#include "cli/variant.h"
#include "world/check.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/node.h"

#define WAIT_MS 50

/* title, question, duration, seed; params: name, value, unit, is_number; data centres; nodes: data
 * centre, name, type; links: ends, latency, bandwidth; checks */
#define RECORD_TYPE "(ssxta(sssb)asa(sss)a(ssdd)as)"

/* ---- in the worker ---- */

static GVariant *params_of(const struct script_scenario *scenario)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sssb)"));
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        const struct script_param *param = &scenario->params[i];
        g_variant_builder_add(
            &builder,
            "(@s@s@sb)",
            cli_variant_text(param->name),
            cli_variant_text(param->value),
            cli_variant_text(param->unit),
            (gboolean)param->is_number);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *datacenters_of(const struct world *world)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (uint32_t i = 0; i < world->datacenters->len; i++) {
        const struct world_datacenter *datacenter = g_ptr_array_index(world->datacenters, i);
        g_variant_builder_add(&builder, "s", datacenter->name);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *nodes_of(const struct world *world)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sss)"));
    for (uint32_t i = 0; i < world->nodes->len; i++) {
        const struct world_node *node = g_ptr_array_index(world->nodes, i);
        g_variant_builder_add(
            &builder, "(sss)", node->datacenter->name, node->name, node->type->name);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *links_of(const struct world *world)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ssdd)"));
    for (uint32_t i = 0; i < world->links->len; i++) {
        const struct world_link *link = g_ptr_array_index(world->links, i);
        g_variant_builder_add(
            &builder,
            "(ssdd)",
            link->ends[0]->name,
            link->ends[1]->name,
            sim_dist_mean(&link->config.latency),
            link->config.bandwidth);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *checks_of(const struct world *world)
{
    const GPtrArray *expected = world->checks.expected;
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (uint32_t i = 0; i < expected->len; i++) {
        const struct world_check *check = g_ptr_array_index(expected, i);
        g_variant_builder_add(&builder, "@s", cli_variant_text(check->name));
    }
    return g_variant_builder_end(&builder);
}

static bool write_record(const script_runtime *runtime, int descriptor)
{
    const struct script_scenario *scenario = script_runtime_scenario(runtime);
    const struct world *world = script_runtime_world(runtime);
    GVariant *record = g_variant_new(
        "(@s@sxt@a(sssb)@as@a(sss)@a(ssdd)@as)",
        cli_variant_text(scenario->title),
        cli_variant_text(scenario->question),
        scenario->duration,
        scenario->seed,
        params_of(scenario),
        datacenters_of(world),
        nodes_of(world),
        links_of(world),
        checks_of(world));

    return cli_variant_write(record, descriptor);
}

/* A cli_worker_body_fn. */
static int describe(void *context, struct cli_channel *channel)
{
    const struct cli_progress progress = {.phase = CLI_PHASE_LOADING};
    struct cli_outcome *outcome = channel->memory;
    struct cli_job *job = context;
    g_autoptr(GError) error = NULL;

    cli_channel_beat(channel, &progress);
    script_runtime *runtime = cli_execute_load(job, &error);
    if (runtime == NULL) {
        cli_channel_fail(channel, error->message);
        return CLI_STATUS_WRONG;
    }
    outcome->is_reported = write_record(runtime, job->record);
    script_runtime_destroy(runtime);
    return CLI_STATUS_OK;
}

/* ---- in the parent ---- */

static void read_params(struct cli_description *description, GVariant *params)
{
    struct script_param param;
    gboolean is_number = FALSE;
    GVariantIter iter;

    description->params = g_array_new(FALSE, FALSE, sizeof(param));
    (void)g_variant_iter_init(&iter, params);
    while (g_variant_iter_next(
        &iter, "(&s&s&sb)", &param.name, &param.value, &param.unit, &is_number)) {
        param.is_number = is_number != FALSE;
        g_array_append_val(description->params, param);
    }
    description->scenario.params = (const struct script_param *)(void *)description->params->data;
    description->scenario.param_count = description->params->len;
}

static GArray *read_nodes(GVariant *nodes)
{
    struct cli_description_node node;
    GArray *array = g_array_new(FALSE, FALSE, sizeof(node));
    GVariantIter iter;

    (void)g_variant_iter_init(&iter, nodes);
    while (g_variant_iter_next(&iter, "(&s&s&s)", &node.datacenter, &node.name, &node.type)) {
        g_array_append_val(array, node);
    }
    return array;
}

static GArray *read_links(GVariant *links)
{
    struct cli_description_link link;
    GArray *array = g_array_new(FALSE, FALSE, sizeof(link));
    GVariantIter iter;

    (void)g_variant_iter_init(&iter, links);
    while (g_variant_iter_next(
        &iter, "(&s&sdd)", &link.ends[0], &link.ends[1], &link.latency_s, &link.bandwidth)) {
        g_array_append_val(array, link);
    }
    return array;
}

static bool read_record(struct cli_description *description, int descriptor)
{
    struct script_scenario *scenario = &description->scenario;
    g_autoptr(GVariant) params = NULL;
    g_autoptr(GVariant) datacenters = NULL;
    g_autoptr(GVariant) nodes = NULL;
    g_autoptr(GVariant) links = NULL;
    g_autoptr(GVariant) checks = NULL;

    description->record = cli_variant_read(descriptor, RECORD_TYPE);
    if (description->record == NULL) {
        return false;
    }
    g_variant_get(
        description->record,
        "(&s&sxt@a(sssb)@as@a(sss)@a(ssdd)@as)",
        &scenario->title,
        &scenario->question,
        &scenario->duration,
        &scenario->seed,
        &params,
        &datacenters,
        &nodes,
        &links,
        &checks);
    read_params(description, params);
    description->datacenters = g_variant_get_strv(datacenters, NULL);
    description->nodes = read_nodes(nodes);
    description->links = read_links(links);
    description->checks = g_variant_get_strv(checks, NULL);
    return true;
}

/* ---- the worker's life ---- */

static int fail(GError **error, int status, const char *message)
{
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, message);
    return status;
}

/* Returns the signal that came while the worker ran, which is ended then; or 0. */
static int wait_for(struct cli_worker *worker, const struct cli_interrupt *interrupt)
{
    int signal = 0;

    while (!cli_worker_poll(worker, WAIT_MS)) {
        signal = cli_interrupt_take(interrupt);
        if (signal != 0) {
            cli_worker_kill(worker);
        }
    }
    return signal;
}

static int judge(
    const struct cli_worker *worker,
    int descriptor,
    struct cli_description *description,
    GError **error)
{
    g_autofree char *failure = cli_worker_describe(worker);

    description->warning = cli_worker_warning(worker);
    if (failure != NULL) {
        return fail(error, CLI_STATUS_WRONG, failure);
    }
    if (!cli_launch_has_reported(worker) || !read_record(description, descriptor)) {
        return fail(error, CLI_STATUS_WRONG, "the scenario left no description of itself");
    }
    return CLI_STATUS_OK;
}

int cli_description_load(
    const struct cli_job *job,
    const struct cli_interrupt *interrupt,
    struct cli_description *out_description,
    GError **error)
{
    struct cli_job own = *job;
    struct cli_worker worker = {0};

    *out_description = (struct cli_description){0};
    own.record = cli_launch_file("description", error);
    if (own.record < 0) {
        return CLI_STATUS_WRONG;
    }
    struct cli_launch launch = {
        .body = describe,
        .context = &own,
        .descriptors = {own.record},
        .descriptor_count = 1,
    };
    int status = CLI_STATUS_WRONG;
    if (cli_launch(&worker, &launch, error)) {
        int signal = wait_for(&worker, interrupt);
        status = signal != 0 ? fail(error, 128 + signal, "stopped")
                             : judge(&worker, own.record, out_description, error);
    }
    cli_worker_finish(&worker);
    (void)close(own.record);
    return status;
}

static void unref_array(GArray *array)
{
    if (array != NULL) {
        g_array_unref(array);
    }
}

void cli_description_finish(struct cli_description *description)
{
    unref_array(description->params);
    unref_array(description->nodes);
    unref_array(description->links);
    g_free(description->datacenters);
    g_free(description->checks);
    if (description->record != NULL) {
        g_variant_unref(description->record);
    }
    g_free(description->warning);
}

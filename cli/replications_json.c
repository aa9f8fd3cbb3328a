/* The members of one run's summary, with a mean where a number stands there, and at the end the
 * runs one by one. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "cli/json.h"
#include "cli/replications.h"

static const struct {
    const char *name;
    enum cli_replication_figure figure;
} latencies[] = {
    {"mean", CLI_REPLICATION_LATENCY_MEAN},
    {"p50", CLI_REPLICATION_LATENCY_P50},
    {"p90", CLI_REPLICATION_LATENCY_P90},
    {"p99", CLI_REPLICATION_LATENCY_P99},
    {"p999", CLI_REPLICATION_LATENCY_P999},
    {"max", CLI_REPLICATION_LATENCY_MAX},
};

/* `scale` turns the figure into the unit that is written. */
static void add_figure(
    struct cli_json *json, const char *name, const struct cli_figure *figure, double scale)
{
    cli_json_begin_object(json, name);
    cli_json_number(json, "mean", figure->mean / scale);
    cli_json_number(json, "half_width", figure->half_width / scale);
    cli_json_number(json, "min", figure->least / scale);
    cli_json_number(json, "max", figure->most / scale);
    cli_json_count(json, "count", figure->count);
    cli_json_end(json);
}

static void add_head(struct cli_json *json, const struct cli_replications *all)
{
    uint64_t digest = cli_replications_digest(all);
    g_autofree char *digits = g_strdup_printf("%016" G_GINT64_MODIFIER "x", digest);

    cli_json_string(json, "scenario", all->path);
    cli_json_string(json, "title", all->scenario->title);
    cli_json_count(json, "seed", all->scenario->seed);
    cli_json_count(json, "replications", all->runs->len);
    cli_json_number(json, "confidence", CLI_FIGURE_CONFIDENCE);
    cli_json_string(json, "digest", digits);
    cli_json_number(json, "wall_s", all->wall_s);
    cli_json_count(json, "events", cli_replications_event_count(all));
}

static void add_warm_up(struct cli_json *json, const struct cli_warm_up *warm_up)
{
    if (!warm_up->is_wanted) {
        cli_json_null(json, "warm_up");
    } else if (warm_up->is_auto) {
        cli_json_string(json, "warm_up", "auto");
    } else {
        cli_json_number(json, "warm_up", (double)warm_up->time / (double)SIM_SECOND);
    }
}

static void add_means(struct cli_json *json, const struct cli_replications *all)
{
    struct cli_figure figure;

    cli_json_begin_object(json, "messages");
    for (uint32_t i = 0; i < CLI_TOTAL_NAMED_COUNT; i++) {
        figure = cli_replications_figure(all, i);
        add_figure(json, cli_totals_name(i), &figure, 1);
    }
    cli_json_end(json);
    figure = cli_replications_figure(all, CLI_REPLICATION_THROUGHPUT);
    add_figure(json, "throughput_per_s", &figure, 1);
    figure = cli_replications_figure(all, CLI_REPLICATION_LATENCY_MEAN);
    if (figure.count == 0) {
        cli_json_null(json, "latency_s");
        return;
    }
    cli_json_begin_object(json, "latency_s");
    for (uint32_t i = 0; i < G_N_ELEMENTS(latencies); i++) {
        figure = cli_replications_figure(all, latencies[i].figure);
        add_figure(json, latencies[i].name, &figure, (double)SIM_SECOND);
    }
    cli_json_end(json);
}

static void add_check(struct cli_json *json, const struct cli_replications_check *check)
{
    bool held = check->held_count == check->run_count;

    cli_json_begin_object(json, NULL);
    cli_json_string(json, "name", check->name);
    cli_json_bool(json, "held", held);
    cli_json_count(json, "held_count", check->held_count);
    cli_json_count(json, "run_count", check->run_count);
    if (held) {
        cli_json_null(json, "first_failed_seed");
    } else {
        cli_json_count(json, "first_failed_seed", check->seed_failed);
    }
    if (check->first < 0) {
        cli_json_null(json, "first_violation_s");
    } else {
        cli_json_number(json, "first_violation_s", (double)check->first / (double)SIM_SECOND);
    }
    cli_json_string(json, "message", check->message);
    cli_json_end(json);
}

static void add_checks(struct cli_json *json, const struct cli_replications *all)
{
    g_autoptr(GPtrArray) checks = cli_replications_checks(all);

    cli_json_begin_array(json, "checks");
    for (uint32_t i = 0; i < checks->len; i++) {
        add_check(json, g_ptr_array_index(checks, i));
    }
    cli_json_end(json);
}

static void add_run_latency(struct cli_json *json, const struct cli_replication *run)
{
    if (isnan(run->figures[CLI_REPLICATION_LATENCY_MEAN])) {
        cli_json_null(json, "latency_s");
        return;
    }
    cli_json_begin_object(json, "latency_s");
    for (uint32_t i = 0; i < G_N_ELEMENTS(latencies); i++) {
        double latency = run->figures[latencies[i].figure];
        cli_json_number(json, latencies[i].name, latency / (double)SIM_SECOND);
    }
    cli_json_end(json);
}

static void add_run(struct cli_json *json, const struct cli_replication *run)
{
    g_autofree char *digits = g_strdup_printf("%016" G_GINT64_MODIFIER "x", run->digest);

    cli_json_begin_object(json, NULL);
    cli_json_count(json, "seed", run->seed);
    cli_json_string(json, "digest", digits);
    cli_json_bool(json, "held", run->held);
    cli_json_number(json, "virtual_s", (double)run->virtual_time / (double)SIM_SECOND);
    cli_json_count(json, "events", run->event_count);
    cli_json_begin_object(json, "messages");
    for (uint32_t i = 0; i < CLI_TOTAL_NAMED_COUNT; i++) {
        cli_json_number(json, cli_totals_name(i), run->figures[i]);
    }
    cli_json_end(json);
    cli_json_number(json, "throughput_per_s", run->figures[CLI_REPLICATION_THROUGHPUT]);
    add_run_latency(json, run);
    cli_json_end(json);
}

static void add_runs(struct cli_json *json, const struct cli_replications *all)
{
    cli_json_begin_array(json, "runs");
    for (uint32_t i = 0; i < all->runs->len; i++) {
        add_run(json, g_ptr_array_index(all->runs, i));
    }
    cli_json_end(json);
}

void cli_replications_append_json(GString *out, const struct cli_replications *all)
{
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_begin_object(&json, NULL);
    add_head(&json, all);
    add_means(&json, all);
    add_checks(&json, all);
    cli_report_add_params(&json, all->scenario);
    cli_json_string(&json, "question", all->scenario->question);
    cli_json_bool(&json, "held", cli_replications_held(all));
    add_runs(&json, all);
    add_warm_up(&json, &all->warm_up);
    cli_json_end(&json);
    cli_json_finish(&json);
}

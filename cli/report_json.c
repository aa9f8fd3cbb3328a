/* The stable core comes first and in a fixed order, then what was added to it. */
/* SPDX-License-Identifier: MIT */
#include "cli/json.h"
#include "cli/report.h"

static double seconds(double ns)
{
    return ns / (double)SIM_SECOND;
}

static void add_messages(struct cli_json *json, const struct world_audit_totals *totals)
{
    int64_t counts[CLI_TOTAL_COUNT];

    cli_totals_of(totals, counts);
    cli_json_begin_object(json, "messages");
    for (uint32_t i = 0; i < CLI_TOTAL_NAMED_COUNT; i++) {
        cli_json_count(json, cli_totals_name(i), (uint64_t)counts[i]);
    }
    cli_json_end(json);
}

/* The members that all distributions have; `scale` turns a value into the unit that is written. */
static void add_distribution(struct cli_json *json, const sim_histogram *histogram, double scale)
{
    static const struct {
        const char *name;
        double percent;
    } points[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}};

    cli_json_count(json, "count", sim_histogram_count(histogram));
    cli_json_number(json, "mean", sim_histogram_mean(histogram) / scale);
    cli_json_number(json, "min", (double)sim_histogram_min(histogram) / scale);
    for (uint32_t i = 0; i < G_N_ELEMENTS(points); i++) {
        int64_t value = sim_histogram_percentile(histogram, points[i].percent);
        cli_json_number(json, points[i].name, (double)value / scale);
    }
    cli_json_number(json, "max", (double)sim_histogram_max(histogram) / scale);
}

static void add_latency(struct cli_json *json, const struct cli_report *report)
{
    const sim_histogram *histogram = cli_report_latency(report);

    if (histogram == NULL) {
        cli_json_null(json, "latency_s");
        return;
    }
    cli_json_begin_object(json, "latency_s");
    add_distribution(json, histogram, (double)SIM_SECOND);
    cli_json_end(json);
}

static void add_check(struct cli_json *json, const struct world_check *check)
{
    cli_json_begin_object(json, NULL);
    cli_json_string(json, "name", check->name);
    cli_json_bool(json, "held", world_check_held(check));
    cli_json_count(json, "evaluated", check->evaluated);
    if (check->failed > 0) {
        cli_json_number(json, "first_violation_s", seconds((double)check->first.time));
        cli_json_string(json, "message", check->first.text);
    } else {
        cli_json_null(json, "first_violation_s");
        cli_json_string(json, "message", check->evaluated == 0 ? "never evaluated" : "");
    }
    cli_json_count(json, "failed", check->failed);
    cli_json_end(json);
}

static void add_checks(struct cli_json *json, const GPtrArray *checks)
{
    cli_json_begin_array(json, "checks");
    for (uint32_t i = 0; i < checks->len; i++) {
        add_check(json, g_ptr_array_index(checks, i));
    }
    cli_json_end(json);
}

static void add_measure(struct cli_json *json, const struct sim_measure *measure)
{
    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        cli_json_count(json, measure->name, measure->counter.value);
        break;
    case SIM_MEASURE_GAUGE:
        cli_json_number(json, measure->name, (double)measure->gauge.value);
        break;
    case SIM_MEASURE_TALLY:
        if (measure->tally.histogram == NULL) {
            cli_json_null(json, measure->name);
        } else {
            cli_json_number(json, measure->name, sim_histogram_mean(measure->tally.histogram));
        }
        break;
    }
}

static void add_measures(struct cli_json *json, const sim_registry *registry)
{
    cli_json_begin_object(json, "measures");
    for (uint32_t i = 0; i < sim_registry_count(registry); i++) {
        add_measure(json, sim_registry_at(registry, i));
    }
    cli_json_end(json);
}

/* What one number cannot say of a measure. */
static void add_detail(
    struct cli_json *json, const struct cli_report *report, const struct sim_measure *measure)
{
    cli_json_begin_object(json, measure->name);
    cli_json_string(json, "unit", measure->unit);
    if (measure->kind == SIM_MEASURE_GAUGE) {
        double mean = sim_gauge_mean(&measure->gauge, report->virtual_time);
        cli_json_number(json, "mean", mean);
        cli_json_number(json, "max", (double)measure->gauge.max);
    } else if (measure->kind == SIM_MEASURE_TALLY && measure->tally.histogram != NULL) {
        add_distribution(json, measure->tally.histogram, 1);
    }
    cli_json_end(json);
}

static void add_details(struct cli_json *json, const struct cli_report *report)
{
    cli_json_begin_object(json, "details");
    for (uint32_t i = 0; i < sim_registry_count(report->registry); i++) {
        add_detail(json, report, sim_registry_at(report->registry, i));
    }
    cli_json_end(json);
}

static void add_param(struct cli_json *json, const struct script_param *param)
{
    char *end = NULL;
    double number = g_ascii_strtod(param->value, &end);

    if (param->is_number && end != param->value && *end == '\0') {
        cli_json_number(json, param->name, number);
    } else {
        cli_json_string(json, param->name, param->value);
    }
}

void cli_report_add_params(struct cli_json *json, const struct script_scenario *scenario)
{
    cli_json_begin_object(json, "params");
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        add_param(json, &scenario->params[i]);
    }
    cli_json_end(json);
}

static void add_faults(struct cli_json *json, const struct world_faults *faults)
{
    cli_json_begin_array(json, "faults");
    for (uint32_t i = 0; faults != NULL && i < faults->list->len; i++) {
        const struct world_fault *fault = g_ptr_array_index(faults->list, i);
        cli_json_begin_object(json, NULL);
        cli_json_string(json, "name", fault->name);
        cli_json_count(json, "begun", fault->begun);
        cli_json_count(json, "hit", fault->hit);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void add_incidents(struct cli_json *json, const GArray *incidents)
{
    cli_json_begin_array(json, "incidents");
    for (uint32_t i = 0; i < incidents->len; i++) {
        const struct world_incident *incident = &g_array_index(incidents, struct world_incident, i);
        cli_json_begin_object(json, NULL);
        cli_json_number(json, "time_s", seconds((double)incident->time));
        cli_json_string(json, "label", incident->label);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void add_interval(
    struct cli_json *json, const char *name, const struct sim_interval *interval, double scale)
{
    cli_json_begin_object(json, name);
    cli_json_number(json, "mean", interval->mean / scale);
    cli_json_number(json, "half_width", interval->half_width / scale);
    cli_json_end(json);
}

static void add_steady(struct cli_json *json, const struct cli_steady *steady)
{
    if (steady == NULL) {
        cli_json_null(json, "steady");
        return;
    }
    cli_json_begin_object(json, "steady");
    cli_json_number(json, "warm_up_s", seconds((double)steady->warm_up));
    cli_json_bool(json, "is_found", steady->is_found);
    cli_json_number(json, "measured_s", seconds((double)steady->measured));
    cli_json_number(json, "confidence", CLI_FIGURE_CONFIDENCE);
    add_interval(json, "throughput_per_s", &steady->per_s, 1);
    if (steady->histogram != NULL) {
        add_interval(json, "latency_s", &steady->latency, (double)SIM_SECOND);
    } else {
        cli_json_null(json, "latency_s");
    }
    cli_json_end(json);
}

static void add_head(struct cli_json *json, const struct cli_report *report)
{
    g_autofree char *digest = g_strdup_printf("%016" G_GINT64_MODIFIER "x", report->digest);

    cli_json_string(json, "scenario", report->path);
    cli_json_string(json, "title", report->scenario->title);
    cli_json_count(json, "seed", report->scenario->seed);
    cli_json_string(json, "digest", digest);
    cli_json_number(json, "virtual_s", seconds((double)report->virtual_time));
    cli_json_number(json, "wall_s", report->wall_s);
    cli_json_count(json, "events", report->event_count);
}

void cli_report_append_json(GString *out, const struct cli_report *report)
{
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_begin_object(&json, NULL);
    add_head(&json, report);
    add_messages(&json, &report->totals);
    cli_json_number(&json, "throughput_per_s", cli_report_throughput(report));
    add_latency(&json, report);
    add_checks(&json, report->checks->expected);
    add_measures(&json, report->registry);
    cli_report_add_params(&json, report->scenario);
    cli_json_string(&json, "question", report->scenario->question);
    cli_json_bool(&json, "held", cli_report_held(report));
    add_incidents(&json, report->incidents->list);
    add_faults(&json, report->faults);
    cli_report_add_invariants(&json, report->invariants);
    cli_json_number(&json, "sample_interval_s", seconds((double)report->sample_interval));
    add_details(&json, report);
    add_steady(&json, report->steady);
    cli_json_end(&json);
    cli_json_finish(&json);
}

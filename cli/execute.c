/* A run is cut into slices of events; after each the parent hears how far it is. */
/* SPDX-License-Identifier: MIT */
#include "cli/execute.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/confine.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/replication.h"
#include "cli/report.h"
#include "cli/subcommand.h"
#include "cli/trace_file.h"
#include "world/invariant.h"

/* A few milliseconds of work, as a rule. */
#define SLICE_EVENTS 16384

struct execution {
    struct cli_job *job;
    struct cli_channel *channel;
    script_runtime *runtime;
    cli_trace_writer *trace; /* NULL: not wanted */
    sim_time until;
    int64_t begun_us;
};

static void beat(const struct execution *execution, enum cli_phase phase)
{
    struct cli_progress progress = {.phase = phase, .until = execution->until};

    if (execution->runtime != NULL) {
        const struct world *world = script_runtime_world(execution->runtime);
        progress.now = world->run.now;
        progress.event_count = world->run.fired_count;
    }
    cli_channel_beat(execution->channel, &progress);
}

/* What a scenario prints goes where it does not mix with results, past the bar if there is one. */
static void print_line(void *context, const char *line)
{
    const struct cli_job *job = context;

    if (job->is_mute) {
        return;
    }
    g_autofree char *message = cli_message_of(line);
    g_autofree char *whole = g_strconcat(job->has_bar ? "\r\033[K" : "", message, NULL);
    bool is_written = cli_outputs_put(STDERR_FILENO, whole, strlen(whole));

    (void)is_written; /* nothing depends on it */
}

/* ---- the run ---- */

script_runtime *cli_execute_load(struct cli_job *job, GError **error)
{
    struct script_options options = job->script;

    options.print = print_line;
    options.print_context = job;
    script_runtime *runtime = script_runtime_load(&options, error);
    int confined = cli_confine_files();
    (void)confined; /* the parent knows already where this kernel cannot */
    return runtime;
}

static bool load(struct execution *execution, GError **error)
{
    execution->runtime = cli_execute_load(execution->job, error);
    if (execution->runtime == NULL) {
        return false;
    }
    if (execution->job->warm_up.is_wanted) {
        const struct sim_measure *latency = script_runtime_latency(execution->runtime);
        cli_steady_prepare(script_runtime_world(execution->runtime)->registry, latency);
    }
    sim_time duration = script_runtime_scenario(execution->runtime)->duration;
    execution->until = execution->job->until > 0 ? execution->job->until : duration;
    if (execution->job->trace >= 0) {
        execution->trace =
            cli_trace_begin(script_runtime_world(execution->runtime), execution->job->trace);
    }
    return true;
}

static bool run(struct execution *execution, GError **error)
{
    const struct world *world = script_runtime_world(execution->runtime);
    uint64_t limit;

    do {
        limit = world->run.fired_count + SLICE_EVENTS;
        beat(execution, CLI_PHASE_RUNNING);
        if (!script_runtime_run(execution->runtime, execution->until, limit, error)) {
            return false;
        }
    } while (world->run.fired_count >= limit);
    beat(execution, CLI_PHASE_ENDING);
    return script_runtime_end(execution->runtime, error);
}

/* ---- the report ---- */

static struct cli_report report_of(const struct execution *execution)
{
    const struct world *world = script_runtime_world(execution->runtime);
    int64_t wall_us = g_get_monotonic_time() - execution->begun_us;

    return (struct cli_report){
        .path = execution->job->script.path,
        .scenario = script_runtime_scenario(execution->runtime),
        .registry = world->registry,
        .checks = &world->checks,
        .incidents = &world->incidents,
        .faults = &world->faults,
        .invariants = world_invariants_checks(world),
        .latency = script_runtime_latency(execution->runtime),
        .totals = world_audit_totals_of(world->audit),
        .virtual_time = world->run.now,
        .sample_interval = world->sample_interval,
        .event_count = world->run.fired_count,
        .digest = world->trace.digest,
        .wall_s = (double)wall_us / G_USEC_PER_SEC,
    };
}

/* Where pieces of the series go. */
struct sink {
    const struct execution *execution;
    int descriptor;
};

static bool flush_piece(void *context, GString *text)
{
    const struct sink *sink = context;

    beat(sink->execution, CLI_PHASE_ENDING);
    bool is_written = cli_outputs_put(sink->descriptor, text->str, text->len);
    g_string_truncate(text, 0);
    return is_written;
}

static bool write_series(const struct execution *execution, const struct cli_report *report)
{
    struct sink sink = {.execution = execution, .descriptor = execution->job->series};

    return sink.descriptor < 0 || cli_report_write_series(report, flush_piece, &sink);
}

static bool write_text(const struct execution *execution, const struct cli_report *report)
{
    const struct cli_job *job = execution->job;
    g_autoptr(GString) out = g_string_new(NULL);

    if (job->text < 0) {
        return true;
    }
    cli_report_append_text(out, report, &job->style, job->is_short);
    return cli_outputs_put(job->text, out->str, out->len);
}

static bool write_json(const struct execution *execution, const struct cli_report *report)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (execution->job->json < 0) {
        return true;
    }
    cli_report_append_json(out, report);
    return cli_outputs_put(execution->job->json, out->str, out->len);
}

static bool write_hgrm(const struct execution *execution, const struct cli_report *report)
{
    const sim_histogram *latency = cli_report_latency(report);
    g_autoptr(GString) out = g_string_new(NULL);

    if (execution->job->hgrm < 0 || latency == NULL) {
        return true;
    }
    cli_report_append_hgrm(out, latency);
    return cli_outputs_put(execution->job->hgrm, out->str, out->len);
}

static bool write_record(const struct execution *execution, const struct cli_report *report)
{
    int descriptor = execution->job->record;

    return descriptor < 0 || cli_replication_write(report, descriptor);
}

static bool end_trace(struct execution *execution)
{
    cli_trace_writer *trace = execution->trace;

    execution->trace = NULL;
    return trace == NULL || cli_trace_end(trace);
}

/* Sets report->steady to what `steady` becomes, if it is wanted. */
static bool add_steady(
    const struct execution *execution,
    struct cli_report *report,
    struct cli_steady *steady,
    GError **error)
{
    const struct cli_steady_source source = {
        .registry = report->registry,
        .latency = report->latency,
        .sample_interval = report->sample_interval,
    };

    if (!execution->job->warm_up.is_wanted) {
        return true;
    }
    report->steady = steady;
    return cli_steady_init(steady, &execution->job->warm_up, &source, error);
}

static int write_report(struct execution *execution, GError **error)
{
    struct cli_report report = report_of(execution);
    struct cli_outcome *outcome = execution->channel->memory;
    struct cli_steady steady = {0};

    if (!add_steady(execution, &report, &steady, error)) {
        cli_channel_fail(execution->channel, (*error)->message);
        return CLI_STATUS_WRONG;
    }

    if (write_text(execution, &report) && write_json(execution, &report) &&
        write_series(execution, &report) && write_hgrm(execution, &report) &&
        write_record(execution, &report) && end_trace(execution)) {
        outcome->is_reported = true;
        cli_steady_finish(&steady);
        return cli_report_held(&report) ? CLI_STATUS_OK : CLI_STATUS_FAILED;
    }
    g_autofree char *why = g_strdup_printf("cannot write the report: %s", g_strerror(errno));
    cli_steady_finish(&steady);
    cli_channel_fail(execution->channel, why);
    return CLI_STATUS_WRONG;
}

int cli_execute(void *context, struct cli_channel *channel)
{
    struct execution execution = {
        .job = context,
        .channel = channel,
        .begun_us = g_get_monotonic_time(),
    };
    g_autoptr(GError) error = NULL;
    int status = CLI_STATUS_WRONG;

    beat(&execution, CLI_PHASE_LOADING);
    if (load(&execution, &error) && run(&execution, &error)) {
        status = write_report(&execution, &error);
    } else {
        cli_channel_fail(channel, error->message);
    }
    if (execution.trace != NULL && !cli_trace_end(execution.trace)) {
        status = CLI_STATUS_WRONG; /* it has been said why there is no report */
    }
    script_runtime_destroy(execution.runtime);
    return status;
}

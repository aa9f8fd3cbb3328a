/* cli/report.h - what came of a run, and the four forms in which it is told.
 *
 * struct cli_report gathers what there is to tell; it borrows everything from the runtime. The
 * words of the summary are in report_text.c, and nowhere else. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/figure.h"
#include "cli/json.h"
#include "cli/page.h"
#include "cli/steady.h"
#include "cli/style.h"
#include "cli/totals.h"
#include "lua/runtime.h"
#include "sim/registry.h"
#include "world/audit.h"
#include "world/check.h"
#include "world/fault.h"
#include "world/incident.h"

struct cli_report {
    const char *path; /* of the scenario, as it was given */
    const struct script_scenario *scenario;
    const sim_registry *registry;
    const struct world_checks *checks;
    const struct world_incidents *incidents;
    const struct world_faults *faults;     /* or NULL: there are none */
    struct world_check *const *invariants; /* by enum world_invariant; or NULL: it is not watched */
    const struct sim_measure *latency;     /* a tally; or NULL: the scenario names none */
    const struct cli_steady *steady;       /* without the warm-up; or NULL: nothing is left out */
    struct world_audit_totals totals;
    sim_time virtual_time;
    sim_time sample_interval;
    uint64_t event_count;
    uint64_t digest;
    double wall_s; /* of loading and running */
};

/* Every check that the scenario expects held, and no invariant is broken that nothing may break. */
bool cli_report_held(const struct cli_report *report);

/* Messages that had their effect, per second of virtual time; with a warm-up, effects after it. */
double cli_report_throughput(const struct cli_report *report);

/* The values that the scenario calls its latency, after the warm-up; NULL when there are none. */
const sim_histogram *cli_report_latency(const struct cli_report *report);

/* The summary for a person. A short one is its checks and its digest. */
void cli_report_append_text(
    GString *out, const struct cli_report *report, const struct cli_style *style, bool is_short);

/* The first lines of a summary: the title, the question, and the command that repeats it. */
void cli_report_append_title(
    const struct cli_page *page, const struct script_scenario *scenario, const char *path);

/* What became of the messages: of one run, or the mean of many. */
struct cli_report_messages {
    struct cli_figure figures[CLI_TOTAL_COUNT];
    const char *effect; /* a remark on those that had theirs */
    bool is_mean;
};

/* Nothing when none was ever to be sent. */
void cli_report_append_messages(
    const struct cli_page *page, const struct cli_report_messages *messages);

/* The figures without the warm-up; nothing when none is left out. */
void cli_report_append_steady(const struct cli_page *page, const struct cli_report *report);

/* De-duplicators and detectors, and what they did; nothing when there are none. */
void cli_report_append_guards(const struct cli_page *page, const sim_registry *registry);

/* What must hold in every world; a short one, only when that is broken which nothing may break. */
void cli_report_append_invariants(
    const struct cli_page *page, struct world_check *const *checks, bool is_short);
bool cli_report_own_held(struct world_check *const *checks);

/* The member "invariants". */
void cli_report_add_invariants(struct cli_json *json, struct world_check *const *checks);

/* What changed while time passed, as lines of text: throughput, latency, queues. Nothing when the
 * run was too short to be sampled. */
void cli_report_append_chart(
    GString *out, const struct cli_report *report, const struct cli_style *style);

/* summary.json: docs/summary.md has its schema. */
void cli_report_append_json(GString *out, const struct cli_report *report);

/* The member "params": what the scenario's parameters are. */
void cli_report_add_params(struct cli_json *json, const struct script_scenario *scenario);

/* The latency in the percentile format of HdrHistogram, in milliseconds. */
void cli_report_append_hgrm(GString *out, const sim_histogram *histogram);

/* Takes the text so far and empties it; false ends the writing. */
typedef bool cli_report_flush_fn(void *context, GString *text);

/* Every measure at the end of every sampling interval, as CSV (RFC 4180): one row for an interval,
 * given to `flush` piece by piece. False when that was false once. */
SIM_MUST_USE bool cli_report_write_series(
    const struct cli_report *report, cli_report_flush_fn *flush, void *context);

#endif

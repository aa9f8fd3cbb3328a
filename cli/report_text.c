/* The summary: a page of sections, each of which is left out when it has nothing to say. To change
 * a word that `tailback run` prints at its end, change it here; what only the summary of many runs
 * says is in replications_text.c. */
/* SPDX-License-Identifier: MIT */
#include "cli/ledgers.h"
#include "cli/report.h"
#include "cli/text.h"

#define INCIDENTS_MAX     24 /* more than these are counted, not listed */
#define LEDGERS_MAX       12
#define LABEL_COLUMNS     22
#define COUNT_COLUMNS     13
#define HALF_COLUMNS      12 /* "12,345,678" and what stands around it */
#define EVALUATED_COLUMNS 36 /* "  failed 1,234,567 of 1,234,567 times" */
#define LOST_BEFORE       "lost before acceptance"

/* ---- what was run ---- */

void cli_report_append_title(
    const struct cli_page *page, const struct script_scenario *scenario, const char *path)
{
    g_autoptr(GString) line = g_string_new(path);

    cli_page_begin_colour(page, CLI_PAGE_BOLD);
    cli_page_foreign(page, scenario->title, 0);
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
    if (scenario->question[0] != '\0') {
        cli_page_foreign(page, scenario->question, 0);
        g_string_append_c(page->out, '\n');
    }
    g_string_append_printf(line, " --seed=%" G_GUINT64_FORMAT, scenario->seed);
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        const struct script_param *param = &scenario->params[i];
        g_string_append_printf(line, " --set=%s=%s", param->name, param->value);
    }
    cli_page_begin_colour(page, CLI_PAGE_FAINT);
    cli_page_foreign(page, line->str, 0);
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
}

/* ---- what happened when ---- */

static void append_incident(
    const struct cli_page *page, const struct world_incident *incident, uint32_t index)
{
    g_autofree char *time = cli_text_instant(incident->time);

    /* The chart marks the first nine. */
    g_string_append_printf(page->out, "  %c %12s  ", index < 9 ? (char)('1' + index) : ' ', time);
    cli_page_foreign(page, incident->label, 18);
    g_string_append_c(page->out, '\n');
}

static void append_incidents(const struct cli_page *page, const GArray *incidents)
{
    if (incidents->len == 0) {
        return;
    }
    cli_page_heading(page, "What happened");
    for (uint32_t i = 0; i < MIN(incidents->len, INCIDENTS_MAX); i++) {
        append_incident(page, &g_array_index(incidents, struct world_incident, i), i);
    }
    if (incidents->len > INCIDENTS_MAX) {
        uint32_t more = incidents->len - INCIDENTS_MAX;
        g_string_append_printf(page->out, "    ... and %u more\n", more);
    }
}

/* ---- messages ---- */

enum when {
    ALWAYS,
    UNLESS_0,
    ALARM, /* always, and nothing that one wants to see */
};

/* One line of the sum. `sign` is what it does to it: ' ', '-' or '='. */
struct entry {
    char sign;
    enum when when;
    enum cli_total total;
    const char *label;
    const char *remark;
};

static const struct entry before_acceptance[] = {
    {' ', ALWAYS, CLI_TOTAL_SENT, "arrived", "what the producers were to send"},
    {'-', UNLESS_0, CLI_TOTAL_TURNED_AWAY, "turned away", "their producer was down"},
    {'-', UNLESS_0, CLI_TOTAL_REFUSED, "refused", "no room in the producer or the queue"},
    {'-',
     UNLESS_0,
     CLI_TOTAL_LOST_BEFORE_ACCEPTANCE,
     LOST_BEFORE,
     "their producer crashed with them"},
    {'-',
     UNLESS_0,
     CLI_TOTAL_WAITING_UNACCEPTED,
     "not accepted yet",
     "at a producer, or on the way"},
    {'-', UNLESS_0, CLI_TOTAL_UNACCOUNTED_BEFORE, "UNACCOUNTED FOR", "a fault in tailback"},
};

static const struct entry after_acceptance[] = {
    {'=', ALWAYS, CLI_TOTAL_ACCEPTED, "accepted", "the queue promised to keep them"},
    {'-', ALARM, CLI_TOTAL_LOST, "lost", "promised, and nowhere any more"},
    {'-', UNLESS_0, CLI_TOTAL_DROPPED, "dropped", "by the queue's policy, or too old"},
    {'-', UNLESS_0, CLI_TOTAL_DEAD, "dead", "given up after too many attempts"},
    {'-',
     UNLESS_0,
     CLI_TOTAL_WAITING_ACCEPTED,
     "still inside",
     "on their way when the time was up"},
    {'-', UNLESS_0, CLI_TOTAL_UNACCOUNTED_AFTER, "UNACCOUNTED FOR", "a fault in tailback"},
};

static const struct entry effects[] = {
    {'=', ALWAYS, CLI_TOTAL_DELIVERED, "settled", NULL}, /* the remark: the messages' effect */
    {' ', ALARM, CLI_TOTAL_DUPLICATED, "duplicated", "effects beyond the first of a message"},
    {' ', UNLESS_0, CLI_TOTAL_SUPPRESSED, "suppressed", "second deliveries that were recognised"},
};

/* A total that is not what it should be. */
static bool is_bad(const struct entry *entry, const struct cli_figure *figure)
{
    bool is_alarm = entry->when == ALARM || entry->total >= CLI_TOTAL_NAMED_COUNT;

    return is_alarm && figure->most > 0;
}

static void append_range(const struct cli_page *page, const struct cli_figure *figure)
{
    g_autofree char *half_width = cli_text_number(figure->half_width);
    g_autofree char *least = cli_text_number(figure->least);
    g_autofree char *most = cli_text_number(figure->most);
    g_autofree char *range = g_strdup_printf("%s to %s", least, most);
    const char *sign = page->style->is_ascii ? "+-" : "±";

    if (figure->most > figure->least) {
        g_string_append_printf(page->out, " %s %-*s", sign, HALF_COLUMNS, half_width);
        cli_page_coloured(page, CLI_PAGE_FAINT, range);
    }
}

static void append_entry(
    const struct cli_page *page,
    const struct cli_report_messages *messages,
    const struct entry *entry)
{
    const struct cli_figure *figure = &messages->figures[entry->total];
    g_autofree char *number = cli_text_number(figure->mean);
    bool is_zero = figure->least >= 0 && figure->most <= 0;

    if (entry->when == UNLESS_0 && is_zero) {
        return;
    }
    g_string_append_printf(page->out, "  %c ", entry->sign);
    cli_text_append_padded(page->out, entry->label, LABEL_COLUMNS);
    cli_page_begin_colour(page, is_bad(entry, figure) ? CLI_PAGE_BAD : CLI_PAGE_PLAIN);
    g_string_append_printf(page->out, "%*s", COUNT_COLUMNS, number);
    cli_page_end_colour(page);
    if (messages->is_mean) {
        append_range(page, figure);
    } else {
        const char *remark = entry->remark != NULL ? entry->remark : messages->effect;
        g_string_append(page->out, "   ");
        cli_page_coloured(page, CLI_PAGE_FAINT, remark);
    }
    g_string_append_c(page->out, '\n');
}

void cli_report_append_messages(
    const struct cli_page *page, const struct cli_report_messages *messages)
{
    if (messages->figures[CLI_TOTAL_SENT].most <= 0) {
        return;
    }
    cli_page_heading(page, messages->is_mean ? "Messages, the mean of the runs" : "Messages");
    for (uint32_t i = 0; i < G_N_ELEMENTS(before_acceptance); i++) {
        append_entry(page, messages, &before_acceptance[i]);
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(after_acceptance); i++) {
        append_entry(page, messages, &after_acceptance[i]);
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(effects); i++) {
        append_entry(page, messages, &effects[i]);
    }
}

static void append_messages(
    const struct cli_page *page, const struct cli_report *report, bool has_ledgers)
{
    struct cli_report_messages messages = {
        .effect = has_ledgers ? "charged, or over budget" : "had their effect",
    };
    int64_t counts[CLI_TOTAL_COUNT];

    cli_totals_of(&report->totals, counts);
    for (uint32_t i = 0; i < CLI_TOTAL_COUNT; i++) {
        double count = (double)counts[i];
        messages.figures[i] = (struct cli_figure){.mean = count, .least = count, .most = count};
    }
    cli_report_append_messages(page, &messages);
}

/* ---- what it took ---- */

/* Of all counters whose path ends so, e.g. in "/lost", and that count in this unit. */
static uint64_t sum_of(const struct cli_report *report, const char *suffix, const char *unit)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < sim_registry_count(report->registry); i++) {
        const struct sim_measure *measure = sim_registry_at(report->registry, i);
        if (measure->kind == SIM_MEASURE_COUNTER && g_str_has_suffix(measure->name, suffix) &&
            g_str_equal(measure->unit, unit)) {
            sum += measure->counter.value;
        }
    }
    return sum;
}

static void append_efforts(const struct cli_page *page, const struct cli_report *report)
{
    static const struct {
        const char *suffix;
        const char *unit;
        const char *label;
        const char *remark;
    } efforts[] = {
        {"/lost", "packets", "packets lost", "on the wire: who they were for was down"},
        {"/resent", "packets", "packets sent again", "retries of producers without an answer"},
        {"/redelivered", "deliveries", "redelivered", "by a queue whose consumer did not ack"},
    };
    bool has_heading = false;

    for (uint32_t i = 0; i < G_N_ELEMENTS(efforts); i++) {
        uint64_t sum = sum_of(report, efforts[i].suffix, efforts[i].unit);
        g_autofree char *count = cli_text_count(sum);
        if (sum == 0) {
            continue;
        }
        if (!has_heading) {
            cli_page_heading(page, "What failures cost");
            has_heading = true;
        }
        g_string_append(page->out, "    ");
        cli_text_append_padded(page->out, efforts[i].label, LABEL_COLUMNS);
        g_string_append_printf(page->out, "%*s   ", COUNT_COLUMNS, count);
        cli_page_coloured(page, CLI_PAGE_FAINT, efforts[i].remark);
        g_string_append_c(page->out, '\n');
    }
}

/* ---- faults ---- */

static void append_fault(
    const struct cli_page *page, const struct world_fault *fault, uint32_t name_columns)
{
    g_autofree char *begun = cli_text_count(fault->begun);
    g_autofree char *hit = cli_text_count(fault->hit);

    g_string_append(page->out, "    ");
    cli_text_append_padded(page->out, fault->name, name_columns);
    g_string_append_printf(page->out, "%11s%13s", begun, hit);
    if (fault->hit == 0) {
        cli_page_coloured(page, CLI_PAGE_BAD, "   it never hit anything");
    }
    g_string_append_c(page->out, '\n');
}

/* Of the column of names: what the longest takes. */
static uint32_t fault_columns(const struct world_faults *faults)
{
    uint32_t columns = LABEL_COLUMNS;

    for (uint32_t i = 0; i < faults->list->len; i++) {
        const struct world_fault *fault = g_ptr_array_index(faults->list, i);
        columns = MAX(columns, cli_text_columns(fault->name));
    }
    SIM_ASSERT(columns >= LABEL_COLUMNS);
    return columns;
}

/* What each was meant to hit: docs/faults.md. */
static void append_faults(const struct cli_page *page, const struct world_faults *faults)
{
    g_autoptr(GString) heading = g_string_new(NULL);

    if (faults == NULL || faults->list->len == 0) {
        return;
    }
    uint32_t columns = fault_columns(faults);
    cli_text_append_padded(heading, "Faults", columns + 4);
    g_string_append_printf(heading, "%11s%13s", "begun", "hit");
    cli_page_heading(page, heading->str);
    for (uint32_t i = 0; i < faults->list->len; i++) {
        append_fault(page, g_ptr_array_index(faults->list, i), columns);
    }
}

/* ---- ledgers ---- */

static const struct {
    const char *label;
    int columns;
} ledger_columns[CLI_LEDGERS_COUNT] = {
    [CLI_LEDGERS_CHARGED] = {"charged", 11},
    [CLI_LEDGERS_OVER_BUDGET] = {"over budget", 13},
    [CLI_LEDGERS_DUPLICATES] = {"recognised", 12},
    [CLI_LEDGERS_REVENUE] = {"revenue", 18},
};

static void append_ledger(const struct cli_page *page, const struct cli_ledger *ledger)
{
    g_string_append(page->out, "    ");
    cli_text_append_padded(page->out, ledger->path, LABEL_COLUMNS);
    if (cli_text_columns(ledger->path) > LABEL_COLUMNS) {
        g_string_append_printf(page->out, "\n%*s", LABEL_COLUMNS + 4, "");
    }
    for (uint32_t i = 0; i < CLI_LEDGERS_COUNT; i++) {
        g_autofree char *count = cli_text_count(ledger->counts[i]);
        g_string_append_printf(page->out, "%*s", ledger_columns[i].columns, count);
    }
    if (ledger->unit[0] != '\0') {
        g_string_append_c(page->out, ' ');
        cli_page_foreign(page, ledger->unit, 0);
    }
    g_string_append_c(page->out, '\n');
}

static void append_ledgers(const struct cli_page *page, const GArray *ledgers)
{
    g_autoptr(GString) heading = g_string_new(NULL);

    if (ledgers->len == 0) {
        return;
    }
    cli_text_append_padded(heading, "Ledgers", LABEL_COLUMNS + 4);
    for (uint32_t i = 0; i < CLI_LEDGERS_COUNT; i++) {
        g_string_append_printf(heading, "%*s", ledger_columns[i].columns, ledger_columns[i].label);
    }
    cli_page_heading(page, heading->str);
    for (uint32_t i = 0; i < MIN(ledgers->len, LEDGERS_MAX); i++) {
        append_ledger(page, &g_array_index(ledgers, struct cli_ledger, i));
    }
    if (ledgers->len > LEDGERS_MAX) {
        g_string_append_printf(page->out, "    ... and %u more\n", ledgers->len - LEDGERS_MAX);
    }
}

/* ---- throughput and latency ---- */

static void append_throughput(const struct cli_page *page, const struct cli_report *report)
{
    if (report->totals.settled > 0 && report->steady == NULL) {
        g_autofree char *mean = cli_text_number(cli_report_throughput(report));
        g_string_append_printf(page->out, "\nThroughput  %s messages/s settled\n", mean);
    }
}

static void append_latency(const struct cli_page *page, const struct cli_report *report)
{
    static const struct {
        const char *name;
        double percent;
    } points[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"max", 100}};
    const sim_histogram *histogram = cli_report_latency(report);

    if (histogram == NULL) {
        return;
    }
    g_string_append(page->out, "Latency   ");
    for (uint32_t i = 0; i < G_N_ELEMENTS(points); i++) {
        sim_time value = sim_histogram_percentile(histogram, points[i].percent);
        g_autofree char *text = cli_text_duration(value);
        g_string_append_printf(page->out, "  %s ", points[i].name);
        cli_page_coloured(page, CLI_PAGE_BOLD, text);
    }
    g_string_append_c(page->out, '\n');
}

static void append_chart(const struct cli_page *page, const struct cli_report *report)
{
    g_autoptr(GString) chart = g_string_new(NULL);

    cli_report_append_chart(chart, report, page->style);
    if (chart->len > 0) {
        cli_page_heading(page, "Over time");
        g_string_append(page->out, chart->str);
    }
}

/* ---- checks ---- */

static void append_violation(const struct cli_page *page, const struct world_check *check)
{
    uint32_t indent = cli_page_verdict_indent(page);

    g_string_append_printf(page->out, "%*s", (int)indent, "");
    if (check->evaluated == 0) {
        g_string_append(page->out, "it never got anything to check, so it shows nothing\n");
        return;
    }
    g_autofree char *time = cli_text_instant(check->first.time);
    g_autofree char *text = g_strdup_printf("first at %s: %s", time, check->first.text);
    cli_page_foreign(page, text, indent);
    g_string_append_c(page->out, '\n');
}

static void append_check(const struct cli_page *page, const struct world_check *check)
{
    g_autofree char *evaluated = cli_text_count(check->evaluated);
    g_autofree char *failed = cli_text_count(check->failed);
    bool held = world_check_held(check);

    cli_page_verdict(page, held, check->name, EVALUATED_COLUMNS);
    cli_page_begin_colour(page, CLI_PAGE_FAINT);
    if (check->failed == 0) {
        g_string_append_printf(page->out, "  evaluated %s times", evaluated);
    } else {
        g_string_append_printf(page->out, "  failed %s of %s times", failed, evaluated);
    }
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
    if (!held) {
        append_violation(page, check);
    }
}

static void append_checks(const struct cli_page *page, const GPtrArray *expected)
{
    if (expected->len == 0) {
        g_string_append(page->out, "\nNo checks: the scenario expects nothing.\n");
        return;
    }
    cli_page_heading(page, "Checks");
    for (uint32_t i = 0; i < expected->len; i++) {
        append_check(page, g_ptr_array_index(expected, i));
    }
}

/* ---- the end ---- */

static void append_cost(const struct cli_page *page, const struct cli_report *report)
{
    g_autofree char *virtual_time = cli_text_duration(report->virtual_time);
    g_autofree char *duration = cli_text_duration(report->scenario->duration);
    g_autofree char *wall = cli_text_duration((sim_time)(report->wall_s * (double)SIM_SECOND));
    g_autofree char *events = cli_text_count(report->event_count);
    double rate = report->wall_s > 0 ? (double)report->event_count / report->wall_s : 0;
    g_autofree char *events_per_s = cli_text_number(rate);

    g_string_append_printf(page->out, "%s of virtual time", virtual_time);
    if (report->virtual_time != report->scenario->duration) {
        g_string_append_printf(page->out, " (the scenario's duration is %s)", duration);
    }
    g_string_append_printf(page->out, " in %s: %s events, %s/s\n", wall, events, events_per_s);
}

static void append_digest(const struct cli_page *page, uint64_t digest)
{
    g_string_append_printf(page->out, "\nDigest %016" G_GINT64_MODIFIER "x", digest);
    cli_page_coloured(page, CLI_PAGE_FAINT, "   the same digest is the same run\n");
}

static void append_course(const struct cli_page *page, const struct cli_report *report)
{
    g_autoptr(GArray) ledgers = cli_ledgers_find(report->registry);

    append_incidents(page, report->incidents->list);
    append_messages(page, report, ledgers->len > 0);
    append_efforts(page, report);
    append_faults(page, report->faults);
    append_ledgers(page, ledgers);
    cli_report_append_guards(page, report->registry);
    append_throughput(page, report);
    cli_report_append_steady(page, report);
    append_latency(page, report);
    append_chart(page, report);
}

void cli_report_append_text(
    GString *out, const struct cli_report *report, const struct cli_style *style, bool is_short)
{
    const struct cli_page page = {.out = out, .style = style};

    if (!is_short) {
        cli_report_append_title(&page, report->scenario, report->path);
        append_course(&page, report);
    }
    append_checks(&page, report->checks->expected);
    cli_report_append_invariants(&page, report->invariants, is_short);
    append_digest(&page, report->digest);
    if (!is_short) {
        append_cost(&page, report);
    }
}

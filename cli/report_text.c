/* The summary: a page of sections, each of which is left out when it has nothing to say. To change
 * a word that `tailback run` prints at its end, change it here. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/report.h"
#include "cli/text.h"

#define INCIDENTS_MAX     24 /* more than these are counted, not listed */
#define LABEL_COLUMNS     22
#define COUNT_COLUMNS     13
#define EVALUATED_COLUMNS 36 /* "  failed 1,234,567 of 1,234,567 times" */
#define LOST_BEFORE       "lost before acceptance"

struct page {
    GString *out;
    const struct cli_report *report;
    const struct cli_style *style;
};

/* The colours, by their meaning. */
#define PLAIN "0"
#define BOLD  "1"
#define FAINT "2"
#define GOOD  "32"
#define BAD   "1;31"

static void begin_colour(const struct page *page, const char *colour)
{
    if (page->style->has_colour) {
        g_string_append_printf(page->out, "\033[%sm", colour);
    }
}

static void end_colour(const struct page *page)
{
    if (page->style->has_colour) {
        g_string_append(page->out, "\033[0m");
    }
}

static void append_coloured(const struct page *page, const char *colour, const char *text)
{
    begin_colour(page, colour);
    g_string_append(page->out, text);
    end_colour(page);
}

/* A scenario's text, which may hold anything, indented and wrapped. */
static void append_foreign(const struct page *page, const char *text, uint32_t indent)
{
    g_autofree char *safe = cli_text_escape(text, page->style->is_ascii);

    cli_text_append_wrapped(page->out, safe, indent, page->style->columns);
}

static void append_heading(const struct page *page, const char *heading)
{
    g_string_append_c(page->out, '\n');
    append_coloured(page, BOLD, heading);
    g_string_append_c(page->out, '\n');
}

/* ---- what was run ---- */

static void append_title(const struct page *page)
{
    const struct script_scenario *scenario = page->report->scenario;

    begin_colour(page, BOLD);
    append_foreign(page, scenario->title, 0);
    end_colour(page);
    g_string_append_c(page->out, '\n');
    if (scenario->question[0] != '\0') {
        append_foreign(page, scenario->question, 0);
        g_string_append_c(page->out, '\n');
    }
}

static void append_origin(const struct page *page)
{
    const struct script_scenario *scenario = page->report->scenario;
    g_autoptr(GString) line = g_string_new(page->report->path);

    g_string_append_printf(line, " --seed=%" G_GUINT64_FORMAT, scenario->seed);
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        const struct script_param *param = &scenario->params[i];
        g_string_append_printf(line, " --set=%s=%s", param->name, param->value);
    }
    begin_colour(page, FAINT);
    append_foreign(page, line->str, 0);
    end_colour(page);
    g_string_append_c(page->out, '\n');
}

/* ---- what happened when ---- */

static void append_incident(const struct page *page, uint32_t index)
{
    const struct world_incident *incident =
        &g_array_index(page->report->incidents->list, struct world_incident, index);
    g_autofree char *time = cli_text_instant(incident->time);

    /* The chart marks the first nine. */
    g_string_append_printf(page->out, "  %c %12s  ", index < 9 ? (char)('1' + index) : ' ', time);
    append_foreign(page, incident->label, 18);
    g_string_append_c(page->out, '\n');
}

static void append_incidents(const struct page *page)
{
    uint32_t count = page->report->incidents->list->len;

    if (count == 0) {
        return;
    }
    append_heading(page, "What happened");
    for (uint32_t i = 0; i < MIN(count, INCIDENTS_MAX); i++) {
        append_incident(page, i);
    }
    if (count > INCIDENTS_MAX) {
        g_string_append_printf(page->out, "    ... and %u more\n", count - INCIDENTS_MAX);
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
    const char *label;
    uint64_t count;
    const char *remark;
};

static void append_entry(const struct page *page, const struct entry *entry)
{
    g_autofree char *count = cli_text_count(entry->count);

    if (entry->when == UNLESS_0 && entry->count == 0) {
        return;
    }
    g_string_append_printf(page->out, "  %c ", entry->sign);
    cli_text_append_padded(page->out, entry->label, LABEL_COLUMNS);
    begin_colour(page, entry->when == ALARM && entry->count > 0 ? BAD : PLAIN);
    g_string_append_printf(page->out, "%*s   ", COUNT_COLUMNS, count);
    end_colour(page);
    append_coloured(page, FAINT, entry->remark);
    g_string_append_c(page->out, '\n');
}

static void append_entries(const struct page *page, const struct entry *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        append_entry(page, &entries[i]);
    }
}

/* The totals come from books that are kept apart; a hole in them is shown, not smoothed over. */
static void append_unaccounted(const struct page *page, uint64_t count)
{
    const struct entry entry = {'-', ALARM, "UNACCOUNTED FOR", count, "a fault in tailback"};

    if (count > 0) {
        append_entry(page, &entry);
    }
}

static void append_before_acceptance(const struct page *page, const struct world_audit_totals *all)
{
    const struct entry entries[] = {
        {' ', ALWAYS, "arrived", all->arrived, "what the producers were to send"},
        {'-', UNLESS_0, "turned away", all->turned_away, "their producer was down"},
        {'-', UNLESS_0, "refused", all->refused, "no room in the producer or the queue"},
        {'-', UNLESS_0, LOST_BEFORE, all->lost_unaccepted, "their producer crashed with them"},
        {'-', UNLESS_0, "not accepted yet", all->unaccepted, "at a producer, or on the way"},
    };
    uint64_t not_accepted =
        all->turned_away + all->refused + all->lost_unaccepted + all->unaccepted;

    append_entries(page, entries, G_N_ELEMENTS(entries));
    append_unaccounted(page, all->arrived - not_accepted - all->accepted);
}

/* A ledger's charge is the effect that most scenarios are about, and has a word of its own. */
static const char *effect_of(const struct cli_report *report)
{
    for (uint32_t i = 0; i < sim_registry_count(report->registry); i++) {
        if (g_str_has_suffix(sim_registry_at(report->registry, i)->name, "/charged")) {
            return "charged";
        }
    }
    return "settled";
}

static void append_after_acceptance(const struct page *page, const struct world_audit_totals *all)
{
    const struct entry entries[] = {
        {'=', ALWAYS, "accepted", all->accepted, "the queue promised to keep them"},
        {'-', ALARM, "lost", all->lost, "promised, and nowhere any more"},
        {'-', UNLESS_0, "dropped", all->dropped, "by the queue's policy, or too old"},
        {'-', UNLESS_0, "dead", all->dead, "given up after too many attempts"},
        {'-', UNLESS_0, "still inside", all->inside, "on their way when the time was up"},
    };
    const struct entry outcome[] = {
        {'=', ALWAYS, effect_of(page->report), all->settled, "had their effect"},
        {' ', ALARM, "duplicated", all->repeated, "effects beyond the first of a message"},
        {' ', UNLESS_0, "suppressed", all->suppressed, "second deliveries that were recognised"},
    };
    uint64_t not_settled = all->lost + all->dropped + all->dead + all->inside;

    append_entries(page, entries, G_N_ELEMENTS(entries));
    append_unaccounted(page, all->accepted - not_settled - all->settled);
    append_entries(page, outcome, G_N_ELEMENTS(outcome));
}

static void append_messages(const struct page *page)
{
    const struct world_audit_totals *all = &page->report->totals;

    if (all->arrived > 0) {
        append_heading(page, "Messages");
        append_before_acceptance(page, all);
        append_after_acceptance(page, all);
    }
}

/* ---- throughput and latency ---- */

static void append_throughput(const struct page *page)
{
    if (page->report->totals.settled == 0) {
        return;
    }
    g_autofree char *mean = cli_text_number(cli_report_throughput(page->report));
    g_string_append_printf(
        page->out, "\nThroughput  %s messages/s %s\n", mean, effect_of(page->report));
}

static void append_latency(const struct page *page)
{
    static const struct {
        const char *name;
        double percent;
    } points[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"max", 100}};
    const sim_histogram *histogram = cli_report_latency(page->report);

    if (histogram == NULL) {
        return;
    }
    g_string_append(page->out, "Latency   ");
    for (uint32_t i = 0; i < G_N_ELEMENTS(points); i++) {
        sim_time value = sim_histogram_percentile(histogram, points[i].percent);
        g_autofree char *text = cli_text_duration(value);
        g_string_append_printf(page->out, "  %s ", points[i].name);
        append_coloured(page, BOLD, text);
    }
    g_string_append_c(page->out, '\n');
}

static void append_chart(const struct page *page)
{
    g_autoptr(GString) chart = g_string_new(NULL);

    cli_report_append_chart(chart, page->report, page->style);
    if (chart->len > 0) {
        append_heading(page, "Over time");
        g_string_append(page->out, chart->str);
    }
}

/* ---- checks ---- */

static void append_mark(const struct page *page, bool is_good)
{
    const char *mark = is_good ? "✓" : "✗";

    if (page->style->is_ascii) {
        mark = is_good ? "ok" : "NO";
    }
    append_coloured(page, is_good ? GOOD : BAD, mark);
}

static void append_violation(const struct page *page, const struct world_check *check)
{
    uint32_t indent = page->style->is_ascii ? 5 : 4;

    g_string_append_printf(page->out, "%*s", (int)indent, "");
    if (check->evaluated == 0) {
        g_string_append(page->out, "it never got anything to check, so it shows nothing\n");
        return;
    }
    g_autofree char *time = cli_text_instant(check->first.time);
    g_autofree char *text = g_strdup_printf("first at %s: %s", time, check->first.text);
    append_foreign(page, text, indent);
    g_string_append_c(page->out, '\n');
}

/* What is evaluated stands at the right; a name that would reach it goes on below itself. */
static void append_check_name(const struct page *page, const struct world_check *check)
{
    g_autofree char *name = cli_text_escape(check->name, page->style->is_ascii);
    g_autoptr(GString) wrapped = g_string_new(NULL);
    uint32_t indent = page->style->is_ascii ? 5 : 4;
    uint32_t columns = page->style->columns - EVALUATED_COLUMNS;

    cli_text_append_wrapped(wrapped, name, indent, columns);
    const char *last = strrchr(wrapped->str, '\n');
    if (last != NULL) {
        g_string_append_len(page->out, wrapped->str, last + 1 - wrapped->str);
        cli_text_append_padded(page->out, last + 1, columns);
    } else {
        cli_text_append_padded(page->out, wrapped->str, columns - indent);
    }
}

static void append_check(const struct page *page, const struct world_check *check)
{
    g_autofree char *evaluated = cli_text_count(check->evaluated);
    g_autofree char *failed = cli_text_count(check->failed);
    bool held = world_check_held(check);

    g_string_append(page->out, "  ");
    append_mark(page, held);
    g_string_append_c(page->out, ' ');
    append_check_name(page, check);
    begin_colour(page, FAINT);
    if (check->failed == 0) {
        g_string_append_printf(page->out, "  evaluated %s times", evaluated);
    } else {
        g_string_append_printf(page->out, "  failed %s of %s times", failed, evaluated);
    }
    end_colour(page);
    g_string_append_c(page->out, '\n');
    if (!held) {
        append_violation(page, check);
    }
}

static void append_checks(const struct page *page)
{
    const GPtrArray *expected = page->report->checks->expected;

    if (expected->len == 0) {
        g_string_append(page->out, "\nNo checks: the scenario expects nothing.\n");
        return;
    }
    append_heading(page, "Checks");
    for (uint32_t i = 0; i < expected->len; i++) {
        append_check(page, g_ptr_array_index(expected, i));
    }
}

/* ---- the end ---- */

static void append_cost(const struct page *page)
{
    const struct cli_report *report = page->report;
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

static void append_digest(const struct page *page)
{
    g_string_append_printf(page->out, "\nDigest %016" G_GINT64_MODIFIER "x", page->report->digest);
    begin_colour(page, FAINT);
    g_string_append(page->out, "   the same digest is the same run\n");
    end_colour(page);
}

void cli_report_append_text(
    GString *out, const struct cli_report *report, const struct cli_style *style, bool is_short)
{
    struct page page = {.out = out, .report = report, .style = style};

    if (!is_short) {
        append_title(&page);
        append_origin(&page);
        append_incidents(&page);
        append_messages(&page);
        append_throughput(&page);
        append_latency(&page);
        append_chart(&page);
    }
    append_checks(&page);
    append_digest(&page);
    if (!is_short) {
        append_cost(&page);
    }
}

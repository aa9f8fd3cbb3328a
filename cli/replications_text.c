/* The summary of many runs: the words that only it says. Each figure is a mean with the half-width
 * of its interval, and how far the runs lie apart. */
/* SPDX-License-Identifier: MIT */
#include "cli/page.h"
#include "cli/replications.h"
#include "cli/text.h"

#define HELD_COLUMNS 30 /* "  held in 12,345 of 12,345 runs" */

static void append_warm_up(const struct cli_page *page, const struct cli_warm_up *warm_up)
{
    g_autofree char *time = cli_text_duration(warm_up->time);

    if (warm_up->is_wanted) {
        g_string_append_printf(
            page->out,
            "Throughput and latency are those after the warm-up%s%s\n",
            warm_up->is_auto ? ", found in each run (MSER-5)" : " of ",
            warm_up->is_auto ? "" : time);
    }
}

static void append_what(const struct cli_page *page, const struct cli_replications *all)
{
    const struct cli_replication *last = g_ptr_array_index(all->runs, all->runs->len - 1);
    g_autofree char *count = cli_text_count(all->runs->len);

    cli_report_append_title(page, all->scenario, all->path);
    if (all->runs->len == 1) {
        g_string_append_printf(
            page->out,
            "1 run, of seed %" G_GUINT64_FORMAT ": one alone has no interval\n",
            all->scenario->seed);
    } else {
        g_string_append_printf(
            page->out,
            "%s runs, of the seeds from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
            "; %s: half the width of the 95 %% interval of a mean\n",
            count,
            all->scenario->seed,
            last->seed,
            page->style->is_ascii ? "+-" : "±");
    }
    append_warm_up(page, &all->warm_up);
}

static void append_messages(const struct cli_page *page, const struct cli_replications *all)
{
    struct cli_report_messages messages = {.is_mean = true};

    for (uint32_t i = 0; i < CLI_TOTAL_COUNT; i++) {
        messages.figures[i] = cli_replications_figure(all, i);
    }
    cli_report_append_messages(page, &messages);
}

/* ---- throughput and latency ---- */

static char *number_text(double number)
{
    return cli_text_number(number);
}

static char *latency_text(double ns)
{
    return ns <= 0x1p62 ? cli_text_duration((sim_time)ns) : g_strdup("-");
}

struct row {
    const char *label;
    uint32_t figure;
    char *(*text_of)(double number);
};

static void append_row(
    const struct cli_page *page, const struct cli_replications *all, const struct row *row)
{
    struct cli_figure figure = cli_replications_figure(all, row->figure);
    g_autofree char *mean = row->text_of(figure.mean);
    g_autofree char *half_width = row->text_of(figure.half_width);
    g_autofree char *least = row->text_of(figure.least);
    g_autofree char *most = row->text_of(figure.most);
    g_autofree char *range = g_strdup_printf("%s to %s", least, most);

    if (figure.count == 0) {
        return;
    }
    g_string_append_printf(page->out, "    %-22s%13s", row->label, mean);
    if (figure.most > figure.least) {
        g_string_append(page->out, page->style->is_ascii ? " +- " : " ± ");
        cli_text_append_padded(page->out, half_width, 12);
        cli_page_coloured(page, CLI_PAGE_FAINT, range);
    }
    if (figure.count < all->runs->len) {
        g_string_append_printf(page->out, "; %u runs have it", figure.count);
    }
    g_string_append_c(page->out, '\n');
}

static void append_rows(const struct cli_page *page, const struct cli_replications *all)
{
    static const struct row rows[] = {
        {"throughput, per second", CLI_REPLICATION_THROUGHPUT, number_text},
        {"latency, mean", CLI_REPLICATION_LATENCY_MEAN, latency_text},
        {"latency, p50", CLI_REPLICATION_LATENCY_P50, latency_text},
        {"latency, p90", CLI_REPLICATION_LATENCY_P90, latency_text},
        {"latency, p99", CLI_REPLICATION_LATENCY_P99, latency_text},
        {"latency, p99.9", CLI_REPLICATION_LATENCY_P999, latency_text},
        {"latency, max", CLI_REPLICATION_LATENCY_MAX, latency_text},
    };

    cli_page_heading(page, "Throughput and latency, the mean of the runs");
    for (uint32_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        append_row(page, all, &rows[i]);
    }
}

/* ---- checks ---- */

static void append_violation(
    const struct cli_page *page, const struct cli_replications_check *check)
{
    uint32_t indent = cli_page_verdict_indent(page);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "first with --seed=%" G_GUINT64_FORMAT, check->seed_failed);
    if (check->first >= 0) {
        g_autofree char *time = cli_text_instant(check->first);
        g_string_append_printf(text, ", at %s", time);
    }
    g_string_append_printf(text, ": %s", check->message);
    g_string_append_printf(page->out, "%*s", (int)indent, "");
    cli_page_foreign(page, text->str, indent);
    g_string_append_c(page->out, '\n');
}

static void append_check(const struct cli_page *page, const struct cli_replications_check *check)
{
    g_autofree char *held = cli_text_count(check->held_count);
    g_autofree char *runs = cli_text_count(check->run_count);
    bool is_good = check->held_count == check->run_count;

    cli_page_verdict(page, is_good, check->name, HELD_COLUMNS);
    cli_page_begin_colour(page, is_good ? CLI_PAGE_FAINT : CLI_PAGE_PLAIN);
    g_string_append_printf(page->out, "  held in %s of %s", held, runs);
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
    if (!is_good) {
        append_violation(page, check);
    }
}

static void append_checks(const struct cli_page *page, const struct cli_replications *all)
{
    g_autoptr(GPtrArray) checks = cli_replications_checks(all);

    if (checks->len == 0) {
        g_string_append(page->out, "\nNo checks: the scenario expects nothing.\n");
        return;
    }
    cli_page_heading(page, "Checks");
    for (uint32_t i = 0; i < checks->len; i++) {
        append_check(page, g_ptr_array_index(checks, i));
    }
}

/* ---- the end ---- */

static void append_digest(const struct cli_page *page, const struct cli_replications *all)
{
    g_string_append_printf(
        page->out, "\nDigest %016" G_GINT64_MODIFIER "x", cli_replications_digest(all));
    cli_page_coloured(page, CLI_PAGE_FAINT, "   of all runs: the same digest is the same runs\n");
}

static void append_cost(const struct cli_page *page, const struct cli_replications *all)
{
    uint64_t event_count = cli_replications_event_count(all);
    g_autofree char *wall = cli_text_duration((sim_time)(all->wall_s * (double)SIM_SECOND));
    g_autofree char *events = cli_text_count(event_count);
    double rate = all->wall_s > 0 ? (double)event_count / all->wall_s : 0;
    g_autofree char *events_per_s = cli_text_number(rate);

    g_string_append_printf(page->out, "%s: %s events, %s/s\n", wall, events, events_per_s);
}

void cli_replications_append_text(
    GString *out, const struct cli_replications *all, const struct cli_style *style, bool is_short)
{
    const struct cli_page page = {.out = out, .style = style};

    if (!is_short) {
        append_what(&page, all);
        append_messages(&page, all);
        append_rows(&page, all);
    }
    append_checks(&page, all);
    append_digest(&page, all);
    if (!is_short) {
        append_cost(&page, all);
    }
}

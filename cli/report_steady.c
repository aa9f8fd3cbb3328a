/* Means after the warm-up, each with the half-width of its interval. */
/* SPDX-License-Identifier: MIT */
#include "cli/report.h"
#include "cli/text.h"

static char *interval_text(
    const struct cli_page *page, const struct sim_interval *interval, char *(*text_of)(double))
{
    g_autofree char *mean = text_of(interval->mean);

    if (!(interval->half_width < 1e300)) {
        return g_strdup_printf("%s   too short a run for an interval", mean);
    }
    g_autofree char *half_width = text_of(interval->half_width);
    return g_strdup_printf("%s %s %s", mean, page->style->is_ascii ? "+-" : "±", half_width);
}

static char *latency_text(double ns)
{
    return cli_text_duration((sim_time)ns);
}

void cli_report_append_steady(const struct cli_page *page, const struct cli_report *report)
{
    const struct cli_steady *steady = report->steady;

    if (steady == NULL) {
        return;
    }
    g_autofree char *warm_up = cli_text_duration(steady->warm_up);
    g_autofree char *measured = cli_text_duration(steady->measured);
    g_autofree char *throughput = interval_text(page, &steady->per_s, cli_text_number);
    if (steady->warm_up > 0) {
        g_string_append_printf(
            page->out,
            "\nWithout a warm-up of %s%s: %s of the run, 95 %% intervals by batch means\n",
            warm_up,
            steady->is_found ? " (MSER-5)" : "",
            measured);
    } else {
        g_string_append_printf(
            page->out,
            "\n%s: %s of the run, 95 %% intervals by batch means\n",
            steady->is_found ? "No warm-up found (MSER-5)" : "With the warm-up",
            measured);
    }
    g_string_append_printf(page->out, "Throughput  %s messages/s\n", throughput);
    if (cli_report_latency(report) != NULL) {
        g_autofree char *latency = interval_text(page, &steady->latency, latency_text);
        g_string_append_printf(page->out, "Latency     mean %s\n", latency);
    }
}

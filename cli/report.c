/* What all forms of the report agree on. */
/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

bool cli_report_held(const struct cli_report *report)
{
    const GPtrArray *expected = report->checks->expected;

    for (uint32_t i = 0; i < expected->len; i++) {
        if (!world_check_held(g_ptr_array_index(expected, i))) {
            return false;
        }
    }
    return report->invariants == NULL || cli_report_own_held(report->invariants);
}

double cli_report_throughput(const struct cli_report *report)
{
    if (report->steady != NULL) {
        return report->steady->per_s.mean;
    }
    if (report->virtual_time == 0) {
        return 0;
    }
    return (double)report->totals.settled * (double)SIM_SECOND / (double)report->virtual_time;
}

const sim_histogram *cli_report_latency(const struct cli_report *report)
{
    if (report->steady != NULL) {
        const sim_histogram *kept = report->steady->histogram;
        return kept != NULL && sim_histogram_count(kept) > 0 ? kept : NULL;
    }
    const sim_histogram *histogram =
        report->latency != NULL ? report->latency->tally.histogram : NULL;

    return histogram != NULL && sim_histogram_count(histogram) > 0 ? histogram : NULL;
}

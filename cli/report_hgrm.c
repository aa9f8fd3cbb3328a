/* The rows are those that HdrHistogram's own writer has: percentiles in ever smaller steps, five to
 * each halving of what is left (Tene, "outputPercentileDistribution"), so that a plot of them shows
 * the tail on a scale of nines.
 *
 * A histogram answers percentiles only; what else a row needs follows from them by bisection, since
 * the value of a rank never falls as the rank grows. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "cli/report.h"

#define TICKS_PER_HALF 5
#define HALF_COUNT_MAX 64

static int64_t value_of_rank(const sim_histogram *histogram, uint64_t rank)
{
    double count = (double)sim_histogram_count(histogram);

    return sim_histogram_percentile(histogram, MIN(100, 100 * (double)rank / count));
}

/* How many values there are up to that of the bucket which `rank` falls into. */
static uint64_t last_rank_of_bucket(const sim_histogram *histogram, uint64_t rank)
{
    uint64_t inside = rank;
    uint64_t beyond = sim_histogram_count(histogram) + 1;
    int64_t value = value_of_rank(histogram, rank);

    while (beyond - inside > 1) {
        uint64_t middle = inside + (beyond - inside) / 2;
        if (value_of_rank(histogram, middle) <= value) {
            inside = middle;
        } else {
            beyond = middle;
        }
    }
    return inside;
}

/* Every value taken as the one that its bucket is written with. */
static double deviation(const sim_histogram *histogram)
{
    uint64_t count = sim_histogram_count(histogram);
    double mean = sim_histogram_mean(histogram);
    double squares = 0;

    for (uint64_t rank = 1; rank <= count;) {
        uint64_t last = last_rank_of_bucket(histogram, rank);
        double distance = (double)value_of_rank(histogram, rank) - mean;
        squares += distance * distance * (double)(last + 1 - rank);
        rank = last + 1;
    }
    return sqrt(squares / (double)count);
}

static double ms(double ns)
{
    return ns / (double)SIM_MILLISECOND;
}

/* Returns the share, of 1, of the values up to and with this row's. */
static double append_row(GString *out, const sim_histogram *histogram, double share)
{
    int64_t value = sim_histogram_percentile(histogram, share * 100);
    uint64_t count = sim_histogram_count(histogram);
    uint64_t rank = CLAMP((uint64_t)ceil(share * (double)count), 1, count);
    uint64_t last = last_rank_of_bucket(histogram, rank);

    g_string_append_printf(
        out, "%12.3f %2.12f %10" G_GUINT64_FORMAT, ms((double)value), share, last);
    if (share < 1) {
        g_string_append_printf(out, " %14.2f", 1 / (1 - share));
    }
    g_string_append_c(out, '\n');
    return (double)last / (double)count;
}

/* The last row is the maximum, at 1. */
static void append_rows(GString *out, const sim_histogram *histogram)
{
    double reached = 0;

    for (uint32_t tick = 0; tick < TICKS_PER_HALF * HALF_COUNT_MAX && reached < 1; tick++) {
        double left = ldexp(1, -(int)(tick / TICKS_PER_HALF));
        double share = 1 - left + left / 2 * (tick % TICKS_PER_HALF) / TICKS_PER_HALF;
        double up_to = append_row(out, histogram, share);
        reached = MAX(reached, up_to);
    }
    (void)append_row(out, histogram, 1);
}

void cli_report_append_hgrm(GString *out, const sim_histogram *histogram)
{
    g_string_append_printf(
        out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    append_rows(out, histogram);
    g_string_append_printf(
        out,
        "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n",
        ms(sim_histogram_mean(histogram)),
        ms(deviation(histogram)));
    g_string_append_printf(
        out,
        "#[Max     = %12.3f, Total count    = %12" G_GUINT64_FORMAT "]\n",
        ms((double)sim_histogram_max(histogram)),
        sim_histogram_count(histogram));
    g_string_append(out, "#[Buckets =           57, SubBuckets     =          128]\n");
}

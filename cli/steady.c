/* All is read off the series of the two tallies: how many values an interval had, and their mean.
 */
/* SPDX-License-Identifier: MIT */
#include "cli/steady.h"

#include <math.h>

#include "cli/figure.h"
#include "cli/text.h"

/* The tally of the whole world, one value for each effect of a message: world/world.h. */
#define EFFECTS               "latency"

#define AUTO_INTERVALS_MIN    50
#define INTERVALS_A_BATCH_MIN 2
#define DEPENDENCE_MAX        0.1

void cli_steady_prepare(sim_registry *registry, const struct sim_measure *latency)
{
    if (latency != NULL) {
        bool is_kept = sim_registry_keep_windows(registry, latency->name);
        SIM_ASSERT(is_kept);
    }
}

/* Those of the first `count` intervals that have values, and their means; returns how many. */
static uint32_t list_used(
    const struct sim_sample *samples, uint32_t count, uint32_t *out_intervals, double *out_means)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (samples[i].count > 0) {
            out_intervals[used] = i;
            out_means[used] = samples[i].value;
            used++;
        }
    }
    return used;
}

/* The first interval to keep, by MSER-5 on the means of those that have values. */
static uint32_t find_warm_up(const struct sim_measure *latency, uint32_t count)
{
    if (latency == NULL) {
        return 0;
    }
    g_autofree uint32_t *intervals = g_new(uint32_t, count);
    g_autofree double *means = g_new(double, count);
    uint32_t used = list_used(latency->samples, count, intervals, means);
    uint32_t first = sim_stats_warm_up(means, used);
    SIM_ASSERT(first <= used);
    return first > 0 ? intervals[first] : 0;
}

/* How much of what a batch is above the mean the next one is too: 1 all of it. Batches that have no
 * values count for nothing. */
static double dependence_of(
    const double *sums, const double *counts, uint32_t count, uint32_t batches)
{
    double means[CLI_STEADY_BATCHES];
    uint32_t size = count / batches;
    uint32_t used = 0;
    double total = 0;

    SIM_ASSERT(size > 0 && batches <= CLI_STEADY_BATCHES);
    for (uint32_t batch = 0; batch < batches; batch++) {
        uint32_t first = count % batches + batch * size;
        double sum = 0;
        double number = 0;
        for (uint32_t i = first; i < first + size; i++) {
            sum += sums[i];
            number += counts[i];
        }
        if (number > 0) {
            means[used] = sum / number;
            total += means[used];
            used++;
        }
    }
    double squares = 0;
    double products = 0;
    for (uint32_t i = 0; i < used; i++) {
        double off = means[i] - total / used;
        squares += off * off;
        products += i > 0 ? off * (means[i - 1] - total / used) : 0;
    }
    return squares > 0 ? products / squares : 0;
}

/* The most batches, of a few numbers, whose means hardly depend on each other; 0: there are none.
 */
static uint32_t count_batches(const double *sums, const double *counts, uint32_t count)
{
    static const uint32_t numbers[] = {CLI_STEADY_BATCHES, 10, 5};

    SIM_ASSERT(count > 0);
    for (uint32_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (count / numbers[i] >= INTERVALS_A_BATCH_MIN &&
            dependence_of(sums, counts, count, numbers[i]) < DEPENDENCE_MAX) {
            return numbers[i];
        }
    }
    return 0;
}

/* The mean of a tally's values in `count` intervals, as the ratio of their sum to their number in
 * each batch. */
static struct sim_interval mean_of(const struct sim_sample *samples, uint32_t count)
{
    double *sums = g_new(double, count);
    double *counts = g_new(double, count);
    struct sim_interval interval = {.half_width = HUGE_VAL};

    for (uint32_t i = 0; i < count; i++) {
        counts[i] = (double)samples[i].count;
        sums[i] = samples[i].value * counts[i];
    }
    uint32_t batches = count_batches(sums, counts, count);
    if (batches > 0) {
        interval = sim_stats_batch_ratios(sums, counts, count, batches, CLI_FIGURE_CONFIDENCE);
    }
    g_free(sums);
    g_free(counts);
    return interval;
}

/* How many values there are in a second. */
static struct sim_interval rate_of(
    const struct sim_sample *samples, uint32_t count, sim_time sample_interval)
{
    double *rates = g_new(double, count);
    double *ones = g_new(double, count);
    struct sim_interval interval = {.half_width = HUGE_VAL};

    SIM_ASSERT(sample_interval > 0);
    for (uint32_t i = 0; i < count; i++) {
        rates[i] = (double)samples[i].count * (double)SIM_SECOND / (double)sample_interval;
        ones[i] = 1;
    }
    uint32_t batches = count_batches(rates, ones, count);
    if (batches > 0) {
        interval = sim_stats_batch_means(rates, count, batches, CLI_FIGURE_CONFIDENCE);
    }
    g_free(rates);
    g_free(ones);
    return interval;
}

/* Fills in the figures of intervals `first` .. `end` - 1. */
static void measure(
    struct cli_steady *steady, const struct cli_steady_source *source, uint32_t first, uint32_t end)
{
    const struct sim_measure *effects = sim_registry_find(source->registry, EFFECTS);
    const struct sim_measure *latency = source->latency;
    double effect_count = 0;

    SIM_ASSERT(first < end && effects != NULL && effects->kind == SIM_MEASURE_TALLY);
    steady->warm_up = (sim_time)first * source->sample_interval;
    steady->measured = (sim_time)(end - first) * source->sample_interval;
    steady->per_s = rate_of(effects->samples + first, end - first, source->sample_interval);
    for (uint32_t i = first; i < end; i++) {
        effect_count += (double)effects->samples[i].count;
    }
    steady->per_s.mean = effect_count * (double)SIM_SECOND / (double)steady->measured;
    if (latency == NULL) {
        return;
    }
    steady->histogram = sim_histogram_create();
    sim_tally_collect(&latency->tally, first, end, steady->histogram);
    steady->latency = mean_of(latency->samples + first, end - first);
    steady->latency.mean = sim_histogram_mean(steady->histogram);
}

bool cli_steady_init(
    struct cli_steady *steady,
    const struct cli_warm_up *asked,
    const struct cli_steady_source *source,
    GError **error)
{
    uint32_t end = sim_registry_sample_count(source->registry);
    sim_time interval = source->sample_interval;
    sim_time asked_intervals = asked->time / interval + (asked->time % interval > 0);

    SIM_ASSERT(asked->is_wanted && asked->time >= 0);
    if (asked_intervals >= (sim_time)end) {
        g_autofree char *time = cli_text_duration(asked->time);
        g_autofree char *left = cli_text_duration((sim_time)end * interval);
        g_set_error(
            error,
            G_OPTION_ERROR,
            G_OPTION_ERROR_BAD_VALUE,
            "--warm-up %s leaves nothing: the run has %s of whole sampling intervals",
            asked->is_auto ? "auto" : time,
            left);
        return false;
    }
    if (asked->is_auto && end < AUTO_INTERVALS_MIN) {
        g_set_error(
            error,
            G_OPTION_ERROR,
            G_OPTION_ERROR_BAD_VALUE,
            "--warm-up auto: it is found in %d sampling intervals or more, and the run has %u; run "
            "it longer, or give a time",
            AUTO_INTERVALS_MIN,
            end);
        return false;
    }
    uint32_t first =
        asked->is_auto ? find_warm_up(source->latency, end) : (uint32_t)asked_intervals;
    *steady = (struct cli_steady){.is_found = asked->is_auto};
    measure(steady, source, first, end);
    return true;
}

void cli_steady_finish(struct cli_steady *steady)
{
    sim_histogram_destroy(steady->histogram);
    steady->histogram = NULL;
}

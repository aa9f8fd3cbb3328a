/* Stages: the time to the next arrival, measured in expected arrivals, is exponential with mean 1.
 * It is spent stage by stage, as much in each as its rate times its length. Diurnal: arrivals at
 * the highest rate are kept with probability rate / highest (thinning: Lewis and Shedler 1979). */
/* SPDX-License-Identifier: MIT */
#include "sim/arrivals.h"

#include <math.h>

#include "sim/math.h"

#define NS_PER_SECOND 1e9

/* ---- parameters ---- */

static bool refuse(struct sim_dist_error *out_error, const char *parameter, const char *requirement)
{
    SIM_ASSERT(parameter != NULL && requirement != NULL);

    *out_error = (struct sim_dist_error){parameter, requirement};
    return false;
}

static bool is_positive(double value)
{
    return value > 0 && isfinite(value);
}

static bool is_rate(double value)
{
    return value >= 0 && isfinite(value);
}

static bool has_stages(const struct sim_arrivals_config *config)
{
    return config->kind == SIM_ARRIVALS_BURSTY || config->kind == SIM_ARRIVALS_PIECEWISE;
}

static double durations_sum(const struct sim_arrivals_config *config)
{
    SIM_ASSERT(config->stage_count <= SIM_ARRIVALS_STAGES_MAX);

    double sum = 0;

    for (uint32_t i = 0; i < config->stage_count; i++) {
        sum += config->stages[i].duration;
    }
    return sum;
}

/* Arrivals expected from one visit to each stage. */
static double arrivals_sum(const struct sim_arrivals_config *config)
{
    SIM_ASSERT(config->stage_count <= SIM_ARRIVALS_STAGES_MAX);

    double sum = 0;

    for (uint32_t i = 0; i < config->stage_count; i++) {
        sum += config->stages[i].rate * config->stages[i].duration;
    }
    return sum;
}

/* So much a visit to all stages, and so much a factor, that an arrival is found in a bounded number
 * of steps. */
#define LEAST_ARRIVALS 0.001
#define LEAST_FACTOR   0.001
#define LEAST_DURATION 1e-6
#define MOST_DURATION  9e9

static bool are_stages(const struct sim_arrivals_config *config, struct sim_dist_error *out_error)
{
    SIM_ASSERT(has_stages(config));

    if (config->stage_count < 1 || config->stage_count > SIM_ARRIVALS_STAGES_MAX) {
        return refuse(out_error, "stages", "1 to 32 of them");
    }
    for (uint32_t i = 0; i < config->stage_count; i++) {
        if (!is_rate(config->stages[i].rate)) {
            return refuse(out_error, "rate", "at least 0");
        }
        double duration = config->stages[i].duration;
        if (!(duration >= LEAST_DURATION && duration <= MOST_DURATION)) {
            return refuse(out_error, "duration", "from a microsecond to 285 years");
        }
    }
    double expected = arrivals_sum(config);
    if (expected > 0 && expected < LEAST_ARRIVALS) {
        return refuse(
            out_error, "rate", "0 in all stages, or enough for an arrival in 1000 rounds");
    }
    return true;
}

static bool is_diurnal(const struct sim_arrivals_config *config, struct sim_dist_error *out_error)
{
    SIM_ASSERT(config->kind == SIM_ARRIVALS_DIURNAL);

    if (!(config->amplitude >= 0 && config->amplitude <= 1)) {
        return refuse(out_error, "amplitude", "between 0 and 1");
    }
    if (!is_positive(config->period)) {
        return refuse(out_error, "period", "greater than 0");
    }
    if (!isfinite(config->peak)) {
        return refuse(out_error, "peak", "a finite number");
    }
    return true;
}

static bool is_renewal(const struct sim_arrivals_config *config, struct sim_dist_error *out_error)
{
    SIM_ASSERT(config->kind == SIM_ARRIVALS_RENEWAL);

    if (!(sim_dist_mean(&config->interval) > 0)) {
        return refuse(out_error, "interval", "a distribution with a mean greater than 0");
    }
    return true;
}

static bool is_valid(const struct sim_arrivals_config *config, struct sim_dist_error *out_error)
{
    switch (config->kind) {
    case SIM_ARRIVALS_BURSTY:
    case SIM_ARRIVALS_PIECEWISE:
        return are_stages(config, out_error);
    case SIM_ARRIVALS_RENEWAL:
        return is_renewal(config, out_error);
    case SIM_ARRIVALS_POISSON:
    case SIM_ARRIVALS_PERIODIC:
    case SIM_ARRIVALS_DIURNAL:
        break;
    }
    if (!is_positive(config->rate)) {
        return refuse(out_error, "rate", "greater than 0");
    }
    return config->kind != SIM_ARRIVALS_DIURNAL || is_diurnal(config, out_error);
}

/* ---- time ---- */

/* now + ns, rounded and cut at the end of time. */
static sim_time after(sim_time now, double ns)
{
    SIM_ASSERT(ns >= 0);

    if (ns >= (double)(SIM_NEVER - now)) {
        return SIM_NEVER;
    }
    return now + (sim_time)(ns + 0.5);
}

/* ---- stages ---- */

static double stage_length_ns(struct sim_arrivals *arrivals)
{
    SIM_ASSERT(arrivals->stage < arrivals->config->stage_count);

    double length = arrivals->config->stages[arrivals->stage].duration * NS_PER_SECOND;

    if (arrivals->config->kind == SIM_ARRIVALS_BURSTY) {
        length *= sim_stream_exponential(&arrivals->stream);
    }
    return length;
}

static bool is_last_stage(const struct sim_arrivals *arrivals)
{
    SIM_ASSERT(arrivals->stage < arrivals->config->stage_count);

    const struct sim_arrivals_config *config = arrivals->config;

    if (config->kind == SIM_ARRIVALS_BURSTY) {
        return config->stage_count == 1;
    }
    return !config->repeats && arrivals->stage + 1 == config->stage_count;
}

static void enter_stage(struct sim_arrivals *arrivals, uint32_t stage, sim_time now)
{
    SIM_ASSERT(stage < arrivals->config->stage_count);

    arrivals->stage = stage;
    arrivals->stage_end =
        is_last_stage(arrivals) ? SIM_NEVER : after(now, stage_length_ns(arrivals));
}

static void leave_stage(struct sim_arrivals *arrivals)
{
    SIM_ASSERT(arrivals->stage_end != SIM_NEVER && !is_last_stage(arrivals));

    uint32_t count = arrivals->config->stage_count;
    uint32_t step = 1;

    if (arrivals->config->kind == SIM_ARRIVALS_BURSTY) {
        step += (uint32_t)sim_stream_below(&arrivals->stream, count - 1);
    }
    enter_stage(arrivals, (arrivals->stage + step) % count, arrivals->stage_end);
}

static uint32_t first_stage(struct sim_arrivals *arrivals)
{
    SIM_ASSERT(has_stages(arrivals->config));

    const struct sim_arrivals_config *config = arrivals->config;
    uint32_t stage = 0;

    if (config->kind == SIM_ARRIVALS_PIECEWISE) {
        return 0;
    }
    double left = sim_stream_unit(&arrivals->stream) * durations_sum(config);
    while (stage + 1 < config->stage_count && left >= config->stages[stage].duration) {
        left -= config->stages[stage].duration;
        stage++;
    }
    return stage;
}

static double highest_stage_rate(const struct sim_arrivals_config *config)
{
    SIM_ASSERT(config->stage_count > 0);

    double highest = 0;

    for (uint32_t i = 0; i < config->stage_count; i++) {
        highest = config->stages[i].rate > highest ? config->stages[i].rate : highest;
    }
    return highest;
}

static sim_time next_of_stages(struct sim_arrivals *arrivals, sim_time now)
{
    SIM_ASSERT(has_stages(arrivals->config));

    double left = sim_stream_exponential(&arrivals->stream);

    if (!(highest_stage_rate(arrivals->config) * arrivals->factor > 0)) {
        return SIM_NEVER;
    }
    for (;;) {
        double rate_ns =
            arrivals->config->stages[arrivals->stage].rate * arrivals->factor / NS_PER_SECOND;
        double expected = rate_ns * (double)(arrivals->stage_end - now);
        if (left < expected) {
            return after(now, left / rate_ns);
        }
        if (arrivals->stage_end == SIM_NEVER) {
            return SIM_NEVER;
        }
        left -= expected > 0 ? expected : 0;
        now = arrivals->stage_end > now ? arrivals->stage_end : now;
        leave_stage(arrivals);
    }
}

/* ---- the others ---- */

static sim_time next_poisson(struct sim_arrivals *arrivals, sim_time now, double rate)
{
    SIM_ASSERT(rate >= 0);

    if (!(rate > 0)) {
        return SIM_NEVER;
    }
    return after(now, sim_stream_exponential(&arrivals->stream) * (NS_PER_SECOND / rate));
}

/* Counted from the anchor, so that roundings do not add up. */
static sim_time next_periodic(struct sim_arrivals *arrivals, sim_time now)
{
    SIM_ASSERT(arrivals->config->kind == SIM_ARRIVALS_PERIODIC && now >= arrivals->anchor);

    double rate = arrivals->config->rate * arrivals->factor;

    if (!(rate > 0)) {
        return SIM_NEVER;
    }
    arrivals->counted++;
    sim_time next = after(arrivals->anchor, (double)arrivals->counted * (NS_PER_SECOND / rate));
    return next > now ? next : now;
}

static sim_time next_renewal(struct sim_arrivals *arrivals, sim_time now)
{
    SIM_ASSERT(arrivals->config->kind == SIM_ARRIVALS_RENEWAL);

    double seconds = sim_dist_draw(&arrivals->config->interval, &arrivals->stream);

    if (!(arrivals->factor > 0)) {
        return SIM_NEVER;
    }
    return after(now, seconds > 0 ? seconds * (NS_PER_SECOND / arrivals->factor) : 0);
}

/* The rate at a time, as a share of the highest. */
static double diurnal_share(const struct sim_arrivals_config *config, sim_time time)
{
    SIM_ASSERT(config->period > 0 && time >= 0);

    double turns = ((double)time / NS_PER_SECOND - config->peak) / config->period;
    double wave = sim_math_cos(2 * SIM_MATH_PI * (turns - floor(turns)));
    SIM_ASSERT(wave >= -1.0001 && wave <= 1.0001);

    return (1 + config->amplitude * wave) / (1 + config->amplitude);
}

static sim_time next_diurnal(struct sim_arrivals *arrivals, sim_time now)
{
    SIM_ASSERT(arrivals->config->kind == SIM_ARRIVALS_DIURNAL);

    double highest = arrivals->config->rate * (1 + arrivals->config->amplitude) * arrivals->factor;

    do {
        now = next_poisson(arrivals, now, highest);
    } while (now != SIM_NEVER &&
             sim_stream_unit(&arrivals->stream) >= diurnal_share(arrivals->config, now));
    return now;
}

/* ---- the process ---- */

bool sim_arrivals_init(
    struct sim_arrivals *arrivals,
    const struct sim_arrivals_config *config,
    struct sim_stream stream,
    struct sim_dist_error *out_error)
{
    if (!is_valid(config, out_error)) {
        return false;
    }
    *arrivals = (struct sim_arrivals){.config = config, .stream = stream, .factor = 1};
    if (has_stages(config)) {
        enter_stage(arrivals, first_stage(arrivals), 0);
        SIM_ASSERT(arrivals->stage_end > 0);
    }
    return true;
}

sim_time sim_arrivals_next(struct sim_arrivals *arrivals, sim_time now)
{
    SIM_ASSERT(now >= 0);

    switch (arrivals->config->kind) {
    case SIM_ARRIVALS_POISSON:
        return next_poisson(arrivals, now, arrivals->config->rate * arrivals->factor);
    case SIM_ARRIVALS_PERIODIC:
        return next_periodic(arrivals, now);
    case SIM_ARRIVALS_RENEWAL:
        return next_renewal(arrivals, now);
    case SIM_ARRIVALS_DIURNAL:
        return next_diurnal(arrivals, now);
    case SIM_ARRIVALS_BURSTY:
    case SIM_ARRIVALS_PIECEWISE:
        break;
    }
    return next_of_stages(arrivals, now);
}

void sim_arrivals_set_factor(struct sim_arrivals *arrivals, double factor, sim_time now)
{
    SIM_ASSERT(!(factor < 0 || (factor > 0 && factor < LEAST_FACTOR)) && isfinite(factor));

    arrivals->factor = factor;
    arrivals->anchor = now;
    arrivals->counted = 0;
}

static double stages_rate(const struct sim_arrivals_config *config)
{
    SIM_ASSERT(has_stages(config));

    if (config->kind == SIM_ARRIVALS_PIECEWISE && !config->repeats) {
        return config->stages[config->stage_count - 1].rate;
    }
    return arrivals_sum(config) / durations_sum(config);
}

double sim_arrivals_rate(const struct sim_arrivals *arrivals)
{
    SIM_ASSERT(arrivals->factor >= 0);

    const struct sim_arrivals_config *config = arrivals->config;

    if (has_stages(config)) {
        return stages_rate(config) * arrivals->factor;
    }
    if (config->kind == SIM_ARRIVALS_RENEWAL) {
        return arrivals->factor / sim_dist_mean(&config->interval);
    }
    return config->rate * arrivals->factor;
}

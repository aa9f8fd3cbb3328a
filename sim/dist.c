/* Checks parameters and asks the family. Exponentials are drawn without asking, because most draws
 * are exponential. */
/* SPDX-License-Identifier: MIT */
#include "sim/dist.h"

#include <math.h>

#include "sim/family.h"

/* ---- parameters ---- */

/* So far and no further, that moments and draws are numbers: no product or power below overflows
 * into infinity minus infinity. */
#define LARGEST 1e30
#define LEAST   1e-30

static bool is_integer(double value)
{
    return !(floor(value) < value) && fabs(value) <= 0x1p53;
}

/* NULL when the value is in the range, else what it must be. */
static const char *requirement_of(enum sim_range range, double value)
{
    SIM_ASSERT(range < SIM_RANGE_KIND_COUNT);

    static const char *const words[SIM_RANGE_KIND_COUNT] = {
        [SIM_RANGE_ANY] = "a finite number",
        [SIM_RANGE_POSITIVE] = "greater than 0",
        [SIM_RANGE_PROBABILITY] = "between 0 and 1",
        [SIM_RANGE_NOT_NEGATIVE] = "at least 0",
        [SIM_RANGE_INTEGER] = "an integer",
        [SIM_RANGE_COUNT] = "an integer, at least 1",
        [SIM_RANGE_EXPONENT] = "between 0 and 100",
        [SIM_RANGE_LOG_MEAN] = "between -200 and 200",
        [SIM_RANGE_LOG_DEVIATION] = "between 0 and 10",
        [SIM_RANGE_WEIBULL_SHAPE] = "between 0.02 and 1000",
    };
    bool is_in_range[SIM_RANGE_KIND_COUNT] = {
        [SIM_RANGE_ANY] = true,
        [SIM_RANGE_POSITIVE] = value > 0,
        [SIM_RANGE_PROBABILITY] = value >= 0 && value <= 1,
        [SIM_RANGE_NOT_NEGATIVE] = value >= 0,
        [SIM_RANGE_INTEGER] = is_integer(value),
        [SIM_RANGE_COUNT] = is_integer(value) && value >= 1,
        [SIM_RANGE_EXPONENT] = value >= 0 && value <= 100,
        [SIM_RANGE_LOG_MEAN] = fabs(value) <= 200,
        [SIM_RANGE_LOG_DEVIATION] = value >= 0 && value <= 10,
        [SIM_RANGE_WEIBULL_SHAPE] = value >= 0.02 && value <= 1000,
    };

    if (!isfinite(value)) {
        return words[SIM_RANGE_ANY];
    }
    if (!is_in_range[range]) {
        return words[range];
    }
    if (fabs(value) > LARGEST) {
        return "at most 1e30 in size";
    }
    return range == SIM_RANGE_POSITIVE && value < LEAST ? "at least 1e-30" : NULL;
}

static bool refuse(struct sim_dist_error *out_error, const char *parameter, const char *requirement)
{
    SIM_ASSERT(parameter != NULL && requirement != NULL);

    *out_error = (struct sim_dist_error){parameter, requirement};
    return false;
}

/* What one parameter asks of another. */
static bool agree(
    enum sim_dist_kind kind, const double *parameters, struct sim_dist_error *out_error)
{
    SIM_ASSERT(kind < SIM_DIST_KIND_COUNT);

    bool has_bounds = kind == SIM_DIST_UNIFORM || kind == SIM_DIST_UNIFORM_INT;

    if (has_bounds && parameters[1] < parameters[0]) {
        return refuse(out_error, "high", "at least low");
    }
    return true;
}

const struct sim_dist_form *sim_dist_form_of(enum sim_dist_kind kind)
{
    SIM_ASSERT(kind < SIM_DIST_KIND_COUNT);

    return &sim_family_of(kind)->form;
}

bool sim_dist_init(
    struct sim_dist *dist,
    enum sim_dist_kind kind,
    const double *parameters,
    struct sim_dist_error *out_error)
{
    SIM_ASSERT(kind < SIM_DIST_KIND_COUNT);

    const struct sim_family *family = sim_family_of(kind);
    struct sim_dist made = {.kind = kind};
    for (uint32_t i = 0; i < family->form.parameter_count; i++) {
        const char *requirement = requirement_of(family->ranges[i], parameters[i]);
        if (requirement != NULL) {
            return refuse(out_error, family->form.parameters[i], requirement);
        }
        made.parameters[i] = parameters[i];
    }
    if (!agree(kind, parameters, out_error)) {
        return false;
    }
    if (family->prepare != NULL) {
        family->prepare(&made);
    }
    *dist = made;
    return true;
}

void sim_dist_init_table(struct sim_dist *dist, const sim_discrete *table)
{
    SIM_ASSERT(table != NULL);

    *dist = (struct sim_dist){.kind = SIM_DIST_TABLE, .table = table};
}

/* ---- draws ---- */

double sim_dist_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind <= SIM_DIST_TABLE);

    if (dist->kind == SIM_DIST_EXPONENTIAL) {
        return dist->parameters[0] * sim_stream_exponential(stream);
    }
    if (dist->kind == SIM_DIST_TABLE) {
        return sim_discrete_draw(dist->table, stream);
    }
    return sim_family_of(dist->kind)->draw(dist, stream);
}

sim_time sim_dist_draw_time(const struct sim_dist *dist, struct sim_stream *stream)
{
    double ns = sim_dist_draw(dist, stream) * 1e9;

    SIM_ASSERT(!isnan(ns));
    if (!(ns > 0)) {
        return 0;
    }
    return ns < 0x1p63 - 1024 ? (sim_time)(ns + 0.5) : SIM_NEVER;
}

double sim_dist_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind <= SIM_DIST_TABLE);

    if (dist->kind == SIM_DIST_TABLE) {
        return sim_discrete_mean(dist->table);
    }
    return sim_family_of(dist->kind)->mean(dist);
}

double sim_dist_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind <= SIM_DIST_TABLE);

    if (dist->kind == SIM_DIST_TABLE) {
        return sim_discrete_variance(dist->table);
    }
    return sim_family_of(dist->kind)->variance(dist);
}

double sim_dist_least(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind <= SIM_DIST_TABLE);

    if (dist->kind == SIM_DIST_TABLE) {
        return sim_discrete_least(dist->table);
    }
    const struct sim_family *family = sim_family_of(dist->kind);
    return family->least == NULL ? 0 : family->least(dist);
}

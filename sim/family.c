/* Each family's functions, then one table of them all. */
/* SPDX-License-Identifier: MIT */
#include "sim/family.h"

#include <math.h>

#include "sim/gamma.h"
#include "sim/math.h"
#include "sim/truncated.h"
#include "sim/zipf.h"

static double square(double x)
{
    return x * x;
}

/* The mean, the lower bound, the only value: of the families whose first parameter says it all. */
static double first_parameter(const struct sim_dist *dist)
{
    SIM_ASSERT(isfinite(dist->parameters[0]));

    return dist->parameters[0];
}

/* ---- constant ---- */

static double constant_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_CONSTANT);

    (void)stream;
    return dist->parameters[0];
}

static double constant_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_CONSTANT);

    (void)dist;
    return 0;
}

/* ---- uniform: low, high ---- */

static double uniform_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_UNIFORM);

    double low = dist->parameters[0];
    double high = dist->parameters[1];

    return low + (high - low) * sim_stream_unit(stream);
}

static double uniform_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->parameters[0] <= dist->parameters[1]);

    return dist->parameters[0] / 2 + dist->parameters[1] / 2;
}

static double uniform_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_UNIFORM);

    return square(dist->parameters[1] - dist->parameters[0]) / 12;
}

static double uniform_int_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_UNIFORM_INT);

    double low = dist->parameters[0];
    double high = dist->parameters[1];

    return low + (double)sim_stream_below(stream, (uint64_t)(high - low) + 1);
}

static double uniform_int_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_UNIFORM_INT);

    return (square(dist->parameters[1] - dist->parameters[0] + 1) - 1) / 12;
}

/* ---- exponential: mean ---- */

static double exponential_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_EXPONENTIAL);

    return dist->parameters[0] * sim_stream_exponential(stream);
}

static double exponential_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_EXPONENTIAL);

    return square(dist->parameters[0]);
}

/* ---- normal: mean, deviation ---- */

static double normal_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->parameters[1] >= 0);

    return dist->parameters[0] + dist->parameters[1] * sim_stream_normal(stream);
}

static double normal_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_NORMAL);

    return square(dist->parameters[1]);
}

/* One draw in a million is below. */
static double normal_least(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->parameters[1] >= 0);

    return dist->parameters[0] - 4.75 * dist->parameters[1];
}

/* ---- lognormal: mu, sigma ---- */

static double lognormal_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_LOGNORMAL);

    return sim_math_exp(normal_draw(dist, stream));
}

static double lognormal_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_LOGNORMAL);

    return sim_math_exp(dist->parameters[0] + square(dist->parameters[1]) / 2);
}

static double lognormal_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_LOGNORMAL);

    return square(lognormal_mean(dist)) * sim_math_expm1(square(dist->parameters[1]));
}

/* ---- zipf: count, exponent ---- */

static void zipf_prepare(struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ZIPF);

    struct sim_zipf zipf;

    sim_zipf_init(&zipf, dist->parameters[0], dist->parameters[1]);
    dist->derived[0] = zipf.area_first;
    dist->derived[1] = zipf.area_last;
    dist->derived[2] = zipf.sure_within;
}

static double zipf_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ZIPF);

    struct sim_zipf zipf = {
        .count = dist->parameters[0],
        .exponent = dist->parameters[1],
        .area_first = dist->derived[0],
        .area_last = dist->derived[1],
        .sure_within = dist->derived[2],
    };

    return sim_zipf_draw(&zipf, stream);
}

/* The mean of rank^power. */
static double zipf_moment(const struct sim_dist *dist, double power)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ZIPF);
    SIM_ASSERT(power > 0);

    double count = dist->parameters[0];
    double exponent = dist->parameters[1];

    return sim_zipf_sum(count, exponent - power) / sim_zipf_sum(count, exponent);
}

static double zipf_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ZIPF);

    return zipf_moment(dist, 1);
}

static double zipf_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ZIPF);

    return zipf_moment(dist, 2) - square(zipf_mean(dist));
}

/* ---- normal, at least 0: mean, deviation ---- */

static double positive_cut(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_NORMAL_POSITIVE);

    return -dist->parameters[0] / dist->parameters[1];
}

static double positive_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_NORMAL_POSITIVE);

    double x = sim_truncated_draw(positive_cut(dist), stream);
    double value = dist->parameters[0] + dist->parameters[1] * x;

    return value > 0 ? value : 0; /* below it by rounding alone */
}

static double positive_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_NORMAL_POSITIVE);

    return dist->parameters[0] + dist->parameters[1] * sim_truncated_mean(positive_cut(dist));
}

static double positive_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_NORMAL_POSITIVE);

    return square(dist->parameters[1]) * sim_truncated_variance(positive_cut(dist));
}

/* ---- gamma: shape, scale; erlang: stages, mean. derived[0] is the scale of both ---- */

static void gamma_prepare(struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_GAMMA);

    dist->derived[0] = dist->parameters[1];
}

static void erlang_prepare(struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_ERLANG);

    dist->derived[0] = dist->parameters[1] / dist->parameters[0];
}

static double gamma_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->derived[0] > 0);

    return dist->derived[0] * sim_gamma_draw(dist->parameters[0], stream);
}

static double gamma_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->derived[0] > 0);

    return dist->derived[0] * dist->parameters[0];
}

static double gamma_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->derived[0] > 0);

    return square(dist->derived[0]) * dist->parameters[0];
}

/* ---- hyperexponential: probability, first_mean, second_mean ---- */

static double hyperexponential_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_HYPEREXPONENTIAL);

    bool is_first = sim_stream_unit(stream) < dist->parameters[0];

    return dist->parameters[is_first ? 1 : 2] * sim_stream_exponential(stream);
}

static double hyperexponential_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_HYPEREXPONENTIAL);

    double p = dist->parameters[0];

    return p * dist->parameters[1] + (1 - p) * dist->parameters[2];
}

static double hyperexponential_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_HYPEREXPONENTIAL);

    double p = dist->parameters[0];
    double second_moment =
        2 * (p * square(dist->parameters[1]) + (1 - p) * square(dist->parameters[2]));

    return second_moment - square(hyperexponential_mean(dist));
}

/* ---- pareto: shape, minimum ---- */

static double pareto_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_PARETO);

    double e = sim_stream_exponential(stream);

    return dist->parameters[1] * sim_math_exp(e / dist->parameters[0]);
}

static double pareto_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_PARETO);

    double shape = dist->parameters[0];

    return shape > 1 ? dist->parameters[1] * (shape / (shape - 1)) : (double)INFINITY;
}

static double pareto_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_PARETO);

    double shape = dist->parameters[0];

    if (shape <= 2) {
        return (double)INFINITY;
    }
    return square(dist->parameters[1] / (shape - 1)) * shape / (shape - 2);
}

/* ---- weibull: shape, scale ---- */

static double weibull_draw(const struct sim_dist *dist, struct sim_stream *stream)
{
    SIM_ASSERT(dist->kind == SIM_DIST_WEIBULL);

    double e = sim_stream_exponential(stream);

    return dist->parameters[1] * sim_math_pow(e, 1 / dist->parameters[0]);
}

static double weibull_mean(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_WEIBULL);

    return dist->parameters[1] * sim_math_exp(sim_math_lgamma(1 + 1 / dist->parameters[0]));
}

static double weibull_variance(const struct sim_dist *dist)
{
    SIM_ASSERT(dist->kind == SIM_DIST_WEIBULL);

    double second = sim_math_exp(sim_math_lgamma(1 + 2 / dist->parameters[0]));

    return square(dist->parameters[1]) * second - square(weibull_mean(dist));
}

/* ---- the table ---- */

static const struct sim_family families[SIM_DIST_KIND_COUNT] = {
    [SIM_DIST_CONSTANT] =
        {
            .form = {"constant", {"value"}, 1},
            .draw = constant_draw,
            .mean = first_parameter,
            .variance = constant_variance,
            .least = first_parameter,
        },
    [SIM_DIST_UNIFORM] =
        {
            .form = {"uniform", {"low", "high"}, 2},
            .draw = uniform_draw,
            .mean = uniform_mean,
            .variance = uniform_variance,
            .least = first_parameter,
        },
    [SIM_DIST_UNIFORM_INT] =
        {
            .form = {"uniform_int", {"low", "high"}, 2},
            .ranges = {SIM_RANGE_INTEGER, SIM_RANGE_INTEGER},
            .draw = uniform_int_draw,
            .mean = uniform_mean,
            .variance = uniform_int_variance,
            .least = first_parameter,
        },
    [SIM_DIST_EXPONENTIAL] =
        {
            .form = {"exponential", {"mean"}, 1},
            .ranges = {SIM_RANGE_POSITIVE},
            .draw = exponential_draw,
            .mean = first_parameter,
            .variance = exponential_variance,
        },
    [SIM_DIST_NORMAL] =
        {
            .form = {"normal", {"mean", "deviation"}, 2},
            .ranges = {SIM_RANGE_ANY, SIM_RANGE_NOT_NEGATIVE},
            .draw = normal_draw,
            .mean = first_parameter,
            .variance = normal_variance,
            .least = normal_least,
        },
    [SIM_DIST_LOGNORMAL] =
        {
            .form = {"lognormal", {"mu", "sigma"}, 2},
            .ranges = {SIM_RANGE_LOG_MEAN, SIM_RANGE_LOG_DEVIATION},
            .draw = lognormal_draw,
            .mean = lognormal_mean,
            .variance = lognormal_variance,
        },
    [SIM_DIST_ZIPF] =
        {
            .form = {"zipf", {"count", "exponent"}, 2},
            .ranges = {SIM_RANGE_COUNT, SIM_RANGE_EXPONENT},
            .prepare = zipf_prepare,
            .draw = zipf_draw,
            .mean = zipf_mean,
            .variance = zipf_variance,
        },
    [SIM_DIST_NORMAL_POSITIVE] =
        {
            .form = {"normal_positive", {"mean", "deviation"}, 2},
            .ranges = {SIM_RANGE_ANY, SIM_RANGE_POSITIVE},
            .draw = positive_draw,
            .mean = positive_mean,
            .variance = positive_variance,
        },
    [SIM_DIST_GAMMA] =
        {
            .form = {"gamma", {"shape", "scale"}, 2},
            .ranges = {SIM_RANGE_POSITIVE, SIM_RANGE_POSITIVE},
            .prepare = gamma_prepare,
            .draw = gamma_draw,
            .mean = gamma_mean,
            .variance = gamma_variance,
        },
    [SIM_DIST_ERLANG] =
        {
            .form = {"erlang", {"stages", "mean"}, 2},
            .ranges = {SIM_RANGE_COUNT, SIM_RANGE_POSITIVE},
            .prepare = erlang_prepare,
            .draw = gamma_draw,
            .mean = gamma_mean,
            .variance = gamma_variance,
        },
    [SIM_DIST_HYPEREXPONENTIAL] =
        {
            .form = {"hyperexponential", {"probability", "first_mean", "second_mean"}, 3},
            .ranges = {SIM_RANGE_PROBABILITY, SIM_RANGE_POSITIVE, SIM_RANGE_POSITIVE},
            .draw = hyperexponential_draw,
            .mean = hyperexponential_mean,
            .variance = hyperexponential_variance,
        },
    [SIM_DIST_PARETO] =
        {
            .form = {"pareto", {"shape", "minimum"}, 2},
            .ranges = {SIM_RANGE_POSITIVE, SIM_RANGE_POSITIVE},
            .draw = pareto_draw,
            .mean = pareto_mean,
            .variance = pareto_variance,
        },
    [SIM_DIST_WEIBULL] =
        {
            .form = {"weibull", {"shape", "scale"}, 2},
            .ranges = {SIM_RANGE_WEIBULL_SHAPE, SIM_RANGE_POSITIVE},
            .draw = weibull_draw,
            .mean = weibull_mean,
            .variance = weibull_variance,
        },
};

const struct sim_family *sim_family_of(enum sim_dist_kind kind)
{
    SIM_ASSERT(kind < SIM_DIST_KIND_COUNT);

    return &families[kind];
}

/* sim/dist.h - distributions: what a stream's bits are turned into.
 *
 * A distribution is plain data; it holds no random state, so one may serve many streams. Means and
 * variances are known in closed form. Only IEEE + - * / and sqrt and the functions of sim/math.h
 * are used, so a draw is the same bits on every machine. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_DIST_H
#define SIM_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/discrete.h"
#include "sim/random.h"

enum sim_dist_kind {
    SIM_DIST_CONSTANT,         /* value */
    SIM_DIST_UNIFORM,          /* low, high */
    SIM_DIST_UNIFORM_INT,      /* low, high: both may be drawn */
    SIM_DIST_EXPONENTIAL,      /* mean */
    SIM_DIST_NORMAL,           /* mean, deviation */
    SIM_DIST_LOGNORMAL,        /* mu, sigma of the logarithm */
    SIM_DIST_ZIPF,             /* count, exponent: ranks 1 .. count */
    SIM_DIST_NORMAL_POSITIVE,  /* mean, deviation of a normal drawn again until it is at least 0 */
    SIM_DIST_GAMMA,            /* shape, scale */
    SIM_DIST_ERLANG,           /* stages, mean: a sum of exponentials */
    SIM_DIST_HYPEREXPONENTIAL, /* probability of the first, mean of the first and of the second */
    SIM_DIST_PARETO,           /* shape, minimum */
    SIM_DIST_WEIBULL,          /* shape, scale */
    SIM_DIST_KIND_COUNT,
    SIM_DIST_TABLE = SIM_DIST_KIND_COUNT, /* no parameters: see sim_dist_init_table() */
};

#define SIM_DIST_PARAMETERS_MAX 4

/* What a user may write: the kind's name and the names of its parameters, in order. */
struct sim_dist_form {
    const char *name;
    const char *parameters[SIM_DIST_PARAMETERS_MAX]; /* the first parameter_count are set */
    uint32_t parameter_count;
};

/* Why a parameter was refused: its name, and what it must be ("greater than 0"). */
struct sim_dist_error {
    const char *parameter;
    const char *requirement;
};

struct sim_dist {
    enum sim_dist_kind kind;
    double parameters[SIM_DIST_PARAMETERS_MAX];
    double derived[SIM_DIST_PARAMETERS_MAX]; /* what a draw needs and init can compute */
    const sim_discrete *table;               /* of SIM_DIST_TABLE, else NULL */
};

/* Of the kinds below SIM_DIST_KIND_COUNT. */
const struct sim_dist_form *sim_dist_form_of(enum sim_dist_kind kind);

/* Returns false, sets *out_error and leaves *dist alone when a parameter is out of its range.
 * `parameters` has as many entries as the kind's form. */
SIM_MUST_USE bool sim_dist_init(
    struct sim_dist *dist,
    enum sim_dist_kind kind,
    const double *parameters,
    struct sim_dist_error *out_error);

/* Weighted values or observed samples. The table is borrowed for as long as *dist is in use. */
void sim_dist_init_table(struct sim_dist *dist, const sim_discrete *table);

double sim_dist_draw(const struct sim_dist *dist, struct sim_stream *stream);

/* A draw in seconds, as nanoseconds: rounded to nearest, below 0 cut at 0. */
sim_time sim_dist_draw_time(const struct sim_dist *dist, struct sim_stream *stream);

/* What belongs to message `id`: the first draw of the stream derived from `parent` and it. */
static inline double sim_dist_draw_of(
    const struct sim_dist *dist, const struct sim_stream *parent, uint64_t id)
{
    if (dist->kind == SIM_DIST_CONSTANT) {
        return dist->parameters[0];
    }
    struct sim_stream stream = sim_stream_of(parent, id);
    return sim_dist_draw(dist, &stream);
}

static inline sim_time sim_dist_draw_time_of(
    const struct sim_dist *dist, const struct sim_stream *parent, uint64_t id)
{
    struct sim_stream stream = sim_stream_of(parent, id);

    return sim_dist_draw_time(dist, &stream);
}

/* Infinite where the tail is too heavy to have one. */
double sim_dist_mean(const struct sim_dist *dist);
double sim_dist_variance(const struct sim_dist *dist);

/* No draw is below; of a normal distribution, one in a million is. Whoever wants durations refuses
 * what is not at least 0. */
double sim_dist_least(const struct sim_dist *dist);

#endif

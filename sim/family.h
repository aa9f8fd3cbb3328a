/* sim/family.h - what sim/dist.c knows of each kind of distribution. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_FAMILY_H
#define SIM_FAMILY_H

#include "sim/dist.h"

/* What a parameter must be. */
enum sim_range {
    SIM_RANGE_ANY,
    SIM_RANGE_POSITIVE,
    SIM_RANGE_PROBABILITY,
    SIM_RANGE_NOT_NEGATIVE,
    SIM_RANGE_INTEGER,
    SIM_RANGE_COUNT,         /* an integer, at least 1 */
    SIM_RANGE_EXPONENT,      /* of a power law: beyond 100, rank 1 is all there is */
    SIM_RANGE_LOG_MEAN,      /* the mean and the variance must be numbers */
    SIM_RANGE_LOG_DEVIATION, /* likewise */
    SIM_RANGE_WEIBULL_SHAPE, /* likewise; beyond 1000, digits of the variance are lost */
    SIM_RANGE_KIND_COUNT,
};

struct sim_family {
    struct sim_dist_form form;
    enum sim_range ranges[SIM_DIST_PARAMETERS_MAX];
    void (*prepare)(struct sim_dist *dist); /* NULL: nothing to derive */
    double (*draw)(const struct sim_dist *dist, struct sim_stream *stream);
    double (*mean)(const struct sim_dist *dist);
    double (*variance)(const struct sim_dist *dist);
    double (*least)(const struct sim_dist *dist); /* as sim_dist_least(); NULL: 0 */
};

/* Of a kind below SIM_DIST_KIND_COUNT. */
const struct sim_family *sim_family_of(enum sim_dist_kind kind);

#endif

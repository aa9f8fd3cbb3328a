/* Weighted values: every column of an alias table has the same probability and holds at most two
 * values, its own and an alias; a uniform number chooses the column and, by what is left of it, the
 * value. Samples: the sorted array is its own table. */
/* SPDX-License-Identifier: MIT */
#include "sim/discrete.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sim_discrete {
    uint32_t count;
    bool is_empirical;
    double *values;
    double *own_share; /* of a column: how much of it is its own value; NULL when empirical */
    uint32_t *alias;
    double mean;
    double variance;
};

static sim_discrete *create_empty(const double *values, uint32_t count, bool is_empirical)
{
    SIM_ASSERT(count > 0);

    sim_discrete *discrete = sim_allocate(1, sizeof(*discrete));

    discrete->count = count;
    discrete->is_empirical = is_empirical;
    discrete->values = sim_allocate(count, sizeof(double));
    memcpy(discrete->values, values, count * sizeof(double));
    return discrete;
}

void sim_discrete_destroy(sim_discrete *discrete)
{
    if (discrete == NULL) {
        return;
    }
    free(discrete->values);
    free(discrete->own_share);
    free(discrete->alias);
    free(discrete);
}

static void refuse(struct sim_discrete_error *out_error, uint32_t index, const char *requirement)
{
    SIM_ASSERT(requirement != NULL);

    *out_error = (struct sim_discrete_error){index, requirement};
}

static bool are_finite(const double *values, uint32_t count, struct sim_discrete_error *out_error)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            refuse(out_error, i, "a finite number");
            return false;
        }
    }
    return true;
}

/* ---- weighted values ---- */

/* Sets *out_sum. */
static bool are_weights(
    const double *weights, uint32_t count, double *out_sum, struct sim_discrete_error *out_error)
{
    SIM_ASSERT(count > 0);

    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (weights[i] < 0) {
            refuse(out_error, i, "at least 0");
            return false;
        }
        sum += weights[i];
    }
    if (!(sum > 0) || !isfinite(sum)) {
        refuse(out_error, 0, "above 0 for one value, with a finite sum");
        return false;
    }
    *out_sum = sum;
    return true;
}

/* Columns below the average take the rest from one above it, which may then be below itself (Vose
 * 1991). `left` is a stack of columns below the average that grows from its start, and of the
 * others that grows from its end. */
static void fill_columns(sim_discrete *discrete, uint32_t *left)
{
    uint32_t small_count = 0;
    uint32_t large_first = discrete->count;

    for (uint32_t i = discrete->count; i-- > 0;) {
        discrete->alias[i] = i;
        if (discrete->own_share[i] < 1) {
            left[small_count++] = i;
        } else {
            left[--large_first] = i;
        }
    }
    while (small_count > 0 && large_first < discrete->count) {
        uint32_t small = left[--small_count];
        uint32_t large = left[large_first];
        SIM_ASSERT(small != large);
        discrete->alias[small] = large;
        discrete->own_share[large] -= 1 - discrete->own_share[small];
        if (discrete->own_share[large] < 1) {
            large_first++;
            left[small_count++] = large;
        }
    }
    SIM_ASSERT(large_first <= discrete->count);
    while (small_count > 0) {
        discrete->own_share[left[--small_count]] = 1; /* below it by rounding alone */
    }
}

static void set_weighted_moments(sim_discrete *discrete, const double *weights, double sum)
{
    SIM_ASSERT(sum > 0 && !discrete->is_empirical);

    for (uint32_t i = 0; i < discrete->count; i++) {
        discrete->mean += discrete->values[i] * (weights[i] / sum);
    }
    for (uint32_t i = 0; i < discrete->count; i++) {
        double deviation = discrete->values[i] - discrete->mean;
        discrete->variance += deviation * deviation * (weights[i] / sum);
    }
}

sim_discrete *sim_discrete_create(
    const double *values,
    const double *weights,
    uint32_t count,
    struct sim_discrete_error *out_error)
{
    double sum = 0;

    if (count == 0) {
        refuse(out_error, 0, "there: a table needs at least one value");
        return NULL;
    }
    if (!are_finite(values, count, out_error) || !are_finite(weights, count, out_error) ||
        !are_weights(weights, count, &sum, out_error)) {
        return NULL;
    }
    sim_discrete *discrete = create_empty(values, count, false);
    discrete->own_share = sim_allocate(count, sizeof(double));
    discrete->alias = sim_allocate(count, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        discrete->own_share[i] = weights[i] / sum * count;
    }
    uint32_t *left = sim_allocate(count, sizeof(uint32_t));
    fill_columns(discrete, left);
    free(left);
    SIM_ASSERT(discrete->alias[0] < count);
    set_weighted_moments(discrete, weights, sum);
    return discrete;
}

/* ---- samples ---- */

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

/* Each of the count - 1 pieces is uniform between two neighbours and equally likely. */
static void set_piecewise_moments(sim_discrete *discrete)
{
    SIM_ASSERT(discrete->is_empirical && discrete->count >= 2);

    uint32_t pieces = discrete->count - 1;
    const double *values = discrete->values;

    for (uint32_t i = 0; i < pieces; i++) {
        discrete->mean += (values[i] / 2 + values[i + 1] / 2) / pieces;
    }
    for (uint32_t i = 0; i < pieces; i++) {
        double from = values[i] - discrete->mean;
        double to = values[i + 1] - discrete->mean;
        discrete->variance += (from * from + from * to + to * to) / 3 / pieces;
    }
}

sim_discrete *sim_discrete_create_empirical(
    const double *samples, uint32_t count, struct sim_discrete_error *out_error)
{
    if (count < 2) {
        refuse(out_error, count, "there: an empirical distribution needs at least two samples");
        return NULL;
    }
    if (!are_finite(samples, count, out_error)) {
        return NULL;
    }
    sim_discrete *discrete = create_empty(samples, count, true);
    qsort(discrete->values, count, sizeof(double), compare);
    SIM_ASSERT(discrete->values[0] <= discrete->values[count - 1]);
    set_piecewise_moments(discrete);
    return discrete;
}

/* ---- draws ---- */

double sim_discrete_draw(const sim_discrete *discrete, struct sim_stream *stream)
{
    uint32_t columns = discrete->is_empirical ? discrete->count - 1 : discrete->count;
    uint32_t column = (uint32_t)sim_stream_below(stream, columns);
    double share = sim_stream_unit(stream);

    SIM_ASSERT(column < columns);
    if (discrete->is_empirical) {
        double low = discrete->values[column];
        return low + share * (discrete->values[column + 1] - low);
    }
    SIM_ASSERT(discrete->alias[column] < columns);
    bool is_own = share < discrete->own_share[column];
    return discrete->values[is_own ? column : discrete->alias[column]];
}

double sim_discrete_mean(const sim_discrete *discrete)
{
    SIM_ASSERT(isfinite(discrete->mean));

    return discrete->mean;
}

double sim_discrete_variance(const sim_discrete *discrete)
{
    SIM_ASSERT(!(discrete->variance < 0));

    return discrete->variance;
}

double sim_discrete_least(const sim_discrete *discrete)
{
    SIM_ASSERT(discrete->count > 0);

    double least = discrete->values[0];

    for (uint32_t i = 1; i < discrete->count; i++) {
        least = fmin(least, discrete->values[i]);
    }
    return least;
}

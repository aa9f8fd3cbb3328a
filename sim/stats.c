/* Sums are of deviations from a first estimate of the mean, so that nothing is lost when the mean
 * is large. Student's t is found by bisection in the angle atan(t / sqrt(degrees)), in which its
 * distribution is a finite sum. */
/* SPDX-License-Identifier: MIT */
#include "sim/stats.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base.h"
#include "sim/math.h"

/* ---- Student's t ---- */

/* Beyond, t is all but a parabola in 1 / degrees (Cornish and Fisher), through three points. */
#define SUMMED_DEGREES_MAX 4000

/* The probability within +- t (Abramowitz and Stegun 26.7.3 and 26.7.4). */
static double probability_within(double angle, uint32_t degrees)
{
    SIM_ASSERT(angle >= 0 && angle <= SIM_MATH_PI / 2);
    SIM_ASSERT(degrees >= 1);

    double cosine = sim_math_cos(angle);
    double square = cosine * cosine;
    double term = degrees % 2 == 0 ? 1 : cosine;
    double sum = degrees == 1 ? 0 : term;

    for (uint32_t i = degrees % 2 == 0 ? 2 : 3; i + 2 <= degrees; i += 2) {
        term *= square * (i - 1) / i;
        sum += term;
    }
    sum *= sim_math_sin(angle);
    return degrees % 2 == 0 ? sum : (angle + sum) * 2 / SIM_MATH_PI;
}

static double student_by_bisection(double confidence, uint32_t degrees)
{
    SIM_ASSERT(degrees <= SUMMED_DEGREES_MAX);

    double low = 0;
    double high = SIM_MATH_PI / 2;

    for (uint32_t i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (probability_within(middle, degrees) < confidence) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return sqrt(degrees) * sim_math_sin(low) / sim_math_cos(low);
}

double sim_stats_student(double confidence, uint32_t degrees)
{
    SIM_ASSERT(confidence > 0 && confidence < 1);
    SIM_ASSERT(degrees >= 1);

    if (degrees <= SUMMED_DEGREES_MAX) {
        return student_by_bisection(confidence, degrees);
    }
    double at_one = student_by_bisection(confidence, SUMMED_DEGREES_MAX);
    double at_two = student_by_bisection(confidence, SUMMED_DEGREES_MAX / 2);
    double at_four = student_by_bisection(confidence, SUMMED_DEGREES_MAX / 4);
    double x = (double)SUMMED_DEGREES_MAX / degrees;
    return at_one * (x - 2) * (x - 4) / 3 - at_two * (x - 1) * (x - 4) / 2 +
           at_four * (x - 1) * (x - 2) / 6;
}

/* ---- intervals ---- */

static double mean_of(const double *values, uint32_t count)
{
    SIM_ASSERT(count > 0);

    double base = values[0];
    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        sum += values[i] - base;
    }
    return base + sum / count;
}

struct sim_interval sim_stats_interval(const double *values, uint32_t count, double confidence)
{
    SIM_ASSERT(confidence > 0 && confidence < 1);

    if (count == 0) {
        return (struct sim_interval){.mean = 0, .half_width = (double)INFINITY};
    }
    double mean = mean_of(values, count);
    if (count == 1) {
        return (struct sim_interval){.mean = mean, .half_width = (double)INFINITY};
    }
    double squares = 0;
    for (uint32_t i = 0; i < count; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    SIM_ASSERT(!(squares < 0));
    double error = sqrt(squares / (count - 1) / count);
    double t = sim_stats_student(confidence, count - 1);
    return (struct sim_interval){.mean = mean, .half_width = t * error};
}

struct sim_interval sim_stats_batch_means(
    const double *values, uint32_t count, uint32_t batch_count, double confidence)
{
    SIM_ASSERT(batch_count >= 2);

    uint32_t size = count / batch_count;
    if (size == 0) {
        return sim_stats_interval(values, count < 1 ? count : 1, confidence);
    }
    const double *first = values + count % batch_count;
    double *means = sim_allocate(batch_count, sizeof(double));
    for (uint32_t i = 0; i < batch_count; i++) {
        means[i] = mean_of(first + (size_t)i * size, size);
    }
    struct sim_interval interval = sim_stats_interval(means, batch_count, confidence);
    free(means);
    return interval;
}

static double sum_of(const double *values, uint32_t count)
{
    double sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum;
}

struct sim_interval sim_stats_batch_ratios(
    const double *numerators,
    const double *denominators,
    uint32_t count,
    uint32_t batch_count,
    double confidence)
{
    SIM_ASSERT(batch_count >= 2);

    uint32_t size = count / batch_count;
    double *ratios = sim_allocate(batch_count, sizeof(double));
    uint32_t used = 0;

    for (uint32_t i = 0; i < batch_count; i++) {
        size_t first = count % batch_count + (size_t)i * size;
        double denominator = sum_of(denominators + first, size);
        if (denominator > 0) {
            ratios[used] = sum_of(numerators + first, size) / denominator;
            used++;
        }
    }
    struct sim_interval interval = sim_stats_interval(ratios, used, confidence);
    free(ratios);
    return interval;
}

/* ---- warm-up ---- */

#define MSER_BATCH 5

/* Goes from the last batch to the first, with the mean and the sum of squared deviations of the
 * batches seen so far (Welford 1962). */
uint32_t sim_stats_warm_up(const double *values, uint32_t count)
{
    uint32_t batch_count = count / MSER_BATCH;
    uint32_t first_kept = 0;
    double mean = 0;
    double squares = 0;
    double error_least = (double)INFINITY;

    for (uint32_t batch = batch_count; batch-- > 0;) {
        uint32_t kept = batch_count - batch;
        double value = mean_of(values + (size_t)batch * MSER_BATCH, MSER_BATCH);
        double deviation = value - mean;
        mean += deviation / kept;
        squares += deviation * (value - mean);
        double error = squares / ((double)kept * kept);
        if (batch <= batch_count / 2 && error <= error_least) {
            error_least = error;
            first_kept = batch;
        }
    }
    SIM_ASSERT(first_kept <= batch_count / 2);
    return first_kept * MSER_BATCH;
}

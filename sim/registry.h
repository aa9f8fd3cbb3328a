/* sim/registry.h - every measure of a run, by name.
 *
 * Summary, viewer, CSV, checks and scripts read measures here and nowhere else. A name is a path,
 * "datacenter/node/measure". Measures are listed in the order in which they were made, so two runs
 * list them alike. The registry owns what it hands out, until sim_registry_destroy(). A measure
 * that has not moved costs some 200 bytes; one that has, 32 bytes a sample, and a tally two
 * histograms. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_REGISTRY_H
#define SIM_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/histogram.h"
#include "sim/random.h"
#include "sim/windows.h"

struct sim_counter {
    uint64_t value;
};

/* A level that holds until it is set again, so that its mean is over time. Through sim_gauge_set()
 * only. */
struct sim_gauge {
    int64_t value;
    int64_t max;
    double area; /* sum of value x ns up to `since` */
    sim_time since;
};

/* Values recorded one by one, most often times in ns. Through sim_tally_record() only. */
struct sim_tally {
    sim_histogram *histogram; /* NULL until something is recorded */
    sim_histogram *interval;  /* of the current sampling interval; NULL until then */
    sim_windows *windows;     /* NULL: what was recorded in each interval is not kept */
};

enum sim_measure_kind {
    SIM_MEASURE_COUNTER,
    SIM_MEASURE_GAUGE,
    SIM_MEASURE_TALLY,
};

/* One point of a time series, taken at the end of a sampling interval. */
struct sim_sample {
    double value;   /* counter: increase in the interval; gauge: its value; tally: mean */
    int64_t p50;    /* of a tally's interval; else 0 */
    int64_t p99;    /* of a tally's interval; else 0 */
    uint64_t count; /* of values in a tally's interval; else 0 */
};

struct sim_measure {
    const char *name;
    const char *unit; /* "ns", "messages", "bytes", ... */
    enum sim_measure_kind kind;
    union {
        struct sim_counter counter;
        struct sim_gauge gauge;
        struct sim_tally tally;
    };
    struct sim_sample *samples; /* the series: sim_registry_sample_count() of them, read only */
    uint64_t counted;           /* of a counter, at the last sample */
};

typedef struct sim_registry sim_registry;

sim_registry *sim_registry_create(uint64_t seed);
void sim_registry_destroy(sim_registry *registry);

/* Each returns NULL when the name is taken. `name` and `unit` are copied. */
SIM_MUST_USE struct sim_counter *sim_registry_counter(
    sim_registry *registry, const char *name, const char *unit);
SIM_MUST_USE struct sim_gauge *sim_registry_gauge(
    sim_registry *registry, const char *name, const char *unit);
SIM_MUST_USE struct sim_tally *sim_registry_tally(
    sim_registry *registry, const char *name, const char *unit);

/* The stream of this name under the run's seed. Returns false, and leaves *out_stream alone, when
 * another has the name. sim_registry_stream_as() gives a stream of this name that draws what the
 * stream called `drawn` draws, whether there is one or not. */
SIM_MUST_USE bool sim_registry_stream_as(
    sim_registry *registry, const char *name, const char *drawn, struct sim_stream *out_stream);
SIM_MUST_USE bool sim_registry_stream(
    sim_registry *registry, const char *name, struct sim_stream *out_stream);

/* NULL when there is none. */
const struct sim_measure *sim_registry_find(const sim_registry *registry, const char *name);
uint32_t sim_registry_count(const sim_registry *registry);
const struct sim_measure *sim_registry_at(const sim_registry *registry, uint32_t index);

static inline void sim_gauge_set(struct sim_gauge *gauge, int64_t value, sim_time now)
{
    SIM_ASSERT(now >= gauge->since);

    if (value == gauge->value) {
        return;
    }
    gauge->area += (double)gauge->value * (double)(now - gauge->since);
    gauge->since = now;
    gauge->value = value;
    if (value > gauge->max) {
        gauge->max = value;
    }
}

/* It went to this value and back at one instant, which its mean does not see. */
static inline void sim_gauge_touch(struct sim_gauge *gauge, int64_t value)
{
    SIM_ASSERT(gauge->max >= gauge->value);

    if (value > gauge->max) {
        gauge->max = value;
    }
}

/* From time 0 up to now. */
double sim_gauge_mean(const struct sim_gauge *gauge, sim_time now);

/* Makes the tally's histograms. */
void sim_tally_record_first(struct sim_tally *tally);

static inline void sim_tally_record(struct sim_tally *tally, int64_t value)
{
    if (__builtin_expect(tally->histogram == NULL, 0)) {
        sim_tally_record_first(tally);
    }
    sim_histogram_record_both(tally->histogram, tally->interval, value);
}

/* From now on, what the tally records in each sampling interval is kept, at 8 bytes for each bucket
 * in use, so that percentiles of any time window can be asked. */
void sim_tally_keep_windows(struct sim_tally *tally);

/* The same of the tally of this name. False when there is none. */
SIM_MUST_USE bool sim_registry_keep_windows(sim_registry *registry, const char *name);

/* Adds what was recorded in the sampling intervals `first` .. `end` - 1 to a histogram: that of
 * sample i is interval i. Of a tally that keeps its windows. */
void sim_tally_collect(
    const struct sim_tally *tally, uint32_t first, uint32_t end, sim_histogram *histogram);

/* Appends one point to the series of every measure: call it at equal distances of virtual time. A
 * measure made later has zeroes for the time before. */
void sim_registry_sample(sim_registry *registry, sim_time now);
uint32_t sim_registry_sample_count(const sim_registry *registry);

#endif

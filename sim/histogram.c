/* Values below 256 have a bucket each. Above, the eight leading bits of a value choose its bucket,
 * so that every power of two has 128 buckets of one width, 1/128 of the power or less: an error
 * below 0.8 %. All of int64_t fits in 7,424 buckets; the range in use is remembered, so that
 * clearing and merging touch no more than that. */
/* SPDX-License-Identifier: MIT */
#include "sim/histogram.h"

#include <stdlib.h>
#include <string.h>

#define HALF_BITS    7
#define HALF         (1U << HALF_BITS)
#define BUCKET_COUNT ((63U - HALF_BITS + 1) * HALF)
#define BUCKET_BITS  13 /* of a packed bucket: its number; above them, its count */

struct sim_histogram {
    uint64_t count;
    uint64_t sum_low; /* the sum has 128 bits: a million years of ns overflow 64 */
    uint64_t sum_high;
    int64_t min;
    int64_t max;
    uint64_t buckets[BUCKET_COUNT];
};

_Static_assert(BUCKET_COUNT <= 1U << BUCKET_BITS, "a packed bucket has room for its number");
_Static_assert(sizeof(struct sim_histogram) <= 64UL * 1024, "constant memory, 64 KiB at most");

static uint32_t bucket_of(uint64_t value)
{
    uint32_t top = 63U - (uint32_t)__builtin_clzll(value | HALF);
    uint32_t shift = top - HALF_BITS;

    return shift * HALF + (uint32_t)(value >> shift);
}

/* The largest value of a bucket. */
static int64_t upper_edge(uint32_t bucket)
{
    SIM_ASSERT(bucket < BUCKET_COUNT);

    if (bucket < 2 * HALF) {
        return bucket;
    }
    uint32_t shift = bucket / HALF - 1;
    SIM_ASSERT(shift >= 1 && shift <= 62 - HALF_BITS);
    uint64_t leading = bucket % HALF + HALF;
    return (int64_t)(((leading + 1) << shift) - 1);
}

sim_histogram *sim_histogram_create(void)
{
    sim_histogram *histogram = sim_allocate(1, sizeof(*histogram));

    histogram->min = INT64_MAX;
    return histogram;
}

void sim_histogram_destroy(sim_histogram *histogram)
{
    free(histogram);
}

static inline void record(sim_histogram *histogram, uint32_t bucket, int64_t value)
{
    SIM_ASSERT(bucket < BUCKET_COUNT);

    histogram->buckets[bucket]++;
    histogram->count++;
    histogram->sum_low += (uint64_t)value;
    histogram->sum_high += histogram->sum_low < (uint64_t)value;
    histogram->min = value < histogram->min ? value : histogram->min;
    histogram->max = value > histogram->max ? value : histogram->max;
}

void sim_histogram_record(sim_histogram *histogram, int64_t value)
{
    SIM_ASSERT(value >= 0);

    record(histogram, bucket_of((uint64_t)value), value);
}

void sim_histogram_record_both(sim_histogram *histogram, sim_histogram *other, int64_t value)
{
    SIM_ASSERT(value >= 0);

    uint32_t bucket = bucket_of((uint64_t)value);
    record(histogram, bucket, value);
    record(other, bucket, value);
}

static struct sim_histogram_summary summary_of(const sim_histogram *histogram)
{
    SIM_ASSERT(histogram->count > 0 && histogram->min <= histogram->max);

    return (struct sim_histogram_summary){
        .sum_low = histogram->sum_low,
        .sum_high = histogram->sum_high,
        .min = histogram->min,
        .max = histogram->max,
    };
}

static void add_summary(sim_histogram *histogram, const struct sim_histogram_summary *summary)
{
    SIM_ASSERT(summary->min <= summary->max);

    histogram->sum_low += summary->sum_low;
    histogram->sum_high += summary->sum_high + (histogram->sum_low < summary->sum_low);
    histogram->min = summary->min < histogram->min ? summary->min : histogram->min;
    histogram->max = summary->max > histogram->max ? summary->max : histogram->max;
}

void sim_histogram_merge(sim_histogram *histogram, const sim_histogram *other)
{
    if (other->count == 0) {
        return;
    }
    uint32_t last = bucket_of((uint64_t)other->max);
    SIM_ASSERT(other->min <= other->max && last < BUCKET_COUNT);
    for (uint32_t bucket = bucket_of((uint64_t)other->min); bucket <= last; bucket++) {
        histogram->buckets[bucket] += other->buckets[bucket];
    }
    struct sim_histogram_summary summary = summary_of(other); /* may be that of `histogram` */
    histogram->count += other->count;
    add_summary(histogram, &summary);
}

void sim_histogram_clear(sim_histogram *histogram)
{
    if (histogram->count == 0) {
        return;
    }
    uint32_t first = bucket_of((uint64_t)histogram->min);
    uint32_t last = bucket_of((uint64_t)histogram->max);
    SIM_ASSERT(first <= last && last < BUCKET_COUNT);

    memset(&histogram->buckets[first], 0, (last - first + 1) * sizeof(histogram->buckets[0]));
    histogram->count = 0;
    histogram->sum_low = 0;
    histogram->sum_high = 0;
    histogram->min = INT64_MAX;
    histogram->max = 0;
}

/* ---- without the empty buckets ---- */

uint32_t sim_histogram_used(const sim_histogram *histogram)
{
    if (histogram->count == 0) {
        return 0;
    }
    uint32_t last = bucket_of((uint64_t)histogram->max);
    uint32_t used = 0;

    for (uint32_t bucket = bucket_of((uint64_t)histogram->min); bucket <= last; bucket++) {
        used += histogram->buckets[bucket] != 0;
    }
    SIM_ASSERT(used > 0);
    return used;
}

struct sim_histogram_summary sim_histogram_pack(
    const sim_histogram *histogram, uint64_t *out_buckets)
{
    struct sim_histogram_summary summary = summary_of(histogram);
    uint32_t last = bucket_of((uint64_t)summary.max);

    for (uint32_t bucket = bucket_of((uint64_t)summary.min); bucket <= last; bucket++) {
        uint64_t count = histogram->buckets[bucket];
        SIM_ASSERT(count >> (64 - BUCKET_BITS) == 0);
        if (count > 0) {
            *out_buckets++ = count << BUCKET_BITS | bucket;
        }
    }
    return summary;
}

void sim_histogram_unpack(
    sim_histogram *histogram,
    const struct sim_histogram_summary *summary,
    const uint64_t *buckets,
    uint64_t count)
{
    SIM_ASSERT(count > 0);

    for (uint64_t i = 0; i < count; i++) {
        uint32_t bucket = buckets[i] % (1U << BUCKET_BITS);
        SIM_ASSERT(bucket < BUCKET_COUNT);
        histogram->buckets[bucket] += buckets[i] >> BUCKET_BITS;
        histogram->count += buckets[i] >> BUCKET_BITS;
    }
    add_summary(histogram, summary);
}

/* ---- what was recorded ---- */

uint64_t sim_histogram_count(const sim_histogram *histogram)
{
    SIM_ASSERT(histogram->count > 0 || histogram->max == 0);

    return histogram->count;
}

double sim_histogram_mean(const sim_histogram *histogram)
{
    if (histogram->count == 0) {
        return 0;
    }
    SIM_ASSERT(histogram->min <= histogram->max);
    double sum = (double)histogram->sum_high * 0x1p64 + (double)histogram->sum_low;
    return sum / (double)histogram->count;
}

int64_t sim_histogram_min(const sim_histogram *histogram)
{
    SIM_ASSERT(histogram->count == 0 || histogram->min <= histogram->max);

    return histogram->count == 0 ? 0 : histogram->min;
}

int64_t sim_histogram_max(const sim_histogram *histogram)
{
    SIM_ASSERT(histogram->count > 0 || histogram->max == 0);

    return histogram->max;
}

/* How many values are `percent` of all of them, rounded up, and at least one. The smallest error of
 * the product must not turn 50 % of 100 into 51. */
static uint64_t rank_of(uint64_t count, double percent)
{
    SIM_ASSERT(count > 0);
    SIM_ASSERT(percent >= 0 && percent <= 100);

    double exact = percent / 100 * (double)count;
    double rounded = (double)(uint64_t)exact;
    uint64_t rank = (uint64_t)exact + (exact - rounded > 1e-9 * exact);

    if (rank < 1) {
        return 1;
    }
    return rank < count ? rank : count;
}

int64_t sim_histogram_percentile(const sim_histogram *histogram, double percent)
{
    SIM_ASSERT(percent >= 0 && percent <= 100);

    if (histogram->count == 0) {
        return 0;
    }
    uint64_t rank = rank_of(histogram->count, percent);
    uint32_t bucket = bucket_of((uint64_t)histogram->min);
    uint64_t passed = histogram->buckets[bucket];
    while (passed < rank) {
        bucket++;
        SIM_ASSERT(bucket < BUCKET_COUNT);
        passed += histogram->buckets[bucket];
    }
    int64_t edge = upper_edge(bucket);
    SIM_ASSERT(edge >= histogram->min);
    return edge < histogram->max ? edge : histogram->max;
}

/* sim/random.h - named random streams.
 *
 * A stream is a key, derived from (seed, name), and a counter: draw n is a pure function of the
 * two. Streams share no state, so adding one never changes another, and what belongs to one message
 * is drawn from a stream derived from (seed, name, message id), so that it does not depend on the
 * order in which messages are served.
 *
 * The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014), whose nth output is a mixing function of key + n times a constant and
 * so needs no state. Published results: it passes DieHarder and BigCrush of TestU01 (section 6
 * there), and PractRand (Lemire, "testingRNG", 2017). All streams are stretches of one sequence of
 * 2^64 numbers that start at hashed places: among 10^6 streams of 10^6 draws each, the chance that
 * any two share a number is 0.05. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

#include "sim/base.h"
#include "sim/ziggurat.h"

struct sim_stream {
    uint64_t key;
    uint64_t counter; /* of draws so far */
};

/* Two streams of one run must not have one name: sim/registry.h refuses the second. */
struct sim_stream sim_stream_named(uint64_t seed, const char *name);

/* Mixes all 64 bits, one to one (Stafford's variant 13, as in SplitMix64). */
static inline uint64_t sim_random_mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* The draws of `parent` that belong to one message. */
static inline struct sim_stream sim_stream_of(const struct sim_stream *parent, uint64_t id)
{
    uint64_t place = sim_random_mix(id + UINT64_C(0xd1342543de82ef95));

    return (struct sim_stream){.key = sim_random_mix(parent->key ^ place)};
}

/* 64 random bits. */
static inline uint64_t sim_stream_next(struct sim_stream *stream)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / the golden ratio, odd */

    stream->counter++;
    return sim_random_mix(stream->key + stream->counter * golden);
}

/* The upper 53 bits as a number in [0, 1). */
static inline double sim_random_unit_of(uint64_t bits)
{
    return (double)(int64_t)(bits >> 11) * 0x1p-53;
}

/* Uniform on [0, 1), a multiple of 2^-53. */
static inline double sim_stream_unit(struct sim_stream *stream)
{
    return sim_random_unit_of(sim_stream_next(stream));
}

/* Uniform on 0 .. bound - 1, without bias. */
uint64_t sim_stream_below(struct sim_stream *stream, uint64_t bound);

/* What a ziggurat does outside the rectangles: once in 80 draws or less. */
double sim_random_exponential_edge(struct sim_stream *stream, uint32_t layer, double x);
double sim_random_normal_edge(struct sim_stream *stream, uint32_t layer, double x);

/* Exponential with mean 1. The lowest bits choose the layer, the upper 53 the place in it. */
static inline double sim_stream_exponential(struct sim_stream *stream)
{
    uint64_t bits = sim_stream_next(stream);
    uint32_t layer = (uint32_t)bits % SIM_ZIGGURAT_LAYERS;
    double x = sim_random_unit_of(bits) * sim_ziggurat_exponential[layer];

    if (__builtin_expect(x < sim_ziggurat_exponential[layer + 1], 1)) {
        return x;
    }
    return sim_random_exponential_edge(stream, layer, x);
}

/* Normal with mean 0 and variance 1. */
static inline double sim_stream_normal(struct sim_stream *stream)
{
    uint64_t bits = sim_stream_next(stream);
    uint32_t layer = (uint32_t)bits % SIM_ZIGGURAT_LAYERS;
    double sign = 1 - (double)(int64_t)(bits & SIM_ZIGGURAT_LAYERS) * (2.0 / SIM_ZIGGURAT_LAYERS);
    double x = sim_random_unit_of(bits) * sim_ziggurat_normal[layer];

    if (__builtin_expect(x < sim_ziggurat_normal[layer + 1], 1)) {
        return sign * x;
    }
    return sign * sim_random_normal_edge(stream, layer, x);
}

#endif

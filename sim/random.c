/* The rare paths of the ziggurats, and the hash that turns a name into a key. */
/* SPDX-License-Identifier: MIT */
#include "sim/random.h"

#include <stdbool.h>

#include "sim/math.h"

/* Each byte of the name is mixed in whole, and the seed before and after: streams of one name under
 * two seeds have nothing in common. */
struct sim_stream sim_stream_named(uint64_t seed, const char *name)
{
    uint64_t key = sim_random_mix(seed + UINT64_C(0x452821e638d01377));
    uint64_t length = 0;

    for (; name[length] != '\0'; length++) {
        key = sim_random_mix(key ^ (uint8_t)name[length]);
    }
    SIM_ASSERT(length > 0);
    return (struct sim_stream){.key = sim_random_mix(key + sim_random_mix(seed) + length)};
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019: the upper half of a
 * product, unless its lower half falls among the few values that would favour some results. */
uint64_t sim_stream_below(struct sim_stream *stream, uint64_t bound)
{
    SIM_ASSERT(bound > 0);

    sim_uint128 product = (sim_uint128)sim_stream_next(stream) * bound;
    if ((uint64_t)product < bound) {
        uint64_t surplus = -bound % bound;
        while ((uint64_t)product < surplus) {
            product = (sim_uint128)sim_stream_next(stream) * bound;
        }
    }
    return (uint64_t)(product >> 64);
}

/* Whether a point at height uniform between the densities at the layer's two edges, here given as
 * exponents, is below the density at x. */
static bool is_below_density(
    struct sim_stream *stream, double exponent_low, double exponent_high, double exponent)
{
    SIM_ASSERT(exponent_low >= exponent && exponent >= exponent_high);

    double bottom = sim_math_exp(-exponent_low);
    double top = sim_math_exp(-exponent_high);
    SIM_ASSERT(bottom <= top && top <= 1);
    double height = bottom + (top - bottom) * sim_stream_unit(stream);

    return height < sim_math_exp(-exponent);
}

/* The tail of an exponential is an exponential, so it is drawn anew and shifted. */
double sim_random_exponential_edge(struct sim_stream *stream, uint32_t layer, double x)
{
    const double *edges = sim_ziggurat_exponential;
    double shift = 0;

    SIM_ASSERT(layer < SIM_ZIGGURAT_LAYERS && x >= edges[layer + 1]);
    for (;;) {
        if (x < edges[layer + 1]) {
            return shift + x;
        }
        if (layer == 0) {
            shift += edges[1];
        } else if (is_below_density(stream, edges[layer], edges[layer + 1], x)) {
            return shift + x;
        }
        uint64_t bits = sim_stream_next(stream);
        layer = (uint32_t)bits % SIM_ZIGGURAT_LAYERS;
        x = sim_random_unit_of(bits) * edges[layer];
    }
}

/* Beyond r, exp(-x^2/2) is below exp(-r^2/2) exp(-r (x - r)): an exponential of rate r, accepted
 * with probability exp(-(x - r)^2/2) (Marsaglia 1964). Both decisions are exponentials. */
static double normal_tail(struct sim_stream *stream)
{
    double start = sim_ziggurat_normal[1];
    double beyond;
    double limit;

    do {
        beyond = sim_stream_exponential(stream) / start;
        limit = sim_stream_exponential(stream);
    } while (2 * limit < beyond * beyond);
    SIM_ASSERT(beyond >= 0);
    return start + beyond;
}

/* The sign is chosen already and independent of all this. */
double sim_random_normal_edge(struct sim_stream *stream, uint32_t layer, double x)
{
    const double *edges = sim_ziggurat_normal;

    SIM_ASSERT(layer < SIM_ZIGGURAT_LAYERS && x >= edges[layer + 1]);
    for (;;) {
        if (x < edges[layer + 1]) {
            return x;
        }
        if (layer == 0) {
            return normal_tail(stream);
        }
        double low = edges[layer];
        double high = edges[layer + 1];
        if (is_below_density(stream, low * low / 2, high * high / 2, x * x / 2)) {
            return x;
        }
        uint64_t bits = sim_stream_next(stream);
        layer = (uint32_t)bits % SIM_ZIGGURAT_LAYERS;
        x = sim_random_unit_of(bits) * edges[layer];
    }
}

/* sim/random.h - named random streams.
 *
 * A stream is a key, derived from (seed, name), and a counter: draw n is a pure function of the
 * two. Streams share no state, so adding one never changes another, and what belongs to one message
 * is drawn from a stream derived from (seed, name, message id), so that it does not depend on the
 * order in which messages are served. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

#include "sim/base.h"

struct sim_stream {
    uint64_t key;
    uint64_t counter;
};

/* Two streams of one run must not have one name: sim/registry.h refuses the second. */
struct sim_stream sim_stream_named(uint64_t seed, const char *name);

/* The draws of `parent` that belong to one message. */
struct sim_stream sim_stream_of(const struct sim_stream *parent, uint64_t id);

/* 64 random bits. */
uint64_t sim_stream_next(struct sim_stream *stream);

/* Uniform on [0, 1), a multiple of 2^-53. */
double sim_stream_unit(struct sim_stream *stream);

/* Uniform on 0 .. bound - 1, without bias. */
uint64_t sim_stream_below(struct sim_stream *stream, uint64_t bound);

/* Exponential with mean 1, and normal with mean 0 and variance 1. */
double sim_stream_exponential(struct sim_stream *stream);
double sim_stream_normal(struct sim_stream *stream);

#endif

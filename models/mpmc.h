/* models/mpmc.h - many senders, many receivers: a bounded ring between real threads or processes.
 *
 * It is the fast path of producer_consumer: what is sent is received once, in the order of sending,
 * and nothing is leased. The ring lives in memory that the caller gives and holds offsets, not
 * pointers; any number of threads, or of processes that map the memory, send and receive at once,
 * each through the same handle or through one of its own.
 *
 * No operation waits. Whoever has claimed a cell and lost its processor before it has filled or
 * emptied it stands in the way of those that come to the same cell, and of nobody else: they are
 * told MODEL_MPMC_BUSY, because neither full nor empty would be true, and may do something else.
 * MODEL_MPMC_FULL and MODEL_MPMC_EMPTY are said only if there was such an instant during the call.
 *
 * The algorithm is Dmitry Vyukov's bounded MPMC queue (1024cores.net, 2010), with claims of many
 * cells at once and with the two results that it cannot tell apart. docs/threads.md says how it was
 * proved, and what it costs. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MPMC_H
#define MODELS_MPMC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

#define MODEL_MPMC_CAPACITY_MIN     2
#define MODEL_MPMC_CAPACITY_MAX     (UINT64_C(1) << 31)
#define MODEL_MPMC_ELEMENT_SIZE_MAX 65536

enum model_mpmc_status {
    MODEL_MPMC_OK,
    MODEL_MPMC_BAD_CAPACITY,     /* out of its range, or no power of two */
    MODEL_MPMC_BAD_ELEMENT_SIZE, /* 0, or above the maximum */
    MODEL_MPMC_TOO_SMALL,        /* the memory does not hold such a ring */
    MODEL_MPMC_NOT_A_RING,       /* what the memory holds is no ring */
};

enum model_mpmc_result {
    MODEL_MPMC_DONE,
    MODEL_MPMC_FULL,
    MODEL_MPMC_EMPTY,
    MODEL_MPMC_BUSY, /* somebody has claimed the next cell and is not done with it */
};

/* One process's way to the ring; all its threads may share it. No field is for the caller. */
struct model_mpmc {
    struct model_mpmc_shared *shared; /* borrowed: the caller's memory */
    unsigned char *cells;
    uint64_t mask; /* capacity - 1 */
    uint32_t element_size;
    uint32_t cell_size;
};

/* Bytes of memory that a ring takes; 0 when an argument is out of its range. */
SIM_MUST_USE size_t model_mpmc_size(uint64_t capacity, uint32_t element_size);

/* Makes an empty ring of exactly `capacity` elements in `memory`, which is aligned as malloc()
 * aligns and outlives the handle. Unless it returns MODEL_MPMC_OK, nothing changed. */
SIM_MUST_USE enum model_mpmc_status model_mpmc_init(
    struct model_mpmc *ring, void *memory, size_t size, uint64_t capacity, uint32_t element_size);

/* Opens the ring that another process made in `memory`, while others may be at work. Unless it
 * returns MODEL_MPMC_OK, nothing changed. */
SIM_MUST_USE enum model_mpmc_status model_mpmc_attach(
    struct model_mpmc *ring, void *memory, size_t size);

/* Copies one element in: MODEL_MPMC_DONE, MODEL_MPMC_FULL or MODEL_MPMC_BUSY. */
SIM_MUST_USE enum model_mpmc_result model_mpmc_send(
    const struct model_mpmc *ring, const void *element);

/* Copies in as many of the `count` > 0 elements as there are free cells in a row, from the first
 * element on; nobody else's come between them. *out_sent, written if at least one was, says how
 * many. */
SIM_MUST_USE enum model_mpmc_result model_mpmc_send_batch(
    const struct model_mpmc *ring, const void *elements, uint32_t count, uint32_t *out_sent);

/* Copies the oldest element out: MODEL_MPMC_DONE, MODEL_MPMC_EMPTY or MODEL_MPMC_BUSY. */
SIM_MUST_USE enum model_mpmc_result model_mpmc_receive(
    const struct model_mpmc *ring, void *out_element);

/* Copies out up to `count_max` > 0 elements that lie in a row, oldest first. *out_received, written
 * if there was at least one, says how many. */
SIM_MUST_USE enum model_mpmc_result model_mpmc_receive_batch(
    const struct model_mpmc *ring, void *out_elements, uint32_t count_max, uint32_t *out_received);

/* Elements sent and not received, those that are being copied included. Exact when nobody moves,
 * else a value between 0 and the capacity. */
uint64_t model_mpmc_waiting(const struct model_mpmc *ring);

/* Asserts every invariant, in O(capacity). Only when nobody moves, and nobody died half-way. */
void model_mpmc_check(const struct model_mpmc *ring);

#endif

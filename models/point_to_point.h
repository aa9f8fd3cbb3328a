/* models/point_to_point.h - one producer, one queue, one consumer: a bounded ring in total order.
 *
 * Both operations are wait-free. The ring lives in memory that the caller gives and holds offsets,
 * not pointers, so two threads, or two processes that map the memory, may each work at one end; the
 * simulator works at both. What each end needs is kept in its own private handle, so a peer that
 * writes nonsense into shared memory can make messages wrong or stop the flow, never make this end
 * touch memory outside the ring.
 *
 * Nothing is dropped: when the ring is full the sender keeps its message, and that bound is the
 * back pressure. At every instant: offered = refused + waiting + received. `p2p` in names stands
 * for this model. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_POINT_TO_POINT_H
#define MODELS_POINT_TO_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

#define MODEL_P2P_CAPACITY_MAX     (UINT64_C(1) << 31)
#define MODEL_P2P_ELEMENT_SIZE_MAX 65536
#define MODEL_P2P_APART            128 /* two cache lines: processors fetch them in pairs */

enum model_p2p_status {
    MODEL_P2P_OK,
    MODEL_P2P_BAD_CAPACITY,     /* 0, or above the maximum */
    MODEL_P2P_BAD_ELEMENT_SIZE, /* 0, or above the maximum */
    MODEL_P2P_TOO_SMALL,        /* the memory does not hold such a ring */
    MODEL_P2P_NOT_A_RING,       /* what the memory holds is no ring, or contradicts itself */
};

/* One handle serves both ends of one process: two threads may share it, one at each end. No field
 * is for the caller. */
struct model_p2p {
    struct model_p2p_shared *shared; /* borrowed: the caller's memory */
    unsigned char *elements;
    uint64_t capacity;
    uint64_t mask; /* slots - 1; the slots are the capacity rounded up to a power of two */
    uint32_t element_size;
    unsigned char apart_sender[MODEL_P2P_APART];
    struct {
        uint64_t tail;      /* sent so far */
        uint64_t head_seen; /* received so far, when last looked */
        uint64_t refused;
        _Atomic bool is_broken;
    } sender;
    unsigned char apart_receiver[MODEL_P2P_APART];
    struct {
        uint64_t head;      /* received so far */
        uint64_t tail_seen; /* sent so far, when last looked */
        _Atomic bool is_broken;
    } receiver;
    unsigned char apart_end[MODEL_P2P_APART];
};

struct model_p2p_counts {
    uint64_t offered;
    uint64_t refused; /* by this process's sender, one for each try */
    uint64_t waiting;
    uint64_t received;
};

/* Bytes of memory that a ring takes; 0 when an argument is out of its range. */
SIM_MUST_USE size_t model_p2p_size(uint64_t capacity, uint32_t element_size);

/* Makes an empty ring in `memory`, which is aligned as malloc() aligns and outlives the handle.
 * Unless it returns MODEL_P2P_OK, nothing changed. */
SIM_MUST_USE enum model_p2p_status model_p2p_init(
    struct model_p2p *ring, void *memory, size_t size, uint64_t capacity, uint32_t element_size);

/* Opens the ring that another process, or an earlier life of this one, left in `memory`, at the
 * place where it stands. Whoever attaches to work at one end makes sure that nobody else is at that
 * end; the other may be busy. Unless it returns MODEL_P2P_OK, nothing changed. */
SIM_MUST_USE enum model_p2p_status model_p2p_attach(
    struct model_p2p *ring, void *memory, size_t size);

/* ---- the sender's end ---- */

/* Copies one element in. Returns false when the ring is full. */
SIM_MUST_USE bool model_p2p_send(struct model_p2p *ring, const void *element);

/* Copies in as many of the `count` elements as there is room for, from the first on, and shows them
 * to the receiver at once. Returns how many; the others count as refused. */
SIM_MUST_USE uint32_t
model_p2p_send_batch(struct model_p2p *ring, const void *elements, uint32_t count);

/* ---- the receiver's end ---- */

/* Copies the oldest element out. Returns false, and leaves *out_element alone, when the ring is
 * empty. */
SIM_MUST_USE bool model_p2p_receive(struct model_p2p *ring, void *out_element);

/* Copies out up to `count_max` elements, oldest first. Returns how many. */
SIM_MUST_USE uint32_t
model_p2p_receive_batch(struct model_p2p *ring, void *out_elements, uint32_t count_max);

/* ---- looking: from either end, or from both when nobody moves ---- */

/* Elements in the ring. Exact when nobody moves, else a value between 0 and the capacity. */
uint64_t model_p2p_waiting(const struct model_p2p *ring);

/* Copies the element that is received after `index` others, and leaves it there. Returns false, and
 * leaves *out_element alone, when there is none. When nobody moves. */
SIM_MUST_USE bool model_p2p_look(const struct model_p2p *ring, uint64_t index, void *out_element);

/* The peer has shown an index that no sound peer shows: the ring is to be given up. To the sender
 * a broken ring is full; to the receiver, empty. */
bool model_p2p_is_broken(const struct model_p2p *ring);

/* Of a handle that works at both ends, or when nobody moves. */
struct model_p2p_counts model_p2p_counts_of(const struct model_p2p *ring);

/* Asserts the law above and every other invariant, in O(1). For a handle that works at both ends.
 */
void model_p2p_check(const struct model_p2p *ring);

#endif

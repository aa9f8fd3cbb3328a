/* Two counters that only grow, and a sequence number in every cell.
 *
 * Position n is in cell n & mask. The cell's sequence says what it waits for: n, to be sent to as
 * position n; n + 1, to be received from as position n; and the receiver leaves n + capacity, the
 * next position that is to be sent to here. A sender claims position n, which it found waiting for
 * it, by moving `tail` from n to n + 1; then the cell is its own until it stores the sequence. A
 * receiver does the same at `head`.
 *
 * Orders. The sequence is stored with release and loaded with acquire: who sees it sees the element
 * (or sees that it has been read). The counters are moved with release and loaded with acquire: who
 * sees a `head` sees all that its mover had seen and done, its earlier sends included. Without that
 * "empty" and "full" could be said where there was no such instant: the element is safe without it.
 *
 * When the cell is not ready and the counter has not moved, the other counter tells why. For a
 * sender at n: tail is n, and never more than head + capacity, since n was not ready to be claimed
 * before the receiver of n - capacity had moved head on; so if head is n - capacity now, tail is n
 * now, and the ring is full. If head is beyond, the cell is in some receiver's hands: busy. For a
 * receiver likewise: head <= tail.
 *
 * Invariant: 0 <= tail - head <= capacity = mask + 1. */
/* SPDX-License-Identifier: MIT */
#include "models/mpmc.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#define MAGIC UINT64_C(0x636d706d6b6c6974)
#define APART 128 /* two cache lines: processors fetch them in pairs */
#define LINE  64  /* a cell fills whole cache lines, so that who works at one disturbs no other */

struct model_mpmc_shared {
    uint64_t magic;
    uint64_t capacity;
    uint32_t element_size;
    uint32_t reserved;
    unsigned char apart_tail[APART];
    _Atomic uint64_t tail;
    unsigned char apart_head[APART];
    _Atomic uint64_t head;
    unsigned char apart_cells[APART + 24];
};

struct cell {
    _Atomic uint64_t sequence;
    unsigned char element[];
};

_Static_assert(sizeof(struct model_mpmc_shared) % 64 == 0, "cells of a cache line fill one");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "the counters work between processes");

/* ---- life ---- */

static enum model_mpmc_status check_shape(uint64_t capacity, uint32_t element_size)
{
    if (capacity < MODEL_MPMC_CAPACITY_MIN || capacity > MODEL_MPMC_CAPACITY_MAX ||
        (capacity & (capacity - 1)) != 0) {
        return MODEL_MPMC_BAD_CAPACITY;
    }
    if (element_size == 0 || element_size > MODEL_MPMC_ELEMENT_SIZE_MAX) {
        return MODEL_MPMC_BAD_ELEMENT_SIZE;
    }
    return MODEL_MPMC_OK;
}

static uint32_t cell_size_of(uint32_t element_size)
{
    uint32_t size = (uint32_t)sizeof(struct cell) + element_size;

    SIM_ASSERT(element_size > 0 && element_size <= MODEL_MPMC_ELEMENT_SIZE_MAX);
    return (size + LINE - 1) / LINE * LINE;
}

size_t model_mpmc_size(uint64_t capacity, uint32_t element_size)
{
    if (check_shape(capacity, element_size) != MODEL_MPMC_OK) {
        return 0;
    }
    return sizeof(struct model_mpmc_shared) + capacity * cell_size_of(element_size);
}

static void set_up_handle(
    struct model_mpmc *ring,
    struct model_mpmc_shared *shared,
    uint64_t capacity,
    uint32_t element_size)
{
    SIM_ASSERT(check_shape(capacity, element_size) == MODEL_MPMC_OK);

    ring->shared = shared;
    ring->cells = (unsigned char *)(shared + 1);
    ring->mask = capacity - 1;
    ring->element_size = element_size;
    ring->cell_size = cell_size_of(element_size);
}

static inline struct cell *cell_of(const struct model_mpmc *ring, uint64_t position)
{
    return (struct cell *)(void *)(ring->cells + (position & ring->mask) * ring->cell_size);
}

enum model_mpmc_status model_mpmc_init(
    struct model_mpmc *ring, void *memory, size_t size, uint64_t capacity, uint32_t element_size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    enum model_mpmc_status status = check_shape(capacity, element_size);
    if (status != MODEL_MPMC_OK) {
        return status;
    }
    if (size < model_mpmc_size(capacity, element_size)) {
        return MODEL_MPMC_TOO_SMALL;
    }

    struct model_mpmc_shared *shared = memory;
    memset(shared, 0, sizeof(*shared));
    shared->magic = MAGIC;
    shared->capacity = capacity;
    shared->element_size = element_size;
    set_up_handle(ring, shared, capacity, element_size);
    for (uint64_t position = 0; position < capacity; position++) {
        atomic_init(&cell_of(ring, position)->sequence, position);
    }
    return MODEL_MPMC_OK;
}

enum model_mpmc_status model_mpmc_attach(struct model_mpmc *ring, void *memory, size_t size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    struct model_mpmc_shared *shared = memory;
    if (size < sizeof(*shared)) {
        return MODEL_MPMC_TOO_SMALL;
    }
    /* Read once: whoever shares the memory may change it between two looks. */
    uint64_t magic = *(volatile uint64_t *)&shared->magic;
    uint64_t capacity = *(volatile uint64_t *)&shared->capacity;
    uint32_t element_size = *(volatile uint32_t *)&shared->element_size;
    if (magic != MAGIC || check_shape(capacity, element_size) != MODEL_MPMC_OK) {
        return MODEL_MPMC_NOT_A_RING;
    }
    if (size < model_mpmc_size(capacity, element_size)) {
        return MODEL_MPMC_TOO_SMALL;
    }
    set_up_handle(ring, shared, capacity, element_size);
    return MODEL_MPMC_OK;
}

/* ---- claims ---- */

/* The sizes that matter, a word and a message, are copied without a call. */
static inline void copy_element(void *restrict to, const void *restrict from, uint32_t size)
{
    if (size == 8) {
        memcpy(to, from, 8);
    } else if (size == 64) {
        memcpy(to, from, 64);
    } else {
        memcpy(to, from, size);
    }
}

/* How many cells in a row from `position` on, `count` at most, are ready: their sequence is their
 * position and `step`. Nobody but who claims them can change that. */
static inline uint32_t count_ready(
    const struct model_mpmc *ring, uint64_t position, uint64_t step, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct cell *cell = cell_of(ring, position + i);
        uint64_t sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
        if (sequence != position + i + step) {
            return i;
        }
    }
    return count;
}

/* Claims up to `count` positions at `counter`; their cells have the sequence position + step.
 * Returns how many, and the first of them; or none, when the cell at *out_position is not ready.
 * Each time round, somebody else has had the cell, and so got on. */
static inline uint32_t claim(
    const struct model_mpmc *ring,
    _Atomic uint64_t *counter,
    uint64_t step,
    uint32_t count,
    uint64_t *out_position)
{
    uint64_t position = atomic_load_explicit(counter, memory_order_acquire);

    for (;;) {
        uint32_t ready = count_ready(ring, position, step, count);
        *out_position = position;
        if (ready > 0 &&
            atomic_compare_exchange_weak_explicit(
                counter, &position, position + ready, memory_order_acq_rel, memory_order_acquire)) {
            return ready;
        }
        if (ready == 0) {
            position = atomic_load_explicit(counter, memory_order_acquire);
        }
        if (ready == 0 && position == *out_position) {
            return 0;
        }
    }
}

static inline uint32_t claim_to_send(
    const struct model_mpmc *ring, uint32_t count, uint64_t *out_position)
{
    return claim(ring, &ring->shared->tail, 0, count, out_position);
}

static inline uint32_t claim_to_receive(
    const struct model_mpmc *ring, uint32_t count, uint64_t *out_position)
{
    return claim(ring, &ring->shared->head, 1, count, out_position);
}

/* ---- send ---- */

/* Why the cell of `position`, where the tail is, was not free. */
static enum model_mpmc_result why_not_sent(const struct model_mpmc *ring, uint64_t position)
{
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);

    return position - head == ring->mask + 1 ? MODEL_MPMC_FULL : MODEL_MPMC_BUSY;
}

static inline void put(const struct model_mpmc *ring, uint64_t position, const void *element)
{
    struct cell *cell = cell_of(ring, position);

    copy_element(cell->element, element, ring->element_size);
    atomic_store_explicit(&cell->sequence, position + 1, memory_order_release);
}

enum model_mpmc_result model_mpmc_send(const struct model_mpmc *ring, const void *element)
{
    uint64_t position;

    if (claim_to_send(ring, 1, &position) == 0) {
        return why_not_sent(ring, position);
    }
    put(ring, position, element);
    return MODEL_MPMC_DONE;
}

enum model_mpmc_result model_mpmc_send_batch(
    const struct model_mpmc *ring, const void *elements, uint32_t count, uint32_t *out_sent)
{
    const unsigned char *from = elements;
    uint64_t position;

    SIM_ASSERT(count > 0);
    uint32_t sent = claim_to_send(ring, count, &position);
    if (sent == 0) {
        return why_not_sent(ring, position);
    }
    for (uint32_t i = 0; i < sent; i++) {
        put(ring, position + i, from + (size_t)i * ring->element_size);
    }
    *out_sent = sent;
    return MODEL_MPMC_DONE;
}

/* ---- receive ---- */

/* Why the cell of `position`, where the head is, had nothing. */
static enum model_mpmc_result why_not_received(const struct model_mpmc *ring, uint64_t position)
{
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);

    return tail == position ? MODEL_MPMC_EMPTY : MODEL_MPMC_BUSY;
}

static inline void take(const struct model_mpmc *ring, uint64_t position, void *out_element)
{
    struct cell *cell = cell_of(ring, position);

    copy_element(out_element, cell->element, ring->element_size);
    atomic_store_explicit(&cell->sequence, position + ring->mask + 1, memory_order_release);
}

enum model_mpmc_result model_mpmc_receive(const struct model_mpmc *ring, void *out_element)
{
    uint64_t position;

    if (claim_to_receive(ring, 1, &position) == 0) {
        return why_not_received(ring, position);
    }
    take(ring, position, out_element);
    return MODEL_MPMC_DONE;
}

enum model_mpmc_result model_mpmc_receive_batch(
    const struct model_mpmc *ring, void *out_elements, uint32_t count_max, uint32_t *out_received)
{
    unsigned char *to = out_elements;
    uint64_t position;

    SIM_ASSERT(count_max > 0);
    uint32_t received = claim_to_receive(ring, count_max, &position);
    if (received == 0) {
        return why_not_received(ring, position);
    }
    for (uint32_t i = 0; i < received; i++) {
        take(ring, position + i, to + (size_t)i * ring->element_size);
    }
    *out_received = received;
    return MODEL_MPMC_DONE;
}

/* ---- looking ---- */

uint64_t model_mpmc_waiting(const struct model_mpmc *ring)
{
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
    uint64_t waiting = tail - head;

    SIM_ASSERT(ring->mask > 0);
    return waiting <= ring->mask ? waiting : ring->mask + 1;
}

void model_mpmc_check(const struct model_mpmc *ring)
{
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);

    SIM_ASSERT(tail - head <= ring->mask + 1);
    SIM_ASSERT((ring->mask & (ring->mask + 1)) == 0);
    SIM_ASSERT(ring->cell_size >= sizeof(struct cell) + ring->element_size);
    for (uint64_t position = head; position < head + ring->mask + 1; position++) {
        uint64_t sequence = atomic_load(&cell_of(ring, position)->sequence);
        SIM_ASSERT(sequence == (position < tail ? position + 1 : position));
    }
}

/* Two counters that only grow, and the slots between them.
 *
 * Element n lies in slot n & mask. The sender owns `tail`, the receiver `head`; both are kept in
 * the private handle and shown to the other end with a release store, after the element has been
 * written (or read). The other end takes the counter with an acquire load, so what was done before
 * it was shown has happened. Each end remembers the other's counter and looks again only when, by
 * that memory, it cannot go on: an end that is not at the limit touches no line of the other.
 *
 * Invariant: 0 <= tail - head <= capacity <= mask + 1. */
/* SPDX-License-Identifier: MIT */
#include "models/point_to_point.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#define MAGIC          UINT64_C(0x743270316b6c6974)
#define ATTACH_TRY_MAX 1000
#define CACHE_LINE     64
#define AHEAD          4 /* elements that are fetched before their turn */

struct model_p2p_shared {
    uint64_t magic;
    uint64_t capacity;
    uint32_t element_size;
    uint32_t reserved;
    unsigned char apart_tail[MODEL_P2P_APART];
    _Atomic uint64_t tail;
    unsigned char apart_head[MODEL_P2P_APART];
    _Atomic uint64_t head;
    unsigned char apart_elements[MODEL_P2P_APART + 24];
};

_Static_assert(sizeof(struct model_p2p_shared) % 64 == 0, "elements of a cache line fill one");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "the counters work between processes");

static uint64_t round_up_to_power_of_two(uint64_t value)
{
    SIM_ASSERT(value > 0 && value <= MODEL_P2P_CAPACITY_MAX);

    uint64_t power = 1;
    while (power < value) {
        power *= 2;
    }
    return power;
}

static enum model_p2p_status check_shape(uint64_t capacity, uint32_t element_size)
{
    if (capacity == 0 || capacity > MODEL_P2P_CAPACITY_MAX) {
        return MODEL_P2P_BAD_CAPACITY;
    }
    if (element_size == 0 || element_size > MODEL_P2P_ELEMENT_SIZE_MAX) {
        return MODEL_P2P_BAD_ELEMENT_SIZE;
    }
    return MODEL_P2P_OK;
}

size_t model_p2p_size(uint64_t capacity, uint32_t element_size)
{
    if (check_shape(capacity, element_size) != MODEL_P2P_OK) {
        return 0;
    }
    return sizeof(struct model_p2p_shared) + round_up_to_power_of_two(capacity) * element_size;
}

static void set_up_handle(
    struct model_p2p *ring,
    struct model_p2p_shared *shared,
    uint64_t capacity,
    uint32_t element_size)
{
    SIM_ASSERT(check_shape(capacity, element_size) == MODEL_P2P_OK);

    memset(ring, 0, sizeof(*ring));
    ring->shared = shared;
    ring->elements = (unsigned char *)(shared + 1);
    ring->capacity = capacity;
    ring->mask = round_up_to_power_of_two(capacity) - 1;
    ring->element_size = element_size;
}

enum model_p2p_status model_p2p_init(
    struct model_p2p *ring, void *memory, size_t size, uint64_t capacity, uint32_t element_size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    enum model_p2p_status status = check_shape(capacity, element_size);
    if (status != MODEL_P2P_OK) {
        return status;
    }
    if (size < model_p2p_size(capacity, element_size)) {
        return MODEL_P2P_TOO_SMALL;
    }

    struct model_p2p_shared *shared = memory;
    memset(shared, 0, sizeof(*shared));
    shared->magic = MAGIC;
    shared->capacity = capacity;
    shared->element_size = element_size;
    set_up_handle(ring, shared, capacity, element_size);
    return MODEL_P2P_OK;
}

/* Takes a pair of counters that were true at one instant. One end at least stands still while a
 * handle attaches, so one of the two counters is soon seen unchanged around the other. */
static bool read_counters(struct model_p2p_shared *shared, uint64_t *out_tail, uint64_t *out_head)
{
    SIM_ASSERT(out_tail != out_head);

    for (uint32_t try = 0; try < ATTACH_TRY_MAX; try++) {
        uint64_t head_before = atomic_load_explicit(&shared->head, memory_order_acquire);
        uint64_t tail = atomic_load_explicit(&shared->tail, memory_order_acquire);
        uint64_t head = atomic_load_explicit(&shared->head, memory_order_acquire);
        uint64_t tail_after = atomic_load_explicit(&shared->tail, memory_order_acquire);
        if (head == head_before || tail == tail_after) {
            *out_tail = tail;
            *out_head = head;
            return true;
        }
    }
    return false;
}

enum model_p2p_status model_p2p_attach(struct model_p2p *ring, void *memory, size_t size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    struct model_p2p_shared *shared = memory;
    if (size < sizeof(*shared)) {
        return MODEL_P2P_TOO_SMALL;
    }
    /* Read once: whoever shares the memory may change it between two looks. */
    uint64_t magic = *(volatile uint64_t *)&shared->magic;
    uint64_t capacity = *(volatile uint64_t *)&shared->capacity;
    uint32_t element_size = *(volatile uint32_t *)&shared->element_size;
    if (magic != MAGIC || check_shape(capacity, element_size) != MODEL_P2P_OK) {
        return MODEL_P2P_NOT_A_RING;
    }
    if (size < model_p2p_size(capacity, element_size)) {
        return MODEL_P2P_TOO_SMALL;
    }
    uint64_t tail;
    uint64_t head;
    if (!read_counters(shared, &tail, &head) || tail - head > capacity) {
        return MODEL_P2P_NOT_A_RING;
    }

    set_up_handle(ring, shared, capacity, element_size);
    ring->sender.tail = tail;
    ring->sender.head_seen = head;
    ring->receiver.head = head;
    ring->receiver.tail_seen = tail;
    return MODEL_P2P_OK;
}

static inline unsigned char *slot_of(const struct model_p2p *ring, uint64_t number)
{
    return ring->elements + (number & ring->mask) * ring->element_size;
}

/* The sizes that matter, a word and a message, are copied without a call. */
static inline void copy_element(void *restrict to, const void *restrict from, uint32_t size)
{
    if (size == 64) {
        memcpy(to, from, 64);
    } else if (size == 8) {
        memcpy(to, from, 8);
    } else {
        memcpy(to, from, size);
    }
}

/* Room as the sender knows it; looks at the receiver's counter only when it must. */
static inline uint64_t room_for(struct model_p2p *ring, uint64_t wanted)
{
    uint64_t tail = ring->sender.tail;
    uint64_t used = tail - ring->sender.head_seen;

    SIM_ASSERT(used <= ring->capacity);
    if (ring->capacity - used >= wanted) {
        return ring->capacity - used;
    }
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    if (tail - head > ring->capacity) {
        atomic_store_explicit(&ring->sender.is_broken, true, memory_order_relaxed);
        return 0;
    }
    ring->sender.head_seen = head;
    return ring->capacity - (tail - head);
}

/* Where an element fills lines of the cache, each has to come from the other end's processor; asked
 * for ahead, several are on their way at once. Only slots that are known to be this end's: others
 * would be taken from the peer. */
static inline bool is_worth_fetching(const struct model_p2p *ring, uint64_t own)
{
    SIM_ASSERT(own <= ring->capacity);
    return ring->element_size >= CACHE_LINE && own > AHEAD;
}

bool model_p2p_send(struct model_p2p *ring, const void *element)
{
    struct model_p2p_shared *shared = ring->shared; /* the copy might change it, to a compiler */
    uint64_t tail = ring->sender.tail;

    if (room_for(ring, 1) == 0) {
        ring->sender.refused++;
        return false;
    }
    if (is_worth_fetching(ring, ring->capacity - (tail - ring->sender.head_seen))) {
        __builtin_prefetch(slot_of(ring, tail + AHEAD), 1);
    }
    copy_element(slot_of(ring, tail), element, ring->element_size);
    ring->sender.tail = tail + 1;
    atomic_store_explicit(&shared->tail, tail + 1, memory_order_release);
    return true;
}

/* How many of `count` elements lie between `number` and the end of the slots. */
static uint64_t count_before_wrap(const struct model_p2p *ring, uint64_t number, uint64_t count)
{
    uint64_t left = ring->mask + 1 - (number & ring->mask);

    SIM_ASSERT(count <= ring->capacity);
    return count < left ? count : left;
}

uint32_t model_p2p_send_batch(struct model_p2p *ring, const void *elements, uint32_t count)
{
    const unsigned char *from = elements;
    uint64_t tail = ring->sender.tail;
    uint64_t room = room_for(ring, count);
    uint64_t sent = count < room ? count : room;

    ring->sender.refused += count - sent;
    if (sent == 0) {
        return 0;
    }
    uint64_t first = count_before_wrap(ring, tail, sent);
    memcpy(slot_of(ring, tail), from, first * ring->element_size);
    memcpy(ring->elements, from + first * ring->element_size, (sent - first) * ring->element_size);
    ring->sender.tail = tail + sent;
    atomic_store_explicit(&ring->shared->tail, tail + sent, memory_order_release);
    return (uint32_t)sent;
}

/* Elements to take as the receiver knows it; looks at the sender's counter only when it must. */
static inline uint64_t count_ready(struct model_p2p *ring, uint64_t wanted)
{
    uint64_t head = ring->receiver.head;
    uint64_t ready = ring->receiver.tail_seen - head;

    SIM_ASSERT(ready <= ring->capacity);
    if (ready >= wanted) {
        return ready;
    }
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
    if (tail - head > ring->capacity) {
        atomic_store_explicit(&ring->receiver.is_broken, true, memory_order_relaxed);
        return 0;
    }
    ring->receiver.tail_seen = tail;
    return tail - head;
}

bool model_p2p_receive(struct model_p2p *ring, void *out_element)
{
    struct model_p2p_shared *shared = ring->shared;
    uint64_t head = ring->receiver.head;

    if (count_ready(ring, 1) == 0) {
        return false;
    }
    if (is_worth_fetching(ring, ring->receiver.tail_seen - head)) {
        __builtin_prefetch(slot_of(ring, head + AHEAD), 0);
    }
    copy_element(out_element, slot_of(ring, head), ring->element_size);
    ring->receiver.head = head + 1;
    atomic_store_explicit(&shared->head, head + 1, memory_order_release);
    return true;
}

uint32_t model_p2p_receive_batch(struct model_p2p *ring, void *out_elements, uint32_t count_max)
{
    unsigned char *to = out_elements;
    uint64_t head = ring->receiver.head;
    uint64_t ready = count_ready(ring, count_max);
    uint64_t received = count_max < ready ? count_max : ready;

    if (received == 0) {
        return 0;
    }
    uint64_t first = count_before_wrap(ring, head, received);
    memcpy(to, slot_of(ring, head), first * ring->element_size);
    memcpy(
        to + first * ring->element_size, ring->elements, (received - first) * ring->element_size);
    ring->receiver.head = head + received;
    atomic_store_explicit(&ring->shared->head, head + received, memory_order_release);
    return (uint32_t)received;
}

uint64_t model_p2p_waiting(const struct model_p2p *ring)
{
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
    uint64_t waiting = tail - head;

    SIM_ASSERT(ring->capacity > 0);
    return waiting < ring->capacity ? waiting : ring->capacity;
}

bool model_p2p_look(const struct model_p2p *ring, uint64_t index, void *out_element)
{
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);

    SIM_ASSERT(ring->element_size > 0);
    if (index >= model_p2p_waiting(ring)) {
        return false;
    }
    const unsigned char *element =
        ring->elements + (size_t)((head + index) & ring->mask) * ring->element_size;
    memcpy(out_element, element, ring->element_size);
    return true;
}

bool model_p2p_is_broken(const struct model_p2p *ring)
{
    return atomic_load_explicit(&ring->sender.is_broken, memory_order_relaxed) ||
           atomic_load_explicit(&ring->receiver.is_broken, memory_order_relaxed);
}

struct model_p2p_counts model_p2p_counts_of(const struct model_p2p *ring)
{
    uint64_t tail = atomic_load_explicit(&ring->shared->tail, memory_order_acquire);
    uint64_t head = atomic_load_explicit(&ring->shared->head, memory_order_acquire);

    return (struct model_p2p_counts){
        .offered = tail + ring->sender.refused,
        .refused = ring->sender.refused,
        .waiting = model_p2p_waiting(ring),
        .received = head,
    };
}

void model_p2p_check(const struct model_p2p *ring)
{
    struct model_p2p_counts counts = model_p2p_counts_of(ring);

    SIM_ASSERT(counts.offered == counts.refused + counts.waiting + counts.received);
    SIM_ASSERT(counts.waiting <= ring->capacity);
    SIM_ASSERT(ring->capacity <= ring->mask + 1 && (ring->mask & (ring->mask + 1)) == 0);
    SIM_ASSERT(ring->sender.tail == counts.waiting + counts.received);
    SIM_ASSERT(ring->receiver.head == counts.received);
    SIM_ASSERT(ring->sender.head_seen <= ring->receiver.head);
    SIM_ASSERT(ring->receiver.tail_seen <= ring->sender.tail);
}

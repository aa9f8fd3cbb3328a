/* A 4-ary heap of 16-byte keys over slots that hold the events.
 *
 * A key is one number, (time, class, order, slot) from the top bit down, so that one comparison
 * orders events; it stands in key_of(). The event itself waits in a slot, in segments that never
 * move. Cancelling frees the slot and leaves the key behind: it is stale when its slot no longer
 * has its order. Stale keys are dropped when they come to the front, and all at once when they are
 * more than half as many as the live ones. After a pop the root is a hole, which the next insert
 * fills, since most events schedule another. */
/* SPDX-License-Identifier: MIT */
#include "sim/fel.h"

#include <stdlib.h>

#define ARITY          4
#define SLOT_BITS      24
#define ORDER_BITS     40
#define ORDER_MASK     ((UINT64_C(1) << ORDER_BITS) - 1)
#define SEGMENT_BITS   12
#define SEGMENT_SIZE   (1U << SEGMENT_BITS)
#define STALE_COUNT_OK 64
#define FIRST_KEYS     64
#define FIRST_SEGMENTS 4
#define NO_ORDER       0 /* the order of a free slot */
#define NO_SLOT        UINT32_MAX

typedef sim_uint128 key;

struct slot {
    sim_fire_fn *fire;
    void *context;
    uint64_t payload; /* of a free slot: the next free slot */
    uint64_t order : 63;
    uint64_t class : 1;
};

struct sim_fel {
    key *heap;
    uint64_t heap_count; /* the hole counts */
    uint64_t heap_capacity;
    bool has_hole; /* heap[0] was popped */
    struct slot **segments;
    uint32_t segment_count;
    uint32_t segment_capacity;
    uint32_t free_head; /* NO_SLOT when no slot is free */
    uint64_t live_count;
    uint64_t stale_count;
    uint64_t order_next;
    sim_time time_popped;
};

/* ---- keys ---- */

/* The order of events, here and nowhere else. */
static key key_of(sim_time time, enum sim_event_class class, uint64_t order, uint32_t slot)
{
    uint64_t when = (uint64_t)time << 1 | (uint64_t) class;

    return (key)when << 64 | order << SLOT_BITS | slot;
}

static sim_time key_time(key k)
{
    return (sim_time)((uint64_t)(k >> 64) >> 1);
}

static enum sim_event_class key_class(key k)
{
    return (enum sim_event_class)((uint64_t)(k >> 64) & 1);
}

static uint64_t key_order(key k)
{
    return (uint64_t)k >> SLOT_BITS;
}

static uint32_t key_slot(key k)
{
    return (uint32_t)k & ((1U << SLOT_BITS) - 1);
}

/* ---- slots ---- */

static struct slot *slot_at(const sim_fel *fel, uint32_t slot)
{
    return &fel->segments[slot >> SEGMENT_BITS][slot & (SEGMENT_SIZE - 1)];
}

static bool is_stale(const sim_fel *fel, key k)
{
    return slot_at(fel, key_slot(k))->order != key_order(k);
}

static void add_segment(sim_fel *fel)
{
    SIM_ASSERT(fel->segment_count < 1U << (SLOT_BITS - SEGMENT_BITS));

    if (fel->segment_count == fel->segment_capacity) {
        fel->segments = sim_grow(
            fel->segments,
            fel->segment_capacity,
            2UL * fel->segment_capacity,
            sizeof(struct slot *));
        fel->segment_capacity *= 2;
    }
    struct slot *segment = sim_allocate(SEGMENT_SIZE, sizeof(*segment));
    uint32_t first = fel->segment_count << SEGMENT_BITS;
    for (uint32_t i = 0; i < SEGMENT_SIZE; i++) {
        segment[i].payload = first + i + 1;
    }
    segment[SEGMENT_SIZE - 1].payload = fel->free_head;
    fel->free_head = first;
    fel->segments[fel->segment_count++] = segment;
}

static uint32_t take_slot(sim_fel *fel)
{
    if (fel->free_head == NO_SLOT) {
        add_segment(fel);
    }
    uint32_t slot = fel->free_head;
    SIM_ASSERT(slot_at(fel, slot)->order == NO_ORDER);

    fel->free_head = (uint32_t)slot_at(fel, slot)->payload;
    fel->live_count++;
    return slot;
}

static void release_slot(sim_fel *fel, uint32_t slot)
{
    struct slot *released = slot_at(fel, slot);

    SIM_ASSERT(released->order != NO_ORDER && fel->live_count > 0);
    released->order = NO_ORDER;
    released->payload = fel->free_head;
    fel->free_head = slot;
    fel->live_count--;
}

/* ---- the heap ---- */

static void sift_up(key *heap, uint64_t position, key k)
{
    while (position > 0) {
        uint64_t parent = (position - 1) / ARITY;
        if (heap[parent] < k) {
            break;
        }
        heap[position] = heap[parent];
        position = parent;
    }
    heap[position] = k;
}

/* The least of the children from `first` on, of which at least one exists. */
static uint64_t least_child(const key *heap, uint64_t first, uint64_t count)
{
    uint64_t end = first + ARITY < count ? first + ARITY : count;
    uint64_t least = first;

    for (uint64_t child = first + 1; child < end; child++) {
        least = heap[child] < heap[least] ? child : least;
    }
    return least;
}

static void sift_down(key *heap, uint64_t position, uint64_t count, key k)
{
    uint64_t first = position * ARITY + 1;

    while (first < count) {
        uint64_t child = least_child(heap, first, count);
        if (k < heap[child]) {
            break;
        }
        heap[position] = heap[child];
        position = child;
        first = position * ARITY + 1;
    }
    heap[position] = k;
}

static void heap_insert(sim_fel *fel, key k)
{
    if (fel->has_hole) {
        fel->has_hole = false;
        sift_down(fel->heap, 0, fel->heap_count, k);
        return;
    }
    if (fel->heap_count == fel->heap_capacity) {
        fel->heap =
            sim_grow(fel->heap, fel->heap_capacity, 2 * fel->heap_capacity, sizeof(*fel->heap));
        fel->heap_capacity *= 2;
    }
    sift_up(fel->heap, fel->heap_count++, k);
}

static void fill_hole(sim_fel *fel)
{
    SIM_ASSERT(fel->has_hole && fel->heap_count > 0);

    fel->has_hole = false;
    fel->heap_count--;
    if (fel->heap_count > 0) {
        sift_down(fel->heap, 0, fel->heap_count, fel->heap[fel->heap_count]);
    }
}

/* Makes the root of the heap the first live event, if there is one. */
static void settle(sim_fel *fel)
{
    if (fel->has_hole) {
        fill_hole(fel);
    }
    while (fel->heap_count > 0 && is_stale(fel, fel->heap[0])) {
        SIM_ASSERT(fel->stale_count > 0);
        fel->stale_count--;
        fel->has_hole = true;
        fill_hole(fel);
    }
}

static void drop_stale(sim_fel *fel)
{
    uint64_t kept = 0;

    if (fel->has_hole) {
        fill_hole(fel);
    }
    for (uint64_t i = 0; i < fel->heap_count; i++) {
        if (!is_stale(fel, fel->heap[i])) {
            sift_up(fel->heap, kept++, fel->heap[i]);
        }
    }
    SIM_ASSERT(kept == fel->live_count && kept + fel->stale_count == fel->heap_count);
    fel->heap_count = kept;
    fel->stale_count = 0;
}

/* ---- the list ---- */

sim_fel *sim_fel_create(void)
{
    sim_fel *fel = sim_allocate(1, sizeof(*fel));

    fel->heap_capacity = FIRST_KEYS;
    fel->heap = sim_allocate(FIRST_KEYS, sizeof(*fel->heap));
    fel->segment_capacity = FIRST_SEGMENTS;
    fel->segments = sim_allocate(FIRST_SEGMENTS, sizeof(struct slot *));
    fel->free_head = NO_SLOT;
    fel->order_next = NO_ORDER + 1;
    return fel;
}

void sim_fel_destroy(sim_fel *fel)
{
    if (fel == NULL) {
        return;
    }
    for (uint32_t i = 0; i < fel->segment_count; i++) {
        free(fel->segments[i]);
    }
    free(fel->segments);
    free(fel->heap);
    free(fel);
}

struct sim_event_id sim_fel_insert(sim_fel *fel, const struct sim_event *event)
{
    SIM_ASSERT(event->fire != NULL);
    SIM_ASSERT(event->time >= fel->time_popped);
    SIM_ASSERT(fel->order_next < UINT64_C(1) << ORDER_BITS);

    uint64_t order = fel->order_next++;
    uint32_t slot = take_slot(fel);
    *slot_at(fel, slot) = (struct slot){
        .fire = event->fire,
        .context = event->context,
        .payload = event->payload,
        .order = order & ORDER_MASK,
        .class = event->class & 1U,
    };
    heap_insert(fel, key_of(event->time, event->class, order, slot));
    return (struct sim_event_id){.order = order, .slot = slot};
}

static bool is_pending(const sim_fel *fel, struct sim_event_id id)
{
    SIM_ASSERT(id.order < fel->order_next);

    return id.order != NO_ORDER && slot_at(fel, id.slot)->order == id.order;
}

bool sim_fel_cancel(sim_fel *fel, struct sim_event_id id)
{
    if (!is_pending(fel, id)) {
        return false;
    }
    release_slot(fel, id.slot);
    fel->stale_count++;
    if (fel->stale_count > STALE_COUNT_OK + fel->live_count / 2) {
        drop_stale(fel);
    }
    return true;
}

bool sim_fel_reschedule(sim_fel *fel, struct sim_event_id *id, sim_time time)
{
    if (!is_pending(fel, *id)) {
        return false;
    }
    const struct slot *slot = slot_at(fel, id->slot);
    struct sim_event event = {
        .time = time,
        .fire = slot->fire,
        .context = slot->context,
        .payload = slot->payload,
        .class = (enum sim_event_class)slot->class,
    };
    bool cancelled = sim_fel_cancel(fel, *id);
    SIM_ASSERT(cancelled);
    *id = sim_fel_insert(fel, &event);
    return true;
}

bool sim_fel_pop_until(sim_fel *fel, sim_time horizon, struct sim_event *out_event)
{
    settle(fel);
    if (fel->heap_count == 0 || key_time(fel->heap[0]) > horizon) {
        return false;
    }

    key first = fel->heap[0];
    const struct slot *slot = slot_at(fel, key_slot(first));
    SIM_ASSERT(key_time(first) >= fel->time_popped);
    *out_event = (struct sim_event){
        .time = key_time(first),
        .fire = slot->fire,
        .context = slot->context,
        .payload = slot->payload,
        .class = key_class(first),
    };
    fel->time_popped = out_event->time;
    release_slot(fel, key_slot(first));
    fel->has_hole = true;
    return true;
}

bool sim_fel_pop(sim_fel *fel, struct sim_event *out_event)
{
    return sim_fel_pop_until(fel, SIM_NEVER, out_event);
}

bool sim_fel_next_time(sim_fel *fel, sim_time *out_time)
{
    settle(fel);
    if (fel->heap_count == 0) {
        return false;
    }
    *out_time = key_time(fel->heap[0]);
    return true;
}

uint64_t sim_fel_count(const sim_fel *fel)
{
    return fel->live_count;
}

/* ---- the invariants ---- */

static void check_position(const sim_fel *fel, uint64_t i)
{
    key k = fel->heap[i];
    uint64_t parent = i == 0 ? 0 : (i - 1) / ARITY;
    bool has_parent = i > 0 && !(parent == 0 && fel->has_hole);

    SIM_ASSERT(!has_parent || fel->heap[parent] < k);
    SIM_ASSERT(key_order(k) < fel->order_next);
    SIM_ASSERT(is_stale(fel, k) || key_time(k) >= fel->time_popped);
}

static void check_heap(const sim_fel *fel)
{
    uint64_t live_count = 0;

    for (uint64_t i = fel->has_hole ? 1 : 0; i < fel->heap_count; i++) {
        check_position(fel, i);
        live_count += !is_stale(fel, fel->heap[i]);
    }
    SIM_ASSERT(live_count == fel->live_count);
    SIM_ASSERT(live_count + fel->stale_count + fel->has_hole == fel->heap_count);
}

static void check_slots(const sim_fel *fel)
{
    uint64_t slot_count = (uint64_t)fel->segment_count << SEGMENT_BITS;
    uint64_t free_count = 0;

    for (uint32_t slot = fel->free_head; slot != NO_SLOT;) {
        SIM_ASSERT(free_count < slot_count);
        SIM_ASSERT(slot_at(fel, slot)->order == NO_ORDER);
        free_count++;
        slot = (uint32_t)slot_at(fel, slot)->payload;
    }
    SIM_ASSERT(free_count + fel->live_count == slot_count);
}

void sim_fel_check(const sim_fel *fel)
{
    SIM_ASSERT(fel->heap_count <= fel->heap_capacity);
    SIM_ASSERT(fel->stale_count <= STALE_COUNT_OK + 2 * fel->live_count + 1);
    check_heap(fel);
    check_slots(fel);
}

/* A small heap for the near future, a wheel of buckets for the far one, and slots for the events.
 *
 * What is sorted are keys of 16 bytes (sim/key.h); the event itself waits in a slot, in segments
 * that never move. All keys up to the wheel's base are near: in the run, a list that came off the
 * wheel and is in order, or, if they were inserted since, in the heap. While events are few, the
 * base is the end of time, the wheel is empty, and the heap has them all. When the heap grows too
 * large, the base goes back and the heap's later keys go to the wheel; when nothing is near, the
 * wheel's first bucket is sorted and becomes the run.
 *
 * Cancelling frees the slot and leaves the key behind: it is stale when its slot has another rank.
 * Stale keys are dropped when they come to the front, and all at once when they are more than half
 * as many as the live ones. */
/* SPDX-License-Identifier: MIT */
#include "sim/fel.h"

#include <stdlib.h>

#include "sim/fel_state.h"

/* Chosen by measurement: docs/performance.md. */
#define HEAP_MAX  512U /* a heap that grows beyond is cut */
#define HEAP_KEPT 64U  /* so many at most stay in it, if their times allow */
#define TAKEN_MAX 64U  /* a bucket of more is dealt out to smaller ones first */
#define WHEEL_MIN 64U  /* a wheel of fewer is not worth its work */
#define STALE_MIN 64U  /* so many stale keys never matter */

_Static_assert(TAKEN_MAX <= SIM_WHEEL_SORT_MAX, "a bucket that is taken can be sorted");

/* ---- the run ---- */

static sim_key run_last(const sim_fel *fel)
{
    SIM_ASSERT(fel->run.head != NULL && fel->run.tail->count > 0);

    return fel->run.tail->keys[fel->run.tail->count - 1];
}

/* ---- between near and far ---- */

static void prefetch_slots(const sim_fel *fel, const struct sim_wheel_chunk *chunk)
{
    SIM_ASSERT(chunk->count <= SIM_WHEEL_CHUNK_KEYS);

    for (uint64_t i = 0; i < chunk->count; i++) {
        __builtin_prefetch(sim_slots_at(&fel->slots, sim_key_slot(chunk->keys[i])), 1);
    }
}

static void heap_take_list(sim_fel *fel, struct sim_wheel_list list)
{
    SIM_ASSERT(list.head != NULL);

    while (list.head != NULL) {
        struct sim_wheel_chunk *chunk = sim_wheel_take_chunk(&list);
        for (uint64_t i = 0; i < chunk->count; i++) {
            sim_heap_insert(&fel->heap, chunk->keys[i]);
        }
        sim_wheel_free_chunk(&fel->wheel, chunk);
    }
}

/* As the run, once it is in order. The many keys of one instant may be in none, when they come from
 * a heap that was cut: they go back to the heap. */
static void near_take_list(sim_fel *fel, struct sim_wheel_list list)
{
    SIM_ASSERT(fel->run.head == NULL && fel->run_position == 0 && list.head != NULL);

    bool is_in_order = sim_wheel_is_in_order(&list);

    if (!is_in_order && list.count > SIM_WHEEL_SORT_MAX) {
        heap_take_list(fel, list);
        return;
    }
    if (!is_in_order) {
        sim_wheel_sort(&list);
    }
    fel->run = list;
}

/* Nothing is near: takes what the wheel has first, or all of it when that is little. Slots are
 * scattered over memory: those of the bucket after this one are fetched while this one is used. */
static void refill(sim_fel *fel)
{
    SIM_ASSERT(sim_heap_count(&fel->heap) == 0 && fel->run.head == NULL);

    fel->heap_max = HEAP_MAX;
    if (fel->wheel.count <= WHEEL_MIN) {
        while (fel->wheel.count > 0) {
            heap_take_list(fel, sim_wheel_take(&fel->wheel, TAKEN_MAX));
        }
        sim_wheel_set_base(&fel->wheel, SIM_NEVER);
        return;
    }
    near_take_list(fel, sim_wheel_take(&fel->wheel, TAKEN_MAX));
    const struct sim_wheel_list *next = sim_wheel_next(&fel->wheel);
    if (next != NULL) {
        prefetch_slots(fel, next->head);
    }
}

/* The end of the largest block of the wheel's digits around the first key that at most HEAP_KEPT
 * keys are in; the first key's own time if there is none. */
static sim_time base_for(struct sim_heap *heap)
{
    SIM_ASSERT(sim_heap_count(heap) > 0);

    sim_time first = sim_key_time(sim_heap_first(heap));
    uint64_t counts[65] = {0}; /* of keys whose time differs from the first in so many lower bits */
    uint64_t kept = 0;
    uint32_t bits = 0;

    for (uint64_t i = 0; i < heap->count; i++) {
        uint64_t difference = (uint64_t)(sim_key_time(heap->keys[i]) ^ first);
        counts[difference == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(difference)]++;
    }
    for (uint32_t i = 0; i < 63; i++) {
        kept += counts[i];
        if (kept <= HEAP_KEPT) {
            bits = i;
        }
    }
    return first | (sim_time)((UINT64_C(1) << bits) - 1);
}

/* Moves the heap's later keys to the wheel. */
static void cut_heap(sim_fel *fel)
{
    SIM_ASSERT(sim_heap_count(&fel->heap) > 0);

    struct sim_heap *heap = &fel->heap;
    sim_time base = base_for(heap);

    if (fel->run.head != NULL && sim_key_time(run_last(fel)) > base) {
        base = sim_key_time(run_last(fel));
    }
    SIM_ASSERT(base <= fel->wheel.base && !heap->has_hole);
    sim_wheel_set_base(&fel->wheel, base);
    uint64_t count = heap->count;
    heap->count = 0;
    for (uint64_t i = 0; i < count; i++) {
        sim_key key = heap->keys[i];
        if (sim_key_time(key) > base) {
            sim_wheel_insert(&fel->wheel, key);
        } else {
            sim_heap_sift_up(heap, heap->count++, key);
        }
    }
    for (uint64_t i = heap->count; i < count; i++) {
        heap->keys[i] = SIM_KEY_LAST;
    }
}

/* Moves keys of the first instant, which are in order once the heap has sorted them, to the run. */
static void run_take_ties(sim_fel *fel)
{
    SIM_ASSERT(sim_heap_count(&fel->heap) > 0);

    sim_time time = sim_key_time(sim_heap_first(&fel->heap));

    if (fel->run.head != NULL && run_last(fel) > sim_heap_first(&fel->heap)) {
        return;
    }
    SIM_ASSERT(fel->run.head != NULL || fel->run_position == 0);
    struct sim_wheel_list ties = {0};
    sim_key first = sim_heap_first(&fel->heap);
    while (first != SIM_KEY_LAST && sim_key_time(first) == time) {
        sim_wheel_append(&fel->wheel, &ties, first);
        sim_heap_take_first(&fel->heap);
        first = sim_heap_first(&fel->heap);
    }
    SIM_ASSERT(ties.count > 0 && ties.spread == 0);
    sim_wheel_close(&ties);
    sim_wheel_join(&fel->run, ties);
}

/* Many events of one instant cannot be cut apart by time. If even the run cannot take them, the
 * heap may grow to twice its size before the next attempt. */
void sim_fel_shrink_heap(sim_fel *fel)
{
    SIM_ASSERT(fel->heap.count > fel->heap_max);

    cut_heap(fel);
    if (sim_heap_count(&fel->heap) > HEAP_KEPT) {
        run_take_ties(fel);
    }
    uint64_t count = sim_heap_count(&fel->heap);
    fel->heap_max = 2 * count > HEAP_MAX ? 2 * count : HEAP_MAX;
}

/* ---- the front ---- */

static void drop_stale_first(sim_fel *fel, sim_key first)
{
    SIM_ASSERT(fel->stale_count > 0);

    fel->stale_count--;
    sim_fel_take_near(fel, first);
}

sim_key sim_fel_search_first(sim_fel *fel, sim_key first)
{
    SIM_ASSERT(first == SIM_KEY_LAST || sim_fel_is_stale(fel, first));

    while (first != SIM_KEY_LAST || fel->wheel.count > 0) {
        if (first == SIM_KEY_LAST) {
            refill(fel);
        } else if (sim_fel_is_stale(fel, first)) {
            drop_stale_first(fel, first);
        } else {
            break;
        }
        first = sim_fel_near_first(fel);
    }
    return first;
}

/* ---- stale keys ---- */

/* Puts the live keys of a chunk, from a position on, back into the run or into the wheel. */
static void sift_chunk(
    sim_fel *fel, const struct sim_wheel_chunk *chunk, uint64_t position, bool is_run)
{
    SIM_ASSERT(position <= chunk->count);

    prefetch_slots(fel, chunk);
    for (uint64_t i = position; i < chunk->count; i++) {
        if (sim_fel_is_stale(fel, chunk->keys[i])) {
            continue;
        }
        if (is_run) {
            sim_wheel_append(&fel->wheel, &fel->run, chunk->keys[i]);
        } else {
            sim_wheel_insert(&fel->wheel, chunk->keys[i]);
        }
    }
}

static void sift_list(sim_fel *fel, struct sim_wheel_list list, bool is_run)
{
    SIM_ASSERT(!is_run || fel->run_position < SIM_WHEEL_CHUNK_KEYS);

    uint64_t position = is_run ? fel->run_position : 0;

    while (list.head != NULL) {
        struct sim_wheel_chunk *chunk = sim_wheel_take_chunk(&list);
        sift_chunk(fel, chunk, position, is_run);
        sim_wheel_free_chunk(&fel->wheel, chunk);
        position = 0;
    }
}

static void drop_stale_from_heap(sim_fel *fel)
{
    SIM_ASSERT(fel->heap.count <= fel->heap.capacity);

    struct sim_heap *heap = &fel->heap;

    sim_heap_fill_hole(heap);
    uint64_t count = heap->count;
    heap->count = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!sim_fel_is_stale(fel, heap->keys[i])) {
            sim_heap_sift_up(heap, heap->count++, heap->keys[i]);
        }
    }
    for (uint64_t i = heap->count; i < count; i++) {
        heap->keys[i] = SIM_KEY_LAST;
    }
}

static void drop_stale(sim_fel *fel)
{
    SIM_ASSERT(fel->stale_count > 0);

    drop_stale_from_heap(fel);
    struct sim_wheel_list run = fel->run;
    fel->run = (struct sim_wheel_list){0};
    sift_list(fel, run, true);
    sim_wheel_close(&fel->run);
    fel->run_position = 0;
    for (uint32_t level = 0; level < SIM_WHEEL_LEVELS; level++) {
        for (uint32_t digit = 0; digit < SIM_WHEEL_DIGITS; digit++) {
            sift_list(fel, sim_wheel_take_list(&fel->wheel, level, digit), false);
        }
    }
    SIM_ASSERT(fel->wheel.count + sim_heap_count(&fel->heap) <= fel->slots.used_count);
    fel->stale_count = 0;
}

/* ---- the list ---- */

sim_fel *sim_fel_create(void)
{
    sim_fel *fel = sim_allocate(1, sizeof(*fel));

    sim_heap_init(&fel->heap);
    fel->heap_max = HEAP_MAX;
    sim_wheel_init(&fel->wheel);
    sim_slots_init(&fel->slots);
    fel->order_next = 1;
    return fel;
}

void sim_fel_destroy(sim_fel *fel)
{
    if (fel == NULL) {
        return;
    }
    sim_slots_finish(&fel->slots);
    sim_wheel_finish(&fel->wheel);
    sim_heap_finish(&fel->heap);
    free(fel);
}

struct sim_event_id sim_fel_insert(sim_fel *fel, const struct sim_event *event)
{
    SIM_ASSERT(event->time >= 0);

    return sim_fel_add(fel, event);
}

static bool is_pending(const sim_fel *fel, struct sim_event_id id)
{
    SIM_ASSERT(id.order < fel->order_next);

    if (id.order == 0) {
        return false;
    }
    SIM_ASSERT(id.slot >> SIM_SLOTS_SEGMENT_BITS < fel->slots.segment_count);
    return sim_slots_at(&fel->slots, id.slot)->rank == (id.order << SIM_KEY_SLOT_BITS | id.slot);
}

bool sim_fel_cancel(sim_fel *fel, struct sim_event_id id)
{
    if (!is_pending(fel, id)) {
        return false;
    }
    sim_slots_release(&fel->slots, id.slot);
    fel->stale_count++;
    SIM_ASSERT(!is_pending(fel, id));
    if (fel->stale_count > STALE_MIN + fel->slots.used_count / 2) {
        drop_stale(fel);
    }
    return true;
}

bool sim_fel_reschedule(sim_fel *fel, struct sim_event_id *id, sim_time time)
{
    if (!is_pending(fel, *id)) {
        return false;
    }
    const struct sim_slot *slot = sim_slots_at(&fel->slots, id->slot);
    struct sim_event event = {
        .time = time,
        .fire = slot->fire,
        .context = slot->context,
        .payload = slot->payload,
        .class = (enum sim_event_class) * sim_slots_class_at(&fel->slots, id->slot),
    };
    bool cancelled = sim_fel_cancel(fel, *id);
    SIM_ASSERT(cancelled);
    *id = sim_fel_insert(fel, &event);
    SIM_ASSERT(is_pending(fel, *id));
    return true;
}

bool sim_fel_pop_until(sim_fel *fel, sim_time horizon, struct sim_event *out_event)
{
    SIM_ASSERT(fel->time_popped >= 0);

    return sim_fel_take(fel, horizon, out_event);
}

bool sim_fel_pop(sim_fel *fel, struct sim_event *out_event)
{
    SIM_ASSERT(fel->time_popped >= 0);

    return sim_fel_take(fel, SIM_NEVER, out_event);
}

bool sim_fel_next_time(sim_fel *fel, sim_time *out_time)
{
    sim_key first = sim_fel_live_first(fel);

    if (first == SIM_KEY_LAST) {
        return false;
    }
    *out_time = sim_key_time(first);
    SIM_ASSERT(*out_time >= fel->time_popped);
    return true;
}

uint64_t sim_fel_count(const sim_fel *fel)
{
    SIM_ASSERT(fel->slots.used_count < fel->order_next);

    return fel->slots.used_count;
}

uint64_t sim_fel_size(const sim_fel *fel)
{
    SIM_ASSERT(fel->heap_max >= HEAP_MAX);

    return sizeof(*fel) + sim_slots_size(&fel->slots) + sim_heap_size(&fel->heap) +
           sim_wheel_size(&fel->wheel);
}

/* ---- the invariants ---- */

static void check_heap(const sim_fel *fel)
{
    sim_heap_check(&fel->heap);
    for (uint64_t i = fel->heap.has_hole; i < fel->heap.count; i++) {
        sim_key key = fel->heap.keys[i];
        SIM_ASSERT(sim_key_time(key) <= fel->wheel.base);
        SIM_ASSERT(sim_fel_is_stale(fel, key) || sim_key_time(key) >= fel->time_popped);
        SIM_ASSERT(sim_key_order(key) < fel->order_next);
    }
}

static uint64_t count_run(const sim_fel *fel)
{
    uint64_t position = fel->run_position;
    uint64_t count = 0;

    if (fel->run.head == NULL) {
        return 0;
    }
    SIM_ASSERT(sim_wheel_is_in_order(&fel->run));
    SIM_ASSERT(position < fel->run.head->count);
    SIM_ASSERT(sim_key_time(run_last(fel)) <= fel->wheel.base);
    for (const struct sim_wheel_chunk *chunk = fel->run.head; chunk != NULL; chunk = chunk->next) {
        count += chunk->count - position;
        position = 0;
    }
    return count;
}

void sim_fel_check(const sim_fel *fel)
{
    uint64_t key_count = sim_heap_count(&fel->heap) + count_run(fel) + fel->wheel.count;

    check_heap(fel);
    sim_wheel_check(&fel->wheel);
    sim_slots_check(&fel->slots);
    SIM_ASSERT(key_count == fel->slots.used_count + fel->stale_count);
}

/* One list for each state. All leases are equally long, and so is all remembering, so each list is
 * in the order of its times. */
/* SPDX-License-Identifier: MIT */
#include "world/window.h"

#include <stdlib.h>

#define NONE WORLD_WINDOW_NONE

static struct world_window_list *list_of(struct world_window *window, uint32_t entry)
{
    SIM_ASSERT(entry < window->config.count_max);
    return &window->lists[window->entries[entry].state];
}

static void unlink_entry(struct world_window *window, uint32_t entry)
{
    const struct world_window_entry *unlinked = &window->entries[entry];
    struct world_window_list *list = list_of(window, entry);

    SIM_ASSERT(list->count > 0);
    if (unlinked->previous == NONE) {
        list->head = unlinked->next;
    } else {
        window->entries[unlinked->previous].next = unlinked->next;
    }
    if (unlinked->next == NONE) {
        list->tail = unlinked->previous;
    } else {
        window->entries[unlinked->next].previous = unlinked->previous;
    }
    list->count--;
}

static void append(struct world_window *window, uint32_t entry, enum world_window_state state)
{
    struct world_window_entry *appended = &window->entries[entry];

    appended->state = (uint8_t)state;
    struct world_window_list *list = list_of(window, entry);
    appended->previous = list->tail;
    appended->next = NONE;
    if (list->tail == NONE) {
        list->head = entry;
    } else {
        window->entries[list->tail].next = entry;
    }
    list->tail = entry;
    list->count++;
    SIM_ASSERT(list->count <= window->config.count_max);
}

static void move(struct world_window *window, uint32_t entry, enum world_window_state state)
{
    SIM_ASSERT(state < WORLD_WINDOW_STATE_COUNT);
    unlink_entry(window, entry);
    append(window, entry, state);
}

void world_window_clear(struct world_window *window)
{
    model_index_clear(&window->index);
    for (int i = 0; i < WORLD_WINDOW_STATE_COUNT; i++) {
        window->lists[i] = (struct world_window_list){.head = NONE, .tail = NONE};
    }
    for (uint32_t i = 0; i < window->config.count_max; i++) {
        window->entries[i] = (struct world_window_entry){.packet = NONE};
        append(window, i, WORLD_WINDOW_FREE);
    }
    SIM_ASSERT(window->index.count == 0);
}

void world_window_init(struct world_window *window, const struct world_window_config *config)
{
    SIM_ASSERT(config->count_max > 0 && config->count_max < NONE && config->processing_max > 0);
    SIM_ASSERT(config->span > 0 && config->lease > 0);
    *window = (struct world_window){
        .config = *config,
        .entries = sim_allocate(config->count_max, sizeof(*window->entries)),
    };
    model_index_init(&window->index);
    world_window_clear(window);
}

void world_window_finish(struct world_window *window)
{
    model_index_finish(&window->index);
    free(window->entries);
    window->entries = NULL;
}

static sim_time after(sim_time now, sim_time delay)
{
    SIM_ASSERT(now >= 0 && delay > 0);
    return now > SIM_NEVER - delay ? SIM_NEVER : now + delay;
}

void world_window_forget(struct world_window *window, uint32_t entry)
{
    struct world_window_entry *forgotten = &window->entries[entry];

    SIM_ASSERT(forgotten->state != WORLD_WINDOW_FREE && forgotten->packet == NONE);
    model_index_remove(&window->index, forgotten->message);
    move(window, entry, WORLD_WINDOW_FREE);
}

uint32_t world_window_find(struct world_window *window, uint64_t message, sim_time now)
{
    const struct world_window_list *done = &window->lists[WORLD_WINDOW_DONE];
    uint32_t entry;

    while (done->head != NONE && window->entries[done->head].time <= now) {
        world_window_forget(window, done->head);
    }
    if (!model_index_find(&window->index, message, &entry)) {
        return NONE;
    }
    SIM_ASSERT(window->entries[entry].message == message);
    return entry;
}

uint32_t world_window_see(struct world_window *window, uint64_t message)
{
    const struct world_window_list *free_ones = &window->lists[WORLD_WINDOW_FREE];
    const struct world_window_list *done = &window->lists[WORLD_WINDOW_DONE];

    if (free_ones->count == 0 && done->count == 0) {
        return NONE;
    }
    if (free_ones->count == 0) {
        world_window_forget(window, done->head);
        window->evicted++;
        if (done->head != NONE) { /* the next one to go */
            model_index_prefetch(&window->index, window->entries[done->head].message);
        }
    }
    uint32_t entry = free_ones->head;
    SIM_ASSERT(window->entries[entry].packet == NONE);
    window->entries[entry].message = message;
    model_index_insert(&window->index, message, entry);
    move(window, entry, WORLD_WINDOW_SEEN);
    return entry;
}

bool world_window_has_room(const struct world_window *window)
{
    return window->lists[WORLD_WINDOW_PROCESSING].count < window->config.processing_max;
}

uint32_t world_window_next_seen(const struct world_window *window)
{
    return window->lists[WORLD_WINDOW_SEEN].head;
}

void world_window_process(struct world_window *window, uint32_t entry, sim_time now)
{
    uint8_t state = window->entries[entry].state;

    SIM_ASSERT(state == WORLD_WINDOW_SEEN || state == WORLD_WINDOW_PROCESSING);
    SIM_ASSERT(state == WORLD_WINDOW_PROCESSING || world_window_has_room(window));
    window->entries[entry].time = after(now, window->config.lease);
    move(window, entry, WORLD_WINDOW_PROCESSING);
}

void world_window_done(struct world_window *window, uint32_t entry, sim_time now)
{
    uint8_t state = window->entries[entry].state;

    SIM_ASSERT(state == WORLD_WINDOW_SEEN || state == WORLD_WINDOW_PROCESSING);
    window->entries[entry].time = after(now, window->config.span);
    move(window, entry, WORLD_WINDOW_DONE);
}

sim_time world_window_next_deadline(const struct world_window *window)
{
    uint32_t head = window->lists[WORLD_WINDOW_PROCESSING].head;

    return head == NONE ? SIM_NEVER : window->entries[head].time;
}

uint32_t world_window_next_overdue(const struct world_window *window, sim_time now)
{
    SIM_ASSERT(now >= 0);
    return world_window_next_deadline(window) <= now ? window->lists[WORLD_WINDOW_PROCESSING].head
                                                     : NONE;
}

static void check_entry(const struct world_window *window, const struct world_window_entry *entry)
{
    bool may_wait = entry->state == WORLD_WINDOW_SEEN || entry->state == WORLD_WINDOW_PROCESSING;
    bool is_timed = entry->state == WORLD_WINDOW_PROCESSING || entry->state == WORLD_WINDOW_DONE;

    SIM_ASSERT(may_wait || entry->packet == NONE);
    if (is_timed && entry->previous != NONE) {
        SIM_ASSERT(entry->time >= window->entries[entry->previous].time);
    }
}

static void check_list(const struct world_window *window, enum world_window_state state)
{
    const struct world_window_list *list = &window->lists[state];
    uint32_t previous = NONE;
    uint32_t count = 0;

    for (uint32_t i = list->head; i != NONE; i = window->entries[i].next) {
        const struct world_window_entry *entry = &window->entries[i];
        SIM_ASSERT(entry->state == state && entry->previous == previous);
        SIM_ASSERT(count < list->count);
        check_entry(window, entry);
        previous = i;
        count++;
    }
    SIM_ASSERT(count == list->count && previous == list->tail);
}

void world_window_check(const struct world_window *window)
{
    uint32_t count = 0;

    for (int i = 0; i < WORLD_WINDOW_STATE_COUNT; i++) {
        check_list(window, (enum world_window_state)i);
        count += window->lists[i].count;
    }
    SIM_ASSERT(count == window->config.count_max);
    SIM_ASSERT(window->index.count == count - window->lists[WORLD_WINDOW_FREE].count);
    SIM_ASSERT(window->lists[WORLD_WINDOW_PROCESSING].count <= window->config.processing_max);
}

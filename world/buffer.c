/* A pool of entries that doubles up to its limit. Free entries are linked through `next`; the two
 * lines are linked both ways, so that an answer takes its entry out of the middle. */
/* SPDX-License-Identifier: MIT */
#include "world/buffer.h"

#include <stdlib.h>
#include <string.h>

#define NONE           WORLD_BUFFER_NONE
#define CAPACITY_FIRST 4

void world_buffer_init(struct world_buffer *buffer, uint32_t limit)
{
    const struct world_held_line empty = {.head = NONE, .tail = NONE};

    SIM_ASSERT(limit > 0 && limit < NONE);
    *buffer = (struct world_buffer){
        .limit = limit,
        .free_head = NONE,
        .waiting = empty,
        .under_way = empty,
    };
}

void world_buffer_finish(struct world_buffer *buffer)
{
    free(buffer->held);
    memset(buffer, 0, sizeof(*buffer));
}

/* ---- the pool ---- */

static void link_free(struct world_buffer *buffer, uint32_t first)
{
    SIM_ASSERT(first < buffer->capacity);
    for (uint32_t i = first; i < buffer->capacity; i++) {
        buffer->held[i].state = WORLD_HELD_FREE;
        buffer->held[i].next = i + 1 < buffer->capacity ? i + 1 : NONE;
    }
    buffer->free_head = first;
}

static void grow(struct world_buffer *buffer)
{
    uint32_t old = buffer->capacity;
    uint32_t wanted = old == 0 ? CAPACITY_FIRST : 2 * (old < NONE / 2 ? old : NONE / 2);

    SIM_ASSERT(buffer->count == old && old < buffer->limit);
    buffer->capacity = wanted < buffer->limit ? wanted : buffer->limit;
    buffer->held = sim_grow(buffer->held, old, buffer->capacity, sizeof(*buffer->held));
    link_free(buffer, old);
}

uint32_t world_buffer_take(struct world_buffer *buffer)
{
    if (buffer->free_head == NONE) {
        grow(buffer);
    }

    uint32_t index = buffer->free_head;
    SIM_ASSERT(buffer->held[index].state == WORLD_HELD_FREE);
    buffer->held[index].state = WORLD_HELD_APART;
    buffer->free_head = buffer->held[index].next;
    buffer->count++;
    return index;
}

void world_buffer_release(struct world_buffer *buffer, uint32_t index)
{
    SIM_ASSERT(buffer->held[index].state == WORLD_HELD_APART);
    buffer->held[index].state = WORLD_HELD_FREE;
    buffer->held[index].next = buffer->free_head;
    buffer->free_head = index;
    buffer->count--;
}

void world_buffer_clear(struct world_buffer *buffer)
{
    const struct world_held_line empty = {.head = NONE, .tail = NONE};

    if (buffer->capacity > 0) {
        link_free(buffer, 0);
    }
    buffer->waiting = empty;
    buffer->under_way = empty;
    buffer->count = 0;
    buffer->waiting_count = 0;
}

/* ---- the lines ---- */

static void append(struct world_buffer *buffer, struct world_held_line *line, uint32_t index)
{
    struct world_held *held = &buffer->held[index];

    held->next = NONE;
    held->previous = line->tail;
    if (line->tail == NONE) {
        SIM_ASSERT(line->head == NONE);
        line->head = index;
    } else {
        buffer->held[line->tail].next = index;
    }
    line->tail = index;
}

static void unlink(struct world_buffer *buffer, struct world_held_line *line, uint32_t index)
{
    const struct world_held *held = &buffer->held[index];

    if (held->previous == NONE) {
        SIM_ASSERT(line->head == index);
        line->head = held->next;
    } else {
        buffer->held[held->previous].next = held->next;
    }
    if (held->next == NONE) {
        SIM_ASSERT(line->tail == index);
        line->tail = held->previous;
    } else {
        buffer->held[held->next].previous = held->previous;
    }
}

void world_buffer_wait(struct world_buffer *buffer, uint32_t index)
{
    SIM_ASSERT(buffer->held[index].state == WORLD_HELD_APART);
    buffer->held[index].state = WORLD_HELD_WAITING;
    buffer->waiting_count++;
    append(buffer, &buffer->waiting, index);
}

uint32_t world_buffer_next_waiting(struct world_buffer *buffer)
{
    uint32_t index = buffer->waiting.head;

    if (index != NONE) {
        SIM_ASSERT(buffer->held[index].state == WORLD_HELD_WAITING);
        unlink(buffer, &buffer->waiting, index);
        buffer->waiting_count--;
        buffer->held[index].state = WORLD_HELD_APART;
    }
    return index;
}

void world_buffer_sent(struct world_buffer *buffer, uint32_t index, sim_time deadline)
{
    struct world_held *held = &buffer->held[index];
    uint32_t last = buffer->under_way.tail;

    SIM_ASSERT(held->state == WORLD_HELD_APART);
    SIM_ASSERT(last == NONE || buffer->held[last].deadline <= deadline);
    held->state = WORLD_HELD_UNDER_WAY;
    held->deadline = deadline;
    append(buffer, &buffer->under_way, index);
}

void world_buffer_answered(struct world_buffer *buffer, uint32_t index)
{
    SIM_ASSERT(buffer->held[index].state == WORLD_HELD_UNDER_WAY);
    unlink(buffer, &buffer->under_way, index);
    buffer->held[index].state = WORLD_HELD_APART;
}

sim_time world_buffer_next_deadline(const struct world_buffer *buffer)
{
    uint32_t first = buffer->under_way.head;

    SIM_ASSERT(first == NONE || first < buffer->capacity);
    return first == NONE ? SIM_NEVER : buffer->held[first].deadline;
}

uint32_t world_buffer_next_overdue(struct world_buffer *buffer, sim_time now)
{
    uint32_t first = buffer->under_way.head;

    if (first == NONE || buffer->held[first].deadline > now) {
        return NONE;
    }
    world_buffer_answered(buffer, first);
    return first;
}

/* ---- check ---- */

static uint32_t check_line(
    const struct world_buffer *buffer, const struct world_held_line *line, uint8_t state)
{
    uint32_t count = 0;
    uint32_t previous = NONE;

    for (uint32_t i = line->head; i != NONE; i = buffer->held[i].next) {
        SIM_ASSERT(count < buffer->count && i < buffer->capacity);
        SIM_ASSERT(buffer->held[i].state == state && buffer->held[i].previous == previous);
        previous = i;
        count++;
    }
    SIM_ASSERT(line->tail == previous);
    return count;
}

void world_buffer_check(const struct world_buffer *buffer)
{
    uint32_t counts[WORLD_HELD_APART + 1] = {0};

    SIM_ASSERT(buffer->count <= buffer->capacity && buffer->capacity <= buffer->limit);
    for (uint32_t i = 0; i < buffer->capacity; i++) {
        SIM_ASSERT(buffer->held[i].state <= WORLD_HELD_APART);
        counts[buffer->held[i].state]++;
    }
    uint32_t waiting = check_line(buffer, &buffer->waiting, WORLD_HELD_WAITING);
    uint32_t under_way = check_line(buffer, &buffer->under_way, WORLD_HELD_UNDER_WAY);
    SIM_ASSERT(waiting == buffer->waiting_count && waiting == counts[WORLD_HELD_WAITING]);
    SIM_ASSERT(under_way == counts[WORLD_HELD_UNDER_WAY]);
    SIM_ASSERT(buffer->count == waiting + under_way + counts[WORLD_HELD_APART]);
}

/* A doubly linked list through an array; free places are linked through `older`. */
/* SPDX-License-Identifier: MIT */
#include "world/recency.h"

#include <stdlib.h>

#define NONE WORLD_RECENCY_NONE

void world_recency_clear(struct world_recency *recency)
{
    recency->made = 0;
    recency->count = 0;
    recency->newest = NONE;
    recency->oldest = NONE;
    recency->free_head = NONE;
    SIM_ASSERT(recency->capacity > 0 && recency->capacity < NONE);
}

void world_recency_init(struct world_recency *recency, uint32_t capacity)
{
    *recency = (struct world_recency){
        .links = sim_allocate(capacity, sizeof(*recency->links)),
        .capacity = capacity,
    };
    world_recency_clear(recency);
}

void world_recency_finish(struct world_recency *recency)
{
    free(recency->links);
    recency->links = NULL;
}

static void unlink_place(struct world_recency *recency, uint32_t place)
{
    const struct world_recency_link *link = &recency->links[place];

    SIM_ASSERT(place < recency->made && recency->count > 0);
    if (link->newer == NONE) {
        recency->newest = link->older;
    } else {
        recency->links[link->newer].older = link->older;
    }
    if (link->older == NONE) {
        recency->oldest = link->newer;
    } else {
        recency->links[link->older].newer = link->newer;
    }
    recency->count--;
}

static void link_newest(struct world_recency *recency, uint32_t place)
{
    SIM_ASSERT(place < recency->made);
    recency->links[place] = (struct world_recency_link){.older = recency->newest, .newer = NONE};
    if (recency->newest == NONE) {
        recency->oldest = place;
    } else {
        recency->links[recency->newest].newer = place;
    }
    recency->newest = place;
    recency->count++;
}

uint32_t world_recency_add(struct world_recency *recency)
{
    uint32_t place = recency->free_head;

    SIM_ASSERT(recency->count < recency->capacity);
    if (place == NONE) {
        place = recency->made++;
    } else {
        recency->free_head = recency->links[place].older;
    }
    link_newest(recency, place);
    return place;
}

void world_recency_touch(struct world_recency *recency, uint32_t place)
{
    SIM_ASSERT(place < recency->made);
    if (recency->newest != place) {
        unlink_place(recency, place);
        link_newest(recency, place);
    }
}

void world_recency_remove(struct world_recency *recency, uint32_t place)
{
    unlink_place(recency, place);
    recency->links[place].older = recency->free_head;
    recency->free_head = place;
    SIM_ASSERT(recency->count < recency->capacity);
}

uint32_t world_recency_last(const struct world_recency *recency)
{
    SIM_ASSERT((recency->oldest == NONE) == (recency->count == 0));
    return recency->oldest;
}

void world_recency_check(const struct world_recency *recency)
{
    uint32_t count = 0;
    uint32_t newer = NONE;

    for (uint32_t i = recency->newest; i != NONE; i = recency->links[i].older) {
        SIM_ASSERT(i < recency->made && recency->links[i].newer == newer && count < recency->made);
        newer = i;
        count++;
    }
    SIM_ASSERT(count == recency->count && newer == recency->oldest);
    for (uint32_t i = recency->free_head; i != NONE; i = recency->links[i].older) {
        SIM_ASSERT(i < recency->made && count < recency->made);
        count++;
    }
    SIM_ASSERT(count == recency->made && recency->made <= recency->capacity);
}

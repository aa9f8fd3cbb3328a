/* sim/fel as any program uses it: whole events, ids, and the work that cancelling asks for. */
/* SPDX-License-Identifier: MIT */
#include "sim/fel.h"

#include "bench/sim/lists.h"

static void fire_nothing(void *context, uint64_t payload)
{
    (void)context;
    (void)payload;
}

static void *create(uint64_t capacity)
{
    (void)capacity;
    return sim_fel_create();
}

static void destroy(void *list)
{
    sim_fel_destroy(list);
}

static void insert(void *list, sim_time time)
{
    struct sim_event event = {.time = time, .fire = fire_nothing, .class = SIM_CLASS_WORLD};

    (void)sim_fel_insert(list, &event);
}

static sim_time pop(void *list)
{
    struct sim_event event;
    bool popped = sim_fel_pop(list, &event);

    SIM_ASSERT(popped);
    return event.time;
}

const struct bench_list bench_kernel = {"sim/fel", create, destroy, insert, pop};

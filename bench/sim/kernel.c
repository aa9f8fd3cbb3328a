/* sim/fel as any program uses it: whole events, ids, and the work that cancelling asks for. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "sim/fel.h"

#include "bench/sim/lists.h"

struct kernel {
    sim_fel *fel;
    struct sim_event_id *ids; /* of each slot; NULL when no event is going to be moved */
};

static void fire_nothing(void *context, uint64_t payload)
{
    (void)context;
    (void)payload;
}

static void *create(uint64_t capacity, bool moves)
{
    struct kernel *kernel = sim_allocate(1, sizeof(*kernel));

    kernel->fel = sim_fel_create();
    kernel->ids = moves ? sim_allocate(capacity, sizeof(*kernel->ids)) : NULL;
    return kernel;
}

static void destroy(void *list)
{
    struct kernel *kernel = list;

    sim_fel_destroy(kernel->fel);
    free(kernel->ids);
    free(kernel);
}

static void insert(void *list, sim_uint128 key)
{
    struct kernel *kernel = list;
    struct sim_event event = {
        .time = bench_key_time(key),
        .fire = fire_nothing,
        .payload = bench_key_slot(key),
        .class = SIM_CLASS_WORLD,
    };
    struct sim_event_id id = sim_fel_insert(kernel->fel, &event);

    if (kernel->ids != NULL) {
        kernel->ids[event.payload] = id;
    }
}

static sim_uint128 pop(void *list)
{
    struct kernel *kernel = list;
    struct sim_event event;
    bool popped = sim_fel_pop(kernel->fel, &event);

    SIM_ASSERT(popped);
    return bench_key(event.time, 0, event.payload);
}

static void move(void *list, sim_uint128 key)
{
    struct kernel *kernel = list;
    uint64_t slot = bench_key_slot(key);
    bool moved = sim_fel_reschedule(kernel->fel, &kernel->ids[slot], bench_key_time(key));

    SIM_ASSERT(moved);
}

uint64_t bench_kernel_size(const void *list)
{
    const struct kernel *kernel = list;

    return sim_fel_size(kernel->fel);
}

const struct bench_list bench_kernel = {"sim/fel", create, destroy, insert, pop, move};

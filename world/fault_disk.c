/* The disk keeps a list of what strikes it; here a fault enters and leaves it. */
/* SPDX-License-Identifier: MIT */
#include "world/fault_disk.h"

struct disk_fault {
    struct world_fault base;
    enum world_fault_disk_kind kind;
    world_disk *disk;
    double factor;
};

static struct disk_fault *from_fault(struct world_fault *fault)
{
    return (struct disk_fault *)fault; /* the base is its first member */
}

static void begin(struct world_fault *base)
{
    const struct disk_fault *fault = from_fault(base);
    struct world_strike strike = {.hit = &base->hit};

    SIM_ASSERT(fault->kind <= WORLD_FAULT_DISK_SYNC);
    strike.is_full = fault->kind == WORLD_FAULT_DISK_FULL;
    strike.fails_sync = fault->kind == WORLD_FAULT_DISK_SYNC;
    strike.factor = fault->kind == WORLD_FAULT_DISK_SLOW ? fault->factor : 1;
    world_strikes_add(world_disk_strikes(fault->disk), &strike);
}

static void end(struct world_fault *base)
{
    SIM_ASSERT(base->starts == 0);
    world_strikes_remove(world_disk_strikes(from_fault(base)->disk), &base->hit);
}

static const struct world_fault_type types[] = {
    [WORLD_FAULT_DISK_FULL] = {"disk_full", begin, end, world_fault_free},
    [WORLD_FAULT_DISK_SLOW] = {"disk_slow", begin, end, world_fault_free},
    [WORLD_FAULT_DISK_SYNC] = {"disk_sync", begin, end, world_fault_free},
};

struct world_fault *world_fault_disk_create(
    enum world_fault_disk_kind kind,
    struct world_datacenter *datacenter,
    double factor,
    GError **error)
{
    SIM_ASSERT(kind <= WORLD_FAULT_DISK_SYNC);
    if (kind == WORLD_FAULT_DISK_SLOW && !(factor >= 1 && factor <= 1e9)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "disk_slow: the factor is %g: expected 1 to 1e9",
            factor);
        return NULL;
    }
    struct disk_fault *fault = g_new0(struct disk_fault, 1);
    fault->kind = kind;
    fault->disk = datacenter->disk;
    fault->factor = factor;
    world_fault_init(
        &fault->base, &types[kind], datacenter->world, datacenter->name, datacenter->draws_as);
    return &fault->base;
}

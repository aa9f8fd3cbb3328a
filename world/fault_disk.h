/* world/fault_disk.h - faults of a data centre's disk.
 *
 *   disk_full   a write is refused (ENOSPC); what is there can be read and synced.
 *   disk_slow   writes, syncs and reads take longer, by a factor.
 *   disk_sync   a sync takes its time and fails (EIO); what was to be synced is not.
 *
 * A refused write and a failed sync are final to the journal that asked (models/journal.h): its
 * node says so and goes down, until the scenario restarts it. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_DISK_H
#define WORLD_FAULT_DISK_H

#include "world/datacenter.h"
#include "world/fault.h"

enum world_fault_disk_kind {
    WORLD_FAULT_DISK_FULL,
    WORLD_FAULT_DISK_SLOW,
    WORLD_FAULT_DISK_SYNC,
};

/* Counts the writes, syncs and reads that it hit. `factor` is of disk_slow; >= 1. Sets *error and
 * returns NULL when it is out of its range. */
struct world_fault *world_fault_disk_create(
    enum world_fault_disk_kind kind,
    struct world_datacenter *datacenter,
    double factor,
    GError **error);

#endif

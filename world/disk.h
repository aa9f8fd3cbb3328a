/* world/disk.h - a simulated disk: bytes that take time to write and longer to keep.
 *
 * It holds volumes, each a directory of numbered files behind models/file.h, and serves one write
 * or sync at a time, in the order in which they were asked for. A crash takes back what was not
 * synced, but for as many of its first 512-byte sectors as had reached the platter by chance. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DISK_H
#define WORLD_DISK_H

#include <stdint.h>

#include "models/file.h"
#include "sim/dist.h"
#include "world/strikes.h"
#include "world/world.h"

struct world_disk_config {
    sim_time write_time;    /* of a write, besides its bytes */
    struct sim_dist sync;   /* seconds a sync takes */
    double write_bandwidth; /* bytes per second; > 0 */
    double read_bandwidth;  /* bytes per second; > 0 */
    const char *draws_as;   /* a data centre, whose disk draws the same; NULL: its own name */
};

typedef struct world_disk world_disk;
typedef struct world_volume world_volume;

/* A fast local SSD. */
struct world_disk_config world_disk_default(void);

/* The data centre's name makes the names of its measures and streams. */
world_disk *world_disk_create(
    struct world *world, const char *datacenter, const struct world_disk_config *config);
void world_disk_destroy(world_disk *disk);
void world_disk_configure(world_disk *disk, const struct world_disk_config *config);

/* Every volume crashes, and the disk is idle. */
void world_disk_crash(world_disk *disk);

/* Told how a pending write or sync ended: 0, or a negative errno value. */
typedef void world_volume_done_fn(void *context, int result);

/* The disk owns the volume. No two volumes of a disk have one name: it makes the names of the
 * volume's streams. */
world_volume *world_disk_volume(world_disk *disk, const char *name);
struct model_files world_volume_files(world_volume *volume);

/* The same files to read; what would change them does nothing, and succeeds. */
struct model_files world_volume_view(world_volume *volume);

/* Whoever used it is gone: what is pending is forgotten, and what was not synced is lost. */
void world_volume_crash(world_volume *volume);
void world_volume_on_done(world_volume *volume, world_volume_done_fn *done, void *context);

/* What strikes it, for world/fault_disk.c. */
struct world_strikes *world_disk_strikes(world_disk *disk);

/* Asserts every invariant of the disk and its volumes. */
void world_disk_check(const world_disk *disk);

/* How long reading this much takes. */
sim_time world_disk_read_time(const world_disk *disk, uint64_t bytes);

#endif

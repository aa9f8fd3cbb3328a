/* world/datacenter.h - a place that nodes stand in, with a disk of its own; it fails as a whole. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DATACENTER_H
#define WORLD_DATACENTER_H

#include <glib.h>

#include "world/disk.h"
#include "world/world.h"

struct world_datacenter {
    struct world *world;
    char *name;
    char *draws_as; /* whose draws its nodes draw: its own name, unless it was made to */
    uint32_t index;
    uint32_t outages; /* faults that keep it down */
    bool failed;
    world_disk *disk;
    GPtrArray *nodes;  /* of struct world_node, borrowed */
    GHashTable *names; /* from a name to its node: for looking up, never for going through */
    GPtrArray
        *routes; /* of struct world_link, borrowed: to the data centre of that index, or NULL */
};

/* Fails, and returns NULL, when the name is malformed or taken. */
struct world_datacenter *world_datacenter_add(
    struct world *world, const char *name, GError **error);
/* The same; but each of its nodes and links draws what one of the same name draws in the data
 * centre `draws_as`, whether there is one or not: two variants side by side, on the same random
 * streams. */
struct world_datacenter *world_datacenter_add_drawing_as(
    struct world *world, const char *name, const char *draws_as, GError **error);
struct world_datacenter *world_datacenter_find(const struct world *world, const char *name);

/* Every node crashes, and the disk loses what was not synced. Nothing, when it has failed. */
void world_datacenter_fail(struct world_datacenter *datacenter);

/* Every node that crashed restarts: each is up once it has read back what it had stored. Nothing,
 * when it has not failed, or a fault keeps it down. */
void world_datacenter_recover(struct world_datacenter *datacenter);

/* Asserts that its nodes and its links know it, and every invariant of its disk. */
void world_datacenter_verify(const struct world_datacenter *datacenter);

/* For world_destroy(). */
void world_datacenter_free(struct world_datacenter *datacenter);

#endif

/* world/strikes.h - the faults that strike a disk at present, in the order in which they began. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_STRIKES_H
#define WORLD_STRIKES_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"

struct world_strike {
    uint64_t *hit; /* counts what it struck; names it, too */
    double factor; /* of the time of every I/O; >= 1 */
    bool is_full;
    bool fails_sync;
};

struct world_strikes {
    GArray *list; /* of struct world_strike */
};

void world_strikes_init(struct world_strikes *strikes);
void world_strikes_finish(struct world_strikes *strikes);

void world_strikes_add(struct world_strikes *strikes, const struct world_strike *strike);

/* The one with this `hit`, which is there. */
void world_strikes_remove(struct world_strikes *strikes, const uint64_t *hit);

/* How long an I/O takes that would take `duration`. Each that it meets counts it, here and below.
 */
sim_time world_strikes_time(const struct world_strikes *strikes, sim_time duration);
bool world_strikes_refuse_write(const struct world_strikes *strikes);
bool world_strikes_fail_sync(const struct world_strikes *strikes);

#endif

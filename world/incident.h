/* world/incident.h - what was done to the world, and when: for the summary and the viewer. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_INCIDENT_H
#define WORLD_INCIDENT_H

#include <glib.h>

#include "sim/base.h"

struct world;

struct world_incident {
    sim_time time;
    char *label;
};

/* In order of time. */
struct world_incidents {
    GArray *list;     /* of struct world_incident */
    GPtrArray *plans; /* what is still to be done, and what was: kept to the end of the world */
};

typedef void world_action_fn(void *context);

void world_incidents_init(struct world_incidents *incidents);
void world_incidents_finish(struct world_incidents *incidents);

/* Has `action` called at `time`, before the world's own events of that instant, and notes `label`
 * then; a NULL label notes nothing. The time must not have passed. */
void world_incident_plan(
    struct world *world, sim_time time, const char *label, world_action_fn *action, void *context);

/* Notes something that happens now. */
void world_incident_note(struct world *world, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif

/* viz/knob.h - the scenario's parameters, as a person turns them before the next run.
 *
 * What a knob can be set to are the texts that --set takes. Numbers go in twenty steps from their
 * least to their largest value, in equal ratios where that is a long way; those without a range by
 * a quarter; choices from one to the next. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_KNOB_H
#define VIZ_KNOB_H

#include <stdbool.h>

#include "viz/feed.h"

struct viz_knobs {
    bool is_open; /* shown */
    uint32_t chosen;
    bool is_changed[VIZ_PARAMS_MAX];
    char values[VIZ_PARAMS_MAX][VIZ_VALUE_SIZE]; /* where changed */
};

/* What the parameter will be. */
const char *viz_knob_value(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param);

/* One step up or down. Returns false when it cannot be turned. */
bool viz_knob_turn(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, bool is_up);

/* Where it stands between its least and its largest, from 0 to 1; -1: it has none. */
double viz_knob_place(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param);

/* To the step that is nearest to the place. */
void viz_knob_put(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, double place);

bool viz_knobs_are_changed(const struct viz_knobs *knobs);

#endif

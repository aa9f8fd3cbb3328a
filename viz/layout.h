/* viz/layout.h - where nodes and data centres stand: from left to right as messages flow.
 *
 * A node's rank is the length of the longest way to it; nodes of one rank stand in one column, or
 * in several side by side. Data centres are stacked as shelves, the one that spans most ranks in
 * the middle; small ones share a shelf. No two nodes overlap, no two data centres, and all lie in
 * the given area. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_LAYOUT_H
#define VIZ_LAYOUT_H

#include "viz/feed.h"
#include "viz/shape.h"

/* All in pixels. */
struct viz_layout_sizes {
    int node_width_min;
    int node_width_max;
    int node_height_min;
    int node_height_max;
    int gap;   /* between nodes, and between a node and the border of its data centre */
    int label; /* height of a data centre's name */
    int flow;  /* the least room between two ranks, in which messages are seen */
};

struct viz_layout {
    struct viz_rect nodes[VIZ_NODES_MAX];
    struct viz_rect places[VIZ_PLACES_MAX];
    int node_width;
    int node_height;
};

/* Returns false when not everything fits: then nodes are smaller than the least size, and still do
 * not overlap. O(nodes x edges). */
bool viz_layout_compute(
    const struct viz_topology *topology,
    struct viz_rect area,
    const struct viz_layout_sizes *sizes,
    struct viz_layout *out_layout);

#endif

/* Shelves are tried with one column for each rank, then two, and so on, until everything fits at
 * the least size of a node; then nodes grow as far as there is room. When nothing fits, the number
 * of columns is taken with which nodes are largest. */
/* SPDX-License-Identifier: MIT */
#include "viz/layout.h"

#include <limits.h>
#include <string.h>

#define RANKS_MAX   8
#define COLUMNS_MAX 8

struct shelf {
    uint32_t places[COLUMNS_MAX]; /* several only where each needs one column of the same rank */
    uint32_t count;
    uint32_t rows; /* nodes above each other */
};

struct plan {
    const struct viz_topology *topology;
    const struct viz_layout_sizes *sizes;
    uint32_t ranks[VIZ_NODES_MAX];
    uint32_t rank_count;
    uint32_t members[VIZ_PLACES_MAX][RANKS_MAX]; /* how many nodes */
    uint32_t columns;                            /* at most, of each rank */
    uint32_t columns_of[RANKS_MAX];
    int left_of[RANKS_MAX];
    struct shelf shelves[VIZ_PLACES_MAX];
    uint32_t shelf_count;
};

/* ---- ranks ---- */

/* Returns whether the node at the edge's end has moved. */
static bool push_behind(struct plan *plan, const struct viz_edge *edge)
{
    uint32_t behind = plan->ranks[edge->from] + 1;
    bool has_moved = plan->ranks[edge->to] < behind && behind < RANKS_MAX;

    if (has_moved) {
        plan->ranks[edge->to] = behind;
    }
    return has_moved;
}

/* A ring of edges ends at the last rank. */
static void rank_nodes(struct plan *plan)
{
    const struct viz_topology *topology = plan->topology;
    bool has_changed = true;

    for (uint32_t i = 0; i < topology->node_count; i++) {
        plan->ranks[i] = topology->edge_count == 0 ? topology->nodes[i].kind : 0;
    }
    for (uint32_t round = 0; has_changed && round < RANKS_MAX; round++) {
        has_changed = false;
        for (uint32_t i = 0; i < topology->edge_count; i++) {
            has_changed |= push_behind(plan, &topology->edges[i]);
        }
    }
}

/* A rank without nodes takes no room. */
static void close_ranks(struct plan *plan)
{
    uint32_t new_ranks[RANKS_MAX] = {0};
    bool is_used[RANKS_MAX] = {false};

    for (uint32_t i = 0; i < plan->topology->node_count; i++) {
        is_used[plan->ranks[i]] = true;
    }
    for (uint32_t rank = 0; rank < RANKS_MAX; rank++) {
        new_ranks[rank] = plan->rank_count;
        plan->rank_count += is_used[rank];
    }
    for (uint32_t i = 0; i < plan->topology->node_count; i++) {
        plan->ranks[i] = new_ranks[plan->ranks[i]];
        plan->members[plan->topology->nodes[i].place][plan->ranks[i]]++;
    }
    SIM_ASSERT(plan->rank_count <= RANKS_MAX);
}

/* ---- shelves ---- */

static uint32_t rank_span(const struct plan *plan, uint32_t place)
{
    uint32_t span = 0;

    for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
        span += plan->members[place][rank] > 0;
    }
    return span;
}

static uint32_t only_rank(const struct plan *plan, uint32_t place)
{
    uint32_t rank = 0;

    SIM_ASSERT(rank_span(plan, place) == 1);
    while (plan->members[place][rank] == 0) {
        rank++;
    }
    return rank;
}

static uint32_t rows_of(const struct plan *plan, uint32_t place, uint32_t columns)
{
    uint32_t rows = 1;

    for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
        uint32_t needed = (plan->members[place][rank] + columns - 1) / columns;
        rows = needed > rows ? needed : rows;
    }
    return rows;
}

/* Beside others on the last shelf, if they are as small and of the same rank. */
static bool joins_last_shelf(const struct plan *plan, uint32_t place)
{
    if (plan->shelf_count == 0 || plan->columns == 1) {
        return false;
    }
    const struct shelf *last = &plan->shelves[plan->shelf_count - 1];
    if (last->count == plan->columns || rank_span(plan, place) != 1 ||
        rank_span(plan, last->places[0]) != 1 ||
        only_rank(plan, place) != only_rank(plan, last->places[0])) {
        return false;
    }
    uint32_t members = plan->members[place][only_rank(plan, place)];
    return members <= 2 && last->rows <= 2;
}

static void shelve(struct plan *plan, uint32_t place)
{
    if (joins_last_shelf(plan, place)) {
        struct shelf *last = &plan->shelves[plan->shelf_count - 1];
        uint32_t rows = rows_of(plan, place, 1);
        last->places[last->count] = place;
        last->count++;
        last->rows = rows > last->rows ? rows : last->rows;
        return;
    }
    bool is_small =
        rank_span(plan, place) == 1 && plan->members[place][only_rank(plan, place)] <= 2;
    SIM_ASSERT(plan->shelf_count < VIZ_PLACES_MAX);
    plan->shelves[plan->shelf_count] = (struct shelf){
        .places = {place}, .count = 1, .rows = rows_of(plan, place, is_small ? 1 : plan->columns)};
    plan->shelf_count++;
}

/* The widest goes in the middle of the others, which keep their order. */
static void fill_shelves(struct plan *plan)
{
    uint32_t widest = 0;

    plan->shelf_count = 0;
    for (uint32_t i = 1; i < plan->topology->place_count; i++) {
        widest = rank_span(plan, i) > rank_span(plan, widest) ? i : widest;
    }
    uint32_t others = plan->topology->place_count - 1;
    for (uint32_t i = 0; i <= others; i++) {
        uint32_t turn = i < others / 2 ? i : i - 1;
        uint32_t place = i == others / 2 ? widest : turn + (turn >= widest);
        if (rank_span(plan, place) > 0) {
            shelve(plan, place);
        }
    }
}

static void count_columns(struct plan *plan)
{
    for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
        plan->columns_of[rank] = 1;
    }
    for (uint32_t i = 0; i < plan->shelf_count; i++) {
        const struct shelf *shelf = &plan->shelves[i];
        for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
            uint32_t members = plan->members[shelf->places[0]][rank];
            uint32_t needed =
                shelf->count > 1 ? shelf->count : (members + shelf->rows - 1) / shelf->rows;
            needed = members == 0 ? 1 : needed;
            plan->columns_of[rank] =
                needed > plan->columns_of[rank] ? needed : plan->columns_of[rank];
        }
    }
}

/* ---- sizes ---- */

/* Of everything but the nodes themselves, and the number of rows of nodes. */
static int height_of_rest(const struct plan *plan, int *out_rows)
{
    const struct viz_layout_sizes *sizes = plan->sizes;
    int height = 0;

    *out_rows = 0;
    for (uint32_t i = 0; i < plan->shelf_count; i++) {
        int rows = (int)plan->shelves[i].rows;
        height += sizes->label + sizes->gap * (rows + 1) + (i > 0 ? sizes->gap : 0);
        *out_rows += rows;
    }
    return height;
}

static int width_of_rest(const struct plan *plan, int *out_columns)
{
    const struct viz_layout_sizes *sizes = plan->sizes;
    int width = 2 * sizes->gap + sizes->flow * ((int)plan->rank_count - 1);

    *out_columns = 0;
    for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
        int columns = (int)plan->columns_of[rank];
        width += (columns - 1) * 5 * sizes->gap / 2;
        *out_columns += columns;
    }
    return width;
}

static int clamped(int value, int low, int high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

/* Returns how large nodes are, in thousandths of their least size: 1000 or more, and all fits. */
static int fit(const struct plan *plan, struct viz_rect area, struct viz_layout *layout)
{
    const struct viz_layout_sizes *sizes = plan->sizes;
    int rows;
    int columns;
    int height = area.height - height_of_rest(plan, &rows);
    int width = area.width - width_of_rest(plan, &columns);

    SIM_ASSERT(rows > 0 && columns > 0);
    height /= rows;
    width /= columns;
    layout->node_height = clamped(height, 1, sizes->node_height_max);
    layout->node_width = clamped(width, 1, sizes->node_width_max);
    int tallness = height * 1000 / sizes->node_height_min;
    int wideness = width * 1000 / sizes->node_width_min;
    return tallness < wideness ? tallness : wideness;
}

/* ---- places ---- */

/* What is left of the width goes between the ranks. */
static void set_columns(struct plan *plan, struct viz_rect area, const struct viz_layout *layout)
{
    int columns;
    int spare = area.width - width_of_rest(plan, &columns);
    int gaps = (int)plan->rank_count - 1;

    spare -= columns * layout->node_width;
    int flow = plan->sizes->flow + (gaps > 0 ? spare / gaps : 0);
    int left = area.x + plan->sizes->gap + (gaps > 0 ? 0 : spare / 2);

    for (uint32_t rank = 0; rank < plan->rank_count; rank++) {
        int count = (int)plan->columns_of[rank];
        plan->left_of[rank] = left;
        left += count * layout->node_width + (count - 1) * 5 * plan->sizes->gap / 2 + flow;
    }
}

static void grow_to_hold(struct viz_rect *rect, struct viz_rect node, int margin, int label)
{
    int right = node.x + node.width + margin;
    int bottom = node.y + node.height + margin;

    if (rect->width == 0) {
        *rect = (struct viz_rect){node.x - margin, node.y - margin - label, 0, 0};
    }
    int old_right = rect->x + rect->width;
    int old_bottom = rect->y + rect->height;
    int left = node.x - margin < rect->x ? node.x - margin : rect->x;
    rect->width = (right > old_right ? right : old_right) - left;
    rect->height = (bottom > old_bottom ? bottom : old_bottom) - rect->y;
    rect->x = left;
}

/* Puts the nodes of one rank of a place below each other, then beside. */
static void put_nodes(
    const struct plan *plan,
    const struct shelf *shelf,
    uint32_t at,
    int top,
    struct viz_layout *layout)
{
    const struct viz_layout_sizes *sizes = plan->sizes;
    uint32_t place = shelf->places[at];
    uint32_t seen[RANKS_MAX] = {0};

    for (uint32_t i = 0; i < plan->topology->node_count; i++) {
        if (plan->topology->nodes[i].place != place) {
            continue;
        }
        uint32_t rank = plan->ranks[i];
        uint32_t column = shelf->count > 1 ? at : seen[rank] / shelf->rows;
        uint32_t row = shelf->count > 1 ? seen[rank] : seen[rank] % shelf->rows;
        uint32_t in_column =
            plan->members[place][rank] < shelf->rows ? plan->members[place][rank] : shelf->rows;
        int pitch = layout->node_height + sizes->gap;
        int lead =
            (int)(shelf->rows - in_column) * pitch / 2; /* short columns stand in the middle */
        layout->nodes[i] = (struct viz_rect){
            plan->left_of[rank] + (int)column * (layout->node_width + 5 * sizes->gap / 2),
            top + sizes->label + sizes->gap + (int)row * pitch + lead,
            layout->node_width,
            layout->node_height,
        };
        seen[rank]++;
    }
}

static void put_place(const struct plan *plan, uint32_t place, int top, struct viz_layout *layout)
{
    struct viz_rect *rect = &layout->places[place];

    for (uint32_t i = 0; i < plan->topology->node_count; i++) {
        if (plan->topology->nodes[i].place == place) {
            grow_to_hold(rect, layout->nodes[i], plan->sizes->gap, plan->sizes->label);
        }
    }
    SIM_ASSERT(rect->y >= top || rect->width == 0);
    rect->height += rect->y - top;
    rect->y = top;
}

static void put_shelves(const struct plan *plan, struct viz_rect area, struct viz_layout *layout)
{
    int rows;
    int height = height_of_rest(plan, &rows);

    height += rows * layout->node_height;
    int spare = area.height > height ? area.height - height : 0;
    int between = plan->shelf_count > 0 ? spare / (int)(plan->shelf_count + 1) : 0;
    int top = area.y + between;

    for (uint32_t i = 0; i < plan->shelf_count; i++) {
        const struct shelf *shelf = &plan->shelves[i];
        for (uint32_t k = 0; k < shelf->count; k++) {
            put_nodes(plan, shelf, k, top, layout);
            put_place(plan, shelf->places[k], top, layout);
        }
        int pitch = layout->node_height + plan->sizes->gap;
        top += plan->sizes->label + 2 * plan->sizes->gap + (int)shelf->rows * pitch + between;
    }
}

static int fit_columns(
    struct plan *plan, uint32_t columns, struct viz_rect area, struct viz_layout *layout)
{
    SIM_ASSERT(columns > 0);
    plan->columns = columns;
    fill_shelves(plan);
    count_columns(plan);
    return fit(plan, area, layout);
}

bool viz_layout_compute(
    const struct viz_topology *topology,
    struct viz_rect area,
    const struct viz_layout_sizes *sizes,
    struct viz_layout *out_layout)
{
    struct plan plan = {.topology = topology, .sizes = sizes};
    uint32_t best_columns = 1;
    int best = INT_MIN;

    memset(out_layout, 0, sizeof(*out_layout));
    if (topology->node_count == 0 || topology->place_count == 0) {
        return true;
    }
    rank_nodes(&plan);
    close_ranks(&plan);
    for (uint32_t columns = 1; columns <= COLUMNS_MAX && best < 1000; columns++) {
        int size = fit_columns(&plan, columns, area, out_layout);
        best_columns = size > best ? columns : best_columns;
        best = size > best ? size : best;
    }
    (void)fit_columns(&plan, best_columns, area, out_layout);
    set_columns(&plan, area, out_layout);
    put_shelves(&plan, area, out_layout);
    return best >= 1000;
}

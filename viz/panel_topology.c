/* Data centres, links, messages on their way, nodes: in this order, one over the other. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "viz/axis.h"
#include "viz/layout.h"
#include "viz/page.h"

#define DOT_RADIUS 3.2 /* of a text of 12 pixels */

struct picture {
    const struct viz_page *page;
    struct viz_layout layout;
    struct viz_point ends[VIZ_EDGES_MAX][2]; /* of each edge */
};

/* ---- data centres ---- */

static bool is_dark(const struct viz_story *story, uint32_t place)
{
    bool is_dark = true;

    for (uint32_t i = 0; i < story->topology.node_count; i++) {
        is_dark = is_dark &&
                  (story->topology.nodes[i].place != place || story->frame.nodes[i].is_up == 0);
    }
    return is_dark;
}

static void put_place(const struct picture *picture, uint32_t index)
{
    const struct viz_page *page = picture->page;
    const struct viz_story *story = page->story;
    struct viz_rect rect = picture->layout.places[index];
    int margin = viz_page_px(page, 8);
    bool dark = is_dark(story, index);

    if (viz_rect_is_empty(rect)) {
        return;
    }
    const char *role = viz_scene_format(page->scene, "place/%s", story->topology.places[index]);
    struct viz_item *item =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, role, rect, VIZ_COLOUR_REGION);
    item->radius = viz_page_px(page, 8);
    item = viz_scene_add(
        page->scene, VIZ_ITEM_FRAME, role, rect, dark ? VIZ_COLOUR_RED : VIZ_COLOUR_GRID);
    item->radius = viz_page_px(page, 8);
    item->thickness = viz_page_px(page, dark ? 2 : 1);
    struct viz_rect label = {
        rect.x + margin,
        rect.y + viz_page_px(page, 3),
        rect.width - 2 * margin,
        page->small_height + viz_page_px(page, 2)};
    const char *text = viz_scene_format(
        page->scene, "%s%s", story->topology.places[index], dark ? " \u2013 dark" : "");
    const struct viz_words words = {
        .colour = dark ? VIZ_COLOUR_RED : VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_REGION};
    (void)viz_page_text(page, role, label, text, words);
}

/* ---- links ---- */

/* Which of the edges at a node's side this one is, from above, and how many there are. */
static struct viz_point port_of(
    const struct picture *picture, uint32_t edge, bool is_source, double far_y)
{
    const struct viz_topology *topology = &picture->page->story->topology;
    uint32_t node = is_source ? topology->edges[edge].from : topology->edges[edge].to;
    struct viz_rect rect = picture->layout.nodes[node];
    uint32_t count = 0;
    uint32_t before = 0;

    for (uint32_t i = 0; i < topology->edge_count; i++) {
        uint32_t near = is_source ? topology->edges[i].from : topology->edges[i].to;
        uint32_t far = is_source ? topology->edges[i].to : topology->edges[i].from;
        if (near == node) {
            double y = picture->layout.nodes[far].y;
            before += y < far_y || (y <= far_y && i < edge);
            count++;
        }
    }
    double pitch = rect.height / (double)(count + 1);
    return (struct viz_point){
        is_source ? rect.x + rect.width : rect.x, rect.y + pitch * (before + 1)};
}

static void place_edges(struct picture *picture)
{
    const struct viz_topology *topology = &picture->page->story->topology;

    for (uint32_t i = 0; i < topology->edge_count; i++) {
        const struct viz_edge *edge = &topology->edges[i];
        double from_y = picture->layout.nodes[edge->from].y;
        double to_y = picture->layout.nodes[edge->to].y;
        picture->ends[i][0] = port_of(picture, i, true, to_y);
        picture->ends[i][1] = port_of(picture, i, false, from_y);
    }
}

static bool is_chosen(const struct viz_page *page, uint32_t index)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_edge *edge = &topology->edges[index];

    if (page->ui->edge_plus_one == 0 || page->ui->edge_plus_one > topology->edge_count) {
        return false;
    }
    const struct viz_edge *chosen = &topology->edges[page->ui->edge_plus_one - 1];
    uint32_t link =
        viz_feed_link(topology->nodes[chosen->from].place, topology->nodes[chosen->to].place);
    uint32_t other =
        viz_feed_link(topology->nodes[edge->from].place, topology->nodes[edge->to].place);
    bool is_inside = topology->nodes[chosen->from].place == topology->nodes[chosen->to].place;
    return is_inside ? chosen == edge : link == other;
}

static void put_edges(const struct picture *picture)
{
    const struct viz_page *page = picture->page;

    for (uint32_t i = 0; i < page->story->topology.edge_count; i++) {
        bool is_struck = page->story->frame.edges[i].fault[0] != '\0';
        struct viz_item *item =
            viz_scene_points_item(page->scene, VIZ_ITEM_LINE, "link", picture->ends[i], 2);
        item->colour = is_struck ? VIZ_COLOUR_RED : VIZ_COLOUR_LINK;
        item->colour = is_chosen(page, i) ? VIZ_COLOUR_TEXT : item->colour;
        item->width = viz_page_px(page, is_chosen(page, i) ? 3 : 2);
        item->dash = is_struck ? viz_page_px(page, 6) : 0;
        item->action = VIZ_ACTION_SELECT_LINK;
        item->target = i;
    }
}

static bool is_free(const struct picture *picture, struct viz_rect rect)
{
    const struct viz_topology *topology = &picture->page->story->topology;

    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (viz_rect_overlaps(picture->layout.nodes[i], rect)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < topology->place_count; i++) {
        struct viz_rect label = picture->layout.places[i];
        label.height = picture->page->small_height + viz_page_px(picture->page, 6);
        if (viz_rect_overlaps(label, rect)) {
            return false;
        }
    }
    return true;
}

/* Once for each link, in the middle of an edge that has room there; the dashes say it anyway. */
static void put_link_faults(const struct picture *picture)
{
    const struct viz_page *page = picture->page;
    const struct viz_topology *topology = &page->story->topology;
    bool is_said[VIZ_PLACES_MAX * VIZ_PLACES_MAX] = {false};

    for (uint32_t i = 0; i < topology->edge_count; i++) {
        const char *fault = page->story->frame.edges[i].fault;
        const struct viz_point *ends = picture->ends[i];
        uint32_t link = viz_feed_link(
            topology->nodes[topology->edges[i].from].place,
            topology->nodes[topology->edges[i].to].place);
        int width = viz_page_width(page, page->strong, fault) + viz_page_px(page, 10);
        struct viz_rect place = {
            (int)(ends[0].x + ends[1].x - width) / 2,
            (int)(ends[0].y + ends[1].y - page->small_height) / 2,
            width,
            page->small_height};
        const struct viz_words words = {
            .face = page->strong,
            .colour = VIZ_COLOUR_RED,
            .ground = VIZ_COLOUR_PANEL,
            .align = VIZ_ALIGN_CENTRE};
        if (fault[0] == '\0' || is_said[link] || !is_free(picture, place)) {
            continue;
        }
        is_said[link] = true;
        (void)viz_scene_add(page->scene, VIZ_ITEM_ROUND, "link/fault", place, VIZ_COLOUR_PANEL);
        (void)viz_page_text(page, "link/fault", place, fault, words);
    }
}

/* ---- messages ---- */

/* Beside the line, on one side if it is a message, on the other if it is an answer. */
static struct viz_point place_of(const struct picture *picture, const struct viz_packet *packet)
{
    const struct viz_point *ends = picture->ends[packet->edge];
    double along = packet->position / 65535.0;
    double across = ends[1].x - ends[0].x;
    double down = ends[1].y - ends[0].y;
    double length = sqrt(across * across + down * down);
    double lane = (packet->scatter / 65535.0) * 8 + 1.5;
    double aside = viz_page_px(picture->page, 1) * (packet->is_back != 0 ? lane : -lane);

    length = length > 0 ? length : 1;
    return (struct viz_point){
        ends[0].x + along * across - aside * down / length,
        ends[0].y + along * down + aside * across / length};
}

/* Returns how many there are of this mark. */
static guint place_marks(
    const struct picture *picture, uint32_t mark, struct viz_point points[VIZ_DOTS_MAX])
{
    const struct viz_frame *frame = &picture->page->story->frame;
    guint count = 0;

    for (uint32_t i = 0; i < frame->dot_count; i++) {
        if (frame->dots[i].mark == mark) {
            points[count] = place_of(picture, &frame->dots[i]);
            count++;
        }
    }
    return count;
}

/* Those that matter more lie above the others. */
static void put_packets(const struct picture *picture)
{
    static const struct {
        enum viz_dot dot;
        enum viz_colour colour;
        double radius;
    } marks[VIZ_MARK_COUNT] = {
        [VIZ_MARK_MESSAGE] = {VIZ_DOT_DISC, VIZ_COLOUR_SKY, DOT_RADIUS},
        [VIZ_MARK_RETRY] = {VIZ_DOT_SQUARE, VIZ_COLOUR_ORANGE, DOT_RADIUS},
        [VIZ_MARK_DUPLICATE] = {VIZ_DOT_DIAMOND, VIZ_COLOUR_PINK, DOT_RADIUS + 0.8},
        [VIZ_MARK_ANSWER] = {VIZ_DOT_RING, VIZ_COLOUR_DIM, DOT_RADIUS - 1},
    };
    static const enum viz_mark order[VIZ_MARK_COUNT] = {
        VIZ_MARK_ANSWER, VIZ_MARK_MESSAGE, VIZ_MARK_RETRY, VIZ_MARK_DUPLICATE};
    struct viz_point points[VIZ_DOTS_MAX];

    for (uint32_t i = 0; i < VIZ_MARK_COUNT; i++) {
        enum viz_mark mark = order[i];
        guint count = place_marks(picture, mark, points);
        struct viz_item *item =
            viz_scene_points_item(picture->page->scene, VIZ_ITEM_DOT, "messages", points, count);
        item->dot = marks[mark].dot;
        item->colour = marks[mark].colour;
        item->width = marks[mark].radius * picture->page->small.size / 12.0;
    }
}

/* ---- the legend ---- */

static int put_key(
    const struct viz_page *page,
    struct viz_rect line,
    enum viz_dot dot,
    enum viz_colour colour,
    const char *text)
{
    int radius = (int)(DOT_RADIUS * page->small.size / 12 + 0.5);
    int width = viz_page_width(page, page->small, text);
    struct viz_point centre = {line.x + radius, line.y + line.height / 2.0};
    struct viz_rect place = {line.x + 3 * radius, line.y, width, line.height};
    const struct viz_words words = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL};

    if (place.x + width > line.x + line.width) {
        return line.x;
    }
    struct viz_item *item = viz_scene_points_item(page->scene, VIZ_ITEM_DOT, "legend", &centre, 1);
    item->dot = dot;
    item->colour = colour;
    item->width = radius;
    (void)viz_page_text(page, "legend", place, text, words);
    return place.x + width + viz_page_px(page, 16);
}

static void put_legend(const struct viz_page *page, struct viz_rect line)
{
    static const struct {
        enum viz_dot dot;
        enum viz_colour colour;
        const char *text;
    } keys[] = {
        {VIZ_DOT_DISC, VIZ_COLOUR_SKY, "message"},
        {VIZ_DOT_SQUARE, VIZ_COLOUR_ORANGE, "sent again"},
        {VIZ_DOT_DIAMOND, VIZ_COLOUR_PINK, "duplicate"},
        {VIZ_DOT_RING, VIZ_COLOUR_DIM, "answer"},
    };
    const struct viz_story *story = page->story;
    int right = line.x + line.width;
    uint32_t most = 0;

    for (uint32_t i = 0; i < story->topology.edge_count; i++) {
        most = MAX(most, story->frame.edges[i].stands_for);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        line.x = put_key(page, line, keys[i].dot, keys[i].colour, keys[i].text);
        line.width = right - line.x;
    }
    if (most > 1) {
        const struct viz_words words = {
            .colour = VIZ_COLOUR_ORANGE, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
        const char *text = viz_scene_format(page->scene, "a dot is up to %u messages", most);
        (void)viz_page_text(page, "legend/scale", line, text, words);
    }
}

/* ---- the whole ---- */

static struct viz_layout_sizes sizes_for(const struct viz_page *page)
{
    int em = page->small.size;

    return (struct viz_layout_sizes){
        .node_width_min = 8 * em,
        .node_width_max = 12 * em,
        .node_height_min = page->small_height + viz_page_px(page, 18),
        .node_height_max = 2 * page->small_height + viz_page_px(page, 30),
        .gap = viz_page_px(page, 8),
        .label = page->small_height + viz_page_px(page, 1),
        .flow = viz_page_px(page, 48),
    };
}

void viz_panel_topology(const struct viz_page *page, struct viz_rect rect)
{
    g_autofree char *in_flight = viz_axis_number(page->story->frame.in_flight);
    const struct viz_panel_words words = {
        .role = "topology",
        .title = "System",
        .unit = "messages on their way, at their true place",
        .figure = viz_scene_format(page->scene, "%s in flight", in_flight),
    };
    struct viz_rect area = viz_page_panel(page, rect, &words);
    struct viz_rect legend = {
        area.x, area.y + area.height - page->small_height, area.width, page->small_height};
    struct picture picture = {.page = page};
    const struct viz_layout_sizes sizes = sizes_for(page);

    area.height -= page->small_height + viz_page_px(page, 4);
    bool has_room = viz_layout_compute(&page->story->topology, area, &sizes, &picture.layout);
    (void)has_room; /* else it is small, and says so by itself */
    place_edges(&picture);
    for (uint32_t i = 0; i < page->story->topology.place_count; i++) {
        put_place(&picture, i);
    }
    put_edges(&picture);
    put_packets(&picture);
    put_link_faults(&picture);
    for (uint32_t i = 0; i < page->story->topology.node_count; i++) {
        viz_panel_node(page, picture.layout.nodes[i], i);
    }
    put_legend(page, legend);
}

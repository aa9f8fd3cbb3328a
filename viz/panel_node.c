/* One node's box. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "viz/axis.h"
#include "viz/page.h"

#define SLOT_COUNT 16

/* What a node's box says: a state, and how full it is. */
struct reading {
    const char *words;
    const char *figure; /* the most important number alone, where there is no room for words */
    uint32_t level;
    uint32_t level_max;
    enum viz_colour colour;
};

static struct reading reading_of(const struct viz_page *page, uint32_t index)
{
    const struct viz_node_state *state = &page->story->frame.nodes[index];
    g_autofree char *level = viz_axis_number(state->level);
    g_autofree char *rate = viz_axis_number(state->rate);
    struct reading reading = {
        .figure = viz_scene_format(page->scene, "%s", level),
        .level = state->level,
        .level_max = MAX(state->level_max, SLOT_COUNT),
        .colour = VIZ_COLOUR_SKY,
    };

    switch (page->story->topology.nodes[index].kind) {
    case VIZ_PRODUCER:
        reading.words = viz_scene_format(page->scene, "%s to send", level);
        break;
    case VIZ_BROKER:
        reading.words = viz_scene_format(page->scene, "%s inside", level);
        break;
    case VIZ_CONSUMER:
        reading.words = viz_scene_format(page->scene, "%u busy, %s wait", state->busy, level);
        reading.figure = viz_scene_format(page->scene, "%u busy", state->busy);
        reading.level = state->busy;
        reading.level_max = MAX(state->busy_max, 1);
        reading.colour = VIZ_COLOUR_GREEN;
        break;
    default:
        reading.words = viz_scene_format(page->scene, "%s/s", rate);
        reading.figure = reading.words;
        reading.level_max = 0;
    }
    return reading;
}

/* Slots, as many of them full as the level is of its maximum; of a queue that never had more than
 * there are slots, one for each message. */
static void put_slots(
    const struct viz_page *page,
    const char *role,
    struct viz_rect rect,
    const struct reading *reading)
{
    uint32_t count = MIN(reading->level_max, SLOT_COUNT);
    double scaled = (double)reading->level * count / reading->level_max;
    uint32_t full = (uint32_t)MIN(ceil(scaled), count);
    bool is_high = full * 4 >= count * 3;
    int gap = MAX(viz_page_px(page, 2), 1);
    int whole = rect.width + gap;

    for (uint32_t i = 0; i < count; i++) {
        int left = whole * (int)i / SLOT_COUNT;
        int width = whole * (int)(i + 1) / SLOT_COUNT - left - gap;
        struct viz_rect slot = {rect.x + left, rect.y, MAX(width, 1), rect.height};
        enum viz_colour full_colour = is_high ? VIZ_COLOUR_ORANGE : reading->colour;
        enum viz_colour colour = i < full ? full_colour : VIZ_COLOUR_EMPTY;
        (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, role, slot, colour);
    }
}

static void put_down(const struct viz_page *page, const char *role, struct viz_rect rect)
{
    struct viz_item *item = viz_scene_add(
        page->scene,
        VIZ_ITEM_HATCH,
        role,
        viz_rect_inset(rect, viz_page_px(page, 4)),
        VIZ_COLOUR_RED);

    item->radius = MAX(viz_page_px(page, 9), 5);
}

static void put_box(
    const struct viz_page *page, const char *role, struct viz_rect rect, uint32_t index)
{
    bool is_up = page->story->frame.nodes[index].is_up != 0;
    bool is_selected = page->ui->selected == index;
    bool is_struck = page->story->frame.nodes[index].fault[0] != '\0';
    enum viz_colour border = is_struck ? VIZ_COLOUR_ORANGE : VIZ_COLOUR_BORDER;
    struct viz_item *item = viz_scene_add(page->scene, VIZ_ITEM_ROUND, role, rect, VIZ_COLOUR_NODE);

    item->radius = viz_page_px(page, 5);
    item->action = VIZ_ACTION_SELECT;
    item->target = index;
    border = is_up ? border : VIZ_COLOUR_RED;
    border = is_selected ? VIZ_COLOUR_TEXT : border;
    item = viz_scene_add(page->scene, VIZ_ITEM_FRAME, role, rect, border);
    item->radius = viz_page_px(page, 5);
    item->thickness = viz_page_px(page, is_selected || is_struck || !is_up ? 2 : 1);
}

/* The name, and at the right of it a word; returns the lines' rest below. */
static void put_name(
    const struct viz_page *page,
    const char *role,
    struct viz_rect line,
    const char *name,
    const struct reading *right)
{
    struct viz_words words = {
        .face = page->strong,
        .colour = right->colour,
        .ground = VIZ_COLOUR_NODE,
        .align = VIZ_ALIGN_RIGHT};
    const char *name_role = viz_scene_format(page->scene, "%s/name", role);
    const char *value_role = viz_scene_format(page->scene, "%s/value", role);

    if (right->figure[0] != '\0') {
        struct viz_item *item = viz_page_text(page, value_role, line, right->figure, words);
        line.width -= item->rect.width + viz_page_px(page, 6);
    }
    words.colour = VIZ_COLOUR_TEXT;
    words.align = VIZ_ALIGN_LEFT;
    (void)viz_page_text(page, name_role, line, name, words);
}

/* In a box that is high enough: name; words and rate; slots. In a lower one: name and figure;
 * slots. */
void viz_panel_node(const struct viz_page *page, struct viz_rect rect, uint32_t index)
{
    const struct viz_node *node = &page->story->topology.nodes[index];
    const struct viz_node_state *state = &page->story->frame.nodes[index];
    int pad = viz_page_px(page, 7);
    int line_height = page->small_height;
    bool is_high = rect.height >= 2 * line_height + viz_page_px(page, 20);
    const char *role = viz_scene_format(
        page->scene, "node/%s/%s", page->story->topology.places[node->place], node->name);
    struct viz_rect line = {rect.x + pad, rect.y + pad / 2, rect.width - 2 * pad, line_height};
    struct reading reading = reading_of(page, index);
    g_autofree char *rate = viz_axis_number(state->rate);
    struct reading right = {.figure = is_high ? "" : reading.figure, .colour = VIZ_COLOUR_TEXT};

    put_box(page, role, rect, index);
    if (state->is_up == 0) {
        right = (struct reading){.figure = "DOWN", .colour = VIZ_COLOUR_RED};
        struct viz_rect below = rect;
        below.y += line_height + pad / 2;
        below.height -= line_height + pad / 2;
        put_down(page, role, below);
        put_name(page, role, line, node->name, &right);
        return;
    }
    if (state->fault[0] != '\0') {
        right = (struct reading){.figure = state->fault, .colour = VIZ_COLOUR_ORANGE};
    }
    put_name(page, role, line, node->name, &right);
    struct viz_rect slots = {
        line.x,
        rect.y + rect.height - pad - viz_page_px(page, 8),
        line.width,
        viz_page_px(page, 8)};
    if (reading.level_max > 0) {
        put_slots(page, role, slots, &reading);
    }
    if (state->fault[0] != '\0') {
        (void)viz_scene_add(page->scene, VIZ_ITEM_HATCH, role, slots, VIZ_COLOUR_ORANGE);
    }
    if (is_high) {
        struct viz_words words = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_NODE};
        line.y += line_height + viz_page_px(page, 1);
        const char *value_role = viz_scene_format(page->scene, "%s/value", role);
        bool has_room = viz_page_width(page, page->small, reading.words) <= line.width;
        struct viz_item *item =
            viz_page_text(page, value_role, line, has_room ? reading.words : reading.figure, words);
        const char *text = viz_scene_format(page->scene, "%s/s", rate);
        struct viz_rect rest = line;
        rest.x += item->rect.width + pad;
        rest.width -= item->rect.width + pad;
        words.align = VIZ_ALIGN_RIGHT;
        if (reading.level_max > 0 && rest.width >= viz_page_width(page, page->small, text)) {
            (void)viz_page_text(page, role, rest, text, words);
        }
    }
}

/* The scenario's parameters: a slider each, and what to do with what was changed. */
/* SPDX-License-Identifier: MIT */
#include "viz/page.h"

static void put_slider(const struct viz_page *page, struct viz_rect rect, uint32_t param)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_knobs none = {0};
    double place = viz_knob_place(&page->ui->knobs, topology, param);
    double before = viz_knob_place(&none, topology, param);
    const char *role = viz_scene_format(page->scene, "knob/%s", topology->params[param].name);
    struct viz_rect rail = {
        rect.x, rect.y + rect.height / 2 - 1, rect.width, MAX(viz_page_px(page, 3), 1)};
    int width = viz_page_px(page, 8);

    if (place < 0) {
        return;
    }
    (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, role, rail, VIZ_COLOUR_EMPTY);
    struct viz_rect tick = {
        rect.x + (int)(before * (rect.width - width)) + width / 2, rect.y, 2, rect.height};
    (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, role, tick, VIZ_COLOUR_DIM);
    struct viz_rect head = {
        rect.x + (int)(place * (rect.width - width)), rect.y, width, rect.height};
    struct viz_item *item = viz_scene_add(page->scene, VIZ_ITEM_ROUND, role, head, VIZ_COLOUR_SKY);
    item->radius = width / 3;
    item = viz_scene_add(page->scene, VIZ_ITEM_FILL, role, rect, VIZ_COLOUR_NODE);
    item->alpha = 0;
    item->action = VIZ_ACTION_KNOB;
    item->target = param;
}

static void put_knob(const struct viz_page *page, struct viz_rect line, uint32_t param)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_param *known = &topology->params[param];
    bool is_chosen = page->ui->knobs.chosen == param;
    bool is_changed = page->ui->knobs.is_changed[param];
    const char *value = viz_knob_value(&page->ui->knobs, topology, param);
    const char *text = viz_scene_format(
        page->scene,
        "%s%s%s%s",
        value,
        known->unit[0] != '\0' ? " " : "",
        known->unit,
        is_changed ? " (changed)" : "");
    struct viz_words words = {
        .face = is_chosen ? page->strong : page->small,
        .colour = is_chosen ? VIZ_COLOUR_TEXT : VIZ_COLOUR_DIM,
        .ground = VIZ_COLOUR_NODE};
    int part = line.width * 26 / 100;
    int gap = viz_page_px(page, 10);
    struct viz_rect name = {line.x, line.y, part - gap, line.height};
    struct viz_rect slider = {line.x + part, line.y, part, line.height};
    struct viz_rect figure = {
        slider.x + part + gap, line.y, line.width - 2 * part - gap, line.height};

    (void)viz_page_text(
        page,
        "knob/name",
        name,
        viz_scene_format(page->scene, "%s%s", is_chosen ? "> " : "", known->name),
        words);
    put_slider(page, slider, param);
    words.colour = is_changed ? VIZ_COLOUR_ORANGE : words.colour;
    (void)viz_page_text(page, "knob/value", figure, text, words);
}

void viz_panel_knobs(const struct viz_page *page, struct viz_rect window)
{
    static const char *const keys[] = {
        "Up, Down choose; Left, Right turn; Backspace as before",
        "Enter runs it anew; V runs it beside this one; Esc closes",
    };
    uint32_t count = page->story->topology.param_count;
    int pitch = page->small_height + viz_page_px(page, 10);
    int width = window.width * (page->ui->is_presenter ? 90 : 60) / 100;
    int height = page->heading_height + ((int)count + 2) * pitch + viz_page_px(page, 44);
    struct viz_rect box = {
        window.x + (window.width - width) / 2,
        window.y + (window.height - height) / 2,
        width,
        height};
    struct viz_rect inner = viz_page_box(page, "knobs", box);
    struct viz_rect line = viz_page_box_heading(page, "knobs/title", inner, "Parameters");
    const struct viz_words dim = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_NODE};

    for (uint32_t i = 0; i < count; i++) {
        put_knob(page, line, i);
        line.y += pitch;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        (void)viz_page_text(page, "knobs/keys", line, keys[i], dim);
        line.y += pitch;
    }
}

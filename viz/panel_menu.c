/* The faults of the node or the link that was chosen: a number or a click chooses one. */
/* SPDX-License-Identifier: MIT */
#include "viz/menu.h"

static const char *title_of(const struct viz_page *page)
{
    const struct viz_topology *topology = &page->story->topology;

    if (page->ui->edge_plus_one > 0) {
        const struct viz_edge *edge = &topology->edges[page->ui->edge_plus_one - 1];
        return viz_scene_format(
            page->scene,
            "The link of %s and %s",
            topology->places[topology->nodes[edge->from].place],
            topology->places[topology->nodes[edge->to].place]);
    }
    const struct viz_node *node = &topology->nodes[page->ui->selected];
    return viz_scene_format(page->scene, "%s/%s", topology->places[node->place], node->name);
}

static void put_item(
    const struct viz_page *page,
    struct viz_rect line,
    const struct viz_menu_item *menu,
    uint32_t index)
{
    const struct viz_words words = {
        .colour = menu->is_over ? VIZ_COLOUR_ORANGE : VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_NODE};
    const char *role = viz_scene_format(page->scene, "menu/%u", index + 1);
    const char *text = viz_scene_format(page->scene, "%u   %s", index + 1, menu->text);
    struct viz_item *item = viz_scene_add(page->scene, VIZ_ITEM_FILL, role, line, VIZ_COLOUR_NODE);

    item->action = VIZ_ACTION_MENU_ITEM;
    item->target = index;
    (void)viz_page_text(page, role, line, text, words);
}

void viz_panel_menu(const struct viz_page *page, struct viz_rect window)
{
    struct viz_menu_item items[VIZ_MENU_MAX];
    uint32_t count = viz_menu_list(page->story, page->ui, items);
    int pitch = page->small_height + viz_page_px(page, 8);

    if (count == 0) {
        return;
    }
    int width = viz_page_width(page, page->small, "3   lose a tenth of what it carries now") +
                viz_page_px(page, 40);
    struct viz_rect box = {
        window.x + (window.width - width) / 2,
        window.y + window.height / 4,
        width,
        page->heading_height + ((int)count + 1) * pitch + viz_page_px(page, 40)};
    struct viz_rect inner = viz_page_box(page, "menu", box);
    struct viz_rect line = viz_page_box_heading(page, "menu/title", inner, title_of(page));
    for (uint32_t i = 0; i < count; i++) {
        put_item(page, line, &items[i], i);
        line.y += pitch;
    }
    const struct viz_words dim = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_NODE};
    (void)viz_page_text(page, "menu/keys", line, "A number does it; Esc closes", dim);
}

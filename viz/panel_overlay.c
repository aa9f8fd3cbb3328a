/* What lies over the page: the keys, the node under the pointer, the node that was chosen, and what
 * went wrong. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sim/registry.h"
#include "viz/axis.h"
#include "viz/keys.h"
#include "viz/page.h"

static void put_text(
    const struct viz_page *page,
    const char *role,
    struct viz_rect line,
    const char *text,
    enum viz_colour colour)
{
    const struct viz_words words = {.colour = colour, .ground = VIZ_COLOUR_NODE};

    (void)viz_page_text(page, role, line, text, words);
}

/* ---- the keys ---- */

/* In two columns: what they are, and what they do. */
void viz_panel_help(const struct viz_page *page, struct viz_rect window)
{
    uint32_t count = viz_keys_help_count();
    uint32_t rows = (count + 1) / 2;
    int pitch = page->small_height + viz_page_px(page, 4);
    int width = MIN(viz_page_px(page, page->ui->is_presenter ? 1200 : 900), window.width);
    int height = (int)rows * pitch + page->heading_height + viz_page_px(page, 44);
    struct viz_rect box = {
        window.x + (window.width - width) / 2,
        window.y + MAX((window.height - height) / 2, 0),
        width,
        MIN(height, window.height)};
    struct viz_rect inner = viz_page_box(page, "help", box);
    struct viz_rect first = viz_page_box_heading(page, "help/title", inner, "Keys");
    int column = inner.width / 2;
    int key_width = column * 30 / 100;

    for (uint32_t i = 0; i < count; i++) {
        struct viz_key_help help = viz_keys_help(i);
        int x = first.x + (int)(i / rows) * column;
        int y = first.y + (int)(i % rows) * pitch;
        struct viz_rect key = {x, y, key_width, page->small_height};
        struct viz_rect what = {
            x + key_width + viz_page_px(page, 6),
            y,
            column - key_width - viz_page_px(page, 20),
            page->small_height};
        put_text(page, "help/key", key, help.keys, VIZ_COLOUR_TEXT);
        put_text(page, "help/what", what, help.what, VIZ_COLOUR_DIM);
    }
}

/* ---- what the scenario asks ---- */

void viz_panel_question(const struct viz_page *page, struct viz_rect window)
{
    int index = viz_page_question(page->story, page->ui);

    SIM_ASSERT(index >= 0);
    const struct viz_question *question = &page->story->topology.questions[index];
    int pitch = page->small_height + viz_page_px(page, 8);
    int height =
        page->heading_height + ((int)question->choice_count + 1) * pitch + viz_page_px(page, 44);
    int width = window.width * 7 / 10;
    struct viz_rect box = {
        window.x + (window.width - width) / 2,
        window.y + (window.height - height) / 2,
        width,
        height};
    struct viz_rect inner = viz_page_box(page, "question", box);
    struct viz_rect line = viz_page_box_heading(page, "question/text", inner, question->text);

    for (uint32_t i = 0; i < question->choice_count; i++) {
        const char *choice = viz_scene_format(page->scene, "%u   %s", i + 1, question->choices[i]);
        put_text(page, "question/choice", line, choice, VIZ_COLOUR_TEXT);
        line.y += pitch;
    }
    put_text(
        page,
        "question/keys",
        line,
        "Press a number: the run goes on then. Esc skips.",
        VIZ_COLOUR_DIM);
}

/* ---- one node ---- */

static const char *path_of(const struct viz_page *page, uint32_t node)
{
    const struct viz_topology *topology = &page->story->topology;

    return viz_scene_format(
        page->scene,
        "%s/%s",
        topology->places[topology->nodes[node].place],
        topology->nodes[node].name);
}

static char *value_text(const char *unit, double value)
{
    if (strcmp(unit, "ns") == 0) {
        return viz_axis_latency(MAX(value, 0));
    }
    return viz_axis_number(MAX(value, 0));
}

static const char *figure_text(const struct viz_page *page, const struct viz_figure *figure)
{
    g_autofree char *value = value_text(figure->unit, figure->value);
    g_autofree char *second = value_text(figure->unit, figure->second);
    const char *unit = strcmp(figure->unit, "ns") == 0 ? "" : figure->unit;

    switch (figure->measure) {
    case SIM_MEASURE_GAUGE:
        return viz_scene_format(page->scene, "%s %s, at most %s", value, unit, second);
    case SIM_MEASURE_TALLY:
        return viz_scene_format(page->scene, "mean %s, p99 %s", value, second);
    default:
        return viz_scene_format(page->scene, "%s %s", value, unit);
    }
}

static void put_figures(const struct viz_page *page, struct viz_rect line, int bottom)
{
    const struct viz_inspection *inspection = &page->story->inspection;
    int pitch = page->small_height + viz_page_px(page, 4);
    int name_width = line.width * 40 / 100;

    if (inspection->node_plus_one != page->ui->selected + 1) {
        return; /* the worker has not looked yet */
    }
    for (uint32_t i = 0; i < inspection->figure_count && line.y + pitch <= bottom; i++) {
        const struct viz_figure *figure = &inspection->figures[i];
        struct viz_rect name = {line.x, line.y, name_width, line.height};
        struct viz_rect value = {line.x + name_width, line.y, line.width - name_width, line.height};
        g_autofree char *words = g_strdelimit(g_strdup(figure->name), "_", ' ');
        put_text(page, "inspector/name", name, words, VIZ_COLOUR_DIM);
        put_text(page, "inspector/value", value, figure_text(page, figure), VIZ_COLOUR_TEXT);
        line.y += pitch;
    }
}

void viz_panel_inspector(const struct viz_page *page, struct viz_rect rect)
{
    static const char *const kinds[] = {
        "producer: keeps messages until the queue has promised them",
        "queue: promises messages and delivers them",
        "consumer: works on messages",
        "ledger: charges each message once",
        "",
    };
    const struct viz_topology *topology = &page->story->topology;

    if (page->ui->selected >= topology->node_count) {
        return;
    }
    uint32_t node = (uint32_t)page->ui->selected;
    struct viz_rect inner = viz_page_box(page, "inspector", rect);
    struct viz_rect line =
        viz_page_box_heading(page, "inspector/title", inner, path_of(page, node));
    int pitch = page->small_height + viz_page_px(page, 6);
    bool is_up = page->story->frame.nodes[node].is_up != 0;

    put_text(page, "inspector/kind", line, kinds[topology->nodes[node].kind], VIZ_COLOUR_DIM);
    line.y += pitch;
    put_text(
        page,
        "inspector/state",
        line,
        is_up ? "up" : "DOWN",
        is_up ? VIZ_COLOUR_GREEN : VIZ_COLOUR_RED);
    line.y += pitch;
    struct viz_rect hint = {
        line.x, inner.y + inner.height - 2 * pitch, line.width, page->small_height};
    put_figures(page, line, hint.y);
    put_text(
        page,
        "inspector/keys",
        hint,
        "K crashes or restarts it, D its data centre",
        VIZ_COLOUR_DIM);
    hint.y += pitch;
    put_text(page, "inspector/keys", hint, "Tab next node, Esc closes", VIZ_COLOUR_DIM);
}

/* ---- under the pointer ---- */

#define HOVER_LINES 4

/* Beside the pointer, and inside the window. */
static struct viz_rect hover_box(
    const struct viz_page *page, struct viz_rect window, const char *const lines[HOVER_LINES])
{
    int pad = viz_page_px(page, 14);
    int pitch = page->small_height + viz_page_px(page, 2);
    int width = 0;

    for (size_t i = 0; i < HOVER_LINES; i++) {
        int line = viz_page_width(page, page->small, lines[i]);
        width = line > width ? line : width;
    }
    struct viz_rect box = {
        page->ui->pointer_x + pad,
        page->ui->pointer_y + pad,
        width + 2 * pad,
        HOVER_LINES * pitch + 2 * pad};
    int right = window.x + window.width - box.width;
    int bottom = window.y + window.height - box.height;
    box.x = box.x < right ? box.x : right;
    box.y = box.y < bottom ? box.y : bottom;
    return box;
}

static void put_hover(const struct viz_page *page, struct viz_rect window, uint32_t node)
{
    const struct viz_node_state *state = &page->story->frame.nodes[node];
    g_autofree char *rate = viz_axis_number(state->rate);
    const char *const lines[HOVER_LINES] = {
        path_of(page, node),
        viz_scene_format(page->scene, "%s, %s/s", state->is_up != 0 ? "up" : "DOWN", rate),
        viz_scene_format(page->scene, "holds %u, at most %u", state->level, state->level_max),
        viz_scene_format(page->scene, "busy %u of %u", state->busy, state->busy_max),
    };
    struct viz_rect inner = viz_page_box(page, "hover", hover_box(page, window, lines));
    int pitch = page->small_height + viz_page_px(page, 2);

    for (int i = 0; i < HOVER_LINES; i++) {
        struct viz_rect line = {inner.x, inner.y + i * pitch, inner.width, page->small_height};
        put_text(page, "hover", line, lines[i], i == 0 ? VIZ_COLOUR_TEXT : VIZ_COLOUR_DIM);
    }
}

void viz_panel_hover(const struct viz_page *page, struct viz_rect window)
{
    const struct viz_ui *ui = page->ui;
    const struct viz_item *item = viz_scene_hit(page->scene, ui->pointer_x, ui->pointer_y);

    if (ui->pointer_x >= 0 && item != NULL && item->action == VIZ_ACTION_SELECT) {
        put_hover(page, window, (uint32_t)item->target);
    }
}

/* ---- what went wrong ---- */

/* As much of the words as fits a line; returns what is left. */
static const char *put_wrapped(
    const struct viz_page *page, struct viz_rect line, const char *text, enum viz_colour colour)
{
    const char *end = text;
    const char *at = text;

    while (*at != '\0' && *at != '\n') {
        const char *word = at + strcspn(at + 1, " \n") + 1;
        g_autofree char *part = g_strndup(text, (gsize)(word - text));
        if (viz_page_width(page, page->small, part) > line.width && end > text) {
            break;
        }
        end = word;
        at = word;
    }
    g_autofree char *part = g_strndup(text, (gsize)(end - text));
    put_text(page, "problem", line, part, colour);
    return end + strspn(end, " \n");
}

void viz_panel_problem(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_story *story = page->story;
    const char *problem = story->problem != NULL ? story->problem : story->frame.error;
    bool is_loading = problem[0] == '\0';
    int pitch = page->small_height + viz_page_px(page, 4);
    int height = page->heading_height + (is_loading ? 2 : 9) * pitch + viz_page_px(page, 36);
    struct viz_rect box = {
        rect.x + rect.width / 12,
        rect.y + MAX((rect.height - height) / 2, 0),
        rect.width - rect.width / 6,
        MIN(height, rect.height)};
    struct viz_rect inner = viz_page_box(page, "problem", box);

    if (is_loading) {
        struct viz_rect line = viz_page_box_heading(page, "problem/title", inner, "Loading");
        put_text(page, "problem", line, story->path, VIZ_COLOUR_DIM);
        return;
    }
    struct viz_rect line =
        viz_page_box_heading(page, "problem/title", inner, "The scenario cannot go on");
    int bottom = inner.y + inner.height - pitch;
    while (*problem != '\0' && line.y + pitch <= bottom) {
        problem = put_wrapped(page, line, problem, VIZ_COLOUR_TEXT);
        line.y += pitch;
    }
    line.y = bottom;
    put_text(
        page,
        "problem/keys",
        line,
        "R loads the file again; saving it does so by itself",
        VIZ_COLOUR_DIM);
}

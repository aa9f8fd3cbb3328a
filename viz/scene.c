/* Items, points and cells stand in three arrays that keep their memory from frame to frame; texts
 * in a chunk of strings. */
/* SPDX-License-Identifier: MIT */
#include "viz/scene.h"

#include <math.h>
#include <string.h>

#include "sim/base.h"
#include "viz/feed.h"

#define CONTRAST_MIN 4.5 /* WCAG 2.1, level AA */

struct viz_scene {
    viz_font *font;
    struct viz_rect window;
    enum viz_theme theme;
    double point;
    GArray *items;  /* of struct viz_item */
    GArray *points; /* of struct viz_point */
    GByteArray *cells;
    GStringChunk *strings;
    GArray *tops; /* of struct top */
};

/* From item `first` on, everything lies over `over`. */
struct top {
    guint first;
    struct viz_rect over;
};

viz_scene *viz_scene_create(viz_font *font)
{
    viz_scene *scene = g_new0(viz_scene, 1);

    scene->font = font;
    scene->items = g_array_new(FALSE, FALSE, sizeof(struct viz_item));
    scene->points = g_array_new(FALSE, FALSE, sizeof(struct viz_point));
    scene->cells = g_byte_array_new();
    scene->strings = g_string_chunk_new(4096);
    scene->tops = g_array_new(FALSE, FALSE, sizeof(struct top));
    return scene;
}

void viz_scene_destroy(viz_scene *scene)
{
    if (scene != NULL) {
        g_array_unref(scene->items);
        g_array_unref(scene->points);
        g_byte_array_unref(scene->cells);
        g_string_chunk_free(scene->strings);
        g_array_unref(scene->tops);
        g_free(scene);
    }
}

void viz_scene_begin(viz_scene *scene, struct viz_rect window, enum viz_theme theme, double point)
{
    SIM_ASSERT(point > 0 && theme < VIZ_THEME_COUNT);
    scene->window = window;
    scene->theme = theme;
    scene->point = point;
    g_array_set_size(scene->items, 0);
    g_array_set_size(scene->points, 0);
    g_byte_array_set_size(scene->cells, 0);
    g_string_chunk_clear(scene->strings);
    g_array_set_size(scene->tops, 0);
}

struct viz_rect viz_scene_window(const viz_scene *scene)
{
    return scene->window;
}

enum viz_theme viz_scene_theme(const viz_scene *scene)
{
    return scene->theme;
}

viz_font *viz_scene_font(const viz_scene *scene)
{
    return scene->font;
}

guint viz_scene_count(const viz_scene *scene)
{
    return scene->items->len;
}

const struct viz_item *viz_scene_at(const viz_scene *scene, guint index)
{
    SIM_ASSERT(index < scene->items->len);
    return &g_array_index(scene->items, struct viz_item, index);
}

const struct viz_point *viz_scene_points(const viz_scene *scene, const struct viz_item *item)
{
    SIM_ASSERT(item->first + item->count <= scene->points->len);
    return &g_array_index(scene->points, struct viz_point, item->first);
}

const uint8_t *viz_scene_cells(const viz_scene *scene, const struct viz_item *item)
{
    SIM_ASSERT(item->kind == VIZ_ITEM_HEAT && item->first + item->count <= scene->cells->len);
    return scene->cells->data + item->first;
}

int viz_scene_px(const viz_scene *scene, double points)
{
    int pixels = (int)(points * scene->point + 0.5);

    SIM_ASSERT(points >= 0);
    return pixels == 0 && points > 0 ? 1 : pixels;
}

/* ---- building ---- */

void viz_scene_begin_top(viz_scene *scene, struct viz_rect over)
{
    struct top top = {.first = scene->items->len, .over = over};

    g_array_append_val(scene->tops, top);
}

static const char *kept(viz_scene *scene, const char *text)
{
    return g_string_chunk_insert(scene->strings, text);
}

static struct viz_item *append(viz_scene *scene, const struct viz_item *item)
{
    g_array_append_vals(scene->items, item, 1);
    return &g_array_index(scene->items, struct viz_item, scene->items->len - 1);
}

struct viz_item *viz_scene_add(
    viz_scene *scene,
    enum viz_item_kind kind,
    const char *role,
    struct viz_rect rect,
    enum viz_colour colour)
{
    struct viz_item item = {
        .kind = kind,
        .rect = rect,
        .role = kept(scene, role),
        .colour = colour,
        .alpha = 255,
        .thickness = 1,
        .radius = kind == VIZ_ITEM_HATCH ? viz_scene_px(scene, 7) : 0,
        .target = -1,
    };

    SIM_ASSERT(colour < VIZ_COLOUR_COUNT);
    item.radius = kind == VIZ_ITEM_HATCH ? MAX(item.radius, 4) : item.radius;
    return append(scene, &item);
}

struct viz_item *viz_scene_text(
    viz_scene *scene, const char *role, struct viz_rect rect, const struct viz_words *words)
{
    g_autofree char *cut = viz_font_cut(scene->font, words->face, words->text, rect.width);
    int width = viz_font_width(scene->font, words->face, cut);
    int height = viz_font_height(scene->font, words->face);
    int spare = rect.width - width;
    struct viz_rect covered = {rect.x, rect.y + (rect.height - height) / 2, width, height};

    if (words->align != VIZ_ALIGN_LEFT) {
        covered.x += words->align == VIZ_ALIGN_RIGHT ? spare : spare / 2;
    }
    struct viz_item *item = viz_scene_add(scene, VIZ_ITEM_TEXT, role, covered, words->colour);
    item->text = kept(scene, cut);
    item->face = words->face;
    item->ground = words->ground;
    item->is_cut = strcmp(cut, words->text) != 0;
    return item;
}

struct viz_item *viz_scene_points_item(
    viz_scene *scene,
    enum viz_item_kind kind,
    const char *role,
    const struct viz_point *points,
    guint count)
{
    guint first = scene->points->len;

    SIM_ASSERT(kind == VIZ_ITEM_LINE || kind == VIZ_ITEM_BAND || kind == VIZ_ITEM_DOT);
    g_array_append_vals(scene->points, points, count);
    struct viz_item *item = viz_scene_add(scene, kind, role, (struct viz_rect){0}, VIZ_COLOUR_TEXT);
    item->first = first;
    item->count = count;
    item->width = 1.5 * scene->point;
    return item;
}

struct viz_item *viz_scene_heat(
    viz_scene *scene, const char *role, struct viz_rect rect, const uint8_t *cells, int columns)
{
    guint first = scene->cells->len;
    guint count = (guint)columns * VIZ_HEAT_ROWS;

    SIM_ASSERT(columns >= 0);
    g_byte_array_append(scene->cells, cells, count);
    struct viz_item *item = viz_scene_add(scene, VIZ_ITEM_HEAT, role, rect, VIZ_COLOUR_PANEL);
    item->first = first;
    item->count = count;
    item->columns = columns;
    item->rows = VIZ_HEAT_ROWS;
    return item;
}

const char *viz_scene_format(viz_scene *scene, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return kept(scene, text);
}

/* ---- looking ---- */

/* It lies wholly or in part under what was put over it on purpose. */
static bool is_covered(const viz_scene *scene, guint index)
{
    struct viz_rect rect = viz_scene_at(scene, index)->rect;

    for (guint i = 0; i < scene->tops->len; i++) {
        const struct top *top = &g_array_index(scene->tops, struct top, i);
        if (index < top->first && viz_rect_overlaps(rect, top->over)) {
            return true;
        }
    }
    return false;
}

#define LINE_REACH 6 /* points */

/* Whether the point is near the line's first piece. */
static bool is_near(const viz_scene *scene, const struct viz_item *item, double x, double y)
{
    const struct viz_point *ends = viz_scene_points(scene, item);

    SIM_ASSERT(item->kind == VIZ_ITEM_LINE && item->count >= 2);
    double across = ends[1].x - ends[0].x;
    double down = ends[1].y - ends[0].y;
    double length = across * across + down * down;
    double part = ((x - ends[0].x) * across + (y - ends[0].y) * down) / MAX(length, 1);
    part = CLAMP(part, 0, 1);
    double dx = x - (ends[0].x + part * across);
    double dy = y - (ends[0].y + part * down);
    double reach = viz_scene_px(scene, LINE_REACH);
    return dx * dx + dy * dy <= reach * reach;
}

static bool is_hit(const viz_scene *scene, const struct viz_item *item, int x, int y)
{
    return item->kind == VIZ_ITEM_LINE ? is_near(scene, item, x, y)
                                       : viz_rect_has(item->rect, x, y);
}

const struct viz_item *viz_scene_hit(const viz_scene *scene, int x, int y)
{
    for (guint i = scene->items->len; i > 0; i--) {
        const struct viz_item *item = viz_scene_at(scene, i - 1);
        if (item->action != VIZ_ACTION_NONE && is_hit(scene, item, x, y)) {
            return item;
        }
    }
    return NULL;
}

void viz_scene_dump(const viz_scene *scene, GString *out)
{
    for (guint i = 0; i < scene->items->len; i++) {
        const struct viz_item *item = viz_scene_at(scene, i);
        if (is_covered(scene, i) || viz_rect_is_empty(item->rect)) {
            continue;
        }
        struct viz_rect rect = item->rect;
        g_string_append_printf(
            out, "%s %d,%d %dx%d", item->role, rect.x, rect.y, rect.width, rect.height);
        if (item->kind == VIZ_ITEM_TEXT) {
            g_string_append_printf(
                out, " %dpx%s \"%s\"", item->face.size, item->is_cut ? " cut" : "", item->text);
        }
        g_string_append_c(out, '\n');
    }
}

static uint32_t check_text(const viz_scene *scene, guint index, GString *out)
{
    const struct viz_item *item = viz_scene_at(scene, index);
    double contrast = viz_theme_contrast(
        viz_theme_colour(scene->theme, item->colour), viz_theme_colour(scene->theme, item->ground));
    uint32_t faults = 0;

    if (!viz_rect_contains(scene->window, item->rect)) {
        g_string_append_printf(
            out, "%s \"%s\" is not wholly in the window\n", item->role, item->text);
        faults++;
    }
    if (contrast < CONTRAST_MIN) {
        g_string_append_printf(
            out, "%s \"%s\" has a contrast of %.2f\n", item->role, item->text, contrast);
        faults++;
    }
    return faults;
}

static bool is_seen_text(const viz_scene *scene, guint index)
{
    const struct viz_item *item = viz_scene_at(scene, index);

    return item->kind == VIZ_ITEM_TEXT && item->text[0] != '\0' && !is_covered(scene, index);
}

/* Texts after this one that lie over it. */
static uint32_t check_overlaps(const viz_scene *scene, guint index, GString *out)
{
    const struct viz_item *one = viz_scene_at(scene, index);
    uint32_t faults = 0;

    for (guint k = index + 1; k < scene->items->len; k++) {
        const struct viz_item *other = viz_scene_at(scene, k);
        if (is_seen_text(scene, k) && viz_rect_overlaps(one->rect, other->rect)) {
            g_string_append_printf(
                out,
                "%s \"%s\" lies over %s \"%s\"\n",
                other->role,
                other->text,
                one->role,
                one->text);
            faults++;
        }
    }
    return faults;
}

uint32_t viz_scene_check(const viz_scene *scene, GString *out)
{
    uint32_t faults = 0;

    for (guint i = 0; i < scene->items->len; i++) {
        if (is_seen_text(scene, i)) {
            faults += check_text(scene, i, out) + check_overlaps(scene, i, out);
        }
    }
    return faults;
}

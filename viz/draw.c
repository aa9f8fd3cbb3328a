/* One function for each kind of item. */
/* SPDX-License-Identifier: MIT */
#include "viz/draw.h"

struct drawing {
    viz_canvas *canvas;
    const viz_scene *scene;
};

static uint32_t colour_of(const struct drawing *drawing, const struct viz_item *item)
{
    return viz_theme_colour(viz_scene_theme(drawing->scene), item->colour);
}

static void draw_text(const struct drawing *drawing, const struct viz_item *item)
{
    const struct viz_inscription inscription = {
        item->text, item->face, item->rect.x, item->rect.y, colour_of(drawing, item)};

    viz_font_draw(viz_scene_font(drawing->scene), drawing->canvas, &inscription);
}

static void draw_dots(const struct drawing *drawing, const struct viz_item *item)
{
    const struct viz_point *points = viz_scene_points(drawing->scene, item);
    uint32_t colour = colour_of(drawing, item);

    for (guint i = 0; i < item->count; i++) {
        viz_canvas_dot(drawing->canvas, item->dot, points[i], item->width, colour);
    }
}

static void draw_line(const struct drawing *drawing, const struct viz_item *item)
{
    const struct viz_point *points = viz_scene_points(drawing->scene, item);
    struct viz_stroke stroke = {
        .width = item->width,
        .colour = colour_of(drawing, item),
        .alpha = item->alpha,
        .dash = item->dash,
    };

    if (item->kind == VIZ_ITEM_LINE) {
        viz_canvas_polyline(drawing->canvas, points, item->count, &stroke);
    } else {
        size_t half = item->count / 2;
        viz_canvas_band(drawing->canvas, points, points + half, half, &stroke);
    }
}

static void draw_heat_column(const struct drawing *drawing, const struct viz_item *item, int column)
{
    const uint8_t *cells = viz_scene_cells(drawing->scene, item) + (ptrdiff_t)column * item->rows;
    enum viz_theme theme = viz_scene_theme(drawing->scene);
    struct viz_rect whole = item->rect;
    int left = whole.x + whole.width * column / item->columns;
    int right = whole.x + whole.width * (column + 1) / item->columns;

    for (int row = 0; row < item->rows; row++) {
        int top = whole.y + whole.height * (item->rows - row - 1) / item->rows;
        int bottom = whole.y + whole.height * (item->rows - row) / item->rows;
        struct viz_rect cell = {left, top, right - left, bottom - top};
        if (cells[row] > 0) {
            viz_canvas_fill(drawing->canvas, cell, viz_theme_heat(theme, cells[row]), 255);
        }
    }
}

/* Cells share the rectangle so that no two leave a gap: each begins where the one before ends. */
static void draw_heat(const struct drawing *drawing, const struct viz_item *item)
{
    for (int column = 0; column < item->columns; column++) {
        draw_heat_column(drawing, item, column);
    }
}

static void draw_item(const struct drawing *drawing, const struct viz_item *item)
{
    uint32_t colour = colour_of(drawing, item);
    viz_canvas *canvas = drawing->canvas;

    switch (item->kind) {
    case VIZ_ITEM_FILL:
        viz_canvas_fill(canvas, item->rect, colour, item->alpha);
        break;
    case VIZ_ITEM_ROUND:
        viz_canvas_round(canvas, item->rect, item->radius, colour);
        break;
    case VIZ_ITEM_FRAME:
        viz_canvas_frame(canvas, item->rect, item->radius, item->thickness, colour);
        break;
    case VIZ_ITEM_HATCH:
        viz_canvas_hatch(canvas, item->rect, item->radius, colour);
        break;
    case VIZ_ITEM_TEXT:
        draw_text(drawing, item);
        break;
    case VIZ_ITEM_LINE:
    case VIZ_ITEM_BAND:
        draw_line(drawing, item);
        break;
    case VIZ_ITEM_DOT:
        draw_dots(drawing, item);
        break;
    case VIZ_ITEM_HEAT:
        draw_heat(drawing, item);
        break;
    }
}

void viz_draw(viz_canvas *canvas, const viz_scene *scene)
{
    struct drawing drawing = {canvas, scene};

    for (guint i = 0; i < viz_scene_count(scene); i++) {
        draw_item(&drawing, viz_scene_at(scene, i));
    }
}

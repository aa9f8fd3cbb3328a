/* Every shape comes down to coverages of pixels, 0 to 255, blended in integers. */
/* SPDX-License-Identifier: MIT */
#include "viz/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "viz/canvas_state.h"

viz_canvas *viz_canvas_create(int width, int height)
{
    viz_canvas *canvas = sim_allocate(1, sizeof(*canvas));

    SIM_ASSERT(width >= 1 && width <= VIZ_CANVAS_SIDE_MAX);
    SIM_ASSERT(height >= 1 && height <= VIZ_CANVAS_SIDE_MAX);
    size_t count = (size_t)width * (size_t)height;
    canvas->pixels = sim_allocate(count, sizeof(*canvas->pixels));
    canvas->mask = sim_allocate(count, sizeof(*canvas->mask));
    canvas->width = width;
    canvas->height = height;
    viz_canvas_unclip(canvas);
    viz_canvas_fill(canvas, canvas->clip, 0, VIZ_CANVAS_OPAQUE);
    return canvas;
}

void viz_canvas_destroy(viz_canvas *canvas)
{
    if (canvas != NULL) {
        free(canvas->pixels);
        free(canvas->mask);
        free(canvas);
    }
}

int viz_canvas_width(const viz_canvas *canvas)
{
    return canvas->width;
}

int viz_canvas_height(const viz_canvas *canvas)
{
    return canvas->height;
}

const uint32_t *viz_canvas_pixels(const viz_canvas *canvas)
{
    return canvas->pixels;
}

void viz_canvas_copy(viz_canvas *canvas, const uint32_t *pixels)
{
    size_t count = (size_t)canvas->width * (size_t)canvas->height;

    SIM_ASSERT(pixels != canvas->pixels);
    memcpy(canvas->pixels, pixels, count * sizeof(*pixels));
}

void viz_canvas_clip(viz_canvas *canvas, struct viz_rect clip)
{
    viz_canvas_unclip(canvas);
    canvas->clip = viz_rect_common(canvas->clip, clip);
}

void viz_canvas_unclip(viz_canvas *canvas)
{
    canvas->clip = (struct viz_rect){0, 0, canvas->width, canvas->height};
}

/* ---- rectangles ---- */

/* One row, and copies of it. */
static void fill_opaque(viz_canvas *canvas, struct viz_rect part, uint32_t colour)
{
    uint32_t *first = viz_canvas_pixel_at(canvas, part.x, part.y);
    size_t size = (size_t)part.width * sizeof(*first);

    SIM_ASSERT(!viz_rect_is_empty(part));
    for (int x = 0; x < part.width; x++) {
        first[x] = colour | 0xff000000U;
    }
    for (int y = 1; y < part.height; y++) {
        memcpy(first + (ptrdiff_t)y * canvas->width, first, size);
    }
}

void viz_canvas_fill(viz_canvas *canvas, struct viz_rect rect, uint32_t colour, uint32_t alpha)
{
    struct viz_rect part = viz_rect_common(rect, canvas->clip);

    SIM_ASSERT(alpha <= VIZ_CANVAS_OPAQUE);
    if (viz_rect_is_empty(part) || alpha == 0) {
        return;
    }
    if (alpha == VIZ_CANVAS_OPAQUE) {
        fill_opaque(canvas, part, colour);
        return;
    }
    for (int y = part.y; y < part.y + part.height; y++) {
        uint32_t *row = viz_canvas_pixel_at(canvas, 0, y);
        for (int x = part.x; x < part.x + part.width; x++) {
            row[x] = viz_canvas_blended(row[x], colour, alpha);
        }
    }
}

/* The distance of a pixel's centre beyond the edge of a round rectangle; negative inside. */
static double outside_round(struct viz_rect rect, int radius, int x, int y)
{
    double half_width = rect.width / 2.0 - radius;
    double half_height = rect.height / 2.0 - radius;
    double across = fabs(x + 0.5 - rect.x - rect.width / 2.0) - half_width;
    double down = fabs(y + 0.5 - rect.y - rect.height / 2.0) - half_height;

    if (across <= 0 || down <= 0) {
        return (across > down ? across : down) - radius;
    }
    return sqrt(across * across + down * down) - radius;
}

static int radius_for(struct viz_rect rect, int radius)
{
    int side = rect.width < rect.height ? rect.width : rect.height;

    return radius < side / 2 ? radius : side / 2;
}

/* Rows between the round corners are filled as a whole. */
void viz_canvas_round(viz_canvas *canvas, struct viz_rect rect, int radius, uint32_t colour)
{
    int round = radius_for(rect, radius);
    struct viz_rect middle = {rect.x, rect.y + round, rect.width, rect.height - 2 * round};

    SIM_ASSERT(radius >= 0);
    viz_canvas_fill(canvas, middle, colour, VIZ_CANVAS_OPAQUE);
    for (int i = 0; i < round; i++) {
        int rows[] = {rect.y + i, rect.y + rect.height - 1 - i};
        for (int x = rect.x; x < rect.x + rect.width; x++) {
            uint32_t coverage = viz_canvas_coverage_of(outside_round(rect, round, x, rows[0]));
            viz_canvas_blend(canvas, x, rows[0], colour, coverage);
            viz_canvas_blend(canvas, x, rows[1], colour, coverage);
        }
    }
}

struct border {
    struct viz_rect rect;
    int radius;
    int width;
    uint32_t colour;
};

/* Columns `from` to before `to` of one row. */
static void frame_row(viz_canvas *canvas, const struct border *border, int y, int from, int to)
{
    SIM_ASSERT(from <= to);
    for (int x = from; x < to; x++) {
        double outside = outside_round(border->rect, border->radius, x, y);
        uint32_t outer = viz_canvas_coverage_of(outside);
        uint32_t inner = viz_canvas_coverage_of(outside + border->width);
        viz_canvas_blend(canvas, x, y, border->colour, outer - inner);
    }
}

/* Between the corners only the two sides of a row are looked at. */
void viz_canvas_frame(
    viz_canvas *canvas, struct viz_rect rect, int radius, int width, uint32_t colour)
{
    const struct border border = {rect, radius_for(rect, radius), width, colour};
    int thick = border.radius > width ? border.radius : width;
    int right = rect.x + rect.width;
    int bottom = rect.y + rect.height;

    SIM_ASSERT(width >= 1);
    for (int y = rect.y; y < bottom; y++) {
        bool is_whole = y < rect.y + thick || y >= bottom - thick || rect.width <= 2 * width;
        if (is_whole) {
            frame_row(canvas, &border, y, rect.x, right > rect.x ? right : rect.x);
        } else {
            frame_row(canvas, &border, y, rect.x, rect.x + width);
            frame_row(canvas, &border, y, right - width, right);
        }
    }
}

static void hatch_pixel(viz_canvas *canvas, int x, int y, int gap, uint32_t colour)
{
    int place = (x + y) % gap;

    if (place < 2) {
        viz_canvas_blend(canvas, x, y, colour, place == 0 ? VIZ_CANVAS_OPAQUE : 96);
    }
}

void viz_canvas_hatch(viz_canvas *canvas, struct viz_rect rect, int gap, uint32_t colour)
{
    struct viz_rect part = viz_rect_common(rect, canvas->clip);

    SIM_ASSERT(gap >= 3);
    for (int y = part.y; y < part.y + part.height; y++) {
        for (int x = part.x; x < part.x + part.width; x++) {
            hatch_pixel(canvas, x, y, gap, colour);
        }
    }
}

/* ---- marks ---- */

static double outside_dot(enum viz_dot dot, double across, double down, double radius)
{
    double distance;

    switch (dot) {
    case VIZ_DOT_SQUARE:
        distance = across > down ? across : down;
        return distance - radius * 0.875;
    case VIZ_DOT_DIAMOND:
        return (across + down) * 0.70710678118654752 - radius * 0.875;
    case VIZ_DOT_RING:
        distance = sqrt(across * across + down * down);
        return fabs(distance - radius * 0.75) - radius * 0.25;
    case VIZ_DOT_DISC:
        break;
    }
    return sqrt(across * across + down * down) - radius;
}

void viz_canvas_dot(
    viz_canvas *canvas, enum viz_dot dot, struct viz_point centre, double radius, uint32_t colour)
{
    double reach = radius * 1.25 + 1;

    SIM_ASSERT(radius > 0 && radius <= 32);
    for (int y = viz_canvas_floor_of(centre.y - reach); y <= viz_canvas_floor_of(centre.y + reach);
         y++) {
        double down = fabs(y + 0.5 - centre.y);
        for (int x = viz_canvas_floor_of(centre.x - reach);
             x <= viz_canvas_floor_of(centre.x + reach);
             x++) {
            double across = fabs(x + 0.5 - centre.x);
            viz_canvas_blend(
                canvas,
                x,
                y,
                colour,
                viz_canvas_coverage_of(outside_dot(dot, across, down, radius)));
        }
    }
}

void viz_canvas_mask(viz_canvas *canvas, const struct viz_mask *mask, int x, int y, uint32_t colour)
{
    struct viz_rect whole = {x, y, mask->width, mask->height};
    struct viz_rect part = viz_rect_common(whole, canvas->clip);

    SIM_ASSERT(mask->stride >= mask->width);
    for (int row = part.y; row < part.y + part.height; row++) {
        const uint8_t *from = mask->coverage + (ptrdiff_t)(row - y) * mask->stride;
        uint32_t *to = viz_canvas_pixel_at(canvas, 0, row);
        for (int column = part.x; column < part.x + part.width; column++) {
            to[column] = viz_canvas_blended(to[column], colour, from[column - x]);
        }
    }
}

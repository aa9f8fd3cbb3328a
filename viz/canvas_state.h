/* viz/canvas_state.h - the inside of a canvas: what the files of viz/canvas.h share, and nobody
 * else reads. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_CANVAS_STATE_H
#define VIZ_CANVAS_STATE_H

#include "sim/base.h"
#include "viz/canvas.h"

#define VIZ_CANVAS_OPAQUE 255U

struct viz_canvas {
    uint32_t *pixels;
    uint8_t *mask; /* all zeroes between two calls */
    int width;
    int height;
    struct viz_rect clip;
    struct viz_rect touched; /* of the mask, while it is filled */
};

static inline uint32_t *viz_canvas_pixel_at(viz_canvas *canvas, int x, int y)
{
    return &canvas->pixels[(size_t)y * (size_t)canvas->width + (size_t)x];
}

/* Red and blue in one product, green in another: (from * (256 - a) + to * a) / 256, where a covers
 * 0 to 256. */
static inline uint32_t viz_canvas_blended(uint32_t from, uint32_t to, uint32_t alpha)
{
    uint32_t weight = alpha + (alpha >> 7);
    uint32_t rest = 256 - weight;
    uint32_t red_blue = ((from & 0xff00ffU) * rest + (to & 0xff00ffU) * weight) >> 8;
    uint32_t green = ((from & 0x00ff00U) * rest + (to & 0x00ff00U) * weight) >> 8;

    return 0xff000000U | (red_blue & 0xff00ffU) | (green & 0x00ff00U);
}

static inline void viz_canvas_blend(
    viz_canvas *canvas, int x, int y, uint32_t colour, uint32_t alpha)
{
    if (alpha > 0 && viz_rect_has(canvas->clip, x, y)) {
        uint32_t *pixel = viz_canvas_pixel_at(canvas, x, y);
        *pixel = viz_canvas_blended(*pixel, colour, alpha);
    }
}

/* How much of a pixel lies on the inner side of an edge that is so far outside its centre. */
static inline uint32_t viz_canvas_coverage_of(double outside)
{
    double covered = 0.5 - outside;

    if (covered <= 0) {
        return 0;
    }
    return covered >= 1 ? VIZ_CANVAS_OPAQUE : (uint32_t)(covered * VIZ_CANVAS_OPAQUE + 0.5);
}

static inline int viz_canvas_floor_of(double value)
{
    int whole = (int)value;

    return (double)whole > value ? whole - 1 : whole;
}

#endif

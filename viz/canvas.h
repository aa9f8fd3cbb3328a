/* viz/canvas.h - shapes into a picture of 32-bit pixels, by the processor alone.
 *
 * A pixel is 0xffRRGGBB. Edges are anti-aliased by the distance to them, and everything is clipped
 * to the picture. The same calls make the same pixels on every machine: sums and products of
 * doubles, square roots, no other function of libm. Nothing here knows of a window.
 *
 * Coordinates are in pixels; (0, 0) is the upper left corner of the upper left pixel. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include <stddef.h>
#include <stdint.h>

#include "viz/shape.h"

typedef struct viz_canvas viz_canvas;

/* A picture of its own, black. Both sizes are at least 1 and at most VIZ_CANVAS_SIDE_MAX. */
#define VIZ_CANVAS_SIDE_MAX 16384
viz_canvas *viz_canvas_create(int width, int height);
void viz_canvas_destroy(viz_canvas *canvas);

int viz_canvas_width(const viz_canvas *canvas);
int viz_canvas_height(const viz_canvas *canvas);

/* The pixels, row by row without gaps; good as long as the canvas. */
const uint32_t *viz_canvas_pixels(const viz_canvas *canvas);

/* Takes all pixels over from an array of the same form. */
void viz_canvas_copy(viz_canvas *canvas, const uint32_t *pixels);

/* What follows is drawn inside this rectangle only; the whole canvas at first. */
void viz_canvas_clip(viz_canvas *canvas, struct viz_rect clip);
void viz_canvas_unclip(viz_canvas *canvas);

/* ---- shapes; alpha is 0 to 255, and a colour's own upper byte is not looked at ---- */

void viz_canvas_fill(viz_canvas *canvas, struct viz_rect rect, uint32_t colour, uint32_t alpha);

/* A filled rectangle with round corners. */
void viz_canvas_round(viz_canvas *canvas, struct viz_rect rect, int radius, uint32_t colour);

/* Only its border, `width` pixels inwards. */
void viz_canvas_frame(
    viz_canvas *canvas, struct viz_rect rect, int radius, int width, uint32_t colour);

/* Diagonal lines, `gap` pixels apart, from lower left to upper right. */
void viz_canvas_hatch(viz_canvas *canvas, struct viz_rect rect, int gap, uint32_t colour);

enum viz_dot {
    VIZ_DOT_DISC,
    VIZ_DOT_SQUARE,
    VIZ_DOT_DIAMOND,
    VIZ_DOT_RING,
};

/* A small mark around a point that need not be the centre of a pixel. Radius at most 32. */
void viz_canvas_dot(
    viz_canvas *canvas, enum viz_dot dot, struct viz_point centre, double radius, uint32_t colour);

/* A line through the points, round at joints and ends. Where it meets itself it is no darker: its
 * coverage is gathered first, and drawn once. A point whose y is NaN is a gap. */
struct viz_stroke {
    double width;
    uint32_t colour;
    uint32_t alpha;
    int dash; /* pixels on, as many off; 0: one line */
};
void viz_canvas_polyline(
    viz_canvas *canvas,
    const struct viz_point *points,
    size_t count,
    const struct viz_stroke *stroke);

/* Fills between two lines with the same x: between (x, y) of each and the y of the other one. */
void viz_canvas_band(
    viz_canvas *canvas,
    const struct viz_point *upper,
    const struct viz_point *lower,
    size_t count,
    const struct viz_stroke *stroke);

/* Blends a colour through a mask of coverages, such as a glyph's. */
struct viz_mask {
    const uint8_t *coverage;
    int width;
    int height;
    int stride; /* bytes from row to row */
};
void viz_canvas_mask(
    viz_canvas *canvas, const struct viz_mask *mask, int x, int y, uint32_t colour);

#endif

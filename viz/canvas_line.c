/* A polyline is walked along the longer axis of each of its segments, with as many pixels across as
 * the line is wide; the coverage of a pixel is its distance to the segment, and of two segments the
 * larger one counts. The mask is as large as the picture, and only the part that was touched is
 * blended and cleared. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "viz/canvas_state.h"

static void touch(viz_canvas *canvas, int x, int y, uint32_t coverage)
{
    if (coverage == 0 || !viz_rect_has(canvas->clip, x, y)) {
        return;
    }
    uint8_t *at = &canvas->mask[(size_t)y * (size_t)canvas->width + (size_t)x];
    struct viz_rect *touched = &canvas->touched;
    int right = touched->x + touched->width;
    int bottom = touched->y + touched->height;

    *at = coverage > *at ? (uint8_t)coverage : *at;
    touched->x = x < touched->x ? x : touched->x;
    touched->y = y < touched->y ? y : touched->y;
    touched->width = (x >= right ? x + 1 : right) - touched->x;
    touched->height = (y >= bottom ? y + 1 : bottom) - touched->y;
}

static void blend_masked(uint32_t *pixel, uint8_t *mask, uint32_t colour, uint32_t alpha)
{
    if (*mask != 0) {
        *pixel = viz_canvas_blended(*pixel, colour, *mask * alpha / VIZ_CANVAS_OPAQUE);
        *mask = 0;
    }
}

/* Blends the mask and clears it. */
static void composite(viz_canvas *canvas, uint32_t colour, uint32_t alpha)
{
    struct viz_rect part = canvas->touched;

    SIM_ASSERT(alpha <= VIZ_CANVAS_OPAQUE);
    for (int y = part.y; y < part.y + part.height; y++) {
        uint8_t *mask = &canvas->mask[(size_t)y * (size_t)canvas->width];
        uint32_t *row = viz_canvas_pixel_at(canvas, 0, y);
        for (int x = part.x; x < part.x + part.width; x++) {
            blend_masked(&row[x], &mask[x], colour, alpha);
        }
    }
}

static double distance_to(struct viz_point at, struct viz_point from, struct viz_point to)
{
    double across = to.x - from.x;
    double down = to.y - from.y;
    double square = across * across + down * down;
    double along = square > 0 ? ((at.x - from.x) * across + (at.y - from.y) * down) / square : 0;

    along = along < 0 ? 0 : along;
    along = along > 1 ? 1 : along;
    double x = at.x - from.x - along * across;
    double y = at.y - from.y - along * down;
    return sqrt(x * x + y * y);
}

static double clamped(double value, double low, double high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

struct segment {
    struct viz_point from;
    struct viz_point to;
    double radius;
    bool is_turned; /* x and y have changed places, so that it is always longer along x */
};

/* The pixels across the segment at x. */
static void touch_column(viz_canvas *canvas, const struct segment *segment, int x, double slope)
{
    struct viz_point from = segment->from;
    struct viz_point to = segment->to;
    double reach = (segment->radius + 1) * sqrt(1 + slope * slope) + 1;
    double low = from.y < to.y ? from.y : to.y;
    double high = from.y < to.y ? to.y : from.y;
    double middle = clamped(from.y + slope * (x + 0.5 - from.x), low, high);

    SIM_ASSERT(reach > 0);
    for (int y = viz_canvas_floor_of(middle - reach); y <= viz_canvas_floor_of(middle + reach);
         y++) {
        struct viz_point at = {x + 0.5, y + 0.5};
        uint32_t coverage = viz_canvas_coverage_of(distance_to(at, from, to) - segment->radius);
        touch(canvas, segment->is_turned ? y : x, segment->is_turned ? x : y, coverage);
    }
}

static void touch_segment(viz_canvas *canvas, const struct segment *segment)
{
    double length = segment->to.x - segment->from.x;
    double slope = fabs(length) > 0 ? (segment->to.y - segment->from.y) / length : 0;
    double limit = segment->is_turned ? canvas->height : canvas->width;
    double begin = length > 0 ? segment->from.x : segment->to.x;
    double end = length > 0 ? segment->to.x : segment->from.x;

    SIM_ASSERT(fabs(slope) <= 1.0 + 1e-9);
    begin = clamped(begin - segment->radius - 1, -1, limit);
    end = clamped(end + segment->radius + 1, -1, limit);
    for (int x = viz_canvas_floor_of(begin); x <= viz_canvas_floor_of(end); x++) {
        touch_column(canvas, segment, x, slope);
    }
}

static void touch_line(
    viz_canvas *canvas, struct viz_point from, struct viz_point to, double radius)
{
    struct segment segment = {from, to, radius, false};

    if (fabs(to.x - from.x) < fabs(to.y - from.y)) {
        segment = (struct segment){{from.y, from.x}, {to.y, to.x}, radius, true};
    }
    touch_segment(canvas, &segment);
}

static struct viz_point between(struct viz_point from, struct viz_point to, double part)
{
    return (struct viz_point){from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
}

/* The dashes of one segment; `done` is the length of the line before it. Returns that behind it. */
static double touch_dashes(
    viz_canvas *canvas,
    const struct viz_point ends[2],
    const struct viz_stroke *stroke,
    double done)
{
    double across = ends[1].x - ends[0].x;
    double down = ends[1].y - ends[0].y;
    double length = sqrt(across * across + down * down);
    double period = 2.0 * stroke->dash;
    double first =
        -(done - period * viz_canvas_floor_of(done / period)); /* the dash under way began there */
    int count = viz_canvas_floor_of((length - first) / period);

    SIM_ASSERT(stroke->dash > 0);
    for (int i = 0; i <= count; i++) {
        double at = first + period * i;
        double begin = at > 0 ? at : 0;
        double end = at + stroke->dash < length ? at + stroke->dash : length;
        if (end > begin) {
            touch_line(
                canvas,
                between(ends[0], ends[1], begin / length),
                between(ends[0], ends[1], end / length),
                stroke->width / 2);
        }
    }
    return done + length;
}

static void begin_mask(viz_canvas *canvas)
{
    canvas->touched =
        (struct viz_rect){canvas->width, canvas->height, -canvas->width, -canvas->height};
}

void viz_canvas_polyline(
    viz_canvas *canvas,
    const struct viz_point *points,
    size_t count,
    const struct viz_stroke *stroke)
{
    double done = 0;

    SIM_ASSERT(stroke->width > 0 && stroke->dash >= 0);
    begin_mask(canvas);
    for (size_t i = 0; i + 1 < count; i++) {
        if (isnan(points[i].y) || isnan(points[i + 1].y)) {
            continue;
        }
        if (stroke->dash > 0) {
            done = touch_dashes(canvas, &points[i], stroke, done);
        } else {
            touch_line(canvas, points[i], points[i + 1], stroke->width / 2);
        }
    }
    composite(canvas, stroke->colour, stroke->alpha);
}

/* One column of pixels between two heights, its ends covered in part. */
static void band_column(
    viz_canvas *canvas, int x, double top, double bottom, const struct viz_stroke *stroke)
{
    double low = clamped(top < bottom ? top : bottom, 0, canvas->height);
    double high = clamped(top < bottom ? bottom : top, 0, canvas->height);

    SIM_ASSERT(low <= high);
    for (int y = viz_canvas_floor_of(low); y <= viz_canvas_floor_of(high); y++) {
        double part = clamped(high, y, y + 1.0) - clamped(low, y, y + 1.0);
        viz_canvas_blend(canvas, x, y, stroke->colour, (uint32_t)(part * stroke->alpha));
    }
}

void viz_canvas_band(
    viz_canvas *canvas,
    const struct viz_point *upper,
    const struct viz_point *lower,
    size_t count,
    const struct viz_stroke *stroke)
{
    for (size_t i = 0; i + 1 < count; i++) {
        double width = upper[i + 1].x - upper[i].x;
        if (width <= 0 || isnan(upper[i].y) || isnan(upper[i + 1].y) || isnan(lower[i].y) ||
            isnan(lower[i + 1].y)) {
            continue;
        }
        double end = clamped(upper[i + 1].x - 0.5, 0, canvas->width);
        for (int x = viz_canvas_floor_of(clamped(upper[i].x + 0.5, 0, canvas->width)); x < end;
             x++) {
            double part = clamped((x + 0.5 - upper[i].x) / width, 0, 1);
            double top = upper[i].y + (upper[i + 1].y - upper[i].y) * part;
            double bottom = lower[i].y + (lower[i + 1].y - lower[i].y) * part;
            band_column(canvas, x, top, bottom, stroke);
        }
    }
    SIM_ASSERT(stroke->alpha <= VIZ_CANVAS_OPAQUE);
}

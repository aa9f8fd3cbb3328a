/* viz/shape.h - points and rectangles. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_SHAPE_H
#define VIZ_SHAPE_H

#include <stdbool.h>

/* In pixels. A rectangle covers x to x + width, that excluded. */
struct viz_rect {
    int x;
    int y;
    int width;
    int height;
};

struct viz_point {
    double x;
    double y;
};

static inline bool viz_rect_is_empty(struct viz_rect rect)
{
    return rect.width <= 0 || rect.height <= 0;
}

static inline bool viz_rect_has(struct viz_rect rect, int x, int y)
{
    return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

/* Whether `inner` lies inside `outer` altogether. */
static inline bool viz_rect_contains(struct viz_rect outer, struct viz_rect inner)
{
    return inner.x >= outer.x && inner.y >= outer.y &&
           inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

/* The common part; empty when there is none. */
static inline struct viz_rect viz_rect_common(struct viz_rect a, struct viz_rect b)
{
    int left = a.x > b.x ? a.x : b.x;
    int top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;

    return (struct viz_rect){left, top, right - left, bottom - top};
}

static inline bool viz_rect_overlaps(struct viz_rect a, struct viz_rect b)
{
    return !viz_rect_is_empty(viz_rect_common(a, b));
}

/* Without a margin on every side. */
static inline struct viz_rect viz_rect_inset(struct viz_rect rect, int margin)
{
    return (struct viz_rect){
        rect.x + margin, rect.y + margin, rect.width - 2 * margin, rect.height - 2 * margin};
}

#endif

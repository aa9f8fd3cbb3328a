/* viz/scene.h - a description of a picture: what is where, in which colour, with which words.
 *
 * A scene is a list of items, drawn one over the other. It is made from a story and the size of the
 * window, and from nothing else, so it can be looked at without pixels: every text has been
 * measured when it is placed, and viz_scene_check() finds texts that lie over each other or are not
 * wholly in the window. viz/draw.h draws it.
 *
 * Lengths in this interface are in pixels, unless they are said to be in points: a point is a pixel
 * of a window of 1280 x 720, and grows with the window. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_SCENE_H
#define VIZ_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "viz/canvas.h"
#include "viz/font.h"
#include "viz/shape.h"
#include "viz/theme.h"

enum viz_item_kind {
    VIZ_ITEM_FILL,
    VIZ_ITEM_ROUND,
    VIZ_ITEM_FRAME,
    VIZ_ITEM_HATCH,
    VIZ_ITEM_TEXT,
    VIZ_ITEM_LINE,
    VIZ_ITEM_BAND, /* its points are those of the upper line, then those of the lower one */
    VIZ_ITEM_DOT,  /* its points are the centres */
    VIZ_ITEM_HEAT,
};

/* What a click or a key does. What it does it to is the item's target. */
enum viz_action {
    VIZ_ACTION_NONE,
    VIZ_ACTION_PLAY_OR_PAUSE,
    VIZ_ACTION_STEP,
    VIZ_ACTION_STEP_EFFECT,
    VIZ_ACTION_STEP_INCIDENT,
    VIZ_ACTION_RESTART,
    VIZ_ACTION_SLOWER,
    VIZ_ACTION_FASTER,
    VIZ_ACTION_REAL_TIME,
    VIZ_ACTION_FULL_SPEED,
    VIZ_ACTION_BACK,
    VIZ_ACTION_FORTH,
    VIZ_ACTION_SEEK, /* to where on the item it was clicked */
    VIZ_ACTION_SEEK_TO_CHECK,
    VIZ_ACTION_SELECT, /* a node */
    VIZ_ACTION_SELECT_NEXT,
    VIZ_ACTION_SELECT_LINK, /* that of an edge */
    VIZ_ACTION_LINK_NEXT,
    VIZ_ACTION_SELECT_NONE,
    VIZ_ACTION_MENU,        /* of what is chosen */
    VIZ_ACTION_MENU_ITEM,   /* by its place in the menu */
    VIZ_ACTION_CRASH,       /* the selected node, or restart it */
    VIZ_ACTION_CRASH_PLACE, /* the selected node's data centre, or recover it */
    VIZ_ACTION_THEME,
    VIZ_ACTION_PRESENTER,
    VIZ_ACTION_PANEL_NEXT,
    VIZ_ACTION_PANEL_PREVIOUS,
    VIZ_ACTION_BLANK,
    VIZ_ACTION_HELP,
    VIZ_ACTION_PICTURE,
    VIZ_ACTION_SAVE,
    VIZ_ACTION_RELOAD,
    VIZ_ACTION_FULL_SCREEN,
    VIZ_ACTION_CHOOSE_1, /* a bookmark; or, while something is asked, an answer */
    VIZ_ACTION_CHOOSE_2,
    VIZ_ACTION_CHOOSE_3,
    VIZ_ACTION_CHOOSE_4,
    VIZ_ACTION_CHOOSE_5,
    VIZ_ACTION_CHOOSE_6,
    VIZ_ACTION_CHOOSE_7,
    VIZ_ACTION_CHOOSE_8,
    VIZ_ACTION_CHOOSE_9,
    VIZ_ACTION_QUIT,
    VIZ_ACTION_COUNT,
};

struct viz_item {
    enum viz_item_kind kind;
    struct viz_rect rect; /* of a text: what it covers */
    const char *role;     /* "node/queue/name": for people and tests */
    const char *text;
    struct viz_face face;
    enum viz_colour colour;
    enum viz_colour ground; /* of a text: what it stands on */
    uint32_t alpha;
    int radius;    /* of corners; of a hatch: its gap */
    int thickness; /* of a frame */
    double width;  /* of a line; the radius of dots */
    int dash;
    enum viz_dot dot;
    guint first; /* of its points; of a heat map's cells, column by column from the bottom */
    guint count;
    int columns; /* of a heat map */
    int rows;
    enum viz_action action;
    int64_t target;
    bool is_cut;    /* a text that did not fit whole */
    bool is_on_top; /* it lies over others on purpose, as a window does */
};

typedef struct viz_scene viz_scene;

/* The font is borrowed. */
viz_scene *viz_scene_create(viz_font *font);
void viz_scene_destroy(viz_scene *scene);

/* Empties it. `point` is how many pixels a point has. */
void viz_scene_begin(viz_scene *scene, struct viz_rect window, enum viz_theme theme, double point);

struct viz_rect viz_scene_window(const viz_scene *scene);
enum viz_theme viz_scene_theme(const viz_scene *scene);
viz_font *viz_scene_font(const viz_scene *scene);
guint viz_scene_count(const viz_scene *scene);
const struct viz_item *viz_scene_at(const viz_scene *scene, guint index);
const struct viz_point *viz_scene_points(const viz_scene *scene, const struct viz_item *item);
const uint8_t *viz_scene_cells(const viz_scene *scene, const struct viz_item *item);

/* Points in pixels, rounded; at least 1 for what is not 0. */
int viz_scene_px(const viz_scene *scene, double points);

/* ---- building: each returns the item, which may be changed until the next is added ---- */

/* What is added from here on lies over everything so far, on purpose; texts that it hides count
 * neither as seen nor as covered. */
void viz_scene_begin_top(viz_scene *scene, struct viz_rect over);

struct viz_item *viz_scene_add(
    viz_scene *scene,
    enum viz_item_kind kind,
    const char *role,
    struct viz_rect rect,
    enum viz_colour colour);

enum viz_align {
    VIZ_ALIGN_LEFT,
    VIZ_ALIGN_RIGHT,
    VIZ_ALIGN_CENTRE,
};

struct viz_words {
    const char *text;
    struct viz_face face;
    enum viz_colour colour;
    enum viz_colour ground;
    enum viz_align align;
};

/* One line of text, in the middle of the rectangle's height, and cut to its width. */
struct viz_item *viz_scene_text(
    viz_scene *scene, const char *role, struct viz_rect rect, const struct viz_words *words);

/* A line, dots: items with points, which are copied. */
struct viz_item *viz_scene_points_item(
    viz_scene *scene,
    enum viz_item_kind kind,
    const char *role,
    const struct viz_point *points,
    guint count);

/* A heat map of columns x rows cells, which are copied. */
struct viz_item *viz_scene_heat(
    viz_scene *scene, const char *role, struct viz_rect rect, const uint8_t *cells, int columns);

/* Text that lives as long as the scene stays as it is. */
__attribute__((format(printf, 2, 3))) const char *viz_scene_format(
    viz_scene *scene, const char *format, ...);

/* ---- looking ---- */

/* The uppermost item with an action at this place; NULL when there is none. A line is met by what
 * is near to it. */
const struct viz_item *viz_scene_hit(const viz_scene *scene, int x, int y);

/* One line for each item that is not covered: role, rectangle, size of the text, the text. */
void viz_scene_dump(const viz_scene *scene, GString *out);

/* Appends one line for each fault: texts that overlap, texts that are not wholly in the window,
 * texts that cannot be told from their ground. Returns how many. */
uint32_t viz_scene_check(const viz_scene *scene, GString *out);

#endif

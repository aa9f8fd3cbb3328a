/* viz/font.h - text: how wide it is, and its pixels.
 *
 * Glyphs are made by FreeType, once for each weight, size and character, and kept. Digits all have
 * the same width, so that a number which changes does not dance. Text is one line of UTF-8; what
 * the font lacks is shown as its box. No kerning, so a width is the sum of its characters' widths.
 */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_FONT_H
#define VIZ_FONT_H

#include <glib.h>

#include "viz/canvas.h"

enum viz_weight {
    VIZ_WEIGHT_REGULAR,
    VIZ_WEIGHT_BOLD,
    VIZ_WEIGHT_COUNT,
};

struct viz_face {
    enum viz_weight weight;
    int size; /* pixels of an em, 6 to 200 */
};

typedef struct viz_font viz_font;

/* Opens the fonts: the files that TAILBACK_FONT and TAILBACK_FONT_BOLD name, or Inter, or DejaVu
 * Sans, where Debian installs them. NULL, and *error set, when there are none. */
viz_font *viz_font_create(GError **error);
void viz_font_destroy(viz_font *font);

/* In pixels. */
int viz_font_width(viz_font *font, struct viz_face face, const char *text);

/* From the top of the tallest letter to the bottom of the lowest, and the part of that above the
 * base line. */
int viz_font_height(viz_font *font, struct viz_face face);
int viz_font_ascent(viz_font *font, struct viz_face face);

/* `text`, or as much of its beginning as fits in `width` pixels with "..." behind it (as one
 * character). To be g_free()d. */
char *viz_font_cut(viz_font *font, struct viz_face face, const char *text, int width);

/* One line of text, with its upper left corner at (x, y). */
struct viz_inscription {
    const char *text;
    struct viz_face face;
    int x;
    int y;
    uint32_t colour;
};
void viz_font_draw(viz_font *font, viz_canvas *canvas, const struct viz_inscription *inscription);

#endif

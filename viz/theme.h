/* viz/theme.h - colours by what they are for.
 *
 * Categories are of the palette of Okabe and Ito (2008), which people with any of the usual colour
 * visions tell apart; on the light theme they are darkened until they can be seen. The heat map is
 * cividis (Nunez, Anderton, Renslow, 2018), few to many from dark to bright, and reversed on light.
 * No meaning is carried by colour alone. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_THEME_H
#define VIZ_THEME_H

#include <stdint.h>

enum viz_theme {
    VIZ_THEME_DARK,
    VIZ_THEME_LIGHT,
    VIZ_THEME_COUNT,
};

enum viz_colour {
    VIZ_COLOUR_WINDOW,
    VIZ_COLOUR_PANEL,
    VIZ_COLOUR_REGION, /* of a data centre */
    VIZ_COLOUR_NODE,
    VIZ_COLOUR_BORDER,
    VIZ_COLOUR_GRID,
    VIZ_COLOUR_LINK,
    VIZ_COLOUR_EMPTY, /* the empty part of a bar */
    VIZ_COLOUR_TEXT,
    VIZ_COLOUR_DIM, /* text that matters less */
    VIZ_COLOUR_SKY,
    VIZ_COLOUR_ORANGE,
    VIZ_COLOUR_GREEN,
    VIZ_COLOUR_RED, /* vermillion */
    VIZ_COLOUR_PINK,
    VIZ_COLOUR_BLACK, /* on a bright ground, in both themes */
    VIZ_COLOUR_COUNT,
};

/* 0xffRRGGBB. */
uint32_t viz_theme_colour(enum viz_theme theme, enum viz_colour colour);

/* The heat map's colour for 0 (nothing) to 255 (the most). */
uint32_t viz_theme_heat(enum viz_theme theme, uint8_t level);

/* How well two colours are told apart: 1 to 21 (WCAG 2.1, "contrast ratio"). */
double viz_theme_contrast(uint32_t one, uint32_t other);

#endif

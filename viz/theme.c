/* Two tables. Cividis is given at nine places, and between them by straight lines, which is within
 * two steps of 255 of the published table. */
/* SPDX-License-Identifier: MIT */
#include "viz/theme.h"

#include <stdbool.h>

#include "sim/base.h"
#include "sim/math.h"

static const uint32_t colours[VIZ_THEME_COUNT][VIZ_COLOUR_COUNT] = {
    {
        [VIZ_COLOUR_WINDOW] = 0xff0f1318,
        [VIZ_COLOUR_PANEL] = 0xff181e26,
        [VIZ_COLOUR_REGION] = 0xff1c232c,
        [VIZ_COLOUR_NODE] = 0xff252e39,
        [VIZ_COLOUR_BORDER] = 0xff46525f,
        [VIZ_COLOUR_GRID] = 0xff2b343f,
        [VIZ_COLOUR_LINK] = 0xff3d4854,
        [VIZ_COLOUR_EMPTY] = 0xff333d49,
        [VIZ_COLOUR_TEXT] = 0xffe9eef3,
        [VIZ_COLOUR_DIM] = 0xffaab5c0,
        [VIZ_COLOUR_SKY] = 0xff56b4e9,
        [VIZ_COLOUR_ORANGE] = 0xffe69f00,
        [VIZ_COLOUR_GREEN] = 0xff1fb588,
        [VIZ_COLOUR_RED] = 0xffff7f3f,
        [VIZ_COLOUR_PINK] = 0xffd98bb8,
        [VIZ_COLOUR_BLACK] = 0xff0f1318,
    },
    {
        [VIZ_COLOUR_WINDOW] = 0xffe9edf1,
        [VIZ_COLOUR_PANEL] = 0xffffffff,
        [VIZ_COLOUR_REGION] = 0xfff4f6f9,
        [VIZ_COLOUR_NODE] = 0xffffffff,
        [VIZ_COLOUR_BORDER] = 0xff8996a3,
        [VIZ_COLOUR_GRID] = 0xffdde2e8,
        [VIZ_COLOUR_LINK] = 0xffc3cbd4,
        [VIZ_COLOUR_EMPTY] = 0xffdde2e8,
        [VIZ_COLOUR_TEXT] = 0xff14191f,
        [VIZ_COLOUR_DIM] = 0xff4a5561,
        [VIZ_COLOUR_SKY] = 0xff0067a8,
        [VIZ_COLOUR_ORANGE] = 0xff8f5f00,
        [VIZ_COLOUR_GREEN] = 0xff00704f,
        [VIZ_COLOUR_RED] = 0xffb84a00,
        [VIZ_COLOUR_PINK] = 0xffa3467c,
        [VIZ_COLOUR_BLACK] = 0xffffffff,
    },
};

uint32_t viz_theme_colour(enum viz_theme theme, enum viz_colour colour)
{
    SIM_ASSERT(theme < VIZ_THEME_COUNT && colour < VIZ_COLOUR_COUNT);
    return colours[theme][colour];
}

/* ---- cividis ---- */

#define STOP_COUNT 9

static const uint8_t stops[STOP_COUNT][3] = {
    {0, 34, 78},
    {18, 53, 112},
    {59, 73, 108},
    {87, 93, 109},
    {112, 113, 115},
    {138, 134, 120},
    {165, 156, 116},
    {195, 179, 105},
    {254, 232, 56},
};

static uint32_t mixed(uint32_t from, uint32_t to, uint32_t place, uint32_t length)
{
    return (from * (length - place) + to * place + length / 2) / length;
}

uint32_t viz_theme_heat(enum viz_theme theme, uint8_t level)
{
    uint32_t at = theme == VIZ_THEME_LIGHT ? 255U - level : level;
    uint32_t scaled = at * (STOP_COUNT - 1);
    uint32_t stop = scaled / 255 < STOP_COUNT - 1 ? scaled / 255 : STOP_COUNT - 2;
    uint32_t place = scaled - stop * 255;
    uint32_t colour = 0xff;

    if (level == 0) {
        return viz_theme_colour(theme, VIZ_COLOUR_PANEL);
    }
    SIM_ASSERT(place <= 255);
    for (int i = 0; i < 3; i++) {
        colour = colour << 8 | mixed(stops[stop][i], stops[stop + 1][i], place, 255);
    }
    return colour;
}

/* ---- contrast ---- */

static double linear(uint32_t channel)
{
    double value = (double)(channel & 0xff) / 255;

    return value <= 0.03928 ? value / 12.92 : sim_math_pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t colour)
{
    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
}

double viz_theme_contrast(uint32_t one, uint32_t other)
{
    double a = luminance(one);
    double b = luminance(other);
    bool is_brighter = a >= b;

    return ((is_brighter ? a : b) + 0.05) / ((is_brighter ? b : a) + 0.05);
}

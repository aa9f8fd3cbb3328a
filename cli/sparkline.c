/* Column c of C shows the values from c x N / C up to, not with, (c + 1) x N / C; at least one. */
/* SPDX-License-Identifier: MIT */
#include "cli/sparkline.h"

#include <math.h>

#include "sim/base.h"

#define LEVEL_COUNT 8

static const char *const blocks[LEVEL_COUNT] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const letters[LEVEL_COUNT] = {"_", ".", ":", "-", "=", "+", "*", "#"};

static double column_value(const struct cli_sparkline *line, uint32_t column)
{
    uint64_t from = (uint64_t)column * line->count / line->columns;
    uint64_t until = (uint64_t)(column + 1) * line->count / line->columns;
    double sum = 0;
    double max = 0;
    uint32_t valid = 0;

    for (uint64_t i = from; i < MAX(until, from + 1); i++) {
        if (!isnan(line->values[i])) {
            sum += line->values[i];
            max = MAX(max, line->values[i]);
            valid++;
        }
    }
    if (valid == 0) {
        return (double)NAN;
    }
    return line->merge == CLI_SPARKLINE_MEAN ? sum / valid : max;
}

/* Only nothing at all is drawn at the lowest level. */
static uint32_t level_of(double value, double max)
{
    if (value <= 0) {
        return 0;
    }
    uint32_t level = (uint32_t)(value / max * (LEVEL_COUNT - 1) + 0.5);
    return CLAMP(level, 1, LEVEL_COUNT - 1);
}

void cli_sparkline_append(GString *out, const struct cli_sparkline *line)
{
    const char *const *levels = line->is_ascii ? letters : blocks;
    double max = 0;

    SIM_ASSERT(line->columns > 0);
    if (line->count == 0) {
        return;
    }
    for (uint32_t column = 0; column < line->columns; column++) {
        double value = column_value(line, column);
        max = isnan(value) ? max : MAX(max, value);
    }
    for (uint32_t column = 0; column < line->columns; column++) {
        double value = column_value(line, column);
        g_string_append(out, isnan(value) ? " " : levels[level_of(value, max)]);
    }
}

uint32_t cli_sparkline_column(uint32_t index, uint32_t count, uint32_t columns)
{
    uint64_t shared = ((uint64_t)(index + 1) * columns + count - 1) / count - 1;
    uint64_t stretched = ((uint64_t)index * columns + count - 1) / count;

    SIM_ASSERT(index < count);
    return (uint32_t)(count < columns ? stretched : shared);
}

/* Powers of ten by multiplication: they are the same everywhere. */
/* SPDX-License-Identifier: MIT */
#include "viz/axis.h"

#include <math.h>
#include <string.h>

#include "sim/math.h"

#define LN_10 2.30258509299404568402

static double log_10(double value)
{
    return sim_math_log(value) / LN_10;
}

static double power_of_ten(int exponent)
{
    double power = 1;

    for (int i = 0; i < ABS(exponent); i++) {
        power *= 10;
    }
    return exponent < 0 ? 1 / power : power;
}

/* The largest power of ten that is not above the value. */
static int exponent_below(double value)
{
    int exponent = (int)floor(log_10(value) + 1e-9);

    SIM_ASSERT(value > 0);
    return exponent;
}

static void set_ticks(struct viz_axis *axis, double step)
{
    double count = floor(axis->high / step + 1e-6) + 1;

    SIM_ASSERT(step > 0 && count >= 1);
    axis->tick_count = (uint32_t)MIN(count, VIZ_TICKS_MAX);
    for (uint32_t i = 0; i < axis->tick_count; i++) {
        axis->ticks[i] = step * i;
    }
}

struct viz_axis viz_axis_linear(double high, uint32_t ticks_max)
{
    static const double steps[] = {1, 2, 5, 10};
    struct viz_axis axis = {.high = 1};
    double wanted = MAX(high, 1e-9) / (ticks_max - 1);
    double unit = power_of_ten(exponent_below(wanted));

    SIM_ASSERT(ticks_max >= 2 && ticks_max <= VIZ_TICKS_MAX);
    double step = unit * 10;
    for (size_t i = G_N_ELEMENTS(steps); i > 0; i--) {
        step = unit * steps[i - 1] >= wanted * (1 - 1e-9) ? unit * steps[i - 1] : step;
    }
    axis.high = step * ceil(MAX(high, 1e-9) / step - 1e-9);
    set_ticks(&axis, step);
    return axis;
}

struct viz_axis viz_axis_log(double low, double high, uint32_t ticks_max)
{
    int first = exponent_below(low);
    int last = exponent_below(high);
    struct viz_axis axis = {.is_log = true};

    SIM_ASSERT(low > 0 && low <= high && ticks_max >= 2);
    last += power_of_ten(last) < high * (1 - 1e-9) || last == first;
    int every = (last - first) / ((int)ticks_max - 1);
    every += every * ((int)ticks_max - 1) < last - first;
    axis.low = power_of_ten(first);
    axis.high = power_of_ten(last);
    for (int exponent = first; exponent <= last; exponent += every) {
        axis.ticks[axis.tick_count] = power_of_ten(exponent);
        axis.tick_count++;
    }
    return axis;
}

struct viz_axis viz_axis_time(sim_time end, uint32_t ticks_max)
{
    static const double steps_s[] = {1e-6, 1e-5, 1e-4,  1e-3,  2e-3,  5e-3,  0.01, 0.02,
                                     0.05, 0.1,  0.2,   0.5,   1,     2,     5,    10,
                                     15,   30,   60,    120,   300,   600,   900,  1800,
                                     3600, 7200, 14400, 43200, 86400, 604800};
    struct viz_axis axis = {.high = (double)MAX(end, 1)};
    double step = axis.high;

    SIM_ASSERT(ticks_max >= 2 && ticks_max <= VIZ_TICKS_MAX);
    for (size_t i = G_N_ELEMENTS(steps_s); i > 0; i--) {
        double candidate = steps_s[i - 1] * (double)SIM_SECOND;
        step = axis.high / candidate <= ticks_max - 1 ? candidate : step;
    }
    set_ticks(&axis, step);
    return axis;
}

double viz_axis_place(const struct viz_axis *axis, double value)
{
    double place;

    SIM_ASSERT(axis->high > axis->low);
    if (axis->is_log) {
        double low = log_10(axis->low);
        place = value <= axis->low ? 0 : (log_10(value) - low) / (log_10(axis->high) - low);
    } else {
        place = (value - axis->low) / (axis->high - axis->low);
    }
    return CLAMP(place, 0, 1);
}

/* ---- figures ---- */

/* Three digits that count, without zeroes at the end. */
static char *three_digits(double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    const char *format = number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f";

    g_ascii_formatd(text, sizeof(text), format, number);
    size_t length = strlen(text);
    while (strchr(text, '.') != NULL && (text[length - 1] == '0' || text[length - 1] == '.')) {
        bool is_point = text[length - 1] == '.';
        length--;
        text[length] = '\0';
        if (is_point) {
            break;
        }
    }
    return g_strdup(text);
}

char *viz_axis_number(double number)
{
    static const char *const suffixes[] = {"", "k", "M", "G", "T", "P"};
    size_t suffix = 0;

    SIM_ASSERT(number >= 0);
    while (number >= 999.5 && suffix + 1 < G_N_ELEMENTS(suffixes)) {
        number /= 1000;
        suffix++;
    }
    g_autofree char *digits = three_digits(number);
    return g_strconcat(digits, suffixes[suffix], NULL);
}

char *viz_axis_latency(double nanoseconds)
{
    static const struct {
        double size;
        const char *name;
    } units[] = {{60e9, "min"}, {1e9, "s"}, {1e6, "ms"}, {1e3, "\u00b5s"}};

    SIM_ASSERT(nanoseconds >= 0);
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        double least = i == 0 ? 2 * units[i].size : units[i].size;
        if (nanoseconds >= least * 0.9995) {
            g_autofree char *digits = three_digits(nanoseconds / units[i].size);
            return g_strdup_printf("%s %s", digits, units[i].name);
        }
    }
    g_autofree char *digits = three_digits(nanoseconds);
    return g_strdup_printf("%s ns", digits);
}

char *viz_axis_moment(sim_time moment)
{
    int64_t seconds = moment / SIM_SECOND;

    SIM_ASSERT(moment >= 0);
    if (moment == 0) {
        return g_strdup("0");
    }
    if (moment < 60 * SIM_SECOND) {
        return viz_axis_latency((double)moment);
    }
    if (seconds < 3600) {
        return g_strdup_printf("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
    }
    return g_strdup_printf(
        "%" G_GINT64_FORMAT ":%02d:%02d",
        seconds / 3600,
        (int)(seconds / 60 % 60),
        (int)(seconds % 60));
}

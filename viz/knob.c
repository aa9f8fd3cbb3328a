/* SPDX-License-Identifier: MIT */
#include "viz/knob.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "sim/math.h"

#define STEPS     20
#define LONG_WAY  50.0 /* from the least to the largest value */
#define QUARTER   1.25
#define HALF_STEP 0.5

const char *viz_knob_value(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param)
{
    SIM_ASSERT(param < topology->param_count);
    return knobs->is_changed[param] ? knobs->values[param] : topology->params[param].value;
}

static void set(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, const char *value)
{
    (void)g_strlcpy(knobs->values[param], value, VIZ_VALUE_SIZE);
    knobs->is_changed[param] = strcmp(value, topology->params[param].value) != 0;
}

/* Three digits, and whole where it is large. */
static void set_number(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, double number)
{
    char text[VIZ_VALUE_SIZE];
    double size = fabs(number);
    double unit = 1;

    while (size >= 1000 * unit) {
        unit *= 10;
    }
    (void)snprintf(
        text,
        sizeof(text),
        "%.12g",
        size >= 100 ? floor(number / unit + HALF_STEP) * unit : number);
    if (size < 100) {
        (void)snprintf(text, sizeof(text), "%.3g", number);
    }
    set(knobs, topology, param, text);
}

static bool is_long_way(const struct viz_param *param)
{
    return param->min > 0 && param->max / param->min >= LONG_WAY;
}

static double number_at(const struct viz_param *param, double place)
{
    double number = is_long_way(param)
                        ? param->min * sim_math_exp(place * sim_math_log(param->max / param->min))
                        : param->min + place * (param->max - param->min);

    return CLAMP(number, param->min, param->max);
}

static double number_of(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param)
{
    return g_ascii_strtod(viz_knob_value(knobs, topology, param), NULL);
}

static int choice_of(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param)
{
    const struct viz_param *known = &topology->params[param];

    for (uint32_t i = 0; i < known->choice_count; i++) {
        if (strcmp(known->choices[i], viz_knob_value(knobs, topology, param)) == 0) {
            return (int)i;
        }
    }
    return 0;
}

double viz_knob_place(
    const struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param)
{
    const struct viz_param *known = &topology->params[param];

    if (known->kind == VIZ_PARAM_CHOICE && known->choice_count > 1) {
        return choice_of(knobs, topology, param) / (known->choice_count - 1.0);
    }
    if (known->kind != VIZ_PARAM_NUMBER || known->has_range == 0) {
        return -1;
    }
    double number = CLAMP(number_of(knobs, topology, param), known->min, known->max);
    if (is_long_way(known)) {
        return sim_math_log(number / known->min) / sim_math_log(known->max / known->min);
    }
    return (number - known->min) / (known->max - known->min);
}

void viz_knob_put(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, double place)
{
    const struct viz_param *known = &topology->params[param];

    place = CLAMP(place, 0, 1);
    if (known->kind == VIZ_PARAM_CHOICE && known->choice_count > 0) {
        uint32_t choice = (uint32_t)(place * (known->choice_count - 1) + HALF_STEP);
        set(knobs, topology, param, known->choices[choice]);
    } else if (known->kind == VIZ_PARAM_NUMBER && known->has_range != 0) {
        double step = floor(place * STEPS + HALF_STEP) / STEPS;
        set_number(knobs, topology, param, number_at(known, step));
    }
}

bool viz_knob_turn(
    struct viz_knobs *knobs, const struct viz_topology *topology, uint32_t param, bool is_up)
{
    const struct viz_param *known = &topology->params[param];
    double place = viz_knob_place(knobs, topology, param);

    if (known->kind == VIZ_PARAM_CHOICE && known->choice_count > 1) {
        double step = 1.0 / (known->choice_count - 1);
        viz_knob_put(knobs, topology, param, place + (is_up ? step : -step));
    } else if (place >= 0) { /* from between two steps to the next one of them */
        double steps = place * STEPS;
        double next = is_up ? floor(steps + 1e-9) + 1 : ceil(steps - 1e-9) - 1;
        viz_knob_put(knobs, topology, param, next / STEPS);
    } else if (known->kind == VIZ_PARAM_NUMBER) {
        double number = number_of(knobs, topology, param);
        set_number(knobs, topology, param, is_up ? number * QUARTER : number / QUARTER);
    } else {
        return false;
    }
    return true;
}

bool viz_knobs_are_changed(const struct viz_knobs *knobs)
{
    for (uint32_t i = 0; i < VIZ_PARAMS_MAX; i++) {
        if (knobs->is_changed[i]) {
            return true;
        }
    }
    return false;
}

/* What the scenario says to those who watch it, copied; its own chart, read at each interval: a
 * counter's increase per second, a gauge's value, a tally's 99th percentile. */
/* SPDX-License-Identifier: MIT */
#include "lua/lesson.h"
#include "viz/observer_state.h"

static void describe_captions(struct viz_topology *topology, const struct script_lesson *lesson)
{
    topology->caption_count = MIN(lesson->caption_count, VIZ_CAPTIONS_MAX);
    for (uint32_t i = 0; i < topology->caption_count; i++) {
        struct viz_caption *caption = &topology->captions[i];
        caption->from = lesson->captions[i].from;
        caption->until = lesson->captions[i].until;
        (void)g_strlcpy(caption->text, lesson->captions[i].text, sizeof(caption->text));
    }
    topology->bookmark_count = MIN(lesson->bookmark_count, VIZ_BOOKMARKS_MAX);
    for (uint32_t i = 0; i < topology->bookmark_count; i++) {
        struct viz_bookmark *bookmark = &topology->bookmarks[i];
        bookmark->time = lesson->bookmarks[i].time;
        (void)g_strlcpy(bookmark->label, lesson->bookmarks[i].label, sizeof(bookmark->label));
    }
}

static void describe_question(struct viz_question *to, const struct script_question *from)
{
    to->time = from->time;
    to->choice_count = MIN(from->choice_count, VIZ_CHOICES_MAX);
    to->answer = from->answer;
    (void)g_strlcpy(to->text, from->text, sizeof(to->text));
    (void)g_strlcpy(to->because, from->because, sizeof(to->because));
    for (uint32_t i = 0; i < to->choice_count; i++) {
        (void)g_strlcpy(to->choices[i], from->choices[i], sizeof(to->choices[i]));
    }
}

/* The first one; a series is called as the last part of its measure's name. */
static void describe_chart(viz_observer *observer, const struct script_chart *from)
{
    struct viz_own_chart *chart = &observer->topology.chart;

    (void)g_strlcpy(chart->title, from->title, sizeof(chart->title));
    for (uint32_t i = 0; i < MIN(from->measure_count, VIZ_SERIES_MAX); i++) {
        const struct sim_measure *measure =
            sim_registry_find(observer->world->registry, from->measures[i]);
        g_autofree char *label = g_path_get_basename(from->measures[i]);
        if (measure == NULL) {
            continue;
        }
        observer->own[chart->series_count] = measure;
        (void)g_strlcpy(chart->series[chart->series_count], label, VIZ_NAME_SIZE);
        (void)g_strlcpy(chart->unit, measure->unit, sizeof(chart->unit));
        chart->series_count++;
    }
}

/* Which line of which chart has the bound's measure; false: none. */
static bool find_series(
    const viz_observer *observer, const struct world_bound *bound, uint32_t *out_series)
{
    bool is_found = bound->measure == observer->latency;

    *out_series = VIZ_BOUND_LATENCY;
    for (uint32_t i = 0; !is_found && i < observer->topology.chart.series_count; i++) {
        *out_series = i;
        is_found = observer->own[i] == bound->measure;
    }
    return is_found;
}

/* What is expected of what is drawn. */
static void describe_bounds(viz_observer *observer)
{
    const GPtrArray *expected = observer->world->checks.expected;
    struct viz_topology *topology = &observer->topology;

    for (uint32_t i = 0; i < expected->len && topology->bound_count < VIZ_BOUNDS_MAX; i++) {
        const struct world_bound *bound = world_check_bound_of(g_ptr_array_index(expected, i));
        uint32_t series;
        if (bound == NULL || !find_series(observer, bound, &series)) {
            continue;
        }
        topology->bounds[topology->bound_count] = (struct viz_bound){
            .series = series,
            .permille = (uint32_t)(bound->percent * 10 + 0.5),
            .is_above = bound->relation == WORLD_ABOVE,
            .limit = bound->limit,
            .from = bound->from,
            .until = bound->until,
        };
        topology->bound_count++;
    }
    SIM_ASSERT(topology->bound_count <= VIZ_BOUNDS_MAX);
}

static void describe_param(struct viz_param *to, const struct script_param *from)
{
    (void)g_strlcpy(to->name, from->name, sizeof(to->name));
    (void)g_strlcpy(to->value, from->value, sizeof(to->value));
    (void)g_strlcpy(to->unit, from->unit, sizeof(to->unit));
    to->kind = from->is_number ? VIZ_PARAM_NUMBER : VIZ_PARAM_TEXT;
    to->has_range = from->has_range;
    to->min = from->min;
    to->max = from->max;
    if (from->choices == NULL || from->choice_count > VIZ_CHOICES_MAX) {
        return;
    }
    to->kind = VIZ_PARAM_CHOICE;
    to->choice_count = from->choice_count;
    for (uint32_t i = 0; i < to->choice_count; i++) {
        (void)g_strlcpy(to->choices[i], from->choices[i], sizeof(to->choices[i]));
    }
}

static void describe_params(viz_observer *observer)
{
    const struct script_scenario *scenario = script_runtime_scenario(observer->runtime);
    struct viz_topology *topology = &observer->topology;

    topology->param_count = MIN(scenario->param_count, VIZ_PARAMS_MAX);
    for (uint32_t i = 0; i < topology->param_count; i++) {
        describe_param(&topology->params[i], &scenario->params[i]);
    }
}

void viz_observer_describe_lesson(viz_observer *observer)
{
    const struct script_lesson lesson = script_lesson_of(observer->runtime);
    struct viz_topology *topology = &observer->topology;

    describe_captions(topology, &lesson);
    topology->question_count = MIN(lesson.question_count, VIZ_QUESTIONS_MAX);
    for (uint32_t i = 0; i < topology->question_count; i++) {
        describe_question(&topology->questions[i], &lesson.questions[i]);
    }
    if (lesson.chart_count > 0) {
        describe_chart(observer, &lesson.charts[0]);
    }
    describe_bounds(observer);
    describe_params(observer);
    SIM_ASSERT(topology->chart.series_count <= VIZ_SERIES_MAX);
}

static double own_value(viz_observer *observer, uint32_t series)
{
    const struct sim_measure *measure = observer->own[series];
    double interval_s = (double)observer->topology.interval / (double)SIM_SECOND;
    const sim_histogram *interval;
    uint64_t before = observer->own_before[series];

    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        observer->own_before[series] = measure->counter.value;
        return (double)(measure->counter.value - before) / interval_s;
    case SIM_MEASURE_GAUGE:
        return (double)measure->gauge.value;
    case SIM_MEASURE_TALLY:
        interval = measure->tally.interval;
        return interval != NULL ? (double)sim_histogram_percentile(interval, 99) : 0;
    }
    return 0;
}

void viz_observer_read_own(viz_observer *observer, struct viz_row *row)
{
    for (uint32_t i = 0; i < observer->topology.chart.series_count; i++) {
        row->own[i] = own_value(observer, i);
    }
}

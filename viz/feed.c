/* Three pieces of memory, each at a multiple of a cache line. What the viewer reads it copies out
 * first, and then bounds: a worker that goes on writing cannot change what was checked. */
/* SPDX-License-Identifier: MIT */
#include "viz/feed.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE     64
#define COMMAND_COUNT 64
#define ROW_COUNT     VIZ_ROWS_KEPT

enum state_key {
    KEY_TOPOLOGY,
    KEY_FRAME,
    KEY_INSPECTION,
    KEY_COUNT,
};

/* One size for all values of a state. */
union state_value {
    struct viz_topology topology;
    struct viz_frame frame;
    struct viz_inspection inspection;
};

_Static_assert(sizeof(union state_value) <= MODEL_MVC_VALUE_SIZE_MAX, "a value of an mvc");

static size_t round_up_to_line(size_t size)
{
    return (size + LINE_SIZE - 1) / LINE_SIZE * LINE_SIZE;
}

static size_t states_size(void)
{
    return round_up_to_line(model_mvc_size(KEY_COUNT, sizeof(union state_value)));
}

static size_t rows_size(void)
{
    return round_up_to_line(model_mvc_size(ROW_COUNT, sizeof(struct viz_row)));
}

static size_t commands_size(void)
{
    return round_up_to_line(model_p2p_size(COMMAND_COUNT, sizeof(struct viz_command)));
}

/* Where the pieces are; the first line says that they are. The values to be posted are put together
 * behind them. */
struct pieces {
    _Atomic uint32_t *is_ready;
    unsigned char *states;
    unsigned char *rows;
    unsigned char *commands;
    unsigned char *value;
    unsigned char *order;
};

static struct pieces pieces_of(void *memory)
{
    struct pieces pieces = {.is_ready = memory, .states = (unsigned char *)memory + LINE_SIZE};

    pieces.rows = pieces.states + states_size();
    pieces.commands = pieces.rows + rows_size();
    pieces.value = pieces.commands + commands_size();
    pieces.order = pieces.value + round_up_to_line(sizeof(union state_value));
    return pieces;
}

size_t viz_feed_size(void)
{
    return LINE_SIZE + states_size() + rows_size() + commands_size() +
           round_up_to_line(sizeof(union state_value)) + sizeof(struct viz_order);
}

static void register_keys(struct model_mvc *mvc, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        uint32_t index;
        (void)snprintf(name, sizeof(name), "%u", i);
        enum model_mvc_status status = model_mvc_register(mvc, name, &index);
        SIM_ASSERT(status == MODEL_MVC_OK && index == i);
    }
}

void viz_feed_init(struct viz_feed *feed, void *memory)
{
    struct pieces pieces = pieces_of(memory);
    const size_t value_size = sizeof(union state_value);
    bool is_set_up =
        model_mvc_init(&feed->states, pieces.states, states_size(), KEY_COUNT, value_size) ==
            MODEL_MVC_OK &&
        model_mvc_init(&feed->rows, pieces.rows, rows_size(), ROW_COUNT, sizeof(struct viz_row)) ==
            MODEL_MVC_OK &&
        model_p2p_init(
            &feed->commands,
            pieces.commands,
            commands_size(),
            COMMAND_COUNT,
            sizeof(struct viz_command)) == MODEL_P2P_OK;

    SIM_ASSERT(is_set_up);
    register_keys(&feed->states, KEY_COUNT);
    register_keys(&feed->rows, ROW_COUNT);
    feed->value = pieces.value;
    feed->order = (struct viz_order *)(void *)pieces.order;
    atomic_store(pieces.is_ready, 1);
}

bool viz_feed_attach(struct viz_feed *feed, void *memory)
{
    struct pieces pieces = pieces_of(memory);

    feed->value = NULL; /* this end posts nothing */
    feed->order = NULL;
    return atomic_load(pieces.is_ready) == 1 &&
           model_mvc_attach(&feed->states, pieces.states, states_size()) == MODEL_MVC_OK &&
           model_mvc_attach(&feed->rows, pieces.rows, rows_size()) == MODEL_MVC_OK &&
           model_p2p_attach(&feed->commands, pieces.commands, commands_size()) == MODEL_P2P_OK &&
           feed->states.value_size == sizeof(union state_value) &&
           feed->states.entry_count == KEY_COUNT &&
           feed->rows.value_size == sizeof(struct viz_row) &&
           feed->commands.element_size == sizeof(struct viz_command);
}

/* ---- in the worker ---- */

/* A ring's reader knows where it stands, a state's writer has nothing to know. */
void viz_feed_take_over(struct viz_feed *feed)
{
    enum model_p2p_status status =
        model_p2p_attach(&feed->commands, feed->commands.shared, commands_size());

    SIM_ASSERT(status == MODEL_P2P_OK && feed->value != NULL);
}

static void post(struct viz_feed *feed, enum state_key key, const void *value, size_t size)
{
    SIM_ASSERT(size <= sizeof(union state_value) && feed->value != NULL);
    memcpy(feed->value, value, size);
    model_mvc_post(&feed->states, key, feed->value);
}

void viz_feed_post_topology(struct viz_feed *feed, const struct viz_topology *topology)
{
    post(feed, KEY_TOPOLOGY, topology, sizeof(*topology));
}

void viz_feed_post_frame(struct viz_feed *feed, const struct viz_frame *frame)
{
    post(feed, KEY_FRAME, frame, sizeof(*frame));
}

void viz_feed_post_inspection(struct viz_feed *feed, const struct viz_inspection *inspection)
{
    post(feed, KEY_INSPECTION, inspection, sizeof(*inspection));
}

void viz_feed_post_row(struct viz_feed *feed, const struct viz_row *row)
{
    SIM_ASSERT(row->number > 0);
    model_mvc_post(&feed->rows, (uint32_t)(row->number % ROW_COUNT), row);
}

bool viz_feed_receive(struct viz_feed *feed, struct viz_command *out_command)
{
    return model_p2p_receive(&feed->commands, out_command);
}

/* ---- in the viewer ---- */

bool viz_feed_send(struct viz_feed *feed, const struct viz_command *command)
{
    return model_p2p_send(&feed->commands, command);
}

static bool read_state(
    const struct viz_feed *feed, enum state_key key, void *out_value, size_t size)
{
    union state_value *value = sim_allocate(1, sizeof(*value));
    const uint32_t index = key;
    uint64_t version;
    enum model_mvc_status status = model_mvc_snapshot(&feed->states, &index, 1, value, &version);

    SIM_ASSERT(size <= sizeof(*value));
    memcpy(out_value, value, size);
    free(value);
    return status == MODEL_MVC_OK;
}

/* A text from elsewhere: ended, and without characters that do more than stand there. */
static void tame_text(char *text, size_t size)
{
    text[size - 1] = '\0';
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            *at = ' ';
        }
    }
}

static void tame_count(uint32_t *count, uint32_t max)
{
    *count = *count < max ? *count : max;
}

static void tame_time(sim_time *time)
{
    *time = *time >= 0 ? *time : 0;
}

static void tame_nodes(struct viz_topology *topology)
{
    for (uint32_t i = 0; i < topology->node_count; i++) {
        struct viz_node *node = &topology->nodes[i];
        tame_text(node->name, sizeof(node->name));
        node->kind = node->kind < VIZ_OTHER ? node->kind : VIZ_OTHER;
        if (node->place >= topology->place_count) {
            topology->node_count = i; /* what stands nowhere is not there, nor what follows */
        }
    }
}

static void tame_question(struct viz_question *question)
{
    tame_time(&question->time);
    tame_text(question->text, sizeof(question->text));
    tame_text(question->because, sizeof(question->because));
    tame_count(&question->choice_count, VIZ_CHOICES_MAX);
    tame_count(&question->answer, VIZ_CHOICES_MAX - 1);
    for (uint32_t i = 0; i < VIZ_CHOICES_MAX; i++) {
        tame_text(question->choices[i], sizeof(question->choices[i]));
    }
}

static void tame_lesson(struct viz_topology *topology)
{
    tame_count(&topology->caption_count, VIZ_CAPTIONS_MAX);
    tame_count(&topology->bookmark_count, VIZ_BOOKMARKS_MAX);
    tame_count(&topology->question_count, VIZ_QUESTIONS_MAX);
    tame_count(&topology->chart.series_count, VIZ_SERIES_MAX);
    for (uint32_t i = 0; i < topology->caption_count; i++) {
        tame_text(topology->captions[i].text, sizeof(topology->captions[i].text));
    }
    for (uint32_t i = 0; i < topology->bookmark_count; i++) {
        tame_time(&topology->bookmarks[i].time);
        tame_text(topology->bookmarks[i].label, sizeof(topology->bookmarks[i].label));
    }
    for (uint32_t i = 0; i < topology->question_count; i++) {
        tame_question(&topology->questions[i]);
    }
    tame_text(topology->chart.title, sizeof(topology->chart.title));
    tame_text(topology->chart.unit, sizeof(topology->chart.unit));
    for (uint32_t i = 0; i < VIZ_SERIES_MAX; i++) {
        tame_text(topology->chart.series[i], sizeof(topology->chart.series[i]));
    }
}

static void tame_topology(struct viz_topology *topology)
{
    tame_lesson(topology);
    tame_text(topology->title, sizeof(topology->title));
    tame_text(topology->question, sizeof(topology->question));
    tame_time(&topology->duration);
    topology->interval = topology->interval > 0 ? topology->interval : SIM_SECOND;
    tame_count(&topology->place_count, VIZ_PLACES_MAX);
    tame_count(&topology->node_count, VIZ_NODES_MAX);
    tame_count(&topology->edge_count, VIZ_EDGES_MAX);
    tame_count(&topology->check_count, VIZ_CHECKS_MAX);
    for (uint32_t i = 0; i < topology->place_count; i++) {
        tame_text(topology->places[i], sizeof(topology->places[i]));
    }
    tame_nodes(topology);
    for (uint32_t i = 0; i < topology->edge_count; i++) {
        const struct viz_edge *edge = &topology->edges[i];
        if (edge->from >= topology->node_count || edge->to >= topology->node_count) {
            topology->edge_count = i;
        }
    }
    for (uint32_t i = 0; i < topology->check_count; i++) {
        tame_text(topology->checks[i], sizeof(topology->checks[i]));
    }
}

bool viz_feed_read_topology(const struct viz_feed *feed, struct viz_topology *out_topology)
{
    bool is_read = read_state(feed, KEY_TOPOLOGY, out_topology, sizeof(*out_topology));

    tame_topology(out_topology);
    return is_read;
}

static void tame_frame(struct viz_frame *frame, const struct viz_topology *topology)
{
    tame_time(&frame->now);
    tame_text(frame->error, sizeof(frame->error));
    tame_text(frame->reason, sizeof(frame->reason));
    frame->phase = frame->phase <= VIZ_PHASE_FAILED ? frame->phase : VIZ_PHASE_LOADING;
    tame_count(&frame->dot_count, VIZ_DOTS_MAX);
    tame_count(&frame->incident_count, VIZ_INCIDENTS_MAX);
    tame_count(&frame->outage_count, VIZ_OUTAGES_MAX);
    for (uint32_t i = 0; i < frame->incident_count; i++) {
        tame_time(&frame->incidents[i].time);
        tame_text(frame->incidents[i].label, sizeof(frame->incidents[i].label));
    }
    for (uint32_t i = 0; i < frame->outage_count; i++) {
        tame_time(&frame->outages[i].from);
        tame_time(&frame->outages[i].until);
        uint32_t node = frame->outages[i].node;
        bool is_sound = node < topology->node_count || node == VIZ_OUTAGE_FAULT;
        frame->outage_count = is_sound ? frame->outage_count : i;
    }
    for (uint32_t i = 0; i < VIZ_NODES_MAX; i++) {
        tame_text(frame->nodes[i].fault, sizeof(frame->nodes[i].fault));
    }
    for (uint32_t i = 0; i < VIZ_EDGES_MAX; i++) {
        tame_text(frame->edges[i].fault, sizeof(frame->edges[i].fault));
    }
    tame_count(&frame->checkpoints.count, VIZ_CHECKPOINTS_MAX);
    tame_count(&frame->faults.count, VIZ_FAULTS_MAX);
    for (uint32_t i = 0; i < frame->dot_count; i++) {
        const struct viz_packet *dot = &frame->dots[i];
        bool is_sound = dot->edge < topology->edge_count && dot->mark < VIZ_MARK_COUNT;
        frame->dot_count = is_sound ? frame->dot_count : i;
    }
}

bool viz_feed_read_frame(
    const struct viz_feed *feed, const struct viz_topology *topology, struct viz_frame *out_frame)
{
    bool is_read = read_state(feed, KEY_FRAME, out_frame, sizeof(*out_frame));

    tame_frame(out_frame, topology);
    return is_read;
}

bool viz_feed_read_inspection(const struct viz_feed *feed, struct viz_inspection *out_inspection)
{
    bool is_read = read_state(feed, KEY_INSPECTION, out_inspection, sizeof(*out_inspection));

    tame_count(&out_inspection->figure_count, VIZ_FIGURES_MAX);
    for (uint32_t i = 0; i < out_inspection->figure_count; i++) {
        struct viz_figure *figure = &out_inspection->figures[i];
        tame_text(figure->name, sizeof(figure->name));
        tame_text(figure->unit, sizeof(figure->unit));
    }
    return is_read;
}

void viz_rows_view_init(struct viz_rows_view *view, const struct viz_feed *feed)
{
    size_t size = model_mvc_view_size(&feed->rows);

    view->memory = sim_allocate(1, size);
    enum model_mvc_status status =
        model_mvc_view_init(&view->view, &feed->rows, view->memory, size);
    SIM_ASSERT(status == MODEL_MVC_OK);
}

void viz_rows_view_finish(struct viz_rows_view *view)
{
    free(view->memory);
    view->memory = NULL;
}

static void tame_number(double *number)
{
    *number = isfinite(*number) && *number >= 0 ? *number : 0;
}

static void tame_row(struct viz_row *row)
{
    double *numbers[] = {
        &row->offered,
        &row->served,
        &row->queued,
        &row->held,
        &row->queue_busy,
        &row->inside,
        &row->rate_x_wait,
        &row->own[0],
        &row->own[1],
        &row->own[2],
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        tame_number(numbers[i]);
    }
    tame_time(&row->p50);
    tame_time(&row->p90);
    tame_time(&row->p99);
}

bool viz_rows_view_next(struct viz_rows_view *view, struct viz_row *out_row)
{
    struct model_mvc_change change;

    if (model_mvc_view_drain(&view->view, &change, out_row) != MODEL_MVC_OK) {
        return false;
    }
    tame_row(out_row);
    return true;
}

int64_t viz_feed_heat_edge(uint32_t heat_row)
{
    /* 10^(k/6), in thousandths */
    static const int64_t steps[] = {1000, 1468, 2154, 3162, 4642, 6813};
    int64_t edge = 100; /* ns: times a thousand, 100 us */

    SIM_ASSERT(heat_row < VIZ_HEAT_ROWS);
    for (uint32_t i = 0; i < heat_row / 6; i++) {
        edge *= 10;
    }
    return edge * steps[heat_row % 6];
}

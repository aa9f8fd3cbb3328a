/* The viewer: processor time of a frame, and what watching costs the simulation.
 *
 * A frame is composed and drawn as the window would, 1280 x 720, with 14 nodes, 32 links, 2,000
 * messages in flight, all charts of 600 rows and the heat map; the figures are percentiles over the
 * frames, in ms of this thread's processor time. Then with a real worker: see bench/viewer_run.c.
 * Usage: bench_viewer [FRAMES [ROUNDS]]; no rounds, no worker */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "viz/draw.h"
#include "viz/heat.h"
#include "viz/page.h"

#include "bench/viewer_run.h"

#define FRAME_COUNT 600
#define ROUND_COUNT 5
#define ROW_COUNT   600
#define NODE_COUNT  14
#define EDGE_COUNT  32
#define DOT_COUNT   2000
#define BUDGET_MS   16.6

static double cpu_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Between nodes of one kind and the next. */
static void add_edge(struct viz_topology *topology, uint32_t from, uint32_t to)
{
    bool is_next = topology->nodes[to].kind == topology->nodes[from].kind + 1;

    if (is_next && topology->edge_count < EDGE_COUNT) {
        topology->edges[topology->edge_count] = (struct viz_edge){(uint16_t)from, (uint16_t)to};
        topology->edge_count++;
    }
}

static void fill_topology(struct viz_topology *topology)
{
    topology->place_count = 3;
    topology->node_count = NODE_COUNT;
    topology->duration = ROW_COUNT * SIM_SECOND;
    topology->interval = SIM_SECOND;
    (void)g_strlcpy(topology->title, "A benchmark of the viewer", sizeof(topology->title));
    for (uint32_t i = 0; i < NODE_COUNT; i++) {
        struct viz_node *node = &topology->nodes[i];
        *node = (struct viz_node){.place = i % 3, .kind = i / 4 % 4};
        (void)g_snprintf(node->name, sizeof(node->name), "node-%u", i);
    }
    for (uint32_t i = 0; i < 3; i++) {
        (void)g_snprintf(topology->places[i], VIZ_NAME_SIZE, "place-%u", i);
    }
    for (uint32_t i = 0; i < NODE_COUNT * NODE_COUNT; i++) {
        add_edge(topology, i / NODE_COUNT, i % NODE_COUNT);
    }
}

static void fill_rows(GArray *rows)
{
    for (uint32_t i = 0; i < ROW_COUNT; i++) {
        struct viz_row row = {
            .number = i + 1,
            .offered = 2000 + i * 37 % 700,
            .served = 1900 + i * 53 % 600,
            .queued = i * 71 % 900,
            .held = i * 29 % 300,
            .has_little = 1,
            .inside = i * 13 % 400,
            .rate_x_wait = i * 17 % 400,
            .p50 = (5 + i % 9) * SIM_MILLISECOND,
            .p90 = (20 + i % 31) * SIM_MILLISECOND,
            .p99 = (80 + i * 7 % 900) * SIM_MILLISECOND,
            .count = 2000,
        };
        for (uint32_t k = 0; k < VIZ_HEAT_ROWS; k++) {
            row.heat[k] = (i * 7 + k * 31) % 97;
        }
        g_array_append_val(rows, row);
    }
}

/* Everything moves from frame to frame. */
static void move(struct viz_story *story, uint32_t frame)
{
    struct viz_frame *now = &story->frame;

    now->now = story->topology.duration;
    now->phase = VIZ_PHASE_PLAYING;
    now->dot_count = DOT_COUNT;
    now->in_flight = DOT_COUNT;
    for (uint32_t i = 0; i < DOT_COUNT; i++) {
        now->dots[i] = (struct viz_packet){
            .edge = (uint16_t)(i % story->topology.edge_count),
            .position = (uint16_t)(i * 327 + frame * 400),
            .scatter = (uint16_t)(i * 7919),
            .mark = (uint8_t)(i % VIZ_MARK_COUNT)};
    }
    for (uint32_t i = 0; i < NODE_COUNT; i++) {
        now->nodes[i] = (struct viz_node_state){
            .is_up = i != 3,
            .level = (frame * 3 + i) % 500,
            .level_max = 500,
            .busy = (frame + i) % 16,
            .busy_max = 16,
            .rate = frame * 7 + i};
    }
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static void print_percentiles(const char *what, double *times, uint32_t count)
{
    qsort(times, count, sizeof(*times), compare);
    printf(
        "%-10s p50 %6.2f ms   p99 %6.2f ms   max %6.2f ms   budget %.1f ms\n",
        what,
        times[count / 2],
        times[count * 99 / 100],
        times[count - 1],
        BUDGET_MS);
}

struct times {
    double *compose;
    double *draw;
    double *whole;
};

static void time_frames(
    struct viz_story *story,
    viz_scene *scene,
    viz_canvas *canvas,
    uint32_t count,
    struct times *times)
{
    const struct viz_ui ui = {.selected = -1, .pointer_x = -1, .pointer_y = -1};
    const struct viz_rect window = {0, 0, viz_canvas_width(canvas), viz_canvas_height(canvas)};

    for (uint32_t i = 0; i < count; i++) {
        move(story, i);
        double begun = cpu_ms();
        viz_page_compose(scene, window, story, &ui);
        double composed = cpu_ms();
        viz_draw(canvas, scene);
        double drawn = cpu_ms();
        times->compose[i] = composed - begun;
        times->draw[i] = drawn - composed;
        times->whole[i] = drawn - begun;
    }
}

static void measure(struct viz_story *story, viz_font *font, uint32_t count)
{
    viz_canvas *canvas = viz_canvas_create(1280, 720);
    viz_scene *scene = viz_scene_create(font);
    double *memory = calloc(3 * (size_t)count, sizeof(*memory));
    struct times times = {memory, memory + count, memory + 2 * (size_t)count};

    if (memory != NULL) {
        time_frames(story, scene, canvas, count, &times);
        print_percentiles("compose", times.compose, count);
        print_percentiles("draw", times.draw, count);
        print_percentiles("frame", times.whole, count);
    }
    free(memory);
    viz_scene_destroy(scene);
    viz_canvas_destroy(canvas);
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : FRAME_COUNT;
    uint32_t rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : ROUND_COUNT;
    g_autoptr(GError) error = NULL;
    viz_font *font = viz_font_create(&error);

    if (font == NULL) {
        (void)fprintf(stderr, "%s\n", error->message);
        return EXIT_FAILURE;
    }
    struct viz_story *story = g_new0(struct viz_story, 1);
    fill_topology(&story->topology);
    story->rows = g_array_new(FALSE, TRUE, sizeof(struct viz_row));
    story->path = "";
    story->goal = -1;
    fill_rows(story->rows);
    printf("%u links, %u messages in flight\n", story->topology.edge_count, DOT_COUNT);
    measure(story, font, count > 0 ? count : FRAME_COUNT);
    bool is_well = rounds == 0 || bench_viewer_run(font, rounds);
    g_array_unref(story->rows);
    g_free(story);
    viz_font_destroy(font);
    return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Two minutes of billing. The plain run is a process that does nothing else; the watched one plays
 * as fast as it can while this process composes and draws frames, sixty a second. The two are run
 * in turns, and the quickest of each is compared. */
/* SPDX-License-Identifier: MIT */
#include "bench/viewer_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/paths.h"
#include "viz/draw.h"
#include "viz/page.h"
#include "viz/player.h"

#define WIDTH       1280
#define HEIGHT      720
#define FRAME_US    16667
#define FRAMES_MAX  60000
#define SEEK_COUNT  24
#define PATIENCE_US (300L * G_USEC_PER_SEC)
#define BYTES_MAX   (UINT64_C(1) << 30)

struct bench {
    struct script_options options;
    viz_font *font;
    viz_scene *scene;
    viz_canvas *canvas;
    double *frame_ms;
    uint32_t frame_count;
};

static double cpu_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double wall_ms(void)
{
    return (double)g_get_monotonic_time() / 1e3;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static void show(struct bench *bench, const viz_player *player)
{
    const struct viz_ui ui = {.selected = -1, .pointer_x = -1, .pointer_y = -1};
    const struct viz_rect window = {0, 0, WIDTH, HEIGHT};
    double begun = cpu_ms();

    viz_page_compose(bench->scene, window, viz_player_story(player), &ui);
    viz_draw(bench->canvas, bench->scene);
    if (bench->frame_count < FRAMES_MAX) {
        bench->frame_ms[bench->frame_count] = cpu_ms() - begun;
        bench->frame_count++;
    }
}

/* Until `is_done`, a frame each sixtieth of a second. */
static bool watch(struct bench *bench, viz_player *player, bool (*is_done)(const viz_player *))
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    gint64 next = 0;

    while (!is_done(player) && g_get_monotonic_time() < deadline) {
        (void)viz_player_poll(player);
        if (g_get_monotonic_time() >= next) {
            next = g_get_monotonic_time() + FRAME_US;
            show(bench, player);
        }
        g_usleep(500);
    }
    return is_done(player);
}

static bool has_ended(const viz_player *player)
{
    const struct viz_story *story = viz_player_story(player);

    return story->problem != NULL || story->frame.phase == VIZ_PHASE_ENDED;
}

static bool is_there(const viz_player *player)
{
    const struct viz_story *story = viz_player_story(player);

    return story->problem != NULL || (story->topology.node_count > 0 && story->goal < 0);
}

/* ---- what is measured ---- */

/* From nothing but an open window. */
static double first_frame_ms(struct bench *bench)
{
    double begun = wall_ms();
    viz_player *player = viz_player_create(&bench->options);

    viz_player_start(player, 0, true);
    while (!is_there(player)) {
        (void)viz_player_poll(player);
        g_usleep(200);
    }
    show(bench, player);
    double passed = wall_ms() - begun;
    viz_player_destroy(player);
    return passed;
}

/* Processor time of the run alone, in this process. */
static double run_ms(const struct bench *bench)
{
    script_runtime *runtime = script_runtime_load(&bench->options, NULL);

    if (runtime == NULL) {
        return -1;
    }
    double begun = cpu_ms();
    bool is_well =
        script_runtime_run(runtime, script_runtime_scenario(runtime)->duration, UINT64_MAX, NULL);
    double passed = cpu_ms() - begun;
    script_runtime_destroy(runtime);
    return is_well ? passed : -1;
}

/* The same in a process of its own, with a fresh heap, as with `tailback run`. */
static double plain_ms(const struct bench *bench)
{
    double passed = -1;
    int ends[2];

    if (pipe(ends) != 0) {
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        double own = run_ms(bench);
        _exit(write(ends[1], &own, sizeof(own)) == sizeof(own) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    bool is_read = read(ends[0], &passed, sizeof(passed)) == sizeof(passed);
    (void)waitpid(child, NULL, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return is_read ? passed : -1;
}

/* Returns the player, at the end of the run; NULL when it failed. */
static viz_player *watched(struct bench *bench, double *out_ms)
{
    viz_player *player = viz_player_create(&bench->options);

    viz_player_set_speed(player, 0);
    viz_player_start(player, 0, false);
    bool is_well = watch(bench, player, is_there);
    double begun = (double)viz_player_story(player)->frame.checkpoints.work / 1e6;
    viz_player_play(player);
    is_well = is_well && watch(bench, player, has_ended);
    *out_ms = (double)viz_player_story(player)->frame.checkpoints.work / 1e6 - begun;
    if (!is_well || viz_player_story(player)->problem != NULL) {
        viz_player_destroy(player);
        return NULL;
    }
    return player;
}

/* Place by place, from the end to the beginning. */
static void measure_seeks(struct bench *bench, viz_player *player)
{
    double times[SEEK_COUNT];
    double works[SEEK_COUNT];
    sim_time duration = viz_player_story(player)->topology.duration;
    const struct viz_checkpoint_list *list = &viz_player_story(player)->frame.checkpoints;

    printf(
        "checkpoints %u, %.0f MiB together at most\n",
        list->count,
        (double)list->bytes / (1 << 20));
    for (uint32_t i = 0; i < SEEK_COUNT; i++) {
        sim_time to = duration / SEEK_COUNT * (sim_time)(SEEK_COUNT - 1 - i);
        double begun = wall_ms();
        viz_player_seek(player, to);
        (void)watch(bench, player, is_there);
        times[i] = wall_ms() - begun;
        works[i] = (double)list->own / 1e6;
    }
    qsort(times, SEEK_COUNT, sizeof(times[0]), compare);
    qsort(works, SEEK_COUNT, sizeof(works[0]), compare);
    printf(
        "back to    median %5.0f ms  slowest %5.0f ms   of %d places   budget 1000 ms\n"
        "  of that  median %5.0f ms  slowest %5.0f ms   processor time\n",
        times[SEEK_COUNT / 2],
        times[SEEK_COUNT - 1],
        SEEK_COUNT,
        works[SEEK_COUNT / 2],
        works[SEEK_COUNT - 1]);
}

static void print_frames(const struct bench *bench)
{
    uint32_t count = bench->frame_count;

    qsort(bench->frame_ms, count, sizeof(*bench->frame_ms), compare);
    printf(
        "while it runs flat out: a frame p50 %.2f ms, p99 %.2f ms, of %u   budget 16.6 ms\n",
        bench->frame_ms[count / 2],
        bench->frame_ms[count * 99 / 100],
        count);
}

static bool measure(struct bench *bench, uint32_t rounds)
{
    double plain_best = -1;
    double watched_best = -1;
    double first = first_frame_ms(bench);
    viz_player *player = NULL;

    for (uint32_t i = 0; i < rounds; i++) {
        double watched_time;
        double plain_time = plain_ms(bench);
        viz_player_destroy(player);
        player = watched(bench, &watched_time);
        if (player == NULL || plain_time < 0) {
            return false;
        }
        plain_best = i == 0 || plain_time < plain_best ? plain_time : plain_best;
        watched_best = i == 0 || watched_time < watched_best ? watched_time : watched_best;
    }
    printf("first      %5.0f ms to the first frame   budget 300 ms\n", first);
    print_frames(bench);
    printf(
        "watched    %.0f ms, plain %.0f ms of processor time: %+.1f %%   budget +10 %%\n",
        watched_best,
        plain_best,
        (watched_best / plain_best - 1) * 100);
    measure_seeks(bench, player);
    viz_player_destroy(player);
    return true;
}

bool bench_viewer_run(viz_font *font, uint32_t rounds)
{
    g_autofree char *library = cli_paths_library(NULL);
    g_autofree char *path =
        library == NULL
            ? NULL
            : g_build_filename(library, "..", "scenarios/billing/datacenter-failure.lua", NULL);
    struct bench bench = {
        .options = {.path = path, .library = library, .memory_max = BYTES_MAX},
        .font = font,
        .scene = viz_scene_create(font),
        .canvas = viz_canvas_create(WIDTH, HEIGHT),
        .frame_ms = g_new0(double, FRAMES_MAX),
    };
    bool is_well = path != NULL && measure(&bench, rounds);

    g_free(bench.frame_ms);
    viz_canvas_destroy(bench.canvas);
    viz_scene_destroy(bench.scene);
    return is_well;
}

/* It never plays: to play for a time is to go to where that would lead. So nothing depends on how
 * fast the machine is. */
/* SPDX-License-Identifier: MIT */
#include "viz/headless.h"

#include <string.h>

#include "cli/message.h"
#include "viz/draw.h"
#include "viz/keys.h"
#include "viz/png.h"
#include "viz/record.h"

#define TICK_US    2000
#define WAIT_US    (120L * G_USEC_PER_SEC) /* for one seek */
#define FULL_SPEED 100000                  /* thousandths, that stand for as fast as it can */

struct headless {
    const struct cli_view_options *options;
    viz_player *player;
    viz_view *view;
    viz_canvas *canvas;
};

/* A command is obeyed within two milliseconds, but not at once: it must be still for some time. */
static bool wait_until_still(const struct headless *headless)
{
    gint64 deadline = g_get_monotonic_time() + WAIT_US;
    uint32_t still_count = 0;

    while (still_count < 20 && g_get_monotonic_time() < deadline) {
        bool has_news = viz_view_poll(headless->view);
        still_count = viz_view_is_still(headless->view) && !has_news ? still_count + 1 : 0;
        g_usleep(TICK_US);
    }
    if (still_count < 20) {
        cli_message_error("the scenario did not stand still within two minutes");
    }
    return still_count >= 20;
}

static const viz_scene *compose(const struct headless *headless)
{
    return viz_view_compose(headless->view, headless->options->width, headless->options->height);
}

static bool do_event(const struct headless *headless, const char *event)
{
    enum viz_wish wish = VIZ_WISH_NONE;

    (void)compose(headless);
    if (g_str_equal(event, "wait")) {
        return wait_until_still(headless);
    }
    if (g_str_has_prefix(event, "click:")) {
        if (!viz_view_click_role(headless->view, event + strlen("click:"), &wish)) {
            cli_message_error("--script: nothing to click is called '%s'", event + 6);
            return false;
        }
        return wait_until_still(headless);
    }
    if (viz_keys_action(event) == VIZ_ACTION_NONE) {
        cli_message_error("--script: '%s' is no key; the page of keys (?) has their names", event);
        return false;
    }
    (void)viz_view_key(headless->view, event);
    return g_str_equal(event, "Space") || wait_until_still(headless);
}

static bool do_script(const struct headless *headless, const char *script)
{
    g_auto(GStrv) events = g_strsplit(script, ",", -1);

    for (uint32_t i = 0; events[i] != NULL; i++) {
        if (!do_event(headless, g_strstrip(events[i]))) {
            return false;
        }
    }
    return true;
}

/* Virtual time of a sixtieth of a second, at the speed that is set. */
static double frame_time(const struct headless *headless)
{
    uint64_t speed = viz_player_story(headless->player)->speed_permille;

    speed = speed > 0 ? speed : FULL_SPEED;
    return (double)SIM_SECOND / VIZ_RECORD_RATE * (double)speed / 1000;
}

static sim_time later(const struct headless *headless, sim_time begin, uint32_t frames)
{
    double to = (double)begin + frame_time(headless) * frames;
    sim_time duration = viz_player_story(headless->player)->topology.duration;

    return (sim_time)MIN(to, (double)duration);
}

/* Goes there, and comes back as soon as it is there. */
static bool go_to(const struct headless *headless, sim_time to)
{
    const struct viz_story *story = viz_player_story(headless->player);
    gint64 deadline = g_get_monotonic_time() + WAIT_US;

    viz_player_seek(headless->player, to);
    while (story->frame.now < to && story->problem == NULL &&
           story->frame.phase != VIZ_PHASE_FAILED && g_get_monotonic_time() < deadline) {
        (void)viz_view_poll(headless->view);
        g_usleep(TICK_US / 4);
    }
    return g_get_monotonic_time() < deadline;
}

static bool film_frames(const struct headless *headless, viz_record *record, GError **error)
{
    sim_time begin = viz_player_story(headless->player)->frame.now;
    bool is_well = true;

    for (uint32_t i = 0; is_well && i < headless->options->frames; i++) {
        is_well = go_to(headless, later(headless, begin, i + 1));
        viz_draw(headless->canvas, compose(headless));
        is_well = is_well && viz_record_add(record, headless->canvas, error);
    }
    return is_well;
}

static bool film(const struct headless *headless)
{
    const struct cli_view_options *options = headless->options;
    g_autoptr(GError) error = NULL;
    viz_record *record =
        viz_record_create(options->record, options->width, options->height, &error);
    bool is_filmed = record != NULL && film_frames(headless, record, &error);

    is_filmed =
        record != NULL && viz_record_finish(record, error == NULL ? &error : NULL) && is_filmed;
    if (!is_filmed) {
        cli_message_error("%s", error != NULL ? error->message : "the film is not complete");
    }
    return is_filmed;
}

static bool play_frames(const struct headless *headless)
{
    const struct viz_story *story = viz_player_story(headless->player);

    if (headless->options->record != NULL) {
        return film(headless);
    }
    viz_player_seek(headless->player, later(headless, story->frame.now, headless->options->frames));
    return wait_until_still(headless);
}

static bool write_dump(const viz_scene *scene, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);

    viz_scene_dump(scene, text);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static bool save(const struct headless *headless)
{
    const struct cli_view_options *options = headless->options;
    const viz_scene *scene = compose(headless);
    g_autoptr(GError) error = NULL;

    viz_draw(headless->canvas, scene);
    bool is_saved = (options->screenshot == NULL ||
                     viz_png_write(headless->canvas, options->screenshot, &error)) &&
                    (options->dump == NULL || write_dump(scene, options->dump, &error));
    if (!is_saved) {
        cli_message_error("cannot save the picture: %s", error->message);
    }
    return is_saved;
}

static bool go(const struct headless *headless)
{
    const struct cli_view_options *options = headless->options;

    viz_player_start(headless->player, MAX(options->at, 0), false);
    return wait_until_still(headless) &&
           (options->script == NULL || do_script(headless, options->script)) &&
           (options->frames == 0 || play_frames(headless));
}

int viz_headless_run(
    const struct cli_view_options *options, viz_player *player, viz_view *view, viz_font *font)
{
    struct headless headless = {
        .options = options,
        .player = player,
        .view = view,
        .canvas = viz_canvas_create(options->width, options->height),
    };
    const struct viz_story *story = viz_player_story(player);

    SIM_ASSERT(font != NULL);
    viz_view_ui(view)->hides_machine = true;
    bool is_well = go(&headless) && save(&headless);
    if (is_well && story->problem != NULL) {
        cli_message_error("%s", story->problem);
        is_well = false;
    }
    viz_canvas_destroy(headless.canvas);
    return is_well ? CLI_STATUS_OK : CLI_STATUS_WRONG;
}

/* Virtual time advances in pieces that end where the observer must probe, where the pace is met, or
 * after so many events that commands have waited long enough. None of that shows in the run: events
 * fire in the same order however it is cut. */
/* SPDX-License-Identifier: MIT */
#include "viz/stage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/confine.h"
#include "viz/scout.h"
#include "viz/stage_state.h"

#define SLICE_EVENTS  UINT64_C(8192) /* two milliseconds, as a rule */
#define FRAME_TIME    (SIM_SECOND / 60)
#define REST_TIME     (2 * SIM_MILLISECOND)
#define LAG_MAX       (100 * SIM_MILLISECOND) /* more than that is not made up for */
#define ROWS_IN_FRAME (VIZ_ROWS_KEPT / 4)

static sim_time wall_time(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SIM_SECOND + now.tv_nsec;
}

static void rest(sim_time duration)
{
    struct timespec time = {.tv_nsec = (long)duration};

    SIM_ASSERT(duration < SIM_SECOND);
    (void)nanosleep(&time, NULL);
}

static void print_nothing(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static bool load(struct viz_stage *stage, GError **error)
{
    struct script_options *options = &stage->job->script;

    options->print = print_nothing;
    g_autofree struct viz_topology *seen = viz_scout(options, error);
    if (seen == NULL) {
        return false;
    }
    options->pauses = true;
    stage->runtime = script_runtime_load(options, error);
    int confined = cli_confine_files();
    (void)confined; /* the parent says where this kernel cannot */
    if (stage->runtime == NULL) {
        return false;
    }
    stage->world = script_runtime_world(stage->runtime);
    stage->observer = viz_observer_create(stage->runtime);
    viz_observer_take_edges(stage->observer, seen);
    stage->hand = (struct viz_hand){
        .world = stage->world, .topology = viz_observer_topology(stage->observer)};
    return true;
}

/* ---- what the viewer sees ---- */

static void beat(struct viz_stage *stage)
{
    struct cli_progress progress = {.phase = CLI_PHASE_LOADING};

    if (stage->world != NULL) {
        progress.phase = CLI_PHASE_RUNNING;
        progress.now = stage->world->run.now;
        progress.until = viz_stage_duration(stage);
        progress.event_count = stage->world->run.fired_count;
    }
    cli_channel_beat(stage->channel, &progress);
}

static uint64_t speed_reached(const struct viz_stage *stage, sim_time wall)
{
    sim_time passed = wall - stage->posted_wall;
    sim_time advanced = stage->world->run.now - stage->posted_now;

    SIM_ASSERT(advanced >= 0);
    return passed > 0 ? (uint64_t)((double)advanced / (double)passed * 1000) : 0;
}

static void post(struct viz_stage *stage, sim_time wall)
{
    if (viz_observer_find_edges(stage->observer)) {
        viz_feed_post_topology(stage->feed, viz_observer_topology(stage->observer));
    }
    viz_observer_frame(stage->observer, &stage->frame);
    memcpy(stage->frame.error, stage->error, sizeof(stage->error));
    memcpy(stage->frame.reason, stage->reason, sizeof(stage->reason));
    stage->frame.faults = stage->job->faults;
    viz_checkpoints_note_work(&stage->checkpoints);
    stage->frame.checkpoints = stage->checkpoints.list;
    stage->frame.epoch = stage->epoch;
    stage->frame.life = stage->life;
    stage->frame.phase = stage->phase;
    stage->frame.speed_permille = viz_stage_is_moving(stage) ? speed_reached(stage, wall) : 0;
    if (stage->inspected >= 0) {
        struct viz_inspection inspection;
        viz_observer_inspect(stage->observer, (uint32_t)stage->inspected, &inspection);
        viz_feed_post_inspection(stage->feed, &inspection);
    }
    viz_feed_post_frame(stage->feed, &stage->frame);
    beat(stage);
    stage->posted_now = stage->world->run.now;
    stage->posted_wall = wall;
    stage->rows_in_frame = 0;
    stage->is_changed = false;
}

/* ---- time passes ---- */

void viz_stage_set_anchor(struct viz_stage *stage)
{
    stage->anchor_now = stage->world->run.now;
    stage->anchor_wall = wall_time();
}

void viz_stage_halt(struct viz_stage *stage, enum viz_phase phase)
{
    stage->phase = phase;
    stage->aim = VIZ_AIM_TIME;
    stage->is_changed = true;
}

/* Playing stops where the scenario asks something. */
static sim_time next_question(const struct viz_stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    sim_time next = SIM_NEVER;

    for (uint32_t i = 0; i < topology->question_count; i++) {
        sim_time time = topology->questions[i].time;
        next = time > stage->world->run.now ? MIN(next, time) : next;
    }
    return next;
}

static bool asks_first(const struct viz_stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);

    for (uint32_t i = 0; i < topology->question_count; i++) {
        if (topology->questions[i].time == 0) {
            return true;
        }
    }
    return false;
}

void viz_stage_set_out(struct viz_stage *stage, enum viz_phase phase, sim_time until)
{
    if (stage->phase == VIZ_PHASE_ENDED || stage->phase == VIZ_PHASE_FAILED) {
        return;
    }
    if (phase == VIZ_PHASE_PLAYING) {
        until = MIN(until, next_question(stage));
    }
    stage->phase = phase;
    stage->reason[0] = '\0';
    stage->aim = VIZ_AIM_TIME;
    stage->until = MIN(until, viz_stage_duration(stage));
    stage->is_changed = true;
    viz_stage_set_anchor(stage);
}

static bool has_aimed_well(const struct viz_stage *stage)
{
    switch (stage->aim) {
    case VIZ_AIM_EVENTS:
        return stage->world->run.fired_count >= stage->events_aim;
    case VIZ_AIM_EFFECT:
        return viz_stage_effect_count(stage) >= stage->effects_aim ||
               stage->world->run.fired_count >= stage->events_aim;
    case VIZ_AIM_INCIDENT:
        return stage->world->incidents.list->len >= stage->incidents_aim;
    case VIZ_AIM_TIME:
        break;
    }
    return false;
}

/* What has to be looked at just before the clock strikes. */
static void probe(struct viz_stage *stage)
{
    sim_time interval = viz_observer_topology(stage->observer)->interval;

    viz_observer_probe(stage->observer);
    stage->probe_count++;
    if (stage->probe_count % VIZ_PROBES == 0) {
        struct viz_row row;
        viz_observer_row(stage->observer, &row);
        viz_feed_post_row(stage->feed, &row);
        stage->rows_in_frame++;
    }
    uint64_t strikes = stage->probe_count + 1;
    stage->probe_next = interval * (sim_time)(strikes / VIZ_PROBES) +
                        interval / VIZ_PROBES * (sim_time)(strikes % VIZ_PROBES) - 1;
    SIM_ASSERT(stage->probe_next > stage->world->run.now);
}

static void fail(struct viz_stage *stage, const GError *error)
{
    (void)g_strlcpy(stage->error, error->message, sizeof(stage->error));
    viz_stage_halt(stage, VIZ_PHASE_FAILED);
}

static void end(struct viz_stage *stage)
{
    g_autoptr(GError) error = NULL;

    SIM_ASSERT(stage->world->run.now == viz_stage_duration(stage));
    if (script_runtime_end(stage->runtime, &error)) {
        viz_stage_halt(stage, VIZ_PHASE_ENDED);
    } else {
        fail(stage, error);
    }
}

/* The clock stands where it was told to. */
void viz_stage_arrive(struct viz_stage *stage)
{
    if (stage->world->run.now == viz_stage_duration(stage)) {
        end(stage);
    } else if (stage->plays_on) {
        stage->plays_on = false;
        viz_stage_set_out(stage, VIZ_PHASE_PLAYING, SIM_NEVER);
    } else {
        viz_stage_halt(stage, VIZ_PHASE_PAUSED);
    }
}

/* Runs to `target` at most, and not beyond one slice of events. */
static void run_slice(struct viz_stage *stage, sim_time target)
{
    g_autoptr(GError) error = NULL;
    uint64_t slice = stage->aim == VIZ_AIM_TIME ? SLICE_EVENTS : 1;
    uint64_t limit = stage->world->run.fired_count + slice;
    sim_time horizon = MIN(target, stage->probe_next);

    SIM_ASSERT(horizon >= stage->world->run.now);
    if (!script_runtime_run(stage->runtime, horizon, limit, &error)) {
        fail(stage, error);
        return;
    }
    const char *reason = script_runtime_paused(stage->runtime);
    bool is_to_pause = reason != NULL && stage->phase == VIZ_PHASE_PLAYING;
    if (is_to_pause || has_aimed_well(stage)) {
        viz_stage_halt(stage, VIZ_PHASE_PAUSED);
        (void)g_strlcpy(stage->reason, is_to_pause ? reason : "", sizeof(stage->reason));
        return;
    }
    if (reason != NULL) {
        return; /* on the way to somewhere nothing stops it */
    }
    if (stage->world->run.fired_count >= limit) {
        return; /* there may be more at this instant */
    }
    if (stage->world->run.now == stage->probe_next) {
        probe(stage);
    }
    if (stage->world->run.now == stage->until) {
        viz_stage_arrive(stage);
    }
}

/* Where virtual time ought to be. A worker that cannot keep up does not hurry afterwards. */
static sim_time pace(struct viz_stage *stage, sim_time wall)
{
    if (stage->phase == VIZ_PHASE_SEEKING || stage->speed_permille == 0) {
        return stage->until;
    }
    double passed = (double)(wall - stage->anchor_wall);
    double target = (double)stage->anchor_now + passed * (double)stage->speed_permille / 1000;
    double lag = (double)LAG_MAX * (double)stage->speed_permille / 1000;

    if (target - (double)stage->world->run.now > lag) {
        viz_stage_set_anchor(stage);
        target = (double)stage->world->run.now + lag / 4;
    }
    return MIN(stage->until, MAX((sim_time)target, stage->world->run.now));
}

static bool needs_checkpoint(const struct viz_stage *stage)
{
    const struct viz_checkpoint_spacing spacing = {
        .apart = viz_stage_duration(stage) / VIZ_CHECKPOINTS_MAX,
        .work = stage->job->checkpoint_work,
    };

    return viz_checkpoints_is_due(&stage->checkpoints, stage->world->run.now, &spacing);
}

static void advance(struct viz_stage *stage)
{
    sim_time wall = wall_time();
    sim_time deadline = stage->posted_wall + FRAME_TIME;
    sim_time target = pace(stage, wall);

    while (viz_stage_is_moving(stage) && stage->world->run.now < target && wall < deadline &&
           stage->rows_in_frame < ROWS_IN_FRAME && !needs_checkpoint(stage)) {
        run_slice(stage, target);
        wall = wall_time();
    }
    SIM_ASSERT(stage->world->run.now <= stage->probe_next);
    if (viz_stage_is_moving(stage) &&
        (stage->world->run.now >= target || stage->rows_in_frame >= ROWS_IN_FRAME)) {
        rest(REST_TIME);
    }
}

/* ---- the whole ---- */

/* After a fork: what is not copied, or stood elsewhere in the meantime. */
static void wake(struct viz_stage *stage, enum viz_checkpoint_result result)
{
    if (result != VIZ_CHECKPOINT_NONE && !script_runtime_forked(stage->runtime)) {
        cli_channel_fail(stage->channel, "cannot start the timer that stops endless loops");
        _exit(EXIT_FAILURE);
    }
    if (result == VIZ_CHECKPOINT_WOKEN) {
        viz_feed_take_over(stage->feed);
        viz_stage_carry_out(stage, stage->checkpoints.order);
    }
}

/* Everything that is to come may be gone back on, to the beginning. */
static void begin(struct viz_stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    const struct viz_order first = {
        .to = stage->job->start,
        .inspected = -1,
        .speed_permille = stage->job->speed_permille,
        .plays_on = stage->job->is_playing && !asks_first(stage),
        .faults = stage->job->faults,
    };

    viz_feed_post_topology(stage->feed, topology);
    stage->probe_next = topology->interval / VIZ_PROBES - 1;
    stage->job->faults.count = 0;
    viz_checkpoints_init(&stage->checkpoints, stage->feed->order);
    const struct viz_checkpoint_place place = {.faults = &stage->job->faults};
    enum viz_checkpoint_result result = viz_checkpoints_keep(&stage->checkpoints, &place);
    wake(stage, result);
    if (result != VIZ_CHECKPOINT_WOKEN) {
        viz_stage_carry_out(stage, &first);
    }
}

static void keep_checkpoint(struct viz_stage *stage)
{
    const struct viz_checkpoint_place place = {
        .now = stage->world->run.now,
        .follow_plus_one = stage->life.message_plus_one,
        .faults = &stage->job->faults,
    };

    if (needs_checkpoint(stage)) {
        wake(stage, viz_checkpoints_keep(&stage->checkpoints, &place));
    }
}

/* One round of the loop. */
static void go_round(struct viz_stage *stage)
{
    viz_stage_take_commands(stage);
    if (viz_stage_is_moving(stage)) {
        keep_checkpoint(stage);
        advance(stage);
    } else {
        rest(REST_TIME);
    }
    sim_time wall = wall_time();
    bool is_due = wall - stage->posted_wall >= FRAME_TIME;
    if (stage->is_changed || (is_due && viz_stage_is_moving(stage))) {
        post(stage, wall);
    } else if (is_due) {
        beat(stage);
        stage->posted_wall = wall;
    }
}

int viz_stage(void *context, struct cli_channel *channel)
{
    struct viz_job *job = context;
    struct viz_stage stage = {.job = job, .feed = job->feed, .channel = channel, .inspected = -1};
    g_autoptr(GError) error = NULL;

    beat(&stage);
    if (!load(&stage, &error)) {
        cli_channel_fail(channel, error->message);
        return EXIT_FAILURE;
    }
    begin(&stage);
    for (;;) { /* until the parent kills it, or dies */
        go_round(&stage);
    }
}

/* Virtual time advances in pieces that end where the observer must probe, where the pace is met, or
 * after so many events that commands have waited long enough. None of that shows in the run: events
 * fire in the same order however it is cut. */
/* SPDX-License-Identifier: MIT */
#include "viz/stage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/confine.h"
#include "viz/observer.h"
#include "viz/scout.h"

#define SLICE_EVENTS  UINT64_C(8192) /* two milliseconds, as a rule */
#define FRAME_TIME    (SIM_SECOND / 60)
#define REST_TIME     (2 * SIM_MILLISECOND)
#define LAG_MAX       (100 * SIM_MILLISECOND) /* more than that is not made up for */
#define ROWS_IN_FRAME (VIZ_ROWS_KEPT / 4)
#define STEP_MAX      UINT64_C(1000000) /* events in which one step must get somewhere */

/* When to stop, besides at `until`. */
enum aim {
    AIM_TIME,
    AIM_EVENTS,
    AIM_EFFECT,
    AIM_INCIDENT,
};

struct stage {
    struct viz_job *job;
    struct viz_feed *feed;
    struct cli_channel *channel;
    script_runtime *runtime;
    struct world *world;
    viz_observer *observer;
    struct viz_frame frame;
    enum viz_phase phase;
    enum aim aim;
    sim_time until; /* while SEEKING or PLAYING */
    uint64_t events_aim;
    uint64_t effects_aim;
    uint32_t incidents_aim;
    uint64_t speed_permille;
    sim_time probe_next;
    uint64_t probe_count;
    uint32_t rows_in_frame; /* posted since the last frame */
    int64_t inspected;
    sim_time anchor_now; /* virtual, and on the machine's clock, at which the pace counts from */
    sim_time anchor_wall;
    sim_time posted_now; /* the same, of the last frame */
    sim_time posted_wall;
    char reason[VIZ_LABEL_SIZE];
    char error[sizeof(((struct viz_frame *)NULL)->error)];
    bool is_changed; /* since the last frame */
    bool plays_on;   /* when it is where it is to start */
};

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

static bool load(struct stage *stage, GError **error)
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
    return true;
}

/* ---- what the viewer sees ---- */

static sim_time duration_of(const struct stage *stage)
{
    return viz_observer_topology(stage->observer)->duration;
}

static void beat(struct stage *stage)
{
    struct cli_progress progress = {.phase = CLI_PHASE_LOADING};

    if (stage->world != NULL) {
        progress.phase = CLI_PHASE_RUNNING;
        progress.now = stage->world->run.now;
        progress.until = duration_of(stage);
        progress.event_count = stage->world->run.fired_count;
    }
    cli_channel_beat(stage->channel, &progress);
}

static bool is_moving(const struct stage *stage)
{
    return stage->phase == VIZ_PHASE_PLAYING || stage->phase == VIZ_PHASE_SEEKING;
}

static uint64_t speed_reached(const struct stage *stage, sim_time wall)
{
    sim_time passed = wall - stage->posted_wall;
    sim_time advanced = stage->world->run.now - stage->posted_now;

    SIM_ASSERT(advanced >= 0);
    return passed > 0 ? (uint64_t)((double)advanced / (double)passed * 1000) : 0;
}

static void post(struct stage *stage, sim_time wall)
{
    if (viz_observer_find_edges(stage->observer)) {
        viz_feed_post_topology(stage->feed, viz_observer_topology(stage->observer));
    }
    viz_observer_frame(stage->observer, &stage->frame);
    memcpy(stage->frame.error, stage->error, sizeof(stage->error));
    memcpy(stage->frame.reason, stage->reason, sizeof(stage->reason));
    stage->frame.faults = stage->job->faults;
    stage->frame.phase = stage->phase;
    stage->frame.speed_permille = is_moving(stage) ? speed_reached(stage, wall) : 0;
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

static void set_anchor(struct stage *stage)
{
    stage->anchor_now = stage->world->run.now;
    stage->anchor_wall = wall_time();
}

static void halt(struct stage *stage, enum viz_phase phase)
{
    stage->phase = phase;
    stage->aim = AIM_TIME;
    stage->is_changed = true;
}

/* Playing stops where the scenario asks something. */
static sim_time next_question(const struct stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    sim_time next = SIM_NEVER;

    for (uint32_t i = 0; i < topology->question_count; i++) {
        sim_time time = topology->questions[i].time;
        next = time > stage->world->run.now ? MIN(next, time) : next;
    }
    return next;
}

static bool asks_first(const struct stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);

    for (uint32_t i = 0; i < topology->question_count; i++) {
        if (topology->questions[i].time == 0) {
            return true;
        }
    }
    return false;
}

static void set_out(struct stage *stage, enum viz_phase phase, sim_time until)
{
    if (stage->phase == VIZ_PHASE_ENDED || stage->phase == VIZ_PHASE_FAILED) {
        return;
    }
    if (phase == VIZ_PHASE_PLAYING) {
        until = MIN(until, next_question(stage));
    }
    stage->phase = phase;
    stage->reason[0] = '\0';
    stage->aim = AIM_TIME;
    stage->until = MIN(until, duration_of(stage));
    stage->is_changed = true;
    set_anchor(stage);
}

static uint64_t effect_count(const struct stage *stage)
{
    const sim_histogram *histogram = stage->world->latency->histogram;

    return histogram != NULL ? sim_histogram_count(histogram) : 0;
}

static bool has_aimed_well(const struct stage *stage)
{
    switch (stage->aim) {
    case AIM_EVENTS:
        return stage->world->run.fired_count >= stage->events_aim;
    case AIM_EFFECT:
        return effect_count(stage) >= stage->effects_aim ||
               stage->world->run.fired_count >= stage->events_aim;
    case AIM_INCIDENT:
        return stage->world->incidents.list->len >= stage->incidents_aim;
    case AIM_TIME:
        break;
    }
    return false;
}

/* What has to be looked at just before the clock strikes. */
static void probe(struct stage *stage)
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

static void fail(struct stage *stage, const GError *error)
{
    (void)g_strlcpy(stage->error, error->message, sizeof(stage->error));
    halt(stage, VIZ_PHASE_FAILED);
}

static void end(struct stage *stage)
{
    g_autoptr(GError) error = NULL;

    SIM_ASSERT(stage->world->run.now == duration_of(stage));
    if (script_runtime_end(stage->runtime, &error)) {
        halt(stage, VIZ_PHASE_ENDED);
    } else {
        fail(stage, error);
    }
}

/* The clock stands where it was told to. */
static void arrive(struct stage *stage)
{
    if (stage->world->run.now == duration_of(stage)) {
        end(stage);
    } else if (stage->plays_on) {
        stage->plays_on = false;
        set_out(stage, VIZ_PHASE_PLAYING, SIM_NEVER);
    } else {
        halt(stage, VIZ_PHASE_PAUSED);
    }
}

/* Runs to `target` at most, and not beyond one slice of events. */
static void run_slice(struct stage *stage, sim_time target)
{
    g_autoptr(GError) error = NULL;
    uint64_t slice = stage->aim == AIM_TIME ? SLICE_EVENTS : 1;
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
        halt(stage, VIZ_PHASE_PAUSED);
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
        arrive(stage);
    }
}

/* Where virtual time ought to be. A worker that cannot keep up does not hurry afterwards. */
static sim_time pace(struct stage *stage, sim_time wall)
{
    if (stage->phase == VIZ_PHASE_SEEKING || stage->speed_permille == 0) {
        return stage->until;
    }
    double passed = (double)(wall - stage->anchor_wall);
    double target = (double)stage->anchor_now + passed * (double)stage->speed_permille / 1000;
    double lag = (double)LAG_MAX * (double)stage->speed_permille / 1000;

    if (target - (double)stage->world->run.now > lag) {
        set_anchor(stage);
        target = (double)stage->world->run.now + lag / 4;
    }
    return MIN(stage->until, MAX((sim_time)target, stage->world->run.now));
}

static void advance(struct stage *stage)
{
    sim_time wall = wall_time();
    sim_time deadline = stage->posted_wall + FRAME_TIME;
    sim_time target = pace(stage, wall);

    while (is_moving(stage) && stage->world->run.now < target && wall < deadline &&
           stage->rows_in_frame < ROWS_IN_FRAME) {
        run_slice(stage, target);
        wall = wall_time();
    }
    SIM_ASSERT(stage->world->run.now <= stage->probe_next);
    if (is_moving(stage) &&
        (stage->world->run.now >= target || stage->rows_in_frame >= ROWS_IN_FRAME)) {
        rest(REST_TIME);
    }
}

/* ---- commands ---- */

static void inject(struct stage *stage, const struct viz_command *command)
{
    struct viz_fault_log *log = &stage->job->faults;
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    struct viz_fault_entry entry = {
        .time = stage->world->run.now + 1, /* what was due now has happened */
        .fault = (uint32_t)command->value,
        .target = (uint32_t)command->target,
    };

    if (entry.time >= topology->duration || stage->phase == VIZ_PHASE_FAILED ||
        !viz_fault_add(log, &entry, topology)) {
        return;
    }
    viz_fault_plan(stage->world, &log->entries[log->count - 1], topology);
    stage->is_changed = true;
    if (!is_moving(stage)) {
        set_out(stage, VIZ_PHASE_SEEKING, entry.time);
    }
}

static void step(struct stage *stage, enum aim aim, uint64_t count)
{
    set_out(stage, VIZ_PHASE_SEEKING, SIM_NEVER);
    stage->aim = aim;
    stage->events_aim = stage->world->run.fired_count + (aim == AIM_EVENTS ? count : STEP_MAX);
    stage->effects_aim = effect_count(stage) + count;
    stage->incidents_aim = stage->world->incidents.list->len + 1;
}

static void set_speed(struct stage *stage, int64_t speed_permille)
{
    stage->speed_permille = (uint64_t)MAX(speed_permille, 0);
    set_anchor(stage);
}

static void obey(struct stage *stage, const struct viz_command *command)
{
    switch ((enum viz_command_kind)command->kind) {
    case VIZ_COMMAND_PLAY:
        set_out(stage, VIZ_PHASE_PLAYING, SIM_NEVER);
        break;
    case VIZ_COMMAND_PAUSE:
        if (is_moving(stage)) {
            halt(stage, VIZ_PHASE_PAUSED);
        }
        break;
    case VIZ_COMMAND_SPEED:
        set_speed(stage, command->value);
        break;
    case VIZ_COMMAND_STEP_EVENT:
        step(stage, AIM_EVENTS, (uint64_t)CLAMP(command->value, 1, 1000));
        break;
    case VIZ_COMMAND_STEP_EFFECT:
        step(stage, AIM_EFFECT, 1);
        break;
    case VIZ_COMMAND_STEP_INCIDENT:
        step(stage, AIM_INCIDENT, 1);
        break;
    case VIZ_COMMAND_RUN_TO:
        if (command->value > stage->world->run.now) {
            set_out(stage, VIZ_PHASE_SEEKING, command->value);
        }
        break;
    case VIZ_COMMAND_INSPECT:
        stage->inspected = command->value < viz_observer_topology(stage->observer)->node_count
                               ? command->value
                               : -1;
        break;
    case VIZ_COMMAND_FAULT:
        inject(stage, command);
        break;
    }
    stage->is_changed = true;
}

static void take_commands(struct stage *stage)
{
    struct viz_command command;

    while (viz_feed_receive(stage->feed, &command)) {
        if (command.kind <= VIZ_COMMAND_FAULT) {
            obey(stage, &command);
        }
    }
    SIM_ASSERT(stage->inspected >= -1);
}

/* ---- the whole ---- */

static void begin(struct stage *stage)
{
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    struct viz_fault_log *faults = &stage->job->faults;

    for (uint32_t i = 0; i < faults->count; i++) {
        viz_fault_plan(stage->world, &faults->entries[i], topology);
    }
    viz_feed_post_topology(stage->feed, topology);
    stage->speed_permille = stage->job->speed_permille;
    stage->probe_next = topology->interval / VIZ_PROBES - 1;
    stage->plays_on = stage->job->is_playing && !asks_first(stage);
    set_out(stage, VIZ_PHASE_SEEKING, stage->job->start);
    if (stage->job->start == 0) {
        arrive(stage);
    }
}

int viz_stage(void *context, struct cli_channel *channel)
{
    struct viz_job *job = context;
    struct stage stage = {.job = job, .feed = job->feed, .channel = channel, .inspected = -1};
    g_autoptr(GError) error = NULL;

    beat(&stage);
    if (!load(&stage, &error)) {
        cli_channel_fail(channel, error->message);
        return EXIT_FAILURE;
    }
    begin(&stage);
    for (;;) { /* until the parent kills it, or dies */
        take_commands(&stage);
        if (is_moving(&stage)) {
            advance(&stage);
        } else {
            rest(REST_TIME);
        }
        sim_time wall = wall_time();
        bool is_due = wall - stage.posted_wall >= FRAME_TIME;
        if (stage.is_changed || (is_due && is_moving(&stage))) {
            post(&stage, wall);
        } else if (is_due) {
            beat(&stage);
            stage.posted_wall = wall;
        }
    }
}

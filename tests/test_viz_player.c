/* Tests of viz/player, viz/stage and viz/observer: a real worker, and a run that is the same
 * however it is watched. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "cli/paths.h"
#include "viz/player.h"
#include "viz/save.h"

#define PATIENCE_US (60L * G_USEC_PER_SEC)
#define STILL_COUNT 15

struct fixture {
    char *folder;
    char *library;
    char *path;
    viz_player *player;
};

/* Small, and with everything: three data centres, a failure, a promise. */
static const char scenario[] =
    "local tb = require \"tailback\"\n"
    "tb.scenario { title = \"A small one\", duration = \"6s\", seed = 3 }\n"
    "local a, b, c = tb.datacenter \"a\", tb.datacenter \"b\", tb.datacenter \"c\"\n"
    "local queue = a:queue { name = \"queue\", store = \"journal\", prefetch = 256 }\n"
    "local service = a:consumer { name = \"billing\", workers = 16, time = tb.exponential(\"2ms\") "
    "}\n"
    "tb.connect(queue, service, a:ledger { name = \"ledger\" })\n"
    "for _, dc in ipairs { a, b, c } do\n"
    "  tb.connect(dc:producer { name = \"clicks\", arrivals = tb.poisson(200), linger = \"20ms\",\n"
    "    message = { key = tb.zipf(1000, 1.1), value = tb.uniform_int(1, 100) } }, queue)\n"
    "end\n"
    "tb.link(\"b\", \"a\", { latency = tb.normal(\"15ms\", \"2ms\"), bandwidth = \"1Gbit/s\" })\n"
    "tb.link(\"c\", \"a\", { latency = tb.normal(\"15ms\", \"2ms\"), bandwidth = \"1Gbit/s\" })\n"
    "tb.at(\"2s\", \"b goes dark\", function() b:fail() end)\n"
    "tb.at(\"4s\", \"b is back\", function() b:recover() end)\n"
    "tb.expect(\"exactly once\", tb.checks.exactly_once)\n";

static void open_player(struct fixture *fixture, const char *path)
{
    const struct script_options options = {
        .path = path, .library = fixture->library, .memory_max = UINT64_C(1) << 28};

    viz_player_destroy(fixture->player);
    fixture->player = viz_player_create(&options);
}

static int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);

    fixture->folder = g_dir_make_tmp("tailback-XXXXXX", NULL);
    fixture->library = cli_paths_library(NULL);
    fixture->path = g_build_filename(fixture->folder, "small.lua", NULL);
    assert_non_null(fixture->library);
    assert_true(g_file_set_contents(fixture->path, scenario, -1, NULL));
    open_player(fixture, fixture->path);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    GDir *folder = g_dir_open(fixture->folder, 0, NULL);
    const char *name;

    viz_player_destroy(fixture->player);
    while ((name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        (void)g_remove(path);
    }
    g_dir_close(folder);
    (void)g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->library);
    g_free(fixture->path);
    g_free(fixture);
    return 0;
}

static const struct viz_frame *frame_of(const struct fixture *fixture)
{
    return &viz_player_story(fixture->player)->frame;
}

/* Until nothing has changed for some time. */
static void settle(const struct fixture *fixture)
{
    const struct viz_story *story = viz_player_story(fixture->player);
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    uint32_t still = 0;

    while (still < STILL_COUNT) {
        bool has_news = viz_player_poll(fixture->player);
        bool is_still =
            story->problem != NULL || (story->topology.node_count > 0 && story->goal < 0 &&
                                       !viz_player_is_moving(fixture->player));
        still = is_still && !has_news ? still + 1 : 0;
        g_usleep(2000);
        assert_true(g_get_monotonic_time() < deadline);
    }
}

static void start(const struct fixture *fixture, sim_time at)
{
    viz_player_start(fixture->player, at, false);
    settle(fixture);
    assert_null(viz_player_story(fixture->player)->problem);
}

/* The digest of the same run without anybody watching. */
static uint64_t plain_digest(const struct fixture *fixture, const char *path, sim_time until)
{
    const struct script_options options = {.path = path, .library = fixture->library};
    g_autoptr(GError) error = NULL;
    script_runtime *runtime = script_runtime_load(&options, &error);

    if (runtime == NULL) {
        fail_msg("%s", error->message);
    }
    assert_true(script_runtime_run(runtime, until, UINT64_MAX, NULL));
    uint64_t digest = script_runtime_world(runtime)->trace.digest;
    script_runtime_destroy(runtime);
    return digest;
}

static void a_watched_run_has_the_digest_of_one_that_is_not(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 6 * SIM_SECOND);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_ENDED);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, 6 * SIM_SECOND));
    assert_int_equal(viz_player_story(fixture->player)->rows->len, 6);
}

static void a_moment_is_the_same_from_both_sides(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 0);
    viz_player_seek(fixture->player, 3 * SIM_SECOND);
    settle(fixture);
    struct viz_frame *forward = g_memdup2(frame_of(fixture), sizeof(*forward));
    assert_int_equal(forward->now, 3 * SIM_SECOND);
    viz_player_seek(fixture->player, 5 * SIM_SECOND);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->now, 5 * SIM_SECOND);
    viz_player_seek(fixture->player, 3 * SIM_SECOND);
    settle(fixture);
    struct viz_frame back = *frame_of(fixture);
    back.epoch = forward->epoch; /* how it came there may be seen */
    back.checkpoints = forward->checkpoints;
    assert_memory_equal(&back, forward, sizeof(*forward));
    assert_int_equal(forward->digest, plain_digest(fixture, fixture->path, 3 * SIM_SECOND));
    g_free(forward);
}

static void steps_go_one_event_one_effect_one_incident(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, SIM_SECOND);
    uint64_t before = frame_of(fixture)->event_count;
    viz_player_step(fixture->player, VIZ_COMMAND_STEP_EVENT, 1);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->event_count, before + 1);
    viz_player_step(fixture->player, VIZ_COMMAND_STEP_EFFECT, 1);
    settle(fixture);
    assert_true(frame_of(fixture)->event_count > before + 1);
    assert_true(frame_of(fixture)->now < 1200 * SIM_MILLISECOND);
    viz_player_step(fixture->player, VIZ_COMMAND_STEP_INCIDENT, 1);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->now, 2 * SIM_SECOND);
    assert_int_equal(frame_of(fixture)->incident_count, 1);
    assert_string_equal(frame_of(fixture)->incidents[0].label, "b goes dark");
}

static void it_plays_and_pauses(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 0);
    viz_player_set_speed(fixture->player, 0);
    viz_player_play(fixture->player);
    for (int i = 0; i < 5000 && frame_of(fixture)->phase != VIZ_PHASE_ENDED; i++) {
        (void)viz_player_poll(fixture->player);
        g_usleep(1000);
    }
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_ENDED);
    viz_player_set_speed(fixture->player, 100);
    viz_player_play(fixture->player); /* from the beginning */
    for (int i = 0; i < 5000 && frame_of(fixture)->phase != VIZ_PHASE_PLAYING; i++) {
        (void)viz_player_poll(fixture->player);
        g_usleep(1000);
    }
    viz_player_pause(fixture->player);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_PAUSED);
    assert_true(frame_of(fixture)->now < 3 * SIM_SECOND);
}

static void playing_stops_where_the_scenario_asks(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = g_strconcat(
        scenario,
        "tb.question { text = \"Who?\", choices = { \"a\", \"b\" }, answer = 2, at = \"2s\" }\n"
        "tb.caption(\"1s\", \"Look.\", \"3s\")\n"
        "tb.bookmark(\"4s\", \"it is back\")\n"
        "tb.chart(\"Money\", tb.measures[\"a/ledger/charged\"])\n",
        NULL);

    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    start(fixture, SIM_SECOND);
    const struct viz_topology *topology = &viz_player_story(fixture->player)->topology;
    assert_string_equal(topology->questions[0].choices[1], "b");
    assert_int_equal(topology->questions[0].answer, 1);
    assert_string_equal(topology->captions[0].text, "Look.");
    assert_int_equal(topology->bookmarks[0].time, 4 * SIM_SECOND);
    viz_player_set_speed(fixture->player, 0);
    viz_player_play(fixture->player);
    for (int i = 0; i < 5000 && frame_of(fixture)->now < 2 * SIM_SECOND; i++) {
        (void)viz_player_poll(fixture->player);
        g_usleep(1000);
    }
    settle(fixture);
    assert_int_equal(frame_of(fixture)->now, 2 * SIM_SECOND);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_PAUSED);
    const struct viz_row *row =
        &g_array_index(viz_player_story(fixture->player)->rows, struct viz_row, 1);
    assert_true(row->own[0] > 450 && row->own[0] < 750);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, 2 * SIM_SECOND));
}

static void playing_stops_where_the_scenario_wants_a_pause(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = g_strconcat(
        scenario,
        "tb.pause_when(\"a hundred are charged\", function()\n"
        "  return tb.measures[\"a/ledger/charged\"]:value() >= 100 end)\n",
        NULL);

    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    start(fixture, 0);
    viz_player_set_speed(fixture->player, 0);
    viz_player_play(fixture->player);
    for (int i = 0; i < 5000 && frame_of(fixture)->reason[0] == '\0'; i++) {
        (void)viz_player_poll(fixture->player);
        g_usleep(1000);
    }
    settle(fixture);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_PAUSED);
    assert_string_equal(frame_of(fixture)->reason, "a hundred are charged");
    assert_in_range(frame_of(fixture)->now, 100 * SIM_MILLISECOND, SIM_SECOND);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, frame_of(fixture)->now));
}

static void it_knows_who_sends_to_whom_before_anything_moves(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 0);
    const struct viz_topology *topology = &viz_player_story(fixture->player)->topology;
    assert_int_equal(frame_of(fixture)->event_count, 0);
    assert_int_equal(topology->place_count, 3);
    assert_int_equal(topology->node_count, 6);
    assert_int_equal(topology->edge_count, 5); /* three collectors, queue to billing, to ledger */
    assert_string_equal(topology->checks[0], "exactly once");
}

static void outages_and_rows_are_told(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 5 * SIM_SECOND);
    const struct viz_story *story = viz_player_story(fixture->player);
    assert_int_equal(story->frame.outage_count, 1);
    assert_in_range(story->frame.outages[0].from, 2 * SIM_SECOND, 2100 * SIM_MILLISECOND);
    assert_in_range(story->frame.outages[0].until, 4 * SIM_SECOND, 4100 * SIM_MILLISECOND);
    const struct viz_row *row = &g_array_index(story->rows, struct viz_row, 0);
    assert_true(row->offered > 450 && row->offered < 750);
    assert_true(row->p50 <= row->p90 && row->p90 <= row->p99);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VIZ_HEAT_ROWS; i++) {
        sum += row->heat[i];
    }
    assert_int_equal(sum, row->count);
}

static void assert_little(const struct viz_row *row)
{
    double error = row->inside / row->rate_x_wait - 1;

    if (error > 0.25 || error < -0.25) {
        fail_msg(
            "in row %d L is %g, lambda x W %g", (int)row->number, row->inside, row->rate_x_wait);
    }
}

/* Also in the intervals after a crash, where some messages were lost and others only seemed so. */
static void little_s_law_holds_where_nothing_changes(void **state)
{
    static const guint quiet[] = {1, 3, 5};
    const struct fixture *fixture = *state;

    start(fixture, 6 * SIM_SECOND);
    for (size_t i = 0; i < G_N_ELEMENTS(quiet); i++) {
        const GArray *rows = viz_player_story(fixture->player)->rows;
        assert_true(quiet[i] < rows->len);
        assert_little(&g_array_index(rows, struct viz_row, quiet[i]));
    }
}

static uint32_t node_called(const struct fixture *fixture, const char *name)
{
    const struct viz_topology *topology = &viz_player_story(fixture->player)->topology;
    uint32_t node = 0;

    while (node < topology->node_count && strcmp(topology->nodes[node].name, name) != 0) {
        node++;
    }
    assert_true(node < topology->node_count);
    return node;
}

/* Two groups get each message: it is two copies, which are in the system for as long as each is. */
static void little_s_law_counts_a_copy_for_each_group(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *path =
        g_build_filename(fixture->library, "..", "scenarios/models/publish_subscribe.lua", NULL);

    open_player(fixture, path);
    start(fixture, 19 * SIM_SECOND);
    const GArray *rows = viz_player_story(fixture->player)->rows;
    double inside = 0;
    double product = 0;
    for (guint i = 4; i < 19; i++) {
        const struct viz_row *row = &g_array_index(rows, struct viz_row, i);
        assert_int_equal(row->has_little, 1);
        inside += row->inside;
        product += row->rate_x_wait;
    }
    assert_true(inside > 0.9 * product && inside < 1.1 * product);
}

static void a_queue_says_how_it_was_made_and_what_it_holds(void **state)
{
    const struct fixture *fixture = *state;
    bool has_model = false;
    bool has_message = false;

    start(fixture, 3 * SIM_SECOND);
    viz_player_inspect(fixture->player, node_called(fixture, "queue"));
    settle(fixture);
    const struct viz_inspection *inspection = &viz_player_story(fixture->player)->inspection;
    for (uint32_t i = 0; i < inspection->fact_count; i++) {
        const struct viz_fact *fact = &inspection->facts[i];
        has_model |=
            g_str_equal(fact->name, "model") && g_str_equal(fact->text, "producer_consumer");
        has_message |= g_str_has_prefix(fact->name, "holds ");
    }
    assert_true(has_model);
    assert_int_equal(
        has_message, frame_of(fixture)->nodes[node_called(fixture, "queue")].level > 0);
}

static void what_is_done_by_hand_is_the_same_as_in_the_saved_scenario(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GError) error = NULL;

    start(fixture, 2500 * SIM_MILLISECOND);
    viz_player_inject(fixture->player, VIZ_FAULT_DARK, 2, false);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->incident_count, 2);
    viz_player_seek(fixture->player, 3 * SIM_SECOND);
    settle(fixture);
    viz_player_inject(fixture->player, VIZ_FAULT_DARK, 2, true);
    settle(fixture);
    viz_player_seek(fixture->player, 6 * SIM_SECOND);
    settle(fixture);
    uint64_t digest = frame_of(fixture)->digest;
    assert_true(digest != plain_digest(fixture, fixture->path, 6 * SIM_SECOND));

    const struct viz_story *story = viz_player_story(fixture->player);
    g_autofree char *saved =
        viz_save(story->path, viz_player_faults(fixture->player), &story->topology, &error);
    assert_non_null(saved);
    assert_int_equal(plain_digest(fixture, saved, 6 * SIM_SECOND), digest);

    viz_player_seek(fixture->player, 5 * SIM_SECOND); /* and done again on the way back */
    settle(fixture);
    assert_int_equal(frame_of(fixture)->digest, plain_digest(fixture, saved, 5 * SIM_SECOND));
}

static void what_lies_ahead_is_forgotten_on_the_way_back(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, 5 * SIM_SECOND);
    viz_player_inject(fixture->player, VIZ_FAULT_CRASH, 0, false);
    settle(fixture);
    assert_int_equal(viz_player_faults(fixture->player)->count, 1);
    viz_player_seek(fixture->player, SIM_SECOND);
    settle(fixture);
    assert_int_equal(viz_player_faults(fixture->player)->count, 0);
    viz_player_seek(fixture->player, 6 * SIM_SECOND);
    settle(fixture);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, 6 * SIM_SECOND));
}

static void nothing_done_is_nothing_to_save(void **state)
{
    const struct fixture *fixture = *state;
    g_autoptr(GError) error = NULL;

    start(fixture, 0);
    const struct viz_story *story = viz_player_story(fixture->player);
    assert_null(
        viz_save(story->path, viz_player_faults(fixture->player), &story->topology, &error));
    assert_non_null(strstr(error->message, "nothing was done"));
}

static void every_kind_of_fault_is_the_same_in_the_saved_scenario(void **state)
{
    const uint32_t link = viz_feed_link(1, 0);
    const struct fixture *fixture = *state;
    g_autoptr(GError) error = NULL;

    start(fixture, 200 * SIM_MILLISECOND);
    uint32_t clicks = node_called(fixture, "clicks");
    uint32_t billing = node_called(fixture, "billing");
    const uint32_t targets[VIZ_FAULT_KINDS] = {
        clicks, 2, billing, billing, clicks, link, link, link};
    const struct viz_story *story = viz_player_story(fixture->player);
    uint64_t before = plain_digest(fixture, fixture->path, 6 * SIM_SECOND);
    for (uint32_t i = 0; i < 2 * VIZ_FAULT_KINDS; i++) {
        viz_player_inject(
            fixture->player, (enum viz_fault_kind)(i / 2), targets[i / 2], i % 2 != 0);
        settle(fixture);
        viz_player_seek(fixture->player, story->frame.now + 110 * SIM_MILLISECOND);
        settle(fixture);
        assert_int_equal(viz_player_faults(fixture->player)->count, i + 1);
    }
    viz_player_seek(fixture->player, 6 * SIM_SECOND);
    settle(fixture);
    assert_true(story->frame.digest != before);
    g_autofree char *saved =
        viz_save(story->path, viz_player_faults(fixture->player), &story->topology, &error);
    assert_non_null(saved);
    assert_int_equal(plain_digest(fixture, saved, 6 * SIM_SECOND), story->frame.digest);
}

static void what_nothing_feels_is_not_done(void **state)
{
    const struct fixture *fixture = *state;

    start(fixture, SIM_SECOND);
    viz_player_inject(fixture->player, VIZ_FAULT_SPIKE, node_called(fixture, "queue"), false);
    viz_player_inject(fixture->player, VIZ_FAULT_CUT, viz_feed_link(1, 1), false);
    viz_player_inject(fixture->player, VIZ_FAULT_CRASH, 77, false);
    settle(fixture);
    assert_int_equal(viz_player_faults(fixture->player)->count, 0);
    assert_int_equal(frame_of(fixture)->now, SIM_SECOND);
}

static void a_scenario_that_is_wrong_says_where(void **state)
{
    struct fixture *fixture = *state;

    assert_true(g_file_set_contents(fixture->path, "local x = \nx()\n", -1, NULL));
    viz_player_start(fixture->player, 0, false);
    settle(fixture);
    const struct viz_story *story = viz_player_story(fixture->player);
    assert_non_null(story->problem);
    assert_non_null(strstr(story->problem, "small.lua:"));

    assert_true(g_file_set_contents(fixture->path, scenario, -1, NULL));
    assert_true(viz_player_reload_if_changed(fixture->player));
    settle(fixture);
    assert_null(story->problem);
    assert_int_equal(story->topology.node_count, 6);
    assert_false(viz_player_reload_if_changed(fixture->player));
}

static void a_mistake_in_the_middle_leaves_the_world_to_look_at(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = g_strconcat(
        scenario, "tb.at(\"1s\", \"a mistake\", function() local t = nil; t.x = 1 end)\n", NULL);

    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    viz_player_start(fixture->player, 3 * SIM_SECOND, false);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->phase, VIZ_PHASE_FAILED);
    assert_int_equal(frame_of(fixture)->now, SIM_SECOND);
    assert_non_null(strstr(frame_of(fixture)->error, "small.lua:16"));
    viz_player_inspect(fixture->player, 0);
    settle(fixture);
    assert_true(viz_player_story(fixture->player)->inspection.figure_count > 3);
}

static void a_worker_that_dies_is_reported_and_can_be_started_again(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text =
        g_strconcat(scenario, "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(100) end\n", NULL);

    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    viz_player_start(fixture->player, 0, false);
    settle(fixture);
    assert_non_null(viz_player_story(fixture->player)->problem);
    assert_true(g_file_set_contents(fixture->path, scenario, -1, NULL));
    viz_player_reload(fixture->player);
    settle(fixture);
    assert_null(viz_player_story(fixture->player)->problem);
}

/* Every moment that was, in an order that is none. */
static void every_moment_can_be_gone_back_to_from_checkpoints(void **state)
{
    static const sim_time tenths[] = {57, 13, 12, 45, 60, 59, 1, 33, 0, 31};
    const struct fixture *fixture = *state;

    viz_player_set_checkpoint_work(fixture->player, 0);
    start(fixture, 6 * SIM_SECOND);
    const struct viz_checkpoint_list *list = &frame_of(fixture)->checkpoints;
    assert_in_range(list->count, 3, VIZ_CHECKPOINTS_MAX);
    assert_in_range(list->bytes, 1 << 20, UINT64_C(1) << 30);
    for (size_t i = 0; i < G_N_ELEMENTS(tenths); i++) {
        sim_time to = tenths[i] * 100 * SIM_MILLISECOND;
        viz_player_seek(fixture->player, to);
        settle(fixture);
        assert_int_equal(frame_of(fixture)->now, to);
        uint64_t expected =
            to > 0 ? plain_digest(fixture, fixture->path, to) : SIM_TRACE_DIGEST_EMPTY;
        assert_int_equal(frame_of(fixture)->digest, expected);
        assert_true(list->count > 0 && list->times[list->count - 1] <= to);
    }
    assert_int_equal(viz_player_story(fixture->player)->rows->len, 6);
}

static void what_was_done_before_a_checkpoint_stays_done(void **state)
{
    const struct fixture *fixture = *state;

    viz_player_set_checkpoint_work(fixture->player, 0);
    start(fixture, 1500 * SIM_MILLISECOND);
    viz_player_inject(fixture->player, VIZ_FAULT_CRASH, 0, false);
    settle(fixture);
    viz_player_seek(fixture->player, 3 * SIM_SECOND);
    settle(fixture);
    uint64_t digest = frame_of(fixture)->digest;
    viz_player_seek(fixture->player, 5 * SIM_SECOND);
    settle(fixture);
    viz_player_seek(fixture->player, 3 * SIM_SECOND);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->digest, digest);
    assert_int_equal(viz_player_faults(fixture->player)->count, 1);
    viz_player_seek(fixture->player, 1500 * SIM_MILLISECOND); /* a nanosecond before */
    settle(fixture);
    assert_int_equal(viz_player_faults(fixture->player)->count, 0);
    viz_player_seek(fixture->player, 6 * SIM_SECOND);
    settle(fixture);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, 6 * SIM_SECOND));
}

static void a_death_behind_checkpoints_is_reported(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *text = g_strconcat(
        scenario,
        "tb.at(\"3s\", \"too much\", function()\n"
        "  local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end end)\n",
        NULL);

    assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
    viz_player_set_checkpoint_work(fixture->player, 0);
    viz_player_start(fixture->player, 5 * SIM_SECOND, false);
    settle(fixture);
    const struct viz_story *story = viz_player_story(fixture->player);
    assert_true(story->problem != NULL || story->frame.phase == VIZ_PHASE_FAILED);
    assert_true(g_file_set_contents(fixture->path, scenario, -1, NULL));
    viz_player_reload(fixture->player);
    settle(fixture);
    assert_null(story->problem);
}

/* However late it is asked for: its birth comes first, and nothing is in it twice. */
static void a_message_is_followed_from_its_birth(void **state)
{
    const struct fixture *fixture = *state;
    const struct viz_life *life = &frame_of(fixture)->life;

    viz_player_set_checkpoint_work(fixture->player, 0);
    start(fixture, 1700 * SIM_MILLISECOND);
    uint64_t digest = frame_of(fixture)->digest;
    uint32_t dot = 0;
    while (dot < frame_of(fixture)->dot_count &&
           frame_of(fixture)->dots[dot].mark != VIZ_MARK_MESSAGE) {
        dot++;
    }
    assert_true(dot < frame_of(fixture)->dot_count);
    viz_player_follow(fixture->player, frame_of(fixture)->dots[dot].message + 1);
    settle(fixture);
    assert_int_equal(frame_of(fixture)->digest, digest);
    assert_int_equal(frame_of(fixture)->now, 1700 * SIM_MILLISECOND);
    assert_true(life->step_count >= 1);
    assert_int_equal(life->steps[0].kind, WORLD_TRACE_AUDIT + WORLD_AUDIT_TAKEN_IN);
    viz_player_seek(fixture->player, 1950 * SIM_MILLISECOND);
    settle(fixture);
    assert_int_equal(life->step_count, 4); /* promised, delivered, charged */
    assert_int_equal(life->steps[3].kind, WORLD_TRACE_AUDIT + WORLD_AUDIT_SETTLED);
    viz_player_seek(fixture->player, 1700 * SIM_MILLISECOND);
    settle(fixture);
    assert_true(life->step_count < 4);
    viz_player_follow(fixture->player, 0);
    settle(fixture);
    assert_int_equal(life->message_plus_one, 0);
    viz_player_seek(fixture->player, 6 * SIM_SECOND);
    settle(fixture);
    assert_int_equal(
        frame_of(fixture)->digest, plain_digest(fixture, fixture->path, 6 * SIM_SECOND));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_watched_run_has_the_digest_of_one_that_is_not),
        CASE(a_moment_is_the_same_from_both_sides),
        CASE(steps_go_one_event_one_effect_one_incident),
        CASE(it_plays_and_pauses),
        CASE(playing_stops_where_the_scenario_asks),
        CASE(playing_stops_where_the_scenario_wants_a_pause),
        CASE(it_knows_who_sends_to_whom_before_anything_moves),
        CASE(outages_and_rows_are_told),
        CASE(little_s_law_holds_where_nothing_changes),
        CASE(little_s_law_counts_a_copy_for_each_group),
        CASE(a_queue_says_how_it_was_made_and_what_it_holds),
        CASE(what_is_done_by_hand_is_the_same_as_in_the_saved_scenario),
        CASE(what_lies_ahead_is_forgotten_on_the_way_back),
        CASE(nothing_done_is_nothing_to_save),
        CASE(every_kind_of_fault_is_the_same_in_the_saved_scenario),
        CASE(what_nothing_feels_is_not_done),
        CASE(a_scenario_that_is_wrong_says_where),
        CASE(a_mistake_in_the_middle_leaves_the_world_to_look_at),
        CASE(a_worker_that_dies_is_reported_and_can_be_started_again),
        CASE(every_moment_can_be_gone_back_to_from_checkpoints),
        CASE(what_was_done_before_a_checkpoint_stays_done),
        CASE(a_death_behind_checkpoints_is_reported),
        CASE(a_message_is_followed_from_its_birth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

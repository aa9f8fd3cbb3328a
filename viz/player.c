/* A seek forward is a command; a seek backward is one too, where the worker keeps checkpoints, and
 * else a new worker. The log of faults is the viewer's copy: what lies after the moment that is
 * gone back to is forgotten. */
/* SPDX-License-Identifier: MIT */
#include "viz/player.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/worker.h"
#include "viz/stage.h"

#define SILENCE_MS_MAX 10000
#define ALL_BYTES_MAX  (UINT64_C(4) << 30)
#define ROWS_MAX       1000000

/* A checkpoint costs some milliseconds, and spares this. */
#define CHECKPOINT_WORK (250 * SIM_MILLISECOND)

struct viz_player {
    struct script_options options; /* but for its settings, which are these: */
    GArray *settings;              /* of struct script_setting, with strings in `strings` */
    GStringChunk *strings;
    struct viz_story story;
    struct viz_fault_log faults;
    struct cli_worker worker;
    struct viz_feed feed;
    struct viz_job job;
    struct viz_rows_view rows_view;
    uint64_t version_seen;
    uint64_t epoch; /* of the frames that are waited for */
    sim_time checkpoint_work;
    int64_t inspected;
    struct timespec modified;     /* the file, when it was loaded */
    struct viz_topology topology; /* as read last */
    struct viz_frame frame;
    bool is_attached; /* the worker has made the feed */
    bool is_running;  /* there is a worker, or one that ended and was not yet buried */
};

static void add_setting(viz_player *player, const char *name, const char *value)
{
    const struct script_setting setting = {
        .name = g_string_chunk_insert_const(player->strings, name),
        .value = g_string_chunk_insert_const(player->strings, value)};

    g_array_append_val(player->settings, setting);
    player->options.settings = (const struct script_setting *)(void *)player->settings->data;
    player->options.setting_count = player->settings->len;
}

viz_player *viz_player_create(const struct script_options *options)
{
    viz_player *player = g_new0(viz_player, 1);

    player->settings = g_array_new(FALSE, FALSE, sizeof(struct script_setting));
    player->strings = g_string_chunk_new(256);

    player->options = *options;
    player->inspected = -1;
    player->checkpoint_work = CHECKPOINT_WORK;
    player->story = (struct viz_story){
        .rows = g_array_new(FALSE, TRUE, sizeof(struct viz_row)),
        .path = options->path,
        .goal = -1,
        .speed_permille = 1000,
    };
    player->options.setting_count = 0;
    for (uint32_t i = 0; i < options->setting_count; i++) {
        add_setting(player, options->settings[i].name, options->settings[i].value);
    }
    return player;
}

viz_player *viz_player_create_like(const viz_player *player)
{
    viz_player *other = viz_player_create(&player->options);

    other->checkpoint_work = player->checkpoint_work;
    other->story.speed_permille = player->story.speed_permille;
    return other;
}

void viz_player_set(viz_player *player, const char *name, const char *value)
{
    for (guint i = 0; i < player->settings->len; i++) {
        if (strcmp(g_array_index(player->settings, struct script_setting, i).name, name) == 0) {
            g_array_remove_index(player->settings, i);
            break;
        }
    }
    add_setting(player, name, value);
}

char *viz_player_settings(const viz_player *player)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < player->settings->len; i++) {
        const struct script_setting *setting =
            &g_array_index(player->settings, struct script_setting, i);
        g_string_append_printf(text, " --set %s=%s", setting->name, setting->value);
    }
    return g_string_free(text, FALSE);
}

void viz_player_take_faults(viz_player *player, const viz_player *from)
{
    player->faults = from->faults;
    SIM_ASSERT(player->faults.count <= VIZ_FAULTS_MAX);
}

static void bury(viz_player *player)
{
    if (player->is_running) {
        cli_worker_finish(&player->worker);
        viz_rows_view_finish(&player->rows_view);
        player->is_running = false;
        player->is_attached = false;
    }
    SIM_ASSERT(player->rows_view.memory == NULL);
}

void viz_player_destroy(viz_player *player)
{
    if (player != NULL) {
        bury(player);
        g_array_unref(player->story.rows);
        g_array_unref(player->settings);
        g_string_chunk_free(player->strings);
        g_free(player->story.problem);
        g_free(player);
    }
}

const struct viz_story *viz_player_story(const viz_player *player)
{
    return &player->story;
}

const struct viz_fault_log *viz_player_faults(const viz_player *player)
{
    return &player->faults;
}

/* ---- a worker's life ---- */

static void give_up(viz_player *player, const char *problem)
{
    bury(player);
    g_free(player->story.problem);
    player->story.problem = g_strdup(problem);
    player->story.goal = -1;
}

/* In the worker, with its own copy of the player. */
static int run_stage(void *context, struct cli_channel *channel)
{
    viz_player *player = context;

    viz_feed_init(&player->feed, channel->memory);
    player->job.feed = &player->feed;
    return viz_stage(&player->job, channel);
}

static struct timespec modification_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_mtim : (struct timespec){0};
}

static bool launch(viz_player *player, GError **error)
{
    struct cli_worker_plan plan = {
        .body = run_stage,
        .context = player,
        .silence_ms_max = SILENCE_MS_MAX,
        .rights = {.memory_max = ALL_BYTES_MAX, .may_fork = true},
        .memory_size = viz_feed_size(),
    };

    player->modified = modification_of(player->options.path);
    return cli_worker_start(&player->worker, &plan, error);
}

void viz_player_start(viz_player *player, sim_time at, bool is_playing)
{
    g_autoptr(GError) error = NULL;

    SIM_ASSERT(at >= 0);
    bury(player);
    player->job = (struct viz_job){
        .script = player->options,
        .faults = player->faults,
        .start = at,
        .speed_permille = player->story.speed_permille,
        .is_playing = is_playing,
        .checkpoint_work = player->checkpoint_work,
    };
    if (!launch(player, &error)) {
        give_up(player, error->message);
        return;
    }
    player->is_running = true;
    player->is_attached = false;
    player->version_seen = 0;
    player->epoch = 0;
    player->story.goal = at;
    g_clear_pointer(&player->story.problem, g_free);
}

/* The worker makes the feed when it begins; from then on the old rows count no more. */
static bool attach(viz_player *player)
{
    if (player->is_attached) {
        return true;
    }
    player->is_attached = viz_feed_attach(&player->feed, player->worker.channel.memory);
    if (player->is_attached) {
        viz_rows_view_init(&player->rows_view, &player->feed);
        viz_player_inspect(player, player->inspected);
    }
    return player->is_attached;
}

/* ---- news ---- */

static void keep_row(viz_player *player, const struct viz_row *row)
{
    GArray *rows = player->story.rows;

    if (row->number == 0 || row->number > ROWS_MAX) {
        return;
    }
    if (row->number > rows->len) {
        g_array_set_size(rows, (guint)row->number);
    }
    g_array_index(rows, struct viz_row, row->number - 1) = *row;
}

/* Of what the worker says, only what can have been. */
static void keep_faults(viz_player *player)
{
    const struct viz_fault_log *told = &player->story.frame.faults;

    player->faults.count = 0;
    for (uint32_t i = 0; i < told->count; i++) {
        bool is_kept = told->entries[i].time >= 0 &&
                       viz_fault_add(&player->faults, &told->entries[i], &player->topology);
        if (!is_kept) {
            return;
        }
    }
    SIM_ASSERT(player->faults.count == told->count);
}

/* The rows first: those that the frame implies have then been read. */
static bool read_news(viz_player *player)
{
    struct viz_story *story = &player->story;
    uint64_t version = model_mvc_version(&player->feed.states);
    struct viz_frame *frame = &player->frame;

    if (version == player->version_seen ||
        !viz_feed_read_topology(&player->feed, &player->topology) ||
        player->topology.node_count == 0 ||
        !viz_feed_read_frame(&player->feed, &player->topology, frame) ||
        !viz_feed_read_inspection(&player->feed, &story->inspection) ||
        frame->phase == VIZ_PHASE_LOADING || frame->epoch != player->epoch) {
        return false; /* nothing yet, or nothing of the time that was gone back to */
    }
    player->version_seen = version;
    if (frame->phase == VIZ_PHASE_SEEKING && story->goal >= 0 && frame->now < story->goal) {
        return false; /* the old picture stays until it is there */
    }
    story->goal = -1;
    memcpy(&story->topology, &player->topology, sizeof(story->topology));
    memcpy(&story->frame, frame, sizeof(*frame));
    keep_faults(player);
    return true;
}

static void read_rows(viz_player *player)
{
    struct viz_row row;

    while (viz_rows_view_next(&player->rows_view, &row)) {
        keep_row(player, &row);
    }
    SIM_ASSERT(player->story.rows->len <= ROWS_MAX);
}

bool viz_player_poll(viz_player *player)
{
    bool has_news = false;

    if (!player->is_running) {
        return false;
    }
    bool has_ended = cli_worker_poll(&player->worker, 0);
    if (attach(player)) {
        has_news = read_news(player);
        read_rows(player);
    }
    if (has_ended) {
        g_autofree char *why = cli_worker_describe(&player->worker);
        give_up(player, why != NULL && why[0] != '\0' ? why : "the scenario's process has ended");
        has_news = true;
    }
    return has_news;
}

/* ---- commands ---- */

static bool send(viz_player *player, enum viz_command_kind kind, int64_t value, uint64_t target)
{
    struct viz_command command = {.kind = kind, .value = value, .target = target};

    SIM_ASSERT(kind < VIZ_COMMAND_COUNT);
    return player->is_running && player->is_attached && viz_feed_send(&player->feed, &command);
}

bool viz_player_is_moving(const viz_player *player)
{
    uint64_t phase = player->story.frame.phase;

    return player->is_running && (phase == VIZ_PHASE_PLAYING || phase == VIZ_PHASE_SEEKING);
}

static void forget_faults_after(struct viz_player *player, sim_time time)
{
    struct viz_fault_log *faults = &player->faults;

    SIM_ASSERT(faults->count <= VIZ_FAULTS_MAX);
    for (uint32_t last = faults->count; last > 0 && faults->entries[last - 1].time > time; last--) {
        faults->count = last - 1;
    }
}

/* Rows of what is forgotten are told again. */
static void go_back(viz_player *player, sim_time to, bool plays_on)
{
    struct viz_story *story = &player->story;
    bool has_way = player->is_attached && story->frame.checkpoints.count > 0;
    uint64_t epoch = viz_feed_epoch(player->epoch / 2 + 1, plays_on);

    forget_faults_after(player, to);
    if (has_way && send(player, VIZ_COMMAND_GO_BACK, to, epoch)) {
        player->epoch = epoch;
        story->goal = to;
    } else {
        g_array_set_size(story->rows, 0);
        viz_player_start(player, to, plays_on);
    }
}

/* After the end there is only the beginning. */
void viz_player_play(viz_player *player)
{
    if (!player->is_running || player->story.frame.phase == VIZ_PHASE_ENDED) {
        go_back(player, 0, true);
    } else {
        (void)send(player, VIZ_COMMAND_PLAY, 0, 0);
    }
}

void viz_player_pause(viz_player *player)
{
    (void)send(player, VIZ_COMMAND_PAUSE, 0, 0);
}

void viz_player_set_speed(viz_player *player, uint64_t speed_permille)
{
    player->story.speed_permille = speed_permille;
    (void)send(player, VIZ_COMMAND_SPEED, (int64_t)speed_permille, 0);
}

void viz_player_step(viz_player *player, enum viz_command_kind step, int64_t count)
{
    SIM_ASSERT(step >= VIZ_COMMAND_STEP_EVENT && step <= VIZ_COMMAND_STEP_INCIDENT);
    (void)send(player, step, count, 0);
}

void viz_player_seek(viz_player *player, sim_time to)
{
    const struct viz_frame *frame = &player->story.frame;
    bool is_forward = player->is_running && to > frame->now && frame->phase != VIZ_PHASE_FAILED;

    to = CLAMP(to, 0, player->story.topology.duration);
    if (is_forward && send(player, VIZ_COMMAND_RUN_TO, to, 0)) {
        player->story.goal = to;
    } else if (to != frame->now || !player->is_running) {
        go_back(player, to, false);
    }
}

void viz_player_set_checkpoint_work(viz_player *player, sim_time work)
{
    SIM_ASSERT(work >= 0);
    player->checkpoint_work = work;
}

void viz_player_inspect(viz_player *player, int64_t node)
{
    player->inspected = node;
    (void)send(player, VIZ_COMMAND_INSPECT, node, 0);
}

/* The worker notes when it has happened: the moment that it stands at, and one nanosecond. */
/* A run that stands still goes back and comes here again; one that moves goes on from here. */
void viz_player_follow(viz_player *player, uint64_t message_plus_one)
{
    struct viz_story *story = &player->story;
    bool is_playing = story->frame.phase == VIZ_PHASE_PLAYING;
    uint64_t epoch = viz_feed_epoch(player->epoch / 2 + 1, is_playing);

    if (message_plus_one <= INT64_MAX && story->frame.checkpoints.count > 0 &&
        send(player, VIZ_COMMAND_FOLLOW, (int64_t)message_plus_one, epoch)) {
        player->epoch = epoch;
        story->goal = story->frame.now;
    }
}

void viz_player_inject(viz_player *player, enum viz_fault_kind kind, uint32_t target, bool is_over)
{
    (void)send(player, VIZ_COMMAND_FAULT, viz_feed_fault(kind, is_over), target);
}

void viz_player_reload(viz_player *player)
{
    player->faults.count = 0;
    g_array_set_size(player->story.rows, 0);
    viz_player_start(player, 0, false);
}

bool viz_player_reload_if_changed(viz_player *player)
{
    struct timespec now = modification_of(player->options.path);

    if (now.tv_sec == player->modified.tv_sec && now.tv_nsec == player->modified.tv_nsec) {
        return false;
    }
    viz_player_reload(player);
    return true;
}

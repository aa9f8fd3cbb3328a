/* The title, what the run is doing, where it stands, and its digest. */
/* SPDX-License-Identifier: MIT */
#include "viz/axis.h"
#include "viz/page.h"

struct state {
    const char *word;
    enum viz_colour colour;
};

static struct state state_of(const struct viz_story *story)
{
    static const struct state states[] = {
        [VIZ_PHASE_LOADING] = {"LOADING", VIZ_COLOUR_ORANGE},
        [VIZ_PHASE_SEEKING] = {"SEEKING", VIZ_COLOUR_ORANGE},
        [VIZ_PHASE_PAUSED] = {"PAUSED", VIZ_COLOUR_SKY},
        [VIZ_PHASE_PLAYING] = {"PLAYING", VIZ_COLOUR_GREEN},
        [VIZ_PHASE_ENDED] = {"ENDED", VIZ_COLOUR_DIM},
        [VIZ_PHASE_FAILED] = {"LUA ERROR", VIZ_COLOUR_RED},
    };

    SIM_ASSERT(story->frame.phase < G_N_ELEMENTS(states));
    if (story->problem != NULL) {
        return (struct state){"STOPPED", VIZ_COLOUR_RED};
    }
    bool is_seeking = story->goal >= 0 && story->topology.node_count > 0;
    return states[is_seeking ? VIZ_PHASE_SEEKING : story->frame.phase];
}

/* Returns where it ends. */
static int put_pill(const struct viz_page *page, int x, struct viz_rect line)
{
    struct state state = state_of(page->story);
    int pad = viz_page_px(page, 10);
    int width = viz_page_width(page, page->strong, state.word) + 2 * pad;
    int height = page->small_height + viz_page_px(page, 6);
    struct viz_rect pill = {x, line.y + (line.height - height) / 2, width, height};
    struct viz_item *item =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, "header/state", pill, state.colour);

    item->radius = height / 2;
    item->action = VIZ_ACTION_PLAY_OR_PAUSE;
    const struct viz_words words = {
        .face = page->strong,
        .colour = VIZ_COLOUR_BLACK,
        .ground = state.colour,
        .align = VIZ_ALIGN_CENTRE};
    (void)viz_page_text(page, "header/state", pill, state.word, words);
    return x + width + pad;
}

static char *time_of(const struct viz_story *story)
{
    g_autofree char *end = viz_axis_moment(story->topology.duration);
    double seconds = (double)story->frame.now / (double)SIM_SECOND;

    return g_strdup_printf("t = %.3f s of %s", seconds, end);
}

static char *speed_word(uint64_t permille)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (permille == 0) {
        return g_strdup("full speed");
    }
    g_ascii_formatd(text, sizeof(text), "%g", (double)permille / 1000);
    return g_strdup_printf("speed %s\u00d7", text);
}

/* What is asked for, and, where that is not reached, what is. */
static char *speed_of(const struct viz_story *story)
{
    g_autofree char *asked = speed_word(story->speed_permille);
    uint64_t reached = story->frame.speed_permille;
    bool is_slower = story->speed_permille == 0 || reached * 10 < story->speed_permille * 8;

    if (story->frame.phase != VIZ_PHASE_PLAYING || !is_slower || reached == 0) {
        return g_steal_pointer(&asked);
    }
    g_autofree char *number = viz_axis_number((double)reached / 1000);
    return g_strdup_printf("%s: %s\u00d7 reached", asked, number);
}

/* Each figure in turn, as long as there is room. */
static int put_figure(
    const struct viz_page *page, struct viz_rect line, int x, const char *role, const char *text)
{
    int width = viz_page_width(page, page->small, text);
    struct viz_rect place = {x, line.y, width, line.height};
    const struct viz_words words = {.colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_PANEL};

    if (x + width > line.x + line.width) {
        return x;
    }
    (void)viz_page_text(page, role, place, text, words);
    return x + width + viz_page_px(page, 18);
}

static struct viz_rect put_keys(const struct viz_page *page, struct viz_rect line)
{
    const struct viz_words words = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
    struct viz_item *item = viz_page_text(page, "header/keys", line, "? keys", words);

    item->action = VIZ_ACTION_HELP;
    line.width -= item->rect.width + viz_page_px(page, 14);
    return line;
}

static const char *caption_of(const struct viz_story *story)
{
    const struct viz_topology *topology = &story->topology;
    const char *text = NULL;

    for (uint32_t i = 0; i < topology->caption_count; i++) {
        const struct viz_caption *caption = &topology->captions[i];
        if (caption->from <= story->frame.now) {
            text = story->frame.now < caption->until ? caption->text : NULL;
        }
    }
    return text;
}

/* The second line: the answer to what was done last, why the run has paused, the scenario's caption
 * for this moment, its question: the first that there is. */
static void put_question(const struct viz_page *page, struct viz_rect line)
{
    const struct viz_story *story = page->story;
    const char *reason = story->frame.reason[0] != '\0' ? story->frame.reason : NULL;
    const char *notice = page->ui->notice != NULL ? page->ui->notice : reason;
    const char *caption = caption_of(story);
    struct viz_words words = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL};
    const char *text = story->topology.question;

    if (notice != NULL) {
        words.colour = VIZ_COLOUR_ORANGE;
        text = notice;
    } else if (caption != NULL) {
        words.colour = VIZ_COLOUR_TEXT;
        words.face = page->strong;
        text = caption;
    }
    (void)viz_page_text(page, "header/question", line, text, words);
}

/* What the way back costs, once there is more of it than the beginning; "" before. */
static const char *memory_of(const struct viz_page *page)
{
    const struct viz_checkpoint_list *list = &page->story->frame.checkpoints;

    if (list->count < 2 || page->ui->hides_machine) {
        return "";
    }
    return viz_scene_format(
        page->scene,
        "%u checkpoints, %" G_GUINT64_FORMAT " MiB at most",
        list->count,
        (guint64)(list->bytes >> 20));
}

void viz_panel_header(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_story *story = page->story;
    int margin = viz_page_px(page, 14);
    int half = rect.height / 2;
    struct viz_rect line = {rect.x + margin, rect.y, rect.width - 2 * margin, half + margin / 3};
    struct viz_rect below = {
        line.x, line.y + line.height, line.width, rect.height - line.height - margin / 3};
    g_autofree char *now = time_of(story);
    g_autofree char *speed = speed_of(story);
    const char *digest = viz_scene_format(
        page->scene, "digest %016" G_GINT64_MODIFIER "x", (guint64)story->frame.digest);
    const char *memory = memory_of(page);
    const char *title = story->topology.title[0] != '\0' ? story->topology.title : story->path;
    const struct viz_words words = {
        .face = page->title, .colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_PANEL};

    (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, "header", rect, VIZ_COLOUR_PANEL);
    struct viz_rect free = put_keys(page, line);
    struct viz_rect room = free;
    room.width = free.width * 58 / 100;
    struct viz_item *item = viz_page_text(page, "header/title", room, title, words);
    int x = put_pill(page, item->rect.x + item->rect.width + margin, line);
    if (story->topology.node_count > 0) {
        x = put_figure(page, free, x, "header/time", now);
        (void)put_figure(page, free, x, "header/speed", speed);
    }
    struct viz_rect left = below;
    left.width = page->ui->is_presenter ? below.width : below.width * 3 / 4 - margin;
    if (memory[0] != '\0' && !page->ui->is_presenter) {
        left.width = below.width * 5 / 10 - margin;
    }
    put_question(page, left);
    if (story->topology.node_count > 0 && !page->ui->is_presenter) {
        struct viz_rect right = {
            below.x + below.width * 3 / 4, below.y, below.width / 4, below.height};
        const struct viz_words dim = {
            .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
        struct viz_item *last = viz_page_text(page, "header/digest", right, digest, dim);
        struct viz_rect rest = below;
        rest.x += below.width * 5 / 10;
        rest.width = last->rect.x - rest.x - margin;
        (void)viz_page_text(page, "header/memory", rest, memory, dim);
    }
}

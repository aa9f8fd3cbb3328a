/* Buttons, and the tape: what has been run, in which state, and what was done when. A click on the
 * tape goes there. */
/* SPDX-License-Identifier: MIT */
#include "viz/axis.h"
#include "viz/page.h"

struct button {
    const char *role;
    enum viz_action action;
    const char *label;
};

/* Returns where it ends. */
static int put_button(
    const struct viz_page *page, struct viz_rect line, int x, const struct button *button)
{
    int pad = viz_page_px(page, 9);
    int width = viz_page_width(page, page->strong, button->label) + 2 * pad;
    struct viz_rect rect = {x, line.y, width, line.height};
    struct viz_item *item =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, button->role, rect, VIZ_COLOUR_NODE);
    const struct viz_words words = {
        .face = page->strong,
        .colour = VIZ_COLOUR_TEXT,
        .ground = VIZ_COLOUR_NODE,
        .align = VIZ_ALIGN_CENTRE};

    item->radius = viz_page_px(page, 5);
    item->action = button->action;
    item = viz_scene_add(page->scene, VIZ_ITEM_FRAME, button->role, rect, VIZ_COLOUR_BORDER);
    item->radius = viz_page_px(page, 5);
    (void)viz_page_text(page, button->role, rect, button->label, words);
    return x + width + viz_page_px(page, 6);
}

static int put_buttons(const struct viz_page *page, struct viz_rect line)
{
    uint64_t phase = page->story->frame.phase;
    bool is_playing = phase == VIZ_PHASE_PLAYING || phase == VIZ_PHASE_SEEKING;
    const char *play = is_playing ? "Pause" : phase == VIZ_PHASE_ENDED ? "Again" : "Play";
    const struct button buttons[] = {
        {"button/restart", VIZ_ACTION_RESTART, "|<"},
        {"button/play", VIZ_ACTION_PLAY_OR_PAUSE, play},
        {"button/step", VIZ_ACTION_STEP, "Step"},
        {"button/slower", VIZ_ACTION_SLOWER, "\u2013"},
        {"button/faster", VIZ_ACTION_FASTER, "+"},
    };
    int x = line.x;

    for (size_t i = 0; i < G_N_ELEMENTS(buttons); i++) {
        x = put_button(page, line, x, &buttons[i]);
    }
    return x;
}

/* ---- the tape ---- */

static void put_tape(const struct viz_page *page, struct viz_rect tape)
{
    const struct viz_frame *frame = &page->story->frame;
    struct viz_rect done = tape;
    struct viz_item *item =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, "tape", tape, VIZ_COLOUR_EMPTY);

    item->action = VIZ_ACTION_SEEK;
    done.width = viz_page_x_of(page, tape, frame->now) - tape.x;
    item = viz_scene_add(page->scene, VIZ_ITEM_FILL, "tape/done", done, VIZ_COLOUR_GREEN);
    item->alpha = 150;
    for (uint32_t i = 0; i < frame->outage_count; i++) {
        const struct viz_outage *outage = &frame->outages[i];
        int left = viz_page_x_of(page, tape, outage->from);
        int right = viz_page_x_of(page, tape, MIN(outage->until, frame->now));
        struct viz_rect down = {left, tape.y, MAX(right - left, 2), tape.height};
        (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, "tape/down", down, VIZ_COLOUR_EMPTY);
        (void)viz_scene_add(page->scene, VIZ_ITEM_HATCH, "tape/down", down, VIZ_COLOUR_RED);
    }
}

/* Above the tape a mark, whose number is its key. */
static void put_bookmarks(const struct viz_page *page, struct viz_rect tape)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_words words = {
        .face = page->strong,
        .colour = VIZ_COLOUR_BLACK,
        .ground = VIZ_COLOUR_SKY,
        .align = VIZ_ALIGN_CENTRE};

    for (uint32_t i = 0; i < topology->bookmark_count; i++) {
        int side = page->small_height;
        int x = viz_page_x_of(page, tape, topology->bookmarks[i].time);
        struct viz_rect flag = {x, tape.y + (tape.height - side) / 2, side, side};
        const char *number = viz_scene_format(page->scene, "%u", i + 1);
        struct viz_item *item =
            viz_scene_add(page->scene, VIZ_ITEM_ROUND, "tape/bookmark", flag, VIZ_COLOUR_SKY);
        item->radius = viz_page_px(page, 3);
        item->action = (enum viz_action)(VIZ_ACTION_CHOOSE_1 + i);
        (void)viz_page_text(page, "tape/bookmark", flag, number, words);
    }
}

/* Small marks at the tape's foot: from there it goes back quickly. */
static void put_checkpoints(const struct viz_page *page, struct viz_rect tape)
{
    const struct viz_checkpoint_list *list = &page->story->frame.checkpoints;
    int side = viz_page_px(page, 4);

    for (uint32_t i = 0; i < list->count && !page->ui->hides_machine; i++) {
        int x = viz_page_x_of(page, tape, list->times[i]);
        struct viz_rect mark = {x, tape.y + tape.height - side, side, side};
        (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, "tape/checkpoint", mark, VIZ_COLOUR_TEXT);
    }
}

static void put_head(const struct viz_page *page, struct viz_rect tape)
{
    int x = viz_page_x_of(page, tape, page->story->frame.now);
    int width = viz_page_px(page, 4);
    struct viz_rect head = {
        x - width / 2, tape.y - viz_page_px(page, 4), width, tape.height + viz_page_px(page, 8)};
    struct viz_item *item =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, "tape/now", head, VIZ_COLOUR_TEXT);

    item->radius = width / 2;
    if (page->story->goal >= 0) {
        head.x = viz_page_x_of(page, tape, page->story->goal) - width / 2;
        item = viz_scene_add(page->scene, VIZ_ITEM_FRAME, "tape/goal", head, VIZ_COLOUR_ORANGE);
        item->radius = width / 2;
    }
}

/* Beside its tick where there is room before the next one; a tick stands there in any case. */
static void put_incident(
    const struct viz_page *page, struct viz_rect line, int x, int room, const char *label)
{
    int gap = viz_page_px(page, 5);
    struct viz_rect tick = {
        x, line.y, MAX(viz_page_px(page, 2), 1), line.height + viz_page_px(page, 4)};
    struct viz_rect place = {x + gap, line.y, room - 2 * gap, line.height};
    const struct viz_words words = {.colour = VIZ_COLOUR_RED, .ground = VIZ_COLOUR_PANEL};

    (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, "tape/incident", tick, VIZ_COLOUR_RED);
    if (place.width >= 3 * page->small.size) {
        (void)viz_page_text(page, "tape/incident", place, label, words);
    }
}

static void put_incidents(const struct viz_page *page, struct viz_rect tape, struct viz_rect line)
{
    const struct viz_frame *frame = &page->story->frame;
    int end = line.x + line.width;

    for (uint32_t i = 0; i < frame->incident_count; i++) {
        int x = viz_page_x_of(page, tape, frame->incidents[i].time);
        int next = i + 1 < frame->incident_count
                       ? viz_page_x_of(page, tape, frame->incidents[i + 1].time)
                       : end;
        put_incident(page, line, x, MIN(next, end) - x, frame->incidents[i].label);
    }
}

void viz_panel_timeline(const struct viz_page *page, struct viz_rect rect)
{
    int margin = viz_page_px(page, 14);
    int small = page->small_height;
    struct viz_rect inner = viz_rect_inset(rect, margin);
    int button_height = small + viz_page_px(page, 12);
    struct viz_rect buttons = {
        inner.x, rect.y + (rect.height - button_height) / 2, inner.width, button_height};
    int x = inner.x;

    (void)viz_scene_add(page->scene, VIZ_ITEM_FILL, "timeline", rect, VIZ_COLOUR_PANEL);
    if (page->story->topology.node_count == 0) {
        return;
    }
    if (!page->ui->is_presenter) {
        x = put_buttons(page, buttons) + margin;
    }
    int tape_height = rect.height - 2 * small - viz_page_px(page, 18);
    int end = rect.x + rect.width - 2 * margin;
    struct viz_rect tape = {x, rect.y + small + viz_page_px(page, 8), end - x, tape_height};
    struct viz_rect above = {x, rect.y + viz_page_px(page, 4), tape.width + margin, small};
    struct viz_rect below = {
        x - margin / 2,
        tape.y + tape.height + viz_page_px(page, 5),
        tape.width + 2 * margin,
        small};
    put_tape(page, tape);
    put_incidents(page, tape, above);
    put_checkpoints(page, tape);
    put_bookmarks(page, tape);
    put_head(page, tape);
    viz_page_time_axis(page, tape, below, "tape/time");
}

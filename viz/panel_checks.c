/* One line for each check: a mark, its name, and in a word how it stands. */
/* SPDX-License-Identifier: MIT */
#include "viz/axis.h"
#include "viz/page.h"

struct verdict {
    const char *text;
    enum viz_colour colour;
    enum viz_dot dot;
};

static struct verdict verdict_of(const struct viz_page *page, const struct viz_check_state *check)
{
    bool is_over = page->story->frame.phase == VIZ_PHASE_ENDED;

    if (check->failed > 0) {
        g_autofree char *moment = viz_axis_moment(check->first_failure);
        const char *text = viz_scene_format(page->scene, "broken at %s", moment);
        return (struct verdict){text, VIZ_COLOUR_RED, VIZ_DOT_DIAMOND};
    }
    if (check->evaluated == 0) {
        return (struct verdict){is_over ? "never asked" : "not yet", VIZ_COLOUR_DIM, VIZ_DOT_RING};
    }
    return (struct verdict){is_over ? "held" : "holds", VIZ_COLOUR_GREEN, VIZ_DOT_DISC};
}

static void put_check(const struct viz_page *page, struct viz_rect line, uint32_t index)
{
    const struct viz_check_state *check = &page->story->frame.checks[index];
    struct verdict verdict = verdict_of(page, check);
    double radius = page->small.size * 0.36;
    struct viz_point centre = {line.x + page->small.size * 0.5, line.y + line.height / 2.0};
    struct viz_words words = {
        .face = page->strong,
        .colour = verdict.colour,
        .ground = VIZ_COLOUR_PANEL,
        .align = VIZ_ALIGN_RIGHT};
    struct viz_item *item = viz_scene_points_item(page->scene, VIZ_ITEM_DOT, "check", &centre, 1);

    item->dot = verdict.dot;
    item->colour = verdict.colour;
    item->width = radius;
    item = viz_scene_add(page->scene, VIZ_ITEM_FILL, "check", line, VIZ_COLOUR_PANEL);
    item->alpha = 0;
    if (check->failed > 0) {
        item->action = VIZ_ACTION_SEEK_TO_CHECK;
        item->target = index;
    }
    item = viz_page_text(page, "check/state", line, verdict.text, words);
    int left = page->small.size * 5 / 4;
    struct viz_rect rest = {
        line.x + left,
        line.y,
        line.width - left - item->rect.width - viz_page_px(page, 8),
        line.height};
    words = (struct viz_words){.colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_PANEL};
    (void)viz_page_text(page, "check/name", rest, page->story->topology.checks[index], words);
}

/* Once the run is over: what was asked, what was said, and what is true. */
static void put_answers(const struct viz_page *page, struct viz_rect line, struct viz_rect area)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_words words = {.colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_PANEL};

    if (page->story->frame.phase != VIZ_PHASE_ENDED) {
        return;
    }
    for (uint32_t i = 0; i < topology->question_count; i++) {
        const struct viz_question *question = &topology->questions[i];
        bool is_right = page->ui->answers[i] == question->answer + 1;
        uint32_t answer = MIN(question->answer, VIZ_CHOICES_MAX - 1);
        const char *text = viz_scene_format(
            page->scene,
            "%s %s. %s",
            is_right ? "Right:" : "Answer:",
            question->choices[answer],
            question->because);
        if (viz_rect_contains(area, line)) {
            (void)viz_page_text(page, "checks/answer", line, text, words);
        }
        line.y += page->small_height + viz_page_px(page, 3);
    }
}

void viz_panel_checks(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_panel_words words = {
        "checks", "Promises", topology->check_count > 0 ? "" : "this scenario checks none", NULL};
    struct viz_rect area = viz_page_panel(page, rect, &words);
    int pitch = page->small_height + viz_page_px(page, page->ui->is_presenter ? 14 : 3);

    for (uint32_t i = 0; i < topology->check_count; i++) {
        struct viz_rect line = {area.x, area.y + (int)i * pitch, area.width, page->small_height};
        if (viz_rect_contains(area, line)) {
            put_check(page, line, i);
        }
    }
    struct viz_rect below = {
        area.x, area.y + (int)topology->check_count * pitch, area.width, page->small_height};
    put_answers(page, below, area);
}

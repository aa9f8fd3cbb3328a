/* The life of the message that is followed: each step with its time, and a bar of where it was. */
/* SPDX-License-Identifier: MIT */
#include "viz/axis.h"
#include "viz/page.h"
#include "world/world.h"

struct stage_of_life {
    uint32_t kind; /* of the step that begins it */
    enum viz_colour colour;
    const char *words;
    const char *then; /* what it does from then on */
};

static const struct stage_of_life stages[] = {
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_TAKEN_IN, VIZ_COLOUR_DIM, "born at", "being sent"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_ACCEPTED, VIZ_COLOUR_PINK, "promised by", "waiting"},
    {WORLD_TRACE_DELIVERY, VIZ_COLOUR_GREEN, "delivered to", "at work"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_SETTLED, VIZ_COLOUR_SKY, "had its effect at", "done"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_SUPPRESSED, VIZ_COLOUR_SKY, "known already at", "done"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_RECOVERED, VIZ_COLOUR_SKY, "read back at", "done"},
    {WORLD_TRACE_LOST_PACKET, VIZ_COLOUR_RED, "a packet was lost to", "waiting"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_TURNED_AWAY, VIZ_COLOUR_RED, "turned away at", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_REFUSED, VIZ_COLOUR_RED, "refused at", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_BUFFER_LOST, VIZ_COLOUR_RED, "lost with", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_QUEUE_CRASHED, VIZ_COLOUR_RED, "in the crash of", "waiting"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_DROPPED, VIZ_COLOUR_RED, "dropped by", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_DEAD, VIZ_COLOUR_RED, "given up by", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_PACKET_LOST, VIZ_COLOUR_RED, "lost on the way to", "gone"},
    {WORLD_TRACE_AUDIT + WORLD_AUDIT_HAND_LOST, VIZ_COLOUR_RED, "lost in the hands of", "gone"},
};

static const struct stage_of_life *stage_of(uint32_t kind)
{
    static const struct stage_of_life other = {0, VIZ_COLOUR_DIM, "seen at", "on its way"};

    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        if (stages[i].kind == kind) {
            return &stages[i];
        }
    }
    return &other;
}

/* Until the last step; while it lives, until now. */
static sim_time end_of(const struct viz_frame *frame)
{
    const struct viz_life *life = &frame->life;

    SIM_ASSERT(life->step_count > 0);
    const struct viz_step *last = &life->steps[life->step_count - 1];
    enum viz_colour colour = stage_of(last->kind)->colour;
    bool is_over = colour == VIZ_COLOUR_SKY || colour == VIZ_COLOUR_RED;
    return is_over ? last->time : MAX(frame->now, last->time);
}

static void put_bar(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_life *life = &page->story->frame.life;
    sim_time begin = life->steps[0].time;
    sim_time end = end_of(&page->story->frame);
    double whole = (double)MAX(end - begin, 1);

    for (uint32_t i = 0; i < life->step_count; i++) {
        sim_time until = i + 1 < life->step_count ? life->steps[i + 1].time : end;
        int left = (int)((double)(life->steps[i].time - begin) / whole * rect.width);
        int right = (int)((double)(until - begin) / whole * rect.width);
        struct viz_rect part = {rect.x + left, rect.y, MAX(right - left, 1), rect.height};
        (void)viz_scene_add(
            page->scene, VIZ_ITEM_FILL, "life/bar", part, stage_of(life->steps[i].kind)->colour);
    }
}

/* Since its birth; what happens; how long what follows it took. */
static void put_step(const struct viz_page *page, struct viz_rect line, uint32_t index)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_life *life = &page->story->frame.life;
    const struct viz_step *step = &life->steps[index];
    const struct stage_of_life *stage = stage_of(step->kind);
    bool is_last = index + 1 == life->step_count;
    sim_time until = is_last ? end_of(&page->story->frame) : life->steps[index + 1].time;
    g_autofree char *since = viz_axis_latency((double)(step->time - life->steps[0].time));
    g_autofree char *took = viz_axis_latency((double)(until - step->time));
    const char *place = "";
    const char *name = "?";
    struct viz_words words = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_NODE, .align = VIZ_ALIGN_RIGHT};
    int column = viz_page_width(page, page->small, "+999 ms ");

    if (step->node < topology->node_count) {
        place = topology->places[topology->nodes[step->node].place];
        name = topology->nodes[step->node].name;
    }
    struct viz_rect time = {line.x, line.y, column, line.height};
    (void)viz_page_text(
        page, "life/time", time, viz_scene_format(page->scene, "+%s", since), words);
    struct viz_rect rest = {
        line.x + column + viz_page_px(page, 10), line.y, line.width - column, line.height};
    rest.width -= viz_page_px(page, 10);
    if (until > step->time || !is_last) {
        words.colour = stage->colour;
        struct viz_item *item = viz_page_text(
            page,
            "life/took",
            rest,
            viz_scene_format(page->scene, "%s %s", stage->then, took),
            words);
        rest.width -= item->rect.width + viz_page_px(page, 8);
    }
    words = (struct viz_words){.colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_NODE};
    (void)viz_page_text(
        page,
        "life/what",
        rest,
        viz_scene_format(page->scene, "%s %s/%s", stage->words, place, name),
        words);
}

/* "Message 7 of shanghai/clicks": its number there, and who made it. */
static const char *title_of(const struct viz_page *page)
{
    const struct viz_topology *topology = &page->story->topology;
    const struct viz_life *life = &page->story->frame.life;
    uint64_t number = model_message_sequence(life->message_plus_one - 1);

    if (life->step_count == 0 || life->steps[0].node >= topology->node_count) {
        return viz_scene_format(page->scene, "Message %" G_GUINT64_FORMAT, number);
    }
    const struct viz_node *maker = &topology->nodes[life->steps[0].node];
    return viz_scene_format(
        page->scene,
        "Message %" G_GUINT64_FORMAT " of %s/%s",
        number,
        topology->places[maker->place],
        maker->name);
}

void viz_panel_life(const struct viz_page *page, struct viz_rect rect)
{
    const struct viz_life *life = &page->story->frame.life;
    int pitch = page->small_height + viz_page_px(page, 5);
    const char *title = title_of(page);
    struct viz_rect inner = viz_page_box(page, "life", rect);
    struct viz_rect line = viz_page_box_heading(page, "life/title", inner, title);
    int bottom = inner.y + inner.height - pitch;
    const struct viz_words dim = {.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_NODE};

    if (life->step_count > 0) {
        g_autofree char *age =
            viz_axis_latency((double)(end_of(&page->story->frame) - life->steps[0].time));
        (void)viz_page_text(
            page, "life/age", line, viz_scene_format(page->scene, "its life so far: %s", age), dim);
        line.y += pitch;
        struct viz_rect bar = {line.x, line.y, line.width, viz_page_px(page, 14)};
        put_bar(page, bar);
        line.y += viz_page_px(page, 24);
    }
    for (uint32_t i = 0; i < life->step_count && line.y + pitch <= bottom; i++) {
        put_step(page, line, i);
        line.y += pitch;
    }
    line.y = bottom;
    (void)viz_page_text(
        page, "life/keys", line, "N goes on to the next effect, Esc lets it go", dim);
}

/* The page of a full window: the header; the topology and the heat map in the left two thirds, the
 * charts and the checks in the right; the timeline. */
/* SPDX-License-Identifier: MIT */
#include "viz/page.h"

#include "viz/axis.h"

#define REFERENCE_WIDTH  1280.0
#define REFERENCE_HEIGHT 720.0

/* ---- for the panels ---- */

int viz_page_px(const struct viz_page *page, double points)
{
    return viz_scene_px(page->scene, points);
}

int viz_page_width(const struct viz_page *page, struct viz_face face, const char *text)
{
    return viz_font_width(viz_scene_font(page->scene), face, text);
}

struct viz_item *viz_page_text(
    const struct viz_page *page,
    const char *role,
    struct viz_rect rect,
    const char *text,
    struct viz_words words)
{
    words.text = text;
    words.face = words.face.size > 0 ? words.face : page->small;
    return viz_scene_text(page->scene, role, rect, &words);
}

struct viz_rect viz_page_panel(
    const struct viz_page *page, struct viz_rect rect, const struct viz_panel_words *words)
{
    int margin = viz_page_px(page, 10);
    struct viz_rect line = {
        rect.x + margin, rect.y + margin / 2, rect.width - 2 * margin, page->heading_height};
    struct viz_item *ground =
        viz_scene_add(page->scene, VIZ_ITEM_ROUND, words->role, rect, VIZ_COLOUR_PANEL);
    ground->radius = viz_page_px(page, 6);

    const struct viz_words figure = {
        .face = page->heading, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_RIGHT};
    const char *text = words->figure != NULL ? words->figure : "";
    struct viz_words colours = figure;
    colours.colour = VIZ_COLOUR_TEXT;
    struct viz_item *item = viz_page_text(page, "panel/figure", line, text, colours);
    struct viz_rect left = line;
    left.width -= item->rect.width + margin;
    colours.align = VIZ_ALIGN_LEFT;
    item = viz_page_text(page, "panel/title", left, words->title, colours);
    left.width -= item->rect.width + margin;
    left.x += item->rect.width + margin;
    if (left.width > viz_page_width(page, page->small, words->unit)) {
        colours = (struct viz_words){.colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL};
        (void)viz_page_text(page, "panel/unit", left, words->unit, colours);
    }
    int top = line.y + line.height + margin / 2;
    return (struct viz_rect){line.x, top, line.width, rect.y + rect.height - top - margin / 2};
}

struct viz_rect viz_page_box(const struct viz_page *page, const char *role, struct viz_rect rect)
{
    viz_scene_begin_top(page->scene, rect);
    struct viz_item *item = viz_scene_add(page->scene, VIZ_ITEM_ROUND, role, rect, VIZ_COLOUR_NODE);
    item->radius = viz_page_px(page, 8);
    item->is_on_top = true;
    item = viz_scene_add(page->scene, VIZ_ITEM_FRAME, role, rect, VIZ_COLOUR_BORDER);
    item->radius = viz_page_px(page, 8);
    return viz_rect_inset(rect, viz_page_px(page, 14));
}

struct viz_rect viz_page_box_heading(
    const struct viz_page *page, const char *role, struct viz_rect inner, const char *text)
{
    struct viz_rect line = {inner.x, inner.y, inner.width, page->heading_height};
    const struct viz_words words = {
        .face = page->heading, .colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_NODE};

    (void)viz_page_text(page, role, line, text, words);
    line.y += page->heading_height + viz_page_px(page, 8);
    line.height = page->small_height;
    return line;
}

int viz_page_x_of(const struct viz_page *page, struct viz_rect plot, sim_time moment)
{
    double part = (double)moment / (double)MAX(page->story->topology.duration, 1);

    return plot.x + (int)(CLAMP(part, 0, 1) * plot.width);
}

/* The outage that begins first at or after `from`, with all that overlap it. Outages of the nodes
 * of one data centre are one band. */
static struct viz_outage first_outage(const struct viz_frame *frame, sim_time from)
{
    struct viz_outage first = {.from = SIM_NEVER};

    for (uint32_t i = 0; i < frame->outage_count; i++) {
        const struct viz_outage *outage = &frame->outages[i];
        first = outage->from >= from && outage->from < first.from ? *outage : first;
    }
    return first;
}

static struct viz_outage next_outage(const struct viz_frame *frame, sim_time from)
{
    struct viz_outage next = first_outage(frame, from);

    for (uint32_t round = 0; round < frame->outage_count; round++) {
        for (uint32_t i = 0; i < frame->outage_count; i++) {
            const struct viz_outage *outage = &frame->outages[i];
            bool is_joined = outage->from >= from && outage->from <= next.until;
            next.until = is_joined ? MAX(next.until, outage->until) : next.until;
        }
    }
    return next;
}

void viz_page_outages(const struct viz_page *page, struct viz_rect plot, const char *role)
{
    const struct viz_frame *frame = &page->story->frame;
    struct viz_outage outage = next_outage(frame, 0);

    while (outage.from < SIM_NEVER) {
        int left = viz_page_x_of(page, plot, outage.from);
        int right = viz_page_x_of(page, plot, MIN(outage.until, frame->now));
        struct viz_rect band = {left, plot.y, MAX(right - left, 1), plot.height};
        struct viz_item *item =
            viz_scene_add(page->scene, VIZ_ITEM_FILL, role, band, VIZ_COLOUR_RED);
        item->alpha = 34;
        struct viz_rect foot = band;
        foot.height = viz_page_px(page, 5);
        foot.y = plot.y + plot.height - foot.height;
        (void)viz_scene_add(page->scene, VIZ_ITEM_HATCH, role, foot, VIZ_COLOUR_RED);
        outage = outage.until < SIM_NEVER ? next_outage(frame, outage.until + 1)
                                          : (struct viz_outage){.from = SIM_NEVER};
    }
}

void viz_page_time_axis(
    const struct viz_page *page, struct viz_rect plot, struct viz_rect words, const char *role)
{
    sim_time duration = page->story->topology.duration;
    uint32_t fits = (uint32_t)MAX(plot.width / (6 * page->small.size), 2);
    struct viz_axis axis = viz_axis_time(duration, MIN(fits, VIZ_TICKS_MAX));
    const struct viz_words dim = {
        .colour = VIZ_COLOUR_DIM, .ground = VIZ_COLOUR_PANEL, .align = VIZ_ALIGN_CENTRE};

    for (uint32_t i = 0; i < axis.tick_count; i++) {
        g_autofree char *text = viz_axis_moment((sim_time)axis.ticks[i]);
        int width = viz_page_width(page, page->small, text);
        int x = viz_page_x_of(page, plot, (sim_time)axis.ticks[i]);
        int left = CLAMP(x - width / 2, words.x, MAX(words.x + words.width - width, words.x));
        struct viz_rect place = {left, words.y, width, words.height};
        (void)viz_page_text(page, role, place, text, dim);
    }
}

/* ---- the whole ---- */

#define EM_MIN 9 /* smaller letters cannot be read anyway */
#define EM_MAX 200

static int em_of(const viz_scene *scene, double points)
{
    int pixels = viz_scene_px(scene, points);

    return CLAMP(pixels, EM_MIN, EM_MAX);
}

static struct viz_page page_of(
    viz_scene *scene, const struct viz_story *story, const struct viz_ui *ui)
{
    struct viz_page page = {.scene = scene, .story = story, .ui = ui};
    bool has_other = ui->other != NULL && ui->other->topology.node_count > 0 &&
                     ui->other->topology.duration == story->topology.duration;
    int small = em_of(scene, ui->is_presenter ? VIZ_PRESENTER_TEXT_MIN : 12);

    page.other = has_other ? ui->other : NULL;
    page.small = (struct viz_face){VIZ_WEIGHT_REGULAR, small};
    page.strong = (struct viz_face){VIZ_WEIGHT_BOLD, small};
    page.heading = (struct viz_face){VIZ_WEIGHT_BOLD, em_of(scene, ui->is_presenter ? 24 : 14)};
    page.title = (struct viz_face){VIZ_WEIGHT_BOLD, em_of(scene, ui->is_presenter ? 28 : 19)};
    page.small_height = viz_font_height(viz_scene_font(scene), page.small);
    page.heading_height = viz_font_height(viz_scene_font(scene), page.heading);
    return page;
}

/* Splits `count` equal rows off a rectangle. */
static struct viz_rect row_of(struct viz_rect rect, int index, int count, int gap)
{
    int height = (rect.height - (count - 1) * gap) / count;

    return (struct viz_rect){rect.x, rect.y + index * (height + gap), rect.width, height};
}

static void compose_right(const struct viz_page *page, struct viz_rect rect)
{
    static const enum viz_panel charts[] = {
        VIZ_PANEL_THROUGHPUT, VIZ_PANEL_LATENCY, VIZ_PANEL_QUEUE, VIZ_PANEL_USE, VIZ_PANEL_LITTLE};
    int count = page->story->topology.chart.series_count > 0 ? 5 : 4; /* else it stands below */
    int gap = viz_page_px(page, 8);
    const struct viz_topology *topology = &page->story->topology;
    int lines = (int)MAX(topology->check_count + topology->question_count, 1);
    int checks_height = page->heading_height + lines * (page->small_height + viz_page_px(page, 3)) +
                        viz_page_px(page, 20);
    struct viz_rect checks = {
        rect.x, rect.y + rect.height - checks_height, rect.width, checks_height};
    struct viz_rect above = {rect.x, rect.y, rect.width, rect.height - checks_height - gap};

    for (int i = 0; i < count; i++) {
        viz_panel_chart(page, row_of(above, i, count, gap), charts[i]);
    }
    viz_panel_checks(page, checks);
}

static void compose_panel(const struct viz_page *page, struct viz_rect rect, enum viz_panel panel)
{
    switch (panel) {
    case VIZ_PANEL_TOPOLOGY:
        viz_panel_topology(page, rect);
        break;
    case VIZ_PANEL_HEAT:
        viz_panel_heat(page, rect);
        break;
    case VIZ_PANEL_CHECKS:
        viz_panel_checks(page, rect);
        break;
    case VIZ_PANEL_THROUGHPUT:
    case VIZ_PANEL_LATENCY:
    case VIZ_PANEL_QUEUE:
    case VIZ_PANEL_USE:
    case VIZ_PANEL_LITTLE:
    case VIZ_PANEL_OWN:
        viz_panel_chart(page, rect, panel);
        break;
    case VIZ_PANEL_COUNT:
    default:
        SIM_ASSERT(panel < VIZ_PANEL_COUNT);
    }
}

/* A system that is too large to stand there twice shows its latencies. */
static void put_one_of_both(const struct viz_page *page, struct viz_rect rect)
{
    if (viz_panel_topology_fits(page, rect)) {
        viz_panel_topology(page, rect);
    } else {
        viz_panel_heat(page, rect);
    }
}

/* A above B; right of them three charts of both, and what is different. */
static void compose_both(const struct viz_page *page, struct viz_rect left, struct viz_rect right)
{
    static const enum viz_panel charts[] = {
        VIZ_PANEL_THROUGHPUT, VIZ_PANEL_LATENCY, VIZ_PANEL_QUEUE};
    int gap = viz_page_px(page, 8);
    int table_height = 10 * page->small_height + viz_page_px(page, 60);
    struct viz_rect table = {
        right.x, right.y + right.height - table_height, right.width, table_height};
    struct viz_rect above = {right.x, right.y, right.width, right.height - table_height - gap};
    struct viz_page a = *page;
    struct viz_page b = *page;

    a.label = "A, as it is";
    b.label = viz_scene_format(page->scene, "B, %s", page->ui->other_label);
    b.story = page->other;
    put_one_of_both(&a, row_of(left, 0, 2, gap));
    put_one_of_both(&b, row_of(left, 1, 2, gap));
    for (int i = 0; i < 3; i++) {
        viz_panel_chart(page, row_of(above, i, 3, gap), charts[i]);
    }
    viz_panel_compare(page, table);
}

static void compose_system(
    const struct viz_page *page, struct viz_rect topology, struct viz_rect heat)
{
    bool has_own = page->story->topology.chart.series_count > 0;
    int gap = viz_page_px(page, 8);
    struct viz_rect beside = heat;

    viz_panel_topology(page, topology);
    heat.width = heat.width * 56 / 100;
    beside.x += heat.width + gap;
    beside.width -= heat.width + gap;
    viz_panel_chart(page, beside, has_own ? VIZ_PANEL_OWN : VIZ_PANEL_LITTLE);
    viz_panel_heat(page, heat);
}

/* What a person looks at: a node, or a message. */
static void compose_closer(const struct viz_page *page, struct viz_rect rect)
{
    if (page->ui->selected >= 0) {
        viz_panel_inspector(page, rect);
    } else if (page->story->frame.life.message_plus_one > 0) {
        viz_panel_life(page, rect);
    }
}

static void compose_middle(const struct viz_page *page, struct viz_rect rect)
{
    int gap = viz_page_px(page, 8);
    int left_width = (rect.width - gap) * 65 / 100;
    int heat_height = rect.height * 33 / 100;
    struct viz_rect topology = {rect.x, rect.y, left_width, rect.height - heat_height - gap};
    struct viz_rect heat = {rect.x, rect.y + topology.height + gap, left_width, heat_height};
    struct viz_rect right = {
        rect.x + left_width + gap, rect.y, rect.width - left_width - gap, rect.height};

    if (page->other != NULL) {
        struct viz_rect left = {rect.x, rect.y, left_width, rect.height};
        compose_both(page, left, right);
    } else {
        compose_system(page, topology, heat);
        compose_right(page, right);
    }
    compose_closer(page, right);
}

static void compose_full(const struct viz_page *page, struct viz_rect window)
{
    bool is_presenter = page->ui->is_presenter;
    int gap = viz_page_px(page, 8);
    int header_height = viz_page_px(page, is_presenter ? 76 : 56);
    int timeline_height = viz_page_px(page, is_presenter ? 88 : 68);
    struct viz_rect header = {window.x, window.y, window.width, header_height};
    struct viz_rect timeline = {
        window.x, window.y + window.height - timeline_height, window.width, timeline_height};
    struct viz_rect middle = {
        window.x + gap,
        window.y + header_height + gap,
        window.width - 2 * gap,
        window.height - header_height - timeline_height - 2 * gap};

    viz_panel_header(page, header);
    if (page->story->topology.node_count == 0) {
        viz_panel_problem(page, middle);
    } else if (is_presenter) {
        struct viz_rect right = middle;
        right.x += middle.width / 2;
        right.width -= middle.width / 2;
        compose_panel(page, middle, page->ui->panel);
        compose_closer(page, right);
    } else {
        compose_middle(page, middle);
    }
    if (page->story->topology.node_count > 0 &&
        (page->story->problem != NULL || page->story->frame.phase == VIZ_PHASE_FAILED)) {
        viz_panel_problem(page, middle);
    }
    viz_panel_timeline(page, timeline);
}

/* Room for a word or two. */
static void compose_tiny(const struct viz_page *page, struct viz_rect window)
{
    struct viz_rect inner = viz_rect_inset(window, 4);
    struct viz_rect top = {inner.x, inner.y, inner.width, inner.height / 2};
    struct viz_rect bottom = {inner.x, inner.y + inner.height / 2, inner.width, inner.height / 2};
    g_autofree char *now = viz_axis_moment(page->story->frame.now);
    struct viz_words words = {.colour = VIZ_COLOUR_TEXT, .ground = VIZ_COLOUR_WINDOW};

    if (inner.height < 2 * page->small_height || inner.width < 2 * page->small.size) {
        return;
    }
    (void)viz_page_text(page, "tiny/title", top, page->story->topology.title, words);
    (void)viz_page_text(page, "tiny/time", bottom, now, words);
}

int viz_page_question(const struct viz_story *story, const struct viz_ui *ui)
{
    const struct viz_topology *topology = &story->topology;

    for (uint32_t i = 0; i < topology->question_count; i++) {
        if (ui->answers[i] == 0 && topology->questions[i].time <= story->frame.now) {
            return (int)i;
        }
    }
    return -1;
}

void viz_page_compose(
    viz_scene *scene,
    struct viz_rect window,
    const struct viz_story *story,
    const struct viz_ui *ui)
{
    bool is_tiny = window.width < VIZ_PAGE_WIDTH_MIN || window.height < VIZ_PAGE_HEIGHT_MIN;
    double point = MIN(window.width / REFERENCE_WIDTH, window.height / REFERENCE_HEIGHT);

    SIM_ASSERT(!viz_rect_is_empty(window));
    viz_scene_begin(scene, window, ui->theme, is_tiny ? 1 : point);
    const struct viz_page page = page_of(scene, story, ui);
    (void)viz_scene_add(scene, VIZ_ITEM_FILL, "window", window, VIZ_COLOUR_WINDOW);
    if (ui->is_blank) {
        return;
    }
    if (is_tiny) {
        compose_tiny(&page, window);
        return;
    }
    compose_full(&page, window);
    if (ui->has_help) {
        viz_panel_help(&page, window);
    } else if (ui->knobs.is_open) {
        viz_panel_knobs(&page, window);
    } else if (ui->has_menu) {
        viz_panel_menu(&page, window);
    } else if (viz_page_question(story, ui) >= 0) {
        viz_panel_question(&page, window);
    } else {
        viz_panel_hover(&page, window);
    }
}

sim_time viz_page_moment_at(const struct viz_story *story, const struct viz_item *item, int x)
{
    double part = (x - item->rect.x) / (double)MAX(item->rect.width, 1);

    SIM_ASSERT(item->action == VIZ_ACTION_SEEK);
    return (sim_time)(CLAMP(part, 0, 1) * (double)story->topology.duration);
}

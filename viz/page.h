/* viz/page.h - what the window shows: a scene made of a story, by panels.
 *
 * viz_page_compose() arranges the panels; each has a file of its own, panel_....c, and puts its
 * items into the rectangle that it is given. Presenter mode shows one panel, large, and no text
 * that the last row could not read. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_PAGE_H
#define VIZ_PAGE_H

#include "viz/knob.h"
#include "viz/player.h"
#include "viz/scene.h"

enum viz_panel {
    VIZ_PANEL_TOPOLOGY,
    VIZ_PANEL_THROUGHPUT,
    VIZ_PANEL_LATENCY,
    VIZ_PANEL_HEAT,
    VIZ_PANEL_QUEUE,
    VIZ_PANEL_USE,
    VIZ_PANEL_LITTLE,
    VIZ_PANEL_CHECKS,
    VIZ_PANEL_OWN, /* the scenario's own chart */
    VIZ_PANEL_COUNT,
};

/* What a person has chosen to see. */
struct viz_ui {
    enum viz_theme theme;
    enum viz_panel panel; /* in presenter mode */
    bool is_presenter;
    bool has_help;
    bool is_blank;
    int64_t selected;       /* a node; -1: none */
    uint32_t edge_plus_one; /* whose link was chosen; 0: none */
    bool has_menu;          /* of what was chosen */
    bool hides_machine;     /* what depends on how fast the machine is */
    struct viz_knobs knobs;
    const struct viz_story *other; /* a run to compare with; or NULL */
    const char *other_label;       /* what is different there */
    int pointer_x;                 /* -1: the pointer is elsewhere */
    int pointer_y;
    uint32_t answers[VIZ_QUESTIONS_MAX]; /* choice and 1; VIZ_SKIPPED; 0: none yet */
    const char *notice;                  /* one line that something was done; or NULL */
};

/* In presenter mode at 1280 x 720 no text is smaller. */
#define VIZ_PRESENTER_TEXT_MIN 20

/* Smaller windows show the title, the state and the time only. */
#define VIZ_PAGE_WIDTH_MIN  640
#define VIZ_PAGE_HEIGHT_MIN 400

#define VIZ_SKIPPED         UINT32_MAX

/* The question that waits for an answer: the first that was reached and has none. -1: none does. */
int viz_page_question(const struct viz_story *story, const struct viz_ui *ui);

void viz_page_compose(
    viz_scene *scene,
    struct viz_rect window,
    const struct viz_story *story,
    const struct viz_ui *ui);

/* The moment of the run that a place on an item of VIZ_ACTION_SEEK stands for. */
sim_time viz_page_moment_at(const struct viz_story *story, const struct viz_item *item, int x);

/* ---- for the panels ---- */

struct viz_page {
    viz_scene *scene;
    const struct viz_story *story;
    const struct viz_story *other; /* that it is compared with; or NULL */
    const char *label;             /* of the system: "A"; NULL: there is one run only */
    const struct viz_ui *ui;
    struct viz_face small;
    struct viz_face strong; /* as large as small */
    struct viz_face heading;
    struct viz_face title;
    int small_height;
    int heading_height;
};

/* The colours of a text are COLOUR on GROUND. */
struct viz_item *viz_page_text(
    const struct viz_page *page,
    const char *role,
    struct viz_rect rect,
    const char *text,
    struct viz_words words);

int viz_page_px(const struct viz_page *page, double points);
int viz_page_width(const struct viz_page *page, struct viz_face face, const char *text);

/* A panel's ground and its heading; `figure` stands at the right of it, or NULL. Returns what is
 * left for the panel's content. */
struct viz_panel_words {
    const char *role;
    const char *title;
    const char *unit;
    const char *figure;
};
struct viz_rect viz_page_panel(
    const struct viz_page *page, struct viz_rect rect, const struct viz_panel_words *words);

void viz_panel_header(const struct viz_page *page, struct viz_rect rect);
void viz_panel_topology(const struct viz_page *page, struct viz_rect rect);

/* Whether every node has room for its words there. */
bool viz_panel_topology_fits(const struct viz_page *page, struct viz_rect rect);

void viz_panel_node(const struct viz_page *page, struct viz_rect rect, uint32_t index);
void viz_panel_chart(const struct viz_page *page, struct viz_rect rect, enum viz_panel panel);
void viz_panel_heat(const struct viz_page *page, struct viz_rect rect);
void viz_panel_checks(const struct viz_page *page, struct viz_rect rect);
void viz_panel_timeline(const struct viz_page *page, struct viz_rect rect);
void viz_panel_question(const struct viz_page *page, struct viz_rect window);
void viz_panel_help(const struct viz_page *page, struct viz_rect window);
void viz_panel_life(const struct viz_page *page, struct viz_rect rect);
void viz_panel_inspector(const struct viz_page *page, struct viz_rect rect);
void viz_panel_knobs(const struct viz_page *page, struct viz_rect window);
void viz_panel_compare(const struct viz_page *page, struct viz_rect rect);
void viz_panel_menu(const struct viz_page *page, struct viz_rect window);
void viz_panel_hover(const struct viz_page *page, struct viz_rect window);
void viz_panel_problem(const struct viz_page *page, struct viz_rect rect);

/* A box over everything; returns its inside. */
struct viz_rect viz_page_box(const struct viz_page *page, const char *role, struct viz_rect rect);

/* Its heading; returns the line below. */
struct viz_rect viz_page_box_heading(
    const struct viz_page *page, const char *role, struct viz_rect inner, const char *text);

/* Where a moment is in a plot that shows the whole run. */
int viz_page_x_of(const struct viz_page *page, struct viz_rect plot, sim_time moment);

/* The times at which nodes were down, one after the other, behind whatever is in the plot. */
void viz_page_outages(const struct viz_page *page, struct viz_rect plot, const char *role);

/* Ticks of the whole run below a plot, with their words in the rectangle. */
void viz_page_time_axis(
    const struct viz_page *page, struct viz_rect plot, struct viz_rect words, const char *role);

#endif

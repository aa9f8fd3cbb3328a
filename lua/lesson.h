/* lua/lesson.h - what a scenario says to those who watch it.
 *
 * Questions to ask before the answer is seen, captions, bookmarks on the timeline, reasons to
 * pause, charts: data for a viewer, which the run itself does not depend on. All are listed in the
 * order in which the scenario's file names them. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_LESSON_H
#define LUA_LESSON_H

#include <stdint.h>

#include <lua.h>

#include "sim/base.h"

struct script_runtime;

struct script_question {
    sim_time time; /* when to ask; 0: before the run begins */
    const char *text;
    const char *const *choices;
    uint32_t choice_count;
    uint32_t answer;     /* index of the choice */
    const char *because; /* why; or "" */
};

struct script_caption {
    sim_time from;
    sim_time until; /* SIM_NEVER: to the next caption, or the end */
    const char *text;
};

struct script_bookmark {
    sim_time time;
    const char *label;
};

struct script_chart {
    const char *title;
    const char *const *measures; /* names in the registry */
    uint32_t measure_count;
};

struct script_lesson {
    const struct script_question *questions;
    const struct script_caption *captions;
    const struct script_bookmark *bookmarks;
    const struct script_chart *charts;
    const char *const *pauses; /* the labels of tb.pause_when */
    uint32_t question_count;
    uint32_t caption_count;
    uint32_t bookmark_count;
    uint32_t chart_count;
    uint32_t pause_count;
};

/* Good as long as the runtime, which has been loaded. */
struct script_lesson script_lesson_of(const struct script_runtime *runtime);

/* Adds to the core table on top of the stack; times are in ns, texts are kept:
 *   ask(time, text, choices, answer, because)
 *   caption(from, until or nil, text)
 *   bookmark(time, label)
 *   chart(title, names of measures)
 *   pause(label)                      which core.pause_when() looks for */
void script_lesson_bind(lua_State *lua);

/* Frees the lists: for the runtime's destroy. */
void script_lesson_finish(struct script_runtime *runtime);

#endif

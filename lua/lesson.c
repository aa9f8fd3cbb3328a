/* Growing lists while the scenario loads, never changed after. */
/* SPDX-License-Identifier: MIT */
#include "lua/lesson.h"

#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "lua/state.h"

#define LIST_MAX 1000 /* of each kind */

struct script_lesson_lists {
    GArray *questions;
    GArray *captions;
    GArray *bookmarks;
    GArray *charts;
    GArray *pauses;
};

static struct script_lesson_lists *lists_of(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    (void)script_bind_world_to_build(lua);
    if (runtime->lesson == NULL) {
        runtime->lesson = g_new(struct script_lesson_lists, 1);
        *runtime->lesson = (struct script_lesson_lists){
            .questions = g_array_new(FALSE, FALSE, sizeof(struct script_question)),
            .captions = g_array_new(FALSE, FALSE, sizeof(struct script_caption)),
            .bookmarks = g_array_new(FALSE, FALSE, sizeof(struct script_bookmark)),
            .charts = g_array_new(FALSE, FALSE, sizeof(struct script_chart)),
            .pauses = g_array_new(FALSE, FALSE, sizeof(const char *)),
        };
    }
    return runtime->lesson;
}

void script_lesson_finish(struct script_runtime *runtime)
{
    struct script_lesson_lists *lists = runtime->lesson;

    if (lists != NULL) {
        g_array_unref(lists->questions);
        g_array_unref(lists->captions);
        g_array_unref(lists->bookmarks);
        g_array_unref(lists->charts);
        g_array_unref(lists->pauses);
        g_free(lists);
    }
}

static void check_room(lua_State *lua, const GArray *list, const char *what)
{
    if (list->len >= LIST_MAX) {
        (void)script_fail(lua, "a scenario has at most %d %s", LIST_MAX, what);
    }
}

/* The text at `index`, kept. */
static const char *keep_text(lua_State *lua, int index)
{
    return g_string_chunk_insert_const(script_state_of(lua)->strings, luaL_checkstring(lua, index));
}

/* The list of texts at `index`, kept. */
static const char *const *keep_texts(lua_State *lua, int index, uint32_t *out_count)
{
    lua_Unsigned count = lua_rawlen(lua, index);
    const char **texts = g_new0(const char *, count + 1);

    g_ptr_array_add(script_state_of(lua)->contexts, texts);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i + 1);
        texts[i] = keep_text(lua, -1);
        lua_pop(lua, 1);
    }
    *out_count = (uint32_t)count;
    return texts;
}

/* core.ask(time, text, choices, answer, because) */
static int lesson_question(lua_State *lua)
{
    GArray *list = lists_of(lua)->questions;
    lua_Integer answer = luaL_checkinteger(lua, 4);
    struct script_question question = {.time = luaL_checkinteger(lua, 1)};

    check_room(lua, list, "questions");
    question.text = keep_text(lua, 2);
    question.choices = keep_texts(lua, 3, &question.choice_count);
    question.because = keep_text(lua, 5);
    SIM_ASSERT(answer >= 1 && answer <= question.choice_count);
    question.answer = (uint32_t)answer - 1;
    g_array_append_val(list, question);
    return 0;
}

/* core.caption(from, until, text) */
static int lesson_caption(lua_State *lua)
{
    GArray *list = lists_of(lua)->captions;
    struct script_caption caption = {
        .from = luaL_checkinteger(lua, 1),
        .until = luaL_optinteger(lua, 2, SIM_NEVER),
    };

    check_room(lua, list, "captions");
    SIM_ASSERT(caption.from < caption.until);
    caption.text = keep_text(lua, 3);
    g_array_append_val(list, caption);
    return 0;
}

/* core.bookmark(time, label) */
static int lesson_bookmark(lua_State *lua)
{
    GArray *list = lists_of(lua)->bookmarks;
    struct script_bookmark bookmark = {.time = luaL_checkinteger(lua, 1)};

    check_room(lua, list, "bookmarks");
    bookmark.label = keep_text(lua, 2);
    g_array_append_val(list, bookmark);
    return 0;
}

/* core.chart(title, names) */
static int lesson_chart(lua_State *lua)
{
    GArray *list = lists_of(lua)->charts;
    struct script_chart chart = {0};

    check_room(lua, list, "charts");
    chart.title = keep_text(lua, 1);
    chart.measures = keep_texts(lua, 2, &chart.measure_count);
    SIM_ASSERT(chart.measure_count > 0);
    g_array_append_val(list, chart);
    return 0;
}

/* core.pause(label) */
static int lesson_pause(lua_State *lua)
{
    GArray *list = lists_of(lua)->pauses;

    check_room(lua, list, "pauses");
    const char *label = keep_text(lua, 1);
    g_array_append_val(list, label);
    return 0;
}

struct script_lesson script_lesson_of(const struct script_runtime *runtime)
{
    const struct script_lesson_lists *lists = runtime->lesson;

    SIM_ASSERT(runtime->loaded);
    if (lists == NULL) {
        return (struct script_lesson){0};
    }
    return (struct script_lesson){
        .questions = (const void *)lists->questions->data,
        .captions = (const void *)lists->captions->data,
        .bookmarks = (const void *)lists->bookmarks->data,
        .charts = (const void *)lists->charts->data,
        .pauses = (const void *)lists->pauses->data,
        .question_count = lists->questions->len,
        .caption_count = lists->captions->len,
        .bookmark_count = lists->bookmarks->len,
        .chart_count = lists->charts->len,
        .pause_count = lists->pauses->len,
    };
}

void script_lesson_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"ask", lesson_question},
        {"caption", lesson_caption},
        {"bookmark", lesson_bookmark},
        {"chart", lesson_chart},
        {"pause", lesson_pause},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

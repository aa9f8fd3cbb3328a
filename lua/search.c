/* One struct script_pattern for each call: so the steps are those of the whole call, however many
 * places it tries. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memmem(), which takes linear time */
#include "lua/search.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/fail.h"
#include "lua/pattern.h"

#define ESCAPE '%' /* in a replacement, before the number of a capture */

/* ---- what the four share ---- */

/* Arguments 1 and 2, the text and the pattern. */
static void read_arguments(lua_State *lua, struct script_pattern *search)
{
    size_t subject_size = 0;
    size_t pattern_size = 0;
    const char *subject = luaL_checklstring(lua, 1, &subject_size);
    const char *pattern = luaL_checklstring(lua, 2, &pattern_size);

    script_pattern_init(search, subject, subject_size, pattern, pattern_size);
}

/* Raises when the search has come upon a problem. */
static void check(lua_State *lua, const struct script_pattern *search)
{
    if (search->problem != NULL) {
        (void)script_fail(lua, "%s", search->problem);
    }
}

/* The place in the text that argument `index` says; NULL: it is past the end. */
static const char *read_start(lua_State *lua, int index, const struct script_pattern *search)
{
    lua_Integer size = (lua_Integer)(search->subject_end - search->subject);
    lua_Integer start = luaL_optinteger(lua, index, 1);

    if (start < 0) {
        start = start >= -size ? size + start + 1 : 1;
    } else if (start == 0) {
        start = 1;
    }
    return start - 1 <= size ? search->subject + (start - 1) : NULL;
}

static bool is_anchored(const struct script_pattern *search)
{
    return search->pattern < search->pattern_end && *search->pattern == '^';
}

/* The first match from `start` on; sets *out_start and *out_end. */
static bool find_first(
    struct script_pattern *search, const char *start, const char **out_start, const char **out_end)
{
    SIM_ASSERT(start >= search->subject && start <= search->subject_end);
    do {
        if (script_pattern_matches_at(search, start, out_end)) {
            *out_start = start;
            return true;
        }
        start++;
    } while (start <= search->subject_end && search->problem == NULL && !is_anchored(search));
    return false;
}

static void push_capture(
    lua_State *lua,
    const struct script_pattern *search,
    const struct script_pattern_capture *capture)
{
    if (capture->size == SCRIPT_PATTERN_POSITION) {
        lua_pushinteger(lua, capture->start - search->subject + 1);
    } else {
        lua_pushlstring(lua, capture->start, (size_t)capture->size);
    }
}

/* All captures; the whole match when there are none and `start` is not NULL. Returns how many. */
static int push_captures(
    lua_State *lua, const struct script_pattern *search, const char *start, const char *end)
{
    int count = (int)search->capture_count;

    luaL_checkstack(lua, count + 1, "too many captures");
    if (count == 0 && start != NULL) {
        lua_pushlstring(lua, start, (size_t)(end - start));
        return 1;
    }
    for (int i = 0; i < count; i++) {
        push_capture(lua, search, &search->captures[i]);
    }
    return count;
}

/* ---- find and match ---- */

static int find_plain(lua_State *lua, const struct script_pattern *search, const char *start)
{
    size_t size = (size_t)(search->pattern_end - search->pattern);
    const char *found = memmem(start, (size_t)(search->subject_end - start), search->pattern, size);

    if (found == NULL) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, found - search->subject + 1);
    lua_pushinteger(lua, found - search->subject + (lua_Integer)size);
    return 2;
}

/* string.find(text, pattern [, start [, plain]]) */
static int search_find(lua_State *lua)
{
    struct script_pattern search;
    const char *found = NULL;
    const char *end = NULL;

    read_arguments(lua, &search);
    const char *start = read_start(lua, 3, &search);
    if (start == NULL) {
        lua_pushnil(lua);
        return 1;
    }
    size_t pattern_size = (size_t)(search.pattern_end - search.pattern);
    if (lua_toboolean(lua, 4) != 0 || script_pattern_is_plain(search.pattern, pattern_size)) {
        return find_plain(lua, &search, start);
    }
    bool is_found = find_first(&search, start, &found, &end);
    check(lua, &search);
    if (!is_found) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, found - search.subject + 1);
    lua_pushinteger(lua, end - search.subject);
    return push_captures(lua, &search, NULL, NULL) + 2;
}

/* string.match(text, pattern [, start]) */
static int search_match(lua_State *lua)
{
    struct script_pattern search;
    const char *found = NULL;
    const char *end = NULL;

    read_arguments(lua, &search);
    const char *start = read_start(lua, 3, &search);
    bool is_found = start != NULL && find_first(&search, start, &found, &end);
    check(lua, &search);
    if (!is_found) {
        lua_pushnil(lua);
        return 1;
    }
    return push_captures(lua, &search, found, end);
}

/* ---- gmatch ---- */

struct iteration {
    struct script_pattern search; /* its texts are user values 1 and 2 */
    const char *next;             /* where to try next */
    const char *last_end;         /* of the match before: no empty match begins there */
};

/* What gmatch returns. Upvalue 1: the iteration. A '^' is no anchor here. */
static int next_match(lua_State *lua)
{
    struct iteration *iteration = lua_touserdata(lua, lua_upvalueindex(1));
    struct script_pattern *search = &iteration->search;
    const char *end = NULL;

    search->steps_left = SCRIPT_PATTERN_STEPS_MAX;
    for (const char *start = iteration->next; start <= search->subject_end; start++) {
        bool is_match = script_pattern_matches_at(search, start, &end);
        check(lua, search);
        if (is_match && end != iteration->last_end) {
            iteration->next = end;
            iteration->last_end = end;
            return push_captures(lua, search, start, end);
        }
    }
    iteration->next = search->subject_end + 1;
    return 0;
}

/* string.gmatch(text, pattern [, start]) */
static int search_gmatch(lua_State *lua)
{
    struct script_pattern search;

    lua_settop(lua, 3);
    read_arguments(lua, &search);
    if (is_anchored(&search)) {
        return script_fail(
            lua, "string.gmatch: a pattern with '^' in front matches once: use match");
    }
    const char *start = read_start(lua, 3, &search);
    struct iteration *iteration = lua_newuserdatauv(lua, sizeof(*iteration), 2);
    *iteration = (struct iteration){
        .search = search,
        .next = start != NULL ? start : search.subject_end + 1,
    };
    lua_pushvalue(lua, 1);
    lua_setiuservalue(lua, -2, 1);
    lua_pushvalue(lua, 2);
    lua_setiuservalue(lua, -2, 2);
    lua_pushcclosure(lua, next_match, 1);
    return 1;
}

/* ---- gsub ---- */

/* Where "%1" to "%9" of the replacement stand: pushes the capture; %1 is the match if there is
 * none. */
static void push_named(
    lua_State *lua,
    const struct script_pattern *search,
    char digit,
    const char *start,
    const char *end)
{
    uint32_t index = (uint32_t)(digit - '1');

    if (digit == '0' || (index == 0 && search->capture_count == 0)) {
        lua_pushlstring(lua, start, (size_t)(end - start));
    } else if (index < search->capture_count) {
        push_capture(lua, search, &search->captures[index]);
    } else {
        (void)script_fail(
            lua, "string.gsub: the pattern has no capture %%%c, as the replacement says", digit);
    }
}

/* Adds the replacement text, argument 3, with what it names. */
static void add_text(
    lua_State *lua,
    luaL_Buffer *buffer,
    const struct script_pattern *search,
    const char *start,
    const char *end)
{
    size_t size = 0;
    const char *text = lua_tolstring(lua, 3, &size);

    for (size_t i = 0; i < size; i++) {
        bool is_escape = text[i] == ESCAPE;
        i += is_escape; /* a text ends with a '\0', which names nothing */
        if (!is_escape || text[i] == ESCAPE) {
            luaL_addchar(buffer, text[i]);
        } else if (text[i] >= '0' && text[i] <= '9') {
            push_named(lua, search, text[i], start, end);
            (void)luaL_tolstring(lua, -1, NULL);
            lua_remove(lua, -2);
            luaL_addvalue(buffer);
        } else {
            (void)script_fail(
                lua, "string.gsub: in a replacement, '%%' stands before a digit or another '%%'");
        }
    }
}

/* Pushes what the table or function, argument 3, has for the match. */
static void push_replacement(
    lua_State *lua, const struct script_pattern *search, const char *start, const char *end)
{
    if (lua_type(lua, 3) == LUA_TFUNCTION) {
        lua_pushvalue(lua, 3);
        int count = push_captures(lua, search, start, end);
        lua_call(lua, count, 1);
        return;
    }
    push_named(lua, search, '1', start, end);
    (void)lua_gettable(lua, 3);
}

/* Adds what stands for the match. */
static void add_replacement(
    lua_State *lua,
    luaL_Buffer *buffer,
    const struct script_pattern *search,
    const char *start,
    const char *end)
{
    int type = lua_type(lua, 3);

    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        add_text(lua, buffer, search, start, end);
        return;
    }
    push_replacement(lua, search, start, end);
    if (lua_toboolean(lua, -1) == 0) {
        lua_pop(lua, 1);
        lua_pushlstring(lua, start, (size_t)(end - start));
    } else if (lua_isstring(lua, -1) == 0) {
        (void)script_fail(
            lua, "string.gsub: the replacement is a %s, and no text", luaL_typename(lua, -1));
    }
    luaL_addvalue(buffer);
}

static void check_replacement(lua_State *lua)
{
    int type = lua_type(lua, 3);

    luaL_argexpected(
        lua,
        type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
        3,
        "string/function/table");
}

/* string.gsub(text, pattern, replacement [, most]) */
static int search_gsub(lua_State *lua)
{
    struct script_pattern search;
    const char *last_end = NULL;
    const char *end = NULL;
    lua_Integer count = 0;
    luaL_Buffer buffer;

    read_arguments(lua, &search);
    check_replacement(lua);
    lua_Integer most =
        luaL_optinteger(lua, 4, (lua_Integer)(search.subject_end - search.subject) + 1);
    lua_settop(lua, 3);
    luaL_buffinit(lua, &buffer);
    const char *at = search.subject;
    while (count < most) {
        bool is_match = script_pattern_matches_at(&search, at, &end);
        check(lua, &search);
        if (is_match && end != last_end) {
            count++;
            add_replacement(lua, &buffer, &search, at, end);
            at = end;
            last_end = end;
        } else if (at < search.subject_end) {
            luaL_addchar(&buffer, *at);
            at++;
        } else {
            break;
        }
        if (is_anchored(&search)) {
            break;
        }
    }
    if (at < search.subject_end) {
        luaL_addlstring(&buffer, at, (size_t)(search.subject_end - at));
    }
    luaL_pushresult(&buffer);
    lua_pushinteger(lua, count);
    return 2;
}

void script_search_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"find", search_find},
        {"match", search_match},
        {"gmatch", search_gmatch},
        {"gsub", search_gsub},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

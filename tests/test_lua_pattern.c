/* Tests of lua/pattern: Lua's patterns, matched in a bounded number of steps. The oracle is Lua's
 * own matcher, in a plain state. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include <lualib.h>

#include "lua/pattern.h"
#include "lua/search.h"
#include "sim/random.h"

#include "lua_fixture.h"

#define ROUNDS     60000
#define LENGTH_MAX 12

/* Pieces that patterns are put together from; single letters are those of the texts. */
static const char *const pieces[] = {
    "a",      "b",       "c",      ".",    "%a", "%d",    "%W", "%s",  "[ab]",
    "[^a]",   "[a-c]",   "[%d%.]", "*",    "+",  "-",     "?",  "(",   ")",
    "()",     "$",       "^",      "%1",   "%2", "%bab",  "%%", "[]]", "[-a]",
    "%f[%a]", "%f[^%w]", "[%a-]",  "[a-]", "%u", "[^%s]", "1",  "%",   "[",
};

static void append_random(
    GString *text, struct sim_stream *stream, const char *const *from, uint32_t count)
{
    uint64_t length = sim_stream_below(stream, LENGTH_MAX);

    for (uint64_t i = 0; i < length; i++) {
        g_string_append(text, from[sim_stream_below(stream, count)]);
    }
}

/* The results of `call` as one text, or "error". Runs under its own state, ours or Lua's. */
static char *outcome(lua_State *lua, const char *subject, const char *pattern)
{
    lua_getglobal(lua, "outcome");
    lua_pushstring(lua, subject);
    lua_pushstring(lua, pattern);
    assert_int_equal(lua_pcall(lua, 2, 1, 0), LUA_OK);
    char *text = g_strdup(lua_tostring(lua, -1));
    lua_settop(lua, 0);
    return text;
}

static lua_State *create(bool is_ours)
{
    static const char helper[] =
        "local function show(...) local t = table.pack(...) for i = 1, t.n do t[i] = "
        "tostring(t[i]) end return table.concat(t, ',') end "
        "local function try(f, ...) local t = table.pack(pcall(f, ...)) "
        "if not t[1] then return 'error' end return show(table.unpack(t, 2, t.n)) end "
        "function outcome(s, p) local parts = { try(string.find, s, p), try(string.match, s, p, "
        "3), "
        "try(string.find, s, p, -2), try(string.gsub, s, p, '<%0>'), "
        "try(string.gsub, s, p, { a = 'A' }, 2), try(string.gsub, s, p, function(x, y) return y "
        "end) } "
        "if p:sub(1, 1) ~= '^' then parts[#parts + 1] = try(function() local all = {} for x, y in "
        "s:gmatch(p) do all[#all + 1] = show(x, y) end return table.concat(all, ';') end) end "
        "return table.concat(parts, '|') end";
    lua_State *lua = luaL_newstate();

    luaL_openlibs(lua);
    if (is_ours) {
        lua_getglobal(lua, "string");
        script_search_bind(lua);
        lua_settop(lua, 0);
    }
    assert_int_equal(luaL_dostring(lua, helper), LUA_OK);
    return lua;
}

/* What Lua finds wrong only when it comes upon it, ours may find a little earlier: so a pattern
 * that Lua finds wrong says nothing. Returns whether it said something. */
static bool agree(lua_State *theirs, lua_State *ours, const char *subject, const char *pattern)
{
    g_autofree char *expected = outcome(theirs, subject, pattern);
    g_autofree char *found = outcome(ours, subject, pattern);

    if (strstr(expected, "error") != NULL) {
        return false;
    }
    if (strcmp(found, expected) != 0) {
        fail_msg("'%s' in '%s': %s, not %s", pattern, subject, found, expected);
    }
    return true;
}

static void patterns_mean_what_they_mean_to_lua(void **state)
{
    static const char *const letters[] = {"a", "b", "c", "1", " ", ".", "ab", "A", "]", "-"};
    lua_State *theirs = create(false);
    lua_State *ours = create(true);
    struct sim_stream stream = sim_stream_named(1, "patterns");
    uint32_t well = 0;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        g_autoptr(GString) subject = g_string_new(NULL);
        g_autoptr(GString) pattern = g_string_new(NULL);
        append_random(subject, &stream, letters, G_N_ELEMENTS(letters));
        append_random(pattern, &stream, pieces, G_N_ELEMENTS(pieces));
        well += agree(theirs, ours, subject->str, pattern->str);
    }
    assert_true(well > ROUNDS / 5);
    lua_close(theirs);
    lua_close(ours);
}

static void assert_problem(const char *pattern, const char *problem)
{
    struct script_pattern search;
    const char *text = "aaa";
    const char *end = NULL;

    script_pattern_init(&search, text, 3, pattern, strlen(pattern));
    assert_false(script_pattern_matches_at(&search, text, &end));
    assert_non_null(search.problem);
    assert_string_equal(search.problem, problem);
}

static void a_malformed_pattern_is_told(void **state)
{
    (void)state;
    assert_problem("a%", "malformed pattern: it ends with '%'");
    assert_problem("[a", "malformed pattern: a '[' has no ']'");
    assert_problem("(a", "malformed pattern: a '(' has no ')'");
    assert_problem("a)", "malformed pattern: a ')' has no '('");
    assert_problem("%bx", "malformed pattern: '%b' takes two characters");
    assert_problem("%fa", "malformed pattern: '%f' takes a set, such as %f[%w]");
    assert_problem("%1", "malformed pattern: a %1 to %9 names no capture that is complete");
    assert_problem(
        "()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()()",
        "a pattern has at most 32 captures");
}

static void a_search_that_would_take_for_ever_ends(void **state)
{
    g_autofree char *text = g_strnfill(100000, 'a');
    struct script_pattern search;
    const char *end = NULL;
    const char *pattern = ".-.-.-.-.-b";

    (void)state;
    script_pattern_init(&search, text, 100000, pattern, strlen(pattern));
    assert_false(script_pattern_matches_at(&search, text, &end));
    assert_string_equal(
        search.problem, "this pattern takes too long on this text; use fewer of * + - ?");
}

static void deep_nesting_is_a_problem_and_no_crash(void **state)
{
    g_autoptr(GString) pattern = g_string_new(NULL);
    struct script_pattern search;
    const char *end = NULL;
    g_autofree char *text = g_strnfill(1000, 'a');

    (void)state;
    for (int i = 0; i < 1000; i++) {
        g_string_append(pattern, "a?");
    }
    script_pattern_init(&search, text, 1000, pattern->str, pattern->len);
    assert_false(script_pattern_matches_at(&search, text, &end));
    assert_string_equal(search.problem, "this pattern is too complex");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_mean_what_they_mean_to_lua),
        cmocka_unit_test(a_malformed_pattern_is_told),
        cmocka_unit_test(a_search_that_would_take_for_ever_ends),
        cmocka_unit_test(deep_nesting_is_a_problem_and_no_crash),
    };

    return cmocka_run_group_tests_name("lua/pattern", tests, NULL, NULL);
}

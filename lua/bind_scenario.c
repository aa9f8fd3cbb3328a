/* What concerns the scenario itself and not its world. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "lua/bind.h"
#include "lua/bounded.h"
#include "lua/fail.h"
#include "world/invariant.h"

#define PRINTED_MAX   (1 << 20)
#define TEXT_SIZE_MAX 4096
#define WHERE_SIZE    512
#define MISTAKES_MAX  10

/* ---- mistakes ---- */

/* core.fail(message [, where]): raises the message at the author's line, or at `where`. */
static int scenario_fail(lua_State *lua)
{
    const char *message = luaL_checkstring(lua, 1);

    if (lua_isnoneornil(lua, 2)) {
        return script_fail(lua, "%s", message);
    }
    lua_pushfstring(lua, "%s: %s", luaL_checkstring(lua, 2), message);
    return lua_error(lua);
}

/* core.mistake(message, where): keeps a mistake, with which loading will end, and goes on to find
 * others. After the load, and when there are many, it raises it. */
static int scenario_mistake(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    const char *message = luaL_checkstring(lua, 1);
    const char *where = luaL_checkstring(lua, 2);

    lua_pushfstring(lua, "%s: %s", where, message);
    if (runtime->loaded || runtime->mistakes->len + 1 >= MISTAKES_MAX) {
        return lua_error(lua);
    }
    g_ptr_array_add(runtime->mistakes, script_fail_message(lua));
    return 0;
}

/* core.where(): the author's line, "file:line" */
static int scenario_where(lua_State *lua)
{
    char where[WHERE_SIZE];

    if (!script_fail_where(lua, where, sizeof(where))) {
        (void)g_strlcpy(where, script_state_of(lua)->path, sizeof(where));
    }
    lua_pushstring(lua, where);
    return 1;
}

/* ---- the scenario and its parameters ---- */

/* core.scenario(title, question, duration, seed): begins the world. */
static int scenario_scenario(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);
    const struct world_invariants_config watched = world_invariants_default();

    SIM_ASSERT(runtime->world == NULL);
    runtime->scenario.title = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, 1));
    runtime->scenario.question = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, 2));
    runtime->scenario.duration = luaL_checkinteger(lua, 3);
    runtime->scenario.seed = (uint64_t)luaL_checkinteger(lua, 4);
    if (runtime->options.has_seed) {
        runtime->scenario.seed = runtime->options.seed;
    }
    runtime->world = world_create(runtime->scenario.seed);
    world_invariants_watch(runtime->world, &watched);
    return 0;
}

/* core.has_world() */
static int scenario_has_world(lua_State *lua)
{
    lua_pushboolean(lua, script_state_of(lua)->world != NULL);
    return 1;
}

/* core.duration(): of the scenario, in ns */
static int scenario_duration(lua_State *lua)
{
    SIM_ASSERT(script_state_of(lua)->world != NULL);
    lua_pushinteger(lua, script_state_of(lua)->scenario.duration);
    return 1;
}

/* core.settings(): a table of what --set said */
static int scenario_settings(lua_State *lua)
{
    const struct script_options *options = &script_state_of(lua)->options;

    lua_newtable(lua);
    for (uint32_t i = 0; i < options->setting_count; i++) {
        lua_pushstring(lua, options->settings[i].value);
        lua_setfield(lua, -2, options->settings[i].name);
    }
    return 1;
}

/* The list of texts at `index`, kept as long as the runtime. */
static const char *const *keep_choices(lua_State *lua, int index, uint32_t *out_count)
{
    struct script_runtime *runtime = script_state_of(lua);
    lua_Unsigned count = lua_rawlen(lua, index);
    const char **choices = g_new0(const char *, count + 1);

    g_ptr_array_add(runtime->contexts, choices);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(lua, index, (lua_Integer)i + 1);
        choices[i] = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, -1));
        lua_pop(lua, 1);
    }
    *out_count = (uint32_t)count;
    return choices;
}

/* core.param(name, value, unit, is_number, min or nil, max or nil, choices or nil) */
static int scenario_param(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    if (runtime->loaded) {
        return script_fail(lua, "parameters are declared while the scenario loads");
    }
    struct script_param param = {
        .name = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, 1)),
        .value = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, 2)),
        .unit = g_string_chunk_insert(runtime->strings, luaL_checkstring(lua, 3)),
        .is_number = lua_toboolean(lua, 4) != 0,
        .has_range = lua_isnumber(lua, 5) && lua_isnumber(lua, 6),
        .min = lua_tonumber(lua, 5),
        .max = lua_tonumber(lua, 6),
    };

    if (lua_istable(lua, 7)) {
        param.choices = keep_choices(lua, 7, &param.choice_count);
    }
    g_array_append_val(runtime->params, param);
    return 0;
}

/* ---- output ---- */

/* The arguments as one line, without control characters. */
static void append_arguments(lua_State *lua, GString *line)
{
    for (int i = 1; i <= lua_gettop(lua); i++) {
        size_t size = 0;
        const char *text = lua_tolstring(lua, i, &size);
        if (i > 1) {
            g_string_append_c(line, '\t');
        }
        script_fail_append_clean(line, text, MIN(size, (size_t)TEXT_SIZE_MAX));
    }
}

void script_bind_print(struct script_runtime *runtime, const char *line)
{
    double now = runtime->world != NULL ? (double)runtime->world->run.now / (double)SIM_SECOND : 0;
    g_autofree char *whole = g_strdup_printf("[%.9g s] %s", now, line);

    runtime->printed += strlen(whole);
    if (runtime->options.print != NULL) {
        runtime->options.print(runtime->options.print_context, whole);
    } else {
        (void)fprintf(stderr, "%s\n", whole);
    }
}

/* print(...): one line, with the virtual time in front. */
static int scenario_print(lua_State *lua)
{
    struct script_runtime *runtime = script_state_of(lua);

    for (int i = 1; i <= lua_gettop(lua); i++) {
        lua_pushcfunction(lua, script_bounded_tostring);
        lua_pushvalue(lua, i);
        lua_call(lua, 1, 1);
        lua_replace(lua, i);
    }
    if (runtime->printed > PRINTED_MAX) {
        return script_fail(lua, "print: a scenario may print %d bytes in all", PRINTED_MAX);
    }
    GString *line = g_string_new(NULL);
    append_arguments(lua, line);
    script_bind_print(runtime, line->str);
    (void)g_string_free(line, TRUE);
    return 0;
}

void script_bind_scenario(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"fail", scenario_fail},
        {"mistake", scenario_mistake},
        {"where", scenario_where},
        {"scenario", scenario_scenario},
        {"has_world", scenario_has_world},
        {"duration", scenario_duration},
        {"settings", scenario_settings},
        {"param", scenario_param},
        {"print", scenario_print},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

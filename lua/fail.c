/* Positions come from Lua's own debug information. Nothing here allocates in Lua's heap but the
 * message of an error that is being raised, so that it is safe in a message handler. */
/* SPDX-License-Identifier: MIT */
#include "lua/fail.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define POSITION_SIZE    512
#define MESSAGE_SIZE     1024
#define TRACE_LINES_MAX  10
#define TRACE_LEVELS_MAX 200
#define FIRST_PRINTABLE  0x20
#define DELETE           0x7f
#define SCENARIO_PREFIX  '@'

/* Fills *out_activation for this level when it is a line of a scenario file. */
static bool is_scenario_level(lua_State *lua, int level, lua_Debug *out_activation)
{
    if (lua_getstack(lua, level, out_activation) == 0) {
        return false;
    }
    lua_getinfo(lua, "Sl", out_activation);
    return out_activation->source[0] == SCENARIO_PREFIX && out_activation->currentline > 0;
}

bool script_fail_where(lua_State *lua, char *buffer, size_t size)
{
    lua_Debug activation;

    for (int level = 0; level < TRACE_LEVELS_MAX; level++) {
        if (is_scenario_level(lua, level, &activation)) {
            (void)snprintf(buffer, size, "%s:%d", activation.source + 1, activation.currentline);
            return true;
        }
    }
    buffer[0] = '\0';
    return false;
}

static int fail_with(lua_State *lua, const char *message)
{
    char where[POSITION_SIZE];

    if (script_fail_where(lua, where, sizeof(where))) {
        lua_pushfstring(lua, "%s: %s", where, message);
    } else {
        lua_pushstring(lua, message);
    }
    return lua_error(lua);
}

int script_fail(lua_State *lua, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return fail_with(lua, message);
}

int script_fail_error(lua_State *lua, GError *error)
{
    char message[MESSAGE_SIZE];

    SIM_ASSERT(error != NULL);
    (void)g_strlcpy(message, error->message, sizeof(message));
    g_error_free(error);
    return fail_with(lua, message);
}

static bool is_control(char byte)
{
    unsigned char value = (unsigned char)byte;

    return value < FIRST_PRINTABLE || value == DELETE;
}

void script_fail_append_clean(GString *text, const char *bytes, size_t size)
{
    g_autofree char *valid = g_utf8_make_valid(bytes, (gssize)size);

    for (char *byte = valid; *byte != '\0'; byte++) {
        if (is_control(*byte) && *byte != '\t') {
            *byte = '?';
        }
    }
    g_string_append(text, valid);
}

/* Whether the message says where: "file:12: ..." in its first line, or that it is about --set. */
static bool has_position(const char *message)
{
    size_t first_line = strcspn(message, "\n");

    for (const char *colon = memchr(message, ':', first_line); colon != NULL;
         colon = memchr(colon + 1, ':', first_line - (size_t)(colon + 1 - message))) {
        size_t digits = strspn(colon + 1, "0123456789");
        if (digits > 0 && strncmp(colon + 1 + digits, ": ", 2) == 0) {
            return true;
        }
    }
    return g_str_has_prefix(message, "--set ");
}

/* Lua cannot name a function that was called by another name, and writes a question mark. */
static void remove_unknown_name(GString *text)
{
    static const char unknown[] = " to '?' (";
    const char *found = strstr(text->str, unknown);

    if (found != NULL) {
        g_string_erase(text, found - text->str, sizeof(unknown) - 3);
    }
}

char *script_fail_message(lua_State *lua)
{
    GString *text = g_string_new(NULL);
    char where[POSITION_SIZE];

    if (lua_type(lua, -1) == LUA_TSTRING) {
        size_t size = 0;
        const char *message = lua_tolstring(lua, -1, &size);
        script_fail_append_clean(text, message, MIN(size, (size_t)MESSAGE_SIZE));
        remove_unknown_name(text);
    } else {
        g_string_printf(
            text, "the scenario raised an error that is no text, but a %s", luaL_typename(lua, -1));
    }
    if (!has_position(text->str) && script_fail_where(lua, where, sizeof(where))) {
        g_string_prepend(text, ": ");
        g_string_prepend(text, where);
    }
    return g_string_free(text, FALSE);
}

static void append_level(lua_State *lua, lua_Debug *activation, GString *text)
{
    lua_getinfo(lua, "n", activation);
    g_string_append_printf(text, "\n  %s:%d", activation->source + 1, activation->currentline);
    if (activation->name != NULL) {
        g_string_append(text, ": in '");
        script_fail_append_clean(text, activation->name, strlen(activation->name));
        g_string_append_c(text, '\'');
    }
}

void script_fail_trace(lua_State *lua, GString *text)
{
    lua_Debug activation;
    int lines = 0;

    for (int level = 0; level < TRACE_LEVELS_MAX && lines < TRACE_LINES_MAX; level++) {
        if (is_scenario_level(lua, level, &activation)) {
            append_level(lua, &activation, text);
            lines++;
        }
    }
}

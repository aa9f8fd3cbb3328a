/* What is read is Lua's own memory from the first byte, since a syntax error jumps. The texts of
 * the scenario's files are kept: messages look up lines in them. */
/* SPDX-License-Identifier: MIT */
#include "lua/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "lua/powers.h"
#include "lua/state.h"

#define FILE_SIZE_MAX (1 << 20)
#define NAME_SIZE_MAX 128
#define LINE_SIZE_MAX 1000
#define POWERS_MAX    3 /* warnings of a file */

/* The size of an open file; -1, and *out_reason set, when it is not one that can be a module. */
static long size_of_file(FILE *file, const char **out_reason)
{
    struct stat status;

    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
        *out_reason = "it is not a file";
        return -1;
    }
    if (status.st_size > FILE_SIZE_MAX) {
        *out_reason = "it is larger than 1 MiB";
        return -1;
    }
    return (long)status.st_size;
}

/* Pushes the file's bytes as a string; on failure pushes why, and returns false. */
static bool push_contents(lua_State *lua, const char *path)
{
    const char *reason = NULL;
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe would wait for ever */
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "rb") : NULL;

    if (file == NULL) {
        lua_pushfstring(lua, "cannot read '%s': %s", path, g_strerror(errno));
        return false;
    }
    long size = size_of_file(file, &reason);
    char *bytes = lua_newuserdatauv(lua, size > 0 ? (size_t)size : 1, 0);
    size_t read_size = size > 0 ? fread(bytes, 1, (size_t)size, file) : 0;
    if (ferror(file) != 0) {
        reason = "an input error";
    }
    (void)fclose(file);
    if (reason != NULL) {
        lua_pushfstring(lua, "cannot read '%s': %s", path, reason);
        return false;
    }
    lua_pushlstring(lua, bytes, read_size);
    lua_remove(lua, -2);
    return true;
}

/* Its address is the key in the registry of the table from chunk names to texts. */
static const char sources_key = 0;

/* Keeps the text on top of the stack, and leaves it there. */
static void keep_source(lua_State *lua, const char *chunk_name)
{
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &sources_key) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -1);
        lua_rawsetp(lua, LUA_REGISTRYINDEX, &sources_key);
    }
    lua_pushvalue(lua, -2);
    lua_setfield(lua, -2, chunk_name);
    lua_pop(lua, 1);
}

/* core.line(file, number): without its end, cut to LINE_SIZE_MAX. */
static int loader_line(lua_State *lua)
{
    lua_pushfstring(lua, "@%s", luaL_checkstring(lua, 1));
    lua_Integer number = luaL_checkinteger(lua, 2);
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &sources_key) != LUA_TTABLE) {
        return 1;
    }
    lua_insert(lua, -2);
    if (lua_rawget(lua, -2) != LUA_TSTRING) {
        return 1;
    }
    const char *line = lua_tostring(lua, -1);
    for (lua_Integer i = 1; i < number && line != NULL; i++) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL) {
        lua_pushnil(lua);
    } else {
        lua_pushlstring(lua, line, MIN(strcspn(line, "\n"), (size_t)LINE_SIZE_MAX));
    }
    return 1;
}

/* Tells the author of each ^ that is not ^2. */
static void warn_of_powers(lua_State *lua, const char *text, size_t size, const char *file)
{
    uint32_t lines[POWERS_MAX];
    uint32_t count = script_powers_find(text, size, lines, POWERS_MAX);

    for (uint32_t i = 0; i < count; i++) {
        g_autofree char *line = g_strdup_printf(
            "%s:%u: warning: the result of ^ differs between processors, but for ^2: write "
            "tb.pow(x, y)",
            file,
            lines[i]);
        script_bind_print(script_state_of(lua), line);
    }
}

/* Raises the error on top of the stack. The compiler tells a line of every mistake but this one. */
static void fail_to_compile(lua_State *lua, const char *path)
{
    const char *message = lua_tostring(lua, -1);

    if (message != NULL && strcmp(message, "C stack overflow") == 0) {
        lua_pushfstring(
            lua, "%s: brackets, blocks or operators stand in each other too deep", path);
    }
    (void)lua_error(lua);
}

/* Pushes the file as a function. Raises when it cannot be read or is not Lua. */
static void push_function(lua_State *lua, const char *path, const char *chunk_name)
{
    size_t size = 0;

    if (!push_contents(lua, path)) {
        (void)lua_error(lua);
    }
    if (chunk_name[0] == '@') {
        keep_source(lua, chunk_name);
    }
    const char *text = lua_tolstring(lua, -1, &size);
    size_t skipped = 0;
    if (size > 0 && text[0] == LUA_SIGNATURE[0]) {
        (void)luaL_error(lua, "cannot read '%s': it is compiled Lua, and only text is run", path);
    }
    if (size > 0 && text[0] == '#') {
        skipped = strcspn(text, "\n");
    }
    if (luaL_loadbufferx(lua, text + skipped, size - skipped, chunk_name, "t") != LUA_OK) {
        fail_to_compile(lua, path);
    }
    if (chunk_name[0] == '@') {
        warn_of_powers(lua, text + skipped, size - skipped, chunk_name + 1);
    }
    lua_remove(lua, -2);
}

void script_loader_push_scenario(lua_State *lua)
{
    const char *path = script_state_of(lua)->path;

    lua_pushfstring(lua, "@%s", path);
    push_function(lua, path, lua_tostring(lua, -1));
    lua_remove(lua, -2);
    lua_insert(lua, -2);
    (void)lua_setupvalue(lua, -2, 1);
}

/* Writes the file name of a module: "a.b" is a/b.lua. Returns false when the name is none. */
static bool file_of_module(const char *name, char *file, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-.";
    size_t length = strlen(name);

    if (length == 0 || length > NAME_SIZE_MAX || strspn(name, letters) != length ||
        name[0] == '.' || name[length - 1] == '.' || strstr(name, "..") != NULL) {
        return false;
    }
    (void)g_snprintf(file, size, "%s.lua", name);
    for (size_t i = 0; i < length; i++) {
        if (file[i] == '.') {
            file[i] = '/';
        }
    }
    return true;
}

/* core.load_library(name) */
static int loader_load_library(lua_State *lua)
{
    const struct script_runtime *runtime = script_state_of(lua);
    char file[NAME_SIZE_MAX + sizeof(".lua")];

    if (!file_of_module(luaL_checkstring(lua, 1), file, sizeof(file))) {
        return luaL_error(lua, "core: '%s' names no module", lua_tostring(lua, 1));
    }
    const char *path = lua_pushfstring(lua, "%s/%s", runtime->library, file);
    const char *chunk_name = lua_pushfstring(lua, "=%s", file);
    push_function(lua, path, chunk_name);
    return 1;
}

/* Whether the real path of the file lies below the real path of the folder. */
static bool is_below(const char *folder, const char *path)
{
    char real_folder[PATH_MAX];
    char real_path[PATH_MAX];

    if (realpath(folder, real_folder) == NULL || realpath(path, real_path) == NULL) {
        return false;
    }
    size_t length = strlen(real_folder);
    return strncmp(real_folder, real_path, length) == 0 &&
           (real_path[length] == '/' || strcmp(real_folder, "/") == 0);
}

/* Pushes the path of a file in the scenario's folder. */
static const char *push_path(lua_State *lua, const char *file)
{
    const char *folder = script_state_of(lua)->folder;

    return strcmp(folder, ".") == 0 ? lua_pushstring(lua, file)
                                    : lua_pushfstring(lua, "%s/%s", folder, file);
}

static bool is_data_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-./";
    size_t length = strlen(name);

    return length > 0 && length <= NAME_SIZE_MAX && strspn(name, letters) == length &&
           name[0] != '/' && name[0] != '.' && strstr(name, "..") == NULL;
}

int script_loader_open(lua_State *lua, const char *name, const char **out_path, uint64_t *out_size)
{
    const struct script_runtime *runtime = script_state_of(lua);
    struct stat status;

    if (runtime->loaded) {
        return script_fail(lua, "'%s': files are opened while the scenario loads", name);
    }
    if (!is_data_name(name)) {
        return script_fail(
            lua,
            "a file of the scenario's is named from its folder, as in \"data/clicks.csv\", by "
            "letters, digits, '_', '-', '.' and '/', not '%.64s'",
            name);
    }
    *out_path = push_path(lua, name);
    if (access(*out_path, F_OK) != 0) {
        return script_fail(lua, "cannot read '%s': %s", *out_path, g_strerror(errno));
    }
    if (!is_below(runtime->folder, *out_path)) {
        return script_fail(lua, "'%s': the file is not in the scenario's folder", name);
    }
    int descriptor = open(*out_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe would wait */
    if (descriptor < 0) {
        return script_fail(lua, "cannot read '%s': %s", *out_path, g_strerror(errno));
    }
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)close(descriptor);
        return script_fail(lua, "cannot read '%s': it is not a file", *out_path);
    }
    *out_size = (uint64_t)status.st_size;
    return descriptor;
}

/* core.load_module(name, globals) */
static int loader_load_module(lua_State *lua)
{
    const struct script_runtime *runtime = script_state_of(lua);
    size_t size = 0;
    const char *name = luaL_checklstring(lua, 1, &size);
    char file[NAME_SIZE_MAX + sizeof(".lua")];

    luaL_checktype(lua, 2, LUA_TTABLE);
    if (runtime->loaded) {
        return script_fail(lua, "require '%s': modules are read while the scenario loads", name);
    }
    if (strlen(name) != size || !file_of_module(name, file, sizeof(file))) {
        return script_fail(
            lua, "require: a module's name is letters, digits, '_', '-' and '.', not '%s'", name);
    }
    const char *path = push_path(lua, file);
    if (access(path, F_OK) != 0) {
        lua_pushnil(lua);
        return 1;
    }
    if (!is_below(runtime->folder, path)) {
        return script_fail(lua, "require '%s': the file is not in the scenario's folder", name);
    }
    const char *chunk_name = lua_pushfstring(lua, "@%s", path);
    push_function(lua, path, chunk_name);
    lua_pushvalue(lua, 2);
    (void)lua_setupvalue(lua, -2, 1);
    return 1;
}

void script_loader_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"load_library", loader_load_library},
        {"load_module", loader_load_module},
        {"line", loader_line},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

/* Lines are parsed by sim/recording, which knows neither files nor names. The first entry is read
 * when the producer is made, so that a file that is no recording at all is a mistake of loading. */
/* SPDX-License-Identifier: MIT */
#include "lua/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "lua/loader.h"
#include "world/clicklog.h"

#define RECORDING   "tailback.core.recording"
#define FILES_MAX   16 /* they stay open, and a worker has few descriptors */
#define READERS_MAX 256

/* So much text without an entry, blank lines that is, and the file is no recording. */
#define BLANK_MAX (UINT64_C(16) << 20)

struct file {
    int descriptor;
    uint64_t size;    /* when it was opened */
    const char *path; /* for messages */
    int64_t faster;   /* times are divided by it */
};

struct opened {
    struct file *file;
    struct world_clicklog_config *format; /* NULL: sim/recording's own */
};

struct reader {
    struct script_runtime *runtime;
    struct file file;
    sim_recording *recording; /* or */
    world_clicklog *log;
    uint64_t position;
    uint64_t position_entry; /* where reading for this entry began */
    const char *problem;     /* with the file itself; or NULL */
    struct sim_recording_entry first;
    bool has_first; /* it was read ahead */
};

static void close_file(void *memory)
{
    struct file *file = memory;

    (void)close(file->descriptor);
    g_free(file);
}

static void destroy_reader(void *memory)
{
    struct reader *reader = memory;

    sim_recording_destroy(reader->recording);
    world_clicklog_destroy(reader->log);
    g_free(reader);
}

void script_recording_finish(struct script_runtime *runtime)
{
    if (runtime->recording_readers != NULL) {
        g_ptr_array_unref(runtime->recording_readers);
    }
    if (runtime->recording_files != NULL) {
        g_ptr_array_unref(runtime->recording_files);
    }
}

/* Opens the file whose name is at 1, and keeps it for the runtime's life. */
static struct file *open_file(lua_State *lua, int64_t faster)
{
    struct script_runtime *runtime = script_state_of(lua);
    const char *path = NULL;
    uint64_t size = 0;

    if (runtime->recording_files == NULL) {
        runtime->recording_files = g_ptr_array_new_with_free_func(close_file);
    }
    if (runtime->recording_files->len >= FILES_MAX) {
        (void)script_fail(lua, "tb.recording: a scenario has at most %d recordings", FILES_MAX);
    }
    int descriptor = script_loader_open(lua, luaL_checkstring(lua, 1), &path, &size);
    struct file *file = g_new(struct file, 1);
    *file = (struct file){
        .descriptor = descriptor,
        .size = size,
        .path = g_string_chunk_insert(runtime->strings, path),
        .faster = faster,
    };
    g_ptr_array_add(runtime->recording_files, file);
    return file;
}

/* Pushes the userdata of a recording. */
static struct opened *push_opened(lua_State *lua)
{
    struct opened *opened = lua_newuserdatauv(lua, sizeof(*opened), 1);

    *opened = (struct opened){0};
    luaL_setmetatable(lua, RECORDING);
    return opened;
}

/* core.recording(file, faster) */
static int recording_open(lua_State *lua)
{
    struct opened *opened = push_opened(lua);
    int place = lua_gettop(lua);

    opened->file = open_file(lua, luaL_checkinteger(lua, 2));
    lua_settop(lua, place);
    return 1;
}

/* Fills in the columns from the list {name, role, name, role, ...} at `index`. */
static void read_columns(lua_State *lua, int index, struct world_clicklog_config *format)
{
    lua_Unsigned count = lua_rawlen(lua, index) / 2;

    SIM_ASSERT(count <= WORLD_CLICKLOG_COLUMNS_MAX);
    format->column_count = (uint32_t)count;
    for (uint32_t i = 0; i < format->column_count; i++) {
        lua_rawgeti(lua, index, 2 * (lua_Integer)i + 1);
        lua_rawgeti(lua, index, 2 * (lua_Integer)i + 2);
        format->columns[i] = (struct world_clicklog_column){
            .name = g_string_chunk_insert(script_state_of(lua)->strings, luaL_checkstring(lua, -2)),
            .role = (int)luaL_checkinteger(lua, -1),
        };
        lua_pop(lua, 2);
    }
}

/* core.clicklog(file, is_web_log, tolerance, columns, address, user) */
static int recording_clicklog(lua_State *lua)
{
    enum { FILE_NAME = 1, IS_WEB_LOG, TOLERANCE, COLUMNS, ADDRESS, USER };
    struct opened *opened = push_opened(lua);
    int place = lua_gettop(lua);
    struct world_clicklog_config *format = lua_newuserdatauv(lua, sizeof(*format), 0);

    *format = (struct world_clicklog_config){
        .is_web_log = lua_toboolean(lua, IS_WEB_LOG),
        .tolerance = luaL_checkinteger(lua, TOLERANCE),
        .address = (int)luaL_checkinteger(lua, ADDRESS),
        .user = (int)luaL_checkinteger(lua, USER),
    };
    luaL_checktype(lua, COLUMNS, LUA_TTABLE);
    read_columns(lua, COLUMNS, format);
    (void)lua_setiuservalue(lua, place, 1); /* so it lives as long */
    opened->format = format;
    opened->file = open_file(lua, 1);
    lua_settop(lua, place);
    return 1;
}

bool script_recording_is(lua_State *lua, int index)
{
    return luaL_testudata(lua, index, RECORDING) != NULL;
}

/* ---- reading ---- */

/* A sim_recording_read_fn. */
static size_t read_next(void *context, char *buffer, size_t size)
{
    struct reader *reader = context;
    uint64_t left = reader->file.size - reader->position;

    SIM_ASSERT(reader->position <= reader->file.size);
    if (reader->position - reader->position_entry > BLANK_MAX) {
        reader->problem = "16 MiB of it have no entry";
        return 0;
    }
    ssize_t count =
        pread(reader->file.descriptor, buffer, MIN(size, left), (off_t)reader->position);
    if (count < 0) {
        reader->problem = g_strerror(errno);
        return 0;
    }
    reader->position += (uint64_t)count;
    return (size_t)count;
}

/* Sets *out_entry, or *out_mistake, which the caller frees, when there is one. False: no more
 * entries. */
static bool next_entry(
    struct reader *reader, struct sim_recording_entry *out_entry, char **out_mistake)
{
    reader->position_entry = reader->position;
    enum sim_recording_result result = reader->log != NULL
                                           ? world_clicklog_next(reader->log, out_entry)
                                           : sim_recording_next(reader->recording, out_entry);

    SIM_ASSERT(*out_mistake == NULL);
    if (reader->problem != NULL) {
        *out_mistake = g_strdup_printf("%s: %s", reader->file.path, reader->problem);
    } else if (result == SIM_RECORDING_MALFORMED) {
        struct sim_recording_error error = reader->log != NULL
                                               ? world_clicklog_error_of(reader->log)
                                               : sim_recording_error_of(reader->recording);
        *out_mistake =
            g_strdup_printf("%s:%" PRIu64 ": %s", reader->file.path, error.line, error.problem);
    }
    if (*out_mistake != NULL || result != SIM_RECORDING_ENTRY) {
        return false;
    }
    out_entry->time /= reader->file.faster;
    return true;
}

/* A world_recorded_fn. A mistake stops the world. */
static bool recorded(void *context, struct sim_recording_entry *out_entry)
{
    struct reader *reader = context;
    struct script_runtime *runtime = reader->runtime;
    char *mistake = NULL;

    if (reader->has_first) {
        reader->has_first = false;
        *out_entry = reader->first;
        return true;
    }
    bool has_entry = next_entry(reader, out_entry, &mistake);
    if (mistake != NULL && runtime->error == NULL) {
        g_set_error_literal(&runtime->error, SCRIPT_ERROR, SCRIPT_ERROR_RUN, mistake);
        world_stop(runtime->world);
    }
    g_free(mistake);
    return has_entry;
}

static struct reader *create_reader(struct script_runtime *runtime, const struct opened *opened)
{
    struct reader *reader = g_new0(struct reader, 1);

    reader->runtime = runtime;
    reader->file = *opened->file;
    if (opened->format != NULL) {
        reader->log = world_clicklog_create(opened->format, read_next, reader);
    } else {
        reader->recording = sim_recording_create(read_next, reader);
    }
    if (runtime->recording_readers == NULL) {
        runtime->recording_readers = g_ptr_array_new_with_free_func(destroy_reader);
    }
    g_ptr_array_add(runtime->recording_readers, reader);
    return reader;
}

struct world_source_config script_recording_play(lua_State *lua, int index)
{
    struct script_runtime *runtime = script_state_of(lua);
    const struct opened *opened = luaL_checkudata(lua, index, RECORDING);
    char *mistake = NULL;

    if (runtime->recording_readers != NULL && runtime->recording_readers->len >= READERS_MAX) {
        (void)script_fail(lua, "at most %d producers play a recording", READERS_MAX);
    }
    struct reader *reader = create_reader(runtime, opened);
    reader->has_first = next_entry(reader, &reader->first, &mistake);
    if (!reader->has_first && mistake == NULL) {
        mistake = g_strdup_printf(
            "%s: it holds no arrival: expected lines such as 0.125,17,2500 (time, key, value)",
            reader->file.path);
    }
    if (mistake != NULL) {
        lua_pushstring(lua, mistake);
        g_free(mistake);
        (void)lua_error(lua);
    }
    return (struct world_source_config){.recorded = recorded, .context = reader};
}

void script_recording_bind(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"recording", recording_open},
        {"clicklog", recording_clicklog},
        {NULL, NULL},
    };

    (void)luaL_newmetatable(lua, RECORDING);
    lua_pop(lua, 1);
    luaL_setfuncs(lua, functions, 0);
}

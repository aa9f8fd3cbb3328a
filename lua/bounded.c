/* Each guard is a closure over the function it guards (upvalue 1) and the name it goes by (upvalue
 * 2), which it tail-calls with its own arguments. */
/* SPDX-License-Identifier: MIT */
#include "lua/bounded.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/fail.h"
#include "lua/order.h"
#include "lua/search.h"

#define REPEAT_SIZE_MAX (1 << 20)
#define RANGE_MAX       10000000

static const char *guarded_name(lua_State *lua)
{
    return lua_tostring(lua, lua_upvalueindex(2));
}

static int call_guarded(lua_State *lua)
{
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

static int bounded_rep(lua_State *lua)
{
    size_t size = 0;
    size_t separator_size = 0;

    (void)luaL_checklstring(lua, 1, &size);
    lua_Integer count = luaL_checkinteger(lua, 2);
    (void)luaL_optlstring(lua, 3, "", &separator_size);
    if (count > 0 && (double)count * ((double)size + (double)separator_size) > REPEAT_SIZE_MAX) {
        return script_fail(lua, "string.rep makes at most %d bytes", REPEAT_SIZE_MAX);
    }
    return call_guarded(lua);
}

/* ---- values as text ---- */

int script_bounded_tostring(lua_State *lua)
{
    luaL_checkany(lua, 1);
    switch (lua_type(lua, 1)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
        (void)luaL_tolstring(lua, 1, NULL);
        return 1;
    default:
        break;
    }
    if (luaL_callmeta(lua, 1, "__tostring") != 0) {
        return lua_isstring(lua, -1) ? 1 : script_fail(lua, "'__tostring' must return a string");
    }
    lua_pushstring(lua, luaL_typename(lua, 1));
    return 1;
}

static bool asks_for_address(const char *format, size_t size)
{
    const char *end = format + size;
    const char *byte = memchr(format, '%', size);

    while (byte != NULL && byte + 1 < end) {
        byte++;
        byte += strspn(byte, "-+ #0123456789.");
        if (*byte == 'p') {
            return true;
        }
        byte += byte < end;
        byte = memchr(byte, '%', (size_t)(end - byte));
    }
    return false;
}

/* string.format without addresses: %p is refused, and what %s would print by address is replaced by
 * its text first. */
static int bounded_format(lua_State *lua)
{
    size_t size = 0;
    const char *format = luaL_checklstring(lua, 1, &size);
    int top = lua_gettop(lua);

    if (asks_for_address(format, size)) {
        return script_fail(lua, "string.format: '%%p' is an address, which no run repeats");
    }
    for (int i = 2; i <= top; i++) {
        int type = lua_type(lua, i);
        if (type >= LUA_TTABLE || type == LUA_TLIGHTUSERDATA) {
            lua_pushcfunction(lua, script_bounded_tostring);
            lua_pushvalue(lua, i);
            lua_call(lua, 1, 1);
            lua_replace(lua, i);
        }
    }
    return call_guarded(lua);
}

/* ---- tables ---- */

/* A table that answers for itself could claim any length. */
static void check_plain_table(lua_State *lua, int place)
{
    static const char *const fields[] = {"__len", "__index", "__newindex"};

    luaL_checktype(lua, place, LUA_TTABLE);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (luaL_getmetafield(lua, place, fields[i]) != LUA_TNIL) {
            (void)script_fail(
                lua, "%s works on plain tables, without %s", guarded_name(lua), fields[i]);
        }
    }
}

static int bounded_table(lua_State *lua)
{
    check_plain_table(lua, 1);
    return call_guarded(lua);
}

static void check_range(lua_State *lua, lua_Integer first, lua_Integer last)
{
    if (last >= first && (double)last - (double)first >= RANGE_MAX) {
        (void)script_fail(lua, "%s takes at most %d elements", guarded_name(lua), RANGE_MAX);
    }
}

/* table.concat(list, separator, first, last) and table.unpack(list, first, last). */
static int bounded_concat(lua_State *lua)
{
    check_plain_table(lua, 1);
    lua_Integer length = (lua_Integer)lua_rawlen(lua, 1);
    check_range(lua, luaL_optinteger(lua, 3, 1), luaL_optinteger(lua, 4, length));
    return call_guarded(lua);
}

static int bounded_unpack(lua_State *lua)
{
    check_plain_table(lua, 1);
    lua_Integer length = (lua_Integer)lua_rawlen(lua, 1);
    check_range(lua, luaL_optinteger(lua, 2, 1), luaL_optinteger(lua, 3, length));
    return call_guarded(lua);
}

/* table.move(from, first, last, to_first [, to]) */
static int bounded_move(lua_State *lua)
{
    check_plain_table(lua, 1);
    if (!lua_isnoneornil(lua, 5)) {
        check_plain_table(lua, 5);
    }
    check_range(lua, luaL_checkinteger(lua, 2), luaL_checkinteger(lua, 3));
    return call_guarded(lua);
}

/* ---- putting them in place ---- */

struct guard {
    const char *name;
    const char *full_name;
    lua_CFunction function;
};

static void put(lua_State *lua, const struct guard *guards, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_getfield(lua, -1, guards[i].name);
        lua_pushstring(lua, guards[i].full_name);
        lua_pushcclosure(lua, guards[i].function, 2);
        lua_setfield(lua, -2, guards[i].name);
    }
}

void script_bounded_strings(lua_State *lua)
{
    static const struct guard guards[] = {
        {"rep", "string.rep", bounded_rep},
        {"format", "string.format", bounded_format},
    };

    put(lua, guards, sizeof(guards) / sizeof(guards[0]));
    script_search_bind(lua);
}

void script_bounded_tables(lua_State *lua)
{
    static const struct guard guards[] = {
        {"insert", "table.insert", bounded_table},
        {"remove", "table.remove", bounded_table},
        {"sort", "table.sort", bounded_table},
        {"concat", "table.concat", bounded_concat},
        {"unpack", "table.unpack", bounded_unpack},
        {"move", "table.move", bounded_move},
    };

    lua_pushcfunction(lua, script_order_sort);
    lua_setfield(lua, -2, "sort");
    put(lua, guards, sizeof(guards) / sizeof(guards[0]));
}

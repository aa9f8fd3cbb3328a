/* pairs copies the keys into a list, sorts the list, and walks it. A long double holds every
 * integer and every double exactly, so that the two compare by value. */
/* SPDX-License-Identifier: MIT */
#include "lua/order.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lua/fail.h"

#define COUNT_MAX 1000000

struct key {
    int type;
    lua_Integer index; /* of the key in the list of keys as they came */
    union {
        long double number;
        bool boolean;
        struct {
            const char *bytes;
            size_t size;
        } string;
    };
};

/* Numbers before strings before booleans. */
static int rank_of(int type)
{
    switch (type) {
    case LUA_TNUMBER:
        return 0;
    case LUA_TSTRING:
        return 1;
    case LUA_TBOOLEAN:
        return 2;
    default:
        return -1;
    }
}

static int compare_strings(const struct key *a, const struct key *b)
{
    size_t size = a->string.size < b->string.size ? a->string.size : b->string.size;
    int order = memcmp(a->string.bytes, b->string.bytes, size);

    if (order != 0) {
        return order;
    }
    return (a->string.size > b->string.size) - (a->string.size < b->string.size);
}

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left;
    const struct key *b = right;

    if (a->type != b->type) {
        return rank_of(a->type) - rank_of(b->type);
    }
    if (a->type == LUA_TSTRING) {
        return compare_strings(a, b);
    }
    if (a->type == LUA_TBOOLEAN) {
        return (int)a->boolean - (int)b->boolean;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* The key on top of the stack. */
static struct key read_key(lua_State *lua, lua_Integer index)
{
    struct key key = {.type = lua_type(lua, -1), .index = index};

    switch (key.type) {
    case LUA_TNUMBER:
        key.number = lua_isinteger(lua, -1) ? (long double)lua_tointeger(lua, -1)
                                            : (long double)lua_tonumber(lua, -1);
        break;
    case LUA_TSTRING:
        key.string.bytes = lua_tolstring(lua, -1, &key.string.size);
        break;
    case LUA_TBOOLEAN:
        key.boolean = lua_toboolean(lua, -1) != 0;
        break;
    default:
        (void)script_fail(
            lua,
            "pairs cannot visit a key that is a %s in an order that is the same in every run; use "
            "names or numbers as keys",
            luaL_typename(lua, -1));
    }
    return key;
}

static lua_Integer count_keys(lua_State *lua, int table)
{
    lua_Integer count = 0;

    lua_pushnil(lua);
    while (lua_next(lua, table) != 0) {
        lua_pop(lua, 1);
        count++;
    }
    return count;
}

/* Pushes the list of the keys of the table at stack place 1, in order. */
static void push_sorted_keys(lua_State *lua)
{
    lua_Integer count = count_keys(lua, 1);
    struct key *keys = lua_newuserdatauv(lua, (size_t)count * sizeof(*keys) + 1, 0);
    bool in_order = true;

    lua_createtable(lua, (int)count, 0);
    lua_pushnil(lua);
    for (lua_Integer i = 0; lua_next(lua, 1) != 0; i++) {
        lua_pop(lua, 1);
        keys[i] = read_key(lua, i + 1);
        in_order = in_order && (i == 0 || compare_keys(&keys[i - 1], &keys[i]) < 0);
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, -3, i + 1);
    }
    if (in_order) {
        return;
    }
    if (count > COUNT_MAX) {
        (void)script_fail(lua, "pairs sorts at most %d keys", COUNT_MAX);
    }
    qsort(keys, (size_t)count, sizeof(*keys), compare_keys);
    lua_createtable(lua, (int)count, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(lua, -2, keys[i].index);
        lua_rawseti(lua, -2, i + 1);
    }
}

/* Upvalues: the table, its keys, how many were visited. */
static int visit_next(lua_State *lua)
{
    lua_Integer visited = lua_tointeger(lua, lua_upvalueindex(3));
    bool is_key = true;

    while (is_key) {
        visited++;
        lua_rawgeti(lua, lua_upvalueindex(2), visited);
        is_key = !lua_isnil(lua, -1);
        lua_pushvalue(lua, -1);
        if (is_key && lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) {
            break;
        }
        lua_pop(lua, 2);
    }
    lua_pushinteger(lua, visited);
    lua_replace(lua, lua_upvalueindex(3));
    if (!is_key) {
        lua_pushnil(lua);
        return 1;
    }
    return 2;
}

int script_order_pairs(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (luaL_getmetafield(lua, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 3);
        return 3;
    }
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    push_sorted_keys(lua);
    lua_pushvalue(lua, 1);
    lua_insert(lua, -2);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, visit_next, 3);
    return 1;
}

/* ---- table.sort ---- */

enum { LIST = 1, BEFORE = 2, SCRATCH = 3 }; /* places on the stack */

/* Whether the value on top comes strictly before the one below it. */
static bool is_before(lua_State *lua)
{
    if (lua_isnil(lua, BEFORE)) {
        return lua_compare(lua, -1, -2, LUA_OPLT) != 0;
    }
    lua_pushvalue(lua, BEFORE);
    lua_pushvalue(lua, -2);
    lua_pushvalue(lua, -4);
    lua_call(lua, 2, 1);
    bool result = lua_toboolean(lua, -1) != 0;
    lua_pop(lua, 1);
    return result;
}

struct run {
    lua_Integer begin;
    lua_Integer middle;
    lua_Integer end; /* one past */
};

/* Merges the sorted halves of `run` from one table into the other. */
static void merge(lua_State *lua, int from, int to, struct run run)
{
    lua_Integer left = run.begin;
    lua_Integer right = run.middle;

    for (lua_Integer i = run.begin; i < run.end; i++) {
        bool takes_right = left == run.middle;
        if (left < run.middle && right < run.end) {
            lua_rawgeti(lua, from, left);
            lua_rawgeti(lua, from, right);
            takes_right = is_before(lua);
            lua_pop(lua, 2);
        }
        lua_rawgeti(lua, from, takes_right ? right++ : left++);
        lua_rawseti(lua, to, i);
    }
}

static lua_Integer least(lua_Integer a, lua_Integer b)
{
    return a < b ? a : b;
}

int script_order_sort(lua_State *lua)
{
    luaL_checktype(lua, LIST, LUA_TTABLE);
    if (!lua_isnoneornil(lua, BEFORE)) {
        luaL_checktype(lua, BEFORE, LUA_TFUNCTION);
    }
    lua_settop(lua, BEFORE);

    lua_Integer count = (lua_Integer)lua_rawlen(lua, LIST);
    if (count > COUNT_MAX) {
        return script_fail(lua, "table.sort sorts at most %d elements", COUNT_MAX);
    }
    lua_createtable(lua, (int)count, 0);
    int from = LIST;
    int to = SCRATCH;
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer begin = 1; begin <= count; begin += 2 * width) {
            lua_Integer middle = least(begin + width, count + 1);
            struct run run = {begin, middle, least(middle + width, count + 1)};
            merge(lua, from, to, run);
        }
        from = LIST + SCRATCH - from;
        to = LIST + SCRATCH - to;
    }
    for (lua_Integer i = 1; from == SCRATCH && i <= count; i++) {
        lua_rawgeti(lua, SCRATCH, i);
        lua_rawseti(lua, LIST, i);
    }
    return 0;
}

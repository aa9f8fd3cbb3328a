/* lua/order.h - the same order in every run: what pairs visits, and what table.sort does with ties.
 *
 * Lua's own pairs follows a hash whose seed is an address and the time, and its table.sort picks
 * pivots by the clock. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_ORDER_H
#define LUA_ORDER_H

#include <lua.h>

/* pairs(table): numbers first, by value, then strings, by their bytes, then false and true. A key
 * of any other type is an error: there is no order among those that two runs would agree on. Visits
 * the keys that were there at the call, but for those that are gone when their turn comes. O(n log
 * n), O(n) for a list. More than a million keys that must be sorted are an error, as they are for
 * table.sort. */
int script_order_pairs(lua_State *lua);

/* table.sort(list [, before]): a merge sort, so what compares equal keeps its order. */
int script_order_sort(lua_State *lua);

#endif

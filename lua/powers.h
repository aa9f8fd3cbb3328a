/* lua/powers.h - finds the powers in a scenario's text that differ from machine to machine.
 *
 * Lua's ^ is the C library's pow(), whose last bit depends on the processor; only ^2 is a
 * multiplication. Nothing in Lua can replace it, so the author is told. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_POWERS_H
#define LUA_POWERS_H

#include <stddef.h>
#include <stdint.h>

/* Writes the numbers of the lines of `text` that raise to another power than 2, at most `max`, and
 * returns how many. The text is valid Lua. A line counts once. */
uint32_t script_powers_find(const char *text, size_t size, uint32_t *out_lines, uint32_t max);

#endif

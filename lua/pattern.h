/* lua/pattern.h - Lua's patterns, matched in a bounded number of steps.
 *
 * A pattern of a few letters can keep Lua's own matcher busy for years, and no hook interrupts it.
 * This one counts what it tries, and gives up. Patterns mean what the Lua 5.4 reference manual says
 * (6.4.1); letters, digits and so on are those of ASCII. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_PATTERN_H
#define LUA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

#define SCRIPT_PATTERN_CAPTURES_MAX 32
#define SCRIPT_PATTERN_STEPS_MAX    UINT64_C(20000000)

/* Of a capture that has begun and not ended, and of one that is a position. */
#define SCRIPT_PATTERN_OPEN     (-1)
#define SCRIPT_PATTERN_POSITION (-2)

struct script_pattern_capture {
    const char *start;
    ptrdiff_t size; /* or one of the two above */
};

/* One search. All texts are borrowed, and may hold any bytes. */
struct script_pattern {
    const char *subject;
    const char *subject_end;
    const char *pattern;
    const char *pattern_end;
    uint64_t steps_left; /* over all tries of the search */
    const char *problem; /* with the pattern, or that it took too long: the search is over */
    uint32_t depth;      /* of the matcher's own calls */
    uint32_t capture_count;
    struct script_pattern_capture captures[SCRIPT_PATTERN_CAPTURES_MAX];
};

void script_pattern_init(
    struct script_pattern *search,
    const char *subject,
    size_t subject_size,
    const char *pattern,
    size_t pattern_size);

/* Whether the pattern, without the '^' in front, matches at `start`: sets *out_end and the captures
 * then. When `problem` is set it does not match. */
SIM_MUST_USE bool script_pattern_matches_at(
    struct script_pattern *search, const char *start, const char **out_end);

/* Whether the pattern is plain text. */
bool script_pattern_is_plain(const char *pattern, size_t size);

#endif

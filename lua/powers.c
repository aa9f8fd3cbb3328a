/* As much of a lexer as tells code from texts and comments. */
/* SPDX-License-Identifier: MIT */
#include "lua/powers.h"

#include <stdbool.h>
#include <string.h>

#include "sim/base.h"

struct cursor {
    const char *at;
    const char *end;
    uint32_t line;
};

/* '\0' past the end. */
static char peek(const struct cursor *cursor, size_t ahead)
{
    if (ahead >= (size_t)(cursor->end - cursor->at)) {
        return '\0';
    }
    return cursor->at[ahead];
}

static void step(struct cursor *cursor)
{
    SIM_ASSERT(cursor->at < cursor->end);
    cursor->line += *cursor->at == '\n';
    cursor->at++;
}

static void step_by(struct cursor *cursor, size_t count)
{
    for (size_t i = 0; i < count && cursor->at < cursor->end; i++) {
        step(cursor);
    }
}

/* How many '=' the long bracket that opens here has; -1 when none opens. */
static int bracket_level(const struct cursor *cursor)
{
    size_t level = 0;

    if (peek(cursor, 0) != '[') {
        return -1;
    }
    while (peek(cursor, level + 1) == '=') {
        level++;
    }
    return peek(cursor, level + 1) == '[' ? (int)level : -1;
}

static bool closes(const struct cursor *cursor, size_t level)
{
    size_t equals = 0;

    if (peek(cursor, 0) != ']') {
        return false;
    }
    while (equals < level && peek(cursor, equals + 1) == '=') {
        equals++;
    }
    return equals == level && peek(cursor, level + 1) == ']';
}

static void skip_long(struct cursor *cursor, size_t level)
{
    step_by(cursor, level + 2);
    while (cursor->at < cursor->end && !closes(cursor, level)) {
        step(cursor);
    }
    step_by(cursor, level + 2);
}

static void skip_comment(struct cursor *cursor)
{
    step_by(cursor, 2);
    int level = bracket_level(cursor);
    if (level >= 0) {
        skip_long(cursor, (size_t)level);
        return;
    }
    while (cursor->at < cursor->end && *cursor->at != '\n') {
        step(cursor);
    }
}

static void skip_text(struct cursor *cursor)
{
    char quote = *cursor->at;

    step(cursor);
    while (cursor->at < cursor->end && *cursor->at != quote) {
        step_by(cursor, *cursor->at == '\\' ? 2 : 1);
    }
    step_by(cursor, 1);
}

/* Past the '^': whether the number 2 follows, and nothing that makes it another one. */
static bool is_square(const struct cursor *cursor)
{
    size_t ahead = strspn(cursor->at, " \t");
    char after = peek(cursor, ahead + 1);

    return peek(cursor, ahead) == '2' && (after == '\0' || strchr("0123456789.eE", after) == NULL);
}

/* Goes past a comment or a text, if one begins here. */
static bool skips_what_is_no_code(struct cursor *cursor)
{
    int level = bracket_level(cursor);

    if (*cursor->at == '-' && peek(cursor, 1) == '-') {
        skip_comment(cursor);
    } else if (level >= 0) {
        skip_long(cursor, (size_t)level);
    } else if (*cursor->at == '"' || *cursor->at == '\'') {
        skip_text(cursor);
    } else {
        return false;
    }
    return true;
}

uint32_t script_powers_find(const char *text, size_t size, uint32_t *out_lines, uint32_t max)
{
    struct cursor cursor = {.at = text, .end = text + size, .line = 1};
    uint32_t count = 0;

    SIM_ASSERT(text[size] == '\0');
    while (cursor.at < cursor.end && count < max) {
        if (skips_what_is_no_code(&cursor)) {
            continue;
        }
        bool is_power = *cursor.at == '^';
        bool is_new = count == 0 || out_lines[count - 1] != cursor.line;
        step(&cursor);
        if (is_power && is_new && !is_square(&cursor)) {
            out_lines[count++] = cursor.line;
        }
    }
    return count;
}

/* A backtracking matcher. One item of the pattern after the other is matched in a loop; where there
 * is a choice, the rest is tried by a call. A problem is kept, and ends all that is under way. */
/* SPDX-License-Identifier: MIT */
#include "lua/pattern.h"

#include <string.h>

#include <glib.h>

#define DEPTH_MAX 200

static const char *match(struct script_pattern *search, const char *s, const char *p);

void script_pattern_init(
    struct script_pattern *search,
    const char *subject,
    size_t subject_size,
    const char *pattern,
    size_t pattern_size)
{
    SIM_ASSERT(subject != NULL && pattern != NULL);
    *search = (struct script_pattern){
        .subject = subject,
        .subject_end = subject + subject_size,
        .pattern = pattern,
        .pattern_end = pattern + pattern_size,
        .steps_left = SCRIPT_PATTERN_STEPS_MAX,
    };
}

bool script_pattern_is_plain(const char *pattern, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (pattern[i] != '\0' && strchr("^$*+?.([%-", pattern[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/* Returns NULL, which is no match. */
static const char *fail(struct script_pattern *search, const char *problem)
{
    if (search->problem == NULL) {
        search->problem = problem;
    }
    return NULL;
}

/* Counts one try. False: there were too many. */
static bool may_go_on(struct script_pattern *search)
{
    if (search->problem != NULL) {
        return false;
    }
    if (search->steps_left == 0) {
        (void)fail(search, "this pattern takes too long on this text; use fewer of * + - ?");
        return false;
    }
    search->steps_left--;
    return true;
}

/* ---- single characters ---- */

/* The end of the set that begins with the '[' at `p`: past its ']'. NULL: a problem. */
static const char *end_of_set(struct script_pattern *search, const char *p)
{
    SIM_ASSERT(*p == '[');
    p++;
    if (p < search->pattern_end && *p == '^') {
        p++;
    }
    bool is_first = true;
    while (p < search->pattern_end && (is_first || *p != ']')) {
        is_first = false;
        p += *p == '%' && p + 1 < search->pattern_end ? 2 : 1;
    }
    if (p >= search->pattern_end) {
        return fail(search, "malformed pattern: a '[' has no ']'");
    }
    return p + 1;
}

/* The end of the single character, or set, at `p`. NULL: a problem. */
static const char *end_of_single(struct script_pattern *search, const char *p)
{
    SIM_ASSERT(p < search->pattern_end);
    if (*p == '[') {
        return end_of_set(search, p);
    }
    if (*p != '%') {
        return p + 1;
    }
    if (p + 1 >= search->pattern_end) {
        return fail(search, "malformed pattern: it ends with '%'");
    }
    return p + 2;
}

static bool is_in_class_of(char c, char class, bool *out_is_class)
{
    *out_is_class = true;
    switch (g_ascii_tolower(class)) {
    case 'a':
        return g_ascii_isalpha(c);
    case 'c':
        return g_ascii_iscntrl(c);
    case 'd':
        return g_ascii_isdigit(c);
    case 'g':
        return g_ascii_isgraph(c);
    case 'l':
        return g_ascii_islower(c);
    case 'p':
        return g_ascii_ispunct(c);
    case 's':
        return g_ascii_isspace(c) || c == '\v';
    case 'u':
        return g_ascii_isupper(c);
    case 'w':
        return g_ascii_isalnum(c);
    case 'x':
        return g_ascii_isxdigit(c);
    default:
        *out_is_class = false;
        return false;
    }
}

/* Whether c is what '%' and this letter stand for: a class, its complement, or the letter itself.
 */
static bool is_in_class(char c, char class)
{
    bool is_class = false;
    bool is_in = is_in_class_of(c, class, &is_class);

    if (!is_class) {
        return c == class;
    }
    return is_in != g_ascii_isupper(class);
}

/* `p` is the '[' of a set, `end` past its ']'. */
static bool is_in_set(char c, const char *p, const char *end)
{
    const char *last = end - 1;
    bool is_complement = p[1] == '^';
    bool is_in = false;

    SIM_ASSERT(*p == '[' && *last == ']');
    for (p += is_complement ? 2 : 1; p < last && !is_in; p++) {
        if (*p == '%') {
            p++;
            is_in = is_in_class(c, *p);
        } else if (p[1] == '-' && p + 2 < last) {
            is_in =
                (unsigned char)p[0] <= (unsigned char)c && (unsigned char)c <= (unsigned char)p[2];
            p += 2;
        } else {
            is_in = *p == c;
        }
    }
    return is_in != is_complement;
}

/* Whether the character at `s` is what stands from `p` to `end`. */
static bool is_single(struct script_pattern *search, const char *s, const char *p, const char *end)
{
    if (!may_go_on(search) || s >= search->subject_end) {
        return false;
    }
    switch (*p) {
    case '.':
        return true;
    case '%':
        return is_in_class(*s, p[1]);
    case '[':
        search->steps_left -= MIN(search->steps_left, (uint64_t)(end - p) / 4);
        return is_in_set(*s, p, end);
    default:
        return *p == *s;
    }
}

/* ---- repetition ---- */

/* As many as there are, then fewer. */
static const char *match_most(
    struct script_pattern *search, const char *s, const char *p, const char *end)
{
    ptrdiff_t count = 0;

    while (is_single(search, s + count, p, end)) {
        count++;
    }
    for (; count >= 0 && may_go_on(search); count--) {
        const char *result = match(search, s + count, end + 1);
        if (result != NULL) {
            return result;
        }
    }
    return NULL;
}

/* As few as will do. */
static const char *match_least(
    struct script_pattern *search, const char *s, const char *p, const char *end)
{
    while (may_go_on(search)) {
        const char *result = match(search, s, end + 1);
        if (result != NULL) {
            return result;
        }
        if (!is_single(search, s, p, end)) {
            return NULL;
        }
        s++;
    }
    return NULL;
}

/* ---- captures ---- */

static const char *open_capture(
    struct script_pattern *search, const char *s, const char *p, ptrdiff_t size)
{
    if (search->capture_count == SCRIPT_PATTERN_CAPTURES_MAX) {
        return fail(search, "a pattern has at most 32 captures");
    }
    search->captures[search->capture_count++] =
        (struct script_pattern_capture){.start = s, .size = size};
    const char *result = match(search, s, p);
    if (result == NULL) {
        search->capture_count--;
    }
    return result;
}

static const char *close_capture(struct script_pattern *search, const char *s, const char *p)
{
    uint32_t index = search->capture_count;

    while (index > 0 && search->captures[index - 1].size != SCRIPT_PATTERN_OPEN) {
        index--;
    }
    if (index == 0) {
        return fail(search, "malformed pattern: a ')' has no '('");
    }
    struct script_pattern_capture *capture = &search->captures[index - 1];
    capture->size = s - capture->start;
    const char *result = match(search, s, p);
    if (result == NULL) {
        capture->size = SCRIPT_PATTERN_OPEN;
    }
    return result;
}

/* %1 to %9: what the capture holds. Returns where it ends; NULL when it does not stand here. */
static const char *match_reference(struct script_pattern *search, const char *s, char digit)
{
    uint32_t index = (uint32_t)(digit - '1');

    if (digit == '0' || index >= search->capture_count ||
        search->captures[index].size == SCRIPT_PATTERN_OPEN) {
        return fail(search, "malformed pattern: a %1 to %9 names no capture that is complete");
    }
    if (search->captures[index].size == SCRIPT_PATTERN_POSITION) {
        return NULL;
    }
    const struct script_pattern_capture *capture = &search->captures[index];
    size_t size = (size_t)capture->size;
    search->steps_left -= MIN(search->steps_left, size / 16);
    if (size > (size_t)(search->subject_end - s) || memcmp(capture->start, s, size) != 0) {
        return NULL;
    }
    return s + size;
}

/* ---- %b and %f ---- */

/* `p` is past the "%b". Returns where the balanced text ends. */
static const char *match_balance(struct script_pattern *search, const char *s, const char *p)
{
    uint64_t open = 1;

    if (search->pattern_end - p < 2) {
        return fail(search, "malformed pattern: '%b' takes two characters");
    }
    if (s >= search->subject_end || *s != p[0]) {
        return NULL;
    }
    for (s++; s < search->subject_end && may_go_on(search); s++) {
        if (*s == p[1]) {
            open--;
        } else if (*s == p[0]) {
            open++;
        }
        if (open == 0) {
            return s + 1;
        }
    }
    return NULL;
}

/* `p` is past the "%f". Whether the set begins to hold between the characters before and at `s`;
 * sets *out_end past the set. */
static bool is_frontier(
    struct script_pattern *search, const char *s, const char *p, const char **out_end)
{
    if (p >= search->pattern_end || *p != '[') {
        (void)fail(search, "malformed pattern: '%f' takes a set, such as %f[%w]");
        return false;
    }
    *out_end = end_of_set(search, p);
    if (*out_end == NULL) {
        return false;
    }
    char before = '\0';
    char here = '\0';
    if (s > search->subject) {
        before = s[-1];
    }
    if (s < search->subject_end) {
        here = *s;
    }
    return !is_in_set(before, p, *out_end) && is_in_set(here, p, *out_end);
}

/* ---- items ---- */

/* What an item came to: the result of the whole match, or where to go on. */
struct progress {
    bool is_over;
    const char *result; /* when it is over */
    const char *s;
    const char *p;
};

static struct progress over(const char *result)
{
    return (struct progress){.is_over = true, .result = result};
}

static struct progress go_on(const char *s, const char *p)
{
    return (struct progress){.s = s, .p = p};
}

/* The character of the pattern at `p`; '\0' past its end. */
static char letter_at(const struct script_pattern *search, const char *p)
{
    if (p >= search->pattern_end) {
        return '\0';
    }
    return *p;
}

/* One or none. */
static struct progress match_optional(
    struct script_pattern *search, const char *s, const char *p, const char *end)
{
    const char *result = is_single(search, s, p, end) ? match(search, s + 1, end + 1) : NULL;

    return result != NULL ? over(result) : go_on(s, end + 1);
}

static struct progress match_repeated(struct script_pattern *search, const char *s, const char *p)
{
    const char *end = end_of_single(search, p);

    if (end == NULL) {
        return over(NULL);
    }
    switch (letter_at(search, end)) {
    case '?':
        return match_optional(search, s, p, end);
    case '+':
        return over(is_single(search, s, p, end) ? match_most(search, s + 1, p, end) : NULL);
    case '*':
        return over(match_most(search, s, p, end));
    case '-':
        return over(match_least(search, s, p, end));
    default:
        return is_single(search, s, p, end) ? go_on(s + 1, end) : over(NULL);
    }
}

/* What begins with a '%', which no repetition may follow; else a single character. */
static struct progress match_escape(struct script_pattern *search, const char *s, const char *p)
{
    char kind = letter_at(search, p + 1);
    const char *end = NULL;

    if (kind == 'b') {
        end = match_balance(search, s, p + 2);
        return end != NULL ? go_on(end, p + 4) : over(NULL);
    }
    if (kind == 'f') {
        return is_frontier(search, s, p + 2, &end) ? go_on(s, end) : over(NULL);
    }
    if (g_ascii_isdigit(kind)) {
        end = match_reference(search, s, kind);
        return end != NULL ? go_on(end, p + 2) : over(NULL);
    }
    return match_repeated(search, s, p);
}

static struct progress match_item(struct script_pattern *search, const char *s, const char *p)
{
    switch (*p) {
    case '(':
        if (p + 1 < search->pattern_end && p[1] == ')') {
            return over(open_capture(search, s, p + 2, SCRIPT_PATTERN_POSITION));
        }
        return over(open_capture(search, s, p + 1, SCRIPT_PATTERN_OPEN));
    case ')':
        return over(close_capture(search, s, p + 1));
    case '$':
        if (p + 1 == search->pattern_end) {
            return over(s == search->subject_end ? s : NULL);
        }
        return match_repeated(search, s, p);
    case '%':
        return match_escape(search, s, p);
    default:
        return match_repeated(search, s, p);
    }
}

/* Where the match of the pattern from `p` on ends that begins at `s`; NULL: there is none. */
static const char *match(struct script_pattern *search, const char *s, const char *p)
{
    struct progress progress = go_on(s, p);

    if (search->depth == DEPTH_MAX) {
        return fail(search, "this pattern is too complex");
    }
    search->depth++;
    while (!progress.is_over && progress.p < search->pattern_end && may_go_on(search)) {
        progress = match_item(search, progress.s, progress.p);
    }
    search->depth--;
    if (search->problem != NULL) {
        return NULL;
    }
    return progress.is_over ? progress.result : progress.s;
}

bool script_pattern_matches_at(
    struct script_pattern *search, const char *start, const char **out_end)
{
    bool is_anchored = search->pattern < search->pattern_end && *search->pattern == '^';

    SIM_ASSERT(start >= search->subject && start <= search->subject_end);
    search->capture_count = 0;
    search->depth = 0;
    const char *end = match(search, start, search->pattern + is_anchored);
    if (end == NULL || search->problem != NULL) {
        return false;
    }
    for (uint32_t i = 0; i < search->capture_count; i++) {
        if (search->captures[i].size == SCRIPT_PATTERN_OPEN) {
            (void)fail(search, "malformed pattern: a '(' has no ')'");
            return false;
        }
    }
    *out_end = end;
    return true;
}

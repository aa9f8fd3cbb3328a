/* One buffer, refilled when the rest of it holds no whole line. A line is parsed where it lies.
 * Numbers are read here and not by strtod(), which obeys the locale and cannot give nanoseconds
 * exactly. */
/* SPDX-License-Identifier: MIT */
#include "sim/recording.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/access_log.h"

#define BUFFER_SIZE ((size_t)64 * 1024)
#define LINE_LENGTH ((size_t)4096)
#define COLUMNS_MAX 64
#define NS_DIGITS   9

enum role {
    ROLE_TIME,
    ROLE_KEY,
    ROLE_VALUE,
    ROLE_NONE,
};

struct sim_recording {
    sim_recording_read_fn *read;
    void *context;
    size_t begin; /* of what is not parsed yet */
    size_t end;
    bool is_at_end; /* `read` has no more */
    uint64_t line;
    const char *problem; /* NULL: none so far */
    enum role roles[COLUMNS_MAX];
    uint32_t column_count;
    bool has_header; /* so that each line has all columns */
    sim_time time_last;
    bool is_log;          /* of a web server, and not comma-separated values */
    int64_t second_first; /* of the log */
    char buffer[BUFFER_SIZE];
};

/* A part of the buffer: a line or a field. */
struct text {
    const char *start;
    const char *end;
};

sim_recording *sim_recording_create(sim_recording_read_fn *read, void *context)
{
    SIM_ASSERT(read != NULL);

    sim_recording *recording = sim_allocate(1, sizeof(*recording));

    recording->read = read;
    recording->context = context;
    recording->roles[0] = ROLE_TIME;
    recording->roles[1] = ROLE_KEY;
    recording->roles[2] = ROLE_VALUE;
    recording->column_count = 3;
    return recording;
}

void sim_recording_destroy(sim_recording *recording)
{
    free(recording);
}

struct sim_recording_error sim_recording_error_of(const sim_recording *recording)
{
    SIM_ASSERT(recording->problem != NULL);

    return (struct sim_recording_error){recording->line, recording->problem};
}

/* Returns false, so that a parser can return what this returns. */
static bool fail(sim_recording *recording, const char *problem)
{
    SIM_ASSERT(problem != NULL && recording->problem == NULL);

    recording->problem = problem;
    return false;
}

/* ---- lines ---- */

static void refill(sim_recording *recording)
{
    SIM_ASSERT(recording->begin <= recording->end && !recording->is_at_end);

    size_t kept = recording->end - recording->begin;

    memmove(recording->buffer, recording->buffer + recording->begin, kept);
    recording->begin = 0;
    recording->end = kept;
    size_t count = recording->read(
        recording->context, recording->buffer + recording->end, BUFFER_SIZE - recording->end);
    SIM_ASSERT(count <= BUFFER_SIZE - recording->end);
    recording->end += count;
    recording->is_at_end = count == 0;
}

/* The first line break from `begin` on; NULL when there is none. */
static const char *find_break(const sim_recording *recording)
{
    SIM_ASSERT(recording->begin <= recording->end && recording->end <= BUFFER_SIZE);

    return memchr(recording->buffer + recording->begin, '\n', recording->end - recording->begin);
}

/* Returns false at the end of the text, and when a line is too long, which is a problem. */
static bool next_line(sim_recording *recording, struct text *out_line)
{
    SIM_ASSERT(recording->problem == NULL);

    const char *stop = find_break(recording);

    while (stop == NULL && !recording->is_at_end &&
           recording->end - recording->begin <= LINE_LENGTH) {
        refill(recording);
        stop = find_break(recording);
    }
    const char *start = recording->buffer + recording->begin;
    const char *end = stop != NULL ? stop : recording->buffer + recording->end;
    if (start == end && stop == NULL) {
        return false;
    }
    recording->line++;
    if ((size_t)(end - start) > LINE_LENGTH) {
        return fail(recording, "the line is longer than 4096 bytes");
    }
    recording->begin += (size_t)(end - start) + (stop != NULL);
    SIM_ASSERT(recording->begin <= recording->end);
    if (end > start && end[-1] == '\r') {
        end--;
    }
    *out_line = (struct text){start, end};
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the next field off the line. */
static struct text take_field(struct text *line)
{
    SIM_ASSERT(line->start < line->end);

    const char *comma = memchr(line->start, ',', (size_t)(line->end - line->start));
    struct text field = {line->start, comma != NULL ? comma : line->end};

    line->start = comma != NULL ? comma + 1 : line->end;
    while (field.start < field.end && is_blank(*field.start)) {
        field.start++;
    }
    while (field.start < field.end && is_blank(field.end[-1])) {
        field.end--;
    }
    return field;
}

static bool is_empty(struct text text)
{
    SIM_ASSERT(text.start <= text.end);

    return text.start == text.end;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits off the front. Returns false when there is none, or when they pass `max`. */
static bool take_digits(struct text *text, uint64_t max, uint64_t *out_number)
{
    SIM_ASSERT(max >= 9);

    uint64_t number = 0;

    if (is_empty(*text) || !is_digit(*text->start)) {
        return false;
    }
    for (; text->start < text->end && is_digit(*text->start); text->start++) {
        uint64_t digit = (uint64_t)(*text->start - '0');
        if (number > (max - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *out_number = number;
    return true;
}

/* The digits behind the point as ns, the tenth rounding the ninth. */
static bool take_fraction(struct text *text, uint64_t *out_ns)
{
    SIM_ASSERT(text->start <= text->end);

    uint64_t ns = 0;
    uint32_t digits = 0;

    if (is_empty(*text) || !is_digit(*text->start)) {
        return false;
    }
    for (; text->start < text->end && is_digit(*text->start); text->start++) {
        uint64_t digit = (uint64_t)(*text->start - '0');
        if (digits < NS_DIGITS) {
            ns = ns * 10 + digit;
        } else if (digits == NS_DIGITS) {
            ns += digit >= 5;
        }
        digits++;
    }
    for (; digits < NS_DIGITS; digits++) {
        ns *= 10;
    }
    SIM_ASSERT(ns <= (uint64_t)SIM_SECOND && digits >= NS_DIGITS);
    *out_ns = ns;
    return true;
}

static bool parse_time(struct text text, sim_time *out_time)
{
    SIM_ASSERT(text.start <= text.end);

    uint64_t seconds;
    uint64_t ns = 0;

    if (!take_digits(&text, (uint64_t)(SIM_NEVER / SIM_SECOND) - 1, &seconds)) {
        return false;
    }
    if (!is_empty(text) && *text.start == '.') {
        text.start++;
        if (!take_fraction(&text, &ns)) {
            return false;
        }
    }
    SIM_ASSERT(ns <= (uint64_t)SIM_SECOND);
    *out_time = (sim_time)seconds * SIM_SECOND + (sim_time)ns;
    return is_empty(text);
}

static bool parse_key(struct text text, uint64_t *out_key)
{
    SIM_ASSERT(text.start <= text.end);

    return take_digits(&text, INT64_MAX, out_key) && is_empty(text);
}

static bool parse_value(struct text text, int64_t *out_value)
{
    SIM_ASSERT(text.start <= text.end);

    uint64_t number;
    bool is_negative = !is_empty(text) && *text.start == '-';

    text.start += is_negative;
    if (!take_digits(&text, INT64_MAX, &number) || !is_empty(text)) {
        return false;
    }
    *out_value = is_negative ? -(int64_t)number : (int64_t)number;
    return true;
}

/* ---- columns ---- */

static bool is_word(struct text text, const char *word)
{
    SIM_ASSERT(text.start <= text.end);

    size_t length = strlen(word);

    return (size_t)(text.end - text.start) == length && memcmp(text.start, word, length) == 0;
}

static enum role role_of(struct text name)
{
    SIM_ASSERT(name.start <= name.end);

    if (is_word(name, "time")) {
        return ROLE_TIME;
    }
    if (is_word(name, "key")) {
        return ROLE_KEY;
    }
    return is_word(name, "value") ? ROLE_VALUE : ROLE_NONE;
}

static bool parse_header(sim_recording *recording, struct text line)
{
    SIM_ASSERT(recording->line == 1);

    uint32_t role_counts[ROLE_NONE + 1] = {0};

    recording->has_header = true;
    recording->column_count = 0;
    while (!is_empty(line)) {
        if (recording->column_count == COLUMNS_MAX) {
            return fail(recording, "more than 64 columns");
        }
        enum role role = role_of(take_field(&line));
        recording->roles[recording->column_count++] = role;
        role_counts[role]++;
    }
    if (role_counts[ROLE_TIME] != 1) {
        return fail(recording, "not one column is called \"time\"");
    }
    if (role_counts[ROLE_KEY] > 1 || role_counts[ROLE_VALUE] > 1) {
        return fail(recording, "two columns of one name");
    }
    return true;
}

static bool parse_field(
    sim_recording *recording, enum role role, struct text field, struct sim_recording_entry *entry)
{
    SIM_ASSERT(role <= ROLE_NONE);

    switch (role) {
    case ROLE_TIME:
        if (!parse_time(field, &entry->time)) {
            return fail(recording, "the time is not a number of seconds, as 12.5");
        }
        break;
    case ROLE_KEY:
        if (!parse_key(field, &entry->key)) {
            return fail(recording, "the key is not an integer from 0 to 2^63 - 1");
        }
        break;
    case ROLE_VALUE:
        if (!parse_value(field, &entry->value)) {
            return fail(recording, "the value is not an integer");
        }
        break;
    case ROLE_NONE:
        break;
    }
    return true;
}

/* A line without a header may end early: key and value are then 0. */
static bool parse_entry(
    sim_recording *recording, struct text line, struct sim_recording_entry *out_entry)
{
    SIM_ASSERT(recording->column_count > 0 && recording->column_count <= COLUMNS_MAX);

    struct sim_recording_entry entry = {.time = -1};
    uint32_t column = 0;

    for (; !is_empty(line); column++) {
        if (column == recording->column_count) {
            return fail(recording, "more fields than columns");
        }
        if (!parse_field(recording, recording->roles[column], take_field(&line), &entry)) {
            return false;
        }
    }
    if (recording->has_header && column < recording->column_count) {
        return fail(recording, "fewer fields than the first line has columns");
    }
    if (entry.time < 0) {
        return fail(recording, "the time is missing");
    }
    if (entry.time < recording->time_last) {
        return fail(recording, "the time is before the one above");
    }
    SIM_ASSERT(entry.time >= 0);
    recording->time_last = entry.time;
    *out_entry = entry;
    return true;
}

/* A log is written as requests end, so its times fall now and then: such a line counts as of the
 * latest time before it. */
static bool parse_log(
    sim_recording *recording, struct text line, struct sim_recording_entry *out_entry)
{
    struct sim_access access;
    const char *problem = sim_access_parse(line.start, line.end, &access);

    if (problem != NULL) {
        return fail(recording, problem);
    }
    if (recording->line == 1) {
        recording->second_first = access.second;
    }
    int64_t since = access.second - recording->second_first;
    if (since > SIM_NEVER / SIM_SECOND - 1) {
        return fail(recording, "the time is too far from the first one");
    }
    sim_time time = since > 0 ? since * SIM_SECOND : 0;
    recording->time_last = time > recording->time_last ? time : recording->time_last;
    SIM_ASSERT(recording->time_last >= 0);
    *out_entry = (struct sim_recording_entry){
        .time = recording->time_last, .key = access.target, .value = access.size};
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Editors put a byte order mark (U+FEFF) in front of a text in UTF-8. */
static void skip_mark(const sim_recording *recording, struct text *line)
{
    SIM_ASSERT(recording->line > 0);

    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    bool is_long = (size_t)(line->end - line->start) >= sizeof(mark);

    if (recording->line == 1 && is_long && memcmp(line->start, mark, sizeof(mark)) == 0) {
        line->start += sizeof(mark);
    }
}

/* Of the first line: whether it names the columns. */
static bool begins(sim_recording *recording, struct text line)
{
    SIM_ASSERT(recording->line == 1 && !is_empty(line));

    recording->is_log = sim_access_is_log(line.start, line.end);
    return !recording->is_log && is_letter(*line.start) && parse_header(recording, line);
}

typedef bool parse_fn(
    sim_recording *recording, struct text line, struct sim_recording_entry *out_entry);

enum sim_recording_result sim_recording_next(
    sim_recording *recording, struct sim_recording_entry *out_entry)
{
    struct text line;

    while (recording->problem == NULL && next_line(recording, &line)) {
        skip_mark(recording, &line);
        if (is_empty(line)) {
            continue;
        }
        if (recording->line == 1 && begins(recording, line)) {
            continue;
        }
        parse_fn *parse = recording->is_log ? parse_log : parse_entry;
        if (recording->problem == NULL && parse(recording, line, out_entry)) {
            return SIM_RECORDING_ENTRY;
        }
    }
    return recording->problem == NULL ? SIM_RECORDING_END : SIM_RECORDING_MALFORMED;
}

/* Lines come from a buffer that is refilled; entries go through a binary heap by (time, line), out
 * of which comes what is older than the newest by the tolerance. */
/* SPDX-License-Identifier: MIT */
#include "world/clicklog.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "world/logfield.h"

#define BUFFER_SIZE ((size_t)64 * 1024)
#define LINE_LENGTH ((size_t)8192)
#define NAME_SIZE   64

struct held {
    struct sim_recording_entry entry;
    uint64_t line;
};

struct world_clicklog {
    struct world_clicklog_config config;
    char names[WORLD_CLICKLOG_COLUMNS_MAX][NAME_SIZE]; /* of the mapping's columns */
    int roles[WORLD_CLICKLOG_COLUMNS_MAX];             /* of the text's columns */
    uint32_t role_count;
    sim_recording_read_fn *read;
    void *context;
    size_t begin; /* of what is not parsed yet */
    size_t end;
    bool is_at_end;
    uint64_t line;
    const char *problem; /* NULL: none so far */
    bool has_origin;
    sim_time origin; /* the time of the first entry */
    sim_time newest;
    sim_time released; /* the time of the last entry that came out */
    struct held *heap;
    uint32_t heap_count;
    uint32_t heap_capacity;
    char buffer[BUFFER_SIZE];
};

world_clicklog *world_clicklog_create(
    const struct world_clicklog_config *config, sim_recording_read_fn *read, void *context)
{
    world_clicklog *log = sim_allocate(1, sizeof(*log));

    SIM_ASSERT(config->tolerance >= 0 && config->column_count <= WORLD_CLICKLOG_COLUMNS_MAX);
    log->config = *config;
    log->read = read;
    log->context = context;
    for (uint32_t i = 0; i < config->column_count; i++) {
        (void)g_strlcpy(log->names[i], config->columns[i].name, NAME_SIZE);
    }
    return log;
}

void world_clicklog_destroy(world_clicklog *log)
{
    if (log == NULL) {
        return;
    }
    free(log->heap);
    free(log);
}

struct sim_recording_error world_clicklog_error_of(const world_clicklog *log)
{
    SIM_ASSERT(log->problem != NULL);
    return (struct sim_recording_error){log->line, log->problem};
}

/* Returns false, so that a parser can return what this returns. */
static bool fail(world_clicklog *log, const char *problem)
{
    SIM_ASSERT(log->problem == NULL);
    log->problem = problem;
    return false;
}

/* ---- lines ---- */

static void refill(world_clicklog *log)
{
    size_t kept = log->end - log->begin;

    SIM_ASSERT(!log->is_at_end && kept < BUFFER_SIZE);
    memmove(log->buffer, log->buffer + log->begin, kept);
    size_t count = log->read(log->context, log->buffer + kept, BUFFER_SIZE - kept);
    log->begin = 0;
    log->end = kept + count;
    log->is_at_end = count == 0;
}

/* False at the end of the text, and when a line is too long, which is a problem. */
static bool next_line(world_clicklog *log, struct world_logfield *out_line)
{
    const char *stop = memchr(log->buffer + log->begin, '\n', log->end - log->begin);

    while (stop == NULL && !log->is_at_end && log->end - log->begin <= LINE_LENGTH) {
        refill(log);
        stop = memchr(log->buffer + log->begin, '\n', log->end - log->begin);
    }
    const char *start = log->buffer + log->begin;
    const char *end = stop != NULL ? stop : log->buffer + log->end;
    if (start == end && stop == NULL) {
        return false;
    }
    log->line++;
    if ((size_t)(end - start) > LINE_LENGTH) {
        return fail(log, "the line is longer than 8192 bytes");
    }
    log->begin += (size_t)(end - start) + (stop != NULL);
    *out_line = (struct world_logfield){start, end > start && end[-1] == '\r' ? end - 1 : end};
    SIM_ASSERT(log->begin <= log->end);
    return true;
}

/* ---- the two formats ---- */

static void set_attribute(struct sim_recording_entry *entry, int index, struct world_logfield text)
{
    SIM_ASSERT(index < SIM_RECORDING_ATTRIBUTES);
    if (index >= 0) {
        entry->attributes[index] = world_logfield_attribute(text);
        entry->attributes_given = (uint8_t)(entry->attributes_given | 1U << index);
    }
}

/* host ident user [date] "request" status size */
static bool parse_web_line(
    world_clicklog *log, struct world_logfield line, struct sim_recording_entry *entry)
{
    struct world_logfield host = world_logfield_take(&line, ' ');
    (void)world_logfield_take(&line, ' ');
    struct world_logfield user = world_logfield_take(&line, ' ');

    SIM_ASSERT(log->config.is_web_log);
    if (world_logfield_length(line) == 0 || *line.start != '[') {
        return fail(log, "it is not host, ident, user and [date]: no line of Common Log Format");
    }
    line.start++;
    if (!world_logfield_date(world_logfield_take(&line, ']'), &entry->time)) {
        return fail(log, "the date is not such as [17/May/2015:10:05:03 +0000]");
    }
    (void)world_logfield_take(&line, '"');
    entry->key = world_logfield_number(world_logfield_segment(world_logfield_take(&line, '"')));
    set_attribute(entry, log->config.address, host);
    set_attribute(
        entry,
        log->config.user,
        world_logfield_length(user) == 1 && *user.start == '-' ? host : user);
    return true;
}

/* ---- comma-separated columns ---- */

/* Without the blanks around it, and without its quotes. */
static struct world_logfield take_column(struct world_logfield *line)
{
    struct world_logfield column = world_logfield_take(line, ',');

    while (column.start < column.end && g_ascii_isspace(*column.start)) {
        column.start++;
    }
    while (column.start < column.end && g_ascii_isspace(column.end[-1])) {
        column.end--;
    }
    SIM_ASSERT(column.start <= column.end);
    if (world_logfield_length(column) >= 2 && *column.start == '"' && column.end[-1] == '"') {
        column.start++;
        column.end--;
    }
    return column;
}

/* What the mapping says of the column of this name. */
static int role_of(const world_clicklog *log, struct world_logfield name)
{
    size_t length = world_logfield_length(name);

    SIM_ASSERT(log->config.column_count <= WORLD_CLICKLOG_COLUMNS_MAX);
    for (uint32_t i = 0; i < log->config.column_count; i++) {
        if (strlen(log->names[i]) == length && memcmp(log->names[i], name.start, length) == 0) {
            return log->config.columns[i].role;
        }
    }
    return WORLD_CLICKLOG_NONE;
}

static bool parse_header(world_clicklog *log, struct world_logfield line)
{
    uint32_t found = 0;

    while (world_logfield_length(line) > 0) {
        if (log->role_count == WORLD_CLICKLOG_COLUMNS_MAX) {
            return fail(log, "more than 64 columns");
        }
        int role = role_of(log, take_column(&line));
        found += role != WORLD_CLICKLOG_NONE;
        log->roles[log->role_count++] = role;
    }
    SIM_ASSERT(log->role_count <= WORLD_CLICKLOG_COLUMNS_MAX);
    return found == log->config.column_count ||
           fail(log, "its columns are not those that 'columns' names, each once");
}

static bool parse_column(
    world_clicklog *log, int role, struct world_logfield column, struct sim_recording_entry *entry)
{
    SIM_ASSERT(role >= WORLD_CLICKLOG_NONE);
    if (role == WORLD_CLICKLOG_TIME) {
        return world_logfield_seconds(column, &entry->time) ||
               fail(log, "the time is not a number of seconds, as 1431857103.25");
    }
    if (role == WORLD_CLICKLOG_KEY) {
        entry->key = world_logfield_number(column);
    } else if (role == WORLD_CLICKLOG_VALUE) {
        uint64_t number;
        if (!world_logfield_digits(&column, &number) || column.start != column.end) {
            return fail(log, "the value is not an integer");
        }
        entry->value = (int64_t)number;
        entry->lacks_value = false;
    } else {
        set_attribute(entry, role, column);
    }
    return true;
}

static bool parse_columns(
    world_clicklog *log, struct world_logfield line, struct sim_recording_entry *entry)
{
    SIM_ASSERT(log->role_count > 0);
    for (uint32_t i = 0; i < log->role_count; i++) {
        if (world_logfield_length(line) == 0) {
            return fail(log, "fewer fields than columns");
        }
        if (!parse_column(log, log->roles[i], take_column(&line), entry)) {
            return false;
        }
    }
    return world_logfield_length(line) == 0 || fail(log, "more fields than columns");
}

/* ---- in the order of time ---- */

static bool is_before(const struct held *one, const struct held *other)
{
    SIM_ASSERT(one != other);
    return one->entry.time != other->entry.time ? one->entry.time < other->entry.time
                                                : one->line < other->line;
}

static void swap(struct held *one, struct held *other)
{
    struct held kept = *one;

    SIM_ASSERT(one != other);
    *one = *other;
    *other = kept;
}

static void push(world_clicklog *log, const struct held *held)
{
    if (log->heap_count == log->heap_capacity) {
        uint32_t capacity = log->heap_capacity == 0 ? 64 : 2 * log->heap_capacity;
        log->heap = sim_grow(log->heap, log->heap_capacity, capacity, sizeof(*log->heap));
        log->heap_capacity = capacity;
    }
    uint32_t i = log->heap_count++;
    log->heap[i] = *held;
    SIM_ASSERT(log->heap_count <= log->heap_capacity);
    while (i > 0 && is_before(&log->heap[i], &log->heap[(i - 1) / 2])) {
        swap(&log->heap[i], &log->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static struct sim_recording_entry pop(world_clicklog *log)
{
    struct sim_recording_entry first = log->heap[0].entry;
    uint32_t i = 0;

    SIM_ASSERT(log->heap_count > 0);
    log->heap[0] = log->heap[--log->heap_count];
    for (uint32_t child = 1; child < log->heap_count; child = 2 * i + 1) {
        if (child + 1 < log->heap_count && is_before(&log->heap[child + 1], &log->heap[child])) {
            child++;
        }
        if (!is_before(&log->heap[child], &log->heap[i])) {
            break;
        }
        swap(&log->heap[child], &log->heap[i]);
        i = child;
    }
    return first;
}

/* Takes in one more line. False at the end, and when there is a problem. */
static bool take_in(world_clicklog *log)
{
    struct held held = {.entry = {.lacks_value = true}};
    struct world_logfield line;

    do {
        if (!next_line(log, &line)) {
            return false;
        }
    } while (world_logfield_length(line) == 0);
    if (!log->config.is_web_log && log->role_count == 0) {
        return parse_header(log, line);
    }
    bool is_parsed = log->config.is_web_log ? parse_web_line(log, line, &held.entry)
                                            : parse_columns(log, line, &held.entry);
    if (!is_parsed) {
        return false;
    }
    if (!log->has_origin) {
        log->has_origin = true;
        log->origin = held.entry.time;
    }
    held.entry.time -= log->origin;
    held.line = log->line;
    if (held.entry.time < log->newest - log->config.tolerance) {
        return fail(log, "it is older than a line above by more than the tolerance");
    }
    if (log->heap_count == WORLD_CLICKLOG_HELD_MAX) {
        return fail(log, "more than 1048576 lines came within the tolerance: choose a shorter one");
    }
    SIM_ASSERT(held.entry.time >= log->released || log->released == 0);
    log->newest = MAX(log->newest, held.entry.time);
    push(log, &held);
    return true;
}

enum sim_recording_result world_clicklog_next(
    world_clicklog *log, struct sim_recording_entry *out_entry)
{
    bool has_more = true;

    while (has_more && (log->heap_count == 0 ||
                        log->heap[0].entry.time >= log->newest - log->config.tolerance)) {
        has_more = take_in(log);
    }
    if (log->problem != NULL) {
        return SIM_RECORDING_MALFORMED;
    }
    if (log->heap_count == 0) {
        return SIM_RECORDING_END;
    }
    *out_entry = pop(log);
    out_entry->time = MAX(out_entry->time, 0); /* before the first line's */
    SIM_ASSERT(out_entry->time >= log->released);
    log->released = out_entry->time;
    return SIM_RECORDING_ENTRY;
}

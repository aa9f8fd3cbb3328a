/* The format: "Trace Event Format", the document of the Chromium project that Perfetto refers to.
 * Times are microseconds; an asynchronous event belongs to those of the same category and id. */
/* SPDX-License-Identifier: MIT */
#include "cli/trace_json.h"

#include <errno.h>

#include "cli/outputs.h"
#include "cli/trace_file.h"
#include "world/audit.h"

#define FLUSH_BYTES (1 << 16)

struct writer {
    struct cli_trace_file file;
    int descriptor;
    GString *out;
    uint32_t *places; /* per node: its data centre, counted from 1 */
    GHashTable *open; /* message ids, as uint64_t, of lives that have begun and not ended */
    bool *is_down;    /* per node */
    bool has_events;
};

/* What a record is called; NULL: nobody would look for it. */
static const char *name_of(uint32_t kind)
{
    static const char *const events[] = {
        [WORLD_AUDIT_TURNED_AWAY] = "turned away",
        [WORLD_AUDIT_REFUSED] = "refused",
        [WORLD_AUDIT_TAKEN_IN] = "taken in",
        [WORLD_AUDIT_BUFFER_LOST] = "lost before acceptance",
        [WORLD_AUDIT_ACCEPTED] = "accepted",
        [WORLD_AUDIT_QUEUE_CRASHED] = "its queue crashed",
        [WORLD_AUDIT_SETTLED] = "settled",
        [WORLD_AUDIT_RECOVERED] = "recovered",
        [WORLD_AUDIT_SUPPRESSED] = "suppressed",
        [WORLD_AUDIT_DROPPED] = "dropped",
        [WORLD_AUDIT_DEAD] = "dead",
        [WORLD_AUDIT_PACKET_LOST] = "packet lost",
        [WORLD_AUDIT_HAND_LOST] = "lost in hand",
    };

    if (kind == WORLD_TRACE_DELIVERY) {
        return "delivered";
    }
    if (kind == WORLD_TRACE_LOST_PACKET) {
        return "packet lost";
    }
    uint32_t event = kind - WORLD_TRACE_AUDIT;
    return kind >= WORLD_TRACE_AUDIT && event < G_N_ELEMENTS(events) ? events[event] : NULL;
}

static bool ends_life(uint32_t kind)
{
    switch (kind) {
    case WORLD_TRACE_AUDIT + WORLD_AUDIT_REFUSED:
    case WORLD_TRACE_AUDIT + WORLD_AUDIT_BUFFER_LOST:
    case WORLD_TRACE_AUDIT + WORLD_AUDIT_SETTLED:
    case WORLD_TRACE_AUDIT + WORLD_AUDIT_DROPPED:
    case WORLD_TRACE_AUDIT + WORLD_AUDIT_DEAD:
        return true;
    default:
        return false;
    }
}

/* ---- events ---- */

static void begin_event(struct writer *writer)
{
    g_string_append(writer->out, writer->has_events ? ",\n" : "\n");
    writer->has_events = true;
}

/* Where and when: the members that every event has. */
static void append_where(struct writer *writer, const struct sim_trace_record *record)
{
    g_string_append_printf(
        writer->out,
        "\"ts\":%" G_GINT64_FORMAT ".%03d,\"pid\":%u,\"tid\":%u",
        record->time / 1000,
        (int)(record->time % 1000),
        writer->places[record->node],
        record->node + 1);
}

/* An asynchronous event: 'b' begins a span, 'n' is an instant in it, 'e' ends it. */
static void append_async(
    struct writer *writer,
    const struct sim_trace_record *record,
    char phase,
    const char *category,
    const char *name)
{
    bool is_message = category[0] == 'm';

    begin_event(writer);
    g_string_append_printf(
        writer->out,
        "{\"ph\":\"%c\",\"cat\":\"%s\",\"name\":\"%s\",\"id\":\"0x%" G_GINT64_MODIFIER "x\",",
        phase,
        category,
        name,
        is_message ? record->message : (uint64_t)record->node + 1);
    append_where(writer, record);
    g_string_append_c(writer->out, '}');
}

/* A span has one name, at its beginning and at its end; what ended it is an instant before. */
static void append_message(struct writer *writer, const struct sim_trace_record *record)
{
    uint32_t kind = record->kind;
    bool is_open = g_hash_table_contains(writer->open, &record->message);

    if (kind == WORLD_TRACE_AUDIT + WORLD_AUDIT_TAKEN_IN && !is_open) {
        append_async(writer, record, 'b', "message", "message");
        g_hash_table_add(writer->open, g_memdup2(&record->message, sizeof(record->message)));
    }
    append_async(writer, record, 'n', "message", name_of(kind));
    if (is_open && ends_life(kind)) {
        append_async(writer, record, 'e', "message", "message");
        (void)g_hash_table_remove(writer->open, &record->message);
    }
}

static void append_outage(struct writer *writer, const struct sim_trace_record *record)
{
    bool is_crash = record->kind == WORLD_TRACE_CRASH;

    if (writer->is_down[record->node] != is_crash) {
        append_async(writer, record, is_crash ? 'b' : 'e', "outage", "down");
        writer->is_down[record->node] = is_crash;
    }
}

static void append_record(struct writer *writer, const struct sim_trace_record *record)
{
    if (record->node >= writer->file.nodes->len) {
        return; /* the scenario's own */
    }
    if (record->kind == WORLD_TRACE_CRASH || record->kind == WORLD_TRACE_UP) {
        append_outage(writer, record);
    } else if (name_of(record->kind) != NULL) {
        append_message(writer, record);
    }
}

/* ---- the file ---- */

static bool flush(struct writer *writer, size_t beyond, GError **error)
{
    if (writer->out->len > beyond) {
        if (!cli_outputs_put(writer->descriptor, writer->out->str, writer->out->len)) {
            g_set_error(
                error,
                G_FILE_ERROR,
                G_FILE_ERROR_NOSPC,
                "no room for trace.json: %s",
                g_strerror(errno));
            return false;
        }
        g_string_truncate(writer->out, 0);
    }
    return true;
}

static void append_name(struct writer *writer, const char *what, const char *ids, const char *name)
{
    begin_event(writer);
    g_string_append_printf(
        writer->out,
        "{\"ph\":\"M\",\"name\":\"%s\",\"ts\":0,%s,\"args\":{\"name\":\"%s\"}}",
        what,
        ids,
        name);
}

/* Processes and threads get the names of data centres and nodes. Names are letters, digits, '.',
 * '_' and '-' (world_name_is_valid), so that nothing in them needs an escape. */
static void append_names(struct writer *writer)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new(); /* of names of data centres */

    for (uint32_t i = 0; i < writer->file.nodes->len; i++) {
        const struct cli_trace_node *node = g_ptr_array_index(writer->file.nodes, i);
        guint place;
        if (!g_ptr_array_find_with_equal_func(known, node->datacenter, g_str_equal, &place)) {
            place = known->len;
            g_ptr_array_add(known, node->datacenter);
            g_autofree char *ids = g_strdup_printf("\"pid\":%u,\"tid\":0", place + 1);
            append_name(writer, "process_name", ids, node->datacenter);
        }
        writer->places[i] = place + 1;
        g_autofree char *ids = g_strdup_printf("\"pid\":%u,\"tid\":%u", place + 1, i + 1);
        append_name(writer, "thread_name", ids, node->name);
    }
}

static bool append_records(struct writer *writer, GError **error)
{
    g_autofree struct sim_trace_record *records =
        g_new(struct sim_trace_record, CLI_TRACE_RECORDS_AT_ONCE);
    uint64_t first = 0;
    int32_t count;

    while ((count = cli_trace_file_read(&writer->file, first, records, error)) > 0) {
        for (int32_t i = 0; i < count; i++) {
            append_record(writer, &records[i]);
        }
        if (!flush(writer, FLUSH_BYTES, error)) {
            return false;
        }
        first += (uint32_t)count;
    }
    return count == 0;
}

static bool write_all(struct writer *writer, GError **error)
{
    g_string_append_printf(
        writer->out,
        "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"digest\":\"%016" G_GINT64_MODIFIER
        "x\"},\"traceEvents\":[",
        writer->file.digest);
    append_names(writer);
    if (!append_records(writer, error)) {
        return false;
    }
    g_string_append(writer->out, "\n]}\n");
    return flush(writer, 0, error);
}

bool cli_trace_json_write(int bin, int json, GError **error)
{
    struct writer writer = {
        .descriptor = json,
        .out = g_string_new(NULL),
        .open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
    };
    bool is_written = cli_trace_file_open(&writer.file, bin, error);

    if (is_written) {
        writer.is_down = g_new0(bool, writer.file.nodes->len + 1);
        writer.places = g_new0(uint32_t, writer.file.nodes->len + 1);
        is_written = write_all(&writer, error);
    }
    g_free(writer.is_down);
    g_hash_table_unref(writer.open);
    g_free(writer.places);
    g_string_free(writer.out, TRUE);
    cli_trace_file_finish(&writer.file);
    return is_written;
}

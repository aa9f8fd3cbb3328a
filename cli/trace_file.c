/* Little-endian, whatever the machine. The header is written last: a file without it is none. */
/* SPDX-License-Identifier: MIT */
#include "cli/trace_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/outputs.h"
#include "world/watch.h"

#define MAGIC       "tailback trace\n" /* and a zero byte */
#define MAGIC_SIZE  16
#define VERSION     1
#define HEADER_SIZE 64
#define RECORD_SIZE 24
#define NODES_SIZE  (UINT64_C(64) << 20) /* more is no list of nodes */
#define SCRIPT_NODE UINT32_MAX           /* the record is the scenario's own */

/* Where in the header. */
enum {
    AT_VERSION = 16,
    AT_RECORD_SIZE = 20,
    AT_RECORD_COUNT = 24,
    AT_NODES = 32,
    AT_NODES_SIZE = 40,
    AT_DIGEST = 48,
};

static void put_u32(uint8_t *to, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(to, &value, sizeof(value));
}

static void put_u64(uint8_t *to, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(to, &value, sizeof(value));
}

static uint32_t get_u32(const uint8_t *from)
{
    uint32_t value;

    memcpy(&value, from, sizeof(value));
    return GUINT32_FROM_LE(value);
}

static uint64_t get_u64(const uint8_t *from)
{
    uint64_t value;

    memcpy(&value, from, sizeof(value));
    return GUINT64_FROM_LE(value);
}

/* ---- writing ---- */

struct cli_trace_writer {
    struct world *world;
    int descriptor;
    int code; /* the errno of what failed first; 0: nothing has */
    uint32_t used;
    uint64_t record_count;
    uint8_t bytes[CLI_TRACE_RECORDS_AT_ONCE * RECORD_SIZE];
};

static void put(cli_trace_writer *writer, const void *bytes, size_t size)
{
    if (writer->code == 0 && !cli_outputs_put(writer->descriptor, bytes, size)) {
        writer->code = errno;
    }
}

static void flush(cli_trace_writer *writer)
{
    put(writer, writer->bytes, (size_t)writer->used * RECORD_SIZE);
    writer->used = 0;
}

static void write_record(void *context, const struct sim_trace_record *record)
{
    cli_trace_writer *writer = context;
    uint8_t *to = &writer->bytes[(size_t)writer->used * RECORD_SIZE];

    SIM_ASSERT(writer->used < CLI_TRACE_RECORDS_AT_ONCE);
    put_u64(to, (uint64_t)record->time);
    put_u64(to + 8, record->message);
    put_u32(to + 16, record->node);
    put_u32(to + 20, record->kind);
    writer->used++;
    writer->record_count++;
    if (writer->used == CLI_TRACE_RECORDS_AT_ONCE) {
        flush(writer);
    }
}

cli_trace_writer *cli_trace_begin(struct world *world, int descriptor)
{
    cli_trace_writer *writer = g_new0(cli_trace_writer, 1);
    const uint8_t header[HEADER_SIZE] = {0};

    SIM_ASSERT(world->trace.sink == NULL && world->trace.count == 0);
    writer->world = world;
    writer->descriptor = descriptor;
    put(writer, header, sizeof(header));
    world->trace.sink = write_record;
    world->trace.sink_context = writer;
    return writer;
}

/* A line for each node, in the order of their indices. */
static GString *nodes_of(const struct world *world)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < world_watch_node_count(world); i++) {
        struct world_watch_node node = world_watch_node_at(world, i);
        g_string_append_printf(
            text,
            "%s\t%s\t%s\n",
            world_watch_datacenter_name(world, node.datacenter),
            node.name,
            node.type);
    }
    return text;
}

static void write_header(cli_trace_writer *writer, uint64_t nodes_size)
{
    uint8_t header[HEADER_SIZE] = MAGIC;

    put_u32(header + AT_VERSION, VERSION);
    put_u32(header + AT_RECORD_SIZE, RECORD_SIZE);
    put_u64(header + AT_RECORD_COUNT, writer->record_count);
    put_u64(header + AT_NODES, HEADER_SIZE + writer->record_count * RECORD_SIZE);
    put_u64(header + AT_NODES_SIZE, nodes_size);
    put_u64(header + AT_DIGEST, writer->world->trace.digest);
    if (writer->code == 0 && lseek(writer->descriptor, 0, SEEK_SET) != 0) {
        writer->code = errno;
    }
    put(writer, header, sizeof(header));
}

bool cli_trace_end(cli_trace_writer *writer)
{
    g_autoptr(GString) nodes = nodes_of(writer->world);

    SIM_ASSERT(writer->record_count == writer->world->trace.count);
    writer->world->trace.sink = NULL;
    flush(writer);
    put(writer, nodes->str, nodes->len);
    write_header(writer, nodes->len);
    int code = writer->code;
    g_free(writer);
    errno = code;
    return code == 0;
}

/* ---- reading ---- */

static bool complain(GError **error, const char *why)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not a trace of tailback: %s", why);
    return false;
}

static bool read_all(int descriptor, void *to, size_t size, uint64_t offset, GError **error)
{
    uint8_t *bytes = to;
    size_t done = 0;

    while (done < size) {
        ssize_t count = pread(descriptor, bytes + done, size - done, (off_t)(offset + done));
        if (count == 0) {
            return complain(error, "it is cut short");
        }
        if (count < 0 && errno != EINTR) {
            return complain(error, g_strerror(errno));
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static void node_free(struct cli_trace_node *node)
{
    g_free(node->datacenter);
    g_free(node->name);
    g_free(node->type);
    g_free(node);
}

static bool add_node(struct cli_trace_file *file, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, "\t", -1);

    if (g_strv_length(words) != 3 || !world_name_is_valid(words[0], "a data centre", NULL) ||
        !world_name_is_valid(words[1], "a node", NULL)) {
        return complain(error, "a node is not a data centre, a name and a type");
    }
    struct cli_trace_node *node = g_new0(struct cli_trace_node, 1);
    node->datacenter = g_strdup(words[0]);
    node->name = g_strdup(words[1]);
    node->type = g_strdup(words[2]);
    g_ptr_array_add(file->nodes, node);
    return true;
}

static bool read_nodes(struct cli_trace_file *file, uint64_t at, uint64_t size, GError **error)
{
    g_autofree char *text = g_malloc0(size + 1);

    if (!read_all(file->descriptor, text, size, at, error)) {
        return false;
    }
    if (strlen(text) != size || !g_utf8_validate(text, (gssize)size, NULL)) {
        return complain(error, "its nodes are no text");
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (uint32_t i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0' && !add_node(file, lines[i], error)) {
            return false;
        }
    }
    return true;
}

static bool read_header(
    struct cli_trace_file *file, const uint8_t *header, uint64_t size, GError **error)
{
    uint64_t nodes_at = get_u64(header + AT_NODES);
    uint64_t nodes_size = get_u64(header + AT_NODES_SIZE);

    if (memcmp(header, MAGIC, MAGIC_SIZE) != 0) {
        return complain(error, "it does not begin like one");
    }
    if (get_u32(header + AT_VERSION) != VERSION ||
        get_u32(header + AT_RECORD_SIZE) != RECORD_SIZE) {
        return complain(error, "it is of another version");
    }
    file->record_count = get_u64(header + AT_RECORD_COUNT);
    file->digest = get_u64(header + AT_DIGEST);
    if (file->record_count > (size - HEADER_SIZE) / RECORD_SIZE ||
        nodes_at != HEADER_SIZE + file->record_count * RECORD_SIZE || nodes_size > NODES_SIZE ||
        nodes_size > size - nodes_at) {
        return complain(error, "it is cut short");
    }
    return read_nodes(file, nodes_at, nodes_size, error);
}

bool cli_trace_file_open(struct cli_trace_file *file, int descriptor, GError **error)
{
    uint8_t header[HEADER_SIZE];
    struct stat found;

    *file = (struct cli_trace_file){
        .descriptor = descriptor,
        .nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_free),
    };
    if (fstat(descriptor, &found) != 0) {
        return complain(error, g_strerror(errno));
    }
    if (found.st_size < HEADER_SIZE) {
        return complain(error, "it is cut short");
    }
    return read_all(descriptor, header, sizeof(header), 0, error) &&
           read_header(file, header, (uint64_t)found.st_size, error);
}

void cli_trace_file_finish(struct cli_trace_file *file)
{
    if (file->nodes != NULL) {
        g_ptr_array_unref(file->nodes);
    }
}

static bool decode(
    const struct cli_trace_file *file,
    const uint8_t *bytes,
    uint32_t count,
    struct sim_trace_record *out_records)
{
    sim_time last = 0;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *from = bytes + (size_t)i * RECORD_SIZE;
        struct sim_trace_record *record = &out_records[i];
        *record = (struct sim_trace_record){
            .time = (sim_time)get_u64(from),
            .message = get_u64(from + 8),
            .node = get_u32(from + 16),
            .kind = get_u32(from + 20),
        };
        if (record->time < last ||
            (record->node != SCRIPT_NODE && record->node >= file->nodes->len)) {
            return false;
        }
        last = record->time;
    }
    return true;
}

int32_t cli_trace_file_read(
    const struct cli_trace_file *file,
    uint64_t first,
    struct sim_trace_record *out_records,
    GError **error)
{
    uint8_t bytes[CLI_TRACE_RECORDS_AT_ONCE * RECORD_SIZE];
    uint64_t left = first < file->record_count ? file->record_count - first : 0;
    uint32_t count = (uint32_t)MIN(left, CLI_TRACE_RECORDS_AT_ONCE);
    size_t size = (size_t)count * RECORD_SIZE;

    if (!read_all(file->descriptor, bytes, size, HEADER_SIZE + first * RECORD_SIZE, error)) {
        return -1;
    }
    if (!decode(file, bytes, count, out_records)) {
        (void)complain(error, "a record goes back in time, or names no node");
        return -1;
    }
    return (int32_t)count;
}

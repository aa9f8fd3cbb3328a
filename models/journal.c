/* Two buffers and one I/O at a time.
 *
 * Records gather in one buffer while the other is being written; when a write starts they change
 * places, so whatever arrives during an I/O shares the next one. A sync that is due goes before the
 * next write. Each completed sync leaves a mark in the gathering buffer, so that a later recovery
 * can tell a record that had been promised from one that a crash may take.
 *
 * A segment's header goes to disk in the same write as its first records, in the room that the
 * buffer keeps before them. */
/* SPDX-License-Identifier: MIT */
#include "models/journal.h"

#include <stdlib.h>
#include <string.h>

#include "models/journal_format.h"
#include "models/journal_state.h"

#define BUFFER_FIRST   4096
#define SEGMENTS_FIRST 16

/* ---- the buffer ---- */

static void buffer_init(struct model_journal_buffer *buffer)
{
    buffer->bytes = sim_allocate(BUFFER_FIRST, 1);
    buffer->capacity = BUFFER_FIRST;
    buffer->size = MODEL_JOURNAL_HEADER_SIZE;
}

/* Room for one record more. */
static uint8_t *buffer_extend(struct model_journal_buffer *buffer, uint64_t span)
{
    if (span > buffer->capacity - buffer->size) {
        size_t capacity = buffer->capacity;
        while (span > capacity - buffer->size) {
            SIM_ASSERT(capacity <= SIZE_MAX / 2);
            capacity *= 2;
        }
        buffer->bytes = sim_grow(buffer->bytes, buffer->capacity, capacity, 1);
        buffer->capacity = capacity;
    }
    uint8_t *bytes = buffer->bytes + buffer->size;
    buffer->size += (size_t)span;
    return bytes;
}

/* ---- the store ---- */

static uint64_t append(void *context, const void *record, uint32_t size)
{
    struct model_journal *journal = context;
    SIM_ASSERT(journal->is_open);
    if (size == 0 || size > MODEL_JOURNAL_RECORD_MAX) {
        return 0;
    }
    uint64_t position = ++journal->appended;
    if (journal->status == MODEL_JOURNAL_OK) {
        uint8_t *bytes = buffer_extend(&journal->gathering, model_journal_record_span(size));
        model_journal_put_record(bytes, position, record, size);
    }
    return position;
}

static void release(void *context, uint64_t position)
{
    struct model_journal *journal = context;
    SIM_ASSERT(position <= journal->appended);

    journal->released = position > journal->released ? position : journal->released;
}

const struct model_store *model_journal_store(const model_journal *journal)
{
    return &journal->store;
}

/* ---- life ---- */

enum model_journal_config_status model_journal_check_config(
    const struct model_journal_config *config)
{
    _Static_assert(MODEL_SYNC_ALWAYS == 3, "the last of the policies");

    if ((uint32_t)config->sync > MODEL_SYNC_ALWAYS) {
        return MODEL_JOURNAL_BAD_POLICY;
    }
    if (config->sync == MODEL_SYNC_INTERVAL && config->interval <= 0) {
        return MODEL_JOURNAL_BAD_INTERVAL;
    }
    if (config->sync == MODEL_SYNC_EVERY_N && config->every_n == 0) {
        return MODEL_JOURNAL_BAD_EVERY_N;
    }
    return config->segment_size == 0 ? MODEL_JOURNAL_BAD_SEGMENT : MODEL_JOURNAL_CONFIG_OK;
}

model_journal *model_journal_create(
    const struct model_journal_config *config, const struct model_files *files)
{
    if (model_journal_check_config(config) != MODEL_JOURNAL_CONFIG_OK) {
        return NULL;
    }
    struct model_journal *journal = sim_allocate(1, sizeof(*journal));
    journal->config = *config;
    journal->files = files;
    journal->store = (struct model_store){.append = append, .release = release, .context = journal};
    buffer_init(&journal->gathering);
    buffer_init(&journal->writing);
    journal->segments = sim_allocate(SEGMENTS_FIRST, sizeof(*journal->segments));
    journal->segment_capacity = SEGMENTS_FIRST;
    return journal;
}

void model_journal_destroy(model_journal *journal)
{
    if (journal == NULL) {
        return;
    }
    free(journal->gathering.bytes);
    free(journal->writing.bytes);
    free(journal->segments);
    free(journal);
}

enum model_journal_status model_journal_fail(
    struct model_journal *journal, enum model_journal_status status, int error)
{
    SIM_ASSERT(status != MODEL_JOURNAL_OK);
    SIM_ASSERT(error <= 0);

    journal->status = status;
    journal->error = error;
    return status;
}

static enum model_journal_status fail_io(struct model_journal *journal, int error)
{
    SIM_ASSERT(error < 0);
    return model_journal_fail(journal, MODEL_JOURNAL_FAILED, error);
}

/* ---- segments ---- */

void model_journal_add_segment(
    struct model_journal *journal, const struct model_journal_header *header)
{
    SIM_ASSERT(header->segment >= journal->file_next);

    if (journal->segment_count == journal->segment_capacity) {
        uint32_t capacity = journal->segment_capacity * 2;
        journal->segments = sim_grow(
            journal->segments, journal->segment_capacity, capacity, sizeof(*journal->segments));
        journal->segment_capacity = capacity;
    }
    journal->segments[journal->segment_count++] = (struct model_journal_segment){
        .file = header->segment,
        .first_position = header->first_position,
        .released = header->released,
    };
    journal->file_next = header->segment + 1;
}

static uint64_t last_file(const struct model_journal *journal)
{
    SIM_ASSERT(journal->segment_count > 0);
    return journal->segments[journal->segment_count - 1].file;
}

/* Creates the next file, and fills in its header before the records that are about to be written.
 */
static int begin_segment(struct model_journal *journal)
{
    const struct model_journal_header header = {
        .version = MODEL_JOURNAL_VERSION,
        .segment = journal->file_next,
        .first_position = journal->written + 1,
        .synced = journal->synced,
        .released = journal->released < journal->written ? journal->released : journal->written,
    };
    SIM_ASSERT(journal->io == MODEL_JOURNAL_IDLE);

    int error = journal->files->ops->create(journal->files->context, header.segment);
    if (error != 0) {
        return error;
    }
    model_journal_put_header(journal->writing.bytes, &header);
    model_journal_add_segment(journal, &header);
    if (journal->synced == journal->written) {
        journal->sync_next = journal->segment_count - 1;
    }
    journal->offset = 0;
    return 0;
}

static bool is_segment_full(const struct model_journal *journal, uint64_t size)
{
    if (journal->segment_count == 0) {
        return true;
    }
    SIM_ASSERT(journal->offset >= MODEL_JOURNAL_HEADER_SIZE);
    return journal->offset > MODEL_JOURNAL_HEADER_SIZE &&
           journal->offset + size > journal->config.segment_size;
}

/* Whether segment `i` says of itself that nothing before the second segment is needed. */
static bool is_witness(const struct model_journal *journal, uint32_t i)
{
    SIM_ASSERT(i < journal->segment_count);
    return journal->segment_count > 1 && i > 0 &&
           journal->segments[i].released + 1 >= journal->segments[1].first_position;
}

/* Whether the first segment can go: a header that says so is safely on disk, so that a recovery
 * will not miss it. Whatever was appended before that header was made is on disk too. */
static bool is_first_done(const struct model_journal *journal)
{
    uint32_t last = journal->sync_next;

    if (journal->segment_count < 2) {
        return false;
    }
    SIM_ASSERT(last < journal->segment_count);
    last -= last > 0 && journal->segments[last].first_position > journal->synced ? 1 : 0;
    return is_witness(journal, last);
}

static enum model_journal_status drop_segments(struct model_journal *journal)
{
    while (is_first_done(journal)) {
        SIM_ASSERT(journal->io == MODEL_JOURNAL_IDLE);

        int error = journal->files->ops->remove(journal->files->context, journal->segments[0].file);
        if (error != 0) {
            return fail_io(journal, error);
        }
        journal->segment_count--;
        memmove(
            journal->segments,
            journal->segments + 1,
            journal->segment_count * sizeof(*journal->segments));
        journal->sync_next -= journal->sync_next > 0 ? 1 : 0;
    }
    return journal->status;
}

/* ---- one I/O at a time ---- */

static int start_write(struct model_journal *journal)
{
    struct model_journal_buffer full = journal->gathering;
    journal->gathering = journal->writing;
    journal->gathering.size = MODEL_JOURNAL_HEADER_SIZE;
    journal->writing = full;

    uint64_t from = MODEL_JOURNAL_HEADER_SIZE;
    if (is_segment_full(journal, full.size - from)) {
        int error = begin_segment(journal);
        if (error != 0) {
            return error;
        }
        from = 0;
    }
    SIM_ASSERT(full.size > from);
    journal->taken = journal->appended;
    journal->io = MODEL_JOURNAL_WRITING;
    journal->io_bytes = full.size - from;
    return journal->files->ops->write(
        journal->files->context,
        last_file(journal),
        journal->offset,
        full.bytes + from,
        journal->io_bytes);
}

static int start_sync(struct model_journal *journal)
{
    SIM_ASSERT(journal->sync_next < journal->segment_count);

    journal->io = MODEL_JOURNAL_SYNCING;
    return journal->files->ops->sync(
        journal->files->context, journal->segments[journal->sync_next].file);
}

static bool is_sync_due(const struct model_journal *journal, sim_time now)
{
    uint64_t unsynced = journal->written - journal->synced;

    SIM_ASSERT(journal->synced <= journal->written && journal->written == journal->taken);
    if (journal->must_sync) {
        return true;
    }
    if (unsynced == 0) {
        return false;
    }
    switch (journal->config.sync) {
    case MODEL_SYNC_NONE:
        return is_witness(journal, journal->segment_count - 1); /* to drop what is before it */
    case MODEL_SYNC_INTERVAL:
        return now - journal->dirty_since >= journal->config.interval;
    case MODEL_SYNC_EVERY_N:
        return unsynced >= journal->config.every_n;
    case MODEL_SYNC_ALWAYS:
        return true;
    }
    sim_assert_failed("a sync policy", __FILE__, __LINE__);
}

static void write_done(struct model_journal *journal, sim_time now)
{
    SIM_ASSERT(journal->taken > journal->written && journal->io_bytes > 0);
    if (journal->written == journal->synced) {
        journal->dirty_since = now;
    }
    journal->offset += journal->io_bytes;
    journal->written = journal->taken;
}

/* The files are synced in their order, so what is before a synced position is synced too. */
static void sync_done(struct model_journal *journal)
{
    SIM_ASSERT(journal->written == journal->taken);
    if (journal->sync_next + 1 < journal->segment_count) {
        journal->sync_next++;
        return;
    }
    journal->must_sync = false;
    if (journal->synced < journal->written) {
        journal->synced = journal->written;
        uint8_t *mark = buffer_extend(&journal->gathering, MODEL_JOURNAL_RECORD_SIZE);
        model_journal_put_record(mark, journal->synced, NULL, 0);
    }
}

enum model_journal_status model_journal_io_done(model_journal *journal, int result, sim_time now)
{
    enum model_journal_io io = journal->io;
    SIM_ASSERT(io != MODEL_JOURNAL_IDLE);
    SIM_ASSERT(result <= 0);

    journal->io = MODEL_JOURNAL_IDLE;
    if (result != 0) {
        return fail_io(journal, result);
    }
    if (io == MODEL_JOURNAL_WRITING) {
        write_done(journal, now);
    } else {
        sync_done(journal);
    }
    return drop_segments(journal);
}

/* Starts one I/O if there is one to start; MODEL_FILE_PENDING when there is none, or it pends. */
static int start_io(struct model_journal *journal, sim_time now)
{
    SIM_ASSERT(journal->io == MODEL_JOURNAL_IDLE);

    if (is_sync_due(journal, now)) {
        return start_sync(journal);
    }
    if (journal->appended > journal->taken) {
        return start_write(journal);
    }
    return MODEL_FILE_PENDING;
}

enum model_journal_status model_journal_pump(model_journal *journal, sim_time now)
{
    SIM_ASSERT(journal->is_open || journal->status != MODEL_JOURNAL_OK);

    while (journal->status == MODEL_JOURNAL_OK && journal->io == MODEL_JOURNAL_IDLE) {
        int result = start_io(journal, now);
        if (result == MODEL_FILE_PENDING) {
            break;
        }
        if (journal->io == MODEL_JOURNAL_IDLE) {
            return fail_io(journal, result); /* no segment could be begun */
        }
        (void)model_journal_io_done(journal, result, now);
    }
    return journal->status;
}

/* ---- looking ---- */

uint64_t model_journal_committed(const model_journal *journal)
{
    SIM_ASSERT(journal->synced <= journal->written);
    return journal->config.sync == MODEL_SYNC_ALWAYS ? journal->synced : journal->written;
}

uint64_t model_journal_synced(const model_journal *journal)
{
    SIM_ASSERT(journal->synced <= journal->written);
    return journal->synced;
}

sim_time model_journal_next_deadline(const model_journal *journal)
{
    bool is_waiting = journal->config.sync == MODEL_SYNC_INTERVAL &&
                      journal->status == MODEL_JOURNAL_OK && journal->io == MODEL_JOURNAL_IDLE &&
                      journal->written > journal->synced;

    SIM_ASSERT(journal->synced <= journal->written);
    if (!is_waiting || journal->dirty_since > SIM_NEVER - journal->config.interval) {
        return SIM_NEVER;
    }
    return journal->dirty_since + journal->config.interval;
}

int model_journal_error(const model_journal *journal)
{
    SIM_ASSERT(journal->error <= 0);
    return journal->error;
}

void model_journal_check(const model_journal *journal)
{
    SIM_ASSERT(journal->synced <= journal->written);
    SIM_ASSERT(journal->written <= journal->taken);
    SIM_ASSERT(journal->taken <= journal->appended);
    SIM_ASSERT(journal->released <= journal->appended);
    SIM_ASSERT(journal->gathering.size >= MODEL_JOURNAL_HEADER_SIZE);
    SIM_ASSERT(journal->gathering.size <= journal->gathering.capacity);
    SIM_ASSERT(journal->writing.size <= journal->writing.capacity);
    SIM_ASSERT((journal->status == MODEL_JOURNAL_FAILED) == (journal->error != 0));
    for (uint32_t i = 1; i < journal->segment_count; i++) {
        SIM_ASSERT(journal->segments[i - 1].file < journal->segments[i].file);
        SIM_ASSERT(journal->segments[i - 1].first_position <= journal->segments[i].first_position);
    }
}

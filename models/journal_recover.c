/* Recovery reads every segment once, in blocks, and hands on the records in order until the first
 * one that is not good. Then there are two cases. A crash can tear what had not been synced: the
 * file ends early, or whole sectors are zeros. Anything else is damage. And even what looks torn is
 * damage when something later in the journal, a mark or a header, says that it had been on disk.
 *
 * What is torn is cut off: later segments are removed, last one first, then the torn one is
 * truncated. After a crash in the middle of that, the next recovery finds a journal torn at the
 * same place. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/journal.h"
#include "models/journal_format.h"
#include "models/journal_state.h"

#define BLOCK_FIRST 4096
#define BLOCK       262144

enum verdict {
    GOOD,
    ENDED, /* the segment, where it should */
    TORN,
    DAMAGED,
    FOREIGN,
    NEWER,
    REFUSED,
    FAILED,
};

struct reader {
    struct model_journal *journal;
    model_journal_visit_fn *visit;
    void *context;
    struct model_journal_report report;

    uint8_t *bytes; /* of the file, from `offset` */
    uint64_t capacity;
    uint64_t filled;
    uint64_t offset;
    uint64_t at; /* what is next, within `bytes` */

    uint64_t file;
    uint64_t file_first;
    uint64_t file_end;
    uint64_t size;     /* of the file */
    uint64_t next;     /* position of the next record */
    uint64_t known;    /* the journal was on disk up to here, as it says itself */
    uint64_t released; /* and not needed any more up to here */
    int error;
};

/* ---- reading ---- */

static uint64_t place(const struct reader *reader)
{
    SIM_ASSERT(reader->at <= reader->filled);
    return reader->offset + reader->at;
}

static void reserve(struct reader *reader, uint64_t size)
{
    SIM_ASSERT(reader->filled <= reader->capacity);
    if (size > reader->capacity) {
        reader->bytes = sim_grow(reader->bytes, reader->capacity, size, 1);
        reader->capacity = size;
    }
}

static bool open_file(struct reader *reader, uint64_t file)
{
    const struct model_files *files = reader->journal->files;
    SIM_ASSERT(file < reader->file_end);

    reader->file = file;
    reader->size = 0;
    reader->offset = 0;
    reader->filled = 0;
    reader->at = 0;
    int error = files->ops->size(files->context, file, &reader->size);
    if (error != 0 && error != -ENOENT) {
        reader->error = error;
        return false;
    }
    reserve(reader, reader->size < BLOCK ? reader->size : BLOCK);
    return true;
}

/* Makes `size` bytes available at `at`; they are in the file. */
static bool need(struct reader *reader, uint64_t size)
{
    const struct model_files *files = reader->journal->files;
    uint64_t rest = reader->filled - reader->at;

    if (rest >= size) {
        return true;
    }
    SIM_ASSERT(place(reader) + size <= reader->size);
    memmove(reader->bytes, reader->bytes + reader->at, rest);
    reader->offset += reader->at;
    reader->at = 0;
    reader->filled = rest;
    reserve(reader, size);

    uint64_t from = reader->offset + rest;
    uint64_t count = reader->capacity - rest;
    count = count < reader->size - from ? count : reader->size - from;
    reader->error =
        files->ops->read(files->context, reader->file, from, reader->bytes + rest, count);
    reader->filled += reader->error == 0 ? count : 0;
    return reader->error == 0;
}

static bool is_zero(const uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whether, in some sector of the file, all that belongs to these bytes is zero. */
static bool has_zero_sector(const uint8_t *bytes, uint64_t offset, uint64_t size)
{
    SIM_ASSERT(offset % 8 == 0);

    for (uint64_t at = 0; at < size;) {
        uint64_t rest = MODEL_JOURNAL_SECTOR - (offset + at) % MODEL_JOURNAL_SECTOR;
        rest = rest < size - at ? rest : size - at;
        if (is_zero(bytes + at, rest)) {
            return true;
        }
        at += rest;
    }
    return false;
}

/* ---- one record ---- */

static enum verdict take_mark(struct reader *reader, uint64_t position)
{
    SIM_ASSERT(reader->next > 0);
    if (position >= reader->next) {
        return DAMAGED;
    }
    reader->known = position > reader->known ? position : reader->known;
    return GOOD;
}

static enum verdict take_record(struct reader *reader, uint64_t position, uint32_t size)
{
    const uint8_t *payload = reader->bytes + reader->at + MODEL_JOURNAL_RECORD_SIZE;
    SIM_ASSERT(size > 0);

    if (position != reader->next) {
        return DAMAGED;
    }
    if (!reader->visit(reader->context, position, payload, size)) {
        return REFUSED;
    }
    reader->next++;
    reader->report.records++;
    return GOOD;
}

static enum verdict read_record(struct reader *reader)
{
    uint64_t left = reader->size - place(reader);
    SIM_ASSERT(place(reader) <= reader->size);

    if (left < MODEL_JOURNAL_RECORD_SIZE) {
        return left == 0 ? ENDED : TORN;
    }
    if (!need(reader, MODEL_JOURNAL_RECORD_SIZE)) {
        return FAILED;
    }
    uint32_t word = model_get_u32(reader->bytes + reader->at + 4);
    uint32_t size = word & 0xffffff;
    uint64_t span = model_journal_record_span(size);
    if (!model_journal_is_size_word(word)) {
        return word == 0 ? TORN : DAMAGED;
    }
    if (span > left) {
        return TORN;
    }
    if (!need(reader, span)) {
        return FAILED;
    }
    const uint8_t *bytes = reader->bytes + reader->at;
    if (!model_journal_is_record(bytes, span)) {
        return has_zero_sector(bytes, place(reader), span) ? TORN : DAMAGED;
    }
    uint64_t position = model_get_u64(bytes + 8);
    enum verdict verdict =
        size == 0 ? take_mark(reader, position) : take_record(reader, position, size);
    reader->at += verdict == GOOD ? span : 0;
    return verdict;
}

/* ---- one segment ---- */

static enum verdict check_header(
    const struct reader *reader, const uint8_t *bytes, struct model_journal_header *out_header)
{
    if (is_zero(bytes, MODEL_JOURNAL_HEADER_SIZE)) {
        return TORN;
    }
    uint32_t version = model_journal_get_version(bytes);
    if (!model_journal_is_magic(bytes) || version < MODEL_JOURNAL_VERSION) {
        return FOREIGN;
    }
    if (version > MODEL_JOURNAL_VERSION) {
        return NEWER;
    }
    if (!model_journal_get_header(bytes, out_header)) {
        return DAMAGED;
    }
    SIM_ASSERT(out_header->version == MODEL_JOURNAL_VERSION);
    bool is_sound = out_header->segment == reader->file && out_header->first_position > 0 &&
                    out_header->synced < out_header->first_position &&
                    out_header->released < out_header->first_position;
    return is_sound ? GOOD : DAMAGED;
}

/* Where a record is missing, `next` is its position. */
static enum verdict read_header(struct reader *reader)
{
    struct model_journal_header header = {.version = 0};

    SIM_ASSERT(place(reader) == 0);
    if (reader->size < MODEL_JOURNAL_HEADER_SIZE) {
        return TORN;
    }
    if (!need(reader, MODEL_JOURNAL_HEADER_SIZE)) {
        return FAILED;
    }
    enum verdict verdict = check_header(reader, reader->bytes, &header);
    if (verdict != GOOD) {
        return verdict;
    }
    if (reader->file == reader->file_first && header.first_position <= reader->released + 1) {
        reader->next = header.first_position;
    }
    if (header.first_position != reader->next) {
        return header.first_position > reader->next ? TORN : DAMAGED;
    }
    model_journal_add_segment(reader->journal, &header);
    reader->at = MODEL_JOURNAL_HEADER_SIZE;
    return GOOD;
}

static enum verdict read_segment(struct reader *reader)
{
    reader->report.bytes += reader->size;

    enum verdict verdict = read_header(reader);
    while (verdict == GOOD) {
        SIM_ASSERT(place(reader) % 8 == 0);
        verdict = read_record(reader);
    }
    return verdict;
}

/* ---- after a torn place: was it promised? ---- */

static void believe_mark(struct reader *reader, const uint8_t *bytes)
{
    bool is_mark = model_get_u32(bytes + 4) == model_journal_size_word(0) &&
                   model_journal_is_record(bytes, MODEL_JOURNAL_RECORD_SIZE);
    uint64_t position = model_get_u64(bytes + 8);

    SIM_ASSERT(reader->at + MODEL_JOURNAL_RECORD_SIZE <= reader->filled);
    if (is_mark && position > reader->known) {
        reader->known = position;
    }
}

/* Looks at every place where a mark could stand from `at` to the end of the file. */
static bool look_for_marks(struct reader *reader)
{
    SIM_ASSERT(place(reader) % 8 == 0);

    while (reader->size - place(reader) >= MODEL_JOURNAL_RECORD_SIZE) {
        if (!need(reader, MODEL_JOURNAL_RECORD_SIZE)) {
            return false;
        }
        believe_mark(reader, reader->bytes + reader->at);
        reader->at += 8;
    }
    return true;
}

/* Looks for what the rest of the journal says to have been on disk. */
static bool look_ahead(struct reader *reader)
{
    if (!look_for_marks(reader)) {
        return false;
    }
    for (uint64_t file = reader->file + 1; file < reader->file_end; file++) {
        SIM_ASSERT(file > reader->file_first);
        if (!open_file(reader, file) || !look_for_marks(reader)) {
            return false;
        }
        reader->report.bytes += reader->size;
    }
    return true;
}

/* ---- the cut ---- */

static int remove_file(struct reader *reader, uint64_t file)
{
    const struct model_files *files = reader->journal->files;
    uint64_t size = 0;

    SIM_ASSERT(file < reader->file_end);
    int error = files->ops->size(files->context, file, &size);
    if (error == -ENOENT) {
        return 0;
    }
    reader->report.torn_bytes += size;
    return error != 0 ? error : files->ops->remove(files->context, file);
}

/* Keeps the first `offset` bytes of `file`, and nothing after them. */
static int cut(struct reader *reader, uint64_t file, uint64_t offset, uint64_t size)
{
    struct model_journal *journal = reader->journal;
    uint64_t keep_end = offset < MODEL_JOURNAL_HEADER_SIZE ? file : file + 1;

    for (uint64_t later = reader->file_end; later > keep_end; later--) {
        int error = remove_file(reader, later - 1);
        if (error != 0) {
            return error;
        }
    }
    journal->must_sync = journal->segment_count > 0;
    if (keep_end == file) {
        return 0;
    }
    SIM_ASSERT(offset <= size);
    reader->report.torn_bytes += size - offset;
    return journal->files->ops->truncate(journal->files->context, file, offset);
}

static enum verdict handle_torn(struct reader *reader, uint64_t *out_offset)
{
    uint64_t file = reader->file;
    uint64_t offset = place(reader);
    uint64_t size = reader->size;

    reader->report.damaged_segment = file;
    reader->report.damaged_offset = offset;
    if (!look_ahead(reader)) {
        return FAILED;
    }
    SIM_ASSERT(reader->next > 0);
    if (reader->known >= reader->next) {
        return DAMAGED;
    }
    reader->report.damaged_segment = 0;
    reader->report.damaged_offset = 0;
    reader->error = cut(reader, file, offset, size);
    if (offset >= MODEL_JOURNAL_HEADER_SIZE) {
        *out_offset = offset;
    }
    return reader->error == 0 ? ENDED : FAILED;
}

/* ---- the whole journal ---- */

/* Believes the header of the open file, if it has a good one. */
static bool believe_header(struct reader *reader)
{
    const struct model_files *files = reader->journal->files;
    struct model_journal_header header;
    uint8_t bytes[MODEL_JOURNAL_HEADER_SIZE];

    if (reader->size < sizeof(bytes)) {
        return true;
    }
    reader->error = files->ops->read(files->context, reader->file, 0, bytes, sizeof(bytes));
    if (reader->error != 0) {
        return false;
    }
    if (check_header(reader, bytes, &header) == GOOD) {
        SIM_ASSERT(header.synced < header.first_position);
        reader->known = header.synced > reader->known ? header.synced : reader->known;
        reader->released = header.released > reader->released ? header.released : reader->released;
    }
    return true;
}

/* What the headers say is true of the whole journal, so it is good to know it first. */
static bool read_headers(struct reader *reader)
{
    for (uint64_t file = reader->file_first; file < reader->file_end; file++) {
        SIM_ASSERT(reader->error == 0);
        if (!open_file(reader, file) || !believe_header(reader)) {
            return false;
        }
    }
    return true;
}

/* `out_offset` is where the last segment that is kept ends. */
static enum verdict read_all(struct reader *reader, uint64_t *out_offset)
{
    if (!read_headers(reader)) {
        return FAILED;
    }
    for (uint64_t file = reader->file_first; file < reader->file_end; file++) {
        if (!open_file(reader, file)) {
            return FAILED;
        }
        enum verdict verdict = read_segment(reader);
        if (verdict == TORN) {
            return handle_torn(reader, out_offset);
        }
        if (verdict != ENDED) {
            reader->report.damaged_segment = file;
            reader->report.damaged_offset = place(reader);
            return verdict;
        }
        *out_offset = place(reader);
        SIM_ASSERT(*out_offset >= MODEL_JOURNAL_HEADER_SIZE);
    }
    return ENDED;
}

static void get_ready(struct model_journal *journal, const struct reader *reader)
{
    uint64_t last = reader->next - 1;

    journal->appended = last;
    journal->taken = last;
    journal->written = last;
    journal->synced = reader->known < last ? reader->known : last;
    journal->released = reader->released < last ? reader->released : last;
    while (journal->sync_next + 1 < journal->segment_count &&
           journal->segments[journal->sync_next + 1].first_position <= journal->synced + 1) {
        journal->sync_next++;
    }
    SIM_ASSERT(journal->segment_count > 0 || last == 0);
    journal->is_open = true;
}

static enum model_journal_status status_of(enum verdict verdict)
{
    switch (verdict) {
    case GOOD:
    case TORN:
        break;
    case ENDED:
        return MODEL_JOURNAL_OK;
    case DAMAGED:
        return MODEL_JOURNAL_DAMAGED;
    case FOREIGN:
        return MODEL_JOURNAL_FOREIGN;
    case NEWER:
        return MODEL_JOURNAL_NEWER;
    case REFUSED:
        return MODEL_JOURNAL_REFUSED;
    case FAILED:
        return MODEL_JOURNAL_FAILED;
    }
    sim_assert_failed("a final verdict", __FILE__, __LINE__);
}

enum model_journal_status model_journal_recover(
    model_journal *journal,
    model_journal_visit_fn *visit,
    void *context,
    struct model_journal_report *out_report)
{
    struct reader reader = {.journal = journal, .visit = visit, .context = context, .next = 1};
    enum verdict verdict = FAILED;

    SIM_ASSERT(!journal->is_open && journal->status == MODEL_JOURNAL_OK);
    reader.bytes = sim_allocate(BLOCK_FIRST, 1);
    reader.capacity = BLOCK_FIRST;
    reader.error =
        journal->files->ops->list(journal->files->context, &reader.file_first, &reader.file_end);
    if (reader.error == 0) {
        verdict = read_all(&reader, &journal->offset);
    }
    free(reader.bytes);

    *out_report = reader.report;
    enum model_journal_status status = status_of(verdict);
    if (status != MODEL_JOURNAL_OK) {
        return model_journal_fail(journal, status, reader.error);
    }
    get_ready(journal, &reader);
    return status;
}

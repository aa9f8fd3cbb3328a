/* models/journal_state.h - what the parts of the journal share; no one else includes it.
 *
 * Positions only grow:  synced <= written <= taken <= appended. Records up to `taken` are in the
 * buffer `writing` or in files, the later ones in `gathering`. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_JOURNAL_STATE_H
#define MODELS_JOURNAL_STATE_H

#include "models/journal.h"
#include "models/journal_format.h"

/* Bytes to be written; the first MODEL_JOURNAL_HEADER_SIZE are kept free for a segment's header. */
struct model_journal_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};

struct model_journal_segment {
    uint64_t file;
    uint64_t first_position;
    uint64_t released; /* as its header says */
};

enum model_journal_io {
    MODEL_JOURNAL_IDLE,
    MODEL_JOURNAL_WRITING,
    MODEL_JOURNAL_SYNCING,
};

struct model_journal {
    struct model_journal_config config;
    const struct model_files *files;
    struct model_store store;
    enum model_journal_status status;
    int error;
    bool is_open; /* recovered, and so ready to append */

    struct model_journal_buffer gathering;
    struct model_journal_buffer writing;
    enum model_journal_io io; /* what is pending */
    uint64_t io_bytes;        /* of the pending write */
    sim_time dirty_since;     /* when the oldest write that is not synced ended */
    bool must_sync;           /* recovery cut something: make that last before writing on */

    uint64_t appended;
    uint64_t taken;
    uint64_t written;
    uint64_t synced;
    uint64_t released; /* not needed any more, up to here */

    /* The last one is written to. Those from `sync_next` on hold something that is not synced. */
    struct model_journal_segment *segments;
    uint32_t segment_count;
    uint32_t segment_capacity;
    uint32_t sync_next;
    uint64_t file_next;
    uint64_t offset; /* where the last segment's next record goes */
};

/* The journal refuses further use. Returns the status. */
enum model_journal_status model_journal_fail(
    struct model_journal *journal, enum model_journal_status status, int error);

void model_journal_add_segment(
    struct model_journal *journal, const struct model_journal_header *header);

#endif

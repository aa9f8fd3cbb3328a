/* models/journal.h - an append-only journal on files: a store that survives a crash.
 *
 * Records are appended to a buffer; model_journal_pump() writes what has gathered and syncs it as
 * the policy says, one I/O at a time, so that everything appended while a sync runs shares the next
 * one (group commit). `committed` is how far the policy's promise reaches. An I/O that fails is
 * final: the journal refuses further use, and says so; a failed sync is never retried, because the
 * kernel may have dropped the pages. docs/journal.md has the format byte by byte. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_JOURNAL_H
#define MODELS_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/file.h"
#include "models/store.h"
#include "sim/base.h"

enum model_sync {
    MODEL_SYNC_NONE,     /* committed when written: a crash loses what the disk had not kept */
    MODEL_SYNC_INTERVAL, /* the same, and synced every `interval` */
    MODEL_SYNC_EVERY_N,  /* the same, and synced after every n records */
    MODEL_SYNC_ALWAYS,   /* committed when synced: a crash loses nothing that was promised */
};

#define MODEL_JOURNAL_RECORD_MAX 0xffffff /* bytes; a record has at least one */

enum model_journal_config_status {
    MODEL_JOURNAL_CONFIG_OK,
    MODEL_JOURNAL_BAD_POLICY,   /* of syncing */
    MODEL_JOURNAL_BAD_INTERVAL, /* not above 0, of a policy that has one */
    MODEL_JOURNAL_BAD_EVERY_N,  /* 0, of a policy that has one */
    MODEL_JOURNAL_BAD_SEGMENT,  /* 0 */
};

struct model_journal_config {
    enum model_sync sync;
    uint32_t every_n;      /* of MODEL_SYNC_EVERY_N; > 0 */
    sim_time interval;     /* of MODEL_SYNC_INTERVAL; > 0 */
    uint64_t segment_size; /* a new segment is begun beyond this many bytes */
};

/* What recovery found. */
struct model_journal_report {
    uint64_t records;
    uint64_t bytes;          /* read, all segments */
    uint64_t torn_bytes;     /* of an incomplete last record, cut off */
    uint64_t damaged_offset; /* of the first bad record, when the result is MODEL_JOURNAL_DAMAGED */
    uint64_t damaged_segment;
};

enum model_journal_status {
    MODEL_JOURNAL_OK,
    MODEL_JOURNAL_FAILED,  /* an I/O failed: see model_journal_error(); final */
    MODEL_JOURNAL_DAMAGED, /* a record before the end does not match its checksum */
    MODEL_JOURNAL_FOREIGN, /* not a journal */
    MODEL_JOURNAL_NEWER,   /* a journal of a newer version */
    MODEL_JOURNAL_REFUSED, /* the visitor did not understand a record */
};

/* Returns false when the record makes no sense: recovery stops with MODEL_JOURNAL_REFUSED. */
typedef bool model_journal_visit_fn(
    void *context, uint64_t position, const void *record, uint32_t size);

typedef struct model_journal model_journal;

/* Whether a journal can be so; the first thing that is out of its range. */
SIM_MUST_USE enum model_journal_config_status model_journal_check_config(
    const struct model_journal_config *config);

/* `files` is borrowed for the journal's life. Returns NULL when the journal can not be so:
 * model_journal_check_config() says why. */
model_journal *model_journal_create(
    const struct model_journal_config *config, const struct model_files *files);
void model_journal_destroy(model_journal *journal);

/* Reads what is there, visits every record in order, cuts a torn tail, and gets ready to append. To
 * be called once, first; on an empty directory it visits nothing. Reads are never pending. */
SIM_MUST_USE enum model_journal_status model_journal_recover(
    model_journal *journal,
    model_journal_visit_fn *visit,
    void *context,
    struct model_journal_report *out_report);

/* The store that queues write to; lives as long as the journal. */
const struct model_store *model_journal_store(const model_journal *journal);

/* Starts what can be started: a write of what has gathered, then a sync if the policy asks for one.
 * Does nothing while an I/O is pending. */
enum model_journal_status model_journal_pump(model_journal *journal, sim_time now);

/* The pending write or sync has ended: 0, or a negative errno value. Then pump again. */
enum model_journal_status model_journal_io_done(model_journal *journal, int result, sim_time now);

/* Every position up to this one is promised. */
uint64_t model_journal_committed(const model_journal *journal);

/* Every position up to this one would survive a crash now. */
uint64_t model_journal_synced(const model_journal *journal);

/* When pump next has something to do by time alone; SIM_NEVER: not by time alone. */
sim_time model_journal_next_deadline(const model_journal *journal);

/* What made it fail: a negative errno value, 0 while it has not. */
int model_journal_error(const model_journal *journal);

void model_journal_check(const model_journal *journal);

#endif

/* models/file.h - the few things a journal asks of a disk.
 *
 * One seam for real files (models/file_posix.h) and for the simulated disk (world/disk.h). Every
 * call returns 0 or a negative errno value; write and sync may also return MODEL_FILE_PENDING, and
 * then whoever drives the journal tells it later how they ended (model_journal_io_done). At most
 * one such call is pending on a disk per journal. A write, a truncation and a creation may be lost
 * in a crash until a sync of the file that was started after it has ended with 0; removals last in
 * the order in which they were made. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_FILE_H
#define MODELS_FILE_H

#include <stdint.h>

#include "sim/base.h"

#define MODEL_FILE_PENDING 1

/* Files are named by number within the journal's own directory: segment 0, 1, 2, ... */
struct model_file_ops {
    /* The lowest and one past the highest file that exist; equal when there is none. */
    int (*list)(void *context, uint64_t *out_first, uint64_t *out_end);
    int (*create)(void *context, uint64_t file);
    int (*size)(void *context, uint64_t file, uint64_t *out_size);
    int (*read)(void *context, uint64_t file, uint64_t offset, void *bytes, uint64_t size);
    int (*write)(void *context, uint64_t file, uint64_t offset, const void *bytes, uint64_t size);
    int (*sync)(void *context, uint64_t file); /* its bytes, its size and its name */
    int (*truncate)(void *context, uint64_t file, uint64_t size);
    int (*remove)(void *context, uint64_t file);
};

struct model_files {
    const struct model_file_ops *ops;
    void *context;
};

#endif

/* models/file_posix.h - the files of a journal in a directory of a real disk.
 *
 * Calls block, and are never pending. A short write or read is continued and an interrupted one
 * repeated; every other error is handed on, and a failed sync is not repeated. The directory is
 * locked for as long as the object lives, so that no two processes write one journal. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_FILE_POSIX_H
#define MODELS_FILE_POSIX_H

#include "models/file.h"
#include "sim/base.h"

typedef struct model_file_posix model_file_posix;

/* Opens `directory`, which exists. Returns NULL and a negative errno value in `out_error` when that
 * fails: -ENOENT, -ENOTDIR; -EACCES or -EROFS: it may not be written; -EWOULDBLOCK: it is locked by
 * another process; ... A file in it that may not be written is -EACCES when it is first used. */
SIM_MUST_USE model_file_posix *model_file_posix_create(const char *directory, int *out_error);
void model_file_posix_destroy(model_file_posix *disk);

/* What a journal is given; good for as long as `disk` lives. */
struct model_files model_file_posix_files(model_file_posix *disk);

#endif

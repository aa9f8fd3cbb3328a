/* tests/fake_disk.h - files in memory for tests of the journal.
 *
 * It can let writes and syncs pend, fail the call that one names, and keep a log of every change,
 * from which a test builds what a crash may leave. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAKE_DISK_H
#define TESTS_FAKE_DISK_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/file.h"

#define FAKE_FILES 64
#define FAKE_LOG   1024

struct fake_file {
    uint8_t *bytes;
    uint64_t size;
    bool exists;
};

enum fake_change { FAKE_CREATE, FAKE_WRITE, FAKE_SYNC, FAKE_TRUNCATE, FAKE_REMOVE };

struct fake_entry {
    enum fake_change change;
    uint64_t file;
    uint64_t offset; /* of a write; the size of a truncation */
    uint64_t size;
    uint8_t *bytes; /* of a write */
};

struct fake_disk {
    struct fake_file files[FAKE_FILES];
    bool pends;
    uint64_t calls;   /* so far */
    uint64_t fail_at; /* the number of the call that fails, from 1; 0: none does */
    int fail_with;    /* a negative errno value */
    bool fails_ever_after;
    bool is_logging;
    struct fake_entry *log; /* of FAKE_LOG, from the first entry on */
    uint32_t log_count;
    uint64_t syncs;
    uint64_t bytes_read;
};

static inline bool fake_fails(struct fake_disk *disk)
{
    disk->calls++;
    return disk->fail_at != 0 && (disk->calls == disk->fail_at ||
                                  (disk->fails_ever_after && disk->calls > disk->fail_at));
}

static inline void fake_note(
    struct fake_disk *disk, enum fake_change change, uint64_t file, uint64_t offset, uint64_t size)
{
    if (!disk->is_logging) {
        return;
    }
    if (disk->log == NULL) {
        disk->log = sim_allocate(FAKE_LOG, sizeof(*disk->log));
    }
    SIM_ASSERT(disk->log_count < FAKE_LOG);
    disk->log[disk->log_count++] =
        (struct fake_entry){.change = change, .file = file, .offset = offset, .size = size};
}

static inline struct fake_file *fake_find(struct fake_disk *disk, uint64_t file)
{
    SIM_ASSERT(file < FAKE_FILES);
    return disk->files[file].exists ? &disk->files[file] : NULL;
}

/* What lies between the old end and a write behind it is zero. */
static inline void fake_put(
    struct fake_file *file, uint64_t offset, const void *bytes, uint64_t size)
{
    if (offset + size > file->size) {
        file->bytes = realloc(file->bytes, offset + size);
        SIM_ASSERT(file->bytes != NULL);
        memset(file->bytes + file->size, 0, offset + size - file->size);
        file->size = offset + size;
    }
    if (size > 0) {
        memcpy(file->bytes + offset, bytes, size);
    }
}

static inline void fake_drop(struct fake_file *file)
{
    free(file->bytes);
    *file = (struct fake_file){.exists = false};
}

static inline void fake_resize(struct fake_file *file, uint64_t size)
{
    if (size < file->size) {
        file->size = size;
    }
}

static inline int fake_list(void *context, uint64_t *out_first, uint64_t *out_end)
{
    struct fake_disk *disk = context;
    uint64_t first = 0;
    uint64_t end = FAKE_FILES;

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    while (end > 0 && !disk->files[end - 1].exists) {
        end--;
    }
    while (first < end && !disk->files[first].exists) {
        first++;
    }
    *out_first = first;
    *out_end = end;
    return 0;
}

static inline int fake_create(void *context, uint64_t file)
{
    struct fake_disk *disk = context;

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    SIM_ASSERT(file < FAKE_FILES);
    fake_drop(&disk->files[file]);
    disk->files[file].exists = true;
    fake_note(disk, FAKE_CREATE, file, 0, 0);
    return 0;
}

static inline int fake_size(void *context, uint64_t file, uint64_t *out_size)
{
    struct fake_disk *disk = context;

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (fake_find(disk, file) == NULL) {
        return -ENOENT;
    }
    *out_size = disk->files[file].size;
    return 0;
}

static inline int fake_read(
    void *context, uint64_t file, uint64_t offset, void *bytes, uint64_t size)
{
    struct fake_disk *disk = context;
    const struct fake_file *found = fake_find(disk, file);

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (found == NULL || offset + size > found->size) {
        return -EIO;
    }
    if (size > 0) {
        memcpy(bytes, found->bytes + offset, size);
    }
    disk->bytes_read += size;
    return 0;
}

static inline int fake_write(
    void *context, uint64_t file, uint64_t offset, const void *bytes, uint64_t size)
{
    struct fake_disk *disk = context;
    struct fake_file *found = fake_find(disk, file);

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (found == NULL) {
        return -ENOENT;
    }
    fake_put(found, offset, bytes, size);
    fake_note(disk, FAKE_WRITE, file, offset, size);
    if (disk->is_logging) {
        uint8_t *copy = malloc(size);
        SIM_ASSERT(copy != NULL);
        memcpy(copy, bytes, size);
        disk->log[disk->log_count - 1].bytes = copy;
    }
    return disk->pends ? MODEL_FILE_PENDING : 0;
}

static inline int fake_sync(void *context, uint64_t file)
{
    struct fake_disk *disk = context;

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (fake_find(disk, file) == NULL) {
        return -ENOENT;
    }
    fake_note(disk, FAKE_SYNC, file, 0, 0);
    disk->syncs++;
    return disk->pends ? MODEL_FILE_PENDING : 0;
}

static inline int fake_truncate(void *context, uint64_t file, uint64_t size)
{
    struct fake_disk *disk = context;
    struct fake_file *found = fake_find(disk, file);

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (found == NULL) {
        return -ENOENT;
    }
    fake_resize(found, size);
    fake_note(disk, FAKE_TRUNCATE, file, size, 0);
    return 0;
}

static inline int fake_remove(void *context, uint64_t file)
{
    struct fake_disk *disk = context;
    struct fake_file *found = fake_find(disk, file);

    if (fake_fails(disk)) {
        return disk->fail_with;
    }
    if (found == NULL) {
        return -ENOENT;
    }
    fake_drop(found);
    fake_note(disk, FAKE_REMOVE, file, 0, 0);
    return 0;
}

static const struct model_file_ops fake_ops = {
    .list = fake_list,
    .create = fake_create,
    .size = fake_size,
    .read = fake_read,
    .write = fake_write,
    .sync = fake_sync,
    .truncate = fake_truncate,
    .remove = fake_remove,
};

static inline struct model_files fake_disk_files(struct fake_disk *disk)
{
    return (struct model_files){.ops = &fake_ops, .context = disk};
}

static inline struct fake_disk *fake_disk_create(void)
{
    return sim_allocate(1, sizeof(struct fake_disk));
}

static inline void fake_disk_clear_log(struct fake_disk *disk)
{
    for (uint32_t i = 0; i < disk->log_count; i++) {
        free(disk->log[i].bytes);
    }
    disk->log_count = 0;
}

static inline void fake_disk_clear_files(struct fake_disk *disk)
{
    for (uint32_t i = 0; i < FAKE_FILES; i++) {
        fake_drop(&disk->files[i]);
    }
}

static inline void fake_disk_destroy(struct fake_disk *disk)
{
    fake_disk_clear_log(disk);
    fake_disk_clear_files(disk);
    free(disk->log);
    free(disk);
}

#endif

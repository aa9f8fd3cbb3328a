/* File n is <directory>/n.journal, n in 16 hexadecimal digits. The file last used stays open, since
 * a journal writes one file and reads one file at a time. The directory itself is synced with the
 * first sync of a file that was created, and after a removal, so that removals last in the order in
 * which they were made.
 *
 * A sync of a file that has grown writes its new size too, which costs as much again. So a file
 * that is written in small pieces with syncs between them is made longer ahead, by zeros. They are
 * cut off, and that is synced, before any other file is created or opened; only a crash leaves
 * them, and to a recovery they are a torn end. Nobody sees them in the size of the open file. */
/* SPDX-License-Identifier: MIT */
#include "models/file_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SUFFIX ".journal"
#define NAME_DIGITS 16
#define NAME_SIZE   (NAME_DIGITS + sizeof(NAME_SUFFIX))
#define CLOSED      (-1)
#define ZERO_BLOCK  65536
#define ZERO_FROM   1024 /* a file smaller than that is not worth it */
#define ZERO_MAX    (UINT64_C(64) * ZERO_BLOCK)
#define SMALL_WRITE (UINT64_C(1) << 20) /* zeros before larger ones cost too much */

struct model_file_posix {
    int directory;
    int open; /* descriptor of `file`, or CLOSED */
    uint64_t file;
    uint64_t end;     /* of what was written to it */
    uint64_t filled;  /* of the zeros after that; its size */
    bool was_synced;  /* since it was opened */
    bool is_name_new; /* a name was created that is not synced */
};

/* ---- names ---- */

struct name {
    char text[NAME_SIZE];
};

static struct name name_of(uint64_t file)
{
    struct name name;
    int length = snprintf(name.text, sizeof(name.text), "%016" PRIx64 NAME_SUFFIX, file);
    SIM_ASSERT(length == NAME_SIZE - 1);
    return name;
}

/* Whether `text` is the name of one of our files. */
static bool parse_name(const char *text, uint64_t *out_file)
{
    if (strlen(text) != NAME_SIZE - 1) {
        return false;
    }
    uint64_t file = strtoull(text, NULL, NAME_DIGITS);
    if (strcmp(name_of(file).text, text) != 0) {
        return false;
    }
    SIM_ASSERT(file < UINT64_MAX);
    *out_file = file;
    return true;
}

/* ---- the open file ---- */

/* Cuts off the zeros, for good. */
static int cut_zeros(struct model_file_posix *disk)
{
    SIM_ASSERT(disk->end <= disk->filled && disk->filled <= INT64_MAX);
    if (disk->open == CLOSED || disk->end == disk->filled) {
        return 0;
    }
    if (ftruncate(disk->open, (off_t)disk->end) != 0 || fsync(disk->open) != 0) {
        return -errno;
    }
    disk->filled = disk->end;
    return 0;
}

static int close_file(struct model_file_posix *disk)
{
    int error = cut_zeros(disk);
    int descriptor = disk->open;

    disk->open = CLOSED;
    if (descriptor != CLOSED && close(descriptor) != 0 && error == 0) {
        error = -errno;
    }
    return error;
}

static int find_end(struct model_file_posix *disk)
{
    struct stat status;

    if (fstat(disk->open, &status) != 0) {
        return -errno;
    }
    SIM_ASSERT(status.st_size >= 0);
    disk->end = (uint64_t)status.st_size;
    disk->filled = disk->end;
    return 0;
}

static int open_file(struct model_file_posix *disk, uint64_t file, int flags)
{
    if (disk->open != CLOSED && disk->file == file && flags == 0) {
        return 0;
    }
    int error = close_file(disk);
    if (error != 0) {
        return error;
    }
    SIM_ASSERT(disk->open == CLOSED);
    do {
        disk->open = openat(disk->directory, name_of(file).text, O_RDWR | O_CLOEXEC | flags, 0666);
    } while (disk->open < 0 && errno == EINTR);
    if (disk->open < 0) {
        disk->open = CLOSED;
        return -errno;
    }
    disk->file = file;
    disk->was_synced = false;
    return find_end(disk);
}

/* ---- the operations ---- */

static int read_names(DIR *stream, uint64_t *out_first, uint64_t *out_end)
{
    uint64_t first = UINT64_MAX;
    uint64_t end = 0;
    uint64_t file = 0;

    errno = 0;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (parse_name(entry->d_name, &file)) {
            first = file < first ? file : first;
            end = file + 1 > end ? file + 1 : end;
        }
    }
    if (errno != 0) {
        return -errno;
    }
    SIM_ASSERT(end == 0 || first < end);
    *out_first = end == 0 ? 0 : first;
    *out_end = end;
    return 0;
}

static int list(void *context, uint64_t *out_first, uint64_t *out_end)
{
    const struct model_file_posix *disk = context;

    SIM_ASSERT(disk->directory != CLOSED);
    int descriptor = openat(disk->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return -errno;
    }
    DIR *stream = fdopendir(descriptor);
    if (stream == NULL) {
        int error = -errno;
        (void)close(descriptor);
        return error;
    }
    int error = read_names(stream, out_first, out_end);
    (void)closedir(stream);
    return error;
}

static int create(void *context, uint64_t file)
{
    struct model_file_posix *disk = context;

    SIM_ASSERT(file < UINT64_MAX);
    disk->is_name_new = true;
    return open_file(disk, file, O_CREAT | O_TRUNC);
}

static int size_of(void *context, uint64_t file, uint64_t *out_size)
{
    struct model_file_posix *disk = context;

    int error = open_file(disk, file, 0);
    if (error != 0) {
        return error;
    }
    SIM_ASSERT(disk->end <= disk->filled);
    *out_size = disk->end;
    return 0;
}

static int read_bytes(void *context, uint64_t file, uint64_t offset, void *bytes, uint64_t size)
{
    struct model_file_posix *disk = context;
    uint8_t *at = bytes;

    int error = open_file(disk, file, 0);
    while (error == 0 && size > 0) {
        ssize_t count = pread(disk->open, at, size, (off_t)offset);
        if (count > 0) {
            SIM_ASSERT((uint64_t)count <= size);
            at += count;
            offset += (uint64_t)count;
            size -= (uint64_t)count;
        } else if (count == 0) {
            error = -ENODATA;
        } else if (errno != EINTR) {
            error = -errno;
        }
    }
    return error;
}

/* As much again as there is, or ZERO_MAX; and as far as the disk lets it: what fails here is not
 * missed, and a write that fails says so. */
static void fill_ahead(struct model_file_posix *disk)
{
    static const uint8_t zeros[ZERO_BLOCK];
    uint64_t left = disk->end < ZERO_MAX ? disk->end : ZERO_MAX;

    SIM_ASSERT(disk->filled == disk->end);
    while (left > 0) {
        size_t size = left < ZERO_BLOCK ? (size_t)left : ZERO_BLOCK;
        ssize_t count = pwrite(disk->open, zeros, size, (off_t)disk->filled);
        if (count <= 0) {
            return;
        }
        disk->filled += (uint64_t)count;
        left -= (uint64_t)count;
    }
}

static void note_written(struct model_file_posix *disk, uint64_t end, uint64_t size)
{
    disk->end = end > disk->end ? end : disk->end;
    if (disk->end <= disk->filled) {
        return;
    }
    disk->filled = disk->end;
    if (disk->was_synced && disk->end >= ZERO_FROM && size <= SMALL_WRITE) {
        fill_ahead(disk);
    }
}

static int write_bytes(
    void *context, uint64_t file, uint64_t offset, const void *bytes, uint64_t size)
{
    struct model_file_posix *disk = context;
    const uint8_t *at = bytes;
    uint64_t left = size;

    int error = open_file(disk, file, 0);
    while (error == 0 && left > 0) {
        ssize_t count = pwrite(disk->open, at, left, (off_t)offset);
        if (count > 0) {
            SIM_ASSERT((uint64_t)count <= left);
            at += count;
            offset += (uint64_t)count;
            left -= (uint64_t)count;
        } else if (count == 0) {
            error = -EIO;
        } else if (errno != EINTR) {
            error = -errno;
        }
    }
    if (error == 0) {
        note_written(disk, offset, size);
    }
    return error;
}

static int sync_file(void *context, uint64_t file)
{
    struct model_file_posix *disk = context;

    int error = open_file(disk, file, 0);
    if (error != 0) {
        return error;
    }
    SIM_ASSERT(disk->file == file);
    if (fdatasync(disk->open) != 0) {
        return -errno;
    }
    disk->was_synced = true;
    if (disk->is_name_new && fsync(disk->directory) != 0) {
        return -errno;
    }
    disk->is_name_new = false;
    return 0;
}

static int truncate_file(void *context, uint64_t file, uint64_t size)
{
    struct model_file_posix *disk = context;

    SIM_ASSERT(size <= INT64_MAX);
    int error = open_file(disk, file, 0);
    if (error != 0) {
        return error;
    }
    if (ftruncate(disk->open, (off_t)size) != 0) {
        return -errno;
    }
    disk->end = size;
    disk->filled = size;
    return 0;
}

static int remove_file(void *context, uint64_t file)
{
    struct model_file_posix *disk = context;

    SIM_ASSERT(file < UINT64_MAX);
    if (disk->open != CLOSED && disk->file == file) {
        int error = close_file(disk);
        if (error != 0) {
            return error;
        }
    }
    if (unlinkat(disk->directory, name_of(file).text, 0) != 0) {
        return -errno;
    }
    return fsync(disk->directory) == 0 ? 0 : -errno;
}

/* ---- life ---- */

static const struct model_file_ops posix_ops = {
    .list = list,
    .create = create,
    .size = size_of,
    .read = read_bytes,
    .write = write_bytes,
    .sync = sync_file,
    .truncate = truncate_file,
    .remove = remove_file,
};

model_file_posix *model_file_posix_create(const char *directory, int *out_error)
{
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        *out_error = -errno;
        return NULL;
    }
    if (faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) != 0 ||
        flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        *out_error = -errno;
        (void)close(descriptor);
        return NULL;
    }
    SIM_ASSERT(descriptor != CLOSED);

    struct model_file_posix *disk = sim_allocate(1, sizeof(*disk));
    disk->directory = descriptor;
    disk->open = CLOSED;
    return disk;
}

void model_file_posix_destroy(model_file_posix *disk)
{
    if (disk == NULL) {
        return;
    }
    (void)close_file(disk);
    (void)close(disk->directory); /* which also unlocks it */
    free(disk);
}

struct model_files model_file_posix_files(model_file_posix *disk)
{
    return (struct model_files){.ops = &posix_ops, .context = disk};
}

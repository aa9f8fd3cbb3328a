/* A folder that is replaced changes places with the new one in one step, and is then emptied of the
 * names that this program writes; a folder that holds anything else is refused before. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* renameat2() */
#include "cli/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static const char *const our_names[] = {
    "summary.json",
    "series.csv",
    "latency.hgrm",
    "trace.json",
    "trace.bin",
    NULL,
};

/* Sets *error to "cannot <what> <name>: <errno as text>". */
static bool fail(GError **error, const char *what, const char *name)
{
    int code = errno;

    g_set_error(
        error,
        G_FILE_ERROR,
        (int)g_file_error_from_errno(code),
        "cannot %s %s: %s",
        what,
        name,
        g_strerror(code));
    return false;
}

static bool refuse(GError **error, const char *folder, const char *why)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "--out %s: %s", folder, why);
    return false;
}

/* ---- before ---- */

static bool holds_only_outputs(const char *folder, GError **error)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
    const char *name;

    if (entries == NULL) {
        return false;
    }
    while ((name = g_dir_read_name(entries)) != NULL) {
        if (!g_strv_contains(our_names, name)) {
            g_autofree char *why =
                g_strdup_printf("it holds '%s', which is not ours to replace", name);
            return refuse(error, folder, why);
        }
    }
    return true;
}

static bool check_existing(
    const char *folder, const struct stat *found, bool is_forced, GError **error)
{
    if (!S_ISDIR(found->st_mode)) {
        return refuse(error, folder, "there is something of that name, and it is no folder");
    }
    if (!is_forced) {
        return refuse(error, folder, "it exists; --force replaces it");
    }
    return holds_only_outputs(folder, error);
}

bool cli_outputs_check(const char *folder, bool is_forced, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(folder, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    struct stat found;

    if (lstat(path, &found) == 0) {
        if (!check_existing(folder, &found, is_forced, error)) {
            return false;
        }
    } else if (errno != ENOENT) {
        return fail(error, "make the folder", folder);
    }
    if (access(parent, W_OK | X_OK) != 0) {
        return fail(error, "make a folder in", parent);
    }
    return true;
}

/* ---- the files ---- */

bool cli_outputs_put(int descriptor, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return true;
}

bool cli_outputs_copy(int from, int to)
{
    char buffer[65536];
    off_t offset = 0;
    ssize_t count;

    while ((count = pread(from, buffer, sizeof(buffer), offset)) != 0) {
        if (count < 0) {
            return false;
        }
        if (!cli_outputs_put(to, buffer, (size_t)count)) {
            return false;
        }
        offset += count;
    }
    return true;
}

static bool write_file(const char *folder, const struct cli_output *file, GError **error)
{
    g_autofree char *path = g_build_filename(folder, file->name, NULL);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (descriptor < 0) {
        return fail(error, "write", path);
    }
    /* What the disk has no room for may show as late as here. */
    if (!cli_outputs_copy(file->descriptor, descriptor) || fsync(descriptor) != 0) {
        (void)fail(error, "write", path);
        (void)close(descriptor);
        return false;
    }
    return close(descriptor) == 0 || fail(error, "write", path);
}

static void remove_outputs(const char *folder)
{
    for (uint32_t i = 0; our_names[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(folder, our_names[i], NULL);
        (void)g_unlink(path);
    }
    (void)g_rmdir(folder);
}

/* ---- the folder ---- */

/* Where two names cannot change places in one step, there is a moment without the folder. */
static bool exchange(const char *fresh, const char *path)
{
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return false;
    }
    g_autofree char *aside = g_strconcat(fresh, ".old", NULL);
    return rename(path, aside) == 0 && rename(fresh, path) == 0 && rename(aside, fresh) == 0;
}

static bool put_in_place(const char *fresh, const char *path, bool is_forced)
{
    if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno == EEXIST && is_forced) {
        return exchange(fresh, path);
    }
    if (errno == EINVAL || errno == ENOSYS) {
        return rename(fresh, path) == 0;
    }
    return false;
}

static bool fill(
    const char *fresh, const struct cli_output *files, uint32_t file_count, GError **error)
{
    for (uint32_t i = 0; i < file_count; i++) {
        if (!write_file(fresh, &files[i], error)) {
            return false;
        }
    }
    return true;
}

bool cli_outputs_write(
    const char *folder,
    bool is_forced,
    const struct cli_output *files,
    uint32_t file_count,
    GError **error)
{
    g_autofree char *path = g_canonicalize_filename(folder, NULL);
    g_autofree char *fresh = g_strconcat(path, ".XXXXXX", NULL);

    if (!cli_outputs_check(folder, is_forced, error)) {
        return false;
    }
    if (g_mkdtemp_full(fresh, 0777) == NULL) {
        return fail(error, "make a folder beside", folder);
    }
    if (!fill(fresh, files, file_count, error)) {
        remove_outputs(fresh);
        return false;
    }
    bool is_placed = put_in_place(fresh, path, is_forced);
    if (!is_placed) {
        (void)fail(error, "make the folder", folder);
    }
    remove_outputs(fresh); /* what was replaced, if anything */
    return is_placed;
}

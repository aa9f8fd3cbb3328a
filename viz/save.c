/* Lines are appended, so that the line numbers of the original stay as they are. */
/* SPDX-License-Identifier: MIT */
#include "viz/save.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TRIES 100

static void append_faults(
    GString *text, const struct viz_fault_log *faults, const struct viz_topology *topology)
{
    g_string_append(
        text,
        "\n-- What was done by hand.\ndo\n  local tb = require \"tailback\"\n  local made = {}\n");
    for (uint32_t i = 0; i < faults->count; i++) {
        g_autofree char *line = viz_fault_lua(&faults->entries[i], topology);
        g_string_append_printf(text, "  %s\n", line);
    }
    g_string_append(text, "end\n");
}

/* -1 when the file is there, or cannot be made; errno says why. */
static int open_new(const char *path, int try, char **out_path)
{
    bool has_suffix = g_str_has_suffix(path, ".lua");
    g_autofree char *stem = g_strndup(path, strlen(path) - (has_suffix ? 4 : 0));

    *out_path = try == 1 ? g_strdup_printf("%s-live.lua", stem)
                         : g_strdup_printf("%s-live-%d.lua", stem, try);
    return open(*out_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static bool write_all(int descriptor, const GString *text)
{
    size_t done = 0;

    while (done < text->len) {
        ssize_t count = write(descriptor, text->str + done, text->len - done);
        if (count <= 0) {
            return false;
        }
        done += (size_t)count;
    }
    return close(descriptor) == 0;
}

char *viz_save(
    const char *path,
    const struct viz_fault_log *faults,
    const struct viz_topology *topology,
    GError **error)
{
    g_autofree char *original = NULL;
    g_autofree char *saved = NULL;
    int descriptor = -1;

    if (faults->count == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "nothing was done by hand");
        return NULL;
    }
    if (!g_file_get_contents(path, &original, NULL, error)) {
        return NULL;
    }
    g_autoptr(GString) text = g_string_new(original);
    append_faults(text, faults, topology);
    for (int try = 1; descriptor < 0 && try <= TRIES; try++) {
        g_free(saved);
        descriptor = open_new(path, try, &saved);
        if (descriptor < 0 && errno != EEXIST) {
            break;
        }
    }
    if (descriptor < 0 || !write_all(descriptor, text)) {
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_FAILED,
            "cannot write %s: %s",
            saved,
            g_strerror(errno));
        return NULL;
    }
    return g_steal_pointer(&saved);
}

/* A pipe to ffmpeg, which is given pixels as they lie in memory. */
/* SPDX-License-Identifier: MIT */
#include "viz/record.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct viz_record {
    GPid id;
    int descriptor;
    char *path;
    void (*on_pipe)(int); /* what a broken pipe did before */
};

/* MP4 and WebM are played everywhere only with colours at half the resolution. */
static const char *format_of(const char *path)
{
    bool is_film = g_str_has_suffix(path, ".mp4") || g_str_has_suffix(path, ".webm");

    return is_film ? "format=yuv420p" : "null";
}

/* To be freed with g_strfreev(). */
static GStrv arguments_for(const char *path, int width, int height)
{
    g_autofree char *size = g_strdup_printf("%dx%d", width, height);
    g_autofree char *rate = g_strdup_printf("%d", VIZ_RECORD_RATE);
    const char *const words[] = {
        "ffmpeg",
        "-loglevel",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "bgra",
        "-s",
        size,
        "-r",
        rate,
        "-i",
        "-",
        "-vf",
        format_of(path),
        "-y",
        path};
    GStrv arguments = g_new0(char *, G_N_ELEMENTS(words) + 1);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        arguments[i] = g_strdup(words[i]);
    }
    return arguments;
}

viz_record *viz_record_create(const char *path, int width, int height, GError **error)
{
    g_auto(GStrv) arguments = arguments_for(path, width, height);
    viz_record *record = g_new0(viz_record, 1);
    GError *reason = NULL;

    if (!g_spawn_async_with_pipes(
            NULL,
            arguments,
            NULL,
            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
            NULL,
            NULL,
            &record->id,
            &record->descriptor,
            NULL,
            NULL,
            &reason)) {
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_NOENT,
            "a film needs ffmpeg, which cannot be started: %s",
            reason->message);
        g_error_free(reason);
        g_free(record);
        return NULL;
    }
    record->path = g_strdup(path);
    record->on_pipe = signal(SIGPIPE, SIG_IGN);
    return record;
}

bool viz_record_add(viz_record *record, const viz_canvas *canvas, GError **error)
{
    const char *bytes = (const char *)viz_canvas_pixels(canvas);
    size_t left = 4 * (size_t)viz_canvas_width(canvas) * (size_t)viz_canvas_height(canvas);

    while (left > 0) {
        ssize_t count = write(record->descriptor, bytes, left);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            g_set_error(
                error, G_FILE_ERROR, G_FILE_ERROR_PIPE, "ffmpeg takes no more of %s", record->path);
            return false;
        }
        bytes += count;
        left -= (size_t)count;
    }
    return true;
}

bool viz_record_finish(viz_record *record, GError **error)
{
    int status = 0;

    (void)close(record->descriptor);
    while (waitpid(record->id, &status, 0) < 0 && errno == EINTR) {
    }
    (void)signal(SIGPIPE, record->on_pipe);
    bool is_made = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_made) {
        g_set_error(
            error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "ffmpeg could not make %s", record->path);
    }
    g_spawn_close_pid(record->id);
    g_free(record->path);
    g_free(record);
    return is_made;
}

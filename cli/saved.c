/* inotify: see inotify(7). */
/* SPDX-License-Identifier: MIT */
#include "cli/saved.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "sim/base.h"

#define WAIT_MS   100 /* between two looks for a signal */
#define SETTLE_MS 50  /* some editors save in several steps */

int cli_saved_watch(const char *scenario, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(scenario);
    int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (descriptor < 0 ||
        inotify_add_watch(descriptor, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
        int code = errno;
        g_set_error(
            error,
            G_FILE_ERROR,
            (int)g_file_error_from_errno(code),
            "--watch: cannot watch %s: %s",
            folder,
            g_strerror(code));
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return -1;
    }
    return descriptor;
}

/* Whether one of these events is about a file that a scenario is made of. */
static bool concern_scenarios(const char *events, size_t size)
{
    size_t at = 0;

    while (at < size) {
        const struct inotify_event *event = (const void *)(events + at);
        SIM_ASSERT(at + sizeof(*event) + event->len <= size);
        if (event->len > 0 &&
            (g_str_has_suffix(event->name, ".lua") || g_str_has_suffix(event->name, ".csv"))) {
            return true;
        }
        at += sizeof(*event) + event->len;
    }
    return false;
}

/* Takes all events that are there. */
static bool take_events(int descriptor)
{
    _Alignas(struct inotify_event) char events[4096];
    bool was_saved = false;
    ssize_t size;

    while ((size = read(descriptor, events, sizeof(events))) > 0) {
        was_saved = concern_scenarios(events, (size_t)size) || was_saved;
    }
    return was_saved;
}

int cli_saved_wait(int descriptor, const struct cli_interrupt *interrupt)
{
    struct pollfd folder = {.fd = descriptor, .events = POLLIN};

    while (!take_events(descriptor)) {
        (void)poll(&folder, 1, WAIT_MS);
        int signal = cli_interrupt_take(interrupt);
        if (signal != 0) {
            return signal;
        }
    }
    (void)poll(NULL, 0, SETTLE_MS);
    (void)take_events(descriptor);
    return 0;
}

/* fork(), watch, wait.
 *
 * The watch counts silence only while it looks, at most LOOK_MAX at a time: a parent that was
 * stopped for an hour (and its worker with it) does not take that hour for silence. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* wait4() */
#include "cli/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/text.h"

#define SLICE_MS 50 /* between two looks at the beats */
#define TICK_MS  1  /* between two looks at the worker, where it has no descriptor */
#define LOOK_MAX (200 * SIM_MILLISECOND)

static sim_time machine_time(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SIM_SECOND + now.tv_nsec;
}

/* ---- in the worker ---- */

/* As a program expects them; but Ctrl-C is the parent's to answer. */
static void reset_signals(void)
{
    const int usual[] = {SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2, SIGWINCH, SIGXFSZ};
    sigset_t none;

    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
        (void)signal(usual[i], SIG_DFL);
    }
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void run_worker(
    struct cli_channel *channel, const struct cli_worker_plan *plan, pid_t parent)
{
    reset_signals();
    cli_confine_descriptors(plan->descriptors, plan->descriptor_count);
    int filter_error = cli_confine_worker(&plan->rights, parent);
    cli_channel_catch(channel, filter_error);
    if (filter_error != 0 && plan->must_confine) {
        _exit(EXIT_FAILURE);
    }
    int status = plan->body(plan->context, channel);
    (void)fflush(NULL);
    _exit(status);
}

/* ---- in the parent ---- */

bool cli_worker_start(struct cli_worker *worker, const struct cli_worker_plan *plan, GError **error)
{
    *worker = (struct cli_worker){
        .rights = plan->rights,
        .silence_ms_max = plan->silence_ms_max,
        .must_confine = plan->must_confine,
    };
    if (!cli_channel_open(&worker->channel, plan->memory_size, error)) {
        return false;
    }
    pid_t parent = getpid();
    (void)fflush(NULL); /* else both would write what is in the buffers */
    worker->id = fork();
    if (worker->id == 0) {
        run_worker(&worker->channel, plan, parent);
    }
    if (worker->id < 0) {
        int code = errno;
        g_set_error(
            error,
            G_FILE_ERROR,
            (gint)g_file_error_from_errno(code),
            "cannot start a process for the scenario: %s",
            g_strerror(code));
        cli_channel_close(&worker->channel);
        *worker = (struct cli_worker){0};
        return false;
    }
    worker->descriptor = pidfd_open(worker->id, 0);
    worker->looked = machine_time();
    return true;
}

static bool has_used_its_time(const struct cli_worker *worker, const struct rusage *usage)
{
    return worker->rights.cpu_s_max > 0 &&
           usage->ru_utime.tv_sec + usage->ru_stime.tv_sec >= (time_t)worker->rights.cpu_s_max;
}

static enum cli_worker_end end_of_killed(
    const struct cli_worker *worker, int signal, const struct rusage *usage)
{
    if (worker->words.is_out_of_memory) {
        return CLI_WORKER_OUT_OF_MEMORY;
    }
    if (signal == SIGXCPU || (signal == SIGKILL && has_used_its_time(worker, usage))) {
        return CLI_WORKER_OUT_OF_TIME;
    }
    if (signal == SIGSYS) {
        return CLI_WORKER_REFUSED;
    }
    return signal == SIGXFSZ ? CLI_WORKER_FILE_TOO_LARGE : CLI_WORKER_KILLED;
}

/* Whoever ended it from here has already set worker->end. */
static void note_end(struct cli_worker *worker, int status, const struct rusage *usage)
{
    bool was_ended = worker->end != CLI_WORKER_RUNS;

    cli_channel_last_words(&worker->channel, &worker->words);
    worker->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (WIFSIGNALED(status) && !was_ended) {
        worker->end = end_of_killed(worker, worker->status, usage);
    } else if (worker->words.refused_call >= 0) {
        worker->end = CLI_WORKER_REFUSED;
    } else if (worker->words.filter_error != 0 && worker->must_confine) {
        worker->end = CLI_WORKER_UNCONFINED;
    } else if (!was_ended) {
        worker->end = CLI_WORKER_RETURNED;
    }
}

static bool reap(struct cli_worker *worker, int options)
{
    struct rusage usage;
    int status;
    pid_t id;

    do {
        id = wait4(worker->id, &status, options, &usage);
    } while (id < 0 && errno == EINTR);
    if (id != worker->id) {
        return false;
    }
    note_end(worker, status, &usage);
    if (worker->descriptor >= 0) {
        (void)close(worker->descriptor);
    }
    worker->descriptor = -1;
    worker->id = 0;
    return true;
}

static void watch_silence(struct cli_worker *worker)
{
    sim_time now = machine_time();
    uint64_t beat_count = cli_channel_beat_count(&worker->channel);

    worker->silence += MIN(now - worker->looked, LOOK_MAX);
    worker->looked = now;
    if (beat_count != worker->beat_count) {
        worker->beat_count = beat_count;
        worker->silence = 0;
    }
    if (worker->silence_ms_max > 0 && worker->silence > worker->silence_ms_max * SIM_MILLISECOND) {
        worker->end = CLI_WORKER_HUNG;
        (void)kill(worker->id, SIGKILL);
        (void)reap(worker, 0);
    }
}

void cli_worker_sleep(const struct cli_worker *const *workers, uint32_t count, int wait_ms)
{
    struct pollfd *ends = g_new0(struct pollfd, count);

    for (uint32_t i = 0; i < count; i++) {
        ends[i] = (struct pollfd){.fd = workers[i]->descriptor, .events = POLLIN};
        wait_ms = workers[i]->descriptor >= 0 ? wait_ms : MIN(wait_ms, TICK_MS);
    }
    (void)poll(ends, count, wait_ms);
    g_free(ends);
}

bool cli_worker_poll(struct cli_worker *worker, int wait_ms)
{
    sim_time deadline = machine_time() + wait_ms * SIM_MILLISECOND;

    while (worker->id > 0 && !reap(worker, WNOHANG)) {
        sim_time left = deadline - machine_time();
        watch_silence(worker);
        if (worker->id == 0 || (wait_ms >= 0 && left <= 0)) {
            break;
        }
        bool is_last = wait_ms >= 0 && left < SLICE_MS * SIM_MILLISECOND;
        const struct cli_worker *one = worker;
        cli_worker_sleep(&one, 1, is_last ? (int)(left / SIM_MILLISECOND) + 1 : SLICE_MS);
    }
    return worker->id == 0;
}

void cli_worker_kill(struct cli_worker *worker)
{
    if (worker->id > 0 && !reap(worker, WNOHANG)) {
        worker->end = CLI_WORKER_STOPPED;
        (void)kill(worker->id, SIGKILL);
        (void)reap(worker, 0);
    }
}

void cli_worker_finish(struct cli_worker *worker)
{
    cli_worker_kill(worker);
    if (worker->channel.shared != NULL) {
        cli_channel_close(&worker->channel);
    }
}

/* ---- in words ---- */

static void append_call(GString *line, int number)
{
    char *name = number >= 0 ? cli_confine_call_name(number) : NULL;

    if (name != NULL) {
        g_string_append_printf(line, "the system call '%s'", name);
    } else {
        g_string_append(line, "a system call without a name");
    }
    free(name);
}

static void append_end(GString *line, const struct cli_worker *worker)
{
    switch (worker->end) {
    case CLI_WORKER_KILLED:
        g_string_append_printf(
            line, "crashed with signal %d (%s)", worker->status, g_strsignal(worker->status));
        break;
    case CLI_WORKER_STOPPED:
        g_string_append(line, "was stopped");
        break;
    case CLI_WORKER_HUNG:
        g_string_append_printf(
            line, "gave no sign of life for %.3g s and was stopped", worker->silence_ms_max / 1e3);
        break;
    case CLI_WORKER_OUT_OF_MEMORY:
        g_string_append_printf(
            line,
            "needs more memory than its limit of %" G_GUINT64_FORMAT " MiB",
            (guint64)(worker->rights.memory_max >> 20));
        break;
    case CLI_WORKER_OUT_OF_TIME:
        g_string_append_printf(
            line, "used up its limit of %u s of CPU time", worker->rights.cpu_s_max);
        break;
    case CLI_WORKER_FILE_TOO_LARGE:
        g_string_append_printf(
            line,
            "wrote more to one file than its limit of %" G_GUINT64_FORMAT " bytes",
            (guint64)worker->rights.file_size_max);
        break;
    case CLI_WORKER_REFUSED:
        g_string_append(line, "tried ");
        append_call(line, worker->words.refused_call);
        g_string_append(line, ", which no scenario may use, and was stopped");
        break;
    case CLI_WORKER_UNCONFINED:
        g_string_append(line, "cannot be confined on this machine, and did not run");
        break;
    case CLI_WORKER_RUNS:
    case CLI_WORKER_RETURNED:
    default:
        SIM_ASSERT(worker->end != CLI_WORKER_RUNS && worker->end != CLI_WORKER_RETURNED);
    }
}

/* Where the run stood, as far as the worker told. */
static void append_place(GString *line, const struct cli_worker *worker)
{
    struct cli_progress progress = cli_channel_progress(&worker->channel);

    if (progress.phase == CLI_PHASE_LOADING) {
        g_string_append(line, ", while it was being loaded");
    } else if (progress.phase != CLI_PHASE_STARTING) {
        char *instant = cli_text_instant(progress.now);
        char *count = cli_text_count(progress.event_count);
        g_string_append_printf(line, ", at %s of virtual time, after %s events", instant, count);
        g_free(count);
        g_free(instant);
    }
}

/* The worker's own words, line by line, so that nothing in them can pass for something else. */
static void append_message(GString *text, const char *message)
{
    char **lines = g_strsplit(message, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        char *escaped = cli_text_escape(*line, false);
        g_string_append_printf(text, "%s%s", line == lines ? "" : "\n", escaped);
        g_free(escaped);
    }
    g_strfreev(lines);
}

char *cli_worker_describe(const struct cli_worker *worker)
{
    bool has_message = worker->words.message[0] != '\0';
    GString *text = g_string_new(NULL);

    if (worker->end == CLI_WORKER_RETURNED && !has_message) {
        return g_string_free(text, TRUE);
    }
    append_message(text, worker->words.message);
    if (worker->end != CLI_WORKER_RETURNED) {
        g_string_append(text, has_message ? "\nthe scenario " : "the scenario ");
        append_end(text, worker);
        append_place(text, worker);
    }
    return g_string_free(text, FALSE);
}

char *cli_worker_warning(const struct cli_worker *worker)
{
    if (worker->words.filter_error == 0) {
        return NULL;
    }
    return g_strdup_printf(
        "this machine cannot filter system calls (%s): do not run scenarios that you do not trust",
        g_strerror(-worker->words.filter_error));
}

/* The parent's side of a run. What the worker reports it writes into files that exist in memory
 * only; they reach the disk and the terminal when the run is over and right. So a scenario that is
 * wrong leaves nothing behind.
 *
 * Signals that end a program are held back while the worker runs, and looked for between two waits:
 * the terminal sends them to the worker too, which must not end before its parent can say so. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include "cli/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/execute.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "cli/worker.h"

#define WAIT_MS        50
#define SILENCE_MS_MAX 30000 /* more than the library lets one call of Lua take */
#define LUA_BYTES_MAX  (UINT64_C(1) << 30)
#define ALL_BYTES_MAX  (UINT64_C(4) << 30)
#define FILE_BYTES_MAX (UINT64_C(4) << 30)

struct run {
    struct cli_run_options options;
    char *library;
    struct cli_job job;
    struct cli_worker worker;
    struct cli_progress_bar bar;
    sigset_t held; /* signals that are held back while the worker runs */
    sigset_t before;
    int signal; /* the one that came; 0: none */
};

/* ---- signals ---- */

static void hold_signals(struct run *run)
{
    (void)sigemptyset(&run->held);
    (void)sigaddset(&run->held, SIGINT);
    (void)sigaddset(&run->held, SIGTERM);
    (void)sigaddset(&run->held, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &run->held, &run->before);
}

static void release_signals(const struct run *run)
{
    (void)sigprocmask(SIG_SETMASK, &run->before, NULL);
}

/* Takes the signal away, so that it does not strike when it is let through again. */
static int take_signal(const struct run *run)
{
    const struct timespec at_once = {0};
    int number = sigtimedwait(&run->held, NULL, &at_once);

    return number > 0 ? number : 0;
}

/* ---- the worker ---- */

/* A file in memory, if it is wanted; else -1. */
static int open_output(bool is_wanted, const char *name)
{
    return is_wanted ? memfd_create(name, MFD_CLOEXEC) : -1;
}

static void close_output(int descriptor)
{
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
}

static bool prepare_job(struct run *run, GError **error)
{
    const struct cli_run_options *options = &run->options;
    bool has_files = options->out != NULL;

    run->library = cli_paths_library(error);
    if (run->library == NULL) {
        return false;
    }
    run->job = (struct cli_job){
        .script =
            {
                .path = options->file,
                .library = run->library,
                .settings = (const struct script_setting *)(void *)options->settings->data,
                .setting_count = options->settings->len,
                .has_seed = options->has_seed,
                .seed = options->seed,
                .memory_max = LUA_BYTES_MAX,
            },
        .until = options->until,
        .style = cli_style_of(STDOUT_FILENO, options->is_ascii),
        .is_short = options->is_quiet,
        .has_bar = run->bar.is_wanted,
        .text = open_output(!options->is_json, "summary"),
        .json = open_output(options->is_json || has_files, "summary.json"),
        .series = open_output(has_files, "series.csv"),
        .hgrm = open_output(has_files, "latency.hgrm"),
    };
    return true;
}

static bool start_worker(struct run *run, GError **error)
{
    const int *all[] = {&run->job.text, &run->job.json, &run->job.series, &run->job.hgrm};
    int descriptors[G_N_ELEMENTS(all)];
    uint32_t count = 0;

    for (uint32_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (*all[i] >= 0) {
            descriptors[count] = *all[i];
            count++;
        }
    }
    struct cli_worker_plan plan = {
        .body = cli_execute,
        .context = &run->job,
        .descriptors = descriptors,
        .descriptor_count = count,
        .silence_ms_max = SILENCE_MS_MAX,
        .rights = {.memory_max = ALL_BYTES_MAX, .file_size_max = FILE_BYTES_MAX},
        .memory_size = sizeof(struct cli_outcome),
    };
    return cli_worker_start(&run->worker, &plan, error);
}

static void watch_worker(struct run *run)
{
    while (!cli_worker_poll(&run->worker, WAIT_MS)) {
        struct cli_progress progress = cli_channel_progress(&run->worker.channel);
        cli_progress_update(&run->bar, &progress);
        run->signal = take_signal(run);
        if (run->signal != 0) {
            cli_worker_kill(&run->worker);
        }
    }
    cli_progress_clear(&run->bar);
}

/* The report is there, whole, and the exit status is one that goes with it. */
static bool has_reported(const struct run *run)
{
    const struct cli_outcome *outcome = run->worker.channel.memory;
    int status = run->worker.status;

    return run->worker.end == CLI_WORKER_RETURNED && outcome->is_reported &&
           (status == CLI_STATUS_OK || status == CLI_STATUS_FAILED);
}

/* Says what went wrong, if anything. Returns the exit status. */
static int judge_worker(const struct run *run)
{
    g_autofree char *warning = cli_worker_warning(&run->worker);
    g_autofree char *failure = cli_worker_describe(&run->worker);

    if (run->signal != 0) {
        cli_message_error("stopped");
        return 128 + run->signal;
    }
    if (warning != NULL) {
        cli_message_error("%s", warning);
    }
    if (failure != NULL) {
        cli_message_error("%s", failure);
    }
    return has_reported(run) ? run->worker.status : CLI_STATUS_WRONG;
}

/* ---- the results ---- */

static bool is_empty(int descriptor)
{
    struct stat found;

    return fstat(descriptor, &found) != 0 || found.st_size == 0;
}

static bool write_files(const struct run *run, GError **error)
{
    const struct cli_output all[] = {
        {"summary.json", run->job.json},
        {"series.csv", run->job.series},
        {"latency.hgrm", run->job.hgrm},
    };
    struct cli_output files[G_N_ELEMENTS(all)];
    uint32_t count = 0;

    for (uint32_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!is_empty(all[i].descriptor)) { /* a run without latency has no latency.hgrm */
            files[count] = all[i];
            count++;
        }
    }
    return cli_outputs_write(run->options.out, run->options.is_forced, files, count, error);
}

static bool print_summary(const struct run *run, bool has_files)
{
    int summary = run->options.is_json ? run->job.json : run->job.text;

    if (!cli_outputs_copy(summary, STDOUT_FILENO)) {
        cli_message_error("cannot write to standard output: %s", g_strerror(errno));
        return false;
    }
    if (has_files && !run->options.is_json && !run->options.is_quiet) {
        g_autofree char *folder = cli_message_of(run->options.out);
        g_print("Files in %s", folder);
    }
    return true;
}

/* Returns the exit status. */
static int deliver(const struct run *run, int status)
{
    g_autoptr(GError) error = NULL;
    bool has_files = run->options.out != NULL && write_files(run, &error);

    if (error != NULL) {
        cli_message_error("%s", error->message);
    }
    release_signals(run);
    bool is_printed = print_summary(run, has_files);
    return error == NULL && is_printed ? status : CLI_STATUS_WRONG;
}

static bool prepare(struct run *run, GError **error)
{
    const struct cli_run_options *options = &run->options;

    cli_progress_init(&run->bar, STDERR_FILENO, !options->is_quiet, options->is_ascii);
    if (options->out != NULL && !cli_outputs_check(options->out, options->is_forced, error)) {
        return false;
    }
    return prepare_job(run, error);
}

static int execute(struct run *run)
{
    g_autoptr(GError) error = NULL;

    if (!prepare(run, &error)) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    hold_signals(run);
    if (!start_worker(run, &error)) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    watch_worker(run);
    int status = judge_worker(run);
    if (status == CLI_STATUS_OK || status == CLI_STATUS_FAILED) {
        status = deliver(run, status);
    }
    return status;
}

int cli_run_main(int argc, char **argv)
{
    struct run run = {.job = {.text = -1, .json = -1, .series = -1, .hgrm = -1}};
    enum cli_parsed parsed = cli_run_options_init(&run.options, argv);
    int status = parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;

    (void)argc;
    if (parsed == CLI_PARSED) {
        status = execute(&run);
    }
    cli_worker_finish(&run.worker);
    close_output(run.job.text);
    close_output(run.job.json);
    close_output(run.job.series);
    close_output(run.job.hgrm);
    g_free(run.library);
    cli_run_options_finish(&run.options);
    return status;
}

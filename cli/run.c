/* The parent's side of a run. What the worker reports it writes into files that exist in memory
 * only; they reach the disk and the terminal when the run is over and right. So a scenario that is
 * wrong leaves nothing behind. */
/* SPDX-License-Identifier: MIT */
#include "cli/run.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/deliver.h"
#include "cli/execute.h"
#include "cli/interrupt.h"
#include "cli/launch.h"
#include "cli/message.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/run_many.h"
#include "cli/run_options.h"
#include "cli/saved.h"
#include "cli/trace_json.h"
#include "cli/worker.h"

#define WAIT_MS 50

struct run {
    struct cli_run_options options;
    char *library;
    struct cli_job job;
    struct cli_worker worker;
    struct cli_progress_bar bar;
    struct cli_interrupt interrupt;
    int trace_json; /* a descriptor, as those of the job; -1: not wanted */
    int signal;     /* the one that came; 0: none */
};

/* ---- the worker ---- */

/* Opens a file in memory, if it is wanted. */
static bool open_output(bool is_wanted, const char *name, int *out_descriptor, GError **error)
{
    if (is_wanted) {
        *out_descriptor = cli_launch_file(name, error);
    }
    return !is_wanted || *out_descriptor >= 0;
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
    struct cli_job *job = &run->job;

    run->library = cli_paths_library(error);
    if (run->library == NULL) {
        return false;
    }
    *job = cli_run_options_job(options, run->library);
    job->style = cli_style_of(STDOUT_FILENO, options->is_ascii);
    job->is_short = options->is_quiet;
    job->has_bar = run->bar.is_wanted;
    return open_output(!options->is_json, "summary", &job->text, error) &&
           open_output(options->is_json || has_files, "summary.json", &job->json, error) &&
           open_output(has_files, "series.csv", &job->series, error) &&
           open_output(has_files, "latency.hgrm", &job->hgrm, error) &&
           open_output(options->has_trace, "trace.bin", &job->trace, error) &&
           open_output(options->is_trace_json, "trace.json", &run->trace_json, error);
}

static bool start_worker(struct run *run, GError **error)
{
    struct cli_launch launch = {
        .body = cli_execute,
        .context = &run->job,
        .descriptors =
            {run->job.text, run->job.json, run->job.series, run->job.hgrm, run->job.trace},
        .descriptor_count = 5,
    };

    return cli_launch(&run->worker, &launch, error);
}

static void watch_worker(struct run *run)
{
    while (!cli_worker_poll(&run->worker, WAIT_MS)) {
        struct cli_progress progress = cli_channel_progress(&run->worker.channel);
        cli_progress_update(&run->bar, &progress);
        run->signal = cli_interrupt_take(&run->interrupt);
        if (run->signal != 0) {
            cli_worker_kill(&run->worker);
        }
    }
    cli_progress_clear(&run->bar);
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
    return cli_launch_has_reported(&run->worker) ? run->worker.status : CLI_STATUS_WRONG;
}

/* Makes what the worker's files are the source of. */
static bool complete_files(const struct run *run)
{
    g_autoptr(GError) error = NULL;

    if (run->trace_json < 0 || cli_trace_json_write(run->job.trace, run->trace_json, &error)) {
        return true;
    }
    cli_message_error("%s", error->message);
    return false;
}

static int deliver(const struct run *run, int status)
{
    bool is_json = run->trace_json >= 0;
    const struct cli_output files[] = {
        {"summary.json", run->job.json},
        {"series.csv", run->job.series},
        {"latency.hgrm", run->job.hgrm},
        {is_json ? "trace.json" : "trace.bin", is_json ? run->trace_json : run->job.trace},
    };
    const struct cli_delivery delivery = {
        .options = &run->options,
        .files = files,
        .file_count = G_N_ELEMENTS(files),
        .summary = run->options.is_json ? run->job.json : run->job.text,
        .interrupt = &run->interrupt,
    };

    return cli_deliver(&delivery, status);
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
    cli_interrupt_hold(&run->interrupt);
    if (!start_worker(run, &error)) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    watch_worker(run);
    int status = judge_worker(run);
    if (status == CLI_STATUS_OK || status == CLI_STATUS_FAILED) {
        status = complete_files(run) ? deliver(run, status) : CLI_STATUS_WRONG;
    }
    return status;
}

/* One run, or many, as the options say. */
static int run_once(const struct cli_run_options *options)
{
    struct run run = {
        .options = *options,
        .job = {.text = -1, .json = -1, .series = -1, .hgrm = -1, .trace = -1},
        .trace_json = -1,
    };

    if (options->replications > 0) {
        return cli_run_many(options);
    }
    int status = execute(&run);
    cli_worker_finish(&run.worker);
    close_output(run.job.text);
    close_output(run.job.json);
    close_output(run.job.series);
    close_output(run.job.hgrm);
    close_output(run.job.trace);
    close_output(run.trace_json);
    g_free(run.library);
    return status;
}

/* Runs now, and whenever the scenario is saved, until a signal comes. */
static int run_always(const struct cli_run_options *options)
{
    g_autoptr(GError) error = NULL;
    struct cli_interrupt interrupt;
    int folder = cli_saved_watch(options->file, &error);
    int signal = 0;

    if (folder < 0) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    cli_interrupt_hold(&interrupt);
    while (signal == 0) {
        int status = run_once(options);
        (void)fflush(stdout);
        signal = status > 128 ? status - 128 : 0;
        if (signal == 0) {
            cli_message_error("waiting until %s is saved; Ctrl-C ends", options->file);
            signal = cli_saved_wait(folder, &interrupt);
        }
    }
    (void)close(folder);
    return 128 + signal;
}

int cli_run_main(int argc, char **argv)
{
    struct cli_run_options options;
    enum cli_parsed parsed = cli_run_options_init(&options, argv);
    int status = parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;

    (void)argc;
    if (parsed == CLI_PARSED) {
        status = options.is_watching ? run_always(&options) : run_once(&options);
    }
    cli_run_options_finish(&options);
    return status;
}

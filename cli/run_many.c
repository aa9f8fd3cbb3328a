/* The scenario is loaded once before all: that finds its mistakes, its name, and the seed from
 * which the others count up. The summary is made in the parent, from what the workers leave. */
/* SPDX-License-Identifier: MIT */
#include "cli/run_many.h"

#include <errno.h>
#include <unistd.h>

#include "cli/deliver.h"
#include "cli/description.h"
#include "cli/launch.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/replicate.h"
#include "cli/style.h"

struct many {
    const struct cli_run_options *options;
    struct cli_interrupt interrupt;
    struct cli_progress_bar bar;
    char *library;
    struct cli_job job;
    struct cli_description description;
    struct cli_replications all;
    int text; /* the summaries, in memory; -1: not wanted */
    int json;
    int64_t begun_us;
};

static bool prepare(struct many *many, GError **error)
{
    const struct cli_run_options *options = many->options;

    many->all.warm_up = options->warm_up;
    if (options->out != NULL && !cli_outputs_check(options->out, options->is_forced, error)) {
        return false;
    }
    many->library = cli_paths_library(error);
    if (many->library == NULL) {
        return false;
    }
    many->job = cli_run_options_job(options, many->library);
    many->job.is_mute = true; /* else all would print at once */
    many->all.runs = g_ptr_array_new_with_free_func((GDestroyNotify)cli_replication_free);
    return true;
}

/* Loads the scenario. Returns the status, with *error set unless that is CLI_STATUS_OK. */
static int describe(struct many *many, GError **error)
{
    int status = cli_description_load(&many->job, &many->interrupt, &many->description, error);

    if (many->description.warning != NULL) {
        cli_message_error("%s", many->description.warning);
    }
    many->job.script.has_seed = true;
    many->job.script.seed = many->description.scenario.seed;
    return status;
}

static int run_all(struct many *many, GError **error)
{
    const struct cli_run_options *options = many->options;
    sim_time duration = many->description.scenario.duration;
    const struct cli_replicate plan = {
        .job = many->job,
        .count = options->replications,
        .job_count = MIN(options->jobs, options->replications),
        .until = options->until > 0 ? options->until : duration,
        .interrupt = &many->interrupt,
        .bar = &many->bar,
    };

    return cli_replicate(&plan, many->all.runs, error);
}

/* ---- the summary ---- */

/* Puts the text into a file in memory, whose descriptor is *out_descriptor. */
static bool keep(const GString *text, const char *name, int *out_descriptor, GError **error)
{
    *out_descriptor = cli_launch_file(name, error);
    if (*out_descriptor < 0) {
        return false;
    }
    if (!cli_outputs_put(*out_descriptor, text->str, text->len)) {
        g_set_error(
            error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no room for %s: %s", name, g_strerror(errno));
        return false;
    }
    return true;
}

static bool write_summaries(struct many *many, GError **error)
{
    const struct cli_run_options *options = many->options;
    struct cli_style style = cli_style_of(STDOUT_FILENO, options->is_ascii);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) json = g_string_new(NULL);

    many->all.path = options->file;
    many->all.scenario = &many->description.scenario;
    many->all.wall_s = (double)(g_get_monotonic_time() - many->begun_us) / G_USEC_PER_SEC;
    cli_replications_append_text(text, &many->all, &style, options->is_quiet);
    cli_replications_append_json(json, &many->all);
    return keep(text, "summary", &many->text, error) &&
           keep(json, "summary.json", &many->json, error);
}

static int deliver(struct many *many)
{
    const struct cli_output file = {"summary.json", many->json};
    const struct cli_delivery delivery = {
        .options = many->options,
        .files = &file,
        .file_count = 1,
        .summary = many->options->is_json ? many->json : many->text,
        .interrupt = &many->interrupt,
    };
    bool held = cli_replications_held(&many->all);

    return cli_deliver(&delivery, held ? CLI_STATUS_OK : CLI_STATUS_FAILED);
}

static int execute(struct many *many)
{
    g_autoptr(GError) error = NULL;
    int status = CLI_STATUS_WRONG;

    if (prepare(many, &error)) {
        status = describe(many, &error);
    }
    if (status == CLI_STATUS_OK) {
        status = run_all(many, &error);
    }
    if (status == CLI_STATUS_OK && !write_summaries(many, &error)) {
        status = CLI_STATUS_WRONG;
    }
    if (status != CLI_STATUS_OK) {
        cli_message_error("%s", error->message);
        return status;
    }
    return deliver(many);
}

static void finish(struct many *many)
{
    if (many->text >= 0) {
        (void)close(many->text);
    }
    if (many->json >= 0) {
        (void)close(many->json);
    }
    if (many->all.runs != NULL) {
        g_ptr_array_unref(many->all.runs);
    }
    cli_description_finish(&many->description);
    g_free(many->library);
}

int cli_run_many(const struct cli_run_options *options)
{
    struct many many = {
        .options = options,
        .text = -1,
        .json = -1,
        .begun_us = g_get_monotonic_time(),
    };

    cli_progress_init(&many.bar, STDERR_FILENO, !options->is_quiet, options->is_ascii);
    cli_interrupt_hold(&many.interrupt);
    int status = execute(&many);
    finish(&many);
    return status;
}

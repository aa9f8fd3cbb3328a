/* GLib sorts the arguments; what they mean is checked here, so that a mistake is found before
 * anything runs. All are taken as bytes: a terminal's encoding is no business of a parameter. */
/* SPDX-License-Identifier: MIT */
#include "cli/run_options.h"

#include <errno.h>
#include <string.h>

#include "cli/launch.h"
#include "cli/message.h"
#include "cli/text.h"

/* As they were given. */
struct raw {
    GStrv settings;
    char *seed;
    char *until;
    char *warm_up;
    char *out;
    char *format;
    char *replications;
    char *jobs;
    char *trace;
    gboolean is_watching;
    gboolean is_forced;
    gboolean is_quiet;
    gboolean is_ascii;
};

static const char description[] =
    "TIME is a number with a unit: 500ms, 90s, 2min, 1.5h.\n"
    "\n"
    "Exit status: 0 every check held, 1 a check failed, 2 the scenario or the command line is\n"
    "wrong, 130 Ctrl-C ended it.";

static void raw_finish(struct raw *raw)
{
    g_strfreev(raw->settings);
    g_free(raw->seed);
    g_free(raw->until);
    g_free(raw->warm_up);
    g_free(raw->out);
    g_free(raw->format);
    g_free(raw->replications);
    g_free(raw->jobs);
    g_free(raw->trace);
}

static enum cli_parsed parse(struct raw *raw, GStrv *arguments)
{
    const GOptionEntry entries[] = {
        {"set",
         0,
         0,
         G_OPTION_ARG_FILENAME_ARRAY,
         &raw->settings,
         "give a parameter of the scenario another value",
         "NAME=VALUE"},
        CLI_SUBCOMMAND_TEXT("seed", &raw->seed, "draw what is random from another seed", "NUMBER"),
        CLI_SUBCOMMAND_TEXT("until", &raw->until, "end at this virtual time", "TIME"),
        CLI_SUBCOMMAND_TEXT(
            "warm-up",
            &raw->warm_up,
            "leave so much of the start out of throughput and latency, or what is found to be "
            "warm-up",
            "auto|TIME"),
        CLI_SUBCOMMAND_TEXT(
            "replications",
            &raw->replications,
            "run it with so many seeds, one after the other, and print means",
            "NUMBER"),
        CLI_SUBCOMMAND_TEXT("jobs", &raw->jobs, "run so many of these at once", "NUMBER"),
        CLI_SUBCOMMAND_TEXT(
            "out", &raw->out, "write the results to files in a new folder", "FOLDER"),
        CLI_SUBCOMMAND_TEXT(
            "trace",
            &raw->trace,
            "put what happened to each message there too, for programs or for Perfetto",
            "bin|json"),
        CLI_SUBCOMMAND_FLAG(
            "force", &raw->is_forced, "let --out replace the folder of an earlier run"),
        CLI_SUBCOMMAND_TEXT(
            "format",
            &raw->format,
            "print the summary as text, or as JSON and nothing else",
            "text|json"),
        CLI_SUBCOMMAND_FLAG(
            "quiet",
            &raw->is_quiet,
            "no progress bar, and of the summary the checks and the digest"),
        CLI_SUBCOMMAND_FLAG(
            "watch", &raw->is_watching, "run it again whenever the file is saved, until Ctrl-C"),
        CLI_SUBCOMMAND_FLAG("ascii", &raw->is_ascii, "print no character beyond ASCII"),
        {0},
    };

    return cli_subcommand_parse(cli_subcommand_find("run"), entries, description, arguments);
}

static bool read_file_name(struct cli_run_options *options, const char *const *arguments)
{
    if (arguments[1] == NULL) {
        cli_message_error("which scenario? Usage: tailback run FILE; see tailback help run");
        return false;
    }
    if (arguments[2] != NULL) {
        cli_message_error(
            "one scenario at a time: '%s' is one too many; see tailback help run", arguments[2]);
        return false;
    }
    options->file = g_strdup(arguments[1]);
    return true;
}

static bool read_seed(struct cli_run_options *options, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (text == NULL) {
        return true;
    }
    options->has_seed = true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &options->seed, &error)) {
        cli_message_error(
            "--seed %s: a seed is a whole number from 0 to %" G_GUINT64_FORMAT, text, G_MAXUINT64);
        return false;
    }
    return true;
}

static bool read_until(struct cli_run_options *options, const char *text)
{
    if (text == NULL) {
        return true;
    }
    if (!cli_text_parse_duration(text, &options->until) || options->until == 0) {
        cli_message_error(
            "--until %s: a time is a number above 0 with a unit (ns us ms s min h d), as in 90s",
            text);
        return false;
    }
    return true;
}

static bool read_warm_up(struct cli_run_options *options, const char *text)
{
    struct cli_warm_up *warm_up = &options->warm_up;

    if (text == NULL) {
        return true;
    }
    *warm_up = (struct cli_warm_up){.is_wanted = true, .is_auto = g_str_equal(text, "auto")};
    if (!warm_up->is_auto && !cli_text_parse_duration(text, &warm_up->time)) {
        cli_message_error(
            "--warm-up %s: it is auto, or a time: a number with a unit (ns us ms s min h d), as in "
            "10s",
            text);
        return false;
    }
    return true;
}

static bool read_format(struct cli_run_options *options, const char *text)
{
    if (text == NULL || g_str_equal(text, "text")) {
        return true;
    }
    options->is_json = g_str_equal(text, "json");
    if (!options->is_json) {
        cli_message_error("--format %s: a format is text or json", text);
    }
    return options->is_json;
}

static bool read_trace(struct cli_run_options *options, const struct raw *raw)
{
    if (raw->trace == NULL) {
        return true;
    }
    options->has_trace = true;
    options->is_trace_json = g_str_equal(raw->trace, "json");
    if (!options->is_trace_json && !g_str_equal(raw->trace, "bin")) {
        cli_message_error("--trace %s: a trace is bin or json", raw->trace);
        return false;
    }
    if (options->out == NULL || raw->replications != NULL) {
        const char *why = options->out == NULL ? "it is a file of --out, which is not given"
                                               : "it is of one run, not of --replications";
        cli_message_error("--trace %s: %s", raw->trace, why);
        return false;
    }
    return true;
}

#define REPLICATIONS_MAX 100000
#define JOBS_MAX         256

/* Leaves *out_number alone when there is no text. */
static bool read_number(
    const char *option, const char *text, uint32_t number_max, uint32_t *out_number)
{
    g_autoptr(GError) error = NULL;
    guint64 number = *out_number;

    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 1, number_max, &number, &error)) {
        cli_message_error(
            "--%s %s: expected a whole number from 1 to %u", option, text, number_max);
        return false;
    }
    *out_number = (uint32_t)number;
    return true;
}

static bool read_replications(struct cli_run_options *options, const struct raw *raw)
{
    if (options->warm_up.is_auto && raw->replications != NULL) {
        cli_message_error(
            "--warm-up auto: it is found in one run, and of many it would cut off the busiest "
            "stretch of each; give a time, as in --warm-up 60s");
        return false;
    }
    options->jobs = MIN(g_get_num_processors(), JOBS_MAX);
    if (!read_number("replications", raw->replications, REPLICATIONS_MAX, &options->replications) ||
        !read_number("jobs", raw->jobs, JOBS_MAX, &options->jobs)) {
        return false;
    }
    if (raw->jobs != NULL && options->replications == 0) {
        cli_message_error("--jobs %s: one run is one job; give --replications too", raw->jobs);
        return false;
    }
    uint64_t last = options->seed + options->replications - (options->replications > 0);
    if (last < options->seed) {
        cli_message_error(
            "--replications %s: the seeds would end above %" G_GUINT64_FORMAT,
            raw->replications,
            G_MAXUINT64);
        return false;
    }
    return true;
}

static bool has_setting(const struct cli_run_options *options, const char *name)
{
    for (uint32_t i = 0; i < options->settings->len; i++) {
        if (g_str_equal(g_array_index(options->settings, struct script_setting, i).name, name)) {
            return true;
        }
    }
    return false;
}

/* Cuts `word` at its first '='. */
static bool read_setting(struct cli_run_options *options, char *word)
{
    char *equals = strchr(word, '=');

    if (equals == NULL || equals == word) {
        cli_message_error("--set %s: write --set NAME=VALUE, as in --set rate=2000", word);
        return false;
    }
    *equals = '\0';
    if (has_setting(options, word)) {
        cli_message_error("--set %s is given twice", word);
        return false;
    }
    struct script_setting setting = {.name = word, .value = equals + 1};
    g_array_append_val(options->settings, setting);
    return true;
}

static bool read_settings(struct cli_run_options *options)
{
    for (uint32_t i = 0; options->words != NULL && options->words[i] != NULL; i++) {
        if (!read_setting(options, options->words[i])) {
            return false;
        }
    }
    return true;
}

/* The second run would find the folder of the first. */
static bool can_watch(const struct cli_run_options *options)
{
    bool can = !options->is_watching || options->out == NULL || options->is_forced;

    if (!can) {
        cli_message_error("--watch runs again and again: --out %s needs --force too", options->out);
    }
    return can;
}

static bool read_all(struct cli_run_options *options, struct raw *raw, const char *const *arguments)
{
    options->out = g_steal_pointer(&raw->out);
    options->words = g_steal_pointer(&raw->settings);
    options->is_watching = raw->is_watching;
    options->is_forced = raw->is_forced;
    options->is_quiet = raw->is_quiet;
    options->is_ascii = raw->is_ascii;
    return read_file_name(options, arguments) && read_seed(options, raw->seed) &&
           read_until(options, raw->until) && read_warm_up(options, raw->warm_up) &&
           read_format(options, raw->format) && read_trace(options, raw) &&
           read_replications(options, raw) && read_settings(options) && can_watch(options);
}

enum cli_parsed cli_run_options_init(struct cli_run_options *options, char **argv)
{
    g_auto(GStrv) arguments = g_strdupv(argv);
    struct raw raw = {0};

    *options = (struct cli_run_options){
        .settings = g_array_new(FALSE, FALSE, sizeof(struct script_setting)),
    };
    enum cli_parsed parsed = parse(&raw, &arguments);
    if (parsed == CLI_PARSED && !read_all(options, &raw, (const char *const *)arguments)) {
        parsed = CLI_PARSED_WRONG;
    }
    raw_finish(&raw);
    return parsed;
}

void cli_run_options_finish(struct cli_run_options *options)
{
    g_free(options->file);
    g_free(options->out);
    g_array_unref(options->settings);
    g_strfreev(options->words);
}

struct cli_job cli_run_options_job(const struct cli_run_options *options, const char *library)
{
    struct cli_job job = cli_launch_job(options->file, library);

    job.script.settings = (const struct script_setting *)(void *)options->settings->data;
    job.script.setting_count = options->settings->len;
    job.script.has_seed = options->has_seed;
    job.script.seed = options->seed;
    job.until = options->until;
    job.warm_up = options->warm_up;
    return job;
}

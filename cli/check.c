/* The scenario is loaded in a worker, as for a run; nothing of it runs. */
/* SPDX-License-Identifier: MIT */
#include "cli/check.h"

#include <unistd.h>

#include "cli/description.h"
#include "cli/launch.h"
#include "cli/message.h"
#include "cli/paths.h"
#include "cli/subcommand.h"

struct options {
    const char *file;
    char *format; /* NULL: text */
    gboolean is_ascii;
};

static const char about[] =
    "Loads the scenario without running it, and prints its title, parameters, data "
    "centres,\nlinks and checks.\n\nExit status: 0 it loads, 2 it does not.";

static bool is_format(const char *format)
{
    static const char *const formats[] = {"text", "json", "params", NULL};

    return format == NULL || g_strv_contains(formats, format);
}

static bool are_valid(struct options *options, const char *const *arguments)
{
    if (arguments[1] == NULL) {
        cli_message_error("which scenario? Usage: tailback check FILE; see tailback help check");
        return false;
    }
    if (arguments[2] != NULL) {
        cli_message_error(
            "one scenario at a time: '%s' is one too many; see tailback help check", arguments[2]);
        return false;
    }
    if (!is_format(options->format)) {
        cli_message_error("--format %s: a format is text, json or params", options->format);
        return false;
    }
    options->file = arguments[1];
    return true;
}

static void print(const struct options *options, const struct cli_description *description)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (g_strcmp0(options->format, "json") == 0) {
        cli_description_append_json(out, description, options->file);
    } else if (g_strcmp0(options->format, "params") == 0) {
        cli_description_append_params(out, description);
    } else {
        struct cli_style style = cli_style_of(STDOUT_FILENO, options->is_ascii);
        cli_description_append_text(out, description, &style);
    }
    g_print("%s", out->str);
}

static int check(const struct options *options)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *library = cli_paths_library(&error);
    struct cli_description description = {0};
    struct cli_interrupt interrupt;
    int status = CLI_STATUS_WRONG;

    cli_interrupt_hold(&interrupt);
    if (library != NULL) {
        struct cli_job job = cli_launch_job(options->file, library);
        status = cli_description_load(&job, &interrupt, &description, &error);
    }
    if (description.warning != NULL) {
        cli_message_error("%s", description.warning);
    }
    if (status == CLI_STATUS_OK) {
        cli_interrupt_release(&interrupt);
        print(options, &description);
    } else {
        cli_message_error("%s", error->message);
    }
    cli_description_finish(&description);
    return status;
}

int cli_check_main(int argc, char **argv)
{
    struct options options = {0};
    const GOptionEntry entries[] = {
        CLI_SUBCOMMAND_TEXT(
            "format",
            &options.format,
            "print text, JSON, or each parameter as NAME=VALUE",
            "text|json|params"),
        CLI_SUBCOMMAND_FLAG("ascii", &options.is_ascii, "print no character beyond ASCII"),
        {0},
    };
    g_auto(GStrv) arguments = g_strdupv(argv);
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("check"), entries, about, &arguments);
    int status = parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;

    (void)argc;
    if (parsed == CLI_PARSED && are_valid(&options, (const char *const *)arguments)) {
        status = check(&options);
    }
    g_free(options.format);
    return status;
}

/* GOptionContext reads the options; this file makes its complaints helpful. */
/* SPDX-License-Identifier: MIT */
#include "cli/subcommand.h"

#include <stdbool.h>
#include <string.h>

#include "cli/api.h"
#include "cli/check.h"
#include "cli/help.h"
#include "cli/list.h"
#include "cli/message.h"
#include "cli/models.h"
#include "cli/new.h"
#include "cli/run.h"
#include "cli/text.h"
#include "cli/view.h"

#define OPTIONS_MAX 32

static const struct cli_subcommand commands[] = {
    {"run", "FILE", "run a scenario and say what came of it", cli_run_main},
    {"check",
     "FILE",
     "load a scenario without running it, and say what it contains",
     cli_check_main},
    {"view", "FILE", "show a scenario in a window", cli_view_main},
    {"list", "", "list the scenarios that come with the program", cli_list_main},
    {"models", "", "say what each queue model and its stores can do", cli_models_main},
    {"new", "FILE", "write a commented scenario that runs, to begin from", cli_new_main},
    {"api", "[NAME]", "look up what a scenario can call", cli_api_main},
    {"help", "[COMMAND]", "say what the commands are, or how one is used", cli_help_main},
};

const struct cli_subcommand *cli_subcommand_at(uint32_t index)
{
    return index < G_N_ELEMENTS(commands) ? &commands[index] : NULL;
}

const struct cli_subcommand *cli_subcommand_find(const char *name)
{
    for (uint32_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

/* ---- options ---- */

/* The argument that an error of GOptionContext is about: its message ends with it. */
static const char *culprit_of(const GError *error, const char *const *arguments)
{
    for (uint32_t i = 0; arguments[i] != NULL; i++) {
        if (arguments[i][0] == '-' && g_str_has_suffix(error->message, arguments[i])) {
            return arguments[i];
        }
    }
    return NULL;
}

/* The option that was most likely meant; NULL if none is near. */
static const char *meant_by(const char *culprit, const GOptionEntry *entries)
{
    g_auto(GStrv) word = g_strsplit(culprit + strspn(culprit, "-"), "=", 2);
    const char *names[OPTIONS_MAX + 2] = {"help"};
    uint32_t count = 1;

    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
        SIM_ASSERT(count <= OPTIONS_MAX);
        names[count] = entry->long_name;
        count++;
    }
    return word[0] == NULL ? NULL : cli_text_nearest(word[0], names);
}

static void complain(
    const struct cli_subcommand *command,
    const GOptionEntry *entries,
    const GError *error,
    const char *const *arguments)
{
    const char *name = command != NULL ? command->name : "";
    const char *culprit = culprit_of(error, arguments);

    if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) && culprit != NULL) {
        const char *meant = meant_by(culprit, entries);
        if (meant != NULL) {
            cli_message_error("unknown option %s, did you mean --%s?", culprit, meant);
        } else {
            cli_message_error("unknown option %s; see tailback help %s", culprit, name);
        }
        return;
    }
    g_autofree char *message = g_strdup(error->message);
    message[0] = g_ascii_tolower(message[0]);
    cli_message_error("%s; see tailback help %s", message, name);
}

static char *replaced(const char *text, const char *old, const char *new)
{
    g_auto(GStrv) parts = g_strsplit(text, old, -1);

    return g_strjoinv(new, parts);
}

/* GLib's words, in the program's manner. */
static void print_help(GOptionContext *context)
{
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
    g_autofree char *options = replaced(help, "Application Options:", "Options:");
    g_autofree char *plain = replaced(options, "[OPTION…]", "[OPTION]...");
    g_autofree char *trimmed = g_strchomp(g_steal_pointer(&plain));

    g_print("%s\n", trimmed);
}

enum cli_parsed cli_subcommand_parse(
    const struct cli_subcommand *command,
    const GOptionEntry *entries,
    const char *description,
    GStrv *arguments)
{
    gboolean wants_help = FALSE;
    const GOptionEntry help[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &wants_help, "say how it is used", NULL},
        {0},
    };
    g_autofree char *name = g_strdup_printf("tailback %s", command != NULL ? command->name : "");
    g_autoptr(GOptionContext) context =
        g_option_context_new(command != NULL ? command->arguments : "COMMAND");
    g_auto(GStrv) given = g_strdupv(*arguments);
    g_autoptr(GError) error = NULL;

    g_set_prgname(g_strchomp(name));
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, help, NULL);
    if (!g_option_context_parse_strv(context, arguments, &error)) {
        complain(command, entries, error, (const char *const *)given);
        return CLI_PARSED_WRONG;
    }
    if (wants_help) {
        print_help(context);
        return CLI_PARSED_HELP;
    }
    return CLI_PARSED;
}

/* The help of a command is what the command itself says to --help. */
/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/message.h"
#include "cli/subcommand.h"

void cli_help_print(void)
{
    const struct cli_subcommand *command;

    g_print("Usage:\n  tailback COMMAND [OPTION]...\n\n");
    g_print("A wind tunnel for distributed queues: runs a system that a scenario, a file in Lua,\n"
            "describes and breaks on purpose, in virtual time, the same run every time.\n\n");
    g_print("Commands:\n");
    for (uint32_t i = 0; (command = cli_subcommand_at(i)) != NULL; i++) {
        g_autofree char *usage = g_strdup_printf("%s %s", command->name, command->arguments);
        g_print("  %-20s %s\n", usage, command->summary);
    }
    g_print("\nOptions:\n");
    g_print("  %-20s %s\n", "--help", "the same as the command help");
    g_print("  %-20s %s\n", "--version", "print the version");
    g_print("\nExit status: 0 all checks held, 1 a check failed, 2 the scenario or the command "
            "line is\n"
            "wrong. `tailback help COMMAND` says how one is used.\n");
}

int cli_help_main(int argc, char **argv)
{
    g_auto(GStrv) arguments = g_strdupv(argv);
    const GOptionEntry none[] = {{0}};
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("help"), none, NULL, &arguments);

    (void)argc;
    if (parsed != CLI_PARSED) {
        return parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;
    }
    if (arguments[1] == NULL) {
        cli_help_print();
        return CLI_STATUS_OK;
    }
    const struct cli_subcommand *command = cli_subcommand_find(arguments[1]);
    if (command == NULL) {
        cli_message_error("no command is called '%s'; tailback help lists them", arguments[1]);
        return CLI_STATUS_WRONG;
    }
    g_autofree char *name = g_strdup(command->name);
    char flag[] = "--help";
    return command->main(2, (char *[]){name, flag, NULL});
}

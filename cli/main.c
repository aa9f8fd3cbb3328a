/* The tailback program: finds the subcommand and hands over to it. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "cli/help.h"
#include "cli/message.h"
#include "cli/subcommand.h"
#include "cli/text.h"

#define COMMANDS_MAX 32

static int print_version(void)
{
    g_print("tailback %s\n", TAILBACK_VERSION);
    return CLI_STATUS_OK;
}

/* The command or option that `word` was most likely meant to be. */
static const char *meant_by(const char *word)
{
    const char *names[COMMANDS_MAX + 3] = {"--help", "--version"};
    const struct cli_subcommand *command;

    for (uint32_t i = 0; (command = cli_subcommand_at(i)) != NULL; i++) {
        SIM_ASSERT(i < COMMANDS_MAX);
        names[i + 2] = command->name;
    }
    return cli_text_nearest(word, names);
}

static int complain(const char *word)
{
    const char *what = word[0] == '-' ? "option" : "command";
    const char *meant = meant_by(word);

    if (g_str_has_suffix(word, ".lua")) {
        cli_message_error("unknown command '%s', did you mean tailback run %s?", word, word);
    } else if (meant != NULL) {
        cli_message_error("unknown %s %s, did you mean %s?", what, word, meant);
    } else {
        cli_message_error("unknown %s %s; tailback help lists the commands", what, word);
    }
    return CLI_STATUS_WRONG;
}

/* Whether everything that was printed got out: a full disk must not look like success. */
static int flushed(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        cli_message_error("cannot write to standard output: %s", g_strerror(errno));
        return CLI_STATUS_WRONG;
    }
    return status;
}

int main(int argc, char **argv)
{
    /* Only what characters are: numbers look the same everywhere. */
    (void)setlocale(LC_CTYPE, "");
    if (argc < 2) {
        cli_message_error("what shall it do? tailback help lists the commands");
        return CLI_STATUS_WRONG;
    }
    const char *word = argv[1];
    if (g_str_equal(word, "--version")) {
        return flushed(print_version());
    }
    if (g_str_equal(word, "--help") || g_str_equal(word, "-h")) {
        cli_help_print();
        return flushed(CLI_STATUS_OK);
    }
    const struct cli_subcommand *command = cli_subcommand_find(word);
    return flushed(command != NULL ? command->main(argc - 1, argv + 1) : complain(word));
}

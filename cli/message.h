/* cli/message.h - what the program says to whoever started it, besides its results.
 *
 * Always on stderr, always beginning with "tailback: ", and with nothing in it that a terminal
 * would obey. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <glib.h>

void cli_message_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A text for stderr: its lines are kept, what else could do harm is escaped, and it ends with a
 * newline. */
char *cli_message_of(const char *text);

#endif

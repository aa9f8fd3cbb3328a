/* One write for one message, so that two processes do not mix theirs. */
/* SPDX-License-Identifier: MIT */
#include "cli/message.h"

#include <string.h>
#include <unistd.h>

#include "cli/text.h"

char *cli_message_of(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);
    uint32_t count = g_strv_length(lines);

    while (count > 1 && lines[count - 1][0] == '\0') {
        count--;
    }
    for (uint32_t i = 0; i < count; i++) {
        g_autofree char *line = cli_text_escape(lines[i], !g_get_charset(NULL));
        g_string_append_printf(out, "%s\n", line);
    }
    return g_string_free(out, FALSE);
}

void cli_message_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *whole = g_strdup_printf("tailback: %s", text);
    g_autofree char *message = cli_message_of(whole);
    ssize_t written = write(STDERR_FILENO, message, strlen(message));
    (void)written; /* there is nobody left to tell */
}

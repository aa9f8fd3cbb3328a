/* Asks the environment once, and the terminal each time, since windows change their size. */
/* SPDX-License-Identifier: MIT */
#include "cli/style.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <glib.h>

#define COLUMNS_DEFAULT 92
#define COLUMNS_MIN     80
#define COLUMNS_MAX     100

bool cli_style_is_terminal(int descriptor)
{
    const char *term = g_getenv("TERM");

    return isatty(descriptor) == 1 && term != NULL && !g_str_equal(term, "dumb");
}

uint32_t cli_style_columns(int descriptor, uint32_t fallback)
{
    struct winsize window = {0};

    if (ioctl(descriptor, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) {
        return fallback;
    }
    return window.ws_col;
}

struct cli_style cli_style_of(int descriptor, bool is_ascii)
{
    const char *no_colour = g_getenv("NO_COLOR");
    bool is_forbidden = no_colour != NULL && no_colour[0] != '\0';

    return (struct cli_style){
        .is_ascii = is_ascii || !g_get_charset(NULL),
        .has_colour = cli_style_is_terminal(descriptor) && !is_forbidden,
        .columns = CLAMP(cli_style_columns(descriptor, COLUMNS_DEFAULT), COLUMNS_MIN, COLUMNS_MAX),
    };
}

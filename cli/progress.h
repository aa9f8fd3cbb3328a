/* cli/progress.h - one line on a terminal that says how far a run is, and is gone afterwards. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/channel.h"

struct cli_progress_bar {
    int descriptor;
    bool is_wanted; /* else nothing is ever drawn */
    bool is_ascii;
    bool is_drawn;
    int64_t begun_us;
    int64_t drawn_us;
};

/* On this descriptor, if it is a terminal and `is_wanted`. */
void cli_progress_init(struct cli_progress_bar *bar, int descriptor, bool is_wanted, bool is_ascii);

/* Draws, unless it was drawn less than 0.1 s ago. */
void cli_progress_update(struct cli_progress_bar *bar, const struct cli_progress *progress);

/* Takes the line away. */
void cli_progress_clear(struct cli_progress_bar *bar);

/* The line, of at most `columns`. */
char *cli_progress_line(
    const struct cli_progress *progress, double wall_s, uint32_t columns, bool is_ascii);

#endif

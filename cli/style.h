/* cli/style.h - how what we print may look: its characters, its colours, its width.
 *
 * Where nothing is known the answer is the plain one: colours only on a terminal, UTF-8 only if the
 * locale says so. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_STYLE_H
#define CLI_STYLE_H

#include <stdbool.h>
#include <stdint.h>

struct cli_style {
    bool is_ascii;    /* no character beyond ASCII */
    bool has_colour;  /* escape sequences are understood, and wanted */
    uint32_t columns; /* of a summary: 80 to 100 */
};

/* The style of what is written to this file descriptor. setlocale() was called before. NO_COLOR, if
 * set and not empty, forbids colours (no-color.org). */
struct cli_style cli_style_of(int descriptor, bool is_ascii);

/* A terminal that can move its cursor. */
bool cli_style_is_terminal(int descriptor);

/* Columns of the terminal, or `fallback` if there is none or it does not say. */
uint32_t cli_style_columns(int descriptor, uint32_t fallback);

#endif

/* cli/page.h - a page of text for a terminal: its colours, headings and marks.
 *
 * What is printed where is for whoever writes a page; how it looks is here. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "cli/style.h"

struct cli_page {
    GString *out;
    const struct cli_style *style;
};

/* The colours, by their meaning. */
#define CLI_PAGE_PLAIN "0"
#define CLI_PAGE_BOLD  "1"
#define CLI_PAGE_FAINT "2"
#define CLI_PAGE_GOOD  "32"
#define CLI_PAGE_BAD   "1;31"

void cli_page_begin_colour(const struct cli_page *page, const char *colour);
void cli_page_end_colour(const struct cli_page *page);
void cli_page_coloured(const struct cli_page *page, const char *colour, const char *text);

/* An empty line, and the heading on one of its own. */
void cli_page_heading(const struct cli_page *page, const char *heading);

/* A scenario's text, which may hold anything, indented and wrapped. */
void cli_page_foreign(const struct cli_page *page, const char *text, uint32_t indent);

/* The beginning of a line for a thing that holds or does not: a mark, then its name, which is a
 * scenario's text. The cursor ends where `reserved` columns are left for what stands at the right;
 * a name that would reach it goes on below itself. */
void cli_page_verdict(
    const struct cli_page *page, bool is_good, const char *name, uint32_t reserved);

/* Where text that explains a verdict is indented to. */
uint32_t cli_page_verdict_indent(const struct cli_page *page);

#endif

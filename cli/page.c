/* Without colours nothing of them is printed; without UTF-8 the marks are words. */
/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include <string.h>

#include "cli/text.h"

void cli_page_begin_colour(const struct cli_page *page, const char *colour)
{
    if (page->style->has_colour) {
        g_string_append_printf(page->out, "\033[%sm", colour);
    }
}

void cli_page_end_colour(const struct cli_page *page)
{
    if (page->style->has_colour) {
        g_string_append(page->out, "\033[0m");
    }
}

void cli_page_coloured(const struct cli_page *page, const char *colour, const char *text)
{
    cli_page_begin_colour(page, colour);
    g_string_append(page->out, text);
    cli_page_end_colour(page);
}

void cli_page_heading(const struct cli_page *page, const char *heading)
{
    g_string_append_c(page->out, '\n');
    cli_page_coloured(page, CLI_PAGE_BOLD, heading);
    g_string_append_c(page->out, '\n');
}

void cli_page_foreign(const struct cli_page *page, const char *text, uint32_t indent)
{
    g_autofree char *safe = cli_text_escape(text, page->style->is_ascii);

    cli_text_append_wrapped(page->out, safe, indent, page->style->columns);
}

/* ---- verdicts ---- */

uint32_t cli_page_verdict_indent(const struct cli_page *page)
{
    return page->style->is_ascii ? 5 : 4;
}

static void append_mark(const struct cli_page *page, bool is_good)
{
    const char *mark = is_good ? "✓" : "✗";

    if (page->style->is_ascii) {
        mark = is_good ? "ok" : "NO";
    }
    cli_page_coloured(page, is_good ? CLI_PAGE_GOOD : CLI_PAGE_BAD, mark);
}

void cli_page_verdict(
    const struct cli_page *page, bool is_good, const char *name, uint32_t reserved)
{
    g_autofree char *safe = cli_text_escape(name, page->style->is_ascii);
    g_autoptr(GString) wrapped = g_string_new(NULL);
    uint32_t indent = cli_page_verdict_indent(page);
    uint32_t columns = page->style->columns - reserved;

    g_string_append(page->out, "  ");
    append_mark(page, is_good);
    g_string_append_c(page->out, ' ');
    cli_text_append_wrapped(wrapped, safe, indent, columns);
    const char *last = strrchr(wrapped->str, '\n');
    if (last != NULL) {
        g_string_append_len(page->out, wrapped->str, last + 1 - wrapped->str);
        cli_text_append_padded(page->out, last + 1, columns);
    } else {
        cli_text_append_padded(page->out, wrapped->str, columns - indent);
    }
}

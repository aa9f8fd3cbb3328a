/* The line is built whole, cut to the width that the terminal has at that moment, and written at
 * once. What does not fit is left out from the right; the bar gets what is left over. */
/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <string.h>
#include <unistd.h>

#include "cli/style.h"
#include "cli/text.h"

#define INTERVAL_US     100000
#define FIRST_US        150000 /* a run that is over by then shows none */
#define BAR_COLUMNS     30
#define BAR_COLUMNS_MIN 10

void cli_progress_init(struct cli_progress_bar *bar, int descriptor, bool is_wanted, bool is_ascii)
{
    int64_t now_us = g_get_monotonic_time();

    *bar = (struct cli_progress_bar){
        .descriptor = descriptor,
        .is_wanted = is_wanted && cli_style_is_terminal(descriptor),
        .is_ascii = is_ascii || !g_get_charset(NULL),
        .begun_us = now_us,
        .drawn_us = now_us - INTERVAL_US + FIRST_US,
    };
}

static void append_bar(GString *out, double share, uint32_t columns, bool is_ascii)
{
    uint32_t full = (uint32_t)(share * columns + 0.5);

    g_string_append(out, is_ascii ? "[" : "");
    for (uint32_t i = 0; i < columns; i++) {
        const char *ascii = i < full ? "#" : ".";
        g_string_append(out, is_ascii ? ascii : i < full ? "█" : "░");
    }
    g_string_append(out, is_ascii ? "] " : " ");
}

static char *words_of(const struct cli_progress *progress, double share, double wall_s)
{
    g_autofree char *now = cli_text_duration(progress->now - progress->now % SIM_SECOND);
    g_autofree char *end = cli_text_duration(progress->until);
    g_autofree char *events = cli_text_count(progress->event_count);
    g_autofree char *rate =
        cli_text_number(wall_s > 0 ? (double)progress->event_count / wall_s : 0);
    const char *at = progress->now < SIM_SECOND ? "0 s" : now;

    return g_strdup_printf(
        "%3d %%  %s of %s  %s events  %s/s", (int)(share * 100), at, end, events, rate);
}

char *cli_progress_line(
    const struct cli_progress *progress, double wall_s, uint32_t columns, bool is_ascii)
{
    GString *out = g_string_new(NULL);

    if (progress->until == 0) {
        g_string_append(out, "loading ...");
    } else {
        double share = CLAMP((double)progress->now / (double)progress->until, 0, 1);
        g_autofree char *words = words_of(progress, share, wall_s);
        size_t taken = strlen(words) + 3;
        if (taken + BAR_COLUMNS_MIN <= columns) {
            uint32_t room = columns - (uint32_t)taken;
            append_bar(out, share, MIN(room, BAR_COLUMNS), is_ascii);
        }
        g_string_append(out, words);
    }
    if (cli_text_columns(out->str) > columns) {
        g_string_truncate(out, columns); /* without a bar it is ASCII */
    }
    return g_string_free(out, FALSE);
}

static void write_text(const struct cli_progress_bar *bar, const char *text)
{
    ssize_t written = write(bar->descriptor, text, strlen(text));

    (void)written; /* a bar that cannot be drawn is no reason to stop */
}

void cli_progress_update(struct cli_progress_bar *bar, const struct cli_progress *progress)
{
    int64_t now_us = g_get_monotonic_time();

    if (!bar->is_wanted || now_us - bar->drawn_us < INTERVAL_US) {
        return;
    }
    double wall_s = (double)(now_us - bar->begun_us) / G_USEC_PER_SEC;
    uint32_t columns = cli_style_columns(bar->descriptor, 80);
    g_autofree char *line = cli_progress_line(progress, wall_s, MAX(columns, 2) - 1, bar->is_ascii);
    g_autofree char *text = g_strconcat("\r\033[K", line, NULL);
    write_text(bar, text);
    bar->drawn_us = now_us;
    bar->is_drawn = true;
}

void cli_progress_clear(struct cli_progress_bar *bar)
{
    if (bar->is_drawn) {
        write_text(bar, "\r\033[K");
        bar->is_drawn = false;
    }
}

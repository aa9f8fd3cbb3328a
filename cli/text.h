/* cli/text.h - numbers, times and foreign text, as a person reads them.
 *
 * What comes from a scenario may hold anything; cli_text_escape() is its only way to a terminal. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"

/* A copy in which nothing moves a cursor or hides: control characters, marks that turn the
 * direction of writing, and bytes that are no UTF-8 are written as \n, \x1b or \u{202e}. With
 * `is_ascii`, so is everything beyond ASCII. */
char *cli_text_escape(const char *text, bool is_ascii);

/* Columns that valid UTF-8 takes on a terminal. */
uint32_t cli_text_columns(const char *text);

/* Appends `text`, and spaces up to `columns`. */
void cli_text_append_padded(GString *out, const char *text, uint32_t columns);

/* Appends `text`, broken at spaces into lines that end before column `columns`; the lines after the
 * first begin with `indent` spaces. The cursor stands at column `indent`. */
void cli_text_append_wrapped(GString *out, const char *text, uint32_t indent, uint32_t columns);

/* 1234567 -> "1,234,567" */
char *cli_text_count(uint64_t count);

/* A number with three digits that count: "0", "0.0125", "3.14", "512", "12,345". */
char *cli_text_number(double number);

/* A length of time with a unit that suits it: "870 ns", "34.1 ms", "47.1 s", "12 min 5 s". */
char *cli_text_duration(sim_time duration);

/* A point in time: seconds to the millisecond below an hour, "1:02:03.500" above. */
char *cli_text_instant(sim_time instant);

/* The reverse of what is written to a duration: a number of seconds, or a number with one of the
 * units ns us ms s min h d. False, and *out_duration left alone, if it is neither, negative, or too
 * long for the clock. */
SIM_MUST_USE bool cli_text_parse_duration(const char *text, sim_time *out_duration);

/* Of `names`, which ends with NULL, the one that `word` was most likely meant to be: few letters
 * are missing, added, changed or swapped. NULL when none is near. */
const char *cli_text_nearest(const char *word, const char *const *names);

#endif

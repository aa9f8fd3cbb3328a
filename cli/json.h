/* cli/json.h - writes JSON (RFC 8259), indented, as it goes.
 *
 * begin and end are paired by the caller; a member of an object has a name, an element of an array
 * has none (NULL). Numbers are the shortest that read back as the same double; what JSON has no
 * number for (infinities, NaN) is null. Text that is no UTF-8 gets U+FFFD in place of what is
 * wrong.
 *
 * 100 lines instead of a library: json-glib would be right, but it brings GObject and GIO, which
 * cost more start-up time than everything else that a small run does. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define CLI_JSON_DEPTH_MAX 16

struct cli_json {
    GString *out; /* borrowed */
    uint32_t depth;
    bool is_array[CLI_JSON_DEPTH_MAX];
    bool has_members[CLI_JSON_DEPTH_MAX];
};

void cli_json_init(struct cli_json *json, GString *out);

/* Everything that was begun has ended. Appends the last newline. */
void cli_json_finish(struct cli_json *json);

void cli_json_begin_object(struct cli_json *json, const char *name);
void cli_json_begin_array(struct cli_json *json, const char *name);
void cli_json_end(struct cli_json *json);

void cli_json_string(struct cli_json *json, const char *name, const char *value);
void cli_json_number(struct cli_json *json, const char *name, double value);
void cli_json_count(struct cli_json *json, const char *name, uint64_t value);
void cli_json_bool(struct cli_json *json, const char *name, bool value);
void cli_json_null(struct cli_json *json, const char *name);

#endif

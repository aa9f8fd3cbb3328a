/* Whether a comma is due is known from whether the innermost thing has members yet. */
/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base.h"

void cli_json_init(struct cli_json *json, GString *out)
{
    *json = (struct cli_json){.out = out};
}

void cli_json_finish(struct cli_json *json)
{
    SIM_ASSERT(json->depth == 0);
    g_string_append_c(json->out, '\n');
}

static void append_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    g_string_append_c(out, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            g_string_append_c(out, '\\');
        }
        if (byte < 0x20 || byte == 0x7f) {
            g_string_append_printf(out, "\\u%04x", byte);
        } else {
            g_string_append_c(out, *at);
        }
    }
    g_string_append_c(out, '"');
}

static void append_line(struct cli_json *json)
{
    g_string_append_printf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

/* What stands before a value. */
static void begin_value(struct cli_json *json, const char *name)
{
    if (json->depth == 0) {
        SIM_ASSERT(name == NULL);
        return;
    }
    uint32_t top = json->depth - 1;
    SIM_ASSERT(json->is_array[top] == (name == NULL));
    if (json->has_members[top]) {
        g_string_append_c(json->out, ',');
    }
    json->has_members[top] = true;
    append_line(json);
    if (name != NULL) {
        append_string(json->out, name);
        g_string_append(json->out, ": ");
    }
}

static void begin(struct cli_json *json, const char *name, bool is_array)
{
    SIM_ASSERT(json->depth < CLI_JSON_DEPTH_MAX);

    begin_value(json, name);
    g_string_append_c(json->out, is_array ? '[' : '{');
    json->is_array[json->depth] = is_array;
    json->has_members[json->depth] = false;
    json->depth++;
}

void cli_json_begin_object(struct cli_json *json, const char *name)
{
    begin(json, name, false);
}

void cli_json_begin_array(struct cli_json *json, const char *name)
{
    begin(json, name, true);
}

void cli_json_end(struct cli_json *json)
{
    SIM_ASSERT(json->depth > 0);

    json->depth--;
    if (json->has_members[json->depth]) {
        append_line(json);
    }
    g_string_append_c(json->out, json->is_array[json->depth] ? ']' : '}');
}

void cli_json_string(struct cli_json *json, const char *name, const char *value)
{
    begin_value(json, name);
    append_string(json->out, value);
}

static bool reads_back(const char *digits, double value)
{
    double read = g_ascii_strtod(digits, NULL);

    return !(read < value) && !(read > value);
}

void cli_json_number(struct cli_json *json, const char *name, double value)
{
    static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        cli_json_null(json, name);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        (void)g_ascii_formatd(digits, sizeof(digits), formats[i], value);
        if (reads_back(digits, value)) {
            break;
        }
    }
    begin_value(json, name);
    g_string_append(json->out, digits);
}

void cli_json_count(struct cli_json *json, const char *name, uint64_t value)
{
    begin_value(json, name);
    g_string_append_printf(json->out, "%" G_GUINT64_FORMAT, value);
}

void cli_json_bool(struct cli_json *json, const char *name, bool value)
{
    begin_value(json, name);
    g_string_append(json->out, value ? "true" : "false");
}

void cli_json_null(struct cli_json *json, const char *name)
{
    begin_value(json, name);
    g_string_append(json->out, "null");
}

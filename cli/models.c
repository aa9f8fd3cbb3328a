/* The table of models/capabilities, which the contract suite runs: nothing is said here that is not
 * there. */
/* SPDX-License-Identifier: MIT */
#include "cli/models.h"

#include <unistd.h>

#include "cli/json.h"
#include "cli/message.h"
#include "cli/page.h"
#include "cli/subcommand.h"
#include "cli/text.h"
#include "models/capabilities.h"

#define NAME_COLUMNS  16
#define MODEL_COLUMNS 19

/* ---- for a person ---- */

/* One row: a name, and for each model whether it has the bit. `bits` picks what it is a bit of. */
static void append_row(
    const struct cli_page *page,
    const char *name,
    uint32_t (*bits)(const struct model_capabilities *),
    uint32_t bit)
{
    g_autoptr(GString) line = g_string_new("  ");

    cli_text_append_padded(line, name, NAME_COLUMNS);
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        const struct model_capabilities *can = model_capabilities_of((enum model_kind)kind);
        bool has_it = (bits(can) >> bit & 1) != 0;
        cli_text_append_padded(line, has_it ? "yes" : "-", MODEL_COLUMNS);
    }
    g_string_append_printf(page->out, "%s\n", g_strchomp(line->str));
}

static uint32_t stores_of(const struct model_capabilities *can)
{
    return can->stores;
}

static uint32_t policies_of(const struct model_capabilities *can)
{
    return can->when_full;
}

static uint32_t features_of(const struct model_capabilities *can)
{
    return can->features;
}

static void append_names(const struct cli_page *page)
{
    g_autoptr(GString) line = g_string_new("  ");

    cli_text_append_padded(line, "", NAME_COLUMNS);
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        cli_text_append_padded(
            line, model_capabilities_of((enum model_kind)kind)->name, MODEL_COLUMNS);
    }
    cli_page_begin_colour(page, CLI_PAGE_BOLD);
    g_string_append(page->out, g_strchomp(line->str));
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
}

static void append_meanings(const struct cli_page *page)
{
    cli_page_heading(page, "What the words mean");
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        const struct model_capabilities *can = model_capabilities_of((enum model_kind)kind);
        g_string_append_printf(page->out, "  %-19s %s\n", can->name, can->summary);
    }
    for (uint32_t i = 0; i < MODEL_FEATURE_COUNT; i++) {
        enum model_feature feature = (enum model_feature)i;
        g_string_append_printf(
            page->out, "  %-19s %s\n", model_feature_name(feature), model_feature_summary(feature));
    }
}

static void append_text(GString *out)
{
    struct cli_style style = cli_style_of(STDOUT_FILENO, true);
    const struct cli_page page = {.out = out, .style = &style};

    append_names(&page);
    cli_page_heading(&page, "Stores");
    for (uint32_t i = 0; i < MODEL_STORE_COUNT; i++) {
        append_row(&page, model_store_name((enum model_store_kind)i), stores_of, i);
    }
    cli_page_heading(&page, "When it is full");
    for (uint32_t i = 0; i < MODEL_WHEN_FULL_COUNT; i++) {
        append_row(&page, model_when_full_name((enum model_when_full)i), policies_of, i);
    }
    cli_page_heading(&page, "What it can do");
    for (uint32_t i = 0; i < MODEL_FEATURE_COUNT; i++) {
        append_row(&page, model_feature_name((enum model_feature)i), features_of, i);
    }
    append_meanings(&page);
}

/* ---- for a program ---- */

static void append_json_model(struct cli_json *json, const struct model_capabilities *can)
{
    cli_json_begin_object(json, NULL);
    cli_json_string(json, "name", can->name);
    cli_json_string(json, "summary", can->summary);
    cli_json_begin_array(json, "stores");
    for (uint32_t i = 0; i < MODEL_STORE_COUNT; i++) {
        if ((can->stores >> i & 1) != 0) {
            cli_json_string(json, NULL, model_store_name((enum model_store_kind)i));
        }
    }
    cli_json_end(json);
    cli_json_begin_array(json, "when_full");
    for (uint32_t i = 0; i < MODEL_WHEN_FULL_COUNT; i++) {
        if ((can->when_full >> i & 1) != 0) {
            cli_json_string(json, NULL, model_when_full_name((enum model_when_full)i));
        }
    }
    cli_json_end(json);
    cli_json_begin_array(json, "features");
    for (uint32_t i = 0; i < MODEL_FEATURE_COUNT; i++) {
        if ((can->features >> i & 1) != 0) {
            cli_json_string(json, NULL, model_feature_name((enum model_feature)i));
        }
    }
    cli_json_end(json);
    cli_json_end(json);
}

static void append_json(GString *out)
{
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_begin_object(&json, NULL);
    cli_json_begin_array(&json, "models");
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        append_json_model(&json, model_capabilities_of((enum model_kind)kind));
    }
    cli_json_end(&json);
    cli_json_end(&json);
    cli_json_finish(&json);
}

/* ---- the command ---- */

static bool are_valid(const char *format, const char *const *arguments)
{
    if (arguments[1] != NULL) {
        cli_message_error("tailback models takes no arguments, but was given '%s'", arguments[1]);
        return false;
    }
    if (format != NULL && !g_str_equal(format, "text") && !g_str_equal(format, "json")) {
        cli_message_error("--format=%s is neither text nor json", format);
        return false;
    }
    return true;
}

int cli_models_main(int argc, char **argv)
{
    g_autofree char *format = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    const GOptionEntry entries[] = {
        CLI_SUBCOMMAND_TEXT("format", &format, "print text or JSON", "text|json"),
        {0},
    };
    g_auto(GStrv) arguments = g_strdupv(argv);
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("models"), entries, NULL, &arguments);

    (void)argc;
    if (parsed != CLI_PARSED) {
        return parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;
    }
    if (!are_valid(format, (const char *const *)arguments)) {
        return CLI_STATUS_WRONG;
    }
    if (g_strcmp0(format, "json") == 0) {
        append_json(out);
    } else {
        append_text(out);
    }
    g_print("%s", out->str);
    return CLI_STATUS_OK;
}

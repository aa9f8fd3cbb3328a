/* GLib sorts the arguments; what they mean is checked here. */
/* SPDX-License-Identifier: MIT */
#include "cli/view_options.h"

#include <string.h>

#include "cli/message.h"
#include "cli/text.h"

#define LUA_BYTES_MAX (UINT64_C(1) << 30)
#define FRAMES_MAX    1000000
#define SIDE_MAX      16384 /* pixels of a window */

/* As they were given. */
struct raw {
    GStrv settings;
    char *seed;
    char *at;
    char *size;
    char *frames;
    gboolean is_headless;
    gboolean is_light;
    gboolean is_presenter;
    gboolean is_full_screen;
};

static const char description[] =
    "TIME is a number with a unit: 500ms, 90s, 2min. In the window, ? shows the keys.\n"
    "\n"
    "EVENTS are keys and clicks in their order, between commas: Space, Right, click:button/step,\n"
    "wait (until the run stands still). They are the names that the page of keys shows.";

static enum cli_parsed parse(struct cli_view_options *options, struct raw *raw, GStrv *arguments)
{
    const GOptionEntry entries[] = {
        {"set",
         0,
         0,
         G_OPTION_ARG_FILENAME_ARRAY,
         &raw->settings,
         "give a parameter of the scenario another value",
         "NAME=VALUE"},
        CLI_SUBCOMMAND_TEXT("seed", &raw->seed, "draw what is random from another seed", "NUMBER"),
        CLI_SUBCOMMAND_TEXT("at", &raw->at, "begin at this virtual time, paused", "TIME"),
        CLI_SUBCOMMAND_TEXT("size", &raw->size, "of the window, in pixels", "WIDTHxHEIGHT"),
        CLI_SUBCOMMAND_FLAG("light", &raw->is_light, "dark on bright"),
        CLI_SUBCOMMAND_FLAG("presenter", &raw->is_presenter, "one panel, large, for a class"),
        CLI_SUBCOMMAND_FLAG("fullscreen", &raw->is_full_screen, "no window around it"),
        CLI_SUBCOMMAND_FLAG("headless", &raw->is_headless, "the same pixels, without a display"),
        CLI_SUBCOMMAND_TEXT(
            "frames",
            &raw->frames,
            "without a display: play so many sixtieths of a second",
            "NUMBER"),
        CLI_SUBCOMMAND_TEXT(
            "script", &options->script, "without a display: press and click these", "EVENTS"),
        CLI_SUBCOMMAND_TEXT(
            "screenshot", &options->screenshot, "without a display: save the last picture", "FILE"),
        CLI_SUBCOMMAND_TEXT(
            "record", &options->record, "without a display: film these --frames", "FILE"),
        CLI_SUBCOMMAND_TEXT(
            "dump", &options->dump, "without a display: save it as text, item by item", "FILE"),
        {0},
    };

    return cli_subcommand_parse(cli_subcommand_find("view"), entries, description, arguments);
}

static bool read_file_name(struct cli_view_options *options, const char *const *arguments)
{
    if (arguments[1] == NULL) {
        cli_message_error("which scenario? Usage: tailback view FILE; see tailback help view");
        return false;
    }
    if (arguments[2] != NULL) {
        cli_message_error(
            "one scenario at a time: '%s' is one too many; see tailback help view", arguments[2]);
        return false;
    }
    options->file = g_strdup(arguments[1]);
    return true;
}

static bool read_number(const char *option, const char *text, uint64_t max, uint64_t *out_number)
{
    g_autoptr(GError) error = NULL;

    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 0, max, out_number, &error)) {
        cli_message_error(
            "--%s %s: expected a whole number from 0 to %" G_GUINT64_FORMAT, option, text, max);
        return false;
    }
    return true;
}

static bool read_at(struct cli_view_options *options, const char *text)
{
    if (text != NULL && !cli_text_parse_duration(text, &options->at)) {
        cli_message_error(
            "--at %s: a time is a number with a unit (ns us ms s min h d), as in 90s", text);
        return false;
    }
    return true;
}

static bool read_size(struct cli_view_options *options, const char *text)
{
    if (text == NULL) {
        return true;
    }
    g_auto(GStrv) parts = g_strsplit(text, "x", 2);
    guint64 sides[2] = {0};
    for (int i = 0; i < 2 && parts[0] != NULL && parts[1] != NULL; i++) {
        if (!g_ascii_string_to_unsigned(parts[i], 10, 16, SIDE_MAX, &sides[i], NULL)) {
            sides[i] = 0;
        }
    }
    options->width = (int)sides[0];
    options->height = (int)sides[1];
    if (sides[0] == 0 || sides[1] == 0) {
        cli_message_error("--size %s: two numbers from 16 to %d, as in 1280x720", text, SIDE_MAX);
        return false;
    }
    return true;
}

static bool read_settings(struct cli_view_options *options)
{
    for (uint32_t i = 0; options->words != NULL && options->words[i] != NULL; i++) {
        char *equals = strchr(options->words[i], '=');
        if (equals == NULL || equals == options->words[i]) {
            cli_message_error(
                "--set %s: write --set NAME=VALUE, as in --set rate=2000", options->words[i]);
            return false;
        }
        *equals = '\0';
        struct script_setting setting = {.name = options->words[i], .value = equals + 1};
        g_array_append_val(options->settings, setting);
    }
    return true;
}

struct need {
    const char *option;
    bool is_given;
};

/* What makes no sense with a window is not silently left out. */
static bool needs_no_window(const struct cli_view_options *options, const struct raw *raw)
{
    const struct need needs[] = {
        {"screenshot", options->screenshot != NULL},
        {"script", options->script != NULL},
        {"dump", options->dump != NULL},
        {"record", options->record != NULL},
        {"frames", raw->frames != NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(needs) && !options->is_headless; i++) {
        if (needs[i].is_given) {
            cli_message_error("--%s goes with --headless", needs[i].option);
            return false;
        }
    }
    if (options->record != NULL && raw->frames == NULL) {
        cli_message_error("--record %s: of how many --frames?", options->record);
        return false;
    }
    return true;
}

static bool read_all(
    struct cli_view_options *options, struct raw *raw, const char *const *arguments)
{
    uint64_t frames = 0;

    options->words = g_steal_pointer(&raw->settings);
    options->has_seed = raw->seed != NULL;
    options->is_headless = raw->is_headless;
    options->is_light = raw->is_light;
    options->is_presenter = raw->is_presenter;
    options->is_full_screen = raw->is_full_screen;
    bool is_well = read_file_name(options, arguments) &&
                   read_number("seed", raw->seed, G_MAXUINT64, &options->seed) &&
                   read_number("frames", raw->frames, FRAMES_MAX, &frames) &&
                   read_at(options, raw->at) && read_size(options, raw->size) &&
                   read_settings(options) && needs_no_window(options, raw);
    options->frames = (uint32_t)frames;
    return is_well;
}

enum cli_parsed cli_view_options_init(struct cli_view_options *options, char **argv)
{
    g_auto(GStrv) arguments = g_strdupv(argv);
    struct raw raw = {0};

    *options = (struct cli_view_options){
        .settings = g_array_new(FALSE, FALSE, sizeof(struct script_setting)),
        .at = -1,
        .width = 1280,
        .height = 720,
    };
    enum cli_parsed parsed = parse(options, &raw, &arguments);
    if (parsed == CLI_PARSED && !read_all(options, &raw, (const char *const *)arguments)) {
        parsed = CLI_PARSED_WRONG;
    }
    g_strfreev(raw.settings);
    g_free(raw.seed);
    g_free(raw.at);
    g_free(raw.size);
    g_free(raw.frames);
    return parsed;
}

void cli_view_options_finish(struct cli_view_options *options)
{
    g_free(options->file);
    g_free(options->screenshot);
    g_free(options->script);
    g_free(options->dump);
    g_free(options->record);
    g_array_unref(options->settings);
    g_strfreev(options->words);
}

struct script_options cli_view_options_script(
    const struct cli_view_options *options, const char *library)
{
    return (struct script_options){
        .path = options->file,
        .library = library,
        .settings = (const struct script_setting *)(void *)options->settings->data,
        .setting_count = options->settings->len,
        .has_seed = options->has_seed,
        .seed = options->seed,
        .memory_max = LUA_BYTES_MAX,
    };
}

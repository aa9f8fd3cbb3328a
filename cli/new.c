/* A template is a scenario of lua/templates/, named after the system or the queue model that it is
 * of: a file more there is a name more here. */
/* SPDX-License-Identifier: MIT */
#include "cli/new.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/paths.h"
#include "cli/subcommand.h"
#include "cli/text.h"
#include "models/capabilities.h"

#define TEMPLATE_DEFAULT "producer_consumer"
#define TEMPLATES_MAX    32

struct options {
    char *system;
    char *model;
};

static const char about[] = "The scenario runs as it is, and its checks hold: tailback run FILE. A "
                            "FILE that exists is left\n"
                            "alone.";

/* ---- templates ---- */

static bool is_model(const char *name)
{
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        if (g_str_equal(name, model_capabilities_of((enum model_kind)kind)->name)) {
            return true;
        }
    }
    return false;
}

static char *templates_folder(GError **error)
{
    g_autofree char *library = cli_paths_library(error);

    return library == NULL ? NULL : g_build_filename(library, "templates", NULL);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of all templates of models, or of systems, ending with NULL; NULL, and *error set. */
static GStrv template_names(bool of_models, GError **error)
{
    g_autofree char *folder = templates_folder(error);
    g_autoptr(GDir) entries = folder == NULL ? NULL : g_dir_open(folder, 0, error);
    GPtrArray *names = g_ptr_array_new();
    const char *entry;

    while (entries != NULL && (entry = g_dir_read_name(entries)) != NULL) {
        g_autofree char *name = g_strndup(entry, strcspn(entry, "."));
        if (g_str_has_suffix(entry, ".lua") && is_model(name) == of_models &&
            names->len < TEMPLATES_MAX) {
            g_ptr_array_add(names, g_steal_pointer(&name));
        }
    }
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return (GStrv)g_ptr_array_free(names, FALSE);
}

static void complain(const char *option, const char *name, GStrv names)
{
    const char *meant = cli_text_nearest(name, (const char *const *)names);
    g_autofree char *all = g_strjoinv(", ", names);

    if (meant != NULL) {
        cli_message_error("--%s %s: there is none, did you mean %s?", option, name, meant);
    } else {
        cli_message_error("--%s %s: there is none; there are %s", option, name, all);
    }
}

/* Whether there is a template of this name and kind; else it has been said what there is. */
static bool is_known(const char *option, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = template_names(g_str_equal(option, "model"), &error);

    if (error != NULL) {
        cli_message_error("%s", error->message);
        return false;
    }
    if (!g_strv_contains((const char *const *)names, name)) {
        complain(option, name, names);
        return false;
    }
    return true;
}

static char *read_template(const char *name, GError **error)
{
    g_autofree char *folder = templates_folder(error);
    char *text = NULL;

    if (folder == NULL) {
        return NULL;
    }
    g_autofree char *file = g_strconcat(name, ".lua", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    return g_file_get_contents(path, &text, NULL, error) ? text : NULL;
}

/* ---- the file ---- */

static bool write_new(const char *path, const char *text)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (descriptor < 0 && errno == EEXIST) {
        cli_message_error("%s exists, and is left alone: give another name", path);
        return false;
    }
    bool is_written = descriptor >= 0 && cli_outputs_put(descriptor, text, strlen(text));
    int code = errno;
    if (descriptor >= 0 && close(descriptor) != 0 && is_written) {
        is_written = false;
        code = errno;
    }
    if (!is_written) {
        cli_message_error("cannot write %s: %s", path, g_strerror(code));
        if (descriptor >= 0) {
            (void)g_unlink(path);
        }
    }
    return is_written;
}

static int write_scenario(const char *path, const char *template)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = read_template(template, &error);

    if (text == NULL) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    if (!write_new(path, text)) {
        return CLI_STATUS_WRONG;
    }
    g_print("%s is written. Try\n\n  tailback run %s\n", path, path);
    return CLI_STATUS_OK;
}

/* ---- the command ---- */

static bool are_valid(const struct options *options, const char *const *arguments)
{
    if (arguments[1] == NULL) {
        cli_message_error("which file? Usage: tailback new FILE; see tailback help new");
        return false;
    }
    if (arguments[2] != NULL) {
        cli_message_error(
            "one file at a time: '%s' is one too many; see tailback help new", arguments[2]);
        return false;
    }
    if (!g_str_has_suffix(arguments[1], ".lua")) {
        cli_message_error("%s: a scenario's name ends with .lua", arguments[1]);
        return false;
    }
    if (options->system != NULL && options->model != NULL) {
        cli_message_error("--system and --model are both given: a scenario begins from one");
        return false;
    }
    return (options->system == NULL || is_known("system", options->system)) &&
           (options->model == NULL || is_known("model", options->model));
}

static int write_as_asked(const struct options *options, const char *const *arguments)
{
    const char *template = TEMPLATE_DEFAULT;

    if (!are_valid(options, arguments)) {
        return CLI_STATUS_WRONG;
    }
    if (options->system != NULL) {
        template = options->system;
    } else if (options->model != NULL) {
        template = options->model;
    }
    return write_scenario(arguments[1], template);
}

int cli_new_main(int argc, char **argv)
{
    struct options options = {0};
    const GOptionEntry entries[] = {
        CLI_SUBCOMMAND_TEXT(
            "system", &options.system, "begin from a system", "billing|cache|ticket"),
        CLI_SUBCOMMAND_TEXT(
            "model",
            &options.model,
            "begin from a queue model",
            "point_to_point|producer_consumer|publish_subscribe|mvc"),
        {0},
    };
    g_auto(GStrv) arguments = g_strdupv(argv);
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("new"), entries, about, &arguments);
    int status = parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;

    (void)argc;
    if (parsed == CLI_PARSED) {
        status = write_as_asked(&options, (const char *const *)arguments);
    }
    g_free(options.system);
    g_free(options.model);
    return status;
}

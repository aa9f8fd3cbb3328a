/* Every Lua file below scenarios/ is one. Each is loaded, in a worker of its own, to be asked for
 * its title: so what is listed is what can be run. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* canonicalize_file_name() */
#include "cli/list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/description.h"
#include "cli/launch.h"
#include "cli/message.h"
#include "cli/page.h"
#include "cli/paths.h"
#include "cli/subcommand.h"

#define DEPTH_MAX 8 /* folders within folders */

/* ---- which files there are ---- */

/* Appends the paths of all Lua files below the folder. */
static bool find_files(const char *folder, uint32_t depth, GPtrArray *paths, GError **error)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
    const char *name;

    if (entries == NULL) {
        return false;
    }
    while ((name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        bool is_folder = g_file_test(path, G_FILE_TEST_IS_DIR);
        if (is_folder && depth < DEPTH_MAX && !find_files(path, depth + 1, paths, error)) {
            return false;
        }
        if (!is_folder && g_str_has_suffix(name, ".lua")) {
            g_ptr_array_add(paths, g_steal_pointer(&path));
        }
    }
    return true;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* As one would type it: seen from the folder in which the user is, if it is below that. */
static char *shown_path(const char *path)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *prefix = g_strconcat(here, "/", NULL);
    char *real = canonicalize_file_name(path);
    const char *whole = real != NULL ? real : path;
    char *shown = g_strdup(g_str_has_prefix(whole, prefix) ? whole + strlen(prefix) : whole);

    free(real);
    return shown;
}

/* ---- what they are ---- */

struct list {
    struct cli_page page;
    const char *library;
    struct cli_interrupt interrupt;
    bool has_warned;
};

static void append_scenario(
    const struct cli_page *page, const char *path, const struct script_scenario *scenario)
{
    g_string_append(page->out, page->out->len > 0 ? "\n" : "");
    cli_page_begin_colour(page, CLI_PAGE_BOLD);
    cli_page_foreign(page, path, 0);
    cli_page_end_colour(page);
    g_string_append(page->out, "\n    ");
    cli_page_foreign(page, scenario->title, 4);
    if (scenario->question[0] != '\0') {
        g_string_append(page->out, "\n    ");
        cli_page_foreign(page, scenario->question, 4);
    }
    g_string_append_c(page->out, '\n');
}

/* Returns the status of this one. */
static int list_file(struct list *list, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *shown = shown_path(path);
    struct cli_job job = cli_launch_job(shown, list->library);
    struct cli_description description;

    job.is_mute = true;
    int status = cli_description_load(&job, &list->interrupt, &description, &error);
    if (status == CLI_STATUS_OK) {
        append_scenario(&list->page, shown, &description.scenario);
    } else {
        bool is_named = status > CLI_STATUS_WRONG || g_str_has_prefix(error->message, shown);
        cli_message_error("%s%s%s", is_named ? "" : shown, is_named ? "" : ": ", error->message);
    }
    if (description.warning != NULL && !list->has_warned) {
        cli_message_error("%s", description.warning);
        list->has_warned = true;
    }
    cli_description_finish(&description);
    return status;
}

static int list_all(struct list *list, GError **error)
{
    g_autofree char *data = cli_paths_data(error);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    int worst = CLI_STATUS_OK;

    if (data == NULL) {
        return CLI_STATUS_WRONG;
    }
    g_autofree char *folder = g_build_filename(data, "scenarios", NULL);
    if (!find_files(folder, 0, paths, error)) {
        return CLI_STATUS_WRONG;
    }
    g_ptr_array_sort(paths, compare_paths);
    for (uint32_t i = 0; i < paths->len; i++) {
        int status = list_file(list, g_ptr_array_index(paths, i));
        worst = MAX(worst, status);
        if (status > CLI_STATUS_WRONG) { /* a signal */
            return status;
        }
    }
    return worst;
}

static int print_list(bool is_ascii)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *library = cli_paths_library(&error);
    struct cli_style style = cli_style_of(STDOUT_FILENO, is_ascii);
    struct list list = {.page = {.out = out, .style = &style}, .library = library};
    int status = CLI_STATUS_WRONG;

    cli_interrupt_hold(&list.interrupt);
    if (library != NULL) {
        status = list_all(&list, &error);
    }
    if (error != NULL) {
        cli_message_error("%s", error->message);
    }
    if (status <= CLI_STATUS_WRONG) {
        cli_interrupt_release(&list.interrupt);
        g_print("%s", out->str);
    }
    return status;
}

int cli_list_main(int argc, char **argv)
{
    gboolean is_ascii = FALSE;
    const GOptionEntry entries[] = {
        CLI_SUBCOMMAND_FLAG("ascii", &is_ascii, "print no character beyond ASCII"),
        {0},
    };
    g_auto(GStrv) arguments = g_strdupv(argv);
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("list"), entries, NULL, &arguments);

    (void)argc;
    if (parsed == CLI_PARSED && arguments[1] != NULL) {
        cli_message_error("tailback list takes no arguments, but was given '%s'", arguments[1]);
        return CLI_STATUS_WRONG;
    }
    if (parsed == CLI_PARSED) {
        return print_list(is_ascii != FALSE);
    }
    return parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;
}

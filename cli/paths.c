/* A build folder looks like an installed tree: scenarios/meson.build puts links there. */
/* SPDX-License-Identifier: MIT */
#include "cli/paths.h"

char *cli_paths_data(GError **error)
{
    const char *named = g_getenv("TAILBACK_DATA");

    if (named != NULL && named[0] != '\0') {
        return g_strdup(named);
    }
    g_autofree char *program = g_file_read_link("/proc/self/exe", error);
    if (program == NULL) {
        return NULL;
    }
    g_autofree char *folder = g_path_get_dirname(program);
    g_autofree char *data = g_build_filename(folder, "..", "share", "tailback", NULL);
    return g_canonicalize_filename(data, NULL);
}

char *cli_paths_library(GError **error)
{
    g_autofree char *data = cli_paths_data(error);

    if (data == NULL) {
        return NULL;
    }
    g_autofree char *library = g_build_filename(data, "lua", NULL);
    g_autofree char *first = g_build_filename(library, "tailback", NULL);
    if (!g_file_test(first, G_FILE_TEST_IS_DIR)) {
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_NOENT,
            "the Lua library is not in %s; TAILBACK_DATA can name the folder that holds lua/",
            library);
        return NULL;
    }
    return g_steal_pointer(&library);
}

/* The viewer stands beside the program where both are installed, and in another folder of the build
 * where they were built. */
/* SPDX-License-Identifier: MIT */
#include "cli/view.h"

#include <errno.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/view_options.h"

#define VIEWER "tailback-view"

/* NULL when it is in neither place. */
static char *find_viewer(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");
    g_autofree char *installed = g_build_filename(folder, VIEWER, NULL);

    if (g_file_test(installed, G_FILE_TEST_IS_EXECUTABLE)) {
        return g_steal_pointer(&installed);
    }
    g_autofree char *built = g_build_filename(folder, "..", "viz", VIEWER, NULL);
    return g_file_test(built, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&built) : NULL;
}

int cli_view_main(int argc, char **argv)
{
    struct cli_view_options options;
    enum cli_parsed parsed = cli_view_options_init(&options, argv);

    (void)argc;
    cli_view_options_finish(&options);
    if (parsed != CLI_PARSED) {
        return parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;
    }
    g_autofree char *viewer = find_viewer();
    if (viewer == NULL) {
        cli_message_error(
            "the viewer, %s, is not installed with this program: build it with "
            "-Dviz=enabled, which needs SDL2, FreeType and libpng",
            VIEWER);
        return CLI_STATUS_WRONG;
    }
    (void)execv(viewer, argv);
    cli_message_error("cannot start %s: %s", viewer, g_strerror(errno));
    return CLI_STATUS_WRONG;
}

/* The viewer's own program, so that tailback itself needs no window library. */
/* SPDX-License-Identifier: MIT */
#include <locale.h>

#include "cli/message.h"
#include "cli/paths.h"
#include "viz/headless.h"
#include "viz/window.h"

struct program {
    struct cli_view_options options;
    char *library;
    viz_font *font;
    viz_player *player;
    viz_view *view;
    viz_window *window;
};

static int run_window(struct program *program, GError **error)
{
    const struct cli_view_options *options = &program->options;
    const struct viz_window_plan plan = {options->width, options->height, options->is_full_screen};

    program->window = viz_window_create(program->player, program->view, &plan, error);
    if (program->window == NULL) {
        return CLI_STATUS_WRONG;
    }
    viz_player_start(program->player, MAX(options->at, 0), options->at < 0);
    viz_window_run(program->window);
    return CLI_STATUS_OK;
}

static int run(struct program *program, GError **error)
{
    const struct cli_view_options *options = &program->options;

    program->library = cli_paths_library(error);
    program->font = program->library != NULL ? viz_font_create(error) : NULL;
    if (program->font == NULL) {
        return CLI_STATUS_WRONG;
    }
    struct script_options script = cli_view_options_script(options, program->library);
    program->player = viz_player_create(&script);
    program->view = viz_view_create(program->player, program->font);
    struct viz_ui *ui = viz_view_ui(program->view);
    ui->theme = options->is_light ? VIZ_THEME_LIGHT : VIZ_THEME_DARK;
    ui->is_presenter = options->is_presenter;
    if (options->is_headless) {
        return viz_headless_run(options, program->player, program->view, program->font);
    }
    return run_window(program, error);
}

static void finish(struct program *program)
{
    viz_window_destroy(program->window);
    viz_view_destroy(program->view);
    viz_player_destroy(program->player);
    viz_font_destroy(program->font);
    g_free(program->library);
    cli_view_options_finish(&program->options);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    g_autoptr(GError) error = NULL;
    int status = CLI_STATUS_WRONG;

    (void)argc;
    (void)setlocale(LC_CTYPE, "");
    enum cli_parsed parsed = cli_view_options_init(&program.options, argv);
    if (parsed == CLI_PARSED) {
        status = run(&program, &error);
    } else if (parsed == CLI_PARSED_HELP) {
        status = CLI_STATUS_OK;
    }
    if (error != NULL) {
        cli_message_error("%s", error->message);
    }
    finish(&program);
    return status;
}

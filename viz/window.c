/* A frame is drawn when something has changed: there is news of the worker, or somebody did
 * something. Keys that write a character other than a letter or a digit are taken as the character,
 * wherever the keyboard has it; all others by their names. */
/* SPDX-License-Identifier: MIT */
#include "viz/window.h"

#include <string.h>
#include <time.h>

#include <SDL.h>

#include "viz/draw.h"
#include "viz/png.h"

#define FRAME_US      (G_USEC_PER_SEC / 60)
#define LOOK_US       (G_USEC_PER_SEC / 2) /* between two looks at the file */
#define PICTURES_MAX  1000
#define KEY_NAME_SIZE 32

struct viz_window {
    viz_player *player;
    viz_view *view;
    SDL_Window *window;
    viz_canvas *canvas;
    gint64 looked_us;
    sim_time frame_time;
    uint64_t frame_count;
    bool has_changed;
    bool is_closing;
    bool is_full_screen;
};

static sim_time cpu_time(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * SIM_SECOND + now.tv_nsec;
}

viz_window *viz_window_create(
    viz_player *player, viz_view *view, const struct viz_window_plan *plan, GError **error)
{
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    viz_window *window = g_new0(viz_window, 1);

    (void)SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    (void)SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    (void)SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    window->player = player;
    window->view = view;
    window->has_changed = true;
    window->is_full_screen = plan->is_full_screen;
    flags |= plan->is_full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0;
    if (SDL_Init(SDL_INIT_VIDEO) == 0) {
        window->window = SDL_CreateWindow(
            "tailback",
            SDL_WINDOWPOS_UNDEFINED,
            SDL_WINDOWPOS_UNDEFINED,
            plan->width,
            plan->height,
            flags);
    }
    if (window->window == NULL) {
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_NODEV,
            "no window: %s; without a display, --headless --screenshot FILE draws the same",
            SDL_GetError());
        viz_window_destroy(window);
        return NULL;
    }
    SDL_StartTextInput();
    return window;
}

void viz_window_destroy(viz_window *window)
{
    if (window == NULL) {
        return;
    }
    if (window->window != NULL) {
        SDL_DestroyWindow(window->window);
    }
    SDL_Quit();
    viz_canvas_destroy(window->canvas);
    g_free(window);
}

/* ---- events ---- */

/* "tailback-1.png", where there is none of that name. */
static void save_picture(viz_window *window)
{
    g_autoptr(GError) error = NULL;

    for (int i = 1; i <= PICTURES_MAX && window->canvas != NULL; i++) {
        g_autofree char *name = g_strdup_printf("tailback-%d.png", i);
        if (g_file_test(name, G_FILE_TEST_EXISTS)) {
            continue;
        }
        if (viz_png_write(window->canvas, name, &error)) {
            viz_view_notify(window->view, "Saved %s", name);
        } else {
            viz_view_notify(window->view, "Not saved: %s", error->message);
        }
        return;
    }
}

static void grant(viz_window *window, enum viz_wish wish)
{
    switch (wish) {
    case VIZ_WISH_QUIT:
        window->is_closing = true;
        break;
    case VIZ_WISH_PICTURE:
        save_picture(window);
        break;
    case VIZ_WISH_FULL_SCREEN:
        window->is_full_screen = !window->is_full_screen;
        (void)SDL_SetWindowFullscreen(
            window->window, window->is_full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
        break;
    case VIZ_WISH_NONE:
        break;
    }
}

static bool is_letter_or_digit(SDL_Keycode key)
{
    return (key >= SDLK_a && key <= SDLK_z) || (key >= SDLK_0 && key <= SDLK_9);
}

static void press(viz_window *window, const SDL_KeyboardEvent *event)
{
    SDL_Keycode key = event->keysym.sym;
    char name[KEY_NAME_SIZE];

    if ((event->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) != 0) {
        if (key == SDLK_q || key == SDLK_w || key == SDLK_c) {
            window->is_closing = true;
        }
        return;
    }
    (void)g_strlcpy(name, SDL_GetKeyName(key), sizeof(name));
    if (is_letter_or_digit(key)) {
        name[0] = g_ascii_tolower(name[0]);
    } else if (strlen(name) == 1) {
        return; /* it comes again as text */
    }
    grant(window, viz_view_key(window->view, name));
}

static void type(viz_window *window, const char *text)
{
    if (strlen(text) == 1 && !g_ascii_isalnum(text[0]) && text[0] != ' ') {
        grant(window, viz_view_key(window->view, text));
    }
}

/* Where windows are measured in larger units than pixels. */
static int scaled(const viz_window *window, int coordinate)
{
    int width;

    SDL_GetWindowSize(window->window, &width, NULL);
    if (window->canvas == NULL || width <= 0) {
        return coordinate;
    }
    return (int)((int64_t)coordinate * viz_canvas_width(window->canvas) / width);
}

static void handle(viz_window *window, const SDL_Event *event)
{
    window->has_changed = true;
    switch (event->type) {
    case SDL_QUIT:
        window->is_closing = true;
        break;
    case SDL_KEYDOWN:
        press(window, &event->key);
        break;
    case SDL_TEXTINPUT:
        type(window, event->text.text);
        break;
    case SDL_MOUSEBUTTONDOWN:
        if (event->button.button == SDL_BUTTON_RIGHT) {
            viz_view_click_other(
                window->view, scaled(window, event->button.x), scaled(window, event->button.y));
            break;
        }
        grant(
            window,
            viz_view_click(
                window->view, scaled(window, event->button.x), scaled(window, event->button.y)));
        break;
    case SDL_MOUSEMOTION:
        viz_view_point(
            window->view, scaled(window, event->motion.x), scaled(window, event->motion.y));
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) {
            viz_view_point(window->view, -1, -1);
        }
        break;
    default:
        break;
    }
}

/* ---- frames ---- */

/* A canvas of the surface's size. */
static void fit_canvas(viz_window *window, int width, int height)
{
    if (window->canvas == NULL || viz_canvas_width(window->canvas) != width ||
        viz_canvas_height(window->canvas) != height) {
        viz_canvas_destroy(window->canvas);
        window->canvas = viz_canvas_create(width, height);
    }
}

static bool copy_to(SDL_Surface *surface, const viz_canvas *canvas)
{
    int width = viz_canvas_width(canvas);

    return SDL_ConvertPixels(
               width,
               viz_canvas_height(canvas),
               SDL_PIXELFORMAT_ARGB8888,
               viz_canvas_pixels(canvas),
               width * 4,
               surface->format->format,
               surface->pixels,
               surface->pitch) == 0;
}

/* A surface may be lost between two events, as when a window is resized: then the next one is good.
 */
static bool show(viz_window *window)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window->window);

    if (surface == NULL || surface->w < 1 || surface->h < 1 || surface->w > VIZ_CANVAS_SIDE_MAX ||
        surface->h > VIZ_CANVAS_SIDE_MAX) {
        return surface != NULL;
    }
    sim_time begun = cpu_time();
    fit_canvas(window, surface->w, surface->h);
    viz_draw(window->canvas, viz_view_compose(window->view, surface->w, surface->h));
    bool is_shown =
        copy_to(surface, window->canvas) && SDL_UpdateWindowSurface(window->window) == 0;
    window->frame_time = cpu_time() - begun;
    window->frame_count += is_shown;
    window->has_changed = !is_shown;
    return true;
}

static void look_at_file(viz_window *window)
{
    gint64 now = g_get_monotonic_time();

    if (now - window->looked_us >= LOOK_US) {
        window->looked_us = now;
        if (viz_player_reload_if_changed(window->player)) {
            viz_view_notify(window->view, "The file has changed: loaded again");
        }
    }
}

bool viz_window_step(viz_window *window)
{
    SDL_Event event;

    while (SDL_PollEvent(&event) != 0) {
        handle(window, &event);
    }
    look_at_file(window);
    window->has_changed |= viz_player_poll(window->player);
    if (window->has_changed && !window->is_closing && !show(window)) {
        window->is_closing = true;
    }
    return !window->is_closing;
}

void viz_window_run(viz_window *window)
{
    gint64 next = g_get_monotonic_time();

    while (viz_window_step(window)) {
        gint64 now = g_get_monotonic_time();
        next = MAX(next + FRAME_US, now - FRAME_US);
        if (next > now) {
            SDL_Delay((Uint32)((next - now) / 1000));
        }
    }
}

sim_time viz_window_frame_time(const viz_window *window)
{
    return window->frame_time;
}

uint64_t viz_window_frame_count(const viz_window *window)
{
    return window->frame_count;
}

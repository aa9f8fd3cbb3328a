/* libpng's simplified interface: 8 bits for each of blue, green, red and alpha, which is a pixel as
 * it lies in memory. */
/* SPDX-License-Identifier: MIT */
#include "viz/png.h"

#include <png.h>
#include <string.h>

static void set_error(GError **error, const char *path, const png_image *image)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, image->message);
}

bool viz_png_write(const viz_canvas *canvas, const char *path, GError **error)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = (png_uint_32)viz_canvas_width(canvas),
        .height = (png_uint_32)viz_canvas_height(canvas),
        .format = PNG_FORMAT_BGR,
    };
    size_t count = (size_t)image.width * image.height;
    const uint32_t *pixels = viz_canvas_pixels(canvas);
    png_byte *bytes = g_malloc(3 * count);

    for (size_t i = 0; i < count; i++) {
        bytes[3 * i] = (png_byte)pixels[i];
        bytes[3 * i + 1] = (png_byte)(pixels[i] >> 8);
        bytes[3 * i + 2] = (png_byte)(pixels[i] >> 16);
    }
    int is_written = png_image_write_to_file(&image, path, 0, bytes, 0, NULL);
    g_free(bytes);
    if (is_written == 0) {
        set_error(error, path, &image);
    }
    return is_written != 0;
}

static bool is_drawable(const png_image *image)
{
    return image->width > 0 && image->width <= VIZ_CANVAS_SIDE_MAX && image->height > 0 &&
           image->height <= VIZ_CANVAS_SIDE_MAX;
}

static viz_canvas *read_pixels(png_image *image)
{
    viz_canvas *canvas = viz_canvas_create((int)image->width, (int)image->height);
    uint32_t *pixels = g_new0(uint32_t, (gsize)image->width * image->height);

    image->format = PNG_FORMAT_BGRA;
    int is_read = png_image_finish_read(image, NULL, pixels, 0, NULL);
    viz_canvas_copy(canvas, pixels);
    g_free(pixels);
    if (is_read == 0) {
        viz_canvas_destroy(canvas);
        return NULL;
    }
    return canvas;
}

viz_canvas *viz_png_read(const char *path, GError **error)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    viz_canvas *canvas = NULL;

    if (png_image_begin_read_from_file(&image, path) != 0 && is_drawable(&image)) {
        canvas = read_pixels(&image);
    }
    if (canvas == NULL) {
        const char *why = image.message[0] != '\0' ? image.message : "too large a picture";
        png_image_free(&image);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, why);
    }
    return canvas;
}

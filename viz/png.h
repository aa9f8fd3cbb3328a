/* viz/png.h - a picture as a PNG file. The same pixels give the same bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_PNG_H
#define VIZ_PNG_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"
#include "viz/canvas.h"

/* Writes over a file of that name. Returns false, and sets *error, when it cannot be written. */
SIM_MUST_USE bool viz_png_write(const viz_canvas *canvas, const char *path, GError **error);

/* Reads a picture of one such file. NULL, and *error set, when it is none. */
viz_canvas *viz_png_read(const char *path, GError **error);

#endif

/* viz/record.h - pictures, one after the other, as a film.
 *
 * The film is made by ffmpeg, which must be there; the name of the file says of which kind it is:
 * .mp4, .webm, .gif and whatever else ffmpeg knows. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_RECORD_H
#define VIZ_RECORD_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"
#include "viz/canvas.h"

#define VIZ_RECORD_RATE 60 /* pictures a second */

typedef struct viz_record viz_record;

/* Writes over a file of that name. NULL, and *error set, when there is no ffmpeg. */
viz_record *viz_record_create(const char *path, int width, int height, GError **error);

/* The next picture, of that size. Returns false, and sets *error, when ffmpeg takes no more. */
SIM_MUST_USE bool viz_record_add(viz_record *record, const viz_canvas *canvas, GError **error);

/* Ends the film, and frees the record. Returns false, and sets *error, when ffmpeg could not make
 * it. */
SIM_MUST_USE bool viz_record_finish(viz_record *record, GError **error);

#endif

/* viz/draw.h - a scene, drawn into a canvas of its size. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_DRAW_H
#define VIZ_DRAW_H

#include "viz/canvas.h"
#include "viz/scene.h"

void viz_draw(viz_canvas *canvas, const viz_scene *scene);

#endif

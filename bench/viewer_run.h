/* bench/viewer_run.h - the viewer with a real worker: how soon it shows something, what watching
 * costs, how long it takes to go back. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_VIEWER_RUN_H
#define BENCH_VIEWER_RUN_H

#include "viz/font.h"

/* Prints the figures, of `rounds` pairs of runs. Returns false when the scenario does not load. */
bool bench_viewer_run(viz_font *font, uint32_t rounds);

#endif

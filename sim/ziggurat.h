/* sim/ziggurat.h - the tables of the ziggurat method (Marsaglia and Tsang 2000).
 *
 * A density that falls from 1 at 0 is covered by 256 layers of one area. Layer i is a rectangle
 * from 0 to edge i; the part up to edge i + 1 lies wholly under the density, so that a point there
 * is taken without a look at the density. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ZIGGURAT_H
#define SIM_ZIGGURAT_H

#define SIM_ZIGGURAT_LAYERS 256
#define SIM_ZIGGURAT_EDGES  (SIM_ZIGGURAT_LAYERS + 1)

/* exp(-x), and exp(-x^2 / 2). Edge 1 is where the tail starts. */
extern const double sim_ziggurat_exponential[SIM_ZIGGURAT_EDGES];
extern const double sim_ziggurat_normal[SIM_ZIGGURAT_EDGES];

#endif

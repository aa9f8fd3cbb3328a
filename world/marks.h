/* world/marks.h - one bit for every message: the world's own note that something has happened to
 * it.
 *
 * Kept beside the simulated system, for its measures; no node decides by it. It survives every
 * crash, and grows by doubling with the messages: a bit each. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_MARKS_H
#define WORLD_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"

struct world_mark_row {
    uint64_t *words;
    uint64_t word_count;
};

struct world_marks {
    struct world_mark_row *rows; /* by producer */
    uint32_t row_count;
};

/* All zeroes are none. */
void world_marks_finish(struct world_marks *marks);

void world_marks_set(struct world_marks *marks, uint64_t message);
bool world_marks_has(const struct world_marks *marks, uint64_t message);

#endif

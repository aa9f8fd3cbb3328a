/* world/assign.h - the assignment of greatest value: rows to columns, each at most once. Exact.
 *
 * Shortest augmenting paths with dual prices (Jonker and Volgenant, "A shortest augmenting path
 * algorithm for dense and sparse linear assignment problems", Computing 38, 1987, section 3), on a
 * dense matrix; a row may stay without a column, for the value 0. Integers throughout: so equal
 * matrices have equal results on every machine. docs/systems-ticket.md says why this is not a
 * library's. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ASSIGN_H
#define WORLD_ASSIGN_H

#include <stdint.h>

#include "sim/base.h"

#define WORLD_ASSIGN_FORBIDDEN INT64_MIN          /* the value of a pair that may not be */
#define WORLD_ASSIGN_NOTHING   UINT32_MAX         /* the column of a row that has none */
#define WORLD_ASSIGN_VALUE_MAX (INT64_C(1) << 44) /* of a pair, either way */

/* The memory that a solver works in: it grows by doubling, and is used again. All zeroes is none.
 */
struct world_assign {
    int64_t *row_prices;
    int64_t *column_prices;
    int64_t *distances;
    uint32_t *previous; /* row before each column on the shortest path */
    uint32_t *rows;     /* of each column, or WORLD_ASSIGN_NOTHING */
    uint32_t *scanned;  /* columns, in the order in which they were reached */
    uint32_t *open;     /* columns not reached yet */
    uint32_t row_capacity;
    uint32_t column_capacity;
    uint64_t steps; /* pairs that were looked at, since the beginning */
};

void world_assign_finish(struct world_assign *solver);

/* Sets out_columns[row], for each row, so that the sum of values[row * columns + column] is as
 * great as it can be, and returns that sum. O(rows * rows * columns) at worst, and much less for
 * values that differ. */
int64_t world_assign_solve(
    struct world_assign *solver,
    const int64_t *values,
    uint32_t row_count,
    uint32_t column_count,
    uint32_t *out_columns);

#endif

/* In terms of costs, which are the values' negatives: the prices satisfy row + column <= cost for
 * every pair, with equality where a row has its column; and row <= 0, the cost of having none. Each
 * row in turn finds the shortest way, in costs less prices, to a column that nobody has, or to a
 * row that does without one; the prices follow, and everybody on the way moves on by one. */
/* SPDX-License-Identifier: MIT */
#include "world/assign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING WORLD_ASSIGN_NOTHING
#define FAR     INT64_MAX

struct problem {
    struct world_assign *solver;
    const int64_t *values;
    uint32_t row_count;
    uint32_t column_count;
    uint32_t *columns; /* of each row */
};

/* A search from one row. */
struct search {
    uint32_t open_count;
    uint32_t scanned_count;
    int64_t giving_up; /* the shortest way that ends with a row that does without */
    uint32_t giver;    /* that row */
};

void world_assign_finish(struct world_assign *solver)
{
    free(solver->row_prices);
    free(solver->column_prices);
    free(solver->distances);
    free(solver->previous);
    free(solver->rows);
    free(solver->scanned);
    free(solver->open);
    memset(solver, 0, sizeof(*solver));
}

static void make_room(struct world_assign *solver, uint32_t rows, uint32_t columns)
{
    if (rows > solver->row_capacity) {
        free(solver->row_prices);
        solver->row_capacity = 2 * rows;
        solver->row_prices = sim_allocate(solver->row_capacity, sizeof(int64_t));
    }
    if (columns <= solver->column_capacity) {
        return;
    }
    uint64_t steps = solver->steps;
    int64_t *row_prices = solver->row_prices;
    uint32_t row_capacity = solver->row_capacity;
    solver->row_prices = NULL;
    world_assign_finish(solver);
    *solver = (struct world_assign){
        .row_prices = row_prices,
        .row_capacity = row_capacity,
        .column_capacity = 2 * columns,
        .steps = steps,
    };
    solver->column_prices = sim_allocate(solver->column_capacity, sizeof(int64_t));
    solver->distances = sim_allocate(solver->column_capacity, sizeof(int64_t));
    solver->previous = sim_allocate(solver->column_capacity, sizeof(uint32_t));
    solver->rows = sim_allocate(solver->column_capacity, sizeof(uint32_t));
    solver->scanned = sim_allocate(solver->column_capacity, sizeof(uint32_t));
    solver->open = sim_allocate(solver->column_capacity, sizeof(uint32_t));
    SIM_ASSERT(solver->column_capacity > columns);
}

/* The column can be reached by way of the row, at this distance. */
static inline void reach(
    struct world_assign *solver, uint32_t column, uint32_t row, int64_t distance)
{
    if (distance < solver->distances[column]) {
        solver->distances[column] = distance;
        solver->previous[column] = row;
    }
}

/* Looks from a row, reached at this distance, at every column that is open; returns the place of
 * the nearest among the open ones, NOTHING when none can be reached. */
static uint32_t look_from(
    const struct problem *problem, struct search *search, uint32_t row, int64_t distance)
{
    struct world_assign *solver = problem->solver;
    const int64_t *values = &problem->values[(size_t)row * problem->column_count];
    int64_t base = distance - solver->row_prices[row];
    int64_t nearest = FAR;
    uint32_t place = NOTHING;

    if (base < search->giving_up) {
        search->giving_up = base;
        search->giver = row;
    }
    solver->steps += search->open_count;
    for (uint32_t i = 0; i < search->open_count; i++) {
        uint32_t column = solver->open[i];
        if (values[column] != WORLD_ASSIGN_FORBIDDEN) {
            reach(solver, column, row, base - values[column] - solver->column_prices[column]);
        }
        /* Of equals one that nobody has: it ends the search. */
        if (solver->distances[column] < nearest ||
            (solver->distances[column] == nearest && nearest != FAR &&
             solver->rows[column] == NOTHING)) {
            nearest = solver->distances[column];
            place = i;
        }
    }
    SIM_ASSERT(nearest >= distance || search->scanned_count == 0);
    return place;
}

/* The prices of all that the search has reached, whose way was `length` long. */
static void raise_prices(
    const struct problem *problem, const struct search *search, uint32_t row, int64_t length)
{
    struct world_assign *solver = problem->solver;

    solver->row_prices[row] += length;
    for (uint32_t i = 0; i < search->scanned_count; i++) {
        uint32_t column = solver->scanned[i];
        int64_t change = length - solver->distances[column];
        SIM_ASSERT(change >= 0 && solver->rows[column] != NOTHING);
        solver->column_prices[column] -= change;
        solver->row_prices[solver->rows[column]] += change;
    }
}

/* Gives the column to the row before it on the way, whose own goes to the row before that. */
static void shift(const struct problem *problem, uint32_t column, uint32_t start)
{
    const struct world_assign *solver = problem->solver;
    uint32_t row;

    do {
        row = solver->previous[column];
        uint32_t left = problem->columns[row];
        problem->columns[row] = column;
        solver->rows[column] = row;
        column = left;
    } while (row != start);
    SIM_ASSERT(column == NOTHING);
}

/* The giver does without its column, and that column is the end of the way. */
static void give_up(const struct problem *problem, uint32_t giver, uint32_t start)
{
    uint32_t column = problem->columns[giver];

    SIM_ASSERT(giver == start || column != NOTHING);
    if (giver != start) {
        problem->columns[giver] = NOTHING;
        shift(problem, column, start);
    }
}

static void begin(const struct problem *problem, struct search *search)
{
    struct world_assign *solver = problem->solver;

    *search =
        (struct search){.open_count = problem->column_count, .giving_up = FAR, .giver = NOTHING};
    for (uint32_t column = 0; column < problem->column_count; column++) {
        solver->distances[column] = FAR;
        solver->open[column] = column;
    }
    SIM_ASSERT(search->scanned_count == 0);
}

/* Finds a place for one more row. Takes as many steps as there are columns at most. */
static void augment(const struct problem *problem, uint32_t start)
{
    struct world_assign *solver = problem->solver;
    struct search search;
    uint32_t row = start;
    int64_t distance = 0;

    begin(problem, &search);
    solver->row_prices[start] = 0;
    while (true) {
        uint32_t place = look_from(problem, &search, row, distance);
        uint32_t column = place == NOTHING ? NOTHING : solver->open[place];
        if (column == NOTHING || solver->distances[column] >= search.giving_up) {
            raise_prices(problem, &search, start, search.giving_up);
            give_up(problem, search.giver, start);
            return;
        }
        distance = solver->distances[column];
        if (solver->rows[column] == NOTHING) {
            raise_prices(problem, &search, start, distance);
            shift(problem, column, start);
            return;
        }
        solver->open[place] = solver->open[--search.open_count];
        solver->scanned[search.scanned_count++] = column;
        row = solver->rows[column];
        SIM_ASSERT(search.scanned_count <= problem->row_count);
    }
}

int64_t world_assign_solve(
    struct world_assign *solver,
    const int64_t *values,
    uint32_t row_count,
    uint32_t column_count,
    uint32_t *out_columns)
{
    const struct problem problem = {solver, values, row_count, column_count, out_columns};
    int64_t sum = 0;

    make_room(solver, row_count, column_count);
    for (uint32_t column = 0; column < column_count; column++) {
        solver->column_prices[column] = 0;
        solver->rows[column] = NOTHING;
    }
    for (uint32_t row = 0; row < row_count; row++) {
        out_columns[row] = NOTHING;
        augment(&problem, row);
    }
    for (uint32_t row = 0; row < row_count; row++) {
        if (out_columns[row] != NOTHING) {
            int64_t value = values[(size_t)row * column_count + out_columns[row]];
            SIM_ASSERT(value >= 0 && value <= WORLD_ASSIGN_VALUE_MAX);
            sum += value;
        }
    }
    return sum;
}

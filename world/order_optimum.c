/* The matrix has a row for each customer and each rule that a person's day has no room for, and a
 * column for each rule. A row of the second kind is worth more than all matches, so it takes one
 * rule of that day away. */
/* SPDX-License-Identifier: MIT */
#include "world/order_optimum.h"

#include <stdlib.h>

#include "world/assign.h"

#define OPTIMUM_PAIRS (UINT64_C(1) << 24) /* of a matrix of 8 bytes each */
#define SURPLUS_VALUE (INT64_C(1) << 40)  /* more than any match */

static int by_person_and_day(const void *left, const void *right)
{
    const struct world_asked *a = left;
    const struct world_asked *b = right;

    if (a->rule.person != b->rule.person) {
        return a->rule.person < b->rule.person ? -1 : 1;
    }
    if (a->day != b->day) {
        return a->day < b->day ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The end of the rules from `first` on that are of one person and day. */
static uint32_t end_of_day(const struct world_asked *rules, uint32_t first, uint32_t count)
{
    uint32_t end = first + 1;

    while (end < count && rules[end].rule.person == rules[first].rule.person &&
           rules[end].day == rules[first].day) {
        end++;
    }
    SIM_ASSERT(end <= count);
    return end;
}

struct matrix {
    int64_t *values;
    uint32_t rows;
    uint32_t columns;
    uint32_t surplus; /* rows of the second kind */
};

static uint32_t surplus_of(
    const struct world_roster *roster,
    const struct world_asked *rules,
    uint32_t first,
    uint32_t count)
{
    uint32_t asked = end_of_day(rules, first, count) - first;
    uint32_t capacity = roster->persons[rules[first].rule.person].capacity;

    SIM_ASSERT(asked > 0);
    return asked > capacity ? asked - capacity : 0;
}

static int64_t pair_value(
    const struct world_roster *roster, const struct world_asked *asked, uint32_t customer)
{
    bool is_possible = !roster->customers[customer].is_closed &&
                       world_rule_matches(roster, &asked->rule, customer);

    SIM_ASSERT(asked->rule.person < roster->config.persons);
    return is_possible ? world_roster_value(roster, asked->rule.person, customer)
                       : WORLD_ASSIGN_FORBIDDEN;
}

static void fill_row(const struct matrix *matrix, uint32_t row, uint32_t first, uint32_t end)
{
    SIM_ASSERT(row < matrix->rows);
    for (uint32_t i = 0; i < matrix->columns; i++) {
        matrix->values[(size_t)row * matrix->columns + i] =
            i >= first && i < end ? SURPLUS_VALUE : WORLD_ASSIGN_FORBIDDEN;
    }
}

static void fill(
    const struct world_roster *roster, const struct world_asked *rules, struct matrix *matrix)
{
    uint32_t row = roster->config.customers;

    for (size_t i = 0; i < (size_t)row * matrix->columns; i++) {
        const struct world_asked *asked = &rules[i % matrix->columns];
        matrix->values[i] = pair_value(roster, asked, (uint32_t)(i / matrix->columns));
    }
    for (uint32_t i = 0; i < matrix->columns;) {
        uint32_t end = end_of_day(rules, i, matrix->columns);
        for (uint32_t n = surplus_of(roster, rules, i, matrix->columns); n > 0; n--) {
            fill_row(matrix, row++, i, end);
        }
        i = end;
    }
    SIM_ASSERT(row == matrix->rows);
}

bool world_order_optimum(
    const struct world_roster *roster,
    struct world_asked *rules,
    uint32_t rule_count,
    int64_t *out_value)
{
    struct matrix matrix = {.columns = rule_count, .rows = roster->config.customers};
    struct world_assign solver = {0};

    if (rule_count == 0) {
        return false;
    }
    qsort(rules, rule_count, sizeof(*rules), by_person_and_day);
    for (uint32_t i = 0; i < matrix.columns; i = end_of_day(rules, i, matrix.columns)) {
        matrix.surplus += surplus_of(roster, rules, i, rule_count);
    }
    matrix.rows += matrix.surplus;
    if ((uint64_t)matrix.rows * matrix.columns > OPTIMUM_PAIRS) {
        return false;
    }
    matrix.values = sim_allocate((size_t)matrix.rows * matrix.columns, sizeof(int64_t));
    uint32_t *columns = sim_allocate(matrix.rows, sizeof(*columns));
    fill(roster, rules, &matrix);
    int64_t sum = world_assign_solve(&solver, matrix.values, matrix.rows, matrix.columns, columns);
    *out_value = sum - (int64_t)matrix.surplus * SURPLUS_VALUE;
    SIM_ASSERT(*out_value >= 0);
    free(columns);
    free(matrix.values);
    world_assign_finish(&solver);
    return true;
}

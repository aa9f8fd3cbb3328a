/* world/order_optimum.h - what could have been reached by whoever had known every rule in advance.
 */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDER_OPTIMUM_H
#define WORLD_ORDER_OPTIMUM_H

#include "world/orders.h"

struct world_asked {
    uint64_t id;
    struct world_rule rule;
    uint32_t day;
};

/* Sets *out_value to the greatest total value of giving each customer to one rule at most, with no
 * more rules for a person and day than its capacity, and returns true; false when there are no
 * rules, or the matrix is too large. Puts the rules in another order. Takes up to seconds. */
SIM_MUST_USE bool world_order_optimum(
    const struct world_roster *roster,
    struct world_asked *rules,
    uint32_t rule_count,
    int64_t *out_value);

#endif

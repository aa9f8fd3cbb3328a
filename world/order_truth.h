/* world/order_truth.h - whether the work orders keep their constraints, by the world's own books.
 *
 * Told every change once, when it is final; nothing in the simulated system reads it. It shares no
 * code with the state by which orders are decided (world/orders.h) but the roster, which is data.
 * Every change costs O(1); the sweep, once a sampling interval, O(customers). */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDER_TRUTH_H
#define WORLD_ORDER_TRUTH_H

#include "world/check.h"
#include "world/node.h"
#include "world/orders.h"

enum world_order_check {
    WORLD_ORDERS_CONSTRAINTS,  /* one order at most for each customer, nobody over capacity, region
                                  and skill match, nothing for who is closed */
    WORLD_ORDERS_CONSERVATION, /* each customer is free, in one order, done or closed */
    WORLD_ORDERS_ONCE,         /* no rule has two answers, no order ends twice */
    WORLD_ORDER_CHECK_COUNT,
};

typedef struct world_order_truth world_order_truth;

/* Makes its checks and, under `node`, its measures. `roster` and `node` are borrowed. With
 * `rules_max` > 0 it remembers so many rules, for world_order_truth_optimum(). */
world_order_truth *world_order_truth_create(
    struct world_node *node, const struct world_roster *roster, uint32_t rules_max);
void world_order_truth_destroy(world_order_truth *truth);

struct world_check *world_order_truth_check(world_order_truth *truth, enum world_order_check which);

/* A change is final. */
void world_order_truth_tell(world_order_truth *truth, const struct world_order_change *change);

/* A rule may have its answer from now on. It counts for the optimum once a CREATED or a NONE of it
 * is final, on the day that the change names; asked again it is the same rule. */
void world_order_truth_asked(world_order_truth *truth, uint64_t id, const struct world_rule *rule);

/* Compares the truth with a state that all of the changes told so far have made. */
void world_order_truth_sweep(world_order_truth *truth, const struct world_orders *orders);

/* The worth of all matches that were not taken back. */
int64_t world_order_truth_value(const world_order_truth *truth);

/* Sets *out_value to the most that could have been reached by whoever had known every rule in
 * advance, each customer being given once, and returns true; false when that is too large to be
 * solved, or there were more rules than are remembered. Takes up to seconds. */
SIM_MUST_USE bool world_order_truth_optimum(const world_order_truth *truth, int64_t *out_value);

#endif

/* world/generator.h - the ticket generator: turns rules into work orders, one after the other.
 *
 * Rules come to it as charges from a consumer of their queue; it decides by its copy of the book
 * (world/order_desk.h), has the decision written, and answers when it is. It is one server: while
 * it works on a rule, or a batch, the others wait, by priority and in the order of arrival (with
 * Poisson arrivals M/G/1). What a rule costs is a part of its own, and one for every free customer
 * that its search looks at. It may gather rules for a time and assign them together: then to the
 * greatest total value (world/assign.h), or as they came.
 *
 * It must be the only one that writes. With a singleton before the book it works while that holds
 * its lease, and its consumer takes messages only then; when it is its turn it first reads the
 * book. Or each region has a generator, which gives away the customers who live there: rules about
 * others it passes to its peers, after it has had a place in the person's day written as held. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_GENERATOR_H
#define WORLD_GENERATOR_H

#include "sim/dist.h"
#include "world/node.h"
#include "world/order_book.h"
#include "world/producer.h"

#define WORLD_GENERATOR_PRIORITIES 4

struct world_generator_config {
    world_order_book *book;  /* borrowed */
    world_producer *answers; /* that users are told through, borrowed; or NULL */
    struct sim_dist service; /* seconds for a rule */
    sim_time examine;        /* and for each free customer looked at */
    sim_time gather;         /* how long a batch waits for more; 0: there are no batches */
    uint32_t batch_max;      /* rules in one; > 0 */
    bool is_optimal;         /* a batch is assigned to the greatest total value */
    sim_time solve;          /* for each pair that the assignment looks at; see world/assign.h */
    uint32_t region;         /* 0: all; or the one that it gives away */
    uint32_t window;         /* rules that it has under way; > 0 */
    sim_time look_every;     /* at whether it is its turn; > 0 */
};

typedef struct world_generator world_generator;

world_generator *world_generator_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_generator_config *config,
    GError **error);

/* The book, or what stands before it. Once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_generator_connect(
    world_generator *generator, struct world_node *target, GError **error);

/* Another generator of the same book, of another region. Before the run; the same. */
SIM_MUST_USE bool world_generator_know(
    world_generator *generator, world_generator *peer, GError **error);

struct world_node *world_generator_node(world_generator *generator);

/* Is it its turn to decide? */
bool world_generator_is_active(const world_generator *generator);

#endif

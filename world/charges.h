/* world/charges.h - what a consumer has asked to be charged, until it is answered.
 *
 * A queue with leases delivers again what was not answered; a topic does not, as long as its member
 * lives. So the member itself asks again. It keeps a copy of each request, and sends it again when
 * the answer does not come in time, for as long as it lives: a duplicate is the receiver's to
 * recognise. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CHARGES_H
#define WORLD_CHARGES_H

#include <stdbool.h>

#include "models/index.h"
#include "world/alarm.h"
#include "world/buffer.h"
#include "world/node.h"

struct world_charges {
    struct world_node *node;
    sim_time timeout;
    struct world_buffer buffer;
    struct world_packet *copies; /* of what the buffer holds at the same index */
    uint32_t copy_count;
    struct model_index index; /* from a message to its place */
    struct world_alarm alarm; /* for the first that is overdue */
    struct sim_counter *repeated;
};

/* `timeout` > 0. The node is initialised, and gets a measure "asked_again". */
void world_charges_init(struct world_charges *charges, struct world_node *node, sim_time timeout);
void world_charges_finish(struct world_charges *charges);

/* The request in the slot is about to be sent through its pipe: remembers it. One for the same
 * message that is remembered already is forgotten. */
void world_charges_add(struct world_charges *charges, uint32_t slot, struct world_pipe *pipe);

/* An answer has come, in the slot: it gets the lease that its message was delivered under last,
 * since that is to be acked. False: the message was answered before, or nobody has asked. */
SIM_MUST_USE bool world_charges_answered(struct world_charges *charges, uint32_t slot);

/* The node crashes. */
void world_charges_clear(struct world_charges *charges);

void world_charges_visit(
    const struct world_charges *charges, world_message_fn *visit, void *context);
void world_charges_check(const struct world_charges *charges);

#endif

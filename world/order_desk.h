/* world/order_desk.h - what everybody who decides over orders works with: a copy of the book.
 *
 * The copy is brought up to date by the number of changes that each answer of the book names. It is
 * to be trusted once the book has answered a GET: all that was asked before is then written or
 * lost, since the way to the book keeps the order (streams only). What is not answered in time has
 * the desk read anew, and what had been asked by then is given up: whoever asked will ask again.
 *
 * A part of a node, which tells it of the answers that it receives. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDER_DESK_H
#define WORLD_ORDER_DESK_H

#include "models/deadlines.h"
#include "world/alarm.h"
#include "world/link.h"
#include "world/order_book.h"

struct world_producer;

typedef void world_desk_fn(void *context);

/* What a rule has come to. */
struct world_order_decision {
    uint64_t revision; /* of the copy by which it was decided */
    uint32_t customer;
    uint32_t day;
    uint8_t kind; /* of enum world_order_kind */
};

struct world_order_desk {
    struct world_node *node;
    world_order_book *book;
    struct world_node *target; /* the book, or what stands before it */
    struct world_pipe *pipe;
    struct world_producer *answers; /* to users; NULL: nobody is told */
    struct world_orders *copy;
    uint64_t position; /* changes that the copy has */
    sim_time timeout;
    struct model_deadlines deadlines; /* by the caller's number; that of the GET is job_max */
    struct world_alarm alarm;
    uint32_t job_max;
    uint64_t reads; /* since the beginning */
    bool is_read;   /* the copy is to be trusted */
    world_desk_fn *overdue;
    struct sim_counter *reread;
};

/* Requests go by numbers below job_max, which are the caller's. `overdue` is called when one was
 * not answered within `timeout`; it must end with world_order_desk_read(). */
void world_order_desk_init(
    struct world_order_desk *desk,
    struct world_node *node,
    world_order_book *book,
    uint32_t job_max,
    world_desk_fn *overdue);
void world_order_desk_finish(struct world_order_desk *desk);

/* Begins a life: the copy is empty. */
void world_order_desk_open(struct world_order_desk *desk);

/* Ends it. */
void world_order_desk_crash(struct world_order_desk *desk);

/* Asks how far the book is written: until the answer nothing is to be decided. What has been asked
 * has no deadline any more. */
void world_order_desk_read(struct world_order_desk *desk);

/* Asks for nothing more until the next read. */
void world_order_desk_rest(struct world_order_desk *desk);

/* Has what the rule has come to written. */
void world_order_desk_put(
    struct world_order_desk *desk,
    uint32_t job,
    const struct model_message *rule,
    const struct world_order_decision *decision);

/* Waits for somebody else's answer to this job, with the same deadline. */
void world_order_desk_expect(struct world_order_desk *desk, uint32_t job);

/* An answer to the job came, or none is wanted any more. */
void world_order_desk_settle(struct world_order_desk *desk, uint32_t job);

/* Does the rule have an order, by the result of a PUT of this kind that is not to be decided again?
 * A rule that had its answer before has that one. */
bool world_order_desk_has_order(uint8_t result, uint8_t kind);

/* The book has answered: brings the copy up to date. Returns how many changes were new. */
uint64_t world_order_desk_learn(struct world_order_desk *desk, const struct world_packet *answer);

/* Was this the answer to the newest GET? From then on the copy is to be trusted. */
SIM_MUST_USE bool world_order_desk_is_read_now(
    struct world_order_desk *desk, const struct world_packet *answer);

/* Tells the rule's user: value 1 of an order, 0 of none. */
void world_order_desk_tell(
    struct world_order_desk *desk, const struct model_message *rule, int64_t value);

uint32_t world_order_desk_today(const struct world_order_desk *desk);

/* Is this a rule that means anything? */
bool world_order_desk_understands(
    const struct world_order_desk *desk, const struct model_message *message);

void world_order_desk_check(const struct world_order_desk *desk);

#endif

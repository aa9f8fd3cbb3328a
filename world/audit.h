/* world/audit.h - the world's own books: what really became of every message.
 *
 * Nodes report what happened, as it happens; nothing in the simulated system ever reads it. So what
 * the summary counts and what the checks assert does not rest on what a node believes.
 *
 * Every message that arrived is turned away, refused, or taken in; and one that was taken in is, at
 * the end, lost before acceptance, still unaccepted inside, or accepted; and an accepted one is
 * settled, dead, dropped, lost, or still inside. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_AUDIT_H
#define WORLD_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base.h"
#include "sim/registry.h"
#include "world/check.h"

struct world_audit_totals {
    uint64_t arrived;
    uint64_t turned_away;     /* their producer was down */
    uint64_t refused;         /* their producer's buffer was full, or the queue said no for good */
    uint64_t lost_unaccepted; /* in a producer's buffer when it crashed, and never accepted */
    uint64_t unaccepted;      /* still on their way to the queue */
    uint64_t accepted;        /* the queue promised them */
    uint64_t settled;         /* had their effect, at least once */
    uint64_t repeated;        /* effects beyond the first of a message */
    uint64_t suppressed;      /* repeated deliveries that a ledger recognised */
    uint64_t dropped;
    uint64_t dead;
    uint64_t lost;   /* accepted, without effect, and nowhere any more */
    uint64_t inside; /* accepted, without effect yet, and still there */
};

typedef struct world_audit world_audit;

world_audit *world_audit_create(struct world *world);
void world_audit_destroy(world_audit *audit);

/* ---- what nodes report ---- */

enum world_audit_event {
    WORLD_AUDIT_TURNED_AWAY,
    WORLD_AUDIT_REFUSED,       /* at its producer: the buffer is full; at a queue: no, for good */
    WORLD_AUDIT_TAKEN_IN,      /* into the producer's buffer */
    WORLD_AUDIT_BUFFER_LOST,   /* the producer crashed while it held it */
    WORLD_AUDIT_ACCEPTED,      /* the queue promised it; a repeated promise changes nothing */
    WORLD_AUDIT_QUEUE_CRASHED, /* it was in a queue that crashed: it may be lost */
    WORLD_AUDIT_SETTLED,       /* it had its effect */
    WORLD_AUDIT_RECOVERED,     /* its effect was read back from a store */
    WORLD_AUDIT_SUPPRESSED,    /* its effect was asked for again, and recognised */
    WORLD_AUDIT_DROPPED,
    WORLD_AUDIT_DEAD,
};

void world_audit_report(
    world_audit *audit, enum world_audit_event event, uint64_t message, uint32_t node);

/* It had its effect already. */
bool world_audit_is_settled(const world_audit *audit, uint64_t message);

/* The totals as they stand. Looks into every node and every packet for what is still inside: O(of
 * all that). */
struct world_audit_totals world_audit_totals_of(world_audit *audit);

/* The check that every accepted message has its effect exactly once: a second effect fails it at
 * once; one that is lost fails it at the end, with the time and the place of the loss. */
struct world_check *world_audit_check_exactly_once(world_audit *audit);

/* The check that every message that arrived is in exactly one of the states above. */
struct world_check *world_audit_check_conservation(world_audit *audit);

/* Asserts that the running totals agree with each other. */
void world_audit_check(const world_audit *audit);

#endif

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
#include "world/packet.h"

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

struct world_node;

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
    WORLD_AUDIT_PACKET_LOST, /* its queue had let go of it, and its packet was lost on the way */
    WORLD_AUDIT_HAND_LOST,   /* the same, and the node that had it in hand crashed */
    WORLD_AUDIT_LAST = WORLD_AUDIT_HAND_LOST,
};

void world_audit_report(
    world_audit *audit, enum world_audit_event event, uint64_t message, uint32_t node);

/* The two that every message comes to: WORLD_AUDIT_TAKEN_IN and WORLD_AUDIT_ACCEPTED. */
void world_audit_taken_in(world_audit *audit, uint64_t message, uint32_t node);
void world_audit_accepted(world_audit *audit, uint64_t message, uint32_t node);

/* Reports that the packet is lost, at the node: nothing, unless its queue has let go of its
 * message. From then on the packet counts for nothing. */
void world_audit_lose(
    world_audit *audit, struct world_packet *packet, enum world_audit_event event, uint32_t node);

/* The node is about to crash: the same for every packet that is in its hands, or addressed to it in
 * this life. O(packets), when there is a queue that lets go. */
void world_audit_lose_held(world_audit *audit, const struct world_node *node);

/* An accepted message is for this many groups, numbered from 0, each of which is to have its effect
 * once: it is settled when the last of them has had it. */
void world_audit_address(world_audit *audit, uint64_t message, uint32_t group_count);

/* The message had its effect for this group, which is 0 where there are no groups. */
void world_audit_settle(world_audit *audit, uint64_t message, uint32_t group, uint32_t node);

/* This group will never get the message, since a newer one took its place. When that is so of all
 * groups, it is dropped. */
void world_audit_pass_over(world_audit *audit, uint64_t message, uint32_t group, uint32_t node);

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

/* ---- for world/invariant.h ---- */

/* Whether every message is in exactly one state; if not, the check fails. */
bool world_audit_is_accounted(world_audit *audit, struct world_check *check);

/* Fails the check for each message that is lost, in the order of time. */
void world_audit_fail_lost(world_audit *audit, struct world_check *check);

/* Accepted, and neither settled nor dropped nor dead. */
bool world_audit_is_pending(world_audit *audit, uint64_t message);

/* Appends every message that is. O(messages). */
void world_audit_list_pending(const world_audit *audit, GArray *out_messages);

/* The node's queue was just read back: of the pending messages that it held when it crashed, each
 * that is there again passes the check, and each that is not fails it. */
void world_audit_check_recovered(
    world_audit *audit, struct world_node *node, struct world_check *check);

/* Asserts that the running totals agree with each other. */
void world_audit_check(const world_audit *audit);

#endif

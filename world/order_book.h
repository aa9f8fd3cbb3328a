/* world/order_book.h - the book of work orders: what is written in it has happened.
 *
 * Whoever decides asks it to write (PUT) what a rule has come to, or how far it is written (GET); a
 * rule that has its answer is recognised and not answered again. Every change is an entry of a
 * journal, which is synced before the book answers; and the book shows its changes, in the order in
 * which they were synced, to whoever keeps a copy. It looks at no constraint: that is for whoever
 * decides, and there must be one of them only. It refuses one thing: what was decided before
 * somebody left or was closed is to be decided again (optimistic concurrency control: Kung and
 * Robinson, ACM TODS 6, 1981).
 *
 * What becomes of an order happens here too: its person accepts it after a while, or it expires; an
 * accepted one is done after a while. Each customer that an order gives back is free once. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDER_BOOK_H
#define WORLD_ORDER_BOOK_H

#include "models/journal.h"
#include "world/node.h"
#include "world/order_truth.h"
#include "world/orders.h"

#define WORLD_ORDER_CUSTOMERS_MAX (1U << 24)
#define WORLD_ORDER_DAYS_MAX      (1U << 16)

/* Which attributes of a rule's message say what it asks for; or WORLD_FIELD_NONE. Its key is the
 * person who asks, its value is 0. */
struct world_order_fields {
    int region;
    int skill;
    int floor;
    int priority; /* 0 to 3, the highest first */
    int action;   /* 1: it withdraws what its user has waiting; 2: it cannot be understood */
};

struct world_order_book_config {
    struct world_roster_config roster;
    struct world_order_fields fields;
    sim_time day;           /* > 0 */
    struct sim_dist accept; /* seconds until an order is accepted */
    sim_time accept_within; /* it expires after that; SIM_NEVER: it does not */
    struct sim_dist work;   /* seconds until an accepted order is done */
    uint32_t idle;          /* so many persons, the last ones, accept nothing */
    uint32_t remember;      /* rules, for what could have been reached; 0: it is not asked */
    struct model_journal_config journal;
};

typedef struct world_order_book world_order_book;

world_order_book *world_order_book_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_order_book_config *config,
    GError **error);

struct world_node *world_order_book_node(world_order_book *book);
struct world_check *world_order_book_check(world_order_book *book, enum world_order_check which);
const struct world_order_book_config *world_order_book_config_of(const world_order_book *book);
const struct world_roster *world_order_book_roster(const world_order_book *book);

/* Of these persons, those that there are: they leave, and what they have is taken back; or they are
 * back. Returns false, and changes nothing, while the book is down. */
SIM_MUST_USE bool world_order_book_leave(world_order_book *book, uint32_t first, uint32_t count);
SIM_MUST_USE bool world_order_book_return(world_order_book *book, uint32_t first, uint32_t count);

/* These customers are closed: an order that one is in is taken back. The same. */
SIM_MUST_USE bool world_order_book_close(world_order_book *book, uint32_t first, uint32_t count);

/* ---- for who keeps a copy ---- */

/* How many changes are written, as its answers say; and the one of this number, below that. */
const struct world_order_change *world_order_book_change(
    const world_order_book *book, uint64_t number);

/* What a rule's message asks for. */
struct world_rule world_order_book_rule(
    const world_order_book *book, const struct model_message *message);
uint32_t world_order_book_day(const world_order_book *book, sim_time time);

/* ---- what is asked and answered ---- */

enum world_order_result {
    WORLD_ORDER_WRITTEN = 128, /* above every enum world_order_kind */
    WORLD_ORDER_ANSWERED,      /* the rule has its answer already, which is no order */
    WORLD_ORDER_HAS_ORDER,     /* it is an order */
    WORLD_ORDER_AGAIN,         /* decide again */
};

/* What a PUT asks to be written, packed into its message: the kind of change as the message's kind,
 * the customer in its reserved word, the rest as its value. Of an answer the kind is the result,
 * and the value how many changes are written. */
static inline void world_order_pack(
    struct model_message *message, uint32_t customer, uint32_t day, uint64_t revision)
{
    SIM_ASSERT(day < WORLD_ORDER_DAYS_MAX && revision < UINT64_C(1) << 48);
    message->reserved = customer;
    message->value = (int64_t)(revision << 16 | day);
}

static inline uint32_t world_order_packed_day(const struct model_message *message)
{
    return (uint32_t)((uint64_t)message->value & 0xffff);
}

static inline uint64_t world_order_packed_revision(const struct model_message *message)
{
    return (uint64_t)message->value >> 16;
}

#endif

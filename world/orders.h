/* world/orders.h - who has which customer: the state that work orders are decided by.
 *
 * A state is what a sequence of changes has made of a roster: equal sequences make equal states.
 * So the book (world/order_book.h) keeps the changes, and whoever decides keeps a copy of the
 * state, brought up to date by them. Who decides also reserves in its copy what it has asked the
 * book to write.
 *
 * A pure state: it calls nobody, and takes every change as it comes. Whether the changes keep the
 * constraints is for world/order_truth.h to say. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDERS_H
#define WORLD_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/index.h"
#include "world/marks.h"
#include "world/roster.h"

enum world_order_kind {
    WORLD_ORDER_CREATED = 1, /* the rule's answer: the customer is the person's, open */
    WORLD_ORDER_NONE,        /* the rule's answer: nobody matches */
    WORLD_ORDER_WITHDRAWN,   /* the rule's answer: its user had withdrawn it */
    WORLD_ORDER_CANCEL,      /* a user withdraws all that was born before this message */
    WORLD_ORDER_HELD,        /* a place in the person's day is kept for the rule */
    WORLD_ORDER_ACCEPTED,
    WORLD_ORDER_DONE,
    WORLD_ORDER_EXPIRED,  /* not accepted in time: the customer is free again */
    WORLD_ORDER_RECALLED, /* taken back from the person: the customer is free again */
    WORLD_ORDER_LEFT,     /* the person takes no more orders */
    WORLD_ORDER_BACK,     /* the person does again */
    WORLD_ORDER_CLOSED,   /* the customer is nobody's from now on */
};

struct world_order_change {
    uint64_t rule; /* the message's id; of an order's later life, the rule that created it */
    sim_time time; /* of CREATED and the like: when the book wrote it; of CANCEL: born */
    uint32_t customer;
    uint32_t person;
    uint32_t day; /* of the person's capacity that is used, or given back */
    uint32_t kind;
};

enum world_customer_state {
    WORLD_CUSTOMER_FREE,
    WORLD_CUSTOMER_OPEN,
    WORLD_CUSTOMER_ACCEPTED,
    WORLD_CUSTOMER_DONE,
    WORLD_CUSTOMER_CLOSED,
};

struct world_order {
    uint64_t rule;
    uint64_t reserved_for; /* the rule, while is_reserved */
    sim_time since;        /* in this state */
    uint32_t person;
    uint32_t day;
    uint32_t stamp; /* orders that the customer was ever in */
    uint8_t state;  /* of enum world_customer_state */
    bool is_reserved;
};

struct world_person_day {
    uint32_t day;
    uint32_t used;     /* of its capacity on that day */
    uint32_t reserved; /* more, asked for and not answered yet */
    bool is_away;
    sim_time withdrawn; /* rules born until then are not to be answered with an order */
};

/* What a rule asks for: 0 is any. */
struct world_rule {
    uint32_t person;
    uint32_t region;
    uint32_t skill;
    uint32_t floor; /* the least worth */
    uint32_t home;  /* only customers who live there; 0: anywhere */
};

struct world_orders {
    const struct world_roster *roster; /* borrowed */
    struct world_order *orders;        /* of each customer: the newest */
    struct world_person_day *persons;
    uint64_t *free;        /* a bit for each place of the roster */
    uint32_t *free_counts; /* of each class */
    struct world_marks answered;
    struct world_marks created; /* of those, the rules whose answer is an order */
    struct model_index held;    /* from a rule to the day in which a place is kept for it */
    uint64_t revision; /* how often somebody left, or was closed: what makes a decision stale */
};

struct world_orders *world_orders_create(const struct world_roster *roster);
void world_orders_destroy(struct world_orders *orders);

/* O(1). */
void world_orders_apply(struct world_orders *orders, const struct world_order_change *change);

/* Does the rule have its answer? */
bool world_orders_is_answered(const struct world_orders *orders, uint64_t rule);

/* Is its answer an order, whatever has become of it? */
bool world_orders_has_order(const struct world_orders *orders, uint64_t rule);

bool world_orders_is_held(const struct world_orders *orders, uint64_t rule);

/* Sets *out_day to the day in which a place is kept for the rule; false when none is. */
SIM_MUST_USE bool world_orders_held_day(
    const struct world_orders *orders, uint64_t rule, uint32_t *out_day);

/* May the person be given one more on that day? */
bool world_orders_has_room(const struct world_orders *orders, uint32_t person, uint32_t day);

/* Free customers in the classes that the rule is about: what a search by index looks at. O(classes
 * of the rule). */
uint64_t world_orders_examined(const struct world_orders *orders, const struct world_rule *rule);

/* The free customer whose match with the rule's person is worth most; of equals the one in the
 * earlier place. False when there is none. Looks at no more of a class than may be better. */
SIM_MUST_USE bool world_orders_find(
    const struct world_orders *orders, const struct world_rule *rule, uint32_t *out_customer);

/* Calls `visit` for free customers that match the rule: of each class the best, so many that the
 * rule's person could do with one of them though `most` - 1 others came first. */
typedef void world_orders_visit_fn(void *context, uint32_t customer);
void world_orders_visit(
    const struct world_orders *orders,
    const struct world_rule *rule,
    uint32_t most,
    world_orders_visit_fn *visit,
    void *context);

/* Does the rule match the customer, whoever has it? */
bool world_rule_matches(
    const struct world_roster *roster, const struct world_rule *rule, uint32_t customer);

/* Keeps a free customer, and a place in the person's day, for the rule in this copy; and gives them
 * back. When the order is created it ends by itself: then giving back does nothing. */
void world_orders_reserve(
    struct world_orders *orders, uint64_t rule, uint32_t person, uint32_t customer);
void world_orders_release(
    struct world_orders *orders, uint64_t rule, uint32_t person, uint32_t customer);

/* The same for a place in a person's day alone. */
void world_orders_reserve_day(struct world_orders *orders, uint32_t person);
void world_orders_release_day(struct world_orders *orders, uint32_t person);

/* Asserts that all that is kept twice agrees: O(customers + classes). */
void world_orders_check(const struct world_orders *orders);

#endif

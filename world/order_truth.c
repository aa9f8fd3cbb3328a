/* Who has a customer is kept by customer, how full a day is by person and day; what the orders of a
 * customer that was given twice become is settled by the newest. */
/* SPDX-License-Identifier: MIT */
#include "world/order_truth.h"

#include <stdlib.h>

#include "world/order_optimum.h"

#define NOBODY    WORLD_ROSTER_NOBODY
#define NOT_FINAL UINT32_MAX /* the day of a rule that is asked, and not answered for good */

enum standing { FREE, ORDERED, FINISHED, SHUT };

struct holding {
    uint64_t rule;
    uint32_t person;
    uint32_t day;
    uint8_t standing;
};

struct counters {
    struct sim_counter *created;
    struct sim_counter *none;
    struct sim_counter *withdrawn;
    struct sim_counter *cancelled;
    struct sim_counter *accepted;
    struct sim_counter *done;
    struct sim_counter *expired;
    struct sim_counter *recalled;
    struct sim_gauge *value;
};

struct world_order_truth {
    struct world_node *node;
    const struct world_roster *roster;
    struct world_check *checks[WORLD_ORDER_CHECK_COUNT];
    struct counters counters;
    struct holding *customers;
    bool *away;               /* persons */
    struct model_index given; /* from a person and a day to the orders and holds of it */
    struct world_marks answered;
    struct model_index holds; /* from a rule to the day that it was counted in when it was held */
    uint64_t open;            /* orders: created and not ended */
    uint64_t ordered;         /* customers */
    int64_t value;
    struct world_asked *rules;
    struct model_index asked; /* from a rule to its place among them */
    uint32_t rule_count;
    uint32_t rules_max;
    bool has_more; /* rules than it remembers */
};

static void open_measures(world_order_truth *truth)
{
    const struct world_node *node = truth->node;

    truth->counters = (struct counters){
        .created = world_node_counter(node, "created", "orders"),
        .none = world_node_counter(node, "none", "rules"),
        .withdrawn = world_node_counter(node, "withdrawn", "rules"),
        .cancelled = world_node_counter(node, "cancelled", "rules"),
        .accepted = world_node_counter(node, "accepted", "orders"),
        .done = world_node_counter(node, "done", "orders"),
        .expired = world_node_counter(node, "expired", "orders"),
        .recalled = world_node_counter(node, "recalled", "orders"),
        .value = world_node_gauge(node, "value", "value"),
    };
    SIM_ASSERT(truth->counters.created->value == 0);
}

world_order_truth *world_order_truth_create(
    struct world_node *node, const struct world_roster *roster, uint32_t rules_max)
{
    world_order_truth *truth = g_new0(world_order_truth, 1);

    truth->node = node;
    truth->roster = roster;
    truth->customers = sim_allocate(roster->config.customers, sizeof(*truth->customers));
    truth->away = sim_allocate(roster->config.persons, sizeof(*truth->away));
    truth->rules = sim_allocate((size_t)rules_max + 1, sizeof(*truth->rules));
    truth->rules_max = rules_max;
    model_index_init(&truth->holds);
    model_index_init(&truth->given);
    model_index_init(&truth->asked);
    for (uint32_t i = 0; i < roster->config.customers; i++) {
        truth->customers[i].person = NOBODY;
        truth->customers[i].standing = roster->customers[i].is_closed ? SHUT : FREE;
    }
    for (int i = 0; i < WORLD_ORDER_CHECK_COUNT; i++) {
        truth->checks[i] = world_check_create(node->world);
    }
    open_measures(truth);
    SIM_ASSERT(truth->open == 0 && truth->ordered == 0);
    return truth;
}

void world_order_truth_destroy(world_order_truth *truth)
{
    if (truth == NULL) {
        return;
    }
    free(truth->customers);
    free(truth->away);
    free(truth->rules);
    world_marks_finish(&truth->answered);
    model_index_finish(&truth->holds);
    model_index_finish(&truth->given);
    model_index_finish(&truth->asked);
    g_free(truth);
}

struct world_check *world_order_truth_check(world_order_truth *truth, enum world_order_check which)
{
    SIM_ASSERT(which < WORLD_ORDER_CHECK_COUNT);
    return truth->checks[which];
}

/* ---- what is told ---- */

static void fail(
    world_order_truth *truth,
    enum world_order_check which,
    const struct world_order_change *change,
    const char *what)
{
    SIM_ASSERT(change->rule != 0 || what != NULL);
    world_check_fail(
        truth->checks[which],
        truth->node->world->run.now,
        "rule %" G_GUINT64_FORMAT " of person %u, customer %u: %s, at %s",
        model_message_sequence(change->rule),
        change->person,
        change->customer,
        what,
        truth->node->path);
}

/* The person has one more, or one less, on that day; returns how many now. */
static uint32_t count(world_order_truth *truth, uint32_t person, uint32_t day, bool is_more)
{
    uint64_t key = (uint64_t)day << 32 | person;
    uint32_t given = 0;

    SIM_ASSERT(person < truth->roster->config.persons);
    if (model_index_find(&truth->given, key, &given)) {
        model_index_remove(&truth->given, key);
    }
    if (is_more) {
        given++;
    } else {
        given -= given > 0;
    }
    if (given > 0) {
        model_index_insert(&truth->given, key, given);
    }
    return given;
}

static void give(world_order_truth *truth, const struct world_order_change *change)
{
    uint32_t given = count(truth, change->person, change->day, true);

    SIM_ASSERT(given > 0);
    if (given > truth->roster->persons[change->person].capacity) {
        fail(truth, WORLD_ORDERS_CONSTRAINTS, change, "it is beyond the person's capacity");
    }
}

static void take_back(world_order_truth *truth, uint32_t person, uint32_t day)
{
    uint32_t given = count(truth, person, day, false);

    SIM_ASSERT(given < UINT32_MAX);
}

/* The rule could have had an order on this day, whichever way its answer became final. */
static void note_day(world_order_truth *truth, const struct world_order_change *change)
{
    uint32_t place;

    SIM_ASSERT(change->day != NOT_FINAL);
    if (model_index_find(&truth->asked, change->rule, &place)) {
        truth->rules[place].day = change->day;
    }
}

static const char *mismatch(const world_order_truth *truth, const struct world_order_change *change)
{
    const struct world_customer *who = &truth->roster->customers[change->customer];
    const struct world_person *whom = &truth->roster->persons[change->person];

    SIM_ASSERT(change->customer < truth->roster->config.customers);
    if (who->is_bound && who->region != whom->region) {
        return "the customer is bound to another region";
    }
    if ((whom->skills & UINT32_C(1) << who->skill) == 0) {
        return "the person lacks the skill";
    }
    return truth->away[change->person] ? "the person has left" : NULL;
}

static void answer(world_order_truth *truth, const struct world_order_change *change)
{
    if (world_marks_has(&truth->answered, change->rule)) {
        fail(truth, WORLD_ORDERS_ONCE, change, "it had an answer already");
        return;
    }
    SIM_ASSERT(change->kind != WORLD_ORDER_HELD);
    world_marks_set(&truth->answered, change->rule);
    world_check_pass(truth->checks[WORLD_ORDERS_ONCE]);
}

/* The place that was held for the rule is free: an order that uses it is counted by itself, in the
 * day that it names. */
static void end_hold(world_order_truth *truth, const struct world_order_change *change)
{
    uint32_t day;

    SIM_ASSERT(change->kind != WORLD_ORDER_HELD);
    if (model_index_find(&truth->holds, change->rule, &day)) {
        model_index_remove(&truth->holds, change->rule);
        take_back(truth, change->person, day);
    }
}

static void create(world_order_truth *truth, const struct world_order_change *change)
{
    struct holding *holding = &truth->customers[change->customer];
    const char *wrong = mismatch(truth, change);
    uint64_t failed = truth->checks[WORLD_ORDERS_CONSTRAINTS]->failed;

    if (holding->standing != FREE) {
        static const char *const why[] = {
            [ORDERED] = "the customer has an open order already",
            [FINISHED] = "the customer's order is done already",
            [SHUT] = "the customer is closed",
        };
        wrong = why[holding->standing];
    }
    if (wrong != NULL) {
        fail(truth, WORLD_ORDERS_CONSTRAINTS, change, wrong);
    }
    end_hold(truth, change);
    give(truth, change);
    truth->open++;
    truth->ordered += holding->standing != ORDERED;
    *holding = (struct holding){change->rule, change->person, change->day, ORDERED};
    truth->value += world_roster_value(truth->roster, change->person, change->customer);
    truth->counters.created->value++;
    if (truth->checks[WORLD_ORDERS_CONSTRAINTS]->failed == failed) {
        world_check_pass(truth->checks[WORLD_ORDERS_CONSTRAINTS]);
    }
    SIM_ASSERT(truth->ordered <= truth->open);
}

/* The customer's order ends, and the customer stands so from now on. */
static void end(
    world_order_truth *truth, const struct world_order_change *change, enum standing standing)
{
    struct holding *holding = &truth->customers[change->customer];

    if (holding->standing != ORDERED || holding->rule != change->rule) {
        fail(truth, WORLD_ORDERS_ONCE, change, "an order ended that the customer was not in");
        return;
    }
    SIM_ASSERT(truth->open > 0 && truth->ordered > 0);
    truth->open--;
    truth->ordered--;
    holding->standing = (uint8_t)standing;
    if (standing == FREE) {
        take_back(truth, holding->person, holding->day);
        truth->value -= world_roster_value(truth->roster, change->person, change->customer);
    }
}

static void tell_of_order(world_order_truth *truth, const struct world_order_change *change)
{
    struct counters *counters = &truth->counters;

    switch (change->kind) {
    case WORLD_ORDER_CREATED:
        note_day(truth, change);
        answer(truth, change);
        create(truth, change);
        break;
    case WORLD_ORDER_ACCEPTED:
        counters->accepted->value++;
        break;
    case WORLD_ORDER_DONE:
        counters->done->value++;
        end(truth, change, FINISHED);
        break;
    case WORLD_ORDER_EXPIRED:
        counters->expired->value++;
        end(truth, change, FREE);
        break;
    default:
        SIM_ASSERT(change->kind == WORLD_ORDER_RECALLED);
        counters->recalled->value++;
        end(truth, change, FREE);
    }
    sim_gauge_set(counters->value, truth->value, truth->node->world->run.now);
}

void world_order_truth_tell(world_order_truth *truth, const struct world_order_change *change)
{
    SIM_ASSERT(change->kind >= WORLD_ORDER_CREATED && change->kind <= WORLD_ORDER_CLOSED);
    switch ((enum world_order_kind)change->kind) {
    case WORLD_ORDER_NONE:
    case WORLD_ORDER_WITHDRAWN:
        (change->kind == WORLD_ORDER_NONE ? truth->counters.none : truth->counters.withdrawn)
            ->value++;
        if (change->kind == WORLD_ORDER_NONE) {
            note_day(truth, change);
        }
        answer(truth, change);
        end_hold(truth, change);
        return;
    case WORLD_ORDER_CANCEL:
        truth->counters.cancelled->value++;
        answer(truth, change);
        return;
    case WORLD_ORDER_HELD:
        give(truth, change);
        model_index_insert(&truth->holds, change->rule, change->day);
        return;
    case WORLD_ORDER_LEFT:
    case WORLD_ORDER_BACK:
        truth->away[change->person] = change->kind == WORLD_ORDER_LEFT;
        return;
    case WORLD_ORDER_CLOSED:
        SIM_ASSERT(truth->customers[change->customer].standing != ORDERED);
        truth->customers[change->customer].standing = SHUT;
        return;
    case WORLD_ORDER_CREATED:
    case WORLD_ORDER_ACCEPTED:
    case WORLD_ORDER_DONE:
    case WORLD_ORDER_EXPIRED:
    case WORLD_ORDER_RECALLED:
        tell_of_order(truth, change);
        return;
    }
}

void world_order_truth_asked(world_order_truth *truth, uint64_t id, const struct world_rule *rule)
{
    uint32_t place;

    if (truth->rules_max == 0 || model_index_find(&truth->asked, id, &place)) {
        return;
    }
    if (truth->rule_count == truth->rules_max) {
        truth->has_more = true;
        return;
    }
    SIM_ASSERT(rule->person < truth->roster->config.persons);
    model_index_insert(&truth->asked, id, truth->rule_count);
    truth->rules[truth->rule_count++] =
        (struct world_asked){.id = id, .rule = *rule, .day = NOT_FINAL};
}

/* ---- the sweep ---- */

void world_order_truth_sweep(world_order_truth *truth, const struct world_orders *orders)
{
    static const uint8_t standings[] = {
        [WORLD_CUSTOMER_FREE] = FREE,
        [WORLD_CUSTOMER_OPEN] = ORDERED,
        [WORLD_CUSTOMER_ACCEPTED] = ORDERED,
        [WORLD_CUSTOMER_DONE] = FINISHED,
        [WORLD_CUSTOMER_CLOSED] = SHUT,
    };
    static const char *const names[] = {"free", "in an order", "done", "closed"};
    struct world_check *check = truth->checks[WORLD_ORDERS_CONSERVATION];
    sim_time now = truth->node->world->run.now;
    uint64_t failed = check->failed;
    uint64_t ordered = 0;

    for (uint32_t i = 0; i < truth->roster->config.customers; i++) {
        uint8_t theirs = standings[orders->orders[i].state];
        uint8_t ours = truth->customers[i].standing;
        ordered += ours == ORDERED;
        if (theirs != ours) {
            world_check_fail(
                check, now, "customer %u is %s, but %s in the book", i, names[ours], names[theirs]);
        }
    }
    if (truth->open != ordered) {
        world_check_fail(
            check,
            now,
            "%" G_GUINT64_FORMAT " orders are open for %" G_GUINT64_FORMAT " customers, at %s",
            truth->open,
            ordered,
            truth->node->path);
    }
    SIM_ASSERT(ordered == truth->ordered);
    if (check->failed == failed) {
        world_check_pass(check);
    }
}

int64_t world_order_truth_value(const world_order_truth *truth)
{
    return truth->value;
}

bool world_order_truth_optimum(const world_order_truth *truth, int64_t *out_value)
{
    struct world_asked *rules = sim_allocate((size_t)truth->rule_count + 1, sizeof(*rules));
    uint32_t count = 0;

    SIM_ASSERT(truth->rule_count <= truth->rules_max);
    for (uint32_t i = 0; i < truth->rule_count; i++) {
        if (truth->rules[i].day != NOT_FINAL) {
            rules[count++] = truth->rules[i];
        }
    }
    bool is_solved =
        !truth->has_more && world_order_optimum(truth->roster, rules, count, out_value);
    free(rules);
    return is_solved;
}

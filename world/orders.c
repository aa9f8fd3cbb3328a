/* A customer is in the set of the free ones while its state is FREE and nobody has reserved it. */
/* SPDX-License-Identifier: MIT */
#include "world/orders.h"

#include <stdlib.h>

#define WORD 64

static bool is_free(const struct world_orders *orders, uint32_t customer)
{
    const struct world_order *order = &orders->orders[customer];

    SIM_ASSERT(customer < orders->roster->config.customers);
    return order->state == WORLD_CUSTOMER_FREE && !order->is_reserved;
}

/* Has the set agree with what the customer is now. */
static void refresh(struct world_orders *orders, uint32_t customer)
{
    const struct world_customer *who = &orders->roster->customers[customer];
    uint64_t bit = UINT64_C(1) << who->place % WORD;
    uint64_t *word = &orders->free[who->place / WORD];
    uint32_t *count = &orders->free_counts[world_roster_class(
        orders->roster, who->region, who->is_bound, who->skill)];
    bool was_free = (*word & bit) != 0;
    bool now_free = is_free(orders, customer);

    SIM_ASSERT(!was_free || *count > 0);
    *word = now_free ? *word | bit : *word & ~bit;
    *count += (uint32_t)now_free - (uint32_t)was_free;
}

struct world_orders *world_orders_create(const struct world_roster *roster)
{
    struct world_orders *orders = sim_allocate(1, sizeof(*orders));
    uint32_t count = roster->config.customers;

    *orders = (struct world_orders){
        .roster = roster,
        .orders = sim_allocate(count, sizeof(struct world_order)),
        .persons = sim_allocate(roster->config.persons, sizeof(struct world_person_day)),
        .free = sim_allocate(count / WORD + 1, sizeof(uint64_t)),
        .free_counts = sim_allocate(roster->class_count, sizeof(uint32_t)),
    };
    model_index_init(&orders->held);
    for (uint32_t i = 0; i < roster->config.persons; i++) {
        orders->persons[i].withdrawn = -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        bool is_closed = roster->customers[i].is_closed;
        orders->orders[i].person = WORLD_ROSTER_NOBODY;
        orders->orders[i].state = is_closed ? WORLD_CUSTOMER_CLOSED : WORLD_CUSTOMER_FREE;
        refresh(orders, i);
    }
    SIM_ASSERT(orders->revision == 0);
    return orders;
}

void world_orders_destroy(struct world_orders *orders)
{
    if (orders == NULL) {
        return;
    }
    free(orders->orders);
    free(orders->persons);
    free(orders->free);
    free(orders->free_counts);
    world_marks_finish(&orders->answered);
    world_marks_finish(&orders->created);
    model_index_finish(&orders->held);
    free(orders);
}

/* ---- changes ---- */

static void use(struct world_orders *orders, uint32_t person, uint32_t day)
{
    struct world_person_day *today = &orders->persons[person];

    SIM_ASSERT(person < orders->roster->config.persons);
    if (day > today->day) {
        today->day = day;
        today->used = 0;
    }
    today->used += day == today->day;
}

static void give_back(struct world_orders *orders, uint32_t person, uint32_t day)
{
    struct world_person_day *today = &orders->persons[person];

    SIM_ASSERT(person < orders->roster->config.persons);
    today->used -= today->day == day && today->used > 0;
}

/* The place that was kept for the rule is its own from now on, or, when it has no order, nobody's.
 */
static void end_hold(struct world_orders *orders, const struct world_order_change *change)
{
    bool is_used = change->kind == WORLD_ORDER_CREATED;
    uint32_t day;

    if (!world_orders_held_day(orders, change->rule, &day)) {
        if (is_used) {
            use(orders, change->person, change->day);
        }
        return;
    }
    SIM_ASSERT(change->day == day);
    model_index_remove(&orders->held, change->rule);
    if (!is_used) {
        give_back(orders, change->person, day);
    }
}

static void move(struct world_orders *orders, const struct world_order_change *change)
{
    static const uint8_t states[] = {
        [WORLD_ORDER_CREATED] = WORLD_CUSTOMER_OPEN,
        [WORLD_ORDER_ACCEPTED] = WORLD_CUSTOMER_ACCEPTED,
        [WORLD_ORDER_DONE] = WORLD_CUSTOMER_DONE,
        [WORLD_ORDER_EXPIRED] = WORLD_CUSTOMER_FREE,
        [WORLD_ORDER_RECALLED] = WORLD_CUSTOMER_FREE,
        [WORLD_ORDER_CLOSED] = WORLD_CUSTOMER_CLOSED,
    };
    struct world_order *order = &orders->orders[change->customer];

    SIM_ASSERT(change->kind == WORLD_ORDER_CREATED || change->kind >= WORLD_ORDER_ACCEPTED);
    order->state = states[change->kind];
    order->since = change->time;
    if (change->kind == WORLD_ORDER_CREATED) {
        order->rule = change->rule;
        order->person = change->person;
        order->day = change->day;
        order->stamp++;
    }
    refresh(orders, change->customer);
}

void world_orders_apply(struct world_orders *orders, const struct world_order_change *change)
{
    SIM_ASSERT(change->kind >= WORLD_ORDER_CREATED && change->kind <= WORLD_ORDER_CLOSED);
    switch ((enum world_order_kind)change->kind) {
    case WORLD_ORDER_CREATED:
        world_orders_release(orders, change->rule, change->person, change->customer);
        move(orders, change);
        end_hold(orders, change);
        world_marks_set(&orders->created, change->rule);
        world_marks_set(&orders->answered, change->rule);
        return;
    case WORLD_ORDER_NONE:
    case WORLD_ORDER_WITHDRAWN:
        end_hold(orders, change);
        world_marks_set(&orders->answered, change->rule);
        return;
    case WORLD_ORDER_CANCEL: {
        sim_time *withdrawn = &orders->persons[change->person].withdrawn;
        *withdrawn = change->time > *withdrawn ? change->time : *withdrawn;
        world_marks_set(&orders->answered, change->rule);
        return;
    }
    case WORLD_ORDER_HELD:
        SIM_ASSERT(!world_orders_is_held(orders, change->rule));
        model_index_insert(&orders->held, change->rule, change->day);
        use(orders, change->person, change->day);
        return;
    case WORLD_ORDER_EXPIRED:
    case WORLD_ORDER_RECALLED:
        give_back(orders, change->person, change->day);
        move(orders, change);
        return;
    case WORLD_ORDER_ACCEPTED:
    case WORLD_ORDER_DONE:
        move(orders, change);
        return;
    case WORLD_ORDER_CLOSED:
        move(orders, change);
        orders->revision++;
        return;
    case WORLD_ORDER_LEFT:
    case WORLD_ORDER_BACK:
        orders->persons[change->person].is_away = change->kind == WORLD_ORDER_LEFT;
        orders->revision++;
        return;
    }
}

/* ---- questions ---- */

bool world_orders_is_answered(const struct world_orders *orders, uint64_t rule)
{
    return world_marks_has(&orders->answered, rule);
}

bool world_orders_has_order(const struct world_orders *orders, uint64_t rule)
{
    return world_marks_has(&orders->created, rule);
}

bool world_orders_is_held(const struct world_orders *orders, uint64_t rule)
{
    uint32_t day;

    return world_orders_held_day(orders, rule, &day);
}

bool world_orders_held_day(const struct world_orders *orders, uint64_t rule, uint32_t *out_day)
{
    return model_index_find(&orders->held, rule, out_day);
}

bool world_orders_has_room(const struct world_orders *orders, uint32_t person, uint32_t day)
{
    const struct world_person_day *today = &orders->persons[person];
    uint32_t used = today->reserved + (day > today->day ? 0 : today->used);

    SIM_ASSERT(person < orders->roster->config.persons);
    return !today->is_away && used < orders->roster->persons[person].capacity;
}

bool world_rule_matches(
    const struct world_roster *roster, const struct world_rule *rule, uint32_t customer)
{
    const struct world_customer *who = &roster->customers[customer];

    SIM_ASSERT(customer < roster->config.customers);
    return world_roster_fits(roster, rule->person, customer) &&
           (rule->region == 0 || rule->region == who->region) &&
           (rule->home == 0 || rule->home == who->region) &&
           (rule->skill == 0 || rule->skill == who->skill) && who->worth >= rule->floor;
}

/* ---- looking through the classes of a rule ---- */

struct walk {
    const struct world_orders *orders;
    const struct world_rule *rule;
    uint32_t region;
    uint32_t region_end;
    uint32_t skills; /* a bit for each */
    uint32_t skill;
    uint32_t is_bound;
};

static struct walk begin_walk(const struct world_orders *orders, const struct world_rule *rule)
{
    const struct world_roster *roster = orders->roster;
    uint32_t only = rule->home != 0 ? rule->home : rule->region;
    struct walk walk = {
        .orders = orders,
        .rule = rule,
        .region = only != 0 ? only : 1,
        .region_end = only != 0 ? only + 1 : roster->config.regions + 1,
        .skills = roster->persons[rule->person].skills,
    };

    SIM_ASSERT(rule->person < roster->config.persons);
    if (rule->skill != 0) {
        walk.skills &= UINT32_C(1) << rule->skill;
    }
    if (rule->home != 0 && rule->region != 0 && rule->home != rule->region) {
        walk.skills = 0;
    }
    return walk;
}

/* The next skill that the rule's person has, in the same region; false after the last. */
static bool next_skill(struct walk *walk)
{
    uint32_t skills = walk->orders->roster->config.skills;

    do {
        walk->skill++;
    } while (walk->skill <= skills && (walk->skills >> walk->skill & 1) == 0);
    SIM_ASSERT(walk->skill <= skills + 1);
    return walk->skill <= skills;
}

/* Sets *out_class to the next class that the rule's person may be given anybody of; false after the
 * last. */
static bool next_class(struct walk *walk, uint32_t *out_class)
{
    const struct world_roster *roster = walk->orders->roster;

    while (walk->region < walk->region_end) {
        if (next_skill(walk)) {
            *out_class = world_roster_class(roster, walk->region, walk->is_bound != 0, walk->skill);
            return true;
        }
        walk->skill = 0;
        walk->is_bound++;
        if (walk->is_bound > (roster->persons[walk->rule->person].region == walk->region)) {
            walk->is_bound = 0;
            walk->region++;
        }
    }
    SIM_ASSERT(walk->region == walk->region_end);
    return false;
}

uint64_t world_orders_examined(const struct world_orders *orders, const struct world_rule *rule)
{
    struct walk walk = begin_walk(orders, rule);
    uint64_t sum = 0;
    uint32_t class;

    while (next_class(&walk, &class)) {
        SIM_ASSERT(class < orders->roster->class_count);
        sum += orders->free_counts[class];
    }
    return sum;
}

/* The first free place from `place` on, below `end`; or `end`. */
static uint32_t next_free(const struct world_orders *orders, uint32_t place, uint32_t end)
{
    while (place < end) {
        uint64_t word = orders->free[place / WORD] >> place % WORD;
        if (word != 0) {
            place += (uint32_t)__builtin_ctzll(word);
            return place < end ? place : end;
        }
        place += WORD - place % WORD;
    }
    SIM_ASSERT(place >= end);
    return end;
}

struct best {
    int64_t value;
    uint32_t place;
};

static void find_in_class(const struct walk *walk, uint32_t class, struct best *best)
{
    const struct world_orders *orders = walk->orders;
    const struct world_roster *roster = orders->roster;
    uint32_t end = roster->firsts[class + 1];

    if (orders->free_counts[class] == 0) {
        return;
    }
    for (uint32_t place = next_free(orders, roster->firsts[class], end); place < end;
         place = next_free(orders, place + 1, end)) {
        uint32_t customer = roster->order[place];
        uint32_t worth = roster->customers[customer].worth;
        if (worth < walk->rule->floor || world_roster_value_max(roster, worth) <= best->value) {
            return;
        }
        int64_t value = world_roster_value(roster, walk->rule->person, customer);
        if (value > best->value) {
            *best = (struct best){.value = value, .place = place};
        }
    }
    SIM_ASSERT(best->value >= -1);
}

bool world_orders_find(
    const struct world_orders *orders, const struct world_rule *rule, uint32_t *out_customer)
{
    struct walk walk = begin_walk(orders, rule);
    struct best best = {.value = -1, .place = UINT32_MAX};
    uint32_t class;

    while (next_class(&walk, &class)) {
        find_in_class(&walk, class, &best);
    }
    if (best.place == UINT32_MAX) {
        return false;
    }
    *out_customer = orders->roster->order[best.place];
    SIM_ASSERT(world_rule_matches(orders->roster, rule, *out_customer));
    return true;
}

/* Who visits, and how. */
struct visitor {
    world_orders_visit_fn *visit;
    void *context;
    uint32_t most;
};

static void visit_class(const struct walk *walk, uint32_t class, const struct visitor *visitor)
{
    const struct world_roster *roster = walk->orders->roster;
    uint32_t end = roster->firsts[class + 1];
    uint32_t place = next_free(walk->orders, roster->firsts[class], end);
    int64_t enough = 0; /* what each of the first `most` is worth at least */

    for (uint32_t i = 0; place < end; i++) {
        uint32_t customer = roster->order[place];
        uint32_t worth = roster->customers[customer].worth;
        if (worth < walk->rule->floor || world_roster_value_max(roster, worth) < enough) {
            return;
        }
        visitor->visit(visitor->context, customer);
        enough = i + 1 == visitor->most ? world_roster_value_min(roster, worth) : enough;
        place = next_free(walk->orders, place + 1, end);
    }
    SIM_ASSERT(place == end);
}

void world_orders_visit(
    const struct world_orders *orders,
    const struct world_rule *rule,
    uint32_t most,
    world_orders_visit_fn *visit,
    void *context)
{
    const struct visitor visitor = {.visit = visit, .context = context, .most = most};
    struct walk walk = begin_walk(orders, rule);
    uint32_t class;

    while (next_class(&walk, &class)) {
        SIM_ASSERT(class < orders->roster->class_count);
        visit_class(&walk, class, &visitor);
    }
}

/* ---- reservations ---- */

void world_orders_reserve(
    struct world_orders *orders, uint64_t rule, uint32_t person, uint32_t customer)
{
    struct world_order *order = &orders->orders[customer];

    SIM_ASSERT(is_free(orders, customer));
    order->is_reserved = true;
    order->reserved_for = rule;
    orders->persons[person].reserved++;
    refresh(orders, customer);
}

void world_orders_release(
    struct world_orders *orders, uint64_t rule, uint32_t person, uint32_t customer)
{
    struct world_order *order = &orders->orders[customer];

    if (!order->is_reserved || order->reserved_for != rule) {
        return;
    }
    SIM_ASSERT(orders->persons[person].reserved > 0);
    order->is_reserved = false;
    orders->persons[person].reserved--;
    refresh(orders, customer);
}

void world_orders_reserve_day(struct world_orders *orders, uint32_t person)
{
    SIM_ASSERT(person < orders->roster->config.persons);
    orders->persons[person].reserved++;
}

void world_orders_release_day(struct world_orders *orders, uint32_t person)
{
    SIM_ASSERT(orders->persons[person].reserved > 0);
    orders->persons[person].reserved--;
}

void world_orders_check(const struct world_orders *orders)
{
    const struct world_roster *roster = orders->roster;
    uint64_t reserved = 0;
    uint64_t kept = 0;

    for (uint32_t class = 0; class < roster->class_count; class ++) {
        uint32_t count = 0;
        for (uint32_t place = roster->firsts[class]; place < roster->firsts[class + 1]; place++) {
            uint32_t customer = roster->order[place];
            bool in_set = (orders->free[place / WORD] >> place % WORD & 1) != 0;
            SIM_ASSERT(in_set == is_free(orders, customer));
            count += in_set;
            reserved += orders->orders[customer].is_reserved;
        }
        SIM_ASSERT(count == orders->free_counts[class]);
    }
    for (uint32_t i = 0; i < roster->config.persons; i++) {
        kept += orders->persons[i].reserved;
    }
    SIM_ASSERT(kept >= reserved); /* a place in a day may be kept without a customer */
}

/* Tests of world/orders and world/roster: against looking at every customer. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world/assign.h"
#include "world/orders.h"

#include "tests/world_fixture.h"

#define CUSTOMERS 200
#define PERSONS   8

struct pool {
    struct world_roster *roster;
    struct world_orders *orders;
    uint64_t seed;
    uint64_t rules;
};

static int set_up(void **state)
{
    const struct world_roster_config config = {
        .customers = CUSTOMERS,
        .persons = PERSONS,
        .regions = 3,
        .skills = 3,
        .bound = 0.4,
        .closed = 0.1,
        .mastery = 0.5,
        .spread = 0.4,
        .capacity = 3,
        .worth = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 50),
    };
    struct pool *pool = g_new0(struct pool, 1);

    pool->roster = world_roster_create(&config, sim_stream_named(1, "roster"));
    pool->orders = world_orders_create(pool->roster);
    pool->seed = 1;
    *state = pool;
    return 0;
}

static int tear_down(void **state)
{
    struct pool *pool = *state;

    world_orders_destroy(pool->orders);
    world_roster_destroy(pool->roster);
    g_free(pool);
    return 0;
}

static uint32_t draw(struct pool *pool, uint32_t bound)
{
    return (uint32_t)fixture_random(&pool->seed, bound);
}

static struct world_rule draw_rule(struct pool *pool)
{
    struct world_rule rule = {.person = draw(pool, PERSONS)};

    rule.region = draw(pool, 4);
    rule.skill = draw(pool, 4);
    rule.floor = draw(pool, 40);
    rule.home = draw(pool, 3) == 0 ? 1 + draw(pool, 3) : 0;
    return rule;
}

static bool is_free(const struct pool *pool, uint32_t customer)
{
    const struct world_order *order = &pool->orders->orders[customer];

    return order->state == WORLD_CUSTOMER_FREE && !order->is_reserved;
}

/* The value of the best free customer that matches; -1 when there is none. */
static int64_t best_value(const struct pool *pool, const struct world_rule *rule)
{
    int64_t best = -1;

    for (uint32_t i = 0; i < CUSTOMERS; i++) {
        if (is_free(pool, i) && world_rule_matches(pool->roster, rule, i)) {
            best = MAX(best, world_roster_value(pool->roster, rule->person, i));
        }
    }
    return best;
}

static void change(
    struct pool *pool, enum world_order_kind kind, uint32_t person, uint32_t customer)
{
    const struct world_order_change changed = {
        .rule = kind == WORLD_ORDER_CREATED ? ++pool->rules : pool->orders->orders[customer].rule,
        .customer = customer,
        .person = person,
        .kind = kind,
    };

    world_orders_apply(pool->orders, &changed);
}

/* Something happens to a customer that may happen to him as he is now. */
static void step(struct pool *pool)
{
    uint32_t customer = draw(pool, CUSTOMERS);
    struct world_order *order = &pool->orders->orders[customer];
    uint32_t person = draw(pool, PERSONS);

    if (order->is_reserved) {
        world_orders_release(pool->orders, order->reserved_for, 0, customer);
    } else if (order->state == WORLD_CUSTOMER_FREE && draw(pool, 3) == 0) {
        world_orders_reserve(pool->orders, ++pool->rules, 0, customer);
    } else if (order->state == WORLD_CUSTOMER_FREE) {
        change(pool, WORLD_ORDER_CREATED, person, customer);
    } else if (order->state == WORLD_CUSTOMER_OPEN) {
        enum world_order_kind kind =
            draw(pool, 2) == 0 ? WORLD_ORDER_EXPIRED : WORLD_ORDER_ACCEPTED;
        change(pool, kind, order->person, customer);
    } else if (order->state == WORLD_CUSTOMER_ACCEPTED) {
        change(pool, WORLD_ORDER_RECALLED, order->person, customer);
    }
}

static void finds_the_best_of_all_free_customers(void **state)
{
    struct pool *pool = *state;
    uint32_t found_count = 0;

    for (int i = 0; i < 5000; i++) {
        struct world_rule rule = draw_rule(pool);
        uint32_t found;
        step(pool);
        world_orders_check(pool->orders);
        int64_t best = best_value(pool, &rule);
        bool is_found = world_orders_find(pool->orders, &rule, &found);
        assert_int_equal(is_found, best >= 0);
        if (is_found) {
            found_count++;
            assert_true(is_free(pool, found));
            assert_true(world_rule_matches(pool->roster, &rule, found));
            assert_int_equal(world_roster_value(pool->roster, rule.person, found), best);
        }
    }
    assert_true(found_count > 500 && found_count < 4500);
}

static void nobody_is_matched_across_a_bound_region_or_without_the_skill(void **state)
{
    const struct pool *pool = *state;
    uint32_t refused = 0;

    for (uint32_t person = 0; person < PERSONS; person++) {
        for (uint32_t i = 0; i < CUSTOMERS; i++) {
            const struct world_customer *who = &pool->roster->customers[i];
            const struct world_person *whom = &pool->roster->persons[person];
            const struct world_rule any = {.person = person};
            bool has_skill = (whom->skills & UINT32_C(1) << who->skill) != 0;
            bool is_near = !who->is_bound || who->region == whom->region;
            assert_int_equal(world_rule_matches(pool->roster, &any, i), has_skill && is_near);
            refused += !has_skill || !is_near;
        }
    }
    assert_true(refused > 100);
}

static void a_day_has_room_for_its_capacity_and_what_expires_is_given_back(void **state)
{
    struct pool *pool = *state;
    const struct world_rule any = {.person = 2};
    uint32_t customers[3];

    for (int i = 0; i < 3; i++) {
        assert_true(world_orders_has_room(pool->orders, 2, 0));
        assert_true(world_orders_find(pool->orders, &any, &customers[i]));
        change(pool, WORLD_ORDER_CREATED, 2, customers[i]);
    }
    assert_false(world_orders_has_room(pool->orders, 2, 0));
    assert_true(world_orders_has_room(pool->orders, 2, 1));
    change(pool, WORLD_ORDER_EXPIRED, 2, customers[1]);
    assert_true(world_orders_has_room(pool->orders, 2, 0));
    world_orders_reserve(pool->orders, 99, 2, customers[1]);
    assert_false(world_orders_has_room(pool->orders, 2, 0));
    world_orders_release(pool->orders, 99, 2, customers[1]);
    assert_true(world_orders_has_room(pool->orders, 2, 0));
}

/* A place that is held for a rule is used by its order, and given back when it gets none. */
static void a_held_place_counts_once(void **state)
{
    struct pool *pool = *state;
    struct world_order_change held = {.rule = 70, .person = 1, .kind = WORLD_ORDER_HELD};
    struct world_order_change answer = {.rule = 70, .person = 1, .kind = WORLD_ORDER_NONE};
    const struct world_rule any = {.person = 1};

    world_orders_apply(pool->orders, &held);
    assert_true(world_orders_is_held(pool->orders, 70));
    assert_int_equal(pool->orders->persons[1].used, 1);
    world_orders_apply(pool->orders, &answer);
    assert_int_equal(pool->orders->persons[1].used, 0);
    assert_true(world_orders_is_answered(pool->orders, 70));
    held.rule = answer.rule = 71;
    answer.kind = WORLD_ORDER_CREATED;
    assert_true(world_orders_find(pool->orders, &any, &answer.customer));
    world_orders_apply(pool->orders, &held);
    world_orders_apply(pool->orders, &answer);
    assert_int_equal(pool->orders->persons[1].used, 1);
    assert_false(world_orders_is_held(pool->orders, 71));
}

struct candidates {
    uint32_t list[CUSTOMERS];
    uint32_t count;
};

static void take(void *context, uint32_t customer)
{
    struct candidates *candidates = context;

    for (uint32_t i = 0; i < candidates->count; i++) {
        if (candidates->list[i] == customer) {
            return;
        }
    }
    candidates->list[candidates->count++] = customer;
}

/* The greatest total value of the rules, given these customers. */
static int64_t solve(
    const struct pool *pool,
    const struct candidates *from,
    const struct world_rule *rules,
    uint32_t rule_count)
{
    struct world_assign solver = {0};
    static int64_t values[CUSTOMERS * PERSONS];
    uint32_t columns[CUSTOMERS];

    for (uint32_t row = 0; row < from->count; row++) {
        for (uint32_t i = 0; i < rule_count; i++) {
            uint32_t customer = from->list[row];
            bool matches =
                is_free(pool, customer) && world_rule_matches(pool->roster, &rules[i], customer);
            values[row * rule_count + i] =
                matches ? world_roster_value(pool->roster, rules[i].person, customer)
                        : WORLD_ASSIGN_FORBIDDEN;
        }
    }
    int64_t sum = world_assign_solve(&solver, values, from->count, rule_count, columns);
    world_assign_finish(&solver);
    return sum;
}

static void the_customers_of_a_batch_are_enough_for_its_optimum(void **state)
{
    struct pool *pool = *state;
    struct candidates all = {.count = CUSTOMERS};
    bool is_less = false;

    for (uint32_t i = 0; i < CUSTOMERS; i++) {
        all.list[i] = i;
    }
    for (int i = 0; i < 300; i++) {
        struct world_rule rules[PERSONS];
        struct candidates some = {0};
        step(pool);
        for (uint32_t j = 0; j < PERSONS; j++) {
            rules[j] = draw_rule(pool);
            world_orders_visit(pool->orders, &rules[j], PERSONS, take, &some);
        }
        assert_int_equal(solve(pool, &some, rules, PERSONS), solve(pool, &all, rules, PERSONS));
        is_less = is_less || some.count < CUSTOMERS / 2;
    }
    assert_true(is_less);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_the_best_of_all_free_customers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            nobody_is_matched_across_a_bound_region_or_without_the_skill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_day_has_room_for_its_capacity_and_what_expires_is_given_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_held_place_counts_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_customers_of_a_batch_are_enough_for_its_optimum, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

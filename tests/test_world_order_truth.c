/* Tests of world/order_truth: each way to break a constraint fails its check, and what is right
 * fails none. */
/* SPDX-License-Identifier: MIT */
#include "world/order_truth.h"

#include "tests/operator_fixture.h"

struct books {
    struct world *world;
    struct world_roster *roster;
    world_order_truth *truth;
    uint64_t rule;
};

static int set_up(void **state)
{
    const struct world_roster_config config = {
        .customers = 100,
        .persons = 4,
        .regions = 2,
        .skills = 2,
        .bound = 0.5,
        .closed = 0.2,
        .mastery = 0,
        .capacity = 2,
        .worth = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 100),
    };
    struct books *books = g_new0(struct books, 1);

    books->world = world_create(1);
    books->roster = world_roster_create(&config, sim_stream_named(1, "roster"));
    books->truth = world_order_truth_create(
        &fixture_probe_add(operator_place(books->world), "book")->node, books->roster, 100);
    *state = books;
    return 0;
}

static int tear_down(void **state)
{
    struct books *books = *state;

    world_order_truth_destroy(books->truth);
    world_roster_destroy(books->roster);
    world_destroy(books->world);
    g_free(books);
    return 0;
}

/* The first customer from `from` on who is open and fits the person, or does not. */
static uint32_t customer_of(const struct books *books, uint32_t person, bool fits, uint32_t from)
{
    for (uint32_t i = from; i < books->roster->config.customers; i++) {
        if (!books->roster->customers[i].is_closed &&
            world_roster_fits(books->roster, person, i) == fits) {
            return i;
        }
    }
    fail_msg("there is none");
    return 0;
}

static void tell(
    struct books *books, enum world_order_kind kind, uint64_t rule, uint32_t person, uint32_t who)
{
    const struct world_order_change change = {
        .rule = rule, .person = person, .customer = who, .kind = kind};

    world_order_truth_tell(books->truth, &change);
}

static uint64_t failed(const struct books *books, enum world_order_check which)
{
    return world_order_truth_check(books->truth, which)->failed;
}

static void what_is_right_fails_nothing(void **state)
{
    struct books *books = *state;
    uint32_t who = customer_of(books, 0, true, 0);

    tell(books, WORLD_ORDER_CREATED, 1, 0, who);
    tell(books, WORLD_ORDER_EXPIRED, 1, 0, who);
    tell(books, WORLD_ORDER_CREATED, 2, 0, who);
    tell(books, WORLD_ORDER_ACCEPTED, 2, 0, who);
    tell(books, WORLD_ORDER_DONE, 2, 0, who);
    tell(books, WORLD_ORDER_NONE, 3, 0, WORLD_ROSTER_NOBODY);
    for (int i = 0; i < WORLD_ORDER_CHECK_COUNT; i++) {
        assert_int_equal(failed(books, (enum world_order_check)i), 0);
    }
    assert_int_equal(
        world_order_truth_value(books->truth), world_roster_value(books->roster, 0, who));
}

static void each_broken_constraint_is_found(void **state)
{
    struct books *books = *state;
    uint32_t who = customer_of(books, 0, true, 0);
    uint32_t second = customer_of(books, 0, true, who + 1);
    uint32_t third = customer_of(books, 0, true, second + 1);
    uint32_t closed = 0;

    tell(books, WORLD_ORDER_CREATED, 1, 0, who);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 0);
    tell(books, WORLD_ORDER_CREATED, 2, 0, who); /* twice */
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 1);
    tell(books, WORLD_ORDER_CREATED, 3, 0, third); /* beyond the capacity */
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 2);
    tell(books, WORLD_ORDER_CREATED, 4, 1, customer_of(books, 1, false, 0));
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 3);
    while (!books->roster->customers[closed].is_closed ||
           !world_roster_fits(books->roster, 2, closed)) {
        closed++;
    }
    tell(books, WORLD_ORDER_CREATED, 5, 2, closed);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 4);
    tell(books, WORLD_ORDER_LEFT, 0, 3, 0);
    tell(books, WORLD_ORDER_CREATED, 6, 3, customer_of(books, 3, true, third + 1));
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 5);
    assert_int_equal(failed(books, WORLD_ORDERS_ONCE), 0);
}

static void tell_of_day(
    struct books *books, enum world_order_kind kind, uint64_t rule, uint32_t day, uint32_t who)
{
    const struct world_order_change change = {
        .rule = rule, .day = day, .customer = who, .kind = kind};

    world_order_truth_tell(books->truth, &change);
}

/* The capacity is 2. */
static void each_day_of_a_person_is_counted_by_itself(void **state)
{
    struct books *books = *state;
    uint32_t who[5];

    for (uint32_t i = 0; i < 5; i++) {
        who[i] = customer_of(books, 0, true, i == 0 ? 0 : who[i - 1] + 1);
    }
    tell_of_day(books, WORLD_ORDER_CREATED, 1, 2, who[0]);
    tell_of_day(books, WORLD_ORDER_CREATED, 2, 1, who[1]);
    tell_of_day(books, WORLD_ORDER_CREATED, 3, 1, who[2]);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 0);
    tell_of_day(books, WORLD_ORDER_EXPIRED, 2, 1, who[1]);
    tell_of_day(books, WORLD_ORDER_CREATED, 4, 1, who[1]);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 0);
    tell_of_day(books, WORLD_ORDER_CREATED, 5, 1, who[3]); /* a day before the newest is full too */
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 1);
    tell_of_day(books, WORLD_ORDER_CREATED, 6, 2, who[4]);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 1);
}

static void an_order_is_counted_in_its_own_day_whatever_day_was_held_for_it(void **state)
{
    struct books *books = *state;
    uint32_t who = 0;

    for (uint64_t rule = 1; rule <= 3; rule++) {
        tell_of_day(books, WORLD_ORDER_HELD, rule, (uint32_t)rule, WORLD_ROSTER_NOBODY);
    }
    for (uint64_t rule = 1; rule <= 3; rule++) {
        assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 0);
        who = customer_of(books, 0, true, rule == 1 ? 0 : who + 1);
        tell_of_day(books, WORLD_ORDER_CREATED, rule, 4, who);
    }
    assert_int_equal(failed(books, WORLD_ORDERS_CONSTRAINTS), 1);
}

static void a_second_answer_and_a_second_end_are_found(void **state)
{
    struct books *books = *state;
    uint32_t who = customer_of(books, 0, true, 0);

    tell(books, WORLD_ORDER_CREATED, 1, 0, who);
    tell(books, WORLD_ORDER_EXPIRED, 1, 0, who);
    assert_int_equal(failed(books, WORLD_ORDERS_ONCE), 0);
    tell(books, WORLD_ORDER_EXPIRED, 1, 0, who);
    assert_int_equal(failed(books, WORLD_ORDERS_ONCE), 1);
    tell(books, WORLD_ORDER_NONE, 1, 0, WORLD_ROSTER_NOBODY);
    assert_int_equal(failed(books, WORLD_ORDERS_ONCE), 2);
}

static void a_customer_who_is_elsewhere_in_the_system_is_found(void **state)
{
    struct books *books = *state;
    struct world_orders *orders = world_orders_create(books->roster);
    const struct world_order_change change = {
        .rule = 1, .customer = customer_of(books, 0, true, 0), .kind = WORLD_ORDER_CREATED};

    world_order_truth_sweep(books->truth, orders);
    assert_true(world_check_held(world_order_truth_check(books->truth, WORLD_ORDERS_CONSERVATION)));
    world_orders_apply(orders, &change);
    world_order_truth_sweep(books->truth, orders);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSERVATION), 1);
    world_order_truth_tell(books->truth, &change);
    world_order_truth_sweep(books->truth, orders);
    assert_int_equal(failed(books, WORLD_ORDERS_CONSERVATION), 1);
    world_orders_destroy(orders);
}

/* The three greatest values that this customer and those before offer person 0, in order. */
static void note_greatest(const struct books *books, uint32_t customer, int64_t values[3])
{
    if (books->roster->customers[customer].is_closed ||
        !world_roster_fits(books->roster, 0, customer)) {
        return;
    }
    int64_t value = world_roster_value(books->roster, 0, customer);
    for (int j = 0; j < 3; j++) {
        int64_t greater = MAX(values[j], value);
        value = MIN(values[j], value);
        values[j] = greater;
    }
}

/* Two rules of one person, whose day has room for two, and a third that is one too many. */
static void the_optimum_goes_by_the_capacity_of_a_day(void **state)
{
    struct books *books = *state;
    const struct world_rule any = {.person = 0};
    int64_t values[3] = {0};
    int64_t optimum = 0;

    for (uint32_t i = 0; i < books->roster->config.customers; i++) {
        note_greatest(books, i, values);
    }
    for (uint64_t rule = 1; rule <= 3; rule++) {
        world_order_truth_asked(books->truth, rule, &any);
        tell(books, WORLD_ORDER_NONE, rule, 0, WORLD_ROSTER_NOBODY);
    }
    world_order_truth_asked(books->truth, 5, &any); /* it has no answer yet */
    assert_true(world_order_truth_optimum(books->truth, &optimum));
    assert_int_equal(optimum, values[0] + values[1]);
    world_order_truth_asked(books->truth, 4, &any);
    world_order_truth_tell(
        books->truth,
        &(struct world_order_change){
            .rule = 4, .day = 1, .customer = WORLD_ROSTER_NOBODY, .kind = WORLD_ORDER_NONE});
    assert_true(world_order_truth_optimum(books->truth, &optimum));
    assert_int_equal(optimum, values[0] + values[1] + values[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_right_fails_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_broken_constraint_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            each_day_of_a_person_is_counted_by_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_order_is_counted_in_its_own_day_whatever_day_was_held_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_second_answer_and_a_second_end_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_customer_who_is_elsewhere_in_the_system_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_optimum_goes_by_the_capacity_of_a_day, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

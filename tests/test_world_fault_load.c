/* Tests of world/fault_load: spikes, hot keys, poison and botnets, by what they do to the messages
 * of the billing world. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/fault_load.h"

#include "tests/world_fixture.h"

static uint64_t count(const struct fixture *fixture, const char *name)
{
    return fixture_counter(fixture->world, name);
}

/* ---- spike ---- */

static void a_spike_multiplies_the_rate_while_it_lasts(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *spike = world_fault_spike_create(fixture->producers[0], 10, NULL);

    world_fault_plan(spike, 10 * SIM_SECOND, 20 * SIM_SECOND, NULL);
    fixture_run(fixture, 10 * SIM_SECOND);
    uint64_t before = count(fixture, "beijing/clicks/arrived");
    fixture_run(fixture, 20 * SIM_SECOND);
    uint64_t during = count(fixture, "beijing/clicks/arrived") - before;
    fixture_run(fixture, 30 * SIM_SECOND);
    uint64_t after = count(fixture, "beijing/clicks/arrived") - before - during;
    /* Poisson, 400 and 4000 expected: five deviations. */
    assert_in_range(before, 300, 500);
    assert_in_range(during, 3680, 4320);
    assert_in_range(after, 300, 500);
    assert_int_equal(spike->hit, during);
}

static void spikes_that_overlap_multiply(void **state)
{
    struct fixture *fixture = *state;
    world_producer *producer = fixture->producers[0];
    struct world_fault *up = world_fault_spike_create(producer, 8, NULL);
    struct world_fault *none = world_fault_spike_create(producer, 0, NULL);

    assert_true(world_source_set_factor(world_producer_source(producer), 0.5));
    struct world_fault *twice = world_fault_spike_create(producer, 2, NULL);
    world_fault_plan(up, 0, 10 * SIM_SECOND, "up");
    world_fault_plan(twice, 5 * SIM_SECOND, 10 * SIM_SECOND, "twice");
    world_fault_plan(none, 10 * SIM_SECOND - 1, 20 * SIM_SECOND, "none");
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_in_range(up->hit, 660, 940); /* 40 x 0.5 x 8 a second */
    fixture_run(fixture, 10 * SIM_SECOND - 1);
    assert_in_range(twice->hit, 1400, 1800); /* and twice that */
    uint64_t before = count(fixture, "beijing/clicks/arrived");
    fixture_run(fixture, 20 * SIM_SECOND - 1);
    assert_int_equal(count(fixture, "beijing/clicks/arrived"), before);
    fixture_run(fixture, 30 * SIM_SECOND);
    assert_in_range(count(fixture, "beijing/clicks/arrived") - before, 130, 270);
    assert_int_equal(none->hit, 0);
}

/* ---- hot key ---- */

struct key_count {
    uint64_t key;
    uint64_t with_key;
    uint64_t all;
};

static void count_key(void *context, struct model_message *message)
{
    struct key_count *keys = context;

    keys->all++;
    keys->with_key += message->key == keys->key;
}

static void a_hot_key_takes_its_share_of_the_messages(void **state)
{
    struct fixture *fixture = *state;
    struct key_count keys = {.key = 1000000};
    struct world_fault *hot =
        world_fault_hot_key_create(fixture->producers[0], keys.key, 0.5, NULL);

    world_fault_start(hot);
    world_rewrites_add(world_producer_rewrites(fixture->producers[0]), count_key, &keys);
    fixture_run(fixture, 20 * SIM_SECOND);
    assert_int_equal(keys.with_key, hot->hit);
    assert_in_range(keys.with_key, keys.all * 4 / 10, keys.all * 6 / 10);
    world_fault_stop(hot);
    fixture_run(fixture, 25 * SIM_SECOND);
    assert_int_equal(keys.with_key, hot->hit);
}

/* ---- poison ---- */

static void poison_is_given_back_for_ever_though_the_fault_is_over(void **state)
{
    struct fixture *fixture = *state;
    const struct world_fault_poison_config config = {.share = 0.2};
    struct world_fault *poison = world_fault_poison_create(fixture->consumer, &config, NULL);

    world_fault_plan(poison, SIM_SECOND, 2 * SIM_SECOND, NULL);
    fixture_run(fixture, 5 * SIM_SECOND);
    uint64_t hit = poison->hit;
    assert_true(hit > 0);
    fixture_run(fixture, 10 * SIM_SECOND);
    assert_true(poison->hit > hit);
    assert_int_equal(count(fixture, "beijing/billing/given_back"), poison->hit);
    fixture_drain(fixture, 10 * SIM_SECOND);
    /* What is left is the poison: born in one second, a fifth of 120. */
    assert_in_range(fixture_totals(fixture).inside, 10, 45);
}

static void poison_that_crashes_its_consumer_does_so_each_time_it_comes(void **state)
{
    struct fixture *fixture = *state;
    const struct world_fault_poison_config config = {
        .share = 1,
        .crashes = true,
        .restart_after = SIM_SECOND / 2,
    };
    struct world_fault *poison = world_fault_poison_create(fixture->consumer, &config, NULL);
    const struct world_node *consumer = fixture_node(fixture, FIXTURE_CONSUMER);

    world_fault_plan(poison, SIM_SECOND, SIM_SECOND + SIM_SECOND / 20, NULL);
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_true(poison->hit >= 5);
    assert_int_equal(consumer->incarnation, 1 + poison->hit);
}

/* ---- botnet ---- */

struct bots {
    uint64_t marked;
    uint32_t address_least;
    uint32_t address_most;
};

static enum world_verdict look(void *context, const struct model_message *message)
{
    struct bots *bots = context;

    if (message->truth != 0) {
        bots->marked++;
        bots->address_least = MIN(bots->address_least, message->attributes[0]);
        bots->address_most = MAX(bots->address_most, message->attributes[0]);
    }
    return WORLD_ACK;
}

static void a_botnet_adds_marked_messages_from_its_addresses(void **state)
{
    struct fixture *fixture = *state;
    struct bots bots = {.address_least = UINT32_MAX};
    const struct world_fault_botnet_config config = {
        .name = "botnet",
        .addresses = 5,
        .address_first = 7000,
        .rate_per_address = 20,
    };
    struct world_fault *botnet = world_fault_botnet_create(fixture->producers[1], &config, NULL);

    assert_non_null(botnet);
    world_consumer_poison(fixture->consumer, look, &bots);
    world_fault_plan(botnet, 5 * SIM_SECOND, 15 * SIM_SECOND, NULL);
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_int_equal(botnet->hit, 0);
    fixture_run(fixture, 20 * SIM_SECOND);
    /* Poisson, 1000 expected: five deviations. */
    assert_in_range(botnet->hit, 842, 1158);
    assert_int_equal(count(fixture, "shanghai/botnet/arrived"), botnet->hit);
    assert_in_range(bots.marked, botnet->hit - 5, botnet->hit);
    assert_int_equal(bots.address_least, 7001);
    assert_int_equal(bots.address_most, 7005);
}

static void a_botnet_that_is_silent_leaves_the_others_messages_as_they_were(void **state)
{
    struct fixture *fixture = *state;
    struct fixture *without = fixture_create(&fixture->config);
    const struct world_fault_botnet_config config = {
        .name = "botnet", .addresses = 5, .rate_per_address = 20};

    assert_non_null(world_fault_botnet_create(fixture->producers[1], &config, NULL));
    fixture_run(fixture, 5 * SIM_SECOND);
    fixture_run(without, 5 * SIM_SECOND);
    assert_int_equal(fixture_totals(fixture).settled, fixture_totals(without).settled);
    assert_int_equal(
        count(fixture, "beijing/ledger/revenue"), count(without, "beijing/ledger/revenue"));
    assert_int_equal(
        count(fixture, "shanghai/link/beijing/carried"),
        count(without, "shanghai/link/beijing/carried"));
    fixture_destroy(without);
}

static void values_out_of_range_are_refused_by_name(void **state)
{
    struct fixture *fixture = *state;
    world_producer *producer = fixture->producers[0];
    g_autoptr(GError) error = NULL;
    const struct world_fault_poison_config no_share = {.share = 0};
    const struct world_fault_botnet_config nobody = {.name = "botnet", .rate_per_address = 1};
    const struct world_fault_botnet_config nowhere = {
        .name = "botnet", .addresses = 1, .rate_per_address = 1, .attribute = 3};

    assert_null(world_fault_spike_create(producer, -1, &error));
    assert_string_equal(error->message, "spike: the factor is -1: expected 0, or 0.001 to 1e+06");
    g_clear_error(&error);
    assert_null(world_fault_hot_key_create(producer, 1, 2, &error));
    assert_string_equal(error->message, "hot_key: the share is 2: expected more than 0, up to 1");
    g_clear_error(&error);
    assert_null(world_fault_poison_create(fixture->consumer, &no_share, &error));
    assert_string_equal(error->message, "poison: the share is 0: expected more than 0, up to 1");
    g_clear_error(&error);
    assert_null(world_fault_botnet_create(producer, &nobody, &error));
    assert_string_equal(
        error->message,
        "botnet: 0 addresses, each at 1 messages a second: expected at least one of each, and "
        "1e+09 "
        "a second at the most together");
    g_clear_error(&error);
    assert_null(world_fault_botnet_create(producer, &nowhere, &error));
    assert_string_equal(
        error->message,
        "botnet: the address is attribute 3, but the messages have 1: name one of theirs");
}

static int set_up(void **state)
{
    struct fixture_config config = fixture_small(1);

    config.step = 10 * SIM_MILLISECOND;
    *state = fixture_create(&config);
    return 0;
}

static int tear_down(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define LOAD_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAD_TEST(a_spike_multiplies_the_rate_while_it_lasts),
        LOAD_TEST(spikes_that_overlap_multiply),
        LOAD_TEST(a_hot_key_takes_its_share_of_the_messages),
        LOAD_TEST(poison_is_given_back_for_ever_though_the_fault_is_over),
        LOAD_TEST(poison_that_crashes_its_consumer_does_so_each_time_it_comes),
        LOAD_TEST(a_botnet_adds_marked_messages_from_its_addresses),
        LOAD_TEST(a_botnet_that_is_silent_leaves_the_others_messages_as_they_were),
        LOAD_TEST(values_out_of_range_are_refused_by_name),
    };

    return cmocka_run_group_tests_name("world/fault_load", tests, NULL, NULL);
}

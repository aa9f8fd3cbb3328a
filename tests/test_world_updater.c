/* Tests of world/updater, before a real cache and a real database. A probe plays the consumer, and
 * whoever reads and writes. */
/* SPDX-License-Identifier: MIT */
#include "world/cache.h"
#include "world/database.h"
#include "world/updater.h"

#include "tests/operator_fixture.h"

#define ROWS     50
#define INTERVAL SIM_SECOND
#define MOMENT   (50 * SIM_MILLISECOND)

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *probe;
    struct world_node *database;
    struct world_node *cache;
    world_updater *updater;
    struct world_node *node; /* the updater's */
    struct world_check *contained;
    uint64_t asked;
};

static struct world_updater_config config_of(void)
{
    return (struct world_updater_config){
        .interval = INTERVAL,
        .batch = 4,
        .readings_max = 2,
        .linger = SIM_MILLISECOND,
        .timeout = 100 * SIM_MILLISECOND,
        .tries = 3,
        .waiting_max = 20,
    };
}

static void open_updater(struct shop *shop, const struct world_updater_config *config)
{
    shop->updater = world_updater_add(shop->datacenter, "updater", config, NULL);
    assert_non_null(shop->updater);
    shop->node = world_updater_node(shop->updater);
    assert_false(world_is_complete(shop->world, NULL));
    assert_true(world_updater_connect(shop->updater, shop->cache, NULL));
    assert_int_equal(world_is_complete(shop->world, NULL), config->is_pushing);
    if (!config->is_pushing) {
        assert_true(world_updater_connect(shop->updater, shop->database, NULL));
        assert_false(world_updater_connect(shop->updater, shop->database, NULL));
    }
    shop->contained = world_updater_check_contained(shop->updater, 3 * SIM_SECOND, NULL);
    operator_run(shop->world, 0);
}

static void run_on(struct shop *shop, sim_time duration)
{
    operator_run(shop->world, shop->world->run.now + duration);
}

static void ask(
    struct shop *shop,
    struct world_node *whom,
    enum world_packet_kind kind,
    uint64_t key,
    int64_t value)
{
    struct model_message message = {
        .id = shop->asked++, .key = key, .value = value, .born = shop->world->run.now};

    operator_send(shop->probe, whom, kind, &message, 0);
}

static void write_row(struct shop *shop, uint64_t key)
{
    ask(shop, shop->database, WORLD_PACKET_PUT, key, 0);
    run_on(shop, MOMENT);
}

static void change(struct shop *shop, uint64_t key, int64_t version)
{
    world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, shop->asked, 0);
    ask(shop, shop->node, WORLD_PACKET_CHARGE, key, version);
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/%s", measure);

    return fixture_counter(shop->world, name);
}

static uint32_t charged(const struct shop *shop)
{
    return fixture_received_count(shop->probe, WORLD_PACKET_CHARGED);
}

static void a_change_is_charged_when_the_cache_has_it(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    write_row(shop, 3);
    change(shop, 3, 1);
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 1);
    assert_int_equal(operator_newest(shop->probe)->packet.lease.queue.generation, 77);
    ask(shop, shop->cache, WORLD_PACKET_GET, 3, 0);
    run_on(shop, MOMENT);
    assert_int_equal(operator_newest(shop->probe)->packet.message.value, 1);
    assert_int_equal(count_of(shop, "cache/hits"), 1);
    assert_int_equal(count_of(shop, "cache/fetches"), 0);
    assert_int_equal(world_audit_totals_of(shop->world->audit).settled, 1);
    assert_true(world_check_held(shop->contained));
}

static void a_key_is_read_once_an_interval_and_no_change_is_lost(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    change(shop, 3, 0);
    run_on(shop, MOMENT);
    for (int i = 0; i < 5; i++) {
        write_row(shop, 3);
        change(shop, 3, i + 1);
    }
    run_on(shop, INTERVAL / 2);
    assert_int_equal(charged(shop), 1);
    assert_int_equal(count_of(shop, "updater/readings"), 1);
    assert_int_equal(count_of(shop, "updater/coalesced"), 4);
    run_on(shop, INTERVAL / 2);
    assert_int_equal(charged(shop), 6);
    assert_int_equal(count_of(shop, "updater/readings"), 2);
    ask(shop, shop->cache, WORLD_PACKET_GET, 3, 0);
    run_on(shop, MOMENT);
    assert_int_equal(operator_newest(shop->probe)->packet.message.value, 5);
    assert_int_equal(shop->contained->evaluated, 5);
    assert_true(world_check_held(shop->contained));
}

static void without_an_interval_each_change_is_read(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    config.interval = 0;
    open_updater(shop, &config);
    for (int i = 0; i < 5; i++) {
        change(shop, 3, 0);
    }
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 5);
    assert_int_equal(count_of(shop, "updater/refreshed"), 5);
    assert_int_equal(count_of(shop, "database/reads"), 5);
}

static void keys_are_read_in_batches(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    for (uint64_t key = 0; key < 6; key++) {
        change(shop, key, 0);
    }
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 6);
    assert_int_equal(count_of(shop, "updater/readings"), 2); /* of four, and of two that lingered */
    assert_int_equal(count_of(shop, "database/requests"), 2);
    assert_int_equal(count_of(shop, "database/reads"), 6);
}

static void a_reading_that_fails_is_repeated(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    write_row(shop, 3);
    world_node_crash(shop->database);
    change(shop, 3, 1);
    run_on(shop, SIM_SECOND);
    assert_int_equal(charged(shop), 0);
    assert_int_equal(count_of(shop, "updater/failed"), 1);
    world_node_restart(shop->database);
    run_on(shop, SIM_SECOND);
    assert_int_equal(charged(shop), 1);
    world_end(shop->world);
    assert_true(world_check_held(shop->contained));
}

static void a_change_that_waits_for_too_long_fails_the_check(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    change(shop, 3, 0);
    run_on(shop, MOMENT);
    world_node_crash(shop->database);
    change(shop, 4, 1);
    run_on(shop, 4 * SIM_SECOND);
    world_end(shop->world);
    assert_int_equal(shop->contained->failed, 1);
}

static void a_version_from_before_the_change_fails_the_check(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    write_row(shop, 3);
    change(shop, 3, 2);
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 1);
    assert_int_equal(shop->contained->failed, 1);
    assert_string_equal(
        shop->contained->first.text,
        "here/updater took version 1 of key 3 for the change to version 2");
}

static void a_cache_that_is_back_in_time_hears_of_the_change(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    world_node_crash(shop->cache);
    write_row(shop, 3);
    change(shop, 3, 1);
    run_on(shop, INTERVAL / 2);
    world_node_restart(shop->cache);
    run_on(shop, INTERVAL);
    assert_int_equal(charged(shop), 1);
    assert_int_equal(count_of(shop, "cache/updated"), 1);
}

static void after_so_many_tries_a_cache_is_passed_over(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    world_node_crash(shop->cache);
    change(shop, 3, 0);
    run_on(shop, 2 * INTERVAL);
    assert_int_equal(charged(shop), 0);
    assert_int_equal(count_of(shop, "updater/unreached"), 2);
    run_on(shop, 3 * INTERVAL);
    assert_int_equal(charged(shop), 1);
    assert_int_equal(count_of(shop, "updater/unreached"), 3);
    assert_int_equal(count_of(shop, "updater/readings"), 3);
}

static void one_that_pushes_takes_the_newest_version_from_the_messages(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    config.is_pushing = true;
    open_updater(shop, &config);
    write_row(shop, 3);
    write_row(shop, 3);
    change(shop, 3, 1);
    change(shop, 3, 2);
    change(shop, 3, 1);
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 3);
    assert_int_equal(count_of(shop, "updater/readings"), 0);
    ask(shop, shop->cache, WORLD_PACKET_GET, 3, 0);
    run_on(shop, MOMENT);
    assert_int_equal(operator_newest(shop->probe)->packet.message.value, 2);
}

static void beyond_its_limit_changes_are_left_to_their_leases(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    change(shop, 3, 0);
    run_on(shop, MOMENT);
    for (int i = 0; i < 25; i++) {
        change(shop, 3, 0);
    }
    run_on(shop, 2 * INTERVAL);
    assert_int_equal(count_of(shop, "updater/refused"), 5);
    assert_int_equal(charged(shop), 21);
    fixture_assert_no_packets(shop->world);
}

static void a_crash_forgets_what_waits(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();

    open_updater(shop, &config);
    change(shop, 3, 0);
    run_on(shop, MOMENT);
    change(shop, 3, 0);
    change(shop, 4, 0);
    run_on(shop, 2 * OPERATOR_LATENCY + SIM_MILLISECOND);
    world_node_crash(shop->node);
    run_on(shop, MOMENT);
    fixture_assert_no_packets(shop->world);
    world_node_restart(shop->node);
    change(shop, 3, 0);
    run_on(shop, MOMENT);
    assert_int_equal(charged(shop), 2);
}

/* Writes, changes, crashes of each node at random: the books add up after every event, no refresh
 * is older than its change, and at last the cache is as the database. */
static void whatever_crashes_no_refresh_misses_its_change(void **state)
{
    struct shop *shop = *state;
    struct world_updater_config config = config_of();
    struct world_check *equal =
        world_cache_check_equal((world_cache *)shop->cache, 2 * SIM_SECOND, NULL);
    uint64_t seed = 4;
    int64_t versions[8] = {0};

    config.interval = 60 * SIM_MILLISECOND;
    open_updater(shop, &config);
    struct world_node *nodes[] = {shop->node, shop->cache, shop->database};
    for (int i = 0; i < 800; i++) {
        uint64_t key = fixture_random(&seed, 8);
        if (shop->database->up) {
            ask(shop, shop->database, WORLD_PACKET_PUT, key, 0);
            run_on(shop, 5 * SIM_MILLISECOND);
            versions[key]++;
        }
        change(shop, key, versions[key]);
        run_on(shop, (sim_time)fixture_random(&seed, 10) * SIM_MILLISECOND);
        struct world_node *node = nodes[fixture_random(&seed, 3)];
        if (fixture_random(&seed, 30) == 0) {
            world_node_crash(node);
            run_on(shop, (sim_time)fixture_random(&seed, 200) * SIM_MILLISECOND);
            world_node_restart(node);
        }
    }
    for (uint64_t key = 0; key < 8; key++) {
        change(shop, key, versions[key]);
    }
    run_on(shop, 3 * SIM_SECOND);
    world_end(shop->world);
    assert_true(shop->contained->evaluated > 300 && world_check_held(shop->contained));
    assert_true(equal->evaluated > 4 && world_check_held(equal));
    fixture_assert_no_packets(shop->world);
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);
    const struct world_database_config database = {
        .rows = ROWS,
        .connections = 4,
        .waiting_max = 100,
        .cores = 4,
        .work = fixture_dist(SIM_DIST_CONSTANT, 1e-3, 0),
    };
    const struct world_cache_config cache = {
        .capacity = ROWS,
        .ttl = 1000 * SIM_SECOND,
        .when_written = WORLD_CACHE_KEEPS,
        .is_coalescing = true,
        .is_guarded = true,
        .waiting_max = 20,
        .timeout = SIM_SECOND,
    };

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->probe = fixture_probe_add(shop->datacenter, "probe");
    world_database *added = world_database_add(shop->datacenter, "database", &database, NULL);
    shop->database = world_database_node(added);
    world_cache *before = world_cache_add(shop->datacenter, "cache", &cache, NULL);
    shop->cache = world_cache_node(before);
    assert_true(world_cache_connect(before, shop->database, world_database_versions(added), NULL));
    *state = shop;
    return 0;
}

static int tear_down(void **state)
{
    struct shop *shop = *state;

    world_destroy(shop->world);
    g_free(shop);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_charged_when_the_cache_has_it),
        TEST(a_key_is_read_once_an_interval_and_no_change_is_lost),
        TEST(without_an_interval_each_change_is_read),
        TEST(keys_are_read_in_batches),
        TEST(a_reading_that_fails_is_repeated),
        TEST(a_change_that_waits_for_too_long_fails_the_check),
        TEST(a_version_from_before_the_change_fails_the_check),
        TEST(a_cache_that_is_back_in_time_hears_of_the_change),
        TEST(after_so_many_tries_a_cache_is_passed_over),
        TEST(one_that_pushes_takes_the_newest_version_from_the_messages),
        TEST(beyond_its_limit_changes_are_left_to_their_leases),
        TEST(a_crash_forgets_what_waits),
        TEST(whatever_crashes_no_refresh_misses_its_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

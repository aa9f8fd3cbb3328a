/* Tests of world/cache, and of the world/fetches inside it. Probes play readers and the database.
 */
/* SPDX-License-Identifier: MIT */
#include "world/cache.h"
#include "world/invariant.h"

#include "tests/operator_fixture.h"

#define ROWS 50
#define TTL  (10 * SIM_SECOND)

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *reader;
    struct fixture_probe *database;
    struct world_node *node; /* the cache's */
    world_cache *cache;
    struct world_version rows[ROWS]; /* the truth that staleness is measured against */
    struct world_versions versions;
    uint64_t asked;
};

static struct world_cache_config config_of(void)
{
    return (struct world_cache_config){
        .capacity = 10,
        .policy = WORLD_CACHE_LRU,
        .ttl = TTL,
        .when_written = WORLD_CACHE_UPDATES,
        .is_coalescing = true,
        .is_guarded = true,
        .waiting_max = 20,
        .timeout = SIM_SECOND,
    };
}

static void open_cache(struct shop *shop, const struct world_cache_config *config)
{
    shop->cache = world_cache_add(shop->datacenter, "cache", config, NULL);
    assert_non_null(shop->cache);
    shop->node = world_cache_node(shop->cache);
    shop->versions = (struct world_versions){.rows = shop->rows, .count = ROWS};
    assert_false(world_is_complete(shop->world, NULL));
    assert_true(world_cache_connect(shop->cache, &shop->database->node, &shop->versions, NULL));
    operator_run(shop->world, 0);
}

static void rest(struct shop *shop)
{
    operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
}

static void ask(struct shop *shop, enum world_packet_kind kind, uint64_t key, int64_t value)
{
    struct model_message message = {.id = shop->asked++, .key = key, .value = value};

    operator_send(shop->reader, shop->node, kind, &message, 0);
    rest(shop);
}

static void get(struct shop *shop, uint64_t key)
{
    ask(shop, WORLD_PACKET_GET, key, 0);
}

/* The database answers the `index`th packet that it has got. */
static void answer(struct shop *shop, uint32_t index, enum world_packet_kind kind, int64_t version)
{
    struct fixture_received received = *fixture_received_at(shop->database, index);

    received.packet.message.value = version;
    fixture_probe_answer(shop->database, &received, kind);
    rest(shop);
}

/* Reads a key, which the cache fetches at this version. */
static void load(struct shop *shop, uint64_t key, int64_t version)
{
    get(shop, key);
    answer(shop, shop->database->received->len - 1, WORLD_PACKET_VALUE, version);
}

static void commit(struct shop *shop, uint64_t key, uint64_t version)
{
    shop->rows[key] = (struct world_version){.number = version, .since = shop->world->run.now};
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/cache/%s", measure);

    return fixture_counter(shop->world, name);
}

static uint32_t values(const struct shop *shop)
{
    return fixture_received_count(shop->reader, WORLD_PACKET_VALUE);
}

static void what_it_holds_it_answers_itself(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    commit(shop, 3, 5);
    load(shop, 3, 5);
    assert_int_equal(operator_newest(shop->reader)->packet.message.value, 5);
    get(shop, 3);
    assert_int_equal(values(shop), 2);
    assert_int_equal(operator_newest(shop->reader)->packet.message.value, 5);
    assert_int_equal(operator_newest(shop->reader)->packet.from.node, shop->node->index);
    assert_int_equal(shop->database->received->len, 1);
    assert_int_equal(count_of(shop, "hits"), 1);
    assert_int_equal(count_of(shop, "misses"), 1);
}

static void an_entry_expires(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    load(shop, 3, 0);
    sim_time loaded = operator_newest(shop->reader)->time - OPERATOR_LATENCY;
    operator_run(shop->world, loaded + TTL - OPERATOR_LATENCY - 1);
    get(shop, 3);
    assert_int_equal(count_of(shop, "hits"), 1);
    get(shop, 3);
    assert_int_equal(count_of(shop, "hits"), 1);
    assert_int_equal(count_of(shop, "expired"), 1);
    assert_int_equal(shop->database->received->len, 2);
}

/* The entries that were entered at once do not expire at once. */
static void jitter_spreads_expiry(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    config.capacity = ROWS;
    config.ttl_jitter = 0.5;
    open_cache(shop, &config);
    for (uint64_t key = 0; key < ROWS; key++) {
        load(shop, key, 0);
    }
    sim_time loaded = shop->world->run.now;
    operator_run(shop->world, loaded + TTL / 2 - 2 * SIM_SECOND / 10);
    for (uint64_t key = 0; key < ROWS; key++) {
        get(shop, key);
    }
    assert_int_equal(count_of(shop, "expired"), 0);
    operator_run(shop->world, loaded + TTL * 3 / 4);
    for (uint64_t key = 0; key < ROWS; key++) {
        get(shop, key);
    }
    assert_in_range(count_of(shop, "expired"), ROWS / 4, ROWS * 3 / 4);
}

static void requests_for_one_key_share_a_fetch_if_they_may(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    for (int i = 0; i < 5; i++) {
        get(shop, 3);
    }
    get(shop, 4);
    assert_int_equal(shop->database->received->len, 2);
    assert_int_equal(count_of(shop, "coalesced"), 4);
    answer(shop, 0, WORLD_PACKET_VALUE, 0);
    assert_int_equal(values(shop), 5);
    answer(shop, 1, WORLD_PACKET_VALUE, 0);
    assert_int_equal(values(shop), 6);
    fixture_assert_no_packets(shop->world);
}

static void without_coalescing_each_request_is_a_fetch(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    config.is_coalescing = false;
    open_cache(shop, &config);
    for (int i = 0; i < 5; i++) {
        get(shop, 3);
    }
    assert_int_equal(shop->database->received->len, 5);
    for (uint32_t i = 5; i-- > 0;) {
        answer(shop, i, WORLD_PACKET_VALUE, 0);
    }
    assert_int_equal(values(shop), 5);
}

static void staleness_is_the_age_of_the_newest_version_not_seen(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    load(shop, 3, 0);
    commit(shop, 3, 1);
    operator_run(shop->world, SIM_SECOND);
    commit(shop, 3, 2);
    operator_run(shop->world, 3 * SIM_SECOND - OPERATOR_LATENCY);
    get(shop, 3);
    assert_int_equal(count_of(shop, "stale"), 1);
    const struct sim_measure *measure =
        sim_registry_find(shop->world->registry, "here/cache/staleness");
    assert_int_equal(sim_histogram_max(measure->tally.histogram), 2 * SIM_SECOND);
    assert_int_equal(sim_histogram_count(measure->tally.histogram), 2);
}

static void an_invalidated_key_is_fetched_again(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    load(shop, 3, 0);
    ask(shop, WORLD_PACKET_INVALIDATE, 3, 0);
    assert_int_equal(operator_newest(shop->reader)->packet.kind, WORLD_PACKET_STORED);
    get(shop, 3);
    assert_int_equal(shop->database->received->len, 2);
    assert_int_equal(count_of(shop, "invalidated"), 1);
}

/* The fetch read the row before the write; its answer arrives after the invalidation. */
static void guarded_it_does_not_keep_what_was_read_before_an_invalidation(void **state)
{
    struct shop *shop = *state;

    for (int guarded = 0; guarded < 2; guarded++) {
        struct world_cache_config config = config_of();
        config.is_guarded = guarded == 1;
        g_autofree char *name = g_strdup_printf("cache%d", guarded);
        world_cache *cache = world_cache_add(shop->datacenter, name, &config, NULL);
        assert_true(world_cache_connect(cache, &shop->database->node, NULL, NULL));
        if (guarded == 0) {
            shop->cache = cache;
        } else {
            shop->node = world_cache_node(cache);
        }
    }
    struct world_node *nodes[] = {world_cache_node(shop->cache), shop->node};
    operator_run(shop->world, 0);
    for (int i = 0; i < 2; i++) {
        shop->node = nodes[i];
        get(shop, 3);
        ask(shop, WORLD_PACKET_INVALIDATE, 3, 0);
        answer(shop, shop->database->received->len - 1, WORLD_PACKET_VALUE, 0);
        assert_int_equal(operator_newest(shop->reader)->packet.kind, WORLD_PACKET_VALUE);
        uint32_t before = shop->database->received->len;
        get(shop, 3);
        assert_int_equal(shop->database->received->len, before + (uint32_t)i);
    }
}

static void an_update_never_brings_back_an_older_version(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    commit(shop, 3, 9);
    ask(shop, WORLD_PACKET_UPDATE, 3, 7);
    ask(shop, WORLD_PACKET_UPDATE, 3, 6);
    get(shop, 3);
    assert_int_equal(operator_newest(shop->reader)->packet.message.value, 7);
    assert_int_equal(shop->database->received->len, 0);
}

static void a_write_passes_through_and_the_entry_follows(void **state)
{
    static const enum world_cache_written policies[] = {
        WORLD_CACHE_UPDATES, WORLD_CACHE_FORGETS, WORLD_CACHE_KEEPS};
    static const int64_t seen[] = {2, -1, 1};
    struct shop *shop = *state;
    struct world_node *nodes[3];

    for (int i = 0; i < 3; i++) {
        struct world_cache_config config = config_of();
        config.when_written = policies[i];
        g_autofree char *name = g_strdup_printf("cache%d", i);
        world_cache *cache = world_cache_add(shop->datacenter, name, &config, NULL);
        assert_true(world_cache_connect(cache, &shop->database->node, NULL, NULL));
        nodes[i] = world_cache_node(cache);
    }
    operator_run(shop->world, 0);
    for (int i = 0; i < 3; i++) {
        shop->node = nodes[i];
        load(shop, 3, 1);
        ask(shop, WORLD_PACKET_PUT, 3, 0);
        assert_int_equal(operator_newest(shop->database)->packet.kind, WORLD_PACKET_PUT);
        answer(shop, shop->database->received->len - 1, WORLD_PACKET_STORED, 2);
        assert_int_equal(operator_newest(shop->reader)->packet.kind, WORLD_PACKET_STORED);
        uint32_t before = shop->database->received->len;
        get(shop, 3);
        if (seen[i] < 0) {
            assert_int_equal(shop->database->received->len, before + 1);
        } else {
            assert_int_equal(operator_newest(shop->reader)->packet.message.value, seen[i]);
        }
    }
}

/* A fetch that is under way may have read the row before the change. */
static void a_change_from_a_queue_is_always_fetched_after_it_came(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    get(shop, 3);
    commit(shop, 3, 2);
    world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, shop->asked, 0);
    ask(shop, WORLD_PACKET_CHARGE, 3, 0);
    assert_int_equal(shop->database->received->len, 2);
    answer(shop, 1, WORLD_PACKET_VALUE, 2);
    assert_int_equal(operator_newest(shop->reader)->packet.kind, WORLD_PACKET_CHARGED);
    assert_int_equal(operator_newest(shop->reader)->packet.lease.queue.generation, 77);
    assert_int_equal(world_audit_totals_of(shop->world->audit).settled, 1);
    answer(shop, 0, WORLD_PACKET_VALUE, 1); /* late, and older */
    get(shop, 3);
    assert_int_equal(operator_newest(shop->reader)->packet.message.value, 2);
}

static void a_fetch_that_fails_refuses_those_that_wait(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    get(shop, 3);
    get(shop, 3);
    answer(shop, 0, WORLD_PACKET_REFUSE, 0);
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_REFUSE), 2);
    get(shop, 4);
    operator_run(shop->world, 2 * SIM_SECOND); /* nobody answers */
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_REFUSE), 3);
    answer(shop, 1, WORLD_PACKET_VALUE, 0); /* too late */
    assert_int_equal(values(shop), 0);
    assert_int_equal(count_of(shop, "failed"), 2);
    for (uint64_t i = 0; i < 22; i++) {
        get(shop, 5 + i);
    }
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_REFUSE), 5);
}

static void a_crash_leaves_it_empty(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    load(shop, 3, 0);
    get(shop, 4);
    get(shop, 4);
    world_node_crash(shop->node);
    fixture_assert_no_packets(shop->world);
    assert_int_equal(world_cache_count(shop->cache), 0);
    world_node_restart(shop->node);
    get(shop, 3);
    assert_int_equal(shop->database->received->len, 3);
}

/* Any order of reads, changes, answers and losses: no reader sees a version that never was, and the
 * fetches add up after every event. */
static void random_orders_leave_its_books_in_order(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();
    uint64_t seed = 8;

    config.policy = WORLD_CACHE_S3_FIFO;
    config.fetches_max = 3;
    config.timeout = 30 * SIM_MILLISECOND;
    open_cache(shop, &config);
    for (int i = 0; i < 3000; i++) {
        static const enum world_packet_kind kinds[] = {
            WORLD_PACKET_GET, WORLD_PACKET_GET, WORLD_PACKET_GET, WORLD_PACKET_INVALIDATE};
        uint64_t key = fixture_random(&seed, 12);
        ask(shop, kinds[fixture_random(&seed, 4)], key, 0);
        if (fixture_random(&seed, 8) == 0) {
            commit(shop, key, shop->rows[key].number + 1);
        }
        uint32_t pending = shop->database->received->len;
        if (pending > 0 && fixture_random(&seed, 3) > 0) {
            uint32_t back = (uint32_t)fixture_random(&seed, MIN(pending, 4));
            uint64_t row =
                fixture_received_at(shop->database, pending - 1 - back)->packet.message.key;
            answer(shop, pending - 1 - back, WORLD_PACKET_VALUE, (int64_t)shop->rows[row].number);
        }
    }
    operator_run(shop->world, shop->world->run.now + SIM_SECOND);
    fixture_assert_no_packets(shop->world);
    assert_true(count_of(shop, "coalesced") > 20 && count_of(shop, "failed") > 20);
    assert_int_equal(shop->reader->received->len, 3000); /* every request has exactly one answer */
}

/* ---- other caches ---- */

static void another_cache_is_told_of_a_write(void **state)
{
    struct shop *shop = *state;
    static const enum world_cache_written ways[] = {WORLD_CACHE_UPDATES, WORLD_CACHE_FORGETS};
    struct world_cache_config config = config_of();
    world_cache *caches[3];

    for (int i = 0; i < 3; i++) {
        g_autofree char *name = i == 0 ? g_strdup("cache") : g_strdup_printf("from%d", i);
        config.when_written = i == 0 ? WORLD_CACHE_KEEPS : ways[i - 1];
        caches[i] = world_cache_add(shop->datacenter, name, &config, NULL);
        assert_true(world_cache_connect(caches[i], &shop->database->node, NULL, NULL));
        assert_true(i == 0 || world_cache_tell(caches[i], caches[0], NULL));
    }
    operator_run(shop->world, 0);
    shop->node = world_cache_node(caches[0]);
    load(shop, 3, 0);
    for (int i = 1; i < 3; i++) {
        shop->node = world_cache_node(caches[i]);
        ask(shop, WORLD_PACKET_PUT, 3, 0);
        answer(shop, shop->database->received->len - 1, WORLD_PACKET_STORED, i);
        assert_int_equal(count_of(shop, "updated"), 1);
        assert_int_equal(count_of(shop, "invalidated"), i - 1);
    }
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_STORED), 2);
    fixture_assert_no_packets(shop->world);
}

/* Told of one version twice, it has learnt of it once. */
static void the_lag_of_an_update_counts_once(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    ask(shop, WORLD_PACKET_UPDATE, 3, 1);
    ask(shop, WORLD_PACKET_UPDATE, 3, 1);
    ask(shop, WORLD_PACKET_UPDATE, 3, 2);
    assert_int_equal(count_of(shop, "updated"), 3);
    const struct sim_measure *lag =
        sim_registry_find(shop->world->registry, "here/cache/update_lag");
    assert_int_equal(sim_histogram_count(lag->tally.histogram), 2);
}

/* Two fetches at a time: the third is sent when one of them has come back, the fourth when one is
 * given up; and each has all its time from then on. */
static void fetches_beyond_the_limit_wait_their_turn(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    config.fetches_max = 2;
    open_cache(shop, &config);
    for (uint64_t key = 0; key < 4; key++) {
        get(shop, key);
    }
    assert_int_equal(shop->database->received->len, 2);
    answer(shop, 0, WORLD_PACKET_VALUE, 0);
    assert_int_equal(shop->database->received->len, 3);
    operator_run(shop->world, shop->world->run.now + SIM_SECOND);
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_REFUSE), 2);
    assert_int_equal(shop->database->received->len, 4);
    operator_run(shop->world, shop->world->run.now + SIM_SECOND);
    assert_int_equal(fixture_received_count(shop->reader, WORLD_PACKET_REFUSE), 3);
    get(shop, 9);
    assert_int_equal(shop->database->received->len, 5);
}

/* ---- checks ---- */

static void a_read_beyond_the_bound_fails_its_check(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    struct world_check *check = world_cache_check_bound(shop->cache, 2 * SIM_SECOND, NULL);
    load(shop, 3, 0);
    commit(shop, 3, 1);
    sim_time committed = shop->world->run.now;
    operator_run(shop->world, committed + 2 * SIM_SECOND - OPERATOR_LATENCY);
    get(shop, 3);
    assert_int_equal(check->evaluated, 2);
    assert_true(world_check_held(check));
    get(shop, 3);
    assert_int_equal(check->failed, 1);
    assert_true(g_str_has_prefix(check->first.text, "here/cache gave key 3 as it was 2.0"));
}

/* The bound of the world's own invariant is a second. */
static void a_watched_world_hears_of_every_read(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();
    const struct world_invariants_config watch = world_invariants_default();

    world_invariants_watch(shop->world, &watch);
    struct world_check *check = world_invariant_check(shop->world, WORLD_I6_STALENESS);
    open_cache(shop, &config);
    load(shop, 3, 0);
    commit(shop, 3, 1);
    get(shop, 3);
    assert_int_equal(check->evaluated, 2);
    assert_true(world_check_held(check));
    operator_run(shop->world, 2 * SIM_SECOND);
    get(shop, 3);
    assert_int_equal(check->failed, 1);
}

/* Of four entries one is as its row is, one differs, one differs and has expired, and one was
 * written a moment ago. */
static void at_the_end_entries_are_compared_with_their_rows(void **state)
{
    struct shop *shop = *state;
    struct world_cache_config config = config_of();

    open_cache(shop, &config);
    struct world_check *check = world_cache_check_equal(shop->cache, SIM_SECOND, NULL);
    load(shop, 6, 0);
    commit(shop, 6, 1);
    operator_run(shop->world, TTL / 2);
    for (uint64_t key = 3; key < 6; key++) {
        load(shop, key, 0);
    }
    commit(shop, 4, 1);
    operator_run(shop->world, TTL + SIM_SECOND);
    commit(shop, 5, 1);
    world_end(shop->world);
    assert_int_equal(check->evaluated, 2);
    assert_int_equal(check->failed, 1);
    assert_true(g_str_has_prefix(check->first.text, "here/cache has version 0 of key 4, "));
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->reader = fixture_probe_add(shop->datacenter, "reader");
    shop->database = fixture_probe_add(shop->datacenter, "database");
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
        TEST(what_it_holds_it_answers_itself),
        TEST(an_entry_expires),
        TEST(jitter_spreads_expiry),
        TEST(requests_for_one_key_share_a_fetch_if_they_may),
        TEST(without_coalescing_each_request_is_a_fetch),
        TEST(staleness_is_the_age_of_the_newest_version_not_seen),
        TEST(an_invalidated_key_is_fetched_again),
        TEST(guarded_it_does_not_keep_what_was_read_before_an_invalidation),
        TEST(an_update_never_brings_back_an_older_version),
        TEST(a_write_passes_through_and_the_entry_follows),
        TEST(a_change_from_a_queue_is_always_fetched_after_it_came),
        TEST(a_fetch_that_fails_refuses_those_that_wait),
        TEST(a_crash_leaves_it_empty),
        TEST(random_orders_leave_its_books_in_order),
        TEST(another_cache_is_told_of_a_write),
        TEST(the_lag_of_an_update_counts_once),
        TEST(fetches_beyond_the_limit_wait_their_turn),
        TEST(a_read_beyond_the_bound_fails_its_check),
        TEST(a_watched_world_hears_of_every_read),
        TEST(at_the_end_entries_are_compared_with_their_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/cache_store: LRU against a naive twin, what S3-FIFO keeps, and what a key costs.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/dist.h"
#include "world/cache_store.h"

#include "tests/world_fixture.h"

#define CAPACITY 20
#define KEYS     50

/* Reads the key, as a cache does; returns whether it was held. */
static bool read_through(struct world_cache_store *store, uint64_t key)
{
    if (world_cache_store_read(store, key) != WORLD_CACHE_NONE) {
        return true;
    }
    uint32_t entry = world_cache_store_insert(store, key);
    assert_int_equal(store->entries[entry].key, key);
    return false;
}

static void lru_holds_the_keys_read_last(void **state)
{
    struct world_cache_store store;
    uint64_t used[KEYS] = {0};
    uint64_t seed = 2;

    (void)state;
    world_cache_store_init(&store, WORLD_CACHE_LRU, CAPACITY);
    for (uint64_t i = 1; i <= 20000; i++) {
        uint64_t key = fixture_random(&seed, KEYS);
        uint32_t newer = 0;
        for (int k = 0; k < KEYS; k++) {
            newer += used[k] > used[key];
        }
        bool expected = used[key] > 0 && newer < CAPACITY;
        assert_int_equal(read_through(&store, key), expected);
        used[key] = i;
        if (fixture_random(&seed, 10) == 0 && used[key] == i) {
            world_cache_store_remove(&store, world_cache_store_find(&store, key));
            used[key] = 0;
            assert_int_equal(world_cache_store_find(&store, key), WORLD_CACHE_NONE);
            /* The twin cannot tell a removed key from a full store: fill its place again. */
            assert_false(read_through(&store, key));
            used[key] = i;
        }
        world_cache_store_check(&store);
    }
    world_cache_store_finish(&store);
}

/* Of 50 keys that were read again and again, so many are held after a scan of a thousand others. */
static uint32_t kept_through_scan(enum world_cache_policy policy)
{
    struct world_cache_store store;
    uint32_t kept = 0;

    world_cache_store_init(&store, policy, 100);
    for (uint64_t i = 0; i < 250; i++) {
        (void)read_through(&store, i % 50);
    }
    for (uint64_t key = 1000; key < 2000; key++) {
        (void)read_through(&store, key);
        world_cache_store_check(&store);
    }
    for (uint64_t key = 0; key < 50; key++) {
        kept += world_cache_store_find(&store, key) != WORLD_CACHE_NONE;
    }
    world_cache_store_finish(&store);
    return kept;
}

static void s3_fifo_keeps_what_is_read_again_and_again_through_a_scan(void **state)
{
    (void)state;
    assert_int_equal(kept_through_scan(WORLD_CACHE_LRU), 0);
    assert_int_equal(kept_through_scan(WORLD_CACHE_S3_FIFO), 50);
}

/* Ten places, of which one is the small queue's. */
static void a_key_that_comes_again_soon_goes_to_the_main_queue(void **state)
{
    struct world_cache_store store;

    (void)state;
    world_cache_store_init(&store, WORLD_CACHE_S3_FIFO, 10);
    for (uint64_t key = 0; key < 11; key++) {
        assert_false(read_through(&store, key));
    }
    assert_int_equal(world_cache_store_find(&store, 0), WORLD_CACHE_NONE); /* it is a ghost */
    assert_false(read_through(&store, 0));
    uint32_t entry = world_cache_store_find(&store, 0);
    assert_int_equal(store.entries[entry].queue, WORLD_CACHE_MAIN);
    assert_false(read_through(&store, 100));
    entry = world_cache_store_find(&store, 100);
    assert_int_equal(store.entries[entry].queue, WORLD_CACHE_SMALL);
    assert_int_equal(store.evicted, 3);
    world_cache_store_clear(&store);
    world_cache_store_check(&store);
    assert_false(read_through(&store, 1)); /* and the ghosts are forgotten with it */
    assert_int_equal(store.entries[world_cache_store_find(&store, 1)].queue, WORLD_CACHE_SMALL);
    world_cache_store_finish(&store);
}

/* A hundred places, ten of them the small queue's. */
static void a_key_moves_on_when_it_is_read_twice_in_the_small_queue(void **state)
{
    struct world_cache_store store;

    (void)state;
    world_cache_store_init(&store, WORLD_CACHE_S3_FIFO, 100);
    for (uint64_t key = 0; key < 100; key++) {
        assert_false(read_through(&store, key));
    }
    assert_true(read_through(&store, 0));
    assert_true(read_through(&store, 1));
    assert_true(read_through(&store, 1));
    assert_false(read_through(&store, 200)); /* the oldest goes, though it was read once */
    assert_false(read_through(&store, 201)); /* the next was read twice: another goes */
    assert_int_equal(world_cache_store_find(&store, 0), WORLD_CACHE_NONE);
    assert_int_equal(world_cache_store_find(&store, 2), WORLD_CACHE_NONE);
    assert_int_equal(store.entries[world_cache_store_find(&store, 1)].queue, WORLD_CACHE_MAIN);
    world_cache_store_check(&store);
    world_cache_store_finish(&store);
}

static void on_a_skewed_load_s3_fifo_hits_more_often_than_lru(void **state)
{
    const enum world_cache_policy policies[] = {WORLD_CACHE_LRU, WORLD_CACHE_S3_FIFO};
    struct sim_dist zipf = fixture_dist(SIM_DIST_ZIPF, 20000, 0.9);
    uint32_t hits[2] = {0, 0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world_cache_store store;
        struct sim_stream stream = sim_stream_named(1, "keys");
        world_cache_store_init(&store, policies[i], 1000);
        for (int k = 0; k < 300000; k++) {
            hits[i] += read_through(&store, (uint64_t)sim_dist_draw(&zipf, &stream));
        }
        world_cache_store_check(&store);
        world_cache_store_finish(&store);
    }
    assert_true(hits[1] > hits[0] + hits[0] / 20);
}

static void a_key_costs_at_most_200_bytes(void **state)
{
    const enum world_cache_policy policies[] = {WORLD_CACHE_LRU, WORLD_CACHE_S3_FIFO};
    static const uint32_t capacities[] = {1000, 3000, 100000, 140000, 600000};

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct world_cache_store store;
        uint32_t capacity = capacities[i / 2];
        world_cache_store_init(&store, policies[i % 2], capacity);
        for (uint64_t key = 0; key < 3 * (uint64_t)capacity; key++) {
            (void)read_through(&store, key);
        }
        assert_int_equal(store.index.count, capacity);
        assert_true(world_cache_store_size(&store) <= 200 * (uint64_t)capacity);
        world_cache_store_finish(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lru_holds_the_keys_read_last),
        cmocka_unit_test(s3_fifo_keeps_what_is_read_again_and_again_through_a_scan),
        cmocka_unit_test(a_key_that_comes_again_soon_goes_to_the_main_queue),
        cmocka_unit_test(a_key_moves_on_when_it_is_read_twice_in_the_small_queue),
        cmocka_unit_test(on_a_skewed_load_s3_fifo_hits_more_often_than_lru),
        cmocka_unit_test(a_key_costs_at_most_200_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

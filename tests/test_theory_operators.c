/* Theory: the operators against closed forms. Each tolerance is stated where it is used; the runs
 * are long enough that sampling error is a small part of it. */
/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "sim/dist.h"
#include "world/bucket.h"
#include "world/cache.h"
#include "world/client.h"
#include "world/database.h"
#include "world/processor.h"

#include "tests/operator_fixture.h"

static void assert_near(const char *name, double measured, double expected, double share)
{
    print_message("%-52s %12.6g %12.6g\n", name, expected, measured);
    assert_true(fabs(measured - expected) <= share * fabs(expected));
}

/* ---- the token bucket ---- */

/* Arrivals at rate 1, a token every `period` s, a bucket of one. */
static double share_passed(double period)
{
    const struct world_bucket_config config = {
        .tokens = 1, .period = (sim_time)(period * 1e9), .burst = 1};
    struct world_bucket bucket = world_bucket_full(&config, 0);
    struct sim_stream stream = sim_stream_named(1, "arrivals");
    sim_time now = 0;
    uint32_t passed = 0;
    const uint32_t count = 1000000;

    for (uint32_t k = 0; k < count; k++) {
        now += (sim_time)(sim_stream_exponential(&stream) * 1e9);
        if (world_bucket_wait(&bucket, &config, now) == 0) {
            world_bucket_take(&bucket, &config, now);
            passed++;
        }
    }
    return (double)passed / count;
}

/* Poisson arrivals at rate 1, a token every T, a bucket of one: after each that passes the next one
 * passes that comes T later or more, so the share that passes is 1 / (1 + T). */
static void a_bucket_of_one_passes_the_share_of_a_renewal_process(void **state)
{
    static const double periods[] = {0.5, 1, 3};

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_near(
            "token bucket, burst 1: share passed",
            share_passed(periods[i]),
            1 / (1 + periods[i]),
            0.005);
    }
}

/* Who waits for a token waits as in M/D/1: rho T / (2 (1 - rho)). */
static void a_bucket_of_one_delays_as_a_constant_server(void **state)
{
    static const double loads[] = {0.5, 0.8};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct world_bucket_config config = {
            .tokens = 1, .period = (sim_time)(loads[i] * 1e9), .burst = 1};
        struct world_bucket bucket = world_bucket_full(&config, 0);
        struct sim_stream stream = sim_stream_named(1, "arrivals");
        sim_time now = 0;
        double sum = 0;
        const uint32_t count = 4000000;
        for (uint32_t k = 0; k < count; k++) {
            now += (sim_time)(sim_stream_exponential(&stream) * 1e9);
            sum += (double)world_bucket_wait(&bucket, &config, now) * 1e-9;
            world_bucket_take(&bucket, &config, now);
        }
        assert_near(
            "token bucket, burst 1: mean delay as of M/D/1",
            sum / count,
            loads[i] * loads[i] / (2 * (1 - loads[i])),
            0.015);
    }
}

/* ---- LRU ---- */

struct popularity {
    double shares[20000]; /* of the reads, by key */
    uint32_t count;
};

static void init_zipf(struct popularity *popularity, uint32_t count, double exponent)
{
    double total = 0;

    popularity->count = count;
    for (uint32_t i = 0; i < count; i++) {
        popularity->shares[i] = pow(i + 1, -exponent);
        total += popularity->shares[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        popularity->shares[i] /= total;
    }
}

/* Keys of which each is held for `time` after a read, in units of reads. */
static double held(const struct popularity *popularity, double time)
{
    double sum = 0;

    for (uint32_t i = 0; i < popularity->count; i++) {
        sum += -expm1(-popularity->shares[i] * time);
    }
    return sum;
}

/* Che, Tung and Wang, "Hierarchical web caching systems", 2002: a key is held for the
 * characteristic time after each read, which is such that as many are held as there is room for. */
static double che(const struct popularity *popularity, uint32_t capacity)
{
    double low = 0;
    double high = 1;
    double hits = 0;

    while (held(popularity, high) < capacity) {
        high *= 2;
    }
    for (int step = 0; step < 100; step++) {
        double middle = (low + high) / 2;
        bool is_low = held(popularity, middle) < capacity;
        low = is_low ? middle : low;
        high = is_low ? high : middle;
    }
    for (uint32_t i = 0; i < popularity->count; i++) {
        hits += popularity->shares[i] * -expm1(-popularity->shares[i] * high);
    }
    return hits;
}

static double lru_hit_ratio(uint32_t key_count, double exponent, uint32_t capacity)
{
    struct sim_dist zipf = fixture_dist(SIM_DIST_ZIPF, key_count, exponent);
    struct sim_stream stream = sim_stream_named(1, "keys");
    struct world_cache_store store;
    const uint32_t warm_up = 300000;
    const uint32_t count = 1500000;
    uint32_t hits = 0;

    world_cache_store_init(&store, WORLD_CACHE_LRU, capacity);
    for (uint32_t i = 0; i < warm_up + count; i++) {
        uint64_t key = (uint64_t)sim_dist_draw(&zipf, &stream);
        bool is_hit = world_cache_store_read(&store, key) != WORLD_CACHE_NONE;
        if (!is_hit) {
            (void)world_cache_store_insert(&store, key);
        }
        hits += is_hit && i >= warm_up;
    }
    world_cache_store_finish(&store);
    return (double)hits / count;
}

static void lru_hits_as_ches_approximation_says_within_two_per_cent(void **state)
{
    static const uint32_t capacities[] = {100, 1000, 5000};
    static const double exponents[] = {0.7, 1.0};
    static struct popularity popularity;

    (void)state;
    for (int i = 0; i < 6; i++) {
        double exponent = exponents[i % 2];
        uint32_t capacity = capacities[i / 2];
        init_zipf(&popularity, 20000, exponent);
        assert_near(
            "LRU, 20,000 keys: hit ratio",
            lru_hit_ratio(20000, exponent, capacity),
            che(&popularity, capacity),
            0.02);
    }
}

/* ---- time to live ---- */

#define KEYS 10

static world_client *add_client(
    struct world_datacenter *datacenter, const char *name, double rate, double write_share)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = rate};
    struct world_client_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 0, KEYS - 1),
                .value = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
            },
        .write_share = write_share,
        .write_rows = 1,
        .waiting_max = 1000,
        .tries = 1,
        .timeout = SIM_SECOND,
        .backoff = SIM_SECOND,
    };
    world_client *client = world_client_add(datacenter, name, &config, NULL);

    assert_non_null(client);
    return client;
}

/* Readers behind a cache, writers at the database; nothing but the time to live takes time. */
static struct world *run_expiring(double reads, double writes, double ttl)
{
    struct world *world = world_create(3);
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    struct world_link_config at_once = {.latency = fixture_dist(SIM_DIST_CONSTANT, 0, 0)};
    struct world_database_config database = {
        .rows = KEYS,
        .connections = 100,
        .waiting_max = 100,
        .cores = 1,
        .work = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
        .hold = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };
    struct world_cache_config cache = {
        .capacity = 100,
        .ttl = (sim_time)(ttl * 1e9),
        .is_coalescing = true,
        .waiting_max = 100,
        .timeout = SIM_SECOND,
    };

    assert_non_null(world_link_add(datacenter, datacenter, &at_once, NULL));
    world_database *behind = world_database_add(datacenter, "database", &database, NULL);
    world_cache *front = world_cache_add(datacenter, "cache", &cache, NULL);
    world_client *readers = add_client(datacenter, "readers", reads * KEYS, 0);
    world_client *writers = add_client(datacenter, "writers", writes * KEYS, 1);
    assert_true(world_cache_connect(
        front, world_database_node(behind), world_database_versions(behind), NULL));
    assert_true(world_client_connect(readers, world_cache_node(front), NULL));
    assert_true(world_client_connect(writers, world_database_node(behind), NULL));
    world->sample_interval = 1000 * SIM_SECOND;
    (void)world_run(world, (sim_time)(400000 / reads / KEYS * 1e9), UINT64_MAX);
    world_verify(world);
    return world;
}

/* A miss every T + 1 / r, and r T hits between; so the hit ratio is r T / (1 + r T). A read at age
 * u of the entry is stale with probability 1 - exp(-w u), for writes at rate w; the age of the
 * newest write, when it lies within u, has the mean (1 - exp(-w u)) / w - u exp(-w u) over all
 * reads. Integrated over the age from 0 to T, times r, over the 1 + r T reads of a cycle. */
static void an_expiring_cache_hits_and_is_stale_as_renewal_theory_says(void **state)
{
    static const double cases[][3] = {{1, 0.1, 2}, {2, 0.5, 5}, {0.5, 1, 4}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        double r = cases[i][0];
        double w = cases[i][1];
        double t = cases[i][2];
        struct world *world = run_expiring(r, w, t);
        double hits = (double)fixture_counter(world, "here/cache/hits");
        double misses = (double)fixture_counter(world, "here/cache/misses");
        double stale = (double)fixture_counter(world, "here/cache/stale");
        const struct sim_measure *staleness =
            sim_registry_find(world->registry, "here/cache/staleness");
        double e = exp(-w * t);
        assert_near("TTL: hit ratio", hits / (hits + misses), r * t / (1 + r * t), 0.01);
        assert_near(
            "TTL: share of stale reads",
            stale / (hits + misses),
            r / (1 + r * t) * (t - (1 - e) / w),
            0.02);
        assert_near(
            "TTL: mean staleness, s",
            sim_histogram_mean(staleness->tally.histogram) * 1e-9,
            r / (1 + r * t) * (t / w - (2 - e * (2 + w * t)) / (w * w)),
            0.03);
        world_destroy(world);
    }
}

/* ---- the database's processor ---- */

/* Mean time of a job on one core that all jobs share, at load 0.7: s / (1 - rho), whatever the
 * distribution of the work (Kleinrock, Queueing systems 2, 1976, equation 4.17). */
static double mean_sojourn(const struct sim_dist *work)
{
    struct world_processor processor;
    struct sim_stream arrivals = sim_stream_named(1, "arrivals");
    struct sim_stream works = sim_stream_named(1, "works");
    static sim_time born[4096];
    sim_time next = 0;
    double sum = 0;
    uint32_t done = 0;
    uint32_t come = 0;
    uint32_t job;

    world_processor_init(&processor, 1);
    while (done < 1500000) {
        sim_time ends = world_processor_next(&processor);
        if (next < ends) {
            sim_time needed = (sim_time)(sim_dist_draw(work, &works) * 1e6);
            born[come % 4096] = next;
            world_processor_add(&processor, come++ % 4096, needed, next);
            next += (sim_time)(sim_stream_exponential(&arrivals) / 0.7 * 1e6) + 1;
        } else if (world_processor_pop(&processor, ends, &job)) {
            sum += (double)(ends - born[job]) * 1e-6;
            done++;
        }
    }
    world_processor_check(&processor);
    world_processor_finish(&processor);
    return sum / done;
}

static void shared_cores_slow_down_as_processor_sharing_says(void **state)
{
    struct sim_dist exponential = fixture_dist(SIM_DIST_EXPONENTIAL, 1, 0);
    struct sim_dist constant = fixture_dist(SIM_DIST_CONSTANT, 1, 0);

    (void)state;
    assert_near(
        "M/M/1 processor sharing, load 0.7: mean time", mean_sojourn(&exponential), 1 / 0.3, 0.02);
    assert_near(
        "M/D/1 processor sharing, load 0.7: mean time", mean_sojourn(&constant), 1 / 0.3, 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_of_one_passes_the_share_of_a_renewal_process),
        cmocka_unit_test(a_bucket_of_one_delays_as_a_constant_server),
        cmocka_unit_test(lru_hits_as_ches_approximation_says_within_two_per_cent),
        cmocka_unit_test(an_expiring_cache_hits_and_is_stale_as_renewal_theory_says),
        cmocka_unit_test(shared_cores_slow_down_as_processor_sharing_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/bucket: against a naive twin, and against what the limit promises. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/bucket.h"

#include "tests/world_fixture.h"

/* The same by counting: the passes so far, in units, against all that has ever come. */
struct twin {
    sim_uint128 lost;  /* units that came while it was full */
    sim_uint128 taken; /* units */
};

static sim_uint128 content(
    struct twin *twin, const struct world_bucket_config *config, sim_time now)
{
    sim_uint128 full = (sim_uint128)(uint64_t)config->period * config->burst;
    sim_uint128 come = full + (sim_uint128)(uint64_t)now * config->tokens;

    if (come - twin->lost - twin->taken > full) {
        twin->lost = come - twin->taken - full;
    }
    return come - twin->lost - twin->taken;
}

static void pass_beside_twin(const struct world_bucket_config *config, uint64_t *seed)
{
    uint64_t step = 2 * (uint64_t)config->period / config->tokens + 3;
    struct world_bucket bucket = world_bucket_full(config, 0);
    struct twin twin = {0};
    sim_time now = 0;

    for (int i = 0; i < 1000; i++) {
        now += (sim_time)fixture_random(seed, step);
        bool may_pass = content(&twin, config, now) >= (uint64_t)config->period;
        assert_int_equal(world_bucket_wait(&bucket, config, now) == 0, may_pass);
        if (may_pass) {
            world_bucket_take(&bucket, config, now);
            twin.taken += (uint64_t)config->period;
        }
    }
}

static void passes_what_a_naive_twin_passes(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int round = 0; round < 200; round++) {
        struct world_bucket_config config = {
            .tokens = 1 + (uint32_t)fixture_random(&seed, 1000),
            .period = 1 + (sim_time)fixture_random(&seed, 1000000),
            .burst = 1 + (uint32_t)fixture_random(&seed, 20),
        };
        pass_beside_twin(&config, &seed);
    }
}

/* Everybody waits: then the nth leaves when the nth token has come, and not a ns later. */
static void a_third_of_a_nanosecond_is_not_lost(void **state)
{
    const struct world_bucket_config config = {.tokens = 3, .period = 10, .burst = 1};
    struct world_bucket bucket = world_bucket_full(&config, 0);

    (void)state;
    for (sim_time n = 0; n < 3000; n++) {
        assert_int_equal(world_bucket_wait(&bucket, &config, 0), (10 * n + 2) / 3);
        world_bucket_take(&bucket, &config, 0);
    }
}

static void a_burst_passes_at_once_and_no_more(void **state)
{
    const struct world_bucket_config config = {.tokens = 1, .period = SIM_SECOND, .burst = 5};
    struct world_bucket bucket = world_bucket_full(&config, 0);
    const sim_time later = 1000 * SIM_SECOND;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_true(world_bucket_is_full(&bucket, &config, later) || i > 0);
        assert_int_equal(world_bucket_wait(&bucket, &config, later), 0);
        world_bucket_take(&bucket, &config, later);
    }
    assert_int_equal(world_bucket_wait(&bucket, &config, later), SIM_SECOND);
    assert_int_equal(world_bucket_wait(&bucket, &config, later + 1), SIM_SECOND - 1);
    assert_false(world_bucket_is_full(&bucket, &config, later + 5 * SIM_SECOND - 1));
    assert_true(world_bucket_is_full(&bucket, &config, later + 5 * SIM_SECOND));
}

static void the_end_of_time_fills_it(void **state)
{
    const struct world_bucket_config config = {
        .tokens = UINT32_MAX, .period = WORLD_BUCKET_UNITS_MAX, .burst = 1};
    struct world_bucket bucket = world_bucket_full(&config, 0);

    (void)state;
    assert_true(world_bucket_is_valid(&config));
    world_bucket_take(&bucket, &config, 0);
    assert_true(world_bucket_is_full(&bucket, &config, SIM_NEVER));
}

static void what_cannot_be_counted_is_not_valid(void **state)
{
    const struct world_bucket_config wrong[] = {
        {.tokens = 0, .period = 1, .burst = 1},
        {.tokens = 1, .period = 0, .burst = 1},
        {.tokens = 1, .period = 1, .burst = 0},
        {.tokens = 1, .period = WORLD_BUCKET_UNITS_MAX / 2 + 1, .burst = 2},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_false(world_bucket_is_valid(&wrong[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_what_a_naive_twin_passes),
        cmocka_unit_test(a_third_of_a_nanosecond_is_not_lost),
        cmocka_unit_test(a_burst_passes_at_once_and_no_more),
        cmocka_unit_test(the_end_of_time_fills_it),
        cmocka_unit_test(what_cannot_be_counted_is_not_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

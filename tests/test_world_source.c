/* Tests of world/source: births from a process and from a recording, and a factor on the rate. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/source.h"

#include "tests/world_fixture.h"

#define BIRTHS_MAX 4096

/* A node whose only business is to be born for. */
struct cradle {
    struct world *world;
    struct fixture_probe *probe;
    struct world_source source;
    uint64_t births;
    sim_time times[BIRTHS_MAX];
    uint64_t keys[BIRTHS_MAX]; /* of recorded births */
};

static void bear(void *context, const struct sim_recording_entry *recorded)
{
    const struct fixture_probe *probe = context;
    struct cradle *cradle = probe->context;

    assert_true(cradle->births < BIRTHS_MAX);
    cradle->times[cradle->births] = cradle->world->run.now;
    cradle->keys[cradle->births] = recorded == NULL ? 0 : recorded->key;
    cradle->births++;
}

static void open(struct cradle *cradle, const struct world_source_config *config)
{
    world_source_init(&cradle->source, config, &cradle->probe->node, bear);
}

static void open_process(struct cradle *cradle, double rate)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_RENEWAL,
        .interval = fixture_dist(SIM_DIST_CONSTANT, 1 / rate, 0),
    };
    const struct world_source_config config = {.process = &process};

    open(cradle, &config);
}

static void start(struct cradle *cradle)
{
    (void)world_run(cradle->world, 0, UINT64_MAX);
    world_source_start(&cradle->source);
}

static void run(struct cradle *cradle, sim_time until)
{
    (void)world_run(cradle->world, until, UINT64_MAX);
}

static void a_process_bears_at_its_own_times(void **state)
{
    struct cradle *cradle = *state;

    open_process(cradle, 100);
    start(cradle);
    run(cradle, SIM_SECOND);
    assert_int_equal(cradle->births, 100);
    assert_int_equal(cradle->times[0], 10 * SIM_MILLISECOND);
    assert_int_equal(cradle->times[99], SIM_SECOND);
}

static void a_factor_changes_the_rate_from_now_on(void **state)
{
    struct cradle *cradle = *state;

    open_process(cradle, 100);
    start(cradle);
    run(cradle, SIM_SECOND);
    assert_true(world_source_set_factor(&cradle->source, 4));
    run(cradle, 2 * SIM_SECOND);
    assert_int_equal(cradle->births, 500);
    assert_true(world_source_set_factor(&cradle->source, 1));
    run(cradle, 3 * SIM_SECOND);
    assert_int_equal(cradle->births, 600);
}

static void a_factor_of_zero_stops_the_births_until_it_is_raised(void **state)
{
    struct cradle *cradle = *state;

    open_process(cradle, 100);
    assert_true(world_source_set_factor(&cradle->source, 0));
    start(cradle);
    run(cradle, SIM_SECOND);
    assert_int_equal(cradle->births, 0);
    assert_true(world_source_set_factor(&cradle->source, 1));
    run(cradle, 2 * SIM_SECOND);
    assert_int_equal(cradle->births, 100);
}

/* ---- a recording ---- */

static bool read_entry(void *context, struct sim_recording_entry *out_entry)
{
    static const struct sim_recording_entry entries[] = {
        {.time = 0, .key = 7},
        {.time = SIM_SECOND, .key = 8},
        {.time = SIM_SECOND, .key = 9},
        {.time = 3 * SIM_SECOND, .key = 10},
    };
    uint32_t *next = context;

    if (*next == G_N_ELEMENTS(entries)) {
        return false;
    }
    *out_entry = entries[(*next)++];
    return true;
}

static void a_recording_bears_at_its_times_with_its_keys_and_ends(void **state)
{
    struct cradle *cradle = *state;
    uint32_t next = 0;
    const struct world_source_config config = {.recorded = read_entry, .context = &next};

    open(cradle, &config);
    start(cradle);
    run(cradle, 10 * SIM_SECOND);
    assert_int_equal(cradle->births, 4);
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(cradle->keys[i], 7 + i);
    }
    assert_int_equal(cradle->times[0], 0);
    assert_int_equal(cradle->times[1], SIM_SECOND);
    assert_int_equal(cradle->times[2], SIM_SECOND);
    assert_int_equal(cradle->times[3], 3 * SIM_SECOND);
}

static void a_recording_refuses_a_factor_and_goes_on_as_it_was(void **state)
{
    struct cradle *cradle = *state;
    uint32_t next = 0;
    const struct world_source_config config = {.recorded = read_entry, .context = &next};

    open(cradle, &config);
    start(cradle);
    run(cradle, SIM_SECOND);
    assert_false(world_source_set_factor(&cradle->source, 2));
    run(cradle, 10 * SIM_SECOND);
    assert_int_equal(cradle->births, 4);
    assert_int_equal(cradle->times[3], 3 * SIM_SECOND);
}

static int set_up(void **state)
{
    struct cradle *cradle = g_new0(struct cradle, 1);
    struct world_datacenter *datacenter;

    cradle->world = world_create(1);
    datacenter = world_datacenter_add(cradle->world, "here", NULL);
    assert_non_null(datacenter);
    cradle->probe = fixture_probe_add(datacenter, "cradle");
    cradle->probe->context = cradle;
    *state = cradle;
    return 0;
}

static int tear_down(void **state)
{
    struct cradle *cradle = *state;

    world_source_finish(&cradle->source);
    world_destroy(cradle->world);
    g_free(cradle);
    return 0;
}

#define SOURCE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOURCE_TEST(a_process_bears_at_its_own_times),
        SOURCE_TEST(a_factor_changes_the_rate_from_now_on),
        SOURCE_TEST(a_factor_of_zero_stops_the_births_until_it_is_raised),
        SOURCE_TEST(a_recording_bears_at_its_times_with_its_keys_and_ends),
        SOURCE_TEST(a_recording_refuses_a_factor_and_goes_on_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

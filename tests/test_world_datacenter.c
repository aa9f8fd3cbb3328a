/* Tests of world/datacenter: it fails and recovers as a whole. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

static uint32_t up_count(const struct world_datacenter *datacenter)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < datacenter->nodes->len; i++) {
        count += ((struct world_node *)g_ptr_array_index(datacenter->nodes, i))->up;
    }
    return count;
}

static void takes_down_its_own_nodes_and_no_others(void **state)
{
    struct fixture *fixture = *state;

    fixture_run(fixture, SIM_SECOND);
    assert_int_equal(up_count(fixture->datacenters[0]), 4);
    world_datacenter_fail(fixture->datacenters[0]);
    fixture_check(fixture);
    assert_int_equal(up_count(fixture->datacenters[0]), 0);
    assert_int_equal(up_count(fixture->datacenters[1]), 1);
    fixture_run(fixture, 2 * SIM_SECOND);
    world_datacenter_recover(fixture->datacenters[0]);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_int_equal(up_count(fixture->datacenters[0]), 4);
}

static void fails_and_recovers_once_however_often_it_is_told(void **state)
{
    struct fixture *fixture = *state;

    fixture_run(fixture, SIM_SECOND);
    world_datacenter_recover(fixture->datacenters[0]);
    assert_int_equal(up_count(fixture->datacenters[0]), 4);
    world_datacenter_fail(fixture->datacenters[0]);
    world_datacenter_fail(fixture->datacenters[0]);
    assert_int_equal(fixture_node(fixture, FIXTURE_BROKER)->incarnation, 2);
    world_datacenter_recover(fixture->datacenters[0]);
    world_datacenter_recover(fixture->datacenters[0]);
    fixture_run(fixture, 2 * SIM_SECOND);
    assert_int_equal(up_count(fixture->datacenters[0]), 4);
    assert_int_equal(fixture_node(fixture, FIXTURE_BROKER)->incarnation, 2);
}

static void restarts_what_had_crashed_before_it_failed(void **state)
{
    struct fixture *fixture = *state;
    struct world_node *consumer = fixture_node(fixture, FIXTURE_CONSUMER);

    fixture_run(fixture, SIM_SECOND);
    world_node_crash(consumer);
    world_datacenter_fail(fixture->datacenters[0]);
    assert_int_equal(consumer->incarnation, 2); /* it was down already */
    world_datacenter_recover(fixture->datacenters[0]);
    assert_true(consumer->up);
}

static void is_found_by_its_name(void **state)
{
    struct fixture *fixture = *state;

    assert_ptr_equal(world_datacenter_find(fixture->world, "shanghai"), fixture->datacenters[1]);
    assert_null(world_datacenter_find(fixture->world, "london"));
}

static void refuses_a_name_that_is_taken_or_malformed(void **state)
{
    struct fixture *fixture = *state;
    g_autofree char *long_name = g_strnfill(65, 'x');
    const char *const bad[] = {"shanghai", "", "a/b", "\n", long_name};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(world_datacenter_add(fixture->world, bad[i], &error));
        assert_true(g_error_matches(error, WORLD_ERROR, WORLD_ERROR_NAME));
    }
    assert_int_equal(fixture->world->datacenters->len, FIXTURE_DATACENTERS);
    long_name[64] = '\0';
    assert_non_null(world_datacenter_add(fixture->world, long_name, NULL));
}

static int create(void **state)
{
    struct fixture_config config = fixture_small(1);

    *state = fixture_create(&config);
    return 0;
}

static int destroy(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define DATACENTER_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATACENTER_TEST(takes_down_its_own_nodes_and_no_others),
        DATACENTER_TEST(fails_and_recovers_once_however_often_it_is_told),
        DATACENTER_TEST(restarts_what_had_crashed_before_it_failed),
        DATACENTER_TEST(is_found_by_its_name),
        DATACENTER_TEST(refuses_a_name_that_is_taken_or_malformed),
    };

    return cmocka_run_group_tests_name("world/datacenter", tests, NULL, NULL);
}

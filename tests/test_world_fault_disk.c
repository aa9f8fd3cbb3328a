/* Tests of world/fault_disk: a full disk, a slow one, one that cannot sync; under the billing
 * world, whose queue and ledger keep their journals there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "world/fault_disk.h"

#include "tests/world_fixture.h"

static struct world_fault *make(
    struct fixture *fixture, enum world_fault_disk_kind kind, double factor)
{
    struct world_fault *fault =
        world_fault_disk_create(kind, fixture->datacenters[FIXTURE_CENTRAL], factor, NULL);

    assert_non_null(fault);
    return fault;
}

static bool has_incident(const struct fixture *fixture, const char *text)
{
    const GArray *list = fixture->world->incidents.list;

    for (uint32_t i = 0; i < list->len; i++) {
        if (strstr(g_array_index(list, struct world_incident, i).label, text) != NULL) {
            return true;
        }
    }
    return false;
}

static void restart_all(struct fixture *fixture)
{
    world_node_restart(fixture_node(fixture, FIXTURE_BROKER));
    world_node_restart(fixture_node(fixture, FIXTURE_LEDGER));
}

/* Whatever the disk did, what was accepted is charged once in the end. */
static void assert_nothing_lost(struct fixture *fixture)
{
    fixture_run(fixture, fixture->world->run.now + 3 * SIM_SECOND);
    fixture_drain(fixture, 20 * SIM_SECOND);
    world_end(fixture->world);
    struct world_audit_totals totals = fixture_totals(fixture);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(world_check_held(fixture->exactly_once));
    assert_true(world_check_held(fixture->conservation));
}

static void a_full_disk_takes_down_who_writes_until_it_has_room_again(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *full = make(fixture, WORLD_FAULT_DISK_FULL, 0);

    world_fault_plan(full, 2 * SIM_SECOND, 4 * SIM_SECOND, NULL);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_false(fixture_node(fixture, FIXTURE_BROKER)->up);
    assert_true(has_incident(fixture, "the journal of beijing/queue failed: No space left"));
    assert_true(full->hit >= 1);
    restart_all(fixture); /* it can be read, but not written */
    fixture_run(fixture, 4 * SIM_SECOND);
    assert_false(fixture_node(fixture, FIXTURE_BROKER)->up);
    restart_all(fixture);
    assert_nothing_lost(fixture);
}

static void a_failed_sync_is_final_and_the_node_is_down_until_it_is_restarted(void **state)
{
    struct fixture *fixture = *state;
    struct world_fault *failing = make(fixture, WORLD_FAULT_DISK_SYNC, 0);

    world_fault_plan(failing, 2 * SIM_SECOND, 2 * SIM_SECOND + SIM_SECOND / 10, NULL);
    fixture_run(fixture, 4 * SIM_SECOND);
    assert_false(fixture_node(fixture, FIXTURE_BROKER)->up);
    assert_true(has_incident(fixture, "the journal of beijing/queue failed: Input/output error"));
    assert_in_range(failing->hit, 1, 2); /* of the queue's journal, and of the ledger's */
    restart_all(fixture);
    assert_nothing_lost(fixture);
}

static void a_slow_disk_delays_what_waits_for_it_by_its_factor(void **state)
{
    struct fixture *fixture = *state;
    const struct sim_tally *latency = fixture->world->latency;
    struct world_fault *slow = make(fixture, WORLD_FAULT_DISK_SLOW, 40);

    fixture_run(fixture, 4 * SIM_SECOND);
    int64_t before = sim_histogram_percentile(latency->histogram, 50);
    world_fault_start(slow);
    fixture_run(fixture, 8 * SIM_SECOND);
    int64_t after = sim_histogram_percentile(latency->histogram, 90);
    /* Two syncs of 0.5 ms each, which have become 20 ms. */
    assert_true(after > before + 20 * SIM_MILLISECOND);
    assert_true(slow->hit > 100);
    world_fault_stop(slow);
    assert_nothing_lost(fixture);
}

static void two_slow_faults_multiply_and_end_one_by_one(void **state)
{
    struct fixture *fixture = *state;
    world_disk *disk = fixture->datacenters[FIXTURE_CENTRAL]->disk;
    struct world_fault *first = make(fixture, WORLD_FAULT_DISK_SLOW, 2);
    struct world_fault *second = make(fixture, WORLD_FAULT_DISK_SLOW, 5);
    sim_time normal = world_disk_read_time(disk, 2000000);

    world_fault_start(first);
    world_fault_start(second);
    assert_int_equal(world_disk_read_time(disk, 2000000), 10 * normal);
    world_fault_stop(first);
    assert_int_equal(world_disk_read_time(disk, 2000000), 5 * normal);
    world_fault_stop(second);
    assert_int_equal(world_disk_read_time(disk, 2000000), normal);
}

static void a_factor_below_one_is_refused(void **state)
{
    struct fixture *fixture = *state;
    g_autoptr(GError) error = NULL;

    assert_null(world_fault_disk_create(
        WORLD_FAULT_DISK_SLOW, fixture->datacenters[FIXTURE_CENTRAL], 0.5, &error));
    assert_string_equal(error->message, "disk_slow: the factor is 0.5: expected 1 to 1e9");
}

static int set_up(void **state)
{
    struct fixture_config config = fixture_small(1);

    config.step = SIM_MILLISECOND;
    *state = fixture_create(&config);
    return 0;
}

static int tear_down(void **state)
{
    fixture_destroy(*state);
    return 0;
}

#define DISK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISK_TEST(a_full_disk_takes_down_who_writes_until_it_has_room_again),
        DISK_TEST(a_failed_sync_is_final_and_the_node_is_down_until_it_is_restarted),
        DISK_TEST(a_slow_disk_delays_what_waits_for_it_by_its_factor),
        DISK_TEST(two_slow_faults_multiply_and_end_one_by_one),
        DISK_TEST(a_factor_below_one_is_refused),
    };

    return cmocka_run_group_tests_name("world/fault_disk", tests, NULL, NULL);
}

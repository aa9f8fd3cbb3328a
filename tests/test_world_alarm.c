/* Tests of world/alarm: it goes off at the earliest time it was set to, once. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/alarm.h"

#include "tests/world_fixture.h"

struct sleeper {
    struct sim_run run;
    struct world_alarm alarm;
    uint32_t woken;
    sim_time woken_last;
    sim_time again; /* set from within the wake-up; SIM_NEVER: not */
};

static void wake(void *context)
{
    struct sleeper *sleeper = context;

    sleeper->woken++;
    sleeper->woken_last = sleeper->run.now;
    world_alarm_set(&sleeper->alarm, sleeper->again);
}

static void sleep_until(struct sleeper *sleeper, sim_time time)
{
    (void)sim_run_until(&sleeper->run, time, UINT64_MAX);
    sim_fel_check(sleeper->run.fel);
}

static void goes_off_once_at_the_earliest_time(void **state)
{
    struct sleeper *sleeper = *state;

    world_alarm_set(&sleeper->alarm, 50);
    world_alarm_set(&sleeper->alarm, 20);
    world_alarm_set(&sleeper->alarm, 30);
    world_alarm_set(&sleeper->alarm, SIM_NEVER);
    assert_int_equal(sim_fel_count(sleeper->run.fel), 1);
    sleep_until(sleeper, 100);
    assert_int_equal(sleeper->woken, 1);
    assert_int_equal(sleeper->woken_last, 20);
    assert_int_equal(sim_fel_count(sleeper->run.fel), 0);
}

static void can_be_set_while_it_goes_off(void **state)
{
    struct sleeper *sleeper = *state;

    sleeper->again = 40;
    world_alarm_set(&sleeper->alarm, 10);
    sleep_until(sleeper, 39);
    assert_int_equal(sleeper->woken, 1);
    sleeper->again = SIM_NEVER;
    sleep_until(sleeper, 100);
    assert_int_equal(sleeper->woken, 2);
    assert_int_equal(sleeper->woken_last, 40);
}

static void a_cancelled_one_stays_silent_until_it_is_set_again(void **state)
{
    struct sleeper *sleeper = *state;

    world_alarm_cancel(&sleeper->alarm);
    world_alarm_set(&sleeper->alarm, 10);
    world_alarm_cancel(&sleeper->alarm);
    world_alarm_cancel(&sleeper->alarm);
    assert_int_equal(sim_fel_count(sleeper->run.fel), 0);
    world_alarm_set(&sleeper->alarm, 60);
    sleep_until(sleeper, 100);
    assert_int_equal(sleeper->woken, 1);
    assert_int_equal(sleeper->woken_last, 60);
}

static int create(void **state)
{
    struct sleeper *sleeper = g_new0(struct sleeper, 1);

    sim_run_init(&sleeper->run);
    sleeper->again = SIM_NEVER;
    world_alarm_init(&sleeper->alarm, &sleeper->run, wake, sleeper);
    *state = sleeper;
    return 0;
}

static int destroy(void **state)
{
    struct sleeper *sleeper = *state;

    sim_run_finish(&sleeper->run);
    g_free(sleeper);
    return 0;
}

#define ALARM_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALARM_TEST(goes_off_once_at_the_earliest_time),
        ALARM_TEST(can_be_set_while_it_goes_off),
        ALARM_TEST(a_cancelled_one_stays_silent_until_it_is_set_again),
    };

    return cmocka_run_group_tests_name("world/alarm", tests, NULL, NULL);
}

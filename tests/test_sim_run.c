/* Tests of sim/run: how the clock moves, and why the loop ends. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/run.h"

struct diary {
    struct sim_run *run;
    sim_time times[16];
    uint64_t payloads[16];
    uint32_t count;
};

static void note(void *context, uint64_t payload)
{
    struct diary *diary = context;

    assert_true(diary->count < 16);
    diary->times[diary->count] = diary->run->now;
    diary->payloads[diary->count] = payload;
    diary->count++;
}

static void note_and_repeat(void *context, uint64_t payload)
{
    struct diary *diary = context;

    note(diary, payload);
    sim_run_after(diary->run, 10, note_and_repeat, diary, payload + 1);
}

static void fires_events_at_their_times(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 30, note, &diary, 2);
    sim_run_after(run, 10, note, &diary, 1);
    assert_int_equal(sim_run_until(run, 100, UINT64_MAX), SIM_RUN_EMPTY);

    assert_int_equal(diary.count, 2);
    assert_int_equal(diary.times[0], 10);
    assert_int_equal(diary.payloads[0], 1);
    assert_int_equal(diary.times[1], 30);
    assert_int_equal(run->fired_count, 2);
}

static void leaves_the_clock_at_the_last_event_when_nothing_is_left(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 30, note, &diary, 1);
    assert_int_equal(sim_run_until(run, 100, UINT64_MAX), SIM_RUN_EMPTY);
    assert_int_equal(run->now, 30);
}

static void stops_with_the_clock_at_the_horizon(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 10, note_and_repeat, &diary, 1);
    assert_int_equal(sim_run_until(run, 35, UINT64_MAX), SIM_RUN_HORIZON);
    assert_int_equal(diary.count, 3);
    assert_int_equal(run->now, 35);

    sim_run_after(run, 1, note, &diary, 99); /* sooner than what is next */
    assert_int_equal(sim_run_until(run, 40, UINT64_MAX), SIM_RUN_HORIZON);
    assert_int_equal(diary.payloads[3], 99);
    assert_int_equal(diary.times[4], 40); /* an event at the horizon is due */
}

static void stops_when_enough_events_have_fired(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 10, note_and_repeat, &diary, 1);
    assert_int_equal(sim_run_until(run, 1000, 4), SIM_RUN_LIMIT);
    assert_int_equal(run->fired_count, 4);
    assert_int_equal(run->now, 40);
    assert_int_equal(sim_run_until(run, 1000, 5), SIM_RUN_LIMIT);
    assert_int_equal(run->now, 50);
}

static void note_and_stop(void *context, uint64_t payload)
{
    struct diary *diary = context;

    note(diary, payload);
    sim_run_stop(diary->run);
}

static void stops_after_the_event_that_asks_for_it(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 10, note_and_stop, &diary, 1);
    sim_run_after(run, 10, note, &diary, 2);
    assert_int_equal(sim_run_until(run, 1000, UINT64_MAX), SIM_RUN_LIMIT);
    assert_int_equal(diary.count, 1);
    assert_int_equal(sim_run_until(run, 1000, UINT64_MAX), SIM_RUN_EMPTY);
    assert_int_equal(diary.count, 2);
}

static void cuts_a_delay_at_the_end_of_time(void **state)
{
    struct sim_run *run = *state;
    struct diary diary = {.run = run};

    sim_run_after(run, 10, note, &diary, 1);
    assert_int_equal(sim_run_until(run, 10, UINT64_MAX), SIM_RUN_EMPTY);
    sim_run_after(run, SIM_NEVER, note, &diary, 2);
    assert_int_equal(sim_run_until(run, SIM_NEVER, UINT64_MAX), SIM_RUN_EMPTY);
    assert_int_equal(run->now, SIM_NEVER);
    assert_int_equal(diary.count, 2);
}

static int set_up(void **state)
{
    static struct sim_run run;

    sim_run_init(&run);
    *state = &run;
    return 0;
}

static int tear_down(void **state)
{
    sim_run_finish(*state);
    return 0;
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(fires_events_at_their_times),
        RUN_TEST(leaves_the_clock_at_the_last_event_when_nothing_is_left),
        RUN_TEST(stops_with_the_clock_at_the_horizon),
        RUN_TEST(stops_when_enough_events_have_fired),
        RUN_TEST(stops_after_the_event_that_asks_for_it),
        RUN_TEST(cuts_a_delay_at_the_end_of_time),
    };

    return cmocka_run_group_tests_name("sim/run", tests, NULL, NULL);
}

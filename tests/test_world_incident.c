/* Tests of world/incident: what is planned happens at its time, first, and is noted. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/incident.h"

#include "tests/world_fixture.h"

struct diary {
    struct world *world;
    GString *text;
};

static void write_time(void *context)
{
    struct diary *diary = context;

    g_string_append_printf(
        diary->text, "script %d, ", (int)(diary->world->run.now / SIM_MILLISECOND));
}

static void write_event(void *context, uint64_t payload)
{
    struct diary *diary = context;

    g_string_append_printf(diary->text, "world %d, ", (int)payload);
}

static void plan_from_within(void *context)
{
    struct diary *diary = context;

    write_time(diary);
    world_incident_plan(diary->world, diary->world->run.now, "at once", write_time, diary);
}

static const struct world_incident *incident_at(const struct world *world, uint32_t index)
{
    assert_true(index < world->incidents.list->len);
    return &g_array_index(world->incidents.list, struct world_incident, index);
}

static void acts_before_the_worlds_own_events_of_its_instant(void **state)
{
    struct diary *diary = *state;

    (void)sim_run_after(&diary->world->run, 5 * SIM_MILLISECOND, write_event, diary, 5);
    world_incident_plan(diary->world, 9 * SIM_MILLISECOND, "late", write_time, diary);
    world_incident_plan(diary->world, 5 * SIM_MILLISECOND, "early", write_time, diary);
    (void)world_run(diary->world, SIM_SECOND, UINT64_MAX);
    assert_string_equal(diary->text->str, "script 5, world 5, script 9, ");
}

static void notes_what_it_did_in_the_order_of_time(void **state)
{
    struct diary *diary = *state;

    world_incident_plan(diary->world, 9 * SIM_MILLISECOND, "late", write_time, diary);
    world_incident_plan(diary->world, 5 * SIM_MILLISECOND, "early", write_time, diary);
    world_incident_plan(diary->world, 7 * SIM_MILLISECOND, NULL, write_time, diary);
    assert_int_equal(diary->world->incidents.list->len, 0);
    (void)world_run(diary->world, 8 * SIM_MILLISECOND, UINT64_MAX);
    world_incident_note(diary->world, "seen %d times", 2);
    (void)world_run(diary->world, SIM_SECOND, UINT64_MAX);
    assert_string_equal(diary->text->str, "script 5, script 7, script 9, ");
    assert_int_equal(diary->world->incidents.list->len, 3);
    assert_string_equal(incident_at(diary->world, 0)->label, "early");
    assert_int_equal(incident_at(diary->world, 0)->time, 5 * SIM_MILLISECOND);
    assert_string_equal(incident_at(diary->world, 1)->label, "seen 2 times");
    assert_int_equal(incident_at(diary->world, 1)->time, 8 * SIM_MILLISECOND);
    assert_string_equal(incident_at(diary->world, 2)->label, "late");
}

static void can_plan_for_the_instant_it_acts_in(void **state)
{
    struct diary *diary = *state;

    world_incident_plan(diary->world, 5 * SIM_MILLISECOND, NULL, plan_from_within, diary);
    (void)world_run(diary->world, SIM_SECOND, UINT64_MAX);
    assert_string_equal(diary->text->str, "script 5, script 5, ");
    assert_string_equal(incident_at(diary->world, 0)->label, "at once");
}

static int create(void **state)
{
    struct diary *diary = g_new0(struct diary, 1);

    diary->world = world_create(1);
    diary->text = g_string_new(NULL);
    *state = diary;
    return 0;
}

static int destroy(void **state)
{
    struct diary *diary = *state;

    world_destroy(diary->world);
    g_string_free(diary->text, TRUE);
    g_free(diary);
    return 0;
}

#define DIARY_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIARY_TEST(acts_before_the_worlds_own_events_of_its_instant),
        DIARY_TEST(notes_what_it_did_in_the_order_of_time),
        DIARY_TEST(can_plan_for_the_instant_it_acts_in),
    };

    return cmocka_run_group_tests_name("world/incident", tests, NULL, NULL);
}

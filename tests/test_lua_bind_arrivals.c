/* Tests of lua/bind_arrivals: when messages are born. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

/* A world whose producer p has these arrivals, and whose run prints how many there were. */
#define ARRIVE(arrivals, at)                                                                       \
    LUA_WORLD "local p = dc:producer { name = 'p', arrivals = " arrivals " } "                     \
              "tb.connect(p, dc:queue { name = 'q', capacity = 1, when_full = 'drop_newest' }) "   \
              "tb.at(" at ", function() "                                                          \
              "print(tb.measures['a/p/arrived']:value()) end)"

/* How many arrivals there were until then. */
static int64_t count_arrivals(const char *text)
{
    struct lua_fixture fixture;

    lua_fixture_open(&fixture);
    if (!lua_fixture_load(&fixture, text) || !lua_fixture_run(&fixture)) {
        fail_msg("%s", fixture.mistake);
    }
    int64_t count = g_ascii_strtoll(fixture.printed->str, NULL, 10);
    lua_fixture_close(&fixture);
    return count;
}

static void each_process_knows_its_rate(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local function show(a) print(('%.6g'):format(a:rate())) end "
        "show(tb.poisson '60/min') show(tb.periodic '20ms') show(tb.renewal(tb.uniform(0, 1))) "
        "show(tb.bursty { { rate = 10, duration = '9s' }, { rate = 910, duration = '1s' } }) "
        "show(tb.stages { { rate = 10, duration = '9s' }, { rate = 910, duration = '1s' }, "
        "repeats = true }) "
        "show(tb.stages { { rate = 10, duration = '9s' }, { rate = 910 } }) "
        "show(tb.diurnal { rate = 50, period = '10s' })",
        "1\n50\n2\n100\n100\n910\n50\n");
}

static void a_renewal_process_has_the_distances_of_its_distribution(void **state)
{
    (void)state;
    assert_int_equal(count_arrivals(ARRIVE("tb.renewal '250ms'", "9.9")), 39);
    assert_int_equal(count_arrivals(ARRIVE("tb.renewal(tb.constant '250ms')", "9.9")), 39);
}

static void a_stage_begins_when_the_one_before_has_ended(void **state)
{
    (void)state;
    assert_int_equal(
        count_arrivals(ARRIVE("tb.stages { { rate = 0, duration = '5s' }, { rate = 1000 } }", "5")),
        0);
    int64_t count = count_arrivals(
        ARRIVE("tb.stages { { rate = 0, duration = '5s' }, { rate = 1000 } }", "9.999"));
    assert_in_range(count, 4700, 5300); /* 4999 and four standard deviations */
}

static void a_day_has_its_peak(void **state)
{
    /* The half around the peak at 7.5 s has 1/2 + 1/pi of them. */
    int64_t first = count_arrivals(
        ARRIVE("tb.diurnal { rate = 1000, amplitude = 1, period = '10s', peak = '7.5s' }", "5"));
    int64_t all = count_arrivals(ARRIVE(
        "tb.diurnal { rate = 1000, amplitude = 1, period = '10s', peak = '7.5s' }", "9.999"));

    (void)state;
    assert_in_range(first, 1643, 1991);       /* 10000 (1/2 - 1/pi) = 1817 */
    assert_in_range(all - first, 7820, 8546); /* 8183 */
}

static void bursts_come_and_go(void **state)
{
    int64_t count = count_arrivals(ARRIVE(
        "tb.bursty { { rate = 0, duration = '10ms' }, { rate = 2000, duration = '10ms' } }",
        "9.999"));

    (void)state;
    assert_in_range(count, 8000, 12000);
}

static void a_stage_is_checked(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.bursty { { rate = 5 } }",
        "x.lua:1: stage 1 of tb.bursty needs the field 'duration': a duration such as \"1min\"");
    assert_mistake(
        LUA_WORLD "tb.stages { { rate = 5 }, { rate = 6 } }",
        "x.lua:1: stage 1 of tb.stages needs the field 'duration': a duration such as \"1min\"");
    assert_mistake(
        LUA_WORLD "tb.stages { { rate = 5, duration = '1s' }, { rate = 6 }, repeats = true }",
        "x.lua:1: stage 2 of tb.stages needs the field 'duration': a duration such as \"1min\"");
    assert_mistake(
        LUA_WORLD "tb.stages { { rates = 5 } }",
        "x.lua:1: unknown field 'rates', did you mean 'rate'?\n"
        "x.lua:1: stage 1 of tb.stages needs the field 'rate': arrivals such as 800 or \"800/s\"");
    assert_mistake(
        LUA_WORLD "tb.stages { { rate = 5 }, repeat_ = true }",
        "x.lua:1: tb.stages takes a list of stages and repeats = true; what is 'repeat_'?");
    assert_mistake(
        LUA_WORLD "tb.bursty {}",
        "x.lua:1: tb.bursty takes 1 to 32 stages, such as { rate = 800, duration = \"1min\" }");
    assert_mistake(
        LUA_WORLD "tb.bursty { { rate = 1e-9, duration = 1 }, { rate = 0, duration = 1 } }",
        "x.lua:1: tb.bursty: rate must be 0 in all stages, or enough for an arrival in 1000 "
        "rounds");
}

static void a_process_is_checked(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "tb.diurnal { rate = 5, amplitude = 2 }",
        "x.lua:1: field 'amplitude' of tb.diurnal: expected a number from 0 to 1, got number 2");
    assert_mistake(
        LUA_WORLD "tb.diurnal {}",
        "x.lua:1: tb.diurnal needs the field 'rate': the mean rate, such as 800 or \"800/s\"");
    assert_mistake(
        LUA_WORLD "tb.renewal(tb.poisson(5))",
        "x.lua:1: tb.renewal: distances: expected a duration such as \"2ms\" or a distribution "
        "such "
        "as tb.exponential(\"2ms\"), got an arrival process");
    assert_mistake(
        LUA_WORLD "tb.renewal '0s'",
        "x.lua:1: tb.renewal: interval must be a distribution with a mean greater than 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_process_knows_its_rate),
        cmocka_unit_test(a_renewal_process_has_the_distances_of_its_distribution),
        cmocka_unit_test(a_stage_begins_when_the_one_before_has_ended),
        cmocka_unit_test(a_day_has_its_peak),
        cmocka_unit_test(bursts_come_and_go),
        cmocka_unit_test(a_stage_is_checked),
        cmocka_unit_test(a_process_is_checked),
    };

    return cmocka_run_group_tests_name("lua/bind_arrivals", tests, NULL, NULL);
}

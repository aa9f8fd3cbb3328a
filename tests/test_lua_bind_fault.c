/* Tests of lua/bind_fault and tailback/faults.lua: each fault from a scenario, by what it did. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

/* A producer in 'dc', a queue and a consumer in 'b'. */
#define LINE                                                                                       \
    LUA_WORLD "local b = tb.datacenter 'b' tb.link(dc, b, { latency = '20ms' }) "                  \
              "local p = dc:producer { name = 'p', arrivals = tb.poisson(100), "                   \
              "message = { address = tb.uniform_int(1, 9) } } "                                    \
              "local q = b:queue { name = 'q', lease = '1s', store = 'journal' } "                 \
              "local c = b:consumer { name = 'c', time = '5ms' } tb.connect(p, q, c) "

/* Runs the fault from 2 s to 4 s, and prints at the end whether it hit anything. */
#define STRIKE(fault)                                                                              \
    LINE "local f = " fault " tb.during('2s', '4s', 'f', f) "                                      \
         "tb.at('9s', 'end', function() print(tb.fault.hit(f) > 0) end)"

static void every_fault_hits_something(void **state)
{
    static const char *const scenarios[] = {
        STRIKE("tb.fault.cut('b', dc)"),
        STRIKE("tb.fault.cut(dc, b, 'b')"),
        STRIKE("tb.fault.slow_link(dc, b, 3)"),
        STRIKE("tb.fault.loss(dc, b, 0.5)"),
        STRIKE("tb.fault.duplication(dc, b, 0.5)"),
        STRIKE("tb.fault.reordering(dc, b, 0.5, '10ms')"),
        STRIKE("tb.fault.outage(q)"),
        STRIKE("tb.fault.outage(b)"),
        STRIKE("tb.fault.outage 'b'"),
        STRIKE("tb.fault.pause(c)"),
        STRIKE("tb.fault.slow(c, 2)"),
        STRIKE("tb.fault.clock_skew(q, -3.5, 0.1)"),
        STRIKE("tb.fault.disk_full(b)"),
        STRIKE("tb.fault.disk_slow(b, 10)"),
        STRIKE("tb.fault.disk_sync(b)"),
        STRIKE("tb.fault.spike(p, 5)"),
        STRIKE("tb.fault.hot_key(p, 7, 0.5)"),
        STRIKE("tb.fault.poison(c, 0.1)"),
        STRIKE("tb.fault.poison(c, 0.01, '100ms')"),
        STRIKE("tb.fault.botnet(p, 'bots', 10, 3, 'address')"),
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        assert_prints(scenarios[i], "true\n");
    }
}

static void a_datagram_link_loses_and_a_stream_does_not(void **state)
{
    static const char text[] =
        LUA_WORLD "local b = tb.datacenter 'b' "
                  "tb.link(dc, b, { latency = '20ms', mode = '%s' }) "
                  "local p = dc:producer { name = 'p', arrivals = tb.poisson(100) } "
                  "local q = b:queue { name = 'q' } "
                  "local c = b:consumer { name = 'c', time = '1ms' } tb.connect(p, q, c) "
                  "tb.during('2s', '3s', 'f', tb.fault.cut(dc, b)) "
                  "tb.at('9s', 'end', function() "
                  "print(tb.measures['a/link/b/dropped']:value() > 0) end)";

    (void)state;
    g_autofree char *datagram = g_strdup_printf(text, "datagram");
    g_autofree char *stream = g_strdup_printf(text, "stream");
    assert_prints(datagram, "true\n");
    assert_prints(stream, "false\n");
}

static void nested_outages_end_with_the_last(void **state)
{
    (void)state;
    assert_prints(
        LINE "tb.during('1s', '3s', 'one', tb.fault.outage(c)) "
             "tb.during('2s', '5s', 'two', tb.fault.outage(c)) "
             "for _, t in ipairs { 2.5, 3.5, 5.5 } do "
             "tb.at(t, function() print(c:is_up()) end) end",
        "false\nfalse\ntrue\n");
}

static void mistakes_say_what_to_write(void **state)
{
    (void)state;
    assert_mistake(
        LINE "tb.fault.cut('b', 'c')",
        "x.lua:1: there is no data centre 'c'; make it with tb.datacenter \"c\"");
    assert_mistake(
        LINE "local d = tb.datacenter 'd' tb.fault.cut('b', 'd')",
        "x.lua:1: no link joins 'b' and 'd': write tb.link(\"b\", \"d\", {...}) before");
    assert_mistake(
        LINE "tb.fault.cut(p, b)",
        "x.lua:1: tb.fault.cut: expected a data centre or its name, got a producer");
    assert_mistake(
        LINE "tb.fault.pause(p)",
        "x.lua:1: a producer cannot be paused: a/p would not notice; let it strike what the "
        "producer works with");
    assert_mistake(
        LINE "tb.fault.spike(c, 2)",
        "x.lua:1: tb.fault.spike: expected a producer, got a consumer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_hits_something),
        cmocka_unit_test(a_datagram_link_loses_and_a_stream_does_not),
        cmocka_unit_test(nested_outages_end_with_the_last),
        cmocka_unit_test(mistakes_say_what_to_write),
    };

    return cmocka_run_group_tests_name("lua/bind_fault", tests, NULL, NULL);
}

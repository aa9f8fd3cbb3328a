/* Tests of lua/bind_node: producers, queues, consumers and ledgers. */
/* SPDX-License-Identifier: MIT */
#include "world/audit.h"
#include "world/broker.h"

#include "lua_fixture.h"

#define CHAIN                                                                                      \
    LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms' } "              \
              "local q = dc:queue { name = 'q', store = 'journal', sync = 'interval' } "           \
              "local c = dc:consumer { name = 'c', time = '50ms', workers = 1 } "                  \
              "local l = dc:ledger { name = 'l', budget = 5 } tb.connect(p, q, c, l) "

static void a_batch_is_worked_on_when_its_interval_is_over(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.stages { { rate = 0 } } } "
                  "local q = dc:queue { name = 'q' } "
                  "local c = dc:consumer { name = 'c', time = 0.25, workers = 2, batch = '2s', "
                  "  on_message = function(m) print(m.key, tb.now()) end } "
                  "tb.connect(p, q, c) "
                  "tb.at(2.5, function() p:send { key = 1 } end) "
                  "tb.at(3.5, function() p:send { key = 2 } p:send { key = 3 } end)",
        "1\t4.25\n2\t4.25\n3\t6.25\n");
}

static void a_handler_makes_a_message_with_the_key_and_value_that_it_says(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.stages { { rate = 0 } }, "
                  "  message = { key = 7, value = 9 } } "
                  "local q = dc:queue { name = 'q' } "
                  "local c = dc:consumer { name = 'c', time = 0.1, on_message = function(m) "
                  "  print(m.key, m.value) "
                  "  if m.value > 0 then p:send { key = m.key + 1, value = m.value - 5 } end end } "
                  "tb.connect(p, q, c) "
                  "tb.at(1, function() p:send() end) "
                  "tb.at(5, function() p:send {} print(p:held()) end) "
                  "tb.at(10, function() print(tb.measures['a/p/arrived']:value()) end)",
        "7\t9\n8\t4\n9\t-1\n1\n0\t0\n4\n");
    assert_mistake(
        LUA_WORLD "dc:producer { name = 'p', arrivals = tb.poisson(1) }:send()",
        "x.lua:1: producer:send: the run has not begun: call it in tb.at");
}

static void messages_go_from_the_producer_to_the_ledger(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, CHAIN));
    assert_true(lua_fixture_run(&fixture));
    struct world *world = script_runtime_world(fixture.runtime);
    struct world_audit_totals totals = world_audit_totals_of(world->audit);
    assert_int_equal(totals.arrived, 100);
    assert_true(totals.settled >= 98);
    lua_fixture_close(&fixture);
}

static void a_node_crashes_and_restarts(void **state)
{
    (void)state;
    assert_prints(
        CHAIN "tb.at(2, function() c:crash() print(c:is_up()) end) "
              "tb.at(6, function() print(q:depth() > 30) c:restart() print(c:is_up()) end) "
              "tb.at(9.9, function() print(q:depth() < 30) end)",
        "false\ntrue\ntrue\ntrue\n");
}

static void a_producer_holds_what_the_queue_has_not_promised(void **state)
{
    (void)state;
    assert_prints(
        CHAIN "tb.at(2, function() q:crash() print(p:held()) end) "
              "tb.at(6.05, function() print(p:held(), q:depth()) q:restart() end) "
              "tb.at(9.95, function() print(p:held()) end)",
        "0\n41\t0\n0\n");
}

static void what_is_connected_must_fit(void **state)
{
    (void)state;
    assert_mistake(
        CHAIN "tb.connect(q, p)",
        "x.lua:1: tb.connect: cannot connect a queue to a producer; it connects producer to queue, "
        "queue or group to consumer, consumer to ledger");
    assert_mistake(
        CHAIN "tb.connect(q)",
        "x.lua:1: tb.connect takes at least two: tb.connect(producer, queue)");
    assert_mistake(
        CHAIN "\ntb.connect(p, q)", "x.lua:2: a/p sends to a/q already: a producer has one queue");
}

static void a_name_is_used_once_in_a_data_centre(void **state)
{
    (void)state;
    assert_mistake(
        CHAIN "dc:queue { name = 'q' }",
        "x.lua:1: data centre 'a' has a queue called 'q' already: choose another name");
}

static void the_world_names_some_fields_of_messages_itself(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "dc:producer { name = 'p', arrivals = tb.poisson(1), message = { born = 5 } }",
        "x.lua:1: field 'born' of a message is given by the world: choose another name");
    assert_mistake(
        LUA_WORLD "dc:producer { name = 'p', arrivals = tb.poisson(1), message = { 5 } }",
        "x.lua:1: message: attribute: expected a name of 1 to 64 letters, digits, '.', '_' and "
        "'-', "
        "got number 1");
}

/* Ten messages a second into a queue with these options; printed at the end. */
#define QUEUE_WITH(options, printed)                                                               \
    LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms' } "              \
              "local q = dc:queue { name = 'q', " options " } tb.connect(p, q) "                   \
              "tb.at(9.99, function() print(" printed ") end)"

static void a_message_that_has_waited_too_long_leaves(void **state)
{
    (void)state;
    assert_prints(
        QUEUE_WITH("time_to_live = '1s'", "q:depth() <= 10, q:depth() >= 9"), "true\ttrue\n");
    assert_prints(QUEUE_WITH("time_to_live = 0", "q:depth()"), "99\n");
}

static void an_urgent_message_goes_first(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q', prefetch = 1 } "
                  "for i = 1, 3 do tb.connect(dc:producer { name = 'p' .. i, "
                  "arrivals = tb.periodic '4s', "
                  "message = { key = i, priority = i == 3 and 99 or i } }, q) end "
                  "local c = dc:consumer { name = 'c', time = '10ms', on_message = function(m) "
                  "print(m.key, m.priority) end } tb.connect(q, c) "
                  "tb.at(0, function() c:crash() end) tb.at(5, function() c:restart() end) "
                  "tb.at(7, function() c:crash() end)",
        "3\t99\n2\t2\n1\t1\n");
}

static void a_delayed_message_can_not_be_received_before_its_time(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q' } "
                  "tb.connect(dc:producer { name = 'p', arrivals = tb.periodic '4s', "
                  "message = { delay = '2500ms' } }, q) "
                  "local c = dc:consumer { name = 'c', time = '1ms', on_message = function(m) "
                  "print(m.delay, tb.now() - m.born >= 2.5, tb.now() - m.born < 2.51) end } "
                  "tb.connect(q, c)",
        "2500\ttrue\ttrue\n");
}

static void a_message_may_have_a_time_to_live_of_its_own(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q', prefetch = 1, lease = '20s' } "
                  "tb.connect(dc:producer { name = 'p', arrivals = tb.periodic '3s', "
                  "message = { time_to_live = '2s' } }, q) "
                  "tb.connect(q, dc:consumer { name = 'c', time = '20s' }) "
                  "tb.at(7, function() print(q:depth()) end) "
                  "tb.at(8.5, function() print(q:depth()) end)",
        "2\n1\n");
}

static void a_payload_above_the_limit_is_refused(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q', payload_max = '1kB' } "
                  "for i = 1, 2 do tb.connect(dc:producer { name = 'p' .. i, "
                  "arrivals = tb.periodic '4s', message = { size = 999 + i } }, q) end "
                  "local c = dc:consumer { name = 'c', time = '1ms', on_message = function(m) "
                  "print(m.size) end } tb.connect(q, c) "
                  "tb.at(9.9, function() print(tb.measures['a/q/accepted']:value(), "
                  "tb.measures['a/p2/refused']:value()) end)",
        "1000\n1000\n2\t2\n");
}

static void a_group_reads_again_what_was_published_since_a_moment(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local q = dc:queue { name = 'q', model = 'publish_subscribe', partitions = 2 } "
        "local p = dc:producer { name = 'p', arrivals = tb.periodic '1s', "
        "message = { key = tb.uniform_int(1, 9) } } tb.connect(p, q) "
        "local seen, again = {}, {} "
        "local c = dc:consumer { name = 'c', time = '1ms', on_message = function(m) "
        "local list = tb.now() < 6.5 and seen or again list[#list + 1] = m.born end } "
        "local g = q:group { name = 'g' } g:join(c) "
        "tb.at(6.5, function() print(#seen, g:lag(), g:replay('4500ms'), g:lag()) end) "
        "tb.at(6.8, function() print(#again, #again == 2 and again[1] + again[2], g:lag()) end) "
        "tb.at(7.5, function() q:crash() print(g:replay('0s')) end)",
        "6\t0\ttrue\t2\n2\t11.0\t0\nfalse\n");
}

static void only_what_keeps_a_history_can_be_replayed(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "local q = dc:queue { name = 'q', model = 'mvc' } "
                  "q:group { name = 'v' }:replay('1s')",
        "x.lua:1: group:replay: a mvc keeps no history");
}

static void a_message_that_is_sent_again_is_taken_once_where_ids_are_remembered(void **state)
{
    /* The confirmation comes after the producer's patience has ended, so all is sent again. */
    const char *options[] = {"", "dedup_count = 100000, dedup_window = '1min'"};
    int64_t depths[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct lua_fixture fixture;
        g_autofree char *text = g_strdup_printf(
            LUA_WORLD "tb.link(dc, dc, { latency = '80ms' }) "
                      "local p = dc:producer { name = 'p', arrivals = tb.stages { { rate = 100, "
                      "duration = '1s' }, { rate = 0 } }, timeout = '100ms', backoff = '10ms' } "
                      "local q = dc:queue { name = 'q', %s } tb.connect(p, q) "
                      "tb.at(9, function() print(q:depth()) end) ",
            options[i]);
        lua_fixture_open(&fixture);
        assert_true(lua_fixture_load(&fixture, text));
        assert_true(lua_fixture_run(&fixture));
        depths[i] = g_ascii_strtoll(fixture.printed->str, NULL, 10);
        lua_fixture_close(&fixture);
    }
    assert_in_range(depths[1], 60, 140);
    assert_true(depths[0] >= 2 * depths[1] - 5);
}

static void one_consumer_at_a_time_receives_from_a_queue_with_a_single_active(void **state)
{
    const char *options[] = {"", "single_active = true"};
    const char *expected[] = {"both\n", "one\n"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *text = g_strdup_printf(
            LUA_WORLD "local p = dc:producer { name = 'p', arrivals = tb.periodic '100ms' } "
                      "local q = dc:queue { name = 'q', prefetch = 1, %s } local got = { 0, 0 } "
                      "for i = 1, 2 do tb.connect(q, dc:consumer { name = 'c' .. i, time = '50ms', "
                      "on_message = function() got[i] = got[i] + 1 end }) end tb.connect(p, q) "
                      "tb.at(9, function() print(got[1] * got[2] > 0 and 'both' or 'one') "
                      "assert(got[1] + got[2] > 80) end)",
            options[i]);
        assert_prints(text, expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_worked_on_when_its_interval_is_over),
        cmocka_unit_test(a_handler_makes_a_message_with_the_key_and_value_that_it_says),
        cmocka_unit_test(messages_go_from_the_producer_to_the_ledger),
        cmocka_unit_test(a_node_crashes_and_restarts),
        cmocka_unit_test(a_producer_holds_what_the_queue_has_not_promised),
        cmocka_unit_test(what_is_connected_must_fit),
        cmocka_unit_test(a_name_is_used_once_in_a_data_centre),
        cmocka_unit_test(the_world_names_some_fields_of_messages_itself),
        cmocka_unit_test(a_message_that_has_waited_too_long_leaves),
        cmocka_unit_test(an_urgent_message_goes_first),
        cmocka_unit_test(a_delayed_message_can_not_be_received_before_its_time),
        cmocka_unit_test(a_message_may_have_a_time_to_live_of_its_own),
        cmocka_unit_test(a_payload_above_the_limit_is_refused),
        cmocka_unit_test(a_group_reads_again_what_was_published_since_a_moment),
        cmocka_unit_test(only_what_keeps_a_history_can_be_replayed),
        cmocka_unit_test(a_message_that_is_sent_again_is_taken_once_where_ids_are_remembered),
        cmocka_unit_test(one_consumer_at_a_time_receives_from_a_queue_with_a_single_active),
    };

    return cmocka_run_group_tests_name("lua/bind_node", tests, NULL, NULL);
}

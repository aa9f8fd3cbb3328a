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
        "queue to consumer, consumer to ledger");
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

static void a_model_that_is_not_there_yet_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "dc:queue { name = 'q',\nmodel = 'publish_subscribe' }",
        "x.lua:2: 'publish_subscribe' is not available yet: the one model that the world offers is "
        "'producer_consumer'");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_go_from_the_producer_to_the_ledger),
        cmocka_unit_test(a_node_crashes_and_restarts),
        cmocka_unit_test(a_producer_holds_what_the_queue_has_not_promised),
        cmocka_unit_test(what_is_connected_must_fit),
        cmocka_unit_test(a_name_is_used_once_in_a_data_centre),
        cmocka_unit_test(a_model_that_is_not_there_yet_is_an_error),
        cmocka_unit_test(the_world_names_some_fields_of_messages_itself),
    };

    return cmocka_run_group_tests_name("lua/bind_node", tests, NULL, NULL);
}

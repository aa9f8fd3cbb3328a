/* Tests of lua/handle: what a scenario holds of the library's things. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void a_handle_says_what_it_names(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local q = dc:queue { name = 'q' } print(dc, q, tb.zipf(10, 1)) print(type(q)) "
                  "print(dc == tb.datacenter 'a', dc == tb.datacenter 'b')",
        "a\ta/q\ttb.zipf\nuserdata\ntrue\tfalse\n");
}

static void a_method_needs_its_own_kind_of_handle(void **state)
{
    const char *receivers[] = {
        "", "1", "'q'", "{}", "dc", "setmetatable({}, { __index = q })", "print"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(receivers); i++) {
        g_autofree char *text = g_strdup_printf(
            LUA_WORLD "local q = dc:queue { name = 'q' }\nq.depth(%s)", receivers[i]);
        assert_mistake(
            text, "x.lua:2: depth is a method of a queue: call it with a colon, queue:depth(...)");
    }
}

static void a_handle_cannot_be_changed_or_looked_into(void **state)
{
    (void)state;
    assert_mistake(LUA_WORLD "dc.name = 'b'", "x.lua:1: a datacenter cannot be changed");
    assert_prints(LUA_WORLD "print(getmetatable(dc))", "false\n");
    assert_mistake(
        LUA_WORLD "setmetatable(dc, {})",
        "x.lua:1: setmetatable: expected a table, got a userdata");
    assert_mistake(
        LUA_WORLD "print(dc.core)",
        "x.lua:1: a datacenter has no 'core'; there is answers, cache, clerks, client, consumer, "
        "coordinator, database, deduplicator, detector, fail, fence, generator, has_failed, "
        "ledger, limiter, orders, outage, producer, queue, recover, router, singleton, spool, "
        "updater");
}

static void a_message_is_no_handle(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(
        &fixture,
        LUA_WORLD
        "local p = dc:producer { name = 'p', arrivals = tb.periodic '1s' } "
        "local q = dc:queue { name = 'q' } "
        "local c = dc:consumer { name = 'c', time = 0, on_message = function(m)\nq.depth(m) "
        "end } tb.connect(p, q, c)"));
    assert_false(lua_fixture_run(&fixture));
    assert_true(g_str_has_prefix(
        fixture.mistake,
        "x.lua:2: depth is a method of a queue: call it with a colon, queue:depth(...)\n  at "
        "1.000"));
    assert_true(g_str_has_suffix(fixture.mistake, " s, in on_message of a/c\n  x.lua:2"));
    lua_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handle_says_what_it_names),
        cmocka_unit_test(a_method_needs_its_own_kind_of_handle),
        cmocka_unit_test(a_handle_cannot_be_changed_or_looked_into),
        cmocka_unit_test(a_message_is_no_handle),
    };

    return cmocka_run_group_tests_name("lua/handle", tests, NULL, NULL);
}

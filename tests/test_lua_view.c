/* Tests of lua/view: a message as a handler sees it. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

/* One message a second, whose handler is `body` with the message as `m`. */
#define HANDLER(before, body)                                                                      \
    LUA_WORLD before                                                                               \
        " local p = dc:producer { name = 'p', arrivals = tb.periodic '1s', "                       \
        "message = { key = 7, value = -3, size = '1KiB', user = 42, address = 9 } } "              \
        "local q = dc:queue { name = 'q' } "                                                       \
        "local c = dc:consumer { name = 'c', time = 0, on_message = function(m)\n" body "\nend } " \
        "tb.connect(p, q, c)"

static void fields_and_attributes_can_be_read(void **state)
{
    (void)state;
    assert_prints(
        HANDLER(
            "local n = 0",
            "n = n + 1 if n == 1 then print(m.key, m.value, m.size, m.user, m.address, m.born, "
            "m.attempt, "
            "m.id, m) end"),
        "7\t-3\t1024\t42\t9\t1.0\t1\t0\tmessage\n");
}

static void a_field_that_is_not_there_is_an_error(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, HANDLER("", "print(m.truth)")));
    assert_false(lua_fixture_run(&fixture));
    assert_true(g_str_has_prefix(
        fixture.mistake, "x.lua:2: a message has no field 'truth'; it has id, key, value"));
    lua_fixture_close(&fixture);
}

static void a_message_cannot_be_changed(void **state)
{
    struct lua_fixture fixture;

    (void)state;
    lua_fixture_open(&fixture);
    assert_true(lua_fixture_load(&fixture, HANDLER("", "m.value = 5")));
    assert_false(lua_fixture_run(&fixture));
    assert_true(g_str_has_prefix(fixture.mistake, "x.lua:2: a message cannot be changed"));
    lua_fixture_close(&fixture);
}

static void a_message_kept_beyond_its_handler_is_dead(void **state)
{
    const char *uses[] = {
        HANDLER("local kept tb.at('3.5s', function() print(kept.key) end)", "kept = m"),
        HANDLER("local kept", "if kept then print(kept.key) end kept = kept or m"),
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(uses); i++) {
        struct lua_fixture fixture;
        lua_fixture_open(&fixture);
        assert_true(lua_fixture_load(&fixture, uses[i]));
        assert_false(lua_fixture_run(&fixture));
        assert_non_null(strstr(fixture.mistake, "a message is only good during its handler"));
        lua_fixture_close(&fixture);
    }
}

static void a_mistake_that_is_caught_leaves_the_message_readable(void **state)
{
    (void)state;
    assert_prints(
        HANDLER(
            "local n = 0",
            "n = n + 1 if n == 1 then print((select(2, pcall(function() return m.nope "
            "end)):match(': "
            "(.-);'))) print(m.key) end"),
        "a message has no field 'nope'\n7\n");
}

static void a_sixth_attribute_is_one_too_many(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD
        "dc:producer { name = 'p', arrivals = tb.periodic '1s', message = { u = 1, v = 2, "
        "w = 3, x = 4, y = 5, z = 6 } }",
        "x.lua:1: attribute 'z' of a message is one too many: a scenario has 5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_attributes_can_be_read),
        cmocka_unit_test(a_field_that_is_not_there_is_an_error),
        cmocka_unit_test(a_message_cannot_be_changed),
        cmocka_unit_test(a_message_kept_beyond_its_handler_is_dead),
        cmocka_unit_test(a_mistake_that_is_caught_leaves_the_message_readable),
        cmocka_unit_test(a_sixth_attribute_is_one_too_many),
    };

    return cmocka_run_group_tests_name("lua/view", tests, NULL, NULL);
}

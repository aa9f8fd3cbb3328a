/* Tests of lua/order: what pairs visits and what table.sort does with ties. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void pairs_visits_numbers_then_strings_then_booleans(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for k in pairs { b = 1, a = 1, [2.5] = 1, [true] = 1, [false] = 1, [-1] = 1, 1 } "
        "do print(k) end",
        "-1\n1\n2.5\na\nb\nfalse\ntrue\n");
}

static void pairs_compares_strings_by_their_bytes(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for k in pairs { ab = 1, a = 1, B = 1, ['\\xff'] = 1, [''] = 1 } do print(#k, k:byte()) "
        "end",
        "0\n1\t66\n1\t97\n2\t97\n1\t255\n");
}

static void pairs_skips_a_key_that_is_gone_when_its_turn_comes(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local t = { a = 1, b = 2, c = 3 } "
                  "for k in pairs(t) do print(k) t.b = nil t.d = 4 end",
        "a\nc\n");
}

static void pairs_holds_integers_apart_that_one_double_cannot(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local big = 1 << 53 "
        "for k in pairs { [big + 1] = 1, [big + 2] = 1, [big] = 1 } do print(k - big) end",
        "0\n1\n2\n");
}

static void pairs_refuses_a_key_that_has_no_order(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "\nfor k in pairs { [{}] = 1 } do end",
        "x.lua:2: pairs cannot visit a key that is a table in an order that is the same in every "
        "run; use names or numbers as keys");
}

static void pairs_visits_a_list_in_order(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "local t, sum, last = {}, 0, 0 for i = 1, 1000 do t[i] = i end "
        "for i, v in pairs(t) do assert(i == last + 1) last = i sum = sum + v end print(sum)",
        "500500\n");
}

static void sort_keeps_the_order_of_ties(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local t = {} for i = 1, 500 do t[i] = { key = i % 3, place = i } end "
                  "table.sort(t, function(a, b) return a.key < b.key end) "
                  "for i = 2, 500 do local a, b = t[i - 1], t[i] "
                  "assert(a.key < b.key or a.key == b.key and a.place < b.place) end print(#t)",
        "500\n");
}

static void sort_agrees_with_an_insertion_sort(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD
        "for n = 0, 70 do local t, u = {}, {} "
        "for i = 1, n do t[i] = math.random(20) local j = i "
        "while j > 1 and u[j - 1] > t[i] do u[j] = u[j - 1] j = j - 1 end u[j] = t[i] end "
        "table.sort(t) for i = 1, n do assert(t[i] == u[i]) end end print('sorted')",
        "sorted\n");
}

static void sort_of_what_cannot_be_compared_is_an_error(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "table.sort { 1, 'a' }", "x.lua:1: attempt to compare string with number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_visits_numbers_then_strings_then_booleans),
        cmocka_unit_test(pairs_compares_strings_by_their_bytes),
        cmocka_unit_test(pairs_skips_a_key_that_is_gone_when_its_turn_comes),
        cmocka_unit_test(pairs_holds_integers_apart_that_one_double_cannot),
        cmocka_unit_test(pairs_refuses_a_key_that_has_no_order),
        cmocka_unit_test(pairs_visits_a_list_in_order),
        cmocka_unit_test(sort_keeps_the_order_of_ties),
        cmocka_unit_test(sort_agrees_with_an_insertion_sort),
        cmocka_unit_test(sort_of_what_cannot_be_compared_is_an_error),
    };

    return cmocka_run_group_tests_name("lua/order", tests, NULL, NULL);
}

/* Tests of lua/search: string.find, match, gmatch and gsub. */
/* SPDX-License-Identifier: MIT */
#include "lua_fixture.h"

static void texts_are_found(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "print(('a.b.c'):find('.', 1, true), ('a.b.c'):find('%.', 3), ('abc'):find '') "
                  "print(('key = 12'):match '(%w+) = (%d+)', ('abc'):match('()c()')) "
                  "print(('abc'):find('x'), ('abc'):find('c', 10), ('abc'):match('b', -1)) "
                  "print(('a\\0b'):find('\\0', 1, true), #('a\\0b'):match '.%z?.b')",
        "2\t4\t1\t0\nkey\t3\t4\nnil\tnil\tnil\n2\t3\n");
}

static void matches_are_visited(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "for k, v in ('a=1, b=2'):gmatch '(%w)=(%d)' do print(k, v) end "
                  "for w in ('one two'):gmatch '%a+' do print(w) end "
                  "local n = 0 for _ in ('abc'):gmatch '' do n = n + 1 end print(n)",
        "a\t1\nb\t2\none\ntwo\n4\n");
}

static void matches_are_replaced(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "print(('hello world'):gsub('o', '0')) print(('hello'):gsub('', '-')) "
                  "print(('hello world'):gsub('(%w+) (%w+)', '%2 %1 100%%')) "
                  "print(('$a $b'):gsub('%$(%w)', { a = 'x', b = false })) "
                  "print(('abc'):gsub('%w', function(c) if c == 'b' then return 7 end end)) "
                  "print(('abab'):gsub('a', 'x', 1)) print(('abc'):gsub('^a', 'x'))",
        "hell0 w0rld\t2\n-h-e-l-l-o-\t6\nworld hello 100%\t1\nx $b\t2\na7c\t3\nxbab\t1\nxbc\t1\n");
}

static void a_mistake_is_told(void **state)
{
    (void)state;
    assert_mistake(
        LUA_WORLD "print(('abc'):gsub('b', '%2'))",
        "x.lua:1: string.gsub: the pattern has no capture %2, as the replacement says");
    assert_mistake(
        LUA_WORLD "print(('abc'):gsub('b', '%x'))",
        "x.lua:1: string.gsub: in a replacement, '%' stands before a digit or another '%'");
    assert_mistake(
        LUA_WORLD "print(('abc'):gsub('b', function() return {} end))",
        "x.lua:1: string.gsub: the replacement is a table, and no text");
    assert_mistake(
        LUA_WORLD "print(('abc'):match('[b'))", "x.lua:1: malformed pattern: a '[' has no ']'");
    assert_mistake(
        LUA_WORLD "for _ in ('abc'):gmatch '^a' do end",
        "x.lua:1: string.gmatch: a pattern with '^' in front matches once: use match");
}

static void a_search_that_would_take_for_ever_ends(void **state)
{
    const char *searches[] = {
        "s:find('.-.-.-.-b')",
        "s:match('(a*)(a*)(a*)(a*)b')",
        "s:gsub('a-a-a-b', '')",
        "for _ in s:gmatch('a*a*a*b') do end",
        "s:match('.-b')",
        "s:find(('a?'):rep(28) .. ('a'):rep(28) .. 'b')"};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(searches); i++) {
        g_autofree char *text =
            g_strdup_printf(LUA_WORLD "local s = ('a'):rep(100000) %s", searches[i]);
        assert_mistake(
            text, "x.lua:1: this pattern takes too long on this text; use fewer of * + - ?");
    }
}

static void a_long_text_is_searched_in_linear_time(void **state)
{
    (void)state;
    assert_prints(
        LUA_WORLD "local s = ('ab'):rep(400000) print(s:find('%d'), s:gsub('c', 'd') == s, "
                  "#s:match('^.*$'), s:find(('a'):rep(300000), 1, true))",
        "nil\ttrue\t800000\tnil\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_found),
        cmocka_unit_test(matches_are_visited),
        cmocka_unit_test(matches_are_replaced),
        cmocka_unit_test(a_mistake_is_told),
        cmocka_unit_test(a_search_that_would_take_for_ever_ends),
        cmocka_unit_test(a_long_text_is_searched_in_linear_time),
    };

    return cmocka_run_group_tests_name("lua/search", tests, NULL, NULL);
}

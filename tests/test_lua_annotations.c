/* Tests of lua/annotations/: what an editor shows is what the library is.
 *
 * A plain Lua state loads the library's modules with a core whose functions do nothing, and
 * compares what they declare with what the annotations say, in Lua. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include <lualib.h>

#include "lua_fixture.h"

/* Loads the library as `tb`, `schema` and `classes`; reads the annotations into `annotated`. */
static const char prelude[] =
    "local library = ...\n"
    "classes = {}\n"
    "local nothing = function() return {} end\n"
    "local core = setmetatable({ class = function(name, mt) classes[name] = mt.__index end,\n"
    "  settings = function() return {} end, path = function() return 'p' end,\n"
    "  where = function() return 'w' end, has_world = function() return true end,\n"
    "  handle = function(class, private) return setmetatable({}, classes[class] and\n"
    "    { class = class, private = private }) end,\n"
    "  private = function(value, class) local mt = type(value) == 'table' and getmetatable(value)\n"
    "    return mt and mt.class == class and mt.private or nil end,\n"
    "  class_of = function(value) local mt = type(value) == 'table' and getmetatable(value)\n"
    "    return mt and mt.class or nil end,\n"
    "  fail = function(message) error(message, 0) end,\n"
    "  least = function() return 0 end,\n"
    "}, { __index = function() return nothing end })\n"
    "local function load(name)\n"
    "  return assert(loadfile(library .. '/' .. name:gsub('%.', '/') .. '.lua'))\n"
    "end\n"
    "local function expose(name, chunk)\n"
    "  return function(...)\n"
    "    local value = chunk(...)\n"
    "    if name == 'tailback.schema' then schema = value end\n"
    "    if name == 'tailback.environment' then\n"
    "      return function(api) tb = api return {} end\n"
    "    end\n"
    "    return value\n"
    "  end\n"
    "end\n"
    "core.load_library = function(name) return expose(name, load(name)) end\n"
    "load 'tailback.init'(core)\n"
    "local object = { read_only = function(_, contents) return contents end }\n"
    "billing = load 'systems.billing'(tb, schema, object)\n"
    "local parts = { update = {} }\n"
    "cache = load 'systems.cache'(tb, schema, object, parts)\n"
    "ticket = load 'systems.ticket'(tb, schema, object)\n"
    "annotated = { records = {}, functions = {} }\n"
    "local record\n"
    "for _, file in ipairs { 'tailback', 'systems/billing', 'systems/cache', 'systems/ticket' } "
    "do\n"
    "  for line in io.lines(library .. '/annotations/' .. file .. '.lua') do\n"
    "    local owner = line:match '^%-%-%-@class [%w_.]+ (.+)$'\n"
    "    local name, mark, rest = line:match '^%-%-%-@field ([%w_]+)(%?"
    "?) (.+)$'\n"
    "    if line:find '^%-%-%-@class' then\n"
    "      record = owner and {} or nil\n"
    "      if owner then annotated.records[owner] = record end\n"
    "    elseif name and record then\n"
    "      record[name] = { optional = mark == '?', default = rest:match '%(default (.*)%)$' }\n"
    "    end\n"
    "    local path = line:match '^function ([%w_.:]+)%(' or line:match '^(tb%.[%w_]+) ='\n"
    "    if path then annotated.functions[path] = true end\n"
    "  end\n"
    "end\n";

static void run_lua(const char *text)
{
    lua_State *lua = luaL_newstate();

    assert_non_null(lua);
    luaL_openlibs(lua);
    assert_int_equal(luaL_loadstring(lua, prelude), LUA_OK);
    lua_pushstring(lua, lua_fixture_library());
    if (lua_pcall(lua, 1, 0, 0) != LUA_OK || luaL_dostring(lua, text) != LUA_OK) {
        fail_msg("%s", lua_tostring(lua, -1));
    }
    lua_close(lua);
}

static void every_field_is_annotated_and_every_annotated_field_exists(void **state)
{
    (void)state;
    run_lua("local count = 0\n"
            "for owner, fields in pairs(schema.records) do\n"
            "  local record = assert(annotated.records[owner], owner .. ' is not annotated')\n"
            "  for _, field in ipairs(fields) do\n"
            "    assert(record[field.name], owner .. ' lacks ' .. field.name)\n"
            "    count = count + 1\n"
            "  end\n"
            "  for name in pairs(record) do\n"
            "    assert(fields[name], owner .. ' has no ' .. name)\n"
            "  end\n"
            "end\n"
            "for owner in pairs(annotated.records) do\n"
            "  assert(schema.records[owner], owner .. ' takes no fields')\n"
            "end\n"
            "assert(count > 40)");
}

static void fields_are_optional_where_they_may_be_left_out(void **state)
{
    (void)state;
    run_lua("for owner, fields in pairs(schema.records) do\n"
            "  for _, field in ipairs(fields) do\n"
            "    local optional = annotated.records[owner][field.name].optional\n"
            "    assert(optional == not field.required, owner .. ' ' .. field.name)\n"
            "  end\n"
            "end");
}

static void defaults_are_what_the_annotations_say(void **state)
{
    (void)state;
    run_lua("local function text(value)\n"
            "  if type(value) == 'string' then return '\"' .. value .. '\"' end\n"
            "  if value == math.maxinteger then return 'math.maxinteger' end\n"
            "  if type(value) == 'number' then return tostring(value) end\n"
            "end\n"
            "for owner, fields in pairs(schema.records) do\n"
            "  for _, field in ipairs(fields) do\n"
            "    local said = annotated.records[owner][field.name].default\n"
            "    local expected = text(field.default)\n"
            "    assert(not expected or said == expected,\n"
            "      owner .. ' ' .. field.name .. ': ' .. tostring(said))\n"
            "    assert((said == nil) == (field.default == nil) or field.name == 'message',\n"
            "      owner .. ' ' .. field.name)\n"
            "  end\n"
            "end");
}

static void every_function_is_annotated_and_every_annotated_function_exists(void **state)
{
    (void)state;
    run_lua("local count = 0\n"
            "local function exists(set, prefix)\n"
            "  for name in pairs(set) do\n"
            "    assert(annotated.functions[prefix .. name], prefix .. name)\n"
            "    annotated.functions[prefix .. name] = nil\n"
            "    count = count + 1\n"
            "  end\n"
            "end\n"
            "exists(tb, 'tb.')\n"
            "exists(tb.fault, 'tb.fault.')\n"
            "exists(billing, 'billing.')\n"
            "exists(cache, 'cache.')\n"
            "exists(ticket, 'ticket.')\n"
            "local is_node = { producer = true, queue = true, consumer = true, ledger = true }\n"
            "for name in ('router limiter deduplicator detector coordinator singleton fence spool "
            "database cache client updater orders generator clerks'):gmatch '%a+' do\n"
            "  is_node[name] = true\n"
            "end\n"
            "local shared = { crash = true, restart = true, is_up = true, outage = true }\n"
            "local called = { ['arrival process'] = 'arrivals' }\n"
            "exists(shared, 'node:')\n"
            "for class, methods in pairs(classes) do\n"
            "  local own = {}\n"
            "  for name in pairs(methods) do\n"
            "    own[name] = not (is_node[class] and shared[name]) or nil\n"
            "  end\n"
            "  exists(own, (called[class] or class) .. ':')\n"
            "end\n"
            "assert(next(annotated.functions) == nil, next(annotated.functions))\n"
            "assert(count > 40)");
}

static void the_reference_is_what_the_annotations_make(void **state)
{
    lua_State *lua = luaL_newstate();
    g_autofree char *script = g_build_filename(lua_fixture_library(), "reference.lua", NULL);
    g_autofree char *annotations = g_build_filename(lua_fixture_library(), "annotations", NULL);
    g_autofree char *path = g_build_filename(lua_fixture_library(), "..", "docs", "api.md", NULL);
    g_autofree char *kept = NULL;

    (void)state;
    luaL_openlibs(lua);
    assert_int_equal(luaL_loadfile(lua, script), LUA_OK);
    lua_pushstring(lua, annotations);
    if (lua_pcall(lua, 1, 1, 0) != LUA_OK) {
        fail_msg("%s", lua_tostring(lua, -1));
    }
    assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    if (strcmp(lua_tostring(lua, -1), kept) != 0) {
        fail_msg(
            "docs/api.md is out of date: lua5.4 lua/reference.lua lua/annotations >docs/api.md");
    }
    assert_non_null(strstr(kept, "#### `tb.wait_until(condition)`"));
    lua_close(lua);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_annotated_and_every_annotated_field_exists),
        cmocka_unit_test(fields_are_optional_where_they_may_be_left_out),
        cmocka_unit_test(defaults_are_what_the_annotations_say),
        cmocka_unit_test(every_function_is_annotated_and_every_annotated_function_exists),
        cmocka_unit_test(the_reference_is_what_the_annotations_make),
    };

    return cmocka_run_group_tests_name("lua/annotations", tests, NULL, NULL);
}

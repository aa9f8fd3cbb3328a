/* cli/annotations: what the LuaCATS files of the library say. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/annotations.h"

/* The only annotation of this text. */
static GPtrArray *read_one(const char *text, const struct cli_annotation **out_annotation)
{
    GPtrArray *all = cli_annotations_read(text);

    assert_int_equal(all->len, 1);
    *out_annotation = g_ptr_array_index(all, 0);
    return all;
}

static void assert_row(
    const struct cli_annotation *annotation,
    uint32_t index,
    const char *name,
    const char *type,
    const char *about)
{
    assert_true(index < annotation->rows->len);
    const struct cli_annotation_row *row = g_ptr_array_index(annotation->rows, index);
    assert_string_equal(row->name, name);
    assert_string_equal(row->type, type);
    assert_string_equal(row->about, about);
}

static void a_function_has_its_text_parameters_and_results(void **state)
{
    const struct cli_annotation *link;
    g_autoptr(GPtrArray) all = read_one(
        "---Joins two places.\n---In both directions.\n---@param a tailback.place|string\n"
        "---@param fields tailback.link_fields what it is like\n---@return boolean done\n"
        "function tb.link(a, fields) end\n",
        &link);

    (void)state;
    assert_non_null(all);
    assert_int_equal(link->kind, CLI_ANNOTATION_FUNCTION);
    assert_string_equal(link->name, "tb.link");
    assert_string_equal(link->arguments, "a, fields");
    assert_string_equal(link->about, "Joins two places. In both directions.");
    assert_int_equal(link->rows->len, 3);
    assert_row(link, 0, "a", "place|string", "");
    assert_row(link, 1, "fields", "link_fields", "what it is like");
    assert_row(link, 2, "returns", "boolean", "done");
}

static void a_class_with_an_owner_is_the_fields_that_the_owner_takes(void **state)
{
    const struct cli_annotation *fields;
    g_autoptr(GPtrArray) all = read_one(
        "---@class tailback.queue_fields dc:queue\n---@field name string\n"
        "---@field lease? tailback.duration how long (default \"5s\")\n\n",
        &fields);

    (void)state;
    assert_non_null(all);
    assert_int_equal(fields->kind, CLI_ANNOTATION_FIELDS);
    assert_string_equal(fields->name, "dc:queue");
    assert_string_equal(fields->arguments, "queue_fields");
    assert_row(fields, 0, "name", "string", "");
    assert_row(fields, 1, "lease", "duration", "how long (default \"5s\")");
    assert_true(((struct cli_annotation_row *)g_ptr_array_index(fields->rows, 1))->is_optional);
    assert_false(((struct cli_annotation_row *)g_ptr_array_index(fields->rows, 0))->is_optional);
}

static void a_class_that_inherits_goes_by_its_own_name(void **state)
{
    const struct cli_annotation *queue;
    g_autoptr(GPtrArray) all =
        read_one("---@class tailback.queue: tailback.node\nlocal queue = {}\n", &queue);

    (void)state;
    assert_non_null(all);
    assert_int_equal(queue->kind, CLI_ANNOTATION_CLASS);
    assert_string_equal(queue->name, "queue");
}

static void an_alias_says_what_it_stands_for(void **state)
{
    const struct cli_annotation *duration;
    g_autoptr(GPtrArray) all =
        read_one("---A time.\n---@alias tailback.duration string|number\n\n", &duration);

    (void)state;
    assert_non_null(all);
    assert_int_equal(duration->kind, CLI_ANNOTATION_ALIAS);
    assert_string_equal(duration->name, "duration");
    assert_string_equal(duration->arguments, "string|number");
}

static void a_type_with_blanks_inside_is_one_type(void **state)
{
    const struct cli_annotation *fields;
    g_autoptr(GPtrArray) all = read_one(
        "---@class tailback.x_fields dc:x\n"
        "---@field on_message? fun(message: tailback.message): tailback.verdict? is called\n"
        "---@field message? table<string, tailback.numbers> key and value\n\n",
        &fields);

    (void)state;
    assert_non_null(all);
    assert_row(fields, 0, "on_message", "fun(message: message): verdict?", "is called");
    assert_row(fields, 1, "message", "table<string, numbers>", "key and value");
}

static void what_is_none_of_these_is_left_out(void **state)
{
    g_autoptr(GPtrArray) all = cli_annotations_read(
        "---@meta tailback\n-- a remark\n---@class tailback\nlocal tb = {}\n\n---@field\n---\n");

    (void)state;
    assert_int_equal(all->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_has_its_text_parameters_and_results),
        cmocka_unit_test(a_class_with_an_owner_is_the_fields_that_the_owner_takes),
        cmocka_unit_test(a_class_that_inherits_goes_by_its_own_name),
        cmocka_unit_test(an_alias_says_what_it_stands_for),
        cmocka_unit_test(a_type_with_blanks_inside_is_one_type),
        cmocka_unit_test(what_is_none_of_these_is_left_out),
    };

    return cmocka_run_group_tests_name("cli_annotations", tests, NULL, NULL);
}

/* Tests of cli/variant: what was written is read back, and nothing else is. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/variant.h"

static int open_file(void)
{
    int descriptor = memfd_create("variant", MFD_CLOEXEC);

    assert_true(descriptor >= 0);
    return descriptor;
}

static int file_of(const void *bytes, size_t size)
{
    int descriptor = open_file();

    assert_int_equal(write(descriptor, bytes, size), (ssize_t)size);
    return descriptor;
}

static void assert_none(int descriptor, const char *type)
{
    assert_null(cli_variant_read(descriptor, type));
    (void)close(descriptor);
}

static void a_variant_is_read_as_it_was_written(void **state)
{
    int descriptor = open_file();
    uint64_t number = 0;
    const char *text = NULL;

    (void)state;
    assert_true(cli_variant_write(g_variant_new("(ts)", UINT64_MAX, "text"), descriptor));
    g_autoptr(GVariant) variant = cli_variant_read(descriptor, "(ts)");
    assert_non_null(variant);
    g_variant_get(variant, "(t&s)", &number, &text);
    assert_true(number == UINT64_MAX);
    assert_string_equal(text, "text");
    (void)close(descriptor);
}

static void what_is_not_in_the_form_is_none(void **state)
{
    (void)state;
    assert_none(file_of("text", 4), "s");           /* it does not end */
    assert_none(file_of("\377\376", 3), "s");       /* no UTF-8 */
    assert_none(file_of("\1\2\3\4\5\6\7", 7), "t"); /* too short */
    assert_none(file_of("\2", 1), "b");             /* neither true nor false */
    assert_none(file_of("a\0b\0\2\377", 6), "as");  /* an element that ends outside */
    assert_none(open_file(), "s");
}

static void more_than_fits_is_none(void **state)
{
    int descriptor = open_file();

    (void)state;
    assert_int_equal(ftruncate(descriptor, (16 << 20) + 8), 0);
    assert_none(descriptor, "at");
}

static void what_is_no_file_is_none(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "text", 5), 5);
    assert_none(ends[0], "s");
    (void)close(ends[1]);
    assert_none(-1, "s");
}

static void what_cannot_be_written_is_told(void **state)
{
    int descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    assert_true(descriptor >= 0);
    assert_false(cli_variant_write(g_variant_new_string("text"), descriptor));
    (void)close(descriptor);
}

static void a_text_of_any_bytes_becomes_utf_8(void **state)
{
    (void)state;
    g_autoptr(GVariant) text = g_variant_ref_sink(cli_variant_text("caf\303\251 \377"));

    assert_string_equal(g_variant_get_string(text, NULL), "caf\303\251 \357\277\275");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variant_is_read_as_it_was_written),
        cmocka_unit_test(what_is_not_in_the_form_is_none),
        cmocka_unit_test(more_than_fits_is_none),
        cmocka_unit_test(what_is_no_file_is_none),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(a_text_of_any_bytes_becomes_utf_8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

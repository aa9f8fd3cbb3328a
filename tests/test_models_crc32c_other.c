/* Tests of models/crc32c_other, which the build takes where no instruction is known. It is included
 * here, so that it stands in for the file of this machine. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/crc32c.h"
#include "models/crc32c_other.c" /* NOLINT(bugprone-suspicious-include) */

static void leaves_the_work_to_the_tables(void **state)
{
    (void)state;
    assert_false(model_crc32c_has_instruction());
    assert_int_equal(model_crc32c(0, "123456789", 9), 0xe3069283);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_the_work_to_the_tables),
    };

    return cmocka_run_group_tests_name("models/crc32c_other", tests, NULL, NULL);
}

/* Tests of models/crc32c_x86_64: the instruction gives what the tables give. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/crc32c.h"
#include "models/crc32c_instruction.h"
#include "sim/random.h"

static void agrees_with_the_tables(void **state)
{
    struct sim_stream stream = sim_stream_named(5, "crc32c");
    uint8_t bytes[1000];

    (void)state;
    if (!model_crc32c_has_instruction()) {
        skip();
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)sim_stream_next(&stream);
    }
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        uint32_t crc = (uint32_t)sim_stream_next(&stream);
        assert_int_equal(
            model_crc32c_by_instruction(crc, bytes, size), model_crc32c_by_table(crc, bytes, size));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_tables),
    };

    return cmocka_run_group_tests_name("models/crc32c_x86_64", tests, NULL, NULL);
}

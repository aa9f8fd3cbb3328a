/* Tests of models/crc32c: the examples of RFC 3720, B.4, and a bit-by-bit twin. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "models/crc32c.h"
#include "sim/random.h"

static uint32_t naive(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc % 2 == 1 ? UINT32_C(0x82f63b78) : 0);
        }
    }
    return ~crc;
}

static void agrees_with_the_rfc(void **state)
{
    uint8_t bytes[32];

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    assert_int_equal(model_crc32c(0, bytes, sizeof(bytes)), 0x8a9136aa);
    memset(bytes, 0xff, sizeof(bytes));
    assert_int_equal(model_crc32c(0, bytes, sizeof(bytes)), 0x62a8ab43);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_int_equal(model_crc32c(0, bytes, sizeof(bytes)), 0x46dd794e);
    assert_int_equal(model_crc32c_by_table(0, "123456789", 9), 0xe3069283);
}

static void agrees_with_a_naive_twin_at_every_size_and_alignment(void **state)
{
    struct sim_stream stream = sim_stream_named(4, "crc32c");
    uint8_t bytes[320];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)sim_stream_next(&stream);
    }
    for (size_t from = 0; from < 16; from++) {
        for (size_t size = 0; from + size <= sizeof(bytes); size++) {
            uint32_t expected = naive(bytes + from, size);
            assert_int_equal(model_crc32c(0, bytes + from, size), expected);
            assert_int_equal(model_crc32c_by_table(0, bytes + from, size), expected);
        }
    }
}

static void goes_on_where_it_stopped(void **state)
{
    const char *text = "the checksum of a whole is that of its parts, one after the other";
    size_t size = strlen(text);

    (void)state;
    for (size_t cut = 0; cut <= size; cut++) {
        uint32_t crc = model_crc32c(model_crc32c(0, text, cut), text + cut, size - cut);
        assert_int_equal(crc, model_crc32c(0, text, size));
    }
}

static void notices_every_flipped_bit(void **state)
{
    uint8_t bytes[100] = {1, 2, 3};

    (void)state;
    uint32_t crc = model_crc32c(0, bytes, sizeof(bytes));
    for (size_t bit = 0; bit < sizeof(bytes) * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_not_equal(model_crc32c(0, bytes, sizeof(bytes)), crc);
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_rfc),
        cmocka_unit_test(agrees_with_a_naive_twin_at_every_size_and_alignment),
        cmocka_unit_test(goes_on_where_it_stopped),
        cmocka_unit_test(notices_every_flipped_bit),
    };

    return cmocka_run_group_tests_name("models/crc32c", tests, NULL, NULL);
}

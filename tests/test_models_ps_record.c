/* Tests of models/ps_record: the bytes, and what are none. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "models/pc_record.h"
#include "models/ps_record.h"

static const struct model_ps_record message_record = {
    .kind = MODEL_PS_RECORD_MESSAGE,
    .partition = 0x01020304,
    .number = 0x1112131415161718,
    .time = 0x2122232425262728,
    .message =
        {
            .id = 1,
            .key = 2,
            .born = -3,
            .value = -4,
            .size = 5,
            .attempt = 6,
            .kind = 7,
            .truth = 8,
            .attributes = {9, 10, 11, 12, 13},
        },
};

static const struct model_ps_record others[] = {
    {.kind = MODEL_PS_RECORD_OFFSET, .group = 515, .partition = 7, .number = 99},
    {.kind = MODEL_PS_RECORD_END, .partition = 7, .number = 99},
    {.kind = MODEL_PS_RECORD_LIMIT, .number = UINT64_C(1) << 40},
};

#define OTHER_COUNT (sizeof(others) / sizeof(*others))

static void expect_same(const struct model_ps_record *a, const struct model_ps_record *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->partition, b->partition);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->time, b->time);
    assert_memory_equal(&a->message, &b->message, sizeof(a->message));
}

static void comes_back_as_it_was(void **state)
{
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX];
    struct model_ps_record decoded;

    (void)state;
    assert_int_equal(model_ps_record_encode(&message_record, bytes), 88);
    assert_true(model_ps_record_decode(bytes, 88, &decoded));
    expect_same(&decoded, &message_record);
    for (size_t i = 0; i < OTHER_COUNT; i++) {
        assert_int_equal(model_ps_record_encode(&others[i], bytes), 16);
        assert_true(model_ps_record_decode(bytes, 16, &decoded));
        expect_same(&decoded, &others[i]);
    }
}

static void is_little_endian_at_the_documented_places(void **state)
{
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX];
    const uint8_t expected[24] = {17,   1,    0,    0,    4,    3,    2,    1,
                                  0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
                                  0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21};

    (void)state;
    (void)model_ps_record_encode(&message_record, bytes);
    assert_memory_equal(bytes, expected, sizeof(expected));
    (void)model_ps_record_encode(&others[0], bytes);
    assert_int_equal(bytes[2], 3);
    assert_int_equal(bytes[3], 2);
}

static void no_other_size_is_a_record(void **state)
{
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX + 1] = {0};
    struct model_ps_record decoded;

    (void)state;
    (void)model_ps_record_encode(&message_record, bytes);
    for (uint32_t size = 0; size <= sizeof(bytes); size++) {
        assert_int_equal(model_ps_record_decode(bytes, size, &decoded), size == 88);
    }
    (void)model_ps_record_encode(&others[0], bytes);
    for (uint32_t size = 0; size <= sizeof(bytes); size++) {
        assert_int_equal(model_ps_record_decode(bytes, size, &decoded), size == 16);
    }
}

static void says_no_to_other_kinds_and_versions(void **state)
{
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX];
    struct model_ps_record decoded = {.number = 12345};

    (void)state;
    for (uint32_t kind = 0; kind < 256; kind++) {
        (void)model_ps_record_encode(&others[1], bytes);
        bytes[0] = (uint8_t)kind;
        bool is_one = kind == MODEL_PS_RECORD_OFFSET || kind == MODEL_PS_RECORD_END;
        if (!is_one) { /* a limit has no partition */
            assert_false(model_ps_record_decode(bytes, 16, &decoded));
        }
    }
    (void)model_ps_record_encode(&others[1], bytes);
    bytes[1] = 2;
    assert_false(model_ps_record_decode(bytes, 16, &decoded));
    (void)model_ps_record_encode(&others[1], bytes);
    bytes[2] = 1; /* an end has no group */
    assert_false(model_ps_record_decode(bytes, 16, &decoded));
    (void)model_ps_record_encode(&message_record, bytes);
    bytes[87] = 1; /* reserved */
    assert_false(model_ps_record_decode(bytes, 88, &decoded));
    memset(bytes + 8, 0xff, 8); /* no message can have the last of all offsets */
    bytes[87] = 0;
    assert_false(model_ps_record_decode(bytes, 88, &decoded));
    assert_int_equal(decoded.number, 12345);
}

static void takes_no_record_of_producer_consumer(void **state)
{
    (void)state;
    for (uint32_t kind = MODEL_PC_RECORD_SEND; kind <= MODEL_PC_RECORD_DEAD_GONE; kind++) {
        uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];
        struct model_ps_record decoded;
        const struct model_pc_record record = {.kind = (enum model_pc_record_kind)kind};
        uint32_t size = model_pc_record_encode(&record, bytes);
        assert_false(model_ps_record_decode(bytes, size, &decoded));
    }
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX];
    struct model_pc_record decoded;
    assert_false(
        model_pc_record_decode(bytes, model_ps_record_encode(&others[0], bytes), &decoded));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(is_little_endian_at_the_documented_places),
        cmocka_unit_test(no_other_size_is_a_record),
        cmocka_unit_test(says_no_to_other_kinds_and_versions),
        cmocka_unit_test(takes_no_record_of_producer_consumer),
    };

    return cmocka_run_group_tests_name("models/ps_record", tests, NULL, NULL);
}

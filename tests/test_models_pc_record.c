/* Tests of models/pc_record: the bytes, there and back. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "models/pc_record.h"
#include "sim/random.h"

static const struct model_pc_record example_send = {
    .kind = MODEL_PC_RECORD_SEND,
    .message =
        {
            .id = UINT64_C(0x0102030405060708),
            .key = UINT64_C(0x1112131415161718),
            .born = INT64_C(0x2122232425262728),
            .value = -1,
            .size = 0x31323334,
            .attempt = 0x4142,
            .kind = 0x51,
            .truth = 0x61,
            .attributes = {1, 2, 3, 4, 0x71727374},
        },
};

static void decodes_what_it_encoded(void **state)
{
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];
    struct model_pc_record record;

    (void)state;
    for (int kind = MODEL_PC_RECORD_SEND; kind <= MODEL_PC_RECORD_DEAD_GONE; kind++) {
        struct model_pc_record expected = {
            .kind = (enum model_pc_record_kind)kind, .attempt = 0xabcd, .number = UINT64_MAX - 5};
        if (kind == MODEL_PC_RECORD_SEND) {
            expected = example_send;
        }
        uint32_t size = model_pc_record_encode(&expected, bytes);
        assert_true(model_pc_record_decode(bytes, size, &record));
        assert_int_equal(record.kind, expected.kind);
        assert_int_equal(record.attempt, expected.attempt);
        assert_int_equal(record.number, expected.number);
        assert_memory_equal(&record.message, &expected.message, sizeof(record.message));
    }
}

/* The documented bytes: a change of them needs a new version. */
static void has_the_bytes_of_the_document(void **state)
{
    static const uint8_t expected[] = {
        1,    1,    0,    0,    0,    0,    0,    0,    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02,
        0x01, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23,
        0x22, 0x21, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x34, 0x33, 0x32, 0x31, 0x42,
        0x41, 0x51, 0x61, 1,    0,    0,    0,    2,    0,    0,    0,    3,    0,    0,    0,
        4,    0,    0,    0,    0x74, 0x73, 0x72, 0x71, 0,    0,    0,    0,
    };
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];

    (void)state;
    assert_int_equal(model_pc_record_encode(&example_send, bytes), sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void refuses_every_other_size(void **state)
{
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX + 1] = {0};
    struct model_pc_record record;

    (void)state;
    uint32_t size = model_pc_record_encode(&example_send, bytes);
    for (uint32_t other = 0; other <= sizeof(bytes); other++) {
        assert_int_equal(model_pc_record_decode(bytes, other, &record), other == size);
    }
}

static void refuses_another_version_and_kind(void **state)
{
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];
    struct model_pc_record record;

    (void)state;
    uint32_t size = model_pc_record_encode(&example_send, bytes);
    bytes[1]++;
    assert_false(model_pc_record_decode(bytes, size, &record));
    bytes[1]--;
    bytes[0] = 0;
    assert_false(model_pc_record_decode(bytes, size, &record));
    bytes[0] = 200;
    assert_false(model_pc_record_decode(bytes, size, &record));
}

static void survives_any_bytes(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "bytes");
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];
    struct model_pc_record record;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (uint8_t)sim_stream_below(&stream, i < 8 ? 8 : 256);
        }
        uint32_t size = (uint32_t)sim_stream_below(&stream, sizeof(bytes) + 1);
        if (model_pc_record_decode(bytes, size, &record)) {
            uint8_t again[MODEL_PC_RECORD_SIZE_MAX];
            assert_int_equal(model_pc_record_encode(&record, again), size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_what_it_encoded),
        cmocka_unit_test(has_the_bytes_of_the_document),
        cmocka_unit_test(refuses_every_other_size),
        cmocka_unit_test(refuses_another_version_and_kind),
        cmocka_unit_test(survives_any_bytes),
    };

    return cmocka_run_group_tests_name("models/pc_record", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "models/replica_record.h"

static const uint8_t payload[] = {1, 2, 3, 4, 5};

static const struct model_replica_record entry = {
    .kind = MODEL_REPLICA_ENTRY,
    .replica = 6,
    .epoch = 0x1122334455667788,
    .index = 99,
    .committed = 98,
    .payload = payload,
    .size = sizeof(payload),
};

static void gives_back_what_it_was_given(void **state)
{
    const struct model_replica_record marker = {
        .kind = MODEL_REPLICA_ENTRY, .is_marker = true, .epoch = 8, .index = 1};
    const struct model_replica_record voted = {
        .kind = MODEL_REPLICA_STATE, .replica = 7, .epoch = 16, .index = 5, .base_epoch = 8};
    const struct model_replica_record *records[] = {&entry, &marker, &voted};
    uint8_t bytes[64];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct model_replica_record *from = records[i];
        struct model_replica_record to;
        model_replica_record_encode(from, bytes);
        assert_true(
            model_replica_record_decode(bytes, MODEL_REPLICA_RECORD_SIZE + from->size, &to));
        assert_int_equal(to.kind, from->kind);
        assert_int_equal(to.is_marker, from->is_marker);
        assert_int_equal(to.replica, from->replica);
        assert_int_equal(to.epoch, from->epoch);
        assert_int_equal(to.index, from->index);
        assert_int_equal(to.committed, from->committed);
        assert_int_equal(to.base_epoch, from->base_epoch);
        assert_int_equal(to.size, from->size);
        assert_memory_equal(to.payload, payload, from->size);
    }
}

static void has_the_bytes_that_its_header_says(void **state)
{
    static const uint8_t expected[] = {
        33, 1, 6, 0, 0, 0,  0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 99, 0, 0,
        0,  0, 0, 0, 0, 98, 0, 0, 0,    0,    0,    0,    0,    1,    2,    3,    4,  5};
    uint8_t bytes[sizeof(expected)];

    (void)state;
    model_replica_record_encode(&entry, bytes);
    assert_memory_equal(bytes, expected, sizeof(expected));
}

/* Each of these, and nothing else, is changed in a good record. */
static void refuses_what_is_no_record(void **state)
{
    static const struct {
        uint32_t offset;
        uint8_t value;
    } wrong[] = {{0, 31}, {0, 34}, {1, 2}, {2, 7}, {3, 1}, {3, 2}, {4, 1}, {7, 1}, {24, 99}};
    uint8_t bytes[64];
    struct model_replica_record record = {.index = 7};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        model_replica_record_encode(&entry, bytes);
        bytes[wrong[i].offset] = wrong[i].value;
        assert_false(
            model_replica_record_decode(bytes, MODEL_REPLICA_RECORD_SIZE + entry.size, &record));
        assert_int_equal(record.index, 7); /* untouched */
    }
    model_replica_record_encode(&entry, bytes);
    for (uint32_t size = 0; size <= MODEL_REPLICA_RECORD_SIZE; size++) {
        assert_false(model_replica_record_decode(bytes, size, &record));
    }
    memset(bytes + 8, 0, 8); /* no epoch */
    assert_false(model_replica_record_decode(bytes, 37, &record));
}

static void refuses_a_state_that_contradicts_itself(void **state)
{
    struct model_replica_record voted = {
        .kind = MODEL_REPLICA_STATE, .replica = 7, .epoch = 16, .index = 5, .base_epoch = 8};
    uint8_t bytes[64];
    struct model_replica_record record;

    (void)state;
    model_replica_record_encode(&voted, bytes);
    assert_true(model_replica_record_decode(bytes, 32, &record));
    bytes[24] = 17; /* the log begins in a later epoch */
    assert_false(model_replica_record_decode(bytes, 32, &record));
    bytes[24] = 0; /* or after an entry of none */
    assert_false(model_replica_record_decode(bytes, 32, &record));
    bytes[16] = 0;
    assert_true(model_replica_record_decode(bytes, 32, &record));
    bytes[2] = 8; /* a vote for the eighth of seven */
    assert_false(model_replica_record_decode(bytes, 32, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_it_was_given),
        cmocka_unit_test(has_the_bytes_that_its_header_says),
        cmocka_unit_test(refuses_what_is_no_record),
        cmocka_unit_test(refuses_a_state_that_contradicts_itself),
    };

    return cmocka_run_group_tests_name("models/replica_record", tests, NULL, NULL);
}

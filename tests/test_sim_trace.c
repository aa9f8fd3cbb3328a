/* Tests of sim/trace: what changes the digest, and what the sink sees. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/trace.h"

static uint64_t digest_of(const struct sim_trace_record *records, uint32_t count)
{
    struct sim_trace trace;

    sim_trace_init(&trace);
    for (uint32_t i = 0; i < count; i++) {
        sim_trace_add(&trace, &records[i]);
    }
    assert_int_equal(trace.count, count);
    return trace.digest;
}

static int compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a;
    uint64_t second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

static void every_bit_of_every_field_changes_the_digest(void **state)
{
    enum { BITS = 64 + 64 + 32 + 32 };
    uint64_t digests[BITS + 1];
    const struct sim_trace_record base = {.time = 12345, .message = 678, .node = 9, .kind = 3};

    (void)state;
    for (uint32_t bit = 0; bit < BITS; bit++) {
        struct sim_trace_record pair[2] = {base, base};
        if (bit < 64) {
            pair[0].time ^= (sim_time)(UINT64_C(1) << bit);
        } else if (bit < 128) {
            pair[0].message ^= UINT64_C(1) << (bit - 64);
        } else if (bit < 160) {
            pair[0].node ^= 1U << (bit - 128);
        } else {
            pair[0].kind ^= 1U << (bit - 160);
        }
        digests[bit] = digest_of(pair, 2);
    }
    digests[BITS] = digest_of((struct sim_trace_record[2]){base, base}, 2);
    qsort(digests, BITS + 1, sizeof(digests[0]), compare);
    for (uint32_t i = 0; i < BITS; i++) {
        assert_true(digests[i] != digests[i + 1]);
    }
}

static void the_order_of_records_changes_the_digest(void **state)
{
    const struct sim_trace_record a = {.time = 1, .message = 1, .node = 1, .kind = 1};
    const struct sim_trace_record b = {.time = 1, .message = 2, .node = 1, .kind = 1};

    (void)state;
    assert_true(
        digest_of((struct sim_trace_record[2]){a, b}, 2) !=
        digest_of((struct sim_trace_record[2]){b, a}, 2));
}

static void a_record_of_zeroes_changes_the_digest(void **state)
{
    const struct sim_trace_record zeroes[2] = {{0}, {0}};

    (void)state;
    assert_true(digest_of(zeroes, 0) != digest_of(zeroes, 1));
    assert_true(digest_of(zeroes, 1) != digest_of(zeroes, 2));
}

/* What "the same run" means must be the same on every machine: this value never changes. */
static void the_digest_of_a_known_trace_is_known(void **state)
{
    struct sim_trace trace;

    (void)state;
    sim_trace_init(&trace);
    for (uint32_t i = 0; i < 1000; i++) {
        struct sim_trace_record record = {
            .time = (sim_time)i * i * 1000, .message = i, .node = i % 7, .kind = i % 3};
        sim_trace_add(&trace, &record);
    }
    assert_int_equal(trace.digest, UINT64_C(0xf336ad4b4d158304));
}

static void among_a_million_records_no_two_digests_are_equal(void **state)
{
    enum { COUNT = 1000000 };
    uint64_t *digests = calloc(COUNT, sizeof(*digests));
    struct sim_trace trace;

    (void)state;
    assert_non_null(digests);
    sim_trace_init(&trace);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct sim_trace_record record = {.time = i / 8, .message = i % 8, .node = 1, .kind = 2};
        sim_trace_add(&trace, &record);
        digests[i] = trace.digest;
    }
    qsort(digests, COUNT, sizeof(digests[0]), compare);
    for (uint32_t i = 0; i + 1 < COUNT; i++) {
        assert_true(digests[i] != digests[i + 1]);
    }
    free(digests);
}

static void copy_record(void *context, const struct sim_trace_record *record)
{
    *(struct sim_trace_record *)context = *record;
}

static void the_sink_sees_each_record(void **state)
{
    struct sim_trace_record seen = {0};
    struct sim_trace_record record = {.time = 5, .message = 6, .node = 7, .kind = 8};
    struct sim_trace trace;

    (void)state;
    sim_trace_init(&trace);
    trace.sink = copy_record;
    trace.sink_context = &seen;
    sim_trace_add(&trace, &record);
    assert_memory_equal(&seen, &record, sizeof(seen));
    assert_int_equal(trace.digest, digest_of(&record, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_every_field_changes_the_digest),
        cmocka_unit_test(the_order_of_records_changes_the_digest),
        cmocka_unit_test(a_record_of_zeroes_changes_the_digest),
        cmocka_unit_test(the_digest_of_a_known_trace_is_known),
        cmocka_unit_test(among_a_million_records_no_two_digests_are_equal),
        cmocka_unit_test(the_sink_sees_each_record),
    };

    return cmocka_run_group_tests_name("sim/trace", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/replica_log.h"
#include "sim/random.h"

#define TWIN_MAX 4096

/* The naive twin: an array that knows every entry by its index. */
struct twin {
    uint64_t base;
    uint64_t base_epoch;
    uint64_t last;
    struct {
        uint64_t epoch;
        uint64_t position;
        uint32_t size;
        uint8_t fill;
    } entries[TWIN_MAX];
};

static void append(struct model_replica_log *log, struct twin *twin, struct sim_stream *stream)
{
    uint64_t before = twin->last == twin->base ? twin->base_epoch : twin->entries[twin->last].epoch;
    uint8_t payload[100];
    uint64_t index = ++twin->last;

    assert_true(index < TWIN_MAX);
    twin->entries[index].epoch = before + (before == 0 ? 1 : sim_stream_below(stream, 2));
    twin->entries[index].size = 1 + (uint32_t)sim_stream_below(stream, sizeof(payload));
    twin->entries[index].fill = (uint8_t)sim_stream_next(stream);
    twin->entries[index].position = index * 10;
    memset(payload, twin->entries[index].fill, sizeof(payload));
    model_replica_log_append(
        log,
        &(struct model_replica_record){
            .kind = MODEL_REPLICA_ENTRY,
            .epoch = twin->entries[index].epoch,
            .index = index,
            .payload = payload,
            .size = twin->entries[index].size,
        });
    model_replica_log_place(log, index * 10);
}

static void assert_same(const struct model_replica_log *log, const struct twin *twin)
{
    model_replica_log_check(log);
    assert_int_equal(log->base, twin->base);
    assert_int_equal(model_replica_log_last(log), twin->last);
    assert_int_equal(model_replica_log_epoch(log, twin->base), twin->base_epoch);
    for (uint64_t index = twin->base + 1; index <= twin->last; index++) {
        const struct model_replica_record record = model_replica_log_read(log, index);
        assert_int_equal(record.epoch, twin->entries[index].epoch);
        assert_int_equal(model_replica_log_epoch(log, index), record.epoch);
        assert_int_equal(record.size, twin->entries[index].size);
        assert_int_equal(record.payload[0], twin->entries[index].fill);
        assert_int_equal(record.payload[record.size - 1], twin->entries[index].fill);
        assert_int_equal(model_replica_log_at(log, index)->position, twin->entries[index].position);
    }
}

static void change(struct model_replica_log *log, struct twin *twin, struct sim_stream *stream)
{
    uint64_t length = twin->last - twin->base;

    switch (sim_stream_below(stream, 40)) {
    case 0:
        twin->last = twin->base + sim_stream_below(stream, length + 1);
        model_replica_log_cut(log, twin->last);
        break;
    case 1:
    case 2: {
        uint64_t base = twin->base + sim_stream_below(stream, length + 1);
        twin->base_epoch = base == twin->base ? twin->base_epoch : twin->entries[base].epoch;
        twin->base = base;
        model_replica_log_release(log, base);
        break;
    }
    case 3:
        if (sim_stream_below(stream, 10) == 0 && twin->base > 0) {
            twin->base_epoch += 1;
            twin->last = twin->base;
            model_replica_log_reset(log, twin->base, twin->base_epoch);
        }
        break;
    default:
        append(log, twin, stream);
        break;
    }
}

static void does_what_an_array_would(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "log");
    static const struct twin empty;
    struct twin *twin = sim_allocate(1, sizeof(*twin));

    (void)state;
    for (uint32_t round = 0; round < 50; round++) {
        struct model_replica_log log;
        model_replica_log_init(&log);
        *twin = empty;
        for (uint32_t step = 0; step < 400; step++) {
            change(&log, twin, &stream);
            assert_same(&log, twin);
        }
        model_replica_log_finish(&log);
    }
    free(twin);
}

static void assert_slice(
    const struct model_replica_log *log, const struct twin *twin, uint64_t from, size_t size_max)
{
    struct model_replica_log_slice slice = model_replica_log_slice_from(log, from, size_max);
    size_t expected = 0;
    uint64_t last = from - 1;

    while (last < twin->last &&
           (expected == 0 || expected + 36 + twin->entries[last + 1].size <= size_max)) {
        expected += 36 + twin->entries[++last].size;
    }
    assert_int_equal(slice.last, last);
    assert_int_equal(slice.size, expected);
}

static void cuts_slices_where_an_entry_ends(void **state)
{
    struct sim_stream stream = sim_stream_named(2, "log");
    struct twin *twin = sim_allocate(1, sizeof(*twin));
    struct model_replica_log log;

    (void)state;
    model_replica_log_init(&log);
    for (uint32_t i = 0; i < 50; i++) {
        append(&log, twin, &stream);
    }
    for (uint64_t from = 1; from <= 51; from++) {
        for (size_t size = 0; size < 1000; size += 50) {
            assert_slice(&log, twin, from, size);
        }
    }
    model_replica_log_finish(&log);
    free(twin);
}

/* A log that is released as it grows stays as large as its longest stretch asks. */
static void uses_its_memory_again(void **state)
{
    struct sim_stream stream = sim_stream_named(3, "log");
    struct twin *twin = sim_allocate(1, sizeof(*twin));
    struct model_replica_log log;

    (void)state;
    model_replica_log_init(&log);
    for (uint32_t i = 0; i < 4000; i++) {
        append(&log, twin, &stream);
        model_replica_log_release(&log, twin->last > 10 ? twin->last - 10 : 0);
    }
    assert_true(log.capacity <= 64);
    assert_true(log.bytes_capacity <= 8192);
    model_replica_log_finish(&log);
    free(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_what_an_array_would),
        cmocka_unit_test(cuts_slices_where_an_entry_ends),
        cmocka_unit_test(uses_its_memory_again),
    };

    return cmocka_run_group_tests_name("models/replica_log", tests, NULL, NULL);
}

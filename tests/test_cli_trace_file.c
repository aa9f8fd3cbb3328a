/* cli/trace_file: what is written is read back, and what is damaged is refused. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/outputs.h"
#include "cli/trace_file.h"
#include "cli/trace_json.h"

#define RECORDS     10000 /* more than are read at once */
#define HEADER_SIZE 64
#define RECORD_SIZE 24

static int new_file(void)
{
    int descriptor = memfd_create("test", 0);

    assert_true(descriptor >= 0);
    return descriptor;
}

/* A file of RECORDS records, one a microsecond. */
static int written_file(uint64_t *out_digest)
{
    struct world *world = world_create(1);
    int descriptor = new_file();

    cli_trace_writer *writer = cli_trace_begin(world, descriptor);
    for (uint32_t i = 0; i < RECORDS; i++) {
        const struct sim_trace_record record = {
            .time = (sim_time)i * 1000,
            .message = UINT64_MAX - i,
            .node = UINT32_MAX,
            .kind = WORLD_TRACE_SCRIPT,
        };
        sim_trace_add(&world->trace, &record);
    }
    *out_digest = world->trace.digest;
    assert_true(cli_trace_end(writer));
    world_destroy(world);
    return descriptor;
}

/* Reads everything; returns the number of records, or -1 when the file was refused. */
static int64_t read_whole(int descriptor)
{
    static struct sim_trace_record records[CLI_TRACE_RECORDS_AT_ONCE];
    struct cli_trace_file file;
    int64_t total = -1;
    int32_t count = 0;

    if (cli_trace_file_open(&file, descriptor, NULL)) {
        total = 0;
        while ((count = cli_trace_file_read(&file, (uint64_t)total, records, NULL)) > 0) {
            total += count;
        }
    }
    cli_trace_file_finish(&file);
    return count < 0 ? -1 : total;
}

static void every_record_is_read_back(void **state)
{
    static struct sim_trace_record records[CLI_TRACE_RECORDS_AT_ONCE];
    struct cli_trace_file file;
    uint64_t digest;
    int descriptor = written_file(&digest);
    uint64_t next = 0;
    int32_t count;

    (void)state;
    assert_true(cli_trace_file_open(&file, descriptor, NULL));
    assert_int_equal(file.record_count, RECORDS);
    assert_true(file.digest == digest);
    while ((count = cli_trace_file_read(&file, next, records, NULL)) > 0) {
        for (int32_t i = 0; i < count; i++) {
            assert_int_equal(records[i].time, (sim_time)next * 1000);
            assert_true(records[i].message == UINT64_MAX - next);
            assert_true(records[i].node == UINT32_MAX);
            assert_int_equal(records[i].kind, WORLD_TRACE_SCRIPT);
            next++;
        }
    }
    assert_int_equal(count, 0);
    assert_int_equal(next, RECORDS);
    cli_trace_file_finish(&file);
    (void)close(descriptor);
}

static void a_file_that_was_cut_anywhere_is_refused(void **state)
{
    uint64_t digest;
    int whole = written_file(&digest);
    const off_t size = HEADER_SIZE + (off_t)RECORDS * RECORD_SIZE;

    (void)state;
    assert_int_equal(read_whole(whole), RECORDS);
    for (off_t cut = size - 1; cut >= 0; cut -= cut > 200 ? 997 : 1) {
        assert_int_equal(ftruncate(whole, cut), 0);
        assert_int_equal(read_whole(whole), -1);
    }
    (void)close(whole);
}

/* Writes these bytes over the file at `offset`, and says what reading it then comes to. */
static int64_t read_damaged(off_t offset, const void *bytes, size_t size)
{
    uint64_t digest;
    int descriptor = written_file(&digest);

    assert_int_equal(pwrite(descriptor, bytes, size, offset), size);
    int64_t result = read_whole(descriptor);
    (void)close(descriptor);
    return result;
}

static void what_no_trace_can_hold_is_refused(void **state)
{
    const uint64_t huge = UINT64_MAX;
    const uint32_t other = 2;
    const uint32_t no_node = 7;

    (void)state;
    assert_int_equal(read_damaged(0, "x", 1), -1);                        /* magic */
    assert_int_equal(read_damaged(16, &other, sizeof(other)), -1);        /* version */
    assert_int_equal(read_damaged(24, &huge, sizeof(huge)), -1);          /* count */
    assert_int_equal(read_damaged(32, &huge, sizeof(huge)), -1);          /* where nodes are */
    assert_int_equal(read_damaged(40, &huge, sizeof(huge)), -1);          /* their size */
    assert_int_equal(read_damaged(HEADER_SIZE, &huge, sizeof(huge)), -1); /* time -1 */
    assert_int_equal(read_damaged(HEADER_SIZE + 16, &no_node, sizeof(no_node)), -1);
}

static void what_is_no_trace_is_not_made_into_json(void **state)
{
    int bin = new_file();
    int json = new_file();
    GError *error = NULL;

    (void)state;
    assert_true(cli_outputs_put(bin, "hello", 5));
    assert_false(cli_trace_json_write(bin, json, &error));
    assert_string_equal(error->message, "not a trace of tailback: it is cut short");
    g_error_free(error);
    (void)close(bin);
    (void)close(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_read_back),
        cmocka_unit_test(a_file_that_was_cut_anywhere_is_refused),
        cmocka_unit_test(what_no_trace_can_hold_is_refused),
        cmocka_unit_test(what_is_no_trace_is_not_made_into_json),
    };

    return cmocka_run_group_tests_name("cli_trace_file", tests, NULL, NULL);
}

/* Tests of models/journal: when it promises what, what it asks of the disk, and when it gives up.
 * What it makes of a crash is in test_models_journal_recover.c. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/journal.h"

#include "tests/fake_disk.h"

struct fixture {
    struct fake_disk *disk;
    struct model_files files;
    struct model_journal_config config;
    model_journal *journal;
    uint64_t visited;
    uint64_t last;
};

static bool visit(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct fixture *fixture = context;
    uint8_t first;

    assert_true(size > 0);
    memcpy(&first, record, 1);
    assert_int_equal(first, position & 0xff);
    fixture->visited++;
    fixture->last = position;
    return true;
}

static struct model_journal_report open_journal(struct fixture *fixture)
{
    struct model_journal_report report;

    fixture->visited = 0;
    fixture->journal = model_journal_create(&fixture->config, &fixture->files);
    assert_int_equal(
        model_journal_recover(fixture->journal, visit, fixture, &report), MODEL_JOURNAL_OK);
    model_journal_check(fixture->journal);
    return report;
}

static void close_journal(struct fixture *fixture)
{
    model_journal_destroy(fixture->journal);
    fixture->journal = NULL;
}

static uint64_t append(struct fixture *fixture, uint32_t size)
{
    const struct model_store *store = model_journal_store(fixture->journal);
    uint8_t record[512];
    static const uint8_t zeros[512];

    memcpy(record, zeros, sizeof(record));
    record[0] = (uint8_t)(fixture->last + 1);
    fixture->last = store->append(store->context, record, size);
    model_journal_check(fixture->journal);
    return fixture->last;
}

static void pump(struct fixture *fixture, sim_time now)
{
    assert_int_equal(model_journal_pump(fixture->journal, now), MODEL_JOURNAL_OK);
    model_journal_check(fixture->journal);
}

static void io_done(struct fixture *fixture, sim_time now)
{
    assert_int_equal(model_journal_io_done(fixture->journal, 0, now), MODEL_JOURNAL_OK);
    pump(fixture, now);
}

static void release_up_to(const struct fixture *fixture, uint64_t position)
{
    const struct model_store *store = model_journal_store(fixture->journal);
    store->release(store->context, position);
}

static uint64_t files_of(const struct fixture *fixture)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < FAKE_FILES; i++) {
        count += fixture->disk->files[i].exists ? 1 : 0;
    }
    return count;
}

/* ---- promises ---- */

static void gives_positions_from_one(void **state)
{
    struct fixture *fixture = *state;

    open_journal(fixture);
    assert_int_equal(append(fixture, 1), 1);
    assert_int_equal(append(fixture, 100), 2);
    assert_int_equal(append(fixture, 64), 3);
}

static void commits_nothing_before_the_pump(void **state)
{
    struct fixture *fixture = *state;

    open_journal(fixture);
    append(fixture, 10);
    assert_int_equal(model_journal_committed(fixture->journal), 0);
    assert_int_equal(files_of(fixture), 0);
}

static void always_commits_with_the_sync_and_not_before(void **state)
{
    struct fixture *fixture = *state;

    fixture->disk->pends = true;
    open_journal(fixture);
    append(fixture, 10);
    pump(fixture, 0);
    assert_int_equal(model_journal_committed(fixture->journal), 0);
    io_done(fixture, 1); /* the write; the sync begins */
    assert_int_equal(model_journal_committed(fixture->journal), 0);
    io_done(fixture, 2);
    assert_int_equal(model_journal_committed(fixture->journal), 1);
    assert_int_equal(model_journal_synced(fixture->journal), 1);
}

static void none_commits_with_the_write_and_never_syncs(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.sync = MODEL_SYNC_NONE;
    open_journal(fixture);
    for (int i = 0; i < 100; i++) {
        append(fixture, 200);
        pump(fixture, i * SIM_SECOND);
    }
    assert_int_equal(model_journal_committed(fixture->journal), 100);
    assert_int_equal(model_journal_synced(fixture->journal), 0);
    assert_int_equal(fixture->disk->syncs, 0);
    assert_int_equal(model_journal_next_deadline(fixture->journal), SIM_NEVER);
}

static void interval_syncs_when_the_interval_is_over(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.sync = MODEL_SYNC_INTERVAL;
    fixture->config.interval = 100;
    open_journal(fixture);
    assert_int_equal(model_journal_next_deadline(fixture->journal), SIM_NEVER);
    append(fixture, 10);
    pump(fixture, 1000);
    assert_int_equal(model_journal_committed(fixture->journal), 1);
    assert_int_equal(model_journal_synced(fixture->journal), 0);
    assert_int_equal(model_journal_next_deadline(fixture->journal), 1100);
    append(fixture, 10);
    pump(fixture, 1099);
    assert_int_equal(fixture->disk->syncs, 0);
    assert_int_equal(model_journal_next_deadline(fixture->journal), 1100);
    pump(fixture, 1100);
    assert_int_equal(model_journal_synced(fixture->journal), 2);
    assert_int_equal(model_journal_next_deadline(fixture->journal), SIM_NEVER);
}

static void every_n_syncs_after_n_records(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.sync = MODEL_SYNC_EVERY_N;
    fixture->config.every_n = 3;
    open_journal(fixture);
    for (uint64_t i = 1; i <= 10; i++) {
        append(fixture, 10);
        pump(fixture, 0);
        assert_int_equal(model_journal_committed(fixture->journal), i);
        assert_int_equal(model_journal_synced(fixture->journal), i / 3 * 3);
    }
}

static void shares_one_sync_among_what_arrives_during_another(void **state)
{
    struct fixture *fixture = *state;

    fixture->disk->pends = true;
    open_journal(fixture);
    append(fixture, 10);
    pump(fixture, 0);
    for (int i = 0; i < 50; i++) {
        append(fixture, 10);
        pump(fixture, 0); /* one I/O at a time: nothing is started */
    }
    io_done(fixture, 1);
    io_done(fixture, 2);
    assert_int_equal(model_journal_committed(fixture->journal), 1);
    io_done(fixture, 3);
    io_done(fixture, 4);
    assert_int_equal(model_journal_committed(fixture->journal), 51);
    assert_int_equal(fixture->disk->syncs, 2);
}

/* ---- segments ---- */

static void begins_a_segment_beyond_the_size(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    open_journal(fixture);
    for (int i = 0; i < 40; i++) {
        append(fixture, 84); /* takes 104 bytes, so 9 of them fit */
        pump(fixture, 0);
    }
    assert_true(files_of(fixture) > 4 && files_of(fixture) < 7);
    close_journal(fixture);
    fixture->last = 0;
    assert_int_equal(open_journal(fixture).records, 40);
    assert_int_equal(append(fixture, 10), 41);
}

static void removes_segments_that_are_released(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    open_journal(fixture);
    for (int i = 0; i < 40; i++) {
        append(fixture, 84);
        pump(fixture, 0);
        release_up_to(fixture, fixture->last);
    }
    pump(fixture, 0);
    append(fixture, 84);
    pump(fixture, 0);
    assert_true(files_of(fixture) <= 3);
    close_journal(fixture);
    fixture->last = 0;
    struct model_journal_report report = open_journal(fixture);
    assert_true(report.records > 0 && report.records <= 27);
    assert_int_equal(append(fixture, 84), 42);
}

static void keeps_a_segment_with_one_needed_record(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    open_journal(fixture);
    for (int i = 0; i < 40; i++) {
        append(fixture, 84);
        pump(fixture, 0);
        release_up_to(fixture, fixture->last < 3 ? fixture->last : 3);
    }
    close_journal(fixture);
    fixture->last = 0;
    assert_int_equal(open_journal(fixture).records, 40);
}

static void keeps_a_segment_until_the_release_itself_is_synced(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    fixture->config.sync = MODEL_SYNC_EVERY_N;
    fixture->config.every_n = 40;
    open_journal(fixture);
    for (int i = 0; i < 39; i++) {
        append(fixture, 84);
        pump(fixture, 0);
        release_up_to(fixture, fixture->last);
    }
    assert_true(files_of(fixture) > 4);
    append(fixture, 84);
    pump(fixture, 0);
    assert_true(files_of(fixture) <= 3);
}

static void removes_segments_though_it_never_syncs_otherwise(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    fixture->config.sync = MODEL_SYNC_NONE;
    open_journal(fixture);
    for (int i = 0; i < 200; i++) {
        append(fixture, 84);
        pump(fixture, 0);
        release_up_to(fixture, fixture->last);
        assert_true(files_of(fixture) <= 4);
    }
    assert_in_range(fixture->disk->syncs, 1, 60);
}

static void carries_records_of_every_size(void **state)
{
    struct fixture *fixture = *state;

    open_journal(fixture);
    for (uint32_t size = 1; size <= 300; size++) {
        append(fixture, size);
    }
    pump(fixture, 0);
    close_journal(fixture);
    fixture->last = 0;
    assert_int_equal(open_journal(fixture).records, 300);
    assert_int_equal(fixture->last, 300);
}

static void pads_records_with_zeros(void **state)
{
    struct fixture *fixture = *state;
    const struct model_store *store;
    uint8_t ones[200];
    static const uint8_t zeros[7];

    memset(ones, 0xff, sizeof(ones));
    open_journal(fixture);
    store = model_journal_store(fixture->journal);
    for (int i = 0; i < 4; i++) { /* both buffers have held ones before */
        store->append(store->context, ones, i < 2 ? sizeof(ones) : 1);
        pump(fixture, 0);
    }
    const struct fake_file *file = &fixture->disk->files[0];
    assert_memory_equal(file->bytes + file->size - sizeof(zeros), zeros, sizeof(zeros));
    assert_int_equal(file->bytes[file->size - 8], 0xff);
}

static void carries_a_record_of_the_largest_size(void **state)
{
    struct fixture *fixture = *state;
    const struct model_store *store;
    uint8_t *record = sim_allocate(MODEL_JOURNAL_RECORD_MAX, 1);

    open_journal(fixture);
    store = model_journal_store(fixture->journal);
    record[0] = 1;
    store->append(store->context, record, MODEL_JOURNAL_RECORD_MAX);
    free(record);
    pump(fixture, 0);
    close_journal(fixture);
    assert_int_equal(open_journal(fixture).records, 1);
}

static void refuses_a_record_of_no_size_and_one_that_is_too_large(void **state)
{
    struct fixture *fixture = *state;
    const struct model_store *store;
    uint8_t *record = sim_allocate(MODEL_JOURNAL_RECORD_MAX + 1, 1);

    open_journal(fixture);
    store = model_journal_store(fixture->journal);
    assert_int_equal(store->append(store->context, record, 0), 0);
    assert_int_equal(store->append(store->context, record, MODEL_JOURNAL_RECORD_MAX + 1), 0);
    free(record);
    pump(fixture, 0);
    assert_int_equal(fixture->disk->log_count, 0);
    assert_int_equal(append(fixture, 10), 1);
    pump(fixture, 0);
    assert_int_equal(model_journal_committed(fixture->journal), 1);
}

static void makes_no_journal_that_can_not_be(void **state)
{
    struct fixture *fixture = *state;
    const struct model_journal_config bad[] = {
        {.sync = (enum model_sync)4, .segment_size = 1},
        {.sync = MODEL_SYNC_INTERVAL, .segment_size = 1},
        {.sync = MODEL_SYNC_INTERVAL, .interval = -1, .segment_size = 1},
        {.sync = MODEL_SYNC_EVERY_N, .segment_size = 1},
        {.sync = MODEL_SYNC_ALWAYS},
    };
    const enum model_journal_config_status statuses[] = {
        MODEL_JOURNAL_BAD_POLICY,
        MODEL_JOURNAL_BAD_INTERVAL,
        MODEL_JOURNAL_BAD_INTERVAL,
        MODEL_JOURNAL_BAD_EVERY_N,
        MODEL_JOURNAL_BAD_SEGMENT,
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(model_journal_check_config(&bad[i]), statuses[i]);
        assert_null(model_journal_create(&bad[i], &fixture->files));
    }
    assert_int_equal(model_journal_check_config(&fixture->config), MODEL_JOURNAL_CONFIG_OK);
    assert_int_equal(fixture->disk->calls, 0);
}

static void syncs_no_segment_that_is_on_disk(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 1000;
    open_journal(fixture);
    for (int i = 0; i < 40; i++) {
        append(fixture, 84);
        pump(fixture, 0);
    }
    assert_int_equal(fixture->disk->syncs, 40);
}

/* ---- failure ---- */

static void fails_for_good_when_a_sync_fails(void **state)
{
    struct fixture *fixture = *state;

    fixture->disk->pends = true;
    open_journal(fixture);
    append(fixture, 10);
    pump(fixture, 0);
    io_done(fixture, 0);
    assert_int_equal(model_journal_io_done(fixture->journal, -EIO, 0), MODEL_JOURNAL_FAILED);
    assert_int_equal(model_journal_error(fixture->journal), -EIO);

    uint64_t calls = fixture->disk->calls;
    append(fixture, 10);
    assert_int_equal(model_journal_pump(fixture->journal, 0), MODEL_JOURNAL_FAILED);
    assert_int_equal(fixture->disk->calls, calls); /* it asks the disk for nothing any more */
    assert_int_equal(model_journal_committed(fixture->journal), 0);
    assert_int_equal(model_journal_next_deadline(fixture->journal), SIM_NEVER);
}

/* A fixed piece of work; returns what was committed at its end. */
static uint64_t work(struct fixture *fixture)
{
    struct model_journal_report report;

    fixture->last = 0;
    fixture->visited = 0;
    fixture->journal = model_journal_create(&fixture->config, &fixture->files);
    if (model_journal_recover(fixture->journal, visit, fixture, &report) == MODEL_JOURNAL_OK) {
        for (int i = 0; i < 30; i++) {
            append(fixture, 84);
            (void)model_journal_pump(fixture->journal, 0);
            release_up_to(fixture, fixture->last > 12 ? fixture->last - 12 : 0);
        }
    }
    model_journal_check(fixture->journal);
    return model_journal_committed(fixture->journal);
}

static void loses_nothing_promised_whichever_call_fails(void **state)
{
    struct fixture *fixture = *state;
    static const int errors[] = {-EIO, -ENOSPC, -EINTR, -EAGAIN, -EDQUOT};
    bool did_fail = true;

    fixture->config.segment_size = 700;
    for (uint64_t k = 1; did_fail; k++) {
        for (size_t e = 0; e < 2 * sizeof(errors) / sizeof(errors[0]); e++) {
            fake_disk_clear_files(fixture->disk);
            fixture->disk->calls = 0;
            fixture->disk->fail_at = k;
            fixture->disk->fails_ever_after = e % 2 == 1;
            fixture->disk->fail_with = errors[e / 2];
            uint64_t committed = work(fixture);
            int error = model_journal_error(fixture->journal);
            did_fail = error != 0;
            assert_int_equal(error, did_fail ? errors[e / 2] : 0);
            close_journal(fixture);

            fixture->disk->fail_at = 0;
            open_journal(fixture);
            assert_true(model_journal_committed(fixture->journal) <= 30);
            assert_true(committed == 0 || fixture->last >= committed);
            close_journal(fixture);
        }
    }
}

static int create_fixture(void **state)
{
    struct fixture *fixture = sim_allocate(1, sizeof(*fixture));

    fixture->disk = fake_disk_create();
    fixture->files = fake_disk_files(fixture->disk);
    fixture->config =
        (struct model_journal_config){.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20};
    *state = fixture;
    return 0;
}

static int destroy_fixture(void **state)
{
    struct fixture *fixture = *state;

    model_journal_destroy(fixture->journal);
    fake_disk_destroy(fixture->disk);
    free(fixture);
    return 0;
}

#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, create_fixture, destroy_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(gives_positions_from_one),
        JOURNAL_TEST(commits_nothing_before_the_pump),
        JOURNAL_TEST(always_commits_with_the_sync_and_not_before),
        JOURNAL_TEST(none_commits_with_the_write_and_never_syncs),
        JOURNAL_TEST(interval_syncs_when_the_interval_is_over),
        JOURNAL_TEST(every_n_syncs_after_n_records),
        JOURNAL_TEST(shares_one_sync_among_what_arrives_during_another),
        JOURNAL_TEST(begins_a_segment_beyond_the_size),
        JOURNAL_TEST(removes_segments_that_are_released),
        JOURNAL_TEST(keeps_a_segment_with_one_needed_record),
        JOURNAL_TEST(keeps_a_segment_until_the_release_itself_is_synced),
        JOURNAL_TEST(removes_segments_though_it_never_syncs_otherwise),
        JOURNAL_TEST(carries_records_of_every_size),
        JOURNAL_TEST(pads_records_with_zeros),
        JOURNAL_TEST(carries_a_record_of_the_largest_size),
        JOURNAL_TEST(refuses_a_record_of_no_size_and_one_that_is_too_large),
        JOURNAL_TEST(makes_no_journal_that_can_not_be),
        JOURNAL_TEST(syncs_no_segment_that_is_on_disk),
        JOURNAL_TEST(fails_for_good_when_a_sync_fails),
        JOURNAL_TEST(loses_nothing_promised_whichever_call_fails),
    };

    return cmocka_run_group_tests_name("models/journal", tests, NULL, NULL);
}

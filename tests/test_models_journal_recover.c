/* Tests of models/journal_recover: what is read back from a journal that was cut off, flipped, torn
 * or never one. What each record holds is a function of its position, so a wrong one is seen. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/journal.h"
#include "models/journal_format.h"

#include "tests/fake_disk.h"

#define JOURNAL_SIZE 65536
#define RECORD_SIZE  128
#define RECORDS      2000

struct fixture {
    uint8_t records[RECORDS][RECORD_SIZE]; /* what is to be read, by position */
    struct fake_disk *disk;
    struct model_files files;
    struct model_journal_config config;
    uint64_t visited; /* by the last recovery */
    uint64_t refused; /* the position that the visitor refuses */
    struct model_journal_report report;
};

/* ---- records whose content follows from their position ---- */

static uint32_t size_of_record(uint64_t position)
{
    return 1 + (uint32_t)(position * 7919 % 120);
}

static void fill_records(struct fixture *fixture)
{
    for (uint64_t position = 0; position < RECORDS; position++) {
        for (uint64_t i = 0; i < RECORD_SIZE; i++) {
            fixture->records[position][i] = (uint8_t)(position * 31 + i * 7 + 1);
        }
    }
}

static bool visit(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct fixture *fixture = context;

    assert_true(position == fixture->visited + 1 && position < RECORDS);
    assert_true(size == size_of_record(position));
    assert_true(memcmp(record, fixture->records[position], size) == 0);
    fixture->visited = position;
    return position != fixture->refused;
}

/* Recovers in a new journal, which the caller destroys. */
static enum model_journal_status recover(struct fixture *fixture, model_journal **out_journal)
{
    fixture->visited = 0;
    *out_journal = model_journal_create(&fixture->config, &fixture->files);
    enum model_journal_status status =
        model_journal_recover(*out_journal, visit, fixture, &fixture->report);
    model_journal_check(*out_journal);
    assert_int_equal(fixture->report.records, fixture->visited);
    return status;
}

static enum model_journal_status try_recover(struct fixture *fixture)
{
    model_journal *journal;
    enum model_journal_status status = recover(fixture, &journal);

    model_journal_destroy(journal);
    return status;
}

/* Writes until the journal has this many bytes, in batches of 1 to 16 records. */
static uint64_t write_journal(struct fixture *fixture, uint64_t size)
{
    model_journal *journal;
    uint64_t position = 0;
    uint64_t bytes = 0;

    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_OK);
    const struct model_store *store = model_journal_store(journal);
    while (bytes < size) {
        uint64_t count = 1 + position % 16;
        for (uint64_t i = 0; i < count; i++) {
            uint32_t record_size = size_of_record(++position);
            bytes += model_journal_record_span(record_size);
            assert_int_equal(
                store->append(store->context, fixture->records[position], record_size), position);
        }
        assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
        bytes += MODEL_JOURNAL_RECORD_SIZE;
    }
    model_journal_destroy(journal);
    return position;
}

/* ---- cut off ---- */

/* Where each record of segment 0 ends. */
static uint64_t ends_of(const struct fixture *fixture, uint64_t *out_ends)
{
    const struct fake_file *file = &fixture->disk->files[0];
    uint64_t count = 0;

    for (uint64_t at = MODEL_JOURNAL_HEADER_SIZE; at < file->size;) {
        uint32_t size = model_get_u32(file->bytes + at + 4) & 0xffffff;
        at += model_journal_record_span(size);
        if (size > 0) {
            out_ends[count++] = at;
        }
    }
    return count;
}

static void recovers_exactly_the_complete_records_at_every_truncation(void **state)
{
    struct fixture *fixture = *state;
    static uint64_t ends[JOURNAL_SIZE / MODEL_JOURNAL_RECORD_SIZE];
    uint64_t complete = 0;

    uint64_t count = write_journal(fixture, JOURNAL_SIZE);
    assert_int_equal(ends_of(fixture, ends), count);
    uint64_t whole = fixture->disk->files[0].size;
    for (uint64_t size = 0; size <= whole; size++) {
        while (complete < count && ends[complete] <= size) {
            complete++;
        }
        fixture->disk->files[0].size = size;
        assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
        assert_int_equal(fixture->visited, complete);
        uint64_t kept = fixture->disk->files[0].exists ? fixture->disk->files[0].size : 0;
        assert_int_equal(fixture->report.torn_bytes, size - kept);
        if (!fixture->disk->files[0].exists) { /* shorter than a header: it is begun anew */
            assert_true(size < MODEL_JOURNAL_HEADER_SIZE);
            (void)write_journal(fixture, JOURNAL_SIZE);
        }
    }
    assert_int_equal(complete, count);
}

static void appends_where_it_was_cut(void **state)
{
    struct fixture *fixture = *state;
    model_journal *journal;

    (void)write_journal(fixture, 4000);
    fixture->disk->files[0].size -= 50;
    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_OK);
    const struct model_store *store = model_journal_store(journal);
    uint64_t last = fixture->visited;
    for (uint64_t position = last + 1; position < last + 20; position++) {
        const uint8_t *record = fixture->records[position];
        assert_int_equal(store->append(store->context, record, size_of_record(position)), position);
    }
    assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
    assert_int_equal(model_journal_committed(journal), last + 19);
    model_journal_destroy(journal);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->visited, last + 19);
    assert_int_equal(fixture->report.torn_bytes, 0);
}

static void makes_the_cut_last_before_it_writes_on(void **state)
{
    struct fixture *fixture = *state;
    model_journal *journal;

    fixture->config.sync = MODEL_SYNC_NONE;
    (void)write_journal(fixture, 4000);
    fixture->disk->files[0].size -= 50;
    fixture->disk->is_logging = true;
    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_OK);
    const struct model_store *store = model_journal_store(journal);
    store->append(store->context, "x", 1);
    assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->disk->log[0].change, FAKE_TRUNCATE);
    assert_int_equal(fixture->disk->log[1].change, FAKE_SYNC);
    assert_int_equal(fixture->disk->log[2].change, FAKE_WRITE);
    model_journal_destroy(journal);
}

/* ---- flipped ---- */

/* The position up to which the marks of segment 0 say that it was on disk. */
static uint64_t synced_by_marks(const struct fixture *fixture)
{
    const struct fake_file *file = &fixture->disk->files[0];
    uint64_t synced = 0;

    for (uint64_t at = MODEL_JOURNAL_HEADER_SIZE; at < file->size;) {
        uint32_t size = model_get_u32(file->bytes + at + 4) & 0xffffff;
        if (size == 0) {
            synced = model_get_u64(file->bytes + at + 8);
        }
        at += model_journal_record_span(size);
    }
    return synced;
}

/* What a recovery may do to the file is undone. */
static void flip_and_recover(struct fixture *fixture, uint64_t bit, uint64_t promised)
{
    struct fake_file *file = &fixture->disk->files[0];
    uint64_t size = file->size;

    file->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    enum model_journal_status status = try_recover(fixture);
    assert_true(status != MODEL_JOURNAL_OK || fixture->report.torn_bytes > 0);
    assert_true(status != MODEL_JOURNAL_OK || fixture->visited >= promised);
    assert_true(status != MODEL_JOURNAL_FAILED && status != MODEL_JOURNAL_REFUSED);
    file->size = size;
    file->bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

static void notices_every_flipped_bit(void **state)
{
    struct fixture *fixture = *state;

    uint64_t count = write_journal(fixture, JOURNAL_SIZE);
    uint64_t promised = synced_by_marks(fixture);
    assert_true(promised > 0 && promised < count);
    for (uint64_t bit = 0; bit < fixture->disk->files[0].size * 8; bit++) {
        flip_and_recover(fixture, bit, promised);
    }
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->visited, count);
}

static void names_the_place_of_the_damage(void **state)
{
    struct fixture *fixture = *state;
    static uint64_t ends[1000];

    fixture->config.segment_size = 4000;
    (void)write_journal(fixture, 16000);
    uint64_t records = ends_of(fixture, ends);
    assert_true(records > 10);
    fixture->disk->files[0].bytes[ends[5] + 20] ^= 1;
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->visited, 6);
    assert_int_equal(fixture->report.damaged_segment, 0);
    assert_int_equal(fixture->report.damaged_offset, ends[5]);
}

static void is_of_no_use_after_damage(void **state)
{
    struct fixture *fixture = *state;
    model_journal *journal;

    (void)write_journal(fixture, 4000);
    fixture->disk->files[0].bytes[100] ^= 1;
    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_DAMAGED);
    uint64_t calls = fixture->disk->calls;
    assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->disk->calls, calls);
    assert_int_equal(model_journal_error(journal), 0);
    model_journal_destroy(journal);
}

static void changes_nothing_when_it_finds_damage(void **state)
{
    struct fixture *fixture = *state;

    (void)write_journal(fixture, 4000);
    fixture->disk->files[0].bytes[100] ^= 1;
    fixture->disk->is_logging = true;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
        assert_int_equal(fixture->disk->log_count, 0);
    }
}

/* ---- torn ---- */

/* Sectors of a middle batch are zero, and a later mark says that it had been synced. */
static void calls_a_hole_damage_where_the_journal_had_been_on_disk(void **state)
{
    struct fixture *fixture = *state;

    (void)write_journal(fixture, 8000);
    memset(fixture->disk->files[0].bytes + 2048, 0, MODEL_JOURNAL_SECTOR);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_true(fixture->report.damaged_offset > 1800);
    assert_true(fixture->report.damaged_offset < 2048 + MODEL_JOURNAL_SECTOR);
}

/* The same hole where nothing had ever been synced is what a crash leaves. */
static void cuts_at_a_hole_where_nothing_had_been_synced(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.sync = MODEL_SYNC_NONE;
    uint64_t count = write_journal(fixture, 8000);
    memset(fixture->disk->files[0].bytes + 2048, 0, MODEL_JOURNAL_SECTOR);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_true(fixture->visited > 10 && fixture->visited < count / 2);
    assert_true(fixture->report.torn_bytes > 5000);
    uint64_t visited = fixture->visited;
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->visited, visited);
    assert_int_equal(fixture->report.torn_bytes, 0);
}

static void cuts_whole_segments_behind_a_hole(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.sync = MODEL_SYNC_NONE;
    fixture->config.segment_size = 2000;
    (void)write_journal(fixture, 16000);
    assert_true(fixture->disk->files[4].exists);
    fake_resize(&fixture->disk->files[2], 1000);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_true(fixture->disk->files[2].exists);
    assert_false(fixture->disk->files[3].exists);
    assert_false(fixture->disk->files[4].exists);
    assert_true(fixture->report.torn_bytes > 4000);
}

static void calls_a_missing_segment_damage(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 2000;
    (void)write_journal(fixture, 16000);
    fake_drop(&fixture->disk->files[2]);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->report.damaged_segment, 2);
}

static void calls_a_shortened_middle_segment_damage(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 2000;
    (void)write_journal(fixture, 16000);
    fake_resize(&fixture->disk->files[2], 1000);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->report.damaged_segment, 2);
}

static void calls_swapped_segments_damage(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 2000;
    (void)write_journal(fixture, 16000);
    struct fake_file swapped = fixture->disk->files[1];
    fixture->disk->files[1] = fixture->disk->files[2];
    fixture->disk->files[2] = swapped;
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->report.damaged_segment, 1);
}

static void begins_anew_where_only_an_empty_file_is_left(void **state)
{
    struct fixture *fixture = *state;

    fixture->disk->files[0].exists = true;
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->report.records, 0);
    assert_true(write_journal(fixture, 1000) > 0);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_true(fixture->report.records > 0);
}

static void calls_a_mark_that_promises_too_much_damage(void **state)
{
    struct fixture *fixture = *state;
    struct fake_file *file = &fixture->disk->files[0];
    uint8_t mark[MODEL_JOURNAL_RECORD_SIZE];

    uint64_t count = write_journal(fixture, 4000);
    model_journal_put_record(mark, count + 1, NULL, 0);
    fake_put(file, file->size, mark, sizeof(mark));
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->visited, count);
}

static void calls_a_record_in_the_wrong_place_damage(void **state)
{
    struct fixture *fixture = *state;
    struct fake_file *file = &fixture->disk->files[0];
    uint8_t record[MODEL_JOURNAL_RECORD_SIZE + RECORD_SIZE];

    uint64_t count = write_journal(fixture, 4000);
    uint64_t span = model_journal_record_span(size_of_record(1));
    memcpy(record, file->bytes + MODEL_JOURNAL_HEADER_SIZE, span);
    fake_put(file, file->size, record, span);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
    assert_int_equal(fixture->visited, count);
}

static void calls_renamed_segments_damage(void **state)
{
    struct fixture *fixture = *state;

    fixture->config.segment_size = 2000;
    (void)write_journal(fixture, 6000);
    for (uint32_t i = FAKE_FILES - 1; i > 0; i--) {
        fixture->disk->files[i] = fixture->disk->files[i - 1];
    }
    fixture->disk->files[0] = (struct fake_file){.exists = false};
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
}

/* A size that is not to be believed must not make the last record look torn. */
static void calls_a_flipped_size_damage_even_in_the_last_record(void **state)
{
    struct fixture *fixture = *state;
    static uint64_t ends[1000];

    (void)write_journal(fixture, 4000);
    uint64_t count = ends_of(fixture, ends);
    uint8_t *size = fixture->disk->files[0].bytes + ends[count - 2] + 4;
    for (uint32_t bit = 0; bit < 32; bit++) {
        size[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(try_recover(fixture), MODEL_JOURNAL_DAMAGED);
        size[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
}

static void fills_a_segment_of_which_only_the_header_is_left(void **state)
{
    struct fixture *fixture = *state;
    model_journal *journal;

    fixture->config.sync = MODEL_SYNC_NONE;
    fixture->config.segment_size = 60;
    (void)write_journal(fixture, 100);
    for (uint32_t i = 1; i < FAKE_FILES; i++) {
        fake_drop(&fixture->disk->files[i]);
    }
    fixture->disk->files[0].size = MODEL_JOURNAL_HEADER_SIZE;
    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_OK);
    const struct model_store *store = model_journal_store(journal);
    store->append(store->context, fixture->records[1], size_of_record(1));
    assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
    assert_false(fixture->disk->files[1].exists);
    model_journal_destroy(journal);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_OK);
    assert_int_equal(fixture->visited, 1);
}

/* ---- foreign ---- */

static void refuses_what_is_not_a_journal(void **state)
{
    struct fixture *fixture = *state;
    static const char text[] = "A letter to a friend, long enough to be taken for a header. Yours.";

    fixture->disk->files[0].exists = true;
    fake_put(&fixture->disk->files[0], 0, text, sizeof(text));
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_FOREIGN);
    assert_memory_equal(fixture->disk->files[0].bytes, text, sizeof(text));
}

static void tells_a_newer_version_and_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    (void)write_journal(fixture, 1000);
    uint8_t *header = fixture->disk->files[0].bytes;
    model_put_u32(header + 8, MODEL_JOURNAL_VERSION + 1);
    model_put_u32(header + 52, model_crc32c(0, header, 52));
    struct fake_file before = {.size = 0};
    fake_put(&before, 0, header, fixture->disk->files[0].size);
    assert_int_equal(try_recover(fixture), MODEL_JOURNAL_NEWER);
    assert_int_equal(fixture->visited, 0);
    assert_int_equal(fixture->disk->files[0].size, before.size);
    assert_memory_equal(fixture->disk->files[0].bytes, before.bytes, before.size);
    fake_drop(&before);
}

static void stops_where_the_visitor_refuses(void **state)
{
    struct fixture *fixture = *state;

    (void)write_journal(fixture, 4000);
    fixture->refused = 10;
    model_journal *journal = model_journal_create(&fixture->config, &fixture->files);
    fixture->visited = 0;
    assert_int_equal(
        model_journal_recover(journal, visit, fixture, &fixture->report), MODEL_JOURNAL_REFUSED);
    assert_int_equal(fixture->visited, 10);
    assert_int_equal(fixture->report.records, 9);
    model_journal_destroy(journal);
}

/* ---- what is known to be on disk ---- */

static void knows_what_was_synced_only_as_far_as_it_says(void **state)
{
    struct fixture *fixture = *state;
    model_journal *journal;

    uint64_t count = write_journal(fixture, 8000);
    uint64_t promised = synced_by_marks(fixture);
    assert_int_equal(recover(fixture, &journal), MODEL_JOURNAL_OK);
    assert_int_equal(model_journal_synced(journal), promised);
    assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
    assert_int_equal(model_journal_synced(journal), count);
    assert_int_equal(model_journal_committed(journal), count);
    model_journal_destroy(journal);
}

static int create_fixture(void **state)
{
    struct fixture *fixture = sim_allocate(1, sizeof(*fixture));

    fill_records(fixture);
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

    fake_disk_destroy(fixture->disk);
    free(fixture);
    return 0;
}

#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, create_fixture, destroy_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(recovers_exactly_the_complete_records_at_every_truncation),
        JOURNAL_TEST(appends_where_it_was_cut),
        JOURNAL_TEST(makes_the_cut_last_before_it_writes_on),
        JOURNAL_TEST(notices_every_flipped_bit),
        JOURNAL_TEST(names_the_place_of_the_damage),
        JOURNAL_TEST(is_of_no_use_after_damage),
        JOURNAL_TEST(changes_nothing_when_it_finds_damage),
        JOURNAL_TEST(calls_a_hole_damage_where_the_journal_had_been_on_disk),
        JOURNAL_TEST(cuts_at_a_hole_where_nothing_had_been_synced),
        JOURNAL_TEST(cuts_whole_segments_behind_a_hole),
        JOURNAL_TEST(calls_a_missing_segment_damage),
        JOURNAL_TEST(calls_a_shortened_middle_segment_damage),
        JOURNAL_TEST(calls_swapped_segments_damage),
        JOURNAL_TEST(begins_anew_where_only_an_empty_file_is_left),
        JOURNAL_TEST(calls_a_mark_that_promises_too_much_damage),
        JOURNAL_TEST(calls_a_record_in_the_wrong_place_damage),
        JOURNAL_TEST(calls_renamed_segments_damage),
        JOURNAL_TEST(calls_a_flipped_size_damage_even_in_the_last_record),
        JOURNAL_TEST(fills_a_segment_of_which_only_the_header_is_left),
        JOURNAL_TEST(refuses_what_is_not_a_journal),
        JOURNAL_TEST(tells_a_newer_version_and_changes_nothing),
        JOURNAL_TEST(stops_where_the_visitor_refuses),
        JOURNAL_TEST(knows_what_was_synced_only_as_far_as_it_says),
    };

    return cmocka_run_group_tests_name("models/journal_recover", tests, NULL, NULL);
}

/* Crash images of a journal: everything that a disk may hold after a crash, recovered.
 *
 * A run of the journal is logged as the changes that it asked of the disk. A change lasts for
 * certain when a sync of its file came after it; the others are pending, and a crash takes any
 * subset of them. Besides, one pending write may be torn at a sector: only its beginning, or only
 * its end, was kept. Each prefix of the log times each subset times each tear is an image. Equal
 * images are recovered once. From each, all that was synced must come back, as a run of records
 * without a gap, and nothing else; the recovery may itself be cut short; and a second life that
 * appends to what was recovered goes through the same images. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/index.h"
#include "models/journal.h"
#include "models/journal_format.h"

#include "tests/fake_disk.h"

#define CRASHES       2 /* of a recovery, one after the other */
#define RECORD_SIZE   128
#define PENDING_MAX   12
#define POSITIONS_MAX 1024

/* A life of the journal: what it was given, and what it asked of the disk. */
struct life {
    struct fake_disk *disk;
    uint64_t released[FAKE_LOG + 1]; /* up to where, before each entry of the log */
};

struct work {
    struct model_journal_config config;
    uint32_t batches;
    uint32_t batch_count; /* records in each */
    uint64_t keep;        /* releases all but so many records; 0: releases none */
};

/* A subset of pending changes. */
struct selection {
    const struct fake_entry *log;
    uint32_t count; /* of the prefix */
    uint32_t pending[PENDING_MAX];
    uint32_t pending_count;
    uint32_t subset;
    uint32_t torn; /* the write that is torn, an index of the log; UINT32_MAX: none */
    uint64_t tear_from;
    uint64_t tear_to; /* only the bytes of the file from .. to are kept of it */
};

struct explorer {
    struct work work;
    struct model_index seen;
    uint64_t images;
    uint64_t distinct;
    uint8_t life_of[POSITIONS_MAX]; /* in which life each record was appended */
    uint64_t first;
    uint64_t last;  /* visited by the last recovery */
    uint32_t depth; /* lives that may still follow */
};

/* ---- records ---- */

static uint32_t size_of_record(uint64_t position)
{
    return 40 + (uint32_t)(position * 37 % 80);
}

static void fill_record(uint8_t *record, uint64_t position, uint8_t life)
{
    for (uint64_t i = 0; i < RECORD_SIZE; i++) {
        record[i] = (uint8_t)(1 + (position * 31 + i * 7 + life * UINT64_C(101)) % 255);
    }
}

static bool visit(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct explorer *explorer = context;
    uint8_t expected[RECORD_SIZE];

    assert_true(position < POSITIONS_MAX);
    assert_true(explorer->last == 0 || position == explorer->last + 1);
    assert_true(size == size_of_record(position));
    fill_record(expected, position, explorer->life_of[position]);
    assert_memory_equal(record, expected, size);
    explorer->first = explorer->last == 0 ? position : explorer->first;
    explorer->last = position;
    return true;
}

static model_journal *recover(struct explorer *explorer, const struct model_files *files)
{
    struct model_journal_report report;
    model_journal *journal = model_journal_create(&explorer->work.config, files);

    explorer->first = 1;
    explorer->last = 0;
    assert_int_equal(model_journal_recover(journal, visit, explorer, &report), MODEL_JOURNAL_OK);
    model_journal_check(journal);
    return journal;
}

/* ---- a life ---- */

static void note_released(struct life *life, uint32_t from, uint64_t released)
{
    for (uint32_t i = from; i <= life->disk->log_count; i++) {
        life->released[i] = released;
    }
}

static void live(struct explorer *explorer, struct life *life, uint8_t number, uint64_t released)
{
    struct model_files files = fake_disk_files(life->disk);
    uint8_t record[RECORD_SIZE];

    life->disk->is_logging = true;
    model_journal *journal = recover(explorer, &files);
    const struct model_store *store = model_journal_store(journal);
    note_released(life, 0, released);
    for (uint32_t batch = 0; batch < explorer->work.batches; batch++) {
        uint64_t position = 0;
        uint32_t log_count = life->disk->log_count;
        for (uint32_t i = 0; i < explorer->work.batch_count; i++) {
            position = explorer->last + (uint64_t)batch * explorer->work.batch_count + i + 1;
            explorer->life_of[position] = number;
            fill_record(record, position, number);
            assert_int_equal(
                store->append(store->context, record, size_of_record(position)), position);
        }
        if (explorer->work.keep > 0 && position > explorer->work.keep) {
            uint64_t now = position - explorer->work.keep;
            released = now > released ? now : released;
            store->release(store->context, now);
        }
        assert_int_equal(model_journal_pump(journal, 0), MODEL_JOURNAL_OK);
        note_released(life, log_count, released);
    }
    model_journal_destroy(journal);
}

/* ---- what lasts ---- */

static bool is_synced(const struct fake_entry *log, uint32_t entry, uint32_t count)
{
    if (log[entry].change == FAKE_REMOVE || log[entry].change == FAKE_SYNC) {
        return true;
    }
    for (uint32_t i = entry + 1; i < count; i++) {
        if (log[i].change == FAKE_SYNC && log[i].file == log[entry].file) {
            return true;
        }
    }
    return false;
}

/* The positions of the records in a write: the lowest and one past the highest. */
static void positions_of(const struct fake_entry *entry, uint64_t *out_first, uint64_t *out_end)
{
    uint64_t at = entry->offset == 0 ? MODEL_JOURNAL_HEADER_SIZE : 0;

    *out_first = UINT64_MAX;
    *out_end = 0;
    while (at < entry->size) {
        uint32_t size = model_get_u32(entry->bytes + at + 4) & 0xffffff;
        uint64_t position = model_get_u64(entry->bytes + at + 8);
        if (size > 0) {
            *out_first = *out_first == UINT64_MAX ? position : *out_first;
            *out_end = position + 1;
        }
        at += model_journal_record_span(size);
    }
}

/* The last position before the first write that is pending. */
static uint64_t synced_position(const struct fake_entry *log, uint32_t count, uint64_t before)
{
    uint64_t synced = before;
    uint64_t first = 0;
    uint64_t end = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (log[i].change != FAKE_WRITE) {
            continue;
        }
        if (!is_synced(log, i, count)) {
            break;
        }
        positions_of(&log[i], &first, &end);
        synced = end - 1;
    }
    return synced;
}

/* ---- images ---- */

static bool is_selected(const struct selection *selection, uint32_t entry)
{
    for (uint32_t i = 0; i < selection->pending_count; i++) {
        if (selection->pending[i] == entry) {
            return (selection->subset >> i & 1) != 0;
        }
    }
    return true;
}

static void apply_write(
    struct fake_disk *disk, const struct selection *selection, const struct fake_entry *entry)
{
    uint64_t from = entry->offset;
    uint64_t to = entry->offset + entry->size;

    if (entry == &selection->log[selection->torn == UINT32_MAX ? 0 : selection->torn] &&
        selection->torn != UINT32_MAX) {
        from = selection->tear_from > from ? selection->tear_from : from;
        to = selection->tear_to < to ? selection->tear_to : to;
    }
    if (disk->files[entry->file].exists) {
        fake_put(&disk->files[entry->file], from, entry->bytes + (from - entry->offset), to - from);
    }
}

static void apply(struct fake_disk *disk, const struct selection *selection)
{
    for (uint32_t i = 0; i < selection->count; i++) {
        const struct fake_entry *entry = &selection->log[i];
        struct fake_file *file = &disk->files[entry->file];
        if (!is_selected(selection, i)) {
            continue;
        }
        switch (entry->change) {
        case FAKE_CREATE:
            fake_drop(file);
            file->exists = true;
            break;
        case FAKE_WRITE:
            apply_write(disk, selection, entry);
            break;
        case FAKE_TRUNCATE:
            fake_resize(file, entry->offset);
            break;
        case FAKE_REMOVE:
            fake_drop(file);
            break;
        case FAKE_SYNC:
            break;
        }
    }
}

static void copy_file(struct fake_file *to, const struct fake_file *from)
{
    fake_drop(to);
    to->exists = from->exists;
    if (from->size > 0) {
        fake_put(to, 0, from->bytes, from->size);
    }
}

static void copy_files(struct fake_disk *to, const struct fake_disk *from)
{
    for (uint32_t i = 0; i < FAKE_FILES; i++) {
        copy_file(&to->files[i], &from->files[i]);
    }
}

static uint64_t hash_of(const struct fake_disk *disk, uint64_t salt)
{
    uint32_t low = model_crc32c((uint32_t)salt, "low", 3);
    uint32_t high = model_crc32c((uint32_t)(salt >> 32), "high", 4);

    for (uint32_t i = 0; i < FAKE_FILES; i++) {
        const struct fake_file *file = &disk->files[i];
        if (file->exists) {
            uint64_t name[2] = {i, file->size};
            low = model_crc32c(low, name, sizeof(name));
            low = model_crc32c(low, file->bytes, file->size);
            high =
                model_crc32c_by_table(high, file->bytes, file->size) * UINT32_C(0x9e3779b1) + low;
        }
    }
    return (uint64_t)high << 32 | low;
}

/* ---- what must hold ---- */

struct promise {
    uint64_t synced;
    uint64_t released;
    uint64_t appended;
};

static void explore(
    struct explorer *explorer,
    const struct fake_disk *base,
    const struct life *life,
    uint64_t before);

/* Every prefix of what the recovery did to the disk is where it may have been cut short, and then
 * the one after it, as often as `crashes` says. */
static void recover_again(
    struct explorer *explorer,
    const struct fake_disk *image,
    const struct fake_disk *recovered,
    uint32_t crashes)
{
    uint64_t first = explorer->first;
    uint64_t last = explorer->last;

    for (uint32_t count = 0; count < recovered->log_count; count++) {
        struct fake_disk *cut = fake_disk_create();
        struct fake_disk *disk = fake_disk_create();
        struct selection selection = {.log = recovered->log, .count = count, .torn = UINT32_MAX};
        copy_files(cut, image);
        apply(cut, &selection);
        copy_files(disk, cut);
        disk->is_logging = true;
        struct model_files files = fake_disk_files(disk);
        model_journal_destroy(recover(explorer, &files));
        assert_int_equal(explorer->first, first);
        assert_int_equal(explorer->last, last);
        if (crashes > 1) {
            recover_again(explorer, cut, disk, crashes - 1);
        }
        fake_disk_destroy(disk);
        fake_disk_destroy(cut);
    }
}

static void live_on(struct explorer *explorer, const struct fake_disk *image, uint64_t released)
{
    struct life *life = sim_allocate(1, sizeof(*life));
    struct work work = explorer->work;
    uint8_t life_of[POSITIONS_MAX];

    memcpy(life_of, explorer->life_of, sizeof(life_of));
    life->disk = fake_disk_create();
    copy_files(life->disk, image);
    uint64_t before = explorer->last;
    explorer->work.batches = 2;
    explorer->depth--;
    live(explorer, life, (uint8_t)(explorer->depth + 1), released);
    explore(explorer, image, life, before);
    explorer->depth++;
    explorer->work = work;
    memcpy(explorer->life_of, life_of, sizeof(life_of));
    fake_disk_destroy(life->disk);
    free(life);
}

static void check_image(
    struct explorer *explorer, const struct fake_disk *image, const struct promise *promise)
{
    uint64_t hash =
        hash_of(image, promise->synced << 32 | promise->released << 8 | explorer->depth);
    uint32_t value = 0;

    explorer->images++;
    if (model_index_find(&explorer->seen, hash, &value)) {
        return;
    }
    model_index_insert(&explorer->seen, hash, 1);
    explorer->distinct++;

    struct fake_disk *disk = fake_disk_create();
    struct model_files files = fake_disk_files(disk);
    copy_files(disk, image);
    disk->is_logging = true;
    model_journal_destroy(recover(explorer, &files));
    assert_true(explorer->last >= promise->synced || promise->released >= promise->synced);
    assert_true(explorer->last <= promise->appended);
    assert_true(explorer->last == 0 || explorer->first <= promise->released + 1);
    recover_again(explorer, image, disk, CRASHES);
    if (explorer->depth > 0 && explorer->distinct % 8 == 0) {
        live_on(explorer, image, promise->released);
    }
    fake_disk_destroy(disk);
}

/* ---- every image ---- */

static void check_selection(
    struct explorer *explorer,
    const struct fake_disk *base,
    const struct selection *selection,
    const struct promise *promise)
{
    struct fake_disk *image = fake_disk_create();

    copy_files(image, base);
    apply(image, selection);
    check_image(explorer, image, promise);
    fake_disk_destroy(image);
}

static void tear_each_way(
    struct explorer *explorer,
    const struct fake_disk *base,
    struct selection *selection,
    const struct promise *promise)
{
    const struct fake_entry *entry = &selection->log[selection->torn];
    uint64_t sector = entry->offset / MODEL_JOURNAL_SECTOR * MODEL_JOURNAL_SECTOR;

    for (sector += MODEL_JOURNAL_SECTOR; sector < entry->offset + entry->size;
         sector += MODEL_JOURNAL_SECTOR) {
        selection->tear_from = 0;
        selection->tear_to = sector;
        check_selection(explorer, base, selection, promise);
        selection->tear_from = sector;
        selection->tear_to = UINT64_MAX;
        check_selection(explorer, base, selection, promise);
    }
}

static void check_subset(
    struct explorer *explorer,
    const struct fake_disk *base,
    struct selection *selection,
    const struct promise *promise)
{
    selection->torn = UINT32_MAX;
    check_selection(explorer, base, selection, promise);
    for (uint32_t i = 0; i < selection->pending_count; i++) {
        uint32_t entry = selection->pending[i];
        if ((selection->subset >> i & 1) != 0 && selection->log[entry].change == FAKE_WRITE) {
            selection->torn = entry;
            tear_each_way(explorer, base, selection, promise);
        }
    }
}

/* What is pending after the first entries of the log. */
static struct selection select_nothing(const struct fake_entry *log, uint32_t count)
{
    struct selection selection = {.log = log, .count = count};

    for (uint32_t i = 0; i < count; i++) {
        if (!is_synced(log, i, count)) {
            assert_true(selection.pending_count < PENDING_MAX);
            selection.pending[selection.pending_count++] = i;
        }
    }
    return selection;
}

/* Every image that a crash may leave of this life, which began on `base` with the records up to
 * `before`. */
static void explore(
    struct explorer *explorer,
    const struct fake_disk *base,
    const struct life *life,
    uint64_t before)
{
    const struct fake_entry *log = life->disk->log;
    struct promise promise = {.appended = 0};

    for (uint64_t position = 1; position < POSITIONS_MAX; position++) {
        promise.appended = explorer->life_of[position] != 0 ? position : promise.appended;
    }
    for (uint32_t count = 0; count <= life->disk->log_count; count++) {
        struct selection selection = select_nothing(log, count);
        promise.synced = synced_position(log, count, before);
        promise.released = life->released[count];
        for (; selection.subset < 1U << selection.pending_count; selection.subset++) {
            check_subset(explorer, base, &selection, &promise);
        }
    }
}

static void survive(const struct work *work)
{
    struct explorer *explorer = sim_allocate(1, sizeof(*explorer));
    struct life *life = sim_allocate(1, sizeof(*life));
    struct fake_disk *empty = fake_disk_create();

    explorer->work = *work;
    explorer->depth = 2;
    model_index_init(&explorer->seen);
    life->disk = fake_disk_create();
    live(explorer, life, 7, 0);
    explore(explorer, empty, life, 0);
    print_message(
        "%llu images, %llu of them distinct\n",
        (unsigned long long)explorer->images,
        (unsigned long long)explorer->distinct);
    model_index_finish(&explorer->seen);
    fake_disk_destroy(empty);
    fake_disk_destroy(life->disk);
    free(life);
    free(explorer);
}

/* ---- the works ---- */

static void survives_every_crash_when_it_always_syncs(void **state)
{
    (void)state;
    survive(&(struct work){
        .config = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 10000},
        .batches = 36,
        .batch_count = 20,
    });
}

static void survives_every_crash_while_it_drops_segments(void **state)
{
    (void)state;
    survive(&(struct work){
        .config = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 4000},
        .batches = 60,
        .batch_count = 12,
        .keep = 29,
    });
}

static void survives_every_crash_when_it_syncs_every_n(void **state)
{
    (void)state;
    survive(&(struct work){
        .config = {.sync = MODEL_SYNC_EVERY_N, .every_n = 50, .segment_size = 3000},
        .batches = 24,
        .batch_count = 10,
        .keep = 32,
    });
}

static void survives_every_crash_when_it_never_syncs(void **state)
{
    (void)state;
    survive(&(struct work){
        .config = {.sync = MODEL_SYNC_NONE, .segment_size = 3000},
        .batches = 9,
        .batch_count = 9,
    });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_every_crash_when_it_always_syncs),
        cmocka_unit_test(survives_every_crash_while_it_drops_segments),
        cmocka_unit_test(survives_every_crash_when_it_syncs_every_n),
        cmocka_unit_test(survives_every_crash_when_it_never_syncs),
    };

    return cmocka_run_group_tests_name("models/journal_crash", tests, NULL, NULL);
}

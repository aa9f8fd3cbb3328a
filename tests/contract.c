/* Rigs of the contract suite. */
/* SPDX-License-Identifier: MIT */
#include "tests/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/fake_disk.h"

#define SEGMENT_SIZE 4096

static void open_journal(struct contract_rig *rig)
{
    const struct model_journal_config config = {
        .sync = rig->sync, .interval = 1000, .every_n = 4, .segment_size = SEGMENT_SIZE};

    if (rig->disk == NULL) {
        return;
    }
    rig->disk->is_logging = true;
    rig->files = fake_disk_files(rig->disk);
    rig->journal = model_journal_create(&config, &rig->files);
}

void contract_open(
    struct contract_rig *rig,
    const struct contract_adapter *adapter,
    enum model_store_kind store,
    enum model_when_full when_full)
{
    *rig = (struct contract_rig){
        .adapter = adapter,
        .store = store,
        .when_full = when_full,
        .capacity = 8,
        .now = 1,
        .sync = MODEL_SYNC_ALWAYS,
        .disk = store == MODEL_STORE_JOURNAL ? fake_disk_create() : NULL,
    };
    open_journal(rig);
    adapter->open(rig);
    contract_pump(rig);
}

void contract_close(struct contract_rig *rig)
{
    rig->adapter->close(rig);
    model_journal_destroy(rig->journal);
    if (rig->disk != NULL) {
        fake_disk_destroy(rig->disk);
    }
    model_outbox_finish(&rig->outbox);
}

const struct model_store *contract_store(const struct contract_rig *rig)
{
    return rig->journal == NULL ? NULL : model_journal_store(rig->journal);
}

void contract_renew_journal(struct contract_rig *rig)
{
    model_journal_destroy(rig->journal);
    rig->journal = NULL;
    if (rig->disk != NULL) {
        fake_disk_destroy(rig->disk);
        rig->disk = fake_disk_create();
        open_journal(rig);
    }
}

void contract_replay(struct contract_rig *rig)
{
    struct model_journal_report report;

    if (rig->journal != NULL) {
        assert_int_equal(
            model_journal_recover(rig->journal, rig->adapter->replay, rig->queue, &report),
            MODEL_JOURNAL_OK);
    }
}

/* ---- words ---- */

static void note(struct contract_rig *rig, uint64_t answer)
{
    uint64_t words[1 + 2 * 64];
    uint32_t count = 0;

    words[count++] = answer;
    for (uint32_t i = 0; i < rig->outbox.count && i < 64; i++) {
        words[count++] = rig->outbox.notices[i].kind;
        words[count++] = rig->outbox.notices[i].id;
    }
    for (uint32_t i = 0; i < count; i++) {
        rig->digest = (rig->digest ^ words[i]) * UINT64_C(0x100000001b3); /* FNV-1a, by words */
    }
}

static void assert_law(const struct contract_rig *rig)
{
    uint64_t offered = 0;
    uint64_t sum = 1;

    rig->adapter->law(rig, &offered, &sum);
    assert_int_equal(offered, sum);
}

/* Adds what it causes to the outbox. */
static void pump(struct contract_rig *rig)
{
    if (rig->journal != NULL) {
        assert_int_equal(model_journal_pump(rig->journal, rig->now), MODEL_JOURNAL_OK);
        rig->adapter->committed(rig, model_journal_committed(rig->journal));
    }
}

static void begin_word(struct contract_rig *rig)
{
    if (rig->is_eager) { /* for what was done without a word */
        pump(rig);
    }
    model_outbox_clear(&rig->outbox);
}

static void end_word(struct contract_rig *rig, uint64_t answer)
{
    if (rig->is_eager) {
        pump(rig);
    }
    note(rig, answer);
    assert_law(rig);
}

enum contract_offer contract_offer_message(
    struct contract_rig *rig, const struct model_message *message)
{
    begin_word(rig);
    enum contract_offer answer = rig->adapter->offer(rig, message);
    end_word(rig, answer);
    return answer;
}

enum contract_offer contract_offer_key(struct contract_rig *rig, uint64_t id, uint64_t key)
{
    const struct model_message message = {.id = id, .key = key, .born = rig->now};

    return contract_offer_message(rig, &message);
}

uint64_t contract_take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt)
{
    struct contract_receipt receipt = {.words = {0}};

    begin_word(rig);
    uint64_t id = rig->adapter->take(rig, consumer, &receipt);
    if (out_receipt != NULL && id != 0) {
        *out_receipt = receipt;
    }
    end_word(rig, id);
    return id;
}

enum contract_done contract_done_with(
    struct contract_rig *rig, const struct contract_receipt *receipt)
{
    begin_word(rig);
    enum contract_done answer = rig->adapter->done(rig, receipt);
    end_word(rig, answer);
    return answer;
}

void contract_lose(struct contract_rig *rig, uint32_t consumer)
{
    begin_word(rig);
    rig->adapter->lose(rig, consumer);
    end_word(rig, consumer);
}

void contract_pump(struct contract_rig *rig)
{
    model_outbox_clear(&rig->outbox);
    pump(rig);
    note(rig, 0);
    assert_law(rig);
}

bool contract_was_told(const struct contract_rig *rig, enum model_notice_kind kind, uint64_t id)
{
    for (uint32_t i = 0; i < rig->outbox.count; i++) {
        if (rig->outbox.notices[i].kind == kind && rig->outbox.notices[i].id == id) {
            return true;
        }
    }
    return false;
}

/* ---- crashes ---- */

static bool is_durable(const struct fake_disk *disk, uint32_t entry)
{
    if (disk->log[entry].change == FAKE_REMOVE) {
        return true;
    }
    for (uint32_t i = entry + 1; i < disk->log_count; i++) {
        if (disk->log[i].change == FAKE_SYNC && disk->log[i].file == disk->log[entry].file) {
            return true;
        }
    }
    return false;
}

static void apply(struct fake_disk *disk, const struct fake_entry *entry)
{
    struct fake_file *file = &disk->files[entry->file];

    switch (entry->change) {
    case FAKE_CREATE:
        file->exists = true;
        break;
    case FAKE_WRITE:
        fake_put(file, entry->offset, entry->bytes, entry->size);
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

static struct fake_disk *after_power_loss(const struct fake_disk *disk)
{
    struct fake_disk *after = fake_disk_create();

    for (uint32_t i = 0; i < disk->log_count; i++) {
        if (is_durable(disk, i)) {
            apply(after, &disk->log[i]);
        }
    }
    return after;
}

void contract_crash(struct contract_rig *rig)
{
    rig->adapter->close(rig);
    model_journal_destroy(rig->journal);
    rig->journal = NULL;
    if (rig->disk != NULL) {
        struct fake_disk *after = after_power_loss(rig->disk);
        fake_disk_destroy(rig->disk);
        rig->disk = after;
        open_journal(rig);
    }
    rig->adapter->open(rig);
    contract_pump(rig);
    assert_law(rig);
}

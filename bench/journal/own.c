/* models/journal on real files, and the bare loop that it is held against. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/file_posix.h"
#include "models/journal.h"

#include "bench/journal/stores.h"
#include "bench/measure.h"

#define SEGMENT_SIZE (UINT64_C(64) << 20)
#define PLAIN_SIZE   (UINT64_C(8) << 20) /* then it begins anew */
#define BATCH_MAX    1000

void bench_store_require(bool is_good, const char *what)
{
    if (!is_good) {
        (void)fprintf(stderr, "bench_journal: %s failed\n", what);
        exit(EXIT_FAILURE);
    }
}

void bench_store_fill(unsigned char *record, uint64_t number)
{
    memset(record, (int)(number % 255) + 1, RECORD_SIZE);
    memcpy(record, &number, sizeof(number));
}

/* ---- the bare loop ---- */

struct plain {
    int descriptor;
    uint64_t offset;
    uint64_t size; /* 0: it grows */
    unsigned char batch[BATCH_MAX * RECORD_SIZE];
};

static struct plain *open_plain(const char *directory)
{
    struct plain *plain = calloc(1, sizeof(*plain));
    char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof(path), "%s/plain", directory);
    plain->descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    bench_store_require(plain->descriptor >= 0, "open");
    return plain;
}

static void *plain_open_growing(const char *directory)
{
    return open_plain(directory);
}

static void *plain_open_filled(const char *directory)
{
    struct plain *plain = open_plain(directory);

    plain->size = PLAIN_SIZE;
    for (uint64_t at = 0; at < PLAIN_SIZE; at += sizeof(plain->batch)) {
        ssize_t written = pwrite(plain->descriptor, plain->batch, sizeof(plain->batch), (off_t)at);
        bench_store_require(written == (ssize_t)sizeof(plain->batch), "pwrite");
    }
    bench_store_require(fsync(plain->descriptor) == 0, "fsync");
    return plain;
}

static void plain_append(void *store, uint64_t first, uint32_t count)
{
    struct plain *plain = store;
    size_t size = (size_t)count * RECORD_SIZE;

    for (uint32_t i = 0; i < count; i++) {
        bench_store_fill(plain->batch + (size_t)i * RECORD_SIZE, first + i);
    }
    if (plain->size > 0 && plain->offset + size > plain->size) {
        plain->offset = 0;
    }
    ssize_t written = pwrite(plain->descriptor, plain->batch, size, (off_t)plain->offset);
    bench_store_require(written == (ssize_t)size, "pwrite");
    bench_store_require(fdatasync(plain->descriptor) == 0, "fdatasync");
    plain->offset += size;
}

static void plain_close(void *store)
{
    struct plain *plain = store;

    (void)close(plain->descriptor);
    free(plain);
}

/* ---- the journal ---- */

struct own {
    model_file_posix *disk;
    struct model_files files;
    model_journal *journal;
};

static bool visit_nothing(void *context, uint64_t position, const void *record, uint32_t size)
{
    uint64_t *sum = context;
    uint64_t number;

    memcpy(&number, record, sizeof(number));
    *sum += number + position + size;
    return true;
}

static struct own *open_own(
    const char *directory, enum model_sync sync, struct model_journal_report *out_report)
{
    const struct model_journal_config config = {
        .sync = sync, .interval = 5 * SIM_SECOND, .segment_size = SEGMENT_SIZE};
    struct own *own = calloc(1, sizeof(*own));
    uint64_t sum = 0;
    int error;

    own->disk = model_file_posix_create(directory, &error);
    bench_store_require(own->disk != NULL, "opening the directory of a journal");
    own->files = model_file_posix_files(own->disk);
    own->journal = model_journal_create(&config, &own->files);
    enum model_journal_status status =
        model_journal_recover(own->journal, visit_nothing, &sum, out_report);
    bench_store_require(status == MODEL_JOURNAL_OK, "recovery");
    return own;
}

static void *own_open(const char *directory)
{
    struct model_journal_report report;

    return open_own(directory, MODEL_SYNC_ALWAYS, &report);
}

static void *own_open_later(const char *directory)
{
    struct model_journal_report report;

    return open_own(directory, MODEL_SYNC_INTERVAL, &report);
}

static void *own_open_unsynced(const char *directory)
{
    struct model_journal_report report;

    return open_own(directory, MODEL_SYNC_NONE, &report);
}

static sim_time clock_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SIM_SECOND + now.tv_nsec;
}

static void own_append(void *store, uint64_t first, uint32_t count)
{
    struct own *own = store;
    const struct model_store *records = model_journal_store(own->journal);
    unsigned char record[RECORD_SIZE];
    uint64_t position = 0;

    for (uint32_t i = 0; i < count; i++) {
        bench_store_fill(record, first + i);
        position = records->append(records->context, record, RECORD_SIZE);
    }
    enum model_journal_status status = model_journal_pump(own->journal, clock_now());
    bench_store_require(status == MODEL_JOURNAL_OK, "the journal's pump");
    bench_store_require(model_journal_committed(own->journal) == position, "the journal's commit");
}

static void own_close(void *store)
{
    struct own *own = store;

    model_journal_destroy(own->journal);
    model_file_posix_destroy(own->disk);
    free(own);
}

/* ---- recovery ---- */

static double resident_mib(void)
{
    unsigned long long size = 0;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    bench_store_require(file != NULL, "opening /proc/self/statm");
    int count = fscanf(file, "%llu %llu", &size, &resident); /* NOLINT(cert-err34-c) */
    bench_store_require(count == 2, "reading /proc/self/statm");
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

struct bench_recovery bench_store_recover(const char *directory, uint64_t mib)
{
    struct own *own = own_open_unsynced(directory);
    uint64_t count = (mib << 20) / (RECORD_SIZE + 20); /* with its frame and its padding */
    struct model_journal_report report;

    for (uint64_t first = 0; first < count; first += BATCH_MAX) {
        own_append(own, first, BATCH_MAX);
    }
    own_close(own);
    double before = resident_mib();
    double begin = bench_now_ns();
    own = open_own(directory, MODEL_SYNC_NONE, &report);
    double spent = (bench_now_ns() - begin) / 1e9;
    double after = resident_mib();
    own_close(own);
    bench_store_require(report.records >= count && report.torn_bytes == 0, "the whole recovery");
    return (struct bench_recovery){
        .records_per_s = (double)report.records / spent,
        .mib_per_s = (double)report.bytes / (1 << 20) / spent,
        .memory_mib = after - before,
    };
}

const struct bench_store bench_store_plain = {
    "write + fdatasync", plain_open_filled, plain_append, plain_close};
const struct bench_store bench_store_growing = {
    "the same, growing", plain_open_growing, plain_append, plain_close};
const struct bench_store bench_store_journal = {"journal", own_open, own_append, own_close};
const struct bench_store bench_store_later = {"journal", own_open_later, own_append, own_close};
const struct bench_store bench_store_unsynced = {
    "journal, not synced", own_open_unsynced, own_append, own_close};

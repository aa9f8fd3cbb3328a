/* bench/journal/stores.h - what the measured stores have in common: records of 100 bytes, appended
 * in batches, each batch promised before the next begins. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_JOURNAL_STORES_H
#define BENCH_JOURNAL_STORES_H

#include <stdbool.h>
#include <stdint.h>

#define RECORD_SIZE 100

struct bench_store {
    const char *name;

    /* Opens an empty store in the directory, which is empty too. NULL: it cannot be had here. */
    void *(*open)(const char *directory);

    /* Appends `count` records that begin with their numbers, `first` and on; they are promised. */
    void (*append)(void *store, uint64_t first, uint32_t count);
    void (*close)(void *store);
};

extern const struct bench_store bench_store_plain;    /* write and fdatasync, filled with zeros */
extern const struct bench_store bench_store_growing;  /* the same, on a file that grows */
extern const struct bench_store bench_store_journal;  /* models/journal, sync always */
extern const struct bench_store bench_store_later;    /* models/journal, sync every 5 s */
extern const struct bench_store bench_store_unsynced; /* models/journal, sync none */
extern const struct bench_store bench_store_sqlite;   /* WAL, synchronous = FULL */
extern const struct bench_store bench_store_sqlite_normal;
extern const struct bench_store bench_store_lmdb;
extern const struct bench_store bench_store_redis; /* a stream, appendfsync always */

/* What came of reading a journal back. */
struct bench_recovery {
    double records_per_s;
    double mib_per_s;
    double memory_mib; /* by how much the process grew meanwhile */
};

/* Writes a journal of so many MiB into the directory, and recovers it. */
struct bench_recovery bench_store_recover(const char *directory, uint64_t mib);

/* Stops the program with a message when something that must be true is not. */
void bench_store_require(bool is_good, const char *what);

/* Fills one record: its number, and bytes that are not zero. */
void bench_store_fill(unsigned char *record, uint64_t number);

#endif

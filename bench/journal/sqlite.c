/* SQLite in WAL mode: one transaction a batch (Debian: libsqlite3-dev). */
/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/journal/stores.h"

struct opened {
    sqlite3 *database;
    sqlite3_stmt *insert;
};

static void execute(sqlite3 *database, const char *sql)
{
    bench_store_require(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static void *open_with(const char *directory, const char *synchronous)
{
    struct opened *opened = calloc(1, sizeof(*opened));
    char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof(path), "%s/sqlite", directory);
    bench_store_require(sqlite3_open(path, &opened->database) == SQLITE_OK, "sqlite3_open");
    execute(opened->database, "PRAGMA journal_mode = WAL");
    execute(opened->database, synchronous);
    execute(opened->database, "CREATE TABLE messages (id INTEGER PRIMARY KEY, record BLOB)");
    int result = sqlite3_prepare_v2(
        opened->database, "INSERT INTO messages VALUES (?, ?)", -1, &opened->insert, NULL);
    bench_store_require(result == SQLITE_OK, "sqlite3_prepare_v2");
    return opened;
}

static void *open_full(const char *directory)
{
    return open_with(directory, "PRAGMA synchronous = FULL");
}

static void *open_normal(const char *directory)
{
    return open_with(directory, "PRAGMA synchronous = NORMAL");
}

static void append(void *store, uint64_t first, uint32_t count)
{
    struct opened *opened = store;
    unsigned char record[RECORD_SIZE];

    execute(opened->database, "BEGIN");
    for (uint32_t i = 0; i < count; i++) {
        bench_store_fill(record, first + i);
        (void)sqlite3_bind_int64(opened->insert, 1, (sqlite3_int64)first + i);
        (void)sqlite3_bind_blob(opened->insert, 2, record, RECORD_SIZE, SQLITE_STATIC);
        bench_store_require(sqlite3_step(opened->insert) == SQLITE_DONE, "sqlite3_step");
        (void)sqlite3_reset(opened->insert);
    }
    execute(opened->database, "COMMIT");
}

static void close_store(void *store)
{
    struct opened *opened = store;

    (void)sqlite3_finalize(opened->insert);
    (void)sqlite3_close(opened->database);
    free(opened);
}

const struct bench_store bench_store_sqlite = {"SQLite WAL FULL", open_full, append, close_store};
const struct bench_store bench_store_sqlite_normal = {
    "SQLite WAL NORMAL", open_normal, append, close_store};

/* LMDB: one transaction a batch, appended in the order of keys (Debian: liblmdb-dev). */
/* SPDX-License-Identifier: MIT */
#include <lmdb.h>
#include <stdlib.h>

#include "bench/journal/stores.h"

#define MAP_SIZE (UINT64_C(4) << 30)

struct opened {
    MDB_env *environment;
    MDB_dbi database;
};

static void require(int result, const char *what)
{
    bench_store_require(result == 0, what);
}

static void *open_store(const char *directory)
{
    struct opened *opened = calloc(1, sizeof(*opened));
    MDB_txn *transaction;

    require(mdb_env_create(&opened->environment), "mdb_env_create");
    require(mdb_env_set_mapsize(opened->environment, MAP_SIZE), "mdb_env_set_mapsize");
    require(mdb_env_open(opened->environment, directory, 0, 0600), "mdb_env_open");
    require(mdb_txn_begin(opened->environment, NULL, 0, &transaction), "mdb_txn_begin");
    require(mdb_dbi_open(transaction, NULL, MDB_INTEGERKEY, &opened->database), "mdb_dbi_open");
    require(mdb_txn_commit(transaction), "mdb_txn_commit");
    return opened;
}

static void append(void *store, uint64_t first, uint32_t count)
{
    struct opened *opened = store;
    MDB_txn *transaction;
    unsigned char record[RECORD_SIZE];

    require(mdb_txn_begin(opened->environment, NULL, 0, &transaction), "mdb_txn_begin");
    for (uint32_t i = 0; i < count; i++) {
        uint64_t number = first + i;
        MDB_val key = {sizeof(number), &number};
        MDB_val value = {RECORD_SIZE, record};
        bench_store_fill(record, number);
        require(mdb_put(transaction, opened->database, &key, &value, MDB_APPEND), "mdb_put");
    }
    require(mdb_txn_commit(transaction), "mdb_txn_commit");
}

static void close_store(void *store)
{
    struct opened *opened = store;

    mdb_env_close(opened->environment);
    free(opened);
}

const struct bench_store bench_store_lmdb = {"LMDB", open_store, append, close_store};

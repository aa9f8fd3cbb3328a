/* models/journal beside a bare write + fdatasync loop and beside the stores that people would pick:
 * records of 100 bytes, each batch promised before the next begins; then its speed without syncs,
 * and of its recovery.
 *
 * All take turns of a fraction of a second, so that a change in the disk's speed hits all alike;
 * figures are medians. What is not installed is left out, and named. Everything is written into a
 * new directory in DIRECTORY, which is removed. Usage: bench_journal [DIRECTORY [MIB]]: MIB to be
 * recovered. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* syncfs */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/journal/stores.h"
#include "bench/measure.h"

#define TURN_COUNT     5
#define TURN_NS        2e8
#define BATCH_COUNT    3
#define APPEND_COUNT   2000000
#define APPEND_BATCH   1000
#define FIGURES_MAX    24
#define DIRECTORY_SIZE (PATH_MAX + 32)
#define NAME_SIZE      64
#define UNSYNCED_BAR   100.0 /* ns a record: 10 million a second */
#define RECOVERED_BAR  50.0  /* 20 million a second */

static const uint32_t batches[BATCH_COUNT] = {1, 100, 1000};

#define STORES_MAX 7

/* Those that make the same promise. Ours comes first, then, if there is one, the bare loop, then
 * the peers. */
struct group {
    const char *name;
    const struct bench_store *stores[STORES_MAX]; /* up to the first NULL */
    uint32_t peers_first;
    bool has_loop;
};

static const struct group groups[] = {
    {
        "on disk before the next batch",
        {
            &bench_store_journal,
            &bench_store_plain,
            &bench_store_growing,
#ifdef HAS_SQLITE
            &bench_store_sqlite,
#endif
#ifdef HAS_LMDB
            &bench_store_lmdb,
#endif
#ifdef HAS_REDIS
            &bench_store_redis,
#endif
        },
        3,
        true,
    },
    {
        "written before the next batch, on disk later",
        {
            &bench_store_later,
#ifdef HAS_SQLITE
            &bench_store_sqlite_normal,
#endif
        },
        1,
        false,
    },
};

#define GROUP_COUNT (sizeof(groups) / sizeof(*groups))

static double wall_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void say_who_is_absent(void)
{
#ifndef HAS_SQLITE
    (void)printf("left out: apt-get install libsqlite3-dev\n");
#endif
#ifndef HAS_LMDB
    (void)printf("left out: apt-get install liblmdb-dev\n");
#endif
#ifndef HAS_REDIS
    (void)printf("left out: apt-get install redis-server libhiredis-dev\n");
#endif
}

/* ---- directories ---- */

/* Removes the directory and all that is in it: what the stores call their files is their affair. */
static void remove_directory(const char *directory)
{
    pid_t child = fork();

    if (child == 0) {
        (void)execlp("rm", "rm", "-rf", "--", directory, (char *)NULL);
        _exit(EXIT_FAILURE);
    }
    (void)waitpid(child, NULL, 0);
}

static void make_directory(char *directory, const char *parent)
{
    (void)snprintf(directory, DIRECTORY_SIZE, "%s/bench-journal.XXXXXX", parent);
    if (mkdtemp(directory) == NULL) {
        (void)fprintf(
            stderr,
            "bench_journal: cannot write to %s: %s; name a directory on the disk to be measured\n",
            parent,
            strerror(errno));
        exit(EXIT_FAILURE);
    }
}

/* What others have written or removed is not to be waited for in this one's turn. */
static void settle_disk(const char *directory)
{
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    bench_store_require(descriptor >= 0 && syncfs(descriptor) == 0, "syncfs");
    (void)close(descriptor);
}

/* ---- one store ---- */

/* ns a record, in batches, for TURN_NS; 0: the store cannot be had. */
static double measure_store(const struct bench_store *store, uint32_t batch, const char *parent)
{
    char directory[DIRECTORY_SIZE];
    uint64_t count = 0;
    double spent = 0;

    make_directory(directory, parent);
    void *opened = store->open(directory);
    if (opened != NULL) {
        settle_disk(directory);
        store->append(opened, count, batch);
        count += batch;
        double begin = wall_ns();
        while (spent < TURN_NS) {
            store->append(opened, count, batch);
            count += batch;
            spent = wall_ns() - begin;
        }
        store->close(opened);
    }
    remove_directory(directory);
    return opened == NULL ? 0 : spent / (double)(count - batch);
}

/* ---- all stores at one size of batch ---- */

struct table {
    struct bench_figure figures[FIGURES_MAX];
    char names[FIGURES_MAX][NAME_SIZE];
    size_t count;
};

static struct bench_figure *add_figure(struct table *table, const char *name, uint32_t batch)
{
    struct bench_figure *figure = &table->figures[table->count];
    char *label = table->names[table->count];

    bench_store_require(table->count < FIGURES_MAX, "room in the table");
    (void)snprintf(label, NAME_SIZE, "%s, batches of %u", name, batch);
    *figure = (struct bench_figure){.name = label, .unit = "ns"};
    table->count++;
    return figure;
}

static double median_of(const double *turns)
{
    double values[TURN_COUNT];

    memcpy(values, turns, sizeof(values));
    return bench_median(values, TURN_COUNT);
}

static double median_ratio(const double *ours, const double *others)
{
    double ratios[TURN_COUNT];

    for (uint32_t turn = 0; turn < TURN_COUNT; turn++) {
        ratios[turn] = ours[turn] / others[turn];
    }
    return bench_median(ratios, TURN_COUNT);
}

static uint32_t best_peer(const struct group *group, double spent[STORES_MAX][TURN_COUNT])
{
    uint32_t best = 0;

    for (uint32_t i = group->peers_first; i < STORES_MAX && group->stores[i] != NULL; i++) {
        double median = median_of(spent[i]);
        if (median > 0 && (best == 0 || median < median_of(spent[best]))) {
            best = i;
        }
    }
    return best;
}

static void print_group(
    const struct group *group, uint32_t batch, double spent[STORES_MAX][TURN_COUNT])
{
    (void)printf("%s, batches of %u\n", group->name, batch);
    for (uint32_t i = 0; i < STORES_MAX && group->stores[i] != NULL; i++) {
        double ns = median_of(spent[i]);
        if (ns > 0) {
            (void)printf(
                "  %-22s %12.0f ns a record %10.0f records/s\n",
                group->stores[i]->name,
                ns,
                1e9 / ns);
        } else {
            (void)printf("  %-22s could not be started\n", group->stores[i]->name);
        }
    }
    (void)fflush(stdout);
}

/* What the table says of ours beside store `other`, which is there. */
static void compare(
    struct table *table,
    const struct bench_store *const *pair,
    uint32_t batch,
    const double *ours,
    const double *others)
{
    struct bench_figure *figure = add_figure(table, pair[0]->name, batch);

    figure->value = median_of(ours);
    figure->ratio = median_ratio(ours, others);
    figure->yardstick = pair[1]->name;
    figure->bar_kind = BENCH_BAR_RATIO;
    figure->bar = pair[1] == &bench_store_plain ? 1.1 : 1;
}

static void measure_batch(
    struct table *table, const struct group *group, uint32_t batch, const char *parent)
{
    double spent[STORES_MAX][TURN_COUNT] = {{0}};

    for (uint32_t turn = 0; turn < TURN_COUNT; turn++) {
        for (uint32_t i = 0; i < STORES_MAX && group->stores[i] != NULL; i++) {
            spent[i][turn] = measure_store(group->stores[i], batch, parent);
        }
    }
    print_group(group, batch, spent);
    uint32_t best = best_peer(group, spent);
    if (group->has_loop) {
        compare(table, group->stores, batch, spent[0], spent[1]);
    }
    if (best > 0) {
        const struct bench_store *pair[] = {group->stores[0], group->stores[best]};
        compare(table, pair, batch, spent[0], spent[best]);
    }
}

/* ---- without syncs, and back ---- */

/* ns of processor time a record: the disk is not waited for. */
static double measure_appends(const char *parent)
{
    const struct bench_store *store = &bench_store_unsynced;
    char directory[DIRECTORY_SIZE];

    make_directory(directory, parent);
    void *opened = store->open(directory);
    bench_store_require(opened != NULL, "opening a journal");
    double begin = bench_now_ns();
    for (uint64_t count = 0; count < APPEND_COUNT; count += APPEND_BATCH) {
        store->append(opened, count, APPEND_BATCH);
    }
    double spent = bench_now_ns() - begin;
    store->close(opened);
    remove_directory(directory);
    return spent / APPEND_COUNT;
}

static void measure_unsynced(struct table *table, const char *parent)
{
    double turns[TURN_COUNT];

    for (uint32_t turn = 0; turn < TURN_COUNT; turn++) {
        turns[turn] = measure_appends(parent);
    }
    struct bench_figure *figure = add_figure(table, "not synced", 1000);
    figure->value = bench_median(turns, TURN_COUNT);
    figure->bar_kind = BENCH_BAR_VALUE;
    figure->bar = UNSYNCED_BAR;
}

static void measure_recovery(struct table *table, const char *parent, uint64_t mib)
{
    char directory[DIRECTORY_SIZE];

    make_directory(directory, parent);
    struct bench_recovery recovery = bench_store_recover(directory, mib);
    remove_directory(directory);
    (void)printf(
        "recovery of %llu MiB: %.0f MiB/s, %.1f million records/s, %.1f MiB more memory\n",
        (unsigned long long)mib,
        recovery.mib_per_s,
        recovery.records_per_s / 1e6,
        recovery.memory_mib);
    table->figures[table->count++] = (struct bench_figure){
        .name = "recovery, a record",
        .value = 1e9 / recovery.records_per_s,
        .unit = "ns",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = RECOVERED_BAR,
    };
    table->figures[table->count++] = (struct bench_figure){
        .name = "recovery, a MiB",
        .value = 1e3 / recovery.mib_per_s,
        .unit = "ms",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = 10,
    };
    table->figures[table->count++] = (struct bench_figure){
        .name = "recovery, more memory",
        .value = recovery.memory_mib,
        .unit = "MiB",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = 4,
    };
}

int main(int argc, char **argv)
{
    char parent[PATH_MAX];
    uint64_t mib = argc > 2 ? strtoull(argv[2], NULL, 10) : 1024;
    struct table table = {.count = 0};

    if (realpath(argc > 1 ? argv[1] : ".", parent) == NULL) {
        (void)fprintf(
            stderr, "bench_journal: %s: %s; name a directory\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    say_who_is_absent();
    for (size_t i = 0; i < GROUP_COUNT * BATCH_COUNT; i++) {
        measure_batch(&table, &groups[i / BATCH_COUNT], batches[i % BATCH_COUNT], parent);
    }
    measure_unsynced(&table, parent);
    measure_recovery(&table, parent, mib);
    (void)printf("\n");
    bench_print_figures(table.figures, table.count);
    return EXIT_SUCCESS;
}

/* Tests of world/disk: how long I/O takes, and what a crash leaves. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "world/disk.h"

#include "tests/world_fixture.h"

#define SECTOR 512

/* A disk whose writes take 1 ms and 1 us a byte, and whose syncs take 10 ms. */
struct rig {
    struct world *world;
    world_disk *disk;
    world_volume *volume;
    struct model_files files;
    uint32_t done_count;
    sim_time done_last;
};

static void note_done(void *context, int result)
{
    struct rig *rig = context;

    assert_int_equal(result, 0);
    rig->done_count++;
    rig->done_last = rig->world->run.now;
}

static void run(struct rig *rig, sim_time duration)
{
    (void)world_run(rig->world, rig->world->run.now + duration, UINT64_MAX);
}

static uint64_t size_of(const struct rig *rig, uint64_t file)
{
    uint64_t size;

    assert_int_equal(rig->files.ops->size(rig->files.context, file, &size), 0);
    return size;
}

/* Appends bytes, and waits for the end of the write. */
static void append(struct rig *rig, uint64_t file, const void *bytes, uint64_t size)
{
    int result = rig->files.ops->write(rig->files.context, file, size_of(rig, file), bytes, size);

    assert_int_equal(result, MODEL_FILE_PENDING);
    run(rig, SIM_SECOND);
}

static void sync_file(struct rig *rig, uint64_t file)
{
    assert_int_equal(rig->files.ops->sync(rig->files.context, file), MODEL_FILE_PENDING);
    run(rig, SIM_SECOND);
}

static void create_file(struct rig *rig, uint64_t file)
{
    assert_int_equal(rig->files.ops->create(rig->files.context, file), 0);
}

static void assert_holds(const struct rig *rig, uint64_t file, const void *bytes, uint64_t size)
{
    g_autofree uint8_t *found = g_malloc(size + 1);

    assert_int_equal(size_of(rig, file), size);
    assert_int_equal(rig->files.ops->read(rig->files.context, file, 0, found, size), 0);
    assert_memory_equal(found, bytes, size);
}

/* ---- time ---- */

static void a_write_takes_its_time_and_that_of_its_bytes(void **state)
{
    struct rig *rig = *state;

    create_file(rig, 0);
    append(rig, 0, "four", 4);
    assert_int_equal(rig->done_count, 1);
    assert_int_equal(rig->done_last, SIM_MILLISECOND + 4 * SIM_MICROSECOND);
    assert_int_equal(fixture_counter(rig->world, "here/disk/written"), 4);
    sync_file(rig, 0);
    assert_int_equal(rig->done_count, 2);
    assert_int_equal(rig->done_last, SIM_SECOND + 10 * SIM_MILLISECOND);
    assert_int_equal(fixture_counter(rig->world, "here/disk/syncs"), 1);
}

static void serves_one_io_at_a_time(void **state)
{
    struct rig *rig = *state;
    world_volume *second = world_disk_volume(rig->disk, "second");
    struct model_files files = world_volume_files(second);

    world_volume_on_done(second, note_done, rig);
    create_file(rig, 0);
    assert_int_equal(files.ops->create(files.context, 0), 0);
    assert_int_equal(rig->files.ops->sync(rig->files.context, 0), MODEL_FILE_PENDING);
    assert_int_equal(files.ops->sync(files.context, 0), MODEL_FILE_PENDING);
    run(rig, 15 * SIM_MILLISECOND);
    assert_int_equal(rig->done_count, 1);
    run(rig, SIM_SECOND);
    assert_int_equal(rig->done_count, 2);
    assert_int_equal(rig->done_last, 20 * SIM_MILLISECOND);
}

static void reading_takes_as_long_as_its_bytes(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(world_disk_read_time(rig->disk, 0), 0);
    assert_int_equal(world_disk_read_time(rig->disk, 3000), 6 * SIM_MICROSECOND);
}

/* The durations of a few syncs of a volume. */
static void time_syncs(struct rig *rig, sim_time *out_durations, uint32_t count)
{
    create_file(rig, 0);
    for (uint32_t i = 0; i < count; i++) {
        sim_time begin = rig->world->run.now;
        sync_file(rig, 0);
        out_durations[i] = rig->done_last - begin;
    }
}

static void make_rig(struct rig *rig, bool has_neighbour)
{
    struct world_disk_config config = world_disk_default();

    memset(rig, 0, sizeof(*rig));
    rig->world = world_create(1);
    rig->disk = world_disk_create(rig->world, "here", &config);
    if (has_neighbour) {
        (void)world_disk_volume(rig->disk, "neighbour");
    }
    rig->volume = world_disk_volume(rig->disk, "first");
    rig->files = world_volume_files(rig->volume);
    world_volume_on_done(rig->volume, note_done, rig);
}

static void finish_rig(struct rig *rig)
{
    world_disk_destroy(rig->disk);
    world_destroy(rig->world);
}

static void a_volume_draws_the_same_whoever_its_neighbours_are(void **state)
{
    struct rig rig;
    sim_time alone[10];
    sim_time together[10];

    (void)state;
    make_rig(&rig, false);
    time_syncs(&rig, alone, 10);
    finish_rig(&rig);
    make_rig(&rig, true);
    time_syncs(&rig, together, 10);
    finish_rig(&rig);
    assert_memory_equal(alone, together, sizeof(alone));
    assert_int_not_equal(alone[0], alone[1]);
}

/* ---- files ---- */

static void lists_what_is_there(void **state)
{
    struct rig *rig = *state;
    uint64_t first;
    uint64_t end;

    assert_int_equal(rig->files.ops->list(rig->files.context, &first, &end), 0);
    assert_int_equal(first, end);
    for (uint64_t file = 3; file < 6; file++) {
        create_file(rig, file);
    }
    assert_int_equal(rig->files.ops->remove(rig->files.context, 3), 0);
    assert_int_equal(rig->files.ops->list(rig->files.context, &first, &end), 0);
    assert_int_equal(first, 4);
    assert_int_equal(end, 6);
}

static void refuses_what_is_not_there(void **state)
{
    struct rig *rig = *state;
    const struct model_file_ops *ops = rig->files.ops;
    void *context = rig->files.context;
    uint64_t size;
    char bytes[8] = {0};

    assert_int_equal(ops->size(context, 0, &size), -ENOENT);
    assert_int_equal(ops->read(context, 0, 0, bytes, 1), -ENOENT);
    assert_int_equal(ops->write(context, 0, 0, bytes, 1), -ENOENT);
    assert_int_equal(ops->sync(context, 0), -ENOENT);
    assert_int_equal(ops->truncate(context, 0, 0), -ENOENT);
    assert_int_equal(ops->remove(context, 0), -ENOENT);
    create_file(rig, 0);
    assert_int_equal(ops->create(context, 0), -EEXIST);
    append(rig, 0, "four", 4);
    assert_int_equal(ops->read(context, 0, 0, bytes, 5), -EIO);
    assert_int_equal(ops->read(context, 0, 5, bytes, 0), -EIO);
    assert_int_equal(ops->read(context, 0, 1, bytes, 3), 0);
    assert_memory_equal(bytes, "our", 3);
    assert_int_equal(ops->truncate(context, 0, 2), 0);
    assert_holds(rig, 0, "fo", 2);
}

static void a_view_reads_and_changes_nothing(void **state)
{
    struct rig *rig = *state;
    struct model_files view = world_volume_view(rig->volume);
    uint64_t first;
    uint64_t end;
    char bytes[4];

    create_file(rig, 0);
    append(rig, 0, "four", 4);
    assert_int_equal(view.ops->truncate(view.context, 0, 1), 0);
    assert_int_equal(view.ops->remove(view.context, 0), 0);
    assert_int_equal(view.ops->list(view.context, &first, &end), 0);
    assert_int_equal(end - first, 1);
    assert_int_equal(view.ops->read(view.context, 0, 0, bytes, 4), 0);
    assert_memory_equal(bytes, "four", 4);
    assert_holds(rig, 0, "four", 4);
}

/* ---- a crash ---- */

static void a_crash_keeps_what_was_synced(void **state)
{
    struct rig *rig = *state;

    create_file(rig, 0);
    append(rig, 0, "synced", 6);
    sync_file(rig, 0);
    world_disk_crash(rig->disk);
    assert_holds(rig, 0, "synced", 6);
}

static void a_file_that_was_never_synced_is_gone_after_a_crash(void **state)
{
    struct rig *rig = *state;
    uint64_t size;

    create_file(rig, 0);
    append(rig, 0, "lost", 4);
    world_disk_crash(rig->disk);
    assert_int_equal(rig->files.ops->size(rig->files.context, 0, &size), -ENOENT);
    assert_int_equal(fixture_counter(rig->world, "here/disk/crash_lost"), 4);
}

static void an_io_that_a_crash_overtakes_never_ends(void **state)
{
    struct rig *rig = *state;

    create_file(rig, 0);
    append(rig, 0, "synced", 6);
    sync_file(rig, 0);
    assert_int_equal(
        rig->files.ops->write(rig->files.context, 0, 6, "more", 4), MODEL_FILE_PENDING);
    world_disk_crash(rig->disk);
    run(rig, SIM_SECOND);
    assert_int_equal(rig->done_count, 2);
    sync_file(rig, 0); /* and the volume is free for the next one */
    assert_int_equal(rig->done_count, 3);
}

static void a_sync_keeps_what_was_written_before_it_began(void **state)
{
    struct rig *rig = *state;
    char block[4 * SECTOR];
    uint64_t kept_least = UINT64_MAX;

    memset(block, 'x', sizeof(block));
    create_file(rig, 0);
    for (int i = 0; i < 50; i++) {
        append(rig, 0, block, sizeof(block));
        uint64_t synced = size_of(rig, 0);
        sync_file(rig, 0);
        append(rig, 0, block, sizeof(block)); /* not synced */
        world_disk_crash(rig->disk);
        assert_in_range(size_of(rig, 0), synced, synced + sizeof(block));
        kept_least = MIN(kept_least, size_of(rig, 0) - synced);
    }
    assert_int_equal(kept_least, 0); /* it did happen that nothing more was kept */
}

static void a_crash_of_one_volume_leaves_the_others_alone(void **state)
{
    struct rig *rig = *state;
    world_volume *second = world_disk_volume(rig->disk, "second");

    create_file(rig, 0);
    append(rig, 0, "mine", 4);
    world_volume_crash(second);
    assert_holds(rig, 0, "mine", 4);
    assert_int_equal(
        rig->files.ops->write(rig->files.context, 0, 4, "more", 4), MODEL_FILE_PENDING);
    world_volume_crash(second);
    run(rig, SIM_SECOND);
    assert_int_equal(rig->done_count, 2);
}

/* ---- against an array that is obviously right ---- */

struct naive {
    uint8_t bytes[1 << 20];
    uint64_t size;
    uint64_t synced;
    bool is_named;
};

static void assert_crashed_rightly(struct rig *rig, struct naive *naive)
{
    if (!naive->is_named) {
        naive->size = 0;
        create_file(rig, 0);
    }
    uint64_t size = size_of(rig, 0);
    assert_in_range(size, naive->synced, naive->size);
    assert_true(size == naive->synced || size == naive->size || size % SECTOR == 0);
    assert_holds(rig, 0, naive->bytes, size);
    naive->size = size;
    naive->synced = size;
}

static void crash_pending(struct rig *rig, struct naive *naive, uint64_t *seed)
{
    if (fixture_random(seed, 2) == 0) {
        (void)rig->files.ops->sync(rig->files.context, 0); /* it will not end */
        run(rig, (sim_time)fixture_random(seed, 9 * SIM_MILLISECOND));
    }
    world_volume_crash(rig->volume);
    assert_crashed_rightly(rig, naive);
}

static void agrees_with_an_array_and_a_mark(void **state)
{
    struct rig *rig = *state;
    struct naive *naive = g_new0(struct naive, 1);
    uint64_t seed = 9;
    uint32_t crashes = 0;

    create_file(rig, 0);
    for (uint32_t step = 0; step < 3000; step++) {
        uint64_t what = fixture_random(&seed, 10);
        if (what < 6) {
            uint64_t size = fixture_random(&seed, 1000);
            memset(naive->bytes + naive->size, (int)(step % 251), size);
            append(rig, 0, naive->bytes + naive->size, size);
            naive->size += size;
        } else if (what < 8) {
            sync_file(rig, 0);
            naive->synced = naive->size;
            naive->is_named = true;
        } else {
            crash_pending(rig, naive, &seed);
            crashes++;
        }
        assert_holds(rig, 0, naive->bytes, naive->size);
    }
    assert_true(crashes > 100);
    g_free(naive);
}

static int create(void **state)
{
    struct world_disk_config config = {
        .write_time = SIM_MILLISECOND,
        .sync = fixture_dist(SIM_DIST_CONSTANT, 0.010, 0),
        .write_bandwidth = 1e6,
        .read_bandwidth = 5e8,
    };
    struct rig *rig = g_new0(struct rig, 1);

    make_rig(rig, false);
    world_disk_configure(rig->disk, &config);
    *state = rig;
    return 0;
}

static int destroy(void **state)
{
    struct rig *rig = *state;

    finish_rig(rig);
    g_free(rig);
    return 0;
}

#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISK_TEST(a_write_takes_its_time_and_that_of_its_bytes),
        DISK_TEST(serves_one_io_at_a_time),
        DISK_TEST(reading_takes_as_long_as_its_bytes),
        cmocka_unit_test(a_volume_draws_the_same_whoever_its_neighbours_are),
        DISK_TEST(lists_what_is_there),
        DISK_TEST(refuses_what_is_not_there),
        DISK_TEST(a_view_reads_and_changes_nothing),
        DISK_TEST(a_crash_keeps_what_was_synced),
        DISK_TEST(a_file_that_was_never_synced_is_gone_after_a_crash),
        DISK_TEST(an_io_that_a_crash_overtakes_never_ends),
        DISK_TEST(a_sync_keeps_what_was_written_before_it_began),
        DISK_TEST(a_crash_of_one_volume_leaves_the_others_alone),
        DISK_TEST(agrees_with_an_array_and_a_mark),
    };

    return cmocka_run_group_tests_name("world/disk", tests, NULL, NULL);
}

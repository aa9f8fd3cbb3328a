/* A file is an array of bytes with a mark: what lies below `synced` would survive a crash. Writes
 * change the bytes at once, as a page cache does; what takes time is their completion. All I/O of
 * the disk waits in one line, which `idle_at` stands for.
 *
 * A volume has at most one I/O pending (models/file.h). A crash cancels its completion event. */
/* SPDX-License-Identifier: MIT */
#include "world/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR_BYTES   512
#define CAPACITY_FIRST 4096

struct file {
    uint8_t *bytes;
    uint64_t size;
    uint64_t capacity;
    uint64_t synced;
    bool is_named; /* synced since it was created: its name survives a crash */
};

struct world_volume {
    world_disk *disk;
    struct sim_stream sync_stream;
    struct sim_stream crash_stream;
    GPtrArray *files; /* of struct file, by number; NULL where there is none */
    world_volume_done_fn *done;
    void *done_context;
    struct sim_event_id pending;
    bool is_pending;
    bool is_sync;       /* the pending I/O */
    uint64_t sync_file; /* of a pending sync */
    uint64_t sync_size; /* what the file's size was when the sync began */
};

struct world_disk {
    struct world *world;
    char *datacenter; /* its name */
    char *draws_as;   /* whose draws it draws: a name of a data centre */
    struct world_disk_config config;
    GPtrArray *volumes;
    struct world_strikes strikes;
    sim_time idle_at;
    struct sim_counter *written;
    struct sim_counter *syncs;
    struct sim_counter *crash_lost;
};

struct world_disk_config world_disk_default(void)
{
    struct world_disk_config config = {
        .write_time = 20 * SIM_MICROSECOND,
        .write_bandwidth = 1e9,
        .read_bandwidth = 2e9,
    };
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(
        &config.sync,
        SIM_DIST_LOGNORMAL,
        (const double[]){-7.6, 0.4},
        &problem); /* median 0.5 ms */

    SIM_ASSERT(is_valid);
    return config;
}

static void free_file(void *memory)
{
    struct file *file = memory;

    if (file != NULL) {
        free(file->bytes);
        g_free(file);
    }
}

static void free_volume(void *memory)
{
    world_volume *volume = memory;

    g_ptr_array_unref(volume->files);
    g_free(volume);
}

static struct sim_counter *disk_counter(
    struct world *world, const char *datacenter, const char *measure, const char *unit)
{
    g_autofree char *path = g_strdup_printf("%s/disk/%s", datacenter, measure);
    struct sim_counter *counter = sim_registry_counter(world->registry, path, unit);

    SIM_ASSERT(counter != NULL);
    return counter;
}

world_disk *world_disk_create(
    struct world *world, const char *datacenter, const struct world_disk_config *config)
{
    world_disk *disk = g_new0(world_disk, 1);

    disk->world = world;
    disk->volumes = g_ptr_array_new_with_free_func(free_volume);
    world_strikes_init(&disk->strikes);
    disk->datacenter = g_strdup(datacenter);
    disk->draws_as = g_strdup(config->draws_as != NULL ? config->draws_as : datacenter);
    disk->written = disk_counter(world, datacenter, "written", "bytes");
    disk->syncs = disk_counter(world, datacenter, "syncs", "syncs");
    disk->crash_lost = disk_counter(world, datacenter, "crash_lost", "bytes");
    world_disk_configure(disk, config);
    return disk;
}

void world_disk_destroy(world_disk *disk)
{
    if (disk == NULL) {
        return;
    }
    g_ptr_array_unref(disk->volumes);
    world_strikes_finish(&disk->strikes);
    g_free(disk->draws_as);
    g_free(disk->datacenter);
    g_free(disk);
}

void world_disk_configure(world_disk *disk, const struct world_disk_config *config)
{
    SIM_ASSERT(config->write_bandwidth > 0 && config->read_bandwidth > 0);
    SIM_ASSERT(config->write_time >= 0);
    disk->config = *config;
}

struct world_strikes *world_disk_strikes(world_disk *disk)
{
    SIM_ASSERT(disk->strikes.list != NULL);
    return &disk->strikes;
}

/* ---- time ---- */

static void complete(void *context, uint64_t payload)
{
    world_volume *volume = context;

    int result = 0;

    SIM_ASSERT(payload == 0 && volume->is_pending);
    volume->is_pending = false;
    if (volume->is_sync && world_strikes_fail_sync(&volume->disk->strikes)) {
        result = -EIO;
    } else if (volume->is_sync) {
        struct file *file = g_ptr_array_index(volume->files, volume->sync_file);
        file->synced = volume->sync_size;
        file->is_named = true;
    }
    volume->done(volume->done_context, result);
}

static void begin(world_volume *volume, sim_time duration, bool is_sync)
{
    world_disk *disk = volume->disk;
    struct sim_run *run = &disk->world->run;

    SIM_ASSERT(!volume->is_pending && volume->done != NULL);
    disk->idle_at = world_time_after(
        MAX(disk->idle_at, run->now), world_strikes_time(&disk->strikes, duration));
    volume->is_pending = true;
    volume->is_sync = is_sync;
    volume->pending = sim_run_after(run, disk->idle_at - run->now, complete, volume, 0);
}

static sim_time write_time(const world_disk *disk, uint64_t bytes)
{
    sim_time transfer = world_time_for((double)bytes, disk->config.write_bandwidth);

    return world_time_after(transfer, disk->config.write_time);
}

sim_time world_disk_read_time(const world_disk *disk, uint64_t bytes)
{
    return world_strikes_time(
        &disk->strikes, world_time_for((double)bytes, disk->config.read_bandwidth));
}

/* ---- models/file.h ---- */

static struct file *find_file(const world_volume *volume, uint64_t number)
{
    return number < volume->files->len ? g_ptr_array_index(volume->files, number) : NULL;
}

static int volume_list(void *context, uint64_t *out_first, uint64_t *out_end)
{
    const world_volume *volume = context;
    uint64_t end = volume->files->len;

    while (end > 0 && find_file(volume, end - 1) == NULL) {
        end--;
    }
    uint64_t first = end;
    while (first > 0 && find_file(volume, first - 1) != NULL) {
        first--;
    }
    SIM_ASSERT(first <= end);
    *out_first = first;
    *out_end = end;
    return 0;
}

static int volume_create(void *context, uint64_t number)
{
    world_volume *volume = context;

    if (find_file(volume, number) != NULL) {
        return -EEXIST;
    }
    SIM_ASSERT(number < INT32_MAX);
    if (number >= volume->files->len) {
        g_ptr_array_set_size(volume->files, (int)number + 1);
    }
    g_ptr_array_index(volume->files, number) = g_new0(struct file, 1);
    return 0;
}

static int volume_size(void *context, uint64_t number, uint64_t *out_size)
{
    const struct file *file = find_file(context, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(file->synced <= file->size && file->size <= file->capacity);
    *out_size = file->size;
    return 0;
}

static int volume_read(void *context, uint64_t number, uint64_t offset, void *bytes, uint64_t size)
{
    const struct file *file = find_file(context, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(file->size <= file->capacity);
    if (offset > file->size || size > file->size - offset) {
        return -EIO;
    }
    if (size > 0) {
        memcpy(bytes, file->bytes + offset, size);
    }
    return 0;
}

static void reserve(struct file *file, uint64_t size)
{
    uint64_t capacity = MAX(file->capacity, CAPACITY_FIRST);

    while (capacity < size) {
        capacity *= 2;
    }
    if (capacity > file->capacity) {
        file->bytes = sim_grow(file->bytes, file->capacity, capacity, 1);
        file->capacity = capacity;
    }
    SIM_ASSERT(file->capacity >= size);
}

static int volume_write(
    void *context, uint64_t number, uint64_t offset, const void *bytes, uint64_t size)
{
    world_volume *volume = context;
    struct file *file = find_file(volume, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(offset == file->size); /* a journal only appends */
    if (world_strikes_refuse_write(&volume->disk->strikes)) {
        return -ENOSPC;
    }
    reserve(file, offset + size);
    memcpy(file->bytes + offset, bytes, size);
    file->size = offset + size;
    volume->disk->written->value += size;
    begin(volume, write_time(volume->disk, size), false);
    return MODEL_FILE_PENDING;
}

static int volume_sync(void *context, uint64_t number)
{
    world_volume *volume = context;
    world_disk *disk = volume->disk;
    const struct file *file = find_file(volume, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(file->synced <= file->size);
    volume->sync_file = number;
    volume->sync_size = file->size;
    disk->syncs->value++;
    begin(volume, sim_dist_draw_time(&disk->config.sync, &volume->sync_stream), true);
    return MODEL_FILE_PENDING;
}

static int volume_truncate(void *context, uint64_t number, uint64_t size)
{
    struct file *file = find_file(context, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(size <= file->size); /* a journal only cuts its torn tail */
    file->size = size;
    file->synced = MIN(file->synced, size);
    return 0;
}

static int volume_remove(void *context, uint64_t number)
{
    world_volume *volume = context;
    struct file *file = find_file(volume, number);

    if (file == NULL) {
        return -ENOENT;
    }
    SIM_ASSERT(!volume->is_pending || !volume->is_sync || volume->sync_file != number);
    free_file(file);
    g_ptr_array_index(volume->files, number) = NULL;
    return 0;
}

/* ---- the same, to look at only ---- */

static int ignore_size(void *context, uint64_t number, uint64_t size)
{
    SIM_ASSERT(find_file(context, number) != NULL && size < INT64_MAX);
    return 0;
}

static int ignore(void *context, uint64_t number)
{
    SIM_ASSERT(find_file(context, number) != NULL);
    return 0;
}

static const struct model_file_ops view_ops = {
    .list = volume_list,
    .size = volume_size,
    .read = volume_read,
    .truncate = ignore_size,
    .remove = ignore,
};

static const struct model_file_ops volume_ops = {
    .list = volume_list,
    .create = volume_create,
    .size = volume_size,
    .read = volume_read,
    .write = volume_write,
    .sync = volume_sync,
    .truncate = volume_truncate,
    .remove = volume_remove,
};

/* ---- volumes ---- */

static struct sim_stream open_stream(const world_disk *disk, const char *name, const char *use)
{
    g_autofree char *path = g_strdup_printf("%s/disk/%s/%s", disk->datacenter, name, use);
    g_autofree char *drawn = g_strdup_printf("%s/disk/%s/%s", disk->draws_as, name, use);
    struct sim_stream stream;
    bool is_new = sim_registry_stream_as(disk->world->registry, path, drawn, &stream);

    SIM_ASSERT(is_new);
    return stream;
}

world_volume *world_disk_volume(world_disk *disk, const char *name)
{
    world_volume *volume = g_new0(world_volume, 1);

    volume->disk = disk;
    volume->sync_stream = open_stream(disk, name, "sync");
    volume->crash_stream = open_stream(disk, name, "crash");
    volume->files = g_ptr_array_new_with_free_func(free_file);
    g_ptr_array_add(disk->volumes, volume);
    return volume;
}

struct model_files world_volume_files(world_volume *volume)
{
    return (struct model_files){.ops = &volume_ops, .context = volume};
}

struct model_files world_volume_view(world_volume *volume)
{
    return (struct model_files){.ops = &view_ops, .context = volume};
}

void world_volume_on_done(world_volume *volume, world_volume_done_fn *done, void *context)
{
    SIM_ASSERT(done != NULL && !volume->is_pending);
    volume->done = done;
    volume->done_context = context;
}

/* ---- a crash ---- */

/* Of what was not synced, some of the first sectors may have reached the platter. */
static void crash_file(world_volume *volume, struct file *file)
{
    uint64_t first_sector = file->synced / SECTOR_BYTES;
    uint64_t end_sector = (file->size + SECTOR_BYTES - 1) / SECTOR_BYTES;

    if (file->size == file->synced) {
        return;
    }
    SIM_ASSERT(first_sector < end_sector);
    uint64_t kept = sim_stream_below(&volume->crash_stream, end_sector - first_sector + 1);
    uint64_t reached = (first_sector + kept) * SECTOR_BYTES;
    uint64_t size = CLAMP(reached, file->synced, file->size);

    volume->disk->crash_lost->value += file->size - size;
    file->size = size;
    file->synced = size;
}

void world_volume_crash(world_volume *volume)
{
    if (volume->is_pending) {
        bool was_pending = sim_fel_cancel(volume->disk->world->run.fel, volume->pending);
        SIM_ASSERT(was_pending);
        volume->is_pending = false;
    }
    for (uint32_t number = 0; number < volume->files->len; number++) {
        struct file *file = find_file(volume, number);
        if (file != NULL && file->is_named) {
            crash_file(volume, file);
        } else if (file != NULL) {
            volume->disk->crash_lost->value += file->size;
            free_file(file);
            g_ptr_array_index(volume->files, number) = NULL;
        }
    }
}

void world_disk_crash(world_disk *disk)
{
    for (uint32_t i = 0; i < disk->volumes->len; i++) {
        world_volume_crash(g_ptr_array_index(disk->volumes, i));
    }
    SIM_ASSERT(disk->world->run.now >= 0);
    disk->idle_at = disk->world->run.now;
}

/* ---- invariants ---- */

static void check_file(const struct file *file)
{
    SIM_ASSERT(file->synced <= file->size);
    SIM_ASSERT(file->size <= file->capacity);
    SIM_ASSERT(file->is_named || file->synced == 0);
    SIM_ASSERT((file->bytes == NULL) == (file->capacity == 0));
}

static void check_volume(const world_volume *volume)
{
    SIM_ASSERT(!volume->is_pending || volume->done != NULL);
    if (volume->is_pending && volume->is_sync) {
        const struct file *file = find_file(volume, volume->sync_file);
        SIM_ASSERT(file != NULL);
        SIM_ASSERT(file->synced <= volume->sync_size && volume->sync_size <= file->size);
    }
    for (uint32_t number = 0; number < volume->files->len; number++) {
        const struct file *file = find_file(volume, number);
        if (file != NULL) {
            check_file(file);
        }
    }
}

void world_disk_check(const world_disk *disk)
{
    SIM_ASSERT(disk->idle_at >= 0);
    for (uint32_t i = 0; i < disk->volumes->len; i++) {
        const world_volume *volume = g_ptr_array_index(disk->volumes, i);
        SIM_ASSERT(volume->disk == disk);
        SIM_ASSERT(!volume->is_pending || disk->idle_at >= disk->world->run.now);
        check_volume(volume);
    }
}

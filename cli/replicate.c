/* A pool of slots, one for each worker at a time. Runs are started in order of their seeds, and
 * kept at their number, whoever is first done.
 *
 * When a run fails those with higher seeds are ended, but those with lower ones go on: all of them
 * have been started by then, and one may fail too. So the failure that is told is the one that a
 * single worker would have met first. */
/* SPDX-License-Identifier: MIT */
#include "cli/replicate.h"

#include <unistd.h>

#include "cli/launch.h"
#include "cli/subcommand.h"

#define WAIT_MS 50

struct slot {
    struct cli_worker worker;
    struct cli_job job;
    uint32_t index; /* of the run */
    bool is_busy;
};

struct pool {
    const struct cli_replicate *plan;
    struct slot *slots;
    GPtrArray *runs;
    uint32_t next;        /* run to start */
    uint32_t done;        /* runs that have ended well */
    uint32_t limit;       /* runs from here on do not matter any more */
    uint64_t event_count; /* of runs that are done */
    char *failure;        /* of run `limit`; or NULL */
    int signal;
};

/* ---- failure ---- */

static void empty_slot(struct slot *slot)
{
    cli_worker_finish(&slot->worker);
    if (slot->job.record >= 0) {
        (void)close(slot->job.record);
    }
    *slot = (struct slot){.job.record = -1};
}

static void end_from(struct pool *pool, uint32_t index)
{
    for (uint32_t i = 0; i < pool->plan->job_count; i++) {
        if (pool->slots[i].is_busy && pool->slots[i].index >= index) {
            empty_slot(&pool->slots[i]);
        }
    }
}

/* The run of this number has failed, and every run before it matters more than those after. */
static void fail(struct pool *pool, uint32_t index, const char *message)
{
    SIM_ASSERT(index < pool->limit);

    g_free(pool->failure);
    pool->failure = g_strdup_printf(
        "seed %" G_GUINT64_FORMAT ": %s", pool->plan->job.script.seed + index, message);
    pool->limit = index;
    end_from(pool, index);
}

/* ---- one run ---- */

static bool start(struct slot *slot, GError **error)
{
    slot->job.record = cli_launch_file("record", error);
    if (slot->job.record < 0) {
        return false;
    }
    struct cli_launch launch = {
        .body = cli_execute,
        .context = &slot->job,
        .descriptors = {slot->job.record},
        .descriptor_count = 1,
    };
    return cli_launch(&slot->worker, &launch, error);
}

static void start_next(struct pool *pool, struct slot *slot)
{
    g_autoptr(GError) error = NULL;

    slot->job = pool->plan->job;
    slot->job.script.seed += pool->next;
    slot->index = pool->next;
    slot->is_busy = true;
    pool->next++;
    if (!start(slot, &error)) {
        fail(pool, slot->index, error->message);
    }
}

/* Takes what the worker, which has ended, left behind. */
static void collect(struct pool *pool, struct slot *slot)
{
    g_autofree char *failure = cli_worker_describe(&slot->worker);
    struct cli_replication *run = NULL;

    if (failure == NULL && cli_launch_has_reported(&slot->worker)) {
        run = cli_replication_read(slot->job.record);
    }
    if (run == NULL || run->seed != slot->job.script.seed) {
        cli_replication_free(run);
        fail(pool, slot->index, failure != NULL ? failure : "the run left no report");
        return;
    }
    pool->runs->pdata[slot->index] = run;
    pool->event_count += run->event_count;
    pool->done++;
    empty_slot(slot);
}

/* ---- all of them ---- */

static void fill_slots(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->plan->job_count && pool->next < pool->limit; i++) {
        if (!pool->slots[i].is_busy) {
            start_next(pool, &pool->slots[i]);
        }
    }
}

/* Sleeps until there is something to do. Returns false when nobody works any more. */
static bool wait_for_any(const struct pool *pool)
{
    const struct cli_worker **workers = g_new(const struct cli_worker *, pool->plan->job_count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < pool->plan->job_count; i++) {
        if (pool->slots[i].is_busy) {
            workers[count] = &pool->slots[i].worker;
            count++;
        }
    }
    if (count > 0) {
        cli_worker_sleep(workers, count, WAIT_MS);
    }
    g_free((void *)workers);
    return count > 0;
}

static void poll_slots(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->plan->job_count; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->is_busy && cli_worker_poll(&slot->worker, 0)) {
            collect(pool, slot);
        }
    }
}

/* As if all were one long run. */
static void show_progress(const struct pool *pool)
{
    struct cli_progress all = {
        .phase = CLI_PHASE_RUNNING,
        .now = pool->done * pool->plan->until,
        .until = pool->plan->count * pool->plan->until,
        .event_count = pool->event_count,
    };

    for (uint32_t i = 0; i < pool->plan->job_count; i++) {
        if (pool->slots[i].is_busy) {
            struct cli_progress one = cli_channel_progress(&pool->slots[i].worker.channel);
            all.now += CLAMP(one.now, 0, pool->plan->until);
            all.event_count += one.event_count;
        }
    }
    cli_progress_update(pool->plan->bar, &all);
}

static void run_all(struct pool *pool)
{
    fill_slots(pool);
    while (wait_for_any(pool)) {
        poll_slots(pool);
        show_progress(pool);
        pool->signal = cli_interrupt_take(pool->plan->interrupt);
        if (pool->signal != 0) {
            end_from(pool, 0);
            break;
        }
        fill_slots(pool);
    }
    cli_progress_clear(pool->plan->bar);
}

static int conclude(const struct pool *pool, GError **error)
{
    if (pool->signal != 0) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INTR, "stopped");
        return 128 + pool->signal;
    }
    if (pool->failure != NULL) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, pool->failure);
        return CLI_STATUS_WRONG;
    }
    SIM_ASSERT(pool->done == pool->plan->count);
    return CLI_STATUS_OK;
}

int cli_replicate(const struct cli_replicate *plan, GPtrArray *runs, GError **error)
{
    struct pool pool = {.plan = plan, .runs = runs, .limit = plan->count};

    SIM_ASSERT(plan->count > 0 && plan->job_count > 0 && runs->len == 0);
    g_ptr_array_set_size(runs, (int)plan->count);
    pool.slots = g_new0(struct slot, plan->job_count);
    for (uint32_t i = 0; i < plan->job_count; i++) {
        pool.slots[i].job.record = -1;
    }
    run_all(&pool);
    int status = conclude(&pool, error);
    g_free(pool.failure);
    g_free(pool.slots);
    return status;
}

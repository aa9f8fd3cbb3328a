/* A job's number travels as the packets' token; their message's id, which is the job's, tells an
 * answer to an earlier job of that number. */
/* SPDX-License-Identifier: MIT */
#include "world/batch.h"
#include "world/link.h"
#include "world/updater_state.h"

static struct world_packet *packet_at(const world_updater *updater, uint32_t slot)
{
    SIM_ASSERT(slot < updater->node.world->packets.capacity);
    return &updater->node.world->packets.slots[slot];
}

void world_updater_note(world_updater *updater)
{
    SIM_ASSERT(updater->refreshes.order.count <= updater->config.waiting_max);
    sim_gauge_set(
        updater->counters.waiting, updater->refreshes.order.count, world_updater_now(updater));
}

/* ---- the end of a job ---- */

static void judge_contained(world_updater *updater, uint32_t slot, uint64_t version)
{
    const struct model_message *message = &packet_at(updater, slot)->message;

    if (updater->contained == NULL || message->value <= 0) {
        return;
    }
    SIM_ASSERT(message->born <= world_updater_now(updater));
    if (version >= (uint64_t)message->value) {
        world_check_pass(updater->contained);
        return;
    }
    world_check_fail(
        updater->contained,
        world_updater_now(updater),
        "%s took version %" G_GUINT64_FORMAT " of key %" G_GUINT64_FORMAT
        " for the change to version %" G_GINT64_FORMAT,
        updater->node.path,
        version,
        message->key,
        message->value);
}

/* The caches have the key, or are passed over. Each answer may bring another change. */
static void charge(world_updater *updater, uint32_t refresh, uint64_t version)
{
    struct world_refresh_change change;

    SIM_ASSERT(world_refreshes_included(&updater->refreshes, refresh) != WORLD_REFRESHES_NONE);
    while (world_refreshes_take(&updater->refreshes, refresh, &change)) {
        judge_contained(updater, change.slot, version);
        world_settled_again(
            updater->node.world,
            updater->node.index,
            packet_at(updater, change.slot),
            updater->counters.latency);
        world_link_answer(updater->node.world, change.slot, WORLD_PACKET_CHARGED, 0);
    }
}

/* The job is over; keys that a cache did not hear of are in line again after a while. */
static void finish(world_updater *updater, struct world_updater_job *job)
{
    const struct world_batch *batch = world_batch_at(updater->node.world, job->batch);
    struct world_refreshes *refreshes = &updater->refreshes;

    SIM_ASSERT(job->phase == WORLD_UPDATER_TELLING);
    updater->counters.unreached->value += job->unanswered;
    for (uint32_t i = 0; i < job->count; i++) {
        uint32_t refresh = job->refreshes[i];
        bool is_done = job->unanswered == 0 ||
                       world_refreshes_failures(refreshes, refresh) + 1 >= updater->config.tries;
        if (is_done) {
            charge(updater, refresh, batch->versions[i]);
        }
        updater->counters.refreshed->value += is_done;
        sim_time delay = is_done ? 0 : updater->config.timeout;
        world_refreshes_end(refreshes, refresh, delay, world_updater_now(updater));
    }
    job->phase = WORLD_UPDATER_FREE;
}

/* Nothing was read: the keys are in line again after a while. */
static void fail(world_updater *updater, struct world_updater_job *job)
{
    SIM_ASSERT(job->phase == WORLD_UPDATER_READING);
    updater->counters.failed->value++;
    for (uint32_t i = 0; i < job->count; i++) {
        world_refreshes_end(
            &updater->refreshes,
            job->refreshes[i],
            updater->config.timeout,
            world_updater_now(updater));
    }
    job->phase = WORLD_UPDATER_FREE;
}

/* ---- telling the caches ---- */

/* When the oldest of the changes was born that the refresh is for. */
static sim_time born_of(const world_updater *updater, uint32_t refresh)
{
    uint32_t change = world_refreshes_included(&updater->refreshes, refresh);
    sim_time born = world_updater_now(updater);

    SIM_ASSERT(change != WORLD_REFRESHES_NONE);
    for (; change != WORLD_REFRESHES_NONE; change = updater->refreshes.changes[change].next) {
        uint32_t slot = updater->refreshes.changes[change].slot;
        born = MIN(born, packet_at(updater, slot)->message.born);
    }
    return born;
}

static void send_update(
    world_updater *updater,
    const struct world_updater_job *job,
    uint32_t number,
    const struct world_updater_cache *cache)
{
    struct world *world = updater->node.world;
    const struct world_batch *batch = world_batch_at(world, job->batch);
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_UPDATE);
    struct world_packet *packet = packet_at(updater, slot);

    SIM_ASSERT(number < job->count);
    packet->message.id = job->id;
    packet->message.key = batch->keys[number];
    packet->message.value = (int64_t)batch->versions[number];
    packet->message.born = born_of(updater, job->refreshes[number]);
    packet->from = world_node_end_point(&updater->node);
    packet->to = world_node_end_point(cache->node);
    packet->token = (uint32_t)(job - updater->jobs);
    packet->sendings = (uint16_t)number;
    world_link_send(world, slot, cache->pipe, 0);
}

/* An answer may come before this returns, and the last one ends the job. */
static void tell(world_updater *updater, struct world_updater_job *job)
{
    uint64_t id = job->id;

    SIM_ASSERT(updater->cache_count > 0 && job->count > 0);
    job->phase = WORLD_UPDATER_TELLING;
    job->deadline = world_time_after(world_updater_now(updater), updater->config.timeout);
    job->unanswered = job->count * updater->cache_count;
    world_alarm_set(&updater->alarm, job->deadline);
    for (uint32_t i = 0; i < updater->cache_count; i++) {
        for (uint32_t j = 0; j < job->count && job->id == id; j++) {
            send_update(updater, job, j, &updater->caches[i]);
        }
    }
}

static void told(world_updater *updater, struct world_updater_job *job)
{
    SIM_ASSERT(job->phase == WORLD_UPDATER_TELLING && job->unanswered > 0);
    job->unanswered--;
    if (job->unanswered == 0) {
        finish(updater, job);
    }
}

/* ---- reading ---- */

static void read(world_updater *updater, struct world_updater_job *job)
{
    struct world *world = updater->node.world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_READ);
    struct world_packet *packet = packet_at(updater, slot);

    SIM_ASSERT(updater->behind != NULL);
    job->phase = WORLD_UPDATER_READING;
    job->deadline = world_time_after(world_updater_now(updater), updater->config.timeout);
    world_alarm_set(&updater->alarm, job->deadline);
    packet->message.id = job->id;
    world_batch_ask(world, job->batch, &packet->message);
    packet->from = world_node_end_point(&updater->node);
    packet->to = world_node_end_point(updater->behind);
    packet->token = (uint32_t)(job - updater->jobs);
    updater->counters.readings->value++;
    world_link_send(world, slot, updater->pipe, 0);
}

/* The newest version that the messages carry of each key. */
static void take_versions(world_updater *updater, const struct world_updater_job *job)
{
    struct world_batch *batch = world_batch_at(updater->node.world, job->batch);

    for (uint32_t i = 0; i < job->count; i++) {
        uint32_t change = world_refreshes_included(&updater->refreshes, job->refreshes[i]);
        batch->versions[i] = 0;
        for (; change != WORLD_REFRESHES_NONE; change = updater->refreshes.changes[change].next) {
            uint32_t slot = updater->refreshes.changes[change].slot;
            int64_t version = MAX(packet_at(updater, slot)->message.value, 0);
            batch->versions[i] = MAX(batch->versions[i], (uint64_t)version);
        }
    }
    SIM_ASSERT(batch->count == job->count);
}

static struct world_updater_job *find_free_job(const world_updater *updater)
{
    SIM_ASSERT(updater->config.readings_max <= WORLD_UPDATER_READINGS_MAX);
    for (uint32_t i = 0; i < updater->config.readings_max; i++) {
        if (updater->jobs[i].phase == WORLD_UPDATER_FREE) {
            return &updater->jobs[i];
        }
    }
    return NULL;
}

/* Is there enough in line for a batch, or has the first waited for long enough? */
static bool may_begin(const world_updater *updater)
{
    sim_time since = world_refreshes_ready_since(&updater->refreshes);

    SIM_ASSERT(since == SIM_NEVER || since <= world_updater_now(updater));
    return since != SIM_NEVER &&
           (updater->refreshes.ready_count >= updater->config.batch ||
            world_time_after(since, updater->config.linger) <= world_updater_now(updater));
}

static void begin(world_updater *updater, struct world_updater_job *job)
{
    struct world_batch *batch = world_batch_at(updater->node.world, job->batch);

    job->count = 0;
    while (job->count < updater->config.batch && updater->refreshes.ready_count > 0) {
        uint32_t refresh = world_refreshes_begin(&updater->refreshes, world_updater_now(updater));
        batch->keys[job->count] = world_refreshes_key(&updater->refreshes, refresh);
        job->refreshes[job->count++] = refresh;
    }
    SIM_ASSERT(job->count > 0);
    batch->count = job->count;
    job->id = model_message_id(updater->node.index, updater->job_ids++);
    if (updater->config.is_pushing) {
        take_versions(updater, job);
        tell(updater, job);
    } else {
        read(updater, job);
    }
}

static void set_alarm(world_updater *updater)
{
    sim_time since = world_refreshes_ready_since(&updater->refreshes);

    SIM_ASSERT(!updater->is_pumping);
    world_alarm_set(&updater->alarm, world_refreshes_next(&updater->refreshes));
    if (since != SIM_NEVER && find_free_job(updater) != NULL) {
        world_alarm_set(&updater->alarm, world_time_after(since, updater->config.linger));
    }
    for (uint32_t i = 0; i < updater->config.readings_max; i++) {
        if (updater->jobs[i].phase != WORLD_UPDATER_FREE) {
            world_alarm_set(&updater->alarm, updater->jobs[i].deadline);
        }
    }
}

/* Begins what may begin. An answer that comes at once leaves more to the loop under way. */
static void pump(world_updater *updater)
{
    struct world_updater_job *job = find_free_job(updater);

    if (updater->is_pumping) {
        return;
    }
    updater->is_pumping = true;
    world_refreshes_wake(&updater->refreshes, world_updater_now(updater));
    while (job != NULL && may_begin(updater)) {
        begin(updater, job);
        job = find_free_job(updater);
    }
    updater->is_pumping = false;
    set_alarm(updater);
    world_updater_note(updater);
    SIM_ASSERT(updater->alarm.time <= world_refreshes_next(&updater->refreshes));
}

static void time_out(world_updater *updater)
{
    for (uint32_t i = 0; i < updater->config.readings_max; i++) {
        struct world_updater_job *job = &updater->jobs[i];
        if (job->phase == WORLD_UPDATER_FREE || job->deadline > world_updater_now(updater)) {
            continue;
        }
        if (job->phase == WORLD_UPDATER_READING) {
            fail(updater, job);
        } else {
            finish(updater, job);
        }
        SIM_ASSERT(job->phase == WORLD_UPDATER_FREE || job->deadline > world_updater_now(updater));
    }
    pump(updater);
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_updater *updater = context;

    SIM_ASSERT(payload <= updater->node.incarnation);
    if (payload == updater->node.incarnation &&
        !world_node_postpones(&updater->node, wake_late, updater, payload)) {
        time_out(updater);
    }
}

void world_updater_wake(void *context)
{
    const world_updater *updater = context;

    SIM_ASSERT(updater->node.up);
    wake_late(context, updater->node.incarnation);
}

/* ---- packets ---- */

static void take_change(world_updater *updater, uint32_t slot)
{
    uint64_t key = packet_at(updater, slot)->message.key;

    SIM_ASSERT(packet_at(updater, slot)->kind == WORLD_PACKET_CHARGE);
    updater->counters.changes->value++;
    if (world_refreshes_are_full(&updater->refreshes)) {
        updater->counters.refused->value++;
        world_audit_lose(
            updater->node.world->audit,
            packet_at(updater, slot),
            WORLD_AUDIT_HAND_LOST,
            updater->node.index);
        world_packets_free(&updater->node.world->packets, slot);
    } else if (world_refreshes_add(&updater->refreshes, key, slot, world_updater_now(updater))) {
        updater->counters.coalesced->value++;
    }
}

/* The job that the answer is to; NULL: it is over. */
static struct world_updater_job *job_of(
    const world_updater *updater, const struct world_packet *answer)
{
    struct world_updater_job *job = &updater->jobs[answer->token];
    enum world_updater_phase phase =
        answer->kind == WORLD_PACKET_STORED ? WORLD_UPDATER_TELLING : WORLD_UPDATER_READING;

    SIM_ASSERT(answer->token < updater->config.readings_max);
    return job->phase == phase && job->id == answer->message.id ? job : NULL;
}

static void take_answer(world_updater *updater, uint32_t slot)
{
    const struct world_packet *answer = packet_at(updater, slot);
    enum world_packet_kind kind = answer->kind;
    struct world_updater_job *job = job_of(updater, answer);

    SIM_ASSERT(
        kind == WORLD_PACKET_ROWS || kind == WORLD_PACKET_STORED || kind == WORLD_PACKET_REFUSE);
    world_packets_free(&updater->node.world->packets, slot);
    if (job == NULL) {
        return;
    }
    if (kind == WORLD_PACKET_STORED) {
        told(updater, job);
    } else if (kind == WORLD_PACKET_ROWS) {
        tell(updater, job);
    } else {
        fail(updater, job);
    }
}

void world_updater_receive(struct world_node *node, uint32_t slot)
{
    world_updater *updater = world_updater_of(node);

    SIM_ASSERT(node->up);
    if (packet_at(updater, slot)->kind == WORLD_PACKET_CHARGE) {
        take_change(updater, slot);
    } else {
        take_answer(updater, slot);
    }
    pump(updater);
}

/* A request has a session while it has a connection; the session's number is that of its
 * transaction in the lock table and of its job on the processor. Sessions end inside loops over
 * others, so what a release grants is worked off one by one from a list. */
/* SPDX-License-Identifier: MIT */
#include "world/batch.h"
#include "world/database_state.h"
#include "world/datacenter.h"
#include "world/draw.h"
#include "world/link.h"

#define NONE UINT32_MAX

static struct world_session *session_at(const world_database *database, uint32_t number)
{
    SIM_ASSERT(number < database->config.connections && database->sessions[number].is_open);
    return &database->sessions[number];
}

static struct world_packet *packet_of(const world_database *database, uint32_t number)
{
    struct world_packets *packets = &database->node.world->packets;
    uint32_t slot = session_at(database, number)->slot;

    SIM_ASSERT(slot < packets->capacity);
    return &packets->slots[slot];
}

static bool is_write(const struct world_packet *packet)
{
    SIM_ASSERT(packet->kind < WORLD_PACKET_KIND_COUNT);
    return packet->kind == WORLD_PACKET_PUT;
}

/* Rows that one piece of its work is about. */
static uint32_t rows_of(const struct world_packet *packet)
{
    SIM_ASSERT(is_write(packet) || packet->kind >= WORLD_PACKET_GET);
    return packet->kind == WORLD_PACKET_READ ? world_batch_count(&packet->message) : 1;
}

static void note_lock_waiting(world_database *database)
{
    SIM_ASSERT(database->locks.waiting <= database->open_count);
    sim_gauge_set(
        database->counters.lock_waiting, database->locks.waiting, world_database_now(database));
}

/* ---- the end of a session ---- */

static void go_on(world_database *database, uint32_t number);

/* The work that its next step takes: for the request itself at first, then for each row. */
static sim_time work_of(const world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    const struct world_session *session = session_at(database, number);
    uint64_t drawn_by = world_draw_packet(database->node.world, packet);
    struct sim_stream stream = sim_stream_of(&database->work, drawn_by);
    sim_time work = 0;

    stream.counter += (uint64_t)packet->sendings << 32 | (uint64_t)session->step << 16;
    for (uint32_t i = 0; i < rows_of(packet); i++) {
        work += sim_dist_draw_time(&database->config.work, &stream);
    }
    if (session->step == 0 && !world_dist_is_zero(&database->config.request)) {
        work += sim_dist_draw_time_of(&database->config.request, &database->request, drawn_by);
    }
    SIM_ASSERT(work >= 0);
    return work;
}

static void start_work(world_database *database, uint32_t number)
{
    SIM_ASSERT(!session_at(database, number)->is_holding);
    world_processor_add(
        &database->processor,
        number,
        world_node_work(&database->node, work_of(database, number)),
        world_database_now(database));
    world_alarm_set(&database->alarm, world_processor_next(&database->processor));
}

/* Has a lock that it waited for. */
static void resume(world_database *database, uint32_t number)
{
    const struct world_session *session = session_at(database, number);

    SIM_ASSERT(session->asked <= world_database_now(database));
    sim_tally_record(database->counters.lock_wait, world_database_now(database) - session->asked);
    start_work(database, number);
}

static void end_transaction(world_database *database, uint32_t number)
{
    uint32_t granted[WORLD_LOCKS_ROWS_MAX];
    uint32_t count = world_locks_end(&database->locks, number, granted);

    SIM_ASSERT(count <= WORLD_LOCKS_ROWS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        resume(database, granted[i]);
    }
    note_lock_waiting(database);
}

static void admit(world_database *database);

/* Gives the connection back, and the answer. The answer is sent last: it may bring a request. */
static void close_session(
    world_database *database, uint32_t number, enum world_packet_kind answer, uint64_t version)
{
    struct world *world = database->node.world;
    struct world_session *session = session_at(database, number);
    uint32_t slot = session->slot;

    SIM_ASSERT(database->open_count > 0);
    sim_tally_record(database->counters.response, world_database_now(database) - session->arrived);
    world->packets.slots[slot].message.value = (int64_t)version;
    *session = (struct world_session){.slot = database->free_head};
    database->free_head = number;
    database->open_count--;
    admit(database);
    sim_gauge_set(database->counters.connected, database->open_count, world_database_now(database));
    world_link_answer(world, slot, answer, 0);
}

static void commit(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    struct sim_recording_entry changes[1 + MODEL_ATTRIBUTE_COUNT];
    sim_time now = world_database_now(database);
    uint32_t count = packet->message.kind + 1U;

    SIM_ASSERT(is_write(packet));
    uint64_t version = world_versions_commit(&database->versions, &packet->message, now);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t row = world_versions_row(&packet->message, i);
        uint64_t number_now = world_version_of(&database->versions, row).number;
        changes[i] =
            (struct sim_recording_entry){.time = now, .key = row, .value = (int64_t)number_now};
    }
    database->counters.writes->value++;
    end_transaction(database, number);
    close_session(database, number, WORLD_PACKET_STORED, version);
    for (uint32_t i = 0; i < count; i++) {
        world_feed_bear(&database->changes, &changes[i]);
    }
}

static void abort_session(world_database *database, uint32_t number)
{
    SIM_ASSERT(!session_at(database, number)->is_holding);
    database->counters.aborted->value++;
    end_transaction(database, number);
    close_session(database, number, WORLD_PACKET_ABORTED, 0);
}

/* ---- the steps of a session ---- */

static void end_hold(void *context, uint64_t payload)
{
    world_database *database = context;
    uint32_t number = (uint32_t)payload;

    if ((uint32_t)(payload >> 32) != database->node.incarnation ||
        world_node_postpones(&database->node, end_hold, database, payload)) {
        return;
    }
    SIM_ASSERT(session_at(database, number)->is_holding);
    session_at(database, number)->is_holding = false;
    commit(database, number);
}

static void keep_locks(world_database *database, uint32_t number)
{
    struct world_session *session = session_at(database, number);

    if (world_dist_is_zero(&database->config.hold)) {
        commit(database, number);
        return;
    }
    SIM_ASSERT(!session->is_holding);
    session->is_holding = true;
    (void)sim_run_after(
        &database->node.world->run,
        sim_dist_draw_time_of(
            &database->config.hold,
            &database->hold,
            world_draw_packet(database->node.world, packet_of(database, number))),
        end_hold,
        database,
        (uint64_t)database->node.incarnation << 32 | number);
}

static void lock(world_database *database, uint32_t number)
{
    struct world_session *session = session_at(database, number);
    uint64_t row = world_versions_row(&packet_of(database, number)->message, session->step);
    uint32_t victim;
    enum world_lock_result result = world_locks_acquire(&database->locks, number, row, &victim);

    session->asked = world_database_now(database);
    if (result == WORLD_LOCK_GRANTED) {
        start_work(database, number);
        return;
    }
    SIM_ASSERT(world_locks_waits_for(&database->locks, number) != WORLD_LOCKS_NONE);
    note_lock_waiting(database);
    if (result == WORLD_LOCK_DEADLOCK) {
        abort_session(database, victim);
    }
}

/* All that was asked for has been read. */
static void give(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    const struct model_message *message = &packet->message;

    database->counters.reads->value += rows_of(packet);
    if (packet->kind == WORLD_PACKET_READ) {
        world_batch_fill(database->node.world, message, &database->versions);
        close_session(database, number, WORLD_PACKET_ROWS, (uint64_t)message->value);
        return;
    }
    SIM_ASSERT(packet->kind == WORLD_PACKET_GET);
    uint64_t version = world_version_of(&database->versions, message->key).number;
    close_session(database, number, WORLD_PACKET_VALUE, version);
}

/* Its next step, whatever that is. */
static void go_on(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    const struct world_session *session = session_at(database, number);

    if (is_write(packet)) {
        if (session->step <= packet->message.kind) {
            lock(database, number);
        } else {
            keep_locks(database, number);
        }
        return;
    }
    if (session->step == 0) {
        start_work(database, number);
        return;
    }
    SIM_ASSERT(session->step == 1);
    give(database, number);
}

static void end_work(world_database *database)
{
    uint32_t number;

    while (world_processor_pop(&database->processor, world_database_now(database), &number)) {
        session_at(database, number)->step++;
        go_on(database, number);
    }
    world_alarm_set(&database->alarm, world_processor_next(&database->processor));
    SIM_ASSERT(
        world_alarm_is_in_time(&database->alarm, world_processor_next(&database->processor)));
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_database *database = context;

    SIM_ASSERT(payload <= database->node.incarnation);
    if (payload == database->node.incarnation &&
        !world_node_postpones(&database->node, wake_late, database, payload)) {
        end_work(database);
    }
}

void world_database_wake(void *context)
{
    const world_database *database = context;

    SIM_ASSERT(database->node.up);
    wake_late(context, database->node.incarnation);
}

/* ---- requests ---- */

static void open_session(world_database *database, uint32_t slot, sim_time arrived)
{
    uint32_t number = database->free_head;
    struct world_session *session = &database->sessions[number];

    SIM_ASSERT(number != NONE && !session->is_open);
    database->free_head = session->slot;
    *session = (struct world_session){.slot = slot, .arrived = arrived, .is_open = true};
    database->open_count++;
    sim_gauge_set(database->counters.connected, database->open_count, world_database_now(database));
    if (is_write(packet_of(database, number))) {
        world_locks_begin(&database->locks, number);
    }
    go_on(database, number);
}

static void refuse(world_database *database, uint32_t slot)
{
    SIM_ASSERT(database->node.up);
    database->counters.refused->value++;
    world_link_answer(database->node.world, slot, WORLD_PACKET_REFUSE, 0);
}

/* Those that wait, as long as there are connections. */
static void admit(world_database *database)
{
    struct world_waiting next;
    const sim_time patience = database->config.patience;
    const bool is_last = database->config.is_newest_first;

    while (database->free_head != NONE && world_fifo_take(&database->waiting, is_last, &next)) {
        if (patience > 0 && world_database_now(database) - (sim_time)next.position > patience) {
            database->counters.expired->value++;
            refuse(database, next.slot);
        } else {
            open_session(database, next.slot, (sim_time)next.position);
        }
    }
    sim_gauge_set(
        database->counters.waiting, database->waiting.count, world_database_now(database));
    SIM_ASSERT(database->free_head == NONE || database->waiting.count == 0);
}

static void judge_limit(world_database *database, bool is_full)
{
    if (database->limit == NULL) {
        return;
    }
    if (!is_full) {
        world_check_pass(database->limit);
        return;
    }
    SIM_ASSERT(database->open_count == database->config.connections);
    world_check_fail(
        database->limit,
        world_database_now(database),
        "%s was asked while all its %u connections were busy and %u requests waited for one",
        database->node.path,
        database->config.connections,
        database->waiting.count);
}

void world_database_receive(struct world_node *node, uint32_t slot)
{
    world_database *database = world_database_of(node);
    const struct world_packet *packet = &node->world->packets.slots[slot];
    bool is_full =
        database->free_head == NONE && database->waiting.count >= database->config.waiting_max;

    SIM_ASSERT(
        packet->kind == WORLD_PACKET_GET || packet->kind == WORLD_PACKET_PUT ||
        packet->kind == WORLD_PACKET_READ);
    database->counters.requests->value++;
    judge_limit(database, is_full);
    bool is_possible =
        !is_write(packet) || world_versions_has_rows(&database->versions, &packet->message);
    struct world_waiting waiting = {
        .slot = slot, .position = (uint64_t)world_database_now(database)};
    if (!is_possible || (is_full && !database->config.is_newest_first)) {
        refuse(database, slot);
        return;
    }
    world_fifo_push(&database->waiting, waiting);
    if (is_full && world_fifo_pop(&database->waiting, &waiting)) { /* the oldest */
        refuse(database, waiting.slot);
    }
    admit(database);
}

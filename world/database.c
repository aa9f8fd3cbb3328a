/* A request has a session while it has a connection; the session's number is that of its
 * transaction in the lock table and of its job on the processor. Sessions end inside loops over
 * others, so what a release grants is worked off one by one from a list. */
/* SPDX-License-Identifier: MIT */
#include "world/database.h"

#include <stdlib.h>

#include "world/alarm.h"
#include "world/datacenter.h"
#include "world/draw.h"
#include "world/fifo.h"
#include "world/link.h"
#include "world/locks.h"
#include "world/processor.h"

#define NONE UINT32_MAX

struct counters {
    struct sim_counter *reads;
    struct sim_counter *writes;
    struct sim_counter *aborted; /* to end a deadlock */
    struct sim_counter *refused;
    struct sim_counter *expired; /* of those refused: they had waited for too long */
    struct sim_gauge *connected;
    struct sim_gauge *waiting;      /* for a connection */
    struct sim_gauge *lock_waiting; /* for a row */
    struct sim_tally *lock_wait;
    struct sim_tally *response;
};

/* A request that has a connection. */
struct session {
    uint32_t slot;  /* of its packet; of a free session: the next free one */
    uint32_t step;  /* rows that it has locked and worked on */
    sim_time asked; /* for the row that it waits for */
    sim_time arrived;
    bool is_open;
    bool is_holding; /* it only keeps its locks */
};

struct world_database {
    struct world_node node;
    struct world_database_config config;
    struct counters counters;
    struct sim_stream work;
    struct sim_stream hold;
    struct world_versions versions;
    struct session *sessions;
    uint32_t free_head;
    uint32_t open_count;
    struct world_fifo waiting;
    struct world_locks locks;
    struct world_processor processor;
    struct world_alarm alarm; /* for the next job that ends */
};

static world_database *from_node(struct world_node *node)
{
    return (world_database *)node; /* the node is its first member */
}

static sim_time now_of(const world_database *database)
{
    return database->node.world->run.now;
}

static struct session *session_at(const world_database *database, uint32_t number)
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
    SIM_ASSERT(packet->kind == WORLD_PACKET_GET || packet->kind == WORLD_PACKET_PUT);
    return packet->kind == WORLD_PACKET_PUT;
}

static void note_lock_waiting(world_database *database)
{
    SIM_ASSERT(database->locks.waiting <= database->open_count);
    sim_gauge_set(database->counters.lock_waiting, database->locks.waiting, now_of(database));
}

/* ---- the end of a session ---- */

static void go_on(world_database *database, uint32_t number);

static void start_work(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    struct sim_stream stream =
        sim_stream_of(&database->work, world_draw_packet(database->node.world, packet));

    stream.counter +=
        (uint64_t)packet->sendings << 32 | (uint64_t)session_at(database, number)->step << 16;
    SIM_ASSERT(!session_at(database, number)->is_holding);
    world_processor_add(
        &database->processor,
        number,
        world_node_work(&database->node, sim_dist_draw_time(&database->config.work, &stream)),
        now_of(database));
    world_alarm_set(&database->alarm, world_processor_next(&database->processor));
}

/* Has a lock that it waited for. */
static void resume(world_database *database, uint32_t number)
{
    const struct session *session = session_at(database, number);

    SIM_ASSERT(session->asked <= now_of(database));
    sim_tally_record(database->counters.lock_wait, now_of(database) - session->asked);
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
    struct session *session = session_at(database, number);
    uint32_t slot = session->slot;

    SIM_ASSERT(database->open_count > 0);
    sim_tally_record(database->counters.response, now_of(database) - session->arrived);
    world->packets.slots[slot].message.value = (int64_t)version;
    *session = (struct session){.slot = database->free_head};
    database->free_head = number;
    database->open_count--;
    admit(database);
    sim_gauge_set(database->counters.connected, database->open_count, now_of(database));
    world_link_answer(world, slot, answer, 0);
}

static void commit(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);

    SIM_ASSERT(is_write(packet));
    uint64_t version =
        world_versions_commit(&database->versions, &packet->message, now_of(database));
    database->counters.writes->value++;
    end_transaction(database, number);
    close_session(database, number, WORLD_PACKET_STORED, version);
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
    struct session *session = session_at(database, number);

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
    struct session *session = session_at(database, number);
    uint64_t row = world_versions_row(&packet_of(database, number)->message, session->step);
    uint32_t victim;
    enum world_lock_result result = world_locks_acquire(&database->locks, number, row, &victim);

    session->asked = now_of(database);
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

/* Its next step, whatever that is. */
static void go_on(world_database *database, uint32_t number)
{
    const struct world_packet *packet = packet_of(database, number);
    const struct session *session = session_at(database, number);

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
    database->counters.reads->value++;
    close_session(
        database,
        number,
        WORLD_PACKET_VALUE,
        world_version_of(&database->versions, packet->message.key).number);
}

static void end_work(world_database *database)
{
    uint32_t number;

    while (world_processor_pop(&database->processor, now_of(database), &number)) {
        session_at(database, number)->step++;
        go_on(database, number);
    }
    world_alarm_set(&database->alarm, world_processor_next(&database->processor));
    SIM_ASSERT(database->alarm.time <= world_processor_next(&database->processor));
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

static void wake(void *context)
{
    const world_database *database = context;

    SIM_ASSERT(database->node.up);
    wake_late(context, database->node.incarnation);
}

/* ---- requests ---- */

static void open_session(world_database *database, uint32_t slot, sim_time arrived)
{
    uint32_t number = database->free_head;
    struct session *session = &database->sessions[number];

    SIM_ASSERT(number != NONE && !session->is_open);
    database->free_head = session->slot;
    *session = (struct session){.slot = slot, .arrived = arrived, .is_open = true};
    database->open_count++;
    sim_gauge_set(database->counters.connected, database->open_count, now_of(database));
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
        if (patience > 0 && now_of(database) - (sim_time)next.position > patience) {
            database->counters.expired->value++;
            refuse(database, next.slot);
        } else {
            open_session(database, next.slot, (sim_time)next.position);
        }
    }
    sim_gauge_set(database->counters.waiting, database->waiting.count, now_of(database));
    SIM_ASSERT(database->free_head == NONE || database->waiting.count == 0);
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_database *database = from_node(node);
    const struct world_packet *packet = &node->world->packets.slots[slot];
    bool is_full =
        database->free_head == NONE && database->waiting.count >= database->config.waiting_max;

    SIM_ASSERT(packet->kind == WORLD_PACKET_GET || packet->kind == WORLD_PACKET_PUT);
    bool is_possible =
        !is_write(packet) || world_versions_has_rows(&database->versions, &packet->message);
    struct world_waiting waiting = {.slot = slot, .position = (uint64_t)now_of(database)};
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

/* ---- a node's life ---- */

static void free_sessions(world_database *database)
{
    database->free_head = NONE;
    database->open_count = 0;
    for (uint32_t i = database->config.connections; i-- > 0;) {
        database->sessions[i] = (struct session){.slot = database->free_head};
        database->free_head = i;
    }
    SIM_ASSERT(database->free_head == 0);
}

static void crash(struct world_node *node)
{
    world_database *database = from_node(node);
    struct world_packets *packets = &node->world->packets;
    struct world_waiting first;

    while (world_fifo_pop(&database->waiting, &first)) {
        world_packets_free(packets, first.slot);
    }
    for (uint32_t i = 0; i < database->config.connections; i++) {
        const struct session *session = &database->sessions[i];
        if (session->is_open) {
            world_packets_free(packets, session->slot);
        }
    }
    world_locks_clear(&database->locks);
    world_processor_clear(&database->processor, now_of(database));
    world_alarm_cancel(&database->alarm);
    free_sessions(database);
    sim_gauge_set(database->counters.connected, 0, now_of(database));
    sim_gauge_set(database->counters.waiting, 0, now_of(database));
    note_lock_waiting(database);
}

static void verify(const struct world_node *node)
{
    const world_database *database = (const world_database *)node;
    uint32_t open = 0;
    uint32_t holding = 0;
    for (uint32_t i = 0; i < database->config.connections; i++) {
        open += database->sessions[i].is_open;
        holding += database->sessions[i].is_holding;
    }
    world_fifo_check(&database->waiting);
    world_locks_check(&database->locks);
    world_processor_check(&database->processor);
    world_alarm_check(&database->alarm);
    SIM_ASSERT(open == database->open_count);
    SIM_ASSERT(open == database->processor.jobs.count + holding + database->locks.waiting);
    SIM_ASSERT(database->waiting.count <= database->config.waiting_max);
    SIM_ASSERT(database->waiting.count == 0 || open == database->config.connections);
    SIM_ASSERT(
        node->is_paused || database->alarm.time <= world_processor_next(&database->processor));
    SIM_ASSERT(node->up || open == 0);
}

static void destroy(struct world_node *node)
{
    world_database *database = from_node(node);

    world_fifo_finish(&database->waiting);
    world_locks_finish(&database->locks);
    world_processor_finish(&database->processor);
    world_node_finish(node);
    free(database->versions.rows);
    free(database->sessions);
    g_free(database);
}

static const struct world_node_type database_type = {
    .name = "database",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_database *database)
{
    const struct world_node *node = &database->node;

    database->counters = (struct counters){
        .reads = world_node_counter(node, "reads", "requests"),
        .writes = world_node_counter(node, "writes", "requests"),
        .aborted = world_node_counter(node, "aborted", "requests"),
        .expired = world_node_counter(node, "expired", "requests"),
        .refused = world_node_counter(node, "refused", "requests"),
        .connected = world_node_gauge(node, "connected", "connections"),
        .waiting = world_node_gauge(node, "waiting", "requests"),
        .lock_waiting = world_node_gauge(node, "lock_waiting", "requests"),
        .lock_wait = world_node_tally(node, "lock_wait", "ns"),
        .response = world_node_tally(node, "response", "ns"),
    };
    SIM_ASSERT(database->counters.reads->value == 0);
}

world_database *world_database_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_database_config *config,
    GError **error)
{
    world_database *database = g_new0(world_database, 1);

    SIM_ASSERT(config->rows > 0 && config->connections > 0 && config->cores > 0);
    database->config = *config;
    if (!world_node_init(&database->node, &database_type, datacenter, name, error)) {
        g_free(database);
        return NULL;
    }
    database->work = world_node_stream(&database->node, "work");
    database->hold = world_node_stream(&database->node, "hold");
    database->versions = (struct world_versions){
        .rows = sim_allocate(config->rows, sizeof(struct world_version)),
        .count = config->rows,
    };
    database->sessions = sim_allocate(config->connections, sizeof(struct session));
    free_sessions(database);
    world_locks_init(&database->locks, config->connections);
    world_processor_init(&database->processor, config->cores);
    world_alarm_init(&database->alarm, &datacenter->world->run, wake, database);
    open_counters(database);
    return database;
}

struct world_node *world_database_node(world_database *database)
{
    return &database->node;
}

const struct world_versions *world_database_versions(const world_database *database)
{
    return &database->versions;
}

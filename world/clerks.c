/* A request has a session while a worker has it; the session's number is that of its job on the
 * processor, of its transaction, and of its request at the book. Sessions end inside loops over
 * others, so what a release grants is worked off one by one from a list. */
/* SPDX-License-Identifier: MIT */
#include "world/clerks.h"

#include <stdlib.h>

#include "world/datacenter.h"
#include "world/field.h"
#include "world/fifo.h"
#include "world/locks.h"
#include "world/order_desk.h"
#include "world/processor.h"

#define NONE   UINT32_MAX
#define NOBODY WORLD_ROSTER_NOBODY
#define ROWS   2

enum state { CLOSED, SEARCHING, LOCKING, HOLDING, AT_BOOK, GIVEN_UP };

struct session {
    uint32_t slot; /* of its packet; of a closed session: the next one */
    uint8_t state;
    uint8_t kind; /* of enum world_order_kind, at the book */
    bool has_transaction;
    uint32_t step; /* rows that it has locked and worked on */
    uint32_t tries;
    uint32_t customer;
    uint32_t person;
    uint32_t day;
    uint64_t rows[ROWS]; /* in the order in which it locks them */
    uint64_t rule;
    sim_time asked; /* for the row that it waits for */
};

struct counters {
    struct sim_counter *decided;
    struct sim_counter *conflicts; /* what was found was gone when it was locked */
    struct sim_counter *deadlocks;
    struct sim_counter *failed;
    struct sim_counter *dropped;
    struct sim_gauge *busy;
    struct sim_gauge *waiting;      /* for a worker */
    struct sim_gauge *lock_waiting; /* workers, for a row */
    struct sim_tally *lock_wait;
    struct sim_tally *response;
};

struct world_clerks {
    struct world_node node;
    struct world_clerks_config config;
    struct counters counters;
    struct world_order_desk desk;
    struct sim_stream search;
    struct sim_stream write;
    struct sim_stream hold;
    struct session *sessions;
    uint32_t free_head;
    uint32_t open_count;
    struct world_fifo waiting;
    struct world_locks locks;
    struct world_processor processor;
    struct world_alarm alarm; /* for the next piece of work that ends */
    struct world_check *deadlocks;
};

static world_clerks *from_node(struct world_node *node)
{
    return (world_clerks *)node; /* the node is its first member */
}

static sim_time now_of(const world_clerks *clerks)
{
    return clerks->node.world->run.now;
}

static struct session *session_at(const world_clerks *clerks, uint32_t number)
{
    SIM_ASSERT(number < clerks->config.workers && clerks->sessions[number].state != CLOSED);
    return &clerks->sessions[number];
}

static const struct model_message *message_of(
    const world_clerks *clerks, const struct session *session)
{
    const struct world_packets *packets = &clerks->node.world->packets;

    SIM_ASSERT(session->slot < packets->capacity);
    return &packets->slots[session->slot].message;
}

static void note(world_clerks *clerks)
{
    const struct counters *counters = &clerks->counters;

    SIM_ASSERT(clerks->locks.waiting <= clerks->open_count);
    sim_gauge_set(counters->busy, clerks->open_count, now_of(clerks));
    sim_gauge_set(counters->waiting, clerks->waiting.count, now_of(clerks));
    sim_gauge_set(counters->lock_waiting, clerks->locks.waiting, now_of(clerks));
}

/* ---- work on the cores ---- */

/* The draws of a session's tries and steps are apart. */
static void work(
    world_clerks *clerks,
    uint32_t number,
    const struct sim_dist *dist,
    const struct sim_stream *from,
    sim_time more)
{
    const struct session *session = session_at(clerks, number);
    struct sim_stream stream = sim_stream_of(from, session->rule);

    stream.counter += (uint64_t)session->tries << 32 | (uint64_t)session->step << 16;
    SIM_ASSERT(more >= 0);
    sim_time duration = sim_dist_draw_time(dist, &stream) + more;
    world_processor_add(
        &clerks->processor, number, world_node_work(&clerks->node, duration), now_of(clerks));
    world_alarm_set(&clerks->alarm, world_processor_next(&clerks->processor));
}

/* Begins at the beginning: with a search. */
static void search(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);
    sim_time more = 0;

    SIM_ASSERT(!session->has_transaction);
    session->state = SEARCHING;
    session->step = 0;
    session->customer = NOBODY;
    session->kind = 0;
    session->day = world_order_desk_today(&clerks->desk);
    if (clerks->config.examine > 0 &&
        world_order_desk_understands(&clerks->desk, message_of(clerks, session))) {
        struct world_rule rule =
            world_order_book_rule(clerks->desk.book, message_of(clerks, session));
        more = (sim_time)world_orders_examined(clerks->desk.copy, &rule) * clerks->config.examine;
    }
    work(clerks, number, &clerks->config.search, &clerks->search, more);
    session->tries++;
}

/* ---- transactions ---- */

/* Has a row that it waited for. */
static void resume(world_clerks *clerks, uint32_t number)
{
    const struct session *session = session_at(clerks, number);

    SIM_ASSERT(session->state == LOCKING);
    sim_tally_record(clerks->counters.lock_wait, now_of(clerks) - session->asked);
    work(clerks, number, &clerks->config.write, &clerks->write, 0);
}

/* Lets go of all rows; those that waited for them go on. */
static void end_transaction(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);
    uint32_t granted[WORLD_LOCKS_ROWS_MAX];

    if (!session->has_transaction) {
        return;
    }
    session->has_transaction = false;
    uint32_t count = world_locks_end(&clerks->locks, number, granted);
    SIM_ASSERT(count <= WORLD_LOCKS_ROWS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        resume(clerks, granted[i]);
    }
}

static void put(world_clerks *clerks, uint32_t number, enum world_order_kind kind)
{
    struct session *session = session_at(clerks, number);
    const struct world_order_decision decision = {
        .revision = clerks->desk.copy->revision,
        .customer = session->customer,
        .day = session->day,
        .kind = (uint8_t)kind,
    };

    SIM_ASSERT(session->state != AT_BOOK);
    session->state = AT_BOOK;
    session->kind = (uint8_t)kind;
    clerks->counters.decided->value++;
    world_order_desk_put(&clerks->desk, number, message_of(clerks, session), &decision);
}

static void try_again(world_clerks *clerks, uint32_t number)
{
    end_transaction(clerks, number);
    search(clerks, number);
    note(clerks);
    SIM_ASSERT(session_at(clerks, number)->state == SEARCHING);
}

/* Both rows are locked: nobody else can change what is read now. */
static void look_again(world_clerks *clerks, uint32_t number)
{
    const struct session *session = session_at(clerks, number);
    const struct world_orders *copy = clerks->desk.copy;

    SIM_ASSERT(session->has_transaction);
    if (copy->orders[session->customer].state == WORLD_CUSTOMER_FREE &&
        world_orders_has_room(copy, session->person, session->day)) {
        put(clerks, number, WORLD_ORDER_CREATED);
        return;
    }
    clerks->counters.conflicts->value++;
    try_again(clerks, number);
}

static void end_hold(void *context, uint64_t payload)
{
    world_clerks *clerks = context;
    uint32_t number = (uint32_t)payload;

    if ((uint32_t)(payload >> 32) != clerks->node.incarnation ||
        world_node_postpones(&clerks->node, end_hold, clerks, payload)) {
        return;
    }
    SIM_ASSERT(session_at(clerks, number)->state == HOLDING);
    look_again(clerks, number);
}

static void keep_locks(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);

    SIM_ASSERT(session->step == ROWS);
    session->state = HOLDING;
    if (world_dist_is_zero(&clerks->config.hold)) {
        look_again(clerks, number);
        return;
    }
    (void)sim_run_after(
        &clerks->node.world->run,
        sim_dist_draw_time_of(&clerks->config.hold, &clerks->hold, session->rule),
        end_hold,
        clerks,
        (uint64_t)clerks->node.incarnation << 32 | number);
}

static void lock(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);
    uint32_t victim;
    enum world_lock_result result =
        world_locks_acquire(&clerks->locks, number, session->rows[session->step], &victim);

    session->asked = now_of(clerks);
    if (result == WORLD_LOCK_GRANTED) {
        work(clerks, number, &clerks->config.write, &clerks->write, 0);
        return;
    }
    SIM_ASSERT(world_locks_waits_for(&clerks->locks, number) != WORLD_LOCKS_NONE);
    if (result == WORLD_LOCK_DEADLOCK) {
        clerks->counters.deadlocks->value++;
        try_again(clerks, victim);
    }
    note(clerks);
}

static void begin_transaction(
    world_clerks *clerks, uint32_t number, const struct world_rule *rule, uint32_t customer)
{
    struct session *session = session_at(clerks, number);
    bool is_person_first = !clerks->config.is_sorted && rule->region != 0;

    SIM_ASSERT(!session->has_transaction);
    session->state = LOCKING;
    session->has_transaction = true;
    session->customer = customer;
    session->rows[is_person_first ? 1 : 0] = customer;
    session->rows[is_person_first ? 0 : 1] =
        (uint64_t)clerks->desk.copy->roster->config.customers + session->person;
    world_locks_begin(&clerks->locks, number);
    lock(clerks, number);
}

/* ---- the end of a search ---- */

/* The worker is free; returns the request's packet, which is the caller's. */
static uint32_t close_session(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);
    uint32_t slot = session->slot;

    end_transaction(clerks, number);
    world_order_desk_settle(&clerks->desk, number);
    *session = (struct session){.slot = clerks->free_head};
    clerks->free_head = number;
    SIM_ASSERT(clerks->open_count > 0);
    clerks->open_count--;
    return slot;
}

/* Whoever asked gets no answer, and will ask again. */
static void drop(world_clerks *clerks, uint32_t slot)
{
    struct world *world = clerks->node.world;

    SIM_ASSERT(slot < world->packets.capacity);
    clerks->counters.dropped->value++;
    world_audit_lose(
        world->audit, &world->packets.slots[slot], WORLD_AUDIT_HAND_LOST, clerks->node.index);
    world_packets_free(&world->packets, slot);
}

static void choose(world_clerks *clerks, uint32_t number)
{
    struct session *session = session_at(clerks, number);
    const struct model_message *message = message_of(clerks, session);
    const struct world_orders *copy = clerks->desk.copy;
    int action = world_order_book_config_of(clerks->desk.book)->fields.action;
    uint32_t customer;

    SIM_ASSERT(session->state == SEARCHING);
    if (!world_order_desk_understands(&clerks->desk, message)) {
        clerks->counters.failed->value++;
        drop(clerks, close_session(clerks, number));
        return;
    }
    struct world_rule rule = world_order_book_rule(clerks->desk.book, message);
    if (world_field_of(message, action) == 1) {
        put(clerks, number, WORLD_ORDER_CANCEL);
    } else if (message->born <= copy->persons[session->person].withdrawn) {
        put(clerks, number, WORLD_ORDER_WITHDRAWN);
    } else if (
        !world_orders_has_room(copy, session->person, session->day) ||
        !world_orders_find(copy, &rule, &customer)) {
        put(clerks, number, WORLD_ORDER_NONE);
    } else {
        begin_transaction(clerks, number, &rule, customer);
    }
}

static void admit(world_clerks *clerks);

static void end_work(world_clerks *clerks)
{
    uint32_t number;

    while (world_processor_pop(&clerks->processor, now_of(clerks), &number)) {
        struct session *session = session_at(clerks, number);
        if (session->state == SEARCHING) {
            choose(clerks, number);
            continue;
        }
        SIM_ASSERT(session->state == LOCKING);
        session->step++;
        if (session->step < ROWS) {
            lock(clerks, number);
        } else {
            keep_locks(clerks, number);
        }
    }
    world_alarm_set(&clerks->alarm, world_processor_next(&clerks->processor));
    admit(clerks);
}

/* The payload is the life of the node that the alarm belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_clerks *clerks = context;

    SIM_ASSERT(payload <= clerks->node.incarnation);
    if (payload == clerks->node.incarnation &&
        !world_node_postpones(&clerks->node, wake_late, clerks, payload)) {
        end_work(clerks);
    }
}

static void wake(void *context)
{
    const world_clerks *clerks = context;

    SIM_ASSERT(clerks->node.up);
    wake_late(context, clerks->node.incarnation);
}

/* ---- requests and answers ---- */

static void open_session(world_clerks *clerks, uint32_t slot)
{
    uint32_t number = clerks->free_head;
    struct session *session = &clerks->sessions[number];
    const struct model_message *message = &clerks->node.world->packets.slots[slot].message;

    SIM_ASSERT(session->state == CLOSED);
    clerks->free_head = session->slot;
    *session = (struct session){
        .slot = slot,
        .state = SEARCHING,
        .person = (uint32_t)message->key,
        .rule = message->id,
    };
    clerks->open_count++;
    search(clerks, number);
}

/* Those that wait, as long as there are workers, and the book has been read. */
static void admit(world_clerks *clerks)
{
    struct world_waiting first;

    while (clerks->desk.is_read && clerks->free_head != NONE &&
           world_fifo_pop(&clerks->waiting, &first)) {
        open_session(clerks, first.slot);
    }
    note(clerks);
    SIM_ASSERT(clerks->open_count <= clerks->config.workers);
}

static void complete(world_clerks *clerks, uint32_t number, bool has_order)
{
    uint32_t slot = close_session(clerks, number);
    const struct model_message rule = clerks->node.world->packets.slots[slot].message;

    SIM_ASSERT(rule.born <= now_of(clerks));
    sim_tally_record(clerks->counters.response, now_of(clerks) - rule.born);
    world_link_answer(clerks->node.world, slot, WORLD_PACKET_CHARGED, 0);
    world_order_desk_tell(&clerks->desk, &rule, has_order);
}

/* The book has been read: what was given up is written by now, or never will be. */
static void forget_given_up(world_clerks *clerks)
{
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        if (clerks->sessions[i].state == GIVEN_UP) {
            uint32_t slot = close_session(clerks, i);
            SIM_ASSERT(slot == NONE);
        }
    }
}

static void hear(world_clerks *clerks, const struct world_packet *answer)
{
    uint32_t number = answer->token;

    (void)world_order_desk_learn(&clerks->desk, answer);
    if (answer->kind == WORLD_PACKET_VALUE) {
        if (world_order_desk_is_read_now(&clerks->desk, answer)) {
            forget_given_up(clerks);
        }
        return;
    }
    SIM_ASSERT(answer->kind == WORLD_PACKET_STORED && number < clerks->config.workers);
    const struct session *session = &clerks->sessions[number];
    if (session->state != AT_BOOK || session->rule != answer->message.id) {
        return;
    }
    world_order_desk_settle(&clerks->desk, number);
    if (answer->message.kind == WORLD_ORDER_AGAIN) {
        try_again(clerks, number);
    } else {
        complete(
            clerks,
            number,
            answer->message.kind == WORLD_ORDER_ANSWERED || session->kind == WORLD_ORDER_CREATED);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_clerks *clerks = from_node(node);
    const struct world_packet packet = node->world->packets.slots[slot];

    SIM_ASSERT(node->up);
    if (packet.kind == WORLD_PACKET_CHARGE) {
        if (clerks->waiting.count >= clerks->config.window) {
            drop(clerks, slot);
            return;
        }
        world_fifo_push(&clerks->waiting, (struct world_waiting){.slot = slot});
    } else {
        world_packets_free(&node->world->packets, slot);
        hear(clerks, &packet);
    }
    admit(clerks);
}

/* What is at the book is given up, and its rows stay locked until the book has been read. */
static void overdue(void *context)
{
    world_clerks *clerks = context;

    SIM_ASSERT(clerks->node.up);
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        struct session *session = &clerks->sessions[i];
        if (session->state == AT_BOOK) {
            drop(clerks, session->slot);
            session->state = GIVEN_UP;
            session->slot = NONE;
        }
    }
    world_order_desk_read(&clerks->desk);
}

/* ---- a node's life ---- */

/* Whoever waits in a circle waits for ever. */
static void check_deadlocks(struct world_check *check, struct world *world)
{
    const world_clerks *clerks = check->context;
    const struct world_locks *locks = &clerks->locks;

    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        uint32_t next = clerks->sessions[i].has_transaction ? world_locks_waits_for(locks, i)
                                                            : WORLD_LOCKS_NONE;
        for (uint32_t steps = 0; next != WORLD_LOCKS_NONE && steps < clerks->config.workers;
             steps++) {
            if (next == i) {
                world_check_fail(
                    check,
                    world->run.now,
                    "worker %u waits for itself at %s",
                    i,
                    clerks->node.path);
                return;
            }
            next = world_locks_waits_for(locks, next);
        }
    }
    SIM_ASSERT(check == clerks->deadlocks);
    world_check_pass(check);
}

static void free_sessions(world_clerks *clerks)
{
    clerks->free_head = NONE;
    clerks->open_count = 0;
    for (uint32_t i = clerks->config.workers; i-- > 0;) {
        clerks->sessions[i] = (struct session){.slot = clerks->free_head};
        clerks->free_head = i;
    }
    SIM_ASSERT(clerks->free_head == 0);
}

static void crash(struct world_node *node)
{
    world_clerks *clerks = from_node(node);
    struct world_waiting first;

    while (world_fifo_pop(&clerks->waiting, &first)) {
        drop(clerks, first.slot);
    }
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        const struct session *session = &clerks->sessions[i];
        if (session->state != CLOSED && session->state != GIVEN_UP) {
            drop(clerks, session->slot);
        }
    }
    world_locks_clear(&clerks->locks);
    world_processor_clear(&clerks->processor, now_of(clerks));
    world_alarm_cancel(&clerks->alarm);
    world_order_desk_crash(&clerks->desk);
    free_sessions(clerks);
    note(clerks);
    SIM_ASSERT(clerks->locks.waiting == 0);
}

static void begin_life(struct world_node *node)
{
    world_clerks *clerks = from_node(node);

    SIM_ASSERT(clerks->open_count == 0);
    world_order_desk_open(&clerks->desk);
    world_node_up(node);
    world_order_desk_read(&clerks->desk);
}

static bool is_complete(const struct world_node *node, GError **error)
{
    const world_clerks *clerks = (const world_clerks *)node;

    SIM_ASSERT(node->type->is_complete == is_complete);
    if (clerks->desk.target == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_ROUTE,
            "clerks %s write to no book of orders: connect them with tb.connect(clerks, orders)",
            node->path);
    }
    return clerks->desk.target != NULL;
}

static void verify(const struct world_node *node)
{
    const world_clerks *clerks = (const world_clerks *)node;
    uint32_t open = 0;
    uint32_t working = 0;
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        const struct session *session = &clerks->sessions[i];
        open += session->state != CLOSED;
        working += session->state == SEARCHING || session->state == LOCKING;
    }
    world_fifo_check(&clerks->waiting);
    world_locks_check(&clerks->locks);
    world_processor_check(&clerks->processor);
    world_order_desk_check(&clerks->desk);
    SIM_ASSERT(open == clerks->open_count);
    SIM_ASSERT(working == clerks->processor.jobs.count + clerks->locks.waiting);
    SIM_ASSERT(node->up || open == 0);
}

static void destroy(struct world_node *node)
{
    world_clerks *clerks = from_node(node);

    world_fifo_finish(&clerks->waiting);
    world_locks_finish(&clerks->locks);
    world_processor_finish(&clerks->processor);
    world_order_desk_finish(&clerks->desk);
    world_node_finish(node);
    free(clerks->sessions);
    g_free(clerks);
}

static const struct world_node_type clerks_type = {
    .name = "clerks",
    .feels = WORLD_FEELS_PAUSE | WORLD_FEELS_SLOW,
    .is_complete = is_complete,
    .start = begin_life,
    .receive = receive,
    .crash = crash,
    .restart = begin_life,
    .verify = verify,
    .destroy = destroy,
};

static void open_counters(world_clerks *clerks)
{
    const struct world_node *node = &clerks->node;

    clerks->counters = (struct counters){
        .decided = world_node_counter(node, "decided", "rules"),
        .conflicts = world_node_counter(node, "conflicts", "transactions"),
        .deadlocks = world_node_counter(node, "deadlocks", "transactions"),
        .failed = world_node_counter(node, "failed", "rules"),
        .dropped = world_node_counter(node, "dropped", "rules"),
        .busy = world_node_gauge(node, "busy", "workers"),
        .waiting = world_node_gauge(node, "waiting", "rules"),
        .lock_waiting = world_node_gauge(node, "lock_waiting", "workers"),
        .lock_wait = world_node_tally(node, "lock_wait", "ns"),
        .response = world_node_tally(node, "response", "ns"),
    };
    SIM_ASSERT(clerks->counters.decided->value == 0);
}

world_clerks *world_clerks_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_clerks_config *config,
    GError **error)
{
    world_clerks *clerks = g_new0(world_clerks, 1);

    SIM_ASSERT(config->workers > 0 && config->window > 0 && config->cores > 0);
    clerks->config = *config;
    if (!world_node_init(&clerks->node, &clerks_type, datacenter, name, error)) {
        g_free(clerks);
        return NULL;
    }
    world_order_desk_init(&clerks->desk, &clerks->node, config->book, config->workers, overdue);
    clerks->desk.answers = config->answers;
    clerks->search = world_node_stream(&clerks->node, "search");
    clerks->write = world_node_stream(&clerks->node, "write");
    clerks->hold = world_node_stream(&clerks->node, "hold");
    clerks->sessions = sim_allocate(config->workers, sizeof(struct session));
    free_sessions(clerks);
    world_locks_init(&clerks->locks, config->workers);
    world_processor_init(&clerks->processor, config->cores);
    world_alarm_init(&clerks->alarm, &datacenter->world->run, wake, clerks);
    clerks->deadlocks = world_check_create(datacenter->world);
    clerks->deadlocks->at_sample = check_deadlocks;
    clerks->deadlocks->context = clerks;
    open_counters(clerks);
    return clerks;
}

bool world_clerks_connect(world_clerks *clerks, struct world_node *book, GError **error)
{
    if (!world_link_connect(&clerks->node, "writes to", book, &clerks->desk.target, error)) {
        return false;
    }
    SIM_ASSERT(!clerks->node.world->started);
    clerks->desk.pipe = world_link_pipe(&clerks->node, book);
    return true;
}

struct world_node *world_clerks_node(world_clerks *clerks)
{
    return &clerks->node;
}

struct world_check *world_clerks_check_deadlocks(world_clerks *clerks)
{
    return clerks->deadlocks;
}

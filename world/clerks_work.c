/* A request has a session while a worker has it; the session's number is that of its job on the
 * processor, of its transaction, and of its request at the book. Sessions end inside loops over
 * others, so what a release grants is worked off one by one from a list. */
/* SPDX-License-Identifier: MIT */
#include "world/clerks_state.h"
#include "world/field.h"

#define NOBODY WORLD_ROSTER_NOBODY

static sim_time now_of(const world_clerks *clerks)
{
    return clerks->node.world->run.now;
}

static struct world_clerk_session *session_at(const world_clerks *clerks, uint32_t number)
{
    SIM_ASSERT(
        number < clerks->config.workers && clerks->sessions[number].state != WORLD_CLERK_CLOSED);
    return &clerks->sessions[number];
}

static const struct model_message *message_of(
    const world_clerks *clerks, const struct world_clerk_session *session)
{
    const struct world_packets *packets = &clerks->node.world->packets;

    SIM_ASSERT(session->slot < packets->capacity);
    return &packets->slots[session->slot].message;
}

void world_clerks_note(world_clerks *clerks)
{
    const struct world_clerks_counters *counters = &clerks->counters;

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
    const struct world_clerk_session *session = session_at(clerks, number);
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
    struct world_clerk_session *session = session_at(clerks, number);
    sim_time more = 0;

    SIM_ASSERT(!session->has_transaction);
    session->state = WORLD_CLERK_SEARCHING;
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
    const struct world_clerk_session *session = session_at(clerks, number);

    SIM_ASSERT(session->state == WORLD_CLERK_LOCKING);
    sim_tally_record(clerks->counters.lock_wait, now_of(clerks) - session->asked);
    work(clerks, number, &clerks->config.write, &clerks->write, 0);
}

/* Lets go of all rows; those that waited for them go on. */
static void end_transaction(world_clerks *clerks, uint32_t number)
{
    struct world_clerk_session *session = session_at(clerks, number);
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
    struct world_clerk_session *session = session_at(clerks, number);
    const struct world_order_decision decision = {
        .revision = clerks->desk.copy->revision,
        .customer = session->customer,
        .day = session->day,
        .kind = (uint8_t)kind,
    };

    SIM_ASSERT(session->state != WORLD_CLERK_AT_BOOK);
    session->state = WORLD_CLERK_AT_BOOK;
    session->kind = (uint8_t)kind;
    clerks->counters.decided->value++;
    world_order_desk_put(&clerks->desk, number, message_of(clerks, session), &decision);
}

static void try_again(world_clerks *clerks, uint32_t number)
{
    end_transaction(clerks, number);
    search(clerks, number);
    world_clerks_note(clerks);
    SIM_ASSERT(session_at(clerks, number)->state == WORLD_CLERK_SEARCHING);
}

/* Both rows are locked: nobody else can change what is read now. */
static void look_again(world_clerks *clerks, uint32_t number)
{
    const struct world_clerk_session *session = session_at(clerks, number);
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
    SIM_ASSERT(session_at(clerks, number)->state == WORLD_CLERK_HOLDING);
    look_again(clerks, number);
}

static void keep_locks(world_clerks *clerks, uint32_t number)
{
    struct world_clerk_session *session = session_at(clerks, number);

    SIM_ASSERT(session->step == WORLD_CLERKS_ROWS);
    session->state = WORLD_CLERK_HOLDING;
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
    struct world_clerk_session *session = session_at(clerks, number);
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
    world_clerks_note(clerks);
}

static void begin_transaction(
    world_clerks *clerks, uint32_t number, const struct world_rule *rule, uint32_t customer)
{
    struct world_clerk_session *session = session_at(clerks, number);
    bool is_person_first = !clerks->config.is_sorted && rule->region != 0;

    SIM_ASSERT(!session->has_transaction);
    session->state = WORLD_CLERK_LOCKING;
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
    struct world_clerk_session *session = session_at(clerks, number);
    uint32_t slot = session->slot;

    end_transaction(clerks, number);
    world_order_desk_settle(&clerks->desk, number);
    *session = (struct world_clerk_session){.slot = clerks->free_head};
    clerks->free_head = number;
    SIM_ASSERT(clerks->open_count > 0);
    clerks->open_count--;
    return slot;
}

/* Whoever asked gets no answer, and will ask again. */
void world_clerks_drop(world_clerks *clerks, uint32_t slot)
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
    struct world_clerk_session *session = session_at(clerks, number);
    const struct model_message *message = message_of(clerks, session);
    const struct world_orders *copy = clerks->desk.copy;
    int action = world_order_book_config_of(clerks->desk.book)->fields.action;
    uint32_t customer;

    SIM_ASSERT(session->state == WORLD_CLERK_SEARCHING);
    if (!world_order_desk_understands(&clerks->desk, message)) {
        clerks->counters.failed->value++;
        world_clerks_drop(clerks, close_session(clerks, number));
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
        struct world_clerk_session *session = session_at(clerks, number);
        if (session->state == WORLD_CLERK_SEARCHING) {
            choose(clerks, number);
            continue;
        }
        SIM_ASSERT(session->state == WORLD_CLERK_LOCKING);
        session->step++;
        if (session->step < WORLD_CLERKS_ROWS) {
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

void world_clerks_wake(void *context)
{
    const world_clerks *clerks = context;

    SIM_ASSERT(clerks->node.up);
    wake_late(context, clerks->node.incarnation);
}

/* ---- requests and answers ---- */

static void open_session(world_clerks *clerks, uint32_t slot)
{
    uint32_t number = clerks->free_head;
    struct world_clerk_session *session = &clerks->sessions[number];
    const struct model_message *message = &clerks->node.world->packets.slots[slot].message;

    SIM_ASSERT(session->state == WORLD_CLERK_CLOSED);
    clerks->free_head = session->slot;
    *session = (struct world_clerk_session){
        .slot = slot,
        .state = WORLD_CLERK_SEARCHING,
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

    while (clerks->desk.is_read && clerks->free_head != WORLD_CLERKS_NONE &&
           world_fifo_pop(&clerks->waiting, &first)) {
        open_session(clerks, first.slot);
    }
    world_clerks_note(clerks);
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
        if (clerks->sessions[i].state == WORLD_CLERK_GIVEN_UP) {
            uint32_t slot = close_session(clerks, i);
            SIM_ASSERT(slot == WORLD_CLERKS_NONE);
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
    const struct world_clerk_session *session = &clerks->sessions[number];
    if (session->state != WORLD_CLERK_AT_BOOK || session->rule != answer->message.id) {
        return;
    }
    world_order_desk_settle(&clerks->desk, number);
    if (answer->message.kind == WORLD_ORDER_AGAIN) {
        try_again(clerks, number);
    } else {
        complete(clerks, number, world_order_desk_has_order(answer->message.kind, session->kind));
    }
}

void world_clerks_receive(struct world_node *node, uint32_t slot)
{
    world_clerks *clerks = (world_clerks *)node;
    const struct world_packet packet = node->world->packets.slots[slot];

    SIM_ASSERT(node->up);
    if (packet.kind == WORLD_PACKET_CHARGE) {
        if (clerks->waiting.count >= clerks->config.window) {
            world_clerks_drop(clerks, slot);
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
void world_clerks_overdue(void *context)
{
    world_clerks *clerks = context;

    SIM_ASSERT(clerks->node.up);
    for (uint32_t i = 0; i < clerks->config.workers; i++) {
        struct world_clerk_session *session = &clerks->sessions[i];
        if (session->state == WORLD_CLERK_AT_BOOK) {
            world_clerks_drop(clerks, session->slot);
            session->state = WORLD_CLERK_GIVEN_UP;
            session->slot = WORLD_CLERKS_NONE;
        }
    }
    world_order_desk_read(&clerks->desk);
}

/* Everything is a slot in a pool and an index in a list; no operation but check and visit costs
 * more than the number of messages it moves, and none allocates once the pools have grown. */
/* SPDX-License-Identifier: MIT */
#include "models/producer_consumer.h"

#include <stdlib.h>

#include "models/pc_state.h"

#define NONE              MODEL_POOL_NONE
#define CONSUMERS_FIRST   8
#define UNCONFIRMED_FIRST 64

/* ---- life ---- */

static void lists_init(struct model_pc *queue)
{
    model_pc_list_init(&queue->uncommitted);
    model_pc_list_init(&queue->returned);
    model_pc_list_init(&queue->fresh);
    model_pc_list_init(&queue->leased);
}

model_pc *model_pc_create(const struct model_pc_config *config, const struct model_store *store)
{
    SIM_ASSERT(config->capacity > 0 && config->capacity < NONE);
    SIM_ASSERT(config->lease > 0);
    SIM_ASSERT(config->backoff_first >= 0);
    SIM_ASSERT(config->backoff_first == 0 || config->backoff_max >= config->backoff_first);

    struct model_pc *queue = sim_allocate(1, sizeof(*queue));
    queue->config = *config;
    queue->store = store;
    queue->now = INT64_MIN;
    queue->generation_limit = MODEL_PC_GENERATIONS;
    model_pool_init(&queue->slots, sizeof(struct model_pc_slot));
    model_pool_init(&queue->leases, sizeof(struct model_pc_lease));
    model_deadlines_init(&queue->delayed);
    model_horizon_init(&queue->needed);
    lists_init(queue);
    queue->consumers = sim_allocate(CONSUMERS_FIRST, sizeof(*queue->consumers));
    queue->consumer_capacity = CONSUMERS_FIRST;
    queue->unconfirmed = sim_allocate(UNCONFIRMED_FIRST, sizeof(*queue->unconfirmed));
    queue->unconfirmed_capacity = UNCONFIRMED_FIRST;
    return queue;
}

void model_pc_destroy(model_pc *queue)
{
    if (queue == NULL) {
        return;
    }
    if (queue->is_recovering) {
        model_index_finish(&queue->by_position);
    }
    model_horizon_finish(&queue->needed);
    model_deadlines_finish(&queue->delayed);
    model_pool_finish(&queue->leases);
    model_pool_finish(&queue->slots);
    free(queue->unconfirmed);
    free(queue->consumers);
    free(queue);
}

/* The time by which an operation goes: a clock that is set back does not set the queue back. */
static sim_time advance(struct model_pc *queue, sim_time now)
{
    SIM_ASSERT(!queue->is_recovering);
    queue->now = now > queue->now ? now : queue->now;
    return queue->now;
}

static sim_time later(sim_time now, sim_time delay)
{
    SIM_ASSERT(delay >= 0);
    return now > SIM_NEVER - delay ? SIM_NEVER : now + delay;
}

/* ---- send ---- */

static void drop_offered(struct model_pc *queue, uint64_t id, struct model_outbox *outbox)
{
    queue->counts.offered++;
    queue->counts.dropped++;
    model_outbox_add(outbox, MODEL_DROPPED, id);
}

static void drop_waiting(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    uint64_t id = model_pc_slot_at(queue, index)->message.id;

    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_DROPPED, index);
    }
    model_pc_take_waiting(queue, index);
    queue->counts.dropped++;
    model_pc_free_slot(queue, index, NULL); /* no room: the newer one takes it */
    model_outbox_add(outbox, MODEL_DROPPED, id);
}

/* Returns whether there is room now; if not, `out_result` is what the sender is told. */
static bool make_room(
    struct model_pc *queue,
    uint64_t id,
    struct model_outbox *outbox,
    enum model_send_result *out_result)
{
    SIM_ASSERT(model_pc_depth(queue) >= queue->config.capacity);

    switch (queue->config.when_full) {
    case MODEL_BLOCK:
        *out_result = MODEL_SEND_FULL;
        return false;
    case MODEL_REJECT:
        queue->counts.offered++;
        queue->counts.refused++;
        *out_result = MODEL_SEND_REFUSED;
        return false;
    case MODEL_DROP_OLDEST:
        if (queue->counts.waiting > 0) {
            drop_waiting(queue, model_pc_first_waiting(queue), outbox);
            return true;
        }
        break;
    case MODEL_DROP_NEWEST:
        break;
    }
    drop_offered(queue, id, outbox);
    *out_result = MODEL_SEND_DROPPED;
    return false;
}

enum model_send_result model_pc_send(
    model_pc *queue, const struct model_message *message, sim_time now, struct model_outbox *outbox)
{
    enum model_send_result result = MODEL_SENT;

    (void)advance(queue, now);
    bool is_full = model_pc_depth(queue) >= queue->config.capacity;
    if (is_full && !make_room(queue, message->id, outbox, &result)) {
        return result;
    }

    uint32_t index = model_pc_new_slot(queue, message);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    slot->message.attempt = 0;
    queue->counts.offered++;
    if (queue->store == NULL) {
        model_outbox_add(outbox, MODEL_SEND_CONFIRMED, message->id);
        model_pc_put_waiting(queue, index, outbox);
        return MODEL_SENT;
    }
    slot->position = model_pc_append_send(queue, &slot->message);
    model_horizon_add(&queue->needed, slot->position);
    slot->state = MODEL_PC_UNCOMMITTED;
    model_pc_list_push(queue, &queue->uncommitted, index);
    queue->counts.uncommitted++;
    model_pc_tell_store(queue, outbox);
    return MODEL_SENT;
}

/* ---- receive ---- */

bool model_pc_receive(
    model_pc *queue,
    uint32_t consumer,
    sim_time now,
    struct model_delivery *out_delivery,
    struct model_outbox *outbox)
{
    uint32_t prefetch = queue->config.prefetch;

    (void)outbox; /* the record of a delivery is written along with whatever comes next */
    now = advance(queue, now);
    if (queue->counts.waiting == 0 || !model_pc_is_gate_open(queue) ||
        (prefetch > 0 && model_pc_consumer_at(queue, consumer)->held >= prefetch)) {
        return false;
    }

    uint32_t index = model_pc_first_waiting(queue);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    model_pc_take_waiting(queue, index);
    slot->state = MODEL_PC_LEASED;
    slot->lease = model_pc_begin_lease(queue, index, consumer, later(now, queue->config.lease));
    if (slot->message.attempt < UINT16_MAX) {
        slot->message.attempt++;
    }
    queue->counts.delivered++;
    queue->counts.redelivered += slot->message.attempt > 1 ? 1 : 0;
    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_LEASE, index);
        queue->has_appended = false;
    }
    out_delivery->message = slot->message;
    out_delivery->lease = (struct model_lease){
        .generation = queue->generation, .slot = slot->lease, .consumer = consumer};
    return true;
}

/* ---- ack ---- */

static void grow_unconfirmed(struct model_pc *queue)
{
    uint64_t old = queue->unconfirmed_capacity;
    struct model_pc_unconfirmed *ring = sim_allocate(old * 2, sizeof(*ring));

    SIM_ASSERT(queue->unconfirmed_end - queue->unconfirmed_first == old);
    for (uint64_t i = queue->unconfirmed_first; i < queue->unconfirmed_end; i++) {
        ring[i & (old * 2 - 1)] = queue->unconfirmed[i & (old - 1)];
    }
    free(queue->unconfirmed);
    queue->unconfirmed = ring;
    queue->unconfirmed_capacity = old * 2;
}

static void remember_ack(struct model_pc *queue, uint64_t position, uint64_t id)
{
    SIM_ASSERT(position > queue->committed);

    if (queue->unconfirmed_end - queue->unconfirmed_first == queue->unconfirmed_capacity) {
        grow_unconfirmed(queue);
    }
    queue->unconfirmed[queue->unconfirmed_end++ & (queue->unconfirmed_capacity - 1)] =
        (struct model_pc_unconfirmed){.position = position, .id = id};
}

enum model_ack_result model_pc_ack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox)
{
    (void)advance(queue, now);
    if (!model_pc_is_current(queue, lease)) {
        return MODEL_ACK_STALE;
    }

    uint32_t index = model_pc_end_lease(queue, lease->slot);
    uint64_t id = model_pc_slot_at(queue, index)->message.id;
    if (queue->store == NULL) {
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, id);
    } else {
        remember_ack(queue, model_pc_append_event(queue, MODEL_PC_RECORD_ACK, index), id);
    }
    queue->counts.acked++;
    model_pc_free_slot(queue, index, outbox);
    model_pc_tell_store(queue, outbox);
    return MODEL_ACKED;
}

/* ---- giving back ---- */

bool model_pc_is_spent(const struct model_pc *queue, const struct model_message *message)
{
    return queue->config.attempts_max > 0 && message->attempt >= queue->config.attempts_max;
}

void model_pc_bury(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    uint64_t id = model_pc_slot_at(queue, index)->message.id;

    SIM_ASSERT(model_pc_is_spent(queue, &model_pc_slot_at(queue, index)->message));
    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_DEAD, index);
    }
    queue->counts.dead++;
    model_pc_free_slot(queue, index, outbox);
    model_outbox_add(outbox, MODEL_DEAD, id);
}

static sim_time backoff_of(const struct model_pc_config *config, uint32_t attempt)
{
    sim_time delay = config->backoff_first;

    SIM_ASSERT(attempt > 0);
    for (uint32_t i = 1; i < attempt && delay < config->backoff_max; i++) {
        delay = delay > config->backoff_max / 2 ? config->backoff_max : delay * 2;
    }
    return delay;
}

/* Gives the message of a slot that no structure holds back to the queue after `delay`. */
static void give_back(
    struct model_pc *queue, uint32_t index, sim_time delay, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state == MODEL_PC_LEASED);
    if (model_pc_is_spent(queue, &slot->message)) {
        model_pc_bury(queue, index, outbox);
        return;
    }
    slot->was_given_back = true;
    model_outbox_add(outbox, MODEL_REDELIVERED, slot->message.id);
    if (delay == 0) {
        model_pc_put_waiting(queue, index, outbox);
        return;
    }
    slot->state = MODEL_PC_DELAYED;
    model_deadlines_insert(&queue->delayed, later(queue->now, delay), index);
    queue->counts.delayed++;
}

enum model_ack_result model_pc_nack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox)
{
    (void)advance(queue, now);
    if (!model_pc_is_current(queue, lease)) {
        return MODEL_ACK_STALE;
    }

    uint32_t index = model_pc_end_lease(queue, lease->slot);
    uint32_t attempt = model_pc_slot_at(queue, index)->message.attempt;
    give_back(queue, index, backoff_of(&queue->config, attempt), outbox);
    model_pc_tell_store(queue, outbox);
    return MODEL_ACKED;
}

void model_pc_leave(model_pc *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    struct model_pc_consumer *leaver = model_pc_consumer_at(queue, consumer);

    (void)advance(queue, now);
    while (leaver->held_first != NONE) {
        SIM_ASSERT(leaver->held > 0);
        give_back(queue, model_pc_end_lease(queue, leaver->held_first), 0, outbox);
    }
    SIM_ASSERT(leaver->held == 0);
    leaver->is_joined = false;
    model_pc_tell_store(queue, outbox);
}

/* ---- what is due ---- */

static void confirm_acks(struct model_pc *queue, struct model_outbox *outbox)
{
    uint64_t mask = queue->unconfirmed_capacity - 1;

    while (queue->unconfirmed_first < queue->unconfirmed_end) {
        const struct model_pc_unconfirmed *ack =
            &queue->unconfirmed[queue->unconfirmed_first & mask];
        SIM_ASSERT(ack->position <= queue->appended);
        if (ack->position > queue->committed) {
            break;
        }
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, ack->id);
        queue->unconfirmed_first++;
    }
}

static void confirm_sends(struct model_pc *queue, struct model_outbox *outbox)
{
    while (queue->uncommitted.first != NONE) {
        uint32_t index = queue->uncommitted.first;
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        SIM_ASSERT(slot->state == MODEL_PC_UNCOMMITTED);
        if (slot->position > queue->committed) {
            break;
        }
        model_pc_list_remove(queue, &queue->uncommitted, index);
        queue->counts.uncommitted--;
        model_outbox_add(outbox, MODEL_SEND_CONFIRMED, slot->message.id);
        model_pc_put_waiting(queue, index, outbox);
    }
}

void model_pc_committed(
    model_pc *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    (void)advance(queue, now);
    if (position <= queue->committed) {
        return;
    }

    bool was_open = model_pc_is_gate_open(queue);
    queue->committed = position;
    if (!was_open && model_pc_is_gate_open(queue) && queue->counts.waiting > 0) {
        model_outbox_add(outbox, MODEL_READY, 0);
    }
    model_pc_settle_limit(queue);
    confirm_sends(queue, outbox);
    confirm_acks(queue, outbox);
    model_pc_tell_store(queue, outbox);
}

sim_time model_pc_next_deadline(const model_pc *queue)
{
    sim_time delayed = model_deadlines_next(&queue->delayed);

    if (queue->leased.first == NONE) {
        return delayed;
    }
    sim_time leased = model_pc_lease_at(queue, queue->leased.first)->deadline;
    SIM_ASSERT(queue->counts.leased > 0);
    return leased < delayed ? leased : delayed;
}

static bool is_lease_due(const struct model_pc *queue)
{
    uint32_t first = queue->leased.first;

    SIM_ASSERT((first == NONE) == (queue->counts.leased == 0));
    return first != NONE && model_pc_lease_at(queue, first)->deadline <= queue->now;
}

void model_pc_expire(model_pc *queue, sim_time now, struct model_outbox *outbox)
{
    now = advance(queue, now);
    while (is_lease_due(queue)) {
        give_back(queue, model_pc_end_lease(queue, queue->leased.first), 0, outbox);
    }
    while (model_deadlines_next(&queue->delayed) <= now && queue->delayed.count > 0) {
        uint32_t index = model_deadlines_pop(&queue->delayed);
        SIM_ASSERT(queue->counts.delayed > 0);
        queue->counts.delayed--;
        model_pc_put_waiting(queue, index, outbox);
    }
    model_pc_tell_store(queue, outbox);
}

struct model_pc_counts model_pc_counts_of(const model_pc *queue)
{
    return queue->counts;
}

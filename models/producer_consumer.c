/* Everything is a slot in a pool and an index in a list; no operation but check and visit costs
 * more than the number of messages it moves, and none allocates once the pools have grown. Messages
 * that are delayed or do not live for ever are besides in a heap, at the logarithm of its size. */
/* SPDX-License-Identifier: MIT */
#include "models/producer_consumer.h"

#include <stdlib.h>

#include "models/pc_lease.h"
#include "models/pc_slot.h"
#include "models/pc_wait.h"

#define NONE            MODEL_POOL_NONE
#define CONSUMERS_FIRST 8

/* ---- life ---- */

static void lists_init(struct model_pc *queue)
{
    model_pc_list_init(&queue->uncommitted);
    model_pc_list_init(&queue->leased);
    model_pc_list_init(&queue->dead);
    for (uint32_t priority = 0; priority < MODEL_PC_PRIORITIES; priority++) {
        model_pc_list_init(&queue->waiting[priority].returned);
        model_pc_list_init(&queue->waiting[priority].fresh);
    }
}

model_pc *model_pc_create(const struct model_pc_config *config, const struct model_store *store)
{
    if (model_pc_check_config(config) != MODEL_PC_CONFIG_OK) {
        return NULL;
    }
    struct model_pc *queue = sim_allocate(1, sizeof(*queue));
    queue->config = *config;
    queue->store = store;
    queue->now = INT64_MIN;
    queue->generation_limit = MODEL_PC_GENERATIONS;
    queue->active = NONE;
    model_pool_init(&queue->slots, sizeof(struct model_pc_slot));
    model_pool_init(&queue->leases, sizeof(struct model_pc_lease));
    model_deadlines_init(&queue->delayed);
    model_deadlines_init(&queue->lives);
    model_horizon_init(&queue->needed);
    model_index_init(&queue->by_id);
    SIM_ASSERT(queue->slots.count == 0 && queue->leases.count == 0);
    lists_init(queue);
    queue->acked = sim_allocate(MODEL_PC_ACKS_KNOWN, sizeof(*queue->acked));
    queue->consumers = sim_allocate(CONSUMERS_FIRST, sizeof(*queue->consumers));
    queue->consumer_capacity = CONSUMERS_FIRST;
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
    model_pending_finish(&queue->acks);
    model_pending_finish(&queue->repeats);
    model_pending_finish(&queue->remembered);
    model_index_finish(&queue->by_id);
    model_horizon_finish(&queue->needed);
    model_deadlines_finish(&queue->lives);
    model_deadlines_finish(&queue->delayed);
    model_pool_finish(&queue->leases);
    model_pool_finish(&queue->slots);
    free(queue->consumers);
    free(queue->acked);
    free(queue);
}

/* The time by which an operation goes: a clock that is set back does not set the queue back. */
static sim_time advance(struct model_pc *queue, sim_time now)
{
    SIM_ASSERT(!queue->is_recovering);
    queue->now = now > queue->now ? now : queue->now;
    return queue->now;
}

/* ---- send: full, or there already ---- */

static void drop_waiting(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    uint64_t id = model_pc_slot_at(queue, index)->message.id;

    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_DROPPED, index);
    }
    model_pc_take_waiting(queue, index);
    queue->counts.dropped++;
    model_pc_free_slot(queue, index, NULL); /* no room: the newer one takes it */
    SIM_ASSERT(queue->config.when_full == MODEL_DROP_OLDEST);
    model_outbox_add(outbox, MODEL_DROPPED, id);
}

static enum model_send_result drop_offered(
    struct model_pc *queue, uint64_t id, struct model_outbox *outbox)
{
    SIM_ASSERT(model_pc_inside(queue) >= queue->config.capacity);
    queue->counts.offered++;
    queue->counts.dropped++;
    model_outbox_add(outbox, MODEL_DROPPED, id);
    return MODEL_SEND_DROPPED;
}

/* Returns MODEL_SENT when there is room now, else what the sender is told. */
static enum model_send_result make_room(
    struct model_pc *queue, uint64_t id, struct model_outbox *outbox)
{
    if (model_pc_inside(queue) < queue->config.capacity) {
        return MODEL_SENT;
    }
    switch (queue->config.when_full) {
    case MODEL_BLOCK:
        return MODEL_SEND_FULL;
    case MODEL_REJECT:
        queue->counts.offered++;
        queue->counts.refused++;
        return MODEL_SEND_REFUSED;
    case MODEL_DROP_OLDEST:
        if (queue->counts.waiting == 0) {
            return drop_offered(queue, id, outbox);
        }
        drop_waiting(queue, model_pc_least_waiting(queue), outbox);
        return MODEL_SENT;
    case MODEL_DROP_NEWEST:
        return drop_offered(queue, id, outbox);
    }
    sim_assert_failed("a policy when full", __FILE__, __LINE__);
}

/* Sends are confirmed in their order, so a repeated one waits for those that were sent before it.
 */
static void repeat_send(struct model_pc *queue, uint64_t id, struct model_outbox *outbox)
{
    SIM_ASSERT(queue->config.dedup_count > 0);
    queue->counts.offered++;
    queue->counts.deduplicated++;
    if (queue->uncommitted.first == NONE) {
        model_outbox_add(outbox, MODEL_SEND_CONFIRMED, id);
        return;
    }
    model_pending_push(
        &queue->repeats, (struct model_pending_entry){.id = id, .position = queue->appended});
}

/* ---- send ---- */

static void send_in_memory(
    struct model_pc *queue, uint32_t index, sim_time due, struct model_outbox *outbox)
{
    uint64_t id = model_pc_slot_at(queue, index)->message.id;

    SIM_ASSERT(queue->store == NULL);
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, id);
    if (due > queue->now) {
        model_pc_put_delayed(queue, index, due);
    } else {
        model_pc_put_waiting(queue, index, outbox);
    }
}

static void send_to_store(
    struct model_pc *queue, uint32_t index, sim_time due, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    const struct model_pc_record record = {
        .kind = MODEL_PC_RECORD_SEND,
        .priority = slot->priority,
        .has_times =
            due > queue->now || slot->expires != SIM_NEVER || queue->config.dedup_count > 0,
        .due = due,
        .expires = slot->expires,
        .sent = queue->now,
        .message = slot->message,
    };

    slot->position = model_pc_append_send(queue, &record);
    model_horizon_add(&queue->needed, slot->position);
    slot->state = MODEL_PC_UNCOMMITTED;
    model_pc_list_push(queue, &queue->uncommitted, index);
    queue->counts.uncommitted++;
    SIM_ASSERT(!model_deadlines_has(&queue->delayed, index));
    if (due > queue->now) {
        model_deadlines_insert(&queue->delayed, due, index);
    }
    model_pc_tell_store(queue, outbox);
}

static sim_time expiry_of(const struct model_pc *queue, const struct model_send_options *options)
{
    sim_time life = options->time_to_live > 0 ? options->time_to_live : queue->config.time_to_live;

    SIM_ASSERT(life >= 0);
    return life == 0 ? SIM_NEVER : model_pc_later(queue->now, life);
}

/* Whether there is nothing wrong with the send itself: MODEL_SENT, or what the sender is told. */
static enum model_send_result check_send(
    const struct model_pc *queue,
    const struct model_message *message,
    const struct model_send_options *options)
{
    SIM_ASSERT(!queue->is_recovering);
    if (queue->is_closed) {
        return MODEL_SEND_CLOSED;
    }
    if (options->priority >= MODEL_PC_PRIORITIES || options->delay < 0 ||
        options->time_to_live < 0) {
        return MODEL_SEND_BAD_OPTIONS;
    }
    bool is_too_large = queue->config.payload_max > 0 && message->size > queue->config.payload_max;
    return is_too_large ? MODEL_SEND_TOO_LARGE : MODEL_SENT;
}

enum model_send_result model_pc_send_with(
    model_pc *queue,
    const struct model_message *message,
    const struct model_send_options *options,
    sim_time now,
    struct model_outbox *outbox)
{
    static const struct model_send_options none = {.priority = 0};

    options = options == NULL ? &none : options;
    enum model_send_result result = check_send(queue, message, options);
    if (result != MODEL_SENT) {
        return result;
    }
    now = advance(queue, now);
    if (model_pc_is_remembered(queue, message->id)) {
        repeat_send(queue, message->id, outbox);
        return MODEL_SENT;
    }
    result = make_room(queue, message->id, outbox);
    if (result != MODEL_SENT) {
        return result;
    }

    uint32_t index = model_pc_new_slot(queue, message);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    slot->message.attempt = 0;
    slot->priority = options->priority;
    slot->expires = expiry_of(queue, options);
    queue->counts.offered++;
    sim_time due = model_pc_later(now, options->delay);
    if (queue->store == NULL) {
        send_in_memory(queue, index, due, outbox);
    } else {
        send_to_store(queue, index, due, outbox);
    }
    model_pc_remember(queue, message->id, slot->position, now);
    return MODEL_SENT;
}

enum model_send_result model_pc_send(
    model_pc *queue, const struct model_message *message, sim_time now, struct model_outbox *outbox)
{
    return model_pc_send_with(queue, message, NULL, now, outbox);
}

/* ---- receive and ack ---- */

/* Why there is nothing for the consumer, or MODEL_RECEIVED when there is something. */
static enum model_receive_result look_for(const struct model_pc *queue, uint32_t consumer)
{
    uint32_t prefetch = queue->config.prefetch;

    if (queue->is_closed) {
        return MODEL_RECEIVE_CLOSED;
    }
    if (!model_pc_has_joined(queue, consumer)) {
        return MODEL_RECEIVE_NO_MEMBER;
    }
    SIM_ASSERT(!model_pc_is_gate_open(queue) || queue->generation < queue->generation_limit);
    bool is_there = queue->counts.waiting > 0 && model_pc_is_gate_open(queue) &&
                    (prefetch == 0 || model_pc_consumer_at(queue, consumer)->held < prefetch) &&
                    model_pc_is_active(queue, consumer);
    return is_there ? MODEL_RECEIVED : MODEL_RECEIVE_NOTHING;
}

enum model_receive_result model_pc_receive(
    model_pc *queue,
    uint32_t consumer,
    sim_time now,
    struct model_delivery *out_delivery,
    struct model_outbox *outbox)
{
    (void)outbox; /* the record of a delivery is written along with whatever comes next */
    now = advance(queue, now);
    enum model_receive_result found = look_for(queue, consumer);
    if (found != MODEL_RECEIVED) {
        return found;
    }

    uint32_t index = model_pc_first_waiting(queue);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    model_pc_take_waiting(queue, index);
    slot->state = MODEL_PC_LEASED;
    slot->lease =
        model_pc_begin_lease(queue, index, consumer, model_pc_later(now, queue->config.lease));
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
    return MODEL_RECEIVED;
}

enum model_ack_result model_pc_ack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox)
{
    (void)advance(queue, now);
    if (queue->is_closed || !model_pc_is_current(queue, lease)) {
        return model_pc_refuse_ack(queue, lease);
    }

    uint32_t index = model_pc_end_lease(queue, lease->slot);
    SIM_ASSERT(model_pc_slot_at(queue, index)->message.attempt > 0);
    uint64_t id = model_pc_slot_at(queue, index)->message.id;
    if (queue->store == NULL) {
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, id);
    } else {
        uint64_t position = model_pc_append_event(queue, MODEL_PC_RECORD_ACK, index);
        model_pending_push(
            &queue->acks, (struct model_pending_entry){.id = id, .position = position});
    }
    queue->counts.acked++;
    queue->acked[lease->generation % MODEL_PC_ACKS_KNOWN] = lease->generation;
    model_pc_free_slot(queue, index, outbox);
    model_pc_tell_store(queue, outbox);
    return MODEL_ACKED;
}

/* ---- what the store has ---- */

static void confirm_repeats(struct model_pc *queue, uint64_t before, struct model_outbox *outbox)
{
    for (const struct model_pending_entry *first = model_pending_first(&queue->repeats);
         first != NULL && first->position < before;
         first = model_pending_first(&queue->repeats)) {
        SIM_ASSERT(first->position <= queue->appended);
        model_outbox_add(outbox, MODEL_SEND_CONFIRMED, first->id);
        (void)model_pending_pop(&queue->repeats);
    }
}

static void confirm_send(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    const struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->state == MODEL_PC_UNCOMMITTED && queue->counts.uncommitted > 0);
    model_pc_list_remove(queue, &queue->uncommitted, index);
    queue->counts.uncommitted--;
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, slot->message.id);
    if (model_deadlines_has(&queue->delayed, index)) {
        model_pc_put_delayed(queue, index, SIM_NEVER);
    } else {
        model_pc_put_waiting(queue, index, outbox);
    }
}

static void confirm_sends(struct model_pc *queue, struct model_outbox *outbox)
{
    while (queue->uncommitted.first != NONE) {
        uint32_t index = queue->uncommitted.first;
        uint64_t position = model_pc_slot_at(queue, index)->position;
        confirm_repeats(queue, position, outbox);
        if (position > queue->committed) {
            return;
        }
        confirm_send(queue, index, outbox);
    }
    confirm_repeats(queue, UINT64_MAX, outbox);
    SIM_ASSERT(queue->counts.uncommitted == 0);
}

static void confirm_acks(struct model_pc *queue, struct model_outbox *outbox)
{
    for (const struct model_pending_entry *first = model_pending_first(&queue->acks);
         first != NULL && first->position <= queue->committed;
         first = model_pending_first(&queue->acks)) {
        SIM_ASSERT(first->position <= queue->appended);
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, first->id);
        (void)model_pending_pop(&queue->acks);
    }
}

void model_pc_committed(
    model_pc *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(queue->store != NULL || queue->gate == 0);
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

/* ---- time ---- */

static sim_time earlier(sim_time a, sim_time b)
{
    return a < b ? a : b;
}

sim_time model_pc_next_deadline(const model_pc *queue)
{
    sim_time next =
        earlier(model_deadlines_next(&queue->delayed), model_deadlines_next(&queue->lives));

    SIM_ASSERT((queue->leased.first == NONE) == (queue->counts.leased == 0));
    if (queue->is_closed) {
        return SIM_NEVER;
    }
    if (queue->leased.first == NONE) {
        return next;
    }
    return earlier(next, model_pc_lease_at(queue, queue->leased.first)->deadline);
}

void model_pc_expire(model_pc *queue, sim_time now, struct model_outbox *outbox)
{
    if (queue->is_closed) {
        return;
    }
    (void)advance(queue, now);
    model_pc_expire_leases(queue, outbox);
    model_pc_expire_lives(queue, outbox);
    model_pc_expire_delays(queue, outbox);
    model_pc_forget(queue);
    model_pc_tell_store(queue, outbox);
    SIM_ASSERT(model_pc_next_deadline(queue) > queue->now || queue->now == SIM_NEVER);
}

void model_pc_close(model_pc *queue)
{
    SIM_ASSERT(!queue->is_recovering);
    queue->is_closed = true;
}

struct model_pc_counts model_pc_counts_of(const model_pc *queue)
{
    return queue->counts;
}

/* Messages that come back from their consumers, and those that died of it. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_lease.h"
#include "models/pc_slot.h"
#include "models/pc_wait.h"

#define NONE MODEL_POOL_NONE

/* ---- the dead ---- */

bool model_pc_is_spent(const struct model_pc *queue, const struct model_message *message)
{
    SIM_ASSERT(message->reserved == 0);
    return queue->config.attempts_max > 0 && message->attempt >= queue->config.attempts_max;
}

void model_pc_bury(struct model_pc *queue, uint32_t index, struct model_outbox *outbox)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    uint64_t id = slot->message.id;

    SIM_ASSERT(model_pc_is_spent(queue, &slot->message));
    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_DEAD, index);
    }
    queue->counts.dead++;
    if (queue->config.keeps_dead) {
        slot->state = MODEL_PC_DEAD;
        model_pc_list_push(queue, &queue->dead, index);
        queue->counts.dead_kept++;
    } else {
        model_pc_free_slot(queue, index, outbox);
    }
    model_outbox_add(outbox, MODEL_DEAD, id);
}

bool model_pc_first_dead(const model_pc *queue, struct model_message *out_message)
{
    SIM_ASSERT((queue->dead.first == NONE) == (queue->counts.dead_kept == 0));
    if (queue->dead.first == NONE) {
        return false;
    }
    *out_message = model_pc_slot_at(queue, queue->dead.first)->message;
    return true;
}

bool model_pc_remove_dead(model_pc *queue, sim_time now, struct model_outbox *outbox)
{
    uint32_t index = queue->dead.first;

    SIM_ASSERT(!queue->is_recovering);
    if (index == NONE || queue->is_closed) {
        return false;
    }
    queue->now = now > queue->now ? now : queue->now;
    if (queue->store != NULL) {
        (void)model_pc_append_event(queue, MODEL_PC_RECORD_DEAD_GONE, index);
    }
    model_pc_list_remove(queue, &queue->dead, index);
    queue->counts.dead_kept--;
    model_pc_free_slot(queue, index, outbox);
    model_pc_tell_store(queue, outbox);
    return true;
}

/* ---- giving back ---- */

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
    } else {
        model_pc_put_delayed(queue, index, model_pc_later(queue->now, delay));
    }
}

enum model_ack_result model_pc_nack_after(
    model_pc *queue,
    const struct model_lease *lease,
    sim_time delay,
    sim_time now,
    struct model_outbox *outbox)
{
    SIM_ASSERT(!queue->is_recovering);
    queue->now = now > queue->now ? now : queue->now;
    if (queue->is_closed || !model_pc_is_current(queue, lease)) {
        return model_pc_refuse_ack(queue, lease);
    }
    if (delay < 0) {
        return MODEL_ACK_BAD_DELAY;
    }
    give_back(queue, model_pc_end_lease(queue, lease->slot), delay, outbox);
    model_pc_tell_store(queue, outbox);
    return MODEL_ACKED;
}

enum model_ack_result model_pc_nack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox)
{
    sim_time delay = 0;

    if (model_pc_is_current(queue, lease)) {
        uint32_t slot = model_pc_lease_at(queue, lease->slot)->slot;
        SIM_ASSERT(model_pc_slot_at(queue, slot)->state == MODEL_PC_LEASED);
        delay = backoff_of(&queue->config, model_pc_slot_at(queue, slot)->message.attempt);
    }
    return model_pc_nack_after(queue, lease, delay, now, outbox);
}

/* ---- all at once ---- */

static void give_back_all(
    struct model_pc *queue, const struct model_pc_consumer *consumer, struct model_outbox *outbox)
{
    while (consumer->held_first != NONE) {
        SIM_ASSERT(consumer->held > 0);
        give_back(queue, model_pc_end_lease(queue, consumer->held_first), 0, outbox);
    }
    SIM_ASSERT(consumer->held == 0);
}

bool model_pc_leave(model_pc *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(!queue->is_recovering);
    if (queue->is_closed || !model_pc_has_joined(queue, consumer)) {
        return false;
    }
    struct model_pc_consumer *leaver = model_pc_consumer_at(queue, consumer);
    queue->now = now > queue->now ? now : queue->now;
    give_back_all(queue, leaver, outbox);
    leaver->is_joined = false;
    if (queue->config.has_single_active && queue->active == consumer) {
        model_pc_activate_next(queue, outbox);
    }
    model_pc_tell_store(queue, outbox);
    return true;
}

/* The single active consumer is late: it loses all that it holds, and goes to the end of the line.
 */
static void replace_active(struct model_pc *queue, struct model_outbox *outbox)
{
    struct model_pc_consumer *late = model_pc_consumer_at(queue, queue->active);

    SIM_ASSERT(model_pc_has_follower(queue, queue->active));
    give_back_all(queue, late, outbox);
    late->turn = queue->turn_next++;
    model_pc_activate_next(queue, outbox);
}

static bool is_lease_due(const struct model_pc *queue)
{
    uint32_t first = queue->leased.first;

    SIM_ASSERT((first == NONE) == (queue->counts.leased == 0));
    return first != NONE && model_pc_lease_at(queue, first)->deadline <= queue->now;
}

void model_pc_expire_leases(struct model_pc *queue, struct model_outbox *outbox)
{
    while (is_lease_due(queue)) {
        uint32_t consumer = model_pc_lease_at(queue, queue->leased.first)->consumer;
        SIM_ASSERT(model_pc_is_active(queue, consumer));
        if (queue->config.has_single_active && model_pc_has_follower(queue, consumer)) {
            replace_active(queue, outbox);
        } else {
            give_back(queue, model_pc_end_lease(queue, queue->leased.first), 0, outbox);
        }
    }
}

/* models/pc_lease.h - leases and their holders, for the parts of producer_consumer.
 *
 * Each lease is a small thing in a pool of its own, which is what a model_lease names; its
 * generation tells a stale one. It is in two lists: of all leases, and of those of its consumer.
 * Every delivery and every ack comes through here, so all is inline. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PC_LEASE_H
#define MODELS_PC_LEASE_H

#include "models/pc_state.h"

static inline struct model_pc_consumer *model_pc_consumer_at(
    const struct model_pc *queue, uint32_t consumer)
{
    SIM_ASSERT(consumer < queue->consumer_count);
    SIM_ASSERT(queue->consumers[consumer].is_joined);
    return &queue->consumers[consumer];
}

static inline void model_pc_lease_link(struct model_pc *queue, uint32_t index)
{
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);
    struct model_pc_consumer *consumer = model_pc_consumer_at(queue, lease->consumer);

    lease->next = MODEL_POOL_NONE;
    lease->previous = queue->leased.last;
    lease->held_next = MODEL_POOL_NONE;
    lease->held_previous = consumer->held_last;
    if (queue->leased.last == MODEL_POOL_NONE) {
        queue->leased.first = index;
    } else {
        struct model_pc_lease *last = model_pc_lease_at(queue, queue->leased.last);
        SIM_ASSERT(last->deadline <= lease->deadline);
        last->next = index;
    }
    queue->leased.last = index;
    if (consumer->held_last == MODEL_POOL_NONE) {
        consumer->held_first = index;
    } else {
        model_pc_lease_at(queue, consumer->held_last)->held_next = index;
    }
    consumer->held_last = index;
    consumer->held++;
}

static inline void model_pc_lease_unlink(struct model_pc *queue, const struct model_pc_lease *lease)
{
    struct model_pc_consumer *consumer = model_pc_consumer_at(queue, lease->consumer);
    uint32_t *before = lease->previous == MODEL_POOL_NONE
                           ? &queue->leased.first
                           : &model_pc_lease_at(queue, lease->previous)->next;
    uint32_t *after = lease->next == MODEL_POOL_NONE
                          ? &queue->leased.last
                          : &model_pc_lease_at(queue, lease->next)->previous;
    uint32_t *held_before = lease->held_previous == MODEL_POOL_NONE
                                ? &consumer->held_first
                                : &model_pc_lease_at(queue, lease->held_previous)->held_next;
    uint32_t *held_after = lease->held_next == MODEL_POOL_NONE
                               ? &consumer->held_last
                               : &model_pc_lease_at(queue, lease->held_next)->held_previous;

    SIM_ASSERT(
        *before == *after ||
        (lease->previous != MODEL_POOL_NONE || lease->next != MODEL_POOL_NONE));
    *before = lease->next;
    *after = lease->previous;
    *held_before = lease->held_next;
    *held_after = lease->held_previous;
    SIM_ASSERT(consumer->held > 0);
    consumer->held--;
}

/* Ends the lease; returns its slot, which no structure holds now. */
static inline uint32_t model_pc_end_lease(struct model_pc *queue, uint32_t index)
{
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);
    uint32_t slot = lease->slot;

    SIM_ASSERT(slot != MODEL_POOL_NONE && queue->counts.leased > 0);
    SIM_ASSERT(model_pc_slot_at(queue, slot)->lease == index);
    model_pc_lease_unlink(queue, lease);
    lease->slot = MODEL_POOL_NONE;
    model_pool_give(&queue->leases, index);
    queue->counts.leased--;
    return slot;
}

static inline uint32_t model_pc_begin_lease(
    struct model_pc *queue, uint32_t slot, uint32_t consumer, sim_time deadline)
{
    uint32_t index = model_pool_take(&queue->leases);
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);

    SIM_ASSERT(queue->generation < queue->generation_limit);
    lease->generation = ++queue->generation;
    lease->deadline = deadline;
    lease->slot = slot;
    lease->consumer = consumer;
    model_pc_lease_link(queue, index);
    queue->counts.leased++;
    return index;
}

/* Whether this is the name of a lease that has not ended. */
static inline bool model_pc_is_current(const struct model_pc *queue, const struct model_lease *name)
{
    SIM_ASSERT(queue->leases.count == queue->counts.leased);
    if (name->slot >= queue->leases.used) {
        return false;
    }
    const struct model_pc_lease *lease = model_pc_lease_at(queue, name->slot);
    return lease->slot != MODEL_POOL_NONE && lease->generation == name->generation &&
           lease->consumer == name->consumer;
}

/* What an ack or a nack is told when the lease has ended, or the queue. */
static inline enum model_ack_result model_pc_refuse_ack(
    const struct model_pc *queue, const struct model_lease *name)
{
    SIM_ASSERT(queue->is_closed || !model_pc_is_current(queue, name));
    if (queue->is_closed) {
        return MODEL_ACK_CLOSED;
    }
    bool was_acked = name->generation > 0 &&
                     queue->acked[name->generation % MODEL_PC_ACKS_KNOWN] == name->generation;
    return was_acked ? MODEL_ACK_REPEATED : MODEL_ACK_STALE;
}

#endif

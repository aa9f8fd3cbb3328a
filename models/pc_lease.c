/* Leases and their holders.
 *
 * Each lease is a small thing in a pool of its own, which is what a model_lease names; its
 * generation tells a stale one. It is in two lists: of all leases, and of those of its consumer. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

#define NONE MODEL_POOL_NONE

uint32_t model_pc_join(model_pc *queue)
{
    uint32_t number = 0;

    while (number < queue->consumer_count && queue->consumers[number].is_joined) {
        number++;
    }
    if (number == queue->consumer_capacity) {
        uint32_t capacity = queue->consumer_capacity * 2;
        queue->consumers = sim_grow(
            queue->consumers, queue->consumer_capacity, capacity, sizeof(*queue->consumers));
        queue->consumer_capacity = capacity;
    }
    queue->consumer_count += number == queue->consumer_count ? 1 : 0;
    SIM_ASSERT(queue->consumer_count <= queue->consumer_capacity);
    queue->consumers[number] = (struct model_pc_consumer){
        .held_first = NONE, .held_last = NONE, .is_joined = true, .turn = queue->turn_next++};
    if (queue->config.has_single_active && queue->active == NONE) {
        model_pc_activate_next(queue, NULL);
    }
    return number;
}

struct model_pc_consumer *model_pc_consumer_at(const struct model_pc *queue, uint32_t consumer)
{
    SIM_ASSERT(consumer < queue->consumer_count);
    SIM_ASSERT(queue->consumers[consumer].is_joined);
    return &queue->consumers[consumer];
}

static void lease_link(struct model_pc *queue, uint32_t index)
{
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);
    struct model_pc_consumer *consumer = model_pc_consumer_at(queue, lease->consumer);

    lease->next = NONE;
    lease->previous = queue->leased.last;
    lease->held_next = NONE;
    lease->held_previous = consumer->held_last;
    if (queue->leased.last == NONE) {
        queue->leased.first = index;
    } else {
        struct model_pc_lease *last = model_pc_lease_at(queue, queue->leased.last);
        SIM_ASSERT(last->deadline <= lease->deadline);
        last->next = index;
    }
    queue->leased.last = index;
    if (consumer->held_last == NONE) {
        consumer->held_first = index;
    } else {
        model_pc_lease_at(queue, consumer->held_last)->held_next = index;
    }
    consumer->held_last = index;
    consumer->held++;
}

static void lease_unlink(struct model_pc *queue, const struct model_pc_lease *lease)
{
    struct model_pc_consumer *consumer = model_pc_consumer_at(queue, lease->consumer);
    uint32_t *before = lease->previous == NONE ? &queue->leased.first
                                               : &model_pc_lease_at(queue, lease->previous)->next;
    uint32_t *after = lease->next == NONE ? &queue->leased.last
                                          : &model_pc_lease_at(queue, lease->next)->previous;
    uint32_t *held_before = lease->held_previous == NONE
                                ? &consumer->held_first
                                : &model_pc_lease_at(queue, lease->held_previous)->held_next;
    uint32_t *held_after = lease->held_next == NONE
                               ? &consumer->held_last
                               : &model_pc_lease_at(queue, lease->held_next)->held_previous;

    SIM_ASSERT(*before == *after || (lease->previous != NONE || lease->next != NONE));
    *before = lease->next;
    *after = lease->previous;
    *held_before = lease->held_next;
    *held_after = lease->held_previous;
    SIM_ASSERT(consumer->held > 0);
    consumer->held--;
}

uint32_t model_pc_end_lease(struct model_pc *queue, uint32_t index)
{
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);
    uint32_t slot = lease->slot;

    SIM_ASSERT(slot != NONE && queue->counts.leased > 0);
    SIM_ASSERT(model_pc_slot_at(queue, slot)->lease == index);
    lease_unlink(queue, lease);
    lease->slot = NONE;
    model_pool_give(&queue->leases, index);
    queue->counts.leased--;
    return slot;
}

uint32_t model_pc_begin_lease(
    struct model_pc *queue, uint32_t slot, uint32_t consumer, sim_time deadline)
{
    uint32_t index = model_pool_take(&queue->leases);
    struct model_pc_lease *lease = model_pc_lease_at(queue, index);

    SIM_ASSERT(queue->generation < queue->generation_limit);
    lease->generation = ++queue->generation;
    lease->deadline = deadline;
    lease->slot = slot;
    lease->consumer = consumer;
    lease_link(queue, index);
    queue->counts.leased++;
    return index;
}

bool model_pc_is_current(const struct model_pc *queue, const struct model_lease *name)
{
    SIM_ASSERT(queue->leases.count == queue->counts.leased);
    if (name->slot >= queue->leases.used) {
        return false;
    }
    const struct model_pc_lease *lease = model_pc_lease_at(queue, name->slot);
    return lease->slot != NONE && lease->generation == name->generation &&
           lease->consumer == name->consumer;
}

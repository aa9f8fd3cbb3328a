/* Looking at all of a queue: the visit of its messages, and the proof that its parts agree. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_slot.h"

#define NONE MODEL_POOL_NONE

void model_pc_visit(const model_pc *queue, model_pc_visit_fn *visit, void *context)
{
    uint64_t count = 0;

    for (uint32_t index = 0; index < queue->slots.used; index++) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        if (slot->state != MODEL_PC_FREE && slot->state != MODEL_PC_DEAD) {
            visit(context, &slot->message);
            count++;
        }
    }
    SIM_ASSERT(count == model_pc_depth(queue));
}

static uint64_t check_list(
    const struct model_pc *queue, const struct model_pc_list *list, enum model_pc_state state)
{
    uint64_t count = 0;
    uint32_t previous = NONE;

    for (uint32_t index = list->first; index != NONE;) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        SIM_ASSERT(slot->state == state);
        SIM_ASSERT(slot->previous == previous);
        SIM_ASSERT(count < queue->slots.count);
        previous = index;
        index = slot->next;
        count++;
    }
    SIM_ASSERT(list->last == previous);
    return count;
}

static void check_lease(const struct model_pc *queue, uint32_t index)
{
    const struct model_pc_lease *lease = model_pc_lease_at(queue, index);
    const struct model_pc_slot *slot = model_pc_slot_at(queue, lease->slot);

    SIM_ASSERT(slot->state == MODEL_PC_LEASED);
    SIM_ASSERT(slot->lease == index);
    SIM_ASSERT(slot->message.attempt > 0);
    SIM_ASSERT(lease->generation <= queue->generation);
    SIM_ASSERT(queue->consumers[lease->consumer].is_joined);
}

static void check_leases(const struct model_pc *queue)
{
    uint64_t count = 0;
    uint64_t held = 0;
    sim_time deadline = INT64_MIN;

    for (uint32_t index = queue->leased.first; index != NONE;) {
        const struct model_pc_lease *lease = model_pc_lease_at(queue, index);
        check_lease(queue, index);
        SIM_ASSERT(lease->deadline >= deadline);
        SIM_ASSERT(count < queue->leases.count);
        deadline = lease->deadline;
        index = lease->next;
        count++;
    }
    for (uint32_t consumer = 0; consumer < queue->consumer_count; consumer++) {
        SIM_ASSERT(queue->consumers[consumer].is_joined || queue->consumers[consumer].held == 0);
        held += queue->consumers[consumer].held;
    }
    SIM_ASSERT(count == queue->counts.leased && count == queue->leases.count);
    SIM_ASSERT(held == count);
}

static void check_counts(const struct model_pc *queue)
{
    const struct model_pc_counts *counts = &queue->counts;

    SIM_ASSERT(
        counts->offered == counts->refused + counts->deduplicated + counts->uncommitted +
                               counts->delayed + counts->waiting + counts->leased + counts->acked +
                               counts->dropped + counts->expired + counts->dead);
    SIM_ASSERT(counts->redelivered <= counts->delivered);
    SIM_ASSERT(counts->dead_kept <= counts->dead);
    SIM_ASSERT(queue->slots.count == model_pc_inside(queue));
}

static uint64_t check_waiting(const struct model_pc *queue)
{
    uint64_t sum = 0;

    for (uint32_t priority = 0; priority < MODEL_PC_PRIORITIES; priority++) {
        const struct model_pc_waiting *waiting = &queue->waiting[priority];
        uint64_t count = check_list(queue, &waiting->returned, MODEL_PC_WAITING) +
                         check_list(queue, &waiting->fresh, MODEL_PC_WAITING);
        SIM_ASSERT((queue->waiting_priorities >> priority & 1) == (count > 0 ? 1 : 0));
        sum += count;
    }
    return sum;
}

/* Each slot is in the heaps that its state wants, and in no other. */
static void check_heaps(const struct model_pc *queue)
{
    uint64_t delayed = 0;

    for (uint32_t index = 0; index < queue->slots.used; index++) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        bool is_delayed = slot->state == MODEL_PC_DELAYED;
        bool can_expire = slot->expires != SIM_NEVER;
        bool is_waiting = is_delayed || slot->state == MODEL_PC_WAITING;
        delayed += is_delayed ? 1 : 0;
        SIM_ASSERT(
            model_deadlines_has(&queue->delayed, index) == is_delayed ||
            slot->state == MODEL_PC_UNCOMMITTED);
        SIM_ASSERT(model_deadlines_has(&queue->lives, index) == (is_waiting && can_expire));
    }
    SIM_ASSERT(delayed == queue->counts.delayed);
    model_deadlines_check(&queue->delayed);
    model_deadlines_check(&queue->lives);
}

void model_pc_check(const model_pc *queue)
{
    SIM_ASSERT(check_waiting(queue) == queue->counts.waiting);
    SIM_ASSERT(check_list(queue, &queue->dead, MODEL_PC_DEAD) == queue->counts.dead_kept);
    SIM_ASSERT(
        check_list(queue, &queue->uncommitted, MODEL_PC_UNCOMMITTED) == queue->counts.uncommitted);
    check_counts(queue);
    check_leases(queue);
    check_heaps(queue);
    model_pool_check(&queue->slots);
    model_pool_check(&queue->leases);
    model_horizon_check(&queue->needed);
    SIM_ASSERT(queue->by_id.count == model_pending_count(&queue->remembered));
    SIM_ASSERT(queue->released <= queue->appended);
}

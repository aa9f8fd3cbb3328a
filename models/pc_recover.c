/* What goes to the store, and how a queue comes back from there.
 *
 * While records are replayed, an index leads from the position of a send to its slot. A record
 * about a send before the first replayed one is about a message that had left the queue long
 * before.
 *
 * Generations. A lease must never be taken for one that was given before a crash, though the
 * records of deliveries may have been lost in it. So a life of the queue takes its generations from
 * a range of its own: the first life from 1 up, a later one from above the largest limit that the
 * store knows, and not before the limit of its own range is committed. Where the store's promise is
 * weak, the limit may be lost in the next crash; therefore a range also begins no lower than the
 * time, in nanoseconds, and the ranges meet only if a queue delivers faster than one message a
 * nanosecond. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_record.h"
#include "models/pc_slot.h"
#include "models/pc_wait.h"

/* ---- what goes to the store ---- */

static uint64_t append(struct model_pc *queue, const struct model_pc_record *record)
{
    uint8_t bytes[MODEL_PC_RECORD_SIZE_MAX];
    uint32_t size = model_pc_record_encode(record, bytes);
    uint64_t position = queue->store->append(queue->store->context, bytes, size);

    SIM_ASSERT(position > queue->appended);
    queue->appended = position;
    queue->has_appended = true;
    return position;
}

uint64_t model_pc_append_send(struct model_pc *queue, const struct model_pc_record *record)
{
    SIM_ASSERT(record->kind == MODEL_PC_RECORD_SEND && record->message.attempt == 0);
    return append(queue, record);
}

uint64_t model_pc_append_event(
    struct model_pc *queue, enum model_pc_record_kind kind, uint32_t index)
{
    const struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(slot->position > 0);
    return append(
        queue,
        &(struct model_pc_record){
            .kind = kind, .attempt = slot->message.attempt, .number = slot->position});
}

/* ---- the limit of generations ---- */

void model_pc_append_limit(struct model_pc *queue)
{
    SIM_ASSERT(queue->limit_position_new == 0);

    queue->limit_position_new = append(
        queue,
        &(struct model_pc_record){
            .kind = MODEL_PC_RECORD_LIMIT, .number = queue->generation_limit});
    model_horizon_add(&queue->needed, queue->limit_position_new);
}

void model_pc_settle_limit(struct model_pc *queue)
{
    if (queue->limit_position_new == 0 || queue->limit_position_new > queue->committed) {
        return;
    }
    if (queue->limit_position != 0) {
        SIM_ASSERT(queue->limit_position < queue->limit_position_new);
        model_horizon_remove(&queue->needed, queue->limit_position);
    }
    queue->limit_position = queue->limit_position_new;
    queue->limit_position_new = 0;
    model_pc_release_positions(queue);
}

static void begin_generations(struct model_pc *queue)
{
    uint64_t base = queue->generation_limit;

    base = queue->now > 0 && (uint64_t)queue->now > base ? (uint64_t)queue->now : base;
    SIM_ASSERT(base < UINT64_MAX - MODEL_PC_GENERATIONS);
    queue->generation = base;
    queue->generation_limit = base + MODEL_PC_GENERATIONS;
    if (queue->store != NULL) {
        model_pc_append_limit(queue);
        queue->gate = queue->limit_position_new;
    }
}

/* ---- replay ---- */

static void begin_replay(struct model_pc *queue, uint64_t position)
{
    SIM_ASSERT(queue->counts.offered == 0);

    queue->is_recovering = true;
    queue->replayed_first = position;
    model_index_init(&queue->by_position);
}

static bool replay_send(
    struct model_pc *queue, uint64_t position, const struct model_pc_record *record)
{
    if (record->priority >= MODEL_PC_PRIORITIES) {
        return false;
    }
    uint32_t index = model_pc_new_slot(queue, &record->message);
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);
    SIM_ASSERT(queue->is_recovering);
    slot->position = position;
    slot->priority = record->priority;
    slot->expires = record->expires;
    model_horizon_add(&queue->needed, position);
    if (record->has_times) { /* what is due by now, the end of the recovery will see */
        model_pc_put_delayed(queue, index, record->due);
        model_pc_remember(queue, record->message.id, position, record->sent);
    } else {
        model_pc_put_waiting(queue, index, NULL);
    }
    model_index_insert(&queue->by_position, position, index);
    queue->counts.offered++;
    return true;
}

static void replay_limit(struct model_pc *queue, uint64_t position, uint64_t limit)
{
    SIM_ASSERT(position > queue->limit_position);

    if (queue->limit_position != 0) {
        model_horizon_remove(&queue->needed, queue->limit_position);
    }
    model_horizon_add(&queue->needed, position);
    queue->limit_position = position;
    queue->generation_limit = limit > queue->generation_limit ? limit : queue->generation_limit;
}

/* Takes the slot out of the structure that holds it. */
static void detach(struct model_pc *queue, uint32_t index)
{
    enum model_pc_state state = (enum model_pc_state)model_pc_slot_at(queue, index)->state;

    if (state == MODEL_PC_WAITING) {
        model_pc_take_waiting(queue, index);
    } else if (state == MODEL_PC_DELAYED) {
        model_deadlines_remove(&queue->delayed, index);
        if (model_deadlines_has(&queue->lives, index)) {
            model_deadlines_remove(&queue->lives, index);
        }
        queue->counts.delayed--;
    } else {
        SIM_ASSERT(state == MODEL_PC_DEAD);
        model_pc_list_remove(queue, &queue->dead, index);
        queue->counts.dead--;
        queue->counts.dead_kept--;
    }
}

/* The message of the send at `send` left the queue, whatever the reason. */
static void replay_end(struct model_pc *queue, uint64_t send, uint32_t index)
{
    SIM_ASSERT(queue->counts.offered > 0);

    model_index_remove(&queue->by_position, send);
    detach(queue, index);
    queue->counts.offered--;
    model_pc_free_slot(queue, index, NULL);
}

static void replay_kept_dead(struct model_pc *queue, uint32_t index)
{
    struct model_pc_slot *slot = model_pc_slot_at(queue, index);

    SIM_ASSERT(queue->config.keeps_dead && slot->state != MODEL_PC_DEAD);
    detach(queue, index);
    slot->state = MODEL_PC_DEAD;
    model_pc_list_push(queue, &queue->dead, index);
    queue->counts.dead++;
    queue->counts.dead_kept++;
}

/* Nothing but its removal can happen to a dead one. */
static bool can_happen(const struct model_pc *queue, enum model_pc_record_kind kind, uint32_t index)
{
    bool is_dead = model_pc_slot_at(queue, index)->state == MODEL_PC_DEAD;

    SIM_ASSERT(!is_dead || queue->config.keeps_dead);
    return is_dead == (kind == MODEL_PC_RECORD_DEAD_GONE);
}

static bool replay_event(struct model_pc *queue, const struct model_pc_record *record)
{
    uint32_t index;

    if (record->number < queue->replayed_first) {
        return record->number > 0;
    }
    if (!model_index_find(&queue->by_position, record->number, &index)) {
        return record->kind == MODEL_PC_RECORD_DEAD_GONE && !queue->config.keeps_dead;
    }
    if (!can_happen(queue, record->kind, index)) {
        return false;
    }
    SIM_ASSERT(record->kind != MODEL_PC_RECORD_SEND && record->kind != MODEL_PC_RECORD_LIMIT);
    if (record->kind == MODEL_PC_RECORD_LEASE) {
        model_pc_slot_at(queue, index)->message.attempt = record->attempt;
    } else if (record->kind == MODEL_PC_RECORD_DEAD && queue->config.keeps_dead) {
        replay_kept_dead(queue, index);
    } else {
        replay_end(queue, record->number, index);
    }
    return true;
}

static bool is_limit(uint64_t number)
{
    return number >= MODEL_PC_GENERATIONS && number < UINT64_MAX / 2;
}

static bool replay_record(
    struct model_pc *queue, uint64_t position, const struct model_pc_record *record)
{
    SIM_ASSERT(queue->is_recovering);

    switch (record->kind) {
    case MODEL_PC_RECORD_SEND:
        return replay_send(queue, position, record);
    case MODEL_PC_RECORD_LIMIT:
        if (!is_limit(record->number)) {
            return false;
        }
        replay_limit(queue, position, record->number);
        return true;
    case MODEL_PC_RECORD_LEASE:
    case MODEL_PC_RECORD_ACK:
    case MODEL_PC_RECORD_DEAD:
    case MODEL_PC_RECORD_DROPPED:
    case MODEL_PC_RECORD_EXPIRED:
    case MODEL_PC_RECORD_DEAD_GONE:
        break;
    }
    return replay_event(queue, record);
}

bool model_pc_replay(model_pc *queue, uint64_t position, const void *record, uint32_t size)
{
    struct model_pc_record decoded;

    if (position <= queue->replayed_last || !model_pc_record_decode(record, size, &decoded)) {
        return false;
    }
    if (!queue->is_recovering) {
        begin_replay(queue, position);
    }
    if (!replay_record(queue, position, &decoded)) {
        return false;
    }
    SIM_ASSERT(
        queue->counts.offered ==
        queue->counts.waiting + queue->counts.delayed + queue->counts.dead_kept);
    queue->replayed_last = position;
    return true;
}

/* Those whose last attempt was cut short by the crash, in the order in which they wait. */
static void bury_spent(
    struct model_pc *queue, const struct model_pc_list *list, struct model_outbox *outbox)
{
    for (uint32_t index = list->first; index != MODEL_POOL_NONE;) {
        const struct model_pc_slot *slot = model_pc_slot_at(queue, index);
        uint32_t next = slot->next;
        SIM_ASSERT(slot->state == MODEL_PC_WAITING && !slot->was_given_back);
        if (model_pc_is_spent(queue, &slot->message)) {
            model_pc_take_waiting(queue, index);
            model_pc_bury(queue, index, outbox);
        }
        index = next;
    }
}

void model_pc_recovered(model_pc *queue, sim_time now, struct model_outbox *outbox)
{
    if (queue->is_recovering) {
        queue->is_recovering = false;
        model_index_finish(&queue->by_position);
    }
    SIM_ASSERT(queue->counts.delivered == 0);
    queue->now = now;
    queue->appended = queue->replayed_last;
    queue->committed = queue->replayed_last;
    begin_generations(queue);
    model_pc_expire_delays(queue, outbox);
    for (uint32_t priority = MODEL_PC_PRIORITIES; priority > 0; priority--) {
        bury_spent(queue, &queue->waiting[priority - 1].fresh, outbox);
    }
    model_pc_forget(queue);
    model_pc_tell_store(queue, outbox);
}

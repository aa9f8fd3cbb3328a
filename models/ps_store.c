/* What goes to the store, and what the store may forget.
 *
 * Needed are the record of each message that is there, the record that tells where each partition
 * ends, the newest committed offset of each group in each partition, and that of the generation
 * limit. A store can only forget the oldest of all, so a few old records may keep many newer ones
 * there that nobody needs. Then the old ones are written anew: once what lies between the lowest
 * needed position and the end is more than four times what is needed, the older half of it is. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

#define REWRITE_LENGTH 65536 /* positions; below that it is not worth the trouble */
#define REWRITE_RATIO  4

/* ---- appending ---- */

static uint64_t append(struct model_ps *queue, const struct model_ps_record *record)
{
    uint8_t bytes[MODEL_PS_RECORD_SIZE_MAX];
    uint32_t size = model_ps_record_encode(record, bytes);
    uint64_t position = queue->store->append(queue->store->context, bytes, size);

    SIM_ASSERT(position > queue->appended);
    queue->appended = position;
    queue->has_appended = true;
    return position;
}

static void promise(struct model_ps *queue, struct model_ps_promise made)
{
    SIM_ASSERT(made.position == queue->appended);
    model_ps_promises_push(&queue->promises, made);
}

static uint64_t append_entry(
    struct model_ps *queue,
    const struct model_ps_partition *partition,
    const struct model_ps_entry *entry)
{
    SIM_ASSERT(entry->offset < partition->log.offset_end);
    uint64_t position = append(
        queue,
        &(struct model_ps_record){
            .kind = MODEL_PS_RECORD_MESSAGE,
            .partition = partition->number,
            .number = entry->offset,
            .time = entry->time,
            .message = entry->message,
        });
    model_horizon_add(&queue->needed, position);
    return position;
}

/* The record at `position` tells from now on where the partition ends. */
static void set_tail(
    struct model_ps *queue, struct model_ps_partition *partition, uint64_t position)
{
    SIM_ASSERT(position > partition->tail);
    model_horizon_add(&queue->needed, position);
    partition->tail = position;
}

void model_ps_append_message(struct model_ps *queue, struct model_ps_partition *partition)
{
    struct model_ps_entry *entry = model_ps_log_at(&partition->log, partition->log.end - 1);
    uint64_t tail = partition->tail;

    entry->position = append_entry(queue, partition, entry);
    promise(
        queue,
        (struct model_ps_promise){
            .position = entry->position,
            .id = entry->message.id,
            .partition = partition->number,
            .kind = MODEL_PS_PROMISE_MESSAGE,
        });
    set_tail(queue, partition, entry->position);
    if (tail != 0) {
        model_ps_forget_record(queue, tail);
    }
    SIM_ASSERT(entry->offset + 1 == partition->log.offset_end);
}

void model_ps_append_offset(struct model_ps *queue, struct model_ps_cursor *cursor, uint64_t id)
{
    const struct model_ps_partition *partition = cursor->partition;

    SIM_ASSERT(!queue->groups[cursor->group].is_broadcast);
    uint64_t position = append(
        queue,
        &(struct model_ps_record){
            .kind = MODEL_PS_RECORD_OFFSET,
            .group = queue->groups[cursor->group].ordinal,
            .partition = partition->number,
            .number = model_ps_log_offset_of(&partition->log, cursor->committed),
        });
    model_horizon_add(&queue->needed, position);
    cursor->has_offset = true;
    cursor->records_pending++;
    promise(
        queue,
        (struct model_ps_promise){
            .position = position,
            .id = id,
            .partition = partition->number,
            .group = (uint16_t)cursor->group,
            .kind = MODEL_PS_PROMISE_OFFSET,
        });
}

void model_ps_append_limit(struct model_ps *queue)
{
    SIM_ASSERT(queue->limit_position_new == 0);

    queue->limit_position_new = append(
        queue,
        &(struct model_ps_record){
            .kind = MODEL_PS_RECORD_LIMIT, .number = queue->generation_limit});
    model_horizon_add(&queue->needed, queue->limit_position_new);
}

void model_ps_tell_store(struct model_ps *queue, struct model_outbox *outbox)
{
    if (queue->has_appended) {
        SIM_ASSERT(queue->store != NULL);
        model_outbox_add(outbox, MODEL_STORE, 0);
        queue->has_appended = false;
    }
}

/* ---- writing anew ---- */

static void promise_rewrite(struct model_ps *queue, uint64_t old)
{
    SIM_ASSERT(old != 0 && old < queue->appended);
    promise(
        queue,
        (struct model_ps_promise){
            .position = queue->appended, .id = old, .kind = MODEL_PS_PROMISE_REWRITE});
}

static void rewrite_partition(
    struct model_ps *queue, struct model_ps_partition *partition, uint64_t bound)
{
    for (uint64_t place = partition->log.first; place < partition->visible; place++) {
        struct model_ps_entry *entry = model_ps_log_at(&partition->log, place);
        uint64_t old = entry->position;
        if (old < bound) {
            entry->position = append_entry(queue, partition, entry);
            promise_rewrite(queue, old);
        }
    }
    uint64_t tail = partition->tail;
    if (tail != 0 && tail < bound && tail <= queue->committed) {
        set_tail(
            queue,
            partition,
            append(
                queue,
                &(struct model_ps_record){
                    .kind = MODEL_PS_RECORD_END,
                    .partition = partition->number,
                    .number = partition->log.offset_end,
                }));
        promise_rewrite(queue, tail);
    }
    SIM_ASSERT(partition->tail <= queue->appended);
}

static void rewrite_group(
    struct model_ps *queue, const struct model_ps_group *group, uint64_t bound)
{
    uint32_t partitions = model_ps_topic_at(queue, group->topic)->config.partitions;

    SIM_ASSERT(group->is_used);
    for (uint32_t i = 0; i < partitions; i++) {
        struct model_ps_cursor *cursor = &group->cursors[i];
        if (cursor->record != 0 && cursor->record < bound && cursor->records_pending == 0) {
            model_ps_append_offset(queue, cursor, 0);
        }
    }
}

/* Writes everything below the bound that is needed and committed once more. */
static void rewrite(struct model_ps *queue, uint64_t bound)
{
    SIM_ASSERT(bound <= queue->appended);
    for (uint32_t i = 0; i < queue->partition_count; i++) {
        rewrite_partition(queue, queue->partitions[i], bound);
    }
    for (uint32_t i = 0; i < queue->group_count; i++) {
        if (queue->groups[i].is_used) {
            rewrite_group(queue, &queue->groups[i], bound);
        }
    }
    if (queue->limit_position != 0 && queue->limit_position < bound &&
        queue->limit_position_new == 0) {
        model_ps_append_limit(queue);
    }
    queue->rewritten = queue->appended;
}

/* ---- letting go ---- */

void model_ps_forget_record(struct model_ps *queue, uint64_t position)
{
    SIM_ASSERT(position != 0 && position <= queue->appended);
    model_horizon_remove(&queue->needed, position);
}

void model_ps_release(struct model_ps *queue)
{
    uint64_t lowest = model_horizon_lowest(&queue->needed);
    uint64_t done = lowest > queue->appended ? queue->appended : lowest - (lowest > 0 ? 1 : 0);

    SIM_ASSERT(done <= queue->appended);
    if (done > queue->released) {
        queue->released = done;
        queue->store->release(queue->store->context, done);
    }
    uint64_t span = queue->appended - done;
    if (span > REWRITE_LENGTH + REWRITE_RATIO * queue->needed.count &&
        queue->committed >= queue->rewritten) {
        rewrite(queue, queue->appended - span / 2);
    }
}

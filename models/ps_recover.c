/* How a queue comes back from its store.
 *
 * Records say by themselves where they belong, so replay only collects: messages at the end of
 * their partition's log, offsets in the cursors. A record that was written anew comes behind
 * younger ones, and perhaps a second time; such a log is sorted when all has been read.
 *
 * What retention took and what the bound pushed out is not in the store as such: it may come back,
 * and the same rules take it again. Nothing that was committed by a group comes back ahead of it,
 * because a partition's records stay in order with the group's.
 *
 * Generations are those of producer_consumer, and for the same reason: what a member was given
 * before a crash must never be taken for what a member is given after it. So a life takes its
 * generations from a range of its own, above the limit that the store knows and not below the time
 * in nanoseconds, and lets nobody join before its own limit is committed. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

/* ---- replay ---- */

static void replay_tail(
    struct model_ps *queue, struct model_ps_partition *partition, uint64_t position)
{
    SIM_ASSERT(position > partition->tail);
    if (partition->tail != 0) {
        model_ps_forget_record(queue, partition->tail);
    }
    model_horizon_add(&queue->needed, position);
    partition->tail = position;
}

/* A log that nothing was taken out of but its oldest held no more than its capacity, so older ones
 * were gone before this one came. */
static void replay_bound(struct model_ps *queue, struct model_ps_partition *partition)
{
    const struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    struct model_ps_log *log = &partition->log;

    if (partition->is_unsorted || topic->config.compacts) {
        return;
    }
    if (model_ps_log_count(log) > topic->config.capacity) {
        SIM_ASSERT(model_ps_log_count(log) == topic->config.capacity + 1);
        model_ps_forget_record(queue, model_ps_log_at(log, log->first)->position);
        model_ps_log_trim(log, log->first + 1);
    }
}

static bool replay_message(
    struct model_ps *queue, uint64_t position, const struct model_ps_record *record)
{
    if (record->partition >= queue->partition_count) {
        return false;
    }
    struct model_ps_partition *partition = model_ps_partition_at(queue, record->partition);
    struct model_ps_entry *entry = model_ps_log_push(&partition->log);
    *entry = (struct model_ps_entry){
        .message = record->message,
        .offset = record->number,
        .position = position,
        .time = record->time,
    };
    model_horizon_add(&queue->needed, position);
    if (record->number >= partition->log.offset_end) {
        partition->log.offset_end = record->number + 1;
    } else {
        partition->is_unsorted = true;
    }
    SIM_ASSERT(partition->log.offset_end > record->number);
    if (record->number + 1 == partition->log.offset_end) {
        replay_tail(queue, partition, position);
    }
    queue->now = record->time > queue->now ? record->time : queue->now;
    replay_bound(queue, partition);
    return true;
}

static bool replay_end(
    struct model_ps *queue, uint64_t position, const struct model_ps_record *record)
{
    if (record->partition >= queue->partition_count) {
        return false;
    }
    struct model_ps_partition *partition = model_ps_partition_at(queue, record->partition);
    SIM_ASSERT(position > partition->tail);
    if (record->number >= partition->log.offset_end) {
        partition->log.offset_end = record->number;
        replay_tail(queue, partition, position);
    }
    return true;
}

static bool replay_offset(
    struct model_ps *queue, uint64_t position, const struct model_ps_record *record)
{
    if (record->partition >= queue->partition_count || record->group >= queue->durable_count) {
        return false;
    }
    const struct model_ps_group *group = model_ps_group_at(queue, queue->durables[record->group]);
    const struct model_ps_topic *topic = model_ps_topic_at(queue, group->topic);
    uint32_t index = record->partition - topic->partition_first;
    if (record->partition < topic->partition_first || index >= topic->config.partitions) {
        return false;
    }
    struct model_ps_cursor *cursor = &group->cursors[index];
    SIM_ASSERT(position > cursor->record);
    if (cursor->record != 0) {
        model_ps_forget_record(queue, cursor->record);
    }
    model_horizon_add(&queue->needed, position);
    cursor->record = position;
    cursor->offset = record->number;
    cursor->has_offset = true;
    return true;
}

static bool replay_limit(
    struct model_ps *queue, uint64_t position, const struct model_ps_record *record)
{
    uint64_t limit = record->number;

    if (limit < MODEL_PS_GENERATIONS || limit >= UINT64_MAX / 2) {
        return false;
    }
    SIM_ASSERT(position > queue->limit_position);
    if (queue->limit_position != 0) {
        model_ps_forget_record(queue, queue->limit_position);
    }
    model_horizon_add(&queue->needed, position);
    queue->limit_position = position;
    queue->generation_limit = limit > queue->generation_limit ? limit : queue->generation_limit;
    return true;
}

static bool replay_record(
    struct model_ps *queue, uint64_t position, const struct model_ps_record *record)
{
    SIM_ASSERT(queue->is_recovering);
    switch (record->kind) {
    case MODEL_PS_RECORD_MESSAGE:
        return replay_message(queue, position, record);
    case MODEL_PS_RECORD_OFFSET:
        return replay_offset(queue, position, record);
    case MODEL_PS_RECORD_END:
        return replay_end(queue, position, record);
    case MODEL_PS_RECORD_LIMIT:
        return replay_limit(queue, position, record);
    }
    return false;
}

bool model_ps_replay(model_ps *queue, uint64_t position, const void *record, uint32_t size)
{
    struct model_ps_record decoded;

    SIM_ASSERT(!queue->is_recovered && queue->store != NULL);
    if (position <= queue->replayed_last || !model_ps_record_decode(record, size, &decoded)) {
        return false;
    }
    if (!queue->is_recovering) {
        queue->is_recovering = true;
        queue->released = position - 1;
    }
    queue->appended = position; /* records up to here may be let go */
    if (!replay_record(queue, position, &decoded)) {
        return false;
    }
    queue->replayed_last = position;
    return true;
}

/* ---- the end of it ---- */

static void begin_generations(struct model_ps *queue)
{
    uint64_t base = queue->generation_limit;

    base = queue->now > 0 && (uint64_t)queue->now > base ? (uint64_t)queue->now : base;
    SIM_ASSERT(base < UINT64_MAX - MODEL_PS_GENERATIONS);
    queue->generation = base;
    queue->generation_limit = base + MODEL_PS_GENERATIONS;
    model_ps_append_limit(queue);
    queue->gate = queue->limit_position_new;
}

static void forget_double(void *context, const struct model_ps_entry *entry)
{
    SIM_ASSERT(entry->position != 0);
    model_ps_forget_record(context, entry->position);
}

static void recover_partition(struct model_ps *queue, struct model_ps_partition *partition)
{
    struct model_ps_log *log = &partition->log;

    if (partition->is_unsorted) {
        model_ps_log_sort(log, forget_double, queue);
        partition->is_unsorted = false;
    }
    for (uint64_t place = log->first; place < log->end; place++) {
        const struct model_message *message = &model_ps_log_at(log, place)->message;
        partition->bytes += sizeof(*message) + message->size;
    }
    SIM_ASSERT(partition->visible <= log->end && partition->published == 0);
    partition->visible = log->end;
    partition->clean = log->first;
    partition->published = model_ps_log_count(log);
    queue->topics[partition->topic].offered += partition->published;
}

/* What lies before the group's offset is done. */
static void recover_cursor(struct model_ps *queue, struct model_ps_cursor *cursor)
{
    const struct model_ps_group *group = model_ps_group_at(queue, cursor->group);
    const struct model_ps_partition *partition = cursor->partition;
    bool is_latest = group->config.start == MODEL_PS_LATEST;
    uint64_t place = is_latest ? partition->visible : partition->log.first;

    place = cursor->has_offset ? model_ps_log_find(&partition->log, cursor->offset) : place;
    SIM_ASSERT(cursor->done == 0 && cursor->owner == MODEL_PS_NOBODY);
    model_ps_unlist(queue, cursor);
    cursor->committed = partition->log.first;
    model_ps_move(queue, cursor, place);
    cursor->delivered_end = model_ps_log_offset_of(&partition->log, place);
    if (is_latest && !cursor->has_offset && queue->store != NULL) {
        model_ps_append_offset(queue, cursor, 0);
    }
}

/* The rules take again what they had taken before. */
static void enforce(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    uint64_t capacity = model_ps_topic_at(queue, partition->topic)->config.capacity;

    model_ps_retain(queue, partition, outbox);
    if (model_ps_log_count(&partition->log) > capacity) {
        model_ps_retire(queue, partition, partition->log.end - capacity, outbox);
    }
    SIM_ASSERT(model_ps_log_count(&partition->log) <= capacity);
}

void model_ps_recovered(model_ps *queue, sim_time now, struct model_outbox *outbox)
{
    SIM_ASSERT(!queue->is_recovered);
    queue->is_recovering = false;
    queue->is_recovered = true;
    queue->now = now > queue->now ? now : queue->now;
    queue->appended = queue->replayed_last;
    queue->committed = queue->replayed_last;
    for (uint32_t i = 0; i < queue->partition_count; i++) {
        recover_partition(queue, queue->partitions[i]);
    }
    for (uint32_t i = 0; i < queue->group_count; i++) {
        const struct model_ps_group *group = &queue->groups[i];
        for (uint32_t j = 0; j < queue->topics[group->topic].config.partitions; j++) {
            recover_cursor(queue, &group->cursors[j]);
        }
    }
    if (queue->store != NULL) {
        begin_generations(queue);
    }
    for (uint32_t i = 0; i < queue->partition_count; i++) {
        enforce(queue, queue->partitions[i], outbox);
    }
    model_ps_expire_ages(queue, outbox);
    model_ps_tell_store(queue, outbox);
}

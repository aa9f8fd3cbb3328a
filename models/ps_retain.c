/* What leaves a partition from its old end, and why. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

/* What no group wants any more leaves a full partition in parts of this size, not one by one. */
#define SPARE_SHARE 64

uint64_t model_ps_first_wanted(
    const struct model_ps *queue, const struct model_ps_partition *partition)
{
    const struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    uint32_t index = partition->number - topic->partition_first;
    uint64_t wanted = UINT64_MAX;

    SIM_ASSERT(index < topic->config.partitions);
    for (uint32_t i = topic->group_first; i != MODEL_PS_NOBODY; i = queue->groups[i].next) {
        const struct model_ps_group *group = &queue->groups[i];
        if (!group->is_broadcast && group->cursors[index].committed < wanted) {
            wanted = group->cursors[index].committed;
        }
    }
    return wanted;
}

/* How many of the oldest messages can go without a group missing them. */
static uint64_t spare_count(
    const struct model_ps *queue, const struct model_ps_partition *partition)
{
    uint64_t wanted = model_ps_first_wanted(queue, partition);
    uint64_t end = wanted < partition->visible ? wanted : partition->visible;

    SIM_ASSERT(partition->log.first <= end);
    return end - partition->log.first;
}

/* ---- leaving ---- */

static void pass(struct model_ps *queue, struct model_ps_cursor *cursor, uint64_t first)
{
    SIM_ASSERT(cursor->committed <= cursor->position && cursor->committed < first);
    cursor->passed += first - cursor->committed;
    cursor->committed = first;
    if (cursor->position < first) {
        cursor->passed_unread += first - cursor->position;
        cursor->position = first;
        model_ps_settle(queue, cursor, NULL);
    }
}

void model_ps_forget_entry(
    struct model_ps *queue, struct model_ps_partition *partition, uint64_t place)
{
    const struct model_ps_entry *entry = model_ps_log_at(&partition->log, place);

    SIM_ASSERT(partition->bytes >= sizeof(entry->message) + entry->message.size);
    partition->bytes -= sizeof(entry->message) + entry->message.size;
    partition->retired++;
    if (entry->position != 0) {
        model_ps_forget_record(queue, entry->position);
    }
}

void model_ps_retire(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t first,
    struct model_outbox *outbox)
{
    const struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    uint32_t index = partition->number - topic->partition_first;
    uint64_t wanted = model_ps_first_wanted(queue, partition);

    SIM_ASSERT(first >= partition->log.first && first <= partition->visible);
    for (uint64_t place = partition->log.first; place < first; place++) {
        if (place >= wanted) {
            uint64_t id = model_ps_log_at(&partition->log, place)->message.id;
            model_outbox_add(outbox, MODEL_DROPPED, id);
        }
        model_ps_forget_entry(queue, partition, place);
    }
    for (uint32_t i = topic->group_first; i != MODEL_PS_NOBODY; i = queue->groups[i].next) {
        struct model_ps_cursor *cursor = &queue->groups[i].cursors[index];
        if (cursor->committed < first) {
            pass(queue, cursor, first);
        }
    }
    model_ps_log_trim(&partition->log, first);
    partition->clean = partition->clean < first ? first : partition->clean;
    if (queue->store != NULL) {
        model_ps_release(queue);
    }
    model_ps_tell_room(queue, partition, outbox);
}

/* ---- the bound ---- */

static enum model_ps_status drop_offered(
    struct model_ps_topic *topic, uint64_t id, struct model_outbox *outbox)
{
    topic->offered++;
    topic->dropped++;
    SIM_ASSERT(topic->dropped <= topic->offered);
    model_outbox_add(outbox, MODEL_DROPPED, id);
    return MODEL_PS_DROPPED;
}

enum model_ps_status model_ps_make_room(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t id,
    struct model_outbox *outbox)
{
    struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    uint64_t first = partition->log.first;
    uint64_t count = spare_count(queue, partition);
    uint64_t count_max = topic->config.capacity / SPARE_SHARE + 1;

    SIM_ASSERT(model_ps_log_count(&partition->log) == topic->config.capacity);
    if (count > 0) {
        model_ps_retire(queue, partition, first + (count < count_max ? count : count_max), outbox);
        return MODEL_PS_OK;
    }
    if (topic->config.when_full == MODEL_DROP_OLDEST && first < partition->visible) {
        model_ps_retire(queue, partition, first + 1, outbox);
        return MODEL_PS_OK;
    }
    switch (topic->config.when_full) {
    case MODEL_BLOCK:
        partition->is_awaited = true;
        return MODEL_PS_FULL;
    case MODEL_REJECT:
        topic->offered++;
        topic->refused++;
        return MODEL_PS_REFUSED;
    case MODEL_DROP_OLDEST: /* the store has none of it yet */
    case MODEL_DROP_NEWEST:
        return drop_offered(topic, id, outbox);
    }
    sim_assert_failed("a policy when full", __FILE__, __LINE__);
}

void model_ps_tell_room(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    if (!partition->is_awaited) {
        return;
    }
    uint64_t capacity = model_ps_topic_at(queue, partition->topic)->config.capacity;
    SIM_ASSERT(model_ps_log_count(&partition->log) <= capacity);
    if (model_ps_log_count(&partition->log) < capacity || spare_count(queue, partition) > 0) {
        partition->is_awaited = false;
        model_outbox_add(outbox, MODEL_ROOM, partition->topic);
    }
}

/* ---- by size and by age ---- */

/* The newest one stays, however large it is. */
static void retain_bytes(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    uint64_t limit = queue->topics[partition->topic].config.retain_bytes;
    uint64_t bytes = partition->bytes;
    uint64_t first = partition->log.first;

    while (bytes > limit && first + 1 < partition->visible) {
        const struct model_ps_entry *entry = model_ps_log_at(&partition->log, first);
        SIM_ASSERT(bytes >= sizeof(entry->message) + entry->message.size);
        bytes -= sizeof(entry->message) + entry->message.size;
        first++;
    }
    if (first > partition->log.first) {
        model_ps_retire(queue, partition, first, outbox);
    }
}

static void watch_age(struct model_ps *queue, const struct model_ps_partition *partition)
{
    sim_time age = queue->topics[partition->topic].config.retain_age;
    uint64_t first = partition->log.first;

    SIM_ASSERT(age > 0);
    if (first < partition->visible && !model_deadlines_has(&queue->ages, partition->number)) {
        sim_time end = model_ps_later(model_ps_log_at(&partition->log, first)->time, age);
        model_deadlines_insert(&queue->ages, end, partition->number);
    }
}

void model_ps_retain(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    const struct model_ps_topic_config *config = &queue->topics[partition->topic].config;

    SIM_ASSERT(partition->visible <= partition->log.end);
    if (config->retain_bytes > 0 && partition->bytes > config->retain_bytes) {
        retain_bytes(queue, partition, outbox);
    }
    if (config->retain_age > 0) {
        watch_age(queue, partition);
    }
    if (config->compacts) {
        model_ps_compact(queue, partition, outbox);
    }
}

void model_ps_expire_ages(struct model_ps *queue, struct model_outbox *outbox)
{
    uint32_t number;

    while (model_deadlines_pop(&queue->ages, queue->now, &number)) {
        struct model_ps_partition *partition = model_ps_partition_at(queue, number);
        sim_time age = queue->topics[partition->topic].config.retain_age;
        SIM_ASSERT(age > 0);
        if (queue->now >= age) {
            uint64_t first = model_ps_log_find_time(&partition->log, queue->now - age + 1);
            first = first < partition->visible ? first : partition->visible;
            model_ps_retire(queue, partition, first, outbox);
        }
        watch_age(queue, partition);
    }
}

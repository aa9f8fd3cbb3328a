/* Topics, publishing, and what the store and the time bring about. The other parts are in ps_*.c.
 *
 * A message is copied in once, and out once for each delivery; nothing is hashed but the key, to
 * one multiplication. Nothing is allocated but segments, and none once retention gives as many
 * back. */
/* SPDX-License-Identifier: MIT */
#include "models/publish_subscribe.h"

#include <stdlib.h>

#include "models/ps_state.h"

#define TOPICS_FIRST     4
#define PARTITIONS_FIRST 16

/* ---- life ---- */

model_ps *model_ps_create(const struct model_store *store)
{
    struct model_ps *queue = sim_allocate(1, sizeof(*queue));

    queue->store = store;
    queue->group_free = MODEL_PS_NOBODY;
    queue->member_free = MODEL_PS_NOBODY;
    queue->generation_limit = MODEL_PS_GENERATIONS;
    model_deadlines_init(&queue->sessions);
    model_deadlines_init(&queue->ages);
    model_horizon_init(&queue->needed);
    SIM_ASSERT(queue->topic_count == 0 && queue->now == 0);
    return queue;
}

void model_ps_destroy(model_ps *queue)
{
    if (queue == NULL) {
        return;
    }
    for (uint32_t i = 0; i < queue->group_count; i++) {
        if (queue->groups[i].is_used) {
            model_ps_free_group(&queue->groups[i]);
        }
    }
    for (uint32_t i = 0; i < queue->partition_count; i++) {
        model_ps_log_finish(&queue->partitions[i]->log);
        free(queue->partitions[i]);
    }
    for (uint32_t i = 0; i < queue->topic_count; i++) {
        model_index_finish(&queue->topics[i].keys);
    }
    model_ps_shelf_finish(&queue->shelf);
    model_ps_promises_finish(&queue->promises);
    model_deadlines_finish(&queue->sessions);
    model_deadlines_finish(&queue->ages);
    model_horizon_finish(&queue->needed);
    free(queue->members);
    free(queue->groups);
    free(queue->durables);
    free(queue->partitions);
    free(queue->topics);
    free(queue);
}

/* ---- topics and groups ---- */

static enum model_ps_status status_of_topic(
    const struct model_ps *queue, const struct model_ps_topic_config *config)
{
    SIM_ASSERT(queue->partition_count <= MODEL_PS_PARTITIONS_MAX);
    if (config->partitions == 0 ||
        config->partitions > MODEL_PS_PARTITIONS_MAX - queue->partition_count) {
        return MODEL_PS_BAD_PARTITIONS;
    }
    uint64_t capacity_max = config->compacts ? UINT32_MAX : MODEL_PS_CAPACITY_MAX;
    if (config->capacity == 0 || config->capacity > capacity_max) {
        return MODEL_PS_BAD_CAPACITY;
    }
    if (config->retain_age < 0 || (uint32_t)config->when_full > MODEL_DROP_NEWEST) {
        return MODEL_PS_BAD_RETENTION;
    }
    return MODEL_PS_OK;
}

static void add_partition(struct model_ps *queue, uint32_t topic)
{
    if (queue->partition_count == queue->partition_capacity) {
        uint32_t old = queue->partition_capacity;
        queue->partition_capacity = old == 0 ? PARTITIONS_FIRST : old * 2;
        queue->partitions = sim_grow(
            queue->partitions, old, queue->partition_capacity, sizeof(struct model_ps_partition *));
    }
    struct model_ps_partition *partition = sim_allocate(1, sizeof(*partition));
    SIM_ASSERT(queue->partition_count < queue->partition_capacity);
    model_ps_log_init(&partition->log, &queue->shelf);
    partition->topic = topic;
    partition->number = queue->partition_count;
    queue->partitions[queue->partition_count++] = partition;
}

enum model_ps_status model_ps_add_topic(
    model_ps *queue, const struct model_ps_topic_config *config, uint32_t *out_topic)
{
    enum model_ps_status status = status_of_topic(queue, config);

    if (status != MODEL_PS_OK) {
        return status;
    }
    SIM_ASSERT(!queue->is_recovering && !queue->is_recovered);
    if (queue->topic_count == queue->topic_capacity) {
        uint32_t old = queue->topic_capacity;
        queue->topic_capacity = old == 0 ? TOPICS_FIRST : old * 2;
        queue->topics = sim_grow(queue->topics, old, queue->topic_capacity, sizeof(*queue->topics));
    }
    uint32_t number = queue->topic_count++;
    queue->topics[number] = (struct model_ps_topic){
        .config = *config,
        .partition_first = queue->partition_count,
        .has_retention = config->retain_bytes > 0 || config->retain_age > 0 || config->compacts,
        .group_first = MODEL_PS_NOBODY,
        .group_last = MODEL_PS_NOBODY,
    };
    model_index_init(&queue->topics[number].keys);
    for (uint32_t i = 0; i < config->partitions; i++) {
        add_partition(queue, number);
    }
    *out_topic = number;
    return MODEL_PS_OK;
}

/* Gives the group its place in the store; a latest start is kept there at once. */
static void add_durable(struct model_ps *queue, uint32_t number)
{
    struct model_ps_group *group = &queue->groups[number];

    if (queue->durable_count == queue->durable_capacity) {
        uint32_t old = queue->durable_capacity;
        queue->durable_capacity = old == 0 ? TOPICS_FIRST : old * 2;
        queue->durables =
            sim_grow(queue->durables, old, queue->durable_capacity, sizeof(*queue->durables));
    }
    SIM_ASSERT(queue->durable_count < MODEL_PS_GROUPS_MAX);
    group->ordinal = (uint16_t)queue->durable_count;
    queue->durables[queue->durable_count++] = number;
    if (queue->store == NULL || !queue->is_recovered || group->config.start == MODEL_PS_EARLIEST) {
        return;
    }
    for (uint32_t i = 0; i < queue->topics[group->topic].config.partitions; i++) {
        model_ps_append_offset(queue, &group->cursors[i], 0);
    }
}

enum model_ps_status model_ps_add_group(
    model_ps *queue,
    uint32_t topic,
    const struct model_ps_group_config *config,
    uint32_t *out_group)
{
    if (config->session < 0) {
        return MODEL_PS_BAD_SESSION;
    }
    if ((uint32_t)config->assignment > MODEL_PS_STICKY ||
        (uint32_t)config->start > MODEL_PS_LATEST) {
        return MODEL_PS_BAD_ASSIGNMENT;
    }
    if (!model_ps_has_group_room(queue)) {
        return MODEL_PS_TOO_MANY;
    }
    SIM_ASSERT(!queue->is_recovering);
    *out_group = model_ps_new_group(queue, topic, config);
    add_durable(queue, *out_group);
    return MODEL_PS_OK;
}

/* ---- publish ---- */

/* Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4), the upper half scaled to
 * the number of partitions. */
static uint32_t partition_of(uint64_t key, uint32_t partitions)
{
    uint64_t mixed = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> 32;

    SIM_ASSERT(partitions > 0);
    return (uint32_t)(mixed * partitions >> 32);
}

uint32_t model_ps_partition_of(const model_ps *queue, uint32_t topic, uint64_t key)
{
    return partition_of(key, model_ps_topic_at(queue, topic)->config.partitions);
}

void model_ps_show(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    const struct model_ps_entry *entry = model_ps_log_at(&partition->log, partition->visible);

    SIM_ASSERT(entry->position <= queue->committed);
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, entry->message.id);
    partition->visible++;
    partition->published++;
    if (partition->caught_up.first != NULL) {
        model_ps_wake(queue, partition, outbox);
    }
    if (queue->topics[partition->topic].has_retention) {
        model_ps_retain(queue, partition, outbox);
    }
    if (partition->is_awaited) {
        model_ps_tell_room(queue, partition, outbox);
    }
}

static enum model_ps_status publish(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    const struct model_message *message,
    struct model_outbox *outbox)
{
    struct model_ps_topic *topic = &queue->topics[partition->topic];

    if (queue->is_closed) {
        return MODEL_PS_CLOSED;
    }
    if (topic->config.payload_max > 0 && message->size > topic->config.payload_max) {
        return MODEL_PS_TOO_LARGE;
    }
    if (model_ps_log_count(&partition->log) >= topic->config.capacity) {
        enum model_ps_status status = model_ps_make_room(queue, partition, message->id, outbox);
        if (status != MODEL_PS_OK) {
            return status;
        }
    }
    struct model_ps_entry *entry = model_ps_log_push(&partition->log);
    SIM_ASSERT(message->reserved == 0);
    entry->message = *message;
    entry->message.attempt = 0;
    entry->offset = partition->log.offset_end++;
    entry->position = 0;
    entry->time = queue->now;
    partition->bytes += sizeof(*message) + message->size;
    topic->offered++;
    if (queue->store == NULL) {
        model_ps_show(queue, partition, outbox);
    } else {
        model_ps_append_message(queue, partition);
        model_ps_tell_store(queue, outbox);
    }
    return MODEL_PS_OK;
}

enum model_ps_status model_ps_publish(
    model_ps *queue,
    uint32_t topic,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    if (topic >= queue->topic_count) {
        return MODEL_PS_NO_PARTITION;
    }
    const struct model_ps_topic *to = model_ps_topic_at(queue, topic);
    uint32_t index = to->partition_first + partition_of(message->key, to->config.partitions);
    return publish(queue, model_ps_partition_at(queue, index), message, outbox);
}

enum model_ps_status model_ps_publish_to(
    model_ps *queue,
    const struct model_ps_topic_partition *to,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    if (to->topic >= queue->topic_count ||
        to->partition >= model_ps_topic_at(queue, to->topic)->config.partitions) {
        return MODEL_PS_NO_PARTITION;
    }
    const struct model_ps_topic *topic = model_ps_topic_at(queue, to->topic);
    uint32_t index = topic->partition_first + to->partition;
    return publish(queue, model_ps_partition_at(queue, index), message, outbox);
}

/* ---- what the store has ---- */

static void settle_limit(struct model_ps *queue)
{
    if (queue->limit_position_new == 0 || queue->limit_position_new > queue->committed) {
        return;
    }
    if (queue->limit_position != 0) {
        SIM_ASSERT(queue->limit_position < queue->limit_position_new);
        model_ps_forget_record(queue, queue->limit_position);
    }
    queue->limit_position = queue->limit_position_new;
    queue->limit_position_new = 0;
}

static void settle_offset(
    struct model_ps *queue, const struct model_ps_promise *promise, struct model_outbox *outbox)
{
    const struct model_ps_group *group = model_ps_group_at(queue, promise->group);
    uint32_t index = promise->partition - queue->topics[group->topic].partition_first;
    struct model_ps_cursor *cursor = &group->cursors[index];

    SIM_ASSERT(cursor->records_pending > 0 && cursor->record < promise->position);
    if (cursor->record != 0) {
        model_ps_forget_record(queue, cursor->record);
    }
    cursor->record = promise->position;
    cursor->records_pending--;
    if (promise->id != 0) {
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, promise->id);
    }
}

static void keep_promise(
    struct model_ps *queue, const struct model_ps_promise *promise, struct model_outbox *outbox)
{
    SIM_ASSERT(promise->position <= queue->committed);
    switch ((enum model_ps_promise_kind)promise->kind) {
    case MODEL_PS_PROMISE_MESSAGE:
        model_ps_show(queue, model_ps_partition_at(queue, promise->partition), outbox);
        return;
    case MODEL_PS_PROMISE_OFFSET:
        settle_offset(queue, promise, outbox);
        return;
    case MODEL_PS_PROMISE_REWRITE:
        model_ps_forget_record(queue, promise->id);
        return;
    }
    sim_assert_failed("a kind of promise", __FILE__, __LINE__);
}

static void open_gate(const struct model_ps *queue, struct model_outbox *outbox)
{
    SIM_ASSERT(model_ps_is_gate_open(queue));
    for (uint32_t i = 0; i < queue->group_count; i++) {
        SIM_ASSERT(queue->groups[i].is_used && queue->groups[i].member_count == 0);
        model_outbox_add(outbox, MODEL_READY, i);
    }
}

void model_ps_committed(
    model_ps *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    SIM_ASSERT(queue->store != NULL && position <= queue->appended);
    if (position <= queue->committed) {
        return;
    }
    bool was_open = model_ps_is_gate_open(queue);
    queue->committed = position;
    if (!was_open && model_ps_is_gate_open(queue)) {
        open_gate(queue, outbox);
    }
    settle_limit(queue);
    while (model_ps_promises_count(&queue->promises) > 0 &&
           model_ps_promises_at(&queue->promises, 0)->position <= position) {
        const struct model_ps_promise promise = *model_ps_promises_at(&queue->promises, 0);
        queue->promises.first++;
        keep_promise(queue, &promise, outbox);
    }
    model_ps_release(queue);
    model_ps_tell_store(queue, outbox);
}

/* ---- time, and the end ---- */

sim_time model_ps_next_deadline(const model_ps *queue)
{
    sim_time session = model_deadlines_next(&queue->sessions);
    sim_time age = model_deadlines_next(&queue->ages);

    SIM_ASSERT(session >= 0 && age >= 0);
    if (queue->is_closed) {
        return SIM_NEVER;
    }
    return session < age ? session : age;
}

void model_ps_expire(model_ps *queue, sim_time now, struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    if (queue->is_closed) {
        return;
    }
    model_ps_expire_sessions(queue, outbox);
    model_ps_expire_ages(queue, outbox);
    model_ps_tell_store(queue, outbox);
    SIM_ASSERT(model_ps_next_deadline(queue) > queue->now || queue->now == SIM_NEVER);
}

void model_ps_close(model_ps *queue)
{
    SIM_ASSERT(!queue->is_recovering);
    queue->is_closed = true;
}

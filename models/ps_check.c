/* Looking at all of a queue: its counts, its messages, and the proof that its parts agree. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

/* ---- counts ---- */

struct model_ps_topic_counts model_ps_topic_counts_of(const model_ps *queue, uint32_t topic)
{
    const struct model_ps_topic *of = model_ps_topic_at(queue, topic);
    struct model_ps_topic_counts counts = {
        .offered = of->offered,
        .refused = of->refused,
        .dropped = of->dropped,
    };

    for (uint32_t i = 0; i < of->config.partitions; i++) {
        const struct model_ps_partition *partition = queue->partitions[of->partition_first + i];
        SIM_ASSERT(partition->visible <= partition->log.end);
        counts.uncommitted += partition->log.end - partition->visible;
        counts.published += partition->published;
        counts.retained += partition->visible - partition->log.first;
        counts.compacted += partition->compacted;
    }
    return counts;
}

struct model_ps_group_counts model_ps_group_counts_of(const model_ps *queue, uint32_t group)
{
    const struct model_ps_group *of = model_ps_group_at(queue, group);
    struct model_ps_group_counts counts = {.rebalances = of->rebalances};
    uint32_t partitions = of->is_used ? queue->topics[of->topic].config.partitions : 0;

    for (uint32_t i = 0; i < partitions; i++) {
        const struct model_ps_cursor *cursor = &of->cursors[i];
        SIM_ASSERT(cursor->committed <= cursor->position);
        counts.ahead += cursor->partition->visible - cursor->position;
        counts.held += cursor->position - cursor->committed;
        counts.committed += cursor->done;
        counts.passed += cursor->passed;
        counts.passed_unread += cursor->passed_unread;
        counts.delivered += cursor->delivered;
        counts.redelivered += cursor->redelivered;
    }
    return counts;
}

uint64_t model_ps_lag(const model_ps *queue, uint32_t group, uint32_t partition)
{
    const struct model_ps_cursor *cursor = model_ps_cursor_at(queue, group, partition);

    SIM_ASSERT(cursor->committed <= cursor->partition->visible);
    return cursor->partition->visible - cursor->committed;
}

uint64_t model_ps_committed_offset(const model_ps *queue, uint32_t group, uint32_t partition)
{
    const struct model_ps_cursor *cursor = model_ps_cursor_at(queue, group, partition);

    return model_ps_log_offset_of(&cursor->partition->log, cursor->committed);
}

void model_ps_visit(const model_ps *queue, uint32_t topic, model_ps_visit_fn *visit, void *context)
{
    const struct model_ps_topic *of = model_ps_topic_at(queue, topic);

    for (uint32_t i = 0; i < of->config.partitions; i++) {
        const struct model_ps_log *log = &queue->partitions[of->partition_first + i]->log;
        SIM_ASSERT(log->first <= log->end);
        for (uint64_t place = log->first; place < log->end; place++) {
            visit(context, &model_ps_log_at(log, place)->message);
        }
    }
}

/* ---- the proof ---- */

static bool is_in(const struct model_ps_cursors *list, const struct model_ps_cursor *wanted)
{
    const struct model_ps_cursor *previous = NULL;

    for (const struct model_ps_cursor *cursor = list->first; cursor != NULL;
         cursor = cursor->next) {
        SIM_ASSERT(cursor->previous == previous);
        if (cursor == wanted) {
            return true;
        }
        previous = cursor;
    }
    return false;
}

static void check_cursor(const struct model_ps *queue, const struct model_ps_cursor *cursor)
{
    const struct model_ps_partition *partition = cursor->partition;
    bool has_owner = cursor->owner != MODEL_PS_NOBODY;
    bool has_more = cursor->position < partition->visible;

    SIM_ASSERT(partition->log.first <= cursor->committed);
    SIM_ASSERT(cursor->committed <= cursor->position);
    SIM_ASSERT(cursor->position <= partition->visible);
    SIM_ASSERT(
        partition->published == (partition->visible - cursor->position) +
                                    (cursor->position - cursor->committed) + cursor->done +
                                    cursor->passed);
    SIM_ASSERT(cursor->passed_unread <= cursor->passed);
    SIM_ASSERT(cursor->redelivered <= cursor->delivered);
    SIM_ASSERT(cursor->generation <= queue->generation);
    SIM_ASSERT(has_owner || cursor->position == cursor->committed);
    SIM_ASSERT(!has_owner || queue->members[cursor->owner].group == cursor->group);
    SIM_ASSERT(is_in(&partition->caught_up, cursor) == !has_more);
    SIM_ASSERT(!has_owner || is_in(&queue->members[cursor->owner].ready, cursor) == has_more);
}

/* Returns the records that it needs. */
static uint64_t check_group(const struct model_ps *queue, uint32_t number)
{
    const struct model_ps_group *group = &queue->groups[number];
    uint32_t partitions = queue->topics[group->topic].config.partitions;
    uint64_t records = 0;

    for (uint32_t i = 0; i < partitions; i++) {
        const struct model_ps_cursor *cursor = &group->cursors[i];
        SIM_ASSERT(cursor->group == number);
        SIM_ASSERT((cursor->owner == MODEL_PS_NOBODY) == (group->member_count == 0));
        check_cursor(queue, cursor);
        records += cursor->record != 0 ? 1 : 0;
    }
    for (uint32_t turn = 0; turn < group->member_count; turn++) {
        const struct model_ps_member_state *member = &queue->members[group->members[turn]];
        SIM_ASSERT(member->turn == turn && member->group == number && member->generation != 0);
        SIM_ASSERT(
            model_deadlines_has(&queue->sessions, group->members[turn]) ==
            (group->config.session > 0));
    }
    return records;
}

/* Returns the records that they need. */
static uint64_t check_entries(
    const struct model_ps *queue, const struct model_ps_partition *partition)
{
    const struct model_ps_log *log = &partition->log;
    uint64_t records = 0;
    uint64_t bytes = 0;

    for (uint64_t place = log->first; place < log->end; place++) {
        const struct model_ps_entry *entry = model_ps_log_at(log, place);
        bytes += sizeof(entry->message) + entry->message.size;
        records += entry->position != 0 ? 1 : 0;
        SIM_ASSERT((entry->position == 0) == (queue->store == NULL));
        SIM_ASSERT(entry->time <= queue->now);
    }
    SIM_ASSERT(partition->bytes == bytes);
    return records;
}

/* Returns the records that it needs. */
static uint64_t check_partition(
    const struct model_ps *queue, const struct model_ps_partition *partition)
{
    const struct model_ps_log *log = &partition->log;
    const struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    bool can_age = topic->config.retain_age > 0 && log->first < partition->visible;

    model_ps_log_check(log);
    SIM_ASSERT(log->first <= partition->clean && partition->clean <= partition->visible);
    SIM_ASSERT(partition->visible <= log->end);
    SIM_ASSERT(model_ps_log_count(log) <= topic->config.capacity);
    SIM_ASSERT(partition->published == partition->retired + (partition->visible - log->first));
    SIM_ASSERT(!can_age || model_deadlines_has(&queue->ages, partition->number));
    return check_entries(queue, partition) + (partition->tail != 0 ? 1 : 0);
}

static uint64_t check_promises(const struct model_ps *queue)
{
    uint64_t records = 0;

    for (uint64_t i = 0; i < model_ps_promises_count(&queue->promises); i++) {
        const struct model_ps_promise *promise = model_ps_promises_at(&queue->promises, i);
        SIM_ASSERT(promise->position > queue->committed);
        records += promise->kind == MODEL_PS_PROMISE_MESSAGE ? 0 : 1;
    }
    return records;
}

static void check_topic(const struct model_ps *queue, uint32_t topic)
{
    struct model_ps_topic_counts counts = model_ps_topic_counts_of(queue, topic);

    SIM_ASSERT(
        counts.offered == counts.refused + counts.dropped + counts.uncommitted + counts.published);
    SIM_ASSERT(counts.uncommitted == 0 || queue->store != NULL);
    SIM_ASSERT(queue->topics[topic].keys.count == 0);
}

void model_ps_check(const model_ps *queue)
{
    uint64_t records = check_promises(queue);

    for (uint32_t i = 0; i < queue->topic_count; i++) {
        check_topic(queue, i);
    }
    for (uint32_t i = 0; i < queue->partition_count; i++) {
        records += check_partition(queue, queue->partitions[i]);
    }
    for (uint32_t i = 0; i < queue->group_count; i++) {
        records += queue->groups[i].is_used ? check_group(queue, i) : 0;
    }
    records += queue->limit_position != 0 ? 1 : 0;
    records += queue->limit_position_new != 0 ? 1 : 0;
    SIM_ASSERT(records == queue->needed.count);
    SIM_ASSERT(queue->released <= queue->appended && queue->committed <= queue->appended);
    model_deadlines_check(&queue->sessions);
    model_deadlines_check(&queue->ages);
    model_horizon_check(&queue->needed);
}

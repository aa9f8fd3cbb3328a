/* Polling, committing and seeking: what moves a cursor. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

/* ---- poll ---- */

static void deliver(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_ps_delivery *out_delivery)
{
    const struct model_ps_entry *entry = model_ps_log_at(&cursor->partition->log, cursor->position);
    const struct model_ps_group *group = &queue->groups[cursor->group];
    bool is_again = entry->offset < cursor->delivered_end;

    SIM_ASSERT(cursor->position < cursor->partition->visible);
    out_delivery->message = entry->message;
    out_delivery->message.attempt = is_again ? 2 : 1;
    out_delivery->where = (struct model_ps_where){
        .generation = cursor->generation,
        .offset = entry->offset,
        .partition = cursor->partition->number - queue->topics[group->topic].partition_first,
        .group = cursor->group,
    };
    cursor->position++;
    cursor->delivered++;
    if (is_again) {
        cursor->redelivered++;
    } else {
        cursor->delivered_end = entry->offset + 1;
    }
    if (group->is_broadcast) {
        cursor->committed++;
        cursor->done++;
    }
}

/* The next cursor of the list gets its turn. */
static void rotate(struct model_ps_cursors *list)
{
    struct model_ps_cursor *cursor = list->first;

    if (cursor->next == NULL) {
        return;
    }
    SIM_ASSERT(cursor->previous == NULL && list->last != cursor);
    list->first = cursor->next;
    list->first->previous = NULL;
    cursor->previous = list->last;
    cursor->next = NULL;
    list->last->next = cursor;
    list->last = cursor;
}

/* Returns MODEL_PS_OK when the member may poll; *out_state is then its state. */
static enum model_ps_status begin_poll(
    struct model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_ps_member_state **out_state)
{
    now = model_ps_advance(queue, now);
    if (queue->is_closed) {
        return MODEL_PS_CLOSED;
    }
    struct model_ps_member_state *state = model_ps_find_member(queue, member);
    if (state == NULL) {
        return MODEL_PS_STALE;
    }
    SIM_ASSERT(state->heard <= now);
    state->heard = now;
    if (state->ready.first == NULL) {
        return MODEL_PS_EMPTY;
    }
    *out_state = state;
    return MODEL_PS_OK;
}

enum model_ps_status model_ps_poll(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_ps_delivery *out_delivery)
{
    struct model_ps_member_state *state;
    enum model_ps_status status = begin_poll(queue, member, now, &state);

    if (status != MODEL_PS_OK) {
        return status;
    }
    struct model_ps_cursor *cursor = state->ready.first;
    SIM_ASSERT(cursor->list == MODEL_PS_READY && cursor->group == member->group);
    deliver(queue, cursor, out_delivery);
    if (cursor->position == cursor->partition->visible) {
        model_ps_catch_up(&state->ready);
    } else {
        rotate(&state->ready);
    }
    return MODEL_PS_OK;
}

enum model_ps_status model_ps_poll_batch(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_ps_batch *batch)
{
    struct model_ps_member_state *state;
    enum model_ps_status status = begin_poll(queue, member, now, &state);

    batch->count = 0;
    if (status != MODEL_PS_OK) {
        return status;
    }
    while (batch->count < batch->capacity && state->ready.first != NULL) {
        struct model_ps_cursor *cursor = state->ready.first;
        SIM_ASSERT(cursor->list == MODEL_PS_READY && cursor->group == member->group);
        while (batch->count < batch->capacity && cursor->position < cursor->partition->visible) {
            deliver(queue, cursor, &batch->deliveries[batch->count]);
            batch->count++;
        }
        if (cursor->position == cursor->partition->visible) {
            model_ps_catch_up(&state->ready);
        }
    }
    if (state->ready.first != NULL) {
        rotate(&state->ready);
    }
    return MODEL_PS_OK;
}

enum model_ps_status model_ps_heartbeat(
    model_ps *queue, const struct model_ps_member *member, sim_time now)
{
    now = model_ps_advance(queue, now);
    if (queue->is_closed) {
        return MODEL_PS_CLOSED;
    }
    struct model_ps_member_state *state = model_ps_find_member(queue, member);
    if (state == NULL) {
        return MODEL_PS_STALE;
    }
    SIM_ASSERT(state->heard <= now);
    state->heard = now;
    return MODEL_PS_OK;
}

/* ---- commit ---- */

/* Returns MODEL_PS_OK when *out_cursor may be moved. */
static enum model_ps_status begin_move(
    struct model_ps *queue,
    const struct model_ps_where *where,
    sim_time now,
    struct model_ps_cursor **out_cursor)
{
    (void)model_ps_advance(queue, now);
    if (queue->is_closed) {
        return MODEL_PS_CLOSED;
    }
    if (where->group >= queue->group_count || !queue->groups[where->group].is_used) {
        return MODEL_PS_STALE;
    }
    const struct model_ps_group *group = &queue->groups[where->group];
    if (where->partition >= queue->topics[group->topic].config.partitions) {
        return MODEL_PS_NO_PARTITION;
    }
    *out_cursor = &group->cursors[where->partition];
    SIM_ASSERT((*out_cursor)->group == where->group);
    return MODEL_PS_OK;
}

/* In memory a commit is confirmed at once; a broadcast subscriber's is nobody's concern. */
static void keep_offset(
    struct model_ps *queue,
    struct model_ps_cursor *cursor,
    uint64_t id,
    struct model_outbox *outbox)
{
    if (queue->groups[cursor->group].is_broadcast) {
        return;
    }
    SIM_ASSERT(cursor->committed <= cursor->position);
    if (queue->store != NULL) {
        model_ps_append_offset(queue, cursor, id);
    } else if (id != 0) {
        model_outbox_add(outbox, MODEL_ACK_CONFIRMED, id);
    }
    model_ps_tell_room(queue, cursor->partition, outbox);
    model_ps_tell_store(queue, outbox);
}

enum model_ps_status model_ps_commit(
    model_ps *queue, const struct model_ps_where *where, sim_time now, struct model_outbox *outbox)
{
    struct model_ps_cursor *cursor;
    enum model_ps_status status = begin_move(queue, where, now, &cursor);

    if (status != MODEL_PS_OK) {
        return status;
    }
    if (cursor->owner == MODEL_PS_NOBODY || cursor->generation != where->generation) {
        return MODEL_PS_STALE;
    }
    const struct model_ps_log *log = &cursor->partition->log;
    if (where->offset >= model_ps_log_offset_of(log, cursor->position)) {
        return MODEL_PS_NOT_DELIVERED;
    }
    uint64_t place = model_ps_log_find(log, where->offset + 1);
    if (place <= cursor->committed) {
        return MODEL_PS_REPEATED;
    }
    SIM_ASSERT(place <= cursor->position);
    queue->members[cursor->owner].heard = queue->now;
    cursor->done += place - cursor->committed;
    cursor->committed = place;
    keep_offset(queue, cursor, model_ps_log_at(log, place - 1)->message.id, outbox);
    return MODEL_PS_OK;
}

/* ---- seek ---- */

uint64_t model_ps_offset_at(
    const model_ps *queue, uint32_t topic, uint32_t partition, sim_time time)
{
    const struct model_ps_topic *found = model_ps_topic_at(queue, topic);

    SIM_ASSERT(partition < found->config.partitions);
    const struct model_ps_log *log =
        &model_ps_partition_at(queue, found->partition_first + partition)->log;
    return model_ps_log_offset_of(log, model_ps_log_find_time(log, time));
}

enum model_ps_status model_ps_seek(
    model_ps *queue, const struct model_ps_where *where, sim_time now, struct model_outbox *outbox)
{
    struct model_ps_cursor *cursor;
    enum model_ps_status status = begin_move(queue, where, now, &cursor);

    if (status != MODEL_PS_OK) {
        return status;
    }
    uint64_t place = model_ps_log_find(&cursor->partition->log, where->offset);
    bool was_caught_up = cursor->list == MODEL_PS_CAUGHT_UP;
    cursor->generation = ++queue->generation;
    SIM_ASSERT(queue->generation < queue->generation_limit);
    model_ps_rewind(queue, cursor, outbox);
    model_ps_move(
        queue, cursor, place < cursor->partition->visible ? place : cursor->partition->visible);
    if (was_caught_up && cursor->list == MODEL_PS_READY) {
        model_outbox_add(outbox, MODEL_READY, cursor->group);
    }
    keep_offset(queue, cursor, 0, outbox);
    return MODEL_PS_OK;
}

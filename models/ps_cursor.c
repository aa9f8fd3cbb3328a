/* Cursors and the lists that hold them. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

/* ---- lists ---- */

static void push(struct model_ps_cursors *list, struct model_ps_cursor *cursor)
{
    SIM_ASSERT((list->first == NULL) == (list->last == NULL));
    cursor->next = NULL;
    cursor->previous = list->last;
    if (list->last == NULL) {
        list->first = cursor;
    } else {
        list->last->next = cursor;
    }
    list->last = cursor;
}

static void remove_from(struct model_ps_cursors *list, const struct model_ps_cursor *cursor)
{
    if (cursor->previous == NULL) {
        SIM_ASSERT(list->first == cursor);
        list->first = cursor->next;
    } else {
        cursor->previous->next = cursor->next;
    }
    if (cursor->next == NULL) {
        SIM_ASSERT(list->last == cursor);
        list->last = cursor->previous;
    } else {
        cursor->next->previous = cursor->previous;
    }
}

static struct model_ps_cursors *list_of(
    struct model_ps *queue, const struct model_ps_cursor *cursor)
{
    if (cursor->list == MODEL_PS_CAUGHT_UP) {
        return &cursor->partition->caught_up;
    }
    SIM_ASSERT(cursor->list == MODEL_PS_READY && cursor->owner < queue->member_count);
    return &queue->members[cursor->owner].ready;
}

void model_ps_unlist(struct model_ps *queue, struct model_ps_cursor *cursor)
{
    if (cursor->list != MODEL_PS_NOWHERE) {
        remove_from(list_of(queue, cursor), cursor);
        cursor->list = MODEL_PS_NOWHERE;
    }
    SIM_ASSERT(cursor->list == MODEL_PS_NOWHERE);
}

/* Puts a cursor that is in no list into that of its owner. */
static void make_ready(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_outbox *outbox)
{
    SIM_ASSERT(cursor->list == MODEL_PS_NOWHERE && cursor->owner < queue->member_count);
    struct model_ps_cursors *ready = &queue->members[cursor->owner].ready;

    if (ready->first == NULL && outbox != NULL) {
        model_outbox_add(outbox, MODEL_READY, cursor->group);
    }
    cursor->list = MODEL_PS_READY;
    push(ready, cursor);
}

static uint8_t wanted_list(const struct model_ps_cursor *cursor)
{
    SIM_ASSERT(cursor->position <= cursor->partition->visible);
    if (cursor->position == cursor->partition->visible) {
        return MODEL_PS_CAUGHT_UP;
    }
    return cursor->owner == MODEL_PS_NOBODY ? MODEL_PS_NOWHERE : MODEL_PS_READY;
}

void model_ps_settle(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_outbox *outbox)
{
    uint8_t wanted = wanted_list(cursor);

    if (wanted == cursor->list) {
        return;
    }
    model_ps_unlist(queue, cursor);
    if (wanted == MODEL_PS_READY) {
        make_ready(queue, cursor, outbox);
    } else if (wanted == MODEL_PS_CAUGHT_UP) {
        cursor->list = MODEL_PS_CAUGHT_UP;
        push(&cursor->partition->caught_up, cursor);
    }
    SIM_ASSERT(cursor->list == wanted);
}

void model_ps_catch_up(struct model_ps_cursors *ready)
{
    struct model_ps_cursor *cursor = ready->first;

    SIM_ASSERT(cursor->list == MODEL_PS_READY && cursor->previous == NULL);
    SIM_ASSERT(cursor->position == cursor->partition->visible);
    ready->first = cursor->next;
    if (ready->first == NULL) {
        ready->last = NULL;
    } else {
        ready->first->previous = NULL;
    }
    cursor->list = MODEL_PS_CAUGHT_UP;
    push(&cursor->partition->caught_up, cursor);
}

void model_ps_wake(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    struct model_ps_cursor *cursor = partition->caught_up.first;

    partition->caught_up = (struct model_ps_cursors){.first = NULL};
    while (cursor != NULL) {
        struct model_ps_cursor *next = cursor->next;
        SIM_ASSERT(cursor->position < partition->visible);
        cursor->list = MODEL_PS_NOWHERE;
        if (cursor->owner != MODEL_PS_NOBODY) {
            make_ready(queue, cursor, outbox);
        }
        cursor = next;
    }
}

/* ---- places ---- */

void model_ps_move(struct model_ps *queue, struct model_ps_cursor *cursor, uint64_t place)
{
    SIM_ASSERT(place >= cursor->partition->log.first && place <= cursor->partition->visible);
    SIM_ASSERT(place >= cursor->committed || cursor->committed - place <= cursor->done);

    cursor->done += place - cursor->committed; /* modulo 2^64, when it goes back */
    cursor->committed = place;
    cursor->position = place;
    model_ps_settle(queue, cursor, NULL);
}

void model_ps_rewind(
    struct model_ps *queue, struct model_ps_cursor *cursor, struct model_outbox *outbox)
{
    SIM_ASSERT(cursor->committed <= cursor->position);
    for (uint64_t place = cursor->committed; place < cursor->position; place++) {
        const struct model_ps_entry *entry = model_ps_log_at(&cursor->partition->log, place);
        model_outbox_add(outbox, MODEL_REDELIVERED, entry->message.id);
    }
    cursor->position = cursor->committed;
    model_ps_settle(queue, cursor, NULL);
}

/* In the order of their first subscription. They are few, so a search looks at each. */
/* SPDX-License-Identifier: MIT */
#include "world/subscribers.h"

void world_subscribers_init(struct world_subscribers *subscribers)
{
    subscribers->list = g_array_new(FALSE, FALSE, sizeof(struct world_subscriber));
    subscribers->turn = 0;
}

void world_subscribers_finish(struct world_subscribers *subscribers)
{
    g_array_unref(subscribers->list);
    subscribers->list = NULL;
}

static struct world_subscriber *subscriber_at(
    const struct world_subscribers *subscribers, uint32_t index)
{
    SIM_ASSERT(index < subscribers->list->len);
    return &g_array_index(subscribers->list, struct world_subscriber, index);
}

/* Where the node stands; the number of entries when it is not there. */
static uint32_t find(const struct world_subscribers *subscribers, uint32_t node)
{
    uint32_t index = 0;

    while (index < subscribers->list->len && subscriber_at(subscribers, index)->end.node != node) {
        index++;
    }
    SIM_ASSERT(index <= subscribers->list->len);
    return index;
}

/* Takes out the entry at `index`; the turn is passed on to whoever stood after it. */
static void strike(struct world_subscribers *subscribers, uint32_t index)
{
    SIM_ASSERT(index < subscribers->list->len);
    g_array_remove_index(subscribers->list, index);
    subscribers->turn -= index < subscribers->turn;
    if (subscribers->turn >= subscribers->list->len) {
        subscribers->turn = 0;
    }
}

/* Enters it at `index`, which is the end of the list when it is new, if the queue takes it. */
static void enter(
    struct world_subscribers *subscribers,
    uint32_t index,
    const struct world_subscriber *subscriber,
    uint32_t consumer)
{
    struct world_subscriber entered = *subscriber;

    entered.consumer = consumer;
    if (index < subscribers->list->len) {
        *subscriber_at(subscribers, index) = entered;
    } else {
        g_array_append_val(subscribers->list, entered);
    }
    if (consumer == WORLD_QUEUE_NOBODY) {
        strike(subscribers, index);
    }
    SIM_ASSERT(subscribers->turn == 0 || subscribers->turn < subscribers->list->len);
}

void world_subscribers_admit(
    struct world_subscribers *subscribers,
    const struct world_subscriber *subscriber,
    struct world_queue *queue,
    sim_time now,
    struct model_outbox *outbox)
{
    const struct world_queue_type *type = queue->type;
    uint32_t index = find(subscribers, subscriber->end.node);

    SIM_ASSERT(subscriber->end.incarnation > 0);
    if (index < subscribers->list->len) {
        const struct world_subscriber *known = subscriber_at(subscribers, index);
        if (known->end.incarnation > subscriber->end.incarnation ||
            (known->end.incarnation == subscriber->end.incarnation &&
             type->touch(queue, known->consumer, now))) {
            return;
        }
        if (known->end.incarnation < subscriber->end.incarnation) {
            type->leave(queue, known->consumer, now, outbox);
        }
    }
    enter(subscribers, index, subscriber, type->join(queue, subscriber->group, now, outbox));
}

void world_subscribers_dismiss(
    struct world_subscribers *subscribers,
    struct world_end_point end,
    struct world_queue *queue,
    sim_time now,
    struct model_outbox *outbox)
{
    uint32_t index = find(subscribers, end.node);

    if (index == subscribers->list->len) {
        return;
    }
    const struct world_subscriber *known = subscriber_at(subscribers, index);
    SIM_ASSERT(known->end.node == end.node);
    if (known->end.incarnation <= end.incarnation) {
        queue->type->leave(queue, known->consumer, now, outbox);
        strike(subscribers, index);
    }
}

const struct world_subscriber *world_subscribers_next(struct world_subscribers *subscribers)
{
    const struct world_subscriber *next = subscriber_at(subscribers, subscribers->turn);

    SIM_ASSERT(next->end.incarnation > 0);
    subscribers->turn++;
    if (subscribers->turn == subscribers->list->len) {
        subscribers->turn = 0;
    }
    return next;
}

void world_subscribers_clear(struct world_subscribers *subscribers)
{
    g_array_set_size(subscribers->list, 0);
    subscribers->turn = 0;
}

void world_subscribers_check(const struct world_subscribers *subscribers)
{
    uint32_t count = subscribers->list->len;

    SIM_ASSERT(count == 0 ? subscribers->turn == 0 : subscribers->turn < count);
    for (uint32_t i = 0; i < count; i++) {
        const struct world_subscriber *subscriber = subscriber_at(subscribers, i);
        SIM_ASSERT(subscriber->end.incarnation > 0);
        SIM_ASSERT(find(subscribers, subscriber->end.node) == i);
    }
}

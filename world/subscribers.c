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

static struct world_subscriber *find(const struct world_subscribers *subscribers, uint32_t node)
{
    for (uint32_t i = 0; i < subscribers->list->len; i++) {
        struct world_subscriber *subscriber = subscriber_at(subscribers, i);
        if (subscriber->end.node == node) {
            return subscriber;
        }
    }
    return NULL;
}

void world_subscribers_admit(
    struct world_subscribers *subscribers,
    struct world_end_point end,
    struct world_pipe *pipe,
    struct world_queue *queue,
    sim_time now,
    struct model_outbox *outbox)
{
    struct world_subscriber *known = find(subscribers, end.node);

    SIM_ASSERT(end.incarnation > 0);
    if (known == NULL) {
        struct world_subscriber new = {
            .end = end,
            .pipe = pipe,
            .consumer = queue->type->join(queue),
        };
        g_array_append_val(subscribers->list, new);
    } else if (known->end.incarnation < end.incarnation) {
        queue->type->leave(queue, known->consumer, now, outbox);
        known->end = end;
        known->consumer = queue->type->join(queue);
    }
    SIM_ASSERT(subscribers->turn < subscribers->list->len);
}

const struct world_subscriber *world_subscribers_next(struct world_subscribers *subscribers)
{
    const struct world_subscriber *next = subscriber_at(subscribers, subscribers->turn);

    SIM_ASSERT(next->end.incarnation > 0);
    subscribers->turn = (subscribers->turn + 1) % subscribers->list->len;
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
        SIM_ASSERT(find(subscribers, subscriber->end.node) == subscriber);
    }
}

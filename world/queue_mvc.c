/* mvc as a hosted queue: every key's newest message is an entry of the state, each group is one
 * view of it. There are no leases: as with point_to_point, the message's id stands in their place.
 */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "models/index.h"
#include "world/queue.h"
#include "world/view.h"

struct view {
    struct world_view view;
    bool has_joined; /* ever */
    bool is_here;
};

struct hosted {
    struct world_queue base;
    struct model_mvc model;
    void *memory;
    struct model_index entries;   /* from key to entry */
    struct model_message *newest; /* of each entry */
    uint32_t entry_count;
    struct view views[WORLD_GROUPS_MAX];
    uint32_t view_count;
    uint32_t prefetch; /* UINT32_MAX: no limit */
};

static struct hosted *from_queue(struct world_queue *queue)
{
    return (struct hosted *)queue; /* the base is its first member */
}

static struct view *view_at(struct hosted *hosted, uint32_t index)
{
    SIM_ASSERT(index < hosted->view_count);
    return &hosted->views[index];
}

/* ---- posts ---- */

/* The entry of the key, made if need be. Returns false when there is no room for another. */
static bool find_entry(struct hosted *hosted, uint64_t key, uint32_t *out_index)
{
    char name[MODEL_MVC_NAME_SIZE];

    if (model_index_find(&hosted->entries, key, out_index)) {
        return true;
    }
    (void)snprintf(name, sizeof(name), "%llu", (unsigned long long)key);
    if (model_mvc_register(&hosted->model, name, out_index) != MODEL_MVC_OK) {
        return false;
    }
    SIM_ASSERT(*out_index == hosted->entry_count);
    model_index_insert(&hosted->entries, key, *out_index);
    hosted->entry_count++;
    return true;
}

static enum model_send_result send(
    struct world_queue *queue,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    uint32_t entry;

    SIM_ASSERT(now >= 0);
    if (!find_entry(hosted, message->key, &entry)) {
        return MODEL_SEND_REFUSED; /* no key ever leaves, so there will be no room */
    }
    bool has_been = model_mvc_version(&hosted->model) > 0 && hosted->newest[entry].attempt > 0;
    if (has_been && hosted->view_count == 0) {
        model_outbox_add(outbox, MODEL_DROPPED, hosted->newest[entry].id);
    }
    model_outbox_add(outbox, MODEL_SEND_CONFIRMED, message->id);
    hosted->newest[entry] = *message;
    hosted->newest[entry].attempt = 1;
    model_mvc_post(&hosted->model, entry, &hosted->newest[entry]);
    const struct world_waiting_post newest = {
        .id = message->id,
        .version = model_mvc_version(&hosted->model),
    };
    for (uint32_t i = 0; i < hosted->view_count; i++) {
        world_view_await(&hosted->views[i].view, entry, newest, outbox);
    }
    return MODEL_SENT;
}

/* ---- views ---- */

static bool receive(
    struct world_queue *queue,
    uint32_t consumer,
    sim_time now,
    struct world_delivery *out_delivery,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct view *view = view_at(hosted, consumer);

    SIM_ASSERT(view->is_here && now >= 0);
    if (view->view.in_hand_count >= hosted->prefetch || view->view.waiting_count == 0) {
        return false;
    }
    world_view_show(&view->view, &out_delivery->message, outbox);
    out_delivery->lease = (struct world_lease){
        .queue = {.generation = out_delivery->message.id},
        .consumer = consumer,
    };
    out_delivery->group = consumer;
    return true;
}

static enum model_ack_result ack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    struct view *view = view_at(from_queue(queue), lease->consumer);

    SIM_ASSERT(now >= 0 && outbox != NULL);
    return world_view_put_down(&view->view, lease->queue.generation) ? MODEL_ACKED
                                                                     : MODEL_ACK_STALE;
}

/* It will not be shown again: the view has passed it over. */
static enum model_ack_result nack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    enum model_ack_result result = ack(queue, lease, now, outbox);

    SIM_ASSERT(lease->consumer < WORLD_GROUPS_MAX);
    if (result == MODEL_ACKED) {
        model_outbox_add_for(outbox, MODEL_CONFLATED, lease->queue.generation, lease->consumer);
    }
    return result;
}

/* One that comes back gets the whole state, also what it had seen. */
static uint32_t join(
    struct world_queue *queue, uint32_t group, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct view *view = view_at(hosted, group);

    SIM_ASSERT(now >= 0 && outbox != NULL);
    if (view->is_here) {
        return WORLD_QUEUE_NOBODY; /* a view is one consumer's */
    }
    if (view->has_joined) {
        world_view_begin_again(&view->view, hosted->newest, hosted->entry_count, outbox);
    }
    view->has_joined = true;
    view->is_here = true;
    return group;
}

static void leave(
    struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    struct view *view = view_at(from_queue(queue), consumer);

    SIM_ASSERT(view->is_here && now >= 0 && outbox != NULL);
    view->is_here = false;
}

static bool touch(struct world_queue *queue, uint32_t consumer, sim_time now)
{
    SIM_ASSERT(now >= 0);
    return view_at(from_queue(queue), consumer)->is_here;
}

/* ---- looking ---- */

/* What waits for the view that is furthest behind. */
static uint64_t depth(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;
    uint64_t deepest = 0;

    for (uint32_t i = 0; i < hosted->view_count; i++) {
        uint64_t waiting = hosted->views[i].view.waiting_count;
        deepest = waiting > deepest ? waiting : deepest;
    }
    SIM_ASSERT(deepest <= hosted->entry_count);
    return deepest;
}

static void visit_messages(const struct world_queue *queue, model_pc_visit_fn *visit, void *context)
{
    const struct hosted *hosted = (const struct hosted *)queue;

    SIM_ASSERT(visit != NULL);
    for (uint32_t i = 0; i < hosted->entry_count; i++) {
        visit(context, &hosted->newest[i]);
    }
    for (uint32_t i = 0; i < hosted->view_count; i++) {
        const struct world_view *view = &hosted->views[i].view;
        world_view_visit(view, hosted->newest, hosted->entry_count, visit, context);
    }
}

static void check(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;

    SIM_ASSERT(hosted->entry_count == model_mvc_key_count(&hosted->model));
    for (uint32_t i = 0; i < hosted->view_count; i++) {
        const struct view *view = &hosted->views[i];
        world_view_check(&view->view, hosted->entry_count);
        SIM_ASSERT(view->view.in_hand_count <= hosted->prefetch);
        SIM_ASSERT(view->has_joined || !view->is_here);
    }
}

static void destroy(struct world_queue *queue)
{
    struct hosted *hosted = from_queue(queue);

    for (uint32_t i = 0; i < hosted->view_count; i++) {
        world_view_finish(&hosted->views[i].view);
    }
    model_index_finish(&hosted->entries);
    free(hosted->newest);
    free(hosted->memory);
    free(hosted);
}

static const struct world_queue_type type = {
    .send = send,
    .receive = receive,
    .ack = ack,
    .nack = nack,
    .join = join,
    .touch = touch,
    .leave = leave,
    .committed = world_queue_memory_committed,
    .expire = world_queue_memory_expire,
    .next_deadline = world_queue_memory_next_deadline,
    .replay = world_queue_memory_replay,
    .recovered = world_queue_memory_recovered,
    .depth = depth,
    .uncommitted = world_queue_memory_uncommitted,
    .visit = visit_messages,
    .check = check,
    .destroy = destroy,
};

struct world_queue *world_queue_mvc_create(const struct world_queue_config *config)
{
    struct hosted *hosted = sim_allocate(1, sizeof(*hosted));
    uint32_t entry_max = (uint32_t)config->queue.capacity;
    size_t size = model_mvc_size(entry_max, sizeof(struct model_message));

    SIM_ASSERT(config->queue.capacity <= MODEL_MVC_ENTRY_COUNT_MAX);
    SIM_ASSERT(config->queue.when_full == MODEL_REJECT);
    hosted->base.type = &type;
    hosted->memory = sim_allocate(1, size);
    enum model_mvc_status status = model_mvc_init(
        &hosted->model, hosted->memory, size, entry_max, sizeof(struct model_message));
    SIM_ASSERT(status == MODEL_MVC_OK);
    model_index_init(&hosted->entries);
    hosted->newest = sim_allocate(entry_max, sizeof(*hosted->newest));
    hosted->prefetch = config->queue.prefetch == 0 ? UINT32_MAX : config->queue.prefetch;
    hosted->view_count = config->group_count;
    for (uint32_t i = 0; i < hosted->view_count; i++) {
        world_view_init(&hosted->views[i].view, &hosted->model, i, entry_max);
    }
    return &hosted->base;
}

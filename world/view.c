/* A view drains in rounds, each of which shows the state as it was when the round began: so of an
 * entry there may wait one message that the round will show, and a newer one after it. A round that
 * the writer has left too far behind leads further on, and passes over the first of the two. */
/* SPDX-License-Identifier: MIT */
#include "world/view.h"

#include <stdlib.h>
#include <string.h>

#define IN_HAND_FIRST 4

static void start(struct world_view *view, const struct model_mvc *mvc)
{
    size_t size = model_mvc_view_size(mvc);
    enum model_mvc_status status = model_mvc_view_init(&view->model, mvc, view->memory, size);

    SIM_ASSERT(status == MODEL_MVC_OK);
}

void world_view_init(
    struct world_view *view, const struct model_mvc *mvc, uint32_t group, uint32_t entry_max)
{
    SIM_ASSERT(model_mvc_version(mvc) == 0);
    *view = (struct world_view){.group = group};
    view->memory = sim_allocate(1, model_mvc_view_size(mvc));
    view->waits = sim_allocate(entry_max, sizeof(*view->waits));
    start(view, mvc);
}

void world_view_finish(struct world_view *view)
{
    free(view->memory);
    free(view->waits);
    free(view->in_hand);
    memset(view, 0, sizeof(*view));
}

/* ---- what waits ---- */

static void conflate(
    const struct world_view *view, struct world_waiting_post overtaken, struct model_outbox *outbox)
{
    SIM_ASSERT(overtaken.version != 0);
    model_outbox_add_for(outbox, MODEL_CONFLATED, overtaken.id, view->group);
}

/* What waits of the entry, seen from the round under way: one that leads beyond the second has
 * passed over the first. */
static struct world_waiting_posts *wait_at(
    struct world_view *view, uint32_t entry, struct model_outbox *outbox)
{
    struct world_waiting_posts *wait = &view->waits[entry];
    uint64_t target = model_mvc_view_target(&view->model);

    SIM_ASSERT(wait->second.version == 0 || wait->first.version < wait->second.version);
    if (wait->second.version != 0 && wait->second.version <= target) {
        conflate(view, wait->first, outbox);
        *wait = (struct world_waiting_posts){.first = wait->second};
    }
    return wait;
}

void world_view_await(
    struct world_view *view,
    uint32_t entry,
    struct world_waiting_post newest,
    struct model_outbox *outbox)
{
    struct world_waiting_posts *wait = wait_at(view, entry, outbox);
    uint64_t target = model_mvc_view_target(&view->model);
    bool is_second =
        wait->first.version != 0 && (wait->first.version <= target || wait->second.version != 0);
    struct world_waiting_post *place = is_second ? &wait->second : &wait->first;

    SIM_ASSERT(newest.version > target);
    view->waiting_count += wait->first.version == 0;
    if (place->version != 0) {
        conflate(view, *place, outbox);
    }
    *place = newest;
}

static void pass_over(
    const struct world_view *view,
    struct world_waiting_post old,
    uint64_t newest,
    struct model_outbox *outbox)
{
    SIM_ASSERT(outbox != NULL);
    if (old.version != 0 && old.id != newest) {
        conflate(view, old, outbox);
    }
}

void world_view_begin_again(
    struct world_view *view,
    const struct model_message *newest,
    uint32_t entry_count,
    struct model_outbox *outbox)
{
    for (uint32_t i = 0; i < entry_count; i++) {
        pass_over(view, view->waits[i].first, newest[i].id, outbox);
        pass_over(view, view->waits[i].second, newest[i].id, outbox);
    }
    for (uint32_t i = 0; i < view->in_hand_count; i++) {
        const struct world_shown *shown = &view->in_hand[i];
        const struct world_waiting_post old = {.id = shown->id, .version = 1};
        pass_over(view, old, newest[shown->entry].id, outbox);
    }
    view->in_hand_count = 0;
    start(view, view->model.mvc);
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct world_waiting_post first = {.id = newest[i].id, .version = 1};
        view->waits[i] = (struct world_waiting_posts){.first = first};
    }
    view->waiting_count = entry_count;
    SIM_ASSERT(model_mvc_view_target(&view->model) == 0);
}

/* ---- what is in hand ---- */

static void take_up(struct world_view *view, uint64_t id, uint32_t entry)
{
    uint32_t capacity = view->in_hand_capacity;

    if (view->in_hand_count == capacity) {
        view->in_hand_capacity = capacity == 0 ? IN_HAND_FIRST : 2 * capacity;
        view->in_hand =
            sim_grow(view->in_hand, capacity, view->in_hand_capacity, sizeof(*view->in_hand));
    }
    SIM_ASSERT(view->in_hand_count < view->in_hand_capacity);
    view->in_hand[view->in_hand_count++] = (struct world_shown){.id = id, .entry = entry};
}

void world_view_show(
    struct world_view *view, struct model_message *out_message, struct model_outbox *outbox)
{
    struct model_mvc_change change;
    enum model_mvc_status status;

    SIM_ASSERT(view->waiting_count > 0);
    do {
        status = model_mvc_view_drain(&view->model, &change, out_message);
    } while (status != MODEL_MVC_OK); /* a round that begins now has what waits */

    struct world_waiting_posts *wait = wait_at(view, change.index, outbox);
    SIM_ASSERT(wait->first.version != 0 && wait->first.id == out_message->id);
    *wait = (struct world_waiting_posts){.first = wait->second};
    view->waiting_count -= wait->first.version == 0;
    take_up(view, out_message->id, change.index);
}

bool world_view_put_down(struct world_view *view, uint64_t id)
{
    for (uint32_t i = 0; i < view->in_hand_count; i++) {
        if (view->in_hand[i].id == id) {
            view->in_hand[i] = view->in_hand[--view->in_hand_count];
            return true;
        }
    }
    SIM_ASSERT(view->in_hand_count <= view->in_hand_capacity);
    return false;
}

/* ---- looking ---- */

void world_view_visit(
    const struct world_view *view,
    const struct model_message *newest,
    uint32_t entry_count,
    model_pc_visit_fn *visit,
    void *context)
{
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct world_waiting_post *first = &view->waits[i].first;
        const struct model_message message = {.id = first->id};
        if (first->version != 0 && first->id != newest[i].id) {
            visit(context, &message);
        }
    }
    for (uint32_t i = 0; i < view->in_hand_count; i++) {
        const struct model_message message = {.id = view->in_hand[i].id};
        SIM_ASSERT(view->in_hand[i].entry < entry_count);
        visit(context, &message);
    }
}

void world_view_check(const struct world_view *view, uint32_t entry_count)
{
    struct model_mvc_counts counts;
    uint64_t waiting = 0;

    model_mvc_view_check(&view->model);
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct world_waiting_posts *wait = &view->waits[i];
        waiting += wait->first.version != 0;
        SIM_ASSERT(wait->first.version != 0 || wait->second.version == 0);
    }
    SIM_ASSERT(waiting == view->waiting_count);
    SIM_ASSERT(model_mvc_view_counts_of(&view->model, &counts) && counts.pending == waiting);
    SIM_ASSERT(view->in_hand_count <= view->in_hand_capacity);
}

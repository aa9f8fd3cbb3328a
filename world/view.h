/* world/view.h - one view of a hosted mvc: what waits for it, and what its consumer has in hand.
 *
 * The model (models/mvc_view.h) knows which entries have changed; this knows by which messages, so
 * that each of them can be accounted for: shown, or conflated. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_VIEW_H
#define WORLD_VIEW_H

#include "models/message.h"
#include "models/mvc_view.h"
#include "models/outbox.h"
#include "models/producer_consumer.h"

/* A message that waits. */
struct world_waiting_post {
    uint64_t id;
    uint64_t version; /* of its post; 0: there is none */
};

/* Those of one entry: the second is newer than the first, which the round under way will show. */
struct world_waiting_posts {
    struct world_waiting_post first;
    struct world_waiting_post second;
};

/* A message that the consumer was given and has not acked. */
struct world_shown {
    uint64_t id;
    uint32_t entry;
};

struct world_view {
    struct model_mvc_view model;
    void *memory;
    struct world_waiting_posts *waits; /* of each entry */
    struct world_shown *in_hand;
    uint64_t waiting_count; /* entries of which something waits */
    uint32_t in_hand_count;
    uint32_t in_hand_capacity;
    uint32_t group; /* its number in the queue */
};

/* A view of a state that is empty. `mvc` is borrowed. */
void world_view_init(
    struct world_view *view, const struct model_mvc *mvc, uint32_t group, uint32_t entry_max);
void world_view_finish(struct world_view *view);

/* The entry has a newer post: it waits in place of one that no round has taken up, and that one is
 * told of as MODEL_CONFLATED. */
void world_view_await(
    struct world_view *view,
    uint32_t entry,
    struct world_waiting_post newest,
    struct model_outbox *outbox);

/* Begins anew with the whole state: what waited, or was in hand, is passed over unless it is the
 * newest of its entry. */
void world_view_begin_again(
    struct world_view *view,
    const struct model_message *newest,
    uint32_t entry_count,
    struct model_outbox *outbox);

/* The next change, which is in the consumer's hands from then on. Something waits. */
void world_view_show(
    struct world_view *view, struct model_message *out_message, struct model_outbox *outbox);

/* The message is in hand no more. Returns false when it was not: the view has begun again since. */
SIM_MUST_USE bool world_view_put_down(struct world_view *view, uint64_t id);

/* Every message that waits or is in hand; but for the newest of each entry only their ids are
 * known. */
void world_view_visit(
    const struct world_view *view,
    const struct model_message *newest,
    uint32_t entry_count,
    model_pc_visit_fn *visit,
    void *context);

void world_view_check(const struct world_view *view, uint32_t entry_count);

#endif

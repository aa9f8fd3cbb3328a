/* An array that doubles; clearing keeps it, so that a settled simulation allocates nothing. */
/* SPDX-License-Identifier: MIT */
#include "models/outbox.h"

#include <stdlib.h>

#define CAPACITY_FIRST 16

void model_outbox_init(struct model_outbox *outbox)
{
    *outbox = (struct model_outbox){.notices = NULL};
}

void model_outbox_finish(struct model_outbox *outbox)
{
    SIM_ASSERT(outbox->count <= outbox->capacity);
    free(outbox->notices);
    model_outbox_init(outbox);
}

static void grow(struct model_outbox *outbox)
{
    SIM_ASSERT(outbox->capacity <= UINT32_MAX / 2);

    uint32_t capacity = outbox->capacity == 0 ? CAPACITY_FIRST : outbox->capacity * 2;
    outbox->notices =
        sim_grow(outbox->notices, outbox->capacity, capacity, sizeof(*outbox->notices));
    outbox->capacity = capacity;
}

void model_outbox_add_for(
    struct model_outbox *outbox, enum model_notice_kind kind, uint64_t id, uint32_t group)
{
    SIM_ASSERT(outbox->count <= outbox->capacity);

    if (outbox->count == outbox->capacity) {
        grow(outbox);
    }
    outbox->notices[outbox->count++] =
        (struct model_notice){.kind = kind, .group = group, .id = id};
}

void model_outbox_add(struct model_outbox *outbox, enum model_notice_kind kind, uint64_t id)
{
    model_outbox_add_for(outbox, kind, id, 0);
}

void model_outbox_clear(struct model_outbox *outbox)
{
    SIM_ASSERT(outbox->count <= outbox->capacity);
    outbox->count = 0;
}

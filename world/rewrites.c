/* In the order in which they were added. */
/* SPDX-License-Identifier: MIT */
#include "world/rewrites.h"

struct rewrite {
    world_rewrite_fn *fn;
    void *context;
};

void world_rewrites_finish(struct world_rewrites *rewrites)
{
    if (rewrites->list != NULL) {
        g_array_unref(rewrites->list);
        rewrites->list = NULL;
    }
}

static const struct rewrite *rewrite_at(const struct world_rewrites *rewrites, uint32_t index)
{
    SIM_ASSERT(index < rewrites->list->len);
    return &g_array_index(rewrites->list, struct rewrite, index);
}

void world_rewrites_add(struct world_rewrites *rewrites, world_rewrite_fn *fn, void *context)
{
    struct rewrite added = {.fn = fn, .context = context};

    SIM_ASSERT(fn != NULL);
    if (rewrites->list == NULL) {
        rewrites->list = g_array_new(FALSE, FALSE, sizeof(struct rewrite));
    }
    g_array_append_val(rewrites->list, added);
}

void world_rewrites_remove(struct world_rewrites *rewrites, const void *context)
{
    uint32_t at = 0;

    while (rewrite_at(rewrites, at)->context != context) {
        at++;
    }
    g_array_remove_index(rewrites->list, at);
}

void world_rewrites_apply_all(const struct world_rewrites *rewrites, struct model_message *message)
{
    uint64_t id = message->id;

    for (uint32_t i = 0; i < rewrites->list->len; i++) {
        const struct rewrite *rewrite = rewrite_at(rewrites, i);
        rewrite->fn(rewrite->context, message);
    }
    SIM_ASSERT(message->id == id);
}

/* world/rewrites.h - who changes a producer's messages while they are being born. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_REWRITES_H
#define WORLD_REWRITES_H

#include <glib.h>

#include "models/message.h"

/* Changes anything but the message's id. */
typedef void world_rewrite_fn(void *context, struct model_message *message);

/* All zeroes is nobody. */
struct world_rewrites {
    GArray *list; /* NULL until the first */
};

void world_rewrites_finish(struct world_rewrites *rewrites);

/* Has every message rewritten from now on, after whatever rewrites it already; until the one with
 * this context, which is there, is removed. */
void world_rewrites_add(struct world_rewrites *rewrites, world_rewrite_fn *fn, void *context);
void world_rewrites_remove(struct world_rewrites *rewrites, const void *context);

/* For world_rewrites_apply(). */
void world_rewrites_apply_all(const struct world_rewrites *rewrites, struct model_message *message);

static inline void world_rewrites_apply(
    const struct world_rewrites *rewrites, struct model_message *message)
{
    if (__builtin_expect(rewrites->list != NULL, 0)) {
        world_rewrites_apply_all(rewrites, message);
    }
}

#endif

/* models/mvc_view.h - a view: one reader's own place in the changes of an mvc state.
 *
 * A view drains at its own speed. Per key only the newest change waits for it, and what that one
 * overtook counts as conflated; so memory is bounded by the number of keys however slow a view is.
 * The state knows nothing of its views: each keeps its place in memory of its own, and is used by
 * one thread.
 *
 * At every instant, per view: posted = pending + seen + conflated. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MVC_VIEW_H
#define MODELS_MVC_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mvc.h"
#include "sim/base.h"

/* No field is for the caller. */
struct model_mvc_view {
    const struct model_mvc *mvc;
    struct model_mvc_waiting *waiting; /* found by a scan, oldest first */
    uint64_t *posts_seen;              /* of each entry: its posts when it was last drained */
    uint64_t *shown;                   /* of each entry: the `seen` of when that was */
    uint64_t position;                 /* changes up to this version are done */
    uint64_t target;                   /* the round under way leads to this version */
    uint64_t seen;
    uint64_t conflated;
    uint32_t waiting_next;
    uint32_t waiting_count;
    uint32_t round_left; /* changes that the round may still give, and one */
    bool is_in_round;
};

struct model_mvc_change {
    uint64_t version; /* the post that made it */
    uint64_t skipped; /* posts of this key, since the view last got one, that it never saw */
    uint32_t index;
};

struct model_mvc_counts {
    uint64_t posted;
    uint64_t pending; /* keys whose newest change waits */
    uint64_t seen;
    uint64_t conflated; /* posts overtaken by a newer one of their key before they were seen */
};

/* Bytes of memory that a view takes. */
SIM_MUST_USE size_t model_mvc_view_size(const struct model_mvc *mvc);

/* Makes a view that has seen nothing: every key posted so far waits for it. `memory` is private to
 * the view, and it and `mvc` outlive it. Returns MODEL_MVC_OK or MODEL_MVC_TOO_SMALL. */
SIM_MUST_USE enum model_mvc_status model_mvc_view_init(
    struct model_mvc_view *view, const struct model_mvc *mvc, void *memory, size_t size);

/* Gives the next change: of the keys that wait, the one whose newest post is oldest; to a view that
 * is so slow that the log of posts has lost its place, the one that it was shown longest ago.
 *
 * Changes come in rounds. A round leads to the version that the state had when it began, and ends
 * with MODEL_MVC_NOTHING: what was drained up to then is, together, the state of one version, which
 * model_mvc_view_version() returns. A round gives at most as many changes as there may be keys, so
 * `while (model_mvc_view_drain(...) == MODEL_MVC_OK)` ends however fast the writer is.
 * MODEL_MVC_BUSY breaks a round off; the next call begins another. The out-parameters hold
 * something only with MODEL_MVC_OK. O(1) for each post since the last call, but never more than
 * O(keys log keys). */
SIM_MUST_USE enum model_mvc_status model_mvc_view_drain(
    struct model_mvc_view *view, struct model_mvc_change *out_change, void *out_value);

/* All changes up to this version were seen, or conflated. */
uint64_t model_mvc_view_version(const struct model_mvc_view *view);

/* The version that the round under way leads to: of a key that was not drained yet, the newest post
 * up to it will be. It may move forward when the writer is fast. 0 between rounds. */
uint64_t model_mvc_view_target(const struct model_mvc_view *view);

/* Returns false, and leaves *out_counts alone, when the writer outran the reader. O(keys). */
SIM_MUST_USE bool model_mvc_view_counts_of(
    const struct model_mvc_view *view, struct model_mvc_counts *out_counts);

/* Asserts the law above and every other invariant, in O(keys). The writer must stand still. */
void model_mvc_view_check(const struct model_mvc_view *view);

#endif

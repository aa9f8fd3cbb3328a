/* A view holds the version up to which it has drained, and walks the posts after it, one by one,
 * through the log of the state: a post that is not the newest of its key is passed over. When the
 * log no longer reaches back to the view's place, the view scans all entries once and drains what
 * it found; those first that it was shown longest ago, since a key that changes all the time would
 * else be the last of every scan, and never be shown.
 *
 * Invariant: position <= target, and every change up to position was seen or conflated. */
/* SPDX-License-Identifier: MIT */
#include "models/mvc_view.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define TRY_MAX 8

struct model_mvc_waiting {
    uint64_t version;
    uint64_t shown; /* view->seen when the entry was drained last; 0: never */
    uint32_t index;
    uint32_t reserved;
};

size_t model_mvc_view_size(const struct model_mvc *mvc)
{
    SIM_ASSERT(mvc->entry_count > 0);
    return mvc->entry_count * (sizeof(struct model_mvc_waiting) + 2 * sizeof(uint64_t));
}

enum model_mvc_status model_mvc_view_init(
    struct model_mvc_view *view, const struct model_mvc *mvc, void *memory, size_t size)
{
    SIM_ASSERT((uintptr_t)memory % alignof(max_align_t) == 0);

    if (size < model_mvc_view_size(mvc)) {
        return MODEL_MVC_TOO_SMALL;
    }
    struct model_mvc_waiting *waiting = memory;
    *view = (struct model_mvc_view){
        .mvc = mvc,
        .waiting = waiting,
        .posts_seen = (uint64_t *)(waiting + mvc->entry_count),
    };
    view->shown = view->posts_seen + mvc->entry_count;
    memset(view->posts_seen, 0, (size_t)mvc->entry_count * 2 * sizeof(uint64_t));
    return MODEL_MVC_OK;
}

static int compare_waiting(const void *a, const void *b)
{
    const struct model_mvc_waiting *first = a;
    const struct model_mvc_waiting *second = b;

    if (first->shown != second->shown) {
        return first->shown < second->shown ? -1 : 1;
    }
    return (first->version > second->version) - (first->version < second->version);
}

/* Lists every key that has a post, up to the present, which the view has not seen. */
static bool scan_entries(struct model_mvc_view *view)
{
    uint64_t target = model_mvc_version(view->mvc);
    uint32_t key_count = model_mvc_key_count(view->mvc); /* after the version, so never too few */

    view->waiting_next = 0;
    view->waiting_count = 0;
    if (target < view->position) {
        return false; /* no sound writer goes back */
    }
    for (uint32_t index = 0; index < key_count; index++) {
        struct model_mvc_reading reading = {.index = index};
        if (!model_mvc_read(view->mvc, target, &reading, NULL)) {
            view->waiting_count = 0;
            return false;
        }
        if (reading.posts > view->posts_seen[index]) {
            struct model_mvc_waiting *waiting = &view->waiting[view->waiting_count++];
            *waiting = (struct model_mvc_waiting){
                .version = reading.version,
                .shown = view->shown[index],
                .index = index,
            };
        }
    }
    SIM_ASSERT(view->waiting_count <= view->mvc->entry_count);
    qsort(view->waiting, view->waiting_count, sizeof(*view->waiting), compare_waiting);
    view->target = target;
    if (view->waiting_count == 0) {
        view->position = target;
    }
    return true;
}

/* The next post to look at: from the scan if there was one, else from the log. Returns false when
 * the log no longer knows. */
static bool next_post(const struct model_mvc_view *view, struct model_mvc_waiting *out_next)
{
    SIM_ASSERT(view->position < view->target);

    if (view->waiting_next < view->waiting_count) {
        *out_next = view->waiting[view->waiting_next];
        return true;
    }
    out_next->version = view->position + 1;
    return model_mvc_key_of_post(view->mvc, out_next->version, &out_next->index);
}

/* Moves behind a post that was drained, or that is not the newest of its key. A scan has its own
 * order: only with its last one has everything up to the target been seen. */
static void pass_post(struct model_mvc_view *view, uint64_t version)
{
    SIM_ASSERT(version <= view->target);

    if (view->waiting_next == view->waiting_count) {
        view->position = version;
        return;
    }
    view->waiting_next++;
    if (view->waiting_next == view->waiting_count) {
        view->position = view->target;
    }
}

static void deliver(
    struct model_mvc_view *view,
    const struct model_mvc_reading *reading,
    struct model_mvc_change *out_change)
{
    uint64_t skipped = reading->posts - view->posts_seen[reading->index] - 1;

    SIM_ASSERT(reading->index < view->mvc->entry_count);
    view->posts_seen[reading->index] = reading->posts;
    view->seen++;
    view->shown[reading->index] = view->seen;
    view->round_left--;
    view->conflated += skipped;
    *out_change = (struct model_mvc_change){
        .version = reading->version,
        .skipped = skipped,
        .index = reading->index,
    };
}

/* Looks at posts up to the target until one is to be drained. MODEL_MVC_BUSY: the log has lost the
 * view's place. What is between position and target was in the log at once, which bounds the steps,
 * as the number of keys bounds the changes of a round, whatever a hostile writer does. */
static enum model_mvc_status drain_to_target(
    struct model_mvc_view *view, struct model_mvc_change *out_change, void *out_value)
{
    SIM_ASSERT(view->position <= view->target);

    for (uint64_t step = 0; step <= view->mvc->log_mask && view->round_left > 0; step++) {
        struct model_mvc_waiting next;
        if (view->position == view->target) {
            view->is_in_round = false;
            return MODEL_MVC_NOTHING;
        }
        if (!next_post(view, &next)) {
            return MODEL_MVC_BUSY;
        }
        struct model_mvc_reading reading = {.index = next.index};
        if (!model_mvc_read(view->mvc, view->target, &reading, out_value)) {
            return MODEL_MVC_BUSY;
        }
        pass_post(view, next.version);
        bool is_new = reading.posts > view->posts_seen[next.index];
        if (reading.version == next.version && is_new) {
            deliver(view, &reading, out_change);
            return MODEL_MVC_OK;
        }
    }
    return MODEL_MVC_BUSY;
}

static void begin_round(struct model_mvc_view *view)
{
    uint64_t version = model_mvc_version(view->mvc);

    SIM_ASSERT(!view->is_in_round);
    view->target = version > view->position ? version : view->position;
    view->waiting_next = 0;
    view->waiting_count = 0;
    view->round_left = view->mvc->entry_count + 1;
    view->is_in_round = true;
}

enum model_mvc_status model_mvc_view_drain(
    struct model_mvc_view *view, struct model_mvc_change *out_change, void *out_value)
{
    if (!view->is_in_round) {
        begin_round(view);
    }
    for (uint32_t try = 0; try < TRY_MAX; try++) {
        enum model_mvc_status status = drain_to_target(view, out_change, out_value);
        if (status != MODEL_MVC_BUSY) {
            return status;
        }
        if (view->round_left == 0 || !scan_entries(view)) {
            break;
        }
    }
    view->is_in_round = false;
    return MODEL_MVC_BUSY;
}

uint64_t model_mvc_view_version(const struct model_mvc_view *view)
{
    SIM_ASSERT(view->position <= view->target);
    return view->position;
}

uint64_t model_mvc_view_target(const struct model_mvc_view *view)
{
    SIM_ASSERT(view->position <= view->target);
    return view->is_in_round ? view->target : 0;
}

bool model_mvc_view_counts_of(
    const struct model_mvc_view *view, struct model_mvc_counts *out_counts)
{
    uint64_t version = model_mvc_version(view->mvc);
    uint32_t key_count = model_mvc_key_count(view->mvc);
    struct model_mvc_counts counts = {
        .posted = version,
        .seen = view->seen,
        .conflated = view->conflated,
    };

    for (uint32_t index = 0; index < key_count; index++) {
        struct model_mvc_reading reading = {.index = index};
        if (!model_mvc_read(view->mvc, version, &reading, NULL)) {
            return false;
        }
        if (reading.posts > view->posts_seen[index]) {
            counts.pending++;
            counts.conflated += reading.posts - view->posts_seen[index] - 1;
        }
    }
    *out_counts = counts;
    return true;
}

void model_mvc_view_check(const struct model_mvc_view *view)
{
    struct model_mvc_counts counts;
    bool is_known = model_mvc_view_counts_of(view, &counts);

    SIM_ASSERT(is_known);
    SIM_ASSERT(counts.posted == counts.pending + counts.seen + counts.conflated);
    SIM_ASSERT(counts.pending <= model_mvc_key_count(view->mvc));
    SIM_ASSERT(view->position <= view->target && view->target <= counts.posted);
    SIM_ASSERT(view->waiting_next <= view->waiting_count);
    SIM_ASSERT(view->position < counts.posted || counts.pending == 0);
}

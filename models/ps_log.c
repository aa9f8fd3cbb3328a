/* The ring holds a segment for each stretch of places from that of `first` to that of `end` - 1,
 * and a null pointer everywhere else; an empty log holds none. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_log.h"

#include <stdbool.h>
#include <stdlib.h>

#define CAPACITY_FIRST 4

/* ---- segments ---- */

void model_ps_shelf_finish(struct model_ps_shelf *shelf)
{
    while (shelf->first != NULL) {
        struct model_ps_segment *segment = shelf->first;
        SIM_ASSERT(shelf->made > 0);
        shelf->first = segment->next;
        shelf->made--;
        free(segment);
    }
    SIM_ASSERT(shelf->made == 0); /* the logs have given theirs back */
}

static struct model_ps_segment *take_segment(struct model_ps_shelf *shelf)
{
    struct model_ps_segment *segment = shelf->first;

    if (segment == NULL) {
        shelf->made++;
        return sim_allocate(1, sizeof(*segment));
    }
    SIM_ASSERT(shelf->made > 0);
    shelf->first = segment->next;
    return segment;
}

static uint64_t stretch_of(uint64_t place)
{
    return place >> MODEL_PS_SEGMENT_BITS;
}

/* Where the segment of the stretch is, or would be. */
static struct model_ps_segment **slot_of(const struct model_ps_log *log, uint64_t stretch)
{
    SIM_ASSERT(log->segments != NULL);
    return &log->segments[stretch & log->mask];
}

static void give_segment(struct model_ps_log *log, uint64_t stretch)
{
    struct model_ps_segment **slot = slot_of(log, stretch);

    SIM_ASSERT(*slot != NULL);
    (*slot)->next = log->shelf->first;
    log->shelf->first = *slot;
    *slot = NULL;
}

/* ---- life ---- */

void model_ps_log_init(struct model_ps_log *log, struct model_ps_shelf *shelf)
{
    *log = (struct model_ps_log){
        .shelf = shelf,
        .segments = sim_allocate(CAPACITY_FIRST, sizeof(struct model_ps_segment *)),
        .mask = CAPACITY_FIRST - 1,
    };
}

void model_ps_log_finish(struct model_ps_log *log)
{
    model_ps_log_truncate(log, log->first);
    free(log->segments);
    log->segments = NULL;
}

/* ---- growing and shrinking ---- */

static void grow_ring(struct model_ps_log *log)
{
    uint64_t capacity = (log->mask + 1) * 2;
    struct model_ps_segment **segments = sim_allocate(capacity, sizeof(struct model_ps_segment *));

    for (uint64_t stretch = stretch_of(log->first); stretch < stretch_of(log->end); stretch++) {
        segments[stretch & (capacity - 1)] = *slot_of(log, stretch);
    }
    SIM_ASSERT(stretch_of(log->end) - stretch_of(log->first) == log->mask + 1);
    free(log->segments);
    log->segments = segments;
    log->mask = capacity - 1;
}

void model_ps_log_extend(struct model_ps_log *log)
{
    uint64_t stretch = stretch_of(log->end);

    if (stretch - stretch_of(log->first) > log->mask) {
        grow_ring(log);
    }
    struct model_ps_segment **slot = slot_of(log, stretch);
    SIM_ASSERT(*slot == NULL);
    *slot = take_segment(log->shelf);
}

void model_ps_log_trim(struct model_ps_log *log, uint64_t first)
{
    SIM_ASSERT(first >= log->first && first <= log->end);

    uint64_t kept =
        first == log->end ? stretch_of(first + MODEL_PS_SEGMENT_LENGTH - 1) : stretch_of(first);
    if (log->first < first) {
        for (uint64_t stretch = stretch_of(log->first); stretch < kept; stretch++) {
            give_segment(log, stretch);
        }
    }
    log->first = first;
}

void model_ps_log_truncate(struct model_ps_log *log, uint64_t end)
{
    SIM_ASSERT(end >= log->first && end <= log->end);

    if (end < log->end) {
        uint64_t kept =
            end == log->first ? stretch_of(end) : stretch_of(end + MODEL_PS_SEGMENT_LENGTH - 1);
        for (uint64_t stretch = stretch_of(log->end - 1) + 1; stretch > kept; stretch--) {
            give_segment(log, stretch - 1);
        }
    }
    log->end = end;
}

/* ---- looking up ---- */

uint64_t model_ps_log_offset_of(const struct model_ps_log *log, uint64_t place)
{
    SIM_ASSERT(place >= log->first && place <= log->end);
    return place == log->end ? log->offset_end : model_ps_log_at(log, place)->offset;
}

/* How a log is searched: by something that grows with the places. */
typedef bool is_before_fn(const struct model_ps_entry *entry, uint64_t bound);

static uint64_t search(const struct model_ps_log *log, is_before_fn *is_before, uint64_t bound)
{
    uint64_t low = log->first;
    uint64_t high = log->end;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (is_before(model_ps_log_at(log, middle), bound)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    SIM_ASSERT(low == log->end || !is_before(model_ps_log_at(log, low), bound));
    return low;
}

static bool has_offset_before(const struct model_ps_entry *entry, uint64_t offset)
{
    return entry->offset < offset;
}

static bool has_time_before(const struct model_ps_entry *entry, uint64_t time)
{
    return entry->time < (sim_time)time;
}

uint64_t model_ps_log_find(const struct model_ps_log *log, uint64_t offset)
{
    uint64_t offset_first = model_ps_log_offset_of(log, log->first);

    if (offset <= offset_first) {
        return log->first;
    }
    if (offset >= log->offset_end) {
        return log->end;
    }
    SIM_ASSERT(log->offset_end - offset_first >= model_ps_log_count(log));
    if (log->offset_end - offset_first == model_ps_log_count(log)) {
        return log->first + (offset - offset_first);
    }
    return search(log, has_offset_before, offset);
}

uint64_t model_ps_log_find_time(const struct model_ps_log *log, sim_time time)
{
    SIM_ASSERT(log->first <= log->end);
    return search(log, has_time_before, (uint64_t)time);
}

/* ---- order ---- */

static int compare_entries(const void *a, const void *b)
{
    const struct model_ps_entry *left = a;
    const struct model_ps_entry *right = b;

    if (left->offset != right->offset) {
        return left->offset < right->offset ? -1 : 1;
    }
    return (left->position > right->position) - (left->position < right->position);
}

void model_ps_log_sort(struct model_ps_log *log, model_ps_log_drop_fn *drop, void *context)
{
    uint64_t count = model_ps_log_count(log);
    struct model_ps_entry *sorted = sim_allocate(count + 1, sizeof(*sorted));
    uint64_t kept = log->first;

    for (uint64_t i = 0; i < count; i++) {
        sorted[i] = *model_ps_log_at(log, log->first + i);
    }
    qsort(sorted, count, sizeof(*sorted), compare_entries);
    for (uint64_t i = 0; i < count; i++) {
        if (i + 1 < count && sorted[i + 1].offset == sorted[i].offset) {
            drop(context, &sorted[i]);
        } else {
            *model_ps_log_at(log, kept) = sorted[i];
            kept++;
        }
    }
    free(sorted);
    model_ps_log_truncate(log, kept);
    model_ps_log_check(log);
}

void model_ps_log_check(const struct model_ps_log *log)
{
    uint64_t offset_next = 0;
    uint64_t segments = 0;

    for (uint64_t place = log->first; place < log->end; place++) {
        const struct model_ps_entry *entry = model_ps_log_at(log, place);
        SIM_ASSERT(entry->offset >= offset_next);
        offset_next = entry->offset + 1;
    }
    SIM_ASSERT(offset_next <= log->offset_end);
    for (uint64_t i = 0; i <= log->mask; i++) {
        segments += log->segments[i] != NULL ? 1 : 0;
    }
    uint64_t wanted =
        log->first == log->end ? 0 : stretch_of(log->end - 1) - stretch_of(log->first) + 1;
    SIM_ASSERT(segments == wanted);
}

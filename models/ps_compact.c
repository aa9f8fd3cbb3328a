/* Compaction: of all visible messages with one key only the newest stays.
 *
 * It runs when the messages that came since the last time outnumber those that were left by it, so
 * a message costs a constant number of looks. What stays moves together, from the old end on: the
 * offsets are kept, the places are not. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_state.h"

#define COMPACT_MIN 64 /* new messages */

static bool is_time(const struct model_ps_partition *partition)
{
    SIM_ASSERT(partition->clean >= partition->log.first && partition->clean <= partition->visible);
    uint64_t left = partition->clean - partition->log.first;
    uint64_t fresh = partition->visible - partition->clean;

    return fresh >= COMPACT_MIN && fresh >= left;
}

/* Leads from each key to the place of its newest message, counted from the first. */
static void find_newest(struct model_index *keys, const struct model_ps_log *log, uint64_t visible)
{
    uint32_t found;

    SIM_ASSERT(keys->count == 0 && visible - log->first <= UINT32_MAX);
    for (uint64_t place = visible; place > log->first; place--) {
        uint64_t key = model_ps_log_at(log, place - 1)->message.key;
        if (!model_index_find(keys, key, &found)) {
            model_index_insert(keys, key, (uint32_t)(place - 1 - log->first));
        }
    }
}

static bool is_newest(
    const struct model_index *keys, const struct model_ps_log *log, uint64_t place)
{
    uint32_t found;
    bool is_there = model_index_find(keys, model_ps_log_at(log, place)->message.key, &found);

    SIM_ASSERT(is_there);
    return found == place - log->first;
}

/* ---- what the groups see of it ---- */

/* Before the move: places become offsets, and all that is wanted counts as passed. */
static void save_places(struct model_ps_cursor *cursor)
{
    const struct model_ps_partition *partition = cursor->partition;

    SIM_ASSERT(cursor->committed <= cursor->position);
    cursor->passed += partition->visible - cursor->committed;
    cursor->passed_unread += partition->visible - cursor->position;
    cursor->committed = model_ps_log_offset_of(&partition->log, cursor->committed);
    cursor->position = model_ps_log_offset_of(&partition->log, cursor->position);
}

/* After it: offsets become places, and what is left did not pass. */
static void restore_places(struct model_ps_cursor *cursor)
{
    const struct model_ps_partition *partition = cursor->partition;

    cursor->committed = model_ps_log_find(&partition->log, cursor->committed);
    cursor->position = model_ps_log_find(&partition->log, cursor->position);
    SIM_ASSERT(cursor->committed <= cursor->position && cursor->position <= partition->visible);
    cursor->passed -= partition->visible - cursor->committed;
    cursor->passed_unread -= partition->visible - cursor->position;
}

typedef void change_fn(struct model_ps_cursor *cursor);

static void for_each_cursor(
    const struct model_ps *queue, const struct model_ps_partition *partition, change_fn *change)
{
    const struct model_ps_topic *topic = model_ps_topic_at(queue, partition->topic);
    uint32_t index = partition->number - topic->partition_first;

    SIM_ASSERT(index < topic->config.partitions);
    for (uint32_t i = topic->group_first; i != MODEL_PS_NOBODY; i = queue->groups[i].next) {
        change(&queue->groups[i].cursors[index]);
    }
}

/* ---- the move ---- */

/* A newer one has taken its place. `outbox` is told; NULL: nobody is. */
static void forget(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t place,
    struct model_outbox *outbox)
{
    SIM_ASSERT(place < partition->visible);
    if (outbox != NULL) {
        uint64_t id = model_ps_log_at(&partition->log, place)->message.id;
        model_outbox_add(outbox, MODEL_DROPPED, id);
    }
    model_ps_forget_entry(queue, partition, place);
    partition->compacted++;
}

/* Moves what stays to the old end, and the messages that are not visible behind it. What goes from
 * the place `wanted` on, some group misses. */
static void pack(
    struct model_ps *queue,
    struct model_ps_partition *partition,
    uint64_t wanted,
    struct model_outbox *outbox)
{
    const struct model_index *keys = &queue->topics[partition->topic].keys;
    struct model_ps_log *log = &partition->log;
    uint64_t kept = log->first;
    uint64_t visible = log->first;

    for (uint64_t place = log->first; place < log->end; place++) {
        if (place < partition->visible && !is_newest(keys, log, place)) {
            forget(queue, partition, place, place >= wanted ? outbox : NULL);
            continue;
        }
        if (kept < place) {
            *model_ps_log_at(log, kept) = *model_ps_log_at(log, place);
        }
        kept++;
        visible += place < partition->visible ? 1 : 0;
    }
    SIM_ASSERT(visible > log->first); /* the newest of all is the newest of its key */
    model_ps_log_truncate(log, kept);
    partition->visible = visible;
    partition->clean = visible;
}

void model_ps_compact(
    struct model_ps *queue, struct model_ps_partition *partition, struct model_outbox *outbox)
{
    struct model_index *keys = &queue->topics[partition->topic].keys;

    if (!is_time(partition)) {
        return;
    }
    find_newest(keys, &partition->log, partition->visible);
    if (keys->count < partition->visible - partition->log.first) {
        uint64_t wanted = model_ps_first_wanted(queue, partition);
        for_each_cursor(queue, partition, save_places);
        pack(queue, partition, wanted, outbox);
        for_each_cursor(queue, partition, restore_places);
    }
    model_index_clear(keys);
    partition->clean = partition->visible;
    if (queue->store != NULL) {
        model_ps_release(queue);
    }
    model_ps_tell_room(queue, partition, outbox);
    SIM_ASSERT(!is_time(partition));
}

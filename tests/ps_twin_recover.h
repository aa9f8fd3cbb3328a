/* tests/ps_twin_recover.h - how the twin of publish_subscribe comes back after a crash. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PS_TWIN_RECOVER_H
#define TESTS_PS_TWIN_RECOVER_H

#include "tests/ps_twin.h"

/* Applies one record of the store. */
static inline void twin_replay(
    struct twin *twin, uint64_t position, const struct fake_record *record)
{
    struct model_ps_record decoded;
    uint32_t partition;

    SIM_ASSERT(model_ps_record_decode(record->bytes, record->size, &decoded));
    partition = decoded.partition - twin->partition_first;
    if (decoded.kind == MODEL_PS_RECORD_OFFSET && decoded.group >= twin->group_first) {
        struct twin_group *group = &twin->groups[decoded.group - twin->group_first];
        group->replayed[partition] = decoded.number;
        group->has_replayed[partition] = true;
    }
    if (decoded.kind != MODEL_PS_RECORD_MESSAGE) {
        return;
    }
    if (!twin->config.compacts && twin_in_partition(twin, partition) == twin->config.capacity) {
        twin_erase(twin, twin_oldest(twin, partition));
    }
    twin->messages[twin->count++] = (struct twin_message){
        .message = decoded.message,
        .partition = partition,
        .offset = decoded.number,
        .position = position,
        .time = decoded.time,
        .is_visible = true,
    };
    twin->offset_end[partition] = decoded.number + 1;
}

static inline bool twin_was_done(const struct twin_group *group, const struct twin_message *message)
{
    return group->has_replayed[message->partition]
               ? message->offset < group->replayed[message->partition]
               : group->start == MODEL_PS_LATEST;
}

static inline void twin_place_group(struct twin *twin, uint32_t number)
{
    struct twin_group *group = &twin->groups[number];

    memcpy(group->delivered_end, twin->offset_end, sizeof(group->delivered_end));
    for (uint32_t i = twin->count; i > 0; i--) {
        struct twin_message *message = &twin->messages[i - 1];
        bool is_done = twin_was_done(group, message);
        message->states[number] = is_done ? TWIN_DONE : TWIN_AHEAD;
        group->counts.committed += is_done ? 1 : 0;
        if (!is_done) {
            group->delivered_end[message->partition] = message->offset;
        }
    }
}

/* What lies before a group's offset is done. The first `groups` are no broadcast subscribers. */
static inline void twin_place_groups(struct twin *twin, uint32_t groups)
{
    for (uint32_t number = 0; number < groups; number++) {
        twin_place_group(twin, number);
    }
}

#endif

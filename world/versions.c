/* A write names six rows at most: that one is named twice is found by comparing. */
/* SPDX-License-Identifier: MIT */
#include "world/versions.h"

uint64_t world_versions_row(const struct model_message *write, uint32_t number)
{
    SIM_ASSERT(number <= write->kind && number <= MODEL_ATTRIBUTE_COUNT);
    return number == 0 ? write->key : write->attributes[number - 1];
}

bool world_versions_has_rows(
    const struct world_versions *versions, const struct model_message *write)
{
    if (write->kind > MODEL_ATTRIBUTE_COUNT) {
        return false;
    }
    for (uint32_t i = 0; i <= write->kind; i++) {
        if (world_versions_row(write, i) >= versions->count) {
            return false;
        }
    }
    SIM_ASSERT(write->key < versions->count);
    return true;
}

/* Does an earlier number name the same row? */
static bool is_repeated(const struct model_message *write, uint32_t number)
{
    for (uint32_t i = 0; i < number; i++) {
        if (world_versions_row(write, i) == world_versions_row(write, number)) {
            return true;
        }
    }
    SIM_ASSERT(number <= write->kind);
    return false;
}

uint64_t world_versions_commit(
    struct world_versions *versions, const struct model_message *write, sim_time now)
{
    SIM_ASSERT(world_versions_has_rows(versions, write));
    for (uint32_t i = 0; i <= write->kind; i++) {
        struct world_version *version = &versions->rows[world_versions_row(write, i)];
        if (!is_repeated(write, i)) {
            version->number++;
            version->since = now;
        }
    }
    return versions->rows[write->key].number;
}

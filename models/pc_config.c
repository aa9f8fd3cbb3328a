/* What a queue can be like. */
/* SPDX-License-Identifier: MIT */
#include "models/pc_state.h"

enum model_pc_config_status model_pc_check_config(const struct model_pc_config *config)
{
    _Static_assert(MODEL_DROP_NEWEST == 3, "the last of the policies");

    if (config->capacity == 0 || config->capacity >= MODEL_POOL_NONE) {
        return MODEL_PC_BAD_CAPACITY;
    }
    if ((uint32_t)config->when_full > MODEL_DROP_NEWEST) {
        return MODEL_PC_BAD_POLICY;
    }
    if (config->lease <= 0) {
        return MODEL_PC_BAD_LEASE;
    }
    bool is_backoff_good =
        config->backoff_first == 0 ||
        (config->backoff_first > 0 && config->backoff_max >= config->backoff_first);
    if (!is_backoff_good) {
        return MODEL_PC_BAD_BACKOFF;
    }
    if (config->time_to_live < 0 || config->dedup_window < 0) {
        return MODEL_PC_BAD_TIMES;
    }
    return MODEL_PC_CONFIG_OK;
}

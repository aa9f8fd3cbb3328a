/* They are few, so each I/O looks at each. */
/* SPDX-License-Identifier: MIT */
#include "world/strikes.h"

void world_strikes_init(struct world_strikes *strikes)
{
    strikes->list = g_array_new(FALSE, FALSE, sizeof(struct world_strike));
}

void world_strikes_finish(struct world_strikes *strikes)
{
    g_array_unref(strikes->list);
    strikes->list = NULL;
}

static const struct world_strike *strike_at(const struct world_strikes *strikes, uint32_t index)
{
    SIM_ASSERT(index < strikes->list->len);
    return &g_array_index(strikes->list, struct world_strike, index);
}

void world_strikes_add(struct world_strikes *strikes, const struct world_strike *strike)
{
    SIM_ASSERT(strike->hit != NULL && strike->factor >= 1);
    g_array_append_val(strikes->list, *strike);
}

void world_strikes_remove(struct world_strikes *strikes, const uint64_t *hit)
{
    uint32_t at = 0;

    while (strike_at(strikes, at)->hit != hit) {
        at++;
    }
    g_array_remove_index(strikes->list, at);
}

sim_time world_strikes_time(const struct world_strikes *strikes, sim_time duration)
{
    double time = (double)duration;

    SIM_ASSERT(duration >= 0);
    if (strikes->list->len == 0) {
        return duration;
    }
    for (uint32_t i = 0; i < strikes->list->len; i++) {
        const struct world_strike *strike = strike_at(strikes, i);
        *strike->hit += strike->factor > 1;
        time *= strike->factor;
    }
    return time < (double)(SIM_NEVER / 2) ? (sim_time)time : SIM_NEVER;
}

bool world_strikes_refuse_write(const struct world_strikes *strikes)
{
    bool refuses = false;

    for (uint32_t i = 0; i < strikes->list->len; i++) {
        const struct world_strike *strike = strike_at(strikes, i);
        *strike->hit += strike->is_full;
        refuses = refuses || strike->is_full;
    }
    return refuses;
}

bool world_strikes_fail_sync(const struct world_strikes *strikes)
{
    bool fails = false;

    for (uint32_t i = 0; i < strikes->list->len; i++) {
        const struct world_strike *strike = strike_at(strikes, i);
        *strike->hit += strike->fails_sync;
        fails = fails || strike->fails_sync;
    }
    return fails;
}

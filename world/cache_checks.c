/* The world compares what a cache says with the rows of the database; the cache never sees them. */
/* SPDX-License-Identifier: MIT */
#include "world/cache_state.h"
#include "world/invariant.h"

static void judge_bound(world_cache *cache, uint64_t key, sim_time staleness)
{
    SIM_ASSERT(staleness >= 0);
    if (staleness <= cache->bound) {
        world_check_pass(cache->bounded);
        return;
    }
    world_check_fail(
        cache->bounded,
        world_cache_now(cache),
        "%s gave key %" G_GUINT64_FORMAT " as it was %.3f s before, of at most %.3f s",
        cache->node.path,
        key,
        (double)staleness / 1e9,
        (double)cache->bound / 1e9);
}

void world_cache_observe(world_cache *cache, uint64_t key, uint64_t version)
{
    if (cache->versions == NULL) {
        return;
    }
    sim_time staleness = world_version_staleness(
        world_version_of(cache->versions, key), version, world_cache_now(cache));
    SIM_ASSERT(staleness >= 0);
    cache->counters.stale->value += staleness > 0;
    sim_tally_record(cache->counters.staleness, staleness);
    world_invariant_read(cache->node.world, cache->node.index, staleness);
    if (cache->bounded != NULL) {
        judge_bound(cache, key, staleness);
    }
}

struct world_check *world_cache_check_bound(
    world_cache *cache, sim_time bound, struct world_check *with)
{
    SIM_ASSERT(bound >= 0 && cache->bounded == NULL);
    cache->bounded = with != NULL ? with : world_check_create(cache->node.world);
    cache->bound = bound;
    return cache->bounded;
}

/* ---- at the end ---- */

struct equality {
    const world_cache *cache;
    sim_time quiet;
};

static void judge_entry(
    struct world_check *check,
    const struct equality *equality,
    const struct world_cache_entry *entry)
{
    const world_cache *cache = equality->cache;
    struct world_version row = world_version_of(cache->versions, entry->key);
    sim_time now = world_cache_now(cache);

    if (entry->queue == WORLD_CACHE_FREE || entry->expires <= now ||
        now - row.since < equality->quiet) {
        return;
    }
    SIM_ASSERT(entry->version <= row.number);
    if (entry->version == row.number) {
        world_check_pass(check);
        return;
    }
    world_check_fail(
        check,
        now,
        "%s has version %" G_GUINT64_FORMAT " of key %" G_GUINT64_FORMAT
        ", the database %" G_GUINT64_FORMAT " since %.3f s ago",
        cache->node.path,
        entry->version,
        entry->key,
        row.number,
        (double)(now - row.since) / 1e9);
}

static void end_equal(struct world_check *check, struct world *world)
{
    const GArray *equalities = check->context;

    for (uint32_t i = 0; i < equalities->len; i++) {
        const struct equality *equality = &g_array_index(equalities, struct equality, i);
        const struct world_cache_store *store = &equality->cache->store;
        SIM_ASSERT(equality->cache->node.world == world);
        for (uint32_t j = 0; j < store->capacity && equality->cache->versions != NULL; j++) {
            judge_entry(check, equality, &store->entries[j]);
        }
    }
}

static void free_equalities(void *equalities)
{
    g_array_unref(equalities);
}

struct world_check *world_cache_check_equal(
    world_cache *cache, sim_time quiet, struct world_check *with)
{
    const struct equality equality = {.cache = cache, .quiet = quiet};
    struct world_check *check = with;

    SIM_ASSERT(quiet >= 0 && (with == NULL || with->at_end == end_equal));
    if (check == NULL) {
        check = world_check_create(cache->node.world);
        check->at_end = end_equal;
        check->context = g_array_new(FALSE, FALSE, sizeof(struct equality));
        check->free_context = free_equalities;
    }
    g_array_append_val((GArray *)check->context, equality);
    return check;
}

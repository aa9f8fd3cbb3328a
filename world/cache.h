/* world/cache.h - answers reads from memory, and asks the database for what it does not hold.
 *
 * A GET is answered from the entry of its key until that expires; else the cache fetches the row.
 * Requests for a key that is being fetched share the answer, unless that is switched off. A PUT
 * passes through to the database, and when it is stored the entry is brought up to date, forgotten,
 * or left as it is. INVALIDATE forgets a key; UPDATE enters a version; a CHARGE, which comes from a
 * queue by way of a consumer, has its key fetched anew, always after it came, and is charged when
 * the entry is in place.
 *
 * A fetch that was under way when its key was invalidated may bring back the old version: while
 * `is_guarded` it is not kept (the lease of Nishtala and others, "Scaling Memcache at Facebook",
 * NSDI 2013, section 3.2.1). Every read's staleness is exact: the world compares it with the rows
 * of the database at that moment. All is volatile. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CACHE_H
#define WORLD_CACHE_H

#include "world/cache_store.h"
#include "world/check.h"
#include "world/node.h"
#include "world/versions.h"

enum world_cache_written {
    WORLD_CACHE_UPDATES, /* the entry has the new version */
    WORLD_CACHE_FORGETS, /* the entry goes */
    WORLD_CACHE_KEEPS,   /* the entry stays as it is, until it expires */
};

struct world_cache_config {
    uint32_t capacity; /* keys; at least 10 for S3-FIFO */
    enum world_cache_policy policy;
    sim_time ttl;      /* an entry expires then: SIM_NEVER for never */
    double ttl_jitter; /* ... or earlier, by up to this share of it, drawn by key and version */
    enum world_cache_written when_written;
    bool is_coalescing; /* one fetch for all that ask for a key at the same time */
    bool is_guarded;
    uint32_t fetches_max; /* under way at a time: beyond, they wait their turn; 0: no limit */
    uint32_t waiting_max; /* requests that may wait for fetches; beyond, refused */
    sim_time timeout;     /* of a fetch, and of its turn: those that wait are refused then */
};

typedef struct world_cache world_cache;

world_cache *world_cache_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_cache_config *config,
    GError **error);

/* What it reads through to: a database, or another cache. `versions` are the rows that staleness is
 * measured against, borrowed for the cache's life; NULL: it is not measured. Once, before the run.
 * Fails when no link joins the two. */
SIM_MUST_USE bool world_cache_connect(
    world_cache *cache,
    struct world_node *behind,
    const struct world_versions *versions,
    GError **error);

/* Has the other cache told of every write that passes through this one, once it is stored: to
 * bring its entry up to date, or to forget it, as this one does with its own. What is lost on the
 * way is not said again. Before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_cache_tell(world_cache *cache, world_cache *peer, GError **error);

struct world_node *world_cache_node(world_cache *cache);

/* The check that no read is staler than the bound: at each read whose staleness is measured. One of
 * its own, unless `with` is that of another cache, which then is about both. */
struct world_check *world_cache_check_bound(
    world_cache *cache, sim_time bound, struct world_check *with);

/* The check that at the end every entry is as its row is, but for those that have expired and for
 * rows that were written less than `quiet` ago. O(keys), at the end. `with` as above. */
struct world_check *world_cache_check_equal(
    world_cache *cache, sim_time quiet, struct world_check *with);

/* Keys held, expired ones among them. */
uint32_t world_cache_count(const world_cache *cache);

#endif

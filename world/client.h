/* world/client.h - asks for rows, as application servers do: reads, and now and then writes.
 *
 * Requests are born when the arrival process says so, whatever came of those before. One that is
 * aborted, refused, or not answered in time is tried again after a backoff, a bounded number of
 * times; then it has failed. A retry budget bounds the tries of all requests together: each new
 * request pays in its share of a try, each try again takes a whole one out, and up to
 * WORLD_CLIENT_SAVED_MAX tries may be saved (Beyer et al., "Site Reliability Engineering", 2016,
 * chapter 21, "Client-side throttling", has the idea as a ratio of retries). Requests are not
 * messages: nobody promised anything, so the audit does not count them, and a crash of the client
 * forgets them. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_CLIENT_H
#define WORLD_CLIENT_H

#include "world/node.h"
#include "world/recipe.h"
#include "world/source.h"

typedef struct world_client world_client;

#define WORLD_CLIENT_SAVED_MAX 10

struct world_client_config {
    struct world_source_config source;
    struct world_recipe_config recipe; /* the key is the row; of a write, the attributes are more */
    uint64_t keys;                     /* 0: rows as drawn; else below this number, by remainder */
    sim_time drift_every;              /* > 0: so often the popular rows are others: */
    uint64_t drift_by;                 /* ... by so much further on; `keys` > 0 */
    double write_share;                /* 0 to 1, drawn by the request's id */
    sim_time writes_until;             /* what is born later is a read; 0: never */
    uint32_t write_rows;               /* that a write writes: 1, and an attribute for each more */
    uint32_t waiting_max;              /* requests at once: beyond, they fail at once */
    uint32_t tries;                    /* of a request, the first one included; > 0 */
    sim_time timeout;                  /* of a try; > 0 */
    sim_time backoff;                  /* before another: half of that to all of it; > 0 */
    const world_client *like;          /* whose draws it repeats, so that two systems have one load;
                                          of the same process. NULL: it draws its own */
    uint32_t retry_permille; /* tries again that a thousand new requests pay for; 0: any */
};

world_client *world_client_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_client_config *config,
    GError **error);

/* Whom it asks: a cache or a database, or what stands before one. Once, before the run. Fails when
 * no link joins the two. */
SIM_MUST_USE bool world_client_connect(
    world_client *client, struct world_node *target, GError **error);

struct world_node *world_client_node(world_client *client);

#endif

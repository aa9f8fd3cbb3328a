/* models/capabilities.h - which model can do what: the one place where it is claimed.
 *
 * `tailback models` prints this table, and the contract suite runs it: what is claimed is done by
 * the model in a test, and a wish for anything else is refused with its own result. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_CAPABILITIES_H
#define MODELS_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "models/full.h"
#include "sim/base.h"

enum model_kind {
    MODEL_POINT_TO_POINT,
    MODEL_PRODUCER_CONSUMER,
    MODEL_PUBLISH_SUBSCRIBE,
    MODEL_MVC,
};

#define MODEL_KIND_COUNT 4

enum model_store_kind {
    MODEL_STORE_MEMORY,
    MODEL_STORE_JOURNAL,
};

#define MODEL_STORE_COUNT     2
#define MODEL_WHEN_FULL_COUNT 4 /* enum model_when_full */

/* What each means, model_feature_summary() says. */
enum model_feature {
    MODEL_FEATURE_ORDER,
    MODEL_FEATURE_ACK,
    MODEL_FEATURE_REDELIVERY,
    MODEL_FEATURE_COMPETING,
    MODEL_FEATURE_BROADCAST,
    MODEL_FEATURE_BATCHES,
    MODEL_FEATURE_PROCESSES,
    MODEL_FEATURE_LEASES,
    MODEL_FEATURE_DEAD_LETTERS,
    MODEL_FEATURE_PRIORITIES,
    MODEL_FEATURE_DELAYS,
    MODEL_FEATURE_TIME_TO_LIVE,
    MODEL_FEATURE_PREFETCH,
    MODEL_FEATURE_SINGLE_ACTIVE,
    MODEL_FEATURE_DEDUPLICATION,
    MODEL_FEATURE_PARTITIONS,
    MODEL_FEATURE_GROUPS,
    MODEL_FEATURE_REBALANCING,
    MODEL_FEATURE_REPLAY,
    MODEL_FEATURE_RETENTION,
    MODEL_FEATURE_COMPACTION,
    MODEL_FEATURE_CONFLATION,
    MODEL_FEATURE_SNAPSHOTS,
    MODEL_FEATURE_PAYLOAD_LIMIT,
    MODEL_FEATURE_CLOSING,
};

#define MODEL_FEATURE_COUNT 25

struct model_capabilities {
    const char *name;    /* as a scenario writes it */
    const char *summary; /* one line */
    uint32_t stores;     /* a bit for each */
    uint32_t when_full;  /* a bit for each policy */
    uint32_t features;   /* a bit for each */
};

/* What somebody wants of a model. */
struct model_wish {
    enum model_store_kind store;
    bool has_policy;
    enum model_when_full when_full; /* if it has one */
    uint32_t features;              /* a bit for each */
};

enum model_refusal {
    MODEL_GRANTED,
    MODEL_NO_SUCH_STORE,
    MODEL_NO_SUCH_POLICY,
    MODEL_NO_SUCH_FEATURE,
};

const struct model_capabilities *model_capabilities_of(enum model_kind kind);

/* The first thing of the wish that the model can not do. */
SIM_MUST_USE enum model_refusal model_capabilities_ask(
    enum model_kind kind, const struct model_wish *wish);

/* Names for people, which are those that a scenario writes where it can. */
const char *model_store_name(enum model_store_kind store);
const char *model_when_full_name(enum model_when_full when_full);
const char *model_feature_name(enum model_feature feature);
const char *model_feature_summary(enum model_feature feature);

#endif

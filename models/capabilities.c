/* The table. A feature is claimed where the contract suite has a behaviour for it. */
/* SPDX-License-Identifier: MIT */
#include "models/capabilities.h"

#define BIT(thing)     (UINT32_C(1) << (thing))
#define CAN(feature)   BIT(MODEL_FEATURE_##feature)
#define EVERY_POLICY   (BIT(MODEL_WHEN_FULL_COUNT) - 1)
#define MEMORY         BIT(MODEL_STORE_MEMORY)
#define MEMORY_OR_DISK (BIT(MODEL_STORE_MEMORY) | BIT(MODEL_STORE_JOURNAL))

_Static_assert(MODEL_FEATURE_COUNT <= 32, "a bit for each feature");

static const struct model_capabilities table[MODEL_KIND_COUNT] = {
    [MODEL_POINT_TO_POINT] =
        {
            .name = "point_to_point",
            .summary = "one producer, one consumer; order is total",
            .stores = MEMORY,
            .when_full = BIT(MODEL_BLOCK) | BIT(MODEL_REJECT),
            .features = CAN(ORDER) | CAN(BATCHES) | CAN(PROCESSES),
        },
    [MODEL_PRODUCER_CONSUMER] =
        {
            .name = "producer_consumer",
            .summary = "many producers and consumers; each message goes to one of them",
            .stores = MEMORY_OR_DISK,
            .when_full = EVERY_POLICY,
            .features = CAN(ORDER) | CAN(ACK) | CAN(REDELIVERY) | CAN(COMPETING) | CAN(LEASES) |
                        CAN(DEAD_LETTERS) | CAN(PRIORITIES) | CAN(DELAYS) | CAN(TIME_TO_LIVE) |
                        CAN(PREFETCH) | CAN(SINGLE_ACTIVE) | CAN(DEDUPLICATION) |
                        CAN(PAYLOAD_LIMIT) | CAN(CLOSING),
        },
    [MODEL_PUBLISH_SUBSCRIBE] =
        {
            .name = "publish_subscribe",
            .summary = "topics; each group of subscribers gets every message",
            .stores = MEMORY_OR_DISK,
            .when_full = EVERY_POLICY,
            .features = CAN(ORDER) | CAN(ACK) | CAN(REDELIVERY) | CAN(COMPETING) | CAN(BROADCAST) |
                        CAN(BATCHES) | CAN(PARTITIONS) | CAN(GROUPS) | CAN(REBALANCING) |
                        CAN(REPLAY) | CAN(RETENTION) | CAN(COMPACTION) | CAN(PAYLOAD_LIMIT) |
                        CAN(CLOSING),
        },
    [MODEL_MVC] =
        {
            .name = "mvc",
            .summary = "one model, many views; the newest change of a key wins",
            .stores = MEMORY,
            .when_full = BIT(MODEL_REJECT), /* a key that there is no room for */
            .features =
                CAN(ORDER) | CAN(BROADCAST) | CAN(PROCESSES) | CAN(CONFLATION) | CAN(SNAPSHOTS),
        },
};

const struct model_capabilities *model_capabilities_of(enum model_kind kind)
{
    SIM_ASSERT((uint32_t)kind < MODEL_KIND_COUNT);
    return &table[kind];
}

enum model_refusal model_capabilities_ask(enum model_kind kind, const struct model_wish *wish)
{
    const struct model_capabilities *can = model_capabilities_of(kind);

    SIM_ASSERT((uint32_t)wish->store < MODEL_STORE_COUNT);
    if ((can->stores & BIT(wish->store)) == 0) {
        return MODEL_NO_SUCH_STORE;
    }
    if (wish->has_policy && (can->when_full & BIT(wish->when_full)) == 0) {
        return MODEL_NO_SUCH_POLICY;
    }
    return (wish->features & ~can->features) != 0 ? MODEL_NO_SUCH_FEATURE : MODEL_GRANTED;
}

/* ---- names ---- */

struct feature_text {
    const char *name;
    const char *summary;
};

static const struct feature_text features[MODEL_FEATURE_COUNT] = {
    [MODEL_FEATURE_ORDER] =
        {"order", "messages of one key are delivered in the order of their sends"},
    [MODEL_FEATURE_ACK] = {"ack", "a message is done when its consumer says so"},
    [MODEL_FEATURE_REDELIVERY] =
        {"redelivery", "what a consumer lost is delivered again, and its ack is stale"},
    [MODEL_FEATURE_COMPETING] = {"competing", "consumers share the messages"},
    [MODEL_FEATURE_BROADCAST] = {"broadcast", "each subscriber gets every message"},
    [MODEL_FEATURE_BATCHES] = {"batches", "several messages in one call"},
    [MODEL_FEATURE_PROCESSES] =
        {"processes", "works between threads and processes that share its memory"},
    [MODEL_FEATURE_LEASES] = {"leases", "a silent consumer loses its message"},
    [MODEL_FEATURE_DEAD_LETTERS] = {"dead_letters", "a message that always fails is set aside"},
    [MODEL_FEATURE_PRIORITIES] = {"priorities", "a more urgent message goes first"},
    [MODEL_FEATURE_DELAYS] = {"delays", "a message can not be received before its time"},
    [MODEL_FEATURE_TIME_TO_LIVE] = {"time_to_live", "a message that waited too long leaves"},
    [MODEL_FEATURE_PREFETCH] = {"prefetch", "a consumer holds so many messages at most"},
    [MODEL_FEATURE_SINGLE_ACTIVE] =
        {"single_active", "one consumer at a time, with a fencing token"},
    [MODEL_FEATURE_DEDUPLICATION] =
        {"deduplication", "a message that was sent twice is taken once"},
    [MODEL_FEATURE_PARTITIONS] = {"partitions", "a key leads to a partition"},
    [MODEL_FEATURE_GROUPS] = {"groups", "each group of consumers gets every message"},
    [MODEL_FEATURE_REBALANCING] =
        {"rebalancing", "members share the partitions anew, by generation"},
    [MODEL_FEATURE_REPLAY] = {"replay", "again from an offset or a time"},
    [MODEL_FEATURE_RETENTION] = {"retention", "by size and by age"},
    [MODEL_FEATURE_COMPACTION] = {"compaction", "the newest message of each key stays"},
    [MODEL_FEATURE_CONFLATION] = {"conflation", "a slow reader gets the newest value of each key"},
    [MODEL_FEATURE_SNAPSHOTS] = {"snapshots", "several keys as they were at one version"},
    [MODEL_FEATURE_PAYLOAD_LIMIT] = {"payload_limit", "a payload that is too large is refused"},
    [MODEL_FEATURE_CLOSING] = {"closing", "a closed queue says so"},
};

const char *model_store_name(enum model_store_kind store)
{
    static const char *const names[MODEL_STORE_COUNT] = {"memory", "journal"};

    SIM_ASSERT((uint32_t)store < MODEL_STORE_COUNT);
    return names[store];
}

const char *model_when_full_name(enum model_when_full when_full)
{
    static const char *const names[MODEL_WHEN_FULL_COUNT] = {
        [MODEL_BLOCK] = "block",
        [MODEL_REJECT] = "reject",
        [MODEL_DROP_OLDEST] = "drop_oldest",
        [MODEL_DROP_NEWEST] = "drop_newest",
    };

    SIM_ASSERT((uint32_t)when_full < MODEL_WHEN_FULL_COUNT);
    return names[when_full];
}

const char *model_feature_name(enum model_feature feature)
{
    SIM_ASSERT((uint32_t)feature < MODEL_FEATURE_COUNT);
    return features[feature].name;
}

const char *model_feature_summary(enum model_feature feature)
{
    SIM_ASSERT((uint32_t)feature < MODEL_FEATURE_COUNT);
    return features[feature].summary;
}

/* What each operator of world/ costs a message.
 *
 * A producer sends through the operator to a node that confirms at once; nothing takes virtual time
 * but the distance between messages. The yardstick is the same without the operator, and the figure
 * of an operator is what it adds. Then a cache before a database, asked for a million keys by
 * Zipf's law; and what a key takes in one with room for all. Figures are medians of turns, ratios
 * those of one turn. Usage: bench_operators [MESSAGES] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "world/cache.h"
#include "world/client.h"
#include "world/database.h"
#include "world/datacenter.h"
#include "world/deduplicator.h"
#include "world/detector.h"
#include "world/limiter.h"
#include "world/link.h"
#include "world/producer.h"
#include "world/router.h"

#include "bench/measure.h"

#define TURNS 3
#define RATE  1e5 /* messages per second of virtual time */
#define ROWS  1000000

static struct sim_dist dist_of(enum sim_dist_kind kind, double a, double b)
{
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, (const double[]){a, b}, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

/* ---- a queue that takes everything and keeps nothing ---- */

static void sink_receive(struct world_node *node, uint32_t slot)
{
    uint64_t message = node->world->packets.slots[slot].message.id;

    SIM_ASSERT(node->up);
    world_audit_report(node->world->audit, WORLD_AUDIT_ACCEPTED, message, node->index);
    world_audit_report(node->world->audit, WORLD_AUDIT_SETTLED, message, node->index);
    world_link_answer(node->world, slot, WORLD_PACKET_CONFIRM, 0);
}

static void sink_crash(struct world_node *node)
{
    SIM_ASSERT(node->up);
}

static void sink_destroy(struct world_node *node)
{
    world_node_finish(node);
    g_free(node);
}

static const struct world_node_type sink_type = {
    .name = "sink",
    .start = world_node_up,
    .receive = sink_receive,
    .crash = sink_crash,
    .restart = world_node_up,
    .destroy = sink_destroy,
};

static struct world_node *add_sink(struct world_datacenter *datacenter)
{
    struct world_node *node = g_new0(struct world_node, 1);
    bool is_new = world_node_init(node, &sink_type, datacenter, "sink", NULL);

    SIM_ASSERT(is_new);
    return node;
}

/* ---- the operators, each before the sink ---- */

static struct world_node *no_operator(struct world_datacenter *datacenter, struct world_node *sink)
{
    SIM_ASSERT(sink->datacenter == datacenter);
    return sink;
}

static struct world_node *add_router(struct world_datacenter *datacenter, struct world_node *sink)
{
    const struct world_router_config config = {.field = WORLD_FIELD_KEY, .window = 1000};
    world_router *router = world_router_add(datacenter, "router", &config, NULL);
    bool is_connected = world_router_connect(router, sink, NULL);

    SIM_ASSERT(is_connected);
    return world_router_node(router);
}

static struct world_node *add_limiter(struct world_datacenter *datacenter, struct world_node *sink)
{
    const struct world_limiter_config config = {
        .bucket = {.tokens = 1000000, .period = SIM_SECOND, .burst = 1000},
        .field = WORLD_FIELD_KEY,
        .keys_max = 100000,
        .window = 1000,
    };
    world_limiter *limiter = world_limiter_add(datacenter, "limiter", &config, NULL);
    bool is_connected = world_limiter_connect(limiter, sink, NULL);

    SIM_ASSERT(is_connected);
    return world_limiter_node(limiter);
}

static struct world_node *add_deduplicator(
    struct world_datacenter *datacenter, struct world_node *sink)
{
    const struct world_window_config config = {
        .count_max = 100000, .processing_max = 1000, .span = SIM_SECOND, .lease = SIM_SECOND};
    world_deduplicator *dedup = world_deduplicator_add(datacenter, "dedup", &config, NULL);
    bool is_connected = world_deduplicator_connect(dedup, sink, NULL);

    SIM_ASSERT(is_connected);
    return world_deduplicator_node(dedup);
}

/* Three rules, over ten seconds: a million messages are remembered. */
static struct world_node *add_detector(struct world_datacenter *datacenter, struct world_node *sink)
{
    const struct world_detector_config config = {
        .rules =
            {
                {.fields = {0, WORLD_FIELD_NONE}, .span = 10 * SIM_SECOND, .threshold = 1000},
                {.fields = {1, WORLD_FIELD_NONE}, .span = 10 * SIM_SECOND, .threshold = 1000},
                {.fields = {0, WORLD_FIELD_KEY}, .span = 10 * SIM_SECOND, .threshold = 100},
            },
        .rule_count = 3,
        .remembered_max = 1200000,
        .retractions_max = 100,
        .retract_every = SIM_SECOND,
        .window = 1000,
    };
    world_detector *detector = world_detector_add(datacenter, "detector", &config, NULL);
    bool is_connected = world_detector_connect(detector, sink, NULL);

    SIM_ASSERT(is_connected);
    return world_detector_node(detector);
}

/* ---- runs ---- */

typedef struct world_node *operator_fn(
    struct world_datacenter *datacenter, struct world_node *sink);

static struct world_datacenter *add_place(struct world *world)
{
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    const struct world_link_config at_once = {.latency = dist_of(SIM_DIST_CONSTANT, 0, 0)};
    const struct world_link *link = world_link_add(datacenter, datacenter, &at_once, NULL);

    SIM_ASSERT(link != NULL);
    return datacenter;
}

/* Returns ns of processor time for each message. */
static double run_operator(operator_fn *add, uint64_t message_count)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = dist_of(SIM_DIST_UNIFORM_INT, 1, 10000),
                .value = dist_of(SIM_DIST_CONSTANT, 1, 0),
                .attributes =
                    {
                        dist_of(SIM_DIST_UNIFORM_INT, 1, 100000),
                        dist_of(SIM_DIST_UNIFORM_INT, 1, 100000),
                    },
                .attribute_count = 2,
            },
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = add_place(world);
    world_producer *producer = world_producer_add(datacenter, "clicks", &config, NULL);
    bool is_connected =
        world_producer_connect(producer, add(datacenter, add_sink(datacenter)), NULL);

    SIM_ASSERT(is_connected);
    world->sample_interval = 1000 * SIM_SECOND;
    double before = bench_now_ns();
    (void)world_run(world, (sim_time)((double)message_count / RATE * 1e9), UINT64_MAX);
    double ns = bench_now_ns() - before;
    struct world_audit_totals totals = world_audit_totals_of(world->audit);
    SIM_ASSERT(totals.settled > message_count / 2 && totals.settled == totals.accepted);
    world_destroy(world);
    return ns / (double)totals.settled;
}

static void connect_cache(world_client *client, world_cache *cache, world_database *database)
{
    bool is_connected =
        world_client_connect(client, world_cache_node(cache), NULL) &&
        world_cache_connect(
            cache, world_database_node(database), world_database_versions(database), NULL);

    SIM_ASSERT(is_connected);
}

/* Returns ns of processor time for each request to a cache with room for so many of the keys. */
static double run_cache(enum world_cache_policy policy, uint32_t capacity, uint64_t request_count)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    const struct world_client_config client = {
        .source = {.process = &process},
        .recipe =
            {.key = dist_of(SIM_DIST_ZIPF, ROWS - 1, 1), .value = dist_of(SIM_DIST_CONSTANT, 0, 0)},
        .write_share = 0.01,
        .write_rows = 1,
        .waiting_max = 1000,
        .tries = 1,
        .timeout = SIM_SECOND,
        .backoff = SIM_SECOND,
    };
    const struct world_cache_config cache = {
        .capacity = capacity,
        .policy = policy,
        .ttl = 60 * SIM_SECOND,
        .ttl_jitter = 0.1,
        .is_coalescing = true,
        .is_guarded = true,
        .waiting_max = 1000,
        .timeout = SIM_SECOND,
    };
    const struct world_database_config database = {
        .rows = ROWS,
        .connections = 1000,
        .waiting_max = 1000,
        .cores = 16,
        .work = dist_of(SIM_DIST_CONSTANT, 100e-6, 0),
        .hold = dist_of(SIM_DIST_CONSTANT, 0, 0),
    };
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = add_place(world);

    connect_cache(
        world_client_add(datacenter, "client", &client, NULL),
        world_cache_add(datacenter, "cache", &cache, NULL),
        world_database_add(datacenter, "database", &database, NULL));
    world->sample_interval = 1000 * SIM_SECOND;
    double before = bench_now_ns();
    (void)world_run(world, (sim_time)((double)request_count / RATE * 1e9), UINT64_MAX);
    double ns = bench_now_ns() - before;
    world_destroy(world);
    return ns / (double)request_count;
}

static double run_lru(uint64_t request_count)
{
    return run_cache(WORLD_CACHE_LRU, ROWS / 10, request_count);
}

static double run_lru_with_room(uint64_t request_count)
{
    return run_cache(WORLD_CACHE_LRU, ROWS, request_count);
}

/* What each key takes of a full cache of ROWS keys. */
static double key_bytes(enum world_cache_policy policy)
{
    struct world_cache_store store;

    world_cache_store_init(&store, policy, ROWS);
    for (uint64_t key = 0; key < 2 * (uint64_t)ROWS; key++) {
        (void)world_cache_store_insert(&store, key);
    }
    SIM_ASSERT(store.index.count == ROWS);
    double bytes = (double)world_cache_store_size(&store) / ROWS;
    world_cache_store_finish(&store);
    return bytes;
}

static double run_s3_fifo(uint64_t request_count)
{
    return run_cache(WORLD_CACHE_S3_FIFO, ROWS / 10, request_count);
}

/* ---- turns ---- */

struct contender {
    const char *name;
    operator_fn *add;                      /* an operator; or */
    double (*run)(uint64_t request_count); /* a cache */
    enum bench_bar_kind bar_kind;
    double bar;
    double ns[TURNS];
    double ratio[TURNS];
};

static struct bench_figure key_figure(const char *name, enum world_cache_policy policy)
{
    return (struct bench_figure){
        .name = name,
        .value = key_bytes(policy),
        .unit = "bytes",
        .bar_kind = BENCH_BAR_VALUE,
        .bar = 200,
    };
}

int main(int argc, char **argv)
{
    uint64_t message_count = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000000;
    struct contender contenders[] = {
        {.name = "producer and sink", .add = no_operator},
        {.name = "through a router", .add = add_router},
        {.name = "through a limiter", .add = add_limiter},
        {.name = "through a deduplicator", .add = add_deduplicator},
        {.name = "through a detector", .add = add_detector},
        {.name = "cache, LRU, a request", .run = run_lru, .bar_kind = BENCH_BAR_VALUE, .bar = 1000},
        {.name = "cache of all keys, LRU, a request",
         .run = run_lru_with_room,
         .bar_kind = BENCH_BAR_VALUE,
         .bar = 1000},
        {.name = "cache, S3-FIFO, a request",
         .run = run_s3_fifo,
         .bar_kind = BENCH_BAR_VALUE,
         .bar = 1000},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };
    struct bench_figure figures[COUNT + 2];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            struct contender *contender = &contenders[i];
            contender->ns[turn] = contender->add != NULL
                                      ? run_operator(contender->add, message_count)
                                      : contender->run(message_count);
            contender->ratio[turn] = contender->ns[turn] / contenders[0].ns[turn];
        }
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        figures[i] = (struct bench_figure){
            .name = contenders[i].name,
            .value = bench_median(contenders[i].ns, TURNS),
            .unit = "ns",
            .ratio = bench_median(contenders[i].ratio, TURNS),
            .yardstick = i == 0 ? NULL : contenders[0].name,
            .bar_kind = contenders[i].bar_kind,
            .bar = contenders[i].bar,
        };
    }
    figures[COUNT] = key_figure("a key, LRU", WORLD_CACHE_LRU);
    figures[COUNT + 1] = key_figure("a key, S3-FIFO", WORLD_CACHE_S3_FIFO);
    bench_print_figures(figures, COUNT + 2);
    return 0;
}

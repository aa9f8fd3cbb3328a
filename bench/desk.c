/* SPDX-License-Identifier: MIT */
#include "bench/desk.h"

#include "world/broker.h"
#include "world/consumer.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/producer.h"

#define INTERVAL_SECONDS 1e-3
#define SERVICE_SECONDS  0.9e-3
#define CAPACITY         4096 /* more wait with a probability of 0.9^4096 */

static struct sim_dist dist_of(enum sim_dist_kind kind, double parameter)
{
    struct sim_dist dist;
    struct sim_dist_error problem;
    bool is_valid = sim_dist_init(&dist, kind, &parameter, &problem);

    SIM_ASSERT(is_valid);
    return dist;
}

static world_producer *add_producer(struct world_datacenter *datacenter)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = 1 / INTERVAL_SECONDS,
    };
    const struct sim_dist zero = dist_of(SIM_DIST_CONSTANT, 0);
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe = {.key = zero, .value = zero, .size = 100},
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };

    return world_producer_add(datacenter, "customers", &config, NULL);
}

static world_broker *add_broker(struct world_datacenter *datacenter, enum world_queue_model model)
{
    struct world_broker_config config = {
        .hosted.model = model,
        .hosted.queue = {.capacity = CAPACITY, .lease = 1000 * SIM_SECOND, .prefetch = 1},
        .operation = dist_of(SIM_DIST_CONSTANT, 0),
    };

    return world_broker_add(datacenter, "line", &config, NULL);
}

static world_consumer *add_consumer(struct world_datacenter *datacenter)
{
    struct world_consumer_config config = {
        .service = dist_of(SIM_DIST_EXPONENTIAL, SERVICE_SECONDS),
        .workers = 1,
        .subscribe_every = SIM_SECOND,
    };

    return world_consumer_add(datacenter, "desk", &config, NULL);
}

static struct world *build(enum world_queue_model model)
{
    struct world *world = world_create(1);
    struct world_datacenter *datacenter = world_datacenter_add(world, "here", NULL);
    struct world_link_config at_once = {.latency = dist_of(SIM_DIST_CONSTANT, 0)};
    const struct world_link *link = world_link_add(datacenter, datacenter, &at_once, NULL);
    world_producer *producer = add_producer(datacenter);
    world_broker *broker = add_broker(datacenter, model);
    world_consumer *consumer = add_consumer(datacenter);

    SIM_ASSERT(link != NULL && producer != NULL && broker != NULL && consumer != NULL);
    bool is_connected = world_producer_connect(producer, world_broker_node(broker), NULL) &&
                        world_consumer_connect(consumer, world_broker_node(broker), NULL);
    SIM_ASSERT(is_connected);
    return world;
}

struct bench_result bench_desk(enum world_queue_model model, uint64_t customer_count)
{
    struct world *world = build(model);
    sim_time until = world_time_for((double)customer_count * INTERVAL_SECONDS, 1);

    world->sample_interval = 100 * SIM_SECOND;
    (void)world_run(world, until, UINT64_MAX);
    struct bench_result result = {
        .mean = sim_histogram_mean(world->latency->histogram),
        .count = sim_histogram_count(world->latency->histogram),
    };
    world_destroy(world);
    return result;
}

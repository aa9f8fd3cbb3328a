/* Tests of calls in the place of packets: on a link without latency, a send and an ack are calls. A
 * bandwidth that is limited, but so high that nothing takes a nanosecond, has every packet land in
 * an event of its own instead: the same must happen at the same times, to the last measure. Only
 * the order within an instant may differ, where an answer has more sent. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

#define HUGE_BANDWIDTH 1e18
#define END            (5 * SIM_SECOND)

/* A run, and the sum of hashes of all that happened in it, which knows no order. */
struct outcome {
    struct world *world;
    uint64_t sum;
};

struct office {
    enum world_queue_model model;
    enum model_when_full when_full;
    uint64_t capacity;
    uint32_t window;
    uint32_t prefetch;
    uint32_t workers;
    bool nacks;        /* the consumer gives every fifth message back */
    bool has_crash;    /* of the queue, and of the consumer */
    bool is_by_packet; /* nothing is a call */
};

static enum world_verdict give_fifth_back(void *context, const struct model_message *message)
{
    (void)context;
    return message->id % 5 == 0 && message->attempt == 1 ? WORLD_NACK : WORLD_ACK;
}

static world_producer *add_producer(
    struct world_datacenter *datacenter, const struct office *office, const char *name)
{
    const struct sim_arrivals_config arrivals = {.kind = SIM_ARRIVALS_POISSON, .rate = 500};
    const struct world_producer_config config = {
        .source = {.process = &arrivals},
        .recipe =
            {.key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 100),
             .value = fixture_dist(SIM_DIST_CONSTANT, 7, 0)},
        .buffer = 50,
        .window = office->window,
        .timeout = SIM_SECOND / 10,
        .backoff_first = SIM_SECOND / 100,
        .backoff_max = SIM_SECOND / 10,
    };

    return world_producer_add(datacenter, name, &config, NULL);
}

static world_broker *add_broker(struct world_datacenter *datacenter, const struct office *office)
{
    const struct world_broker_config config = {
        .hosted =
            {
                .model = office->model,
                .queue =
                    {
                        .capacity = office->capacity,
                        .when_full = office->when_full,
                        .lease = SIM_SECOND,
                        .prefetch = office->prefetch,
                        .attempts_max = 3,
                    },
            },
        .operation = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };

    return world_broker_add(datacenter, "queue", &config, NULL);
}

static world_consumer *add_consumer(
    struct world_datacenter *datacenter, const struct office *office)
{
    const struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_EXPONENTIAL, 1.9e-3 * office->workers, 0),
        .workers = office->workers,
        .subscribe_every = SIM_SECOND / 20,
        .handler = office->nacks ? give_fifth_back : NULL,
    };

    return world_consumer_add(datacenter, "desk", &config, NULL);
}

static void crash(void *context, uint64_t payload)
{
    (void)payload;
    world_node_crash(context);
}

static void restart(void *context, uint64_t payload)
{
    (void)payload;
    world_node_restart(context);
}

static void plan_crashes(struct world *world, struct world_node *broker, struct world_node *desk)
{
    (void)sim_run_after(&world->run, SIM_SECOND + 12345, crash, broker, 0);
    (void)sim_run_after(&world->run, SIM_SECOND + 99999999, restart, broker, 0);
    (void)sim_run_after(&world->run, 2 * SIM_SECOND + 54321, crash, desk, 0);
    (void)sim_run_after(&world->run, 2 * SIM_SECOND + 99999999, restart, desk, 0);
}

static void add_up(void *context, const struct sim_trace_record *record)
{
    struct sim_trace one;

    sim_trace_init(&one);
    sim_trace_add(&one, record);
    *(uint64_t *)context += one.digest;
}

static void run_office(const struct office *office, struct outcome *out_outcome)
{
    struct world *world = world_create(3);
    struct world_datacenter *here = world_datacenter_add(world, "here", NULL);
    const struct world_link_config at_once = {
        .latency = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
        .bandwidth = office->is_by_packet ? HUGE_BANDWIDTH : 0,
    };

    *out_outcome = (struct outcome){.world = world};
    world->trace.sink = add_up;
    world->trace.sink_context = &out_outcome->sum;
    assert_non_null(world_link_add(here, here, &at_once, NULL));
    world_broker *broker = add_broker(here, office);
    world_consumer *consumer = add_consumer(here, office);
    struct world_node *node = world_broker_node(broker);
    assert_true(world_producer_connect(add_producer(here, office, "one"), node, NULL));
    if (office->model == WORLD_QUEUE_PRODUCER_CONSUMER) {
        assert_true(world_producer_connect(add_producer(here, office, "two"), node, NULL));
    }
    assert_true(world_consumer_connect(consumer, node, NULL));
    if (office->has_crash) {
        plan_crashes(world, node, world_consumer_node(consumer));
    }
    for (sim_time until = 0; until <= END; until += SIM_SECOND / 100) {
        (void)world_run(world, until, UINT64_MAX);
        world_verify(world);
    }
}

static void assert_same_measure(const struct sim_measure *call, const struct sim_measure *packet)
{
    assert_string_equal(call->name, packet->name);
    if (call->kind == SIM_MEASURE_COUNTER) {
        assert_int_equal(call->counter.value, packet->counter.value);
    } else if (call->kind == SIM_MEASURE_GAUGE) {
        assert_int_equal(call->gauge.value, packet->gauge.value);
        assert_int_equal(call->gauge.max, packet->gauge.max);
        double mean = sim_gauge_mean(&call->gauge, END);
        assert_true(fabs(mean - sim_gauge_mean(&packet->gauge, END)) <= 1e-9 * mean);
    } else if (call->tally.histogram != NULL) {
        assert_int_equal(
            sim_histogram_count(call->tally.histogram),
            sim_histogram_count(packet->tally.histogram));
        assert_true(
            sim_histogram_max(call->tally.histogram) == sim_histogram_max(packet->tally.histogram));
    }
}

static void assert_same_run(struct office office)
{
    struct outcome outcomes[2];

    office.is_by_packet = false;
    run_office(&office, &outcomes[0]);
    office.is_by_packet = true;
    run_office(&office, &outcomes[1]);

    struct world *call = outcomes[0].world;
    struct world *packet = outcomes[1].world;
    assert_true(call->run.fired_count < packet->run.fired_count);
    assert_true(outcomes[0].sum == outcomes[1].sum);
    assert_int_equal(sim_registry_count(call->registry), sim_registry_count(packet->registry));
    for (uint32_t i = 0; i < sim_registry_count(call->registry); i++) {
        assert_same_measure(
            sim_registry_at(call->registry, i), sim_registry_at(packet->registry, i));
    }
    struct world_audit_totals totals = world_audit_totals_of(call->audit);
    assert_true(totals.settled > 1000);
    world_destroy(call);
    world_destroy(packet);
}

static const struct office plain = {
    .capacity = 1000,
    .window = 20,
    .prefetch = 1,
    .workers = 1,
};

static void a_call_is_the_same_run_as_its_packets(void **state)
{
    struct office office = plain;

    (void)state;
    office.model = WORLD_QUEUE_PRODUCER_CONSUMER;
    assert_same_run(office);
    office.model = WORLD_QUEUE_POINT_TO_POINT;
    assert_same_run(office);
}

static void so_it_is_with_several_workers_and_messages_given_back(void **state)
{
    struct office office = plain;

    (void)state;
    office.workers = 3;
    office.prefetch = 7;
    office.nacks = true;
    assert_same_run(office);
}

static void so_it_is_when_the_queue_is_full_whatever_it_does_then(void **state)
{
    const enum model_when_full policies[] = {
        MODEL_BLOCK, MODEL_REJECT, MODEL_DROP_OLDEST, MODEL_DROP_NEWEST};
    struct office office = plain;

    (void)state;
    office.capacity = 4;
    for (uint32_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        office.when_full = policies[i];
        assert_same_run(office);
    }
    office.model = WORLD_QUEUE_POINT_TO_POINT;
    office.when_full = MODEL_REJECT;
    assert_same_run(office);
}

static void so_it_is_when_a_window_is_all_that_may_be_under_way(void **state)
{
    struct office office = plain;

    (void)state;
    office.capacity = 4;
    office.window = 1;
    assert_same_run(office);
}

static void so_it_is_through_crashes(void **state)
{
    struct office office = plain;

    (void)state;
    office.has_crash = true;
    assert_same_run(office);
    office.model = WORLD_QUEUE_POINT_TO_POINT;
    assert_same_run(office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_the_same_run_as_its_packets),
        cmocka_unit_test(so_it_is_with_several_workers_and_messages_given_back),
        cmocka_unit_test(so_it_is_when_the_queue_is_full_whatever_it_does_then),
        cmocka_unit_test(so_it_is_when_a_window_is_all_that_may_be_under_way),
        cmocka_unit_test(so_it_is_through_crashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

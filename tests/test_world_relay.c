/* Tests of world/relay in a world: a producer, and every operator that a message can pass, between
 * it and a real ledger, while they crash at random. */
/* SPDX-License-Identifier: MIT */
#include "world/coordinator.h"
#include "world/deduplicator.h"
#include "world/detector.h"
#include "world/fence.h"
#include "world/limiter.h"
#include "world/router.h"
#include "world/singleton.h"

#include "tests/operator_fixture.h"

#define QUEUES 2

struct chain {
    struct world *world;
    struct world_datacenter *datacenter;
    world_producer *producer;
    struct world_node *entry; /* the first that the producer sends to */
    GPtrArray *operators;     /* of struct world_node, borrowed */
    struct world_check *exactly_once;
    struct world_check *conservation;
};

static void *keep(struct chain *chain, struct world_node *node)
{
    g_ptr_array_add(chain->operators, node);
    return node;
}

static struct model_journal_config journal(void)
{
    return (struct model_journal_config){.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20};
}

static struct world_node *add_producer(struct chain *chain)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = 100};
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_ZIPF, 50, 0.8),
                .value = fixture_dist(SIM_DIST_CONSTANT, 3, 0),
                .attributes = {fixture_dist(SIM_DIST_UNIFORM_INT, 1, 300)},
                .attribute_count = 1,
                .size = 100,
            },
        .buffer = 10000,
        .window = 200,
        .timeout = SIM_SECOND / 2,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND / 2,
    };

    chain->producer = world_producer_add(chain->datacenter, "clicks", &config, NULL);
    assert_non_null(chain->producer);
    return world_producer_node(chain->producer);
}

static struct world_node *add_ledger(struct chain *chain)
{
    struct world_ledger_config config = {
        .keep = SIM_NEVER, .budget = INT64_C(1) << 50, .journal = journal()};
    world_ledger *ledger = world_ledger_add(chain->datacenter, "ledger", &config, NULL);

    return world_ledger_node(ledger);
}

/* limiter -> deduplicator -> router -> the queues. Returns the first. */
static struct world_node *add_way_in(struct chain *chain, struct world_node *const *queues)
{
    struct world_limiter_config limit = {
        .bucket = {.tokens = 120, .period = SIM_SECOND, .burst = 20},
        .over = WORLD_LIMITER_DELAY,
        .field = WORLD_FIELD_NONE,
        .keys_max = 1,
        .delay_max = 10 * SIM_SECOND,
        .window = 1000,
    };
    struct world_window_config window = {
        .count_max = 500, .processing_max = 300, .span = 20 * SIM_SECOND, .lease = SIM_SECOND};
    struct world_router_config route = {.field = WORLD_FIELD_KEY, .window = 500};
    world_limiter *limiter = world_limiter_add(chain->datacenter, "limiter", &limit, NULL);
    world_deduplicator *dedup = world_deduplicator_add(chain->datacenter, "dedup", &window, NULL);
    world_router *router = world_router_add(chain->datacenter, "router", &route, NULL);

    keep(chain, world_limiter_node(limiter));
    keep(chain, world_deduplicator_node(dedup));
    keep(chain, world_router_node(router));
    assert_true(world_limiter_connect(limiter, world_deduplicator_node(dedup), NULL));
    assert_true(world_deduplicator_connect(dedup, world_router_node(router), NULL));
    for (int i = 0; i < QUEUES; i++) {
        assert_true(world_router_connect(router, queues[i], NULL));
    }
    return world_limiter_node(limiter);
}

/* deduplicator -> detector -> singleton -> fence -> the ledger. Returns the first. */
static struct world_node *add_way_out(struct chain *chain, struct world_node *ledger)
{
    struct world_window_config window = {
        .count_max = 500, .processing_max = 300, .span = 20 * SIM_SECOND, .lease = SIM_SECOND};
    struct world_detector_config detect = {
        .rules = {{.fields = {0, WORLD_FIELD_NONE}, .span = SIM_SECOND, .threshold = 2}},
        .rule_count = 1,
        .remembered_max = 500,
        .retractions_max = 10,
        .retract_every = SIM_SECOND,
        .window = 500,
    };
    struct world_coordinator_config lease = {.lease = SIM_SECOND};
    struct world_singleton_config single = {
        .renew_every = SIM_SECOND / 4,
        .margin = SIM_SECOND / 20,
        .work = fixture_dist(SIM_DIST_CONSTANT, 1e-3, 0),
        .window = 500,
    };
    struct world_fence_config guard = {.is_fencing = true, .journal = journal(), .window = 500};
    world_deduplicator *dedup = world_deduplicator_add(chain->datacenter, "once", &window, NULL);
    world_detector *detector = world_detector_add(chain->datacenter, "detector", &detect, NULL);
    world_coordinator *coordinator =
        world_coordinator_add(chain->datacenter, "coordinator", &lease, NULL);
    world_singleton *singleton = world_singleton_add(chain->datacenter, "master", &single, NULL);
    world_fence *fence = world_fence_add(chain->datacenter, "fence", &guard, NULL);

    keep(chain, world_deduplicator_node(dedup));
    keep(chain, world_detector_node(detector));
    keep(chain, world_coordinator_node(coordinator));
    keep(chain, world_singleton_node(singleton));
    keep(chain, world_fence_node(fence));
    assert_true(world_deduplicator_connect(dedup, world_detector_node(detector), NULL));
    assert_true(world_detector_connect(detector, world_singleton_node(singleton), NULL));
    assert_true(world_singleton_connect(singleton, world_fence_node(fence), NULL));
    assert_true(world_singleton_contend(singleton, world_coordinator_node(coordinator), NULL));
    assert_true(world_fence_connect(fence, ledger, NULL));
    return world_deduplicator_node(dedup);
}

static struct world_node *add_queue(struct chain *chain, int number, struct world_node *charge_at)
{
    g_autofree char *queue_name = g_strdup_printf("queue%d", number);
    g_autofree char *consumer_name = g_strdup_printf("billing%d", number);
    struct world_broker_config queue = {
        .hosted = {.queue = {.capacity = 100000, .lease = 2 * SIM_SECOND, .prefetch = 64}},
        .durable = true,
        .journal = journal(),
        .operation = fixture_dist(SIM_DIST_CONSTANT, 20e-6, 0),
    };
    struct world_consumer_config work = {
        .service = fixture_dist(SIM_DIST_EXPONENTIAL, 2e-3, 0),
        .workers = 4,
        .subscribe_every = SIM_SECOND / 5,
    };
    world_broker *broker = world_broker_add(chain->datacenter, queue_name, &queue, NULL);
    world_consumer *consumer = world_consumer_add(chain->datacenter, consumer_name, &work, NULL);

    assert_true(world_consumer_connect(consumer, world_broker_node(broker), NULL));
    assert_true(world_consumer_charge_to(consumer, charge_at, NULL));
    return world_broker_node(broker);
}

static struct chain *open_chain(uint64_t seed)
{
    struct chain *chain = g_new0(struct chain, 1);
    struct world_node *queues[QUEUES];

    chain->world = world_create(seed);
    chain->datacenter = operator_place(chain->world);
    chain->operators = g_ptr_array_new();
    struct world_node *producer = add_producer(chain);
    struct world_node *charge_at = add_way_out(chain, add_ledger(chain));
    for (int i = 0; i < QUEUES; i++) {
        queues[i] = add_queue(chain, i, charge_at);
    }
    chain->entry = add_way_in(chain, queues);
    assert_true(world_producer_connect(chain->producer, chain->entry, NULL));
    assert_true(world_is_complete(chain->world, NULL));
    chain->exactly_once = world_audit_check_exactly_once(chain->world->audit);
    chain->conservation = world_audit_check_conservation(chain->world->audit);
    assert_string_equal(producer->name, "clicks");
    return chain;
}

static void close_chain(struct chain *chain)
{
    world_destroy(chain->world);
    g_ptr_array_unref(chain->operators);
    g_free(chain);
}

static void run_on(struct chain *chain, sim_time duration)
{
    (void)world_run(chain->world, chain->world->run.now + duration, UINT64_MAX);
    world_verify(chain->world);
}

/* Has the producer stop, and everything be worked off. */
static struct world_audit_totals drain(struct chain *chain)
{
    world_node_crash(world_producer_node(chain->producer));
    for (int i = 0; i < 60; i++) {
        run_on(chain, SIM_SECOND);
    }
    world_end(chain->world);
    assert_true(world_check_held(chain->exactly_once));
    assert_true(world_check_held(chain->conservation));
    return world_audit_totals_of(chain->world->audit);
}

static void a_message_passes_all_of_them_and_is_charged_once(void **state)
{
    struct chain *chain = open_chain(1);

    (void)state;
    run_on(chain, 10 * SIM_SECOND);
    struct world_audit_totals totals = drain(chain);
    assert_true(totals.settled > 800);
    assert_int_equal(totals.settled, totals.accepted);
    assert_true(fixture_counter(chain->world, "here/detector/flagged") > 0);
    assert_int_equal(
        fixture_counter(chain->world, "here/router/to0") +
            fixture_counter(chain->world, "here/router/to1"),
        fixture_counter(chain->world, "here/router/routed"));
    assert_int_equal(fixture_counter(chain->world, "here/once/slipped"), 0);
    close_chain(chain);
}

/* Ten seconds in which one operator or another is down most of the time. Returns the crashes. */
static uint64_t crash_at_random(struct chain *chain, uint64_t seed)
{
    uint64_t crashes = 0;

    for (int i = 0; i < 100; i++) {
        run_on(chain, SIM_SECOND / 10);
        uint64_t which = fixture_random(&seed, chain->operators->len);
        struct world_node *node = g_ptr_array_index(chain->operators, which);
        if (fixture_random(&seed, 3) == 0 && !node->crashed) {
            world_node_crash(node);
            crashes++;
        } else if (node->crashed) {
            world_node_restart(node);
        }
    }
    for (uint32_t i = 0; i < chain->operators->len; i++) {
        world_node_restart(g_ptr_array_index(chain->operators, i));
    }
    return crashes;
}

static void whichever_crashes_nothing_accepted_is_lost_or_charged_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct chain *chain = open_chain(seed);
        uint64_t crashes = crash_at_random(chain, seed);
        run_on(chain, 5 * SIM_SECOND);
        struct world_audit_totals totals = drain(chain);
        assert_true(crashes > 10 && totals.settled > 100);
        assert_int_equal(totals.settled, totals.accepted);
        assert_int_equal(totals.repeated, 0);
        close_chain(chain);
    }
}

static uint64_t digest_of(uint64_t seed)
{
    struct chain *chain = open_chain(seed);

    (void)crash_at_random(chain, 7);
    uint64_t digest = chain->world->trace.digest;
    close_chain(chain);
    return digest;
}

static void one_seed_is_one_run_bit_for_bit(void **state)
{
    (void)state;
    assert_int_equal(digest_of(3), digest_of(3));
    assert_int_not_equal(digest_of(3), digest_of(4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_passes_all_of_them_and_is_charged_once),
        cmocka_unit_test(whichever_crashes_nothing_accepted_is_lost_or_charged_twice),
        cmocka_unit_test(one_seed_is_one_run_bit_for_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

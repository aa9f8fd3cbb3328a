/* Tests of world/invariant: each holds in a billing world that is well, or whose faults have their
 * remedy; each is broken by a planted violation, or by a fault whose remedy is off; and a world
 * that is watched is the same run as one that is not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "world/fault_link.h"
#include "world/fault_load.h"
#include "world/fault_node.h"
#include "world/invariant.h"
#include "world/link.h"

#include "tests/world_fixture.h"

#define END     (10 * SIM_SECOND)
#define INSTANT (SIM_SECOND + 10 * SIM_MILLISECOND)

static struct fixture *create(const struct fixture_config *config)
{
    struct fixture *fixture = fixture_create(config);
    const struct world_invariants_config bounds = world_invariants_default();

    world_invariants_watch(fixture->world, &bounds);
    return fixture;
}

static struct fixture_config quick(uint64_t seed)
{
    struct fixture_config config = fixture_small(seed);

    config.step = SIM_SECOND / 10;
    return config;
}

static const struct world_check *check_of(
    const struct fixture *fixture, enum world_invariant invariant)
{
    return world_invariant_check(fixture->world, invariant);
}

static void assert_held(const struct fixture *fixture, enum world_invariant invariant)
{
    const struct world_check *check = check_of(fixture, invariant);

    if (check->failed > 0) {
        fail_msg("%s: %s", world_invariant_id(invariant), check->first.text);
    }
    assert_true(world_check_held(check));
}

static void assert_broken(
    const struct fixture *fixture, enum world_invariant invariant, const char *text)
{
    const struct world_check *check = check_of(fixture, invariant);

    assert_true(check->failed > 0);
    if (strstr(check->first.text, text) == NULL) {
        fail_msg("%s: %s", world_invariant_id(invariant), check->first.text);
    }
}

static void finish(struct fixture *fixture, sim_time patience)
{
    fixture_drain(fixture, patience);
    world_end(fixture->world);
}

static struct model_message message_of(uint32_t producer, uint64_t sequence)
{
    return (struct model_message){.id = model_message_id(producer, sequence), .key = 1000000};
}

/* ---- when all is well ---- */

static void every_invariant_holds_through_a_failure_of_the_central_data_centre(void **state)
{
    struct fixture_config config = quick(2);
    struct fixture *fixture = create(&config);
    struct world_fault *failure =
        world_fault_datacenter_create(fixture->datacenters[FIXTURE_CENTRAL]);

    (void)state;
    world_fault_plan(failure, 3 * SIM_SECOND, 5 * SIM_SECOND, NULL);
    fixture_run(fixture, 2 * END);
    finish(fixture, END);
    for (int i = 0; i < WORLD_INVARIANT_COUNT; i++) {
        if (i != WORLD_I4_ORDER && i != WORLD_I6_STALENESS) { /* two workers; nobody reads */
            assert_held(fixture, (enum world_invariant)i);
        }
    }
    assert_int_equal(check_of(fixture, WORLD_I6_STALENESS)->evaluated, 0);
    fixture_destroy(fixture);
}

static void a_watched_world_is_the_same_run(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *watched = create(&config);
    struct fixture *other = fixture_create(&config);

    (void)state;
    fixture_run(watched, END);
    fixture_run(other, END);
    assert_true(watched->world->trace.digest == other->world->trace.digest);
    fixture_destroy(watched);
    fixture_destroy(other);
}

/* ---- planted violations ---- */

static void a_packet_that_vanishes_breaks_conservation(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    struct world_link *link = world_link_between(fixture->datacenters[0], fixture->datacenters[1]);

    (void)state;
    config.step = END;
    fixture_run(fixture, SIM_SECOND / 2);
    link->delivered--;
    (void)world_run(fixture->world, SIM_SECOND, UINT64_MAX);
    assert_broken(fixture, WORLD_I1_CONSERVATION, "packets between");
    link->delivered++;
    fixture_destroy(fixture);
}

static void a_message_that_nobody_took_in_breaks_conservation(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);

    (void)state;
    fixture_run(fixture, SIM_SECOND / 2);
    world_audit_report(fixture->world->audit, WORLD_AUDIT_TAKEN_IN, model_message_id(0, 999999), 0);
    (void)world_run(fixture->world, SIM_SECOND, UINT64_MAX);
    assert_broken(fixture, WORLD_I1_CONSERVATION, "are accounted for");
    fixture_destroy(fixture);
}

static void an_effect_out_of_order_is_caught_by_key(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    struct world *world = fixture->world;
    struct model_message first = message_of(0, 100000);
    struct model_message second = message_of(1, 100000);

    (void)state;
    world_invariant_born(world, &first);
    world_invariant_born(world, &second);
    world_invariant_accepted(world, &first);
    world_invariant_accepted(world, &second);
    world_invariant_effect(world, FIXTURE_LEDGER, &second, 0);
    assert_int_equal(check_of(fixture, WORLD_I4_ORDER)->failed, 0);
    world_invariant_effect(world, FIXTURE_LEDGER, &first, 0);
    assert_broken(
        fixture,
        WORLD_I4_ORDER,
        "message 100000 of beijing/clicks had its effect at beijing/ledger after one of key "
        "1000000 "
        "that was accepted later");
    fixture_destroy(fixture);
}

static void what_was_never_born_or_was_changed_is_caught(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    struct world *world = fixture->world;
    struct model_message unknown = message_of(0, 100000);
    struct model_message changed = message_of(0, 100001);

    (void)state;
    world_invariant_born(world, &changed);
    changed.attempt = 7; /* that is no change */
    world_invariant_effect(world, FIXTURE_LEDGER, &changed, 0);
    assert_int_equal(check_of(fixture, WORLD_I7_NO_FABRICATION)->failed, 0);
    changed.value ^= 1;
    world_invariant_effect(world, FIXTURE_LEDGER, &changed, 0);
    assert_int_equal(check_of(fixture, WORLD_I7_NO_FABRICATION)->failed, 1);
    assert_broken(fixture, WORLD_I7_NO_FABRICATION, "is not what was born");
    world_invariant_effect(world, FIXTURE_LEDGER, &unknown, 0);
    assert_int_equal(check_of(fixture, WORLD_I7_NO_FABRICATION)->failed, 2);
    fixture_destroy(fixture);
}

static void what_is_read_too_late_is_caught(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);

    (void)state;
    world_invariant_read(fixture->world, FIXTURE_CONSUMER, SIM_SECOND);
    assert_held(fixture, WORLD_I6_STALENESS);
    world_invariant_read(fixture->world, FIXTURE_CONSUMER, SIM_SECOND + 1);
    assert_broken(fixture, WORLD_I6_STALENESS, "what beijing/billing read was 1 s old");
    fixture_destroy(fixture);
}

static void books_that_do_not_balance_are_caught(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    struct model_message message = message_of(0, 100000);
    const struct world_charge charge = {
        .message = &message, .amount = 5, .debits = 105, .credits = 100};

    (void)state;
    world_invariant_charged(fixture->world, FIXTURE_LEDGER, &charge);
    assert_broken(fixture, WORLD_I10_MONEY, "beijing/ledger has charged 105 and earned 100");
    fixture_destroy(fixture);
}

static void again(void *context, uint64_t payload)
{
    struct world *world = context;

    (void)sim_run_after(&world->run, 0, again, world, payload);
}

static void an_instant_without_end_is_caught_and_stops_the_run(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = fixture_create(&config);
    struct world_invariants_config bounds = world_invariants_default();

    (void)state;
    bounds.instant_max = 10000;
    world_invariants_watch(fixture->world, &bounds);
    fixture_run(fixture, SIM_SECOND);
    again(fixture->world, 0);
    if (!SIM_PARANOID) {
        assert_int_equal(world_run(fixture->world, END, UINT64_MAX), SIM_RUN_LIMIT);
        assert_int_equal(fixture->world->run.now, SIM_SECOND);
        assert_broken(fixture, WORLD_I11_TIME, "10000 events have fired at one instant");
    }
    fixture_destroy(fixture);
}

/* A node that says of itself that it holds too much. */
static bool hoard(const struct world_node *node, struct world_node_level *out_level)
{
    out_level->most = node->world->run.now < SIM_SECOND * 3 / 2 ? 10 : 11;
    out_level->capacity = 10;
    return true;
}

static void do_nothing(struct world_node *node)
{
    assert_non_null(node->path);
}

static void destroy_hoarder(struct world_node *node)
{
    world_node_finish(node);
    g_free(node);
}

static const struct world_node_type hoarder_type = {
    .name = "hoarder",
    .start = world_node_up,
    .crash = do_nothing,
    .restart = world_node_up,
    .level = hoard,
    .destroy = destroy_hoarder,
};

static void a_queue_that_holds_more_than_it_may_is_caught(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    struct world_node *hoarder = g_new0(struct world_node, 1);

    (void)state;
    assert_true(world_node_init(hoarder, &hoarder_type, fixture->datacenters[0], "hoarder", NULL));
    fixture_run(fixture, SIM_SECOND);
    assert_held(fixture, WORLD_I12_RESOURCES);
    fixture_run(fixture, 2 * SIM_SECOND);
    assert_broken(
        fixture, WORLD_I12_RESOURCES, "beijing/hoarder has held 11 messages, of the 10 it may");
    fixture_destroy(fixture);
}

/* ---- faults whose remedy is off ---- */

static void a_crash_of_a_queue_in_memory_loses_what_was_accepted(void **state)
{
    for (int durable = 0; durable < 2; durable++) {
        struct fixture_config config = quick(2);
        config.durable = durable != 0;
        config.rate = 400;
        struct fixture *fixture = create(&config);
        world_fault_plan(
            world_fault_outage_create(fixture_node(fixture, FIXTURE_BROKER)),
            3 * SIM_SECOND,
            4 * SIM_SECOND,
            NULL);
        fixture_run(fixture, 6 * SIM_SECOND);
        finish(fixture, END);
        if (durable) {
            assert_held(fixture, WORLD_I2_NO_ACKED_LOSS);
        } else {
            assert_broken(fixture, WORLD_I2_NO_ACKED_LOSS, "in a queue that crashed");
        }
        fixture_destroy(fixture);
    }
    (void)state;
}

static void a_journal_that_does_not_sync_is_not_durable(void **state)
{
    static const enum model_sync syncs[] = {MODEL_SYNC_ALWAYS, MODEL_SYNC_NONE};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture_config config = quick(2);
        config.sync = syncs[i];
        config.rate = 800;
        struct fixture *fixture = create(&config);
        world_fault_plan(
            world_fault_datacenter_create(fixture->datacenters[FIXTURE_CENTRAL]),
            3 * SIM_SECOND,
            4 * SIM_SECOND,
            NULL);
        fixture_run(fixture, 6 * SIM_SECOND);
        if (syncs[i] == MODEL_SYNC_ALWAYS) {
            assert_held(fixture, WORLD_I8_DURABILITY);
        } else {
            assert_broken(fixture, WORLD_I8_DURABILITY, "in a queue that crashed");
        }
        fixture_destroy(fixture);
    }
}

/* ---- without a ledger, which would recognise what it has seen ---- */

struct pair {
    struct world *world;
    world_consumer *consumers[2];
};

static world_producer *add_producer(struct world_datacenter *datacenter)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = 50};
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {.key = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
             .value = fixture_dist(SIM_DIST_CONSTANT, 1, 0)},
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };

    return world_producer_add(datacenter, "clicks", &config, NULL);
}

/* One producer, one queue with a lease of a second, and `count` consumers, of a worker if it is
 * one, else of four each. */
static struct pair open_pair(uint32_t count)
{
    static const char *const names[] = {"first", "second"};
    struct pair pair = {.world = world_create(1)};
    struct world_datacenter *here = world_datacenter_add(pair.world, "here", NULL);
    struct world_broker_config config = {
        .hosted.queue =
            {.capacity = 1000,
             .lease = SIM_SECOND,
             .backoff_first = SIM_SECOND / 10,
             .backoff_max = SIM_SECOND},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };
    struct world_consumer_config consumer = {
        .service = fixture_dist(SIM_DIST_CONSTANT, count == 1 ? 0.005 : 0.06, 0),
        .workers = count == 1 ? 1 : 4,
        .subscribe_every = SIM_SECOND / 10,
    };
    const struct world_invariants_config bounds = world_invariants_default();
    world_producer *producer = add_producer(here);
    struct world_node *broker = world_broker_node(world_broker_add(here, "queue", &config, NULL));

    assert_true(world_producer_connect(producer, broker, NULL));
    for (uint32_t i = 0; i < count; i++) {
        pair.consumers[i] = world_consumer_add(here, names[i], &consumer, NULL);
        assert_true(world_consumer_connect(pair.consumers[i], broker, NULL));
    }
    world_invariants_watch(pair.world, &bounds);
    return pair;
}

static const struct world_check *pair_check(const struct pair *pair, enum world_invariant invariant)
{
    return world_invariant_check(pair->world, invariant);
}

static void a_pause_longer_than_the_lease_breaks_one_holder_and_no_duplicate(void **state)
{
    (void)state;
    for (int is_long = 0; is_long < 2; is_long++) {
        struct pair pair = open_pair(2);
        sim_time length = is_long ? 5 * SIM_SECOND : SIM_SECOND / 2;
        struct world_fault *pause =
            world_fault_pause_create(world_consumer_node(pair.consumers[0]), NULL);
        world_fault_plan(pause, INSTANT, INSTANT + length, NULL);
        (void)world_run(pair.world, END, UINT64_MAX);
        assert_int_equal(world_check_held(pair_check(&pair, WORLD_I5_ONE_HOLDER)), !is_long);
        assert_int_equal(world_check_held(pair_check(&pair, WORLD_I3_NO_DUPLICATE)), !is_long);
        world_destroy(pair.world);
    }
}

static void a_clock_that_jumps_ahead_breaks_one_holder(void **state)
{
    struct pair pair = open_pair(2);
    struct world_node *broker = world_node_at(pair.world, 1);

    (void)state;
    (void)world_run(pair.world, INSTANT, UINT64_MAX);
    for (int i = 0; i < 20; i++) {
        struct world_fault *skew = world_fault_clock_create(broker, 2 * SIM_SECOND, 0, NULL);
        world_fault_start(skew);
        (void)world_run(pair.world, pair.world->run.now + SIM_SECOND / 10 + 1, UINT64_MAX);
    }
    assert_false(world_check_held(pair_check(&pair, WORLD_I5_ONE_HOLDER)));
    assert_non_null(
        strstr(pair_check(&pair, WORLD_I5_ONE_HOLDER)->first.text, "is worked on by here/"));
    world_destroy(pair.world);
}

/* Every tenth message fails at its first attempt. */
static enum world_verdict fail_once(void *context, const struct model_message *message)
{
    uint64_t *failures = context;
    bool is_failure = model_message_sequence(message->id) % 10 == 0 && message->attempt == 1;

    *failures += is_failure;
    return is_failure ? WORLD_NACK : WORLD_ACK;
}

static void a_message_that_is_tried_again_is_overtaken_by_those_behind_it(void **state)
{
    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        struct pair pair = open_pair(1);
        uint64_t failures = 0;
        if (fails) {
            world_consumer_poison(pair.consumers[0], fail_once, &failures);
        }
        (void)world_run(pair.world, END, UINT64_MAX);
        assert_int_equal(failures > 0, fails);
        assert_int_equal(world_check_held(pair_check(&pair, WORLD_I4_ORDER)), !fails);
        world_destroy(pair.world);
    }
}

static void poison_that_is_never_dead_breaks_liveness(void **state)
{
    (void)state;
    for (int has_poison = 0; has_poison < 2; has_poison++) {
        struct pair pair = open_pair(1);
        const struct world_fault_poison_config config = {.share = 1};
        struct world_fault *poison = world_fault_poison_create(pair.consumers[0], &config, NULL);
        struct world_fault *outage =
            world_fault_outage_create(world_consumer_node(pair.consumers[0]));
        if (has_poison) {
            world_fault_plan(poison, SIM_SECOND, SIM_SECOND + SIM_SECOND / 20, NULL);
        }
        world_fault_plan(outage, 2 * SIM_SECOND, 3 * SIM_SECOND, NULL);
        (void)world_run(pair.world, 3 * END, UINT64_MAX);
        assert_int_equal(world_check_held(pair_check(&pair, WORLD_I9_LIVENESS)), !has_poison);
        world_destroy(pair.world);
    }
}

static void a_botnet_that_nobody_detects_is_paid_for(void **state)
{
    struct fixture_config config = quick(1);
    struct fixture *fixture = create(&config);
    const struct world_fault_botnet_config bots = {
        .name = "botnet", .addresses = 2, .rate_per_address = 10};
    struct world_fault *botnet = world_fault_botnet_create(fixture->producers[1], &bots, NULL);

    (void)state;
    world_fault_plan(botnet, 3 * SIM_SECOND, 4 * SIM_SECOND, NULL);
    fixture_run(fixture, 3 * SIM_SECOND);
    assert_held(fixture, WORLD_I10_MONEY);
    fixture_run(fixture, 5 * SIM_SECOND);
    assert_broken(fixture, WORLD_I10_MONEY, "of shanghai/botnet is a bot's, and was charged");
    fixture_destroy(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_invariant_holds_through_a_failure_of_the_central_data_centre),
        cmocka_unit_test(a_watched_world_is_the_same_run),
        cmocka_unit_test(a_packet_that_vanishes_breaks_conservation),
        cmocka_unit_test(a_message_that_nobody_took_in_breaks_conservation),
        cmocka_unit_test(an_effect_out_of_order_is_caught_by_key),
        cmocka_unit_test(what_was_never_born_or_was_changed_is_caught),
        cmocka_unit_test(what_is_read_too_late_is_caught),
        cmocka_unit_test(books_that_do_not_balance_are_caught),
        cmocka_unit_test(an_instant_without_end_is_caught_and_stops_the_run),
        cmocka_unit_test(a_queue_that_holds_more_than_it_may_is_caught),
        cmocka_unit_test(a_crash_of_a_queue_in_memory_loses_what_was_accepted),
        cmocka_unit_test(a_journal_that_does_not_sync_is_not_durable),
        cmocka_unit_test(a_pause_longer_than_the_lease_breaks_one_holder_and_no_duplicate),
        cmocka_unit_test(a_clock_that_jumps_ahead_breaks_one_holder),
        cmocka_unit_test(a_message_that_is_tried_again_is_overtaken_by_those_behind_it),
        cmocka_unit_test(poison_that_is_never_dead_breaks_liveness),
        cmocka_unit_test(a_botnet_that_nobody_detects_is_paid_for),
    };

    return cmocka_run_group_tests_name("world/invariant", tests, NULL, NULL);
}

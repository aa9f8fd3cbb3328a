/* Tests of world/queue_p2p: a broker with a point_to_point queue, end to end, and what it loses.
 *
 * A producer beside the queue bears a message every 10 ms; the consumer is 50 ms away and works on
 * each for 100 ms. So at any instant 5 are on the wire and 10 in its hands. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "world/fault_link.h"
#include "world/fault_node.h"
#include "world/link.h"

#include "tests/world_fixture.h"

#define ON_WIRE  5
#define IN_HAND  10
#define INSTANT  (SIM_SECOND + 5 * SIM_MILLISECOND) /* between two births */
#define CAPACITY 1000

struct line {
    struct world *world;
    struct world_datacenter *near;
    struct world_datacenter *far;
    struct world_link *link;
    world_producer *producer;
    world_broker *broker;
    world_consumer *consumer;
    struct world_check *exactly_once;
    struct world_check *conservation;
};

static world_producer *add_producer(struct world_datacenter *datacenter, const char *name)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_PERIODIC, .rate = 100};
    struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {.key = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
             .value = fixture_dist(SIM_DIST_CONSTANT, 1, 0)},
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND,
        .backoff_max = SIM_SECOND,
    };

    return world_producer_add(datacenter, name, &config, NULL);
}

static world_consumer *add_consumer(struct world_datacenter *datacenter, const char *name)
{
    struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 0.1, 0),
        .workers = 100,
        .subscribe_every = SIM_SECOND / 10,
    };

    return world_consumer_add(datacenter, name, &config, NULL);
}

static void join(struct line *line, bool is_datagram)
{
    struct world_link_config at_once = {.latency = fixture_dist(SIM_DIST_CONSTANT, 0, 0)};
    struct world_link_config config = {
        .latency = fixture_dist(SIM_DIST_CONSTANT, 0.05, 0),
        .is_datagram = is_datagram,
    };

    assert_non_null(world_link_add(line->near, line->near, &at_once, NULL));
    line->link = world_link_add(line->near, line->far, &config, NULL);
    assert_non_null(line->link);
}

static void open(struct line *line, bool is_datagram, uint32_t prefetch)
{
    struct world_broker_config config = {
        .hosted =
            {
                .model = WORLD_QUEUE_POINT_TO_POINT,
                .queue = {.capacity = CAPACITY, .lease = SIM_SECOND, .prefetch = prefetch},
            },
        .operation = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };

    join(line, is_datagram);
    line->producer = add_producer(line->near, "clicks");
    line->broker = world_broker_add(line->near, "ring", &config, NULL);
    line->consumer = add_consumer(line->far, "desk");
    assert_true(world_producer_connect(line->producer, world_broker_node(line->broker), NULL));
    assert_true(world_consumer_connect(line->consumer, world_broker_node(line->broker), NULL));
    line->exactly_once = world_audit_check_exactly_once(line->world->audit);
    line->conservation = world_audit_check_conservation(line->world->audit);
}

/* Looks at every invariant after every event. */
static void run(struct line *line, sim_time until)
{
    enum sim_run_end end = SIM_RUN_LIMIT;

    while (end == SIM_RUN_LIMIT) {
        end = world_run(line->world, until, line->world->run.fired_count + 1);
        world_verify(line->world);
    }
}

static struct world_audit_totals totals_of(const struct line *line)
{
    return world_audit_totals_of(line->world->audit);
}

/* The producer stops, and what is under way ends. */
static void drain(struct line *line)
{
    world_node_crash(world_producer_node(line->producer));
    run(line, line->world->run.now + 5 * SIM_SECOND);
    world_end(line->world);
}

static void delivers_every_message_once_and_in_order(void **state)
{
    struct line *line = *state;

    open(line, false, 0);
    run(line, INSTANT);
    struct world_audit_totals totals = totals_of(line);
    assert_int_equal(totals.accepted, 100);
    assert_int_equal(totals.inside, ON_WIRE + IN_HAND);
    drain(line);
    totals = totals_of(line);
    assert_int_equal(totals.settled, 100);
    assert_int_equal(totals.lost, 0);
    assert_true(world_check_held(line->exactly_once));
    assert_true(world_check_held(line->conservation));
}

static void a_crash_of_the_consumer_loses_what_was_in_hand_and_on_the_wire(void **state)
{
    struct line *line = *state;
    struct world_node *desk;

    open(line, false, 0);
    desk = world_consumer_node(line->consumer);
    run(line, INSTANT);
    world_node_crash(world_producer_node(line->producer));
    world_node_crash(desk);
    assert_int_equal(totals_of(line).lost, IN_HAND + ON_WIRE);
    world_node_restart(desk);
    drain(line);
    struct world_audit_totals totals = totals_of(line);
    assert_int_equal(totals.lost, IN_HAND + ON_WIRE);
    assert_int_equal(totals.settled, 100 - IN_HAND - ON_WIRE);
    assert_int_equal(line->exactly_once->failed, IN_HAND + ON_WIRE);
    assert_int_equal(line->exactly_once->first.time, INSTANT);
    assert_non_null(strstr(
        line->exactly_once->first.text,
        "of near/clicks was accepted, and is lost: its queue had let go of it, and who had it "
        "crashed, at far/desk"));
    assert_true(world_check_held(line->conservation));
}

static void what_is_sent_to_a_dead_consumer_is_lost_until_it_comes_back(void **state)
{
    struct line *line = *state;
    struct world_node *desk;

    open(line, false, 0);
    desk = world_consumer_node(line->consumer);
    run(line, INSTANT);
    world_node_crash(desk);
    run(line, INSTANT + SIM_SECOND);
    world_node_restart(desk);
    run(line, INSTANT + 2 * SIM_SECOND);
    drain(line);
    struct world_audit_totals totals = totals_of(line);
    assert_int_equal(totals.accepted, totals.settled + totals.lost);
    /* The crash, the second while it was down, and the 50 to 150 ms until the queue heard of it. */
    assert_in_range(totals.lost, IN_HAND + ON_WIRE + 105, IN_HAND + ON_WIRE + 115);
    assert_true(world_check_held(line->conservation));
}

static void a_cut_of_a_datagram_link_loses_what_is_on_the_wire(void **state)
{
    struct line *line = *state;

    open(line, true, 0);
    struct world_fault_link_config config = {.kind = WORLD_FAULT_CUT, .link = line->link};
    struct world_fault *cut = world_fault_link_create(&config, NULL);
    run(line, INSTANT);
    world_node_crash(world_producer_node(line->producer));
    world_fault_start(cut);
    assert_int_equal(totals_of(line).lost, ON_WIRE);
    world_fault_stop(cut);
    drain(line);
    assert_int_equal(totals_of(line).lost, ON_WIRE);
    assert_int_equal(totals_of(line).settled, 100 - ON_WIRE);
    assert_int_equal(line->exactly_once->first.time, INSTANT);
    assert_non_null(strstr(
        line->exactly_once->first.text,
        "and is lost: its queue had let go of it, and it never arrived at far/desk"));
}

static void a_cut_of_a_stream_loses_nothing(void **state)
{
    struct line *line = *state;

    open(line, false, 0);
    struct world_fault_link_config config = {.kind = WORLD_FAULT_CUT, .link = line->link};
    struct world_fault *cut = world_fault_link_create(&config, NULL);
    run(line, INSTANT);
    world_fault_start(cut);
    run(line, INSTANT + SIM_SECOND);
    world_fault_stop(cut);
    run(line, INSTANT + 2 * SIM_SECOND);
    drain(line);
    assert_int_equal(totals_of(line).lost, 0);
    assert_int_equal(totals_of(line).settled, totals_of(line).accepted);
    assert_true(world_check_held(line->exactly_once));
}

static void a_crash_of_the_queue_loses_what_it_holds_and_not_what_it_let_go_of(void **state)
{
    struct line *line = *state;

    open(line, false, 10); /* the consumer is owed 15: a queue builds up */
    run(line, INSTANT);
    uint64_t depth = world_broker_depth(line->broker);
    assert_true(depth > 0);
    world_node_crash(world_broker_node(line->broker));
    assert_int_equal(totals_of(line).lost, depth);
    drain(line);
    assert_int_equal(totals_of(line).settled, totals_of(line).accepted - depth);
}

static void never_has_more_in_hand_than_its_prefetch_though_acks_come_twice(void **state)
{
    struct line *line = *state;

    open(line, true, 4);
    struct world_fault_link_config config = {
        .kind = WORLD_FAULT_DUPLICATION,
        .link = line->link,
        .from = line->far,
        .probability = 1,
    };
    struct world_fault *twice = world_fault_link_create(&config, NULL);
    world_fault_plan(twice, SIM_SECOND, 2 * SIM_SECOND, NULL);
    run(line, 3 * SIM_SECOND);
    assert_true(twice->hit > 0);
    assert_true(fixture_counter(line->world, "near/ring/stale_acks") > 0);
    drain(line);
    /* Four go out every 200 ms: there, work, and back. */
    uint64_t delivered = fixture_counter(line->world, "near/ring/delivered");
    assert_in_range(delivered, 4 * 38, 4 * 42);
}

static void a_second_producer_or_consumer_is_refused_when_it_connects(void **state)
{
    struct line *line = *state;
    g_autoptr(GError) error = NULL;

    open(line, false, 0);
    world_producer *second = add_producer(line->near, "more");
    world_consumer *other = add_consumer(line->far, "other");
    assert_false(world_producer_connect(second, world_broker_node(line->broker), &error));
    assert_string_equal(
        error->message,
        "near/clicks sends to near/ring already, and a point_to_point queue has one producer: give "
        "near/more a queue of its own, or make ring a producer_consumer");
    g_clear_error(&error);
    assert_false(world_consumer_connect(other, world_broker_node(line->broker), &error));
    assert_string_equal(
        error->message,
        "far/desk takes from near/ring already, and a point_to_point queue has one consumer: give "
        "far/other a queue of its own, or make ring a producer_consumer");
}

static int set_up(void **state)
{
    struct line *line = g_new0(struct line, 1);

    line->world = world_create(1);
    line->near = world_datacenter_add(line->world, "near", NULL);
    line->far = world_datacenter_add(line->world, "far", NULL);
    *state = line;
    return 0;
}

static int tear_down(void **state)
{
    struct line *line = *state;

    world_destroy(line->world);
    g_free(line);
    return 0;
}

#define LINE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(delivers_every_message_once_and_in_order),
        LINE_TEST(a_crash_of_the_consumer_loses_what_was_in_hand_and_on_the_wire),
        LINE_TEST(what_is_sent_to_a_dead_consumer_is_lost_until_it_comes_back),
        LINE_TEST(a_cut_of_a_datagram_link_loses_what_is_on_the_wire),
        LINE_TEST(a_cut_of_a_stream_loses_nothing),
        LINE_TEST(a_crash_of_the_queue_loses_what_it_holds_and_not_what_it_let_go_of),
        LINE_TEST(never_has_more_in_hand_than_its_prefetch_though_acks_come_twice),
        LINE_TEST(a_second_producer_or_consumer_is_refused_when_it_connects),
    };

    return cmocka_run_group_tests_name("world/queue_p2p", tests, NULL, NULL);
}

/* Tests of world/queue_ps: a broker with publish_subscribe, its groups, and their members. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

#define RATE       1000
#define PARTITIONS 6

/* One producer and one topic; two consumers share the first group, the third is the second. */
struct press {
    struct world *world;
    struct world_datacenter *here;
    world_producer *producer;
    world_broker *broker;
    world_consumer *readers[3];
    sim_time session;  /* 0: a member is never gone */
    uint32_t prefetch; /* 0: 32 */
    uint64_t refused;  /* the message that the first reader refuses once; 0: none */
};

static enum world_verdict judge(void *context, const struct model_message *message)
{
    const struct press *press = context;

    if (press->refused != 0 && message->id == press->refused && message->attempt == 1) {
        return WORLD_NACK;
    }
    return WORLD_ACK;
}

static void add_producer(struct press *press)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000),
                .value = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
            },
        .buffer = 10000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };

    press->producer = world_producer_add(press->here, "writer", &config, NULL);
    assert_non_null(press->producer);
}

static void add_broker(struct press *press, bool durable)
{
    const struct model_ps_group_config group = {
        .assignment = MODEL_PS_STICKY, .session = press->session};
    const struct world_broker_config config = {
        .hosted =
            {
                .model = WORLD_QUEUE_PUBLISH_SUBSCRIBE,
                .queue =
                    {.capacity = 100000, .lease = SIM_SECOND, .prefetch = MAX(press->prefetch, 32)},
                .topic = {.partitions = PARTITIONS},
            },
        .durable = durable,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 10e-6, 0),
    };
    uint32_t number;

    press->broker = world_broker_add(press->here, "topic", &config, NULL);
    assert_non_null(press->broker);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(world_broker_add_group(press->broker, &group, &number, NULL));
        assert_int_equal(number, i);
    }
}

static void add_readers(struct press *press)
{
    for (uint32_t i = 0; i < 3; i++) {
        const struct world_consumer_config config = {
            .service = fixture_dist(SIM_DIST_EXPONENTIAL, 2e-3, 0),
            .workers = 8,
            .subscribe_every = SIM_SECOND / 5,
            .handler = i == 0 ? judge : NULL,
            .handler_context = press,
        };
        g_autofree char *name = g_strdup_printf("reader%u", i);
        struct world_node *broker = world_broker_node(press->broker);
        press->readers[i] = world_consumer_add(press->here, name, &config, NULL);
        assert_true(world_consumer_connect_group(press->readers[i], broker, i / 2, NULL));
    }
}

static void make(struct press *press, bool durable)
{
    press->world = world_create(3);
    press->here = world_datacenter_add(press->world, "here", NULL);
    add_producer(press);
    add_broker(press, durable);
    add_readers(press);
    assert_true(world_producer_connect(press->producer, world_broker_node(press->broker), NULL));
}

static void run(struct press *press, sim_time until)
{
    for (sim_time time = press->world->run.now; time < until; time += SIM_SECOND / 10) {
        (void)world_run(press->world, MIN(time + SIM_SECOND / 10, until), UINT64_MAX);
        world_verify(press->world);
    }
}

/* Has the producer stop, and what it sent be read. */
static void drain(struct press *press)
{
    world_node_crash(world_producer_node(press->producer));
    run(press, press->world->run.now + 5 * SIM_SECOND);
}

static uint64_t counter(const struct press *press, uint32_t reader, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/reader%u/%s", reader, measure);

    return fixture_counter(press->world, name);
}

static bool holds_exactly_once(struct press *press)
{
    struct world_check *check = world_audit_check_exactly_once(press->world->audit);
    struct world_check *conservation = world_audit_check_conservation(press->world->audit);

    world_check_expect(press->world, check, "exactly once");
    world_check_expect(press->world, conservation, "conservation");
    world_end(press->world);
    return world_check_held(check) && world_check_held(conservation);
}

static void every_group_gets_every_message_once(void **state)
{
    struct press *press = *state;

    make(press, false);
    run(press, 5 * SIM_SECOND);
    drain(press);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_in_range(totals.accepted, 4500, 5500);
    assert_int_equal(totals.settled, totals.accepted);
    assert_int_equal(counter(press, 0, "finished") + counter(press, 1, "finished"), totals.settled);
    assert_int_equal(counter(press, 2, "finished"), totals.settled);
    assert_true(counter(press, 0, "finished") > 1000);
    assert_true(counter(press, 1, "finished") > 1000);
    assert_true(holds_exactly_once(press));
}

static void a_member_that_leaves_hands_its_partitions_over(void **state)
{
    struct press *press = *state;

    make(press, false);
    run(press, 2 * SIM_SECOND);
    world_consumer_leave(press->readers[1]);
    run(press, 3 * SIM_SECOND);
    uint64_t before = counter(press, 1, "delivered");
    run(press, 4 * SIM_SECOND);
    assert_int_equal(counter(press, 1, "delivered"), before);
    world_consumer_join(press->readers[1]);
    run(press, 5 * SIM_SECOND);
    assert_true(counter(press, 1, "delivered") > before + 100);
    drain(press);
    const struct world_queue *queue = world_broker_queue(press->broker);
    for (uint32_t i = 0; i < PARTITIONS; i++) {
        assert_int_equal(world_queue_lag(queue, 0, i), 0);
        assert_int_equal(world_queue_lag(queue, 1, i), 0);
    }
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_int_equal(totals.settled, totals.accepted);
    assert_int_equal(totals.lost, 0);
}

/* What it had in hand is read again by the other: at least once. */
static void what_a_crashed_member_held_is_read_by_the_others(void **state)
{
    struct press *press = *state;

    make(press, false);
    run(press, 2 * SIM_SECOND);
    world_node_crash(world_consumer_node(press->readers[0]));
    run(press, 3 * SIM_SECOND);
    world_node_restart(world_consumer_node(press->readers[0]));
    run(press, 4 * SIM_SECOND);
    drain(press);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_int_equal(totals.settled, totals.accepted);
    assert_int_equal(totals.lost, 0);
}

static void a_topic_with_a_journal_survives_a_crash_of_its_broker(void **state)
{
    struct press *press = *state;

    make(press, true);
    run(press, 2 * SIM_SECOND);
    world_node_crash(world_broker_node(press->broker));
    run(press, 3 * SIM_SECOND);
    world_node_restart(world_broker_node(press->broker));
    run(press, 5 * SIM_SECOND);
    drain(press);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_true(totals.accepted > 2000);
    assert_int_equal(totals.settled, totals.accepted);
    assert_int_equal(totals.lost, 0);
}

static void a_topic_in_memory_loses_what_was_not_read(void **state)
{
    struct press *press = *state;

    make(press, false);
    run(press, SIM_SECOND);
    for (uint32_t i = 0; i < 3; i++) {
        world_consumer_leave(press->readers[i]);
    }
    run(press, 2 * SIM_SECOND);
    uint64_t unread = world_broker_depth(press->broker);
    world_node_crash(world_broker_node(press->broker));
    for (uint32_t i = 0; i < 3; i++) {
        world_consumer_join(press->readers[i]);
    }
    run(press, 3 * SIM_SECOND);
    world_node_restart(world_broker_node(press->broker));
    run(press, 4 * SIM_SECOND);
    drain(press);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_in_range(unread, 800, 1200);
    assert_in_range(totals.lost, unread - 10, unread + 100); /* those in hand at first, besides */
    assert_int_equal(totals.settled + totals.lost, totals.accepted);
    assert_false(holds_exactly_once(press));
}

/* Whichever of the two it comes to: the first reader has to be the one. */
static void a_refused_message_and_all_after_it_come_again(void **state)
{
    struct press *press = *state;
    uint32_t writer;

    make(press, false);
    writer = world_producer_node(press->producer)->index;
    world_consumer_leave(press->readers[1]);
    press->refused = model_message_id(writer, 500);
    run(press, 2 * SIM_SECOND);
    drain(press);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_int_equal(counter(press, 0, "given_back"), 1);
    assert_true(fixture_counter(press->world, "here/topic/redelivered") > 0);
    assert_int_equal(totals.settled, totals.accepted);
    assert_int_equal(totals.lost, 0);
}

/* ---- */

/* The broker goes on pushing to it, since its hands are never full: that is no sign of life. */
static void a_member_that_is_silent_for_a_session_is_gone(void **state)
{
    struct press *press = *state;

    press->session = SIM_SECOND;
    press->prefetch = 100000;
    make(press, false);
    run(press, 2 * SIM_SECOND);
    world_node_crash(world_consumer_node(press->readers[0]));
    run(press, 5 * SIM_SECOND);
    drain(press);
    assert_int_equal(world_broker_depth(press->broker), 0);
    assert_int_equal(world_audit_totals_of(press->world->audit).inside, 0);
}

static int setup(void **state)
{
    *state = g_new0(struct press, 1);
    return 0;
}

static int teardown(void **state)
{
    struct press *press = *state;

    world_destroy(press->world);
    g_free(press);
    return 0;
}

#define PRESS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PRESS_TEST(every_group_gets_every_message_once),
        PRESS_TEST(a_member_that_leaves_hands_its_partitions_over),
        PRESS_TEST(what_a_crashed_member_held_is_read_by_the_others),
        PRESS_TEST(a_topic_with_a_journal_survives_a_crash_of_its_broker),
        PRESS_TEST(a_topic_in_memory_loses_what_was_not_read),
        PRESS_TEST(a_refused_message_and_all_after_it_come_again),
        PRESS_TEST(a_member_that_is_silent_for_a_session_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

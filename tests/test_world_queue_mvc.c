/* Tests of world/queue_mvc: a broker with a state, a fast view of it and a slow one. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

#define RATE 1000
#define KEYS 50

enum { FAST, SLOW, VIEWS };

struct eye {
    struct desk *desk;
    uint32_t view;
};

struct desk {
    struct world *world;
    struct world_datacenter *here;
    world_producer *producer;
    world_broker *broker;
    world_consumer *views[VIEWS];
    struct eye eyes[VIEWS];           /* the contexts of their handlers */
    uint64_t newest[VIEWS][KEYS + 1]; /* of each key, the id that the view was shown last, and 1 */
    uint32_t view;                    /* whose newest are compared with the state */
};

/* A view never goes back. */
static enum world_verdict look(void *context, const struct model_message *message)
{
    const struct eye *eye = context;
    struct desk *desk = eye->desk;
    uint64_t *newest = &desk->newest[eye->view][message->key];

    assert_in_range(message->key, 1, KEYS);
    assert_true(message->id + 1 > *newest);
    *newest = message->id + 1;
    return WORLD_ACK;
}

static void add_producer(struct desk *desk)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = RATE};
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, KEYS),
                .value = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
            },
        .buffer = 1000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };

    desk->producer = world_producer_add(desk->here, "model", &config, NULL);
    assert_non_null(desk->producer);
}

static void add_broker(struct desk *desk)
{
    const struct model_ps_group_config view = {.session = 0};
    const struct world_broker_config config = {
        .hosted =
            {
                .model = WORLD_QUEUE_MVC,
                .queue =
                    {
                        .capacity = 100,
                        .when_full = MODEL_REJECT,
                        .lease = SIM_SECOND,
                        .prefetch = 1,
                    },
            },
        .operation = fixture_dist(SIM_DIST_CONSTANT, 10e-6, 0),
    };
    uint32_t number;

    desk->broker = world_broker_add(desk->here, "state", &config, NULL);
    assert_non_null(desk->broker);
    for (uint32_t i = 0; i < VIEWS; i++) {
        assert_true(world_broker_add_group(desk->broker, &view, &number, NULL));
    }
}

static void add_views(struct desk *desk)
{
    static const char *const names[VIEWS] = {"fast", "slow"};

    for (uint32_t i = 0; i < VIEWS; i++) {
        desk->eyes[i] = (struct eye){.desk = desk, .view = i};
        const struct world_consumer_config config = {
            .service = fixture_dist(SIM_DIST_CONSTANT, i == FAST ? 1e-4 : 30e-3, 0),
            .workers = 1,
            .subscribe_every = SIM_SECOND / 5,
            .handler = look,
            .handler_context = &desk->eyes[i],
        };
        desk->views[i] = world_consumer_add(desk->here, names[i], &config, NULL);
        assert_true(
            world_consumer_connect_group(desk->views[i], world_broker_node(desk->broker), i, NULL));
    }
}

static void run(struct desk *desk, sim_time until)
{
    struct world_check *books = world_audit_check_conservation(desk->world->audit);

    for (sim_time time = desk->world->run.now; time < until; time += SIM_SECOND / 100) {
        (void)world_run(desk->world, MIN(time + SIM_SECOND / 100, until), UINT64_MAX);
        world_verify(desk->world);
    }
    assert_int_equal(books->failed, 0);
}

static void drain(struct desk *desk)
{
    world_node_crash(world_producer_node(desk->producer));
    run(desk, desk->world->run.now + 5 * SIM_SECOND);
}

static void compare(void *context, const struct model_message *message)
{
    const struct desk *desk = context;

    if (message->key != 0) { /* else it is no longer the newest of its key */
        assert_int_equal(desk->newest[desk->view][message->key], message->id + 1);
    }
}

/* What it was shown last is the state. */
static void assert_up_to_date(struct desk *desk, uint32_t view)
{
    const struct world_queue *queue = world_broker_queue(desk->broker);

    desk->view = view;
    queue->type->visit(queue, compare, desk);
}

static void a_slow_view_skips_ahead_and_ends_with_the_newest(void **state)
{
    struct desk *desk = *state;

    run(desk, 3 * SIM_SECOND);
    assert_in_range(world_broker_depth(desk->broker), KEYS / 2, KEYS);
    drain(desk);
    uint64_t accepted = fixture_counter(desk->world, "here/state/accepted");
    uint64_t fast = fixture_counter(desk->world, "here/fast/finished");
    uint64_t slow = fixture_counter(desk->world, "here/slow/finished");
    uint64_t conflated = fixture_counter(desk->world, "here/state/conflated");
    assert_int_equal(world_broker_depth(desk->broker), 0);
    assert_int_equal(fast + slow + conflated, 2 * accepted);
    assert_true(fast > accepted * 9 / 10);
    assert_in_range(slow, 90, 200);
    assert_up_to_date(desk, FAST);
    assert_up_to_date(desk, SLOW);
}

/* Few are conflated for both views; the others had their effect. */
static void what_a_view_saw_is_settled_and_what_none_saw_is_dropped(void **state)
{
    struct desk *desk = *state;

    run(desk, 3 * SIM_SECOND);
    drain(desk);
    struct world_audit_totals totals = world_audit_totals_of(desk->world->audit);
    assert_int_equal(totals.accepted, totals.settled + totals.dropped);
    assert_true(totals.settled > totals.accepted * 9 / 10);
    assert_int_equal(totals.repeated, 0);
    assert_int_equal(totals.lost, 0);
}

static void a_view_that_comes_back_gets_the_whole_state(void **state)
{
    struct desk *desk = *state;

    run(desk, SIM_SECOND);
    world_consumer_leave(desk->views[FAST]);
    run(desk, 2 * SIM_SECOND);
    uint64_t before = fixture_counter(desk->world, "here/fast/delivered");
    for (uint32_t key = 0; key <= KEYS; key++) {
        desk->newest[FAST][key] = 0; /* it has forgotten what it had seen */
    }
    world_node_crash(world_producer_node(desk->producer));
    world_consumer_join(desk->views[FAST]);
    run(desk, 4 * SIM_SECOND);
    assert_int_equal(fixture_counter(desk->world, "here/fast/delivered"), before + KEYS);
    assert_up_to_date(desk, FAST);
}

/* ---- */

static int setup(void **state)
{
    struct desk *desk = g_new0(struct desk, 1);

    desk->world = world_create(3);
    desk->here = world_datacenter_add(desk->world, "here", NULL);
    add_producer(desk);
    add_broker(desk);
    add_views(desk);
    assert_true(world_producer_connect(desk->producer, world_broker_node(desk->broker), NULL));
    world_check_expect(
        desk->world, world_audit_check_conservation(desk->world->audit), "conservation");
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;

    world_destroy(desk->world);
    g_free(desk);
    return 0;
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_slow_view_skips_ahead_and_ends_with_the_newest),
        DESK_TEST(what_a_view_saw_is_settled_and_what_none_saw_is_dropped),
        DESK_TEST(a_view_that_comes_back_gets_the_whole_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

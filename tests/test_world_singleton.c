/* Tests of world/singleton, world/coordinator and world/fence: two candidates, one of which works.
 * Probes play who asks, and the ledger. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "world/coordinator.h"
#include "world/fault_node.h"
#include "world/fence.h"
#include "world/singleton.h"

#include "tests/operator_fixture.h"

#define LEASE (SIM_SECOND)
#define WORK  (20 * SIM_MILLISECOND)

struct shop {
    struct world *world;
    struct fixture_probe *client;
    struct fixture_probe *ledger;
    world_coordinator *coordinator;
    world_singleton *candidates[2];
    world_fence *fence;
    uint32_t effects[1000]; /* of each message, at the ledger */
    uint32_t looked_at;
};

static struct world_node *node_of(const struct shop *shop, int candidate)
{
    return world_singleton_node(shop->candidates[candidate]);
}

/* Runs on, and the ledger does and answers all that reaches it. */
static void run_on(struct shop *shop, sim_time duration)
{
    sim_time until = shop->world->run.now + duration;

    while (shop->world->run.now < until) {
        operator_run(shop->world, MIN(shop->world->run.now + SIM_MILLISECOND, until));
        for (; shop->looked_at < shop->ledger->received->len; shop->looked_at++) {
            struct fixture_received got = *fixture_received_at(shop->ledger, shop->looked_at);
            shop->effects[got.packet.message.id]++;
            fixture_probe_answer(shop->ledger, &got, WORLD_PACKET_CHARGED);
        }
    }
}

static void charge(struct shop *shop, int candidate, uint64_t id)
{
    struct model_message message = {.id = id};

    operator_send(shop->client, node_of(shop, candidate), WORLD_PACKET_CHARGE, &message, 0);
}

static bool is_active(const struct shop *shop, int candidate)
{
    return world_singleton_is_active(shop->candidates[candidate]);
}

static int holder(const struct shop *shop)
{
    return is_active(shop, 0) ? 0 : 1;
}

static uint64_t count_of(const struct shop *shop, const char *name)
{
    g_autofree char *path = g_strdup_printf("here/%s", name);

    return fixture_counter(shop->world, path);
}

static void one_of_two_works_and_what_it_does_is_answered(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    assert_int_equal(is_active(shop, 0) + is_active(shop, 1), 1);
    charge(shop, holder(shop), 1);
    charge(shop, 1 - holder(shop), 2);
    run_on(shop, SIM_SECOND / 2);
    assert_int_equal(shop->effects[1], 1);
    assert_int_equal(shop->effects[2], 0);
    assert_int_equal(shop->client->received->len, 1);
    assert_int_equal(operator_newest(shop->client)->packet.kind, WORLD_PACKET_CHARGED);
    assert_int_equal(operator_newest(shop->client)->packet.lease.queue.generation, 77);
    struct model_message message = {.id = 3};
    operator_send(shop->client, node_of(shop, 1 - holder(shop)), WORLD_PACKET_SEND, &message, 0);
    run_on(shop, SIM_SECOND / 2);
    assert_int_equal(operator_newest(shop->client)->packet.kind, WORLD_PACKET_FULL);
}

static void a_lease_lets_more_than_one_message_pass(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    for (uint64_t id = 1; id <= 5; id++) {
        charge(shop, holder(shop), id);
        run_on(shop, SIM_SECOND / 10);
        assert_int_equal(shop->effects[id], 1);
    }
    assert_int_equal(count_of(shop, "fence/fenced"), 0);
}

/* Candidates ask at 0, 250, 500 ms and so on; the lease of a second less 50 ms is theirs from then
 * on, though the answer comes at 700 ms only. */
static void a_lease_counts_from_the_moment_it_was_asked_for(void **state)
{
    struct shop *shop = *state;
    struct world_fault *pause =
        world_fault_pause_create(world_coordinator_node(shop->coordinator), NULL);

    run_on(shop, 10 * SIM_MILLISECOND);
    world_fault_start(pause);
    run_on(shop, 690 * SIM_MILLISECOND);
    assert_true(pause->hit > 0);
    world_fault_stop(pause);
    run_on(shop, 20 * SIM_MILLISECOND);
    world_node_crash(world_coordinator_node(shop->coordinator));
    run_on(shop, 700 * SIM_MILLISECOND);
    assert_true(is_active(shop, 0) || is_active(shop, 1));
    run_on(shop, 80 * SIM_MILLISECOND);
    assert_false(is_active(shop, 0) || is_active(shop, 1));
}

static void the_holder_stays_while_it_renews_and_never_are_there_two(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    int first = holder(shop);
    for (int i = 0; i < 200; i++) {
        run_on(shop, 50 * SIM_MILLISECOND);
        assert_int_equal(holder(shop), first);
        assert_int_equal(is_active(shop, 1 - first), false);
    }
    assert_int_equal(count_of(shop, "coordinator/granted"), 1);
    assert_true(count_of(shop, "coordinator/renewed") > 20);
}

static void when_the_holder_crashes_the_other_takes_over_after_the_lease(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    int first = holder(shop);
    world_node_crash(node_of(shop, first));
    run_on(shop, LEASE / 2);
    assert_false(is_active(shop, 0) || is_active(shop, 1));
    run_on(shop, LEASE);
    assert_true(is_active(shop, 1 - first));
    world_node_restart(node_of(shop, first));
    run_on(shop, LEASE);
    assert_false(is_active(shop, first));
    charge(shop, 1 - first, 1);
    run_on(shop, SIM_SECOND / 10);
    assert_int_equal(shop->effects[1], 1);
    assert_int_equal(count_of(shop, "fence/terms"), 1);
}

/* The holder takes a message, and is paused with it in hand for longer than its lease. The message
 * comes again to the other, which has taken over. Then the first goes on. */
static void work_through_a_pause(struct shop *shop)
{
    run_on(shop, SIM_SECOND / 2);
    int first = holder(shop);
    struct world_fault *pause = world_fault_pause_create(node_of(shop, first), NULL);
    charge(shop, first, 1);
    run_on(shop, WORK / 2);
    world_fault_start(pause);
    run_on(shop, 2 * LEASE);
    assert_true(is_active(shop, 1 - first));
    charge(shop, 1 - first, 1);
    run_on(shop, SIM_SECOND / 10);
    assert_int_equal(shop->effects[1], 1);
    world_fault_stop(pause);
    run_on(shop, SIM_SECOND / 10);
}

static void a_paused_holder_is_fenced_at_the_resource(void **state)
{
    struct shop *shop = *state;

    work_through_a_pause(shop);
    assert_int_equal(shop->effects[1], 1);
    assert_int_equal(count_of(shop, "fence/fenced"), 1);
    assert_true(world_check_held(world_fence_check_single(shop->fence)));
    assert_int_equal(is_active(shop, 0) + is_active(shop, 1), 1);
}

static void without_fencing_the_double_effect_really_happens(void **state)
{
    struct shop *shop = *state;
    const struct world_check *check = world_fence_check_single(shop->fence);

    work_through_a_pause(shop);
    assert_int_equal(shop->effects[1], 2);
    assert_int_equal(count_of(shop, "fence/outdated"), 1);
    assert_false(world_check_held(check));
    assert_non_null(strstr(check->first.text, "message 1 passed here/fence under the lease 1.1"));
}

static void looking_at_the_lease_again_helps_against_a_pause(void **state)
{
    struct shop *shop = *state;

    work_through_a_pause(shop);
    assert_int_equal(shop->effects[1], 1);
    assert_int_equal(count_of(shop, "fence/fenced"), 0);
    assert_int_equal(count_of(shop, "one/given_up") + count_of(shop, "two/given_up"), 1);
}

/* Its clock runs at half speed: it finds its lease good after a pause in which it has ended. */
static void a_slow_clock_deceives_who_looks_again_and_the_fence_does_not_mind(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    int first = holder(shop);
    struct world_fault *clock = world_fault_clock_create(node_of(shop, first), 0, -0.5, NULL);
    struct world_fault *pause = world_fault_pause_create(node_of(shop, first), NULL);
    world_fault_start(clock);
    run_on(shop, SIM_SECOND);
    charge(shop, first, 1);
    run_on(shop, WORK / 2);
    world_fault_start(pause);
    run_on(shop, LEASE * 13 / 10);
    assert_true(is_active(shop, 0) && is_active(shop, 1));
    charge(shop, 1 - first, 1);
    run_on(shop, SIM_SECOND / 20);
    assert_int_equal(shop->effects[1], 1);
    world_fault_stop(pause);
    run_on(shop, SIM_SECOND / 10);
    assert_int_equal(count_of(shop, "one/given_up") + count_of(shop, "two/given_up"), 0);
    assert_int_equal(count_of(shop, "fence/fenced"), 1);
    assert_int_equal(shop->effects[1], 1);
}

static void after_its_crash_the_coordinator_waits_and_gives_higher_tokens(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    charge(shop, holder(shop), 1);
    run_on(shop, SIM_SECOND / 10);
    world_node_crash(world_coordinator_node(shop->coordinator));
    world_node_restart(world_coordinator_node(shop->coordinator));
    uint64_t denied = count_of(shop, "coordinator/denied");
    run_on(shop, LEASE * 9 / 10);
    assert_int_equal(count_of(shop, "coordinator/granted"), 1);
    assert_true(count_of(shop, "coordinator/denied") > denied);
    run_on(shop, LEASE / 2);
    assert_int_equal(count_of(shop, "coordinator/granted"), 2);
    charge(shop, holder(shop), 2);
    run_on(shop, SIM_SECOND / 10);
    assert_int_equal(shop->effects[2], 1);
    assert_int_equal(count_of(shop, "fence/terms"), 2);
}

static void a_fence_remembers_through_its_crash(void **state)
{
    struct shop *shop = *state;

    run_on(shop, SIM_SECOND / 2);
    int first = holder(shop);
    struct world_fault *pause = world_fault_pause_create(node_of(shop, first), NULL);
    charge(shop, first, 1);
    run_on(shop, WORK / 2);
    world_fault_start(pause);
    run_on(shop, 2 * LEASE);
    charge(shop, 1 - first, 1);
    run_on(shop, SIM_SECOND / 10);
    world_node_crash(world_fence_node(shop->fence));
    world_node_restart(world_fence_node(shop->fence));
    run_on(shop, SIM_SECOND / 10);
    world_fault_stop(pause);
    run_on(shop, SIM_SECOND / 10);
    assert_int_equal(shop->effects[1], 1);
    assert_int_equal(count_of(shop, "fence/fenced"), 1);
}

/* Crashes, pauses and skews at random; every message goes to a holder, again and again, until it is
 * answered. Under fencing nothing ever passes out of turn. */
static void random_faults_never_let_two_act_while_the_fence_stands(void **state)
{
    struct shop *shop = *state;
    uint64_t seed = 21;
    struct world_fault *faults[4];

    for (int i = 0; i < 2; i++) {
        faults[i] = world_fault_pause_create(node_of(shop, i), NULL);
        faults[2 + i] = world_fault_clock_create(node_of(shop, i), 0, i == 0 ? -0.4 : 0.4, NULL);
    }
    for (uint64_t step = 0; step < 600; step++) {
        struct world_fault *fault = faults[fixture_random(&seed, 4)];
        charge(shop, (int)fixture_random(&seed, 2), step);
        charge(shop, holder(shop), step);
        run_on(shop, 10 * SIM_MILLISECOND);
        if (fixture_random(&seed, 5) == 0) {
            world_fault_is_active(fault) ? world_fault_stop(fault) : world_fault_start(fault);
        }
        if (fixture_random(&seed, 30) == 0) {
            struct world_node *node = node_of(shop, (int)fixture_random(&seed, 2));
            world_node_crash(node);
            world_node_restart(node);
        }
        run_on(shop, 90 * SIM_MILLISECOND);
    }
    assert_true(count_of(shop, "fence/terms") > 5);
    assert_true(count_of(shop, "fence/fenced") > 0);
    assert_int_equal(count_of(shop, "fence/outdated"), 0);
    assert_true(world_check_held(world_fence_check_single(shop->fence)));
}

static void a_candidate_without_a_coordinator_is_incomplete(void **state)
{
    struct shop *shop = *state;
    struct world_singleton_config config = {
        .renew_every = 1, .work = fixture_dist(SIM_DIST_CONSTANT, 0, 0), .window = 1};
    world_singleton *lonely =
        world_singleton_add(node_of(shop, 0)->datacenter, "lonely", &config, NULL);
    g_autoptr(GError) nobody = NULL;
    g_autoptr(GError) error = NULL;

    assert_false(world_is_complete(shop->world, &nobody));
    assert_true(world_singleton_connect(lonely, &shop->ledger->node, NULL));
    assert_false(world_is_complete(shop->world, &error));
    assert_non_null(strstr(error->message, "singleton here/lonely has no coordinator"));
}

static world_singleton *add_candidate(
    struct shop *shop, struct world_datacenter *datacenter, const char *name, bool is_rechecking)
{
    struct world_singleton_config config = {
        .renew_every = LEASE / 4,
        .margin = LEASE / 20,
        .work = fixture_dist(SIM_DIST_CONSTANT, 20e-3, 0),
        .is_rechecking = is_rechecking,
        .window = 100,
    };
    world_singleton *candidate = world_singleton_add(datacenter, name, &config, NULL);

    assert_true(world_singleton_connect(candidate, world_fence_node(shop->fence), NULL));
    assert_true(
        world_singleton_contend(candidate, world_coordinator_node(shop->coordinator), NULL));
    return candidate;
}

static struct shop *open_shop(bool is_fencing, bool is_rechecking)
{
    struct shop *shop = g_new0(struct shop, 1);
    struct world_coordinator_config coordinator = {.lease = LEASE};
    struct world_fence_config fence = {
        .is_fencing = is_fencing,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
        .window = 100,
    };

    shop->world = world_create(1);
    struct world_datacenter *datacenter = operator_place(shop->world);
    shop->client = fixture_probe_add(datacenter, "client");
    shop->ledger = fixture_probe_add(datacenter, "ledger");
    shop->coordinator = world_coordinator_add(datacenter, "coordinator", &coordinator, NULL);
    shop->fence = world_fence_add(datacenter, "fence", &fence, NULL);
    assert_true(world_fence_connect(shop->fence, &shop->ledger->node, NULL));
    shop->candidates[0] = add_candidate(shop, datacenter, "one", is_rechecking);
    shop->candidates[1] = add_candidate(shop, datacenter, "two", is_rechecking);
    return shop;
}

static int set_up(void **state)
{
    *state = open_shop(true, false);
    return 0;
}

static int set_up_without_fencing(void **state)
{
    *state = open_shop(false, false);
    return 0;
}

static int set_up_rechecking(void **state)
{
    *state = open_shop(false, true);
    return 0;
}

static int set_up_fenced_and_rechecking(void **state)
{
    *state = open_shop(true, true);
    return 0;
}

static int tear_down(void **state)
{
    struct shop *shop = *state;

    world_destroy(shop->world);
    g_free(shop);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* It subscribes in every second in which the singleton has the lease, and in no other. */
static void who_is_led_takes_messages_while_the_lease_is_held(void **state)
{
    struct shop *shop = *state;
    struct world_datacenter *here = shop->client->node.datacenter;
    struct fixture_probe *queue = fixture_probe_add(here, "queue");
    const struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 1e-3, 0),
        .workers = 1,
        .subscribe_every = SIM_SECOND / 10,
    };
    world_consumer *led = world_consumer_add(here, "led", &config, NULL);
    g_autoptr(GError) error = NULL;

    assert_true(world_consumer_connect(led, &queue->node, NULL));
    assert_true(world_singleton_lead(shop->candidates[0], led, NULL));
    assert_false(world_singleton_lead(shop->candidates[0], led, &error));
    assert_non_null(strstr(error->message, "a singleton leads one consumer"));
    world_node_crash(node_of(shop, 0));
    run_on(shop, 2 * SIM_SECOND);
    assert_int_equal(fixture_received_count(queue, WORLD_PACKET_SUBSCRIBE), 0);
    world_node_restart(node_of(shop, 0));
    world_node_crash(node_of(shop, 1));
    run_on(shop, 3 * SIM_SECOND);
    assert_true(is_active(shop, 0));
    assert_true(fixture_received_count(queue, WORLD_PACKET_SUBSCRIBE) > 10);
    world_node_crash(node_of(shop, 0));
    run_on(shop, SIM_SECOND / 2);
    uint32_t count = fixture_received_count(queue, WORLD_PACKET_SUBSCRIBE);
    assert_int_equal(fixture_received_count(queue, WORLD_PACKET_LEAVE), 1);
    run_on(shop, 2 * SIM_SECOND);
    assert_int_equal(fixture_received_count(queue, WORLD_PACKET_SUBSCRIBE), count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_of_two_works_and_what_it_does_is_answered),
        TEST(a_lease_lets_more_than_one_message_pass),
        TEST(a_lease_counts_from_the_moment_it_was_asked_for),
        TEST(the_holder_stays_while_it_renews_and_never_are_there_two),
        TEST(when_the_holder_crashes_the_other_takes_over_after_the_lease),
        TEST(a_paused_holder_is_fenced_at_the_resource),
        cmocka_unit_test_setup_teardown(
            without_fencing_the_double_effect_really_happens, set_up_without_fencing, tear_down),
        cmocka_unit_test_setup_teardown(
            looking_at_the_lease_again_helps_against_a_pause, set_up_rechecking, tear_down),
        cmocka_unit_test_setup_teardown(
            a_slow_clock_deceives_who_looks_again_and_the_fence_does_not_mind,
            set_up_fenced_and_rechecking,
            tear_down),
        TEST(after_its_crash_the_coordinator_waits_and_gives_higher_tokens),
        TEST(a_fence_remembers_through_its_crash),
        TEST(random_faults_never_let_two_act_while_the_fence_stands),
        TEST(a_candidate_without_a_coordinator_is_incomplete),
        TEST(who_is_led_takes_messages_while_the_lease_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

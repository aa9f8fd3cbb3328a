/* Tests of world/replicas, world/replica and world/replica_look: one thing at a time. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "world/fault_link.h"
#include "world/fault_node.h"
#include "world/router.h"

#include "tests/replicated_world.h"

static uint64_t counter(const struct replicated *this, uint32_t broker, const char *measure)
{
    g_autofree char *name =
        g_strdup_printf("%s/queue/%s", this->datacenters[broker]->name, measure);

    return fixture_counter(this->world, name);
}

static int64_t gauge(const struct replicated *this, uint32_t broker, const char *measure)
{
    g_autofree char *name =
        g_strdup_printf("%s/queue/%s", this->datacenters[broker]->name, measure);
    const struct sim_measure *found = sim_registry_find(this->world->registry, name);

    assert_non_null(found);
    assert_int_equal(found->kind, SIM_MEASURE_GAUGE);
    return found->gauge.value;
}

static struct world_audit_totals drained(struct replicated *this)
{
    replicated_drain(this, 30 * SIM_SECOND);
    world_end(this->world);
    return world_audit_totals_of(this->world->audit);
}

static void carries_every_message_and_keeps_the_same_log_everywhere(void **state)
{
    const struct replicated_config config = replicated_three(1);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 10 * SIM_SECOND, 10 * SIM_MILLISECOND);
    struct world_audit_totals totals = drained(this);
    assert_true(totals.accepted > 400);
    assert_int_equal(totals.accepted, totals.settled);
    assert_int_equal(totals.lost, 0);
    assert_true(replicated_compare(this) > 1000);
    assert_true(world_check_held(this->exactly_once) && world_check_held(this->conservation));
    replicated_destroy(this);
}

static void says_who_leads_in_which_epoch_and_how_far_each_has_come(void **state)
{
    const struct replicated_config config = replicated_three(2);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(gauge(this, i, "role"), i == leader ? MODEL_REPLICA_LEADER : 0);
        assert_true(gauge(this, i, "epoch") == gauge(this, leader, "epoch"));
        assert_true(gauge(this, i, "committed") > 0);
        assert_int_equal(
            gauge(this, i, "lag"), gauge(this, leader, "committed") - gauge(this, i, "committed"));
        assert_int_equal(counter(this, i, "elections"), i == leader);
    }
    assert_true(gauge(this, leader, "epoch") > 0);
    replicated_destroy(this);
}

static void loses_nothing_when_its_leader_crashes_for_good(void **state)
{
    const struct replicated_config config = replicated_three(3);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, 10 * SIM_MILLISECOND);
    uint32_t first = replicated_leader(this);
    world_node_crash(world_broker_node(this->brokers[first]));
    replicated_run(this, 10 * SIM_SECOND, 10 * SIM_MILLISECOND);
    assert_int_not_equal(replicated_leader(this), first);
    struct world_audit_totals totals = drained(this);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(world_check_held(world_invariant_check(this->world, WORLD_I8_DURABILITY)));
    replicated_destroy(this);
}

static void a_producer_finds_the_leader_by_being_redirected(void **state)
{
    const struct replicated_config config = replicated_three(2);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    uint64_t redirected = 0;
    for (uint32_t i = 0; i < 3; i++) {
        redirected += counter(this, i, "redirected");
    }
    assert_true(redirected > 0);
    assert_true(counter(this, leader, "accepted") > 0);
    assert_int_equal(counter(this, (leader + 1) % 3, "accepted"), 0);
    uint64_t before = counter(this, leader, "redirected");
    replicated_run(this, 10 * SIM_SECOND, SIM_SECOND);
    assert_int_equal(counter(this, leader, "redirected"), before);
    replicated_destroy(this);
}

static void promises_nothing_without_a_quorum(void **state)
{
    const struct replicated_config config = replicated_three(4);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    world_node_crash(world_broker_node(this->brokers[(leader + 1) % 3]));
    world_node_crash(world_broker_node(this->brokers[(leader + 2) % 3]));
    replicated_run(this, 7 * SIM_SECOND, SIM_SECOND);
    assert_null(world_replicas_leader(this->group));
    uint64_t accepted = counter(this, leader, "accepted");
    replicated_run(this, 12 * SIM_SECOND, SIM_SECOND);
    assert_int_equal(counter(this, leader, "accepted"), accepted);
    world_node_restart(world_broker_node(this->brokers[(leader + 1) % 3]));
    replicated_run(this, 12 * SIM_SECOND + 10 * REPLICATED_TIMEOUT, SIM_SECOND);
    assert_non_null(world_replicas_leader(this->group));
    struct world_audit_totals totals = drained(this);
    assert_int_equal(totals.accepted, totals.settled);
    replicated_destroy(this);
}

static struct world_fault *isolate(struct replicated *this, uint32_t broker, uint32_t other)
{
    const struct world_fault_link_config config = {
        .kind = WORLD_FAULT_CUT,
        .link = world_link_between(this->datacenters[broker], this->datacenters[other]),
    };

    return world_fault_link_create(&config, NULL);
}

/* What was promised in the leader's last lease, alone, is gone when it comes back. */
static struct world_audit_totals cut_off_the_leader(enum model_acks acks)
{
    struct replicated_config config = replicated_three(5);
    config.acks = acks;
    config.rate = 200;
    struct replicated *this = replicated_create(&config);

    /* Nobody takes messages out, so that those which are promised stay where they are. */
    world_node_crash(world_consumer_node(this->consumers[0]));
    world_node_crash(world_consumer_node(this->consumers[1]));
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    struct world_fault *cuts[2] = {
        isolate(this, leader, (leader + 1) % 3),
        isolate(this, leader, (leader + 2) % 3),
    };
    world_fault_start(cuts[0]);
    world_fault_start(cuts[1]);
    replicated_run(this, 8 * SIM_SECOND, 10 * SIM_MILLISECOND);
    assert_int_not_equal(replicated_leader(this), leader);
    world_fault_stop(cuts[0]);
    world_fault_stop(cuts[1]);
    replicated_run(this, 12 * SIM_SECOND, 10 * SIM_MILLISECOND);
    world_end(this->world);
    struct world_audit_totals totals = world_audit_totals_of(this->world->audit);
    assert_int_equal(counter(this, leader, "deposed"), 1);
    assert_true(counter(this, leader, "cut") > 0);
    assert_int_equal(totals.lost > 0, counter(this, leader, "lost") > 0);
    assert_true(world_check_held(this->conservation));
    replicated_destroy(this);
    return totals;
}

static void a_leader_that_is_cut_off_loses_with_acks_leader_and_the_loss_is_counted(void **state)
{
    struct world_audit_totals totals = cut_off_the_leader(MODEL_ACKS_LEADER);

    (void)state;
    assert_true(totals.lost > 0);
    assert_int_equal(totals.accepted, totals.inside + totals.lost);
}

static void a_leader_that_is_cut_off_loses_nothing_with_acks_quorum(void **state)
{
    struct world_audit_totals totals = cut_off_the_leader(MODEL_ACKS_QUORUM);

    (void)state;
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.inside);
}

/* What only one log has is not lost while that log may yet lead. */
static void what_the_best_log_has_is_not_lost_while_nobody_leads(void **state)
{
    struct replicated_config config = replicated_three(5);
    config.acks = MODEL_ACKS_LEADER;
    config.rate = 200;
    struct replicated *this = replicated_create(&config);

    (void)state;
    world_node_crash(world_consumer_node(this->consumers[0]));
    world_node_crash(world_consumer_node(this->consumers[1]));
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    world_fault_start(isolate(this, leader, (leader + 1) % 3));
    world_fault_start(isolate(this, leader, (leader + 2) % 3));
    replicated_run(this, 5 * SIM_SECOND + SIM_SECOND / 10, SIM_SECOND / 100);
    for (uint32_t i = 0; i < 3; i++) {
        world_node_crash(world_broker_node(this->brokers[i]));
    }
    struct world_audit_totals totals = world_audit_totals_of(this->world->audit);
    assert_true(totals.accepted > 1000);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.inside, totals.accepted);
    replicated_destroy(this);
}

/* Deposed and elected again, in one life: its new queue counts leases from the beginning. */
static void an_ack_of_an_earlier_reign_is_stale(void **state)
{
    struct replicated_config config = replicated_three(12);
    config.replicas = 2;
    config.work = 6 * SIM_SECOND;
    config.rate = 0.5;
    struct replicated *this = replicated_create(&config);
    struct world_fault *cut = isolate(this, 0, 1);
    uint32_t leader = 2;

    (void)state;
    for (uint32_t round = 0; round < 20 && leader == 2; round++) {
        replicated_run(this, this->world->run.now + 4 * SIM_SECOND, SIM_SECOND);
        uint32_t before = replicated_leader(this);
        world_fault_start(cut);
        replicated_run(this, this->world->run.now + SIM_SECOND, SIM_SECOND);
        assert_null(world_replicas_leader(this->group));
        world_fault_stop(cut);
        replicated_run(this, this->world->run.now + 2 * SIM_SECOND, SIM_SECOND);
        leader = replicated_leader(this) == before ? before : 2;
    }
    assert_true(leader < 2);
    assert_int_equal(world_broker_node(this->brokers[leader])->incarnation, 1);
    replicated_run(this, this->world->run.now + 5 * SIM_SECOND, SIM_SECOND);
    assert_true(counter(this, leader, "stale_acks") > 0);
    replicated_destroy(this);
}

static void an_unclean_election_goes_on_and_what_it_loses_is_counted(void **state)
{
    struct replicated_config config = replicated_three(6);
    config.unclean_after = 3 * REPLICATED_TIMEOUT;
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    uint32_t left = (leader + 1) % 3;
    world_node_crash(world_broker_node(this->brokers[left])); /* it falls behind */
    world_node_crash(world_consumer_node(this->consumers[0]));
    world_node_crash(world_consumer_node(this->consumers[1]));
    replicated_run(this, 8 * SIM_SECOND, SIM_SECOND);
    world_node_crash(world_broker_node(this->brokers[leader]));
    world_node_crash(world_broker_node(this->brokers[(leader + 2) % 3]));
    world_node_restart(world_broker_node(this->brokers[left]));
    replicated_run(this, 15 * SIM_SECOND, 10 * SIM_MILLISECOND);
    assert_int_equal(replicated_leader(this), left);
    assert_int_equal(counter(this, left, "unclean_elections"), 1);
    world_end(this->world);
    struct world_audit_totals totals = world_audit_totals_of(this->world->audit);
    assert_true(totals.lost > 50);
    assert_int_equal(totals.accepted, totals.settled + totals.inside + totals.lost);
    assert_true(world_check_held(this->conservation));
    assert_false(world_check_held(world_invariant_check(this->world, WORLD_I8_DURABILITY)));
    replicated_destroy(this);
}

static void a_paused_leader_steps_down_before_it_does_anything_else(void **state)
{
    const struct replicated_config config = replicated_three(7);
    struct replicated *this = replicated_create(&config);

    (void)state;
    replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
    uint32_t leader = replicated_leader(this);
    struct world_fault *pause =
        world_fault_pause_create(world_broker_node(this->brokers[leader]), NULL);
    world_fault_start(pause);
    replicated_run(this, 9 * SIM_SECOND, SIM_SECOND);
    assert_int_not_equal(replicated_leader(this), leader);
    assert_non_null(this->brokers[leader]->queue); /* it knows nothing of it */
    uint64_t accepted = counter(this, leader, "accepted");
    world_fault_stop(pause);
    assert_null(this->brokers[leader]->queue);
    assert_int_equal(counter(this, leader, "accepted"), accepted);
    struct world_audit_totals totals = drained(this);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(totals.accepted, totals.settled);
    replicated_destroy(this);
}

static void a_topic_of_one_partition_is_replicated_like_a_queue(void **state)
{
    struct replicated_config config = replicated_three(8);
    config.model = WORLD_QUEUE_PUBLISH_SUBSCRIBE;
    struct replicated *this = replicated_create(&config);

    (void)state;
    for (uint32_t round = 0; round < 3; round++) {
        replicated_run(this, this->world->run.now + 5 * SIM_SECOND, 10 * SIM_MILLISECOND);
        struct world_node *leader = world_broker_node(this->brokers[replicated_leader(this)]);
        world_node_crash(leader);
        replicated_run(this, this->world->run.now + 3 * SIM_SECOND, 10 * SIM_MILLISECOND);
        world_node_restart(leader);
    }
    struct world_audit_totals totals = drained(this);
    assert_true(totals.accepted > 400);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(replicated_compare(this) > 100);
    replicated_destroy(this);
}

static void works_where_nothing_takes_any_time(void **state)
{
    struct replicated_config config = replicated_three(9);
    config.latency = 0;
    struct replicated *this = replicated_create(&config);

    (void)state;
    for (uint32_t round = 0; round < 5; round++) {
        replicated_run(this, this->world->run.now + 3 * SIM_SECOND, 10 * SIM_MILLISECOND);
        struct world_node *leader = world_broker_node(this->brokers[replicated_leader(this)]);
        world_node_crash(leader);
        replicated_run(this, this->world->run.now + 2 * SIM_SECOND, 10 * SIM_MILLISECOND);
        world_node_restart(leader);
    }
    struct world_audit_totals totals = drained(this);
    assert_int_equal(totals.accepted, totals.settled);
    replicated_destroy(this);
}

static void an_operator_cannot_stand_before_it(void **state)
{
    const struct replicated_config config = replicated_three(1);
    struct replicated *this = replicated_create(&config);
    struct fixture_probe *probe = fixture_probe_add(this->datacenters[0], "probe");
    struct world_node *end = NULL;
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(world_link_connect(
        &probe->node, WORLD_SENDS_TO, world_broker_node(this->brokers[0]), &end, &error));
    assert_non_null(strstr(error->message, "does not look for the leader"));
    assert_null(end);
    replicated_destroy(this);
}

static void what_replicas_say_on_a_disturbed_wire_is_kept_until_it_arrives(void **state)
{
    struct replicated_config config = replicated_three(10);
    config.is_datagram = true;
    config.rate = 200;
    struct replicated *this = replicated_create(&config);

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        struct world_fault_link_config doubled = {
            .kind = WORLD_FAULT_DUPLICATION,
            .link = world_link_between(this->datacenters[i], this->datacenters[(i + 1) % 3]),
            .probability = 0.5,
        };
        world_fault_start(world_fault_link_create(&doubled, NULL));
        doubled.kind = WORLD_FAULT_REORDERING;
        doubled.delay = 100 * SIM_MILLISECOND;
        world_fault_start(world_fault_link_create(&doubled, NULL));
    }
    replicated_run(this, 20 * SIM_SECOND, 100 * SIM_MILLISECOND);
    struct world_audit_totals totals = drained(this);
    assert_true(totals.accepted > 5000);
    assert_int_equal(totals.accepted, totals.settled);
    assert_true(this->group->parcels.capacity < 4096); /* they do not pile up */
    assert_true(this->group->parcels.bytes_capacity <= 1 << 21);
    replicated_destroy(this);
}

static void has_the_same_run_twice(void **state)
{
    uint64_t digests[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        const struct replicated_config config = replicated_three(11);
        struct replicated *this = replicated_create(&config);
        replicated_run(this, 5 * SIM_SECOND, SIM_SECOND);
        world_node_crash(world_broker_node(this->brokers[replicated_leader(this)]));
        replicated_run(this, 10 * SIM_SECOND, SIM_SECOND);
        digests[i] = this->world->trace.digest;
        replicated_destroy(this);
    }
    assert_int_equal(digests[0], digests[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_every_message_and_keeps_the_same_log_everywhere),
        cmocka_unit_test(says_who_leads_in_which_epoch_and_how_far_each_has_come),
        cmocka_unit_test(loses_nothing_when_its_leader_crashes_for_good),
        cmocka_unit_test(a_producer_finds_the_leader_by_being_redirected),
        cmocka_unit_test(promises_nothing_without_a_quorum),
        cmocka_unit_test(a_leader_that_is_cut_off_loses_with_acks_leader_and_the_loss_is_counted),
        cmocka_unit_test(a_leader_that_is_cut_off_loses_nothing_with_acks_quorum),
        cmocka_unit_test(what_the_best_log_has_is_not_lost_while_nobody_leads),
        cmocka_unit_test(an_ack_of_an_earlier_reign_is_stale),
        cmocka_unit_test(an_unclean_election_goes_on_and_what_it_loses_is_counted),
        cmocka_unit_test(a_paused_leader_steps_down_before_it_does_anything_else),
        cmocka_unit_test(a_topic_of_one_partition_is_replicated_like_a_queue),
        cmocka_unit_test(works_where_nothing_takes_any_time),
        cmocka_unit_test(an_operator_cannot_stand_before_it),
        cmocka_unit_test(what_replicas_say_on_a_disturbed_wire_is_kept_until_it_arrives),
        cmocka_unit_test(has_the_same_run_twice),
    };

    return cmocka_run_group_tests_name("world/replicas", tests, NULL, NULL);
}

/* Tests of models/replica_leader: what it promises, and for how long. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/replica_state.h"

#include "tests/replica_cluster.h"

#define NOBODY MODEL_REPLICA_NONE

static uint32_t other(uint32_t not_this, uint32_t nor_this)
{
    uint32_t i = 0;

    while (i == not_this || i == nor_this) {
        i++;
    }
    return i;
}

/* The leader is cut off with entries that nobody else has; the others go on; then it comes back. */
static struct cluster *fail_over(enum model_acks acks, uint32_t *out_old, uint32_t *out_new)
{
    struct cluster *cluster = cluster_create(3, acks);
    uint32_t old = cluster_elect(cluster);

    (void)cluster_append(cluster, old, 4);
    cluster_settle(cluster);
    cluster->is_away[old] = true;
    (void)cluster_append(cluster, old, 3);
    cluster_sync(cluster, old);
    cluster_run_until(cluster, cluster->now + 5000);
    *out_old = old;
    *out_new = cluster_leader(cluster);
    assert_int_not_equal(*out_new, old);
    assert_int_not_equal(*out_new, NOBODY);
    (void)cluster_append(cluster, *out_new, 1);
    cluster_settle(cluster);
    return cluster;
}

static void commits_when_a_quorum_has_stored_it(void **state)
{
    struct cluster *cluster = cluster_create(5, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t follower = other(leader, NOBODY);

    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        cluster->is_stuck[i] = i != leader && i != follower;
    }
    uint64_t before = model_replica_committed(cluster->replicas[leader]);
    uint64_t index = cluster_append(cluster, leader, 10);
    cluster_settle(cluster);
    assert_int_equal(model_replica_committed(cluster->replicas[leader]), before);
    cluster->is_stuck[other(leader, follower)] = false;
    cluster_settle(cluster);
    assert_int_equal(model_replica_committed(cluster->replicas[leader]), index);
    cluster_run_until(cluster, cluster->now + 400);
    for (uint32_t i = 0; i < 5; i++) { /* reading does not wait for the reader's own store */
        assert_int_equal(model_replica_committed(cluster->replicas[i]), index);
        assert_int_equal(model_replica_read(cluster->replicas[i], index).size, 8);
    }
    cluster_destroy(cluster);
}

static void promises_nothing_before_all_have_it_if_all_are_asked(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_ALL);
    uint32_t leader = cluster_elect(cluster);
    uint32_t slow = other(leader, NOBODY);

    (void)state;
    cluster->is_stuck[slow] = true;
    uint64_t index = cluster_append(cluster, leader, 1);
    cluster_settle(cluster);
    assert_true(model_replica_committed(cluster->replicas[leader]) < index);
    cluster->is_stuck[slow] = false;
    cluster_settle(cluster);
    assert_int_equal(model_replica_committed(cluster->replicas[leader]), index);
    cluster_destroy(cluster);
}

static void promises_nothing_before_its_own_store_has_it(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);

    (void)state;
    cluster->is_stuck[leader] = true;
    uint64_t index = cluster_append(cluster, leader, 1);
    cluster_settle(cluster);
    assert_true(model_replica_committed(cluster->replicas[leader]) < index);
    cluster->is_stuck[leader] = false;
    cluster_settle(cluster);
    assert_int_equal(model_replica_committed(cluster->replicas[leader]), index);
    cluster_destroy(cluster);
}

static void counts_what_it_had_promised_alone(void **state)
{
    uint32_t old;
    uint32_t new;
    struct cluster *cluster = fail_over(MODEL_ACKS_LEADER, &old, &new);

    (void)state;
    cluster->is_away[old] = false;
    cluster_run_until(cluster, cluster->now + 1000);
    assert_int_equal(cluster_counts(cluster, old).cut, 3);
    assert_int_equal(cluster_counts(cluster, old).lost, 3);
    assert_int_equal(cluster_counts(cluster, new).lost, 0);
    cluster_destroy(cluster);
}

/* The second of the three entries says that the first had been promised. */
static void doubts_what_it_may_have_promised_before_a_crash(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_LEADER);
    uint32_t old = cluster_elect(cluster);

    (void)state;
    cluster->is_away[old] = true;
    for (uint32_t i = 0; i < 3; i++) {
        (void)cluster_append(cluster, old, 1);
        cluster_sync(cluster, old);
    }
    cluster_crash(cluster, old, cluster->stores[old]->count);
    cluster_start(cluster, old);
    cluster_run_until(cluster, cluster->now + 5000);
    cluster->is_away[old] = false;
    cluster_run_until(cluster, cluster->now + 3000);
    assert_int_equal(cluster_counts(cluster, old).cut, 3);
    assert_int_equal(cluster_counts(cluster, old).lost, 2);
    assert_int_equal(cluster_counts(cluster, old).in_doubt, 1);
    cluster_destroy(cluster);
}

/* Timeout 1000 and clocks that err by up to 10 %: 1000 x 0.9 / 1.1 = 818.18. */
static void leads_no_longer_than_its_lease(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_LEADER);
    uint32_t leader = cluster_elect(cluster);

    (void)state;
    cluster_run_until(cluster, cluster->now + 1000);
    sim_time beat = cluster->replicas[leader]->heartbeat_at;
    cluster_run_until(cluster, beat); /* answered at once */
    for (uint32_t i = 0; i < 3; i++) {
        cluster->is_away[i] = true;
    }
    assert_true(model_replica_has_lease(cluster->replicas[leader], beat + 817));
    assert_false(model_replica_has_lease(cluster->replicas[leader], beat + 818));
    cluster->now = beat + 817;
    model_replica_pump(cluster->replicas[leader], cluster->now, &cluster->outbox);
    cluster_take_outbox(cluster, leader);
    assert_true(model_replica_is_serving(cluster->replicas[leader]));
    cluster->now++; /* whatever it is asked to do, it finds out that it is late */
    model_replica_pump(cluster->replicas[leader], cluster->now, &cluster->outbox);
    cluster_take_outbox(cluster, leader);
    assert_false(model_replica_is_serving(cluster->replicas[leader]));
    assert_int_equal(cluster->notices[leader][MODEL_REPLICA_DEPOSED], 1);
    cluster_destroy(cluster);
}

static void has_no_lease_before_a_quorum_has_answered(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_LEADER);
    const model_replica *replica = cluster->replicas[2];

    (void)state;
    cluster->now = model_replica_next_deadline(replica);
    cluster_expire(cluster, 2);
    for (uint32_t m = 0; model_replica_role_of(replica) != MODEL_REPLICA_LEADER; m++) {
        assert_true(m < cluster->message_count);
        cluster_sync_all(cluster);
        cluster_deliver(cluster, cluster->messages[m]);
    }
    assert_false(model_replica_is_serving(replica));
    cluster_sync(cluster, 2); /* it promises without the others, so it may serve, */
    assert_true(model_replica_is_serving(replica));
    assert_false(model_replica_has_lease(replica, cluster->now)); /* but they may have another */
    cluster_settle(cluster);
    assert_true(model_replica_has_lease(replica, cluster->now));
    cluster_destroy(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_when_a_quorum_has_stored_it),
        cmocka_unit_test(promises_nothing_before_all_have_it_if_all_are_asked),
        cmocka_unit_test(promises_nothing_before_its_own_store_has_it),
        cmocka_unit_test(counts_what_it_had_promised_alone),
        cmocka_unit_test(doubts_what_it_may_have_promised_before_a_crash),
        cmocka_unit_test(leads_no_longer_than_its_lease),
        cmocka_unit_test(has_no_lease_before_a_quorum_has_answered),
    };

    return cmocka_run_group_tests_name("models/replica_leader", tests, NULL, NULL);
}

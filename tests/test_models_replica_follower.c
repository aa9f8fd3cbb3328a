/* Tests of models/replica_follower: how its log becomes the leader's. */
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

static void deliver(struct cluster *cluster, const struct model_replica_message *message)
{
    model_replica_receive(
        cluster->replicas[message->to],
        message,
        (const uint8_t *)"",
        cluster->now,
        &cluster->outbox);
    cluster_take_outbox(cluster, message->to);
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

static void cuts_what_a_deposed_leader_alone_had(void **state)
{
    uint32_t old;
    uint32_t new;
    struct cluster *cluster = fail_over(MODEL_ACKS_QUORUM, &old, &new);

    (void)state;
    assert_int_equal(model_replica_role_of(cluster->replicas[old]), MODEL_REPLICA_PRE_CANDIDATE);
    assert_int_equal(cluster->notices[old][MODEL_REPLICA_DEPOSED], 1);
    cluster->is_away[old] = false;
    cluster_run_until(cluster, cluster->now + 1000);
    assert_int_equal(cluster->notices[old][MODEL_REPLICA_CUT], 1);
    assert_int_equal(cluster_counts(cluster, old).cut, 3);
    assert_int_equal(cluster_counts(cluster, old).lost, 0);
    assert_int_equal(cluster_counts(cluster, old).in_doubt, 0);
    uint64_t last = model_replica_last(cluster->replicas[new]);
    assert_int_equal(model_replica_last(cluster->replicas[old]), last);
    assert_int_equal(model_replica_committed(cluster->replicas[old]), last);
    cluster_destroy(cluster);
}

static void refuses_what_a_deposed_leader_sends(void **state)
{
    uint32_t old;
    uint32_t new;
    struct cluster *cluster = fail_over(MODEL_ACKS_QUORUM, &old, &new);
    uint32_t third = other(old, new);
    uint64_t last = model_replica_last(cluster->replicas[third]);
    const struct model_replica_message append = {
        .kind = MODEL_REPLICA_APPEND,
        .from = (uint8_t)old,
        .to = (uint8_t)third,
        .epoch = model_replica_epoch(cluster->replicas[old]),
    };

    (void)state;
    deliver(cluster, &append);
    assert_int_equal(cluster_counts(cluster, third).fenced, 1);
    assert_int_equal(model_replica_last(cluster->replicas[third]), last);
    assert_int_equal(model_replica_leader(cluster->replicas[third]), new);
    cluster_destroy(cluster);
}

static void catches_up_in_batches_within_the_window(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t late = other(leader, NOBODY);

    (void)state;
    cluster->is_away[late] = true;
    uint64_t last = cluster_append(cluster, leader, 500);
    cluster_settle(cluster);
    cluster_run_until(cluster, cluster->now + 3000);
    cluster->is_away[late] = false;
    cluster->now = cluster->replicas[leader]->heartbeat_at;
    cluster_expire(cluster, leader);
    uint32_t largest = 0;
    for (uint32_t m = 0; m < cluster->message_count && m < CLUSTER_MESSAGES; m++) {
        const struct cluster_message message = cluster->messages[m];
        largest = message.header.size > largest ? message.header.size : largest;
        cluster_deliver(cluster, message);
        cluster_sync_all(cluster);
        const struct model_replica_peer *peer = &cluster->replicas[leader]->peers[late];
        assert_true(peer->is_probing || peer->next <= peer->match + 100 + 1000 / 44);
    }
    cluster_drop_messages(cluster);
    assert_true(largest > 900 && largest <= 1000);
    assert_int_equal(model_replica_last(cluster->replicas[late]), last);
    cluster_destroy(cluster);
}

static void begins_anew_where_the_leader_has_released_what_it_needs(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t late = other(leader, NOBODY);
    const struct model_store *store = model_replica_store(cluster->replicas[leader]);

    (void)state;
    cluster->is_away[late] = true;
    uint64_t last = cluster_append(cluster, leader, 300);
    cluster_settle(cluster);
    store->release(store->context, last - 100);
    cluster_run_until(cluster, cluster->now + 1000);
    for (uint32_t i = 0; i < 3; i++) {
        if (i != late) {
            assert_int_equal(model_replica_first(cluster->replicas[i]), last - 99);
            assert_true(cluster->stores[i]->released > 150);
        }
    }
    cluster->is_away[late] = false;
    cluster_run_until(cluster, cluster->now + 1000);
    assert_int_equal(model_replica_first(cluster->replicas[late]), last - 99);
    assert_int_equal(model_replica_last(cluster->replicas[late]), last);
    assert_int_equal(model_replica_committed(cluster->replicas[late]), last);
    for (uint32_t i = 0; i < 3; i++) {
        cluster_crash(cluster, i, cluster->stores[i]->count);
        cluster_start(cluster, i);
        assert_int_equal(model_replica_first(cluster->replicas[i]), last - 99);
        assert_int_equal(model_replica_last(cluster->replicas[i]), last);
    }
    cluster_destroy(cluster);
}

/* Its log goes on beyond what it knows to be the leader's, and there it may be another one. */
static void releases_nothing_that_may_not_be_the_leaders(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t follower = other(leader, NOBODY);
    uint64_t last = cluster_append(cluster, leader, 99);

    (void)state;
    cluster->is_away[leader] = true; /* it hears no answer, and commits nothing */
    cluster_settle(cluster);
    const struct model_replica_message append = {
        .kind = MODEL_REPLICA_APPEND,
        .from = (uint8_t)other(leader, follower),
        .to = (uint8_t)follower,
        .epoch = model_replica_epoch(cluster->replicas[leader]) + 8,
        .index = 10,
        .index_epoch = model_replica_epoch(cluster->replicas[leader]),
        .committed = last,
        .released = last - 10,
        .last = last,
    };
    deliver(cluster, &append);
    cluster_sync(cluster, follower);
    assert_int_equal(model_replica_last(cluster->replicas[follower]), last);
    assert_int_equal(model_replica_first(cluster->replicas[follower]), 1);
    assert_int_equal(model_replica_committed(cluster->replicas[follower]), 10);
    cluster_destroy(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_what_a_deposed_leader_alone_had),
        cmocka_unit_test(refuses_what_a_deposed_leader_sends),
        cmocka_unit_test(catches_up_in_batches_within_the_window),
        cmocka_unit_test(begins_anew_where_the_leader_has_released_what_it_needs),
        cmocka_unit_test(releases_nothing_that_may_not_be_the_leaders),
    };

    return cmocka_run_group_tests_name("models/replica_follower", tests, NULL, NULL);
}

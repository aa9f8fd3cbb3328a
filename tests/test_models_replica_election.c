/* Tests of models/replica_election: who leads, and who may not. */
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

static struct model_replica_message call_of(
    enum model_replica_message_kind kind, uint32_t from, uint32_t to, uint64_t epoch)
{
    return (struct model_replica_message){
        .kind = kind,
        .from = (uint8_t)from,
        .to = (uint8_t)to,
        .epoch = epoch,
        .index = 1000,
        .index_epoch = epoch - 8,
    };
}

/* The answer in flight, which is the only message. */
static bool is_granted(struct cluster *cluster)
{
    SIM_ASSERT(cluster->message_count == 1);
    bool granted = cluster->messages[0].header.is_granted;
    cluster_drop_messages(cluster);
    return granted;
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

static void elects_one_leader_after_an_election_timeout(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);

    (void)state;
    cluster_run_until(cluster, 999);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(model_replica_role_of(cluster->replicas[i]), MODEL_REPLICA_FOLLOWER);
        assert_int_equal(model_replica_epoch(cluster->replicas[i]), 0);
    }
    cluster_run_until(cluster, 2000);
    uint32_t leader = cluster_leader(cluster);
    assert_int_not_equal(leader, NOBODY);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(model_replica_leader(cluster->replicas[i]), leader);
        assert_int_equal(cluster_counts(cluster, i).elections, i == leader ? 1 : 0);
    }
    cluster_destroy(cluster);
}

static void leads_alone_where_it_is_the_only_one(void **state)
{
    struct cluster *cluster = cluster_create(1, MODEL_ACKS_ALL);

    (void)state;
    assert_int_equal(cluster_elect(cluster), 0);
    uint64_t index = cluster_append(cluster, 0, 3);
    assert_true(model_replica_committed(cluster->replicas[0]) < index);
    cluster_sync(cluster, 0);
    assert_int_equal(model_replica_committed(cluster->replicas[0]), index);
    assert_true(model_replica_has_lease(cluster->replicas[0], cluster->now));
    cluster_destroy(cluster);
}

static void keeps_its_leader_when_a_partition_heals(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t lost = other(leader, NOBODY);
    uint64_t epoch = model_replica_epoch(cluster->replicas[leader]);

    (void)state;
    cluster->is_away[lost] = true;
    cluster_run_until(cluster, cluster->now + 20000);
    assert_int_equal(model_replica_role_of(cluster->replicas[lost]), MODEL_REPLICA_PRE_CANDIDATE);
    assert_int_equal(model_replica_epoch(cluster->replicas[lost]), epoch);
    cluster->is_away[lost] = false;
    cluster_run_until(cluster, cluster->now + 5000);
    assert_int_equal(cluster_leader(cluster), leader);
    assert_int_equal(model_replica_epoch(cluster->replicas[leader]), epoch);
    assert_int_equal(model_replica_leader(cluster->replicas[lost]), leader);
    cluster_destroy(cluster);
}

static void votes_once_in_an_epoch_also_after_a_crash(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    const struct model_replica_message first = call_of(MODEL_REPLICA_VOTE, 1, 0, 16);
    const struct model_replica_message second = call_of(MODEL_REPLICA_VOTE, 2, 0, 16);

    (void)state;
    cluster->now = 1000;
    deliver(cluster, &first);
    assert_int_equal(cluster->message_count, 0); /* not before its store has it */
    cluster_sync(cluster, 0);
    assert_true(is_granted(cluster));
    deliver(cluster, &second);
    assert_false(is_granted(cluster));
    cluster_crash(cluster, 0, cluster->stores[0]->count);
    cluster_start(cluster, 0);
    deliver(cluster, &first);
    assert_false(is_granted(cluster)); /* its life before may have promised a leader not to */
    cluster->now = 2000;
    deliver(cluster, &second);
    assert_false(is_granted(cluster));
    deliver(cluster, &first);
    assert_true(is_granted(cluster));
    cluster_destroy(cluster);
}

static void gives_no_vote_to_a_shorter_log(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t voter = other(leader, NOBODY);
    uint32_t candidate = other(leader, voter);

    (void)state;
    (void)cluster_append(cluster, leader, 2);
    cluster_settle(cluster);
    uint64_t epoch = model_replica_epoch(cluster->replicas[leader]);
    struct model_replica_message call = call_of(MODEL_REPLICA_VOTE, candidate, voter, epoch + 8);
    call.index = model_replica_last(cluster->replicas[voter]) - 1;
    call.index_epoch = epoch;
    cluster->now += 1000;
    deliver(cluster, &call);
    assert_false(is_granted(cluster));
    call.index++;
    deliver(cluster, &call);
    cluster_sync(cluster, voter);
    assert_true(is_granted(cluster));
    cluster_destroy(cluster);
}

static void gives_no_vote_while_it_hears_a_leader(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);
    uint32_t leader = cluster_elect(cluster);
    uint32_t voter = other(leader, NOBODY);
    const struct model_replica_message call =
        call_of(MODEL_REPLICA_VOTE, other(leader, voter), voter, 800);

    (void)state;
    cluster_run_until(cluster, cluster->now + 5000);
    deliver(cluster, &call);
    assert_false(is_granted(cluster));
    assert_int_not_equal(model_replica_epoch(cluster->replicas[voter]), 800);
    const struct model_replica_message to_leader =
        call_of(MODEL_REPLICA_VOTE, other(leader, voter), leader, 800);
    deliver(cluster, &to_leader);
    assert_false(is_granted(cluster));
    assert_int_equal(cluster_leader(cluster), leader);
    cluster_destroy(cluster);
}

static uint32_t leader_of_one_that_is_left(struct cluster *cluster)
{
    uint32_t leader = cluster_elect(cluster);

    (void)cluster_append(cluster, leader, 5);
    cluster_settle(cluster);
    cluster->is_away[leader] = true;
    cluster->is_away[other(leader, NOBODY)] = true;
    uint32_t left = other(leader, other(leader, NOBODY));
    cluster_run_until(cluster, cluster->now + 30000);
    return model_replica_is_serving(cluster->replicas[left]) ? left : NOBODY;
}

static void takes_no_office_without_a_quorum(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);

    (void)state;
    assert_int_equal(leader_of_one_that_is_left(cluster), NOBODY);
    assert_int_equal(cluster_leader(cluster), NOBODY);
    cluster_destroy(cluster);
}

static void takes_office_without_a_quorum_if_that_is_allowed(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_QUORUM);

    (void)state;
    cluster->config.unclean_after = 10000;
    for (uint32_t i = 0; i < 3; i++) {
        cluster_crash(cluster, i, 0);
        cluster_start(cluster, i);
    }
    uint32_t left = leader_of_one_that_is_left(cluster);
    assert_int_not_equal(left, NOBODY);
    assert_int_equal(cluster_counts(cluster, left).unclean, 1);
    assert_false(model_replica_has_lease(cluster->replicas[left], cluster->now));
    uint64_t index = cluster_append(cluster, left, 1);
    cluster_sync(cluster, left);
    assert_int_equal(model_replica_committed(cluster->replicas[left]), index);
    uint64_t unclean = 0;
    for (uint32_t i = 0; i < 3; i++) {
        unclean += cluster_counts(cluster, i).unclean;
        cluster->is_away[i] = false;
    }
    assert_int_equal(unclean, 3); /* each of them is alone, and in an epoch of its own */
    cluster_run_until(cluster, cluster->now + 5000);
    uint32_t leader = cluster_leader(cluster);
    assert_true(model_replica_has_lease(cluster->replicas[leader], cluster->now));
    cluster_destroy(cluster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elects_one_leader_after_an_election_timeout),
        cmocka_unit_test(leads_alone_where_it_is_the_only_one),
        cmocka_unit_test(keeps_its_leader_when_a_partition_heals),
        cmocka_unit_test(votes_once_in_an_epoch_also_after_a_crash),
        cmocka_unit_test(gives_no_vote_to_a_shorter_log),
        cmocka_unit_test(gives_no_vote_while_it_hears_a_leader),
        cmocka_unit_test(takes_no_office_without_a_quorum),
        cmocka_unit_test(takes_office_without_a_quorum_if_that_is_allowed),
    };

    return cmocka_run_group_tests_name("models/replica_election", tests, NULL, NULL);
}

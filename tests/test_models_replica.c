/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/replica_state.h"
#include "sim/random.h"

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

/* ---- elections ---- */

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

/* The answer in flight, which is the only message. */
static bool is_granted(struct cluster *cluster)
{
    SIM_ASSERT(cluster->message_count == 1);
    bool granted = cluster->messages[0].header.is_granted;
    cluster_drop_messages(cluster);
    return granted;
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

/* ---- promises ---- */

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

/* ---- leases ---- */

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

/* ---- catching up ---- */

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

/* A crash may take the entry that replaced another one: then that must still be there. */
static void keeps_in_its_store_what_it_cut_until_the_cut_is_stored(void **state)
{
    struct cluster *cluster = cluster_create(3, MODEL_ACKS_LEADER);
    const model_replica *old = cluster->replicas[2];

    (void)state;
    cluster->now = model_replica_next_deadline(old);
    cluster_expire(cluster, 2);
    for (uint32_t m = 0; model_replica_role_of(old) != MODEL_REPLICA_LEADER; m++) {
        cluster_sync_all(cluster);
        cluster_deliver(cluster, cluster->messages[m]);
    }
    cluster_drop_messages(cluster); /* so that the first entry is its own alone */
    cluster->is_away[2] = true;
    cluster_run_until(cluster, cluster->now + 5000);
    uint64_t epoch = old->log.entries[old->log.begin].epoch;
    cluster->is_away[2] = false;
    while (cluster_counts(cluster, 2).cut == 0) {
        sim_time due;
        uint32_t next = cluster_next(cluster, &due);
        cluster->now = due;
        cluster_expire(cluster, next);
        for (uint32_t m = 0; m < cluster->message_count && cluster_counts(cluster, 2).cut == 0;
             m++) {
            cluster_sync_all(cluster);
            cluster_deliver(cluster, cluster->messages[m]);
        }
        cluster_drop_messages(cluster);
    }
    assert_int_equal(cluster_counts(cluster, 2).unsettled, cluster_counts(cluster, 2).in_doubt);
    cluster_crash(cluster, 2, cluster->stores[2]->count - 1);
    cluster_start(cluster, 2);
    assert_int_equal(model_replica_last(cluster->replicas[2]), 1);
    assert_int_equal(model_replica_log_epoch(&cluster->replicas[2]->log, 1), epoch);
    cluster_destroy(cluster);
}

/* ---- without a quorum ---- */

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

/* ---- what makes no sense ---- */

static void refuses_records_that_are_not_its_own(void **state)
{
    struct fake_store *store = fake_store_create();
    struct sim_stream stream = sim_stream_named(1, "refuse");
    const struct model_replica_config config = {
        .replicas = 3, .election_timeout = 100, .heartbeat = 10, .batch_size = 1, .window = 1};
    struct model_replica_outbox outbox;
    uint8_t bytes[MODEL_REPLICA_RECORD_SIZE + 1] = {0};

    (void)state;
    model_replica_outbox_init(&outbox);
    model_replica *replica = model_replica_create(&config, &store->store, &stream);
    assert_false(model_replica_replay(replica, 1, bytes, 32));
    struct model_replica_record entry = {
        .kind = MODEL_REPLICA_ENTRY, .epoch = 8, .index = 5, .payload = bytes, .size = 1};
    uint8_t record[64];
    model_replica_record_encode(&entry, record);
    assert_true(model_replica_replay(replica, 1, record, 33));
    assert_false(model_replica_replay(replica, 1, record, 33)); /* the position is not above */
    entry.index = 7;
    model_replica_record_encode(&entry, record);
    assert_false(model_replica_replay(replica, 2, record, 33)); /* 6 is not there */
    assert_false(model_replica_recovered(replica, 0, &outbox)); /* nor what is before 5 */
    model_replica_destroy(replica);
    model_replica_outbox_finish(&outbox);
    fake_store_destroy(store);
}

/* Takes a message that was good, and spoils a few bytes of header or entries. */
static void spoil(struct sim_stream *stream, struct model_replica_message *header, uint8_t *entries)
{
    uint64_t *words[] = {
        &header->epoch, &header->index, &header->index_epoch, &header->committed, &header->last};

    if (sim_stream_below(stream, 2) == 0) {
        *words[sim_stream_below(stream, 5)] += sim_stream_below(stream, 5) - 2;
    }
    if (sim_stream_below(stream, 4) == 0) {
        header->kind = (enum model_replica_message_kind)sim_stream_below(stream, 7);
    }
    if (sim_stream_below(stream, 4) == 0) {
        header->from = (uint8_t)sim_stream_below(stream, 5);
    }
    if (header->size > 0 && sim_stream_below(stream, 2) == 0) {
        entries[sim_stream_below(stream, header->size)] = (uint8_t)sim_stream_next(stream);
        header->size -= (uint32_t)sim_stream_below(stream, 3);
    }
}

/* A replica believes its peers, not the network: what is malformed changes nothing, and whatever
 * arrives leaves it whole. */
static void stays_whole_whatever_arrives(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "spoil");

    (void)state;
    for (uint32_t round = 0; round < 100; round++) {
        struct cluster *cluster = cluster_create(3, (enum model_acks)(round % 3));
        uint32_t leader = cluster_elect(cluster);
        (void)cluster_append(cluster, leader, 20);
        for (uint32_t m = 0; m < cluster->message_count && m < 300; m++) {
            struct cluster_message message = cluster->messages[m];
            spoil(&stream, &message.header, message.entries);
            cluster->now += (sim_time)sim_stream_below(&stream, 20);
            model_replica_receive(
                cluster->replicas[m % 3],
                &message.header,
                message.entries,
                cluster->now,
                &cluster->outbox);
            cluster_take_outbox(cluster, m % 3);
            cluster_sync_all(cluster);
        }
        cluster_destroy(cluster);
    }
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
        cmocka_unit_test(commits_when_a_quorum_has_stored_it),
        cmocka_unit_test(promises_nothing_before_all_have_it_if_all_are_asked),
        cmocka_unit_test(promises_nothing_before_its_own_store_has_it),
        cmocka_unit_test(cuts_what_a_deposed_leader_alone_had),
        cmocka_unit_test(counts_what_it_had_promised_alone),
        cmocka_unit_test(doubts_what_it_may_have_promised_before_a_crash),
        cmocka_unit_test(refuses_what_a_deposed_leader_sends),
        cmocka_unit_test(leads_no_longer_than_its_lease),
        cmocka_unit_test(has_no_lease_before_a_quorum_has_answered),
        cmocka_unit_test(catches_up_in_batches_within_the_window),
        cmocka_unit_test(begins_anew_where_the_leader_has_released_what_it_needs),
        cmocka_unit_test(releases_nothing_that_may_not_be_the_leaders),
        cmocka_unit_test(keeps_in_its_store_what_it_cut_until_the_cut_is_stored),
        cmocka_unit_test(takes_no_office_without_a_quorum),
        cmocka_unit_test(takes_office_without_a_quorum_if_that_is_allowed),
        cmocka_unit_test(refuses_records_that_are_not_its_own),
        cmocka_unit_test(stays_whole_whatever_arrives),
    };

    return cmocka_run_group_tests_name("models/replica", tests, NULL, NULL);
}

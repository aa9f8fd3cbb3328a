/* Tests of models/replica_store: what is kept below, and read back. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/replica_state.h"
#include "sim/random.h"

#include "tests/replica_cluster.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_in_its_store_what_it_cut_until_the_cut_is_stored),
        cmocka_unit_test(refuses_records_that_are_not_its_own),
    };

    return cmocka_run_group_tests_name("models/replica_store", tests, NULL, NULL);
}

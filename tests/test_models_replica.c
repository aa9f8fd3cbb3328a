/* Tests of models/replica: what it makes of messages that make no sense. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/replica_state.h"
#include "sim/random.h"

#include "tests/replica_cluster.h"

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
        cmocka_unit_test(stays_whole_whatever_arrives),
    };

    return cmocka_run_group_tests_name("models/replica", tests, NULL, NULL);
}

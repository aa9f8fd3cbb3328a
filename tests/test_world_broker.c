/* Tests of world/broker: what it answers, to whom it delivers, and what a crash does to it. Probes
 * play the producer and two consumers. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

/* Operations take 1 ms, packets 100 us, syncs 50 ms. */
struct counter {
    struct world *world;
    struct fixture_probe *producer;
    struct fixture_probe *consumers[2];
    world_broker *broker;
    struct world_node *node; /* the broker's */
};

static struct world_broker_config config_of(bool durable)
{
    return (struct world_broker_config){
        .hosted.queue =
            {
                .capacity = 5,
                .lease = SIM_SECOND,
                .attempts_max = 3,
                .prefetch = 2,
                .backoff_first = SIM_SECOND / 5,
                .backoff_max = SIM_SECOND,
            },
        .durable = durable,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 16},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 0.001, 0),
    };
}

static struct counter *make(const struct world_broker_config *config)
{
    struct counter *counter = g_new0(struct counter, 1);
    struct world_disk_config disk = world_disk_default();

    counter->world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(counter->world, "here", NULL);
    disk.sync = fixture_dist(SIM_DIST_CONSTANT, 0.050, 0);
    disk.read_bandwidth = 1000; /* slow enough to be seen */
    world_disk_configure(here->disk, &disk);
    counter->producer = fixture_probe_add(here, "producer");
    counter->consumers[0] = fixture_probe_add(here, "first");
    counter->consumers[1] = fixture_probe_add(here, "second");
    counter->broker = world_broker_add(here, "counter", config, NULL);
    counter->node = world_broker_node(counter->broker);
    return counter;
}

static void unmake(struct counter *counter)
{
    world_destroy(counter->world);
    g_free(counter);
}

static void run(struct counter *counter, sim_time until)
{
    (void)world_run(counter->world, until, UINT64_MAX);
    sim_fel_check(counter->world->run.fel);
    world_packets_check(&counter->world->packets);
    world_audit_check(counter->world->audit);
    const struct world_queue *queue = world_broker_queue(counter->broker);
    if (queue != NULL) {
        queue->type->check(queue);
    }
}

static void pass(struct counter *counter, sim_time duration)
{
    run(counter, counter->world->run.now + duration);
}

static void send(struct counter *counter, uint64_t id)
{
    fixture_probe_send(counter->producer, counter->node, WORLD_PACKET_SEND, id);
}

/* A message that the producer has not sent before. */
static void send_new(struct counter *counter, uint64_t id)
{
    world_audit_report(
        counter->world->audit, WORLD_AUDIT_TAKEN_IN, id, counter->producer->node.index);
    send(counter, id);
}

static void subscribe(struct counter *counter, uint32_t consumer)
{
    fixture_probe_send(counter->consumers[consumer], counter->node, WORLD_PACKET_SUBSCRIBE, 0);
}

/* The consumer answers its `index`th delivery. */
static void answer(
    struct counter *counter, uint32_t consumer, uint32_t index, enum world_packet_kind kind)
{
    const struct fixture_received *received =
        fixture_received_at(counter->consumers[consumer], index);

    assert_int_equal(received->packet.kind, WORLD_PACKET_DELIVER);
    fixture_probe_answer(counter->consumers[consumer], received, kind);
}

static uint64_t id_at(const struct fixture_probe *probe, uint32_t index)
{
    return fixture_received_at(probe, index)->packet.message.id;
}

static uint32_t confirms(const struct counter *counter)
{
    return fixture_received_count(counter->producer, WORLD_PACKET_CONFIRM);
}

static uint64_t count_of(const struct counter *counter, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/counter/%s", measure);

    return fixture_counter(counter->world, name);
}

static struct world_audit_totals totals_of(const struct counter *counter)
{
    return world_audit_totals_of(counter->world->audit);
}

/* ---- sends ---- */

static void serves_one_operation_after_the_other(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    for (uint64_t id = 0; id < 3; id++) {
        send_new(counter, id);
    }
    run(counter, 2 * SIM_SECOND);
    assert_int_equal(confirms(counter), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(id_at(counter->producer, i), i);
        assert_int_equal(
            fixture_received_at(counter->producer, i)->time,
            SIM_SECOND + 200 * SIM_MICROSECOND + (i + 1) * SIM_MILLISECOND);
    }
    assert_int_equal(count_of(counter, "accepted"), 3);
    assert_int_equal(count_of(counter, "busy"), 3 * SIM_MILLISECOND);
    assert_int_equal(world_broker_depth(counter->broker), 3);
}

static void confirms_only_what_its_journal_has_synced(void **state)
{
    struct world_broker_config config = config_of(true);
    struct counter *counter = make(&config);

    (void)state;
    run(counter, SIM_SECOND);
    send_new(counter, 1);
    subscribe(counter, 0);
    run(counter, SIM_SECOND + 50 * SIM_MILLISECOND);
    assert_int_equal(confirms(counter), 0);
    assert_int_equal(counter->consumers[0]->received->len, 0);
    assert_int_equal(totals_of(counter).accepted, 0);
    run(counter, SIM_SECOND + 53 * SIM_MILLISECOND);
    assert_int_equal(confirms(counter), 1);
    assert_int_equal(counter->consumers[0]->received->len, 1);
    assert_int_equal(totals_of(counter).accepted, 1);
    unmake(counter);
}

static void tells_a_sender_that_it_is_full_until_there_is_room(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    for (uint64_t id = 0; id < 6; id++) {
        send_new(counter, id);
    }
    pass(counter, SIM_SECOND / 2);
    assert_int_equal(confirms(counter), 5);
    assert_int_equal(fixture_received_count(counter->producer, WORLD_PACKET_FULL), 1);
    assert_int_equal(id_at(counter->producer, 5), 5);
    assert_int_equal(count_of(counter, "full"), 1);
    subscribe(counter, 0);
    pass(counter, SIM_SECOND / 10);
    answer(counter, 0, 0, WORLD_PACKET_ACK);
    pass(counter, SIM_SECOND / 10);
    send(counter, 5);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(confirms(counter), 6);
}

static void refuses_for_good_when_it_rejects(void **state)
{
    struct world_broker_config config = config_of(false);

    (void)state;
    config.hosted.queue.when_full = MODEL_REJECT;
    struct counter *counter = make(&config);
    run(counter, SIM_SECOND);
    for (uint64_t id = 0; id < 7; id++) {
        send_new(counter, id);
    }
    send(counter, 6); /* the same again counts once */
    pass(counter, SIM_SECOND / 2);
    assert_int_equal(fixture_received_count(counter->producer, WORLD_PACKET_REFUSE), 3);
    assert_int_equal(totals_of(counter).refused, 2);
    assert_int_equal(totals_of(counter).accepted, 5);
    subscribe(counter, 0);
    pass(counter, SIM_SECOND / 10);
    answer(counter, 0, 0, WORLD_PACKET_ACK);
    pass(counter, SIM_SECOND / 10);
    send(counter, 6); /* a copy that comes later finds room */
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(totals_of(counter).refused, 1);
    assert_int_equal(totals_of(counter).accepted, 6);
    unmake(counter);
}

static void drops_what_it_has_promised_when_told_to(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct world_broker_config config = config_of(i % 2 == 1);
        config.hosted.queue.when_full = i / 2 == 1 ? MODEL_DROP_OLDEST : MODEL_DROP_NEWEST;
        struct counter *counter = make(&config);
        run(counter, SIM_SECOND);
        for (uint64_t id = 0; id < 7; id++) {
            send_new(counter, id);
            pass(counter, SIM_SECOND / 5);
        }
        assert_int_equal(confirms(counter), 7);
        assert_int_equal(count_of(counter, "dropped"), 2);
        assert_int_equal(totals_of(counter).accepted, 7);
        assert_int_equal(totals_of(counter).dropped, 2);
        assert_int_equal(totals_of(counter).inside, 5);
        subscribe(counter, 0);
        pass(counter, SIM_SECOND / 5);
        assert_int_equal(
            id_at(counter->consumers[0], 0),
            config.hosted.queue.when_full == MODEL_DROP_OLDEST ? 2 : 0);
        unmake(counter);
    }
}

/* ---- deliveries ---- */

static void delivers_in_turn_up_to_the_prefetch_limit(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    subscribe(counter, 0);
    subscribe(counter, 1);
    pass(counter, SIM_SECOND / 10);
    for (uint64_t id = 0; id < 5; id++) {
        send_new(counter, id);
    }
    pass(counter, SIM_SECOND / 10);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(counter->consumers[i]->received->len, 2);
        assert_int_equal(id_at(counter->consumers[i], 0), i);
        assert_int_equal(id_at(counter->consumers[i], 1), 2 + i);
    }
    answer(counter, 1, 0, WORLD_PACKET_ACK);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(counter->consumers[1]->received->len, 3);
    assert_int_equal(id_at(counter->consumers[1], 2), 4);
    assert_int_equal(count_of(counter, "delivered"), 5);
    assert_int_equal(count_of(counter, "acked"), 1);
    assert_int_equal(world_broker_depth(counter->broker), 4);
}

static void delivers_again_when_a_lease_expires_and_refuses_the_late_ack(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    subscribe(counter, 0);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 2);
    assert_int_equal(counter->consumers[0]->received->len, 1);
    pass(counter, SIM_SECOND);
    assert_int_equal(counter->consumers[0]->received->len, 2);
    assert_int_equal(fixture_received_at(counter->consumers[0], 1)->packet.message.attempt, 2);
    assert_int_equal(count_of(counter, "redelivered"), 1);
    answer(counter, 0, 0, WORLD_PACKET_ACK);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(count_of(counter, "stale_acks"), 1);
    assert_int_equal(world_broker_depth(counter->broker), 1);
    answer(counter, 0, 1, WORLD_PACKET_ACK);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(world_broker_depth(counter->broker), 0);
}

static void buries_what_was_given_back_at_the_last_attempt(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    subscribe(counter, 0);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 10);
    answer(counter, 0, 0, WORLD_PACKET_NACK);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(counter->consumers[0]->received->len, 1); /* it backs off */
    pass(counter, SIM_SECOND / 5);
    answer(counter, 0, 1, WORLD_PACKET_NACK);
    pass(counter, SIM_SECOND / 2);
    answer(counter, 0, 2, WORLD_PACKET_NACK);
    pass(counter, 2 * SIM_SECOND);
    assert_int_equal(counter->consumers[0]->received->len, 3);
    assert_int_equal(count_of(counter, "dead"), 1);
    assert_int_equal(totals_of(counter).dead, 1);
    assert_int_equal(totals_of(counter).inside, 0);
}

static void gives_what_a_crashed_consumer_held_to_others_once_it_is_back(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    subscribe(counter, 0);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(counter->consumers[0]->received->len, 1);
    world_node_crash(&counter->consumers[0]->node);
    world_node_restart(&counter->consumers[0]->node);
    subscribe(counter, 0);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(counter->consumers[0]->received->len, 2);
    assert_int_equal(fixture_received_at(counter->consumers[0], 1)->packet.message.attempt, 2);
}

/* ---- crashes ---- */

static void a_crash_takes_a_queue_in_memory(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(totals_of(counter).inside, 1);
    world_node_crash(counter->node);
    assert_null(world_broker_queue(counter->broker));
    assert_int_equal(world_broker_depth(counter->broker), 0);
    assert_int_equal(totals_of(counter).lost, 1);
    assert_int_equal(totals_of(counter).inside, 0);
    world_node_restart(counter->node);
    assert_true(counter->node->up);
    assert_int_equal(world_broker_depth(counter->broker), 0);
}

static void a_crash_ends_what_waits_for_the_server(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    for (uint64_t id = 0; id < 5; id++) {
        send_new(counter, id);
    }
    pass(counter, 200 * SIM_MICROSECOND);
    world_node_crash(counter->node);
    world_node_restart(counter->node);
    send(counter, 0);
    pass(counter, 1300 * SIM_MICROSECOND); /* two ways and one operation */
    assert_int_equal(confirms(counter), 1);
    pass(counter, SIM_SECOND);
    assert_int_equal(confirms(counter), 1);
}

static void a_message_in_the_hands_of_a_consumer_is_not_lost_yet(void **state)
{
    struct counter *counter = *state;

    run(counter, SIM_SECOND);
    subscribe(counter, 0);
    send_new(counter, 1);
    while (counter->world->packets.count != 1 || world_broker_depth(counter->broker) != 1) {
        (void)world_run(counter->world, SIM_NEVER, counter->world->run.fired_count + 1);
    }
    pass(counter, 950 * SIM_MICROSECOND); /* the delivery is on the wire */
    world_node_crash(counter->node);
    assert_int_equal(totals_of(counter).inside, 1);
    assert_int_equal(totals_of(counter).lost, 0);
    pass(counter, SIM_SECOND);
    assert_int_equal(counter->consumers[0]->received->len, 1);
    assert_int_equal(totals_of(counter).lost, 1); /* the probe has dropped it */
}

static void a_crash_leaves_what_its_journal_has_synced(void **state)
{
    struct world_broker_config config = config_of(true);
    struct counter *counter = make(&config);

    (void)state;
    run(counter, SIM_SECOND);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 10);
    send_new(counter, 2);
    pass(counter, 5 * SIM_MILLISECOND); /* the sync is pending */
    world_node_crash(counter->node);
    assert_int_equal(totals_of(counter).inside, 1); /* on the disk, though nobody is up */
    assert_int_equal(totals_of(counter).lost, 0);
    pass(counter, SIM_SECOND);
    assert_int_equal(confirms(counter), 1);
    world_node_restart(counter->node);
    pass(counter, SIM_SECOND / 20);
    assert_false(counter->node->up); /* it is reading */
    assert_int_equal(totals_of(counter).inside, 1);
    world_node_crash(counter->node);
    world_node_restart(counter->node);
    pass(counter, SIM_SECOND);
    assert_true(counter->node->up);
    assert_in_range(world_broker_depth(counter->broker), 1, 2);
    subscribe(counter, 0);
    pass(counter, SIM_SECOND / 10);
    assert_int_equal(id_at(counter->consumers[0], 0), 1);
    unmake(counter);
}

/* The sync ends, the answer is lost in the crash of its sender: what is on disk counts. */
static void what_it_reads_back_counts_as_accepted(void **state)
{
    struct world_broker_config config = config_of(true);
    struct counter *counter = make(&config);

    (void)state;
    run(counter, SIM_SECOND);
    send_new(counter, 1);
    pass(counter, SIM_SECOND / 10);
    for (uint64_t id = 2; totals_of(counter).accepted < 3; id++) {
        send_new(counter, id);
        pass(counter, 10 * SIM_MILLISECOND); /* the sync of the send is pending */
        world_node_crash(counter->node);
        world_audit_report(counter->world->audit, WORLD_AUDIT_BUFFER_LOST, id, 0);
        world_node_restart(counter->node);
        pass(counter, 2 * SIM_SECOND);
        assert_true(id < 100);
    }
    struct world_audit_totals totals = totals_of(counter);
    assert_int_equal(totals.inside, totals.accepted);
    assert_int_equal(totals.arrived, totals.accepted + totals.lost_unaccepted);
    unmake(counter);
}

static int create(void **state)
{
    struct world_broker_config config = config_of(false);

    *state = make(&config);
    return 0;
}

static int destroy(void **state)
{
    unmake(*state);
    return 0;
}

#define COUNTER_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COUNTER_TEST(serves_one_operation_after_the_other),
        cmocka_unit_test(confirms_only_what_its_journal_has_synced),
        COUNTER_TEST(tells_a_sender_that_it_is_full_until_there_is_room),
        cmocka_unit_test(refuses_for_good_when_it_rejects),
        cmocka_unit_test(drops_what_it_has_promised_when_told_to),
        COUNTER_TEST(delivers_in_turn_up_to_the_prefetch_limit),
        COUNTER_TEST(delivers_again_when_a_lease_expires_and_refuses_the_late_ack),
        COUNTER_TEST(buries_what_was_given_back_at_the_last_attempt),
        COUNTER_TEST(gives_what_a_crashed_consumer_held_to_others_once_it_is_back),
        COUNTER_TEST(a_crash_takes_a_queue_in_memory),
        COUNTER_TEST(a_crash_ends_what_waits_for_the_server),
        COUNTER_TEST(a_message_in_the_hands_of_a_consumer_is_not_lost_yet),
        cmocka_unit_test(a_crash_leaves_what_its_journal_has_synced),
        cmocka_unit_test(what_it_reads_back_counts_as_accepted),
    };

    return cmocka_run_group_tests_name("world/broker", tests, NULL, NULL);
}

/* Tests of world/consumer: what it does with a message. Probes play the broker and the ledger. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

#define WORKERS 3

/* What the handler is to do with a message, by its id. */
enum order {
    ACCEPT,
    GIVE_BACK = 7,
    CRASH,
    CRASH_AND_RESTART,
};

struct shop {
    struct world *world;
    struct fixture_probe *broker;
    struct fixture_probe *ledger;
    world_consumer *consumer;
    struct world_node *node; /* the consumer's */
    uint32_t handled;
};

static enum world_verdict handle(void *context, const struct model_message *message)
{
    struct shop *shop = context;

    shop->handled++;
    if (message->id == CRASH || message->id == CRASH_AND_RESTART) {
        world_node_crash(shop->node);
    }
    if (message->id == CRASH_AND_RESTART) {
        world_node_restart(shop->node);
    }
    return message->id == GIVE_BACK ? WORLD_NACK : WORLD_ACK;
}

static void run(struct shop *shop, sim_time until)
{
    (void)world_run(shop->world, until, UINT64_MAX);
    sim_fel_check(shop->world->run.fel);
    world_packets_check(&shop->world->packets);
    world_audit_check(shop->world->audit);
}

static void deliver(struct shop *shop, uint64_t id)
{
    world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, id, 0);
    fixture_probe_send(shop->broker, shop->node, WORLD_PACKET_DELIVER, id);
}

static uint32_t at_broker(const struct shop *shop, enum world_packet_kind kind)
{
    return fixture_received_count(shop->broker, kind);
}

static void subscribes_again_and_again_in_its_present_life(void **state)
{
    struct shop *shop = *state;

    run(shop, 950 * SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_SUBSCRIBE), 10);
    assert_int_equal(fixture_received_at(shop->broker, 9)->packet.from.incarnation, 1);
    world_node_crash(shop->node);
    run(shop, 1950 * SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_SUBSCRIBE), 10);
    world_node_restart(shop->node);
    run(shop, 2950 * SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_SUBSCRIBE), 20);
    assert_int_equal(fixture_received_at(shop->broker, 19)->packet.from.incarnation, 2);
}

/* A message's work takes 10 ms. */
static void works_on_as_many_at_once_as_it_has_workers(void **state)
{
    struct shop *shop = *state;

    run(shop, SIM_SECOND);
    for (uint64_t id = 0; id < 7; id++) {
        deliver(shop, id);
    }
    run(shop, SIM_SECOND + 11 * SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), WORKERS);
    run(shop, SIM_SECOND + 21 * SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 2 * WORKERS);
    run(shop, 2 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 7);
    assert_int_equal(fixture_counter(shop->world, "here/shop/finished"), 7);
    assert_int_equal(world_audit_totals_of(shop->world->audit).settled, 7);
}

static void a_message_has_its_effect_when_its_work_ends(void **state)
{
    struct shop *shop = *state;
    const struct sim_tally *latency = world_consumer_latency(shop->consumer);

    run(shop, SIM_SECOND);
    deliver(shop, 1);
    run(shop, SIM_SECOND + 10 * SIM_MILLISECOND);
    assert_false(world_audit_is_settled(shop->world->audit, 1));
    run(shop, SIM_SECOND + 10 * SIM_MILLISECOND + 100 * SIM_MICROSECOND);
    assert_true(world_audit_is_settled(shop->world->audit, 1));
    assert_int_equal(sim_histogram_count(latency->histogram), 1);
    assert_int_equal(
        sim_histogram_max(latency->histogram), 10 * SIM_MILLISECOND + 100 * SIM_MICROSECOND);
}

static void gives_back_what_its_handler_refuses(void **state)
{
    struct shop *shop = *state;

    run(shop, SIM_SECOND);
    deliver(shop, GIVE_BACK);
    deliver(shop, ACCEPT);
    run(shop, 2 * SIM_SECOND);
    assert_int_equal(shop->handled, 2);
    assert_int_equal(at_broker(shop, WORLD_PACKET_NACK), 1);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 1);
    assert_int_equal(fixture_counter(shop->world, "here/shop/given_back"), 1);
    assert_false(world_audit_is_settled(shop->world->audit, GIVE_BACK));
}

static void acks_only_what_the_ledger_has_charged(void **state)
{
    struct shop *shop = *state;

    assert_true(world_consumer_charge_to(shop->consumer, &shop->ledger->node, NULL));
    run(shop, SIM_SECOND);
    deliver(shop, 1);
    run(shop, 2 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 0);
    assert_int_equal(fixture_received_count(shop->ledger, WORLD_PACKET_CHARGE), 1);
    fixture_probe_answer(shop->ledger, fixture_received_at(shop->ledger, 0), WORLD_PACKET_CHARGED);
    run(shop, 3 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 1);
    assert_false(world_audit_is_settled(shop->world->audit, 1)); /* that is the ledger's word */
}

static void forgets_everything_in_a_crash(void **state)
{
    struct shop *shop = *state;

    run(shop, SIM_SECOND);
    for (uint64_t id = 20; id < 27; id++) {
        deliver(shop, id);
    }
    run(shop, SIM_SECOND + 5 * SIM_MILLISECOND);
    world_node_crash(shop->node);
    run(shop, SIM_SECOND + 6 * SIM_MILLISECOND);
    world_node_restart(shop->node);
    run(shop, 2 * SIM_SECOND - SIM_MILLISECOND);
    assert_int_equal(shop->handled, 0);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 0);
    fixture_assert_no_packets(shop->world);
    deliver(shop, 30);
    run(shop, 3 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 1);
}

static void a_handler_may_have_its_own_consumer_crash(void **state)
{
    struct shop *shop = *state;

    run(shop, SIM_SECOND);
    for (uint64_t id = 20; id < 27; id++) {
        deliver(shop, id);
    }
    deliver(shop, CRASH);
    run(shop, 2 * SIM_SECOND);
    assert_false(shop->node->up);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 7);
    world_node_restart(shop->node);
    run(shop, 3 * SIM_SECOND);
    deliver(shop, CRASH_AND_RESTART);
    deliver(shop, 31);
    run(shop, 4 * SIM_SECOND - SIM_MILLISECOND);
    assert_true(shop->node->up);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 7);
    deliver(shop, 32);
    run(shop, 5 * SIM_SECOND - SIM_MILLISECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 8);
    fixture_assert_no_packets(shop->world);
}

static void is_incomplete_without_a_queue_and_has_only_one(void **state)
{
    struct shop *shop = *state;
    struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 1, 0), .workers = 1, .subscribe_every = 1};
    world_consumer *lonely = world_consumer_add(shop->node->datacenter, "lonely", &config, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) second = NULL;
    g_autoptr(GError) third = NULL;

    assert_false(world_is_complete(shop->world, &error));
    assert_non_null(strstr(error->message, "here/lonely takes from no queue"));
    assert_true(world_consumer_connect(lonely, &shop->broker->node, NULL));
    assert_true(world_is_complete(shop->world, NULL));
    assert_false(world_consumer_connect(lonely, &shop->broker->node, &second));
    assert_true(g_error_matches(second, WORLD_ERROR, WORLD_ERROR_ROUTE));
    assert_true(world_consumer_charge_to(lonely, &shop->ledger->node, NULL));
    assert_false(world_consumer_charge_to(lonely, &shop->ledger->node, &third));
    assert_non_null(strstr(third->message, "here/lonely charges to here/ledger already"));
}

/* A second consumer, which asks again after 300 ms; the broker has its two messages. */
static struct world_node *add_persistent(struct shop *shop)
{
    struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 0.010, 0),
        .workers = WORKERS,
        .subscribe_every = SIM_SECOND,
        .charge_timeout = 300 * SIM_MILLISECOND,
    };
    world_consumer *consumer =
        world_consumer_add(shop->node->datacenter, "persistent", &config, NULL);

    assert_true(world_consumer_connect(consumer, &shop->broker->node, NULL));
    assert_true(world_consumer_charge_to(consumer, &shop->ledger->node, NULL));
    return world_consumer_node(consumer);
}

static void asks_again_until_it_is_answered_and_acks_once(void **state)
{
    struct shop *shop = *state;
    const struct world_node *node = add_persistent(shop);

    run(shop, SIM_SECOND);
    world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, 1, 0);
    fixture_probe_send(shop->broker, node, WORLD_PACKET_DELIVER, 1);
    run(shop, 2 * SIM_SECOND); /* asked at 10, 310, 610 and 910 ms */
    assert_int_equal(fixture_received_count(shop->ledger, WORLD_PACKET_CHARGE), 4);
    assert_int_equal(fixture_counter(shop->world, "here/persistent/asked_again"), 3);
    for (uint32_t i = 0; i < 4; i++) {
        struct fixture_received asked = *fixture_received_at(shop->ledger, i);
        fixture_probe_answer(shop->ledger, &asked, WORLD_PACKET_CHARGED);
    }
    run(shop, 4 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 1);
    assert_int_equal(fixture_received_count(shop->ledger, WORLD_PACKET_CHARGE), 4);
    assert_int_equal(fixture_counter(shop->world, "here/persistent/finished"), 1);
}

/* Delivered again while the first charge is unanswered, it is acked under the second lease. */
static void acks_the_newest_delivery_of_a_message(void **state)
{
    struct shop *shop = *state;
    const struct world_node *node = add_persistent(shop);

    run(shop, SIM_SECOND);
    world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, 1, 0);
    for (uint32_t consumer = 0; consumer < 2; consumer++) {
        uint32_t slot = world_packets_take(&shop->world->packets, WORLD_PACKET_DELIVER);
        struct world_packet *packet = &shop->world->packets.slots[slot];
        packet->message = (struct model_message){.id = 1};
        packet->lease.consumer = consumer;
        packet->from = world_node_end_point(&shop->broker->node);
        packet->broker = packet->from;
        packet->to = world_node_end_point(node);
        world_link_send(shop->world, slot, world_link_pipe(&shop->broker->node, node), 0);
        run(shop, shop->world->run.now + 20 * SIM_MILLISECOND);
    }
    struct fixture_received first = *fixture_received_at(shop->ledger, 0);
    fixture_probe_answer(shop->ledger, &first, WORLD_PACKET_CHARGED);
    run(shop, 3 * SIM_SECOND);
    assert_int_equal(at_broker(shop, WORLD_PACKET_ACK), 1);
    for (uint32_t i = 0; i < shop->broker->received->len; i++) {
        const struct world_packet *packet = &fixture_received_at(shop->broker, i)->packet;
        assert_true(packet->kind != WORLD_PACKET_ACK || packet->lease.consumer == 1);
    }
}

static int create(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);
    struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_CONSTANT, 0.010, 0),
        .workers = WORKERS,
        .subscribe_every = 100 * SIM_MILLISECOND,
        .handler = handle,
        .handler_context = shop,
    };

    shop->world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(shop->world, "here", NULL);
    shop->broker = fixture_probe_add(here, "broker");
    shop->ledger = fixture_probe_add(here, "ledger");
    shop->consumer = world_consumer_add(here, "shop", &config, NULL);
    shop->node = world_consumer_node(shop->consumer);
    assert_true(world_consumer_connect(shop->consumer, &shop->broker->node, NULL));
    *state = shop;
    return 0;
}

static int destroy(void **state)
{
    struct shop *shop = *state;

    world_destroy(shop->world);
    g_free(shop);
    return 0;
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(subscribes_again_and_again_in_its_present_life),
        SHOP_TEST(works_on_as_many_at_once_as_it_has_workers),
        SHOP_TEST(a_message_has_its_effect_when_its_work_ends),
        SHOP_TEST(gives_back_what_its_handler_refuses),
        SHOP_TEST(acks_only_what_the_ledger_has_charged),
        SHOP_TEST(asks_again_until_it_is_answered_and_acks_once),
        SHOP_TEST(acks_the_newest_delivery_of_a_message),
        SHOP_TEST(forgets_everything_in_a_crash),
        SHOP_TEST(a_handler_may_have_its_own_consumer_crash),
        SHOP_TEST(is_incomplete_without_a_queue_and_has_only_one),
    };

    return cmocka_run_group_tests_name("world/consumer", tests, NULL, NULL);
}

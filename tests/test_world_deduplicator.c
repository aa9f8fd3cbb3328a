/* Tests of world/deduplicator. Probes play a consumer, a second one, and the ledger. */
/* SPDX-License-Identifier: MIT */
#include "world/deduplicator.h"

#include "tests/operator_fixture.h"

struct shop {
    struct world *world;
    struct fixture_probe *first;
    struct fixture_probe *second;
    struct fixture_probe *ledger;
    struct world_node *node; /* the deduplicator's */
};

static void rest(struct shop *shop)
{
    operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
}

static void charge(struct shop *shop, struct fixture_probe *from, uint64_t id)
{
    struct model_message message = {.id = id};

    operator_send(from, shop->node, WORLD_PACKET_CHARGE, &message, 0);
    rest(shop);
}

/* The ledger answers the newest packet that it has. */
static void answer(struct shop *shop, enum world_packet_kind kind)
{
    fixture_probe_answer(shop->ledger, operator_newest(shop->ledger), kind);
    rest(shop);
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/dedup/%s", measure);

    return fixture_counter(shop->world, name);
}

static uint32_t charged(const struct fixture_probe *probe)
{
    return fixture_received_count(probe, WORLD_PACKET_CHARGED);
}

static void what_is_done_is_answered_without_asking(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    answer(shop, WORLD_PACKET_CHARGED);
    assert_int_equal(charged(shop->first), 1);
    charge(shop, shop->second, 1);
    assert_int_equal(charged(shop->second), 1);
    assert_int_equal(operator_newest(shop->second)->packet.lease.queue.generation, 77);
    assert_int_equal(shop->ledger->received->len, 1);
    assert_int_equal(count_of(shop, "suppressed"), 1);
    assert_int_equal(world_audit_totals_of(shop->world->audit).suppressed, 1);
}

static void a_send_that_is_done_is_confirmed(void **state)
{
    struct shop *shop = *state;
    struct model_message message = {.id = 1};

    for (int i = 0; i < 2; i++) {
        operator_send(shop->first, shop->node, WORLD_PACKET_SEND, &message, 40);
        rest(shop);
        if (i == 0) {
            answer(shop, WORLD_PACKET_CONFIRM);
        }
    }
    assert_int_equal(shop->ledger->received->len, 1);
    assert_int_equal(fixture_received_count(shop->first, WORLD_PACKET_CONFIRM), 2);
    assert_int_equal(operator_newest(shop->first)->packet.token, 40);
}

static void who_repeats_one_under_way_waits_for_its_answer(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    charge(shop, shop->second, 1);
    assert_int_equal(shop->ledger->received->len, 1);
    assert_int_equal(charged(shop->second), 0);
    answer(shop, WORLD_PACKET_CHARGED);
    assert_int_equal(charged(shop->first), 1);
    assert_int_equal(charged(shop->second), 1);
    fixture_assert_no_packets(shop->world);
}

static void of_those_that_repeat_it_the_newest_waits(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    charge(shop, shop->first, 1);
    charge(shop, shop->second, 1);
    answer(shop, WORLD_PACKET_CHARGED);
    assert_int_equal(charged(shop->first), 1);
    assert_int_equal(charged(shop->second), 1);
    assert_int_equal(count_of(shop, "replaced"), 1);
    fixture_assert_no_packets(shop->world);
}

/* The lease is a second. Nobody answers the first: the second takes over when it ends. */
static void who_waits_takes_over_when_the_lease_ends(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    sim_time start = fixture_received_at(shop->ledger, 0)->time - OPERATOR_LATENCY;
    charge(shop, shop->second, 1);
    operator_run(shop->world, start + SIM_SECOND - 1);
    assert_int_equal(shop->ledger->received->len, 1);
    operator_run(shop->world, start + SIM_SECOND + SIM_MILLISECOND);
    assert_int_equal(shop->ledger->received->len, 2);
    answer(shop, WORLD_PACKET_CHARGED);
    assert_int_equal(charged(shop->second), 1);
    assert_int_equal(charged(shop->first), 0);
    assert_int_equal(count_of(shop, "expired"), 1);
    assert_int_equal(count_of(shop, "slipped"), 0);
}

static void what_nobody_answered_is_new_again(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    operator_run(shop->world, 3 * SIM_SECOND);
    charge(shop, shop->second, 1);
    assert_int_equal(shop->ledger->received->len, 2);
    assert_int_equal(count_of(shop, "expired"), 1);
}

static void an_answer_after_the_lease_still_ends_it(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    operator_run(shop->world, 3 * SIM_SECOND);
    answer(shop, WORLD_PACKET_CHARGED);
    assert_int_equal(charged(shop->first), 1);
    charge(shop, shop->second, 1);
    assert_int_equal(shop->ledger->received->len, 1);
    assert_int_equal(charged(shop->second), 1);
}

static void after_a_no_the_message_may_be_tried_again(void **state)
{
    struct shop *shop = *state;
    struct model_message message = {.id = 1};

    operator_send(shop->first, shop->node, WORLD_PACKET_SEND, &message, 0);
    rest(shop);
    operator_send(shop->second, shop->node, WORLD_PACKET_SEND, &message, 0);
    rest(shop);
    assert_int_equal(shop->ledger->received->len, 1);
    answer(shop, WORLD_PACKET_FULL);
    assert_int_equal(fixture_received_count(shop->first, WORLD_PACKET_FULL), 1);
    assert_int_equal(shop->ledger->received->len, 2); /* the one that waited is tried */
    answer(shop, WORLD_PACKET_CONFIRM);
    assert_int_equal(fixture_received_count(shop->second, WORLD_PACKET_CONFIRM), 1);
}

/* The window reaches ten seconds, and ten messages. */
static void what_slips_past_the_window_is_counted(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    answer(shop, WORLD_PACKET_CHARGED);
    operator_run(shop->world, 12 * SIM_SECOND);
    charge(shop, shop->first, 1);
    assert_int_equal(shop->ledger->received->len, 2);
    assert_int_equal(count_of(shop, "slipped"), 1);
    answer(shop, WORLD_PACKET_CHARGED);
    for (uint64_t id = 10; id < 20; id++) {
        charge(shop, shop->first, id);
        answer(shop, WORLD_PACKET_CHARGED);
    }
    assert_int_equal(count_of(shop, "evicted"), 1);
    charge(shop, shop->first, 1);
    assert_int_equal(count_of(shop, "slipped"), 2);
    assert_int_equal(count_of(shop, "done"), 11);
}

static void a_crash_forgets_all_and_what_slips_then_is_counted(void **state)
{
    struct shop *shop = *state;

    charge(shop, shop->first, 1);
    answer(shop, WORLD_PACKET_CHARGED);
    charge(shop, shop->first, 2);
    charge(shop, shop->second, 2);
    world_node_crash(shop->node);
    fixture_assert_no_packets(shop->world);
    world_node_restart(shop->node);
    answer(shop, WORLD_PACKET_CHARGED); /* for the earlier life */
    assert_int_equal(charged(shop->first), 1);
    charge(shop, shop->first, 1);
    charge(shop, shop->first, 2);
    assert_int_equal(shop->ledger->received->len, 4);
    assert_int_equal(count_of(shop, "slipped"), 1);
}

/* Four at once, and places for ten. */
static void more_than_may_be_in_processing_wait_for_their_turn(void **state)
{
    struct shop *shop = *state;

    for (uint64_t id = 0; id < 10; id++) {
        charge(shop, shop->first, id);
    }
    assert_int_equal(shop->ledger->received->len, 4);
    fixture_probe_answer(shop->ledger, fixture_received_at(shop->ledger, 0), WORLD_PACKET_CHARGED);
    rest(shop);
    assert_int_equal(shop->ledger->received->len, 5);
    assert_int_equal(operator_newest(shop->ledger)->packet.message.id, 4);
    operator_run(shop->world, SIM_SECOND / 2);
    charge(shop, shop->first, 50); /* takes the place of the one that is done */
    charge(shop, shop->first, 51);
    assert_int_equal(count_of(shop, "full"), 1);
    struct model_message message = {.id = 52};
    operator_send(shop->second, shop->node, WORLD_PACKET_SEND, &message, 0);
    rest(shop);
    assert_int_equal(fixture_received_count(shop->second, WORLD_PACKET_FULL), 1);
}

/* What the consumer has been told is done, is. Returns how much it has been told. */
static uint32_t check_told(
    const struct fixture_probe *consumer, uint32_t looked_at, const bool *is_done)
{
    for (uint32_t i = looked_at; i < consumer->received->len; i++) {
        assert_true(is_done[fixture_received_at(consumer, i)->packet.message.id]);
    }
    return consumer->received->len;
}

/* Two consumers repeat at random, the ledger answers at random or not at all, and each crashes now
 * and then: while the window reaches, nothing is answered as done that the ledger did not do, and
 * nothing that was answered is passed again. */
static void random_repetitions_and_losses_never_slip_within_the_window(void **state)
{
    struct shop *shop = *state;
    uint64_t seed = 11;
    bool is_done[400] = {false};
    uint32_t looked_at[2] = {0, 0};
    struct fixture_probe *consumers[] = {shop->first, shop->second};

    for (int i = 0; i < 4000; i++) {
        uint64_t base = (uint64_t)i / 10;
        charge(
            shop,
            consumers[fixture_random(&seed, 2)],
            base >= 5 ? base - fixture_random(&seed, 5) : base);
        if (shop->ledger->received->len > 0 && fixture_random(&seed, 8) == 0) {
            is_done[operator_newest(shop->ledger)->packet.message.id] = true;
            answer(shop, WORLD_PACKET_CHARGED);
        }
        for (int k = 0; k < 2; k++) {
            looked_at[k] = check_told(consumers[k], looked_at[k], is_done);
        }
    }
    assert_int_equal(count_of(shop, "slipped"), 0);
    assert_true(count_of(shop, "suppressed") > 100);
    assert_true(count_of(shop, "expired") > 10);
}

static struct shop *open_shop(const struct world_window_config *config)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    struct world_datacenter *datacenter = operator_place(shop->world);
    shop->first = fixture_probe_add(datacenter, "first");
    shop->second = fixture_probe_add(datacenter, "second");
    shop->ledger = fixture_probe_add(datacenter, "ledger");
    world_deduplicator *dedup = world_deduplicator_add(datacenter, "dedup", config, NULL);
    assert_false(world_is_complete(shop->world, NULL));
    assert_true(world_deduplicator_connect(dedup, &shop->ledger->node, NULL));
    assert_true(world_is_complete(shop->world, NULL));
    shop->node = world_deduplicator_node(dedup);
    operator_run(shop->world, 0);
    return shop;
}

static int set_up(void **state)
{
    const struct world_window_config config = {
        .count_max = 10,
        .processing_max = 4,
        .span = 10 * SIM_SECOND,
        .lease = SIM_SECOND,
    };

    *state = open_shop(&config);
    return 0;
}

static int set_up_large(void **state)
{
    const struct world_window_config config = {
        .count_max = 200,
        .processing_max = 50,
        .span = 10 * SIM_SECOND,
        .lease = SIM_SECOND / 50,
    };

    *state = open_shop(&config);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_done_is_answered_without_asking),
        TEST(a_send_that_is_done_is_confirmed),
        TEST(who_repeats_one_under_way_waits_for_its_answer),
        TEST(of_those_that_repeat_it_the_newest_waits),
        TEST(who_waits_takes_over_when_the_lease_ends),
        TEST(what_nobody_answered_is_new_again),
        TEST(an_answer_after_the_lease_still_ends_it),
        TEST(after_a_no_the_message_may_be_tried_again),
        TEST(what_slips_past_the_window_is_counted),
        TEST(a_crash_forgets_all_and_what_slips_then_is_counted),
        TEST(more_than_may_be_in_processing_wait_for_their_turn),
        cmocka_unit_test_setup_teardown(
            random_repetitions_and_losses_never_slip_within_the_window, set_up_large, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/limiter: what passes, and what becomes of the rest. Probes play its neighbours. */
/* SPDX-License-Identifier: MIT */
#include "world/limiter.h"

#include "tests/operator_fixture.h"

#define START (10 * SIM_SECOND)

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *client;
    struct fixture_probe *queue;
    struct world_node *node; /* the limiter's */
};

/* Ten in a second, two at once. */
static struct world_limiter_config config_of(enum world_limiter_over over)
{
    return (struct world_limiter_config){
        .bucket = {.tokens = 10, .period = SIM_SECOND, .burst = 2},
        .over = over,
        .field = WORLD_FIELD_NONE,
        .keys_max = 3,
        .delay_max = SIM_SECOND,
        .window = 1000,
    };
}

static void open_limiter(struct shop *shop, const struct world_limiter_config *config)
{
    world_limiter *limiter = world_limiter_add(shop->datacenter, "limiter", config, NULL);

    assert_non_null(limiter);
    shop->node = world_limiter_node(limiter);
    assert_true(world_limiter_connect(limiter, &shop->queue->node, NULL));
    assert_true(world_is_complete(shop->world, NULL));
    operator_run(shop->world, START);
}

static void send_now(struct shop *shop, enum world_packet_kind kind, uint64_t id, uint64_t key)
{
    struct model_message message = {.id = id, .key = key, .born = shop->world->run.now};

    if (kind == WORLD_PACKET_SEND) {
        world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, id, 0);
    }
    operator_send(shop->client, shop->node, kind, &message, 0);
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/limiter/%s", measure);

    return fixture_counter(shop->world, name);
}

static void what_is_over_the_limit_waits_for_its_token_in_order(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_DELAY);

    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 6; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, 0);
    }
    operator_run(shop->world, START + 2 * SIM_SECOND);
    assert_int_equal(shop->queue->received->len, 6);
    for (uint32_t i = 0; i < 6; i++) {
        const struct fixture_received *received = fixture_received_at(shop->queue, i);
        sim_time wait = i < 2 ? 0 : (sim_time)(i - 1) * SIM_SECOND / 10;
        assert_int_equal(received->packet.message.id, i);
        assert_int_equal(received->time, START + wait + 2 * OPERATOR_LATENCY);
    }
    assert_int_equal(count_of(shop, "delayed"), 4);
    assert_int_equal(count_of(shop, "passed"), 6);
}

static void what_would_wait_too_long_is_refused_and_takes_no_token(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_DELAY);

    config.delay_max = SIM_SECOND / 10;
    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 6; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, 0);
    }
    operator_run(shop->world, START + SIM_SECOND / 20);
    assert_int_equal(fixture_received_count(shop->client, WORLD_PACKET_REFUSE), 3);
    operator_run(shop->world, START + SIM_SECOND / 5);
    assert_int_equal(shop->queue->received->len, 3);
    send_now(shop, WORLD_PACKET_SEND, 6, 0);
    operator_run(shop->world, START + SIM_SECOND / 5 + SIM_MILLISECOND);
    assert_int_equal(shop->queue->received->len, 4);
    assert_int_equal(world_audit_totals_of(shop->world->audit).refused, 3);
}

static void what_is_refused_is_told_and_a_charge_is_left_to_its_lease(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_REFUSE);

    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 4; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, 0);
    }
    send_now(shop, WORLD_PACKET_GET, 4, 0);
    send_now(shop, WORLD_PACKET_CHARGE, 5, 0);
    operator_run(shop->world, START + SIM_SECOND / 20);
    assert_int_equal(shop->queue->received->len, 2);
    assert_int_equal(shop->client->received->len, 3);
    assert_int_equal(fixture_received_count(shop->client, WORLD_PACKET_REFUSE), 3);
    assert_int_equal(count_of(shop, "refused"), 4);
    assert_int_equal(world_audit_totals_of(shop->world->audit).refused, 2);
    fixture_assert_no_packets(shop->world);
}

static void what_is_dropped_counts_as_dropped_though_its_sender_is_content(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_DROP);

    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 5; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, 0);
    }
    operator_run(shop->world, START + SIM_SECOND / 20);
    assert_int_equal(shop->queue->received->len, 2);
    assert_int_equal(fixture_received_count(shop->client, WORLD_PACKET_CONFIRM), 3);
    assert_int_equal(world_audit_totals_of(shop->world->audit).dropped, 3);
}

static void each_key_has_a_bucket_of_its_own(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_REFUSE);

    config.field = WORLD_FIELD_KEY;
    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 9; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, id % 3);
    }
    operator_run(shop->world, START + SIM_SECOND / 20);
    assert_int_equal(shop->queue->received->len, 6);
    assert_int_equal(count_of(shop, "refused"), 3);
    assert_int_equal(count_of(shop, "evicted"), 0);
}

/* Three keys have room; a fourth takes the place of the one not seen for longest. */
static void the_key_not_seen_for_longest_is_forgotten_and_counted(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_REFUSE);

    config.field = WORLD_FIELD_KEY;
    open_limiter(shop, &config);
    const uint64_t keys[] = {0, 0, 1, 2, 0, 3, 1, 1};
    for (uint64_t id = 0; id < G_N_ELEMENTS(keys); id++) {
        send_now(shop, WORLD_PACKET_SEND, id, keys[id]);
    }
    operator_run(shop->world, START + SIM_SECOND / 100);
    assert_int_equal(count_of(shop, "refused"), 1); /* the third of key 0; key 1 begins anew */
    assert_int_equal(count_of(shop, "evicted"), 2);
    operator_run(shop->world, START + 5 * SIM_SECOND);
    send_now(shop, WORLD_PACKET_SEND, 20, 9);
    operator_run(shop->world, START + 6 * SIM_SECOND);
    assert_int_equal(count_of(shop, "evicted"), 2); /* its bucket was full: nothing is lost */
}

static void a_crash_takes_what_waits_and_what_was_counted(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_DELAY);

    open_limiter(shop, &config);
    for (uint64_t id = 0; id < 6; id++) {
        send_now(shop, WORLD_PACKET_SEND, id, 0);
    }
    operator_run(shop->world, START + SIM_SECOND / 20);
    world_node_crash(shop->node);
    world_node_restart(shop->node);
    operator_run(shop->world, START + 2 * SIM_SECOND);
    assert_int_equal(shop->queue->received->len, 2);
    fixture_assert_no_packets(shop->world);
    send_now(shop, WORLD_PACKET_SEND, 10, 0);
    send_now(shop, WORLD_PACKET_SEND, 11, 0);
    operator_run(shop->world, START + 2 * SIM_SECOND + SIM_SECOND / 20);
    assert_int_equal(shop->queue->received->len, 4);
}

static void answers_pass_without_limit(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_REFUSE);

    open_limiter(shop, &config);
    send_now(shop, WORLD_PACKET_CHARGE, 0, 0);
    send_now(shop, WORLD_PACKET_CHARGE, 1, 0);
    operator_run(shop->world, START + SIM_MILLISECOND);
    for (uint32_t i = 0; i < 2; i++) {
        fixture_probe_answer(
            shop->queue, fixture_received_at(shop->queue, i), WORLD_PACKET_CHARGED);
    }
    operator_run(shop->world, START + 2 * SIM_MILLISECOND);
    assert_int_equal(fixture_received_count(shop->client, WORLD_PACKET_CHARGED), 2);
    assert_int_equal(operator_newest(shop->client)->packet.lease.queue.generation, 77);
}

static void a_bucket_that_cannot_be_counted_is_refused(void **state)
{
    struct shop *shop = *state;
    struct world_limiter_config config = config_of(WORLD_LIMITER_REFUSE);
    g_autoptr(GError) error = NULL;

    config.bucket.tokens = 0;
    assert_null(world_limiter_add(shop->datacenter, "limiter", &config, &error));
    assert_non_null(
        strstr(error->message, "limiter 'limiter': 0 in 1000000000 ns with bursts of 2"));
    assert_non_null(strstr(error->message, "must be above 0"));
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->client = fixture_probe_add(shop->datacenter, "client");
    shop->queue = fixture_probe_add(shop->datacenter, "queue");
    *state = shop;
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
        TEST(what_is_over_the_limit_waits_for_its_token_in_order),
        TEST(what_would_wait_too_long_is_refused_and_takes_no_token),
        TEST(what_is_refused_is_told_and_a_charge_is_left_to_its_lease),
        TEST(what_is_dropped_counts_as_dropped_though_its_sender_is_content),
        TEST(each_key_has_a_bucket_of_its_own),
        TEST(the_key_not_seen_for_longest_is_forgotten_and_counted),
        TEST(a_crash_takes_what_waits_and_what_was_counted),
        TEST(answers_pass_without_limit),
        TEST(a_bucket_that_cannot_be_counted_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

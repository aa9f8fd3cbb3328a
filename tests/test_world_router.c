/* Tests of world/router, and of the world/relay inside it. Probes play producers and queues. */
/* SPDX-License-Identifier: MIT */
#include "world/router.h"

#include "tests/operator_fixture.h"

#define TARGETS 3
#define WINDOW  4

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *client;
    struct fixture_probe *targets[TARGETS];
    world_router *router;
    struct world_node *node; /* the router's */
};

static struct world_router_config config_of(enum world_router_by by)
{
    return (struct world_router_config){.by = by, .field = WORLD_FIELD_KEY, .window = WINDOW};
}

static void open_router(struct shop *shop, const struct world_router_config *config)
{
    static const char *const names[TARGETS] = {"a", "b", "c"};

    shop->router = world_router_add(shop->datacenter, "router", config, NULL);
    assert_non_null(shop->router);
    shop->node = world_router_node(shop->router);
    for (int i = 0; i < TARGETS; i++) {
        shop->targets[i] = fixture_probe_add(shop->datacenter, names[i]);
        assert_true(world_router_connect(shop->router, &shop->targets[i]->node, NULL));
    }
    assert_true(world_is_complete(shop->world, NULL));
    operator_run(shop->world, 0);
}

static void send_key(struct shop *shop, uint64_t key)
{
    struct model_message message = {.id = key, .key = key, .attributes = {(uint32_t)key % 5}};

    operator_send(shop->client, shop->node, WORLD_PACKET_SEND, &message, (uint32_t)key + 1000);
    operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
}

static uint32_t received(const struct shop *shop, int target)
{
    return shop->targets[target]->received->len;
}

static void a_key_always_goes_to_the_same_target_and_keys_spread_evenly(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_HASH);

    open_router(shop, &config);
    for (uint64_t key = 0; key < 600; key++) {
        uint32_t target = world_router_target(shop->router, key);
        uint32_t before = received(shop, (int)target);
        send_key(shop, key);
        send_key(shop, key);
        assert_int_equal(received(shop, (int)target), before + 2);
    }
    for (int i = 0; i < TARGETS; i++) {
        assert_in_range(received(shop, i), 2 * 160, 2 * 240);
    }
    assert_int_equal(fixture_counter(shop->world, "here/router/routed"), 1200);
    assert_int_equal(fixture_counter(shop->world, "here/router/to1"), received(shop, 1));
}

static void a_range_ends_below_its_bound(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_RANGE);

    config.entries[0] = (struct world_router_entry){.key = 10, .target = 1};
    config.entries[1] = (struct world_router_entry){.key = 20, .target = 0};
    config.entry_count = 2;
    open_router(shop, &config);
    send_key(shop, 0);
    send_key(shop, 9);
    assert_int_equal(received(shop, 1), 2);
    send_key(shop, 10);
    send_key(shop, 19);
    assert_int_equal(received(shop, 0), 2);
    send_key(shop, 20);
    send_key(shop, UINT64_MAX >> 30);
    assert_int_equal(received(shop, 2), 2);
}

static void a_table_names_targets_and_the_rest_goes_to_the_last(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_TABLE);

    config.entries[0] = (struct world_router_entry){.key = 3, .target = 1};
    config.entries[1] = (struct world_router_entry){.key = 4, .target = 0};
    config.entry_count = 2;
    config.field = 0; /* the attribute, which is the key modulo 5 */
    open_router(shop, &config);
    for (uint64_t key = 0; key < 10; key++) {
        send_key(shop, key);
    }
    assert_int_equal(received(shop, 0), 2);
    assert_int_equal(received(shop, 1), 2);
    assert_int_equal(received(shop, 2), 6);
}

static void an_answer_comes_back_as_if_the_router_had_given_it(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_TABLE);
    static const enum world_packet_kind answers[] = {
        WORLD_PACKET_CONFIRM, WORLD_PACKET_FULL, WORLD_PACKET_REFUSE};

    open_router(shop, &config);
    for (uint64_t key = 0; key < 3; key++) {
        send_key(shop, key);
        const struct world_packet *passed = &operator_newest(shop->targets[2])->packet;
        assert_int_equal(passed->from.node, shop->node->index);
        fixture_probe_answer(shop->targets[2], operator_newest(shop->targets[2]), answers[key]);
        operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
        const struct world_packet *answer = &operator_newest(shop->client)->packet;
        assert_int_equal(answer->kind, answers[key]);
        assert_int_equal(answer->from.node, shop->node->index);
        assert_int_equal(answer->token, 1000 + key);
        assert_int_equal(answer->lease.queue.generation, 77);
        assert_int_equal(answer->broker.node, shop->client->node.index);
    }
    fixture_assert_no_packets(shop->world);
}

static void an_answer_counts_once(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_TABLE);

    open_router(shop, &config);
    send_key(shop, 1);
    for (int i = 0; i < 3; i++) {
        fixture_probe_answer(
            shop->targets[2], operator_newest(shop->targets[2]), WORLD_PACKET_CONFIRM);
        operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
    }
    assert_int_equal(shop->client->received->len, 1);
    fixture_assert_no_packets(shop->world);
}

static void beyond_its_window_the_oldest_request_is_forgotten(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_TABLE);

    open_router(shop, &config);
    for (uint64_t key = 0; key < WINDOW + 2; key++) {
        send_key(shop, key);
    }
    assert_int_equal(fixture_counter(shop->world, "here/router/forgotten"), 2);
    for (uint32_t i = 0; i < WINDOW + 2; i++) {
        fixture_probe_answer(
            shop->targets[2], fixture_received_at(shop->targets[2], i), WORLD_PACKET_CONFIRM);
    }
    operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
    assert_int_equal(shop->client->received->len, WINDOW);
    for (uint32_t i = 0; i < WINDOW; i++) {
        assert_int_equal(fixture_received_at(shop->client, i)->packet.message.id, i + 2);
    }
}

static void a_crash_forgets_whose_requests_were_under_way(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_TABLE);

    open_router(shop, &config);
    send_key(shop, 1);
    const struct fixture_received first = *operator_newest(shop->targets[2]);
    world_node_crash(shop->node);
    send_key(shop, 2);
    world_node_restart(shop->node);
    fixture_probe_answer(shop->targets[2], &first, WORLD_PACKET_CONFIRM);
    operator_run(shop->world, shop->world->run.now + SIM_MILLISECOND);
    assert_int_equal(shop->client->received->len, 0);
    send_key(shop, 3);
    assert_int_equal(received(shop, 2), 2);
    fixture_assert_no_packets(shop->world);
}

static void mistakes_in_its_description_name_the_thing_and_the_remedy(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_RANGE);
    g_autoptr(GError) order = NULL;
    g_autoptr(GError) nobody = NULL;
    g_autoptr(GError) beyond = NULL;

    config.entries[0] = (struct world_router_entry){.key = 20};
    config.entries[1] = (struct world_router_entry){.key = 20, .target = 5};
    config.entry_count = 2;
    assert_null(world_router_add(shop->datacenter, "router", &config, &order));
    assert_string_equal(
        order->message,
        "router 'router': key 20 stands after 20: write its entries in ascending order, each once");
    config.entries[1].key = 30;
    world_router *router = world_router_add(shop->datacenter, "router", &config, NULL);
    assert_false(world_is_complete(shop->world, &nobody));
    assert_non_null(strstr(nobody->message, "router here/router passes on to nobody"));
    assert_true(world_router_connect(router, &shop->client->node, NULL));
    assert_false(world_is_complete(shop->world, &beyond));
    assert_non_null(strstr(beyond->message, "entry 1 names target 5, but it has 1"));
}

static void a_queue_that_takes_one_sender_takes_no_second(void **state)
{
    struct shop *shop = *state;
    struct world_router_config config = config_of(WORLD_ROUTER_HASH);
    struct world_broker_config ring = {
        .hosted = {.model = WORLD_QUEUE_POINT_TO_POINT, .queue = {.capacity = 8, .lease = 1}},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };
    world_router *first = world_router_add(shop->datacenter, "first", &config, NULL);
    world_router *second = world_router_add(shop->datacenter, "second", &config, NULL);
    world_broker *queue = world_broker_add(shop->datacenter, "ring", &ring, NULL);
    g_autoptr(GError) error = NULL;

    assert_true(world_router_connect(first, world_broker_node(queue), NULL));
    assert_false(world_router_connect(second, world_broker_node(queue), &error));
    assert_non_null(strstr(error->message, "a point_to_point queue has one producer"));
    assert_true(world_router_connect(second, &shop->client->node, NULL));
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->client = fixture_probe_add(shop->datacenter, "client");
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
        TEST(a_key_always_goes_to_the_same_target_and_keys_spread_evenly),
        TEST(a_range_ends_below_its_bound),
        TEST(a_table_names_targets_and_the_rest_goes_to_the_last),
        TEST(an_answer_comes_back_as_if_the_router_had_given_it),
        TEST(an_answer_counts_once),
        TEST(beyond_its_window_the_oldest_request_is_forgotten),
        TEST(a_crash_forgets_whose_requests_were_under_way),
        TEST(a_queue_that_takes_one_sender_takes_no_second),
        TEST(mistakes_in_its_description_name_the_thing_and_the_remedy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/client. A probe plays whom it asks; then a real database does. */
/* SPDX-License-Identifier: MIT */
#include "world/client.h"
#include "world/database.h"

#include "tests/operator_fixture.h"

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *target;
    world_client *client;
    struct world_node *node; /* the client's */
};

/* Ten requests a second; each has three tries of half a second, and backs off for 0.1 s at most. */
static world_client *add_saving_client(
    struct shop *shop, const char *name, double share, uint32_t rows, uint32_t retry_permille)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_PERIODIC, .rate = 10};
    struct world_client_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 0, 4),
                .value = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
                .attributes = {fixture_dist(SIM_DIST_UNIFORM_INT, 0, 4)},
                .attribute_count = 1,
            },
        .write_share = share,
        .write_rows = rows,
        .waiting_max = 20,
        .tries = 3,
        .timeout = SIM_SECOND / 2,
        .backoff = SIM_SECOND / 10,
        .retry_permille = retry_permille,
    };
    world_client *client = world_client_add(shop->datacenter, name, &config, NULL);

    assert_non_null(client);
    return client;
}

static world_client *add_client(struct shop *shop, const char *name, double share, uint32_t rows)
{
    return add_saving_client(shop, name, share, rows, 0);
}

static void open_client(struct shop *shop, double write_share)
{
    shop->client = add_client(shop, "client", write_share, 2);
    shop->node = world_client_node(shop->client);
    assert_false(world_is_complete(shop->world, NULL));
    assert_true(world_client_connect(shop->client, &shop->target->node, NULL));
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/client/%s", measure);

    return fixture_counter(shop->world, name);
}

static void asks_and_hears_the_answer(void **state)
{
    struct shop *shop = *state;

    open_client(shop, 0);
    operator_run(shop->world, SIM_SECOND / 10 + 2 * OPERATOR_LATENCY);
    assert_int_equal(shop->target->received->len, 1);
    const struct fixture_received *request = fixture_received_at(shop->target, 0);
    assert_int_equal(request->packet.kind, WORLD_PACKET_GET);
    fixture_probe_answer(shop->target, request, WORLD_PACKET_VALUE);
    fixture_probe_answer(shop->target, request, WORLD_PACKET_VALUE); /* counts once */
    operator_run(shop->world, SIM_SECOND / 10 + 4 * OPERATOR_LATENCY);
    assert_int_equal(count_of(shop, "answered"), 1);
    const struct sim_measure *latency =
        sim_registry_find(shop->world->registry, "here/client/read_latency");
    assert_int_equal(sim_histogram_max(latency->tally.histogram), 3 * OPERATOR_LATENCY);
}

/* Of a request that nobody answers three tries are made, half a second and a backoff apart. */
static void a_request_has_so_many_tries(void **state)
{
    struct shop *shop = *state;
    uint32_t tries = 0;
    sim_time last = 0;

    open_client(shop, 0);
    operator_run(shop->world, 3 * SIM_SECOND);
    uint64_t first = fixture_received_at(shop->target, 0)->packet.message.id;
    for (uint32_t i = 0; i < shop->target->received->len; i++) {
        const struct fixture_received *request = fixture_received_at(shop->target, i);
        if (request->packet.message.id == first) {
            assert_true(
                last == 0 || (request->time >= last + SIM_SECOND / 2 + SIM_SECOND / 20 &&
                              request->time <= last + SIM_SECOND / 2 + SIM_SECOND / 10));
            last = request->time;
            tries++;
        }
    }
    assert_int_equal(tries, 3);
    assert_true(count_of(shop, "failed") > 0);
    uint64_t followed = count_of(shop, "tried_again") + count_of(shop, "failed");
    assert_in_range(count_of(shop, "timed_out") - followed, 0, 2); /* those that back off */
}

static void what_is_aborted_or_refused_is_tried_again(void **state)
{
    struct shop *shop = *state;
    static const enum world_packet_kind answers[] = {
        WORLD_PACKET_ABORTED, WORLD_PACKET_REFUSE, WORLD_PACKET_STORED};

    open_client(shop, 1);
    operator_run(shop->world, SIM_SECOND / 10 + 2 * OPERATOR_LATENCY);
    struct fixture_received request = *fixture_received_at(shop->target, 0);
    assert_int_equal(request.packet.kind, WORLD_PACKET_PUT);
    assert_int_equal(request.packet.message.kind, 1);
    for (int i = 0; i < 3; i++) {
        fixture_probe_answer(shop->target, &request, answers[i]);
        operator_run(shop->world, shop->world->run.now + SIM_SECOND / 10 + 2 * OPERATOR_LATENCY);
    }
    assert_int_equal(count_of(shop, "aborted"), 1);
    assert_int_equal(count_of(shop, "refused"), 1);
    assert_int_equal(count_of(shop, "answered"), 1);
    assert_int_equal(count_of(shop, "failed"), 0);
}

static void a_share_of_its_requests_are_writes(void **state)
{
    struct shop *shop = *state;

    open_client(shop, 0.3);
    (void)world_run(shop->world, 1000 * SIM_SECOND, UINT64_MAX);
    assert_int_equal(count_of(shop, "reads") + count_of(shop, "writes"), 10000);
    assert_in_range(count_of(shop, "writes"), 2800, 3200);
}

static void a_crash_fails_what_was_waiting(void **state)
{
    struct shop *shop = *state;

    open_client(shop, 0);
    operator_run(shop->world, SIM_SECOND + SIM_SECOND / 20);
    assert_int_equal(count_of(shop, "failed"), 0);
    world_node_crash(shop->node);
    assert_int_equal(count_of(shop, "failed"), 10);
    operator_run(shop->world, 2 * SIM_SECOND + SIM_SECOND / 20);
    assert_int_equal(count_of(shop, "failed"), 20);
    fixture_assert_no_packets(shop->world);
}

/* A hundred requests that nobody answers: without a budget each is tried twice more; with one of a
 * quarter, no more than 25 tries are made again in all. */
static void a_budget_bounds_the_tries_of_all_requests(void **state)
{
    struct shop *shop = *state;

    shop->client = add_saving_client(shop, "client", 0, 2, 250);
    shop->node = world_client_node(shop->client);
    assert_true(world_client_connect(shop->client, &shop->target->node, NULL));
    operator_run(shop->world, 10 * SIM_SECOND);
    uint64_t tried_again = count_of(shop, "tried_again");
    assert_true(tried_again >= 20 && tried_again <= 25);
    assert_true(count_of(shop, "unaffordable") > 50);
    assert_true(count_of(shop, "unaffordable") <= count_of(shop, "failed"));
}

/* Two clients write pairs of rows in any order: they run into deadlocks, and try again until none
 * is left. */
static void deadlocks_are_aborted_and_tried_again_until_all_is_written(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = {
        .rows = 5,
        .connections = 8,
        .waiting_max = 100,
        .cores = 8,
        .work = fixture_dist(SIM_DIST_EXPONENTIAL, 20e-3, 0),
        .hold = fixture_dist(SIM_DIST_CONSTANT, 10e-3, 0),
    };
    world_database *database = world_database_add(shop->datacenter, "database", &config, NULL);

    shop->client = add_client(shop, "client", 1, 2);
    world_client *other = add_client(shop, "other", 1, 2);
    assert_true(world_client_connect(shop->client, world_database_node(database), NULL));
    assert_true(world_client_connect(other, world_database_node(database), NULL));
    operator_run(shop->world, 240 * SIM_SECOND);
    assert_true(count_of(shop, "aborted") > 5);
    uint64_t failed = count_of(shop, "failed") + fixture_counter(shop->world, "here/other/failed");
    assert_true(failed < count_of(shop, "aborted") / 2);
    assert_true(fixture_counter(shop->world, "here/database/writes") >= 4790 - failed);
}

/* The two ask another target each for the same rows, at the same times, and write the same ones. */
static void one_like_another_repeats_its_load(void **state)
{
    struct shop *shop = *state;
    struct fixture_probe *other = fixture_probe_add(shop->datacenter, "other");
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = 1};

    open_client(shop, 0.3);
    struct world_client_config config = {
        .source = {.process = &process},
        .write_share = 0.3,
        .write_rows = 2,
        .waiting_max = 20,
        .tries = 3,
        .timeout = SIM_SECOND / 2,
        .backoff = SIM_SECOND / 10,
        .like = shop->client,
    };
    world_client *twin = world_client_add(shop->datacenter, "twin", &config, NULL);
    assert_true(world_client_connect(twin, &other->node, NULL));
    operator_run(shop->world, SIM_SECOND / 2);
    assert_true(other->received->len >= 4);
    assert_int_equal(other->received->len, shop->target->received->len);
    for (uint32_t i = 0; i < other->received->len; i++) {
        const struct fixture_received *left = fixture_received_at(shop->target, i);
        const struct fixture_received *right = fixture_received_at(other, i);
        assert_int_equal(left->time, right->time);
        assert_int_equal(left->packet.kind, right->packet.kind);
        assert_int_equal(left->packet.message.key, right->packet.message.key);
        assert_int_equal(left->packet.message.attributes[0], right->packet.message.attributes[0]);
        assert_int_not_equal(left->packet.message.id, right->packet.message.id);
    }
}

/* The constant 13 is row 3 of 10; two rows further on every half second, and a read from 1 s on. */
static void the_popular_rows_move_on_and_writes_end(void **state)
{
    struct shop *shop = *state;
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_PERIODIC, .rate = 10};
    const struct world_client_config config = {
        .source = {.process = &process},
        .recipe = {.key = fixture_dist(SIM_DIST_CONSTANT, 13, 0)},
        .keys = 10,
        .drift_every = SIM_SECOND / 2,
        .drift_by = 2,
        .write_share = 1,
        .writes_until = SIM_SECOND,
        .write_rows = 1,
        .waiting_max = 1000,
        .tries = 1,
        .timeout = SIM_SECOND / 2,
        .backoff = SIM_SECOND / 10,
    };

    shop->client = world_client_add(shop->datacenter, "client", &config, NULL);
    assert_true(world_client_connect(shop->client, &shop->target->node, NULL));
    operator_run(shop->world, 3 * SIM_SECOND);
    assert_true(shop->target->received->len > 25);
    for (uint32_t i = 0; i < shop->target->received->len; i++) {
        const struct model_message *message = &fixture_received_at(shop->target, i)->packet.message;
        uint64_t drifts = (uint64_t)(message->born / (SIM_SECOND / 2));
        assert_int_equal(message->key, (3 + 2 * drifts) % 10);
        assert_int_equal(
            fixture_received_at(shop->target, i)->packet.kind,
            message->born <= SIM_SECOND ? WORLD_PACKET_PUT : WORLD_PACKET_GET);
    }
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->target = fixture_probe_add(shop->datacenter, "target");
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
        TEST(asks_and_hears_the_answer),
        TEST(a_request_has_so_many_tries),
        TEST(what_is_aborted_or_refused_is_tried_again),
        TEST(a_budget_bounds_the_tries_of_all_requests),
        TEST(a_share_of_its_requests_are_writes),
        TEST(a_crash_fails_what_was_waiting),
        TEST(deadlocks_are_aborted_and_tried_again_until_all_is_written),
        TEST(one_like_another_repeats_its_load),
        TEST(the_popular_rows_move_on_and_writes_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/database, and of the world/processor inside it. Probes play its clients. */
/* SPDX-License-Identifier: MIT */
#include "world/batch.h"
#include "world/database.h"
#include "world/processor.h"

#include "tests/operator_fixture.h"

#define ROWS 20
#define WORK (10 * SIM_MILLISECOND)

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *client;
    world_database *database;
    struct world_node *node; /* the database's */
    uint64_t asked;
};

static struct world_database_config config_of(uint32_t connections, uint32_t cores)
{
    return (struct world_database_config){
        .rows = ROWS,
        .connections = connections,
        .waiting_max = 4,
        .cores = cores,
        .work = fixture_dist(SIM_DIST_CONSTANT, 10e-3, 0),
        .hold = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };
}

static void open_database(struct shop *shop, const struct world_database_config *config)
{
    shop->database = world_database_add(shop->datacenter, "database", config, NULL);
    assert_non_null(shop->database);
    shop->node = world_database_node(shop->database);
    operator_run(shop->world, 0);
}

static void run_on(struct shop *shop, sim_time duration)
{
    operator_run(shop->world, shop->world->run.now + duration);
}

static void get(struct shop *shop, uint64_t row)
{
    struct model_message message = {.id = shop->asked++, .key = row};

    operator_send(shop->client, shop->node, WORLD_PACKET_GET, &message, (uint32_t)row);
}

/* A write of two rows; of one, when they are the same. */
static void put(struct shop *shop, uint64_t row, uint32_t other)
{
    struct model_message message = {
        .id = shop->asked++, .key = row, .kind = other != row, .attributes = {other}};

    operator_send(shop->client, shop->node, WORLD_PACKET_PUT, &message, (uint32_t)row);
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/database/%s", measure);

    return fixture_counter(shop->world, name);
}

static uint32_t answers(const struct shop *shop, enum world_packet_kind kind)
{
    return fixture_received_count(shop->client, kind);
}

static void a_write_makes_a_version_that_a_read_sees(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(4, 4);

    open_database(shop, &config);
    get(shop, 3);
    run_on(shop, SIM_SECOND);
    assert_int_equal(operator_newest(shop->client)->packet.message.value, 0);
    put(shop, 3, 3);
    run_on(shop, SIM_SECOND);
    assert_int_equal(operator_newest(shop->client)->packet.kind, WORLD_PACKET_STORED);
    assert_int_equal(operator_newest(shop->client)->packet.message.value, 1);
    get(shop, 3);
    run_on(shop, SIM_SECOND);
    assert_int_equal(operator_newest(shop->client)->packet.kind, WORLD_PACKET_VALUE);
    assert_int_equal(operator_newest(shop->client)->packet.message.value, 1);
    const struct world_versions *versions = world_database_versions(shop->database);
    assert_int_equal(world_version_of(versions, 3).number, 1);
    assert_int_equal(world_version_of(versions, 3).since, SIM_SECOND + OPERATOR_LATENCY + WORK);
    assert_int_equal(world_version_of(versions, 4).number, 0);
    assert_int_equal(world_version_of(versions, ROWS + 7).number, 0);
}

static void rows_beyond_its_own_cannot_be_written(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(4, 4);

    open_database(shop, &config);
    put(shop, ROWS, ROWS);
    put(shop, 0, ROWS);
    get(shop, ROWS);
    run_on(shop, SIM_SECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_REFUSE), 2);
    assert_int_equal(answers(shop, WORLD_PACKET_VALUE), 1);
    assert_int_equal(world_version_of(world_database_versions(shop->database), 0).number, 0);
}

/* Three jobs on one core take three times as long, and all end together. */
static void service_slows_as_load_grows(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(10, 1);

    open_database(shop, &config);
    for (uint64_t row = 0; row < 3; row++) {
        get(shop, row);
    }
    run_on(shop, 3 * WORK + OPERATOR_LATENCY - 1);
    assert_int_equal(count_of(shop, "reads"), 0);
    run_on(shop, 1);
    assert_int_equal(count_of(shop, "reads"), 3);
}

static void without_a_connection_a_request_waits_or_is_refused(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(2, 8);

    open_database(shop, &config);
    for (uint64_t row = 0; row < 8; row++) {
        get(shop, row);
    }
    run_on(shop, SIM_MILLISECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_REFUSE), 2);
    run_on(shop, WORK);
    assert_int_equal(answers(shop, WORLD_PACKET_VALUE), 2);
    run_on(shop, WORK);
    assert_int_equal(answers(shop, WORLD_PACKET_VALUE), 4);
    run_on(shop, WORK);
    assert_int_equal(answers(shop, WORLD_PACKET_VALUE), 6);
    fixture_assert_no_packets(shop->world);
}

/* The numbers of the rows that were read, in the order of the answers. */
static void assert_rows_read(const struct shop *shop, const uint32_t *rows, uint32_t count)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < shop->client->received->len; i++) {
        const struct fixture_received *answer = fixture_received_at(shop->client, i);
        if (answer->packet.kind == WORLD_PACKET_VALUE) {
            assert_true(found < count);
            assert_int_equal(answer->packet.message.key, rows[found]);
            found++;
        }
    }
    assert_int_equal(found, count);
}

/* One runs, four wait: the two that came first of these make room for the two that come last. */
static void with_the_newest_first_the_oldest_is_refused_for_one_too_many(void **state)
{
    static const uint32_t expected[] = {0, 6, 5, 4, 3};
    struct shop *shop = *state;
    struct world_database_config config = config_of(1, 1);

    config.is_newest_first = true;
    open_database(shop, &config);
    for (uint64_t row = 0; row < 7; row++) {
        get(shop, row);
        run_on(shop, 1);
    }
    run_on(shop, SIM_MILLISECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_REFUSE), 2);
    run_on(shop, SIM_SECOND);
    assert_rows_read(shop, expected, G_N_ELEMENTS(expected));
    assert_int_equal(count_of(shop, "refused"), 2);
    fixture_assert_no_packets(shop->world);
}

/* Of five that come at once, each a piece of work, the last two find that they waited too long. */
static void who_has_waited_for_too_long_is_refused_when_its_turn_comes(void **state)
{
    static const uint32_t expected[] = {0, 1, 2};
    struct shop *shop = *state;
    struct world_database_config config = config_of(1, 1);

    config.patience = 2 * WORK;
    open_database(shop, &config);
    for (uint64_t row = 0; row < 5; row++) {
        get(shop, row);
    }
    run_on(shop, SIM_SECOND);
    assert_rows_read(shop, expected, G_N_ELEMENTS(expected));
    assert_int_equal(count_of(shop, "expired"), 2);
    assert_int_equal(answers(shop, WORLD_PACKET_REFUSE), 2);
    fixture_assert_no_packets(shop->world);
}

/* The second waits until the first has let go, though there are cores and connections enough. */
static void who_writes_a_locked_row_waits_and_who_reads_it_does_not(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(8, 8);

    config.hold = fixture_dist(SIM_DIST_CONSTANT, 50e-3, 0);
    open_database(shop, &config);
    put(shop, 3, 3);
    put(shop, 3, 3);
    get(shop, 3);
    run_on(shop, 2 * WORK);
    assert_int_equal(answers(shop, WORLD_PACKET_VALUE), 1);
    run_on(shop, 50 * SIM_MILLISECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_STORED), 1);
    run_on(shop, 60 * SIM_MILLISECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_STORED), 2);
    assert_int_equal(world_version_of(world_database_versions(shop->database), 3).number, 2);
}

/* One locks 3 and then 4, the other 4 and then 3: the one that came later is aborted. */
static void of_a_deadlock_the_youngest_is_aborted_and_the_other_goes_on(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(8, 8);

    open_database(shop, &config);
    put(shop, 3, 4);
    put(shop, 4, 3);
    run_on(shop, SIM_SECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_STORED), 1);
    assert_int_equal(answers(shop, WORLD_PACKET_ABORTED), 1);
    assert_int_equal(count_of(shop, "aborted"), 1);
    assert_int_equal(fixture_received_at(shop->client, 0)->packet.kind, WORLD_PACKET_ABORTED);
    assert_int_equal(fixture_received_at(shop->client, 0)->packet.token, 4);
    const struct world_versions *versions = world_database_versions(shop->database);
    assert_int_equal(world_version_of(versions, 3).number, 1);
    assert_int_equal(world_version_of(versions, 4).number, 1);
}

/* Each write of two rows at random; one that is aborted is not tried again. */
static void all_rows_of_a_write_commit_or_none_and_nobody_waits_for_ever(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(16, 4);
    uint64_t seed = 4;
    uint64_t written = 0;

    config.waiting_max = 1000;
    open_database(shop, &config);
    for (int i = 0; i < 600; i++) {
        put(shop, fixture_random(&seed, 6), 6 + (uint32_t)fixture_random(&seed, 6));
        put(shop, 6 + fixture_random(&seed, 6), (uint32_t)fixture_random(&seed, 6));
        run_on(shop, 4 * SIM_MILLISECOND);
    }
    run_on(shop, 60 * SIM_SECOND);
    fixture_assert_no_packets(shop->world);
    assert_int_equal(count_of(shop, "writes") + count_of(shop, "aborted"), 1200);
    assert_true(count_of(shop, "aborted") > 20);
    for (uint64_t row = 0; row < ROWS; row++) {
        written += world_version_of(world_database_versions(shop->database), row).number;
    }
    assert_int_equal(written, 2 * count_of(shop, "writes"));
}

static void a_crash_keeps_what_was_committed_and_nothing_else(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(2, 1);

    config.hold = fixture_dist(SIM_DIST_CONSTANT, 50e-3, 0);
    open_database(shop, &config);
    put(shop, 1, 1);
    run_on(shop, SIM_SECOND);
    for (uint32_t row = 0; row < 5; row++) {
        put(shop, row % 2, row % 2);
    }
    run_on(shop, 2 * WORK + 2 * OPERATOR_LATENCY);
    world_node_crash(shop->node);
    fixture_assert_no_packets(shop->world);
    world_node_restart(shop->node);
    run_on(shop, SIM_SECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_STORED), 1);
    put(shop, 0, 1);
    run_on(shop, SIM_SECOND);
    assert_int_equal(answers(shop, WORLD_PACKET_STORED), 2);
    assert_int_equal(world_version_of(world_database_versions(shop->database), 1).number, 2);
    assert_int_equal(world_version_of(world_database_versions(shop->database), 0).number, 1);
}

/* A job of 4 and one of 10 on one core: both at half speed until 8, then the second alone. */
static void a_job_ends_when_it_has_had_its_work(void **state)
{
    struct world_processor processor;
    uint32_t job = 9;

    (void)state;
    world_processor_init(&processor, 1);
    world_processor_add(&processor, 0, 4, 0);
    world_processor_add(&processor, 1, 10, 0);
    assert_int_equal(world_processor_next(&processor), 8);
    assert_false(world_processor_pop(&processor, 7, &job));
    assert_true(world_processor_pop(&processor, 8, &job));
    assert_int_equal(job, 0);
    assert_int_equal(world_processor_next(&processor), 14);
    world_processor_add(&processor, 2, 1, 10); /* 4 are left of the other */
    assert_int_equal(world_processor_next(&processor), 12);
    assert_true(world_processor_pop(&processor, 12, &job));
    assert_int_equal(job, 2);
    assert_int_equal(world_processor_next(&processor), 15);
    world_processor_clear(&processor, 13);
    assert_int_equal(world_processor_next(&processor), SIM_NEVER);
    world_processor_check(&processor);
    world_processor_finish(&processor);
}

/* Three jobs of 1 ns on two cores need 1.5 ns. */
static void a_job_never_ends_before_it_has_had_its_work(void **state)
{
    struct world_processor processor;
    uint32_t job;

    (void)state;
    world_processor_init(&processor, 2);
    for (uint32_t i = 0; i < 3; i++) {
        world_processor_add(&processor, i, 1, 0);
    }
    assert_int_equal(world_processor_next(&processor), 2);
    assert_false(world_processor_pop(&processor, 1, &job));
    assert_int_equal(world_processor_next(&processor), 2);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(world_processor_pop(&processor, 2, &job));
        assert_int_equal(job, i);
    }
    world_processor_finish(&processor);
}

static void a_batch_is_one_request_of_many_rows(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(4, 4);
    uint32_t number = world_batch_add(shop->world);
    struct world_batch *batch = world_batch_at(shop->world, number);
    struct model_message message = {.id = 77};

    config.request = fixture_dist(SIM_DIST_CONSTANT, 5e-3, 0);
    open_database(shop, &config);
    put(shop, 3, 5);
    run_on(shop, SIM_SECOND);
    sim_time before = shop->world->run.now;
    batch->count = 3;
    batch->keys[0] = 3;
    batch->keys[1] = 4;
    batch->keys[2] = 5;
    world_batch_ask(shop->world, number, &message);
    operator_send(shop->client, shop->node, WORLD_PACKET_READ, &message, 0);
    run_on(shop, SIM_SECOND);
    assert_int_equal(operator_newest(shop->client)->packet.kind, WORLD_PACKET_ROWS);
    assert_int_equal(
        operator_newest(shop->client)->time,
        before + 2 * OPERATOR_LATENCY + 3 * WORK + 5 * SIM_MILLISECOND);
    assert_int_equal(batch->versions[0], 1);
    assert_int_equal(batch->versions[1], 0);
    assert_int_equal(batch->versions[2], 1);
    assert_int_equal(count_of(shop, "reads"), 3);
    assert_int_equal(count_of(shop, "requests"), 2);
}

/* The answer to an earlier use does not touch the batch. */
static void a_batch_in_another_use_is_left_alone(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(4, 4);
    uint32_t number = world_batch_add(shop->world);
    struct world_batch *batch = world_batch_at(shop->world, number);
    struct model_message first = {.id = 77};
    struct model_message second = {.id = 78};

    open_database(shop, &config);
    put(shop, 3, 3);
    run_on(shop, SIM_SECOND);
    batch->count = 1;
    batch->keys[0] = 3;
    world_batch_ask(shop->world, number, &first);
    operator_send(shop->client, shop->node, WORLD_PACKET_READ, &first, 0);
    world_batch_ask(shop->world, number, &second);
    run_on(shop, SIM_SECOND);
    assert_int_equal(batch->versions[0], 0);
    assert_false(world_batch_is_answered(
        shop->world, number, &operator_newest(shop->client)->packet.message));
}

struct heard {
    uint64_t key[8];
    int64_t value[8];
    uint32_t count;
};

static struct heard *heard_of(struct world_node *node)
{
    return (void *)((struct fixture_probe *)node)->received->data;
}

static void hear(void *node, const struct sim_recording_entry *change)
{
    struct heard *heard = heard_of(node);

    heard->key[heard->count] = change->key;
    heard->value[heard->count++] = change->value;
}

static void each_row_of_a_commit_is_a_change(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(4, 4);
    struct fixture_probe *listener = fixture_probe_add(shop->datacenter, "listener");
    struct world_source source;

    g_array_set_size(listener->received, sizeof(struct heard));
    memset(listener->received->data, 0, sizeof(struct heard));
    open_database(shop, &config);
    const struct world_source_config feed = {.feed = world_database_changes(shop->database)};
    world_source_init(&source, &feed, &listener->node, hear);
    put(shop, 3, 5);
    put(shop, 3, 3);
    get(shop, 3);
    run_on(shop, SIM_SECOND);
    const struct heard *heard = heard_of(&listener->node);
    assert_int_equal(heard->count, 3);
    assert_int_equal(heard->key[0], 3);
    assert_int_equal(heard->value[0], 1);
    assert_int_equal(heard->key[1], 5);
    assert_int_equal(heard->value[1], 1);
    assert_int_equal(heard->key[2], 3);
    assert_int_equal(heard->value[2], 2);
    world_source_finish(&source);
    g_array_set_size(listener->received, 0);
}

static void to_be_asked_beyond_its_limit_fails_its_check(void **state)
{
    struct shop *shop = *state;
    struct world_database_config config = config_of(2, 1);

    shop->database = world_database_add(shop->datacenter, "database", &config, NULL);
    shop->node = world_database_node(shop->database);
    struct world_check *check = world_database_check_limit(shop->database);
    operator_run(shop->world, 0);
    for (uint64_t i = 0; i < 6; i++) {
        get(shop, i); /* two have a connection, four wait */
    }
    run_on(shop, 2 * OPERATOR_LATENCY);
    assert_true(world_check_held(check));
    assert_int_equal(check->evaluated, 6);
    get(shop, 6);
    run_on(shop, SIM_SECOND);
    assert_int_equal(check->failed, 1);
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
        TEST(a_write_makes_a_version_that_a_read_sees),
        TEST(rows_beyond_its_own_cannot_be_written),
        TEST(service_slows_as_load_grows),
        TEST(without_a_connection_a_request_waits_or_is_refused),
        TEST(with_the_newest_first_the_oldest_is_refused_for_one_too_many),
        TEST(who_has_waited_for_too_long_is_refused_when_its_turn_comes),
        TEST(who_writes_a_locked_row_waits_and_who_reads_it_does_not),
        TEST(of_a_deadlock_the_youngest_is_aborted_and_the_other_goes_on),
        TEST(all_rows_of_a_write_commit_or_none_and_nobody_waits_for_ever),
        TEST(a_crash_keeps_what_was_committed_and_nothing_else),
        cmocka_unit_test(a_job_ends_when_it_has_had_its_work),
        cmocka_unit_test(a_job_never_ends_before_it_has_had_its_work),
        TEST(a_batch_is_one_request_of_many_rows),
        TEST(a_batch_in_another_use_is_left_alone),
        TEST(each_row_of_a_commit_is_a_change),
        TEST(to_be_asked_beyond_its_limit_fails_its_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

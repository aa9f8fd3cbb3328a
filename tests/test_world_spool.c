/* Tests of world/spool: what passes, what is stored, what a crash leaves. A probe plays the queue,
 * and says how it answers. */
/* SPDX-License-Identifier: MIT */
#include "world/spool.h"

#include "tests/operator_fixture.h"

/* Messages come every 10 ms, packets take 100 us, syncs 5 ms. */
struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    world_producer *producer;
    world_spool *spool;
    struct world_node *node; /* the spool's */
    struct fixture_probe *queue;
    uint32_t answered; /* of what the queue received, so many were answered or left */
    struct world_check *conservation;
};

static struct world_spool_config config_of(void)
{
    return (struct world_spool_config){
        .age = SIM_NEVER,
        .capacity = 1000,
        .window = 10,
        .timeout = SIM_SECOND,
        .timeout_max = 4 * SIM_SECOND,
        .accepts = true,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 4096},
    };
}

static void open_producer(struct shop *shop)
{
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_PERIODIC, .rate = 100};
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
                .value = fixture_dist(SIM_DIST_CONSTANT, 1, 0),
            },
        .buffer = 500,
        .window = 500,
        .timeout = 200 * SIM_MILLISECOND,
        .backoff_first = 50 * SIM_MILLISECOND,
        .backoff_max = 50 * SIM_MILLISECOND,
    };

    shop->producer = world_producer_add(shop->datacenter, "clicks", &config, NULL);
    assert_non_null(shop->producer);
    assert_true(world_producer_connect(shop->producer, shop->node, NULL));
}

static struct shop *open_shop(const struct world_spool_config *config)
{
    struct shop *shop = g_new0(struct shop, 1);
    struct world_disk_config disk = world_disk_default();

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    disk.sync = fixture_dist(SIM_DIST_CONSTANT, 0.005, 0);
    world_disk_configure(shop->datacenter->disk, &disk);
    shop->queue = fixture_probe_add(shop->datacenter, "queue");
    shop->spool = world_spool_add(shop->datacenter, "spool", config, NULL);
    assert_non_null(shop->spool);
    shop->node = world_spool_node(shop->spool);
    assert_true(world_spool_connect(shop->spool, &shop->queue->node, NULL));
    open_producer(shop);
    shop->conservation = world_audit_check_conservation(shop->world->audit);
    return shop;
}

static void close_shop(struct shop *shop)
{
    world_end(shop->world);
    assert_true(world_check_held(shop->conservation));
    world_destroy(shop->world);
    g_free(shop);
}

static uint64_t count_of(const struct shop *shop, const char *name)
{
    g_autofree char *path = g_strdup_printf("here/%s", name);

    return fixture_counter(shop->world, path);
}

static void answer_all(struct shop *shop)
{
    while (shop->answered < shop->queue->received->len) {
        struct fixture_received received = *fixture_received_at(shop->queue, shop->answered++);
        world_audit_report(
            shop->world->audit,
            WORLD_AUDIT_ACCEPTED,
            received.packet.message.id,
            shop->queue->node.index);
        world_audit_report(
            shop->world->audit,
            world_audit_is_settled(shop->world->audit, received.packet.message.id)
                ? WORLD_AUDIT_SUPPRESSED
                : WORLD_AUDIT_SETTLED,
            received.packet.message.id,
            shop->queue->node.index);
        fixture_probe_answer(shop->queue, &received, WORLD_PACKET_CONFIRM);
    }
}

/* The queue answers what comes, every 5 ms; or leaves it. */
static void run_on(struct shop *shop, sim_time duration, bool is_answering)
{
    sim_time until = shop->world->run.now + duration;

    while (shop->world->run.now < until) {
        operator_run(shop->world, shop->world->run.now + 5 * SIM_MILLISECOND);
        if (is_answering) {
            answer_all(shop);
        } else {
            shop->answered = shop->queue->received->len;
        }
    }
}

static void lets_pass_what_meets_no_trouble(void **state)
{
    struct world_spool_config config = config_of();
    config.age = SIM_SECOND;
    config.size = 10;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, 5 * SIM_SECOND, true);
    assert_int_equal(count_of(shop, "spool/stored"), 0);
    assert_true(count_of(shop, "spool/passed") >= 499);
    assert_true(count_of(shop, "clicks/confirmed") >= 497);
    assert_int_equal(count_of(shop, "clicks/resent"), 0);
    close_shop(shop);
}

static void stores_what_is_too_old_and_what_comes_behind_it(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 200 * SIM_MILLISECOND;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, 3 * SIM_SECOND, false);
    assert_true(count_of(shop, "spool/by_age") >= 10); /* until its window is full */
    assert_int_equal(count_of(shop, "spool/by_size"), 0);
    assert_true(count_of(shop, "spool/behind") > 200);
    assert_true(count_of(shop, "clicks/confirmed") > 200); /* its memory is free again */
    assert_true(world_producer_held(shop->producer) < 30);
    assert_true(world_audit_totals_of(shop->world->audit).accepted > 200);
    assert_int_equal(count_of(shop, "spool/sent"), 10); /* its window, again and again */
    assert_true(count_of(shop, "spool/resent") > 0);
    run_on(shop, 10 * SIM_SECOND, true);
    assert_int_equal(count_of(shop, "spool/delivered"), count_of(shop, "spool/stored"));
    assert_true(count_of(shop, "spool/passed") > 500); /* and nothing stands in the way */
    assert_int_equal(world_audit_totals_of(shop->world->audit).lost, 0);
    close_shop(shop);
}

static void stores_from_a_producer_that_holds_too_much(void **state)
{
    struct world_spool_config config = config_of();
    config.size = 50;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, SIM_SECOND / 10, false);
    assert_int_equal(count_of(shop, "spool/stored"), 0);
    run_on(shop, SIM_SECOND, false);
    assert_true(count_of(shop, "spool/by_size") > 0);
    assert_int_equal(count_of(shop, "spool/by_age"), 0);
    assert_true(count_of(shop, "spool/stored") > 10);
    close_shop(shop);
}

static void sends_what_it_has_in_the_order_in_which_it_came(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 1; /* all of it */
    struct shop *shop = open_shop(&config);
    uint64_t next = 0;

    (void)state;
    run_on(shop, 2 * SIM_SECOND, true);
    assert_int_equal(count_of(shop, "spool/passed"), 0);
    assert_true(shop->queue->received->len > 190);
    for (uint32_t i = 0; i < shop->queue->received->len; i++) {
        const struct world_packet *packet = &fixture_received_at(shop->queue, i)->packet;
        assert_int_equal(model_message_sequence(packet->message.id), next++);
        assert_int_equal(packet->from.node, shop->node->index);
    }
    close_shop(shop);
}

static void says_full_and_the_memory_keeps_the_rest(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 1;
    config.capacity = 20;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, 8 * SIM_SECOND, false);
    assert_int_equal(count_of(shop, "spool/stored"), 20);
    assert_true(count_of(shop, "spool/full") > 100);
    assert_int_equal(world_producer_held(shop->producer), 500);
    assert_true(world_audit_totals_of(shop->world->audit).refused > 200);
    run_on(shop, 40 * SIM_SECOND, true);
    assert_true(world_producer_held(shop->producer) < 10);
    close_shop(shop);
}

/* Of what the journal has, nothing is lost, whenever the crash comes; what the queue had answered
 * already may come again. */
static void a_crash_takes_nothing_that_was_accepted(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 1;
    struct shop *shop = open_shop(&config);

    (void)state;
    for (int i = 0; i < 40; i++) {
        run_on(shop, (300 + 7 * i) * SIM_MILLISECOND, i % 3 != 0);
        world_node_crash(shop->node);
        if (i % 5 == 0) {
            world_node_crash(world_producer_node(shop->producer));
        }
        operator_run(shop->world, shop->world->run.now + 20 * SIM_MILLISECOND);
        assert_int_equal(world_audit_totals_of(shop->world->audit).lost, 0); /* it is on the disk */
        world_node_restart(shop->node);
        world_node_restart(world_producer_node(shop->producer));
    }
    run_on(shop, 30 * SIM_SECOND, true);
    struct world_audit_totals totals = world_audit_totals_of(shop->world->audit);
    assert_int_equal(totals.lost, 0);
    assert_true(totals.settled + 2 >= totals.accepted && totals.accepted > 1000);
    assert_true(count_of(shop, "spool/replayed") > 100);
    assert_true(totals.suppressed > 10); /* a storm of duplicates, for those behind it */
    close_shop(shop);
}

/* And the check says so. */
static void a_crash_takes_what_was_accepted_without_a_sync(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 1;
    config.journal.sync = MODEL_SYNC_NONE;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, 2 * SIM_SECOND, false);
    world_node_crash(shop->node);
    world_node_restart(shop->node);
    run_on(shop, 2 * SIM_SECOND, true);
    assert_true(world_audit_totals_of(shop->world->audit).lost > 0);
    close_shop(shop);
}

static void what_is_stored_is_no_promise_unless_it_is_said_to_be(void **state)
{
    struct world_spool_config config = config_of();
    config.age = 1;
    config.accepts = false;
    struct shop *shop = open_shop(&config);

    (void)state;
    run_on(shop, 2 * SIM_SECOND, false);
    assert_int_equal(world_audit_totals_of(shop->world->audit).accepted, 0);
    assert_true(world_audit_totals_of(shop->world->audit).unaccepted > 190);
    world_node_crash(shop->node);
    world_node_restart(shop->node);
    run_on(shop, 20 * SIM_SECOND, true);
    assert_true(world_audit_totals_of(shop->world->audit).accepted > 1900);
    assert_int_equal(world_audit_totals_of(shop->world->audit).lost_unaccepted, 0);
    close_shop(shop);
}

static void stands_behind_producers_of_its_data_centre_only(void **state)
{
    struct world_spool_config config = config_of();
    struct shop *shop = open_shop(&config);
    world_spool *second = world_spool_add(shop->datacenter, "second", &config, NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_false(world_spool_connect(second, shop->node, &error));
    assert_string_equal(
        error->message,
        "here/second cannot send to here/spool: a spool stands behind producers of its own data "
        "centre");
    world_destroy(shop->world);
    g_free(shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_pass_what_meets_no_trouble),
        cmocka_unit_test(stores_what_is_too_old_and_what_comes_behind_it),
        cmocka_unit_test(stores_from_a_producer_that_holds_too_much),
        cmocka_unit_test(sends_what_it_has_in_the_order_in_which_it_came),
        cmocka_unit_test(says_full_and_the_memory_keeps_the_rest),
        cmocka_unit_test(a_crash_takes_nothing_that_was_accepted),
        cmocka_unit_test(a_crash_takes_what_was_accepted_without_a_sync),
        cmocka_unit_test(what_is_stored_is_no_promise_unless_it_is_said_to_be),
        cmocka_unit_test(stands_behind_producers_of_its_data_centre_only),
    };

    return cmocka_run_group_tests_name("world/spool", tests, NULL, NULL);
}

/* Tests of world/producer: what it sends, and sends again. A probe plays the broker. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

#define BUFFER 20
#define WINDOW 5

/* A message every 100 ms from the first tenth of a second on. */
struct press {
    struct world *world;
    struct fixture_probe *broker;
    world_producer *producer;
    struct world_node *node; /* the producer's */
};

static const struct sim_arrivals_config every_tenth = {.kind = SIM_ARRIVALS_PERIODIC, .rate = 10};

static struct world_producer_config config_of(void)
{
    return (struct world_producer_config){
        .source = {.process = &every_tenth},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000),
                .value = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000),
            },
        .buffer = BUFFER,
        .window = WINDOW,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 2,
        .backoff_max = 2 * SIM_SECOND,
    };
}

static void make(struct press *press, const struct world_producer_config *config)
{
    press->world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(press->world, "here", NULL);
    press->broker = fixture_probe_add(here, "broker");
    press->producer = world_producer_add(here, "press", config, NULL);
    press->node = world_producer_node(press->producer);
    assert_true(world_producer_connect(press->producer, &press->broker->node, NULL));
}

static void run(struct press *press, sim_time until)
{
    (void)world_run(press->world, until, UINT64_MAX);
    sim_fel_check(press->world->run.fel);
    world_packets_check(&press->world->packets);
    world_audit_check(press->world->audit);
}

static uint64_t counter(const struct press *press, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/press/%s", measure);

    return fixture_counter(press->world, name);
}

/* Answers everything that the broker received from the `from`th on. */
static void answer(struct press *press, uint32_t from, enum world_packet_kind kind)
{
    uint32_t end = press->broker->received->len;

    for (uint32_t i = from; i < end; i++) {
        fixture_probe_answer(press->broker, fixture_received_at(press->broker, i), kind);
    }
}

static void keeps_a_message_until_it_is_confirmed(void **state)
{
    struct press *press = *state;

    run(press, 350 * SIM_MILLISECOND);
    assert_int_equal(press->broker->received->len, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct world_packet *packet = &fixture_received_at(press->broker, i)->packet;
        assert_int_equal(packet->kind, WORLD_PACKET_SEND);
        assert_int_equal(packet->message.id, model_message_id(press->node->index, i));
        assert_int_equal(packet->message.born, (i + 1) * SIM_SECOND / 10);
    }
    assert_int_equal(world_producer_held(press->producer), 3);
    answer(press, 0, WORLD_PACKET_CONFIRM);
    run(press, 390 * SIM_MILLISECOND);
    assert_int_equal(world_producer_held(press->producer), 0);
    assert_int_equal(counter(press, "confirmed"), 3);
}

static void has_no_more_under_way_than_its_window(void **state)
{
    struct press *press = *state;

    run(press, 950 * SIM_MILLISECOND);
    assert_int_equal(press->broker->received->len, WINDOW);
    assert_int_equal(world_producer_held(press->producer), 9);
    answer(press, 0, WORLD_PACKET_CONFIRM);
    run(press, 990 * SIM_MILLISECOND);
    assert_int_equal(press->broker->received->len, 9); /* in the order of their birth */
    for (uint32_t i = 0; i < 9; i++) {
        assert_int_equal(
            model_message_sequence(fixture_received_at(press->broker, i)->packet.message.id), i);
    }
}

static void refuses_what_its_buffer_cannot_hold(void **state)
{
    struct press *press = *state;

    run(press, 2550 * SIM_MILLISECOND);
    assert_int_equal(world_producer_held(press->producer), BUFFER);
    assert_int_equal(counter(press, "arrived"), 25);
    assert_int_equal(counter(press, "refused"), 5);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_int_equal(totals.arrived, 25);
    assert_int_equal(totals.refused, 5);
    assert_int_equal(totals.unaccepted, BUFFER);
}

/* The times, in ms, at which the first message was sent. */
static uint32_t times_of_first(const struct press *press, int64_t *out_times, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < press->broker->received->len && count < max; i++) {
        const struct fixture_received *received = fixture_received_at(press->broker, i);
        if (model_message_sequence(received->packet.message.id) == 0) {
            assert_int_equal(received->packet.sendings, count);
            out_times[count++] = received->time / SIM_MILLISECOND;
        }
    }
    return count;
}

static void sends_again_after_a_timeout_and_a_backoff_that_doubles(void **state)
{
    struct press *press = *state;
    int64_t times[8] = {0};

    run(press, 30 * SIM_SECOND);
    assert_int_equal(times_of_first(press, times, 8), 8);
    assert_int_equal(times[0], 100);
    assert_in_range(times[1] - times[0], 1250, 1500);
    assert_in_range(times[2] - times[1], 1500, 2000);
    for (uint32_t i = 3; i < 8; i++) {
        assert_in_range(times[i] - times[i - 1], 2000, 3000);
    }
    int64_t change = (times[5] - times[4]) - (times[4] - times[3]);
    assert_false(change >= -2 && change <= 2); /* each backoff is drawn anew */
    assert_int_equal(counter(press, "sent"), WINDOW + counter(press, "resent"));
}

static void backs_off_without_waiting_when_the_queue_is_full(void **state)
{
    struct press *press = *state;
    int64_t times[2] = {0};

    run(press, 150 * SIM_MILLISECOND);
    answer(press, 0, WORLD_PACKET_FULL);
    run(press, 900 * SIM_MILLISECOND);
    assert_int_equal(times_of_first(press, times, 2), 2);
    assert_in_range(times[1] - 150, 250, 501);
}

static void gives_up_what_the_queue_refuses(void **state)
{
    struct press *press = *state;

    run(press, 150 * SIM_MILLISECOND);
    answer(press, 0, WORLD_PACKET_REFUSE);
    run(press, 180 * SIM_MILLISECOND);
    assert_int_equal(world_producer_held(press->producer), 0);
    assert_int_equal(counter(press, "refused"), 1);
}

static void overlooks_an_answer_that_comes_twice(void **state)
{
    struct press *press = *state;

    run(press, 350 * SIM_MILLISECOND);
    answer(press, 0, WORLD_PACKET_CONFIRM);
    answer(press, 0, WORLD_PACKET_CONFIRM);
    answer(press, 0, WORLD_PACKET_FULL);
    run(press, 450 * SIM_MILLISECOND); /* the next message has taken an entry of theirs */
    fixture_probe_answer(
        press->broker, fixture_received_at(press->broker, 0), WORLD_PACKET_CONFIRM);
    fixture_probe_answer(
        press->broker, fixture_received_at(press->broker, 1), WORLD_PACKET_CONFIRM);
    fixture_probe_answer(
        press->broker, fixture_received_at(press->broker, 2), WORLD_PACKET_CONFIRM);
    run(press, 480 * SIM_MILLISECOND);
    assert_int_equal(counter(press, "confirmed"), 3);
    assert_int_equal(world_producer_held(press->producer), 1);
}

static void loses_its_buffer_in_a_crash_and_turns_away_what_comes_then(void **state)
{
    struct press *press = *state;

    run(press, 950 * SIM_MILLISECOND);
    world_node_crash(press->node);
    assert_int_equal(world_producer_held(press->producer), 0);
    answer(press, 0, WORLD_PACKET_CONFIRM); /* nobody is there to hear it */
    run(press, 1950 * SIM_MILLISECOND);
    world_node_restart(press->node);
    uint32_t before = press->broker->received->len;
    run(press, 2150 * SIM_MILLISECOND);
    struct world_audit_totals totals = world_audit_totals_of(press->world->audit);
    assert_int_equal(totals.arrived, 21);
    assert_int_equal(totals.turned_away, 10);
    assert_int_equal(totals.lost_unaccepted, 9);
    assert_int_equal(totals.unaccepted, 2);
    assert_int_equal(press->broker->received->len, before + 2);
    assert_int_equal(
        model_message_sequence(fixture_received_at(press->broker, before)->packet.message.id), 19);
}

static void lets_messages_wait_for_others_while_it_lingers(void **state)
{
    struct world_producer_config config = config_of();
    struct press press;

    (void)state;
    config.linger = 250 * SIM_MILLISECOND;
    make(&press, &config);
    run(&press, 340 * SIM_MILLISECOND);
    assert_int_equal(press.broker->received->len, 0);
    run(&press, 360 * SIM_MILLISECOND);
    assert_int_equal(press.broker->received->len, 3);
    run(&press, 450 * SIM_MILLISECOND);
    world_node_crash(press.node); /* while the fourth lingers */
    run(&press, 550 * SIM_MILLISECOND);
    world_node_restart(press.node);
    run(&press, 840 * SIM_MILLISECOND);
    assert_int_equal(press.broker->received->len, 3);
    run(&press, 860 * SIM_MILLISECOND);
    assert_int_equal(press.broker->received->len, 6); /* the sixth to the eighth */
    world_destroy(press.world);
}

static void is_incomplete_without_a_queue_and_has_only_one(void **state)
{
    struct press *press = *state;
    struct world_producer_config config = config_of();
    world_producer *lonely = world_producer_add(press->node->datacenter, "lonely", &config, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) second = NULL;

    assert_false(world_is_complete(press->world, &error));
    assert_non_null(strstr(error->message, "here/lonely sends to no queue"));
    assert_true(world_producer_connect(lonely, &press->broker->node, NULL));
    assert_true(world_is_complete(press->world, NULL));
    assert_false(world_producer_connect(lonely, &press->broker->node, &second));
    assert_true(g_error_matches(second, WORLD_ERROR, WORLD_ERROR_ROUTE));
}

static int create(void **state)
{
    struct press *press = g_new0(struct press, 1);
    struct world_producer_config config = config_of();

    make(press, &config);
    *state = press;
    return 0;
}

static int destroy(void **state)
{
    struct press *press = *state;

    world_destroy(press->world);
    g_free(press);
    return 0;
}

#define PRESS_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

/* ---- among many ---- */

static void among_many_nodes_it_has_measures_once_it_has_messages_or_is_asked(void **state)
{
    struct press press;
    struct world_producer_config config = config_of();

    (void)state;
    make(&press, &config);
    struct world_datacenter *here = world_datacenter_find(press.world, "here");
    for (uint32_t i = press.world->nodes->len; i < WORLD_NODES_FEW; i++) {
        g_autofree char *name = g_strdup_printf("idle%u", i);
        (void)fixture_probe_add(here, name);
    }
    for (uint32_t i = 0; i < 2; i++) {
        const char *names[] = {"asked", "busy"};
        world_producer *late = world_producer_add(here, names[i], &config, NULL);
        assert_true(world_producer_connect(late, &press.broker->node, NULL));
    }
    assert_null(sim_registry_find(press.world->registry, "here/asked/sent"));
    assert_non_null(world_node_find_measure(press.world, "here/asked/sent"));
    assert_non_null(sim_registry_find(press.world->registry, "here/asked/held"));
    assert_null(world_node_find_measure(press.world, "here/asked/nonsense"));
    assert_null(world_node_find_measure(press.world, "here/nobody/sent"));
    assert_null(sim_registry_find(press.world->registry, "here/busy/sent"));
    run(&press, SIM_SECOND);
    world_verify(press.world);
    const char *measures[] = {"here/press/sent", "here/asked/sent", "here/busy/sent"};
    for (uint32_t i = 0; i < G_N_ELEMENTS(measures); i++) {
        const struct sim_measure *sent = sim_registry_find(press.world->registry, measures[i]);
        assert_non_null(sent);
        assert_int_equal(sent->counter.value, WINDOW);
    }
    world_destroy(press.world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PRESS_TEST(keeps_a_message_until_it_is_confirmed),
        PRESS_TEST(has_no_more_under_way_than_its_window),
        PRESS_TEST(refuses_what_its_buffer_cannot_hold),
        PRESS_TEST(sends_again_after_a_timeout_and_a_backoff_that_doubles),
        PRESS_TEST(backs_off_without_waiting_when_the_queue_is_full),
        PRESS_TEST(gives_up_what_the_queue_refuses),
        PRESS_TEST(overlooks_an_answer_that_comes_twice),
        PRESS_TEST(loses_its_buffer_in_a_crash_and_turns_away_what_comes_then),
        cmocka_unit_test(lets_messages_wait_for_others_while_it_lingers),
        cmocka_unit_test(among_many_nodes_it_has_measures_once_it_has_messages_or_is_asked),
        PRESS_TEST(is_incomplete_without_a_queue_and_has_only_one),
    };

    return cmocka_run_group_tests_name("world/producer", tests, NULL, NULL);
}

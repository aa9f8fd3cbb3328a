/* Tests of world/audit: every message is in one state, and no loss goes unseen. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

/* ---- one message ---- */

/* A world with a probe that stands for a producer, and one that stands for a queue. */
struct book {
    struct world *world;
    struct fixture_probe *producer;
    struct fixture_probe *queue;
};

static void report(struct book *book, enum world_audit_event event, uint64_t message)
{
    bool is_producers = event == WORLD_AUDIT_TAKEN_IN || event == WORLD_AUDIT_BUFFER_LOST ||
                        event == WORLD_AUDIT_TURNED_AWAY;
    uint32_t node = is_producers ? book->producer->node.index : book->queue->node.index;

    world_audit_report(book->world->audit, event, message, node);
    world_audit_check(book->world->audit);
}

static struct world_audit_totals totals_of(const struct book *book)
{
    return world_audit_totals_of(book->world->audit);
}

/* What befalls a message, and what the totals change by. */
static const struct {
    enum world_audit_event events[6];
    int event_count;
    struct world_audit_totals totals;
} fates[] = {
    {{WORLD_AUDIT_TURNED_AWAY}, 1, {.turned_away = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_BUFFER_LOST}, 2, {.lost_unaccepted = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_REFUSED}, 2, {.refused = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_REFUSED, WORLD_AUDIT_REFUSED}, 3, {.refused = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_REFUSED, WORLD_AUDIT_BUFFER_LOST}, 3, {.refused = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_BUFFER_LOST, WORLD_AUDIT_REFUSED},
     3,
     {.lost_unaccepted = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED},
     3,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN,
      WORLD_AUDIT_ACCEPTED,
      WORLD_AUDIT_REFUSED,
      WORLD_AUDIT_BUFFER_LOST,
      WORLD_AUDIT_SETTLED},
     5,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_REFUSED, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_BUFFER_LOST, WORLD_AUDIT_SETTLED},
     3,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_BUFFER_LOST, WORLD_AUDIT_RECOVERED},
     3,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1, .repeated = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED, WORLD_AUDIT_SUPPRESSED},
     4,
     {.accepted = 1, .settled = 1, .suppressed = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_DEAD, WORLD_AUDIT_DEAD},
     4,
     {.accepted = 1, .dead = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_DEAD, WORLD_AUDIT_DROPPED},
     4,
     {.accepted = 1, .dead = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_DROPPED}, 2, {.accepted = 1, .dropped = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_DEAD, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_DROPPED, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_SETTLED, WORLD_AUDIT_DEAD},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_QUEUE_CRASHED},
     3,
     {.accepted = 1, .lost = 1}},
    {{WORLD_AUDIT_TAKEN_IN,
      WORLD_AUDIT_ACCEPTED,
      WORLD_AUDIT_QUEUE_CRASHED,
      WORLD_AUDIT_QUEUE_CRASHED},
     4,
     {.accepted = 1, .lost = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_ACCEPTED, WORLD_AUDIT_QUEUE_CRASHED, WORLD_AUDIT_SETTLED},
     4,
     {.accepted = 1, .settled = 1}},
    {{WORLD_AUDIT_TAKEN_IN, WORLD_AUDIT_QUEUE_CRASHED, WORLD_AUDIT_BUFFER_LOST},
     3,
     {.lost_unaccepted = 1}},
};

static void a_message_ends_in_the_last_state_that_befell_it(void **state)
{
    struct book *book = *state;
    struct world_audit_totals before = totals_of(book);

    for (uint64_t i = 0; i < G_N_ELEMENTS(fates); i++) {
        for (int j = 0; j < fates[i].event_count; j++) {
            report(book, fates[i].events[j], i * 997);
        }
        struct world_audit_totals after = totals_of(book);
        struct world_audit_totals expected = fates[i].totals;
        expected.arrived = 1;
        for (size_t k = 0; k < sizeof(after) / sizeof(uint64_t); k++) {
            uint64_t change = ((uint64_t *)&after)[k] - ((uint64_t *)&before)[k];
            assert_int_equal(change, ((uint64_t *)&expected)[k]);
        }
        assert_int_equal(
            world_audit_is_settled(book->world->audit, i * 997), expected.settled == 1);
        before = after;
    }
}

static void finds_a_message_on_the_wire_to_a_node_that_lives(void **state)
{
    /* Those that can still bring it into a queue, or its effect about; and those that cannot. */
    static const enum world_packet_kind kinds[] = {
        WORLD_PACKET_SEND,
        WORLD_PACKET_DELIVER,
        WORLD_PACKET_CHARGE,
        WORLD_PACKET_CONFIRM,
        WORLD_PACKET_CHARGED,
        WORLD_PACKET_ACK,
        WORLD_PACKET_NACK,
    };
    struct book *book = *state;

    (void)world_run(book->world, SIM_SECOND, UINT64_MAX);
    for (uint64_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        report(book, WORLD_AUDIT_TAKEN_IN, i);
        report(book, WORLD_AUDIT_ACCEPTED, i);
        report(book, WORLD_AUDIT_QUEUE_CRASHED, i);
        fixture_probe_send(book->producer, &book->queue->node, kinds[i], i);
        assert_int_equal(totals_of(book).inside, MIN(i + 1, 3));
        assert_int_equal(totals_of(book).lost, i < 3 ? 0 : i - 2);
    }
    world_node_crash(&book->queue->node);
    assert_int_equal(totals_of(book).inside, 0);
    assert_int_equal(totals_of(book).lost, G_N_ELEMENTS(kinds));
    assert_false(world_audit_is_settled(book->world->audit, UINT64_C(1) << 50));
}

static void conservation_fails_when_a_message_vanishes_uncounted(void **state)
{
    struct book *book = *state;
    struct world_check *check = world_audit_check_conservation(book->world->audit);

    report(book, WORLD_AUDIT_TAKEN_IN, 0);
    report(book, WORLD_AUDIT_BUFFER_LOST, 0);
    (void)world_run(book->world, 1500 * SIM_MILLISECOND, UINT64_MAX);
    assert_true(world_check_held(check));
    report(book, WORLD_AUDIT_TAKEN_IN, 1); /* and nobody holds it */
    (void)world_run(book->world, 3 * SIM_SECOND, UINT64_MAX);
    assert_false(world_check_held(check));
    assert_int_equal(check->first.time, 2 * SIM_SECOND);
    assert_string_equal(
        check->first.text, "of 2 messages that arrived 1 are accounted for, of 0 accepted 0");
}

static void conservation_fails_when_an_accepted_message_vanishes_uncounted(void **state)
{
    struct book *book = *state;
    struct world_check *check = world_audit_check_conservation(book->world->audit);

    report(book, WORLD_AUDIT_TAKEN_IN, 1);
    report(book, WORLD_AUDIT_ACCEPTED, 1);
    (void)world_run(book->world, SIM_SECOND, UINT64_MAX);
    assert_false(world_check_held(check));
    assert_string_equal(
        check->first.text, "of 1 messages that arrived 1 are accounted for, of 1 accepted 0");
}

static void exactly_once_names_the_first_loss_its_time_and_its_place(void **state)
{
    struct book *book = *state;
    struct world_check *check = world_audit_check_exactly_once(book->world->audit);

    for (uint64_t id = 0; id < 5; id++) {
        report(book, WORLD_AUDIT_TAKEN_IN, id);
        report(book, WORLD_AUDIT_ACCEPTED, id);
    }
    (void)world_run(book->world, SIM_SECOND, UINT64_MAX);
    report(book, WORLD_AUDIT_QUEUE_CRASHED, 1);
    (void)world_run(book->world, 2 * SIM_SECOND, UINT64_MAX);
    report(book, WORLD_AUDIT_QUEUE_CRASHED, 3);
    report(book, WORLD_AUDIT_QUEUE_CRASHED, 2);
    report(book, WORLD_AUDIT_SETTLED, 1);
    (void)world_run(book->world, 3 * SIM_SECOND, UINT64_MAX);
    assert_true(world_check_held(check)); /* nobody knows yet whether they are lost */
    world_end(book->world);
    assert_false(world_check_held(check));
    assert_int_equal(check->failed, 3); /* two are lost, and two are nowhere, uncounted */
    assert_int_equal(check->first.time, 2 * SIM_SECOND);
    assert_string_equal(
        check->first.text,
        "message 3 of here/producer was accepted, and is lost: it was in a queue that crashed, at "
        "here/queue");
}

static void exactly_once_fails_when_an_accepted_message_is_dropped_or_dead(void **state)
{
    struct book *book = *state;
    struct world_check *check = world_audit_check_exactly_once(book->world->audit);

    for (uint64_t id = 0; id < 4; id++) {
        report(book, WORLD_AUDIT_TAKEN_IN, id);
        report(book, WORLD_AUDIT_ACCEPTED, id);
    }
    report(book, WORLD_AUDIT_DEAD, 0);
    report(book, WORLD_AUDIT_SETTLED, 0); /* after all */
    report(book, WORLD_AUDIT_SETTLED, 1);
    (void)world_run(book->world, SIM_SECOND, UINT64_MAX);
    report(book, WORLD_AUDIT_DROPPED, 2);
    (void)world_run(book->world, 2 * SIM_SECOND, UINT64_MAX);
    report(book, WORLD_AUDIT_DEAD, 3);
    world_end(book->world);
    assert_int_equal(check->failed, 2);
    assert_int_equal(check->first.time, SIM_SECOND);
    assert_string_equal(
        check->first.text, "message 2 of here/producer was accepted, and dropped, at here/queue");
}

static int create(void **state)
{
    struct book *book = g_new0(struct book, 1);

    book->world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(book->world, "here", NULL);
    book->producer = fixture_probe_add(here, "producer");
    book->queue = fixture_probe_add(here, "queue");
    *state = book;
    return 0;
}

static int destroy(void **state)
{
    struct book *book = *state;

    world_destroy(book->world);
    g_free(book);
    return 0;
}

/* ---- against books that are obviously right, kept from the trace ---- */

#define SEQUENCES 4000

struct naive_message {
    bool is_taken_in;
    bool is_turned_away; /* or refused */
    bool is_lost_from_buffer;
    bool is_accepted;
    uint32_t effects;
};

struct naive {
    struct naive_message messages[FIXTURE_DATACENTERS][SEQUENCES];
};

static void follow(void *context, const struct sim_trace_record *record)
{
    struct naive *naive = context;

    if (record->kind < WORLD_TRACE_AUDIT) {
        return;
    }
    assert_in_range(model_message_sequence(record->message), 0, SEQUENCES - 1);
    struct naive_message *message = &naive->messages[model_message_producer(record->message)]
                                                    [model_message_sequence(record->message)];
    uint32_t event = record->kind - WORLD_TRACE_AUDIT;
    message->is_taken_in |= event == WORLD_AUDIT_TAKEN_IN;
    message->is_turned_away |= event == WORLD_AUDIT_TURNED_AWAY || event == WORLD_AUDIT_REFUSED;
    message->is_lost_from_buffer |= event == WORLD_AUDIT_BUFFER_LOST;
    message->is_accepted |= event == WORLD_AUDIT_ACCEPTED;
    message->effects += event == WORLD_AUDIT_SETTLED || event == WORLD_AUDIT_RECOVERED;
}

/* The totals of a world in which everything has come to rest. */
static struct world_audit_totals count(const struct naive *naive)
{
    struct world_audit_totals totals = {.arrived = 0};

    for (uint32_t i = 0; i < FIXTURE_DATACENTERS * SEQUENCES; i++) {
        const struct naive_message *message = &naive->messages[0][0] + i;
        bool is_accepted = message->is_accepted || message->effects > 0;
        totals.arrived += message->is_taken_in || message->is_turned_away;
        totals.turned_away += message->is_turned_away;
        totals.lost_unaccepted += message->is_lost_from_buffer && !is_accepted;
        totals.accepted += is_accepted;
        totals.settled += message->effects > 0;
        totals.repeated += message->effects > 1 ? message->effects - 1 : 0;
        totals.lost += is_accepted && message->effects == 0;
    }
    return totals;
}

static void tear_at(struct fixture *fixture, uint64_t *seed)
{
    for (int i = 0; i < 12; i++) {
        uint32_t victim = (uint32_t)fixture_random(seed, FIXTURE_NODES);
        fixture_run(fixture, fixture->world->run.now + (sim_time)fixture_random(seed, SIM_SECOND));
        world_node_crash(fixture_node(fixture, victim));
        fixture_run(
            fixture, fixture->world->run.now + (sim_time)fixture_random(seed, SIM_SECOND / 2));
        world_node_restart(fixture_node(fixture, victim));
    }
}

static void agrees_with_books_kept_from_the_trace(void **state)
{
    uint64_t lost = 0;

    (void)state;
    for (uint64_t i = 0; i < 60; i++) {
        struct fixture_config config = fixture_small(i);
        struct naive *naive = g_new0(struct naive, 1);
        uint64_t seed = i;
        config.step = 100 * SIM_MILLISECOND;
        config.durable = i % 2 == 0;
        config.sync = i % 4 == 0 ? MODEL_SYNC_ALWAYS : MODEL_SYNC_INTERVAL;
        struct fixture *fixture = fixture_create(&config);
        fixture->world->trace.sink = follow;
        fixture->world->trace.sink_context = naive;
        tear_at(fixture, &seed);
        fixture_drain(fixture, 20 * SIM_SECOND);
        struct world_audit_totals totals = fixture_totals(fixture);
        totals.suppressed = 0; /* the naive books do not count these */
        struct world_audit_totals expected = count(naive);
        assert_memory_equal(&totals, &expected, sizeof(totals));
        lost += totals.lost;
        fixture_destroy(fixture);
        g_free(naive);
    }
    assert_true(lost > 10);
}

#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOK_TEST(a_message_ends_in_the_last_state_that_befell_it),
        BOOK_TEST(finds_a_message_on_the_wire_to_a_node_that_lives),
        BOOK_TEST(conservation_fails_when_a_message_vanishes_uncounted),
        BOOK_TEST(conservation_fails_when_an_accepted_message_vanishes_uncounted),
        BOOK_TEST(exactly_once_names_the_first_loss_its_time_and_its_place),
        BOOK_TEST(exactly_once_fails_when_an_accepted_message_is_dropped_or_dead),
        cmocka_unit_test(agrees_with_books_kept_from_the_trace),
    };

    return cmocka_run_group_tests_name("world/audit", tests, NULL, NULL);
}

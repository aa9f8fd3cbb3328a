/* Tests of world/fault_link: what each fault of a link does to packets, in counts and times, on a
 * stream and on a datagram link; and how faults overlap. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/fault_link.h"
#include "world/fault_node.h"
#include "world/link.h"

#include "tests/world_fixture.h"

#define MS      SIM_MILLISECOND
#define LATENCY (50 * MS)
#define RTO     WORLD_LINK_RETRANSMIT_AFTER
#define PACKETS 100 /* one every ms, from 1 ms on */

/* A probe on either side of a link. */
struct wire {
    struct world *world;
    struct world_datacenter *ends[2];
    struct fixture_probe *near;
    struct fixture_probe *far;
    struct world_link *link;
};

static void open(struct wire *wire, bool is_datagram)
{
    struct world_link_config config = {
        .latency = fixture_dist(SIM_DIST_CONSTANT, 0.05, 0),
        .is_datagram = is_datagram,
    };

    wire->link = world_link_add(wire->ends[0], wire->ends[1], &config, NULL);
    assert_non_null(wire->link);
}

static struct world_fault *make(struct wire *wire, struct world_fault_link_config config)
{
    g_autoptr(GError) error = NULL;

    config.link = wire->link;
    struct world_fault *fault = world_fault_link_create(&config, &error);
    assert_null(error);
    return fault;
}

static struct world_fault *make_cut(struct wire *wire)
{
    return make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_CUT});
}

/* Looks at every invariant after every event. */
static void run(struct wire *wire, sim_time until)
{
    enum sim_run_end end = SIM_RUN_LIMIT;

    while (end == SIM_RUN_LIMIT) {
        end = world_run(wire->world, until, wire->world->run.fired_count + 1);
        world_verify(wire->world);
    }
}

static void send(struct wire *wire, uint64_t id)
{
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, id);
}

/* Packets 1 to PACKETS, the nth at n ms; then everything arrives. */
static void send_all(struct wire *wire)
{
    for (uint64_t id = 1; id <= PACKETS; id++) {
        run(wire, (sim_time)id * MS);
        send(wire, id);
    }
    run(wire, 1000 * SIM_SECOND);
}

static uint32_t arrived(const struct wire *wire)
{
    return wire->far->received->len;
}

static bool is_in_order(const struct wire *wire)
{
    for (uint32_t i = 1; i < arrived(wire); i++) {
        if (fixture_received_at(wire->far, i)->packet.message.id <
            fixture_received_at(wire->far, i - 1)->packet.message.id) {
            return false;
        }
    }
    return true;
}

/* ---- cut ---- */

static void a_cut_loses_what_is_on_a_datagram_wire_and_what_is_sent_into_it(void **state)
{
    struct wire *wire = *state;
    struct world_fault *cut;

    open(wire, true);
    cut = make_cut(wire);
    world_fault_plan(cut, 60 * MS + 1, 80 * MS + 1, NULL);
    send_all(wire);
    /* Sent at 11 to 60 ms: on the wire; at 61 to 80 ms: into the cut. */
    assert_int_equal(cut->hit, 50 + 20);
    assert_int_equal(arrived(wire), PACKETS - 70);
    assert_int_equal(fixture_counter(wire->world, "a/link/b/dropped"), 70);
    assert_int_equal(fixture_received_at(wire->far, 10)->packet.message.id, 81);
}

static void a_cut_of_a_stream_delays_and_loses_nothing(void **state)
{
    struct wire *wire = *state;
    struct world_fault *cut;

    open(wire, false);
    cut = make_cut(wire);
    world_fault_plan(cut, 60 * MS + 1, 80 * MS + 1, NULL);
    send_all(wire);
    assert_int_equal(arrived(wire), PACKETS);
    assert_true(is_in_order(wire));
    assert_int_equal(fixture_received_at(wire->far, 9)->time, 60 * MS);
    /* The 11th was lost at the cut; its timer goes off once, after the cut. */
    for (uint32_t i = 10; i < PACKETS; i++) {
        assert_int_equal(fixture_received_at(wire->far, i)->time, 60 * MS + 1 + RTO + LATENCY);
    }
    assert_int_equal(fixture_counter(wire->world, "a/link/b/dropped"), 0);
    assert_int_equal(cut->hit, 50 + 20);
}

static void the_retransmission_timer_doubles_while_a_cut_lasts(void **state)
{
    struct wire *wire = *state;

    open(wire, false);
    world_fault_plan(make_cut(wire), 10 * MS, 10 * MS + 3 * RTO + 1, NULL);
    run(wire, 10 * MS);
    send(wire, 1);
    run(wire, 100 * SIM_SECOND);
    /* Tried after 1, 3 and 7 timeouts. */
    assert_int_equal(fixture_received_at(wire->far, 0)->time, 10 * MS + 7 * RTO + LATENCY);
}

static void heals_only_when_both_of_two_overlapping_cuts_are_over(void **state)
{
    struct wire *wire = *state;
    struct world_fault *first;

    open(wire, true);
    first = make_cut(wire);
    world_fault_plan(first, 10 * MS + 1, 30 * MS + 1, "first");
    world_fault_plan(make_cut(wire), 20 * MS + 1, 40 * MS + 1, "second");
    world_fault_plan(first, 35 * MS + 1, 38 * MS + 1, "inside");
    send_all(wire);
    /* None of 1 to 10 had arrived when the first began; 11 to 40 were sent into a cut. */
    assert_int_equal(arrived(wire), PACKETS - 40);
    assert_int_equal(first->begun, 2);
}

static void a_fault_that_was_started_twice_is_over_when_it_was_stopped_twice(void **state)
{
    struct wire *wire = *state;
    struct world_fault *cut;

    open(wire, true);
    cut = make_cut(wire);
    run(wire, SIM_SECOND);
    world_fault_start(cut);
    world_fault_start(cut);
    world_fault_stop(cut);
    send(wire, 1);
    world_fault_stop(cut);
    world_fault_stop(cut); /* one too many does nothing */
    send(wire, 2);
    run(wire, 2 * SIM_SECOND);
    assert_int_equal(arrived(wire), 1);
    assert_int_equal(fixture_received_at(wire->far, 0)->packet.message.id, 2);
}

static void a_cut_in_one_direction_leaves_the_other_alone(void **state)
{
    struct wire *wire = *state;

    open(wire, true);
    world_fault_start(make(
        wire, (struct world_fault_link_config){.kind = WORLD_FAULT_CUT, .from = wire->ends[1]}));
    send_all(wire);
    assert_int_equal(arrived(wire), PACKETS);
    fixture_probe_answer(wire->far, fixture_received_at(wire->far, 0), WORLD_PACKET_CONFIRM);
    run(wire, 1001 * SIM_SECOND);
    assert_int_equal(wire->near->received->len, 0);
}

static void nothing_is_sent_again_for_a_sender_that_crashed_during_the_cut(void **state)
{
    struct wire *wire = *state;
    struct world_fault *cut;

    open(wire, false);
    cut = make_cut(wire);
    run(wire, 10 * MS);
    send(wire, 1);
    world_fault_start(cut);
    world_node_crash(&wire->near->node);
    world_fault_stop(cut);
    run(wire, 10 * SIM_SECOND);
    assert_int_equal(arrived(wire), 0);
    assert_int_equal(fixture_counter(wire->world, "a/link/b/dropped"), 1);
}

/* ---- loss, duplication, reordering, slowness ---- */

static void loss_loses_datagrams_at_its_rate(void **state)
{
    struct wire *wire = *state;
    struct world_fault *loss;

    open(wire, true);
    loss =
        make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_LOSS, .probability = 0.3});
    world_fault_start(loss);
    for (uint64_t id = 1; id <= 10000; id++) {
        send(wire, id);
    }
    run(wire, SIM_SECOND);
    /* 3000 expected, deviation 46: five of them. */
    assert_in_range(loss->hit, 2770, 3230);
    assert_int_equal(arrived(wire) + loss->hit, 10000);
}

static void loss_on_a_stream_is_delay_of_what_is_lost_and_of_what_follows(void **state)
{
    struct wire *wire = *state;
    struct world_fault *loss;
    uint32_t late = 0;

    open(wire, false);
    loss =
        make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_LOSS, .probability = 0.1});
    world_fault_start(loss);
    send_all(wire);
    assert_int_equal(arrived(wire), PACKETS);
    assert_true(is_in_order(wire));
    for (uint32_t i = 0; i < PACKETS; i++) {
        late += fixture_received_at(wire->far, i)->time > (sim_time)(i + 1) * MS + LATENCY;
    }
    assert_true(loss->hit > 0);
    assert_true(late > loss->hit); /* the head of the line blocks the others */
    assert_int_equal(fixture_counter(wire->world, "a/link/b/sent_again"), loss->hit);
}

static void a_stream_gives_a_packet_up_after_fifteen_retransmissions(void **state)
{
    struct wire *wire = *state;
    struct world_fault *loss;

    open(wire, false);
    loss = make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_LOSS, .probability = 1});
    world_fault_start(loss);
    run(wire, SIM_SECOND);
    send(wire, 1);
    run(wire, 10000 * SIM_SECOND);
    assert_int_equal(arrived(wire), 0);
    assert_int_equal(loss->hit, 16);
    assert_int_equal(fixture_counter(wire->world, "a/link/b/dropped"), 1);
}

static void duplication_delivers_datagrams_twice_and_a_stream_once(void **state)
{
    struct wire *wire = *state;
    bool is_datagram = wire->near->context != NULL;
    struct world_fault *twice;

    open(wire, is_datagram);
    twice = make(
        wire,
        (struct world_fault_link_config){.kind = WORLD_FAULT_DUPLICATION, .probability = 0.5});
    world_fault_start(twice);
    send_all(wire);
    assert_in_range(twice->hit, 25, 75);
    assert_int_equal(arrived(wire), PACKETS + (is_datagram ? twice->hit : 0));
}

static void reordering_lets_datagrams_overtake_and_delays_a_stream(void **state)
{
    struct wire *wire = *state;
    bool is_datagram = wire->near->context != NULL;
    struct world_fault *late;

    open(wire, is_datagram);
    late = make(
        wire,
        (struct world_fault_link_config){
            .kind = WORLD_FAULT_REORDERING, .probability = 0.2, .delay = 20 * MS});
    world_fault_start(late);
    send_all(wire);
    assert_in_range(late->hit, 5, 40);
    assert_int_equal(arrived(wire), PACKETS);
    assert_int_equal(is_in_order(wire), !is_datagram);
}

static void slowness_multiplies_the_latency_while_it_lasts(void **state)
{
    struct wire *wire = *state;
    struct world_fault *slow;

    open(wire, true);
    slow = make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_SLOW_LINK, .factor = 4});
    world_fault_plan(slow, 10 * MS, 20 * MS, NULL);
    run(wire, 10 * MS);
    send(wire, 1);
    run(wire, 20 * MS);
    send(wire, 2);
    run(wire, SIM_SECOND);
    assert_int_equal(fixture_received_at(wire->far, 0)->time, 20 * MS + LATENCY);
    assert_int_equal(fixture_received_at(wire->far, 1)->time, 10 * MS + 4 * LATENCY);
    assert_int_equal(slow->hit, 1);
}

static void faults_of_one_link_work_together(void **state)
{
    struct wire *wire = *state;
    struct world_fault *slow[2];

    open(wire, true);
    for (int i = 0; i < 2; i++) {
        slow[i] = make(
            wire, (struct world_fault_link_config){.kind = WORLD_FAULT_SLOW_LINK, .factor = 3});
        world_fault_start(slow[i]);
    }
    run(wire, 10 * MS);
    send(wire, 1);
    world_fault_stop(slow[0]);
    send(wire, 2);
    run(wire, SIM_SECOND);
    assert_int_equal(fixture_received_at(wire->far, 0)->time, 10 * MS + 3 * LATENCY);
    assert_int_equal(fixture_received_at(wire->far, 1)->time, 10 * MS + 9 * LATENCY);
}

static void what_happens_to_a_packet_does_not_depend_on_the_others(void **state)
{
    struct wire *wire = *state;
    bool was_lost[PACKETS + 1] = {false};
    struct world_fault *loss;

    open(wire, true);
    loss =
        make(wire, (struct world_fault_link_config){.kind = WORLD_FAULT_LOSS, .probability = 0.5});
    world_fault_start(loss);
    for (uint64_t id = 1; id <= PACKETS; id++) {
        uint64_t before = loss->hit;
        send(wire, id);
        was_lost[id] = loss->hit > before;
    }
    for (uint64_t id = PACKETS; id > 3; id -= 3) { /* some of them, later, backwards */
        uint64_t before = loss->hit;
        run(wire, wire->world->run.now + MS);
        send(wire, id);
        assert_int_equal(loss->hit > before, was_lost[id]);
    }
    assert_in_range(loss->hit, 30, 110);
}

static void values_out_of_range_are_refused_by_name(void **state)
{
    struct wire *wire = *state;
    g_autoptr(GError) error = NULL;

    open(wire, true);
    struct world_fault_link_config config = {
        .kind = WORLD_FAULT_LOSS, .link = wire->link, .probability = 1.5};
    assert_null(world_fault_link_create(&config, &error));
    assert_string_equal(
        error->message, "loss: the probability is 1.5: expected more than 0, up to 1");
    g_clear_error(&error);
    config.kind = WORLD_FAULT_SLOW_LINK;
    config.factor = 0.5;
    assert_null(world_fault_link_create(&config, &error));
    assert_string_equal(error->message, "slow_link: the factor is 0.5: expected 1 to 1e9");
    g_clear_error(&error);
    config.kind = WORLD_FAULT_REORDERING;
    config.probability = 0.5;
    assert_null(world_fault_link_create(&config, &error));
    assert_string_equal(error->message, "reordering: the delay in ns is 0: expected more than 0");
}

static int set_up(void **state)
{
    struct wire *wire = g_new0(struct wire, 1);
    static const char *const names[] = {"a", "b"};

    wire->world = world_create(1);
    for (int i = 0; i < 2; i++) {
        wire->ends[i] = world_datacenter_add(wire->world, names[i], NULL);
        assert_non_null(wire->ends[i]);
    }
    wire->near = fixture_probe_add(wire->ends[0], "near");
    wire->far = fixture_probe_add(wire->ends[1], "far");
    *state = wire;
    return 0;
}

static int set_up_datagram(void **state)
{
    int result = set_up(state);
    struct wire *wire = *state;

    wire->near->context = wire;
    return result;
}

static int tear_down(void **state)
{
    struct wire *wire = *state;

    world_destroy(wire->world);
    g_free(wire);
    return 0;
}

#define WIRE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define DATAGRAM_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, set_up_datagram, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(a_cut_loses_what_is_on_a_datagram_wire_and_what_is_sent_into_it),
        WIRE_TEST(a_cut_of_a_stream_delays_and_loses_nothing),
        WIRE_TEST(the_retransmission_timer_doubles_while_a_cut_lasts),
        WIRE_TEST(heals_only_when_both_of_two_overlapping_cuts_are_over),
        WIRE_TEST(a_fault_that_was_started_twice_is_over_when_it_was_stopped_twice),
        WIRE_TEST(a_cut_in_one_direction_leaves_the_other_alone),
        WIRE_TEST(nothing_is_sent_again_for_a_sender_that_crashed_during_the_cut),
        WIRE_TEST(loss_loses_datagrams_at_its_rate),
        WIRE_TEST(loss_on_a_stream_is_delay_of_what_is_lost_and_of_what_follows),
        WIRE_TEST(a_stream_gives_a_packet_up_after_fifteen_retransmissions),
        WIRE_TEST(duplication_delivers_datagrams_twice_and_a_stream_once),
        DATAGRAM_TEST(duplication_delivers_datagrams_twice_and_a_stream_once),
        WIRE_TEST(reordering_lets_datagrams_overtake_and_delays_a_stream),
        DATAGRAM_TEST(reordering_lets_datagrams_overtake_and_delays_a_stream),
        WIRE_TEST(slowness_multiplies_the_latency_while_it_lasts),
        WIRE_TEST(faults_of_one_link_work_together),
        WIRE_TEST(what_happens_to_a_packet_does_not_depend_on_the_others),
        WIRE_TEST(values_out_of_range_are_refused_by_name),
    };

    return cmocka_run_group_tests_name("world/fault_link", tests, NULL, NULL);
}

/* Tests of world/link: when a packet arrives, in what order, and when it does not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

/* Two data centres, a probe in each, and one probe more in the first. */
struct wire {
    struct world *world;
    struct world_datacenter *datacenters[2];
    struct fixture_probe *near;
    struct fixture_probe *beside;
    struct fixture_probe *far;
    struct world_link *link;
};

static void join(struct wire *wire, enum sim_dist_kind kind, double a, double b, double bandwidth)
{
    struct world_link_config config = {
        .latency = fixture_dist(kind, a, b),
        .bandwidth = bandwidth,
    };

    wire->link = world_link_add(wire->datacenters[0], wire->datacenters[1], &config, NULL);
    assert_non_null(wire->link);
}

static void run(struct wire *wire, sim_time until)
{
    (void)world_run(wire->world, until, UINT64_MAX);
    sim_fel_check(wire->world->run.fel);
    world_packets_check(&wire->world->packets);
}

static void arrives_after_the_latency_in_both_directions(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 0.030, 0, 0);
    run(wire, SIM_SECOND);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 1);
    run(wire, 2 * SIM_SECOND);
    const struct fixture_received *received = fixture_received_at(wire->far, 0);
    assert_int_equal(received->time, SIM_SECOND + 30 * SIM_MILLISECOND);
    assert_int_equal(received->packet.message.id, 1);
    fixture_probe_answer(wire->far, received, WORLD_PACKET_CONFIRM);
    run(wire, 3 * SIM_SECOND);
    received = fixture_received_at(wire->near, 0);
    assert_int_equal(received->time, 2 * SIM_SECOND + 30 * SIM_MILLISECOND);
    assert_int_equal(received->packet.kind, WORLD_PACKET_CONFIRM);
    assert_int_equal(fixture_counter(wire->world, "a/link/b/carried"), 2);
    assert_int_equal(wire->world->packets.count, 0);
}

static void takes_100_us_inside_a_data_centre_unless_told_otherwise(void **state)
{
    struct wire *wire = *state;
    struct world_link_config config = {.latency = fixture_dist(SIM_DIST_CONSTANT, 0.005, 0)};

    run(wire, SIM_SECOND);
    fixture_probe_send(wire->near, &wire->beside->node, WORLD_PACKET_SEND, 1);
    run(wire, 2 * SIM_SECOND);
    assert_int_equal(
        fixture_received_at(wire->beside, 0)->time, SIM_SECOND + 100 * SIM_MICROSECOND);
    assert_non_null(world_link_add(wire->datacenters[0], wire->datacenters[0], &config, NULL));
    fixture_probe_send(wire->near, &wire->beside->node, WORLD_PACKET_SEND, 2);
    run(wire, 3 * SIM_SECOND);
    assert_int_equal(
        fixture_received_at(wire->beside, 1)->time, 2 * SIM_SECOND + 5 * SIM_MILLISECOND);
}

static void sends_one_packet_after_the_other_at_its_bandwidth(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 0.001, 0, 64e3); /* a header of 64 bytes takes 8 ms */
    run(wire, SIM_SECOND);
    for (uint64_t id = 1; id <= 3; id++) {
        fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, id);
    }
    fixture_probe_send(wire->far, &wire->near->node, WORLD_PACKET_SEND, 9); /* the other way */
    run(wire, 2 * SIM_SECOND);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(
            fixture_received_at(wire->far, i)->time,
            SIM_SECOND + (8 * (sim_time)(i + 1) + 1) * SIM_MILLISECOND);
    }
    assert_int_equal(fixture_received_at(wire->near, 0)->time, SIM_SECOND + 9 * SIM_MILLISECOND);
}

static void arrives_in_the_order_of_departure_whatever_the_latency(void **state)
{
    struct wire *wire = *state;
    uint32_t overtaken = 0;

    join(wire, SIM_DIST_EXPONENTIAL, 0.050, 0, 0);
    for (uint64_t id = 0; id < 1000; id++) {
        run(wire, (sim_time)id * SIM_MILLISECOND);
        fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, id);
    }
    run(wire, 10 * SIM_SECOND);
    assert_int_equal(wire->far->received->len, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(fixture_received_at(wire->far, i)->packet.message.id, i);
        overtaken += i > 0 && fixture_received_at(wire->far, i)->time ==
                                  fixture_received_at(wire->far, i - 1)->time;
    }
    assert_true(overtaken > 100); /* so many had to wait for one before them */
}

static void draws_the_latency_by_the_message_not_by_the_order(void **state)
{
    struct wire *wire = *state;
    sim_time delays[2][50];

    join(wire, SIM_DIST_UNIFORM, 0.010, 0.020, 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 50; i++) {
            uint64_t id = round == 0 ? i : 49 - i;
            sim_time begin = (sim_time)(round * 50 + i + 1) * SIM_SECOND;
            run(wire, begin);
            fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, id);
            run(wire, begin + SIM_SECOND / 2);
            delays[round][id] = fixture_received_at(wire->far, round * 50 + i)->time - begin;
        }
    }
    assert_memory_equal(delays[0], delays[1], sizeof(delays[0]));
    assert_int_not_equal(delays[0][0], delays[0][1]);
}

static void draws_anew_for_another_sending_and_another_kind(void **state)
{
    struct wire *wire = *state;
    sim_time delays[6];

    join(wire, SIM_DIST_UNIFORM, 0.010, 0.020, 0);
    for (uint32_t i = 0; i < 6; i++) {
        run(wire, (sim_time)i * SIM_SECOND);
        uint32_t slot = world_packets_take(&wire->world->packets, WORLD_PACKET_SEND + i / 3);
        struct world_packet *packet = &wire->world->packets.slots[slot];
        packet->from = world_node_end_point(&wire->near->node);
        packet->to = world_node_end_point(&wire->far->node);
        packet->sendings = (uint16_t)(i % 3);
        world_link_send(wire->world, slot, world_link_pipe(&wire->near->node, &wire->far->node), 0);
        run(wire, (sim_time)i * SIM_SECOND + SIM_SECOND / 2);
        delays[i] = fixture_received_at(wire->far, i)->time - (sim_time)i * SIM_SECOND;
        for (uint32_t j = 0; j < i; j++) {
            assert_int_not_equal(delays[i], delays[j]);
        }
    }
}

static void loses_what_is_for_a_node_that_is_down_or_in_another_life(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 0.030, 0, 0);
    run(wire, SIM_SECOND);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 1);
    run(wire, SIM_SECOND + SIM_MILLISECOND);
    world_node_crash(&wire->far->node);
    world_node_restart(&wire->far->node);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 2);
    run(wire, 2 * SIM_SECOND);
    world_node_crash(&wire->far->node);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 3);
    run(wire, 3 * SIM_SECOND);
    assert_int_equal(wire->far->received->len, 1);
    assert_int_equal(fixture_received_at(wire->far, 0)->packet.message.id, 2);
    assert_int_equal(fixture_counter(wire->world, "a/link/b/lost"), 2);
    assert_int_equal(wire->world->packets.count, 0);
}

/* Sends a packet that is to leave later. */
static void send_late(struct wire *wire, uint64_t id, sim_time delay)
{
    uint32_t slot = world_packets_take(&wire->world->packets, WORLD_PACKET_SEND);
    struct world_packet *packet = &wire->world->packets.slots[slot];

    packet->message.id = id;
    packet->from = world_node_end_point(&wire->near->node);
    packet->to = world_node_end_point(&wire->far->node);
    world_link_send(wire->world, slot, world_link_pipe(&wire->near->node, &wire->far->node), delay);
}

static void one_that_leaves_later_holds_up_nobody(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 0.030, 0, 1e9);
    run(wire, SIM_SECOND);
    send_late(wire, 1, SIM_SECOND);
    send_late(wire, 2, 0);
    run(wire, 3 * SIM_SECOND);
    assert_int_equal(fixture_received_at(wire->far, 0)->packet.message.id, 2);
    assert_in_range(
        fixture_received_at(wire->far, 0)->time,
        SIM_SECOND + 30 * SIM_MILLISECOND,
        SIM_SECOND + 31 * SIM_MILLISECOND);
    assert_int_equal(fixture_received_at(wire->far, 1)->packet.message.id, 1);
    assert_in_range(
        fixture_received_at(wire->far, 1)->time,
        2 * SIM_SECOND + 30 * SIM_MILLISECOND,
        2 * SIM_SECOND + 31 * SIM_MILLISECOND);
}

static void one_whose_sender_crashes_before_it_leaves_never_leaves(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 0.030, 0, 0);
    run(wire, SIM_SECOND);
    send_late(wire, 1, SIM_SECOND);
    send_late(wire, 2, 0);
    world_node_crash(&wire->near->node);
    run(wire, 3 * SIM_SECOND);
    assert_int_equal(wire->far->received->len, 1); /* what had left arrives */
    assert_int_equal(fixture_received_at(wire->far, 0)->packet.message.id, 2);
    assert_int_equal(wire->world->packets.count, 0);
}

static void endless_latencies_and_bandwidths_end_in_silence(void **state)
{
    struct wire *wire = *state;

    join(wire, SIM_DIST_CONSTANT, 1e30, 0, 1e-300);
    run(wire, SIM_SECOND);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 1);
    fixture_probe_send(wire->near, &wire->far->node, WORLD_PACKET_SEND, 2);
    run(wire, 100 * SIM_SECOND);
    assert_int_equal(wire->far->received->len, 0);
    assert_int_equal(wire->world->packets.count, 2);
}

static void a_second_link_between_two_is_refused(void **state)
{
    struct wire *wire = *state;
    struct world_link_config config = {.latency = fixture_dist(SIM_DIST_CONSTANT, 1, 0)};
    g_autoptr(GError) error = NULL;

    join(wire, SIM_DIST_CONSTANT, 0.030, 0, 0);
    assert_null(world_link_add(wire->datacenters[1], wire->datacenters[0], &config, &error));
    assert_true(g_error_matches(error, WORLD_ERROR, WORLD_ERROR_NAME));
    assert_non_null(strstr(error->message, "joined by a link already"));
    assert_ptr_equal(world_link_between(wire->datacenters[1], wire->datacenters[0]), wire->link);
}

static void names_both_ends_when_no_link_joins_them(void **state)
{
    struct wire *wire = *state;
    g_autoptr(GError) error = NULL;

    assert_null(world_link_between(wire->datacenters[0], wire->datacenters[1]));
    assert_true(world_link_require(&wire->near->node, &wire->beside->node, &error));
    assert_null(error);
    assert_false(world_link_require(&wire->near->node, &wire->far->node, &error));
    assert_true(g_error_matches(error, WORLD_ERROR, WORLD_ERROR_ROUTE));
    assert_non_null(strstr(error->message, "a/near cannot reach b/far"));
}

static int create(void **state)
{
    struct wire *wire = g_new0(struct wire, 1);

    wire->world = world_create(1);
    wire->datacenters[0] = world_datacenter_add(wire->world, "a", NULL);
    wire->datacenters[1] = world_datacenter_add(wire->world, "b", NULL);
    wire->near = fixture_probe_add(wire->datacenters[0], "near");
    wire->beside = fixture_probe_add(wire->datacenters[0], "beside");
    wire->far = fixture_probe_add(wire->datacenters[1], "far");
    *state = wire;
    return 0;
}

static int destroy(void **state)
{
    struct wire *wire = *state;

    world_destroy(wire->world);
    g_free(wire);
    return 0;
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(arrives_after_the_latency_in_both_directions),
        WIRE_TEST(takes_100_us_inside_a_data_centre_unless_told_otherwise),
        WIRE_TEST(sends_one_packet_after_the_other_at_its_bandwidth),
        WIRE_TEST(arrives_in_the_order_of_departure_whatever_the_latency),
        WIRE_TEST(draws_the_latency_by_the_message_not_by_the_order),
        WIRE_TEST(draws_anew_for_another_sending_and_another_kind),
        WIRE_TEST(loses_what_is_for_a_node_that_is_down_or_in_another_life),
        WIRE_TEST(one_that_leaves_later_holds_up_nobody),
        WIRE_TEST(one_whose_sender_crashes_before_it_leaves_never_leaves),
        WIRE_TEST(endless_latencies_and_bandwidths_end_in_silence),
        WIRE_TEST(a_second_link_between_two_is_refused),
        WIRE_TEST(names_both_ends_when_no_link_joins_them),
    };

    return cmocka_run_group_tests_name("world/link", tests, NULL, NULL);
}

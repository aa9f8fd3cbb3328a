/* Work orders in worlds that break at random: whatever crashes, pauses or leaves, no constraint is
 * ever broken; and without the fence one is. Usage: test_world_order_random [SEEDS] */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world/fault_node.h"
#include "world/generator_state.h"
#include "world/link.h"

#include "tests/ticket_fixture.h"
#include "tests/world_fixture.h"

#define SEEDS_IN_CI 1000
#define STEPS       60
#define STEP        (SIM_SECOND / 5)
#define PAUSES      4

struct chaos {
    struct ticket *ticket;
    uint64_t seed;
    struct world_fault *pauses[PAUSES];
    uint32_t pause_count;
    bool is_paused;
};

static void add_pause(struct chaos *chaos, struct world_node *node)
{
    assert_true(chaos->pause_count < PAUSES);
    chaos->pauses[chaos->pause_count] = world_fault_pause_create(node, NULL);
    assert_non_null(chaos->pauses[chaos->pause_count]);
    chaos->pause_count++;
}

/* A generator is paused together with what it writes through: they are one process. */
static void find_pauses(struct chaos *chaos)
{
    const struct ticket *ticket = chaos->ticket;

    if (ticket->config.design == TICKET_STANDBY) {
        for (uint32_t i = 0; i < TICKET_PLACES; i++) {
            add_pause(chaos, world_generator_node(ticket->generators[i]));
            add_pause(chaos, world_singleton_node(ticket->singletons[i]));
        }
    } else if (ticket->config.design == TICKET_LOCKING) {
        add_pause(chaos, world_clerks_node(ticket->clerks));
        add_pause(chaos, world_order_book_node(ticket->book));
    } else {
        add_pause(chaos, world_generator_node(ticket->generators[0]));
        add_pause(chaos, world_order_book_node(ticket->book));
    }
}

static void begin_or_end_pause(struct chaos *chaos)
{
    uint32_t first = (uint32_t)fixture_random(&chaos->seed, chaos->pause_count / 2) * 2;

    for (uint32_t i = 0; i < chaos->pause_count; i++) {
        if (chaos->is_paused) {
            world_fault_stop(chaos->pauses[i]);
        } else if (i / 2 == first / 2) {
            world_fault_start(chaos->pauses[i]);
        }
    }
    chaos->is_paused = !chaos->is_paused;
}

static void repair(struct chaos *chaos)
{
    for (uint32_t i = 0; i < chaos->ticket->breakable_count; i++) {
        world_node_restart(chaos->ticket->breakable[i]);
    }
    for (uint32_t i = 0; i < TICKET_PLACES; i++) {
        world_datacenter_recover(chaos->ticket->places[i]);
    }
}

static void leave_or_close(struct chaos *chaos)
{
    world_order_book *book = chaos->ticket->book;
    uint32_t person = (uint32_t)fixture_random(&chaos->seed, TICKET_PERSONS);
    uint32_t customer = (uint32_t)fixture_random(&chaos->seed, chaos->ticket->config.customers);
    bool is_up = false;

    switch (fixture_random(&chaos->seed, 4)) {
    case 0:
        is_up = world_order_book_leave(book, person, 2);
        break;
    case 1:
    case 2:
        is_up = world_order_book_return(book, 0, TICKET_PERSONS);
        break;
    default:
        is_up = world_order_book_close(book, customer, 1);
    }
    assert_true(is_up || !world_order_book_node(book)->up);
}

static void break_something(struct chaos *chaos)
{
    const struct ticket *ticket = chaos->ticket;
    uint64_t which = fixture_random(&chaos->seed, ticket->breakable_count);

    switch (fixture_random(&chaos->seed, 12)) {
    case 0:
    case 1:
        world_node_crash(ticket->breakable[which]);
        break;
    case 2:
        world_datacenter_fail(ticket->places[fixture_random(&chaos->seed, TICKET_PLACES)]);
        break;
    case 3:
    case 4:
        begin_or_end_pause(chaos);
        break;
    case 5:
    case 6:
        leave_or_close(chaos);
        break;
    case 7:
    case 8:
    case 9:
        repair(chaos);
        break;
    default:
        break;
    }
}

/* Runs a world that breaks at random; the caller destroys it. */
static struct ticket *run(const struct ticket_config *config, bool is_verified)
{
    struct chaos chaos = {.ticket = ticket_create(config), .seed = config->seed};

    find_pauses(&chaos);
    for (uint32_t step = 1; step <= STEPS; step++) {
        (void)world_run(chaos.ticket->world, step * STEP, UINT64_MAX);
        if (is_verified) {
            world_verify(chaos.ticket->world);
        }
        break_something(&chaos);
    }
    if (chaos.is_paused) {
        begin_or_end_pause(&chaos);
    }
    repair(&chaos);
    (void)world_run(chaos.ticket->world, STEPS * STEP + 10 * SIM_SECOND, UINT64_MAX);
    world_end(chaos.ticket->world);
    return chaos.ticket;
}

static void assert_check_held(const struct ticket *ticket, enum world_order_check which)
{
    const struct world_check *check = world_order_book_check(ticket->book, which);

    if (check->failed > 0) {
        fail_msg(
            "seed %llu, design %d: %s",
            (unsigned long long)ticket->config.seed,
            ticket->config.design,
            check->first.text);
    }
}

static void no_constraint_is_ever_broken(void **state)
{
    const uint64_t *given = *state;
    uint64_t seeds = *given;
    uint64_t created = 0;
    uint64_t expired = 0;
    uint64_t duplicates = 0;
    uint64_t again = 0;

    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct ticket_config config =
            ticket_small(seed, (enum ticket_design)(seed % TICKET_DESIGNS));
        config.gather = seed % 8 == 0 ? SIM_SECOND / 10 : 0;
        struct ticket *ticket = run(&config, seed % 16 == 0);
        for (int which = 0; which < WORLD_ORDER_CHECK_COUNT; which++) {
            assert_check_held(ticket, (enum world_order_check)which);
        }
        assert_int_equal(world_audit_totals_of(ticket->world->audit).lost, 0);
        created += fixture_counter(ticket->world, "north/orders/created");
        expired += fixture_counter(ticket->world, "north/orders/expired");
        duplicates += fixture_counter(ticket->world, "north/orders/duplicates");
        again += fixture_counter(ticket->world, "north/orders/again");
        ticket_destroy(ticket);
    }
    printf(
        "%llu seeds: %llu orders, %llu expired; %llu rules came again, %llu were decided again\n",
        (unsigned long long)seeds,
        (unsigned long long)created,
        (unsigned long long)expired,
        (unsigned long long)duplicates,
        (unsigned long long)again);
    assert_true(created > 20 * seeds && expired > seeds);
    assert_true(duplicates > 0 && again > 0);
}

static void without_the_fence_a_customer_is_given_twice_within_a_thousand_seeds(void **state)
{
    uint64_t first = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 1000 && first == 0; seed++) {
        struct ticket_config config = ticket_small(seed, TICKET_STANDBY);
        config.is_fencing = false;
        struct ticket *ticket = run(&config, false);
        const struct world_check *check =
            world_order_book_check(ticket->book, WORLD_ORDERS_CONSTRAINTS);
        if (check->failed > 0) {
            first = seed;
            printf("seed %llu: %s\n", (unsigned long long)seed, check->first.text);
        }
        ticket_destroy(ticket);
    }
    assert_true(first > 0);
}

/* An answer that was on its way to the disk when the book crashed is found there by its next life,
 * and is as much an answer as any: nothing that was reached is more than what could have been. */
static void no_more_is_reached_than_could_have_been_however_the_book_crashes(void **state)
{
    uint64_t duplicates = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct ticket_config config = ticket_small(seed, TICKET_QUEUE);
        config.rate = 40;
        config.customers = 2000;
        config.capacity = 2000;
        config.remember = 2000;
        struct ticket *ticket = ticket_create(&config);
        struct world_disk_config disk = world_disk_default();
        disk.sync = fixture_dist(SIM_DIST_CONSTANT, 20e-3, 0); /* a crash overtakes many */
        world_disk_configure(ticket->places[0]->disk, &disk);
        struct world_node *book = world_order_book_node(ticket->book);
        for (uint32_t step = 1; step <= STEPS / 2; step++) {
            (void)world_run(ticket->world, step * STEP, UINT64_MAX);
            world_node_crash(book);
            (void)world_run(ticket->world, step * STEP + STEP / 8, UINT64_MAX);
            world_node_restart(book);
        }
        (void)world_run(ticket->world, STEPS * STEP, UINT64_MAX);
        world_end(ticket->world);
        duplicates += fixture_counter(ticket->world, "north/orders/duplicates");
        const struct sim_measure *share =
            sim_registry_find(ticket->world->registry, "north/orders/optimum_share");
        assert_non_null(share);
        assert_in_range(share->gauge.value, 990000, 1000000);
        ticket_destroy(ticket);
    }
    assert_true(duplicates > 0); /* answers that only the disk had kept */
}

/* The customer of an order that is on its way to the book; or nobody. */
static uint32_t customer_on_the_way(const struct ticket *ticket)
{
    const world_generator *generator = ticket->generators[0];

    for (uint32_t i = 0; i < generator->config.window; i++) {
        const struct world_job *job = &generator->jobs[i];
        if (job->state == WORLD_JOB_AT_BOOK && job->kind == WORLD_ORDER_CREATED) {
            return job->customer;
        }
    }
    return WORLD_ROSTER_NOBODY;
}

/* While the order is on its way its customer is closed, and so much else happens that the count of
 * it is again what it was in its last 15 bits. */
static void an_order_is_stale_however_much_has_happened_since_it_was_decided(void **state)
{
    struct ticket_config config = ticket_small(1, TICKET_STANDBY);

    (void)state;
    config.rate = 3;
    struct ticket *ticket = ticket_create(&config);
    uint32_t customer = WORLD_ROSTER_NOBODY;
    sim_time now = 3 * SIM_SECOND;

    (void)world_run(ticket->world, now, UINT64_MAX);
    assert_int_equal(customer_on_the_way(ticket), WORLD_ROSTER_NOBODY);
    while (customer == WORLD_ROSTER_NOBODY) {
        now += SIM_MILLISECOND;
        (void)world_run(ticket->world, now, UINT64_MAX);
        customer = customer_on_the_way(ticket);
    }
    assert_true(world_order_book_close(ticket->book, customer, 1));
    for (int i = 0; i < 16383; i++) {
        assert_true(world_order_book_leave(ticket->book, TICKET_PERSONS - 1, 1));
        assert_true(world_order_book_return(ticket->book, TICKET_PERSONS - 1, 1));
    }
    assert_true(world_order_book_leave(ticket->book, TICKET_PERSONS - 1, 1));
    (void)world_run(ticket->world, now + SIM_SECOND, UINT64_MAX);
    assert_check_held(ticket, WORLD_ORDERS_CONSTRAINTS);
    assert_true(fixture_counter(ticket->world, "north/orders/again") > 0);
    ticket_destroy(ticket);
}

/* Rules that another region serves take so long that many are held on one day and served on the
 * next; and many of their orders expire. */
static void a_place_that_is_held_is_used_on_its_own_day(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct ticket_config config = ticket_small(seed, TICKET_PARTITIONED);
        config.customers = 3000;
        config.latency = 150 * SIM_MILLISECOND;
        config.day = SIM_SECOND;
        config.capacity = 8;
        config.rate = 100;
        struct ticket *ticket = ticket_create(&config);
        (void)world_run(ticket->world, 20 * SIM_SECOND, UINT64_MAX);
        world_verify(ticket->world);
        world_end(ticket->world);
        assert_check_held(ticket, WORLD_ORDERS_CONSTRAINTS);
        assert_true(fixture_counter(ticket->world, "north/orders/expired") > 100);
        ticket_destroy(ticket);
    }
}

/* After a day that is full the clock of whoever decides is a day late, or has been a day early. */
static void no_day_is_given_too_often_by_a_clock_that_is_wrong(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct ticket_config config = ticket_small(1, TICKET_QUEUE);
        config.customers = 3000;
        struct ticket *ticket = ticket_create(&config);
        struct world_fault *skew = world_fault_clock_create(
            world_generator_node(ticket->generators[0]), (sim_time)sign * 4 * SIM_SECOND, 0, NULL);
        assert_non_null(skew);
        (void)world_run(ticket->world, 6 * SIM_SECOND + SIM_SECOND / 2, UINT64_MAX);
        world_fault_start(skew);
        (void)world_run(ticket->world, 8 * SIM_SECOND, UINT64_MAX);
        world_fault_stop(skew);
        (void)world_run(ticket->world, 20 * SIM_SECOND, UINT64_MAX);
        world_end(ticket->world);
        assert_check_held(ticket, WORLD_ORDERS_CONSTRAINTS);
        assert_true(fixture_counter(ticket->world, "north/orders/created") > 100);
        ticket_destroy(ticket);
    }
}

/* Has the rule of the book's first change of this kind asked again; returns what the book says. */
static uint8_t ask_again(
    const struct ticket *ticket, struct fixture_probe *probe, enum world_order_kind first)
{
    struct world *world = ticket->world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_PUT);
    struct world_packet *packet = &world->packets.slots[slot];
    struct world_node *book = world_order_book_node(ticket->book);
    uint64_t number = 0;

    while (world_order_book_change(ticket->book, number)->kind != first) {
        number++;
    }
    packet->message.id = world_order_book_change(ticket->book, number)->rule;
    packet->message.key = world_order_book_change(ticket->book, number)->person;
    packet->message.kind = WORLD_ORDER_NONE;
    packet->from = world_node_end_point(&probe->node);
    packet->to = world_node_end_point(book);
    world_link_send(world, slot, world_link_pipe(&probe->node, book), 0);
    (void)world_run(world, world->run.now + SIM_SECOND, UINT64_MAX);
    return fixture_received_at(probe, probe->received->len - 1)->packet.message.kind;
}

static void a_rule_that_comes_again_is_told_the_answer_that_is_written(void **state)
{
    struct ticket_config config = ticket_small(1, TICKET_QUEUE);
    struct ticket *ticket = ticket_create(&config);
    struct fixture_probe *probe = fixture_probe_add(ticket->places[0], "probe");
    uint64_t before;

    (void)state;
    (void)world_run(ticket->world, 4 * SIM_SECOND, UINT64_MAX);
    before = fixture_counter(ticket->world, "north/orders/duplicates");
    assert_int_equal(ask_again(ticket, probe, WORLD_ORDER_CREATED), WORLD_ORDER_HAS_ORDER);
    assert_int_equal(ask_again(ticket, probe, WORLD_ORDER_NONE), WORLD_ORDER_ANSWERED);
    assert_int_equal(fixture_counter(ticket->world, "north/orders/duplicates"), before + 2);
    assert_true(world_order_desk_has_order(WORLD_ORDER_HAS_ORDER, WORLD_ORDER_NONE));
    assert_true(world_order_desk_has_order(WORLD_ORDER_WRITTEN, WORLD_ORDER_CREATED));
    assert_false(world_order_desk_has_order(WORLD_ORDER_ANSWERED, WORLD_ORDER_CREATED));
    assert_false(world_order_desk_has_order(WORLD_ORDER_WRITTEN, WORLD_ORDER_NONE));
    ticket_destroy(ticket);
}

int main(int argc, char **argv)
{
    uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : SEEDS_IN_CI;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(no_constraint_is_ever_broken, &seeds),
        cmocka_unit_test(no_more_is_reached_than_could_have_been_however_the_book_crashes),
        cmocka_unit_test(an_order_is_stale_however_much_has_happened_since_it_was_decided),
        cmocka_unit_test(a_place_that_is_held_is_used_on_its_own_day),
        cmocka_unit_test(no_day_is_given_too_often_by_a_clock_that_is_wrong),
        cmocka_unit_test(a_rule_that_comes_again_is_told_the_answer_that_is_written),
        cmocka_unit_test(without_the_fence_a_customer_is_given_twice_within_a_thousand_seeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tests of world/ledger: every charge once, durably, within the budget. A probe plays the consumer.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"

#include "tests/world_fixture.h"

#define BUDGET 100

/* Syncs take 50 ms. */
struct office {
    struct world *world;
    struct fixture_probe *consumer;
    world_ledger *ledger;
    struct world_node *node; /* the ledger's */
    struct world_check *budgets;
    struct world_check *money;
};

static void run(struct office *office, sim_time until)
{
    (void)world_run(office->world, until, UINT64_MAX);
    sim_fel_check(office->world->run.fel);
    world_packets_check(&office->world->packets);
    world_audit_check(office->world->audit);
}

static void pass(struct office *office, sim_time duration)
{
    run(office, office->world->run.now + duration);
}

static void send(
    struct office *office,
    enum world_packet_kind kind,
    uint64_t id,
    uint64_t account,
    int64_t amount)
{
    uint32_t slot = world_packets_take(&office->world->packets, kind);
    struct world_packet *packet = &office->world->packets.slots[slot];

    packet->message = (struct model_message){
        .id = id, .key = account, .value = amount, .born = office->world->run.now};
    packet->token = 17;
    packet->from = world_node_end_point(&office->consumer->node);
    packet->to = world_node_end_point(office->node);
    world_link_send(office->world, slot, world_link_pipe(&office->consumer->node, office->node), 0);
}

static void charge(struct office *office, uint64_t id, uint64_t account, int64_t amount)
{
    send(office, WORLD_PACKET_CHARGE, id, account, amount);
}

static void retract(struct office *office, uint64_t id, uint64_t account, int64_t amount)
{
    send(office, WORLD_PACKET_RETRACT, id, account, amount);
}

/* One that the world's books know. */
static void charge_new(struct office *office, uint64_t id, uint64_t account, int64_t amount)
{
    world_audit_report(office->world->audit, WORLD_AUDIT_TAKEN_IN, id, 0);
    charge(office, id, account, amount);
}

static uint64_t count_of(const struct office *office, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/office/%s", measure);

    return fixture_counter(office->world, name);
}

static uint32_t answers(const struct office *office)
{
    return fixture_received_count(office->consumer, WORLD_PACKET_CHARGED);
}

static void answers_when_the_charge_is_synced(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, 30);
    run(office, SIM_SECOND + 50 * SIM_MILLISECOND);
    assert_int_equal(answers(office), 0);
    assert_false(world_audit_is_settled(office->world->audit, 1));
    run(office, SIM_SECOND + 52 * SIM_MILLISECOND);
    assert_int_equal(answers(office), 1);
    assert_true(world_audit_is_settled(office->world->audit, 1));
    assert_int_equal(count_of(office, "charged"), 1);
    assert_int_equal(count_of(office, "revenue"), 30);
    assert_int_equal(sim_histogram_count(world_ledger_latency(office->ledger)->histogram), 1);
}

static void recognises_what_it_has_charged_and_answers_again(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, 30);
    charge(office, 1, 1, 30); /* before the first is synced: it waits for that */
    run(office, SIM_SECOND + 50 * SIM_MILLISECOND);
    assert_int_equal(answers(office), 0);
    pass(office, SIM_SECOND);
    charge(office, 1, 1, 30);
    pass(office, SIM_SECOND / 100);
    assert_int_equal(answers(office), 3);
    assert_int_equal(count_of(office, "charged"), 1);
    assert_int_equal(count_of(office, "duplicates"), 2);
    assert_int_equal(count_of(office, "revenue"), 30);
    assert_int_equal(world_audit_totals_of(office->world->audit).suppressed, 2);
    assert_int_equal(world_audit_totals_of(office->world->audit).repeated, 0);
}

static void settles_without_a_charge_what_a_budget_cannot_pay(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, BUDGET);
    charge_new(office, 2, 1, 1);
    charge_new(office, 3, 2, 1);
    pass(office, SIM_SECOND);
    assert_int_equal(answers(office), 3);
    assert_int_equal(count_of(office, "charged"), 2);
    assert_int_equal(count_of(office, "over_budget"), 1);
    assert_int_equal(count_of(office, "revenue"), BUDGET + 1);
    assert_int_equal(world_audit_totals_of(office->world->audit).settled, 3);
    assert_true(world_check_held(office->budgets));
}

static void remembers_charges_and_budgets_through_a_crash(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, 60);
    pass(office, SIM_SECOND);
    world_node_crash(office->node);
    pass(office, SIM_SECOND);
    world_node_restart(office->node);
    pass(office, SIM_SECOND);
    charge(office, 1, 1, 60);
    charge_new(office, 2, 1, 60);
    pass(office, SIM_SECOND);
    assert_int_equal(answers(office), 3);
    assert_int_equal(count_of(office, "duplicates"), 1);
    assert_int_equal(count_of(office, "over_budget"), 1);
    assert_int_equal(count_of(office, "revenue"), 60);
    world_node_crash(office->node);
    world_node_restart(office->node);
    pass(office, SIM_SECOND);
    charge(office, 2, 1, 60); /* settled, though nothing was charged */
    pass(office, SIM_SECOND);
    assert_int_equal(count_of(office, "duplicates"), 2);
    assert_int_equal(count_of(office, "over_budget"), 1);
    assert_int_equal(world_audit_totals_of(office->world->audit).repeated, 0);
    assert_true(world_check_held(office->budgets));
}

/* Crashes between the entry and its sync, until one of them has reached the disk by chance. */
static void a_charge_that_reached_the_disk_is_final_though_nobody_was_told(void **state)
{
    struct office *office = *state;
    uint64_t unannounced = 0;
    uint64_t undone = 0;

    run(office, SIM_SECOND);
    charge_new(office, 0, 0, 1);
    pass(office, SIM_SECOND);
    for (uint64_t id = 1; id <= 40; id++) {
        uint32_t before = answers(office);
        charge_new(office, id, id, 1);
        pass(office, 10 * SIM_MILLISECOND);
        world_node_crash(office->node);
        assert_false(world_audit_is_settled(office->world->audit, id));
        world_node_restart(office->node);
        pass(office, SIM_SECOND);
        assert_int_equal(answers(office), before);
        bool is_final = world_audit_is_settled(office->world->audit, id);
        charge(office, id, id, 1);
        pass(office, 10 * SIM_MILLISECOND); /* what was read back is not known to be synced */
        assert_int_equal(answers(office), before);
        pass(office, SIM_SECOND);
        assert_int_equal(answers(office), before + 1);
        unannounced += is_final;
        undone += !is_final;
    }
    assert_true(unannounced > 5 && undone > 5);
    assert_int_equal(count_of(office, "duplicates"), unannounced);
    assert_int_equal(count_of(office, "charged"), 41);
    assert_int_equal(count_of(office, "revenue"), 41);
    assert_int_equal(office->budgets->evaluated, 41);
    assert_int_equal(world_audit_totals_of(office->world->audit).settled, 41);
    assert_int_equal(world_audit_totals_of(office->world->audit).repeated, 0);
}

static void gives_back_what_it_has_charged_once(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, 60);
    retract(office, 1, 1, 60); /* before the charge is synced: it waits for that */
    pass(office, 200 * SIM_MILLISECOND);
    retract(office, 1, 1, 60);
    pass(office, SIM_SECOND);
    assert_int_equal(fixture_received_count(office->consumer, WORLD_PACKET_RETRACTED), 2);
    assert_int_equal(/* whoever retracts knows its retraction by that */
                     fixture_received_at(office->consumer, office->consumer->received->len - 1)
                         ->packet.token,
                     17);
    assert_int_equal(count_of(office, "retracted"), 1);
    assert_int_equal(count_of(office, "revenue"), 60);
    assert_int_equal(count_of(office, "refunds"), 60);
    charge_new(office, 2, 1, BUDGET); /* the account has it again */
    pass(office, SIM_SECOND);
    assert_int_equal(count_of(office, "charged"), 2);
    assert_true(world_check_held(office->budgets));
    assert_true(world_check_held(office->money));
}

static void a_retraction_that_comes_first_has_its_message_settled_for_nothing(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    retract(office, 1, 1, 60);
    charge_new(office, 1, 1, 60);
    retract(office, 1, 1, 60);
    pass(office, SIM_SECOND);
    assert_int_equal(answers(office), 1);
    assert_int_equal(count_of(office, "charged"), 1);
    assert_int_equal(count_of(office, "revenue"), 0);
    assert_int_equal(count_of(office, "refunds"), 0);
    assert_int_equal(count_of(office, "retracted"), 1);
    assert_true(world_audit_is_settled(office->world->audit, 1));
}

static void gives_nothing_back_for_what_no_budget_could_pay(void **state)
{
    struct office *office = *state;

    run(office, SIM_SECOND);
    charge_new(office, 1, 1, BUDGET);
    charge_new(office, 2, 1, 30);
    retract(office, 2, 1, 30);
    pass(office, SIM_SECOND);
    assert_int_equal(count_of(office, "overdelivered"), 30);
    assert_int_equal(count_of(office, "refunds"), 0);
    assert_true(world_check_held(office->money));
}

/* Crashes at a moment more each time: before the refund is written, while it is synced, after. */
static void a_refund_is_made_once_whenever_it_crashes(void **state)
{
    struct office *office = *state;
    uint64_t unannounced = 0;

    run(office, SIM_SECOND);
    for (uint64_t id = 0; id < 30; id++) {
        charge_new(office, id, 1, 3);
        pass(office, SIM_SECOND);
        retract(office, id, 1, 3);
        pass(office, (sim_time)id * 2 * SIM_MILLISECOND);
        bool was_counted = count_of(office, "retracted") > id;
        world_node_crash(office->node);
        world_node_restart(office->node);
        pass(office, SIM_SECOND);
        unannounced += !was_counted && count_of(office, "retracted") > id;
        retract(office, id, 1, 3);
        pass(office, SIM_SECOND);
        assert_int_equal(count_of(office, "retracted"), id + 1);
    }
    assert_true(unannounced > 0);
    assert_int_equal(count_of(office, "revenue"), 90);
    assert_int_equal(count_of(office, "refunds"), 90);
    assert_true(world_check_held(office->money));
}

static struct office *make(enum model_sync sync, sim_time keep)
{
    struct office *office = g_new0(struct office, 1);
    struct world_disk_config disk = world_disk_default();
    struct world_ledger_config config = {
        .keep = keep,
        .budget = BUDGET,
        .journal = {.sync = sync, .segment_size = 1 << 16},
    };

    office->world = world_create(1);
    struct world_datacenter *here = world_datacenter_add(office->world, "here", NULL);
    disk.sync = fixture_dist(SIM_DIST_CONSTANT, 0.050, 0);
    world_disk_configure(here->disk, &disk);
    office->consumer = fixture_probe_add(here, "consumer");
    office->ledger = world_ledger_add(here, "office", &config, NULL);
    office->node = world_ledger_node(office->ledger);
    office->budgets = world_ledger_check_budgets(office->ledger);
    office->money = world_ledger_check_money(office->ledger);
    return office;
}

static int create(void **state)
{
    *state = make(MODEL_SYNC_ALWAYS, SIM_NEVER);
    return 0;
}

static int destroy(void **state)
{
    struct office *office = *state;

    world_destroy(office->world);
    g_free(office);
    return 0;
}

/* It never syncs, so a crash takes its memory of a charge that it has answered. */
static void the_checks_see_a_ledger_that_forgets(void **state)
{
    struct office *office = make(MODEL_SYNC_NONE, SIM_NEVER);
    struct world_check *once = world_audit_check_exactly_once(office->world->audit);
    void *made = office;

    (void)state;
    run(office, SIM_SECOND);
    charge_new(office, 1, 7, 60);
    pass(office, SIM_SECOND);
    assert_true(world_check_held(office->budgets));
    assert_true(world_check_held(once));
    assert_true(world_check_held(office->money));
    world_node_crash(office->node);
    world_node_restart(office->node);
    pass(office, SIM_SECOND);
    assert_false(world_check_held(office->money));
    assert_string_equal(
        office->money->first.text,
        "the accounts of here/office have spent 0 by its journal, and 60 by what was charged and "
        "given back");
    charge(office, 1, 7, 60);
    sim_time before = office->world->run.now;
    pass(office, SIM_SECOND);
    assert_false(world_check_held(office->budgets));
    assert_in_range(office->budgets->first.time, before, before + SIM_SECOND);
    assert_string_equal(
        office->budgets->first.text,
        "message 1 took account 7 to 120, beyond its budget of 100, at here/office");
    assert_false(world_check_held(once));
    assert_string_equal(
        once->first.text, "message 1 of here/consumer had its effect twice, at here/office");
    assert_int_equal(world_audit_totals_of(office->world->audit).repeated, 1);
    assert_int_equal(destroy(&made), 0);
}

/* And so does a crash in between: what is read back is forgotten at the same time. */
static void charges_again_what_comes_after_it_has_forgotten(void **state)
{
    struct office *office = make(MODEL_SYNC_ALWAYS, 10 * SIM_SECOND);
    struct world_check *once = world_audit_check_exactly_once(office->world->audit);
    void *made = office;

    (void)state;
    run(office, SIM_SECOND);
    charge_new(office, 1, 7, 20);
    run(office, 5 * SIM_SECOND);
    world_node_crash(office->node);
    world_node_restart(office->node);
    run(office, 10 * SIM_SECOND);
    charge(office, 1, 7, 20);
    pass(office, SIM_SECOND / 2);
    assert_int_equal(count_of(office, "duplicates"), 1);
    run(office, 12 * SIM_SECOND);
    charge(office, 1, 7, 20);
    pass(office, SIM_SECOND);
    assert_int_equal(count_of(office, "charged"), 2);
    assert_int_equal(count_of(office, "revenue"), 40);
    assert_false(world_check_held(once));
    world_node_crash(office->node);
    world_node_restart(office->node);
    pass(office, SIM_SECOND);
    assert_true(world_check_held(office->money)); /* wrong, and exactly on record */
    assert_int_equal(destroy(&made), 0);
}

#define OFFICE_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(answers_when_the_charge_is_synced),
        OFFICE_TEST(recognises_what_it_has_charged_and_answers_again),
        OFFICE_TEST(settles_without_a_charge_what_a_budget_cannot_pay),
        OFFICE_TEST(remembers_charges_and_budgets_through_a_crash),
        OFFICE_TEST(a_charge_that_reached_the_disk_is_final_though_nobody_was_told),
        OFFICE_TEST(gives_back_what_it_has_charged_once),
        OFFICE_TEST(a_retraction_that_comes_first_has_its_message_settled_for_nothing),
        OFFICE_TEST(gives_nothing_back_for_what_no_budget_could_pay),
        OFFICE_TEST(a_refund_is_made_once_whenever_it_crashes),
        cmocka_unit_test(the_checks_see_a_ledger_that_forgets),
        cmocka_unit_test(charges_again_what_comes_after_it_has_forgotten),
    };

    return cmocka_run_group_tests_name("world/ledger", tests, NULL, NULL);
}

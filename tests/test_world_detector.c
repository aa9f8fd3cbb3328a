/* Tests of world/detector, and of the world/score beside it. Probes play its neighbours. */
/* SPDX-License-Identifier: MIT */
#include "world/detector.h"

#include "tests/operator_fixture.h"

#define USER    0
#define ADDRESS 1

struct shop {
    struct world *world;
    struct world_datacenter *datacenter;
    struct fixture_probe *client;
    struct fixture_probe *ledger;
    struct fixture_probe *refunds;
    struct world_node *node; /* the detector's */
    uint64_t sent;
};

/* At most three of a user in ten seconds. */
static struct world_detector_config config_of(void)
{
    return (struct world_detector_config){
        .rules = {{.fields = {USER, WORLD_FIELD_NONE}, .span = 10 * SIM_SECOND, .threshold = 3}},
        .rule_count = 1,
        .remembered_max = 1000,
        .retractions_max = 10,
        .retract_every = SIM_SECOND,
        .window = 1000,
    };
}

static void open_detector(struct shop *shop, const struct world_detector_config *config)
{
    world_detector *detector = world_detector_add(shop->datacenter, "detector", config, NULL);

    assert_non_null(detector);
    shop->node = world_detector_node(detector);
    assert_true(world_detector_connect(detector, &shop->ledger->node, NULL));
    assert_true(world_detector_retract_at(detector, &shop->refunds->node, NULL));
    operator_run(shop->world, 0);
}

static void pass_time(struct shop *shop, sim_time duration)
{
    operator_run(shop->world, shop->world->run.now + duration);
}

/* A click of the user, worth its number and 100 more. */
static void click(struct shop *shop, uint32_t user, uint8_t truth)
{
    struct model_message message = {
        .id = shop->sent,
        .key = 5,
        .value = 100 + (int64_t)shop->sent,
        .truth = truth,
        .attributes = {user, user % 7},
    };

    shop->sent++;
    operator_send(shop->client, shop->node, WORLD_PACKET_CHARGE, &message, 0);
    pass_time(shop, SIM_MILLISECOND);
}

static uint64_t count_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/detector/%s", measure);

    return fixture_counter(shop->world, name);
}

static int64_t gauge_of(const struct shop *shop, const char *measure)
{
    g_autofree char *name = g_strdup_printf("here/detector/%s", measure);

    return sim_registry_find(shop->world->registry, name)->gauge.value;
}

static int64_t value_at_ledger(const struct shop *shop, uint32_t index)
{
    return fixture_received_at(shop->ledger, index)->packet.message.value;
}

static void beyond_the_threshold_a_charge_goes_on_without_its_value(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (int i = 0; i < 5; i++) {
        click(shop, 9, 0);
        click(shop, 10 + (uint32_t)i, 0);
    }
    assert_int_equal(shop->ledger->received->len, 10);
    assert_int_equal(value_at_ledger(shop, 4), 104);
    assert_int_equal(value_at_ledger(shop, 6), 0); /* the fourth of user 9 */
    assert_int_equal(value_at_ledger(shop, 8), 0);
    assert_int_equal(value_at_ledger(shop, 9), 109);
    assert_int_equal(count_of(shop, "flagged"), 2);
    assert_int_equal(count_of(shop, "passed"), 8);
}

static void a_send_or_a_read_beyond_it_is_refused(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (uint64_t id = 0; id < 5; id++) {
        struct model_message message = {.id = id, .attributes = {9}};
        world_audit_report(shop->world->audit, WORLD_AUDIT_TAKEN_IN, id, 0);
        operator_send(
            shop->client, shop->node, id == 4 ? WORLD_PACKET_GET : WORLD_PACKET_SEND, &message, 0);
    }
    pass_time(shop, SIM_SECOND);
    assert_int_equal(shop->ledger->received->len, 3);
    assert_int_equal(fixture_received_count(shop->client, WORLD_PACKET_REFUSE), 2);
    assert_int_equal(world_audit_totals_of(shop->world->audit).refused, 1);
}

static void when_the_window_has_passed_the_user_is_free_again(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (int i = 0; i < 5; i++) {
        click(shop, 9, 0);
    }
    pass_time(shop, 11 * SIM_SECOND);
    click(shop, 9, 0);
    assert_int_equal(value_at_ledger(shop, 5), 105);
}

static void what_passed_before_the_crossing_is_retracted(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    click(shop, 9, 0);
    pass_time(shop, 6 * SIM_SECOND);
    click(shop, 9, 0);
    pass_time(shop, 6 * SIM_SECOND); /* the first is out of the window now */
    click(shop, 9, 0);
    click(shop, 9, 0);
    assert_int_equal(shop->refunds->received->len, 0);
    click(shop, 9, 0);
    assert_int_equal(shop->refunds->received->len, 3);
    for (uint32_t i = 0; i < 3; i++) {
        const struct world_packet *retraction = &fixture_received_at(shop->refunds, i)->packet;
        assert_int_equal(retraction->kind, WORLD_PACKET_RETRACT);
        assert_int_equal(retraction->message.id, 3 - i);
        assert_int_equal(retraction->message.value, 103 - i);
        assert_int_equal(retraction->message.key, 5);
    }
    click(shop, 9, 0);
    assert_int_equal(shop->refunds->received->len, 3);
    assert_int_equal(count_of(shop, "retracted"), 3);
}

static void a_retraction_is_sent_until_it_is_answered(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (int i = 0; i < 4; i++) {
        click(shop, 9, 0);
    }
    assert_int_equal(gauge_of(shop, "unanswered"), 3);
    pass_time(shop, SIM_SECOND);
    assert_int_equal(shop->refunds->received->len, 6);
    for (uint32_t i = 3; i < 5; i++) {
        fixture_probe_answer(
            shop->refunds, fixture_received_at(shop->refunds, i), WORLD_PACKET_RETRACTED);
        fixture_probe_answer(
            shop->refunds, fixture_received_at(shop->refunds, i), WORLD_PACKET_RETRACTED);
    }
    pass_time(shop, SIM_SECOND);
    assert_int_equal(gauge_of(shop, "unanswered"), 1);
    assert_int_equal(shop->refunds->received->len, 7);
    for (int i = 0; i < 12; i++) {
        for (int k = 0; k < 4; k++) {
            click(shop, 100 + (uint32_t)i, 0);
        }
    }
    assert_true(count_of(shop, "retractions_lost") > 0);
    assert_int_equal(
        count_of(shop, "retractions") + count_of(shop, "retractions_lost"),
        count_of(shop, "retracted"));
}

/* Two rules: the pair of user and key, and the address; each flags what the other does not. */
static void each_rule_flags_by_its_own_fields(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    config.rules[0].fields[1] = WORLD_FIELD_KEY;
    config.rules[1] = (struct world_detector_rule){
        .fields = {ADDRESS, WORLD_FIELD_NONE}, .span = SIM_SECOND, .threshold = 4};
    config.rule_count = 2;
    open_detector(shop, &config);
    for (uint32_t i = 0; i < 5; i++) {
        click(shop, 7 * i, 0); /* five users of one address */
    }
    assert_int_equal(count_of(shop, "flagged"), 1);
    pass_time(shop, 2 * SIM_SECOND);
    for (uint64_t key = 0; key < 8; key++) { /* one user, but four of each pair */
        struct model_message message = {
            .id = 100 + key, .key = key % 2, .value = 1, .attributes = {3, (uint32_t)key + 20}};
        operator_send(shop->client, shop->node, WORLD_PACKET_CHARGE, &message, 0);
        pass_time(shop, SIM_MILLISECOND);
    }
    assert_int_equal(count_of(shop, "flagged"), 3);
}

/* The user's fourth crosses one rule, the fifth the other: the first three were retracted already.
 */
static void what_two_rules_find_is_retracted_once(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    config.rules[1] = (struct world_detector_rule){
        .fields = {USER, WORLD_FIELD_KEY}, .span = 20 * SIM_SECOND, .threshold = 4};
    config.rule_count = 2;
    open_detector(shop, &config);
    for (int i = 0; i < 6; i++) {
        click(shop, 9, 0);
    }
    assert_int_equal(count_of(shop, "retracted"), 3);
    assert_int_equal(count_of(shop, "flagged"), 3);
    assert_int_equal(shop->refunds->received->len, 3);
}

static void the_score_is_the_worlds(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (int i = 0; i < 6; i++) {
        click(shop, 9, 1); /* a bot: three passed and retracted, three flagged */
    }
    for (int i = 0; i < 4; i++) {
        click(shop, 8, 0); /* a busy person: all wronged */
    }
    click(shop, 7, 1); /* a bot that keeps quiet */
    click(shop, 6, 0);
    assert_int_equal(count_of(shop, "judged"), 12);
    assert_int_equal(count_of(shop, "bots"), 7);
    assert_int_equal(count_of(shop, "bots_caught"), 6);
    assert_int_equal(gauge_of(shop, "precision"), 600000);
    assert_int_equal(gauge_of(shop, "recall"), 6 * 1000000 / 7);
    assert_int_equal(count_of(shop, "wronged_value"), 106 + 107 + 108 + 109);
    assert_int_equal(count_of(shop, "caught_value"), 100 + 101 + 102 + 103 + 104 + 105);
    assert_int_equal(count_of(shop, "bots_value"), count_of(shop, "caught_value") + 110);
}

/* What a run with these marks has the ledger and the refunds receive, as one number. */
static uint64_t verdicts(uint64_t truth_seed)
{
    struct shop shop = {.world = world_create(1)};
    struct world_detector_config config = config_of();
    uint64_t seed = 33;
    uint64_t digest = 0;

    shop.datacenter = operator_place(shop.world);
    shop.client = fixture_probe_add(shop.datacenter, "client");
    shop.ledger = fixture_probe_add(shop.datacenter, "ledger");
    shop.refunds = fixture_probe_add(shop.datacenter, "refunds");
    open_detector(&shop, &config);
    for (int i = 0; i < 2000; i++) {
        click(&shop, (uint32_t)fixture_random(&seed, 60), fixture_random(&truth_seed, 2) == 0);
        pass_time(&shop, (sim_time)fixture_random(&seed, 300) * SIM_MILLISECOND);
    }
    const struct fixture_probe *probes[] = {shop.ledger, shop.refunds};
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < probes[k]->received->len; i++) {
            const struct fixture_received *received = fixture_received_at(probes[k], i);
            digest = sim_random_mix(digest ^ received->packet.message.id);
            digest = sim_random_mix(digest ^ (uint64_t)received->packet.message.value);
            digest = sim_random_mix(digest ^ (uint64_t)received->time);
        }
    }
    assert_true(count_of(&shop, "flagged") > 20 && count_of(&shop, "retracted") > 20);
    world_destroy(shop.world);
    return digest;
}

static void verdicts_do_not_depend_on_the_marks_of_truth(void **state)
{
    (void)state;
    assert_int_equal(verdicts(1), verdicts(2));
    assert_int_equal(verdicts(1), verdicts(77));
}

/* 20 bots click ten times as often as 200 people do. */
static void a_lower_threshold_has_more_recall_and_less_precision(void **state)
{
    static const uint64_t thresholds[] = {2, 6, 14};
    int64_t precision[3];
    int64_t recall[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct world_detector_config config = config_of();
        struct shop other = {.world = world_create(1)};
        uint64_t seed = 3;
        config.rules[0].threshold = thresholds[i];
        other.datacenter = operator_place(other.world);
        other.client = fixture_probe_add(other.datacenter, "client");
        other.ledger = fixture_probe_add(other.datacenter, "ledger");
        other.refunds = fixture_probe_add(other.datacenter, "refunds");
        open_detector(&other, &config);
        for (int k = 0; k < 4000; k++) {
            bool is_bot = fixture_random(&seed, 2) == 0;
            uint32_t user = is_bot ? (uint32_t)fixture_random(&seed, 20)
                                   : 1000 + (uint32_t)fixture_random(&seed, 200);
            click(&other, user, is_bot);
            pass_time(&other, 30 * SIM_MILLISECOND);
        }
        precision[i] = gauge_of(&other, "precision");
        recall[i] = gauge_of(&other, "recall");
        world_destroy(other.world);
    }
    assert_true(recall[0] > recall[1] && recall[1] > recall[2]);
    assert_true(precision[0] < precision[1] && precision[1] <= precision[2]);
}

static void a_crash_forgets_the_windows_but_not_the_score(void **state)
{
    struct shop *shop = *state;
    struct world_detector_config config = config_of();

    open_detector(shop, &config);
    for (int i = 0; i < 4; i++) {
        click(shop, 9, 1);
    }
    world_node_crash(shop->node);
    world_node_restart(shop->node);
    click(shop, 9, 1);
    assert_int_equal(count_of(shop, "flagged"), 1);
    assert_int_equal(count_of(shop, "retractions_lost"), 3);
    assert_int_equal(count_of(shop, "bots_caught"), 4);
    assert_int_equal(gauge_of(shop, "recall"), 800000);
    pass_time(shop, 5 * SIM_SECOND);
    assert_int_equal(shop->refunds->received->len, 3);
}

static int set_up(void **state)
{
    struct shop *shop = g_new0(struct shop, 1);

    shop->world = world_create(1);
    shop->datacenter = operator_place(shop->world);
    shop->client = fixture_probe_add(shop->datacenter, "client");
    shop->ledger = fixture_probe_add(shop->datacenter, "ledger");
    shop->refunds = fixture_probe_add(shop->datacenter, "refunds");
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
        TEST(beyond_the_threshold_a_charge_goes_on_without_its_value),
        TEST(a_send_or_a_read_beyond_it_is_refused),
        TEST(when_the_window_has_passed_the_user_is_free_again),
        TEST(what_passed_before_the_crossing_is_retracted),
        TEST(a_retraction_is_sent_until_it_is_answered),
        TEST(each_rule_flags_by_its_own_fields),
        TEST(what_two_rules_find_is_retracted_once),
        TEST(the_score_is_the_worlds),
        cmocka_unit_test(verdicts_do_not_depend_on_the_marks_of_truth),
        cmocka_unit_test(a_lower_threshold_has_more_recall_and_less_precision),
        TEST(a_crash_forgets_the_windows_but_not_the_score),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

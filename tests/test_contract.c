/* The contract suite: the same behaviours of every model, on every store and with every policy that
 * it claims in models/capabilities. What is claimed is run; what is not, is refused. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/random.h"

#include "tests/contract.h"

#define CASES_MAX  512
#define NAME_SIZE  128
#define OPERATIONS 200

static const struct contract_adapter *const adapters[MODEL_KIND_COUNT] = {
    [MODEL_POINT_TO_POINT] = &contract_point_to_point,
    [MODEL_PRODUCER_CONSUMER] = &contract_producer_consumer,
    [MODEL_PUBLISH_SUBSCRIBE] = &contract_publish_subscribe,
    [MODEL_MVC] = &contract_mvc,
};

static bool has(const struct contract_adapter *adapter, enum model_feature feature)
{
    return (model_capabilities_of(adapter->kind)->features >> feature & 1) != 0;
}

/* ---- what all of them do ---- */

/* What makes consumers that share forget it: one of them only. */
static uint64_t take_any(struct contract_rig *rig, struct contract_receipt *out_receipt)
{
    return contract_take(rig, 0, out_receipt);
}

/* Operations at random, and the receipts that they gave. */
struct play {
    struct sim_stream stream;
    struct contract_receipt receipts[8];
    uint64_t count;
};

static void play_operation(struct contract_rig *rig, struct play *play, uint64_t id)
{
    uint64_t choice = sim_stream_below(&play->stream, 8);

    if (choice < 3) {
        (void)contract_offer_key(rig, id, sim_stream_below(&play->stream, rig->capacity));
    } else if (choice < 5) {
        uint64_t taken = take_any(rig, &play->receipts[play->count % 8]);
        play->count += taken != 0 && has(rig->adapter, MODEL_FEATURE_ACK) ? 1 : 0;
    } else if (choice < 6 && play->count > 0) {
        uint64_t known = play->count < 8 ? play->count : 8;
        (void)contract_done_with(rig, &play->receipts[sim_stream_below(&play->stream, known)]);
    } else if (choice == 6 && has(rig->adapter, MODEL_FEATURE_REDELIVERY)) {
        contract_lose(rig, (uint32_t)sim_stream_below(&play->stream, CONTRACT_CONSUMERS));
    } else {
        contract_pump(rig);
    }
}

static void counts_are_conserved_at_every_step(struct contract_rig *rig)
{
    struct play play = {.stream = sim_stream_named(1, "contract")};
    uint64_t offered = 0;
    uint64_t sum = 0;

    for (uint64_t id = 1; id <= OPERATIONS; id++) {
        play_operation(rig, &play, id);
        rig->now++;
    }
    rig->adapter->law(rig, &offered, &sum);
    assert_true(offered > 0 && offered == sum);
}

static void the_same_operations_give_the_same_answers(struct contract_rig *rig)
{
    counts_are_conserved_at_every_step(rig);
    for (int i = 0; i < 2; i++) {
        struct contract_rig again;
        contract_open(&again, rig->adapter, rig->store, rig->when_full);
        again.is_eager = rig->is_eager;
        counts_are_conserved_at_every_step(&again);
        assert_int_equal(again.digest, rig->digest);
        contract_close(&again);
    }
}

static void messages_of_a_key_keep_their_order(struct contract_rig *rig)
{
    uint64_t last[2] = {0};
    uint64_t taken = 0;

    for (uint64_t id = 1; id <= rig->capacity; id++) {
        assert_int_equal(contract_offer_key(rig, id, id % 2), CONTRACT_TAKEN);
    }
    contract_pump(rig);
    for (uint64_t id; (id = take_any(rig, NULL)) != 0; taken++) {
        assert_true(id > last[id % 2]);
        last[id % 2] = id;
    }
    assert_int_equal(last[0], rig->capacity);
    assert_int_equal(last[1], rig->capacity - 1);
    assert_int_equal(taken, has(rig->adapter, MODEL_FEATURE_CONFLATION) ? 2 : rig->capacity);
}

static void a_bad_capacity_has_its_own_result(struct contract_rig *rig)
{
    assert_true(rig->adapter->can_be_created(4));
    assert_false(rig->adapter->can_be_created(0));
    assert_false(rig->adapter->can_be_created(UINT64_C(1) << 63));
    assert_false(rig->adapter->can_be_created(UINT64_MAX));
}

/* ---- what those with acks do ---- */

static void what_is_done_is_not_delivered_again(struct contract_rig *rig)
{
    struct contract_receipt receipt;

    for (uint64_t id = 1; id <= 4; id++) {
        assert_int_equal(contract_offer_key(rig, id, 1), CONTRACT_TAKEN);
    }
    contract_pump(rig);
    assert_int_equal(take_any(rig, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
    assert_int_equal(take_any(rig, NULL), 2);
    contract_lose(rig, 0); /* 2 comes again, 1 does not */
    for (uint64_t id = 2; id <= 4; id++) {
        assert_int_equal(take_any(rig, NULL), id);
    }
    assert_int_equal(take_any(rig, NULL), 0);
}

static void a_second_ack_has_its_own_result_and_changes_nothing(struct contract_rig *rig)
{
    struct contract_receipt receipt;

    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    assert_int_equal(contract_offer_key(rig, 2, 1), CONTRACT_TAKEN);
    contract_pump(rig);
    assert_int_equal(take_any(rig, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_REPEATED);
    assert_int_equal(rig->outbox.count, 0);
    assert_int_equal(take_any(rig, NULL), 2);
}

static void a_stale_holder_is_refused_and_changes_nothing(struct contract_rig *rig)
{
    struct contract_receipt stale;
    struct contract_receipt receipt;

    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    contract_pump(rig);
    assert_int_equal(contract_take(rig, 0, &stale), 1);
    contract_lose(rig, 0);
    assert_true(contract_was_told(rig, MODEL_REDELIVERED, 1));
    assert_int_equal(contract_done_with(rig, &stale), CONTRACT_STALE);
    assert_int_equal(rig->outbox.count, 0);
    assert_int_equal(contract_take(rig, 1, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &stale), CONTRACT_STALE);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
}

/* ---- what those on a disk do ---- */

/* Of what the model has promised nothing is lost, and nothing comes back that it has promised to
 * forget. Without a store it promises nothing, and has nothing. */
static void what_was_acknowledged_survives_a_crash(struct contract_rig *rig)
{
    struct contract_receipt receipt;
    bool is_kept = rig->store == MODEL_STORE_JOURNAL;

    for (uint64_t id = 1; id <= 4; id++) {
        assert_int_equal(contract_offer_key(rig, id, 1), CONTRACT_TAKEN);
        assert_true(contract_was_told(rig, MODEL_SEND_CONFIRMED, id) == !is_kept);
    }
    contract_pump(rig);
    assert_true(!is_kept || contract_was_told(rig, MODEL_SEND_CONFIRMED, 4));
    assert_int_equal(take_any(rig, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
    assert_true(contract_was_told(rig, MODEL_ACK_CONFIRMED, 1) == !is_kept);
    contract_pump(rig);
    assert_true(!is_kept || contract_was_told(rig, MODEL_ACK_CONFIRMED, 1));
    assert_int_equal(take_any(rig, &receipt), 2);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE); /* not confirmed */
    assert_int_equal(contract_offer_key(rig, 5, 1), CONTRACT_TAKEN);    /* neither is this */
    contract_crash(rig);
    for (uint64_t id = 2; id <= 4 && is_kept; id++) {
        assert_int_equal(take_any(rig, NULL), id);
    }
    assert_int_equal(take_any(rig, NULL), 0);
}

/* With the policy `none` a message is promised when it is written: the loss is real. */
static void without_a_sync_a_crash_takes_what_was_acknowledged(struct contract_rig *rig)
{
    rig->adapter->close(rig);
    rig->sync = MODEL_SYNC_NONE;
    contract_renew_journal(rig);
    rig->adapter->open(rig);
    contract_pump(rig);
    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    contract_pump(rig);
    assert_true(contract_was_told(rig, MODEL_SEND_CONFIRMED, 1));
    contract_crash(rig);
    assert_int_equal(take_any(rig, NULL), 0);
}

/* ---- policies ---- */

/* Fills the queue, offers one more, and expects what the policy says. Where only the newest message
 * of a key waits, it is full of keys. */
static void does_what_its_policy_says_when_it_is_full(struct contract_rig *rig)
{
    const enum contract_offer expected[MODEL_WHEN_FULL_COUNT] = {
        [MODEL_BLOCK] = CONTRACT_FULL,
        [MODEL_REJECT] = CONTRACT_REFUSED,
        [MODEL_DROP_OLDEST] = CONTRACT_TAKEN,
        [MODEL_DROP_NEWEST] = CONTRACT_DROPPED,
    };
    uint64_t first = rig->when_full == MODEL_DROP_OLDEST ? 2 : 1;
    uint64_t step = has(rig->adapter, MODEL_FEATURE_CONFLATION) ? 1 : 0;

    for (uint64_t id = 1; id <= rig->capacity; id++) {
        assert_int_equal(contract_offer_key(rig, id, 1 + id * step), CONTRACT_TAKEN);
    }
    contract_pump(rig);
    uint64_t more = rig->capacity + 1;
    assert_int_equal(contract_offer_key(rig, more, 1 + more * step), expected[rig->when_full]);
    assert_true(contract_was_told(rig, MODEL_DROPPED, 1) == (rig->when_full == MODEL_DROP_OLDEST));
    assert_true(
        contract_was_told(rig, MODEL_DROPPED, more) == (rig->when_full == MODEL_DROP_NEWEST));
    contract_pump(rig);
    for (uint64_t id = first; id < first + rig->capacity; id++) {
        assert_int_equal(take_any(rig, NULL), id);
    }
    assert_int_equal(take_any(rig, NULL), 0);
}

/* ---- the table ---- */

static contract_behaviour *behaviour_of(
    const struct contract_adapter *adapter, enum model_feature feature)
{
    if (feature == MODEL_FEATURE_ORDER) {
        return messages_of_a_key_keep_their_order;
    }
    if (feature == MODEL_FEATURE_ACK) {
        return adapter->done == NULL ? NULL : what_is_done_is_not_delivered_again;
    }
    if (feature == MODEL_FEATURE_REDELIVERY) {
        return adapter->lose == NULL ? NULL : a_stale_holder_is_refused_and_changes_nothing;
    }
    for (uint32_t i = 0; i < adapter->feature_count; i++) {
        if (adapter->features[i].feature == feature) {
            return adapter->features[i].behaviour;
        }
    }
    return NULL;
}

static void a_feature_is_claimed_where_it_has_a_behaviour(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        const struct contract_adapter *adapter = adapters[kind];
        assert_int_equal(adapter->kind, kind);
        for (uint32_t feature = 0; feature < MODEL_FEATURE_COUNT; feature++) {
            bool can = behaviour_of(adapter, (enum model_feature)feature) != NULL;
            assert_true(has(adapter, (enum model_feature)feature) == can);
        }
        bool has_journal =
            (model_capabilities_of(adapter->kind)->stores >> MODEL_STORE_JOURNAL & 1);
        assert_true(has_journal == (adapter->committed != NULL));
    }
}

static enum model_refusal expected_refusal(
    const struct model_capabilities *can, const struct model_wish *wish)
{
    if ((can->stores >> wish->store & 1) == 0) {
        return MODEL_NO_SUCH_STORE;
    }
    if (wish->has_policy && (can->when_full >> wish->when_full & 1) == 0) {
        return MODEL_NO_SUCH_POLICY;
    }
    return (can->features & wish->features) == wish->features ? MODEL_GRANTED
                                                              : MODEL_NO_SUCH_FEATURE;
}

static void what_is_not_claimed_is_refused_with_its_own_result(void **state)
{
    uint32_t counts[4] = {0};

    (void)state;
    for (uint32_t i = 0; i < MODEL_KIND_COUNT * MODEL_STORE_COUNT * 5 * 26; i++) {
        enum model_kind kind = (enum model_kind)(i % MODEL_KIND_COUNT);
        uint32_t policy = i / (MODEL_KIND_COUNT * MODEL_STORE_COUNT) % 5;
        uint32_t feature = i / (MODEL_KIND_COUNT * MODEL_STORE_COUNT * 5);
        const struct model_wish wish = {
            .store = (enum model_store_kind)(i / MODEL_KIND_COUNT % MODEL_STORE_COUNT),
            .has_policy = policy < 4,
            .when_full = (enum model_when_full)(policy % 4),
            .features = feature < MODEL_FEATURE_COUNT ? UINT32_C(1) << feature : 0,
        };
        enum model_refusal refusal = model_capabilities_ask(kind, &wish);
        assert_int_equal(refusal, expected_refusal(model_capabilities_of(kind), &wish));
        counts[refusal]++;
    }
    for (uint32_t refusal = 0; refusal < 4; refusal++) {
        assert_true(counts[refusal] > 0);
    }
}

static void everything_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MODEL_FEATURE_COUNT; i++) {
        assert_true(model_feature_summary((enum model_feature)i)[0] != '\0');
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(
                model_feature_name((enum model_feature)i),
                model_feature_name((enum model_feature)j));
        }
    }
    assert_string_equal(model_store_name(MODEL_STORE_JOURNAL), "journal");
    assert_string_equal(model_when_full_name(MODEL_DROP_OLDEST), "drop_oldest");
}

/* ---- the matrix ---- */

struct contract_case {
    const struct contract_adapter *adapter;
    enum model_store_kind store;
    enum model_when_full when_full;
    contract_behaviour *behaviour;
    bool is_eager;
    char name[NAME_SIZE];
};

struct suite {
    struct contract_case cases[CASES_MAX];
    struct CMUnitTest tests[CASES_MAX];
    uint32_t count;
};

static void run_case(void **state)
{
    const struct contract_case *one = *state;
    struct contract_rig rig;

    contract_open(&rig, one->adapter, one->store, one->when_full);
    rig.is_eager = one->is_eager;
    one->behaviour(&rig);
    contract_close(&rig);
}

static void add_case(struct suite *suite, const struct contract_case *one, const char *sentence)
{
    const struct model_capabilities *can = model_capabilities_of(one->adapter->kind);

    SIM_ASSERT(suite->count < CASES_MAX);
    struct contract_case *added = &suite->cases[suite->count];
    *added = *one;
    (void)snprintf(
        added->name,
        NAME_SIZE,
        "%s/%s/%s: %s",
        can->name,
        model_store_name(one->store),
        model_when_full_name(one->when_full),
        sentence);
    suite->tests[suite->count] =
        (struct CMUnitTest){.name = added->name, .test_func = run_case, .initial_state = added};
    suite->count++;
}

struct sentence {
    contract_behaviour *behaviour;
    const char *text;
    uint32_t needs; /* features */
};

static void add_common(struct suite *suite, struct contract_case one)
{
    static const struct sentence sentences[] = {
        {counts_are_conserved_at_every_step, "counts are conserved at every step", 0},
        {the_same_operations_give_the_same_answers, "the same gives the same", 0},
        {a_bad_capacity_has_its_own_result, "a bad capacity has its own result", 0},
        {a_second_ack_has_its_own_result_and_changes_nothing,
         "a second ack has its own result and changes nothing",
         1U << MODEL_FEATURE_ACK},
        {what_was_acknowledged_survives_a_crash,
         "what was acknowledged survives a crash as promised",
         1U << MODEL_FEATURE_ACK},
    };
    const struct model_capabilities *can = model_capabilities_of(one.adapter->kind);

    for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++) {
        if ((sentences[i].needs & ~can->features) == 0) {
            one.behaviour = sentences[i].behaviour;
            add_case(suite, &one, sentences[i].text);
        }
    }
    if (one.store == MODEL_STORE_JOURNAL) {
        one.behaviour = without_a_sync_a_crash_takes_what_was_acknowledged;
        add_case(suite, &one, "without a sync a crash takes what was acknowledged");
    }
    one.behaviour = does_what_its_policy_says_when_it_is_full;
    add_case(suite, &one, "does what its policy says when it is full");
}

static void add_features(struct suite *suite, struct contract_case one)
{
    for (uint32_t feature = 0; feature < MODEL_FEATURE_COUNT; feature++) {
        one.behaviour = behaviour_of(one.adapter, (enum model_feature)feature);
        one.is_eager = true;
        if (one.behaviour != NULL) {
            add_case(suite, &one, model_feature_summary((enum model_feature)feature));
        }
    }
}

static void add_model(struct suite *suite, const struct contract_adapter *adapter)
{
    const struct model_capabilities *can = model_capabilities_of(adapter->kind);

    for (uint32_t i = 0; i < MODEL_STORE_COUNT * MODEL_WHEN_FULL_COUNT; i++) {
        struct contract_case one = {
            .adapter = adapter,
            .store = (enum model_store_kind)(i / MODEL_WHEN_FULL_COUNT),
            .when_full = (enum model_when_full)(i % MODEL_WHEN_FULL_COUNT),
        };
        if ((can->stores >> one.store & 1) == 0 || (can->when_full >> one.when_full & 1) == 0) {
            continue;
        }
        add_common(suite, one);
        add_features(suite, one);
    }
}

int main(void)
{
    const struct CMUnitTest table[] = {
        cmocka_unit_test(a_feature_is_claimed_where_it_has_a_behaviour),
        cmocka_unit_test(what_is_not_claimed_is_refused_with_its_own_result),
        cmocka_unit_test(everything_has_a_name_of_its_own),
    };
    struct suite *suite = sim_allocate(1, sizeof(*suite));

    int failed = cmocka_run_group_tests_name("contract/table", table, NULL, NULL);
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        add_model(suite, adapters[kind]);
    }
    failed += _cmocka_run_group_tests("contract", suite->tests, suite->count, NULL, NULL);
    free(suite);
    return failed;
}

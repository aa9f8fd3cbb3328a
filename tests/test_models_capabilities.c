/* Tests of models/capabilities: what a wish is told. That a claim is true, the contract suite shows
 * by doing it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/capabilities.h"

static uint32_t bit_of(enum model_feature feature)
{
    return UINT32_C(1) << feature;
}

static void grants_what_a_model_can_do(void **state)
{
    const struct model_wish plain = {.store = MODEL_STORE_MEMORY};
    const struct model_wish much = {
        .store = MODEL_STORE_JOURNAL,
        .has_policy = true,
        .when_full = MODEL_DROP_OLDEST,
        .features = bit_of(MODEL_FEATURE_PRIORITIES) | bit_of(MODEL_FEATURE_LEASES),
    };

    (void)state;
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        assert_int_equal(model_capabilities_ask((enum model_kind)kind, &plain), MODEL_GRANTED);
    }
    assert_int_equal(model_capabilities_ask(MODEL_PRODUCER_CONSUMER, &much), MODEL_GRANTED);
}

static void names_the_first_thing_that_a_model_can_not_do(void **state)
{
    struct model_wish wish = {
        .store = MODEL_STORE_JOURNAL,
        .has_policy = true,
        .when_full = MODEL_DROP_OLDEST,
        .features = bit_of(MODEL_FEATURE_GROUPS),
    };

    (void)state;
    assert_int_equal(model_capabilities_ask(MODEL_POINT_TO_POINT, &wish), MODEL_NO_SUCH_STORE);
    wish.store = MODEL_STORE_MEMORY;
    assert_int_equal(model_capabilities_ask(MODEL_POINT_TO_POINT, &wish), MODEL_NO_SUCH_POLICY);
    wish.when_full = MODEL_REJECT;
    assert_int_equal(model_capabilities_ask(MODEL_POINT_TO_POINT, &wish), MODEL_NO_SUCH_FEATURE);
    wish.features = 0;
    assert_int_equal(model_capabilities_ask(MODEL_POINT_TO_POINT, &wish), MODEL_GRANTED);
}

static void every_bounded_model_has_a_policy_when_it_is_full(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < MODEL_KIND_COUNT; kind++) {
        assert_int_not_equal(model_capabilities_of((enum model_kind)kind)->when_full, 0);
    }
}

static void an_mvc_never_waits_for_a_key_to_leave(void **state)
{
    const struct model_wish wish = {
        .store = MODEL_STORE_MEMORY, .has_policy = true, .when_full = MODEL_BLOCK};

    (void)state;
    assert_int_equal(model_capabilities_ask(MODEL_MVC, &wish), MODEL_NO_SUCH_POLICY);
}

static void names_are_those_that_a_scenario_writes(void **state)
{
    (void)state;
    assert_string_equal(model_capabilities_of(MODEL_MVC)->name, "mvc");
    assert_string_equal(model_store_name(MODEL_STORE_MEMORY), "memory");
    assert_string_equal(model_when_full_name(MODEL_REJECT), "reject");
    assert_string_equal(model_feature_name(MODEL_FEATURE_TIME_TO_LIVE), "time_to_live");
    assert_string_equal(model_feature_name(MODEL_FEATURE_CLOSING), "closing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_what_a_model_can_do),
        cmocka_unit_test(names_the_first_thing_that_a_model_can_not_do),
        cmocka_unit_test(every_bounded_model_has_a_policy_when_it_is_full),
        cmocka_unit_test(an_mvc_never_waits_for_a_key_to_leave),
        cmocka_unit_test(names_are_those_that_a_scenario_writes),
    };

    return cmocka_run_group_tests_name("models/capabilities", tests, NULL, NULL);
}

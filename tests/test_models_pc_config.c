/* Tests of models/pc_config: each thing that is out of its range has its own result. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/producer_consumer.h"

static const struct model_pc_config good = {.capacity = 1, .lease = 1};

static void takes_what_a_queue_can_be(void **state)
{
    struct model_pc_config config = good;

    (void)state;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_CONFIG_OK);
    config.capacity = UINT32_MAX - 1;
    config.when_full = MODEL_DROP_NEWEST;
    config.backoff_first = 5;
    config.backoff_max = 5;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_CONFIG_OK);
}

static void names_what_is_out_of_its_range(void **state)
{
    const uint64_t capacities[] = {0, UINT32_MAX, UINT64_C(1) << 63, UINT64_MAX};
    struct model_pc_config config = good;

    (void)state;
    for (size_t i = 0; i < sizeof(capacities) / sizeof(*capacities); i++) {
        config.capacity = capacities[i];
        assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_CAPACITY);
    }
    config = good;
    config.when_full = (enum model_when_full)4;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_POLICY);
    config = good;
    config.lease = 0;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_LEASE);
    config = good;
    config.backoff_first = 5;
    config.backoff_max = 4;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_BACKOFF);
    config.backoff_first = -1;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_BACKOFF);
    config = good;
    config.time_to_live = -1;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_TIMES);
    config = good;
    config.dedup_window = -1;
    assert_int_equal(model_pc_check_config(&config), MODEL_PC_BAD_TIMES);
}

static void makes_no_queue_that_can_not_be(void **state)
{
    struct model_pc_config config = good;

    (void)state;
    config.capacity = UINT64_C(1) << 63;
    assert_null(model_pc_create(&config, NULL));
    config = good;
    config.lease = 0;
    assert_null(model_pc_create(&config, NULL));
    model_pc_destroy(model_pc_create(&good, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_a_queue_can_be),
        cmocka_unit_test(names_what_is_out_of_its_range),
        cmocka_unit_test(makes_no_queue_that_can_not_be),
    };

    return cmocka_run_group_tests_name("models/pc_config", tests, NULL, NULL);
}

/* Tests of models/outbox: what is put in is what is found, in order. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/outbox.h"

static void keeps_notices_in_order(void **state)
{
    struct model_outbox outbox;

    (void)state;
    model_outbox_init(&outbox);
    for (uint64_t id = 0; id < 1000; id++) {
        model_outbox_add(&outbox, id % 2 == 0 ? MODEL_DEAD : MODEL_ROOM, id);
    }
    assert_int_equal(outbox.count, 1000);
    for (uint64_t id = 0; id < 1000; id++) {
        assert_int_equal(outbox.notices[id].id, id);
        assert_int_equal(outbox.notices[id].kind, id % 2 == 0 ? MODEL_DEAD : MODEL_ROOM);
    }
    model_outbox_finish(&outbox);
}

static void keeps_its_memory_when_it_is_cleared(void **state)
{
    struct model_outbox outbox;

    (void)state;
    model_outbox_init(&outbox);
    for (uint64_t id = 0; id < 100; id++) {
        model_outbox_add(&outbox, MODEL_STORE, id);
    }
    const struct model_notice *before = outbox.notices;
    model_outbox_clear(&outbox);
    assert_int_equal(outbox.count, 0);
    model_outbox_add(&outbox, MODEL_DROPPED, 7);
    assert_ptr_equal(outbox.notices, before);
    assert_int_equal(outbox.notices[0].id, 7);
    model_outbox_finish(&outbox);
}

static void is_empty_after_finish(void **state)
{
    struct model_outbox outbox;

    (void)state;
    model_outbox_init(&outbox);
    model_outbox_add(&outbox, MODEL_READY, 0);
    model_outbox_finish(&outbox);
    assert_int_equal(outbox.count, 0);
    assert_null(outbox.notices);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_notices_in_order),
        cmocka_unit_test(keeps_its_memory_when_it_is_cleared),
        cmocka_unit_test(is_empty_after_finish),
    };

    return cmocka_run_group_tests_name("models/outbox", tests, NULL, NULL);
}

/* Tests of models/ps_promises: first in, first out, while it grows. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/ps_promises.h"

static void keeps_the_order_while_it_grows_and_wraps(void **state)
{
    struct model_ps_promises promises = {.entries = NULL};
    uint64_t out = 0;

    (void)state;
    for (uint64_t in = 1; in <= 1000; in++) {
        model_ps_promises_push(&promises, (struct model_ps_promise){.position = in, .id = in * 7});
        if (in % 3 == 0) {
            out++;
            assert_int_equal(model_ps_promises_at(&promises, 0)->position, out);
            assert_int_equal(model_ps_promises_at(&promises, 0)->id, out * 7);
            promises.first++;
        }
    }
    assert_int_equal(model_ps_promises_count(&promises), 1000 - out);
    for (uint64_t i = 0; i < 1000 - out; i++) {
        assert_int_equal(model_ps_promises_at(&promises, i)->position, out + 1 + i);
    }
    model_ps_promises_finish(&promises);
}

static void an_empty_one_needs_no_memory(void **state)
{
    struct model_ps_promises promises = {.entries = NULL};

    (void)state;
    assert_int_equal(model_ps_promises_count(&promises), 0);
    model_ps_promises_finish(&promises);
    assert_null(promises.entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_while_it_grows_and_wraps),
        cmocka_unit_test(an_empty_one_needs_no_memory),
    };

    return cmocka_run_group_tests_name("models/ps_promises", tests, NULL, NULL);
}

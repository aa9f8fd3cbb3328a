/* Tests of models/pending: first in, first out. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/pending.h"
#include "sim/random.h"

static void is_empty_at_first(void **state)
{
    struct model_pending pending = {.entries = NULL};

    (void)state;
    assert_int_equal(model_pending_count(&pending), 0);
    assert_null(model_pending_first(&pending));
    model_pending_finish(&pending);
}

static void keeps_the_order_while_it_grows_and_wraps(void **state)
{
    struct sim_stream stream = sim_stream_named(1, "pending");
    struct model_pending pending = {.entries = NULL};
    uint64_t pushed = 0;
    uint64_t popped = 0;

    (void)state;
    while (popped < 20000) {
        if (sim_stream_below(&stream, 10) < (pushed < 10000 ? 6 : 3)) {
            pushed++;
            model_pending_push(
                &pending,
                (struct model_pending_entry){
                    .id = pushed, .position = pushed * 2, .time = (sim_time)pushed * 3});
        } else if (popped < pushed) {
            const struct model_pending_entry *first = model_pending_first(&pending);
            assert_true(first != NULL && first->id == popped + 1);
            struct model_pending_entry entry = model_pending_pop(&pending);
            popped++;
            assert_int_equal(entry.id, popped);
            assert_int_equal(entry.position, popped * 2);
            assert_int_equal(entry.time, popped * 3);
        }
        assert_int_equal(model_pending_count(&pending), pushed - popped);
    }
    model_pending_finish(&pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_at_first),
        cmocka_unit_test(keeps_the_order_while_it_grows_and_wraps),
    };

    return cmocka_run_group_tests_name("models/pending", tests, NULL, NULL);
}

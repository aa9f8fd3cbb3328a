/* Tests of tests/linearizability/fifo_history: each pattern is found where it is planted, none
 * where it is not, and the answer is that of a search through all orders. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/linearizability/fifo_history.h"

#define OPERATION_MAX 7

#define SEND(value, begin, end)                                                                    \
    {                                                                                              \
        FIFO_SEND, value, begin, end                                                               \
    }
#define RECEIVE(value, begin, end)                                                                 \
    {                                                                                              \
        FIFO_RECEIVE, value, begin, end                                                            \
    }
#define EMPTY(begin, end)                                                                          \
    {                                                                                              \
        FIFO_EMPTY, 0, begin, end                                                                  \
    }

static void assert_is(const struct fifo_operation *history, uint32_t count, enum fifo_fault fault)
{
    assert_int_equal(fifo_history_check(history, count), fault);
}

#define ASSERT_IS(history, fault) assert_is(history, sizeof(history) / sizeof(*(history)), fault)

static void accepts_what_a_fifo_could_have_done(void **state)
{
    (void)state;
    const struct fifo_operation overlapping[] = {
        SEND(0, 0, 10), SEND(1, 5, 15), RECEIVE(1, 6, 20), RECEIVE(0, 21, 30)};
    const struct fifo_operation empty_between[] = {
        SEND(0, 0, 5), RECEIVE(0, 6, 9), EMPTY(4, 12), SEND(1, 8, 13), RECEIVE(1, 14, 15)};
    const struct fifo_operation left_inside[] = {SEND(0, 0, 1), SEND(1, 2, 3), RECEIVE(0, 4, 5)};

    ASSERT_IS(overlapping, FIFO_LINEARIZABLE);
    ASSERT_IS(empty_between, FIFO_LINEARIZABLE);
    ASSERT_IS(left_inside, FIFO_LINEARIZABLE);
}

static void finds_a_value_from_nowhere(void **state)
{
    (void)state;
    const struct fifo_operation never_sent[] = {SEND(0, 0, 1), RECEIVE(1, 2, 3)};
    const struct fifo_operation too_early[] = {RECEIVE(0, 0, 1), SEND(0, 2, 3)};

    ASSERT_IS(never_sent, FIFO_FROM_NOWHERE);
    ASSERT_IS(too_early, FIFO_FROM_NOWHERE);
}

static void finds_a_value_received_twice(void **state)
{
    (void)state;
    const struct fifo_operation twice[] = {SEND(0, 0, 1), RECEIVE(0, 2, 3), RECEIVE(0, 2, 4)};

    ASSERT_IS(twice, FIFO_TWICE);
}

static void finds_an_inversion(void **state)
{
    (void)state;
    const struct fifo_operation swapped[] = {
        SEND(0, 0, 1), SEND(1, 2, 3), RECEIVE(1, 4, 5), RECEIVE(0, 6, 7)};
    const struct fifo_operation lost[] = {SEND(0, 0, 1), SEND(1, 2, 3), RECEIVE(1, 4, 5)};

    ASSERT_IS(swapped, FIFO_INVERTED);
    ASSERT_IS(lost, FIFO_INVERTED);
}

static void finds_a_false_empty(void **state)
{
    (void)state;
    const struct fifo_operation one_inside[] = {SEND(0, 0, 1), EMPTY(2, 3), RECEIVE(0, 4, 5)};
    const struct fifo_operation in_turn[] = {
        SEND(0, 0, 1), EMPTY(2, 9), SEND(1, 3, 4), RECEIVE(0, 6, 8), RECEIVE(1, 10, 12)};

    ASSERT_IS(one_inside, FIFO_FALSE_EMPTY);
    ASSERT_IS(in_turn, FIFO_FALSE_EMPTY);
}

/* ---- against a search through all orders ---- */

struct search {
    const struct fifo_operation *history;
    uint32_t count;
    bool is_done[OPERATION_MAX];
    uint32_t queue[OPERATION_MAX];
    uint32_t head;
    uint32_t tail;
};

/* It may come next: no operation that is left ended before it began. */
static bool may_be_next(const struct search *search, uint32_t next)
{
    for (uint32_t i = 0; i < search->count; i++) {
        if (!search->is_done[i] && search->history[i].end < search->history[next].begin) {
            return false;
        }
    }
    return !search->is_done[next];
}

static bool can_happen(const struct search *search, const struct fifo_operation *operation)
{
    bool is_empty = search->head == search->tail;

    switch (operation->kind) {
    case FIFO_SEND:
        return true;
    case FIFO_EMPTY:
        return is_empty;
    case FIFO_RECEIVE:
    default:
        return !is_empty && search->queue[search->head] == operation->value;
    }
}

static void take(struct search *search, uint32_t next)
{
    const struct fifo_operation *operation = &search->history[next];

    search->is_done[next] = true;
    search->head += operation->kind == FIFO_RECEIVE;
    if (operation->kind == FIFO_SEND) {
        search->queue[search->tail++] = operation->value;
    }
}

static bool has_order(const struct search *search, uint32_t left)
{
    bool is_found = left == 0;

    for (uint32_t i = 0; i < search->count && !is_found; i++) {
        if (may_be_next(search, i) && can_happen(search, &search->history[i])) {
            struct search after = *search;
            take(&after, i);
            is_found = has_order(&after, left - 1);
        }
    }
    return is_found;
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

/* Values are sent in turn; what is received is one of those, not the same one twice. */
static void make_history(struct fifo_operation *history, uint32_t count, uint64_t *seed)
{
    bool is_received[OPERATION_MAX] = {false};
    uint32_t sent = 0;

    for (uint32_t i = 0; i < count; i++) {
        int64_t begin = random_below(seed, 24);
        uint32_t value = random_below(seed, count < 3 ? count : 3);
        uint32_t kind = random_below(seed, 5);
        history[i] = (struct fifo_operation){
            .kind = FIFO_EMPTY, .begin = begin, .end = begin + 1 + random_below(seed, 8)};
        if (kind < 2 && sent < 3 && sent < count) {
            history[i].kind = FIFO_SEND;
            history[i].value = sent++;
        } else if (kind < 4 && !is_received[value]) {
            history[i].kind = FIFO_RECEIVE;
            history[i].value = value;
            is_received[value] = true;
        }
    }
}

static void agrees_with_a_search_through_all_orders(void **state)
{
    (void)state;
    uint64_t seed = 1;
    uint32_t good_count = 0;

    for (uint32_t round = 0; round < 100000; round++) {
        struct fifo_operation history[OPERATION_MAX];
        uint32_t count = 1 + random_below(&seed, OPERATION_MAX);
        make_history(history, count, &seed);
        struct search search = {.history = history, .count = count};
        bool is_good = has_order(&search, count);
        assert_int_equal(fifo_history_check(history, count) == FIFO_LINEARIZABLE, is_good);
        good_count += is_good;
    }
    assert_in_range(good_count, 10000, 90000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_a_fifo_could_have_done),
        cmocka_unit_test(finds_a_value_from_nowhere),
        cmocka_unit_test(finds_a_value_received_twice),
        cmocka_unit_test(finds_an_inversion),
        cmocka_unit_test(finds_a_false_empty),
        cmocka_unit_test(agrees_with_a_search_through_all_orders),
    };

    return cmocka_run_group_tests_name("linearizability/fifo_history", tests, NULL, NULL);
}

/* For each value: when it was sent and when it was received. A value is surely inside between the
 * end of its send and the begin of its receive.
 *
 * Inversion: sort by the end of the send; for a value b, of all values sent before b's send began,
 * the one whose receive began last must not have begun after b's receive ended. False empty: the
 * intervals in which values are surely inside are joined where they overlap; none of the joined
 * ones may cover a receive that found nothing. */
/* SPDX-License-Identifier: MIT */
#include "tests/linearizability/fifo_history.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/base.h"

struct value {
    int64_t send_begin;
    int64_t send_end; /* INT64_MAX: not sent */
    int64_t receive_begin;
    int64_t receive_end; /* both INT64_MAX: not received */
    /* In the order of send_end: */
    int64_t receive_begin_max; /* of this value and those before it */
    int64_t inside_end;        /* until then, from send_end on, some value is surely inside */
    bool is_after_gap;         /* at send_end no value before was surely inside */
};

static int compare_send_ends(const void *a, const void *b)
{
    const struct value *first = a;
    const struct value *second = b;

    return (first->send_end > second->send_end) - (first->send_end < second->send_end);
}

static enum fifo_fault gather_values(
    const struct fifo_operation *operations, uint32_t count, struct value *values)
{
    const struct value never = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, 0, 0, false};
    enum fifo_fault fault = FIFO_LINEARIZABLE;

    for (uint32_t i = 0; i < count; i++) {
        values[i] = never;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct fifo_operation *operation = &operations[i];
        if (operation->value >= count) {
            return FIFO_FROM_NOWHERE;
        }
        struct value *value = &values[operation->value];
        if (operation->kind == FIFO_SEND) {
            SIM_ASSERT(value->send_end == INT64_MAX);
            value->send_begin = operation->begin;
            value->send_end = operation->end;
        } else if (operation->kind == FIFO_RECEIVE) {
            fault = value->receive_end != INT64_MAX ? FIFO_TWICE : fault;
            value->receive_begin = operation->begin;
            value->receive_end = operation->end;
        }
    }
    return fault;
}

static bool has_value_from_nowhere(const struct value *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (values[i].receive_end != INT64_MAX && values[i].send_begin > values[i].receive_end) {
            return true;
        }
    }
    return false;
}

/* How many values, of those sorted, were sent before `time`. */
static uint32_t count_sent_before(const struct value *sorted, uint32_t count, int64_t time)
{
    uint32_t low = 0;

    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (sorted[middle].send_end < time) {
            low = middle + 1;
        } else {
            count = middle;
        }
    }
    return low;
}

static bool has_inversion(struct value *sorted, uint32_t count)
{
    int64_t max = INT64_MIN;

    for (uint32_t i = 0; i < count; i++) {
        max = sorted[i].receive_begin > max ? sorted[i].receive_begin : max;
        sorted[i].receive_begin_max = max;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = count_sent_before(sorted, count, sorted[i].send_begin);
        if (before > 0 && sorted[i].receive_end < sorted[before - 1].receive_begin_max) {
            return true;
        }
    }
    return false;
}

static void join_intervals(struct value *sorted, uint32_t count)
{
    int64_t end = INT64_MIN;

    for (uint32_t i = 0; i < count; i++) {
        sorted[i].is_after_gap = sorted[i].send_end >= end;
        if (sorted[i].is_after_gap || sorted[i].receive_begin > end) {
            end = sorted[i].receive_begin;
        }
        sorted[i].inside_end = end;
    }
    for (uint32_t i = count; i-- > 1;) {
        if (!sorted[i].is_after_gap) {
            sorted[i - 1].inside_end = sorted[i].inside_end;
        }
    }
}

static bool has_false_empty(
    const struct fifo_operation *operations, uint32_t count, struct value *sorted)
{
    join_intervals(sorted, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t before = count_sent_before(sorted, count, operations[i].begin);
        if (operations[i].kind == FIFO_EMPTY && before > 0 &&
            sorted[before - 1].inside_end > operations[i].end) {
            return true;
        }
    }
    return false;
}

enum fifo_fault fifo_history_check(const struct fifo_operation *operations, uint32_t count)
{
    struct value *values = sim_allocate(count, sizeof(*values));
    enum fifo_fault fault = gather_values(operations, count, values);

    if (fault == FIFO_LINEARIZABLE && has_value_from_nowhere(values, count)) {
        fault = FIFO_FROM_NOWHERE;
    }
    qsort(values, count, sizeof(*values), compare_send_ends);
    if (fault == FIFO_LINEARIZABLE && has_inversion(values, count)) {
        fault = FIFO_INVERTED;
    }
    if (fault == FIFO_LINEARIZABLE && has_false_empty(operations, count, values)) {
        fault = FIFO_FALSE_EMPTY;
    }
    free(values);
    return fault;
}

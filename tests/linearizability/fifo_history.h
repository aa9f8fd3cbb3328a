/* tests/linearizability/fifo_history.h - is this history one of a FIFO queue?
 *
 * A history is what several threads did to one queue, each operation with the time before it was
 * called and the time after it returned. It is linearizable when every operation can be given one
 * instant in between so that the queue is FIFO. With values sent once each that needs no search: a
 * history is linearizable unless it shows one of four patterns (Henzinger, Sezgin and Vafeiadis,
 * "Aspect-oriented linearizability proofs", CONCUR 2013). */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINEARIZABILITY_FIFO_HISTORY_H
#define TESTS_LINEARIZABILITY_FIFO_HISTORY_H

#include <stdint.h>

enum fifo_kind {
    FIFO_SEND,
    FIFO_RECEIVE,
    FIFO_EMPTY, /* a receive that found nothing; its value means nothing */
};

struct fifo_operation {
    enum fifo_kind kind;
    uint32_t value; /* what is sent is below the number of operations, and sent once */
    int64_t begin;
    int64_t end; /* > begin */
};

enum fifo_fault {
    FIFO_LINEARIZABLE,
    FIFO_FROM_NOWHERE, /* received, and not sent, or not yet */
    FIFO_TWICE,        /* received twice */
    FIFO_INVERTED,     /* sent before another, received after it or never */
    FIFO_FALSE_EMPTY,  /* nothing found, though at no instant the queue was empty */
};

/* The first of these that the history shows, in O(n log n). */
enum fifo_fault fifo_history_check(const struct fifo_operation *operations, uint32_t count);

#endif

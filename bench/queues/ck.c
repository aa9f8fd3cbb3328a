/* Measures ConcurrencyKit's ck_ring (Debian: libck-dev): between one sender and one receiver, or
 * with IS_SHARED between many. It has no batches. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include <ck_ring.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/queues/queues.h"

#define HAS_NO_BATCHES
#ifdef IS_SHARED
#define QUEUE ck_shared
#else
#define QUEUE ck
#endif

struct opened {
    ck_ring_t ring;
    struct element *elements;
};

CK_RING_PROTOTYPE(element, element)

static void *queue_open(void)
{
    struct opened *opened = aligned_alloc(4096, (sizeof(*opened) + 4095) / 4096 * 4096);

    opened->elements = aligned_alloc(4096, QUEUE_CAPACITY * sizeof(struct element));
    ck_ring_init(&opened->ring, QUEUE_CAPACITY);
    return opened;
}

static void queue_close(void *queue)
{
    struct opened *opened = queue;

    free(opened->elements);
    free(opened);
}

static bool queue_send(void *queue, struct element *element)
{
    struct opened *opened = queue;

#ifdef IS_SHARED
    return CK_RING_ENQUEUE_MPMC(element, &opened->ring, opened->elements, element);
#else
    return CK_RING_ENQUEUE_SPSC(element, &opened->ring, opened->elements, element);
#endif
}

static bool queue_receive(void *queue, struct element *out_element)
{
    struct opened *opened = queue;

#ifdef IS_SHARED
    return CK_RING_TRYDEQUEUE_MPMC(element, &opened->ring, opened->elements, out_element);
#else
    return CK_RING_DEQUEUE_SPSC(element, &opened->ring, opened->elements, out_element);
#endif
}

#include "bench/queues/loops.inc"

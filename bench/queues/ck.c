/* Measures ConcurrencyKit's ck_ring, single producer, single consumer (Debian: libck-dev). It has
 * no batches: a batch is as many single operations. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include <ck_ring.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/queues/queues.h"

#define QUEUE ck

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

    return CK_RING_ENQUEUE_SPSC(element, &opened->ring, opened->elements, element);
}

static bool queue_receive(void *queue, struct element *out_element)
{
    struct opened *opened = queue;

    return CK_RING_DEQUEUE_SPSC(element, &opened->ring, opened->elements, out_element);
}

static uint32_t queue_send_batch(void *queue, struct element *elements, uint32_t count)
{
    uint32_t sent = 0;

    while (sent < count && queue_send(queue, &elements[sent])) {
        sent++;
    }
    return sent;
}

static uint32_t queue_receive_batch(void *queue, struct element *out_elements, uint32_t count)
{
    uint32_t received = 0;

    while (received < count && queue_receive(queue, &out_elements[received])) {
        received++;
    }
    return received;
}

#include "bench/queues/loops.inc"

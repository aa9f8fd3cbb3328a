/* Measures DPDK's rte_ring (Debian: libdpdk-dev) in ordinary memory, which needs neither huge pages
 * nor DPDK's start-up: between one sender and one receiver, or with IS_SHARED between many. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#define ALLOW_EXPERIMENTAL_API
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/queues/queues.h"

#ifdef IS_SHARED
#define QUEUE      dpdk_shared
#define RING_FLAGS RING_F_EXACT_SZ
#else
#define QUEUE      dpdk
#define RING_FLAGS (RING_F_EXACT_SZ | RING_F_SP_ENQ | RING_F_SC_DEQ)
#endif

static void *queue_open(void)
{
    ssize_t size = rte_ring_get_memsize_elem(ELEMENT_SIZE, 2 * QUEUE_CAPACITY);
    struct rte_ring *ring = aligned_alloc(4096, ((size_t)size + 4095) / 4096 * 4096);

    return rte_ring_init(ring, "ring", QUEUE_CAPACITY, RING_FLAGS) == 0 ? ring : NULL;
}

static void queue_close(void *queue)
{
    free(queue);
}

static bool queue_send(void *queue, struct element *element)
{
    return rte_ring_enqueue_elem(queue, element, ELEMENT_SIZE) == 0;
}

static bool queue_receive(void *queue, struct element *out_element)
{
    return rte_ring_dequeue_elem(queue, out_element, ELEMENT_SIZE) == 0;
}

static uint32_t queue_send_batch(void *queue, struct element *elements, uint32_t count)
{
    return rte_ring_enqueue_burst_elem(queue, elements, ELEMENT_SIZE, count, NULL);
}

static uint32_t queue_receive_batch(void *queue, struct element *out_elements, uint32_t count)
{
    return rte_ring_dequeue_burst_elem(queue, out_elements, ELEMENT_SIZE, count, NULL);
}

#include "bench/queues/loops.inc"

// Measures moodycamel's ConcurrentQueue (Debian: libconcurrentqueue-dev). It has no bound that holds
// and no order between senders; it has batches.
//
// SPDX-License-Identifier: MIT
#include <concurrentqueue/concurrentqueue.h>

#include "bench/queues/queues.h"

#define QUEUE moodycamel_shared

using opened = moodycamel::ConcurrentQueue<element>;

static void *queue_open()
{
    return new opened(QUEUE_CAPACITY);
}

static void queue_close(void *queue)
{
    delete static_cast<opened *>(queue);
}

static bool queue_send(void *queue, const element *sent)
{
    return static_cast<opened *>(queue)->enqueue(*sent);
}

static bool queue_receive(void *queue, element *out_element)
{
    return static_cast<opened *>(queue)->try_dequeue(*out_element);
}

static uint32_t queue_send_batch(void *queue, const element *elements, uint32_t count)
{
    return static_cast<opened *>(queue)->enqueue_bulk(elements, count) ? count : 0;
}

static uint32_t queue_receive_batch(void *queue, element *out_elements, uint32_t count)
{
    return static_cast<uint32_t>(
        static_cast<opened *>(queue)->try_dequeue_bulk(out_elements, count));
}

#include "bench/queues/loops.inc"

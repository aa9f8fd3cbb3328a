// Measures moodycamel's ReaderWriterQueue (Debian: libreaderwriterqueue-dev). It has no batches: a
// batch is as many single operations. It may not grow: try_enqueue.
//
// SPDX-License-Identifier: MIT
#include <readerwriterqueue/readerwriterqueue.h>

#include "bench/queues/queues.h"

#define QUEUE moodycamel

using opened = moodycamel::ReaderWriterQueue<element>;

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
    return static_cast<opened *>(queue)->try_enqueue(*sent);
}

static bool queue_receive(void *queue, element *out_element)
{
    return static_cast<opened *>(queue)->try_dequeue(*out_element);
}

static uint32_t queue_send_batch(void *queue, const element *elements, uint32_t count)
{
    uint32_t sent = 0;
    while (sent < count && queue_send(queue, &elements[sent])) {
        sent++;
    }
    return sent;
}

static uint32_t queue_receive_batch(void *queue, element *out_elements, uint32_t count)
{
    uint32_t received = 0;
    while (received < count && queue_receive(queue, &out_elements[received])) {
        received++;
    }
    return received;
}

#include "bench/queues/loops.inc"

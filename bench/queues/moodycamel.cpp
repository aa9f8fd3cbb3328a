// Measures moodycamel's ReaderWriterQueue (Debian: libreaderwriterqueue-dev). It has no batches.
// It may not grow: try_enqueue.
//
// SPDX-License-Identifier: MIT
#include <readerwriterqueue/readerwriterqueue.h>

#include "bench/queues/queues.h"

#define HAS_NO_BATCHES
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

#include "bench/queues/loops.inc"

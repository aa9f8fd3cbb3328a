// Measures Boost.Lockfree (Debian: libboost-dev): spsc_queue, or with IS_SHARED the bounded queue,
// which has no batches.
//
// SPDX-License-Identifier: MIT
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include "bench/queues/queues.h"

#ifdef IS_SHARED
#define QUEUE boost_shared
#define HAS_NO_BATCHES
using opened = boost::lockfree::queue<element, boost::lockfree::capacity<QUEUE_CAPACITY>>;
#else
#define QUEUE boost
using opened = boost::lockfree::spsc_queue<element, boost::lockfree::capacity<QUEUE_CAPACITY>>;
#endif

static void *queue_open()
{
    return new opened;
}

static void queue_close(void *queue)
{
    delete static_cast<opened *>(queue);
}

static bool queue_send(void *queue, const element *sent)
{
    return static_cast<opened *>(queue)->push(*sent);
}

static bool queue_receive(void *queue, element *out_element)
{
    return static_cast<opened *>(queue)->pop(*out_element);
}

#ifndef IS_SHARED
static uint32_t queue_send_batch(void *queue, const element *elements, uint32_t count)
{
    return static_cast<uint32_t>(static_cast<opened *>(queue)->push(elements, count));
}

static uint32_t queue_receive_batch(void *queue, element *out_elements, uint32_t count)
{
    return static_cast<uint32_t>(static_cast<opened *>(queue)->pop(out_elements, count));
}
#endif

#include "bench/queues/loops.inc"

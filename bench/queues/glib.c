/* Measures GLib's GAsyncQueue, a locked list of pointers: each message is allocated and freed. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include <stdbool.h>
#include <stdlib.h>

#include <glib.h>

#include "bench/queues/queues.h"

#define HAS_NO_BATCHES
#define QUEUE glib

static void *queue_open(void)
{
    return g_async_queue_new_full(g_free);
}

static void queue_close(void *queue)
{
    g_async_queue_unref(queue);
}

/* Kept small, so that it measures the queue and not the memory. */
static bool queue_send(void *queue, struct element *element)
{
    if (g_async_queue_length(queue) >= QUEUE_CAPACITY) {
        return false;
    }
    struct element *message = g_malloc(sizeof(*message));
    *message = *element;
    g_async_queue_push(queue, message);
    return true;
}

static bool queue_receive(void *queue, struct element *out_element)
{
    struct element *message = g_async_queue_try_pop(queue);

    if (message == NULL) {
        return false;
    }
    *out_element = *message;
    g_free(message);
    return true;
}

#include "bench/queues/loops.inc"

/* Measures liburcu's wfcqueue (Debian: liburcu-dev), an unbounded list with a wait-free enqueue and
 * here a locked dequeue. Nodes belong to the user: each message is allocated and freed. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include <stdbool.h>
#include <stdlib.h>
#include <urcu/wfcqueue.h>

#include "bench/queues/queues.h"

#define HAS_NO_BATCHES
#define QUEUE urcu

struct opened {
    struct cds_wfcq_head head;
    unsigned char apart[128];
    struct cds_wfcq_tail tail;
    uint64_t inside; /* kept small, so that it measures the queue and not the memory */
};

struct message {
    struct cds_wfcq_node node;
    struct element element;
};

static void *queue_open(void)
{
    struct opened *opened = calloc(1, sizeof(*opened));

    cds_wfcq_init(&opened->head, &opened->tail);
    return opened;
}

static void queue_close(void *queue)
{
    struct opened *opened = queue;

    cds_wfcq_destroy(&opened->head, &opened->tail);
    free(opened);
}

static bool queue_send(void *queue, struct element *element)
{
    struct opened *opened = queue;

    if (__atomic_load_n(&opened->inside, __ATOMIC_RELAXED) >= QUEUE_CAPACITY) {
        return false;
    }
    struct message *message = malloc(sizeof(*message));
    cds_wfcq_node_init(&message->node);
    message->element = *element;
    (void)__atomic_add_fetch(&opened->inside, 1, __ATOMIC_RELAXED);
    (void)cds_wfcq_enqueue(&opened->head, &opened->tail, &message->node);
    return true;
}

static bool queue_receive(void *queue, struct element *out_element)
{
    struct opened *opened = queue;
    struct cds_wfcq_node *node = cds_wfcq_dequeue_blocking(&opened->head, &opened->tail);

    if (node == NULL) {
        return false;
    }
    struct message *message = caa_container_of(node, struct message, node);
    (void)__atomic_sub_fetch(&opened->inside, 1, __ATOMIC_RELAXED);
    *out_element = message->element;
    free(message);
    return true;
}

#include "bench/queues/loops.inc"

/* Measures the least that a queue can be: an array and two counters, for one thread. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/queues/queues.h"

#define QUEUE plain

struct plain {
    struct element *elements;
    uint64_t head;
    uint64_t tail;
};

static void *queue_open(void)
{
    struct plain *plain = calloc(1, sizeof(*plain));

    plain->elements = aligned_alloc(4096, QUEUE_CAPACITY * sizeof(struct element));
    return plain;
}

static void queue_close(void *queue)
{
    struct plain *plain = queue;

    free(plain->elements);
    free(plain);
}

/* Not inline, as the real ones are not. */
__attribute__((noinline)) static uint32_t queue_send_batch(
    void *queue, const struct element *elements, uint32_t count)
{
    struct plain *plain = queue;

    if (plain->tail - plain->head + count > QUEUE_CAPACITY) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        plain->elements[plain->tail++ % QUEUE_CAPACITY] = elements[i];
    }
    return count;
}

__attribute__((noinline)) static uint32_t queue_receive_batch(
    void *queue, struct element *out_elements, uint32_t count)
{
    struct plain *plain = queue;

    if (plain->tail - plain->head < count) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        out_elements[i] = plain->elements[plain->head++ % QUEUE_CAPACITY];
    }
    return count;
}

__attribute__((noinline)) static bool queue_send(void *queue, const struct element *element)
{
    struct plain *plain = queue;

    if (plain->tail - plain->head == QUEUE_CAPACITY) {
        return false;
    }
    plain->elements[plain->tail++ % QUEUE_CAPACITY] = *element;
    return true;
}

__attribute__((noinline)) static bool queue_receive(void *queue, struct element *out_element)
{
    struct plain *plain = queue;

    if (plain->tail == plain->head) {
        return false;
    }
    *out_element = plain->elements[plain->head++ % QUEUE_CAPACITY];
    return true;
}

#include "bench/queues/loops.inc"

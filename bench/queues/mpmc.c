/* Measures models/mpmc. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include "models/mpmc.h"

#include <stdlib.h>

#include "bench/queues/queues.h"

#define QUEUE mpmc

struct opened {
    struct model_mpmc ring;
    void *memory;
};

static void *queue_open(void)
{
    struct opened *opened = malloc(sizeof(*opened));
    size_t size = model_mpmc_size(QUEUE_CAPACITY, ELEMENT_SIZE);

    size = (size + 4095) / 4096 * 4096;
    opened->memory = aligned_alloc(4096, size);
    enum model_mpmc_status status =
        model_mpmc_init(&opened->ring, opened->memory, size, QUEUE_CAPACITY, ELEMENT_SIZE);
    return status == MODEL_MPMC_OK ? opened : NULL;
}

static void queue_close(void *queue)
{
    struct opened *opened = queue;

    free(opened->memory);
    free(opened);
}

static bool queue_send(void *queue, const struct element *element)
{
    const struct opened *opened = queue;

    return model_mpmc_send(&opened->ring, element) == MODEL_MPMC_DONE;
}

static bool queue_receive(void *queue, struct element *out_element)
{
    const struct opened *opened = queue;

    return model_mpmc_receive(&opened->ring, out_element) == MODEL_MPMC_DONE;
}

static uint32_t queue_send_batch(void *queue, const struct element *elements, uint32_t count)
{
    const struct opened *opened = queue;
    uint32_t sent = 0;
    enum model_mpmc_result result = model_mpmc_send_batch(&opened->ring, elements, count, &sent);

    return result == MODEL_MPMC_DONE ? sent : 0;
}

static uint32_t queue_receive_batch(void *queue, struct element *out_elements, uint32_t count)
{
    const struct opened *opened = queue;
    uint32_t received = 0;
    enum model_mpmc_result result =
        model_mpmc_receive_batch(&opened->ring, out_elements, count, &received);

    return result == MODEL_MPMC_DONE ? received : 0;
}

#include "bench/queues/loops.inc"

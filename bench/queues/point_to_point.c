/* Measures models/point_to_point. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#include "models/point_to_point.h"

#include <stdlib.h>

#include "bench/queues/queues.h"

#define QUEUE point_to_point

struct opened {
    struct model_p2p ring;
    void *memory;
};

static void *queue_open(void)
{
    struct opened *opened = malloc(sizeof(*opened));
    size_t size = model_p2p_size(QUEUE_CAPACITY, ELEMENT_SIZE);

    size = (size + 4095) / 4096 * 4096;
    opened->memory = aligned_alloc(4096, size);
    enum model_p2p_status status =
        model_p2p_init(&opened->ring, opened->memory, size, QUEUE_CAPACITY, ELEMENT_SIZE);
    return status == MODEL_P2P_OK ? opened : NULL;
}

static void queue_close(void *queue)
{
    struct opened *opened = queue;

    free(opened->memory);
    free(opened);
}

static bool queue_send(void *queue, const struct element *element)
{
    return model_p2p_send(queue, element);
}

static bool queue_receive(void *queue, struct element *out_element)
{
    return model_p2p_receive(queue, out_element);
}

static uint32_t queue_send_batch(void *queue, const struct element *elements, uint32_t count)
{
    return model_p2p_send_batch(queue, elements, count);
}

static uint32_t queue_receive_batch(void *queue, struct element *out_elements, uint32_t count)
{
    return model_p2p_receive_batch(queue, out_elements, count);
}

#include "bench/queues/loops.inc"

/* models/store.h - where the operations of a queue are kept.
 *
 * A queue hands every mutation to its store as a record, and the store gives the record a position:
 * 1, 2, 3, ... What has been promised holds once the store has committed that position, which the
 * queue is told by model_..._committed(). A queue without a store (NULL) lives in memory: it
 * commits at once and forgets everything in a crash. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_STORE_H
#define MODELS_STORE_H

#include <stdint.h>

#include "sim/base.h"

struct model_store {
    /* Takes a copy of the record and returns its position; 0, and nothing changed, when the record
     * is empty or larger than the store can keep. */
    uint64_t (*append)(void *context, const void *record, uint32_t size);
    /* The queue will never again need a record at or below `position` to recover. */
    void (*release)(void *context, uint64_t position);
    void *context;
};

#endif

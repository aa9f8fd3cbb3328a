/* world/field.h - the part of a message that an operator goes by: its key, an attribute, or none.
 */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FIELD_H
#define WORLD_FIELD_H

#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

/* From 0 on: the attribute of that index. */
#define WORLD_FIELD_KEY  (-1)
#define WORLD_FIELD_NONE (-2) /* all messages are alike */

static inline uint64_t world_field_of(const struct model_message *message, int field)
{
    SIM_ASSERT(field >= WORLD_FIELD_NONE && field < MODEL_ATTRIBUTE_COUNT);
    if (field == WORLD_FIELD_NONE) {
        return 0;
    }
    return field == WORLD_FIELD_KEY ? message->key : message->attributes[field];
}

#endif

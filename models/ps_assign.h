/* models/ps_assign.h - which member of a group gets which partition. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PS_ASSIGN_H
#define MODELS_PS_ASSIGN_H

#include <stdint.h>

#include "models/publish_subscribe.h"

#define MODEL_PS_NOBODY UINT32_MAX

struct model_ps_sharing {
    uint32_t *owners; /* of each partition: a member's number, or MODEL_PS_NOBODY */
    uint32_t partition_count;
    uint32_t member_count; /* their numbers, in the order in which they joined, are 0, 1, ... */
    uint32_t *room;        /* scratch: one for each member */
};

/* Replaces the owners. With no members nobody owns anything. O(partitions + members). */
void model_ps_assign(struct model_ps_sharing *sharing, enum model_ps_assignment assignment);

#endif

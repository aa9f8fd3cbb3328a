/* models/full.h - what a bounded queue does when it is full. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_FULL_H
#define MODELS_FULL_H

enum model_when_full {
    MODEL_BLOCK,       /* the sender keeps the message, and tries again when there is room */
    MODEL_REJECT,      /* the sender is told no, for good */
    MODEL_DROP_OLDEST, /* the oldest waiting message makes room */
    MODEL_DROP_NEWEST, /* the offered message is dropped */
};

#endif

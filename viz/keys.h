/* viz/keys.h - which key does what: one table, from which the help page is made as well. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_KEYS_H
#define VIZ_KEYS_H

#include <stdint.h>

#include "viz/scene.h"

/* The action of a key by its name, as "Space", "Right", "Shift+Right", "p"; VIZ_ACTION_NONE when it
 * has none. Letters are small. */
enum viz_action viz_keys_action(const char *key);

struct viz_key_help {
    const char *keys; /* "Space" */
    const char *what; /* "play or pause" */
};

uint32_t viz_keys_help_count(void);
struct viz_key_help viz_keys_help(uint32_t index);

#endif

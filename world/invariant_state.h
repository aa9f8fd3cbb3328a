/* world/invariant_state.h - what is remembered of a watched world. For invariant.c and
 * invariant_message.c only. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_INVARIANT_STATE_H
#define WORLD_INVARIANT_STATE_H

#include "models/index.h"
#include "world/invariant.h"

struct world_invariant_message {
    uint32_t hash : 24;            /* of what was born, the value apart; 0: nothing was */
    uint32_t group : 8;            /* of the holder */
    uint32_t rank;                 /* among the accepted of its key, from 1 on; 0: not accepted */
    struct world_end_point holder; /* incarnation 0: nobody */
};

struct world_invariant_book {
    struct world_invariant_message *messages; /* by sequence number */
    uint64_t capacity;
};

struct world_invariant_key {
    uint32_t accepted;
    uint32_t effect; /* the rank of the last one */
};

struct world_invariants {
    struct world_invariants_config config;
    struct world_check *checks[WORLD_INVARIANT_COUNT];
    struct world_invariant_book *books; /* by producer */
    uint32_t book_count;
    struct model_index key_index; /* from a key to its place in keys */
    GArray *keys;                 /* of struct world_invariant_key */
    GArray *awaited;              /* of uint64_t: messages, of I9 */
    sim_time awaited_until;       /* SIM_NEVER: nothing is */
    bool was_well;
};

/* "message 5 of here/producer"; the caller frees it. */
char *world_invariant_name_of(const struct world *world, uint64_t message);

/* Fails the check about a message: the first time with what `format` says, before which stands the
 * message's name, and with the last events that touched it; then it only counts. */
void world_invariant_fail(
    struct world *world, enum world_invariant invariant, uint64_t message, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

#endif

/* world/accounts.h - the books of a ledger: what each account was charged, and which messages were.
 *
 * A pure state: it is told what to enter, and an entry says everything needed to enter it again at
 * recovery. Amounts are integers; nothing is ever rounded. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ACCOUNTS_H
#define WORLD_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/message.h"
#include "sim/base.h"

enum world_outcome {
    WORLD_CHARGED,
    WORLD_OVER_BUDGET, /* settled without a charge: the account cannot pay */
    WORLD_DUPLICATE,   /* entered before: nothing changed */
};

/* What the journal keeps of a settlement. */
struct world_entry {
    uint64_t message;
    uint64_t account;
    int64_t amount; /* 0 when over budget */
    uint64_t outcome;
};

typedef struct world_accounts world_accounts;

/* `budget` is every account's. */
world_accounts *world_accounts_create(int64_t budget);
void world_accounts_destroy(world_accounts *accounts);

/* Settles the message and says how in *out_entry, which is left alone for a duplicate. */
enum world_outcome world_accounts_settle(
    world_accounts *accounts, const struct model_message *message, struct world_entry *out_entry);

/* Enters what was settled before. Returns false, and changes nothing, when it cannot have been
 * settled here: its message has an entry already, or its outcome is none. */
SIM_MUST_USE bool world_accounts_replay(world_accounts *accounts, const struct world_entry *entry);

/* Adds to what the account has spent, and returns the new sum. The amount is not negative; sums end
 * at INT64_MAX. */
int64_t world_accounts_add(world_accounts *accounts, uint64_t account, int64_t amount);

int64_t world_accounts_spent(const world_accounts *accounts, uint64_t account);

/* Asserts every invariant, in O(accounts). */
void world_accounts_check(const world_accounts *accounts);

/* Of all accounts. */
int64_t world_accounts_total(const world_accounts *accounts);

#endif

/* world/accounts.h - the books of a ledger: what each account was charged, and which messages were.
 *
 * A pure state: it is told what to enter, and an entry says everything needed to enter it again at
 * recovery. Amounts are integers; nothing is ever rounded. What a message was charged is given back
 * once at most, and a message that was retracted before it came is never charged.
 *
 * A message is recognised as long as its record is kept: for ever, or for a time. One that comes
 * again after that is charged again. */
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
    WORLD_REFUNDED,    /* a retraction: the amount was given back */
};

/* What the journal keeps of a settlement, or of a retraction. */
struct world_entry {
    uint64_t message;
    uint64_t account;
    int64_t amount; /* 0 when over budget, or when there was nothing to give back; never below */
    uint32_t outcome;
    uint32_t time_ms; /* of the world; 0 where records are kept for ever */
};

typedef struct world_accounts world_accounts;

/* `budget` is every account's. A message's record is kept for `keep` ns, or for ever with
 * SIM_NEVER. */
world_accounts *world_accounts_create(int64_t budget, sim_time keep);
void world_accounts_destroy(world_accounts *accounts);

/* Settles the message and says how in *out_entry, which is left alone for a duplicate. `now` never
 * falls; records that are too old are forgotten first, O(1) for each, once. */
enum world_outcome world_accounts_settle(
    world_accounts *accounts,
    const struct model_message *message,
    sim_time now,
    struct world_entry *out_entry);

/* Gives back what the message was charged, if it was: WORLD_REFUNDED, with the amount in
 * *out_entry; or WORLD_DUPLICATE, when it was retracted before. */
enum world_outcome world_accounts_retract(
    world_accounts *accounts,
    const struct model_message *message,
    sim_time now,
    struct world_entry *out_entry);

/* Enters what was settled before. Returns false, and changes nothing, when it cannot have been
 * settled here: its message has an entry already, or its outcome is none. */
SIM_MUST_USE bool world_accounts_replay(world_accounts *accounts, const struct world_entry *entry);

/* Adds to what the account has spent, and returns the new sum. An amount below 0 takes away, and
 * there is as much; sums end at INT64_MAX. */
int64_t world_accounts_add(world_accounts *accounts, uint64_t account, int64_t amount);

/* Whether the account has paid for the message, and has not got it back. */
bool world_accounts_has_paid(const world_accounts *accounts, uint64_t message);

int64_t world_accounts_spent(const world_accounts *accounts, uint64_t account);

/* Asserts every invariant, in O(accounts). */
void world_accounts_check(const world_accounts *accounts);

/* Of all accounts. */
int64_t world_accounts_total(const world_accounts *accounts);

/* Whether every account has spent the same in both. O(accounts). */
bool world_accounts_agree(const world_accounts *one, const world_accounts *other);

#endif

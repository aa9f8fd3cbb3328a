/* world/ledger.h - charges messages to accounts, each once, and survives a crash.
 *
 * The message's key is the account, its value the amount. A charge and the record that it was made
 * are one entry of a journal, which is synced before the ledger answers; a message charged before
 * is recognised by its id and answered again. An account whose budget would be overspent is not
 * charged: the message is settled as over budget. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LEDGER_H
#define WORLD_LEDGER_H

#include "models/journal.h"
#include "world/node.h"

struct world_ledger_config {
    int64_t budget; /* of every account, in the unit of the messages' values; >= 0 */
    struct model_journal_config journal;
};

typedef struct world_ledger world_ledger;

world_ledger *world_ledger_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_ledger_config *config,
    GError **error);

struct world_node *world_ledger_node(world_ledger *ledger);

/* The check that no account is ever charged beyond its budget, by the world's own books. The same
 * one each time. */
struct world_check *world_ledger_check_budgets(world_ledger *ledger);

/* Time from a message's birth to the end of its settlement. */
struct sim_tally *world_ledger_latency(world_ledger *ledger);

#endif

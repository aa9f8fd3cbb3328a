/* world/ledger.h - charges messages to accounts, each once, and survives a crash.
 *
 * The message's key is the account, its value the amount. A charge and the record that it was made
 * are one entry of a journal, which is synced before the ledger answers; a message charged before
 * is recognised by its id and answered again. An account whose budget would be overspent is not
 * charged: the message is settled as over budget, and its price is counted as overdelivered.
 *
 * A retraction gives back what its message was charged, once, by an entry of the same journal; one
 * that comes before its message has it settled as worth nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LEDGER_H
#define WORLD_LEDGER_H

#include "models/journal.h"
#include "world/node.h"

struct world_ledger_config {
    int64_t budget; /* of every account, in the unit of the messages' values; >= 0 */
    sim_time keep;  /* how long it recognises a message that it has settled; SIM_NEVER: for ever */
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

/* The check that money is conserved: at each sample and at the end every account has spent what the
 * world's own books say, and after each restart exactly that was read back. The same one each time.
 */
struct world_check *world_ledger_check_money(world_ledger *ledger);

/* Time from a message's birth to the end of its settlement. */
struct sim_tally *world_ledger_latency(world_ledger *ledger);

#endif

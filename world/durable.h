/* world/durable.h - a node's journal on its data centre's disk: written, synced, read back.
 *
 * What broker and ledger share: they append to the store and pump; they are told how far the
 * journal has committed; after a crash they read it back. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DURABLE_H
#define WORLD_DURABLE_H

#include "models/journal.h"
#include "world/alarm.h"
#include "world/datacenter.h"
#include "world/disk.h"
#include "world/node.h"

/* Every position up to this one is committed. */
typedef void world_committed_fn(struct world_node *node, uint64_t position);

struct world_durable {
    struct world_node *node;
    struct model_journal_config config;
    world_volume *volume;
    struct model_files files;
    model_journal *journal; /* NULL while the node is down */
    world_committed_fn *on_committed;
    uint64_t committed;       /* as last told to on_committed */
    struct world_alarm alarm; /* for the journal's next deadline */
};

void world_durable_init(
    struct world_durable *durable,
    struct world_node *node,
    const struct model_journal_config *config,
    world_committed_fn *on_committed);

/* Drops what is volatile: the journal's buffer, and what its volume had not synced. */
void world_durable_crash(struct world_durable *durable);

/* Makes the journal, and with it the store; then it must be recovered. */
void world_durable_open(struct world_durable *durable);

/* Reads the journal back and visits its records. Sets *out_duration to the time that this takes,
 * and notes an incident and returns false when the journal cannot be used. */
SIM_MUST_USE bool world_durable_recover(
    struct world_durable *durable,
    model_journal_visit_fn *visit,
    void *context,
    sim_time *out_duration);

/* Visits the records that a recovery would find now, and changes nothing. Only while the journal is
 * closed. Returns false when the journal cannot be used. */
SIM_MUST_USE bool world_durable_peek(
    const struct world_durable *durable, model_journal_visit_fn *visit, void *context);

const struct model_store *world_durable_store(const struct world_durable *durable);

/* Asserts every invariant of the journal and of what is known of it. */
void world_durable_check(const struct world_durable *durable);

/* Has written what was appended. A journal that fails takes its node down. */
void world_durable_pump(struct world_durable *durable);

#endif

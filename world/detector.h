/* world/detector.h - flags messages of whoever sends too many: rules over sliding windows.
 *
 * A rule counts the messages of each user, address, pair of both, ... (one or two fields) within
 * its span, exactly (world/sliding.h), and flags a message that is beyond its threshold. The
 * verdict on a message comes before it is passed on: a flagged send is refused; a flagged charge
 * goes on with the value 0, so that the ledger has it on record and it can never be charged later.
 * When a threshold is crossed, the messages of the same entity that are still in the window have
 * passed already: for each of them a retraction is sent to whoever charged it, and again until it
 * is answered.
 *
 * The detector sees what every message carries but for the mark of its truth; what the verdicts are
 * worth is the world's to say (world/score.h). It should stand behind a deduplicator: a message
 * that comes twice counts twice. All but the measures is volatile. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_DETECTOR_H
#define WORLD_DETECTOR_H

#include "world/field.h"
#include "world/node.h"
#include "world/sliding.h"

struct world_detector_rule {
    int fields[2]; /* world/field.h; the second may be WORLD_FIELD_NONE */
    sim_time span;
    uint64_t threshold; /* so many within the span are not flagged */
};

struct world_detector_config {
    struct world_detector_rule rules[WORLD_SLIDING_RULES_MAX];
    uint32_t rule_count;
    uint64_t remembered_max;  /* messages within the longest span: some 120 bytes each */
    uint32_t retractions_max; /* unanswered at once; beyond, they are given up */
    sim_time retract_every;   /* an unanswered retraction is sent again after this; > 0 */
    uint32_t window;          /* requests under way unanswered that it remembers */
};

typedef struct world_detector world_detector;

world_detector *world_detector_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_detector_config *config,
    GError **error);

/* Where messages go; and where retractions go: without that, late verdicts are only counted. Each
 * once, before the run. Fails when no link joins the two. */
SIM_MUST_USE bool world_detector_connect(
    world_detector *detector, struct world_node *target, GError **error);
SIM_MUST_USE bool world_detector_retract_at(
    world_detector *detector, struct world_node *ledger, GError **error);

struct world_node *world_detector_node(world_detector *detector);

#endif

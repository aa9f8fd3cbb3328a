/* viz/checkpoint.h - the way back: processes that stand where the run once was.
 *
 * To keep a checkpoint is to fork. The parent sleeps, and is the checkpoint; the child goes on. So
 * the sleeping processes are a stack, the oldest at the bottom. To go back, the one that runs
 * leaves an order in memory that all of them share, and ends; each checkpoint, from the newest on,
 * then either ends too, or can carry the order out: it forks again, and its child does.
 *
 * A checkpoint costs the pages that are written after it, at most what its process holds: the sum
 * of that is bounded, and so is their number. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_CHECKPOINT_H
#define VIZ_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "viz/feed.h"

/* Of all of them together. */
#define VIZ_CHECKPOINT_BYTES_MAX (UINT64_C(1) << 30)

struct viz_checkpoints {
    struct viz_checkpoint_list list; /* below and including this process's parent */
    struct viz_order *order;         /* shared by all */
    sim_time run_since;              /* processor time of this process when the last was kept */
    sim_time work_before;            /* of those that it was forked from */
};

/* What distance they have: not closer than `apart` in virtual time, nor than `work` in processor
 * time that it would take to run from one to the next. */
struct viz_checkpoint_spacing {
    sim_time apart;
    sim_time work;
};

/* Where the run stands, as far as an order has to fit it. */
struct viz_checkpoint_place {
    sim_time now;
    uint64_t follow_plus_one;           /* the message that is followed; 0: none */
    const struct viz_fault_log *faults; /* that have been ordered */
};

/* `order` is memory that forks share. */
void viz_checkpoints_init(struct viz_checkpoints *checkpoints, struct viz_order *order);

/* Enters in the list what the run has cost so far. */
void viz_checkpoints_note_work(struct viz_checkpoints *checkpoints);

/* Whether one is worth its memory at virtual time `now`, and there is room for it. */
bool viz_checkpoints_is_due(
    const struct viz_checkpoints *checkpoints,
    sim_time now,
    const struct viz_checkpoint_spacing *spacing);

enum viz_checkpoint_result {
    VIZ_CHECKPOINT_NONE,  /* no process could be made: the same one goes on */
    VIZ_CHECKPOINT_KEPT,  /* this is a new process, which goes on as before */
    VIZ_CHECKPOINT_WOKEN, /* this is a new process, which is to carry the order out */
};

/* Keeps one of this place. Returns in the process that goes on, and again, each time in another
 * process, when one has gone back to here. */
SIM_MUST_USE enum viz_checkpoint_result viz_checkpoints_keep(
    struct viz_checkpoints *checkpoints, const struct viz_checkpoint_place *place);

/* Ends this process, so that one of its checkpoints carries the order out. */
_Noreturn void viz_checkpoints_go_back(
    const struct viz_checkpoints *checkpoints, const struct viz_order *order);

#endif

/* viz/stage.h - the worker's side: runs a scenario at the pace that the viewer asks for.
 *
 * It loads the scenario, runs to where it is to start, and then plays, pauses and steps as the
 * commands say, posting a frame at most every sixtieth of a second. At the end of the scenario, or
 * where Lua made a mistake, it stands still and can be looked at, until it is killed. It
 * keeps checkpoints, and goes back to one when it is told to. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_STAGE_H
#define VIZ_STAGE_H

#include "cli/channel.h"
#include "lua/runtime.h"
#include "viz/fault.h"
#include "viz/feed.h"

struct viz_job {
    struct script_options script; /* `print` is ours: the lines go nowhere */
    struct viz_feed *feed;        /* in the channel's memory, made before the fork */
    struct viz_fault_log faults;  /* to be done again */
    sim_time start;               /* run there at first, as fast as it goes */
    uint64_t speed_permille;      /* as VIZ_COMMAND_SPEED */
    bool is_playing;              /* from there on */
    sim_time checkpoint_work;     /* processor time that a checkpoint is to save, at least */
};

/* A cli_worker_body_fn: the context is a struct viz_job. Returns only when the scenario cannot be
 * loaded; the channel's last words say why. */
int viz_stage(void *context, struct cli_channel *channel);

#endif

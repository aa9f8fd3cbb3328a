/* cli/channel.h - all that parent and worker share: one piece of memory.
 *
 * Progress comes out through an mvc state (models/mvc.h), commands go in through a point-to-point
 * ring, the last words of a failing worker stand beside them, and a part of any size is left to
 * whoever runs in the worker. The parent believes nothing that it reads here but its form: the
 * worker may be hostile.
 *
 * The channel is opened before the fork; each process then uses its own copy of the handle. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_CHANNEL_H
#define CLI_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "models/mvc.h"
#include "models/point_to_point.h"
#include "sim/base.h"

#define CLI_CHANNEL_MESSAGE_SIZE 2048 /* of the last words, their final NUL included */

enum cli_phase {
    CLI_PHASE_STARTING, /* nothing posted yet */
    CLI_PHASE_LOADING,
    CLI_PHASE_RUNNING,
    CLI_PHASE_PAUSED,
    CLI_PHASE_ENDING, /* the run is over; its results are being written */
};

/* How far a run has come. */
struct cli_progress {
    uint64_t phase; /* an enum cli_phase */
    sim_time now;
    sim_time until;
    uint64_t event_count;
    uint64_t sent_count;
    uint64_t delivered_count;
    uint64_t waiting_count;
};

enum cli_command_kind {
    CLI_COMMAND_STOP, /* end the run here, as if its time were up */
    CLI_COMMAND_PAUSE,
    CLI_COMMAND_RESUME,
    CLI_COMMAND_STEP,  /* value: how many events */
    CLI_COMMAND_FAULT, /* target: a node or data centre; value: which fault */
    CLI_COMMAND_SET,   /* target: a parameter; number: its new value */
};

struct cli_command {
    uint64_t kind; /* an enum cli_command_kind; another value is to be ignored */
    uint64_t target;
    int64_t value;
    double number;
};

struct cli_channel {
    struct cli_channel_shared *shared;
    struct model_mvc progress;
    struct model_p2p commands;
    size_t size;  /* of the whole mapping */
    void *memory; /* for whoever runs in the worker: zeroes at first, aligned to 64 bytes */
    size_t memory_size;
};

/* What the parent is to know of a worker that ended. Read after its end. */
struct cli_last_words {
    int refused_call;      /* the system call that was not allowed; -1: none was tried */
    int filter_error;      /* negative errno value: why there was no list of calls; 0: there was */
    bool is_out_of_memory; /* when it aborted */
    char message[CLI_CHANNEL_MESSAGE_SIZE]; /* "" when it left none */
};

/* ---- before the fork, and in the parent ---- */

/* Maps the memory, `memory_size` bytes of it for whoever runs in the worker. Returns false, and
 * sets *error, when there is not that much. */
SIM_MUST_USE bool cli_channel_open(struct cli_channel *channel, size_t memory_size, GError **error);

/* Unmaps it, in this process. */
void cli_channel_close(struct cli_channel *channel);

/* Returns false when the worker has not taken the commands before. */
SIM_MUST_USE bool cli_channel_send(struct cli_channel *channel, const struct cli_command *command);

/* The newest progress: all zeroes when there is none. */
struct cli_progress cli_channel_progress(const struct cli_channel *channel);

/* Grows with every beat of the worker. */
uint64_t cli_channel_beat_count(const struct cli_channel *channel);

void cli_channel_last_words(const struct cli_channel *channel, struct cli_last_words *out_words);

/* ---- in the worker ---- */

/* Posts the progress, which is also the sign of life that the parent waits for. Some 20 ns. */
void cli_channel_beat(struct cli_channel *channel, const struct cli_progress *progress);

/* Takes the next command. Returns false when there is none. */
SIM_MUST_USE bool cli_channel_receive(struct cli_channel *channel, struct cli_command *out_command);

/* Leaves a message for the parent to show; a longer one is cut. The first one stays. */
void cli_channel_fail(struct cli_channel *channel, const char *message);

/* Has the worker note, when a signal is about to end it, what the parent could not find out: which
 * system call was refused, and whether memory had run out. Records `filter_error` for it. */
void cli_channel_catch(struct cli_channel *channel, int filter_error);

#endif

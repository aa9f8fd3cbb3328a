/* cli/worker.h - the process in which a scenario runs, seen from its parent.
 *
 * A worker is forked before any Lua of the user's is loaded, gives up its rights (cli/confine.h),
 * and then runs one function. Whatever that does, crash, hang, ask for too much, only the worker
 * ends: its parent learns how, and can say so in one line. They share a channel (cli/channel.h) and
 * the descriptors that the plan names; nothing else.
 *
 * The parent has one thread when it starts a worker. It may have many workers. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_WORKER_H
#define CLI_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include "cli/channel.h"
#include "cli/confine.h"
#include "sim/base.h"

/* Runs in the worker, confined. What it returns is the worker's exit status; its stdio is flushed
 * then. It beats (cli_channel_beat) at least every plan->silence_ms_max / 2, also while it waits.
 * When everything is loaded it may give up opening files (cli_confine_files). */
typedef int cli_worker_body_fn(void *context, struct cli_channel *channel);

struct cli_worker_plan {
    cli_worker_body_fn *body;
    void *context;          /* as it is at the fork: the worker sees its own copy */
    const int *descriptors; /* what stays open beside stdout and stderr; stdin is empty */
    uint32_t descriptor_count;
    uint32_t silence_ms_max; /* without a beat for so long it is killed; 0: it never is */
    struct cli_confine_rights rights;
    bool must_confine;  /* do not run where system calls cannot be filtered */
    size_t memory_size; /* of the part of the channel left to the body */
};

enum cli_worker_end {
    CLI_WORKER_RUNS,
    CLI_WORKER_RETURNED,       /* its body returned, or called exit() */
    CLI_WORKER_KILLED,         /* by a signal */
    CLI_WORKER_STOPPED,        /* by cli_worker_kill() */
    CLI_WORKER_HUNG,           /* it was silent for too long, and was killed */
    CLI_WORKER_OUT_OF_MEMORY,  /* it wanted more than its limit, and aborted or crashed */
    CLI_WORKER_OUT_OF_TIME,    /* it used up its CPU time */
    CLI_WORKER_FILE_TOO_LARGE, /* it wrote beyond its limit */
    CLI_WORKER_REFUSED,        /* it tried a system call that it may not use */
    CLI_WORKER_UNCONFINED,     /* it could not be confined as the plan demands: nothing ran */
};

struct cli_worker {
    pid_t id;
    int descriptor; /* readable once the worker has ended; -1 where the kernel has none */
    struct cli_channel channel;
    struct cli_confine_rights rights;
    uint32_t silence_ms_max;
    bool must_confine;
    enum cli_worker_end end;
    int status;                  /* RETURNED: exit status; KILLED: the signal */
    struct cli_last_words words; /* once it has ended */
    uint64_t beat_count;         /* when last looked */
    sim_time looked;             /* on the machine's clock */
    sim_time silence;            /* since the last beat, or the start */
};

/* Returns false, and sets *error, when no process can be made. Flushes stdio first. Some 2 ms. */
SIM_MUST_USE bool cli_worker_start(
    struct cli_worker *worker, const struct cli_worker_plan *plan, GError **error);

/* Waits up to `wait_ms` for the end (0: only looks; negative: as long as it takes) and watches the
 * beats meanwhile. Returns true when the worker has ended. To be called at least a few times a
 * second, or the silence of a worker that hangs counts for less than it was. */
SIM_MUST_USE bool cli_worker_poll(struct cli_worker *worker, int wait_ms);

/* Sleeps until one of these workers has ended, or `wait_ms` have passed, or, now and then, earlier.
 * For who has several, which it then polls without waiting. */
void cli_worker_sleep(const struct cli_worker *const *workers, uint32_t count, int wait_ms);

/* Ends it now. */
void cli_worker_kill(struct cli_worker *worker);

/* Ends it if it still runs, and frees everything. The worker may be all zeroes. */
void cli_worker_finish(struct cli_worker *worker);

/* Once it has ended: what went wrong, for the user, without a final line end. The lines of its last
 * words come first, made harmless to a terminal; then one line says how it ended, unless it
 * returned. NULL when it returned and left no last words. To be g_free()d. */
char *cli_worker_describe(const struct cli_worker *worker);

/* A warning for the user when the kernel could not filter system calls; NULL when it could. To be
 * g_free()d. */
char *cli_worker_warning(const struct cli_worker *worker);

#endif

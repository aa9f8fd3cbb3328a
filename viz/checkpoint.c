/* A status that nothing else returns says that a process has ended in order to go back. Whatever
 * else ends the process that runs, ends those that it was forked from in the same way, down to the
 * first, which the viewer watches. */
/* SPDX-License-Identifier: MIT */
#include "viz/checkpoint.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#define STATUS_GO_BACK 86

static sim_time work_so_far(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * SIM_SECOND + now.tv_nsec;
}

/* What this process holds, its program included: no checkpoint of it can come to cost more. */
static uint64_t memory_held(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

void viz_checkpoints_init(struct viz_checkpoints *checkpoints, struct viz_order *order)
{
    *checkpoints = (struct viz_checkpoints){.order = order, .run_since = work_so_far()};
}

void viz_checkpoints_note_work(struct viz_checkpoints *checkpoints)
{
    checkpoints->list.own = work_so_far();
    checkpoints->list.work = checkpoints->work_before + checkpoints->list.own;
}

/* The memory is there for the whole run: by now so much of it may be used. */
static double bytes_allowed(sim_time now, const struct viz_checkpoint_spacing *spacing)
{
    double duration = (double)MAX(spacing->apart, 1) * VIZ_CHECKPOINTS_MAX;
    double part = (double)(now + spacing->apart) / duration;

    return (double)VIZ_CHECKPOINT_BYTES_MAX * MIN(part, 1);
}

bool viz_checkpoints_is_due(
    const struct viz_checkpoints *checkpoints,
    sim_time now,
    const struct viz_checkpoint_spacing *spacing)
{
    const struct viz_checkpoint_list *list = &checkpoints->list;

    SIM_ASSERT(list->count <= VIZ_CHECKPOINTS_MAX);
    if (list->count == VIZ_CHECKPOINTS_MAX) {
        return false;
    }
    return (list->count == 0 || now - list->times[list->count - 1] >= spacing->apart) &&
           work_so_far() - checkpoints->run_since >= spacing->work &&
           (double)(list->bytes + memory_held()) <= bytes_allowed(now, spacing);
}

/* Whether what was ordered up to here is the beginning of what is ordered now, and what is to be
 * followed has been from its beginning. */
static bool can_serve(const struct viz_order *order, const struct viz_checkpoint_place *place)
{
    const struct viz_fault_log *faults = place->faults;
    bool follows = order->follow_plus_one == place->follow_plus_one ||
                   place->now < order->not_after || place->now == 0;

    SIM_ASSERT(faults->count <= VIZ_FAULTS_MAX && order->faults.count <= VIZ_FAULTS_MAX);
    return follows && place->now <= order->to && faults->count <= order->faults.count &&
           memcmp(
               faults->entries,
               order->faults.entries,
               faults->count * sizeof(faults->entries[0])) == 0;
}

/* As the child has ended, unless it ended to go back. */
static void sleep_until_end_of(pid_t child)
{
    int status = 0;
    pid_t ended;

    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended != child || !WIFEXITED(status)) {
        _exit(EXIT_FAILURE);
    }
    if (WEXITSTATUS(status) != STATUS_GO_BACK) {
        _exit(WEXITSTATUS(status));
    }
}

static void enter(struct viz_checkpoint_list *list, sim_time now)
{
    SIM_ASSERT(list->count < VIZ_CHECKPOINTS_MAX);
    list->times[list->count] = now;
    list->count++;
    list->bytes += memory_held();
}

static void bind_to(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
}

enum viz_checkpoint_result viz_checkpoints_keep(
    struct viz_checkpoints *checkpoints, const struct viz_checkpoint_place *place)
{
    enum viz_checkpoint_result result = VIZ_CHECKPOINT_KEPT;

    for (;;) {
        pid_t own = getpid();
        sim_time work = work_so_far();
        pid_t child = fork();
        if (child <
            0) { /* what is to be done is done in this one, and there is no way back to it */
            checkpoints->run_since = work_so_far();
            return result == VIZ_CHECKPOINT_KEPT ? VIZ_CHECKPOINT_NONE : result;
        }
        if (child == 0) {
            bind_to(own);
            checkpoints->work_before += work;
            enter(&checkpoints->list, place->now);
            checkpoints->run_since = work_so_far();
            return result;
        }
        sleep_until_end_of(child);
        if (!can_serve(checkpoints->order, place)) {
            _exit(STATUS_GO_BACK);
        }
        result = VIZ_CHECKPOINT_WOKEN;
    }
}

void viz_checkpoints_go_back(
    const struct viz_checkpoints *checkpoints, const struct viz_order *order)
{
    SIM_ASSERT(checkpoints->list.count > 0);
    *checkpoints->order = *order;
    _exit(STATUS_GO_BACK);
}

/* cli/confine.h - a process gives up every right that a scenario does not need.
 *
 * In force, for good, from the return on:
 *  - limits on memory, CPU time, file size and open files; no core dumps;
 *  - no new privileges; not to be traced; it dies with its parent;
 *  - a list of allowed system calls (seccomp): memory, time, its own signals, reading and writing
 *    what is open, opening files to read. No socket, no exec, no file opened for writing, no memory
 *    made executable; no process made, but where checkpoints need it. Any other call is answered
 *    with SIGSYS.
 *
 * Where the kernel has no seccomp (some containers) everything else still holds, and the caller is
 * told: the scenario then runs behind the Lua sandbox and the limits alone, which is worth a
 * warning, not a refusal. cli/worker.h lets a plan insist.
 *
 * Address and thread sanitizers reserve terabytes and look into /proc: under them there is no limit
 * on memory, the process stays traceable, and a few calls more are allowed. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFINE_H
#define CLI_CONFINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/base.h"

struct cli_confine_rights {
    uint64_t memory_max;    /* bytes that it may map beyond what it has now; 0: no limit */
    uint64_t file_size_max; /* bytes; 0: no limit */
    uint32_t cpu_s_max;     /* seconds of CPU time; 0: no limit */
    bool may_fork;          /* for checkpoints */
};

/* Closes all descriptors but 0, 1, 2 and the `count` given, and makes 0 an empty file. */
void cli_confine_descriptors(const int *descriptors, uint32_t count);

/* `parent` is the process to die with. Returns 0, or the negative errno value for which there is no
 * list of system calls; whatever else could be given up is given up then too. */
SIM_MUST_USE int cli_confine_worker(const struct cli_confine_rights *rights, pid_t parent);

/* After everything that must be read has been read: from now on no file opens (EACCES). Returns 0
 * or a negative errno value. */
SIM_MUST_USE int cli_confine_files(void);

/* Whether this program runs under an address or a thread sanitizer. */
bool cli_confine_is_sanitized(void);

/* The name of a system call by its number, to be free()d; NULL when it has none. */
char *cli_confine_call_name(int number);

#endif

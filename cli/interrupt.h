/* cli/interrupt.h - signals that end a program, held back while workers run.
 *
 * The terminal sends them to the workers too; held back, they are looked for between two waits, so
 * that the parent can say how it ended before it does. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>

struct cli_interrupt {
    sigset_t held; /* SIGINT, SIGTERM, SIGHUP */
    sigset_t before;
};

void cli_interrupt_hold(struct cli_interrupt *interrupt);

/* Takes the signal that came away, so that it does not strike when it is let through again. 0 when
 * none came. */
int cli_interrupt_take(const struct cli_interrupt *interrupt);

void cli_interrupt_release(const struct cli_interrupt *interrupt);

#endif

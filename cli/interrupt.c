/* A blocked signal waits in the kernel until sigtimedwait() fetches it. */
/* SPDX-License-Identifier: MIT */
#include "cli/interrupt.h"

#include <stddef.h>
#include <time.h>

void cli_interrupt_hold(struct cli_interrupt *interrupt)
{
    (void)sigemptyset(&interrupt->held);
    (void)sigaddset(&interrupt->held, SIGINT);
    (void)sigaddset(&interrupt->held, SIGTERM);
    (void)sigaddset(&interrupt->held, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &interrupt->held, &interrupt->before);
}

int cli_interrupt_take(const struct cli_interrupt *interrupt)
{
    const struct timespec at_once = {0};
    int number = sigtimedwait(&interrupt->held, NULL, &at_once);

    return number > 0 ? number : 0;
}

void cli_interrupt_release(const struct cli_interrupt *interrupt)
{
    (void)sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
}

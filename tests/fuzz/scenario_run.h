/* tests/fuzz/scenario_run.h - loads and runs a scenario that a fuzz target made up.
 *
 * A scenario that asks for far too much memory ends its process (lua/limits.h). Here that would end
 * the fuzzing, so the linker has it call __wrap__exit(), which goes back to the target instead, and
 * leaves the runtime where it is: these targets do not look for leaks. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_SCENARIO_RUN_H
#define TESTS_FUZZ_SCENARIO_RUN_H

#include <stddef.h>

/* Whatever the text is: it runs for up to two seconds of virtual time, or there is one error that
 * says why not. */
void scenario_run(const char *text, size_t size);

#endif

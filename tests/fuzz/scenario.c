/* Fuzzing of the scenario loader: any text is a scenario, or an error says why not. */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/scenario_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    scenario_run((const char *)bytes, size);
    return 0;
}

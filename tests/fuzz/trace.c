/* Fuzzing of cli/trace_file and cli/trace_json: any file is a trace, or an error says why not. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include <sys/mman.h>
#include <unistd.h>

#include "cli/outputs.h"
#include "cli/trace_json.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int bin = memfd_create("trace.bin", MFD_CLOEXEC);
    int json = memfd_create("trace.json", MFD_CLOEXEC);
    GError *error = NULL;

    FUZZ_REQUIRE(bin >= 0 && json >= 0);
    FUZZ_REQUIRE(cli_outputs_put(bin, (const char *)bytes, size));
    if (!cli_trace_json_write(bin, json, &error)) {
        FUZZ_REQUIRE(error != NULL && error->message[0] != '\0');
        g_error_free(error);
    }
    (void)close(bin);
    (void)close(json);
    return 0;
}

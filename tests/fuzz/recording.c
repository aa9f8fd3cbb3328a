/* Fuzzing of sim/recording: any text is entries whose times never fall, or an error with its line.
 */
/* SPDX-License-Identifier: MIT */
#include "sim/recording.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

struct input {
    const uint8_t *bytes;
    size_t left;
};

/* In pieces of odd sizes, as a pipe may give them. */
static size_t read_some(void *context, char *buffer, size_t size)
{
    struct input *input = context;
    size_t count = input->left % 7 + 1;

    count = count < size ? count : size;
    count = count < input->left ? count : input->left;
    memcpy(buffer, input->bytes, count);
    input->bytes += count;
    input->left -= count;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    sim_recording *recording = sim_recording_create(read_some, &input);
    struct sim_recording_entry entry;
    enum sim_recording_result result;
    sim_time last = 0;
    uint64_t lines = 1;

    for (size_t i = 0; i < size; i++) {
        lines += bytes[i] == '\n' || bytes[i] == '\r';
    }
    while ((result = sim_recording_next(recording, &entry)) == SIM_RECORDING_ENTRY) {
        FUZZ_REQUIRE(entry.time >= last);
        last = entry.time;
    }
    if (result == SIM_RECORDING_MALFORMED) {
        struct sim_recording_error error = sim_recording_error_of(recording);
        FUZZ_REQUIRE(error.problem != NULL && error.problem[0] != '\0');
        FUZZ_REQUIRE(error.line >= 1 && error.line <= lines);
        FUZZ_REQUIRE(sim_recording_next(recording, &entry) == SIM_RECORDING_MALFORMED);
    }
    sim_recording_destroy(recording);
    return 0;
}

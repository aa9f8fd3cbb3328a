/* replay FILE... - calls the target with each file, and with every beginning of it: for builds
 * without libFuzzer. */
/* SPDX-License-Identifier: MIT */
#include <glib.h>

#include "tests/fuzz/fuzz.h"

#define BEGINNINGS_MAX 8 /* of each file */

/* In a block of just this size, so that a sanitizer sees whoever reads beyond. */
static void call(const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    FUZZ_REQUIRE(copy != NULL);
    for (size_t i = 0; i < size; i++) {
        copy[i] = (uint8_t)bytes[i];
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *bytes = NULL;
        gsize size = 0;
        if (!g_file_get_contents(argv[i], &bytes, &size, NULL)) {
            (void)fprintf(stderr, "cannot read %s\n", argv[i]);
            return 1;
        }
        gsize step = size / BEGINNINGS_MAX + 1;
        for (gsize end = 0; end < size; end += step) {
            call(bytes, end);
        }
        call(bytes, size);
    }
    return argc > 1 ? 0 : 1;
}

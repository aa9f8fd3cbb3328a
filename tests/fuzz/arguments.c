/* Fuzzing of the command line of `tailback run`: words, with zero bytes between them. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/run_options.h"

#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 32

/* The help is not wanted here. */
static void discard(const char *text)
{
    FUZZ_REQUIRE(text != NULL);
}

static void check(const struct cli_run_options *options)
{
    FUZZ_REQUIRE(options->file != NULL);
    FUZZ_REQUIRE(options->until >= 0);
    FUZZ_REQUIRE(!options->has_trace || options->out != NULL);
    FUZZ_REQUIRE(options->replications == 0 || options->jobs > 0);
    for (uint32_t i = 0; i < options->settings->len; i++) {
        const struct script_setting *setting =
            &g_array_index(options->settings, struct script_setting, i);
        FUZZ_REQUIRE(setting->name[0] != '\0' && setting->value != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = g_malloc0(size + 1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    char name[] = "run";
    struct cli_run_options options;

    (void)g_set_print_handler(discard);
    memcpy(text, bytes, size);
    g_ptr_array_add(words, name);
    for (size_t at = 0; at < size && words->len < WORDS_MAX; at += strlen(text + at) + 1) {
        g_ptr_array_add(words, text + at);
    }
    g_ptr_array_add(words, NULL);
    if (cli_run_options_init(&options, (char **)words->pdata) == CLI_PARSED) {
        check(&options);
    }
    cli_run_options_finish(&options);
    g_free(text);
    return 0;
}

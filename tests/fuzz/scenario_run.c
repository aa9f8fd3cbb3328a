/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/scenario_run.h"

#include <setjmp.h>
#include <string.h>
#include <unistd.h>

#include "lua/runtime.h"

#include "tests/fuzz/fuzz.h"

#define EVENTS_MAX  20000
#define MEMORY_MAX  (UINT64_C(64) << 20)
#define CALL_MS_MAX 100
#define STATUS_2    2 /* what the limit of memory ends a process with */

static jmp_buf target;
static bool is_running;

/* NOLINTBEGIN(readability-identifier-naming): the linker's names */
_Noreturn void __wrap__exit(int status);
_Noreturn void __real__exit(int status);

_Noreturn void __wrap__exit(int status)
{
    if (is_running && status == STATUS_2) {
        longjmp(target, 1);
    }
    __real__exit(status);
}
/* NOLINTEND(readability-identifier-naming) */

static void ignore(void *context, const char *line)
{
    (void)context;
    FUZZ_REQUIRE(line != NULL);
}

/* The folder that holds tailback/ and systems/, seen from the source or from the build. */
static const char *library(void)
{
    g_autofree char *here = g_path_get_dirname(__FILE__);
    g_autofree char *beside = g_build_filename(here, "..", "..", "lua", NULL);
    const char *named = g_getenv("TAILBACK_LUA");

    if (named != NULL) {
        return g_intern_string(named);
    }
    return g_intern_string(g_file_test(beside, G_FILE_TEST_IS_DIR) ? beside : "lua");
}

/* A file of this content; the same one each time. */
static const char *write_file(const char *text, size_t size)
{
    static char *path;
    GError *error = NULL;

    if (path == NULL) {
        g_autofree char *folder = g_dir_make_tmp("tailback-fuzz-XXXXXX", &error);
        FUZZ_REQUIRE(folder != NULL);
        path = g_build_filename(folder, "x.lua", NULL);
    }
    FILE *file = fopen(path, "we");
    FUZZ_REQUIRE(file != NULL && fwrite(text, 1, size, file) == size && fclose(file) == 0);
    return path;
}

static void require_error(const GError *error)
{
    FUZZ_REQUIRE(error != NULL && error->message[0] != '\0');
    FUZZ_REQUIRE(g_utf8_validate(error->message, -1, NULL));
    FUZZ_REQUIRE(strpbrk(error->message, "\033\r\a\b") == NULL);
}

static void run(const struct script_options *options)
{
    g_autoptr(GError) error = NULL;
    script_runtime *runtime = script_runtime_load(options, &error);

    if (runtime == NULL) {
        require_error(error);
        return;
    }
    if (!script_runtime_run(runtime, 2 * SIM_SECOND, EVENTS_MAX, &error) ||
        !script_runtime_end(runtime, &error)) {
        require_error(error);
    } else {
        world_verify(script_runtime_world(runtime));
    }
    script_runtime_destroy(runtime);
}

void scenario_run(const char *text, size_t size)
{
    const struct script_options options = {
        .path = write_file(text, size),
        .library = library(),
        .memory_max = MEMORY_MAX,
        .call_ms_max = CALL_MS_MAX,
        .print = ignore,
    };

    if (setjmp(target) == 0) {
        is_running = true;
        run(&options);
    }
    is_running = false;
}

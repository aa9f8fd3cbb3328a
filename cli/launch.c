/* What stays open is what is not -1. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include "cli/launch.h"

#include <errno.h>
#include <sys/mman.h>

#include "cli/subcommand.h"

#define SILENCE_MS_MAX 30000 /* more than the library lets one call of Lua take */
#define LUA_BYTES_MAX  (UINT64_C(1) << 30)
#define ALL_BYTES_MAX  (UINT64_C(4) << 30)
#define FILE_BYTES_MAX (UINT64_C(4) << 30)

bool cli_launch(struct cli_worker *worker, const struct cli_launch *launch, GError **error)
{
    int descriptors[CLI_LAUNCH_DESCRIPTORS_MAX];
    uint32_t count = 0;

    SIM_ASSERT(launch->descriptor_count <= CLI_LAUNCH_DESCRIPTORS_MAX);
    for (uint32_t i = 0; i < launch->descriptor_count; i++) {
        if (launch->descriptors[i] >= 0) {
            descriptors[count] = launch->descriptors[i];
            count++;
        }
    }
    struct cli_worker_plan plan = {
        .body = launch->body,
        .context = launch->context,
        .descriptors = descriptors,
        .descriptor_count = count,
        .silence_ms_max = SILENCE_MS_MAX,
        .rights = {.memory_max = ALL_BYTES_MAX, .file_size_max = FILE_BYTES_MAX},
        .memory_size = sizeof(struct cli_outcome),
    };
    return cli_worker_start(worker, &plan, error);
}

struct cli_job cli_launch_job(const char *path, const char *library)
{
    return (struct cli_job){
        .script = {.path = path, .library = library, .memory_max = LUA_BYTES_MAX},
        .text = -1,
        .json = -1,
        .series = -1,
        .hgrm = -1,
        .trace = -1,
        .record = -1,
    };
}

int cli_launch_file(const char *name, GError **error)
{
    int descriptor = memfd_create(name, MFD_CLOEXEC);

    if (descriptor < 0) {
        int code = errno;
        g_set_error(
            error,
            G_FILE_ERROR,
            (gint)g_file_error_from_errno(code),
            "no room for %s in memory: %s",
            name,
            g_strerror(code));
    }
    return descriptor;
}

bool cli_launch_has_reported(const struct cli_worker *worker)
{
    const struct cli_outcome *outcome = worker->channel.memory;
    int status = worker->status;

    return worker->end == CLI_WORKER_RETURNED && outcome->is_reported &&
           (status == CLI_STATUS_OK || status == CLI_STATUS_FAILED);
}

/* The files first, in one step; what goes to stdout cannot be taken back. */
/* SPDX-License-Identifier: MIT */
#include "cli/deliver.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "cli/subcommand.h"

#define FILES_MAX 8

static bool is_empty(int descriptor)
{
    struct stat found;

    return descriptor < 0 || fstat(descriptor, &found) != 0 || found.st_size == 0;
}

static bool write_files(const struct cli_delivery *delivery, GError **error)
{
    const struct cli_run_options *options = delivery->options;
    struct cli_output files[FILES_MAX];
    uint32_t count = 0;

    SIM_ASSERT(delivery->file_count <= FILES_MAX);
    for (uint32_t i = 0; i < delivery->file_count; i++) {
        if (!is_empty(
                delivery->files[i].descriptor)) { /* not wanted; no latency, no latency.hgrm */
            files[count] = delivery->files[i];
            count++;
        }
    }
    return cli_outputs_write(options->out, options->is_forced, files, count, error);
}

static bool print_summary(const struct cli_delivery *delivery, bool has_files)
{
    const struct cli_run_options *options = delivery->options;

    if (!cli_outputs_copy(delivery->summary, STDOUT_FILENO)) {
        cli_message_error("cannot write to standard output: %s", g_strerror(errno));
        return false;
    }
    if (has_files && !options->is_json && !options->is_quiet) {
        g_autofree char *folder = cli_message_of(options->out);
        g_print("Files in %s", folder);
    }
    return true;
}

int cli_deliver(const struct cli_delivery *delivery, int status)
{
    g_autoptr(GError) error = NULL;
    bool has_files = delivery->options->out != NULL && write_files(delivery, &error);

    if (error != NULL) {
        cli_message_error("%s", error->message);
    }
    cli_interrupt_release(delivery->interrupt);
    bool is_printed = print_summary(delivery, has_files);
    return error == NULL && is_printed ? status : CLI_STATUS_WRONG;
}

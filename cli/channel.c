/* One shared mapping: fixed fields, the stack of the signal handlers, then the progress, the
 * commands and the free part, each at a multiple of a cache line.
 *
 * A signal handler needs to find the channel, and no variable of the file may hold it: the handlers
 * run on a stack that lies inside the shared fields, and are told where that stack is. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* stack_t, ucontext_t */
#include "cli/channel.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "cli/confine.h"

#define LINE_SIZE     64
#define STACK_SIZE    65536
#define COMMAND_COUNT 256
#define PROGRESS_KEY  0
#define SPARE_SIZE    (UINT64_C(16) << 20) /* who cannot have that is out of memory */

struct cli_channel_shared {
    unsigned char stack[STACK_SIZE]; /* first, so that the stack's address is the channel's */
    _Atomic int32_t refused_call;    /* its number and one */
    _Atomic int32_t filter_error;
    _Atomic uint32_t is_out_of_memory;
    char message[CLI_CHANNEL_MESSAGE_SIZE];
};

static size_t round_up_to_line(size_t size)
{
    return (size + LINE_SIZE - 1) / LINE_SIZE * LINE_SIZE;
}

bool cli_channel_open(struct cli_channel *channel, size_t memory_size, GError **error)
{
    size_t fixed_size = round_up_to_line(sizeof(struct cli_channel_shared));
    size_t progress_size = round_up_to_line(model_mvc_size(1, sizeof(struct cli_progress)));
    size_t commands_size =
        round_up_to_line(model_p2p_size(COMMAND_COUNT, sizeof(struct cli_command)));
    size_t size = fixed_size + progress_size + commands_size + memory_size;
    unsigned char *memory = MAP_FAILED;

    if (size > memory_size) {
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    }
    if (memory == MAP_FAILED) {
        g_set_error(
            error,
            G_FILE_ERROR,
            G_FILE_ERROR_NOMEM,
            "no %zu bytes of memory to share",
            memory_size);
        return false;
    }
    unsigned char *progress = memory + fixed_size;
    unsigned char *commands = progress + progress_size;
    *channel = (struct cli_channel){
        .shared = (void *)memory,
        .size = size,
        .memory = commands + commands_size,
        .memory_size = memory_size,
    };
    uint32_t key;
    bool is_set_up =
        model_mvc_init(
            &channel->progress, progress, progress_size, 1, sizeof(struct cli_progress)) ==
            MODEL_MVC_OK &&
        model_mvc_register(&channel->progress, "progress", &key) == MODEL_MVC_OK &&
        model_p2p_init(
            &channel->commands,
            commands,
            commands_size,
            COMMAND_COUNT,
            sizeof(struct cli_command)) == MODEL_P2P_OK;
    SIM_ASSERT(is_set_up && key == PROGRESS_KEY);
    return true;
}

void cli_channel_close(struct cli_channel *channel)
{
    (void)munmap(channel->shared, channel->size);
    *channel = (struct cli_channel){0};
}

bool cli_channel_send(struct cli_channel *channel, const struct cli_command *command)
{
    return model_p2p_send(&channel->commands, command);
}

struct cli_progress cli_channel_progress(const struct cli_channel *channel)
{
    const uint32_t key = PROGRESS_KEY;
    struct cli_progress progress;
    uint64_t version;

    if (model_mvc_snapshot(&channel->progress, &key, 1, &progress, &version) != MODEL_MVC_OK) {
        return (struct cli_progress){0};
    }
    return progress;
}

uint64_t cli_channel_beat_count(const struct cli_channel *channel)
{
    return model_mvc_version(&channel->progress);
}

void cli_channel_last_words(const struct cli_channel *channel, struct cli_last_words *out_words)
{
    const struct cli_channel_shared *shared = channel->shared;

    *out_words = (struct cli_last_words){
        .refused_call = atomic_load(&shared->refused_call) - 1,
        .filter_error = atomic_load(&shared->filter_error),
        .is_out_of_memory = atomic_load(&shared->is_out_of_memory) != 0,
    };
    memcpy(out_words->message, shared->message, CLI_CHANNEL_MESSAGE_SIZE - 1);
}

/* ---- in the worker ---- */

void cli_channel_beat(struct cli_channel *channel, const struct cli_progress *progress)
{
    model_mvc_post(&channel->progress, PROGRESS_KEY, progress);
}

bool cli_channel_receive(struct cli_channel *channel, struct cli_command *out_command)
{
    return model_p2p_receive(&channel->commands, out_command);
}

void cli_channel_fail(struct cli_channel *channel, const char *message)
{
    char *to = channel->shared->message;

    if (to[0] == '\0') {
        (void)g_strlcpy(to, message, CLI_CHANNEL_MESSAGE_SIZE);
    }
}

static struct cli_channel_shared *shared_of_handler(const void *machine)
{
    const ucontext_t *context = machine;

    return context->uc_stack.ss_sp;
}

static void on_refusal(int signal, siginfo_t *info, void *machine)
{
    struct cli_channel_shared *shared = shared_of_handler(machine);

    (void)signal;
    atomic_store(&shared->refused_call, info->si_syscall + 1);
    _exit(EXIT_FAILURE);
}

/* Out of memory shows in many ways: abort() by whoever asked, a trap in GLib, a stack that cannot
 * grow. What they have in common is that the last request failed, or the next one would. */
static void on_death(int signal, siginfo_t *info, void *machine)
{
    struct cli_channel_shared *shared = shared_of_handler(machine);
    int code = errno;
    void *spare = mmap(NULL, SPARE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)info;
    if (spare == MAP_FAILED || (code == ENOMEM && signal != SIGSEGV)) {
        atomic_store(&shared->is_out_of_memory, 1);
    }
    if (spare != MAP_FAILED) {
        (void)munmap(spare, SPARE_SIZE);
    }
    (void)raise(signal); /* its action is the default again; it is blocked until the return */
}

static void catch_signal(int signal, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {
        .sa_sigaction = handler, .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal, &action, NULL);
}

void cli_channel_catch(struct cli_channel *channel, int filter_error)
{
    const int deaths[] = {SIGABRT, SIGTRAP, SIGSEGV, SIGBUS};
    stack_t stack = {.ss_sp = channel->shared->stack, .ss_size = STACK_SIZE};

    atomic_store(&channel->shared->filter_error, filter_error);
    (void)sigaltstack(&stack, NULL);
    catch_signal(SIGSYS, on_refusal);
    if (cli_confine_is_sanitized()) {
        return; /* the sanitizer has handlers of its own, which say more */
    }
    for (size_t i = 0; i < sizeof(deaths) / sizeof(*deaths); i++) {
        catch_signal(deaths[i], on_death);
    }
}

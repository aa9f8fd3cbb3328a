/* Tests of cli/worker: whatever a worker does, its parent lives and says what happened.
 *
 * Each test has a body that misbehaves in one way, and names the end and the line that the parent
 * must give. Under an address or thread sanitizer there is no limit on memory, and crashes are
 * reported by the sanitizer: those tests are skipped there. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "cli/worker.h"

#define MEMORY_MAX (UINT64_C(64) << 20)
#define PATIENCE   20000 /* ms that any test may take */

static struct cli_worker_plan plan_of(cli_worker_body_fn *body, void *context)
{
    return (struct cli_worker_plan){
        .body = body,
        .context = context,
        .silence_ms_max = 10000,
        .rights = {.memory_max = MEMORY_MAX, .file_size_max = 4096, .cpu_s_max = 10},
        .memory_size = 256,
    };
}

static void start(struct cli_worker *worker, const struct cli_worker_plan *plan)
{
    GError *error = NULL;

    assert_true(cli_worker_start(worker, plan, &error));
    assert_null(error);
}

static void assert_ends(struct cli_worker *worker, enum cli_worker_end end, const char *line)
{
    assert_true(cli_worker_poll(worker, PATIENCE));
    g_autofree char *described = cli_worker_describe(worker);
    assert_string_equal(described == NULL ? "(nothing)" : described, line);
    assert_int_equal(worker->end, end);
    cli_worker_finish(worker);
}

static void assert_body_ends(cli_worker_body_fn *body, enum cli_worker_end end, const char *line)
{
    struct cli_worker_plan plan = plan_of(body, NULL);
    struct cli_worker worker;

    start(&worker, &plan);
    assert_ends(&worker, end, line);
}

/* ---- workers that behave ---- */

static int return_seven(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return 7;
}

static void reports_the_status_of_a_worker_that_returns(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(return_seven, NULL);
    struct cli_worker worker;

    start(&worker, &plan);
    assert_true(cli_worker_poll(&worker, PATIENCE));
    assert_int_equal(worker.status, 7);
    assert_ends(&worker, CLI_WORKER_RETURNED, "(nothing)");
}

/* Posts how far it is until it is told to stop, and answers in the free part of the channel. */
static int obey(void *context, struct cli_channel *channel)
{
    struct cli_progress progress = {.phase = CLI_PHASE_RUNNING};
    struct cli_command command = {.kind = CLI_COMMAND_PAUSE};
    uint64_t *answer = channel->memory;

    (void)context;
    while (command.kind != CLI_COMMAND_STOP) {
        if (cli_channel_receive(channel, &command)) {
            *answer += (uint64_t)command.value;
        }
        progress.event_count++;
        cli_channel_beat(channel, &progress);
    }
    return 0;
}

static void exchanges_commands_and_progress_with_a_worker(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(obey, NULL);
    struct cli_worker worker;
    struct cli_command step = {.kind = CLI_COMMAND_STEP, .value = 20};
    struct cli_command stop = {.kind = CLI_COMMAND_STOP, .value = 22};

    start(&worker, &plan);
    while (cli_channel_progress(&worker.channel).event_count < 100) {
        assert_false(cli_worker_poll(&worker, 1));
    }
    assert_true(cli_channel_send(&worker.channel, &step));
    assert_true(cli_channel_send(&worker.channel, &stop));
    assert_true(cli_worker_poll(&worker, PATIENCE));
    assert_int_equal(*(uint64_t *)worker.channel.memory, 42);
    assert_true(cli_channel_beat_count(&worker.channel) >= 100);
    assert_ends(&worker, CLI_WORKER_RETURNED, "(nothing)");
}

/* Everything that a scenario's run needs: memory, time, a timer, a file to read, a pipe to write.
 */
static int live_normally(void *context, struct cli_channel *channel)
{
    const int *pipe_ends = context;
    char line[64] = "";
    FILE *file = fopen("/proc/sys/kernel/ostype", "r");
    struct timespec now;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};

    bool is_good = file != NULL && fgets(line, sizeof(line), file) != NULL && fclose(file) == 0;
    is_good = is_good && clock_gettime(CLOCK_REALTIME, &now) == 0;
    is_good = is_good && timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0;
    is_good = is_good && timer_delete(timer) == 0;
    is_good = is_good && cli_confine_files() == 0;
    is_good = is_good && open("/proc/sys/kernel/ostype", O_RDONLY) < 0 && errno == EACCES;
    void *memory = malloc(1 << 20);
    is_good = is_good && memory != NULL && read(STDIN_FILENO, line, 1) == 0;
    free(memory);
    is_good = is_good && write(pipe_ends[1], "good", 4) == 4;
    is_good = is_good && fcntl(pipe_ends[0], F_GETFD) < 0; /* not in the plan */
    if (!is_good) {
        cli_channel_fail(channel, strerror(errno));
    }
    return 0;
}

static void lets_a_worker_do_what_a_run_needs(void **state)
{
    (void)state;
    int ends[2];
    char text[5] = "";

    assert_int_equal(pipe(ends), 0);
    struct cli_worker_plan plan = plan_of(live_normally, ends);
    plan.descriptors = &ends[1];
    plan.descriptor_count = 1;
    struct cli_worker worker;
    start(&worker, &plan);
    assert_ends(&worker, CLI_WORKER_RETURNED, "(nothing)");
    assert_int_equal(read(ends[0], text, 4), 4);
    assert_string_equal(text, "good");
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static int fail_with_words(void *context, struct cli_channel *channel)
{
    (void)context;
    cli_channel_fail(channel, "billing.lua:3: no such \x1b[31mthing\nwrite another");
    cli_channel_fail(channel, "too late");
    return 2;
}

static void hands_on_last_words_without_their_escapes(void **state)
{
    (void)state;
    assert_body_ends(
        fail_with_words,
        CLI_WORKER_RETURNED,
        "billing.lua:3: no such \\x1b[31mthing\nwrite another");
}

/* ---- workers that do not ---- */

static int open_a_socket(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int run_a_program(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return execl("/bin/true", "true", NULL);
}

static int open_to_write(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return open("/dev/null", O_WRONLY);
}

static int create_a_file(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return open("/tmp/never-there", O_RDONLY | O_CREAT, 0600);
}

static int bomb_with_forks(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    while (fork() >= 0) {
    }
    return 0;
}

static int kill_the_parent(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return kill(getppid(), SIGKILL);
}

static int make_code(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    void *code =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED;
}

static void refuses_what_no_scenario_needs(void **state)
{
    (void)state;
    const struct {
        cli_worker_body_fn *body;
        const char *call;
    } tries[] = {
        {open_a_socket, "socket"},
        {run_a_program, "execve"},
        {open_to_write, "openat"},
        {create_a_file, "openat"},
        {bomb_with_forks, "clone"},
        {kill_the_parent, "kill"},
        {make_code, "mmap"},
    };

    for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
        g_autofree char *line = g_strdup_printf(
            "the scenario tried the system call '%s', which no scenario may use, and was stopped",
            tries[i].call);
        assert_body_ends(tries[i].body, CLI_WORKER_REFUSED, line);
    }
    assert_int_not_equal(access("/tmp/never-there", F_OK), 0);
}

static int read_nowhere(void *context, struct cli_channel *channel)
{
    struct cli_progress progress = {
        .phase = CLI_PHASE_RUNNING, .now = 12 * SIM_SECOND, .event_count = 1234};
    const volatile int *nowhere = context;

    cli_channel_beat(channel, &progress);
    return *nowhere;
}

static int give_up(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    abort();
}

/* Through a pointer, or a compiler makes a loop of it. */
static int recurse(void *context, struct cli_channel *channel)
{
    cli_worker_body_fn *volatile again = recurse;
    char frame[4096];

    memset(frame, context == NULL, sizeof(frame));
    return again(frame, channel) + frame[7];
}

static void says_where_a_worker_crashed(void **state)
{
    (void)state;
    if (cli_confine_is_sanitized()) {
        skip();
    }
    assert_body_ends(
        read_nowhere,
        CLI_WORKER_KILLED,
        "the scenario crashed with signal 11 (Segmentation fault), at 12.000 s of virtual time, "
        "after 1,234 events");
    assert_body_ends(give_up, CLI_WORKER_KILLED, "the scenario crashed with signal 6 (Aborted)");
    assert_body_ends(
        recurse, CLI_WORKER_KILLED, "the scenario crashed with signal 11 (Segmentation fault)");
}

static int allocate_without_end(void *context, struct cli_channel *channel)
{
    (void)channel;
    while (context == NULL) {
        memset(sim_allocate(1, 100000), 1, 100000);
    }
    return 0;
}

static int allocate_too_much_at_once(void *context, struct cli_channel *channel)
{
    (void)context;
    (void)channel;
    return *(char *)sim_allocate(1, 2 * MEMORY_MAX);
}

static int allocate_by_glib(void *context, struct cli_channel *channel)
{
    (void)channel;
    while (context == NULL) {
        memset(g_malloc(100000), 1, 100000);
    }
    return 0;
}

static void says_when_memory_ran_out(void **state)
{
    (void)state;
    cli_worker_body_fn *bodies[] = {
        allocate_without_end, allocate_too_much_at_once, allocate_by_glib};

    if (cli_confine_is_sanitized()) {
        skip();
    }
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        assert_body_ends(
            bodies[i],
            CLI_WORKER_OUT_OF_MEMORY,
            "the scenario needs more memory than its limit of 64 MiB");
    }
}

static int loop_for_ever(void *context, struct cli_channel *channel)
{
    volatile bool is_over = false;

    (void)context;
    (void)channel;
    while (!is_over) {
    }
    return 0;
}

static void ends_a_worker_that_is_silent(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(loop_for_ever, NULL);
    struct cli_worker worker;

    plan.silence_ms_max = 200;
    start(&worker, &plan);
    assert_ends(
        &worker, CLI_WORKER_HUNG, "the scenario gave no sign of life for 0.2 s and was stopped");
}

static int beat_slowly(void *context, struct cli_channel *channel)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    struct cli_progress progress = {.phase = CLI_PHASE_PAUSED};

    (void)context;
    for (int i = 0; i < 30; i++) {
        cli_channel_beat(channel, &progress);
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

static void waits_for_a_worker_that_beats(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(beat_slowly, NULL);
    struct cli_worker worker;

    plan.silence_ms_max = 300;
    start(&worker, &plan);
    assert_ends(&worker, CLI_WORKER_RETURNED, "(nothing)");
}

static int beat_for_ever(void *context, struct cli_channel *channel)
{
    struct cli_progress progress = {.phase = CLI_PHASE_LOADING};

    (void)signal(SIGXCPU, SIG_IGN); /* the harder limit follows */
    while (context == NULL) {
        cli_channel_beat(channel, &progress);
    }
    return 0;
}

static void ends_a_worker_that_used_its_time(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(beat_for_ever, NULL);
    struct cli_worker worker;

    plan.rights.cpu_s_max = 1;
    start(&worker, &plan);
    assert_ends(
        &worker,
        CLI_WORKER_OUT_OF_TIME,
        "the scenario used up its limit of 1 s of CPU time, while it was being loaded");
}

static int write_on_and_on(void *context, struct cli_channel *channel)
{
    const int *file = context;
    char bytes[1000] = {0};

    (void)channel;
    while (write(*file, bytes, sizeof(bytes)) > 0) {
    }
    return 0;
}

static void ends_a_worker_that_writes_too_much(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    int descriptor = fileno(file);
    struct cli_worker_plan plan = plan_of(write_on_and_on, &descriptor);
    struct cli_worker worker;

    plan.descriptors = &descriptor;
    plan.descriptor_count = 1;
    start(&worker, &plan);
    assert_ends(
        &worker,
        CLI_WORKER_FILE_TOO_LARGE,
        "the scenario wrote more to one file than its limit of 4096 bytes");
    (void)fclose(file);
}

static int spoil_the_channel(void *context, struct cli_channel *channel)
{
    (void)context;
    memset((unsigned char *)channel->shared + 65536, 0xff, channel->size - 65536);
    return 0;
}

static void survives_a_worker_that_spoils_the_channel(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(spoil_the_channel, NULL);
    struct cli_worker worker;
    struct cli_command command = {.kind = CLI_COMMAND_STOP};

    start(&worker, &plan);
    assert_true(cli_worker_poll(&worker, PATIENCE));
    (void)cli_channel_progress(&worker.channel);
    assert_in_range(cli_channel_send(&worker.channel, &command), 0, 1);
    g_autofree char *described = cli_worker_describe(&worker);
    assert_non_null(described);
    assert_in_range(strlen(described), 1, 100000);
    cli_worker_finish(&worker);
}

static void stops_a_worker_when_asked_to(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(loop_for_ever, NULL);
    struct cli_worker worker;

    start(&worker, &plan);
    assert_false(cli_worker_poll(&worker, 0));
    cli_worker_kill(&worker);
    assert_ends(&worker, CLI_WORKER_STOPPED, "the scenario was stopped");

    struct cli_worker none = {0};
    cli_worker_finish(&none);
}

/* The middle process starts a worker and dies at once; the worker must not outlive it. */
static int report_life(void *context, struct cli_channel *channel)
{
    const int *pipe_end = context;

    (void)channel;
    while (write(*pipe_end, ".", 1) == 1) {
        const struct timespec pause = {.tv_nsec = 1000000};
        (void)nanosleep(&pause, NULL);
    }
    return 0;
}

static void dies_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    pid_t middle = fork();
    if (middle == 0) {
        struct cli_worker_plan plan = plan_of(report_life, &ends[1]);
        struct cli_worker worker;
        plan.descriptors = &ends[1];
        plan.descriptor_count = 1;
        bool is_started = cli_worker_start(&worker, &plan, NULL);
        _exit(is_started && read(ends[0], &byte, 1) == 1 ? 0 : 1);
    }
    int status;
    (void)close(ends[1]);
    assert_int_equal(waitpid(middle, &status, 0), middle);
    assert_int_equal(status, 0);
    while (read(ends[0], &byte, 1) == 1) { /* ends only when the worker has */
    }
    (void)close(ends[0]);
}

static int fork_once(void *context, struct cli_channel *channel)
{
    int status = 1;
    pid_t child = fork();

    (void)context;
    (void)channel;
    if (child == 0) {
        _exit(5);
    }
    return waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5 ? 0 : 1;
}

static void lets_a_worker_fork_where_the_plan_says_so(void **state)
{
    (void)state;
    struct cli_worker_plan plan = plan_of(fork_once, NULL);
    struct cli_worker worker;

    if (cli_confine_is_sanitized()) {
        skip(); /* the thread sanitizer has its own way to fork */
    }
    plan.rights.may_fork = true;
    start(&worker, &plan);
    assert_true(cli_worker_poll(&worker, PATIENCE));
    assert_int_equal(worker.status, 0);
    assert_ends(&worker, CLI_WORKER_RETURNED, "(nothing)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_the_status_of_a_worker_that_returns),
        cmocka_unit_test(exchanges_commands_and_progress_with_a_worker),
        cmocka_unit_test(lets_a_worker_do_what_a_run_needs),
        cmocka_unit_test(hands_on_last_words_without_their_escapes),
        cmocka_unit_test(refuses_what_no_scenario_needs),
        cmocka_unit_test(says_where_a_worker_crashed),
        cmocka_unit_test(says_when_memory_ran_out),
        cmocka_unit_test(ends_a_worker_that_is_silent),
        cmocka_unit_test(waits_for_a_worker_that_beats),
        cmocka_unit_test(ends_a_worker_that_used_its_time),
        cmocka_unit_test(ends_a_worker_that_writes_too_much),
        cmocka_unit_test(survives_a_worker_that_spoils_the_channel),
        cmocka_unit_test(stops_a_worker_when_asked_to),
        cmocka_unit_test(dies_with_its_parent),
        cmocka_unit_test(lets_a_worker_fork_where_the_plan_says_so),
    };

    return cmocka_run_group_tests_name("cli/worker", tests, NULL, NULL);
}

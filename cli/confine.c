/* One table of calls that are always allowed, and a few that are allowed by their arguments.
 *
 * The default of the filter is SIGSYS rather than an error, because a scenario has no way to ask
 * for these calls: who asks is no longer Lua. Errors are the answer where a library asks and can do
 * without. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* close_range(), clone() flags */
#include "cli/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTOR_MAX 64
#define WRITE_FLAGS    (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)

/* The sanitizers' own entry points: there only when the program was built with them. */
/* NOLINTBEGIN(readability-identifier-naming) */
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));
/* NOLINTEND(readability-identifier-naming) */

static const int always_allowed[] = {
    /* what is open */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* looking at files */
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    /* time */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(timer_create),
    SCMP_SYS(timer_settime),
    SCMP_SYS(timer_gettime),
    SCMP_SYS(timer_delete),
    /* itself */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sysinfo),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static const int allowed_to_sanitizers[] = {
    SCMP_SYS(prctl),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(arch_prctl),
};

bool cli_confine_is_sanitized(void)
{
    return __asan_init != NULL || __tsan_init != NULL;
}

/* ---- descriptors and limits ---- */

static int compare_descriptors(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void close_between(int after, int before)
{
    if (after + 1 < before) {
        (void)close_range((unsigned)after + 1, (unsigned)before - 1, 0);
    }
}

void cli_confine_descriptors(const int *descriptors, uint32_t count)
{
    int kept[DESCRIPTOR_MAX];
    int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);

    SIM_ASSERT(count < DESCRIPTOR_MAX);
    if (empty >= 0) {
        (void)dup2(empty, STDIN_FILENO);
    }
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = descriptors[i];
    }
    qsort(kept, count, sizeof(*kept), compare_descriptors);
    int last = STDERR_FILENO;
    for (uint32_t i = 0; i < count; i++) {
        close_between(last, kept[i]);
        last = kept[i] > last ? kept[i] : last;
    }
    (void)close_range((unsigned)last + 1, ~0U, 0);
}

/* Bytes of address space in use: what the program and its libraries map is not the scenario's. */
static uint64_t memory_mapped(void)
{
    char text[32] = {0};
    int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    uint64_t pages = 0;

    if (descriptor >= 0 && read(descriptor, text, sizeof(text) - 1) > 0) {
        pages = strtoull(text, NULL, 10);
    }
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void set_limit(__rlimit_resource_t resource, uint64_t soft, uint64_t hard)
{
    struct rlimit limit;

    /* One that was lower before stays. */
    (void)getrlimit(resource, &limit);
    limit.rlim_max = hard < limit.rlim_max ? hard : limit.rlim_max;
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    (void)setrlimit(resource, &limit);
}

static void set_limits(const struct cli_confine_rights *rights)
{
    set_limit(RLIMIT_CORE, 0, 0);
    set_limit(RLIMIT_NOFILE, DESCRIPTOR_MAX, DESCRIPTOR_MAX);
    if (rights->memory_max > 0 && !cli_confine_is_sanitized()) {
        uint64_t bytes = memory_mapped() + rights->memory_max;
        set_limit(RLIMIT_AS, bytes, bytes);
    }
    if (rights->file_size_max > 0) {
        set_limit(RLIMIT_FSIZE, rights->file_size_max, rights->file_size_max);
    }
    if (rights->cpu_s_max > 0) { /* SIGXCPU first, a second later SIGKILL */
        set_limit(RLIMIT_CPU, rights->cpu_s_max, rights->cpu_s_max + 1);
    }
}

static void bind_to_parent(pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) { /* it died before that took hold */
        _exit(EXIT_FAILURE);
    }
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!cli_confine_is_sanitized()) {
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

/* ---- system calls ---- */

/* Adds a rule; what this processor has no number for needs none. */
static int add_rule(
    scmp_filter_ctx filter,
    uint32_t action,
    int call,
    const struct scmp_arg_cmp *arguments,
    unsigned count)
{
    if (call < 0) {
        return 0;
    }
    return seccomp_rule_add_array(filter, action, call, count, arguments);
}

static int allow_calls(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++) {
        error = add_rule(filter, SCMP_ACT_ALLOW, calls[i], NULL, 0);
    }
    return error;
}

struct rule {
    uint32_t action;
    int call;
    uint32_t count;
    struct scmp_arg_cmp arguments[2];
};

static int add_rules(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++) {
        const struct rule *rule = &rules[i];
        error = add_rule(filter, rule->action, rule->call, rule->arguments, rule->count);
    }
    return error;
}

static struct scmp_arg_cmp masked(unsigned argument, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

static struct scmp_arg_cmp equal(unsigned argument, uint64_t value)
{
    return masked(argument, UINT64_MAX, value);
}

/* What depends on its arguments. */
static int allow_conditionally(scmp_filter_ctx filter)
{
    const uint64_t own_id = (uint64_t)getpid();
    const struct rule rules[] = {
        {SCMP_ACT_ALLOW, SCMP_SYS(open), 1, {masked(1, WRITE_FLAGS, O_RDONLY)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, {masked(2, WRITE_FLAGS, O_RDONLY)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, {masked(2, PROT_EXEC, 0)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, {masked(2, PROT_EXEC, 0)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, {equal(1, F_GETFL)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, {equal(1, F_GETFD)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, {equal(0, own_id)}}, /* abort() */
        {SCMP_ACT_ALLOW,
         SCMP_SYS(prlimit64), /* to look only */
         2,
         {equal(0, 0), equal(2, 0)}},
        {SCMP_ACT_ALLOW, /* to be confined further: cli_confine_files() */
         SCMP_SYS(seccomp),
         1,
         {equal(0, SECCOMP_SET_MODE_FILTER)}},
        {SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0, {{0}}},         /* stdio asks for a terminal */
        {SCMP_ACT_ERRNO(ENOTSOCK), SCMP_SYS(getpeername), 0, {{0}}}, /* GLib, for a system log */
    };

    return add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
}

/* The one clone() that fork() makes, and what a child of it needs. */
static int allow_fork(scmp_filter_ctx filter)
{
    const scmp_datum_t flags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    const struct rule rules[] = {
        {SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, {equal(0, flags)}},
        {SCMP_ACT_ALLOW, SCMP_SYS(set_robust_list), 0, {{0}}},
        {SCMP_ACT_ALLOW, SCMP_SYS(wait4), 0, {{0}}},
        {SCMP_ACT_ALLOW, SCMP_SYS(prctl), 2, {equal(0, PR_SET_PDEATHSIG), equal(1, SIGKILL)}},
    };

    return add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
}

static int fill_filter(scmp_filter_ctx filter, const struct cli_confine_rights *rights)
{
    int error =
        allow_calls(filter, always_allowed, sizeof(always_allowed) / sizeof(*always_allowed));

    if (error == 0) {
        error = allow_conditionally(filter);
    }
    if (error == 0 && rights->may_fork) {
        error = allow_fork(filter);
    }
    if (error == 0 && cli_confine_is_sanitized()) {
        size_t count = sizeof(allowed_to_sanitizers) / sizeof(*allowed_to_sanitizers);
        error = allow_calls(filter, allowed_to_sanitizers, count);
    }
    return error;
}

int cli_confine_worker(const struct cli_confine_rights *rights, pid_t parent)
{
    bind_to_parent(parent);
    set_limits(rights);

    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL) {
        return -ENOMEM;
    }
    int error = fill_filter(filter, rights);
    if (error == 0) {
        error = seccomp_load(filter);
    }
    seccomp_release(filter);
    return error;
}

int cli_confine_files(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        return -ENOMEM;
    }
    const struct rule rules[] = {
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(open), 0, {{0}}},
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0, {{0}}},
    };
    int error = add_rules(filter, rules, sizeof(rules) / sizeof(*rules));
    if (error == 0) {
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0); /* set long ago */
    }
    if (error == 0) {
        error = seccomp_load(filter);
    }
    seccomp_release(filter);
    return error;
}

char *cli_confine_call_name(int number)
{
    return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
}

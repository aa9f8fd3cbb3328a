/* The hook may be armed from a signal handler or from inside an allocation: lua_sethook() sets a
 * few fields, and is made for that. The timer's signal carries the address of its limits, so that
 * there is no global. */
/* SPDX-License-Identifier: MIT */
#include "lua/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua/fail.h"
#include "lua/state.h"

#define TICK_MS         100
#define RESCUES_MAX     1000
#define MEBIBYTE        (UINT64_C(1) << 20)
#define STATUS_SCENARIO 2

void script_limits_init(struct script_limits *limits, uint64_t memory_max, uint32_t call_ms_max)
{
    SIM_ASSERT(call_ms_max > 0);
    *limits = (struct script_limits){
        .memory_max = memory_max,
        .ticks_max = (call_ms_max - 1) / TICK_MS + 1,
    };
}

static int raise_excess(lua_State *lua, const struct script_limits *limits)
{
    if (limits->excess == SCRIPT_EXCESS_MEMORY) {
        return script_fail(
            lua,
            "the scenario needs more than %" PRIu64 " MiB of memory",
            limits->memory_max / MEBIBYTE);
    }
    return script_fail(
        lua,
        "this has been running for %.9g s without a pause: an endless loop? (tb.sleep pauses a "
        "process)",
        (double)limits->ticks_max * TICK_MS / 1e3);
}

/* What is live may be far less than what is used: collects, once in a while, before it gives up. */
static bool is_rescued(lua_State *lua, struct script_limits *limits)
{
    if (limits->excess != SCRIPT_EXCESS_MEMORY || limits->memory_rescues == RESCUES_MAX) {
        return false;
    }
    limits->memory_rescues++;
    lua_gc(lua, LUA_GCCOLLECT);
    return limits->memory_used < limits->memory_max / 4 * 3;
}

static void on_excess(lua_State *lua, lua_Debug *activation)
{
    struct script_limits *limits = &script_state_of(lua)->limits;

    (void)activation;
    if (is_rescued(lua, limits)) {
        limits->excess = SCRIPT_EXCESS_NONE;
        lua_sethook(lua, NULL, 0, 0);
        return;
    }
    (void)raise_excess(lua, limits);
}

int script_limits_fail(lua_State *lua, const struct script_limits *limits)
{
    lua_sethook(lua, on_excess, LUA_MASKCOUNT, 1);
    return raise_excess(lua, limits);
}

static void arm(struct script_limits *limits, enum script_excess excess)
{
    lua_State *running = limits->running;

    limits->excess = excess;
    if (running != NULL) {
        lua_sethook(running, on_excess, LUA_MASKCOUNT, 1);
    }
}

static void on_tick(int signal, siginfo_t *info, void *machine)
{
    struct script_limits *limits = info->si_value.sival_ptr;

    (void)signal;
    (void)machine;
    if (limits->running == NULL || limits->ticks_call != limits->calls) {
        limits->ticks_call = limits->calls;
        limits->ticks = 0;
        return;
    }
    limits->ticks++;
    if (limits->ticks >= limits->ticks_max) {
        arm(limits, SCRIPT_EXCESS_TIME);
    }
}

bool script_limits_start(struct script_limits *limits, GError **error)
{
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};
    struct itimerspec period = {
        .it_interval = {.tv_nsec = TICK_MS * SIM_MILLISECOND},
        .it_value = {.tv_nsec = TICK_MS * SIM_MILLISECOND},
    };

    SIM_ASSERT(!limits->has_timer);
    event.sigev_value.sival_ptr = limits;
    limits->has_timer = sigaction(SIGVTALRM, &action, NULL) == 0 &&
                        timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &limits->timer) == 0;
    if (!limits->has_timer || timer_settime(limits->timer, 0, &period, NULL) != 0) {
        g_set_error(
            error,
            SCRIPT_ERROR,
            SCRIPT_ERROR_LOAD,
            "cannot start the timer that stops endless loops: %s",
            g_strerror(errno));
        return false;
    }
    return true;
}

void script_limits_stop(struct script_limits *limits)
{
    if (limits->has_timer) {
        (void)timer_delete(limits->timer);
        limits->has_timer = false;
    }
}

void script_limits_forked(struct script_limits *limits)
{
    SIM_ASSERT(limits->running == NULL);
    limits->has_timer = false;
}

/* The hook comes too late when one operation asks for a quarter more than there may be. */
_Noreturn static void end_process(const struct script_limits *limits)
{
    char line[512];
    char where[384] = "";

    if (limits->running != NULL) {
        (void)script_fail_where(limits->running, where, sizeof(where));
    }
    int length = snprintf(
        line,
        sizeof(line),
        "%s%sthe scenario needs more than %" PRIu64 " MiB of memory\n",
        where,
        where[0] != '\0' ? ": " : "",
        limits->memory_max / MEBIBYTE);
    if (length > 0) {
        (void)!write(STDERR_FILENO, line, (size_t)length);
    }
    _exit(STATUS_SCENARIO);
}

void *script_limits_allocate(void *context, void *block, size_t old_size, size_t new_size)
{
    struct script_limits *limits = context;
    uint64_t used = limits->memory_used - (block != NULL ? old_size : 0);

    if (new_size == 0) {
        free(block);
        limits->memory_used = used;
        return NULL;
    }
    used += new_size;
    if (limits->memory_max != 0 && used > limits->memory_max && used > limits->memory_used) {
        if (used > limits->memory_max + limits->memory_max / 4) {
            end_process(limits);
        }
        arm(limits, SCRIPT_EXCESS_MEMORY);
    }
    void *moved = realloc(block, new_size);
    if (moved == NULL) {
        end_process(limits);
    }
    limits->memory_used = used;
    limits->memory_peak = MAX(limits->memory_peak, used);
    return moved;
}

lua_State *script_limits_enter(struct script_limits *limits, lua_State *thread)
{
    lua_State *before = limits->running;

    limits->running = thread;
    if (before == NULL) {
        limits->calls++;
    }
    return before;
}

void script_limits_leave(struct script_limits *limits, lua_State *before)
{
    limits->running = before;
}

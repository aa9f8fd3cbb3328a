/* lua/runtime.h - a scenario: loaded from its file, turned into a world, and run.
 *
 * To load a scenario is to run its file once: it declares the world, what happens when, and what
 * must hold. To run it is to let virtual time pass; handlers and processes written in Lua are
 * called on the way. Every mistake of the scenario's author ends as one GError whose message is
 * ready to be shown: file, line, and what to write instead. */
/* SPDX-License-Identifier: MIT */
#ifndef LUA_RUNTIME_H
#define LUA_RUNTIME_H

#include <stdbool.h>

#include <glib.h>

#include "sim/base.h"
#include "world/world.h"

#define SCRIPT_ERROR (script_error_quark())
GQuark script_error_quark(void);

enum script_error {
    SCRIPT_ERROR_LOAD, /* the file cannot be read, is not Lua, or describes no valid world */
    SCRIPT_ERROR_RUN,  /* a handler or a process made a mistake while the world ran */
};

/* What a scenario prints: one line, without its end. */
typedef void script_print_fn(void *context, const char *line);

/* `--set name=value`, as it was written. */
struct script_setting {
    const char *name;
    const char *value;
};

struct script_options {
    const char *path;    /* of the scenario's file */
    const char *library; /* the folder that holds tailback/ and systems/ */
    const struct script_setting *settings;
    uint32_t setting_count;
    bool has_seed; /* else the scenario's own */
    uint64_t seed;
    uint64_t memory_max;    /* bytes Lua may use; 0: no limit of its own */
    bool pauses;            /* tb.pause_when pauses the run; else it is ignored */
    uint32_t call_ms_max;   /* CPU time that one call into Lua may take; 0: 2000 */
    script_print_fn *print; /* NULL: to stderr */
    void *print_context;    /* borrowed */
};

/* A knob of the scenario, as it stands in this run. */
struct script_param {
    const char *name;
    const char *value; /* as it would be written after --set name= */
    const char *unit;  /* or "" */
    bool is_number;
    bool has_range; /* of a number: the next two are meant */
    double min;
    double max;
    const char *const *choices; /* NULL: any */
    uint32_t choice_count;
};

struct script_scenario {
    const char *title;
    const char *question; /* or "" */
    sim_time duration;
    uint64_t seed;
    const struct script_param *params;
    uint32_t param_count;
};

typedef struct script_runtime script_runtime;

/* Returns NULL, and sets *error, when the scenario is wrong. Files are read in this call only. A
 * timer that stops endless loops ticks in this process until the destroy (lua/limits.h). */
script_runtime *script_runtime_load(const struct script_options *options, GError **error);
void script_runtime_destroy(script_runtime *runtime);

/* Good as long as the runtime. */
const struct script_scenario *script_runtime_scenario(const script_runtime *runtime);
struct world *script_runtime_world(const script_runtime *runtime);

/* The tally that the scenario's system calls its latency (tb.latency); where it names none, that of
 * the whole world, from a message's birth to its effect. */
const struct sim_measure *script_runtime_latency(const script_runtime *runtime);

/* Runs on until the clock stands at `until` or `fired_max` events have fired in all. False, and
 * *error set, when Lua code failed: the world stands as it was at that moment. */
SIM_MUST_USE bool script_runtime_run(
    script_runtime *runtime, sim_time until, uint64_t fired_max, GError **error);

/* Why the last script_runtime_run() returned early: the label of the tb.pause_when whose condition
 * became true; NULL when it did not. Only where the options say `pauses`. */
const char *script_runtime_paused(const script_runtime *runtime);

/* In a process that was forked since the load: starts the timer of endless loops anew, as timers
 * are not inherited. Returns false when there is none to be had. */
SIM_MUST_USE bool script_runtime_forked(script_runtime *runtime);

/* Evaluates what is asked about the end. Once, after the last run. */
SIM_MUST_USE bool script_runtime_end(script_runtime *runtime, GError **error);

#endif

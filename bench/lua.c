/* M/M/1 at rho = 0.9, written in Lua: processor time a customer, so that 1000 ns are a million
 * customers a second.
 *
 * Three scenarios: parts only, parts whose consumer has an on_message, and processes that sleep and
 * wait. Beside them stand `limit` (bench/limit.c) and the same world built in C (bench/desk.c). All
 * take turns; figures are medians, ratios those of one turn. Usage: bench_lua [CUSTOMERS] */
/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "lua/runtime.h"

#include "bench/desk.h"
#include "bench/measure.h"

#define TURNS            5
#define INTERVAL_SECONDS 1e-3
#define CUSTOMERS_MIN    1000

#define SCENARIO                                                                                   \
    "local tb = require 'tailback'\n"                                                              \
    "tb.scenario { title = 'M/M/1', duration = '1d', seed = 1 }\n"

#define DESK(handler)                                                                              \
    SCENARIO "local dc = tb.datacenter 'here'\n"                                                   \
             "tb.link(dc, dc, { latency = 0 })\n"                                                  \
             "local customers = dc:producer { name = 'customers', arrivals = tb.poisson(1000),\n"  \
             "  buffer = 1000, window = 1000, backoff = '1s', backoff_max = '1s' }\n"              \
             "local line = dc:queue { name = 'line', capacity = 1 << 20, lease = '1000s',\n"       \
             "  prefetch = 1, operation = 0, backoff = 0, backoff_max = 0 }\n"                     \
             "local desk = dc:consumer { name = 'desk', time = tb.exponential '900us',\n" handler  \
             "}\n"                                                                                 \
             "tb.connect(customers, line, desk)\n"

static const char parts[] = DESK("");

static const char handler[] =
    "local rich, late = 0, 0\n" DESK("on_message = function(msg)\n"
                                     "  if msg.value > 100 then rich = rich + 1 end\n"
                                     "  if msg.attempt > 1 then late = late + 1 end\n"
                                     "end");

static const char processes[] =
    SCENARIO "local interval, service = tb.exponential '1ms', tb.exponential '900us'\n"
             "local time = tb.measure('time', { unit = 's' })\n"
             "local waiting, first, last = {}, 1, 0\n"
             "local function is_waiting() return first <= last end\n"
             "tb.process(function()\n"
             "  while true do\n"
             "    tb.sleep(interval:draw())\n"
             "    last = last + 1\n"
             "    waiting[last] = tb.now()\n"
             "  end\n"
             "end)\n"
             "tb.process(function()\n"
             "  while true do\n"
             "    tb.wait_until(is_waiting)\n"
             "    local born = waiting[first]\n"
             "    waiting[first] = nil\n"
             "    first = first + 1\n"
             "    tb.sleep(service:draw())\n"
             "    time:record(tb.now() - born)\n"
             "  end\n"
             "end)\n";

/* The repository's lua/, from the build folder or from the root. */
static char *library_folder(void)
{
    g_autofree char *bench = g_path_get_dirname(__FILE__);
    char *beside = g_build_filename(bench, "..", "lua", NULL);

    if (!g_file_test(beside, G_FILE_TEST_IS_DIR)) {
        g_free(beside);
        return g_strdup("lua");
    }
    return beside;
}

static script_runtime *load(const char *path)
{
    g_autofree char *library = library_folder();
    struct script_options options = {.path = path, .library = library, .memory_max = 1 << 30};
    GError *error = NULL;
    script_runtime *runtime = script_runtime_load(&options, &error);

    if (runtime == NULL) {
        (void)fprintf(stderr, "%s\n", error->message);
        exit(EXIT_FAILURE);
    }
    return runtime;
}

/* Runs the scenario for so many customers; the tally has one value for each. */
static struct bench_result run_scenario(
    const char *text, const char *tally, uint64_t customer_count)
{
    g_autofree char *folder = g_dir_make_tmp("tailback-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "desk.lua", NULL);
    bool is_written = g_file_set_contents(path, text, -1, NULL);
    GError *error = NULL;

    SIM_ASSERT(is_written);
    script_runtime *runtime = load(path);
    struct world *world = script_runtime_world(runtime);
    world->sample_interval = 100 * SIM_SECOND;
    sim_time until = world_time_for((double)customer_count * INTERVAL_SECONDS, 1);
    if (!script_runtime_run(runtime, until, UINT64_MAX, &error)) {
        (void)fprintf(stderr, "%s\n", error->message);
        exit(EXIT_FAILURE);
    }
    const struct sim_measure *measure = sim_registry_find(world->registry, tally);
    struct bench_result result = {
        .mean = sim_histogram_mean(measure->tally.histogram),
        .count = sim_histogram_count(measure->tally.histogram),
    };
    script_runtime_destroy(runtime);
    (void)g_unlink(path);
    (void)g_rmdir(folder);
    return result;
}

static struct bench_result run_parts(uint64_t customer_count)
{
    return run_scenario(parts, "latency", customer_count);
}

static struct bench_result run_handler(uint64_t customer_count)
{
    return run_scenario(handler, "latency", customer_count);
}

static struct bench_result run_processes(uint64_t customer_count)
{
    return run_scenario(processes, "time", customer_count);
}

struct contender {
    const char *name;
    struct bench_result (*run)(uint64_t customer_count);
    double ns[TURNS];
    double to_limit[TURNS];
    double to_c[TURNS];
    enum bench_bar_kind bar_kind;
    double bar; /* ns a customer; or of the ratio to the form in C */
};

enum { LIMIT, IN_C };

static void take_turn(struct contender *contender, uint32_t turn, uint64_t customer_count)
{
    double before = bench_now_ns();
    struct bench_result result = contender->run(customer_count);

    contender->ns[turn] = (bench_now_ns() - before) / (double)result.count;
}

static struct bench_result run_in_c(uint64_t customer_count)
{
    return bench_desk(WORLD_QUEUE_PRODUCER_CONSUMER, customer_count);
}

/* Beside the form in C stands what is to be as fast as it; beside the limit, all else. */
static struct bench_figure figure_of(struct contender *contender, uint32_t index)
{
    bool is_to_c = contender->bar_kind == BENCH_BAR_RATIO;

    SIM_ASSERT(!is_to_c || index > IN_C);
    return (struct bench_figure){
        .name = contender->name,
        .value = bench_median(contender->ns, TURNS),
        .unit = "ns",
        .ratio = bench_median(is_to_c ? contender->to_c : contender->to_limit, TURNS),
        .yardstick = is_to_c ? "world in C" : "limit",
        .bar_kind = contender->bar_kind,
        .bar = contender->bar,
    };
}

int main(int argc, char **argv)
{
    uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000000;
    uint64_t customer_count = MAX(wanted, CUSTOMERS_MIN);
    struct contender contenders[] = {
        {.name = "limit", .run = bench_limit},
        {.name = "world in C", .run = run_in_c, .bar_kind = BENCH_BAR_VALUE, .bar = 125},
        {.name = "scenario", .run = run_parts, .bar_kind = BENCH_BAR_RATIO, .bar = 1.15},
        {.name = "scenario with on_message",
         .run = run_handler,
         .bar_kind = BENCH_BAR_VALUE,
         .bar = 1000},
        {.name = "scenario of processes",
         .run = run_processes,
         .bar_kind = BENCH_BAR_VALUE,
         .bar = 1000},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };
    struct bench_figure figures[COUNT];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            take_turn(&contenders[i], turn, customer_count);
            contenders[i].to_limit[turn] = contenders[i].ns[turn] / contenders[LIMIT].ns[turn];
            contenders[i].to_c[turn] =
                i < IN_C ? 0 : contenders[i].ns[turn] / contenders[IN_C].ns[turn];
        }
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        figures[i] = figure_of(&contenders[i], i);
    }
    bench_print_figures(figures, COUNT);
    return EXIT_SUCCESS;
}

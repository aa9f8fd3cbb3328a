/* Fuzzing of how the API takes its arguments: the bytes choose functions and what they are given.
 */
/* SPDX-License-Identifier: MIT */
#include <glib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/scenario_run.h"

#define CALLS_MAX 24
#define DEPTH_MAX 3

/* %a is an argument, %f a table of fields, %v what an earlier call returned. */
static const char *const calls[] = {
    "tb.param(%a, %f)",
    "tb.expect(%a, %a)",
    "tb.latency(%a)",
    "tb.datacenter(%a)",
    "tb.link(%a, %a, %f)",
    "tb.connect(%a, %a, %a)",
    "a:producer(%f)",
    "a:queue(%f)",
    "b:consumer(%f)",
    "a:ledger(%f)",
    "a:router(%f)",
    "a:limiter(%f)",
    "a:deduplicator(%f)",
    "a:detector(%f)",
    "a:coordinator(%f)",
    "a:singleton(%f)",
    "a:fence(%f)",
    "a:database(%f)",
    "a:cache(%f)",
    "a:client(%f)",
    "tb.at(%a, %a, %a)",
    "tb.every(%a, %a)",
    "tb.process(%a)",
    "tb.sleep(%a)",
    "tb.wait_until(%a)",
    "tb.during(%a, %a, %a, %a)",
    "tb.seconds(%a)",
    "tb.log(%a, %a)",
    "tb.constant(%a)",
    "tb.uniform(%a, %a)",
    "tb.uniform_int(%a, %a)",
    "tb.exponential(%a)",
    "tb.normal(%a, %a)",
    "tb.lognormal(%a, %a)",
    "tb.gamma(%a, %a)",
    "tb.erlang(%a, %a)",
    "tb.pareto(%a, %a)",
    "tb.weibull(%a, %a)",
    "tb.zipf(%a, %a)",
    "tb.discrete(%f)",
    "tb.empirical(%a)",
    "tb.poisson(%a)",
    "tb.periodic(%a)",
    "tb.renewal(%a)",
    "tb.bursty(%a)",
    "tb.stages(%a)",
    "tb.diurnal(%f)",
    "tb.measure(%a, %a)",
    "tb.chart(%a)",
    "tb.always(%a, %a)",
    "tb.eventually(%a, %a, %a)",
    "tb.at_end(%a, %a)",
    "tb.question(%f)",
    "tb.caption(%a, %a)",
    "tb.measures[%a]",
    "%v:draw(%a)",
    "%v:below(%a, %f)",
    "%v:p(%a)",
    "%v:group(%f)",
    "%v:join(%a)",
    "%v:leave(%a)",
    "%v:crash()",
    "%v:restart()",
    "%v:fail()",
    "%v:outage()",
    "%v:depth(%a)",
    "%v.depth(%a)",
    "tb.pow(%a, %a)",
    "string.rep(%a, %a)",
    "string.format(%a, %a, %a)",
    "table.concat(%a, %a, %a)",
    "string.find(%a, %a, %a)",
    "string.gsub(%a, %a, %a)",
    "table.sort(%a, %a)",
    "table.unpack(%a, %a, %a)",
    "setmetatable(%a, %a)",
    "select(%a, %a)",
    "tostring(%a)",
    "math.random(%a, %a)",
    "table.move(%a, %a, %a, %a)",
};

static const char *const values[] = {
    "nil",
    "true",
    "0",
    "-1",
    "1",
    "7",
    "0.5",
    "1e308",
    "0/0",
    "1/0",
    "math.maxinteger",
    "math.mininteger",
    "1e6",
    "''",
    "'a'",
    "'b'",
    "'5s'",
    "'1ms'",
    "'-1s'",
    "'0s'",
    "'800/s'",
    "'1Gbit/s'",
    "'1e400s'",
    "'\\0\\27[2J'",
    "'%s%d%n'",
    "('x'):rep(200)",
    "{}",
    "{1, 2, 3}",
    "{{rate = 5, duration = '1s'}}",
    "print",
    "function() return true end",
    "function() error({}) end",
    "function(m) return tb.nack end",
    "tb",
    "a",
    "b",
    "tb.poisson(50)",
    "tb.exponential('5ms')",
    "setmetatable({}, {__index = print})",
    "coroutine.create(print)",
    "'mvc'",
    "'publish_subscribe'",
    "'point_to_point'",
    "'journal'",
    "'drop_oldest'",
    "'hash'",
};

static const char *const fields[] = {
    "name",       "arrivals",     "message", "buffer",   "window",   "linger",    "timeout",
    "backoff",    "model",        "store",   "capacity", "lease",    "prefetch",  "when_full",
    "partitions", "retain",       "compact", "sync",     "interval", "every_n",   "time",
    "workers",    "budget",       "by",      "field",    "limit",    "burst",     "over",
    "span",       "count",        "rules",   "rows",     "cores",    "ttl",       "policy",
    "key",        "writes",       "default", "min",      "max",      "choices",   "latency",
    "bandwidth",  "mode",         "values",  "weights",  "rate",     "amplitude", "from",
    "to",         "attempts_max",
};

struct input {
    const uint8_t *bytes;
    size_t left;
};

static uint32_t next(struct input *input, uint32_t below)
{
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->bytes++ % below;
}

static void append_value(GString *text, struct input *input)
{
    g_string_append(text, values[next(input, G_N_ELEMENTS(values))]);
}

static void append_fields(GString *text, struct input *input, uint32_t depth)
{
    uint32_t count = next(input, 6);

    g_string_append(text, "{ name = 'n' .. #v");
    for (uint32_t i = 0; i < count; i++) {
        g_string_append_printf(text, ", %s = ", fields[next(input, G_N_ELEMENTS(fields))]);
        if (depth < DEPTH_MAX && next(input, 8) == 0) {
            append_fields(text, input, depth + 1);
        } else {
            append_value(text, input);
        }
    }
    g_string_append(text, " }");
}

static void append_call(GString *text, struct input *input)
{
    g_string_append(text, "pcall(function() v[#v + 1] = ");
    for (const char *form = calls[next(input, G_N_ELEMENTS(calls))]; *form != '\0'; form++) {
        if (*form != '%') {
            g_string_append_c(text, *form);
            continue;
        }
        form++;
        if (*form == 'f') {
            append_fields(text, input, 0);
        } else if (*form == 'v' || next(input, 4) == 0) {
            g_string_append_printf(text, "v[%u]", next(input, CALLS_MAX) + 1);
        } else {
            append_value(text, input);
        }
    }
    g_string_append(text, " end)\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    g_autoptr(GString) text = g_string_new(
        "local tb = require 'tailback' tb.scenario { title = 'x', duration = '2s' } local v = {}\n"
        "local a, b = tb.datacenter 'a', tb.datacenter 'b' tb.link('a', 'b', { latency = '1ms' "
        "})\n");

    for (uint32_t i = 0; i < CALLS_MAX && input.left > 0; i++) {
        append_call(text, &input);
    }
    scenario_run(text->str, text->len);
    return 0;
}

/* Tests of cli/report*: what the summary, the JSON, the series and the percentiles say of a run.
 *
 * The run is made by hand: a registry with a few measures, totals that add up, two checks. Each
 * test changes what it is about, and looks for the words. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report.h"

#define SAMPLE_COUNT 120

struct run {
    struct cli_report report;
    struct script_scenario scenario;
    struct script_param params[2];
    struct world_checks checks;
    struct world_incidents incidents;
    struct world_check exactly_once;
    struct world_check budgets;
    sim_registry *registry;
    struct sim_gauge *depth;
    struct sim_tally *latency;
};

static const struct cli_style plain = {.is_ascii = true, .columns = 92};

static void add_incident(struct run *run, sim_time time, const char *label)
{
    struct world_incident incident = {.time = time, .label = g_strdup(label)};

    g_array_append_val(run->incidents.list, incident);
}

/* 100 messages a second with 10 ms each, but for 30 s to 40 s, when there are none, and the second
 * after, when those that waited come at once. */
static void record_second(struct run *run, uint32_t second)
{
    bool is_down = second >= 30 && second < 40;
    uint32_t count = is_down ? 0 : second == 40 ? 1100 : 100;

    for (uint32_t i = 0; i < count; i++) {
        sim_tally_record(run->latency, second == 40 ? 5 * SIM_SECOND : 10 * SIM_MILLISECOND);
    }
    sim_time now = (sim_time)(second + 1) * SIM_SECOND;
    sim_gauge_set(run->depth, is_down ? 100 * (second - 29) : 3, now);
    sim_registry_sample(run->registry, now);
}

static void make_registry(struct run *run)
{
    run->registry = sim_registry_create(7);
    struct sim_gauge *held =
        sim_registry_gauge(run->registry, "a-data-centre-with-a-long-name/clicks/held", "messages");
    assert_non_null(held);
    sim_gauge_set(held, 5, 0);
    run->depth = sim_registry_gauge(run->registry, "beijing/clicks/depth", "messages");
    run->latency = sim_registry_tally(run->registry, "beijing/ledger/latency", "ns");
    struct sim_counter *charged =
        sim_registry_counter(run->registry, "beijing/ledger/charged", "messages");
    assert_non_null(charged);
    charged->value = 12000;
    run->report.latency = sim_registry_find(run->registry, "beijing/ledger/latency");
    for (uint32_t second = 0; second < SAMPLE_COUNT; second++) {
        record_second(run, second);
    }
}

static void make_checks(struct run *run)
{
    run->checks.all = g_ptr_array_new();
    run->checks.expected = g_ptr_array_new();
    run->exactly_once.name = g_strdup("every accepted click is charged exactly once");
    run->exactly_once.evaluated = 12000;
    run->budgets.name = g_strdup("no advertiser overspends");
    run->budgets.evaluated = 11999;
    g_ptr_array_add(run->checks.expected, &run->exactly_once);
    g_ptr_array_add(run->checks.expected, &run->budgets);
}

static void clear_incident(void *incident)
{
    g_free(((struct world_incident *)incident)->label);
}

static int make_run(void **state)
{
    struct run *run = g_new0(struct run, 1);

    run->params[0] = (struct script_param){.name = "rate", .value = "800", .is_number = true};
    run->params[1] = (struct script_param){.name = "store", .value = "journal"};
    run->scenario = (struct script_scenario){
        .title = "Billing: a data centre dies",
        .question = "Which clicks are at risk?",
        .duration = SAMPLE_COUNT * SIM_SECOND,
        .seed = 7,
        .params = run->params,
        .param_count = 2,
    };
    run->incidents.list = g_array_new(FALSE, FALSE, sizeof(struct world_incident));
    g_array_set_clear_func(run->incidents.list, clear_incident);
    make_registry(run);
    make_checks(run);
    run->report.path = "scenarios/x.lua";
    run->report.scenario = &run->scenario;
    run->report.registry = run->registry;
    run->report.checks = &run->checks;
    run->report.incidents = &run->incidents;
    run->report.virtual_time = SAMPLE_COUNT * SIM_SECOND;
    run->report.sample_interval = SIM_SECOND;
    run->report.event_count = 123456;
    run->report.digest = UINT64_C(0x0123456789abcdef);
    run->report.wall_s = 0.05;
    run->report.totals = (struct world_audit_totals){
        .arrived = 12345,
        .turned_away = 300,
        .lost_unaccepted = 20,
        .unaccepted = 5,
        .accepted = 12020,
        .settled = 12000,
        .inside = 20,
        .suppressed = 8,
    };
    add_incident(run, 30 * SIM_SECOND, "shanghai goes dark");
    add_incident(run, 40 * SIM_SECOND, "shanghai is back");
    *state = run;
    return 0;
}

static int free_run(void **state)
{
    struct run *run = *state;

    g_array_unref(run->incidents.list);
    g_free(run->exactly_once.first.text);
    g_free(run->exactly_once.name);
    g_free(run->budgets.name);
    g_ptr_array_unref(run->checks.all);
    g_ptr_array_unref(run->checks.expected);
    sim_registry_destroy(run->registry);
    g_free(run);
    return 0;
}

static void fail_exactly_once(struct run *run)
{
    run->exactly_once.failed = 3;
    run->exactly_once.first.time = 30 * SIM_SECOND + 250 * SIM_MILLISECOND;
    run->exactly_once.first.text = g_strdup("message 17/4 was lost at beijing/clicks");
}

/* The text without what depends on nothing: runs of spaces become one. */
static char *squeezed(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " ", -1);
    GString *out = g_string_new(NULL);

    for (uint32_t i = 0; words[i] != NULL; i++) {
        if (words[i][0] != '\0') {
            g_string_append_printf(out, "%s ", words[i]);
        }
    }
    return g_string_free(out, FALSE);
}

static char *text_of(const struct run *run, const struct cli_style *style)
{
    GString *out = g_string_new(NULL);

    cli_report_append_text(out, &run->report, style, false);
    return g_string_free(out, FALSE);
}

static void assert_says(const char *text, const char *words)
{
    g_autofree char *words_only = squeezed(text);

    if (strstr(words_only, words) == NULL) {
        print_error("'%s' is not in:\n%s", words, text);
        fail();
    }
}

static void assert_silent(const char *text, const char *words)
{
    assert_null(strstr(text, words));
}

/* Returns what comes after the words. */
static const char *assert_next(const char *text, const char *words)
{
    const char *found = strstr(text, words);

    if (found == NULL) {
        print_error("'%s' is not in:\n%s", words, text);
        fail();
        return text;
    }
    return found + strlen(words);
}

static void assert_width(const char *line, glong columns)
{
    if (g_utf8_strlen(line, -1) > columns) {
        print_error("too wide: '%s'\n", line);
        fail();
    }
}

/* ---- the summary ---- */

static void the_summary_tells_what_was_run_and_what_happened(void **state)
{
    g_autofree char *text = text_of(*state, &plain);

    assert_true(g_str_has_prefix(text, "Billing: a data centre dies\nWhich clicks are at risk?\n"));
    assert_says(text, "scenarios/x.lua --seed=7 --set=rate=800 --set=store=journal");
    assert_says(text, "1 30.000 s shanghai goes dark");
    assert_says(text, "2 40.000 s shanghai is back");
    assert_says(text, "Digest 0123456789abcdef");
    assert_says(text, "2 min of virtual time in 50 ms: 123,456 events, 2,469,120/s");
}

static void the_summary_adds_up_the_messages(void **state)
{
    g_autofree char *text = text_of(*state, &plain);

    assert_says(text, "\n arrived 12,345");
    assert_says(text, "\n - turned away 300");
    assert_says(text, "\n - lost before acceptance 20");
    assert_says(text, "\n - not accepted yet 5");
    assert_says(text, "\n = accepted 12,020");
    assert_says(text, "\n - lost 0");
    assert_says(text, "\n - still inside 20");
    assert_says(text, "\n = settled 12,000 had their effect");
    assert_says(text, "\n duplicated 0");
    assert_says(text, "\n suppressed 8");
    assert_silent(text, "refused");
    assert_silent(text, "UNACCOUNTED");
}

static void the_summary_admits_messages_that_are_unaccounted_for(void **state)
{
    struct run *run = *state;

    run->report.totals.inside = 13;
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "- UNACCOUNTED FOR 7 ");
}

static void add_counter(struct run *run, const char *name, const char *unit, uint64_t value)
{
    struct sim_counter *counter = sim_registry_counter(run->registry, name, unit);

    assert_non_null(counter);
    counter->value = value;
}

static void the_summary_says_what_failures_cost(void **state)
{
    struct run *run = *state;

    add_counter(run, "beijing/clicks/resent", "packets", 1200);
    add_counter(run, "shanghai/clicks/resent", "packets", 34);
    add_counter(run, "shanghai/link/beijing/lost", "packets", 56);
    add_counter(run, "beijing/queue/redelivered", "deliveries", 7);
    add_counter(run, "shanghai/letters/lost", "letters", 1000); /* a scenario's own */
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "What failures cost");
    assert_says(text, "\n packets lost 56 ");
    assert_says(text, "\n packets sent again 1,234 ");
    assert_says(text, "\n redelivered 7 ");
}

static void what_failures_did_not_cost_is_left_out(void **state)
{
    struct run *run = *state;

    add_counter(run, "beijing/clicks/resent", "packets", 0);
    g_autofree char *none = text_of(run, &plain);
    assert_silent(none, "What failures cost");

    add_counter(run, "beijing/queue/redelivered", "deliveries", 7);
    g_autofree char *one = text_of(run, &plain);
    assert_says(one, "\n redelivered 7 ");
    assert_silent(one, "packets");
}

static void add_ledger(struct run *run, const char *path, const char *unit)
{
    static const char *const names[] = {"charged", "over_budget", "duplicates", "revenue"};
    static const uint64_t values[] = {223915, 39868, 3, UINT64_C(7495489602695)};

    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = g_strdup_printf("%s/%s", path, names[i]);
        add_counter(run, name, i == 3 ? unit : "messages", values[i]);
    }
}

static void the_summary_has_a_line_for_each_ledger(void **state)
{
    struct run *run = *state;

    add_ledger(run, "shanghai/books", "value");
    add_ledger(run, "a-data-centre-with-a-long-name/ledger", "micro-cents");
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "Ledgers charged over budget recognised revenue\n");
    assert_says(text, "\n shanghai/books 223,915 39,868 3 7,495,489,602,695\n");
    assert_says(
        text,
        "\n a-data-centre-with-a-long-name/ledger\n 223,915 39,868 3 7,495,489,602,695 micro-cents"
        "\n");
    assert_says(text, "\n = settled 12,000 charged, or over budget");
}

static void the_summary_says_what_each_fault_hit(void **state)
{
    struct run *run = *state;
    char cut_name[] = "fault/cut/a/b";
    char pause_name[] = "fault/pause/a/worker";
    struct world_fault cut = {.name = cut_name, .begun = 2, .hit = 1234};
    struct world_fault pause = {.name = pause_name, .begun = 1};
    struct world_faults faults = {.list = g_ptr_array_new()};

    g_ptr_array_add(faults.list, &cut);
    g_ptr_array_add(faults.list, &pause);
    run->report.faults = &faults;
    g_autofree char *text = text_of(run, &plain);
    g_ptr_array_unref(faults.list);
    run->report.faults = NULL;
    assert_says(text, "Faults begun hit\n fault/cut/a/b 2 1,234\n");
    assert_says(text, "fault/pause/a/worker 1 0 it never hit anything\n");
}

static void a_node_without_all_counters_is_no_ledger(void **state)
{
    struct run *run = *state;

    add_counter(run, "beijing/shop/revenue", "value", 17); /* and beijing/ledger has none */
    g_autofree char *text = text_of(run, &plain);

    assert_silent(text, "Ledgers");
    assert_says(text, "settled 12,000 had their effect");
}

static void more_ledgers_than_fit_are_counted(void **state)
{
    struct run *run = *state;

    for (uint32_t i = 0; i < 15; i++) {
        g_autofree char *path = g_strdup_printf("shanghai/books-%u", i);
        add_ledger(run, path, "value");
    }
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "shanghai/books-11 ");
    assert_silent(text, "shanghai/books-12 ");
    assert_says(text, "\n ... and 3 more\n");
}

static void the_summary_shows_latency_and_its_course(void **state)
{
    g_autofree char *text = text_of(*state, &plain);

    assert_says(text, "Throughput 100 messages/s settled");
    assert_says(text, "p50 10 ms p90 10 ms");
    assert_says(text, "max 5 s");
    assert_says(text, "throughput max 1,100/s");
    assert_says(text, "latency p99 max 5 s");
    assert_says(text, "beijing/clicks/depth max 1,000 ");
}

static void the_chart_marks_the_incidents_where_they_happened(void **state)
{
    g_autofree char *text = text_of(*state, &plain);
    const char *row = strstr(text, "latency p99 ");
    const char *peak = strchr(row, '#');
    g_auto(GStrv) lines = g_strsplit(strstr(text, "Over time"), "\n", -1);
    const char *marks = lines[5];

    while (row > text && row[-1] != '\n') {
        row--;
    }
    assert_non_null(peak);
    assert_int_equal(strcspn(marks, "2"), peak - row);
    assert_true(strcspn(marks, "1") < strcspn(marks, "2"));
}

static void the_summary_says_which_check_failed_first_when_and_where(void **state)
{
    struct run *run = *state;

    fail_exactly_once(run);
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "NO every accepted click is charged exactly once failed 3 of 12,000 times");
    assert_says(text, "first at 30.250 s: message 17/4 was lost at beijing/clicks");
    assert_says(text, "ok no advertiser overspends evaluated 11,999 times");
    assert_false(cli_report_held(&run->report));
}

static void a_check_that_was_never_evaluated_has_not_held(void **state)
{
    struct run *run = *state;

    assert_true(cli_report_held(&run->report));
    run->budgets.evaluated = 0;
    g_autofree char *text = text_of(run, &plain);

    assert_says(text, "NO no advertiser overspends");
    assert_says(text, "it never got anything to check");
    assert_false(cli_report_held(&run->report));
}

static void what_there_is_not_is_left_out(void **state)
{
    struct run *run = *state;

    run->report.latency = NULL;
    run->report.totals = (struct world_audit_totals){0};
    g_array_set_size(run->incidents.list, 0);
    g_autofree char *text = text_of(run, &plain);

    assert_silent(text, "Latency");
    assert_silent(text, "Messages");
    assert_silent(text, "Throughput");
    assert_silent(text, "What happened");
    assert_says(text, "beijing/clicks/depth");
}

static void no_line_is_wider_than_the_page(void **state)
{
    struct run *run = *state;
    struct cli_style narrow = {.columns = 80};

    fail_exactly_once(run);
    add_ledger(run, "shanghai/a-ledger-with-a-long-name", "value");
    add_counter(run, "beijing/queue/redelivered", "deliveries", 1234567890);
    run->scenario.question = "Which of all the many clicks that were on their way between one data "
                             "centre and the other are at risk between the crash and the recovery?";
    g_free(run->budgets.name);
    run->budgets.name =
        g_strdup("no advertiser ever spends more than the budget that was agreed on "
                 "for the month, or any other");
    g_autofree char *text = text_of(run, &narrow);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (uint32_t i = 0; lines[i] != NULL; i++) {
        assert_width(lines[i], 80);
    }
}

static void plain_style_is_ascii_without_escapes(void **state)
{
    struct run *run = *state;

    run->scenario.title = "caf\303\251 \033[31mred\033[0m \377 \342\200\256";
    g_autofree char *text = text_of(run, &plain);

    assert_true(g_str_is_ascii(text));
    assert_null(strchr(text, '\033'));
    assert_true(g_str_has_prefix(text, "caf\\u{e9} \\x1b[31mred\\x1b[0m \\xff \\u{202e}\n"));
}

static void colours_are_only_in_a_coloured_style(void **state)
{
    const struct cli_style coloured = {.has_colour = true, .columns = 92};
    const struct cli_style colourless = {.columns = 92};
    g_autofree char *with = text_of(*state, &coloured);
    g_autofree char *without = text_of(*state, &colourless);

    assert_non_null(strstr(with, "\033[32m✓\033[0m"));
    assert_null(strchr(without, '\033'));
    assert_non_null(strstr(without, "✓ every accepted click"));
}

static void a_short_summary_is_checks_and_digest(void **state)
{
    struct run *run = *state;
    g_autoptr(GString) out = g_string_new(NULL);

    cli_report_append_text(out, &run->report, &plain, true);
    assert_says(out->str, "ok no advertiser overspends");
    assert_says(out->str, "Digest 0123456789abcdef");
    assert_silent(out->str, "Messages");
    assert_silent(out->str, "Billing");
}

/* ---- summary.json ---- */

static void the_json_begins_with_the_stable_core(void **state)
{
    static const char *const core[] = {
        "\n  \"scenario\": \"scenarios/x.lua\",",
        "\n  \"title\": \"Billing: a data centre dies\",",
        "\n  \"seed\": 7,",
        "\n  \"digest\": \"0123456789abcdef\",",
        "\n  \"virtual_s\": 120,",
        "\n  \"wall_s\": 0.05,",
        "\n  \"events\": 123456,",
        "\n  \"messages\": {",
        "\n    \"sent\": 12345,",
        "\n    \"delivered\": 12000,",
        "\n    \"lost\": 0,",
        "\n    \"duplicated\": 0,",
        "\n    \"dropped\": 0,",
        "\n    \"dead\": 0,",
        "\n    \"waiting\": 25,",
        "\n  \"throughput_per_s\": 100,",
        "\n  \"latency_s\": {",
        "\n    \"count\": 12000,",
        "\n    \"mean\": ",
        "\n    \"min\": 0.01,",
        "\n    \"p50\": ",
        "\n    \"p90\": ",
        "\n    \"p99\": ",
        "\n    \"p999\": ",
        "\n    \"max\": 5\n",
        "\n  \"checks\": [\n    {",
        "\n      \"name\": \"every accepted click is charged exactly once\",",
        "\n      \"held\": true,",
        "\n      \"evaluated\": 12000,",
        "\n      \"first_violation_s\": null,",
        "\n      \"message\": \"\",",
        "\n  \"measures\": {",
        "\n    \"beijing/clicks/depth\": 3,",
        "\n    \"beijing/ledger/charged\": 12000",
        "\n  \"params\": {",
        "\n    \"rate\": 800,",
        "\n    \"store\": \"journal\"",
    };
    struct run *run = *state;
    g_autoptr(GString) out = g_string_new(NULL);

    cli_report_append_json(out, &run->report);
    const char *at = out->str;
    for (size_t i = 0; i < G_N_ELEMENTS(core); i++) {
        at = assert_next(at, core[i]);
        at -= at > out->str && at[-1] == '\n' ? 1 : 0;
    }
}

static void the_json_has_a_violation_and_no_latency_that_is_not(void **state)
{
    struct run *run = *state;
    g_autoptr(GString) out = g_string_new(NULL);

    fail_exactly_once(run);
    run->report.latency = NULL;
    cli_report_append_json(out, &run->report);

    assert_non_null(strstr(out->str, "\"held\": false"));
    assert_non_null(strstr(out->str, "\"first_violation_s\": 30.25,"));
    assert_non_null(strstr(out->str, "\"message\": \"message 17/4 was lost at beijing/clicks\""));
    assert_non_null(strstr(out->str, "\"latency_s\": null"));
}

/* ---- series.csv ---- */

static bool collect(void *context, GString *text)
{
    g_string_append_len(context, text->str, (gssize)text->len);
    g_string_truncate(text, 0);
    return true;
}

static bool refuse(void *context, GString *text)
{
    (void)context;
    (void)text;
    return false;
}

static void the_series_has_a_row_for_every_interval(void **state)
{
    struct run *run = *state;
    g_autoptr(GString) out = g_string_new(NULL);

    assert_true(cli_report_write_series(&run->report, collect, out));
    g_auto(GStrv) rows = g_strsplit(out->str, "\r\n", -1);

    assert_string_equal(
        rows[0],
        "time_s,a-data-centre-with-a-long-name/clicks/held,beijing/clicks/depth,beijing/ledger/"
        "latency.count,beijing/ledger/latency.mean,"
        "beijing/ledger/latency.p50,beijing/ledger/latency.p99,beijing/ledger/charged");
    assert_true(g_str_has_prefix(rows[1], "1,5,3,100,10000000,"));
    assert_true(g_str_has_prefix(rows[31], "31,5,100,0,,,,"));
    assert_true(g_str_has_prefix(rows[SAMPLE_COUNT], "120,5,3,100,"));
    assert_string_equal(rows[SAMPLE_COUNT + 1], "");
    assert_null(rows[SAMPLE_COUNT + 2]);
}

static void the_series_ends_when_it_cannot_be_written(void **state)
{
    struct run *run = *state;

    assert_false(cli_report_write_series(&run->report, refuse, NULL));
}

/* ---- latency.hgrm ---- */

static void the_percentiles_are_in_the_format_of_hdrhistogram(void **state)
{
    g_autoptr(GString) out = g_string_new(NULL);
    sim_histogram *histogram = sim_histogram_create();

    (void)state;
    for (int64_t i = 1; i <= 100; i++) {
        sim_histogram_record(histogram, i * 1000000);
    }
    cli_report_append_hgrm(out, histogram);
    sim_histogram_destroy(histogram);
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);

    assert_string_equal(lines[0], "       Value     Percentile TotalCount 1/(1-Percentile)");
    assert_string_equal(lines[1], "");
    assert_true(g_str_has_prefix(lines[3], "      10.0"));
    assert_true(g_str_has_suffix(lines[3], " 0.100000000000         10           1.11"));
    assert_non_null(strstr(out->str, "     100.000 1.000000000000        100\n#[Mean    ="));
    assert_non_null(strstr(out->str, "#[Mean    =       50.500, StdDeviation   =       28."));
    assert_non_null(strstr(out->str, "#[Max     =      100.000, Total count    =          100]"));
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, make_run, free_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(the_summary_tells_what_was_run_and_what_happened),
        RUN_TEST(the_summary_adds_up_the_messages),
        RUN_TEST(the_summary_admits_messages_that_are_unaccounted_for),
        RUN_TEST(the_summary_says_what_failures_cost),
        RUN_TEST(what_failures_did_not_cost_is_left_out),
        RUN_TEST(the_summary_has_a_line_for_each_ledger),
        RUN_TEST(the_summary_says_what_each_fault_hit),
        RUN_TEST(a_node_without_all_counters_is_no_ledger),
        RUN_TEST(more_ledgers_than_fit_are_counted),
        RUN_TEST(the_summary_shows_latency_and_its_course),
        RUN_TEST(the_chart_marks_the_incidents_where_they_happened),
        RUN_TEST(the_summary_says_which_check_failed_first_when_and_where),
        RUN_TEST(a_check_that_was_never_evaluated_has_not_held),
        RUN_TEST(what_there_is_not_is_left_out),
        RUN_TEST(no_line_is_wider_than_the_page),
        RUN_TEST(plain_style_is_ascii_without_escapes),
        RUN_TEST(colours_are_only_in_a_coloured_style),
        RUN_TEST(a_short_summary_is_checks_and_digest),
        RUN_TEST(the_json_begins_with_the_stable_core),
        RUN_TEST(the_json_has_a_violation_and_no_latency_that_is_not),
        RUN_TEST(the_series_has_a_row_for_every_interval),
        RUN_TEST(the_series_ends_when_it_cannot_be_written),
        cmocka_unit_test(the_percentiles_are_in_the_format_of_hdrhistogram),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

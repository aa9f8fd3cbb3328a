/* Tests of cli/replications and cli/replication: what becomes of many runs, and of bytes that are
 * none.
 *
 * The runs are made by hand, of figures that are easy to add up. */
/* SPDX-License-Identifier: MIT */
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* memfd_create() */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/replications.h"
#include "cli/variant.h"

static const struct cli_style plain = {.is_ascii = true, .columns = 92};

static const struct script_param params[] = {{.name = "rate", .value = "800", .is_number = true}};

static const struct script_scenario scenario = {
    .title = "Billing: a data centre dies",
    .question = "Which clicks are at risk?",
    .duration = 120 * SIM_SECOND,
    .seed = 7,
    .params = params,
    .param_count = 1,
};

static void add_check(struct cli_replication *run, const char *name, sim_time failed)
{
    struct cli_replication_check check = {
        .name = name,
        .held = failed < 0,
        .first = failed,
        .message = failed < 0 ? "" : "message 17 was lost",
    };

    run->held = run->held && check.held;
    g_array_append_val(run->checks, check);
}

/* Run number i sends 1000 + 10 i messages, all of which are delivered in 10 + i ms. */
static struct cli_replication *make_run(uint32_t i)
{
    struct cli_replication *run = g_new0(struct cli_replication, 1);

    run->seed = scenario.seed + i;
    run->digest = 0x1234 + i;
    run->event_count = 100;
    run->virtual_time = 120 * SIM_SECOND;
    run->held = true;
    run->figures[CLI_TOTAL_SENT] = 1000 + 10 * (double)i;
    run->figures[CLI_TOTAL_ACCEPTED] = run->figures[CLI_TOTAL_SENT];
    run->figures[CLI_TOTAL_DELIVERED] = run->figures[CLI_TOTAL_SENT];
    run->figures[CLI_REPLICATION_THROUGHPUT] = 2000;
    for (uint32_t f = CLI_REPLICATION_LATENCY_MEAN; f < CLI_REPLICATION_FIGURE_COUNT; f++) {
        run->figures[f] = (10 + (double)i) * (double)SIM_MILLISECOND;
    }
    run->checks = g_array_new(FALSE, FALSE, sizeof(struct cli_replication_check));
    run->record = g_variant_ref_sink(g_variant_new_boolean(TRUE));
    add_check(run, "no click is lost", -1);
    return run;
}

static int make_runs(void **state)
{
    struct cli_replications *all = g_new0(struct cli_replications, 1);

    all->path = "scenarios/x.lua";
    all->scenario = &scenario;
    all->wall_s = 2;
    all->runs = g_ptr_array_new_with_free_func((GDestroyNotify)cli_replication_free);
    for (uint32_t i = 0; i < 3; i++) {
        g_ptr_array_add(all->runs, make_run(i));
    }
    *state = all;
    return 0;
}

static int free_runs(void **state)
{
    struct cli_replications *all = *state;

    g_ptr_array_unref(all->runs);
    g_free(all);
    return 0;
}

static struct cli_replication *run_at(const struct cli_replications *all, uint32_t index)
{
    return g_ptr_array_index(all->runs, index);
}

static char *text_of(const struct cli_replications *all, bool is_short)
{
    GString *out = g_string_new(NULL);

    cli_replications_append_text(out, all, &plain, is_short);
    return g_string_free(out, FALSE);
}

static void assert_says(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        print_error("'%s' is not in:\n%s", words, text);
        fail();
    }
}

static const struct cli_replications_check *check_at(const GPtrArray *checks, uint32_t index)
{
    return g_ptr_array_index(checks, index);
}

/* ---- sums ---- */

static void a_figure_is_over_all_runs(void **state)
{
    struct cli_figure sent = cli_replications_figure(*state, CLI_TOTAL_SENT);

    assert_int_equal(sent.count, 3);
    assert_int_equal((int)sent.mean, 1010);
    assert_int_equal((int)sent.least, 1000);
    assert_int_equal((int)sent.most, 1020);
}

static void the_digest_depends_on_each_run_and_on_their_order(void **state)
{
    struct cli_replications *all = *state;
    uint64_t digest = cli_replications_digest(all);

    assert_int_equal(cli_replications_digest(all), digest);
    run_at(all, 2)->digest ^= 1;
    assert_int_not_equal(cli_replications_digest(all), digest);
    run_at(all, 2)->digest ^= 1;
    uint64_t first = run_at(all, 0)->digest;
    run_at(all, 0)->digest = run_at(all, 1)->digest;
    run_at(all, 1)->digest = first;
    assert_int_not_equal(cli_replications_digest(all), digest);
}

static void a_check_counts_the_runs_that_it_held_in(void **state)
{
    struct cli_replications *all = *state;

    add_check(run_at(all, 0), "nobody overspends", -1);
    add_check(run_at(all, 1), "nobody overspends", 30 * SIM_SECOND);
    add_check(run_at(all, 2), "nobody overspends", 20 * SIM_SECOND);
    g_autoptr(GPtrArray) checks = cli_replications_checks(all);
    const struct cli_replications_check *check = g_ptr_array_index(checks, 1);

    assert_int_equal(checks->len, 2);
    assert_string_equal(check->name, "nobody overspends");
    assert_int_equal(check->run_count, 3);
    assert_int_equal(check->held_count, 1);
    assert_int_equal(check->seed_failed, 8);
    assert_int_equal(check->first, 30 * SIM_SECOND);
    assert_false(cli_replications_held(all));
}

static void checks_of_one_name_are_told_apart(void **state)
{
    struct cli_replications *all = *state;

    for (uint32_t i = 0; i < 3; i++) {
        add_check(run_at(all, i), "no click is lost", i == 1 ? 0 : -1);
    }
    g_autoptr(GPtrArray) checks = cli_replications_checks(all);

    assert_int_equal(checks->len, 2);
    assert_int_equal(check_at(checks, 0)->held_count, 3);
    assert_int_equal(check_at(checks, 1)->held_count, 2);
    assert_int_equal(check_at(checks, 1)->run_count, 3);
}

static void a_check_that_only_some_runs_expect_counts_those(void **state)
{
    struct cli_replications *all = *state;

    add_check(run_at(all, 2), "the last one holds", -1);
    g_autoptr(GPtrArray) checks = cli_replications_checks(all);

    assert_int_equal(checks->len, 2);
    assert_int_equal(check_at(checks, 1)->run_count, 1);
}

/* ---- in words ---- */

static void the_summary_has_means_and_what_they_are_worth(void **state)
{
    g_autofree char *text = text_of(*state, false);

    assert_true(g_str_has_prefix(text, "Billing: a data centre dies\nWhich clicks are at risk?\n"));
    assert_says(text, "scenarios/x.lua --seed=7 --set=rate=800\n");
    assert_says(text, "3 runs, of the seeds from 7 to 9;");
    assert_says(text, "    arrived                       1,010 +- 24.8        1,000 to 1,020\n");
    assert_says(text, "  - lost                              0\n");
    assert_says(text, "    latency, p99                  11 ms +- 2.48 ms     10 ms to 12 ms\n");
    assert_says(text, "  ok no click is lost");
    assert_says(text, "  held in 3 of 3\n");
    assert_says(text, "2 s: 300 events, 150/s\n");
}

static void the_summary_says_which_seed_broke_a_check_first(void **state)
{
    struct cli_replications *all = *state;

    add_check(run_at(all, 1), "nobody overspends", 30 * SIM_SECOND);
    g_autofree char *text = text_of(all, false);

    assert_says(text, "  NO nobody overspends");
    assert_says(text, "  held in 0 of 1\n");
    assert_says(text, "     first with --seed=8, at 30.000 s: message 17 was lost\n");
}

static void a_short_summary_is_checks_and_digest(void **state)
{
    g_autofree char *text = text_of(*state, true);

    assert_says(text, "no click is lost");
    assert_says(text, "\nDigest ");
    assert_null(strstr(text, "Billing"));
    assert_null(strstr(text, "arrived"));
    assert_null(strstr(text, " events"));
}

static void runs_without_a_latency_have_none(void **state)
{
    struct cli_replications *all = *state;
    g_autoptr(GString) json = g_string_new(NULL);

    run_at(all, 1)->figures[CLI_REPLICATION_LATENCY_MAX] = (double)NAN;
    g_autofree char *some = text_of(all, false);
    assert_says(
        some, "    latency, max                  11 ms +- 12.7 ms     10 ms to 12 ms; 2 runs");

    for (uint32_t i = 0; i < 3; i++) {
        for (uint32_t f = CLI_REPLICATION_LATENCY_MEAN; f < CLI_REPLICATION_FIGURE_COUNT; f++) {
            run_at(all, i)->figures[f] = (double)NAN;
        }
    }
    g_autofree char *none = text_of(all, false);
    assert_null(strstr(none, "    latency,"));
    cli_replications_append_json(json, all);
    assert_says(json->str, "\n  \"latency_s\": null,");
}

static void the_json_has_the_core_with_means_for_numbers(void **state)
{
    static const char *const core[] = {
        "\n  \"scenario\": \"scenarios/x.lua\",",
        "\n  \"title\": ",
        "\n  \"seed\": 7,",
        "\n  \"replications\": 3,",
        "\n  \"confidence\": 0.95,",
        "\n  \"digest\": \"",
        "\n  \"wall_s\": 2,",
        "\n  \"events\": 300,",
        "\n  \"messages\": {\n    \"sent\": {\n      \"mean\": 1010,\n      \"half_width\": 24.8",
        "\n      \"min\": 1000,\n      \"max\": 1020,\n      \"count\": 3\n    },",
        "\n  \"throughput_per_s\": {\n    \"mean\": 2000,\n    \"half_width\": 0,",
        "\n  \"latency_s\": {\n    \"mean\": {\n      \"mean\": 0.011,",
        "\n  \"checks\": [\n    {\n      \"name\": \"no click is lost\",\n      \"held\": true,",
        "\n      \"held_count\": 3,\n      \"run_count\": 3,\n      \"first_failed_seed\": null,",
        "\n  \"params\": {\n    \"rate\": 800\n  },",
        "\n  \"held\": true,",
        "\n  \"runs\": [\n    {\n      \"seed\": 7,\n      \"digest\": \"0000000000001234\",",
        "\n      \"seed\": 9,",
    };
    g_autoptr(GString) json = g_string_new(NULL);

    cli_replications_append_json(json, *state);
    const char *at = json->str;
    for (size_t i = 0; i < G_N_ELEMENTS(core); i++) {
        const char *found = strstr(at, core[i]);
        if (found == NULL) {
            print_error("'%s' is not where it should be in:\n%s", core[i], json->str);
            fail();
            return;
        }
        at = found + strlen(core[i]) - 1;
    }
}

/* ---- through a descriptor ---- */

static int file_of(const void *bytes, size_t size)
{
    int descriptor = memfd_create("record", MFD_CLOEXEC);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), (ssize_t)size);
    return descriptor;
}

/* A report of a run with two checks, written and read back. */
static void a_run_is_read_as_it_was_written(void **state)
{
    struct world_check holds = {.name = (char[]){"it holds"}, .evaluated = 5};
    struct world_check fails = {
        .name = (char[]){"it \377 fails"},
        .evaluated = 5,
        .failed = 2,
        .first = {.time = 30, .text = (char[]){"lost"}},
    };
    struct world_checks checks = {.expected = g_ptr_array_new()};
    struct cli_report report = {
        .scenario = &scenario,
        .checks = &checks,
        .totals = {.arrived = 100, .accepted = 100, .settled = 90, .lost = 10},
        .virtual_time = 10 * SIM_SECOND,
        .event_count = 1234,
        .digest = UINT64_MAX,
    };
    int descriptor = memfd_create("record", MFD_CLOEXEC);

    (void)state;
    g_ptr_array_add(checks.expected, &holds);
    g_ptr_array_add(checks.expected, &fails);
    assert_true(cli_replication_write(&report, descriptor));
    struct cli_replication *run = cli_replication_read(descriptor);
    assert_non_null(run);
    assert_int_equal(run->seed, 7);
    assert_int_equal(run->digest, UINT64_MAX);
    assert_int_equal(run->event_count, 1234);
    assert_int_equal(run->virtual_time, 10 * SIM_SECOND);
    assert_int_equal((int)run->figures[CLI_TOTAL_LOST], 10);
    assert_int_equal((int)run->figures[CLI_REPLICATION_THROUGHPUT], 9);
    assert_true(isnan(run->figures[CLI_REPLICATION_LATENCY_P99]));
    assert_false(run->held);
    assert_int_equal(run->checks->len, 2);
    const struct cli_replication_check *check =
        &g_array_index(run->checks, struct cli_replication_check, 1);
    assert_string_equal(check->name, "it \357\277\275 fails");
    assert_false(check->held);
    assert_int_equal(check->first, 30);
    assert_string_equal(check->message, "lost");
    assert_true(g_array_index(run->checks, struct cli_replication_check, 0).held);
    cli_replication_free(run);
    g_ptr_array_unref(checks.expected);
    (void)close(descriptor);
}

/* The right form, with too few figures. */
static void a_run_without_all_figures_is_none(void **state)
{
    g_autoptr(GVariant) record = g_variant_ref_sink(
        g_variant_new_parsed("(@t 1, @t 2, @t 3, @x 4, [1.0, 2.0], @a(sbxs) [])"));
    int descriptor = file_of(g_variant_get_data(record), g_variant_get_size(record));

    (void)state;
    assert_null(cli_replication_read(descriptor));
    (void)close(descriptor);
}

static void bytes_of_any_kind_are_no_run(void **state)
{
    unsigned char bytes[512];
    uint64_t seed = 1;

    (void)state;
    for (uint32_t step = 0; step < 2000; step++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[i] = step % 2 == 0 ? (unsigned char)(seed >> 56) : (unsigned char)(seed >> 62);
        }
        int descriptor = file_of(bytes, step % sizeof(bytes));
        struct cli_replication *run = cli_replication_read(descriptor);
        assert_null(run);
        (void)close(descriptor);
    }
}

#define RUNS_TEST(name) cmocka_unit_test_setup_teardown(name, make_runs, free_runs)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUNS_TEST(a_figure_is_over_all_runs),
        RUNS_TEST(the_digest_depends_on_each_run_and_on_their_order),
        RUNS_TEST(a_check_counts_the_runs_that_it_held_in),
        RUNS_TEST(checks_of_one_name_are_told_apart),
        RUNS_TEST(a_check_that_only_some_runs_expect_counts_those),
        RUNS_TEST(the_summary_has_means_and_what_they_are_worth),
        RUNS_TEST(the_summary_says_which_seed_broke_a_check_first),
        RUNS_TEST(a_short_summary_is_checks_and_digest),
        RUNS_TEST(runs_without_a_latency_have_none),
        RUNS_TEST(the_json_has_the_core_with_means_for_numbers),
        cmocka_unit_test(a_run_is_read_as_it_was_written),
        cmocka_unit_test(a_run_without_all_figures_is_none),
        cmocka_unit_test(bytes_of_any_kind_are_no_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

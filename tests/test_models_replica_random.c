/* Ten thousand clusters that promise a quorum, and as many that promise less, each broken at random
 * and then healed. After every step: one leader to an
 * epoch, log matching, nothing else committed where something is, nothing committed that a later
 * leader lacks, one lease at a time. After the last heal: an acknowledgement within ten election
 * timeouts, and everywhere the same bytes.
 *
 * With one argument, N, so many instead; with two, FIRST and N, from that seed on. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/replica_plan.h"

#define SEEDS 10000

struct range {
    uint64_t first;
    uint64_t count;
};

struct tally {
    struct replica_result sum;
    uint64_t runs;
    uint64_t runs_with_loss;
    uint64_t exact; /* runs with loss that were counted exactly */
    sim_time slowest;
};

static void add_words(void *sum, const void *words, size_t size)
{
    for (size_t i = 0; i < size / sizeof(uint64_t); i++) {
        ((uint64_t *)sum)[i] += ((const uint64_t *)words)[i];
    }
}

static void add(struct tally *tally, const struct replica_result *result)
{
    struct replica_result *sum = &tally->sum;

    add_words(&sum->counts, &result->counts, sizeof(sum->counts));
    add_words(&sum->hits, &result->hits, sizeof(sum->hits));
    sum->steps += result->steps;
    sum->acknowledged += result->acknowledged;
    sum->lost += result->lost;
    tally->runs++;
    tally->runs_with_loss += result->lost > 0 ? 1 : 0;
    tally->exact += result->lost > 0 && result->is_counted_exactly ? 1 : 0;
    tally->slowest =
        result->recovered_after > tally->slowest ? result->recovered_after : tally->slowest;
}

static void assert_unbroken(uint64_t seed, const struct replica_result *result)
{
    if (result->violation[0] != '\0') {
        fail_msg("seed %llu: %s", (unsigned long long)seed, result->violation);
    }
}

static struct tally run(const struct range *range, uint64_t count, enum replica_kind kind)
{
    struct tally tally = {.runs = 0};

    for (uint64_t i = 0; i < count; i++) {
        const struct replica_plan plan = replica_plan_of(range->first + i, kind);
        struct replica_result result;
        replica_network_run(&plan, &result);
        assert_unbroken(plan.seed, &result);
        add(&tally, &result);
    }
    return tally;
}

static void print(const char *name, const struct tally *tally)
{
    const struct replica_result *sum = &tally->sum;
    const struct model_replica_counts *counts = &sum->counts;

    print_message(
        "%s: %llu runs, %llu steps, %llu elections (%llu unclean), %llu deposed, %llu entries cut, "
        "%llu messages fenced\n",
        name,
        (unsigned long long)tally->runs,
        (unsigned long long)sum->steps,
        (unsigned long long)counts->elections,
        (unsigned long long)counts->unclean,
        (unsigned long long)counts->deposed,
        (unsigned long long)counts->cut,
        (unsigned long long)counts->fenced);
    print_message(
        "  acknowledged %llu, lost %llu in %llu runs, %llu of them counted without a doubt; "
        "slowest "
        "recovery %.1f election timeouts\n",
        (unsigned long long)sum->acknowledged,
        (unsigned long long)sum->lost,
        (unsigned long long)tally->runs_with_loss,
        (unsigned long long)tally->exact,
        (double)tally->slowest / (double)ELECTION_TIMEOUT);
}

/* A fault that never hit anything was not tested. */
static void assert_hit(const struct replica_hits *hits)
{
    print_message(
        "  hits: %llu crashes, %llu of leaders, %llu with a lost tail; messages: %llu at a cut, "
        "%llu of one way only, %llu lost, %llu repeated, %llu overtaken; %llu steps paused, %llu "
        "by "
        "a clock more than 1 %% off\n",
        (unsigned long long)hits->crashes,
        (unsigned long long)hits->leader_crashes,
        (unsigned long long)hits->lost_tails,
        (unsigned long long)hits->cut_links,
        (unsigned long long)hits->one_way,
        (unsigned long long)hits->lost,
        (unsigned long long)hits->repeated,
        (unsigned long long)hits->overtaken,
        (unsigned long long)hits->paused,
        (unsigned long long)hits->skewed);
    for (size_t i = 0; i < sizeof(*hits) / sizeof(uint64_t); i++) {
        assert_true(((const uint64_t *)hits)[i] > 0);
    }
}

static void loses_nothing_that_a_quorum_has(void **state)
{
    const struct range *range = *state;
    struct tally tally = run(range, range->count, REPLICA_SAFE);

    print("acks quorum and all", &tally);
    assert_hit(&tally.sum.hits);
    assert_int_equal(tally.sum.lost, 0);
    assert_true(tally.sum.acknowledged > 0 && tally.sum.counts.cut > 0);
    assert_true(tally.sum.counts.fenced > 0 && tally.sum.counts.unclean == 0);
}

static void loses_and_counts_with_acks_leader(void **state)
{
    const struct range *range = *state;
    struct tally tally = run(range, (range->count + 1) / 2, REPLICA_LEADER);

    print("acks leader", &tally);
    assert_hit(&tally.sum.hits);
    assert_true(tally.sum.lost > 0 && tally.exact > 0);
}

static void loses_and_counts_with_unclean_elections(void **state)
{
    const struct range *range = *state;
    struct tally tally = run(range, (range->count + 1) / 2, REPLICA_UNCLEAN);

    print("unclean elections", &tally);
    assert_hit(&tally.sum.hits);
    assert_true(tally.sum.counts.unclean > 0);
    assert_true(tally.sum.lost > 0 && tally.exact > 0);
}

static void has_the_same_run_twice(void **state)
{
    const struct range *range = *state;

    for (uint64_t seed = range->first; seed < range->first + 20; seed++) {
        const struct replica_plan plan = replica_plan_of(seed, REPLICA_UNCLEAN);
        struct replica_result first;
        struct replica_result second;
        replica_network_run(&plan, &first);
        replica_network_run(&plan, &second);
        assert_memory_equal(&first.counts, &second.counts, sizeof(first.counts));
        assert_memory_equal(&first.hits, &second.hits, sizeof(first.hits));
        assert_int_equal(first.steps, second.steps);
        assert_int_equal(first.recovered_after, second.recovered_after);
    }
}

int main(int count, char **arguments)
{
    struct range range = {.first = 1, .count = SEEDS};

    if (count > 1) {
        range.count = strtoull(arguments[count - 1], NULL, 10);
        range.first = count > 2 ? strtoull(arguments[1], NULL, 10) : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(loses_nothing_that_a_quorum_has, &range),
        cmocka_unit_test_prestate(loses_and_counts_with_acks_leader, &range),
        cmocka_unit_test_prestate(loses_and_counts_with_unclean_elections, &range),
        cmocka_unit_test_prestate(has_the_same_run_twice, &range),
    };

    return cmocka_run_group_tests_name("models/replica_random", tests, NULL, NULL);
}

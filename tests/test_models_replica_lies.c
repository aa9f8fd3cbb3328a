/* Can the random test fail? Each rule that safety rests on is broken here, by a lie to the model,
 * and the checks must notice within the first thousand seeds; and on as many seeds of the same plan
 * without a lie, they must not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/replica_plan.h"

#define SEEDS 1000

/* Returns the first seed that was caught. */
static uint64_t first_caught(struct replica_lies lies, char *out_violation, size_t size)
{
    struct replica_result result;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct replica_plan plan = replica_plan_hasty(seed);
        plan.lies = lies;
        replica_network_run(&plan, &result);
        if (result.violation[0] != '\0') {
            (void)snprintf(out_violation, size, "%s", result.violation);
            return seed;
        }
    }
    return 0;
}

static void assert_caught(struct replica_lies lies)
{
    char violation[sizeof(((struct replica_result *)NULL)->violation)];
    uint64_t seed = first_caught(lies, violation, sizeof(violation));

    assert_true(seed > 0);
    print_message("  seed %llu: %s\n", (unsigned long long)seed, violation);
}

static void notices_a_vote_that_is_forgotten(void **state)
{
    (void)state;
    assert_caught((struct replica_lies){.forgets_vote = true});
}

static void notices_epochs_that_are_ignored(void **state)
{
    (void)state;
    assert_caught((struct replica_lies){.ignores_epochs = true});
}

static void notices_entries_of_earlier_epochs_that_are_committed_by_counting(void **state)
{
    (void)state;
    assert_caught((struct replica_lies){.commits_by_counting = true});
}

static void notices_a_store_that_speaks_too_early(void **state)
{
    (void)state;
    assert_caught((struct replica_lies){.stores_early = true});
}

static void notices_nothing_where_nobody_lies(void **state)
{
    char violation[sizeof(((struct replica_result *)NULL)->violation)];
    uint64_t seed =
        first_caught((struct replica_lies){.stores_early = false}, violation, sizeof(violation));

    (void)state;
    if (seed > 0) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, violation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_a_vote_that_is_forgotten),
        cmocka_unit_test(notices_epochs_that_are_ignored),
        cmocka_unit_test(notices_entries_of_earlier_epochs_that_are_committed_by_counting),
        cmocka_unit_test(notices_a_store_that_speaks_too_early),
        cmocka_unit_test(notices_nothing_where_nobody_lies),
    };

    return cmocka_run_group_tests_name("models/replica_lies", tests, NULL, NULL);
}

/* Tests of models/ps_assign: each strategy, written as what each partition becomes. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/ps_assign.h"

#define PARTITIONS_MAX 64
#define MEMBERS_MAX    32
#define NO             MODEL_PS_NOBODY

static void assign(
    uint32_t *owners, uint32_t partitions, uint32_t members, enum model_ps_assignment assignment)
{
    uint32_t room[MEMBERS_MAX];
    struct model_ps_sharing sharing = {
        .partition_count = partitions,
        .member_count = members,
        .room = room,
    };

    sharing.owners = owners;
    model_ps_assign(&sharing, assignment);
}

static void expect(const uint32_t *owners, const uint32_t *expected, uint32_t partitions)
{
    for (uint32_t i = 0; i < partitions; i++) {
        assert_int_equal(owners[i], expected[i]);
    }
}

static void a_range_is_of_neighbours(void **state)
{
    uint32_t owners[7] = {NO, NO, NO, NO, NO, NO, NO};

    (void)state;
    assign(owners, 7, 3, MODEL_PS_RANGE);
    expect(owners, (uint32_t[]){0, 0, 0, 1, 1, 2, 2}, 7);
    assign(owners, 7, 2, MODEL_PS_RANGE);
    expect(owners, (uint32_t[]){0, 0, 0, 0, 1, 1, 1}, 7);
}

static void a_round_robin_takes_turns(void **state)
{
    uint32_t owners[7] = {NO, NO, NO, NO, NO, NO, NO};

    (void)state;
    assign(owners, 7, 3, MODEL_PS_ROUND_ROBIN);
    expect(owners, (uint32_t[]){0, 1, 2, 0, 1, 2, 0}, 7);
}

static void a_sticky_newcomer_gets_only_what_the_others_have_too_much_of(void **state)
{
    uint32_t owners[6] = {0, 1, 0, 1, 0, 1};

    (void)state;
    assign(owners, 6, 3, MODEL_PS_STICKY);
    expect(owners, (uint32_t[]){0, 1, 0, 1, 2, 2}, 6);
}

static void a_sticky_leaver_gives_its_own_and_nothing_else_moves(void **state)
{
    uint32_t owners[6] = {0, NO, 0, NO, 1, 1};

    (void)state;
    assign(owners, 6, 2, MODEL_PS_STICKY);
    expect(owners, (uint32_t[]){0, 0, 0, 1, 1, 1}, 6);
}

static void the_larger_sticky_share_stays_with_who_has_it(void **state)
{
    uint32_t owners[5] = {0, 1, 1, 1, 0};

    (void)state;
    assign(owners, 5, 2, MODEL_PS_STICKY);
    expect(owners, (uint32_t[]){0, 1, 1, 1, 0}, 5);
}

static void without_members_nobody_owns_anything(void **state)
{
    (void)state;
    for (uint32_t assignment = MODEL_PS_RANGE; assignment <= MODEL_PS_STICKY; assignment++) {
        uint32_t owners[3] = {0, 1, 0};
        assign(owners, 3, 0, (enum model_ps_assignment)assignment);
        expect(owners, (uint32_t[]){NO, NO, NO}, 3);
    }
}

static void more_members_than_partitions_leave_some_idle(void **state)
{
    (void)state;
    for (uint32_t assignment = MODEL_PS_RANGE; assignment <= MODEL_PS_STICKY; assignment++) {
        uint32_t owners[2] = {NO, NO};
        assign(owners, 2, 5, (enum model_ps_assignment)assignment);
        expect(owners, (uint32_t[]){0, 1}, 2);
    }
}

/* Each member has an equal share, or one more. */
static void expect_even(const uint32_t *owners, uint32_t members)
{
    uint32_t share = PARTITIONS_MAX / members;
    uint32_t counts[MEMBERS_MAX] = {0};

    for (uint32_t i = 0; i < PARTITIONS_MAX; i++) {
        assert_in_range(owners[i], 0, members - 1);
        counts[owners[i]]++;
    }
    for (uint32_t i = 0; i < members; i++) {
        assert_in_range(counts[i], share, PARTITIONS_MAX % members == 0 ? share : share + 1);
    }
}

static void every_strategy_is_even(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3 * (MEMBERS_MAX - 1); i++) {
        uint32_t members = 1 + i / 3;
        uint32_t owners[PARTITIONS_MAX];
        for (uint32_t partition = 0; partition < PARTITIONS_MAX; partition++) {
            uint32_t owner = partition * partition % 7;
            owners[partition] = owner < members ? owner : NO;
        }
        assign(owners, PARTITIONS_MAX, members, (enum model_ps_assignment)(i % 3));
        expect_even(owners, members);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_of_neighbours),
        cmocka_unit_test(a_round_robin_takes_turns),
        cmocka_unit_test(a_sticky_newcomer_gets_only_what_the_others_have_too_much_of),
        cmocka_unit_test(a_sticky_leaver_gives_its_own_and_nothing_else_moves),
        cmocka_unit_test(the_larger_sticky_share_stays_with_who_has_it),
        cmocka_unit_test(without_members_nobody_owns_anything),
        cmocka_unit_test(more_members_than_partitions_leave_some_idle),
        cmocka_unit_test(every_strategy_is_even),
    };

    return cmocka_run_group_tests_name("models/ps_assign", tests, NULL, NULL);
}

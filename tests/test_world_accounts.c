/* Tests of world/accounts: what is charged, once, and what a budget refuses. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/accounts.h"

#include "tests/world_fixture.h"

static struct model_message message(uint64_t sequence, uint64_t account, int64_t value)
{
    return (struct model_message){
        .id = model_message_id(3, sequence), .key = account, .value = value};
}

static void charges_a_message_once(void **state)
{
    world_accounts *accounts = world_accounts_create(100, SIM_NEVER);
    struct model_message first = message(7, 1, 30);
    struct world_entry entry;
    struct world_entry untouched = {.message = 5, .account = 6, .amount = 7, .outcome = 8};
    struct world_entry other = untouched;

    (void)state;
    assert_int_equal(world_accounts_settle(accounts, &first, 0, &entry), WORLD_CHARGED);
    assert_int_equal(entry.message, first.id);
    assert_int_equal(entry.account, 1);
    assert_int_equal(entry.amount, 30);
    assert_int_equal(entry.outcome, WORLD_CHARGED);
    assert_int_equal(world_accounts_settle(accounts, &first, 0, &other), WORLD_DUPLICATE);
    assert_memory_equal(&other, &untouched, sizeof(other));
    assert_int_equal(world_accounts_spent(accounts, 1), 30);
    world_accounts_destroy(accounts);
}

static void spends_a_budget_to_the_last_unit_and_no_further(void **state)
{
    world_accounts *accounts = world_accounts_create(100, SIM_NEVER);
    struct model_message all = message(0, 1, 100);
    struct model_message more = message(1, 1, 1);
    struct model_message free = message(2, 1, -5);
    struct model_message other = message(3, 2, 101);
    struct world_entry entry;

    (void)state;
    assert_int_equal(world_accounts_settle(accounts, &all, 0, &entry), WORLD_CHARGED);
    assert_int_equal(world_accounts_settle(accounts, &more, 0, &entry), WORLD_OVER_BUDGET);
    assert_int_equal(entry.amount, 0);
    assert_int_equal(world_accounts_settle(accounts, &free, 0, &entry), WORLD_CHARGED);
    assert_int_equal(entry.amount, 0);
    assert_int_equal(world_accounts_settle(accounts, &other, 0, &entry), WORLD_OVER_BUDGET);
    assert_int_equal(world_accounts_settle(accounts, &more, 0, &entry), WORLD_DUPLICATE);
    assert_int_equal(world_accounts_spent(accounts, 1), 100);
    assert_int_equal(world_accounts_spent(accounts, 2), 0);
    world_accounts_destroy(accounts);
}

static void refuses_to_replay_what_cannot_have_been_settled(void **state)
{
    world_accounts *accounts = world_accounts_create(100, SIM_NEVER);
    struct world_entry good = {.message = 9, .account = 1, .amount = 20, .outcome = WORLD_CHARGED};
    struct world_entry duplicate = {.message = 10, .account = 1, .outcome = WORLD_DUPLICATE};
    struct world_entry negative = {.message = 11, .amount = -1, .outcome = WORLD_CHARGED};
    struct world_entry unknown = {.message = 12, .outcome = 77};

    (void)state;
    assert_true(world_accounts_replay(accounts, &good));
    assert_false(world_accounts_replay(accounts, &good));
    assert_false(world_accounts_replay(accounts, &duplicate));
    assert_false(world_accounts_replay(accounts, &negative));
    assert_false(world_accounts_replay(accounts, &unknown));
    assert_int_equal(world_accounts_spent(accounts, 1), 20);
    assert_int_equal(world_accounts_total(accounts), 20);
    good.message = 11; /* a refused entry left no trace */
    assert_true(world_accounts_replay(accounts, &good));
    world_accounts_destroy(accounts);
}

static void ends_a_sum_where_the_integers_end(void **state)
{
    world_accounts *accounts = world_accounts_create(INT64_MAX, SIM_NEVER);
    struct world_entry entry;

    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct model_message huge = message(i, i, INT64_MAX);
        assert_int_equal(world_accounts_settle(accounts, &huge, 0, &entry), WORLD_CHARGED);
    }
    assert_int_equal(world_accounts_total(accounts), INT64_MAX);
    assert_int_equal(world_accounts_add(accounts, 1, INT64_MAX), INT64_MAX);
    world_accounts_destroy(accounts);
}

/* ---- against arrays that are obviously right ---- */

#define PRODUCERS 5
#define SEQUENCES 2000
#define ACCOUNTS  300
#define BUDGET    400

struct naive {
    bool is_settled[PRODUCERS][SEQUENCES];
    int64_t spent[ACCOUNTS];
    int64_t total;
};

static enum world_outcome naive_settle(struct naive *naive, const struct model_message *m)
{
    bool *is_settled =
        &naive->is_settled[model_message_producer(m->id)][model_message_sequence(m->id)];
    int64_t price = m->value > 0 ? m->value : 0;

    if (*is_settled) {
        return WORLD_DUPLICATE;
    }
    *is_settled = true;
    if (naive->spent[m->key / 1000] + price > BUDGET) {
        return WORLD_OVER_BUDGET;
    }
    naive->spent[m->key / 1000] += price;
    naive->total += price;
    return WORLD_CHARGED;
}

static void assert_same(const world_accounts *accounts, const struct naive *naive)
{
    for (uint64_t account = 0; account < ACCOUNTS; account++) {
        assert_int_equal(world_accounts_spent(accounts, account * 1000), naive->spent[account]);
    }
    assert_int_equal(world_accounts_total(accounts), naive->total);
}

/* Every entry is replayed into second books as well, which end up the same. */
static void agrees_with_plain_arrays(void **state)
{
    world_accounts *accounts = world_accounts_create(BUDGET, SIM_NEVER);
    world_accounts *replayed = world_accounts_create(BUDGET, SIM_NEVER);
    struct naive *naive = g_new0(struct naive, 1);
    uint32_t outcomes[3] = {0};
    uint64_t seed = 5;

    (void)state;
    for (uint32_t step = 0; step < 20000; step++) {
        struct model_message m = {
            .id = model_message_id(
                (uint32_t)fixture_random(&seed, PRODUCERS), fixture_random(&seed, SEQUENCES)),
            .key = fixture_random(&seed, ACCOUNTS) * 1000,
            .value = (int64_t)fixture_random(&seed, 40) - 5,
        };
        struct world_entry entry;
        enum world_outcome outcome = world_accounts_settle(accounts, &m, 0, &entry);
        assert_int_equal(outcome, naive_settle(naive, &m));
        outcomes[outcome]++;
        if (outcome != WORLD_DUPLICATE) {
            assert_true(world_accounts_replay(replayed, &entry));
            assert_false(world_accounts_replay(replayed, &entry));
        }
    }
    assert_true(outcomes[WORLD_CHARGED] > 1000 && outcomes[WORLD_OVER_BUDGET] > 100);
    assert_true(outcomes[WORLD_DUPLICATE] > 1000);
    assert_same(accounts, naive);
    assert_same(replayed, naive);
    g_free(naive);
    world_accounts_destroy(replayed);
    world_accounts_destroy(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charges_a_message_once),
        cmocka_unit_test(spends_a_budget_to_the_last_unit_and_no_further),
        cmocka_unit_test(refuses_to_replay_what_cannot_have_been_settled),
        cmocka_unit_test(ends_a_sum_where_the_integers_end),
        cmocka_unit_test(agrees_with_plain_arrays),
    };

    return cmocka_run_group_tests_name("world/accounts", tests, NULL, NULL);
}

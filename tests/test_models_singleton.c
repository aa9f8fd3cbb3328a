/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/singleton.h"
#include "sim/fel.h"
#include "sim/random.h"

#include "tests/fake_store.h"

#define LEASE    INT64_C(1000)
#define SKEW_PPM UINT32_C(100000)

static const struct model_singleton_config config = {.lease = LEASE, .skew_ppm = SKEW_PPM};

/* ---- one rule at a time ---- */

static uint64_t acquire(struct model_grantor *grantor, uint32_t candidate, sim_time now)
{
    struct model_grant grant = {.token = 0};

    return model_grantor_acquire(grantor, candidate, now, &grant) == MODEL_ACQUIRED ? grant.token
                                                                                    : 0;
}

static void grants_to_one_until_the_lease_is_over(void **state)
{
    struct model_grantor grantor;

    (void)state;
    model_grantor_init(&grantor, &config, NULL);
    assert_int_equal(acquire(&grantor, 7, 100), 1);
    assert_int_equal(acquire(&grantor, 8, 100 + LEASE - 1), 0);
    assert_int_equal(acquire(&grantor, 7, 100 + LEASE - 1), 2); /* again, with a new token */
    assert_int_equal(acquire(&grantor, 8, 100 + LEASE), 0);
    assert_int_equal(acquire(&grantor, 8, 99 + 2 * LEASE), 3);
}

static void renews_the_last_token_only(void **state)
{
    struct model_grantor grantor;

    (void)state;
    model_grantor_init(&grantor, &config, NULL);
    assert_false(model_grantor_renew(&grantor, 0, 0));
    assert_int_equal(acquire(&grantor, 7, 0), 1);
    assert_true(model_grantor_renew(&grantor, 1, 900));
    assert_int_equal(acquire(&grantor, 8, 1899), 0);
    assert_true(model_grantor_renew(&grantor, 1, 5000)); /* late, but nobody came */
    assert_int_equal(acquire(&grantor, 8, 6000), 2);
    assert_false(model_grantor_renew(&grantor, 1, 6001));
    assert_false(model_grantor_release(&grantor, 1, 6001));
}

static void lets_the_next_one_in_when_it_is_given_back(void **state)
{
    struct model_grantor grantor;

    (void)state;
    model_grantor_init(&grantor, &config, NULL);
    assert_int_equal(acquire(&grantor, 7, 0), 1);
    assert_true(model_grantor_release(&grantor, 1, 10));
    assert_false(model_grantor_renew(&grantor, 1, 10)); /* it was late */
    assert_int_equal(acquire(&grantor, 8, 10), 2);
}

static void grants_nothing_before_the_store_has_the_token(void **state)
{
    struct fake_store *store = fake_store_create();
    struct model_grantor grantor;
    struct model_grant grant = {.token = 0};

    (void)state;
    model_grantor_init(&grantor, &config, &store->store);
    assert_int_equal(model_grantor_acquire(&grantor, 7, 0, &grant), MODEL_ACQUIRE_PENDING);
    assert_int_equal(model_grantor_acquire(&grantor, 7, 1, &grant), MODEL_ACQUIRE_HELD);
    assert_false(model_grantor_committed(&grantor, 0, 2, &grant));
    assert_true(model_grantor_committed(&grantor, 1, 500, &grant));
    assert_int_equal(grant.token, 1);
    assert_int_equal(grant.candidate, 7);
    assert_int_equal(model_grantor_acquire(&grantor, 8, 499 + LEASE, &grant), MODEL_ACQUIRE_HELD);
    assert_int_equal(
        model_grantor_acquire(&grantor, 8, 500 + LEASE, &grant), MODEL_ACQUIRE_PENDING);
    assert_false(model_grantor_renew(&grantor, 1, 500 + LEASE)); /* it may be over */
    fake_store_destroy(store);
}

static void waits_for_a_lease_after_a_crash(void **state)
{
    struct fake_store *store = fake_store_create();
    struct model_grantor grantor;
    struct model_grant grant = {.token = 0};

    (void)state;
    model_grantor_init(&grantor, &config, &store->store);
    assert_int_equal(model_grantor_acquire(&grantor, 7, 0, &grant), MODEL_ACQUIRE_PENDING);
    assert_true(model_grantor_committed(&grantor, 1, 0, &grant));
    model_grantor_init(&grantor, &config, &store->store);
    assert_false(model_grantor_replay(&grantor, 1, store->records[0].bytes, 15));
    assert_true(model_grantor_replay(&grantor, 1, store->records[0].bytes, store->records[0].size));
    assert_false(model_grantor_replay(/* the same token again */
                                      &grantor,
                                      2,
                                      store->records[0].bytes,
                                      store->records[0].size));
    model_grantor_recovered(&grantor, 5000);
    assert_int_equal(model_grantor_acquire(&grantor, 8, 5999, &grant), MODEL_ACQUIRE_HELD);
    assert_true(model_grantor_renew(&grantor, 1, 5999));
    assert_int_equal(model_grantor_acquire(&grantor, 8, 6999, &grant), MODEL_ACQUIRE_PENDING);
    assert_true(model_grantor_committed(&grantor, 2, 6999, &grant));
    assert_int_equal(grant.token, 2);
    fake_store_destroy(store);
}

/* 1000 x 0.9 / 1.1 = 818.18. */
static void trusts_a_lease_by_its_own_clock(void **state)
{
    struct model_holder holder = {.token = 0};

    (void)state;
    assert_false(model_holder_is_holding(&holder, -1));
    model_holder_granted(&holder, &config, 5, 100);
    assert_true(model_holder_is_holding(&holder, 917));
    assert_false(model_holder_is_holding(&holder, 918));
    model_holder_granted(&holder, &config, 5, 200);
    model_holder_granted(&holder, &config, 5, 150); /* overtaken */
    model_holder_granted(&holder, &config, 4, 900);
    assert_true(model_holder_is_holding(&holder, 1017));
    assert_false(model_holder_is_holding(&holder, 1018));
    model_holder_give_back(&holder);
    model_holder_granted(&holder, &config, 5, 900);
    assert_false(model_holder_is_holding(&holder, 901));
    model_holder_granted(&holder, &config, 6, 900);
    assert_true(model_holder_is_holding(&holder, 901));
}

static void admits_no_token_after_a_larger_one(void **state)
{
    struct model_guard guard = {.token = 0};

    (void)state;
    assert_true(model_guard_admit(&guard, 3));
    assert_true(model_guard_admit(&guard, 3));
    assert_true(model_guard_admit(&guard, 5));
    assert_false(model_guard_admit(&guard, 4));
    assert_int_equal(guard.refused, 1);
}

/* ---- all at once ---- */

#define CANDIDATES 3
#define SEEDS      2000
#define END        (60 * LEASE)

struct clock {
    sim_time start;
    int64_t rate_ppm;
};

struct game {
    sim_fel *fel;
    sim_time now;
    struct sim_stream stream;
    struct fake_store *store;
    struct model_grantor grantor;
    bool is_up; /* the grantor */
    uint32_t life;
    struct clock clocks[CANDIDATES + 1]; /* the last is the grantor's */
    struct model_holder holders[CANDIDATES];
    struct model_guard guard;
    sim_time asked[CANDIDATES];
    uint64_t largest; /* token that acted */
    uint64_t grants;
    uint64_t acts;
    uint64_t stale_acts; /* of a token after a larger one: what the guard is for */
    uint64_t overlaps;   /* moments at which two held */
};

static uint64_t below(struct game *game, uint64_t bound)
{
    return sim_stream_below(&game->stream, bound);
}

static sim_time local(const struct game *game, uint32_t who)
{
    const struct clock *clock = &game->clocks[who];

    return clock->start + game->now + game->now * clock->rate_ppm / 1000000;
}

static void plan(struct game *game, sim_fire_fn *fire, uint64_t payload, sim_time delay)
{
    const struct sim_event event = {
        .time = game->now + delay,
        .fire = fire,
        .context = game,
        .payload = payload,
        .class = SIM_CLASS_WORLD,
    };

    (void)sim_fel_insert(game->fel, &event);
}

static sim_time some_delay(struct game *game)
{
    return 1 + (sim_time)below(game, below(game, 8) == 0 ? UINT64_C(2000) : 50);
}

static void look(struct game *game)
{
    uint32_t holders = 0;

    for (uint32_t i = 0; i < CANDIDATES; i++) {
        holders += model_holder_is_holding(&game->holders[i], local(game, i)) ? 1 : 0;
    }
    game->overlaps += holders > 1 ? 1 : 0;
}

/* The payload: token, candidate (2 bits); the time at which it had asked stands beside, so that an
 * answer to an older question counts as one to the present. Hence it asks once at a time. */
static void hear_grant(void *context, uint64_t payload)
{
    struct game *game = context;
    uint32_t who = payload & 3;

    if (game->asked[who] >= 0) {
        model_holder_granted(&game->holders[who], &config, payload >> 2, game->asked[who]);
    }
    game->asked[who] = -1;
}

static void tell(struct game *game, uint64_t token, uint32_t who)
{
    game->grants++;
    if (below(game, 5) != 0) {
        plan(game, hear_grant, token << 2 | who, some_delay(game));
    }
}

static void commit(void *context, uint64_t payload)
{
    struct game *game = context;
    struct model_grant grant;

    if (game->is_up && game->life == payload &&
        model_grantor_committed(
            &game->grantor, game->store->count, local(game, CANDIDATES), &grant)) {
        tell(game, grant.token, grant.candidate);
    }
}

static void hear_question(void *context, uint64_t payload)
{
    struct game *game = context;
    uint32_t who = payload & 3;
    uint64_t token = payload >> 2;
    sim_time now = local(game, CANDIDATES);
    struct model_grant grant;

    if (!game->is_up) {
        return;
    }
    if (token > 0 && model_grantor_renew(&game->grantor, token, now)) {
        tell(game, token, who);
    } else if (model_grantor_acquire(&game->grantor, who, now, &grant) == MODEL_ACQUIRE_PENDING) {
        plan(game, commit, game->life, 1 + (sim_time)below(game, 30));
    }
}

/* What it had asked before is given up after a while: a late answer is then taken for none. */
static void ask(void *context, uint64_t payload)
{
    struct game *game = context;
    uint32_t who = (uint32_t)payload;
    const struct model_holder *holder = &game->holders[who];
    bool is_holding = model_holder_is_holding(holder, local(game, who));

    if (game->asked[who] < 0) {
        game->asked[who] = local(game, who);
        plan(game, hear_question, (is_holding ? holder->token : 0) << 2 | who, some_delay(game));
    } else if (local(game, who) > game->asked[who] + 5 * LEASE) {
        game->asked[who] = -1;
    }
    plan(game, ask, payload, 100 + (sim_time)below(game, 300));
}

static void act(void *context, uint64_t token)
{
    struct game *game = context;
    bool is_stale = token < game->largest;

    assert_int_equal(model_guard_admit(&game->guard, token), !is_stale);
    game->acts++;
    game->stale_acts += is_stale ? 1 : 0;
    game->largest = is_stale ? game->largest : token;
}

/* It looks at its lease, and acts; between the two it may be stopped for long. */
static void work(void *context, uint64_t payload)
{
    struct game *game = context;
    uint32_t who = (uint32_t)payload;

    look(game);
    if (model_holder_is_holding(&game->holders[who], local(game, who))) {
        plan(game, act, game->holders[who].token, some_delay(game));
    }
    plan(game, work, payload, 20 + (sim_time)below(game, 100));
}

static void crash_or_restart(void *context, uint64_t payload)
{
    struct game *game = context;

    game->is_up = !game->is_up;
    game->life++;
    if (!game->is_up) {
        uint64_t committed =
            game->grantor.pending == 0 ? game->store->count : game->grantor.pending - 1;
        fake_store_lose(game->store, committed + below(game, game->store->count - committed + 1));
    } else {
        model_grantor_init(&game->grantor, &config, &game->store->store);
        for (uint64_t at = game->store->released; at < game->store->count; at++) {
            const struct fake_record *record = &game->store->records[at];
            assert_true(model_grantor_replay(&game->grantor, at + 1, record->bytes, record->size));
        }
        model_grantor_recovered(&game->grantor, local(game, CANDIDATES));
    }
    plan(game, crash_or_restart, payload, 1 + (sim_time)below(game, (uint64_t)(8 * LEASE)));
}

static struct game play(uint64_t seed, bool is_within_bound)
{
    struct game game = {.is_up = true};
    uint64_t skew = is_within_bound ? SKEW_PPM : 7 * SKEW_PPM;
    struct sim_event event;

    game.fel = sim_fel_create();
    game.stream = sim_stream_named(seed, "singleton");
    game.store = fake_store_create();
    model_grantor_init(&game.grantor, &config, &game.store->store);
    for (uint32_t i = 0; i <= CANDIDATES; i++) {
        game.clocks[i].start = (sim_time)below(&game, 100000);
        game.clocks[i].rate_ppm = (int64_t)below(&game, 2 * skew + 1) - (int64_t)skew;
    }
    for (uint32_t i = 0; i < CANDIDATES; i++) {
        game.asked[i] = -1;
        plan(&game, ask, i, (sim_time)below(&game, 100));
        plan(&game, work, i, (sim_time)below(&game, 100));
    }
    plan(&game, crash_or_restart, 0, 1 + (sim_time)below(&game, (uint64_t)(10 * LEASE)));
    while (sim_fel_pop_until(game.fel, END, &event)) {
        game.now = event.time;
        event.fire(event.context, event.payload);
    }
    sim_fel_destroy(game.fel);
    fake_store_destroy(game.store);
    return game;
}

static struct game play_all(bool is_within_bound)
{
    struct game sum = {.grants = 0};

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct game game = play(seed, is_within_bound);
        sum.grants += game.grants;
        sum.acts += game.acts;
        sum.stale_acts += game.stale_acts;
        sum.overlaps += game.overlaps;
        assert_int_equal(game.guard.refused, game.stale_acts);
    }
    print_message(
        "  %llu grants, %llu acts, %llu of them stale, %llu overlaps\n",
        (unsigned long long)sum.grants,
        (unsigned long long)sum.acts,
        (unsigned long long)sum.stale_acts,
        (unsigned long long)sum.overlaps);
    assert_true(sum.acts > SEEDS);
    return sum;
}

/* Yet acts that were held up come late: the lease alone is not enough. */
static void is_held_by_one_at_a_time_if_clocks_keep_the_bound(void **state)
{
    struct game sum = play_all(true);

    (void)state;
    assert_int_equal(sum.overlaps, 0);
    assert_true(sum.stale_acts > 0);
}

static void is_guarded_by_its_token_if_they_do_not(void **state)
{
    struct game sum = play_all(false);

    (void)state;
    assert_true(sum.overlaps > 0);
    assert_true(sum.stale_acts > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grants_to_one_until_the_lease_is_over),
        cmocka_unit_test(renews_the_last_token_only),
        cmocka_unit_test(lets_the_next_one_in_when_it_is_given_back),
        cmocka_unit_test(grants_nothing_before_the_store_has_the_token),
        cmocka_unit_test(waits_for_a_lease_after_a_crash),
        cmocka_unit_test(trusts_a_lease_by_its_own_clock),
        cmocka_unit_test(admits_no_token_after_a_larger_one),
        cmocka_unit_test(is_held_by_one_at_a_time_if_clocks_keep_the_bound),
        cmocka_unit_test(is_guarded_by_its_token_if_they_do_not),
    };

    return cmocka_run_group_tests_name("models/singleton", tests, NULL, NULL);
}

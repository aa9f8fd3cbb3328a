/* Tests of models/mvc_view: what a view gets, in which order, and that its counts add up.
 *
 * A value is its number in two words. The oracle is a list of all posts, from which the changes
 * that wait are found by looking at all of it. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/mvc_view.h"

#define KEY_COUNT  40
#define LOG_COUNT  UINT64_C(128) /* more than twice the keys, as a power of two: models/mvc.c */
#define POST_COUNT UINT64_C(1000000)

struct value {
    uint64_t number;
    uint64_t copy;
};

struct fixture {
    struct model_mvc mvc;
    struct model_mvc_view view;
    void *memory;
    void *view_memory;
};

static void post(struct fixture *fixture, uint32_t index, uint64_t number)
{
    struct value value = {.number = number, .copy = number};

    model_mvc_post(&fixture->mvc, index, &value);
}

static void assert_drains(
    struct fixture *fixture, uint32_t index, uint64_t number, uint64_t skipped)
{
    struct model_mvc_change change;
    struct value value;

    assert_int_equal(model_mvc_view_drain(&fixture->view, &change, &value), MODEL_MVC_OK);
    assert_int_equal(change.index, index);
    assert_int_equal(change.skipped, skipped);
    assert_int_equal(value.number, number);
    assert_int_equal(value.copy, number);
    model_mvc_view_check(&fixture->view);
}

static void assert_drained(struct fixture *fixture)
{
    struct model_mvc_change change;
    struct value value;

    assert_int_equal(model_mvc_view_drain(&fixture->view, &change, &value), MODEL_MVC_NOTHING);
    assert_int_equal(model_mvc_view_version(&fixture->view), model_mvc_version(&fixture->mvc));
    model_mvc_view_check(&fixture->view);
}

static void assert_counts(
    struct fixture *fixture, uint64_t pending, uint64_t seen, uint64_t conflated)
{
    struct model_mvc_counts counts;

    assert_true(model_mvc_view_counts_of(&fixture->view, &counts));
    assert_int_equal(counts.posted, pending + seen + conflated);
    assert_int_equal(counts.pending, pending);
    assert_int_equal(counts.seen, seen);
    assert_int_equal(counts.conflated, conflated);
}

static void drains_changes_oldest_first(void **state)
{
    struct fixture *fixture = *state;

    assert_drained(fixture);
    post(fixture, 7, 1);
    post(fixture, 3, 2);
    post(fixture, 5, 3);

    assert_drains(fixture, 7, 1, 0);
    assert_drains(fixture, 3, 2, 0);
    assert_drains(fixture, 5, 3, 0);
    assert_drained(fixture);
}

static void drains_only_the_newest_of_each_key(void **state)
{
    struct fixture *fixture = *state;

    post(fixture, 7, 1);
    post(fixture, 3, 2);
    post(fixture, 7, 3);
    post(fixture, 7, 4);
    assert_counts(fixture, 2, 0, 2);

    assert_drains(fixture, 3, 2, 0);
    assert_drains(fixture, 7, 4, 2);
    assert_drained(fixture);
    assert_counts(fixture, 0, 2, 2);
}

static void leaves_what_is_posted_during_a_round_to_the_next(void **state)
{
    struct fixture *fixture = *state;

    post(fixture, 1, 1);
    post(fixture, 2, 2);
    assert_drains(fixture, 1, 1, 0);
    post(fixture, 2, 3);
    post(fixture, 1, 4);

    assert_drains(fixture, 2, 2, 0); /* as it was when the round began */
    struct model_mvc_change change;
    struct value value;
    assert_int_equal(model_mvc_view_drain(&fixture->view, &change, &value), MODEL_MVC_NOTHING);
    assert_int_equal(model_mvc_view_version(&fixture->view), 2);

    assert_drains(fixture, 2, 3, 0);
    assert_drains(fixture, 1, 4, 0);
    assert_drained(fixture);
}

static void catches_up_from_further_back_than_the_log(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->mvc.log_mask + 1, LOG_COUNT);
    post(fixture, 30, 1);
    assert_drains(fixture, 30, 1, 0);
    assert_drained(fixture);
    post(fixture, 20, 2);
    for (uint64_t number = 0; number < 10 * LOG_COUNT; number++) {
        post(fixture, 10, number);
    }
    post(fixture, 0, 3);

    assert_drains(fixture, 20, 2, 0);
    assert_drains(fixture, 10, 10 * LOG_COUNT - 1, 10 * LOG_COUNT - 1);
    assert_drains(fixture, 0, 3, 0);
    assert_drained(fixture);
}

/* The writer laps the log between any two changes that the view takes. */
static void ends_a_round_however_fast_the_writer_is(void **state)
{
    struct fixture *fixture = *state;
    struct model_mvc_change change;
    struct value value;
    uint64_t number = 0;
    uint64_t newest = 0;
    uint32_t drained = 0;

    post(fixture, 0, ++number);
    while (model_mvc_view_drain(&fixture->view, &change, &value) == MODEL_MVC_OK) {
        assert_int_equal(value.number, change.version);
        assert_true(change.version > newest);
        newest = change.version;
        drained++;
        for (uint32_t i = 0; i < 2 * LOG_COUNT; i++) {
            post(fixture, i % KEY_COUNT, ++number);
        }
        model_mvc_view_check(&fixture->view);
    }
    assert_in_range(drained, 1, KEY_COUNT + 1);
    assert_int_equal(fixture->view.seen, drained);
}

static void breaks_off_when_the_versions_go_back(void **state)
{
    struct fixture *fixture = *state;
    struct model_mvc_change change;
    struct value value;
    uint64_t *version = (uint64_t *)fixture->memory + 2;

    post(fixture, 1, 1);
    post(fixture, 2, 2);
    post(fixture, 3, 3);
    assert_drains(fixture, 1, 1, 0);
    assert_int_equal(*version, 3);
    memset((unsigned char *)fixture->mvc.log, 0xff, 2048);
    *version = 0;
    assert_int_equal(model_mvc_view_drain(&fixture->view, &change, &value), MODEL_MVC_BUSY);
    assert_int_equal(model_mvc_view_drain(&fixture->view, &change, &value), MODEL_MVC_NOTHING);
}

static void lets_each_view_go_at_its_own_speed(void **state)
{
    struct fixture *fixture = *state;
    struct fixture slow = {.mvc = fixture->mvc, .view_memory = NULL};

    slow.view_memory = malloc(model_mvc_view_size(&slow.mvc));
    assert_int_equal(
        model_mvc_view_init(&slow.view, &slow.mvc, slow.view_memory, 8), MODEL_MVC_TOO_SMALL);
    assert_int_equal(
        model_mvc_view_init(
            &slow.view, &slow.mvc, slow.view_memory, model_mvc_view_size(&slow.mvc)),
        MODEL_MVC_OK);
    for (uint64_t number = 1; number <= 500; number++) {
        post(fixture, 9, number);
        assert_drains(fixture, 9, number, 0);
        assert_drained(fixture);
    }
    assert_drains(&slow, 9, 500, 499);
    assert_drained(&slow);
    free(slow.view_memory);
}

/* ---- against a list of all posts ---- */

struct oracle {
    uint64_t newest[KEY_COUNT]; /* version of the newest post of each key */
    uint64_t drained[KEY_COUNT];
    uint64_t frozen[KEY_COUNT]; /* as `newest` was when the round began */
};

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

static bool oracle_waits(const struct oracle *oracle, uint32_t key)
{
    assert_true(key < KEY_COUNT);
    return oracle->frozen[key] > oracle->drained[key];
}

static bool oracle_has_waiting(const struct oracle *oracle)
{
    bool has_waiting = false;

    for (uint32_t key = 0; key < KEY_COUNT; key++) {
        has_waiting = has_waiting || oracle_waits(oracle, key);
    }
    return has_waiting;
}

/* Takes a few changes of a round; few enough posts pass meanwhile that the log never laps it. */
static void drain_some(struct fixture *fixture, struct oracle *oracle, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct model_mvc_change change;
        struct value value;
        if (!fixture->view.is_in_round) {
            memcpy(oracle->frozen, oracle->newest, sizeof(oracle->frozen));
        }
        enum model_mvc_status status = model_mvc_view_drain(&fixture->view, &change, &value);
        if (!oracle_has_waiting(oracle)) {
            assert_int_equal(status, MODEL_MVC_NOTHING);
            continue;
        }
        assert_int_equal(status, MODEL_MVC_OK);
        assert_true(oracle_waits(oracle, change.index));
        assert_int_equal(change.version, oracle->frozen[change.index]);
        assert_int_equal(value.number, oracle->frozen[change.index]);
        oracle->drained[change.index] = oracle->frozen[change.index];
    }
}

static void agrees_with_a_list_of_all_posts(void **state)
{
    struct fixture *fixture = *state;
    static struct oracle oracle;
    uint64_t seed = 5;
    uint64_t version = 0;

    memset(&oracle, 0, sizeof(oracle));
    for (uint32_t step = 0; step < 20000; step++) {
        /* Long bursts only between rounds. */
        uint32_t bound = fixture->view.is_in_round ? 3 : 2 * (uint32_t)LOG_COUNT;
        uint32_t count = random_below(&seed, 50) == 0 ? random_below(&seed, bound) : 1;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t key = random_below(&seed, 3) == 0 ? 0 : random_below(&seed, KEY_COUNT);
            post(fixture, key, ++version);
            oracle.newest[key] = version;
        }
        drain_some(fixture, &oracle, random_below(&seed, 6));
        model_mvc_view_check(&fixture->view);
    }
    assert_true(fixture->view.seen > 10000);
    assert_true(fixture->view.conflated > 1000);
}

/* One key changes so fast that the log has always lost the view's place; the others now and then.
 */
static void shows_a_key_that_changes_all_the_time(void **state)
{
    struct fixture *fixture = *state;
    uint32_t shown[KEY_COUNT] = {0};
    uint64_t seed = 3;
    uint64_t number = 0;

    for (uint32_t step = 0; step < 100 * KEY_COUNT; step++) {
        struct model_mvc_change change;
        struct value value;
        for (uint32_t i = 0; i < 4 * LOG_COUNT; i++) {
            post(fixture, 0, ++number);
        }
        post(fixture, 1 + random_below(&seed, KEY_COUNT - 1), ++number);
        if (model_mvc_view_drain(&fixture->view, &change, &value) == MODEL_MVC_OK) {
            shown[change.index]++;
        }
    }
    for (uint32_t key = 0; key < KEY_COUNT; key++) {
        assert_true(shown[key] >= 20);
    }
}

/* ---- a writer that does not stop ---- */

static void *post_on_and_on(void *context)
{
    struct fixture *fixture = context;
    uint64_t seed = 9;

    for (uint64_t number = 1; number <= POST_COUNT; number++) {
        post(fixture, random_below(&seed, KEY_COUNT), number);
    }
    return NULL;
}

/* In a thread beside the writer. After each whole round, what was drained is the state of one
 * version: the newest value in it has the number of that version. */
static void drains_whole_rounds_while_the_writer_runs(void **state)
{
    struct fixture *fixture = *state;
    uint64_t newest = 0;
    uint64_t round_count = 0;
    pthread_t writer;

    assert_int_equal(pthread_create(&writer, NULL, post_on_and_on, fixture), 0);
    while (model_mvc_view_version(&fixture->view) < POST_COUNT) {
        struct model_mvc_change change;
        struct value value;
        enum model_mvc_status status = model_mvc_view_drain(&fixture->view, &change, &value);
        if (status == MODEL_MVC_OK) {
            assert_int_equal(value.number, value.copy);
            assert_int_equal(value.number, change.version);
            newest = value.number > newest ? value.number : newest;
        } else if (status == MODEL_MVC_NOTHING) {
            assert_int_equal(newest, model_mvc_view_version(&fixture->view));
            round_count++;
        }
    }
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_true(round_count > 10);
    model_mvc_view_check(&fixture->view);
}

/* Every word of the shared memory is overwritten in turn; a drain ends, and stays inside. */
static void survives_any_word_a_hostile_writer_stores(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t nasty[] = {0, UINT64_MAX, 3, UINT64_C(1) << 63, UINT64_C(1) << 40};
    uint64_t word_count = model_mvc_size(KEY_COUNT, sizeof(struct value)) / sizeof(uint64_t);
    uint64_t *words = fixture->memory;

    for (uint64_t i = 0; i < word_count * 5; i++) {
        struct model_mvc_change change;
        struct model_mvc_counts counts;
        struct value value;
        uint64_t saved = words[i / 5];
        post(fixture, (uint32_t)(i % KEY_COUNT), i);
        words[i / 5] = nasty[i % 5];
        uint32_t drained = 0;
        while (model_mvc_view_drain(&fixture->view, &change, &value) == MODEL_MVC_OK) {
            assert_in_range(change.index, 0, KEY_COUNT - 1);
            drained++;
        }
        assert_in_range(drained, 0, KEY_COUNT + 1);
        if (model_mvc_view_counts_of(&fixture->view, &counts)) {
            assert_in_range(counts.pending, 0, KEY_COUNT);
        }
        words[i / 5] = saved;
        model_mvc_recover(&fixture->mvc);
    }
}

static int create_state(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    size_t size = model_mvc_size(KEY_COUNT, sizeof(struct value));
    uint32_t index;

    fixture->memory = malloc(size);
    enum model_mvc_status status =
        model_mvc_init(&fixture->mvc, fixture->memory, size, KEY_COUNT, sizeof(struct value));
    for (char key = 0; key < KEY_COUNT && status == MODEL_MVC_OK; key++) {
        char name[] = {(char)('0' + key / 10), (char)('0' + key % 10), '\0'};
        status = model_mvc_register(&fixture->mvc, name, &index);
    }
    size = model_mvc_view_size(&fixture->mvc);
    fixture->view_memory = malloc(size);
    *state = fixture;
    if (status != MODEL_MVC_OK) {
        return -1;
    }
    status = model_mvc_view_init(&fixture->view, &fixture->mvc, fixture->view_memory, size);
    return status == MODEL_MVC_OK ? 0 : -1;
}

static int destroy_state(void **state)
{
    struct fixture *fixture = *state;

    free(fixture->view_memory);
    free(fixture->memory);
    free(fixture);
    return 0;
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, create_state, destroy_state)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIEW_TEST(drains_changes_oldest_first),
        VIEW_TEST(shows_a_key_that_changes_all_the_time),
        VIEW_TEST(drains_only_the_newest_of_each_key),
        VIEW_TEST(leaves_what_is_posted_during_a_round_to_the_next),
        VIEW_TEST(catches_up_from_further_back_than_the_log),
        VIEW_TEST(ends_a_round_however_fast_the_writer_is),
        VIEW_TEST(breaks_off_when_the_versions_go_back),
        VIEW_TEST(lets_each_view_go_at_its_own_speed),
        VIEW_TEST(agrees_with_a_list_of_all_posts),
        VIEW_TEST(drains_whole_rounds_while_the_writer_runs),
        VIEW_TEST(survives_any_word_a_hostile_writer_stores),
    };

    return cmocka_run_group_tests_name("models/mvc_view", tests, NULL, NULL);
}

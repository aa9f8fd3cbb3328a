/* Tests of models/mvc: keys, values, snapshots of one version, and what happens when the writer is
 * fast, dies half-way, or lies.
 *
 * Under a moving writer the values are chosen so that a mixture of versions shows: every post of
 * round n is n, in every word, and the writer posts the keys in a fixed order. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/mvc.h"

#define KEY_COUNT      4
#define VALUE_SIZE     44 /* not a multiple of a word */
#define ROUND_COUNT    UINT64_C(200000)
#define SNAPSHOT_COUNT 20000

struct value {
    unsigned char bytes[VALUE_SIZE];
};

struct fixture {
    struct model_mvc mvc;
    void *memory;
    size_t size;
    atomic_bool is_over;
};

static const uint32_t every_key[KEY_COUNT] = {0, 1, 2, 3};

static struct value value_of(uint64_t number)
{
    struct value value;

    for (size_t i = 0; i < VALUE_SIZE; i++) {
        value.bytes[i] = (unsigned char)(number >> 8 * (i % 6));
    }
    return value;
}

static uint64_t number_in(const struct value *value)
{
    uint64_t number = 0;

    for (size_t i = 0; i < 6; i++) {
        number |= (uint64_t)value->bytes[i] << 8 * i;
    }
    return number;
}

static bool is_whole(const struct value *value)
{
    struct value expected = value_of(number_in(value));

    return memcmp(value, &expected, sizeof(expected)) == 0;
}

static void post(struct fixture *fixture, uint32_t index, uint64_t number)
{
    struct value value = value_of(number);

    model_mvc_post(&fixture->mvc, index, &value);
}

static void assert_holds(const struct fixture *fixture, uint32_t index, uint64_t number)
{
    struct value value;
    uint64_t version;

    assert_int_equal(model_mvc_snapshot(&fixture->mvc, &index, 1, &value, &version), MODEL_MVC_OK);
    assert_true(is_whole(&value));
    assert_int_equal(number_in(&value), number);
    assert_int_equal(version, model_mvc_version(&fixture->mvc));
}

static void keeps_the_newest_value_of_each_key(void **state)
{
    struct fixture *fixture = *state;

    assert_holds(fixture, 2, 0);
    post(fixture, 2, 11);
    post(fixture, 0, 12);
    post(fixture, 2, 13);

    assert_int_equal(model_mvc_version(&fixture->mvc), 3);
    assert_holds(fixture, 0, 12);
    assert_holds(fixture, 1, 0);
    assert_holds(fixture, 2, 13);
}

static void gives_each_name_one_entry(void **state)
{
    struct fixture *fixture = *state;
    char name[MODEL_MVC_NAME_SIZE];
    char long_name[MODEL_MVC_NAME_SIZE + 1];
    uint32_t index = 99;

    assert_int_equal(model_mvc_register(&fixture->mvc, "key 2", &index), MODEL_MVC_OK);
    assert_int_equal(index, 2);
    assert_int_equal(model_mvc_register(&fixture->mvc, "more", &index), MODEL_MVC_FULL);
    assert_int_equal(model_mvc_register(&fixture->mvc, "", &index), MODEL_MVC_BAD_NAME);
    memset(long_name, 'x', sizeof(long_name));
    long_name[MODEL_MVC_NAME_SIZE] = '\0';
    assert_int_equal(model_mvc_register(&fixture->mvc, long_name, &index), MODEL_MVC_BAD_NAME);
    assert_int_equal(index, 2);
    assert_int_equal(model_mvc_key_count(&fixture->mvc), KEY_COUNT);

    assert_true(model_mvc_find(&fixture->mvc, "key 3", &index));
    assert_int_equal(index, 3);
    assert_false(model_mvc_find(&fixture->mvc, "more", &index));
    model_mvc_name(&fixture->mvc, 1, name);
    assert_string_equal(name, "key 1");
}

static void refuses_shapes_out_of_range(void **state)
{
    struct fixture *fixture = *state;
    struct model_mvc mvc;

    assert_int_equal(model_mvc_size(0, 8), 0);
    assert_int_equal(model_mvc_size(MODEL_MVC_ENTRY_COUNT_MAX + 1, 8), 0);
    assert_int_equal(model_mvc_size(1, 0), 0);
    assert_int_equal(model_mvc_size(1, MODEL_MVC_VALUE_SIZE_MAX + 1), 0);
    assert_int_equal(
        model_mvc_init(&mvc, fixture->memory, fixture->size, 0, 8), MODEL_MVC_BAD_SHAPE);
    assert_int_equal(
        model_mvc_init(&mvc, fixture->memory, fixture->size - 1, KEY_COUNT, VALUE_SIZE),
        MODEL_MVC_TOO_SMALL);
    assert_int_equal(model_mvc_key_count(&fixture->mvc), KEY_COUNT);
}

static void attaches_to_a_state_and_to_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct fixture other = {.size = fixture->size};
    unsigned char *bytes = fixture->memory;

    post(fixture, 1, 5);
    assert_int_equal(model_mvc_attach(&other.mvc, bytes, fixture->size), MODEL_MVC_OK);
    assert_holds(&other, 1, 5);
    assert_int_equal(model_mvc_attach(&other.mvc, bytes, 8), MODEL_MVC_TOO_SMALL);
    assert_int_equal(model_mvc_attach(&other.mvc, bytes, fixture->size - 1), MODEL_MVC_TOO_SMALL);
    bytes[0] ^= 1;
    assert_int_equal(model_mvc_attach(&other.mvc, bytes, fixture->size), MODEL_MVC_NOT_A_STATE);
    bytes[0] ^= 1;
    memset(bytes + 8, 0xff, 4); /* its count of entries */
    assert_int_equal(model_mvc_attach(&other.mvc, bytes, fixture->size), MODEL_MVC_NOT_A_STATE);
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

/* The naive twin keeps every version of everything. */
static void reads_any_recent_version_like_a_full_history(void **state)
{
    struct fixture *fixture = *state;
    static uint64_t history[3000][KEY_COUNT];
    uint64_t seed = 3;
    uint64_t known = 0;

    for (uint64_t version = 1; version < 3000; version++) {
        uint32_t key = random_below(&seed, 2) == 0 ? 0 : random_below(&seed, KEY_COUNT);
        post(fixture, key, version);
        memcpy(history[version], history[version - 1], sizeof(history[0]));
        history[version][key] = version;

        uint64_t back = random_below(&seed, 70);
        uint64_t past = version > back ? version - back : 0;
        struct model_mvc_reading reading = {.index = random_below(&seed, KEY_COUNT)};
        struct value value;
        if (model_mvc_read(&fixture->mvc, past, &reading, &value)) {
            assert_int_equal(number_in(&value), history[past][reading.index]);
            assert_int_equal(reading.version, history[past][reading.index]);
            assert_true(is_whole(&value));
            known++;
        } else {
            assert_true(back >= 64); /* the least length of the log */
        }
    }
    assert_true(known > 2500);
}

/* ---- a writer that does not stop ---- */

/* Round n posts n to keys 0, 1, 2, 3 in this order; key 0 is posted once more, to be hot. */
static void *post_rounds(void *context)
{
    struct fixture *fixture = context;

    for (uint64_t round = 1; round <= ROUND_COUNT; round++) {
        post(fixture, 0, round - 1);
        for (uint32_t key = 0; key < KEY_COUNT; key++) {
            post(fixture, key, round);
        }
    }
    atomic_store(&fixture->is_over, true);
    return NULL;
}

/* What key holds at a version follows from post_rounds(). */
static bool is_of_version(uint64_t number, uint32_t key, uint64_t version)
{
    uint64_t round = version / (KEY_COUNT + 1);
    uint64_t place = version % (KEY_COUNT + 1);

    return number == (place >= key + 2 ? round + 1 : round);
}

static bool is_of_one_version(const struct value *values, uint64_t version)
{
    for (uint32_t key = 0; key < KEY_COUNT; key++) {
        if (!is_whole(&values[key]) || !is_of_version(number_in(&values[key]), key, version)) {
            return false;
        }
    }
    return true;
}

/* Returns how many snapshots were of one version; stops at the first that is not. */
static uint32_t take_snapshots(struct fixture *fixture, uint32_t *out_busy_count)
{
    uint32_t good = 0;
    uint64_t version_before = 0;

    *out_busy_count = 0;
    while (good < SNAPSHOT_COUNT) {
        struct value values[KEY_COUNT];
        uint64_t version;
        if (model_mvc_snapshot(&fixture->mvc, every_key, KEY_COUNT, values, &version) !=
            MODEL_MVC_OK) {
            (*out_busy_count)++;
            continue;
        }
        if (version < version_before || !is_of_one_version(values, version)) {
            return good;
        }
        version_before = version;
        good++;
    }
    return good;
}

static void gives_threads_snapshots_of_one_version(void **state)
{
    struct fixture *fixture = *state;
    uint32_t busy_count;
    pthread_t writer;

    assert_int_equal(pthread_create(&writer, NULL, post_rounds, fixture), 0);
    assert_int_equal(take_snapshots(fixture, &busy_count), SNAPSHOT_COUNT);
    assert_in_range(busy_count, 0, SNAPSHOT_COUNT / 10);
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_int_equal(model_mvc_version(&fixture->mvc), ROUND_COUNT * (KEY_COUNT + 1));
}

static void gives_processes_snapshots_of_one_version(void **state)
{
    struct fixture *fixture = *state;
    uint32_t busy_count;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        post_rounds(fixture);
        _exit(0);
    }
    assert_int_equal(take_snapshots(fixture, &busy_count), SNAPSHOT_COUNT);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* A writer is killed at a random place, many times. Readers always find one version, and a new
 * writer that recovers goes on. */
static void survives_the_death_of_its_writer(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t death = 0; death < 200; death++) {
        assert_int_equal(
            model_mvc_init(&fixture->mvc, fixture->memory, fixture->size, KEY_COUNT, VALUE_SIZE),
            MODEL_MVC_OK);
        uint32_t index;
        for (uint32_t key = 0; key < KEY_COUNT; key++) {
            char name[2] = {(char)('a' + (char)key), '\0'};
            assert_int_equal(model_mvc_register(&fixture->mvc, name, &index), MODEL_MVC_OK);
        }
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            post_rounds(fixture);
            _exit(0);
        }
        while (model_mvc_version(&fixture->mvc) < 500 + 7 * death) {
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);

        struct value values[KEY_COUNT];
        uint64_t version;
        assert_int_equal(
            model_mvc_snapshot(&fixture->mvc, every_key, KEY_COUNT, values, &version),
            MODEL_MVC_OK);
        for (uint32_t key = 0; key < KEY_COUNT; key++) {
            assert_true(is_of_version(number_in(&values[key]), key, version));
        }
        model_mvc_recover(&fixture->mvc);
        assert_in_range(model_mvc_version(&fixture->mvc), version, version + 1);
        for (uint32_t key = 0; key < KEY_COUNT; key++) {
            post(fixture, key, 1000000 + key);
            assert_holds(fixture, key, 1000000 + key);
        }
    }
}

/* Every word of the shared memory is overwritten in turn with values that hurt. What comes out may
 * be wrong; it must come out, and from inside the memory. */
static void survives_any_word_a_hostile_writer_stores(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t nasty[] = {0, UINT64_MAX, 3, UINT64_C(1) << 63, 1000001};
    uint64_t *words = fixture->memory;
    uint32_t answer_count = 0;

    for (uint32_t i = 0; i < 5; i++) {
        post(fixture, i % KEY_COUNT, i);
    }
    for (uint64_t i = 0; i < fixture->size / sizeof(*words) * 5; i++) {
        uint64_t saved = words[i / 5];
        struct value values[KEY_COUNT];
        struct model_mvc other;
        char name[MODEL_MVC_NAME_SIZE];
        uint64_t version;
        uint32_t index;
        words[i / 5] = nasty[i % 5];
        answer_count += model_mvc_snapshot(&fixture->mvc, every_key, KEY_COUNT, values, &version) ==
                        MODEL_MVC_OK;
        answer_count += model_mvc_find(&fixture->mvc, "nobody", &index);
        assert_in_range(model_mvc_key_count(&fixture->mvc), 0, KEY_COUNT);
        model_mvc_name(&fixture->mvc, 3, name);
        assert_in_range(strlen(name), 0, MODEL_MVC_NAME_SIZE - 1);
        if (model_mvc_attach(&other, fixture->memory, fixture->size) == MODEL_MVC_OK) {
            answer_count += other.entry_count <= KEY_COUNT;
        }
        words[i / 5] = saved;
    }
    assert_true(answer_count > 0);
    assert_holds(fixture, 0, 4);
}

static int map_state(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    uint32_t index;

    fixture->size = model_mvc_size(KEY_COUNT, VALUE_SIZE);
    fixture->memory =
        mmap(NULL, fixture->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *state = fixture;
    enum model_mvc_status status =
        model_mvc_init(&fixture->mvc, fixture->memory, fixture->size, KEY_COUNT, VALUE_SIZE);
    for (char key = '0'; key < '0' + KEY_COUNT && status == MODEL_MVC_OK; key++) {
        char name[] = {'k', 'e', 'y', ' ', key, '\0'};
        status = model_mvc_register(&fixture->mvc, name, &index);
    }
    return status == MODEL_MVC_OK ? 0 : -1;
}

static int unmap_state(void **state)
{
    struct fixture *fixture = *state;

    (void)munmap(fixture->memory, fixture->size);
    free(fixture);
    return 0;
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, map_state, unmap_state)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(keeps_the_newest_value_of_each_key),
        STATE_TEST(gives_each_name_one_entry),
        STATE_TEST(refuses_shapes_out_of_range),
        STATE_TEST(attaches_to_a_state_and_to_nothing_else),
        STATE_TEST(reads_any_recent_version_like_a_full_history),
        STATE_TEST(gives_threads_snapshots_of_one_version),
        STATE_TEST(gives_processes_snapshots_of_one_version),
        STATE_TEST(survives_the_death_of_its_writer),
        STATE_TEST(survives_any_word_a_hostile_writer_stores),
    };

    return cmocka_run_group_tests_name("models/mvc", tests, NULL, NULL);
}

/* Tests of world/durable: what was committed is there after a crash, and what a look at the disk
 * shows. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "world/durable.h"

#define NONSENSE UINT64_MAX

#include "tests/world_fixture.h"

/* A node that does nothing but keep numbers in a journal. */
struct keeper {
    struct fixture_probe *probe;
    struct world_durable durable;
    uint64_t committed;
    uint32_t told; /* how often */
    GArray *read;  /* of uint64_t: the numbers that the last reading found */
};

static void note_committed(struct world_node *node, uint64_t position)
{
    struct keeper *keeper = ((struct fixture_probe *)node)->context;

    assert_true(position > keeper->committed);
    keeper->committed = position;
    keeper->told++;
}

static void keep(struct keeper *keeper, uint64_t number)
{
    const struct model_store *store = world_durable_store(&keeper->durable);

    (void)store->append(store->context, &number, sizeof(number));
}

static bool note_read(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct keeper *keeper = context;
    uint64_t number;

    assert_int_equal(size, sizeof(number));
    memcpy(&number, record, sizeof(number));
    g_array_append_val(keeper->read, number);
    return number != NONSENSE && position == keeper->read->len;
}

static void run(struct keeper *keeper, sim_time duration)
{
    struct world *world = keeper->probe->node.world;

    (void)world_run(world, world->run.now + duration, UINT64_MAX);
    sim_fel_check(world->run.fel);
    if (keeper->durable.journal != NULL) {
        model_journal_check(keeper->durable.journal);
    }
}

static bool read_back(struct keeper *keeper, sim_time *out_duration)
{
    g_array_set_size(keeper->read, 0);
    world_durable_open(&keeper->durable);
    return world_durable_recover(&keeper->durable, note_read, keeper, out_duration);
}

static void assert_read(const struct keeper *keeper, uint32_t count)
{
    assert_int_equal(keeper->read->len, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(g_array_index(keeper->read, uint64_t, i), i);
    }
}

static void keep_many(struct keeper *keeper, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        keep(keeper, i);
        world_durable_pump(&keeper->durable);
    }
}

static void what_gathers_during_an_io_shares_the_next(void **state)
{
    struct keeper *keeper = *state;

    keep_many(keeper, 100);
    assert_int_equal(keeper->committed, 0);
    run(keeper, SIM_SECOND);
    assert_int_equal(keeper->committed, 100);
    assert_int_equal(keeper->told, 2); /* the first alone, then all that came meanwhile */
    assert_int_equal(fixture_counter(keeper->probe->node.world, "here/disk/syncs"), 2);
}

static void what_was_committed_is_read_back_after_a_crash(void **state)
{
    struct keeper *keeper = *state;
    sim_time duration;

    keep_many(keeper, 50);
    run(keeper, SIM_SECOND);
    keep(keeper, 999); /* not even written */
    world_durable_crash(&keeper->durable);
    assert_null(keeper->durable.journal);
    assert_true(read_back(keeper, &duration));
    assert_read(keeper, 50);
    assert_in_range(duration, 100, SIM_MILLISECOND);
}

static void a_crash_at_any_instant_keeps_what_was_committed(void **state)
{
    struct keeper *keeper = *state;
    uint32_t cut_short = 0;
    sim_time duration;

    for (uint32_t i = 0; i < 200; i++) {
        uint64_t base = keeper->durable.journal != NULL ? keeper->read->len : 0;
        for (uint64_t number = 0; number < 40; number++) {
            keep(keeper, base + number);
            world_durable_pump(&keeper->durable);
            run(keeper, (sim_time)i * SIM_MICROSECOND);
        }
        uint64_t promised = keeper->committed;
        world_durable_crash(&keeper->durable);
        assert_true(read_back(keeper, &duration));
        assert_true(keeper->read->len >= promised);
        assert_read(keeper, keeper->read->len);
        cut_short += keeper->read->len < base + 40;
        keeper->committed = model_journal_committed(keeper->durable.journal);
    }
    assert_true(cut_short > 20);
}

static void a_look_shows_what_a_recovery_finds_and_changes_nothing(void **state)
{
    struct keeper *keeper = *state;
    sim_time duration;

    keep_many(keeper, 50);
    run(keeper, SIM_SECOND / 1000);
    world_durable_crash(&keeper->durable);
    for (int i = 0; i < 2; i++) {
        g_array_set_size(keeper->read, 0);
        assert_true(world_durable_peek(&keeper->durable, note_read, keeper));
        assert_null(keeper->durable.journal);
    }
    uint32_t seen = keeper->read->len;
    assert_true(read_back(keeper, &duration));
    assert_read(keeper, seen);
}

static void a_journal_that_makes_no_sense_is_an_incident(void **state)
{
    struct keeper *keeper = *state;
    struct world *world = keeper->probe->node.world;
    sim_time duration;

    keep(keeper, NONSENSE);
    world_durable_pump(&keeper->durable);
    run(keeper, SIM_SECOND);
    world_durable_crash(&keeper->durable);
    assert_false(read_back(keeper, &duration));
    assert_null(keeper->durable.journal);
    assert_int_equal(world->incidents.list->len, 1);
    assert_string_equal(
        g_array_index(world->incidents.list, struct world_incident, 0).label,
        "here/keeper cannot use its journal: it holds records that make no sense here");
}

static void syncs_by_itself_when_the_interval_is_over(void **state)
{
    struct keeper *keeper = *state;
    sim_time duration;

    world_durable_crash(&keeper->durable);
    keeper->durable.config.sync = MODEL_SYNC_INTERVAL;
    keeper->durable.config.interval = 100 * SIM_MILLISECOND;
    assert_true(read_back(keeper, &duration));
    keep(keeper, 0);
    world_durable_pump(&keeper->durable);
    run(keeper, 50 * SIM_MILLISECOND);
    assert_int_equal(keeper->committed, 1); /* by the write */
    assert_int_equal(model_journal_synced(keeper->durable.journal), 0);
    run(keeper, 100 * SIM_MILLISECOND);
    assert_int_equal(model_journal_synced(keeper->durable.journal), 1);
}

static int create(void **state)
{
    struct keeper *keeper = g_new0(struct keeper, 1);
    struct model_journal_config config = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20};
    struct world *world = world_create(1);
    sim_time duration;

    keeper->probe = fixture_probe_add(world_datacenter_add(world, "here", NULL), "keeper");
    keeper->read = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    keeper->probe->context = keeper;
    world_durable_init(&keeper->durable, &keeper->probe->node, &config, note_committed);
    assert_true(read_back(keeper, &duration));
    assert_int_equal(duration, 0);
    *state = keeper;
    return 0;
}

static int destroy(void **state)
{
    struct keeper *keeper = *state;

    if (keeper->durable.journal != NULL) {
        world_durable_crash(&keeper->durable);
    }
    g_array_unref(keeper->read);
    world_destroy(keeper->probe->node.world);
    g_free(keeper);
    return 0;
}

#define KEEPER_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(what_gathers_during_an_io_shares_the_next),
        KEEPER_TEST(what_was_committed_is_read_back_after_a_crash),
        KEEPER_TEST(a_crash_at_any_instant_keeps_what_was_committed),
        KEEPER_TEST(a_look_shows_what_a_recovery_finds_and_changes_nothing),
        KEEPER_TEST(a_journal_that_makes_no_sense_is_an_incident),
        KEEPER_TEST(syncs_by_itself_when_the_interval_is_over),
    };

    return cmocka_run_group_tests_name("world/durable", tests, NULL, NULL);
}

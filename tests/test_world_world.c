/* Tests of world/world: the whole billing world, and what becomes of its messages when a data
 * centre fails, for each way of keeping them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/world_fixture.h"

#define SEQUENCES UINT64_C(140000)
#define DRAIN     (30 * SIM_SECOND)

/* What the trace says of each message, and what was in the queue when the blow came. */
struct watch {
    struct fixture *fixture;
    uint32_t effects[FIXTURE_DATACENTERS][SEQUENCES];
    sim_time accepted[FIXTURE_DATACENTERS][SEQUENCES]; /* first; 0: never */
    GArray *in_queue;                                  /* of uint64_t: ids */
    uint32_t held; /* by the collector of the data centre that failed */
    struct world_datacenter *victim;
};

static void follow(void *context, const struct sim_trace_record *record)
{
    struct watch *watch = context;
    uint32_t producer = model_message_producer(record->message);
    uint64_t sequence = model_message_sequence(record->message);

    if (record->kind < WORLD_TRACE_AUDIT) {
        return;
    }
    assert_in_range(sequence, 0, SEQUENCES - 1);
    uint32_t event = record->kind - WORLD_TRACE_AUDIT;
    if (event == WORLD_AUDIT_SETTLED || event == WORLD_AUDIT_RECOVERED) {
        watch->effects[producer][sequence]++;
    }
    if (event == WORLD_AUDIT_ACCEPTED && watch->accepted[producer][sequence] == 0) {
        watch->accepted[producer][sequence] = record->time;
    }
}

static void note_in_queue(void *context, const struct model_message *message)
{
    struct watch *watch = context;

    g_array_append_val(watch->in_queue, message->id);
}

static void look_and_fail(void *context)
{
    struct watch *watch = context;

    const struct world_queue *queue = world_broker_queue(watch->fixture->broker);
    queue->type->visit(queue, note_in_queue, watch);
    watch->held = world_producer_held(watch->fixture->producers[watch->victim->index]);
    world_datacenter_fail(watch->victim);
}

static void recover(void *context)
{
    struct watch *watch = context;

    world_datacenter_recover(watch->victim);
}

static struct watch *watch_create(const struct fixture_config *config)
{
    struct watch *watch = g_new0(struct watch, 1);

    watch->fixture = fixture_create(config);
    watch->in_queue = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    watch->fixture->world->trace.sink = follow;
    watch->fixture->world->trace.sink_context = watch;
    return watch;
}

static void watch_destroy(struct watch *watch)
{
    fixture_destroy(watch->fixture);
    g_array_unref(watch->in_queue);
    g_free(watch);
}

static void plan_failure(struct watch *watch, uint32_t victim, sim_time from, sim_time to)
{
    struct world *world = watch->fixture->world;

    watch->victim = watch->fixture->datacenters[victim];
    world_incident_plan(world, from, "it goes dark", look_and_fail, watch);
    world_incident_plan(world, to, "it is back", recover, watch);
}

static bool is_lost(const struct watch *watch, uint32_t producer, uint64_t sequence)
{
    return watch->accepted[producer][sequence] > 0 && watch->effects[producer][sequence] == 0;
}

/* Those that were in the queue when the blow came, promised, and never had an effect. */
static uint64_t in_queue_without_effect(const struct watch *watch)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < watch->in_queue->len; i++) {
        uint64_t id = g_array_index(watch->in_queue, uint64_t, i);
        count += is_lost(watch, model_message_producer(id), model_message_sequence(id));
    }
    return count;
}

/* Accepted, and without an effect though everything is at rest. Their acceptances all lie within
 * the given time. */
static uint64_t lost_between(const struct watch *watch, sim_time from, sim_time to)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < FIXTURE_DATACENTERS * SEQUENCES; i++) {
        sim_time accepted = (&watch->accepted[0][0])[i];
        if (accepted > 0 && (&watch->effects[0][0])[i] == 0) {
            assert_in_range(accepted, from, to);
            count++;
        }
    }
    return count;
}

static uint64_t accepted_between(const struct watch *watch, sim_time from, sim_time to)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < FIXTURE_DATACENTERS * SEQUENCES; i++) {
        sim_time accepted = (&watch->accepted[0][0])[i];
        count += accepted >= from && accepted <= to;
    }
    return count;
}

static void assert_conserved(struct watch *watch)
{
    struct world_audit_totals totals = fixture_totals(watch->fixture);

    assert_int_equal(
        totals.arrived,
        totals.turned_away + totals.refused + totals.lost_unaccepted + totals.unaccepted +
            totals.accepted);
    assert_int_equal(
        totals.accepted,
        totals.settled + totals.dropped + totals.dead + totals.lost + totals.inside);
    assert_int_equal(totals.repeated, 0);
    assert_true(world_check_held(watch->fixture->conservation));
}

/* Has everything come to rest, and evaluates the checks. */
static struct world_audit_totals come_to_rest(struct watch *watch)
{
    fixture_drain(watch->fixture, DRAIN);
    world_end(watch->fixture->world);
    assert_conserved(watch);
    fixture_assert_no_packets(watch->fixture->world);
    struct world_audit_totals totals = fixture_totals(watch->fixture);
    assert_int_equal(totals.inside, 0);
    assert_int_equal(totals.unaccepted, 0);
    return totals;
}

/* ---- the central data centre fails ---- */

/* The main job: 30 s to 60 s of two minutes. */
static struct watch *run_central_failure(const struct fixture_config *config)
{
    struct watch *watch = watch_create(config);

    plan_failure(watch, FIXTURE_CENTRAL, 30 * SIM_SECOND, 60 * SIM_SECOND);
    fixture_run(watch->fixture, 120 * SIM_SECOND);
    assert_conserved(watch);
    return watch;
}

static void assert_backlog_is_gone(const struct watch *watch)
{
    assert_true(world_broker_depth(watch->fixture->broker) < 200);
    for (int i = 0; i < FIXTURE_DATACENTERS; i++) {
        assert_true(world_producer_held(watch->fixture->producers[i]) < 200);
    }
}

static void a_journal_that_always_syncs_keeps_every_promise(void **state)
{
    struct fixture_config config = fixture_billing(7);
    struct watch *watch = run_central_failure(&config);

    (void)state;
    assert_backlog_is_gone(watch);
    struct world_audit_totals totals = come_to_rest(watch);
    assert_int_equal(totals.lost, 0);
    assert_int_equal(lost_between(watch, 0, 0), 0);
    assert_true(world_check_held(watch->fixture->exactly_once));
    assert_true(totals.settled > 250000);
    assert_true(totals.turned_away > 20000); /* the central collector was down as well */
    assert_int_equal(in_queue_without_effect(watch), 0);
    assert_true(watch->in_queue->len > 0);
    const struct sim_tally *latency = world_ledger_latency(watch->fixture->ledger);
    assert_true(sim_histogram_max(latency->histogram) > 30 * SIM_SECOND);
    assert_true(sim_histogram_percentile(latency->histogram, 50) < SIM_SECOND / 10);
    watch_destroy(watch);
}

/* The violation names a message that was lost, when and where. */
static void assert_names_a_loss(const struct watch *watch, sim_time time)
{
    const struct world_violation *first = &watch->fixture->exactly_once->first;
    uint32_t named = 0;

    assert_int_equal(first->time, time);
    for (uint64_t i = 0; i < FIXTURE_DATACENTERS * SEQUENCES; i++) {
        uint32_t producer = (uint32_t)(i / SEQUENCES);
        if (is_lost(watch, producer, i % SEQUENCES)) {
            g_autofree char *text = g_strdup_printf(
                "message %" G_GUINT64_FORMAT " of %s was accepted, and is lost: %s",
                i % SEQUENCES,
                fixture_node(watch->fixture, producer)->path,
                "it was in a queue that crashed, at beijing/queue");
            named += g_str_equal(text, first->text);
        }
    }
    assert_int_equal(named, 1);
}

static void memory_loses_exactly_what_was_in_the_queue_and_not_settled(void **state)
{
    struct fixture_config config = fixture_billing(7);

    (void)state;
    config.durable = false;
    struct watch *watch = run_central_failure(&config);
    assert_backlog_is_gone(watch);
    struct world_audit_totals totals = come_to_rest(watch);
    assert_true(totals.lost > 0);
    assert_int_equal(totals.lost, in_queue_without_effect(watch));
    assert_int_equal(totals.lost, lost_between(watch, 1, 30 * SIM_SECOND));
    assert_false(world_check_held(watch->fixture->exactly_once));
    assert_int_equal(watch->fixture->exactly_once->failed, totals.lost);
    assert_names_a_loss(watch, 30 * SIM_SECOND);
    watch_destroy(watch);
}

static void a_journal_loses_no_more_than_was_accepted_since_the_last_sync(void **state)
{
    struct fixture_config config = fixture_billing(7);

    (void)state;
    config.sync = MODEL_SYNC_INTERVAL;
    struct watch *watch = run_central_failure(&config);
    assert_backlog_is_gone(watch);
    struct world_audit_totals totals = come_to_rest(watch);
    sim_time since = 30 * SIM_SECOND - 120 * SIM_MILLISECOND; /* the interval, and its sync */
    assert_int_equal(totals.lost, lost_between(watch, since, 30 * SIM_SECOND));
    assert_true(totals.lost <= accepted_between(watch, since, 30 * SIM_SECOND));
    watch_destroy(watch);
}

static void a_journal_that_never_syncs_still_counts_what_it_loses(void **state)
{
    struct fixture_config config = fixture_billing(7);

    (void)state;
    config.sync = MODEL_SYNC_NONE;
    struct watch *watch = run_central_failure(&config);
    assert_backlog_is_gone(watch);
    struct world_audit_totals totals = come_to_rest(watch);
    assert_true(totals.lost > 0);
    assert_int_equal(totals.lost, in_queue_without_effect(watch));
    assert_names_a_loss(watch, 30 * SIM_SECOND);
    watch_destroy(watch);
}

/* ---- the same with a long queue ---- */

/* Four workers serve 2000 of 2400 a second, so 2000 wait when the blow comes. */
static struct watch *run_overloaded(bool durable, enum model_sync sync)
{
    struct fixture_config config = fixture_billing(3);

    config.workers = 4;
    config.durable = durable;
    config.sync = sync;
    struct watch *watch = watch_create(&config);
    plan_failure(watch, FIXTURE_CENTRAL, 5 * SIM_SECOND, 8 * SIM_SECOND);
    fixture_run(watch->fixture, 10 * SIM_SECOND);
    assert_true(watch->in_queue->len > 1000);
    return watch;
}

static void a_long_queue_is_lost_whole_from_memory(void **state)
{
    struct watch *watch = run_overloaded(false, MODEL_SYNC_NONE);
    struct world_audit_totals totals = come_to_rest(watch);

    (void)state;
    assert_true(totals.lost > 1000);
    assert_int_equal(totals.lost, in_queue_without_effect(watch));
    assert_int_equal(totals.lost, lost_between(watch, 1, 5 * SIM_SECOND));
    watch_destroy(watch);
}

static void a_long_queue_loses_only_its_youngest_when_synced_at_intervals(void **state)
{
    struct watch *watch = run_overloaded(true, MODEL_SYNC_INTERVAL);
    struct world_audit_totals totals = come_to_rest(watch);
    sim_time since = 5 * SIM_SECOND - 120 * SIM_MILLISECOND;

    (void)state;
    assert_true(totals.lost > 0 && totals.lost < 300);
    assert_int_equal(totals.lost, lost_between(watch, since, 5 * SIM_SECOND));
    assert_true(totals.lost <= accepted_between(watch, since, 5 * SIM_SECOND));
    watch_destroy(watch);
}

static void a_long_queue_comes_back_whole_when_always_synced(void **state)
{
    struct watch *watch = run_overloaded(true, MODEL_SYNC_ALWAYS);
    struct world_audit_totals totals = come_to_rest(watch);

    (void)state;
    assert_int_equal(totals.lost, 0);
    assert_int_equal(lost_between(watch, 0, 0), 0);
    assert_true(world_check_held(watch->fixture->exactly_once));
    watch_destroy(watch);
}

static void what_is_on_the_disk_of_a_dead_data_centre_is_not_lost(void **state)
{
    struct fixture_config config = fixture_billing(3);

    (void)state;
    config.workers = 4;
    struct watch *watch = watch_create(&config);
    plan_failure(watch, FIXTURE_CENTRAL, 5 * SIM_SECOND, 100 * SIM_SECOND);
    fixture_run(watch->fixture, 7 * SIM_SECOND);
    struct world_audit_totals totals = fixture_totals(watch->fixture);
    assert_int_equal(world_broker_depth(watch->fixture->broker), 0);
    assert_in_range(totals.inside, watch->in_queue->len - 100, watch->in_queue->len + 100);
    assert_int_equal(totals.lost, 0);
    world_end(watch->fixture->world);
    assert_true(world_check_held(watch->fixture->exactly_once));
    assert_conserved(watch);
    watch_destroy(watch);
}

/* ---- a peripheral data centre fails ---- */

static void a_peripheral_failure_loses_what_its_collector_held_unpromised(void **state)
{
    (void)state;
    for (int durable = 0; durable < 2; durable++) {
        struct fixture_config config = fixture_billing(7);
        config.durable = durable != 0;
        config.linger = 50 * SIM_MILLISECOND; /* so that some of it is not on the wire yet */
        struct watch *watch = watch_create(&config);
        plan_failure(watch, 1, 10 * SIM_SECOND, 20 * SIM_SECOND);
        fixture_run(watch->fixture, 30 * SIM_SECOND);
        struct world_audit_totals totals = fixture_totals(watch->fixture);
        assert_int_equal(totals.lost, 0);
        assert_in_range(totals.lost_unaccepted, 1, watch->held);
        assert_in_range(totals.turned_away, 7000, 9000);
        assert_int_equal(
            totals.turned_away,
            fixture_counter(watch->fixture->world, "shanghai/clicks/turned_away"));
        totals = come_to_rest(watch);
        assert_int_equal(totals.lost, 0);
        assert_true(world_check_held(watch->fixture->exactly_once));
        watch_destroy(watch);
    }
}

/* ---- the same run, and what is comparable between two ---- */

static uint64_t digest_of(uint64_t seed, sim_time slice)
{
    struct fixture_config config = fixture_billing(seed);

    config.step = slice;
    struct watch *watch = watch_create(&config);
    plan_failure(watch, FIXTURE_CENTRAL, 3 * SIM_SECOND, 5 * SIM_SECOND);
    fixture_run(watch->fixture, 8 * SIM_SECOND);
    uint64_t digest = watch->fixture->world->trace.digest;
    watch_destroy(watch);
    return digest;
}

static void two_runs_are_the_same_run_however_they_are_sliced(void **state)
{
    uint64_t digest = digest_of(7, 50 * SIM_MILLISECOND);

    (void)state;
    assert_true(digest_of(7, 50 * SIM_MILLISECOND) == digest);
    assert_true(digest_of(7, 8 * SIM_SECOND) == digest);
    assert_true(digest_of(7, 777 * SIM_MICROSECOND) == digest);
}

static void another_seed_is_another_run(void **state)
{
    (void)state;
    assert_true(digest_of(7, SIM_SECOND) != digest_of(8, SIM_SECOND));
}

static uint64_t digest_when_looked_at(sim_time interval)
{
    struct fixture_config config = fixture_billing(7);
    struct watch *watch = watch_create(&config);

    plan_failure(watch, FIXTURE_CENTRAL, 3 * SIM_SECOND, 5 * SIM_SECOND);
    for (sim_time time = interval; time <= 8 * SIM_SECOND; time += interval) {
        fixture_run(watch->fixture, time);
        (void)fixture_totals(watch->fixture);
    }
    uint64_t digest = watch->fixture->world->trace.digest;
    watch_destroy(watch);
    return digest;
}

static void looking_does_not_change_a_run(void **state)
{
    (void)state;
    assert_true(digest_when_looked_at(SIM_SECOND / 10) == digest_when_looked_at(8 * SIM_SECOND));
}

/* Folds what is recorded of the fixture's own nodes, or of arrivals only. */
struct part {
    struct sim_trace trace;
    bool arrivals_only;
};

static void fold_part(void *context, const struct sim_trace_record *record)
{
    struct part *part = context;
    bool is_arrival = record->kind == WORLD_TRACE_AUDIT + WORLD_AUDIT_TAKEN_IN;

    if (record->node < FIXTURE_NODES && (is_arrival || !part->arrivals_only)) {
        sim_trace_add(&part->trace, record);
    }
}

static struct sim_trace part_of(const struct fixture_config *config, bool arrivals_only)
{
    struct part part = {.arrivals_only = arrivals_only};
    struct fixture *fixture = fixture_create(config);

    sim_trace_init(&part.trace);
    fixture->world->trace.sink = fold_part;
    fixture->world->trace.sink_context = &part;
    fixture_run(fixture, 5 * SIM_SECOND);
    fixture_destroy(fixture);
    return part.trace;
}

static void a_node_more_changes_nothing_for_the_others(void **state)
{
    struct fixture_config config = fixture_billing(7);

    (void)state;
    struct sim_trace alone = part_of(&config, false);
    config.has_bystander = true;
    struct sim_trace together = part_of(&config, false);
    assert_int_equal(alone.count, together.count);
    assert_true(alone.digest == together.digest);
    assert_true(alone.count > 10000);
}

static void a_change_behind_the_queue_leaves_the_arrivals_as_they_were(void **state)
{
    struct fixture_config config = fixture_billing(7);

    (void)state;
    struct sim_trace many = part_of(&config, true);
    config.workers = 3;
    config.durable = false;
    struct sim_trace few = part_of(&config, true);
    assert_int_equal(many.count, few.count);
    assert_true(many.digest == few.digest);
    config.seed = 8;
    assert_true(part_of(&config, true).digest != many.digest);
}

/* ---- running ---- */

static void stop(void *context)
{
    world_stop(context);
}

static void stops_after_the_event_that_asks_for_it(void **state)
{
    struct world *world = world_create(1);

    (void)state;
    world_incident_plan(world, 3 * SIM_SECOND + 5, "stop", stop, world);
    assert_int_equal(world_run(world, 10 * SIM_SECOND, UINT64_MAX), SIM_RUN_LIMIT);
    assert_int_equal(world->run.now, 3 * SIM_SECOND + 5);
    assert_true(world->stopped);
    world_destroy(world);
}

static void runs_up_to_its_limits(void **state)
{
    struct world *world = world_create(1);

    (void)state;
    assert_int_equal(world_run(world, 10 * SIM_SECOND, 3), SIM_RUN_LIMIT);
    assert_int_equal(world->run.now, 3 * SIM_SECOND); /* a sample each second is all there is */
    assert_int_equal(world_run(world, 5 * SIM_SECOND / 2 * 2 + 7, UINT64_MAX), SIM_RUN_HORIZON);
    assert_int_equal(world->run.now, 5 * SIM_SECOND + 7);
    assert_int_equal(sim_registry_sample_count(world->registry), 5);
    world_destroy(world);
}

static void times_end_where_the_integers_end(void **state)
{
    (void)state;
    assert_int_equal(world_time_after(5, 7), 12);
    assert_int_equal(world_time_after(SIM_NEVER - 5, 5), SIM_NEVER);
    assert_int_equal(world_time_after(SIM_NEVER - 5, 6), SIM_NEVER);
    assert_int_equal(world_time_after(SIM_NEVER, SIM_NEVER), SIM_NEVER);
    assert_int_equal(world_time_for(500, 1000), SIM_SECOND / 2);
    assert_int_equal(world_time_for(0, 1e-300), 0);
    assert_int_equal(world_time_for(1, 1e-300), SIM_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_that_always_syncs_keeps_every_promise),
        cmocka_unit_test(memory_loses_exactly_what_was_in_the_queue_and_not_settled),
        cmocka_unit_test(a_journal_loses_no_more_than_was_accepted_since_the_last_sync),
        cmocka_unit_test(a_journal_that_never_syncs_still_counts_what_it_loses),
        cmocka_unit_test(a_long_queue_is_lost_whole_from_memory),
        cmocka_unit_test(a_long_queue_loses_only_its_youngest_when_synced_at_intervals),
        cmocka_unit_test(a_long_queue_comes_back_whole_when_always_synced),
        cmocka_unit_test(what_is_on_the_disk_of_a_dead_data_centre_is_not_lost),
        cmocka_unit_test(a_peripheral_failure_loses_what_its_collector_held_unpromised),
        cmocka_unit_test(two_runs_are_the_same_run_however_they_are_sliced),
        cmocka_unit_test(another_seed_is_another_run),
        cmocka_unit_test(looking_does_not_change_a_run),
        cmocka_unit_test(a_node_more_changes_nothing_for_the_others),
        cmocka_unit_test(a_change_behind_the_queue_leaves_the_arrivals_as_they_were),
        cmocka_unit_test(stops_after_the_event_that_asks_for_it),
        cmocka_unit_test(runs_up_to_its_limits),
        cmocka_unit_test(times_end_where_the_integers_end),
    };

    return cmocka_run_group_tests_name("world/world", tests, NULL, NULL);
}

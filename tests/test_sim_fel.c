/* Tests of sim/fel: the order in which events leave the list, and what an id names.
 *
 * Every test fills a list, pops or cancels, and compares the payloads that come out. The last
 * tests do the same at random, a few events and many, against a list so simple that it is obviously
 * right. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/fel.h"
#include "sim/random.h"

static void fire_nothing(void *context, uint64_t payload)
{
    (void)context;
    (void)payload;
}

static struct sim_event_id insert_class(
    sim_fel *fel, sim_time time, enum sim_event_class class, uint64_t payload)
{
    struct sim_event event = {
        .time = time, .fire = fire_nothing, .payload = payload, .class = class};

    return sim_fel_insert(fel, &event);
}

static struct sim_event_id insert(sim_fel *fel, sim_time time, uint64_t payload)
{
    struct sim_event_id id = insert_class(fel, time, SIM_CLASS_WORLD, payload);

    sim_fel_check(fel);
    return id;
}

static void assert_pops(sim_fel *fel, uint64_t payload)
{
    struct sim_event event;

    assert_true(sim_fel_pop(fel, &event));
    assert_int_equal(event.payload, payload);
    sim_fel_check(fel);
}

static void assert_empty(sim_fel *fel)
{
    struct sim_event event;
    sim_time time;

    assert_int_equal(sim_fel_count(fel), 0);
    assert_false(sim_fel_pop(fel, &event));
    assert_false(sim_fel_next_time(fel, &time));
}

static void pops_by_time(void **state)
{
    sim_fel *fel = *state;

    insert(fel, 30, 3);
    insert(fel, 10, 1);
    insert(fel, 20, 2);

    assert_pops(fel, 1);
    assert_pops(fel, 2);
    assert_pops(fel, 3);
    assert_empty(fel);
}

static void pops_one_instant_in_insertion_order(void **state)
{
    sim_fel *fel = *state;

    for (uint64_t payload = 0; payload < 3000; payload++) {
        insert_class(fel, 7, SIM_CLASS_WORLD, payload);
    }
    sim_fel_check(fel);
    for (uint64_t payload = 0; payload < 3000; payload++) {
        struct sim_event event;
        assert_true(sim_fel_pop(fel, &event));
        assert_int_equal(event.payload, payload);
    }
    assert_empty(fel);
}

static void pops_a_script_before_the_world_of_its_instant(void **state)
{
    sim_fel *fel = *state;

    insert_class(fel, 10, SIM_CLASS_WORLD, 3);
    insert_class(fel, 10, SIM_CLASS_SCRIPT, 1);
    insert_class(fel, 9, SIM_CLASS_WORLD, 0);
    insert_class(fel, 10, SIM_CLASS_SCRIPT, 2);
    insert_class(fel, 11, SIM_CLASS_SCRIPT, 4);

    for (uint64_t payload = 0; payload < 5; payload++) {
        assert_pops(fel, payload);
    }
}

static void gives_back_every_field_of_an_event(void **state)
{
    sim_fel *fel = *state;
    int context = 0;
    struct sim_event event = {
        .time = 12,
        .fire = fire_nothing,
        .context = &context,
        .payload = UINT64_MAX,
        .class = SIM_CLASS_SCRIPT,
    };
    struct sim_event popped;

    sim_fel_insert(fel, &event);
    assert_true(sim_fel_pop(fel, &popped));
    assert_int_equal(popped.time, 12);
    assert_ptr_equal(popped.fire, fire_nothing);
    assert_ptr_equal(popped.context, &context);
    assert_int_equal(popped.payload, UINT64_MAX);
    assert_int_equal(popped.class, SIM_CLASS_SCRIPT);
}

static void holds_an_event_at_the_end_of_time(void **state)
{
    sim_fel *fel = *state;
    sim_time time;

    insert(fel, SIM_NEVER, 2);
    insert(fel, 0, 1);
    assert_pops(fel, 1);
    assert_true(sim_fel_next_time(fel, &time));
    assert_int_equal(time, SIM_NEVER);
    assert_pops(fel, 2);
    assert_empty(fel);
}

static void never_pops_a_cancelled_event(void **state)
{
    sim_fel *fel = *state;

    insert(fel, 10, 1);
    struct sim_event_id cancelled = insert(fel, 20, 2);
    insert(fel, 30, 3);

    assert_true(sim_fel_cancel(fel, cancelled));
    sim_fel_check(fel);
    assert_int_equal(sim_fel_count(fel), 2);

    assert_pops(fel, 1);
    assert_pops(fel, 3);
    assert_empty(fel);
}

static void forgets_a_cancelled_first_event_when_asked_for_the_next_time(void **state)
{
    sim_fel *fel = *state;
    sim_time time;

    struct sim_event_id first = insert(fel, 10, 1);
    insert(fel, 20, 2);
    assert_true(sim_fel_cancel(fel, first));
    assert_true(sim_fel_next_time(fel, &time));
    assert_int_equal(time, 20);
    insert(fel, 15, 3); /* before what was next */
    assert_pops(fel, 3);
    assert_pops(fel, 2);
}

static void refuses_a_stale_id(void **state)
{
    sim_fel *fel = *state;
    struct sim_event_id none = {0};

    assert_false(sim_fel_cancel(fel, none));

    struct sim_event_id fired = insert(fel, 10, 1);
    assert_pops(fel, 1);
    insert(fel, 20, 2); /* takes the slot that `fired` names */

    assert_false(sim_fel_cancel(fel, fired));
    assert_false(sim_fel_reschedule(fel, &fired, 30));
    assert_pops(fel, 2);
}

static void pops_a_rescheduled_event_as_if_inserted_anew(void **state)
{
    sim_fel *fel = *state;

    struct sim_event_id id = insert(fel, 10, 3);
    struct sim_event_id old = id;
    insert(fel, 20, 1);
    insert(fel, 30, 2);
    assert_true(sim_fel_reschedule(fel, &id, 30));
    sim_fel_check(fel);

    assert_false(sim_fel_cancel(fel, old));
    assert_int_equal(sim_fel_count(fel), 3);
    assert_pops(fel, 1);
    assert_pops(fel, 2);
    assert_pops(fel, 3);
    assert_false(sim_fel_reschedule(fel, &id, 40));
}

static void keeps_the_class_of_a_rescheduled_event(void **state)
{
    sim_fel *fel = *state;

    struct sim_event_id id = insert_class(fel, 1, SIM_CLASS_SCRIPT, 1);
    insert(fel, 10, 2);
    assert_true(sim_fel_reschedule(fel, &id, 10));
    assert_pops(fel, 1);
    assert_pops(fel, 2);
}

static void pops_nothing_beyond_the_horizon(void **state)
{
    sim_fel *fel = *state;
    struct sim_event event = {.payload = 99};

    insert(fel, 10, 1);
    insert(fel, 20, 2);
    assert_true(sim_fel_pop_until(fel, 10, &event));
    assert_false(sim_fel_pop_until(fel, 19, &event));
    assert_int_equal(event.payload, 1);
    insert(fel, 12, 3);
    assert_true(sim_fel_pop_until(fel, 19, &event));
    assert_int_equal(event.payload, 3);
    assert_true(sim_fel_pop_until(fel, 20, &event));
    assert_int_equal(event.payload, 2);
}

/* A lease that is nearly always given back: far timers are set and cancelled over and over. */
static void does_not_grow_by_what_was_cancelled(void **state)
{
    sim_fel *fel = *state;

    insert(fel, SIM_SECOND, 0);
    uint64_t size = sim_fel_size(fel);
    for (uint64_t i = 0; i < 100000; i++) {
        struct sim_event_id id = insert_class(fel, 5 * SIM_SECOND, SIM_CLASS_WORLD, i);
        assert_true(sim_fel_cancel(fel, id));
    }
    sim_fel_check(fel);
    assert_true(sim_fel_size(fel) < size + 4096);
    assert_pops(fel, 0);
    assert_empty(fel);
}

/* A million events, a third of which are cancelled and replaced over and over. */
static void holds_an_event_in_64_bytes(void **state)
{
    enum { COUNT = 1000000 };
    sim_fel *fel = *state;
    struct sim_stream stream = sim_stream_named(1, "times");
    struct sim_event_id *ids = calloc(COUNT, sizeof(*ids));

    assert_non_null(ids);
    for (uint32_t i = 0; i < COUNT; i++) {
        sim_time time = (sim_time)sim_stream_below(&stream, UINT64_C(1) << 40);
        ids[i] = insert_class(fel, time, SIM_CLASS_WORLD, i);
    }
    for (uint32_t i = 0; i < 3 * COUNT; i++) {
        sim_time time = (sim_time)sim_stream_below(&stream, UINT64_C(1) << 40);
        assert_true(sim_fel_reschedule(fel, &ids[i % (COUNT / 3)], time));
    }
    sim_fel_check(fel);
    assert_int_equal(sim_fel_count(fel), COUNT);
    assert_true(sim_fel_size(fel) <= UINT64_C(64) * COUNT + UINT64_C(262144));
    free(ids);
}

static void insert_many(sim_fel *fel, struct sim_stream *stream, sim_time now, uint64_t spread)
{
    for (uint32_t i = 0; i < 2500; i++) {
        sim_time time = now + (sim_time)sim_stream_below(stream, spread);
        insert_class(fel, time, SIM_CLASS_WORLD, 1);
        if (i % 600 == 0) {
            sim_fel_check(fel);
        }
    }
}

/* Thousands of events at equal distances come off the wheel as runs. While one is under way, so
 * many events of the next `spread` ns are inserted that the heap is cut. */
static void overflow_heap_during_a_run(sim_fel *fel, uint64_t spread)
{
    struct sim_stream stream = sim_stream_named(spread, "times");
    struct sim_event event;
    sim_time last = 0;
    uint32_t popped_count = 0;

    for (uint32_t i = 0; i < 4000; i++) {
        insert_class(fel, SIM_SECOND + i * SIM_MICROSECOND, SIM_CLASS_WORLD, i);
    }
    for (; sim_fel_pop(fel, &event); popped_count++) {
        assert_true(event.time >= last);
        last = event.time;
        if (event.payload > 1500 && event.payload % 501 == 0) {
            insert_many(fel, &stream, last, spread);
        }
    }
    assert_int_equal(popped_count, 4000 + 5 * 2500);
}

static void keeps_its_order_when_many_are_inserted_at_once(void **state)
{
    const uint64_t spreads[] = {1, 2, 300, 5000, 100000, 10000000};

    for (size_t i = 0; i < sizeof(spreads) / sizeof(spreads[0]); i++) {
        sim_fel *fel = sim_fel_create();
        overflow_heap_during_a_run(fel, spreads[i]);
        sim_fel_destroy(fel);
    }
    assert_empty(*state);
}

/* ---- against a list that is obviously right ---- */

#define NAIVE_MAX 4096

struct naive {
    struct sim_event event[NAIVE_MAX];
    struct sim_event_id id[NAIVE_MAX];
    uint32_t count;
};

static bool is_before(const struct naive *naive, uint32_t a, uint32_t b)
{
    const struct sim_event *first = &naive->event[a];
    const struct sim_event *second = &naive->event[b];

    if (first->time != second->time) {
        return first->time < second->time;
    }
    if (first->class != second->class) {
        return first->class < second->class;
    }
    return naive->id[a].order < naive->id[b].order;
}

static uint32_t naive_first(const struct naive *naive)
{
    uint32_t first = 0;

    for (uint32_t i = 1; i < naive->count; i++) {
        if (is_before(naive, i, first)) {
            first = i;
        }
    }
    return first;
}

static void naive_remove(struct naive *naive, uint32_t i)
{
    naive->count--;
    naive->event[i] = naive->event[naive->count];
    naive->id[i] = naive->id[naive->count];
}

struct twins {
    sim_fel *fel;
    struct naive naive;
    struct sim_stream stream;
    sim_time now;
    uint64_t payload_next;
    uint32_t spread_bits_max; /* increments are below 2^this */
};

static uint32_t below(struct twins *twins, uint32_t bound)
{
    return (uint32_t)sim_stream_below(&twins->stream, bound);
}

/* Some increments are tiny, so that there are ties, and some are huge. */
static sim_time some_time(struct twins *twins)
{
    uint32_t bits = below(twins, twins->spread_bits_max);

    return twins->now + (sim_time)sim_stream_below(&twins->stream, UINT64_C(1) << bits);
}

static void twins_insert(struct twins *twins)
{
    struct naive *naive = &twins->naive;
    struct sim_event event = {
        .time = some_time(twins),
        .fire = fire_nothing,
        .payload = twins->payload_next++,
        .class = below(twins, 8) == 0 ? SIM_CLASS_SCRIPT : SIM_CLASS_WORLD,
    };

    naive->event[naive->count] = event;
    naive->id[naive->count] = sim_fel_insert(twins->fel, &event);
    naive->count++;
}

static void twins_pop(struct twins *twins)
{
    uint32_t first = naive_first(&twins->naive);
    struct sim_event expected = twins->naive.event[first];
    struct sim_event event;

    assert_true(sim_fel_pop(twins->fel, &event));
    assert_int_equal(event.time, expected.time);
    assert_int_equal(event.payload, expected.payload);
    assert_int_equal(event.class, expected.class);
    assert_false(sim_fel_cancel(twins->fel, twins->naive.id[first]));
    twins->now = event.time;
    naive_remove(&twins->naive, first);
}

static void twins_cancel(struct twins *twins)
{
    uint32_t victim = below(twins, twins->naive.count);

    assert_true(sim_fel_cancel(twins->fel, twins->naive.id[victim]));
    naive_remove(&twins->naive, victim);
}

static void twins_reschedule(struct twins *twins)
{
    uint32_t moved = below(twins, twins->naive.count);

    twins->naive.event[moved].time = some_time(twins);
    assert_true(
        sim_fel_reschedule(twins->fel, &twins->naive.id[moved], twins->naive.event[moved].time));
}

static void twins_step(struct twins *twins, uint32_t count_aim)
{
    uint32_t choice = below(twins, 100);
    uint32_t insert_percent = twins->naive.count < count_aim ? 60 : 20;

    if (twins->naive.count == 0 || (choice < insert_percent && twins->naive.count < NAIVE_MAX)) {
        twins_insert(twins);
    } else if (choice < 80) {
        twins_pop(twins);
    } else if (choice < 90) {
        twins_cancel(twins);
    } else {
        twins_reschedule(twins);
    }
    assert_int_equal(sim_fel_count(twins->fel), twins->naive.count);
}

static void run_twins(sim_fel *fel, uint32_t count_aim, uint32_t spread_bits_max, uint32_t steps)
{
    struct twins *twins = calloc(1, sizeof(*twins));

    assert_non_null(twins);
    twins->fel = fel;
    twins->stream = sim_stream_named(count_aim, "twins");
    twins->spread_bits_max = spread_bits_max;
    for (uint32_t step = 0; step < steps; step++) {
        twins_step(twins, count_aim);
        if (step % 64 == 0) {
            sim_fel_check(fel);
        }
    }
    while (twins->naive.count > 0) {
        twins_pop(twins);
    }
    assert_empty(fel);
    free(twins);
}

static void agrees_with_a_naive_list_of_few_events(void **state)
{
    run_twins(*state, 12, 3, 60000);
}

static void agrees_with_a_naive_list_of_many_ties(void **state)
{
    run_twins(*state, 2500, 4, 40000);
}

static void agrees_with_a_naive_list_of_far_events(void **state)
{
    run_twins(*state, 2500, 44, 40000);
}

/* The size swings between few and many, so that any switch of structure happens both ways. */
static void agrees_with_a_naive_list_of_changing_size(void **state)
{
    for (uint32_t round = 0; round < 6; round++) {
        sim_fel *fel = sim_fel_create();
        run_twins(fel, round % 2 == 0 ? 3000 : 20, 20 + 4 * round, 12000);
        sim_fel_destroy(fel);
    }
    assert_empty(*state);
}

static int create_list(void **state)
{
    *state = sim_fel_create();
    return 0;
}

static int destroy_list(void **state)
{
    sim_fel_destroy(*state);
    return 0;
}

#define LIST_TEST(name) cmocka_unit_test_setup_teardown(name, create_list, destroy_list)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST(pops_by_time),
        LIST_TEST(pops_one_instant_in_insertion_order),
        LIST_TEST(pops_a_script_before_the_world_of_its_instant),
        LIST_TEST(gives_back_every_field_of_an_event),
        LIST_TEST(holds_an_event_at_the_end_of_time),
        LIST_TEST(never_pops_a_cancelled_event),
        LIST_TEST(forgets_a_cancelled_first_event_when_asked_for_the_next_time),
        LIST_TEST(refuses_a_stale_id),
        LIST_TEST(pops_a_rescheduled_event_as_if_inserted_anew),
        LIST_TEST(keeps_the_class_of_a_rescheduled_event),
        LIST_TEST(pops_nothing_beyond_the_horizon),
        LIST_TEST(does_not_grow_by_what_was_cancelled),
        LIST_TEST(holds_an_event_in_64_bytes),
        LIST_TEST(keeps_its_order_when_many_are_inserted_at_once),
        LIST_TEST(agrees_with_a_naive_list_of_few_events),
        LIST_TEST(agrees_with_a_naive_list_of_many_ties),
        LIST_TEST(agrees_with_a_naive_list_of_far_events),
        LIST_TEST(agrees_with_a_naive_list_of_changing_size),
    };

    return cmocka_run_group_tests_name("sim/fel", tests, NULL, NULL);
}

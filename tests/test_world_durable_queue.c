/* Tests of world/durable_queue: a queue comes back with what its journal had kept. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/durable_queue.h"

#include "tests/world_fixture.h"

struct rig {
    struct world *world;
    struct fixture_probe *probe;
    struct world_durable durable;
    struct world_queue_config config;
    struct model_outbox outbox;
    struct world_queue *queue; /* the one that it is told of when the journal has committed */
    uint64_t visited;
};

static void pass_on(struct world_node *node, uint64_t position)
{
    struct rig *rig = ((struct fixture_probe *)node)->context;

    rig->queue->type->committed(rig->queue, position, node->world->run.now, &rig->outbox);
}

static void open_queue(struct rig *rig)
{
    sim_time duration = -1;

    rig->queue = world_durable_queue_open(&rig->durable, &rig->config, &duration);
    assert_non_null(rig->queue);
    assert_true(duration >= 0);
    rig->queue->type->recovered(rig->queue, rig->world->run.now, &rig->outbox);
    world_durable_pump(&rig->durable);
    (void)world_run(rig->world, rig->world->run.now + SIM_SECOND, UINT64_MAX);
    rig->queue->type->check(rig->queue);
    world_durable_check(&rig->durable);
}

static void crash(struct rig *rig)
{
    world_durable_crash(&rig->durable);
    world_queue_destroy(rig->queue);
    rig->queue = NULL;
}

static void send(struct rig *rig, uint64_t id)
{
    struct model_message message = {.id = id};

    assert_int_equal(
        rig->queue->type->send(rig->queue, &message, rig->world->run.now, &rig->outbox),
        MODEL_SENT);
}

static void note_visit(void *context, const struct model_message *message)
{
    struct rig *rig = context;

    assert_true(message->id < 64);
    assert_true((rig->visited & UINT64_C(1) << message->id) == 0);
    rig->visited |= UINT64_C(1) << message->id;
}

static uint64_t ids_in(struct rig *rig, const struct world_queue *queue)
{
    rig->visited = 0;
    queue->type->visit(queue, note_visit, rig);
    return rig->visited;
}

/* Sends 0 to 4, acks 0, and sends 5 that is not written before the crash. */
static void leave_four(struct rig *rig)
{
    struct world_delivery delivery;

    open_queue(rig);
    for (uint64_t id = 0; id < 5; id++) {
        send(rig, id);
    }
    world_durable_pump(&rig->durable);
    (void)world_run(rig->world, rig->world->run.now + SIM_SECOND, UINT64_MAX);
    uint32_t consumer = rig->queue->type->join(rig->queue, 0, rig->world->run.now, &rig->outbox);
    sim_time now = rig->world->run.now;
    assert_true(rig->queue->type->receive(rig->queue, consumer, now, &delivery, &rig->outbox));
    assert_int_equal(
        rig->queue->type->ack(rig->queue, &delivery.lease, now, &rig->outbox), MODEL_ACKED);
    world_durable_pump(&rig->durable);
    (void)world_run(rig->world, rig->world->run.now + SIM_SECOND, UINT64_MAX);
    send(rig, 5);
    crash(rig);
}

static void comes_back_with_what_was_synced_and_not_acked(void **state)
{
    struct rig *rig = *state;

    leave_four(rig);
    open_queue(rig);
    assert_int_equal(ids_in(rig, rig->queue), 0x1e);
}

static void a_look_finds_the_same_as_often_as_one_looks(void **state)
{
    struct rig *rig = *state;

    leave_four(rig);
    for (int i = 0; i < 3; i++) {
        struct world_queue *seen = world_durable_queue_peek(&rig->durable, &rig->config);
        assert_non_null(seen);
        assert_int_equal(ids_in(rig, seen), 0x1e);
        world_queue_destroy(seen);
    }
    open_queue(rig);
    assert_int_equal(ids_in(rig, rig->queue), 0x1e);
}

static void is_none_when_the_journal_makes_no_sense(void **state)
{
    struct rig *rig = *state;
    sim_time duration;

    open_queue(rig);
    const struct model_store *store = world_durable_store(&rig->durable);
    (void)store->append(store->context, "not a record", 12);
    world_durable_pump(&rig->durable);
    (void)world_run(rig->world, rig->world->run.now + SIM_SECOND, UINT64_MAX);
    crash(rig);
    assert_null(world_durable_queue_peek(&rig->durable, &rig->config));
    assert_null(world_durable_queue_open(&rig->durable, &rig->config, &duration));
    assert_null(rig->durable.journal);
    assert_int_equal(rig->world->incidents.list->len, 1);
}

static int create(void **state)
{
    struct rig *rig = g_new0(struct rig, 1);
    struct model_journal_config journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20};

    rig->world = world_create(1);
    rig->probe = fixture_probe_add(world_datacenter_add(rig->world, "here", NULL), "keeper");
    rig->probe->context = rig;
    rig->config = (struct world_queue_config){.queue = {.capacity = 100, .lease = SIM_SECOND}};
    model_outbox_init(&rig->outbox);
    world_durable_init(&rig->durable, &rig->probe->node, &journal, pass_on);
    *state = rig;
    return 0;
}

static int destroy(void **state)
{
    struct rig *rig = *state;

    crash(rig);
    model_outbox_finish(&rig->outbox);
    world_destroy(rig->world);
    g_free(rig);
    return 0;
}

#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG_TEST(comes_back_with_what_was_synced_and_not_acked),
        RIG_TEST(a_look_finds_the_same_as_often_as_one_looks),
        RIG_TEST(is_none_when_the_journal_makes_no_sense),
    };

    return cmocka_run_group_tests_name("world/durable_queue", tests, NULL, NULL);
}

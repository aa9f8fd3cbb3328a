/* Tests of world/subscribers: each has its turn, and a new life gives back what the old one held.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/subscribers.h"

#include "tests/world_fixture.h"

struct desk {
    struct world_queue *queue;
    struct model_outbox outbox;
    struct world_subscribers subscribers;
};

static void admit(struct desk *desk, uint32_t node, uint32_t incarnation)
{
    const struct world_subscriber subscriber = {
        .end = {.node = node, .incarnation = incarnation},
    };

    world_subscribers_admit(&desk->subscribers, &subscriber, desk->queue, 0, &desk->outbox);
    model_outbox_clear(&desk->outbox);
    desk->queue->type->check(desk->queue);
}

static void send(struct desk *desk, uint64_t id)
{
    struct model_message message = {.id = id};

    assert_int_equal(desk->queue->type->send(desk->queue, &message, 0, &desk->outbox), MODEL_SENT);
}

/* Has the one whose turn it is take a message. */
static bool take(struct desk *desk)
{
    struct world_delivery delivery;
    const struct world_subscriber *next = world_subscribers_next(&desk->subscribers);

    return desk->queue->type->receive(desk->queue, next->consumer, 0, &delivery, &desk->outbox);
}

static void each_has_its_turn(void **state)
{
    struct desk *desk = *state;

    admit(desk, 10, 1);
    admit(desk, 11, 1);
    admit(desk, 12, 1);
    for (uint32_t i = 0; i < 9; i++) {
        assert_int_equal(world_subscribers_next(&desk->subscribers)->end.node, 10 + i % 3);
    }
}

static void one_that_says_it_again_keeps_its_place_and_its_leases(void **state)
{
    struct desk *desk = *state;

    admit(desk, 10, 1);
    send(desk, 1);
    assert_true(take(desk));
    admit(desk, 10, 1);
    assert_int_equal(desk->subscribers.list->len, 1);
    assert_int_equal(model_pc_counts_of(world_queue_pc_model(desk->queue)).leased, 1);
}

static void a_new_life_gives_back_what_the_old_one_held(void **state)
{
    struct desk *desk = *state;

    admit(desk, 10, 1);
    admit(desk, 11, 1);
    send(desk, 1);
    send(desk, 2);
    assert_true(take(desk));
    assert_true(take(desk));
    admit(desk, 10, 3);
    assert_int_equal(desk->subscribers.list->len, 2);
    assert_int_equal(model_pc_counts_of(world_queue_pc_model(desk->queue)).leased, 1);
    assert_int_equal(model_pc_counts_of(world_queue_pc_model(desk->queue)).waiting, 1);
    assert_true(take(desk));
    admit(desk, 10, 2); /* late word of a life that is over */
    assert_int_equal(model_pc_counts_of(world_queue_pc_model(desk->queue)).leased, 2);
}

static void none_is_left_after_a_clear(void **state)
{
    struct desk *desk = *state;

    admit(desk, 10, 1);
    admit(desk, 11, 1);
    (void)world_subscribers_next(&desk->subscribers);
    world_subscribers_clear(&desk->subscribers);
    assert_int_equal(desk->subscribers.list->len, 0);
    admit(desk, 12, 1);
    assert_int_equal(world_subscribers_next(&desk->subscribers)->end.node, 12);
}

static int create(void **state)
{
    struct world_queue_config config = {.queue = {.capacity = 100, .lease = SIM_SECOND}};
    struct desk *desk = g_new0(struct desk, 1);

    desk->queue = world_queue_create(&config, NULL);
    model_outbox_init(&desk->outbox);
    world_subscribers_init(&desk->subscribers);
    *state = desk;
    return 0;
}

static int destroy(void **state)
{
    struct desk *desk = *state;

    world_subscribers_finish(&desk->subscribers);
    model_outbox_finish(&desk->outbox);
    world_queue_destroy(desk->queue);
    g_free(desk);
    return 0;
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(each_has_its_turn),
        DESK_TEST(one_that_says_it_again_keeps_its_place_and_its_leases),
        DESK_TEST(a_new_life_gives_back_what_the_old_one_held),
        DESK_TEST(none_is_left_after_a_clear),
    };

    return cmocka_run_group_tests_name("world/subscribers", tests, NULL, NULL);
}

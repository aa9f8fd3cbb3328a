/* Tests of models/pc_check: the visit sees every message once, and the check sees a lie. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/pc_state.h"

#include "tests/pc_fixture.h"

struct seen {
    uint64_t count;
    uint64_t sum;
};

static void see(void *context, const struct model_message *message)
{
    struct seen *seen = context;

    seen->count++;
    seen->sum += message->id;
}

static void visits_every_message_inside_once(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_lease lease = {.slot = 0};
    struct seen seen = {.count = 0};

    fixture->config.backoff_first = 10;
    fixture->config.backoff_max = 10;
    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 5; id++) {
        pc_send(fixture, id);
    }
    pc_commit(fixture, 4); /* 5 stays uncommitted */
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_ack(fixture, &lease), MODEL_ACKED); /* 1 is gone */
    pc_receive(fixture, consumer, &lease);
    assert_int_equal(pc_nack(fixture, &lease), MODEL_ACKED); /* 2 is delayed */
    pc_receive(fixture, consumer, &lease);                   /* 3 is leased, 4 waits */
    model_pc_visit(fixture->queue, see, &seen);
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.sum, 2 + 3 + 4 + 5);
}

static struct model_pc *some_queue(struct pc_fixture *fixture)
{
    struct model_lease lease;

    pc_open(fixture);
    uint32_t consumer = model_pc_join(fixture->queue);
    for (uint64_t id = 1; id <= 5; id++) {
        pc_send(fixture, id);
    }
    pc_commit(fixture, 4);
    pc_receive(fixture, consumer, &lease);
    return fixture->queue;
}

/* Runs the check in a process of its own; returns whether it found something. */
static bool is_caught(const struct model_pc *queue)
{
    pid_t child = fork();

    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        model_pc_check(queue);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void catches_each_count_that_is_wrong(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_pc *queue = some_queue(fixture);
    uint64_t *const counts[] = {
        &queue->counts.offered,
        &queue->counts.refused,
        &queue->counts.uncommitted,
        &queue->counts.delayed,
        &queue->counts.waiting,
        &queue->counts.leased,
        &queue->counts.acked,
        &queue->counts.dropped,
        &queue->counts.dead,
        &queue->needed.count,
        &queue->counts.redelivered,
    };

    assert_false(is_caught(queue));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        uint64_t good = *counts[i];
        *counts[i] += 5;
        assert_true(is_caught(queue));
        *counts[i] = good;
    }
}

static void catches_a_message_that_is_counted_in_the_wrong_place(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_pc *queue = some_queue(fixture);

    queue->counts.waiting--;
    queue->counts.acked++;
    assert_true(is_caught(queue));
    queue->counts.waiting++;
    queue->counts.acked--;
    assert_false(is_caught(queue));
}

static void catches_a_slot_in_the_wrong_state(void **state)
{
    struct pc_fixture *fixture = *state;
    struct model_pc *queue = some_queue(fixture);
    struct model_pc_slot *slot = model_pc_slot_at(queue, queue->waiting[0].fresh.first);

    slot->state = MODEL_PC_LEASED;
    assert_true(is_caught(queue));
    slot->state = MODEL_PC_WAITING;
    assert_false(is_caught(queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PC_STORED_TEST(visits_every_message_inside_once),
        PC_STORED_TEST(catches_each_count_that_is_wrong),
        PC_STORED_TEST(catches_a_message_that_is_counted_in_the_wrong_place),
        PC_STORED_TEST(catches_a_slot_in_the_wrong_state),
    };

    return cmocka_run_group_tests_name("models/pc_check", tests, NULL, NULL);
}

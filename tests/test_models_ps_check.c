/* Tests of models/ps_check: the visit sees every message once, and the check sees a lie. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/ps_state.h"

#include "tests/ps_fixture.h"

static void add_id(void *context, const struct model_message *message)
{
    *(uint64_t *)context = *(uint64_t *)context * 10 + message->id;
}

/* Committed 1, held 2, ahead 3 and, in the other partition, 4; 5 is not committed. */
static struct model_ps *some_queue(struct ps_fixture *fixture)
{
    struct model_ps_where where;

    fixture->topic_config.partitions = 2;
    fixture->group_config.session = 1000;
    ps_open(fixture);
    struct model_ps_member member = ps_join(fixture);
    for (uint64_t id = 1; id <= 3; id++) {
        ps_publish_to(fixture, 0, id);
    }
    ps_commit_all(fixture);
    assert_int_equal(ps_poll(fixture, &member, &where), 1);
    assert_int_equal(ps_poll(fixture, &member, NULL), 2);
    assert_int_equal(ps_commit(fixture, &where), MODEL_PS_OK);
    ps_publish_to(fixture, 1, 4);
    ps_commit_all(fixture);
    ps_publish_to(fixture, 0, 5);
    return fixture->queue;
}

static void visits_every_message_in_order(void **state)
{
    struct ps_fixture *fixture = *state;
    uint64_t ids = 0;

    model_ps_visit(some_queue(fixture), fixture->topic, add_id, &ids);
    assert_int_equal(ids, 12354);
}

/* Runs the check in a process of its own; returns whether it found something. */
static bool is_caught(const struct model_ps *queue)
{
    pid_t child = fork();

    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        model_ps_check(queue);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void catches_each_number_that_is_wrong(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps *queue = some_queue(fixture);
    struct model_ps_partition *partition = queue->partitions[0];
    struct model_ps_cursor *cursor = &queue->groups[0].cursors[0];
    uint64_t *const numbers[] = {
        &queue->topics[0].offered,
        &queue->topics[0].refused,
        &queue->topics[0].dropped,
        &partition->published,
        &partition->retired,
        &partition->bytes,
        &partition->visible,
        &partition->clean,
        &cursor->committed,
        &cursor->position,
        &cursor->done,
        &cursor->passed,
        &cursor->passed_unread,
        &cursor->redelivered,
        &queue->needed.count,
    };

    assert_false(is_caught(queue));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        uint64_t good = *numbers[i];
        *numbers[i] += 7;
        assert_true(is_caught(queue));
        *numbers[i] = good;
    }
    assert_false(is_caught(queue));
}

static void catches_a_message_that_is_counted_in_the_wrong_place(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps *queue = some_queue(fixture);
    struct model_ps_cursor *cursor = &queue->groups[0].cursors[0];

    cursor->done--;
    cursor->passed++;
    assert_false(is_caught(queue)); /* that is another history, not a contradiction */
    cursor->passed--;
    assert_true(is_caught(queue));
    cursor->done++;
    cursor->committed--;
    assert_true(is_caught(queue));
}

static void catches_a_cursor_in_the_wrong_list(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps *queue = some_queue(fixture);
    struct model_ps_cursor *cursor = &queue->groups[0].cursors[0];

    model_ps_unlist(queue, cursor);
    assert_true(is_caught(queue));
    model_ps_settle(queue, cursor, NULL);
    assert_false(is_caught(queue));
}

static void catches_offsets_out_of_order(void **state)
{
    struct ps_fixture *fixture = *state;
    struct model_ps *queue = some_queue(fixture);

    model_ps_log_at(&queue->partitions[0]->log, 1)->offset = 0;
    assert_true(is_caught(queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PS_STORED_TEST(visits_every_message_in_order),
        PS_STORED_TEST(catches_each_number_that_is_wrong),
        PS_STORED_TEST(catches_a_message_that_is_counted_in_the_wrong_place),
        PS_STORED_TEST(catches_a_cursor_in_the_wrong_list),
        PS_STORED_TEST(catches_offsets_out_of_order),
    };

    return cmocka_run_group_tests_name("models/ps_check", tests, NULL, NULL);
}

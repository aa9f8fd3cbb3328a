/* Tests of models/replica_outbox: what it was given is there, in order, however much it is. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/replica_message.h"

#define MESSAGES 300
#define NOTICES  300

static int create_outbox(void **state)
{
    struct model_replica_outbox *outbox = sim_allocate(1, sizeof(*outbox));

    model_replica_outbox_init(outbox);
    *state = outbox;
    return 0;
}

static int destroy_outbox(void **state)
{
    struct model_replica_outbox *outbox = *state;

    model_replica_outbox_finish(outbox);
    assert_null(outbox->messages);
    free(outbox);
    return 0;
}

/* Entries of message number i: i % 40 bytes that are all i. */
static void send(struct model_replica_outbox *outbox, uint32_t i)
{
    uint8_t entries[40];
    const struct model_replica_message message = {
        .kind = MODEL_REPLICA_APPEND, .from = 1, .to = 2, .index = i, .size = i % 40};

    for (uint32_t k = 0; k < sizeof(entries); k++) {
        entries[k] = (uint8_t)i;
    }
    model_replica_outbox_send(outbox, &message, entries);
}

static void assert_sent(const struct model_replica_outbox *outbox, uint32_t count)
{
    assert_int_equal(outbox->message_count, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct model_replica_message *message = &outbox->messages[i];
        assert_int_equal(message->index, i);
        assert_int_equal(message->size, i % 40);
        for (uint32_t k = 0; k < message->size; k++) {
            assert_int_equal(outbox->bytes[message->offset + k], (uint8_t)i);
        }
    }
}

static void keeps_messages_and_their_entries_in_order(void **state)
{
    struct model_replica_outbox *outbox = *state;

    for (uint32_t i = 0; i < MESSAGES; i++) {
        send(outbox, i);
    }
    assert_sent(outbox, MESSAGES);
}

static void keeps_notices_in_order(void **state)
{
    struct model_replica_outbox *outbox = *state;

    for (uint32_t i = 0; i < NOTICES; i++) {
        model_replica_outbox_note(outbox, MODEL_REPLICA_STORE, i);
    }
    assert_int_equal(outbox->notice_count, NOTICES);
    for (uint32_t i = 0; i < NOTICES; i++) {
        assert_int_equal(outbox->notices[i].kind, MODEL_REPLICA_STORE);
        assert_int_equal(outbox->notices[i].index, i);
    }
}

static void is_empty_when_it_is_cleared_and_keeps_its_room(void **state)
{
    struct model_replica_outbox *outbox = *state;

    for (uint32_t i = 0; i < MESSAGES; i++) {
        send(outbox, i);
        model_replica_outbox_note(outbox, MODEL_REPLICA_STORE, i);
    }
    const struct model_replica_message *messages = outbox->messages;
    const uint8_t *bytes = outbox->bytes;
    model_replica_outbox_clear(outbox);
    assert_int_equal(outbox->message_count, 0);
    assert_int_equal(outbox->notice_count, 0);
    assert_int_equal(outbox->size, 0);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        send(outbox, i);
    }
    assert_sent(outbox, MESSAGES);
    assert_ptr_equal(outbox->messages, messages);
    assert_ptr_equal(outbox->bytes, bytes);
}

#define OUTBOX_TEST(name) cmocka_unit_test_setup_teardown(name, create_outbox, destroy_outbox)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(keeps_messages_and_their_entries_in_order),
        OUTBOX_TEST(keeps_notices_in_order),
        OUTBOX_TEST(is_empty_when_it_is_cleared_and_keeps_its_room),
    };

    return cmocka_run_group_tests_name("models/replica_outbox", tests, NULL, NULL);
}

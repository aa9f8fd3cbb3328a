/* producer_consumer, unchanged, on a replicated log whose replicas keep it in journals. Leaders
 * crash again and again; what was confirmed is neither lost nor done twice. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/journal.h"
#include "models/producer_consumer.h"
#include "models/replica.h"

#include "tests/fake_disk.h"

#define NODES    3
#define MESSAGES 2000
#define LETTERS  4096

struct node {
    struct fake_disk *disk;
    struct model_files files;
    model_journal *journal;
    model_replica *replica; /* NULL: it is down */
    model_pc *queue;        /* while it serves */
    uint32_t consumer;
};

struct letter {
    struct model_replica_message header;
    uint8_t *entries;
};

struct house {
    struct node nodes[NODES];
    struct letter letters[LETTERS];
    uint32_t letter_count;
    sim_time now;
    uint64_t id; /* of the last message that was sent */
    bool is_confirmed[MESSAGES + 1];
    bool is_acked[MESSAGES + 1]; /* and that is confirmed */
    uint64_t served;             /* how often a queue was opened */
};

static const struct model_pc_config queue_config = {.capacity = MESSAGES, .lease = SIM_SECOND};

static void follow_queue(struct house *house, uint32_t i, struct model_outbox *outbox);

/* ---- a node ---- */

static void open_queue(struct house *house, uint32_t i, uint64_t last)
{
    struct node *node = &house->nodes[i];
    struct model_outbox outbox;

    model_outbox_init(&outbox);
    node->queue = model_pc_create(&queue_config, model_replica_store(node->replica));
    for (uint64_t index = model_replica_first(node->replica); index <= last; index++) {
        const struct model_replica_record record = model_replica_read(node->replica, index);
        assert_true(
            record.is_marker || model_pc_replay(node->queue, index, record.payload, record.size));
    }
    model_pc_recovered(node->queue, house->now, &outbox);
    node->consumer = model_pc_join(node->queue);
    house->served++;
    follow_queue(house, i, &outbox);
}

static void close_queue(struct node *node)
{
    model_pc_destroy(node->queue);
    node->queue = NULL;
}

static void commit(struct house *house, uint32_t i, uint64_t index)
{
    struct model_outbox outbox;

    if (house->nodes[i].queue == NULL) {
        return;
    }
    model_outbox_init(&outbox);
    model_pc_committed(house->nodes[i].queue, index, house->now, &outbox);
    follow_queue(house, i, &outbox);
}

static void follow_notice(
    struct house *house, uint32_t i, const struct model_replica_notice *notice)
{
    switch (notice->kind) {
    case MODEL_REPLICA_STORE: /* the journal is pumped in its turn */
    case MODEL_REPLICA_CUT:
        break;
    case MODEL_REPLICA_COMMITTED:
        commit(house, i, notice->index);
        break;
    case MODEL_REPLICA_SERVING:
        open_queue(house, i, notice->index);
        break;
    case MODEL_REPLICA_DEPOSED:
        close_queue(&house->nodes[i]);
        break;
    }
}

static void follow_replica(struct house *house, uint32_t i, struct model_replica_outbox *outbox)
{
    for (uint32_t m = 0; m < outbox->message_count; m++) {
        const struct model_replica_message *header = &outbox->messages[m];
        SIM_ASSERT(house->letter_count < LETTERS);
        struct letter *letter = &house->letters[house->letter_count++];
        letter->header = *header;
        letter->entries = sim_allocate(header->size + UINT64_C(1), 1);
        memcpy(letter->entries, outbox->bytes + header->offset, header->size);
    }
    for (uint32_t n = 0; n < outbox->notice_count; n++) {
        follow_notice(house, i, &outbox->notices[n]);
    }
    model_replica_check(house->nodes[i].replica);
    model_replica_outbox_finish(outbox);
}

/* Takes what the queue says, and sends what it appended. */
static void follow_queue(struct house *house, uint32_t i, struct model_outbox *outbox)
{
    struct model_replica_outbox sent;

    for (uint32_t n = 0; n < outbox->count; n++) {
        const struct model_notice *notice = &outbox->notices[n];
        if (notice->kind == MODEL_SEND_CONFIRMED) {
            house->is_confirmed[notice->id] = true;
        } else if (notice->kind == MODEL_ACK_CONFIRMED) {
            house->is_acked[notice->id] = true;
        }
    }
    model_outbox_finish(outbox);
    model_replica_outbox_init(&sent);
    model_replica_pump(house->nodes[i].replica, house->now, &sent);
    follow_replica(house, i, &sent);
}

/* Has the journal write and sync, and tells the replica. */
static void pump(struct house *house, uint32_t i)
{
    struct node *node = &house->nodes[i];
    struct model_replica_outbox outbox;

    if (node->replica == NULL) {
        return;
    }
    assert_int_equal(model_journal_pump(node->journal, house->now), MODEL_JOURNAL_OK);
    model_replica_outbox_init(&outbox);
    model_replica_stored(
        node->replica, model_journal_committed(node->journal), house->now, &outbox);
    follow_replica(house, i, &outbox);
}

static bool visit(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct node *node = context;

    return model_replica_replay(node->replica, position, record, size);
}

static void start(struct house *house, uint32_t i)
{
    const struct model_journal_config journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 16384};
    const struct model_replica_config config = {
        .replica = i,
        .replicas = NODES,
        .acks = MODEL_ACKS_QUORUM,
        .election_timeout = 1000,
        .heartbeat = 200,
        .batch_size = 4096,
        .window = 64,
    };
    struct sim_stream stream = sim_stream_named(house->served, "house");
    struct node *node = &house->nodes[i];
    struct model_journal_report report;
    struct model_replica_outbox outbox;

    stream.key += i;
    node->journal = model_journal_create(&journal, &node->files);
    node->replica = model_replica_create(&config, model_journal_store(node->journal), &stream);
    assert_int_equal(model_journal_recover(node->journal, visit, node, &report), MODEL_JOURNAL_OK);
    model_replica_outbox_init(&outbox);
    assert_true(model_replica_recovered(node->replica, house->now, &outbox));
    follow_replica(house, i, &outbox);
}

static void crash(struct house *house, uint32_t i)
{
    struct node *node = &house->nodes[i];

    close_queue(node);
    model_replica_destroy(node->replica);
    model_journal_destroy(node->journal);
    node->replica = NULL;
    node->journal = NULL;
}

/* ---- all of them ---- */

static void settle(struct house *house)
{
    for (uint32_t i = 0; i < NODES; i++) {
        pump(house, i);
    }
    for (uint32_t m = 0; m < house->letter_count; m++) {
        struct letter letter = house->letters[m];
        uint32_t to = letter.header.to;
        struct model_replica_outbox outbox;
        if (house->nodes[to].replica != NULL) {
            model_replica_outbox_init(&outbox);
            model_replica_receive(
                house->nodes[to].replica, &letter.header, letter.entries, house->now, &outbox);
            follow_replica(house, to, &outbox);
        }
        free(letter.entries);
        for (uint32_t i = 0; i < NODES; i++) {
            pump(house, i);
        }
    }
    house->letter_count = 0;
}

static uint32_t leader_of(const struct house *house)
{
    for (uint32_t i = 0; i < NODES; i++) {
        if (house->nodes[i].queue != NULL) {
            return i;
        }
    }
    return NODES;
}

static void expire(struct house *house, uint32_t i)
{
    struct model_replica_outbox outbox;

    if (house->nodes[i].replica != NULL) {
        model_replica_outbox_init(&outbox);
        model_replica_expire(house->nodes[i].replica, house->now, &outbox);
        follow_replica(house, i, &outbox);
    }
}

/* Time passes, 50 at a time, until there is a leader with a queue. */
static uint32_t elect(struct house *house)
{
    for (uint32_t round = 0; round < 1000 && leader_of(house) == NODES; round++) {
        house->now += 50;
        for (uint32_t i = 0; i < NODES; i++) {
            expire(house, i);
        }
        settle(house);
    }
    assert_int_not_equal(leader_of(house), NODES);
    return leader_of(house);
}

static void send_some(struct house *house, uint32_t leader, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        const struct model_message message = {.id = ++house->id, .born = house->now};
        struct model_outbox outbox;
        model_outbox_init(&outbox);
        SIM_ASSERT(house->id <= MESSAGES);
        assert_int_equal(
            model_pc_send(house->nodes[leader].queue, &message, house->now, &outbox), MODEL_SENT);
        follow_queue(house, leader, &outbox);
    }
}

/* Returns whether there was one. What was acked does not come again. */
static bool work_off_one(struct house *house, uint32_t leader)
{
    struct node *node = &house->nodes[leader];
    struct model_delivery delivery;
    struct model_outbox outbox;

    model_outbox_init(&outbox);
    bool is_received =
        model_pc_receive(node->queue, node->consumer, house->now, &delivery, &outbox) ==
        MODEL_RECEIVED;
    if (is_received) {
        assert_false(house->is_acked[delivery.message.id]);
        assert_int_equal(
            model_pc_ack(node->queue, &delivery.lease, house->now, &outbox), MODEL_ACKED);
    }
    follow_queue(house, leader, &outbox);
    return is_received;
}

static struct house *build(void)
{
    struct house *house = sim_allocate(1, sizeof(*house));

    for (uint32_t i = 0; i < NODES; i++) {
        house->nodes[i].disk = fake_disk_create();
        house->nodes[i].files = fake_disk_files(house->nodes[i].disk);
        start(house, i);
    }
    return house;
}

static void tear_down(struct house *house)
{
    for (uint32_t i = 0; i < NODES; i++) {
        crash(house, i);
        fake_disk_destroy(house->nodes[i].disk);
    }
    for (uint32_t m = 0; m < house->letter_count; m++) {
        free(house->letters[m].entries);
    }
    free(house);
}

static void keeps_a_queue_through_the_crashes_of_its_leaders(void **state)
{
    struct house *house = build();
    uint32_t last = NODES; /* that crashed */

    (void)state;
    for (uint32_t round = 0; round < 30; round++) {
        uint32_t leader = elect(house);
        send_some(house, leader, 40);
        settle(house);
        for (uint32_t k = 0; k < 30 && work_off_one(house, leader); k++) {
        }
        settle(house);
        send_some(house, leader, 10); /* never written anywhere */
        if (last != NODES) {
            start(house, last);
        }
        crash(house, leader);
        last = leader;
    }
    assert_true(house->served >= 30);

    uint32_t leader = elect(house);
    while (work_off_one(house, leader)) {
        settle(house);
    }
    uint64_t confirmed = 0;
    for (uint64_t id = 1; id <= house->id; id++) {
        assert_true(!house->is_confirmed[id] || house->is_acked[id]);
        confirmed += house->is_confirmed[id] ? 1 : 0;
    }
    assert_int_equal(confirmed, 30 * 40);
    tear_down(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_queue_through_the_crashes_of_its_leaders),
    };

    return cmocka_run_group_tests_name("models/replica_queue", tests, NULL, NULL);
}

/* producer_consumer under contract. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/producer_consumer.h"

#include "tests/contract.h"

struct state {
    model_pc *queue;
    uint32_t consumers[CONTRACT_CONSUMERS];
};

static struct model_pc_config config_of(const struct contract_rig *rig)
{
    return (struct model_pc_config){
        .capacity = rig->capacity, .when_full = rig->when_full, .lease = 100};
}

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    const struct state *state = context;

    return model_pc_replay(state->queue, position, record, size);
}

static void open_with(struct contract_rig *rig, const struct model_pc_config *config)
{
    struct state *state = sim_allocate(1, sizeof(*state));

    state->queue = model_pc_create(config, contract_store(rig));
    rig->queue = state;
    contract_replay(rig);
    model_pc_recovered(state->queue, rig->now, &rig->outbox);
    for (uint32_t i = 0; i < CONTRACT_CONSUMERS; i++) {
        state->consumers[i] = model_pc_join(state->queue);
    }
}

static void open(struct contract_rig *rig)
{
    const struct model_pc_config config = config_of(rig);

    open_with(rig, &config);
}

static void close(struct contract_rig *rig)
{
    struct state *state = rig->queue;

    model_pc_destroy(state->queue);
    free(state);
}

static model_pc *queue_of(const struct contract_rig *rig)
{
    return ((struct state *)rig->queue)->queue;
}

static bool can_be_created(uint64_t capacity)
{
    const struct model_pc_config config = {.capacity = capacity, .lease = 1};

    return model_pc_check_config(&config) != MODEL_PC_BAD_CAPACITY;
}

static enum contract_offer answer_of(enum model_send_result result)
{
    switch (result) {
    case MODEL_SENT:
        return CONTRACT_TAKEN;
    case MODEL_SEND_FULL:
        return CONTRACT_FULL;
    case MODEL_SEND_REFUSED:
        return CONTRACT_REFUSED;
    case MODEL_SEND_DROPPED:
        return CONTRACT_DROPPED;
    case MODEL_SEND_TOO_LARGE:
    case MODEL_SEND_BAD_OPTIONS:
    case MODEL_SEND_CLOSED:
        break;
    }
    return CONTRACT_NOT_TAKEN;
}

static enum contract_offer offer(struct contract_rig *rig, const struct model_message *message)
{
    return answer_of(model_pc_send(queue_of(rig), message, rig->now, &rig->outbox));
}

static uint64_t take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt)
{
    const struct state *state = rig->queue;
    struct model_delivery delivery;

    if (model_pc_receive(
            state->queue, state->consumers[consumer], rig->now, &delivery, &rig->outbox) !=
        MODEL_RECEIVED) {
        return 0;
    }
    *out_receipt = (struct contract_receipt){
        .words = {delivery.lease.generation, delivery.lease.slot, delivery.lease.consumer}};
    return delivery.message.id;
}

static struct model_lease lease_of(const struct contract_receipt *receipt)
{
    return (struct model_lease){
        .generation = receipt->words[0],
        .slot = (uint32_t)receipt->words[1],
        .consumer = (uint32_t)receipt->words[2],
    };
}

static enum contract_done done(struct contract_rig *rig, const struct contract_receipt *receipt)
{
    const struct model_lease lease = lease_of(receipt);

    switch (model_pc_ack(queue_of(rig), &lease, rig->now, &rig->outbox)) {
    case MODEL_ACKED:
        return CONTRACT_DONE;
    case MODEL_ACK_REPEATED:
        return CONTRACT_REPEATED;
    case MODEL_ACK_STALE:
        return CONTRACT_STALE;
    case MODEL_ACK_BAD_DELAY:
    case MODEL_ACK_CLOSED:
        break;
    }
    return CONTRACT_NOT_DONE;
}

static void lose(struct contract_rig *rig, uint32_t consumer)
{
    struct state *state = rig->queue;

    model_pc_leave(state->queue, state->consumers[consumer], rig->now, &rig->outbox);
    state->consumers[consumer] = model_pc_join(state->queue);
}

static void law(const struct contract_rig *rig, uint64_t *out_offered, uint64_t *out_sum)
{
    struct model_pc_counts counts = model_pc_counts_of(queue_of(rig));

    model_pc_check(queue_of(rig));
    *out_offered = counts.offered;
    *out_sum = counts.refused + counts.deduplicated + counts.uncommitted + counts.delayed +
               counts.waiting + counts.leased + counts.acked + counts.dropped + counts.expired +
               counts.dead;
}

static void committed(struct contract_rig *rig, uint64_t position)
{
    model_pc_committed(queue_of(rig), position, rig->now, &rig->outbox);
}

/* ---- its own features ---- */

/* Opens the rig's queue again, empty, with another configuration. */
static void reopen(struct contract_rig *rig, const struct model_pc_config *config)
{
    close(rig);
    contract_renew_journal(rig);
    open_with(rig, config);
}

static void send_three(struct contract_rig *rig)
{
    for (uint64_t id = 1; id <= 3; id++) {
        assert_int_equal(contract_offer_key(rig, id, id), CONTRACT_TAKEN);
    }
}

static void expire_at(struct contract_rig *rig, sim_time now)
{
    rig->now = now;
    model_outbox_clear(&rig->outbox);
    model_pc_expire(queue_of(rig), now, &rig->outbox);
}

static void consumers_share(struct contract_rig *rig)
{
    send_three(rig);
    assert_int_equal(contract_take(rig, 0, NULL), 1);
    assert_int_equal(contract_take(rig, 1, NULL), 2);
    assert_int_equal(contract_take(rig, 0, NULL), 3);
    assert_int_equal(contract_take(rig, 1, NULL), 0);
}

static void a_lease_ends(struct contract_rig *rig)
{
    struct contract_receipt receipt;

    send_three(rig);
    assert_int_equal(contract_take(rig, 0, &receipt), 1);
    assert_int_equal(model_pc_next_deadline(queue_of(rig)), rig->now + 100);
    expire_at(rig, rig->now + 100);
    assert_true(contract_was_told(rig, MODEL_REDELIVERED, 1));
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_STALE);
    assert_int_equal(contract_take(rig, 1, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
}

static void the_last_attempt_kills(struct contract_rig *rig)
{
    struct model_pc_config config = config_of(rig);
    struct contract_receipt receipt;
    struct model_message dead;

    config.attempts_max = 2;
    config.keeps_dead = true;
    reopen(rig, &config);
    send_three(rig);
    for (int attempt = 1; attempt <= 2; attempt++) {
        assert_int_equal(contract_take(rig, 0, &receipt), 1);
        const struct model_lease lease = lease_of(&receipt);
        assert_int_equal(model_pc_nack(queue_of(rig), &lease, rig->now, &rig->outbox), MODEL_ACKED);
    }
    assert_true(contract_was_told(rig, MODEL_DEAD, 1));
    assert_true(model_pc_first_dead(queue_of(rig), &dead));
    assert_int_equal(dead.id, 1);
    assert_int_equal(contract_take(rig, 0, NULL), 2);
}

static void send_with(
    struct contract_rig *rig, uint64_t id, const struct model_send_options *options)
{
    const struct model_message message = {.id = id};

    assert_int_equal(
        model_pc_send_with(queue_of(rig), &message, options, rig->now, &rig->outbox), MODEL_SENT);
    contract_pump(rig);
}

static void the_urgent_go_first(struct contract_rig *rig)
{
    for (uint64_t id = 1; id <= 3; id++) {
        send_with(rig, id, &(struct model_send_options){.priority = (uint8_t)id});
    }
    for (uint64_t id = 3; id >= 1; id--) {
        assert_int_equal(contract_take(rig, 0, NULL), id);
    }
}

static void a_delay_holds(struct contract_rig *rig)
{
    send_with(rig, 1, &(struct model_send_options){.delay = 50});
    expire_at(rig, 50);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
    expire_at(rig, 51);
    assert_int_equal(contract_take(rig, 0, NULL), 1);
}

static void what_outlives_its_time_leaves(struct contract_rig *rig)
{
    send_with(rig, 1, &(struct model_send_options){.time_to_live = 50});
    expire_at(rig, 51);
    assert_true(contract_was_told(rig, MODEL_DROPPED, 1));
    assert_int_equal(contract_take(rig, 0, NULL), 0);
    assert_int_equal(model_pc_counts_of(queue_of(rig)).expired, 1);
}

static void the_prefetch_limits(struct contract_rig *rig)
{
    struct model_pc_config config = config_of(rig);
    struct contract_receipt receipt;

    config.prefetch = 1;
    reopen(rig, &config);
    send_three(rig);
    assert_int_equal(contract_take(rig, 0, &receipt), 1);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
    assert_int_equal(contract_take(rig, 1, NULL), 2);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
    assert_int_equal(contract_take(rig, 0, NULL), 3);
}

static void one_is_active(struct contract_rig *rig)
{
    struct model_pc_config config = config_of(rig);
    const struct state *state;
    struct contract_receipt receipt;

    config.has_single_active = true;
    reopen(rig, &config);
    state = rig->queue;
    send_three(rig);
    uint64_t fence = model_pc_fence(state->queue, state->consumers[0]);
    assert_true(fence > 0);
    assert_int_equal(contract_take(rig, 1, NULL), 0);
    assert_int_equal(contract_take(rig, 0, &receipt), 1);
    contract_lose(rig, 0);
    assert_true(model_pc_fence(state->queue, state->consumers[1]) > fence);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_STALE);
    assert_int_equal(contract_take(rig, 1, NULL), 1);
}

static void a_repeated_send_is_taken_once(struct contract_rig *rig)
{
    struct model_pc_config config = config_of(rig);

    config.dedup_count = 10;
    reopen(rig, &config);
    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    assert_int_equal(model_pc_counts_of(queue_of(rig)).deduplicated, 1);
    assert_int_equal(contract_take(rig, 0, NULL), 1);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
}

static void a_payload_has_a_limit(struct contract_rig *rig)
{
    struct model_pc_config config = config_of(rig);
    const struct model_message large = {.id = 1, .size = 101};
    const struct model_message small = {.id = 2, .size = 100};

    config.payload_max = 100;
    reopen(rig, &config);
    model_outbox_clear(&rig->outbox);
    assert_int_equal(
        model_pc_send(queue_of(rig), &large, rig->now, &rig->outbox), MODEL_SEND_TOO_LARGE);
    assert_int_equal(rig->outbox.count, 0);
    assert_int_equal(model_pc_counts_of(queue_of(rig)).offered, 0);
    assert_int_equal(contract_offer_message(rig, &small), CONTRACT_TAKEN);
    assert_int_equal(contract_take(rig, 0, NULL), 2);
}

static void a_closed_queue_says_so(struct contract_rig *rig)
{
    const struct model_message message = {.id = 9};
    struct contract_receipt receipt;
    struct model_delivery delivery;

    send_three(rig);
    assert_int_equal(contract_take(rig, 0, &receipt), 1);
    const struct model_lease lease = lease_of(&receipt);
    uint32_t consumer = lease.consumer;
    struct model_pc_counts before = model_pc_counts_of(queue_of(rig));
    model_pc *queue = queue_of(rig);
    model_pc_close(queue);
    model_outbox_clear(&rig->outbox);
    assert_int_equal(
        model_pc_receive(queue, consumer, rig->now, &delivery, &rig->outbox), MODEL_RECEIVE_CLOSED);
    assert_int_equal(model_pc_send(queue, &message, rig->now, &rig->outbox), MODEL_SEND_CLOSED);
    assert_int_equal(model_pc_ack(queue, &lease, rig->now, &rig->outbox), MODEL_ACK_CLOSED);
    assert_int_equal(model_pc_nack(queue, &lease, rig->now, &rig->outbox), MODEL_ACK_CLOSED);
    assert_int_equal(model_pc_join(queue), MODEL_PC_NOBODY);
    assert_false(model_pc_leave(queue, consumer, rig->now, &rig->outbox));
    assert_int_equal(model_pc_next_deadline(queue), SIM_NEVER);
    model_pc_expire(queue, rig->now + 1000, &rig->outbox);
    assert_int_equal(rig->outbox.count, 0);
    struct model_pc_counts after = model_pc_counts_of(queue);
    assert_memory_equal(&before, &after, sizeof(before));
}

static const struct contract_feature features[] = {
    {MODEL_FEATURE_COMPETING, consumers_share},
    {MODEL_FEATURE_LEASES, a_lease_ends},
    {MODEL_FEATURE_DEAD_LETTERS, the_last_attempt_kills},
    {MODEL_FEATURE_PRIORITIES, the_urgent_go_first},
    {MODEL_FEATURE_DELAYS, a_delay_holds},
    {MODEL_FEATURE_TIME_TO_LIVE, what_outlives_its_time_leaves},
    {MODEL_FEATURE_PREFETCH, the_prefetch_limits},
    {MODEL_FEATURE_SINGLE_ACTIVE, one_is_active},
    {MODEL_FEATURE_DEDUPLICATION, a_repeated_send_is_taken_once},
    {MODEL_FEATURE_PAYLOAD_LIMIT, a_payload_has_a_limit},
    {MODEL_FEATURE_CLOSING, a_closed_queue_says_so},
};

const struct contract_adapter contract_producer_consumer = {
    .kind = MODEL_PRODUCER_CONSUMER,
    .open = open,
    .close = close,
    .can_be_created = can_be_created,
    .offer = offer,
    .take = take,
    .law = law,
    .done = done,
    .lose = lose,
    .committed = committed,
    .replay = replay,
    .features = features,
    .feature_count = sizeof(features) / sizeof(*features),
};

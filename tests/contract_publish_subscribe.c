/* publish_subscribe under contract: a topic of one partition, so that its bound is that of the
 * others, and a group of two members. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/publish_subscribe.h"

#include "tests/contract.h"

struct state {
    model_ps *queue;
    uint32_t topic;
    uint32_t group;
    struct model_ps_member members[CONTRACT_CONSUMERS];
    bool is_joined[CONTRACT_CONSUMERS];
};

static struct model_ps_topic_config config_of(const struct contract_rig *rig)
{
    return (struct model_ps_topic_config){
        .partitions = 1, .capacity = rig->capacity, .when_full = rig->when_full};
}

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    const struct state *state = context;

    return model_ps_replay(state->queue, position, record, size);
}

static void open_with(struct contract_rig *rig, const struct model_ps_topic_config *config)
{
    const struct model_ps_group_config group = {.session = 100};
    struct state *state = sim_allocate(1, sizeof(*state));

    state->queue = model_ps_create(contract_store(rig));
    rig->queue = state;
    assert_int_equal(model_ps_add_topic(state->queue, config, &state->topic), MODEL_PS_OK);
    assert_int_equal(
        model_ps_add_group(state->queue, state->topic, &group, &state->group), MODEL_PS_OK);
    contract_replay(rig);
    model_ps_recovered(state->queue, rig->now, &rig->outbox);
}

static void open(struct contract_rig *rig)
{
    const struct model_ps_topic_config config = config_of(rig);

    open_with(rig, &config);
}

static void close(struct contract_rig *rig)
{
    struct state *state = rig->queue;

    model_ps_destroy(state->queue);
    free(state);
}

static model_ps *queue_of(const struct contract_rig *rig)
{
    return ((struct state *)rig->queue)->queue;
}

static bool can_be_created(uint64_t capacity)
{
    const struct model_ps_topic_config config = {.partitions = 1, .capacity = capacity};
    model_ps *queue = model_ps_create(NULL);
    uint32_t topic;
    enum model_ps_status status = model_ps_add_topic(queue, &config, &topic);

    model_ps_check(queue);
    model_ps_destroy(queue);
    return status != MODEL_PS_BAD_CAPACITY;
}

static enum contract_offer offer(struct contract_rig *rig, const struct model_message *message)
{
    const struct state *state = rig->queue;
    enum model_ps_status status =
        model_ps_publish(state->queue, state->topic, message, rig->now, &rig->outbox);

    if (status == MODEL_PS_FULL || status == MODEL_PS_REFUSED) {
        return status == MODEL_PS_FULL ? CONTRACT_FULL : CONTRACT_REFUSED;
    }
    assert_true(status == MODEL_PS_OK || status == MODEL_PS_DROPPED);
    return status == MODEL_PS_OK ? CONTRACT_TAKEN : CONTRACT_DROPPED;
}

/* A member joins when it is first needed: before that the store may not be ready. */
static const struct model_ps_member *member_of(struct contract_rig *rig, uint32_t consumer)
{
    struct state *state = rig->queue;

    if (!state->is_joined[consumer]) {
        assert_int_equal(
            model_ps_join(
                state->queue, state->group, rig->now, &state->members[consumer], &rig->outbox),
            MODEL_PS_OK);
        state->is_joined[consumer] = true;
    }
    return &state->members[consumer];
}

static uint64_t poll_member(
    struct contract_rig *rig,
    const struct model_ps_member *member,
    struct contract_receipt *out_receipt)
{
    struct model_ps_delivery delivery;

    if (model_ps_poll(queue_of(rig), member, rig->now, &delivery) != MODEL_PS_OK) {
        return 0;
    }
    *out_receipt = (struct contract_receipt){
        .words = {
            delivery.where.generation,
            delivery.where.offset,
            delivery.where.partition,
            delivery.where.group,
        }};
    return delivery.message.id;
}

static uint64_t take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt)
{
    return poll_member(rig, member_of(rig, consumer), out_receipt);
}

static struct model_ps_where where_of(const struct contract_receipt *receipt)
{
    return (struct model_ps_where){
        .generation = receipt->words[0],
        .offset = receipt->words[1],
        .partition = (uint32_t)receipt->words[2],
        .group = (uint32_t)receipt->words[3],
    };
}

static enum contract_done done(struct contract_rig *rig, const struct contract_receipt *receipt)
{
    const struct model_ps_where where = where_of(receipt);
    enum model_ps_status status = model_ps_commit(queue_of(rig), &where, rig->now, &rig->outbox);

    if (status == MODEL_PS_STALE || status == MODEL_PS_REPEATED) {
        return status == MODEL_PS_STALE ? CONTRACT_STALE : CONTRACT_REPEATED;
    }
    assert_int_equal(status, MODEL_PS_OK);
    return CONTRACT_DONE;
}

static void lose(struct contract_rig *rig, uint32_t consumer)
{
    struct state *state = rig->queue;

    assert_int_equal(
        model_ps_leave(state->queue, member_of(rig, consumer), rig->now, &rig->outbox),
        MODEL_PS_OK);
    state->is_joined[consumer] = false;
}

static void law(const struct contract_rig *rig, uint64_t *out_offered, uint64_t *out_sum)
{
    const struct state *state = rig->queue;
    struct model_ps_topic_counts topic = model_ps_topic_counts_of(state->queue, state->topic);
    struct model_ps_group_counts group = model_ps_group_counts_of(state->queue, state->group);

    model_ps_check(state->queue);
    *out_offered = topic.offered;
    *out_sum = topic.refused + topic.dropped + topic.uncommitted + group.ahead + group.held +
               group.committed + group.passed;
}

static void committed(struct contract_rig *rig, uint64_t position)
{
    model_ps_committed(queue_of(rig), position, rig->now, &rig->outbox);
}

/* ---- its own features ---- */

static void reopen(struct contract_rig *rig, const struct model_ps_topic_config *config)
{
    close(rig);
    contract_renew_journal(rig);
    open_with(rig, config);
    contract_pump(rig);
}

static void publish(struct contract_rig *rig, uint64_t first, uint64_t last)
{
    for (uint64_t id = first; id <= last; id++) {
        assert_int_equal(contract_offer_key(rig, id, id), CONTRACT_TAKEN);
    }
}

static void members_share(struct contract_rig *rig)
{
    struct model_ps_topic_config config = config_of(rig);
    uint64_t seen = 0;

    config.partitions = 2;
    reopen(rig, &config);
    (void)contract_take(rig, 0, NULL);
    (void)contract_take(rig, 1, NULL);
    publish(rig, 1, 8);
    for (uint32_t consumer = 0; consumer < CONTRACT_CONSUMERS; consumer++) {
        uint32_t count = 0;
        for (uint64_t id; (id = contract_take(rig, consumer, NULL)) != 0; count++) {
            assert_true((seen >> id & 1) == 0);
            seen |= UINT64_C(1) << id;
        }
        assert_in_range(count, 1, 7);
    }
    assert_int_equal(seen, 0x1fe);
}

static void every_subscriber_gets_it(struct contract_rig *rig)
{
    struct model_ps_member subscribers[2];
    struct contract_receipt receipt;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            model_ps_subscribe(queue_of(rig), 0, MODEL_PS_LATEST, rig->now, &subscribers[i]),
            MODEL_PS_OK);
    }
    publish(rig, 1, 1);
    assert_int_equal(poll_member(rig, &subscribers[0], &receipt), 1);
    assert_int_equal(poll_member(rig, &subscribers[1], &receipt), 1);
    assert_int_equal(contract_take(rig, 0, NULL), 1);
}

static void a_batch_is_polled(struct contract_rig *rig)
{
    struct model_ps_delivery deliveries[4];
    struct model_ps_batch batch = {.deliveries = deliveries, .capacity = 4};

    publish(rig, 1, 6);
    const struct model_ps_member *member = member_of(rig, 0);
    assert_int_equal(model_ps_poll_batch(queue_of(rig), member, rig->now, &batch), MODEL_PS_OK);
    assert_int_equal(batch.count, 4);
    assert_int_equal(deliveries[3].message.id, 4);
}

static void a_key_has_its_partition(struct contract_rig *rig)
{
    struct model_ps_topic_config config = config_of(rig);
    const struct model_ps_topic_partition none = {.topic = 0, .partition = 4};
    const struct model_message message = {.id = 1};
    struct contract_receipt receipt;

    config.partitions = 4;
    reopen(rig, &config);
    publish(rig, 1, 8);
    for (uint64_t id; (id = contract_take(rig, 0, &receipt)) != 0;) {
        assert_int_equal(receipt.words[2], model_ps_partition_of(queue_of(rig), 0, id));
    }
    assert_int_equal(
        model_ps_publish_to(queue_of(rig), &none, &message, rig->now, &rig->outbox),
        MODEL_PS_NO_PARTITION);
}

static void every_group_gets_it(struct contract_rig *rig)
{
    const struct model_ps_group_config config = {.session = 0};
    struct model_ps_member member;
    struct contract_receipt receipt;
    uint32_t group;

    assert_int_equal(model_ps_add_group(queue_of(rig), 0, &config, &group), MODEL_PS_OK);
    publish(rig, 1, 2);
    assert_int_equal(
        model_ps_join(queue_of(rig), group, rig->now, &member, &rig->outbox), MODEL_PS_OK);
    for (uint64_t id = 1; id <= 2; id++) {
        assert_int_equal(contract_take(rig, 0, NULL), id);
        assert_int_equal(poll_member(rig, &member, &receipt), id);
    }
}

static void an_old_generation_is_refused(struct contract_rig *rig)
{
    struct contract_receipt receipt;

    publish(rig, 1, 1);
    assert_int_equal(contract_take(rig, 0, &receipt), 1);
    assert_int_equal(contract_take(rig, 1, NULL), 0);
    uint64_t generation = model_ps_generation_of(queue_of(rig), 0);
    rig->now += 99;
    assert_int_equal(contract_take(rig, 1, NULL), 0);
    rig->now += 1;
    model_ps_expire(queue_of(rig), rig->now, &rig->outbox); /* consumer 0 is dead */
    assert_true(model_ps_generation_of(queue_of(rig), 0) > generation);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_STALE);
    assert_int_equal(contract_take(rig, 1, &receipt), 1);
    assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
}

static void the_past_comes_again(struct contract_rig *rig)
{
    struct contract_receipt receipt;
    struct model_ps_where where = {.offset = 0};

    for (uint64_t id = 1; id <= 4; id++) {
        rig->now = (sim_time)(10 * id);
        publish(rig, id, id);
        assert_int_equal(contract_take(rig, 0, &receipt), id);
        assert_int_equal(contract_done_with(rig, &receipt), CONTRACT_DONE);
    }
    assert_int_equal(model_ps_seek(queue_of(rig), &where, rig->now, &rig->outbox), MODEL_PS_OK);
    assert_int_equal(contract_take(rig, 0, NULL), 1);
    where.offset = model_ps_offset_at(queue_of(rig), 0, 0, 25);
    assert_int_equal(model_ps_seek(queue_of(rig), &where, rig->now, &rig->outbox), MODEL_PS_OK);
    assert_int_equal(contract_take(rig, 0, NULL), 3);
}

static void the_old_and_the_many_leave(struct contract_rig *rig)
{
    struct model_ps_topic_config config = config_of(rig);

    config.retain_bytes = UINT64_C(3) * 64;
    config.retain_age = 50;
    reopen(rig, &config);
    publish(rig, 1, 5);
    assert_int_equal(model_ps_group_counts_of(queue_of(rig), 0).passed, 2);
    rig->now += 50;
    model_ps_expire(queue_of(rig), rig->now, &rig->outbox);
    assert_int_equal(model_ps_group_counts_of(queue_of(rig), 0).passed, 5);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
}

static void the_newest_of_a_key_stays(struct contract_rig *rig)
{
    struct model_ps_topic_config config = config_of(rig);

    config.capacity = 100;
    config.compacts = true;
    reopen(rig, &config);
    for (uint64_t id = 1; id <= 64; id++) {
        assert_int_equal(contract_offer_key(rig, id, id % 2), CONTRACT_TAKEN);
    }
    assert_int_equal(contract_take(rig, 0, NULL), 63);
    assert_int_equal(contract_take(rig, 0, NULL), 64);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
}

static void what_is_too_large_is_refused(struct contract_rig *rig)
{
    struct model_ps_topic_config config = config_of(rig);
    const struct model_message message = {.id = 1, .size = 101};

    config.payload_max = 100;
    reopen(rig, &config);
    assert_int_equal(
        model_ps_publish(queue_of(rig), 0, &message, rig->now, &rig->outbox), MODEL_PS_TOO_LARGE);
    assert_int_equal(model_ps_topic_counts_of(queue_of(rig), 0).offered, 0);
}

static void a_closed_one_says_so(struct contract_rig *rig)
{
    const struct model_message message = {.id = 2};
    struct model_ps_delivery delivery;

    publish(rig, 1, 1);
    const struct model_ps_member *member = member_of(rig, 0);
    model_ps_close(queue_of(rig));
    assert_int_equal(model_ps_poll(queue_of(rig), member, rig->now, &delivery), MODEL_PS_CLOSED);
    assert_int_equal(
        model_ps_publish(queue_of(rig), 0, &message, rig->now, &rig->outbox), MODEL_PS_CLOSED);
    assert_int_equal(model_ps_topic_counts_of(queue_of(rig), 0).offered, 1);
}

static const struct contract_feature features[] = {
    {MODEL_FEATURE_COMPETING, members_share},
    {MODEL_FEATURE_BROADCAST, every_subscriber_gets_it},
    {MODEL_FEATURE_BATCHES, a_batch_is_polled},
    {MODEL_FEATURE_PARTITIONS, a_key_has_its_partition},
    {MODEL_FEATURE_GROUPS, every_group_gets_it},
    {MODEL_FEATURE_REBALANCING, an_old_generation_is_refused},
    {MODEL_FEATURE_REPLAY, the_past_comes_again},
    {MODEL_FEATURE_RETENTION, the_old_and_the_many_leave},
    {MODEL_FEATURE_COMPACTION, the_newest_of_a_key_stays},
    {MODEL_FEATURE_PAYLOAD_LIMIT, what_is_too_large_is_refused},
    {MODEL_FEATURE_CLOSING, a_closed_one_says_so},
};

const struct contract_adapter contract_publish_subscribe = {
    .kind = MODEL_PUBLISH_SUBSCRIBE,
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

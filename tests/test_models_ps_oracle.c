/* The whole of publish_subscribe against a naive twin: random operations on random queues, in
 * memory and on a store, with crashes that take whatever was not committed. After each operation
 * the result, what was delivered, every count and every notice must be the same. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/random.h"

#include "tests/ps_fixture.h"
#include "tests/ps_twin_recover.h"

#define ROUNDS      1500
#define OPERATIONS  300
#define MEMBERS     6
#define DELIVERIES  48
#define DURABLE     2 /* groups; the others are broadcast subscribers */
#define TOPIC_FIRST 3 /* partitions of another topic that come before */

struct player {
    struct model_ps_member member;
    uint32_t group; /* of the twin */
    sim_time heard;
    bool is_joined;
    bool had_next;
};

struct remembered {
    struct model_ps_where where;
    uint32_t group; /* of the twin */
    uint64_t epoch;
};

struct game {
    struct sim_stream stream;
    struct ps_fixture fixture; /* its group is the first of the durable ones */
    struct model_ps_group_config configs[DURABLE];
    struct twin *twin;
    struct player players[MEMBERS];
    struct remembered remembered[DELIVERIES];
    uint32_t remembered_count;
    uint64_t id;
    uint64_t generation; /* the largest seen, and that of each group */
    uint64_t generations[DURABLE];
    uint64_t committed;
    uint64_t gate;
};

static uint64_t below(struct game *game, uint64_t bound)
{
    return sim_stream_below(&game->stream, bound);
}

/* 0 as often as not. */
static uint64_t maybe(struct game *game, uint64_t bound)
{
    return below(game, 2) == 0 ? 0 : below(game, bound);
}

/* ---- comparing ---- */

static int compare_notices(const void *a, const void *b)
{
    const struct model_notice *left = a;
    const struct model_notice *right = b;

    if (left->kind != right->kind) {
        return left->kind < right->kind ? -1 : 1;
    }
    return left->id < right->id ? -1 : left->id > right->id;
}

static void assert_same_notices(struct model_outbox *outbox, struct model_outbox *expected)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < outbox->count; i++) {
        if (outbox->notices[i].kind != MODEL_STORE && outbox->notices[i].kind != MODEL_READY) {
            outbox->notices[count++] = outbox->notices[i];
        }
    }
    assert_int_equal(count, expected->count);
    if (count > 0) {
        qsort(outbox->notices, count, sizeof(*outbox->notices), compare_notices);
        qsort(expected->notices, count, sizeof(*expected->notices), compare_notices);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(compare_notices(&outbox->notices[i], &expected->notices[i]), 0);
        }
    }
    model_outbox_clear(outbox);
    model_outbox_clear(expected);
}

/* Who had nothing to poll and now has something was told so. */
static void assert_woken(const struct game *game)
{
    for (uint32_t i = 0; i < MEMBERS; i++) {
        const struct player *player = &game->players[i];
        bool is_broadcast = game->twin->groups[player->group].is_broadcast;
        if (player->is_joined && !player->had_next &&
            twin_has_next(game->twin, player->group, player->member.generation)) {
            assert_true(
                is_broadcast || ps_has_notice(&game->fixture, MODEL_READY, player->member.group));
        }
    }
}

static void assert_same_group(const struct game *game, uint32_t group, uint32_t number)
{
    struct model_ps_group_counts counts = model_ps_group_counts_of(game->fixture.queue, number);
    const struct model_ps_group_counts *expected = &game->twin->groups[group].counts;

    assert_int_equal(counts.ahead, twin_in_state(game->twin, group, TWIN_AHEAD));
    assert_int_equal(counts.held, twin_in_state(game->twin, group, TWIN_HELD));
    assert_int_equal(counts.committed, expected->committed);
    assert_int_equal(counts.passed, expected->passed);
    assert_int_equal(counts.passed_unread, expected->passed_unread);
    assert_int_equal(counts.delivered, expected->delivered);
    assert_int_equal(counts.redelivered, expected->redelivered);
}

static void assert_same_place(const struct game *game, uint32_t group, uint32_t partition)
{
    const struct twin *twin = game->twin;
    uint32_t number = twin->group_first + group;
    uint64_t offset = twin->offset_end[partition];
    uint64_t lag = 0;

    for (uint32_t i = twin->count; i > 0; i--) {
        const struct twin_message *message = &twin->messages[i - 1];
        if (message->partition == partition && message->states[group] != TWIN_DONE) {
            offset = message->offset;
            lag += message->is_visible ? 1 : 0;
        }
    }
    assert_int_equal(model_ps_lag(game->fixture.queue, number, partition), lag);
    assert_int_equal(model_ps_committed_offset(game->fixture.queue, number, partition), offset);
}

static sim_time session_end(const struct game *game, const struct player *player)
{
    sim_time session = player->group < DURABLE ? game->configs[player->group].session : 0;

    return player->is_joined && session > 0 ? player->heard + session : SIM_NEVER;
}

/* It may be early, never late. */
static void assert_deadline(const struct game *game)
{
    const struct twin *twin = game->twin;
    sim_time next = model_ps_next_deadline(game->fixture.queue);

    for (uint32_t i = 0; i < MEMBERS; i++) {
        assert_true(next <= session_end(game, &game->players[i]));
    }
    for (uint32_t i = 0; i < twin->count && twin->config.retain_age > 0; i++) {
        assert_true(
            !twin->messages[i].is_visible ||
            next <= twin->messages[i].time + twin->config.retain_age);
    }
}

static void assert_same(struct game *game)
{
    struct model_ps_topic_counts counts = ps_topic_counts(&game->fixture);
    const struct model_ps_topic_counts *expected = &game->twin->counts;

    model_ps_check(game->fixture.queue);
    twin_tell_room(game->twin);
    assert_woken(game);
    assert_same_notices(&game->fixture.outbox, &game->twin->outbox);
    assert_int_equal(counts.offered, expected->offered);
    assert_int_equal(counts.refused, expected->refused);
    assert_int_equal(counts.dropped, expected->dropped);
    assert_int_equal(counts.published, expected->published);
    assert_int_equal(counts.compacted, expected->compacted);
    assert_int_equal(counts.retained + counts.uncommitted, game->twin->count);
    for (uint32_t group = 0; group < DURABLE; group++) {
        assert_same_group(game, group, game->twin->group_first + group);
        for (uint32_t i = 0; i < game->twin->config.partitions; i++) {
            assert_same_place(game, group, i);
        }
    }
    for (uint32_t i = 0; i < MEMBERS; i++) {
        const struct player *player = &game->players[i];
        if (player->is_joined && player->group >= DURABLE) {
            assert_same_group(game, player->group, player->member.group);
        }
    }
    assert_deadline(game);
}

/* ---- who owns what ---- */

/* The member of a group that joined next after one. */
static uint64_t next_member(const struct game *game, uint32_t group, uint64_t after)
{
    uint64_t next = UINT64_MAX;

    for (uint32_t i = 0; i < MEMBERS; i++) {
        const struct player *player = &game->players[i];
        uint64_t generation = player->member.generation;
        bool is_in = player->is_joined && player->group == group;
        next = is_in && generation > after && generation < next ? generation : next;
    }
    return next;
}

/* The n-th member of a group in the order of joining, which is that of the generations. */
static uint64_t member_at(const struct game *game, uint32_t group, uint32_t n)
{
    uint64_t last = 0;

    for (uint32_t i = 0; i <= n; i++) {
        last = next_member(game, group, last);
    }
    return last;
}

static uint32_t member_count(const struct game *game, uint32_t group)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < MEMBERS; i++) {
        count += game->players[i].is_joined && game->players[i].group == group ? 1 : 0;
    }
    return count;
}

static uint32_t owned_by(const uint64_t *owners, uint32_t partitions, uint64_t member)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < partitions; i++) {
        count += owners[i] == member ? 1 : 0;
    }
    return count;
}

/* Even, and no other even sharing leaves more partitions where they were: whoever had more than its
 * share still has at least its share, whoever had less still has all of them. */
static void assert_sticky(const struct game *game, uint32_t group, const uint64_t *owners)
{
    const uint64_t *before = game->twin->groups[group].owners;
    uint32_t partitions = game->twin->config.partitions;
    uint32_t members = member_count(game, group);
    uint32_t share = partitions / members;
    uint32_t larger = partitions % members;

    for (uint32_t n = 0; n < members; n++) {
        uint64_t member = member_at(game, group, n);
        uint32_t had = owned_by(before, partitions, member);
        uint32_t has = owned_by(owners, partitions, member);
        uint32_t kept = 0;
        for (uint32_t i = 0; i < partitions; i++) {
            kept += before[i] == member && owners[i] == member ? 1 : 0;
        }
        assert_in_range(has, share, share + (partitions % members > 0 ? 1 : 0));
        assert_true(kept >= (had < share ? had : share));
        larger -= had > share && kept == share + 1 ? 1 : 0;
        assert_true(had <= share || kept == share + 1 || larger == 0 || n + 1 < members);
    }
}

static void assert_owner(
    const struct game *game, uint32_t group, uint32_t partition, uint64_t owner)
{
    enum model_ps_assignment assignment = game->configs[group].assignment;
    uint32_t partitions = game->twin->config.partitions;
    uint32_t members = member_count(game, group);
    uint32_t member = partition % members;

    if (assignment == MODEL_PS_RANGE) {
        member = 0;
        for (uint32_t end = 0; end <= partition; member++) {
            end += partitions / members + (member < partitions % members ? 1 : 0);
        }
        member--;
    }
    if (assignment != MODEL_PS_STICKY) {
        assert_int_equal(owner, member_at(game, group, member));
    }
}

static void share_anew(struct game *game, uint32_t group)
{
    uint64_t owners[TWIN_PARTITIONS];
    uint32_t number = game->twin->group_first + group;
    uint32_t partitions = game->twin->config.partitions;
    struct model_ps_member owner;

    for (uint32_t i = 0; i < partitions; i++) {
        bool has_owner = model_ps_owner_of(game->fixture.queue, number, i, &owner);
        assert_true(has_owner == (member_count(game, group) > 0));
        owners[i] = has_owner ? owner.generation : TWIN_NOBODY;
        if (has_owner) {
            assert_owner(game, group, i, owners[i]);
        }
    }
    if (member_count(game, group) > 0 && game->configs[group].assignment == MODEL_PS_STICKY) {
        assert_sticky(game, group, owners);
    }
    for (uint32_t i = 0; i < partitions; i++) {
        twin_own(game->twin, group, i, owners[i]);
    }
    uint64_t generation = model_ps_generation_of(game->fixture.queue, number);
    assert_true(generation > game->generations[group]);
    game->generations[group] = generation;
    game->generation = generation > game->generation ? generation : game->generation;
}

/* ---- playing ---- */

static void play_publish(struct game *game)
{
    uint64_t burst = game->twin->config.compacts ? 1 + below(game, 30) : 1;
    uint32_t partition = (uint32_t)below(game, game->twin->config.partitions);
    struct model_ps_topic_partition to = {.topic = game->fixture.topic, .partition = partition};

    for (uint64_t i = 0; i < burst; i++) {
        struct model_message message = {
            .id = ++game->id,
            .key = below(game, 12),
            .size = (uint32_t)maybe(game, 100),
        };
        enum model_ps_status status = model_ps_publish_to(
            game->fixture.queue, &to, &message, game->fixture.now, &game->fixture.outbox);
        uint64_t position = game->fixture.store == NULL ? 0 : game->fixture.store->count;
        assert_int_equal(status, twin_publish(game->twin, partition, &message, position));
        twin_tell_room(game->twin);
    }
}

static void remember(struct game *game, const struct model_ps_where *where, uint32_t group)
{
    uint32_t place = game->remembered_count < DELIVERIES ? game->remembered_count++
                                                         : (uint32_t)below(game, DELIVERIES);

    game->remembered[place] = (struct remembered){
        .where = *where,
        .group = group,
        .epoch = game->twin->groups[group].epochs[where->partition],
    };
}

static void check_delivery(
    struct game *game, const struct player *player, const struct model_ps_delivery *delivery)
{
    uint32_t partition = delivery->where.partition;
    struct twin_message *message = twin_next(game->twin, player->group, partition);

    assert_true(game->twin->groups[player->group].owners[partition] == player->member.generation);
    if (message == NULL) {
        fail_msg("nothing is ahead in partition %u", partition);
        return;
    }
    assert_int_equal(delivery->message.id, message->message.id);
    assert_int_equal(delivery->where.offset, message->offset);
    assert_int_equal(delivery->where.group, player->member.group);
    assert_int_equal(delivery->message.attempt, twin_deliver(game->twin, player->group, message));
    remember(game, &delivery->where, player->group);
}

static void play_poll(struct game *game)
{
    struct player *player = &game->players[below(game, MEMBERS)];
    struct model_ps_delivery deliveries[4];
    struct model_ps_batch batch = {
        .deliveries = deliveries, .capacity = 1 + (uint32_t)below(game, 4)};
    model_ps *queue = game->fixture.queue;

    if (player->member.generation == 0) {
        return;
    }
    bool is_ready =
        player->is_joined && twin_has_next(game->twin, player->group, player->member.generation);
    enum model_ps_status expected = player->is_joined ? MODEL_PS_EMPTY : MODEL_PS_STALE;
    expected = is_ready ? MODEL_PS_OK : expected;
    if (below(game, 2) == 0) {
        enum model_ps_status status =
            model_ps_poll(queue, &player->member, game->fixture.now, &deliveries[0]);
        assert_int_equal(status, expected);
        batch.count = status == MODEL_PS_OK ? 1 : 0;
    } else {
        assert_int_equal(
            model_ps_poll_batch(queue, &player->member, game->fixture.now, &batch), expected);
        assert_true(batch.count > 0 || !is_ready);
    }
    for (uint32_t i = 0; i < batch.count; i++) {
        check_delivery(game, player, &deliveries[i]);
    }
    assert_true(
        batch.count == 0 || batch.count == 1 || batch.count == batch.capacity ||
        !twin_has_next(game->twin, player->group, player->member.generation));
    player->heard = player->is_joined ? game->fixture.now : player->heard;
}

static void hear(struct game *game, uint64_t generation)
{
    for (uint32_t i = 0; i < MEMBERS; i++) {
        struct player *player = &game->players[i];
        if (player->is_joined && player->member.generation == generation) {
            player->heard = game->fixture.now;
        }
    }
}

static void play_commit(struct game *game)
{
    if (game->remembered_count == 0) {
        return;
    }
    const struct remembered *done = &game->remembered[below(game, game->remembered_count)];
    struct model_ps_where where = done->where;
    const struct twin_group *group = &game->twin->groups[done->group];
    bool is_current = group->epochs[where.partition] == done->epoch && group->is_used &&
                      group->owners[where.partition] != TWIN_NOBODY;

    where.offset += below(game, 8) == 0 ? below(game, 5) : 0;
    enum model_ps_status status =
        model_ps_commit(game->fixture.queue, &where, game->fixture.now, &game->fixture.outbox);
    uint64_t position = game->fixture.store == NULL ? 0 : game->fixture.store->count;
    assert_int_equal(
        status,
        is_current ? twin_commit(game->twin, &where, done->group, position) : MODEL_PS_STALE);
    if (status == MODEL_PS_OK) {
        hear(game, group->owners[where.partition]);
    }
}

static void play_seek(struct game *game)
{
    uint32_t group = (uint32_t)below(game, DURABLE);
    uint32_t partition = (uint32_t)below(game, game->twin->config.partitions);
    const struct model_ps_where where = {
        .offset = below(game, game->twin->offset_end[partition] + 3),
        .partition = partition,
        .group = game->twin->group_first + group,
    };

    if (below(game, 3) != 0) {
        return;
    }
    assert_int_equal(
        model_ps_seek(game->fixture.queue, &where, game->fixture.now, &game->fixture.outbox),
        MODEL_PS_OK);
    twin_seek(game->twin, group, partition, where.offset);
}

static void play_join(struct game *game, struct player *player)
{
    uint32_t group = (uint32_t)below(game, DURABLE);

    assert_int_equal(
        model_ps_join(
            game->fixture.queue,
            game->twin->group_first + group,
            game->fixture.now,
            &player->member,
            &game->fixture.outbox),
        MODEL_PS_OK);
    assert_true(player->member.generation > game->generation);
    game->generation = player->member.generation;
    player->group = group;
    player->is_joined = true;
    player->had_next = false;
    player->heard = game->fixture.now;
    share_anew(game, group);
}

static void play_subscribe(struct game *game, struct player *player)
{
    enum model_ps_start start = (enum model_ps_start)below(game, 2);
    uint32_t group = DURABLE;

    while (group < TWIN_GROUPS && game->twin->groups[group].is_used) {
        group++;
    }
    if (group == TWIN_GROUPS) {
        return;
    }
    assert_int_equal(
        model_ps_subscribe(
            game->fixture.queue, game->fixture.topic, start, game->fixture.now, &player->member),
        MODEL_PS_OK);
    twin_begin_group(game->twin, group, true, start);
    player->group = group;
    player->is_joined = true;
    game->generation = model_ps_generation_of(game->fixture.queue, player->member.group);
    for (uint32_t i = 0; i < game->twin->config.partitions; i++) {
        twin_own(game->twin, group, i, player->member.generation);
    }
}

/* The model has lost the member. */
static void lose(struct game *game, struct player *player)
{
    player->is_joined = false;
    if (player->group < DURABLE) {
        share_anew(game, player->group);
    } else {
        game->twin->groups[player->group].is_used = false;
    }
}

static void play_membership(struct game *game)
{
    struct player *player = &game->players[below(game, MEMBERS)];

    if (player->is_joined) {
        assert_int_equal(
            model_ps_leave(
                game->fixture.queue, &player->member, game->fixture.now, &game->fixture.outbox),
            MODEL_PS_OK);
        lose(game, player);
    } else if (game->committed < game->gate) {
        assert_int_equal(
            model_ps_join(
                game->fixture.queue,
                game->twin->group_first,
                game->fixture.now,
                &player->member,
                &game->fixture.outbox),
            MODEL_PS_NOT_YET);
    } else if (below(game, 3) == 0) {
        play_subscribe(game, player);
    } else {
        play_join(game, player);
    }
}

/* At most one session of a group ends: no two members were heard from at the same instant. */
static void tick(struct game *game)
{
    struct player *due[DURABLE] = {NULL};

    game->fixture.now++;
    game->twin->now = game->fixture.now;
    for (uint32_t i = 0; i < MEMBERS; i++) {
        struct player *player = &game->players[i];
        if (session_end(game, player) <= game->fixture.now) {
            assert_null(due[player->group]);
            due[player->group] = player;
        }
    }
    model_outbox_clear(&game->fixture.outbox);
    model_ps_expire(game->fixture.queue, game->fixture.now, &game->fixture.outbox);
    assert_true(model_ps_next_deadline(game->fixture.queue) > game->fixture.now);
    for (uint32_t group = 0; group < DURABLE; group++) {
        if (due[group] != NULL) {
            lose(game, due[group]);
        }
    }
    twin_expire(game->twin);
    assert_same(game);
}

static void note_who_has_something(struct game *game)
{
    for (uint32_t i = 0; i < MEMBERS; i++) {
        struct player *player = &game->players[i];
        player->had_next = player->is_joined &&
                           twin_has_next(game->twin, player->group, player->member.generation);
    }
}

static void play_time(struct game *game)
{
    for (uint64_t i = below(game, 30); i > 0; i--) {
        tick(game);
        note_who_has_something(game);
    }
}

static void play_commit_store(struct game *game)
{
    if (game->fixture.store == NULL) {
        return;
    }
    uint64_t count = game->fixture.store->count;
    uint64_t position = game->committed + below(game, count - game->committed + 1);
    position = below(game, 2) == 0 ? count : position;
    model_ps_committed(game->fixture.queue, position, game->fixture.now, &game->fixture.outbox);
    game->committed = position;
    twin_commit_store(game->twin, position);
}

/* ---- crashes ---- */

static void declare(struct game *game)
{
    const struct model_ps_topic_config other = {.partitions = TOPIC_FIRST, .capacity = 1};
    struct ps_fixture *fixture = &game->fixture;
    uint32_t number;

    fixture->queue = model_ps_create(fixture->store == NULL ? NULL : &fixture->store->store);
    assert_int_equal(model_ps_add_topic(fixture->queue, &other, &number), MODEL_PS_OK);
    assert_int_equal(
        model_ps_add_group(fixture->queue, number, &game->configs[0], &number), MODEL_PS_OK);
    assert_int_equal(
        model_ps_add_topic(fixture->queue, &fixture->topic_config, &fixture->topic), MODEL_PS_OK);
    for (uint32_t i = 0; i < DURABLE; i++) {
        assert_int_equal(
            model_ps_add_group(fixture->queue, fixture->topic, &game->configs[i], &number),
            MODEL_PS_OK);
        assert_int_equal(number, game->twin->group_first + i);
    }
}

static void recover_twin(struct game *game, uint64_t kept)
{
    struct twin *twin = game->twin;

    twin->count = 0;
    twin->ack_count = 0;
    memset(twin->offset_end, 0, sizeof(twin->offset_end));
    memset(twin->is_awaited, 0, sizeof(twin->is_awaited));
    twin->counts = (struct model_ps_topic_counts){.offered = 0};
    for (uint32_t g = 0; g < TWIN_GROUPS; g++) {
        twin_begin_group(twin, g, g >= DURABLE, game->configs[g % DURABLE].start);
        twin->groups[g].is_used = g < DURABLE;
    }
    for (uint64_t i = game->fixture.store->released; i < kept; i++) {
        twin_replay(twin, i + 1, &game->fixture.store->records[i]);
    }
    twin->counts.offered = twin->count;
    twin->counts.published = twin->count;
    twin_place_groups(twin, DURABLE);
    for (uint32_t i = 0; i < twin->config.partitions; i++) {
        twin_retain_bytes(twin, i);
        twin_compact(twin, i);
        while (twin_in_partition(twin, i) > twin->config.capacity) {
            twin_retire(twin, twin_oldest(twin, i));
        }
    }
    twin_expire(twin);
}

static void begin_life(struct game *game)
{
    struct ps_fixture *fixture = &game->fixture;

    model_ps_recovered(fixture->queue, fixture->now, &fixture->outbox);
    game->committed = game->gate;
    game->gate = fixture->store->count;
    for (uint32_t i = 0; i < MEMBERS; i++) {
        game->players[i].is_joined = false;
    }
}

static void play_crash(struct game *game)
{
    struct ps_fixture *fixture = &game->fixture;

    if (fixture->store == NULL || below(game, 4) != 0) {
        return;
    }
    uint64_t count = fixture->store->count;
    uint64_t kept = game->committed + below(game, count - game->committed + 1);
    model_ps_destroy(fixture->queue);
    fake_store_lose(fixture->store, kept);
    declare(game);
    for (uint64_t i = fixture->store->released; i < kept; i++) {
        const struct fake_record *record = &fixture->store->records[i];
        assert_true(model_ps_replay(fixture->queue, i + 1, record->bytes, record->size));
    }
    recover_twin(game, kept);
    game->gate = kept;
    begin_life(game);
}

/* ---- rounds ---- */

static void play_operation(struct game *game)
{
    static void (*const plays[])(struct game *) = {
        play_publish,
        play_publish,
        play_publish,
        play_poll,
        play_poll,
        play_poll,
        play_poll,
        play_commit,
        play_commit,
        play_commit,
        play_commit_store,
        play_commit_store,
        play_time,
        play_seek,
        play_membership,
    };
    size_t count = sizeof(plays) / sizeof(plays[0]);
    uint64_t choice = below(game, count * 4 + 1);

    note_who_has_something(game);
    tick(game);
    note_who_has_something(game);
    if (choice == count * 4) {
        play_crash(game);
    } else {
        plays[choice % count](game);
    }
    assert_same(game);
}

static struct model_ps_topic_config random_topic(struct game *game)
{
    bool compacts = below(game, 4) == 0;

    return (struct model_ps_topic_config){
        .partitions = 1 + (uint32_t)below(game, TWIN_PARTITIONS),
        .capacity = 1 + below(game, compacts ? 300 : 10),
        .when_full = (enum model_when_full)below(game, 4),
        .payload_max = (uint32_t)maybe(game, 100),
        .retain_bytes = maybe(game, compacts ? 20000 : 1000),
        .retain_age = (sim_time)maybe(game, 200),
        .compacts = compacts,
    };
}

static void play_round(struct game *game, bool has_store)
{
    struct sim_stream stream = game->stream;
    struct twin *twin = sim_allocate(1, sizeof(*twin));

    *game = (struct game){.stream = stream, .twin = twin};
    game->fixture = (struct ps_fixture){.topic_config = random_topic(game), .now = 1};
    game->fixture.store = has_store ? fake_store_create() : NULL;
    *twin = (struct twin){
        .config = game->fixture.topic_config,
        .has_store = has_store,
        .partition_first = TOPIC_FIRST,
        .group_first = 1,
        .now = 1,
    };
    for (uint32_t i = 0; i < DURABLE; i++) {
        game->configs[i] = (struct model_ps_group_config){
            .assignment = (enum model_ps_assignment)below(game, 3),
            .start = (enum model_ps_start)below(game, 2),
            .session = (sim_time)maybe(game, 100),
        };
        twin_begin_group(twin, i, false, game->configs[i].start);
    }
    declare(game);
    if (has_store) {
        begin_life(game);
    }
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        play_operation(game);
    }
    model_outbox_finish(&twin->outbox);
    free(twin);
    model_ps_destroy(game->fixture.queue);
    model_outbox_finish(&game->fixture.outbox);
    if (has_store) {
        fake_store_destroy(game->fixture.store);
    }
}

static void agrees_with_a_naive_twin_in_memory(void **state)
{
    struct game game = {.stream = sim_stream_named(1, "memory")};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        play_round(&game, false);
    }
}

static void agrees_with_a_naive_twin_on_a_store_through_crashes(void **state)
{
    struct game game = {.stream = sim_stream_named(1, "store")};

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        play_round(&game, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_twin_in_memory),
        cmocka_unit_test(agrees_with_a_naive_twin_on_a_store_through_crashes),
    };

    return cmocka_run_group_tests_name("models/ps_oracle", tests, NULL, NULL);
}

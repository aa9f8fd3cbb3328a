/* A replica that is down is looked at by reading its journal into a model that is only for looking,
 * and is kept until the restart. */
/* SPDX-License-Identifier: MIT */
#include "world/replica_look.h"

#include <string.h>

#include "world/broker_state.h"
#include "world/invariant.h"

void world_replica_replay(const model_replica *model, uint64_t last, struct world_queue *queue)
{
    for (uint64_t index = model_replica_first(model); index <= last; index++) {
        const struct model_replica_record record = model_replica_peek(model, index);
        bool is_good =
            record.is_marker || queue->type->replay(queue, index, record.payload, record.size);
        SIM_ASSERT(is_good);
    }
}

/* ---- agreement ---- */

/* A replica other than this one that has committed the entry and still has it; NULL: none does. */
static const struct world_replica *other_with(const struct world_replica *replica, uint64_t index)
{
    for (uint32_t i = 0; i < replica->group->count; i++) {
        const struct world_replica *other = replica->group->members[i];
        if (other != replica && other->is_open && model_replica_committed(other->model) >= index &&
            model_replica_first(other->model) <= index) {
            return other;
        }
    }
    SIM_ASSERT(replica->group->count > 0);
    return NULL;
}

static bool are_equal(const struct model_replica_record *a, const struct model_replica_record *b)
{
    SIM_ASSERT(a->index == b->index);
    return a->epoch == b->epoch && a->replica == b->replica && a->is_marker == b->is_marker &&
           a->size == b->size && (a->size == 0 || memcmp(a->payload, b->payload, a->size) == 0);
}

/* Where less than a quorum may promise, replicas do commit what others have not. */
static bool promises_quorum(const struct world_replicas *replicas)
{
    SIM_ASSERT(replicas->config.count > 0);
    return replicas->config.acks != MODEL_ACKS_LEADER && replicas->config.unclean_after == 0;
}

static void compare_one(struct world_replica *replica, uint64_t index)
{
    const struct world_replica *other = other_with(replica, index);

    if (other == NULL) {
        return;
    }
    struct world *world = replica->broker->node.world;
    struct world_check *check = world_invariant_check(world, WORLD_I7_NO_FABRICATION);
    const struct model_replica_record own = model_replica_peek(replica->model, index);
    const struct model_replica_record theirs = model_replica_peek(other->model, index);
    SIM_ASSERT(own.index == index);
    if (are_equal(&own, &theirs)) {
        world_check_pass(check);
        return;
    }
    world_check_fail(
        check,
        world->run.now,
        "%s and %s have committed different entries %" G_GUINT64_FORMAT,
        replica->broker->node.path,
        other->broker->node.path,
        index);
}

void world_replica_compare(struct world_replica *replica, uint64_t index)
{
    uint64_t from = MAX(replica->compared + 1, model_replica_first(replica->model));

    if (replica->broker->node.world->invariants != NULL && promises_quorum(replica->group)) {
        for (uint64_t i = from; i <= index; i++) {
            compare_one(replica, i);
        }
    }
    replica->compared = MAX(replica->compared, index);
    SIM_ASSERT(replica->compared >= index);
}

/* ---- measures ---- */

void world_replica_open_measures(struct world_replica *replica)
{
    const struct world_node *node = &replica->broker->node;

    replica->measures = (struct world_replica_measures){
        .role = world_node_gauge(node, "role", "role"),
        .epoch = world_node_gauge(node, "epoch", "epoch"),
        .committed = world_node_gauge(node, "committed", "entries"),
        .lag = world_node_gauge(node, "lag", "entries"),
        .elections = world_node_counter(node, "elections", "elections"),
        .unclean = world_node_counter(node, "unclean_elections", "elections"),
        .deposed = world_node_counter(node, "deposed", "times"),
        .cut = world_node_counter(node, "cut", "entries"),
        .lost = world_node_counter(node, "lost", "entries"),
        .in_doubt = world_node_counter(node, "in_doubt", "entries"),
        .restored = world_node_counter(node, "restored", "entries"),
        .fenced = world_node_counter(node, "fenced", "packets"),
        .redirected = world_node_counter(node, "redirected", "sends"),
    };
    SIM_ASSERT(replica->measures.elections->value == 0);
}

/* What came in its lives so far. */
static struct model_replica_counts counts_of(const struct world_replica *replica)
{
    struct model_replica_counts sum = replica->former;
    const struct model_replica_counts now = model_replica_counts_of(replica->model);

    sum.elections += now.elections;
    sum.unclean += now.unclean;
    sum.deposed += now.deposed;
    sum.cut += now.cut;
    sum.lost += now.lost;
    sum.in_doubt += now.in_doubt;
    sum.restored += now.restored;
    sum.fenced += now.fenced;
    SIM_ASSERT(sum.unclean <= sum.elections);
    return sum;
}

static void note_counts(struct world_replica *replica)
{
    const struct model_replica_counts counts = counts_of(replica);

    SIM_ASSERT(counts.elections >= replica->measures.elections->value);
    replica->measures.elections->value = counts.elections;
    replica->measures.unclean->value = counts.unclean;
    replica->measures.deposed->value = counts.deposed;
    replica->measures.cut->value = counts.cut;
    replica->measures.lost->value = counts.lost;
    replica->measures.in_doubt->value = counts.in_doubt;
    replica->measures.restored->value = counts.restored;
    replica->measures.fenced->value = counts.fenced;
}

/* Behind the replica that won the latest epoch. */
static void note_lag(const struct world_replicas *group, sim_time now)
{
    int64_t furthest = group->members[group->epoch_winner]->measures.committed->value;

    SIM_ASSERT(furthest >= 0);
    for (uint32_t i = 0; i < group->count; i++) {
        const struct world_replica_measures *measures = &group->members[i]->measures;
        sim_gauge_set(measures->lag, MAX(furthest - measures->committed->value, 0), now);
    }
}

/* For I5: an epoch has one leader. */
static void check_epoch(struct world_replica *replica)
{
    struct world_replicas *group = replica->group;
    struct world *world = replica->broker->node.world;
    uint64_t epoch = model_replica_epoch(replica->model);

    if (epoch == group->epoch_won && group->epoch_winner != replica->number) {
        if (world->invariants != NULL) {
            world_check_fail(
                world_invariant_check(world, WORLD_I5_ONE_HOLDER),
                world->run.now,
                "%s and %s lead their queue in one epoch",
                group->brokers[group->epoch_winner]->node.path,
                replica->broker->node.path);
        }
    } else if (epoch > group->epoch_won && world->invariants != NULL) {
        world_check_pass(world_invariant_check(world, WORLD_I5_ONE_HOLDER));
    }
    if (epoch > group->epoch_won) {
        group->epoch_won = epoch;
        group->epoch_winner = replica->number;
    }
    SIM_ASSERT(group->epoch_won >= epoch);
}

void world_replica_note(struct world_replica *replica)
{
    struct world_replica_measures *measures = &replica->measures;
    sim_time now = replica->broker->node.world->run.now;
    enum model_replica_role role = model_replica_role_of(replica->model);
    uint64_t committed = model_replica_committed(replica->model);

    SIM_ASSERT(role <= MODEL_REPLICA_LEADER);
    if (measures->role->value != (int64_t)role) {
        sim_gauge_set(measures->role, role, now);
        if (role == MODEL_REPLICA_LEADER) {
            check_epoch(replica);
        }
    }
    if (measures->epoch->value != (int64_t)model_replica_epoch(replica->model)) {
        sim_gauge_set(measures->epoch, (int64_t)model_replica_epoch(replica->model), now);
    }
    if (measures->committed->value != (int64_t)committed) {
        sim_gauge_set(measures->committed, (int64_t)committed, now);
        note_lag(replica->group, now);
    }
    note_counts(replica);
}

void world_replica_settle_counts(struct world_replica *replica)
{
    SIM_ASSERT(replica->model != NULL);
    note_counts(replica);
    replica->former = counts_of(replica);
}

/* ---- what is in the log, for the audit ---- */

static bool peek(void *context, uint64_t position, const void *record, uint32_t size)
{
    SIM_ASSERT(position > 0);
    return model_replica_replay(context, position, record, size);
}

static uint64_t append_nothing(void *context, const void *record, uint32_t size)
{
    SIM_ASSERT(context == NULL && record != NULL);
    sim_assert_failed("a log that is only looked at grows no longer", __FILE__, (int)size);
}

static const struct model_store nothing = {.append = append_nothing};

/* The log as it is, or as a restart would find it; NULL when that cannot be. */
static const model_replica *log_of(struct world_replica *replica)
{
    struct model_replica_config config = world_replica_config(replica);

    if (replica->model != NULL) {
        return replica->model;
    }
    if (replica->stored == NULL) {
        replica->stored = model_replica_create(&config, &nothing, &replica->elections);
        if (!world_durable_peek(&replica->broker->durable, peek, replica->stored)) {
            model_replica_destroy(replica->stored);
            replica->stored = NULL;
        }
    }
    return replica->stored;
}

/* Whether the log of one would win an election against that of the other: by the epoch of the last
 * entry, then by its index. */
static bool is_better(const model_replica *a, const model_replica *b)
{
    uint64_t last_of_a = model_replica_last(a);
    uint64_t last_of_b = model_replica_last(b);
    bool has_a = last_of_a >= model_replica_first(a);
    bool has_b = last_of_b >= model_replica_first(b);

    if (!has_a || !has_b) {
        return has_a ? true : !has_b && last_of_a > last_of_b;
    }
    uint64_t epoch_of_a = model_replica_peek(a, last_of_a).epoch;
    uint64_t epoch_of_b = model_replica_peek(b, last_of_b).epoch;
    SIM_ASSERT(epoch_of_a > 0 && epoch_of_b > 0);
    return epoch_of_a > epoch_of_b || (epoch_of_a == epoch_of_b && last_of_a > last_of_b);
}

/* The first of the best logs. */
static struct world_replica *best_of(const struct world_replicas *group)
{
    struct world_replica *best = NULL;

    for (uint32_t i = 0; i < group->count; i++) {
        const model_replica *log = log_of(group->members[i]);
        if (log != NULL && (best == NULL || is_better(log, log_of(best)))) {
            best = group->members[i];
        }
    }
    SIM_ASSERT(best == NULL || best->group == group);
    return best;
}

void world_replica_visit(struct world_replica *replica, world_message_fn *visit, void *context)
{
    if (world_replicas_leader(replica->group) != NULL || best_of(replica->group) != replica) {
        return;
    }
    struct world_queue *queue = world_queue_create(&replica->broker->config.hosted, &nothing);
    const model_replica *log = log_of(replica);
    world_replica_replay(log, model_replica_last(log), queue);
    queue->type->visit(queue, visit, context);
    world_queue_destroy(queue);
    SIM_ASSERT(log != NULL);
}

void world_replica_verify(const struct world_replica *replica)
{
    const world_broker *broker = replica->broker;

    SIM_ASSERT(!replica->is_following && replica->outbox.notice_count == 0);
    SIM_ASSERT(replica->outbox.message_count == 0);
    world_alarm_check(&replica->alarm);
    SIM_ASSERT(!replica->is_open || broker->node.up);
    if (!replica->is_open) {
        SIM_ASSERT(replica->alarm.time == SIM_NEVER && broker->queue == NULL);
        return;
    }
    SIM_ASSERT(replica->stored == NULL);
    model_replica_check(replica->model);
    SIM_ASSERT((broker->queue != NULL) == model_replica_is_serving(replica->model));
}

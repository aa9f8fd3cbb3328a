/* Groups, their members, and who has which partition.
 *
 * A rebalance moves a partition at once: what its former owner held of it is given back, and the
 * partition gets the group's new generation, so that the former owner's commits are stale. A
 * partition that stays with its member keeps its generation and what the member holds. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "models/ps_state.h"

#define MEMBERS_FIRST 4
#define GROUPS_FIRST  4

/* ---- groups ---- */

static void init_cursors(struct model_ps *queue, uint32_t group)
{
    const struct model_ps_group *made = &queue->groups[group];
    const struct model_ps_topic *topic = model_ps_topic_at(queue, made->topic);
    bool is_latest = made->config.start == MODEL_PS_LATEST;

    for (uint32_t i = 0; i < topic->config.partitions; i++) {
        struct model_ps_partition *partition = queue->partitions[topic->partition_first + i];
        struct model_ps_cursor *cursor = &made->cursors[i];
        *cursor = (struct model_ps_cursor){
            .partition = partition,
            .committed = partition->log.first,
            .position = partition->log.first,
            .owner = MODEL_PS_NOBODY,
            .group = group,
            .passed = partition->retired,
            .passed_unread = partition->retired,
        };
        SIM_ASSERT(
            partition->published ==
            partition->retired + (partition->visible - partition->log.first));
        model_ps_move(queue, cursor, is_latest ? partition->visible : partition->log.first);
    }
}

static uint32_t take_group(struct model_ps *queue)
{
    if (queue->group_free != MODEL_PS_NOBODY) {
        uint32_t group = queue->group_free;
        SIM_ASSERT(!queue->groups[group].is_used);
        queue->group_free = queue->groups[group].next;
        return group;
    }
    if (queue->group_count == queue->group_capacity) {
        uint32_t capacity = queue->group_capacity == 0 ? GROUPS_FIRST : queue->group_capacity * 2;
        queue->groups =
            sim_grow(queue->groups, queue->group_capacity, capacity, sizeof(*queue->groups));
        queue->group_capacity = capacity;
    }
    return queue->group_count++;
}

bool model_ps_has_group_room(const struct model_ps *queue)
{
    SIM_ASSERT(queue->group_count <= MODEL_PS_GROUPS_MAX);
    return queue->group_free != MODEL_PS_NOBODY || queue->group_count < MODEL_PS_GROUPS_MAX;
}

uint32_t model_ps_new_group(
    struct model_ps *queue, uint32_t topic, const struct model_ps_group_config *config)
{
    uint32_t number = take_group(queue);
    struct model_ps_group *group = &queue->groups[number];
    struct model_ps_topic *of = model_ps_topic_at(queue, topic);

    SIM_ASSERT(group->cursors == NULL && group->member_count == 0);
    *group = (struct model_ps_group){
        .config = *config,
        .cursors = sim_allocate(of->config.partitions, sizeof(struct model_ps_cursor)),
        .owners = sim_allocate(of->config.partitions, sizeof(uint32_t)),
        .members = sim_allocate(MEMBERS_FIRST, sizeof(uint32_t)),
        .room = sim_allocate(MEMBERS_FIRST, sizeof(uint32_t)),
        .member_capacity = MEMBERS_FIRST,
        .topic = topic,
        .next = MODEL_PS_NOBODY,
        .is_used = true,
    };
    if (of->group_last == MODEL_PS_NOBODY) {
        of->group_first = number;
    } else {
        queue->groups[of->group_last].next = number;
    }
    of->group_last = number;
    init_cursors(queue, number);
    return number;
}

void model_ps_free_group(struct model_ps_group *group)
{
    SIM_ASSERT(group->member_count <= group->member_capacity);
    free(group->cursors);
    free(group->owners);
    free(group->members);
    free(group->room);
    group->cursors = NULL;
    group->is_used = false;
}

/* A broadcast group ends with its only member. */
static void end_group(struct model_ps *queue, uint32_t number)
{
    struct model_ps_group *group = &queue->groups[number];
    struct model_ps_topic *topic = model_ps_topic_at(queue, group->topic);
    uint32_t before = MODEL_PS_NOBODY;

    SIM_ASSERT(group->is_broadcast && group->member_count == 0);
    for (uint32_t i = topic->group_first; i != number; i = queue->groups[i].next) {
        before = i;
    }
    if (before == MODEL_PS_NOBODY) {
        topic->group_first = group->next;
    } else {
        queue->groups[before].next = group->next;
    }
    topic->group_last = topic->group_last == number ? before : topic->group_last;
    for (uint32_t i = 0; i < topic->config.partitions; i++) {
        model_ps_unlist(queue, &group->cursors[i]);
    }
    model_ps_free_group(group);
    group->next = queue->group_free;
    queue->group_free = number;
}

/* ---- who has what ---- */

static void give_partition(
    struct model_ps *queue,
    struct model_ps_cursor *cursor,
    uint32_t slot,
    struct model_outbox *outbox)
{
    SIM_ASSERT(cursor->owner != slot);
    model_ps_rewind(queue, cursor, outbox);
    model_ps_unlist(queue, cursor);
    cursor->owner = slot;
    cursor->generation = queue->groups[cursor->group].generation;
    model_ps_settle(queue, cursor, outbox);
}

static uint32_t turn_of(const struct model_ps *queue, uint32_t slot)
{
    SIM_ASSERT(slot == MODEL_PS_NOBODY || slot < queue->member_count);
    return slot == MODEL_PS_NOBODY ? MODEL_PS_NOBODY : queue->members[slot].turn;
}

static void rebalance(struct model_ps *queue, uint32_t number, struct model_outbox *outbox)
{
    struct model_ps_group *group = model_ps_group_at(queue, number);
    uint32_t partitions = queue->topics[group->topic].config.partitions;
    struct model_ps_sharing sharing = {
        .owners = group->owners,
        .partition_count = partitions,
        .member_count = group->member_count,
        .room = group->room,
    };

    group->generation = ++queue->generation;
    group->rebalances++;
    SIM_ASSERT(queue->generation < queue->generation_limit);
    for (uint32_t i = 0; i < partitions; i++) {
        group->owners[i] = turn_of(queue, group->cursors[i].owner);
    }
    model_ps_assign(&sharing, group->config.assignment);
    for (uint32_t i = 0; i < partitions; i++) {
        uint32_t turn = group->owners[i];
        uint32_t slot = turn == MODEL_PS_NOBODY ? MODEL_PS_NOBODY : group->members[turn];
        if (group->cursors[i].owner != slot) {
            give_partition(queue, &group->cursors[i], slot, outbox);
        }
    }
}

/* ---- members ---- */

struct model_ps_member_state *model_ps_find_member(
    const struct model_ps *queue, const struct model_ps_member *member)
{
    if (member->slot >= queue->member_count || member->generation == 0) {
        return NULL;
    }
    struct model_ps_member_state *state = &queue->members[member->slot];
    SIM_ASSERT(state->generation <= queue->generation);
    bool is_it = state->generation == member->generation && state->group == member->group;
    return is_it ? state : NULL;
}

static uint32_t take_member(struct model_ps *queue)
{
    if (queue->member_free != MODEL_PS_NOBODY) {
        uint32_t slot = queue->member_free;
        SIM_ASSERT(queue->members[slot].generation == 0);
        queue->member_free = queue->members[slot].turn;
        return slot;
    }
    if (queue->member_count == queue->member_capacity) {
        uint32_t old = queue->member_capacity;
        queue->member_capacity = old == 0 ? MEMBERS_FIRST : old * 2;
        queue->members =
            sim_grow(queue->members, old, queue->member_capacity, sizeof(*queue->members));
    }
    return queue->member_count++;
}

static void extend_members(struct model_ps_group *group)
{
    uint32_t old = group->member_capacity;

    SIM_ASSERT(group->member_count <= old);
    if (group->member_count == old) {
        group->members = sim_grow(group->members, old, (size_t)old * 2, sizeof(uint32_t));
        group->room = sim_grow(group->room, old, (size_t)old * 2, sizeof(uint32_t));
        group->member_capacity = old * 2;
    }
}

static struct model_ps_member add_member(struct model_ps *queue, uint32_t number)
{
    struct model_ps_group *group = model_ps_group_at(queue, number);
    uint32_t slot = take_member(queue);

    SIM_ASSERT(group->is_used);
    extend_members(group);
    group->members[group->member_count] = slot;
    queue->members[slot] = (struct model_ps_member_state){
        .generation = ++queue->generation,
        .heard = queue->now,
        .group = number,
        .turn = group->member_count,
    };
    group->member_count++;
    if (group->config.session > 0) {
        model_deadlines_insert(
            &queue->sessions, model_ps_later(queue->now, group->config.session), slot);
    }
    return (struct model_ps_member){.generation = queue->generation, .group = number, .slot = slot};
}

/* Frees its slot; nobody owns its partitions, until a rebalance. */
static void remove_member(struct model_ps *queue, uint32_t slot, struct model_outbox *outbox)
{
    struct model_ps_member_state *member = &queue->members[slot];
    struct model_ps_group *group = model_ps_group_at(queue, member->group);
    uint32_t partitions = queue->topics[group->topic].config.partitions;

    SIM_ASSERT(group->members[member->turn] == slot);
    for (uint32_t i = 0; i < partitions; i++) {
        if (group->cursors[i].owner == slot) {
            give_partition(queue, &group->cursors[i], MODEL_PS_NOBODY, outbox);
        }
    }
    group->member_count--;
    for (uint32_t turn = member->turn; turn < group->member_count; turn++) {
        group->members[turn] = group->members[turn + 1];
        queue->members[group->members[turn]].turn = turn;
    }
    if (model_deadlines_has(&queue->sessions, slot)) {
        model_deadlines_remove(&queue->sessions, slot);
    }
    SIM_ASSERT(member->ready.first == NULL);
    member->generation = 0;
    member->turn = queue->member_free;
    queue->member_free = slot;
}

enum model_ps_status model_ps_join(
    model_ps *queue,
    uint32_t group,
    sim_time now,
    struct model_ps_member *out_member,
    struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    if (queue->is_closed || !model_ps_is_gate_open(queue)) {
        return queue->is_closed ? MODEL_PS_CLOSED : MODEL_PS_NOT_YET;
    }
    SIM_ASSERT(!model_ps_group_at(queue, group)->is_broadcast);
    *out_member = add_member(queue, group);
    rebalance(queue, group, outbox);
    return MODEL_PS_OK;
}

enum model_ps_status model_ps_subscribe(
    model_ps *queue,
    uint32_t topic,
    enum model_ps_start start,
    sim_time now,
    struct model_ps_member *out_member)
{
    const struct model_ps_group_config config = {.start = start};

    (void)model_ps_advance(queue, now);
    if (queue->is_closed || !model_ps_is_gate_open(queue)) {
        return queue->is_closed ? MODEL_PS_CLOSED : MODEL_PS_NOT_YET;
    }
    if (!model_ps_has_group_room(queue)) {
        return MODEL_PS_TOO_MANY;
    }
    SIM_ASSERT(start == MODEL_PS_EARLIEST || start == MODEL_PS_LATEST);
    uint32_t group = model_ps_new_group(queue, topic, &config);
    queue->groups[group].is_broadcast = true;
    *out_member = add_member(queue, group);
    rebalance(queue, group, NULL);
    return MODEL_PS_OK;
}

/* The member is gone; the others share what it had. */
static void lose_member(struct model_ps *queue, uint32_t slot, struct model_outbox *outbox)
{
    uint32_t group = queue->members[slot].group;

    SIM_ASSERT(queue->members[slot].generation != 0);
    remove_member(queue, slot, outbox);
    if (queue->groups[group].is_broadcast) {
        end_group(queue, group);
    } else {
        rebalance(queue, group, outbox);
    }
}

enum model_ps_status model_ps_leave(
    model_ps *queue,
    const struct model_ps_member *member,
    sim_time now,
    struct model_outbox *outbox)
{
    (void)model_ps_advance(queue, now);
    if (queue->is_closed) {
        return MODEL_PS_CLOSED;
    }
    if (model_ps_find_member(queue, member) == NULL) {
        return MODEL_PS_STALE;
    }
    SIM_ASSERT(member->slot < queue->member_count);
    lose_member(queue, member->slot, outbox);
    return MODEL_PS_OK;
}

void model_ps_expire_sessions(struct model_ps *queue, struct model_outbox *outbox)
{
    uint32_t slot;

    while (model_deadlines_pop(&queue->sessions, queue->now, &slot)) {
        const struct model_ps_member_state *member = &queue->members[slot];
        SIM_ASSERT(member->generation != 0);
        sim_time end = model_ps_later(member->heard, queue->groups[member->group].config.session);
        if (end > queue->now) {
            model_deadlines_insert(&queue->sessions, end, slot);
        } else {
            lose_member(queue, slot, outbox);
        }
    }
}

/* ---- looking ---- */

bool model_ps_owner_of(
    const model_ps *queue, uint32_t group, uint32_t partition, struct model_ps_member *out_member)
{
    const struct model_ps_cursor *cursor = model_ps_cursor_at(queue, group, partition);

    if (cursor->owner == MODEL_PS_NOBODY) {
        return false;
    }
    SIM_ASSERT(queue->members[cursor->owner].group == group);
    *out_member = (struct model_ps_member){
        .generation = queue->members[cursor->owner].generation,
        .group = group,
        .slot = cursor->owner,
    };
    return true;
}

uint64_t model_ps_generation_of(const model_ps *queue, uint32_t group)
{
    const struct model_ps_group *found = model_ps_group_at(queue, group);

    SIM_ASSERT(found->generation <= queue->generation);
    return found->generation;
}

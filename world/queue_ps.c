/* publish_subscribe as a hosted queue: one topic. A log is committed up to an offset, but workers
 * finish in any order; so for each partition of a group there is a line of what was delivered, and
 * the topic is told of an offset when everything before it is done. A line belongs to one
 * assignment: when the partition is assigned anew, it is begun anew. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "world/queue.h"

#define LINE_CAPACITY_FIRST 16
#define TOPIC               0

struct delivered {
    uint64_t offset;
    bool is_done;
};

struct line {
    struct delivered *ring; /* by offset */
    uint64_t generation;    /* of the assignment */
    uint32_t capacity;      /* a power of two, or 0 */
    uint32_t head;
    uint32_t count;
};

struct member {
    struct model_ps_member name;
    uint64_t in_hand;
    sim_time heard; /* from the member itself: the broker, too, polls for it */
    bool is_used;
};

struct hosted {
    struct world_queue base;
    model_ps *model;
    struct line *lines; /* of group g and partition p: g * partition_count + p */
    struct member *members;
    uint64_t prefetch;                   /* UINT64_MAX: no limit */
    sim_time sessions[WORLD_GROUPS_MAX]; /* by group; 0: a member is never gone */
    uint32_t group_count;
    uint32_t partition_count;
    uint32_t member_count; /* entries, used or not */
};

static struct hosted *from_queue(struct world_queue *queue)
{
    return (struct hosted *)queue; /* the base is its first member */
}

static model_ps *model_of(const struct world_queue *queue)
{
    return ((const struct hosted *)queue)->model;
}

/* ---- lines ---- */

static struct line *line_of(const struct hosted *hosted, const struct model_ps_where *where)
{
    SIM_ASSERT(where->group < hosted->group_count && where->partition < hosted->partition_count);
    return &hosted->lines[where->group * hosted->partition_count + where->partition];
}

static struct delivered *delivered_at(const struct line *line, uint32_t index)
{
    SIM_ASSERT(index < line->count);
    return &line->ring[(line->head + index) & (line->capacity - 1)];
}

static void grow(struct line *line)
{
    uint32_t capacity = line->capacity == 0 ? LINE_CAPACITY_FIRST : 2 * line->capacity;
    struct delivered *ring = sim_allocate(capacity, sizeof(*ring));

    SIM_ASSERT(line->count == line->capacity);
    for (uint32_t i = 0; i < line->count; i++) {
        ring[i] = *delivered_at(line, i);
    }
    free(line->ring);
    line->ring = ring;
    line->capacity = capacity;
    line->head = 0;
}

static void note_delivered(struct hosted *hosted, const struct model_ps_where *where)
{
    struct line *line = line_of(hosted, where);

    if (line->generation != where->generation) {
        line->generation = where->generation;
        line->count = 0;
    }
    if (line->count == line->capacity) {
        grow(line);
    }
    line->count++;
    *delivered_at(line, line->count - 1) = (struct delivered){.offset = where->offset};
    SIM_ASSERT(line->count == 1 || delivered_at(line, line->count - 2)->offset < where->offset);
}

/* NULL when it is not in the line, or done already. */
static struct delivered *find_in_hand(const struct line *line, const struct model_ps_where *where)
{
    uint32_t low = 0;
    uint32_t high = line->generation == where->generation ? line->count : 0;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct delivered *delivered = delivered_at(line, middle);
        if (delivered->offset == where->offset) {
            return delivered->is_done ? NULL : delivered;
        }
        if (delivered->offset < where->offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    SIM_ASSERT(low <= line->count);
    return NULL;
}

/* Commits up to the last message that is done with all before it. */
static enum model_ack_result commit_done(
    struct hosted *hosted,
    const struct model_ps_where *acked,
    sim_time now,
    struct model_outbox *outbox)
{
    struct line *line = line_of(hosted, acked);
    struct model_ps_where where = *acked;
    bool has_moved = false;

    while (line->count > 0 && delivered_at(line, 0)->is_done) {
        where.offset = delivered_at(line, 0)->offset;
        line->head = (line->head + 1) & (line->capacity - 1);
        line->count--;
        has_moved = true;
    }
    if (!has_moved) {
        return MODEL_ACKED;
    }
    enum model_ps_status status = model_ps_commit(hosted->model, &where, now, outbox);
    SIM_ASSERT(status == MODEL_PS_OK || status == MODEL_PS_STALE || status == MODEL_PS_REPEATED);
    return status == MODEL_PS_STALE ? MODEL_ACK_STALE : MODEL_ACKED;
}

/* ---- members ---- */

static struct member *member_at(const struct hosted *hosted, uint32_t consumer)
{
    SIM_ASSERT(consumer < hosted->member_count);
    return &hosted->members[consumer];
}

static uint32_t free_member(struct hosted *hosted)
{
    for (uint32_t i = 0; i < hosted->member_count; i++) {
        if (!hosted->members[i].is_used) {
            return i;
        }
    }
    SIM_ASSERT(hosted->member_count < UINT32_MAX);
    hosted->members = sim_grow(
        hosted->members, hosted->member_count, hosted->member_count + 1, sizeof(*hosted->members));
    return hosted->member_count++;
}

static uint32_t join(
    struct world_queue *queue, uint32_t group, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    uint32_t consumer = free_member(hosted);
    struct member *member = member_at(hosted, consumer);
    enum model_ps_status status = model_ps_join(hosted->model, group, now, &member->name, outbox);

    if (status != MODEL_PS_OK) {
        SIM_ASSERT(status == MODEL_PS_NOT_YET);
        return WORLD_QUEUE_NOBODY;
    }
    member->is_used = true;
    member->in_hand = 0;
    member->heard = now;
    return consumer;
}

static void leave(
    struct world_queue *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct member *member = member_at(hosted, consumer);

    SIM_ASSERT(member->is_used);
    (void)model_ps_leave(hosted->model, &member->name, now, outbox); /* it may be gone by session */
    member->is_used = false;
}

static bool touch(struct world_queue *queue, uint32_t consumer, sim_time now)
{
    struct hosted *hosted = from_queue(queue);
    struct member *member = member_at(hosted, consumer);

    SIM_ASSERT(member->is_used);
    if (model_ps_heartbeat(hosted->model, &member->name, now) == MODEL_PS_OK) {
        member->heard = now;
        return true;
    }
    member->is_used = false;
    return false;
}

/* One more place in the member's hands; what it was given under another name is not counted. */
static void take_back(struct hosted *hosted, uint32_t consumer)
{
    SIM_ASSERT(hosted->member_count > 0);
    if (consumer < hosted->member_count && member_at(hosted, consumer)->in_hand > 0) {
        member_at(hosted, consumer)->in_hand--;
    }
}

/* ---- messages ---- */

static enum model_send_result send(
    struct world_queue *queue,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox)
{
    enum model_ps_status status = model_ps_publish(model_of(queue), TOPIC, message, now, outbox);

    switch ((int)status) {
    case MODEL_PS_OK:
        return MODEL_SENT;
    case MODEL_PS_FULL:
        return MODEL_SEND_FULL;
    case MODEL_PS_DROPPED:
        return MODEL_SEND_DROPPED;
    default:
        SIM_ASSERT(status == MODEL_PS_REFUSED || status == MODEL_PS_TOO_LARGE);
        return MODEL_SEND_REFUSED;
    }
}

/* A poll is a sign of life to the model, and it is the broker that polls: for a member that has not
 * spoken for a session it does so no more, or a dead one would keep its partitions for ever. */
static bool is_silent(const struct hosted *hosted, const struct member *member, sim_time now)
{
    sim_time session = hosted->sessions[member->name.group];

    SIM_ASSERT(member->is_used && member->name.group < hosted->group_count);
    return session > 0 && now - member->heard >= session;
}

static bool receive(
    struct world_queue *queue,
    uint32_t consumer,
    sim_time now,
    struct world_delivery *out_delivery,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct member *member = member_at(hosted, consumer);
    struct model_ps_delivery delivery;

    SIM_ASSERT(member->is_used && outbox != NULL);
    if (member->in_hand >= hosted->prefetch || is_silent(hosted, member, now) ||
        model_ps_poll(hosted->model, &member->name, now, &delivery) != MODEL_PS_OK) {
        return false;
    }
    member->in_hand++;
    note_delivered(hosted, &delivery.where);
    out_delivery->message = delivery.message;
    out_delivery->lease = (struct world_lease){.topic = delivery.where, .consumer = consumer};
    out_delivery->group = delivery.where.group;
    return true;
}

static enum model_ack_result ack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct delivered *delivered = find_in_hand(line_of(hosted, &lease->topic), &lease->topic);

    take_back(hosted, lease->consumer);
    if (delivered == NULL) {
        return MODEL_ACK_STALE;
    }
    SIM_ASSERT(delivered->offset == lease->topic.offset);
    delivered->is_done = true;
    return commit_done(hosted, &lease->topic, now, outbox);
}

/* A log cannot give one message back: the group goes back to it, and gets all after it again. */
static enum model_ack_result nack(
    struct world_queue *queue,
    const struct world_lease *lease,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);
    struct line *line = line_of(hosted, &lease->topic);

    take_back(hosted, lease->consumer);
    if (find_in_hand(line, &lease->topic) == NULL) {
        return MODEL_ACK_STALE;
    }
    line->count = 0;
    enum model_ps_status status = model_ps_seek(hosted->model, &lease->topic, now, outbox);
    SIM_ASSERT(status == MODEL_PS_OK);
    return MODEL_ACKED;
}

/* ---- store and time ---- */

static void committed(
    struct world_queue *queue, uint64_t position, sim_time now, struct model_outbox *outbox)
{
    model_ps_committed(model_of(queue), position, now, outbox);
}

static void expire(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    model_ps_expire(model_of(queue), now, outbox);
}

static sim_time next_deadline(const struct world_queue *queue)
{
    return model_ps_next_deadline(model_of(queue));
}

static bool replay(struct world_queue *queue, uint64_t position, const void *record, uint32_t size)
{
    return model_ps_replay(model_of(queue), position, record, size);
}

static void recovered(struct world_queue *queue, sim_time now, struct model_outbox *outbox)
{
    model_ps_recovered(model_of(queue), now, outbox);
}

/* ---- looking ---- */

static uint64_t uncommitted(const struct world_queue *queue)
{
    return model_ps_topic_counts_of(model_of(queue), TOPIC).uncommitted;
}

/* What the group that is furthest behind has not committed. */
static uint64_t depth(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;
    uint64_t deepest = 0;

    for (uint32_t i = 0; i < hosted->group_count; i++) {
        struct model_ps_group_counts counts = model_ps_group_counts_of(hosted->model, i);
        uint64_t behind = counts.ahead + counts.held;
        deepest = behind > deepest ? behind : deepest;
    }
    SIM_ASSERT(hosted->model != NULL);
    return deepest + uncommitted(queue);
}

static void visit_messages(const struct world_queue *queue, model_pc_visit_fn *visit, void *context)
{
    model_ps_visit(model_of(queue), TOPIC, visit, context);
}

static void check(const struct world_queue *queue)
{
    const struct hosted *hosted = (const struct hosted *)queue;

    model_ps_check(hosted->model);
    for (uint32_t i = 0; i < hosted->group_count * hosted->partition_count; i++) {
        const struct line *line = &hosted->lines[i];
        SIM_ASSERT(line->count <= line->capacity);
        SIM_ASSERT(line->count == 0 || !delivered_at(line, 0)->is_done);
    }
    for (uint32_t i = 0; i < hosted->member_count; i++) {
        SIM_ASSERT(hosted->members[i].in_hand <= hosted->prefetch);
    }
}

static void destroy(struct world_queue *queue)
{
    struct hosted *hosted = from_queue(queue);

    for (uint32_t i = 0; i < hosted->group_count * hosted->partition_count; i++) {
        free(hosted->lines[i].ring);
    }
    model_ps_destroy(hosted->model);
    free(hosted->lines);
    free(hosted->members);
    free(hosted);
}

static const struct world_queue_type type = {
    .send = send,
    .receive = receive,
    .ack = ack,
    .nack = nack,
    .join = join,
    .touch = touch,
    .leave = leave,
    .committed = committed,
    .expire = expire,
    .next_deadline = next_deadline,
    .replay = replay,
    .recovered = recovered,
    .depth = depth,
    .uncommitted = uncommitted,
    .visit = visit_messages,
    .check = check,
    .destroy = destroy,
};

static void add_topic(struct hosted *hosted, const struct world_queue_config *config)
{
    struct model_ps_topic_config topic = config->topic;
    uint32_t number;

    topic.capacity = config->queue.capacity;
    topic.when_full = config->queue.when_full;
    enum model_ps_status status = model_ps_add_topic(hosted->model, &topic, &number);
    SIM_ASSERT(status == MODEL_PS_OK && number == TOPIC);
    for (uint32_t i = 0; i < config->group_count; i++) {
        status = model_ps_add_group(hosted->model, TOPIC, &config->groups[i], &number);
        SIM_ASSERT(status == MODEL_PS_OK && number == i);
    }
}

struct world_queue *world_queue_ps_create(
    const struct world_queue_config *config, const struct model_store *store)
{
    struct hosted *hosted = sim_allocate(1, sizeof(*hosted));
    uint32_t prefetch = config->queue.prefetch;

    SIM_ASSERT(config->group_count <= WORLD_GROUPS_MAX);
    hosted->base.type = &type;
    hosted->model = model_ps_create(store);
    hosted->prefetch = prefetch == 0 ? UINT64_MAX : prefetch;
    hosted->group_count = config->group_count;
    for (uint32_t i = 0; i < config->group_count; i++) {
        hosted->sessions[i] = config->groups[i].session;
    }
    hosted->partition_count = config->topic.partitions;
    hosted->lines = sim_allocate(
        (size_t)hosted->group_count * hosted->partition_count + 1, sizeof(*hosted->lines));
    add_topic(hosted, config);
    return &hosted->base;
}

uint64_t world_queue_lag(const struct world_queue *queue, uint32_t group, uint32_t partition)
{
    SIM_ASSERT(queue->type == &type);
    return model_ps_lag(model_of(queue), group, partition);
}

void world_queue_replay(
    struct world_queue *queue,
    uint32_t group,
    sim_time since,
    sim_time now,
    struct model_outbox *outbox)
{
    struct hosted *hosted = from_queue(queue);

    SIM_ASSERT(queue->type == &type && group < hosted->group_count);
    for (uint32_t partition = 0; partition < hosted->partition_count; partition++) {
        const struct model_ps_where where = {
            .offset = model_ps_offset_at(hosted->model, TOPIC, partition, since),
            .partition = partition,
            .group = group,
        };
        line_of(hosted, &where)->count = 0;
        enum model_ps_status status = model_ps_seek(hosted->model, &where, now, outbox);
        SIM_ASSERT(status == MODEL_PS_OK);
    }
}

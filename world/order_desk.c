/* The deadlines are those of requests, all equally far; the alarm is set for the first. */
/* SPDX-License-Identifier: MIT */
#include "world/order_desk.h"

#include "world/field.h"
#include "world/producer.h"

#define TIMEOUT (2 * SIM_SECOND)

static void wake(void *context)
{
    struct world_order_desk *desk = context;
    uint32_t job;

    if (!desk->node->up) {
        return;
    }
    if (model_deadlines_pop(&desk->deadlines, desk->node->world->run.now, &job)) {
        SIM_ASSERT(job <= desk->job_max);
        desk->overdue(desk->node);
    }
    world_alarm_set(&desk->alarm, model_deadlines_next(&desk->deadlines));
}

void world_order_desk_init(
    struct world_order_desk *desk,
    struct world_node *node,
    world_order_book *book,
    uint32_t job_max,
    world_desk_fn *overdue)
{
    *desk = (struct world_order_desk){
        .node = node,
        .book = book,
        .timeout = TIMEOUT,
        .job_max = job_max,
        .overdue = overdue,
        .reread = world_node_counter(node, "reread", "times"),
    };
    SIM_ASSERT(job_max > 0 && job_max < UINT32_MAX - 1);
    model_deadlines_init(&desk->deadlines);
    world_alarm_init(&desk->alarm, &node->world->run, wake, desk);
}

void world_order_desk_finish(struct world_order_desk *desk)
{
    SIM_ASSERT(desk->node != NULL);
    world_orders_destroy(desk->copy);
    model_deadlines_finish(&desk->deadlines);
}

void world_order_desk_open(struct world_order_desk *desk)
{
    SIM_ASSERT(desk->copy == NULL && desk->deadlines.count == 0);
    desk->copy = world_orders_create(world_order_book_roster(desk->book));
    desk->position = 0;
}

static void forget_deadlines(struct world_order_desk *desk)
{
    uint32_t job;

    while (model_deadlines_pop(&desk->deadlines, SIM_NEVER, &job)) {
        SIM_ASSERT(job <= desk->job_max);
    }
    world_alarm_cancel(&desk->alarm);
}

void world_order_desk_rest(struct world_order_desk *desk)
{
    forget_deadlines(desk);
    desk->is_read = false;
    SIM_ASSERT(desk->deadlines.count == 0);
}

void world_order_desk_crash(struct world_order_desk *desk)
{
    world_order_desk_rest(desk);
    world_orders_destroy(desk->copy);
    desk->copy = NULL;
    SIM_ASSERT(!desk->is_read);
}

/* ---- asking ---- */

void world_order_desk_expect(struct world_order_desk *desk, uint32_t job)
{
    sim_time now = desk->node->world->run.now;

    SIM_ASSERT(job <= desk->job_max);
    model_deadlines_insert(&desk->deadlines, now + desk->timeout, job);
    world_alarm_set(&desk->alarm, now + desk->timeout);
}

static void send(struct world_order_desk *desk, uint32_t slot, uint32_t job)
{
    struct world *world = desk->node->world;
    struct world_packet *packet = &world->packets.slots[slot];

    SIM_ASSERT(desk->node->up && desk->target != NULL);
    packet->from = world_node_end_point(desk->node);
    packet->to = world_node_end_point(desk->target);
    packet->token = job;
    world_order_desk_expect(desk, job);
    world_link_send(world, slot, desk->pipe, 0);
}

void world_order_desk_read(struct world_order_desk *desk)
{
    uint32_t slot = world_packets_take(&desk->node->world->packets, WORLD_PACKET_GET);

    world_order_desk_rest(desk);
    desk->reread->value += desk->reads > 0;
    desk->reads++;
    desk->node->world->packets.slots[slot].message.id =
        model_message_id(desk->node->index, desk->reads);
    SIM_ASSERT(!desk->is_read);
    send(desk, slot, desk->job_max);
}

void world_order_desk_put(
    struct world_order_desk *desk,
    uint32_t job,
    const struct model_message *rule,
    const struct world_order_decision *decision)
{
    const struct model_message copy = *rule; /* it may lie in a packet, and they may move now */
    uint32_t slot = world_packets_take(&desk->node->world->packets, WORLD_PACKET_PUT);
    struct model_message *message = &desk->node->world->packets.slots[slot].message;

    SIM_ASSERT(job < desk->job_max);
    *message = copy;
    message->kind = decision->kind;
    world_order_pack(message, decision->customer, decision->day, decision->revision);
    send(desk, slot, job);
}

/* ---- answers ---- */

void world_order_desk_settle(struct world_order_desk *desk, uint32_t job)
{
    SIM_ASSERT(job <= desk->job_max);
    if (model_deadlines_has(&desk->deadlines, job)) {
        model_deadlines_remove(&desk->deadlines, job);
    }
}

bool world_order_desk_has_order(uint8_t result, uint8_t kind)
{
    SIM_ASSERT(result >= WORLD_ORDER_WRITTEN && result != WORLD_ORDER_AGAIN);
    return result == WORLD_ORDER_HAS_ORDER ||
           (result == WORLD_ORDER_WRITTEN && kind == WORLD_ORDER_CREATED);
}

uint64_t world_order_desk_learn(struct world_order_desk *desk, const struct world_packet *answer)
{
    uint64_t position = (uint64_t)answer->message.value;
    uint64_t before = desk->position;

    for (; desk->position < position; desk->position++) {
        world_orders_apply(desk->copy, world_order_book_change(desk->book, desk->position));
    }
    SIM_ASSERT(desk->position >= before);
    return desk->position - before;
}

bool world_order_desk_is_read_now(struct world_order_desk *desk, const struct world_packet *answer)
{
    uint64_t newest = model_message_id(desk->node->index, desk->reads);

    SIM_ASSERT(answer->kind == WORLD_PACKET_VALUE);
    if (answer->message.id != newest || desk->is_read) {
        return false;
    }
    world_order_desk_settle(desk, desk->job_max);
    desk->is_read = true;
    return true;
}

void world_order_desk_tell(
    struct world_order_desk *desk, const struct model_message *rule, int64_t value)
{
    const struct sim_recording_entry told = {.time = rule->born, .key = rule->key, .value = value};

    SIM_ASSERT(value >= 0);
    if (desk->answers != NULL) {
        world_source_offer(world_producer_source(desk->answers), &told);
    }
}

/* ---- rules ---- */

uint32_t world_order_desk_today(const struct world_order_desk *desk)
{
    SIM_ASSERT(desk->book != NULL);
    return world_order_book_day(desk->book, world_node_clock(desk->node));
}

bool world_order_desk_understands(
    const struct world_order_desk *desk, const struct model_message *message)
{
    const struct world_roster_config *roster = &world_order_book_roster(desk->book)->config;
    const struct world_order_fields *fields = &world_order_book_config_of(desk->book)->fields;

    if (message->key >= roster->persons || message->value != 0 ||
        world_field_of(message, fields->action) > 1) {
        return false;
    }
    const struct world_rule rule = world_order_book_rule(desk->book, message);
    SIM_ASSERT(rule.person < roster->persons);
    return rule.region <= roster->regions && rule.skill <= roster->skills;
}

void world_order_desk_check(const struct world_order_desk *desk)
{
    model_deadlines_check(&desk->deadlines);
    world_alarm_check(&desk->alarm);
    SIM_ASSERT(desk->copy != NULL || (!desk->is_read && desk->deadlines.count == 0));
    if (desk->copy != NULL) {
        world_orders_check(desk->copy);
    }
}

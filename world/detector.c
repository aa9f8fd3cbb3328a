/* Each rule has a bit in a remembered message: it was flagged under that rule, late or at once. So
 * a walk back from a crossing ends at the first message with the bit, and each message is walked
 * over once for each rule. Retractions wait in a buffer of the kind that producers have. */
/* SPDX-License-Identifier: MIT */
#include "world/detector.h"

#include "sim/random.h"
#include "world/alarm.h"
#include "world/buffer.h"
#include "world/datacenter.h"
#include "world/link.h"
#include "world/relay.h"
#include "world/score.h"

struct counters {
    struct sim_counter *passed;
    struct sim_counter *overrun; /* see world/sliding.h */
    struct sim_counter *retractions;
    struct sim_counter *retractions_lost;
    struct sim_gauge *unanswered;
};

struct world_detector {
    struct world_node node;
    struct world_detector_config config;
    struct counters counters;
    struct world_relay relay;
    struct world_node *ledger; /* for retractions; or NULL */
    struct world_pipe *to_ledger;
    struct world_sliding sliding;
    struct world_buffer retractions;
    struct world_alarm alarm; /* for the first unanswered retraction */
    struct world_score score;
};

static world_detector *from_node(struct world_node *node)
{
    return (world_detector *)node; /* the node is its first member */
}

static sim_time now_of(const world_detector *detector)
{
    return detector->node.world->run.now;
}

static struct world_packet *packet_at(const world_detector *detector, uint32_t slot)
{
    SIM_ASSERT(slot < detector->node.world->packets.capacity);
    return &detector->node.world->packets.slots[slot];
}

/* ---- the verdict ---- */

static uint64_t entity_of(
    const struct world_detector_rule *rule, const struct model_message *message)
{
    uint64_t first = world_field_of(message, rule->fields[0]);

    SIM_ASSERT(rule->fields[0] != WORLD_FIELD_NONE);
    return rule->fields[1] == WORLD_FIELD_NONE
               ? first
               : sim_random_mix(first) ^ world_field_of(message, rule->fields[1]);
}

/* All that a verdict may rest on. */
static struct world_sliding_entry evidence_of(
    const world_detector *detector, const struct model_message *message)
{
    struct world_sliding_entry evidence = {
        .message = message->id,
        .key = message->key,
        .value = message->value,
        .time = now_of(detector),
    };

    for (uint32_t i = 0; i < detector->config.rule_count; i++) {
        evidence.entities[i] = entity_of(&detector->config.rules[i], message);
    }
    SIM_ASSERT(detector->config.rule_count > 0);
    return evidence;
}

static void retract(world_detector *detector, const struct world_sliding_entry *entry);

/* Flags what is still in the window of the rule, but passed before the threshold was crossed. */
static void look_back(world_detector *detector, uint64_t number, uint32_t rule)
{
    uint64_t earlier = world_sliding_earlier(&detector->sliding, number, rule);

    while (earlier != WORLD_SLIDING_NONE) {
        struct world_sliding_entry *entry = world_sliding_at(&detector->sliding, earlier);
        SIM_ASSERT(entry != NULL);
        if ((entry->flagged >> rule & 1) != 0) {
            return;
        }
        bool was_flagged = entry->flagged != 0;
        entry->flagged = (uint8_t)(entry->flagged | 1U << rule);
        if (!was_flagged) {
            retract(detector, entry);
        }
        earlier = world_sliding_earlier(&detector->sliding, earlier, rule);
    }
}

/* Returns whether the message is flagged. */
static bool judge(world_detector *detector, const struct world_sliding_entry *evidence)
{
    struct world_sliding *sliding = &detector->sliding;
    uint64_t number = world_sliding_add(sliding, evidence);
    uint32_t flagged = 0;

    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        if (world_sliding_count(sliding, i) > detector->config.rules[i].threshold) {
            flagged |= 1U << i;
        }
    }
    world_sliding_at(sliding, number)->flagged = (uint8_t)flagged;
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        if ((flagged >> i & 1) != 0) {
            look_back(detector, number, i);
        }
    }
    detector->counters.overrun->value = sliding->overrun;
    SIM_ASSERT(flagged < 1U << WORLD_SLIDING_RULES_MAX);
    return flagged != 0;
}

/* ---- retractions ---- */

static void note(world_detector *detector)
{
    SIM_ASSERT(detector->retractions.count <= detector->config.retractions_max);
    sim_gauge_set(detector->counters.unanswered, detector->retractions.count, now_of(detector));
}

static void send_retraction(world_detector *detector, uint32_t index)
{
    struct world *world = detector->node.world;
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_RETRACT);
    struct world_packet *packet = packet_at(detector, slot);
    struct world_held *held = &detector->retractions.held[index];

    SIM_ASSERT(detector->node.up && detector->ledger != NULL);
    packet->message = held->message;
    packet->from = world_node_end_point(&detector->node);
    packet->to = world_node_end_point(detector->ledger);
    packet->token = index;
    packet->sendings = held->sendings++;
    world_buffer_sent(
        &detector->retractions,
        index,
        world_time_after(now_of(detector), detector->config.retract_every));
    world_alarm_set(&detector->alarm, held->deadline);
    world_link_send(world, slot, detector->to_ledger, 0);
}

static void retract(world_detector *detector, const struct world_sliding_entry *entry)
{
    world_score_retracted(&detector->score, entry->message, entry->value);
    if (detector->ledger == NULL) {
        return;
    }
    if (detector->retractions.count == detector->config.retractions_max) {
        detector->counters.retractions_lost->value++;
        return;
    }
    uint32_t index = world_buffer_take(&detector->retractions);
    struct world_held *held = &detector->retractions.held[index];
    held->message = (struct model_message){
        .id = entry->message, .key = entry->key, .value = entry->value, .born = entry->time};
    held->sendings = 0;
    detector->counters.retractions->value++;
    note(detector);
    SIM_ASSERT(detector->retractions.count > 0);
    send_retraction(detector, index);
}

static void send_overdue(world_detector *detector)
{
    struct world_buffer *retractions = &detector->retractions;
    uint32_t index = world_buffer_next_overdue(retractions, now_of(detector));

    while (index != WORLD_BUFFER_NONE) {
        send_retraction(detector, index);
        index = world_buffer_next_overdue(retractions, now_of(detector));
    }
    world_alarm_set(&detector->alarm, world_buffer_next_deadline(retractions));
    SIM_ASSERT(world_alarm_is_in_time(&detector->alarm, world_buffer_next_deadline(retractions)));
}

/* The payload is the life of the node that the deadline belongs to. */
static void wake_late(void *context, uint64_t payload)
{
    world_detector *detector = context;

    SIM_ASSERT(payload <= detector->node.incarnation);
    if (payload == detector->node.incarnation &&
        !world_node_postpones(&detector->node, wake_late, detector, payload)) {
        send_overdue(detector);
    }
}

static void wake(void *context)
{
    const world_detector *detector = context;

    SIM_ASSERT(detector->alarm.time == SIM_NEVER);
    wake_late(context, detector->node.incarnation);
}

static void retraction_answered(world_detector *detector, const struct world_packet *packet)
{
    struct world_buffer *retractions = &detector->retractions;

    if (packet->token >= retractions->capacity) {
        return;
    }
    const struct world_held *held = &retractions->held[packet->token];
    if (held->state != WORLD_HELD_UNDER_WAY || held->message.id != packet->message.id) {
        return;
    }
    world_buffer_answered(retractions, packet->token);
    world_buffer_release(retractions, packet->token);
    note(detector);
    SIM_ASSERT(retractions->count < detector->config.retractions_max);
}

/* ---- messages ---- */

static void reject(world_detector *detector, uint32_t slot)
{
    struct world *world = detector->node.world;
    struct world_packet *packet = packet_at(detector, slot);

    SIM_ASSERT(world_relay_is_request(packet->kind));
    if (packet->kind == WORLD_PACKET_CHARGE) {
        packet->message.value = 0;
        world_relay_pass(&detector->relay, slot, 0);
        return;
    }
    if (packet->kind == WORLD_PACKET_SEND) {
        world_audit_report(
            world->audit, WORLD_AUDIT_REFUSED, packet->message.id, detector->node.index);
    }
    world_link_answer(world, slot, WORLD_PACKET_REFUSE, 0);
}

static void inspect(world_detector *detector, uint32_t slot)
{
    struct model_message message = packet_at(detector, slot)->message;
    struct world_sliding_entry evidence = evidence_of(detector, &message);
    uint64_t retracted = detector->score.retracted->value;
    bool is_flagged = judge(detector, &evidence);

    world_score_judged(&detector->score, &message, is_flagged);
    SIM_ASSERT(is_flagged || detector->score.retracted->value == retracted);
    if (is_flagged) {
        reject(detector, slot);
    } else {
        detector->counters.passed->value++;
        world_relay_pass(&detector->relay, slot, 0);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_detector *detector = from_node(node);
    const struct world_packet *packet = packet_at(detector, slot);

    SIM_ASSERT(node->up);
    if (packet->kind == WORLD_PACKET_RETRACTED) {
        retraction_answered(detector, packet);
        world_packets_free(&node->world->packets, slot);
    } else if (world_relay_is_request(packet->kind)) {
        inspect(detector, slot);
    } else {
        world_relay_return(&detector->relay, slot);
    }
}

/* ---- a node's life ---- */

static bool is_complete(const struct world_node *node, GError **error)
{
    SIM_ASSERT(node->type->is_complete == is_complete);
    return world_relay_is_complete(&((const world_detector *)node)->relay, error);
}

static void crash(struct world_node *node)
{
    world_detector *detector = from_node(node);

    detector->counters.retractions_lost->value += detector->retractions.count;
    world_relay_crash(&detector->relay);
    world_sliding_clear(&detector->sliding);
    world_buffer_clear(&detector->retractions);
    world_alarm_cancel(&detector->alarm);
    note(detector);
    SIM_ASSERT(detector->alarm.time == SIM_NEVER);
}

static void verify(const struct world_node *node)
{
    const world_detector *detector = (const world_detector *)node;

    world_relay_check(&detector->relay);
    world_sliding_check(&detector->sliding);
    world_buffer_check(&detector->retractions);
    world_alarm_check(&detector->alarm);
    SIM_ASSERT(detector->counters.unanswered->value == detector->retractions.count);
    SIM_ASSERT(
        node->is_paused ||
        world_alarm_is_in_time(
            &detector->alarm, world_buffer_next_deadline(&detector->retractions)));
}

static void destroy(struct world_node *node)
{
    world_detector *detector = from_node(node);

    world_relay_finish(&detector->relay);
    world_sliding_finish(&detector->sliding);
    world_buffer_finish(&detector->retractions);
    world_score_finish(&detector->score);
    world_node_finish(node);
    g_free(detector);
}

static const struct world_node_type detector_type = {
    .name = "detector",
    .feels = WORLD_FEELS_PAUSE,
    .is_complete = is_complete,
    .start = world_node_up,
    .receive = receive,
    .crash = crash,
    .restart = world_node_up,
    .verify = verify,
    .destroy = destroy,
};

static void open_parts(world_detector *detector)
{
    const struct world_detector_config *config = &detector->config;
    const struct world_node *node = &detector->node;
    sim_time spans[WORLD_SLIDING_RULES_MAX];

    for (uint32_t i = 0; i < config->rule_count; i++) {
        SIM_ASSERT(config->rules[i].fields[0] != WORLD_FIELD_NONE);
        spans[i] = config->rules[i].span;
    }
    world_relay_init(&detector->relay, &detector->node, config->window);
    world_sliding_init(&detector->sliding, spans, config->rule_count, config->remembered_max);
    world_buffer_init(&detector->retractions, config->retractions_max);
    world_alarm_init(&detector->alarm, &node->world->run, wake, detector);
    world_score_init(&detector->score, node);
    detector->counters = (struct counters){
        .passed = world_node_counter(node, "passed", "messages"),
        .overrun = world_node_counter(node, "overrun", "messages"),
        .retractions = world_node_counter(node, "retractions", "messages"),
        .retractions_lost = world_node_counter(node, "retractions_lost", "messages"),
        .unanswered = world_node_gauge(node, "unanswered", "messages"),
    };
}

world_detector *world_detector_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_detector_config *config,
    GError **error)
{
    world_detector *detector = g_new0(world_detector, 1);

    SIM_ASSERT(config->rule_count > 0 && config->rule_count <= WORLD_SLIDING_RULES_MAX);
    SIM_ASSERT(config->retractions_max > 0 && config->retract_every > 0 && config->window > 0);
    detector->config = *config;
    if (!world_node_init(&detector->node, &detector_type, datacenter, name, error)) {
        g_free(detector);
        return NULL;
    }
    open_parts(detector);
    return detector;
}

bool world_detector_connect(world_detector *detector, struct world_node *target, GError **error)
{
    SIM_ASSERT(!detector->node.world->started);
    return world_relay_set_target(&detector->relay, target, error);
}

bool world_detector_retract_at(world_detector *detector, struct world_node *ledger, GError **error)
{
    if (!world_link_connect(&detector->node, "retracts at", ledger, &detector->ledger, error)) {
        return false;
    }
    detector->to_ledger = world_link_pipe(&detector->node, ledger);
    return true;
}

struct world_node *world_detector_node(world_detector *detector)
{
    return &detector->node;
}

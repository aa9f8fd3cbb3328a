/* A rule's packet waits in a FIFO of its priority. A job is a rule that has been taken up: in
 * service, then at the book, or at a peer, until the packet goes back as the answer. What a job has
 * reserved in the copy is given back when the answer says that nothing was written, or when the
 * book has been read anew. */
/* SPDX-License-Identifier: MIT */
#include "world/field.h"
#include "world/generator_state.h"

#define NOBODY WORLD_ROSTER_NOBODY
#define NONE   WORLD_JOB_NONE

static sim_time now_of(const world_generator *generator)
{
    return generator->node.world->run.now;
}

static struct world_packet *packet_at(const world_generator *generator, uint32_t slot)
{
    SIM_ASSERT(slot < generator->node.world->packets.capacity);
    return &generator->node.world->packets.slots[slot];
}

void world_generator_note_waiting(world_generator *generator)
{
    SIM_ASSERT(generator->counters.waiting->value >= 0);
    sim_gauge_set(generator->counters.waiting, generator->waiting_count, now_of(generator));
}

void world_generator_set_busy(world_generator *generator, bool is_busy)
{
    SIM_ASSERT(generator->is_busy != is_busy || !is_busy);
    generator->is_busy = is_busy;
    sim_gauge_set(generator->counters.busy, is_busy, now_of(generator));
}

/* ---- jobs ---- */

static struct world_job *job_at(const world_generator *generator, uint32_t index)
{
    SIM_ASSERT(index < generator->config.window);
    return &generator->jobs[index];
}

void world_generator_free_jobs(world_generator *generator)
{
    generator->free_head = NONE;
    for (uint32_t i = generator->config.window; i-- > 0;) {
        generator->jobs[i] = (struct world_job){.slot = generator->free_head};
        generator->free_head = i;
    }
    SIM_ASSERT(generator->free_head == 0);
}

static uint32_t open_job(world_generator *generator, uint32_t slot)
{
    uint32_t index = generator->free_head;
    struct world_job *job = job_at(generator, index);
    const struct world_packet *packet = packet_at(generator, slot);

    SIM_ASSERT(job->state == WORLD_JOB_FREE);
    generator->free_head = job->slot;
    *job = (struct world_job){
        .slot = slot,
        .state = WORLD_JOB_IN_SERVICE,
        .is_peers = packet->kind == WORLD_PACKET_PUT,
        .customer = NOBODY,
        .person = (uint32_t)packet->message.key,
        .day = world_order_desk_today(&generator->desk),
        .rule = packet->message.id,
        .revision = generator->desk.copy->revision,
    };
    return index;
}

/* Gives back what is reserved for the job and not written. */
static void release(world_generator *generator, struct world_job *job)
{
    struct world_orders *copy = generator->desk.copy;

    SIM_ASSERT(job->state != WORLD_JOB_FREE);
    if (job->customer != NOBODY) {
        world_orders_release(copy, job->rule, job->person, job->customer);
        job->customer = NOBODY;
    }
    if (job->has_day) {
        world_orders_release_day(copy, job->person);
        job->has_day = false;
    }
}

/* Returns the job's packet, which is the caller's. */
uint32_t world_generator_close_job(world_generator *generator, uint32_t index)
{
    struct world_job *job = job_at(generator, index);
    uint32_t slot = job->slot;

    release(generator, job);
    world_order_desk_settle(&generator->desk, index);
    *job = (struct world_job){.slot = generator->free_head};
    generator->free_head = index;
    SIM_ASSERT(job->state == WORLD_JOB_FREE);
    return slot;
}

/* Whoever asked gets no answer, and will ask again. */
void world_generator_drop(world_generator *generator, uint32_t slot)
{
    struct world *world = generator->node.world;

    SIM_ASSERT(slot < world->packets.capacity);
    generator->counters.dropped->value++;
    world_audit_lose(
        world->audit, packet_at(generator, slot), WORLD_AUDIT_HAND_LOST, generator->node.index);
    world_packets_free(&world->packets, slot);
}

/* ---- answers to whoever asked ---- */

/* `has_order` says whether the rule has an order, as far as is known here. */
static void complete(world_generator *generator, uint32_t index, bool has_order)
{
    bool is_peers = job_at(generator, index)->is_peers;
    uint32_t slot = world_generator_close_job(generator, index);
    const struct model_message rule = packet_at(generator, slot)->message;

    SIM_ASSERT(rule.key < UINT32_MAX);
    if (is_peers) {
        world_link_answer(
            generator->node.world, slot, has_order ? WORLD_PACKET_STORED : WORLD_PACKET_REFUSE, 0);
        return;
    }
    sim_tally_record(generator->counters.response, now_of(generator) - rule.born);
    world_link_answer(generator->node.world, slot, WORLD_PACKET_CHARGED, 0);
    world_order_desk_tell(&generator->desk, &rule, has_order);
}

/* Has what the job has come to written. */
static void put(world_generator *generator, uint32_t index)
{
    struct world_job *job = job_at(generator, index);
    const struct world_order_decision decision = {
        .revision = job->revision,
        .customer = job->customer,
        .day = job->day,
        .kind = job->kind,
    };

    SIM_ASSERT(job->kind != 0);
    job->state = WORLD_JOB_AT_BOOK;
    world_order_desk_put(
        &generator->desk, index, &packet_at(generator, job->slot)->message, &decision);
}

/* ---- peers ---- */

/* The next region that may have what the rule asks for; 0 after the last. */
static uint8_t next_region(
    const world_generator *generator, const struct world_rule *rule, uint32_t after)
{
    if (rule->region != 0) {
        return after == 0 && rule->region != generator->config.region ? (uint8_t)rule->region : 0;
    }
    for (uint32_t region = after + 1; region <= WORLD_ROSTER_REGIONS_MAX; region++) {
        if (generator->peers[region] != NULL) {
            SIM_ASSERT(region != generator->config.region);
            return (uint8_t)region;
        }
    }
    return 0;
}

/* Asks the next peer for one of its customers; when there is none left, nobody has one. */
static void pass_on(world_generator *generator, uint32_t index)
{
    struct world *world = generator->node.world;
    struct world_job *job = job_at(generator, index);
    const struct world_rule rule = world_generator_rule(generator, job);
    uint8_t region = next_region(generator, &rule, job->region);

    if (region == 0 || generator->peers[region] == NULL) {
        job->kind = WORLD_ORDER_NONE;
        put(generator, index);
        return;
    }
    uint32_t slot = world_packets_take(&world->packets, WORLD_PACKET_PUT);
    struct world_packet *packet = packet_at(generator, slot);
    SIM_ASSERT(job->kind == WORLD_ORDER_HELD);
    generator->counters.passed_on->value++;
    job->state = WORLD_JOB_AT_PEER;
    job->region = region;
    packet->message = packet_at(generator, job->slot)->message;
    packet->from = world_node_end_point(&generator->node);
    packet->to = world_node_end_point(&generator->peers[region]->node);
    packet->token = index;
    world_order_desk_expect(&generator->desk, index);
    world_link_send(world, slot, generator->to_peers[region], 0);
}

/* ---- service ---- */

static void go_on(world_generator *generator);

static void finish_job(world_generator *generator, uint32_t index)
{
    struct world_job *job = job_at(generator, index);

    SIM_ASSERT(job->state == WORLD_JOB_IN_SERVICE);
    if (job->kind == 0) {
        generator->counters.failed->value++;
        world_generator_drop(generator, world_generator_close_job(generator, index));
        return;
    }
    generator->counters.decided->value++;
    if (job->is_peers && job->kind == WORLD_ORDER_NONE) {
        complete(generator, index, false);
        return;
    }
    put(generator, index);
}

static void finish(void *context, uint64_t payload)
{
    world_generator *generator = context;

    if (payload != generator->epoch ||
        world_node_postpones(&generator->node, finish, generator, payload)) {
        return;
    }
    SIM_ASSERT(generator->is_busy);
    world_generator_set_busy(generator, false);
    uint32_t count = generator->batch_count;
    generator->batch_count = 0;
    for (uint32_t i = 0; i < count && payload == generator->epoch; i++) {
        finish_job(generator, generator->batch[i]);
    }
    go_on(generator);
}

/* Takes the first of the highest priority that has any. */
static uint32_t take_waiting(world_generator *generator)
{
    struct world_waiting first;
    int priority = WORLD_GENERATOR_PRIORITIES - 1;

    SIM_ASSERT(generator->waiting_count > 0);
    while (!world_fifo_pop(&generator->waiting[priority], &first)) {
        priority--;
        SIM_ASSERT(priority >= 0);
    }
    generator->waiting_count--;
    sim_tally_record(generator->counters.wait, now_of(generator) - (sim_time)first.position);
    return first.slot;
}

static sim_time service_of(const world_generator *generator, const struct world_job *job)
{
    SIM_ASSERT(job->state == WORLD_JOB_IN_SERVICE);
    return sim_dist_draw_time_of(&generator->config.service, &generator->service, job->rule);
}

static void serve(world_generator *generator)
{
    uint32_t most = generator->config.gather > 0 ? generator->config.batch_max : 1;
    sim_time duration = 0;

    SIM_ASSERT(generator->batch_count == 0);
    world_alarm_cancel(&generator->gather);
    generator->gathers_until = SIM_NEVER;
    while (generator->batch_count < most && generator->waiting_count > 0 &&
           generator->free_head != NONE) {
        uint32_t index = open_job(generator, take_waiting(generator));
        generator->batch[generator->batch_count++] = index;
        duration += service_of(generator, job_at(generator, index));
    }
    world_generator_note_waiting(generator);
    world_generator_set_busy(generator, true);
    generator->counters.batches->value++;
    duration += world_generator_decide(generator);
    (void)sim_run_after(
        &generator->node.world->run,
        world_node_work(&generator->node, duration),
        finish,
        generator,
        generator->epoch);
}

static void go_on(world_generator *generator)
{
    bool may_serve = !generator->is_busy && generator->desk.is_read &&
                     generator->waiting_count > 0 && generator->free_head != NONE;

    if (!may_serve || !world_generator_is_active(generator)) {
        return;
    }
    if (generator->config.gather == 0 || generator->waiting_count >= generator->config.batch_max ||
        now_of(generator) >= generator->gathers_until) {
        serve(generator);
        return;
    }
    if (generator->gathers_until == SIM_NEVER) {
        generator->gathers_until = now_of(generator) + generator->config.gather;
        world_alarm_set(&generator->gather, generator->gathers_until);
    }
    SIM_ASSERT(generator->gathers_until > now_of(generator));
}

static void gathered_late(void *context, uint64_t payload)
{
    world_generator *generator = context;

    if (payload == generator->epoch &&
        !world_node_postpones(&generator->node, gathered_late, generator, payload)) {
        SIM_ASSERT(generator->node.up);
        go_on(generator);
    }
}

void world_generator_gathered(void *context)
{
    const world_generator *generator = context;

    SIM_ASSERT(generator->config.gather > 0);
    gathered_late(context, generator->epoch);
}

/* ---- what comes ---- */

static void take_in(world_generator *generator, uint32_t slot)
{
    const struct world_order_book_config *book = world_order_book_config_of(generator->desk.book);
    const struct world_packet *packet = packet_at(generator, slot);
    uint64_t priority = book->fields.priority == WORLD_FIELD_NONE
                            ? 0
                            : world_field_of(&packet->message, book->fields.priority);

    SIM_ASSERT(generator->node.up);
    if (!world_generator_is_active(generator)) {
        world_generator_drop(generator, slot);
        return;
    }
    world_fifo_push(
        &generator->waiting[MIN(priority, WORLD_GENERATOR_PRIORITIES - 1)],
        (struct world_waiting){.position = (uint64_t)now_of(generator), .slot = slot});
    generator->waiting_count++;
    world_generator_note_waiting(generator);
    go_on(generator);
}

/* It is to be decided again, behind those that wait. */
static void decide_again(world_generator *generator, uint32_t index)
{
    SIM_ASSERT(job_at(generator, index)->state == WORLD_JOB_AT_BOOK);
    take_in(generator, world_generator_close_job(generator, index));
}

/* The answer to a job; NONE: to none that is still waited for. */
static uint32_t match(const world_generator *generator, const struct world_packet *answer)
{
    if (answer->token >= generator->config.window) {
        return NONE;
    }
    const struct world_job *job = job_at(generator, answer->token);
    bool is_peers =
        world_node_at(generator->node.world, answer->from.node)->type == generator->node.type;
    uint8_t state = is_peers ? WORLD_JOB_AT_PEER : WORLD_JOB_AT_BOOK;

    SIM_ASSERT(answer->to.node == generator->node.index);
    return job->state == state && job->rule == answer->message.id ? answer->token : NONE;
}

static void hear_from_peer(world_generator *generator, uint32_t index, bool has_order)
{
    SIM_ASSERT(job_at(generator, index)->kind == WORLD_ORDER_HELD);
    world_order_desk_settle(&generator->desk, index);
    if (has_order) {
        complete(generator, index, true);
    } else {
        pass_on(generator, index);
    }
}

static void hear_from_book(world_generator *generator, uint32_t index, uint8_t result)
{
    struct world_job *job = job_at(generator, index);

    world_order_desk_settle(&generator->desk, index);
    SIM_ASSERT(result >= WORLD_ORDER_WRITTEN);
    if (result == WORLD_ORDER_AGAIN) {
        decide_again(generator, index);
    } else if (result == WORLD_ORDER_WRITTEN && job->kind == WORLD_ORDER_HELD) {
        release(generator, job);
        pass_on(generator, index);
    } else {
        complete(generator, index, world_order_desk_has_order(result, job->kind));
    }
}

/* The book has been read: what was given up is written by now, or never will be. */
static void forget_given_up(world_generator *generator)
{
    for (uint32_t i = 0; i < generator->config.window; i++) {
        if (generator->jobs[i].state == WORLD_JOB_GIVEN_UP) {
            uint32_t slot = world_generator_close_job(generator, i);
            SIM_ASSERT(slot == NONE);
        }
    }
}

static void hear(world_generator *generator, const struct world_packet *answer)
{
    bool is_peers =
        world_node_at(generator->node.world, answer->from.node)->type == generator->node.type;
    uint32_t index = match(generator, answer);

    if (answer->kind != WORLD_PACKET_REFUSE && !is_peers) {
        (void)world_order_desk_learn(&generator->desk, answer);
    }
    if (answer->kind == WORLD_PACKET_VALUE) {
        if (world_order_desk_is_read_now(&generator->desk, answer)) {
            forget_given_up(generator);
        }
    } else if (index != NONE && is_peers) {
        hear_from_peer(generator, index, answer->kind == WORLD_PACKET_STORED);
    } else if (index != NONE && answer->kind == WORLD_PACKET_STORED) {
        hear_from_book(generator, index, answer->message.kind);
    }
    SIM_ASSERT(generator->desk.copy != NULL);
}

void world_generator_receive(struct world_node *node, uint32_t slot)
{
    world_generator *generator = (world_generator *)node;
    const struct world_packet answer = *packet_at(generator, slot);

    SIM_ASSERT(node->up);
    if (answer.kind == WORLD_PACKET_CHARGE || answer.kind == WORLD_PACKET_PUT) {
        take_in(generator, slot);
        return;
    }
    world_packets_free(&node->world->packets, slot);
    hear(generator, &answer);
    go_on(generator);
}

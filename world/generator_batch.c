/* Each rule is first judged for itself: is it withdrawn, has its person room, is it for a peer?
 * What is left is to get a customer: the best of those that are free, rule by rule; or, of a batch,
 * all together. Together the customers are the rows: of each class as many as there are rules, the
 * best first, are enough for any rule. A rule that its person has no room for was judged before, in
 * the order of arrival. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "world/field.h"
#include "world/generator_state.h"

#define NOBODY WORLD_ROSTER_NOBODY

struct world_batch {
    struct world_assign solver;
    int64_t *values;
    uint64_t value_capacity;
    uint32_t *customers; /* of each row */
    uint32_t *columns;   /* of each row */
    uint32_t customer_capacity;
    uint32_t customer_count;
    uint32_t *seen; /* of each customer: the number of the batch that it is in */
    uint32_t number;
    uint32_t *jobs; /* of each column */
    uint32_t job_count;
};

struct world_batch *world_batch_create(void)
{
    return sim_allocate(1, sizeof(struct world_batch));
}

void world_batch_destroy(struct world_batch *batch)
{
    if (batch == NULL) {
        return;
    }
    world_assign_finish(&batch->solver);
    free(batch->values);
    free(batch->customers);
    free(batch->columns);
    free(batch->seen);
    free(batch->jobs);
    free(batch);
}

/* ---- one rule ---- */

static const struct model_message *message_of(
    const struct world_generator *generator, const struct world_job *job)
{
    const struct world_packets *packets = &generator->node.world->packets;

    SIM_ASSERT(job->slot < packets->capacity);
    return &packets->slots[job->slot].message;
}

struct world_rule world_generator_rule(
    const struct world_generator *generator, const struct world_job *job)
{
    struct world_rule rule =
        world_order_book_rule(generator->desk.book, message_of(generator, job));

    SIM_ASSERT(rule.home == 0);
    rule.home = generator->config.region;
    return rule;
}

static bool is_withdrawn(const struct world_generator *generator, const struct world_job *job)
{
    const struct world_person_day *person = &generator->desk.copy->persons[job->person];

    SIM_ASSERT(job->state == WORLD_JOB_IN_SERVICE);
    return message_of(generator, job)->born <= person->withdrawn;
}

/* Whether others have what the rule asks for: then it is to be held a place first. */
static bool is_for_peers(const struct world_generator *generator, const struct world_rule *rule)
{
    SIM_ASSERT(rule->home == generator->config.region);
    return generator->config.region != 0 && rule->region != generator->config.region;
}

/* Sets the kind of what there is to write whatever customers are free. Returns false when a
 * customer is to be found. */
static bool judge(struct world_generator *generator, struct world_job *job)
{
    const struct model_message *message = message_of(generator, job);
    const struct world_orders *copy = generator->desk.copy;
    int action = world_order_book_config_of(generator->desk.book)->fields.action;
    bool is_held = job->is_peers || world_orders_is_held(copy, job->rule);

    SIM_ASSERT(job->kind == 0 && job->customer == NOBODY);
    if (!world_order_desk_understands(&generator->desk, message)) {
        return true;
    }
    if (world_field_of(message, action) == 1) {
        job->kind = WORLD_ORDER_CANCEL;
        return true;
    }
    if (is_withdrawn(generator, job) && !job->is_peers) {
        job->kind = WORLD_ORDER_WITHDRAWN;
        return true;
    }
    bool has_room = is_held ? !copy->persons[job->person].is_away
                            : world_orders_has_room(copy, job->person, job->day);
    if (!has_room) {
        job->kind = WORLD_ORDER_NONE;
    }
    return !has_room;
}

static void assign(struct world_generator *generator, struct world_job *job, uint32_t customer)
{
    job->kind = WORLD_ORDER_CREATED;
    job->customer = customer;
    SIM_ASSERT(!job->has_day);
    world_orders_reserve(generator->desk.copy, job->rule, job->person, customer);
}

/* There is nobody here for the rule: nobody at all, or it goes to the peers. */
static void do_without(
    struct world_generator *generator, struct world_job *job, const struct world_rule *rule)
{
    SIM_ASSERT(job->kind == 0);
    if (job->is_peers || !is_for_peers(generator, rule)) {
        job->kind = WORLD_ORDER_NONE;
        return;
    }
    job->kind = WORLD_ORDER_HELD;
    if (!world_orders_is_held(generator->desk.copy, job->rule)) {
        job->has_day = true;
        world_orders_reserve_day(generator->desk.copy, job->person);
    }
}

static sim_time look(const struct world_generator *generator, const struct world_rule *rule)
{
    sim_time examine = generator->config.examine;

    SIM_ASSERT(examine >= 0);
    return examine == 0 ? 0 : (sim_time)world_orders_examined(generator->desk.copy, rule) * examine;
}

static sim_time decide_one(struct world_generator *generator, struct world_job *job)
{
    uint32_t customer;

    if (judge(generator, job)) {
        return 0;
    }
    struct world_rule rule = world_generator_rule(generator, job);
    sim_time cost = look(generator, &rule);
    if (world_orders_find(generator->desk.copy, &rule, &customer)) {
        assign(generator, job, customer);
    } else {
        do_without(generator, job, &rule);
    }
    SIM_ASSERT(job->kind != 0);
    return cost;
}

/* ---- all rules of a batch ---- */

static void grow(struct world_batch *batch)
{
    uint32_t capacity = batch->customer_capacity == 0 ? 256 : 2 * batch->customer_capacity;

    batch->customers =
        sim_grow(batch->customers, batch->customer_capacity, capacity, sizeof(uint32_t));
    free(batch->columns);
    batch->columns = sim_allocate(capacity, sizeof(uint32_t));
    batch->customer_capacity = capacity;
    SIM_ASSERT(batch->customer_count < capacity);
}

static void take_candidate(void *context, uint32_t customer)
{
    struct world_batch *batch = context;

    if (batch->seen[customer] == batch->number) {
        return;
    }
    batch->seen[customer] = batch->number;
    if (batch->customer_count == batch->customer_capacity) {
        grow(batch);
    }
    SIM_ASSERT(batch->customer_count < batch->customer_capacity);
    batch->customers[batch->customer_count++] = customer;
}

static void prepare(struct world_generator *generator, struct world_batch *batch)
{
    if (batch->seen == NULL) {
        const struct world_roster *roster = generator->desk.copy->roster;
        batch->seen = sim_allocate(roster->config.customers, sizeof(uint32_t));
        batch->jobs = sim_allocate(generator->config.batch_max, sizeof(uint32_t));
    }
    batch->number++;
    batch->customer_count = 0;
    batch->job_count = 0;
    SIM_ASSERT(batch->number != 0);
}

static void fill(const struct world_generator *generator, struct world_batch *batch)
{
    const struct world_roster *roster = generator->desk.copy->roster;
    uint64_t count = (uint64_t)batch->customer_count * batch->job_count;

    SIM_ASSERT(batch->job_count <= generator->config.batch_max);
    if (count > batch->value_capacity) {
        free(batch->values);
        batch->value_capacity = 2 * count;
        batch->values = sim_allocate(batch->value_capacity, sizeof(int64_t));
    }
    for (uint32_t column = 0; column < batch->job_count; column++) {
        const struct world_job *job = &generator->jobs[batch->jobs[column]];
        struct world_rule rule = world_generator_rule(generator, job);
        for (uint32_t row = 0; row < batch->customer_count; row++) {
            uint32_t customer = batch->customers[row];
            batch->values[(size_t)row * batch->job_count + column] =
                world_rule_matches(roster, &rule, customer)
                    ? world_roster_value(roster, job->person, customer)
                    : WORLD_ASSIGN_FORBIDDEN;
        }
    }
}

/* Returns what the solution took. */
static sim_time assign_together(struct world_generator *generator, struct world_batch *batch)
{
    uint64_t before = batch->solver.steps;

    fill(generator, batch);
    (void)world_assign_solve(
        &batch->solver, batch->values, batch->customer_count, batch->job_count, batch->columns);
    for (uint32_t row = 0; row < batch->customer_count; row++) {
        if (batch->columns[row] != WORLD_ASSIGN_NOTHING) {
            assign(
                generator,
                &generator->jobs[batch->jobs[batch->columns[row]]],
                batch->customers[row]);
        }
    }
    SIM_ASSERT(batch->solver.steps >= before);
    return (sim_time)(batch->solver.steps - before) * generator->config.solve;
}

/* A place in the day of each that is to get a customer is kept, so that the next of the same person
 * is judged by what is left. */
static sim_time decide_together(struct world_generator *generator)
{
    struct world_batch *batch = generator->work;
    sim_time cost = 0;

    prepare(generator, batch);
    for (uint32_t i = 0; i < generator->batch_count; i++) {
        struct world_job *job = &generator->jobs[generator->batch[i]];
        if (!judge(generator, job)) {
            struct world_rule rule = world_generator_rule(generator, job);
            cost += look(generator, &rule);
            world_orders_visit(
                generator->desk.copy, &rule, generator->batch_count, take_candidate, batch);
            batch->jobs[batch->job_count++] = generator->batch[i];
            world_orders_reserve_day(generator->desk.copy, job->person);
        }
    }
    for (uint32_t i = 0; i < batch->job_count; i++) {
        world_orders_release_day(generator->desk.copy, generator->jobs[batch->jobs[i]].person);
    }
    cost += assign_together(generator, batch);
    for (uint32_t i = 0; i < batch->job_count; i++) {
        struct world_job *job = &generator->jobs[batch->jobs[i]];
        if (job->kind == 0) {
            struct world_rule rule = world_generator_rule(generator, job);
            do_without(generator, job, &rule);
        }
        SIM_ASSERT(job->kind != 0);
    }
    return cost;
}

sim_time world_generator_decide(struct world_generator *generator)
{
    sim_time cost = 0;

    if (generator->config.is_optimal && generator->batch_count > 1) {
        return decide_together(generator);
    }
    for (uint32_t i = 0; i < generator->batch_count; i++) {
        cost += decide_one(generator, &generator->jobs[generator->batch[i]]);
    }
    SIM_ASSERT(cost >= 0);
    return cost;
}

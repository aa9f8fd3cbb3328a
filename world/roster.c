/* Customers stand in `order` by class and worth, so that the best of a class are found first. */
/* SPDX-License-Identifier: MIT */
#include "world/roster.h"

#include <stdlib.h>

#include <glib.h>

#define MILLION INT64_C(1000000)

static void draw_customer(
    const struct world_roster_config *config,
    struct sim_stream *stream,
    struct world_customer *out_customer)
{
    double worth = sim_dist_draw(&config->worth, stream);

    worth = worth < 1 ? 1 : worth;
    worth = worth > (double)WORLD_ROSTER_WORTH_MAX ? (double)WORLD_ROSTER_WORTH_MAX : worth;
    *out_customer = (struct world_customer){.worth = (uint32_t)(worth + 0.5)};
    out_customer->region = (uint8_t)(1 + sim_stream_below(stream, config->regions));
    out_customer->skill = (uint8_t)(1 + sim_stream_below(stream, config->skills));
    out_customer->is_bound = sim_stream_unit(stream) < config->bound;
    out_customer->is_closed = sim_stream_unit(stream) < config->closed;
    SIM_ASSERT(out_customer->worth > 0);
}

static struct world_person draw_person(
    const struct world_roster_config *config, struct sim_stream *stream, uint32_t number)
{
    struct world_person person = {
        .capacity = config->capacity,
        .region = (uint8_t)(1 + (uint64_t)number * config->regions / config->persons),
    };
    uint32_t first = (uint32_t)(1 + sim_stream_below(stream, config->skills));

    for (uint32_t skill = 1; skill <= config->skills; skill++) {
        bool has = sim_stream_unit(stream) < config->mastery || skill == first;
        person.skills |= (uint32_t)has << skill;
    }
    SIM_ASSERT(person.skills != 0 && person.region <= config->regions);
    return person;
}

static uint32_t class_of(const struct world_roster *roster, uint32_t customer)
{
    const struct world_customer *who = &roster->customers[customer];

    SIM_ASSERT(customer < roster->config.customers);
    return world_roster_class(roster, who->region, who->is_bound, who->skill);
}

static int compare(const void *left, const void *right, void *context)
{
    const struct world_roster *roster = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    uint32_t class_a = class_of(roster, a);
    uint32_t class_b = class_of(roster, b);

    if (class_a != class_b) {
        return class_a < class_b ? -1 : 1;
    }
    if (roster->customers[a].worth != roster->customers[b].worth) {
        return roster->customers[a].worth > roster->customers[b].worth ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

static void put_in_order(struct world_roster *roster)
{
    uint32_t count = roster->config.customers;

    for (uint32_t i = 0; i < count; i++) {
        roster->order[i] = i;
    }
    g_qsort_with_data(roster->order, (int)count, sizeof(uint32_t), compare, roster);
    for (uint32_t place = 0; place < count; place++) {
        roster->customers[roster->order[place]].place = place;
        roster->firsts[class_of(roster, roster->order[place]) + 1]++;
    }
    for (uint32_t i = 0; i < roster->class_count; i++) {
        roster->firsts[i + 1] += roster->firsts[i];
    }
    SIM_ASSERT(roster->firsts[roster->class_count] == count);
}

struct world_roster *world_roster_create(
    const struct world_roster_config *config, struct sim_stream stream)
{
    struct world_roster *roster = sim_allocate(1, sizeof(*roster));

    SIM_ASSERT(config->regions >= 1 && config->regions <= WORLD_ROSTER_REGIONS_MAX);
    SIM_ASSERT(config->skills >= 1 && config->skills < WORLD_ROSTER_SKILLS_MAX);
    roster->config = *config;
    roster->class_count = config->regions * 2 * config->skills;
    roster->customers = sim_allocate(config->customers, sizeof(*roster->customers));
    roster->persons = sim_allocate(config->persons, sizeof(*roster->persons));
    roster->order = sim_allocate(config->customers, sizeof(*roster->order));
    roster->firsts = sim_allocate(roster->class_count + 1, sizeof(*roster->firsts));
    for (uint32_t i = 0; i < config->customers; i++) {
        draw_customer(config, &stream, &roster->customers[i]);
    }
    for (uint32_t i = 0; i < config->persons; i++) {
        roster->persons[i] = draw_person(config, &stream, i);
    }
    roster->fit = sim_stream_of(&stream, 0);
    put_in_order(roster);
    return roster;
}

void world_roster_destroy(struct world_roster *roster)
{
    if (roster == NULL) {
        return;
    }
    free(roster->customers);
    free(roster->persons);
    free(roster->order);
    free(roster->firsts);
    free(roster);
}

/* Of a fit in millionths; exact. */
static int64_t times(int64_t worth, int64_t fit)
{
    SIM_ASSERT(worth <= WORLD_ROSTER_WORTH_MAX && fit >= 0 && fit <= 2 * MILLION);
    return worth * fit / MILLION;
}

int64_t world_roster_value(const struct world_roster *roster, uint32_t person, uint32_t customer)
{
    int64_t spread = (int64_t)(roster->config.spread * MILLION);
    int64_t fit = MILLION;

    SIM_ASSERT(person < roster->config.persons && customer < roster->config.customers);
    if (spread > 0) {
        uint64_t pair = (uint64_t)person << 32 | customer;
        struct sim_stream stream = sim_stream_of(&roster->fit, pair);
        fit += (int64_t)(sim_stream_next(&stream) % (uint64_t)(2 * spread + 1)) - spread;
    }
    return times(roster->customers[customer].worth, fit);
}

int64_t world_roster_value_max(const struct world_roster *roster, uint32_t worth)
{
    SIM_ASSERT(roster->config.spread >= 0 && roster->config.spread <= 1);
    return times(worth, MILLION + (int64_t)(roster->config.spread * MILLION));
}

int64_t world_roster_value_min(const struct world_roster *roster, uint32_t worth)
{
    SIM_ASSERT(roster->config.spread >= 0 && roster->config.spread <= 1);
    return times(worth, MILLION - (int64_t)(roster->config.spread * MILLION));
}

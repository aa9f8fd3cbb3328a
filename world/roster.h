/* world/roster.h - customers and sales people, as they are before anybody works: pure data.
 *
 * Each customer lives in a region, needs a skill, and is worth something; one that is bound to its
 * region may go to its people only. Each person works in a region, has some of the skills, and may
 * be given so many orders a day. What a match is worth is the customer's worth times how well the
 * two fit, which is drawn once for each pair. Generated from one stream: equal configurations and
 * seeds give equal rosters. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ROSTER_H
#define WORLD_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/dist.h"
#include "sim/random.h"

#define WORLD_ROSTER_REGIONS_MAX 64
#define WORLD_ROSTER_SKILLS_MAX  32
#define WORLD_ROSTER_WORTH_MAX   (INT64_C(1) << 30)
#define WORLD_ROSTER_NOBODY      UINT32_MAX

struct world_roster_config {
    uint32_t customers;    /* > 0 */
    uint32_t persons;      /* > 0 */
    uint32_t regions;      /* 1 to WORLD_ROSTER_REGIONS_MAX */
    uint32_t skills;       /* 1 to WORLD_ROSTER_SKILLS_MAX */
    double bound;          /* share of the customers that are bound to their region */
    double closed;         /* share of the customers that are closed from the beginning */
    double mastery;        /* share of the skills that a person has, one at least */
    double spread;         /* of the fit, either way: 0 to 1 */
    uint32_t capacity;     /* orders a person and day */
    struct sim_dist worth; /* of a customer: rounded, and at least 1 */
};

struct world_customer {
    uint32_t worth;
    uint32_t place; /* among all, by class, then by worth, the greatest first */
    uint8_t region; /* 1 to regions */
    uint8_t skill;  /* 1 to skills */
    bool is_bound;
    bool is_closed;
};

struct world_person {
    uint32_t skills; /* a bit for each, from bit 1 */
    uint32_t capacity;
    uint8_t region; /* 1 to regions: they are in the order of their regions */
};

struct world_roster {
    struct world_roster_config config;
    struct world_customer *customers;
    struct world_person *persons;
    uint32_t *order;  /* customers, by place */
    uint32_t *firsts; /* place of the first of each class, and of the end */
    uint32_t class_count;
    struct sim_stream fit;
};

struct world_roster *world_roster_create(
    const struct world_roster_config *config, struct sim_stream stream);
void world_roster_destroy(struct world_roster *roster);

/* Customers that are alike to every rule: of one region, bound or not, with one skill. */
static inline uint32_t world_roster_class(
    const struct world_roster *roster, uint32_t region, bool is_bound, uint32_t skill)
{
    return ((region - 1) * 2 + is_bound) * roster->config.skills + skill - 1;
}

/* May the person be given the customer, by region and skill? */
static inline bool world_roster_fits(
    const struct world_roster *roster, uint32_t person, uint32_t customer)
{
    const struct world_customer *who = &roster->customers[customer];
    const struct world_person *whom = &roster->persons[person];

    return (!who->is_bound || who->region == whom->region) && (whom->skills >> who->skill & 1) != 0;
}

/* What the match is worth; and the most and the least that a customer of this worth may be to
 * anybody. */
int64_t world_roster_value(const struct world_roster *roster, uint32_t person, uint32_t customer);
int64_t world_roster_value_max(const struct world_roster *roster, uint32_t worth);
int64_t world_roster_value_min(const struct world_roster *roster, uint32_t worth);

#endif

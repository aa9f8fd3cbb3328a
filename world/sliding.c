/* The nth message stands at n modulo the capacity. An entity has a place in its rule's pool while
 * the rule counts at least one of its messages. */
/* SPDX-License-Identifier: MIT */
#include "world/sliding.h"

#include <stdlib.h>

struct count {
    uint64_t messages;
    uint64_t latest; /* the number of its newest message */
};

void world_sliding_init(
    struct world_sliding *sliding, const sim_time *spans, uint32_t rule_count, uint64_t capacity)
{
    SIM_ASSERT(rule_count > 0 && rule_count <= WORLD_SLIDING_RULES_MAX && capacity > 0);
    *sliding = (struct world_sliding){
        .ring = sim_allocate(capacity, sizeof(*sliding->ring)),
        .capacity = capacity,
        .rule_count = rule_count,
    };
    for (uint32_t i = 0; i < rule_count; i++) {
        SIM_ASSERT(spans[i] > 0);
        sliding->rules[i].span = spans[i];
        model_index_init(&sliding->rules[i].entities);
        model_pool_init(&sliding->rules[i].counts, sizeof(struct count));
    }
}

void world_sliding_finish(struct world_sliding *sliding)
{
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        model_index_finish(&sliding->rules[i].entities);
        model_pool_finish(&sliding->rules[i].counts);
    }
    free(sliding->ring);
    *sliding = (struct world_sliding){0};
}

static struct world_sliding_entry *at(const struct world_sliding *sliding, uint64_t number)
{
    SIM_ASSERT(number < sliding->next && sliding->next - number <= sliding->capacity);
    return &sliding->ring[number % sliding->capacity];
}

static struct count *count_of(const struct world_sliding_rule *rule, uint64_t entity)
{
    uint32_t place;
    bool is_found = model_index_find(&rule->entities, entity, &place);

    SIM_ASSERT(is_found);
    return model_pool_at(&rule->counts, place);
}

/* The rule no longer counts its oldest message. */
static void drop_oldest(struct world_sliding *sliding, uint32_t number)
{
    struct world_sliding_rule *rule = &sliding->rules[number];
    uint64_t entity = at(sliding, rule->first)->entities[number];
    struct count *count = count_of(rule, entity);

    SIM_ASSERT(count->messages > 0);
    count->messages--;
    rule->first++;
    if (count->messages == 0) {
        uint32_t place;
        bool is_found = model_index_find(&rule->entities, entity, &place);
        SIM_ASSERT(is_found);
        model_index_remove(&rule->entities, entity);
        model_pool_give(&rule->counts, place);
    }
}

/* Before a message of `time` is added: those that are too old then, and one that must make room. */
static void move_on(struct world_sliding *sliding, uint32_t number, sim_time time)
{
    struct world_sliding_rule *rule = &sliding->rules[number];

    while (rule->first < sliding->next && at(sliding, rule->first)->time <= time - rule->span) {
        drop_oldest(sliding, number);
    }
    if (sliding->next - rule->first == sliding->capacity) {
        sliding->overrun++;
        drop_oldest(sliding, number);
    }
    SIM_ASSERT(sliding->next - rule->first < sliding->capacity);
}

/* Counts the message for the rule, and returns the number of the one before. */
static uint64_t enter(struct world_sliding *sliding, uint32_t number, uint64_t entity)
{
    struct world_sliding_rule *rule = &sliding->rules[number];
    uint32_t place;

    if (model_index_find(&rule->entities, entity, &place)) {
        struct count *count = model_pool_at(&rule->counts, place);
        uint64_t earlier = count->latest;
        SIM_ASSERT(count->messages > 0 && earlier < sliding->next);
        count->messages++;
        count->latest = sliding->next;
        return earlier;
    }
    place = model_pool_take(&rule->counts);
    *(struct count *)model_pool_at(&rule->counts, place) =
        (struct count){.messages = 1, .latest = sliding->next};
    model_index_insert(&rule->entities, entity, place);
    return WORLD_SLIDING_NONE;
}

uint64_t world_sliding_add(struct world_sliding *sliding, const struct world_sliding_entry *entry)
{
    struct world_sliding_entry added = *entry;

    SIM_ASSERT(sliding->next == 0 || at(sliding, sliding->next - 1)->time <= entry->time);
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        move_on(sliding, i, entry->time);
        added.earlier[i] = enter(sliding, i, entry->entities[i]);
    }
    sliding->ring[sliding->next % sliding->capacity] = added;
    return sliding->next++;
}

uint64_t world_sliding_count(const struct world_sliding *sliding, uint32_t rule)
{
    SIM_ASSERT(rule < sliding->rule_count && sliding->next > 0);
    return count_of(&sliding->rules[rule], at(sliding, sliding->next - 1)->entities[rule])
        ->messages;
}

struct world_sliding_entry *world_sliding_at(const struct world_sliding *sliding, uint64_t number)
{
    if (number >= sliding->next || sliding->next - number > sliding->capacity) {
        return NULL;
    }
    SIM_ASSERT(sliding->capacity > 0);
    return at(sliding, number);
}

uint64_t world_sliding_earlier(const struct world_sliding *sliding, uint64_t number, uint32_t rule)
{
    uint64_t earlier = at(sliding, number)->earlier[rule];

    SIM_ASSERT(rule < sliding->rule_count);
    return earlier == WORLD_SLIDING_NONE || earlier < sliding->rules[rule].first
               ? WORLD_SLIDING_NONE
               : earlier;
}

void world_sliding_clear(struct world_sliding *sliding)
{
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        struct world_sliding_rule *rule = &sliding->rules[i];
        model_index_clear(&rule->entities);
        model_pool_finish(&rule->counts);
        rule->first = 0;
    }
    sliding->next = 0;
    SIM_ASSERT(sliding->rule_count > 0);
}

void world_sliding_check(const struct world_sliding *sliding)
{
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        const struct world_sliding_rule *rule = &sliding->rules[i];
        uint64_t newest = 0;
        SIM_ASSERT(rule->first <= sliding->next);
        SIM_ASSERT(sliding->next - rule->first <= sliding->capacity);
        SIM_ASSERT(rule->counts.count == rule->entities.count);
        model_pool_check(&rule->counts);
        for (uint64_t n = rule->first; n < sliding->next; n++) {
            const struct world_sliding_entry *entry = at(sliding, n);
            const struct count *count = count_of(rule, entry->entities[i]);
            SIM_ASSERT(entry->earlier[i] == WORLD_SLIDING_NONE || entry->earlier[i] < n);
            newest += count->latest == n;
        }
        SIM_ASSERT(newest == rule->entities.count);
    }
}

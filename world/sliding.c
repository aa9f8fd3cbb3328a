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
    uint64_t size = 1;

    SIM_ASSERT(rule_count > 0 && rule_count <= WORLD_SLIDING_RULES_MAX && capacity > 0);
    while (size < capacity) {
        size *= 2;
    }
    *sliding = (struct world_sliding){
        .ring = sim_allocate(size, sizeof(*sliding->ring)),
        .capacity = capacity,
        .mask = size - 1,
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
    return &sliding->ring[number & sliding->mask];
}

/* The count of the message's entity, while the rule counts the message. */
static struct count *count_of(
    const struct world_sliding *sliding, uint32_t number, const struct world_sliding_entry *entry)
{
    SIM_ASSERT(number < sliding->rule_count);
    return model_pool_at(&sliding->rules[number].counts, entry->places[number]);
}

/* The rule no longer counts its oldest message. */
static void drop_oldest(struct world_sliding *sliding, uint32_t number)
{
    struct world_sliding_rule *rule = &sliding->rules[number];
    const struct world_sliding_entry *oldest = at(sliding, rule->first);
    struct count *count = count_of(sliding, number, oldest);

    SIM_ASSERT(count->messages > 0);
    count->messages--;
    rule->first++;
    if (count->messages == 0) {
        model_index_remove(&rule->entities, oldest->entities[number]);
        model_pool_give(&rule->counts, oldest->places[number]);
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

/* Counts the message that is added for the rule, and notes the number of the one before. */
static void enter(struct world_sliding *sliding, uint32_t number, struct world_sliding_entry *added)
{
    struct world_sliding_rule *rule = &sliding->rules[number];
    uint64_t entity = added->entities[number];
    uint32_t place;

    if (model_index_find(&rule->entities, entity, &place)) {
        struct count *count = model_pool_at(&rule->counts, place);
        SIM_ASSERT(count->messages > 0 && count->latest < sliding->next);
        added->earlier[number] = count->latest;
        count->messages++;
        count->latest = sliding->next;
    } else {
        place = model_pool_take(&rule->counts);
        *(struct count *)model_pool_at(&rule->counts, place) =
            (struct count){.messages = 1, .latest = sliding->next};
        model_index_insert(&rule->entities, entity, place);
        added->earlier[number] = WORLD_SLIDING_NONE;
    }
    added->places[number] = place;
}

/* The tables are larger than the caches, so what each rule will look at is fetched at once. */
static void fetch(const struct world_sliding *sliding, const struct world_sliding_entry *entry)
{
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        const struct world_sliding_rule *rule = &sliding->rules[i];
        model_index_prefetch(&rule->entities, entry->entities[i]);
        if (rule->first < sliding->next) {
            const struct world_sliding_entry *oldest = at(sliding, rule->first);
            model_index_prefetch(&rule->entities, oldest->entities[i]);
            __builtin_prefetch(count_of(sliding, i, oldest));
        }
    }
    SIM_ASSERT(sliding->rule_count > 0);
}

uint64_t world_sliding_add(struct world_sliding *sliding, const struct world_sliding_entry *entry)
{
    struct world_sliding_entry added = *entry;

    SIM_ASSERT(sliding->next == 0 || at(sliding, sliding->next - 1)->time <= entry->time);
    fetch(sliding, entry);
    for (uint32_t i = 0; i < sliding->rule_count; i++) {
        move_on(sliding, i, entry->time);
        enter(sliding, i, &added);
    }
    sliding->ring[sliding->next & sliding->mask] = added;
    return sliding->next++;
}

uint64_t world_sliding_count(const struct world_sliding *sliding, uint32_t rule)
{
    SIM_ASSERT(rule < sliding->rule_count && sliding->next > 0);
    return count_of(sliding, rule, at(sliding, sliding->next - 1))->messages;
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

/* Returns whether the message is its entity's newest. */
static bool check_counted(const struct world_sliding *sliding, uint32_t rule, uint64_t number)
{
    const struct world_sliding_entry *entry = at(sliding, number);
    uint32_t place;
    bool is_found = model_index_find(&sliding->rules[rule].entities, entry->entities[rule], &place);

    SIM_ASSERT(is_found && place == entry->places[rule]);
    SIM_ASSERT(entry->earlier[rule] == WORLD_SLIDING_NONE || entry->earlier[rule] < number);
    return count_of(sliding, rule, entry)->latest == number;
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
            newest += check_counted(sliding, i, n);
        }
        SIM_ASSERT(newest == rule->entities.count);
    }
}

/* What each account has spent is an open-addressing table of (account, spent) that doubles at 3/4.
 * Which messages were settled is a bitmap per producer, indexed by the message's sequence number.
 */
/* SPDX-License-Identifier: MIT */
#include "world/accounts.h"

#include <stdlib.h>

#define TABLE_FIRST   64
#define BITS_PER_WORD 64
#define WORDS_FIRST   64

struct account {
    uint64_t number;
    int64_t spent;
    bool is_used;
};

struct bitmap {
    uint64_t *words;
    uint64_t word_count;
};

struct world_accounts {
    int64_t budget;
    int64_t total;
    struct account *table;
    uint64_t table_size; /* a power of two */
    uint64_t table_used;
    struct bitmap *settled; /* by producer */
    uint32_t producer_count;
};

world_accounts *world_accounts_create(int64_t budget)
{
    world_accounts *accounts = sim_allocate(1, sizeof(*accounts));

    SIM_ASSERT(budget >= 0);
    accounts->budget = budget;
    accounts->table = sim_allocate(TABLE_FIRST, sizeof(*accounts->table));
    accounts->table_size = TABLE_FIRST;
    return accounts;
}

void world_accounts_destroy(world_accounts *accounts)
{
    if (accounts == NULL) {
        return;
    }
    for (uint32_t i = 0; i < accounts->producer_count; i++) {
        free(accounts->settled[i].words);
    }
    free(accounts->settled);
    free(accounts->table);
    free(accounts);
}

/* ---- the table ---- */

/* Fibonacci hashing (Knuth, TAOCP 3, 6.4): the high bits of a product with 2^64 / golden ratio. */
static uint64_t hash(uint64_t number)
{
    return (number * UINT64_C(0x9e3779b97f4a7c15)) >> 20;
}

/* The account's place, or the free place where it belongs. */
static struct account *place_of(struct account *table, uint64_t size, uint64_t number)
{
    uint64_t i = hash(number) & (size - 1);

    SIM_ASSERT((size & (size - 1)) == 0);
    while (table[i].is_used && table[i].number != number) {
        i = (i + 1) & (size - 1);
    }
    return &table[i];
}

static void grow_table(world_accounts *accounts)
{
    uint64_t size = 2 * accounts->table_size;
    struct account *table = sim_allocate(size, sizeof(*table));

    for (uint64_t i = 0; i < accounts->table_size; i++) {
        if (accounts->table[i].is_used) {
            *place_of(table, size, accounts->table[i].number) = accounts->table[i];
        }
    }
    free(accounts->table);
    accounts->table = table;
    accounts->table_size = size;
    SIM_ASSERT(accounts->table_used < size);
}

static int64_t sum_of(int64_t sum, int64_t amount)
{
    SIM_ASSERT(sum >= 0 && amount >= 0);
    return amount > INT64_MAX - sum ? INT64_MAX : sum + amount;
}

int64_t world_accounts_add(world_accounts *accounts, uint64_t account, int64_t amount)
{
    if (4 * accounts->table_used >= 3 * accounts->table_size) {
        grow_table(accounts);
    }

    struct account *place = place_of(accounts->table, accounts->table_size, account);
    if (!place->is_used) {
        *place = (struct account){.number = account, .is_used = true};
        accounts->table_used++;
    }
    SIM_ASSERT(place->number == account && accounts->table_used < accounts->table_size);
    place->spent = sum_of(place->spent, amount);
    accounts->total = sum_of(accounts->total, amount);
    return place->spent;
}

int64_t world_accounts_spent(const world_accounts *accounts, uint64_t account)
{
    const struct account *place = place_of(accounts->table, accounts->table_size, account);

    SIM_ASSERT(!place->is_used || place->number == account);
    return place->spent;
}

int64_t world_accounts_total(const world_accounts *accounts)
{
    return accounts->total;
}

/* ---- the bitmaps ---- */

static struct bitmap *bitmap_of(world_accounts *accounts, uint32_t producer)
{
    if (producer >= accounts->producer_count) {
        uint32_t count = producer + 1;
        accounts->settled = sim_grow(
            accounts->settled, accounts->producer_count, count, sizeof(*accounts->settled));
        accounts->producer_count = count;
    }
    SIM_ASSERT(producer < accounts->producer_count);
    return &accounts->settled[producer];
}

/* Sets the message's bit. Returns false when it was set before. */
static bool mark_settled(world_accounts *accounts, uint64_t message)
{
    struct bitmap *bitmap = bitmap_of(accounts, model_message_producer(message));
    uint64_t sequence = model_message_sequence(message);
    uint64_t word = sequence / BITS_PER_WORD;
    uint64_t bit = UINT64_C(1) << (sequence % BITS_PER_WORD);

    if (word >= bitmap->word_count) {
        uint64_t wanted = bitmap->word_count == 0 ? WORDS_FIRST : 2 * bitmap->word_count;
        uint64_t count = wanted > word ? wanted : word + 1;
        bitmap->words = sim_grow(bitmap->words, bitmap->word_count, count, sizeof(*bitmap->words));
        bitmap->word_count = count;
    }
    SIM_ASSERT(word < bitmap->word_count);
    bool is_new = (bitmap->words[word] & bit) == 0;
    bitmap->words[word] |= bit;
    return is_new;
}

/* ---- settling ---- */

enum world_outcome world_accounts_settle(
    world_accounts *accounts, const struct model_message *message, struct world_entry *out_entry)
{
    if (!mark_settled(accounts, message->id)) {
        return WORLD_DUPLICATE;
    }

    int64_t price = message->value > 0 ? message->value : 0;
    int64_t left = accounts->budget - world_accounts_spent(accounts, message->key);
    bool can_pay = price <= left;
    *out_entry = (struct world_entry){
        .message = message->id,
        .account = message->key,
        .amount = can_pay ? price : 0,
        .outcome = can_pay ? WORLD_CHARGED : WORLD_OVER_BUDGET,
    };
    int64_t spent = world_accounts_add(accounts, out_entry->account, out_entry->amount);
    SIM_ASSERT(spent <= accounts->budget);
    return can_pay ? WORLD_CHARGED : WORLD_OVER_BUDGET;
}

bool world_accounts_replay(world_accounts *accounts, const struct world_entry *entry)
{
    bool is_outcome = entry->outcome == WORLD_CHARGED || entry->outcome == WORLD_OVER_BUDGET;

    if (!is_outcome || entry->amount < 0 || !mark_settled(accounts, entry->message)) {
        return false;
    }
    int64_t spent = world_accounts_add(accounts, entry->account, entry->amount);
    SIM_ASSERT(spent >= entry->amount);
    return true;
}

void world_accounts_check(const world_accounts *accounts)
{
    uint64_t used = 0;
    int64_t total = 0;

    for (uint64_t i = 0; i < accounts->table_size; i++) {
        const struct account *account = &accounts->table[i];
        if (account->is_used) {
            SIM_ASSERT(place_of(accounts->table, accounts->table_size, account->number) == account);
            SIM_ASSERT(account->spent >= 0);
            total = sum_of(total, account->spent);
            used++;
        }
    }
    SIM_ASSERT(used == accounts->table_used);
    SIM_ASSERT(4 * used <= 3 * accounts->table_size + 4);
    SIM_ASSERT(total == accounts->total);
    SIM_ASSERT((accounts->table_size & (accounts->table_size - 1)) == 0);
}

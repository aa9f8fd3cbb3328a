/* What each account has spent is an open-addressing table of (account, spent) that doubles at 3/4.
 * Of each message there are three bits, in words of 21 per producer, indexed by the message's
 * sequence number: it is settled, it is paid for, it is retracted. Where records are kept for a
 * time, a ring has the settled messages in the order of time, and forgets from its head. */
/* SPDX-License-Identifier: MIT */
#include "world/accounts.h"

#include <stdlib.h>

#define TABLE_FIRST       64
#define WORDS_FIRST       64
#define RING_FIRST        1024
#define BITS_PER_MESSAGE  3
#define MESSAGES_PER_WORD (64 / BITS_PER_MESSAGE)

enum mark {
    MARK_SETTLED = 1,
    MARK_PAID = 2, /* more than nothing */
    MARK_RETRACTED = 4,
};

struct account {
    uint64_t number;
    int64_t spent;
    bool is_used;
};

struct bitmap {
    uint64_t *words;
    uint64_t word_count;
};

struct record {
    uint64_t message;
    uint32_t time_ms;
};

struct ring {
    struct record *records;
    uint64_t capacity; /* a power of two, or 0 */
    uint64_t head;     /* counts records from the first one ever */
    uint64_t tail;
};

struct world_accounts {
    int64_t budget;
    sim_time keep;
    struct ring ring;
    int64_t total;
    struct account *table;
    uint64_t table_size; /* a power of two */
    uint64_t table_used;
    struct bitmap *marks; /* by producer */
    uint32_t producer_count;
};

world_accounts *world_accounts_create(int64_t budget, sim_time keep)
{
    world_accounts *accounts = sim_allocate(1, sizeof(*accounts));

    SIM_ASSERT(budget >= 0 && keep > 0);
    accounts->budget = budget;
    accounts->keep = keep;
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
        free(accounts->marks[i].words);
    }
    free(accounts->marks);
    free(accounts->ring.records);
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
    SIM_ASSERT(sum >= 0 && amount >= -sum);
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

bool world_accounts_agree(const world_accounts *one, const world_accounts *other)
{
    SIM_ASSERT(one != other);
    for (uint64_t i = 0; i < one->table_size; i++) {
        const struct account *account = &one->table[i];
        if (account->is_used && world_accounts_spent(other, account->number) != account->spent) {
            return false;
        }
    }
    return one->total == other->total; /* so the other has spent nothing elsewhere */
}

/* ---- the marks ---- */

static struct bitmap *bitmap_of(world_accounts *accounts, uint32_t producer)
{
    if (producer >= accounts->producer_count) {
        uint32_t count = producer + 1;
        accounts->marks =
            sim_grow(accounts->marks, accounts->producer_count, count, sizeof(*accounts->marks));
        accounts->producer_count = count;
    }
    SIM_ASSERT(producer < accounts->producer_count);
    return &accounts->marks[producer];
}

/* The word with the message's marks, which stand there from bit *out_shift on. */
static uint64_t *word_of(world_accounts *accounts, uint64_t message, uint32_t *out_shift)
{
    struct bitmap *bitmap = bitmap_of(accounts, model_message_producer(message));
    uint64_t sequence = model_message_sequence(message);
    uint64_t word = sequence / MESSAGES_PER_WORD;

    if (word >= bitmap->word_count) {
        uint64_t wanted = bitmap->word_count == 0 ? WORDS_FIRST : 2 * bitmap->word_count;
        uint64_t count = wanted > word ? wanted : word + 1;
        bitmap->words = sim_grow(bitmap->words, bitmap->word_count, count, sizeof(*bitmap->words));
        bitmap->word_count = count;
    }
    SIM_ASSERT(word < bitmap->word_count);
    *out_shift = (uint32_t)(sequence % MESSAGES_PER_WORD) * BITS_PER_MESSAGE;
    return &bitmap->words[word];
}

static uint32_t marks_of(world_accounts *accounts, uint64_t message)
{
    uint32_t shift;
    uint64_t word = *word_of(accounts, message, &shift);

    SIM_ASSERT(shift < 64);
    return (uint32_t)(word >> shift & ((1U << BITS_PER_MESSAGE) - 1));
}

static void set_marks(world_accounts *accounts, uint64_t message, uint32_t marks)
{
    uint32_t shift;
    uint64_t *word = word_of(accounts, message, &shift);
    uint64_t mask = (UINT64_C(1) << BITS_PER_MESSAGE) - 1;

    SIM_ASSERT(marks <= mask);
    *word = (*word & ~(mask << shift)) | (uint64_t)marks << shift;
}

bool world_accounts_has_paid(const world_accounts *accounts, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= accounts->producer_count ||
        sequence / MESSAGES_PER_WORD >= accounts->marks[producer].word_count) {
        return false;
    }
    uint64_t word = accounts->marks[producer].words[sequence / MESSAGES_PER_WORD];
    uint64_t marks = word >> sequence % MESSAGES_PER_WORD * BITS_PER_MESSAGE;
    SIM_ASSERT((marks & MARK_PAID) == 0 || (marks & MARK_SETTLED) != 0);
    return (marks & MARK_PAID) != 0;
}

/* ---- records that are kept for a time ---- */

static void grow_ring(struct ring *ring)
{
    uint64_t count = ring->tail - ring->head;
    uint64_t capacity = ring->capacity == 0 ? RING_FIRST : 2 * ring->capacity;
    struct record *records = sim_allocate(capacity, sizeof(*records));

    SIM_ASSERT(count == ring->capacity);
    for (uint64_t i = 0; i < count; i++) {
        records[i] = ring->records[(ring->head + i) & (ring->capacity - 1)];
    }
    free(ring->records);
    *ring = (struct ring){.records = records, .capacity = capacity, .tail = count};
}

static void keep_record(world_accounts *accounts, const struct world_entry *entry)
{
    struct ring *ring = &accounts->ring;

    if (accounts->keep == SIM_NEVER) {
        return;
    }
    if (ring->tail - ring->head == ring->capacity) {
        grow_ring(ring);
    }
    SIM_ASSERT(ring->tail - ring->head < ring->capacity);
    ring->records[ring->tail++ & (ring->capacity - 1)] =
        (struct record){.message = entry->message, .time_ms = entry->time_ms};
}

/* Forgets what is too old. To the millisecond, so that a replay forgets what was forgotten when
 * the entry was made, no more and no less. */
static void forget(world_accounts *accounts, uint32_t now_ms)
{
    struct ring *ring = &accounts->ring;

    SIM_ASSERT(ring->head == ring->tail || accounts->keep != SIM_NEVER);
    while (ring->head < ring->tail) {
        const struct record *record = &ring->records[ring->head & (ring->capacity - 1)];
        if (record->time_ms * SIM_MILLISECOND > now_ms * SIM_MILLISECOND - accounts->keep) {
            return;
        }
        set_marks(accounts, record->message, 0);
        ring->head++;
    }
}

/* What an entry made now says of its time; what is too old by then is forgotten. */
static uint32_t move_on(world_accounts *accounts, sim_time now)
{
    if (accounts->keep == SIM_NEVER) {
        return 0;
    }
    SIM_ASSERT(now >= 0 && now / SIM_MILLISECOND <= UINT32_MAX);
    uint32_t now_ms = (uint32_t)(now / SIM_MILLISECOND);
    forget(accounts, now_ms);
    return now_ms;
}

/* ---- settling ---- */

/* A message that was retracted before it came is settled as worth nothing. */
static struct world_entry judge(
    const world_accounts *accounts, const struct model_message *message, uint32_t marks)
{
    bool is_worthless = message->value < 0 || (marks & MARK_RETRACTED) != 0;
    int64_t price = is_worthless ? 0 : message->value;
    int64_t left = accounts->budget - world_accounts_spent(accounts, message->key);
    bool can_pay = price <= left;

    SIM_ASSERT((marks & MARK_SETTLED) == 0);
    return (struct world_entry){
        .message = message->id,
        .account = message->key,
        .amount = can_pay ? price : 0,
        .outcome = can_pay ? WORLD_CHARGED : WORLD_OVER_BUDGET,
    };
}

/* The message of the entry, which has these marks, is settled so. */
static void enter(world_accounts *accounts, const struct world_entry *entry, uint32_t marks)
{
    int64_t spent = world_accounts_add(accounts, entry->account, entry->amount);

    SIM_ASSERT(spent >= entry->amount);
    marks |= MARK_SETTLED | (entry->amount > 0 ? (uint32_t)MARK_PAID : 0);
    set_marks(accounts, entry->message, marks);
    keep_record(accounts, entry);
}

enum world_outcome world_accounts_settle(
    world_accounts *accounts,
    const struct model_message *message,
    sim_time now,
    struct world_entry *out_entry)
{
    uint32_t now_ms = move_on(accounts, now);
    uint32_t marks = marks_of(accounts, message->id);

    if ((marks & MARK_SETTLED) != 0) {
        return WORLD_DUPLICATE;
    }
    *out_entry = judge(accounts, message, marks);
    out_entry->time_ms = now_ms;
    enter(accounts, out_entry, marks);
    SIM_ASSERT(world_accounts_spent(accounts, message->key) <= accounts->budget);
    return (enum world_outcome)out_entry->outcome;
}

/* What was paid for the message is given back, and never asked for again. */
static void give_back(world_accounts *accounts, const struct world_entry *entry, uint32_t marks)
{
    (void)world_accounts_add(accounts, entry->account, -entry->amount);
    SIM_ASSERT(entry->amount == 0 || (marks & MARK_PAID) != 0);
    set_marks(accounts, entry->message, (marks & ~(uint32_t)MARK_PAID) | MARK_RETRACTED);
}

enum world_outcome world_accounts_retract(
    world_accounts *accounts,
    const struct model_message *message,
    sim_time now,
    struct world_entry *out_entry)
{
    uint32_t now_ms = move_on(accounts, now);
    uint32_t marks = marks_of(accounts, message->id);

    if ((marks & MARK_RETRACTED) != 0) {
        return WORLD_DUPLICATE;
    }
    bool was_paid = (marks & MARK_PAID) != 0;
    SIM_ASSERT(!was_paid || message->value > 0);
    *out_entry = (struct world_entry){
        .message = message->id,
        .account = message->key,
        .amount = was_paid ? message->value : 0,
        .outcome = WORLD_REFUNDED,
        .time_ms = now_ms,
    };
    give_back(accounts, out_entry, marks);
    return WORLD_REFUNDED;
}

static bool replay_refund(world_accounts *accounts, const struct world_entry *entry, uint32_t marks)
{
    bool was_paid = (marks & MARK_PAID) != 0;
    int64_t spent = world_accounts_spent(accounts, entry->account);

    SIM_ASSERT(entry->outcome == WORLD_REFUNDED);
    if ((marks & MARK_RETRACTED) != 0 || was_paid != (entry->amount > 0) || entry->amount > spent) {
        return false;
    }
    give_back(accounts, entry, marks);
    return true;
}

bool world_accounts_replay(world_accounts *accounts, const struct world_entry *entry)
{
    bool is_settlement = entry->outcome == WORLD_CHARGED || entry->outcome == WORLD_OVER_BUDGET;

    if ((!is_settlement && entry->outcome != WORLD_REFUNDED) || entry->amount < 0) {
        return false;
    }
    forget(accounts, entry->time_ms);
    uint32_t marks = marks_of(accounts, entry->message);
    if (!is_settlement) {
        return replay_refund(accounts, entry, marks);
    }
    if ((marks & MARK_SETTLED) != 0) {
        return false;
    }
    enter(accounts, entry, marks);
    SIM_ASSERT(accounts->total >= entry->amount);
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
    SIM_ASSERT(accounts->ring.head <= accounts->ring.tail);
    SIM_ASSERT(accounts->ring.tail - accounts->ring.head <= accounts->ring.capacity);
}

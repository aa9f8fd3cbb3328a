/* A settlement enters the books and the journal at once; the answer waits in a FIFO until the
 * journal has committed its entry. A duplicate waits for everything entered so far, since the first
 * settlement of its message may still be among it.
 *
 * The budgets are checked against books of the world's own, which survive every crash and are
 * written when a settlement becomes final. */
/* SPDX-License-Identifier: MIT */
#include "world/ledger.h"

#include <string.h>

#include "world/accounts.h"
#include "world/durable.h"
#include "world/fifo.h"
#include "world/invariant.h"
#include "world/link.h"

struct counters {
    struct sim_counter *charged;
    struct sim_counter *over_budget;
    struct sim_counter *duplicates;
    struct sim_counter *retracted;
    struct sim_counter *revenue; /* what was charged, */
    struct sim_counter *refunds; /* and what of that was given back */
    struct sim_counter *overdelivered;
    struct sim_tally *latency;
};

struct world_ledger {
    struct world_node node;
    struct world_ledger_config config;
    struct counters counters;
    struct world_durable durable;
    world_accounts *accounts; /* volatile: NULL while it is down */
    struct world_fifo unanswered;
    uint64_t appended; /* position of the last entry */
    uint64_t booked;   /* the world's: entries up to this one are in its books */
    world_accounts *truth;
    int64_t unsettled; /* what the accounts have spent by entries that are not committed */
    struct world_check *budgets;
    struct world_check *money;
};

static world_ledger *from_node(struct world_node *node)
{
    return (world_ledger *)node; /* the node is its first member */
}

/* ---- settlement ---- */

/* Enters a final charge in the world's own books, or with an amount below 0 a refund. */
static void book(world_ledger *ledger, uint64_t message, uint64_t account, int64_t amount)
{
    int64_t spent = world_accounts_add(ledger->truth, account, amount);

    SIM_ASSERT(spent >= 0);
    if (spent <= ledger->config.budget) {
        world_check_pass(ledger->budgets);
        return;
    }
    world_check_fail(
        ledger->budgets,
        ledger->node.world->run.now,
        "message %" G_GUINT64_FORMAT " took account %" G_GUINT64_FORMAT " to %" G_GINT64_FORMAT
        ", beyond its budget of %" G_GINT64_FORMAT ", at %s",
        message,
        account,
        spent,
        ledger->config.budget,
        ledger->node.path);
}

/* For I10. */
static void check_money(
    const world_ledger *ledger, const struct model_message *message, int64_t amount)
{
    if (ledger->node.world->invariants == NULL) {
        return;
    }
    const struct world_charge charge = {
        .message = message,
        .amount = amount,
        .debits = world_accounts_total(ledger->truth),
        .credits = (int64_t)(ledger->counters.revenue->value - ledger->counters.refunds->value),
    };

    SIM_ASSERT(amount >= 0);
    world_invariant_charged(ledger->node.world, ledger->node.index, &charge);
}

/* What the world counts of an entry that is final. */
static void count(world_ledger *ledger, const struct world_entry *entry)
{
    struct counters *counters = &ledger->counters;

    SIM_ASSERT(entry->amount >= 0);
    if (entry->outcome == WORLD_REFUNDED) {
        counters->retracted->value++;
        counters->refunds->value += (uint64_t)entry->amount;
        book(ledger, entry->message, entry->account, -entry->amount);
        return;
    }
    (entry->outcome == WORLD_CHARGED ? counters->charged : counters->over_budget)->value++;
    counters->revenue->value += (uint64_t)entry->amount;
    book(ledger, entry->message, entry->account, entry->amount);
}

/* A charge remembers how its message was settled in its token; a retraction, whose sender goes by
 * the token, in its group, of which it has none. */
static void set_outcome(struct world_packet *packet, enum world_outcome outcome)
{
    SIM_ASSERT(packet->kind == WORLD_PACKET_CHARGE || packet->kind == WORLD_PACKET_RETRACT);
    if (packet->kind == WORLD_PACKET_CHARGE) {
        packet->token = outcome;
    } else {
        packet->group = (uint8_t)outcome;
    }
}

static enum world_outcome outcome_of(const struct world_packet *packet)
{
    uint32_t outcome = packet->kind == WORLD_PACKET_CHARGE ? packet->token : packet->group;

    SIM_ASSERT(outcome <= WORLD_REFUNDED);
    return (enum world_outcome)outcome;
}

/* The amount is the packet's value. */
static struct world_entry entry_of(const struct world_packet *packet)
{
    enum world_outcome outcome = outcome_of(packet);

    SIM_ASSERT(outcome != WORLD_DUPLICATE);
    return (struct world_entry){
        .message = packet->message.id,
        .account = packet->message.key,
        .amount = outcome == WORLD_OVER_BUDGET ? 0 : MAX(packet->message.value, 0),
        .outcome = outcome,
    };
}

static void settle(world_ledger *ledger, const struct world_packet *packet)
{
    struct world_entry entry = entry_of(packet);

    SIM_ASSERT(packet->kind == WORLD_PACKET_CHARGE);
    if (entry.outcome == WORLD_OVER_BUDGET) {
        ledger->counters.overdelivered->value += (uint64_t)packet->message.value;
    }
    world_settled(ledger->node.world, ledger->node.index, packet, ledger->counters.latency);
    ledger->unsettled -= entry.amount;
    count(ledger, &entry);
    check_money(ledger, &packet->message, entry.amount);
}

static void finish(world_ledger *ledger, uint32_t slot)
{
    struct world *world = ledger->node.world;
    const struct world_packet *packet = &world->packets.slots[slot];
    bool is_charge = packet->kind == WORLD_PACKET_CHARGE;

    SIM_ASSERT(is_charge || packet->kind == WORLD_PACKET_RETRACT);
    if (outcome_of(packet) == WORLD_DUPLICATE && is_charge) {
        ledger->counters.duplicates->value++;
        world_audit_report(
            world->audit, WORLD_AUDIT_SUPPRESSED, packet->message.id, ledger->node.index);
    } else if (is_charge) {
        settle(ledger, packet);
    } else if (outcome_of(packet) != WORLD_DUPLICATE) {
        struct world_entry entry = entry_of(packet);
        ledger->unsettled += entry.amount;
        count(ledger, &entry);
    }
    world_link_answer(world, slot, is_charge ? WORLD_PACKET_CHARGED : WORLD_PACKET_RETRACTED, 0);
}

static void committed(struct world_node *node, uint64_t position)
{
    world_ledger *ledger = from_node(node);
    struct world_waiting waiting;

    SIM_ASSERT(position <= ledger->appended);
    while (world_fifo_first(&ledger->unanswered, &waiting) && waiting.position <= position) {
        bool popped = world_fifo_pop(&ledger->unanswered, &waiting);
        SIM_ASSERT(popped);
        ledger->booked = MAX(ledger->booked, waiting.position);
        finish(ledger, waiting.slot);
    }
}

/* Enters what the packet asks for. False: it was entered before. */
static bool enter(world_ledger *ledger, struct world_packet *packet, struct world_entry *out_entry)
{
    world_accounts *accounts = ledger->accounts;
    sim_time now = ledger->node.world->run.now;

    SIM_ASSERT(packet->kind == WORLD_PACKET_CHARGE || packet->kind == WORLD_PACKET_RETRACT);
    enum world_outcome outcome =
        packet->kind == WORLD_PACKET_CHARGE
            ? world_accounts_settle(accounts, &packet->message, now, out_entry)
            : world_accounts_retract(accounts, &packet->message, now, out_entry);
    set_outcome(packet, outcome);
    if (outcome == WORLD_DUPLICATE) {
        return false;
    }
    bool is_refund = outcome == WORLD_REFUNDED;
    ledger->unsettled += is_refund ? -out_entry->amount : out_entry->amount;
    if (is_refund || (outcome == WORLD_CHARGED && out_entry->amount == 0)) {
        packet->message.value = MIN(packet->message.value, out_entry->amount);
    }
    return true;
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_ledger *ledger = from_node(node);
    struct world_packet *packet = &node->world->packets.slots[slot];
    const struct model_store *store = world_durable_store(&ledger->durable);
    struct world_entry entry;

    SIM_ASSERT(packet->to.incarnation == node->incarnation && ledger->accounts != NULL);
    if (enter(ledger, packet, &entry)) {
        ledger->appended = store->append(store->context, &entry, sizeof(entry));
    }
    world_fifo_push(
        &ledger->unanswered, (struct world_waiting){.position = ledger->appended, .slot = slot});
    world_durable_pump(&ledger->durable);
    if (ledger->durable.journal != NULL) {
        committed(node, ledger->durable.committed);
    }
}

/* ---- what the books must say ---- */

/* Every account, when nothing is waiting to be final; else the sum. */
static bool do_books_agree(const world_ledger *ledger)
{
    int64_t total = world_accounts_total(ledger->accounts);

    SIM_ASSERT(ledger->unanswered.count > 0 || ledger->unsettled == 0);
    return total == world_accounts_total(ledger->truth) + ledger->unsettled &&
           (ledger->unanswered.count > 0 || world_accounts_agree(ledger->accounts, ledger->truth));
}

/* While it is down there is nothing to compare. */
static void compare_books(struct world_check *check, struct world *world)
{
    const world_ledger *ledger = check->context;

    SIM_ASSERT(check == ledger->money);
    if (ledger->accounts == NULL) {
        return;
    }
    if (do_books_agree(ledger)) {
        world_check_pass(check);
        return;
    }
    world_check_fail(
        check,
        world->run.now,
        "the accounts of %s have spent %" G_GINT64_FORMAT " by its journal, and %" G_GINT64_FORMAT
        " by what was charged and given back",
        ledger->node.path,
        world_accounts_total(ledger->accounts) - ledger->unsettled,
        world_accounts_total(ledger->truth));
}

/* ---- a node's life ---- */

/* What a crash overtook may still have reached the disk: then its settlement is final, though
 * nobody was told. */
static void adopt(world_ledger *ledger, const struct world_entry *entry)
{
    if (entry->outcome != WORLD_REFUNDED) {
        world_audit_report(
            ledger->node.world->audit, WORLD_AUDIT_RECOVERED, entry->message, ledger->node.index);
    }
    count(ledger, entry);
    SIM_ASSERT(ledger->unanswered.count == 0);
}

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    world_ledger *ledger = context;
    struct world_entry entry;

    if (size != sizeof(entry)) {
        return false;
    }
    memcpy(&entry, record, sizeof(entry));
    if (!world_accounts_replay(ledger->accounts, &entry)) {
        return false;
    }
    SIM_ASSERT(position > ledger->appended);
    ledger->appended = position;
    if (position > ledger->booked) {
        adopt(ledger, &entry);
    }
    return true;
}

static void restart(struct world_node *node)
{
    world_ledger *ledger = from_node(node);
    sim_time duration;

    SIM_ASSERT(ledger->accounts == NULL && ledger->unsettled == 0);
    ledger->accounts = world_accounts_create(ledger->config.budget, ledger->config.keep);
    ledger->appended = 0;
    world_durable_open(&ledger->durable);
    if (world_durable_recover(&ledger->durable, replay, ledger, &duration)) {
        ledger->booked = ledger->appended;
        compare_books(ledger->money, node->world);
        world_node_up_after(node, duration);
    } else {
        world_accounts_destroy(ledger->accounts);
        ledger->accounts = NULL;
    }
}

static void crash(struct world_node *node)
{
    world_ledger *ledger = from_node(node);
    struct world_waiting waiting;

    while (world_fifo_pop(&ledger->unanswered, &waiting)) {
        world_packets_free(&node->world->packets, waiting.slot);
    }
    SIM_ASSERT(ledger->unanswered.count == 0);
    world_durable_crash(&ledger->durable);
    world_accounts_destroy(ledger->accounts);
    ledger->accounts = NULL;
    ledger->unsettled = 0;
}

static void verify(const struct world_node *node)
{
    const world_ledger *ledger = (const world_ledger *)node;
    struct world_waiting first;

    world_fifo_check(&ledger->unanswered);
    world_durable_check(&ledger->durable);
    world_accounts_check(ledger->truth);
    SIM_ASSERT((ledger->accounts == NULL) == (ledger->durable.journal == NULL));
    SIM_ASSERT(!node->up || ledger->accounts != NULL);
    SIM_ASSERT(ledger->accounts != NULL || ledger->unanswered.count == 0);
    if (ledger->accounts != NULL) {
        world_accounts_check(ledger->accounts);
        SIM_ASSERT(ledger->durable.committed <= ledger->appended);
    }
    if (world_fifo_first(&ledger->unanswered, &first)) {
        SIM_ASSERT(first.position > ledger->durable.committed);
        SIM_ASSERT(first.position <= ledger->appended);
    }
    SIM_ASSERT(
        (uint64_t)world_accounts_total(ledger->truth) ==
        ledger->counters.revenue->value - ledger->counters.refunds->value);
}

static void destroy(struct world_node *node)
{
    world_ledger *ledger = from_node(node);

    model_journal_destroy(ledger->durable.journal);
    world_accounts_destroy(ledger->accounts);
    world_accounts_destroy(ledger->truth);
    world_fifo_finish(&ledger->unanswered);
    world_node_finish(node);
    g_free(ledger);
}

static const struct world_node_type ledger_type = {
    .name = "ledger",
    .feels = WORLD_FEELS_PAUSE,
    .start = restart,
    .receive = receive,
    .crash = crash,
    .restart = restart,
    .verify = verify,
    .destroy = destroy,
};

static void open_books(world_ledger *ledger)
{
    const struct world_node *node = &ledger->node;

    world_durable_init(&ledger->durable, &ledger->node, &ledger->config.journal, committed);
    ledger->truth = world_accounts_create(ledger->config.budget, SIM_NEVER);
    ledger->budgets = world_check_create(node->world);
    ledger->money = world_check_create(node->world);
    ledger->money->at_sample = compare_books;
    ledger->money->at_end = compare_books;
    ledger->money->context = ledger;
    ledger->counters = (struct counters){
        .charged = world_node_counter(node, "charged", "messages"),
        .over_budget = world_node_counter(node, "over_budget", "messages"),
        .duplicates = world_node_counter(node, "duplicates", "messages"),
        .retracted = world_node_counter(node, "retracted", "messages"),
        .revenue = world_node_counter(node, "revenue", "value"),
        .refunds = world_node_counter(node, "refunds", "value"),
        .overdelivered = world_node_counter(node, "overdelivered", "value"),
        .latency = world_node_tally(node, "latency", "ns"),
    };
    SIM_ASSERT(ledger->accounts == NULL);
}

world_ledger *world_ledger_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_ledger_config *config,
    GError **error)
{
    world_ledger *ledger = g_new0(world_ledger, 1);

    SIM_ASSERT(config->budget >= 0 && config->keep > 0);
    ledger->config = *config;
    if (!world_node_init(&ledger->node, &ledger_type, datacenter, name, error)) {
        g_free(ledger);
        return NULL;
    }
    open_books(ledger);
    return ledger;
}

struct world_node *world_ledger_node(world_ledger *ledger)
{
    return &ledger->node;
}

struct world_check *world_ledger_check_budgets(world_ledger *ledger)
{
    return ledger->budgets;
}

struct world_check *world_ledger_check_money(world_ledger *ledger)
{
    return ledger->money;
}

struct sim_tally *world_ledger_latency(world_ledger *ledger)
{
    return ledger->counters.latency;
}

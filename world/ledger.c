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
    struct sim_counter *revenue;
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
    world_accounts *truth;
    struct world_check *budgets;
};

static world_ledger *from_node(struct world_node *node)
{
    return (world_ledger *)node; /* the node is its first member */
}

/* ---- settlement ---- */

/* Enters a final charge in the world's own books. */
static void book(world_ledger *ledger, uint64_t message, uint64_t account, int64_t amount)
{
    int64_t spent = world_accounts_add(ledger->truth, account, amount);

    SIM_ASSERT(amount >= 0);
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
        .credits = (int64_t)ledger->counters.revenue->value,
    };

    SIM_ASSERT(amount >= 0);
    world_invariant_charged(ledger->node.world, ledger->node.index, &charge);
}

/* The packet remembers how its message was settled in `token`, and the amount as its value. */
static void finish(world_ledger *ledger, uint32_t slot)
{
    struct world *world = ledger->node.world;
    const struct world_packet *packet = &world->packets.slots[slot];
    const struct model_message *message = &packet->message;

    if (packet->token == WORLD_DUPLICATE) {
        ledger->counters.duplicates->value++;
        world_audit_report(world->audit, WORLD_AUDIT_SUPPRESSED, message->id, ledger->node.index);
    } else {
        bool is_charged = packet->token == WORLD_CHARGED;
        int64_t amount = is_charged && message->value > 0 ? message->value : 0;
        SIM_ASSERT(is_charged || packet->token == WORLD_OVER_BUDGET);
        (is_charged ? ledger->counters.charged : ledger->counters.over_budget)->value++;
        ledger->counters.revenue->value += (uint64_t)amount;
        world_settled(world, ledger->node.index, packet, ledger->counters.latency);
        book(ledger, message->id, message->key, amount);
        check_money(ledger, message, amount);
    }
    world_link_answer(world, slot, WORLD_PACKET_CHARGED, 0);
}

static void committed(struct world_node *node, uint64_t position)
{
    world_ledger *ledger = from_node(node);
    struct world_waiting waiting;

    SIM_ASSERT(position <= ledger->appended);
    while (world_fifo_first(&ledger->unanswered, &waiting) && waiting.position <= position) {
        bool popped = world_fifo_pop(&ledger->unanswered, &waiting);
        SIM_ASSERT(popped);
        finish(ledger, waiting.slot);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_ledger *ledger = from_node(node);
    struct world_packet *packet = &node->world->packets.slots[slot];
    const struct model_store *store = world_durable_store(&ledger->durable);
    struct world_entry entry;

    SIM_ASSERT(packet->kind == WORLD_PACKET_CHARGE && ledger->accounts != NULL);
    SIM_ASSERT(packet->to.incarnation == node->incarnation);
    packet->token = world_accounts_settle(ledger->accounts, &packet->message, &entry);
    if (packet->token != WORLD_DUPLICATE) {
        ledger->appended = store->append(store->context, &entry, sizeof(entry));
    }
    world_fifo_push(
        &ledger->unanswered, (struct world_waiting){.position = ledger->appended, .slot = slot});
    world_durable_pump(&ledger->durable);
    if (ledger->durable.journal != NULL) {
        committed(node, ledger->durable.committed);
    }
}

/* ---- a node's life ---- */

/* What a crash overtook may still have reached the disk: then its settlement is final, though
 * nobody was told. */
static void adopt(world_ledger *ledger, const struct world_entry *entry)
{
    struct world *world = ledger->node.world;

    if (world_audit_is_settled(world->audit, entry->message)) {
        return;
    }
    SIM_ASSERT(entry->amount >= 0);
    ledger->counters.revenue->value += (uint64_t)entry->amount;
    (entry->outcome == WORLD_CHARGED ? ledger->counters.charged : ledger->counters.over_budget)
        ->value++;
    world_audit_report(world->audit, WORLD_AUDIT_RECOVERED, entry->message, ledger->node.index);
    book(ledger, entry->message, entry->account, entry->amount);
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
    adopt(ledger, &entry);
    return true;
}

static void restart(struct world_node *node)
{
    world_ledger *ledger = from_node(node);
    sim_time duration;

    SIM_ASSERT(ledger->accounts == NULL);
    ledger->accounts = world_accounts_create(ledger->config.budget);
    ledger->appended = 0;
    world_durable_open(&ledger->durable);
    if (world_durable_recover(&ledger->durable, replay, ledger, &duration)) {
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
    SIM_ASSERT((uint64_t)world_accounts_total(ledger->truth) == ledger->counters.revenue->value);
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

world_ledger *world_ledger_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_ledger_config *config,
    GError **error)
{
    world_ledger *ledger = g_new0(world_ledger, 1);

    SIM_ASSERT(config->budget >= 0);
    ledger->config = *config;
    if (!world_node_init(&ledger->node, &ledger_type, datacenter, name, error)) {
        g_free(ledger);
        return NULL;
    }
    world_durable_init(&ledger->durable, &ledger->node, &config->journal, committed);
    ledger->truth = world_accounts_create(config->budget);
    ledger->budgets = world_check_create(datacenter->world);
    ledger->counters = (struct counters){
        .charged = world_node_counter(&ledger->node, "charged", "messages"),
        .over_budget = world_node_counter(&ledger->node, "over_budget", "messages"),
        .duplicates = world_node_counter(&ledger->node, "duplicates", "messages"),
        .revenue = world_node_counter(&ledger->node, "revenue", "value"),
        .latency = world_node_tally(&ledger->node, "latency", "ns"),
    };
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

struct sim_tally *world_ledger_latency(world_ledger *ledger)
{
    return ledger->counters.latency;
}

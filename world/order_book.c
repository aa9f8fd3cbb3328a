/* A change enters the state, the journal and the list of entries at once; the answer waits in a
 * FIFO until the journal has committed it. What has its answer already waits for everything entered
 * so far, since its answer may still be among it. An entry is visible, and told to the truth, when
 * it is committed; a restart reads the list back. */
/* SPDX-License-Identifier: MIT */
#include "world/order_book.h"

#include <stdlib.h>
#include <string.h>

#include "world/field.h"
#include "world/link.h"
#include "world/order_book_state.h"

static world_order_book *from_node(struct world_node *node)
{
    return (world_order_book *)node; /* the node is its first member */
}

static sim_time now_of(const world_order_book *book)
{
    return book->node.world->run.now;
}

/* ---- rules ---- */

static uint32_t field_of(const struct model_message *message, int field)
{
    uint64_t value = field == WORLD_FIELD_NONE ? 0 : world_field_of(message, field);

    SIM_ASSERT(field >= WORLD_FIELD_NONE && field < MODEL_ATTRIBUTE_COUNT);
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

struct world_rule world_order_book_rule(
    const world_order_book *book, const struct model_message *message)
{
    const struct world_order_fields *fields = &book->config.fields;

    SIM_ASSERT(message->key < book->roster->config.persons);
    return (struct world_rule){
        .person = (uint32_t)message->key,
        .region = field_of(message, fields->region),
        .skill = field_of(message, fields->skill),
        .floor = field_of(message, fields->floor),
    };
}

uint32_t world_order_book_day(const world_order_book *book, sim_time time)
{
    SIM_ASSERT(time >= 0 && time / book->config.day < WORLD_ORDER_DAYS_MAX);
    return (uint32_t)(time / book->config.day);
}

/* ---- entries ---- */

static void push(world_order_book *book, uint64_t position, const struct world_order_change *change)
{
    if (book->entry_count == book->entry_capacity) {
        uint64_t capacity = book->entry_capacity == 0 ? 1024 : 2 * book->entry_capacity;
        book->entries =
            sim_grow(book->entries, book->entry_capacity, capacity, sizeof(*book->entries));
        book->entry_capacity = capacity;
    }
    SIM_ASSERT(book->entry_count == 0 || position > book->entries[book->entry_count - 1].position);
    book->entries[book->entry_count++] =
        (struct world_order_entry){.position = position, .change = *change};
}

void world_order_book_write(world_order_book *book, const struct world_order_change *change)
{
    const struct model_store *store = world_durable_store(&book->durable);

    SIM_ASSERT(book->orders != NULL);
    book->appended = store->append(store->context, change, sizeof(*change));
    push(book, book->appended, change);
    world_orders_apply(book->orders, change);
}

/* A change is committed: from now on it has happened. */
static void reveal(world_order_book *book)
{
    const struct world_order_change *change = &book->entries[book->visible].change;

    SIM_ASSERT(book->visible < book->entry_count);
    book->visible++;
    world_order_truth_tell(book->truth, change);
    bool goes_on = change->kind == WORLD_ORDER_CREATED || change->kind == WORLD_ORDER_ACCEPTED;
    if (goes_on && book->orders->orders[change->customer].rule == change->rule) {
        world_order_life_watch(book, change->customer);
    }
}

/* ---- requests ---- */

static struct world_order_change read_change(
    const world_order_book *book, const struct model_message *message)
{
    bool is_cancel = message->kind == WORLD_ORDER_CANCEL;

    SIM_ASSERT(message->kind >= WORLD_ORDER_CREATED && message->kind <= WORLD_ORDER_HELD);
    return (struct world_order_change){
        .rule = message->id,
        .time = is_cancel ? message->born : now_of(book),
        .customer = message->reserved,
        .person = (uint32_t)message->key,
        .day = world_order_packed_day(message),
        .kind = message->kind,
    };
}

static bool is_stale(const world_order_book *book, const struct model_message *message)
{
    uint64_t revision = world_order_packed_revision(message);

    SIM_ASSERT(message->kind >= WORLD_ORDER_CREATED && message->kind <= WORLD_ORDER_HELD);
    return (message->kind == WORLD_ORDER_CREATED || message->kind == WORLD_ORDER_HELD) &&
           revision != book->orders->revision;
}

/* A place that is held is one in the day in which it was held, whenever and by whom it is used.
 * Whoever decides by a clock that is late has looked at the newest day that its person has, for
 * its copy knows no other: so that is the day that is used. */
static void set_day(const world_order_book *book, struct world_order_change *change)
{
    uint32_t newest = book->orders->persons[change->person].day;
    uint32_t held;

    SIM_ASSERT(change->person < book->roster->config.persons);
    if (world_orders_held_day(book->orders, change->rule, &held)) {
        change->day = held;
    } else if (change->day < newest) {
        change->day = newest;
    }
}

/* The journal does not keep what a rule asks for: the truth hears of it before the rule can have an
 * answer, since a crash leaves the answer alone. */
static void note_rule(world_order_book *book, const struct model_message *message)
{
    if (message->kind == WORLD_ORDER_CREATED || message->kind == WORLD_ORDER_NONE) {
        struct world_rule rule = world_order_book_rule(book, message);
        SIM_ASSERT(!world_orders_is_answered(book->orders, message->id));
        world_order_truth_asked(book->truth, message->id, &rule);
    }
}

/* Writes what the message asks for, and says in its kind what is not to be written. */
static void enter(world_order_book *book, struct model_message *message)
{
    struct world_order_change change = read_change(book, message);

    if (world_orders_is_answered(book->orders, message->id)) {
        book->duplicates->value++;
        message->kind = world_orders_has_order(book->orders, message->id) ? WORLD_ORDER_HAS_ORDER
                                                                          : WORLD_ORDER_ANSWERED;
    } else if (is_stale(book, message)) {
        book->again->value++;
        message->kind = WORLD_ORDER_AGAIN;
    } else if (change.kind == WORLD_ORDER_HELD && world_orders_is_held(book->orders, message->id)) {
        message->kind = WORLD_ORDER_WRITTEN;
    } else {
        set_day(book, &change);
        note_rule(book, message);
        world_order_book_write(book, &change);
    }
    SIM_ASSERT(message->kind != 0);
}

/* The rule has its answer: the books of all messages say so. */
static void settle(world_order_book *book, struct world_packet *packet)
{
    struct model_message *message = &packet->message;

    SIM_ASSERT(message->kind != WORLD_ORDER_HELD);
    message->kind = 0;
    message->value = 0;
    message->reserved = 0;
    world_settled(book->node.world, book->node.index, packet, book->latency);
}

static void answer(world_order_book *book, uint32_t slot)
{
    struct world *world = book->node.world;
    struct world_packet *packet = &world->packets.slots[slot];
    bool is_read = packet->kind == WORLD_PACKET_GET;
    uint8_t result = packet->message.kind;

    SIM_ASSERT(is_read || packet->kind == WORLD_PACKET_PUT);
    if (result == WORLD_ORDER_ANSWERED || result == WORLD_ORDER_HAS_ORDER) {
        world_audit_report(
            world->audit, WORLD_AUDIT_SUPPRESSED, packet->message.id, book->node.index);
    } else if (!is_read && result < WORLD_ORDER_HELD) {
        settle(book, packet);
    }
    packet->message.kind = result < WORLD_ORDER_WRITTEN ? WORLD_ORDER_WRITTEN : result;
    packet->message.value = (int64_t)book->visible;
    packet->message.reserved = 0;
    world_link_answer(world, slot, is_read ? WORLD_PACKET_VALUE : WORLD_PACKET_STORED, 0);
}

static void committed(struct world_node *node, uint64_t position)
{
    world_order_book *book = from_node(node);
    struct world_waiting first;

    SIM_ASSERT(position <= book->appended);
    while (book->visible < book->entry_count && book->entries[book->visible].position <= position) {
        reveal(book);
    }
    while (world_fifo_first(&book->unanswered, &first) && first.position <= position) {
        bool popped = world_fifo_pop(&book->unanswered, &first);
        SIM_ASSERT(popped);
        answer(book, first.slot);
    }
}

void world_order_book_pump(world_order_book *book)
{
    SIM_ASSERT(book->orders != NULL);
    world_durable_pump(&book->durable);
    if (book->durable.journal != NULL) {
        committed(&book->node, book->durable.committed);
    }
}

static void receive(struct world_node *node, uint32_t slot)
{
    world_order_book *book = from_node(node);
    struct world_packet *packet = &node->world->packets.slots[slot];

    SIM_ASSERT(packet->kind == WORLD_PACKET_GET || packet->kind == WORLD_PACKET_PUT);
    if (packet->kind == WORLD_PACKET_PUT) {
        enter(book, &packet->message);
    }
    world_fifo_push(
        &book->unanswered, (struct world_waiting){.position = book->appended, .slot = slot});
    world_order_book_pump(book);
}

/* ---- a node's life ---- */

/* What a crash overtook may still have reached the disk: then it has happened. */
static void adopt(world_order_book *book, const struct world_order_change *change)
{
    bool is_answer = change->kind <= WORLD_ORDER_CANCEL;

    SIM_ASSERT(change->kind >= WORLD_ORDER_CREATED);
    world_order_truth_tell(book->truth, change);
    if (is_answer && !world_audit_is_settled(book->node.world->audit, change->rule)) {
        world_audit_report(
            book->node.world->audit, WORLD_AUDIT_RECOVERED, change->rule, book->node.index);
    }
}

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    world_order_book *book = context;
    struct world_order_change change;

    if (size != sizeof(change)) {
        return false;
    }
    memcpy(&change, record, sizeof(change));
    SIM_ASSERT(position > book->appended);
    book->appended = position;
    push(book, position, &change);
    world_orders_apply(book->orders, &change);
    if (book->entry_count > book->visible) {
        book->visible = book->entry_count;
        adopt(book, &change);
    }
    return true;
}

static void restart(struct world_node *node)
{
    world_order_book *book = from_node(node);
    sim_time duration;

    SIM_ASSERT(book->orders == NULL);
    book->orders = world_orders_create(book->roster);
    book->appended = 0;
    book->entry_count = 0;
    world_durable_open(&book->durable);
    if (!world_durable_recover(&book->durable, replay, book, &duration)) {
        world_orders_destroy(book->orders);
        book->orders = NULL;
        return;
    }
    for (uint32_t i = 0; i < book->roster->config.customers; i++) {
        world_order_life_watch(book, i);
    }
    world_node_up_after(node, duration);
}

static void crash(struct world_node *node)
{
    world_order_book *book = from_node(node);
    struct world_waiting waiting;

    while (world_fifo_pop(&book->unanswered, &waiting)) {
        world_packets_free(&node->world->packets, waiting.slot);
    }
    SIM_ASSERT(book->unanswered.count == 0);
    world_durable_crash(&book->durable);
    world_orders_destroy(book->orders);
    book->orders = NULL;
}

static void verify(const struct world_node *node)
{
    const world_order_book *book = (const world_order_book *)node;
    struct world_waiting first;

    world_fifo_check(&book->unanswered);
    world_durable_check(&book->durable);
    SIM_ASSERT((book->orders == NULL) == (book->durable.journal == NULL));
    SIM_ASSERT(book->orders == NULL || book->visible <= book->entry_count);
    if (book->orders != NULL) {
        world_orders_check(book->orders);
    }
    if (world_fifo_first(&book->unanswered, &first)) {
        SIM_ASSERT(first.position > book->durable.committed);
    }
}

static void destroy(struct world_node *node)
{
    world_order_book *book = from_node(node);

    model_journal_destroy(book->durable.journal);
    world_orders_destroy(book->orders);
    world_order_truth_destroy(book->truth);
    world_roster_destroy(book->roster);
    world_fifo_finish(&book->unanswered);
    world_node_finish(node);
    free(book->entries);
    g_free(book);
}

static const struct world_node_type book_type = {
    .name = "orders",
    .feels = WORLD_FEELS_PAUSE,
    .start = restart,
    .receive = receive,
    .crash = crash,
    .restart = restart,
    .verify = verify,
    .destroy = destroy,
};

/* ---- checks ---- */

/* While something is not committed the two may differ. */
static void sweep(struct world_check *check, struct world *world)
{
    world_order_book *book = check->context;

    SIM_ASSERT(world == book->node.world);
    if (book->orders != NULL && book->visible == book->entry_count) {
        world_order_truth_sweep(book->truth, book->orders);
    }
}

/* What breaks a constraint may be worth more than anything that keeps them. */
static bool is_broken(const world_order_book *book)
{
    SIM_ASSERT(book->truth != NULL);
    return world_order_truth_check(book->truth, WORLD_ORDERS_CONSTRAINTS)->failed > 0;
}

static void look_back(struct world_check *check, struct world *world)
{
    world_order_book *book = check->context;
    int64_t optimum;

    sweep(check, world);
    if (book->share == NULL) {
        return;
    }
    if (world_order_truth_optimum(book->truth, &optimum) && optimum > 0) {
        double share = (double)world_order_truth_value(book->truth) / (double)optimum;
        SIM_ASSERT(share <= 1 || is_broken(book));
        sim_gauge_set(book->share, (int64_t)(share * 1e6 + 0.5), now_of(book));
    }
}

static void open_measures(world_order_book *book)
{
    struct world_check *conservation =
        world_order_truth_check(book->truth, WORLD_ORDERS_CONSERVATION);

    conservation->at_sample = sweep;
    conservation->at_end = look_back;
    conservation->context = book;
    book->duplicates = world_node_counter(&book->node, "duplicates", "rules");
    book->again = world_node_counter(&book->node, "again", "rules");
    book->latency = world_node_tally(&book->node, "latency", "ns");
    if (book->config.remember > 0) {
        book->share = world_node_gauge(&book->node, "optimum_share", "millionths");
    }
    SIM_ASSERT(book->duplicates->value == 0);
}

world_order_book *world_order_book_add(
    struct world_datacenter *datacenter,
    const char *name,
    const struct world_order_book_config *config,
    GError **error)
{
    world_order_book *book = g_new0(world_order_book, 1);

    SIM_ASSERT(config->day > 0 && config->roster.customers <= WORLD_ORDER_CUSTOMERS_MAX);
    book->config = *config;
    if (!world_node_init(&book->node, &book_type, datacenter, name, error)) {
        g_free(book);
        return NULL;
    }
    book->roster = world_roster_create(&config->roster, world_node_stream(&book->node, "roster"));
    book->accept = world_node_stream(&book->node, "accept");
    book->work = world_node_stream(&book->node, "work");
    world_durable_init(&book->durable, &book->node, &config->journal, committed);
    book->truth = world_order_truth_create(&book->node, book->roster, config->remember);
    open_measures(book);
    return book;
}

struct world_node *world_order_book_node(world_order_book *book)
{
    return &book->node;
}

struct world_check *world_order_book_check(world_order_book *book, enum world_order_check which)
{
    return world_order_truth_check(book->truth, which);
}

const struct world_order_book_config *world_order_book_config_of(const world_order_book *book)
{
    return &book->config;
}

const struct world_roster *world_order_book_roster(const world_order_book *book)
{
    return book->roster;
}

const struct world_order_change *world_order_book_change(
    const world_order_book *book, uint64_t number)
{
    SIM_ASSERT(number < book->visible);
    return &book->entries[number].change;
}

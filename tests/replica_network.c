/* One future event list drives everything. An event names its node and the node's life, so that
 * what was planned for a life that is over does nothing. */
/* SPDX-License-Identifier: MIT */
#include "tests/replica_network.h"

#include <stdlib.h>
#include <string.h>

#include "models/bytes.h"
#include "models/replica_state.h"

#define NONE      UINT32_MAX
#define MILLION   1000000
#define SKEW_PPM  20000 /* as far as clocks may be off, and are */
#define HEARTBEAT (ELECTION_TIMEOUT / 5)
#define QUIET     (10 * ELECTION_TIMEOUT) /* within which all must be well after the last heal */

/* ---- chance and time ---- */

uint64_t replica_draw(struct replica_network *network, uint64_t bound)
{
    return sim_stream_below(&network->stream, bound);
}

bool replica_chance(struct replica_network *network, double probability)
{
    return sim_stream_unit(&network->stream) < probability;
}

sim_time replica_around(struct replica_network *network, sim_time mean)
{
    return 1 + (sim_time)(sim_stream_exponential(&network->stream) * (double)mean);
}

sim_time replica_local_time(const struct replica_node *node, sim_time time)
{
    sim_time elapsed = time - node->clock.true_start;

    return node->clock.local_start + elapsed + elapsed * node->clock.rate_ppm / MILLION;
}

/* The first true time at which the node's clock shows `local` or later. */
static sim_time true_time(const struct replica_node *node, sim_time local)
{
    sim_time elapsed = local - node->clock.local_start;
    sim_time time = node->clock.true_start + elapsed * MILLION / (MILLION + node->clock.rate_ppm);

    while (replica_local_time(node, time) < local) {
        time++;
    }
    return time;
}

void replica_plan(
    struct replica_network *network, sim_fire_fn *fire, uint64_t payload, sim_time time)
{
    const struct sim_event event = {
        .time = time > network->now ? time : network->now,
        .fire = fire,
        .context = network,
        .payload = payload,
        .class = SIM_CLASS_WORLD,
    };

    (void)sim_fel_insert(network->fel, &event);
}

uint64_t replica_pack(const struct replica_node *node)
{
    return (uint64_t)node->life << 8 | node->number;
}

/* NULL: that life is over. */
struct replica_node *replica_unpack(struct replica_network *network, uint64_t payload)
{
    struct replica_node *node = &network->nodes[payload & 0xff];

    return node->replica != NULL && node->life == payload >> 8 ? node : NULL;
}

/* Whether the node is in a pause: then the event comes again when it is over. */
static bool is_paused(struct replica_node *node, sim_fire_fn *fire, uint64_t payload)
{
    struct replica_network *network = node->network;

    if (node->paused_until <= network->now) {
        return false;
    }
    sim_time look_again = network->now + HEARTBEAT / 4; /* a heal ends the pause early */
    network->result->hits.paused++;
    replica_plan(
        network, fire, payload, look_again < node->paused_until ? look_again : node->paused_until);
    return true;
}

static sim_time local_now(struct replica_node *node)
{
    struct replica_network *network = node->network;
    sim_time now = replica_local_time(node, network->now);

    network->result->steps++;
    network->result->hits.skewed += llabs(node->clock.rate_ppm) > 10000 ? 1 : 0;
    return now;
}

/* ---- the disk ---- */

static uint64_t disk_append(void *context, const void *record, uint32_t size)
{
    struct replica_disk *disk = context;

    if (disk->count == disk->capacity) {
        uint64_t capacity = disk->capacity == 0 ? 256 : disk->capacity * 2;
        disk->records = sim_grow(disk->records, disk->capacity, capacity, sizeof(*disk->records));
        disk->capacity = capacity;
    }
    struct replica_kept *kept = &disk->records[disk->count++];
    kept->bytes = sim_allocate(size, 1);
    kept->size = size;
    memcpy(kept->bytes, record, size);
    return disk->count;
}

static void disk_release(void *context, uint64_t position)
{
    struct replica_disk *disk = context;

    SIM_ASSERT(position <= disk->count);
    if (!disk->never_forgets && position > disk->released) {
        disk->released = position;
    }
}

static void disk_lose(struct replica_disk *disk, uint64_t kept)
{
    SIM_ASSERT(kept >= disk->synced && kept <= disk->count);
    while (disk->count > kept) {
        free(disk->records[--disk->count].bytes);
    }
    disk->synced = kept;
    disk->syncing = 0;
}

static void disk_sync(struct replica_node *node);

static void synced(void *context, uint64_t payload)
{
    struct replica_node *node = replica_unpack(context, payload);

    if (node == NULL || is_paused(node, synced, payload)) {
        return;
    }
    struct replica_disk *disk = &node->disk;
    SIM_ASSERT(disk->syncing > disk->synced);
    disk->synced = disk->syncing;
    disk->syncing = 0;
    model_replica_stored(node->replica, disk->synced, local_now(node), &node->network->outbox);
    replica_settle(node);
    disk_sync(node);
}

/* One sync at a time, as a journal does. */
static void disk_sync(struct replica_node *node)
{
    struct replica_network *network = node->network;
    struct replica_disk *disk = &node->disk;

    if (node->replica == NULL || disk->syncing != 0 || disk->synced == disk->count) {
        return;
    }
    sim_time mean = disk->slow_until > network->now ? ELECTION_TIMEOUT / 2 : SIM_MILLISECOND;
    disk->syncing = disk->count;
    replica_plan(network, synced, replica_pack(node), network->now + replica_around(network, mean));
}

/* ---- messages ---- */

static void arrive(void *context, uint64_t payload);

static uint32_t new_parcel(struct replica_network *network)
{
    uint32_t index = network->parcel_free;

    if (index != NONE) {
        network->parcel_free = network->parcels[index].next_free;
        return index;
    }
    if (network->parcel_count == network->parcel_capacity) {
        uint32_t capacity = network->parcel_capacity == 0 ? 64 : network->parcel_capacity * 2;
        network->parcels = sim_grow(
            network->parcels, network->parcel_capacity, capacity, sizeof(*network->parcels));
        network->parcel_capacity = capacity;
    }
    return network->parcel_count++;
}

static void free_parcel(struct replica_network *network, uint32_t index)
{
    free(network->parcels[index].entries);
    network->parcels[index].entries = NULL;
    network->parcels[index].next_free = network->parcel_free;
    network->parcel_free = index;
}

static void post(struct replica_network *network, const struct model_replica_message *message)
{
    uint32_t index = new_parcel(network);
    struct replica_parcel *parcel = &network->parcels[index];
    sim_time delay = SIM_MILLISECOND / 2 + (sim_time)replica_draw(network, 3 * SIM_MILLISECOND);

    *parcel = (struct replica_parcel){
        .message = *message, .number = ++network->sent[message->from][message->to]};
    if (message->size > 0) {
        parcel->entries = sim_allocate(message->size, 1);
        memcpy(parcel->entries, network->outbox.bytes + message->offset, message->size);
    }
    if (replica_chance(network, network->lateness)) {
        delay *= 1 + (sim_time)replica_draw(network, network->late_factor);
    }
    replica_plan(network, arrive, index, network->now + delay);
}

static void send(struct replica_network *network, const struct model_replica_message *message)
{
    struct replica_hits *hits = &network->result->hits;

    if (message->kind == MODEL_REPLICA_VOTE_REPLY && message->is_granted) {
        replica_strike(&network->nodes[message->from]);
    }
    if (network->is_cut[message->from][message->to]) {
        hits->cut_links++;
        hits->one_way += network->is_cut[message->to][message->from] ? 0 : 1;
        return;
    }
    if (replica_chance(network, network->loss)) {
        hits->lost++;
        return;
    }
    post(network, message);
    if (replica_chance(network, network->repetition)) {
        hits->repeated++;
        post(network, message);
    }
}

/* What a quorum says it has, whatever the epoch of the entries: the rule that is wrong. */
static void claim(struct replica_node *node, const struct model_replica_message *message)
{
    uint64_t claimed[NODES_MAX];
    uint32_t replicas = node->network->plan.replicas;
    uint64_t epoch = model_replica_epoch(node->replica);

    if (message->kind != MODEL_REPLICA_APPEND_REPLY || !message->is_granted ||
        message->epoch != epoch || model_replica_role_of(node->replica) != MODEL_REPLICA_LEADER) {
        return;
    }
    if (node->claimed_epoch != epoch) {
        memset(node->claimed, 0, sizeof(node->claimed));
        node->claimed_epoch = epoch;
    }
    if (message->index > node->claimed[message->from]) {
        node->claimed[message->from] = message->index;
    }
    memcpy(claimed, node->claimed, sizeof(claimed));
    claimed[node->number] = node->replica->stored;
    for (uint32_t i = 0; i < replicas; i++) {
        uint32_t others = 0;
        for (uint32_t j = 0; j < replicas; j++) {
            others += claimed[j] >= claimed[i] ? 1 : 0;
        }
        if (others > replicas / 2 && claimed[i] <= model_replica_last(node->replica)) {
            replica_check_claim(node, claimed[i]);
        }
    }
}

static void deliver(
    struct replica_node *node, struct model_replica_message *message, const uint8_t *entries)
{
    struct replica_network *network = node->network;
    uint64_t epoch = model_replica_epoch(node->replica);

    if (network->plan.lies.ignores_epochs && message->epoch < epoch) {
        message->epoch = epoch;
    }
    if (network->plan.lies.commits_by_counting) {
        claim(node, message);
    }
    model_replica_receive(node->replica, message, entries, local_now(node), &network->outbox);
    replica_settle(node);
}

static void arrive(void *context, uint64_t payload)
{
    struct replica_network *network = context;
    uint32_t index = (uint32_t)payload;
    struct replica_parcel parcel = network->parcels[index];
    const struct model_replica_message *message = &parcel.message;
    struct replica_node *node = &network->nodes[message->to];

    if (node->replica != NULL && is_paused(node, arrive, payload)) {
        return;
    }
    uint64_t *arrived = &network->arrived[message->from][message->to];
    network->result->hits.overtaken += parcel.number < *arrived ? 1 : 0;
    *arrived = parcel.number > *arrived ? parcel.number : *arrived;
    if (node->replica != NULL) {
        deliver(node, &parcel.message, parcel.entries);
    }
    free_parcel(network, index);
}

/* ---- a step and what follows from it ---- */

static void fall_due(void *context, uint64_t payload)
{
    struct replica_node *node = replica_unpack(context, payload);

    if (node == NULL) {
        return;
    }
    node->deadline = (struct sim_event_id){.order = 0};
    if (node->paused_until > node->network->now) {
        replica_settle(node);
        return;
    }
    model_replica_expire(node->replica, local_now(node), &node->network->outbox);
    replica_settle(node);
}

static void set_deadline(struct replica_node *node)
{
    struct replica_network *network = node->network;
    sim_time local = model_replica_next_deadline(node->replica);

    (void)sim_fel_cancel(network->fel, node->deadline);
    if (local == SIM_NEVER) {
        node->deadline = (struct sim_event_id){.order = 0};
        return;
    }
    sim_time time = true_time(node, local);
    time = time > node->paused_until ? time : node->paused_until;
    node->deadline = sim_fel_insert(
        network->fel,
        &(struct sim_event){
            .time = time > network->now ? time : network->now,
            .fire = fall_due,
            .context = network,
            .payload = replica_pack(node),
            .class = SIM_CLASS_WORLD});
}

static void follow_notices(struct replica_node *node)
{
    struct replica_network *network = node->network;

    for (uint32_t i = 0; i < network->outbox.notice_count; i++) {
        const struct model_replica_notice *notice = &network->outbox.notices[i];
        if (notice->kind == MODEL_REPLICA_STORE) {
            disk_sync(node);
        }
    }
}

void replica_settle(struct replica_node *node)
{
    struct replica_network *network = node->network;

    replica_check_step(node); /* first, so that a strike comes before the messages */
    for (uint32_t i = 0; i < network->outbox.message_count; i++) {
        send(network, &network->outbox.messages[i]);
    }
    follow_notices(node);
    model_replica_outbox_clear(&network->outbox);
    if (network->plan.lies.stores_early && node->disk.count > node->replica->stored_position) {
        model_replica_stored(
            node->replica,
            node->disk.count,
            replica_local_time(node, network->now),
            &network->outbox);
        replica_settle(node);
    }
    set_deadline(node);
}

/* ---- life ---- */

void replica_crash(struct replica_node *node)
{
    struct replica_network *network = node->network;
    struct replica_hits *hits = &network->result->hits;
    struct replica_disk *disk = &node->disk;

    if (node->replica == NULL) {
        return;
    }
    hits->crashes++;
    hits->leader_crashes += model_replica_role_of(node->replica) == MODEL_REPLICA_LEADER ? 1 : 0;
    hits->lost_tails += disk->count > disk->synced ? 1 : 0;
    struct model_replica_counts counts = model_replica_counts_of(node->replica);
    struct model_replica_counts *sum = &network->result->counts;
    for (size_t i = 0; i < sizeof(counts) / sizeof(uint64_t); i++) {
        ((uint64_t *)sum)[i] += ((const uint64_t *)&counts)[i];
    }
    model_replica_destroy(node->replica);
    node->replica = NULL;
    node->life++;
    (void)sim_fel_cancel(network->fel, node->deadline);
    disk_lose(disk, disk->synced + replica_draw(network, disk->count - disk->synced + 1));
}

/* What the store gives back, or what a lying one does. */
static bool replay(struct replica_node *node, uint64_t position)
{
    const struct replica_lies *lies = &node->network->plan.lies;
    const struct replica_kept *kept = &node->disk.records[position - 1];
    uint8_t *bytes = sim_allocate(kept->size, 1);

    memcpy(bytes, kept->bytes, kept->size);
    if (bytes[0] == MODEL_REPLICA_STATE && lies->forgets_vote) {
        bytes[2] = 0;
    }
    bool is_good = model_replica_replay(node->replica, position, bytes, kept->size);
    free(bytes);
    return is_good;
}

void replica_restart(struct replica_node *node)
{
    struct replica_network *network = node->network;
    const struct replica_plan *plan = &network->plan;
    const struct model_replica_config config = {
        .replica = node->number,
        .replicas = plan->replicas,
        .acks = plan->acks,
        .election_timeout = ELECTION_TIMEOUT,
        .heartbeat = HEARTBEAT,
        .skew_ppm = SKEW_PPM,
        .batch_size = plan->batch_size,
        .window = plan->window,
        .unclean_after = plan->unclean_after,
    };
    struct sim_stream stream = {.key = sim_stream_next(&network->stream)};

    if (node->replica != NULL) {
        return;
    }
    node->replica = model_replica_create(&config, &node->disk.store, &stream);
    node->paused_until = network->now;
    node->seen_committed = 0;
    node->acknowledged = 0;
    /* A store forgets in pieces: some of what was released may still be there. */
    uint64_t first = node->disk.released - replica_draw(network, node->disk.released + 1) / 4;
    bool is_good = true;
    for (uint64_t position = first + 1; position <= node->disk.count && is_good; position++) {
        is_good = replay(node, position);
    }
    if (!is_good || !model_replica_recovered(
                        node->replica, replica_local_time(node, network->now), &network->outbox)) {
        replica_violate(network, "replica %u cannot read its own store", node->number);
        model_replica_destroy(node->replica);
        node->replica = NULL;
        return;
    }
    replica_settle(node);
}

static void restart(void *context, uint64_t payload)
{
    struct replica_network *network = context;

    replica_restart(&network->nodes[payload]);
}

static void mend(void *context, uint64_t payload)
{
    struct replica_network *network = context;

    (void)payload;
    memset(network->is_cut, 0, sizeof(network->is_cut));
}

/* Half of them soon, before anybody misses the node or the link; the others after a while. */
static sim_time some_time(struct replica_network *network)
{
    bool is_soon = replica_chance(network, 0.5);

    return network->now +
           replica_around(network, is_soon ? ELECTION_TIMEOUT / 20 : 3 * ELECTION_TIMEOUT);
}

void replica_restart_later(struct replica_node *node)
{
    replica_plan(node->network, restart, node->number, some_time(node->network));
}

void replica_mend_later(struct replica_network *network)
{
    replica_plan(network, mend, 0, some_time(network));
}

/* ---- the users ---- */

/* An identity, and a few bytes of which each follows from it. */
static uint32_t fill_payload(struct replica_network *network, uint8_t *bytes)
{
    uint64_t id = network->payload_next++;
    uint32_t size = 8 + (uint32_t)replica_draw(network, 24);

    model_put_u64(bytes, id);
    for (uint32_t i = 8; i < size; i++) {
        bytes[i] = (uint8_t)(id * 31 + i);
    }
    return size;
}

static void append(struct replica_node *node)
{
    struct replica_network *network = node->network;
    uint8_t bytes[32];

    if (node->replica == NULL || !model_replica_is_serving(node->replica) ||
        node->paused_until > network->now) {
        return;
    }
    const struct model_store *store = model_replica_store(node->replica);
    (void)store->append(store->context, bytes, fill_payload(network, bytes));
    if (network->plan.releases && replica_chance(network, 0.3)) {
        uint64_t committed = model_replica_committed(node->replica);
        store->release(store->context, committed - replica_draw(network, committed + 1) / 8);
    }
    model_replica_pump(node->replica, local_now(node), &network->outbox);
    replica_settle(node);
}

/* Everybody who believes to be the leader is given something, also one that is deposed; until two
 * timeouts before the end. */
static void append_to_leaders(void *context, uint64_t payload)
{
    struct replica_network *network = context;

    if (network->now > network->end_of_chaos + QUIET - 2 * ELECTION_TIMEOUT) {
        return;
    }
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        append(&network->nodes[i]);
    }
    replica_plan(
        network,
        append_to_leaders,
        payload,
        network->now + replica_around(network, network->plan.append_interval));
}

static void break_something(void *context, uint64_t payload)
{
    struct replica_network *network = context;
    sim_time next = network->now + replica_around(network, network->plan.fault_interval);

    if (network->now >= network->end_of_chaos) {
        replica_heal(network);
        return;
    }
    replica_break(network);
    replica_plan(
        network,
        break_something,
        payload,
        next < network->end_of_chaos ? next : network->end_of_chaos);
}

/* ---- the run ---- */

static void begin(struct replica_network *network)
{
    network->fel = sim_fel_create();
    network->parcel_free = NONE;
    network->stream = sim_stream_named(network->plan.seed, "replica/network");
    network->end_of_chaos = network->plan.chaos;
    network->checks = replica_checks_create();
    network->payload_next = 1;
    network->late_factor = 10;
    replica_choose_faults(network);
    model_replica_outbox_init(&network->outbox);
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        struct replica_node *node = &network->nodes[i];
        node->network = network;
        node->number = i;
        node->disk.store = (struct model_store){
            .append = disk_append, .release = disk_release, .context = &node->disk};
        node->disk.never_forgets =
            network->plan.lies.stores_early; /* to see what else comes of it */
        node->clock = (struct replica_clock){
            .local_start = (sim_time)replica_draw(network, SIM_SECOND),
            .rate_ppm = (int64_t)replica_draw(network, 2 * SKEW_PPM + 1) - SKEW_PPM,
        };
        replica_restart(node);
    }
    replica_plan(network, append_to_leaders, 0, 0);
    replica_plan(
        network, break_something, 0, replica_around(network, network->plan.fault_interval));
}

static void finish(struct replica_network *network)
{
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        struct replica_node *node = &network->nodes[i];
        replica_crash(node);
        node->disk.synced = 0;
        disk_lose(&node->disk, 0);
        free(node->disk.records);
        free(node->seen);
    }
    for (uint32_t i = 0; i < network->parcel_count; i++) {
        free(network->parcels[i].entries);
    }
    free(network->parcels);
    replica_checks_destroy(network->checks);
    model_replica_outbox_finish(&network->outbox);
    sim_fel_destroy(network->fel);
}

void replica_network_run(const struct replica_plan *plan, struct replica_result *out_result)
{
    struct replica_network *network = sim_allocate(1, sizeof(*network));
    struct sim_event event;

    *out_result = (struct replica_result){.steps = 0};
    network->plan = *plan;
    network->result = out_result;
    begin(network);
    while (out_result->violation[0] == '\0' &&
           sim_fel_pop_until(network->fel, network->end_of_chaos + QUIET, &event)) {
        network->now = event.time;
        event.fire(event.context, event.payload);
    }
    network->now = network->end_of_chaos + QUIET;
    if (out_result->violation[0] == '\0') {
        replica_check_end(network);
    }
    finish(network);
    free(network);
}

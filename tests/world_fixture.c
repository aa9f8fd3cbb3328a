/* Every node stands where fixture_node's numbers say, because nodes are numbered as they are made.
 */
/* SPDX-License-Identifier: MIT */
#include "tests/world_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/link.h"
#include "world/node.h"

#define ACCOUNTS 100

struct fixture_config fixture_billing(uint64_t seed)
{
    return (struct fixture_config){
        .seed = seed,
        .rate = 800,
        .workers = 16,
        .durable = true,
        .sync = MODEL_SYNC_ALWAYS,
        .step = 200 * SIM_MILLISECOND,
    };
}

struct fixture_config fixture_small(uint64_t seed)
{
    struct fixture_config config = fixture_billing(seed);

    config.rate = 40;
    config.workers = 2;
    config.step = 0;
    return config;
}

struct sim_dist fixture_dist(enum sim_dist_kind kind, double a, double b)
{
    struct sim_dist dist;
    struct sim_dist_error problem;

    assert_true(sim_dist_init(&dist, kind, (const double[]){a, b}, &problem));
    return dist;
}

uint64_t fixture_random(uint64_t *seed, uint64_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 33) % bound;
}

/* ---- building ---- */

static world_producer *add_producer(
    const struct fixture_config *config, struct world_datacenter *datacenter)
{
    double price = config->price > 0 ? config->price : 100;
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = config->rate,
    };
    struct world_producer_config producer = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_ZIPF, ACCOUNTS, 1.1),
                .value = fixture_dist(SIM_DIST_UNIFORM_INT, 1, price),
                .attributes = {fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000)},
                .attribute_count = 1,
                .size = 200,
            },
        .buffer = 100000,
        .window = 1000,
        .linger = config->linger,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 5,
        .backoff_max = 2 * SIM_SECOND,
    };
    world_producer *made = world_producer_add(datacenter, "clicks", &producer, NULL);

    assert_non_null(made);
    return made;
}

static world_broker *add_broker(
    const struct fixture_config *config, struct world_datacenter *datacenter)
{
    struct world_broker_config broker = {
        .hosted.queue =
            {
                .capacity = config->capacity > 0 ? config->capacity : 1000000,
                .when_full = config->when_full,
                .lease = 5 * SIM_SECOND,
                .prefetch = 64,
            },
        .durable = config->durable,
        .journal =
            {
                .sync = config->sync,
                .interval = SIM_SECOND / 10,
                .every_n = 100,
                .segment_size = 1 << 20,
            },
        .operation = fixture_dist(SIM_DIST_CONSTANT, 20e-6, 0),
    };
    world_broker *made = world_broker_add(datacenter, "queue", &broker, NULL);

    assert_non_null(made);
    return made;
}

static world_consumer *add_consumer(
    const struct fixture_config *config, struct world_datacenter *datacenter)
{
    struct world_consumer_config consumer = {
        .service = fixture_dist(SIM_DIST_EXPONENTIAL, 2e-3, 0),
        .workers = config->workers,
        .subscribe_every = SIM_SECOND / 5,
    };
    world_consumer *made = world_consumer_add(datacenter, "billing", &consumer, NULL);

    assert_non_null(made);
    return made;
}

static world_ledger *add_ledger(
    const struct fixture_config *config, struct world_datacenter *datacenter)
{
    struct world_ledger_config ledger = {
        .keep = SIM_NEVER,
        .budget = config->budget > 0 ? config->budget : INT64_C(1) << 50,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
    };
    world_ledger *made = world_ledger_add(datacenter, "ledger", &ledger, NULL);

    assert_non_null(made);
    return made;
}

static void join(struct world_datacenter *a, struct world_datacenter *b, bool is_datagram)
{
    struct world_link_config config = {
        .latency = fixture_dist(SIM_DIST_NORMAL, 30e-3, 4e-3),
        .bandwidth = 1e9,
        .is_datagram = is_datagram,
    };

    assert_non_null(world_link_add(a, b, &config, NULL));
}

/* Nodes that have nothing to do with the others. */
static void add_bystander(struct fixture *fixture)
{
    struct world_datacenter *datacenter = world_datacenter_add(fixture->world, "elsewhere", NULL);
    world_producer *producer = add_producer(&fixture->config, datacenter);
    world_broker *broker = add_broker(&fixture->config, datacenter);

    assert_true(world_producer_connect(producer, world_broker_node(broker), NULL));
}

static void add_nodes(struct fixture *fixture)
{
    static const char *const names[FIXTURE_DATACENTERS] = {"beijing", "shanghai", "shenzhen"};
    struct world_datacenter *central = NULL;

    for (int i = 0; i < FIXTURE_DATACENTERS; i++) {
        fixture->datacenters[i] = world_datacenter_add(fixture->world, names[i], NULL);
        assert_non_null(fixture->datacenters[i]);
        central = fixture->datacenters[FIXTURE_CENTRAL];
        fixture->producers[i] = add_producer(&fixture->config, fixture->datacenters[i]);
        if (i != FIXTURE_CENTRAL) {
            join(fixture->datacenters[i], central, fixture->config.is_datagram);
        }
    }
    fixture->broker = add_broker(&fixture->config, central);
    fixture->consumer = add_consumer(&fixture->config, central);
    fixture->ledger = add_ledger(&fixture->config, central);
}

static void connect(struct fixture *fixture)
{
    struct world_node *broker = world_broker_node(fixture->broker);
    struct world_node *ledger = world_ledger_node(fixture->ledger);

    for (int i = 0; i < FIXTURE_DATACENTERS; i++) {
        assert_true(world_producer_connect(fixture->producers[i], broker, NULL));
    }
    assert_true(world_consumer_connect(fixture->consumer, broker, NULL));
    assert_true(world_consumer_charge_to(fixture->consumer, ledger, NULL));
}

struct fixture *fixture_create(const struct fixture_config *config)
{
    struct fixture *fixture = g_new0(struct fixture, 1);

    fixture->config = *config;
    fixture->world = world_create(config->seed);
    add_nodes(fixture);
    connect(fixture);
    if (config->has_bystander) {
        add_bystander(fixture);
    }
    assert_true(world_is_complete(fixture->world, NULL));
    fixture->exactly_once = world_audit_check_exactly_once(fixture->world->audit);
    fixture->conservation = world_audit_check_conservation(fixture->world->audit);
    return fixture;
}

void fixture_destroy(struct fixture *fixture)
{
    world_destroy(fixture->world);
    g_free(fixture);
}

/* ---- running ---- */

void fixture_check(const struct fixture *fixture)
{
    world_verify(fixture->world);
}

void fixture_run(struct fixture *fixture, sim_time until)
{
    struct world *world = fixture->world;
    sim_time step = fixture->config.step;
    enum sim_run_end end = SIM_RUN_LIMIT;

    while (end == SIM_RUN_LIMIT || world->run.now < until) {
        if (step == 0) {
            end = world_run(world, until, world->run.fired_count + 1);
        } else {
            end = world_run(world, MIN(world->run.now + step, until), UINT64_MAX);
        }
        fixture_check(fixture);
    }
}

void fixture_drain(struct fixture *fixture, sim_time patience)
{
    for (int i = 0; i < FIXTURE_DATACENTERS; i++) {
        world_node_crash(world_producer_node(fixture->producers[i]));
    }
    fixture->config.step = MAX(fixture->config.step, SIM_SECOND / 5);
    fixture_run(fixture, fixture->world->run.now + patience);
}

/* ---- looking ---- */

struct world_node *fixture_node(const struct fixture *fixture, uint32_t index)
{
    return world_node_at(fixture->world, index);
}

struct world_audit_totals fixture_totals(const struct fixture *fixture)
{
    return world_audit_totals_of(fixture->world->audit);
}

uint64_t fixture_counter(const struct world *world, const char *name)
{
    const struct sim_measure *measure = sim_registry_find(world->registry, name);

    assert_non_null(measure);
    assert_int_equal(measure->kind, SIM_MEASURE_COUNTER);
    return measure->counter.value;
}

void fixture_assert_no_packets(const struct world *world)
{
    uint32_t subscriptions = 0;

    for (uint32_t slot = 0; slot < world->packets.capacity; slot++) {
        subscriptions += world->packets.slots[slot].kind == WORLD_PACKET_SUBSCRIBE;
    }
    assert_int_equal(world->packets.count, subscriptions);
}

/* ---- the probe ---- */

static struct fixture_probe *probe_of(struct world_node *node)
{
    return (struct fixture_probe *)node; /* the node is its first member */
}

static void probe_receive(struct world_node *node, uint32_t slot)
{
    struct fixture_received received = {
        .time = node->world->run.now,
        .packet = node->world->packets.slots[slot],
    };

    world_packets_free(&node->world->packets, slot);
    g_array_append_val(probe_of(node)->received, received);
}

static void probe_crash(struct world_node *node)
{
    assert_true(node->type->crash == probe_crash);
}

static void probe_destroy(struct world_node *node)
{
    g_array_unref(probe_of(node)->received);
    world_node_finish(node);
    g_free(node);
}

static const struct world_node_type probe_type = {
    .name = "probe",
    .start = world_node_up,
    .receive = probe_receive,
    .crash = probe_crash,
    .restart = world_node_up,
    .destroy = probe_destroy,
};

struct fixture_probe *fixture_probe_add(struct world_datacenter *datacenter, const char *name)
{
    struct fixture_probe *probe = g_new0(struct fixture_probe, 1);

    assert_true(world_node_init(&probe->node, &probe_type, datacenter, name, NULL));
    probe->received = g_array_new(FALSE, FALSE, sizeof(struct fixture_received));
    return probe;
}

void fixture_probe_send(
    struct fixture_probe *probe,
    const struct world_node *to,
    enum world_packet_kind kind,
    uint64_t message)
{
    struct world *world = probe->node.world;
    uint32_t slot = world_packets_take(&world->packets, kind);
    struct world_packet *packet = &world->packets.slots[slot];

    packet->message.id = message;
    packet->message.born = world->run.now;
    packet->from = world_node_end_point(&probe->node);
    packet->to = world_node_end_point(to);
    packet->broker = packet->from;
    world_link_send(world, slot, world_link_pipe(&probe->node, to), 0);
}

void fixture_probe_answer(
    struct fixture_probe *probe,
    const struct fixture_received *received,
    enum world_packet_kind kind)
{
    struct world *world = probe->node.world;
    uint32_t slot = world_packets_take(&world->packets, kind);

    world->packets.slots[slot] = received->packet;
    world_link_answer(world, slot, kind, 0);
}

const struct fixture_received *fixture_received_at(
    const struct fixture_probe *probe, uint32_t index)
{
    assert_true(index < probe->received->len);
    return &g_array_index(probe->received, struct fixture_received, index);
}

uint32_t fixture_received_count(const struct fixture_probe *probe, enum world_packet_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < probe->received->len; i++) {
        count += fixture_received_at(probe, i)->packet.kind == kind;
    }
    return count;
}

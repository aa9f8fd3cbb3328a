/* What each kind of fault breaks: for a pair of fault and invariant, the same world twice, with the
 * remedy and without. Without it the invariant is broken, with it it holds; and the fault hit
 * something both times. What breaks conservation (I1) is a mistake in the world's own accounting:
 * it is planted while the fault strikes. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/cache.h"
#include "world/client.h"
#include "world/database.h"
#include "world/fault_disk.h"
#include "world/fault_link.h"
#include "world/fault_load.h"
#include "world/fault_node.h"
#include "world/invariant.h"
#include "world/link.h"

#include "tests/world_fixture.h"

#define FROM    (2 * SIM_SECOND)
#define END     (30 * SIM_SECOND)
#define WORKERS 2 /* consumers */

/* shop: a producer. house: the queue. yard: two consumers, and perhaps a ledger. */
struct lab_config {
    enum world_queue_model model;
    bool is_durable;
    enum model_sync sync;
    sim_time lease;        /* 0: 1 s */
    uint32_t attempts_max; /* 0: no limit */
    uint32_t dedup_count;
    uint32_t consumers; /* 0: 2 */
    uint32_t workers;   /* of each; 0: 1 */
    double work;        /* seconds; 0: 5 ms */
    double rate;        /* 0: 100 messages a second, all of one key */
    uint32_t prefetch;  /* 0: 8; UINT32_MAX: without limit */
    uint32_t buffer;    /* of the producer; 0: 10000 */
    bool has_ledger;
    bool is_datagram;
    sim_time length; /* of the fault; 0: 2 s */
    sim_time ttl;    /* of a cache that the messages refresh; 0: there is none */
};

struct lab {
    struct lab_config config;
    struct world *world;
    struct world_datacenter *shop;
    struct world_datacenter *house;
    struct world_datacenter *yard;
    struct world_link *to_house;
    struct world_link *to_yard;
    world_producer *producer;
    world_broker *broker;
    world_consumer *consumers[WORKERS];
    struct world_fault *fault;
};

/* ---- building ---- */

static sim_time or_time(sim_time value, sim_time other)
{
    return value > 0 ? value : other;
}

static struct world_link *join(
    struct world_datacenter *a, struct world_datacenter *b, bool is_datagram)
{
    const struct world_link_config config = {
        .latency = fixture_dist(SIM_DIST_CONSTANT, 0.005, 0),
        .is_datagram = is_datagram,
    };

    return world_link_add(a, b, &config, NULL);
}

static void add_producer(struct lab *lab)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = lab->config.rate > 0 ? lab->config.rate : 100,
    };
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe = {.key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, lab->config.ttl > 0 ? 4 : 1)},
        .buffer = lab->config.buffer > 0 ? lab->config.buffer : 10000,
        .window = 1000,
        .timeout = SIM_SECOND,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };

    lab->producer = world_producer_add(lab->shop, "clicks", &config, NULL);
    assert_true(world_producer_connect(lab->producer, world_broker_node(lab->broker), NULL));
}

static uint32_t prefetch_of(const struct lab_config *config)
{
    if (config->prefetch == UINT32_MAX) {
        return 0;
    }
    return config->prefetch > 0 ? config->prefetch : 8;
}

static void add_broker(struct lab *lab)
{
    const struct lab_config *config = &lab->config;
    const struct world_broker_config broker = {
        .hosted =
            {
                .model = config->model,
                .queue =
                    {
                        .capacity = 1 << 14,
                        .lease = or_time(config->lease, SIM_SECOND),
                        .attempts_max = config->attempts_max,
                        .dedup_count = config->dedup_count,
                        .backoff_first = SIM_SECOND / 10,
                        .backoff_max = SIM_SECOND / 10,
                        .prefetch = prefetch_of(config),
                    },
                .topic = {.partitions = 1},
            },
        .durable = config->is_durable,
        .journal = {.sync = config->sync, .segment_size = 1 << 16},
        .operation = fixture_dist(SIM_DIST_CONSTANT, 10e-6, 0),
    };

    lab->broker = world_broker_add(lab->house, "queue", &broker, NULL);
    assert_non_null(lab->broker);
}

/* Rows that a client writes, a cache of them that another reads, and that the messages refresh. */
static struct world_node *add_cache(struct lab *lab)
{
    const struct world_database_config rows = {
        .rows = 5,
        .connections = 100,
        .waiting_max = 1000,
        .cores = 8,
        .work = fixture_dist(SIM_DIST_CONSTANT, 1e-4, 0),
        .hold = fixture_dist(SIM_DIST_CONSTANT, 0, 0),
    };
    const struct world_cache_config cached = {
        .capacity = 100,
        .ttl = lab->config.ttl,
        .when_written = WORLD_CACHE_KEEPS,
        .is_coalescing = true,
        .is_guarded = true,
        .waiting_max = 1000,
        .timeout = SIM_SECOND,
    };
    const struct sim_arrivals_config process = {.kind = SIM_ARRIVALS_POISSON, .rate = 50};
    struct world_client_config client = {
        .source = {.process = &process},
        .recipe = {.key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 4)},
        .waiting_max = 1000,
        .write_rows = 1,
        .tries = 1,
        .timeout = SIM_SECOND,
        .backoff = SIM_SECOND,
    };
    world_database *database = world_database_add(lab->yard, "rows", &rows, NULL);
    world_cache *cache = world_cache_add(lab->yard, "cache", &cached, NULL);

    assert_true(world_cache_connect(
        cache, world_database_node(database), world_database_versions(database), NULL));
    world_client *reader = world_client_add(lab->yard, "reader", &client, NULL);
    assert_true(world_client_connect(reader, world_cache_node(cache), NULL));
    const struct sim_arrivals_config rarely = {.kind = SIM_ARRIVALS_POISSON, .rate = 2};
    client.source.process = &rarely;
    client.write_share = 1;
    world_client *writer = world_client_add(lab->yard, "writer", &client, NULL);
    assert_true(world_client_connect(writer, world_database_node(database), NULL));
    return world_cache_node(cache);
}

static struct world_node *add_target(struct lab *lab)
{
    const struct world_ledger_config config = {
        .keep = SIM_NEVER,
        .budget = INT64_C(1) << 40,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 16},
    };

    SIM_ASSERT(!lab->config.has_ledger || lab->config.ttl == 0);
    if (lab->config.ttl > 0) {
        return add_cache(lab);
    }
    return lab->config.has_ledger
               ? world_ledger_node(world_ledger_add(lab->yard, "ledger", &config, NULL))
               : NULL;
}

static void add_consumers(struct lab *lab)
{
    static const char *const names[WORKERS] = {"first", "second"};
    const struct world_consumer_config config = {
        .service =
            fixture_dist(SIM_DIST_CONSTANT, lab->config.work > 0 ? lab->config.work : 0.005, 0),
        .workers = lab->config.workers > 0 ? lab->config.workers : 1,
        .subscribe_every = SIM_SECOND / 10,
    };
    uint32_t count = lab->config.consumers > 0 ? lab->config.consumers : WORKERS;
    struct world_node *target = add_target(lab);

    count = lab->config.model == WORLD_QUEUE_POINT_TO_POINT ? 1 : count;
    for (uint32_t i = 0; i < MIN(count, WORKERS); i++) {
        lab->consumers[i] = world_consumer_add(lab->yard, names[i], &config, NULL);
        assert_true(
            world_consumer_connect(lab->consumers[i], world_broker_node(lab->broker), NULL));
        assert_true(target == NULL || world_consumer_charge_to(lab->consumers[i], target, NULL));
    }
}

static struct lab *open_lab(const struct lab_config *config)
{
    struct lab *lab = g_new0(struct lab, 1);
    const struct world_invariants_config watched = world_invariants_default();

    lab->config = *config;
    lab->world = world_create(1);
    world_invariants_watch(lab->world, &watched);
    lab->shop = world_datacenter_add(lab->world, "shop", NULL);
    lab->house = world_datacenter_add(lab->world, "house", NULL);
    lab->yard = world_datacenter_add(lab->world, "yard", NULL);
    lab->to_house = join(lab->shop, lab->house, config->is_datagram);
    lab->to_yard = join(lab->house, lab->yard, config->is_datagram);
    add_broker(lab);
    add_producer(lab);
    add_consumers(lab);
    assert_true(world_is_complete(lab->world, NULL));
    return lab;
}

/* ---- faults ---- */

typedef struct world_fault *break_fn(struct lab *lab);

static struct world_fault *link_fault(
    struct world_link *link, enum world_fault_link_kind kind, double amount)
{
    const struct world_fault_link_config config = {
        .kind = kind,
        .link = link,
        .probability = amount < 1 ? amount : 0.5,
        .factor = amount < 1 ? 1 : amount,
        .delay = SIM_SECOND / 5,
    };

    return world_fault_link_create(&config, NULL);
}

static struct world_fault *lose(struct lab *lab)
{
    return link_fault(lab->to_yard, WORLD_FAULT_LOSS, 0.2);
}

static struct world_fault *double_sends(struct lab *lab)
{
    return link_fault(lab->to_house, WORLD_FAULT_DUPLICATION, 0.5);
}

static struct world_fault *reorder(struct lab *lab)
{
    return link_fault(lab->to_yard, WORLD_FAULT_REORDERING, 0.5);
}

static struct world_fault *slow_down_link(struct lab *lab)
{
    return link_fault(lab->to_house, WORLD_FAULT_SLOW_LINK, 1000);
}

static struct world_fault *cut_off_consumers(struct lab *lab)
{
    return link_fault(lab->to_yard, WORLD_FAULT_CUT, 0);
}

static struct world_fault *fail_house(struct lab *lab)
{
    return world_fault_datacenter_create(lab->house);
}

static struct world_fault *crash_queue(struct lab *lab)
{
    return world_fault_outage_create(world_broker_node(lab->broker));
}

static struct world_fault *pause_consumer(struct lab *lab)
{
    return world_fault_pause_create(world_consumer_node(lab->consumers[0]), NULL);
}

static struct world_fault *pause_queue(struct lab *lab)
{
    return world_fault_pause_create(world_broker_node(lab->broker), NULL);
}

static struct world_fault *skew_queue(struct lab *lab)
{
    return world_fault_clock_create(world_broker_node(lab->broker), 5 * SIM_SECOND, 0, NULL);
}

static struct world_fault *fill_disk(struct lab *lab)
{
    return world_fault_disk_create(WORLD_FAULT_DISK_FULL, lab->house, 1, NULL);
}

static struct world_fault *spike(struct lab *lab)
{
    return world_fault_spike_create(lab->producer, 20, NULL);
}

static struct world_fault *heat_key(struct lab *lab)
{
    return world_fault_hot_key_create(lab->producer, 1, 1, NULL);
}

static struct world_fault *poison(struct lab *lab)
{
    const struct world_fault_poison_config config = {.share = 0.1};

    return world_fault_poison_create(lab->consumers[0], &config, NULL);
}

/* With the consumer, what it has in hand besides has to wait. */
static struct world_fault *poison_that_crashes(struct lab *lab)
{
    const struct world_fault_poison_config config = {
        .share = 0.02, .crashes = true, .restart_after = SIM_SECOND / 20};

    return world_fault_poison_create(lab->consumers[0], &config, NULL);
}

/* The consumer leaves in the middle of its work; it does not stop. */
static struct world_fault *leave(struct lab *lab)
{
    world_consumer_leave(lab->consumers[0]);
    return NULL;
}

/* ---- mistakes in the accounting ---- */

typedef void plant_fn(struct lab *lab);

static void forget_a_lost_packet(struct lab *lab)
{
    assert_true(lab->to_yard->dropped->value > 0);
    lab->to_yard->dropped->value--;
}

static void forget_a_doubled_packet(struct lab *lab)
{
    assert_true(lab->to_house->doubled->value > 0);
    lab->to_house->carried->value--;
}

static void forget_a_refusal(struct lab *lab)
{
    const struct world_audit_totals totals = world_audit_totals_of(lab->world->audit);

    assert_true(totals.refused > 0); /* one that arrived is in no state */
    world_audit_report(
        lab->world->audit,
        WORLD_AUDIT_TAKEN_IN,
        model_message_id(world_producer_node(lab->producer)->index, 1 << 20),
        world_producer_node(lab->producer)->index);
}

static void forget_a_dead_message(struct lab *lab)
{
    assert_true(world_audit_totals_of(lab->world->audit).dead > 0);
    /* A message is dead that nobody ever sent: it is accepted more often than taken in. */
    world_audit_report(
        lab->world->audit,
        WORLD_AUDIT_DEAD,
        model_message_id(world_producer_node(lab->producer)->index, 0),
        world_broker_node(lab->broker)->index);
    world_audit_report(
        lab->world->audit,
        WORLD_AUDIT_TAKEN_IN,
        model_message_id(world_producer_node(lab->producer)->index, 1 << 20),
        world_producer_node(lab->producer)->index);
}

/* ---- the matrix ---- */

struct cell {
    const char *fault;
    enum world_invariant invariant;
    break_fn *break_it;
    plant_fn *plant; /* the mistake; NULL: the worlds differ */
    struct lab_config broken;
    struct lab_config mended;
};

#define P2P WORLD_QUEUE_POINT_TO_POINT
#define LEDGER                                                                                     \
    {                                                                                              \
        .has_ledger = true                                                                         \
    }
#define JOURNAL                                                                                    \
    {                                                                                              \
        .is_durable = true, .sync = MODEL_SYNC_ALWAYS                                              \
    }

static const struct cell cells[] = {
    {"loss",
     WORLD_I1_CONSERVATION,
     lose,
     forget_a_lost_packet,
     {.is_datagram = true},
     {.is_datagram = true}},
    {"loss",
     WORLD_I2_NO_ACKED_LOSS,
     lose,
     NULL,
     {.model = P2P, .is_datagram = true},
     {.is_datagram = true}},
    {"loss",
     WORLD_I9_LIVENESS,
     lose,
     NULL,
     {.model = P2P, .is_datagram = true},
     {.is_datagram = true}},
    {"duplication",
     WORLD_I1_CONSERVATION,
     double_sends,
     forget_a_doubled_packet,
     {.is_datagram = true},
     {.is_datagram = true}},
    {"duplication",
     WORLD_I3_NO_DUPLICATE,
     double_sends,
     NULL,
     {.is_datagram = true},
     {.is_datagram = true, .dedup_count = 10000}},
    {"reordering",
     WORLD_I4_ORDER,
     reorder,
     NULL,
     {.is_datagram = true, .consumers = 1},
     {.consumers = 1}},
    {"slow link",
     WORLD_I6_STALENESS,
     slow_down_link,
     NULL,
     {.ttl = SIM_NEVER / 4, .length = 6 * SIM_SECOND},
     {.ttl = SIM_SECOND / 4, .length = 6 * SIM_SECOND}},
    {"partition",
     WORLD_I2_NO_ACKED_LOSS,
     cut_off_consumers,
     NULL,
     {.model = P2P, .is_datagram = true},
     {.is_datagram = true}},
    {"partition", WORLD_I3_NO_DUPLICATE, cut_off_consumers, NULL, {.consumers = 2}, LEDGER},
    {"partition",
     WORLD_I5_ONE_HOLDER,
     cut_off_consumers,
     NULL,
     {.work = 0.3, .workers = 2000, .prefetch = UINT32_MAX},
     {.work = 0.3, .workers = 2000, .prefetch = UINT32_MAX, .lease = 60 * SIM_SECOND}},
    {"partition",
     WORLD_I6_STALENESS,
     cut_off_consumers,
     NULL,
     {.ttl = SIM_NEVER / 4, .length = 6 * SIM_SECOND},
     {.ttl = SIM_SECOND / 4, .length = 6 * SIM_SECOND}},
    {"partition",
     WORLD_I9_LIVENESS,
     cut_off_consumers,
     NULL,
     {.model = P2P, .is_datagram = true},
     {.is_datagram = true}},
    {"data centre",
     WORLD_I2_NO_ACKED_LOSS,
     fail_house,
     NULL,
     {.consumers = 1, .rate = 190},
     JOURNAL},
    {"data centre",
     WORLD_I5_ONE_HOLDER,
     fail_house,
     NULL,
     {.is_durable = true,
      .sync = MODEL_SYNC_ALWAYS,
      .work = 3,
      .workers = 200,
      .length = SIM_SECOND / 2,
      .lease = 60 * SIM_SECOND},
     {.is_durable = true,
      .sync = MODEL_SYNC_ALWAYS,
      .work = 0.1,
      .workers = 200,
      .length = SIM_SECOND / 2,
      .lease = 60 * SIM_SECOND}},
    {"data centre",
     WORLD_I6_STALENESS,
     fail_house,
     NULL,
     {.ttl = SIM_NEVER / 4, .length = 6 * SIM_SECOND},
     {.ttl = SIM_SECOND / 4, .length = 6 * SIM_SECOND}},
    {"data centre", WORLD_I9_LIVENESS, fail_house, NULL, {.consumers = 1, .rate = 190}, JOURNAL},
    {"crash", WORLD_I2_NO_ACKED_LOSS, crash_queue, NULL, {.consumers = 1, .rate = 190}, JOURNAL},
    {"crash",
     WORLD_I3_NO_DUPLICATE,
     crash_queue,
     NULL,
     {.is_durable = true, .sync = MODEL_SYNC_ALWAYS},
     {.is_durable = true, .sync = MODEL_SYNC_ALWAYS, .has_ledger = true}},
    {"crash",
     WORLD_I8_DURABILITY,
     fail_house,
     NULL,
     {.is_durable = true, .sync = MODEL_SYNC_NONE, .consumers = 1, .rate = 190},
     {.is_durable = true, .sync = MODEL_SYNC_ALWAYS, .consumers = 1, .rate = 190}},
    {"crash", WORLD_I9_LIVENESS, crash_queue, NULL, {.consumers = 1, .rate = 190}, JOURNAL},
    {"pause",
     WORLD_I3_NO_DUPLICATE,
     pause_consumer,
     NULL,
     {.consumers = 2},
     {.lease = 10 * SIM_SECOND}},
    {"pause",
     WORLD_I5_ONE_HOLDER,
     pause_consumer,
     NULL,
     {.work = 0.015, .workers = 2},
     {.work = 0.015, .workers = 2, .lease = 10 * SIM_SECOND}},
    {"pause",
     WORLD_I6_STALENESS,
     pause_queue,
     NULL,
     {.ttl = SIM_NEVER / 4, .length = 6 * SIM_SECOND},
     {.ttl = SIM_SECOND / 4, .length = 6 * SIM_SECOND}},
    {"clock skew",
     WORLD_I5_ONE_HOLDER,
     skew_queue,
     NULL,
     {.work = 0.3, .workers = 64, .prefetch = UINT32_MAX},
     {.work = 0.3, .workers = 64, .prefetch = UINT32_MAX, .lease = 60 * SIM_SECOND}},
    {"disk",
     WORLD_I2_NO_ACKED_LOSS,
     fill_disk,
     NULL,
     {.is_durable = true, .sync = MODEL_SYNC_NONE, .consumers = 1, .rate = 190},
     {.is_durable = true, .sync = MODEL_SYNC_ALWAYS, .consumers = 1, .rate = 190}},
    {"disk",
     WORLD_I8_DURABILITY,
     fill_disk,
     NULL,
     {.is_durable = true, .sync = MODEL_SYNC_NONE, .consumers = 1, .rate = 190},
     {.is_durable = true, .sync = MODEL_SYNC_ALWAYS, .consumers = 1, .rate = 190}},
    {"load",
     WORLD_I1_CONSERVATION,
     spike,
     forget_a_refusal,
     {.buffer = 10, .consumers = 1},
     {.buffer = 10, .consumers = 1}},
    {"load",
     WORLD_I6_STALENESS,
     heat_key,
     NULL,
     {.ttl = SIM_NEVER / 4, .length = 6 * SIM_SECOND},
     {.ttl = SIM_SECOND / 4, .length = 6 * SIM_SECOND}},
    {"load", WORLD_I9_LIVENESS, spike, NULL, {.consumers = 1}, {.workers = 8}},
    {"reconfiguration",
     WORLD_I3_NO_DUPLICATE,
     leave,
     NULL,
     {.work = 0.1, .workers = 20},
     {.work = 0.1, .workers = 20, .has_ledger = true}},
    {"reconfiguration",
     WORLD_I5_ONE_HOLDER,
     leave,
     NULL,
     {.work = 0.1, .workers = 20},
     {.work = 0.001, .workers = 20, .rate = 1}},
    {"poison",
     WORLD_I1_CONSERVATION,
     poison,
     forget_a_dead_message,
     {.attempts_max = 3, .consumers = 1},
     {.attempts_max = 3, .consumers = 1}},
    {"poison",
     WORLD_I4_ORDER,
     poison_that_crashes,
     NULL,
     {.consumers = 2, .attempts_max = 3},
     {.consumers = 1, .attempts_max = 3}},
    {"poison",
     WORLD_I9_LIVENESS,
     poison,
     NULL,
     {.consumers = 1},
     {.consumers = 1, .attempts_max = 3}},
};

/* Returns the check, which is the world's. */
static const struct world_check *run_lab(struct lab *lab, const struct cell *cell, bool is_broken)
{
    sim_time until = FROM + or_time(lab->config.length, 2 * SIM_SECOND);

    (void)world_run(lab->world, FROM, UINT64_MAX);
    struct world_fault *fault = cell->break_it(lab);
    if (fault != NULL) {
        world_fault_start(fault);
    }
    (void)world_run(lab->world, until - 1, UINT64_MAX);
    if (is_broken && cell->plant != NULL) {
        cell->plant(lab);
    }
    if (fault != NULL) {
        world_fault_stop(fault);
    }
    (void)world_run(lab->world, until, UINT64_MAX);
    world_node_restart(world_broker_node(lab->broker)); /* a disk may have taken it down */
    (void)world_run(lab->world, END, UINT64_MAX);
    world_end(lab->world);
    assert_true(fault == NULL || fault->hit > 0);
    return world_invariant_check(lab->world, cell->invariant);
}

static uint64_t mistakes_in(const struct cell *cell, bool is_broken)
{
    struct lab *lab = open_lab(is_broken ? &cell->broken : &cell->mended);
    const struct world_check *check = run_lab(lab, cell, is_broken);
    uint64_t mistakes = (check->failed > 0) != is_broken || check->evaluated == 0;

    if (mistakes > 0) {
        print_error(
            "%s, %s, %s the remedy: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " failed: %s\n",
            cell->fault,
            world_invariant_id(cell->invariant),
            is_broken ? "without" : "with",
            check->failed,
            check->evaluated,
            check->failed > 0 ? check->first.text : "none");
    }
    world_destroy(lab->world);
    g_free(lab);
    return mistakes;
}

static void each_fault_breaks_its_invariants_unless_the_remedy_is_on(void **state)
{
    uint64_t mistakes = 0;

    (void)state;
    for (uint32_t i = 0; i < G_N_ELEMENTS(cells); i++) {
        mistakes += mistakes_in(&cells[i], true);
        mistakes += mistakes_in(&cells[i], false);
    }
    assert_int_equal(mistakes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_breaks_its_invariants_unless_the_remedy_is_on),
    };

    return cmocka_run_group_tests_name("world/matrix", tests, NULL, NULL);
}

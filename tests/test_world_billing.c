/* The billing system under random faults: collectors with disk buffers in three data centres, the
 * queue, the service in one of its three forms, the global stage, the ledger. On every seed the
 * durable form loses nothing, charges nothing twice and keeps its money; each weakened form is
 * caught by a check. `test_world_billing SEEDS FIRST` runs so many seeds from the first one on. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world/coordinator.h"
#include "world/deduplicator.h"
#include "world/detector.h"
#include "world/fault_disk.h"
#include "world/fault_link.h"
#include "world/fault_node.h"
#include "world/fence.h"
#include "world/invariant.h"
#include "world/link.h"
#include "world/singleton.h"
#include "world/spool.h"

#include "tests/world_fixture.h"

#define PLACES        3
#define INSTANCES     3
#define FAULTS_MAX    8
#define NODES_MAX     24
#define RATE          40 /* clicks per second in each data centre, for the first ten seconds */
#define CLICKS_END    (10 * SIM_SECOND)
#define FAULTS_END    (14 * SIM_SECOND)
#define RUN_END       (90 * SIM_SECOND) /* everything is worked off long before */
#define CAUGHT_MAX    1000              /* seeds within which a weakened form is caught */
#define SEEDS_DEFAULT 1000

enum form {
    FORM_SINGLE,
    FORM_PARTITIONED,
    FORM_STANDBY,
    FORM_COUNT,
};

/* What is switched off. */
struct weakness {
    const char *name;
    bool is_fenceless;
    bool is_forgetful; /* deduplicator and ledger recognise for half a second only */
    enum model_sync sync;
    enum form form; /* in which it shows */
};

static const struct weakness durable = {.name = "durable", .sync = MODEL_SYNC_ALWAYS};

struct company {
    struct world *world;
    const struct weakness *weakness;
    enum form form;
    struct sim_stream random;
    struct world_datacenter *places[PLACES];
    struct world_link *links[PLACES];
    struct world_node *nodes[NODES_MAX]; /* that faults may strike */
    uint32_t node_count;
    world_broker *broker;
    uint32_t group;
    struct world_node *entry; /* who takes charges */
    world_ledger *ledger;
    world_fence *fence;
    struct world_check *checks[6];
    uint32_t check_count;
};

static void keep(struct company *company, struct world_node *node)
{
    assert_true(company->node_count < NODES_MAX);
    company->nodes[company->node_count++] = node;
}

static struct model_journal_config journal(const struct company *company)
{
    return (struct model_journal_config){.sync = company->weakness->sync, .segment_size = 1 << 14};
}

/* ---- the global stage ---- */

static void add_ledger(struct company *company)
{
    struct world_ledger_config config = {
        .budget = 20000,
        .keep = company->weakness->is_forgetful ? SIM_SECOND / 2 : SIM_NEVER,
        .journal = journal(company),
    };

    company->ledger = world_ledger_add(company->places[2], "ledger", &config, NULL);
    company->entry = world_ledger_node(company->ledger);
    keep(company, company->entry);
    company->checks[company->check_count++] = world_ledger_check_budgets(company->ledger);
    company->checks[company->check_count++] = world_ledger_check_money(company->ledger);
}

static void add_detector(struct company *company)
{
    struct world_detector_config config = {
        .rules = {{.fields = {0, WORLD_FIELD_NONE}, .span = SIM_SECOND, .threshold = 4}},
        .rule_count = 1,
        .remembered_max = 500,
        .retractions_max = 100,
        .retract_every = SIM_SECOND,
        .window = 500,
    };
    world_detector *detector = world_detector_add(company->places[2], "fraud", &config, NULL);

    assert_true(world_detector_connect(detector, company->entry, NULL));
    assert_true(world_detector_retract_at(detector, world_ledger_node(company->ledger), NULL));
    company->entry = world_detector_node(detector);
    keep(company, company->entry);
}

static void add_deduplicator(struct company *company)
{
    struct world_window_config config = {
        .count_max = 2000,
        .processing_max = 1000,
        .span = company->weakness->is_forgetful ? SIM_SECOND / 2 : 60 * SIM_SECOND,
        .lease = 2 * SIM_SECOND,
    };
    world_deduplicator *dedup = world_deduplicator_add(company->places[2], "dedup", &config, NULL);

    assert_true(world_deduplicator_connect(dedup, company->entry, NULL));
    company->entry = world_deduplicator_node(dedup);
    keep(company, company->entry);
}

static void add_fence(struct company *company)
{
    struct world_fence_config config = {
        .is_fencing = !company->weakness->is_fenceless,
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 14},
        .window = 1000,
    };

    company->fence = world_fence_add(company->places[2], "fence", &config, NULL);
    assert_true(world_fence_connect(company->fence, company->entry, NULL));
    company->entry = world_fence_node(company->fence);
    keep(company, company->entry);
    company->checks[company->check_count++] = world_fence_check_single(company->fence);
}

/* ---- the queue and the service ---- */

static void add_queue(struct company *company)
{
    struct world_broker_config config = {
        .hosted.model = company->form == FORM_SINGLE ? WORLD_QUEUE_PRODUCER_CONSUMER
                                                     : WORLD_QUEUE_PUBLISH_SUBSCRIBE,
        .hosted.topic.partitions = company->form == FORM_PARTITIONED ? 2 * INSTANCES : 1,
        .hosted.queue =
            {
                .capacity = 100000,
                .lease = 2 * SIM_SECOND,
                .prefetch = 64,
                .backoff_first = SIM_SECOND / 10,
                .backoff_max = SIM_SECOND,
            },
        .durable = true,
        .journal = journal(company),
        .operation = fixture_dist(SIM_DIST_CONSTANT, 2e-6, 0),
    };
    const struct model_ps_group_config group = {
        .assignment = MODEL_PS_STICKY, .start = MODEL_PS_EARLIEST, .session = 2 * SIM_SECOND};

    company->broker = world_broker_add(company->places[0], "queue", &config, NULL);
    assert_non_null(company->broker);
    keep(company, world_broker_node(company->broker));
    if (company->form != FORM_SINGLE) {
        assert_true(world_broker_add_group(company->broker, &group, &company->group, NULL));
    }
}

static world_consumer *add_instance(
    struct company *company, uint32_t place, const char *name, uint32_t workers)
{
    struct world_consumer_config config = {
        .service = fixture_dist(SIM_DIST_EXPONENTIAL, 3e-3, 0),
        .workers = workers,
        .subscribe_every = SIM_SECOND / 2,
        .charge_timeout = company->form == FORM_SINGLE ? 0 : 2 * SIM_SECOND,
    };
    world_consumer *consumer = world_consumer_add(company->places[place], name, &config, NULL);
    struct world_node *queue = world_broker_node(company->broker);

    keep(company, world_consumer_node(consumer));
    if (company->form == FORM_SINGLE) {
        assert_true(world_consumer_connect(consumer, queue, NULL));
    } else {
        assert_true(world_consumer_connect_group(consumer, queue, company->group, NULL));
    }
    return consumer;
}

static void add_candidate(
    struct company *company, world_coordinator *coordinator, uint32_t place, const char *name)
{
    struct world_singleton_config config = {
        .asks_after = (sim_time)place * SIM_SECOND / 2,
        .renew_every = SIM_SECOND / 4,
        .margin = SIM_SECOND / 20,
        .work = fixture_dist(SIM_DIST_CONSTANT, 20e-3, 0),
        .window = 1000,
    };
    g_autofree char *consumer_name = g_strdup_printf("billing-%s", name);
    world_consumer *consumer = add_instance(company, place, consumer_name, 4);
    world_singleton *master = world_singleton_add(company->places[place], name, &config, NULL);

    assert_true(world_singleton_connect(master, company->entry, NULL));
    assert_true(world_singleton_contend(master, world_coordinator_node(coordinator), NULL));
    assert_true(world_singleton_lead(master, consumer, NULL));
    assert_true(world_consumer_charge_to(consumer, world_singleton_node(master), NULL));
    keep(company, world_singleton_node(master));
}

static void add_service(struct company *company)
{
    static const char *const names[INSTANCES] = {"billing-1", "billing-2", "billing-3"};
    const struct world_coordinator_config lease = {.lease = SIM_SECOND};

    if (company->form == FORM_STANDBY) {
        add_fence(company);
        world_coordinator *coordinator =
            world_coordinator_add(company->places[2], "coordinator", &lease, NULL);
        keep(company, world_coordinator_node(coordinator));
        add_candidate(company, coordinator, 0, "master");
        add_candidate(company, coordinator, 1, "standby");
        return;
    }
    for (uint32_t i = 0; i < (company->form == FORM_SINGLE ? 1 : INSTANCES); i++) {
        world_consumer *consumer =
            add_instance(company, 0, names[i], company->form == FORM_SINGLE ? 4 : 1);
        assert_true(world_consumer_charge_to(consumer, company->entry, NULL));
    }
}

/* ---- the collectors ---- */

static void add_collector(struct company *company, uint32_t place)
{
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_PIECEWISE,
        .stage_count = 2,
        .stages = {{.rate = RATE, .duration = 10}, {.rate = 0, .duration = 1}},
    };
    const struct world_spool_config spool_config = {
        .age = SIM_SECOND / 2,
        .size = 100,
        .capacity = 400,
        .window = 100,
        .timeout = SIM_SECOND,
        .timeout_max = 2 * SIM_SECOND,
        .accepts = true,
        .journal = journal(company),
    };
    const struct world_producer_config config = {
        .source = {.process = &process},
        .recipe =
            {
                .key = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 20),
                .value = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000),
                .attributes = {fixture_dist(SIM_DIST_ZIPF, 100, 1)},
                .attribute_count = 1,
            },
        .buffer = 300,
        .window = 200,
        .timeout = SIM_SECOND / 2,
        .backoff_first = SIM_SECOND / 10,
        .backoff_max = SIM_SECOND,
    };
    world_spool *spool = world_spool_add(company->places[place], "spool", &spool_config, NULL);
    world_producer *producer = world_producer_add(company->places[place], "clicks", &config, NULL);

    assert_true(world_spool_connect(spool, world_broker_node(company->broker), NULL));
    assert_true(world_producer_connect(producer, world_spool_node(spool), NULL));
    keep(company, world_spool_node(spool));
    keep(company, world_producer_node(producer));
}

static void add_places(struct company *company)
{
    static const char *const names[PLACES] = {"beijing", "shanghai", "shenzhen"};
    const struct world_link_config config = {
        .latency = fixture_dist(SIM_DIST_NORMAL, 10e-3, 1e-3), .bandwidth = 1e9};

    for (uint32_t i = 0; i < PLACES; i++) {
        company->places[i] = world_datacenter_add(company->world, names[i], NULL);
    }
    for (uint32_t i = 0; i < PLACES; i++) {
        company->links[i] =
            world_link_add(company->places[i], company->places[(i + 1) % PLACES], &config, NULL);
        assert_non_null(company->links[i]);
    }
}

/* ---- faults ---- */

static struct world_fault *link_fault(struct company *company, enum world_fault_link_kind kind)
{
    const struct world_fault_link_config config = {
        .kind = kind,
        .link = company->links[sim_stream_below(&company->random, PLACES)],
        .factor = 5,         /* several at once multiply */
        .probability = 0.05, /* a stream backs off, for minutes where it loses ten in a row */
    };

    return world_fault_link_create(&config, NULL);
}

static struct world_fault *random_fault(struct company *company)
{
    struct sim_stream *random = &company->random;
    struct world_node *node = company->nodes[sim_stream_below(random, company->node_count)];
    struct world_datacenter *place = company->places[sim_stream_below(random, PLACES)];

    switch (sim_stream_below(random, 10)) {
    case 0:
        return world_fault_datacenter_create(place);
    case 1:
        return link_fault(company, WORLD_FAULT_CUT);
    case 2:
        return link_fault(company, WORLD_FAULT_LOSS);
    case 3:
        return link_fault(company, WORLD_FAULT_SLOW_LINK);
    case 4:
        return world_fault_disk_create(WORLD_FAULT_DISK_SLOW, place, 50, NULL);
    case 5:
    case 6:
    case 7:
        return node->type->feels & WORLD_FEELS_PAUSE ? world_fault_pause_create(node, NULL)
                                                     : world_fault_outage_create(node);
    default:
        return world_fault_outage_create(node);
    }
}

/* They overlap as chance has it, and all are over long before the end. */
static void plan_faults(struct company *company)
{
    uint64_t count = 2 + sim_stream_below(&company->random, FAULTS_MAX - 1);

    for (uint64_t i = 0; i < count; i++) {
        struct world_fault *fault = random_fault(company);
        assert_non_null(fault);
        sim_time from = (sim_time)sim_stream_below(&company->random, CLICKS_END);
        sim_time length = (sim_time)sim_stream_below(&company->random, 4 * SIM_SECOND) + 1;
        world_fault_plan(fault, from, MIN(from + length, FAULTS_END), NULL);
    }
}

/* ---- one seed ---- */

static struct company *found(const struct weakness *weakness, uint64_t seed)
{
    struct company *company = g_new0(struct company, 1);

    company->world = world_create(seed);
    company->weakness = weakness;
    company->random = sim_stream_named(seed, "faults");
    company->form = weakness == &durable ? (enum form)sim_stream_below(&company->random, FORM_COUNT)
                                         : weakness->form;
    company->checks[company->check_count++] = world_audit_check_exactly_once(company->world->audit);
    company->checks[company->check_count++] = world_audit_check_conservation(company->world->audit);
    add_places(company);
    add_ledger(company);
    add_detector(company);
    add_deduplicator(company);
    add_queue(company);
    add_service(company);
    for (uint32_t i = 0; i < PLACES; i++) {
        add_collector(company, i);
    }
    plan_faults(company);
    return company;
}

static void dissolve(struct company *company)
{
    world_destroy(company->world);
    g_free(company);
}

/* Returns what is wrong in the end, which the caller frees; NULL: nothing is. */
static char *run(struct company *company, uint64_t seed)
{
    GError *error = NULL;

    if (!world_is_complete(company->world, &error)) {
        fail_msg("%s", error->message);
    }
    (void)world_run(company->world, RUN_END, UINT64_MAX);
    world_end(company->world);
    world_verify(company->world);
    for (uint32_t i = 0; i < company->check_count; i++) {
        const struct world_check *check = company->checks[i];
        if (!world_check_held(check) && check->failed > 0) {
            return g_strdup_printf("seed %" G_GUINT64_FORMAT ": %s", seed, check->first.text);
        }
    }
    struct world_audit_totals totals = world_audit_totals_of(company->world->audit);
    if (totals.inside > 0 || totals.unaccepted > 0 || totals.settled != totals.accepted) {
        return g_strdup_printf(
            "seed %" G_GUINT64_FORMAT ", form %u: of %" G_GUINT64_FORMAT
            " accepted %" G_GUINT64_FORMAT " are settled, %" G_GUINT64_FORMAT
            " still inside, %" G_GUINT64_FORMAT " not accepted",
            seed,
            company->form,
            totals.accepted,
            totals.settled,
            totals.inside,
            totals.unaccepted);
    }
    return NULL;
}

static char *run_seed(const struct weakness *weakness, uint64_t seed)
{
    struct company *company = found(weakness, seed);
    char *wrong = run(company, seed);

    dissolve(company);
    return wrong;
}

struct range {
    uint64_t first;
    uint64_t count;
};

static void assert_nothing_wrong(const char *wrong)
{
    if (wrong != NULL) {
        fail_msg("%s", wrong);
    }
}

static void the_durable_form_loses_and_repeats_nothing(void **state)
{
    const struct range *range = *state;

    for (uint64_t i = 0; i < range->count; i++) {
        g_autofree char *wrong = run_seed(&durable, range->first + i);
        assert_nothing_wrong(wrong);
    }
}

/* Says by what it is caught. */
static void assert_caught(const struct weakness *weakness)
{
    g_autofree char *wrong = NULL;

    for (uint64_t seed = 1; wrong == NULL && seed <= CAUGHT_MAX; seed++) {
        wrong = run_seed(weakness, seed);
    }
    print_message("%s is caught by %s\n", weakness->name, wrong == NULL ? "nothing" : wrong);
    assert_non_null(wrong);
}

static void each_weakened_form_is_caught(void **state)
{
    static const struct weakness weaknesses[] = {
        {.name = "no fencing",
         .is_fenceless = true,
         .sync = MODEL_SYNC_ALWAYS,
         .form = FORM_STANDBY},
        {.name = "a short window", .is_forgetful = true, .sync = MODEL_SYNC_ALWAYS},
        {.name = "no sync", .sync = MODEL_SYNC_NONE},
    };

    (void)state;
    for (uint32_t i = 0; i < G_N_ELEMENTS(weaknesses); i++) {
        assert_caught(&weaknesses[i]);
    }
}

/* So that a durable run means something: the faults strike, and the stages have work to do. */
static void the_faults_cost_something(void **state)
{
    const char *const names[] = {
        "shanghai/spool/stored",
        "shanghai/spool/replayed",
        "shenzhen/ledger/retracted",
        "shenzhen/ledger/duplicates",
        "shenzhen/dedup/suppressed",
        "shenzhen/ledger/over_budget"};
    uint64_t sums[G_N_ELEMENTS(names)] = {0};

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct company *company = found(&durable, seed);
        g_autofree char *wrong = run(company, seed);
        assert_null(wrong);
        for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
            sums[i] += fixture_counter(company->world, names[i]);
        }
        dissolve(company);
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        print_message("%s: %" G_GUINT64_FORMAT "\n", names[i], sums[i]);
        assert_true(sums[i] > 0);
    }
}

int main(int argc, char **argv)
{
    struct range range = {.first = 1, .count = SEEDS_DEFAULT};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(the_durable_form_loses_and_repeats_nothing, &range),
        cmocka_unit_test(each_weakened_form_is_caught),
        cmocka_unit_test(the_faults_cost_something),
    };

    if (argc > 1) {
        range.count = strtoull(argv[1], NULL, 10);
    }
    if (argc > 2) {
        range.first = strtoull(argv[2], NULL, 10);
    }
    return cmocka_run_group_tests_name("world/billing", tests, NULL, NULL);
}

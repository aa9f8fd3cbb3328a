/* The operators: each is made from one table, in which the library has filled in every field, and
 * named by its node. How one is connected depends on its type. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <math.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/cache.h"
#include "world/clerks.h"
#include "world/client.h"
#include "world/consumer.h"
#include "world/coordinator.h"
#include "world/database.h"
#include "world/datacenter.h"
#include "world/deduplicator.h"
#include "world/detector.h"
#include "world/fence.h"
#include "world/generator.h"
#include "world/limiter.h"
#include "world/producer.h"
#include "world/router.h"
#include "world/singleton.h"
#include "world/spool.h"
#include "world/updater.h"

enum { DATACENTER = 1, NAME = 2, CONFIG = 3 }; /* the arguments of what makes a node */

static uint32_t read_count(lua_State *lua, const char *name)
{
    return (uint32_t)script_bind_integer(lua, CONFIG, name);
}

static sim_time read_time(lua_State *lua, const char *name)
{
    return script_bind_integer(lua, CONFIG, name);
}

/* Pushes the number of what was made, or raises why it was not. */
static int push_made(lua_State *lua, void *made, GError *error)
{
    return made == NULL ? script_fail_error(lua, error)
                        : script_bind_push(lua, SCRIPT_OPERATOR, made);
}

static struct world_datacenter *place(lua_State *lua)
{
    (void)script_bind_world_to_build(lua);
    return script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
}

/* ---- in the way of a message ---- */

/* The integer at `index` of the list on top of the stack. */
static lua_Integer read_element(lua_State *lua, lua_Integer index)
{
    lua_rawgeti(lua, -1, index);
    lua_Integer element = luaL_checkinteger(lua, -1);
    lua_pop(lua, 1);
    return element;
}

/* entries = {key, target, key, target, ...}, ascending. */
static void read_entries(lua_State *lua, struct world_router_config *config)
{
    lua_getfield(lua, CONFIG, "entries");
    config->entry_count = (uint32_t)lua_rawlen(lua, -1) / 2;
    SIM_ASSERT(config->entry_count <= WORLD_ROUTER_ENTRIES_MAX);
    for (uint32_t i = 0; i < config->entry_count; i++) {
        config->entries[i] = (struct world_router_entry){
            .key = (uint64_t)read_element(lua, 2 * (lua_Integer)i + 1),
            .target = (uint32_t)read_element(lua, 2 * (lua_Integer)i + 2),
        };
    }
    lua_pop(lua, 1);
}

/* core.router(datacenter, name, config) */
static int operator_router(lua_State *lua)
{
    static const char *const ways[] = {"hash", "range", "table", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    struct world_router_config config = {
        .by = (enum world_router_by)script_bind_choice(lua, CONFIG, "by", ways),
        .field = (int)script_bind_integer(lua, CONFIG, "field"),
        .window = read_count(lua, "window"),
    };

    read_entries(lua, &config);
    world_router *router =
        world_router_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    return push_made(lua, router, error);
}

/* core.limiter(datacenter, name, config) */
static int operator_limiter(lua_State *lua)
{
    static const char *const policies[] = {"delay", "refuse", "drop", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_limiter_config config = {
        .bucket =
            {
                .tokens = read_count(lua, "limit"),
                .period = read_time(lua, "period"),
                .burst = read_count(lua, "burst"),
            },
        .over = (enum world_limiter_over)script_bind_choice(lua, CONFIG, "over", policies),
        .field = (int)script_bind_integer(lua, CONFIG, "field"),
        .keys_max = read_count(lua, "keys"),
        .delay_max = read_time(lua, "delay_max"),
        .window = read_count(lua, "window"),
    };
    world_limiter *limiter =
        world_limiter_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, limiter, error);
}

/* core.deduplicator(datacenter, name, config) */
static int operator_deduplicator(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_window_config config = {
        .count_max = read_count(lua, "count"),
        .processing_max = read_count(lua, "at_once"),
        .span = read_time(lua, "span"),
        .lease = read_time(lua, "lease"),
    };
    world_deduplicator *deduplicator =
        world_deduplicator_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, deduplicator, error);
}

/* rules = {field, other field, span, threshold, ...} */
static void read_rules(lua_State *lua, struct world_detector_config *config)
{
    enum { NUMBERS = 4 };

    lua_getfield(lua, CONFIG, "rules");
    config->rule_count = (uint32_t)lua_rawlen(lua, -1) / NUMBERS;
    SIM_ASSERT(config->rule_count <= WORLD_SLIDING_RULES_MAX);
    for (uint32_t i = 0; i < config->rule_count; i++) {
        lua_Integer first = NUMBERS * (lua_Integer)i + 1;
        config->rules[i] = (struct world_detector_rule){
            .fields = {(int)read_element(lua, first), (int)read_element(lua, first + 1)},
            .span = read_element(lua, first + 2),
            .threshold = (uint64_t)read_element(lua, first + 3),
        };
    }
    lua_pop(lua, 1);
}

/* core.detector(datacenter, name, config) */
static int operator_detector(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    struct world_detector_config config = {
        .remembered_max = read_count(lua, "remember"),
        .retractions_max = read_count(lua, "retractions"),
        .retract_every = read_time(lua, "retract_every"),
        .window = read_count(lua, "window"),
    };

    read_rules(lua, &config);
    world_detector *detector =
        world_detector_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    return push_made(lua, detector, error);
}

/* core.spool(datacenter, name, config) */
static int operator_spool(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const sim_time age = read_time(lua, "age");
    const struct world_spool_config config = {
        .age = age > 0 ? age : SIM_NEVER,
        .size = read_count(lua, "size"),
        .capacity = read_count(lua, "capacity"),
        .window = read_count(lua, "window"),
        .timeout = read_time(lua, "timeout"),
        .timeout_max = MAX(read_time(lua, "timeout_max"), read_time(lua, "timeout")),
        .accepts = script_bind_boolean(lua, CONFIG, "accepts"),
        .journal = script_bind_journal_at(lua, CONFIG),
    };
    world_spool *spool = world_spool_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, spool, error);
}

/* ---- one of several ---- */

/* core.coordinator(datacenter, name, config) */
static int operator_coordinator(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_coordinator_config config = {.lease = read_time(lua, "lease")};
    world_coordinator *coordinator =
        world_coordinator_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, coordinator, error);
}

/* core.singleton(datacenter, name, config) */
static int operator_singleton(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_singleton_config config = {
        .asks_after = read_time(lua, "asks_after"),
        .renew_every = read_time(lua, "renew_every"),
        .margin = read_time(lua, "margin"),
        .work = script_bind_dist_field(lua, CONFIG, "time"),
        .is_rechecking = script_bind_boolean(lua, CONFIG, "recheck"),
        .window = read_count(lua, "window"),
    };
    world_singleton *singleton =
        world_singleton_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, singleton, error);
}

/* core.fence(datacenter, name, config) */
static int operator_fence(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_fence_config config = {
        .is_fencing = script_bind_boolean(lua, CONFIG, "fencing"),
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 20},
        .window = read_count(lua, "window"),
    };
    world_fence *fence = world_fence_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, fence, error);
}

/* core.is_active(singleton) */
static int operator_is_active(lua_State *lua)
{
    const world_singleton *singleton = script_bind_object(lua, 1, SCRIPT_OPERATOR);

    lua_pushboolean(lua, world_singleton_is_active(singleton));
    return 1;
}

/* core.single(fence): the check. */
static int operator_single(lua_State *lua)
{
    world_fence *fence = script_bind_object(lua, 1, SCRIPT_OPERATOR);

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_fence_check_single(fence));
}

/* ---- rows ---- */

/* core.database(datacenter, name, config) */
static int operator_database(lua_State *lua)
{
    static const char *const orders[] = {"oldest", "newest", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_database_config config = {
        .rows = (uint64_t)script_bind_integer(lua, CONFIG, "rows"),
        .connections = read_count(lua, "connections"),
        .waiting_max = read_count(lua, "waiting"),
        .cores = read_count(lua, "cores"),
        .request = script_bind_dist_field(lua, CONFIG, "request"),
        .work = script_bind_dist_field(lua, CONFIG, "time"),
        .hold = script_bind_dist_field(lua, CONFIG, "hold"),
        .is_newest_first = script_bind_choice(lua, CONFIG, "serve", orders) == 1,
        .patience = read_time(lua, "patience"),
    };
    world_database *database =
        world_database_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, database, error);
}

/* core.cache(datacenter, name, config) */
static int operator_cache(lua_State *lua)
{
    static const char *const policies[] = {"lru", "s3_fifo", NULL};
    static const char *const written[] = {"update", "invalidate", "keep", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const sim_time ttl = read_time(lua, "ttl");
    const struct world_cache_config config = {
        .capacity = read_count(lua, "capacity"),
        .policy = (enum world_cache_policy)script_bind_choice(lua, CONFIG, "policy", policies),
        .ttl = ttl > 0 ? ttl : SIM_NEVER,
        .ttl_jitter = script_bind_number(lua, CONFIG, "jitter"),
        .when_written =
            (enum world_cache_written)script_bind_choice(lua, CONFIG, "when_written", written),
        .is_coalescing = script_bind_boolean(lua, CONFIG, "coalesce"),
        .is_guarded = script_bind_boolean(lua, CONFIG, "guard"),
        .fetches_max = read_count(lua, "fetches"),
        .waiting_max = read_count(lua, "waiting"),
        .timeout = read_time(lua, "timeout"),
    };
    world_cache *cache = world_cache_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, cache, error);
}

/* What is drawn for each request: the row, those of a write besides, and who asks. */
static void read_client_recipe(lua_State *lua, struct world_client_config *config)
{
    struct world_recipe_config *recipe = &config->recipe;
    lua_Integer address = script_bind_integer(lua, CONFIG, "address_at");

    recipe->key = script_bind_dist_field(lua, CONFIG, "key");
    recipe->value = (struct sim_dist){.kind = SIM_DIST_CONSTANT};
    recipe->attribute_count = config->write_rows - 1;
    for (uint32_t i = 0; i < recipe->attribute_count; i++) {
        recipe->attributes[i] = recipe->key;
    }
    for (lua_Integer i = recipe->attribute_count; i <= address; i++) {
        recipe->attributes[i] = script_bind_dist_field(lua, CONFIG, "address");
        recipe->attribute_count++;
    }
    SIM_ASSERT(recipe->attribute_count <= MODEL_ATTRIBUTE_COUNT);
}

/* core.client(datacenter, name, config) */
static int operator_client(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    struct world_client_config config = {
        .keys = (uint64_t)script_bind_integer(lua, CONFIG, "keys"),
        .drift_every = read_time(lua, "drift_every"),
        .drift_by = (uint64_t)script_bind_integer(lua, CONFIG, "drift_by"),
        .writes_until = read_time(lua, "writes_until"),
        .write_share = script_bind_number(lua, CONFIG, "writes"),
        .write_rows = read_count(lua, "write_rows"),
        .waiting_max = read_count(lua, "waiting"),
        .tries = read_count(lua, "tries"),
        .timeout = read_time(lua, "timeout"),
        .backoff = read_time(lua, "backoff"),
        .retry_permille = (uint32_t)lround(1000 * script_bind_number(lua, CONFIG, "retry_budget")),
    };

    read_client_recipe(lua, &config);
    lua_getfield(lua, CONFIG, "like_at");
    if (lua_isinteger(lua, -1)) {
        config.like = script_bind_object(lua, lua_gettop(lua), SCRIPT_OPERATOR);
    }
    lua_getfield(lua, CONFIG, "arrivals");
    config.source = script_bind_source_at(lua, -1);
    world_client *client =
        world_client_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);
    return push_made(lua, client, error);
}

/* ---- connections ---- */

typedef bool connect_fn(struct world_node *from, struct world_node *to, GError **error);

static bool from_producer(struct world_node *from, struct world_node *to, GError **error)
{
    return world_producer_connect((world_producer *)from, to, error);
}

static bool from_consumer(struct world_node *from, struct world_node *to, GError **error)
{
    return world_consumer_charge_to((world_consumer *)from, to, error);
}

static bool from_spool(struct world_node *from, struct world_node *to, GError **error)
{
    return world_spool_connect((world_spool *)from, to, error);
}

static bool from_client(struct world_node *from, struct world_node *to, GError **error)
{
    return world_client_connect((world_client *)from, to, error);
}

static bool from_router(struct world_node *from, struct world_node *to, GError **error)
{
    return world_router_connect((world_router *)from, to, error);
}

static bool from_limiter(struct world_node *from, struct world_node *to, GError **error)
{
    return world_limiter_connect((world_limiter *)from, to, error);
}

static bool from_deduplicator(struct world_node *from, struct world_node *to, GError **error)
{
    return world_deduplicator_connect((world_deduplicator *)from, to, error);
}

static bool from_detector(struct world_node *from, struct world_node *to, GError **error)
{
    return world_detector_connect((world_detector *)from, to, error);
}

static bool from_singleton(struct world_node *from, struct world_node *to, GError **error)
{
    return world_singleton_connect((world_singleton *)from, to, error);
}

static bool from_fence(struct world_node *from, struct world_node *to, GError **error)
{
    return world_fence_connect((world_fence *)from, to, error);
}

/* core.retract_at(detector, ledger): true; or nil and why not. */
static int operator_retract_at(lua_State *lua)
{
    GError *error = NULL;
    world_detector *detector = script_bind_object(lua, 1, SCRIPT_OPERATOR);
    struct world_node *ledger = script_bind_node_at(lua, 2);

    bool is_connected = world_detector_retract_at(detector, ledger, &error);
    return script_bind_push_outcome(lua, is_connected, error);
}

/* core.lead(singleton, consumer): true; or nil and why not. */
static int operator_lead(lua_State *lua)
{
    GError *error = NULL;
    world_singleton *singleton = script_bind_object(lua, 1, SCRIPT_OPERATOR);
    world_consumer *consumer = script_bind_object(lua, 2, SCRIPT_CONSUMER);

    bool is_connected = world_singleton_lead(singleton, consumer, &error);
    return script_bind_push_outcome(lua, is_connected, error);
}

/* The coordinator gives the lease: it is the candidate that asks for it. */
static bool from_coordinator(struct world_node *from, struct world_node *to, GError **error)
{
    return world_singleton_contend((world_singleton *)to, from, error);
}

/* To another generator: whom it asks for customers of other regions. */
static bool from_generator(struct world_node *from, struct world_node *to, GError **error)
{
    world_generator *generator = (world_generator *)from;

    return g_str_equal(to->type->name, "generator")
               ? world_generator_know(generator, (world_generator *)to, error)
               : world_generator_connect(generator, to, error);
}

static bool from_clerks(struct world_node *from, struct world_node *to, GError **error)
{
    return world_clerks_connect((world_clerks *)from, to, error);
}

static bool from_cache(struct world_node *from, struct world_node *to, GError **error)
{
    const struct world_versions *versions = NULL;

    if (g_str_equal(to->type->name, "database")) {
        versions = world_database_versions((world_database *)to);
    }
    return world_cache_connect((world_cache *)from, to, versions, error);
}

static bool from_updater(struct world_node *from, struct world_node *to, GError **error)
{
    return world_updater_connect((world_updater *)from, to, error);
}

/* core.pass_to(from, to): true; or nil and why not. The library has looked whether they fit. */
static int operator_pass_to(lua_State *lua)
{
    static const struct {
        const char *type;
        connect_fn *connect;
    } ways[] = {
        {"producer", from_producer},
        {"consumer", from_consumer},
        {"client", from_client},
        {"spool", from_spool},
        {"router", from_router},
        {"limiter", from_limiter},
        {"deduplicator", from_deduplicator},
        {"detector", from_detector},
        {"singleton", from_singleton},
        {"fence", from_fence},
        {"coordinator", from_coordinator},
        {"cache", from_cache},
        {"updater", from_updater},
        {"generator", from_generator},
        {"clerks", from_clerks},
    };
    GError *error = NULL;
    struct world_node *from = script_bind_node_at(lua, 1);
    struct world_node *to = script_bind_node_at(lua, 2);
    uint32_t way = 0;

    while (way < G_N_ELEMENTS(ways) && !g_str_equal(ways[way].type, from->type->name)) {
        way++;
    }
    luaL_argcheck(lua, way < G_N_ELEMENTS(ways), 1, "passes nothing on");
    bool is_connected = ways[way].connect(from, to, &error);
    return script_bind_push_outcome(lua, is_connected, error);
}

void script_bind_operator(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"router", operator_router},
        {"limiter", operator_limiter},
        {"deduplicator", operator_deduplicator},
        {"detector", operator_detector},
        {"spool", operator_spool},
        {"coordinator", operator_coordinator},
        {"singleton", operator_singleton},
        {"fence", operator_fence},
        {"is_active", operator_is_active},
        {"single", operator_single},
        {"database", operator_database},
        {"cache", operator_cache},
        {"client", operator_client},
        {"pass_to", operator_pass_to},
        {"retract_at", operator_retract_at},
        {"lead", operator_lead},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

/* Work orders: the book that they stand in, who decides over them, and who tells users. Each is
 * made from one table, in which the library has filled in every field, and is an operator like the
 * others. */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>

#include "lua/bind.h"
#include "lua/fail.h"
#include "world/clerks.h"
#include "world/datacenter.h"
#include "world/field.h"
#include "world/generator.h"
#include "world/order_book.h"
#include "world/producer.h"

enum { DATACENTER = 1, NAME = 2, CONFIG = 3 }; /* the arguments of what makes a node */

static uint32_t read_count(lua_State *lua, const char *name)
{
    return (uint32_t)script_bind_integer(lua, CONFIG, name);
}

static sim_time read_time(lua_State *lua, const char *name)
{
    return script_bind_integer(lua, CONFIG, name);
}

static struct world_datacenter *place(lua_State *lua)
{
    (void)script_bind_world_to_build(lua);
    return script_bind_object(lua, DATACENTER, SCRIPT_DATACENTER);
}

/* Pushes the number of what was made, or raises why it was not. */
static int push_made(lua_State *lua, enum script_object_kind kind, void *made, GError *error)
{
    return made == NULL ? script_fail_error(lua, error) : script_bind_push(lua, kind, made);
}

static struct world_roster_config read_roster(lua_State *lua)
{
    return (struct world_roster_config){
        .customers = read_count(lua, "customers"),
        .persons = read_count(lua, "persons"),
        .regions = read_count(lua, "regions"),
        .skills = read_count(lua, "skills"),
        .bound = script_bind_number(lua, CONFIG, "bound"),
        .closed = script_bind_number(lua, CONFIG, "closed"),
        .mastery = script_bind_number(lua, CONFIG, "mastery"),
        .spread = script_bind_number(lua, CONFIG, "spread"),
        .capacity = read_count(lua, "capacity"),
        .worth = script_bind_dist_field(lua, CONFIG, "worth"),
    };
}

/* core.orders(datacenter, name, config) */
static int ticket_orders(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    sim_time within = read_time(lua, "accept_within");
    const struct world_order_book_config config = {
        .roster = read_roster(lua),
        .fields =
            {
                .region = (int)script_bind_integer(lua, CONFIG, "field_region"),
                .skill = (int)script_bind_integer(lua, CONFIG, "field_skill"),
                .floor = (int)script_bind_integer(lua, CONFIG, "field_floor"),
                .priority = (int)script_bind_integer(lua, CONFIG, "field_priority"),
                .action = (int)script_bind_integer(lua, CONFIG, "field_action"),
            },
        .day = read_time(lua, "day"),
        .accept = script_bind_dist_field(lua, CONFIG, "accept"),
        .accept_within = within > 0 ? within : SIM_NEVER,
        .work = script_bind_dist_field(lua, CONFIG, "work"),
        .idle = read_count(lua, "idle"),
        .remember = read_count(lua, "remember"),
        .journal = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 16 << 20},
    };
    world_order_book *book =
        world_order_book_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, SCRIPT_OPERATOR, book, error);
}

/* The producer that users are told through; or NULL. */
static world_producer *read_answers(lua_State *lua)
{
    world_producer *answers = NULL;

    if (lua_getfield(lua, CONFIG, "answers_core") == LUA_TNUMBER) {
        answers = script_bind_object(lua, -1, SCRIPT_PRODUCER);
    }
    lua_pop(lua, 1);
    return answers;
}

static world_order_book *read_book(lua_State *lua)
{
    lua_getfield(lua, CONFIG, "orders_core");
    world_order_book *book = script_bind_object(lua, -1, SCRIPT_OPERATOR);
    lua_pop(lua, 1);
    return book;
}

/* core.generator(datacenter, name, config) */
static int ticket_generator(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_generator_config config = {
        .book = read_book(lua),
        .answers = read_answers(lua),
        .service = script_bind_dist_field(lua, CONFIG, "time"),
        .examine = read_time(lua, "examine"),
        .gather = read_time(lua, "gather"),
        .batch_max = read_count(lua, "batch"),
        .is_optimal = script_bind_boolean(lua, CONFIG, "optimal"),
        .solve = read_time(lua, "solve"),
        .region = read_count(lua, "region"),
        .window = read_count(lua, "window"),
        .look_every = read_time(lua, "look_every"),
    };
    world_generator *generator =
        world_generator_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, SCRIPT_OPERATOR, generator, error);
}

/* core.clerks(datacenter, name, config) */
static int ticket_clerks(lua_State *lua)
{
    static const char *const orders[] = {"as_found", "sorted", NULL};
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_clerks_config config = {
        .book = read_book(lua),
        .answers = read_answers(lua),
        .workers = read_count(lua, "workers"),
        .window = read_count(lua, "window"),
        .cores = read_count(lua, "cores"),
        .search = script_bind_dist_field(lua, CONFIG, "time"),
        .examine = read_time(lua, "examine"),
        .write = script_bind_dist_field(lua, CONFIG, "write"),
        .hold = script_bind_dist_field(lua, CONFIG, "hold"),
        .is_sorted = script_bind_choice(lua, CONFIG, "lock_order", orders) == 1,
    };
    world_clerks *clerks =
        world_clerks_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, SCRIPT_OPERATOR, clerks, error);
}

/* core.deadlocks(clerks): the check. */
static int ticket_deadlocks(lua_State *lua)
{
    world_clerks *clerks = script_bind_object(lua, 1, SCRIPT_OPERATOR);

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_clerks_check_deadlocks(clerks));
}

/* Nothing is born but what is offered. */
static bool never(void *context, struct sim_recording_entry *out_entry)
{
    SIM_ASSERT(context == NULL && out_entry != NULL);
    return false;
}

/* core.answers(datacenter, name, config): a producer of what users are told. */
static int ticket_answers(lua_State *lua)
{
    GError *error = NULL;
    struct world_datacenter *datacenter = place(lua);
    const struct world_producer_config config = {
        .source = {.recorded = never},
        .recipe =
            {
                .key = {.kind = SIM_DIST_CONSTANT},
                .value = {.kind = SIM_DIST_CONSTANT},
                .size = 100,
            },
        .buffer = read_count(lua, "buffer"),
        .window = read_count(lua, "buffer"),
        .timeout = read_time(lua, "timeout"),
        .backoff_first = read_time(lua, "backoff"),
        .backoff_max = 10 * read_time(lua, "backoff"),
    };
    world_producer *answers =
        world_producer_add(datacenter, luaL_checkstring(lua, NAME), &config, &error);

    return push_made(lua, SCRIPT_PRODUCER, answers, error);
}

/* core.order_check(orders, which) */
static int ticket_order_check(lua_State *lua)
{
    static const char *const names[] = {"constraints", "conservation", "once", NULL};
    world_order_book *book = script_bind_object(lua, 1, SCRIPT_OPERATOR);
    enum world_order_check which = (enum world_order_check)luaL_checkoption(lua, 2, NULL, names);

    (void)script_bind_world_to_build(lua);
    return script_bind_push(lua, SCRIPT_CHECK, world_order_book_check(book, which));
}

typedef bool admin_fn(world_order_book *book, uint32_t first, uint32_t count);

/* core.order_admin(orders, what, first, count): false while the book is down. */
static int ticket_order_admin(lua_State *lua)
{
    static const char *const names[] = {"leave", "come_back", "close", NULL};
    static admin_fn *const acts[] = {
        world_order_book_leave, world_order_book_return, world_order_book_close};
    world_order_book *book = script_bind_object(lua, 1, SCRIPT_OPERATOR);
    int which = luaL_checkoption(lua, 2, NULL, names);
    uint32_t first = (uint32_t)luaL_checkinteger(lua, 3);
    uint32_t count = (uint32_t)luaL_checkinteger(lua, 4);

    lua_pushboolean(lua, acts[which](book, first, count));
    return 1;
}

/* core.decides(generator): is it its turn? */
static int ticket_decides(lua_State *lua)
{
    const world_generator *generator = script_bind_object(lua, 1, SCRIPT_OPERATOR);

    lua_pushboolean(lua, world_generator_is_active(generator));
    return 1;
}

void script_bind_ticket(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"orders", ticket_orders},
        {"generator", ticket_generator},
        {"clerks", ticket_clerks},
        {"deadlocks", ticket_deadlocks},
        {"answers", ticket_answers},
        {"order_check", ticket_order_check},
        {"order_admin", ticket_order_admin},
        {"decides", ticket_decides},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

/* What the models can do, from the one table that says so (models/capabilities.h). */
/* SPDX-License-Identifier: MIT */
#include <lauxlib.h>
#include <string.h>

#include "lua/bind.h"
#include "models/capabilities.h"
#include "world/world.h"

/* Which of `count` names it is, where name_of(i) gives one; `count` when it is none. */
static uint32_t find_name(const char *name, const char *(*name_of)(uint32_t), uint32_t count)
{
    uint32_t found = 0;

    while (found < count && strcmp(name_of(found), name) != 0) {
        found++;
    }
    return found;
}

static const char *kind_name(uint32_t i)
{
    return model_capabilities_of((enum model_kind)i)->name;
}

static const char *store_name(uint32_t i)
{
    return model_store_name((enum model_store_kind)i);
}

static const char *policy_name(uint32_t i)
{
    return model_when_full_name((enum model_when_full)i);
}

static const char *feature_name(uint32_t i)
{
    return model_feature_name((enum model_feature)i);
}

static uint32_t check_name(
    lua_State *lua, int index, const char *(*name_of)(uint32_t), uint32_t count)
{
    uint32_t found = find_name(luaL_checkstring(lua, index), name_of, count);

    luaL_argcheck(lua, found < count, index, "names nothing that a model could do");
    return found;
}

/* core.can(model, "store" | "when_full" | "feature", name) */
static int model_can(lua_State *lua)
{
    static const char *const sorts[] = {"store", "when_full", "feature", NULL};
    enum model_kind kind = (enum model_kind)check_name(lua, 1, kind_name, MODEL_KIND_COUNT);
    struct model_wish wish = {.store = MODEL_STORE_MEMORY};

    switch (luaL_checkoption(lua, 2, NULL, sorts)) {
    case 0:
        wish.store = (enum model_store_kind)check_name(lua, 3, store_name, MODEL_STORE_COUNT);
        break;
    case 1:
        wish.has_policy = true;
        wish.when_full =
            (enum model_when_full)check_name(lua, 3, policy_name, MODEL_WHEN_FULL_COUNT);
        break;
    default:
        wish.features = UINT32_C(1) << check_name(lua, 3, feature_name, MODEL_FEATURE_COUNT);
        break;
    }
    lua_pushboolean(lua, model_capabilities_ask(kind, &wish) == MODEL_GRANTED);
    return 1;
}

/* core.send_field(name, attribute): queues with priorities and times go by this attribute. */
static int model_send_field(lua_State *lua)
{
    static const char *const names[] = {"priority", "delay", "time_to_live", NULL};
    int which = luaL_checkoption(lua, 1, NULL, names);
    lua_Integer attribute = luaL_checkinteger(lua, 2);
    struct world_send_fields *fields = &script_bind_world_to_build(lua)->send_fields;

    luaL_argcheck(lua, attribute >= 0 && attribute < MODEL_ATTRIBUTE_COUNT, 2, "no attribute");
    fields->places[which] = (uint8_t)(attribute + 1);
    return 0;
}

void script_bind_model(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"can", model_can},
        {"send_field", model_send_field},
        {NULL, NULL},
    };

    luaL_setfuncs(lua, functions, 0);
}

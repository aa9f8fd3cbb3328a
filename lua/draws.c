/* A list of uses is short: it is searched from the one that was drawn from last, which is moved to
 * its front. */
/* SPDX-License-Identifier: MIT */
#include "lua/draws.h"

#include <string.h>

#include "lua/bind.h"
#include "lua/fail.h"

#define LOADING "loading" /* the place, while the file runs */

void script_draws_init(struct script_draws *draws)
{
    SIM_ASSERT(draws->counts == NULL);

    draws->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    draws->uses = g_ptr_array_new_with_free_func(g_free);
}

void script_draws_finish(struct script_draws *draws)
{
    SIM_ASSERT(draws->uses->len <= SCRIPT_DRAWS_MAX);

    g_hash_table_unref(draws->counts);
    g_ptr_array_unref(draws->uses);
}

struct script_use *script_draws_find(struct script_use **first, const char *name)
{
    for (struct script_use **link = first; *link != NULL; link = &(*link)->next) {
        struct script_use *use = *link;
        if (strcmp(use->name, name) == 0) {
            *link = use->next;
            use->next = *first;
            *first = use;
            return use;
        }
    }
    return NULL;
}

/* Enters it in front of the list. */
static struct script_use *enter(
    struct script_draws *draws,
    struct script_use **first,
    const char *name,
    const struct sim_stream *stream)
{
    SIM_ASSERT(draws->uses->len < SCRIPT_DRAWS_MAX);
    SIM_ASSERT(stream->counter == 0);

    size_t size = strlen(name) + 1;
    struct script_use *use = g_malloc(sizeof(*use) + size);

    use->next = *first;
    use->stream = *stream;
    memcpy(use->name, name, size);
    *first = use;
    g_ptr_array_add(draws->uses, use);
    return use;
}

/* The next use of this kind in this place. */
static struct script_use *add(
    struct script_draws *draws,
    sim_registry *registry,
    struct script_use **first,
    const char *place,
    const char *kind)
{
    char *key = g_strdup_printf("lua/%s/%s", place, kind);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(draws->counts, key)) + 1;
    g_autofree char *path = g_strdup_printf("%s/%u", key, number);
    struct sim_stream stream;
    bool is_new = sim_registry_stream(registry, path, &stream);

    SIM_ASSERT(is_new);
    (void)g_hash_table_replace(draws->counts, key, GUINT_TO_POINTER(number));
    return enter(draws, first, place, &stream);
}

void script_draws_check_room(lua_State *lua)
{
    if (script_state_of(lua)->draws.uses->len >= SCRIPT_DRAWS_MAX) {
        (void)script_fail(
            lua,
            "draw: this is use number %d of a distribution: make a distribution once, not for each "
            "draw",
            SCRIPT_DRAWS_MAX + 1);
    }
}

struct script_use *script_draws_here(lua_State *lua, struct script_use **first, const char *kind)
{
    struct script_runtime *runtime = script_state_of(lua);
    const char *place = runtime->place != NULL ? runtime->place : LOADING;
    struct script_use *use = script_draws_find(first, place);

    if (use == NULL) {
        script_draws_check_room(lua);
        struct world *world = script_bind_world_of(lua);
        use = add(&runtime->draws, world->registry, first, place, kind);
    }
    SIM_ASSERT(use == *first);
    return use;
}

struct script_use *script_draws_add_named(
    struct script_draws *draws, sim_registry *registry, struct script_use **first, const char *name)
{
    g_autofree char *path = g_strdup_printf("lua/use/%s", name);
    struct sim_stream stream;

    if (!sim_registry_stream(registry, path, &stream)) {
        return NULL;
    }
    SIM_ASSERT(stream.counter == 0);
    return enter(draws, first, name, &stream);
}

/* Tests of world/recipe: a message is a function of its id. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "world/recipe.h"

#include "tests/world_fixture.h"

static void open_recipe(
    struct world *world, struct world_recipe *recipe, const struct world_recipe_config *config)
{
    struct fixture_probe *probe =
        fixture_probe_add(world_datacenter_add(world, "here", NULL), "cook");

    world_recipe_open(recipe, config, &probe->node);
}

static void a_message_is_the_same_whatever_was_composed_before(void **state)
{
    struct world *worlds[2] = {world_create(1), world_create(1)};
    struct world_recipe recipes[2];
    struct world_recipe_config config = {
        .key = fixture_dist(SIM_DIST_ZIPF, 1000, 1.1),
        .value = fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000),
        .attributes = {fixture_dist(SIM_DIST_UNIFORM_INT, 1, 1000)},
        .size = 77,
    };

    (void)state;
    open_recipe(worlds[0], &recipes[0], &config);
    struct world_recipe_config wider = config;
    wider.attribute_count = 1; /* and one part more does not change the others */
    open_recipe(worlds[1], &recipes[1], &wider);
    for (uint64_t id = 0; id < 100; id++) {
        struct model_message a = world_recipe_compose(&recipes[0], id, 5);
        struct model_message b = world_recipe_compose(&recipes[1], 99 - id, 5);
        b = world_recipe_compose(&recipes[1], id, 5);
        assert_in_range(b.attributes[0], 1, 1000);
        b.attributes[0] = 0;
        assert_memory_equal(&a, &b, sizeof(a));
        assert_int_equal(a.id, id);
        assert_int_equal(a.born, 5);
        assert_int_equal(a.size, 77);
    }
    world_recipe_close(&recipes[0]);
    world_recipe_close(&recipes[1]);
    world_destroy(worlds[0]);
    world_destroy(worlds[1]);
}

static void rounds_to_the_nearest_and_cuts_at_what_fits(void **state)
{
    static const struct {
        double drawn;
        int64_t value;
        uint64_t key;
        uint32_t attribute;
    } cases[] = {
        {2.4, 2, 2, 2},
        {2.6, 3, 3, 3},
        {-2.4, -2, 0, 0},
        {-2.6, -3, 0, 0},
        {5e9, 5000000000, 5000000000, UINT32_MAX},
        {1e30, 9000000000000000000, 9000000000000000000, UINT32_MAX},
        {-1e30, -9000000000000000000, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct world *world = world_create(1);
        struct sim_dist dist = fixture_dist(SIM_DIST_CONSTANT, cases[i].drawn, 0);
        struct world_recipe_config config = {
            .key = dist, .value = dist, .attributes = {dist}, .attribute_count = 1};
        struct world_recipe recipe;
        open_recipe(world, &recipe, &config);
        struct model_message message = world_recipe_compose(&recipe, 1, 0);
        assert_int_equal(message.value, cases[i].value);
        assert_int_equal(message.key, cases[i].key);
        assert_int_equal(message.attributes[0], cases[i].attribute);
        world_recipe_close(&recipe);
        world_destroy(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_the_same_whatever_was_composed_before),
        cmocka_unit_test(rounds_to_the_nearest_and_cuts_at_what_fits),
    };

    return cmocka_run_group_tests_name("world/recipe", tests, NULL, NULL);
}

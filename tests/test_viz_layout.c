/* Tests of viz/layout: nothing overlaps, nothing sticks out, and it reads from left to right. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "viz/layout.h"

#include "tests/viz_fixture.h"

static const struct viz_layout_sizes sizes = {
    .node_width_min = 96,
    .node_width_max = 144,
    .node_height_min = 33,
    .node_height_max = 60,
    .gap = 8,
    .label = 16,
    .flow = 64,
};
static const struct viz_rect area = {10, 20, 800, 360};

static void assert_sound(const struct viz_topology *topology, const struct viz_layout *layout)
{
    for (uint32_t i = 0; i < topology->node_count; i++) {
        struct viz_rect place = layout->places[topology->nodes[i].place];
        assert_true(viz_rect_contains(area, layout->nodes[i]));
        assert_true(viz_rect_contains(place, layout->nodes[i]));
        for (uint32_t k = 0; k < i; k++) {
            assert_false(viz_rect_overlaps(layout->nodes[i], layout->nodes[k]));
        }
    }
    for (uint32_t i = 0; i < topology->place_count; i++) {
        assert_true(viz_rect_contains(area, layout->places[i]));
        for (uint32_t k = 0; k < i; k++) {
            assert_false(viz_rect_overlaps(layout->places[i], layout->places[k]));
        }
    }
}

static void up_to_thirty_two_data_centres_stand_without_overlaps(void **state)
{
    struct viz_topology *topology = g_new0(struct viz_topology, 1);
    struct viz_layout *layout = g_new0(struct viz_layout, 1);

    (void)state;
    for (uint32_t places = 1; places <= 32; places++) {
        fixture_topology(topology, places);
        bool is_fit = viz_layout_compute(topology, area, &sizes, layout);
        assert_true(is_fit || places > 8);
        assert_sound(topology, layout);
    }
    g_free(layout);
    g_free(topology);
}

/* Fifteen nodes of each kind, each joined to the next kind's. */
static void fill_crowd(struct viz_topology *topology)
{
    topology->place_count = 2;
    topology->node_count = 60;
    for (uint32_t i = 0; i < 60; i++) {
        topology->nodes[i] = (struct viz_node){.place = i % 2, .kind = i / 15};
    }
    for (uint32_t i = 0; i < 45; i++) {
        topology->edges[i] = (struct viz_edge){(uint16_t)i, (uint16_t)(i + 15)};
    }
    topology->edge_count = 45;
}

static void sixty_nodes_in_two_data_centres_stand_without_overlaps(void **state)
{
    struct viz_topology *topology = g_new0(struct viz_topology, 1);
    struct viz_layout *layout = g_new0(struct viz_layout, 1);

    (void)state;
    fill_crowd(topology);
    (void)viz_layout_compute(topology, area, &sizes, layout);
    assert_sound(topology, layout);
    g_free(layout);
    g_free(topology);
}

static void messages_go_from_left_to_right(void **state)
{
    struct viz_topology *topology = g_new0(struct viz_topology, 1);
    struct viz_layout *layout = g_new0(struct viz_layout, 1);

    (void)state;
    fixture_topology(topology, 5);
    assert_true(viz_layout_compute(topology, area, &sizes, layout));
    for (uint32_t i = 0; i < topology->edge_count; i++) {
        struct viz_rect from = layout->nodes[topology->edges[i].from];
        struct viz_rect to = layout->nodes[topology->edges[i].to];
        assert_true(from.x + from.width + sizes.flow / 2 <= to.x);
    }
    g_free(layout);
    g_free(topology);
}

static void a_ring_of_nodes_has_a_layout(void **state)
{
    struct viz_topology *topology = g_new0(struct viz_topology, 1);
    struct viz_layout *layout = g_new0(struct viz_layout, 1);

    (void)state;
    topology->place_count = 1;
    topology->node_count = 3;
    topology->edge_count = 3;
    topology->edges[0] = (struct viz_edge){0, 1};
    topology->edges[1] = (struct viz_edge){1, 2};
    topology->edges[2] = (struct viz_edge){2, 0};
    (void)viz_layout_compute(topology, area, &sizes, layout);
    assert_sound(topology, layout);
    g_free(layout);
    g_free(topology);
}

static void what_cannot_fit_is_small_and_still_does_not_overlap(void **state)
{
    struct viz_topology *topology = g_new0(struct viz_topology, 1);
    struct viz_layout *layout = g_new0(struct viz_layout, 1);
    const struct viz_rect small = {0, 0, 300, 150};

    (void)state;
    fixture_topology(topology, 12);
    assert_false(viz_layout_compute(topology, small, &sizes, layout));
    for (uint32_t i = 0; i < topology->node_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            assert_false(viz_rect_overlaps(layout->nodes[i], layout->nodes[k]));
        }
    }
    g_free(layout);
    g_free(topology);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_thirty_two_data_centres_stand_without_overlaps),
        cmocka_unit_test(sixty_nodes_in_two_data_centres_stand_without_overlaps),
        cmocka_unit_test(messages_go_from_left_to_right),
        cmocka_unit_test(a_ring_of_nodes_has_a_layout),
        cmocka_unit_test(what_cannot_fit_is_small_and_still_does_not_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

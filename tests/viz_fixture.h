/* tests/viz_fixture.h - stories for the tests of the viewer, made without a worker. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_VIZ_FIXTURE_H
#define TESTS_VIZ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "viz/heat.h"
#include "viz/page.h"

/* Data centres that collect and one that has everything: `count` of them in all. */
static inline void fixture_topology(struct viz_topology *topology, uint32_t place_count)
{
    static const char *const central[] = {"queue", "billing", "ledger"};

    *topology = (struct viz_topology){
        .title = "A title of the usual length, for a test",
        .question = "And what becomes of the question?",
        .duration = 120 * SIM_SECOND,
        .interval = SIM_SECOND,
        .place_count = place_count,
        .node_count = place_count + 3,
        .edge_count = place_count + 2,
        .check_count = 3,
    };
    for (uint32_t i = 0; i < place_count; i++) {
        (void)g_snprintf(topology->places[i], VIZ_NAME_SIZE, "place-%u", i);
        topology->nodes[i] = (struct viz_node){.name = "clicks", .place = i};
        topology->edges[i] = (struct viz_edge){(uint16_t)i, (uint16_t)place_count};
    }
    topology->bookmark_count = 1;
    topology->bookmarks[0] = (struct viz_bookmark){100 * SIM_SECOND, "the end is near"};
    topology->caption_count = 1;
    topology->captions[0] =
        (struct viz_caption){50 * SIM_SECOND, 55 * SIM_SECOND, "Now something happens."};
    for (uint32_t i = 0; i < 3; i++) {
        struct viz_node *node = &topology->nodes[place_count + i];
        *node = (struct viz_node){.kind = VIZ_BROKER + i};
        (void)g_strlcpy(node->name, central[i], sizeof(node->name));
        (void)g_snprintf(topology->checks[i], VIZ_LABEL_SIZE, "promise %u is kept by everybody", i);
    }
    for (uint32_t i = 0; i < 2; i++) {
        topology->edges[place_count + i] =
            (struct viz_edge){(uint16_t)(place_count + i), (uint16_t)(place_count + i + 1)};
    }
}

static inline void fixture_add_rows(GArray *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct viz_row row = {
            .number = i + 1,
            .offered = 2400 + i % 7,
            .served = 2300 + i % 11,
            .queued = i * 100,
            .held = i * 10,
            .has_little = 1,
            .inside = 60 + i,
            .rate_x_wait = 61 + i,
            .p50 = (20 + i) * SIM_MILLISECOND,
            .p90 = (40 + i) * SIM_MILLISECOND,
            .p99 = (60 + i) * SIM_MILLISECOND,
            .count = 2300,
        };
        row.heat[viz_heat_row(row.p50)] = 2000;
        row.heat[viz_heat_row(row.p99)] = 300;
        g_array_append_val(rows, row);
    }
}

/* One minute into it; place 1 has been dark for 20 s. */
static inline struct viz_story *fixture_story(uint32_t place_count)
{
    struct viz_story *story = g_new0(struct viz_story, 1);
    struct viz_frame *frame = &story->frame;

    fixture_topology(&story->topology, place_count);
    story->rows = g_array_new(FALSE, TRUE, sizeof(struct viz_row));
    story->path = "some/scenario.lua";
    story->goal = -1;
    story->speed_permille = 1000;
    fixture_add_rows(story->rows, 60);
    frame->phase = VIZ_PHASE_PAUSED;
    frame->now = 60 * SIM_SECOND;
    frame->incident_count = 2;
    frame->incidents[0] = (struct viz_incident){40 * SIM_SECOND, "place-1 goes dark"};
    frame->incidents[1] = (struct viz_incident){41 * SIM_SECOND, "somebody notices"};
    frame->outage_count = 1;
    frame->outages[0] = (struct viz_outage){.from = 40 * SIM_SECOND, .until = SIM_NEVER, .node = 1};
    frame->checks[0].evaluated = 10;
    frame->checks[1] = (struct viz_check_state){20, 1, 45 * SIM_SECOND};
    for (uint32_t i = 0; i < story->topology.node_count; i++) {
        frame->nodes[i] = (struct viz_node_state){
            .is_up = i != 1,
            .level = 123456,
            .level_max = 654321,
            .busy = 16,
            .busy_max = 16,
            .rate = 2345};
    }
    for (uint32_t i = 0; i < 200; i++) {
        frame->dots[i] = (struct viz_packet){
            .edge = (uint16_t)(i % story->topology.edge_count),
            .position = (uint16_t)(i * 327),
            .scatter = (uint16_t)(i * 7919),
            .mark = (uint8_t)(i % VIZ_MARK_COUNT),
            .is_back = i % VIZ_MARK_COUNT == VIZ_MARK_ANSWER};
    }
    frame->dot_count = 200;
    frame->in_flight = 200;
    return story;
}

static inline void fixture_free(struct viz_story *story)
{
    g_array_unref(story->rows);
    g_free(story->problem);
    g_free(story);
}

static inline viz_font *fixture_font(void)
{
    GError *error = NULL;
    viz_font *font = viz_font_create(&error);

    if (font == NULL) {
        print_message("%s\n", error->message);
        g_error_free(error);
        skip();
    }
    return font;
}

static inline struct viz_ui fixture_ui(void)
{
    return (struct viz_ui){.selected = -1, .pointer_x = -1, .pointer_y = -1};
}

#endif

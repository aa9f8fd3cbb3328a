/* SPDX-License-Identifier: MIT */
#include "viz/menu.h"

static bool has_node_up(const struct viz_story *story, uint32_t place)
{
    for (uint32_t i = 0; i < story->topology.node_count; i++) {
        if (story->topology.nodes[i].place == place && story->frame.nodes[i].is_up != 0) {
            return true;
        }
    }
    return false;
}

bool viz_menu_is_on(const struct viz_story *story, enum viz_fault_kind kind, uint32_t target)
{
    if (kind == VIZ_FAULT_CRASH) {
        SIM_ASSERT(target < VIZ_NODES_MAX);
        return story->frame.nodes[target].is_up == 0;
    }
    if (kind == VIZ_FAULT_DARK) {
        return !has_node_up(story, target);
    }
    return viz_fault_is_on(&story->frame.faults, kind, target);
}

static uint32_t target_of(
    const struct viz_story *story, const struct viz_ui *ui, enum viz_fault_target kind)
{
    const struct viz_topology *topology = &story->topology;

    if (kind == VIZ_TARGET_LINK) {
        const struct viz_edge *edge = &topology->edges[ui->edge_plus_one - 1];
        return viz_feed_link(topology->nodes[edge->from].place, topology->nodes[edge->to].place);
    }
    uint32_t node = (uint32_t)ui->selected;
    SIM_ASSERT(node < topology->node_count);
    return kind == VIZ_TARGET_NODE ? node : topology->nodes[node].place;
}

uint32_t viz_menu_list(
    const struct viz_story *story,
    const struct viz_ui *ui,
    struct viz_menu_item out_items[VIZ_MENU_MAX])
{
    bool has_edge = ui->edge_plus_one > 0 && ui->edge_plus_one <= story->topology.edge_count;
    bool has_node = !has_edge && ui->selected >= 0 && ui->selected < story->topology.node_count;
    uint32_t count = 0;

    for (uint32_t i = 0; i < VIZ_FAULT_KINDS; i++) {
        enum viz_fault_kind kind = (enum viz_fault_kind)i;
        const struct viz_fault_words *words = viz_fault_words_of(kind);
        if (words->target == VIZ_TARGET_LINK ? !has_edge : !has_node) {
            continue;
        }
        uint32_t target = target_of(story, ui, words->target);
        if (viz_fault_is_possible(&story->topology, kind, target)) {
            bool is_on = viz_menu_is_on(story, kind, target);
            out_items[count] =
                (struct viz_menu_item){kind, target, is_on, is_on ? words->end : words->begin};
            count++;
        }
    }
    return count;
}

/* What the viewer asks for, and how it is done. */
/* SPDX-License-Identifier: MIT */
#include "viz/stage_state.h"

#define STEP_MAX UINT64_C(1000000) /* events in which one step must get somewhere */

static void inject(struct viz_stage *stage, const struct viz_command *command)
{
    struct viz_fault_log *log = &stage->job->faults;
    const struct viz_topology *topology = viz_observer_topology(stage->observer);
    struct viz_fault_entry entry = {
        .time = stage->world->run.now + 1, /* what was due now has happened */
        .fault = (uint32_t)command->value,
        .target = (uint32_t)command->target,
    };

    if (entry.time >= topology->duration || stage->phase == VIZ_PHASE_FAILED ||
        !viz_fault_add(log, &entry, topology)) {
        return;
    }
    viz_fault_plan(&stage->hand, &log->entries[log->count - 1]);
    stage->is_changed = true;
    if (!viz_stage_is_moving(stage)) {
        viz_stage_set_out(stage, VIZ_PHASE_SEEKING, entry.time);
    }
}

static void step(struct viz_stage *stage, enum viz_aim aim, uint64_t count)
{
    viz_stage_set_out(stage, VIZ_PHASE_SEEKING, SIM_NEVER);
    stage->aim = aim;
    stage->events_aim = stage->world->run.fired_count + (aim == VIZ_AIM_EVENTS ? count : STEP_MAX);
    stage->effects_aim = viz_stage_effect_count(stage) + count;
    stage->incidents_aim = stage->world->incidents.list->len + 1;
}

static void set_speed(struct viz_stage *stage, int64_t speed_permille)
{
    stage->speed_permille = (uint64_t)MAX(speed_permille, 0);
    viz_stage_set_anchor(stage);
}

static void go_back(const struct viz_stage *stage, const struct viz_command *command)
{
    const struct viz_fault_log *faults = &stage->job->faults;
    struct viz_order order = {
        .to = CLAMP(command->value, 0, viz_stage_duration(stage)),
        .epoch = command->target,
        .inspected = stage->inspected,
        .speed_permille = stage->speed_permille,
        .plays_on = command->target % 2,
    };

    if (stage->checkpoints.list.count == 0) {
        return;
    }
    for (uint32_t i = 0; i < faults->count && faults->entries[i].time <= order.to; i++) {
        order.faults.entries[i] = faults->entries[i];
        order.faults.count = i + 1;
    }
    viz_checkpoints_go_back(&stage->checkpoints, &order);
}

static void obey(struct viz_stage *stage, const struct viz_command *command)
{
    switch ((enum viz_command_kind)command->kind) {
    case VIZ_COMMAND_PLAY:
        viz_stage_set_out(stage, VIZ_PHASE_PLAYING, SIM_NEVER);
        break;
    case VIZ_COMMAND_PAUSE:
        if (viz_stage_is_moving(stage)) {
            viz_stage_halt(stage, VIZ_PHASE_PAUSED);
        }
        break;
    case VIZ_COMMAND_SPEED:
        set_speed(stage, command->value);
        break;
    case VIZ_COMMAND_STEP_EVENT:
        step(stage, VIZ_AIM_EVENTS, (uint64_t)CLAMP(command->value, 1, 1000));
        break;
    case VIZ_COMMAND_STEP_EFFECT:
        step(stage, VIZ_AIM_EFFECT, 1);
        break;
    case VIZ_COMMAND_STEP_INCIDENT:
        step(stage, VIZ_AIM_INCIDENT, 1);
        break;
    case VIZ_COMMAND_RUN_TO:
        if (command->value > stage->world->run.now) {
            viz_stage_set_out(stage, VIZ_PHASE_SEEKING, command->value);
        }
        break;
    case VIZ_COMMAND_INSPECT:
        stage->inspected = command->value < viz_observer_topology(stage->observer)->node_count
                               ? command->value
                               : -1;
        break;
    case VIZ_COMMAND_FAULT:
        inject(stage, command);
        break;
    case VIZ_COMMAND_GO_BACK:
        go_back(stage, command);
        break;
    case VIZ_COMMAND_COUNT:
    default:
        break;
    }
    stage->is_changed = true;
}

void viz_stage_carry_out(struct viz_stage *stage, const struct viz_order *order)
{
    struct viz_fault_log *faults = &stage->job->faults;
    uint32_t done = faults->count;

    SIM_ASSERT(order->to >= stage->world->run.now && order->faults.count >= done);
    *faults = order->faults;
    for (uint32_t i = done; i < faults->count; i++) {
        viz_fault_plan(&stage->hand, &faults->entries[i]);
    }
    stage->epoch = order->epoch;
    stage->inspected = order->inspected;
    stage->speed_permille = order->speed_permille;
    stage->plays_on = order->plays_on != 0;
    viz_stage_set_out(stage, VIZ_PHASE_SEEKING, order->to);
    if (stage->world->run.now == order->to) {
        viz_stage_arrive(stage);
    }
}

void viz_stage_take_commands(struct viz_stage *stage)
{
    struct viz_command command;

    while (viz_feed_receive(stage->feed, &command)) {
        if (command.kind < VIZ_COMMAND_COUNT) {
            obey(stage, &command);
        }
    }
    SIM_ASSERT(stage->inspected >= -1);
}

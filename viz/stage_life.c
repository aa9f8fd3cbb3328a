/* The trace has everything that becomes of a message, in order: what is followed is picked from it.
 */
/* SPDX-License-Identifier: MIT */
#include "viz/stage_state.h"
#include "world/watch.h"

/* Whether a record's message is a message. */
static bool is_of_message(uint32_t kind)
{
    return kind == WORLD_TRACE_DELIVERY || kind == WORLD_TRACE_LOST_PACKET ||
           kind >= WORLD_TRACE_AUDIT;
}

static void write_down(void *context, const struct sim_trace_record *record)
{
    struct viz_life *life = context;

    SIM_ASSERT(life->message_plus_one > 0);
    if (record->message + 1 != life->message_plus_one || !is_of_message(record->kind)) {
        return;
    }
    if (life->step_count == VIZ_STEPS_MAX) {
        life->is_cut = 1;
        return;
    }
    life->steps[life->step_count] = (struct viz_step){
        .time = record->time,
        .node = MIN(record->node, VIZ_NODES_MAX),
        .kind = record->kind,
    };
    life->step_count++;
}

void viz_stage_write_life(struct viz_stage *stage, uint64_t message_plus_one)
{
    struct sim_trace *trace = &stage->world->trace;

    if (stage->life.message_plus_one != message_plus_one) {
        stage->life = (struct viz_life){.message_plus_one = message_plus_one};
    }
    viz_observer_follow(stage->observer, message_plus_one);
    trace->sink = message_plus_one > 0 ? write_down : NULL;
    trace->sink_context = &stage->life;
}

struct search {
    uint64_t message;
    sim_time born;
};

static void find_birth(void *context, const struct world_watch_packet *packet)
{
    struct search *search = context;

    if (packet->message == search->message && packet->kind != WORLD_PACKET_SUBSCRIBE) {
        search->born = packet->born;
    }
}

sim_time viz_stage_birth_of(const struct viz_stage *stage, uint64_t message)
{
    struct search search = {.message = message};

    world_watch_packets(stage->world, find_birth, &search);
    SIM_ASSERT(search.born <= stage->world->run.now);
    return search.born;
}

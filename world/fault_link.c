/* A pipe keeps a list of the faults that strike it. A packet that departs runs through the list, in
 * the order in which the faults began.
 *
 * What a stream holds back stands in a FIFO, and departs
 * again when its retransmission timer would have gone off: that doubles from the first loss on, so
 * the longer the cut, the later. */
/* SPDX-License-Identifier: MIT */
#include "world/fault_link.h"

#include "world/alarm.h"
#include "world/datacenter.h"
#include "world/draw.h"
#include "world/fifo.h"
#include "world/node.h"

#define RETRANSMISSIONS_MAX  15                /* Linux gives up after these (tcp_retries2) */
#define RETRANSMIT_AFTER_MAX (60 * SIM_SECOND) /* RFC 6298, rule 2.5: at least this */

struct world_fault_pipe {
    struct world_pipe *pipe;
    GPtrArray *active; /* of struct link_fault */
    struct world_fifo held;
    sim_time held_since; /* when the first of these was lost */
    struct world_alarm resend;
    uint32_t cuts;
};

struct link_fault {
    struct world_fault base;
    struct world_fault_link_config config;
    struct world_pipe *pipes[2];
    uint32_t pipe_count;
};

static struct link_fault *from_fault(struct world_fault *fault)
{
    return (struct link_fault *)fault; /* the base is its first member */
}

static sim_time scaled(sim_time time, double factor)
{
    double product = (double)time * factor;

    SIM_ASSERT(factor >= 1);
    return product < (double)(SIM_NEVER / 2) ? (sim_time)product : SIM_NEVER;
}

/* The timeout after `losses` losses in a row. */
static sim_time timeout_after(const struct world_link *link, uint32_t losses)
{
    sim_time timeout = link->config.retransmit_after;

    SIM_ASSERT(timeout > 0);
    for (uint32_t i = 0; i < losses && timeout < RETRANSMIT_AFTER_MAX; i++) {
        timeout *= 2;
    }
    return MIN(timeout, MAX(RETRANSMIT_AFTER_MAX, link->config.retransmit_after));
}

/* ---- what is held back ---- */

static void hold(struct world_pipe *pipe, uint32_t slot)
{
    struct world_fault_pipe *faults = pipe->faults;

    SIM_ASSERT(!pipe->link->config.is_datagram);
    if (faults->held.count == 0) {
        faults->held_since = pipe->link->world->run.now;
    }
    world_fifo_push(&faults->held, (struct world_waiting){.slot = slot});
}

static void drop(struct world_pipe *pipe, uint32_t slot)
{
    SIM_ASSERT(pipe->link->dropped != NULL);
    pipe->link->dropped->value++;
    world_link_lose(pipe->link->world, slot);
}

/* The retransmission timer has gone off. Nothing is sent again for a sender that has crashed. */
static void resend(void *context)
{
    struct world_fault_pipe *faults = context;
    struct world_pipe *pipe = faults->pipe;
    struct world *world = pipe->link->world;
    struct world_fifo held = faults->held;
    struct world_waiting waiting;

    if (faults->cuts > 0) {
        return; /* its end will see to it */
    }
    SIM_ASSERT(held.count > 0);
    faults->held = (struct world_fifo){0};
    while (world_fifo_pop(&held, &waiting)) {
        if (world_node_alive(world, world->packets.slots[waiting.slot].from) == NULL) {
            drop(pipe, waiting.slot);
        } else {
            pipe->link->sent_again->value++;
            world_link_depart_again(world, waiting.slot);
        }
    }
    world_fifo_finish(&held);
    world_link_refresh(pipe);
}

static void schedule_resend(struct world_fault_pipe *faults)
{
    const struct world_link *link = faults->pipe->link;
    sim_time now = link->world->run.now;
    sim_time time = faults->held_since;

    SIM_ASSERT(time <= now);
    for (uint32_t losses = 0; time < now; losses++) {
        time = world_time_after(time, timeout_after(link, losses));
    }
    world_alarm_set(&faults->resend, time);
}

uint32_t world_fault_link_held(const struct world_pipe *pipe)
{
    SIM_ASSERT(pipe->faults->pipe == pipe);
    return pipe->faults->held.count;
}

bool world_fault_link_is_active(const struct world_pipe *pipe)
{
    SIM_ASSERT(pipe->faults->pipe == pipe);
    return world_fault_list_count(pipe->faults->active) > 0 || pipe->faults->held.count > 0;
}

/* ---- a cut begins: what is on the wire ---- */

static void cut_wire(struct link_fault *fault, struct world_pipe *pipe)
{
    g_autoptr(GArray) slots = world_link_recall(pipe);

    fault->base.hit += slots->len;
    for (uint32_t i = 0; i < slots->len; i++) {
        uint32_t slot = g_array_index(slots, uint32_t, i);
        if (pipe->link->config.is_datagram) {
            drop(pipe, slot);
        } else {
            hold(pipe, slot);
        }
    }
    SIM_ASSERT(pipe->under_way == 0);
}

/* ---- what happens to a packet that departs ---- */

/* Draws for the `copy`th copy of the packet. */
static struct sim_stream draws_for(
    const struct link_fault *fault, const struct world_packet *packet, uint32_t copy)
{
    const struct world *world = fault->base.world;
    uint64_t place = world_draw_packet(world, packet);

    SIM_ASSERT(packet->kind != WORLD_PACKET_FREE);
    if (packet->kind == WORLD_PACKET_SUBSCRIBE || packet->kind > WORLD_PACKET_NACK) {
        place =
            sim_random_mix((uint64_t)world->run.now) ^ world_draw_node(world, packet->from.node);
    }
    struct sim_stream stream = sim_stream_of(&fault->base.stream, place);
    stream.counter +=
        (uint64_t)copy << 56 | (uint64_t)packet->kind << 48 | (uint64_t)packet->sendings << 32;
    return stream;
}

/* Returns false when the packet is lost for good. */
static bool survives_loss(
    struct link_fault *fault,
    const struct world_pipe *pipe,
    struct sim_stream *draws,
    struct world_journey *journey)
{
    const struct world_link *link = pipe->link;
    uint32_t losses_max = link->config.is_datagram ? 1 : RETRANSMISSIONS_MAX + 1;
    uint32_t losses = 0;
    sim_time late = 0;

    while (losses < losses_max && sim_stream_unit(draws) < fault->config.probability) {
        late += timeout_after(link, losses);
        losses++;
    }
    SIM_ASSERT(late >= 0);
    fault->base.hit += losses;
    if (losses == losses_max) {
        return false;
    }
    link->sent_again->value += losses;
    journey->latency = world_time_after(journey->latency, late);
    journey->transmission = scaled(journey->transmission, losses + 1);
    return true;
}

static void slow_down(struct link_fault *fault, struct world_journey *journey)
{
    SIM_ASSERT(fault->config.factor >= 1);
    journey->latency = scaled(journey->latency, fault->config.factor);
    journey->transmission = scaled(journey->transmission, fault->config.factor);
    fault->base.hit++;
}

static void delay(struct link_fault *fault, struct sim_stream *draws, struct world_journey *journey)
{
    if (sim_stream_unit(draws) < fault->config.probability) {
        sim_time late = (sim_time)sim_stream_below(draws, (uint64_t)fault->config.delay) + 1;
        SIM_ASSERT(late > 0 && late <= fault->config.delay);
        journey->latency = world_time_after(journey->latency, late);
        fault->base.hit++;
    }
}

/* Returns false when the packet is lost; whoever asked has it dropped. */
static bool survives(
    const struct world_pipe *pipe, uint32_t slot, uint32_t copy, struct world_journey *journey)
{
    const struct world_packet *packet = &pipe->link->world->packets.slots[slot];

    for (uint32_t i = 0; i < pipe->faults->active->len; i++) {
        struct link_fault *fault = g_ptr_array_index(pipe->faults->active, i);
        struct sim_stream draws = draws_for(fault, packet, copy);
        SIM_ASSERT(fault->config.kind != WORLD_FAULT_CUT);
        if (fault->config.kind == WORLD_FAULT_SLOW_LINK) {
            slow_down(fault, journey);
        } else if (fault->config.kind == WORLD_FAULT_REORDERING) {
            delay(fault, &draws, journey);
        } else if (
            fault->config.kind == WORLD_FAULT_LOSS &&
            !survives_loss(fault, pipe, &draws, journey)) {
            return false;
        }
    }
    return true;
}

/* How many copies of the packet there are besides itself. */
static uint32_t count_copies(const struct world_pipe *pipe, const struct world_packet *packet)
{
    uint32_t copies = 0;

    for (uint32_t i = 0; i < pipe->faults->active->len; i++) {
        struct link_fault *fault = g_ptr_array_index(pipe->faults->active, i);
        if (fault->config.kind == WORLD_FAULT_DUPLICATION) {
            struct sim_stream draws = draws_for(fault, packet, 0);
            bool is_doubled = sim_stream_unit(&draws) < fault->config.probability;
            fault->base.hit += is_doubled;
            copies += is_doubled;
        }
    }
    SIM_ASSERT(copies <= pipe->faults->active->len);
    return copies;
}

static void send_copy(
    struct world_pipe *pipe, uint32_t slot, uint32_t copy, struct world_journey journey)
{
    struct world *world = pipe->link->world;
    uint32_t made = world_packets_take(&world->packets, WORLD_PACKET_SEND);

    SIM_ASSERT(copy > 0 && pipe->link->config.is_datagram);
    world->packets.slots[made] = world->packets.slots[slot];
    journey.latency = world_link_latency(pipe, &world->packets.slots[made], copy);
    pipe->link->carried->value++;
    pipe->link->doubled->value++;
    if (survives(pipe, made, copy, &journey)) {
        world_link_put(world, made, &journey);
    } else {
        drop(pipe, made);
    }
}

static void duplicate(struct world_pipe *pipe, uint32_t slot, struct world_journey *journey)
{
    uint32_t copies = count_copies(pipe, &pipe->link->world->packets.slots[slot]);

    SIM_ASSERT(journey->transmission >= 0);
    if (!pipe->link->config.is_datagram) {
        journey->transmission = scaled(journey->transmission, copies + 1);
        return;
    }
    for (uint32_t copy = 1; copy <= copies; copy++) {
        send_copy(pipe, slot, copy, *journey);
    }
}

/* The packet departs into cuts, or after others that are held back. */
static void hold_or_drop(struct world_pipe *pipe, uint32_t slot)
{
    for (uint32_t i = 0; i < world_fault_list_count(pipe->faults->active); i++) {
        struct link_fault *fault = g_ptr_array_index(pipe->faults->active, i);
        fault->base.hit += fault->config.kind == WORLD_FAULT_CUT;
    }
    SIM_ASSERT(pipe->faults->cuts > 0 || pipe->faults->held.count > 0);
    if (pipe->link->config.is_datagram) {
        drop(pipe, slot);
    } else {
        hold(pipe, slot);
    }
}

bool world_fault_link_lets_pass(
    struct world_pipe *pipe, uint32_t slot, struct world_journey *journey)
{
    SIM_ASSERT(pipe->link->world->packets.slots[slot].pipe == pipe);
    if (pipe->faults->cuts > 0 || pipe->faults->held.count > 0) {
        hold_or_drop(pipe, slot);
        return false;
    }
    if (world_fault_list_count(pipe->faults->active) == 0) {
        return true; /* what was held back is just leaving */
    }
    duplicate(pipe, slot, journey);
    if (!survives(pipe, slot, 0, journey)) {
        drop(pipe, slot);
        return false;
    }
    return true;
}

/* ---- the fault ---- */

static void begin_at(struct link_fault *fault, struct world_pipe *pipe)
{
    world_fault_list_add(&pipe->faults->active, &fault->base);
    if (fault->config.kind == WORLD_FAULT_CUT) {
        pipe->faults->cuts++;
        cut_wire(fault, pipe);
    }
    world_link_refresh(pipe);
    SIM_ASSERT(pipe->is_disturbed);
}

static void end_at(struct link_fault *fault, struct world_pipe *pipe)
{
    world_fault_list_remove(pipe->faults->active, &fault->base);
    if (fault->config.kind == WORLD_FAULT_CUT) {
        SIM_ASSERT(pipe->faults->cuts > 0);
        pipe->faults->cuts--;
        if (pipe->faults->cuts == 0 && pipe->faults->held.count > 0) {
            schedule_resend(pipe->faults);
        }
    }
    world_link_refresh(pipe);
}

static void begin(struct world_fault *base)
{
    struct link_fault *fault = from_fault(base);

    SIM_ASSERT(fault->pipe_count > 0);
    for (uint32_t i = 0; i < fault->pipe_count; i++) {
        begin_at(fault, fault->pipes[i]);
    }
}

static void end(struct world_fault *base)
{
    struct link_fault *fault = from_fault(base);

    SIM_ASSERT(fault->pipe_count > 0);
    for (uint32_t i = 0; i < fault->pipe_count; i++) {
        end_at(fault, fault->pipes[i]);
    }
}

static const struct world_fault_type types[] = {
    [WORLD_FAULT_CUT] = {"cut", begin, end, world_fault_free},
    [WORLD_FAULT_SLOW_LINK] = {"slow_link", begin, end, world_fault_free},
    [WORLD_FAULT_LOSS] = {"loss", begin, end, world_fault_free},
    [WORLD_FAULT_DUPLICATION] = {"duplication", begin, end, world_fault_free},
    [WORLD_FAULT_REORDERING] = {"reordering", begin, end, world_fault_free},
};

static void refuse(
    GError **error,
    enum world_fault_link_kind kind,
    const char *what,
    double value,
    const char *range)
{
    SIM_ASSERT(kind <= WORLD_FAULT_REORDERING);
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_VALUE,
        "%s: the %s is %g: expected %s",
        types[kind].name,
        what,
        value,
        range);
}

static bool is_valid(const struct world_fault_link_config *config, GError **error)
{
    bool has_factor = config->kind == WORLD_FAULT_SLOW_LINK;
    bool has_probability = config->kind != WORLD_FAULT_CUT && !has_factor;

    SIM_ASSERT(config->kind <= WORLD_FAULT_REORDERING);
    if (has_factor && !(config->factor >= 1 && config->factor <= 1e9)) {
        refuse(error, config->kind, "factor", config->factor, "1 to 1e9");
        return false;
    }
    if (has_probability && !(config->probability > 0 && config->probability <= 1)) {
        refuse(error, config->kind, "probability", config->probability, "more than 0, up to 1");
        return false;
    }
    if (config->kind == WORLD_FAULT_REORDERING && config->delay <= 0) {
        refuse(error, config->kind, "delay in ns", (double)config->delay, "more than 0");
        return false;
    }
    return true;
}

static void open_pipe(struct link_fault *fault, struct world_pipe *pipe)
{
    struct world_link *link = pipe->link;

    SIM_ASSERT(fault->pipe_count < G_N_ELEMENTS(fault->pipes));
    fault->pipes[fault->pipe_count++] = pipe;
    if (link->dropped == NULL) {
        link->dropped = world_link_counter(link, "dropped", "packets");
        link->doubled = world_link_counter(link, "doubled", "packets");
        link->sent_again = world_link_counter(link, "sent_again", "packets");
    }
    if (pipe->faults == NULL) {
        pipe->faults = g_new0(struct world_fault_pipe, 1);
        pipe->faults->pipe = pipe;
        world_alarm_init(&pipe->faults->resend, &link->world->run, resend, pipe->faults);
    }
}

struct world_fault *world_fault_link_create(
    const struct world_fault_link_config *config, GError **error)
{
    struct world_link *link = config->link;
    bool is_inside = link->ends[0] == link->ends[1];
    const struct world_datacenter *from = config->from == NULL ? link->ends[0] : config->from;
    uint32_t first = from == link->ends[0] ? 0 : 1;
    g_autofree char *target =
        g_strdup_printf("%s/%s", link->ends[first]->name, link->ends[1 - first]->name);
    g_autofree char *drawn =
        g_strdup_printf("%s/%s", link->ends[first]->draws_as, link->ends[1 - first]->draws_as);

    SIM_ASSERT(from == link->ends[first]);
    if (!is_valid(config, error)) {
        return NULL;
    }
    struct link_fault *fault = g_new0(struct link_fault, 1);
    fault->config = *config;
    world_fault_init(&fault->base, &types[config->kind], link->world, target, drawn);
    open_pipe(fault, &link->pipes[first]);
    if (config->from == NULL && !is_inside) {
        open_pipe(fault, &link->pipes[1 - first]);
    }
    return &fault->base;
}

void world_fault_link_finish(struct world_pipe *pipe)
{
    struct world_fault_pipe *faults = pipe->faults;

    if (faults == NULL) {
        return;
    }
    SIM_ASSERT(faults->pipe == pipe);
    if (faults->active != NULL) {
        g_ptr_array_unref(faults->active);
    }
    world_fifo_finish(&faults->held);
    g_free(faults);
    pipe->faults = NULL;
}

/* What can go wrong, one thing at a time, each as likely as its weight says; and the end of it all.
 */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/replica_network.h"

#define SKEW_PPM 20000

static struct replica_node *any(struct replica_network *network)
{
    return &network->nodes[replica_draw(network, network->plan.replicas)];
}

/* One that believes to lead, if there is one. */
static struct replica_node *any_leader(struct replica_network *network)
{
    uint32_t first = (uint32_t)replica_draw(network, network->plan.replicas);

    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        struct replica_node *node = &network->nodes[(first + i) % network->plan.replicas];
        if (node->replica != NULL && model_replica_role_of(node->replica) == MODEL_REPLICA_LEADER) {
            return node;
        }
    }
    return &network->nodes[first];
}

/* ---- nodes ---- */

static void crash(struct replica_node *node)
{
    if (node->replica != NULL) {
        replica_crash(node);
        replica_restart_later(node);
    }
}

static void crash_any(struct replica_network *network)
{
    crash(any(network));
}

static void crash_leader(struct replica_network *network)
{
    crash(any_leader(network));
}

static void crash_all(struct replica_network *network)
{
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        crash(&network->nodes[i]);
    }
}

static void bounce(struct replica_node *node)
{
    replica_crash(node);
    replica_restart(node);
}

static void bounce_any(struct replica_network *network)
{
    bounce(any(network));
}

static void bounce_leader(struct replica_network *network)
{
    bounce(any_leader(network));
}

static void pause_any(struct replica_network *network)
{
    struct replica_node *node = replica_chance(network, 0.5) ? any(network) : any_leader(network);

    node->paused_until =
        network->now + (sim_time)replica_draw(network, (uint64_t)3 * ELECTION_TIMEOUT);
}

static void slow_a_disk(struct replica_network *network)
{
    struct replica_node *node = replica_chance(network, 0.5) ? any(network) : any_leader(network);

    node->disk.slow_until =
        network->now + (sim_time)replica_draw(network, (uint64_t)5 * ELECTION_TIMEOUT);
}

/* Its clock goes on from where it is, at another rate. */
static void change_a_clock(struct replica_network *network)
{
    struct replica_node *node = any(network);
    sim_time local = replica_local_time(node, network->now);

    node->clock = (struct replica_clock){
        .true_start = network->now,
        .local_start = local,
        .rate_ppm = (int64_t)replica_draw(network, 2 * SKEW_PPM + 1) - SKEW_PPM,
    };
    if (node->replica != NULL) {
        replica_settle(node);
    }
}

/* ---- links ---- */

static void isolate(struct replica_network *network, uint32_t node, bool in, bool out)
{
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        network->is_cut[i][node] |= in && i != node;
        network->is_cut[node][i] |= out && i != node;
    }
    replica_mend_later(network);
}

static void isolate_leader(struct replica_network *network)
{
    uint32_t way = (uint32_t)replica_draw(network, 3);

    isolate(network, any_leader(network)->number, way != 0, way != 1);
}

static void isolate_any(struct replica_network *network)
{
    uint32_t way = (uint32_t)replica_draw(network, 3);

    isolate(network, any(network)->number, way != 0, way != 1);
}

static void split(struct replica_network *network)
{
    uint64_t sides = replica_draw(network, UINT64_C(1) << network->plan.replicas);

    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        for (uint32_t j = 0; j < network->plan.replicas; j++) {
            network->is_cut[i][j] = (sides >> i & 1) != (sides >> j & 1);
        }
    }
    replica_mend_later(network);
}

static void cut_some(struct replica_network *network)
{
    double share = sim_stream_unit(&network->stream);

    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        for (uint32_t j = 0; j < network->plan.replicas; j++) {
            network->is_cut[i][j] = i != j && replica_chance(network, share);
        }
    }
    replica_mend_later(network);
}

static void spoil_links(struct replica_network *network)
{
    double how = sim_stream_unit(&network->stream);

    network->loss = replica_chance(network, 0.5) ? 0.3 * how : 0;
    network->repetition = replica_chance(network, 0.5) ? 0.5 * how : 0;
    network->lateness = replica_chance(network, 0.5) ? 0.3 * how : 0;
    network->late_factor = replica_chance(network, 0.5) ? 10 : 200;
}

/* ---- at the worst moment ---- */

static void crash_soon(void *context, uint64_t payload)
{
    struct replica_network *network = context;
    struct replica_node *node = replica_unpack(network, payload);

    if (node != NULL && network->plan.strikes > 0) {
        crash(node);
    }
}

void replica_strike(struct replica_node *node)
{
    struct replica_network *network = node->network;

    if (!replica_chance(network, network->plan.strikes)) {
        return;
    }
    switch (replica_draw(network, 4)) {
    case 0:
        node->paused_until = network->now + replica_around(network, 2 * ELECTION_TIMEOUT);
        break;
    case 1:
        isolate(network, node->number, replica_chance(network, 0.5), true);
        break;
    default:
        replica_plan(
            network,
            crash_soon,
            replica_pack(node),
            network->now + replica_around(network, 2 * SIM_MILLISECOND));
        break;
    }
}

/* ---- together ---- */

typedef void strike_fn(struct replica_network *network);

static strike_fn *const faults[] = {
    crash_any,
    crash_leader,
    crash_all,
    bounce_any,
    bounce_leader,
    pause_any,
    slow_a_disk,
    change_a_clock,
    isolate_leader,
    isolate_any,
    split,
    cut_some,
    spoil_links,
};

#define FAULT_COUNT (sizeof(faults) / sizeof(faults[0]))

_Static_assert(FAULT_COUNT <= FAULTS_MAX, "each has a weight");

/* Each run has only some of the faults, in proportions of its own: all of them together hide what a
 * few of them show (Groce et al., "Swarm testing", ISSTA 2012). */
void replica_choose_faults(struct replica_network *network)
{
    network->weights[replica_draw(network, FAULT_COUNT)] = 1;
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        network->weights[i] +=
            replica_chance(network, 0.5) ? (uint32_t)replica_draw(network, 8) : 0;
    }
}

void replica_break(struct replica_network *network)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < FAULT_COUNT; i++) {
        sum += network->weights[i];
    }
    uint32_t draw = (uint32_t)replica_draw(network, sum);
    size_t chosen = 0;
    while (draw >= network->weights[chosen]) {
        draw -= network->weights[chosen++];
    }
    SIM_ASSERT(chosen < FAULT_COUNT);
    faults[chosen](network);
}

/* Clocks stay as they are, and messages may still be late or come twice. */
void replica_heal(struct replica_network *network)
{
    memset(network->is_cut, 0, sizeof(network->is_cut));
    network->loss = 0;
    network->late_factor = 10;
    network->plan.strikes = 0;
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        struct replica_node *node = &network->nodes[i];
        node->disk.slow_until = network->now;
        node->paused_until = network->now;
        replica_restart(node);
    }
}

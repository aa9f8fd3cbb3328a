/* tests/replica_plan.h - what is run under a seed: the size of the cluster, its promise, and how
 * much goes wrong, all drawn from the seed. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_REPLICA_PLAN_H
#define TESTS_REPLICA_PLAN_H

#include "tests/replica_network.h"

enum replica_kind {
    REPLICA_SAFE,    /* acks quorum or all: nothing promised may be lost */
    REPLICA_LEADER,  /* acks leader: it may, and is counted */
    REPLICA_UNCLEAN, /* elections without a quorum: the same */
};

static inline struct replica_plan replica_plan_of(uint64_t seed, enum replica_kind kind)
{
    static const uint32_t sizes[] = {3, 3, 3, 3, 5, 5, 5, 1, 2, 4, 6, 7};
    struct sim_stream stream = sim_stream_named(seed, "replica/plan");
    bool has_strikes = sim_stream_below(&stream, 2) == 0;
    bool waits_for_all = sim_stream_below(&stream, 3) == 0;
    enum model_acks acks = waits_for_all ? MODEL_ACKS_ALL : MODEL_ACKS_QUORUM;
    bool releases =
        sim_stream_below(&stream, 4) == 0; /* with enough entries that there is a point */

    return (struct replica_plan){
        .seed = seed,
        .replicas = sizes[sim_stream_below(&stream, sizeof(sizes) / sizeof(sizes[0]))],
        .acks = kind == REPLICA_LEADER ? MODEL_ACKS_LEADER : acks,
        .unclean_after = kind == REPLICA_UNCLEAN ? 2 * ELECTION_TIMEOUT : 0,
        .releases = releases,
        .batch_size = 1 + (uint32_t)sim_stream_below(&stream, 1000),
        .window = (releases ? 32U : 4U) << sim_stream_below(&stream, 5),
        .strikes = has_strikes ? sim_stream_unit(&stream) : 0,
        .chaos = (20 + (sim_time)sim_stream_below(&stream, 30)) * ELECTION_TIMEOUT,
        .fault_interval = 4 * ELECTION_TIMEOUT / (1 + (sim_time)sim_stream_below(&stream, 32)),
        .append_interval = (releases ? 8 : 20) * SIM_MILLISECOND,
    };
}

/* One in which leaders come and go quickly, and much is left half done. */
static inline struct replica_plan replica_plan_hasty(uint64_t seed)
{
    return (struct replica_plan){
        .seed = seed,
        .replicas = 3,
        .acks = MODEL_ACKS_QUORUM,
        .batch_size = 1,
        .window = 1,
        .strikes = 1,
        .chaos = 100 * ELECTION_TIMEOUT,
        .fault_interval = ELECTION_TIMEOUT,
        .append_interval = 20 * SIM_MILLISECOND,
    };
}

#endif

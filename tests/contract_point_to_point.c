/* point_to_point under contract. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/point_to_point.h"

#include "tests/contract.h"

struct state {
    struct model_p2p ring;
    void *memory;
    size_t size;
};

static void open(struct contract_rig *rig)
{
    struct state *state = sim_allocate(1, sizeof(*state));

    state->size = model_p2p_size(rig->capacity, sizeof(uint64_t));
    state->memory = sim_allocate(1, state->size);
    assert_int_equal(
        model_p2p_init(&state->ring, state->memory, state->size, rig->capacity, sizeof(uint64_t)),
        MODEL_P2P_OK);
    rig->queue = state;
}

static void close(struct contract_rig *rig)
{
    struct state *state = rig->queue;

    free(state->memory);
    free(state);
}

static struct model_p2p *ring_of(const struct contract_rig *rig)
{
    return &((struct state *)rig->queue)->ring;
}

static bool can_be_created(uint64_t capacity)
{
    static uint64_t memory[1024];
    struct model_p2p ring;

    return model_p2p_size(capacity, 8) != 0 ||
           model_p2p_init(&ring, memory, sizeof(memory), capacity, 8) != MODEL_P2P_BAD_CAPACITY;
}

static enum contract_offer offer(struct contract_rig *rig, const struct model_message *message)
{
    if (model_p2p_send(ring_of(rig), &message->id)) {
        return CONTRACT_TAKEN;
    }
    /* The sender has its message still, and waits with it or gives it up. */
    return rig->when_full == MODEL_BLOCK ? CONTRACT_FULL : CONTRACT_REFUSED;
}

static uint64_t take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt)
{
    uint64_t id = 0;

    (void)out_receipt;
    assert_int_equal(consumer, 0);
    return model_p2p_receive(ring_of(rig), &id) ? id : 0;
}

static void law(const struct contract_rig *rig, uint64_t *out_offered, uint64_t *out_sum)
{
    struct model_p2p_counts counts = model_p2p_counts_of(ring_of(rig));

    model_p2p_check(ring_of(rig));
    *out_offered = counts.offered;
    *out_sum = counts.refused + counts.waiting + counts.received;
}

/* ---- its own features ---- */

static void a_batch_goes_through(struct contract_rig *rig)
{
    const uint64_t in[4] = {1, 2, 3, 4};
    uint64_t out[4] = {0};

    assert_int_equal(model_p2p_send_batch(ring_of(rig), in, 4), 4);
    assert_int_equal(model_p2p_receive_batch(ring_of(rig), out, 4), 4);
    assert_memory_equal(in, out, sizeof(in));
}

/* The other process is another handle here; tests of point_to_point run two processes. */
static void another_handle_goes_on(struct contract_rig *rig)
{
    const struct state *state = rig->queue;
    struct model_p2p other;
    uint64_t id = 0;

    assert_int_equal(contract_offer_key(rig, 1, 1), CONTRACT_TAKEN);
    assert_int_equal(model_p2p_attach(&other, state->memory, state->size), MODEL_P2P_OK);
    assert_true(model_p2p_receive(&other, &id));
    assert_int_equal(id, 1);
}

static const struct contract_feature features[] = {
    {MODEL_FEATURE_BATCHES, a_batch_goes_through},
    {MODEL_FEATURE_PROCESSES, another_handle_goes_on},
};

const struct contract_adapter contract_point_to_point = {
    .kind = MODEL_POINT_TO_POINT,
    .open = open,
    .close = close,
    .can_be_created = can_be_created,
    .offer = offer,
    .take = take,
    .law = law,
    .features = features,
    .feature_count = sizeof(features) / sizeof(*features),
};

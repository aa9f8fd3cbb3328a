/* mvc under contract: a message's key is an entry, its id the entry's value, and a consumer a view.
 */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/mvc_view.h"

#include "tests/contract.h"

struct state {
    struct model_mvc mvc;
    struct model_mvc_view views[CONTRACT_CONSUMERS];
    void *memory;
    size_t size;
    void *view_memory[CONTRACT_CONSUMERS];
};

static void open(struct contract_rig *rig)
{
    struct state *state = sim_allocate(1, sizeof(*state));
    uint32_t keys = (uint32_t)rig->capacity;

    state->size = model_mvc_size(keys, sizeof(uint64_t));
    state->memory = sim_allocate(1, state->size);
    assert_int_equal(
        model_mvc_init(&state->mvc, state->memory, state->size, keys, sizeof(uint64_t)),
        MODEL_MVC_OK);
    for (uint32_t i = 0; i < CONTRACT_CONSUMERS; i++) {
        size_t size = model_mvc_view_size(&state->mvc);
        state->view_memory[i] = sim_allocate(1, size);
        assert_int_equal(
            model_mvc_view_init(&state->views[i], &state->mvc, state->view_memory[i], size),
            MODEL_MVC_OK);
    }
    rig->queue = state;
}

static void close(struct contract_rig *rig)
{
    struct state *state = rig->queue;

    for (uint32_t i = 0; i < CONTRACT_CONSUMERS; i++) {
        free(state->view_memory[i]);
    }
    free(state->memory);
    free(state);
}

static bool can_be_created(uint64_t capacity)
{
    return capacity <= UINT32_MAX && model_mvc_size((uint32_t)capacity, 8) != 0;
}

/* MODEL_MVC_FULL: there are as many keys as there may be. */
static enum contract_offer offer(struct contract_rig *rig, const struct model_message *message)
{
    struct state *state = rig->queue;
    char name[MODEL_MVC_NAME_SIZE];
    uint32_t index;

    (void)snprintf(name, sizeof(name), "%llu", (unsigned long long)message->key);
    enum model_mvc_status status = model_mvc_register(&state->mvc, name, &index);
    if (status == MODEL_MVC_FULL) {
        return CONTRACT_REFUSED;
    }
    assert_int_equal(status, MODEL_MVC_OK);
    model_mvc_post(&state->mvc, index, &message->id);
    return CONTRACT_TAKEN;
}

static uint64_t take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt)
{
    struct state *state = rig->queue;
    struct model_mvc_change change;
    uint64_t id = 0;

    (void)out_receipt;
    return model_mvc_view_drain(&state->views[consumer], &change, &id) == MODEL_MVC_OK ? id : 0;
}

static void law(const struct contract_rig *rig, uint64_t *out_offered, uint64_t *out_sum)
{
    const struct state *state = rig->queue;
    struct model_mvc_counts counts;

    for (uint32_t i = 0; i < CONTRACT_CONSUMERS; i++) {
        model_mvc_view_check(&state->views[i]);
        assert_true(model_mvc_view_counts_of(&state->views[i], &counts));
        *out_offered = counts.posted;
        *out_sum = counts.pending + counts.seen + counts.conflated;
        assert_int_equal(*out_offered, *out_sum);
    }
}

/* ---- its own features ---- */

static void every_view_gets_it(struct contract_rig *rig)
{
    assert_int_equal(contract_offer_key(rig, 7, 1), CONTRACT_TAKEN);
    for (uint32_t i = 0; i < CONTRACT_CONSUMERS; i++) {
        assert_int_equal(contract_take(rig, i, NULL), 7);
    }
}

static void another_handle_reads(struct contract_rig *rig)
{
    const struct state *state = rig->queue;
    struct model_mvc other;

    assert_int_equal(contract_offer_key(rig, 7, 1), CONTRACT_TAKEN);
    assert_int_equal(model_mvc_attach(&other, state->memory, state->size), MODEL_MVC_OK);
    assert_int_equal(model_mvc_version(&other), 1);
}

static void a_slow_view_gets_the_newest(struct contract_rig *rig)
{
    for (uint64_t id = 1; id <= 9; id++) {
        assert_int_equal(contract_offer_key(rig, id, id % 2), CONTRACT_TAKEN);
    }
    assert_int_equal(contract_take(rig, 0, NULL), 8);
    assert_int_equal(contract_take(rig, 0, NULL), 9);
    assert_int_equal(contract_take(rig, 0, NULL), 0);
}

static void a_snapshot_is_of_one_version(struct contract_rig *rig)
{
    const struct state *state = rig->queue;
    const uint32_t indices[2] = {0, 1};
    uint64_t values[2] = {0};
    uint64_t version = 0;

    assert_int_equal(contract_offer_key(rig, 5, 0), CONTRACT_TAKEN);
    assert_int_equal(contract_offer_key(rig, 6, 1), CONTRACT_TAKEN);
    assert_int_equal(model_mvc_snapshot(&state->mvc, indices, 2, values, &version), MODEL_MVC_OK);
    assert_int_equal(version, 2);
    assert_int_equal(values[0], 5);
    assert_int_equal(values[1], 6);
}

static const struct contract_feature features[] = {
    {MODEL_FEATURE_BROADCAST, every_view_gets_it},
    {MODEL_FEATURE_PROCESSES, another_handle_reads},
    {MODEL_FEATURE_CONFLATION, a_slow_view_gets_the_newest},
    {MODEL_FEATURE_SNAPSHOTS, a_snapshot_is_of_one_version},
};

const struct contract_adapter contract_mvc = {
    .kind = MODEL_MVC,
    .open = open,
    .close = close,
    .can_be_created = can_be_created,
    .offer = offer,
    .take = take,
    .law = law,
    .features = features,
    .feature_count = sizeof(features) / sizeof(*features),
};

/* The grantor's promise begins when it gives the grant, the holder's trust when it asked, which was
 * earlier. The promise lasts at least lease / (1 + e) of true time, where e bounds the error of a
 * clock's rate; a holder that trusts lease x (1 - e) / (1 + e) of its own time trusts no longer.
 *
 * A token is in the store before anybody has it. So the tokens of a grantor's later life are above
 * all that were ever given; and since a renewal leaves no trace, that life first waits for a lease.
 * The holder alone need not wait: nobody can have taken its place. */
/* SPDX-License-Identifier: MIT */
#include "models/singleton.h"

#include "models/bytes.h"

#define KIND        40 /* no kind of another model's record */
#define VERSION     1
#define RECORD_SIZE 16
#define MILLION     1000000

void model_grantor_init(
    struct model_grantor *grantor,
    const struct model_singleton_config *config,
    const struct model_store *store)
{
    SIM_ASSERT(config->lease > 0 && config->skew_ppm < MILLION / 2);
    *grantor =
        (struct model_grantor){.config = *config, .store = store, .holder = MODEL_SINGLETON_NOBODY};
}

/* ---- what the store keeps: kind, version, 2 zeros, candidate (4), token (8) ---- */

static uint64_t append(struct model_grantor *grantor)
{
    uint8_t bytes[RECORD_SIZE] = {KIND, VERSION};

    SIM_ASSERT(grantor->token > 0);
    model_put_u32(bytes + 4, grantor->holder);
    model_put_u64(bytes + 8, grantor->token);
    uint64_t position = grantor->store->append(grantor->store->context, bytes, sizeof(bytes));
    SIM_ASSERT(position > grantor->last);
    grantor->last = position;
    return position;
}

bool model_grantor_replay(
    struct model_grantor *grantor, uint64_t position, const void *record, uint32_t size)
{
    const uint8_t *bytes = record;

    if (position <= grantor->last || size != RECORD_SIZE || bytes[0] != KIND ||
        bytes[1] != VERSION || model_get_u16(bytes + 2) != 0 ||
        model_get_u64(bytes + 8) <= grantor->token) {
        return false;
    }
    grantor->last = position;
    grantor->holder = model_get_u32(bytes + 4);
    grantor->token = model_get_u64(bytes + 8);
    SIM_ASSERT(grantor->pending == 0);
    return true;
}

void model_grantor_recovered(struct model_grantor *grantor, sim_time now)
{
    SIM_ASSERT(grantor->pending == 0 && now < SIM_NEVER - grantor->config.lease);
    if (grantor->token > 0) {
        grantor->busy_until = now + grantor->config.lease;
    }
}

/* ---- granting ---- */

static struct model_grant grant(struct model_grantor *grantor, sim_time now)
{
    SIM_ASSERT(grantor->pending == 0 && now < SIM_NEVER - grantor->config.lease);
    grantor->busy_until = now + grantor->config.lease;
    return (struct model_grant){.token = grantor->token, .candidate = grantor->holder};
}

enum model_acquire_result model_grantor_acquire(
    struct model_grantor *grantor, uint32_t candidate, sim_time now, struct model_grant *out_grant)
{
    SIM_ASSERT(candidate != MODEL_SINGLETON_NOBODY);

    if (grantor->pending != 0 || (now < grantor->busy_until && candidate != grantor->holder)) {
        return MODEL_ACQUIRE_HELD;
    }
    grantor->token++;
    grantor->holder = candidate;
    if (grantor->store != NULL) {
        grantor->pending = append(grantor);
        return MODEL_ACQUIRE_PENDING;
    }
    *out_grant = grant(grantor, now);
    return MODEL_ACQUIRED;
}

/* Of the tokens before, nobody needs a record. */
bool model_grantor_committed(
    struct model_grantor *grantor, uint64_t position, sim_time now, struct model_grant *out_grant)
{
    SIM_ASSERT(grantor->store != NULL);

    if (grantor->pending == 0 || position < grantor->pending) {
        return false;
    }
    uint64_t needed = grantor->pending;
    grantor->pending = 0;
    *out_grant = grant(grantor, now);
    if (needed > 1) {
        grantor->store->release(grantor->store->context, needed - 1);
    }
    return true;
}

bool model_grantor_renew(struct model_grantor *grantor, uint64_t token, sim_time now)
{
    if (grantor->pending != 0 || token == 0 || token != grantor->token ||
        grantor->holder == MODEL_SINGLETON_NOBODY) {
        return false;
    }
    (void)grant(grantor, now);
    SIM_ASSERT(grantor->busy_until > now);
    return true;
}

bool model_grantor_release(struct model_grantor *grantor, uint64_t token, sim_time now)
{
    if (grantor->pending != 0 || token == 0 || token != grantor->token) {
        return false;
    }
    SIM_ASSERT(grantor->token > 0);
    grantor->holder = MODEL_SINGLETON_NOBODY;
    grantor->busy_until = now;
    return true;
}

/* ---- holding ---- */

void model_holder_granted(
    struct model_holder *holder,
    const struct model_singleton_config *config,
    uint64_t token,
    sim_time asked)
{
    sim_time error = config->skew_ppm;
    /* Whole parts first, so that no lease is too long to be multiplied. */
    sim_time trusted = config->lease / (MILLION + error) * (MILLION - error) +
                       config->lease % (MILLION + error) * (MILLION - error) / (MILLION + error);

    SIM_ASSERT(trusted <= config->lease && asked < SIM_NEVER - trusted);
    if (token > holder->token || (token == holder->token && asked + trusted > holder->until)) {
        holder->is_done = holder->is_done && token == holder->token;
        holder->token = token;
        holder->until = asked + trusted;
    }
}

void model_holder_give_back(struct model_holder *holder)
{
    SIM_ASSERT(holder->token > 0);
    holder->is_done = true;
}

bool model_guard_admit(struct model_guard *guard, uint64_t token)
{
    SIM_ASSERT(token > 0);
    if (token < guard->token) {
        guard->refused++;
        return false;
    }
    guard->token = token;
    return true;
}

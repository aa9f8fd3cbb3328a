/* The store below keeps entries and states in the order in which they were written; an entry that
 * takes the place of another cuts the log there, when it is replayed as it did when it was written.
 *
 * What a replica promised as a leader, it must be able to count when it has to drop it, also after
 * a crash. It remembers that of its last reign; each entry says how far its leader had committed
 * when it was made, which tells a later life how much had been promised at least, and the reign's
 * last entry, at most.
 *
 * The store may forget what lies before both the last state and the first entry. A state is as
 * large as an entry, so it is written anew only when many entries can go with it. */
/* SPDX-License-Identifier: MIT */
#include "models/replica_state.h"

#define RELEASE_COUNT 64 /* entries that one state is worth */

/* ---- writing ---- */

static uint64_t append(struct model_replica *replica, const uint8_t *bytes, uint32_t size)
{
    uint64_t position = replica->below->append(replica->below->context, bytes, size);

    SIM_ASSERT(position > replica->written_position);
    replica->written_position = position;
    replica->has_written = true;
    return position;
}

static void write_state(struct model_replica *replica, bool is_reset)
{
    uint8_t bytes[MODEL_REPLICA_RECORD_SIZE];
    const struct model_replica_record record = {
        .kind = MODEL_REPLICA_STATE,
        .is_reset = is_reset,
        .replica = (uint8_t)(replica->vote == MODEL_REPLICA_NONE ? 0 : replica->vote + 1),
        .epoch = replica->epoch,
        .index = replica->log.base,
        .base_epoch = replica->log.base_epoch,
    };

    SIM_ASSERT(record.base_epoch <= record.epoch);
    model_replica_record_encode(&record, bytes);
    replica->state_position = append(replica, bytes, sizeof(bytes));
}

void model_replica_write_state(struct model_replica *replica)
{
    write_state(replica, false);
}

void model_replica_write_entry(
    struct model_replica *replica, const struct model_replica_record *record)
{
    SIM_ASSERT(record->epoch <= replica->epoch);

    model_replica_log_append(&replica->log, record);
    struct model_replica_log_slice slice =
        model_replica_log_slice_from(&replica->log, record->index, 0);
    SIM_ASSERT(slice.last == record->index);
    uint64_t position = append(
        replica,
        slice.bytes + MODEL_REPLICA_LOG_PREFIX,
        (uint32_t)slice.size - MODEL_REPLICA_LOG_PREFIX);
    model_replica_log_place(&replica->log, position);
}

void model_replica_tell_store(struct model_replica *replica, struct model_replica_outbox *outbox)
{
    if (replica->has_written) {
        SIM_ASSERT(replica->written_position > replica->stored_position);
        model_replica_outbox_note(outbox, MODEL_REPLICA_STORE, replica->written_position);
        replica->has_written = false;
    }
}

/* ---- dropping ---- */

/* Where nothing promised can get lost, nothing that is dropped had been promised. */
static bool can_lose(const struct model_replica *replica)
{
    return replica->config.acks == MODEL_ACKS_LEADER || replica->config.unclean_after > 0;
}

static void count_cut(struct model_replica *replica, const struct model_replica_record *record)
{
    const struct model_replica_reign *reign = &replica->reign;

    replica->counts.cut++;
    if (record->is_marker || record->replica != replica->config.replica) {
        return;
    }
    SIM_ASSERT(reign->epoch == 0 || reign->promised <= reign->doubted);
    if (record->epoch == reign->epoch && record->index <= reign->promised) {
        replica->counts.lost++;
    } else if (
        can_lose(replica) && (record->epoch != reign->epoch || record->index <= reign->doubted)) {
        replica->counts.in_doubt++;
    } else {
        return;
    }
    replica->counts.unsettled++;
}

static void count_cuts(struct model_replica *replica, uint64_t last)
{
    for (uint64_t index = last + 1; index <= model_replica_last_of(replica); index++) {
        const struct model_replica_record record = model_replica_log_read(&replica->log, index);
        count_cut(replica, &record);
    }
    SIM_ASSERT(replica->counts.cut >= replica->counts.lost + replica->counts.in_doubt);
}

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void clamp(struct model_replica *replica)
{
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(last >= replica->log.base);
    replica->committed = lower(replica->committed, last);
    replica->stored = lower(replica->stored, last);
    replica->matched = lower(replica->matched, last);
}

void model_replica_cut(
    struct model_replica *replica, uint64_t last, struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role != MODEL_REPLICA_LEADER);

    count_cuts(replica, last);
    model_replica_log_cut(&replica->log, last);
    clamp(replica);
    replica->cut_position = replica->written_position + 1;
    model_replica_outbox_note(outbox, MODEL_REPLICA_CUT, last);
}

void model_replica_reset(
    struct model_replica *replica,
    uint64_t base,
    uint64_t base_epoch,
    struct model_replica_outbox *outbox)
{
    SIM_ASSERT(replica->role != MODEL_REPLICA_LEADER);

    uint64_t kept =
        lower(base > replica->log.base ? base : replica->log.base, model_replica_last_of(replica));
    count_cuts(replica, kept);
    model_replica_log_reset(&replica->log, base, base_epoch);
    replica->committed = base;
    replica->stored = base;
    replica->matched = 0;
    replica->released = lower(replica->released, base);
    write_state(replica, true);
    replica->cut_position = replica->state_position;
    model_replica_outbox_note(outbox, MODEL_REPLICA_CUT, base);
}

/* ---- what the store need not keep ---- */

/* While a cut is not stored, a crash brings back what was cut, and that must then be whole. */
static void release_positions(struct model_replica *replica)
{
    uint64_t needed = replica->state_position;

    if (needed == 0 || !model_replica_is_state_stored(replica) ||
        replica->cut_position > replica->stored_position) {
        return;
    }
    if (replica->log.end > replica->log.begin) {
        needed =
            lower(needed, model_replica_log_at(&replica->log, replica->log.base + 1)->position);
    }
    SIM_ASSERT(needed > replica->released_position);
    if (needed - 1 > replica->released_position) {
        replica->released_position = needed - 1;
        replica->below->release(replica->below->context, needed - 1);
    }
}

void model_replica_release(struct model_replica *replica)
{
    uint64_t base = lower(replica->released, lower(replica->committed, replica->stored));

    if (model_replica_is_state_stored(replica) && base >= replica->log.base + RELEASE_COUNT) {
        model_replica_log_release(&replica->log, base);
        model_replica_write_state(replica);
    }
    SIM_ASSERT(replica->log.base <= replica->stored);
    release_positions(replica);
}

/* ---- replaying ---- */

/* A store forgets in pieces, so the first record may be any. Until a state says where the log
 * begins, it begins with the first entry that is there. */
static bool is_base_known(const struct model_replica_log *log)
{
    return log->base == 0 || log->base_epoch > 0;
}

static void begin_at(struct model_replica *replica, const struct model_replica_record *record)
{
    uint64_t base = record->index - 1;

    SIM_ASSERT(record->index > 0 && record->epoch > 0);
    model_replica_log_reset(&replica->log, base, base > 0 ? record->epoch : 0);
    replica->log.base_epoch = base == replica->stated_base ? replica->stated_base_epoch : 0;
}

/* Returns false when the state speaks of a log that is not there. */
static bool replay_base(struct model_replica *replica, const struct model_replica_record *record)
{
    struct model_replica_log *log = &replica->log;
    uint64_t base = record->index;

    if (record->is_reset || !replica->has_entry) {
        model_replica_log_reset(log, base, record->base_epoch);
        return true;
    }
    if (!is_base_known(log) && base <= log->base) {
        log->base_epoch = base == log->base ? record->base_epoch : 0;
        return true;
    }
    if (base < log->base || base > model_replica_log_last(log) ||
        model_replica_log_epoch(log, base) != record->base_epoch) {
        return false;
    }
    model_replica_log_release(log, base);
    SIM_ASSERT(log->base_epoch == record->base_epoch);
    return true;
}

static bool replay_state(
    struct model_replica *replica, uint64_t position, const struct model_replica_record *record)
{
    uint32_t vote = record->replica == 0 ? MODEL_REPLICA_NONE : record->replica - 1U;
    bool has_other_vote = record->epoch == replica->epoch && replica->vote != MODEL_REPLICA_NONE &&
                          replica->vote != vote;

    if (record->replica > replica->config.replicas || record->epoch < replica->epoch ||
        has_other_vote) {
        return false;
    }
    if (!replay_base(replica, record)) {
        return false;
    }
    SIM_ASSERT(position > replica->state_position);
    replica->epoch = record->epoch;
    replica->vote = vote;
    replica->state_position = position;
    replica->stated_base = record->index;
    replica->stated_base_epoch = record->base_epoch;
    replica->committed = record->is_reset ? record->index : replica->committed;
    return true;
}

static void remember_reign(struct model_replica *replica, const struct model_replica_record *record)
{
    struct model_replica_reign *reign = &replica->reign;

    if (record->replica != replica->config.replica || record->epoch < reign->epoch) {
        return;
    }
    SIM_ASSERT(record->committed < record->index);
    if (record->epoch > reign->epoch) {
        *reign = (struct model_replica_reign){.epoch = record->epoch};
    }
    reign->promised = record->committed > reign->promised ? record->committed : reign->promised;
    reign->doubted = record->index > reign->doubted ? record->index : reign->doubted;
}

/* Makes the log end where the entry begins. Returns false when it cannot. */
static bool make_place(struct model_replica *replica, const struct model_replica_record *record)
{
    struct model_replica_log *log = &replica->log;
    uint64_t before = record->index - 1;
    bool is_first = !replica->has_entry && record->index > log->base;

    if ((is_first && before > log->base) || (!is_base_known(log) && before < log->base)) {
        begin_at(replica, record);
    }
    if (before < log->base || before > model_replica_log_last(log) ||
        record->epoch < model_replica_log_epoch(log, before)) {
        return false;
    }
    model_replica_log_cut(log, before);
    SIM_ASSERT(model_replica_log_last(log) == before);
    replica->committed = lower(replica->committed, before);
    return true;
}

static bool replay_entry(
    struct model_replica *replica, uint64_t position, const struct model_replica_record *record)
{
    if (record->replica >= replica->config.replicas || !make_place(replica, record)) {
        return false;
    }
    SIM_ASSERT(record->index == model_replica_last_of(replica) + 1);
    model_replica_log_append(&replica->log, record);
    model_replica_log_place(&replica->log, position);
    replica->has_entry = true;
    replica->committed =
        record->committed > replica->committed ? record->committed : replica->committed;
    remember_reign(replica, record);
    return true;
}

bool model_replica_replay(
    model_replica *replica, uint64_t position, const void *record, uint32_t size)
{
    struct model_replica_record decoded;

    SIM_ASSERT(!replica->is_open);
    if (position <= replica->written_position ||
        !model_replica_record_decode(record, size, &decoded)) {
        return false;
    }
    bool is_good = decoded.kind == MODEL_REPLICA_STATE ? replay_state(replica, position, &decoded)
                                                       : replay_entry(replica, position, &decoded);
    if (is_good) {
        bool is_first = replica->written_position == 0;
        replica->released_position = is_first ? position - 1 : replica->released_position;
        replica->written_position = position;
    }
    return is_good;
}

/* What a store has given back is stored. Until a leader could have been heard, nobody gets a vote:
 * the life before may have promised that. */
bool model_replica_recovered(
    model_replica *replica, sim_time now, struct model_replica_outbox *outbox)
{
    uint64_t last = model_replica_last_of(replica);

    SIM_ASSERT(!replica->is_open && now >= 0);
    if (!is_base_known(&replica->log) ||
        model_replica_log_epoch(&replica->log, last) > replica->epoch) {
        return false;
    }
    replica->is_open = true;
    replica->now = now;
    replica->heard_at = now;
    replica->alone_since = now;
    replica->stored_position = replica->written_position;
    replica->stored = last;
    replica->committed =
        replica->committed > replica->log.base ? replica->committed : replica->log.base;
    replica->released = replica->log.base;
    model_replica_wait(replica);
    model_replica_tell_store(replica, outbox);
    return true;
}

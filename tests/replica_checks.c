/* What must hold after every step.
 *
 * Two registers stand for the whole past. For each epoch: who led it, and, of each entry that was
 * ever seen in any log, its checksum and the epoch of the entry before it. Two logs that agree in
 * an entry and in the epoch of the one before it, for every entry, agree in everything before: that
 * is log matching, checked in constant time for each new entry of a log. And for each index: the
 * epoch of the entry that was committed there first. */
/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/crc32c.h"
#include "models/replica_state.h"

#include "tests/replica_network.h"

#define NOBODY UINT32_MAX

struct known_entry {
    uint32_t checksum; /* of its record */
    uint32_t is_known;
    uint64_t epoch_before;
};

struct known_epoch {
    uint64_t epoch;
    uint32_t leader;
    uint64_t first; /* index of entries[0] */
    uint64_t count;
    uint64_t capacity;
    struct known_entry *entries;
};

struct committed_entry {
    uint64_t epoch;
    uint64_t by; /* the epoch of who said so first: the leader that committed it */
};

struct replica_checks {
    struct known_epoch *epochs;
    uint32_t epoch_count;
    uint32_t epoch_capacity;
    struct committed_entry *committed; /* by index - 1 */
    uint64_t committed_count;
    uint64_t committed_capacity;
    struct replica_promise *promises;
    uint64_t promise_count;
    uint64_t promise_capacity;
    uint64_t promises_by_heal;
    sim_time recovered_at;
};

struct replica_checks *replica_checks_create(void)
{
    return sim_allocate(1, sizeof(struct replica_checks));
}

void replica_checks_destroy(struct replica_checks *checks)
{
    for (uint32_t i = 0; i < checks->epoch_count; i++) {
        free(checks->epochs[i].entries);
    }
    free(checks->epochs);
    free(checks->committed);
    free(checks->promises);
    free(checks);
}

void replica_violate(struct replica_network *network, const char *format, ...)
{
    struct replica_result *result = network->result;
    va_list arguments;

    if (result->violation[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(result->violation, sizeof(result->violation), format, arguments);
    va_end(arguments);
}

/* Room for `count` things. */
static void *reserve(void *things, uint64_t count, uint64_t *capacity, size_t size)
{
    uint64_t wanted = *capacity == 0 ? 32 : *capacity;

    if (count <= *capacity) {
        return things;
    }
    while (wanted < count) {
        wanted *= 2;
    }
    void *grown = sim_grow(things, *capacity, wanted, size);
    *capacity = wanted;
    return grown;
}

/* Where only a minority may have what is promised, it can get lost. */
static bool may_lose(const struct replica_network *network)
{
    return network->plan.acks == MODEL_ACKS_LEADER || network->plan.unclean_after > 0;
}

/* ---- one leader to an epoch ---- */

static struct known_epoch *epoch_of(struct replica_checks *checks, uint64_t epoch)
{
    for (uint32_t i = checks->epoch_count; i > 0; i--) {
        if (checks->epochs[i - 1].epoch == epoch) {
            return &checks->epochs[i - 1];
        }
    }
    uint64_t capacity = checks->epoch_capacity;
    checks->epochs = reserve(
        checks->epochs, checks->epoch_count + UINT64_C(1), &capacity, sizeof(*checks->epochs));
    checks->epoch_capacity = (uint32_t)capacity;
    checks->epochs[checks->epoch_count] = (struct known_epoch){.epoch = epoch, .leader = NOBODY};
    return &checks->epochs[checks->epoch_count++];
}

/* A leader's log has all that was committed in epochs before its own. */
static void check_completeness(struct replica_node *node)
{
    const struct replica_checks *checks = node->network->checks;
    const struct model_replica_log *log = &node->replica->log;
    uint64_t last = model_replica_log_last(log);

    for (uint64_t index = log->base + 1; index <= checks->committed_count; index++) {
        const struct committed_entry *entry = &checks->committed[index - 1];
        if (entry->by < node->replica->epoch &&
            (index > last || model_replica_log_epoch(log, index) != entry->epoch)) {
            replica_violate(
                node->network,
                "leader %u of epoch %llu lacks the committed entry %llu",
                node->number,
                (unsigned long long)node->replica->epoch,
                (unsigned long long)index);
            return;
        }
    }
}

static void check_leader(struct replica_node *node)
{
    struct replica_network *network = node->network;

    if (model_replica_role_of(node->replica) != MODEL_REPLICA_LEADER) {
        return;
    }
    struct known_epoch *known = epoch_of(network->checks, model_replica_epoch(node->replica));
    if (known->leader == NOBODY) {
        known->leader = node->number;
        replica_strike(node);
        if (!may_lose(network)) {
            check_completeness(node);
        }
    }
    if (known->leader != node->number) {
        replica_violate(
            network,
            "epoch %llu has two leaders, %u and %u",
            (unsigned long long)known->epoch,
            known->leader,
            node->number);
    }
}

/* Leases of two leaders never overlap. A leader without a quorum may come while one lasts. */
static void check_lease(struct replica_node *node)
{
    struct replica_network *network = node->network;
    uint32_t holders = 0;

    if (network->plan.unclean_after > 0 || !model_replica_is_serving(node->replica)) {
        return;
    }
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        const struct replica_node *other = &network->nodes[i];
        holders += other->replica != NULL &&
                   model_replica_has_lease(other->replica, replica_local_time(other, network->now));
    }
    if (holders > 1) {
        replica_violate(network, "%u replicas have the lease at once", holders);
    }
}

/* ---- logs ---- */

static struct known_entry *entry_of(struct known_epoch *known, uint64_t index)
{
    if (known->count == 0) {
        known->first = index;
    }
    if (index < known->first) { /* a follower may be seen from the middle of an epoch on */
        uint64_t more = known->first - index;
        known->entries =
            reserve(known->entries, known->count + more, &known->capacity, sizeof(*known->entries));
        memmove(known->entries + more, known->entries, known->count * sizeof(*known->entries));
        memset(known->entries, 0, more * sizeof(*known->entries));
        known->first = index;
        known->count += more;
    }
    uint64_t place = index - known->first;
    if (place >= known->count) {
        known->entries =
            reserve(known->entries, place + 1, &known->capacity, sizeof(*known->entries));
        memset(
            known->entries + known->count, 0, (place + 1 - known->count) * sizeof(*known->entries));
        known->count = place + 1;
    }
    return &known->entries[place];
}

static uint32_t checksum_of(const struct model_replica_log *log, uint64_t index)
{
    struct model_replica_log_slice slice = model_replica_log_slice_from(log, index, 0);

    return model_crc32c(0, slice.bytes, slice.size);
}

static void check_entry(struct replica_node *node, uint64_t index)
{
    const struct model_replica_log *log = &node->replica->log;
    struct known_epoch *known =
        epoch_of(node->network->checks, model_replica_log_epoch(log, index));
    struct known_entry *entry = entry_of(known, index);
    const struct known_entry found = {
        .checksum = checksum_of(log, index),
        .is_known = 1,
        .epoch_before = model_replica_log_epoch(log, index - 1),
    };

    if (entry->is_known == 0) {
        *entry = found;
    } else if (memcmp(entry, &found, sizeof(found)) != 0) {
        replica_violate(
            node->network,
            "replica %u has another entry %llu of epoch %llu than was seen before",
            node->number,
            (unsigned long long)index,
            (unsigned long long)known->epoch);
    }
}

/* Entries that are not as they were seen last, from the end backwards. Behind a change, everything
 * is new. */
static void check_log(struct replica_node *node)
{
    const struct model_replica_log *log = &node->replica->log;
    uint64_t last = model_replica_log_last(log);

    node->seen = reserve(node->seen, last + 1, &node->seen_capacity, sizeof(*node->seen));
    for (uint64_t index = last; index > log->base; index--) {
        uint64_t epoch = model_replica_log_epoch(log, index);
        if (index <= node->seen_last && node->seen[index] == epoch) {
            break;
        }
        check_entry(node, index);
        node->seen[index] = epoch;
    }
    node->seen_last = last;
}

/* ---- what is committed ---- */

/* This node says that everything up to `committed` is. */
void replica_check_claim(struct replica_node *node, uint64_t committed)
{
    struct replica_network *network = node->network;
    struct replica_checks *checks = network->checks;
    const struct model_replica_log *log = &node->replica->log;
    uint64_t from = node->seen_committed > log->base ? node->seen_committed : log->base;

    if (from > checks->committed_count) {
        replica_violate(network, "replica %u skips a committed entry", node->number);
        return;
    }
    for (uint64_t index = from + 1; index <= committed; index++) {
        uint64_t epoch = model_replica_log_epoch(log, index);
        checks->committed = reserve(
            checks->committed, index, &checks->committed_capacity, sizeof(*checks->committed));
        if (index == checks->committed_count + 1) {
            checks->committed[checks->committed_count++] =
                (struct committed_entry){.epoch = epoch, .by = node->replica->epoch};
        }
        if (checks->committed[index - 1].epoch != epoch) {
            replica_violate(
                network,
                "replica %u has committed another entry %llu, of epoch %llu instead of %llu",
                node->number,
                (unsigned long long)index,
                (unsigned long long)epoch,
                (unsigned long long)checks->committed[index - 1].epoch);
            return;
        }
    }
}

static void check_committed(struct replica_node *node)
{
    uint64_t committed = model_replica_committed(node->replica);

    if (may_lose(node->network)) {
        return;
    }
    if (committed < node->seen_committed) {
        replica_violate(node->network, "replica %u takes back what it has committed", node->number);
        return;
    }
    replica_check_claim(node, committed);
    node->seen_committed = committed;
}

static void promise(struct replica_node *node, uint64_t index, uint64_t epoch)
{
    struct replica_checks *checks = node->network->checks;

    checks->promises = reserve(
        checks->promises,
        checks->promise_count + 1,
        &checks->promise_capacity,
        sizeof(*checks->promises));
    checks->promises[checks->promise_count++] =
        (struct replica_promise){.index = index, .epoch = epoch};
    if (node->network->now > node->network->end_of_chaos && checks->recovered_at == 0) {
        checks->recovered_at = node->network->now;
    }
}

/* A leader promises what it appended itself in its present reign. */
static void note_promises(struct replica_node *node)
{
    const struct model_replica *replica = node->replica;

    if (replica->role != MODEL_REPLICA_LEADER) {
        return;
    }
    if (node->reign != replica->epoch) {
        node->reign = replica->epoch;
        node->acknowledged = replica->opened_at; /* a marker, which is promised to nobody */
    }
    for (; node->acknowledged < replica->committed; node->acknowledged++) {
        promise(node, node->acknowledged + 1, replica->epoch);
    }
}

void replica_check_step(struct replica_node *node)
{
    check_leader(node);
    check_log(node);
    check_committed(node);
    note_promises(node);
    check_lease(node);
    if (node->network->result->steps % 32 == 0) {
        model_replica_check(node->replica);
    }
}

/* ---- at the end ---- */

/* All are up, and have the same log, to the byte. */
static void check_equality(struct replica_network *network)
{
    const struct model_replica_log *first = &network->nodes[0].replica->log;
    uint64_t last = model_replica_log_last(first);

    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        const struct model_replica_log *log = &network->nodes[i].replica->log;
        uint64_t base = log->base > first->base ? log->base : first->base;
        if (model_replica_log_last(log) != last || network->nodes[i].replica->committed != last) {
            replica_violate(
                network,
                "replica %u has committed %llu of %llu entries in the end, and the first has %llu",
                i,
                (unsigned long long)network->nodes[i].replica->committed,
                (unsigned long long)model_replica_log_last(log),
                (unsigned long long)last);
            return;
        }
        if (base == last) {
            continue;
        }
        struct model_replica_log_slice left =
            model_replica_log_slice_from(first, base + 1, SIZE_MAX);
        struct model_replica_log_slice right =
            model_replica_log_slice_from(log, base + 1, SIZE_MAX);
        if (left.size != right.size || memcmp(left.bytes, right.bytes, left.size) != 0) {
            replica_violate(network, "the logs of replicas 0 and %u are not the same", i);
        }
    }
}

static uint64_t count_lost(const struct replica_network *network)
{
    const struct replica_checks *checks = network->checks;
    const struct model_replica_log *log = &network->nodes[0].replica->log;
    uint64_t last = model_replica_log_last(log);
    uint64_t lost = 0;

    for (uint64_t i = 0; i < checks->promise_count; i++) {
        const struct replica_promise *made = &checks->promises[i];
        if (made->index > log->base &&
            (made->index > last || model_replica_log_epoch(log, made->index) != made->epoch)) {
            lost++;
        }
    }
    return lost;
}

static void sum_counts(const struct replica_network *network, struct model_replica_counts *sum)
{
    *sum = network->result->counts;
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        struct model_replica_counts counts = model_replica_counts_of(network->nodes[i].replica);
        sum->lost += counts.lost;
        sum->in_doubt += counts.in_doubt;
        sum->unsettled += counts.unsettled;
        sum->restored += counts.restored;
    }
}

/* What the replicas counted is the truth, give or take what a crash left in doubt. */
static void check_losses(struct replica_network *network)
{
    struct replica_result *result = network->result;
    struct model_replica_counts sum;

    sum_counts(network, &sum);
    result->lost = count_lost(network);
    if (!may_lose(network)) {
        if (result->lost > 0 || sum.lost > 0) {
            replica_violate(
                network, "%llu promised entries are lost", (unsigned long long)result->lost);
        }
        return;
    }
    result->is_counted_exactly = sum.in_doubt + sum.unsettled + sum.restored == 0;
    if (network->plan.releases) {
        return; /* what has been released is not counted */
    }
    if (result->lost > sum.lost + sum.in_doubt ||
        result->lost + sum.restored + sum.unsettled < sum.lost) {
        replica_violate(
            network,
            "%llu lost, but counted %llu, %llu in doubt, %llu restored, %llu unsettled",
            (unsigned long long)result->lost,
            (unsigned long long)sum.lost,
            (unsigned long long)sum.in_doubt,
            (unsigned long long)sum.restored,
            (unsigned long long)sum.unsettled);
    }
}

void replica_check_end(struct replica_network *network)
{
    const struct replica_checks *checks = network->checks;
    struct replica_result *result = network->result;

    result->acknowledged = checks->promise_count;
    if (checks->recovered_at == 0) {
        replica_violate(network, "nothing is acknowledged for ten timeouts after the last heal");
        return;
    }
    result->recovered_after = checks->recovered_at - network->end_of_chaos;
    for (uint32_t i = 0; i < network->plan.replicas; i++) {
        model_replica_check(network->nodes[i].replica);
        network->nodes[i].seen_last = 0; /* look at everything once more */
        check_log(&network->nodes[i]);
    }
    check_equality(network);
    check_losses(network);
}

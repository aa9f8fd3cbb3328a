/* models/producer_consumer.h - many producers and many consumers share one queue; each message goes
 * to one consumer at a time, under a lease, until one acks it.
 *
 * A message that was offered is in exactly one state: refused, deduplicated (offered again within
 * the window), uncommitted (in the store's hands, not yet promised), delayed (not yet due, or given
 * back and waiting for its backoff), waiting, leased, acked, dropped, expired (it outlived its
 * time) or dead. model_pc_check() asserts that the counts add up:
 *
 *   offered = refused + deduplicated + uncommitted + delayed + waiting + leased + acked + dropped +
 *             expired + dead
 *
 * where offered counts from the queue's creation or recovery, recovered messages included. Delivery
 * is at least once: a lease that expires puts its message back. `pc` in names stands for this
 * model. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PRODUCER_CONSUMER_H
#define MODELS_PRODUCER_CONSUMER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/full.h"
#include "models/message.h"
#include "models/outbox.h"
#include "models/store.h"
#include "sim/base.h"

struct model_pc_config {
    uint64_t capacity; /* messages inside, whatever their state; at least 1 */
    enum model_when_full when_full;
    sim_time lease;         /* how long a consumer may hold a message; > 0 */
    uint32_t attempts_max;  /* deliveries before a message is dead; 0: no limit */
    uint32_t prefetch;      /* leases a consumer may hold at once; 0: no limit */
    sim_time backoff_first; /* delay of the first redelivery after a nack; 0: none */
    sim_time backoff_max;   /* it doubles with each attempt up to here */
    uint32_t payload_max;   /* bytes of a message's payload; 0: no limit */

    /* All zero: the queue does none of this. */
    sim_time time_to_live;  /* a message that has waited so long leaves; 0: it waits for ever */
    uint32_t dedup_count;   /* ids that are remembered; 0: none */
    sim_time dedup_window;  /* for how long; 0: until newer ones take their place */
    bool keeps_dead;        /* the dead stay until model_pc_remove_dead() */
    bool has_single_active; /* only the longest joined consumer receives: see model_pc_fence() */
};

enum model_pc_config_status {
    MODEL_PC_CONFIG_OK,
    MODEL_PC_BAD_CAPACITY, /* 0, or 2^32 - 1 or more */
    MODEL_PC_BAD_POLICY,
    MODEL_PC_BAD_LEASE,   /* not above 0 */
    MODEL_PC_BAD_BACKOFF, /* below 0, or its maximum is below its first */
    MODEL_PC_BAD_TIMES,   /* a time to live or a window below 0 */
};

#define MODEL_PC_PRIORITIES 8

/* What is different about one message. */
struct model_send_options {
    uint8_t priority;      /* below MODEL_PC_PRIORITIES; the larger goes first */
    sim_time delay;        /* until it can be received */
    sim_time time_to_live; /* 0: that of the queue */
};

enum model_send_result {
    MODEL_SENT,         /* in the queue; MODEL_SEND_CONFIRMED says when it is promised */
    MODEL_SEND_FULL,    /* block: nothing changed, try again after MODEL_ROOM */
    MODEL_SEND_REFUSED, /* reject: nothing changed but the count of refused */
    MODEL_SEND_DROPPED, /* drop_newest: it was dropped, and counted; the sender need not know */
    /* What is wrong with the send itself: nothing changed, not even a count. */
    MODEL_SEND_TOO_LARGE,   /* the payload is larger than the queue allows */
    MODEL_SEND_BAD_OPTIONS, /* there is no such priority, or a time is below 0 */
    MODEL_SEND_CLOSED,
};

enum model_receive_result {
    MODEL_RECEIVED,
    MODEL_RECEIVE_NOTHING,   /* there is nothing for this consumer now */
    MODEL_RECEIVE_NO_MEMBER, /* the consumer has left, or never joined */
    MODEL_RECEIVE_CLOSED,
};

/* But for the first, nothing changed. */
enum model_ack_result {
    MODEL_ACKED,
    MODEL_ACK_REPEATED,  /* this delivery was acked before; known for MODEL_PC_ACKS_KNOWN more */
    MODEL_ACK_STALE,     /* the lease is over, or never was */
    MODEL_ACK_BAD_DELAY, /* of a nack: below 0 */
    MODEL_ACK_CLOSED,
};

/* A second ack is told from a stale one until so many later deliveries were made or a crash came
 * between; then it is stale. */
#define MODEL_PC_ACKS_KNOWN 1024

#define MODEL_PC_NOBODY     UINT32_MAX /* the number of no consumer */

/* Names one delivery. */
struct model_lease {
    uint64_t generation; /* of the delivery: no two in a queue's life are equal */
    uint32_t slot;
    uint32_t consumer;
};

struct model_delivery {
    struct model_message message;
    struct model_lease lease;
};

struct model_pc_counts {
    uint64_t offered;
    uint64_t refused;
    uint64_t deduplicated;
    uint64_t uncommitted;
    uint64_t delayed;
    uint64_t waiting;
    uint64_t leased;
    uint64_t acked;
    uint64_t dropped;
    uint64_t expired;
    uint64_t dead;
    uint64_t dead_kept;   /* of these, those that are still here */
    uint64_t delivered;   /* deliveries, of which one message may have several */
    uint64_t redelivered; /* of these, those of a message delivered before */
};

typedef struct model_pc model_pc;

/* Whether a queue can be so; the first thing that is out of its range. */
SIM_MUST_USE enum model_pc_config_status model_pc_check_config(
    const struct model_pc_config *config);

/* `store` is borrowed for the queue's life; NULL keeps messages in memory only. Returns NULL when
 * the queue can not be so: model_pc_check_config() says why. */
model_pc *model_pc_create(const struct model_pc_config *config, const struct model_store *store);
void model_pc_destroy(model_pc *queue);

/* ---- recovery: after create, before anything else ---- */

/* Applies one record that the store kept, in the order of their positions. Returns false, and
 * changes nothing, when the record makes no sense here: the store's content is not this queue's. */
SIM_MUST_USE bool model_pc_replay(
    model_pc *queue, uint64_t position, const void *record, uint32_t size);

/* Ends the recovery. What was leased waits again, with its attempts counted. */
void model_pc_recovered(model_pc *queue, sim_time now, struct model_outbox *outbox);

/* ---- operation ---- */

enum model_send_result model_pc_send(
    model_pc *queue,
    const struct model_message *message,
    sim_time now,
    struct model_outbox *outbox);

/* The same with options; NULL: none. A message whose id is remembered is not taken again:
 * MODEL_SENT, and MODEL_SEND_CONFIRMED in its turn, as if it had been. */
enum model_send_result model_pc_send_with(
    model_pc *queue,
    const struct model_message *message,
    const struct model_send_options *options,
    sim_time now,
    struct model_outbox *outbox);

/* A new consumer's number; MODEL_PC_NOBODY when the queue is closed. Numbers of those that left are
 * used again. */
uint32_t model_pc_join(model_pc *queue);

/* Gives back everything the consumer holds, at once. Returns false, and changes nothing, when it
 * had left, or the queue is closed. */
bool model_pc_leave(model_pc *queue, uint32_t consumer, sim_time now, struct model_outbox *outbox);

/* Takes the first waiting message under a lease: of the highest priority, those that were given
 * back before the others, the oldest first. There is nothing when none waits, the consumer holds
 * its prefetch limit, another one is the single active consumer, or the store has not yet committed
 * what a recovery wrote. Unless it returns MODEL_RECEIVED, nothing changed. */
SIM_MUST_USE enum model_receive_result model_pc_receive(
    model_pc *queue,
    uint32_t consumer,
    sim_time now,
    struct model_delivery *out_delivery,
    struct model_outbox *outbox);

/* A lease that is past its deadline is good until model_pc_expire() has ended it. */
SIM_MUST_USE enum model_ack_result model_pc_ack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox);

/* Gives the message back; it waits again after the configured backoff, unless it is dead. */
SIM_MUST_USE enum model_ack_result model_pc_nack(
    model_pc *queue, const struct model_lease *lease, sim_time now, struct model_outbox *outbox);

/* The same, after a delay of the caller's choice. */
SIM_MUST_USE enum model_ack_result model_pc_nack_after(
    model_pc *queue,
    const struct model_lease *lease,
    sim_time delay,
    sim_time now,
    struct model_outbox *outbox);

/* The store has committed every position up to and including this one. */
void model_pc_committed(
    model_pc *queue, uint64_t position, sim_time now, struct model_outbox *outbox);

/* When model_pc_expire() next has something to do; SIM_NEVER: not by time alone. */
sim_time model_pc_next_deadline(const model_pc *queue);

/* Ends the leases, the delays and the lives that are due. */
void model_pc_expire(model_pc *queue, sim_time now, struct model_outbox *outbox);

/* From now on everything but looking, model_pc_committed() and model_pc_destroy() changes nothing,
 * and says that the queue is closed where it says anything. */
void model_pc_close(model_pc *queue);

/* ---- a single active consumer ---- */

/* The consumer's fencing token while it is the active one, else 0. Tokens grow, also across
 * recoveries, and the generations of its leases are above it: who guards something with the largest
 * token seen keeps out a holder that has been replaced. The active consumer is replaced when it
 * leaves, or when it lets a lease expire while others wait to follow; all it holds is then given
 * back, so its acks are stale. */
uint64_t model_pc_fence(const model_pc *queue, uint32_t consumer);

/* ---- dead letters, where the queue keeps them ---- */

/* The one that died first. Returns false when there is none. */
SIM_MUST_USE bool model_pc_first_dead(const model_pc *queue, struct model_message *out_message);

/* The first one has found another home, which has promised to keep it. Returns false, and changes
 * nothing, when there is none. */
bool model_pc_remove_dead(model_pc *queue, sim_time now, struct model_outbox *outbox);

/* ---- looking ---- */

struct model_pc_counts model_pc_counts_of(const model_pc *queue);

/* Messages inside: uncommitted, delayed, waiting and leased. The dead that are kept take room too.
 */
uint64_t model_pc_depth(const model_pc *queue);

typedef void model_pc_visit_fn(void *context, const struct model_message *message);

/* Every message inside, in no order that means anything but the same in every run. */
void model_pc_visit(const model_pc *queue, model_pc_visit_fn *visit, void *context);

/* Asserts the law above and every other invariant, in O(messages inside). */
void model_pc_check(const model_pc *queue);

#endif

/* tests/contract.h - what the contract suite asks of a model, in words that all of them understand.
 *
 * An adapter says how one model is opened, offered a message, asked for one and told that it is
 * done; and it has a behaviour for each feature that the model claims and the others do not share.
 * A rig is one queue under test, with its journal on a disk in memory if it has one. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CONTRACT_H
#define TESTS_CONTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "models/capabilities.h"
#include "models/journal.h"
#include "models/message.h"
#include "models/outbox.h"

struct fake_disk;

#define CONTRACT_CONSUMERS 2

enum contract_offer {
    CONTRACT_TAKEN,
    CONTRACT_FULL,
    CONTRACT_REFUSED,
    CONTRACT_DROPPED,
    CONTRACT_NOT_TAKEN, /* for another reason */
};

enum contract_done {
    CONTRACT_DONE,
    CONTRACT_STALE,
    CONTRACT_REPEATED,
    CONTRACT_NOT_DONE, /* for another reason */
};

/* Names one delivery; the adapter knows what is in it. */
struct contract_receipt {
    uint64_t words[4];
};

struct contract_rig {
    const struct contract_adapter *adapter;
    enum model_store_kind store;
    enum model_when_full when_full;
    uint64_t capacity;
    sim_time now;
    struct model_outbox outbox; /* of the last word only */
    uint64_t digest;            /* of everything that was answered */
    void *queue;                /* the adapter's */
    enum model_sync sync;
    bool is_eager;          /* the journal is pumped with every word */
    struct fake_disk *disk; /* NULL without a journal, as is the journal */
    struct model_files files;
    model_journal *journal;
};

typedef void contract_behaviour(struct contract_rig *rig);

struct contract_feature {
    enum model_feature feature;
    contract_behaviour *behaviour;
};

struct contract_adapter {
    enum model_kind kind;
    void (*open)(struct contract_rig *rig); /* from what the journal holds, if there is one */
    void (*close)(struct contract_rig *rig);
    bool (*can_be_created)(uint64_t capacity); /* or has it a result of its own for that? */
    enum contract_offer (*offer)(struct contract_rig *rig, const struct model_message *message);
    /* The id, 0 when there is none. */
    uint64_t (*take)(
        struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt);
    void (*law)(const struct contract_rig *rig, uint64_t *out_offered, uint64_t *out_sum);

    /* NULL where the model claims no ack and no redelivery. */
    enum contract_done (*done)(struct contract_rig *rig, const struct contract_receipt *receipt);
    void (*lose)(struct contract_rig *rig, uint32_t consumer); /* it dies, and is there again */
    void (*committed)(struct contract_rig *rig, uint64_t position);
    model_journal_visit_fn *replay;

    const struct contract_feature *features; /* its own behaviours */
    uint32_t feature_count;
};

extern const struct contract_adapter contract_point_to_point;
extern const struct contract_adapter contract_producer_consumer;
extern const struct contract_adapter contract_publish_subscribe;
extern const struct contract_adapter contract_mvc;

/* ---- rigs ---- */

void contract_open(
    struct contract_rig *rig,
    const struct contract_adapter *adapter,
    enum model_store_kind store,
    enum model_when_full when_full);
void contract_close(struct contract_rig *rig);

/* The store for a queue to be opened on; NULL: in memory. */
const struct model_store *contract_store(const struct contract_rig *rig);

/* An empty journal in place of the one that there was; the adapter's queue is closed. */
void contract_renew_journal(struct contract_rig *rig);

/* Has the journal visit what it holds; the adapter's queue is there. */
void contract_replay(struct contract_rig *rig);

/* The words of the suite: each ends with the law, and goes into the digest. */
enum contract_offer contract_offer_key(struct contract_rig *rig, uint64_t id, uint64_t key);
enum contract_offer contract_offer_message(
    struct contract_rig *rig, const struct model_message *message);
uint64_t contract_take(
    struct contract_rig *rig, uint32_t consumer, struct contract_receipt *out_receipt);
enum contract_done contract_done_with(
    struct contract_rig *rig, const struct contract_receipt *receipt);
void contract_lose(struct contract_rig *rig, uint32_t consumer);

/* The journal writes what it was given, and the queue is told. Nothing in memory. */
void contract_pump(struct contract_rig *rig);

/* The machine loses its power: what was not synced is gone; the queue is opened again. */
void contract_crash(struct contract_rig *rig);

bool contract_was_told(const struct contract_rig *rig, enum model_notice_kind kind, uint64_t id);

#endif

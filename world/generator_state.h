/* world/generator_state.h - what a generator is made of, for its two files. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_GENERATOR_STATE_H
#define WORLD_GENERATOR_STATE_H

#include "world/assign.h"
#include "world/consumer.h"
#include "world/fifo.h"
#include "world/generator.h"
#include "world/order_desk.h"
#include "world/singleton.h"

#define WORLD_JOB_NONE UINT32_MAX

enum world_job_state {
    WORLD_JOB_FREE,
    WORLD_JOB_IN_SERVICE, /* decided */
    WORLD_JOB_AT_BOOK,
    WORLD_JOB_AT_PEER,
    WORLD_JOB_GIVEN_UP, /* nobody waits for it: what it reserved is kept until the book is read */
};

/* A rule that the generator has taken up. */
struct world_job {
    uint32_t slot; /* of the packet that asked, while it is not given up; of a free one: the next */
    uint8_t state;
    uint8_t kind;   /* of enum world_order_kind; 0: it cannot be understood, or none is written */
    uint8_t region; /* of the peer that it is at */
    bool is_peers;  /* a peer asks; it holds the place in the person's day */
    bool has_day;   /* a place in the person's day is reserved for it, and no customer */
    uint32_t customer; /* reserved for it, or WORLD_ROSTER_NOBODY */
    uint32_t person;
    uint32_t day;
    uint64_t rule;
    uint64_t revision; /* of the copy by which it was decided */
};

struct world_generator_counters {
    struct sim_counter *decided;
    struct sim_counter *failed;    /* could not be understood */
    struct sim_counter *passed_on; /* to a peer */
    struct sim_counter *dropped;   /* it was not, or no longer, its turn */
    struct sim_counter *batches;
    struct sim_gauge *waiting;
    struct sim_gauge *busy;
    struct sim_tally *wait;
    struct sim_tally *response;
};

struct world_batch; /* world/generator_batch.c */

struct world_generator {
    struct world_node node;
    struct world_generator_config config;
    struct world_generator_counters counters;
    struct world_order_desk desk;
    world_singleton *singleton; /* NULL: it is always its turn */
    world_consumer *intake;     /* where its rules come from; NULL: a peer only */
    struct world_generator *peers[WORLD_ROSTER_REGIONS_MAX + 1]; /* by region; NULL: unknown */
    struct world_pipe *to_peers[WORLD_ROSTER_REGIONS_MAX + 1];
    struct sim_stream service;
    struct world_fifo waiting[WORLD_GENERATOR_PRIORITIES]; /* position: when it came */
    uint32_t waiting_count;
    struct world_job *jobs;
    uint32_t free_head;
    uint32_t *batch; /* jobs in service */
    uint32_t batch_count;
    struct world_alarm gather;
    sim_time gathers_until; /* SIM_NEVER: nothing waits for a batch */
    uint64_t epoch;         /* what was begun in an earlier one is not finished */
    bool is_busy;
    bool was_active;
    struct world_batch *work;
};

struct world_rule world_generator_rule(
    const struct world_generator *generator, const struct world_job *job);

/* Decides over the jobs of the batch, as they came or together. Returns what it takes besides the
 * service of each. */
sim_time world_generator_decide(struct world_generator *generator);

/* What comes: rules, and answers. */
void world_generator_receive(struct world_node *node, uint32_t slot);

/* Looks at whose turn it is. While it is up. */
void world_generator_look(struct world_generator *generator);

/* Whoever asked gets no answer, and will ask again. Takes the slot. */
void world_generator_drop(struct world_generator *generator, uint32_t slot);

/* Gives back what is reserved for the job; returns its packet, which is the caller's. */
uint32_t world_generator_close_job(struct world_generator *generator, uint32_t index);

void world_generator_note_waiting(struct world_generator *generator);
void world_generator_set_busy(struct world_generator *generator, bool is_busy);

/* For its alarms. */
void world_generator_gathered(void *context);
void world_generator_overdue(void *context);

/* At the end of a life, and before the first one. */
void world_generator_forget_all(struct world_generator *generator);
void world_generator_free_jobs(struct world_generator *generator);

struct world_batch *world_batch_create(void);
void world_batch_destroy(struct world_batch *batch);

#endif

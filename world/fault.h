/* world/fault.h - something that goes wrong in the world for a time, and what it hit.
 *
 * A fault is made once, with what it strikes and how hard, and is started and stopped as often as a
 * scenario likes. It is over when it has been stopped as often as it was started; and what it
 * strikes is well again when every fault that strikes it is over: so faults may overlap and nest.
 * Each counts what it hit, and one that never hit anything can be told from one that did.
 *
 * What strikes what is made in fault_link.h, fault_node.h, fault_disk.h and fault_load.h.
 * docs/faults.md says what each does. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_H
#define WORLD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sim/base.h"
#include "sim/random.h"

struct world;
struct world_fault;

struct world_fault_type {
    const char *name;                           /* "cut", "pause", ... */
    void (*begin)(struct world_fault *fault);   /* at its first start */
    void (*end)(struct world_fault *fault);     /* at its last stop */
    void (*destroy)(struct world_fault *fault); /* frees what it holds, and itself */
};

struct world_fault {
    const struct world_fault_type *type;
    struct world *world;
    char *name;               /* of its stream: "fault/cut/beijing/shanghai", and a number from the
                                 second of that kind on */
    struct sim_stream stream; /* of its own draws */
    uint32_t starts;          /* that were not stopped yet */
    uint64_t begun;           /* how often it began */
    uint64_t hit;             /* messages, packets or operations: docs/faults.md says which */
    sim_time since;           /* when it began last */
};

/* Those of a world, in the order of their making. */
struct world_faults {
    GPtrArray *list; /* of struct world_fault, owned */
    uint32_t active; /* that have begun and not ended */
    sim_time healed; /* when the last of them ended; 0: none has */
};

void world_faults_init(struct world_faults *faults);
void world_faults_finish(struct world_faults *faults);

/* For the makers of faults: enters one in the world, which owns it from then on. `target` is the
 * path of what it strikes, `drawn` the path by which it draws (world_datacenter_add_drawing_as()).
 */
void world_fault_init(
    struct world_fault *fault,
    const struct world_fault_type *type,
    struct world *world,
    const char *target,
    const char *drawn);

/* A plain destroy(), for faults that hold nothing else. */
void world_fault_free(struct world_fault *fault);

void world_fault_start(struct world_fault *fault);

/* Nothing, when it is over. */
void world_fault_stop(struct world_fault *fault);

static inline bool world_fault_is_active(const struct world_fault *fault)
{
    return fault->starts > 0;
}

/* Has it start at one time and stop at another, noted as incidents: "label" and "label: over". A
 * NULL label is the fault's name. */
void world_fault_plan(struct world_fault *fault, sim_time from, sim_time until, const char *label);

/* True with this probability, by a draw that belongs to the fault and to `id`. */
bool world_fault_draws(const struct world_fault *fault, uint64_t id, double probability);

/* Asserts that what is known of them agrees. */
void world_faults_verify(const struct world *world);

/* ---- lists of faults, kept by what they strike, in the order in which they began ---- */

void world_fault_list_add(GPtrArray **list, struct world_fault *fault);
void world_fault_list_remove(GPtrArray *list, struct world_fault *fault);

static inline uint32_t world_fault_list_count(const GPtrArray *list)
{
    return list == NULL ? 0 : list->len;
}

#endif

/* models/mvc.h - versioned state of keyed entries: one model writes, many views follow.
 *
 * The sender and the receiver are one entity that shares the queue: a post changes the state and is
 * at the same time a change that every view will get. A view drains at its own speed; per key only
 * the newest change waits for it (conflation), so memory is bounded by the number of keys however
 * slow a view is. No reader ever delays the writer, and what a reader gets is always the state, or
 * a part of it, as it was at one version: also when the writer died half-way through a post.
 *
 * The state lives in memory that the caller gives and holds offsets, not pointers: threads, or
 * processes that map it, attach each with a handle of its own. A reader trusts nothing there but
 * what it checked when it attached, so a hostile writer can show it wrong values and nothing worse.
 *
 * Whoever wants to follow the changes makes a view: models/mvc_view.h. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MVC_H
#define MODELS_MVC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

#define MODEL_MVC_ENTRY_COUNT_MAX (UINT32_C(1) << 20)
#define MODEL_MVC_VALUE_SIZE_MAX  65536
#define MODEL_MVC_NAME_SIZE       64 /* of a key, its final NUL included */

enum model_mvc_status {
    MODEL_MVC_OK,
    MODEL_MVC_NOTHING,     /* no change waits for the view */
    MODEL_MVC_BUSY,        /* the writer outran the reader, again and again; nothing is lost */
    MODEL_MVC_FULL,        /* every entry has its key */
    MODEL_MVC_BAD_NAME,    /* empty, or longer than MODEL_MVC_NAME_SIZE - 1 */
    MODEL_MVC_BAD_SHAPE,   /* a count or a size out of its range */
    MODEL_MVC_TOO_SMALL,   /* the memory does not hold that much */
    MODEL_MVC_NOT_A_STATE, /* what the memory holds is no state, or contradicts itself */
};

/* One process's way to the state. No field is for the caller. */
struct model_mvc {
    struct model_mvc_shared *shared; /* borrowed: the caller's memory */
    unsigned char *entries;
    unsigned char *log;
    uint64_t log_mask;
    uint32_t entry_count; /* the most keys there may be */
    uint32_t value_size;
    uint32_t word_count; /* of a value, in 8-byte words, rounded up */
};

/* Bytes of memory that a state takes: three to five values for each entry, a few more for a
 * state of few. 0 when out of range. */
SIM_MUST_USE size_t model_mvc_size(uint32_t entry_count, uint32_t value_size);

/* Makes a state without keys, at version 0. `memory` is aligned as malloc() aligns and outlives the
 * handle. Unless it returns MODEL_MVC_OK, nothing changed. */
SIM_MUST_USE enum model_mvc_status model_mvc_init(
    struct model_mvc *mvc, void *memory, size_t size, uint32_t entry_count, uint32_t value_size);

/* Opens the state that another process made in `memory`. Unless it returns MODEL_MVC_OK, nothing
 * changed. */
SIM_MUST_USE enum model_mvc_status model_mvc_attach(
    struct model_mvc *mvc, void *memory, size_t size);

/* ---- the writer: one at a time ---- */

/* The index of the entry with this key, which is made when there is none. O(keys). */
SIM_MUST_USE enum model_mvc_status model_mvc_register(
    struct model_mvc *mvc, const char *name, uint32_t *out_index);

/* Makes `value`, of value_size bytes, the newest of this entry, and the state one version newer. */
void model_mvc_post(struct model_mvc *mvc, uint32_t index, const void *value);

/* For a new writer, when the one before it may have died in the middle of a post: makes of that
 * half post a repeated post of the value before it. O(keys). */
void model_mvc_recover(struct model_mvc *mvc);

/* ---- any reader ---- */

uint32_t model_mvc_key_count(const struct model_mvc *mvc);

/* The number of posts so far. */
uint64_t model_mvc_version(const struct model_mvc *mvc);

/* Copies the key of an entry, NUL-terminated; "" when it has none yet. */
void model_mvc_name(
    const struct model_mvc *mvc, uint32_t index, char out_name[MODEL_MVC_NAME_SIZE]);

/* Returns false, and leaves *out_index alone, when no entry has this key. O(keys). */
SIM_MUST_USE bool model_mvc_find(
    const struct model_mvc *mvc, const char *name, uint32_t *out_index);

/* Copies the values of `count` entries, one after the other, as they were at one version of the
 * whole state, which it returns in *out_version. What was never posted is all zeroes. Returns
 * MODEL_MVC_OK, or MODEL_MVC_BUSY: then out_values is spoilt. */
SIM_MUST_USE enum model_mvc_status model_mvc_snapshot(
    const struct model_mvc *mvc,
    const uint32_t *indices,
    uint32_t count,
    void *out_values,
    uint64_t *out_version);

/* ---- what views are made of ---- */

/* One entry as it was at a version. */
struct model_mvc_reading {
    uint64_t version; /* of the post that the value is from; 0: none */
    uint64_t posts;   /* of this key up to then */
    uint32_t index;   /* which entry to read: to be set before */
};

/* Reads entry reading->index as it was at `version`; out_value may be NULL. Returns false, and
 * out_value is spoilt, when the writer has gone on too far since for that to be known. */
SIM_MUST_USE bool model_mvc_read(
    const struct model_mvc *mvc,
    uint64_t version,
    struct model_mvc_reading *reading,
    void *out_value);

/* Which entry the post of this version changed. Returns false when that is no longer known. */
SIM_MUST_USE bool model_mvc_key_of_post(
    const struct model_mvc *mvc, uint64_t version, uint32_t *out_index);

#endif

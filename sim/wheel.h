/* sim/wheel.h - the far future: keys in buckets of equal leading digits.
 *
 * Times are numbers of eleven digits of 6 bits. The wheel stands at a time, its base; a key, always
 * later than the base, is in the bucket (level, digit) of the highest digit in which its time
 * differs from the base. The first keys are then in the lowest level in use and the lowest digit in
 * it: a radix heap with 64 buckets for each digit, or a hierarchical timing wheel without ticks. A
 * key moves down one level at a time at most, each time in passing, and never back unless the base
 * goes back. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_WHEEL_H
#define SIM_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/key.h"

#define SIM_WHEEL_DIGIT_BITS 6
#define SIM_WHEEL_DIGITS     (1U << SIM_WHEEL_DIGIT_BITS)
#define SIM_WHEEL_LEVELS     11U
#define SIM_WHEEL_CHUNK_KEYS 63U
#define SIM_WHEEL_SORT_MAX   64U

struct sim_wheel_chunk {
    struct sim_wheel_chunk *next;
    uint64_t count;
    sim_key keys[SIM_WHEEL_CHUNK_KEYS];
};

/* Keys in the order in which they were added, in a list of chunks of which none is empty. While
 * keys are added, the list and not the last chunk knows how full that is. */
struct sim_wheel_list {
    struct sim_wheel_chunk *head; /* NULL: empty */
    struct sim_wheel_chunk *tail;
    uint64_t room; /* free places in the last chunk */
    uint64_t count;
    sim_time first;  /* the time of the first key */
    uint64_t spread; /* the bits in which some time differs from that of the first key */
};

struct sim_wheel {
    sim_time base;
    uint64_t count;
    uint64_t used[SIM_WHEEL_LEVELS]; /* bit d: list (level, d) is not empty */
    uint32_t used_levels;            /* bit l: used[l] is not 0 */
    struct sim_wheel_chunk *free;
    struct sim_wheel_chunk **slabs; /* what free chunks are cut from */
    uint32_t slab_count;
    struct sim_wheel_list lists[SIM_WHEEL_LEVELS][SIM_WHEEL_DIGITS];
};

/* Empty, and standing at the end of time. */
void sim_wheel_init(struct sim_wheel *wheel);
void sim_wheel_finish(struct sim_wheel *wheel);

/* A key later than the base. */
void sim_wheel_insert(struct sim_wheel *wheel, sim_key key);

/* Takes the first keys out: at most `count_max`, unless they are all of one instant. Moves the base
 * to the end of their bucket, so that no key left or added is before one taken. The wheel must not
 * be empty. The list belongs to the caller, who empties it with sim_wheel_take_chunk(). */
struct sim_wheel_list sim_wheel_take(struct sim_wheel *wheel, uint64_t count_max);

/* The list whose keys come next, closed; NULL when the wheel is empty. It will be taken, or dealt
 * out. */
const struct sim_wheel_list *sim_wheel_next(struct sim_wheel *wheel);

/* Takes one list out, empty or not, and leaves the base where it is. */
struct sim_wheel_list sim_wheel_take_list(struct sim_wheel *wheel, uint32_t level, uint32_t digit);

/* Moves the base back to an earlier time, or, when the wheel is empty, to any. */
void sim_wheel_set_base(struct sim_wheel *wheel, sim_time base);

/* ---- lists, whose chunks are the wheel's ---- */

void sim_wheel_append(struct sim_wheel *wheel, struct sim_wheel_list *list, sim_key key);

/* No key will be added any more: every chunk knows its count. Lists that were taken are closed. */
void sim_wheel_close(struct sim_wheel_list *list);

/* Puts all of `from` behind the keys of `list`. Both are closed. */
void sim_wheel_join(struct sim_wheel_list *list, struct sim_wheel_list from);

/* Whether the keys of a closed list, which is not empty, ascend. */
bool sim_wheel_is_in_order(const struct sim_wheel_list *list);

/* Sorts a closed list of at most SIM_WHEEL_SORT_MAX keys, none of which are equal. */
void sim_wheel_sort(struct sim_wheel_list *list);

/* Takes the first chunk off a closed list that is not empty. */
struct sim_wheel_chunk *sim_wheel_take_chunk(struct sim_wheel_list *list);
void sim_wheel_free_chunk(struct sim_wheel *wheel, struct sim_wheel_chunk *chunk);

/* Bytes of memory held, beside the struct. */
uint64_t sim_wheel_size(const struct sim_wheel *wheel);

/* Asserts every invariant in O(n). */
void sim_wheel_check(const struct sim_wheel *wheel);

#endif

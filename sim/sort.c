/* Blocks are sorted by counting, for each key, how many are less; pairs of blocks are then merged
 * until one is left. Neither step branches on a comparison: the processor could only guess, and
 * keys in no order would make it guess wrong every second time. */
/* SPDX-License-Identifier: MIT */
#include "sim/sort.h"

#include <string.h>

#define BLOCK 16U

/* Sorts a block of `from` into `to`. */
static void rank_block(const sim_key *from, sim_key *to, uint64_t count)
{
    uint8_t ranks[BLOCK] = {0};

    SIM_ASSERT(count <= BLOCK);
    for (uint64_t i = 1; i < count; i++) {
        uint8_t rank = 0;
        for (uint64_t j = 0; j < i; j++) {
            uint8_t is_less = from[j] < from[i];
            rank = (uint8_t)(rank + is_less);
            ranks[j] = (uint8_t)(ranks[j] + 1 - is_less);
        }
        ranks[i] = rank;
    }
    for (uint64_t i = 0; i < count; i++) {
        to[ranks[i]] = from[i];
    }
}

/* Merges the ascending from[0 .. middle) and from[middle .. end) into `to`. */
static void merge(const sim_key *from, uint64_t middle, uint64_t end, sim_key *to)
{
    uint64_t left = 0;
    uint64_t right = middle;

    SIM_ASSERT(middle > 0 && middle <= end);
    while (left < middle && right < end) {
        uint64_t takes_right = from[right] < from[left];
        uint64_t taken = left ^ ((left ^ right) & -takes_right);
        *to++ = from[taken];
        right += takes_right;
        left += takes_right ^ 1;
    }
    memcpy(to, from + left, (middle - left) * sizeof(*to));
    memcpy(to + (middle - left), from + right, (end - right) * sizeof(*to));
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Merges blocks of `width`, two by two. */
static void merge_blocks(const sim_key *from, uint64_t width, uint64_t count, sim_key *to)
{
    SIM_ASSERT(width >= BLOCK && width < count);

    for (uint64_t i = 0; i < count; i += 2 * width) {
        uint64_t end = least_of(2 * width, count - i);
        merge(from + i, least_of(width, end), end, to + i);
    }
}

void sim_sort_keys(sim_key *keys, sim_key *scratch, uint64_t count)
{
    sim_key *sorted = scratch;
    sim_key *other = keys;

    for (uint64_t i = 0; i < count; i += BLOCK) {
        rank_block(keys + i, scratch + i, least_of(BLOCK, count - i));
    }
    for (uint64_t width = BLOCK; width < count; width *= 2) {
        merge_blocks(sorted, width, count, other);
        sim_key *merged = other;
        other = sorted;
        sorted = merged;
    }
    if (sorted != keys) {
        memcpy(keys, sorted, count * sizeof(*keys));
    }
    SIM_ASSERT(count == 0 || keys[0] <= keys[count - 1]);
}

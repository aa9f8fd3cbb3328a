/* One array has the buckets of all intervals behind each other, a second one says where those of an
 * interval begin. Both grow by doubling, once an interval and never on the path of an event. */
/* SPDX-License-Identifier: MIT */
#include "sim/windows.h"

#include <stdlib.h>

#define FIRST_CAPACITY 64U

struct window {
    uint64_t begin; /* in the buckets */
    uint32_t interval;
    struct sim_histogram_summary summary;
};

struct sim_windows {
    struct window *windows;
    uint64_t *buckets; /* packed */
    uint64_t window_count;
    uint64_t window_capacity;
    uint64_t bucket_count;
    uint64_t bucket_capacity;
};

sim_windows *sim_windows_create(void)
{
    sim_windows *windows = sim_allocate(1, sizeof(*windows));

    windows->window_capacity = FIRST_CAPACITY;
    windows->bucket_capacity = FIRST_CAPACITY;
    windows->windows = sim_allocate(FIRST_CAPACITY, sizeof(*windows->windows));
    windows->buckets = sim_allocate(FIRST_CAPACITY, sizeof(*windows->buckets));
    return windows;
}

void sim_windows_destroy(sim_windows *windows)
{
    if (windows == NULL) {
        return;
    }
    free(windows->windows);
    free(windows->buckets);
    free(windows);
}

static void make_room(sim_windows *windows, uint64_t bucket_count)
{
    SIM_ASSERT(windows->bucket_count <= windows->bucket_capacity);

    if (windows->window_count == windows->window_capacity) {
        uint64_t old = windows->window_capacity;
        windows->window_capacity = 2 * old;
        windows->windows = sim_grow(windows->windows, old, 2 * old, sizeof(*windows->windows));
    }
    uint64_t capacity = windows->bucket_capacity;
    while (windows->bucket_count + bucket_count > capacity) {
        capacity *= 2;
    }
    if (capacity > windows->bucket_capacity) {
        windows->buckets = sim_grow(
            windows->buckets, windows->bucket_capacity, capacity, sizeof(*windows->buckets));
        windows->bucket_capacity = capacity;
    }
}

void sim_windows_keep(sim_windows *windows, uint32_t interval, const sim_histogram *histogram)
{
    uint64_t last = windows->window_count - 1;
    uint32_t used = sim_histogram_used(histogram);

    SIM_ASSERT(windows->window_count == 0 || windows->windows[last].interval < interval);
    if (used == 0) {
        return;
    }
    make_room(windows, used);
    windows->windows[windows->window_count++] = (struct window){
        .begin = windows->bucket_count,
        .interval = interval,
        .summary = sim_histogram_pack(histogram, &windows->buckets[windows->bucket_count]),
    };
    windows->bucket_count += used;
}

/* The number of the first window whose interval is not before this one. */
static uint64_t find(const sim_windows *windows, uint32_t interval)
{
    uint64_t low = 0;
    uint64_t high = windows->window_count;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (windows->windows[middle].interval < interval) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    SIM_ASSERT(low == windows->window_count || windows->windows[low].interval >= interval);
    return low;
}

void sim_windows_collect(
    const sim_windows *windows, uint32_t first, uint32_t end, sim_histogram *histogram)
{
    SIM_ASSERT(first <= end);

    for (uint64_t i = find(windows, first);
         i < windows->window_count && windows->windows[i].interval < end;
         i++) {
        const struct window *window = &windows->windows[i];
        uint64_t next = i + 1 < windows->window_count ? window[1].begin : windows->bucket_count;
        sim_histogram_unpack(
            histogram, &window->summary, &windows->buckets[window->begin], next - window->begin);
    }
}

uint64_t sim_windows_size(const sim_windows *windows)
{
    SIM_ASSERT(windows->window_count <= windows->window_capacity);

    return sizeof(*windows) + windows->window_capacity * sizeof(struct window) +
           windows->bucket_capacity * sizeof(uint64_t);
}

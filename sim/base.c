/* Memory and assertions: the only file of sim/ that speaks to the allocator or to stderr. */
/* SPDX-License-Identifier: MIT */
#include "sim/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_assert_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}

_Noreturn static void out_of_memory(size_t count, size_t size)
{
    (void)fprintf(stderr, "out of memory: %zu things of %zu bytes\n", count, size);
    abort();
}

void *sim_allocate(size_t count, size_t size)
{
    SIM_ASSERT(size > 0);

    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        out_of_memory(count, size);
    }
    return memory;
}

void *sim_allocate_aligned(size_t count, size_t size)
{
    const size_t line = 64;

    SIM_ASSERT(size > 0 && count > 0 && count <= (SIZE_MAX - line) / size);
    size_t rounded = (count * size + line - 1) / line * line;
    void *memory = aligned_alloc(line, rounded);
    if (memory == NULL) {
        out_of_memory(count, size);
    }
    return memset(memory, 0, rounded);
}

void *sim_grow(void *memory, size_t old_count, size_t new_count, size_t size)
{
    SIM_ASSERT(size > 0);
    SIM_ASSERT(new_count > 0 && new_count >= old_count);

    void *grown = sim_allocate(new_count, size);
    if (old_count > 0) {
        memcpy(grown, memory, old_count * size);
    }
    free(memory);
    return grown;
}

/* SSE 4.2 has CRC-32C as one instruction for eight bytes, in three cycles. The rest of the program
 * is not compiled for it, so it is asked for in this one function only. */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "models/crc32c_instruction.h"
#include "sim/base.h"

bool model_crc32c_has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) uint32_t model_crc32c_by_instruction(
    uint32_t crc, const void *bytes, size_t size)
{
    SIM_ASSERT(model_crc32c_has_instruction());

    const uint8_t *at = bytes;
    uint64_t sum = ~crc;
    for (; size >= 8; size -= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof(word));
        sum = __builtin_ia32_crc32di(sum, word);
        at += 8;
    }
    for (; size > 0; size--) {
        sum = __builtin_ia32_crc32qi((uint32_t)sum, *at++);
    }
    return ~(uint32_t)sum;
}

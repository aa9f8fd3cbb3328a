/* No instruction is known for this processor: the tables do the work. */
/* SPDX-License-Identifier: MIT */
#include "models/crc32c_instruction.h"
#include "sim/base.h"

bool model_crc32c_has_instruction(void)
{
    return false;
}

uint32_t model_crc32c_by_instruction(uint32_t crc, const void *bytes, size_t size)
{
    (void)crc;
    (void)bytes;
    (void)size;
    sim_assert_failed("the processor has the instruction", __FILE__, __LINE__);
}

/* models/crc32c_instruction.h - CRC-32C by the processor's own instruction. The build chooses the
 * file that implements it: crc32c_x86_64.c, or crc32c_other.c where there is none. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_CRC32C_INSTRUCTION_H
#define MODELS_CRC32C_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool model_crc32c_has_instruction(void);

/* As model_crc32c(). Only where there is one. */
uint32_t model_crc32c_by_instruction(uint32_t crc, const void *bytes, size_t size);

#endif

/* models/crc32c.h - the checksum of the journal: CRC-32C, the Castagnoli polynomial 0x1EDC6F41 in
 * its reflected form, as in iSCSI (RFC 3720, B.4). It finds every error of up to 32 bits in a row.
 */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_CRC32C_H
#define MODELS_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` is the checksum of, with `bytes` behind it. Start with 0. Uses the
 * processor's own instruction where there is one; the result is the same. */
uint32_t model_crc32c(uint32_t crc, const void *bytes, size_t size);

/* The same, by tables only. */
uint32_t model_crc32c_by_table(uint32_t crc, const void *bytes, size_t size);

#endif

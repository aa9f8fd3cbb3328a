/* models/bytes.h - integers as bytes, little-endian on every machine. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_BYTES_H
#define MODELS_BYTES_H

#include <stdint.h>

static inline void model_put_u16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void model_put_u32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
    bytes[2] = (uint8_t)(value >> 16);
    bytes[3] = (uint8_t)(value >> 24);
}

static inline void model_put_u64(uint8_t *bytes, uint64_t value)
{
    model_put_u32(bytes, (uint32_t)value);
    model_put_u32(bytes + 4, (uint32_t)(value >> 32));
}

static inline uint16_t model_get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t model_get_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline uint64_t model_get_u64(const uint8_t *bytes)
{
    return (uint64_t)model_get_u32(bytes) | (uint64_t)model_get_u32(bytes + 4) << 32;
}

#endif

/* Slicing by 8: eight table look-ups take eight bytes at once (Kounavis and Berry, "A systematic
 * approach to building high performance software-based CRC generators", ISCC 2005).
 *
 * A table is linear over exclusive or, so entry i is the sum of the entries of the bits in i: eight
 * constants make a table of 256. Table k holds what a byte becomes after k more zero bytes. */
/* SPDX-License-Identifier: MIT */
#include "models/crc32c.h"

#include "models/bytes.h"
#include "models/crc32c_instruction.h"
#include "sim/base.h"

#define PART(i, bit, part) (((i) >> (bit)&1) != 0 ? (uint32_t)(part) : 0)
#define ENTRY(i, a, b, c, d, e, f, g, h)                                                           \
    PART(i, 0, a) ^ PART(i, 1, b) ^ PART(i, 2, c) ^ PART(i, 3, d) ^ PART(i, 4, e) ^                \
        PART(i, 5, f) ^ PART(i, 6, g) ^ PART(i, 7, h)
#define ENTRIES_4(i, ...)                                                                          \
    ENTRY((i), __VA_ARGS__), ENTRY((i) + 1, __VA_ARGS__), ENTRY((i) + 2, __VA_ARGS__),             \
        ENTRY((i) + 3, __VA_ARGS__)
#define ENTRIES_16(i, ...)                                                                         \
    ENTRIES_4((i), __VA_ARGS__), ENTRIES_4((i) + 4, __VA_ARGS__), ENTRIES_4((i) + 8, __VA_ARGS__), \
        ENTRIES_4((i) + 12, __VA_ARGS__)
#define ENTRIES_64(i, ...)                                                                         \
    ENTRIES_16((i), __VA_ARGS__), ENTRIES_16((i) + 16, __VA_ARGS__),                               \
        ENTRIES_16((i) + 32, __VA_ARGS__), ENTRIES_16((i) + 48, __VA_ARGS__)
#define SLICE(...)                                                                                 \
    {                                                                                              \
        ENTRIES_64(0, __VA_ARGS__), ENTRIES_64(64, __VA_ARGS__), ENTRIES_64(128, __VA_ARGS__),     \
            ENTRIES_64(192, __VA_ARGS__)                                                           \
    }

static const uint32_t slices[8][256] = {
    SLICE(
        0xf26b8303,
        0xe13b70f7,
        0xc79a971f,
        0x8ad958cf,
        0x105ec76f,
        0x20bd8ede,
        0x417b1dbc,
        0x82f63b78),
    SLICE(
        0x13a29877,
        0x274530ee,
        0x4e8a61dc,
        0x9d14c3b8,
        0x3fc5f181,
        0x7f8be302,
        0xff17c604,
        0xfbc3faf9),
    SLICE(
        0xa541927e,
        0x4f6f520d,
        0x9edea41a,
        0x38513ec5,
        0x70a27d8a,
        0xe144fb14,
        0xc76580d9,
        0x8b277743),
    SLICE(
        0xdd45aab8,
        0xbf672381,
        0x7b2231f3,
        0xf64463e6,
        0xe964b13d,
        0xd725148b,
        0xaba65fe7,
        0x52a0c93f),
    SLICE(
        0x38116fac,
        0x7022df58,
        0xe045beb0,
        0xc5670b91,
        0x8f2261d3,
        0x1ba8b557,
        0x37516aae,
        0x6ea2d55c),
    SLICE(
        0xef306b19,
        0xdb8ca0c3,
        0xb2f53777,
        0x6006181f,
        0xc00c303e,
        0x85f4168d,
        0x0e045beb,
        0x1c08b7d6),
    SLICE(
        0x68032cc8,
        0xd0065990,
        0xa5e0c5d1,
        0x4e2dfd53,
        0x9c5bfaa6,
        0x3d5b83bd,
        0x7ab7077a,
        0xf56e0ef4),
    SLICE(
        0x493c7d27,
        0x9278fa4e,
        0x211d826d,
        0x423b04da,
        0x847609b4,
        0x0d006599,
        0x1a00cb32,
        0x34019664),
};

static uint32_t add_byte(uint32_t crc, uint8_t byte)
{
    return crc >> 8 ^ slices[0][(crc ^ byte) & 0xff];
}

static uint32_t add_8_bytes(uint32_t crc, const uint8_t *bytes)
{
    uint32_t low = crc ^ model_get_u32(bytes);
    uint32_t high = model_get_u32(bytes + 4);

    return slices[7][low & 0xff] ^ slices[6][low >> 8 & 0xff] ^ slices[5][low >> 16 & 0xff] ^
           slices[4][low >> 24] ^ slices[3][high & 0xff] ^ slices[2][high >> 8 & 0xff] ^
           slices[1][high >> 16 & 0xff] ^ slices[0][high >> 24];
}

uint32_t model_crc32c_by_table(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    SIM_ASSERT(at != NULL || size == 0);

    crc = ~crc;
    for (; size >= 8; size -= 8) {
        crc = add_8_bytes(crc, at);
        at += 8;
    }
    for (; size > 0; size--) {
        crc = add_byte(crc, *at++);
    }
    return ~crc;
}

uint32_t model_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    SIM_ASSERT(bytes != NULL || size == 0);

    if (model_crc32c_has_instruction()) {
        return model_crc32c_by_instruction(crc, bytes, size);
    }
    return model_crc32c_by_table(crc, bytes, size);
}

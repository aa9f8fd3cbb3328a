/* models/journal_format.h - the bytes of a journal: see docs/journal.md.
 *
 * A segment is a header and then records, all integers little-endian, everything at a multiple of 8
 * bytes. A record is
 *
 *   0  u32  CRC-32C of all that follows, padding included
 *   4  u24  size of the payload; 0: a mark
 *   7  u8   exclusive or of the three size bytes, inverted
 *   8  u64  position; of a mark: the position up to which the journal was on disk
 *   16      payload, padded with zeros to a multiple of 8
 *
 * The bytes 4 to 7 are never all zero, so zeros are never the beginning of a record; and a flipped
 * bit in the size is noticed before the size is believed. */
/* SPDX-License-Identifier: MIT */
#ifndef MODELS_JOURNAL_FORMAT_H
#define MODELS_JOURNAL_FORMAT_H

#include <stdbool.h>
#include <string.h>

#include "models/bytes.h"
#include "models/crc32c.h"
#include "sim/base.h"

#define MODEL_JOURNAL_MAGIC       UINT64_C(0x4b4341424c494154) /* "TAILBACK" */
#define MODEL_JOURNAL_VERSION     1
#define MODEL_JOURNAL_HEADER_SIZE 56
#define MODEL_JOURNAL_RECORD_SIZE 16 /* without the payload */
#define MODEL_JOURNAL_SECTOR      512

struct model_journal_header {
    uint32_t version;
    uint64_t segment;        /* the number of its file */
    uint64_t first_position; /* of the first record that it may hold */
    uint64_t synced;         /* how far the journal was on disk when it was begun, */
    uint64_t released;       /* and how far it was not needed any more */
};

static inline void model_journal_put_header(
    uint8_t *bytes, const struct model_journal_header *header)
{
    memset(bytes, 0, MODEL_JOURNAL_HEADER_SIZE);
    model_put_u64(bytes, MODEL_JOURNAL_MAGIC);
    model_put_u32(bytes + 8, header->version);
    model_put_u64(bytes + 16, header->segment);
    model_put_u64(bytes + 24, header->first_position);
    model_put_u64(bytes + 32, header->synced);
    model_put_u64(bytes + 40, header->released);
    model_put_u32(bytes + 52, model_crc32c(0, bytes, 52));
}

static inline bool model_journal_is_magic(const uint8_t *bytes)
{
    return model_get_u64(bytes) == MODEL_JOURNAL_MAGIC;
}

/* The version stands where it stands in every version to come. */
static inline uint32_t model_journal_get_version(const uint8_t *bytes)
{
    return model_get_u32(bytes + 8);
}

static inline bool model_journal_get_header(
    const uint8_t *bytes, struct model_journal_header *out_header)
{
    if (model_get_u32(bytes + 52) != model_crc32c(0, bytes, 52)) {
        return false;
    }
    *out_header = (struct model_journal_header){
        .version = model_journal_get_version(bytes),
        .segment = model_get_u64(bytes + 16),
        .first_position = model_get_u64(bytes + 24),
        .synced = model_get_u64(bytes + 32),
        .released = model_get_u64(bytes + 40),
    };
    return true;
}

/* The bytes a record takes, with its padding. */
static inline uint64_t model_journal_record_span(uint32_t size)
{
    return MODEL_JOURNAL_RECORD_SIZE + ((uint64_t)size + 7) / 8 * 8;
}

/* The word that holds a size: the size, and above it what makes a flipped bit visible. */
static inline uint32_t model_journal_size_word(uint32_t size)
{
    uint32_t check = ~(size ^ size >> 8 ^ size >> 16) & 0xff;
    return size | check << 24;
}

static inline bool model_journal_is_size_word(uint32_t word)
{
    return word == model_journal_size_word(word & 0xffffff);
}

/* Writes model_journal_record_span(size) bytes. */
static inline void model_journal_put_record(
    uint8_t *bytes, uint64_t position, const void *payload, uint32_t size)
{
    uint64_t span = model_journal_record_span(size);

    SIM_ASSERT(size <= 0xffffff);
    model_put_u32(bytes + 4, model_journal_size_word(size));
    model_put_u64(bytes + 8, position);
    if (size > 0) {
        memset(bytes + span - 8, 0, 8);
        memcpy(bytes + MODEL_JOURNAL_RECORD_SIZE, payload, size);
    }
    model_put_u32(bytes, model_crc32c(0, bytes + 4, (size_t)span - 4));
}

/* Of a record whose size word is good and whose whole span is there. */
static inline bool model_journal_is_record(const uint8_t *bytes, uint64_t span)
{
    return model_get_u32(bytes) == model_crc32c(0, bytes + 4, (size_t)span - 4);
}

#endif

/* A bitmap for each producer, by sequence number. */
/* SPDX-License-Identifier: MIT */
#include "world/marks.h"

#include <stdlib.h>

#include "models/message.h"

#define WORD_BITS   64
#define WORDS_FIRST 16

void world_marks_finish(struct world_marks *marks)
{
    for (uint32_t i = 0; i < marks->row_count; i++) {
        free(marks->rows[i].words);
    }
    free(marks->rows);
    *marks = (struct world_marks){0};
}

static struct world_mark_row *row_for(struct world_marks *marks, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t needed = model_message_sequence(message) / WORD_BITS + 1;

    if (producer >= marks->row_count) {
        marks->rows = sim_grow(marks->rows, marks->row_count, producer + 1, sizeof(*marks->rows));
        marks->row_count = producer + 1;
    }
    struct world_mark_row *row = &marks->rows[producer];
    if (needed > row->word_count) {
        uint64_t count = row->word_count == 0 ? WORDS_FIRST : 2 * row->word_count;
        count = count < needed ? needed : count;
        row->words = sim_grow(row->words, row->word_count, count, sizeof(*row->words));
        row->word_count = count;
    }
    SIM_ASSERT(needed <= row->word_count);
    return row;
}

void world_marks_set(struct world_marks *marks, uint64_t message)
{
    uint64_t sequence = model_message_sequence(message);
    struct world_mark_row *row = row_for(marks, message);

    SIM_ASSERT(sequence / WORD_BITS < row->word_count);
    row->words[sequence / WORD_BITS] |= UINT64_C(1) << sequence % WORD_BITS;
}

bool world_marks_has(const struct world_marks *marks, uint64_t message)
{
    uint32_t producer = model_message_producer(message);
    uint64_t sequence = model_message_sequence(message);

    if (producer >= marks->row_count || sequence / WORD_BITS >= marks->rows[producer].word_count) {
        return false;
    }
    return (marks->rows[producer].words[sequence / WORD_BITS] >> sequence % WORD_BITS & 1) != 0;
}

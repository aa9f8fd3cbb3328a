/* world/order_book_state.h - what a book is made of, for its two files. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_ORDER_BOOK_STATE_H
#define WORLD_ORDER_BOOK_STATE_H

#include "world/durable.h"
#include "world/fifo.h"
#include "world/order_book.h"

struct world_order_entry {
    uint64_t position; /* in the journal */
    struct world_order_change change;
};

struct world_order_book {
    struct world_node node;
    struct world_order_book_config config;
    struct world_roster *roster;
    struct world_durable durable;
    struct world_orders *orders; /* volatile: NULL while it is down */
    struct world_order_entry *entries;
    uint64_t entry_capacity;
    uint64_t entry_count;
    uint64_t visible;  /* entries that are committed */
    uint64_t appended; /* position of the last entry */
    struct world_fifo unanswered;
    world_order_truth *truth;
    struct sim_stream accept;
    struct sim_stream work;
    struct sim_counter *duplicates;
    struct sim_counter *again;
    struct sim_tally *latency;
    struct sim_gauge *share; /* of the optimum, in millionths; NULL: it is not asked */
};

/* Appends a change to the journal and makes it so. The caller pumps. */
void world_order_book_write(world_order_book *book, const struct world_order_change *change);

/* Has what was appended written, and acts on what is. May take the node down. */
void world_order_book_pump(world_order_book *book);

/* An order has been written, or read back: what becomes of it next is waited for. */
void world_order_life_watch(world_order_book *book, uint32_t customer);

#endif

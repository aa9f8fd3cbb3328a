/* Numbers are given out from a free list, bytes from the end of an array. When either runs out, all
 * packets are looked at; what no packet carries is free again, and the array is packed. If that
 * leaves less than half of the room, the room doubles. */
/* SPDX-License-Identifier: MIT */
#include "world/parcels.h"

#include <stdlib.h>
#include <string.h>

#define PARCELS_FIRST 64
#define BYTES_FIRST   65536
#define NONE          UINT32_MAX

void world_parcels_init(struct world_parcels *parcels, uint32_t owner)
{
    SIM_ASSERT(owner < NONE);
    *parcels = (struct world_parcels){
        .owner = owner,
        .free_head = NONE,
        .bytes = sim_allocate(BYTES_FIRST, 1),
        .spare = sim_allocate(BYTES_FIRST, 1),
        .bytes_capacity = BYTES_FIRST,
    };
}

void world_parcels_finish(struct world_parcels *parcels)
{
    SIM_ASSERT(parcels->bytes_end <= parcels->bytes_capacity);
    free(parcels->list);
    free(parcels->bytes);
    free(parcels->spare);
    *parcels = (struct world_parcels){.free_head = NONE};
}

static void add_numbers(struct world_parcels *parcels, uint32_t capacity)
{
    SIM_ASSERT(capacity > parcels->capacity);
    parcels->list = sim_grow(parcels->list, parcels->capacity, capacity, sizeof(*parcels->list));
    for (uint32_t i = capacity; i > parcels->capacity; i--) {
        parcels->list[i - 1].next_free = parcels->free_head;
        parcels->free_head = i - 1;
    }
    parcels->capacity = capacity;
}

/* Marks what packets carry; returns how many parcels that are. */
static uint32_t mark(struct world_parcels *parcels, const struct world_packets *packets)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < parcels->capacity; i++) {
        parcels->list[i].is_used = false;
    }
    for (uint32_t slot = 0; slot < packets->capacity; slot++) {
        const struct world_packet *packet = &packets->slots[slot];
        if (packet->kind == WORLD_PACKET_REPLICATE && packet->lease.consumer == parcels->owner) {
            SIM_ASSERT(packet->token < parcels->capacity);
            count += !parcels->list[packet->token].is_used;
            parcels->list[packet->token].is_used = true;
        }
    }
    return count;
}

/* Packs the bytes of what is marked, and frees the numbers of the rest, the lowest first. */
static void pack(struct world_parcels *parcels)
{
    uint64_t end = 0;

    parcels->free_head = NONE;
    for (uint32_t i = parcels->capacity; i > 0; i--) {
        struct world_parcel *parcel = &parcels->list[i - 1];
        if (!parcel->is_used) {
            parcel->next_free = parcels->free_head;
            parcels->free_head = i - 1;
            continue;
        }
        memcpy(parcels->spare + end, parcels->bytes + parcel->message.offset, parcel->message.size);
        parcel->message.offset = end;
        end += parcel->message.size;
    }
    SIM_ASSERT(end <= parcels->bytes_end);
    uint8_t *packed = parcels->spare;
    parcels->spare = parcels->bytes;
    parcels->bytes = packed;
    parcels->bytes_end = end;
}

static void make_room(
    struct world_parcels *parcels, const struct world_packets *packets, uint32_t size)
{
    uint32_t least = packets->capacity / 4 > PARCELS_FIRST ? packets->capacity / 4 : PARCELS_FIRST;
    uint64_t capacity = parcels->bytes_capacity;
    uint32_t used = mark(parcels, packets);

    pack(parcels);
    if (used > parcels->capacity / 2 || parcels->capacity < least) {
        add_numbers(parcels, 2 * parcels->capacity > least ? 2 * parcels->capacity : least);
    }
    while (capacity / 2 < parcels->bytes_end + size) {
        capacity *= 2;
    }
    if (capacity > parcels->bytes_capacity) {
        parcels->bytes = sim_grow(parcels->bytes, parcels->bytes_capacity, capacity, 1);
        parcels->spare = sim_grow(parcels->spare, parcels->bytes_capacity, capacity, 1);
        parcels->bytes_capacity = capacity;
    }
    SIM_ASSERT(parcels->free_head != NONE);
}

uint32_t world_parcels_put(
    struct world_parcels *parcels,
    const struct world_packets *packets,
    const struct model_replica_message *message,
    const uint8_t *entries)
{
    if (parcels->free_head == NONE ||
        message->size > parcels->bytes_capacity - parcels->bytes_end) {
        make_room(parcels, packets, message->size);
    }

    uint32_t number = parcels->free_head;
    struct world_parcel *parcel = &parcels->list[number];
    SIM_ASSERT(number < parcels->capacity);
    parcels->free_head = parcel->next_free;
    parcel->is_used = true;
    parcel->message = *message;
    parcel->message.offset = parcels->bytes_end;
    if (message->size > 0) {
        memcpy(parcels->bytes + parcels->bytes_end, entries, message->size);
    }
    parcels->bytes_end += message->size;
    return number;
}

const struct world_parcel *world_parcels_at(const struct world_parcels *parcels, uint32_t number)
{
    SIM_ASSERT(number < parcels->capacity && parcels->list[number].is_used);
    return &parcels->list[number];
}

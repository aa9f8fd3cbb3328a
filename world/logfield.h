/* world/logfield.h - what the fields of a recorded line are worth: numbers, addresses, dates. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_LOGFIELD_H
#define WORLD_LOGFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base.h"

/* A part of a line. */
struct world_logfield {
    const char *start;
    const char *end;
};

size_t world_logfield_length(struct world_logfield text);

/* Cuts what stands before the separator off the line; all of it, where there is none. */
struct world_logfield world_logfield_take(struct world_logfield *line, char separator);

/* Digits off the front; false when there is none, or more than 19. */
SIM_MUST_USE bool world_logfield_digits(struct world_logfield *text, uint64_t *out_number);

/* A number is itself, an IPv4 address its 32 bits, anything else a hash of its bytes. */
uint64_t world_logfield_number(struct world_logfield text);

/* The same in 32 bits. */
uint32_t world_logfield_attribute(struct world_logfield text);

/* Seconds, with a fraction or without. */
SIM_MUST_USE bool world_logfield_seconds(struct world_logfield text, sim_time *out_time);

/* "17/May/2015:10:05:03 +0000", since 1970. */
SIM_MUST_USE bool world_logfield_date(struct world_logfield text, sim_time *out_time);

/* The first segment of the path of "GET /path/of/it?query HTTP/1.1". */
struct world_logfield world_logfield_segment(struct world_logfield request);

#endif

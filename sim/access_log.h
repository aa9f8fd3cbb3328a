/* sim/access_log.h - one line of a web server's log, in the Common Log Format.
 *
 *   10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200 2326
 *
 * (World Wide Web Consortium, "Logging in W3C httpd", 1995.) What stands behind the size, as in the
 * combined format, is passed over. */
/* SPDX-License-Identifier: MIT */
#ifndef SIM_ACCESS_LOG_H
#define SIM_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct sim_access {
    int64_t second;  /* since 1970-01-01T00:00:00Z; leap seconds do not count */
    uint64_t target; /* the 64-bit FNV-1a hash of what was asked for, without its lowest bit */
    int64_t size;    /* bytes of the answer; 0 for "-" */
};

/* Whether the line, from `start` to before `end`, is of a log and not of comma-separated values. */
bool sim_access_is_log(const char *start, const char *end);

/* Sets *out_access and returns NULL; or returns what is wrong with the line. O(its length). */
const char *sim_access_parse(const char *start, const char *end, struct sim_access *out_access);

#endif

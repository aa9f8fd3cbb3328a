/* bench/queues/models.h - the models through their public functions, on one thread: each moves
 * `count` messages of 64 bytes and returns ns of processor time a message. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_QUEUES_MODELS_H
#define BENCH_QUEUES_MODELS_H

#include <stdint.h>

/* Send, receive under a lease, ack. */
double bench_queues_producer_consumer(uint64_t count);

/* Publish to one partition, poll, a commit every 32 messages. */
double bench_queues_publish_subscribe(uint64_t count);

/* Post to one of 1,000 keys at random; the second drains a view after each. */
double bench_queues_mvc_post(uint64_t count);
double bench_queues_mvc_drain(uint64_t count);

/* How much more memory the process has in use, in MiB, when `count` messages wait in a
 * producer_consumer. */
double bench_queues_waiting_mib(uint64_t count);

#endif

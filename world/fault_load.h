/* world/fault_load.h - what users, messages and fraudsters do to a system that is otherwise well.
 *
 *   spike     more messages: a producer's rate is multiplied.
 *   hot_key   of the messages that are born, a share gets one key.
 *   poison    of the messages that are born, a share is such that a consumer can never be done with
 *             them: it gives each back, or crashes, however often it comes. They stay poison when
 *             the fault is over.
 *   botnet    more messages, from a number of addresses, each at a rate: made by a producer of
 * their own, with the truth mark set, which nothing in the simulated system may read. */
/* SPDX-License-Identifier: MIT */
#ifndef WORLD_FAULT_LOAD_H
#define WORLD_FAULT_LOAD_H

#include "world/consumer.h"
#include "world/fault.h"
#include "world/producer.h"

/* Each sets *error and returns NULL when a value is out of its range. */

/* `factor` is 0, or 0.001 to 1e6; that of several spikes at once is their product. Counts the
 * messages taken in while it lasts. Fails for a producer that plays a recording. */
struct world_fault *world_fault_spike_create(
    world_producer *producer, double factor, GError **error);

/* Counts the messages that got the key. */
struct world_fault *world_fault_hot_key_create(
    world_producer *producer, uint64_t key, double share, GError **error);

struct world_fault_poison_config {
    double share;           /* of the messages that are born while it lasts; in (0, 1] */
    bool crashes;           /* else the message is given back */
    sim_time restart_after; /* of a crash; 0: never by itself */
};

/* Counts the deliveries that met their poison. */
struct world_fault *world_fault_poison_create(
    world_consumer *consumer, const struct world_fault_poison_config *config, GError **error);

struct world_fault_botnet_config {
    const char *name;   /* of its producer, which stands beside the one that it is like */
    uint32_t addresses; /* > 0 */
    uint32_t attribute; /* of the message: the address, 1 to `addresses` above `address_first` */
    uint32_t address_first;
    double rate_per_address; /* messages per second; > 0 */
};

/* Before the run: it adds a producer that is like another but for its rate and its addresses, and
 * silent while the fault does not last. Counts its messages. */
struct world_fault *world_fault_botnet_create(
    world_producer *like, const struct world_fault_botnet_config *config, GError **error);

#endif

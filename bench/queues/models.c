/* Each model is driven as one who uses it would, and what it says is checked. */
/* SPDX-License-Identifier: MIT */
#include "bench/queues/models.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/mvc_view.h"
#include "models/producer_consumer.h"
#include "models/publish_subscribe.h"

#include "bench/measure.h"

#define KEY_COUNT    1000
#define VALUE_SIZE   64
#define COMMIT_EVERY 32

/* ---- producer_consumer ---- */

double bench_queues_producer_consumer(uint64_t count)
{
    const struct model_pc_config config = {.capacity = 4096, .lease = SIM_SECOND};
    struct model_outbox outbox;
    model_outbox_init(&outbox);
    model_pc *queue = model_pc_create(&config, NULL);
    uint32_t consumer = model_pc_join(queue);
    struct model_delivery delivery;
    double begin = bench_now_ns();

    for (uint64_t i = 0; i < count; i++) {
        const struct model_message message = {.id = i, .key = i, .born = (sim_time)i};
        enum model_send_result sent = model_pc_send(queue, &message, (sim_time)i, &outbox);
        enum model_receive_result received =
            model_pc_receive(queue, consumer, (sim_time)i, &delivery, &outbox);
        SIM_ASSERT(sent == MODEL_SENT && received == MODEL_RECEIVED && delivery.message.id == i);
        enum model_ack_result acked = model_pc_ack(queue, &delivery.lease, (sim_time)i, &outbox);
        SIM_ASSERT(acked == MODEL_ACKED);
        model_outbox_clear(&outbox);
    }
    double spent = bench_now_ns() - begin;
    model_pc_destroy(queue);
    model_outbox_finish(&outbox);
    return spent / (double)count;
}

/* ---- publish_subscribe ---- */

struct subscription {
    model_ps *queue;
    uint32_t topic;
    struct model_ps_member member;
    struct model_outbox outbox;
};

static void subscribe(struct subscription *subscription)
{
    const struct model_ps_topic_config topic = {.partitions = 1, .capacity = 4096};
    const struct model_ps_group_config group = {.assignment = MODEL_PS_RANGE};
    uint32_t number;

    model_outbox_init(&subscription->outbox);
    subscription->queue = model_ps_create(NULL);
    enum model_ps_status status =
        model_ps_add_topic(subscription->queue, &topic, &subscription->topic);
    SIM_ASSERT(status == MODEL_PS_OK);
    status = model_ps_add_group(subscription->queue, subscription->topic, &group, &number);
    SIM_ASSERT(status == MODEL_PS_OK);
    status =
        model_ps_join(subscription->queue, number, 0, &subscription->member, &subscription->outbox);
    SIM_ASSERT(status == MODEL_PS_OK);
}

static void publish_and_poll(struct subscription *subscription, uint64_t number)
{
    const struct model_message message = {.id = number, .key = number};
    struct model_outbox *outbox = &subscription->outbox;
    struct model_ps_delivery delivery;
    sim_time now = (sim_time)number;

    enum model_ps_status status =
        model_ps_publish(subscription->queue, subscription->topic, &message, now, outbox);
    SIM_ASSERT(status == MODEL_PS_OK);
    status = model_ps_poll(subscription->queue, &subscription->member, now, &delivery);
    SIM_ASSERT(status == MODEL_PS_OK && delivery.message.id == number);
    if (number % COMMIT_EVERY == COMMIT_EVERY - 1) {
        status = model_ps_commit(subscription->queue, &delivery.where, now, outbox);
        SIM_ASSERT(status == MODEL_PS_OK);
    }
    model_outbox_clear(outbox);
}

double bench_queues_publish_subscribe(uint64_t count)
{
    struct subscription subscription;

    subscribe(&subscription);
    double begin = bench_now_ns();
    for (uint64_t i = 0; i < count; i++) {
        publish_and_poll(&subscription, i);
    }
    double spent = bench_now_ns() - begin;
    model_ps_destroy(subscription.queue);
    model_outbox_finish(&subscription.outbox);
    return spent / (double)count;
}

/* ---- mvc ---- */

static uint32_t next_key(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)*state * KEY_COUNT) >> 32);
}

static void register_keys(struct model_mvc *mvc)
{
    for (uint32_t i = 0; i < KEY_COUNT; i++) {
        char name[MODEL_MVC_NAME_SIZE];
        uint32_t index;
        (void)snprintf(name, sizeof(name), "key %u", i);
        enum model_mvc_status status = model_mvc_register(mvc, name, &index);
        SIM_ASSERT(status == MODEL_MVC_OK && index == i);
    }
}

/* Posts `count` values to keys at random, and drains each at once if there is a view. */
static double post_all(struct model_mvc *mvc, struct model_mvc_view *view, uint64_t count)
{
    unsigned char value[VALUE_SIZE] = {1};
    struct model_mvc_change change;
    uint32_t state = 1;
    uint64_t drained_count = 0;
    double begin = bench_now_ns();

    for (uint64_t i = 0; i < count; i++) {
        model_mvc_post(mvc, next_key(&state), value);
        while (view != NULL && model_mvc_view_drain(view, &change, value) == MODEL_MVC_OK) {
            drained_count++;
        }
    }
    double spent = bench_now_ns() - begin;
    SIM_ASSERT(drained_count == (view == NULL ? 0 : count));
    return spent / (double)count;
}

static double measure_mvc(uint64_t count, bool has_view)
{
    size_t size = model_mvc_size(KEY_COUNT, VALUE_SIZE);
    void *memory = sim_allocate(1, size);
    struct model_mvc mvc;
    struct model_mvc_view view;
    enum model_mvc_status status = model_mvc_init(&mvc, memory, size, KEY_COUNT, VALUE_SIZE);

    SIM_ASSERT(status == MODEL_MVC_OK);
    register_keys(&mvc);
    size_t view_size = model_mvc_view_size(&mvc);
    void *view_memory = sim_allocate(1, view_size);
    status = model_mvc_view_init(&view, &mvc, view_memory, view_size);
    SIM_ASSERT(status == MODEL_MVC_OK);
    double spent = post_all(&mvc, has_view ? &view : NULL, count);
    free(view_memory);
    free(memory);
    return spent;
}

double bench_queues_mvc_post(uint64_t count)
{
    return measure_mvc(count, false);
}

double bench_queues_mvc_drain(uint64_t count)
{
    return measure_mvc(count, true);
}

/* ---- memory ---- */

/* Pages of the process that are in memory, in MiB. */
static double resident_mib(void)
{
    unsigned long long size = 0;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL ||
        fscanf(file, "%llu %llu", &size, &resident) != 2) { /* NOLINT(cert-err34-c) */
        abort();
    }
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

double bench_queues_waiting_mib(uint64_t count)
{
    const struct model_pc_config config = {.capacity = count, .lease = SIM_SECOND};
    struct model_outbox outbox;
    double before = resident_mib();

    model_outbox_init(&outbox);
    model_pc *queue = model_pc_create(&config, NULL);
    for (uint64_t i = 0; i < count; i++) {
        const struct model_message message = {.id = i};
        enum model_send_result sent = model_pc_send(queue, &message, 0, &outbox);
        SIM_ASSERT(sent == MODEL_SENT);
        model_outbox_clear(&outbox);
    }
    SIM_ASSERT(model_pc_counts_of(queue).waiting == count);
    double after = resident_mib();
    model_pc_destroy(queue);
    model_outbox_finish(&outbox);
    return after - before;
}

/* bench/queues/loops.h - the loops that measure one queue, for C and for C++.
 *
 * A file that measures a queue defines QUEUE, its name, and the static functions queue_open,
 * queue_close, queue_send, queue_receive, queue_send_batch and queue_receive_batch for elements of
 * ELEMENT_SIZE bytes, then includes this; so that each compiler sees queue and loop together. The
 * first word of an element is its number, which the receiver checks. */
/* SPDX-License-Identifier: MIT */
#ifndef BENCH_QUEUES_LOOPS_H
#define BENCH_QUEUES_LOOPS_H

#ifndef _GNU_SOURCE
/* NOLINTNEXTLINE(readability-identifier-naming): the C library's name */
#define _GNU_SOURCE /* processor affinity */
#endif

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "bench/queues/queues.h"

#define JOIN_NAMES(a, b, c)   a##b##_##c
#define MEASURE_NAME(a, b, c) JOIN_NAMES(a, b, c)
#define SPIN_MAX              200

struct job {
    void *queue;
    uint64_t count;
    uint32_t batch;
};

static double clock_ns(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void pin_to(int processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

/* A peer that lost its processor is waited for elsewhere. */
static void wait_a_little(uint32_t *spins)
{
    if (++*spins % SPIN_MAX == 0) {
        (void)sched_yield();
    }
    __builtin_ia32_pause();
}

static void check(bool is_good)
{
    if (!is_good) {
        abort();
    }
}

static void send_all(struct job *job)
{
    struct element batch[BATCH_MAX] = {};
    uint32_t spins = 0;

    for (uint64_t sent = 0; sent < job->count;) {
        uint32_t count = 1;
        for (uint32_t i = 0; i < job->batch; i++) {
            batch[i].words[0] = sent + i;
        }
        if (job->batch == 1) {
            count = queue_send(job->queue, batch);
        } else {
            count = queue_send_batch(job->queue, batch, job->batch);
        }
        if (count == 0) {
            wait_a_little(&spins);
        }
        sent += count;
    }
}

static void receive_all(struct job *job)
{
    struct element batch[BATCH_MAX];
    uint32_t spins = 0;

    for (uint64_t received = 0; received < job->count;) {
        uint32_t count = 1;
        if (job->batch == 1) {
            count = queue_receive(job->queue, batch);
        } else {
            count = queue_receive_batch(job->queue, batch, job->batch);
        }
        for (uint32_t i = 0; i < count; i++) {
            check(batch[i].words[0] == received + i);
        }
        if (count == 0) {
            wait_a_little(&spins);
        }
        received += count;
    }
}

static void *run_sender(void *context)
{
    pin_to(1);
    send_all((struct job *)context);
    return NULL;
}

/* Send and receive in turn. */
static void run_alone(struct job *job)
{
    struct element batch[BATCH_MAX] = {};
    struct element received[BATCH_MAX];

    for (uint64_t number = 0; number < job->count; number += job->batch) {
        for (uint32_t i = 0; i < job->batch; i++) {
            batch[i].words[0] = number + i;
        }
        if (job->batch == 1) {
            check(queue_send(job->queue, batch) && queue_receive(job->queue, received));
        } else {
            check(queue_send_batch(job->queue, batch, job->batch) == job->batch);
            check(queue_receive_batch(job->queue, received, job->batch) == job->batch);
        }
        check(received[0].words[0] == number);
    }
}

/* ns a message: of processor time by one thread, of the wall clock by two. */
double MEASURE_NAME(bench_queues_, QUEUE, ELEMENT_SIZE)(
    uint32_t threads, uint32_t batch, uint64_t count)
{
    struct job job = {queue_open(), count / batch * batch, batch};
    pthread_t sender;
    clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    double begin = clock_ns(clock);

    check(job.queue != NULL && batch <= BATCH_MAX);
    if (threads == 1) {
        run_alone(&job);
    } else {
        pin_to(0);
        check(pthread_create(&sender, NULL, run_sender, &job) == 0);
        receive_all(&job);
        check(pthread_join(sender, NULL) == 0);
    }
    double spent = clock_ns(clock) - begin;
    queue_close(job.queue);
    return spent / (double)job.count;
}

#endif

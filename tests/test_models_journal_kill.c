/* A queue on a journal on real files, in a process that is killed again and again in the middle of
 * its work. Each time, what had been confirmed must be there: a confirmed send is in the queue,
 * unless its ack was at least tried; a confirmed ack's message is not; and nothing is there that
 * was never sent.
 *
 * The first argument is how often to kill; 200 times without one. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/file_posix.h"
#include "models/journal.h"
#include "models/producer_consumer.h"
#include "sim/random.h"

#define IDS         (UINT32_C(1) << 24)
#define BATCH       UINT32_C(40)
#define KILLS       200
#define MICROSECOND 1000

enum fate { TRIED_ACK = 1, CONFIRMED_ACK = 2 };

/* What the parent knows when the child is dead. */
struct shared {
    _Atomic uint64_t sent;      /* every id up to this one was offered */
    _Atomic uint64_t confirmed; /* every id up to this one was confirmed */
    _Atomic uint8_t fates[IDS]; /* by id */
};

struct service {
    struct shared *shared;
    model_file_posix *disk;
    struct model_files files;
    model_journal *journal;
    model_pc *queue;
    struct model_outbox outbox;
};

/* ---- the service ---- */

static bool replay(void *context, uint64_t position, const void *record, uint32_t size)
{
    return model_pc_replay(context, position, record, size);
}

static void start(struct service *service, struct shared *shared, const char *directory)
{
    static const struct model_journal_config journal = {
        .sync = MODEL_SYNC_ALWAYS, .segment_size = 1 << 16};
    static const struct model_pc_config queue = {
        .capacity = UINT64_C(10) * BATCH, .lease = SIM_SECOND};
    struct model_journal_report report;
    int error = 0;

    memset(service, 0, sizeof(*service));
    service->shared = shared;
    service->disk = model_file_posix_create(directory, &error);
    assert_non_null(service->disk);
    service->files = model_file_posix_files(service->disk);
    service->journal = model_journal_create(&journal, &service->files);
    service->queue = model_pc_create(&queue, model_journal_store(service->journal));
    assert_int_equal(
        model_journal_recover(service->journal, replay, service->queue, &report), MODEL_JOURNAL_OK);
    model_pc_recovered(service->queue, 0, &service->outbox);
}

static void stop(struct service *service)
{
    model_pc_destroy(service->queue);
    model_journal_destroy(service->journal);
    model_file_posix_destroy(service->disk);
    model_outbox_finish(&service->outbox);
}

static void act_on(struct service *service, const struct model_notice *notice)
{
    if (notice->kind == MODEL_SEND_CONFIRMED) {
        assert_int_equal(notice->id, service->shared->confirmed + 1);
        service->shared->confirmed = notice->id;
    } else if (notice->kind == MODEL_ACK_CONFIRMED) {
        service->shared->fates[notice->id] = CONFIRMED_ACK;
    }
}

static void commit(struct service *service)
{
    assert_int_equal(model_journal_pump(service->journal, 0), MODEL_JOURNAL_OK);
    model_pc_committed(
        service->queue, model_journal_committed(service->journal), 0, &service->outbox);
    for (uint32_t i = 0; i < service->outbox.count; i++) {
        act_on(service, &service->outbox.notices[i]);
    }
    model_outbox_clear(&service->outbox);
}

static void produce(struct service *service)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        struct model_message message = {.id = service->shared->sent + 1};
        if (model_pc_send(service->queue, &message, 0, &service->outbox) != MODEL_SENT) {
            return;
        }
        service->shared->sent = message.id;
        SIM_ASSERT(message.id < IDS);
    }
}

/* Acks what is received, but now and then. */
static void consume(struct service *service, uint32_t consumer, struct sim_stream *stream)
{
    struct model_delivery delivery;

    for (uint32_t i = 0; i <= BATCH; i++) {
        if (model_pc_receive(service->queue, consumer, 0, &delivery, &service->outbox) !=
            MODEL_RECEIVED) {
            return;
        }
        assert_int_not_equal(service->shared->fates[delivery.message.id], CONFIRMED_ACK);
        if (sim_stream_below(stream, 10) == 0) {
            assert_int_equal(
                model_pc_nack(service->queue, &delivery.lease, 0, &service->outbox), MODEL_ACKED);
            continue;
        }
        service->shared->fates[delivery.message.id] = TRIED_ACK;
        assert_int_equal(
            model_pc_ack(service->queue, &delivery.lease, 0, &service->outbox), MODEL_ACKED);
    }
}

_Noreturn static void serve(struct shared *shared, const char *directory, uint64_t life)
{
    struct sim_stream stream = sim_stream_named(life, "consume");
    struct service service;

    start(&service, shared, directory);
    commit(&service);
    uint32_t consumer = model_pc_join(service.queue);
    for (;;) {
        produce(&service);
        consume(&service, consumer, &stream);
        commit(&service);
    }
}

/* ---- the check ---- */

struct found {
    struct shared *shared;
    uint8_t *is_there; /* by id */
};

static void find(void *context, const struct model_message *message)
{
    struct found *found = context;

    assert_true(message->id > 0 && message->id <= found->shared->sent + 1);
    assert_int_equal(found->is_there[message->id], 0);
    assert_int_not_equal(found->shared->fates[message->id], CONFIRMED_ACK);
    found->is_there[message->id] = 1;
}

/* Ids that were offered but not confirmed are as if they never were, or else confirmed by now. */
static void check(struct shared *shared, const char *directory, uint8_t *is_there)
{
    struct found found = {.shared = shared, .is_there = is_there};
    struct service service;
    uint64_t last = shared->confirmed;

    start(&service, shared, directory);
    memset(is_there, 0, shared->sent + 2);
    model_pc_visit(service.queue, find, &found);
    for (uint64_t id = 1; id <= shared->confirmed; id++) {
        assert_true(is_there[id] == 1 || shared->fates[id] != 0);
    }
    for (uint64_t id = shared->confirmed + 1; id <= shared->sent + 1; id++) {
        last = is_there[id] == 1 ? id : last;
    }
    shared->confirmed = last;
    shared->sent = last;
    stop(&service);
}

static void kill_after(pid_t child, uint64_t microseconds)
{
    const struct timespec delay = {.tv_nsec = (long)microseconds * MICROSECOND};
    int status = 0;

    (void)nanosleep(&delay, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void loses_nothing_confirmed_when_it_is_killed(void **state)
{
    uint64_t kills = *(const uint64_t *)*state;
    struct sim_stream stream = sim_stream_named(1, "kill");
    char directory[] = "/tmp/tailback-test-XXXXXX";
    char command[128];
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint8_t *is_there = sim_allocate(IDS, 1);

    assert_true(shared != MAP_FAILED);
    assert_non_null(mkdtemp(directory));
    for (uint64_t life = 0; life < kills; life++) {
        pid_t child = fork();
        if (child == 0) {
            serve(shared, directory, life);
        }
        kill_after(child, 500 + sim_stream_below(&stream, 20000));
        check(shared, directory, is_there);
    }
    print_message(
        "%llu kills, %llu messages confirmed\n",
        (unsigned long long)kills,
        (unsigned long long)shared->confirmed);
    assert_true(shared->confirmed > kills);
    free(is_there);
    (void)munmap(shared, sizeof(*shared));
    (void)snprintf(command, sizeof(command), "rm -r %s", directory);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of our own making */
}

int main(int argc, char **argv)
{
    uint64_t kills = argc > 1 ? strtoull(argv[1], NULL, 10) : KILLS;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(loses_nothing_confirmed_when_it_is_killed, &kills),
    };

    return cmocka_run_group_tests_name("models/journal_kill", tests, NULL, NULL);
}

/* Tests of models/mpmc: order, the bound, what a batch does, four threads, several processes, one
 * of which is stopped wherever it is, and what a hostile peer can do.
 *
 * An element is its sender, its number and a filling that follows from both, so a torn, lost,
 * doubled or reordered element shows. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/mpmc.h"

#define CAPACITY      4
#define BATCH         3
#define SENDER_COUNT  2
#define CROSSED_COUNT UINT64_C(100000) /* by each sender */
#define PAGE_SIZE     UINT64_C(4096)
#define ALARM_SECONDS 60

struct record {
    uint64_t sender;
    uint64_t number;
    uint64_t filling;
};

static struct record record_of(uint64_t sender, uint64_t number)
{
    return (struct record){sender, number, number * 31 + sender};
}

struct fixture {
    struct model_mpmc ring;
    void *memory;
    size_t size;
};

static enum model_mpmc_result send_number(struct fixture *fixture, uint64_t number)
{
    struct record record = record_of(0, number);
    enum model_mpmc_result result = model_mpmc_send(&fixture->ring, &record);

    model_mpmc_check(&fixture->ring);
    return result;
}

static void assert_receives(struct fixture *fixture, uint64_t number)
{
    struct record record;
    struct record expected = record_of(0, number);

    assert_int_equal(model_mpmc_receive(&fixture->ring, &record), MODEL_MPMC_DONE);
    assert_memory_equal(&record, &expected, sizeof(record));
    model_mpmc_check(&fixture->ring);
}

/* ---- one thread ---- */

static void gives_elements_in_the_order_sent(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t number = 0; number < 100; number += 2) {
        assert_int_equal(send_number(fixture, number), MODEL_MPMC_DONE);
        assert_int_equal(send_number(fixture, number + 1), MODEL_MPMC_DONE);
        assert_int_equal(model_mpmc_waiting(&fixture->ring), 2);
        assert_receives(fixture, number);
        assert_receives(fixture, number + 1);
    }
}

static void is_full_at_exactly_its_capacity(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t number = 0; number < CAPACITY; number++) {
        assert_int_equal(send_number(fixture, number), MODEL_MPMC_DONE);
    }
    assert_int_equal(send_number(fixture, CAPACITY), MODEL_MPMC_FULL);
    assert_int_equal(model_mpmc_waiting(&fixture->ring), CAPACITY);
    assert_receives(fixture, 0);
    assert_int_equal(send_number(fixture, CAPACITY), MODEL_MPMC_DONE);
    assert_int_equal(send_number(fixture, CAPACITY + 1), MODEL_MPMC_FULL);
    for (uint64_t number = 1; number <= CAPACITY; number++) {
        assert_receives(fixture, number);
    }
}

static void leaves_the_result_alone_when_empty(void **state)
{
    struct fixture *fixture = *state;
    struct record record = record_of(7, 7);
    struct record before = record;
    uint32_t count = 9;

    assert_int_equal(model_mpmc_receive(&fixture->ring, &record), MODEL_MPMC_EMPTY);
    assert_int_equal(
        model_mpmc_receive_batch(&fixture->ring, &record, 1, &count), MODEL_MPMC_EMPTY);
    assert_memory_equal(&record, &before, sizeof(record));
    assert_int_equal(count, 9);
}

static void takes_the_part_of_a_batch_that_fits(void **state)
{
    struct fixture *fixture = *state;
    struct record records[CAPACITY + 2];
    uint32_t count = 0;

    for (uint64_t i = 0; i < CAPACITY + 2; i++) {
        records[i] = record_of(0, i + 1);
    }
    assert_int_equal(send_number(fixture, 0), MODEL_MPMC_DONE);
    assert_int_equal(
        model_mpmc_send_batch(&fixture->ring, records, CAPACITY + 2, &count), MODEL_MPMC_DONE);
    assert_int_equal(count, CAPACITY - 1);
    assert_int_equal(model_mpmc_send_batch(&fixture->ring, records, 1, &count), MODEL_MPMC_FULL);
    assert_receives(fixture, 0);
    assert_int_equal(
        model_mpmc_receive_batch(&fixture->ring, records, CAPACITY + 2, &count), MODEL_MPMC_DONE);
    assert_int_equal(count, CAPACITY - 1);
    for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(records[i].number, i + 1);
    }
    assert_int_equal(model_mpmc_waiting(&fixture->ring), 0);
}

static void refuses_shapes_out_of_range(void **state)
{
    (void)state;
    const uint64_t bad[] = {0, 1, 3, 6, 4095, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
    struct model_mpmc ring;
    struct model_mpmc before;
    max_align_t memory[64] = {0};
    max_align_t zeros[64] = {0};

    memset(&ring, 0x5a, sizeof(ring));
    memcpy(&before, &ring, sizeof(ring));
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(model_mpmc_size(bad[i], 8), 0);
        assert_int_equal(
            model_mpmc_init(&ring, memory, sizeof(memory), bad[i], 8), MODEL_MPMC_BAD_CAPACITY);
    }
    assert_int_equal(
        model_mpmc_init(&ring, memory, sizeof(memory), 4, 0), MODEL_MPMC_BAD_ELEMENT_SIZE);
    assert_int_equal(
        model_mpmc_init(&ring, memory, sizeof(memory), 4, 65537), MODEL_MPMC_BAD_ELEMENT_SIZE);
    assert_int_equal(
        model_mpmc_init(&ring, memory, model_mpmc_size(4, 8) - 1, 4, 8), MODEL_MPMC_TOO_SMALL);
    assert_memory_equal(memory, zeros, sizeof(memory));
    assert_memory_equal(&ring, &before, sizeof(ring));
    assert_true(model_mpmc_size(2, 1) > 0);
    assert_true(model_mpmc_size(UINT64_C(1) << 31, 65536) > UINT64_C(1) << 47);
}

static void refuses_to_attach_to_what_is_no_ring(void **state)
{
    struct fixture *fixture = *state;
    struct model_mpmc ring;
    unsigned char *bytes = fixture->memory;

    assert_int_equal(model_mpmc_attach(&ring, bytes, 8), MODEL_MPMC_TOO_SMALL);
    assert_int_equal(model_mpmc_attach(&ring, bytes, fixture->size - 1), MODEL_MPMC_TOO_SMALL);
    bytes[0] ^= 1;
    assert_int_equal(model_mpmc_attach(&ring, bytes, fixture->size), MODEL_MPMC_NOT_A_RING);
    bytes[0] ^= 1;
    bytes[8] ^= 1; /* its capacity */
    assert_int_equal(model_mpmc_attach(&ring, bytes, fixture->size), MODEL_MPMC_NOT_A_RING);
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

/* The naive twin: an array as long as everything ever sent, of which two counters are enough. */
struct twin {
    uint64_t sent;
    uint64_t received;
};

static void send_like_the_twin(struct fixture *fixture, struct twin *twin, uint32_t wanted)
{
    struct record records[CAPACITY + 1];
    uint64_t room = CAPACITY - (twin->sent - twin->received);
    uint32_t moved = 0;

    for (uint32_t i = 0; i < wanted; i++) {
        records[i] = record_of(0, twin->sent + i);
    }
    enum model_mpmc_result result = model_mpmc_send_batch(&fixture->ring, records, wanted, &moved);
    assert_int_equal(result, room == 0 ? MODEL_MPMC_FULL : MODEL_MPMC_DONE);
    assert_int_equal(moved, wanted < room ? wanted : room);
    twin->sent += moved;
}

static void receive_like_the_twin(struct fixture *fixture, struct twin *twin, uint32_t wanted)
{
    struct record records[CAPACITY + 1];
    uint64_t waiting = twin->sent - twin->received;
    uint32_t moved = 0;

    enum model_mpmc_result result =
        model_mpmc_receive_batch(&fixture->ring, records, wanted, &moved);
    assert_int_equal(result, waiting == 0 ? MODEL_MPMC_EMPTY : MODEL_MPMC_DONE);
    assert_int_equal(moved, wanted < waiting ? wanted : waiting);
    for (uint32_t i = 0; i < moved; i++) {
        struct record expected = record_of(0, twin->received + i);
        assert_memory_equal(&records[i], &expected, sizeof(expected));
    }
    twin->received += moved;
}

static void agrees_with_an_endless_array(void **state)
{
    struct fixture *fixture = *state;
    struct twin twin = {0, 0};
    uint64_t seed = 1;

    for (uint32_t step = 0; step < 20000; step++) {
        uint32_t wanted = 1 + random_below(&seed, CAPACITY + 1);
        if (random_below(&seed, 2) == 0) {
            send_like_the_twin(fixture, &twin, wanted);
        } else {
            receive_like_the_twin(fixture, &twin, wanted);
        }
        model_mpmc_check(&fixture->ring);
    }
    assert_true(twin.received > 10000);
}

/* ---- real peers ---- */

/* What one receiver saw: of each sender the numbers must grow. */
struct seen {
    const struct model_mpmc *ring;
    _Atomic uint64_t *left; /* how many are still to come, for all receivers */
    uint64_t next[SENDER_COUNT];
    uint64_t sum;
    bool is_good;
};

static void send_all(const struct model_mpmc *ring, uint64_t sender)
{
    uint64_t sent = 0;

    while (sent < CROSSED_COUNT) {
        struct record batch[BATCH];
        uint64_t left = CROSSED_COUNT - sent;
        uint32_t count = left < BATCH ? 1 : 1 + (uint32_t)(sent % BATCH);
        uint32_t moved = 1;
        for (uint32_t i = 0; i < count; i++) {
            batch[i] = record_of(sender, sent + i);
        }
        enum model_mpmc_result result = count == 1
                                            ? model_mpmc_send(ring, batch)
                                            : model_mpmc_send_batch(ring, batch, count, &moved);
        if (result == MODEL_MPMC_DONE) {
            sent += moved;
        } else {
            (void)sched_yield();
        }
    }
}

static void look_at(struct seen *seen, const struct record *record)
{
    struct record expected = record_of(record->sender, record->number);
    bool is_good = memcmp(record, &expected, sizeof(expected)) == 0 &&
                   record->sender < SENDER_COUNT && record->number >= seen->next[record->sender];

    seen->is_good = seen->is_good && is_good;
    if (is_good) {
        seen->next[record->sender] = record->number + 1;
        seen->sum += record->number;
    }
}

static void *receive_all(void *context)
{
    struct seen *seen = context;

    while (seen->is_good && atomic_load(seen->left) > 0) {
        struct record batch[BATCH];
        uint32_t moved = 1;
        enum model_mpmc_result result =
            seen->sum % 2 == 0 ? model_mpmc_receive(seen->ring, batch)
                               : model_mpmc_receive_batch(seen->ring, batch, BATCH, &moved);
        if (result != MODEL_MPMC_DONE) {
            (void)sched_yield();
            continue;
        }
        for (uint32_t i = 0; i < moved; i++) {
            look_at(seen, &batch[i]);
        }
        atomic_fetch_sub(seen->left, moved);
    }
    return NULL;
}

struct sending {
    const struct model_mpmc *ring;
    uint64_t sender;
};

static void *run_sender(void *context)
{
    const struct sending *sending = context;

    send_all(sending->ring, sending->sender);
    return NULL;
}

/* Receives with two threads what both senders send, and finds each number once. */
static void assert_all_arrive(const struct model_mpmc *ring)
{
    _Atomic uint64_t left = SENDER_COUNT * CROSSED_COUNT;
    struct seen seen[2] = {
        {.ring = ring, .left = &left, .is_good = true},
        {.ring = ring, .left = &left, .is_good = true}};
    pthread_t receiver;

    assert_int_equal(pthread_create(&receiver, NULL, receive_all, &seen[0]), 0);
    receive_all(&seen[1]);
    assert_int_equal(pthread_join(receiver, NULL), 0);
    assert_true(seen[0].is_good && seen[1].is_good);
    assert_int_equal(
        seen[0].sum + seen[1].sum, SENDER_COUNT * (CROSSED_COUNT * (CROSSED_COUNT - 1) / 2));
    model_mpmc_check(ring);
    assert_int_equal(model_mpmc_waiting(ring), 0);
}

static void crosses_four_threads_whole_and_once(void **state)
{
    struct fixture *fixture = *state;
    struct sending sending[SENDER_COUNT];
    pthread_t senders[SENDER_COUNT];

    for (uint64_t i = 0; i < SENDER_COUNT; i++) {
        sending[i] = (struct sending){&fixture->ring, i};
        assert_int_equal(pthread_create(&senders[i], NULL, run_sender, &sending[i]), 0);
    }
    assert_all_arrive(&fixture->ring);
    for (uint64_t i = 0; i < SENDER_COUNT; i++) {
        assert_int_equal(pthread_join(senders[i], NULL), 0);
    }
}

static pid_t fork_sender(struct fixture *fixture, uint64_t sender)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct model_mpmc ring;
        (void)alarm(ALARM_SECONDS); /* should the parent fail */
        if (model_mpmc_attach(&ring, fixture->memory, fixture->size) == MODEL_MPMC_OK) {
            send_all(&ring, sender);
        }
        _exit(0);
    }
    return child;
}

static void crosses_three_processes_whole_and_once(void **state)
{
    struct fixture *fixture = *state;
    pid_t children[SENDER_COUNT];

    for (uint64_t i = 0; i < SENDER_COUNT; i++) {
        children[i] = fork_sender(fixture, i);
    }
    assert_all_arrive(&fixture->ring);
    for (uint64_t i = 0; i < SENDER_COUNT; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

/* ---- a peer that is stopped in the middle ---- */

/* The copy of an element met the forbidden page: stop here, and once continued let it go on. */
static void stop_at_page(int signal, siginfo_t *info, void *context)
{
    unsigned char *page = info->si_addr;

    (void)signal;
    (void)context;
    page -= (uintptr_t)page % PAGE_SIZE;
    (void)raise(SIGSTOP);
    (void)mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE);
}

/* Forks a process that sends or receives one element and is stopped while it copies it: between the
 * claim of the cell and its sequence number. */
static pid_t fork_stopped(const struct model_mpmc *ring, bool is_sender)
{
    const struct sigaction action = {.sa_sigaction = stop_at_page, .sa_flags = SA_SIGINFO};
    void *page = mmap(NULL, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(ALARM_SECONDS); /* should the parent fail */
        (void)sigaction(SIGSEGV, &action, NULL);
        enum model_mpmc_result result =
            is_sender ? model_mpmc_send(ring, page) : model_mpmc_receive(ring, page);
        _exit(result == MODEL_MPMC_DONE ? 0 : 1);
    }
    (void)munmap(page, PAGE_SIZE);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    return child;
}

static void continue_to_end(pid_t child)
{
    int status;

    assert_int_equal(kill(child, SIGCONT), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void says_busy_behind_a_stopped_sender_and_goes_on(void **state)
{
    struct fixture *fixture = *state;
    const struct model_mpmc *ring = &fixture->ring;
    struct record record = record_of(0, 1);
    struct record zeros = {0};
    uint32_t count;

    assert_int_equal(model_mpmc_receive(ring, &record), MODEL_MPMC_EMPTY);
    pid_t child = fork_stopped(ring, true);
    for (uint32_t i = 1; i < CAPACITY; i++) {
        assert_int_equal(model_mpmc_receive(ring, &record), MODEL_MPMC_BUSY);
        assert_int_equal(model_mpmc_receive_batch(ring, &record, 1, &count), MODEL_MPMC_BUSY);
        assert_int_equal(model_mpmc_send(ring, &record), MODEL_MPMC_DONE);
        assert_int_equal(model_mpmc_waiting(ring), i + 1);
    }
    assert_int_equal(model_mpmc_send(ring, &record), MODEL_MPMC_FULL);
    assert_int_equal(model_mpmc_receive(ring, &record), MODEL_MPMC_BUSY);
    continue_to_end(child);
    model_mpmc_check(ring);
    assert_int_equal(model_mpmc_receive(ring, &record), MODEL_MPMC_DONE);
    assert_memory_equal(&record, &zeros, sizeof(record)); /* the stopped one's */
    for (uint32_t i = 1; i < CAPACITY; i++) {
        assert_receives(fixture, 1);
    }
}

static void says_busy_behind_a_stopped_receiver_and_goes_on(void **state)
{
    struct fixture *fixture = *state;
    const struct model_mpmc *ring = &fixture->ring;
    struct record record = record_of(0, 9);
    uint32_t count;

    for (uint64_t number = 0; number < CAPACITY; number++) {
        assert_int_equal(send_number(fixture, number), MODEL_MPMC_DONE);
    }
    pid_t child = fork_stopped(ring, false);
    for (uint64_t number = 1; number < CAPACITY; number++) {
        assert_int_equal(model_mpmc_send(ring, &record), MODEL_MPMC_BUSY);
        assert_int_equal(model_mpmc_send_batch(ring, &record, 1, &count), MODEL_MPMC_BUSY);
        struct record received;
        assert_int_equal(model_mpmc_receive(ring, &received), MODEL_MPMC_DONE);
        assert_int_equal(received.number, number);
    }
    assert_int_equal(model_mpmc_receive(ring, &record), MODEL_MPMC_EMPTY);
    assert_int_equal(model_mpmc_send(ring, &record), MODEL_MPMC_BUSY);
    continue_to_end(child);
    model_mpmc_check(ring);
    assert_int_equal(model_mpmc_send(ring, &record), MODEL_MPMC_DONE);
    assert_receives(fixture, 9);
}

/* ---- a hostile peer ---- */

/* Every 8-byte word is overwritten in turn with values that hurt; whoever goes on must neither
 * leave the ring (the sanitizers watch) nor hang. */
static void survives_any_word_a_hostile_peer_writes(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t nasty[] = {
        0, 1, CAPACITY + 1, UINT64_MAX, UINT64_C(1) << 63, 0x8000000000000001};
    uint64_t word_count = fixture->size / sizeof(uint64_t);
    uint64_t results[MODEL_MPMC_BUSY + 1] = {0};

    for (uint64_t i = 0; i < word_count * 6; i++) {
        struct record records[CAPACITY + 1] = {0};
        assert_int_equal(
            model_mpmc_init(
                &fixture->ring, fixture->memory, fixture->size, CAPACITY, sizeof(struct record)),
            MODEL_MPMC_OK);
        ((uint64_t *)fixture->memory)[i / 6] = nasty[i % 6];
        for (uint32_t step = 0; step < 20; step++) {
            uint32_t count = 1 + step % (CAPACITY + 1);
            results[model_mpmc_send(&fixture->ring, records)]++;
            results[model_mpmc_send_batch(&fixture->ring, records, count, &count)]++;
            results[model_mpmc_receive(&fixture->ring, records)]++;
            assert_in_range(count, 1, CAPACITY + 1);
            results[model_mpmc_receive_batch(&fixture->ring, records, count, &count)]++;
            assert_in_range(model_mpmc_waiting(&fixture->ring), 0, CAPACITY);
        }
    }
    for (uint32_t i = 0; i <= MODEL_MPMC_BUSY; i++) {
        assert_true(results[i] > 0);
    }
}

static int map_ring(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->size = model_mpmc_size(CAPACITY, sizeof(struct record));
    fixture->memory =
        mmap(NULL, fixture->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *state = fixture;
    return model_mpmc_init(
               &fixture->ring, fixture->memory, fixture->size, CAPACITY, sizeof(struct record)) ==
                   MODEL_MPMC_OK
               ? 0
               : -1;
}

static int unmap_ring(void **state)
{
    struct fixture *fixture = *state;

    (void)munmap(fixture->memory, fixture->size);
    free(fixture);
    return 0;
}

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, map_ring, unmap_ring)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(gives_elements_in_the_order_sent),
        RING_TEST(is_full_at_exactly_its_capacity),
        RING_TEST(leaves_the_result_alone_when_empty),
        RING_TEST(takes_the_part_of_a_batch_that_fits),
        cmocka_unit_test(refuses_shapes_out_of_range),
        RING_TEST(refuses_to_attach_to_what_is_no_ring),
        RING_TEST(agrees_with_an_endless_array),
        RING_TEST(crosses_four_threads_whole_and_once),
        RING_TEST(crosses_three_processes_whole_and_once),
        RING_TEST(says_busy_behind_a_stopped_sender_and_goes_on),
        RING_TEST(says_busy_behind_a_stopped_receiver_and_goes_on),
        RING_TEST(survives_any_word_a_hostile_peer_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

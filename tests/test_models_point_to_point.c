/* Tests of models/point_to_point: order, the bound, what a hostile peer can do, and real peers.
 *
 * Elements are numbers, or records whose every byte follows from a number, so a torn, lost, doubled
 * or reordered element shows. The ring is driven at both ends by one thread, by two threads, and by
 * two processes over one mapping. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/point_to_point.h"

#define CAPACITY      5
#define RECORD_SIZE   24
#define CROSSED_COUNT UINT64_C(200000)

struct record {
    uint64_t number;
    unsigned char filling[RECORD_SIZE - sizeof(uint64_t)];
};

static struct record record_of(uint64_t number)
{
    struct record record = {.number = number};

    memset(record.filling, (int)(number % 251), sizeof(record.filling));
    return record;
}

static void assert_is_record(const struct record *record, uint64_t number)
{
    struct record expected = record_of(number);

    assert_memory_equal(record, &expected, sizeof(expected));
}

struct fixture {
    struct model_p2p ring;
    void *memory;
    size_t size;
};

static void send_one(struct fixture *fixture, uint64_t number)
{
    struct record record = record_of(number);

    assert_true(model_p2p_send(&fixture->ring, &record));
    model_p2p_check(&fixture->ring);
}

static void assert_receives(struct fixture *fixture, uint64_t number)
{
    struct record record;

    assert_true(model_p2p_receive(&fixture->ring, &record));
    assert_is_record(&record, number);
    model_p2p_check(&fixture->ring);
}

static void gives_elements_in_the_order_sent(void **state)
{
    struct fixture *fixture = *state;

    for (uint64_t round = 0; round < 20; round++) {
        send_one(fixture, 3 * round);
        send_one(fixture, 3 * round + 1);
        send_one(fixture, 3 * round + 2);
        assert_receives(fixture, 3 * round);
        assert_receives(fixture, 3 * round + 1);
        assert_receives(fixture, 3 * round + 2);
    }
}

static void refuses_beyond_exactly_its_capacity(void **state)
{
    struct fixture *fixture = *state;
    struct record more = record_of(99);

    for (uint64_t number = 0; number < CAPACITY; number++) {
        send_one(fixture, number);
    }
    assert_false(model_p2p_send(&fixture->ring, &more));
    assert_int_equal(model_p2p_waiting(&fixture->ring), CAPACITY);
    assert_int_equal(model_p2p_counts_of(&fixture->ring).refused, 1);
    model_p2p_check(&fixture->ring);

    assert_receives(fixture, 0);
    send_one(fixture, CAPACITY);
    for (uint64_t number = 1; number <= CAPACITY; number++) {
        assert_receives(fixture, number);
    }
}

static void leaves_the_result_alone_when_empty(void **state)
{
    struct fixture *fixture = *state;
    struct record record = record_of(7);

    assert_false(model_p2p_receive(&fixture->ring, &record));
    assert_is_record(&record, 7);
    assert_int_equal(model_p2p_receive_batch(&fixture->ring, &record, 1), 0);
    assert_is_record(&record, 7);
}

static void sends_the_part_of_a_batch_that_fits(void **state)
{
    struct fixture *fixture = *state;
    struct record batch[CAPACITY + 2];
    struct record received[CAPACITY + 2];

    for (uint64_t i = 0; i < CAPACITY + 2; i++) {
        batch[i] = record_of(i);
    }
    assert_int_equal(model_p2p_send_batch(&fixture->ring, batch, 0), 0);
    assert_int_equal(model_p2p_send_batch(&fixture->ring, batch, CAPACITY + 2), CAPACITY);
    assert_int_equal(model_p2p_counts_of(&fixture->ring).refused, 2);
    assert_int_equal(model_p2p_receive_batch(&fixture->ring, received, 2), 2);
    assert_int_equal(model_p2p_send_batch(&fixture->ring, batch, CAPACITY), 2);
    model_p2p_check(&fixture->ring);

    assert_int_equal(model_p2p_receive_batch(&fixture->ring, received, CAPACITY + 2), CAPACITY);
    for (uint64_t i = 0; i < CAPACITY; i++) {
        assert_is_record(&received[i], i < 3 ? i + 2 : i - 3);
    }
}

static void refuses_shapes_out_of_range(void **state)
{
    (void)state;
    struct model_p2p ring;
    uint64_t memory[128];

    assert_int_equal(model_p2p_size(0, 8), 0);
    assert_int_equal(model_p2p_size(UINT64_C(1) << 63, 8), 0);
    assert_int_equal(model_p2p_size(MODEL_P2P_CAPACITY_MAX + 1, 8), 0);
    assert_int_equal(model_p2p_size(5, 8), model_p2p_size(8, 8));
    assert_int_equal(model_p2p_size(8, 0), 0);
    assert_int_equal(model_p2p_size(8, MODEL_P2P_ELEMENT_SIZE_MAX + 1), 0);
    assert_int_equal(model_p2p_init(&ring, memory, sizeof(memory), 0, 8), MODEL_P2P_BAD_CAPACITY);
    assert_int_equal(
        model_p2p_init(&ring, memory, sizeof(memory), UINT64_C(1) << 63, 8),
        MODEL_P2P_BAD_CAPACITY);
    assert_int_equal(
        model_p2p_init(&ring, memory, sizeof(memory), 8, 0), MODEL_P2P_BAD_ELEMENT_SIZE);
    assert_int_equal(
        model_p2p_init(&ring, memory, model_p2p_size(8, 8) - 1, 8, 8), MODEL_P2P_TOO_SMALL);
}

static void attaches_where_the_ring_stands(void **state)
{
    struct fixture *fixture = *state;
    struct fixture other = *fixture;

    for (uint64_t number = 0; number < 7; number++) {
        send_one(fixture, number);
        assert_receives(fixture, number);
    }
    send_one(fixture, 7);
    assert_int_equal(model_p2p_attach(&other.ring, fixture->memory, fixture->size), MODEL_P2P_OK);
    assert_receives(&other, 7);
    for (uint64_t number = 8; number < 8 + CAPACITY; number++) {
        send_one(&other, number);
    }
    assert_int_equal(model_p2p_attach(&other.ring, fixture->memory, fixture->size), MODEL_P2P_OK);
    struct record more = record_of(99);
    assert_false(model_p2p_send(&other.ring, &more));
    for (uint64_t number = 8; number < 8 + CAPACITY; number++) {
        assert_receives(&other, number);
    }
}

static void refuses_to_attach_to_what_is_no_ring(void **state)
{
    struct fixture *fixture = *state;
    struct model_p2p ring;
    unsigned char *bytes = fixture->memory;

    assert_int_equal(model_p2p_attach(&ring, bytes, 8), MODEL_P2P_TOO_SMALL);
    assert_int_equal(model_p2p_attach(&ring, bytes, fixture->size - 1), MODEL_P2P_TOO_SMALL);
    bytes[0] ^= 1;
    assert_int_equal(model_p2p_attach(&ring, bytes, fixture->size), MODEL_P2P_NOT_A_RING);
    bytes[0] ^= 1;
    memset(bytes + 8, 0xff, 8); /* its capacity */
    assert_int_equal(model_p2p_attach(&ring, bytes, fixture->size), MODEL_P2P_NOT_A_RING);
}

/* Works at one end or at both, as a process does whose peer is hostile. */
static uint64_t work_at_ends(struct model_p2p *ring, bool is_sender, bool is_receiver)
{
    struct record records[CAPACITY + 1] = {0};
    uint64_t moved_count = 0;

    for (uint32_t step = 0; step < 40; step++) {
        uint32_t count = step % (CAPACITY + 1);
        if (is_sender) {
            moved_count += model_p2p_send_batch(ring, records, count);
            moved_count += model_p2p_send(ring, records);
        }
        if (is_receiver) {
            moved_count += model_p2p_receive(ring, records);
            moved_count += model_p2p_receive_batch(ring, records, count);
        }
        assert_in_range(model_p2p_waiting(ring), 0, ring->capacity);
    }
    return moved_count;
}

/* Every 8-byte word before the elements is overwritten in turn with values that hurt; whoever goes
 * on must neither leave the ring (the sanitizers watch) nor hang. */
static void survives_any_word_a_hostile_peer_writes(void **state)
{
    struct fixture *fixture = *state;
    const uint64_t nasty[] = {
        0, 1, CAPACITY + 1, UINT64_MAX, UINT64_C(1) << 63, 0x8000000000000001};
    uint64_t word_count = (fixture->size - UINT64_C(8) * RECORD_SIZE) / sizeof(uint64_t);
    uint64_t broken_count = 0;
    uint64_t moved_count = 0;
    uint64_t refused_count = 0;

    for (uint64_t i = 0; i < word_count * 6 * 3; i++) {
        struct model_p2p other;
        uint64_t ends = 1 + i % 3;
        assert_int_equal(
            model_p2p_init(&fixture->ring, fixture->memory, fixture->size, CAPACITY, RECORD_SIZE),
            MODEL_P2P_OK);
        ((uint64_t *)fixture->memory)[i / 18] = nasty[i / 3 % 6];
        if (model_p2p_attach(&other, fixture->memory, fixture->size) == MODEL_P2P_OK) {
            moved_count += work_at_ends(&other, ends % 2 == 1, ends / 2 == 1);
        } else {
            refused_count++;
        }
        moved_count += work_at_ends(&fixture->ring, ends % 2 == 1, ends / 2 == 1);
        broken_count += model_p2p_is_broken(&fixture->ring);
    }
    assert_true(broken_count > 0 && moved_count > 0 && refused_count > 0);
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

static void send_like_the_twin(struct fixture *fixture, struct twin *twin, uint32_t count)
{
    struct record records[CAPACITY + 3];
    uint64_t room = CAPACITY - (twin->sent - twin->received);
    uint64_t expected = count < room ? count : room;

    for (uint64_t i = 0; i < count; i++) {
        records[i] = record_of(twin->sent + i);
    }
    assert_int_equal(model_p2p_send_batch(&fixture->ring, records, count), expected);
    twin->sent += expected;
}

static void receive_like_the_twin(struct fixture *fixture, struct twin *twin, uint32_t count)
{
    struct record records[CAPACITY + 3];
    uint64_t ready = twin->sent - twin->received;
    uint64_t expected = count < ready ? count : ready;

    assert_int_equal(model_p2p_receive_batch(&fixture->ring, records, count), expected);
    for (uint64_t i = 0; i < expected; i++) {
        assert_is_record(&records[i], twin->received + i);
    }
    twin->received += expected;
}

static void agrees_with_an_endless_array(void **state)
{
    struct fixture *fixture = *state;
    struct twin twin = {0};
    uint64_t seed = 1;

    for (uint32_t step = 0; step < 50000; step++) {
        uint32_t count = random_below(&seed, CAPACITY + 3);
        if (random_below(&seed, 2) == 0) {
            send_like_the_twin(fixture, &twin, count);
        } else {
            receive_like_the_twin(fixture, &twin, count);
        }
        model_p2p_check(&fixture->ring);
        assert_int_equal(model_p2p_waiting(&fixture->ring), twin.sent - twin.received);
    }
    assert_true(twin.received > 10000);
}

/* ---- real peers ---- */

static void *send_numbered(void *context)
{
    struct model_p2p *ring = context;
    uint64_t sent = 0;

    while (sent < CROSSED_COUNT) {
        struct record batch[3] = {record_of(sent), record_of(sent + 1), record_of(sent + 2)};
        uint64_t left = CROSSED_COUNT - sent;
        uint32_t count = sent % 7 < 3
                             ? model_p2p_send(ring, batch)
                             : model_p2p_send_batch(ring, batch, left < 3 ? (uint32_t)left : 3);
        if (count == 0) {
            (void)sched_yield();
        }
        sent += count;
    }
    return NULL;
}

static bool are_records(const struct record *records, uint32_t count, uint64_t first)
{
    bool is_good = true;

    for (uint32_t i = 0; i < count; i++) {
        struct record expected = record_of(first + i);
        is_good = is_good && memcmp(&records[i], &expected, sizeof(expected)) == 0;
    }
    return is_good;
}

/* Returns how many numbers arrived whole and in their place; CROSSED_COUNT: all. */
static uint64_t receive_numbered(struct model_p2p *ring)
{
    uint64_t received = 0;

    while (received < CROSSED_COUNT) {
        struct record batch[4];
        uint32_t count = received % 5 < 2 ? model_p2p_receive(ring, batch)
                                          : model_p2p_receive_batch(ring, batch, 4);
        if (!are_records(batch, count, received)) {
            return received;
        }
        if (count == 0) {
            (void)sched_yield();
        }
        received += count;
    }
    return received;
}

static void crosses_two_threads_whole_and_in_order(void **state)
{
    struct fixture *fixture = *state;
    pthread_t sender;

    assert_int_equal(pthread_create(&sender, NULL, send_numbered, &fixture->ring), 0);
    assert_int_equal(receive_numbered(&fixture->ring), CROSSED_COUNT);
    assert_int_equal(pthread_join(sender, NULL), 0);
    model_p2p_check(&fixture->ring);
}

static void crosses_two_processes_whole_and_in_order(void **state)
{
    struct fixture *fixture = *state;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        struct model_p2p ring;
        if (model_p2p_attach(&ring, fixture->memory, fixture->size) == MODEL_P2P_OK) {
            send_numbered(&ring);
        }
        _exit(0);
    }
    struct model_p2p ring;
    assert_int_equal(model_p2p_attach(&ring, fixture->memory, fixture->size), MODEL_P2P_OK);
    assert_int_equal(receive_numbered(&ring), CROSSED_COUNT);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static int map_ring(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->size = model_p2p_size(CAPACITY, RECORD_SIZE);
    fixture->memory =
        mmap(NULL, fixture->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *state = fixture;
    return model_p2p_init(&fixture->ring, fixture->memory, fixture->size, CAPACITY, RECORD_SIZE) ==
                   MODEL_P2P_OK
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
        RING_TEST(refuses_beyond_exactly_its_capacity),
        RING_TEST(leaves_the_result_alone_when_empty),
        RING_TEST(sends_the_part_of_a_batch_that_fits),
        RING_TEST(refuses_shapes_out_of_range),
        RING_TEST(attaches_where_the_ring_stands),
        RING_TEST(refuses_to_attach_to_what_is_no_ring),
        RING_TEST(survives_any_word_a_hostile_peer_writes),
        RING_TEST(agrees_with_an_endless_array),
        RING_TEST(crosses_two_threads_whole_and_in_order),
        RING_TEST(crosses_two_processes_whole_and_in_order),
    };

    return cmocka_run_group_tests_name("models/point_to_point", tests, NULL, NULL);
}

// The ring of models/mpmc under the C11 memory model, every execution up to a bound.
//
// The algorithm is restated over relacy's atomics, line by line. Cells' elements are plain
// variables, on which relacy finds every race. Three plays:
//
//   crossing  two senders, two receivers (or three of each): every element arrives once, whole, and
//             those of one sender in their order at each receiver;
//   turning   each of two threads sends and then receives: as many elements are sent before each
//             receive as are wanted, so none may find the ring empty;
//   freeing   each of two threads receives from a full ring and then sends: none may find it full.
//
// The sound ring must pass every execution of all three with at most BOUND preemptions; each mutant
// must be found in one of the last two, or in a random execution of the first.
//
// The crossing is played with a bound in three ways: with one element of each sender in an empty
// ring; with one of each in a full ring, so that every cell is used again; and with two of each. The
// last two have more waiting in them, where a thread gives way by itself: that is no preemption, so no
// bound limits it, and they are exhausted with a smaller bound only, and the last at random besides.
//
// usage: relacy_mpmc [BOUND [RANDOM [MORE]]]; RANDOM: as many random executions at three and three;
// MORE: the bound of the full ring, and one above that of two elements each.
//
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <relacy/relacy.hpp>

namespace
{

enum mutant {
    SOUND,
    // Orders that are too weak.
    FILL_RELAXED,       // the element is not published with its sequence
    SEE_FILLED_RELAXED, // the receiver does not synchronise with the sender
    FREE_RELAXED,       // the cell is given back while it is still being read
    SEE_FREE_RELAXED,   // likewise
    MOVE_TAIL_RELAXED,  // who sees the tail does not see what its mover had done: false full
    SEE_TAIL_RELAXED,   // likewise
    MOVE_HEAD_RELAXED,  // who sees the head does not see what its mover had done: false empty
    SEE_HEAD_RELAXED,   // likewise
    // Steps that are wrong.
    FILL_TOO_EARLY,        // the sequence before the element
    FREE_TOO_EARLY,        // the cell is given back before it was read
    FREE_FOR_NEXT,         // given back for the position after it, not for the next lap
    CLAIM_UNCONDITIONALLY, // the tail is stored, whoever else had the position
    BUSY_SAID_EMPTY,       // a cell that is not filled is taken for the end
    BUSY_SAID_FULL,        // a cell that is not free is taken for a full ring
    BATCH_BY_FIRST,        // two cells are claimed because the first is ready
    MUTANT_COUNT
};

enum result { DONE, FULL, EMPTY, BUSY };

constexpr unsigned CAPACITY = 2;
constexpr unsigned MUTANT_RANDOM = 100000;

template <int MUTANT> struct ring {
    struct cell {
        rl::atomic<unsigned> sequence;
        rl::var<unsigned> element;
    };

    rl::atomic<unsigned> tail;
    rl::atomic<unsigned> head;
    cell cells[CAPACITY];
    bool may_fail = false; // a claim without a reason, as on some processors

    static constexpr rl::memory_order order(mutant weak, rl::memory_order strong)
    {
        return MUTANT == weak ? rl::mo_relaxed : strong;
    }

    void init(unsigned start)
    {
        tail($).store(start, rl::mo_relaxed);
        head($).store(start, rl::mo_relaxed);
        for (unsigned i = 0; i < CAPACITY; i++) {
            cells[(start + i) % CAPACITY].sequence($).store(start + i, rl::mo_relaxed);
        }
    }

    unsigned count_ready(unsigned position, unsigned step, unsigned count)
    {
        for (unsigned i = 0; i < count; i++) {
            mutant weak = step == 0 ? SEE_FREE_RELAXED : SEE_FILLED_RELAXED;
            unsigned sequence =
                cells[(position + i) % CAPACITY].sequence($).load(order(weak, rl::mo_acquire));
            if (sequence != position + i + step) {
                return i;
            }
            if (MUTANT == BATCH_BY_FIRST) {
                return count;
            }
        }
        return count;
    }

    // Returns how many positions from *out_position on are claimed.
    unsigned claim(bool is_sender, unsigned count, unsigned *out_position)
    {
        rl::atomic<unsigned> &counter = is_sender ? tail : head;
        rl::memory_order see =
            order(is_sender ? SEE_TAIL_RELAXED : SEE_HEAD_RELAXED, rl::mo_acquire);
        rl::memory_order move =
            order(is_sender ? MOVE_TAIL_RELAXED : MOVE_HEAD_RELAXED, rl::mo_acq_rel);
        unsigned position = counter($).load(see);

        for (;;) {
            unsigned ready = count_ready(position, is_sender ? 0 : 1, count);
            *out_position = position;
            if (ready > 0) {
                if (MUTANT == CLAIM_UNCONDITIONALLY && is_sender) {
                    counter($).store(position + ready, rl::mo_release);
                    return ready;
                }
                bool is_ours =
                    may_fail
                        ? counter($).compare_exchange_weak(position, position + ready, move, see)
                        : counter($).compare_exchange_strong(position, position + ready, move, see);
                if (is_ours) {
                    return ready;
                }
                continue;
            }
            unsigned again = counter($).load(see);
            if (again == position) {
                return 0;
            }
            position = again;
        }
    }

    void put(unsigned position, unsigned element)
    {
        cell &own = cells[position % CAPACITY];
        rl::memory_order fill = order(FILL_RELAXED, rl::mo_release);

        if (MUTANT == FILL_TOO_EARLY) {
            own.sequence($).store(position + 1, fill);
        }
        own.element($) = element;
        if (MUTANT != FILL_TOO_EARLY) {
            own.sequence($).store(position + 1, fill);
        }
    }

    unsigned take(unsigned position)
    {
        cell &own = cells[position % CAPACITY];
        rl::memory_order free = order(FREE_RELAXED, rl::mo_release);
        unsigned next = position + (MUTANT == FREE_FOR_NEXT ? 1 : CAPACITY);

        if (MUTANT == FREE_TOO_EARLY) {
            own.sequence($).store(next, free);
        }
        unsigned element = own.element($);
        if (MUTANT != FREE_TOO_EARLY) {
            own.sequence($).store(next, free);
        }
        return element;
    }

    // Sends first, first + 1, ...
    result send(unsigned first, unsigned count, unsigned *out_sent)
    {
        unsigned position;
        unsigned sent = claim(true, count, &position);

        if (sent == 0) {
            unsigned seen = head($).load(rl::mo_acquire);
            return MUTANT == BUSY_SAID_FULL || position - seen == CAPACITY ? FULL : BUSY;
        }
        for (unsigned i = 0; i < sent; i++) {
            put(position + i, first + i);
        }
        *out_sent = sent;
        return DONE;
    }

    result receive(unsigned *elements, unsigned count, unsigned *out_received)
    {
        unsigned position;
        unsigned received = claim(false, count, &position);

        if (received == 0) {
            unsigned seen = tail($).load(rl::mo_acquire);
            return MUTANT == BUSY_SAID_EMPTY || position == seen ? EMPTY : BUSY;
        }
        for (unsigned i = 0; i < received; i++) {
            elements[i] = take(position + i);
        }
        *out_received = received;
        return DONE;
    }
};

// SENDERS senders and as many receivers; each sender sends COUNT elements. One sender, and one
// receiver, takes two at a time.
template <int MUTANT, unsigned SENDERS, unsigned COUNT>
struct crossing : rl::test_suite<crossing<MUTANT, SENDERS, COUNT>, 2 * SENDERS> {
    ring<MUTANT> queue;
    rl::var<unsigned>
        arrived[SENDERS * COUNT]; // each is written once: twice would be a race, or show

    void before()
    {
        queue.init(0);
        // One more try, and too many executions for all of them.
        queue.may_fail = COUNT > 2 || SENDERS > 2;
        for (unsigned i = 0; i < SENDERS * COUNT; i++) {
            arrived[i]($) = 0;
        }
    }

    void after()
    {
        for (unsigned i = 0; i < SENDERS * COUNT; i++) {
            RL_ASSERT(arrived[i]($) == 1);
        }
    }

    void send_all(unsigned sender)
    {
        for (unsigned done = 0; done < COUNT;) {
            unsigned sent = 0;
            unsigned wanted = sender == 0 && COUNT - done > 1 ? 2 : 1;
            if (queue.send(sender * COUNT + done, wanted, &sent) != DONE) {
                rl::yield(1, $);
            }
            done += sent;
        }
    }

    void receive_all(unsigned receiver)
    {
        unsigned next[SENDERS] = {};
        unsigned count = 0;

        while (count < COUNT) {
            unsigned elements[2];
            unsigned received = 0;
            if (queue.receive(elements, receiver == 0 && COUNT - count > 1 ? 2 : 1, &received) !=
                DONE) {
                rl::yield(1, $);
                continue;
            }
            for (unsigned i = 0; i < received; i++) {
                unsigned sender = elements[i] / COUNT;
                RL_ASSERT(sender < SENDERS && elements[i] % COUNT >= next[sender]);
                next[sender] = elements[i] % COUNT + 1;
                arrived[elements[i]]($) = arrived[elements[i]]($) + 1;
            }
            count += received;
        }
    }

    void thread(unsigned index)
    {
        if (index < SENDERS) {
            send_all(index);
        } else {
            receive_all(index - SENDERS);
        }
    }
};

// Two senders and two receivers at a ring that is full: every cell is emptied and filled again.
template <int MUTANT> struct reusing : rl::test_suite<reusing<MUTANT>, 4> {
    ring<MUTANT> queue;
    rl::var<unsigned> arrived[CAPACITY + 2];

    void before()
    {
        unsigned moved;

        queue.init(0);
        for (unsigned i = 0; i < CAPACITY; i++) {
            RL_ASSERT(queue.send(i, 1, &moved) == DONE);
        }
        for (unsigned i = 0; i < CAPACITY + 2; i++) {
            arrived[i]($) = 0;
        }
    }

    void after()
    {
        for (unsigned i = 0; i < CAPACITY + 2; i++) {
            RL_ASSERT(arrived[i]($) == 1);
        }
    }

    void thread(unsigned index)
    {
        unsigned moved;

        if (index < 2) {
            while (queue.send(CAPACITY + index, 1, &moved) != DONE) {
                rl::yield(1, $);
            }
            return;
        }
        for (unsigned taken = 0; taken < (CAPACITY + 2) / 2; taken++) {
            unsigned element;
            while (queue.receive(&element, 1, &moved) != DONE) {
                rl::yield(1, $);
            }
            arrived[element]($) = arrived[element]($) + 1;
        }
    }
};

// Of two threads each sends one element, then receives one: whoever receives has sent, and the
// other has received at most one, after sending it. So the ring is never empty then, nor is it ever
// full.
template <int MUTANT> struct turning : rl::test_suite<turning<MUTANT>, 2> {
    ring<MUTANT> queue;

    void before()
    {
        queue.init(0);
    }

    void thread(unsigned index)
    {
        unsigned moved;
        unsigned element;
        result sent;

        while ((sent = queue.send(index + 1, 1, &moved)) != DONE) {
            RL_ASSERT(sent != FULL);
            rl::yield(1, $);
        }
        result received;
        while ((received = queue.receive(&element, 1, &moved)) != DONE) {
            RL_ASSERT(received != EMPTY);
            rl::yield(1, $);
        }
        RL_ASSERT(element == 1 || element == 2);
    }
};

// The mirror image: the ring is full, and each of two threads receives before it sends.
template <int MUTANT> struct freeing : rl::test_suite<freeing<MUTANT>, 2> {
    ring<MUTANT> queue;

    void before()
    {
        unsigned moved;

        queue.init(0);
        for (unsigned i = 0; i < CAPACITY; i++) {
            RL_ASSERT(queue.send(i, 1, &moved) == DONE);
        }
    }

    void thread(unsigned index)
    {
        unsigned moved;
        unsigned element;
        result received;

        while ((received = queue.receive(&element, 1, &moved)) != DONE) {
            RL_ASSERT(received != EMPTY);
            rl::yield(1, $);
        }
        result sent;
        while ((sent = queue.send(index, 1, &moved)) != DONE) {
            RL_ASSERT(sent != FULL);
            rl::yield(1, $);
        }
    }
};

struct verdict {
    bool holds;
    unsigned long long executions;
};

template <typename TEST> verdict explore(rl::scheduler_type_e search, unsigned limit)
{
    std::ostream silence(nullptr);
    rl::test_params params;
    params.search_type = search;
    params.context_bound = limit;
    params.iteration_count = limit;
    params.output_stream = &silence;
    params.progress_stream = &silence;
    params.execution_depth_limit = 4000;
    bool holds = rl::simulate<TEST>(params);
    return {holds, static_cast<unsigned long long>(params.stop_iteration)};
}

verdict both(verdict first, verdict second)
{
    return {first.holds && second.holds, first.executions + second.executions};
}

template <int MUTANT> verdict play(unsigned bound)
{
    verdict all = explore<turning<MUTANT>>(rl::sched_bound, bound);
    if (all.holds) {
        all = both(all, explore<freeing<MUTANT>>(rl::sched_bound, bound));
    }
    if (all.holds) {
        all = both(all, explore<crossing<MUTANT, 2, 3>>(rl::sched_random, MUTANT_RANDOM));
    }
    return all;
}

template <int MUTANT> int count_missed(unsigned bound)
{
    if constexpr (MUTANT == MUTANT_COUNT) {
        return 0;
    } else {
        verdict found = play<MUTANT>(bound);
        std::printf(
            "mutant %d: %s at execution %llu\n",
            MUTANT,
            found.holds ? "MISSED" : "found",
            found.executions);
        return (found.holds ? 1 : 0) + count_missed<MUTANT + 1>(bound);
    }
}

bool report(const char *what, verdict verdict)
{
    std::printf(
        "%s: %s in %llu executions\n", what, verdict.holds ? "holds" : "FAILS", verdict.executions);
    std::fflush(stdout);
    return verdict.holds;
}

} // namespace

int main(int argc, char **argv)
{
    unsigned bound = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 3;
    unsigned random = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 20000;
    unsigned more = argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1;
    bool is_sound = report("turning", explore<turning<SOUND>>(rl::sched_bound, bound));

    is_sound = report("freeing", explore<freeing<SOUND>>(rl::sched_bound, bound)) && is_sound;
    is_sound =
        report("crossing, 2 and 2", explore<crossing<SOUND, 2, 1>>(rl::sched_bound, bound)) &&
        is_sound;
    is_sound = report(
                   "crossing a full ring, 2 and 2",
                   explore<reusing<SOUND>>(rl::sched_bound, more)) &&
               is_sound;
    is_sound = report(
                   "crossing twice, 2 and 2",
                   explore<crossing<SOUND, 2, 2>>(rl::sched_bound, more - 1)) &&
               is_sound;
    is_sound = report(
                   "crossing at random, 2 and 2, three times",
                   explore<crossing<SOUND, 2, 3>>(rl::sched_random, random)) &&
               is_sound;
    is_sound = report(
                   "crossing at random, 3 and 3",
                   explore<crossing<SOUND, 3, 2>>(rl::sched_random, random)) &&
               is_sound;
    int missed = count_missed<SOUND + 1>(bound);
    return is_sound && missed == 0 ? 0 : 1;
}

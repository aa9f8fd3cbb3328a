// The ring of models/point_to_point under the C11 memory model, every execution up to a bound.
//
// x86 hides most mistakes of memory order, so the algorithm is restated here over relacy's atomics,
// line by line: the private counters of each end, what it remembers of the other end, and the orders
// of the loads and stores that meet. Slots are plain variables, on which relacy finds every race. The
// sound ring must pass all executions with at most BOUND preemptions; each mutant must be found.
//
// SPDX-License-Identifier: MIT
#include <relacy/relacy.hpp>

#include <cstdio>
#include <cstdlib>
#include <ostream>

namespace {

enum mutant {
    SOUND,
    SHOW_TAIL_RELAXED,   // the element is not published with the counter
    SEE_TAIL_RELAXED,    // the receiver does not synchronise with the sender
    SHOW_HEAD_RELAXED,   // the sender may overwrite what is still being read
    SEE_HEAD_RELAXED,    // likewise
    SHOW_TAIL_TOO_EARLY, // the counter before the element
    SHOW_HEAD_TOO_EARLY, // the slot is given back before it was read
    ONE_TOO_MANY,        // the bound is off by one
    FORGET_HEAD_SEEN,    // a stale idea of the other end is taken for newer than it is
    MUTANT_COUNT
};

constexpr unsigned CAPACITY = 2;
constexpr unsigned SENT_COUNT = 4;

template <int MUTANT> struct ring_test : rl::test_suite<ring_test<MUTANT>, 2> {
    rl::atomic<unsigned> shared_tail;
    rl::atomic<unsigned> shared_head;
    rl::var<unsigned> slots[CAPACITY];
    // Of the sender, and of the receiver: each in its own thread only.
    unsigned tail = 0, head_seen = 0;
    unsigned head = 0, tail_seen = 0;

    static constexpr rl::memory_order order(mutant weak, rl::memory_order strong)
    {
        return MUTANT == weak ? rl::mo_relaxed : strong;
    }

    void before()
    {
        shared_tail($).store(0, rl::mo_relaxed);
        shared_head($).store(0, rl::mo_relaxed);
    }

    unsigned room_for(unsigned wanted)
    {
        constexpr unsigned bound = CAPACITY + (MUTANT == ONE_TOO_MANY ? 1 : 0);
        unsigned used = tail - head_seen;
        if (bound - used >= wanted) {
            return bound - used;
        }
        head_seen = shared_head($).load(order(SEE_HEAD_RELAXED, rl::mo_acquire));
        if (MUTANT == FORGET_HEAD_SEEN && tail > CAPACITY) {
            head_seen++;
        }
        return bound - (tail - head_seen);
    }

    void show_tail(unsigned value)
    {
        shared_tail($).store(value, order(SHOW_TAIL_RELAXED, rl::mo_release));
    }

    unsigned send(unsigned first, unsigned wanted)
    {
        unsigned room = room_for(wanted);
        unsigned count = wanted < room ? wanted : room;
        if (count == 0) {
            return 0;
        }
        if (MUTANT == SHOW_TAIL_TOO_EARLY) {
            show_tail(tail + count);
        }
        for (unsigned i = 0; i < count; i++) {
            slots[(tail + i) % CAPACITY]($) = first + i;
        }
        tail += count;
        if (MUTANT != SHOW_TAIL_TOO_EARLY) {
            show_tail(tail);
        }
        return count;
    }

    unsigned count_ready(unsigned wanted)
    {
        if (tail_seen - head < wanted) {
            tail_seen = shared_tail($).load(order(SEE_TAIL_RELAXED, rl::mo_acquire));
        }
        return tail_seen - head;
    }

    void show_head(unsigned value)
    {
        shared_head($).store(value, order(SHOW_HEAD_RELAXED, rl::mo_release));
    }

    unsigned receive(unsigned *values, unsigned wanted)
    {
        unsigned ready = count_ready(wanted);
        unsigned count = wanted < ready ? wanted : ready;
        if (count == 0) {
            return 0;
        }
        if (MUTANT == SHOW_HEAD_TOO_EARLY) {
            show_head(head + count);
        }
        for (unsigned i = 0; i < count; i++) {
            values[i] = slots[(head + i) % CAPACITY]($);
        }
        head += count;
        if (MUTANT != SHOW_HEAD_TOO_EARLY) {
            show_head(head);
        }
        return count;
    }

    // One at a time and two at a time, at both ends.
    void thread(unsigned index)
    {
        unsigned done = 0;
        while (done < SENT_COUNT) {
            unsigned values[2] = {0, 0};
            unsigned left = SENT_COUNT - done;
            unsigned wanted = done == 0 || left < 2 ? 1 : 2;
            unsigned count = index == 0 ? send(done + 1, wanted) : receive(values, wanted);
            for (unsigned i = 0; index == 1 && i < count; i++) {
                RL_ASSERT(values[i] == done + i + 1);
            }
            if (count == 0) {
                rl::yield(1, $);
            }
            done += count;
        }
    }
};

struct verdict {
    bool holds;
    unsigned long long executions;
};

template <int MUTANT> verdict explore(unsigned bound)
{
    std::ostream silence(nullptr);
    rl::test_params params;
    params.search_type = rl::sched_bound;
    params.context_bound = bound;
    params.output_stream = &silence;
    params.progress_stream = &silence;
    params.execution_depth_limit = 2000;
    bool holds = rl::simulate<ring_test<MUTANT>>(params);
    return {holds, static_cast<unsigned long long>(params.stop_iteration)};
}

template <int MUTANT> int count_missed(unsigned bound)
{
    if constexpr (MUTANT == MUTANT_COUNT) {
        return 0;
    } else {
        verdict found = explore<MUTANT>(bound);
        std::printf("mutant %d: %s at execution %llu\n", MUTANT, found.holds ? "MISSED" : "found",
                    found.executions);
        return (found.holds ? 1 : 0) + count_missed<MUTANT + 1>(bound);
    }
}

} // namespace

int main(int argc, char **argv)
{
    unsigned bound = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 3;
    verdict sound = explore<SOUND>(bound);

    std::printf("sound ring: %s in %llu executions, at most %u preemptions\n",
                sound.holds ? "holds" : "FAILS", sound.executions, bound);
    int missed = count_missed<SHOW_TAIL_RELAXED>(bound);
    return sound.holds && missed == 0 ? 0 : 1;
}

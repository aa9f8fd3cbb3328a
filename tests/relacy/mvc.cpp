// The reading of one version in models/mvc under the C11 memory model, every execution up to a bound.
//
// One entry of two words, an undo log of two slots, a writer that posts up to three versions, a reader
// that reads twice. As in models/mvc.c nothing but atomics is shared: what can go wrong is not a race but
// a value that is not of its version, and that is asserted. The sound scheme must pass all executions
// with at most BOUND preemptions; each mutant must be found.
//
// SPDX-License-Identifier: MIT
#include <relacy/relacy.hpp>

#include <cstdio>
#include <cstdlib>
#include <ostream>

namespace {

enum mutant {
    SOUND,
    STORE_WORD_RELAXED,   // a new word without the odd stamp before it
    LOAD_WORD_RELAXED,    // likewise, on the reader's side
    ODD_STAMP_RELAXED,    // the entry is known to be too new before its slot is complete
    LOAD_STAMP_RELAXED,   // likewise, on the reader's side
    SHOW_VERSION_RELAXED, // the version without its entry
    SEE_VERSION_RELAXED,  // likewise, on the reader's side
    NO_SECOND_LOOK,       // the stamp is not read again
    NO_ODD_STAMP,         // the entry is overwritten without notice
    LOG_AFTER_ENTRY,      // the old value is logged when it is gone
    MUTANT_COUNT
};

constexpr unsigned WORD_COUNT = 2;
constexpr unsigned LOG_COUNT = 2;
constexpr unsigned RANDOM_COUNT = 200000;

template <int MUTANT, unsigned POST_COUNT>
struct state_test : rl::test_suite<state_test<MUTANT, POST_COUNT>, 2> {
    struct slot {
        rl::atomic<unsigned> stamp;
        rl::atomic<unsigned> version_before;
        rl::atomic<unsigned> words[WORD_COUNT];
    };

    rl::atomic<unsigned> shared_version;
    rl::atomic<unsigned> entry_stamp;
    rl::atomic<unsigned> entry_words[WORD_COUNT];
    slot log[LOG_COUNT];

    static constexpr rl::memory_order order(mutant weak, rl::memory_order strong)
    {
        return MUTANT == weak ? rl::mo_relaxed : strong;
    }

    // Word i of the value that version n posts; version 0 is all zeroes.
    static unsigned word_of(unsigned version, unsigned i)
    {
        return version * (i == 0 ? 1 : 10);
    }

    void before()
    {
        shared_version($).store(0, rl::mo_relaxed);
        entry_stamp($).store(0, rl::mo_relaxed);
        for (unsigned i = 0; i < WORD_COUNT; i++) {
            entry_words[i]($).store(0, rl::mo_relaxed);
        }
        for (unsigned n = 0; n < LOG_COUNT; n++) {
            log[n].stamp($).store(0, rl::mo_relaxed);
            log[n].version_before($).store(0, rl::mo_relaxed);
            for (unsigned i = 0; i < WORD_COUNT; i++) {
                log[n].words[i]($).store(0, rl::mo_relaxed);
            }
        }
    }

    void log_old_value(unsigned version)
    {
        slot &old = log[version % LOG_COUNT];
        old.stamp($).store(2 * version + 1, rl::mo_relaxed);
        old.version_before($).store(version - 1, order(STORE_WORD_RELAXED, rl::mo_release));
        for (unsigned i = 0; i < WORD_COUNT; i++) {
            unsigned word = entry_words[i]($).load(rl::mo_relaxed);
            old.words[i]($).store(word, order(STORE_WORD_RELAXED, rl::mo_release));
        }
        old.stamp($).store(2 * version, rl::mo_release);
    }

    void store_value(unsigned version)
    {
        if (MUTANT != NO_ODD_STAMP) {
            entry_stamp($).store(2 * version + 1, order(ODD_STAMP_RELAXED, rl::mo_release));
        }
        for (unsigned i = 0; i < WORD_COUNT; i++) {
            entry_words[i]($).store(word_of(version, i), order(STORE_WORD_RELAXED, rl::mo_release));
        }
        entry_stamp($).store(2 * version, rl::mo_release);
    }

    void post(unsigned version)
    {
        if (MUTANT == LOG_AFTER_ENTRY) {
            store_value(version);
            log_old_value(version);
        } else {
            log_old_value(version);
            store_value(version);
        }
        shared_version($).store(version, order(SHOW_VERSION_RELAXED, rl::mo_release));
    }

    void load_words(rl::atomic<unsigned> *words, unsigned *out)
    {
        for (unsigned i = 0; i < WORD_COUNT; i++) {
            out[i] = words[i]($).load(order(LOAD_WORD_RELAXED, rl::mo_acquire));
        }
    }

    bool read_undone(unsigned newer, unsigned version, unsigned *out)
    {
        bool is_found = false;
        for (unsigned step = 0; step < LOG_COUNT && !is_found; step++) {
            slot &old = log[newer % LOG_COUNT];
            unsigned stamp = old.stamp($).load(order(LOAD_STAMP_RELAXED, rl::mo_acquire));
            unsigned before = old.version_before($).load(order(LOAD_WORD_RELAXED, rl::mo_acquire));
            is_found = before <= version;
            load_words(old.words, out);
            unsigned again = old.stamp($).load(rl::mo_relaxed);
            again = MUTANT == NO_SECOND_LOOK ? stamp : again;
            RL_ASSERT(stamp >= 2 * newer); // complete, if it was not overtaken since
            if (stamp != 2 * newer || again != stamp) {
                return false;
            }
            newer = before;
        }
        return is_found;
    }

    bool read(unsigned version, unsigned *out)
    {
        unsigned stamp = entry_stamp($).load(order(LOAD_STAMP_RELAXED, rl::mo_acquire));
        if (stamp % 2 == 0 && stamp / 2 <= version) {
            load_words(entry_words, out);
            unsigned again = entry_stamp($).load(order(LOAD_STAMP_RELAXED, rl::mo_acquire));
            again = MUTANT == NO_SECOND_LOOK ? stamp : again;
            if (again == stamp) {
                return true;
            }
            stamp = again;
        }
        return stamp / 2 > version && read_undone(stamp / 2, version, out);
    }

    void thread(unsigned index)
    {
        for (unsigned n = 1; index == 0 && n <= POST_COUNT; n++) {
            post(n);
        }
        for (unsigned n = 0; index == 1 && n < 2; n++) {
            unsigned version = shared_version($).load(order(SEE_VERSION_RELAXED, rl::mo_acquire));
            unsigned words[WORD_COUNT];
            if (read(version, words)) {
                for (unsigned i = 0; i < WORD_COUNT; i++) {
                    RL_ASSERT(words[i] == word_of(version, i));
                }
            }
        }
    }
};

struct verdict {
    bool holds;
    unsigned long long executions;
};

template <int MUTANT, unsigned POST_COUNT>
verdict explore(rl::scheduler_type_e search, unsigned bound)
{
    std::ostream silence(nullptr);
    rl::test_params params;
    params.search_type = search;
    params.context_bound = bound;
    params.iteration_count = RANDOM_COUNT;
    params.output_stream = &silence;
    params.progress_stream = &silence;
    bool holds = rl::simulate<state_test<MUTANT, POST_COUNT>>(params);
    return {holds, static_cast<unsigned long long>(params.stop_iteration)};
}

// The exhaustive search lets a load see the newest value or the one before it, the random one also
// the second before. One post is few enough for that to reach the start; three lap the log.
template <int MUTANT> int count_missed()
{
    if constexpr (MUTANT == MUTANT_COUNT) {
        return 0;
    } else {
        verdict found = explore<MUTANT, 3>(rl::sched_random, 0);
        if (found.holds) {
            found = explore<MUTANT, 1>(rl::sched_random, 0);
        }
        std::printf("mutant %d: %s at execution %llu\n", MUTANT, found.holds ? "MISSED" : "found",
                    found.executions);
        return (found.holds ? 1 : 0) + count_missed<MUTANT + 1>();
    }
}

} // namespace

int main(int argc, char **argv)
{
    unsigned bound = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 3;
    verdict bounded = explore<SOUND, 3>(rl::sched_bound, bound);
    verdict random = explore<SOUND, 1>(rl::sched_random, 0);

    std::printf("sound state: %s in %llu executions, at most %u preemptions\n",
                bounded.holds ? "holds" : "FAILS", bounded.executions, bound);
    std::printf("sound state: %s in %llu random executions\n", random.holds ? "holds" : "FAILS",
                random.executions);
    int missed = count_missed<SOUND + 1>();
    return bounded.holds && random.holds && missed == 0 ? 0 : 1;
}

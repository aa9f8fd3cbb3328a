/* The ring of models/point_to_point, step by step, in every interleaving of its two ends.
 *
 * spin's memory is sequentially consistent: orders of memory are relacy's part (tests/relacy). Shown
 * here is the rest, for all interleavings without a bound on preemptions: elements arrive once each and
 * in order, a slot is never written while it is read, the bound holds, and whoever keeps trying goes
 * on: with a fair scheduler everything arrives. Counters are bytes, so they wrap as the real ones do
 * after 2^64.
 *
 * With -DBOUND=5 or -DSHOW_EARLY the model is wrong, and spin must say so.
 *
 * SPDX-License-Identifier: MIT */
#define CAPACITY 3
#define SLOTS    4
#ifndef BOUND
#define BOUND CAPACITY
#endif
#define COUNT    12
#define START    250 /* the counters wrap on the way */

byte slot[SLOTS];
byte tail = START;
byte head = START;
byte received = 0;
short in_use[SLOTS]; /* which ends are at a slot */

proctype sender()
{
    byte own_tail = START;
    byte head_seen = START;
    byte sent = 0;
    byte used;

    do
    :: sent == COUNT -> break
    :: else ->
        used = own_tail - head_seen;
        assert(used <= BOUND);
        if
        :: used == BOUND -> atomic { head_seen = head; used = own_tail - head_seen }
        :: else
        fi;
        if
        :: used < BOUND ->
#ifdef SHOW_EARLY
            tail = own_tail + 1;
#endif
            atomic { in_use[own_tail % SLOTS]++; assert(in_use[own_tail % SLOTS] == 1) }
            slot[own_tail % SLOTS] = sent;
            in_use[own_tail % SLOTS]--;
            own_tail++;
            tail = own_tail;
            sent++
        :: else /* full: try again */
        fi
    od
}

proctype receiver()
{
    byte own_head = START;
    byte tail_seen = START;
    byte ready;

    do
    :: received == COUNT -> break
    :: else ->
        ready = tail_seen - own_head;
        assert(ready <= BOUND);
        if
        :: ready == 0 -> atomic { tail_seen = tail; ready = tail_seen - own_head }
        :: else
        fi;
        if
        :: ready > 0 ->
            atomic { in_use[own_head % SLOTS]++; assert(in_use[own_head % SLOTS] == 1) }
            assert(slot[own_head % SLOTS] == received);
            in_use[own_head % SLOTS]--;
            own_head++;
            head = own_head;
            received++
        :: else /* empty: try again */
        fi
    od
}

init
{
    atomic {
        run sender();
        run receiver()
    }
}

ltl everything_arrives { <> (received == COUNT) }

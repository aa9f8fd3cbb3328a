/* The ring of models/mpmc, step by step, in every interleaving of two senders and two receivers.
 *
 * spin's memory is sequentially consistent: orders of memory are relacy's part (tests/relacy). Shown
 * here is the rest, for all interleavings without a bound on preemptions: a cell is never in two
 * hands; every element arrives once; "empty" and "full" are true at the instant at which they are
 * decided; and with a fair scheduler everything arrives. Counters are bytes and wrap on the way.
 *
 * With -DSTALL the first sender stops for ever after its first claim; then the others, who try a few
 * times each, must come to their ends all the same.
 *
 * With -DCLAIM_BLINDLY, -DFILL_EARLY, -DBUSY_SAID_EMPTY or -DBUSY_SAID_FULL, or with -DSTALL and
 * -DWAIT, who is told to come back waiting instead, the model is wrong, and spin must say so.
 *
 * SPDX-License-Identifier: MIT */
#define CAPACITY 2
#define COUNT    2 /* elements of the first sender, or tries of anybody */
#ifdef STALL
#define SECOND   COUNT
#else
#define SECOND   1 /* elements of the second sender: a second lap, and not too many states */
#endif
#define ALL      (COUNT + SECOND)
#define START    254 /* the counters wrap on the way */

byte sequence[CAPACITY];
byte element[CAPACITY];
byte hands[CAPACITY];
byte tail = START;
byte head = START;
byte arrived[ALL]; /* how often, by element */
byte arrived_count = 0;
byte ended_count = 0;

inline move(counter, from, is_moved)
{
#ifdef CLAIM_BLINDLY
    is_moved = (counter == from);
    if
    :: is_moved -> counter = from + 1
    :: else
    fi
#else
    atomic {
        is_moved = (counter == from);
        if
        :: is_moved -> counter = from + 1
        :: else
        fi
    }
#endif
}

inline take_in_hand(position)
{
    atomic { hands[position % CAPACITY]++; assert(hands[position % CAPACITY] == 1) }
}

proctype sender(byte number)
{
    byte position;
    byte done = 0;
    bool is_moved;
    byte seen;

    do
    :: done == (number == 0 -> COUNT : SECOND) -> break
    :: else ->
        position = tail;
        seen = sequence[position % CAPACITY];
        if
        :: seen == position ->
            move(tail, position, is_moved);
            if
            :: is_moved ->
#ifdef STALL
                if
                :: number == 0 -> goto stalled
                :: else
                fi;
#endif
                take_in_hand(position);
#ifdef FILL_EARLY
                sequence[position % CAPACITY] = position + 1;
#endif
                element[position % CAPACITY] = number * COUNT + done;
                hands[position % CAPACITY]--;
#ifndef FILL_EARLY
                sequence[position % CAPACITY] = position + 1;
#endif
                done++
            :: else
            fi
        :: else ->
            seen = tail;
            if
            :: seen == position ->
                atomic {
#ifdef BUSY_SAID_FULL
                    seen = tail - head;
                    assert(seen == CAPACITY)
#else
                    seen = position - head;
                    assert(seen != CAPACITY || tail == position)
#endif
                }
#if defined(STALL) && !defined(WAIT)
                ; done++
#endif
            :: else
            fi
        fi
    od;
    ended_count++;
stalled:
    skip
}

proctype receiver()
{
    byte position;
    byte done = 0;
    bool is_moved;
    byte seen;

    do
#ifdef STALL
    :: done == COUNT -> break
#else
    :: arrived_count == ALL -> break
#endif
    :: else ->
        position = head;
        seen = sequence[position % CAPACITY] - 1;
        if
        :: seen == position ->
            move(head, position, is_moved);
            if
            :: is_moved ->
                take_in_hand(position);
                atomic {
                    arrived[element[position % CAPACITY]]++;
                    assert(arrived[element[position % CAPACITY]] == 1);
                    arrived_count++
                }
                hands[position % CAPACITY]--;
                sequence[position % CAPACITY] = position + CAPACITY;
                done++
            :: else
            fi
        :: else ->
            seen = head;
            if
            :: seen == position ->
                atomic {
#ifdef BUSY_SAID_EMPTY
                    assert(head == tail)
#else
                    seen = tail;
                    assert(seen != position || head == position)
#endif
                }
#if defined(STALL) && !defined(WAIT)
                ; done++
#endif
            :: else
            fi
        fi
    od;
    ended_count++
}

init
{
    atomic {
        sequence[START % CAPACITY] = START;
        sequence[(START + 1) % CAPACITY] = START + 1;
        run sender(0);
        run sender(1);
        run receiver();
        run receiver()
    }
}

#ifdef STALL
ltl the_others_go_on { <> (ended_count == 3) }
#else
ltl everything_arrives { <> (arrived_count == ALL) }
#endif

/* M/M/1 at rho = 0.9 in a world: customers through the system per second of processor time.
 *
 * A producer, a queue and a consumer in one data centre (bench/desk.c), with each of two models for
 * the queue. The books are kept, every message's latency goes into two histograms, and the trace's
 * digest takes every step, as in any scenario. The yardstick is `limit` (bench/limit.c). All take
 * turns; figures are medians, ratios those of one turn. Usage: bench_world [CUSTOMERS] */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "bench/desk.h"
#include "bench/measure.h"

#define TURNS  5
#define BAR_NS 125 /* 8 million a second */

static struct bench_result run_point_to_point(uint64_t customer_count)
{
    return bench_desk(WORLD_QUEUE_POINT_TO_POINT, customer_count);
}

static struct bench_result run_producer_consumer(uint64_t customer_count)
{
    return bench_desk(WORLD_QUEUE_PRODUCER_CONSUMER, customer_count);
}

struct contender {
    const char *name;
    struct bench_result (*run)(uint64_t customer_count);
    double ns[TURNS];
    double ratio[TURNS];
};

static void take_turn(struct contender *contender, uint32_t turn, uint64_t customer_count)
{
    double before = bench_now_ns();
    struct bench_result result = contender->run(customer_count);

    SIM_ASSERT(result.count > 0);
    contender->ns[turn] = (bench_now_ns() - before) / (double)result.count;
}

int main(int argc, char **argv)
{
    uint64_t customer_count = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    struct contender contenders[] = {
        {.name = "limit", .run = bench_limit},
        {.name = "world with point_to_point", .run = run_point_to_point},
        {.name = "world with producer_consumer", .run = run_producer_consumer},
    };
    enum { COUNT = sizeof(contenders) / sizeof(contenders[0]) };
    struct bench_figure figures[COUNT];

    for (uint32_t turn = 0; turn < TURNS; turn++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            take_turn(&contenders[i], turn, customer_count);
            contenders[i].ratio[turn] = contenders[i].ns[turn] / contenders[0].ns[turn];
        }
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        figures[i] = (struct bench_figure){
            .name = contenders[i].name,
            .value = bench_median(contenders[i].ns, TURNS),
            .unit = "ns a customer",
            .ratio = bench_median(contenders[i].ratio, TURNS),
            .yardstick = i == 0 ? NULL : "limit",
            .bar_kind = i == 0 ? BENCH_BAR_NONE : BENCH_BAR_VALUE,
            .bar = BAR_NS,
        };
    }
    bench_print_figures(figures, COUNT);
    return 0;
}

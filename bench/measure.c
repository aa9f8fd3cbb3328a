/* The table is readable as text and as Markdown. */
/* SPDX-License-Identifier: MIT */
#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/base.h"

#define CELL_SIZE 64

double bench_now_ns(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);

    SIM_ASSERT(failed == 0);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;

    return (first > second) - (first < second);
}

double bench_median(double *values, size_t count)
{
    SIM_ASSERT(count > 0);

    qsort(values, count, sizeof(*values), compare);
    return values[count / 2];
}

static void print_bar(const struct bench_figure *figure)
{
    char bar[CELL_SIZE] = "";
    const char *verdict = "";

    if (figure->bar_kind == BENCH_BAR_VALUE) {
        (void)snprintf(bar, sizeof(bar), "<= %g %s", figure->bar, figure->unit);
        verdict = figure->value <= figure->bar ? "met" : "NOT MET";
    } else if (figure->bar_kind == BENCH_BAR_RATIO) {
        (void)snprintf(bar, sizeof(bar), "<= %g x %s", figure->bar, figure->yardstick);
        verdict = figure->ratio <= figure->bar ? "met" : "NOT MET";
    }
    printf(" %-16s | %-7s |\n", bar, verdict);
}

void bench_print_figures(const struct bench_figure *figures, size_t count)
{
    printf(
        "| %-33s | %10s | %-18s | %-16s | %-7s |\n", "figure", "measured", "ratio", "bar", "met");
    printf("| :--- | ---: | :--- | :--- | :--- |\n");
    for (size_t i = 0; i < count; i++) {
        const struct bench_figure *figure = &figures[i];
        char ratio[CELL_SIZE] = "";
        if (figure->yardstick != NULL) {
            (void)snprintf(ratio, sizeof(ratio), "%.2f x %s", figure->ratio, figure->yardstick);
        }
        printf("| %-33s | %7.1f %-2s | %-18s |", figure->name, figure->value, figure->unit, ratio);
        print_bar(figure);
    }
    (void)fflush(stdout);
}

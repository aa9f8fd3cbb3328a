/* Tests of sim/ziggurat: that every layer has one area, and that the layers reach the top. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/ziggurat.h"

typedef long double density_fn(long double x);

static long double exponential_density(long double x)
{
    return expl(-x);
}

static long double normal_density(long double x)
{
    return expl(-x * x / 2);
}

/* Rounding an edge to 53 bits moves a thin layer's relative area by some 1e-13. */
static void check_layers(const double *table, density_fn *density, long double tail)
{
    long double edges[SIM_ZIGGURAT_EDGES];

    for (uint32_t i = 0; i < SIM_ZIGGURAT_EDGES; i++) {
        edges[i] = (long double)table[i];
    }
    long double area = edges[1] * density(edges[1]) + tail;
    assert_true(fabsl(edges[0] * density(edges[1]) - area) < 1e-15L * area);
    for (uint32_t i = 1; i < SIM_ZIGGURAT_LAYERS; i++) {
        long double layer = edges[i] * (density(edges[i + 1]) - density(edges[i]));
        assert_true(edges[i] > edges[i + 1]);
        assert_true(fabsl(layer - area) < 2e-12L * area);
    }
}

static void layers_under_the_exponential_have_one_area(void **state)
{
    (void)state;
    long double tail = expl(-(long double)sim_ziggurat_exponential[1]);
    check_layers(sim_ziggurat_exponential, exponential_density, tail);
}

static void layers_under_the_normal_have_one_area(void **state)
{
    const long double pi = acosl(-1);
    long double start = (long double)sim_ziggurat_normal[1];
    long double tail = sqrtl(pi / 2) * erfcl(start / sqrtl(2));

    (void)state;
    check_layers(sim_ziggurat_normal, normal_density, tail);
}

static void the_topmost_edge_is_zero(void **state)
{
    (void)state;
    assert_true(fpclassify(sim_ziggurat_exponential[SIM_ZIGGURAT_LAYERS]) == FP_ZERO);
    assert_true(fpclassify(sim_ziggurat_normal[SIM_ZIGGURAT_LAYERS]) == FP_ZERO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_under_the_exponential_have_one_area),
        cmocka_unit_test(layers_under_the_normal_have_one_area),
        cmocka_unit_test(the_topmost_edge_is_zero),
    };

    return cmocka_run_group_tests_name("sim/ziggurat", tests, NULL, NULL);
}

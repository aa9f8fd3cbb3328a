/* Tests of viz/canvas: which pixels a shape covers, and how much of each. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "viz/canvas.h"

#define WHITE 0xffffffffU
#define SIDE  40

static uint32_t pixel(const viz_canvas *canvas, int x, int y)
{
    return viz_canvas_pixels(canvas)[y * viz_canvas_width(canvas) + x];
}

/* Of white on black: how much of the picture is covered, in pixels. */
static double covered(const viz_canvas *canvas)
{
    double sum = 0;

    for (int y = 0; y < viz_canvas_height(canvas); y++) {
        for (int x = 0; x < viz_canvas_width(canvas); x++) {
            sum += (double)(pixel(canvas, x, y) & 0xff) / 255;
        }
    }
    return sum;
}

static void assert_near(double value, double expected, double error)
{
    if (fabs(value - expected) > error) {
        fail_msg("%g is not within %g of %g", value, error, expected);
    }
}

static int set_up(void **state)
{
    *state = viz_canvas_create(SIDE, SIDE);
    return 0;
}

static int tear_down(void **state)
{
    viz_canvas_destroy(*state);
    return 0;
}

static void a_rectangle_covers_its_pixels_and_no_other(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_fill(canvas, (struct viz_rect){3, 4, 5, 6}, 0x123456, 255);
    assert_int_equal(pixel(canvas, 3, 4), 0xff123456);
    assert_int_equal(pixel(canvas, 7, 9), 0xff123456);
    assert_int_equal(pixel(canvas, 8, 9) & 0xffffff, 0);
    assert_int_equal(pixel(canvas, 7, 10) & 0xffffff, 0);
    assert_int_equal(pixel(canvas, 2, 4) & 0xffffff, 0);
}

static void half_of_a_colour_is_mixed_in(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_fill(canvas, (struct viz_rect){0, 0, 1, 1}, WHITE, 128);
    assert_in_range(pixel(canvas, 0, 0) & 0xff, 127, 129);
    viz_canvas_fill(canvas, (struct viz_rect){0, 0, 1, 1}, WHITE, 0);
    assert_in_range(pixel(canvas, 0, 0) & 0xff, 127, 129);
}

static void what_lies_outside_is_clipped(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{-1e6, -50}, {1e6, 90}, {20, 1e9}};
    const struct viz_stroke stroke = {.width = 3, .colour = WHITE, .alpha = 255};

    viz_canvas_fill(canvas, (struct viz_rect){-9, -9, 10, 10}, WHITE, 255);
    viz_canvas_round(canvas, (struct viz_rect){35, 35, 100, 100}, 9, WHITE);
    viz_canvas_frame(canvas, (struct viz_rect){-50, 20, 200, 200}, 5, 2, WHITE);
    viz_canvas_hatch(canvas, (struct viz_rect){-5, 30, 500, 500}, 7, WHITE);
    viz_canvas_dot(canvas, VIZ_DOT_DISC, (struct viz_point){-1, 41}, 4, WHITE);
    viz_canvas_polyline(canvas, points, 2, &stroke);
    assert_int_equal(pixel(canvas, 0, 0), WHITE);
}

static void a_clip_keeps_everything_inside(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{0, 20}, {40, 20}};
    const struct viz_stroke stroke = {.width = 4, .colour = WHITE, .alpha = 255};

    viz_canvas_clip(canvas, (struct viz_rect){10, 0, 10, SIDE});
    viz_canvas_polyline(canvas, points, 2, &stroke);
    assert_near(covered(canvas), 40, 0.5);
    assert_int_equal(pixel(canvas, 9, 20) & 0xff, 0);
    assert_int_equal(pixel(canvas, 20, 20) & 0xff, 0);
    viz_canvas_unclip(canvas);
    viz_canvas_polyline(canvas, points, 2, &stroke);
    assert_true(covered(canvas) > 150);
}

static void a_disc_covers_its_area_wherever_it_is(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_dot(canvas, VIZ_DOT_DISC, (struct viz_point){20.3, 19.8}, 6, WHITE);
    assert_near(covered(canvas), 36 * 3.14159, 2);
    assert_int_equal(pixel(canvas, 20, 19) & 0xff, 0xff);
}

static void a_dot_moves_by_less_than_a_pixel(void **state)
{
    viz_canvas *canvas = *state;
    viz_canvas *other = viz_canvas_create(SIDE, SIDE);

    viz_canvas_dot(canvas, VIZ_DOT_DISC, (struct viz_point){20, 20}, 3, WHITE);
    viz_canvas_dot(other, VIZ_DOT_DISC, (struct viz_point){20.25, 20}, 3, WHITE);
    assert_true((pixel(other, 22, 19) & 0xff) > (pixel(canvas, 22, 19) & 0xff));
    assert_true((pixel(other, 17, 19) & 0xff) < (pixel(canvas, 17, 19) & 0xff));
    viz_canvas_destroy(other);
}

static void marks_have_different_shapes(void **state)
{
    double areas[4];

    (void)state;
    for (int dot = 0; dot < 4; dot++) {
        viz_canvas *canvas = viz_canvas_create(SIDE, SIDE);
        viz_canvas_dot(canvas, (enum viz_dot)dot, (struct viz_point){20, 20}, 10, WHITE);
        areas[dot] = covered(canvas);
        viz_canvas_destroy(canvas);
    }
    assert_near(areas[VIZ_DOT_DISC], 314, 5);
    assert_near(areas[VIZ_DOT_SQUARE], 306, 6);
    assert_near(areas[VIZ_DOT_DIAMOND], 306, 8);
    assert_near(areas[VIZ_DOT_RING], 236, 6);
}

static void a_line_covers_its_length_times_its_width(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{5, 7}, {35, 22}};
    const struct viz_stroke stroke = {.width = 3, .colour = WHITE, .alpha = 255};

    viz_canvas_polyline(canvas, points, 2, &stroke);
    assert_near(covered(canvas), sqrt(900.0 + 225) * 3 + 7, 4); /* and its round ends */
}

static void a_line_that_crosses_itself_is_no_darker_there(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{5, 20}, {35, 20}, {20, 20}, {20, 5}, {20, 35}};
    const struct viz_stroke stroke = {.width = 4, .colour = WHITE, .alpha = 100};

    viz_canvas_polyline(canvas, points, 5, &stroke);
    assert_int_equal(pixel(canvas, 20, 20), pixel(canvas, 10, 20));
    assert_in_range(pixel(canvas, 20, 20) & 0xff, 98, 102);
}

/* Cut into short segments or not. */
static void dashes_go_on_across_joints(void **state)
{
    viz_canvas *canvas = *state;
    struct viz_point points[21];
    const struct viz_stroke stroke = {.width = 2, .colour = WHITE, .alpha = 255, .dash = 5};

    for (int i = 0; i <= 20; i++) {
        points[i] = (struct viz_point){2.0 * i, 10};
    }
    viz_canvas_polyline(canvas, points, 21, &stroke);
    assert_int_equal(pixel(canvas, 2, 10) & 0xff, 0xff);
    assert_int_equal(pixel(canvas, 7, 10) & 0xff, 0);
    assert_int_equal(pixel(canvas, 12, 10) & 0xff, 0xff);
    assert_int_equal(pixel(canvas, 27, 10) & 0xff, 0);
}

static void a_gap_in_a_line_stays_empty(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{0, 10}, {10, 10}, {20, (double)NAN}, {30, 10}, {40, 10}};
    const struct viz_stroke stroke = {.width = 2, .colour = WHITE, .alpha = 255};

    viz_canvas_polyline(canvas, points, 5, &stroke);
    assert_int_equal(pixel(canvas, 5, 10) & 0xff, 0xff);
    assert_int_equal(pixel(canvas, 20, 10) & 0xff, 0);
    assert_int_equal(pixel(canvas, 35, 10) & 0xff, 0xff);
}

static void a_band_fills_what_is_between(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point upper[] = {{0, 10}, {40, 10}};
    const struct viz_point lower[] = {{0, 10}, {40, 30}};
    const struct viz_stroke stroke = {.colour = WHITE, .alpha = 255};

    viz_canvas_band(canvas, upper, lower, 2, &stroke);
    assert_near(covered(canvas), 40.0 * 20 / 2, 12);
    assert_int_equal(pixel(canvas, 38, 9) & 0xff, 0);
    assert_int_equal(pixel(canvas, 38, 20) & 0xff, 0xff);
}

static void round_corners_are_cut(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_round(canvas, (struct viz_rect){0, 0, SIDE, SIDE}, 10, WHITE);
    assert_near(covered(canvas), SIDE * SIDE - (4 - 3.14159) * 100, 3);
    assert_int_equal(pixel(canvas, 0, 0) & 0xff, 0);
    assert_int_equal(pixel(canvas, 0, 20) & 0xff, 0xff);
}

static void a_frame_leaves_its_inside_alone(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_frame(canvas, (struct viz_rect){0, 0, SIDE, SIDE}, 0, 2, WHITE);
    assert_near(covered(canvas), 4 * 2 * SIDE - 16, 0.5);
    assert_int_equal(pixel(canvas, 2, 2) & 0xff, 0);
}

static void a_hatch_covers_a_part_and_is_never_solid(void **state)
{
    viz_canvas *canvas = *state;

    viz_canvas_hatch(canvas, (struct viz_rect){0, 0, SIDE, SIDE}, 8, WHITE);
    assert_true(covered(canvas) > SIDE * SIDE * 0.1);
    assert_true(covered(canvas) < SIDE * SIDE * 0.3);
}

/* A digest of one picture with every shape: the same in every build and on every machine. */
static void the_same_calls_make_the_same_pixels(void **state)
{
    viz_canvas *canvas = *state;
    const struct viz_point points[] = {{1.1, 30.3}, {11.7, 3.9}, {22.2, 35.8}, {39, 1.5}};
    const struct viz_stroke stroke = {.width = 1.8, .colour = 0x56b4e9, .alpha = 200};
    uint64_t digest = 0;

    viz_canvas_round(canvas, (struct viz_rect){2, 2, 30, 20}, 6, 0x181e26);
    viz_canvas_frame(canvas, (struct viz_rect){2, 2, 30, 20}, 6, 1, 0xe69f00);
    viz_canvas_polyline(canvas, points, 4, &stroke);
    viz_canvas_dot(canvas, VIZ_DOT_DIAMOND, (struct viz_point){20.4, 9.1}, 4.2, 0xd55e00);
    for (int i = 0; i < SIDE * SIDE; i++) {
        digest = digest * UINT64_C(0x100000001b3) + viz_canvas_pixels(canvas)[i];
    }
    assert_int_equal(digest, UINT64_C(0x75242f165aaea6));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_rectangle_covers_its_pixels_and_no_other),
        CASE(half_of_a_colour_is_mixed_in),
        CASE(what_lies_outside_is_clipped),
        CASE(a_clip_keeps_everything_inside),
        CASE(a_disc_covers_its_area_wherever_it_is),
        CASE(a_dot_moves_by_less_than_a_pixel),
        CASE(marks_have_different_shapes),
        CASE(a_line_covers_its_length_times_its_width),
        CASE(a_line_that_crosses_itself_is_no_darker_there),
        CASE(dashes_go_on_across_joints),
        CASE(a_gap_in_a_line_stays_empty),
        CASE(a_band_fills_what_is_between),
        CASE(round_corners_are_cut),
        CASE(a_frame_leaves_its_inside_alone),
        CASE(a_hatch_covers_a_part_and_is_never_solid),
        CASE(the_same_calls_make_the_same_pixels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One replication is one run from an empty network. Sums start again at the end of the warm-up. */
/* SPDX-License-Identifier: MIT */
#include "theory_network.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/point_to_point.h"
#include "sim/registry.h"
#include "sim/run.h"
#include "sim/stats.h"

#define RING_CAPACITY    (UINT64_C(1) << 16)
#define REPLICATIONS_MIN 10
#define REPLICATIONS_MAX 400
#define CONFIDENCE       0.999
#define PRECISION        0.01

struct customer {
    sim_time entered; /* the network */
    sim_time joined;  /* the station */
    uint32_t class;
    uint32_t station;
};

/* Sums over the customers of a class. */
struct sums {
    uint64_t offered;
    uint64_t lost;
    uint64_t left;
    uint64_t visits;
    uint64_t delayed;
    double sojourn;
    double wait;
};

struct server {
    struct customer customer;
    struct sim_event_id end;
    sim_time end_time;
    bool is_busy;
};

/* The customer of a class whom a lower class has taken the server from: there is one at most. */
struct interrupted {
    struct customer customer;
    sim_time left; /* of the service; 0: nobody is interrupted */
};

struct station {
    struct server servers[THEORY_SERVERS_MAX];
    struct model_p2p rings[THEORY_CLASSES_MAX];
    void *memory[THEORY_CLASSES_MAX];
    struct sim_gauge number;
    double area_warm; /* of the gauge, at the end of the warm-up */
    bool is_down;
    sim_time left; /* of the service that a breakdown interrupted */
    struct interrupted interrupted[THEORY_CLASSES_MAX];
};

struct replication {
    const struct theory_network *network;
    struct sim_run run;
    struct station stations[THEORY_STATIONS_MAX];
    struct sim_arrivals arrivals[THEORY_CLASSES_MAX];
    struct sums sums[THEORY_CLASSES_MAX];
    struct sim_stream services;
    struct sim_stream routes;
    struct sim_stream breakdowns; /* and vacations */
    struct sim_stream batches;
    struct sim_gauge inside;
    sim_histogram *sojourns; /* of class 0 */
    sim_time warm_end;
    bool is_closing; /* nobody enters any more */
};

/* ---- events ---- */

static void end_service(void *context, uint64_t payload);

static struct customer *customer_of(struct station *station, uint32_t server)
{
    return &station->servers[server].customer;
}

static void schedule_end(struct replication *r, uint32_t index, uint32_t number, sim_time service)
{
    struct server *server = &r->stations[index].servers[number];

    server->is_busy = true;
    server->end_time = r->run.now + service;
    server->end = sim_run_after(
        &r->run, service, end_service, r, (uint64_t)index * THEORY_SERVERS_MAX + number);
}

static void begin_service(struct replication *r, uint32_t index, uint32_t server)
{
    struct station *station = &r->stations[index];
    struct customer *customer = customer_of(station, server);
    struct sums *sums = &r->sums[customer->class];
    sim_time wait = r->run.now - customer->joined;
    sim_time service =
        sim_dist_draw_time(&r->network->stations[index].service[customer->class], &r->services);

    sums->visits++;
    sums->delayed += wait > 0;
    sums->wait += (double)wait / 1e9;
    schedule_end(r, index, server, service);
}

/* Returns false when nobody of the class was interrupted. */
static bool resume_service(struct replication *r, uint32_t index, uint32_t class)
{
    struct interrupted *interrupted = &r->stations[index].interrupted[class];
    sim_time left = interrupted->left;

    if (left == 0) {
        return false;
    }
    *customer_of(&r->stations[index], 0) = interrupted->customer;
    interrupted->left = 0;
    schedule_end(r, index, 0, left);
    return true;
}

static void end_vacation(void *context, uint64_t index);

static void go_on_vacation(struct replication *r, uint32_t index)
{
    double mean = r->network->stations[index].vacation_mean;
    sim_time length = (sim_time)(mean * 1e9 * sim_stream_exponential(&r->breakdowns));

    r->stations[index].is_down = true;
    sim_run_after(&r->run, length, end_vacation, r, index);
}

/* Takes the first customer of the lowest class, if the server may. */
static void take_next(struct replication *r, uint32_t index, uint32_t server)
{
    struct station *station = &r->stations[index];

    if (station->is_down) {
        return;
    }
    for (uint32_t class = 0; class < r->network->class_count; class ++) {
        if (resume_service(r, index, class)) {
            return;
        }
        if (model_p2p_receive(&station->rings[class], customer_of(station, server))) {
            begin_service(r, index, server);
            return;
        }
    }
    if (r->network->stations[index].vacation_mean > 0 && !r->is_closing) {
        go_on_vacation(r, index);
    }
}

static void end_vacation(void *context, uint64_t index)
{
    struct replication *r = context;

    r->stations[index].is_down = false;
    take_next(r, (uint32_t)index, 0);
}

/* Takes the server from a customer of a higher class than the one who has just come. */
static void interrupt_for(struct replication *r, uint32_t index, uint32_t class)
{
    struct server *server = &r->stations[index].servers[0];
    uint32_t served = server->customer.class;

    if (!server->is_busy || served <= class || server->end_time == r->run.now) {
        return;
    }
    bool cancelled = sim_fel_cancel(r->run.fel, server->end);
    SIM_ASSERT(cancelled && r->stations[index].interrupted[served].left == 0);
    r->stations[index].interrupted[served] = (struct interrupted){
        .customer = server->customer,
        .left = server->end_time - r->run.now,
    };
    server->is_busy = false;
}

static void take_idle_server(struct replication *r, uint32_t index)
{
    for (uint32_t server = 0; server < r->network->stations[index].servers; server++) {
        if (!r->stations[index].servers[server].is_busy) {
            take_next(r, index, server);
            return;
        }
    }
}

/* Returns false when there is no room. */
static bool join(struct replication *r, struct customer customer)
{
    struct station *station = &r->stations[customer.station];
    uint32_t room = r->network->stations[customer.station].room;

    if (room > 0 && station->number.value >= room) {
        return false;
    }
    sim_gauge_set(&station->number, station->number.value + 1, r->run.now);
    customer.joined = r->run.now;
    bool sent = model_p2p_send(&station->rings[customer.class], &customer);
    SIM_ASSERT(sent);
    if (r->network->stations[customer.station].preempts) {
        interrupt_for(r, customer.station, customer.class);
    }
    take_idle_server(r, customer.station);
    return true;
}

static void leave(struct replication *r, const struct customer *customer)
{
    struct sums *sums = &r->sums[customer->class];
    sim_time sojourn = r->run.now - customer->entered;

    sim_gauge_set(&r->inside, r->inside.value - 1, r->run.now);
    sums->left++;
    sums->sojourn += (double)sojourn / 1e9;
    if (customer->class == 0) {
        sim_histogram_record(r->sojourns, sojourn);
    }
}

static void go_on(struct replication *r, struct customer customer)
{
    const double *next = r->network->stations[customer.station].next;
    double left = sim_stream_unit(&r->routes);

    for (uint32_t i = 0; i < r->network->station_count; i++) {
        if (left < next[i]) {
            customer.station = i;
            bool joined = join(r, customer);
            SIM_ASSERT(joined);
            return;
        }
        left -= next[i];
    }
    leave(r, &customer);
}

static void end_service(void *context, uint64_t payload)
{
    struct replication *r = context;
    uint32_t index = (uint32_t)(payload / THEORY_SERVERS_MAX);
    uint32_t number = (uint32_t)(payload % THEORY_SERVERS_MAX);
    struct station *station = &r->stations[index];
    struct customer customer = station->servers[number].customer;

    station->servers[number].is_busy = false;
    sim_gauge_set(&station->number, station->number.value - 1, r->run.now);
    take_next(r, index, number);
    go_on(r, customer);
}

static void schedule_arrival(struct replication *r, uint32_t class);

static void enter(struct replication *r, uint32_t class)
{
    struct customer customer = {
        .entered = r->run.now,
        .class = class,
        .station = r->network->classes[class].first,
    };

    r->sums[class].offered++;
    if (join(r, customer)) {
        sim_gauge_set(&r->inside, r->inside.value + 1, r->run.now);
    } else {
        r->sums[class].lost++;
    }
}

static void arrive(void *context, uint64_t class)
{
    struct replication *r = context;

    if (r->is_closing) {
        return;
    }
    int64_t batch = (int64_t)sim_dist_draw(&r->network->classes[class].batch, &r->batches);
    enter(r, (uint32_t) class);
    for (int64_t i = 1; i < batch; i++) {
        enter(r, (uint32_t) class);
    }
    schedule_arrival(r, (uint32_t) class);
}

static void schedule_arrival(struct replication *r, uint32_t class)
{
    sim_time next = sim_arrivals_next(&r->arrivals[class], r->run.now);

    sim_run_after(&r->run, next - r->run.now, arrive, r, class);
}

/* ---- breakdowns ---- */

static void repair(void *context, uint64_t index);

static sim_time draw_seconds(struct replication *r, double mean)
{
    return (sim_time)(mean * 1e9 * sim_stream_exponential(&r->breakdowns));
}

static void break_down(void *context, uint64_t index)
{
    struct replication *r = context;
    struct station *station = &r->stations[index];
    struct server *server = &station->servers[0];

    if (r->is_closing) {
        return;
    }
    station->is_down = true;
    if (server->is_busy) {
        bool cancelled = sim_fel_cancel(r->run.fel, server->end);
        SIM_ASSERT(cancelled);
        station->left = server->end_time - r->run.now;
    }
    sim_time down = draw_seconds(r, r->network->stations[index].down_mean);
    sim_run_after(&r->run, down, repair, r, index);
}

static void repair(void *context, uint64_t index)
{
    struct replication *r = context;
    struct station *station = &r->stations[index];
    struct server *server = &station->servers[0];

    station->is_down = false;
    if (server->is_busy) {
        schedule_end(r, (uint32_t)index, 0, station->left);
    } else {
        take_next(r, (uint32_t)index, 0);
    }
    sim_time up = draw_seconds(r, r->network->stations[index].up_mean);
    sim_run_after(&r->run, up, break_down, r, index);
}

/* ---- one replication ---- */

static void open_station(struct replication *r, uint32_t index)
{
    struct station *station = &r->stations[index];
    size_t size = model_p2p_size(RING_CAPACITY, sizeof(struct customer));

    for (uint32_t class = 0; class < r->network->class_count; class ++) {
        station->memory[class] = sim_allocate(1, size);
        enum model_p2p_status status = model_p2p_init(
            &station->rings[class],
            station->memory[class],
            size,
            RING_CAPACITY,
            sizeof(struct customer));
        SIM_ASSERT(status == MODEL_P2P_OK);
    }
    if (r->network->stations[index].up_mean > 0) {
        sim_time up = draw_seconds(r, r->network->stations[index].up_mean);
        sim_run_after(&r->run, up, break_down, r, index);
    }
    if (r->network->stations[index].vacation_mean > 0) {
        go_on_vacation(r, index);
    }
}

static void open_class(struct replication *r, uint32_t class, uint64_t seed)
{
    char name[] = "arrivals of class 0";
    struct sim_dist_error error;

    for (uint32_t i = 0; i < r->network->classes[class].population; i++) {
        enter(r, class);
    }
    if (r->network->classes[class].population > 0) {
        return;
    }
    name[sizeof(name) - 2] = (char)('0' + class);
    bool is_valid = sim_arrivals_init(
        &r->arrivals[class],
        &r->network->classes[class].arrivals,
        sim_stream_named(seed, name),
        &error);
    SIM_ASSERT(is_valid);
    schedule_arrival(r, class);
}

static void open_replication(
    struct replication *r, const struct theory_network *network, uint64_t seed)
{
    *r = (struct replication){.network = network};
    sim_run_init(&r->run);
    r->services = sim_stream_named(seed, "services");
    r->routes = sim_stream_named(seed, "routes");
    r->breakdowns = sim_stream_named(seed, "breakdowns");
    r->batches = sim_stream_named(seed, "batches");
    r->sojourns = sim_histogram_create();
    for (uint32_t i = 0; i < network->station_count; i++) {
        open_station(r, i);
    }
    for (uint32_t i = 0; i < network->class_count; i++) {
        open_class(r, i, seed);
    }
}

static void close_replication(struct replication *r)
{
    for (uint32_t i = 0; i < r->network->station_count; i++) {
        for (uint32_t class = 0; class < r->network->class_count; class ++) {
            free(r->stations[i].memory[class]);
        }
    }
    sim_histogram_destroy(r->sojourns);
    sim_run_finish(&r->run);
}

static double area_of(const struct sim_gauge *gauge, sim_time now)
{
    return sim_gauge_mean(gauge, now) * (double)now;
}

static void forget_warm_up(struct replication *r)
{
    r->warm_end = r->run.now;
    for (uint32_t i = 0; i < r->network->class_count; i++) {
        r->sums[i] = (struct sums){0};
    }
    for (uint32_t i = 0; i < r->network->station_count; i++) {
        r->stations[i].area_warm = area_of(&r->stations[i].number, r->run.now);
    }
    sim_histogram_clear(r->sojourns);
}

static void run_until(struct replication *r, double seconds)
{
    enum sim_run_end end = sim_run_until(&r->run, (sim_time)(seconds * 1e9), UINT64_MAX);

    SIM_ASSERT(end == SIM_RUN_HORIZON);
}

static double percentile(const struct replication *r, double percent)
{
    return (double)sim_histogram_percentile(r->sojourns, percent) / 1e9;
}

static double number_in(const struct replication *r, uint32_t index)
{
    const struct station *station = &r->stations[index];
    double area = area_of(&station->number, r->run.now) - station->area_warm;

    return area / (double)(r->run.now - r->warm_end);
}

static double value_of(const struct replication *r, enum theory_measure measure, uint32_t index)
{
    const struct sums *sums = &r->sums[index];

    switch (measure) {
    case THEORY_SOJOURN:
        return sums->sojourn / (double)sums->left;
    case THEORY_WAIT:
        return sums->wait / (double)sums->visits;
    case THEORY_LOST:
        return (double)sums->lost / (double)sums->offered;
    case THEORY_DELAYED:
        return (double)sums->delayed / (double)sums->visits;
    case THEORY_NUMBER:
        return number_in(r, index);
    case THEORY_P50:
        return percentile(r, 50);
    case THEORY_P90:
        return percentile(r, 90);
    case THEORY_P99:
        break;
    }
    return percentile(r, 99);
}

static double replicate(
    const struct theory_network *network,
    uint64_t seed,
    enum theory_measure measure,
    uint32_t index)
{
    struct replication *r = sim_allocate(1, sizeof(*r));

    open_replication(r, network, seed);
    run_until(r, network->duration / 10);
    forget_warm_up(r);
    run_until(r, network->duration);
    double value = value_of(r, measure, index);
    close_replication(r);
    free(r);
    return value;
}

/* ---- against theory ---- */

struct sim_dist theory_dist(enum sim_dist_kind kind, double first, double second)
{
    struct sim_dist dist;
    struct sim_dist_error error;
    bool is_valid = sim_dist_init(&dist, kind, (const double[]){first, second}, &error);

    SIM_ASSERT(is_valid);
    return dist;
}

struct sim_arrivals_config theory_poisson(double rate)
{
    return (struct sim_arrivals_config){.kind = SIM_ARRIVALS_POISSON, .rate = rate};
}

static bool is_precise(const struct sim_interval *interval)
{
    return interval->half_width <= PRECISION * fabs(interval->mean);
}

static void assert_little(const struct theory_network *network)
{
    struct replication *r = sim_allocate(1, sizeof(*r));
    double sojourn = 0;

    open_replication(r, network, 1);
    run_until(r, network->duration / 10);
    r->is_closing = true;
    (void)sim_run_until(&r->run, SIM_NEVER, UINT64_MAX);
    for (uint32_t i = 0; i < network->class_count; i++) {
        assert_int_equal(r->sums[i].left + r->sums[i].lost, r->sums[i].offered);
        sojourn += r->sums[i].sojourn;
    }
    assert_int_equal(r->inside.value, 0);
    double area = r->inside.area / 1e9;
    assert_true(sojourn > 0 && fabs(sojourn - area) < 1e-9 * area);
    close_replication(r);
    free(r);
}

/* What a perfect simulator may show for the exact value: itself, but for percentiles, which the
 * histogram gives as the upper edge of the bucket that the value is in. */
static double largest_for(enum theory_measure measure, double expected)
{
    if (measure < THEORY_P50) {
        return expected;
    }
    sim_histogram *histogram = sim_histogram_create();
    sim_time value = (sim_time)(expected * (double)SIM_SECOND);
    sim_histogram_record(histogram, value);
    sim_histogram_record(histogram, 2 * value);
    double edge = (double)sim_histogram_percentile(histogram, 50) / (double)SIM_SECOND;
    sim_histogram_destroy(histogram);
    SIM_ASSERT(edge >= expected * (1 - 1e-9) && edge <= expected * (1 + 1.0 / 128));
    return edge;
}

void theory_assert(
    const struct theory_network *network,
    const char *name,
    enum theory_measure measure,
    uint32_t index,
    double expected)
{
    double values[REPLICATIONS_MAX];
    struct sim_interval interval = {0};
    uint32_t count = 0;

    while (count < REPLICATIONS_MIN || (!is_precise(&interval) && count < REPLICATIONS_MAX)) {
        values[count] = replicate(network, count + 1, measure, index);
        count++;
        interval = sim_stats_interval(values, count, CONFIDENCE);
    }
    (void)printf(
        "| %s | %.5g | %.5g | ± %.2g | %u |\n",
        name,
        expected,
        interval.mean,
        interval.half_width,
        count);
    (void)fflush(stdout);
    assert_true(is_precise(&interval));
    assert_true(interval.mean + interval.half_width >= expected);
    assert_true(interval.mean - interval.half_width <= largest_for(measure, expected));
    if (network->classes[0].population == 0) {
        assert_little(network);
    }
}

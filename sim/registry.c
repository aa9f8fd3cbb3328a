/* Measures and stream names are each an array in the order of creation plus an open hash table of
 * indexes into it. The hash never decides an order. A measure is allocated on its own, so that a
 * pointer to it stays good while the array grows. A world has many measures that never move: their
 * series is one array of zeroes, which all of them share, until they do. */
/* SPDX-License-Identifier: MIT */
#include "sim/registry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS   64 /* of a hash table; a power of two */
#define FIRST_SAMPLES 64

/* A set of names. Slots hold index + 1; 0 is a free slot. At most half of them are used. */
struct names {
    char **names;
    uint32_t *slots;
    uint32_t count;
    uint32_t slot_count;
};

struct sim_registry {
    uint64_t seed;
    struct names measure_names;
    struct names stream_names;
    struct names unit_names;
    struct sim_measure **measures; /* one for each of measure_names */
    struct sim_sample *zeroes;     /* the series of what has not moved yet; never written to */
    uint32_t sample_count;
    uint32_t sample_capacity;
};

/* ---- names ---- */

/* FNV-1a, its result mixed. */
static uint32_t hash_of(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    }
    return (uint32_t)sim_random_mix(hash);
}

/* The slot that holds the name, or the free slot where it belongs. */
static uint32_t slot_of(const struct names *names, const char *name)
{
    uint32_t mask = names->slot_count - 1;
    uint32_t slot = hash_of(name) & mask;

    SIM_ASSERT(names->count < names->slot_count);
    while (names->slots[slot] != 0 && strcmp(names->names[names->slots[slot] - 1], name) != 0) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

static void names_init(struct names *names)
{
    SIM_ASSERT(names->count == 0);

    names->slot_count = FIRST_SLOTS;
    names->slots = sim_allocate(FIRST_SLOTS, sizeof(*names->slots));
    names->names = sim_allocate(FIRST_SLOTS / 2, sizeof(*names->names));
}

static void names_finish(struct names *names)
{
    SIM_ASSERT(names->count <= names->slot_count / 2);

    for (uint32_t i = 0; i < names->count; i++) {
        free(names->names[i]);
    }
    free(names->names);
    free(names->slots);
}

static void names_double(struct names *names)
{
    SIM_ASSERT(names->count == names->slot_count / 2);

    uint32_t old = names->slot_count;

    names->slot_count = 2 * old;
    free(names->slots);
    names->slots = sim_allocate(names->slot_count, sizeof(*names->slots));
    names->names = sim_grow(names->names, old / 2, old, sizeof(*names->names));
    for (uint32_t i = 0; i < names->count; i++) {
        names->slots[slot_of(names, names->names[i])] = i + 1;
    }
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = sim_allocate(size, 1);

    memcpy(copy, text, size);
    return copy;
}

/* Returns false when the name is in the set already. */
static bool names_add(struct names *names, const char *name)
{
    SIM_ASSERT(name[0] != '\0');

    if (names->slots[slot_of(names, name)] != 0) {
        return false;
    }
    if (names->count == names->slot_count / 2) {
        names_double(names);
    }
    names->names[names->count] = copy_of(name);
    names->slots[slot_of(names, name)] = names->count + 1;
    names->count++;
    SIM_ASSERT(names->count <= names->slot_count / 2);
    return true;
}

/* The set's own copy of a name, which is added unless it is there. */
static const char *names_intern(struct names *names, const char *name)
{
    (void)names_add(names, name);
    uint32_t slot = slot_of(names, name);
    SIM_ASSERT(names->slots[slot] > 0 && names->slots[slot] <= names->count);
    return names->names[names->slots[slot] - 1];
}

/* ---- the registry ---- */

sim_registry *sim_registry_create(uint64_t seed)
{
    sim_registry *registry = sim_allocate(1, sizeof(*registry));

    registry->seed = seed;
    registry->sample_capacity = FIRST_SAMPLES;
    registry->zeroes = sim_allocate(FIRST_SAMPLES, sizeof(*registry->zeroes));
    names_init(&registry->measure_names);
    names_init(&registry->stream_names);
    names_init(&registry->unit_names);
    registry->measures = sim_allocate(FIRST_SLOTS / 2, sizeof(struct sim_measure *));
    return registry;
}

static bool has_series(const sim_registry *registry, const struct sim_measure *measure)
{
    SIM_ASSERT(measure->samples != NULL);

    return measure->samples != registry->zeroes;
}

static void destroy_measure(const sim_registry *registry, struct sim_measure *measure)
{
    SIM_ASSERT(measure->name != NULL);

    if (measure->kind == SIM_MEASURE_TALLY) {
        sim_histogram_destroy(measure->tally.histogram);
        sim_histogram_destroy(measure->tally.interval);
        sim_windows_destroy(measure->tally.windows);
    }
    if (has_series(registry, measure)) {
        free(measure->samples);
    }
    free(measure);
}

void sim_registry_destroy(sim_registry *registry)
{
    if (registry == NULL) {
        return;
    }
    for (uint32_t i = 0; i < registry->measure_names.count; i++) {
        destroy_measure(registry, registry->measures[i]);
    }
    free(registry->measures);
    free(registry->zeroes);
    names_finish(&registry->measure_names);
    names_finish(&registry->stream_names);
    names_finish(&registry->unit_names);
    free(registry);
}

/* NULL when the name is taken. */
static struct sim_measure *add_measure(
    sim_registry *registry, const char *name, const char *unit, enum sim_measure_kind kind)
{
    SIM_ASSERT(kind <= SIM_MEASURE_TALLY);
    SIM_ASSERT(registry->sample_count <= registry->sample_capacity);

    uint32_t capacity = registry->measure_names.slot_count / 2;
    uint32_t index = registry->measure_names.count;

    if (!names_add(&registry->measure_names, name)) {
        return NULL;
    }
    if (index == capacity) {
        registry->measures =
            sim_grow(registry->measures, capacity, 2UL * capacity, sizeof(struct sim_measure *));
    }
    struct sim_measure *measure = sim_allocate(1, sizeof(*measure));
    measure->name = registry->measure_names.names[index];
    measure->unit = names_intern(&registry->unit_names, unit);
    measure->kind = kind;
    measure->samples = registry->zeroes;
    SIM_ASSERT(registry->measures[index] == NULL && registry->measure_names.count == index + 1);
    registry->measures[index] = measure;
    return measure;
}

struct sim_counter *sim_registry_counter(sim_registry *registry, const char *name, const char *unit)
{
    struct sim_measure *measure = add_measure(registry, name, unit, SIM_MEASURE_COUNTER);

    SIM_ASSERT(measure == NULL || measure->kind == SIM_MEASURE_COUNTER);
    return measure == NULL ? NULL : &measure->counter;
}

struct sim_gauge *sim_registry_gauge(sim_registry *registry, const char *name, const char *unit)
{
    struct sim_measure *measure = add_measure(registry, name, unit, SIM_MEASURE_GAUGE);

    SIM_ASSERT(measure == NULL || measure->kind == SIM_MEASURE_GAUGE);
    return measure == NULL ? NULL : &measure->gauge;
}

struct sim_tally *sim_registry_tally(sim_registry *registry, const char *name, const char *unit)
{
    struct sim_measure *measure = add_measure(registry, name, unit, SIM_MEASURE_TALLY);

    SIM_ASSERT(measure == NULL || measure->kind == SIM_MEASURE_TALLY);
    return measure == NULL ? NULL : &measure->tally;
}

bool sim_registry_stream_as(
    sim_registry *registry, const char *name, const char *drawn, struct sim_stream *out_stream)
{
    if (!names_add(&registry->stream_names, name)) {
        return false;
    }
    *out_stream = sim_stream_named(registry->seed, drawn);
    SIM_ASSERT(out_stream->counter == 0);
    return true;
}

bool sim_registry_stream(sim_registry *registry, const char *name, struct sim_stream *out_stream)
{
    return sim_registry_stream_as(registry, name, name, out_stream);
}

const struct sim_measure *sim_registry_find(const sim_registry *registry, const char *name)
{
    uint32_t slot = slot_of(&registry->measure_names, name);
    uint32_t found = registry->measure_names.slots[slot];

    SIM_ASSERT(found == 0 || strcmp(registry->measures[found - 1]->name, name) == 0);
    return found == 0 ? NULL : registry->measures[found - 1];
}

uint32_t sim_registry_count(const sim_registry *registry)
{
    SIM_ASSERT(registry->measure_names.count <= registry->measure_names.slot_count / 2);

    return registry->measure_names.count;
}

const struct sim_measure *sim_registry_at(const sim_registry *registry, uint32_t index)
{
    SIM_ASSERT(index < registry->measure_names.count);

    return registry->measures[index];
}

/* ---- gauges and tallies ---- */

double sim_gauge_mean(const struct sim_gauge *gauge, sim_time now)
{
    SIM_ASSERT(now >= gauge->since);

    if (now <= 0) {
        return (double)gauge->value;
    }
    double area = gauge->area + (double)gauge->value * (double)(now - gauge->since);
    return area / (double)now;
}

void sim_tally_record_first(struct sim_tally *tally)
{
    SIM_ASSERT(tally->histogram == NULL && tally->interval == NULL);

    tally->histogram = sim_histogram_create();
    tally->interval = sim_histogram_create();
}

void sim_tally_keep_windows(struct sim_tally *tally)
{
    if (tally->windows == NULL) {
        tally->windows = sim_windows_create();
    }
    SIM_ASSERT(sim_windows_size(tally->windows) > 0);
}

bool sim_registry_keep_windows(sim_registry *registry, const char *name)
{
    uint32_t found = registry->measure_names.slots[slot_of(&registry->measure_names, name)];

    SIM_ASSERT(found <= registry->measure_names.count);
    if (found == 0 || registry->measures[found - 1]->kind != SIM_MEASURE_TALLY) {
        return false;
    }
    sim_tally_keep_windows(&registry->measures[found - 1]->tally);
    return true;
}

void sim_tally_collect(
    const struct sim_tally *tally, uint32_t first, uint32_t end, sim_histogram *histogram)
{
    SIM_ASSERT(tally->windows != NULL);
    SIM_ASSERT(histogram != tally->histogram && histogram != tally->interval);

    sim_windows_collect(tally->windows, first, end, histogram);
}

/* ---- the series ---- */

static struct sim_sample sample_of_tally(struct sim_tally *tally, uint32_t interval_number)
{
    SIM_ASSERT((tally->histogram == NULL) == (tally->interval == NULL));

    sim_histogram *interval = tally->interval;

    if (interval == NULL) {
        return (struct sim_sample){0};
    }
    struct sim_sample sample = {
        .value = sim_histogram_mean(interval),
        .p50 = sim_histogram_percentile(interval, 50),
        .p99 = sim_histogram_percentile(interval, 99),
        .count = sim_histogram_count(interval),
    };
    if (tally->windows != NULL) {
        sim_windows_keep(tally->windows, interval_number, interval);
    }
    sim_histogram_clear(interval);
    return sample;
}

static struct sim_sample sample_of_counter(struct sim_measure *measure)
{
    SIM_ASSERT(measure->counter.value >= measure->counted);

    struct sim_sample sample = {.value = (double)(measure->counter.value - measure->counted)};
    measure->counted = measure->counter.value;
    return sample;
}

static struct sim_sample sample_of(struct sim_measure *measure, uint32_t interval_number)
{
    SIM_ASSERT(measure->kind <= SIM_MEASURE_TALLY);

    switch (measure->kind) {
    case SIM_MEASURE_COUNTER:
        return sample_of_counter(measure);
    case SIM_MEASURE_GAUGE:
        return (struct sim_sample){.value = (double)measure->gauge.value};
    case SIM_MEASURE_TALLY:
        break;
    }
    return sample_of_tally(&measure->tally, interval_number);
}

static void double_samples(sim_registry *registry)
{
    SIM_ASSERT(registry->sample_count == registry->sample_capacity);

    uint32_t old = registry->sample_capacity;
    uint32_t grown = 2 * old;
    struct sim_sample *zeroes = sim_allocate(grown, sizeof(*zeroes));

    for (uint32_t i = 0; i < registry->measure_names.count; i++) {
        struct sim_measure *measure = registry->measures[i];
        measure->samples = has_series(registry, measure)
                               ? sim_grow(measure->samples, old, grown, sizeof(*measure->samples))
                               : zeroes;
    }
    free(registry->zeroes);
    registry->zeroes = zeroes;
    registry->sample_capacity = grown;
}

static bool is_zero(const struct sim_sample *sample)
{
    SIM_ASSERT(sample->count > 0 || (sample->p50 == 0 && sample->p99 == 0));

    return fpclassify(sample->value) == FP_ZERO && sample->count == 0;
}

static void add_sample(
    const sim_registry *registry, struct sim_measure *measure, struct sim_sample sample)
{
    SIM_ASSERT(registry->sample_count < registry->sample_capacity);

    if (!has_series(registry, measure)) {
        if (is_zero(&sample)) {
            return;
        }
        measure->samples = sim_allocate(registry->sample_capacity, sizeof(*measure->samples));
    }
    measure->samples[registry->sample_count] = sample;
}

void sim_registry_sample(sim_registry *registry, sim_time now)
{
    if (registry->sample_count == registry->sample_capacity) {
        double_samples(registry);
    }
    for (uint32_t i = 0; i < registry->measure_names.count; i++) {
        struct sim_measure *measure = registry->measures[i];
        SIM_ASSERT(measure->kind != SIM_MEASURE_GAUGE || measure->gauge.since <= now);
        add_sample(registry, measure, sample_of(measure, registry->sample_count));
    }
    registry->sample_count++;
}

uint32_t sim_registry_sample_count(const sim_registry *registry)
{
    SIM_ASSERT(registry->sample_count <= registry->sample_capacity);

    return registry->sample_count;
}

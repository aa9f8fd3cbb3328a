/* Each of these works through a hook of the node that it strikes: the producer's rewriting of what
 * is born, the consumer's judging of what it has worked on, the source's factor. */
/* SPDX-License-Identifier: MIT */
#include "world/fault_load.h"

#define FACTOR_LEAST 1e-3
#define FACTOR_MOST  1e6
#define RATE_MOST    1e9

struct window {
    sim_time from;
    sim_time until;
};

struct load_fault {
    struct world_fault base;
    world_producer *producer;    /* of all but poison */
    double factor;               /* of a spike */
    double share;                /* of hot_key, poison */
    uint64_t key;                /* of hot_key */
    struct world_node *consumer; /* of poison, as is the rest */
    struct world_fault_poison_config poison;
    GArray *windows; /* of struct window: when it was active; the last one is open while it is */
};

static struct load_fault *from_fault(struct world_fault *fault)
{
    return (struct load_fault *)fault; /* the base is its first member */
}

static struct load_fault *make(
    const struct world_fault_type *type, world_producer *producer, struct world_node *node)
{
    struct load_fault *fault = g_new0(struct load_fault, 1);

    SIM_ASSERT(node->world != NULL);
    fault->producer = producer;
    g_autofree char *drawn = world_node_draw_path(node);
    world_fault_init(&fault->base, type, node->world, node->path, drawn);
    return fault;
}

static bool is_share(const char *name, double share, GError **error)
{
    SIM_ASSERT(name != NULL);
    if (share > 0 && share <= 1) {
        return true;
    }
    g_set_error(
        error,
        WORLD_ERROR,
        WORLD_ERROR_VALUE,
        "%s: the share is %g: expected more than 0, up to 1",
        name,
        share);
    return false;
}

/* ---- spike ---- */

static const struct world_fault_type spike_type;

/* All spikes of one producer, together. */
static void apply_spikes(const struct load_fault *fault)
{
    const GPtrArray *list = fault->base.world->faults.list;
    double strain = 1;

    for (uint32_t i = 0; i < list->len; i++) {
        struct world_fault *other = g_ptr_array_index(list, i);
        if (other->type == &spike_type && world_fault_is_active(other) &&
            from_fault(other)->producer == fault->producer) {
            strain *= from_fault(other)->factor;
        }
    }
    bool is_set = world_source_set_strain(world_producer_source(fault->producer), strain);
    SIM_ASSERT(is_set);
}

static void count_birth(void *context, struct model_message *message)
{
    struct load_fault *fault = context;

    SIM_ASSERT(message->born >= fault->base.since);
    fault->base.hit++;
}

static void begin_spike(struct world_fault *base)
{
    struct load_fault *fault = from_fault(base);

    SIM_ASSERT(base->starts == 1);
    world_rewrites_add(world_producer_rewrites(fault->producer), count_birth, fault);
    apply_spikes(fault);
}

static void end_spike(struct world_fault *base)
{
    struct load_fault *fault = from_fault(base);

    SIM_ASSERT(base->starts == 0);
    world_rewrites_remove(world_producer_rewrites(fault->producer), fault);
    apply_spikes(fault);
}

static const struct world_fault_type spike_type = {
    "spike", begin_spike, end_spike, world_fault_free};

struct world_fault *world_fault_spike_create(
    world_producer *producer, double factor, GError **error)
{
    struct world_node *node = world_producer_node(producer);
    const struct world_source *source = world_producer_source(producer);

    if (!(factor <= 0 && factor >= 0) && !(factor >= FACTOR_LEAST && factor <= FACTOR_MOST)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "spike: the factor is %g: expected 0, or %g to %g",
            factor,
            FACTOR_LEAST,
            FACTOR_MOST);
        return NULL;
    }
    if (source->arrivals == NULL) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "spike: %s plays a recording, whose times are what they are: give it an arrival "
            "process",
            node->path);
        return NULL;
    }
    struct load_fault *fault = make(&spike_type, producer, node);
    SIM_ASSERT(factor >= 0);
    fault->factor = factor;
    return &fault->base;
}

/* ---- hot key ---- */

static void heat(void *context, struct model_message *message)
{
    struct load_fault *fault = context;

    SIM_ASSERT(fault->share > 0);
    if (world_fault_draws(&fault->base, message->id, fault->share)) {
        message->key = fault->key;
        fault->base.hit++;
    }
}

static void begin_hot_key(struct world_fault *base)
{
    SIM_ASSERT(base->starts == 1);
    world_rewrites_add(world_producer_rewrites(from_fault(base)->producer), heat, base);
}

static void end_hot_key(struct world_fault *base)
{
    SIM_ASSERT(base->starts == 0);
    world_rewrites_remove(world_producer_rewrites(from_fault(base)->producer), base);
}

static const struct world_fault_type hot_key_type = {
    "hot_key", begin_hot_key, end_hot_key, world_fault_free};

struct world_fault *world_fault_hot_key_create(
    world_producer *producer, uint64_t key, double share, GError **error)
{
    if (!is_share("hot_key", share, error)) {
        return NULL;
    }
    struct load_fault *fault = make(&hot_key_type, producer, world_producer_node(producer));
    SIM_ASSERT(share <= 1);
    fault->key = key;
    fault->share = share;
    return &fault->base;
}

/* ---- poison ---- */

static bool is_poison(const struct load_fault *fault, const struct model_message *message)
{
    for (uint32_t i = 0; i < fault->windows->len; i++) {
        const struct window *window = &g_array_index(fault->windows, struct window, i);
        SIM_ASSERT(window->from <= window->until);
        if (message->born >= window->from && message->born < window->until) {
            return world_fault_draws(&fault->base, message->id, fault->share);
        }
    }
    return false;
}

static void restart(void *context, uint64_t incarnation)
{
    struct world_node *node = context;

    SIM_ASSERT(incarnation <= node->incarnation);
    if (node->incarnation == incarnation) {
        world_node_restart(node);
    }
}

static enum world_verdict judge(void *context, const struct model_message *message)
{
    struct load_fault *fault = context;
    struct world_node *node = fault->consumer;

    SIM_ASSERT(node->up);
    if (!is_poison(fault, message)) {
        return WORLD_ACK;
    }
    fault->base.hit++;
    if (!fault->poison.crashes) {
        return WORLD_NACK;
    }
    if (fault->poison.restart_after > 0) {
        (void)sim_run_after(
            &node->world->run,
            fault->poison.restart_after,
            restart,
            node,
            (uint64_t)node->incarnation + 1);
    }
    return WORLD_CRASH;
}

static void begin_poison(struct world_fault *base)
{
    struct window open = {.from = base->since, .until = SIM_NEVER};

    SIM_ASSERT(base->starts == 1);
    g_array_append_val(from_fault(base)->windows, open);
}

static void end_poison(struct world_fault *base)
{
    GArray *windows = from_fault(base)->windows;

    SIM_ASSERT(windows->len > 0);
    g_array_index(windows, struct window, windows->len - 1).until = base->world->run.now;
}

static void destroy_poison(struct world_fault *base)
{
    SIM_ASSERT(from_fault(base)->windows != NULL);
    g_array_unref(from_fault(base)->windows);
    world_fault_free(base);
}

static const struct world_fault_type poison_type = {
    "poison", begin_poison, end_poison, destroy_poison};

struct world_fault *world_fault_poison_create(
    world_consumer *consumer, const struct world_fault_poison_config *config, GError **error)
{
    struct world_node *node = world_consumer_node(consumer);

    SIM_ASSERT(config->restart_after >= 0);
    if (!is_share("poison", config->share, error)) {
        return NULL;
    }
    struct load_fault *fault = make(&poison_type, NULL, node);
    fault->consumer = node;
    fault->poison = *config;
    fault->share = config->share;
    fault->windows = g_array_new(FALSE, FALSE, sizeof(struct window));
    world_consumer_poison(consumer, judge, fault);
    return &fault->base;
}

/* ---- botnet ---- */

static void mark(void *context, struct model_message *message)
{
    struct load_fault *fault = context;

    SIM_ASSERT(message->truth == 0);
    message->truth = 1;
    fault->base.hit++;
}

static void begin_botnet(struct world_fault *base)
{
    bool is_set = world_source_set_strain(world_producer_source(from_fault(base)->producer), 1);

    SIM_ASSERT(is_set);
}

static void end_botnet(struct world_fault *base)
{
    bool is_set = world_source_set_strain(world_producer_source(from_fault(base)->producer), 0);

    SIM_ASSERT(is_set);
}

static const struct world_fault_type botnet_type = {
    "botnet", begin_botnet, end_botnet, world_fault_free};

static bool is_botnet(
    const world_producer *like, const struct world_fault_botnet_config *config, GError **error)
{
    double rate = config->addresses * config->rate_per_address;

    if (config->addresses == 0 || !(rate > 0 && rate <= RATE_MOST)) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "botnet: %u addresses, each at %g messages a second: expected at least one of each, "
            "and "
            "%g a second at the most together",
            config->addresses,
            config->rate_per_address,
            RATE_MOST);
        return false;
    }
    if (config->attribute >= world_producer_recipe(like)->attribute_count) {
        g_set_error(
            error,
            WORLD_ERROR,
            WORLD_ERROR_VALUE,
            "botnet: the address is attribute %u, but the messages have %u: name one of theirs",
            config->attribute,
            world_producer_recipe(like)->attribute_count);
        return false;
    }
    return true;
}

struct world_fault *world_fault_botnet_create(
    world_producer *like, const struct world_fault_botnet_config *config, GError **error)
{
    if (!is_botnet(like, config, error)) {
        return NULL;
    }
    const struct sim_arrivals_config process = {
        .kind = SIM_ARRIVALS_POISSON,
        .rate = config->addresses * config->rate_per_address,
    };
    const struct world_source_config source = {.process = &process};
    struct world_recipe_config recipe = *world_producer_recipe(like);
    struct sim_dist_error problem;
    double first = (double)config->address_first + 1;
    bool is_valid = sim_dist_init(
        &recipe.attributes[config->attribute],
        SIM_DIST_UNIFORM_INT,
        (const double[]){first, first + config->addresses - 1},
        &problem);
    SIM_ASSERT(is_valid);

    world_producer *made = world_producer_add_like(like, config->name, &source, &recipe, error);
    if (made == NULL) {
        return NULL;
    }
    struct load_fault *fault = make(&botnet_type, made, world_producer_node(made));
    world_rewrites_add(world_producer_rewrites(made), mark, fault);
    end_botnet(&fault->base); /* silent until it begins */
    return &fault->base;
}

/* The journal does one I/O at a time. Whenever one ends, or a record was appended, or its own
 * deadline comes, it is pumped; whatever that committed is passed on. */
/* SPDX-License-Identifier: MIT */
#include "world/durable.h"

static void after_io(void *context, int result);
static void deadline(void *context);

void world_durable_init(
    struct world_durable *durable,
    struct world_node *node,
    const struct model_journal_config *config,
    world_committed_fn *on_committed)
{
    SIM_ASSERT(on_committed != NULL);
    *durable = (struct world_durable){
        .node = node,
        .config = *config,
        .volume = world_disk_volume(node->datacenter->disk, node->name),
        .on_committed = on_committed,
    };
    durable->files = world_volume_files(durable->volume);
    world_volume_on_done(durable->volume, after_io, durable);
    world_alarm_init(&durable->alarm, &node->world->run, deadline, durable);
}

static void close_journal(struct world_durable *durable)
{
    world_alarm_cancel(&durable->alarm);
    model_journal_destroy(durable->journal);
    durable->journal = NULL;
    durable->committed = 0;
    SIM_ASSERT(durable->alarm.time == SIM_NEVER);
}

void world_durable_crash(struct world_durable *durable)
{
    close_journal(durable);
    world_volume_crash(durable->volume);
}

static const char *status_text(enum model_journal_status status)
{
    switch (status) {
    case MODEL_JOURNAL_DAMAGED:
        return "it is damaged";
    case MODEL_JOURNAL_FOREIGN:
        return "it is not a journal";
    case MODEL_JOURNAL_NEWER:
        return "it is of a newer version";
    case MODEL_JOURNAL_REFUSED:
        return "it holds records that make no sense here";
    case MODEL_JOURNAL_FAILED:
        return "the disk failed";
    case MODEL_JOURNAL_OK:
        break;
    }
    SIM_ASSERT(status == MODEL_JOURNAL_OK);
    return "it is whole";
}

void world_durable_open(struct world_durable *durable)
{
    SIM_ASSERT(durable->journal == NULL);
    durable->journal = model_journal_create(&durable->config, &durable->files);
}

bool world_durable_recover(
    struct world_durable *durable,
    model_journal_visit_fn *visit,
    void *context,
    sim_time *out_duration)
{
    struct world_node *node = durable->node;
    struct model_journal_report report;

    SIM_ASSERT(durable->journal != NULL);
    enum model_journal_status status =
        model_journal_recover(durable->journal, visit, context, &report);
    if (status != MODEL_JOURNAL_OK) {
        world_incident_note(
            node->world, "%s cannot use its journal: %s", node->path, status_text(status));
        close_journal(durable);
        return false;
    }
    SIM_ASSERT(report.torn_bytes <= report.bytes);
    durable->committed = model_journal_committed(durable->journal);
    *out_duration = world_disk_read_time(node->datacenter->disk, report.bytes);
    return true;
}

bool world_durable_peek(
    const struct world_durable *durable, model_journal_visit_fn *visit, void *context)
{
    struct model_files files = world_volume_view(durable->volume);
    struct model_journal_report report;

    SIM_ASSERT(durable->journal == NULL);
    model_journal *journal = model_journal_create(&durable->config, &files);
    enum model_journal_status status = model_journal_recover(journal, visit, context, &report);
    model_journal_destroy(journal);
    return status == MODEL_JOURNAL_OK;
}

const struct model_store *world_durable_store(const struct world_durable *durable)
{
    SIM_ASSERT(durable->journal != NULL);
    return model_journal_store(durable->journal);
}

/* The payload is the life of the node that the deadline belongs to. */
static void pump_late(void *context, uint64_t payload)
{
    struct world_durable *durable = context;

    SIM_ASSERT(payload <= durable->node->incarnation);
    if (payload == durable->node->incarnation && durable->journal != NULL &&
        !world_node_postpones(durable->node, pump_late, durable, payload)) {
        world_durable_pump(durable);
    }
}

static void deadline(void *context)
{
    struct world_durable *durable = context;

    SIM_ASSERT(durable->journal != NULL);
    pump_late(durable, durable->node->incarnation);
}

/* What a pump or the end of an I/O has changed. */
static void follow(struct world_durable *durable, enum model_journal_status status)
{
    struct world_node *node = durable->node;

    if (status != MODEL_JOURNAL_OK) {
        SIM_ASSERT(status == MODEL_JOURNAL_FAILED);
        world_incident_note(
            node->world,
            "the journal of %s failed: %s",
            node->path,
            g_strerror(-model_journal_error(durable->journal)));
        world_node_crash(node);
        return;
    }
    uint64_t committed = model_journal_committed(durable->journal);
    SIM_ASSERT(committed >= durable->committed);
    world_alarm_set(&durable->alarm, model_journal_next_deadline(durable->journal));
    if (committed > durable->committed) {
        durable->committed = committed;
        durable->on_committed(node, committed);
    }
}

void world_durable_pump(struct world_durable *durable)
{
    SIM_ASSERT(durable->journal != NULL);
    follow(durable, model_journal_pump(durable->journal, durable->node->world->run.now));
}

static void end_io(struct world_durable *durable, int result)
{
    sim_time now = durable->node->world->run.now;

    SIM_ASSERT(durable->journal != NULL);
    enum model_journal_status status = model_journal_io_done(durable->journal, result, now);
    if (status == MODEL_JOURNAL_OK) {
        status = model_journal_pump(durable->journal, now);
    }
    follow(durable, status);
}

/* The payload is the life of the node whose I/O has ended while it was paused, and how. */
static void end_io_late(void *context, uint64_t payload)
{
    struct world_durable *durable = context;
    uint32_t incarnation = (uint32_t)(payload >> 32);
    int result = (int)(uint32_t)payload;

    SIM_ASSERT(incarnation <= durable->node->incarnation && result <= 0);
    if (incarnation == durable->node->incarnation &&
        !world_node_postpones(durable->node, end_io_late, durable, payload)) {
        end_io(durable, result);
    }
}

static void after_io(void *context, int result)
{
    const struct world_durable *durable = context;
    uint64_t incarnation = durable->node->incarnation;

    SIM_ASSERT(durable->journal != NULL);
    end_io_late(context, incarnation << 32 | (uint32_t)result);
}

void world_durable_check(const struct world_durable *durable)
{
    world_alarm_check(&durable->alarm);
    if (durable->journal == NULL) {
        SIM_ASSERT(durable->committed == 0);
        SIM_ASSERT(durable->alarm.time == SIM_NEVER);
        return;
    }
    model_journal_check(durable->journal);
    SIM_ASSERT(durable->committed == model_journal_committed(durable->journal));
    SIM_ASSERT(
        durable->node->is_paused ||
        world_alarm_is_in_time(&durable->alarm, model_journal_next_deadline(durable->journal)));
}

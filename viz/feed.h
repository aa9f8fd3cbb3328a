/* viz/feed.h - what the viewer and the worker that runs the scenario tell each other.
 *
 * The worker posts states to an mvc (models/mvc.h): the topology, the newest frame, the node that
 * is being inspected, and one row for each sampling interval; the viewer takes the newest of each,
 * and never delays the worker. Commands come back through a point-to-point ring. Both live in the
 * part of the channel (cli/channel.h) that is left to whoever runs in a worker.
 *
 * The viewer trusts nothing here: viz_feed_read_...() makes every count, index and text harmless.
 */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_FEED_H
#define VIZ_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/mvc.h"
#include "models/mvc_view.h"
#include "models/point_to_point.h"
#include "sim/base.h"

#define VIZ_PLACES_MAX      32 /* data centres */
#define VIZ_NODES_MAX       128
#define VIZ_EDGES_MAX       256
#define VIZ_CHECKS_MAX      16
#define VIZ_DOTS_MAX        2048
#define VIZ_INCIDENTS_MAX   64
#define VIZ_OUTAGES_MAX     64
#define VIZ_FAULTS_MAX      64
#define VIZ_FACTS_MAX       28
#define VIZ_STEPS_MAX       20
#define VIZ_PARAMS_MAX      12
#define VIZ_VALUE_SIZE      32
#define VIZ_BOUNDS_MAX      8
#define VIZ_CHECKPOINTS_MAX 16
#define VIZ_CAPTIONS_MAX    16
#define VIZ_BOOKMARKS_MAX   9
#define VIZ_QUESTIONS_MAX   4
#define VIZ_CHOICES_MAX     6
#define VIZ_SERIES_MAX      3
#define VIZ_FIGURES_MAX     24 /* of an inspected node */
#define VIZ_HEAT_ROWS       36
#define VIZ_ROWS_KEPT       512 /* that wait for the viewer */
#define VIZ_FAULT_SIZE      16
#define VIZ_NAME_SIZE       68
#define VIZ_LABEL_SIZE      96

enum viz_kind {
    VIZ_PRODUCER,
    VIZ_BROKER,
    VIZ_CONSUMER,
    VIZ_LEDGER,
    VIZ_OTHER,
};

struct viz_node {
    char name[VIZ_NAME_SIZE];
    uint32_t place;
    uint32_t kind;   /* an enum viz_kind */
    uint32_t faults; /* that it can have: bits, by enum viz_fault_kind */
    uint32_t reserved;
};

/* Messages go from `from` to `to`, answers back. */
struct viz_edge {
    uint16_t from;
    uint16_t to;
};

/* What the scenario says to those who watch it. */
struct viz_caption {
    sim_time from;
    sim_time until; /* SIM_NEVER: to the next caption, or the end */
    char text[160];
};

struct viz_bookmark {
    sim_time time;
    char label[VIZ_NAME_SIZE];
};

/* Asked before the run goes on from its time. */
struct viz_question {
    sim_time time;
    uint32_t choice_count;
    uint32_t answer; /* index of the choice */
    char text[200];
    char because[200];
    char choices[VIZ_CHOICES_MAX][VIZ_LABEL_SIZE];
};

/* Measures that the scenario wants to be drawn. */
struct viz_own_chart {
    uint32_t series_count; /* 0: it has none */
    char title[VIZ_NAME_SIZE];
    char unit[16];
    char series[VIZ_SERIES_MAX][VIZ_NAME_SIZE];
};

/* A knob of the scenario: tb.param. */
enum viz_param_kind {
    VIZ_PARAM_TEXT, /* durations, too */
    VIZ_PARAM_NUMBER,
    VIZ_PARAM_CHOICE,
};

struct viz_param {
    char name[VIZ_NAME_SIZE];
    char value[VIZ_VALUE_SIZE]; /* in this run */
    char unit[VIZ_VALUE_SIZE];
    uint32_t kind; /* an enum viz_param_kind */
    uint32_t has_range;
    double min;
    double max;
    uint32_t choice_count;
    char choices[VIZ_CHOICES_MAX][VIZ_VALUE_SIZE];
};

/* A line in a chart that its values are to keep below, or above. */
#define VIZ_BOUND_LATENCY UINT32_MAX
struct viz_bound {
    uint32_t series;   /* of the scenario's own chart; or VIZ_BOUND_LATENCY */
    uint32_t permille; /* of a tally: which percentile, times 10 */
    uint32_t is_above; /* to keep above it */
    uint32_t reserved;
    double limit; /* in the series' unit */
    sim_time from;
    sim_time until; /* SIM_NEVER: to the end */
};

/* What there is. Changes only when messages take a way that none took before. */
struct viz_topology {
    char title[160];
    char question[256];
    sim_time duration;
    sim_time interval; /* between two rows */
    uint64_t seed;
    uint32_t place_count;
    uint32_t node_count;
    uint32_t edge_count;
    uint32_t check_count;
    char places[VIZ_PLACES_MAX][VIZ_NAME_SIZE];
    uint32_t links[VIZ_PLACES_MAX]; /* bits: the places that a link joins it to */
    struct viz_node nodes[VIZ_NODES_MAX];
    struct viz_edge edges[VIZ_EDGES_MAX];
    char checks[VIZ_CHECKS_MAX][VIZ_LABEL_SIZE];
    uint32_t caption_count;
    uint32_t bookmark_count;
    uint32_t question_count;
    struct viz_caption captions[VIZ_CAPTIONS_MAX];
    struct viz_bookmark bookmarks[VIZ_BOOKMARKS_MAX];
    struct viz_question questions[VIZ_QUESTIONS_MAX];
    struct viz_own_chart chart;
    uint32_t param_count;
    struct viz_param params[VIZ_PARAMS_MAX];
    uint32_t bound_count;
    struct viz_bound bounds[VIZ_BOUNDS_MAX];
};

struct viz_node_state {
    uint32_t is_up;
    uint32_t level; /* producer: held; queue: depth; consumer: waiting for a worker */
    uint32_t level_max;
    uint32_t busy; /* consumer: workers at work; queue: percent of its time, lately */
    uint32_t busy_max;
    uint32_t rate;              /* messages through it per second, in the last full interval */
    char fault[VIZ_FAULT_SIZE]; /* what it suffers from, in a word; "" nothing */
};

enum viz_mark {
    VIZ_MARK_MESSAGE,
    VIZ_MARK_RETRY,     /* sent, or delivered, before */
    VIZ_MARK_DUPLICATE, /* it has had its effect already */
    VIZ_MARK_ANSWER,    /* confirmations, acks */
    VIZ_MARK_COUNT,
};

/* A message on a link. */
struct viz_packet {
    uint16_t edge;
    uint16_t position; /* of 65535: how far it is from edge.from, whichever way it goes */
    uint16_t scatter;  /* of 65535: belongs to the message, to draw it beside others */
    uint8_t mark;      /* an enum viz_mark */
    uint8_t is_back;   /* it goes from edge.to to edge.from */
    uint64_t message;
};

struct viz_edge_state {
    uint32_t in_flight;         /* messages, all of them */
    uint32_t stands_for;        /* messages that one of its dots stands for; 0: none is in flight */
    char fault[VIZ_FAULT_SIZE]; /* what its link suffers from, in a word; "" nothing */
};

struct viz_incident {
    sim_time time;
    char label[VIZ_LABEL_SIZE];
};

/* A node was down, or some fault struck. */
#define VIZ_OUTAGE_FAULT UINT32_MAX /* instead of a node */
struct viz_outage {
    sim_time from;
    sim_time until; /* SIM_NEVER: it still is */
    uint32_t node;
};

struct viz_check_state {
    uint64_t evaluated;
    uint64_t failed;
    sim_time first_failure; /* while failed > 0 */
};

enum viz_phase {
    VIZ_PHASE_LOADING,
    VIZ_PHASE_SEEKING, /* on the way to where it was told to stop, as fast as it can */
    VIZ_PHASE_PAUSED,
    VIZ_PHASE_PLAYING,
    VIZ_PHASE_ENDED,
    VIZ_PHASE_FAILED, /* Lua made a mistake: the world stands as it was then */
};

/* What can be done to a node, to a data centre, and to the link between two of them. */
enum viz_fault_kind {
    VIZ_FAULT_CRASH,
    VIZ_FAULT_DARK,
    VIZ_FAULT_PAUSE,
    VIZ_FAULT_SLOW,
    VIZ_FAULT_SPIKE,
    VIZ_FAULT_CUT,
    VIZ_FAULT_SLOW_LINK,
    VIZ_FAULT_LOSS,
    VIZ_FAULT_KINDS,
};

/* A fault begins, or is over. */
static inline uint32_t viz_feed_fault(enum viz_fault_kind kind, bool is_over)
{
    return 2 * (uint32_t)kind + is_over;
}

/* The target of what strikes a link: both ends, in either order. */
static inline uint32_t viz_feed_link(uint32_t place, uint32_t other)
{
    uint32_t low = place < other ? place : other;

    return low * VIZ_PLACES_MAX + (place < other ? other : place);
}

/* One thing done to the world. */
struct viz_fault_entry {
    sim_time time;
    uint32_t fault;  /* viz_feed_fault() */
    uint32_t target; /* a node's or a data centre's index, or viz_feed_link() */
};

/* What was done so far, in the order of the doing. */
struct viz_fault_log {
    uint32_t count;
    struct viz_fault_entry entries[VIZ_FAULTS_MAX];
};

/* What became of the message that is followed. */
struct viz_step {
    sim_time time;
    uint32_t node; /* of the topology; VIZ_NODES_MAX: another */
    uint32_t kind; /* an enum world_trace_kind */
};

struct viz_life {
    uint64_t message_plus_one; /* 0: none is followed */
    uint32_t step_count;
    uint32_t is_cut; /* there were more steps */
    struct viz_step steps[VIZ_STEPS_MAX];
};

/* Where there is a way back to: viz/checkpoint.h. */
struct viz_checkpoint_list {
    uint64_t bytes; /* that all of them hold, at most */
    uint32_t count;
    uint32_t reserved;
    sim_time work; /* processor time that the run took to get here */
    sim_time own;  /* of that, since the last checkpoint went on */
    sim_time times[VIZ_CHECKPOINTS_MAX];
};

/* What is to be done by the process that takes over when another has gone back. */
struct viz_order {
    sim_time to;    /* run there */
    uint64_t epoch; /* and say this number in every frame */
    int64_t inspected;
    uint64_t speed_permille;
    uint64_t plays_on;        /* from there */
    uint64_t follow_plus_one; /* a message; 0: none */
    sim_time not_after;       /* from a checkpoint that follows it too, or is of before this time */
    struct viz_fault_log faults; /* what is to have been done by hand */
};

/* How it is now. */
struct viz_frame {
    uint64_t epoch; /* of VIZ_COMMAND_GO_BACK; 0: it has never gone back */
    uint64_t phase; /* an enum viz_phase */
    sim_time now;
    uint64_t event_count;
    uint64_t digest;
    uint64_t speed_permille; /* reached lately, of real time; 0: it stands */
    uint32_t dot_count;
    uint32_t incident_count;
    uint32_t outage_count;
    uint32_t in_flight;
    struct viz_node_state nodes[VIZ_NODES_MAX];
    struct viz_edge_state edges[VIZ_EDGES_MAX];
    struct viz_check_state checks[VIZ_CHECKS_MAX];
    struct viz_incident incidents[VIZ_INCIDENTS_MAX];
    struct viz_outage outages[VIZ_OUTAGES_MAX];
    struct viz_fault_log faults;
    struct viz_checkpoint_list checkpoints;
    struct viz_life life;
    struct viz_packet dots[VIZ_DOTS_MAX];
    char reason[VIZ_LABEL_SIZE]; /* with VIZ_PHASE_PAUSED: the scenario's own, or "" */
    char error[512];             /* with VIZ_PHASE_FAILED */
};

/* One sampling interval, for the charts. */
struct viz_row {
    uint64_t number;     /* of the interval, from 1; 0: nothing here */
    double offered;      /* messages per second that producers were to send */
    double served;       /* messages per second that had their effect */
    double queued;       /* in the queues, at the end of the interval */
    double held;         /* at producers, likewise */
    double queue_busy;   /* of the busiest queue server, percent */
    double work_busy;    /* of all workers of consumers, percent; < 0: there are none */
    uint64_t has_little; /* the next two are comparable: a message has one effect */
    double inside;       /* mean number of messages in the system: L */
    double rate_x_wait;  /* lambda x W of those that left in the interval */
    int64_t p50;         /* ns; of nothing when count is 0 */
    int64_t p90;
    int64_t p99;
    uint64_t count;
    double own[VIZ_SERIES_MAX];   /* of the scenario's own chart */
    uint32_t heat[VIZ_HEAT_ROWS]; /* by latency: see viz_feed_heat_edge() */
};

/* A figure of the inspected node. */
struct viz_figure {
    char name[32];
    char unit[16];
    double value;     /* counter: its value; gauge: now; tally: mean */
    double second;    /* gauge: maximum; tally: p99 */
    uint32_t measure; /* an enum sim_measure_kind */
    uint32_t reserved;
};

/* What it is, and what it holds, in words. */
struct viz_fact {
    char name[32];
    char text[64];
};

struct viz_inspection {
    uint32_t node_plus_one; /* 0: none is inspected */
    uint32_t figure_count;
    uint32_t fact_count;
    uint32_t reserved;
    struct viz_fact facts[VIZ_FACTS_MAX];
    struct viz_figure figures[VIZ_FIGURES_MAX];
};

enum viz_command_kind {
    VIZ_COMMAND_PLAY,
    VIZ_COMMAND_PAUSE,
    VIZ_COMMAND_SPEED,         /* value: thousandths of real time; 0: as fast as it can */
    VIZ_COMMAND_STEP_EVENT,    /* value: how many events */
    VIZ_COMMAND_STEP_EFFECT,   /* to the next message that has its effect */
    VIZ_COMMAND_STEP_INCIDENT, /* to the next incident */
    VIZ_COMMAND_RUN_TO,        /* value: a virtual time; stops there */
    VIZ_COMMAND_INSPECT,       /* value: a node's index; -1: none */
    VIZ_COMMAND_FAULT,         /* value and target: those of a struct viz_fault_entry */
    VIZ_COMMAND_GO_BACK,       /* value: a virtual time; target: viz_feed_epoch() */
    VIZ_COMMAND_FOLLOW,        /* value: a message plus 1, 0: none; target: viz_feed_epoch() */
    VIZ_COMMAND_COUNT,
};

/* The target of VIZ_COMMAND_GO_BACK. */
static inline uint64_t viz_feed_epoch(uint64_t number, bool plays_on)
{
    return number * 2 + plays_on;
}

struct viz_command {
    uint64_t kind; /* an enum viz_command_kind; another value is ignored */
    int64_t value;
    uint64_t target;
};

/* One process's way to all that. No field is for the caller. */
struct viz_feed {
    struct model_mvc states; /* keys: topology, frame, inspection */
    struct model_mvc rows;   /* keys: row numbers modulo their count */
    struct model_p2p commands;
    unsigned char *value;    /* the next one to be posted: in the worker */
    struct viz_order *order; /* the worker's own: what its forks share */
};

/* Bytes of memory that it takes. */
size_t viz_feed_size(void);

/* In the worker: makes the feed in `memory`, which is zeroes, aligned to 64 bytes, and outlives the
 * handle. */
void viz_feed_init(struct viz_feed *feed, void *memory);

/* In the viewer: opens what the worker has made there. Returns false when it has not done so yet,
 * or has made something else. */
SIM_MUST_USE bool viz_feed_attach(struct viz_feed *feed, void *memory);

/* ---- in the worker ---- */

/* In a fork of the worker that takes over: goes on where the process before it has ended. */
void viz_feed_take_over(struct viz_feed *feed);

void viz_feed_post_topology(struct viz_feed *feed, const struct viz_topology *topology);
void viz_feed_post_frame(struct viz_feed *feed, const struct viz_frame *frame);
void viz_feed_post_inspection(struct viz_feed *feed, const struct viz_inspection *inspection);
void viz_feed_post_row(struct viz_feed *feed, const struct viz_row *row);
SIM_MUST_USE bool viz_feed_receive(struct viz_feed *feed, struct viz_command *out_command);

/* ---- in the viewer ---- */

/* Returns false when the worker has not taken those before. */
SIM_MUST_USE bool viz_feed_send(struct viz_feed *feed, const struct viz_command *command);

/* Each returns false, and its out-parameter is spoilt, when the worker writes faster than can be
 * read, again and again. What was never posted is all zeroes. */
SIM_MUST_USE bool viz_feed_read_topology(
    const struct viz_feed *feed, struct viz_topology *out_topology);
SIM_MUST_USE bool viz_feed_read_frame(
    const struct viz_feed *feed, const struct viz_topology *topology, struct viz_frame *out_frame);
SIM_MUST_USE bool viz_feed_read_inspection(
    const struct viz_feed *feed, struct viz_inspection *out_inspection);

/* The place of the rows that were posted since the last look. */
struct viz_rows_view {
    struct model_mvc_view view;
    void *memory; /* owned */
};
void viz_rows_view_init(struct viz_rows_view *view, const struct viz_feed *feed);
void viz_rows_view_finish(struct viz_rows_view *view);

/* Returns false when there is no more for now. */
SIM_MUST_USE bool viz_rows_view_next(struct viz_rows_view *view, struct viz_row *out_row);

/* The latency, in ns, at the lower edge of a row of the heat map: from 100 us to 100 s, six rows
 * for each power of ten. Row 0 also has what is below, the last one what is above. */
int64_t viz_feed_heat_edge(uint32_t heat_row);

#endif

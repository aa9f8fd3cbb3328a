/* viz/player.h - the viewer's side: a worker that runs the scenario, and all that it has told.
 *
 * To go back in time the player has the worker go back to a checkpoint (viz/checkpoint.h), from
 * which it runs to the wanted moment, with everything that was done to the world by hand done
 * again. What is shown meanwhile is the old picture. */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_PLAYER_H
#define VIZ_PLAYER_H

#include <glib.h>

#include "lua/runtime.h"
#include "viz/fault.h"
#include "viz/feed.h"

typedef struct viz_player viz_player;

/* What has been told so far. */
struct viz_story {
    struct viz_topology topology; /* no nodes: nothing was told yet */
    struct viz_frame frame;
    struct viz_inspection inspection;
    GArray *rows;     /* of struct viz_row; row number n is at n - 1; a missing one has number 0 */
    const char *path; /* of the scenario's file */
    char *problem;    /* why there is no worker: for the user, of several lines; or NULL */
    sim_time goal;    /* where it is being taken to; -1: nowhere */
    uint64_t speed_permille; /* asked for; 0: as fast as it goes */
};

/* The strings of the options are borrowed. Starts nothing yet. */
viz_player *viz_player_create(const struct script_options *options);
void viz_player_destroy(viz_player *player);

const struct viz_story *viz_player_story(const viz_player *player);
const struct viz_fault_log *viz_player_faults(const viz_player *player);

/* Another one of the same scenario, with the same settings. */
viz_player *viz_player_create_like(const viz_player *player);

/* Gives a parameter of the scenario another value, from the next start on. */
void viz_player_set(viz_player *player, const char *name, const char *value);

/* The settings as the command line takes them: " --set rate=1600"; "" when there are none. To be
 * g_free()d. */
char *viz_player_settings(const viz_player *player);

/* What was done by hand in another run of the same scenario is done in this one, from the next
 * start on. */
void viz_player_take_faults(viz_player *player, const viz_player *from);

/* Starts the worker anew, at virtual time `at`. */
void viz_player_start(viz_player *player, sim_time at, bool is_playing);

/* Looks for news. Returns whether there are any. Some 20 us. */
bool viz_player_poll(viz_player *player);

/* Each is dropped when there is no worker, or it takes no commands. */
void viz_player_play(viz_player *player);
void viz_player_pause(viz_player *player);
void viz_player_set_speed(viz_player *player, uint64_t speed_permille);
void viz_player_step(viz_player *player, enum viz_command_kind step, int64_t count);
void viz_player_seek(viz_player *player, sim_time to);
void viz_player_inspect(viz_player *player, int64_t node);

/* Has the life of a message written down from its birth on; 0: of none. */
void viz_player_follow(viz_player *player, uint64_t message_plus_one);

/* Has a fault begin, or, where it has, be over. */
void viz_player_inject(viz_player *player, enum viz_fault_kind kind, uint32_t target, bool is_over);

/* Processor time that a checkpoint is to save, at least; from the next start on. 0: as many as
 * there is room for. */
void viz_player_set_checkpoint_work(viz_player *player, sim_time work);

bool viz_player_is_moving(const viz_player *player);

/* Loads the file again, and begins anew; what was done by hand is forgotten. */
void viz_player_reload(viz_player *player);

/* The same if the file has changed on the disk since. Returns whether it has. */
bool viz_player_reload_if_changed(viz_player *player);

#endif

/* A row without words is another key for the action of a row above. */
/* SPDX-License-Identifier: MIT */
#include "viz/keys.h"

#include <string.h>

#include "sim/base.h"

struct key {
    const char *name;
    enum viz_action action;
    const char *shown;
    const char *what;
};

static const struct key keys[] = {
    {"Space", VIZ_ACTION_PLAY_OR_PAUSE, "Space", "play or pause"},
    {".", VIZ_ACTION_STEP, ".", "step one event"},
    {"n", VIZ_ACTION_STEP_EFFECT, "N", "to the next message that takes effect"},
    {"i", VIZ_ACTION_STEP_INCIDENT, "I", "to the next incident"},
    {"Home", VIZ_ACTION_RESTART, "Home", "back to the beginning"},
    {"Left", VIZ_ACTION_BACK, "Left, Right", "back or forth by 2 % of the run"},
    {"Right", VIZ_ACTION_FORTH, NULL, NULL},
    {"[", VIZ_ACTION_SLOWER, "[  ]", "slower, faster"},
    {"]", VIZ_ACTION_FASTER, NULL, NULL},
    {"=", VIZ_ACTION_REAL_TIME, "=", "real time"},
    {"m", VIZ_ACTION_FULL_SPEED, "M", "as fast as it can"},
    {"Tab", VIZ_ACTION_SELECT_NEXT, "Tab, click", "choose a node: its figures"},
    {"Escape", VIZ_ACTION_SELECT_NONE, "Esc", "choose none; close this page"},
    {"l", VIZ_ACTION_LINK_NEXT, "L, click", "choose a link"},
    {"x", VIZ_ACTION_MENU, "X, right click", "its faults: a number chooses one"},
    {"k", VIZ_ACTION_CRASH, "K", "crash or restart the chosen node"},
    {"d", VIZ_ACTION_CRASH_PLACE, "D", "darken or restore its data centre"},
    {"s", VIZ_ACTION_SAVE, "S", "save what you did as a scenario"},
    {"p", VIZ_ACTION_PRESENTER, "P", "presenter mode"},
    {"PageDown", VIZ_ACTION_PANEL_NEXT, "PgDn, PgUp", "next, previous panel there"},
    {"PageUp", VIZ_ACTION_PANEL_PREVIOUS, NULL, NULL},
    {"b", VIZ_ACTION_BLANK, "B", "blank the screen"},
    {"t", VIZ_ACTION_THEME, "T", "dark or light"},
    {"f", VIZ_ACTION_FULL_SCREEN, "F", "full screen"},
    {"F11", VIZ_ACTION_FULL_SCREEN, NULL, NULL},
    {"c", VIZ_ACTION_PICTURE, "C", "save the picture as PNG"},
    {"r", VIZ_ACTION_RELOAD, "R", "load the file again"},
    {"?", VIZ_ACTION_HELP, "?", "this page"},
    {"h", VIZ_ACTION_HELP, NULL, NULL},
    {"1", VIZ_ACTION_CHOOSE_1, "1 to 9", "bookmark, or answer"},
    {"2", VIZ_ACTION_CHOOSE_2, NULL, NULL},
    {"3", VIZ_ACTION_CHOOSE_3, NULL, NULL},
    {"4", VIZ_ACTION_CHOOSE_4, NULL, NULL},
    {"5", VIZ_ACTION_CHOOSE_5, NULL, NULL},
    {"6", VIZ_ACTION_CHOOSE_6, NULL, NULL},
    {"7", VIZ_ACTION_CHOOSE_7, NULL, NULL},
    {"8", VIZ_ACTION_CHOOSE_8, NULL, NULL},
    {"9", VIZ_ACTION_CHOOSE_9, NULL, NULL},
    {"q", VIZ_ACTION_QUIT, "Q", "quit"},
};

enum viz_action viz_keys_action(const char *key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (strcmp(keys[i].name, key) == 0) {
            return keys[i].action;
        }
    }
    return VIZ_ACTION_NONE;
}

static const struct key *shown_at(uint32_t index)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        if (keys[i].shown == NULL) {
            continue;
        }
        if (index == 0) {
            return &keys[i];
        }
        index--;
    }
    return NULL;
}

uint32_t viz_keys_help_count(void)
{
    uint32_t count = 0;

    while (shown_at(count) != NULL) {
        count++;
    }
    return count;
}

struct viz_key_help viz_keys_help(uint32_t index)
{
    const struct key *key = shown_at(index);

    SIM_ASSERT(key != NULL);
    return (struct viz_key_help){key->shown, key->what};
}

/* viz/menu.h - what can be done to what a person has chosen: a list for keys, clicks and pictures.
 */
/* SPDX-License-Identifier: MIT */
#ifndef VIZ_MENU_H
#define VIZ_MENU_H

#include "viz/fault.h"
#include "viz/page.h"

#define VIZ_MENU_MAX VIZ_FAULT_KINDS

struct viz_menu_item {
    enum viz_fault_kind kind;
    uint32_t target;
    bool is_over; /* choosing it ends the fault */
    const char *text;
};

/* Of the chosen node and its data centre, or of the chosen link. Returns how many there are; none
 * when nothing is chosen, or nothing can happen to it. */
uint32_t viz_menu_list(
    const struct viz_story *story,
    const struct viz_ui *ui,
    struct viz_menu_item out_items[VIZ_MENU_MAX]);

/* Whether the fault strikes: a node that is down has crashed, whoever did it. */
bool viz_menu_is_on(const struct viz_story *story, enum viz_fault_kind kind, uint32_t target);

#endif

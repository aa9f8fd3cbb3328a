/* All three are even: with P partitions and M members each gets P / M of them, and P % M members
 * get one more. They differ in which these are. */
/* SPDX-License-Identifier: MIT */
#include "models/ps_assign.h"

static uint32_t fair_share(const struct model_ps_sharing *sharing)
{
    SIM_ASSERT(sharing->member_count > 0);
    return sharing->partition_count / sharing->member_count;
}

static void assign_range(struct model_ps_sharing *sharing)
{
    uint32_t share = fair_share(sharing);
    uint32_t larger = sharing->partition_count % sharing->member_count;
    uint32_t partition = 0;

    for (uint32_t member = 0; member < sharing->member_count; member++) {
        uint32_t count = share + (member < larger ? 1 : 0);
        for (uint32_t i = 0; i < count; i++) {
            sharing->owners[partition++] = member;
        }
    }
    SIM_ASSERT(partition == sharing->partition_count);
}

static void assign_round_robin(struct model_ps_sharing *sharing)
{
    SIM_ASSERT(sharing->member_count > 0);
    for (uint32_t partition = 0; partition < sharing->partition_count; partition++) {
        sharing->owners[partition] = partition % sharing->member_count;
    }
}

/* ---- sticky ---- */

/* How many each may have: one more than the share for those that have more of them now, so that
 * they need give away less; what is left of these goes to the first of the others. */
static void set_room(struct model_ps_sharing *sharing)
{
    uint32_t share = fair_share(sharing);
    uint32_t larger = sharing->partition_count % sharing->member_count;

    for (uint32_t member = 0; member < sharing->member_count; member++) {
        sharing->room[member] = 0;
    }
    for (uint32_t partition = 0; partition < sharing->partition_count; partition++) {
        if (sharing->owners[partition] != MODEL_PS_NOBODY) {
            sharing->room[sharing->owners[partition]]++;
        }
    }
    for (uint32_t member = 0; member < sharing->member_count; member++) {
        bool has_more = sharing->room[member] > share && larger > 0;
        larger -= has_more ? 1 : 0;
        sharing->room[member] = share + (has_more ? 1 : 0);
    }
    for (uint32_t member = 0; member < sharing->member_count && larger > 0; member++) {
        if (sharing->room[member] == share) {
            sharing->room[member]++;
            larger--;
        }
    }
    SIM_ASSERT(larger == 0);
}

/* The first from `member` on that has room. */
static uint32_t next_with_room(const struct model_ps_sharing *sharing, uint32_t member)
{
    while (sharing->room[member] == 0) {
        member++;
        SIM_ASSERT(member < sharing->member_count);
    }
    return member;
}

static void assign_sticky(struct model_ps_sharing *sharing)
{
    uint32_t member = 0;

    set_room(sharing);
    for (uint32_t partition = 0; partition < sharing->partition_count; partition++) {
        uint32_t *owner = &sharing->owners[partition];
        if (*owner != MODEL_PS_NOBODY && sharing->room[*owner] > 0) {
            sharing->room[*owner]--;
        } else {
            *owner = MODEL_PS_NOBODY;
        }
    }
    for (uint32_t partition = 0; partition < sharing->partition_count; partition++) {
        if (sharing->owners[partition] == MODEL_PS_NOBODY) {
            member = next_with_room(sharing, member);
            sharing->room[member]--;
            sharing->owners[partition] = member;
        }
    }
}

void model_ps_assign(struct model_ps_sharing *sharing, enum model_ps_assignment assignment)
{
    if (sharing->member_count == 0) {
        for (uint32_t partition = 0; partition < sharing->partition_count; partition++) {
            sharing->owners[partition] = MODEL_PS_NOBODY;
        }
        return;
    }
    switch (assignment) {
    case MODEL_PS_RANGE:
        assign_range(sharing);
        return;
    case MODEL_PS_ROUND_ROBIN:
        assign_round_robin(sharing);
        return;
    case MODEL_PS_STICKY:
        assign_sticky(sharing);
        return;
    }
    sim_assert_failed("a strategy of assignment", __FILE__, __LINE__);
}

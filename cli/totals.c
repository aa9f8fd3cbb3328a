/* The counts go by their place in the enumeration, and so do their names. */
/* SPDX-License-Identifier: MIT */
#include "cli/totals.h"

static const char *const names[CLI_TOTAL_NAMED_COUNT] = {
    [CLI_TOTAL_SENT] = "sent",
    [CLI_TOTAL_DELIVERED] = "delivered",
    [CLI_TOTAL_LOST] = "lost",
    [CLI_TOTAL_DUPLICATED] = "duplicated",
    [CLI_TOTAL_DROPPED] = "dropped",
    [CLI_TOTAL_DEAD] = "dead",
    [CLI_TOTAL_WAITING] = "waiting",
    [CLI_TOTAL_ACCEPTED] = "accepted",
    [CLI_TOTAL_TURNED_AWAY] = "turned_away",
    [CLI_TOTAL_REFUSED] = "refused",
    [CLI_TOTAL_LOST_BEFORE_ACCEPTANCE] = "lost_before_acceptance",
    [CLI_TOTAL_WAITING_UNACCEPTED] = "waiting_unaccepted",
    [CLI_TOTAL_WAITING_ACCEPTED] = "waiting_accepted",
    [CLI_TOTAL_SUPPRESSED] = "suppressed",
};

const char *cli_totals_name(enum cli_total total)
{
    SIM_ASSERT(total < CLI_TOTAL_NAMED_COUNT);
    return names[total];
}

static uint64_t unaccounted_before(const struct world_audit_totals *totals)
{
    uint64_t not_accepted =
        totals->turned_away + totals->refused + totals->lost_unaccepted + totals->unaccepted;

    return totals->arrived - not_accepted - totals->accepted;
}

static uint64_t unaccounted_after(const struct world_audit_totals *totals)
{
    uint64_t not_settled = totals->lost + totals->dropped + totals->dead + totals->inside;

    return totals->accepted - not_settled - totals->settled;
}

void cli_totals_of(const struct world_audit_totals *totals, int64_t out_counts[CLI_TOTAL_COUNT])
{
    const uint64_t counts[CLI_TOTAL_COUNT] = {
        [CLI_TOTAL_SENT] = totals->arrived,
        [CLI_TOTAL_DELIVERED] = totals->settled,
        [CLI_TOTAL_LOST] = totals->lost,
        [CLI_TOTAL_DUPLICATED] = totals->repeated,
        [CLI_TOTAL_DROPPED] = totals->dropped,
        [CLI_TOTAL_DEAD] = totals->dead,
        [CLI_TOTAL_WAITING] = totals->unaccepted + totals->inside,
        [CLI_TOTAL_ACCEPTED] = totals->accepted,
        [CLI_TOTAL_TURNED_AWAY] = totals->turned_away,
        [CLI_TOTAL_REFUSED] = totals->refused,
        [CLI_TOTAL_LOST_BEFORE_ACCEPTANCE] = totals->lost_unaccepted,
        [CLI_TOTAL_WAITING_UNACCEPTED] = totals->unaccepted,
        [CLI_TOTAL_WAITING_ACCEPTED] = totals->inside,
        [CLI_TOTAL_SUPPRESSED] = totals->suppressed,
        [CLI_TOTAL_UNACCOUNTED_BEFORE] = unaccounted_before(totals),
        [CLI_TOTAL_UNACCOUNTED_AFTER] = unaccounted_after(totals),
    };

    for (uint32_t i = 0; i < CLI_TOTAL_COUNT; i++) {
        out_counts[i] = (int64_t)counts[i];
    }
}

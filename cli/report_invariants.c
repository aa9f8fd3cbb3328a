/* What must hold in every world (world/invariant.h): which held, which were broken and when first,
 * and which got nothing to check. */
/* SPDX-License-Identifier: MIT */
#include "cli/report.h"
#include "cli/text.h"
#include "world/invariant.h"

#define INDENT         4
#define HISTORY_INDENT 8
#define LABEL_COLUMNS  14

enum outcome { HELD, NOTHING, BROKEN };

static enum outcome outcome_of(const struct world_check *check)
{
    SIM_ASSERT(check->failed <= check->evaluated);
    if (check->failed > 0) {
        return BROKEN;
    }
    return check->evaluated > 0 ? HELD : NOTHING;
}

/* One line with the ids of those with this outcome; nothing when there are none. */
static void append_ids(
    const struct cli_page *page,
    struct world_check *const *checks,
    enum outcome outcome,
    const char *label)
{
    bool is_first = true;

    SIM_ASSERT(outcome != BROKEN);
    for (uint32_t i = 0; i < WORLD_INVARIANT_COUNT; i++) {
        if (outcome_of(checks[i]) != outcome) {
            continue;
        }
        if (is_first) {
            g_string_append_printf(page->out, "%*s", INDENT, "");
            cli_text_append_padded(page->out, label, LABEL_COLUMNS);
            is_first = false;
        }
        g_string_append_printf(page->out, " %s", world_invariant_id((enum world_invariant)i));
    }
    if (!is_first) {
        g_string_append_c(page->out, '\n');
    }
}

static void append_history(const struct cli_page *page, const char *history)
{
    g_auto(GStrv) lines = g_strsplit(history, "\n", -1);

    SIM_ASSERT(lines[0] != NULL);
    for (uint32_t i = 0; lines[i] != NULL; i++) {
        g_string_append_printf(page->out, "%*s", HISTORY_INDENT, "");
        cli_page_foreign(page, lines[i], HISTORY_INDENT);
        g_string_append_c(page->out, '\n');
    }
}

static void append_first(const struct cli_page *page, const struct world_check *check)
{
    g_autofree char *time = cli_text_instant(check->first.time);
    g_autofree char *first = g_strdup_printf("first at %s: %s", time, check->first.text);

    SIM_ASSERT(check->failed > 0);
    g_string_append_printf(page->out, "%*s", HISTORY_INDENT - 2, "");
    cli_page_foreign(page, first, HISTORY_INDENT - 2);
    g_string_append_c(page->out, '\n');
    if (check->first.history != NULL) {
        append_history(page, check->first.history);
    }
}

/* Order is a promise of some models only: whether it matters, the scenario says. */
static bool is_promised(enum world_invariant invariant)
{
    return invariant != WORLD_I4_ORDER;
}

static void append_broken(
    const struct cli_page *page, enum world_invariant invariant, const struct world_check *check)
{
    g_autofree char *failed = cli_text_count(check->failed);
    g_autofree char *evaluated = cli_text_count(check->evaluated);

    SIM_ASSERT(check->failed > 0);
    g_string_append_printf(page->out, "%*s", INDENT, "");
    cli_text_append_padded(
        page->out, is_promised(invariant) ? "broken" : "not kept", LABEL_COLUMNS);
    g_string_append_printf(
        page->out,
        " %s %s: %s of %s times\n",
        world_invariant_id(invariant),
        world_invariant_name(invariant),
        failed,
        evaluated);
    if (is_promised(invariant)) {
        append_first(page, check);
    }
}

void cli_report_append_invariants(
    const struct cli_page *page, struct world_check *const *checks, bool is_short)
{
    if (checks == NULL || (is_short && cli_report_own_held(checks))) {
        return;
    }
    cli_page_heading(page, "Invariants");
    append_ids(page, checks, HELD, "held");
    for (uint32_t i = 0; i < WORLD_INVARIANT_COUNT; i++) {
        if (outcome_of(checks[i]) == BROKEN) {
            append_broken(page, (enum world_invariant)i, checks[i]);
        }
    }
    append_ids(page, checks, NOTHING, "nothing to try");
    SIM_ASSERT(page->out->len > 0);
}

bool cli_report_own_held(struct world_check *const *checks)
{
    for (uint32_t i = 0; i < WORLD_INVARIANT_COUNT; i++) {
        if (world_invariant_is_own((enum world_invariant)i) && checks[i]->failed > 0) {
            return false;
        }
    }
    SIM_ASSERT(checks[0] != NULL);
    return true;
}

void cli_report_add_invariants(struct cli_json *json, struct world_check *const *checks)
{
    cli_json_begin_array(json, "invariants");
    for (uint32_t i = 0; checks != NULL && i < WORLD_INVARIANT_COUNT; i++) {
        const struct world_check *check = checks[i];
        SIM_ASSERT(check->failed <= check->evaluated);
        cli_json_begin_object(json, NULL);
        cli_json_string(json, "id", world_invariant_id((enum world_invariant)i));
        cli_json_string(json, "name", world_invariant_name((enum world_invariant)i));
        cli_json_count(json, "evaluated", check->evaluated);
        cli_json_count(json, "failed", check->failed);
        if (check->failed > 0) {
            cli_json_number(
                json, "first_violation_s", (double)check->first.time / (double)SIM_SECOND);
            cli_json_string(json, "message", check->first.text);
            cli_json_string(
                json, "history", check->first.history == NULL ? "" : check->first.history);
        }
        cli_json_end(json);
    }
    cli_json_end(json);
}

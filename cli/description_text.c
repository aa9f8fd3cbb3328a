/* What `tailback check` prints. */
/* SPDX-License-Identifier: MIT */
#include "cli/description.h"
#include "cli/json.h"
#include "cli/page.h"
#include "cli/text.h"

#define NAME_COLUMNS   24
#define INDENT_COLUMNS 4

/* ---- for a person ---- */

static void append_title(const struct cli_page *page, const struct script_scenario *scenario)
{
    g_autofree char *duration = cli_text_duration(scenario->duration);

    cli_page_begin_colour(page, CLI_PAGE_BOLD);
    cli_page_foreign(page, scenario->title, 0);
    cli_page_end_colour(page);
    g_string_append_c(page->out, '\n');
    if (scenario->question[0] != '\0') {
        cli_page_foreign(page, scenario->question, 0);
        g_string_append_c(page->out, '\n');
    }
    g_string_append_printf(
        page->out, "%s of virtual time, seed %" G_GUINT64_FORMAT "\n", duration, scenario->seed);
}

/* A name at the left, which may be any text, and what belongs to it beside it, or below it. */
static void append_row(const struct cli_page *page, const char *name, const char *text)
{
    g_autofree char *safe = cli_text_escape(name, page->style->is_ascii);

    g_string_append_printf(page->out, "%*s", INDENT_COLUMNS, "");
    cli_text_append_padded(page->out, safe, NAME_COLUMNS);
    if (cli_text_columns(safe) >= NAME_COLUMNS) {
        g_string_append_printf(page->out, "\n%*s", INDENT_COLUMNS + NAME_COLUMNS, "");
    }
    cli_page_foreign(page, text, INDENT_COLUMNS + NAME_COLUMNS);
    g_string_append_c(page->out, '\n');
}

static void append_params(const struct cli_page *page, const struct script_scenario *scenario)
{
    if (scenario->param_count > 0) {
        cli_page_heading(page, "Parameters");
    }
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        const struct script_param *param = &scenario->params[i];
        g_autofree char *text =
            g_strconcat(param->value, param->unit[0] != '\0' ? " " : "", param->unit, NULL);
        append_row(page, param->name, text);
    }
}

/* The nodes of one data centre, in one line. */
static char *nodes_in(const struct cli_description *description, const char *datacenter)
{
    GString *text = g_string_new(NULL);

    for (uint32_t i = 0; i < description->nodes->len; i++) {
        const struct cli_description_node *node =
            &g_array_index(description->nodes, struct cli_description_node, i);
        if (g_str_equal(node->datacenter, datacenter)) {
            const char *comma = text->len > 0 ? ", " : "";
            g_string_append_printf(text, "%s%s (%s)", comma, node->name, node->type);
        }
    }
    if (text->len == 0) {
        g_string_append(text, "nothing");
    }
    return g_string_free(text, FALSE);
}

static void append_datacenters(
    const struct cli_page *page, const struct cli_description *description)
{
    if (description->datacenters[0] != NULL) {
        cli_page_heading(page, "Data centres");
    }
    for (uint32_t i = 0; description->datacenters[i] != NULL; i++) {
        const char *datacenter = description->datacenters[i];
        g_autofree char *nodes = nodes_in(description, datacenter);
        append_row(page, datacenter, nodes);
    }
}

static char *bandwidth_text(double bits_per_s)
{
    static const struct {
        const char *name;
        double size;
    } units[] = {{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}};

    if (bits_per_s <= 0) {
        return g_strdup("any bandwidth");
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (bits_per_s >= units[i].size) {
            g_autofree char *number = cli_text_number(bits_per_s / units[i].size);
            return g_strdup_printf("%s %s", number, units[i].name);
        }
    }
    g_autofree char *number = cli_text_number(bits_per_s);
    return g_strdup_printf("%s bit/s", number);
}

static char *latency_text(double latency_s)
{
    bool is_time = latency_s >= 0 && latency_s < 1e9;

    return is_time ? cli_text_duration((sim_time)(latency_s * (double)SIM_SECOND)) : g_strdup("-");
}

static void append_link(const struct cli_page *page, const struct cli_description_link *link)
{
    bool is_inside = g_str_equal(link->ends[0], link->ends[1]);
    g_autofree char *name = is_inside ? g_strdup_printf("within %s", link->ends[0])
                                      : g_strdup_printf("%s - %s", link->ends[0], link->ends[1]);
    g_autofree char *latency = latency_text(link->latency_s);
    g_autofree char *bandwidth = bandwidth_text(link->bandwidth);
    g_autofree char *text = g_strdup_printf("%s one way, in the mean; %s", latency, bandwidth);

    append_row(page, name, text);
}

static void append_links(const struct cli_page *page, const GArray *links)
{
    if (links->len > 0) {
        cli_page_heading(page, "Links");
    }
    for (uint32_t i = 0; i < links->len; i++) {
        append_link(page, &g_array_index(links, struct cli_description_link, i));
    }
}

static void append_checks(const struct cli_page *page, const char *const *checks)
{
    if (checks[0] == NULL) {
        g_string_append(page->out, "\nNo checks: the scenario expects nothing.\n");
        return;
    }
    cli_page_heading(page, "Checks");
    for (uint32_t i = 0; checks[i] != NULL; i++) {
        g_string_append_printf(page->out, "%*s", INDENT_COLUMNS, "");
        cli_page_foreign(page, checks[i], INDENT_COLUMNS);
        g_string_append_c(page->out, '\n');
    }
}

void cli_description_append_text(
    GString *out, const struct cli_description *description, const struct cli_style *style)
{
    const struct cli_page page = {.out = out, .style = style};

    append_title(&page, &description->scenario);
    append_params(&page, &description->scenario);
    append_datacenters(&page, description);
    append_links(&page, description->links);
    append_checks(&page, description->checks);
}

/* ---- for programs ---- */

void cli_description_append_params(GString *out, const struct cli_description *description)
{
    const struct script_scenario *scenario = &description->scenario;

    for (uint32_t i = 0; i < scenario->param_count; i++) {
        g_autofree char *name = cli_text_escape(scenario->params[i].name, false);
        g_autofree char *value = cli_text_escape(scenario->params[i].value, false);
        g_string_append_printf(out, "%s=%s\n", name, value);
    }
}

static void add_params(struct cli_json *json, const struct script_scenario *scenario)
{
    cli_json_begin_array(json, "params");
    for (uint32_t i = 0; i < scenario->param_count; i++) {
        const struct script_param *param = &scenario->params[i];
        cli_json_begin_object(json, NULL);
        cli_json_string(json, "name", param->name);
        cli_json_string(json, "default", param->value);
        cli_json_string(json, "unit", param->unit);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void add_nodes(struct cli_json *json, const GArray *nodes)
{
    cli_json_begin_array(json, "nodes");
    for (uint32_t i = 0; i < nodes->len; i++) {
        const struct cli_description_node *node =
            &g_array_index(nodes, struct cli_description_node, i);
        cli_json_begin_object(json, NULL);
        cli_json_string(json, "datacenter", node->datacenter);
        cli_json_string(json, "name", node->name);
        cli_json_string(json, "type", node->type);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void add_links(struct cli_json *json, const GArray *links)
{
    cli_json_begin_array(json, "links");
    for (uint32_t i = 0; i < links->len; i++) {
        const struct cli_description_link *link =
            &g_array_index(links, struct cli_description_link, i);
        cli_json_begin_object(json, NULL);
        cli_json_string(json, "from", link->ends[0]);
        cli_json_string(json, "to", link->ends[1]);
        cli_json_number(json, "latency_s", link->latency_s);
        cli_json_number(json, "bandwidth_bit_per_s", link->bandwidth);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void add_names(struct cli_json *json, const char *member, const char *const *names)
{
    cli_json_begin_array(json, member);
    for (uint32_t i = 0; names[i] != NULL; i++) {
        cli_json_string(json, NULL, names[i]);
    }
    cli_json_end(json);
}

void cli_description_append_json(
    GString *out, const struct cli_description *description, const char *path)
{
    const struct script_scenario *scenario = &description->scenario;
    struct cli_json json;

    cli_json_init(&json, out);
    cli_json_begin_object(&json, NULL);
    cli_json_string(&json, "scenario", path);
    cli_json_string(&json, "title", scenario->title);
    cli_json_string(&json, "question", scenario->question);
    cli_json_number(&json, "duration_s", (double)scenario->duration / (double)SIM_SECOND);
    cli_json_count(&json, "seed", scenario->seed);
    add_params(&json, scenario);
    add_names(&json, "datacenters", description->datacenters);
    add_nodes(&json, description->nodes);
    add_links(&json, description->links);
    add_names(&json, "checks", description->checks);
    cli_json_end(&json);
    cli_json_finish(&json);
}
